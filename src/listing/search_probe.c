/*-------------------------------------------------------------------------
 *
 * search_probe.c
 *		Images that the search index finds.
 *
 * A probe intersects sets of images in the index and says how many there are
 * before any is fetched: whoever looks for a page can try another range of
 * time for the price of index pages, which an executor's plan cannot tell.
 * The scan is the index's own, under the active snapshot; what it finds are
 * candidates, which are checked against the request.
 *
 * The sets go to the index one by one, not as one condition, so that it leaps
 * from one to the next: an image that the first set does not have is looked
 * up in no other.  The caller puts the smallest set first.
 *
 * src/listing/search_probe.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "index_lookup.h"
#include "listing/bitmap_iterator.h"
#include "listing/search_probe.h"
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
	{
		Datum	   *elements = palloc(sizeof(Datum) * sets[i].nkeys);
		ArrayType  *array;

		for (int j = 0; j < sets[i].nkeys; j++)
			elements[j] = Int64GetDatum(sets[i].keys[j]);
		array = construct_array(elements, sets[i].nkeys, INT8OID, 8,
								FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
		ScanKeyInit(&keys[i], 1, OVERLAP_STRATEGY, F_ARRAYOVERLAP,
					PointerGetDatum(array));
	}
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
		*created_at = entry.created_at;
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
