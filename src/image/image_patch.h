/*-------------------------------------------------------------------------
 *
 * image_patch.h
 *		The image profile of JSON Patch: which operations a client may write.
 *
 * src/image/image_patch.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMAGE_PATCH_H
#define IMGCAT_IMAGE_PATCH_H

#include "image/attribute.h"
#include "json/json_patch.h"

typedef enum ImgcatPatchForm
{
	IMGCAT_PATCH_V21,			/* {"op": "add", "path": "/a", "value": "b"} */
	IMGCAT_PATCH_V20,			/* {"add": "/a", "value": "b"} */
	IMGCAT_PATCH_CLOUD			/* as v2.1, for /v2/cloudimages of IMS */
} ImgcatPatchForm;

/* One operation: add, replace or remove of one attribute or property. */
typedef struct ImgcatImageChange
{
	ImgcatJsonPatchOp op;
	const ImgcatAttribute *attribute;	/* NULL: a custom property */
	const char *name;			/* not NUL-terminated */
	int			name_length;
	const char *index;			/* of a location; NULL: all of them */
	int			index_length;
	JsonbValue	value;			/* add and replace only */
} ImgcatImageChange;

extern ImgcatImageChange *imgcat_image_patch_read(Jsonb *patch,
												  ImgcatPatchForm form,
												  int *nchanges);

#endif							/* IMGCAT_IMAGE_PATCH_H */
