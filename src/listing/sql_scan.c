/*-------------------------------------------------------------------------
 *
 * sql_scan.c
 *		Images by one SQL statement, whose plan the server is free to choose.
 *
 * For what no index of ours leads to: images that are named by their
 * identifiers, deleted ones, and conditions that few images pass and no index
 * entry shows.  All but the first have no bound.
 *
 * The statement answers with row numbers; the rows are rechecked as those of
 * any other scan.
 *
 * src/listing/sql_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "image/image_row.h"
#include "listing/list_plan.h"
#include "listing/list_sql.h"

typedef struct SqlScan
{
	ImgcatListScan pub;			/* must be first */
	ImgcatEntry *entries;
	int64		nentries;
	int64		at;
} SqlScan;

/* Takes the row numbers of a SQL scan. */
typedef struct TidReceiver
{
	DestReceiver pub;			/* must be first */
	SqlScan    *scan;
} TidReceiver;

static bool
tid_receive(TupleTableSlot *slot, DestReceiver *self)
{
	SqlScan    *scan = ((TidReceiver *) self)->scan;
	ImgcatEntry *entry = &scan->entries[scan->nentries++];
	bool		is_null;

	memset(entry, 0, sizeof(*entry));
	entry->tid = *(ItemPointer) DatumGetPointer(slot_getattr(slot, 1, &is_null));
	entry->row_read = true;
	return true;
}

/*
 * The statement: one SELECT with the scope, all conditions, order and limit.
 */
void
imgcat_sql_scan_statement(ImgcatStatement *statement, const ImgcatListPlan *plan,
						  const ImgcatEntry *after)
{
	const ImgcatListRequest *request = plan->request;
	const ImgcatSortSpec *sort = &request->sort;
	StringInfo	sql = &statement->sql;
	ImgcatScopeParameters parameters = {0};
	ImgcatKeysetKey keyset[IMGCAT_KEYS_MAX];
	int			position[IMGCAT_KEYS_MAX];
	int			nkeys;

	imgcat_statement_begin(statement);
	statement->generic = false;
	parameters.project = imgcat_scope_project(&plan->scope, statement);
	appendStringInfoString(sql, "SELECT i.ctid FROM image_catalog.images i WHERE ");
	imgcat_append_listable(sql, request);
	appendStringInfoString(sql, " AND ");
	imgcat_append_scope(sql, &plan->scope, &parameters);
	imgcat_append_time_range(statement, "i.created_at", request->created_from,
							 request->created_before, sql);
	imgcat_append_conditions(statement, request, IMGCAT_FACETS_OF_INDEX, sql);
	for (int i = 0; i < plan->nkeys && after != NULL; i++)
		position[i] = imgcat_statement_parameter(statement, imgcat_sort_type(sort, i),
												 imgcat_entry_value(after, plan->keys[i].column));
	nkeys = imgcat_sort_keyset(sort, after != NULL ? position : NULL, keyset);
	if (after != NULL)
	{
		appendStringInfoString(sql, " AND ");
		imgcat_append_keyset_after(sql, keyset, nkeys);
	}
	imgcat_append_keyset_order(sql, keyset, nkeys);
	appendStringInfo(sql, " LIMIT " INT64_FORMAT, plan->rows);
}

static ImgcatEntry *
sql_next(ImgcatListScan *self)
{
	SqlScan    *scan = (SqlScan *) self;

	return scan->at < scan->nentries ? &scan->entries[scan->at++] : NULL;
}

static void
sql_close(ImgcatListScan *self)
{
	pfree(((SqlScan *) self)->entries);
	pfree(self);
}

/*
 * Open a SQL scan of the plan, behind a keyset position if there is one.
 */
ImgcatListScan *
imgcat_sql_scan_open(ImgcatListPlan *plan, const ImgcatEntry *after)
{
	SqlScan    *scan = palloc0(sizeof(SqlScan));
	TidReceiver receiver;
	ImgcatStatement statement;

	scan->pub.plan = plan;
	scan->pub.next = sql_next;
	scan->pub.close = sql_close;
	scan->entries = palloc(sizeof(ImgcatEntry) * plan->rows);
	receiver.pub = *None_Receiver;
	receiver.pub.receiveSlot = tid_receive;
	receiver.pub.mydest = DestTuplestore;	/* SPI takes DestNone for no rows */
	receiver.scan = scan;
	imgcat_sql_scan_statement(&statement, plan, after);
	imgcat_statement_execute(&statement, plan->rows, &receiver.pub);
	return &scan->pub;
}
