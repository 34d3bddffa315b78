/*-------------------------------------------------------------------------
 *
 * order_stream.h
 *		The images of one scope that pass filters, in an order.
 *
 * src/listing/order_stream.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ORDER_STREAM_H
#define IMGCAT_ORDER_STREAM_H

#include "listing/order_scan.h"

typedef struct ImgcatOrderStream ImgcatOrderStream;

extern ImgcatOrderStream *imgcat_order_stream_open(const ImgcatOrderScope *scope,
												   const ImgcatOrderKey *keys,
												   int nkeys,
												   const ImgcatOrderFilter *filters,
												   int nfilters,
												   const ImgcatOrderEntry *after,
												   double rows);
extern ImgcatOrderEntry *imgcat_order_stream_next(ImgcatOrderStream *stream);
extern void imgcat_order_stream_close(ImgcatOrderStream *stream);

#endif							/* IMGCAT_ORDER_STREAM_H */
