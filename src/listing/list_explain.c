/*-------------------------------------------------------------------------
 *
 * list_explain.c
 *		explain_list_images, explain_list_images_page: a plan as text.
 *
 * Estimates and counters tell of all images, so only catalogue administrators
 * are shown them.  One who has a project is shown how that project's list is
 * found.
 *
 * src/listing/list_explain.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/instrument.h"
#include "listing/list_plan.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/*
 * One bound of a range.
 */
static const char *
bound(const ImgcatCondition *range, int64 number)
{
	return imgcat_sort_type(range->column) == TIMESTAMPTZOID
		? psprintf("'%s'", timestamptz_to_str(number)) : psprintf(INT64_FORMAT, number);
}

/*
 * A filter as a condition, behind some words.
 */
static void
append_filter(StringInfo out, const char *before, const ImgcatCondition *filter)
{
	const char *name = filter->kind == IMGCAT_COND_INDEXED ? filter->suffix
	: imgcat_column_name(filter->column);

	appendStringInfoString(out, before);
	if (filter->kind == IMGCAT_COND_REGISTERED)
		appendStringInfoString(out, "__isregistered <> 'false'");
	else if (filter->kind != IMGCAT_COND_RANGE)
	{
		appendStringInfo(out, "%s in (", name);
		for (int i = 0; i < filter->ntexts; i++)
			appendStringInfo(out, "%s%s", i > 0 ? ", " : "",
							 quote_literal_cstr(TextDatumGetCString(filter->texts[i])));
		appendStringInfoChar(out, ')');
	}
	else if (filter->column == IMGCAT_COL_PROTECTED)
		appendStringInfo(out, "%s%s", filter->low ? "" : "not ", name);
	else
	{
		appendStringInfoString(out, name);
		if (filter->low != PG_INT64_MIN)
			appendStringInfo(out, " >= %s", bound(filter, filter->low));
		if (filter->low != PG_INT64_MIN && filter->high != PG_INT64_MAX)
			appendStringInfo(out, " and %s", name);
		if (filter->high != PG_INT64_MAX)
			appendStringInfo(out, " <= %s", bound(filter, filter->high));
	}
}

/*
 * Keys with their directions.
 */
static void
append_keys(StringInfo out, const ImgcatKey *keys, int nkeys)
{
	for (int i = 0; i < nkeys; i++)
		appendStringInfo(out, "%s%s%s", i > 0 ? ", " : "",
						 imgcat_column_name(keys[i].column),
						 keys[i].descending ? " desc" : "");
}

/*
 * How a branch reads an index in order.
 */
static void
explain_order(StringInfo out, const ImgcatBranchPath *path)
{
	const ImgcatRange *order = &path->order;

	if (!path->can_order)
		return;
	appendStringInfo(out, "        %s in order by ", path->order_first ? "first" : "then");
	append_keys(out, path->keys, path->nkeys);
	appendStringInfo(out, " using %s%s", RelationGetRelationName(order->index),
					 path->direct ? "" : ", peer groups sorted");
	for (int i = 0; i < order->nvalues; i++)
		append_filter(out, i > 0 ? " and " : ", within ", path->prefix[i]);
	if (order->low != PG_INT64_MIN || order->high != PG_INT64_MAX)
	{
		ImgcatCondition range = {.kind = IMGCAT_COND_RANGE,.column = path->keys[0].column,
		.low = order->low,.high = order->high};

		append_filter(out, ", within ", &range);
	}
	if (path->after != NULL)
		appendStringInfoString(out, ", behind the marker");
	appendStringInfo(out, " (%.0f entries)\n", path->order_cost);
}

/*
 * How a branch filters and then sorts.
 */
static void
explain_sort(StringInfo out, const ImgcatBranchPath *path)
{
	if (!path->can_sort)
		return;
	appendStringInfo(out, "        %s filter, then sort, using %s",
					 path->order_first ? "then" : "first",
					 path->nranges > 0 ? RelationGetRelationName(path->ranges[0].index)
					 : "no index");
	if (path->sort_filter != NULL)
		append_filter(out, ", within ", path->sort_filter);
	appendStringInfo(out, " (%.0f entries)\n", path->sort_cost);
}

/*
 * One branch of an ordered scan.
 */
static void
explain_branch(StringInfo out, ImgcatListPlan *plan, int at)
{
	const ImgcatBranch *branch = imgcat_plan_branch(plan, at);
	ImgcatBranchPath path;

	imgcat_choose_branch_path(&path, branch);
	appendStringInfo(out, "  ->  Branch of %s:",
					 RelationGetRelationName(branch->table->relation));
	for (int i = 0; i < branch->nscope; i++)
		appendStringInfo(out, "%s %s = %s", i > 0 ? " and" : "", branch->scope_names[i],
						 quote_literal_cstr(TextDatumGetCString(branch->scope[i])));
	appendStringInfo(out, " (%.0f images)\n", branch->nimages);
	if (path.empty)
	{
		appendStringInfoString(out, "        nothing passes\n");
		return;
	}
	explain_order(out, &path);
	explain_sort(out, &path);
}

/*
 * The facets, and what they lead to.
 */
static void
explain_facets(StringInfo out, const ImgcatListPlan *plan)
{
	if (!plan->has_facets)
		return;
	if (plan->search_index == NULL)
	{
		appendStringInfoString(out, "  Facets: no index\n");
		return;
	}
	appendStringInfo(out, "  Facets: %d sets of GIN keys, some %.0f images",
					 plan->search.nsets, plan->search.expected);
	if (plan->scan == IMGCAT_SEARCH_SCAN)
		appendStringInfoString(out, plan->fetch_all || !imgcat_sorts_by_creation(plan->request)
							   ? ", all fetched and sorted" : ", in time buckets");
	else if (plan->facets.tids.tids != NULL)
		appendStringInfoString(out, ", entries filtered by row number");
	appendStringInfoChar(out, '\n');
}

/*
 * The plan.
 */
static void
explain_plan(StringInfo out, ImgcatListPlan *plan)
{
	static const char *const names[] = {
		[IMGCAT_NO_SCAN] = "No Scan",
		[IMGCAT_ORDERED_SCAN] = "Ordered Scan",
		[IMGCAT_SEARCH_SCAN] = "Search Scan",
		[IMGCAT_SQL_SCAN] = "SQL Scan",
	};

	appendStringInfo(out, "%s (%s; rows wanted " INT64_FORMAT "; %s)\n",
					 names[plan->scan], plan->reason, plan->rows,
					 plan->bounded ? "bounded by the page" : "not bounded");
	if (plan->scan == IMGCAT_NO_SCAN)
		return;
	appendStringInfoString(out, "  Order: ");
	append_keys(out, plan->keys, plan->nkeys);
	appendStringInfoChar(out, '\n');
	for (int i = 0; i < plan->nfilters; i++)
		append_filter(out, i == 0 ? "  Filter: " : " and ", &plan->filters[i]);
	if (plan->nfilters > 0)
		appendStringInfoChar(out, '\n');
	if (plan->scan == IMGCAT_ORDERED_SCAN && plan->search_index != NULL)
		(void) imgcat_plan_tids(plan);
	explain_facets(out, plan);
	for (int i = 0; i < plan->nbranches && plan->scan == IMGCAT_ORDERED_SCAN; i++)
		explain_branch(out, plan, i);
	if (plan->scan == IMGCAT_SQL_SCAN)
	{
		ImgcatStatement statement;

		imgcat_sql_scan_statement(&statement, plan);
		appendStringInfo(out, "  Statement: %s\n", statement.sql.data);
	}
	appendStringInfo(out, "  Recheck: scope and %d conditions\n",
					 plan->request->nconditions);
}

/*
 * What the page took.
 */
static void
explain_analyze(StringInfo out, ImgcatListPlan *plan)
{
	const ImgcatPageCounters *counters = &plan->counters;
	BufferUsage before = pgBufferUsage;

	imgcat_list_page(plan, NULL, NULL);
	appendStringInfo(out,
					 "  Probes: " INT64_FORMAT " of the search index, " INT64_FORMAT
					 " candidates%s\n"
					 "  Entries read: " INT64_FORMAT "; rows fetched: " INT64_FORMAT "\n"
					 "  Rechecked: " INT64_FORMAT " rows in " INT64_FORMAT
					 " statements; listed: " INT64_FORMAT "\n"
					 "  Buffers: shared hit=" INT64_FORMAT " read=" INT64_FORMAT "\n",
					 counters->probes, counters->candidates,
					 counters->gave_up ? "; an ordered scan went on" : "",
					 counters->entries, counters->rows,
					 counters->rechecked, counters->rechecks, counters->listed,
					 (int64) (pgBufferUsage.shared_blks_hit - before.shared_blks_hit),
					 (int64) (pgBufferUsage.shared_blks_read - before.shared_blks_read));
}

/*
 * The plan as lines of text, and with analyze what making the page took.  The
 * caller is connected to SPI.
 */
char *
imgcat_explain_list(ImgcatListPlan *plan, bool analyze)
{
	StringInfoData out;

	initStringInfo(&out);
	imgcat_plan_estimate(plan);
	explain_plan(&out, plan);
	if (analyze)
		explain_analyze(&out, plan);
	return out.data;
}
