/*-------------------------------------------------------------------------
 *
 * image_format_part.h
 *		What the readers of single formats share: for image_format.c and the
 *		files of formats beside it only.
 *
 * src/query/image_format_part.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMAGE_FORMAT_PART_H
#define IMGCAT_IMAGE_FORMAT_PART_H

#include "query/image_format.h"

/*
 * Numbers of so many bytes, the most significant one first.
 */
static inline uint64_t
imgcat_format_big(const unsigned char *at, int bytes)
{
	uint64_t	value = 0;

	for (int i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

/*
 * The same, the least significant one first.
 */
static inline uint64_t
imgcat_format_little(const unsigned char *at, int bytes)
{
	uint64_t	value = 0;

	for (int i = bytes - 1; i >= 0; i--)
		value = value << 8 | at[i];
	return value;
}

/*
 * Note the first reason why the image is unsafe.
 */
extern void imgcat_format_endanger(ImgcatFormatInspector *inspector,
								   const char *danger);

/*
 * Note the virtual size: a number of units of so many bytes.
 */
extern void imgcat_format_set_size(ImgcatFormatInspector *inspector,
								   uint64_t units, uint64_t unit);

/*
 * Look for a part that lies elsewhere, at most IMGCAT_FORMAT_WINDOW bytes.  The
 * step says who reads it when it is in the window.
 */
extern void imgcat_format_want(ImgcatFormatInspector *inspector,
							   ImgcatFormatStep step, uint64_t begin,
							   size_t length);

/*
 * Begin with the parts of a VHDX.
 */
extern void imgcat_vhdx_begin(ImgcatFormatInspector *inspector);

/*
 * Read the part of a VHDX that is in the window, and look for the next one.
 */
extern void imgcat_vhdx_read(ImgcatFormatInspector *inspector);

#endif							/* IMGCAT_IMAGE_FORMAT_PART_H */
