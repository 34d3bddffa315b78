/*-------------------------------------------------------------------------
 *
 * status.c
 *		The states of an image, and the ways between them.
 *
 * src/image/status.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "image/errors.h"
#include "image/policy.h"
#include "image/status.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define MAX_WAYS 6				/* and the NULL behind them */

static const struct
{
	const char *from;
	const char *to[MAX_WAYS];
}			transitions[] =

{
	{"queued", {"saving", "uploading", "importing", "active", "deleted"}},
	{"saving", {"active", "killed", "deleted", "queued"}},
	{"uploading", {"importing", "queued", "deleted"}},
	{"importing", {"active", "deleted", "queued"}},
	{"active", {"pending_delete", "deleted", "deactivated"}},
	{"killed", {"deleted"}},
	{"pending_delete", {"deleted", "active"}},
	{"deactivated", {"active", "deleted"}},
};

/*
 * May the image of this row get this status?  Keeping its status is no
 * transition: the answer is false.
 */
bool
imgcat_status_may_become(const ImgcatImageRow *row, const char *status)
{
	for (int i = 0; i < (int) lengthof(transitions); i++)
	{
		if (!imgcat_row_text_is(row, IMGCAT_COL_STATUS, transitions[i].from))
			continue;
		for (int way = 0; transitions[i].to[way] != NULL; way++)
			if (strcmp(transitions[i].to[way], status) == 0)
				return true;
	}
	return false;
}

/*
 * Is it a status in which an image has data, or is about to?
 */
static bool
needs_formats(const char *status)
{
	return strcmp(status, "saving") == 0 || strcmp(status, "active") == 0 ||
		strcmp(status, "importing") == 0;
}

/*
 * Refuse to take the image of this row to a status that it cannot have now, or
 * not without its formats.
 */
void
imgcat_status_require(const ImgcatImageRow *row, const char *status)
{
	static const struct
	{
		ImgcatImageColumn column;
		const char *name;
	}			formats[] =
	{
		{IMGCAT_COL_CONTAINER_FORMAT, "container_format"},
		{IMGCAT_COL_DISK_FORMAT, "disk_format"},
	};

	if (!imgcat_status_may_become(row, status))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CONFLICT),
				 errmsg("image has another status"),
				 imgcat_errdetail(IMS_UNAVAILABLE,
								  "It cannot become %s in status %s.", status,
								  TextDatumGetCString(row->values[IMGCAT_COL_STATUS]))));
	if (!needs_formats(status) ||
		(!imgcat_row_text_is(row, IMGCAT_COL_STATUS, "queued") &&
		 !imgcat_row_text_is(row, IMGCAT_COL_STATUS, "uploading")))
		return;
	for (int i = 0; i < (int) lengthof(formats); i++)
		if (row->nulls[formats[i].column])
			ereport(ERROR,
					(errcode(strcmp(status, "importing") == 0 ?
							 IMGCAT_ERRCODE_CONFLICT :
							 ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("image has no %s", formats[i].name),
					 imgcat_errdetail(IMS_BAD_FORMAT_NAME,
									  "It cannot become %s without one.",
									  status),
					 errhint("Set %s first.", formats[i].name)));
}

/*
 * Set a column to a text, or to null.
 */
static void
set_text(ImgcatImageRow *row, ImgcatImageColumn column, const char *value)
{
	row->nulls[column] = value == NULL;
	row->values[column] = value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

/*
 * Set a column to a number, or to null.
 */
static void
set_number(ImgcatImageRow *row, ImgcatImageColumn column, int64 value)
{
	row->nulls[column] = value < 0;
	row->values[column] = Int64GetDatum(value);
}

/*
 * Take an image to a status: the one way there, for whatever leads to it.  The
 * record says of the data what facts has, or what it said if that is NULL.
 * The caller is connected to SPI, holds the lock of the row, and has seen to
 * it that the image may become this (imgcat_status_require).
 */
void
imgcat_status_enter(ImgcatImageRow *row, const char *status,
					const ImgcatDataFacts *facts)
{
	static const ImgcatImageColumn columns[] = {
		IMGCAT_COL_ID, IMGCAT_COL_STATUS, IMGCAT_COL_UPDATED_AT,
		IMGCAT_COL_SIZE, IMGCAT_COL_VIRTUAL_SIZE, IMGCAT_COL_CHECKSUM,
		IMGCAT_COL_OS_HASH_ALGO, IMGCAT_COL_OS_HASH_VALUE
	};
	static const Oid types[lengthof(columns)] = {
		UUIDOID, TEXTOID, TIMESTAMPTZOID, INT8OID, INT8OID, TEXTOID, TEXTOID,
		TEXTOID
	};
	static const char sql[] =
	"UPDATE image_catalog.images SET status = $2, updated_at = $3, "
	"size = $4, virtual_size = $5, checksum = $6, os_hash_algo = $7, "
	"os_hash_value = $8 WHERE id = $1";
	Datum		args[lengthof(columns)];
	char		nulls[lengthof(columns)];

	if (!imgcat_status_may_become(row, status))
		elog(ERROR, "image cannot become %s", status);
	set_text(row, IMGCAT_COL_STATUS, status);
	row->values[IMGCAT_COL_UPDATED_AT] =
		TimestampTzGetDatum(GetCurrentTimestamp());
	if (facts != NULL)
	{
		set_number(row, IMGCAT_COL_SIZE, facts->size);
		set_number(row, IMGCAT_COL_VIRTUAL_SIZE, facts->virtual_size);
		set_text(row, IMGCAT_COL_CHECKSUM, facts->checksum);
		set_text(row, IMGCAT_COL_OS_HASH_ALGO, facts->os_hash_algo);
		set_text(row, IMGCAT_COL_OS_HASH_VALUE, facts->os_hash_value);
	}
	for (int i = 0; i < (int) lengthof(columns); i++)
	{
		args[i] = row->values[columns[i]];
		nulls[i] = row->nulls[columns[i]] ? 'n' : ' ';
	}
	if (SPI_execute_plan(imgcat_plan(sql, lengthof(columns), types), args,
						 nulls, false, 0) != SPI_OK_UPDATE ||
		SPI_processed != 1)
		elog(ERROR, "could not change the status of an image");
}
