/*-------------------------------------------------------------------------
 *
 * list_window.c
 *		Pages of images that have facets, found window by window.
 *
 * A facet that a third of the images have is found by walking the catalogue
 * in order, one that twenty have by fetching them all and sorting.  Neither
 * will do for what lies between, for several facets together, or for a facet
 * that only old images have: statistics tell how common it is, not where.
 *
 * So a page is found in windows of time, from its marker on.  The search
 * index intersects facets, scope and the stretches of time that make up a
 * window (image/search_element.c), and tells how many images are in all of
 * them before any is fetched (search_scan.c).  Too many, and a narrower window
 * is tried; none, and all times are looked at at once, or a much wider window.
 * Where among too many the page ends, a row tells that lies about as far from
 * the end of the table, because images mostly lie in the order of their
 * creation; where they do not, that costs some more probes.  Statistics choose
 * the first window only.
 *
 * The images of a window are candidates: a statement of SQL checks each
 * against the whole request and the caller's scope (list_conditions.c,
 * list_scope.c), and sorts them.  All windows of a page are read under one
 * snapshot.
 *
 * src/listing/list_window.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "image/image_row.h"
#include "image/search_element.h"
#include "listing/element_frequency.h"
#include "listing/list_scope.h"
#include "listing/list_sort.h"
#include "listing/list_statement.h"
#include "listing/list_window.h"
#include "listing/search_scan.h"
#include "listing/search_sets.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/queryenvironment.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* So many probes, or limits' worth of images, and the planner may try. */
#define MAX_PROBES 40
#define MAX_LIMITS 12

/* A set of so many images is read as a whole to see where they are. */
#define LOOK_AT_ALL 400000

/* Of so few, it costs little to look up each in the other sets. */
#define FEW_IN_SET 1000

/* Levels by which a window grows at most, when it is known to be too narrow. */
#define GROW_LEVELS 2

/* So few images are shared with a project that all are looked up at once. */
#define FEW_OFFERS 1500

/*
 * Fewest candidates to look for: among the first may be some that only share
 * an element with what was asked for.
 */
#define LEAST_TARGET 24

/* The estimate of a share counts as much as so many images seen. */
#define SHARE_WEIGHT 16

/*
 * Times in a row that rows are looked at to see where a page ends, and how many
 * of them at either end of the table.
 */
#define MAX_SAMPLES 4
#define SPREAD_SAMPLES 2

/* Most buckets of the highest level in a window: some 140 years. */
#define MAX_WIDEST 32

/* Elements of a window: of each level, both ways. */
#define MAX_BUCKETS \
	(2 * IMGCAT_BUCKET_LEVELS * (1 << IMGCAT_BUCKET_FANOUT) + MAX_WIDEST)

/*
 * Buckets of the lowest level are counted in the direction of the listing:
 * as they are, or mirrored, which keeps nested buckets nested.  All positions
 * below are such numbers, and grow along the listing.
 */
typedef struct WindowSearch
{
	const ImgcatListRequest *request;
	const ImgcatCaller *caller;
	const ImgcatMarker *marker; /* or NULL */
	uint64		offers;			/* images shared with the caller, if few */
	ImgcatSearchScan *scan;
	EphemeralNamedRelation candidates;	/* what the statement reads */
	DestReceiver *page;
	int64		rows;			/* that the page takes */
	bool		descending;
	int64		limit;			/* of images fetched from one window */

	ImgcatSearchSets find;

	int64		start;			/* position where the listing begins */
	int64		last;			/* position of the last image */

	bool		begun;			/* positions before next are done */
	int64		next;
	bool		has_ceiling;	/* a window to there had too many images */
	int64		ceiling;
	int64		below_ceiling;	/* images counted there and not yet seen */
	int64		fetched;		/* candidates, of all windows */
	int64		listed;			/* rows of the page */
	bool		full;			/* the page takes no more */
} WindowSearch;

/* Hands rows on to the page, and counts them. */
typedef struct CandidateReceiver
{
	DestReceiver pub;			/* must be first */
	WindowSearch *search;
} CandidateReceiver;

static bool
candidate_receive(TupleTableSlot *slot, DestReceiver *self)
{
	WindowSearch *search = ((CandidateReceiver *) self)->search;

	search->listed++;
	search->full = !search->page->receiveSlot(slot, search->page);
	return !search->full;
}

/*
 * May the request be searched by the index?  What it asks beside facets must
 * not leave but a handful of the images that have them.
 */
static bool
may_search(const ImgcatListRequest *request)
{
	bool		has_facet = false;

	if (request->hidden || request->dead)
		return false;
	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];

		switch (condition->kind)
		{
			case IMGCAT_COND_FACET:
			case IMGCAT_COND_ANY_FACET:
				has_facet = true;
				break;
			case IMGCAT_COND_NOT_FACET:
			case IMGCAT_COND_BOOL:
			case IMGCAT_COND_DEFAULT_ENTERPRISE:
				break;
			case IMGCAT_COND_TEXT:
				if (condition->column != IMGCAT_COL_STATUS &&
					condition->column != IMGCAT_COL_OWNER &&
					condition->column != IMGCAT_COL_DISK_FORMAT &&
					condition->column != IMGCAT_COL_CONTAINER_FORMAT)
					return false;
				break;
			default:
				return false;
		}
	}
	return has_facet;
}

/*
 * How many images are shared with the caller, whatever it answered; counted
 * up to FEW_OFFERS + 1.  With most projects nothing is, and shared images need
 * not be looked at.
 */
static uint64
count_offers(const ImgcatCaller *caller)
{
	ImgcatStatement statement;
	DestReceiver receiver = *None_Receiver;

	if (caller->is_admin || caller->project_id == NULL)
		return 0;
	receiver.mydest = DestTuplestore;	/* SPI takes DestNone for no rows */
	imgcat_statement_begin(&statement);
	appendStringInfo(&statement.sql,
					 "SELECT m.image_id FROM image_catalog.offers m"
					 " WHERE m.member_id = $%d AND NOT m.os_hidden",
					 imgcat_statement_parameter(&statement, TEXTOID,
												CStringGetTextDatum(caller->project_id)));
	imgcat_statement_execute(&statement, FEW_OFFERS + 1, &receiver);
	return SPI_processed;
}

/*
 * The arms that can have images.
 */
static void
search_scope(const WindowSearch *search, ImgcatScope *scope,
			 ImgcatStatement *statement)
{
	int			narms = 0;

	imgcat_list_scope(scope, search->request, search->caller, statement);
	scope->membership = search->offers > FEW_OFFERS
		? IMGCAT_MEMBERSHIP_BY_IMAGE : IMGCAT_MEMBERSHIP_BY_MEMBER;
	for (int i = 0; i < scope->narms; i++)
		if (scope->arms[i].kind != IMGCAT_ARM_MEMBER || search->offers > 0)
			scope->arms[narms++] = scope->arms[i];
	scope->narms = narms;
}

/*
 * The position of a time.
 */
static int64
position_of_time(const WindowSearch *search, TimestampTz time)
{
	int64		bucket = imgcat_bucket_of_time(time);

	return search->descending ? -1 - bucket : bucket;
}

/* Takes the two times of the bounds. */
typedef struct BoundsReceiver
{
	DestReceiver pub;			/* must be first */
	TimestampTz times[2];
	bool		nulls[2];
} BoundsReceiver;

static bool
bounds_receive(TupleTableSlot *slot, DestReceiver *self)
{
	BoundsReceiver *bounds = (BoundsReceiver *) self;

	for (int i = 0; i < 2; i++)
		bounds->times[i] = DatumGetTimestampTz(slot_getattr(slot, i + 1,
															&bounds->nulls[i]));
	return true;
}

/*
 * Append the time of the first image of all visibilities in some direction.
 */
static void
append_extreme(StringInfo sql, const ImgcatListRequest *request,
			   bool descending)
{
	static const char *const visibilities[] = {
		"public", "community", "private", "shared"
	};
	const char *direction = descending ? "DESC" : "ASC";

	appendStringInfoString(sql, descending ? "GREATEST(" : "LEAST(");
	for (int i = 0; i < (int) lengthof(visibilities); i++)
	{
		appendStringInfo(sql, "%s(SELECT i.created_at FROM image_catalog.images i"
						 " WHERE i.visibility = '%s' AND ",
						 i > 0 ? ", " : "", visibilities[i]);
		imgcat_append_listable(sql, request);
		appendStringInfo(sql, " ORDER BY i.visibility %s, i.created_at %s, i.id %s LIMIT 1)",
						 direction, direction, direction);
	}
	appendStringInfoChar(sql, ')');
}

/*
 * Find where the listing begins and ends; false: there is nothing to list.
 */
static bool
find_bounds(WindowSearch *search)
{
	const ImgcatListRequest *request = search->request;
	ImgcatStatement statement;
	BoundsReceiver bounds;

	imgcat_statement_begin(&statement);
	appendStringInfoString(&statement.sql, "SELECT ");
	if (search->marker != NULL)
		appendStringInfoString(&statement.sql, "NULL::timestamptz");
	else
		append_extreme(&statement.sql, request, search->descending);
	appendStringInfoString(&statement.sql, ", ");
	append_extreme(&statement.sql, request, !search->descending);

	bounds.pub = *None_Receiver;
	bounds.pub.receiveSlot = bounds_receive;
	bounds.pub.mydest = DestTuplestore;
	bounds.nulls[1] = true;
	imgcat_statement_execute(&statement, 1, &bounds.pub);
	if (bounds.nulls[1])
		return false;
	search->last = position_of_time(search, bounds.times[1]);
	search->start = position_of_time(search, search->marker != NULL
									 ? DatumGetTimestampTz(search->marker->values[0])
									 : bounds.times[0]);

	if (request->created_before != PG_INT64_MAX)
	{
		int64		place = position_of_time(search, request->created_before);

		if (search->descending)
			search->start = Max(search->start, place);
		else
			search->last = Min(search->last, place);
	}
	if (request->created_from != PG_INT64_MIN)
	{
		int64		place = position_of_time(search, request->created_from);

		if (search->descending)
			search->last = Min(search->last, place);
		else
			search->start = Max(search->start, place);
	}
	return search->start <= search->last;
}

/*
 * The number of buckets in which all images lie, as statistics have it.
 */
static double
all_buckets(const WindowSearch *search)
{
	double		rest = search->last - search->start + 1;
	TimestampTz first;
	TimestampTz last;

	if (!imgcat_created_at_range(&first, &last))
		return rest;
	return Max(rest, imgcat_bucket_of_time(last) - imgcat_bucket_of_time(first) + 1);
}

/*
 * The set of a window: the fewest nested buckets that make it up.
 */
static void
make_window_set(const WindowSearch *search, ImgcatElementSet *set,
				int64 from, int64 to)
{
	set->elements = palloc(sizeof(int64) * MAX_BUCKETS);
	set->nelements = 0;
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
		if (search->descending)
			bucket = -1 - bucket;
		Assert(set->nelements < MAX_BUCKETS);
		set->elements[set->nelements++] = imgcat_element_of_bucket(level, bucket);
		from += width;
	}
}

/*
 * Probe a window, or all times; returns the number of candidates.
 */
static int64
probe_window(WindowSearch *search, bool everything, int64 from, int64 to)
{
	int			nsets = search->find.nsets;
	int64		found;

	CHECK_FOR_INTERRUPTS();
	if (!everything)
		make_window_set(search, &search->find.sets[nsets++], from, to);
	found = imgcat_search_probe(search->scan, search->find.sets, nsets);
	if (!everything)
		pfree(search->find.sets[search->find.nsets].elements);
	return found;
}

/*
 * The marker behind which lies what no window has shown: no image of its time
 * comes after it.
 */
static void
marker_of_rest(const WindowSearch *search, ImgcatMarker *rest)
{
	pg_uuid_t  *id = palloc(sizeof(pg_uuid_t));
	TimestampTz time = search->descending
		? imgcat_bucket_start(-1 - (search->next - 1))
		: imgcat_bucket_start(search->next) - 1;

	memset(id->data, search->request->sort.keys[1].descending ? 0 : 0xff,
		   sizeof(id->data));
	rest->values[0] = TimestampTzGetDatum(time);
	rest->values[1] = UUIDPGetDatum(id);
}

/*
 * Let the statement read candidates: a relation that it knows by name.
 */
static void
register_candidates(WindowSearch *search)
{
	EphemeralNamedRelation candidates = palloc0(sizeof(EphemeralNamedRelationData));

	candidates->md.name = "image_candidates";
	candidates->md.reliddesc = imgcat_search_table(search->scan);
	candidates->md.enrtype = ENR_NAMED_TUPLESTORE;
	candidates->md.enrtuples = 100;
	if (SPI_register_relation(candidates) != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register the candidates of a listing");
	search->candidates = candidates;
}

/*
 * Fetch the candidates of the last probe, and hand on to the page those that
 * the request lists, after the marker if there is one, in order.
 */
static void
list_candidates(WindowSearch *search, const ImgcatMarker *marker)
{
	const ImgcatSortSpec *sort = &search->request->sort;
	ImgcatStatement statement;
	StringInfo	sql = &statement.sql;
	ImgcatScope scope;
	CandidateReceiver receiver;
	Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);

	imgcat_search_fetch(search->scan, store);

	imgcat_statement_begin(&statement);
	statement.bitmap = true;
	search_scope(search, &scope, &statement);
	appendStringInfoString(sql, "SELECT " IMGCAT_IMAGE_COLUMNS
						   " FROM image_candidates i WHERE ");
	imgcat_append_listable(sql, search->request);
	if (marker != NULL)
	{
		int			parameters[IMGCAT_SORT_KEYS_MAX + 2];

		for (int i = 0; i < imgcat_sort_length(sort); i++)
			parameters[i] = imgcat_statement_parameter(&statement,
													   imgcat_sort_type(sort, i),
													   marker->values[i]);
		imgcat_append_keyset(sql, IMGCAT_SORT_IMAGE, sort, parameters);
	}
	imgcat_append_conditions(&statement, search->request, NULL,
							 IMGCAT_FACETS_OF_ROW, sql);
	imgcat_append_time_range(&statement, "i.created_at",
							 search->request->created_from,
							 search->request->created_before, sql);
	appendStringInfoString(sql, " AND ");
	imgcat_append_scope_predicate(sql, &scope);
	imgcat_append_order(sql, IMGCAT_SORT_IMAGE, sort);

	receiver.pub = *None_Receiver;
	receiver.pub.receiveSlot = candidate_receive;
	receiver.pub.mydest = DestTuplestore;	/* SPI takes DestNone for no rows */
	receiver.search = search;
	search->candidates->reldata = store;
	imgcat_statement_execute(&statement, 0, &receiver.pub);
	search->candidates->reldata = NULL;
	tuplestore_end(store);
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
window_end(const WindowSearch *search, int64 width, int64 slack, int64 *from)
{
	int64		anchor = search->begun ? search->next : search->start;
	int64		left = search->last - anchor + 1;
	int64		size = 1;
	int			level = 0;
	int64		end;

	width = Max(Min(width, left), 1);
	if (!search->has_ceiling && width >= left / 2)
		width = left;
	width = Min(width, INT64CONST(MAX_WIDEST - 1) <<
				((IMGCAT_BUCKET_LEVELS - 1) * IMGCAT_BUCKET_FANOUT));
	while (level < IMGCAT_BUCKET_LEVELS - 1 &&
		   (size << IMGCAT_BUCKET_FANOUT) <= width)
	{
		size <<= IMGCAT_BUCKET_FANOUT;
		level++;
	}
	*from = search->fetched * 4 <= search->limit
		? imgcat_bucket_parent(anchor, level) * size : anchor;

	for (;;)
	{
		end = imgcat_bucket_parent(anchor, level) * size + size - 1;
		if (end - anchor + 1 < width)
			end += (width - (end - anchor + 1) + size - 1) / size * size;
		if (level == 0 ||
			(size <= slack && (!search->has_ceiling || end < search->ceiling)))
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
sample_position(WindowSearch *search, double at, bool from_end, int64 *position)
{
	AttrNumber	created_at = get_attnum(imgcat_search_table(search->scan),
										"created_at");
	Datum		value;

	if (!imgcat_search_sample(search->scan, (int64) at, from_end, created_at,
							  &value))
		return false;
	*position = position_of_time(search, DatumGetTimestampTz(value));
	return true;
}

/*
 * Where the page ends, by the look of it, of the many candidates that the last
 * probe found; and by how much one may be wrong about it.  False if there is no
 * telling.
 *
 * In a table in the order of creation the end is as many rows from the end of
 * the table as the page needs.  In one that is in no order, the first of some
 * rows from all over is nearer to it than any single one.
 */
static bool
sample_end(WindowSearch *search, double target, int64 candidates,
		   int64 *end, int64 *slack)
{
	int64		place = search->begun ? search->next : search->start;
	double		apart = (double) Min(candidates, IMGCAT_SEARCH_FETCH_MAX) /
	(SPREAD_SAMPLES + 1);
	int64		behind;

	if (!sample_position(search, target, search->descending, end) ||
		!sample_position(search, target * 1.35, search->descending, &behind) ||
		*end < place)
		return false;
	*slack = Max(behind - *end, 0);
	for (int i = 1; i <= 2 * SPREAD_SAMPLES; i++)
	{
		bool		near = (i <= SPREAD_SAMPLES);
		double		at = near ? Max(i * apart, target * 1.35)
		: (i - SPREAD_SAMPLES - 1) * apart;
		int64		position;

		if (sample_position(search, at, near == search->descending, &position) &&
			position >= place && position < *end)
		{
			*end = position;
			*slack = (position - place) >> IMGCAT_BUCKET_FANOUT;
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
candidates_needed(const WindowSearch *search)
{
	double		share = (search->listed + search->find.share * SHARE_WEIGHT) /
	(search->fetched + SHARE_WEIGHT);
	double		needed = (search->rows - search->listed) * 1.25 / Max(share, 0.05);

	return Min(Max(needed, LEAST_TARGET), search->limit * 0.7);
}

/*
 * List the images window by window, until the page is full or all are seen;
 * false: windows do not lead there, and what is left is behind search->next.
 * all: look at all times at once, first.
 */
static bool
list_by_windows(WindowSearch *search, bool all)
{
	int64		width;
	int64		slack = PG_INT64_MAX;
	int			samples = 0;	/* one after the other */

	width = (int64) (candidates_needed(search) / Max(search->find.expected, 1) *
					 all_buckets(search));
	for (int probes = 0; probes < MAX_PROBES; probes++)
	{
		int64		place = search->begun ? search->next : search->start;
		double		target = candidates_needed(search);
		ImgcatMarker rest;
		int64		from = place;
		int64		to;
		int64		candidates;
		int64		limit = search->limit;

		/* another probe costs as much as some more images; a bucket is a bucket */
		if (all)
			limit += limit / 4;
		else if (slack == 0)
			limit *= 2;
		to = all ? search->last : window_end(search, width, slack, &from);
		slack = PG_INT64_MAX;
		candidates = probe_window(search, all, from, to);
		elog(DEBUG2, "window of " INT64_FORMAT " stretches, %s: " INT64_FORMAT " candidates",
			 to - place + 1, all ? "all" : "from the place reached", candidates);
		width = to - place + 1;

		if (candidates > limit &&
			!(width == 1 && candidates <= IMGCAT_SEARCH_FETCH_MAX))
		{
			double		span = all ? all_buckets(search) : to - from + 1;
			int64		end;
			bool		sampled;

			if (width == 1)
				return false;
			sampled = samples++ < MAX_SAMPLES &&
				sample_end(search, target, candidates, &end, &slack) && end < to;
			if (sampled)
				width = end - place + 1;
			else
			{
				slack = PG_INT64_MAX;
				width = (int64) Min(span * (target / candidates),
									(to - place + 1) / 2);
			}

			/* of all, some or every one may lie before the place */
			search->has_ceiling = sampled || !all;
			search->ceiling = to;
			search->below_ceiling = candidates;
			all = false;
			continue;
		}

		if (candidates > 0)
		{
			if (search->begun)
				marker_of_rest(search, &rest);
			list_candidates(search, search->begun ? &rest : search->marker);
			search->fetched += candidates;
		}
		if (search->full || all || to >= search->last)
			return true;
		search->begun = true;
		search->next = to + 1;
		if (search->fetched > MAX_LIMITS * search->limit)
			return false;
		samples = 0;
		search->below_ceiling -= candidates;
		if (search->has_ceiling && (search->ceiling < search->next ||
									search->below_ceiling <= search->limit))
			search->has_ceiling = false;
		if (candidates == 0 && search->has_ceiling)
			width = (search->ceiling - search->next + 1) / 2;
		else if (candidates == 0 && probes == 0 &&
				 search->find.rarest < LOOK_AT_ALL)
			all = true;			/* they must be somewhere else */
		else
			width = width_after_few(width, candidates, candidates_needed(search));
	}
	return false;
}

/*
 * Are all images that have the facets so few that they are looked at at once?
 * Statistics do not know how many are in a set that is rarer than what they
 * keep, so these are counted.
 */
static bool
is_small(WindowSearch *search)
{
	ImgcatSearchSets *find = &search->find;
	double		found;

	if (find->expected < search->limit / 2 || (find->uncommon && find->nsets == 1))
		return true;
	if (!find->uncommon)
		return false;
	found = imgcat_search_probe(search->scan, find->sets, 1);
	find->expected *= found / Max(find->rarest, 1);
	find->rarest = found;
	return found <= FEW_IN_SET || find->expected < search->limit / 2;
}

/*
 * List images with facets into the page, at most rows of them.
 *
 * True: that is all.  False: the request is not of the kind, or windows do
 * not lead to its rows; the caller lists what is left, after *rest if
 * *has_rest is set, by other means.  The caller is connected to SPI.
 */
bool
imgcat_list_windows(const ImgcatListRequest *request, const ImgcatCaller *caller,
					const ImgcatMarker *marker, int64 rows, DestReceiver *page,
					ImgcatMarker *rest, bool *has_rest)
{
	WindowSearch search = {0};
	ImgcatStatement unused;
	ImgcatScope scope;
	bool		small;
	bool		done;

	if (!may_search(request))
		return false;
	search.request = request;
	search.caller = caller;
	search.marker = marker;
	search.page = page;
	search.rows = rows;
	search.descending = request->sort.keys[0].descending;
	search.limit = 4 * Max(rows, 32);

	imgcat_statement_begin(&unused);
	search.offers = count_offers(caller);
	search_scope(&search, &scope, &unused);
	if (scope.narms == 0)
		return true;
	imgcat_search_sets(&search.find, request, &scope);

	search.scan = imgcat_search_open();
	if (search.scan == NULL)
		return false;
	small = is_small(&search);
	register_candidates(&search);
	if (imgcat_sorts_by_creation(&request->sort))
		done = !find_bounds(&search) || list_by_windows(&search, small);
	else
	{
		/* no windows in this order: all of them, or none */
		done = small &&
			probe_window(&search, true, 0, 0) <= IMGCAT_SEARCH_FETCH_MAX;
		if (done)
			list_candidates(&search, marker);
	}
	imgcat_search_close(search.scan);

	*has_rest = !done && search.begun;
	if (*has_rest)
		marker_of_rest(&search, rest);
	return done;
}
