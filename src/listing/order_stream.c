/*-------------------------------------------------------------------------
 *
 * order_stream.c
 *		The images of one scope that pass filters, in an order.
 *
 * There are two ways to them, and neither is good for all requests:
 *
 * - To walk an index of the order, passing what does not match.  It is good
 *	 where many match.  An order by two keys has no index of its own: it is
 *	 walked by its first key in groups of one value, and each group is sorted.
 *	 A group that turns out long is a stream of its own, in the order of the
 *	 other keys, with a filter on the value.
 * - To collect all images that pass one filter, from that filter's index, and
 *	 sort them.  It is good where few match.
 *
 * Statistics tell which way to begin with.  They may be wrong, so each way has
 * a budget, and when one has spent it the other goes on, in turns and with
 * growing budgets, until one is done: both together cost a small multiple of
 * the cheaper way, whatever the statistics say.
 *
 * src/listing/order_stream.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "listing/order_estimate.h"
#include "listing/order_stream.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/*
 * Limits, for each row of the page: images of a group to sort before it
 * becomes a stream of its own; the same if their rows must be read to sort
 * them; entries of a group to pass by; and what a way may cost at first.
 */
#define GROUP_MAX(stream) (12 * (stream)->scope->page_rows)
#define GROUP_ROWS_MAX(stream) (2 * (stream)->scope->page_rows)
#define GROUP_PASSED_MAX(stream) (40 * (stream)->scope->page_rows)
#define LEAST_BUDGET(stream) (60.0 * (stream)->scope->page_rows)

/* most images to collect; a walk is never so long that this is better */
#define COLLECTED_MAX 200000

/* Costs are counted in entries of an index; a row costs as many. */
#define ROW_COST 100

/* One stretch of the index that a filter is collected from. */
typedef struct Stretch
{
	const char *suffix;			/* of the index */
	bool		has_value;
	Datum		value;
	int64		low;			/* unless there is a value */
	int64		high;
} Stretch;

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
	STEP_BUDGET					/* the budget is spent */
} Step;

struct ImgcatOrderStream
{
	const ImgcatOrderScope *scope;
	const ImgcatOrderKey *keys;
	int			nkeys;
	const ImgcatOrderFilter *filters;
	int			nfilters;
	bool		has_after;		/* begin behind this place */
	ImgcatOrderEntry after;
	double		rows;			/* that are wanted, by and large */
	bool		empty;

	/* how to walk: the keys that no filter fixes, and the index */
	ImgcatOrderKey walk_keys[IMGCAT_ORDER_KEYS_MAX];
	int			nwalk_keys;
	bool		exact_place;	/* the place is one of the walk keys */
	const char *suffix;			/* of the index that is walked */
	int			prefix[2];		/* filters whose values it is walked at */
	int			nprefix;
	bool		direct;			/* the index has the order of the walk keys */
	ImgcatOrderFilter *parts;	/* or walk the images of each of these */
	int			nparts;
	int			part;
	int64		created_before; /* no image matches that is younger */

	bool		walking;		/* else collecting */
	double		walk_cost;
	double		walk_budget;
	ImgcatOrderScan *walk;
	bool		walk_ended;
	ImgcatOrderEntry last;		/* handed out last, if walking */
	bool		has_last;

	/* the group being read, or handed out */
	bool		has_group;
	ImgcatOrderEntry group;		/* has its value */
	char	   *group_name;
	int			group_passed;
	ImgcatOrderEntry **run;
	int			nrun;
	int			run_at;
	bool		run_ready;
	bool		has_next_group; /* its first entry was read */
	ImgcatOrderEntry *next_group;
	ImgcatOrderEntry *next_taken;	/* the same, if it matches */
	ImgcatOrderStream *nested;	/* a long group */
	ImgcatOrderFilter *nested_filters;

	/* the collection */
	bool		can_collect;
	Stretch    *stretches;
	int			nstretches;
	int			stretch;
	double		collect_cost;
	double		collect_budget;
	ImgcatOrderScan *collect;
	ImgcatOrderEntry **collected;
	int			ncollected;
	int			max_collected;
	int			collected_at;
	bool		sorted;
};

/*
 * qsort_arg() comparator of entries in the order of a stream.
 */
static int
compare_in_stream(const void *a, const void *b, void *arg)
{
	const ImgcatOrderStream *stream = arg;

	return imgcat_entry_compare(*(ImgcatOrderEntry *const *) a,
								*(ImgcatOrderEntry *const *) b,
								stream->keys, stream->nkeys);
}

/*
 * Do all filters match?
 */
static ImgcatMatch
match_filters(const ImgcatOrderStream *stream, const ImgcatOrderEntry *entry)
{
	ImgcatMatch all = IMGCAT_MATCH_YES;

	for (int i = 0; i < stream->nfilters; i++)
	{
		ImgcatMatch match = imgcat_filter_match(&stream->filters[i], entry);

		if (match == IMGCAT_MATCH_NO)
			return match;
		if (match == IMGCAT_MATCH_UNKNOWN)
			all = match;
	}
	return all;
}

/*
 * Is the entry at or before the place where the stream begins?
 */
static bool
is_before(const ImgcatOrderStream *stream, const ImgcatOrderEntry *entry)
{
	return stream->has_after &&
		imgcat_entry_compare(entry, &stream->after, stream->keys,
							 stream->nkeys) <= 0;
}

/*
 * Has the entry all keys of the order?
 */
static bool
has_keys(const ImgcatOrderStream *stream, const ImgcatOrderEntry *entry)
{
	for (int i = 0; i < stream->nkeys; i++)
	{
		int			known = imgcat_column_known_as(stream->keys[i].column);

		if ((entry->known & known) != known)
			return false;
	}
	return true;
}

/*
 * A copy of the entry, if it belongs to the stream; its row is read where the
 * index does not tell, or lacks a key of the order.
 */
static ImgcatOrderEntry *
take_entry(ImgcatOrderStream *stream, ImgcatOrderEntry *entry, Take take,
		   double *cost)
{
	ImgcatMatch match = match_filters(stream, entry);
	bool		keys = has_keys(stream, entry);

	if (match == IMGCAT_MATCH_NO || (keys && is_before(stream, entry)))
		return NULL;
	if (match == IMGCAT_MATCH_UNKNOWN || (!keys && take != TAKE_LATER))
	{
		bool		belongs;

		belongs = imgcat_order_read_row(stream->scope->table, entry) &&
			match_filters(stream, entry) == IMGCAT_MATCH_YES &&
			!is_before(stream, entry);
		if (!belongs || take != TAKE_NEXT)
			*cost += ROW_COST;
		if (!belongs)
			return NULL;
	}
	return imgcat_entry_copy(entry);
}

/*
 * Bounds of a number in an index: the wider ends are left out.
 */
static void
bound_range(ImgcatOrderScan *scan, int position, int64 low, int64 high)
{
	if (low != PG_INT64_MIN)
		imgcat_order_scan_bound(scan, position, BTGreaterEqualStrategyNumber,
								Int64GetDatum(low));
	if (high != PG_INT64_MAX)
		imgcat_order_scan_bound(scan, position, BTLessEqualStrategyNumber,
								Int64GetDatum(high));
}

/*
 * The range that filters leave of the walk's first key.
 */
static void
walk_range(const ImgcatOrderStream *stream, int64 *low, int64 *high)
{
	int			column = stream->walk_keys[0].column;

	*low = PG_INT64_MIN;
	*high = PG_INT64_MAX;
	if (column == IMGCAT_COL_CREATED_AT)
		*high = stream->created_before;
	if (column != IMGCAT_COL_CREATED_AT && column != IMGCAT_COL_UPDATED_AT &&
		column != IMGCAT_COL_SIZE)
		return;
	for (int i = 0; i < stream->nfilters; i++)
		if (stream->filters[i].column == column)
		{
			*low = Max(*low, stream->filters[i].low);
			*high = Min(*high, stream->filters[i].high);
		}
}

/*
 * Start the walk, behind the place of the stream, or behind a group.
 *
 * A place and the range of the key bound the same end: an index scan starts
 * at one of them, so the wider one is left out.  It might be the one.
 */
static void
start_walk(ImgcatOrderStream *stream, const ImgcatOrderEntry *behind_group)
{
	const ImgcatOrderKey *key = &stream->walk_keys[0];
	int			position = stream->nprefix;
	int			column = key->column;
	ImgcatOrderScan *scan = stream->walk;
	StrategyNumber onward = key->descending ? BTLessStrategyNumber
		: BTGreaterStrategyNumber;
	bool		has_place = stream->has_after || behind_group != NULL;
	int64		low;
	int64		high;

	imgcat_order_scan_unbound(scan);
	for (int i = 0; i < stream->nprefix; i++)
		imgcat_order_scan_bound(scan, i, BTEqualStrategyNumber,
								imgcat_filter_value(&stream->filters[stream->prefix[i]]));
	walk_range(stream, &low, &high);
	if (has_place && (low != PG_INT64_MIN || high != PG_INT64_MAX))
	{
		int64		place = DatumGetInt64(imgcat_entry_value(behind_group != NULL
															 ? behind_group
															 : &stream->after,
															 column));

		if (key->descending ? high < place : low > place)
			has_place = false;
		else if (key->descending)
			high = PG_INT64_MAX;
		else
			low = PG_INT64_MIN;
	}
	bound_range(scan, position, low, high);
	if (has_place && behind_group != NULL)
		imgcat_order_scan_bound(scan, position, onward,
								imgcat_entry_value(behind_group, column));
	else if (has_place && stream->direct && stream->exact_place &&
			 stream->nwalk_keys > 1)
	{
		Datum		values[3];

		for (int i = 0; i < stream->nwalk_keys; i++)
			values[i] = imgcat_entry_value(&stream->after,
										   stream->walk_keys[i].column);
		imgcat_order_scan_behind(scan, position, stream->nwalk_keys, values,
								 key->descending);
	}
	else if (has_place)
		imgcat_order_scan_bound(scan, position,
								key->descending ? BTLessEqualStrategyNumber
								: BTGreaterEqualStrategyNumber,
								imgcat_entry_value(&stream->after, column));
	imgcat_order_scan_start(scan);
	stream->walk_ended = false;
}

/*
 * The next entry of the walk's index.
 */
static ImgcatOrderEntry *
next_of_walk(ImgcatOrderStream *stream)
{
	ImgcatOrderEntry *entry;

	CHECK_FOR_INTERRUPTS();
	if (stream->walk_ended)
		return NULL;
	stream->walk_cost++;
	entry = imgcat_order_scan_next(stream->walk,
								   stream->walk_keys[0].descending
								   ? BackwardScanDirection
								   : ForwardScanDirection);
	stream->walk_ended = (entry == NULL);
	return entry;
}

/*
 * One step of a walk in an index that has the order.
 */
static Step
step_in_order(ImgcatOrderStream *stream, ImgcatOrderEntry **result)
{
	ImgcatOrderEntry *entry;

	while ((entry = next_of_walk(stream)) != NULL)
	{
		*result = take_entry(stream, entry, TAKE_NEXT, &stream->walk_cost);
		if (*result != NULL)
			return STEP_GOT;
		if (stream->walk_cost > stream->walk_budget)
			return STEP_BUDGET;
	}
	return STEP_END;
}

/*
 * Begin a group with the value of the entry.
 */
static void
begin_group(ImgcatOrderStream *stream, const ImgcatOrderEntry *entry)
{
	stream->group = *entry;
	if (entry->known & IMGCAT_ENTRY_NAME)
	{
		stream->group_name = repalloc(stream->group_name, entry->name_length + 1);
		memcpy(stream->group_name, entry->name, entry->name_length);
		stream->group.name = stream->group_name;
	}
	stream->has_group = true;
	stream->group_passed = 0;
}

/*
 * Open a stream of those images that pass another filter as well.
 */
static void
open_nested(ImgcatOrderStream *stream, const ImgcatOrderFilter *filter,
			bool holds_place)
{
	memcpy(stream->nested_filters, stream->filters,
		   sizeof(ImgcatOrderFilter) * stream->nfilters);
	stream->nested_filters[stream->nfilters] = *filter;
	stream->nested = imgcat_order_stream_open(stream->scope, stream->keys,
											  stream->nkeys,
											  stream->nested_filters,
											  stream->nfilters + 1,
											  holds_place ? &stream->after : NULL,
											  stream->rows);
}

/*
 * Close the nested stream.
 */
static void
close_nested(ImgcatOrderStream *stream)
{
	stream->walk_cost += stream->nested->walk_cost + stream->nested->collect_cost;
	imgcat_order_stream_close(stream->nested);
	stream->nested = NULL;
}

/*
 * The group is long: make it a stream of its own.
 */
static void
open_group(ImgcatOrderStream *stream)
{
	int			column = stream->walk_keys[0].column;
	ImgcatOrderFilter filter;

	imgcat_filter_of_value(&filter, &stream->group, column);
	open_nested(stream, &filter,
				stream->has_after &&
				imgcat_entry_compare_column(&stream->group, &stream->after,
											column) == 0);
	stream->nrun = 0;
}

/*
 * Read the rows of the run's entries that lack a key, and drop those that are
 * not of the stream.
 */
static void
add_keys(ImgcatOrderStream *stream)
{
	int			nrun = 0;

	for (int i = 0; i < stream->nrun; i++)
	{
		ImgcatOrderEntry *entry = stream->run[i];

		if (!has_keys(stream, entry))
		{
			stream->walk_cost += ROW_COST;
			if (!imgcat_order_read_row(stream->scope->table, entry) ||
				is_before(stream, entry))
				continue;
		}
		stream->run[nrun++] = entry;
	}
	stream->nrun = nrun;
}

/*
 * The group is read: sort it.
 */
static void
finish_run(ImgcatOrderStream *stream)
{
	add_keys(stream);
	qsort_arg(stream->run, stream->nrun, sizeof(ImgcatOrderEntry *),
			  compare_in_stream, stream);
	stream->run_at = 0;
	stream->run_ready = true;
}

/*
 * The group is handed out: go on with the next, if its first entry was read.
 */
static void
leave_run(ImgcatOrderStream *stream)
{
	stream->run_ready = false;
	stream->nrun = 0;
	stream->has_group = false;
	if (!stream->has_next_group)
		return;
	begin_group(stream, stream->next_group);
	stream->group_passed = 1;
	stream->has_next_group = false;
	if (stream->next_taken != NULL)
		stream->run[stream->nrun++] = stream->next_taken;
}

/*
 * One step of a walk in groups of one value.
 */
static Step
step_in_groups(ImgcatOrderStream *stream, ImgcatOrderEntry **result)
{
	int			column = stream->walk_keys[0].column;

	for (;;)
	{
		ImgcatOrderEntry *entry;
		ImgcatOrderEntry *taken;

		if (stream->nested != NULL)
		{
			*result = imgcat_order_stream_next(stream->nested);
			if (*result != NULL)
				return STEP_GOT;
			close_nested(stream);
			start_walk(stream, &stream->group);
			stream->has_group = false;
		}
		if (stream->run_ready)
		{
			if (stream->run_at < stream->nrun)
			{
				*result = stream->run[stream->run_at++];
				return STEP_GOT;
			}
			leave_run(stream);
		}

		entry = next_of_walk(stream);
		if (entry == NULL)
		{
			if (stream->nrun == 0)
				return STEP_END;
			finish_run(stream);
			continue;
		}
		if (!stream->has_group ||
			imgcat_entry_compare_column(entry, &stream->group, column) != 0)
		{
			if (stream->nrun > 0)
			{
				stream->has_next_group = true;
				stream->next_group = imgcat_entry_copy(entry);
				stream->next_taken = take_entry(stream, entry, TAKE_LATER,
												&stream->walk_cost);
				finish_run(stream);
				continue;
			}
			begin_group(stream, entry);
		}
		stream->group_passed++;
		taken = take_entry(stream, entry, TAKE_LATER, &stream->walk_cost);
		if (taken != NULL)
			stream->run[stream->nrun++] = taken;
		if (stream->nrun > (taken == NULL || has_keys(stream, taken)
							? GROUP_MAX(stream) : GROUP_ROWS_MAX(stream)) ||
			stream->group_passed > GROUP_PASSED_MAX(stream))
			open_group(stream);
		else if (stream->walk_cost > stream->walk_budget)
			return STEP_BUDGET;
	}
}

/*
 * One step of a walk in parts.
 */
static Step
step_in_parts(ImgcatOrderStream *stream, ImgcatOrderEntry **result)
{
	while (stream->part < stream->nparts)
	{
		if (stream->nested == NULL)
			open_nested(stream, &stream->parts[stream->part], stream->has_after);
		*result = imgcat_order_stream_next(stream->nested);
		if (*result != NULL)
			return STEP_GOT;
		close_nested(stream);
		stream->part++;
		if (stream->walk_cost > stream->walk_budget)
			return STEP_BUDGET;
	}
	return STEP_END;
}

/*
 * One step of the walk.
 */
static Step
step_of_walk(ImgcatOrderStream *stream, ImgcatOrderEntry **result)
{
	if (stream->nparts > 0)
		return step_in_parts(stream, result);
	if (stream->walk == NULL)
	{
		stream->walk = imgcat_order_scan_open(stream->scope, stream->suffix);
		start_walk(stream, NULL);
	}
	return stream->direct ? step_in_order(stream, result)
		: step_in_groups(stream, result);
}

/*
 * Start the scan of the next stretch of the collection.
 */
static void
start_stretch(ImgcatOrderStream *stream)
{
	const Stretch *stretch = &stream->stretches[stream->stretch];

	stream->collect = imgcat_order_scan_open(stream->scope, stretch->suffix);
	if (stretch->has_value)
		imgcat_order_scan_bound(stream->collect, 0, BTEqualStrategyNumber,
								stretch->value);
	else
		bound_range(stream->collect, 0, stretch->low, stretch->high);
	imgcat_order_scan_start(stream->collect);
}

/*
 * Collect until all is there, or the budget is spent.
 */
static Step
step_of_collection(ImgcatOrderStream *stream)
{
	while (stream->stretch < stream->nstretches)
	{
		ImgcatOrderEntry *entry;

		CHECK_FOR_INTERRUPTS();
		if (stream->collect == NULL)
			start_stretch(stream);
		entry = imgcat_order_scan_next(stream->collect, ForwardScanDirection);
		if (entry == NULL)
		{
			imgcat_order_scan_close(stream->collect);
			stream->collect = NULL;
			stream->stretch++;
			continue;
		}
		stream->collect_cost++;
		entry = take_entry(stream, entry, TAKE_TO_SORT, &stream->collect_cost);
		if (entry != NULL)
		{
			if (stream->ncollected == stream->max_collected)
			{
				stream->max_collected = Max(256, stream->max_collected * 2);
				stream->collected = stream->collected == NULL
					? palloc(sizeof(ImgcatOrderEntry *) * stream->max_collected)
					: repalloc(stream->collected,
							   sizeof(ImgcatOrderEntry *) * stream->max_collected);
			}
			stream->collected[stream->ncollected++] = entry;
		}
		if (stream->ncollected >= COLLECTED_MAX)
			stream->can_collect = false;
		if (!stream->can_collect || stream->collect_cost > stream->collect_budget)
			return STEP_BUDGET;
	}
	return STEP_END;
}

/*
 * All is collected: sort it, and leave out what the walk handed out before.
 */
static void
finish_collection(ImgcatOrderStream *stream)
{
	qsort_arg(stream->collected, stream->ncollected, sizeof(ImgcatOrderEntry *),
			  compare_in_stream, stream);
	while (stream->has_last && stream->collected_at < stream->ncollected &&
		   imgcat_entry_compare(stream->collected[stream->collected_at],
								&stream->last, stream->keys,
								stream->nkeys) <= 0)
		stream->collected_at++;
	stream->sorted = true;
}

/*
 * The next image, or NULL.  Unless its row was read it may be one that nobody
 * sees.
 */
ImgcatOrderEntry *
imgcat_order_stream_next(ImgcatOrderStream *stream)
{
	while (!stream->empty)
	{
		ImgcatOrderEntry *entry;

		if (stream->sorted)
			return stream->collected_at < stream->ncollected
				? stream->collected[stream->collected_at++] : NULL;
		if (stream->walking)
		{
			switch (step_of_walk(stream, &entry))
			{
				case STEP_GOT:
					stream->last = *entry;
					stream->has_last = true;
					return entry;
				case STEP_END:
					stream->empty = true;
					break;
				case STEP_BUDGET:
					stream->walking = false;
					stream->collect_budget = Max(stream->walk_cost * 1.5, LEAST_BUDGET(stream));
					break;
			}
		}
		else if (step_of_collection(stream) == STEP_END)
			finish_collection(stream);
		else
		{
			stream->walking = true;
			stream->walk_budget = stream->can_collect
				? Max(stream->collect_cost * 1.5, LEAST_BUDGET(stream)) : 1e300;
		}
	}
	return NULL;
}

/*
 * Set the keys to walk by: the keys but those that a filter fixes.
 *
 * The place of the stream may have another value of a fixed key than all its
 * images have.  Then it lies before all of them, or behind, as far as the keys
 * before that one do not tell.
 */
static void
set_walk_keys(ImgcatOrderStream *stream)
{
	stream->exact_place = true;
	for (int i = 0; i < stream->nkeys; i++)
	{
		const ImgcatOrderKey *key = &stream->keys[i];
		const ImgcatOrderFilter *fixed = NULL;
		ImgcatOrderEntry value = {0};
		int			order;

		for (int j = 0; j < stream->nfilters && fixed == NULL; j++)
			if (stream->filters[j].column == key->column &&
				imgcat_filter_is_value(&stream->filters[j]))
				fixed = &stream->filters[j];
		if (fixed == NULL)
		{
			stream->walk_keys[stream->nwalk_keys++] = *key;
			continue;
		}
		if (!stream->has_after || !stream->exact_place)
			continue;
		imgcat_entry_set_value(&value, key->column, imgcat_filter_value(fixed));
		order = imgcat_entry_compare_column(&value, &stream->after, key->column);
		if (order == 0)
			continue;
		stream->exact_place = false;
		if (stream->nwalk_keys > 0)
			continue;
		if (key->descending ? order < 0 : order > 0)
			stream->has_after = false;
		else
			stream->empty = true;
	}
}

/*
 * Does the index of the first walk key have the order of all of them?
 */
static bool
is_index_order(const ImgcatOrderKey *keys, int nkeys)
{
	static const int ties[] = {IMGCAT_COL_CREATED_AT, IMGCAT_COL_ID};
	int			tie = keys[0].column == IMGCAT_COL_ID ? 2
		: keys[0].column == IMGCAT_COL_CREATED_AT ? 1 : 0;

	if (nkeys != 1 + (int) lengthof(ties) - tie)
		return false;
	for (int i = 1; i < nkeys; i++)
		if (keys[i].column != ties[tie + i - 1] ||
			keys[i].descending != keys[0].descending)
			return false;
	return true;
}

/*
 * The last moment before which all images of the stream were created.  An
 * image is not changed before it is created, so a bound of updated_at is one
 * of created_at, too; but for those that were imported with other times, if
 * there are any.
 */
static int64
last_creation(const ImgcatOrderStream *stream)
{
	int64		high = PG_INT64_MAX;
	ImgcatOrderScan *scan;
	bool		exceptions;

	for (int i = 0; i < stream->nfilters; i++)
		if (stream->filters[i].column == IMGCAT_COL_UPDATED_AT)
			high = Min(high, stream->filters[i].high);
	if (high == PG_INT64_MAX)
		return high;
	scan = imgcat_order_scan_open(stream->scope, "backdated");
	imgcat_order_scan_bound(scan, 0, BTGreaterStrategyNumber,
							TimestampTzGetDatum(high));
	imgcat_order_scan_start(scan);
	exceptions = imgcat_order_scan_next(scan, ForwardScanDirection) != NULL;
	imgcat_order_scan_close(scan);
	return exceptions ? PG_INT64_MAX : high;
}

/*
 * Is the walk within the range of this filter, whatever it passes?
 */
static bool
bounds_walk(const ImgcatOrderStream *stream, int filter)
{
	int			column = stream->filters[filter].column;

	for (int i = 0; i < stream->nprefix; i++)
		if (filter == stream->prefix[i])
			return true;
	return
		(column == stream->walk_keys[0].column &&
		 (column == IMGCAT_COL_CREATED_AT || column == IMGCAT_COL_UPDATED_AT ||
		  column == IMGCAT_COL_SIZE));
}

/*
 * Add a stretch to collect from.
 */
static Stretch *
add_stretch(ImgcatOrderStream *stream, const char *suffix)
{
	Stretch    *stretch = &stream->stretches[stream->nstretches++];

	memset(stretch, 0, sizeof(*stretch));
	stretch->suffix = suffix;
	stretch->low = PG_INT64_MIN;
	stretch->high = PG_INT64_MAX;
	return stretch;
}

/*
 * Add a stretch of a number's range, if there is any.
 */
static void
add_range(ImgcatOrderStream *stream, const char *suffix, int64 low, int64 high)
{
	Stretch    *stretch;

	if (low > high)
		return;
	stretch = add_stretch(stream, suffix);
	stretch->low = low;
	stretch->high = high;
}

/*
 * Where to collect the images of a filter from.
 */
static void
set_stretches(ImgcatOrderStream *stream, const ImgcatOrderFilter *filter)
{
	const char *suffix = imgcat_order_index_suffix(filter->column);
	ImgcatSummaryPart part;

	stream->stretches = palloc(sizeof(Stretch) * (32 + filter->nnames));
	if (imgcat_column_is_word(filter->column, &part))
	{
		for (int code = 0; code < IMGCAT_SUMMARY_UNKNOWN_WORD; code++)
		{
			const char *word;
			Stretch    *stretch;

			if (((filter->words >> code) & 1) == 0)
				continue;
			word = imgcat_summary_word_of(part, code);
			stretch = add_stretch(stream, suffix);
			stretch->has_value = true;
			stretch->value = CStringGetTextDatum(word);
		}
		return;
	}
	if (filter->column == IMGCAT_COL_NAME)
	{
		for (int i = 0; i < filter->nnames; i++)
		{
			Stretch    *stretch = add_stretch(stream, suffix);

			stretch->has_value = true;
			stretch->value =
				PointerGetDatum(cstring_to_text_with_len(filter->names[i],
														 filter->name_lengths[i]));
		}
		return;
	}

	/* missing sizes, which may be many, stand among those that are zero */
	if (filter->column == IMGCAT_COL_SIZE && !filter->missing &&
		filter->low <= 0 && filter->high >= 0 &&
		imgcat_order_index_exists(stream->scope->family, "empty"))
	{
		add_range(stream, suffix, filter->low, -1);
		add_stretch(stream, "empty");
		add_range(stream, suffix, 1, filter->high);
		return;
	}
	add_range(stream, suffix, filter->low, filter->high);
}

/*
 * How frequent are the images that pass the filter among those that the walk
 * meets?  In the order of creation, newest first, a walk that begins within a
 * range of updated_at meets images that were changed last when they were
 * created, most of them.
 */
static double
frequency_in_walk(const ImgcatOrderStream *stream, int at, double frequency)
{
	const ImgcatOrderFilter *filter = &stream->filters[at];

	if (bounds_walk(stream, at))
		return 1;
	if (filter->column == IMGCAT_COL_UPDATED_AT &&
		stream->walk_keys[0].column == IMGCAT_COL_CREATED_AT &&
		stream->walk_keys[0].descending &&
		(filter->high == PG_INT64_MAX ||
		 stream->created_before != PG_INT64_MAX) &&
		(!stream->has_after || stream->after.created_at > filter->low))
		return Max(frequency, 0.5);
	return frequency;
}

/*
 * The filter that fixes a column, or -1.
 */
static int
fixing_filter(const ImgcatOrderStream *stream, int column)
{
	for (int i = 0; i < stream->nfilters; i++)
		if (stream->filters[i].column == column &&
			imgcat_filter_is_value(&stream->filters[i]))
			return i;
	return -1;
}

/*
 * Is the word that a filter leaves one of these?
 */
static bool
is_word(const ImgcatOrderFilter *filter, const char *word, const char *other)
{
	ImgcatSummaryPart part;

	if (!imgcat_column_is_word(filter->column, &part))
		return false;
	return filter->words ==
		UINT32_C(1) << imgcat_summary_word(part, word, strlen(word)) ||
		filter->words ==
		UINT32_C(1) << imgcat_summary_word(part, other, strlen(other));
}

/*
 * The commonest words, of which the indexes hold less.
 */
static bool
is_common_word(const ImgcatOrderFilter *filter)
{
	switch (filter->column)
	{
		case IMGCAT_COL_STATUS:
			return is_word(filter, "active", "active");
		case IMGCAT_COL_DISK_FORMAT:
			return is_word(filter, "qcow2", "raw");
		case IMGCAT_COL_CONTAINER_FORMAT:
			return is_word(filter, "bare", "bare");
		default:
			return false;
	}
}

/*
 * Walk an index of two filtered values, or of a filtered one and the first
 * walk key, if there is one that holds all such images.
 */
static bool
set_pair_index(ImgcatOrderStream *stream)
{
	int			status = fixing_filter(stream, IMGCAT_COL_STATUS);
	int			size = fixing_filter(stream, IMGCAT_COL_SIZE);
	int			disk = fixing_filter(stream, IMGCAT_COL_DISK_FORMAT);
	int			container = fixing_filter(stream, IMGCAT_COL_CONTAINER_FORMAT);
	int			key = stream->walk_keys[0].column;
	const ImgcatOrderFilter *filters = stream->filters;

	if (status >= 0 &&
		((key == IMGCAT_COL_SIZE && !is_common_word(&filters[status])) ||
		 (key == IMGCAT_COL_CREATED_AT && size >= 0 &&
		  (!is_common_word(&filters[status]) || filters[size].low == 0))) &&
		imgcat_order_index_exists(stream->scope->family, "status_size"))
	{
		stream->suffix = "status_size";
		stream->prefix[stream->nprefix++] = status;
		if (size >= 0)
			stream->prefix[stream->nprefix++] = size;
		return true;
	}
	if (container >= 0 &&
		((key == IMGCAT_COL_DISK_FORMAT && !is_common_word(&filters[container])) ||
		 (key == IMGCAT_COL_CREATED_AT && disk >= 0 &&
		  (!is_common_word(&filters[container]) ||
		   !is_common_word(&filters[disk])))) &&
		imgcat_order_index_exists(stream->scope->family, "formats"))
	{
		stream->suffix = "formats";
		stream->prefix[stream->nprefix++] = container;
		if (disk >= 0)
			stream->prefix[stream->nprefix++] = disk;
		return true;
	}
	return false;
}

/*
 * Add a part: those images that have a size of a range.
 */
static void
add_size_part(ImgcatOrderStream *stream, int64 low, int64 high)
{
	ImgcatOrderFilter *part = &stream->parts[stream->nparts++];

	memset(part, 0, sizeof(*part));
	part->column = IMGCAT_COL_SIZE;
	part->low = low;
	part->high = high;
	part->missing = true;
}

/*
 * qsort() comparator of filters on one word.
 */
static int
compare_parts(const void *a, const void *b)
{
	text	   *x = DatumGetTextPP(imgcat_filter_value(a));
	text	   *y = DatumGetTextPP(imgcat_filter_value(b));
	int			length = Min(VARSIZE_ANY_EXHDR(x), VARSIZE_ANY_EXHDR(y));
	int			order = memcmp(VARDATA_ANY(x), VARDATA_ANY(y), length);

	return order != 0 ? order
		: (int) VARSIZE_ANY_EXHDR(x) - (int) VARSIZE_ANY_EXHDR(y);
}

/*
 * Walk in parts where the walk might pass too many that go with another value,
 * and where the images of each part have an index: size by size those that are
 * active, word by word those of a format or without data.
 */
static void
set_parts(ImgcatOrderStream *stream)
{
	int			status = fixing_filter(stream, IMGCAT_COL_STATUS);
	int			size = fixing_filter(stream, IMGCAT_COL_SIZE);
	int			key = stream->walk_keys[0].column;
	ImgcatSummaryPart part;
	int64		low;
	int64		high;

	if (strcmp(stream->scope->family, "offers") == 0)
		return;					/* too few to matter */
	stream->parts = palloc(sizeof(ImgcatOrderFilter) * 32);
	walk_range(stream, &low, &high);
	if (key == IMGCAT_COL_SIZE && status >= 0 && low <= 0 && high >= 0)
	{
		add_size_part(stream, PG_INT64_MIN, -1);
		add_size_part(stream, 0, 0);
		add_size_part(stream, 1, PG_INT64_MAX);
	}
	else if ((key == IMGCAT_COL_STATUS && size >= 0 &&
			  stream->filters[size].low == 0) ||
			 (key == IMGCAT_COL_DISK_FORMAT &&
			  fixing_filter(stream, IMGCAT_COL_CONTAINER_FORMAT) >= 0) ||
			 (key == IMGCAT_COL_CONTAINER_FORMAT &&
			  fixing_filter(stream, IMGCAT_COL_DISK_FORMAT) >= 0))
	{
		(void) imgcat_column_is_word(key, &part);
		for (uint32 code = 0; imgcat_summary_word_of(part, code) != NULL; code++)
		{
			ImgcatOrderFilter *word = &stream->parts[stream->nparts++];

			memset(word, 0, sizeof(*word));
			word->column = key;
			word->words = UINT32_C(1) << code;
		}
		qsort(stream->parts, stream->nparts, sizeof(ImgcatOrderFilter),
			  compare_parts);
	}
	for (int i = 0; stream->walk_keys[0].descending && i < stream->nparts / 2; i++)
	{
		ImgcatOrderFilter first = stream->parts[i];

		stream->parts[i] = stream->parts[stream->nparts - 1 - i];
		stream->parts[stream->nparts - 1 - i] = first;
	}
}

/*
 * Decide how to walk.
 */
static void
set_walk(ImgcatOrderStream *stream, const double *frequencies)
{
	int			prefix = -1;

	stream->created_before = PG_INT64_MAX;
	if (stream->walk_keys[0].column == IMGCAT_COL_CREATED_AT)
		stream->created_before = last_creation(stream);
	stream->direct = is_index_order(stream->walk_keys, stream->nwalk_keys);
	stream->suffix = imgcat_order_index_suffix(stream->walk_keys[0].column);
	if (stream->nfilters == 0 || set_pair_index(stream))
		return;

	/* the index of any filter on a value is in the order of creation */
	if (stream->nwalk_keys == 2 &&
		stream->walk_keys[0].column == IMGCAT_COL_CREATED_AT)
	{
		for (int i = 0; i < stream->nfilters; i++)
			if (imgcat_filter_is_value(&stream->filters[i]) &&
				(prefix < 0 || frequencies[i] < frequencies[prefix]))
				prefix = i;
		if (prefix >= 0)
		{
			stream->suffix =
				imgcat_order_index_suffix(stream->filters[prefix].column);
			stream->prefix[stream->nprefix++] = prefix;
		}
	}
	else
		set_parts(stream);
}

/*
 * Does the index of a filter lack a key of the order?
 */
static bool
lacks_keys(const ImgcatOrderStream *stream, const ImgcatOrderFilter *filter)
{
	ImgcatSummaryPart part;
	bool		is_number = filter->column == IMGCAT_COL_UPDATED_AT ||
		filter->column == IMGCAT_COL_CREATED_AT;

	for (int i = 0; i < stream->nkeys; i++)
	{
		int			key = stream->keys[i].column;

		if (key == filter->column || key == IMGCAT_COL_ID ||
			key == IMGCAT_COL_CREATED_AT || imgcat_column_is_word(key, &part))
			continue;
		if (strcmp(stream->scope->family, "offers") == 0)
			continue;
		if (is_common_word(filter) || (is_number && key == IMGCAT_COL_NAME) ||
			(filter->column == IMGCAT_COL_UPDATED_AT && key == IMGCAT_COL_SIZE))
			return true;
	}
	return false;
}

/*
 * Decide how to walk, what to collect, and which to begin with.
 */
static void
set_ways(ImgcatOrderStream *stream)
{
	double		images = 0;
	double		frequencies[IMGCAT_ORDER_FILTERS_MAX];
	double		passing = 1;
	double		walk_cost;
	double		collect_cost;
	int			collect = -1;

	if (stream->nfilters > 0)
		images = imgcat_estimate_scope(stream->scope);
	for (int i = 0; i < stream->nfilters; i++)
		frequencies[i] = imgcat_estimate_filter(stream->scope->table,
												&stream->filters[i]);
	set_walk(stream, frequencies);
	for (int i = 0; i < stream->nfilters; i++)
	{
		passing *= frequency_in_walk(stream, i, frequencies[i]);
		if (!bounds_walk(stream, i) &&
			imgcat_order_index_suffix(stream->filters[i].column) != NULL &&
			(collect < 0 || frequencies[i] < frequencies[collect]))
			collect = i;
	}
	stream->walking = true;
	stream->walk_budget = 1e300;
	if (collect < 0)
		return;

	stream->can_collect = true;
	set_stretches(stream, &stream->filters[collect]);
	walk_cost = stream->rows / Max(passing, 1e-9);
	for (int i = 0; i < stream->nprefix; i++)
		walk_cost = Min(walk_cost, images * frequencies[stream->prefix[i]]);
	walk_cost = Min(walk_cost, images);
	collect_cost = images * frequencies[collect];
	if (lacks_keys(stream, &stream->filters[collect]))
		collect_cost *= ROW_COST;
	stream->walking = walk_cost <= collect_cost;
	stream->walk_budget = walk_cost * 2 + LEAST_BUDGET(stream);
	stream->collect_budget = collect_cost * 2 + LEAST_BUDGET(stream);
}

/*
 * A stream of the images of the scope that pass all filters, in the order of
 * the keys, behind a place if one is given.  Some rows are wanted, by and
 * large.  All arguments must outlive the stream.
 */
ImgcatOrderStream *
imgcat_order_stream_open(const ImgcatOrderScope *scope,
						 const ImgcatOrderKey *keys, int nkeys,
						 const ImgcatOrderFilter *filters, int nfilters,
						 const ImgcatOrderEntry *after, double rows)
{
	ImgcatOrderStream *stream = palloc0(sizeof(ImgcatOrderStream));

	Assert(nfilters <= IMGCAT_ORDER_FILTERS_MAX);
	stream->scope = scope;
	stream->keys = keys;
	stream->nkeys = nkeys;
	stream->filters = filters;
	stream->nfilters = nfilters;
	stream->has_after = (after != NULL);
	if (after != NULL)
		stream->after = *after;
	stream->rows = rows;
	for (int i = 0; i < nfilters; i++)
		if (imgcat_filter_is_empty(&filters[i]))
			stream->empty = true;
	set_walk_keys(stream);
	if (stream->empty)
		return stream;
	set_ways(stream);
	if (!stream->direct || stream->nparts > 0)
	{
		stream->group_name = palloc(1);
		stream->run = palloc(sizeof(ImgcatOrderEntry *) * (GROUP_MAX(stream) + 2));
		stream->nested_filters = palloc(sizeof(ImgcatOrderFilter) * (nfilters + 1));
	}
	return stream;
}

/*
 * End the stream.
 */
void
imgcat_order_stream_close(ImgcatOrderStream *stream)
{
	if (stream->nested != NULL)
		imgcat_order_stream_close(stream->nested);
	if (stream->walk != NULL)
		imgcat_order_scan_close(stream->walk);
	if (stream->collect != NULL)
		imgcat_order_scan_close(stream->collect);
	pfree(stream);
}
