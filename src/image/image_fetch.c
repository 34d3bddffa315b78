/*-------------------------------------------------------------------------
 *
 * image_fetch.c
 *		One image by its id, or one membership by its primary key.
 *
 * Showing an image is what clients do most.  Starting and ending the executor
 * for one row costs more than reading it, so these scans go to the index
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
#include "access/htup_details.h"
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
#include "utils/timestamp.h"

/* columns by position, as the script never moves one: of images */
#define IMAGES_DELETED_AT 22
#define IMAGES_STATUS_BEFORE_DELETION 23
#define IMAGES_UPDATED_AT_BEFORE_DELETION 24

/* of image_members */
#define MEMBERS_DELETED_AT 6

/* of image_locations */
#define LOCATIONS_URL 3
#define LOCATIONS_METADATA 4

/* A scan of a primary key. */
typedef struct KeyScan
{
	Relation	table;
	Relation	index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
} KeyScan;

/*
 * Begin a scan; true if there is a row, which is in the slot.
 */
static bool
key_scan_begin(KeyScan *key_scan, const char *table, const char *index,
			   ScanKey keys, int nkeys)
{
	key_scan->table = imgcat_table_open(table);
	key_scan->index = imgcat_index_open(key_scan->table, index);
	if (key_scan->index == NULL)
		elog(ERROR, "table \"%s\" has no primary key", table);
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
 * Open a scan of images for identifiers, one after another.  A hash index finds
 * one in a page or two, and with it others of its hash.
 */
IndexScanDesc
imgcat_id_scan_open(Relation images, Snapshot snapshot)
{
	Relation	index = imgcat_index_open(images, "images_id_hash_idx");

	if (index == NULL)
		index = imgcat_index_open(images, "images_pkey");
	if (index == NULL)
		elog(ERROR, "table \"images\" has no primary key");
	return imgcat_index_beginscan(images, index, snapshot, 1, 0);
}

/*
 * Begin to scan for an identifier.
 */
void
imgcat_id_scan_start(IndexScanDesc scan, const pg_uuid_t *id)
{
	ScanKeyData key;

	ScanKeyInit(&key, 1,
				scan->indexRelation->rd_rel->relam == HASH_AM_OID
				? HTEqualStrategyNumber : BTEqualStrategyNumber,
				F_UUID_EQ, UUIDPGetDatum(id));
	index_rescan(scan, &key, 1, NULL, 0);
}

/*
 * Fetch the image of an identifier into a slot; false: the snapshot sees none.
 */
bool
imgcat_id_scan_fetch(IndexScanDesc scan, const pg_uuid_t *id, TupleTableSlot *slot)
{
	imgcat_id_scan_start(scan, id);
	while (index_getnext_slot(scan, ForwardScanDirection, slot))
	{
		bool		is_null;
		Datum		found = slot_getattr(slot, IMGCAT_COL_ID + 1, &is_null);

		if (memcmp(DatumGetUUIDP(found), id, sizeof(pg_uuid_t)) == 0)
			return true;
	}
	return false;
}

/*
 * End such a scan, and close its index.
 */
void
imgcat_id_scan_close(IndexScanDesc scan)
{
	Relation	index = scan->indexRelation;

	index_endscan(scan);
	index_close(index, NoLock);
}

/*
 * Read an image, deleted or not; false if there is none.  A deleted one is read
 * as it is, or with the status and the updated_at that it had before, unless it
 * came deleted.  The row lives in the current memory context.
 */
bool
imgcat_image_fetch_any(const pg_uuid_t *id, ImgcatImageRow *row,
					   bool before_deletion, NullableDatum *deleted_at)
{
	Relation	images = imgcat_table_open("images");
	TupleDesc	tupdesc = RelationGetDescr(images);
	TupleTableSlot *slot = table_slot_create(images, NULL);
	IndexScanDesc scan = imgcat_id_scan_open(images, GetActiveSnapshot());
	bool		found = imgcat_id_scan_fetch(scan, id, slot);

	if (found)
	{
		HeapTuple	tuple = ExecCopySlotHeapTuple(slot);

		imgcat_image_row_read(row, tuple, tupdesc);
		deleted_at->value = heap_getattr(tuple, IMAGES_DELETED_AT, tupdesc, &deleted_at->isnull);
		if (before_deletion && !heap_attisnull(tuple, IMAGES_STATUS_BEFORE_DELETION, tupdesc))
		{
			bool		is_null;

			row->values[IMGCAT_COL_STATUS] =
				heap_getattr(tuple, IMAGES_STATUS_BEFORE_DELETION, tupdesc, &is_null);
			row->values[IMGCAT_COL_UPDATED_AT] =
				heap_getattr(tuple, IMAGES_UPDATED_AT_BEFORE_DELETION, tupdesc, &is_null);
		}
	}
	imgcat_id_scan_close(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(images, NoLock);
	return found;
}

/*
 * The same of an image that is not deleted.
 */
bool
imgcat_image_fetch(const pg_uuid_t *id, ImgcatImageRow *row)
{
	NullableDatum deleted_at;

	return imgcat_image_fetch_any(id, row, false, &deleted_at) && deleted_at.isnull;
}

/*
 * Is the image shared with the project, whatever it answered?  Or was it until
 * the image was deleted?  deleted_at may be NULL for an image that is not.
 */
bool
imgcat_membership_exists(const pg_uuid_t *image_id, const char *project_id,
						 const NullableDatum *deleted_at)
{
	KeyScan		key_scan;
	ScanKeyData keys[2];
	bool		found;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(image_id));
	ScanKeyEntryInitialize(&keys[1], 0, 2, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ,
						   CStringGetTextDatum(project_id));
	found = key_scan_begin(&key_scan, "image_members", "image_members_pkey", keys, 2);
	if (found)
	{
		bool		is_null;
		Datum		ended_at = slot_getattr(key_scan.slot, MEMBERS_DELETED_AT, &is_null);

		found = is_null ||
			(deleted_at != NULL && !deleted_at->isnull &&
			 DatumGetTimestampTz(ended_at) == DatumGetTimestampTz(deleted_at->value));
	}
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
	KeyScan		key_scan;
	ScanKeyData key;
	List	   *locations = NIL;
	bool		found;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(image_id));
	found = key_scan_begin(&key_scan, "image_locations", "image_locations_pkey", &key, 1);
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
