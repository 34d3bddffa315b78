/*-------------------------------------------------------------------------
 *
 * list_statement.c
 *		One SQL statement for a list request.
 *
 * What a caller may list is a union of arms: the public images, the caller's
 * own of each visibility, those shared with it.  Written as one OR, the
 * planner walks an index of everything and throws rows away; written as UNION
 * ALL of arms, each with its own bound, order and limit, it merges indexes
 * that start with the scope, and a page costs what it returns.
 *
 * A request for facets in the order of creation goes another way first
 * (list_window.c), and comes here for what that leaves.
 *
 * src/listing/list_statement.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "image/image_row.h"
#include "listing/list_scope.h"
#include "listing/list_sort.h"
#include "listing/list_statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

/* values of an in: list that have arms of their own */
#define MAX_VALUES_APART 16

/* What append_arm_source needs to know beside the arm. */
typedef struct Listing
{
	ImgcatStatement *statement;
	const ImgcatListRequest *request;
	ImgcatScope scope;
	bool		fetch;			/* all images that match, sorted: a few */
	bool		late;			/* find the ids first, then fetch the images */
	StringInfoData where;		/* the conditions, for every arm alike */
	const ImgcatCondition *apart;	/* but this: each of its values has arms */
	TimestampTz created_from;	/* range of created_at */
	TimestampTz created_before;
	bool		has_marker;
	int			marker[IMGCAT_SORT_KEYS_MAX + 2];	/* parameters */
	int64		rows;			/* that the planner is told */
} Listing;

/*
 * Is one plan the best for all values of this request's shape?  So it is
 * where the order walks an index of the scope, with at most one equality,
 * which its own index serves.  Ranges and combinations depend on how common
 * the values are.
 */
static bool
is_generic(const ImgcatListRequest *request, const ImgcatCondition *apart)
{
	int			nequalities = apart != NULL ? 1 : 0;

	if ((request->created_from != PG_INT64_MIN ||
		 request->created_before != PG_INT64_MAX) &&
		!imgcat_sorts_by_creation(&request->sort))
		return false;
	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];

		if (condition == apart)
			continue;
		switch (condition->kind)
		{
			case IMGCAT_COND_NEVER:
			case IMGCAT_COND_NOT_FACET:
				break;
			case IMGCAT_COND_SORTED_TEXT:
				if (!imgcat_sorts_by_creation(&request->sort))
					return false;
				nequalities++;
				break;
			case IMGCAT_COND_TEXT:
			case IMGCAT_COND_PROPERTY:
			case IMGCAT_COND_BOOL:
				nequalities++;
				break;
			default:
				return false;
		}
	}
	return nequalities <= 1;
}

/*
 * Does the request name the images?
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
 * The values of an in: list, if each is to have its own arms: equality with
 * one value walks an index in the order of creation, a list of values does
 * not.  Returns their number, 0 for none.
 */
static int
values_apart(Listing *listing, Datum *values)
{
	const ImgcatListRequest *request = listing->request;
	const ImgcatCondition *condition = NULL;
	Datum	   *elements;
	bool	   *nulls;
	int			nelements;
	int			nvalues = 0;

	if (listing->fetch || request->hidden ||
		request->dead || !imgcat_sorts_by_creation(&request->sort))
		return 0;
	for (int i = 0; i < request->nconditions && condition == NULL; i++)
		if (request->conditions[i].kind == IMGCAT_COND_TEXT_IN)
			condition = &request->conditions[i];
	if (condition == NULL)
		return 0;

	deconstruct_array(DatumGetArrayTypeP(condition->value), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, &nulls, &nelements);
	for (int i = 0; i < nelements; i++)
	{
		bool		repeated = false;

		for (int j = 0; j < nvalues && !repeated; j++)
			repeated = DatumGetBool(DirectFunctionCall2Coll(texteq, C_COLLATION_OID,
															values[j], elements[i]));
		if (repeated)
			continue;
		if (nvalues == MAX_VALUES_APART)
			return 0;
		values[nvalues++] = elements[i];
	}
	listing->apart = condition;
	return nvalues;
}

/*
 * Does the request ask for a range across the order?  Then many images are
 * passed for each that is found, and it pays to pass them in the index, and
 * to fetch those of the page by their ids.
 */
static bool
has_crossing_range(const ImgcatListRequest *request)
{
	if (!imgcat_sorts_by_creation(&request->sort))
		return false;
	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];

		if (condition->kind == IMGCAT_COND_TIME_RANGE ||
			(condition->kind == IMGCAT_COND_NUMBER &&
			 condition->column == IMGCAT_COL_SIZE))
			return true;
	}
	return false;
}

/*
 * Do the offers hold the images of a member arm?  They leave out the dead,
 * which a listing shows only when asked: then the images are searched.
 */
static bool
walks_offers(const Listing *listing, const ImgcatArm *arm)
{
	return arm->kind == IMGCAT_ARM_MEMBER &&
		!listing->fetch && !listing->request->dead;
}

/*
 * The order in which an arm walks.
 */
static ImgcatSortSource
arm_sort_source(const Listing *listing, const ImgcatArm *arm)
{
	if (walks_offers(listing, arm))
		return IMGCAT_SORT_OFFER;
	return IMGCAT_SORT_IMAGE;
}

/*
 * Comparisons with columns that an offer keeps, so that no other image is
 * looked at.  They are repeated: the image itself has the last word.
 */
static void
append_offer_conditions(Listing *listing)
{
	const ImgcatListRequest *request = listing->request;

	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];
		const char *column = imgcat_offer_column(condition->column);

		if (condition->kind == IMGCAT_COND_BOOL &&
			condition->column == IMGCAT_COL_PROTECTED)
			appendStringInfo(&listing->statement->sql, " AND %sm.protected",
							 DatumGetBool(condition->value) ? "" : "NOT ");
		if (column == NULL)
			continue;
		if (condition->kind == IMGCAT_COND_TIME_RANGE)
			imgcat_append_time_range(listing->statement, column, condition->low,
									 condition->high, &listing->statement->sql);
		else if (condition->kind == IMGCAT_COND_TEXT ||
				 condition->kind == IMGCAT_COND_SORTED_TEXT)
			appendStringInfo(&listing->statement->sql, " AND %s = $%d", column,
							 imgcat_statement_parameter(listing->statement, TEXTOID,
														condition->value));
		else if (condition->kind == IMGCAT_COND_NUMBER)
			appendStringInfo(&listing->statement->sql, " AND %s %s $%d", column,
							 imgcat_comparison_operator(condition->op),
							 imgcat_statement_parameter(listing->statement, INT8OID,
														condition->value));
	}
}

/*
 * FROM and WHERE of an arm; value is that of the condition apart, if any.
 */
static void
append_arm_source(Listing *listing, const ImgcatArm *arm, Datum value)
{
	StringInfo	sql = &listing->statement->sql;
	const char *created_at = "i.created_at";

	if (walks_offers(listing, arm))
	{
		imgcat_append_offers_source(sql, &listing->scope, arm,
									listing->request->hidden,
									listing->statement->generic &&
									listing->request->nconditions > 0);
		append_offer_conditions(listing);
		if (listing->apart != NULL)
			appendStringInfo(sql, " AND %s = $%d",
							 imgcat_offer_column(listing->apart->column),
							 imgcat_statement_parameter(listing->statement,
														TEXTOID, value));
		created_at = "m.created_at";
	}
	else
	{
		appendStringInfoString(sql, " FROM image_catalog.images i WHERE ");
		imgcat_append_arm_predicate(sql, &listing->scope, arm);
	}
	appendStringInfoString(sql, " AND ");
	imgcat_append_listable(sql, listing->request);
	imgcat_append_time_range(listing->statement, created_at,
							 listing->created_from, listing->created_before, sql);
	if (listing->apart != NULL)
		imgcat_append_text_condition(listing->statement, listing->apart->column,
									 value, sql);
	appendStringInfoString(sql, listing->where.data);
}

/*
 * The end of an arm, or of a single SELECT: marker, order and limit.
 */
static void
append_page(Listing *listing, ImgcatSortSource source)
{
	StringInfo	sql = &listing->statement->sql;

	if (listing->has_marker)
		imgcat_append_keyset(sql, source, &listing->request->sort,
							 listing->marker);
	imgcat_append_order(sql, source, &listing->request->sort);
	appendStringInfo(sql, " LIMIT " INT64_FORMAT, listing->rows);
}

/*
 * The union of the arms, each in order, merged; with values apart, there are
 * arms for each value.
 *
 * In the order of creation the keys are columns of the image.  Columns of
 * their own would have to be taken off each row again.
 */
static void
append_merged_arms(Listing *listing, const Datum *values, int nvalues)
{
	StringInfo	sql = &listing->statement->sql;
	const ImgcatSortSpec *sort = &listing->request->sort;
	int			nkeys = imgcat_sort_length(sort);
	int			narms = listing->scope.narms * Max(nvalues, 1);
	bool		keys_are_columns = !listing->late && imgcat_sorts_by_creation(sort);

	appendStringInfo(sql, "SELECT %s FROM (",
					 listing->late ? "i.*" : IMGCAT_IMAGE_COLUMNS);
	for (int a = 0; a < narms; a++)
	{
		const ImgcatArm *arm = &listing->scope.arms[a % listing->scope.narms];
		Datum		value = nvalues > 0 ? values[a / listing->scope.narms] : (Datum) 0;
		ImgcatSortSource source = arm_sort_source(listing, arm);

		appendStringInfo(sql, "%s(SELECT %s", a > 0 ? " UNION ALL " : "",
						 listing->late ? "i.id" :
						 keys_are_columns && source == IMGCAT_SORT_OFFER
						 ? IMGCAT_OFFERED_IMAGE_COLUMNS : IMGCAT_IMAGE_COLUMNS);
		for (int i = 0; i < nkeys && !keys_are_columns; i++)
		{
			appendStringInfoString(sql, ", ");
			imgcat_append_sort_expression(sql, source, sort, i);
			appendStringInfo(sql, " AS s%d", i + 1);
		}
		append_arm_source(listing, arm, value);
		append_page(listing, source);
		appendStringInfoChar(sql, ')');
	}
	appendStringInfoString(sql, ") i");
	imgcat_append_order(sql, keys_are_columns ? IMGCAT_SORT_IMAGE : IMGCAT_SORT_OUTPUT,
						sort);
	appendStringInfo(sql, " LIMIT " INT64_FORMAT, listing->rows);
}

/*
 * The number of rows that the planner is told.  It knows few limits, so that
 * few texts are prepared; execution stops at the real one.
 */
int64
imgcat_planned_rows(int64 rows)
{
	return rows <= 32 ? 32 : rows <= 256 ? 256 : Max(rows, 1001);
}

/*
 * The range of created_at that the page needs.
 *
 * In the order of creation the marker and a bound of the range bound the same
 * end.  An index scan starts at one of them, so the wider one is left out: it
 * might be the one.
 */
static void
set_creation_range(Listing *listing, const ImgcatMarker *marker)
{
	const ImgcatListRequest *request = listing->request;
	TimestampTz place;

	listing->created_from = request->created_from;
	listing->created_before = request->created_before;
	if (marker == NULL || !imgcat_sorts_by_creation(&request->sort) ||
		request->sort.keys[0].descending != request->sort.keys[1].descending)
		return;

	place = DatumGetTimestampTz(marker->values[0]);
	if (request->sort.keys[0].descending)
	{
		if (listing->created_before <= place)
			listing->has_marker = false;
		else
			listing->created_before = PG_INT64_MAX;
	}
	else
	{
		if (listing->created_from > place)
			listing->has_marker = false;
		else
			listing->created_from = PG_INT64_MIN;
	}
}

/*
 * The statement that lists at most rows images of a request, after the marker
 * if there is one.
 */
void
imgcat_list_statement(ImgcatStatement *statement,
					  const ImgcatListRequest *request,
					  const ImgcatCaller *caller,
					  const ImgcatMarker *marker, int64 rows)
{
	Listing		listing = {0};
	StringInfo	sql = &statement->sql;
	Datum		values[MAX_VALUES_APART];
	int			nvalues;

	imgcat_statement_begin(statement);
	listing.statement = statement;
	listing.request = request;
	listing.rows = imgcat_planned_rows(rows);
	listing.has_marker = (marker != NULL);
	imgcat_list_scope(&listing.scope, request, caller, statement);
	listing.fetch = names_images(request);
	nvalues = values_apart(&listing, values);
	set_creation_range(&listing, marker);

	if (listing.has_marker)
	{
		for (int i = 0; i < imgcat_sort_length(&request->sort); i++)
			listing.marker[i] =
				imgcat_statement_parameter(statement,
										   imgcat_sort_type(&request->sort, i),
										   marker->values[i]);
	}
	initStringInfo(&listing.where);
	imgcat_append_conditions(statement, request, listing.apart,
							 IMGCAT_FACETS_OF_INDEX, &listing.where);
	statement->generic = !listing.fetch && is_generic(request, listing.apart);
	listing.late = !listing.fetch && listing.scope.narms > 0 && has_crossing_range(request);

	if (listing.late)
	{
		appendStringInfoString(sql, "SELECT " IMGCAT_IMAGE_COLUMNS " FROM (");
		append_merged_arms(&listing, values, nvalues);
		appendStringInfoString(sql, ") k JOIN image_catalog.images i ON i.id = k.id"
							   " ORDER BY k.s1");
		appendStringInfo(sql, "%s, k.s2%s",
						 request->sort.keys[0].descending ? " DESC" : "",
						 request->sort.keys[1].descending ? " DESC" : "");
		return;
	}
	if (!listing.fetch &&
		listing.scope.narms > 0 && listing.scope.narms * Max(nvalues, 1) > 1)
	{
		append_merged_arms(&listing, values, nvalues);
		return;
	}

	appendStringInfoString(sql, "SELECT " IMGCAT_IMAGE_COLUMNS);
	if (listing.scope.narms == 1 && !listing.fetch)
	{
		append_arm_source(&listing, &listing.scope.arms[0],
						  nvalues > 0 ? values[0] : (Datum) 0);
		append_page(&listing, arm_sort_source(&listing, &listing.scope.arms[0]));
		return;
	}
	appendStringInfoString(sql, " FROM image_catalog.images i WHERE ");
	imgcat_append_scope_predicate(sql, &listing.scope);
	appendStringInfoString(sql, " AND ");
	imgcat_append_listable(sql, request);
	imgcat_append_time_range(statement, "i.created_at", listing.created_from,
							 listing.created_before, sql);
	appendStringInfoString(sql, listing.where.data);
	append_page(&listing, IMGCAT_SORT_IMAGE);
}
