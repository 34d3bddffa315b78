/*-------------------------------------------------------------------------
 *
 * search_index.c
 *		The search index: its keys for a request, and the images it finds.
 *
 * A request's facets, and what the caller may list, are sets of GIN keys
 * (image/gin_key.c).  A probe intersects such sets in the index and says how
 * many images there are before any is fetched: whoever looks for a page can
 * try another range of time for the price of index pages, which an executor's
 * plan cannot tell.  The scan is the index's own, under the active snapshot;
 * what it finds are candidates, which are checked against the request.
 *
 * The sets go to the index one by one, not as one condition, so that it leaps
 * from one to the next: an image that the first set does not have is looked
 * up in no other.  The caller puts the smallest set first.
 *
 * src/listing/search_index.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "bitmap_iterator.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "image/gin_key.h"
#include "index_lookup.h"
#include "listing/list_plan.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"

/* && of array_ops (ginarrayproc.c) */
#define OVERLAP_STRATEGY 1

/*
 * Memory of a probe's bitmap: two hundred thousand pages with rows.  Beyond it
 * forgets rows, and keeps their pages.
 */
#define BITMAP_BYTES ((Size) 16 * 1024 * 1024)

/* rows that are looked at for a sample, if some are dead */
#define SAMPLE_TRIES 8

struct ImgcatSearchProbe
{
	ImgcatTable *table;
	Relation	index;
	MemoryContext context;		/* lives as long as the last probe */

	/* of the last probe, in the order of the table: all, or some at the ends */
	int64		nfound;
	int64		nnoted;
	bool		exact;			/* no row was forgotten */
	ItemPointerData *first;
	ItemPointerData *last;
};

/*
 * The owners and visibilities whose images are looked at; returns their
 * number.  None: those of everybody, because private images are among them,
 * nine in ten of all.
 */
int
imgcat_scope_keys(const ImgcatScope *scope, int64 *keys)
{
	int			nkeys = 0;

	for (int i = 0; i < scope->nbranches; i++)
	{
		const ImgcatScopeBranch *branch = &scope->branches[i];
		int64		key;
		bool		repeated = false;

		if (branch->kind == IMGCAT_SCOPE_OWN)
			key = imgcat_gin_key_of_owner(scope->caller->project_id);
		else if (strcmp(branch->visibility, "private") == 0)
			return 0;
		else
			key = imgcat_gin_key_of_visibility(branch->visibility);
		for (int j = 0; j < nkeys; j++)
			repeated |= keys[j] == key;
		if (!repeated)
			keys[nkeys++] = key;
	}
	return nkeys;
}

/*
 * The set of the images that have any facet of a condition: GIN keys of each
 * facet with each of some scopes, or if there are none, alone.  Statistics, if
 * given, tell how frequent they are.
 */
ImgcatKeySet
imgcat_facet_set(const ImgcatCondition *condition, const int64 *scopes, int nscopes,
				 const ImgcatStatistics *statistics)
{
	ImgcatKeySet set = {0};

	set.keys = palloc(sizeof(int64) * condition->ntexts * Max(nscopes, 1));
	for (int i = 0; i < condition->ntexts; i++)
	{
		int64		facet = imgcat_gin_key_of_facet(DatumGetTextPP(condition->texts[i]));

		for (int j = 0; j < Max(nscopes, 1); j++)
		{
			double		frequency = 0;

			set.keys[set.nkeys++] = nscopes == 0 ? facet
				: imgcat_gin_key_of_scoped_facet(scopes[j], facet);
			if (statistics != NULL)
				set.known |= nscopes == 0
					? imgcat_key_frequency(statistics, facet, &frequency)
					: imgcat_scoped_frequency(statistics, scopes[j], facet, &frequency);
			set.frequency += frequency;
		}
	}
	set.frequency = Min(set.frequency, 1);
	return set;
}

/*
 * The keys of a set as an int8[].
 */
Datum
imgcat_key_array(const ImgcatKeySet *set)
{
	Datum	   *keys = palloc(sizeof(Datum) * Max(set->nkeys, 1));

	for (int i = 0; i < set->nkeys; i++)
		keys[i] = Int64GetDatum(set->keys[i]);
	return PointerGetDatum(construct_array(keys, set->nkeys, INT8OID, 8,
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * Add the set of the images that a facet condition finds of some scopes or, if
 * there are none, of everybody, where it belongs: the smallest set is the first.
 * Returns how frequent they are, and notes if statistics know none of them.
 */
static double
add_set(ImgcatSearchKeys *result, const ImgcatStatistics *statistics,
		const ImgcatCondition *condition, const int64 *scopes, int nscopes,
		double rows)
{
	ImgcatKeySet set = imgcat_facet_set(condition, scopes, nscopes, statistics);
	int			at = result->nsets++;

	set.images = set.frequency * rows;
	result->uncommon |= !set.known;
	for (; at > 0 && result->sets[at - 1].images > set.images; at--)
		result->sets[at] = result->sets[at - 1];
	result->sets[at] = set;
	return set.frequency;
}

/*
 * Collect the sets, one or two for each facet condition, and estimate how
 * many images are in all of them.  There is room for one set more.
 */
void
imgcat_search_keys(ImgcatSearchKeys *result, const ImgcatTable *images,
				   const ImgcatListRequest *request, const ImgcatScope *scope)
{
	ImgcatStatistics statistics;
	double		rows = imgcat_number_of_rows(images);
	int64		scopes[IMGCAT_SCOPE_MAX];
	int			nscopes = imgcat_scope_keys(scope, scopes);
	const char *project = scope->caller->project_id;
	const char *owner = request->owner;
	bool		own = owner != NULL && project != NULL && strcmp(owner, project) == 0;
	int64		owner_key = owner != NULL ? imgcat_gin_key_of_owner(owner) : 0;
	double		visible = nscopes > 0 ? 0 : 1;
	double		frequency;

	memset(result, 0, sizeof(*result));
	result->sets = palloc(sizeof(ImgcatKeySet) * (2 * request->nconditions + 1));
	result->share = 1;
	imgcat_key_statistics_begin(&statistics);
	for (int i = 0; i < nscopes; i++)
	{
		(void) imgcat_key_frequency(&statistics, scopes[i], &frequency);
		visible += frequency;
	}
	if (nscopes > 0 && imgcat_scope_has(scope, IMGCAT_SCOPE_MEMBER))
	{
		/* of those that anybody shares with anybody it lists next to none */
		(void) imgcat_key_frequency(&statistics, imgcat_gin_key_of_visibility("shared"),
									&frequency);
		result->share = Max(0.05, 1 - frequency / Max(visible, 1e-9));
	}
	if (owner != NULL)
	{
		(void) imgcat_key_frequency(&statistics, owner_key, &frequency);
		visible = Min(visible, frequency);
	}
	visible = Min(visible, 1);
	result->expected = rows * visible;
	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];

		if (condition->kind != IMGCAT_COND_FACET)
			continue;
		frequency = 1;
		if (owner != NULL)
			frequency = add_set(result, &statistics, condition, &owner_key, 1, rows);
		if (owner == NULL || (!own && nscopes > 0))
		{
			double		scoped = add_set(result, &statistics, condition, scopes, nscopes, rows);

			frequency = Min(frequency, scoped);
		}
		result->expected *= Min(frequency / Max(visible, 1e-9), 1);
	}
	imgcat_statistics_end(&statistics);
}

/*
 * Open the search index of images; NULL if there is none that can be used.
 */
ImgcatSearchProbe *
imgcat_search_open(ImgcatTable *table)
{
	Relation	index = imgcat_table_index(table, "images", "search");
	ImgcatSearchProbe *probe;

	if (index == NULL)
		return NULL;
	probe = palloc0(sizeof(ImgcatSearchProbe));
	probe->table = table;
	probe->index = index;
	probe->context = AllocSetContextCreate(CurrentMemoryContext,
										   "image search probe",
										   ALLOCSET_DEFAULT_SIZES);
	return probe;
}

/*
 * Note the row numbers of what was found: all of a few, of many those at the
 * ends, at most so many.
 */
static void
note_tids(ImgcatSearchProbe *probe, TIDBitmap *bitmap, int64 most)
{
	int64		at = 0;
	int64		nnoted = Min(probe->nfound, most);
	ImgcatBitmapIterator iterator;
	BlockNumber block;
	OffsetNumber offsets[MaxHeapTuplesPerPage];
	int			noffsets;

	probe->nnoted = nnoted;
	probe->first = palloc(sizeof(ItemPointerData) * Max(nnoted, 1));
	probe->last = nnoted == probe->nfound ? probe->first
		: palloc(sizeof(ItemPointerData) * nnoted);
	probe->exact = true;
	imgcat_bitmap_begin(&iterator, bitmap);
	while (imgcat_bitmap_next(&iterator, &block, offsets, &noffsets))
	{
		if (noffsets < 0)
		{
			probe->exact = false;
			break;
		}
		for (int i = 0; i < noffsets; i++, at++)
		{
			/* as many were counted; never write beyond, whatever comes */
			if (at < nnoted)
				ItemPointerSet(&probe->first[at], block, offsets[i]);
			if (at >= probe->nfound - nnoted && at < probe->nfound)
				ItemPointerSet(&probe->last[at - (probe->nfound - nnoted)],
							   block, offsets[i]);
		}
	}
	imgcat_bitmap_end(&iterator);
	if (at != probe->nfound)
		probe->exact = false;
}

/*
 * Run the scan, and note at most so many of what it finds.
 */
static void
run_probe(ImgcatSearchProbe *probe, const ImgcatKeySet *sets, int nsets,
		  int64 most)
{
	MemoryContext previous;
	ScanKey		keys;
	IndexScanDesc scan;
	TIDBitmap  *bitmap;

	MemoryContextReset(probe->context);
	previous = MemoryContextSwitchTo(probe->context);
	keys = palloc(sizeof(ScanKeyData) * nsets);
	for (int i = 0; i < nsets; i++)
		ScanKeyInit(&keys[i], 1, OVERLAP_STRATEGY, F_ARRAYOVERLAP,
					imgcat_key_array(&sets[i]));
	scan = imgcat_index_beginscan_bitmap(probe->index, probe->table->snapshot, nsets);
	index_rescan(scan, keys, nsets, NULL, 0);
	bitmap = tbm_create(BITMAP_BYTES, NULL);
	probe->nfound = index_getbitmap(scan, bitmap);
	index_endscan(scan);
	note_tids(probe, bitmap, most);
	tbm_free(bitmap);
	MemoryContextSwitchTo(previous);
}

/*
 * Find the images that are in all of the sets, and return how many there are.
 * Dead rows count until they are vacuumed.  PG_INT64_MAX stands for a few that
 * cannot be fetched, because the index gave pages for rows.
 */
int64
imgcat_search_probe(ImgcatSearchProbe *probe, const ImgcatKeySet *sets, int nsets)
{
	CHECK_FOR_INTERRUPTS();
	run_probe(probe, sets, nsets, IMGCAT_SEARCH_FETCH_MAX);
	if (!probe->exact && probe->nfound <= IMGCAT_SEARCH_FETCH_MAX)
		return PG_INT64_MAX;
	return probe->nfound;
}

/*
 * Keep the row numbers that the last probe found, too.  Both are sorted.
 */
static void
intersect(const ImgcatSearchProbe *probe, ImgcatTidFilter *filter)
{
	ItemPointerData *tids = unconstify(ItemPointerData *, filter->tids);
	int64		kept = 0;
	int64		at = 0;

	for (int64 i = 0; i < filter->ntids; i++)
	{
		while (at < probe->nfound &&
			   ItemPointerCompare(&probe->first[at], &tids[i]) < 0)
			at++;
		if (at < probe->nfound && ItemPointerEquals(&probe->first[at], &tids[i]))
			tids[kept++] = tids[i];
	}
	filter->ntids = kept;
}

/*
 * The row numbers of all images of some sets; of a filter that has some, those
 * that are in both.  False: they are more than so many, or the index did not
 * give rows; the filter stays as it was.
 *
 * Of all times, sets are best read one by one: each is a run of pages, while
 * leaping between two long ones descends to a page for each leap.
 */
bool
imgcat_search_tids(ImgcatSearchProbe *probe, const ImgcatKeySet *sets, int nsets,
				   int64 most, ImgcatTidFilter *filter)
{
	ItemPointerData *tids;

	CHECK_FOR_INTERRUPTS();
	run_probe(probe, sets, nsets, most);
	if (!probe->exact || probe->nfound > most)
		return false;
	if (filter->tids != NULL)
	{
		intersect(probe, filter);
		return true;
	}
	tids = palloc(sizeof(ItemPointerData) * Max(probe->nfound, 1));
	memcpy(tids, probe->first, sizeof(ItemPointerData) * probe->nfound);
	filter->ntids = probe->nfound;
	filter->tids = tids;
	return true;
}

/*
 * qsort() and bsearch() comparator of identifiers.
 */
static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, UUID_LEN);
}

/*
 * The identifiers of all images of a set.  False: they are more than so many,
 * or the index did not give rows; the filter stays as it was.
 */
bool
imgcat_search_ids(ImgcatSearchProbe *probe, const ImgcatKeySet *set, int64 most,
				  ImgcatIdFilter *filter)
{
	ImgcatTidFilter tids = {0};
	pg_uuid_t  *ids;

	if (!imgcat_search_tids(probe, set, 1, most, &tids))
		return false;
	ids = palloc(sizeof(pg_uuid_t) * Max(tids.ntids, 1));
	filter->nids = 0;
	for (int64 i = 0; i < tids.ntids; i++)
	{
		ImgcatEntry entry = {.tid = tids.tids[i]};

		if (imgcat_read_row(probe->table, &entry))
			ids[filter->nids++] = entry.id;
	}
	qsort(ids, filter->nids, sizeof(pg_uuid_t), compare_ids);
	filter->ids = ids;
	return true;
}

/*
 * The row numbers that the last probe found, at most IMGCAT_SEARCH_FETCH_MAX.
 * They live until the next probe.
 */
const ItemPointerData *
imgcat_search_found(const ImgcatSearchProbe *probe)
{
	if (probe->nnoted < probe->nfound || !probe->exact)
		elog(ERROR, "too many images were found to fetch them");
	return probe->first;
}

/*
 * bsearch() comparator of row numbers.
 */
static int
compare_tids(const void *a, const void *b)
{
	return ItemPointerCompare(unconstify(ItemPointerData *, (const ItemPointerData *) a),
							  unconstify(ItemPointerData *, (const ItemPointerData *) b));
}

/*
 * Is a row number among those that have the facets?
 */
static bool
is_among(const ImgcatTidFilter *tids, const ItemPointerData *tid)
{
	return tids->ntids > 0 &&
		bsearch(tid, tids->tids, tids->ntids, sizeof(ItemPointerData),
				compare_tids) != NULL;
}

/*
 * Has the entry the facets asked for, as far as that is known?
 */
bool
imgcat_has_facets(const ImgcatBranch *branch, const ImgcatEntry *entry)
{
	IndexScanDesc id_scan;
	ItemPointer tid;

	if (branch->tids == NULL)
		return true;
	if (!entry->of_share)
		return is_among(branch->tids, &entry->tid);
	if (branch->ids != NULL)
		return branch->ids->nids > 0 &&
			bsearch(&entry->id, branch->ids->ids, branch->ids->nids,
					sizeof(pg_uuid_t), compare_ids) != NULL;

	/* of all that the index finds one may be the image that is shared */
	id_scan = imgcat_scan_for_id(branch->images, &entry->id);
	while ((tid = index_getnext_tid(id_scan, ForwardScanDirection)) != NULL)
		if (is_among(branch->tids, tid))
			return true;
	return false;
}

/*
 * When about the at-th image found was created, counted from one end of the
 * table.  False: no such row is noted, or can be seen.
 */
bool
imgcat_search_sample(ImgcatSearchProbe *probe, int64 at, bool from_end,
					 TimestampTz *created_at)
{
	if (!probe->exact)
		return false;
	for (int i = 0; i < SAMPLE_TRIES && at + i < probe->nnoted; i++)
	{
		ImgcatEntry entry = {0};

		entry.tid = from_end ? probe->last[probe->nnoted - 1 - (at + i)]
			: probe->first[at + i];
		if (!imgcat_read_row(probe->table, &entry))
			continue;
		*created_at = entry.numbers[IMGCAT_ENTRY_CREATED_AT];
		return true;
	}
	return false;
}

/*
 * Forget the last probe.  The index stays open.
 */
void
imgcat_search_close(ImgcatSearchProbe *probe)
{
	MemoryContextDelete(probe->context);
	pfree(probe);
}
