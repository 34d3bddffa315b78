/*-------------------------------------------------------------------------
 *
 * search_index.h
 *		The search index: its keys for a request, and the images it finds.
 *
 * src/listing/search_index.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SEARCH_INDEX_H
#define IMGCAT_SEARCH_INDEX_H

#include "listing/branch_scan.h"
#include "listing/list_scope.h"

/* An image is in the set if it has any of these GIN keys. */
typedef struct ImgcatKeySet
{
	int			nkeys;
	int64	   *keys;
} ImgcatKeySet;

/* most images of a probe that can be fetched */
#define IMGCAT_SEARCH_FETCH_MAX 4096

typedef struct ImgcatSearchProbe ImgcatSearchProbe;

extern ImgcatSearchProbe *imgcat_search_open(ImgcatTable *table);
extern int64 imgcat_search_probe(ImgcatSearchProbe *probe,
								 const ImgcatKeySet *sets, int nsets);
extern const ItemPointerData *imgcat_search_found(const ImgcatSearchProbe *probe);
extern bool imgcat_search_tids(ImgcatSearchProbe *probe,
							   const ImgcatKeySet *sets, int nsets,
							   int64 most, ImgcatTidFilter *filter);
extern int	imgcat_compare_ids(const void *a, const void *b);
extern bool imgcat_has_facets(const ImgcatBranch *branch,
							  const ImgcatEntry *entry);
extern bool imgcat_search_sample(ImgcatSearchProbe *probe, int64 at,
								 bool from_end, TimestampTz *created_at);
extern void imgcat_search_close(ImgcatSearchProbe *probe);

/* An image must be in all of the sets; the rarest is the first. */
typedef struct ImgcatSearchKeys
{
	int			nsets;
	ImgcatKeySet *sets;			/* there is room for one more */
	double	   *counts;			/* images in each, as statistics have it */

	/* as statistics have it */
	double		expected;		/* number of such images */
	double		rarest;			/* number of images in the rarest set */
	double		share;			/* of them that are the caller's to list */
	bool		uncommon;		/* one set is too rare for statistics */
} ImgcatSearchKeys;

extern bool imgcat_is_facet(const ImgcatCondition *condition);
extern int64 *imgcat_facet_keys(const ImgcatCondition *condition, int *nkeys);
extern void imgcat_search_keys(ImgcatSearchKeys *result,
							   const ImgcatListRequest *request,
							   const ImgcatScope *scope);

#endif							/* IMGCAT_SEARCH_INDEX_H */
