/*-------------------------------------------------------------------------
 *
 * list_count.c
 *		The statement that counts the images of a list request.
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
 * src/listing/list_count.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "image/gin_key.h"
#include "listing/list_cost.h"
#include "listing/list_sql.h"
#include "listing/list_plan.h"

/* What the functions below need to know. */
typedef struct Count
{
	ImgcatStatement *statement;
	const ImgcatListRequest *request;
	ImgcatScope scope;
	ImgcatScopeParameters parameters;
	StringInfoData where;		/* the conditions, for every branch alike */
	const ImgcatCondition *facet;	/* looked for in the search index, or NULL */
} Count;

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
		const ImgcatCondition *condition = &request->conditions[i];
		int64	   *keys;
		int			nkeys;
		double		total = 0;

		if (!imgcat_is_facet(condition))
			continue;
		keys = imgcat_facet_keys(condition, &nkeys);
		for (int j = 0; j < nkeys; j++)
		{
			double		frequency;

			(void) imgcat_key_frequency(&statistics, keys[j], &frequency);
			total += frequency;
		}
		if (total < least)
		{
			rarest = condition;
			least = total;
		}
	}
	imgcat_key_statistics_end(&statistics);
	return rarest;
}

/*
 * Does the request name its images?
 */
static bool
names_images(const ImgcatListRequest *request)
{
	for (int i = 0; i < request->nconditions; i++)
		if (request->conditions[i].kind == IMGCAT_COND_UUID_IN)
			return true;
	return false;
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

	if (request->created_from != PG_INT64_MIN ||
		request->created_before != PG_INT64_MAX)
		return false;
	for (int i = 0; i < request->nconditions; i++)
		switch (request->conditions[i].kind)
		{
			case IMGCAT_COND_NEVER:
				break;
			case IMGCAT_COND_TEXT:
			case IMGCAT_COND_BOOL:
				nequalities++;
				break;
			default:
				return false;
		}
	return nequalities <= 1;
}

/*
 * The facet looked for in the search index, together with a scope.
 */
static void
append_scoped_facet(Count *count, const int64 *scopes, int nscopes)
{
	int64	   *facets;
	int64	   *keys;
	int			nfacets;
	int			nkeys = 0;

	if (count->facet == NULL)
		return;
	facets = imgcat_facet_keys(count->facet, &nfacets);
	keys = palloc(sizeof(int64) * nfacets * Max(nscopes, 1));
	for (int i = 0; i < nfacets; i++)
	{
		if (nscopes == 0)
			keys[nkeys++] = facets[i];
		for (int j = 0; j < nscopes; j++)
			keys[nkeys++] = imgcat_gin_key_of_scoped_facet(scopes[j], facets[i]);
	}
	imgcat_append_keys(count->statement, keys, nkeys, &count->statement->sql);
}

/*
 * What every branch asks of image i, behind its scope.
 */
static void
append_rest(Count *count)
{
	StringInfo	sql = &count->statement->sql;
	const ImgcatListRequest *request = count->request;

	appendStringInfoString(sql, " AND ");
	imgcat_append_listable(sql, request);
	imgcat_append_time_range(count->statement, "i.created_at",
							 request->created_from, request->created_before, sql);
	appendStringInfoString(sql, count->where.data);
}

/*
 * The count of the branches of one kind, of images.
 */
static void
append_images(Count *count, ImgcatScopeKind kind)
{
	StringInfo	sql = &count->statement->sql;
	int64		scopes[IMGCAT_SCOPE_MAX];
	int			nscopes = 0;
	bool		everything = false;
	int			nfound = 0;

	appendStringInfoString(sql, "(SELECT count(*) FROM image_catalog.images i"
						   " WHERE i.visibility IN (");
	for (int i = 0; i < count->scope.nbranches; i++)
	{
		const ImgcatScopeBranch *branch = &count->scope.branches[i];

		if (branch->kind != kind)
			continue;
		appendStringInfo(sql, "%s'%s'", nfound++ > 0 ? ", " : "", branch->visibility);
		if (kind == IMGCAT_SCOPE_EVERYBODY)
		{
			/*
			 * private images have no key with a facet: who counts them all
			 * may
			 */
			everything |= strcmp(branch->visibility, "private") == 0;
			scopes[nscopes++] = imgcat_gin_key_of_visibility(branch->visibility);
		}
	}
	appendStringInfoChar(sql, ')');
	if (kind == IMGCAT_SCOPE_OWN)
	{
		appendStringInfo(sql, " AND i.owner = $%d", count->parameters.project);
		scopes[nscopes++] = imgcat_gin_key_of_owner(count->scope.caller->project_id);
	}
	append_scoped_facet(count, scopes, everything ? 0 : nscopes);
	append_rest(count);
	appendStringInfoChar(sql, ')');
}

/*
 * The count of the shares of a branch.  A share is there only while its image
 * is shared and alive, so nothing else is looked at unless the request has
 * conditions.
 */
static void
append_shares(Count *count, const ImgcatScopeBranch *branch)
{
	const ImgcatListRequest *request = count->request;
	StringInfo	sql = &count->statement->sql;

	appendStringInfoString(sql, "(SELECT count(*) FROM image_catalog.image_shares m");
	if (request->nconditions > 0)
		appendStringInfoString(sql, " JOIN image_catalog.images i ON i.id = m.image_id");
	appendStringInfo(sql, " WHERE m.member_id = $%d AND m.answer = '%s' AND %s",
					 count->parameters.project, branch->member_status,
					 request->hidden ? "m.os_hidden" : "NOT m.os_hidden");
	if (request->nconditions > 0)
	{
		appendStringInfo(sql, " AND i.visibility = 'shared'"
						 " AND (i.owner <> $%d OR i.owner IS NULL)",
						 count->parameters.project);
		append_rest(count);
	}
	else
		imgcat_append_time_range(count->statement, "m.created_at",
								 request->created_from, request->created_before, sql);
	appendStringInfoChar(sql, ')');
}

/*
 * The sum of the branches' counts.
 */
static void
append_sum(Count *count)
{
	static const ImgcatScopeKind kinds[] = {IMGCAT_SCOPE_EVERYBODY, IMGCAT_SCOPE_OWN};
	StringInfo	sql = &count->statement->sql;
	const char *plus = "SELECT ";

	for (int k = 0; k < (int) lengthof(kinds); k++)
	{
		if (!imgcat_scope_has(&count->scope, kinds[k]))
			continue;
		appendStringInfoString(sql, plus);
		append_images(count, kinds[k]);
		plus = " + ";
	}
	for (int i = 0; i < count->scope.nbranches; i++)
	{
		if (count->scope.branches[i].kind != IMGCAT_SCOPE_MEMBER)
			continue;
		appendStringInfoString(sql, plus);
		append_shares(count, &count->scope.branches[i]);
		plus = " + ";
	}
}

/*
 * The statement that counts the images of a request.
 */
void
imgcat_count_statement(ImgcatStatement *statement,
					   const ImgcatListRequest *request,
					   const ImgcatCaller *caller)
{
	Count		count = {0};

	imgcat_statement_begin(statement);
	statement->parallel = true;
	count.statement = statement;
	count.request = request;
	imgcat_list_scope(&count.scope, request, caller);
	count.parameters.project = imgcat_scope_project(&count.scope, statement);
	initStringInfo(&count.where);
	imgcat_append_conditions(statement, request, IMGCAT_FACETS_OF_ROW, &count.where);
	statement->generic = is_generic(request) && !names_images(request);
	if (!request->deleted && !names_images(request) && count.scope.nbranches > 0)
	{
		count.facet = rarest_facet(request);
		append_sum(&count);
		return;
	}
	appendStringInfoString(&statement->sql,
						   "SELECT count(*) FROM image_catalog.images i WHERE ");
	imgcat_append_scope(&statement->sql, &count.scope, &count.parameters);
	append_rest(&count);
}
