/*-------------------------------------------------------------------------
 *
 * list_plan.h
 *		How the images of a request are found: one decision, as a value.
 *
 * src/listing/list_plan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_PLAN_H
#define IMGCAT_LIST_PLAN_H

#include "listing/branch_scan.h"
#include "listing/list_scope.h"
#include "listing/search_index.h"

typedef enum ImgcatScanKind
{
	IMGCAT_NO_SCAN,				/* nothing can match */
	IMGCAT_ORDERED_SCAN,
	IMGCAT_SEARCH_SCAN,
	IMGCAT_SQL_SCAN
} ImgcatScanKind;

/* most values of an in: list that are branches of their own */
#define IMGCAT_SPLIT_VALUES_MAX 4
#define IMGCAT_BRANCHES_MAX (IMGCAT_SCOPE_MAX * IMGCAT_SPLIT_VALUES_MAX)

/* A branch of an ordered scan, with what its entries are filtered by. */
typedef struct ImgcatPlanBranch
{
	ImgcatBranch branch;
	int			nfilters;
	const ImgcatEntryFilter *filters;
	double		images;			/* in the branch, estimated */
} ImgcatPlanBranch;

typedef struct ImgcatListPlan
{
	const ImgcatListRequest *request;
	const ImgcatCaller *caller;
	int64		rows;			/* rows wanted */
	ImgcatScanKind scan;
	const char *reason;			/* why this one */
	bool		bounded;		/* its work depends on the page, not on how
								 * many images there are */

	ImgcatScope scope;
	int			nkeys;
	ImgcatKey	keys[IMGCAT_KEYS_MAX];
	bool		has_after;
	ImgcatEntry after;			/* keyset position of the marker */

	/* what is open for the time of the page */
	ImgcatTable images;
	ImgcatTable shares;

	/* what index entries show of the conditions, and what they do not */
	int			nfilters;
	ImgcatEntryFilter *filters;
	bool		has_property;	/* a filter is on a property with indexes */
	double		hidden_share;	/* share of images that pass other conditions */

	/* facets */
	bool		has_facets;
	ImgcatSearchProbe *probe;	/* NULL: no facets, or no index */
	ImgcatSearchKeys search;
	double		matching;		/* images that have the facets, -1: unknown */
	bool		fetch_all;		/* so few that all are fetched and sorted */
	bool		has_tids;		/* the row numbers of what has the facets */
	ImgcatTidFilter tids;

	/* ordered scan */
	bool		can_order;		/* all indexes are there */
	int			nbranches;
	ImgcatPlanBranch branches[IMGCAT_BRANCHES_MAX];
} ImgcatListPlan;

extern void imgcat_plan_list(ImgcatListPlan *plan,
							 const ImgcatListRequest *request,
							 const ImgcatCaller *caller,
							 const ImgcatEntry *after, int64 rows);
extern bool imgcat_plan_tids(ImgcatListPlan *plan);
extern void imgcat_plan_end(ImgcatListPlan *plan);

#endif							/* IMGCAT_LIST_PLAN_H */
