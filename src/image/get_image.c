/*-------------------------------------------------------------------------
 *
 * get_image.c
 *		get_image(): the document of one image.
 *
 * src/image/get_image.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "data/locations.h"
#include "entry.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/policy.h"
#include "image/protection.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

/*
 * get_image(image_id uuid) returns json
 */
IMGCAT_FUNCTION(imgcat_get_image, 1)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	StringInfoData out;

	/* the document outlives the SPI connection that the row lives in */
	initStringInfo(&out);
	imgcat_spi_connect();
	imgcat_image_show(&image, id, &caller);
	imgcat_image_row_hide_protected(&image.row);
	imgcat_image_document(&out, &image.row);
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
