/*-------------------------------------------------------------------------
 *
 * list_filter.h
 *		The filters of a list request, read to conditions.
 *
 * src/listing/list_filter.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_FILTER_H
#define IMGCAT_LIST_FILTER_H

#include "listing/list_request.h"

extern bool imgcat_is_named(const ImgcatListParameter *parameter,
							const char *name);
extern void imgcat_bad_value(const ImgcatListRequest *request,
							 const ImgcatListParameter *parameter,
							 const char *code, const char *hint);
extern ImgcatCondition *imgcat_add_condition(ImgcatListRequest *request,
											 ImgcatConditionKind kind,
											 int column, Datum value);
extern void imgcat_add_filter(ImgcatListRequest *request,
							  const ImgcatListParameter *parameter);
extern bool imgcat_may_read_property(const char *name, size_t length);
extern void imgcat_add_property_filter(ImgcatListRequest *request,
									   const ImgcatListParameter *parameter);
extern void imgcat_add_tag_filter(ImgcatListRequest *request,
								  const ImgcatListParameter *parameter);

#endif							/* IMGCAT_LIST_FILTER_H */
