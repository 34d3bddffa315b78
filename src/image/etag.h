/*-------------------------------------------------------------------------
 *
 * etag.h
 *		The entity tag of an image, by which a client tells whether it changed.
 *
 * src/image/etag.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ETAG_H
#define IMGCAT_ETAG_H

#include "datatype/timestamp.h"
#include "image/image_row.h"

extern char *imgcat_document_etag(const char *document, size_t length,
								  TimestampTz updated_at);
extern void imgcat_check_etag(const ImgcatImageRow *row, const char *if_match);

#endif							/* IMGCAT_ETAG_H */
