/*-------------------------------------------------------------------------
 *
 * index_entry.h
 *		What an index entry tells of an image, and filters on it.
 *
 * src/listing/index_entry.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_INDEX_ENTRY_H
#define IMGCAT_INDEX_ENTRY_H

#include "access/htup_details.h"
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
#define IMGCAT_ENTRY_SUMMARY	0x10
#define IMGCAT_ENTRY_ALL		0x1f

struct IndexScanDescData;

/* An index entry, or the row that it points to. */
typedef struct ImgcatEntry
{
	ItemPointerData tid;		/* in the index's table: images or shares */
	int			known;			/* IMGCAT_ENTRY_... of those below */
	bool		row_read;		/* the row is visible, and tid is its own */
	bool		of_share;		/* of image_shares; tid is not of images */
	pg_uuid_t	id;
	TimestampTz created_at;
	TimestampTz updated_at;
	int64		size;			/* zero if missing */
	const char *name;			/* empty if missing; no NUL at its end */
	int			name_length;
	uint64		summary;		/* has enum values, and what is missing */

	/* the scan that is at this entry, to tell it of a dead row; or NULL */
	struct IndexScanDescData *scan;

	/* the row, if it was fetched and kept; or NULL */
	MinimalTuple tuple;
} ImgcatEntry;

/* One key of an order; an order ends with the id. */
typedef struct ImgcatKey
{
	int			column;			/* ImgcatImageColumn */
	bool		descending;
} ImgcatKey;

#define IMGCAT_KEYS_MAX (IMGCAT_SORT_KEYS_MAX + 2)

/*
 * A filter on a property that has ordered indexes of its own: they find it,
 * other entries do not tell, and the recheck does.  Its value is names[0].
 */
#define IMGCAT_INDEXED_PROPERTY IMGCAT_NUM_COLS

/* What the entry's value of a column must be. */
typedef struct ImgcatEntryFilter
{
	int			column;			/* or IMGCAT_INDEXED_PROPERTY */
	const char *suffix;			/* of the property's indexes */
	double		frequency;		/* of the property */
	bool		missing;		/* a missing size or name passes */
	uint32		codes;			/* of an enum: set of codes */
	int64		low;			/* of a number, time or bool, both inclusive */
	int64		high;
	int			nnames;			/* of a name: one of these */
	const char **names;
	int		   *name_lengths;
	uint32	   *name_hashes;
} ImgcatEntryFilter;

/* most filters of a scan, those on a peer group's values included */
#define IMGCAT_FILTERS_MAX 64

typedef enum ImgcatMatch
{
	IMGCAT_MATCH_NO,
	IMGCAT_MATCH_YES,
	IMGCAT_MATCH_UNKNOWN		/* the row tells */
} ImgcatMatch;

extern int	imgcat_column_known_as(int column);
extern bool imgcat_column_is_enum(int column, ImgcatSummaryPart *part);
extern Datum imgcat_entry_value(const ImgcatEntry *entry, int column);
extern void imgcat_entry_set_value(ImgcatEntry *entry, int column, Datum value);
extern ImgcatEntry *imgcat_entry_copy(const ImgcatEntry *entry);
extern void imgcat_entry_free(ImgcatEntry *entry);
extern int	imgcat_entry_compare_column(const ImgcatEntry *a,
										const ImgcatEntry *b, int column);
extern int	imgcat_entry_compare(const ImgcatEntry *a, const ImgcatEntry *b,
								 const ImgcatKey *keys, int nkeys);
extern void imgcat_filter_of_value(ImgcatEntryFilter *filter,
								   const ImgcatEntry *entry, int column);
extern bool imgcat_filter_is_value(const ImgcatEntryFilter *filter);
extern bool imgcat_filter_is_empty(const ImgcatEntryFilter *filter);
extern const char *imgcat_filter_suffix(const ImgcatEntryFilter *filter);
extern Datum imgcat_filter_value(const ImgcatEntryFilter *filter);
extern ImgcatMatch imgcat_filter_match(const ImgcatEntryFilter *filter,
									   const ImgcatEntry *entry);

#endif							/* IMGCAT_INDEX_ENTRY_H */
