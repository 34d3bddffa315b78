/*-------------------------------------------------------------------------
 *
 * foreign_scan.c
 *		The foreign table listed_images: its scan, and what EXPLAIN says of it.
 *
 * Rows are read in pages, each behind the last row of the one before and larger
 * than that, under the snapshot of the statement.  Between pages nothing is
 * open.  A scan goes on for the caller that it has begun for, when the first row
 * was asked for, whoever fetches the rest of a cursor.
 *
 * src/foreign/foreign_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "compat.h"
#include "entry.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "foreign/foreign.h"
#include "image/image_row.h"
#include "image/protection.h"
#include "listing/list_plan.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"

/* A scan. */
typedef struct ListedScan
{
	ForeignScanState *node;

	/* from the plan */
	List	   *quals;			/* ImgcatQuals */
	List	   *expressions;	/* ExprStates of their names and values */
	List	   *keys;
	bool		nulls_first;
	bool		counts;
	bool		reads[IMGCAT_NUM_COLS]; /* of the rows, order included */

	/* whose it is, from the first row on */
	MemoryContext caller_context;
	bool		has_caller;
	ImgcatNotedCaller noted;
	ImgcatCaller caller;

	/* what is read, from a rescan to the next */
	MemoryContext context;
	bool		started;
	ImgcatListRequest request;	/* of all zones */
	int			nzones;
	ImgcatZone	zones[IMGCAT_ZONES_MAX];
	int			zone;
	ImgcatListRequest zone_request;
	ImgcatEntry *position;		/* of the last row, or NULL */
	bool		ended;

	/* the page */
	MemoryContext page_context;
	int64		page_rows;		/* wanted */
	HeapTuple  *rows;
	int64		nrows;
	int64		at;
	int64		count;

	int64		pages;			/* read so far, for EXPLAIN */
} ListedScan;

/*
 * Set which columns the rows must have: those that are read, and those that say
 * where a page ends.
 */
static void
set_columns_read(ListedScan *scan, List *columns)
{
	ListCell   *cell;

	foreach(cell, columns)
		scan->reads[lfirst_int(cell)] = true;
	foreach(cell, scan->keys)
		scan->reads[linitial_int(lfirst(cell))] = true;
	scan->reads[IMGCAT_COL_CREATED_AT] = true;
	scan->reads[IMGCAT_COL_ID] = true;
}

/*
 * BeginForeignScan.
 */
static void
begin_scan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = castNode(ForeignScan, node->ss.ps.plan);
	ListedScan *scan;
	List	   *flags = list_nth(plan->fdw_private, IMGCAT_PRIVATE_FLAGS);
	MemoryContext context = node->ss.ps.state->es_query_cxt;

	scan = palloc0(sizeof(ListedScan));
	node->fdw_state = scan;
	scan->node = node;
	scan->quals = imgcat_unflat_quals(list_nth(plan->fdw_private, IMGCAT_PRIVATE_QUALS),
									  plan->fdw_exprs);
	scan->keys = list_nth(plan->fdw_private, IMGCAT_PRIVATE_KEYS);
	scan->nulls_first = list_nth_int(flags, IMGCAT_FLAG_NULLS_FIRST);
	scan->counts = list_nth_int(flags, IMGCAT_FLAG_COUNT);
	scan->page_rows = list_nth_int(flags, IMGCAT_FLAG_FIRST_ROWS);
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	set_columns_read(scan, list_nth(plan->fdw_private, IMGCAT_PRIVATE_COLUMNS));
	scan->expressions = ExecInitExprList(plan->fdw_exprs, &node->ss.ps);
	scan->caller_context = context;
	scan->context = AllocSetContextCreate(context, "listed images",
										  ALLOCSET_SMALL_SIZES);
	scan->page_context = AllocSetContextCreate(context, "page of listed images",
											   ALLOCSET_DEFAULT_SIZES);
}

/*
 * The value of the next expression, in the context of the scan.
 */
static Datum
next_value(ListedScan *scan, int *at, bool *is_null)
{
	ExprState  *expression = list_nth(scan->expressions, *at);
	Oid			type = exprType((Node *) expression->expr);
	int16		length;
	bool		by_value;
	Datum		value;

	(*at)++;
	value = ExecEvalExprSwitchContext(expression, scan->node->ss.ps.ps_ExprContext, is_null);
	if (*is_null)
		return (Datum) 0;
	get_typlenbyval(type, &length, &by_value);
	return datumCopy(value, by_value, length);
}

/*
 * The values of the quals, as the caller's own expressions have them.
 */
static ImgcatQualValue *
qual_values(ListedScan *scan)
{
	ImgcatQualValue *values = palloc0(sizeof(ImgcatQualValue) * (list_length(scan->quals) + 1));
	ListCell   *cell;
	int			at = 0;

	foreach(cell, scan->quals)
	{
		const ImgcatQual *qual = lfirst(cell);
		ImgcatQualValue *value = &values[foreach_current_index(cell)];
		bool		is_null = false;

		if (qual->name != NULL)
			value->name = next_value(scan, &at, &is_null);
		value->is_null = is_null;
		if (qual->value != NULL)
			value->value = next_value(scan, &at, &is_null);
		value->is_null |= is_null;
	}
	return values;
}

/* What imgcat_enter_for() hands on to a body of the scan. */
typedef struct StartArgument
{
	ListedScan *scan;
	const ImgcatQualValue *values;
} StartArgument;

/*
 * Begin with a zone.
 */
static void
begin_zone(ListedScan *scan)
{
	ImgcatEntry behind_missing;

	scan->position = NULL;
	if (imgcat_zone_request(&scan->zone_request, &scan->request,
							scan->zones[scan->zone], &behind_missing))
		scan->position = imgcat_entry_copy(&behind_missing);
}

/*
 * Make the request of the scan, as its caller.
 */
static void
make_request(void *argument)
{
	StartArgument *start = argument;
	ListedScan *scan = start->scan;

	scan->caller = imgcat_caller();
	imgcat_check_may_list(&scan->caller, imgcat_dialect);
	imgcat_foreign_request(&scan->request, &scan->caller, scan->quals, start->values);
	imgcat_set_order(&scan->request, scan->keys);
	scan->nzones = 1;
	scan->zones[0] = IMGCAT_ZONE_ALL;
	if (scan->keys != NIL)
		scan->nzones = imgcat_order_zones(&scan->request, scan->nulls_first, scan->zones);
	scan->zone = 0;
	begin_zone(scan);
}

/*
 * Begin to read, for whoever began.
 */
static void
start(ListedScan *scan)
{
	MemoryContext old_context = MemoryContextSwitchTo(scan->caller_context);
	StartArgument argument = {.scan = scan};

	if (!scan->has_caller)
	{
		scan->noted = imgcat_note_caller();
		scan->has_caller = true;
	}
	MemoryContextSwitchTo(scan->context);
	argument.values = qual_values(scan);
	imgcat_enter_for(&scan->noted, make_request, &argument);
	MemoryContextSwitchTo(old_context);
	scan->started = true;
	scan->ended = false;
	scan->nrows = scan->at = 0;
}

/*
 * Take a row of the page, as far as it is read, without the properties that the
 * caller may not read.
 */
static void
take_row(void *argument, ImgcatImageRow *row)
{
	ListedScan *scan = argument;
	TupleDesc	tupdesc = RelationGetDescr(scan->node->ss.ss_currentRelation);
	MemoryContext old_context = MemoryContextSwitchTo(scan->page_context);

	for (int i = 0; i < IMGCAT_NUM_COLS; i++)
		row->nulls[i] |= !scan->reads[i];
	if (!row->nulls[IMGCAT_COL_PROPERTIES])
	{
		Jsonb	   *properties = DatumGetJsonbP(row->values[IMGCAT_COL_PROPERTIES]);

		row->values[IMGCAT_COL_PROPERTIES] = JsonbPGetDatum(imgcat_properties_shown(properties));
	}
	scan->rows[scan->nrows++] = heap_form_tuple(tupdesc, row->values, row->nulls);
	MemoryContextSwitchTo(old_context);
}

/*
 * Note the keyset position that the page ends at.
 */
static void
note_position(ListedScan *scan)
{
	ImgcatImageRow row;
	ImgcatEntry last = {0};
	ImgcatEntry *former = scan->position;
	MemoryContext old_context = MemoryContextSwitchTo(scan->context);

	imgcat_image_row_read(&row, scan->rows[scan->nrows - 1],
						  RelationGetDescr(scan->node->ss.ss_currentRelation));
	imgcat_entry_set_keys(&last, scan->zone_request.keys, scan->zone_request.nkeys, &row);
	scan->position = imgcat_entry_copy(&last);
	if (former != NULL)
		pfree(former);
	MemoryContextSwitchTo(old_context);
}

/*
 * Read the next page of the zone.
 */
static void
read_page(void *argument)
{
	ListedScan *scan = argument;
	ImgcatListPlan plan;

	SPI_connect();
	imgcat_plan_list(&plan, &scan->zone_request, &scan->caller, scan->position,
					 scan->page_rows);
	imgcat_list_page(&plan, take_row, scan);
	imgcat_plan_end(&plan);
	SPI_finish();
}

/*
 * Count the images of the request.
 */
static void
count_images(void *argument)
{
	ListedScan *scan = argument;

	SPI_connect();
	scan->count = imgcat_count_listed(&scan->request, &scan->caller);
	SPI_finish();
}

/*
 * Do it as the scan's caller, under the snapshot of the statement.
 */
static void
run_for_caller(ListedScan *scan, void (*body) (void *argument))
{
	PushActiveSnapshot(scan->node->ss.ps.state->es_snapshot);
	imgcat_enter_for(&scan->noted, body, scan);
	PopActiveSnapshot();
	scan->pages++;
}

/*
 * Read pages until there is a row, or no more of them.
 */
static void
next_page(ListedScan *scan)
{
	do
	{
		MemoryContextReset(scan->page_context);
		scan->rows = MemoryContextAlloc(scan->page_context,
										sizeof(HeapTuple) * scan->page_rows);
		scan->nrows = scan->at = 0;
		run_for_caller(scan, read_page);
		if (scan->nrows == scan->page_rows)
		{
			note_position(scan);
			scan->page_rows = Min(scan->page_rows * IMGCAT_PAGE_GROWTH, IMGCAT_PAGE_ROWS_MAX);
		}
		else if (++scan->zone == scan->nzones)
			scan->ended = true;
		else
		{
			MemoryContext old_context = MemoryContextSwitchTo(scan->context);

			begin_zone(scan);
			MemoryContextSwitchTo(old_context);
		}
	} while (scan->nrows == 0 && !scan->ended);
}

/*
 * The only row of a count: the number in each of its columns.
 */
static TupleTableSlot *
count_row(ListedScan *scan, TupleTableSlot *slot)
{
	if (scan->ended)
		return slot;
	run_for_caller(scan, count_images);
	scan->ended = true;
	for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
	{
		slot->tts_values[i] = Int64GetDatum(scan->count);
		slot->tts_isnull[i] = false;
	}
	return ExecStoreVirtualTuple(slot);
}

/*
 * IterateForeignScan.
 */
static TupleTableSlot *
next_row(ForeignScanState *node)
{
	ListedScan *scan = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (!scan->started)
		start(scan);
	if (scan->counts)
		return count_row(scan, slot);
	if (scan->at == scan->nrows && !scan->ended)
		next_page(scan);
	if (scan->at < scan->nrows)
		ExecStoreHeapTuple(scan->rows[scan->at++], slot, false);
	return slot;
}

/*
 * ReScanForeignScan: values may be others.  The caller is not.
 */
static void
rescan(ForeignScanState *node)
{
	ListedScan *scan = node->fdw_state;
	ForeignScan *plan = castNode(ForeignScan, node->ss.ps.plan);

	ExecClearTuple(node->ss.ss_ScanTupleSlot);
	scan->started = false;
	scan->position = NULL;
	scan->nrows = scan->at = 0;
	scan->page_rows = list_nth_int(list_nth(plan->fdw_private, IMGCAT_PRIVATE_FLAGS),
								   IMGCAT_FLAG_FIRST_ROWS);
	MemoryContextReset(scan->context);
	MemoryContextReset(scan->page_context);
}

/*
 * EndForeignScan: nothing is open, and memory goes with the statement's.
 */
static void
end_scan(ForeignScanState *node)
{
	(void) node;
}

/*
 * Append a qual as it would be written.
 */
static void
append_qual(StringInfo out, const ImgcatQual *qual, List *context)
{
	static const char *const operators[] = {
		[IMGCAT_QUAL_LESS] = " < ",
		[IMGCAT_QUAL_LESS_EQUAL] = " <= ",
		[IMGCAT_QUAL_EQUAL] = " = ",
		[IMGCAT_QUAL_GREATER_EQUAL] = " >= ",
		[IMGCAT_QUAL_GREATER] = " > ",
		[IMGCAT_QUAL_ANY] = " = ANY (",
		[IMGCAT_QUAL_TRUE] = "",
		[IMGCAT_QUAL_FALSE] = "",
		[IMGCAT_QUAL_NULL] = " IS NULL",
		[IMGCAT_QUAL_NOT_NULL] = " IS NOT NULL",
		[IMGCAT_QUAL_CONTAINS] = " @> ",
		[IMGCAT_QUAL_OVERLAPS] = " && ",
		[IMGCAT_QUAL_PROPERTY] = " = ",
		[IMGCAT_QUAL_PROPERTY_ANY] = " = ANY (",
	};
	bool		is_any = qual->kind == IMGCAT_QUAL_ANY ||
	qual->kind == IMGCAT_QUAL_PROPERTY_ANY;

	if (out->len > 0)
		appendStringInfoString(out, " AND ");
	appendStringInfo(out, "%s%s", qual->kind == IMGCAT_QUAL_FALSE ? "NOT " : "",
					 imgcat_foreign_column(qual->column));
	if (qual->name != NULL)
		appendStringInfo(out, " ->> %s",
						 deparse_expression((Node *) qual->name, context, false, false));
	appendStringInfoString(out, operators[qual->kind]);
	if (qual->value != NULL)
		appendStringInfoString(out, deparse_expression((Node *) qual->value, context,
													   false, false));
	if (is_any)
		appendStringInfoChar(out, ')');
}

/*
 * ExplainForeignScan: what the list answers, in its own lines.
 */
static void
explain_scan(ForeignScanState *node, ExplainState *es)
{
	const ListedScan *scan = node->fdw_state;
	List	   *context = set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan, NIL);
	StringInfoData text;
	ListCell   *cell;

	if (scan->counts)
		ExplainPropertyText("List Aggregate", "count(*)", es);
	initStringInfo(&text);
	foreach(cell, scan->quals)
		append_qual(&text, lfirst(cell), context);
	if (text.len > 0)
		ExplainPropertyText("List Filter", text.data, es);
	resetStringInfo(&text);
	foreach(cell, scan->keys)
	{
		int			column = linitial_int(lfirst(cell));
		bool		descending = lsecond_int(lfirst(cell));

		appendStringInfo(&text, "%s%s%s", text.len > 0 ? ", " : "",
						 imgcat_foreign_column(column), descending ? " DESC" : "");
		if (imgcat_column_is_nullable(column) && scan->nulls_first != descending)
			appendStringInfoString(&text, scan->nulls_first ? " NULLS FIRST" : " NULLS LAST");
	}
	if (text.len > 0)
		ExplainPropertyText("List Order", text.data, es);
	if (es->analyze && !scan->counts)
		ExplainPropertyInteger("List Pages", NULL, scan->pages, es);
}

/*
 * Set what runs a scan.
 */
void
imgcat_foreign_scanning(FdwRoutine *routine)
{
	routine->BeginForeignScan = begin_scan;
	routine->IterateForeignScan = next_row;
	routine->ReScanForeignScan = rescan;
	routine->EndForeignScan = end_scan;
	routine->ExplainForeignScan = explain_scan;
}
