/*-------------------------------------------------------------------------
 *
 * list.c
 *		Container images: how many, which, page by page.
 *
 * src/container/list.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "container/container_access.h"
#include "container/container_json.h"
#include "container/container_listing.h"
#include "container/container_rank.h"
#include "container/container_request.h"
#include "container/search_check.h"
#include "entry.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "query/list_link.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

/* what a StorageListImage is written of, in this order; the keys follow */
#define LIST_COLUMNS \
	"i.digest, i.name_full, i.counters_present, i.component_count, " \
	"i.cve_count, i.fixable_cve_count, i.created_at, i.created_at_nanos, " \
	"i.last_updated, i.last_updated_nanos, i.risk_score"

enum ListColumn
{
	LIST_DIGEST,
	LIST_NAME_FULL,
	LIST_COUNTERS_PRESENT,
	LIST_COMPONENT_COUNT,
	LIST_CVE_COUNT,
	LIST_FIXABLE_CVE_COUNT,
	LIST_CREATED_AT,
	LIST_CREATED_AT_NANOS,
	LIST_LAST_UPDATED,
	LIST_LAST_UPDATED_NANOS,
	LIST_RISK_SCORE,
	LIST_COLUMN_COUNT
};

/*
 * Where the rows of a listing go: documents in a tuplestore, or one JSON
 * array.  A row beyond the limit only tells that there is more.
 */
typedef struct ListReceiver
{
	DestReceiver pub;			/* must be first */
	const ImgcatRanks *ranks;
	int64		limit;			/* negative: none */
	int64		rows;			/* rows taken */
	bool		more;
	MemoryContext row_context;	/* emptied after each row */

	Tuplestorestate *tuplestore;	/* documents, or NULL */
	TupleDesc	tupdesc;
	StringInfo	json;			/* the array's elements, or NULL */

	int			nkeys;			/* sort keys after the columns */
	ImgcatContainerMarker last; /* the last row taken, when json is set */
	MemoryContext marker_context;	/* emptied for each row */
} ListReceiver;

/*
 * Write the document of a row to out.
 */
static void
write_row(StringInfo out, const TupleTableSlot *slot,
		  const ImgcatRanks *ranks)
{
	const Datum *values = slot->tts_values;
	ImgcatListImage image;

	memset(&image, 0, sizeof(image));
	image.digest = TextDatumGetCString(values[LIST_DIGEST]);
	image.name_full = TextDatumGetCString(values[LIST_NAME_FULL]);
	image.counters_present = DatumGetInt16(values[LIST_COUNTERS_PRESENT]);
	image.component_count = DatumGetInt32(values[LIST_COMPONENT_COUNT]);
	image.cve_count = DatumGetInt32(values[LIST_CVE_COUNT]);
	image.fixable_cve_count = DatumGetInt32(values[LIST_FIXABLE_CVE_COUNT]);
	image.has_created_at = !slot->tts_isnull[LIST_CREATED_AT];
	if (image.has_created_at)
		image.created_at = DatumGetTimestampTz(values[LIST_CREATED_AT]);
	image.created_at_nanos = DatumGetInt16(values[LIST_CREATED_AT_NANOS]);
	image.last_updated = DatumGetTimestampTz(values[LIST_LAST_UPDATED]);
	image.last_updated_nanos = DatumGetInt16(values[LIST_LAST_UPDATED_NANOS]);
	image.priority = imgcat_rank(ranks,
								 DatumGetFloat8(values[LIST_RISK_SCORE]));
	imgcat_write_list_image(out, &image);
}

/*
 * Note the row as the marker of the next page.
 */
static void
keep_marker(ListReceiver *receiver, const TupleTableSlot *slot)
{
	MemoryContext old;
	int			i;

	MemoryContextReset(receiver->marker_context);
	old = MemoryContextSwitchTo(receiver->marker_context);
	receiver->last.digest = TextDatumGetCString(slot->tts_values[LIST_DIGEST]);
	receiver->last.nkeys = receiver->nkeys;
	for (i = 0; i < receiver->nkeys; i++)
	{
		int			column = LIST_COLUMN_COUNT + i;

		receiver->last.keys[i] = slot->tts_isnull[column] ? NULL :
			TextDatumGetCString(slot->tts_values[column]);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Take one row; false stops the execution.
 */
static bool
list_receive(TupleTableSlot *slot, DestReceiver *self)
{
	ListReceiver *receiver = (ListReceiver *) self;
	MemoryContext old;

	CHECK_FOR_INTERRUPTS();
	if (receiver->limit >= 0 && receiver->rows >= receiver->limit)
	{
		receiver->more = true;
		return false;
	}
	slot_getallattrs(slot);
	old = MemoryContextSwitchTo(receiver->row_context);
	if (receiver->json != NULL)
	{
		if (receiver->rows > 0)
			appendStringInfoChar(receiver->json, ',');
		write_row(receiver->json, slot, receiver->ranks);
		keep_marker(receiver, slot);
	}
	else
	{
		StringInfoData document;
		Datum		value;
		bool		isnull = false;

		initStringInfo(&document);
		write_row(&document, slot, receiver->ranks);
		value = PointerGetDatum(cstring_to_text_with_len(document.data,
														 document.len));
		tuplestore_putvalues(receiver->tuplestore, receiver->tupdesc, &value,
							 &isnull);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(receiver->row_context);
	receiver->rows++;
	return true;
}

/*
 * A receiver of at most limit rows (all, when it is negative).
 */
static void
list_receiver_init(ListReceiver *receiver, int64 limit)
{
	memset(receiver, 0, sizeof(*receiver));
	receiver->pub = *None_Receiver; /* nothing to do at start and end */
	receiver->pub.receiveSlot = list_receive;
	receiver->pub.mydest = DestTuplestore;	/* SPI takes DestNone for no rows */
	receiver->limit = limit;
	receiver->row_context = AllocSetContextCreate(CurrentMemoryContext,
												  "container list row",
												  ALLOCSET_SMALL_SIZES);
	receiver->marker_context = AllocSetContextCreate(CurrentMemoryContext,
													 "container list marker",
													 ALLOCSET_SMALL_SIZES);
}

/*
 * The limit that counts: 1000 when none is asked for or more, none at all
 * when it is negative.
 */
static int64
effective_limit(int32 limit)
{
	if (limit < 0)
		return -1;
	return limit == 0 || limit > IMGCAT_CONTAINER_PAGE_MAX ?
		IMGCAT_CONTAINER_PAGE_MAX : limit;
}

/*
 * count_container_images(query text) returns bigint.
 */
IMGCAT_FUNCTION(imgcat_count_container_images, 1)
{
	text	   *query = PG_GETARG_TEXT_PP(0);
	ImgcatStatement statement;
	ImgcatCompiledSearch search;
	bool		isnull;
	int64		count;

	imgcat_require_container_read();
	SPI_connect();
	imgcat_statement_begin(&statement);
	imgcat_compile_search(VARDATA_ANY(query), VARSIZE_ANY_EXHDR(query),
						  &statement, &search);
	imgcat_tell_ignored(&search.query, !imgcat_answering_http);
	imgcat_narrow_search(&search, &statement);
	appendStringInfo(&statement.sql, "SELECT count(*) FROM image_catalog.container_images i WHERE %s",
					 search.where);
	imgcat_statement_execute(&statement, 1, NULL);
	count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
										SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	PG_RETURN_INT64(count);
}

/*
 * list_container_images(query text, limit int, offset int, sort_field text,
 * reversed boolean, aggregate text, distinct_values boolean) returns setof
 * json: StorageListImage documents.
 */
IMGCAT_FUNCTION(imgcat_list_container_images, 0)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	text	   *query = PG_ARGISNULL(0) ? cstring_to_text("") :
	PG_GETARG_TEXT_PP(0);
	int64		limit = effective_limit(PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1));
	int32		offset = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2);
	ImgcatContainerSort sort = {0};
	ImgcatStatement statement;
	ImgcatContainerListing listing;
	ListReceiver receiver;

	imgcat_require_container_read();
	if (!PG_ARGISNULL(3))
		sort.field = text_to_cstring(PG_GETARG_TEXT_PP(3));
	sort.reversed = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4);
	if (!PG_ARGISNULL(5))
		sort.aggregate = imgcat_aggregate_from_text(text_to_cstring(PG_GETARG_TEXT_PP(5)));
	sort.distinct = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
	sort.present = sort.field != NULL || sort.reversed || sort.distinct ||
		sort.aggregate != IMGCAT_AGGREGATE_UNSET;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	list_receiver_init(&receiver, limit);
	receiver.tuplestore = result->setResult;
	receiver.tupdesc = result->setDesc;
	SPI_connect();
	imgcat_statement_begin(&statement);
	imgcat_container_listing(&listing, VARDATA_ANY(query),
							 VARSIZE_ANY_EXHDR(query), &sort, &statement);
	imgcat_tell_ignored(&listing.search.query, !imgcat_answering_http);
	imgcat_container_listing_statement(&statement, LIST_COLUMNS, &listing,
									   NULL, limit, offset);
	receiver.ranks = imgcat_borrow_ranks(IMGCAT_RANK_IMAGES);
	imgcat_statement_execute(&statement, 0, &receiver.pub);
	SPI_finish();
	if (!PG_ARGISNULL(1) && limit >= 0 && PG_GETARG_INT32(1) > limit &&
		receiver.rows == limit && !imgcat_answering_http)
		ereport(NOTICE,
				(errmsg("limit is lowered from %d to " INT64_FORMAT,
						PG_GETARG_INT32(1), limit),
				 errhint("Go on with an offset, or give a negative limit for all images.")));
	return (Datum) 0;
}

/*
 * Fill in the keys that the marker's image has now.  The caller is connected
 * to SPI.
 */
static void
find_marker_keys(ImgcatContainerMarker *marker,
				 const ImgcatContainerRequest *request)
{
	ImgcatStatement statement;
	ImgcatContainerListing listing;
	SPIPlanPtr	plan;
	int			i;

	imgcat_statement_begin(&statement);
	imgcat_container_listing(&listing, request->query, strlen(request->query),
							 &request->sort, &statement);
	/* the place counts, not whether the image is found by the search */
	appendStringInfo(&statement.sql, "SELECT 1%s FROM %s WHERE i.digest = $%d",
					 imgcat_container_key_columns(&listing), listing.from,
					 imgcat_statement_parameter(&statement, TEXTOID,
												CStringGetTextDatum(marker->digest)));
	plan = imgcat_plan_with_options(statement.sql.data, statement.nparameters,
									statement.types, CURSOR_OPT_CUSTOM_PLAN);
	if (SPI_execute_plan(plan, statement.values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for the marker");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("marker image not found"),
				 errdetail("There is no image \"%s\".", marker->digest),
				 errhint("Follow the link \"next\" of the page before: it works even if its last image is gone.")));
	marker->nkeys = listing.nkeys;
	for (i = 0; i < listing.nkeys; i++)
		marker->keys[i] = SPI_getvalue(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, i + 2);
}

/*
 * list_container_images_page(query text) returns json: a URL's query in, the
 * answer of GET /v1/images out, and "next" where there is more.
 */
IMGCAT_FUNCTION(imgcat_list_container_images_page, 1)
{
	text	   *url_query = PG_GETARG_TEXT_PP(0);
	ImgcatContainerRequest request;
	ImgcatStatement statement;
	ImgcatContainerListing listing;
	ListReceiver receiver;
	StringInfoData json;
	const char *query;
	size_t		query_length;
	int64		limit;

	imgcat_require_container_read();
	if (!imgcat_list_link_query(VARDATA_ANY(url_query),
								VARSIZE_ANY_EXHDR(url_query), "/v1/images",
								&query, &query_length))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("not a link of this list"),
				 errdetail("Its path does not end in %s.", "/v1/images"),
				 errhint("Pass a query, such as pagination.limit=10, or a link to /v1/images whole.")));
	imgcat_read_container_request(&request, query, query_length, "");
	limit = effective_limit(request.limit);
	initStringInfo(&json);
	appendStringInfoString(&json, "{\"images\":[");
	list_receiver_init(&receiver, limit);
	receiver.json = &json;

	SPI_connect();
	if (request.marker.digest != NULL && request.marker.nkeys == 0)
		find_marker_keys(&request.marker, &request);
	imgcat_statement_begin(&statement);
	imgcat_container_listing(&listing, request.query, strlen(request.query),
							 &request.sort, &statement);
	imgcat_tell_ignored(&listing.search.query, false);
	receiver.nkeys = listing.nkeys;
	imgcat_container_listing_statement(&statement,
									   psprintf(LIST_COLUMNS "%s",
												imgcat_container_key_columns(&listing)),
									   &listing, &request.marker,
									   limit < 0 ? limit : limit + 1,
									   request.offset);
	receiver.ranks = imgcat_borrow_ranks(IMGCAT_RANK_IMAGES);
	imgcat_statement_execute(&statement, 0, &receiver.pub);
	SPI_finish();

	appendStringInfoChar(&json, ']');
	if (receiver.more && receiver.rows > 0)
	{
		appendStringInfoString(&json, ",\"next\":");
		imgcat_append_container_next(&json, "/v1/images", &request,
									 &receiver.last);
	}
	appendStringInfoChar(&json, '}');
	PG_RETURN_TEXT_P(cstring_to_text_with_len(json.data, json.len));
}
