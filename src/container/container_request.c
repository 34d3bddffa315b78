/*-------------------------------------------------------------------------
 *
 * container_request.c
 *		The query parameters of the container image API.
 *
 * A parameter may be spelt in camelCase or snake_case; unknown ones are
 * ignored, but travel on in links.  A single one that comes twice is an error.
 *
 * src/container/container_request.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "container/container_request.h"
#include "context.h"
#include "json_writer.h"
#include "query/query_string.h"

/* The parameters that we read, in camelCase. */
typedef enum Parameter
{
	PARAMETER_QUERY,
	PARAMETER_LIMIT,
	PARAMETER_OFFSET,
	PARAMETER_FIELD,
	PARAMETER_REVERSED,
	PARAMETER_FUNCTION,
	PARAMETER_DISTINCT,
	PARAMETER_MARKER,
	PARAMETER_MARKER_KEY,
	PARAMETERS
} Parameter;

static const char *const parameter_names[PARAMETERS] = {
	"query",
	"pagination.limit",
	"pagination.offset",
	"pagination.sortOption.field",
	"pagination.sortOption.reversed",
	"pagination.sortOption.aggregateBy.aggrFunc",
	"pagination.sortOption.aggregateBy.distinct",
	"pagination.marker",
	"pagination.markerKey"
};

/*
 * Refuse a value of a parameter; never returns.
 */
pg_noreturn static void
refuse_parameter(const char *name, const char *value, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for parameter \"%s\": \"%s\"", name, value),
			 errhint("%s", hint)));
}

/*
 * Refuse a parameter that came twice; never returns.
 */
pg_noreturn static void
refuse_repeated(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("too many values for parameter \"%s\"", name),
			 errhint("Give it once.")));
}

/*
 * Is name the camelCase name, or its snake_case spelling?
 */
static bool
is_parameter(const char *name, const char *camel)
{
	for (; *camel != '\0'; camel++)
	{
		if (*name == *camel)
			name++;
		else if (*camel >= 'A' && *camel <= 'Z' && name[0] == '_' &&
				 name[1] == *camel - 'A' + 'a')
			name += 2;
		else
			return false;
	}
	return *name == '\0';
}

/* Which of our parameters it is, PARAMETERS of an unknown one. */
static Parameter
find_parameter(const char *name)
{
	int			i;

	for (i = 0; i < PARAMETERS; i++)
	{
		if (is_parameter(name, parameter_names[i]))
			return (Parameter) i;
	}
	return PARAMETERS;
}

/* Read a 32-bit integer: a sign and decimal digits. */
static int32
read_integer(const char *name, const char *value)
{
	const char *c = value;
	int64		number = 0;
	bool		minus = *c == '-';

	if (*c == '-' || *c == '+')
		c++;
	if (*c == '\0')
		refuse_parameter(name, value, "Write an integer.");
	for (; *c != '\0'; c++)
	{
		if (*c < '0' || *c > '9')
			refuse_parameter(name, value, "Write an integer.");
		number = number * 10 + (*c - '0');
		if (number > (int64) PG_INT32_MAX + (minus ? 1 : 0))
			refuse_parameter(name, value, "Write an integer of 32 bits.");
	}
	return (int32) (minus ? -number : number);
}

/* Read a boolean, as Go spells it. */
static bool
read_bool(const char *name, const char *value)
{
	static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True"};
	static const char *const no[] = {"0", "f", "F", "FALSE", "false", "False"};
	int			i;

	for (i = 0; i < (int) lengthof(yes); i++)
	{
		if (strcmp(value, yes[i]) == 0)
			return true;
		if (strcmp(value, no[i]) == 0)
			return false;
	}
	refuse_parameter(name, value, "Write true or false.");
}

/*
 * Read a key of a marker: a dot and the text, or a hyphen alone for null.
 */
static void
read_marker_key(ImgcatContainerMarker *marker, const char *name,
				const char *value)
{
	if (marker->nkeys == IMGCAT_CONTAINER_SORT_KEYS ||
		(value[0] != '.' && strcmp(value, "-") != 0))
		refuse_parameter(name, value,
						 "Follow the link \"next\" of the page before as it is.");
	marker->keys[marker->nkeys++] = value[0] == '.' ? value + 1 : NULL;
}

/* Take one of our parameters into the request. */
static void
take_parameter(ImgcatContainerRequest *request, Parameter parameter,
			   const char *name, const char *value)
{
	switch (parameter)
	{
		case PARAMETER_QUERY:
			request->query = value;
			break;
		case PARAMETER_LIMIT:
			request->limit = read_integer(name, value);
			break;
		case PARAMETER_OFFSET:
			request->offset = read_integer(name, value);
			break;
		case PARAMETER_FIELD:
			request->sort.present = true;
			request->sort.field = value;
			break;
		case PARAMETER_REVERSED:
			request->sort.present = true;
			request->sort.reversed = read_bool(name, value);
			break;
		case PARAMETER_FUNCTION:
			request->sort.present = true;
			request->sort.aggregate = imgcat_aggregate_from_text(value);
			break;
		case PARAMETER_DISTINCT:
			request->sort.present = true;
			request->sort.distinct = read_bool(name, value);
			break;
		case PARAMETER_MARKER:
			request->marker.digest = value;
			break;
		case PARAMETER_MARKER_KEY:
			read_marker_key(&request->marker, name, value);
			break;
		case PARAMETERS:
			break;
	}
}

/* Keep a parameter for links. */
static void
keep_parameter(ImgcatContainerRequest *request, const char *name,
			   const char *value, bool of_marker)
{
	ImgcatContainerParameter *parameter;

	if (request->nparameters == request->max_parameters)
	{
		request->max_parameters *= 2;
		request->parameters = repalloc(request->parameters,
									   sizeof(*parameter) * request->max_parameters);
	}
	parameter = &request->parameters[request->nparameters++];
	parameter->name = name;
	parameter->value = value;
	parameter->of_marker = of_marker;
}

/*
 * Read a URL's query, without its "?".  Our parameters bear the prefix, which
 * is "" or ends with a dot; the others are kept and not looked at.
 */
void
imgcat_read_container_request(ImgcatContainerRequest *request,
							  const char *url_query, size_t length,
							  const char *prefix)
{
	char	   *str = pnstrdup(url_query, length);
	ImgcatQueryString pairs;
	ImgcatQueryParameter pair;
	ImgcatQueryResult result;
	bool		seen[PARAMETERS] = {false};

	memset(request, 0, sizeof(*request));
	request->query = "";
	request->max_parameters = 16;
	request->parameters = palloc(sizeof(ImgcatContainerParameter) *
								 request->max_parameters);
	imgcat_query_string_init(&pairs, str, length);
	while ((result = imgcat_query_string_next(&pairs, &pair)) != IMGCAT_QUERY_END)
	{
		Parameter	parameter = PARAMETERS;

		if (result == IMGCAT_QUERY_BAD_ENCODING)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("query string is not valid UTF-8"),
					 errhint("Percent-encode UTF-8 bytes, and no null byte.")));
		if (strncmp(pair.name, prefix, strlen(prefix)) == 0)
		{
			request->scoped = true;
			parameter = find_parameter(pair.name + strlen(prefix));
			if (strncmp(pair.name + strlen(prefix), "pagination.sortOptions.",
						strlen("pagination.sortOptions.")) == 0)
				refuse_parameter(pair.name, pair.value,
								 "Use pagination.sortOption, which sorts by one label.");
		}
		keep_parameter(request, pair.name, pair.value,
					   parameter == PARAMETER_MARKER ||
					   parameter == PARAMETER_MARKER_KEY ||
					   parameter == PARAMETER_OFFSET);
		if (parameter == PARAMETERS)
			continue;
		if (seen[parameter] && parameter != PARAMETER_MARKER_KEY)
			refuse_repeated(pair.name);
		seen[parameter] = true;
		take_parameter(request, parameter, pair.name, pair.value);
	}
}

/*
 * The value of another parameter, which only some calls have; NULL if it is
 * absent.
 */
static const char *
find_other(const ImgcatContainerRequest *request, const char *camel)
{
	const char *value = NULL;

	for (int i = 0; i < request->nparameters; i++)
	{
		const ImgcatContainerParameter *parameter = &request->parameters[i];

		if (!is_parameter(parameter->name, camel))
			continue;
		if (value != NULL)
			refuse_repeated(parameter->name);
		value = parameter->value;
	}
	return value;
}

/* A text, "" when absent. */
const char *
imgcat_container_text_parameter(const ImgcatContainerRequest *request,
								const char *camel)
{
	const char *value = find_other(request, camel);

	return value == NULL ? "" : value;
}

/* A boolean, false when absent. */
bool
imgcat_container_bool_parameter(const ImgcatContainerRequest *request,
								const char *camel)
{
	const char *value = find_other(request, camel);

	return value != NULL && read_bool(camel, value);
}

/* An integer, 0 when absent. */
int32
imgcat_container_integer_parameter(const ImgcatContainerRequest *request,
								   const char *camel)
{
	const char *value = find_other(request, camel);

	return value == NULL ? 0 : read_integer(camel, value);
}

/* Append a name or value, encoded for a URL's query. */
static void
append_encoded(StringInfo out, const char *str)
{
	size_t		length = strlen(str);
	size_t		needed = imgcat_url_encode(NULL, 0, str, length);

	enlargeStringInfo(out, needed);
	imgcat_url_encode(out->data + out->len, needed, str, length);
	out->len += needed;
	out->data[out->len] = '\0';
}

/* Append "name=value" after what joins it to the link. */
static void
append_parameter(StringInfo link, const char *name, const char *value)
{
	appendStringInfoChar(link, strchr(link->data, '?') == NULL ? '?' : '&');
	append_encoded(link, name);
	appendStringInfoChar(link, '=');
	append_encoded(link, value);
}

/*
 * Append the link to the page after the marker, as a JSON string: the
 * request's parameters but for the marker and the offset, then the new marker.
 */
void
imgcat_append_container_next(StringInfo out, const char *path,
							 const ImgcatContainerRequest *request,
							 const ImgcatContainerMarker *marker)
{
	StringInfoData link;
	int			i;

	initStringInfo(&link);
	appendStringInfo(&link, "%s%s", imgcat_http_prefix, path);
	for (i = 0; i < request->nparameters; i++)
	{
		if (!request->parameters[i].of_marker)
			append_parameter(&link, request->parameters[i].name,
							 request->parameters[i].value);
	}
	append_parameter(&link, "pagination.marker", marker->digest);
	for (i = 0; i < marker->nkeys; i++)
		append_parameter(&link, "pagination.markerKey",
						 marker->keys[i] == NULL ? "-" :
						 psprintf(".%s", marker->keys[i]));
	imgcat_json_string(out, link.data, link.len);
}
