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
 * window (image/search_element.c); only images that it finds are fetched.
 * Each probe stops at a limit: a window with more images than that is tried
 * again with an eighth of its width.  One with few is followed by a wider
 * one.  The width that a page needs is estimated from statistics, and then
 * from what was found.  Behind a long stretch without any image, where the
 * next begin is searched by halves, with probes that stop after a few.  So
 * bad estimates cost some probes, not a scan.
 *
 * All windows of a page are read under one snapshot.
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
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* So many probes, or limits' worth of images, and the planner may try. */
#define MAX_PROBES 40
#define MAX_LIMITS 12

/* Most stretches of the widest kind in a window. */
#define MAX_WIDEST 32

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
	bool		descending;
	int64		page_limit;		/* of images fetched for a page */
	int64		few_limit;		/* where a probe asks where images begin */
	int64		limit;			/* of the next probe */

	/* elements asked for: all of the first, any of the second unless none */
	Datum	   *required;
	int			nrequired;
	Datum	   *scope;
	int			nscope;

	int64		start;			/* position where the listing begins */
	int64		last;			/* position of the last image */
	bool		no_offers;		/* nothing is shared with the caller */

	bool		begun;			/* positions before next are done */
	int64		next;
	bool		has_ceiling;	/* a window to there had too many images */
	int64		ceiling;
} WindowSearch;

/* Takes the rows of one probe. */
typedef struct ProbeReceiver
{
	DestReceiver pub;			/* must be first */
	DestReceiver *page;
	int64		limit;
	int64		candidates;
	int64		listed;
	bool		full;			/* the page takes no more */
} ProbeReceiver;

/*
 * Take one image of a probe: behind its columns stand whether the request
 * lists it, and how many images the probe found.
 */
static bool
probe_receive(TupleTableSlot *slot, DestReceiver *self)
{
	ProbeReceiver *probe = (ProbeReceiver *) self;
	bool		isnull;

	probe->candidates =
		DatumGetInt64(slot_getattr(slot, IMGCAT_NUM_COLS + 2, &isnull));
	if (probe->candidates >= probe->limit)
		return false;
	if (!DatumGetBool(slot_getattr(slot, IMGCAT_NUM_COLS + 1, &isnull)))
		return true;
	probe->listed++;
	probe->full = !probe->page->receiveSlot(slot, probe->page);
	return !probe->full;
}

/*
 * May the request be searched in windows?  Its order must be that of time,
 * and what it asks beside facets must not leave but a handful of the images
 * that have them.
 */
static bool
may_search(const ImgcatListRequest *request)
{
	bool		has_facet = false;

	if (request->hidden || request->dead ||
		!imgcat_sorts_by_creation(&request->sort))
		return false;
	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];

		switch (condition->kind)
		{
			case IMGCAT_COND_FACET:
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
 * Is anything shared with the caller, whatever it answered?  With most
 * projects nothing is, and shared images need not be looked at.
 */
static bool
has_offers(const ImgcatCaller *caller)
{
	ImgcatStatement statement;
	DestReceiver receiver = *None_Receiver;

	receiver.mydest = DestTuplestore;	/* SPI takes DestNone for no rows */
	imgcat_statement_begin(&statement);
	appendStringInfo(&statement.sql,
					 "SELECT m.member_id FROM image_catalog.offers m"
					 " WHERE m.member_id = $%d AND NOT m.os_hidden LIMIT 1",
					 imgcat_statement_parameter(&statement, TEXTOID,
												CStringGetTextDatum(caller->project_id)));
	imgcat_statement_execute(&statement, 1, &receiver);
	return SPI_processed > 0;
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
	scope->probe_members = true;
	for (int i = 0; i < scope->narms; i++)
		if (scope->arms[i].kind != IMGCAT_ARM_MEMBER || !search->no_offers)
			scope->arms[narms++] = scope->arms[i];
	scope->narms = narms;
}

/*
 * Collect the elements: facets, and whose images are looked at.  Of an
 * administrator's private images, nine in ten, the index need not be asked.
 */
static void
collect_elements(WindowSearch *search, const ImgcatScope *scope)
{
	const ImgcatListRequest *request = search->request;
	bool		one_visibility = true;
	bool		owned = false;

	search->required = palloc(sizeof(Datum) * (request->nconditions + 2));
	for (int i = 0; i < request->nconditions; i++)
		if (request->conditions[i].kind == IMGCAT_COND_FACET)
			search->required[search->nrequired++] = request->conditions[i].value;

	if (request->owner != NULL)
		search->required[search->nrequired++] =
			PointerGetDatum(imgcat_element_of_owner(request->owner));
	for (int i = 1; i < scope->narms; i++)
		if (strcmp(scope->arms[i].visibility, scope->arms[0].visibility) != 0)
			one_visibility = false;
	if (one_visibility)
		search->required[search->nrequired++] =
			PointerGetDatum(imgcat_element_of_visibility(scope->arms[0].visibility));

	search->scope = palloc(sizeof(Datum) * IMGCAT_MAX_ARMS);
	for (int i = 0; i < scope->narms; i++)
	{
		const ImgcatArm *arm = &scope->arms[i];
		text	   *element;

		if (arm->kind == IMGCAT_ARM_OWN)
		{
			if (owned)
				continue;
			owned = true;
			element = imgcat_element_of_owner(search->caller->project_id);
		}
		else if (one_visibility || strcmp(arm->visibility, "private") == 0)
		{
			search->nscope = 0;
			return;
		}
		else
			element = imgcat_element_of_visibility(arm->visibility);
		search->scope[search->nscope++] = PointerGetDatum(element);
	}
	if (owned && request->owner != NULL)
		search->nscope = 0;		/* the caller's own images: required already */
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
 * The number of images that have the elements, as statistics have it.
 */
static double
estimate_candidates(const WindowSearch *search)
{
	double	   *frequencies = palloc(sizeof(double) *
									 Max(search->nrequired, search->nscope));
	double		scope = 0;
	double		candidates;

	candidates = imgcat_element_frequencies(search->scope, search->nscope,
											frequencies);
	for (int i = 0; i < search->nscope; i++)
		scope += frequencies[i];
	if (search->nscope > 0)
		candidates *= Min(scope, 1);

	(void) imgcat_element_frequencies(search->required, search->nrequired, frequencies);
	for (int i = 0; i < search->nrequired; i++)
		candidates *= frequencies[i];
	pfree(frequencies);
	return candidates;
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
 * An array of elements as a parameter.
 */
static int
element_parameter(ImgcatStatement *statement, Datum *elements, int nelements)
{
	ArrayType  *array = construct_array(elements, nelements, TEXTOID, -1,
										false, TYPALIGN_INT);

	return imgcat_statement_parameter(statement, TEXTARRAYOID,
									  PointerGetDatum(array));
}

/*
 * The elements of a window: the fewest nested buckets that make it up.
 */
static int
window_parameter(const WindowSearch *search, ImgcatStatement *statement,
				 int64 from, int64 to)
{
	Datum	   *elements = palloc(sizeof(Datum) *
								  (2 * IMGCAT_BUCKET_LEVELS * (1 << IMGCAT_BUCKET_FANOUT)
								   + MAX_WIDEST));
	int			nelements = 0;

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
		elements[nelements++] = PointerGetDatum(imgcat_element_of_bucket(level, bucket));
		from += width;
	}
	return element_parameter(statement, elements, nelements);
}

/*
 * Probe a window, or all times: hand the rows that the request lists to the
 * page, unless there are too many to tell.
 *
 * What decides whether an image is listed is a column, not a condition, so
 * that the limit counts every image that is fetched; and it is asked only
 * when the window is not too wide.
 */
static void
probe_window(const WindowSearch *search, bool everything, int64 from, int64 to,
			 ProbeReceiver *probe)
{
	const ImgcatSortSpec *sort = &search->request->sort;
	ImgcatStatement statement;
	StringInfo	sql = &statement.sql;
	ImgcatScope scope;
	StringInfoData where;

	imgcat_statement_begin(&statement);
	statement.bitmap = true;
	search_scope(search, &scope, &statement);

	appendStringInfo(sql, "SELECT " IMGCAT_IMAGE_COLUMNS
					 ", COALESCE(i.candidates < " INT64_FORMAT " AND ",
					 search->limit);
	imgcat_append_listable(sql, search->request);
	if (search->marker != NULL)
	{
		int			parameters[IMGCAT_SORT_KEYS_MAX + 2];

		for (int i = 0; i < imgcat_sort_length(sort); i++)
			parameters[i] = imgcat_statement_parameter(&statement,
													   imgcat_sort_type(sort, i),
													   search->marker->values[i]);
		imgcat_append_keyset(sql, IMGCAT_SORT_IMAGE, sort, parameters);
	}
	initStringInfo(&where);
	imgcat_append_conditions(&statement, search->request, NULL, &where);
	imgcat_append_time_range(&statement, "i.created_at",
							 search->request->created_from,
							 search->request->created_before, &where);
	appendStringInfo(sql, "%s AND ", where.data);
	imgcat_append_scope_predicate(sql, &scope);

	appendStringInfo(sql, ", false), i.candidates"
					 " FROM (SELECT i.*, count(*) OVER () AS candidates"
					 " FROM (SELECT " IMGCAT_IMAGE_COLUMNS ", i.facets"
					 " FROM image_catalog.images i WHERE " IMGCAT_SEARCH " @> $%d",
					 element_parameter(&statement, search->required, search->nrequired));
	if (search->nscope > 0)
		appendStringInfo(sql, " AND " IMGCAT_SEARCH " && $%d",
						 element_parameter(&statement, search->scope, search->nscope));
	if (!everything)
		appendStringInfo(sql, " AND " IMGCAT_SEARCH " && $%d",
						 window_parameter(search, &statement, from, to));
	appendStringInfo(sql, " LIMIT " INT64_FORMAT ") i) i", search->limit);
	imgcat_append_order(sql, IMGCAT_SORT_IMAGE, sort);

	probe->limit = search->limit;
	probe->candidates = 0;
	probe->listed = 0;
	imgcat_statement_execute(&statement, 0, &probe->pub);
}

/*
 * The end of the next window of about this width, from the place reached.
 * It is rounded to where wide buckets end, so that the window after it is
 * made up of few.
 */
static int64
window_end(const WindowSearch *search, int64 width, int64 *from)
{
	int64		anchor = search->begun ? search->next : search->start;
	int64		size = 1;
	int			level = 0;
	int64		begin;
	int64		end;

	while (level < IMGCAT_BUCKET_LEVELS - 1 &&
		   (size << IMGCAT_BUCKET_FANOUT) <= width)
	{
		size <<= IMGCAT_BUCKET_FANOUT;
		level++;
	}
	begin = imgcat_bucket_parent(anchor, level) * size;
	end = begin + size - 1;
	for (int i = 1; i < MAX_WIDEST && end < search->last &&
		 (end - anchor + 1) * 2 < width; i++)
		end += size;

	/* before the first window nothing is done, so it may begin early */
	*from = search->begun ? search->next : begin;
	return end;
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
 * The width of the window after one that was too wide, too narrow or right,
 * and the limit of its probe.  density: images found in a bucket of the last
 * window; share: of the images found those that are listed.
 */
static int64
next_width(WindowSearch *search, int64 width, bool too_wide,
		   double density, double share, int64 missing)
{
	int64		place = search->begun ? search->next : search->start;
	double		wanted = missing * 1.5 / Max(share, 0.05);
	bool		edge = (search->limit == search->few_limit &&
						search->has_ceiling);

	search->limit = search->page_limit;
	if (search->has_ceiling && search->ceiling < place)
		search->has_ceiling = false;

	if (density <= 0 && search->has_ceiling)
	{
		search->limit = search->few_limit;
		return (search->ceiling - place + 1) / 2;
	}
	if (too_wide)
		return width >> IMGCAT_BUCKET_FANOUT;
	if (density <= 0)
	{
		search->limit = search->few_limit;
		return width << (2 * IMGCAT_BUCKET_FANOUT);
	}
	if (edge)
		return width / 4;		/* here they begin, and get denser */

	wanted = Max(wanted, search->limit / 8.0);
	wanted = Min(wanted, search->limit * 0.6);
	wanted /= density;
	wanted = Max(wanted, width >> IMGCAT_BUCKET_FANOUT);
	wanted = Min(wanted, width << (2 * IMGCAT_BUCKET_FANOUT));
	return (int64) wanted;
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
	ProbeReceiver probe = {0};
	ImgcatStatement unused;
	ImgcatScope scope;
	bool		everything;
	double		expected;
	int64		width;
	double		density = 0;
	int64		candidates = 0; /* in windows done */
	int64		listed = 0;
	int64		fetched = 0;	/* in all windows */

	if (!may_search(request))
		return false;
	search.request = request;
	search.caller = caller;
	search.marker = marker;
	search.descending = request->sort.keys[0].descending;
	search.page_limit = 3 * imgcat_planned_rows(rows);
	search.few_limit = search.page_limit / 3;
	search.limit = search.page_limit;

	imgcat_statement_begin(&unused);
	search.no_offers = !caller->is_admin && caller->project_id != NULL &&
		!has_offers(caller);
	search_scope(&search, &scope, &unused);
	if (scope.narms == 0)
		return true;
	collect_elements(&search, &scope);
	expected = estimate_candidates(&search);
	if (!find_bounds(&search))
		return true;

	probe.pub = *None_Receiver;
	probe.pub.receiveSlot = probe_receive;
	probe.pub.mydest = DestTuplestore;
	probe.page = page;
	everything = expected < search.limit / 2;
	width = (int64) (search.limit * 0.65 / Max(expected, 1) * all_buckets(&search));

	for (int probes = 0; probes < MAX_PROBES; probes++)
	{
		int64		from;
		int64		to;
		int64		begin;
		bool		too_wide;

		width = Max(width, 1);
		width = Min(width, search.last - search.start + 1);
		to = window_end(&search, width, &from);
		begin = search.begun ? from : search.start;
		probe_window(&search, everything, from, to, &probe);
		fetched += probe.candidates;
		too_wide = (probe.candidates >= search.limit);
		if (too_wide)
		{
			if (fetched > MAX_LIMITS * search.page_limit)
				break;
			if (everything)
				to = search.last;
			else if (begin == to)
			{
				/* no narrower window: all of its images, or none */
				if (search.limit == search.page_limit)
					break;
				search.limit = search.page_limit;
				continue;
			}
			search.has_ceiling = true;
			search.ceiling = to;
		}
		else
		{
			if (probe.full || everything || to >= search.last)
				return true;
			search.begun = true;
			search.next = to + 1;
			candidates += probe.candidates;
			listed += probe.listed;
			density = (double) probe.candidates / (to - begin + 1);
		}
		width = to - begin + 1;
		everything = false;
		width = next_width(&search, width, too_wide, density,
						   candidates > 0 ? (double) listed / candidates : 1,
						   rows - listed);
	}

	*has_rest = search.begun;
	if (search.begun)
		marker_of_rest(&search, rest);
	return false;
}
