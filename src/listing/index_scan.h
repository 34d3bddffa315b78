/*-------------------------------------------------------------------------
 *
 * index_scan.h
 *		Scans of the ordered indexes, entry by entry.
 *
 * src/listing/index_scan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_INDEX_SCAN_H
#define IMGCAT_INDEX_SCAN_H

#include "access/genam.h"
#include "access/relscan.h"
#include "access/sdir.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "executor/tuptable.h"
#include "listing/index_entry.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

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
	AttrNumber	id;
	AttrNumber	created_at;
	AttrNumber	updated_at;
	AttrNumber	size;
	AttrNumber	name;
	AttrNumber	summary;
	IndexScanDesc id_scan;		/* of images by identifier; NULL: not begun */
	int			nindexes;
	ImgcatOpenIndex indexes[IMGCAT_OPEN_INDEXES_MAX];
	int64		rows_read;
	int64		entries_read;
} ImgcatTable;

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
	ScanKeyData members[3];		/* of the row comparison */

	/* the columns of the index that fill an entry, from 0; -1: none */
	int			id;
	int			created_at;
	int			updated_at;
	int			size;
	int			name;
	int			summary;
	ImgcatEntry entry;			/* the current one */
} ImgcatIndexScan;

extern void imgcat_table_begin(ImgcatTable *table, bool is_shares);
extern void imgcat_table_end(ImgcatTable *table);
extern bool imgcat_read_row(ImgcatTable *table, ImgcatEntry *entry);
extern bool imgcat_fetch_row(ImgcatTable *table, ImgcatEntry *entry);
extern Relation imgcat_table_index(ImgcatTable *table, const char *family,
								   const char *suffix);
extern Relation imgcat_table_primary_key(ImgcatTable *table);
extern IndexScanDesc imgcat_scan_for_id(ImgcatTable *images,
										const pg_uuid_t *id);
extern const char *imgcat_index_suffix(int column);
extern ImgcatIndexScan *imgcat_index_scan_open(ImgcatTable *table,
											   Relation index,
											   const Datum *scope, int nscope);
extern void imgcat_index_scan_bound(ImgcatIndexScan *scan, int position,
									StrategyNumber strategy, Datum value);
extern void imgcat_index_scan_behind(ImgcatIndexScan *scan, int position,
									 int nvalues, const Datum *values,
									 bool descending);
extern void imgcat_index_scan_unbound(ImgcatIndexScan *scan);
extern void imgcat_index_scan_start(ImgcatIndexScan *scan);
extern ImgcatEntry *imgcat_index_scan_next(ImgcatIndexScan *scan,
										   ScanDirection direction);
extern void imgcat_index_scan_close(ImgcatIndexScan *scan);

#endif							/* IMGCAT_INDEX_SCAN_H */
