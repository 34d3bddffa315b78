/*-------------------------------------------------------------------------
 *
 * search_keys.h
 *		What the search index is asked for a request.
 *
 * src/listing/search_keys.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SEARCH_KEYS_H
#define IMGCAT_SEARCH_KEYS_H

#include "listing/list_scope.h"
#include "listing/search_probe.h"

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

#endif							/* IMGCAT_SEARCH_KEYS_H */
