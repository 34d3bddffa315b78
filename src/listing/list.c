/*-------------------------------------------------------------------------
 *
 * list.c
 *		list_images, list_images_page, list_cloud_images_page, count_images, and
 *		what explains the first two.
 *
 * The functions run as the owner of the tables: row-level security would bar
 * the search index, because array containment is not leakproof.  The recheck
 * carries the caller's scope instead (list_page.c).
 *
 * src/listing/list.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "context.h"
#include "data/locations.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "image/errors.h"
#include "image/policy.h"
#include "image/protection.h"
#include "listing/list_plan.h"
#include "mb/pg_wchar.h"
#include "query/query_string.h"
#include "query/uuid.h"
#include "request/list_request.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"

#define IMAGES_PATH "/v2/images"

/*
 * Where the rows of a page go.  Where the answer tells that there is a next
 * page, one row more than the page is asked for, and only tells that.
 */
typedef struct ImagePage
{
	int64		limit;
	int64		rows;			/* rows taken, at most limit */
	bool		tells_more;		/* does the answer tell of a next page? */
	bool		more;			/* a row beyond the limit came */
	pg_uuid_t	last_id;		/* of the last row taken */

	/* a page as JSON, or as rows */
	StringInfo	json;
	Tuplestorestate *tuplestore;
	TupleDesc	tupdesc;
} ImagePage;

/*
 * Take one row of the listing.
 */
static void
take_image(void *argument, ImgcatImageRow *row)
{
	ImagePage  *page = argument;

	if (page->rows == page->limit)
	{
		page->more = true;
		return;
	}
	imgcat_image_row_hide_protected(row);
	if (page->json != NULL)
	{
		if (page->rows > 0)
			appendStringInfoChar(page->json, ',');
		imgcat_image_document(page->json, row);
	}
	else
		tuplestore_putvalues(page->tuplestore, page->tupdesc,
							 row->values, row->nulls);
	page->last_id = *DatumGetUUIDP(row->values[IMGCAT_COL_ID]);
	page->rows++;
}

/*
 * Begin the page of a request.
 */
static void
begin_page(ImagePage *page, const ImgcatListRequest *request, int limit_default)
{
	memset(page, 0, sizeof(*page));
	page->limit = request->limit < 0 ? limit_default : request->limit;
	page->limit = Min(page->limit, imgcat_page_limit_max);
}

/*
 * Tell who asked for more rows that the page ended at the limit's limit: rows
 * bear no link to the next page.
 */
static void
notice_lowered_limit(const ImgcatListRequest *request, const ImagePage *page)
{
	if (request->limit > page->limit && page->rows == page->limit &&
		!imgcat_answering_http)
		ereport(NOTICE,
				(errmsg("limit is lowered from " INT64_FORMAT " to " INT64_FORMAT,
						request->limit, page->limit),
				 errhint("Go on with the last image's id as marker, or raise image_catalog.page_limit_max.")));
}

/*
 * The keyset position of the request's marker; NULL: it has none.  No such image,
 * or one that the caller may not see, are told apart to nobody.
 */
static ImgcatEntry *
find_marker(const ImgcatListRequest *request, const ImgcatCaller *caller)
{
	ImgcatEntry *marker;
	ImgcatImageAccess image;
	pg_uuid_t	id;

	if (request->marker == NULL)
		return NULL;
	if (!imgcat_read_uuid(request->marker, strlen(request->marker), id.data) ||
		!imgcat_image_find_marker(&image, &id, caller, request->deleted))
		imgcat_refuse_list(request, ERRCODE_INVALID_PARAMETER_VALUE, IMS_NO_MARKER,
						   "marker image not found",
						   psprintf("No image with id \"%s\" can be seen by the caller.",
									request->marker),
						   "Start again from the first page.");
	marker = palloc0(sizeof(ImgcatEntry));
	imgcat_entry_set_keys(marker, request->keys, request->nkeys, &image.row);
	return marker;
}

/*
 * Plan the page, into memory that SPI frees.  The caller is connected to SPI.
 */
static void
plan_page(ImgcatListPlan *plan, const ImgcatListRequest *request,
		  const ImgcatCaller *caller, const ImagePage *page)
{
	imgcat_plan_list(plan, request, caller, find_marker(request, caller),
					 page->limit + (page->tells_more ? 1 : 0));
}

/*
 * Run the request into the page.  If it stays empty, tell why it may: as a
 * notice only if notices are wanted.
 */
static void
list_page(const ImgcatListRequest *request, const ImgcatCaller *caller,
		  ImagePage *page, bool notices)
{
	ImgcatListPlan plan;

	SPI_connect();
	plan_page(&plan, request, caller, page);
	if (page->limit > 0)
		imgcat_list_page(&plan, take_image, page);
	imgcat_plan_end(&plan);
	if (page->rows == 0)
		imgcat_tell_unknown(request, caller, notices);
	SPI_finish();
}

/*
 * list_images(filter jsonb, sort text, "limit" int, marker uuid)
 * returns setof image
 */
IMGCAT_FUNCTION(imgcat_list_images, 0)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImgcatCaller caller = imgcat_caller();
	ImgcatListRequest request;
	ImagePage	page;

	imgcat_read_arguments(&request, &caller, fcinfo);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	begin_page(&page, &request, imgcat_page_limit_default);
	page.tuplestore = rsinfo->setResult;
	page.tupdesc = rsinfo->setDesc;
	list_page(&request, &caller, &page, !imgcat_answering_http);
	notice_lowered_limit(&request, &page);
	return (Datum) 0;
}

/*
 * Append text in form encoding, which leaves nothing that JSON must escape.
 * A URL is UTF-8, whatever the encoding of the database.
 */
static void
append_encoded(StringInfo out, const char *str, size_t length)
{
	char	   *utf8 = pg_server_to_any(str, length, PG_UTF8);
	size_t		room;

	if (utf8 != str)
	{
		str = utf8;
		length = strlen(utf8);
	}
	room = 3 * length + 1;
	enlargeStringInfo(out, room);
	out->len += imgcat_url_encode(out->data + out->len, room, str, length);
	out->data[out->len] = '\0';
}

/*
 * Append a member that is path?parameters, under the prefix of links; with a
 * marker it is the link to the page after that, without one to the first page.
 */
static void
append_page_link(StringInfo out, const char *member, const char *path,
				 const ImgcatListRequest *request, const char *marker)
{
	char		separator = '?';

	appendStringInfo(out, ",\"%s\":\"%s%s", member, imgcat_http_prefix, path);
	for (int i = 0; i < request->nparameters; i++)
	{
		const ImgcatListParameter *parameter = &request->parameters[i];

		if (strcmp(parameter->name, "marker") == 0)
			continue;
		appendStringInfoChar(out, separator);
		append_encoded(out, parameter->name, parameter->name_length);
		appendStringInfoChar(out, '=');
		append_encoded(out, parameter->value, parameter->value_length);
		separator = '&';
	}
	if (marker != NULL)
		appendStringInfo(out, "%cmarker=%s", separator, marker);
	appendStringInfoChar(out, '"');
}

/*
 * A page of the list at path as a JSON document.  It is built behind the header
 * of the text that it becomes.  Only OpenStack's has links.
 */
static text *
page_document(ImgcatDialect dialect, const text *query, const char *path,
			  int limit_default, bool has_links)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatListRequest request;
	ImagePage	page;
	StringInfoData json;

	imgcat_begin_query(&request, dialect, &caller, query, path);
	imgcat_list_request_finish(&request, &caller);

	initStringInfo(&json);
	appendStringInfoSpaces(&json, VARHDRSZ);
	appendStringInfoString(&json, "{\"images\":[");
	begin_page(&page, &request, limit_default);
	page.json = &json;
	page.tells_more = has_links;
	list_page(&request, &caller, &page, false);
	appendStringInfoChar(&json, ']');
	if (has_links)
		append_page_link(&json, "first", path, &request, NULL);
	if (page.more)
		append_page_link(&json, "next", path, &request, imgcat_uuid_string(&page.last_id));
	if (has_links)
		appendStringInfo(&json, ",\"schema\":\"%s/v2/schemas/images\"", imgcat_http_prefix);
	appendStringInfoChar(&json, '}');
	SET_VARSIZE(json.data, json.len);
	return (text *) json.data;
}

/*
 * list_images_page(query text) returns json
 */
IMGCAT_FUNCTION(imgcat_list_images_page, 1)
{
	PG_RETURN_TEXT_P(page_document(imgcat_dialect, PG_GETARG_TEXT_PP(0), IMAGES_PATH,
								   imgcat_page_limit_default, true));
}

/*
 * list_cloud_images_page(query text) returns json: the IMS dialect, no links.
 */
IMGCAT_FUNCTION(imgcat_list_cloud_images_page, 1)
{
	PG_RETURN_TEXT_P(page_document(IMGCAT_DIALECT_IMS, PG_GETARG_TEXT_PP(0),
								   "/v2/cloudimages", IMGCAT_CLOUD_PAGE_LIMIT, false));
}

/*
 * How many images the request lists.  The caller is connected to SPI.
 */
int64
imgcat_count_listed(const ImgcatListRequest *request, const ImgcatCaller *caller)
{
	ImgcatStatement statement;
	bool		is_null;

	imgcat_count_statement(&statement, request, caller);
	imgcat_statement_execute(&statement, 0, NULL);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
									   1, &is_null));
}

/*
 * count_images(filter jsonb) returns bigint
 */
IMGCAT_FUNCTION(imgcat_count_images, 0)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatListRequest request;
	int64		count;

	imgcat_read_arguments(&request, &caller, fcinfo);
	SPI_connect();
	count = imgcat_count_listed(&request, &caller);
	if (count == 0)
		imgcat_tell_unknown(&request, &caller, !imgcat_answering_http);
	SPI_finish();
	PG_RETURN_INT64(count);
}

/*
 * Who may see a plan, and whose list it is of: estimates tell of all images,
 * so only a catalogue administrator.  If he has a project, it is of that.
 */
static ImgcatCaller
explaining_caller(void)
{
	ImgcatCaller caller = imgcat_caller();

	if (!caller.is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("not allowed to explain lists"),
				 errdetail("A plan tells of the images of all projects."),
				 errhint("Ask a catalogue administrator.")));
	caller.is_admin = (caller.project_id == NULL);
	return caller;
}

/*
 * Explain the request, as page or rows: where the answer tells of a next page,
 * one row more is wanted.
 */
static Datum
explain_request(FunctionCallInfo fcinfo, const ImgcatListRequest *request,
				const ImgcatCaller *caller, bool tells_more, bool analyze)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImagePage	page;
	ImgcatListPlan plan;
	char	   *line;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	begin_page(&page, request, imgcat_page_limit_default);
	page.tells_more = tells_more;
	SPI_connect();
	plan_page(&plan, request, caller, &page);
	line = imgcat_explain_list(&plan, analyze);
	for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
	{
		Datum		value = PointerGetDatum(cstring_to_text_with_len(line, end - line));
		bool		is_null = false;

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &is_null);
	}
	imgcat_plan_end(&plan);
	SPI_finish();
	return (Datum) 0;
}

/*
 * explain_list_images(filter jsonb, sort text, "limit" int, marker uuid,
 * analyze boolean) returns setof text
 */
IMGCAT_FUNCTION(imgcat_explain_list_images, 0)
{
	ImgcatCaller caller = explaining_caller();
	ImgcatListRequest request;

	imgcat_read_arguments(&request, &caller, fcinfo);
	return explain_request(fcinfo, &request, &caller, false,
						   !PG_ARGISNULL(4) && PG_GETARG_BOOL(4));
}

/*
 * explain_list_images_page(query text, analyze boolean) returns setof text
 */
IMGCAT_FUNCTION(imgcat_explain_list_images_page, 1)
{
	ImgcatCaller caller = explaining_caller();
	ImgcatListRequest request;

	imgcat_begin_query(&request, imgcat_dialect, &caller, PG_GETARG_TEXT_PP(0), IMAGES_PATH);
	imgcat_list_request_finish(&request, &caller);
	return explain_request(fcinfo, &request, &caller, true,
						   !PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
}
