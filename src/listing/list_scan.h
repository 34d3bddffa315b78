/*-------------------------------------------------------------------------
 *
 * list_scan.h
 *		What the scans of a list have in common.
 *
 * A scan hands out images in the order of the request, behind a keyset
 * position if there is one.  What it hands out may be a row that nobody sees,
 * or that the request does not list: whoever asks for it fetches the row and
 * rechecks it (list_page.c).
 *
 * src/listing/list_scan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_SCAN_H
#define IMGCAT_LIST_SCAN_H

#include "listing/list_plan.h"

typedef struct ImgcatListScan ImgcatListScan;

struct ImgcatListScan
{
	ImgcatListPlan *plan;

	/* the next image, or NULL; it lives until the next call */
	ImgcatEntry *(*next) (ImgcatListScan *scan);
	void		(*close) (ImgcatListScan *scan);

	/* why next() came back with NULL, if it is not the end */
	bool		pause;			/* recheck what came so far, and ask again */
	bool		gave_up;		/* another scan has to go on behind "last" */
	bool		has_last;
	ImgcatEntry last;

	/* the page's own counts, which a scan may go by */
	int64		rechecked;
	int64		listed;

	/* counters */
	int64		probes;			/* of the search index */
	int64		candidates;		/* that the probes found */
};

extern void imgcat_branch_request(ImgcatBranchRequest *request,
								  const ImgcatListPlan *plan, int at,
								  const ImgcatEntry *after);
extern ImgcatListScan *imgcat_ordered_scan_open(ImgcatListPlan *plan,
												const ImgcatEntry *after);
extern ImgcatListScan *imgcat_search_scan_open(ImgcatListPlan *plan,
											   const ImgcatEntry *after);
extern void imgcat_sql_scan_statement(ImgcatStatement *statement,
									  const ImgcatListPlan *plan,
									  const ImgcatEntry *after);
extern ImgcatListScan *imgcat_sql_scan_open(ImgcatListPlan *plan,
											const ImgcatEntry *after);

#endif							/* IMGCAT_LIST_SCAN_H */
