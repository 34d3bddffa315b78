/*-------------------------------------------------------------------------
 *
 * list_statement.h
 *		One SQL statement for a list request.
 *
 * src/listing/list_statement.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_STATEMENT_H
#define IMGCAT_LIST_STATEMENT_H

#include "context.h"
#include "listing/list_request.h"
#include "listing/statement.h"

/* The sort keys of the marker's row, in the order of the request's sort. */
typedef struct ImgcatMarker
{
	Datum		values[IMGCAT_SORT_KEYS_MAX + 2];
} ImgcatMarker;

/* the expression of the search index, word for word */
#define IMGCAT_SEARCH \
	"image_catalog.image_search(i.facets, i.visibility, i.owner, i.created_at)"

/* What facet conditions compare. */
typedef enum ImgcatFacetSource
{
	IMGCAT_FACETS_OF_INDEX,		/* what an index finds, or the row */
	IMGCAT_FACETS_OF_ROW		/* only the row, which is at hand */
} ImgcatFacetSource;

extern const char *imgcat_comparison_operator(ImgcatComparison op);
extern void imgcat_append_listable(StringInfo sql,
								   const ImgcatListRequest *request);
extern void imgcat_append_conditions(ImgcatStatement *statement,
									 const ImgcatListRequest *request,
									 const ImgcatCondition *apart,
									 ImgcatFacetSource source,
									 StringInfo where);
extern void imgcat_append_text_condition(ImgcatStatement *statement, int column,
										 Datum value, StringInfo where);
extern void imgcat_append_time_range(ImgcatStatement *statement,
									 const char *column, TimestampTz low,
									 TimestampTz high, StringInfo where);
extern int64 imgcat_planned_rows(int64 rows);
extern void imgcat_list_statement(ImgcatStatement *statement,
								  const ImgcatListRequest *request,
								  const ImgcatCaller *caller,
								  const ImgcatMarker *marker, int64 rows);
extern void imgcat_count_statement(ImgcatStatement *statement,
								   const ImgcatListRequest *request,
								   const ImgcatCaller *caller);
extern bool imgcat_find_marker(const ImgcatListRequest *request,
							   const ImgcatCaller *caller,
							   ImgcatMarker *marker);

#endif							/* IMGCAT_LIST_STATEMENT_H */
