/*-------------------------------------------------------------------------
 *
 * container_first_seen.h
 *		When the CVEs of an image were seen first.
 *
 * src/container/container_first_seen.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_FIRST_SEEN_H
#define IMGCAT_CONTAINER_FIRST_SEEN_H

#include "container/container_document.h"

extern int	imgcat_compare_times(const ImgcatMessage *left,
								 const ImgcatMessage *right, int field);
extern ImgcatMessage *imgcat_keep_first_seen(ImgcatMessage *scan,
											 const ImgcatMessage *const *others,
											 int nothers);

#endif							/* IMGCAT_CONTAINER_FIRST_SEEN_H */
