/*-------------------------------------------------------------------------
 *
 * list_leading.h
 *		Pages sorted first by a key that has few values.
 *
 * src/listing/list_leading.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_LEADING_H
#define IMGCAT_LIST_LEADING_H

#include "listing/list_statement.h"

extern bool imgcat_list_by_leading_value(const ImgcatListRequest *request,
										 const ImgcatCaller *caller,
										 const ImgcatMarker *marker,
										 int64 rows, DestReceiver *page);

#endif							/* IMGCAT_LIST_LEADING_H */
