/*-------------------------------------------------------------------------
 *
 * index_scan.h
 *		The ordered indexes: what an entry tells of an image, scans of entries,
 *		and the images of one UNION ALL branch in an order.
 *
 * src/listing/index_scan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_INDEX_SCAN_H
#define IMGCAT_INDEX_SCAN_H

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relscan.h"
#include "access/sdir.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "executor/tuptable.h"
#include "image/image_row.h"
#include "image/image_summary.h"
#include "listing/list_cost.h"
#include "request/list_request.h"
#include "storage/itemptr.h"
#include "utils/rel.h"
#include "utils/snapshot.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/*
 * What an entry may hold of an image, if its index does; the row behind it has
 * all.  Numbers are the first.
 */
typedef enum ImgcatEntryValue
{
	IMGCAT_ENTRY_SUMMARY,		/* enum values, and what is missing */
	IMGCAT_ENTRY_CREATED_AT,
	IMGCAT_ENTRY_UPDATED_AT,
	IMGCAT_ENTRY_SIZE,			/* zero if missing */
	IMGCAT_ENTRY_NAME,
	IMGCAT_ENTRY_ID,
	IMGCAT_ENTRY_VALUES
} ImgcatEntryValue;

#define IMGCAT_ENTRY_NUMBERS IMGCAT_ENTRY_NAME

/* where an index, or a row, has them: from 0; -1: nowhere */
typedef int ImgcatEntryColumns[IMGCAT_ENTRY_VALUES];

struct IndexScanDescData;

/* An index entry, or the row that it points to. */
typedef struct ImgcatEntry
{
	ItemPointerData tid;		/* in the index's table: images or shares */
	int			known;			/* set of ImgcatEntryValue, by bits */
	bool		row_read;		/* the row is visible, and tid is its own */
	bool		of_share;		/* of image_shares; tid is not of images */
	pg_uuid_t	id;
	int64		numbers[IMGCAT_ENTRY_NUMBERS];
	const text *name;			/* NULL: empty, or missing */

	/* the scan that is at this entry, to tell it of a dead row; or NULL */
	struct IndexScanDescData *scan;

	/* the row, if it was fetched and kept; or NULL */
	MinimalTuple tuple;
} ImgcatEntry;

extern const char *imgcat_column_name(int column);
extern const char *imgcat_column_sql(int column);
extern const char *imgcat_sort_expression(int column);
extern Oid	imgcat_sort_type(int column);
extern int	imgcat_keys_known(const ImgcatKey *keys, int nkeys);
extern void imgcat_entry_fill(ImgcatEntry *entry, const ImgcatEntryColumns at,
							  const Datum *values, const bool *nulls);
extern Datum imgcat_entry_value(const ImgcatEntry *entry, int column);
extern void imgcat_entry_set_value(ImgcatEntry *entry, int column, Datum value);
extern void imgcat_entry_set_keys(ImgcatEntry *entry, const ImgcatKey *keys,
								  int nkeys, const ImgcatImageRow *row);
extern ImgcatEntry *imgcat_entry_copy(const ImgcatEntry *entry);
extern int	imgcat_entry_compare(const ImgcatEntry *a, const ImgcatEntry *b,
								 const ImgcatKey *keys, int nkeys);
extern void imgcat_filter_set_texts(ImgcatCondition *filter,
									const Datum *texts, int ntexts);
extern void imgcat_filter_set_value(ImgcatCondition *filter, int column, Datum value);
extern Datum imgcat_filter_value(const ImgcatCondition *filter);
extern void imgcat_filters_range(const ImgcatCondition *filters, int nfilters,
								 int column, int64 *low, int64 *high);
extern bool imgcat_is_text(Datum value, const char *str, size_t length);
extern bool imgcat_filter_passes(const ImgcatCondition *filter,
								 const ImgcatEntry *entry, bool *unknown);

/* more indexes than a page ever asks for */
#define IMGCAT_OPEN_INDEXES_MAX 40

/* An index that was looked for. */
typedef struct ImgcatOpenIndex
{
	char		name[NAMEDATALEN];
	Relation	relation;		/* NULL: there is none that can be used */
} ImgcatOpenIndex;

/*
 * images or image_shares, open for the time of a page: the columns that fill
 * an entry, and the indexes looked for so far.
 */
typedef struct ImgcatTable
{
	Relation	relation;
	struct IndexFetchTableData *fetch;
	TupleTableSlot *slot;		/* the row read last */
	Snapshot	snapshot;
	bool		is_shares;
	ImgcatEntryColumns columns;
	IndexScanDesc id_scan;		/* of images by identifier; NULL: not begun */
	int			nindexes;
	ImgcatOpenIndex indexes[IMGCAT_OPEN_INDEXES_MAX];
	int64		rows_read;
	int64		entries_read;
} ImgcatTable;

/* most columns that make the order of an index behind its scope */
#define IMGCAT_INDEX_KEYS_MAX 4

/* bounds that a scan may have behind its scope, a row comparison last */
#define IMGCAT_BOUNDS_MAX 6

typedef struct ImgcatIndexScan
{
	ImgcatTable *table;
	int			nscope;			/* columns of the scope, which come first */
	Relation	index;
	IndexScanDesc scan;			/* NULL: not started */
	int			nkeys;
	ScanKeyData keys[3 + IMGCAT_BOUNDS_MAX];
	ScanKeyData members[IMGCAT_INDEX_KEYS_MAX]; /* of the row comparison */

	ImgcatEntryColumns columns;
	ImgcatEntry entry;			/* the current one */
} ImgcatIndexScan;

extern void imgcat_table_begin(ImgcatTable *table, bool is_shares);
extern void imgcat_table_end(ImgcatTable *table);
extern bool imgcat_read_row(ImgcatTable *table, ImgcatEntry *entry);
extern bool imgcat_fetch_row(ImgcatTable *table, ImgcatEntry *entry);
extern Relation imgcat_table_index(ImgcatTable *table, const char *family,
								   const char *suffix);
extern IndexScanDesc imgcat_table_id_scan(ImgcatTable *images);
extern ImgcatIndexScan *imgcat_index_scan_open(ImgcatTable *table,
											   Relation index,
											   const Datum *scope, int nscope);
extern void imgcat_index_scan_bound(ImgcatIndexScan *scan, int position,
									StrategyNumber strategy, Datum value);
extern void imgcat_index_scan_behind(ImgcatIndexScan *scan, int position,
									 int nvalues, const Datum *values,
									 bool descending);
extern void imgcat_index_scan_start(ImgcatIndexScan *scan);
extern ImgcatEntry *imgcat_index_scan_next(ImgcatIndexScan *scan,
										   ScanDirection direction);
extern void imgcat_index_scan_close(ImgcatIndexScan *scan);

/* Row numbers of images, sorted. */
typedef struct ImgcatTids
{
	int64		ntids;
	ItemPointerData *tids;		/* NULL: not known */
} ImgcatTids;

/* What has the facets asked for. */
typedef struct ImgcatFacetFilter
{
	ImgcatTids	tids;

	/* what of it is shared, sorted; NULL: each share is looked up in images */
	int64		nids;
	pg_uuid_t  *ids;
	ImgcatTable *images;
} ImgcatFacetFilter;

/*
 * A branch: what the indexes of a family begin with, and what is asked of it.
 * All that it points to must outlive its scan.
 */
typedef struct ImgcatBranch
{
	ImgcatTable *table;
	const char *family;			/* images_visibility, images_owner,
								 * image_shares */
	int			nscope;
	Datum		scope[3];		/* texts, and behind them "hidden" */
	const char *scope_names[2]; /* the columns, for EXPLAIN and statistics */
	bool		hidden;			/* only hidden images, which have one index */
	double		nimages;		/* in the branch, estimated; 0: not yet */

	int			nkeys;			/* of the order */
	const ImgcatKey *keys;
	int			nfilters;
	const ImgcatCondition *filters;
	const ImgcatEntry *after;	/* keyset position; NULL: from the first on */
	int64		page_rows;		/* rows wanted of the page */
	double		rows;			/* and of them of this branch, estimated */

	/* facets asked for: what has them, NULL: not known; and how many have */
	const ImgcatFacetFilter *facets;
	double		facet_share;	/* 0: none asked for */
} ImgcatBranch;

/* A range of an index: of some values, and behind these of numbers. */
typedef struct ImgcatRange
{
	Relation	index;
	int			nvalues;
	Datum		values[IMGCAT_INDEX_KEYS_MAX];
	int64		low;			/* of the next column, both inclusive */
	int64		high;
} ImgcatRange;

/*
 * How a branch is scanned: an index in order, filter then sort, or the one
 * after the other.
 */
typedef struct ImgcatBranchPath
{
	const ImgcatBranch *branch;
	bool		empty;			/* nothing passes the filters */
	const ImgcatEntry *after;	/* keyset position to begin behind, or NULL */
	bool		exact_after;	/* it is one of the index keys */

	/* in order: the keys that no filter fixes, and what to read */
	bool		can_order;
	ImgcatKey	keys[IMGCAT_KEYS_MAX];
	int			nkeys;
	ImgcatRange order;
	const ImgcatCondition *prefix[IMGCAT_INDEX_KEYS_MAX];	/* of its values */
	double		order_frequency;	/* of images that pass these */
	bool		direct;			/* it has the order of the keys; else by
								 * groups */

	/* filter then sort */
	bool		can_sort;
	const ImgcatCondition *sort_filter; /* NULL: all of the index */
	ImgcatRange *ranges;
	int			nranges;

	bool		order_first;	/* else sort first */
	double		images;			/* of the branch, estimated */
	double		order_cost;
	double		sort_cost;
	double		order_budget;
	double		sort_budget;
} ImgcatBranchPath;

typedef struct ImgcatBranchScan ImgcatBranchScan;

extern bool imgcat_is_index_order(const ImgcatKey *keys, int nkeys);
extern Relation imgcat_creation_index(const ImgcatBranch *branch);
extern const char *imgcat_missing_index(const ImgcatBranch *branch);
extern const ImgcatCondition *imgcat_fixing_filter(const ImgcatBranch *branch, int column);
extern void imgcat_choose_branch_path(ImgcatBranchPath *path,
									  const ImgcatBranch *branch);

extern ImgcatBranchScan *imgcat_branch_scan_open(const ImgcatBranch *branch);
extern ImgcatEntry *imgcat_branch_scan_next(ImgcatBranchScan *scan,
											const ImgcatEntry *bound,
											bool *passed);
extern void imgcat_branch_scan_close(ImgcatBranchScan *scan);

#endif							/* IMGCAT_INDEX_SCAN_H */
