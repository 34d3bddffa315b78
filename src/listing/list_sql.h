/*-------------------------------------------------------------------------
 *
 * list_sql.h
 *		The conditions of a list request as SQL.
 *
 * src/listing/list_sql.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_SQL_H
#define IMGCAT_LIST_SQL_H

#include "context.h"
#include "listing/list_request.h"
#include "listing/statement.h"

/* the expression of the search index, word for word */
#define IMGCAT_SEARCH \
	"image_catalog.image_search(i.facets, i.visibility, i.owner, i.created_at)"

/* What facet conditions compare. */
typedef enum ImgcatFacetSource
{
	IMGCAT_FACETS_OF_INDEX,		/* what an index finds, or the row */
	IMGCAT_FACETS_OF_ROW		/* only the row, which is at hand */
} ImgcatFacetSource;

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
