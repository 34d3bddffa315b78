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

/* Of which kind a column is to indexes and their entries. */
typedef enum ColumnKind
{
	COLUMN_NONE,				/* they do not tell */
	COLUMN_UUID,
	COLUMN_NUMBER,				/* a time, too */
	COLUMN_TEXT,
	COLUMN_ENUM,				/* few values, the summary has the code */
	COLUMN_FLAG,				/* in the summary only: so is the next */
	COLUMN_CLASS				/* what is large, roughly */
} ColumnKind;

/* What entries and indexes tell of a column. */
typedef struct EntryColumn
{
	const char *name;			/* of the column, and of the indexes that
								 * begin with it, behind their scope */
	ColumnKind	kind;
	ImgcatEntryValue value;		/* what an entry must have to tell */
	int			part;			/* of the summary: code, flag, class or hash;
								 * -1: none */
	int			missing;		/* flag of the summary, -1: none */
} EntryColumn;

static const EntryColumn entry_columns[IMGCAT_NUM_COLS] = {
	[IMGCAT_COL_ID] = {"id", COLUMN_UUID, IMGCAT_ENTRY_ID, -1, -1},
	[IMGCAT_COL_NAME] = {"name", COLUMN_TEXT, IMGCAT_ENTRY_NAME,
	IMGCAT_SUMMARY_NAME, IMGCAT_SUMMARY_NO_NAME},
	[IMGCAT_COL_STATUS] = {"status", COLUMN_ENUM, IMGCAT_ENTRY_SUMMARY,
	IMGCAT_SUMMARY_STATUS, -1},
	[IMGCAT_COL_PROTECTED] = {"protected", COLUMN_FLAG, IMGCAT_ENTRY_SUMMARY,
	IMGCAT_SUMMARY_PROTECTED, -1},
	[IMGCAT_COL_OWNER] = {"owner"},
	[IMGCAT_COL_DISK_FORMAT] = {"disk_format", COLUMN_ENUM, IMGCAT_ENTRY_SUMMARY,
	IMGCAT_SUMMARY_DISK_FORMAT, -1},
	[IMGCAT_COL_CONTAINER_FORMAT] = {"container_format", COLUMN_ENUM, IMGCAT_ENTRY_SUMMARY,
	IMGCAT_SUMMARY_CONTAINER_FORMAT, -1},
	[IMGCAT_COL_MIN_DISK] = {"min_disk", COLUMN_CLASS, IMGCAT_ENTRY_SUMMARY,
	IMGCAT_SUMMARY_MIN_DISK, -1},
	[IMGCAT_COL_MIN_RAM] = {"min_ram", COLUMN_CLASS, IMGCAT_ENTRY_SUMMARY,
	IMGCAT_SUMMARY_MIN_RAM, -1},
	[IMGCAT_COL_SIZE] = {"size", COLUMN_NUMBER, IMGCAT_ENTRY_SIZE,
	IMGCAT_SUMMARY_SIZE, IMGCAT_SUMMARY_NO_SIZE},
	[IMGCAT_COL_VIRTUAL_SIZE] = {"virtual_size"},
	[IMGCAT_COL_CHECKSUM] = {"checksum"},
	[IMGCAT_COL_OS_HASH_ALGO] = {"os_hash_algo"},
	[IMGCAT_COL_OS_HASH_VALUE] = {"os_hash_value"},
	[IMGCAT_COL_CREATED_AT] = {"created_at", COLUMN_NUMBER, IMGCAT_ENTRY_CREATED_AT, -1, -1},
	[IMGCAT_COL_UPDATED_AT] = {"updated_at", COLUMN_NUMBER, IMGCAT_ENTRY_UPDATED_AT,
	IMGCAT_SUMMARY_UPDATED_AT, -1},
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
	ColumnKind	kind = entry_columns[column].kind;

	return kind >= COLUMN_UUID && kind <= COLUMN_ENUM ? entry_columns[column].name : NULL;
}

/*
 * The values that an entry must have to be sorted by the keys.
 */
int
imgcat_keys_known(const ImgcatKey *keys, int nkeys)
{
	int			known = 0;

	for (int i = 0; i < nkeys; i++)
		known |= 1 << entry_columns[keys[i].column].value;
	return known;
}

/*
 * Has the entry the value?
 */
static bool
is_known(const ImgcatEntry *entry, ImgcatEntryValue value)
{
	return (entry->known & (1 << value)) != 0;
}

/*
 * A part of the summary of the entry.
 */
static uint32
summary_part(const ImgcatEntry *entry, ImgcatSummaryPart part)
{
	return imgcat_summary_part(entry->numbers[IMGCAT_ENTRY_SUMMARY], part);
}

/*
 * The text of a column that is one.
 */
static void
entry_text(const ImgcatEntry *entry, const EntryColumn *column,
		   const char **str, int *length)
{
	if (column->kind == COLUMN_TEXT)
	{
		*str = entry->name != NULL ? VARDATA_ANY(entry->name) : "";
		*length = entry->name != NULL ? VARSIZE_ANY_EXHDR(entry->name) : 0;
		return;
	}
	*str = imgcat_summary_enum_value(column->part, summary_part(entry, column->part));
	if (*str == NULL)
		elog(ERROR, "an image has an enum value that attribute.c does not know");
	*length = strlen(*str);
}

/*
 * A value of the entry as the indexes hold it.
 */
Datum
imgcat_entry_value(const ImgcatEntry *entry, int column)
{
	const char *value;
	int			length;

	if (entry_columns[column].kind == COLUMN_UUID)
		return UUIDPGetDatum(&entry->id);
	if (entry_columns[column].kind == COLUMN_NUMBER)
		return Int64GetDatum(entry->numbers[entry_columns[column].value]);
	entry_text(entry, &entry_columns[column], &value, &length);
	return PointerGetDatum(cstring_to_text_with_len(value, length));
}

/*
 * Set a value of the entry from a sort key, as a marker has them.
 */
void
imgcat_entry_set_value(ImgcatEntry *entry, int column, Datum value)
{
	const EntryColumn *key = &entry_columns[column];
	text	   *text_value;

	entry->known |= 1 << key->value;
	if (key->kind == COLUMN_UUID)
		entry->id = *DatumGetUUIDP(value);
	else if (key->kind == COLUMN_NUMBER)
		entry->numbers[key->value] = DatumGetInt64(value);
	else if (key->kind == COLUMN_TEXT)
		entry->name = DatumGetTextPP(value);
	else
	{
		text_value = DatumGetTextPP(value);
		entry->numbers[key->value] =
			imgcat_summary_with_part(entry->numbers[key->value], key->part,
									 imgcat_summary_enum_code(key->part, VARDATA_ANY(text_value),
															  VARSIZE_ANY_EXHDR(text_value)));
	}
}

/*
 * A copy of a text, which may be NULL.
 */
static const text *
copy_text(const text *value)
{
	text	   *copy;

	if (value == NULL)
		return NULL;
	copy = palloc(VARSIZE_ANY(value));
	memcpy(copy, value, VARSIZE_ANY(value));
	return copy;
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
	copy->name = copy_text(entry->name);
	return copy;
}

/*
 * Keep an entry beyond the next one, in place of the one kept there before, or
 * of zeroes.
 */
void
imgcat_entry_keep(ImgcatEntry *kept, const ImgcatEntry *entry)
{
	if (kept->name != NULL)
		pfree(unconstify(text *, kept->name));
	*kept = *entry;
	kept->name = copy_text(entry->name);
}

/*
 * Free a copy.
 */
void
imgcat_entry_free(ImgcatEntry *entry)
{
	if (entry->name != NULL)
		pfree(unconstify(text *, entry->name));
	pfree(entry);
}

/*
 * Order of two entries by one column, as its index has it.
 */
int
imgcat_entry_compare_column(const ImgcatEntry *a,
							const ImgcatEntry *b, int column)
{
	const EntryColumn *key = &entry_columns[column];
	const char *a_text;
	const char *b_text;
	int			a_length;
	int			b_length;
	int			order;

#define COMPARE_NUMBERS(x, y) ((x) < (y) ? -1 : (x) > (y) ? 1 : 0)
	if (key->kind == COLUMN_UUID)
		return memcmp(&a->id, &b->id, UUID_LEN);
	if (key->kind == COLUMN_NUMBER)
		return COMPARE_NUMBERS(a->numbers[key->value], b->numbers[key->value]);
	entry_text(a, key, &a_text, &a_length);
	entry_text(b, key, &b_text, &b_length);
	order = memcmp(a_text, b_text, Min(a_length, b_length));
	return order != 0 ? order : COMPARE_NUMBERS(a_length, b_length);
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
bool
imgcat_is_text(Datum value, const char *str, size_t length)
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
	ImgcatSummaryPart part = entry_columns[filter->column].part;
	bool		is_enum = entry_columns[filter->column].kind == COLUMN_ENUM;

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
				imgcat_is_text(filter->texts[j], VARDATA_ANY(value), length);
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
	uint32		hash = summary_part(entry, column->part);
	const char *str;
	int			length;

	for (int i = 0; i < filter->ntexts; i++)
	{
		if (filter->hashes[i] != hash)
			continue;
		if (column->kind == COLUMN_ENUM)
			return IMGCAT_MATCH_YES;
		if (!is_known(entry, column->value))
			return IMGCAT_MATCH_UNKNOWN;
		entry_text(entry, column, &str, &length);
		if (imgcat_is_text(filter->texts[i], str, length))
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
 * Where the range cuts a class, the recheck tells.
 */
static ImgcatMatch
match_range(const ImgcatCondition *filter, const ImgcatEntry *entry)
{
	const EntryColumn *column = &entry_columns[filter->column];

	if (column->kind == COLUMN_FLAG)
		return match_number(filter, summary_part(entry, column->part));
	if (column->kind == COLUMN_CLASS)
		return summary_part(entry, column->part) >= imgcat_summary_class(column->part, filter->low) &&
			summary_part(entry, column->part) <= imgcat_summary_class(column->part, filter->high) &&
			filter->high >= 0 ? IMGCAT_MATCH_YES : IMGCAT_MATCH_NO;
	if (is_known(entry, column->value))
		return match_number(filter, entry->numbers[column->value]);
	return column->part >= 0 && filter->low == filter->high &&
		summary_part(entry, column->part) !=
		imgcat_summary_number_hash(column->part, filter->low)
		? IMGCAT_MATCH_NO : IMGCAT_MATCH_UNKNOWN;
}

/*
 * Does the entry match the filter?  That a property has its value the index says
 * that was read, or the recheck.
 */
ImgcatMatch
imgcat_filter_match(const ImgcatCondition *filter, const ImgcatEntry *entry)
{
	int			missing = entry_columns[filter->column].missing;

	if (filter->kind == IMGCAT_COND_INDEXED)
		return IMGCAT_MATCH_YES;
	if (!is_known(entry, IMGCAT_ENTRY_SUMMARY))
		return IMGCAT_MATCH_UNKNOWN;

	/* the one property that the summary knows: IMS hides images by it */
	if (filter->kind == IMGCAT_COND_REGISTERED)
		return summary_part(entry, IMGCAT_SUMMARY_UNREGISTERED)
			? IMGCAT_MATCH_NO : IMGCAT_MATCH_YES;
	if (missing >= 0 && !filter->missing && summary_part(entry, missing))
		return IMGCAT_MATCH_NO;
	return filter->kind == IMGCAT_COND_RANGE ? match_range(filter, entry)
		: match_text(filter, entry);
}

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
	TupleDesc	tupdesc;

	memset(table, 0, sizeof(*table));
	table->relation = imgcat_table_open(is_shares ? "image_shares" : "images");
	table->is_shares = is_shares;
	table->fetch = table_index_fetch_begin(table->relation);
	table->slot = table_slot_create(table->relation, NULL);
	table->snapshot = GetActiveSnapshot();
	tupdesc = RelationGetDescr(table->relation);
	for (int i = 0; i < tupdesc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(tupdesc, i)->attname);

		for (int value = 0; value < IMGCAT_ENTRY_VALUES; value++)
			if (name[0] == names[value][0] && strcmp(name, names[value]) == 0)
				table->columns[value] = i;
	}
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
fill_entry(ImgcatEntry *entry, const ImgcatEntryColumns columns,
		   const Datum *values, const bool *nulls)
{
	int			name = columns[IMGCAT_ENTRY_NAME];

	entry->id = *DatumGetUUIDP(values[columns[IMGCAT_ENTRY_ID]]);
	entry->known = 1 << IMGCAT_ENTRY_ID;
	for (int i = 0; i < IMGCAT_ENTRY_NUMBERS; i++)
		if (columns[i] >= 0 && !nulls[columns[i]])
		{
			entry->numbers[i] = DatumGetInt64(values[columns[i]]);
			entry->known |= 1 << i;
		}
	entry->name = NULL;
	if (name >= 0 && !nulls[name])
	{
		entry->name = DatumGetTextPP(values[name]);
		entry->known |= 1 << IMGCAT_ENTRY_NAME;
	}
	if (!is_known(entry, IMGCAT_ENTRY_SUMMARY))
		return;
	if (summary_part(entry, IMGCAT_SUMMARY_NO_NAME))
		entry->known |= 1 << IMGCAT_ENTRY_NAME;
	if (summary_part(entry, IMGCAT_SUMMARY_NO_SIZE))
	{
		entry->numbers[IMGCAT_ENTRY_SIZE] = 0;
		entry->known |= 1 << IMGCAT_ENTRY_SIZE;
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
	fill_entry(entry, table->columns, table->slot->tts_values, table->slot->tts_isnull);
	Assert(entry->known == (1 << IMGCAT_ENTRY_VALUES) - 1);
	entry->name = copy_text(entry->name);
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
	fill_entry(entry, scan->columns, values, nulls);
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
