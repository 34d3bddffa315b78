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
#include "scan/advisory.h"
#include "scan/scan_images.h"
#include "utils/timestamp.h"

/* Images scanned by one round of statements. */
#define BATCH_IMAGES	64

/*
 * Images that are due, watched ones and then all.  They are locked as far as
 * nobody else has locked them: whoever imports waits for us, we for nobody.
 */
static const char *const due_images[] = {
	"SELECT i.image_key FROM image_catalog.container_images AS i"
	" JOIN image_catalog.container_scans AS s ON s.image_key = i.image_key"
	" WHERE s.due_at IS NOT NULL AND ($1 IS NULL OR s.due_at >= $1)"
	"  AND i.image_key IN (SELECT n.image_key"
	"   FROM image_catalog.container_watched_images AS w"
	"   JOIN image_catalog.container_image_names AS n"
	"    ON n.name_full = w.name)"
	" ORDER BY s.due_at, i.image_key LIMIT $2 FOR UPDATE OF i SKIP LOCKED",

	"SELECT i.image_key FROM image_catalog.container_scans AS s"
	" JOIN image_catalog.container_images AS i ON i.image_key = s.image_key"
	" WHERE s.due_at IS NOT NULL AND ($1 IS NULL OR s.due_at >= $1)"
	" ORDER BY s.due_at, s.image_key LIMIT $2 FOR UPDATE OF i SKIP LOCKED"
};

/*
 * Scan up to count images that are due, of those that a query finds; returns
 * how many.
 */
static int64
rescan_batch(const char *query, int64 count, bool has_since, TimestampTz since)
{
	Oid			types[2] = {TIMESTAMPTZOID, INT8OID};
	Datum		values[2];
	int64		scanned;

	values[0] = TimestampTzGetDatum(since);
	values[1] = Int64GetDatum(Min(count, BATCH_IMAGES));
	SPI_connect();
	/* loads come before images, or between two calls: see scan_images.c */
	if (SPI_execute("LOCK TABLE image_catalog.packages IN ROW EXCLUSIVE MODE",
					false, 0) != SPI_OK_UTILITY ||
		SPI_execute_with_args(query, 2, types, values,
							  has_since ? "  " : "n ", false,
							  0) != SPI_OK_SELECT)
		elog(ERROR, "could not read images to scan");
	/* what has lost its scan is no progress */
	scanned = SPI_processed == 0 ? 0 :
		imgcat_scan_images(imgcat_result_keys(), NULL);
	SPI_finish();
	return scanned;
}

/*
 * rescan_container_images(since timestamptz, limit integer) returns bigint
 */
IMGCAT_FUNCTION(imgcat_rescan_container_images, 0)
{
	bool		has_since = !PG_ARGISNULL(0);
	TimestampTz since = has_since ? PG_GETARG_TIMESTAMPTZ(0) : 0;
	int64		limit = PG_ARGISNULL(1) ? PG_INT64_MAX : PG_GETARG_INT32(1);
	int64		scanned = 0;

	imgcat_require_container_write();
	if (limit < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("limit must not be negative")));
	for (int i = 0; i < (int) lengthof(due_images); i++)
	{
		int64		found;

		do
		{
			CHECK_FOR_INTERRUPTS();
			found = scanned == limit ? 0 :
				rescan_batch(due_images[i], limit - scanned, has_since, since);
			scanned += found;
		} while (found > 0);
	}
	PG_RETURN_INT64(scanned);
}
