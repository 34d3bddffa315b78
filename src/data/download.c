/*-------------------------------------------------------------------------
 *
 * download.c
 *		download_image_data(), verify_image_data(): reading data back.
 *
 * Both read by the snapshot of the statement that calls them: data that is
 * deleted meanwhile is there to its end.
 *
 * src/data/download.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "context.h"
#include "data/chunks.h"
#include "data/upload.h"
#include "entry.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/image_fetch.h"
#include "image/policy.h"
#include "json_writer.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

/*
 * Has the image data, which is whole?  Its size is known then.
 */
static bool
has_data(const ImgcatImageRow *row)
{
	static const char *const statuses[] = {"active", "deactivated", "pending_delete"};

	for (int i = 0; i < (int) lengthof(statuses); i++)
		if (imgcat_row_text_is(row, IMGCAT_COL_STATUS, statuses[i]))
			return !row->nulls[IMGCAT_COL_SIZE];
	return false;
}

/*
 * An argument that is a number of bytes, or what it is if it is null.
 */
static int64
bytes_argument(FunctionCallInfo fcinfo, int argument, const char *name,
			   int64 otherwise)
{
	if (PG_ARGISNULL(argument))
		return otherwise;
	if (PG_GETARG_INT64(argument) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative", name)));
	return PG_GETARG_INT64(argument);
}

/*
 * The data of the image is not in the database.
 */
pg_noreturn static void
report_elsewhere(void)
{
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_NOT_FOUND),
			 errmsg("image data is not kept here"),
			 imgcat_errdetail(IMS_NO_IMAGE,
							  "The image has data, but not in the database."),
			 errhint("Ask the service that keeps it.")));
}

/*
 * The part of the data that begins at offset, as a value.
 */
static bytea *
read_part(const pg_uuid_t *id, int64 offset, int64 length)
{
	bytea	   *part;

	if (length > (int64) (MaxAllocSize - VARHDRSZ))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("image data is too large for one value"),
				 errdetail("These are %lld bytes; a value holds at most %lld.",
						   (long long) length,
						   (long long) (MaxAllocSize - VARHDRSZ)),
				 errhint("Read it in pieces, by offset and length.")));
	part = palloc(length + VARHDRSZ);
	SET_VARSIZE(part, length + VARHDRSZ);
	if (length == 0)
		return part;
	imgcat_spi_connect();
	if (imgcat_chunks_copy(id, offset, VARDATA(part), length) == 0)
		report_elsewhere();
	imgcat_spi_finish();
	return part;
}

/*
 * download_image_data(image_id uuid, "offset" bigint, length bigint) returns
 * bytea
 */
IMGCAT_FUNCTION(imgcat_download_image_data, 1)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	int64		offset = bytes_argument(fcinfo, 1, "offset", 0);
	int64		length = bytes_argument(fcinfo, 2, "length", PG_INT64_MAX);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	int64		size;

	imgcat_image_download(&image, id, &caller);
	if (!has_data(&image.row))
	{
		if (imgcat_locations_fetch(id) != NIL)
			report_elsewhere();
		PG_RETURN_NULL();
	}
	size = DatumGetInt64(image.row.values[IMGCAT_COL_SIZE]);
	if (offset > size)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_RANGE),
				 errmsg("offset is behind the end of the image data"),
				 imgcat_errdetail(IMS_BAD_VALUE, "The image has %lld bytes.",
								  (long long) size)));
	PG_RETURN_BYTEA_P(read_part(id, offset, Min(length, size - offset)));
}

/*
 * Append a member with a string or null, and note the name if the record has
 * another value.
 */
static void
append_text(StringInfo out, StringInfo differs, const char *name,
			const char *found, const ImgcatImageRow *row,
			ImgcatImageColumn column)
{
	appendStringInfo(out, ", \"%s\": ", name);
	if (found == NULL)
		appendStringInfoString(out, "null");
	else
		imgcat_json_string(out, found, strlen(found));
	if (found != NULL && !row->nulls[column] &&
		!imgcat_row_text_is(row, column, found))
		appendStringInfo(differs, "%s\"%s\"", differs->len > 0 ? ", " : "", name);
}

/*
 * verify_image_data(image_id uuid) returns json
 *
 * A digest that the record does not have cannot differ.
 */
IMGCAT_FUNCTION(imgcat_verify_image_data, 1)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	ImgcatImageRow *row = &image.row;
	ImgcatDataFacts facts;
	StringInfoData answer;
	StringInfoData found;
	StringInfoData differs;

	initStringInfo(&answer);
	initStringInfo(&found);
	initStringInfo(&differs);
	imgcat_image_download(&image, id, &caller);
	if (!has_data(row))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CONFLICT),
				 errmsg("image has no data"),
				 imgcat_errdetail(IMS_UNAVAILABLE, "Its status is %s.",
								  TextDatumGetCString(row->values[IMGCAT_COL_STATUS]))));
	imgcat_spi_connect();
	imgcat_data_reexamine(row, &facts);
	if (facts.size == 0 && DatumGetInt64(row->values[IMGCAT_COL_SIZE]) > 0)
		report_elsewhere();
	if (facts.size != DatumGetInt64(row->values[IMGCAT_COL_SIZE]))
		appendStringInfoString(&differs, "\"size\"");
	appendStringInfo(&found, ", \"size\": %lld", (long long) facts.size);
	append_text(&found, &differs, "checksum", facts.checksum, row,
				IMGCAT_COL_CHECKSUM);
	append_text(&found, &differs, "os_hash_algo", facts.os_hash_algo, row,
				IMGCAT_COL_OS_HASH_ALGO);
	append_text(&found, &differs, "os_hash_value", facts.os_hash_value, row,
				IMGCAT_COL_OS_HASH_VALUE);
	imgcat_spi_finish();
	appendStringInfo(&answer, "{\"valid\": %s, \"differs\": [%s]%s}",
					 differs.len == 0 ? "true" : "false", differs.data,
					 found.data);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(answer.data, answer.len));
}

/*
 * may_download_image(image_id uuid) returns boolean, for the row-level
 * security of image_data
 */
IMGCAT_FUNCTION(imgcat_may_download_image, 1)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;

	PG_RETURN_BOOL(imgcat_image_find(&image, PG_GETARG_UUID_P(0), &caller) &&
				   imgcat_policy_may_download(&caller, &image) &&
				   has_data(&image.row));
}
