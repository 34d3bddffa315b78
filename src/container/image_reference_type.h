/*-------------------------------------------------------------------------
 *
 * image_reference_type.h
 *		The type image_reference: a container image name, normalised.
 *
 * src/container/image_reference_type.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMAGE_REFERENCE_TYPE_H
#define IMGCAT_IMAGE_REFERENCE_TYPE_H

#include "query/image_reference.h"

/*
 * Why a name is none: "invalid reference format" and the like, palloc'ed.
 * NULL when the name is good; *reference then holds its parts, slices of the
 * name, and may be handed to imgcat_image_reference_write().
 */
extern char *imgcat_image_reference_problem(const char *name,
											ImgcatImageReference *reference);

#endif							/* IMGCAT_IMAGE_REFERENCE_TYPE_H */
