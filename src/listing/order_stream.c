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
#include "listing/order_ways.h"
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
	STEP_BUDGET					/* the budget is spent */
} Step;

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
			*cost += IMGCAT_ROW_COST;
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
	imgcat_order_walk_range(stream, &low, &high);
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
 * Is the group of a word one that need not be counted?
 */
static bool
is_large_group(const ImgcatOrderStream *stream)
{
	int			column = stream->walk_keys[0].column;
	ImgcatSummaryPart part;
	ImgcatOrderFilter filter;

	if (!imgcat_column_is_word(column, &part))
		return false;
	imgcat_filter_of_value(&filter, &stream->group, column);
	return imgcat_estimate_scope(stream->scope) *
		imgcat_estimate_filter(stream->scope->table, &filter) >
		4 * IMGCAT_GROUP_MAX(stream);
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
			stream->walk_cost += IMGCAT_ROW_COST;
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
			if (is_large_group(stream))
			{
				open_group(stream);
				continue;
			}
		}
		stream->group_passed++;
		taken = take_entry(stream, entry, TAKE_LATER, &stream->walk_cost);
		if (taken != NULL)
			stream->run[stream->nrun++] = taken;
		if (stream->nrun > (taken == NULL || has_keys(stream, taken)
							? IMGCAT_GROUP_MAX(stream) : IMGCAT_GROUP_ROWS_MAX(stream)) ||
			stream->group_passed > IMGCAT_GROUP_PASSED_MAX(stream))
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
	const ImgcatStretch *stretch = &stream->stretches[stream->stretch];

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
		if (stream->ncollected >= IMGCAT_COLLECTED_MAX)
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
					stream->collect_budget = Max(stream->walk_cost * 1.5, IMGCAT_LEAST_BUDGET(stream));
					break;
			}
		}
		else if (step_of_collection(stream) == STEP_END)
			finish_collection(stream);
		else
		{
			stream->walking = true;
			stream->walk_budget = stream->can_collect
				? Max(stream->collect_cost * 1.5, IMGCAT_LEAST_BUDGET(stream)) : 1e300;
		}
	}
	return NULL;
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
	imgcat_order_set_walk_keys(stream);
	if (stream->empty)
		return stream;
	imgcat_order_set_ways(stream);
	if (!stream->direct || stream->nparts > 0)
	{
		stream->group_name = palloc(1);
		stream->run = palloc(sizeof(ImgcatOrderEntry *) * (IMGCAT_GROUP_MAX(stream) + 2));
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
