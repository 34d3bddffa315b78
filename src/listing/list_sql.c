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
#include "image/gin_key.h"
#include "image/image_row.h"
#include "listing/list_cost.h"
#include "listing/list_plan.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* the expression of the search index, word for word */
#define SEARCH \
	"image_catalog.image_search(i.facets, i.visibility, i.owner, i.created_at)"

/*
 * Add a branch to a scope.
 */
static void
add_branch(ImgcatScope *scope, ImgcatScopeKind kind, const char *visibility,
		   const char *member_status)
{
	ImgcatScopeBranch *branch = &scope->branches[scope->nbranches++];

	Assert(scope->nbranches <= IMGCAT_SCOPE_MAX);
	branch->kind = kind;
	branch->visibility = visibility;
	branch->member_status = member_status;
}

/*
 * What the caller may list of shared images.
 */
static void
add_shared(ImgcatScope *scope, const ImgcatListRequest *request, bool own_possible)
{
	/* in IMS, asking for a member status asks for memberships only */
	bool		members_only = request->dialect == IMGCAT_DIALECT_IMS &&
	request->member_status_given && request->visibility == IMGCAT_VISIBLE_SHARED;

	if (scope->caller->is_admin)
	{
		add_branch(scope, IMGCAT_SCOPE_EVERYBODY, "shared", NULL);
		return;
	}
	if (own_possible && !members_only)
		add_branch(scope, IMGCAT_SCOPE_OWN, "shared", NULL);
	if (scope->caller->project_id == NULL)
		return;
	if (request->member_status != NULL)
	{
		add_branch(scope, IMGCAT_SCOPE_MEMBER, "shared", request->member_status);
		return;
	}

	/* one branch for each status: each reads its index in order */
	add_branch(scope, IMGCAT_SCOPE_MEMBER, "shared", "pending");
	add_branch(scope, IMGCAT_SCOPE_MEMBER, "shared", "accepted");
	add_branch(scope, IMGCAT_SCOPE_MEMBER, "shared", "rejected");
}

/*
 * Keep the branches of some visibilities.
 */
static void
keep_visibilities(ImgcatScope *scope, const List *visibilities)
{
	int			nbranches = 0;

	for (int i = 0; i < scope->nbranches; i++)
	{
		const ListCell *cell;

		foreach(cell, visibilities)
		{
			if (strcmp(lfirst(cell), scope->branches[i].visibility) == 0)
				break;
		}
		if (cell != NULL)
			scope->branches[nbranches++] = scope->branches[i];
	}
	scope->nbranches = nbranches;
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
	scope->nbranches = 0;
	if (everything || wanted == IMGCAT_VISIBLE_PUBLIC)
		add_branch(scope, IMGCAT_SCOPE_EVERYBODY, "public", NULL);

	if (wanted == IMGCAT_VISIBLE_ALL || wanted == IMGCAT_VISIBLE_COMMUNITY)
		add_branch(scope, IMGCAT_SCOPE_EVERYBODY, "community", NULL);
	else if (everything && own_possible)
		add_branch(scope, IMGCAT_SCOPE_OWN, "community", NULL);

	if ((everything || wanted == IMGCAT_VISIBLE_PRIVATE) &&
		(caller->is_admin || own_possible))
		add_branch(scope, caller->is_admin ? IMGCAT_SCOPE_EVERYBODY
				   : IMGCAT_SCOPE_OWN, "private", NULL);

	if (everything || wanted == IMGCAT_VISIBLE_SHARED)
		add_shared(scope, request, own_possible);
	if (request->within != NIL)
		keep_visibilities(scope, request->within);
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
static int
project_parameter(ImgcatStatement *statement, const ImgcatScope *scope)
{
	if (!imgcat_scope_has(scope, IMGCAT_SCOPE_OWN) &&
		!imgcat_scope_has(scope, IMGCAT_SCOPE_MEMBER))
		return 0;
	return imgcat_statement_parameter(statement, TEXTOID,
									  CStringGetTextDatum(scope->caller->project_id));
}

/*
 * The scope as one condition on image i: the branches, OR between them.  What
 * is shared with the caller is known by its identifiers, a uuid[], or if they
 * are NULL the memberships tell, image by image: OFFSET 0 keeps the planner from
 * joining all memberships of the caller.  An image of the caller's own is not in
 * its member branch, too.
 */
void
imgcat_append_scope(ImgcatStatement *statement, const ImgcatScope *scope,
					Datum shared_ids)
{
	StringInfo	sql = &statement->sql;
	int			project = project_parameter(statement, scope);
	int			shared = shared_ids != (Datum) 0 && imgcat_scope_has(scope, IMGCAT_SCOPE_MEMBER)
	? imgcat_statement_parameter(statement, UUIDARRAYOID, shared_ids) : 0;

	appendStringInfoChar(sql, '(');
	for (int i = 0; i < scope->nbranches; i++)
	{
		const ImgcatScopeBranch *branch = &scope->branches[i];

		appendStringInfo(sql, "%s(i.visibility = '%s'", i > 0 ? " OR " : "",
						 branch->visibility);
		if (branch->kind == IMGCAT_SCOPE_OWN)
			appendStringInfo(sql, " AND i.owner = $%d", project);
		else if (branch->kind == IMGCAT_SCOPE_MEMBER)
			appendStringInfo(sql, " AND (i.owner <> $%d OR i.owner IS NULL)", project);
		if (branch->kind == IMGCAT_SCOPE_MEMBER && shared > 0)
			appendStringInfo(sql, " AND i.id = ANY ($%d)", shared);
		else if (branch->kind == IMGCAT_SCOPE_MEMBER)
			appendStringInfo(sql,
							 " AND EXISTS (SELECT FROM image_catalog.image_members a"
							 " WHERE a.image_id = i.id AND a.member_id = $%d"
							 " AND a.status = '%s' AND a.deleted_at IS NULL OFFSET 0)",
							 project, branch->member_status);
		appendStringInfoChar(sql, ')');
	}
	appendStringInfoString(sql, scope->nbranches > 0 ? ")" : "false)");
}

/*
 * A condition on a column with one parameter: text goes before and behind it.
 */
static void
append_comparison(ImgcatStatement *statement, const char *before, Oid type,
				  Datum value, const char *behind)
{
	appendStringInfo(&statement->sql, " AND %s$%d%s", before,
					 imgcat_statement_parameter(statement, type, value), behind);
}

/*
 * The range of a column, whose missing values are in none.
 */
static void
append_range(ImgcatStatement *statement, const ImgcatCondition *range,
			 const char *expression)
{
	bool		is_time = imgcat_sort_type(range->column) == TIMESTAMPTZOID;
	Oid			type = is_time ? TIMESTAMPTZOID : INT8OID;

	if (range->low == range->high)
		append_comparison(statement, psprintf("%s = ", expression), type,
						  Int64GetDatum(range->low), "");
	else
	{
		if (range->low != PG_INT64_MIN)
			append_comparison(statement, psprintf("%s >= ", expression), type,
							  Int64GetDatum(range->low), "");
		if (range->high != PG_INT64_MAX)
			append_comparison(statement, psprintf("%s <= ", expression), type,
							  Int64GetDatum(range->high), "");
	}
	if (!is_time)
		appendStringInfo(&statement->sql, " AND %s IS NOT NULL", imgcat_column_sql(range->column));
}

/*
 * The texts of a condition as a text[].
 */
static Datum
text_array(Datum *texts, int ntexts)
{
	return PointerGetDatum(construct_array(texts, ntexts, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * Facets that must all be there go into one containment.
 */
static void
append_facets(ImgcatStatement *statement, const ImgcatListRequest *request)
{
	Datum	   *facets = palloc(sizeof(Datum) * (request->nconditions + 1));
	int			nfacets = 0;

	for (int i = 0; i < request->nconditions; i++)
		if (request->conditions[i].kind == IMGCAT_COND_FACET &&
			request->conditions[i].ntexts == 1)
			facets[nfacets++] = request->conditions[i].texts[0];
	if (nfacets > 0)
		append_comparison(statement, "i.facets @> ", TEXTARRAYOID,
						  text_array(facets, nfacets), "");
}

/*
 * The images of a set of GIN keys.
 */
void
imgcat_append_keys(ImgcatStatement *statement, const ImgcatKeySet *set)
{
	append_comparison(statement, SEARCH " && ", INT8ARRAYOID, imgcat_key_array(set), "");
}

/*
 * One condition of a request on image i.
 */
static void
append_condition(ImgcatStatement *statement, const ImgcatCondition *condition)
{
	StringInfo	sql = &statement->sql;
	const char *column = imgcat_column_sql(condition->column);
	const char *indexed = imgcat_sort_expression(condition->column);

	switch (condition->kind)
	{
		case IMGCAT_COND_NEVER:
			appendStringInfoString(sql, " AND false");
			break;
		case IMGCAT_COND_TEXT:
			if (condition->ntexts > 1)
			{
				append_comparison(statement, psprintf("%s = ANY (", column), TEXTARRAYOID,
								  text_array(condition->texts, condition->ntexts), ")");
				break;
			}
			append_comparison(statement, psprintf("%s = ", indexed), TEXTOID,
							  condition->texts[0], "");
			/* only the empty string must be told from a missing value */
			if (VARSIZE_ANY_EXHDR(DatumGetPointer(condition->texts[0])) == 0)
				appendStringInfo(sql, " AND %s IS NOT NULL", column);
			break;
		case IMGCAT_COND_RANGE:
			if (condition->column == IMGCAT_COL_PROTECTED)
				appendStringInfo(sql, " AND %s%s", condition->low ? "" : "NOT ", column);
			else
				append_range(statement, condition, indexed);
			break;
		case IMGCAT_COND_OUTSIDE:
			append_comparison(statement, psprintf("(%s < ", column), TIMESTAMPTZOID,
							  Int64GetDatum(condition->low), "");
			appendStringInfo(sql, " OR %s > $%d)", column,
							 imgcat_statement_parameter(statement, TIMESTAMPTZOID,
														Int64GetDatum(condition->high)));
			break;
		case IMGCAT_COND_MISSING:
			appendStringInfo(sql, " AND %s IS NULL", column);
			break;
		case IMGCAT_COND_PRESENT:
			appendStringInfo(sql, " AND %s IS NOT NULL", column);
			break;
		case IMGCAT_COND_UUID:
			append_comparison(statement, psprintf("%s = ANY (", column), UUIDARRAYOID,
							  condition->uuids, ")");
			break;
		case IMGCAT_COND_FACET:
			/* one goes together with others: append_facets() */
			if (condition->ntexts > 1)
				append_comparison(statement, "i.facets && ", TEXTARRAYOID,
								  text_array(condition->texts, condition->ntexts), "");
			break;
		case IMGCAT_COND_REGISTERED:
			append_comparison(statement, "NOT i.facets @> ARRAY[", TEXTOID,
							  condition->texts[0], "]");
			break;
		case IMGCAT_COND_PROPERTY:
			append_comparison(statement, "i.properties ->> ", TEXTOID,
							  PointerGetDatum(cstring_to_text_with_len(condition->property->name,
																	   condition->property->name_length)), "");
			appendStringInfo(sql, " = ANY ($%d)",
							 imgcat_statement_parameter(statement, TEXTARRAYOID,
														text_array(condition->texts, condition->ntexts)));
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
void
imgcat_append_conditions(ImgcatStatement *statement, const ImgcatListRequest *request)
{
	append_facets(statement, request);
	for (int i = 0; i < request->nconditions; i++)
		append_condition(statement, &request->conditions[i]);
}

/*
 * What keeps images off any listing: the predicate of the partial indexes,
 * word for word.
 */
static void
append_listable(StringInfo sql, const ImgcatListRequest *request)
{
	appendStringInfoString(sql, request->hidden ? "i.os_hidden" : "NOT i.os_hidden");
	if (!request->deleted)
		appendStringInfoString(sql, " AND " IMGCAT_LISTABLE);
}

/*
 * All that the request asks of image i: that it may be listed, the scope (see
 * imgcat_append_scope) and the conditions.
 */
void
imgcat_append_listed(ImgcatStatement *statement, const ImgcatListRequest *request,
					 const ImgcatScope *scope, Datum shared_ids)
{
	append_listable(&statement->sql, request);
	appendStringInfoString(&statement->sql, " AND ");
	imgcat_append_scope(statement, scope, shared_ids);
	imgcat_append_conditions(statement, request);
}

/*
 * Counts and tags: what is told of all images of a request.
 *
 * The branches of what a caller may list hold no image twice, so their counts
 * add up: of everybody's images of some visibilities, of the caller's own, and
 * of the shares of each answer.  Each is a plain count within what the branch
 * may see; of facets, too, because the search index has each of them together
 * with the owner and the visibility.  So no row of another project is read.
 *
 * Only images that are named, and deleted ones, which shares leave out, are
 * counted with the whole scope as one condition.
 *
 * Tags are read from the rows of the same branches.
 */

/* What the functions below need to know. */
typedef struct Count
{
	ImgcatStatement *statement;
	const ImgcatListRequest *request;
	ImgcatScope scope;
	int			project;		/* its parameter; 0: none */
	const ImgcatCondition *facet;	/* looked for in the search index, or NULL */
	bool		tags;			/* the rows' tags are wanted, not their number */
} Count;

/*
 * What is read of image i.
 */
static const char *
target(const Count *count)
{
	return count->tags ? "i.tags" : "count(*)";
}

/*
 * Of the facets asked for the rarest, if it is worth looking for in the search
 * index; NULL if all are so common that looking at what the caller may list is
 * less.
 */
static const ImgcatCondition *
rarest_facet(const ImgcatListRequest *request)
{
	ImgcatKeyStatistics statistics;
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
	imgcat_key_statistics_end(&statistics);
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
	int			nequalities = 0;

	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];

		if ((condition->kind == IMGCAT_COND_TEXT && condition->ntexts == 1) ||
			(condition->kind == IMGCAT_COND_RANGE &&
			 condition->column == IMGCAT_COL_PROTECTED))
			nequalities++;
		else if (condition->kind != IMGCAT_COND_NEVER)
			return false;
	}
	return nequalities <= 1;
}

/*
 * What every branch asks of image i, behind its scope.
 */
static void
append_rest(Count *count)
{
	appendStringInfoString(&count->statement->sql, " AND ");
	append_listable(&count->statement->sql, count->request);
	imgcat_append_conditions(count->statement, count->request);
	appendStringInfoChar(&count->statement->sql, ')');
}

/*
 * What the branches of one kind tell, of images.
 */
static void
append_images(Count *count, ImgcatScopeKind kind)
{
	StringInfo	sql = &count->statement->sql;
	ImgcatScope scope = {.caller = count->scope.caller};

	appendStringInfo(sql, "(SELECT %s FROM image_catalog.images i"
					 " WHERE i.visibility IN (", target(count));
	for (int i = 0; i < count->scope.nbranches; i++)
	{
		const ImgcatScopeBranch *branch = &count->scope.branches[i];

		if (branch->kind != kind)
			continue;
		appendStringInfo(sql, "%s'%s'", scope.nbranches > 0 ? ", " : "", branch->visibility);
		scope.branches[scope.nbranches++] = *branch;
	}
	appendStringInfoChar(sql, ')');
	if (kind == IMGCAT_SCOPE_OWN)
		appendStringInfo(sql, " AND i.owner = $%d", count->project);
	if (count->facet != NULL)
	{
		ImgcatKeySet scopes = imgcat_scope_set(&scope, NULL);
		ImgcatKeySet set = imgcat_facet_set(count->facet, &scopes, NULL);

		imgcat_append_keys(count->statement, &set);
	}
	append_rest(count);
}

/*
 * What the shares of a branch tell.  A share is there only while its image
 * is shared and alive, so a count looks at nothing else unless the request has
 * conditions on more than the time of creation.
 */
static void
append_shares(Count *count, const ImgcatScopeBranch *branch)
{
	const ImgcatListRequest *request = count->request;
	StringInfo	sql = &count->statement->sql;
	bool		join = count->tags;

	for (int i = 0; i < request->nconditions; i++)
		join |= request->conditions[i].kind != IMGCAT_COND_RANGE ||
			request->conditions[i].column != IMGCAT_COL_CREATED_AT;
	appendStringInfo(sql, "(SELECT %s FROM image_catalog.image_shares m%s"
					 " WHERE m.member_id = $%d AND m.answer = '%s' AND %s",
					 target(count),
					 join ? " JOIN image_catalog.images i ON i.id = m.image_id" : "",
					 count->project, branch->member_status,
					 request->hidden ? "m.os_hidden" : "NOT m.os_hidden");
	if (!join)
	{
		for (int i = 0; i < request->nconditions; i++)
			append_range(count->statement, &request->conditions[i], "m.created_at");
		appendStringInfoChar(sql, ')');
		return;
	}
	appendStringInfo(sql, " AND i.visibility = 'shared'"
					 " AND (i.owner <> $%d OR i.owner IS NULL)", count->project);
	append_rest(count);
}

/*
 * What the branches tell, together; there is one at least.
 */
static void
append_branches(Count *count)
{
	static const ImgcatScopeKind kinds[] = {IMGCAT_SCOPE_EVERYBODY, IMGCAT_SCOPE_OWN};
	StringInfo	sql = &count->statement->sql;
	const char *with = count->tags ? " UNION ALL " : " + ";

	appendStringInfoString(sql, count->tags ? "SELECT NULL::text[] AS tags"
						   : "SELECT 0::bigint");
	for (int i = 0; i < (int) lengthof(kinds); i++)
		if (imgcat_scope_has(&count->scope, kinds[i]))
		{
			appendStringInfoString(sql, with);
			append_images(count, kinds[i]);
		}
	for (int i = 0; i < count->scope.nbranches; i++)
		if (count->scope.branches[i].kind == IMGCAT_SCOPE_MEMBER)
		{
			appendStringInfoString(sql, with);
			append_shares(count, &count->scope.branches[i]);
		}
}

/*
 * Append what tells of all images of the request.
 */
static void
append_all(Count *count, const ImgcatCaller *caller)
{
	ImgcatStatement *statement = count->statement;
	const ImgcatListRequest *request = count->request;

	statement->parallel = true;
	statement->generic = is_generic(request);
	imgcat_list_scope(&count->scope, request, caller);
	if (request->deleted || imgcat_find_condition(request, IMGCAT_COND_UUID) != NULL)
	{
		appendStringInfo(&statement->sql, "SELECT %s FROM image_catalog.images i WHERE ",
						 target(count));
		imgcat_append_listed(statement, request, &count->scope, (Datum) 0);
		return;
	}
	count->project = project_parameter(statement, &count->scope);
	count->facet = rarest_facet(request);
	append_branches(count);
}

/*
 * The statement that counts the images of a request.
 */
void
imgcat_count_statement(ImgcatStatement *statement,
					   const ImgcatListRequest *request,
					   const ImgcatCaller *caller)
{
	Count		count = {.statement = statement,.request = request};

	imgcat_statement_begin(statement);
	append_all(&count, caller);
}

/*
 * The statement that reads the tags of the images of a request, each once and
 * bytewise in order: limit of them, or all if that is negative, behind offset.
 */
void
imgcat_tags_statement(ImgcatStatement *statement,
					  const ImgcatListRequest *request,
					  const ImgcatCaller *caller, int64 limit, int64 offset)
{
	Count		count = {.statement = statement,.request = request,.tags = true};

	imgcat_statement_begin(statement);
	appendStringInfoString(&statement->sql,
						   "SELECT DISTINCT t.tag COLLATE \"C\" FROM (");
	append_all(&count, caller);
	appendStringInfoString(&statement->sql,
						   ") b, pg_catalog.unnest(b.tags) AS t (tag) ORDER BY 1");
	if (limit < 0)
		return;
	appendStringInfo(&statement->sql, " LIMIT $%d",
					 imgcat_statement_parameter(statement, INT8OID,
												Int64GetDatum(limit)));
	appendStringInfo(&statement->sql, " OFFSET $%d",
					 imgcat_statement_parameter(statement, INT8OID,
												Int64GetDatum(offset)));
}
