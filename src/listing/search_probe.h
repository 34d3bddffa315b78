/*-------------------------------------------------------------------------
 *
 * search_probe.h
 *		Images that the search index finds.
 *
 * src/listing/search_probe.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SEARCH_PROBE_H
#define IMGCAT_SEARCH_PROBE_H

#include "listing/branch_scan.h"

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
extern bool imgcat_search_sample(ImgcatSearchProbe *probe, int64 at,
								 bool from_end, TimestampTz *created_at);
extern void imgcat_search_close(ImgcatSearchProbe *probe);

#endif							/* IMGCAT_SEARCH_PROBE_H */
