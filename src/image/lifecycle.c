/*-------------------------------------------------------------------------
 *
 * lifecycle.c
 *		delete_image(), deactivate_image(), reactivate_image().
 *
 * A deleted image stays as a row, and so do its members: its identifier is
 * used up, and a page that begins behind it still finds its place.
 *
 * src/image/lifecycle.c
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
#include "image/etag.h"
#include "image/policy.h"
#include "image/status.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/*
 * Delete the image at the time.
 */
static void
write_deletion(const pg_uuid_t *id, TimestampTz now)
{
	static const Oid argtypes[] = {UUIDOID, TIMESTAMPTZOID};
	static const char sql[] =
	"UPDATE image_catalog.images SET status = 'deleted', "
	"updated_at = $2, deleted_at = $2 WHERE id = $1";
	Datum		args[2];

	args[0] = UUIDPGetDatum(id);
	args[1] = TimestampTzGetDatum(now);
	if (SPI_execute_plan(imgcat_plan(sql, 2, argtypes), args, NULL,
						 false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not update an image");
}

/*
 * delete_image(image_id uuid, if_match text)
 *
 * What the image was, and its memberships, are kept by the table's triggers
 * (sql/31_deletion.sql); another one removes its data (sql/52_image_data.sql).
 */
IMGCAT_FUNCTION(imgcat_delete_image, 1)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;

	imgcat_spi_connect();
	imgcat_image_modify(&image, id, &caller);
	imgcat_check_etag(&image.row, PG_ARGISNULL(1) ? NULL :
					  text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (DatumGetBool(image.row.values[IMGCAT_COL_PROTECTED]))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("image is protected"),
				 imgcat_errdetail(IMS_PROTECTED,
								  "Nobody can delete an image while its attribute protected is true."),
				 errhint("Set protected to false first.")));
	if (!imgcat_status_may_become(&image.row, "deleted"))
		elog(ERROR, "image cannot be deleted in its status");

	write_deletion(id, GetCurrentTimestamp());
	imgcat_spi_finish();
	PG_RETURN_VOID();
}

/*
 * Take an image from one status to another; nothing is done when it is there
 * already.
 */
static void
change_status(const pg_uuid_t *id, const char *status, const char *from)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;

	imgcat_spi_connect();
	imgcat_image_modify(&image, id, &caller);
	if (!imgcat_row_text_is(&image.row, IMGCAT_COL_STATUS, status))
	{
		if (!imgcat_row_text_is(&image.row, IMGCAT_COL_STATUS, from) ||
			!imgcat_status_may_become(&image.row, status))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("image is not %s", from),
					 imgcat_errdetail(IMS_UNAVAILABLE,
									  "It cannot become %s in status %s.",
									  status,
									  TextDatumGetCString(image.row.values[IMGCAT_COL_STATUS]))));
		imgcat_status_enter(&image.row, status, NULL);
	}
	imgcat_spi_finish();
}

/*
 * deactivate_image(image_id uuid)
 */
IMGCAT_FUNCTION(imgcat_deactivate_image, 1)
{
	change_status(PG_GETARG_UUID_P(0), "deactivated", "active");
	PG_RETURN_VOID();
}

/*
 * reactivate_image(image_id uuid)
 *
 * Other ways lead to active, too; this is the one from deactivated.
 */
IMGCAT_FUNCTION(imgcat_reactivate_image, 1)
{
	change_status(PG_GETARG_UUID_P(0), "active", "deactivated");
	PG_RETURN_VOID();
}
