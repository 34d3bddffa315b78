/*-------------------------------------------------------------------------
 *
 * upload.c
 *		Data comes to an image: whole, or in pieces.
 *
 * Each piece is a transaction of its own, if the client wants it so.  While
 * the pieces come the image is saving, and image_uploads has how far they are;
 * an upload that is aborted leaves nothing, by the trigger that removes the
 * data of an image which is queued again (sql/52_image_data.sql).
 *
 * src/data/upload.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "data/chunks.h"
#include "data/data_settings.h"
#include "data/locations.h"
#include "data/upload.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/policy.h"
#include "image/protection.h"
#include "image/status.h"
#include "json_writer.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* a record that knows nothing of data */
const ImgcatDataFacts imgcat_no_data = {-1, -1, NULL, NULL, NULL};

/*
 * The document of a row, as the result of a function, in a context that
 * outlives the connection to SPI.
 */
Datum
imgcat_image_answer_json(MemoryContext context, ImgcatImageRow *row)
{
	StringInfoData out;
	text	   *document;

	initStringInfo(&out);
	imgcat_image_row_hide_protected(row);
	imgcat_changed_image_document(&out, row);
	document = MemoryContextAlloc(context, VARHDRSZ + out.len);
	SET_VARSIZE(document, VARHDRSZ + out.len);
	memcpy(VARDATA(document), out.data, out.len);
	return PointerGetDatum(document);
}

/*
 * Run a statement on the upload of an image: $1 is the image, $2 a number of
 * bytes, $3 the time.  Answers the number of rows.
 */
static uint64
run_on_upload(const char *sql, const pg_uuid_t *id, int64 size)
{
	static const Oid types[] = {UUIDOID, INT8OID, TIMESTAMPTZOID};
	Datum		args[3];

	args[0] = UUIDPGetDatum(id);
	args[1] = Int64GetDatum(size);
	args[2] = TimestampTzGetDatum(GetCurrentTimestamp());
	if (SPI_execute_plan(imgcat_plan(sql, 3, types), args, NULL, false, 0) < 0)
		elog(ERROR, "could not change the upload of an image");
	return SPI_processed;
}

/*
 * Begin an upload: the image gets that status, and facts.
 */
static void
begin_upload(ImgcatImageRow *row, const char *status,
			 const ImgcatDataFacts *facts)
{
	imgcat_status_require(row, status);
	imgcat_status_enter(row, status, facts);
	run_on_upload("INSERT INTO image_catalog.image_uploads "
				  "(image_id, size, started_at, updated_at) "
				  "VALUES ($1, $2, $3, $3)",
				  DatumGetUUIDP(row->values[IMGCAT_COL_ID]), 0);
}

/*
 * How many bytes of an upload have come; false if there is no upload.
 */
bool
imgcat_upload_size(const pg_uuid_t *id, int64 *size)
{
	static const Oid types[] = {UUIDOID};
	Datum		args[1];
	bool		is_null;

	args[0] = UUIDPGetDatum(id);
	if (SPI_execute_plan(imgcat_plan("SELECT u.size FROM image_catalog.image_uploads u "
									 "WHERE u.image_id = $1", 1, types), args,
						 NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the upload of an image");
	if (SPI_processed == 0)
		return false;
	*size = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
										SPI_tuptable->tupdesc, 1, &is_null));
	return true;
}

/*
 * Nothing is coming to the image.
 */
pg_noreturn static void
refuse_no_upload(const ImgcatImageRow *row)
{
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_CONFLICT),
			 errmsg("image has no upload under way"),
			 imgcat_errdetail(IMS_UNAVAILABLE, "Its status is %s.",
							  TextDatumGetCString(row->values[IMGCAT_COL_STATUS]))));
}

/*
 * Add a piece to the upload of an image.  expected: where it
 * must begin, -1: anywhere.  Answers how many bytes there are then.
 */
static int64
add_piece(const ImgcatImageRow *row, bytea *data, int64 expected)
{
	const pg_uuid_t *id = DatumGetUUIDP(row->values[IMGCAT_COL_ID]);
	int64		length = VARSIZE_ANY_EXHDR(data);
	int64		size;

	if (!imgcat_upload_size(id, &size))
		refuse_no_upload(row);
	if (expected >= 0 && expected != size)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CONFLICT),
				 errmsg("piece of image data has another place"),
				 imgcat_errdetail(IMS_CONFLICT,
								  "It is for offset %lld; %lld bytes have come.",
								  (long long) expected, (long long) size)));
	imgcat_check_data_quota(row, size, length);
	imgcat_chunks_append(id, size, data);
	run_on_upload("UPDATE image_catalog.image_uploads SET size = $2, "
				  "updated_at = $3 WHERE image_id = $1", id, size + length);
	return size + length;
}

/*
 * upload_image_data(image_id uuid, data bytea) returns json
 *
 * Nobody sees the image while its data is coming, so it need not be saving.
 */
IMGCAT_FUNCTION(imgcat_upload_image_data, 2)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	bytea	   *data = PG_GETARG_BYTEA_PP(1);
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	ImgcatDataFacts facts;
	Datum		document;

	imgcat_spi_connect();
	imgcat_image_modify(&image, id, &caller);
	imgcat_status_require(&image.row, "saving");
	imgcat_check_data_quota(&image.row, 0, VARSIZE_ANY_EXHDR(data));
	imgcat_chunks_append(id, 0, data);
	imgcat_data_examine(&image.row, &facts);
	imgcat_status_enter(&image.row, "active", &facts);
	document = imgcat_image_answer_json(context, &image.row);
	imgcat_spi_finish();
	PG_RETURN_DATUM(document);
}

/*
 * append_image_data(image_id uuid, data bytea, "offset" bigint) returns json
 */
IMGCAT_FUNCTION(imgcat_append_image_data, 2)
{
	bytea	   *data = PG_GETARG_BYTEA_PP(1);
	int64		expected = PG_ARGISNULL(2) ? -1 : PG_GETARG_INT64(2);
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	StringInfoData answer;
	int64		size;

	if (!PG_ARGISNULL(2) && expected < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("offset must not be negative")));
	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	if (imgcat_row_text_is(&image.row, IMGCAT_COL_STATUS, "uploading"))
		refuse_no_upload(&image.row);
	if (imgcat_row_text_is(&image.row, IMGCAT_COL_STATUS, "queued"))
		begin_upload(&image.row, "saving", &imgcat_no_data);
	size = add_piece(&image.row, data, expected);
	MemoryContextSwitchTo(context);
	initStringInfo(&answer);
	appendStringInfoString(&answer, "{\"status\": ");
	imgcat_json_text(&answer, image.row.values[IMGCAT_COL_STATUS]);
	appendStringInfo(&answer, ", \"size\": %lld}", (long long) size);
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(answer.data, answer.len));
}

/*
 * stage_image_data(image_id uuid, data bytea) returns json
 */
IMGCAT_FUNCTION(imgcat_stage_image_data, 2)
{
	bytea	   *data = PG_GETARG_BYTEA_PP(1);
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	ImgcatDataFacts facts = imgcat_no_data;
	Datum		document;

	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	facts.size = VARSIZE_ANY_EXHDR(data);
	begin_upload(&image.row, "uploading", &facts);
	add_piece(&image.row, data, 0);
	document = imgcat_image_answer_json(context, &image.row);
	imgcat_spi_finish();
	PG_RETURN_DATUM(document);
}

/*
 * The upload of an image ends, and the image, which is in that status while it
 * comes, is active.
 *
 * The upload ends first: the trigger on images would take it for one that does
 * not go on.
 */
static void
finish_upload(ImgcatImageRow *row, const char *status)
{
	pg_uuid_t  *id = DatumGetUUIDP(row->values[IMGCAT_COL_ID]);
	ImgcatDataFacts facts;

	if (!imgcat_row_text_is(row, IMGCAT_COL_STATUS, status) ||
		run_on_upload("DELETE FROM image_catalog.image_uploads "
					  "WHERE image_id = $1", id, 0) == 0)
		refuse_no_upload(row);
	if (strcmp(status, "uploading") == 0)
	{
		imgcat_status_require(row, "importing");
		imgcat_status_enter(row, "importing", NULL);
	}
	imgcat_data_examine(row, &facts);
	imgcat_status_enter(row, "active", &facts);
}

/*
 * finish_image_data(image_id uuid) returns json
 */
IMGCAT_FUNCTION(imgcat_finish_image_data, 1)
{
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	Datum		document;

	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	finish_upload(&image.row, "saving");
	document = imgcat_image_answer_json(context, &image.row);
	imgcat_spi_finish();
	PG_RETURN_DATUM(document);
}

/*
 * import_image_data(image_id uuid, request jsonb) returns json
 */
IMGCAT_FUNCTION(imgcat_import_image_data, 2)
{
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	Datum		document;

	imgcat_import_request_check(PG_GETARG_JSONB_P(1));
	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	finish_upload(&image.row, "uploading");
	document = imgcat_image_answer_json(context, &image.row);
	imgcat_spi_finish();
	PG_RETURN_DATUM(document);
}

/*
 * abort_image_data(image_id uuid) returns json
 */
IMGCAT_FUNCTION(imgcat_abort_image_data, 1)
{
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	Datum		document;

	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	if (!imgcat_row_text_is(&image.row, IMGCAT_COL_STATUS, "queued"))
	{
		imgcat_status_require(&image.row, "queued");
		imgcat_status_enter(&image.row, "queued", &imgcat_no_data);
	}
	document = imgcat_image_answer_json(context, &image.row);
	imgcat_spi_finish();
	PG_RETURN_DATUM(document);
}

/*
 * sweep_image_uploads(older_than interval, "limit" integer) returns bigint
 *
 * An image that is locked is being written to, and is left alone.
 */
IMGCAT_FUNCTION(imgcat_sweep_image_uploads, 1)
{
	static const Oid types[] = {INTERVALOID, INT4OID, TIMESTAMPTZOID};
	static const char sql[] =
	"WITH dead AS MATERIALIZED (SELECT i.id FROM image_catalog.images i "
	"JOIN image_catalog.image_uploads u ON u.image_id = i.id "
	"WHERE u.updated_at < $3 - $1 AND i.status IN ('saving', 'uploading') "
	"ORDER BY i.id LIMIT $2 FOR NO KEY UPDATE OF i, u SKIP LOCKED) "
	"UPDATE image_catalog.images i SET status = 'queued', size = NULL, "
	"virtual_size = NULL, checksum = NULL, os_hash_algo = NULL, "
	"os_hash_value = NULL, updated_at = $3 FROM dead WHERE i.id = dead.id";
	Datum		args[3];
	int64		count;

	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to sweep uploads"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator ends the uploads of others.")));
	if (!PG_ARGISNULL(1) && PG_GETARG_INT32(1) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("limit must not be negative")));
	args[0] = PG_GETARG_DATUM(0);
	args[1] = PG_ARGISNULL(1) ? (Datum) 0 : PG_GETARG_DATUM(1);
	args[2] = TimestampTzGetDatum(GetCurrentTimestamp());
	imgcat_spi_connect();
	if (SPI_execute_plan(imgcat_plan(sql, 3, types), args,
						 PG_ARGISNULL(1) ? " n " : "   ", false,
						 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not sweep uploads");
	count = (int64) SPI_processed;
	imgcat_spi_finish();
	PG_RETURN_INT64(count);
}
