/*-------------------------------------------------------------------------
 *
 * list_page.c
 *		One page of a list: scan, fetch, recheck, hand on.
 *
 * Whatever scan finds an image, its row is fetched here, under the snapshot
 * of the page, and one statement checks the caller's scope and all conditions
 * on the row.  The indexes say where an image stands; the statement says
 * whether it is listed.  Rows are rechecked in batches, as many as the page
 * lacks by what was seen of it so far.
 *
 * A share is taken for what it says: triggers write it in the transaction that
 * changes the membership, so one snapshot sees both or neither, and the
 * membership is not looked up again (sql/32_image_shares.sql).
 *
 * src/listing/list_page.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/tableam.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "image/image_row.h"
#include "listing/list_plan.h"
#include "listing/list_sql.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "query/uuid.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

/* the relation that the recheck reads */
#define BATCH "image_batch"

/* A page in the making. */
typedef struct ListPage
{
	DestReceiver pub;			/* must be first: takes the rows of a recheck */
	ImgcatListPlan *plan;
	DestReceiver *receiver;
	bool		full;			/* the receiver takes no more */
	ImgcatPageCounters *counters;

	/* rows to be rechecked */
	EphemeralNamedRelation relation;
	Tuplestorestate *batch;
	int64		nbatch;
	Datum	   *shared_ids;		/* of those that are shared with the caller */
	int			nshared;
	int			max_shared;

	/* looking up shares by their keys */
	Relation	share_index;
	IndexScanDesc share_scan;
	AttrNumber	visibility;
	AttrNumber	owner;
	AttrNumber	answer;
} ListPage;

/*
 * A sort key of the marker's row.  Deletion changes two of the keys; where
 * deleted images are not listed, one keeps the position that it had before.
 */
static void
append_marker_expression(StringInfo sql, const ImgcatListRequest *request, int at)
{
	int			column = imgcat_sort_attribute(request->sort.keys[at].attribute)->column;

	if (!request->deleted && column == IMGCAT_COL_STATUS)
		appendStringInfoString(sql, "COALESCE(i.status_before_deletion, i.status)");
	else if (!request->deleted && column == IMGCAT_COL_UPDATED_AT)
		appendStringInfoString(sql, "COALESCE(i.updated_at_before_deletion, i.updated_at)");
	else
		imgcat_append_sort_expression(sql, &request->sort, at);
}

/*
 * Who may see the marker: what get_image shows.  A deleted image is a marker
 * for whoever could see it, so its memberships count although they are marked
 * deleted, too.
 */
static void
append_marker_scope(ImgcatStatement *statement, const ImgcatCaller *caller)
{
	int			project;

	if (caller->is_admin)
		return;
	appendStringInfoString(&statement->sql,
						   " AND (i.visibility IN ('public', 'community')"
						   " OR (i.visibility = 'shared' AND i.owner IS NULL)");
	if (caller->project_id != NULL)
	{
		project = imgcat_statement_parameter(statement, TEXTOID,
											 CStringGetTextDatum(caller->project_id));
		appendStringInfo(&statement->sql,
						 " OR i.owner = $%d OR (i.visibility = 'shared'"
						 " AND EXISTS (SELECT FROM image_catalog.image_members m"
						 " WHERE m.image_id = i.id AND m.member_id = $%d"
						 " AND (m.deleted_at IS NULL OR m.deleted_at = i.deleted_at)))",
						 project, project);
	}
	appendStringInfoChar(&statement->sql, ')');
}

/*
 * Find the keyset position of the request's marker.  False: there is no such
 * image, or the caller may not see it, which are told apart to nobody.  The
 * caller is connected to SPI.
 */
bool
imgcat_find_marker(const ImgcatListRequest *request, const ImgcatCaller *caller,
				   ImgcatEntry *marker)
{
	ImgcatStatement statement;
	pg_uuid_t	id;
	int			nkeys = imgcat_sort_length(&request->sort);
	SPIPlanPtr	plan;

	if (!imgcat_read_uuid(request->marker, strlen(request->marker), id.data))
		return false;

	imgcat_statement_begin(&statement);
	appendStringInfoString(&statement.sql, "SELECT ");
	for (int i = 0; i < nkeys; i++)
	{
		if (i > 0)
			appendStringInfoString(&statement.sql, ", ");
		append_marker_expression(&statement.sql, request, i);
	}
	appendStringInfo(&statement.sql,
					 " FROM image_catalog.images i WHERE i.id = $%d",
					 imgcat_statement_parameter(&statement, UUIDOID,
												UUIDPGetDatum(&id)));
	append_marker_scope(&statement, caller);

	plan = imgcat_plan_with_options(statement.sql.data, statement.nparameters,
									statement.types, CURSOR_OPT_GENERIC_PLAN);
	if (SPI_execute_plan(plan, statement.values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look up a marker");
	if (SPI_processed == 0)
		return false;

	memset(marker, 0, sizeof(*marker));
	for (int i = 0; i < nkeys; i++)
	{
		int			column = imgcat_sort_attribute(request->sort.keys[i].attribute)->column;
		bool		isnull;
		Datum		value;

		/* the tuple table lives until SPI_finish */
		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &isnull);
		Assert(!isnull);
		imgcat_entry_set_value(marker, column, value);
	}
	return true;
}

/*
 * Take one row of a recheck; false stops it.
 */
static bool
page_receive(TupleTableSlot *slot, DestReceiver *self)
{
	ListPage   *page = (ListPage *) self;

	page->counters->listed++;
	page->full = !page->receiver->receiveSlot(slot, page->receiver);
	return !page->full;
}

/*
 * Let the recheck read the batch: a relation that it knows by name.
 */
static void
register_batch(ListPage *page)
{
	EphemeralNamedRelation relation = palloc0(sizeof(EphemeralNamedRelationData));

	page->batch = tuplestore_begin_heap(false, false, work_mem);
	relation->md.name = pstrdup(BATCH);
	relation->md.reliddesc = RelationGetRelid(page->plan->images.relation);
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	relation->md.enrtuples = 100;
	relation->reldata = page->batch;
	if (SPI_register_relation(relation) != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register the rows of a page");
	page->relation = relation;
}

/*
 * Recheck the batch, and hand on to the receiver the rows that the request
 * lists.
 */
static void
recheck_batch(ListPage *page, ImgcatListScan *scan)
{
	const ImgcatListRequest *request = page->plan->request;
	ImgcatStatement statement;
	StringInfo	sql = &statement.sql;
	ImgcatScopeParameters parameters = {0};
	ArrayType  *ids;

	if (page->nbatch == 0)
		return;
	imgcat_statement_begin(&statement);
	parameters.project = imgcat_scope_project(&page->plan->scope, &statement);
	if (imgcat_scope_has(&page->plan->scope, IMGCAT_SCOPE_MEMBER) && !request->deleted)
	{
		ids = construct_array(page->shared_ids, page->nshared, UUIDOID, UUID_LEN,
							  false, TYPALIGN_CHAR);
		parameters.shared_ids = imgcat_statement_parameter(&statement, UUIDARRAYOID,
														   PointerGetDatum(ids));
	}
	appendStringInfoString(sql, "SELECT " IMGCAT_IMAGE_COLUMNS " FROM " BATCH " i WHERE ");
	imgcat_append_listable(sql, request);
	appendStringInfoString(sql, " AND ");
	imgcat_append_scope(sql, &page->plan->scope, &parameters);
	imgcat_append_time_range(&statement, "i.created_at", request->created_from,
							 request->created_before, sql);
	imgcat_append_conditions(&statement, request, IMGCAT_FACETS_OF_ROW, sql);

	/* rows come as they lie there, unless memberships are joined */
	if (request->deleted)
	{
		ImgcatKeysetKey keyset[IMGCAT_KEYS_MAX];
		int			nkeys = imgcat_sort_keyset(&request->sort, NULL, keyset);

		imgcat_append_keyset_order(sql, keyset, nkeys);
	}
	imgcat_statement_execute(&statement, 0, &page->pub);

	page->counters->rechecks++;
	page->counters->rechecked += page->nbatch;
	scan->rechecked = page->counters->rechecked;
	scan->listed = page->counters->listed;
	tuplestore_clear(page->batch);
	page->nbatch = 0;
	page->nshared = 0;
}

/*
 * Fetch the image of an identifier into the slot of images; false: the
 * snapshot sees none.
 */
static bool
fetch_by_id(ListPage *page, const pg_uuid_t *id)
{
	ImgcatTable *images = &page->plan->images;
	IndexScanDesc scan = imgcat_scan_for_id(images, id);

	images->rows_read++;
	while (index_getnext_slot(scan, ForwardScanDirection, images->slot))
	{
		bool		is_null;

		/* a hash index may return others of its hash */
		if (memcmp(DatumGetUUIDP(slot_getattr(images->slot, images->id, &is_null)),
				   id, UUID_LEN) == 0)
			return true;
	}
	return false;
}

/*
 * Is the answer of a share one that the request lists?
 */
static bool
is_answer_listed(const ImgcatScope *scope, const char *answer)
{
	for (int i = 0; i < scope->nbranches; i++)
		if (scope->branches[i].kind == IMGCAT_SCOPE_MEMBER &&
			strcmp(scope->branches[i].member_status, answer) == 0)
			return true;
	return false;
}

/*
 * Is the image shared with the caller, by an answer that the request lists?
 */
static bool
is_shared(ListPage *page, const pg_uuid_t *id)
{
	ImgcatTable *shares = &page->plan->shares;
	const ImgcatScope *scope = &page->plan->scope;
	ScanKeyData keys[2];
	bool		is_null;

	if (!imgcat_scope_has(scope, IMGCAT_SCOPE_MEMBER))
		return false;
	if (page->share_index == NULL)
		page->share_index = imgcat_table_primary_key(shares);
	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(id));
	ScanKeyEntryInitialize(&keys[1], 0, 2, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ,
						   CStringGetTextDatum(scope->caller->project_id));
	if (page->share_scan == NULL)
		page->share_scan = imgcat_index_beginscan(shares->relation, page->share_index,
												  shares->snapshot, 2, 0);
	index_rescan(page->share_scan, keys, 2, NULL, 0);
	shares->rows_read++;
	if (!index_getnext_slot(page->share_scan, ForwardScanDirection, shares->slot))
		return false;
	return is_answer_listed(scope,
							TextDatumGetCString(slot_getattr(shares->slot,
															 page->answer, &is_null)));
}

/*
 * Does the slot of images hold an image that only a share can show?
 */
static bool
needs_share(const ListPage *page)
{
	TupleTableSlot *slot = page->plan->images.slot;
	const char *project = page->plan->caller->project_id;
	bool		is_null;
	Datum		value = slot_getattr(slot, page->visibility, &is_null);
	text	   *owner;

	if (strcmp(TextDatumGetCString(value), "shared") != 0)
		return false;
	value = slot_getattr(slot, page->owner, &is_null);
	if (is_null || project == NULL)
		return true;
	owner = DatumGetTextPP(value);
	return VARSIZE_ANY_EXHDR(owner) != strlen(project) ||
		memcmp(VARDATA_ANY(owner), project, VARSIZE_ANY_EXHDR(owner)) != 0;
}

/*
 * Note that an image is shared with the caller.
 */
static void
note_shared(ListPage *page, const pg_uuid_t *id)
{
	pg_uuid_t  *copy = palloc(sizeof(pg_uuid_t));

	if (page->nshared == page->max_shared)
	{
		page->max_shared = Max(64, page->max_shared * 2);
		page->shared_ids = page->shared_ids == NULL
			? palloc(sizeof(Datum) * page->max_shared)
			: repalloc(page->shared_ids, sizeof(Datum) * page->max_shared);
	}
	*copy = *id;
	page->shared_ids[page->nshared++] = UUIDPGetDatum(copy);
}

/*
 * Fetch the row of an entry and add it to the batch, if the snapshot sees it.
 */
static void
add_to_batch(ListPage *page, ImgcatEntry *entry)
{
	ImgcatTable *images = &page->plan->images;
	TupleTableSlot *slot = images->slot;
	bool		of_share = entry->of_share;
	pg_uuid_t	id = entry->id;
	bool		is_null;

	if (of_share)
	{
		if (!imgcat_fetch_row(&page->plan->shares, entry) || !fetch_by_id(page, &id))
			return;
	}
	else if (entry->tuple != NULL)
		ExecForceStoreMinimalTuple(entry->tuple, slot, false);
	else if (!imgcat_fetch_row(images, entry))
		return;

	if (of_share)
		note_shared(page, &id);
	else if (imgcat_scope_has(&page->plan->scope, IMGCAT_SCOPE_MEMBER) &&
			 !page->plan->request->deleted && needs_share(page))
	{
		id = *DatumGetUUIDP(slot_getattr(slot, images->id, &is_null));
		if (!is_shared(page, &id))
			return;
		note_shared(page, &id);
	}
	tuplestore_puttupleslot(page->batch, slot);
	page->nbatch++;
}

/*
 * How many rows to recheck at once: what the page lacks, by the share of rows
 * that were listed so far.
 */
static int64
batch_size(const ListPage *page)
{
	const ImgcatPageCounters *counters = page->counters;
	int64		lacks = page->plan->rows - counters->listed;
	double		share;

	if (counters->rechecked == 0)
		return lacks;
	share = (counters->listed + 1.0) / (counters->rechecked + 1.0);
	return Max(IMGCAT_RECHECK_LEAST,
			   Min((int64) ceil(lacks / share), IMGCAT_RECHECK_MOST));
}

/*
 * Hand on the images of a scan until the page is full.
 */
static void
list_scan(ListPage *page, ImgcatListScan *scan)
{
	int64		size = batch_size(page);

	while (!page->full && page->counters->listed < page->plan->rows)
	{
		ImgcatEntry *entry = scan->next(scan);

		if (entry != NULL)
			add_to_batch(page, entry);
		if (entry != NULL ? page->nbatch >= size : true)
		{
			recheck_batch(page, scan);
			size = batch_size(page);
		}
		if (entry == NULL && !scan->pause)
			break;
	}
}

/*
 * Open the scan of the plan.
 */
static ImgcatListScan *
open_scan(ImgcatListPlan *plan, ImgcatScanKind kind, const ImgcatEntry *after)
{
	switch (kind)
	{
		case IMGCAT_ORDERED_SCAN:
			return imgcat_ordered_scan_open(plan, after);
		case IMGCAT_SEARCH_SCAN:
			return imgcat_search_scan_open(plan, after);
		case IMGCAT_SQL_SCAN:
			return imgcat_sql_scan_open(plan, after);
		case IMGCAT_NO_SCAN:
			break;
	}
	elog(ERROR, "a plan has no scan");
}

/*
 * Prepare to make a page.
 */
static void
begin_page(ListPage *page, ImgcatListPlan *plan, DestReceiver *receiver,
		   ImgcatPageCounters *counters)
{
	Oid			images = RelationGetRelid(plan->images.relation);

	memset(page, 0, sizeof(*page));
	page->pub = *None_Receiver;
	page->pub.receiveSlot = page_receive;
	page->pub.mydest = DestTuplestore;	/* SPI takes DestNone for no rows */
	page->plan = plan;
	page->receiver = receiver;
	page->counters = counters;
	page->visibility = get_attnum(images, "visibility");
	page->owner = get_attnum(images, "owner");
	page->answer = get_attnum(RelationGetRelid(plan->shares.relation), "answer");
	register_batch(page);
}

/*
 * Let go of what the page holds.
 */
static void
end_page(ListPage *page)
{
	ImgcatPageCounters *counters = page->counters;

	if (page->share_scan != NULL)
		index_endscan(page->share_scan);
	SPI_unregister_relation(BATCH);
	tuplestore_end(page->batch);
	counters->entries = page->plan->images.entries_read + page->plan->shares.entries_read;
	counters->rows = page->plan->images.rows_read + page->plan->shares.rows_read;
}

/*
 * Make the page that was planned, and hand its rows on to the receiver, until
 * that takes no more or the rows wanted are there.  The caller is connected to
 * SPI.
 */
void
imgcat_list_page(ImgcatListPlan *plan, DestReceiver *receiver,
				 ImgcatPageCounters *counters)
{
	ListPage	page;
	const ImgcatEntry *after = plan->has_after ? &plan->after : NULL;
	ImgcatScanKind kind = plan->scan;

	memset(counters, 0, sizeof(*counters));
	if (kind == IMGCAT_NO_SCAN || plan->rows <= 0)
		return;
	begin_page(&page, plan, receiver, counters);
	for (;;)
	{
		ImgcatListScan *scan = open_scan(plan, kind, after);
		bool		goes_on;

		list_scan(&page, scan);
		counters->probes += scan->probes;
		counters->candidates += scan->candidates;
		goes_on = scan->gave_up && !page.full && counters->listed < plan->rows;
		if (goes_on)
		{
			/* a search scan gives up at most once, and knows a position */
			counters->gave_up = true;
			plan->after = scan->last;
			after = scan->has_last ? &plan->after : NULL;
			kind = plan->can_order ? IMGCAT_ORDERED_SCAN : IMGCAT_SQL_SCAN;
		}
		scan->close(scan);
		if (!goes_on)
			break;
	}
	end_page(&page);
}
