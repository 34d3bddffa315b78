/*-------------------------------------------------------------------------
 *
 * list_request.c
 *		What a caller asks of a listing of disk images, read and checked.
 *
 * The rules are those of OpenStack Image v2 (GET /v2/images), and of the IMS
 * dialect where the request says so.  Here are the request and its order; what
 * the parameters mean is in list_filter.c.
 *
 * src/request/list_request.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "image/errors.h"
#include "image/image_row.h"
#include "image/ims_rules.h"
#include "request/list_request.h"

/* more parameters than any client sends, few enough to compare all pairs */
#define MAX_PARAMETERS 500

/* in bytes; an in: list of 25,000 ids */
#define MAX_PARAMETER_LENGTH (1024 * 1024)
#define MAX_SORT_KEYS 16

/* the columns that can be sorted by, and their names, NULL at their end */
static int	sort_columns[MAX_SORT_KEYS];
static const char *sort_names[MAX_SORT_KEYS + 1];
static int	num_sort_keys = 0;

/* which of them break ties */
static int	created_at_key;
static int	id_key;

/*
 * Collect the sort keys from the attribute table, once.
 */
static void
load_sort_keys(void)
{
	for (int i = 0; i < imgcat_num_attributes; i++)
	{
		const ImgcatAttribute *attribute = &imgcat_attributes[i];

		if ((attribute->flags & IMGCAT_ATTR_SORTABLE) == 0)
			continue;
		Assert(num_sort_keys < MAX_SORT_KEYS);
		if (attribute->column == IMGCAT_COL_CREATED_AT)
			created_at_key = num_sort_keys;
		else if (attribute->column == IMGCAT_COL_ID)
			id_key = num_sort_keys;
		sort_columns[num_sort_keys] = attribute->column;
		sort_names[num_sort_keys++] = attribute->name;
	}
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
 * A new condition of the request.
 */
ImgcatCondition *
imgcat_add_condition(ImgcatListRequest *request, ImgcatConditionKind kind, int column)
{
	ImgcatCondition *condition;

	if (request->nconditions == request->max_conditions)
	{
		request->max_conditions *= 2;
		request->conditions = repalloc(request->conditions,
									   sizeof(ImgcatCondition) * request->max_conditions);
	}
	condition = &request->conditions[request->nconditions++];
	memset(condition, 0, sizeof(*condition));
	condition->kind = kind;
	condition->column = column;
	return condition;
}

/*
 * Add a condition on texts, or facets, which are copied.  Nothing is one of
 * none.
 */
ImgcatCondition *
imgcat_add_text_condition(ImgcatListRequest *request, ImgcatConditionKind kind, int column,
						  Datum *texts, int ntexts)
{
	ImgcatCondition *condition =
	imgcat_add_condition(request, ntexts > 0 ? kind : IMGCAT_COND_NEVER, column);

	condition->ntexts = ntexts;
	condition->texts = palloc(sizeof(Datum) * Max(ntexts, 1));
	memcpy(condition->texts, texts, sizeof(Datum) * ntexts);
	return condition;
}

/*
 * Add a range of a column.  Several of a column are one, where they meet.
 */
void
imgcat_add_range_condition(ImgcatListRequest *request, int column, int64 low, int64 high)
{
	ImgcatCondition *range = NULL;

	for (int i = 0; i < request->nconditions && range == NULL; i++)
		if (request->conditions[i].kind == IMGCAT_COND_RANGE &&
			request->conditions[i].column == column)
			range = &request->conditions[i];
	if (range == NULL)
	{
		range = imgcat_add_condition(request, IMGCAT_COND_RANGE, column);
		range->low = PG_INT64_MIN;
		range->high = PG_INT64_MAX;
	}
	range->low = Max(range->low, low);
	range->high = Min(range->high, high);
	if (range->low > range->high)
		range->kind = IMGCAT_COND_NEVER;
}

/*
 * The first condition of the kind, or NULL.
 */
const ImgcatCondition *
imgcat_find_condition(const ImgcatListRequest *request, ImgcatConditionKind kind)
{
	for (int i = 0; i < request->nconditions; i++)
		if (request->conditions[i].kind == kind)
			return &request->conditions[i];
	return NULL;
}

/*
 * Refuse a request, with a code for IMS; hint may be NULL.
 */
void
imgcat_refuse_list(const ImgcatListRequest *request, int sqlstate, const char *code,
				   const char *message, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("%s", message),
			 imgcat_ims_errdetail(request->dialect, code, "%s", detail),
			 hint != NULL ? errhint("%s", hint) : 0));
}

/*
 * Report a value that its parameter cannot take.
 */
void
imgcat_bad_value(const ImgcatListRequest *request,
				 const ImgcatListParameter *parameter,
				 const char *code, const char *hint)
{
	imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, code,
					   psprintf("invalid value for parameter \"%s\"", parameter->name),
					   psprintf("The value is \"%s\".", parameter->value), hint);
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
 * The sort of the request, from its sort, sort_key and sort_dir parameters.  Of
 * several sorts the first counts.
 */
static void
set_sort(ImgcatListRequest *request)
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

		if (strcmp(parameter->name, "sort_key") == 0)
			keys[sorting.nkeys++] = parameter->value;
		else if (strcmp(parameter->name, "sort_dir") == 0)
			directions[sorting.ndirections++] = parameter->value;
		else if (strcmp(parameter->name, "sort") == 0 && !sorting.has_sort)
		{
			sorting.has_sort = true;
			sorting.sort = parameter->value;
			sorting.sort_length = parameter->value_length;
		}
	}
	sorting.keys = keys;
	sorting.directions = directions;
	if (num_sort_keys == 0)
		load_sort_keys();
	result = imgcat_sort_spec_parse(&sorting, sort_names, created_at_key, id_key,
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
 * Read all parameters to conditions, an order, a limit and a marker.
 */
void
imgcat_list_request_finish(ImgcatListRequest *request, const ImgcatCaller *caller)
{
	Datum		unlisted = (Datum) 0;

	imgcat_read_parameters(request);
	set_sort(request);
	if (request->dialect == IMGCAT_DIALECT_IMS)
		unlisted = PointerGetDatum(imgcat_ims_unlisted_facet(caller));
	if (unlisted != (Datum) 0)
		(void) imgcat_add_text_condition(request, IMGCAT_COND_REGISTERED,
										 IMGCAT_COL_PROPERTIES, &unlisted, 1);
}
