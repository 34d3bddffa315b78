/*-------------------------------------------------------------------------
 *
 * scan_images.h
 *		Container images scanned: their packages matched, findings written.
 *
 * src/scan/scan_images.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SCAN_IMAGES_H
#define IMGCAT_SCAN_IMAGES_H

#include "container/container_document.h"

/*
 * Scan images, an array of their keys, anew; the number of those that have a
 * scan to begin with.  full_name, where it is not NULL, becomes one of their
 * names.  SPI is connected.
 */
extern int64 imgcat_scan_images(Datum image_keys, const char *full_name);

/* The same for the image of a digest; false where there is none. */
extern bool imgcat_scan_digest(const char *digest, const char *full_name);

extern bool imgcat_has_advisories(void);
extern void imgcat_add_image_name(ImgcatMessage *document,
								  const char *full_name);

#endif							/* IMGCAT_SCAN_IMAGES_H */
