/*-------------------------------------------------------------------------
 *
 * list_sql.h
 *		A list request as SQL: its scope, conditions, order and keyset.
 *
 * src/listing/list_sql.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_SQL_H
#define IMGCAT_LIST_SQL_H

#include "keyset.h"
#include "listing/list_request.h"
#include "statement.h"

/* images that a list may show, on image i: as the partial indexes have it */
#define IMGCAT_LISTABLE "i.status <> 'deleted' AND i.status <> 'killed'"

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

#define IMGCAT_SCOPE_MAX 8

/*
 * What a caller may list: the branches of a UNION ALL.  No image is in two of
 * them.
 */
typedef struct ImgcatScope
{
	const ImgcatCaller *caller;
	int			nbranches;
	ImgcatScopeBranch branches[IMGCAT_SCOPE_MAX];
} ImgcatScope;

extern void imgcat_list_scope(ImgcatScope *scope,
							  const ImgcatListRequest *request,
							  const ImgcatCaller *caller);
extern bool imgcat_scope_has(const ImgcatScope *scope, ImgcatScopeKind kind);
extern void imgcat_append_scope(ImgcatStatement *statement,
								const ImgcatScope *scope, Datum shared_ids);

extern int	imgcat_list_keyset(const ImgcatListRequest *request,
							   ImgcatKeysetKey *keys);
extern void imgcat_append_conditions(ImgcatStatement *statement,
									 const ImgcatListRequest *request);
extern void imgcat_append_listed(ImgcatStatement *statement,
								 const ImgcatListRequest *request,
								 const ImgcatScope *scope, Datum shared_ids);
extern void imgcat_count_statement(ImgcatStatement *statement,
								   const ImgcatListRequest *request,
								   const ImgcatCaller *caller);
extern void imgcat_tags_statement(ImgcatStatement *statement,
								  const ImgcatListRequest *request,
								  const ImgcatCaller *caller,
								  int64 limit, int64 offset);

#endif							/* IMGCAT_LIST_SQL_H */
