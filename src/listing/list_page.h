/*-------------------------------------------------------------------------
 *
 * list_page.h
 *		One page of a list: scan, fetch, recheck, hand on.
 *
 * src/listing/list_page.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_PAGE_H
#define IMGCAT_LIST_PAGE_H

#include "listing/list_plan.h"
#include "tcop/dest.h"

/* What a page took, for EXPLAIN ANALYZE. */
typedef struct ImgcatPageCounters
{
	int64		probes;			/* of the search index */
	int64		candidates;		/* found by them */
	int64		entries;		/* of ordered indexes */
	int64		rows;			/* fetched from tables by the scans */
	int64		rechecks;		/* statements */
	int64		rechecked;		/* rows */
	int64		listed;			/* rows that the receiver took */
	bool		gave_up;		/* the search scan did */
} ImgcatPageCounters;

extern bool imgcat_find_marker(const ImgcatListRequest *request,
							   const ImgcatCaller *caller,
							   ImgcatEntry *marker);
extern void imgcat_list_page(ImgcatListPlan *plan, DestReceiver *receiver,
							 ImgcatPageCounters *counters);

#endif							/* IMGCAT_LIST_PAGE_H */
