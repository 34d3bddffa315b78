/*-------------------------------------------------------------------------
 *
 * order_estimate.h
 *		How many images a scope has, and how many of them pass a filter.
 *
 * src/listing/order_estimate.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ORDER_ESTIMATE_H
#define IMGCAT_ORDER_ESTIMATE_H

#include "listing/order_scan.h"

extern double imgcat_estimate_scope(const ImgcatOrderScope *scope);
extern double imgcat_estimate_filter(const ImgcatOrderTable *table,
									 const ImgcatOrderFilter *filter);

#endif							/* IMGCAT_ORDER_ESTIMATE_H */
