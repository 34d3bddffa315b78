/*-------------------------------------------------------------------------
 *
 * purge.c
 *		purge_deleted_images(): take deleted images out of the table.
 *
 * A deleted image stays as a row, so that its identifier is not used again and
 * a marker that names it still finds its place.  A purge ends both.
 *
 * src/image/purge.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "plan_cache.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

/*
 * Delete at most $2 images (null: all) that were deleted before $1, the oldest
 * first.  What somebody has locked is left for the next purge: it may be about
 * to come back by an import, and a purge that waits for nobody deadlocks with
 * nobody, in whatever order it locks.
 */
static const char purge_sql[] =
"DELETE FROM image_catalog.images WHERE id = ANY (ARRAY("
"SELECT i.id FROM image_catalog.images i WHERE i.deleted_at < $1 "
"ORDER BY i.deleted_at, i.id LIMIT $2 FOR UPDATE SKIP LOCKED))";

/*
 * purge_deleted_images(older_than interval, "limit" int)
 */
IMGCAT_FUNCTION(imgcat_purge_deleted_images, 1)
{
	static const Oid argtypes[] = {TIMESTAMPTZOID, INT4OID};
	Interval   *older_than = PG_GETARG_INTERVAL_P(0);
	char		nulls[] = {' ', PG_ARGISNULL(1) ? 'n' : ' '};
	TimestampTz now = GetCurrentTimestamp();
	Datum		args[2];
	int64		purged;

	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to purge deleted images"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator purges images.")));
	args[0] = DirectFunctionCall2(timestamptz_mi_interval,
								  TimestampTzGetDatum(now),
								  IntervalPGetDatum(older_than));
	if (DatumGetTimestampTz(args[0]) > now)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("age of images to purge must not be negative")));
	if (!PG_ARGISNULL(1) && PG_GETARG_INT32(1) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE),
				 errmsg("number of images to purge must not be negative")));
	args[1] = PG_ARGISNULL(1) ? (Datum) 0 : PG_GETARG_DATUM(1);

	imgcat_spi_connect();
	if (SPI_execute_plan(imgcat_plan(purge_sql, 2, argtypes), args, nulls,
						 false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not purge images");
	purged = (int64) SPI_processed;
	imgcat_spi_finish();
	PG_RETURN_INT64(purged);
}
