/*-------------------------------------------------------------------------
 *
 * list_sql.h
 *		A list request as SQL: its scope, order and keyset, and its conditions.
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

/* A branch: the images of one visibility, of everybody, own, or by membership. */
typedef enum ImgcatScopeKind
{
	IMGCAT_SCOPE_EVERYBODY,
	IMGCAT_SCOPE_OWN,
	IMGCAT_SCOPE_MEMBER
} ImgcatScopeKind;

typedef struct ImgcatScopeBranch
{
	ImgcatScopeKind kind;
	const char *visibility;
	const char *member_status;	/* of IMGCAT_SCOPE_MEMBER */
} ImgcatScopeBranch;

/* The branches of one request; no image is in two of them. */
#define IMGCAT_SCOPE_MAX 8

typedef struct ImgcatScope
{
	const ImgcatCaller *caller;
	int			nbranches;
	ImgcatScopeBranch branches[IMGCAT_SCOPE_MAX];
} ImgcatScope;

/* The parameters that a scope has in a statement; 0: none. */
typedef struct ImgcatScopeParameters
{
	int			project;
	int			shared_ids;		/* uuid[] of images known to be shared with
								 * the caller; 0: the memberships are asked */
} ImgcatScopeParameters;

extern void imgcat_list_scope(ImgcatScope *scope,
							  const ImgcatListRequest *request,
							  const ImgcatCaller *caller);
extern bool imgcat_scope_has(const ImgcatScope *scope, ImgcatScopeKind kind);
extern int	imgcat_scope_project(const ImgcatScope *scope,
								 ImgcatStatement *statement);
extern void imgcat_append_scope(StringInfo sql, const ImgcatScope *scope,
								const ImgcatScopeParameters *parameters);

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
