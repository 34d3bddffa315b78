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

/* Times by which a window grows when nothing was found in the one before it. */
#define GROWTH 64

/*
 * Rows all over the table that are looked at to see where a page ends, and how
 * many are looked at for one of them, if some are dead.
 */
#define SPREAD_SAMPLES 4
#define SAMPLE_TRIES 8

/* Candidates by which one may be wrong about how many lie before a position. */
#define BEFORE_ERROR 4

/* Buckets of the lowest level in one of another level. */
#define BUCKET_WIDTH(level) (INT64CONST(1) << ((level) * IMGCAT_BUCKET_FANOUT))
#define TOP_LEVEL (IMGCAT_BUCKET_LEVELS - 1)

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
	double		spacing;		/* buckets to a candidate, by what was seen */
	int64		ceiling;		/* a window to there had too many candidates;
								 * PG_INT64_MAX: none */
	int64		below_ceiling;	/* candidates counted there and not yet seen */

	/* the next window */
	double		target;			/* candidates that it should have */
	bool		all;			/* it is of all times */
	double		width;			/* how wide it should be */
	int64		slack;			/* by which that may be rounded up */
	int64		from;			/* where its buckets begin, and end */
	int64		to;
	ImgcatTids	found;			/* the candidates in it */

	/* the window that is handed out, sorted; found lives with it */
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
 * Where the bucket of a level begins that a position lies in.
 */
static int64
bucket_begin(int64 position, int level)
{
	return imgcat_bucket_parent(position, level) * BUCKET_WIDTH(level);
}

/*
 * Where it ends.
 */
static int64
bucket_end(int64 position, int level)
{
	return bucket_begin(position, level) + BUCKET_WIDTH(level) - 1;
}

/*
 * The number of buckets in which all images lie, as statistics have it.
 */
static double
all_buckets(const SearchScan *scan)
{
	double		rest = (double) scan->last - scan->next + 1;
	TimestampTz first;
	TimestampTz last;

	if (!imgcat_created_at_range(&scan->pub.plan->images, &first, &last))
		return rest;
	return Max(rest, imgcat_bucket_of_time(last) - imgcat_bucket_of_time(first) + 1);
}

/*
 * How many candidates the rest of the page asks for, by what was seen.
 */
static double
candidates_wanted(const SearchScan *scan)
{
	const ImgcatListPlan *plan = scan->pub.plan;
	const ImgcatPageCounters *counters = &scan->pub.plan->counters;
	double		share = (counters->listed + plan->search.share * IMGCAT_SHARE_WEIGHT) /
	(counters->rechecked + IMGCAT_SHARE_WEIGHT);
	double		wanted = (plan->rows - counters->listed) * 1.25 / Max(share, 0.05);

	return Min(Max(wanted, IMGCAT_SEARCH_LEAST_TARGET), scan->limit * 0.7);
}

/*
 * Choose where the window begins and ends: about as wide as it should be, from the
 * position reached.  Its end is rounded up, by the slack at most, to where wide
 * buckets end, so that it, and the window after it, are made up of few; if it
 * comes close to the last image, it takes it in, but it stays below the ceiling if
 * there is one.  While hardly anything was found its buckets may begin before
 * that, because what was listed is not listed again.
 */
static void
set_window(SearchScan *scan)
{
	int64		left = scan->last - scan->next + 1;
	int64		width = (int64) Max(Min(scan->width, left), 1);
	int			level = TOP_LEVEL;

	scan->from = scan->next;
	scan->to = scan->last;
	if (scan->all)
		return;
	if (scan->ceiling == PG_INT64_MAX && width >= left / 2)
		width = left;
	width = Min(width, (MAX_WIDEST - 1) * BUCKET_WIDTH(TOP_LEVEL));
	while (level > 0 && BUCKET_WIDTH(level) > width)
		level--;
	if (scan->pub.plan->counters.candidates * 4 <= scan->limit)
		scan->from = bucket_begin(scan->next, level);
	while (level > 0 && (BUCKET_WIDTH(level) > scan->slack ||
						 bucket_end(scan->next + width - 1, level) >= scan->ceiling))
		level--;
	scan->to = bucket_end(scan->next + width - 1, level);
}

/*
 * The set of the window: the fewest nested buckets that make it up.
 */
static ImgcatKeySet
window_set(const SearchScan *scan)
{
	ImgcatKeySet set = {.keys = palloc(sizeof(int64) * MAX_BUCKETS)};
	int64		from = scan->from;

	while (from <= scan->to)
	{
		int			level = TOP_LEVEL;
		int64		bucket;

		while (level > 0 &&
			   (from != bucket_begin(from, level) || bucket_end(from, level) > scan->to))
			level--;
		bucket = imgcat_bucket_parent(from, level);
		Assert(set.nkeys < MAX_BUCKETS);
		set.keys[set.nkeys++] =
			imgcat_gin_key_of_bucket(level, scan->descending ? -1 - bucket : bucket);
		from += BUCKET_WIDTH(level);
	}
	return set;
}

/*
 * Find the candidates in the window.
 */
static void
probe_window(SearchScan *scan)
{
	ImgcatSearchKeys *search = &scan->pub.plan->search;
	int			nsets = search->nsets;
	MemoryContext previous;

	MemoryContextReset(scan->context);
	scan->nentries = scan->at = 0;
	previous = MemoryContextSwitchTo(scan->context);
	if (!scan->all)
		search->sets[nsets++] = window_set(scan);
	scan->found = imgcat_search(scan->pub.plan, search->sets, nsets);
	MemoryContextSwitchTo(previous);
	scan->pub.plan->counters.probes++;
}

/*
 * The position of about the at-th candidate found, in a table in the order of
 * creation; false if there is none to be seen.
 */
static bool
sample_position(SearchScan *scan, double at, int64 *position)
{
	const ImgcatTids *found = &scan->found;
	int64		end = found->tids != NULL ? Min((int64) at + SAMPLE_TRIES, found->ntids) : 0;

	for (int64 i = (int64) at; i < end; i++)
	{
		ImgcatEntry entry = {.tid = found->tids[scan->descending ? found->ntids - 1 - i : i]};

		if (!imgcat_read_row(&scan->pub.plan->images, &entry))
			continue;
		*position = position_of_time(scan, entry.numbers[IMGCAT_ENTRY_CREATED_AT]);
		return true;
	}
	return false;
}

/*
 * How many of the candidates of all times lie before the position reached, give or
 * take a few, in a table in the order of creation: a row is much less to read
 * than another probe.
 */
static int64
candidates_before_next(SearchScan *scan)
{
	int64		low = 0;
	int64		high = scan->found.ntids;
	int64		position;

	if (!sample_position(scan, low, &position) || position >= scan->next)
		return 0;
	while (high - low > BEFORE_ERROR)
	{
		int64		middle = (low + high) / 2;

		if (!sample_position(scan, middle, &position))
			return 0;
		if (position < scan->next)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/*
 * Let the window end where the page does, by the look of it, of the many
 * candidates found, so many of which lie before the position reached; with the slack
 * by which one may be wrong about it.  False if there is no telling.
 *
 * In a table in the order of creation the end is as many rows from there as the
 * page asks for.  In one that is in no order, the first of some rows from all over
 * is nearer to it than any single one.
 */
static bool
sample_end(SearchScan *scan, int64 before)
{
	double		reach = before + scan->target * 1.35;
	int64		end;
	int64		behind;

	if (!sample_position(scan, before + scan->target, &end) ||
		!sample_position(scan, reach, &behind) || end < scan->next)
		return false;
	scan->slack = Max(behind - end, 0);
	for (int i = 1; i <= SPREAD_SAMPLES; i++)
	{
		double		at = (double) (scan->found.ntids - 1) * i / SPREAD_SAMPLES;
		int64		position;

		/* within reach, a row tells nothing of the order */
		if (at > reach && sample_position(scan, at, &position) &&
			position >= scan->next && position < end)
		{
			end = position;
			scan->slack = (position - scan->next) >> IMGCAT_BUCKET_FANOUT;
		}
	}
	scan->width = end - scan->next + 1;
	return end < scan->to;
}

/*
 * The window had too many candidates: make it narrower.
 */
static void
narrow_window(SearchScan *scan)
{
	double		buckets = scan->all ? all_buckets(scan) : scan->to - scan->from + 1;
	int64		before = scan->all ? candidates_before_next(scan) : 0;
	bool		sampled = sample_end(scan, before);

	if (!sampled)
	{
		scan->slack = PG_INT64_MAX;
		scan->width = Min(buckets * scan->target / scan->found.ntids,
						  (scan->to - scan->next + 1) / 2);
	}

	/* of all, some or every one may lie before that position */
	scan->ceiling = sampled || !scan->all ? scan->to : PG_INT64_MAX;
	scan->below_ceiling = scan->found.ntids - before;
	scan->all = false;
}

/*
 * Has the window too many candidates to fetch them?  Another probe costs as much
 * as some more images; a bucket is a bucket.
 */
static bool
has_too_many(const SearchScan *scan)
{
	int64		most = scan->limit;

	if (scan->to == scan->next)
		most = IMGCAT_SEARCH_FETCH_MAX;
	else if (scan->all)
		most += most / 4;
	else if (scan->slack == 0)
		most *= 2;
	return scan->found.tids == NULL || scan->found.ntids > most;
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
load_candidates(SearchScan *scan, const ImgcatTids *found)
{
	ImgcatListPlan *plan = scan->pub.plan;
	MemoryContext previous = MemoryContextSwitchTo(scan->context);

	scan->entries = palloc(sizeof(ImgcatEntry *) * Max(found->ntids, 1));
	for (int64 i = 0; i < found->ntids; i++)
	{
		ImgcatEntry *entry = palloc0(sizeof(ImgcatEntry));

		CHECK_FOR_INTERRUPTS();
		entry->tid = found->tids[i];
		if (!imgcat_read_row(&plan->images, entry) ||
			(plan->after != NULL &&
			 imgcat_entry_compare(entry, plan->after, plan->keys, plan->nkeys) <= 0))
			continue;
		entry->tuple = ExecCopySlotMinimalTuple(plan->images.slot);
		scan->entries[scan->nentries++] = entry;
	}
	qsort_arg(scan->entries, scan->nentries, sizeof(ImgcatEntry *), compare_entries, plan);
	MemoryContextSwitchTo(previous);
	scan->pub.plan->counters.candidates += found->ntids;
}

/*
 * Go on behind the window, whose candidates are loaded, or let another scan do
 * that.
 */
static void
pass_window(SearchScan *scan)
{
	double		width = scan->to - scan->next + 1;
	int64		candidates = scan->found.ntids;
	ImgcatEntry *last = palloc0(sizeof(ImgcatEntry));

	/* behind the last moment of the last bucket: no identifier is like it */
	last->known = 1 << IMGCAT_ENTRY_CREATED_AT | 1 << IMGCAT_ENTRY_ID;
	last->numbers[IMGCAT_ENTRY_CREATED_AT] = scan->descending
		? imgcat_bucket_start(-1 - scan->to) : imgcat_bucket_start(scan->to + 1) - 1;
	memset(&last->id, scan->pub.plan->keys[1].descending ? 0 : 0xff, UUID_LEN);
	scan->pub.plan->after = last;

	scan->next = scan->to + 1;
	scan->below_ceiling -= candidates;
	if (scan->ceiling < scan->next || scan->below_ceiling <= scan->limit)
		scan->ceiling = PG_INT64_MAX;
	if (candidates > 0)
		scan->spacing = width / candidates;
	else if (scan->ceiling == PG_INT64_MAX && scan->pub.plan->counters.probes == 1 &&
			 scan->pub.plan->search.sets[0].images < IMGCAT_LOOK_AT_ALL)
		scan->all = true;		/* they must be somewhere else */
	else
		scan->spacing = GROWTH * width / scan->target;
}

/*
 * Probe windows until one has candidates that can be fetched, and load these.
 * False: there is none.
 */
static bool
next_window(SearchScan *scan)
{
	const ImgcatPageCounters *counters = &scan->pub.plan->counters;

	scan->target = candidates_wanted(scan);
	scan->width = scan->target * scan->spacing;
	if (scan->ceiling != PG_INT64_MAX)
		scan->width = Min(scan->width, (scan->ceiling - scan->next + 1) / 2);
	scan->slack = PG_INT64_MAX;
	while (scan->next <= scan->last)
	{
		if (counters->probes >= IMGCAT_SEARCH_PROBES_MAX ||
			counters->candidates > IMGCAT_SEARCH_LIMITS_MAX * scan->limit)
			break;
		set_window(scan);
		probe_window(scan);
		if (!has_too_many(scan))
		{
			load_candidates(scan, &scan->found);
			pass_window(scan);
			return true;
		}
		if (scan->to == scan->next)
			break;
		narrow_window(scan);
	}

	/* windows do not lead to the page: another scan goes on behind them */
	scan->pub.gave_up |= scan->next <= scan->last;
	return false;
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

	while (scan->at >= scan->nentries)
	{
		self->pause = scan->nentries > 0 && !self->pause;
		if (self->pause || !next_window(scan))
			return NULL;
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
 * Find where the order begins and ends: at images of the visibilities looked at,
 * at the keyset position, or where the request bounds it.
 */
static void
find_bounds(SearchScan *scan, Relation index)
{
	ImgcatListPlan *plan = scan->pub.plan;
	const ImgcatScope *scope = &plan->scope;
	ScanDirection forward = scan->descending ? BackwardScanDirection : ForwardScanDirection;
	ScanDirection backward = scan->descending ? ForwardScanDirection : BackwardScanDirection;
	TimestampTz time;
	int64		low;
	int64		high;

	scan->next = PG_INT64_MAX;
	scan->last = PG_INT64_MIN;
	for (int i = 0; i < scope->nbranches; i++)
	{
		const char *visibility = scope->branches[i].visibility;
		Datum		value = CStringGetTextDatum(visibility);

		/* branches of one visibility stand together */
		if (i > 0 && strcmp(visibility, scope->branches[i - 1].visibility) == 0)
			continue;
		if (imgcat_first_time(&plan->images, index, &value, 1, backward, &time))
			scan->last = Max(scan->last, position_of_time(scan, time));
		if (plan->after == NULL &&
			imgcat_first_time(&plan->images, index, &value, 1, forward, &time))
			scan->next = Min(scan->next, position_of_time(scan, time));
	}
	if (plan->after != NULL)
		scan->next = position_of_time(scan, plan->after->numbers[IMGCAT_ENTRY_CREATED_AT]);

	/* an open end lies beyond all images */
	imgcat_filters_range(plan->filters, plan->nfilters, IMGCAT_COL_CREATED_AT, &low, &high);
	scan->next = Max(scan->next, position_of_time(scan, scan->descending ? high : low));
	scan->last = Min(scan->last, position_of_time(scan, scan->descending ? low : high));
}

/*
 * Open a search scan of the plan, behind a keyset position if there is one.  In
 * another order than that of creation there are few images that have the facets:
 * they are one window.
 */
ImgcatListScan *
imgcat_search_scan_open(ImgcatListPlan *plan)
{
	SearchScan *scan = palloc0(sizeof(SearchScan));
	const ImgcatBranch branch = {.table = &plan->images,.family = "images_visibility",.nscope = 1};
	Relation	index;

	scan->pub.plan = plan;
	scan->pub.next = search_next;
	scan->pub.close = search_close;
	scan->context = AllocSetContextCreate(CurrentMemoryContext, "image search window",
										  ALLOCSET_DEFAULT_SIZES);
	scan->last = -1;
	if (!imgcat_sorts_by_creation(plan->request))
	{
		load_candidates(scan, &plan->facets.tids);
		return &scan->pub;
	}
	scan->descending = plan->keys[0].descending;
	scan->limit = IMGCAT_SEARCH_LIMIT * Max(plan->rows, 32);
	scan->ceiling = PG_INT64_MAX;
	scan->all = plan->fetch_all;
	index = imgcat_creation_index(&branch);
	if (index != NULL)
	{
		find_bounds(scan, index);
		scan->spacing = all_buckets(scan) / Max(plan->search.expected, 1);
	}
	scan->pub.gave_up = index == NULL;
	return &scan->pub;
}
