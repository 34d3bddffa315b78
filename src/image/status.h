/*-------------------------------------------------------------------------
 *
 * status.h
 *		The states of an image, and the ways between them.
 *
 * src/image/status.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_STATUS_H
#define IMGCAT_STATUS_H

#include "image/image_row.h"

/* What a record says of the data of an image.  NULL, or -1: unknown. */
typedef struct ImgcatDataFacts
{
	int64		size;
	int64		virtual_size;
	const char *checksum;
	const char *os_hash_algo;
	const char *os_hash_value;
} ImgcatDataFacts;

extern bool imgcat_status_may_become(const ImgcatImageRow *row,
									 const char *status);
extern void imgcat_status_require(const ImgcatImageRow *row,
								  const char *status);
extern void imgcat_status_enter(ImgcatImageRow *row, const char *status,
								const ImgcatDataFacts *facts);

#endif							/* IMGCAT_STATUS_H */
