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

/* What an entry is for. */
typedef enum EntryUse
{
	USE_NEXT,					/* it is handed out: its row is due */
	USE_TO_SORT,				/* it is sorted with others */
	USE_LATER					/* the same, but perhaps others come first:
								 * sort_set() sees to its keys */
} EntryUse;

/* What a step in order came to. */
typedef enum Step
{
	STEP_GOT,					/* here is an entry; NULL: there are no more */
	STEP_BOUND,					/* here is one behind the bound, which fails */
	STEP_BUDGET					/* the budget is spent */
} Step;

/* Entries that are sorted and handed out. */
typedef struct EntrySet
{
	int			max;			/* there is room for so many */
	int			nentries;
	ImgcatEntry **entries;
	bool		ready;			/* it is sorted, and there come no more */
	int			at;				/* the next to hand out then */
} EntrySet;

struct ImgcatBranchScan
{
	const ImgcatBranch *branch;
	ImgcatBranchPath path;
	int			keys_known;		/* what an entry must have for all keys */
	bool		in_order;		/* else filter then sort */
	ImgcatEntry *last;			/* nothing up to here is handed out again: by
								 * keys, and by version; or NULL */

	/* in order */
	ImgcatIndexScan *index_scan;
	bool		index_ended;
	ImgcatEntry *put_back;		/* what the index scan is at comes once more */
	double		order_cost;
	const ImgcatEntry *bound;	/* where another branch is, or NULL */
	double		turn_cost;		/* of this branch, when it began */

	/* a peer group: the entries of one value of the first key */
	ImgcatEntry *group_value;	/* has that value; NULL: none was begun */
	int			group_seen;		/* entries, those that failed filters too */
	EntrySet	group;
	ImgcatBranchScan *nested;	/* a long group */
	ImgcatBranch nested_branch;

	/* filter then sort */
	ImgcatIndexScan *range_scan;
	int			range;
	double		sort_cost;
	EntrySet	sorted;
	bool		sorted_cut;		/* it was full: its first half was kept */
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
 * Do all filters pass?  *unknown is set if only the row can tell of one.
 */
static bool
passes_filters(const ImgcatBranchScan *scan, const ImgcatEntry *entry, bool *unknown)
{
	*unknown = false;
	for (int i = 0; i < scan->branch->nfilters; i++)
		if (!imgcat_filter_passes(&scan->branch->filters[i], entry, unknown))
			return false;

	/* a row that was read may be another one of the HOT chain: it passed */
	return entry->row_read || imgcat_has_facets(scan->branch->facets, entry);
}

/*
 * Is the entry at or before the keyset position?
 */
static bool
is_before(const ImgcatBranchScan *scan, const ImgcatEntry *entry)
{
	return scan->path.after != NULL && compare(scan, entry, scan->path.after) <= 0;
}

/*
 * Is the entry at or before what was handed out?
 */
static bool
is_done(const ImgcatBranchScan *scan, ImgcatEntry *entry)
{
	return scan->last != NULL && compare_versions(scan, entry, scan->last) <= 0;
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
 * Does the entry belong to the scan?  Its row is read where the index does not
 * tell, or lacks a key of the order.
 */
static bool
belongs(ImgcatBranchScan *scan, ImgcatEntry *entry, EntryUse use, double *cost)
{
	bool		unknown;
	bool		passes = passes_filters(scan, entry, &unknown);
	bool		keys = has_keys(scan, entry);

	if (!passes || (keys && is_before(scan, entry)))
		return false;
	if (!unknown && (keys || use == USE_LATER))
		return true;
	passes = imgcat_read_row(scan->branch->table, entry) &&
		passes_filters(scan, entry, &unknown) && !is_before(scan, entry);
	if (!passes || use != USE_NEXT)
		*cost += IMGCAT_ROW_COST;
	return passes;
}

/*
 * Add a copy of an entry to a set.
 */
static void
add_to_set(EntrySet *set, const ImgcatEntry *entry)
{
	if (set->entries == NULL)
		set->entries = palloc(sizeof(ImgcatEntry *) * set->max);
	set->entries[set->nentries++] = imgcat_entry_copy(entry);
}

/*
 * Sort a set.  The rows of entries that lack a key are read first, and what
 * turns out not to belong to the scan is dropped.
 */
static void
sort_set(ImgcatBranchScan *scan, EntrySet *set, double *cost)
{
	int			nentries = 0;

	for (int i = 0; i < set->nentries; i++)
	{
		ImgcatEntry *entry = set->entries[i];

		if (!has_keys(scan, entry))
		{
			*cost += IMGCAT_ROW_COST;
			if (!imgcat_read_row(scan->branch->table, entry) || is_before(scan, entry))
				continue;
		}
		set->entries[nentries++] = entry;
	}
	set->nentries = nentries;
	qsort_arg(set->entries, nentries, sizeof(ImgcatEntry *), compare_entries, scan);
}

/*
 * The next entry of a set that is ready, or NULL.
 */
static ImgcatEntry *
next_of_set(EntrySet *set)
{
	return set->ready && set->at < set->nentries ? set->entries[set->at++] : NULL;
}

/*
 * Let a set have no more entries than so many.
 */
static void
cut_set(EntrySet *set, int nentries)
{
	while (set->nentries > nentries)
		pfree(set->entries[--set->nentries]);
	set->at = 0;
	set->ready = false;
}

/*
 * Open a scan of an index of the branch.  In that of exceptions whether an image
 * is hidden comes behind the scope.
 */
static ImgcatIndexScan *
open_index(const ImgcatBranch *branch, Relation index)
{
	bool		has_hidden = index->rd_opcintype[branch->nscope] == BOOLOID;

	return imgcat_index_scan_open(branch->table, index, branch->scope,
								  branch->nscope + (has_hidden ? 1 : 0));
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
	const ImgcatEntry *after = behind_group != NULL ? behind_group : path->after;
	int			nvalues = behind_group != NULL ? 1
	: path->direct && path->exact_after ? path->nkeys : 0;
	Datum		values[IMGCAT_INDEX_KEYS_MAX];
	ImgcatRange range = path->order;

	scan->index_scan->nkeys = scan->index_scan->nscope;
	if (after != NULL && (range.low != PG_INT64_MIN || range.high != PG_INT64_MAX))
	{
		int64		position = DatumGetInt64(imgcat_entry_value(after, key->column));

		if (key->descending ? range.high < position : range.low > position)
			after = NULL;
		else if (key->descending)
			range.high = PG_INT64_MAX;
		else
			range.low = PG_INT64_MIN;
	}
	bound_range(scan->index_scan, &range);
	for (int i = 0; after != NULL && i < nvalues; i++)
		values[i] = imgcat_entry_value(after, path->keys[i].column);
	if (after != NULL && nvalues > 0)
		imgcat_index_scan_behind(scan->index_scan, range.nvalues, nvalues, values,
								 key->descending);
	else if (after != NULL)
		imgcat_index_scan_bound(scan->index_scan, range.nvalues,
								key->descending ? BTLessEqualStrategyNumber
								: BTGreaterEqualStrategyNumber,
								imgcat_entry_value(after, key->column));
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
	if (scan->index_scan == NULL)
	{
		scan->index_scan = open_index(scan->branch, scan->path.order.index);
		start_order(scan, NULL);
	}
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
	for (int i = 0; i < scan->branch->nkeys; i++)
	{
		int			column = scan->branch->keys[i].column;
		const ImgcatCondition *fixing = imgcat_fixing_filter(scan->branch, column);

		if (fixing != NULL)
			imgcat_entry_set_value(entry, column, imgcat_filter_value(fixing));
	}
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
		*result = entry;
		if (belongs(scan, entry, USE_NEXT, &scan->order_cost))
			return STEP_GOT;
		if (scan->order_cost > scan->path.order_budget &&
			!(scan->last != NULL && imgcat_entry_compare(entry, scan->last, scan->path.keys,
														 scan->path.nkeys) == 0))
			return STEP_BUDGET;
		if (is_beyond_bound(scan, entry))
			return STEP_BOUND;
	}
	*result = NULL;
	return STEP_GOT;
}

/*
 * Has the entry another value of the first key than the peer group?
 */
static bool
is_other_group(const ImgcatBranchScan *scan, const ImgcatEntry *entry)
{
	return scan->group_value == NULL ||
		imgcat_entry_compare(entry, scan->group_value, scan->path.keys, 1) != 0;
}

/*
 * The peer group is long: open a scan of those images that have its value.
 */
static void
open_group(ImgcatBranchScan *scan)
{
	const ImgcatBranch *outer = scan->branch;
	ImgcatBranch *branch = &scan->nested_branch;
	ImgcatCondition *filters = palloc(sizeof(ImgcatCondition) * (outer->nfilters + 1));
	ImgcatCondition *filter = &filters[outer->nfilters];
	int			column = scan->path.keys[0].column;

	check_stack_depth();
	memcpy(filters, outer->filters, sizeof(ImgcatCondition) * outer->nfilters);
	imgcat_filter_set_value(filter, column, imgcat_entry_value(scan->group_value, column));
	filter->frequency = imgcat_estimate_condition(outer->table, filter);
	*branch = *outer;
	branch->filters = filters;
	branch->nfilters++;
	branch->after = scan->path.after != NULL && !is_other_group(scan, scan->path.after)
		? scan->path.after : NULL;
	scan->nested = imgcat_branch_scan_open(branch);
	cut_set(&scan->group, 0);
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
	start_order(scan, scan->group_value);
}

/*
 * Begin a group with its first entry.
 */
static void
begin_group(ImgcatBranchScan *scan, const ImgcatEntry *entry)
{
	if (scan->group_value != NULL)
		pfree(scan->group_value);
	scan->group_value = imgcat_entry_copy(entry);
	scan->group_seen = 0;
	cut_set(&scan->group, 0);
}

/*
 * Add an entry to the group, if it passes; a long group becomes a scan.
 */
static void
add_to_group(ImgcatBranchScan *scan, ImgcatEntry *entry)
{
	int64		rows = scan->branch->page_rows;
	int64		most = rows * IMGCAT_GROUP_ENTRIES;

	scan->group_seen++;
	if (belongs(scan, entry, USE_LATER, &scan->order_cost))
	{
		add_to_set(&scan->group, entry);
		if (!has_keys(scan, entry))
			most = rows * IMGCAT_GROUP_ROWS;
	}
	if (scan->group.nentries > most || scan->group_seen > rows * IMGCAT_GROUP_FILTERED)
		open_group(scan);
}

/*
 * One step by peer groups.
 */
static Step
step_by_groups(ImgcatBranchScan *scan, ImgcatEntry **result)
{
	for (;;)
	{
		ImgcatEntry *entry;
		bool		passed;

		*result = scan->nested != NULL ? imgcat_branch_scan_next(scan->nested, NULL, &passed)
			: next_of_set(&scan->group);
		if (*result != NULL)
			return STEP_GOT;
		if (scan->nested != NULL)
			close_group(scan);

		entry = next_in_index(scan);
		if (entry == NULL || is_other_group(scan, entry))
		{
			/* the group ends, and is handed out before the next one begins */
			if (scan->group.nentries > 0 && !scan->group.ready)
			{
				scan->put_back = entry;
				sort_set(scan, &scan->group, &scan->order_cost);
				scan->group.ready = true;
				continue;
			}
			if (entry == NULL)
				return STEP_GOT;
			begin_group(scan, entry);
		}
		add_to_group(scan, entry);
		if (scan->nested == NULL && scan->order_cost > scan->path.order_budget)
			return STEP_BUDGET;
	}
}

/*
 * Add an entry to those that are sorted.  Of many only the first are kept, so
 * memory is bounded by the page.
 */
static void
add_to_sort(ImgcatBranchScan *scan, ImgcatEntry *entry)
{
	EntrySet   *set = &scan->sorted;
	int			kept = set->max / 2;

	if (!belongs(scan, entry, USE_TO_SORT, &scan->sort_cost) || is_done(scan, entry) ||
		(scan->sorted_cut && compare_versions(scan, entry, set->entries[kept - 1]) > 0))
		return;
	add_to_set(set, entry);
	if (set->nentries < set->max)
		return;
	sort_set(scan, set, &scan->sort_cost);
	cut_set(set, kept);
	scan->sorted_cut = true;
}

/*
 * Filter until all is read, and sort it.  False: the budget was spent before.
 */
static bool
filter_then_sort(ImgcatBranchScan *scan)
{
	EntrySet   *set = &scan->sorted;

	while (scan->range < scan->path.nranges)
	{
		const ImgcatRange *range = &scan->path.ranges[scan->range];
		ImgcatEntry *entry;

		CHECK_FOR_INTERRUPTS();
		if (scan->range_scan == NULL)
		{
			scan->range_scan = open_index(scan->branch, range->index);
			bound_range(scan->range_scan, range);
			imgcat_index_scan_start(scan->range_scan);
		}
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
			return false;
	}
	sort_set(scan, set, &scan->sort_cost);
	while (set->at < set->nentries && is_done(scan, set->entries[set->at]))
		set->at++;
	set->ready = true;
	return true;
}

/*
 * Remember what was handed out, for sorting to go on behind it.
 */
static void
set_last(ImgcatBranchScan *scan, const ImgcatEntry *entry)
{
	if (scan->last != NULL)
		pfree(scan->last);
	scan->last = imgcat_entry_copy(entry);
}

/*
 * The next of the sorted entries, or NULL.  Where more passed than were kept,
 * and those were not enough, the next ones are sorted.  What was handed out in
 * order may reach further than all that were kept.
 */
static ImgcatEntry *
next_sorted(ImgcatBranchScan *scan)
{
	EntrySet   *set = &scan->sorted;

	while (set->at >= set->nentries && scan->sorted_cut)
	{
		if (!is_done(scan, set->entries[set->nentries - 1]))
			set_last(scan, set->entries[set->nentries - 1]);
		cut_set(set, 0);
		scan->sorted_cut = false;
		scan->range = 0;
		scan->path.sort_budget = 1e300;
		(void) filter_then_sort(scan);
	}
	return next_of_set(set);
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
	while (!path->empty && !scan->sorted.ready)
	{
		ImgcatEntry *entry;
		Step		step;

		if (!scan->in_order)
		{
			scan->in_order = !filter_then_sort(scan);
			path->order_budget = Max(scan->sort_cost * IMGCAT_BUDGET_GROWTH, least);
			continue;
		}
		step = path->direct ? step_direct(scan, &entry) : step_by_groups(scan, &entry);
		if (step == STEP_BUDGET)
		{
			scan->in_order = false;
			path->sort_budget = Max(scan->order_cost * IMGCAT_BUDGET_GROWTH, least);
			continue;
		}
		*passed = step == STEP_GOT;
		if (*passed && entry != NULL && path->can_sort)
		{
			/* all versions of it are done when sorting begins */
			set_last(scan, entry);
			ItemPointerSet(&scan->last->tid, MaxBlockNumber, MaxOffsetNumber);
		}
		return entry;
	}
	return path->empty ? NULL : next_sorted(scan);
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
	scan->in_order = scan->path.order_first;
	scan->group.max = IMGCAT_GROUP_ENTRIES * rows + 1;
	scan->sorted.max = 2 * Max(IMGCAT_SORT_LEAST, IMGCAT_SORT_ROWS * rows);
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
