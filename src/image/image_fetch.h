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

#include "access/genam.h"
#include "executor/tuptable.h"
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
extern bool imgcat_image_fetch_any(const pg_uuid_t *id, ImgcatImageRow *row,
								   bool before_deletion,
								   NullableDatum *deleted_at);
extern bool imgcat_membership_exists(const pg_uuid_t *image_id,
									 const char *project_id,
									 const NullableDatum *deleted_at);

/* scans of images for identifiers */
extern IndexScanDesc imgcat_id_scan_open(Relation images, Snapshot snapshot);
extern void imgcat_id_scan_start(IndexScanDesc scan, const pg_uuid_t *id);
extern bool imgcat_id_scan_fetch(IndexScanDesc scan, const pg_uuid_t *id,
								 TupleTableSlot *slot);
extern void imgcat_id_scan_close(IndexScanDesc scan);

#endif							/* IMGCAT_IMAGE_FETCH_H */
