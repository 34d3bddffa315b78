/*-------------------------------------------------------------------------
 *
 * order_entry.h
 *		What an index of an order tells of an image.
 *
 * src/listing/order_entry.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ORDER_ENTRY_H
#define IMGCAT_ORDER_ENTRY_H

#include "image/image_row.h"
#include "image/image_summary.h"
#include "query/sort_spec.h"
#include "storage/itemptr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* values that an index may lack; the row behind an entry has them */
#define IMGCAT_ENTRY_CREATED_AT	0x01
#define IMGCAT_ENTRY_UPDATED_AT	0x02
#define IMGCAT_ENTRY_SIZE		0x04
#define IMGCAT_ENTRY_NAME		0x08
#define IMGCAT_ENTRY_ALL		0x0f

/* An entry of an index, or the row that it points to. */
typedef struct ImgcatOrderEntry
{
	ItemPointerData tid;		/* in the index's table: images or offers */
	int			known;			/* IMGCAT_ENTRY_... of those below */
	bool		row_read;		/* the row is there, and has all values */
	pg_uuid_t	id;
	TimestampTz created_at;
	TimestampTz updated_at;
	int64		size;			/* zero if missing */
	const char *name;			/* empty if missing; no NUL at its end */
	int			name_length;
	uint64		summary;		/* has the words, and what is missing */
} ImgcatOrderEntry;

/* One key of an order; an order ends with the id. */
typedef struct ImgcatOrderKey
{
	int			column;			/* ImgcatImageColumn */
	bool		descending;
} ImgcatOrderKey;

#define IMGCAT_ORDER_KEYS_MAX (IMGCAT_SORT_KEYS_MAX + 2)

/* What a column must be.  All but the names are exact in numbers and words. */
typedef struct ImgcatOrderFilter
{
	int			column;
	bool		missing;		/* a missing size or name will do */
	uint32		words;			/* of a word: set of codes */
	int64		low;			/* of a number, time or bool, both inclusive */
	int64		high;
	int			nnames;			/* of a name: one of these */
	const char **names;
	int		   *name_lengths;
	uint32	   *name_hashes;
} ImgcatOrderFilter;

/* most filters of a stream, those on a group's values included */
#define IMGCAT_ORDER_FILTERS_MAX 64

typedef enum ImgcatMatch
{
	IMGCAT_MATCH_NO,
	IMGCAT_MATCH_YES,
	IMGCAT_MATCH_UNKNOWN		/* the row tells */
} ImgcatMatch;

extern int	imgcat_column_known_as(int column);
extern bool imgcat_column_is_word(int column, ImgcatSummaryPart *part);
extern void imgcat_entry_word(const ImgcatOrderEntry *entry, int column,
							  const char **word, int *length);
extern Datum imgcat_entry_value(const ImgcatOrderEntry *entry, int column);
extern void imgcat_entry_set_value(ImgcatOrderEntry *entry, int column,
								   Datum value);
extern ImgcatOrderEntry *imgcat_entry_copy(const ImgcatOrderEntry *entry);
extern int	imgcat_entry_compare_column(const ImgcatOrderEntry *a,
										const ImgcatOrderEntry *b, int column);
extern int	imgcat_entry_compare(const ImgcatOrderEntry *a,
								 const ImgcatOrderEntry *b,
								 const ImgcatOrderKey *keys, int nkeys);
extern void imgcat_filter_of_value(ImgcatOrderFilter *filter,
								   const ImgcatOrderEntry *entry, int column);
extern bool imgcat_filter_is_value(const ImgcatOrderFilter *filter);
extern bool imgcat_filter_is_empty(const ImgcatOrderFilter *filter);
extern Datum imgcat_filter_value(const ImgcatOrderFilter *filter);
extern ImgcatMatch imgcat_filter_match(const ImgcatOrderFilter *filter,
									   const ImgcatOrderEntry *entry);

#endif							/* IMGCAT_ORDER_ENTRY_H */
