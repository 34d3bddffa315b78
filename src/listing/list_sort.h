/*-------------------------------------------------------------------------
 *
 * list_sort.h
 *		The order of a listing, and the rows after its marker, as SQL.
 *
 * src/listing/list_sort.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_SORT_H
#define IMGCAT_LIST_SORT_H

#include "lib/stringinfo.h"
#include "listing/list_request.h"

extern int	imgcat_sort_length(const ImgcatSortSpec *sort);
extern bool imgcat_sorts_by_creation(const ImgcatSortSpec *sort);
extern Oid	imgcat_sort_type(const ImgcatSortSpec *sort, int at);
extern const char *imgcat_indexed_expression(int column,
											 const char *otherwise);
extern void imgcat_append_sort_expression(StringInfo sql,
										  const ImgcatSortSpec *sort, int at);
extern void imgcat_append_order(StringInfo sql, const ImgcatSortSpec *sort);
extern void imgcat_append_keyset(StringInfo sql, const ImgcatSortSpec *sort,
								 const int *marker_parameters);

#endif							/* IMGCAT_LIST_SORT_H */
