/*-------------------------------------------------------------------------
 *
 * branch_scan.h
 *		The images of one UNION ALL branch that pass filters, in an order.
 *
 * src/listing/branch_scan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_BRANCH_SCAN_H
#define IMGCAT_BRANCH_SCAN_H

#include "listing/index_scan.h"
#include "listing/list_cost.h"

/* Row numbers of images, sorted: those that have the facets asked for. */
typedef struct ImgcatTidFilter
{
	int64		ntids;
	const ItemPointerData *tids;
} ImgcatTidFilter;

/* Identifiers, sorted, of the same. */
typedef struct ImgcatIdFilter
{
	int64		nids;
	const pg_uuid_t *ids;
} ImgcatIdFilter;

/* A branch: what the indexes of a family begin with, and what is asked of it. */
typedef struct ImgcatBranch
{
	ImgcatTable *table;
	const char *family;			/* images_visibility, images_owner,
								 * image_shares */
	int			nscope;
	Datum		scope[2];		/* texts */
	const char *scope_names[2]; /* the columns, for EXPLAIN and statistics */
	bool		hidden;			/* only hidden images, which have one index */
	int64		page_rows;		/* rows wanted of the page */

	/* facets asked for: what has them, NULL: not known; and how many have */
	const ImgcatTidFilter *tids;	/* of images */
	const ImgcatIdFilter *ids;	/* the same, of shares; or NULL */
	ImgcatTable *images;		/* to look up what is shared */
	double		facet_share;	/* 0: none asked for */
} ImgcatBranch;

/* One range of an index that filter then sort reads. */
typedef struct ImgcatRange
{
	Relation	index;
	bool		has_value;
	Datum		value;
	int64		low;			/* unless there is a value */
	int64		high;
} ImgcatRange;

/*
 * How a branch is scanned: an index in order, filter then sort, or the one
 * after the other.
 */
typedef struct ImgcatBranchPath
{
	bool		empty;			/* nothing passes the filters */
	bool		has_after;		/* begin behind the keyset position */
	bool		exact_after;	/* it is one of the index keys */

	/* in order: the keys that no filter fixes, and the index */
	bool		can_order;
	ImgcatKey	keys[IMGCAT_KEYS_MAX];
	int			nkeys;
	Relation	index;
	int			prefix[2];		/* filters whose values are a prefix of it */
	int			nprefix;
	bool		direct;			/* it has the order of the keys; else by
								 * groups */
	int64		created_before; /* no image passes that is younger */

	/* filter then sort */
	bool		can_sort;
	int			sort_filter;	/* -1: all of the index */
	ImgcatRange *ranges;
	int			nranges;

	bool		order_first;	/* else sort first */
	double		images;			/* of the branch, estimated */
	double		order_cost;
	double		sort_cost;
	double		order_budget;
	double		sort_budget;
} ImgcatBranchPath;

/* What was asked of a branch scan; all of it must outlive the scan. */
typedef struct ImgcatBranchRequest
{
	const ImgcatBranch *branch;
	const ImgcatKey *keys;
	int			nkeys;
	const ImgcatEntryFilter *filters;
	int			nfilters;
	const ImgcatEntry *after;	/* NULL: from the first on */
	double		rows;			/* rows wanted of this branch */
} ImgcatBranchRequest;

typedef struct ImgcatBranchScan ImgcatBranchScan;

extern const char *imgcat_hidden_suffix(const ImgcatBranch *branch);
extern bool imgcat_is_index_order(const ImgcatKey *keys, int nkeys);
extern void imgcat_path_range(const ImgcatBranchPath *path,
							  const ImgcatBranchRequest *request,
							  int64 *low, int64 *high);
extern void imgcat_choose_branch_path(ImgcatBranchPath *path,
									  const ImgcatBranchRequest *request);

extern ImgcatBranchScan *imgcat_branch_scan_open(const ImgcatBranchRequest *request);
extern ImgcatEntry *imgcat_branch_scan_next(ImgcatBranchScan *scan);
extern void imgcat_branch_scan_close(ImgcatBranchScan *scan);

#endif							/* IMGCAT_BRANCH_SCAN_H */
