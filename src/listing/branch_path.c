/*-------------------------------------------------------------------------
 *
 * branch_path.c
 *		How the images of a branch are found: the choice of its path.
 *
 * Decides which index to read in order, from which to filter and then sort,
 * and which of the two to begin with (branch_scan.c).
 *
 * src/listing/branch_path.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "listing/index_scan.h"
#include "listing/list_plan.h"
#include "utils/builtins.h"

/*
 * The end of the names of the index that has the hidden images of the branch.
 * That of images has those of size zero, too.
 */
const char *
imgcat_hidden_suffix(const ImgcatBranch *branch)
{
	return branch->table->is_shares ? "hidden" : "exceptions";
}

/*
 * Does nothing pass the filter?
 */
static bool
filter_is_empty(const ImgcatCondition *filter)
{
	return filter->kind == IMGCAT_COND_RANGE ? filter->low > filter->high
		: filter->kind != IMGCAT_COND_PRESENT && filter->ntexts == 0;
}

/*
 * The end of the names of the indexes that find what passes; NULL: none do.
 */
static const char *
filter_suffix(const ImgcatCondition *filter)
{
	return filter->kind == IMGCAT_COND_INDEXED ? filter->suffix
		: filter->kind == IMGCAT_COND_PRESENT ? NULL
		: imgcat_index_suffix(filter->column);
}

/*
 * The filter that fixes a column, or -1.
 */
static int
fixing_filter(const ImgcatBranch *branch, int column)
{
	for (int i = 0; i < branch->nfilters; i++)
		if (branch->filters[i].column == column &&
			imgcat_filter_is_value(&branch->filters[i]))
			return i;
	return -1;
}

/*
 * Set the keys to read by: those of the order but those that a filter fixes.
 *
 * The keyset position may have another value of a fixed key than all images
 * have.  Then it lies before all of them, or behind, as far as the keys before
 * that one do not tell.
 */
static void
set_keys(ImgcatBranchPath *path)
{
	const ImgcatBranch *branch = path->branch;

	path->exact_after = true;
	for (int i = 0; i < branch->nkeys; i++)
	{
		const ImgcatKey *key = &branch->keys[i];
		int			fixing = fixing_filter(branch, key->column);
		ImgcatEntry value = {0};
		int			order;

		if (fixing < 0)
		{
			path->keys[path->nkeys++] = *key;
			continue;
		}
		if (!path->has_after || !path->exact_after)
			continue;
		imgcat_entry_set_value(&value, key->column,
							   imgcat_filter_value(&branch->filters[fixing]));
		order = imgcat_entry_compare_column(&value, branch->after, key->column);
		if (order == 0)
			continue;
		path->exact_after = false;
		if (path->nkeys > 0)
			continue;
		if (key->descending ? order < 0 : order > 0)
			path->has_after = false;
		else
			path->empty = true;
	}
}

/*
 * Does the index of the first key have the order of all of them?
 */
bool
imgcat_is_index_order(const ImgcatKey *keys, int nkeys)
{
	int			first = keys[0].column;
	int			columns[IMGCAT_INDEX_KEYS_MAX];
	int			ncolumns = 0;

	columns[ncolumns++] = first;
	if (first == IMGCAT_COL_CONTAINER_FORMAT)
		columns[ncolumns++] = IMGCAT_COL_DISK_FORMAT;
	if (first != IMGCAT_COL_ID && first != IMGCAT_COL_CREATED_AT)
		columns[ncolumns++] = IMGCAT_COL_CREATED_AT;
	if (first != IMGCAT_COL_ID)
		columns[ncolumns++] = IMGCAT_COL_ID;
	if (nkeys != ncolumns)
		return false;
	for (int i = 1; i < nkeys; i++)
		if (keys[i].column != columns[i] || keys[i].descending != keys[0].descending)
			return false;
	return true;
}

/*
 * The last moment before which all images that pass were created.  An image is
 * not changed before it is created, so a bound of updated_at is one of
 * created_at, too; but for those that were imported with other times, if there
 * are any.
 */
static int64
last_creation(const ImgcatBranch *branch)
{
	int64		low;
	int64		high;
	Relation	index;
	ImgcatIndexScan *scan;
	bool		exceptions;

	imgcat_filters_range(branch->filters, branch->nfilters, IMGCAT_COL_UPDATED_AT,
						 &low, &high);
	if (high == PG_INT64_MAX)
		return high;
	index = imgcat_table_index(branch->table,
							   branch->table->is_shares ? branch->family : "images",
							   "backdated");
	if (index == NULL)
		return PG_INT64_MAX;
	scan = imgcat_index_scan_open(branch->table, index, branch->scope,
								  branch->table->is_shares ? branch->nscope : 0);
	imgcat_index_scan_bound(scan, 0, BTGreaterStrategyNumber,
							TimestampTzGetDatum(high));
	imgcat_index_scan_start(scan);
	exceptions = imgcat_index_scan_next(scan, ForwardScanDirection) != NULL;
	imgcat_index_scan_close(scan);
	return exceptions ? PG_INT64_MAX : high;
}

/*
 * Is what is read in order within this filter, whatever fails others?
 */
static bool
bounds_order(const ImgcatBranchPath *path, int filter)
{
	const ImgcatBranch *branch = path->branch;

	for (int i = 0; i < path->order.nvalues; i++)
		if (filter == path->prefix[i])
			return true;
	return branch->filters[filter].kind == IMGCAT_COND_RANGE &&
		branch->filters[filter].column == path->keys[0].column;
}

/*
 * Add a range of numbers to filter from, if there are any.
 */
static void
add_range(ImgcatBranchPath *path, Relation index, int64 low, int64 high)
{
	if (low <= high)
		path->ranges[path->nranges++] = (ImgcatRange)
	{
		.index = index,.low = low,.high = high
	};
}

/*
 * The ranges that hold the images that pass a filter.
 */
static void
set_ranges(ImgcatBranchPath *path, const ImgcatCondition *filter, Relation index)
{
	const ImgcatBranch *branch = path->branch;
	Relation	empty = NULL;

	path->ranges = palloc(sizeof(ImgcatRange) * (filter->ntexts + 3));
	for (int i = 0; i < filter->ntexts; i++)
	{
		add_range(path, index, PG_INT64_MIN, PG_INT64_MAX);
		path->ranges[i].values[path->ranges[i].nvalues++] = filter->texts[i];
	}
	if (filter->kind != IMGCAT_COND_RANGE)
		return;

	/* missing sizes, which may be many, stand among those that are zero */
	if (filter->column == IMGCAT_COL_SIZE && !filter->missing &&
		filter->low <= 0 && filter->high >= 0)
		empty = imgcat_table_index(branch->table, branch->family, "exceptions");
	if (empty == NULL)
	{
		add_range(path, index, filter->low, filter->high);
		return;
	}
	add_range(path, index, filter->low, -1);
	add_range(path, empty, PG_INT64_MIN, PG_INT64_MAX);
	add_range(path, index, 1, filter->high);
}

/*
 * Read an index in order behind the values of filters, the second one may be
 * -1.  False: there is no such index.
 */
static bool
use_prefix(ImgcatBranchPath *path, const char *suffix, int first, int second)
{
	const ImgcatBranch *branch = path->branch;
	ImgcatRange *order = &path->order;
	Relation	index = imgcat_table_index(branch->table, branch->family, suffix);

	if (index == NULL)
		return false;
	order->index = index;
	path->prefix[0] = first;
	order->values[order->nvalues++] = imgcat_filter_value(&branch->filters[first]);
	if (second >= 0)
	{
		path->prefix[1] = second;
		order->values[order->nvalues++] = imgcat_filter_value(&branch->filters[second]);
	}
	return true;
}

/*
 * Use the index of a status and a size, if the filters leave it all that
 * passes: it lacks active images that have a size.
 */
static bool
use_pair_index(ImgcatBranchPath *path)
{
	const ImgcatBranch *branch = path->branch;
	int			status = fixing_filter(branch, IMGCAT_COL_STATUS);
	int			size = fixing_filter(branch, IMGCAT_COL_SIZE);
	int			key = path->keys[0].column;
	bool		is_active;

	if (status < 0)
		return false;
	is_active = strcmp(TextDatumGetCString(branch->filters[status].texts[0]), "active") == 0;
	return ((key == IMGCAT_COL_SIZE && !is_active) ||
			(key == IMGCAT_COL_CREATED_AT && size >= 0 &&
			 (!is_active || branch->filters[size].low == 0))) &&
		use_prefix(path, "status_size", status, size);
}

/*
 * Use the index of container and disk formats, if filters fix the first of
 * them, or both, and it has the order of the keys behind that.  Which disk
 * formats a container has is no chance, so that neither index alone leads to the
 * images of both.
 */
static bool
use_formats_index(ImgcatBranchPath *path)
{
	int			container = fixing_filter(path->branch, IMGCAT_COL_CONTAINER_FORMAT);
	int			disk = fixing_filter(path->branch, IMGCAT_COL_DISK_FORMAT);

	if (container < 0)
		return false;
	return (path->keys[0].column == IMGCAT_COL_DISK_FORMAT ||
			(path->nkeys == 2 && path->keys[0].column == IMGCAT_COL_CREATED_AT && disk >= 0)) &&
		use_prefix(path, "container_format", container, disk);
}

/*
 * Decide which index to read in order.
 */
static void
set_order(ImgcatBranchPath *path)
{
	const ImgcatBranch *branch = path->branch;
	const ImgcatKey *key = &path->keys[0];
	int			prefix = -1;

	imgcat_filters_range(branch->filters, branch->nfilters, key->column,
						 &path->order.low, &path->order.high);
	if (key->column == IMGCAT_COL_CREATED_AT && !branch->hidden)
	{
		int64		last = last_creation(branch);

		path->order.high = Min(path->order.high, last);
	}
	path->direct = imgcat_is_index_order(path->keys, path->nkeys);
	path->order.index = imgcat_table_index(branch->table, branch->family,
										   branch->hidden ? imgcat_hidden_suffix(branch)
										   : imgcat_index_suffix(key->column));
	path->can_order = path->order.index != NULL &&
		(!branch->hidden || (path->direct && key->column == IMGCAT_COL_CREATED_AT));
	if (branch->hidden || branch->nfilters == 0 ||
		use_pair_index(path) || use_formats_index(path))
		return;

	/*
	 * the index of any filter on a value is in the order of creation, but
	 * that of container formats
	 */
	if (path->nkeys == 2 && key->column == IMGCAT_COL_CREATED_AT)
	{
		for (int i = 0; i < branch->nfilters; i++)
		{
			const char *suffix = filter_suffix(&branch->filters[i]);

			if (suffix != NULL && imgcat_filter_is_value(&branch->filters[i]) &&
				branch->filters[i].column != IMGCAT_COL_CONTAINER_FORMAT &&
				imgcat_table_index(branch->table, branch->family, suffix) != NULL &&
				(prefix < 0 || branch->filters[i].frequency < branch->filters[prefix].frequency))
				prefix = i;
		}
		if (prefix >= 0)
			(void) use_prefix(path, filter_suffix(&branch->filters[prefix]),
							  prefix, -1);
	}
}

/*
 * Decide which filter's images to sort, if any.  Hidden images have an index
 * of their own, and are few: all of them.
 */
static void
set_sort(ImgcatBranchPath *path)
{
	const ImgcatBranch *branch = path->branch;
	Relation	index = NULL;

	path->sort_filter = -1;
	if (branch->hidden)
	{
		path->ranges = palloc(sizeof(ImgcatRange));
		add_range(path, path->order.index, PG_INT64_MIN, PG_INT64_MAX);
		path->can_sort = true;
		return;
	}
	for (int i = 0; i < branch->nfilters; i++)
	{
		const char *suffix = filter_suffix(&branch->filters[i]);
		Relation	found;

		if (suffix == NULL || bounds_order(path, i) ||
			(path->sort_filter >= 0 &&
			 branch->filters[i].frequency >= branch->filters[path->sort_filter].frequency))
			continue;
		found = imgcat_table_index(branch->table, branch->family, suffix);
		if (found == NULL)
			continue;
		path->sort_filter = i;
		index = found;
	}
	if (path->sort_filter < 0)
		return;
	path->can_sort = true;
	set_ranges(path, &branch->filters[path->sort_filter], index);
}

/*
 * Choose the path of a branch: which index to read in order, what to sort, and
 * which to begin with.
 */
void
imgcat_choose_branch_path(ImgcatBranchPath *path, const ImgcatBranch *branch)
{
	double		passing = 1;
	double		least = IMGCAT_LEAST_BUDGET * branch->page_rows;

	memset(path, 0, sizeof(*path));
	path->branch = branch;
	path->sort_filter = -1;
	path->has_after = (branch->after != NULL);
	for (int i = 0; i < branch->nfilters; i++)
		if (filter_is_empty(&branch->filters[i]))
			path->empty = true;
	set_keys(path);
	if (path->empty)
		return;

	if (branch->facet_share > 0)
		passing = branch->facet_share;
	if (branch->nfilters > 0 || branch->hidden)
		path->images = branch->nimages;
	set_order(path);
	set_sort(path);
	for (int i = 0; i < branch->nfilters; i++)
		if (!bounds_order(path, i))
			passing *= branch->filters[i].frequency;

	path->order_cost = branch->rows / Max(passing, 1e-9);
	for (int i = 0; i < path->order.nvalues; i++)
		path->order_cost = Min(path->order_cost,
							   path->images * branch->filters[path->prefix[i]].frequency);
	if (path->images > 0)
		path->order_cost = Min(path->order_cost, path->images);
	path->sort_cost = path->images *
		(path->sort_filter >= 0 ? branch->filters[path->sort_filter].frequency : 1);

	/* which has spent what the other would have cost may have been wrong */
	if (!path->can_order && !path->can_sort)
		elog(ERROR, "an ordered scan was planned without its index");
	path->order_first = path->can_order &&
		(!path->can_sort || path->order_cost <= path->sort_cost);
	path->order_budget = path->can_sort
		? Max(path->order_cost * 2, path->sort_cost) + least : 1e300;
	path->sort_budget = path->can_order
		? Max(path->sort_cost * 2, path->order_cost) + least : 1e300;
}
