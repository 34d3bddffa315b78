/*-------------------------------------------------------------------------
 *
 * order_scan.c
 *		Scans of the indexes of orders, entry by entry.
 *
 * The executor has no scan that hands out an index's entries, expressions and
 * all, before their rows are looked at, nor one that stops after so many; so
 * these go to the index straight, as get_image does (image/image_fetch.c).
 *
 * An entry may be of a row that nobody sees any more, or not yet: it places
 * an image, and counts for nothing until its row was read under the snapshot.
 * A row that is seen has the values of the entry that led to it.
 *
 * The columns of an index are known by their names, and those of its own
 * expressions by their types (sql/30_images_tables.sql).
 *
 * src/listing/order_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "listing/order_scan.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/*
 * Open images or offers to read rows of.
 */
void
imgcat_order_table_open(ImgcatOrderTable *table, const char *name)
{
	Oid			oid = get_relname_relid(name, get_namespace_oid("image_catalog", false));
	bool		offers = strcmp(name, "offers") == 0;

	if (!OidIsValid(oid))
		elog(ERROR, "table \"%s\" is missing", name);
	table->relation = table_open(oid, AccessShareLock);
	table->fetch = table_index_fetch_begin(table->relation);
	table->slot = table_slot_create(table->relation, NULL);
	table->snapshot = GetActiveSnapshot();
	table->id = get_attnum(oid, offers ? "image_id" : "id");
	table->created_at = get_attnum(oid, "created_at");
	table->updated_at = get_attnum(oid, "updated_at");
	table->size = get_attnum(oid, "size");
	table->name = get_attnum(oid, "name");
	table->summary = get_attnum(oid, "summary");
}

/*
 * The lock stays until the transaction ends.
 */
void
imgcat_order_table_close(ImgcatOrderTable *table)
{
	table_index_fetch_end(table->fetch);
	ExecDropSingleTupleTableSlot(table->slot);
	table_close(table->relation, NoLock);
}

/*
 * Fill the entry from its row, and let it point to the row itself instead of
 * the chain of its versions.  False: the snapshot sees none.  The name lives
 * in the current memory context.
 */
bool
imgcat_order_read_row(ImgcatOrderTable *table, ImgcatOrderEntry *entry)
{
	TupleTableSlot *slot = table->slot;
	ItemPointerData tid = entry->tid;
	bool		call_again = false;
	bool		is_null;
	Datum		value;

	if (entry->row_read)
		return true;
	if (!table_index_fetch_tuple(table->fetch, &tid, table->snapshot, slot,
								 &call_again, NULL))
		return false;
	entry->tid = slot->tts_tid;
	entry->id = *DatumGetUUIDP(slot_getattr(slot, table->id, &is_null));
	entry->created_at =
		DatumGetTimestampTz(slot_getattr(slot, table->created_at, &is_null));
	entry->updated_at =
		DatumGetTimestampTz(slot_getattr(slot, table->updated_at, &is_null));
	value = slot_getattr(slot, table->size, &is_null);
	entry->size = is_null ? 0 : DatumGetInt64(value);
	value = slot_getattr(slot, table->name, &is_null);
	entry->name = is_null ? "" : TextDatumGetCString(value);
	entry->name_length = strlen(entry->name);
	entry->summary = DatumGetInt64(slot_getattr(slot, table->summary, &is_null));
	entry->known = IMGCAT_ENTRY_ALL;
	entry->row_read = true;
	return true;
}

/*
 * The end of the names of a sort key's indexes.
 */
const char *
imgcat_order_index_suffix(int column)
{
	switch (column)
	{
		case IMGCAT_COL_ID:
			return "id";
		case IMGCAT_COL_NAME:
			return "name";
		case IMGCAT_COL_STATUS:
			return "status";
		case IMGCAT_COL_DISK_FORMAT:
			return "disk_format";
		case IMGCAT_COL_CONTAINER_FORMAT:
			return "container_format";
		case IMGCAT_COL_SIZE:
			return "size";
		case IMGCAT_COL_CREATED_AT:
			return "created_at";
		case IMGCAT_COL_UPDATED_AT:
			return "updated_at";
		default:
			return NULL;
	}
}

/*
 * The index of a family.
 */
static Oid
find_index(const char *family, const char *suffix)
{
	char		name[NAMEDATALEN];

	snprintf(name, sizeof(name), "%s_%s_idx", family, suffix);
	return get_relname_relid(name, get_namespace_oid("image_catalog", false));
}

/*
 * Is the index there, and may it be used?  An administrator may have dropped
 * it, or its making failed, or it was made after the snapshot was taken and
 * lacks what only that one sees.
 */
bool
imgcat_order_index_exists(const char *family, const char *suffix)
{
	Oid			oid = find_index(family, suffix);
	HeapTuple	tuple;
	Form_pg_index form;
	bool		usable;

	if (!OidIsValid(oid))
		return false;
	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(oid));
	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_index) GETSTRUCT(tuple);
	usable = form->indisvalid && form->indislive &&
		(!form->indcheckxmin ||
		 TransactionIdPrecedes(HeapTupleHeaderGetXmin(tuple->t_data),
							   TransactionXmin));
	ReleaseSysCache(tuple);
	return usable;
}

/*
 * Find out which columns of the index hold what.
 */
static void
find_columns(ImgcatOrderScan *scan)
{
	const ImgcatOrderTable *table = scan->scope->table;
	Form_pg_index form = scan->index->rd_index;

	for (int i = scan->scope->ncolumns; i < form->indnatts; i++)
	{
		AttrNumber	column = form->indkey.values[i];
		Oid			type = TupleDescAttr(RelationGetDescr(scan->index), i)->atttypid;

		if (column == table->id)
			scan->id = i + 1;
		else if (column == table->created_at)
			scan->created_at = i + 1;
		else if (column == table->summary)
			scan->summary = i + 1;
		else if (column == table->updated_at ||
				 (column == 0 && type == TIMESTAMPTZOID))
			scan->updated_at = i + 1;
		else if (column == table->size || (column == 0 && type == INT8OID))
			scan->size = i + 1;

		/* a word's index has it as its key, and behind the id a name */
		else if (column == table->name ||
				 (column == 0 && type == TEXTOID &&
				  (scan->id != 0 || scan->is_name)))
			scan->name = i + 1;
	}
}

/*
 * A scan of an index of the scope, without bounds as yet.
 */
ImgcatOrderScan *
imgcat_order_scan_open(const ImgcatOrderScope *scope, const char *suffix)
{
	ImgcatOrderScan *scan = palloc0(sizeof(ImgcatOrderScan));
	Oid			oid = find_index(scope->family, suffix);

	if (!OidIsValid(oid))
		elog(ERROR, "an index \"%s_%s_idx\" is missing", scope->family, suffix);
	scan->scope = scope;
	scan->index = index_open(oid, AccessShareLock);
	scan->is_name = strcmp(suffix, "name") == 0;
	find_columns(scan);
	if (scan->id == 0 || scan->summary == 0)
		elog(ERROR, "index \"%s\" is not an index of an order",
			 RelationGetRelationName(scan->index));
	imgcat_order_scan_unbound(scan);
	return scan;
}

/*
 * Fill in a comparison of a column of the index.
 */
static void
set_key(ImgcatOrderScan *scan, ScanKey key, AttrNumber column,
		StrategyNumber strategy, Datum value)
{
	Oid			family = scan->index->rd_opfamily[column - 1];
	Oid			type = scan->index->rd_opcintype[column - 1];
	Oid			op = get_opfamily_member(family, type, type, strategy);

	ScanKeyEntryInitialize(key, 0, column, strategy, type,
						   scan->index->rd_indcollation[column - 1],
						   get_opcode(op), value);
}

/*
 * Take all bounds from a scan but its scope.
 */
void
imgcat_order_scan_unbound(ImgcatOrderScan *scan)
{
	scan->nkeys = 0;
	for (int i = 0; i < scan->scope->ncolumns; i++)
		set_key(scan, &scan->keys[scan->nkeys++], i + 1, BTEqualStrategyNumber,
				scan->scope->values[i]);
}

/*
 * Bound the column at a position behind the scope, from 0 on.
 */
void
imgcat_order_scan_bound(ImgcatOrderScan *scan, int position,
						StrategyNumber strategy, Datum value)
{
	Assert(scan->nkeys < (int) lengthof(scan->keys));
	set_key(scan, &scan->keys[scan->nkeys++],
			scan->scope->ncolumns + position + 1, strategy, value);
}

/*
 * Begin behind a place: a comparison of the columns from a position on.
 */
void
imgcat_order_scan_behind(ImgcatOrderScan *scan, int position, int nvalues,
						 const Datum *values, bool descending)
{
	StrategyNumber strategy = descending ? BTLessStrategyNumber
		: BTGreaterStrategyNumber;
	ScanKey		header;

	Assert(scan->nkeys < (int) lengthof(scan->keys));
	header = &scan->keys[scan->nkeys++];
	for (int i = 0; i < nvalues; i++)
	{
		AttrNumber	column = scan->scope->ncolumns + position + i + 1;

		ScanKeyEntryInitialize(&scan->members[i],
							   SK_ROW_MEMBER | (i == nvalues - 1 ? SK_ROW_END : 0),
							   column, strategy,
							   scan->index->rd_opcintype[column - 1],
							   scan->index->rd_indcollation[column - 1],
							   index_getprocid(scan->index, column, BTORDER_PROC),
							   values[i]);
	}
	memset(header, 0, sizeof(*header));
	header->sk_flags = SK_ROW_HEADER;
	header->sk_attno = scan->members[0].sk_attno;
	header->sk_strategy = strategy;
	header->sk_argument = PointerGetDatum(scan->members);
}

/*
 * Start, or start again, within the bounds.
 */
void
imgcat_order_scan_start(ImgcatOrderScan *scan)
{
	const ImgcatOrderTable *table = scan->scope->table;

	if (scan->scan != NULL)
		index_endscan(scan->scan);
	scan->scan = index_beginscan(table->relation, scan->index, table->snapshot,
								 scan->nkeys, 0);
	scan->scan->xs_want_itup = true;
	index_rescan(scan->scan, scan->keys, scan->nkeys, NULL, 0);
}

/*
 * A column of the current entry; false: the index lacks it, or it is null.
 */
static bool
get_value(ImgcatOrderScan *scan, AttrNumber column, Datum *value)
{
	bool		is_null;

	if (column == 0)
		return false;
	*value = index_getattr(scan->scan->xs_itup, column, scan->scan->xs_itupdesc,
						   &is_null);
	return !is_null;
}

/*
 * The next entry, or NULL.  It lives until the next one is asked for.
 */
ImgcatOrderEntry *
imgcat_order_scan_next(ImgcatOrderScan *scan, ScanDirection direction)
{
	ImgcatOrderEntry *entry = &scan->entry;
	ItemPointer tid = index_getnext_tid(scan->scan, direction);
	Datum		value;

	if (tid == NULL)
		return NULL;
	memset(entry, 0, sizeof(*entry));
	entry->tid = *tid;
	if (get_value(scan, scan->id, &value))
		entry->id = *DatumGetUUIDP(value);
	if (get_value(scan, scan->summary, &value))
		entry->summary = DatumGetInt64(value);
	if (get_value(scan, scan->created_at, &value))
	{
		entry->created_at = DatumGetTimestampTz(value);
		entry->known |= IMGCAT_ENTRY_CREATED_AT;
	}
	if (get_value(scan, scan->updated_at, &value))
	{
		entry->updated_at = DatumGetTimestampTz(value);
		entry->known |= IMGCAT_ENTRY_UPDATED_AT;
	}
	if (get_value(scan, scan->size, &value))
	{
		entry->size = DatumGetInt64(value);
		entry->known |= IMGCAT_ENTRY_SIZE;
	}
	else if (imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_NO_SIZE))
		entry->known |= IMGCAT_ENTRY_SIZE;
	if (get_value(scan, scan->name, &value))
	{
		text	   *name = DatumGetTextPP(value);

		entry->name = VARDATA_ANY(name);
		entry->name_length = VARSIZE_ANY_EXHDR(name);
		entry->known |= IMGCAT_ENTRY_NAME;
	}
	else if (imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_NO_NAME))
	{
		entry->name = "";
		entry->known |= IMGCAT_ENTRY_NAME;
	}
	return entry;
}

/*
 * End the scan.  The lock stays until the transaction ends.
 */
void
imgcat_order_scan_close(ImgcatOrderScan *scan)
{
	if (scan->scan != NULL)
		index_endscan(scan->scan);
	index_close(scan->index, NoLock);
	pfree(scan);
}
