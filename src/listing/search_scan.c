/*-------------------------------------------------------------------------
 *
 * search_scan.c
 *		Images that the search index finds.
 *
 * A probe intersects sets of images in the index and says how many there are
 * before any is fetched: whoever looks for a page can try another stretch of
 * time for the price of index pages, which an executor's plan cannot tell.
 * The scan is the index's own, under the active snapshot; what it finds are
 * candidates, which the caller checks against the request.
 *
 * The sets go to the index one by one, not as one condition, so that it leaps
 * from one to the next: an image that the first set does not have is looked
 * up in no other.  The caller puts the smallest set first.
 *
 * src/listing/search_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/tuptable.h"
#include "listing/bitmap_iterator.h"
#include "listing/search_scan.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* && of array_ops (ginarrayproc.c) */
#define OVERLAP_STRATEGY 1

/*
 * Memory of a probe's bitmap: two hundred thousand pages with rows.  Beyond it
 * forgets rows, and keeps their pages.
 */
#define BITMAP_BYTES ((Size) 16 * 1024 * 1024)

/* rows that are looked at for a sample, if some are dead */
#define SAMPLE_TRIES 8

struct ImgcatSearchScan
{
	Relation	table;
	Relation	index;
	IndexFetchTableData *fetch;
	TupleTableSlot *slot;
	MemoryContext probe_context;	/* lives as long as the last probe */

	/* of the last probe, in the order of the table: all, or some at the ends */
	int64		nfound;
	bool		exact;			/* no row was forgotten */
	ItemPointerData *first;
	ItemPointerData *last;
};

/*
 * May the index be used under this snapshot?  As the planner decides it.
 */
static bool
is_usable(Relation index)
{
	if (!index->rd_index->indisvalid)
		return false;
	return !index->rd_index->indcheckxmin ||
		TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
							  TransactionXmin);
}

/*
 * Open the search index and its table; NULL if there is no usable index.
 */
ImgcatSearchScan *
imgcat_search_open(void)
{
	Oid			schema = get_namespace_oid("image_catalog", false);
	Oid			index_oid = get_relname_relid("images_search_idx", schema);
	ImgcatSearchScan *scan;
	Relation	table;
	Relation	index;

	if (!OidIsValid(index_oid))
		return NULL;
	table = table_open(get_relname_relid("images", schema), AccessShareLock);
	index = index_open(index_oid, AccessShareLock);
	if (!is_usable(index))
	{
		index_close(index, NoLock);
		table_close(table, NoLock);
		return NULL;
	}
	scan = palloc0(sizeof(ImgcatSearchScan));
	scan->table = table;
	scan->index = index;
	scan->fetch = table_index_fetch_begin(table);
	scan->slot = table_slot_create(table, NULL);
	scan->probe_context = AllocSetContextCreate(CurrentMemoryContext,
												"image search probe",
												ALLOCSET_DEFAULT_SIZES);
	return scan;
}

/*
 * The table whose rows a fetch gives.
 */
Oid
imgcat_search_table(const ImgcatSearchScan *scan)
{
	return RelationGetRelid(scan->table);
}

/*
 * Note the places of what was found: all of a few, of many those at the ends.
 */
static void
note_places(ImgcatSearchScan *scan, TIDBitmap *bitmap)
{
	int64		at = 0;
	int			nnoted = Min(scan->nfound, IMGCAT_SEARCH_FETCH_MAX);
	ImgcatBitmapIterator iterator;
	BlockNumber block;
	OffsetNumber offsets[MaxHeapTuplesPerPage];
	int			noffsets;

	scan->first = palloc(sizeof(ItemPointerData) * Max(nnoted, 1));
	scan->last = palloc(sizeof(ItemPointerData) * Max(nnoted, 1));
	scan->exact = true;
	imgcat_bitmap_begin(&iterator, bitmap);
	while (imgcat_bitmap_next(&iterator, &block, offsets, &noffsets))
	{
		if (noffsets < 0)
		{
			scan->exact = false;
			break;
		}
		for (int i = 0; i < noffsets; i++, at++)
		{
			/* as many were counted; never write beyond, whatever comes */
			if (at < nnoted)
				ItemPointerSet(&scan->first[at], block, offsets[i]);
			if (at >= scan->nfound - nnoted && at < scan->nfound)
				ItemPointerSet(&scan->last[at - (scan->nfound - nnoted)],
							   block, offsets[i]);
		}
	}
	imgcat_bitmap_end(&iterator);
	if (at != scan->nfound)
		scan->exact = false;
}

/*
 * Find the images that are in all of the sets, and return how many there are.
 * Dead rows count until they are vacuumed.  PG_INT64_MAX stands for a few that
 * cannot be fetched, because the index gave pages for rows.
 */
int64
imgcat_search_probe(ImgcatSearchScan *scan, const ImgcatElementSet *sets,
					int nsets)
{
	MemoryContext previous;
	ScanKey		keys;
	IndexScanDesc index_scan;
	TIDBitmap  *bitmap;

	MemoryContextReset(scan->probe_context);
	previous = MemoryContextSwitchTo(scan->probe_context);
	keys = palloc(sizeof(ScanKeyData) * nsets);
	for (int i = 0; i < nsets; i++)
	{
		Datum	   *elements = palloc(sizeof(Datum) * sets[i].nelements);
		ArrayType  *array;

		for (int j = 0; j < sets[i].nelements; j++)
			elements[j] = Int64GetDatum(sets[i].elements[j]);
		array = construct_array(elements, sets[i].nelements, INT8OID, 8,
								FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
		ScanKeyInit(&keys[i], 1, OVERLAP_STRATEGY, F_ARRAYOVERLAP,
					PointerGetDatum(array));
	}

	index_scan = imgcat_index_beginscan_bitmap(scan->index, GetActiveSnapshot(),
											   nsets);
	index_rescan(index_scan, keys, nsets, NULL, 0);
	bitmap = tbm_create(BITMAP_BYTES, NULL);
	scan->nfound = index_getbitmap(index_scan, bitmap);
	index_endscan(index_scan);
	note_places(scan, bitmap);
	tbm_free(bitmap);
	MemoryContextSwitchTo(previous);
	if (!scan->exact && scan->nfound <= IMGCAT_SEARCH_FETCH_MAX)
		return PG_INT64_MAX;
	return scan->nfound;
}

/*
 * Fetch a row; false if the snapshot does not see it.
 */
static bool
fetch_row(ImgcatSearchScan *scan, ItemPointer place)
{
	bool		call_again = false;
	bool		all_dead = false;

	return table_index_fetch_tuple(scan->fetch, place, GetActiveSnapshot(),
								   scan->slot, &call_again, &all_dead);
}

/*
 * The value of an attribute, passed by value and not null, of about the
 * at-th image found, counted from one end of the table.  False: no such row is
 * noted.
 */
bool
imgcat_search_sample(ImgcatSearchScan *scan, int64 at, bool from_end,
					 int attribute, Datum *value)
{
	int64		nnoted = Min(scan->nfound, IMGCAT_SEARCH_FETCH_MAX);

	if (!scan->exact)
		return false;
	for (int i = 0; i < SAMPLE_TRIES && at + i < nnoted; i++)
	{
		ItemPointer place = from_end ? &scan->last[nnoted - 1 - (at + i)]
			: &scan->first[at + i];
		bool		isnull;

		if (!fetch_row(scan, place))
			continue;
		*value = slot_getattr(scan->slot, attribute, &isnull);
		ExecClearTuple(scan->slot);
		return !isnull;
	}
	return false;
}

/*
 * Put the images of the last probe, of which there are at most
 * IMGCAT_SEARCH_FETCH_MAX, into the store, as far as the snapshot sees them.
 */
void
imgcat_search_fetch(ImgcatSearchScan *scan, Tuplestorestate *store)
{
	if (scan->nfound > IMGCAT_SEARCH_FETCH_MAX || !scan->exact)
		elog(ERROR, "too many images were found to fetch them");
	for (int i = 0; i < scan->nfound; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (fetch_row(scan, &scan->first[i]))
			tuplestore_puttupleslot(store, scan->slot);
	}
	ExecClearTuple(scan->slot);
}

/*
 * Close the index and the table.  The locks stay until the transaction ends.
 */
void
imgcat_search_close(ImgcatSearchScan *scan)
{
	table_index_fetch_end(scan->fetch);
	ExecDropSingleTupleTableSlot(scan->slot);
	index_close(scan->index, NoLock);
	table_close(scan->table, NoLock);
	MemoryContextDelete(scan->probe_context);
	pfree(scan);
}
