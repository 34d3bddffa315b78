/*-------------------------------------------------------------------------
 *
 * list_sort.h
 *		The order of a list: expressions, and the keyset.
 *
 * src/listing/list_sort.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_SORT_H
#define IMGCAT_LIST_SORT_H

#include "keyset.h"
#include "lib/stringinfo.h"
#include "listing/list_request.h"

extern int	imgcat_sort_length(const ImgcatSortSpec *sort);
extern bool imgcat_sorts_by_creation(const ImgcatSortSpec *sort);
extern Oid	imgcat_sort_type(const ImgcatSortSpec *sort, int at);
extern const char *imgcat_indexed_expression(int column,
											 const char *otherwise);
extern void imgcat_append_sort_expression(StringInfo sql,
										  const ImgcatSortSpec *sort, int at);
extern int	imgcat_sort_keyset(const ImgcatSortSpec *sort,
							   const int *parameters, ImgcatKeysetKey *keys);

#endif							/* IMGCAT_LIST_SORT_H */
