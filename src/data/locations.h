/*-------------------------------------------------------------------------
 *
 * locations.h
 *		Where the data of an image lies: rows of image_locations.
 *
 * src/data/locations.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LOCATIONS_H
#define IMGCAT_LOCATIONS_H

#include "context.h"
#include "image/image_row.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

extern bool imgcat_show_image_direct_url;
extern bool imgcat_show_multiple_locations;
extern int	imgcat_location_quota;

extern void imgcat_location_add(ImgcatImageRow *row, const ImgcatCaller *caller,
								text *url, Jsonb *metadata,
								Jsonb *validation_data, int sqlstate);
extern void imgcat_location_add_object(ImgcatImageRow *row,
									   const ImgcatCaller *caller,
									   JsonbContainer *location);
extern void imgcat_locations_replace(ImgcatImageRow *row,
									 const ImgcatCaller *caller,
									 JsonbContainer *locations);
extern void imgcat_location_delete(ImgcatImageRow *row,
								   const ImgcatCaller *caller, text *url);
extern void imgcat_location_index_check(const char *index, size_t length);
extern void imgcat_location_delete_at(ImgcatImageRow *row,
									  const ImgcatCaller *caller,
									  const char *index, size_t length);

/* location_json.c */
extern void imgcat_image_document(StringInfo out, const ImgcatImageRow *row);
extern void imgcat_changed_image_document(StringInfo out,
										  const ImgcatImageRow *row);

#endif							/* IMGCAT_LOCATIONS_H */
