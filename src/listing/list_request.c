/*-------------------------------------------------------------------------
 *
 * list_request.c
 *		What a caller asks of a listing of disk images, read and checked.
 *
 * The rules are those of OpenStack Image v2 (GET /v2/images), and of the IMS
 * dialect where the request says so.  This file knows the parameters that
 * are no filters, and what a repeated one means.
 *
 * src/listing/list_request.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "image/errors.h"
#include "image/image_row.h"
#include "image/ims_rules.h"
#include "listing/list_request.h"
#include "query/number.h"
#include "utils/builtins.h"

/* more parameters than any client sends, few enough to compare all pairs */
#define MAX_PARAMETERS 500

/* in bytes; an in: list of 25,000 ids */
#define MAX_PARAMETER_LENGTH (1024 * 1024)
#define MAX_SORT_KEYS 16

/* the columns that can be sorted by, and their names, NULL at their end */
static int	sort_columns[MAX_SORT_KEYS];
static const char *sort_names[MAX_SORT_KEYS + 1];
static int	num_sort_keys = 0;

/*
 * Collect the sort keys from the attribute table, once.
 */
static void
load_sort_keys(void)
{
	for (int i = 0; i < imgcat_num_attributes; i++)
	{
		if ((imgcat_attributes[i].flags & IMGCAT_ATTR_SORTABLE) == 0)
			continue;
		Assert(num_sort_keys < MAX_SORT_KEYS);
		sort_columns[num_sort_keys] = imgcat_attributes[i].column;
		sort_names[num_sort_keys++] = imgcat_attributes[i].name;
	}
}

/*
 * Which sort key is the column?
 */
static int
sort_key_of_column(int column)
{
	for (int i = 0; i < num_sort_keys; i++)
		if (sort_columns[i] == column)
			return i;
	elog(ERROR, "column %d is not a sort key", column);
}

/*
 * An empty request.
 */
void
imgcat_list_request_begin(ImgcatListRequest *request, ImgcatDialect dialect)
{
	memset(request, 0, sizeof(*request));
	request->dialect = dialect;
	request->max_parameters = 16;
	request->parameters = palloc(sizeof(ImgcatListParameter) * request->max_parameters);
	request->max_conditions = 16;
	request->conditions = palloc(sizeof(ImgcatCondition) * request->max_conditions);
	request->limit = -1;
	request->member_status = "accepted";
}

/*
 * Add a parameter.  Name and value end with a NUL, are valid in the encoding
 * of the database, and live as long as the request.
 */
void
imgcat_list_request_add(ImgcatListRequest *request,
						const char *name, size_t name_length,
						const char *value, size_t value_length)
{
	ImgcatListParameter *parameter;

	if (request->nparameters >= MAX_PARAMETERS)
		imgcat_refuse_list(request, ERRCODE_PROGRAM_LIMIT_EXCEEDED, IMS_BAD_VALUE,
						   "too many query parameters",
						   psprintf("A request has at most %d.", MAX_PARAMETERS), NULL);
	if (name_length > MAX_PARAMETER_LENGTH || value_length > MAX_PARAMETER_LENGTH)
		imgcat_refuse_list(request, ERRCODE_PROGRAM_LIMIT_EXCEEDED, IMS_BAD_VALUE,
						   "query parameter is too long",
						   psprintf("Its name and its value have at most %d bytes each.",
									MAX_PARAMETER_LENGTH), NULL);
	if (request->nparameters == request->max_parameters)
	{
		request->max_parameters *= 2;
		request->parameters = repalloc(request->parameters,
									   sizeof(ImgcatListParameter) * request->max_parameters);
	}
	parameter = &request->parameters[request->nparameters++];
	parameter->name = name;
	parameter->name_length = name_length;
	parameter->value = value;
	parameter->value_length = value_length;
}

/*
 * limit: a whole number, not negative.
 */
static void
set_limit(ImgcatListRequest *request, const ImgcatListParameter *parameter)
{
	int64_t		limit;
	bool		out_of_range = false;

	if (!imgcat_parse_integer(parameter->value, parameter->value_length,
							  &limit, &out_of_range))
		imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
						 "The limit must be an integer.");
	if (limit < 0)
		imgcat_bad_value(request, parameter, IMS_BAD_VALUE,
						 "The limit must not be negative.");
	request->limit = limit;
}

/*
 * member_status: one of the three, or all.
 */
static void
set_member_status(ImgcatListRequest *request,
				  const ImgcatListParameter *parameter)
{
	static const char *const statuses[] = {"accepted", "pending", "rejected", "all", NULL};
	int			status = imgcat_read_word(request, parameter, statuses, IMS_BAD_VALUE,
										  "The values are accepted, pending, rejected and all.");

	request->member_status = strcmp(statuses[status], "all") == 0 ? NULL : statuses[status];
	request->member_status_given = true;
}

/*
 * Report a sort that cannot be read: what is wrong with it, and where.
 */
static void
refuse_sort(const ImgcatListRequest *request, const ImgcatSortRequest *sorting,
			ImgcatSortResult result, const char *written)
{
	const char *message = "too many sort keys";
	const char *detail = psprintf("A request has at most %d.", IMGCAT_SORT_KEYS_MAX);
	const char *hint = NULL;

	if (result == IMGCAT_SORT_BAD_KEY)
	{
		StringInfoData names;

		initStringInfo(&names);
		for (int i = 0; i < num_sort_keys; i++)
			appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", sort_names[i]);
		message = "invalid sort key";
		detail = psprintf("The key is \"%s\".", written);
		hint = psprintf("The sort keys are %s.", names.data);
	}
	else if (result == IMGCAT_SORT_BAD_DIRECTION)
	{
		message = "invalid sort direction";
		detail = psprintf("The direction is \"%s\".", written);
		hint = "The directions are asc and desc, in lower case.";
	}
	else if (result == IMGCAT_SORT_DIRECTION_COUNT)
	{
		message = "number of sort directions does not match the sort keys";
		detail = psprintf("There are %d of sort_key and %d of sort_dir.",
						  sorting->nkeys, sorting->ndirections);
		hint = "Give one sort_dir for all keys, or one for each.";
	}
	else if (result == IMGCAT_SORT_MIXED_SYNTAX)
	{
		message = "parameter \"sort\" goes without \"sort_key\" and \"sort_dir\"";
		detail = "The request mixes both forms.";
		hint = "Write sort=key:dir,key:dir or sort_key=key&sort_dir=dir.";
	}
	imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
					   message, detail, hint);
}

/*
 * The sort of the request, from its sort, sort_key and sort_dir parameters.
 */
static void
set_sort(ImgcatListRequest *request, const ImgcatListParameter *sort)
{
	ImgcatSortRequest sorting = {0};
	ImgcatSortSpec spec;
	const char **keys = palloc(sizeof(char *) * (request->nparameters + 1));
	const char **directions = palloc(sizeof(char *) * (request->nparameters + 1));
	const char *error_at = NULL;
	size_t		error_length = 0;
	ImgcatSortResult result;

	for (int i = 0; i < request->nparameters; i++)
	{
		const ImgcatListParameter *parameter = &request->parameters[i];

		if (imgcat_is_named(parameter, "sort_key"))
			keys[sorting.nkeys++] = parameter->value;
		else if (imgcat_is_named(parameter, "sort_dir"))
			directions[sorting.ndirections++] = parameter->value;
	}
	sorting.keys = keys;
	sorting.directions = directions;
	if (sort != NULL)
	{
		sorting.has_sort = true;
		sorting.sort = sort->value;
		sorting.sort_length = sort->value_length;
	}

	result = imgcat_sort_spec_parse(&sorting, sort_names,
									sort_key_of_column(IMGCAT_COL_CREATED_AT),
									sort_key_of_column(IMGCAT_COL_ID),
									&spec, &error_at, &error_length);
	if (result != IMGCAT_SORT_OK)
		refuse_sort(request, &sorting, result,
					error_at != NULL ? pnstrdup(error_at, error_length) : "");

	/* nothing ties after the id */
	do
	{
		ImgcatKey  *key = &request->keys[request->nkeys];

		key->column = sort_columns[spec.keys[request->nkeys].attribute];
		key->descending = spec.keys[request->nkeys].descending;
	} while (request->keys[request->nkeys++].column != IMGCAT_COL_ID);
}

/*
 * Is the order (created_at, id)?
 */
bool
imgcat_sorts_by_creation(const ImgcatListRequest *request)
{
	return request->nkeys == 2 && request->keys[0].column == IMGCAT_COL_CREATED_AT;
}

/*
 * Is a later parameter of the same name there?
 */
static bool
is_superseded(const ImgcatListRequest *request, int at)
{
	const ImgcatListParameter *parameter = &request->parameters[at];

	for (int i = at + 1; i < request->nparameters; i++)
		if (imgcat_is_named(&request->parameters[i], parameter->name))
			return true;
	return false;
}

/*
 * Read all parameters: which of a repeated one counts, and what they mean.
 *
 * limit, marker, member_status and sort are taken once, the first; a further
 * one is a filter on a custom property of that name.  Every tag and every
 * time counts.  Of any other filter the last counts.
 */
void
imgcat_list_request_finish(ImgcatListRequest *request,
						   const ImgcatCaller *caller)
{
	const ImgcatListParameter *sort = NULL;
	bool		seen_limit = false;
	bool		seen_marker = false;
	Datum		unlisted = (Datum) 0;

	if (num_sort_keys == 0)
		load_sort_keys();

	for (int i = 0; i < request->nparameters; i++)
	{
		const ImgcatListParameter *parameter = &request->parameters[i];

		if (imgcat_is_named(parameter, "sort_key") || imgcat_is_named(parameter, "sort_dir"))
			continue;
		if (imgcat_is_named(parameter, "tag"))
			imgcat_add_tag_filter(request, parameter);
		else if (imgcat_is_named(parameter, "created_at") ||
				 imgcat_is_named(parameter, "updated_at"))
			imgcat_add_filter(request, parameter);
		else if (imgcat_is_named(parameter, "limit") && !seen_limit)
		{
			set_limit(request, parameter);
			seen_limit = true;
		}
		else if (imgcat_is_named(parameter, "marker") && !seen_marker)
		{
			request->marker = parameter->value;
			seen_marker = true;
		}
		else if (imgcat_is_named(parameter, "member_status") &&
				 !request->member_status_given)
			set_member_status(request, parameter);
		else if (imgcat_is_named(parameter, "sort") && sort == NULL)
			sort = parameter;
		else if (!is_superseded(request, i))
		{
			if (imgcat_is_named(parameter, "limit") || imgcat_is_named(parameter, "marker") ||
				imgcat_is_named(parameter, "member_status") ||
				imgcat_is_named(parameter, "sort"))
				imgcat_add_property_filter(request, parameter);
			else
				imgcat_add_filter(request, parameter);
		}
	}
	set_sort(request, sort);

	if (request->dialect == IMGCAT_DIALECT_IMS)
		unlisted = PointerGetDatum(imgcat_ims_unlisted_facet(caller));
	if (unlisted != (Datum) 0)
		(void) imgcat_add_text_condition(request, IMGCAT_COND_REGISTERED,
										 IMGCAT_COL_PROPERTIES, &unlisted, 1);
}
