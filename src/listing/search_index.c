/*-------------------------------------------------------------------------
 *
 * search_index.c
 *		The search index: its keys for a request, and the images it finds.
 *
 * A request's facets, and what the caller may list, are sets of GIN keys
 * (image/gin_key.c).  A search intersects such sets in the index and gives the
 * row numbers of the images before any is fetched: whoever looks for a page can
 * try another range of time for the price of index pages, which an executor's
 * plan cannot tell.  The scan is the index's own, under the active snapshot;
 * what it finds are candidates, which are checked against the request.  Without
 * time buckets, it filters the entries of an ordered scan.
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
#include "catalog/pg_am_d.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "image/gin_key.h"
#include "image/image_fetch.h"
#include "listing/list_plan.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/fmgroids.h"

/* && of array_ops (ginarrayproc.c) */
#define OVERLAP_STRATEGY 1

/*
 * Memory of a search's bitmap: two hundred thousand pages with rows.  Beyond it
 * forgets rows, and keeps their pages.
 */
#define BITMAP_BYTES ((Size) 16 * 1024 * 1024)

/* a bitmap of more rows is not read: it forgot some of them */
#define BITMAP_ROWS INT64CONST(8000000)

/*
 * The search index; NULL: there is none that can be used.
 */
Relation
imgcat_search_index(ImgcatTable *images)
{
	Relation	index = imgcat_table_index(images, "images", "search");

	return index != NULL && index->rd_rel->relam == GIN_AM_OID &&
		TupleDescAttr(RelationGetDescr(index), 0)->atttypid == INT8OID ? index : NULL;
}

/*
 * The owners and visibilities whose images are looked at, and how frequent they
 * are if statistics are given.  No keys: the images of everybody, because private
 * ones are among them, nine in ten of all.
 */
ImgcatKeySet
imgcat_scope_set(const ImgcatScope *scope, const ImgcatStatistics *statistics)
{
	static const ImgcatKeySet everybody = {.frequency = 1};
	ImgcatKeySet set = {.keys = palloc(sizeof(int64) * IMGCAT_SCOPE_MAX)};

	for (int i = 0; i < scope->nbranches; i++)
	{
		const ImgcatScopeBranch *branch = &scope->branches[i];
		double		frequency = 0;
		int			at = 0;
		int64		key;

		if (branch->kind == IMGCAT_SCOPE_OWN)
			key = imgcat_gin_key_of_owner(scope->caller->project_id);
		else if (strcmp(branch->visibility, "private") == 0)
			return everybody;
		else
			key = imgcat_gin_key_of_visibility(branch->visibility);
		while (at < set.nkeys && set.keys[at] != key)
			at++;
		if (at < set.nkeys)
			continue;
		set.keys[set.nkeys++] = key;
		if (statistics != NULL)
			(void) imgcat_key_frequency(statistics, key, &frequency);
		set.frequency += frequency;
	}
	set.frequency = Min(set.frequency, 1);
	return set;
}

/*
 * The set of the images that have any facet of a condition: GIN keys of each
 * facet with each key of a scope, or if that is NULL or has none, alone.
 * Statistics, if given, tell how frequent they are.
 */
ImgcatKeySet
imgcat_facet_set(const ImgcatCondition *condition, const ImgcatKeySet *scope,
				 const ImgcatStatistics *statistics)
{
	ImgcatKeySet set = {0};
	int			nscopes = scope != NULL ? scope->nkeys : 0;

	set.keys = palloc(sizeof(int64) * condition->ntexts * Max(nscopes, 1));
	for (int i = 0; i < condition->ntexts; i++)
	{
		int64		facet = imgcat_gin_key_of_facet(DatumGetTextPP(condition->texts[i]));

		for (int j = 0; j < Max(nscopes, 1); j++)
		{
			double		frequency = 0;

			set.keys[set.nkeys++] = nscopes == 0 ? facet
				: imgcat_gin_key_of_scoped_facet(scope->keys[j], facet);
			if (statistics != NULL)
				set.known |= nscopes == 0
					? imgcat_key_frequency(statistics, facet, &frequency)
					: imgcat_scoped_frequency(statistics, scope->keys[j], facet, &frequency);
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
 * Add a set where it belongs: the smallest is the first.
 */
static void
add_set(ImgcatSearchKeys *search, const ImgcatKeySet *set)
{
	int			at = search->nsets++;

	search->uncommon |= !set->known;
	for (; at > 0 && search->sets[at - 1].images > set->images; at--)
		search->sets[at] = search->sets[at - 1];
	search->sets[at] = *set;
}

/*
 * Collect the sets, one or two for each facet condition, and estimate how
 * many images are in all of them.  There is room for one set more.
 */
void
imgcat_search_keys(ImgcatSearchKeys *search, const ImgcatTable *images,
				   const ImgcatListRequest *request, const ImgcatScope *scope)
{
	ImgcatStatistics statistics;
	ImgcatKeySet scopes[2];
	int			nscopes = 0;
	int64		owner;
	ImgcatKeySet owned = {.nkeys = 1,.keys = &owner};
	ImgcatKeySet listed;
	const char *project = scope->caller->project_id;
	double		rows = imgcat_number_of_rows(images);
	double		visible;
	double		frequency;

	imgcat_key_statistics_begin(&statistics);
	listed = imgcat_scope_set(scope, &statistics);
	visible = listed.frequency;
	search->share = 1;
	if (listed.nkeys > 0 && imgcat_scope_has(scope, IMGCAT_SCOPE_MEMBER))
	{
		/* of those that anybody shares with anybody it lists next to none */
		(void) imgcat_key_frequency(&statistics, imgcat_gin_key_of_visibility("shared"),
									&frequency);
		search->share = Max(0.05, 1 - frequency / Max(visible, 1e-9));
	}
	if (request->owner != NULL)
	{
		owner = imgcat_gin_key_of_owner(request->owner);
		(void) imgcat_key_frequency(&statistics, owner, &frequency);
		visible = Min(visible, frequency);
		scopes[nscopes++] = owned;
	}
	if (request->owner == NULL ||
		(listed.nkeys > 0 && (project == NULL || strcmp(request->owner, project) != 0)))
		scopes[nscopes++] = listed;

	search->sets = palloc(sizeof(ImgcatKeySet) * (nscopes * request->nconditions + 1));
	search->expected = rows * visible;
	for (int i = 0; i < request->nconditions; i++)
	{
		if (request->conditions[i].kind != IMGCAT_COND_FACET)
			continue;
		frequency = 1;
		for (int j = 0; j < nscopes; j++)
		{
			ImgcatKeySet set = imgcat_facet_set(&request->conditions[i], &scopes[j], &statistics);

			set.images = set.frequency * rows;
			frequency = Min(frequency, set.frequency);
			add_set(search, &set);
		}
		search->expected *= Min(frequency / Max(visible, 1e-9), 1);
	}
	imgcat_statistics_end(&statistics);
}

/*
 * Read the row numbers of a bitmap, of which no more than so many were counted.
 */
static void
read_bitmap(TIDBitmap *bitmap, ImgcatTids *found)
{
	ItemPointerData *tids = palloc(sizeof(ItemPointerData) * Max(found->ntids, 1));
	int64		ntids = 0;
	bool		exact = true;
	ImgcatBitmapIterator iterator;
	BlockNumber block;
	OffsetNumber offsets[MaxHeapTuplesPerPage];
	int			noffsets;

	imgcat_bitmap_begin(&iterator, bitmap);
	while (exact && imgcat_bitmap_next(&iterator, &block, offsets, &noffsets))
	{
		/* never write beyond, whatever comes */
		exact = noffsets >= 0 && noffsets <= found->ntids - ntids;
		for (int i = 0; i < noffsets && exact; i++, ntids++)
			ItemPointerSet(&tids[ntids], block, offsets[i]);
	}
	imgcat_bitmap_end(&iterator);
	if (!exact)
	{
		pfree(tids);
		return;
	}
	found->ntids = ntids;
	found->tids = tids;
}

/*
 * Find the images that are in all of the sets.  Dead rows count until they are
 * vacuumed.  So many may be found that the index gives pages for rows: then they
 * are only counted.
 *
 * Without time buckets, sets are best read one by one: each is a run of pages, while
 * leaping between two long ones descends to a page for each leap.
 */
ImgcatTids
imgcat_search(const ImgcatListPlan *plan, const ImgcatKeySet *sets, int nsets)
{
	ImgcatTids	found = {0};
	ScanKey		keys = palloc(sizeof(ScanKeyData) * nsets);
	IndexScanDesc scan;
	TIDBitmap  *bitmap;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < nsets; i++)
		ScanKeyInit(&keys[i], 1, OVERLAP_STRATEGY, F_ARRAYOVERLAP, imgcat_key_array(&sets[i]));
	scan = imgcat_index_beginscan_bitmap(plan->search_index, plan->images.snapshot, nsets);
	index_rescan(scan, keys, nsets, NULL, 0);
	bitmap = tbm_create(BITMAP_BYTES, NULL);
	found.ntids = index_getbitmap(scan, bitmap);
	index_endscan(scan);
	if (found.ntids <= BITMAP_ROWS)
		read_bitmap(bitmap, &found);
	tbm_free(bitmap);
	return found;
}

/*
 * Keep the row numbers that others have, too.  Both are known.
 */
static void
intersect(ImgcatTids *kept, const ImgcatTids *others)
{
	int64		ntids = 0;
	int64		i = 0;
	int64		j = 0;

	while (i < kept->ntids && j < others->ntids)
	{
		int32		order = ItemPointerCompare(&kept->tids[i], &others->tids[j]);

		if (order == 0)
			kept->tids[ntids++] = kept->tids[i];
		if (order <= 0)
			i++;
		if (order >= 0)
			j++;
	}
	kept->ntids = ntids;
}

/*
 * Intersect the row numbers kept so far, if any, with those of the images in nsets
 * of the sets, from "first" on.  What is found of a single set becomes its estimate.
 * False: they are too many, and what was kept stays.
 */
bool
imgcat_plan_narrow(ImgcatListPlan *plan, int first, int nsets)
{
	ImgcatTids *tids = &plan->facets.tids;
	ImgcatKeySet *sets = &plan->search.sets[first];
	ImgcatTids	found = imgcat_search(plan, sets, nsets);

	if (nsets == 1)
		sets->images = found.ntids;
	if (found.tids == NULL || found.ntids > IMGCAT_TID_FILTER_MAX)
	{
		if (found.tids != NULL)
			pfree(found.tids);
		return false;
	}
	plan->search.nread = first + nsets;
	if (tids->tids != NULL)
	{
		intersect(&found, tids);
		pfree(tids->tids);
	}
	*tids = found;
	return true;
}

/*
 * Read the row numbers of the images that have the facets, unless that was done:
 * of the rarest ones, until they are few.  False: they are too many.
 */
bool
imgcat_plan_tids(ImgcatListPlan *plan)
{
	ImgcatSearchKeys *search = &plan->search;
	const ImgcatTids *tids = &plan->facets.tids;

	/* a few more candidates cost less than another set */
	while (search->nread < search->nsets &&
		   (tids->tids == NULL || tids->ntids > plan->rows))
	{
		if (search->sets[search->nread].images <= IMGCAT_TID_FILTER_MAX &&
			imgcat_plan_narrow(plan, search->nread, 1))
			continue;

		/* what is left is too common by itself: few may have all of them */
		if (search->nsets > 1)
			(void) imgcat_plan_narrow(plan, 0, search->nsets);
		search->nread = search->nsets;
	}
	if (tids->tids == NULL)
		return false;
	search->expected = tids->ntids;
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
 * A share does not know the row of its image, which costs two pages to look up.
 * Where the rows of all shared images with the facets, anybody's, are fewer than
 * the shares that a page looks at, read their identifiers instead.
 */
void
imgcat_plan_shared_ids(ImgcatListPlan *plan)
{
	ImgcatFacetFilter *facets = &plan->facets;
	int64		shared = imgcat_gin_key_of_visibility("shared");
	const ImgcatKeySet scope = {.nkeys = 1,.keys = &shared};
	ImgcatKeySet set;
	double		looked_at = 0;
	ImgcatTids	found;

	for (int i = 0; i < plan->nbranches; i++)
		if (plan->branches[i].table->is_shares)
			looked_at += plan->rows * plan->branches[i].nimages / Max(plan->search.expected, 1);
	if (looked_at < 1)
		return;
	set = imgcat_facet_set(imgcat_find_condition(plan->request, IMGCAT_COND_FACET), &scope, NULL);
	found = imgcat_search(plan, &set, 1);
	if (found.tids == NULL)
		return;
	intersect(&found, &facets->tids);
	if (found.ntids > IMGCAT_SHARE_COST * looked_at)
		return;
	facets->ids = palloc(sizeof(pg_uuid_t) * Max(found.ntids, 1));
	for (int64 i = 0; i < found.ntids; i++)
	{
		ImgcatEntry entry = {.tid = found.tids[i]};

		CHECK_FOR_INTERRUPTS();
		if (imgcat_read_row(&plan->images, &entry))
			facets->ids[facets->nids++] = entry.id;
	}
	qsort(facets->ids, facets->nids, sizeof(pg_uuid_t), compare_ids);
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
has_tid(const ImgcatTids *tids, const ItemPointerData *tid)
{
	return bsearch(tid, tids->tids, tids->ntids, sizeof(ItemPointerData), compare_tids) != NULL;
}

/*
 * Has the entry the facets asked for?  NULL: it is not known what has them.
 */
bool
imgcat_has_facets(const ImgcatFacetFilter *facets, const ImgcatEntry *entry)
{
	IndexScanDesc id_scan;
	ItemPointer tid;

	if (facets == NULL)
		return true;
	if (!entry->of_share)
		return has_tid(&facets->tids, &entry->tid);
	if (facets->ids != NULL)
		return bsearch(&entry->id, facets->ids, facets->nids, sizeof(pg_uuid_t),
					   compare_ids) != NULL;

	/* of all that the index finds one may be the image that is shared */
	id_scan = imgcat_table_id_scan(facets->images);
	imgcat_id_scan_start(id_scan, &entry->id);
	while ((tid = index_getnext_tid(id_scan, ForwardScanDirection)) != NULL)
		if (has_tid(&facets->tids, tid))
			return true;
	return false;
}
