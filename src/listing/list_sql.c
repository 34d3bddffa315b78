/*-------------------------------------------------------------------------
 *
 * list_sql.c
 *		A list request as SQL: its scope, conditions, order and keyset.
 *
 * imgcat_list_scope() is the one place that says who lists what.  Row-level
 * security says who may look at what, which is more (sql/30_images_tables.sql):
 * a listing leaves out foreign community images and unaccepted shares unless
 * asked.
 *
 * src/listing/list_sql.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "image/image_row.h"
#include "listing/list_cost.h"
#include "listing/list_plan.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* images that a list may show: as the partial indexes have it */
#define LISTABLE "i.status <> 'deleted' AND i.status <> 'killed'"

/* the expression of the search index, word for word */
#define SEARCH \
	"image_catalog.image_search(i.facets, i.visibility, i.owner, i.created_at)"

/*
 * Add a branch to a scope, unless the request leaves its visibility out.
 */
static void
add_branch(ImgcatScope *scope, const ImgcatListRequest *request, ImgcatScopeKind kind,
		   const char *visibility, const char *member_status)
{
	ImgcatScopeBranch branch = {kind, visibility, member_status};

	Assert(scope->nbranches < IMGCAT_SCOPE_MAX);
	if (request->within == NIL ||
		list_member(request->within, makeString(unconstify(char *, visibility))))
		scope->branches[scope->nbranches++] = branch;
}

/*
 * What the caller may list of shared images.
 */
static void
add_shared(ImgcatScope *scope, const ImgcatListRequest *request, bool own_possible)
{
	static const char *const statuses[] = {"pending", "accepted", "rejected"};

	/* in IMS, asking for a member status asks for memberships only */
	bool		members_only = request->dialect == IMGCAT_DIALECT_IMS &&
	request->member_status_given && request->visibility == IMGCAT_VISIBLE_SHARED;

	if (scope->caller->is_admin)
	{
		add_branch(scope, request, IMGCAT_SCOPE_EVERYBODY, "shared", NULL);
		return;
	}
	if (own_possible && !members_only)
		add_branch(scope, request, IMGCAT_SCOPE_OWN, "shared", NULL);

	/* one branch for each status: each reads its index in order */
	for (int i = 0; i < (int) lengthof(statuses) && scope->caller->project_id != NULL; i++)
		if (request->member_status == NULL || strcmp(request->member_status, statuses[i]) == 0)
			add_branch(scope, request, IMGCAT_SCOPE_MEMBER, "shared", statuses[i]);
}

/*
 * What the caller may list, with this request's visibility.
 */
void
imgcat_list_scope(ImgcatScope *scope, const ImgcatListRequest *request,
				  const ImgcatCaller *caller)
{
	ImgcatVisibilityFilter wanted = request->visibility;
	bool		everything = (wanted == IMGCAT_VISIBLE_DEFAULT ||
							  wanted == IMGCAT_VISIBLE_ALL);

	/* an owner filter on somebody else empties the caller's own branches */
	bool		own_possible = caller->project_id != NULL &&
	(request->owner == NULL ||
	 strcmp(request->owner, caller->project_id) == 0);

	scope->caller = caller;
	scope->together = false;
	scope->nbranches = 0;
	if (everything || wanted == IMGCAT_VISIBLE_PUBLIC)
		add_branch(scope, request, IMGCAT_SCOPE_EVERYBODY, "public", NULL);

	if (wanted == IMGCAT_VISIBLE_ALL || wanted == IMGCAT_VISIBLE_COMMUNITY)
		add_branch(scope, request, IMGCAT_SCOPE_EVERYBODY, "community", NULL);
	else if (everything && own_possible)
		add_branch(scope, request, IMGCAT_SCOPE_OWN, "community", NULL);

	if ((everything || wanted == IMGCAT_VISIBLE_PRIVATE) &&
		(caller->is_admin || own_possible))
		add_branch(scope, request, caller->is_admin ? IMGCAT_SCOPE_EVERYBODY : IMGCAT_SCOPE_OWN,
				   "private", NULL);

	if (everything || wanted == IMGCAT_VISIBLE_SHARED)
		add_shared(scope, request, own_possible);
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
 * The part of a scope that begins with a branch: that alone, or with the others
 * that go together with it.  It has no branch if it began with an earlier one.  No
 * two branches have one member status, so that pointers tell these apart.
 */
static ImgcatScope
part_of_scope(const ImgcatScope *scope, int first)
{
	ImgcatScope part = {.caller = scope->caller,.together = scope->together};

	for (int i = 0; i < scope->nbranches; i++)
	{
		if (i != first &&
			(!scope->together || scope->branches[i].kind != scope->branches[first].kind ||
			 scope->branches[i].member_status != scope->branches[first].member_status))
			continue;
		if (i < first)
			break;
		part.branches[part.nbranches++] = scope->branches[i];
	}
	return part;
}

/*
 * The scope as one condition on image i: its parts, OR between them.  What is
 * shared with the caller is known by a condition in SQL, or if that is NULL the
 * memberships tell, image by image: OFFSET 0 keeps the planner from joining all
 * memberships of the caller.  An image of the caller's own is not in its member
 * branches, too.
 */
static void
append_scope(ImgcatStatement *statement, const ImgcatScope *scope, const char *shared)
{
	StringInfo	sql = &statement->sql;
	int			project = 0;

	appendStringInfoString(sql, scope->nbranches > 0 ? "(" : "(false");
	for (int i = 0; i < scope->nbranches; i++)
	{
		const ImgcatScopeBranch *branch = &scope->branches[i];
		ImgcatScope part = part_of_scope(scope, i);

		if (part.nbranches == 0)
			continue;
		appendStringInfo(sql, "%s(i.visibility %s", i > 0 ? " OR " : "",
						 part.nbranches > 1 ? "IN (" : "= ");
		for (int j = 0; j < part.nbranches; j++)
			appendStringInfo(sql, "%s'%s'", j > 0 ? ", " : "", part.branches[j].visibility);
		if (part.nbranches > 1)
			appendStringInfoChar(sql, ')');
		if (branch->kind != IMGCAT_SCOPE_EVERYBODY && project == 0)
			project = imgcat_statement_parameter(statement, TEXTOID,
												 CStringGetTextDatum(scope->caller->project_id));
		if (branch->kind == IMGCAT_SCOPE_OWN)
			appendStringInfo(sql, " AND i.owner = $%d", project);
		else if (branch->kind == IMGCAT_SCOPE_MEMBER)
			appendStringInfo(sql, " AND (i.owner <> $%d OR i.owner IS NULL)", project);
		if (branch->kind == IMGCAT_SCOPE_MEMBER && shared != NULL)
			appendStringInfo(sql, " AND %s", shared);
		else if (branch->kind == IMGCAT_SCOPE_MEMBER)
			appendStringInfo(sql,
							 " AND EXISTS (SELECT FROM image_catalog.image_members a"
							 " WHERE a.image_id = i.id AND a.member_id = $%d"
							 " AND a.status = '%s' AND a.deleted_at IS NULL OFFSET 0)",
							 project, branch->member_status);
		appendStringInfoChar(sql, ')');
	}
	appendStringInfoChar(sql, ')');
}

/*
 * The texts of a condition, or facets, as a parameter of type text[].
 */
static int
texts_parameter(ImgcatStatement *statement, Datum *texts, int ntexts)
{
	return imgcat_statement_parameter(statement, TEXTARRAYOID,
									  PointerGetDatum(construct_array(texts, ntexts, TEXTOID, -1,
																	  false, TYPALIGN_INT)));
}

/*
 * A bound of a range, on a time or another number, as a parameter.
 */
static int
bound_parameter(ImgcatStatement *statement, const ImgcatCondition *range, int64 bound)
{
	return imgcat_statement_parameter(statement,
									  imgcat_sort_type(range->column) == TIMESTAMPTZOID
									  ? TIMESTAMPTZOID : INT8OID, Int64GetDatum(bound));
}

/*
 * The range of a column, whose missing values are in none.
 */
static void
append_range(ImgcatStatement *statement, const ImgcatCondition *range)
{
	StringInfo	sql = &statement->sql;
	const char *indexed = imgcat_sort_expression(range->column);
	bool		exact = range->low == range->high;

	if (exact || range->low != PG_INT64_MIN)
		appendStringInfo(sql, " AND %s %s $%d", indexed, exact ? "=" : ">=",
						 bound_parameter(statement, range, range->low));
	if (!exact && range->high != PG_INT64_MAX)
		appendStringInfo(sql, " AND %s <= $%d", indexed,
						 bound_parameter(statement, range, range->high));
	if (imgcat_sort_type(range->column) != TIMESTAMPTZOID)
		appendStringInfo(sql, " AND %s IS NOT NULL", imgcat_column_sql(range->column));
}

/*
 * The images of a set of GIN keys.
 */
void
imgcat_append_keys(ImgcatStatement *statement, const ImgcatKeySet *set)
{
	appendStringInfo(&statement->sql, " AND " SEARCH " && $%d",
					 imgcat_statement_parameter(statement, INT8ARRAYOID, imgcat_key_array(set)));
}

/*
 * One condition of a request on image i.
 */
static void
append_condition(ImgcatStatement *statement, const ImgcatCondition *condition)
{
	StringInfo	sql = &statement->sql;
	const char *column = imgcat_column_sql(condition->column);
	Datum	   *texts = condition->texts;
	int			ntexts = condition->ntexts;
	int			name;

	switch (condition->kind)
	{
		case IMGCAT_COND_NEVER:
			appendStringInfoString(sql, " AND false");
			break;
		case IMGCAT_COND_TEXT:
			if (ntexts > 1)
			{
				appendStringInfo(sql, " AND %s = ANY ($%d)", column,
								 texts_parameter(statement, texts, ntexts));
				break;
			}
			appendStringInfo(sql, " AND %s = $%d", imgcat_sort_expression(condition->column),
							 imgcat_statement_parameter(statement, TEXTOID, texts[0]));
			/* only the empty string must be told from a missing value */
			if (VARSIZE_ANY_EXHDR(DatumGetPointer(texts[0])) == 0)
				appendStringInfo(sql, " AND %s IS NOT NULL", column);
			break;
		case IMGCAT_COND_RANGE:
			if (condition->column == IMGCAT_COL_PROTECTED)
				appendStringInfo(sql, " AND %s%s", condition->low ? "" : "NOT ", column);
			else
				append_range(statement, condition);
			break;
		case IMGCAT_COND_OUTSIDE:
			appendStringInfo(sql, " AND (%s < $%d", column,
							 bound_parameter(statement, condition, condition->low));
			appendStringInfo(sql, " OR %s > $%d)", column,
							 bound_parameter(statement, condition, condition->high));
			break;
		case IMGCAT_COND_MISSING:
		case IMGCAT_COND_PRESENT:
			appendStringInfo(sql, " AND %s IS %s", column,
							 condition->kind == IMGCAT_COND_MISSING ? "NULL" : "NOT NULL");
			break;
		case IMGCAT_COND_UUID:
			appendStringInfo(sql, " AND %s = ANY ($%d)", column,
							 imgcat_statement_parameter(statement, UUIDARRAYOID, condition->uuids));
			break;
		case IMGCAT_COND_FACET:
			appendStringInfo(sql, " AND i.facets && $%d",
							 texts_parameter(statement, texts, ntexts));
			break;
		case IMGCAT_COND_REGISTERED:
			appendStringInfo(sql, " AND NOT i.facets @> $%d",
							 texts_parameter(statement, texts, 1));
			break;
		case IMGCAT_COND_PROPERTY:
			name = imgcat_statement_parameter(statement, TEXTOID,
											  CStringGetTextDatum(condition->property->name));
			appendStringInfo(sql, " AND i.properties ->> $%d = ANY ($%d)", name,
							 texts_parameter(statement, texts, ntexts));
			break;
		case IMGCAT_COND_DEFAULT_ENTERPRISE:
			appendStringInfoString(sql,
								   " AND COALESCE(i.properties ->> 'enterprise_project_id', '')"
								   " IN ('', '0')");
			break;
		case IMGCAT_COND_INDEXED:
			break;				/* of a plan only */
	}
}

/*
 * The conditions of the request on image i, each behind an AND.
 */
static void
append_conditions(ImgcatStatement *statement, const ImgcatListRequest *request)
{
	for (int i = 0; i < request->nconditions; i++)
		append_condition(statement, &request->conditions[i]);
}

/*
 * All that the request asks of image i: that it may be listed, by the predicate
 * of the partial indexes, word for word; the scope (see append_scope); and the
 * conditions.
 */
void
imgcat_append_listed(ImgcatStatement *statement, const ImgcatListRequest *request,
					 const ImgcatScope *scope, const char *shared)
{
	StringInfo	sql = &statement->sql;

	appendStringInfo(sql, "%si.os_hidden AND ", request->hidden ? "" : "NOT ");
	if (!request->deleted)
		appendStringInfoString(sql, LISTABLE " AND ");
	append_scope(statement, scope, shared);
	append_conditions(statement, request);
}

/*
 * What is asked of image i that the caller may list, hidden or not, with
 * whatever parameters.
 */
void
imgcat_append_listable(ImgcatStatement *statement, ImgcatDialect dialect,
					   const ImgcatCaller *caller)
{
	ImgcatListRequest everything;
	ImgcatScope scope;

	imgcat_list_request_begin(&everything, dialect);
	imgcat_list_request_finish(&everything, caller);
	everything.visibility = IMGCAT_VISIBLE_ALL;
	everything.member_status = NULL;
	imgcat_list_scope(&scope, &everything, caller);
	appendStringInfoString(&statement->sql, LISTABLE " AND ");
	append_scope(statement, &scope, NULL);
	append_conditions(statement, &everything);
}

/*
 * Counts and tags: what is told of all images of a request.
 *
 * The branches of what a caller may list hold no image twice, so their counts
 * add up: of everybody's images of some visibilities, of the caller's own, and
 * of the shares.  Each is a plain count within what its branches may see; of
 * facets, too, because the search index has each of them together with the owner
 * and the visibility.  So no row of another project is read.
 *
 * Only images that are named, and deleted ones, which shares leave out, are
 * counted with the whole scope as one condition.
 *
 * Tags are read from the rows of the same branches.
 */

/*
 * Of the facets asked for the rarest, if it is worth looking for in the search
 * index; NULL if all are so common that looking at what the caller may list is
 * less.
 */
static const ImgcatCondition *
rarest_facet(const ImgcatListRequest *request)
{
	ImgcatStatistics statistics;
	const ImgcatCondition *rarest = NULL;
	double		least = IMGCAT_COUNT_COMMON;

	imgcat_key_statistics_begin(&statistics);
	for (int i = 0; i < request->nconditions; i++)
	{
		ImgcatKeySet set;

		if (request->conditions[i].kind != IMGCAT_COND_FACET)
			continue;
		set = imgcat_facet_set(&request->conditions[i], NULL, &statistics);
		if (set.frequency < least)
		{
			rarest = &request->conditions[i];
			least = set.frequency;
		}
	}
	imgcat_statistics_end(&statistics);
	return rarest;
}

/*
 * Is one plan the best for all values?  With one equality at most, an index of
 * the scope and that column is.  Facets are planned for their values: a count
 * reads all images that have them.
 */
static bool
is_generic(const ImgcatListRequest *request)
{
	const ImgcatCondition *only = request->conditions;

	return request->nconditions == 0 ||
		(request->nconditions == 1 &&
		 ((only->kind == IMGCAT_COND_TEXT && only->ntexts == 1) ||
		  only->column == IMGCAT_COL_PROTECTED));
}

/*
 * The shares of a part of the scope, with a condition.  A share is there only
 * while its image is shared and alive, so nothing else is looked at unless tags
 * are wanted, or the request has conditions on more than the time of creation.
 */
static void
append_shares(ImgcatStatement *statement, const ImgcatListRequest *request,
			  const ImgcatScope *part, bool tags)
{
	StringInfo	sql = &statement->sql;
	bool		join = tags;
	const char *share;
	int			project = imgcat_statement_parameter(statement, TEXTOID,
													 CStringGetTextDatum(part->caller->project_id));

	for (int i = 0; i < request->nconditions; i++)
		join |= request->conditions[i].kind != IMGCAT_COND_RANGE ||
			request->conditions[i].column != IMGCAT_COL_CREATED_AT;

	/* without its image a share stands for it: it has the time, too */
	share = join ? "m" : "i";
	appendStringInfo(sql, "image_catalog.image_shares %s%s WHERE %s.member_id = $%d"
					 " AND %s.answer = '%s' AND %s%s.os_hidden",
					 share, join ? ", image_catalog.images i" : "",
					 share, project, share, part->branches[0].member_status,
					 request->hidden ? "" : "NOT ", share);
	if (!join)
		append_conditions(statement, request);
	else
	{
		appendStringInfoString(sql, " AND ");
		imgcat_append_listed(statement, request, part, "i.id = m.image_id");
	}
}

/*
 * The images of a part of the scope, with a condition: found by a facet if
 * there is one.
 */
static void
append_images(ImgcatStatement *statement, const ImgcatListRequest *request,
			  const ImgcatScope *part, const ImgcatCondition *facet)
{
	appendStringInfoString(&statement->sql, "image_catalog.images i WHERE ");
	imgcat_append_listed(statement, request, part, NULL);
	if (facet != NULL)
	{
		ImgcatKeySet scope = imgcat_scope_set(part, NULL);
		ImgcatKeySet set = imgcat_facet_set(facet, &scope, NULL);

		imgcat_append_keys(statement, &set);
	}
}

/*
 * Append what tells of all images of the request: their number, or the tags of
 * each.
 */
static void
append_all(ImgcatStatement *statement, const ImgcatListRequest *request,
		   const ImgcatCaller *caller, bool tags)
{
	StringInfo	sql = &statement->sql;
	const char *told = tags ? "i.tags" : "count(*)";
	const ImgcatCondition *facet;
	ImgcatScope scope;

	statement->parallel = true;
	statement->generic = is_generic(request);
	imgcat_list_scope(&scope, request, caller);
	if (request->deleted || imgcat_find_condition(request, IMGCAT_COND_UUID) != NULL)
	{
		appendStringInfo(sql, "SELECT %s FROM image_catalog.images i WHERE ", told);
		imgcat_append_listed(statement, request, &scope, NULL);
		return;
	}
	facet = rarest_facet(request);
	scope.together = true;
	appendStringInfoString(sql, tags ? "SELECT NULL::text[] AS tags" : "SELECT 0::bigint");
	for (int i = 0; i < scope.nbranches; i++)
	{
		ImgcatScope part = part_of_scope(&scope, i);

		if (part.nbranches == 0)
			continue;
		appendStringInfo(sql, "%s(SELECT %s FROM ", tags ? " UNION ALL " : " + ", told);
		if (scope.branches[i].kind == IMGCAT_SCOPE_MEMBER)
			append_shares(statement, request, &part, tags);
		else
			append_images(statement, request, &part, facet);
		appendStringInfoChar(sql, ')');
	}
}

/*
 * The statement that counts the images of a request.
 */
void
imgcat_count_statement(ImgcatStatement *statement, const ImgcatListRequest *request,
					   const ImgcatCaller *caller)
{
	imgcat_statement_begin(statement);
	append_all(statement, request, caller, false);
}

/*
 * The statement that reads the tags of the images of a request, each once and
 * bytewise in order: limit of them, or all if that is negative, behind offset.
 */
void
imgcat_tags_statement(ImgcatStatement *statement, const ImgcatListRequest *request,
					  const ImgcatCaller *caller, int64 limit, int64 offset)
{
	imgcat_statement_begin(statement);
	appendStringInfoString(&statement->sql,
						   "SELECT DISTINCT t.tag COLLATE \"C\" FROM (");
	append_all(statement, request, caller, true);
	appendStringInfoString(&statement->sql,
						   ") b, pg_catalog.unnest(b.tags) AS t (tag) ORDER BY 1");
	if (limit < 0)
		return;
	appendStringInfo(&statement->sql, " LIMIT $%d",
					 imgcat_statement_parameter(statement, INT8OID, Int64GetDatum(limit)));
	appendStringInfo(&statement->sql, " OFFSET $%d",
					 imgcat_statement_parameter(statement, INT8OID, Int64GetDatum(offset)));
}
