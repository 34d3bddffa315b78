/*-------------------------------------------------------------------------
 *
 * order_scan.h
 *		Scans of the indexes of orders, entry by entry.
 *
 * src/listing/order_scan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ORDER_SCAN_H
#define IMGCAT_ORDER_SCAN_H

#include "access/genam.h"
#include "access/relscan.h"
#include "access/sdir.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "executor/tuptable.h"
#include "listing/order_entry.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

/* The columns of images or offers that fill an entry. */
typedef struct ImgcatOrderTable
{
	Relation	relation;
	struct IndexFetchTableData *fetch;
	TupleTableSlot *slot;		/* the row read last */
	Snapshot	snapshot;
	AttrNumber	id;
	AttrNumber	created_at;
	AttrNumber	updated_at;
	AttrNumber	size;
	AttrNumber	name;
	AttrNumber	summary;
} ImgcatOrderTable;

/* Whose images: what the indexes of a family begin with. */
typedef struct ImgcatOrderScope
{
	ImgcatOrderTable *table;
	const char *family;			/* images_visibility, images_owner, offers */
	int			ncolumns;
	Datum		values[2];		/* texts */
	int64		page_rows;		/* that the page asks for */
} ImgcatOrderScope;

/* bounds that a scan may have behind its scope, a row comparison last */
#define IMGCAT_ORDER_BOUNDS_MAX 6

typedef struct ImgcatOrderScan
{
	const ImgcatOrderScope *scope;
	Relation	index;
	bool		is_name;		/* its key is the name */
	IndexScanDesc scan;			/* NULL: not started */
	int			nkeys;
	ScanKeyData keys[2 + IMGCAT_ORDER_BOUNDS_MAX];
	ScanKeyData members[3];		/* of the row comparison */

	/* the columns of the index that fill an entry; 0: none */
	AttrNumber	id;
	AttrNumber	created_at;
	AttrNumber	updated_at;
	AttrNumber	size;
	AttrNumber	name;
	AttrNumber	summary;
	ImgcatOrderEntry entry;		/* the current one */
} ImgcatOrderScan;

extern void imgcat_order_table_open(ImgcatOrderTable *table, const char *name);
extern void imgcat_order_table_close(ImgcatOrderTable *table);
extern bool imgcat_order_read_row(ImgcatOrderTable *table,
								  ImgcatOrderEntry *entry);
extern bool imgcat_order_index_exists(const char *family, const char *suffix);
extern const char *imgcat_order_index_suffix(int column);
extern ImgcatOrderScan *imgcat_order_scan_open(const ImgcatOrderScope *scope,
											   const char *suffix);
extern void imgcat_order_scan_bound(ImgcatOrderScan *scan, int position,
									StrategyNumber strategy, Datum value);
extern void imgcat_order_scan_behind(ImgcatOrderScan *scan, int position,
									 int nvalues, const Datum *values,
									 bool descending);
extern void imgcat_order_scan_unbound(ImgcatOrderScan *scan);
extern void imgcat_order_scan_start(ImgcatOrderScan *scan);
extern ImgcatOrderEntry *imgcat_order_scan_next(ImgcatOrderScan *scan,
												ScanDirection direction);
extern void imgcat_order_scan_close(ImgcatOrderScan *scan);

#endif							/* IMGCAT_ORDER_SCAN_H */
