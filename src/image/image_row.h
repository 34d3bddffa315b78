/*-------------------------------------------------------------------------
 *
 * image_row.h
 *		The row of a disk image: its columns, and its JSON document.
 *
 * Every statement that reads whole images selects IMGCAT_IMAGE_COLUMNS, so a
 * tuple of it, a value of the row type "image" and the arrays below have the
 * same order.
 *
 * src/image/image_row.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMAGE_ROW_H
#define IMGCAT_IMAGE_ROW_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "lib/stringinfo.h"

typedef enum ImgcatImageColumn
{
	IMGCAT_COL_ID,
	IMGCAT_COL_NAME,
	IMGCAT_COL_STATUS,
	IMGCAT_COL_VISIBILITY,
	IMGCAT_COL_PROTECTED,
	IMGCAT_COL_OS_HIDDEN,
	IMGCAT_COL_OWNER,
	IMGCAT_COL_DISK_FORMAT,
	IMGCAT_COL_CONTAINER_FORMAT,
	IMGCAT_COL_MIN_DISK,
	IMGCAT_COL_MIN_RAM,
	IMGCAT_COL_SIZE,
	IMGCAT_COL_VIRTUAL_SIZE,
	IMGCAT_COL_CHECKSUM,
	IMGCAT_COL_OS_HASH_ALGO,
	IMGCAT_COL_OS_HASH_VALUE,
	IMGCAT_COL_CREATED_AT,
	IMGCAT_COL_UPDATED_AT,
	IMGCAT_COL_TAGS,
	IMGCAT_COL_PROPERTIES,
	IMGCAT_NUM_COLS
} ImgcatImageColumn;

#define IMGCAT_IMAGE_COLUMNS \
	"i.id, i.name, i.status, i.visibility, i.protected, i.os_hidden, " \
	"i.owner, i.disk_format, i.container_format, i.min_disk, i.min_ram, " \
	"i.size, i.virtual_size, i.checksum, i.os_hash_algo, i.os_hash_value, " \
	"i.created_at, i.updated_at, i.tags, i.properties"

/* A row taken apart: Datums point into the tuple that it came from. */
typedef struct ImgcatImageRow
{
	Datum		values[IMGCAT_NUM_COLS];
	bool		nulls[IMGCAT_NUM_COLS];
} ImgcatImageRow;

extern void imgcat_image_row_read(ImgcatImageRow *row, HeapTuple tuple,
								  TupleDesc tupdesc);
extern const char *imgcat_internal_property(int at);
extern bool imgcat_property_is_internal(const char *name, size_t length);
extern void imgcat_image_row_json(StringInfo out, const ImgcatImageRow *row);

#endif							/* IMGCAT_IMAGE_ROW_H */
