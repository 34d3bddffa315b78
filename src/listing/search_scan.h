/*-------------------------------------------------------------------------
 *
 * search_scan.h
 *		Images that the search index finds.
 *
 * src/listing/search_scan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SEARCH_SCAN_H
#define IMGCAT_SEARCH_SCAN_H

#include "utils/tuplestore.h"

/* An image is in the set if it has any of the elements. */
typedef struct ImgcatElementSet
{
	int			nelements;
	int64	   *elements;
} ImgcatElementSet;

/* most images of a probe that can be fetched */
#define IMGCAT_SEARCH_FETCH_MAX 4096

typedef struct ImgcatSearchScan ImgcatSearchScan;

extern ImgcatSearchScan *imgcat_search_open(void);
extern Oid	imgcat_search_table(const ImgcatSearchScan *scan);
extern int64 imgcat_search_probe(ImgcatSearchScan *scan,
								 const ImgcatElementSet *sets, int nsets);
extern bool imgcat_search_sample(ImgcatSearchScan *scan, int64 at, bool from_end,
								 int attribute, Datum *value);
extern void imgcat_search_fetch(ImgcatSearchScan *scan, Tuplestorestate *store);
extern void imgcat_search_close(ImgcatSearchScan *scan);

#endif							/* IMGCAT_SEARCH_SCAN_H */
