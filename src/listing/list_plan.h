/*-------------------------------------------------------------------------
 *
 * list_plan.h
 *		What a request is in SQL; how its images are found: one decision, as a
 *		value; the statistics that it is made by, the scans that it chooses
 *		from, and the page that is made by it.
 *
 * A scan hands out images in the order of the request, behind a keyset
 * position if there is one.  What it hands out may be a row that nobody sees,
 * or that the request does not list: whoever asks for it fetches the row and
 * rechecks it (list_page.c).
 *
 * src/listing/list_plan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_PLAN_H
#define IMGCAT_LIST_PLAN_H

#include "access/htup.h"
#include "datatype/timestamp.h"
#include "keyset.h"
#include "listing/index_scan.h"
#include "statement.h"
#include "utils/lsyscache.h"

/* A branch: the images of one visibility, of everybody, own, or by membership. */
typedef enum ImgcatScopeKind
{
	IMGCAT_SCOPE_EVERYBODY,
	IMGCAT_SCOPE_OWN,
	IMGCAT_SCOPE_MEMBER
} ImgcatScopeKind;

typedef struct ImgcatScopeBranch
{
	ImgcatScopeKind kind;
	const char *visibility;
	const char *member_status;	/* of IMGCAT_SCOPE_MEMBER */
} ImgcatScopeBranch;

#define IMGCAT_SCOPE_MAX 8

/*
 * What a caller may list: the branches of a UNION ALL.  No image is in two of
 * them.
 */
typedef struct ImgcatScope
{
	const ImgcatCaller *caller;
	bool		together;		/* in SQL, branches that differ by visibility
								 * only are one IN: one index scan, but 100
								 * buffers more to plan at first */
	int			nbranches;
	ImgcatScopeBranch branches[IMGCAT_SCOPE_MAX];
} ImgcatScope;

extern void imgcat_list_scope(ImgcatScope *scope,
							  const ImgcatListRequest *request,
							  const ImgcatCaller *caller);
extern bool imgcat_scope_has(const ImgcatScope *scope, ImgcatScopeKind kind);
extern void imgcat_append_listed(ImgcatStatement *statement,
								 const ImgcatListRequest *request,
								 const ImgcatScope *scope, const char *shared);
extern void imgcat_append_listable(ImgcatStatement *statement,
								   ImgcatDialect dialect,
								   const ImgcatCaller *caller);
extern void imgcat_count_statement(ImgcatStatement *statement,
								   const ImgcatListRequest *request,
								   const ImgcatCaller *caller);
extern void imgcat_tags_statement(ImgcatStatement *statement,
								  const ImgcatListRequest *request,
								  const ImgcatCaller *caller,
								  int64 limit, int64 offset);

/* An image is in the set if it has any of these GIN keys. */
typedef struct ImgcatKeySet
{
	int			nkeys;
	int64	   *keys;

	/* as statistics have it */
	bool		known;			/* they know one of the keys */
	double		frequency;
	double		images;			/* in it */
} ImgcatKeySet;

/* most images of a probe that can be fetched */
#define IMGCAT_SEARCH_FETCH_MAX 4096

/* An image must be in all of the sets; the rarest is the first. */
typedef struct ImgcatSearchKeys
{
	int			nsets;
	ImgcatKeySet *sets;			/* there is room for one more */
	int			nread;			/* of them, for the row numbers of the plan */

	/* as statistics have it */
	double		expected;		/* number of such images, if not read */
	double		share;			/* of them that are the caller's to list */
	bool		uncommon;		/* one set is too rare for statistics */
} ImgcatSearchKeys;

extern Relation imgcat_search_index(ImgcatTable *images);
extern void imgcat_search_keys(ImgcatSearchKeys *search,
							   const ImgcatTable *images,
							   const ImgcatListRequest *request,
							   const ImgcatScope *scope);

/* What ANALYZE knows of a column, or of the keys of the search index. */
typedef struct ImgcatStatistics
{
	HeapTuple	tuple;			/* NULL: nothing */
	AttStatsSlot common;		/* the commonest values, or keys; may be empty */
	AttStatsSlot histogram;		/* of other values */
	double		least;			/* frequency of a key that it did not keep */
} ImgcatStatistics;

extern double imgcat_estimate_branch(const ImgcatBranch *branch);
extern double imgcat_estimate_condition(const ImgcatTable *table,
										const ImgcatCondition *condition);
extern double imgcat_number_of_rows(const ImgcatTable *table);
extern void imgcat_key_statistics_begin(ImgcatStatistics *statistics);
extern void imgcat_statistics_end(ImgcatStatistics *statistics);
extern bool imgcat_key_frequency(const ImgcatStatistics *statistics,
								 int64 key, double *frequency);
extern bool imgcat_scoped_frequency(const ImgcatStatistics *statistics,
									int64 scope, int64 facet,
									double *frequency);
extern ImgcatKeySet imgcat_scope_set(const ImgcatScope *scope,
									 const ImgcatStatistics *statistics);
extern ImgcatKeySet imgcat_facet_set(const ImgcatCondition *condition,
									 const ImgcatKeySet *scope,
									 const ImgcatStatistics *statistics);
extern Datum imgcat_key_array(const ImgcatKeySet *set);
extern void imgcat_append_keys(ImgcatStatement *statement,
							   const ImgcatKeySet *set);
extern bool imgcat_first_time(ImgcatTable *table, Relation index,
							  const Datum *scope, int nscope,
							  ScanDirection direction, TimestampTz *created_at);
extern bool imgcat_created_at_range(const ImgcatTable *images,
									TimestampTz *first, TimestampTz *last);

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

/* What a page took: a scan may go by it, and EXPLAIN ANALYZE shows it. */
typedef struct ImgcatPageCounters
{
	int64		probes;			/* of the search index */
	int64		candidates;		/* found by them */
	int64		entries;		/* of ordered indexes */
	int64		rows;			/* fetched from tables by the scans */
	int64		rechecks;		/* statements */
	int64		rechecked;		/* rows */
	int64		listed;			/* rows that were handed on */
	bool		gave_up;		/* the search scan did */
} ImgcatPageCounters;

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
	const ImgcatKey *keys;
	const ImgcatEntry *after;	/* keyset position to begin behind, or NULL */

	/* what is open for the time of the page */
	ImgcatTable images;
	ImgcatTable shares;

	/* what index entries show of the conditions, and what they do not */
	int			nfilters;
	ImgcatCondition *filters;
	double		hidden_share;	/* share of images that pass other conditions */

	/* facets */
	bool		has_facets;
	Relation	search_index;	/* NULL: no facets, or no index */
	ImgcatSearchKeys search;
	bool		fetch_all;		/* so few that all are fetched and sorted */
	ImgcatFacetFilter facets;	/* as far as it was read */

	/* ordered scan */
	bool		can_order;		/* all indexes are there */
	const char *missing_index;	/* which is not, as a reason */
	int			nbranches;
	ImgcatBranch *branches;

	ImgcatPageCounters counters;	/* of the page, so far */
} ImgcatListPlan;

extern void imgcat_plan_list(ImgcatListPlan *plan,
							 const ImgcatListRequest *request,
							 const ImgcatCaller *caller,
							 const ImgcatEntry *after, int64 rows);
extern void imgcat_plan_estimate(ImgcatListPlan *plan);
extern double imgcat_estimate_listed(const ImgcatCaller *caller);
extern const ImgcatBranch *imgcat_plan_branch(ImgcatListPlan *plan, int at);
extern ImgcatTids imgcat_search(const ImgcatListPlan *plan,
								const ImgcatKeySet *sets, int nsets);
extern bool imgcat_plan_narrow(ImgcatListPlan *plan, int first, int nsets);
extern bool imgcat_plan_tids(ImgcatListPlan *plan);
extern void imgcat_plan_shared_ids(ImgcatListPlan *plan);
extern bool imgcat_has_facets(const ImgcatFacetFilter *facets,
							  const ImgcatEntry *entry);
extern void imgcat_plan_end(ImgcatListPlan *plan);

typedef struct ImgcatListScan ImgcatListScan;

struct ImgcatListScan
{
	ImgcatListPlan *plan;

	/* the next image, or NULL; it lives until the next call */
	ImgcatEntry *(*next) (ImgcatListScan *scan);
	void		(*close) (ImgcatListScan *scan);

	/* why next() came back with NULL, if it is not the end */
	bool		pause;			/* recheck what came so far, and ask again */
	bool		gave_up;		/* another scan has to go on; the plan says
								 * behind what */
};

extern ImgcatListScan *imgcat_search_scan_open(ImgcatListPlan *plan);
extern void imgcat_sql_scan_statement(ImgcatStatement *statement,
									  const ImgcatListPlan *plan);

extern int64 imgcat_count_listed(const ImgcatListRequest *request,
								 const ImgcatCaller *caller);

/* Takes an image of a page, which lives until it returns. */
typedef void (*ImgcatTakeImage) (void *argument, ImgcatImageRow *row);

extern void imgcat_list_page(ImgcatListPlan *plan, ImgcatTakeImage take,
							 void *argument);

extern char *imgcat_explain_list(ImgcatListPlan *plan, bool analyze);

/* parameters that no image can answer to (list_unknown.c) */
extern void imgcat_tell_unknown(const ImgcatListRequest *request,
								const ImgcatCaller *caller, bool notices);

#endif							/* IMGCAT_LIST_PLAN_H */
