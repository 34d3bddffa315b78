/*-------------------------------------------------------------------------
 *
 * activate.c
 *		activate_image(): the data is kept elsewhere, by a service that says
 *		what it is.
 *
 * src/data/activate.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "data/data_settings.h"
#include "data/digest.h"
#include "data/upload.h"
#include "entry.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/policy.h"
#include "image/status.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

/*
 * An argument that is a size, -1 if it is null.
 */
static int64
size_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		return -1;
	if (PG_GETARG_INT64(argument) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative", name),
				 imgcat_errdetail(IMS_BAD_SIZE,
								  "It is a number of bytes.")));
	return PG_GETARG_INT64(argument);
}

/*
 * An argument that is a text, NULL if it is null.
 */
static const char *
text_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

/*
 * Check the digests that a client knows: of a form that their algorithms make,
 * and os_hash_algo with os_hash_value or without, but not half of it.  The
 * SQLSTATE is that of a digest of another form.
 */
void
imgcat_data_facts_check(const ImgcatDataFacts *facts, int sqlstate)
{
	if (facts->checksum != NULL)
		imgcat_digest_check_hex(imgcat_digest_algorithm("md5"),
								facts->checksum, sqlstate);
	if ((facts->os_hash_algo == NULL) != (facts->os_hash_value == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("os_hash_algo and os_hash_value belong together"),
				 imgcat_errdetail(IMS_BAD_VALUE,
								  "One was given without the other.")));
	if (facts->os_hash_algo != NULL)
		imgcat_digest_check_hex(imgcat_digest_algorithm_require(facts->os_hash_algo),
								facts->os_hash_value, sqlstate);
}

/*
 * Refuse an image that has its data, or to which it is coming.
 */
static void
check_awaits_data(const ImgcatImageRow *row, const pg_uuid_t *id)
{
	bool		is_coming;
	int64		size;

	is_coming = imgcat_upload_size(id, &size);
	if (is_coming || imgcat_row_text_is(row, IMGCAT_COL_STATUS, "deactivated") ||
		imgcat_row_text_is(row, IMGCAT_COL_STATUS, "pending_delete"))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CONFLICT),
				 is_coming ? errmsg("image has an upload under way") :
				 errmsg("image has data"),
				 imgcat_errdetail(IMS_UNAVAILABLE, "Its status is %s.",
								  TextDatumGetCString(row->values[IMGCAT_COL_STATUS]))));
}

/*
 * activate_image(image_id uuid, size bigint, checksum text, os_hash_algo text,
 * os_hash_value text, virtual_size bigint) returns json
 */
IMGCAT_FUNCTION(imgcat_activate_image, 2)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	ImgcatDataFacts facts;
	Datum		document;

	facts.size = size_argument(fcinfo, 1, "size");
	facts.checksum = text_argument(fcinfo, 2);
	facts.os_hash_algo = text_argument(fcinfo, 3);
	facts.os_hash_value = text_argument(fcinfo, 4);
	facts.virtual_size = size_argument(fcinfo, 5, "virtual_size");
	imgcat_data_facts_check(&facts, ERRCODE_INVALID_PARAMETER_VALUE);

	imgcat_spi_connect();
	imgcat_image_modify(&image, id, &caller);
	imgcat_status_require(&image.row, "active");
	check_awaits_data(&image.row, id);
	imgcat_check_storage_quota(&image.row, facts.size);
	imgcat_status_enter(&image.row, "active", &facts);
	document = imgcat_image_answer_json(context, &image.row);
	imgcat_spi_finish();
	PG_RETURN_DATUM(document);
}
