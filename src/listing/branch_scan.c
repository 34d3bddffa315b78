/*-------------------------------------------------------------------------
 *
 * branch_scan.c
 *		The images of one UNION ALL branch that pass filters, in an order.
 *
 * There are two paths to them, and neither is good for all requests:
 *
 * - Read an index in order, and leave out what fails the filters.  It is good
 *	 where many pass.  An order by two keys has no index of its own: it is read
 *	 by its first key, and each peer group, the entries of one value, is sorted.
 *	 A group that turns out long is a scan of its own, in the order of the other
 *	 keys, with a filter on the value.
 * - Filter then sort: read all entries that pass one filter from that filter's
 *	 index, and sort the first of them.  It is good where few pass.
 *
 * Statistics tell which to begin with (branch_path.c).  They may be wrong, so
 * each path has a budget, and when one has spent it the other goes on, in
 * turns and with growing budgets, until one is done: both together cost a
 * small multiple of the cheaper one.
 *
 * src/listing/branch_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "listing/index_scan.h"
#include "listing/list_plan.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* What a taken entry must have at once. */
typedef enum Take
{
	TAKE_NEXT,					/* all keys: it is handed out; its row is due */
	TAKE_TO_SORT,				/* all keys: it is sorted with others */
	TAKE_LATER					/* nothing: add_keys() sees to the keys */
} Take;

typedef enum Step
{
	STEP_GOT,					/* here is an entry */
	STEP_END,					/* there are no more */
	STEP_BOUND,					/* here is one behind the bound, which fails */
	STEP_BUDGET					/* the budget is spent */
} Step;

/* A peer group: the entries of one value of the first key. */
typedef struct PeerGroup
{
	bool		begun;
	ImgcatEntry value;			/* has the group's value */
	int			seen;			/* entries, those that failed filters too */
	ImgcatEntry **entries;
	int			nentries;
	int			at;				/* the next to hand out, if ready */
	bool		ready;
} PeerGroup;

struct ImgcatBranchScan
{
	const ImgcatBranch *branch;
	ImgcatBranchPath path;
	int			keys_known;		/* what an entry must have for all keys */
	int			nfixed;			/* keys of which a filter leaves one value */
	int			fixed_columns[IMGCAT_KEYS_MAX];
	Datum		fixed_values[IMGCAT_KEYS_MAX];
	bool		ended;
	bool		in_order;		/* else filter then sort */

	/* nothing up to here is handed out again: by keys, and by version */
	ImgcatEntry last;
	bool		has_last;

	/* in order */
	ImgcatIndexScan *index_scan;
	bool		index_ended;
	ImgcatEntry *put_back;		/* what the index scan is at comes once more */
	double		order_cost;
	const ImgcatEntry *bound;	/* where another branch is, or NULL */
	double		turn_cost;		/* of this branch, when it began */
	PeerGroup	group;
	ImgcatBranchScan *nested;	/* a long group */
	ImgcatBranch nested_branch;
	ImgcatCondition *nested_filters;

	/* filter then sort */
	ImgcatIndexScan *range_scan;
	int			range;
	double		sort_cost;
	ImgcatEntry **sorted;
	int			nsorted;
	int			max_sorted;		/* entries to keep; there is room for twice */
	bool		sorted_cut;		/* some did not fit: the first were kept */
	int			sorted_at;
	bool		sort_done;
};

/*
 * Order of two entries.
 */
static int
compare(const ImgcatBranchScan *scan, const ImgcatEntry *a, const ImgcatEntry *b)
{
	return imgcat_entry_compare(a, b, scan->branch->keys, scan->branch->nkeys);
}

/*
 * Order of two entries, those of the versions of one image by their rows.  Of
 * the versions that have the same keys the snapshot sees one at most, and any.
 */
static int
compare_versions(const ImgcatBranchScan *scan, ImgcatEntry *a, ImgcatEntry *b)
{
	int			order = compare(scan, a, b);

	return order != 0 ? order : ItemPointerCompare(&a->tid, &b->tid);
}

/*
 * qsort_arg() comparator of entries in the order of a scan.
 */
static int
compare_entries(const void *a, const void *b, void *arg)
{
	return compare_versions(arg, *(ImgcatEntry *const *) a, *(ImgcatEntry *const *) b);
}

/*
 * Do all filters pass?
 */
static ImgcatMatch
match_filters(const ImgcatBranchScan *scan, const ImgcatEntry *entry)
{
	ImgcatMatch all = IMGCAT_MATCH_YES;

	for (int i = 0; i < scan->branch->nfilters; i++)
	{
		ImgcatMatch match = imgcat_filter_match(&scan->branch->filters[i], entry);

		if (match == IMGCAT_MATCH_NO)
			return match;
		if (match == IMGCAT_MATCH_UNKNOWN)
			all = match;
	}

	/* a row that was read may have another number; it had passed before */
	return entry->row_read || imgcat_has_facets(scan->branch->facets, entry)
		? all : IMGCAT_MATCH_NO;
}

/*
 * Is the entry at or before the keyset position, or what was handed out?
 */
static bool
is_before(const ImgcatBranchScan *scan, const ImgcatEntry *entry)
{
	return scan->path.has_after && compare(scan, entry, scan->branch->after) <= 0;
}

/*
 * Has the entry all keys of the order?
 */
static bool
has_keys(const ImgcatBranchScan *scan, const ImgcatEntry *entry)
{
	return (entry->known & scan->keys_known) == scan->keys_known;
}

/*
 * The entry if it belongs to the scan, else NULL; its row is read where the
 * index does not tell, or lacks a key of the order.  What is not handed out at
 * once is copied.
 */
static ImgcatEntry *
take_entry(ImgcatBranchScan *scan, ImgcatEntry *entry, Take take, double *cost)
{
	ImgcatMatch match = match_filters(scan, entry);
	bool		keys = has_keys(scan, entry);

	if (match == IMGCAT_MATCH_NO || (keys && is_before(scan, entry)))
		return NULL;
	if (match == IMGCAT_MATCH_UNKNOWN || (!keys && take != TAKE_LATER))
	{
		bool		belongs;

		belongs = imgcat_read_row(scan->branch->table, entry) &&
			match_filters(scan, entry) == IMGCAT_MATCH_YES &&
			!is_before(scan, entry);
		if (!belongs || take != TAKE_NEXT)
			*cost += IMGCAT_ROW_COST;
		if (!belongs)
			return NULL;
	}
	return take == TAKE_NEXT ? entry : imgcat_entry_copy(entry);
}

/*
 * Open a scan of an index of the branch.  In the index of exceptions whether an
 * image is hidden comes behind the scope.
 */
static ImgcatIndexScan *
open_index(const ImgcatBranch *branch, Relation index)
{
	Datum		scope[lengthof(branch->scope) + 1];
	int			nscope = branch->nscope;

	memcpy(scope, branch->scope, sizeof(Datum) * nscope);
	if (TupleDescAttr(RelationGetDescr(index), nscope)->atttypid == BOOLOID)
		scope[nscope++] = BoolGetDatum(branch->hidden);
	return imgcat_index_scan_open(branch->table, index, scope, nscope);
}

/*
 * Keep a scan within a range: open ends are left out.
 */
static void
bound_range(ImgcatIndexScan *scan, const ImgcatRange *range)
{
	for (int i = 0; i < range->nvalues; i++)
		imgcat_index_scan_bound(scan, i, BTEqualStrategyNumber, range->values[i]);
	if (range->low != PG_INT64_MIN)
		imgcat_index_scan_bound(scan, range->nvalues, BTGreaterEqualStrategyNumber,
								Int64GetDatum(range->low));
	if (range->high != PG_INT64_MAX)
		imgcat_index_scan_bound(scan, range->nvalues, BTLessEqualStrategyNumber,
								Int64GetDatum(range->high));
}

/*
 * Begin behind the keyset position in the index that is read in order.
 */
static void
bound_behind(ImgcatBranchScan *scan, const ImgcatEntry *after)
{
	const ImgcatBranchPath *path = &scan->path;
	const ImgcatKey *key = &path->keys[0];

	if (path->direct && path->exact_after && path->nkeys > 1)
	{
		Datum		values[IMGCAT_INDEX_KEYS_MAX];

		for (int i = 0; i < path->nkeys; i++)
			values[i] = imgcat_entry_value(after, path->keys[i].column);
		imgcat_index_scan_behind(scan->index_scan, path->order.nvalues, path->nkeys,
								 values, key->descending);
	}
	else
		imgcat_index_scan_bound(scan->index_scan, path->order.nvalues,
								key->descending ? BTLessEqualStrategyNumber
								: BTGreaterEqualStrategyNumber,
								imgcat_entry_value(after, key->column));
}

/*
 * Start to read in order, behind the keyset position, or behind a peer group.
 *
 * A position and the range of the key bound the same end: an index scan starts
 * at one of them, and it might be the wider one, so that is left out.
 */
static void
start_order(ImgcatBranchScan *scan, const ImgcatEntry *behind_group)
{
	const ImgcatBranchPath *path = &scan->path;
	const ImgcatKey *key = &path->keys[0];
	const ImgcatEntry *after = behind_group != NULL ? behind_group
	: path->has_after ? scan->branch->after : NULL;
	ImgcatRange range = path->order;

	scan->index_scan->nkeys = scan->index_scan->nscope;
	if (after != NULL && (range.low != PG_INT64_MIN || range.high != PG_INT64_MAX))
	{
		int64		place = DatumGetInt64(imgcat_entry_value(after, key->column));

		if (key->descending ? range.high < place : range.low > place)
			after = NULL;
		else if (key->descending)
			range.high = PG_INT64_MAX;
		else
			range.low = PG_INT64_MIN;
	}
	bound_range(scan->index_scan, &range);
	if (after != NULL && behind_group != NULL)
		imgcat_index_scan_bound(scan->index_scan, path->order.nvalues,
								key->descending ? BTLessStrategyNumber
								: BTGreaterStrategyNumber,
								imgcat_entry_value(behind_group, key->column));
	else if (after != NULL)
		bound_behind(scan, after);
	imgcat_index_scan_start(scan->index_scan);
	scan->index_ended = false;
}

/*
 * The next entry of the index that is read in order.
 */
static ImgcatEntry *
next_in_index(ImgcatBranchScan *scan)
{
	ImgcatEntry *entry = scan->put_back;

	CHECK_FOR_INTERRUPTS();
	scan->put_back = NULL;
	if (entry != NULL || scan->index_ended)
		return entry;
	scan->order_cost++;
	entry = imgcat_index_scan_next(scan->index_scan,
								   scan->path.keys[0].descending
								   ? BackwardScanDirection
								   : ForwardScanDirection);
	scan->index_ended = (entry == NULL);
	return entry;
}

/*
 * Is it another branch's turn?  An entry that lacks a key does not tell.
 *
 * The entry fails the filters, and says where the scan is.  Of a key that a
 * filter fixes it is given the value that all images have which are to come:
 * its own may stand behind theirs.
 */
static bool
is_beyond_bound(const ImgcatBranchScan *scan, ImgcatEntry *entry)
{
	if (scan->bound == NULL ||
		scan->order_cost - scan->turn_cost < IMGCAT_TURN_ENTRIES ||
		!has_keys(scan, entry))
		return false;
	for (int i = 0; i < scan->nfixed; i++)
		imgcat_entry_set_value(entry, scan->fixed_columns[i], scan->fixed_values[i]);
	return compare(scan, entry, scan->bound) > 0;
}

/*
 * One step in an index that has the order.  The other path does not go on
 * between two versions of an image, whose keys in the index are the same: it
 * takes up behind the image.
 */
static Step
step_direct(ImgcatBranchScan *scan, ImgcatEntry **result)
{
	ImgcatEntry *entry;

	while ((entry = next_in_index(scan)) != NULL)
	{
		*result = take_entry(scan, entry, TAKE_NEXT, &scan->order_cost);
		if (*result != NULL)
			return STEP_GOT;
		if (scan->order_cost > scan->path.order_budget &&
			!(scan->has_last && imgcat_entry_compare(entry, &scan->last, scan->path.keys,
													 scan->path.nkeys) == 0))
			return STEP_BUDGET;
		if (is_beyond_bound(scan, entry))
		{
			*result = entry;
			return STEP_BOUND;
		}
	}
	return STEP_END;
}

/*
 * The filter on the entry's own value of a column, as frequent in the table.
 */
static void
set_value_filter(ImgcatCondition *filter, const ImgcatEntry *entry, int column,
				 const ImgcatTable *table)
{
	Datum		value = imgcat_entry_value(entry, column);

	memset(filter, 0, sizeof(*filter));
	filter->column = column;
	filter->missing = true;
	if (imgcat_sort_type(column) == TEXTOID)
	{
		filter->kind = IMGCAT_COND_TEXT;
		imgcat_filter_set_texts(filter, &value, 1);
	}
	else
	{
		filter->kind = IMGCAT_COND_RANGE;
		filter->low = filter->high = DatumGetInt64(value);
	}
	filter->frequency = imgcat_estimate_condition(table, filter);
}

/*
 * The peer group is long: open a scan of those images that have its value.
 */
static void
open_group(ImgcatBranchScan *scan)
{
	PeerGroup  *group = &scan->group;
	ImgcatBranch *branch = &scan->nested_branch;
	int			column = scan->path.keys[0].column;

	check_stack_depth();
	*branch = *scan->branch;
	memcpy(scan->nested_filters, branch->filters, sizeof(ImgcatCondition) * branch->nfilters);
	set_value_filter(&scan->nested_filters[branch->nfilters++], &group->value, column,
					 branch->table);
	branch->filters = scan->nested_filters;
	if (!scan->path.has_after ||
		imgcat_entry_compare_column(&group->value, branch->after, column) != 0)
		branch->after = NULL;
	scan->nested = imgcat_branch_scan_open(branch);
	group->nentries = 0;
}

/*
 * The group was handed out by the nested scan: go on behind it.
 */
static void
close_group(ImgcatBranchScan *scan)
{
	scan->order_cost += scan->nested->order_cost + scan->nested->sort_cost;
	imgcat_branch_scan_close(scan->nested);
	scan->nested = NULL;
	start_order(scan, &scan->group.value);
	scan->group.begun = false;
}

/*
 * Read the rows of the group's entries that lack a key, and drop those that do
 * not belong to the scan; then sort.
 */
static void
finish_group(ImgcatBranchScan *scan)
{
	PeerGroup  *group = &scan->group;
	int			nentries = 0;

	for (int i = 0; i < group->nentries; i++)
	{
		ImgcatEntry *entry = group->entries[i];

		if (!has_keys(scan, entry))
		{
			scan->order_cost += IMGCAT_ROW_COST;
			if (!imgcat_read_row(scan->branch->table, entry) ||
				is_before(scan, entry))
				continue;
		}
		group->entries[nentries++] = entry;
	}
	group->nentries = nentries;
	qsort_arg(group->entries, nentries, sizeof(ImgcatEntry *), compare_entries, scan);
	group->at = 0;
	group->ready = true;
}

/*
 * Add an entry to the group, if it passes; a long group becomes a scan.
 */
static void
add_to_group(ImgcatBranchScan *scan, ImgcatEntry *entry)
{
	PeerGroup  *group = &scan->group;
	int64		rows = scan->branch->page_rows;
	ImgcatEntry *taken = take_entry(scan, entry, TAKE_LATER, &scan->order_cost);

	group->seen++;
	if (taken != NULL)
		group->entries[group->nentries++] = taken;
	if (group->nentries > rows * (taken == NULL || has_keys(scan, taken)
								  ? IMGCAT_GROUP_ENTRIES : IMGCAT_GROUP_ROWS) ||
		group->seen > rows * IMGCAT_GROUP_FILTERED)
		open_group(scan);
}

/*
 * One step by peer groups.
 */
static Step
step_by_groups(ImgcatBranchScan *scan, ImgcatEntry **result)
{
	PeerGroup  *group = &scan->group;

	for (;;)
	{
		ImgcatEntry *entry;
		bool		passed;

		if (scan->nested != NULL)
		{
			*result = imgcat_branch_scan_next(scan->nested, NULL, &passed);
			if (*result != NULL)
				return STEP_GOT;
			close_group(scan);
		}
		if (group->ready && group->at < group->nentries)
		{
			*result = group->entries[group->at++];
			return STEP_GOT;
		}
		if (group->ready)
		{
			group->ready = group->begun = false;
			group->nentries = 0;
		}

		entry = next_in_index(scan);
		if (entry == NULL ||
			(group->begun &&
			 imgcat_entry_compare_column(entry, &group->value,
										 scan->path.keys[0].column) != 0))
		{
			/* the group ends, and is handed out before the next one begins */
			if (group->nentries > 0)
			{
				scan->put_back = entry;
				finish_group(scan);
				continue;
			}
			if (entry == NULL)
				return STEP_END;
			group->begun = false;
		}
		if (!group->begun)
		{
			imgcat_entry_keep(&group->value, entry);
			group->begun = true;
			group->seen = 0;
		}
		add_to_group(scan, entry);
		if (scan->nested == NULL && scan->order_cost > scan->path.order_budget)
			return STEP_BUDGET;
	}
}

/*
 * One step in order.
 */
static Step
step_in_order(ImgcatBranchScan *scan, ImgcatEntry **result)
{
	if (scan->index_scan == NULL)
	{
		scan->index_scan = open_index(scan->branch, scan->path.order.index);
		start_order(scan, NULL);
	}
	return scan->path.direct ? step_direct(scan, result)
		: step_by_groups(scan, result);
}

/*
 * Start to read the next range that is to be sorted.
 */
static void
start_range(ImgcatBranchScan *scan)
{
	const ImgcatRange *range = &scan->path.ranges[scan->range];

	scan->range_scan = open_index(scan->branch, range->index);
	bound_range(scan->range_scan, range);
	imgcat_index_scan_start(scan->range_scan);
}

/*
 * Sort what was read, and keep no more than the first entries.
 */
static void
sort_entries(ImgcatBranchScan *scan)
{
	qsort_arg(scan->sorted, scan->nsorted, sizeof(ImgcatEntry *), compare_entries, scan);
	while (scan->nsorted > scan->max_sorted)
	{
		imgcat_entry_free(scan->sorted[--scan->nsorted]);
		scan->sorted_cut = true;
	}
}

/*
 * Add an entry to those that are sorted.  Of many only the first are kept, so
 * memory is bounded by the page.
 */
static void
add_to_sort(ImgcatBranchScan *scan, ImgcatEntry *entry)
{
	entry = take_entry(scan, entry, TAKE_TO_SORT, &scan->sort_cost);
	if (entry == NULL)
		return;
	if ((scan->has_last && compare_versions(scan, entry, &scan->last) <= 0) ||
		(scan->sorted_cut &&
		 compare_versions(scan, entry, scan->sorted[scan->max_sorted - 1]) > 0))
	{
		imgcat_entry_free(entry);
		return;
	}
	if (scan->sorted == NULL)
		scan->sorted = palloc(sizeof(ImgcatEntry *) * 2 * scan->max_sorted);
	scan->sorted[scan->nsorted++] = entry;
	if (scan->nsorted == 2 * scan->max_sorted)
		sort_entries(scan);
}

/*
 * Filter until all is read, or the budget is spent.
 */
static Step
step_of_sort(ImgcatBranchScan *scan)
{
	while (scan->range < scan->path.nranges)
	{
		ImgcatEntry *entry;

		CHECK_FOR_INTERRUPTS();
		if (scan->range_scan == NULL)
			start_range(scan);
		entry = imgcat_index_scan_next(scan->range_scan, ForwardScanDirection);
		if (entry == NULL)
		{
			imgcat_index_scan_close(scan->range_scan);
			scan->range_scan = NULL;
			scan->range++;
			continue;
		}
		scan->sort_cost++;
		add_to_sort(scan, entry);
		if (scan->sort_cost > scan->path.sort_budget)
			return STEP_BUDGET;
	}
	sort_entries(scan);
	while (scan->has_last && scan->sorted_at < scan->nsorted &&
		   compare_versions(scan, scan->sorted[scan->sorted_at], &scan->last) <= 0)
		scan->sorted_at++;
	scan->sort_done = true;
	return STEP_END;
}

/*
 * Remember what was handed out, for sorting to go on behind it.
 */
static void
set_last(ImgcatBranchScan *scan, const ImgcatEntry *entry)
{
	imgcat_entry_keep(&scan->last, entry);
	scan->has_last = true;
}

/*
 * More passed than were sorted, and those were not enough: sort the next.  What
 * was handed out in order may reach further than all that were kept.
 */
static void
sort_more(ImgcatBranchScan *scan)
{
	ImgcatEntry *end = scan->sorted[scan->nsorted - 1];

	if (!scan->has_last || compare_versions(scan, end, &scan->last) > 0)
		set_last(scan, end);
	while (scan->nsorted > 0)
		imgcat_entry_free(scan->sorted[--scan->nsorted]);
	scan->sorted_at = 0;
	scan->sorted_cut = false;
	scan->range = 0;
	scan->path.sort_budget = 1e300;
	(void) step_of_sort(scan);
}

/*
 * The next of the sorted entries, or NULL.
 */
static ImgcatEntry *
next_sorted(ImgcatBranchScan *scan)
{
	while (scan->sorted_at >= scan->nsorted && scan->sorted_cut)
		sort_more(scan);
	return scan->sorted_at < scan->nsorted ? scan->sorted[scan->sorted_at++] : NULL;
}

/*
 * The next image, or NULL.  Unless its row was read it may be one that nobody
 * sees.  It lives until the next one is asked for.
 *
 * Where few images pass the filters, the next one may lie far behind "bound",
 * which another branch is at.  So what comes may also be an entry behind that
 * which fails the filters, and *passed is false; there the scan goes on when it
 * is asked again.
 */
ImgcatEntry *
imgcat_branch_scan_next(ImgcatBranchScan *scan, const ImgcatEntry *bound,
						bool *passed)
{
	ImgcatBranchPath *path = &scan->path;
	double		least = IMGCAT_LEAST_BUDGET * scan->branch->page_rows;

	*passed = true;
	scan->bound = bound;
	scan->turn_cost = scan->order_cost;
	while (!scan->ended)
	{
		ImgcatEntry *entry;

		if (scan->sort_done)
			return next_sorted(scan);
		if (!scan->in_order)
		{
			if (step_of_sort(scan) == STEP_BUDGET)
			{
				scan->in_order = true;
				path->order_budget = Max(scan->sort_cost * IMGCAT_BUDGET_GROWTH, least);
			}
			continue;
		}
		switch (step_in_order(scan, &entry))
		{
			case STEP_GOT:
				if (path->can_sort)
				{
					/* all versions of it are done when sorting begins */
					set_last(scan, entry);
					ItemPointerSet(&scan->last.tid, MaxBlockNumber, MaxOffsetNumber);
				}
				return entry;
			case STEP_END:
				scan->ended = true;
				break;
			case STEP_BOUND:
				*passed = false;
				return entry;
			case STEP_BUDGET:
				scan->in_order = false;
				path->sort_budget = Max(scan->order_cost * IMGCAT_BUDGET_GROWTH, least);
				break;
		}
	}
	return NULL;
}

/*
 * Note the keys of which a filter leaves one value.
 */
static void
set_fixed_keys(ImgcatBranchScan *scan)
{
	const ImgcatBranch *branch = scan->branch;

	for (int key = 0; key < branch->nkeys; key++)
		for (int i = 0; i < branch->nfilters; i++)
		{
			const ImgcatCondition *filter = &branch->filters[i];

			if (filter->column != branch->keys[key].column ||
				!imgcat_filter_is_value(filter))
				continue;
			scan->fixed_columns[scan->nfixed] = filter->column;
			scan->fixed_values[scan->nfixed++] = imgcat_filter_value(filter);
			break;
		}
}

/*
 * Open a scan of the images of a branch that pass all filters, in the order of
 * the keys, behind a keyset position if there is one.  The branch must outlive the
 * scan.
 */
ImgcatBranchScan *
imgcat_branch_scan_open(const ImgcatBranch *branch)
{
	ImgcatBranchScan *scan = palloc0(sizeof(ImgcatBranchScan));
	int64		rows = branch->page_rows;

	scan->branch = branch;
	scan->keys_known = imgcat_keys_known(branch->keys, branch->nkeys);
	imgcat_choose_branch_path(&scan->path, branch);
	scan->ended = scan->path.empty;
	if (!scan->ended)
		set_fixed_keys(scan);
	scan->in_order = scan->path.order_first;
	scan->max_sorted = Max(IMGCAT_SORT_LEAST, IMGCAT_SORT_ROWS * rows);
	if (!scan->ended && !scan->path.direct)
	{
		scan->group.entries = palloc(sizeof(ImgcatEntry *) *
									 (IMGCAT_GROUP_ENTRIES * rows + 2));
		scan->nested_filters = palloc(sizeof(ImgcatCondition) *
									  (branch->nfilters + 1));
	}
	return scan;
}

/*
 * End the scan.
 */
void
imgcat_branch_scan_close(ImgcatBranchScan *scan)
{
	if (scan->nested != NULL)
		imgcat_branch_scan_close(scan->nested);
	if (scan->index_scan != NULL)
		imgcat_index_scan_close(scan->index_scan);
	if (scan->range_scan != NULL)
		imgcat_index_scan_close(scan->range_scan);
	pfree(scan);
}
