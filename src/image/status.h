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

extern bool imgcat_status_may_become(const ImgcatImageRow *row,
									 const char *status);

#endif							/* IMGCAT_STATUS_H */
