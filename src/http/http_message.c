/*-------------------------------------------------------------------------
 *
 * http_message.c
 *		Reading parts of a request, and writing headers of an answer.
 *
 * src/http/http_message.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "context.h"
#include "fmgr.h"
#include "http/http.h"
#include "image/errors.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "query/uuid.h"
#include "utils/builtins.h"

/*
 * The headers must be an object of strings.
 */
pg_noreturn static void
bad_headers(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid headers of an HTTP request"),
					errdetail("They must be an object, with a string or an "
							  "array of strings for each header.")));
}

/*
 * The value of a header that came several times.
 */
static char *
join_values(JsonbContainer *array)
{
	JsonbIterator *iterator = JsonbIteratorInit(array);
	JsonbIteratorToken token;
	JsonbValue	value;
	StringInfoData joined;

	initStringInfo(&joined);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (value.type != jbvString)
			bad_headers();
		if (joined.len > 0)
			appendStringInfoString(&joined, ", ");
		appendBinaryStringInfo(&joined, value.val.string.val,
							   value.val.string.len);
	}
	return joined.data;
}

/*
 * Read the headers of a request.
 */
void
imgcat_http_read_fields(ImgcatHttpRequest *request, Jsonb *headers)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	ImgcatHttpField *field = NULL;

	if (!JB_ROOT_IS_OBJECT(headers))
		bad_headers();
	request->fields =
		palloc(sizeof(ImgcatHttpField) * Max(JB_ROOT_COUNT(headers), 1));
	request->nfields = 0;
	iterator = JsonbIteratorInit(&headers->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			field = &request->fields[request->nfields++];
			field->name = pnstrdup(value.val.string.val, value.val.string.len);
		}
		else if (token == WJB_VALUE)
		{
			if (value.type == jbvString)
				field->value =
					pnstrdup(value.val.string.val, value.val.string.len);
			else if (value.type == jbvBinary &&
					 JsonContainerIsArray(value.val.binary.data))
				field->value = join_values(value.val.binary.data);
			else
				bad_headers();
		}
	}
}

/*
 * The value of a header, NULL if it did not come.
 */
const char *
imgcat_http_field(const ImgcatHttpRequest *request, const char *name)
{
	for (int i = 0; i < request->nfields; i++)
		if (pg_strcasecmp(request->fields[i].name, name) == 0)
			return request->fields[i].value;
	return NULL;
}

/*
 * The body of a request that must have one, as JSON.  What is wrong with it is
 * the error of jsonb's input function, or of a conversion from UTF-8.
 */
Jsonb *
imgcat_http_json_body(const ImgcatHttpRequest *request)
{
	char	   *json;

	if (request->body_length == 0)
	{
		if (request->route->body == IMGCAT_BODY_JSON_OR_EMPTY)
			return DatumGetJsonbP(
								  DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the request has no body"),
						errhint("Send a JSON document.")));
	}
	json = pnstrdup(request->body, request->body_length);
	json = pg_any_to_server(json, (int) request->body_length, PG_UTF8);
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
}

/*
 * The value of a member of a body that must be an object, under one of two
 * names, the second of which may be NULL.  False if it is missing or null.
 */
static bool
find_member(Jsonb *object, const char *name, const char *other_name,
			JsonbValue *value)
{
	if (!JB_ROOT_IS_OBJECT(object))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the body is not a JSON object")));
	if (getKeyJsonValueFromContainer(&object->root, name, strlen(name),
									 value) == NULL &&
		(other_name == NULL ||
		 getKeyJsonValueFromContainer(&object->root, other_name,
									  strlen(other_name), value) == NULL))
		return false;
	return value->type != jbvNull;
}

/*
 * A member that is a string; NULL if it is missing or null.
 */
text *
imgcat_http_member(Jsonb *object, const char *name, const char *other_name)
{
	JsonbValue	value;

	if (!find_member(object, name, other_name, &value))
		return NULL;
	if (value.type != jbvString)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("member \"%s\" of the body is not a string", name)));
	return cstring_to_text_with_len(value.val.string.val, value.val.string.len);
}

/*
 * A member that is a boolean; false if it is missing or null.
 */
bool
imgcat_http_bool_member(Jsonb *object, const char *name, const char *other_name)
{
	JsonbValue	value;

	if (!find_member(object, name, other_name, &value))
		return false;
	if (value.type != jbvBool)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("member \"%s\" of the body is not a boolean", name)));
	return value.val.boolean;
}

/*
 * The image that a parameter of the path names.  What is no UUID names none.
 */
void
imgcat_http_image_id(const ImgcatHttpRequest *request, int parameter,
					 pg_uuid_t *id)
{
	const char *given = request->parameters[parameter];

	if (!imgcat_parse_uuid(given, strlen(given), id->data))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_NOT_FOUND), errmsg("image not found"),
				 imgcat_errdetail(
								  IMS_NO_IMAGE,
								  "No image with identifier %s is visible to the caller.",
								  given)));
}

/*
 * A parameter of the path, as a text value.
 */
Datum
imgcat_http_text_parameter(const ImgcatHttpRequest *request, int parameter)
{
	return CStringGetTextDatum(request->parameters[parameter]);
}

/*
 * Set a header of the answer.
 */
void
imgcat_http_set_field(ImgcatHttpAnswer *answer, const char *name,
					  const char *value)
{
	if (answer->nfields == IMGCAT_HTTP_ANSWER_FIELDS_MAX)
		elog(ERROR, "too many headers of an answer");
	answer->fields[answer->nfields].name = name;
	answer->fields[answer->nfields].value = value;
	answer->nfields++;
}

/*
 * Is it a host, with or without a port, that can stand in a URL?
 */
static bool
is_host(const char *host)
{
	return host != NULL && host[0] != '\0' && strlen(host) <= 255 &&
		strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789-._:[]") == strlen(host);
}

/*
 * What goes in front of a path to make a link that must be absolute: the
 * prefix, if that is a URL; else the host that the client named, as far as it
 * is known, and the prefix.
 */
const char *
imgcat_http_base(const ImgcatHttpRequest *request)
{
	const char *host = imgcat_http_field(request, "Host");
	const char *scheme = imgcat_http_field(request, "X-Forwarded-Proto");

	if (strstr(imgcat_http_prefix, "://") != NULL || !is_host(host))
		return imgcat_http_prefix;
	return psprintf("%s://%s%s",
					scheme != NULL && strcmp(scheme, "https") == 0 ? "https"
					: "http",
					host, imgcat_http_prefix);
}
