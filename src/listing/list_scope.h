/*-------------------------------------------------------------------------
 *
 * list_scope.h
 *		What a caller may list: the branches of a UNION ALL.
 *
 * src/listing/list_scope.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_SCOPE_H
#define IMGCAT_LIST_SCOPE_H

#include "context.h"
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

#endif							/* IMGCAT_LIST_SCOPE_H */
