/*-------------------------------------------------------------------------
 *
 * list_count.c
 *		The statement that counts the images of a list request.
 *
 * The arms of what a caller may list hold no image twice, so their counts add
 * up: of everybody's images of some visibilities, of the caller's own, and of
 * the offers of each answer.  Each is a plain count, which mostly needs
 * nothing but an index that begins with the scope.
 *
 * Facets that are not common are found in one index for all arms, and named
 * images by their ids; there, and where the dead are asked for, whom offers
 * leave out, one condition says what the caller may list.
 *
 * src/listing/list_count.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "image/search_element.h"
#include "listing/element_frequency.h"
#include "listing/list_scope.h"
#include "listing/list_statement.h"

/*
 * A facet that more of all images have is looked for in the images that the
 * caller may list, not in the index.  Of the catalogues measured an average
 * project lists about as many, the public images.
 */
#define COMMON_FREQUENCY 0.05

/* In so few images, planning for facets takes as long as counting. */
#define FEW_IMAGES 50000

/* What the functions below need to know. */
typedef struct Count
{
	ImgcatStatement *statement;
	const ImgcatListRequest *request;
	ImgcatScope scope;
	StringInfoData where;		/* the conditions, for every arm alike */
} Count;

/*
 * Does the search index, or a list of ids, find the images of all arms at
 * once?  The index does not if all facets asked for are so common that looking
 * at what the caller may list is less.
 */
static bool
is_found_at_once(const ImgcatListRequest *request)
{
	ImgcatElementStatistics statistics;
	bool		at_once = false;

	imgcat_element_statistics_begin(&statistics);
	for (int i = 0; i < request->nconditions && !at_once; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];
		double		frequency;

		if (condition->kind == IMGCAT_COND_FACET)
		{
			(void) imgcat_element_frequency(&statistics,
											imgcat_element_of_facet(DatumGetTextPP(condition->value)),
											&frequency);
			at_once = frequency < COMMON_FREQUENCY;
		}
		else
			at_once = condition->kind == IMGCAT_COND_ANY_FACET ||
				condition->kind == IMGCAT_COND_UUID_IN;
	}
	imgcat_element_statistics_end(&statistics);
	return at_once;
}

/*
 * Is one plan the best for all values?  With one equality at most, an index of
 * the scope and that column is.  Facets that are not looked for in their index
 * change nothing, but the images themselves are read then, and for a project
 * that has many it pays to plan that, once planning is not what takes longest.
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
			case IMGCAT_COND_FACET:
				if (imgcat_number_of_images() > FEW_IMAGES)
					return false;
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
 * The visibilities of the arms of one kind as a condition on image i; false if
 * there are none.
 */
static bool
append_visibilities(Count *count, ImgcatArmKind kind)
{
	StringInfo	sql = &count->statement->sql;
	int			nfound = 0;

	for (int i = 0; i < count->scope.narms; i++)
	{
		const ImgcatArm *arm = &count->scope.arms[i];

		if (arm->kind != kind)
			continue;
		appendStringInfo(sql, "%s'%s'",
						 nfound == 0 ? "i.visibility IN (" : ", ",
						 arm->visibility);
		nfound++;
	}
	if (nfound > 0)
		appendStringInfoChar(sql, ')');
	return nfound > 0;
}

/*
 * Does the scope have arms of the kind?
 */
static bool
has_arms(const Count *count, ImgcatArmKind kind)
{
	for (int i = 0; i < count->scope.narms; i++)
		if (count->scope.arms[i].kind == kind)
			return true;
	return false;
}

/*
 * What every arm asks of image i, behind its scope.
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
 * The count of the offers of a member arm.  An offer is there only while its
 * image is shared and alive, so nothing else is looked at unless the request
 * has conditions.
 */
static void
append_offers(Count *count, const ImgcatArm *arm)
{
	const ImgcatListRequest *request = count->request;
	StringInfo	sql = &count->statement->sql;

	appendStringInfoString(sql, "SELECT count(*)");
	if (request->nconditions > 0)
	{
		imgcat_append_offers_source(sql, &count->scope, arm, request->hidden,
									false);
		append_rest(count);
		return;
	}
	appendStringInfo(sql, " FROM image_catalog.offers m"
					 " WHERE m.member_id = $%d AND m.answer = '%s' AND %s",
					 count->scope.project, arm->member_status,
					 request->hidden ? "m.os_hidden" : "NOT m.os_hidden");
	imgcat_append_time_range(count->statement, "m.created_at",
							 request->created_from, request->created_before, sql);
}

/*
 * The sum of the arms' counts.
 */
static void
append_sum(Count *count)
{
	static const ImgcatArmKind kinds[] = {IMGCAT_ARM_EVERYBODY, IMGCAT_ARM_OWN};
	StringInfo	sql = &count->statement->sql;
	const char *plus = "";

	appendStringInfoString(sql, "SELECT ");
	for (int k = 0; k < (int) lengthof(kinds); k++)
	{
		if (!has_arms(count, kinds[k]))
			continue;
		appendStringInfo(sql, "%s(SELECT count(*) FROM image_catalog.images i WHERE ",
						 plus);
		append_visibilities(count, kinds[k]);
		if (kinds[k] == IMGCAT_ARM_OWN)
			appendStringInfo(sql, " AND i.owner = $%d", count->scope.project);
		append_rest(count);
		appendStringInfoChar(sql, ')');
		plus = " + ";
	}
	for (int i = 0; i < count->scope.narms; i++)
	{
		if (count->scope.arms[i].kind != IMGCAT_ARM_MEMBER)
			continue;
		appendStringInfo(sql, "%s(", plus);
		append_offers(count, &count->scope.arms[i]);
		appendStringInfoChar(sql, ')');
		plus = " + ";
	}
}

/*
 * One count with the whole scope as a condition.
 */
static void
append_at_once(Count *count)
{
	StringInfo	sql = &count->statement->sql;

	appendStringInfoString(sql, "SELECT count(*) FROM image_catalog.images i WHERE ");

	/* a list is a condition of an index, arms with OR between are not */
	if (has_arms(count, IMGCAT_ARM_OWN) || has_arms(count, IMGCAT_ARM_MEMBER) ||
		!append_visibilities(count, IMGCAT_ARM_EVERYBODY))
		imgcat_append_scope_predicate(sql, &count->scope);
	append_rest(count);
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
	bool		at_once = request->dead || is_found_at_once(request);

	imgcat_statement_begin(statement);
	statement->parallel = true;
	count.statement = statement;
	count.request = request;
	imgcat_list_scope(&count.scope, request, caller, statement);
	initStringInfo(&count.where);
	imgcat_append_conditions(statement, request, NULL,
							 at_once ? IMGCAT_FACETS_OF_INDEX
							 : IMGCAT_FACETS_OF_ROW, &count.where);
	statement->generic = !at_once && is_generic(request);

	if (at_once || count.scope.narms == 0 ||
		!(has_arms(&count, IMGCAT_ARM_OWN) || has_arms(&count, IMGCAT_ARM_MEMBER)))
		append_at_once(&count);
	else
		append_sum(&count);
}
