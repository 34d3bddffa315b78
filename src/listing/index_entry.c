/*-------------------------------------------------------------------------
 *
 * index_entry.c
 *		The columns of images as lists know them, what an index entry tells of
 *		them, and filters on that.
 *
 * Every ordered index holds the sort keys of its images and their summary
 * (image/image_summary.c), so most of what a request asks for is decided
 * without a look at the table.
 *
 * src/listing/index_entry.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "listing/index_scan.h"
#include "utils/builtins.h"

/* Of which kind a column is to indexes and their entries. */
typedef enum ColumnKind
{
	COLUMN_NONE,				/* they do not tell */
	COLUMN_UUID,
	COLUMN_NUMBER,
	COLUMN_TIME,
	COLUMN_TEXT,
	COLUMN_ENUM,				/* few values, the summary has the code */
	COLUMN_FLAG,				/* in the summary only: so is the next */
	COLUMN_CLASS				/* what is large, roughly */
} ColumnKind;

/* What lists know of a column. */
typedef struct ListColumn
{
	const char *name;			/* and of the indexes that begin with it,
								 * behind their scope */
	const char *sql;
	const char *indexed;		/* as it sorts and stands in the indexes, if
								 * that is otherwise: a missing value as the
								 * empty string, or as zero */
	ColumnKind	kind;
	ImgcatEntryValue value;		/* what an entry must have to tell */
	int			part;			/* of the summary: code, flag, class or hash;
								 * -1: none */
	int			missing;		/* flag of the summary; -1: none */
} ListColumn;

#define NAMES(column) #column, "i." #column

static const ListColumn columns[IMGCAT_NUM_COLS] = {
	[IMGCAT_COL_ID] = {NAMES(id), NULL, COLUMN_UUID, IMGCAT_ENTRY_ID, -1, -1},
	[IMGCAT_COL_NAME] = {NAMES(name), "COALESCE(i.name, '')", COLUMN_TEXT,
	IMGCAT_ENTRY_NAME, IMGCAT_SUMMARY_NAME, IMGCAT_SUMMARY_NO_NAME},
	/* as text: the indexes of enums hold it so */
	[IMGCAT_COL_STATUS] = {NAMES(status), "i.status::text", COLUMN_ENUM,
	IMGCAT_ENTRY_SUMMARY, IMGCAT_SUMMARY_STATUS, -1},
	[IMGCAT_COL_PROTECTED] = {NAMES(protected), NULL, COLUMN_FLAG,
	IMGCAT_ENTRY_SUMMARY, IMGCAT_SUMMARY_PROTECTED, -1},
	[IMGCAT_COL_OWNER] = {NAMES(owner),.kind = COLUMN_NONE},
	[IMGCAT_COL_DISK_FORMAT] = {NAMES(disk_format), "COALESCE(i.disk_format, '')", COLUMN_ENUM,
	IMGCAT_ENTRY_SUMMARY, IMGCAT_SUMMARY_DISK_FORMAT, -1},
	[IMGCAT_COL_CONTAINER_FORMAT] = {NAMES(container_format), "COALESCE(i.container_format, '')", COLUMN_ENUM,
	IMGCAT_ENTRY_SUMMARY, IMGCAT_SUMMARY_CONTAINER_FORMAT, -1},
	[IMGCAT_COL_MIN_DISK] = {NAMES(min_disk), NULL, COLUMN_CLASS,
	IMGCAT_ENTRY_SUMMARY, IMGCAT_SUMMARY_MIN_DISK, -1},
	[IMGCAT_COL_MIN_RAM] = {NAMES(min_ram), NULL, COLUMN_CLASS,
	IMGCAT_ENTRY_SUMMARY, IMGCAT_SUMMARY_MIN_RAM, -1},
	[IMGCAT_COL_SIZE] = {NAMES(size), "COALESCE(i.size, 0)", COLUMN_NUMBER,
	IMGCAT_ENTRY_SIZE, IMGCAT_SUMMARY_SIZE, IMGCAT_SUMMARY_NO_SIZE},
	[IMGCAT_COL_VIRTUAL_SIZE] = {NAMES(virtual_size),.kind = COLUMN_NONE},
	[IMGCAT_COL_CHECKSUM] = {NAMES(checksum),.kind = COLUMN_NONE},
	[IMGCAT_COL_OS_HASH_ALGO] = {NAMES(os_hash_algo),.kind = COLUMN_NONE},
	[IMGCAT_COL_OS_HASH_VALUE] = {NAMES(os_hash_value),.kind = COLUMN_NONE},
	[IMGCAT_COL_CREATED_AT] = {NAMES(created_at), NULL, COLUMN_TIME,
	IMGCAT_ENTRY_CREATED_AT, -1, -1},
	[IMGCAT_COL_UPDATED_AT] = {NAMES(updated_at), NULL, COLUMN_TIME,
	IMGCAT_ENTRY_UPDATED_AT, IMGCAT_SUMMARY_UPDATED_AT, -1},
};

/*
 * The name of a column that is a filter or a sort key.
 */
const char *
imgcat_column_name(int column)
{
	return columns[column].name;
}

/*
 * The same in SQL, of image i.
 */
const char *
imgcat_column_sql(int column)
{
	return columns[column].sql;
}

/*
 * How a column sorts, and stands in the indexes.
 */
const char *
imgcat_sort_expression(int column)
{
	return columns[column].indexed != NULL ? columns[column].indexed : columns[column].sql;
}

/*
 * The type of a sort expression.
 */
Oid
imgcat_sort_type(int column)
{
	static const Oid types[] = {
		[COLUMN_UUID] = UUIDOID,[COLUMN_NUMBER] = INT8OID,[COLUMN_TIME] = TIMESTAMPTZOID,
		[COLUMN_TEXT] = TEXTOID,[COLUMN_ENUM] = TEXTOID,[COLUMN_CLASS] = InvalidOid,
	};

	return types[columns[column].kind];
}

/*
 * The values that an entry must have to be sorted by the keys.
 */
int
imgcat_keys_known(const ImgcatKey *keys, int nkeys)
{
	int			known = 0;

	for (int i = 0; i < nkeys; i++)
		known |= 1 << columns[keys[i].column].value;
	return known;
}

/*
 * Is the column a number to entries?
 */
static bool
is_number(const ListColumn *column)
{
	return column->kind == COLUMN_NUMBER || column->kind == COLUMN_TIME;
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
entry_text(const ImgcatEntry *entry, const ListColumn *column,
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
 * Fill an entry with what its index, or its row, holds.  A missing size or name
 * is null there, and the summary says so; in an index it may also be left out.
 */
void
imgcat_entry_fill(ImgcatEntry *entry, const ImgcatEntryColumns at,
				  const Datum *values, const bool *nulls)
{
	int			name = at[IMGCAT_ENTRY_NAME];

	entry->id = *DatumGetUUIDP(values[at[IMGCAT_ENTRY_ID]]);
	entry->known = 1 << IMGCAT_ENTRY_ID;
	for (int i = 0; i < IMGCAT_ENTRY_NUMBERS; i++)
		if (at[i] >= 0 && !nulls[at[i]])
		{
			entry->numbers[i] = DatumGetInt64(values[at[i]]);
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
 * A value of the entry as the indexes hold it.
 */
Datum
imgcat_entry_value(const ImgcatEntry *entry, int column)
{
	const char *value;
	int			length;

	if (columns[column].kind == COLUMN_UUID)
		return UUIDPGetDatum(&entry->id);
	if (is_number(&columns[column]))
		return Int64GetDatum(entry->numbers[columns[column].value]);
	entry_text(entry, &columns[column], &value, &length);
	return PointerGetDatum(cstring_to_text_with_len(value, length));
}

/*
 * Set a value of the entry from a sort key.
 */
void
imgcat_entry_set_value(ImgcatEntry *entry, int column, Datum value)
{
	const ListColumn *key = &columns[column];
	text	   *text_value;

	entry->known |= 1 << key->value;
	if (key->kind == COLUMN_UUID)
		entry->id = *DatumGetUUIDP(value);
	else if (is_number(key))
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
 * Set the sort keys of the entry to those of a row, whose keyset position it is
 * then.  A name may point into the row.
 */
void
imgcat_entry_set_keys(ImgcatEntry *entry, const ImgcatKey *keys, int nkeys,
					  const ImgcatImageRow *row)
{
	for (int i = 0; i < nkeys; i++)
	{
		int			column = keys[i].column;
		Datum		value = row->values[column];

		if (row->nulls[column])
			value = column == IMGCAT_COL_SIZE ? Int64GetDatum(0)
				: PointerGetDatum(cstring_to_text(""));
		imgcat_entry_set_value(entry, column, value);
	}
}

/*
 * A copy that outlives the index page, to be freed by pfree().
 */
ImgcatEntry *
imgcat_entry_copy(const ImgcatEntry *entry)
{
	size_t		length = entry->name != NULL ? VARSIZE_ANY(entry->name) : 0;
	ImgcatEntry *copy = palloc(sizeof(ImgcatEntry) + length);

	*copy = *entry;
	copy->scan = NULL;
	if (length > 0)
		copy->name = memcpy(copy + 1, entry->name, length);
	return copy;
}

/*
 * Order of two entries by one column, as its index has it.
 */
static int
compare_column(const ImgcatEntry *a, const ImgcatEntry *b, int column)
{
	const ListColumn *key = &columns[column];
	const char *a_text;
	const char *b_text;
	int			a_length;
	int			b_length;
	int			order;

#define COMPARE_NUMBERS(x, y) ((x) < (y) ? -1 : (x) > (y) ? 1 : 0)
	if (is_number(key))
		return COMPARE_NUMBERS(a->numbers[key->value], b->numbers[key->value]);
	if (key->kind == COLUMN_UUID)
		return memcmp(&a->id, &b->id, UUID_LEN);
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
		int			order = compare_column(a, b, keys[i].column);

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
	ImgcatSummaryPart part = columns[filter->column].part;
	bool		is_enum = columns[filter->column].kind == COLUMN_ENUM;

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
 * Let a filter pass one value of its column, as the indexes hold it.
 */
void
imgcat_filter_set_value(ImgcatCondition *filter, int column, Datum value)
{
	memset(filter, 0, sizeof(*filter));
	filter->column = column;
	filter->missing = true;
	if (is_number(&columns[column]))
	{
		filter->kind = IMGCAT_COND_RANGE;
		filter->low = filter->high = DatumGetInt64(value);
		return;
	}
	filter->kind = IMGCAT_COND_TEXT;
	imgcat_filter_set_texts(filter, &value, 1);
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
 * Is it one of the texts?  The summary has a code of an enum value, of another
 * text a hash.
 */
static bool
passes_texts(const ImgcatCondition *filter, const ImgcatEntry *entry, bool *unknown)
{
	const ListColumn *column = &columns[filter->column];
	uint32		hash = summary_part(entry, column->part);
	const char *str;
	int			length;

	for (int i = 0; i < filter->ntexts; i++)
	{
		if (filter->hashes[i] != hash)
			continue;
		if (column->kind == COLUMN_ENUM)
			return true;
		if (!is_known(entry, column->value))
			return *unknown = true;
		entry_text(entry, column, &str, &length);
		if (imgcat_is_text(filter->texts[i], str, length))
			return true;
	}
	return false;
}

/*
 * Is the value in the range?  Of what an entry lacks the summary has a hash.
 * Where the range cuts a class, the recheck tells.
 */
static bool
passes_range(const ImgcatCondition *filter, const ImgcatEntry *entry, bool *unknown)
{
	const ListColumn *column = &columns[filter->column];
	uint32		part = column->part >= 0 ? summary_part(entry, column->part) : 0;

	if (column->kind == COLUMN_FLAG)
		return part >= filter->low && part <= filter->high;
	if (column->kind == COLUMN_CLASS)
		return filter->high >= 0 &&
			part >= imgcat_summary_class(column->part, filter->low) &&
			part <= imgcat_summary_class(column->part, filter->high);
	if (is_known(entry, column->value))
		return entry->numbers[column->value] >= filter->low &&
			entry->numbers[column->value] <= filter->high;
	if (column->part >= 0 && filter->low == filter->high &&
		part != imgcat_summary_number_hash(column->part, filter->low))
		return false;
	return *unknown = true;
}

/*
 * Does the entry pass the filter?  If only the row can tell, it does, and
 * *unknown is set.  INDEXED always passes: the index that is read tells, or the
 * recheck.
 */
bool
imgcat_filter_passes(const ImgcatCondition *filter, const ImgcatEntry *entry, bool *unknown)
{
	const ListColumn *column = &columns[filter->column];

	if (filter->kind == IMGCAT_COND_INDEXED)
		return true;
	if (!is_known(entry, IMGCAT_ENTRY_SUMMARY))
		return *unknown = true;

	/* the one property that the summary knows: IMS hides images by it */
	if (filter->kind == IMGCAT_COND_REGISTERED)
		return !summary_part(entry, IMGCAT_SUMMARY_UNREGISTERED);
	if (column->missing >= 0 && !filter->missing && summary_part(entry, column->missing))
		return false;
	if (filter->kind == IMGCAT_COND_PRESENT)
		return column->kind != COLUMN_ENUM ||
			summary_part(entry, column->part) != IMGCAT_SUMMARY_NO_VALUE;
	return filter->kind == IMGCAT_COND_RANGE ? passes_range(filter, entry, unknown)
		: passes_texts(filter, entry, unknown);
}
