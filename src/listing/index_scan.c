/*-------------------------------------------------------------------------
 *
 * index_scan.c
 *		The ordered indexes: what an entry tells of an image, filters on it, and
 *		scans, entry by entry.
 *
 * Every ordered index holds the sort keys of its images and their summary
 * (image/image_summary.c), so most of what a request asks for is decided
 * without a look at the table.
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

#include "access/htup_details.h"
#include "access/itup.h"
#include "access/nbtree.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "index_lookup.h"
#include "listing/index_scan.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

/* What entries and indexes tell of a column. */
typedef struct EntryColumn
{
	const char *name;
	bool		indexed;		/* it is a sort key: indexes begin with it,
								 * behind their scope */
	int			known;			/* the flag of a value that an entry may lack */
	bool		is_enum;		/* few values, the summary has the code */
	ImgcatSummaryPart part;		/* of the summary: code, flag, hash or class */
} EntryColumn;

static const EntryColumn entry_columns[IMGCAT_NUM_COLS] = {
	[IMGCAT_COL_ID] = {"id", true},
	[IMGCAT_COL_NAME] = {"name", true, IMGCAT_ENTRY_NAME, false, IMGCAT_SUMMARY_NAME},
	[IMGCAT_COL_STATUS] = {"status", true, 0, true, IMGCAT_SUMMARY_STATUS},
	[IMGCAT_COL_PROTECTED] = {"protected",.part = IMGCAT_SUMMARY_PROTECTED},
	[IMGCAT_COL_OWNER] = {"owner"},
	[IMGCAT_COL_DISK_FORMAT] = {"disk_format", true, 0, true, IMGCAT_SUMMARY_DISK_FORMAT},
	[IMGCAT_COL_CONTAINER_FORMAT] = {"container_format", true, 0, true, IMGCAT_SUMMARY_CONTAINER_FORMAT},
	[IMGCAT_COL_MIN_DISK] = {"min_disk",.part = IMGCAT_SUMMARY_MIN_DISK},
	[IMGCAT_COL_MIN_RAM] = {"min_ram",.part = IMGCAT_SUMMARY_MIN_RAM},
	[IMGCAT_COL_SIZE] = {"size", true, IMGCAT_ENTRY_SIZE, false, IMGCAT_SUMMARY_SIZE},
	[IMGCAT_COL_VIRTUAL_SIZE] = {"virtual_size"},
	[IMGCAT_COL_CHECKSUM] = {"checksum"},
	[IMGCAT_COL_OS_HASH_ALGO] = {"os_hash_algo"},
	[IMGCAT_COL_OS_HASH_VALUE] = {"os_hash_value"},
	[IMGCAT_COL_CREATED_AT] = {"created_at", true, IMGCAT_ENTRY_CREATED_AT},
	[IMGCAT_COL_UPDATED_AT] = {"updated_at", true, IMGCAT_ENTRY_UPDATED_AT, false, IMGCAT_SUMMARY_UPDATED_AT},
};

/*
 * The name of a column that is a filter or a sort key.
 */
const char *
imgcat_column_name(int column)
{
	return entry_columns[column].name;
}

/*
 * The end of the names of the indexes that begin with a column, behind their
 * scope; NULL: there are none.
 */
const char *
imgcat_index_suffix(int column)
{
	return entry_columns[column].indexed ? entry_columns[column].name : NULL;
}

/*
 * The flag of a value that an entry may lack; 0: every entry has it.
 */
int
imgcat_column_known_as(int column)
{
	return entry_columns[column].known;
}

/*
 * Is the column one of few values, of which the summary holds the code?
 */
static bool
column_is_enum(int column, ImgcatSummaryPart *part)
{
	*part = entry_columns[column].part;
	return entry_columns[column].is_enum;
}

/*
 * The text of a column that is one.
 */
static void
entry_text(const ImgcatEntry *entry, int column,
		   const char **str, int *length)
{
	ImgcatSummaryPart part;

	if (column_is_enum(column, &part))
	{
		*str = imgcat_summary_enum_value(part,
										 imgcat_summary_part(entry->summary, part));
		if (*str == NULL)
			elog(ERROR, "an image has an enum value that attribute.c does not know");
		*length = strlen(*str);
		return;
	}
	Assert(column == IMGCAT_COL_NAME);
	*str = entry->name;
	*length = entry->name_length;
}

/*
 * A value of the entry as the indexes hold it.
 */
Datum
imgcat_entry_value(const ImgcatEntry *entry, int column)
{
	const char *value;
	int			length;

	switch (column)
	{
		case IMGCAT_COL_ID:
			return UUIDPGetDatum(&entry->id);
		case IMGCAT_COL_CREATED_AT:
			return TimestampTzGetDatum(entry->created_at);
		case IMGCAT_COL_UPDATED_AT:
			return TimestampTzGetDatum(entry->updated_at);
		case IMGCAT_COL_SIZE:
			return Int64GetDatum(entry->size);
		default:
			entry_text(entry, column, &value, &length);
			return PointerGetDatum(cstring_to_text_with_len(value, length));
	}
}

/*
 * Set a value of the entry from a sort key, as a marker has them.
 */
void
imgcat_entry_set_value(ImgcatEntry *entry, int column, Datum value)
{
	ImgcatSummaryPart part;
	text	   *text_value;

	entry->known |= imgcat_column_known_as(column);
	switch (column)
	{
		case IMGCAT_COL_ID:
			entry->id = *DatumGetUUIDP(value);
			break;
		case IMGCAT_COL_CREATED_AT:
			entry->created_at = DatumGetTimestampTz(value);
			break;
		case IMGCAT_COL_UPDATED_AT:
			entry->updated_at = DatumGetTimestampTz(value);
			break;
		case IMGCAT_COL_SIZE:
			entry->size = DatumGetInt64(value);
			break;
		default:
			text_value = DatumGetTextPP(value);
			entry->known |= IMGCAT_ENTRY_SUMMARY;
			if (column_is_enum(column, &part))
				entry->summary =
					imgcat_summary_with_part(entry->summary, part,
											 imgcat_summary_enum_code(part, VARDATA_ANY(text_value),
																	  VARSIZE_ANY_EXHDR(text_value)));
			else
			{
				entry->name = VARDATA_ANY(text_value);
				entry->name_length = VARSIZE_ANY_EXHDR(text_value);
			}
			break;
	}
}

/*
 * A copy that outlives the index page.
 */
ImgcatEntry *
imgcat_entry_copy(const ImgcatEntry *entry)
{
	ImgcatEntry *copy = palloc(sizeof(ImgcatEntry));

	*copy = *entry;
	copy->scan = NULL;
	if (entry->known & IMGCAT_ENTRY_NAME)
	{
		char	   *name = palloc(entry->name_length + 1);

		memcpy(name, entry->name, entry->name_length);
		copy->name = name;
	}
	return copy;
}

/*
 * Free a copy.
 */
void
imgcat_entry_free(ImgcatEntry *entry)
{
	if (entry->known & IMGCAT_ENTRY_NAME)
		pfree(unconstify(char *, entry->name));
	pfree(entry);
}

/*
 * Order of two entries by one column, as its index has it.
 */
int
imgcat_entry_compare_column(const ImgcatEntry *a,
							const ImgcatEntry *b, int column)
{
	const char *a_text;
	const char *b_text;
	int			a_length;
	int			b_length;
	int			order;

#define COMPARE_NUMBERS(x, y) ((x) < (y) ? -1 : (x) > (y) ? 1 : 0)
	switch (column)
	{
		case IMGCAT_COL_ID:
			return memcmp(&a->id, &b->id, UUID_LEN);
		case IMGCAT_COL_CREATED_AT:
			return COMPARE_NUMBERS(a->created_at, b->created_at);
		case IMGCAT_COL_UPDATED_AT:
			return COMPARE_NUMBERS(a->updated_at, b->updated_at);
		case IMGCAT_COL_SIZE:
			return COMPARE_NUMBERS(a->size, b->size);
		default:
			entry_text(a, column, &a_text, &a_length);
			entry_text(b, column, &b_text, &b_length);
			order = memcmp(a_text, b_text, Min(a_length, b_length));
			return order != 0 ? order : COMPARE_NUMBERS(a_length, b_length);
	}
}

/*
 * Order of two entries.
 */
int
imgcat_entry_compare(const ImgcatEntry *a, const ImgcatEntry *b,
					 const ImgcatKey *keys, int nkeys)
{
	for (int i = 0; i < nkeys; i++)
	{
		int			order = imgcat_entry_compare_column(a, b, keys[i].column);

		if (order != 0)
			return keys[i].descending ? -order : order;
	}
	return 0;
}

/*
 * Is it this text?
 */
static bool
is_text(Datum value, const char *str, size_t length)
{
	text	   *text_value = DatumGetTextPP(value);

	return VARSIZE_ANY_EXHDR(text_value) == length &&
		memcmp(VARDATA_ANY(text_value), str, length) == 0;
}

/*
 * Let a filter on texts pass these, each noted once, and with what the summary
 * has of it: the code of an enum value, the hash of a name.  A value that no
 * image has is left out, and so is the empty text of an enum, which stands for
 * a missing value, unless that passes.
 */
void
imgcat_filter_set_texts(ImgcatCondition *filter, const Datum *texts, int ntexts)
{
	ImgcatSummaryPart part;
	bool		is_enum = column_is_enum(filter->column, &part);

	filter->ntexts = 0;
	filter->texts = palloc(sizeof(Datum) * Max(ntexts, 1));
	filter->hashes = palloc(sizeof(uint32) * Max(ntexts, 1));
	for (int i = 0; i < ntexts; i++)
	{
		text	   *value = DatumGetTextPP(texts[i]);
		size_t		length = VARSIZE_ANY_EXHDR(value);
		uint32		hash = is_enum ? imgcat_summary_enum_code(part, VARDATA_ANY(value), length)
		: imgcat_summary_name_hash(VARDATA_ANY(value), length);
		bool		leave_out = is_enum &&
		(hash == IMGCAT_SUMMARY_UNKNOWN_VALUE ||
		 (hash == IMGCAT_SUMMARY_NO_VALUE && !filter->missing));

		for (int j = 0; j < filter->ntexts && !leave_out; j++)
			leave_out = filter->hashes[j] == hash &&
				is_text(filter->texts[j], VARDATA_ANY(value), length);
		if (leave_out)
			continue;
		filter->hashes[filter->ntexts] = hash;
		filter->texts[filter->ntexts++] = PointerGetDatum(value);
	}
}

/*
 * Does the filter leave one value of its column, as the indexes hold it?
 */
bool
imgcat_filter_is_value(const ImgcatCondition *filter)
{
	return filter->kind == IMGCAT_COND_RANGE ? filter->low == filter->high
		: filter->kind != IMGCAT_COND_REGISTERED && filter->ntexts == 1;
}

/*
 * The value of a filter that leaves one, as the indexes hold it.
 */
Datum
imgcat_filter_value(const ImgcatCondition *filter)
{
	return filter->kind == IMGCAT_COND_RANGE ? Int64GetDatum(filter->low)
		: filter->texts[0];
}

/*
 * The range that filters leave of a column.
 */
void
imgcat_filters_range(const ImgcatCondition *filters, int nfilters, int column,
					 int64 *low, int64 *high)
{
	*low = PG_INT64_MIN;
	*high = PG_INT64_MAX;
	for (int i = 0; i < nfilters; i++)
		if (filters[i].kind == IMGCAT_COND_RANGE && filters[i].column == column)
		{
			*low = Max(*low, filters[i].low);
			*high = Min(*high, filters[i].high);
		}
}

/*
 * Does the text match, which the summary has a code or a hash of?
 */
static ImgcatMatch
match_text(const ImgcatCondition *filter, const ImgcatEntry *entry)
{
	const EntryColumn *column = &entry_columns[filter->column];
	uint32		hash = imgcat_summary_part(entry->summary, column->part);

	if (!column->is_enum && !filter->missing &&
		imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_NO_NAME))
		return IMGCAT_MATCH_NO;
	for (int i = 0; i < filter->ntexts; i++)
	{
		if (filter->hashes[i] != hash)
			continue;
		if (column->is_enum)
			return IMGCAT_MATCH_YES;
		if ((entry->known & column->known) == 0)
			return IMGCAT_MATCH_UNKNOWN;
		if (is_text(filter->texts[i], entry->name, entry->name_length))
			return IMGCAT_MATCH_YES;
	}
	return IMGCAT_MATCH_NO;
}

/*
 * Is a number in the range?
 */
static ImgcatMatch
match_number(const ImgcatCondition *filter, int64 number)
{
	return number >= filter->low && number <= filter->high
		? IMGCAT_MATCH_YES : IMGCAT_MATCH_NO;
}

/*
 * Is the value in the range?  Of what an entry lacks the summary has a hash.
 * Of min_ram and min_disk it has a class: where the range cuts that, the recheck
 * tells.
 */
static ImgcatMatch
match_range(const ImgcatCondition *filter, const ImgcatEntry *entry)
{
	ImgcatSummaryPart part = entry_columns[filter->column].part;
	uint32		value = imgcat_summary_part(entry->summary, part);

	switch (filter->column)
	{
		case IMGCAT_COL_PROTECTED:
			return match_number(filter, value);
		case IMGCAT_COL_MIN_RAM:
		case IMGCAT_COL_MIN_DISK:
			return value >= imgcat_summary_class(part, filter->low) &&
				value <= imgcat_summary_class(part, filter->high) && filter->high >= 0
				? IMGCAT_MATCH_YES : IMGCAT_MATCH_NO;
		case IMGCAT_COL_CREATED_AT:
			return entry->known & IMGCAT_ENTRY_CREATED_AT
				? match_number(filter, entry->created_at) : IMGCAT_MATCH_UNKNOWN;
		case IMGCAT_COL_UPDATED_AT:
			if (entry->known & IMGCAT_ENTRY_UPDATED_AT)
				return match_number(filter, entry->updated_at);
			break;
		case IMGCAT_COL_SIZE:
			if (!filter->missing &&
				imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_NO_SIZE))
				return IMGCAT_MATCH_NO;
			if (entry->known & IMGCAT_ENTRY_SIZE)
				return match_number(filter, entry->size);
			break;
		default:
			elog(ERROR, "column %d is not in the indexes", filter->column);
	}
	return filter->low == filter->high &&
		value != imgcat_summary_number_hash(part, filter->low)
		? IMGCAT_MATCH_NO : IMGCAT_MATCH_UNKNOWN;
}

/*
 * Does the entry match the filter?  That a property has its value the index says
 * that was read, or the recheck.
 */
ImgcatMatch
imgcat_filter_match(const ImgcatCondition *filter, const ImgcatEntry *entry)
{
	if (filter->kind == IMGCAT_COND_PROPERTY)
		return IMGCAT_MATCH_YES;
	if (filter->column != IMGCAT_COL_CREATED_AT &&
		(entry->known & IMGCAT_ENTRY_SUMMARY) == 0)
		return IMGCAT_MATCH_UNKNOWN;
	if (filter->kind == IMGCAT_COND_TEXT)
		return match_text(filter, entry);
	if (filter->kind == IMGCAT_COND_RANGE)
		return match_range(filter, entry);

	/* the one property that the summary knows: IMS hides images by it */
	return imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_UNREGISTERED)
		? IMGCAT_MATCH_NO : IMGCAT_MATCH_YES;
}

/*
 * Open images or image_shares to read rows of.
 */
void
imgcat_table_begin(ImgcatTable *table, bool is_shares)
{
	Oid			oid;

	memset(table, 0, sizeof(*table));
	table->relation = imgcat_table_open(is_shares ? "image_shares" : "images");
	table->is_shares = is_shares;
	table->fetch = table_index_fetch_begin(table->relation);
	table->slot = table_slot_create(table->relation, NULL);
	table->snapshot = GetActiveSnapshot();
	oid = RelationGetRelid(table->relation);
	table->columns.id = get_attnum(oid, is_shares ? "image_id" : "id") - 1;
	table->columns.created_at = get_attnum(oid, "created_at") - 1;
	table->columns.updated_at = get_attnum(oid, "updated_at") - 1;
	table->columns.size = get_attnum(oid, "size") - 1;
	table->columns.name = get_attnum(oid, "name") - 1;
	table->columns.summary = get_attnum(oid, "summary") - 1;
}

/*
 * Close the table and its indexes.  The locks stay until the transaction ends.
 */
void
imgcat_table_end(ImgcatTable *table)
{
	if (table->id_scan != NULL)
		index_endscan(table->id_scan);
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
 * Fill an entry with what its index, or its row, holds.  A missing size or name
 * is null there, and the summary says so; in an index it may also be left out.
 */
static void
fill_entry(ImgcatEntry *entry, const ImgcatEntryColumns *columns,
		   const Datum *values, const bool *nulls)
{
	uint64		missing = 0;
	bool		has_value;

	entry->known = 0;
	entry->id = *DatumGetUUIDP(values[columns->id]);
	if (columns->summary >= 0)
	{
		entry->summary = missing = DatumGetInt64(values[columns->summary]);
		entry->known |= IMGCAT_ENTRY_SUMMARY;
	}
	if (columns->created_at >= 0)
	{
		entry->created_at = DatumGetTimestampTz(values[columns->created_at]);
		entry->known |= IMGCAT_ENTRY_CREATED_AT;
	}
	if (columns->updated_at >= 0 && !nulls[columns->updated_at])
	{
		entry->updated_at = DatumGetTimestampTz(values[columns->updated_at]);
		entry->known |= IMGCAT_ENTRY_UPDATED_AT;
	}
	has_value = columns->size >= 0 && !nulls[columns->size];
	if (has_value || imgcat_summary_part(missing, IMGCAT_SUMMARY_NO_SIZE))
	{
		entry->size = has_value ? DatumGetInt64(values[columns->size]) : 0;
		entry->known |= IMGCAT_ENTRY_SIZE;
	}
	has_value = columns->name >= 0 && !nulls[columns->name];
	if (has_value || imgcat_summary_part(missing, IMGCAT_SUMMARY_NO_NAME))
	{
		text	   *name = has_value ? DatumGetTextPP(values[columns->name]) : NULL;

		entry->name = has_value ? VARDATA_ANY(name) : "";
		entry->name_length = has_value ? VARSIZE_ANY_EXHDR(name) : 0;
		entry->known |= IMGCAT_ENTRY_NAME;
	}
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
	fill_entry(entry, &table->columns, table->slot->tts_values, table->slot->tts_isnull);
	Assert(entry->known == IMGCAT_ENTRY_ALL);
	entry->name = pnstrdup(entry->name, entry->name_length);
	return true;
}

/*
 * The index of a name, which is open until the table is closed.
 */
static Relation
open_index(ImgcatTable *table, const char *name)
{
	ImgcatOpenIndex *found;

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
 * An index of the table that begins with what the family does; NULL: there is
 * none that can be used.
 */
Relation
imgcat_table_index(ImgcatTable *table, const char *family, const char *suffix)
{
	char		name[NAMEDATALEN];

	snprintf(name, sizeof(name), "%s_%s_idx", family, suffix);
	return open_index(table, name);
}

/*
 * A scan of images for an identifier, kept for the time of the page.  A hash
 * index finds it in a page or two, and with it others of its hash.
 */
IndexScanDesc
imgcat_scan_for_id(ImgcatTable *images, const pg_uuid_t *id)
{
	ScanKeyData key;

	if (images->id_scan == NULL)
	{
		Relation	index = imgcat_table_index(images, "images", "id_hash");

		if (index == NULL)
			index = open_index(images, "images_pkey");
		if (index == NULL)
			elog(ERROR, "table \"images\" has no primary key");
		images->id_scan = imgcat_index_beginscan(images->relation, index,
												 images->snapshot, 1, 0);
	}
	ScanKeyInit(&key, 1,
				images->id_scan->indexRelation->rd_rel->relam == HASH_AM_OID
				? HTEqualStrategyNumber : BTEqualStrategyNumber,
				F_UUID_EQ, UUIDPGetDatum(id));
	index_rescan(images->id_scan, &key, 1, NULL, 0);
	return images->id_scan;
}

/*
 * Find out which columns of the index hold what.
 */
static void
find_columns(ImgcatIndexScan *scan)
{
	const ImgcatEntryColumns *table = &scan->table->columns;
	ImgcatEntryColumns *columns = &scan->columns;
	Form_pg_index form = scan->index->rd_index;
	bool		is_name = strstr(RelationGetRelationName(scan->index), "_name_idx") != NULL;

	memset(columns, -1, sizeof(*columns));
	for (int i = scan->nscope; i < form->indnatts; i++)
	{
		int			column = form->indkey.values[i] - 1;
		Oid			type = column >= 0 ? InvalidOid
		: TupleDescAttr(RelationGetDescr(scan->index), i)->atttypid;

		if (column == table->id)
			columns->id = i;
		else if (column == table->created_at)
			columns->created_at = i;
		else if (column == table->summary)
			columns->summary = i;
		else if (column == table->updated_at || type == TIMESTAMPTZOID)
			columns->updated_at = i;
		else if (column == table->size || type == INT8OID)
			columns->size = i;

		/* the index of an enum has it as its key, and behind the id a name */
		else if (column == table->name ||
				 (type == TEXTOID && (columns->id >= 0 || is_name)))
			columns->name = i;
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
	if (scan->columns.id < 0)
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
	fill_entry(entry, &scan->columns, values, nulls);
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
