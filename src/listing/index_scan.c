/*-------------------------------------------------------------------------
 *
 * index_scan.c
 *		The ordered indexes, and scans of them, entry by entry.
 *
 * The executor has no scan that hands out index entries, expressions and all,
 * before their rows are looked at, nor one that stops after so many; so these
 * go to the index straight, as get_image does (image/image_fetch.c).
 *
 * An entry may be of a row that nobody sees any more, or not yet: it counts
 * for nothing until its row was read under the snapshot.  A visible row has
 * the values of the entry that led to it.
 *
 * The columns of an index are known by their names, and those of its own
 * expressions by their types (sql/30_images_tables.sql).
 *
 * src/listing/index_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/itup.h"
#include "access/nbtree.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "image/image_fetch.h"
#include "index_lookup.h"
#include "listing/index_scan.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

/*
 * Open images or image_shares to read rows of.
 */
void
imgcat_table_begin(ImgcatTable *table, bool is_shares)
{
	const char *names[IMGCAT_ENTRY_VALUES] = {
		"summary", "created_at", "updated_at", "size", "name",
		is_shares ? "image_id" : "id"
	};

	memset(table, 0, sizeof(*table));
	table->relation = imgcat_table_open(is_shares ? "image_shares" : "images");
	table->is_shares = is_shares;
	table->fetch = imgcat_table_index_fetch_begin(table->relation);
	table->slot = table_slot_create(table->relation, NULL);
	table->snapshot = GetActiveSnapshot();
	for (int value = 0; value < IMGCAT_ENTRY_VALUES; value++)
		table->columns[value] = SPI_fnumber(RelationGetDescr(table->relation), names[value]) - 1;
}

/*
 * Close the table and its indexes.  The locks stay until the transaction ends.
 */
void
imgcat_table_end(ImgcatTable *table)
{
	if (table->id_scan != NULL)
		imgcat_id_scan_close(table->id_scan);
	for (int i = 0; i < table->nindexes; i++)
		if (table->indexes[i].relation != NULL)
			index_close(table->indexes[i].relation, NoLock);
	table_index_fetch_end(table->fetch);
	ExecDropSingleTupleTableSlot(table->slot);
	table_close(table->relation, NoLock);
}

/*
 * Fetch the visible row of an entry into the table's slot, and let the entry
 * point to it instead of the chain of its versions.  False: the snapshot sees
 * none.
 */
bool
imgcat_fetch_row(ImgcatTable *table, ImgcatEntry *entry)
{
	ItemPointerData tid = entry->tid;
	bool		call_again = false;
	bool		all_dead = false;

	table->rows_read++;
	if (entry->row_read)
		return table_tuple_fetch_row_version(table->relation, &tid,
											 table->snapshot, table->slot);
	if (table_index_fetch_tuple(table->fetch, &tid, table->snapshot,
								table->slot, &call_again, &all_dead))
	{
		entry->tid = table->slot->tts_tid;
		entry->row_read = true;
		return true;
	}

	/* nobody sees it any more: spare those who come by next (indexam.c) */
	if (all_dead && entry->scan != NULL && !entry->scan->xactStartedInRecovery)
		entry->scan->kill_prior_tuple = true;
	return false;
}

/*
 * Fill the entry from its row.  False: the snapshot sees none.  The name lives
 * in the current memory context.
 */
bool
imgcat_read_row(ImgcatTable *table, ImgcatEntry *entry)
{
	if (entry->row_read)
		return true;
	if (!imgcat_fetch_row(table, entry))
		return false;
	slot_getallattrs(table->slot);
	imgcat_entry_fill(entry, table->columns, table->slot->tts_values, table->slot->tts_isnull);
	Assert(entry->known == (1 << IMGCAT_ENTRY_VALUES) - 1);
	if (entry->name != NULL)
		entry->name = (text *) DatumGetPointer(datumCopy(PointerGetDatum(entry->name), false, -1));
	return true;
}

/*
 * An index of the table that begins with what the family does; NULL: there is
 * none that can be used.  It is open until the table is closed.
 */
Relation
imgcat_table_index(ImgcatTable *table, const char *family, const char *suffix)
{
	char		name[NAMEDATALEN];
	ImgcatOpenIndex *found;

	snprintf(name, sizeof(name), "%s_%s_idx", family, suffix);
	for (int i = 0; i < table->nindexes; i++)
		if (strcmp(table->indexes[i].name, name) == 0)
			return table->indexes[i].relation;
	if (table->nindexes == IMGCAT_OPEN_INDEXES_MAX)
		return NULL;
	found = &table->indexes[table->nindexes++];
	strlcpy(found->name, name, sizeof(found->name));
	found->relation = imgcat_index_open(table->relation, name);
	return found->relation;
}

/*
 * The scan of images for identifiers, kept for the time of the page.
 */
IndexScanDesc
imgcat_table_id_scan(ImgcatTable *images)
{
	if (images->id_scan == NULL)
		images->id_scan = imgcat_id_scan_open(images->relation, images->snapshot);
	return images->id_scan;
}

/*
 * Find out which columns of the index hold what.
 */
static void
find_columns(ImgcatIndexScan *scan)
{
	Form_pg_index form = scan->index->rd_index;
	bool		is_name = strstr(RelationGetRelationName(scan->index), "_name_idx") != NULL;

	memset(scan->columns, -1, sizeof(scan->columns));
	for (int i = scan->nscope; i < form->indnatts; i++)
	{
		int			column = form->indkey.values[i] - 1;
		Oid			type = TupleDescAttr(RelationGetDescr(scan->index), i)->atttypid;

		if (column >= 0)
		{
			for (int value = 0; value < IMGCAT_ENTRY_VALUES; value++)
				if (scan->table->columns[value] == column)
					scan->columns[value] = i;
		}
		else if (type == TIMESTAMPTZOID)
			scan->columns[IMGCAT_ENTRY_UPDATED_AT] = i;
		else if (type == INT8OID)
			scan->columns[IMGCAT_ENTRY_SIZE] = i;

		/* the index of an enum has it as its key, and behind the id a name */
		else if (type == TEXTOID && (scan->columns[IMGCAT_ENTRY_ID] >= 0 || is_name))
			scan->columns[IMGCAT_ENTRY_NAME] = i;
	}
}

/*
 * A scan of an index, without bounds but those of the scope as yet.
 */
ImgcatIndexScan *
imgcat_index_scan_open(ImgcatTable *table, Relation index,
					   const Datum *scope, int nscope)
{
	ImgcatIndexScan *scan = palloc0(sizeof(ImgcatIndexScan));

	scan->table = table;
	scan->index = index;
	scan->nscope = nscope;
	find_columns(scan);
	if (scan->columns[IMGCAT_ENTRY_ID] < 0)
		elog(ERROR, "index \"%s\" is not an ordered index of images",
			 RelationGetRelationName(index));
	for (int i = 0; i < nscope; i++)
		imgcat_index_scan_bound(scan, i - nscope, BTEqualStrategyNumber, scope[i]);
	return scan;
}

/*
 * Bound the column at a position behind the scope, from 0 on.
 */
void
imgcat_index_scan_bound(ImgcatIndexScan *scan, int position,
						StrategyNumber strategy, Datum value)
{
	int			at = scan->nscope + position;
	Oid			family = scan->index->rd_opfamily[at];
	Oid			type = scan->index->rd_opcintype[at];
	Oid			op = get_opfamily_member(family, type, type, strategy);

	Assert(scan->nkeys < (int) lengthof(scan->keys));
	ScanKeyEntryInitialize(&scan->keys[scan->nkeys++], 0, at + 1, strategy, type,
						   scan->index->rd_indcollation[at], get_opcode(op), value);
}

/*
 * Begin behind a keyset position: a comparison of the columns from a position
 * on as one row.
 */
void
imgcat_index_scan_behind(ImgcatIndexScan *scan, int position, int nvalues,
						 const Datum *values, bool descending)
{
	StrategyNumber strategy = descending ? BTLessStrategyNumber
	: BTGreaterStrategyNumber;
	ScanKey		header;

	if (nvalues == 1)
	{
		imgcat_index_scan_bound(scan, position, strategy, values[0]);
		return;
	}
	Assert(scan->nkeys < (int) lengthof(scan->keys));
	Assert(nvalues <= (int) lengthof(scan->members));
	header = &scan->keys[scan->nkeys++];
	for (int i = 0; i < nvalues; i++)
	{
		int			at = scan->nscope + position + i;

		ScanKeyEntryInitialize(&scan->members[i],
							   SK_ROW_MEMBER | (i == nvalues - 1 ? SK_ROW_END : 0),
							   at + 1, strategy,
							   scan->index->rd_opcintype[at],
							   scan->index->rd_indcollation[at],
							   index_getprocid(scan->index, at + 1, BTORDER_PROC),
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
imgcat_index_scan_start(ImgcatIndexScan *scan)
{
	if (scan->scan != NULL)
		index_endscan(scan->scan);
	scan->scan = imgcat_index_beginscan(scan->table->relation, scan->index,
										scan->table->snapshot, scan->nkeys, 0);
	scan->scan->xs_want_itup = true;
	index_rescan(scan->scan, scan->keys, scan->nkeys, NULL, 0);
}

/*
 * The next entry, or NULL.  It lives until the next one is asked for.
 */
ImgcatEntry *
imgcat_index_scan_next(ImgcatIndexScan *scan, ScanDirection direction)
{
	ImgcatEntry *entry = &scan->entry;
	ItemPointer tid = index_getnext_tid(scan->scan, direction);
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];

	if (tid == NULL)
		return NULL;
	scan->table->entries_read++;
	index_deform_tuple(scan->scan->xs_itup, scan->scan->xs_itupdesc, values, nulls);
	imgcat_entry_fill(entry, scan->columns, values, nulls);
	entry->tid = *tid;
	entry->row_read = false;
	entry->of_share = scan->table->is_shares;
	entry->scan = scan->scan;
	entry->tuple = NULL;
	return entry;
}

/*
 * End the scan.  The index stays open.
 */
void
imgcat_index_scan_close(ImgcatIndexScan *scan)
{
	if (scan->scan != NULL)
		index_endscan(scan->scan);
	pfree(scan);
}
