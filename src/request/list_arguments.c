/*-------------------------------------------------------------------------
 *
 * list_arguments.c
 *		The parameters of a list request, as a function is given them: a query
 *		string, or the arguments filter, sort, limit and marker.
 *
 * src/request/list_arguments.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "context.h"
#include "fmgr.h"
#include "image/errors.h"
#include "json/jsonb_read.h"
#include "mb/pg_wchar.h"
#include "query/list_link.h"
#include "query/query_string.h"
#include "request/list_request.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/*
 * Refuse a caller that may not list at all.
 */
void
imgcat_check_may_list(const ImgcatCaller *caller, ImgcatDialect dialect)
{
	if (!caller->is_reader)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("not allowed to list images"),
				 imgcat_ims_errdetail(dialect, IMS_FORBIDDEN,
									  "Listing needs the role reader in the project."),
				 errhint("Ask for the role reader in setting image_catalog.roles.")));
}

/*
 * Begin a request, of a caller who may list, with the parameters of a raw query
 * string, or of a link to the list at path.  A URL is UTF-8, whatever the
 * encoding of the database.
 */
void
imgcat_begin_query(ImgcatListRequest *request, ImgcatDialect dialect,
				   const ImgcatCaller *caller, const text *str, const char *path)
{
	char	   *copy = text_to_cstring(str);
	const char *query;
	size_t		length;
	ImgcatQueryString parser;
	ImgcatQueryParameter parameter;
	ImgcatQueryResult result;

	imgcat_check_may_list(caller, dialect);
	imgcat_list_request_begin(request, dialect);
	copy = pg_server_to_any(copy, strlen(copy), PG_UTF8);
	if (!imgcat_list_link_query(copy, strlen(copy), path, &query, &length))
		imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_BAD_VALUE,
						   "not a link of this list",
						   psprintf("Its path does not end in %s.", path),
						   psprintf("Pass a query, such as limit=10, or a link to %s whole.", path));
	copy = pnstrdup(query, length);
	imgcat_query_string_init(&parser, copy, length);
	while ((result = imgcat_query_string_next(&parser, &parameter)) == IMGCAT_QUERY_PARAMETER)
	{
		char	   *name = parameter.name;
		char	   *value = parameter.value;

		if (GetDatabaseEncoding() != PG_UTF8)
		{
			name = pg_any_to_server(name, parameter.name_length, PG_UTF8);
			value = pg_any_to_server(value, parameter.value_length, PG_UTF8);
		}
		imgcat_list_request_add(request, name, strlen(name),
								value, strlen(value));
	}
	if (result == IMGCAT_QUERY_BAD_ENCODING)
		imgcat_refuse_list(request, ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, IMS_BAD_VALUE,
						   "invalid encoding in query string",
						   "After percent-decoding it is not valid UTF-8, or has a zero byte.",
						   "Encode text as UTF-8 before percent-encoding it.");
}

/*
 * Report a filter argument that cannot be read.
 */
pg_noreturn static void
refuse_filter(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid filter"),
			 errdetail("%s", detail),
			 errhint("A filter maps parameter names to strings: {\"status\": \"active\", \"tag\": [\"a\", \"b\"]}.")));
}

/*
 * Add one value of the filter argument.
 */
static void
add_filter_value(ImgcatListRequest *request, const JsonbValue *name,
				 const JsonbValue *value)
{
	char	   *name_text = pnstrdup(name->val.string.val, name->val.string.len);
	char	   *value_text;

	switch (value->type)
	{
		case jbvString:
			value_text = pnstrdup(value->val.string.val, value->val.string.len);
			break;
		case jbvBool:
			value_text = pstrdup(value->val.boolean ? "true" : "false");
			break;
		case jbvNumeric:
			value_text = DatumGetCString(DirectFunctionCall1(numeric_out,
															 NumericGetDatum(value->val.numeric)));
			break;
		default:
			refuse_filter(psprintf("The value of \"%s\" is neither a string nor an array of strings.",
								   name_text));
	}
	imgcat_list_request_add(request, name_text, strlen(name_text),
							value_text, strlen(value_text));
}

/*
 * Add the parameters of a filter argument: name -> string, or array of
 * strings for a repeated parameter.
 */
static void
add_filter_object(ImgcatListRequest *request, Jsonb *filter)
{
	ImgcatJsonbWalk members;

	if (!JB_ROOT_IS_OBJECT(filter))
		refuse_filter("The filter is not a JSON object.");
	imgcat_read_begin(&members, &filter->root);
	while (imgcat_read_next(&members))
	{
		ImgcatJsonbWalk elements;

		if (members.value.type != jbvBinary ||
			!JsonContainerIsArray(members.value.val.binary.data))
		{
			add_filter_value(request, &members.key, &members.value);
			continue;
		}
		imgcat_read_begin(&elements, members.value.val.binary.data);
		while (imgcat_read_next(&elements))
			add_filter_value(request, &members.key, &elements.value);
	}
}

/*
 * Add a parameter that is an argument: refused if the filter has it, too.
 */
static void
add_argument(ImgcatListRequest *request, const char *name, const char *value)
{
	for (int i = 0; i < request->nparameters; i++)
		if (strcmp(request->parameters[i].name, name) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" is given twice", name),
					 errdetail("It is an argument, and in the filter."),
					 errhint("Leave one of them out.")));
	imgcat_list_request_add(request, name, strlen(name), value, strlen(value));
}

/*
 * Read a request, of a caller who may list, from the arguments filter, sort,
 * "limit" and marker of a function, or from the first of them.
 */
void
imgcat_read_arguments(ImgcatListRequest *request, const ImgcatCaller *caller,
					  FunctionCallInfo fcinfo)
{
	imgcat_check_may_list(caller, imgcat_dialect);
	imgcat_list_request_begin(request, imgcat_dialect);
	if (!PG_ARGISNULL(0))
		add_filter_object(request, PG_GETARG_JSONB_P(0));
	if (PG_NARGS() > 1 && !PG_ARGISNULL(1))
		add_argument(request, "sort", text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
		add_argument(request, "limit", psprintf("%d", PG_GETARG_INT32(2)));
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		add_argument(request, "marker", imgcat_uuid_string(PG_GETARG_UUID_P(3)));
	imgcat_list_request_finish(request, caller);
}
