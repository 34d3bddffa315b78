/*-------------------------------------------------------------------------
 *
 * list_sql.h
 *		A list request as SQL: its order and keyset, and its conditions.
 *
 * src/listing/list_sql.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_SQL_H
#define IMGCAT_LIST_SQL_H

#include "context.h"
#include "keyset.h"
#include "listing/list_request.h"
#include "statement.h"

/* the expression of the search index, word for word */
#define IMGCAT_SEARCH \
	"image_catalog.image_search(i.facets, i.visibility, i.owner, i.created_at)"

/* What facet conditions compare. */
typedef enum ImgcatFacetSource
{
	IMGCAT_FACETS_OF_INDEX,		/* what an index finds, or the row */
	IMGCAT_FACETS_OF_ROW		/* only the row, which is at hand */
} ImgcatFacetSource;

extern int	imgcat_sort_length(const ImgcatSortSpec *sort);
extern bool imgcat_sorts_by_creation(const ImgcatSortSpec *sort);
extern Oid	imgcat_sort_type(const ImgcatSortSpec *sort, int at);
extern const char *imgcat_indexed_expression(int column,
											 const char *otherwise);
extern void imgcat_append_sort_expression(StringInfo sql,
										  const ImgcatSortSpec *sort, int at);
extern int	imgcat_sort_keyset(const ImgcatSortSpec *sort,
							   const int *parameters, ImgcatKeysetKey *keys);

extern void imgcat_append_listable(StringInfo sql,
								   const ImgcatListRequest *request);
extern void imgcat_append_conditions(ImgcatStatement *statement,
									 const ImgcatListRequest *request,
									 ImgcatFacetSource source,
									 StringInfo where);
extern void imgcat_append_time_range(ImgcatStatement *statement,
									 const char *column, TimestampTz low,
									 TimestampTz high, StringInfo where);
extern void imgcat_append_keys(ImgcatStatement *statement, const int64 *keys,
							   int nkeys, StringInfo where);
extern void imgcat_count_statement(ImgcatStatement *statement,
								   const ImgcatListRequest *request,
								   const ImgcatCaller *caller);

#endif							/* IMGCAT_LIST_SQL_H */
