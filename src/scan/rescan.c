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
 * Images that are due, watched ones and then all, those after the last one that
 * was done.  They are locked as far as nobody else has locked them: whoever
 * imports waits for us, we for nobody.
 */
static const char *const due_images[] = {
	"SELECT i.image_key, s.due_at FROM image_catalog.container_images AS i"
	" JOIN image_catalog.container_scans AS s ON s.image_key = i.image_key"
	" WHERE s.due_at IS NOT NULL AND (s.due_at, s.image_key) > ($1, $2)"
	"  AND i.image_key IN (SELECT n.image_key"
	"   FROM image_catalog.container_watched_images AS w"
	"   JOIN image_catalog.container_image_names AS n"
	"    ON n.name_full = w.name)"
	" ORDER BY s.due_at, s.image_key LIMIT $3 FOR UPDATE OF i SKIP LOCKED",

	"SELECT i.image_key, s.due_at FROM image_catalog.container_scans AS s"
	" JOIN image_catalog.container_images AS i ON i.image_key = s.image_key"
	" WHERE s.due_at IS NOT NULL AND (s.due_at, s.image_key) > ($1, $2)"
	" ORDER BY s.due_at, s.image_key LIMIT $3 FOR UPDATE OF i SKIP LOCKED"
};

/* Where a rescan stands in the order of due images. */
typedef struct Position
{
	TimestampTz due_at;
	int64		image_key;
}			Position;

/*
 * Scan up to count images that are due, of those that a query finds after a
 * position, which moves on.  Returns how many were found; those of them that
 * have lost their scan are not counted in *scanned.
 */
static uint64
rescan_batch(const char *query, int64 count, Position * position, int64 *scanned)
{
	Oid			types[3] = {TIMESTAMPTZOID, INT8OID, INT8OID};
	Datum		values[3];
	uint64		found;
	bool		isnull;

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
	found = SPI_processed;
	if (found > 0)
	{
		HeapTuple	last = SPI_tuptable->vals[found - 1];
		TupleDesc	descriptor = SPI_tuptable->tupdesc;

		position->image_key = DatumGetInt64(SPI_getbinval(last, descriptor, 1,
														  &isnull));
		position->due_at = DatumGetTimestampTz(SPI_getbinval(last, descriptor,
															 2, &isnull));
		*scanned += imgcat_scan_images(imgcat_result_keys(), NULL);
	}
	SPI_finish();
	return found;
}

/*
 * rescan_container_images(since timestamptz, limit integer) returns bigint
 */
IMGCAT_FUNCTION(imgcat_rescan_container_images, 0)
{
	TimestampTz since = PG_ARGISNULL(0) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(0);
	int64		limit = PG_ARGISNULL(1) ? PG_INT64_MAX : PG_GETARG_INT32(1);
	int64		scanned = 0;

	imgcat_require_container_write();
	if (limit < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("limit must not be negative")));
	for (int i = 0; i < (int) lengthof(due_images); i++)
	{
		Position	position = {since, PG_INT64_MIN};

		while (scanned < limit &&
			   rescan_batch(due_images[i], limit - scanned, &position,
							&scanned) > 0)
			CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_INT64(scanned);
}
