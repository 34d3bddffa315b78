/*-------------------------------------------------------------------------
 *
 * history_purge.c
 *		purge_image_history(): the oldest changes out of the history.
 *
 * What an image was is found backwards from what it is, so the oldest changes
 * can go, and image_at() reaches back to the last that went.  A reader of
 * image_changes() who has not come by them yet is refused: it is told that it
 * misses something (change_feed.c).
 *
 * src/image/history_purge.c
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
 * Changes are numbered nearly in the order of time, so of the first $2 by
 * number (null: all) those go that were made before $1.  What somebody has
 * locked, as the purge of an image has its history, is his to delete.
 */
static const char delete_sql[] =
"WITH gone AS (DELETE FROM image_catalog.image_changes WHERE number = ANY (ARRAY("
"SELECT c.number FROM image_catalog.image_changes c WHERE c.at < $1 AND c.number <= ("
"SELECT max(f.number) FROM (SELECT o.number FROM image_catalog.image_changes o "
"ORDER BY o.number LIMIT $2) f) ORDER BY c.number FOR UPDATE SKIP LOCKED)) "
"RETURNING recording, xid, number, at) "
"SELECT g.recording, max(g.xid), max(g.number), max(a.at), a.gone "
"FROM gone g, (SELECT max(at) AS at, count(*) AS gone FROM gone) a "
"GROUP BY g.recording, a.at, a.gone ORDER BY g.recording DESC LIMIT 1";

/* An older recording is behind all that was removed of a later one. */
static const char note_sql[] =
"UPDATE image_catalog.image_recording SET since = GREATEST(since, $4), "
"removed_recording = GREATEST(removed_recording, $1), "
"removed_xid = CASE WHEN removed_recording > $1 THEN removed_xid "
"WHEN removed_recording = $1 THEN GREATEST(removed_xid, $2) ELSE $2 END, "
"removed_number = CASE WHEN removed_recording > $1 THEN removed_number "
"WHEN removed_recording = $1 THEN GREATEST(removed_number, $3) ELSE $3 END";

/*
 * Delete at most $2 of the changes before $1, and note what went.  Answers how
 * many.
 */
static int64
purge(Datum *args, const char *nulls)
{
	static const Oid delete_types[] = {TIMESTAMPTZOID, INT4OID};
	static const Oid note_types[] = {INT8OID, XID8OID, INT8OID, TIMESTAMPTZOID};
	Datum		gone[5];
	bool		is_null;

	if (SPI_execute_plan(imgcat_plan(delete_sql, 2, delete_types), args, nulls,
						 false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not purge the history of images");
	if (SPI_processed == 0)
		return 0;
	for (int i = 0; i < 5; i++)
		gone[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
								i + 1, &is_null);
	if (SPI_execute_plan(imgcat_plan(note_sql, 4, note_types), gone, NULL,
						 false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not note what was purged of the history of images");
	return DatumGetInt64(gone[4]);
}

/*
 * purge_image_history(older_than interval, "limit" int) returns bigint
 */
IMGCAT_FUNCTION(imgcat_purge_image_history, 1)
{
	char		nulls[] = {' ', PG_ARGISNULL(1) ? 'n' : ' '};
	TimestampTz now = GetCurrentTimestamp();
	Datum		args[2];
	int64		purged;

	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to purge the history of images"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator of the catalogue may.")));
	args[0] = DirectFunctionCall2(timestamptz_mi_interval,
								  TimestampTzGetDatum(now), PG_GETARG_DATUM(0));
	if (DatumGetTimestampTz(args[0]) > now)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("age of changes to purge must not be negative")));
	if (!PG_ARGISNULL(1) && PG_GETARG_INT32(1) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE),
				 errmsg("number of changes to purge must not be negative")));
	args[1] = PG_ARGISNULL(1) ? (Datum) 0 : PG_GETARG_DATUM(1);

	imgcat_spi_connect();
	purged = purge(args, nulls);
	imgcat_spi_finish();
	PG_RETURN_INT64(purged);
}
