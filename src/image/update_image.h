/*-------------------------------------------------------------------------
 *
 * update_image.h
 *		Patching an image, and writing what changed of one.
 *
 * src/image/update_image.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_UPDATE_IMAGE_H
#define IMGCAT_UPDATE_IMAGE_H

#include "image/image_patch.h"
#include "image/image_row.h"
#include "utils/uuid.h"

extern void imgcat_image_patch(StringInfo out, const pg_uuid_t *id,
							   Jsonb *patch, ImgcatPatchForm form,
							   const char *if_match);
extern void imgcat_image_write(ImgcatImageRow *row, const ImgcatImageRow *old);

#endif							/* IMGCAT_UPDATE_IMAGE_H */
