/*-------------------------------------------------------------------------
 *
 * search_sets.h
 *		What the search index is asked for a request.
 *
 * src/listing/search_sets.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SEARCH_SETS_H
#define IMGCAT_SEARCH_SETS_H

#include "listing/list_scope.h"
#include "listing/search_scan.h"

/* An image must be in all of the sets; the rarest is the first. */
typedef struct ImgcatSearchSets
{
	int			nsets;
	ImgcatElementSet *sets;

	/* as statistics have it */
	double		expected;		/* number of such images */
	double		rarest;			/* number of images in the rarest set */
	double		share;			/* of them that are the caller's to list */
	bool		uncommon;		/* one set is too rare for statistics */
} ImgcatSearchSets;

extern void imgcat_search_sets(ImgcatSearchSets *result,
							   const ImgcatListRequest *request,
							   const ImgcatScope *scope);

#endif							/* IMGCAT_SEARCH_SETS_H */
