/*-------------------------------------------------------------------------
 *
 * search_scan.c
 *		Images that have facets, by time buckets.
 *
 * A facet that a third of the images have is found by reading the catalogue in
 * order, one that twenty have by fetching them all and sorting.  Neither will
 * do for what lies between, for several facets together, or for a facet that
 * only old images have: statistics tell how common it is, not where.
 *
 * So a page is found in windows of time, from the keyset position on.  The
 * search index intersects facets, scope and the time buckets that make up a
 * window (image/gin_key.c), and tells how many images are in all of
 * them before any is fetched (search_index.c).  Too many, and a narrower
 * window is tried; none, and all times are looked at at once, or a much wider
 * window.  Where among too many the page ends, a row tells that lies about as
 * far from the end of the table, because images mostly lie in the order of
 * their creation; where they do not, that costs some more probes.  Statistics
 * choose the first window only.
 *
 * The images of a window are fetched and sorted; whether the request lists
 * them the recheck says, as of any other scan.
 *
 * src/listing/search_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "image/gin_key.h"
#include "listing/list_plan.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Levels by which a window grows at most, when it is known to be too narrow. */
#define GROW_LEVELS 2

/*
 * Times in a row that rows are looked at to see where a page ends, and how many
 * of them at either end of the table.
 */
#define MAX_SAMPLES 4
#define SPREAD_SAMPLES 2

/* Candidates by which one may be wrong about how many lie before a place. */
#define PLACE_CANDIDATES 4

/* Most buckets of the highest level in a window: some 140 years. */
#define MAX_WIDEST 32

/* Keys of a window: of each level, both ways. */
#define MAX_BUCKETS \
	(2 * IMGCAT_BUCKET_LEVELS * (1 << IMGCAT_BUCKET_FANOUT) + MAX_WIDEST)

/*
 * Buckets of the lowest level are counted in the direction of the order: as
 * they are, or mirrored, which keeps nested buckets nested.  All positions
 * below are such numbers, and grow along the order.
 */
typedef struct SearchScan
{
	ImgcatListScan pub;			/* must be first */
	bool		descending;
	int64		limit;			/* of images fetched from one window */

	int64		next;			/* position where the next window begins */
	int64		last;			/* position of the last image */
	bool		inside;			/* images may lie before next */

	bool		ended;			/* no window is left */
	bool		begun;			/* positions before next are done */
	bool		all;			/* look at all times at once */
	int64		width;			/* of the next window */
	int64		slack;			/* by which it may be rounded up */
	int			probes;
	int			samples;		/* one after the other */
	bool		has_ceiling;	/* a window to there had too many images */
	int64		ceiling;
	int64		below_ceiling;	/* images counted there and not yet seen */
	int64		fetched;		/* candidates, of all windows */

	/* the window that is handed out, sorted */
	bool		by_time;		/* else there is one window: everything */
	bool		has_window;
	int64		window_end;
	int64		window_candidates;
	MemoryContext context;
	ImgcatEntry **entries;
	int			nentries;
	int			at;
} SearchScan;

/*
 * The position of a time.
 */
static int64
position_of_time(const SearchScan *scan, TimestampTz time)
{
	int64		bucket = imgcat_bucket_of_time(time);

	return scan->descending ? -1 - bucket : bucket;
}

/*
 * The number of buckets in which all images lie, as statistics have it.
 */
static double
all_buckets(const SearchScan *scan)
{
	double		rest = scan->last - scan->next + 1;
	TimestampTz first;
	TimestampTz last;

	if (!imgcat_created_at_range(&scan->pub.plan->images, &first, &last))
		return rest;
	return Max(rest, imgcat_bucket_of_time(last) - imgcat_bucket_of_time(first) + 1);
}

/*
 * The set of a window: the fewest nested buckets that make it up.
 */
static void
make_window_set(const SearchScan *scan, ImgcatKeySet *set,
				int64 from, int64 to)
{
	set->keys = palloc(sizeof(int64) * MAX_BUCKETS);
	set->nkeys = 0;
	while (from <= to)
	{
		int			level = 0;
		int64		width = 1;
		int64		bucket;

		while (level < IMGCAT_BUCKET_LEVELS - 1)
		{
			int64		wider = width << IMGCAT_BUCKET_FANOUT;

			if (from % wider != 0 || from + wider - 1 > to)
				break;
			width = wider;
			level++;
		}
		bucket = imgcat_bucket_parent(from, level);
		if (scan->descending)
			bucket = -1 - bucket;
		Assert(set->nkeys < MAX_BUCKETS);
		set->keys[set->nkeys++] = imgcat_gin_key_of_bucket(level, bucket);
		from += width;
	}
}

/*
 * Probe a window, or all times; returns the number of candidates.
 */
static int64
probe_window(SearchScan *scan, bool everything, int64 from, int64 to)
{
	ImgcatListPlan *plan = scan->pub.plan;
	int			nsets = plan->search.nsets;
	ImgcatKeySet *window = &plan->search.sets[nsets];
	int64		found;

	if (!everything)
	{
		make_window_set(scan, window, from, to);
		nsets++;
	}
	found = imgcat_search_probe(plan->probe, plan->search.sets, nsets);
	scan->pub.plan->counters.probes++;
	if (!everything)
		pfree(window->keys);
	return found;
}

/*
 * The end of the next window of about this width, from the place reached.
 * It is rounded up, by slack at most, to where wide buckets end, so that it,
 * and the window after it, are made up of few; if it comes close to the last
 * image, it takes it in, but it stays below the ceiling if there is one.
 * *from is where its buckets begin: that may be before the place reached while
 * hardly anything was found, because what was listed is not listed again.
 */
static int64
window_end(const SearchScan *scan, int64 width, int64 slack, int64 *from)
{
	int64		anchor = scan->next;
	int64		left = scan->last - anchor + 1;
	int64		size = 1;
	int			level = 0;
	int64		end;

	width = Max(Min(width, left), 1);
	if (!scan->has_ceiling && width >= left / 2)
		width = left;
	width = Min(width, ((int64) MAX_WIDEST - 1) <<
				((IMGCAT_BUCKET_LEVELS - 1) * IMGCAT_BUCKET_FANOUT));
	while (level < IMGCAT_BUCKET_LEVELS - 1 &&
		   (size << IMGCAT_BUCKET_FANOUT) <= width)
	{
		size <<= IMGCAT_BUCKET_FANOUT;
		level++;
	}
	*from = scan->fetched * 4 <= scan->limit
		? imgcat_bucket_parent(anchor, level) * size : anchor;

	for (;;)
	{
		end = imgcat_bucket_parent(anchor, level) * size + size - 1;
		if (end - anchor + 1 < width)
			end += (width - (end - anchor + 1) + size - 1) / size * size;
		if (level == 0 ||
			(size <= slack && (!scan->has_ceiling || end < scan->ceiling)))
			return end;
		size >>= IMGCAT_BUCKET_FANOUT;
		level--;
	}
}

/*
 * The position of about the at-th candidate of the last probe, from either end
 * of the table; false if there is none to be seen.
 */
static bool
sample_position(SearchScan *scan, double at, bool from_end, int64 *position)
{
	TimestampTz created_at;

	if (!imgcat_search_sample(scan->pub.plan->probe, (int64) at, from_end, &created_at))
		return false;
	*position = position_of_time(scan, created_at);
	return true;
}

/*
 * How many of the candidates of all times lie before the place reached, give or
 * take a few, in a table in the order of creation: a row is much less to read
 * than another probe.
 */
static int64
candidates_before_place(SearchScan *scan, int64 candidates)
{
	int64		low = 0;
	int64		high = Min(candidates, IMGCAT_SEARCH_FETCH_MAX);

	while (high - low > PLACE_CANDIDATES)
	{
		int64		middle = (low + high) / 2;
		int64		position;

		if (!sample_position(scan, middle, scan->descending, &position))
			return 0;
		if (position < scan->next)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/*
 * Where the page ends, by the look of it, of the many candidates that the last
 * probe found, so many of which lie before the place reached; and by how much
 * one may be wrong about it.  False if there is no telling.
 *
 * In a table in the order of creation the end is as many rows from there as the
 * page needs.  In one that is in no order, the first of some rows from all over
 * is nearer to it than any single one.
 */
static bool
sample_end(SearchScan *scan, int64 before, double target, int64 candidates,
		   int64 *end, int64 *slack)
{
	double		apart = (double) Min(candidates, IMGCAT_SEARCH_FETCH_MAX) /
	(SPREAD_SAMPLES + 1);
	double		reach = before + target * 1.35;
	int64		behind;

	if (!sample_position(scan, before + target, scan->descending, end) ||
		!sample_position(scan, reach, scan->descending, &behind) ||
		*end < scan->next)
		return false;
	*slack = Max(behind - *end, 0);
	for (int i = 1; i <= 2 * SPREAD_SAMPLES; i++)
	{
		bool		near = (i <= SPREAD_SAMPLES);
		double		at = near ? Max(i * apart, reach)
		: (i - SPREAD_SAMPLES - 1) * apart;
		int64		position;

		/* within reach, a row tells nothing of the order */
		if (!near && candidates - at <= reach)
			continue;
		if (sample_position(scan, at, near == scan->descending, &position) &&
			position >= scan->next && position < *end)
		{
			*end = position;
			*slack = (position - scan->next) >> IMGCAT_BUCKET_FANOUT;
		}
	}
	return true;
}

/*
 * The width of the window after one in which few candidates were found, for
 * a page that needs target more.
 */
static int64
width_after_few(int64 width, int64 candidates, double target)
{
	int64		widest = width << (GROW_LEVELS * IMGCAT_BUCKET_FANOUT);

	if (candidates == 0)
		return widest;
	return (int64) Max(1, Min(target / candidates * width, widest));
}

/*
 * How many candidates the rest of the page needs, by what was seen.
 */
static double
candidates_needed(const SearchScan *scan)
{
	const ImgcatListPlan *plan = scan->pub.plan;
	double		share = (plan->counters.listed + plan->search.share * IMGCAT_SHARE_WEIGHT) /
	(plan->counters.rechecked + IMGCAT_SHARE_WEIGHT);
	double		needed = (plan->rows - plan->counters.listed) * 1.25 / Max(share, 0.05);

	return Min(Max(needed, IMGCAT_SEARCH_LEAST_TARGET), scan->limit * 0.7);
}

/*
 * The first time in some direction in the index of a visibility.
 */
static bool
extreme_time(ImgcatListPlan *plan, Relation index, const char *visibility,
			 bool descending, TimestampTz *time)
{
	Datum		scope = CStringGetTextDatum(visibility);
	ImgcatIndexScan *scan = imgcat_index_scan_open(&plan->images, index, &scope, 1);
	ImgcatEntry *entry;

	imgcat_index_scan_start(scan);
	entry = imgcat_index_scan_next(scan, descending ? BackwardScanDirection
								   : ForwardScanDirection);
	if (entry != NULL)
		*time = entry->numbers[IMGCAT_ENTRY_CREATED_AT];
	imgcat_index_scan_close(scan);
	return entry != NULL;
}

/*
 * Find where the order begins and ends: at images, at the keyset position, or
 * where the request bounds it.  False: there is nothing to list.
 */
static bool
find_bounds(SearchScan *scan, Relation index)
{
	static const char *const visibilities[] = {
		"public", "community", "private", "shared"
	};
	ImgcatListPlan *plan = scan->pub.plan;
	TimestampTz time;
	int64		low;
	int64		high;
	int64		first;
	int64		last;

	scan->next = PG_INT64_MAX;
	scan->last = PG_INT64_MIN;
	for (int i = 0; i < (int) lengthof(visibilities); i++)
	{
		if (!extreme_time(plan, index, visibilities[i], !scan->descending, &time))
			continue;
		scan->last = Max(scan->last, position_of_time(scan, time));
		if (plan->after == NULL &&
			extreme_time(plan, index, visibilities[i], scan->descending, &time))
			scan->next = Min(scan->next, position_of_time(scan, time));
	}
	if (plan->after != NULL)
		scan->next = position_of_time(scan, plan->after->numbers[IMGCAT_ENTRY_CREATED_AT]);

	/* an open end lies beyond all images */
	imgcat_filters_range(plan->filters, plan->nfilters, IMGCAT_COL_CREATED_AT, &low, &high);
	first = scan->descending ? high : low;
	last = scan->descending ? low : high;
	scan->next = Max(scan->next, position_of_time(scan, first));
	scan->last = Min(scan->last, position_of_time(scan, last));
	scan->inside = plan->after != NULL ||
		(first != PG_INT64_MIN && first != PG_INT64_MAX);
	return scan->next <= scan->last;
}

/*
 * qsort_arg() comparator of entries.
 */
static int
compare_entries(const void *a, const void *b, void *arg)
{
	const ImgcatListPlan *plan = arg;

	return imgcat_entry_compare(*(ImgcatEntry *const *) a,
								*(ImgcatEntry *const *) b,
								plan->keys, plan->nkeys);
}

/*
 * Fetch candidates, and sort those that come after what was handed out before.
 */
static void
load_window(SearchScan *scan, const ItemPointerData *tids, int64 candidates)
{
	ImgcatListPlan *plan = scan->pub.plan;
	MemoryContext previous;

	MemoryContextReset(scan->context);
	previous = MemoryContextSwitchTo(scan->context);
	scan->entries = palloc(sizeof(ImgcatEntry *) * Max(candidates, 1));
	scan->nentries = scan->at = 0;
	for (int64 i = 0; i < candidates; i++)
	{
		ImgcatEntry *entry = palloc(sizeof(ImgcatEntry));

		CHECK_FOR_INTERRUPTS();
		memset(entry, 0, sizeof(*entry));
		entry->tid = tids[i];
		if (!imgcat_read_row(&plan->images, entry) ||
			(scan->begun &&
			 position_of_time(scan, entry->numbers[IMGCAT_ENTRY_CREATED_AT]) < scan->next) ||
			(plan->after != NULL &&
			 imgcat_entry_compare(entry, plan->after, plan->keys, plan->nkeys) <= 0))
			continue;
		entry->tuple = ExecCopySlotMinimalTuple(plan->images.slot);
		scan->entries[scan->nentries++] = entry;
	}
	qsort_arg(scan->entries, scan->nentries, sizeof(ImgcatEntry *), compare_entries, plan);
	MemoryContextSwitchTo(previous);
	scan->fetched += candidates;
	scan->pub.plan->counters.candidates += candidates;
}

/*
 * Windows do not lead to the page: let another scan go on behind those that
 * were handed out.
 */
static void
give_up(SearchScan *scan)
{
	ImgcatEntry *last;

	scan->ended = true;
	scan->pub.gave_up = true;
	if (!scan->begun)
		return;

	/* behind the last moment of the last bucket: no identifier is like it */
	last = palloc0(sizeof(ImgcatEntry));
	last->known = 1 << IMGCAT_ENTRY_CREATED_AT | 1 << IMGCAT_ENTRY_ID;
	last->numbers[IMGCAT_ENTRY_CREATED_AT] = scan->descending
		? imgcat_bucket_start(-1 - (scan->next - 1))
		: imgcat_bucket_start(scan->next) - 1;
	memset(&last->id, scan->pub.plan->keys[1].descending ? 0 : 0xff, UUID_LEN);
	scan->pub.plan->after = last;
}

/*
 * A window had too many candidates: try a narrower one.  False: there is none.
 */
static bool
narrow_window(SearchScan *scan, int64 from, int64 to, int64 candidates, double target)
{
	int64		place = scan->next;
	double		span = scan->all ? all_buckets(scan) : to - from + 1;
	int64		before = 0;
	int64		end;
	bool		sampled;

	if (to - place + 1 == 1)
		return false;
	if (scan->all && (scan->begun || scan->inside))
		before = candidates_before_place(scan, candidates);
	sampled = scan->samples++ < MAX_SAMPLES &&
		sample_end(scan, before, target, candidates, &end, &scan->slack) && end < to;
	if (sampled)
		scan->width = end - place + 1;
	else
	{
		scan->slack = PG_INT64_MAX;
		scan->width = (int64) Min(span * (target / candidates),
								  (to - place + 1) / 2);
	}

	/* of all, some or every one may lie before the place */
	scan->has_ceiling = sampled || !scan->all;
	scan->ceiling = to;
	scan->below_ceiling = candidates - before;
	scan->all = false;
	return true;
}

/*
 * A window was handed out: choose the next one.
 */
static void
advance(SearchScan *scan, int64 to, int64 candidates)
{
	int64		width = to - scan->next + 1;

	if (scan->all || to >= scan->last)
	{
		scan->ended = true;
		return;
	}
	scan->begun = true;
	scan->next = to + 1;
	if (scan->fetched > IMGCAT_SEARCH_LIMITS_MAX * scan->limit)
	{
		give_up(scan);
		return;
	}
	scan->samples = 0;
	scan->below_ceiling -= candidates;
	if (scan->has_ceiling && (scan->ceiling < scan->next ||
							  scan->below_ceiling <= scan->limit))
		scan->has_ceiling = false;
	if (candidates == 0 && scan->has_ceiling)
		scan->width = (scan->ceiling - scan->next + 1) / 2;
	else if (candidates == 0 && scan->probes == 1 &&
			 scan->pub.plan->search.sets[0].images < IMGCAT_LOOK_AT_ALL)
		scan->all = true;		/* they must be somewhere else */
	else
		scan->width = width_after_few(width, candidates, candidates_needed(scan));
}

/*
 * Probe windows until one has candidates, which are fetched and sorted.
 */
static void
next_window(SearchScan *scan)
{
	const ImgcatListPlan *plan = scan->pub.plan;

	while (!scan->ended)
	{
		int64		place = scan->next;
		double		target = candidates_needed(scan);
		int64		limit = scan->limit;
		int64		from = place;
		int64		to;
		int64		candidates;

		if (scan->probes++ >= IMGCAT_SEARCH_PROBES_MAX)
		{
			give_up(scan);
			return;
		}

		/*
		 * another probe costs as much as some more images; a bucket is a
		 * bucket
		 */
		if (scan->all)
			limit += limit / 4;
		else if (scan->slack == 0)
			limit *= 2;
		to = scan->all ? scan->last
			: window_end(scan, scan->width, scan->slack, &from);
		scan->slack = PG_INT64_MAX;
		candidates = probe_window(scan, scan->all, from, to);
		if (candidates > limit &&
			!(to - place + 1 == 1 && candidates <= IMGCAT_SEARCH_FETCH_MAX))
		{
			if (!narrow_window(scan, from, to, candidates, target))
				give_up(scan);
			continue;
		}
		load_window(scan, imgcat_search_found(plan->probe), candidates);
		scan->window_end = to;
		scan->window_candidates = candidates;
		scan->has_window = true;
		return;
	}
}

/*
 * All images that have the facets, of which there are few, in whatever order.
 */
static void
load_all(SearchScan *scan)
{
	ImgcatListPlan *plan = scan->pub.plan;

	scan->ended = true;
	if (imgcat_plan_tids(plan))
		load_window(scan, plan->tids.tids, plan->tids.ntids);
	else
		give_up(scan);
}

/*
 * The next image.  Behind a window the page rechecks what came so far before
 * another one is looked for: it may be full, and how many were listed decides
 * how wide the next window is.
 */
static ImgcatEntry *
search_next(ImgcatListScan *self)
{
	SearchScan *scan = (SearchScan *) self;
	bool		rechecked = self->pause;

	self->pause = false;
	while (scan->at >= scan->nentries)
	{
		if (scan->has_window && scan->nentries > 0 && !rechecked)
		{
			self->pause = true;
			return NULL;
		}
		if (scan->has_window)
			advance(scan, scan->window_end, scan->window_candidates);
		scan->has_window = false;
		rechecked = false;
		if (scan->ended)
			return NULL;
		if (scan->by_time)
			next_window(scan);
		else
			load_all(scan);
	}
	return scan->entries[scan->at++];
}

static void
search_close(ImgcatListScan *self)
{
	MemoryContextDelete(((SearchScan *) self)->context);
	pfree(self);
}

/*
 * Open a search scan of the plan, behind a keyset position if there is one.
 */
ImgcatListScan *
imgcat_search_scan_open(ImgcatListPlan *plan)
{
	SearchScan *scan = palloc0(sizeof(SearchScan));
	Relation	index;

	scan->pub.plan = plan;
	scan->pub.next = search_next;
	scan->pub.close = search_close;
	scan->context = AllocSetContextCreate(CurrentMemoryContext, "image search window",
										  ALLOCSET_DEFAULT_SIZES);
	scan->descending = plan->keys[0].descending;
	scan->limit = IMGCAT_SEARCH_LIMIT * Max(plan->rows, 32);
	scan->slack = PG_INT64_MAX;
	scan->by_time = imgcat_sorts_by_creation(plan->request);
	if (!scan->by_time)
		return &scan->pub;

	index = imgcat_table_index(&plan->images, "images_visibility", "created_at");
	if (index == NULL)
		give_up(scan);
	else
		scan->ended = !find_bounds(scan, index);
	if (scan->ended)
		return &scan->pub;
	scan->all = plan->fetch_all;
	scan->width = (int64) (candidates_needed(scan) / Max(plan->search.expected, 1) *
						   all_buckets(scan));
	return &scan->pub;
}
