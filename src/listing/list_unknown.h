/*-------------------------------------------------------------------------
 *
 * list_unknown.h
 *		Parameters that no image can answer to: misspelt ones.
 *
 * src/listing/list_unknown.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_UNKNOWN_H
#define IMGCAT_LIST_UNKNOWN_H

#include "listing/list_request.h"

extern void imgcat_tell_unknown(const ImgcatListRequest *request,
								const ImgcatCaller *caller, bool notices);

#endif							/* IMGCAT_LIST_UNKNOWN_H */
