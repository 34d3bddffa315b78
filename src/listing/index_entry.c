/*-------------------------------------------------------------------------
 *
 * index_entry.c
 *		What an index entry tells of an image, and filters on it.
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

#include "compat.h"
#include "listing/index_scan.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"

/*
 * The flag of a value that an entry may lack; 0: every entry has it.
 */
int
imgcat_column_known_as(int column)
{
	switch (column)
	{
		case IMGCAT_COL_CREATED_AT:
			return IMGCAT_ENTRY_CREATED_AT;
		case IMGCAT_COL_UPDATED_AT:
			return IMGCAT_ENTRY_UPDATED_AT;
		case IMGCAT_COL_SIZE:
			return IMGCAT_ENTRY_SIZE;
		case IMGCAT_COL_NAME:
			return IMGCAT_ENTRY_NAME;
		default:
			return 0;
	}
}

/*
 * Is the column one of few values, of which the summary holds the code?
 */
bool
imgcat_column_is_enum(int column, ImgcatSummaryPart *part)
{
	switch (column)
	{
		case IMGCAT_COL_STATUS:
			*part = IMGCAT_SUMMARY_STATUS;
			return true;
		case IMGCAT_COL_DISK_FORMAT:
			*part = IMGCAT_SUMMARY_DISK_FORMAT;
			return true;
		case IMGCAT_COL_CONTAINER_FORMAT:
			*part = IMGCAT_SUMMARY_CONTAINER_FORMAT;
			return true;
		default:
			return false;
	}
}

/*
 * The text of a column that is one.
 */
static void
entry_text(const ImgcatEntry *entry, int column,
		   const char **str, int *length)
{
	ImgcatSummaryPart part;

	if (imgcat_column_is_enum(column, &part))
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
			if (imgcat_column_is_enum(column, &part))
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
 * The filter on the entry's own value of a column.
 */
void
imgcat_filter_of_value(ImgcatEntryFilter *filter,
					   const ImgcatEntry *entry, int column)
{
	ImgcatSummaryPart part;

	memset(filter, 0, sizeof(*filter));
	filter->column = column;
	filter->missing = true;
	if (imgcat_column_is_enum(column, &part))
		filter->codes = 1 << imgcat_summary_part(entry->summary, part);
	else if (column == IMGCAT_COL_NAME)
	{
		filter->nnames = 1;
		filter->names = palloc(sizeof(char *));
		filter->name_lengths = palloc(sizeof(int));
		filter->name_hashes = palloc(sizeof(uint32));
		filter->names[0] = entry->name;
		filter->name_lengths[0] = entry->name_length;
		filter->name_hashes[0] = imgcat_summary_name_hash(entry->name,
														  entry->name_length);
	}
	else
		filter->low = filter->high =
			column == IMGCAT_COL_SIZE ? entry->size
			: column == IMGCAT_COL_CREATED_AT ? entry->created_at
			: entry->updated_at;
}

/*
 * Does the filter leave one value of its column, as the indexes hold it?
 */
bool
imgcat_filter_is_value(const ImgcatEntryFilter *filter)
{
	ImgcatSummaryPart part;

	if (imgcat_column_is_enum(filter->column, &part))
		return pg_popcount32(filter->codes) == 1;
	if (filter->column == IMGCAT_COL_NAME ||
		filter->column == IMGCAT_INDEXED_PROPERTY)
		return filter->nnames == 1;
	return filter->column != IMGCAT_COL_PROTECTED &&
		filter->column != IMGCAT_COL_PROPERTIES && filter->low == filter->high;
}

/*
 * Does nothing pass the filter?
 */
bool
imgcat_filter_is_empty(const ImgcatEntryFilter *filter)
{
	ImgcatSummaryPart part;

	if (imgcat_column_is_enum(filter->column, &part))
		return filter->codes == 0;
	if (filter->column == IMGCAT_COL_NAME ||
		filter->column == IMGCAT_INDEXED_PROPERTY)
		return filter->nnames == 0;
	return filter->low > filter->high;
}

/*
 * The end of the names of the indexes that find what passes; NULL: none do.
 */
const char *
imgcat_filter_suffix(const ImgcatEntryFilter *filter)
{
	return filter->column == IMGCAT_INDEXED_PROPERTY ? filter->suffix
		: imgcat_index_suffix(filter->column);
}

/*
 * The value of a filter that leaves one, as the indexes hold it.
 */
Datum
imgcat_filter_value(const ImgcatEntryFilter *filter)
{
	ImgcatSummaryPart part;

	if (imgcat_column_is_enum(filter->column, &part))
		return CStringGetTextDatum(imgcat_summary_enum_value(part,
															 pg_rightmost_one_pos32(filter->codes)));
	if (filter->column == IMGCAT_COL_NAME ||
		filter->column == IMGCAT_INDEXED_PROPERTY)
		return PointerGetDatum(cstring_to_text_with_len(filter->names[0],
														filter->name_lengths[0]));
	return Int64GetDatum(filter->low);
}

/*
 * Does the name match?
 */
static ImgcatMatch
match_name(const ImgcatEntryFilter *filter, const ImgcatEntry *entry)
{
	uint32		hash = imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_NAME);

	if (!filter->missing &&
		imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_NO_NAME))
		return IMGCAT_MATCH_NO;
	for (int i = 0; i < filter->nnames; i++)
	{
		if (filter->name_hashes[i] != hash)
			continue;
		if ((entry->known & IMGCAT_ENTRY_NAME) == 0)
			return IMGCAT_MATCH_UNKNOWN;
		if (filter->name_lengths[i] == entry->name_length &&
			memcmp(filter->names[i], entry->name, entry->name_length) == 0)
			return IMGCAT_MATCH_YES;
	}
	return IMGCAT_MATCH_NO;
}

/*
 * Does a number match, whose hash is in a part of the summary?
 */
static ImgcatMatch
match_number(const ImgcatEntryFilter *filter, const ImgcatEntry *entry,
			 int64 number, ImgcatSummaryPart hash)
{
	if (entry->known & imgcat_column_known_as(filter->column))
		return number >= filter->low && number <= filter->high
			? IMGCAT_MATCH_YES : IMGCAT_MATCH_NO;
	if (filter->low == filter->high &&
		imgcat_summary_part(entry->summary, hash) !=
		imgcat_summary_number_hash(hash, filter->low))
		return IMGCAT_MATCH_NO;
	return IMGCAT_MATCH_UNKNOWN;
}

/*
 * May a number match, whose class is in a part of the summary?  Where the range
 * cuts a class, the recheck tells.
 */
static ImgcatMatch
match_class(const ImgcatEntryFilter *filter, const ImgcatEntry *entry,
			ImgcatSummaryPart part)
{
	uint32		class = imgcat_summary_part(entry->summary, part);

	return class >= imgcat_summary_class(part, filter->low) &&
		class <= imgcat_summary_class(part, filter->high) && filter->high >= 0
		? IMGCAT_MATCH_YES : IMGCAT_MATCH_NO;
}

/*
 * Does the entry match the filter?
 */
ImgcatMatch
imgcat_filter_match(const ImgcatEntryFilter *filter,
					const ImgcatEntry *entry)
{
	ImgcatSummaryPart part;

	if (filter->column == IMGCAT_INDEXED_PROPERTY)
		return IMGCAT_MATCH_YES;
	if (filter->column != IMGCAT_COL_CREATED_AT &&
		(entry->known & IMGCAT_ENTRY_SUMMARY) == 0)
		return IMGCAT_MATCH_UNKNOWN;
	if (imgcat_column_is_enum(filter->column, &part))
		return (filter->codes >> imgcat_summary_part(entry->summary, part)) & 1
			? IMGCAT_MATCH_YES : IMGCAT_MATCH_NO;
	switch (filter->column)
	{
		case IMGCAT_COL_NAME:
			return match_name(filter, entry);
		case IMGCAT_COL_PROTECTED:
			return imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_PROTECTED)
				== filter->low ? IMGCAT_MATCH_YES : IMGCAT_MATCH_NO;
		case IMGCAT_COL_MIN_RAM:
			return match_class(filter, entry, IMGCAT_SUMMARY_MIN_RAM);
		case IMGCAT_COL_MIN_DISK:
			return match_class(filter, entry, IMGCAT_SUMMARY_MIN_DISK);
		case IMGCAT_COL_PROPERTIES:

			/* the one property that the summary knows: IMS hides images by it */
			return imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_UNREGISTERED)
				== filter->low ? IMGCAT_MATCH_YES : IMGCAT_MATCH_NO;
		case IMGCAT_COL_SIZE:
			if (!filter->missing &&
				imgcat_summary_part(entry->summary, IMGCAT_SUMMARY_NO_SIZE))
				return IMGCAT_MATCH_NO;
			return match_number(filter, entry, entry->size, IMGCAT_SUMMARY_SIZE);
		case IMGCAT_COL_UPDATED_AT:
			return match_number(filter, entry, entry->updated_at,
								IMGCAT_SUMMARY_UPDATED_AT);
		case IMGCAT_COL_CREATED_AT:
			if ((entry->known & IMGCAT_ENTRY_CREATED_AT) == 0)
				return IMGCAT_MATCH_UNKNOWN;
			return entry->created_at >= filter->low &&
				entry->created_at <= filter->high
				? IMGCAT_MATCH_YES : IMGCAT_MATCH_NO;
		default:
			elog(ERROR, "column %d is not in the indexes", filter->column);
	}
}
