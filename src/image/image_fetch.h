/*-------------------------------------------------------------------------
 *
 * image_fetch.h
 *		One image, or one membership, by its primary key.
 *
 * src/image/image_fetch.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMAGE_FETCH_H
#define IMGCAT_IMAGE_FETCH_H

#include "image/image_row.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/* Where data of an image lies. */
typedef struct ImgcatLocation
{
	text	   *url;
	Jsonb	   *metadata;
} ImgcatLocation;

extern List *imgcat_locations_fetch(const pg_uuid_t *image_id);
extern bool imgcat_image_fetch(const pg_uuid_t *id, ImgcatImageRow *row);
extern bool imgcat_membership_exists(const pg_uuid_t *image_id,
									 const char *project_id);

#endif							/* IMGCAT_IMAGE_FETCH_H */
