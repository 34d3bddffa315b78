/*-------------------------------------------------------------------------
 *
 * list_scope.c
 *		What a caller may list: the arms of a union.
 *
 * This is the one place that says who lists what.  Row-level security says
 * who may look at what, which is more (sql/30_images_tables.sql): a listing
 * leaves out foreign community images and unaccepted offers unless asked.
 *
 * src/listing/list_scope.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "listing/list_scope.h"
#include "utils/builtins.h"

/*
 * The arms of what the caller may list, with this request's visibility.
 */
static int
list_arms(const ImgcatListRequest *request, const ImgcatCaller *caller,
		  ImgcatArm *arms)
{
	ImgcatVisibilityFilter wanted = request->visibility;
	bool		everything = (wanted == IMGCAT_VISIBLE_DEFAULT ||
							  wanted == IMGCAT_VISIBLE_ALL);
	bool		has_project = (caller->project_id != NULL);

	/* an owner filter on somebody else empties the caller's own arms */
	bool		own_possible = has_project &&
		(request->owner == NULL ||
		 strcmp(request->owner, caller->project_id) == 0);
	int			narms = 0;

#define ADD_ARM(kind_, visibility_, status_) \
	(arms[narms].kind = (kind_), \
	 arms[narms].visibility = (visibility_), \
	 arms[narms].member_status = (status_), \
	 narms++)

	if (everything || wanted == IMGCAT_VISIBLE_PUBLIC)
		ADD_ARM(IMGCAT_ARM_EVERYBODY, "public", NULL);

	if (wanted == IMGCAT_VISIBLE_ALL || wanted == IMGCAT_VISIBLE_COMMUNITY)
		ADD_ARM(IMGCAT_ARM_EVERYBODY, "community", NULL);
	else if (everything && own_possible)
		ADD_ARM(IMGCAT_ARM_OWN, "community", NULL);

	if (everything || wanted == IMGCAT_VISIBLE_PRIVATE)
	{
		if (caller->is_admin)
			ADD_ARM(IMGCAT_ARM_EVERYBODY, "private", NULL);
		else if (own_possible)
			ADD_ARM(IMGCAT_ARM_OWN, "private", NULL);
	}

	if (everything || wanted == IMGCAT_VISIBLE_SHARED)
	{
		/* in IMS, asking for a member status asks for memberships only */
		bool		members_only = request->dialect == IMGCAT_DIALECT_IMS &&
			request->member_status_given && wanted == IMGCAT_VISIBLE_SHARED;

		if (caller->is_admin)
			ADD_ARM(IMGCAT_ARM_EVERYBODY, "shared", NULL);
		else
		{
			if (own_possible && !members_only)
				ADD_ARM(IMGCAT_ARM_OWN, "shared", NULL);
			if (has_project && request->member_status != NULL)
				ADD_ARM(IMGCAT_ARM_MEMBER, "shared", request->member_status);
			else if (has_project)
			{
				/* one arm for each status: each walks its index in order */
				ADD_ARM(IMGCAT_ARM_MEMBER, "shared", "pending");
				ADD_ARM(IMGCAT_ARM_MEMBER, "shared", "accepted");
				ADD_ARM(IMGCAT_ARM_MEMBER, "shared", "rejected");
			}
		}
	}
#undef ADD_ARM
	Assert(narms <= IMGCAT_MAX_ARMS);
	return narms;
}

/*
 * The scope of a request; the caller's project becomes a parameter of the
 * statement if an arm needs it.
 */
void
imgcat_list_scope(ImgcatScope *scope, const ImgcatListRequest *request,
				  const ImgcatCaller *caller, ImgcatStatement *statement)
{
	scope->caller = caller;
	scope->narms = list_arms(request, caller, scope->arms);
	scope->project = 0;
	scope->membership = IMGCAT_MEMBERSHIP_EXISTS;
	for (int i = 0; i < scope->narms && scope->project == 0; i++)
		if (scope->arms[i].kind != IMGCAT_ARM_EVERYBODY)
			scope->project =
				imgcat_statement_parameter(statement, TEXTOID,
										   CStringGetTextDatum(caller->project_id));
}

/*
 * The condition of an arm on image i.  An image of the caller's own is not in
 * its member arm, too.
 */
void
imgcat_append_arm_predicate(StringInfo sql, const ImgcatScope *scope,
							const ImgcatArm *arm)
{
	appendStringInfo(sql, "i.visibility = '%s'", arm->visibility);
	if (arm->kind == IMGCAT_ARM_OWN)
		appendStringInfo(sql, " AND i.owner = $%d", scope->project);
	else if (arm->kind == IMGCAT_ARM_MEMBER &&
			 scope->membership == IMGCAT_MEMBERSHIP_BY_MEMBER)
		appendStringInfo(sql,
						 " AND (i.owner <> $%d OR i.owner IS NULL)"
						 " AND i.id IN (SELECT a.image_id FROM image_catalog.offers a"
						 " WHERE a.member_id = $%d AND a.answer = '%s'"
						 " AND NOT a.os_hidden)",
						 scope->project, scope->project, arm->member_status);
	else if (arm->kind == IMGCAT_ARM_MEMBER)
		appendStringInfo(sql,
						 " AND (i.owner <> $%d OR i.owner IS NULL)"
						 " AND %s FROM image_catalog.image_members a"
						 " WHERE a.image_id = i.id AND a.member_id = $%d"
						 " AND a.status = '%s' AND a.deleted_at IS NULL)",
						 scope->project,
						 scope->membership == IMGCAT_MEMBERSHIP_BY_IMAGE
						 ? "(SELECT true" : "EXISTS (SELECT",
						 scope->project, arm->member_status);
}

/*
 * FROM and WHERE of a member arm that is found by its offers m: an offer is
 * written and withdrawn by triggers in the transaction that changes the
 * membership, so one snapshot sees both or neither, and the membership need
 * not be looked up again (sql/32_offers.sql).  The image itself still says
 * that it is shared, and by whom.
 *
 * With by_id each offer's image is looked up by its id and nothing else: a
 * plan for any value may think that an index of another column of the image,
 * which the offer has too, holds fewer.  OFFSET keeps the conditions out; it
 * takes 3 % of a page's time, so where there are none it is left out.
 */
void
imgcat_append_offers_source(StringInfo sql, const ImgcatScope *scope,
							const ImgcatArm *arm, bool hidden, bool by_id)
{
	Assert(arm->kind == IMGCAT_ARM_MEMBER);
	appendStringInfo(sql,
					 " FROM image_catalog.offers m"
					 " JOIN %s"
					 " WHERE m.member_id = $%d AND m.answer = '%s' AND %s"
					 " AND i.visibility = 'shared'"
					 " AND (i.owner <> $%d OR i.owner IS NULL)",
					 by_id
					 ? "LATERAL (SELECT * FROM image_catalog.images"
					 " WHERE id = m.image_id OFFSET 0) i ON true"
					 : "image_catalog.images i ON i.id = m.image_id",
					 scope->project, arm->member_status,
					 hidden ? "m.os_hidden" : "NOT m.os_hidden",
					 scope->project);
}

/*
 * The whole scope as one condition on image i: the arms, OR between them.
 */
void
imgcat_append_scope_predicate(StringInfo sql, const ImgcatScope *scope)
{
	appendStringInfoChar(sql, '(');
	for (int i = 0; i < scope->narms; i++)
	{
		appendStringInfoString(sql, i > 0 ? " OR (" : "(");
		imgcat_append_arm_predicate(sql, scope, &scope->arms[i]);
		appendStringInfoChar(sql, ')');
	}
	appendStringInfoString(sql, scope->narms > 0 ? ")" : "false)");
}
