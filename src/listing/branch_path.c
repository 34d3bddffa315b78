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

#include "catalog/pg_am_d.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "listing/index_scan.h"

/* An ordered index: the end of its name, and its columns behind the scope. */
typedef struct OrderedIndex
{
	const char *suffix;
	int			ncolumns;
	int			columns[IMGCAT_INDEX_KEYS_MAX];
} OrderedIndex;

#define BY_CREATION IMGCAT_COL_CREATED_AT, IMGCAT_COL_ID

/* as sql/30_images_tables.sql and sql/32_image_shares.sql make them */
static const OrderedIndex indexes[] = {
	{"created_at", 2, {BY_CREATION}},
	{"updated_at", 3, {IMGCAT_COL_UPDATED_AT, BY_CREATION}},
	{"id", 1, {IMGCAT_COL_ID}},
	{"name", 3, {IMGCAT_COL_NAME, BY_CREATION}},
	{"size", 3, {IMGCAT_COL_SIZE, BY_CREATION}},
	{"status", 3, {IMGCAT_COL_STATUS, BY_CREATION}},
	{"disk_format", 3, {IMGCAT_COL_DISK_FORMAT, BY_CREATION}},
	/* a container format has few disk formats: one index for both */
	{"container_format", 4, {IMGCAT_COL_CONTAINER_FORMAT, IMGCAT_COL_DISK_FORMAT, BY_CREATION}},
};

/* it lacks active images that have a size */
static const OrderedIndex status_size = {
	"status_size", 4, {IMGCAT_COL_STATUS, IMGCAT_COL_SIZE, BY_CREATION}
};

/* the hidden images of a branch; that of images has those of size zero, too */
static const OrderedIndex exceptions = {"exceptions", 2, {BY_CREATION}};
static const OrderedIndex hidden_shares = {"hidden", 2, {BY_CREATION}};

/* images that were changed before they were created; those of all branches */
static const OrderedIndex backdated = {"backdated", 2, {BY_CREATION}};

/*
 * The index that has all images in the order of a column; NULL: there is no such
 * order.
 */
static const OrderedIndex *
index_of(int column)
{
	for (int i = 0; i < (int) lengthof(indexes); i++)
		if (indexes[i].columns[0] == column)
			return &indexes[i];
	return NULL;
}

/*
 * The index of a branch of hidden images.
 */
static const OrderedIndex *
hidden_index(const ImgcatBranch *branch)
{
	return branch->table->is_shares ? &hidden_shares : &exceptions;
}

/*
 * Open an index, if one is given; NULL: there is none that can be used.  One of
 * that name with other columns cannot.
 */
static Relation
open_index(const ImgcatBranch *branch, const OrderedIndex *index)
{
	Relation	relation = index == NULL ? NULL
	: imgcat_table_index(branch->table, branch->family, index->suffix);
	int			first = branch->nscope + (index == &exceptions ? 1 : 0);

	if (relation == NULL || relation->rd_rel->relam != BTREE_AM_OID ||
		IndexRelationGetNumberOfKeyAttributes(relation) < first + index->ncolumns)
		return NULL;
	for (int i = 0; i < index->ncolumns; i++)
	{
		Oid			type = imgcat_sort_type(index->columns[i]);

		/* owners and properties, which are none to sort by, are texts */
		if (relation->rd_opcintype[first + i] != (OidIsValid(type) ? type : TEXTOID) ||
			relation->rd_indoption[first + i] != 0)
			return NULL;
	}
	return relation;
}

/*
 * The index of a branch in the order of creation; NULL: there is none that can
 * be used.
 */
Relation
imgcat_creation_index(const ImgcatBranch *branch)
{
	return open_index(branch, branch->hidden ? hidden_index(branch)
					  : index_of(IMGCAT_COL_CREATED_AT));
}

/*
 * The index that begins with what a filter is on; NULL: there is none.
 */
static const OrderedIndex *
filter_index(const ImgcatCondition *filter)
{
	OrderedIndex *index;

	if (filter->kind == IMGCAT_COND_PRESENT)
		return NULL;
	if (filter->kind != IMGCAT_COND_INDEXED)
		return index_of(filter->column);
	index = palloc(sizeof(OrderedIndex));
	*index = (OrderedIndex)
	{
		filter->suffix, 3,
		{
			filter->column, BY_CREATION
		}
	};
	return index;
}

/*
 * Has the index of the first key the order of all of them?
 */
bool
imgcat_is_index_order(const ImgcatKey *keys, int nkeys)
{
	const OrderedIndex *index = index_of(keys[0].column);

	if (nkeys != index->ncolumns)
		return false;
	for (int i = 0; i < nkeys; i++)
		if (keys[i].column != index->columns[i] || keys[i].descending != keys[0].descending)
			return false;
	return true;
}

/*
 * The end of the name of an index that an ordered scan of the branch cannot do
 * without, and which is not there; NULL: there are all.  Of an order that an
 * index has whole, the keys that only break ties need none of their own, but
 * for created_at.
 */
const char *
imgcat_missing_index(const ImgcatBranch *branch)
{
	const OrderedIndex *index = branch->hidden ? hidden_index(branch)
	: index_of(IMGCAT_COL_CREATED_AT);

	if (open_index(branch, index) == NULL)
		return index->suffix;
	for (int i = 0; i < branch->nkeys && !branch->hidden; i++)
	{
		index = index_of(branch->keys[i].column);
		if (open_index(branch, index) == NULL)
			return index->suffix;
		if (imgcat_is_index_order(&branch->keys[i], branch->nkeys - i))
			break;
	}
	return NULL;
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
 * The filter that leaves one value of a column, or NULL.
 */
const ImgcatCondition *
imgcat_fixing_filter(const ImgcatBranch *branch, int column)
{
	for (int i = 0; i < branch->nfilters; i++)
	{
		const ImgcatCondition *filter = &branch->filters[i];

		if (filter->column == column &&
			(filter->kind == IMGCAT_COND_RANGE ? filter->low == filter->high
			 : filter->kind != IMGCAT_COND_REGISTERED && filter->ntexts == 1))
			return filter;
	}
	return NULL;
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

	path->after = branch->after;
	path->exact_after = true;
	for (int i = 0; i < branch->nkeys; i++)
	{
		const ImgcatKey *key = &branch->keys[i];
		const ImgcatCondition *fixing = imgcat_fixing_filter(branch, key->column);
		ImgcatEntry value = {0};
		int			order;

		if (fixing == NULL)
		{
			path->keys[path->nkeys++] = *key;
			continue;
		}
		if (path->after == NULL || !path->exact_after)
			continue;
		imgcat_entry_set_value(&value, key->column, imgcat_filter_value(fixing));
		order = imgcat_entry_compare(&value, path->after, key, 1);
		path->exact_after = (order == 0);
		if (path->nkeys == 0 && order > 0)
			path->after = NULL;
		else if (path->nkeys == 0 && order < 0)
			path->empty = true;
	}
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
	ImgcatBranch all = *branch;
	int64		low;
	int64		high;
	Relation	index;
	ImgcatIndexScan *scan;
	bool		has_exceptions;

	imgcat_filters_range(branch->filters, branch->nfilters, IMGCAT_COL_UPDATED_AT,
						 &low, &high);
	if (high == PG_INT64_MAX)
		return high;
	if (!branch->table->is_shares)
	{
		all.family = "images";
		all.nscope = 0;
	}
	index = open_index(&all, &backdated);
	if (index == NULL)
		return PG_INT64_MAX;
	scan = imgcat_index_scan_open(all.table, index, all.scope, all.nscope);
	imgcat_index_scan_bound(scan, 0, BTGreaterStrategyNumber, Int64GetDatum(high));
	imgcat_index_scan_start(scan);
	has_exceptions = imgcat_index_scan_next(scan, ForwardScanDirection) != NULL;
	imgcat_index_scan_close(scan);
	return has_exceptions ? PG_INT64_MAX : high;
}

/*
 * Do all entries that are read in order pass this filter?
 */
static bool
bounds_order(const ImgcatBranchPath *path, const ImgcatCondition *filter)
{
	for (int i = 0; i < path->order.nvalues; i++)
		if (filter == path->prefix[i])
			return true;
	return filter->kind == IMGCAT_COND_RANGE && filter->column == path->keys[0].column;
}

/*
 * Does the index lack images that pass the filters on its first columns?
 */
static bool
lacks_images(const OrderedIndex *index, const ImgcatCondition *const *filters, int nfilters)
{
	return index == &status_size &&
		(nfilters == 0 || imgcat_is_text(filters[0]->texts[0], "active", strlen("active"))) &&
		(nfilters < 2 || filters[1]->low != 0);
}

/*
 * Read this index in order, if filters fix its columns up to the first key, and
 * no more images pass these filters than those of the index found before.
 */
static void
consider_order(ImgcatBranchPath *path, const OrderedIndex *index)
{
	const ImgcatCondition *fixing[IMGCAT_INDEX_KEYS_MAX];
	int			nfixing = 0;
	double		frequency = 1;
	Relation	relation;

	if (index == NULL)
		return;

	/* no filter fixes the identifier, which is the last column */
	while ((fixing[nfixing] = imgcat_fixing_filter(path->branch, index->columns[nfixing])) != NULL)
		frequency *= fixing[nfixing++]->frequency;
	if (index->columns[nfixing] != path->keys[0].column ||
		lacks_images(index, fixing, nfixing) ||
		(path->order.index != NULL && frequency > path->order_frequency))
		return;
	relation = open_index(path->branch, index);
	if (relation == NULL)
		return;
	path->order.index = relation;
	path->order_frequency = frequency;
	path->order.nvalues = nfixing;
	memcpy(path->prefix, fixing, sizeof(fixing));
	for (int i = 0; i < nfixing; i++)
		path->order.values[i] = imgcat_filter_value(fixing[i]);
}

/*
 * Decide which index to read in order.  Peer groups of hidden images would not
 * pay: these are few.
 */
static void
set_order(ImgcatBranchPath *path)
{
	const ImgcatBranch *branch = path->branch;
	int			column = path->keys[0].column;

	imgcat_filters_range(branch->filters, branch->nfilters, column,
						 &path->order.low, &path->order.high);
	path->direct = imgcat_is_index_order(path->keys, path->nkeys);
	if (branch->hidden)
	{
		if (path->direct)
			consider_order(path, hidden_index(branch));
		return;
	}
	if (column == IMGCAT_COL_CREATED_AT)
	{
		int64		last = last_creation(branch);

		path->order.high = Min(path->order.high, last);
	}
	consider_order(path, index_of(column));
	for (int i = 0; i < branch->nfilters; i++)
		consider_order(path, filter_index(&branch->filters[i]));
	consider_order(path, &status_size);
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
 * The ranges of an index that hold the images that pass the filter to sort by,
 * or, without one, all.
 */
static void
set_ranges(ImgcatBranchPath *path, Relation index)
{
	const ImgcatCondition *filter = path->sort_filter;
	int			ntexts = filter != NULL ? filter->ntexts : 0;
	Relation	empty = NULL;

	path->ranges = palloc(sizeof(ImgcatRange) * (ntexts + 3));
	for (int i = 0; i < ntexts; i++)
	{
		add_range(path, index, PG_INT64_MIN, PG_INT64_MAX);
		path->ranges[i].values[path->ranges[i].nvalues++] = filter->texts[i];
	}

	/* missing sizes, which may be many, stand among those that are zero */
	if (filter != NULL && filter->column == IMGCAT_COL_SIZE && !filter->missing &&
		filter->low <= 0 && filter->high >= 0)
		empty = open_index(path->branch, &exceptions);
	if (filter == NULL)
		add_range(path, index, PG_INT64_MIN, PG_INT64_MAX);
	else if (empty != NULL)
	{
		add_range(path, index, filter->low, -1);
		add_range(path, empty, PG_INT64_MIN, PG_INT64_MAX);
		add_range(path, index, 1, filter->high);
	}
	else if (filter->kind == IMGCAT_COND_RANGE)
		add_range(path, index, filter->low, filter->high);
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

	if (branch->hidden)
		index = open_index(branch, hidden_index(branch));
	for (int i = 0; i < branch->nfilters && !branch->hidden; i++)
	{
		const ImgcatCondition *filter = &branch->filters[i];
		Relation	found;

		if (bounds_order(path, filter) ||
			(index != NULL && filter->frequency >= path->sort_filter->frequency))
			continue;
		found = open_index(branch, filter_index(filter));
		if (found == NULL)
			continue;
		path->sort_filter = filter;
		index = found;
	}
	if (index != NULL)
		set_ranges(path, index);
}

/*
 * Choose the path of a branch: which index to read in order, what to sort, and
 * which to begin with.
 */
void
imgcat_choose_branch_path(ImgcatBranchPath *path, const ImgcatBranch *branch)
{
	double		passing = branch->facet_share > 0 ? branch->facet_share : 1;
	double		least = IMGCAT_LEAST_BUDGET * branch->page_rows;

	memset(path, 0, sizeof(*path));
	path->branch = branch;
	for (int i = 0; i < branch->nfilters; i++)
		if (filter_is_empty(&branch->filters[i]))
			path->empty = true;
	set_keys(path);
	if (path->empty)
		return;

	if (branch->nfilters > 0 || branch->hidden)
		path->images = branch->nimages;
	set_order(path);
	set_sort(path);
	path->can_order = path->order.index != NULL;
	path->can_sort = path->ranges != NULL;
	if (!path->can_order && !path->can_sort)
		elog(ERROR, "an ordered scan was planned without its index");

	for (int i = 0; i < branch->nfilters; i++)
		if (!bounds_order(path, &branch->filters[i]))
			passing *= branch->filters[i].frequency;
	path->order_cost = branch->rows / Max(passing, 1e-9);
	if (path->images > 0)
		path->order_cost = Min(path->order_cost, path->images * path->order_frequency);
	path->sort_cost = path->images *
		(path->sort_filter != NULL ? path->sort_filter->frequency : 1);

	/* which has spent what the other would have cost may have been wrong */
	path->order_first = path->can_order &&
		(!path->can_sort || path->order_cost <= path->sort_cost);
	path->order_budget = path->can_sort
		? Max(path->order_cost * 2, path->sort_cost) + least : 1e300;
	path->sort_budget = path->can_order
		? Max(path->sort_cost * 2, path->order_cost) + least : 1e300;
}
