/*-------------------------------------------------------------------------
 *
 * change_feed.c
 *		image_changes(): all changes once, by a position that skips none.
 *
 * Transactions commit in another order than they draw numbers in, so a reader
 * that asks for greater numbers than its last misses what is committed later.
 * Instead it reads in windows of transaction ids, [begin, end), where no
 * transaction before end is running: nothing is ever added to a window, and
 * within it changes come by their numbers, a page at a time.  The position has
 * the window and the last number.
 *
 * Changes of one image are to come in the order in which they were made.  The
 * one made first may be of the greater transaction id, for a transaction may
 * have its id long before it comes to the image.  So a window ends before each
 * transaction that changed an image after one that is still outside.
 *
 * Ids of another cluster say nothing: a restored catalogue begins a new
 * recording, and those before it are whole (sql/54_image_history.sql).
 *
 * src/image/change_feed.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "image/change_row.h"
#include "image/errors.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "utils/builtins.h"

/* behind all transactions */
#define WINDOW_MAX UINT64_MAX

/*
 * The recording that goes on, where transactions begin that may run, and what
 * was removed last.
 */
static const char recording_sql[] =
"SELECT r.recording, pg_snapshot_xmin(pg_current_snapshot()), "
"r.removed_recording, r.removed_xid, r.removed_number "
"FROM image_catalog.image_recording r";

/* The first recording behind $1 that has changes. */
static const char next_recording_sql[] =
"SELECT c.recording FROM image_catalog.image_changes c "
"WHERE c.recording > $1 ORDER BY c.recording LIMIT 1";

/*
 * The first transaction in the window that changed an image which one outside
 * of it had changed before.  Outside is what is committed but has a greater id
 * than one that runs: little.
 */
static const char straggler_sql[] =
"SELECT a.xid FROM image_catalog.image_changes b "
"JOIN image_catalog.image_changes a ON a.image_id = b.image_id AND a.number > b.number "
"WHERE b.recording = $1 AND b.xid >= $3 "
"AND a.recording = $1 AND a.xid >= $2 AND a.xid < $3 ORDER BY a.xid LIMIT 1";

/* The number of the window's first change. */
static const char first_number_sql[] =
"SELECT min(c.number) FROM image_catalog.image_changes c "
"WHERE c.recording = $1 AND c.xid >= $2 AND c.xid < $3";

/* A page of the window: changes behind $6, at most $7. */
static const char page_sql[] =
"SELECT " IMGCAT_CHANGE_COLUMNS " FROM " IMGCAT_CHANGES " "
"WHERE c.recording = $3 AND c.xid >= $4 AND c.xid < $5 AND c.number > $6 "
"AND " IMGCAT_MAY_SEE_CHANGE " ORDER BY c.number LIMIT $7";

/* A reader on its way. */
typedef struct Feed
{
	ImgcatChangePosition position;
	uint64		recording;		/* that goes on */
	uint64		horizon;		/* no transaction before it runs */
	uint64		removed_recording;	/* up to here changes were removed; or 0 */
	uint64		removed_xid;
	uint64		removed_number;
	ImgcatCaller caller;
} Feed;

/*
 * Run a statement that answers with at most one value; false if with none.
 */
static bool
select_value(const char *sql, int nargs, const Oid *types, Datum *args,
			 Datum *value)
{
	bool		is_null;

	if (SPI_execute_plan(imgcat_plan(sql, nargs, types), args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read changes of images");
	if (SPI_processed == 0)
		return false;
	*value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
	return !is_null;
}

/*
 * Run a statement on the window of a position.
 */
static bool
select_of_window(const char *sql, const ImgcatChangePosition *position,
				 Datum *value)
{
	static const Oid types[] = {INT8OID, XID8OID, XID8OID};
	Datum		args[3];

	args[0] = Int64GetDatum((int64) position->recording);
	args[1] = UInt64GetDatum(position->window_begin);
	args[2] = UInt64GetDatum(position->window_end);
	return select_value(sql, 3, types, args, value);
}

/*
 * A column of the row that was selected; 0 for a null one.
 */
static uint64
column_value(int column)
{
	bool		is_null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
									  column, &is_null);

	return is_null ? 0 : DatumGetUInt64(value);
}

/*
 * Refuse who may not read, and find out what goes on.  Connected to SPI.
 */
static void
open_feed(Feed *feed)
{
	Datum		value;

	feed->caller = imgcat_caller();
	if (!feed->caller.is_reader)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to read changes of images"),
				 imgcat_errdetail(IMS_FORBIDDEN, "The caller must have role reader.")));
	imgcat_require_recording();
	if (!select_value(recording_sql, 0, NULL, NULL, &value))
		elog(ERROR, "recording of history is not known");
	feed->recording = (uint64) DatumGetInt64(value);
	feed->horizon = column_value(2);
	feed->removed_recording = column_value(3);
	feed->removed_xid = column_value(4);
	feed->removed_number = column_value(5);
}

/*
 * End the window that begins there, of the recording that goes on, as late as
 * no change of an image is behind a later one.
 */
static void
end_window(const Feed *feed, ImgcatChangePosition *position)
{
	Datum		straggler;

	position->window_end = Max(feed->horizon, position->window_begin);
	while (position->window_end > position->window_begin &&
		   select_of_window(straggler_sql, position, &straggler))
	{
		CHECK_FOR_INTERRUPTS();
		position->window_end = DatumGetUInt64(straggler);
	}
}

/*
 * Go on to the next window that has changes; false if there is none yet.
 */
static bool
next_window(Feed *feed)
{
	static const Oid types[] = {INT8OID};
	ImgcatChangePosition *position = &feed->position;
	Datum		value;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		position->window_begin = position->window_end;
		position->number = 0;
		if (position->recording < feed->recording)
		{
			if (position->window_begin == WINDOW_MAX || position->recording == 0)
			{
				value = Int64GetDatum((int64) position->recording);
				position->recording =
					select_value(next_recording_sql, 1, types, &value, &value) ?
					(uint64) DatumGetInt64(value) : feed->recording;
				position->window_begin = position->window_end = 0;
				if (position->recording >= feed->recording)
					continue;
			}
			position->window_end = WINDOW_MAX;
		}
		else
		{
			end_window(feed, position);
			if (position->window_end == position->window_begin)
				return false;
		}
		if (select_of_window(first_number_sql, position, &value))
		{
			position->number = (uint64) DatumGetInt64(value) - 1;
			return true;
		}
	}
}

/*
 * Put a page of the window, at most limit changes, into the answer; answers how
 * many.
 */
static uint64
put_page(Feed *feed, int64 limit, ReturnSetInfo *rsinfo)
{
	static const Oid types[] = {BOOLOID, TEXTOID, INT8OID, XID8OID, XID8OID, INT8OID, INT8OID};
	ImgcatChangePosition *position = &feed->position;
	Datum		args[7];
	char		nulls[] = "       ";
	StringInfoData json;
	uint64		changes;

	imgcat_change_args(&feed->caller, args, nulls);
	args[2] = Int64GetDatum((int64) position->recording);
	args[3] = UInt64GetDatum(position->window_begin);
	args[4] = UInt64GetDatum(position->window_end);
	args[5] = Int64GetDatum((int64) position->number);
	args[6] = Int64GetDatum(limit);
	if (SPI_execute_plan(imgcat_plan(page_sql, 7, types), args, nulls, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read changes of images");

	changes = SPI_processed;
	initStringInfo(&json);
	for (uint64 i = 0; i < changes; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];

		CHECK_FOR_INTERRUPTS();
		position->number = (uint64) imgcat_change_number(tuple, SPI_tuptable->tupdesc);
		resetStringInfo(&json);
		imgcat_change_json(&json, tuple, SPI_tuptable->tupdesc, position);
		imgcat_put_json(rsinfo->setResult, rsinfo->setDesc, &json);
	}
	SPI_freetuptable(SPI_tuptable);
	return changes;
}

/*
 * Refuse a position that removed changes may be behind.  The numbers of a
 * window are in order, those of an earlier window may be greater, so one that
 * has nothing behind it may be refused, too; it never happens to a reader whose
 * window begins after the last transaction that lost a change.
 */
static void
check_not_removed(const Feed *feed)
{
	const ImgcatChangePosition *position = &feed->position;

	if (feed->removed_recording == 0 ||
		position->recording > feed->removed_recording)
		return;
	if (position->recording == feed->removed_recording &&
		(position->window_begin > feed->removed_xid ||
		 (position->window_end > feed->removed_xid &&
		  position->number >= feed->removed_number)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid position in the changes of images"),
			 errdetail("Changes behind it were removed by purge_image_history()."),
			 errhint("Read from the beginning, with no position, after a look at the images as they are.")));
}

/*
 * Read a position, and refuse one that this catalogue has not given.  False if
 * it is ahead of us: a standby may not have what its primary gave yet.
 */
static bool
read_position(Feed *feed, text *after)
{
	if (imgcat_change_position_parse(VARDATA_ANY(after), VARSIZE_ANY_EXHDR(after),
									 &feed->position) &&
		feed->position.recording <= feed->recording &&
		feed->position.number <= PG_INT64_MAX)
	{
		check_not_removed(feed);
		return feed->position.recording < feed->recording ||
			feed->position.window_end <= feed->horizon;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid position in the changes of images"),
			 errdetail("It is not one that image_changes() of this catalogue has given."),
			 errhint("Read from the beginning, with no position.")));
	return false;				/* keep the compiler quiet */
}

/*
 * image_changes(after text, "limit" int) returns setof json
 */
IMGCAT_FUNCTION(imgcat_image_changes, 0)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		left = PG_ARGISNULL(1) ? PG_INT64_MAX : PG_GETARG_INT32(1);
	Feed		feed = {0};

	if (left < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE),
				 errmsg("number of changes must not be negative")));
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	imgcat_spi_connect();
	open_feed(&feed);
	if (!PG_ARGISNULL(0) && !read_position(&feed, PG_GETARG_TEXT_PP(0)))
		left = 0;
	while (left > 0)
	{
		if (feed.position.window_end > feed.position.window_begin)
			left -= (int64) put_page(&feed, left, rsinfo);
		if (left > 0 && !next_window(&feed))
			break;
	}
	imgcat_spi_finish();
	return (Datum) 0;
}

/*
 * image_changes_end() returns text
 */
IMGCAT_FUNCTION(imgcat_image_changes_end, 0)
{
	Feed		feed = {0};
	char		end[IMGCAT_CHANGE_POSITION_SIZE];

	(void) fcinfo;				/* no arguments */
	imgcat_spi_connect();
	open_feed(&feed);
	feed.position.recording = feed.recording;
	end_window(&feed, &feed.position);
	feed.position.window_begin = feed.position.window_end;
	imgcat_change_position_print(end, &feed.position);
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text(end));
}
