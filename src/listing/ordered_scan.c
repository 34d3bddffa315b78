/*-------------------------------------------------------------------------
 *
 * ordered_scan.c
 *		Images by index entries, in the order asked.
 *
 * No statement lists a page at a bounded cost where the order has two keys, or
 * where a range crosses the order: the planner knows neither to sort the
 * entries of an index peer group by peer group, nor to change its mind.  So
 * each UNION ALL branch of the scope is a scan of its own over index entries
 * (branch_scan.c), and these are merged here.
 *
 * Facets are in no entry.  If they have few enough images, the search index
 * gives their row numbers, and entries of other rows are left out.
 *
 * src/listing/ordered_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "listing/list_plan.h"
#include "miscadmin.h"

/* A branch, and its first image that was not handed out. */
typedef struct MergedBranch
{
	ImgcatBranchScan *scan;
	ImgcatEntry *head;			/* NULL: asked for when needed, or none */
	bool		ended;
} MergedBranch;

typedef struct OrderedScan
{
	ImgcatListScan pub;			/* must be first */
	MergedBranch branches[IMGCAT_SCOPE_MAX];
} OrderedScan;

/*
 * Let the branches leave out what lacks the facets, if that is worth it.
 */
static void
set_facet_filters(OrderedScan *scan)
{
	ImgcatListPlan *plan = scan->pub.plan;
	double		images = imgcat_number_of_rows(&plan->images);
	bool		by_tid = plan->probe != NULL && imgcat_plan_tids(plan);

	for (int i = 0; i < plan->nbranches && plan->probe != NULL; i++)
	{
		ImgcatBranch *branch = &plan->branches[i].branch;

		branch->facet_share = Min(plan->matching / images, 1);
		if (by_tid)
			branch->tids = &plan->tids;
		branch->images = &plan->images;
	}
}

/*
 * The next image of the merged branches.
 */
static ImgcatEntry *
ordered_next(ImgcatListScan *self)
{
	OrderedScan *scan = (OrderedScan *) self;
	ImgcatListPlan *plan = self->plan;
	MergedBranch *first = NULL;
	ImgcatEntry *entry;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < plan->nbranches; i++)
	{
		MergedBranch *branch = &scan->branches[i];

		if (branch->head == NULL && !branch->ended)
		{
			branch->head = imgcat_branch_scan_next(branch->scan);
			branch->ended = (branch->head == NULL);
		}
		if (branch->head != NULL &&
			(first == NULL ||
			 imgcat_entry_compare(branch->head, first->head, plan->keys,
								  plan->nkeys) < 0))
			first = branch;
	}
	if (first == NULL)
		return NULL;
	entry = first->head;
	first->head = NULL;
	return entry;
}

static void
ordered_close(ImgcatListScan *self)
{
	OrderedScan *scan = (OrderedScan *) self;

	for (int i = 0; i < self->plan->nbranches; i++)
		imgcat_branch_scan_close(scan->branches[i].scan);
	pfree(scan);
}

/*
 * What is asked of a branch; its share of the rows wanted is that of its
 * images.
 */
void
imgcat_branch_request(ImgcatBranchRequest *request, const ImgcatListPlan *plan, int at)
{
	const ImgcatPlanBranch *branch = &plan->branches[at];
	double		images = 0;

	for (int i = 0; i < plan->nbranches; i++)
		images += plan->branches[i].images;
	memset(request, 0, sizeof(*request));
	request->branch = &branch->branch;
	request->keys = plan->keys;
	request->nkeys = plan->nkeys;
	request->filters = branch->filters;
	request->nfilters = branch->nfilters;
	request->after = plan->after;
	request->rows = plan->rows * branch->images / images + 1;
}

/*
 * Open an ordered scan of the plan, behind a keyset position if there is one.
 */
ImgcatListScan *
imgcat_ordered_scan_open(ImgcatListPlan *plan, ImgcatPageCounters *counters)
{
	OrderedScan *scan = palloc0(sizeof(OrderedScan));

	scan->pub.plan = plan;
	scan->pub.counters = counters;
	scan->pub.next = ordered_next;
	scan->pub.close = ordered_close;
	set_facet_filters(scan);
	for (int i = 0; i < plan->nbranches; i++)
	{
		ImgcatBranchRequest request;

		imgcat_branch_request(&request, plan, i);
		scan->branches[i].scan = imgcat_branch_scan_open(&request);
	}
	return &scan->pub;
}
