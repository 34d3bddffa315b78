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

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "image/image_fetch.h"
#include "lib/binaryheap.h"
#include "listing/list_plan.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

/* the relation that the recheck reads */
#define BATCH "image_batch"

/* A page in the making. */
typedef struct ListPage
{
	DestReceiver pub;			/* must be first: takes the rows of a recheck */
	ImgcatListPlan *plan;
	ImgcatTakeImage take;		/* NULL: rows are only counted */
	void	   *argument;

	/* rows to be rechecked */
	Tuplestorestate *batch;
	int64		nbatch;
	ArrayBuildState *shared_ids;	/* what of them was found by shares; NULL:
									 * the scan knows none */
} ListPage;

/*
 * How many rows are still wanted?
 */
static int64
rows_lacking(const ListPage *page)
{
	return page->plan->rows - page->plan->counters.listed;
}

/*
 * Take one row of a recheck; false stops it.
 */
static bool
page_receive(TupleTableSlot *slot, DestReceiver *self)
{
	ListPage   *page = (ListPage *) self;
	ImgcatImageRow row;

	page->plan->counters.listed++;
	if (page->take != NULL)
	{
		slot_getsomeattrs(slot, IMGCAT_NUM_COLS);
		memcpy(row.values, slot->tts_values, sizeof(row.values));
		memcpy(row.nulls, slot->tts_isnull, sizeof(row.nulls));
		page->take(page->argument, &row);
	}
	return rows_lacking(page) > 0;
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
 * Recheck the batch, and hand on the rows that the request lists.
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

	page->plan->counters.rechecks++;
	page->plan->counters.rechecked += page->nbatch;
	tuplestore_clear(page->batch);
	page->nbatch = 0;
}

/*
 * Fetch the row of an entry and add it to the batch, if the snapshot sees it.
 */
static void
add_to_batch(ListPage *page, ImgcatEntry *entry)
{
	ImgcatTable *images = &page->plan->images;

	if (entry->of_share)
	{
		if (!imgcat_fetch_row(&page->plan->shares, entry))
			return;
		images->rows_read++;
		if (!imgcat_id_scan_fetch(imgcat_table_id_scan(images), &entry->id, images->slot))
			return;
		(void) accumArrayResult(page->shared_ids, UUIDPGetDatum(&entry->id), false,
								UUIDOID, CurrentMemoryContext);
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
	const ImgcatPageCounters *counters = &page->plan->counters;
	double		share;

	if (counters->rechecked == 0)
		return rows_lacking(page);
	share = (counters->listed + 1.0) / (counters->rechecked + 1.0);
	return Max(IMGCAT_RECHECK_LEAST,
			   Min((int64) ceil(rows_lacking(page) / share), IMGCAT_RECHECK_MOST));
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
	ImgcatEntry *head;			/* what it read last: an image, or an entry
								 * that fails, with no image before it */
	bool		passed;			/* it is an image */
} MergedBranch;

typedef struct OrderedScan
{
	ImgcatListScan pub;			/* must be first */
	binaryheap *heads;			/* the branches that have one, by these */
	MergedBranch *last;			/* whose head was handed out; or NULL */
	MergedBranch branches[IMGCAT_BRANCHES_MAX];
} OrderedScan;

/*
 * The head of a branch in the heap.
 */
static const ImgcatEntry *
head_of(Datum branch)
{
	return ((MergedBranch *) DatumGetPointer(branch))->head;
}

/*
 * Comparator of the heap, which begins with the greatest.
 */
static int
compare_heads(Datum a, Datum b, void *argument)
{
	const ImgcatListPlan *plan = argument;

	return imgcat_entry_compare(head_of(b), head_of(a), plan->keys, plan->nkeys);
}

/*
 * Read a branch on, which is not in the heap: not much further than the first of
 * the others is.
 */
static void
read_on(OrderedScan *scan, MergedBranch *branch)
{
	const ImgcatEntry *bound = binaryheap_empty(scan->heads) ? NULL
	: head_of(binaryheap_first(scan->heads));

	CHECK_FOR_INTERRUPTS();
	branch->head = imgcat_branch_scan_next(branch->scan, bound, &branch->passed);
	if (branch->head != NULL)
		binaryheap_add(scan->heads, PointerGetDatum(branch));
}

/*
 * The next image of the merged branches.
 */
static ImgcatEntry *
ordered_next(ImgcatListScan *self)
{
	OrderedScan *scan = (OrderedScan *) self;

	if (scan->last != NULL)
		read_on(scan, scan->last);
	scan->last = NULL;
	while (scan->last == NULL && !binaryheap_empty(scan->heads))
	{
		MergedBranch *first =
		(MergedBranch *) DatumGetPointer(binaryheap_remove_first(scan->heads));

		if (first->passed)
			scan->last = first;
		else
			read_on(scan, first);
	}
	return scan->last != NULL ? scan->last->head : NULL;
}

static void
ordered_close(ImgcatListScan *self)
{
	OrderedScan *scan = (OrderedScan *) self;

	for (int i = 0; i < self->plan->nbranches; i++)
		imgcat_branch_scan_close(scan->branches[i].scan);
	binaryheap_free(scan->heads);
	pfree(scan);
}

/*
 * Open an ordered scan of the plan, behind a keyset position if there is one.
 */
static ImgcatListScan *
ordered_scan_open(ImgcatListPlan *plan)
{
	OrderedScan *scan = palloc0(sizeof(OrderedScan));
	bool		by_tid;

	scan->pub.plan = plan;
	scan->pub.next = ordered_next;
	scan->pub.close = ordered_close;
	scan->heads = binaryheap_allocate(plan->nbranches, compare_heads, plan);
	by_tid = plan->search_index != NULL && imgcat_plan_tids(plan);
	if (by_tid)
		imgcat_plan_shared_ids(plan);
	for (int i = 0; i < plan->nbranches; i++)
	{
		ImgcatBranch *branch = &plan->branches[i];

		/* the branches leave out what lacks the facets, if that is known */
		if (plan->search_index != NULL)
			branch->facet_share = Min(plan->search.expected / imgcat_number_of_rows(&plan->images), 1);
		if (by_tid)
			branch->facets = &plan->facets;
		scan->branches[i].scan = imgcat_branch_scan_open(imgcat_plan_branch(plan, i));
	}
	for (int i = 0; i < plan->nbranches; i++)
		read_on(scan, &scan->branches[i]);
	return &scan->pub;
}

/*
 * The statement of a SQL scan, whose plan the server is free to choose: the row
 * numbers of the images, by the scope, all conditions, order and limit.
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
			ImgcatKeySet set = imgcat_facet_set(&request->conditions[i], NULL, NULL);

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

/*
 * The SQL scan: images by one statement, for what no index of ours leads to:
 * images that are named by their identifiers, deleted ones, and conditions that
 * few images pass and no index entry shows.  All but the first have no bound.
 */
typedef struct SqlScan
{
	ImgcatListScan pub;			/* must be first */
	ImgcatEntry entry;			/* the last one handed out */
	SPITupleTable *found;		/* row numbers; they live until SPI_finish */
	uint64		at;
} SqlScan;

static ImgcatEntry *
sql_next(ImgcatListScan *self)
{
	SqlScan    *scan = (SqlScan *) self;
	bool		is_null;
	Datum		tid;

	if (scan->at == scan->found->numvals)
		return NULL;
	tid = SPI_getbinval(scan->found->vals[scan->at++], scan->found->tupdesc, 1, &is_null);
	scan->entry = (ImgcatEntry)
	{
		.tid = *(ItemPointer) DatumGetPointer(tid),.row_read = true
	};
	return &scan->entry;
}

static void
sql_close(ImgcatListScan *self)
{
	SPI_freetuptable(((SqlScan *) self)->found);
	pfree(self);
}

/*
 * Open a SQL scan of the plan, behind a keyset position if there is one.
 */
static ImgcatListScan *
sql_scan_open(ImgcatListPlan *plan)
{
	SqlScan    *scan = palloc0(sizeof(SqlScan));
	ImgcatStatement statement;

	scan->pub.plan = plan;
	scan->pub.next = sql_next;
	scan->pub.close = sql_close;
	imgcat_sql_scan_statement(&statement, plan);
	imgcat_statement_execute(&statement, 0, NULL);
	scan->found = SPI_tuptable;
	return &scan->pub;
}

/*
 * Hand on the images of a scan until the page is full; true if the scan gave up
 * before.
 */
static bool
list_scan(ListPage *page, ImgcatListScan *scan)
{
	ImgcatEntry *entry;
	bool		gave_up;

	do
	{
		entry = scan->next(scan);
		if (entry != NULL)
			add_to_batch(page, entry);
		if (entry == NULL || page->nbatch >= batch_size(page))
			recheck_batch(page);
	} while (rows_lacking(page) > 0 && (entry != NULL || scan->pause));
	gave_up = scan->gave_up && rows_lacking(page) > 0;
	scan->close(scan);
	return gave_up;
}

/*
 * Make the page that was planned, and hand its rows on, as many as are wanted.
 * The caller is connected to SPI.
 */
void
imgcat_list_page(ImgcatListPlan *plan, ImgcatTakeImage take, void *argument)
{
	static ImgcatListScan *(*const open[]) (ImgcatListPlan *) =
	{
		[IMGCAT_ORDERED_SCAN] = ordered_scan_open,
		[IMGCAT_SEARCH_SCAN] = imgcat_search_scan_open,
		[IMGCAT_SQL_SCAN] = sql_scan_open,
	};
	ListPage	page = {.pub = *None_Receiver,.plan = plan,.take = take,.argument = argument};
	ImgcatPageCounters *counters = &plan->counters;
	ImgcatScanKind kind = plan->scan;
	bool		goes_on = kind != IMGCAT_NO_SCAN && plan->rows > 0;

	if (!goes_on)
		return;
	page.pub.receiveSlot = page_receive;
	page.pub.mydest = DestTuplestore;	/* SPI takes DestNone for no rows */
	register_batch(&page);
	while (goes_on)
	{
		page.shared_ids = kind == IMGCAT_ORDERED_SCAN
			? initArrayResult(UUIDOID, CurrentMemoryContext, false) : NULL;
		goes_on = list_scan(&page, open[kind] (plan));

		/* only a search scan gives up */
		counters->gave_up |= goes_on;
		kind = plan->can_order ? IMGCAT_ORDERED_SCAN : IMGCAT_SQL_SCAN;
	}
	SPI_unregister_relation(BATCH);
	tuplestore_end(page.batch);
	counters->entries = plan->images.entries_read + plan->shares.entries_read;
	counters->rows = plan->images.rows_read + plan->shares.rows_read;
}
