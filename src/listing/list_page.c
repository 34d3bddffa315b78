/*-------------------------------------------------------------------------
 *
 * list_page.c
 *		One page of a list: scan, fetch, recheck, hand on; and two of the scans.
 *
 * Whatever scan finds an image, its row is fetched here, under the snapshot
 * of the page, and one statement checks the caller's scope and all conditions
 * on the row.  The indexes say where an image stands; the statement says
 * whether it is listed.  Rows are rechecked in batches, as many as the page
 * lacks by what was seen of it so far.
 *
 * A share is taken for what it says: triggers write it in the transaction that
 * changes the membership, so one snapshot sees both or neither, and the
 * membership is not looked up again (sql/32_image_shares.sql).  Only an ordered
 * scan finds images by shares; of what other scans find the recheck asks the
 * memberships.
 *
 * src/listing/list_page.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "image/image_row.h"
#include "listing/list_plan.h"
#include "miscadmin.h"
#include "query/uuid.h"
#include "utils/array.h"
#include "utils/builtins.h"
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
	bool		full;			/* it has the rows wanted, or the receiver
								 * takes no more */
	ImgcatPageCounters *counters;

	/* rows to be rechecked */
	Tuplestorestate *batch;
	int64		nbatch;
	ArrayBuildState *shared_ids;	/* what of them was found by shares; NULL:
									 * the scan knows none */
} ListPage;

/*
 * A sort key of the marker's row.  Deletion changes two of the keys; where
 * deleted images are not listed, one keeps the position that it had before.
 */
static void
append_marker_expression(StringInfo sql, const ImgcatListRequest *request, int column)
{
	if (!request->deleted && column == IMGCAT_COL_STATUS)
		appendStringInfoString(sql, "COALESCE(i.status_before_deletion, i.status)");
	else if (!request->deleted && column == IMGCAT_COL_UPDATED_AT)
		appendStringInfoString(sql, "COALESCE(i.updated_at_before_deletion, i.updated_at)");
	else
		appendStringInfoString(sql, imgcat_sort_expression(column));
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

	if (!imgcat_read_uuid(request->marker, strlen(request->marker), id.data))
		return false;

	imgcat_statement_begin(&statement);
	appendStringInfoString(&statement.sql, "SELECT ");
	for (int i = 0; i < request->nkeys; i++)
	{
		if (i > 0)
			appendStringInfoString(&statement.sql, ", ");
		append_marker_expression(&statement.sql, request, request->keys[i].column);
	}
	appendStringInfo(&statement.sql,
					 " FROM image_catalog.images i WHERE i.id = $%d",
					 imgcat_statement_parameter(&statement, UUIDOID,
												UUIDPGetDatum(&id)));
	append_marker_scope(&statement, caller);

	imgcat_statement_execute(&statement, 1, NULL);
	if (SPI_processed == 0)
		return false;

	for (int i = 0; i < request->nkeys; i++)
	{
		bool		isnull;
		Datum		value;

		/* the tuple table lives until SPI_finish */
		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &isnull);
		Assert(!isnull);
		imgcat_entry_set_value(marker, request->keys[i].column, value);
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
	page->full = !page->receiver->receiveSlot(slot, page->receiver) ||
		page->counters->listed == page->plan->rows;
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
}

/*
 * Recheck the batch, and hand on to the receiver the rows that the request
 * lists.
 */
static void
recheck_batch(ListPage *page)
{
	const ImgcatListRequest *request = page->plan->request;
	ImgcatStatement statement;
	const char *shared = NULL;

	if (page->nbatch == 0)
		return;
	imgcat_statement_begin(&statement);
	if (page->shared_ids != NULL)
	{
		Datum		ids = makeArrayResult(page->shared_ids, CurrentMemoryContext);

		shared = psprintf("i.id = ANY ($%d)", imgcat_statement_parameter(&statement, UUIDARRAYOID, ids));
		page->shared_ids = initArrayResult(UUIDOID, CurrentMemoryContext, false);
	}
	appendStringInfoString(&statement.sql,
						   "SELECT " IMGCAT_IMAGE_COLUMNS " FROM " BATCH " i WHERE ");
	imgcat_append_listed(&statement, request, &page->plan->scope, shared);

	/* one scan of the batch without a join: rows come as they lie there */
	imgcat_statement_execute(&statement, 0, &page->pub);

	page->counters->rechecks++;
	page->counters->rechecked += page->nbatch;
	tuplestore_clear(page->batch);
	page->nbatch = 0;
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
		if (memcmp(DatumGetUUIDP(slot_getattr(images->slot, images->columns[IMGCAT_ENTRY_ID] + 1, &is_null)),
				   id, UUID_LEN) == 0)
			return true;
	}
	return false;
}

/*
 * Fetch the row of an entry and add it to the batch, if the snapshot sees it.
 */
static void
add_to_batch(ListPage *page, ImgcatEntry *entry)
{
	ImgcatTable *images = &page->plan->images;
	pg_uuid_t	id = entry->id;

	if (entry->of_share)
	{
		if (!imgcat_fetch_row(&page->plan->shares, entry) || !fetch_by_id(page, &id))
			return;
		(void) accumArrayResult(page->shared_ids, UUIDPGetDatum(&id), false, UUIDOID,
								CurrentMemoryContext);
	}
	else if (entry->tuple != NULL)
		ExecForceStoreMinimalTuple(entry->tuple, images->slot, false);
	else if (!imgcat_fetch_row(images, entry))
		return;
	tuplestore_puttupleslot(page->batch, images->slot);
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
 * The ordered scan: no statement lists a page at a bounded cost where the order
 * has two keys, or where a range crosses the order, because the planner knows
 * neither to sort the entries of an index peer group by peer group, nor to change
 * its mind.  So each UNION ALL branch of the scope is a scan of its own over index
 * entries (branch_scan.c), and these are merged here.
 *
 * Facets are in no entry.  If they have few enough images, the search index gives
 * their row numbers, and entries of other rows are left out.
 */
typedef struct MergedBranch
{
	ImgcatBranchScan *scan;
	ImgcatEntry *head;			/* first that was not handed out, or an entry
								 * that fails, with none before it; NULL:
								 * asked for when needed, or none */
	bool		passed;			/* it is an image */
	bool		ended;
} MergedBranch;

typedef struct OrderedScan
{
	ImgcatListScan pub;			/* must be first */
	MergedBranch branches[IMGCAT_BRANCHES_MAX];
} OrderedScan;

/*
 * The one of two branches whose head comes first; either may be NULL, or have
 * no head.
 */
static MergedBranch *
first_of(const ImgcatListPlan *plan, MergedBranch *a, MergedBranch *b)
{
	if (b == NULL || b->head == NULL)
		return a;
	if (a == NULL || a->head == NULL)
		return b;
	return imgcat_entry_compare(b->head, a->head, plan->keys, plan->nkeys) < 0
		? b : a;
}

/*
 * The branch whose head comes first, but this one; NULL: no other has a head.
 */
static MergedBranch *
first_branch(OrderedScan *scan, const MergedBranch *but)
{
	MergedBranch *first = NULL;

	for (int i = 0; i < scan->pub.plan->nbranches; i++)
		if (&scan->branches[i] != but)
			first = first_of(scan->pub.plan, first, &scan->branches[i]);
	return first;
}

/*
 * A branch that must be read on: it has no head, or the first of all heads is
 * no image.  NULL: none, the first head is the next image.
 */
static MergedBranch *
due_branch(OrderedScan *scan, MergedBranch *first)
{
	for (int i = 0; i < scan->pub.plan->nbranches; i++)
		if (scan->branches[i].head == NULL && !scan->branches[i].ended)
			return &scan->branches[i];
	return first != NULL && !first->passed ? first : NULL;
}

/*
 * The next image of the merged branches.  None is read much further than the
 * first of the others is.
 */
static ImgcatEntry *
ordered_next(ImgcatListScan *self)
{
	OrderedScan *scan = (OrderedScan *) self;
	MergedBranch *first = first_branch(scan, NULL);
	MergedBranch *due;
	ImgcatEntry *entry = NULL;

	while ((due = due_branch(scan, first)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (due == first)
			first = first_branch(scan, due);
		due->head = imgcat_branch_scan_next(due->scan, first != NULL ? first->head : NULL,
											&due->passed);
		due->ended = (due->head == NULL);
		first = first_of(self->plan, first, due);
	}
	if (first != NULL)
	{
		entry = first->head;
		first->head = NULL;
	}
	return entry;
}

static void
ordered_close(ImgcatListScan *self)
{
	OrderedScan *scan = (OrderedScan *) self;

	for (int i = 0; i < self->plan->nbranches; i++)
		imgcat_branch_scan_close(scan->branches[i].scan);
	pfree(scan);
}

/*
 * Open an ordered scan of the plan, behind a keyset position if there is one.
 */
static ImgcatListScan *
ordered_scan_open(ImgcatListPlan *plan, ImgcatPageCounters *counters)
{
	OrderedScan *scan = palloc0(sizeof(OrderedScan));
	bool		by_tid;

	scan->pub.plan = plan;
	scan->pub.counters = counters;
	scan->pub.next = ordered_next;
	scan->pub.close = ordered_close;
	by_tid = plan->probe != NULL && imgcat_plan_tids(plan);
	if (by_tid)
		imgcat_plan_shared_ids(plan);
	for (int i = 0; i < plan->nbranches; i++)
	{
		ImgcatBranch *branch = &plan->branches[i];

		/* the branches leave out what lacks the facets, if that is known */
		if (plan->probe != NULL)
			branch->facet_share = Min(plan->matching / imgcat_number_of_rows(&plan->images), 1);
		if (by_tid)
			branch->tids = &plan->tids;
		if (plan->shared_ids.ids != NULL)
			branch->ids = &plan->shared_ids;
		branch->images = &plan->images;
		scan->branches[i].scan = imgcat_branch_scan_open(imgcat_plan_branch(plan, i));
	}
	return &scan->pub;
}

/*
 * The SQL scan: images by one statement, whose plan the server is free to
 * choose, for what no index of ours leads to: images that are named by their
 * identifiers, deleted ones, and conditions that few images pass and no index
 * entry shows.  All but the first have no bound.  The statement answers with
 * row numbers.
 */
typedef struct SqlScan
{
	ImgcatListScan pub;			/* must be first */
	ImgcatEntry entry;			/* the last one handed out */
	SPITupleTable *rows;		/* row numbers; they live until SPI_finish */
	uint64		at;
} SqlScan;

/*
 * Its statement: one SELECT with the scope, all conditions, order and limit.
 */
void
imgcat_sql_scan_statement(ImgcatStatement *statement, const ImgcatListPlan *plan)
{
	const ImgcatListRequest *request = plan->request;
	StringInfo	sql = &statement->sql;
	ImgcatKeysetKey keyset[IMGCAT_KEYS_MAX];

	imgcat_statement_begin(statement);
	statement->generic = false;
	appendStringInfoString(sql, "SELECT i.ctid FROM image_catalog.images i WHERE ");
	imgcat_append_listed(statement, request, &plan->scope, NULL);
	for (int i = 0; i < request->nconditions; i++)
		if (request->conditions[i].kind == IMGCAT_COND_FACET)
		{
			ImgcatKeySet set = imgcat_facet_set(&request->conditions[i], NULL, 0, NULL);

			imgcat_append_keys(statement, &set);
		}
	memset(keyset, 0, sizeof(keyset));
	for (int i = 0; i < request->nkeys; i++)
	{
		int			column = request->keys[i].column;

		keyset[i].expression = imgcat_sort_expression(column);
		keyset[i].descending = request->keys[i].descending;
		if (plan->after != NULL)
			keyset[i].parameter = imgcat_statement_parameter(statement, imgcat_sort_type(column),
															 imgcat_entry_value(plan->after, column));
	}
	if (plan->after != NULL)
	{
		appendStringInfoString(sql, " AND ");
		imgcat_append_keyset_after(sql, keyset, request->nkeys);
	}
	imgcat_append_keyset_order(sql, keyset, request->nkeys);
	appendStringInfo(sql, " LIMIT " INT64_FORMAT, plan->rows);
}

static ImgcatEntry *
sql_next(ImgcatListScan *self)
{
	SqlScan    *scan = (SqlScan *) self;
	bool		is_null;

	if (scan->at == scan->rows->numvals)
		return NULL;
	scan->entry.tid = *(ItemPointer) DatumGetPointer(SPI_getbinval(scan->rows->vals[scan->at++],
																   scan->rows->tupdesc, 1, &is_null));
	scan->entry.row_read = true;
	return &scan->entry;
}

static void
sql_close(ImgcatListScan *self)
{
	SPI_freetuptable(((SqlScan *) self)->rows);
	pfree(self);
}

/*
 * Open a SQL scan of the plan, behind a keyset position if there is one.
 */
static ImgcatListScan *
sql_scan_open(ImgcatListPlan *plan, ImgcatPageCounters *counters)
{
	SqlScan    *scan = palloc0(sizeof(SqlScan));
	ImgcatStatement statement;

	scan->pub.plan = plan;
	scan->pub.counters = counters;
	scan->pub.next = sql_next;
	scan->pub.close = sql_close;
	imgcat_sql_scan_statement(&statement, plan);
	imgcat_statement_execute(&statement, plan->rows, NULL);
	scan->rows = SPI_tuptable;
	return &scan->pub;
}

/*
 * Hand on the images of a scan until the page is full.
 */
static void
list_scan(ListPage *page, ImgcatListScan *scan)
{
	int64		size = batch_size(page);
	ImgcatEntry *entry;

	do
	{
		entry = scan->next(scan);
		if (entry != NULL)
			add_to_batch(page, entry);
		if (entry == NULL || page->nbatch >= size)
		{
			recheck_batch(page);
			size = batch_size(page);
		}
	} while (!page->full && (entry != NULL || scan->pause));
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
	static ImgcatListScan *(*const open[]) (ImgcatListPlan *, ImgcatPageCounters *) =
	{
		[IMGCAT_ORDERED_SCAN] = ordered_scan_open,
		[IMGCAT_SEARCH_SCAN] = imgcat_search_scan_open,
		[IMGCAT_SQL_SCAN] = sql_scan_open,
	};
	ListPage	page = {.pub = *None_Receiver,.plan = plan,.receiver = receiver,.counters = counters};
	ImgcatScanKind kind = plan->scan;
	bool		goes_on = kind != IMGCAT_NO_SCAN && plan->rows > 0;

	memset(counters, 0, sizeof(*counters));
	if (!goes_on)
		return;
	page.pub.receiveSlot = page_receive;
	page.pub.mydest = DestTuplestore;	/* SPI takes DestNone for no rows */
	register_batch(&page);
	while (goes_on)
	{
		ImgcatListScan *scan = open[kind] (plan, counters);

		page.shared_ids = kind == IMGCAT_ORDERED_SCAN
			? initArrayResult(UUIDOID, CurrentMemoryContext, false) : NULL;
		list_scan(&page, scan);
		goes_on = scan->gave_up && !page.full;
		scan->close(scan);

		/* only a search scan gives up */
		counters->gave_up |= goes_on;
		kind = plan->can_order ? IMGCAT_ORDERED_SCAN : IMGCAT_SQL_SCAN;
	}
	SPI_unregister_relation(BATCH);
	tuplestore_end(page.batch);
	counters->entries = plan->images.entries_read + plan->shares.entries_read;
	counters->rows = plan->images.rows_read + plan->shares.rows_read;
}
