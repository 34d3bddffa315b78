/*-------------------------------------------------------------------------
 *
 * nearest_name.h
 *		The name that somebody may have meant who wrote another one.
 *
 * src/nearest_name.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_NEAREST_NAME_H
#define IMGCAT_NEAREST_NAME_H

/* A name as it was written, and the nearest of those looked at so far. */
typedef struct ImgcatNearestName
{
	const char *written;		/* in lower case */
	int			length;
	const char *nearest;		/* NULL: none is near */
	int			distance;		/* of the nearest */
} ImgcatNearestName;

extern void imgcat_nearest_name_begin(ImgcatNearestName *nearest,
									  const char *written, size_t length);
extern void imgcat_nearest_name_try(ImgcatNearestName *nearest,
									const char *name);

#endif							/* IMGCAT_NEAREST_NAME_H */
