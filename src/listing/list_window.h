/*-------------------------------------------------------------------------
 *
 * list_window.h
 *		Pages of images that have facets, found window by window.
 *
 * src/listing/list_window.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_WINDOW_H
#define IMGCAT_LIST_WINDOW_H

#include "listing/list_statement.h"

extern bool imgcat_list_windows(const ImgcatListRequest *request,
								const ImgcatCaller *caller,
								const ImgcatMarker *marker, int64 rows,
								DestReceiver *page,
								ImgcatMarker *rest, bool *has_rest);

#endif							/* IMGCAT_LIST_WINDOW_H */
