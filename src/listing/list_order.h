/*-------------------------------------------------------------------------
 *
 * list_order.h
 *		Pages found entry by entry in the indexes of orders.
 *
 * src/listing/list_order.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_ORDER_H
#define IMGCAT_LIST_ORDER_H

#include "listing/list_statement.h"

extern bool imgcat_list_in_order(const ImgcatListRequest *request,
								 const ImgcatCaller *caller,
								 const ImgcatMarker *marker,
								 int64 rows, DestReceiver *page);

#endif							/* IMGCAT_LIST_ORDER_H */
