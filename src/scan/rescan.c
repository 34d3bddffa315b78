/*-------------------------------------------------------------------------
 *
 * rescan.c
 *		rescan_container_images: the images that new vulnerability data hit.
 *
 * src/scan/rescan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "container/container_access.h"
#include "entry.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "progress.h"
#include "scan/advisory.h"
#include "scan/scan_images.h"
#include "utils/timestamp.h"

/*
 * Images scanned by one round of statements, and how large their documents may
 * be all together, as they are stored: compressed to a tenth or so.
 */
#define BATCH_IMAGES	64
#define BATCH_BYTES		(1024 * 1024)

/*
 * Images that are due, watched ones and then all, those after the last one that
 * was done.  They are locked as far as nobody else has locked them: whoever
 * imports waits for us, we for nobody.
 */
static const char *const due_images[] = {
	"SELECT i.image_key, s.due_at, pg_catalog.pg_column_size(i.document)"
	" FROM image_catalog.container_images AS i"
	" JOIN image_catalog.container_scans AS s ON s.image_key = i.image_key"
	" WHERE s.due_at IS NOT NULL AND (s.due_at, s.image_key) > ($1, $2)"
	"  AND i.image_key IN (SELECT n.image_key"
	"   FROM image_catalog.container_watched_images AS w"
	"   JOIN image_catalog.container_image_names AS n"
	"    ON n.name_full = w.name)"
	" ORDER BY s.due_at, s.image_key LIMIT $3 FOR UPDATE OF i SKIP LOCKED",

	"SELECT i.image_key, s.due_at, pg_catalog.pg_column_size(i.document)"
	" FROM image_catalog.container_scans AS s"
	" JOIN image_catalog.container_images AS i ON i.image_key = s.image_key"
	" WHERE s.due_at IS NOT NULL AND (s.due_at, s.image_key) > ($1, $2)"
	" ORDER BY s.due_at, s.image_key LIMIT $3 FOR UPDATE OF i SKIP LOCKED"
};

/* Where a rescan stands in the order of due images. */
typedef struct RescanPosition
{
	TimestampTz due_at;
	int64		image_key;
} RescanPosition;

/*
 * How many of the images that a query found make a batch: at least one, and no
 * more than fit.  The position moves to the last of them.
 */
static uint64
take_batch(RescanPosition *position)
{
	int64		bytes = 0;
	uint64		taken = 0;

	while (taken < SPI_processed && bytes < BATCH_BYTES)
	{
		HeapTuple	row = SPI_tuptable->vals[taken++];
		TupleDesc	columns = SPI_tuptable->tupdesc;
		bool		isnull;

		position->image_key = DatumGetInt64(SPI_getbinval(row, columns, 1,
														  &isnull));
		position->due_at = DatumGetTimestampTz(SPI_getbinval(row, columns, 2,
															 &isnull));
		bytes += DatumGetInt32(SPI_getbinval(row, columns, 3, &isnull));
	}
	return taken;
}

/*
 * Scan up to count images that are due, of those that a query finds after a
 * position, which moves on.  Returns how many were taken; those of them that
 * have lost their scan are not counted in *scanned.
 */
static uint64
rescan_batch(const char *query, int64 count, RescanPosition *position, int64 *scanned)
{
	Oid			types[3] = {TIMESTAMPTZOID, INT8OID, INT8OID};
	Datum		values[3];
	uint64		taken;

	values[0] = TimestampTzGetDatum(position->due_at);
	values[1] = Int64GetDatum(position->image_key);
	values[2] = Int64GetDatum(Min(count, BATCH_IMAGES));
	SPI_connect();
	/* loads come before images, or between two calls: see scan_images.c */
	if (SPI_execute("LOCK TABLE image_catalog.packages IN ROW EXCLUSIVE MODE",
					false, 0) != SPI_OK_UTILITY ||
		SPI_execute_with_args(query, 3, types, values, NULL, false,
							  0) != SPI_OK_SELECT)
		elog(ERROR, "could not read images to scan");
	taken = take_batch(position);
	if (taken > 0)
		*scanned += imgcat_scan_images(imgcat_result_keys(taken), NULL);
	SPI_finish();
	return taken;
}

/*
 * rescan_container_images(since timestamptz, limit integer) returns bigint
 */
IMGCAT_FUNCTION(imgcat_rescan_container_images, 0)
{
	TimestampTz since = PG_ARGISNULL(0) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(0);
	int64		limit = PG_ARGISNULL(1) ? PG_INT64_MAX : PG_GETARG_INT32(1);
	int64		scanned = 0;
	bool		reported;

	imgcat_require_container_write();
	if (limit < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("limit must not be negative")));
	reported = imgcat_progress_begin("container_scans", 0);
	for (int i = 0; i < (int) lengthof(due_images); i++)
	{
		RescanPosition position = {since, PG_INT64_MIN};

		while (scanned < limit &&
			   rescan_batch(due_images[i], limit - scanned, &position,
							&scanned) > 0)
		{
			CHECK_FOR_INTERRUPTS();
			imgcat_progress_update(reported, scanned, 0);
		}
	}
	imgcat_progress_end(reported);
	PG_RETURN_INT64(scanned);
}
