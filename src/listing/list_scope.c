/*-------------------------------------------------------------------------
 *
 * list_scope.c
 *		What a caller may list: the branches of a UNION ALL.
 *
 * This is the one place that says who lists what.  Row-level security says
 * who may look at what, which is more (sql/30_images_tables.sql): a listing
 * leaves out foreign community images and unaccepted shares unless asked.
 *
 * src/listing/list_scope.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "listing/list_sql.h"
#include "utils/builtins.h"

/*
 * The branches of what the caller may list, with this request's visibility.
 */
static int
list_branches(const ImgcatListRequest *request, const ImgcatCaller *caller,
			  ImgcatScopeBranch *branches)
{
	ImgcatVisibilityFilter wanted = request->visibility;
	bool		everything = (wanted == IMGCAT_VISIBLE_DEFAULT ||
							  wanted == IMGCAT_VISIBLE_ALL);
	bool		has_project = (caller->project_id != NULL);

	/* an owner filter on somebody else empties the caller's own branches */
	bool		own_possible = has_project &&
	(request->owner == NULL ||
	 strcmp(request->owner, caller->project_id) == 0);
	int			nbranches = 0;

#define ADD_BRANCH(kind_, visibility_, status_) \
	(branches[nbranches].kind = (kind_), \
	 branches[nbranches].visibility = (visibility_), \
	 branches[nbranches].member_status = (status_), \
	 nbranches++)

	if (everything || wanted == IMGCAT_VISIBLE_PUBLIC)
		ADD_BRANCH(IMGCAT_SCOPE_EVERYBODY, "public", NULL);

	if (wanted == IMGCAT_VISIBLE_ALL || wanted == IMGCAT_VISIBLE_COMMUNITY)
		ADD_BRANCH(IMGCAT_SCOPE_EVERYBODY, "community", NULL);
	else if (everything && own_possible)
		ADD_BRANCH(IMGCAT_SCOPE_OWN, "community", NULL);

	if (everything || wanted == IMGCAT_VISIBLE_PRIVATE)
	{
		if (caller->is_admin)
			ADD_BRANCH(IMGCAT_SCOPE_EVERYBODY, "private", NULL);
		else if (own_possible)
			ADD_BRANCH(IMGCAT_SCOPE_OWN, "private", NULL);
	}

	if (everything || wanted == IMGCAT_VISIBLE_SHARED)
	{
		/* in IMS, asking for a member status asks for memberships only */
		bool		members_only = request->dialect == IMGCAT_DIALECT_IMS &&
		request->member_status_given && wanted == IMGCAT_VISIBLE_SHARED;

		if (caller->is_admin)
			ADD_BRANCH(IMGCAT_SCOPE_EVERYBODY, "shared", NULL);
		else
		{
			if (own_possible && !members_only)
				ADD_BRANCH(IMGCAT_SCOPE_OWN, "shared", NULL);
			if (has_project && request->member_status != NULL)
				ADD_BRANCH(IMGCAT_SCOPE_MEMBER, "shared", request->member_status);
			else if (has_project)
			{
				/* one branch for each status: each reads its index in order */
				ADD_BRANCH(IMGCAT_SCOPE_MEMBER, "shared", "pending");
				ADD_BRANCH(IMGCAT_SCOPE_MEMBER, "shared", "accepted");
				ADD_BRANCH(IMGCAT_SCOPE_MEMBER, "shared", "rejected");
			}
		}
	}
#undef ADD_BRANCH
	Assert(nbranches <= IMGCAT_SCOPE_MAX);
	return nbranches;
}

/*
 * The scope of a request.
 */
void
imgcat_list_scope(ImgcatScope *scope, const ImgcatListRequest *request,
				  const ImgcatCaller *caller)
{
	scope->caller = caller;
	scope->nbranches = list_branches(request, caller, scope->branches);
}

/*
 * Does the scope have branches of the kind?
 */
bool
imgcat_scope_has(const ImgcatScope *scope, ImgcatScopeKind kind)
{
	for (int i = 0; i < scope->nbranches; i++)
		if (scope->branches[i].kind == kind)
			return true;
	return false;
}

/*
 * The caller's project as a parameter of the statement; 0: no branch needs it.
 */
int
imgcat_scope_project(const ImgcatScope *scope, ImgcatStatement *statement)
{
	if (!imgcat_scope_has(scope, IMGCAT_SCOPE_OWN) &&
		!imgcat_scope_has(scope, IMGCAT_SCOPE_MEMBER))
		return 0;
	return imgcat_statement_parameter(statement, TEXTOID,
									  CStringGetTextDatum(scope->caller->project_id));
}

/*
 * The condition of a branch on image i.  An image of the caller's own is not
 * in its member branch, too.
 */
static void
append_branch(StringInfo sql, const ImgcatScopeBranch *branch,
			  const ImgcatScopeParameters *parameters)
{
	appendStringInfo(sql, "(i.visibility = '%s'", branch->visibility);
	if (branch->kind == IMGCAT_SCOPE_OWN)
		appendStringInfo(sql, " AND i.owner = $%d", parameters->project);
	else if (branch->kind == IMGCAT_SCOPE_MEMBER)
	{
		appendStringInfo(sql, " AND (i.owner <> $%d OR i.owner IS NULL)",
						 parameters->project);
		if (parameters->shared_ids > 0)
			appendStringInfo(sql, " AND i.id = ANY ($%d)", parameters->shared_ids);
		else
			appendStringInfo(sql,
							 " AND EXISTS (SELECT FROM image_catalog.image_members a"
							 " WHERE a.image_id = i.id AND a.member_id = $%d"
							 " AND a.status = '%s' AND a.deleted_at IS NULL)",
							 parameters->project, branch->member_status);
	}
	appendStringInfoChar(sql, ')');
}

/*
 * The scope as one condition on image i: the branches, OR between them.
 */
void
imgcat_append_scope(StringInfo sql, const ImgcatScope *scope,
					const ImgcatScopeParameters *parameters)
{
	appendStringInfoChar(sql, '(');
	for (int i = 0; i < scope->nbranches; i++)
	{
		if (i > 0)
			appendStringInfoString(sql, " OR ");
		append_branch(sql, &scope->branches[i], parameters);
	}
	appendStringInfoString(sql, scope->nbranches > 0 ? ")" : "false)");
}
