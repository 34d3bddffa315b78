/*-------------------------------------------------------------------------
 *
 * container_scan.h
 *		The image that a name speaks of.
 *
 * src/container/container_scan.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_SCAN_H
#define IMGCAT_CONTAINER_SCAN_H

#include "container/container_document.h"
#include "query/image_reference.h"

/* What is known under a name. */
typedef struct ImgcatKnownImage
{
	ImgcatMessage *document;	/* NULL: nothing */
	char	   *full_name;		/* normalised; the digest where there is no
								 * name */
	bool		digest_only;
	ImgcatImageReference reference;
} ImgcatKnownImage;

extern void imgcat_know_image(const char *name, ImgcatKnownImage *image);

#endif							/* IMGCAT_CONTAINER_SCAN_H */
