/*-------------------------------------------------------------------------
 *
 * image_fetch.c
 *		One image by its id, or one membership by its primary key.
 *
 * Showing an image is what clients do most.  Starting and ending the executor
 * for one row costs more than reading it, so these two scans go to the index
 * straight.  Through a prepared statement get_image took 1.24 to 1.38 times
 * as long as a primary-key SELECT; so it is the quicker of the two
 * (docs/performance.md).
 *
 * The rows are those that the active snapshot sees, without row-level
 * security: who may see them is the policy's to say (policy.c).
 *
 * src/image/image_fetch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_collation.h"
#include "compat.h"
#include "executor/tuptable.h"
#include "image/image_fetch.h"
#include "index_lookup.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* position of deleted_at in image_members; the script never moves a column */
#define MEMBERS_DELETED_AT 6

/* those of url and metadata in image_locations */
#define LOCATIONS_URL 3
#define LOCATIONS_METADATA 4

/* A scan of an index for one row. */
typedef struct KeyScan
{
	Relation	table;
	Relation	index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
} KeyScan;

/*
 * Open a table, and the first of its indexes, up to a null pointer, that can
 * be used.  The last is the primary key, which is there.
 */
static void
key_scan_open(KeyScan *key_scan, const char *table, const char *const *indexes)
{
	key_scan->table = imgcat_table_open(table);
	for (; *indexes != NULL; indexes++)
	{
		key_scan->index = imgcat_index_open(key_scan->table, *indexes);
		if (key_scan->index != NULL)
			return;
	}
	elog(ERROR, "table \"%s\" has no primary key", table);
}

/*
 * Begin a scan; true if there is a row, which is in the slot.
 */
static bool
key_scan_begin(KeyScan *key_scan, ScanKey keys, int nkeys)
{
	key_scan->slot = table_slot_create(key_scan->table, NULL);
	key_scan->scan = imgcat_index_beginscan(key_scan->table, key_scan->index,
											GetActiveSnapshot(), nkeys, 0);
	index_rescan(key_scan->scan, keys, nkeys, NULL, 0);
	return index_getnext_slot(key_scan->scan, ForwardScanDirection,
							  key_scan->slot);
}

/*
 * End a scan.  The locks stay until the transaction ends.
 */
static void
key_scan_end(KeyScan *key_scan)
{
	index_endscan(key_scan->scan);
	ExecDropSingleTupleTableSlot(key_scan->slot);
	index_close(key_scan->index, NoLock);
	table_close(key_scan->table, NoLock);
}

/*
 * Is this the image of that id?  A hash index may return others of its hash.
 */
static bool
slot_has_id(TupleTableSlot *slot, const pg_uuid_t *id)
{
	bool		is_null;
	Datum		found = slot_getattr(slot, IMGCAT_COL_ID + 1, &is_null);

	return memcmp(DatumGetUUIDP(found), id, sizeof(pg_uuid_t)) == 0;
}

/*
 * Read an image that is not deleted; false if there is none.  The row lives
 * in the current memory context.
 */
bool
imgcat_image_fetch(const pg_uuid_t *id, ImgcatImageRow *row)
{
	static const char *const indexes[] = {"images_id_hash_idx", "images_pkey", NULL};
	KeyScan		key_scan;
	ScanKeyData key;
	bool		found;

	key_scan_open(&key_scan, "images", indexes);
	ScanKeyInit(&key, 1,
				key_scan.index->rd_rel->relam == HASH_AM_OID
				? HTEqualStrategyNumber : BTEqualStrategyNumber,
				F_UUID_EQ, UUIDPGetDatum(id));
	found = key_scan_begin(&key_scan, &key, 1);
	while (found && !slot_has_id(key_scan.slot, id))
		found = index_getnext_slot(key_scan.scan, ForwardScanDirection,
								   key_scan.slot);
	if (found)
	{
		HeapTuple	tuple = ExecCopySlotHeapTuple(key_scan.slot);

		imgcat_image_row_read(row, tuple, RelationGetDescr(key_scan.table));
		found = strcmp(TextDatumGetCString(row->values[IMGCAT_COL_STATUS]),
					   "deleted") != 0;
	}
	key_scan_end(&key_scan);
	return found;
}

/*
 * Is the image shared with the project, whatever it answered?
 */
bool
imgcat_membership_exists(const pg_uuid_t *image_id, const char *project_id)
{
	static const char *const indexes[] = {"image_members_pkey", NULL};
	KeyScan		key_scan;
	ScanKeyData keys[2];
	bool		found;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(image_id));
	ScanKeyEntryInitialize(&keys[1], 0, 2, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ,
						   CStringGetTextDatum(project_id));
	key_scan_open(&key_scan, "image_members", indexes);
	found = key_scan_begin(&key_scan, keys, 2);
	if (found)
		found = slot_attisnull(key_scan.slot, MEMBERS_DELETED_AT);
	key_scan_end(&key_scan);
	return found;
}

/*
 * The locations of an image, each an ImgcatLocation, in their order and in the
 * current memory context.
 */
List *
imgcat_locations_fetch(const pg_uuid_t *image_id)
{
	static const char *const indexes[] = {"image_locations_pkey", NULL};
	KeyScan		key_scan;
	ScanKeyData key;
	List	   *locations = NIL;
	bool		found;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(image_id));
	key_scan_open(&key_scan, "image_locations", indexes);
	found = key_scan_begin(&key_scan, &key, 1);
	while (found)
	{
		ImgcatLocation *location = palloc(sizeof(ImgcatLocation));
		bool		is_null;

		location->url = DatumGetTextPCopy(slot_getattr(key_scan.slot,
													   LOCATIONS_URL, &is_null));
		location->metadata =
			DatumGetJsonbPCopy(slot_getattr(key_scan.slot, LOCATIONS_METADATA,
											&is_null));
		locations = lappend(locations, location);
		found = index_getnext_slot(key_scan.scan, ForwardScanDirection,
								   key_scan.slot);
	}
	key_scan_end(&key_scan);
	return locations;
}
