/*-------------------------------------------------------------------------
 *
 * search_value.c
 *		The values of one label of a container search, compiled to SQL.
 *
 * Texts and labels of images have a file of their own, search_text.c.
 *
 * src/container/search_value.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "container/search_interval.h"
#include "container/search_value.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/formatting.h"
#include "utils/timestamp.h"

/*
 * More values of a kind than this travel as an array, and so do those beyond
 * the most in one query.  An index finds values that stand apart, so of those
 * that have one only the most in a query counts.
 */
#define MAX_APART		20
#define MAX_QUERY_APART	100

/* Start writing one more alternative; append it to the result. */
StringInfo
imgcat_next_alternative(ImgcatAlternatives *alternatives)
{
	if (alternatives->count++ > 0)
		appendStringInfoString(&alternatives->str, " OR ");
	return &alternatives->str;
}

/* The disjunction, whole: "true" and "false" when no row need be looked at. */
const char *
imgcat_finish_alternatives(const ImgcatAlternatives *alternatives)
{
	if (alternatives->always)
		return "true";
	if (alternatives->count == 0)
		return "false";
	if (alternatives->count == 1)
		return alternatives->str.data;
	return psprintf("(%s)", alternatives->str.data);
}

/*
 * Must that many values of a kind travel as an array?
 */
bool
imgcat_travel_as_array(ImgcatSearchCompiler *compiler, int count,
					   ImgcatValueCost cost)
{
	if (count <= 1)
		return false;
	if (cost == IMGCAT_VALUE_SUBQUERY ||
		(cost != IMGCAT_VALUE_INDEXED && count > MAX_APART) ||
		compiler->napart + count > MAX_QUERY_APART)
		return true;
	compiler->napart += count;
	return false;
}

/* A bound as a parameter; its number. */
static int
bound_parameter(ImgcatSearchCompiler *compiler, const ImgcatSearchLabel *label,
				const ImgcatSearchBound *bound)
{
	if (label->type == IMGCAT_SEARCH_INTEGER)
		return imgcat_statement_parameter(compiler->statement, INT8OID,
										  Int64GetDatum(bound->integer));
	if (label->type == IMGCAT_SEARCH_NUMBER)
		return imgcat_statement_parameter(compiler->statement, FLOAT8OID,
										  Float8GetDatum(imgcat_bound_number(bound)));
	return imgcat_statement_parameter(compiler->statement, TIMESTAMPTZOID,
									  TimestampTzGetDatum(imgcat_bound_time(bound, compiler->now)));
}

/* Append a condition that the expression lies in the value's interval. */
static void
append_interval(ImgcatSearchCompiler *compiler,
				StringInfo out, const char *expression,
				const ImgcatSearchLabel *label,
				const ImgcatSearchValue *value)
{
	bool		both = value->low.present && value->high.present;

	appendStringInfoString(out, both ? "(" : "");
	if (value->low.present)
		appendStringInfo(out, "%s >%s $%d", expression,
						 value->low.inclusive ? "=" : "",
						 bound_parameter(compiler, label, &value->low));
	appendStringInfoString(out, both ? " AND " : "");
	if (value->high.present)
		appendStringInfo(out, "%s <%s $%d", expression,
						 value->high.inclusive ? "=" : "",
						 bound_parameter(compiler, label, &value->high));
	appendStringInfoString(out, both ? ")" : "");
}

/*
 * The low or the high ends of intervals as a parameter; its number.
 */
static int
ends_parameter(ImgcatSearchCompiler *compiler, const ImgcatSearchLabel *label,
			   const ImgcatInterval *intervals, int count, bool high)
{
	Datum	   *ends = palloc(count * sizeof(Datum));
	Oid			element = INT8OID;
	Oid			array = INT8ARRAYOID;

	if (label->type == IMGCAT_SEARCH_NUMBER)
	{
		element = FLOAT8OID;
		array = FLOAT8ARRAYOID;
	}
	else if (label->type == IMGCAT_SEARCH_TIME)
	{
		element = TIMESTAMPTZOID;
		array = TIMESTAMPTZARRAYOID;
	}
	for (int i = 0; i < count; i++)
	{
		int64		end = high ? intervals[i].high : intervals[i].low;

		if (label->type != IMGCAT_SEARCH_NUMBER)
			ends[i] = Int64GetDatum(end);
		else if (end == PG_INT64_MAX || end == PG_INT64_MIN)
			ends[i] = Float8GetDatum(high ? get_float8_infinity() :
									 -get_float8_infinity());
		else
			ends[i] = Float8GetDatum(imgcat_key_number(end));
	}
	return imgcat_statement_parameter(compiler->statement, array,
									  PointerGetDatum(construct_array(ends, count, element,
																	  sizeof(int64), FLOAT8PASSBYVAL,
																	  TYPALIGN_DOUBLE)));
}

/*
 * Append the intervals of a group: each apart, or the fewest that hold the
 * same as two arrays of their ends.  Of those only the last one that does not
 * begin after the expression can hold it.
 */
static void
add_intervals(ImgcatSearchCompiler *compiler, ImgcatAlternatives *alternatives,
			  const char *expression, const ImgcatSearchGroup *group)
{
	ImgcatInterval *intervals;
	int			low;
	int			high;
	int			count = 0;

	for (int i = 0; i < group->nvalues; i++)
		count += group->values[i].form == IMGCAT_FORM_INTERVAL;
	if (!imgcat_travel_as_array(compiler, count, IMGCAT_VALUE_PLAIN))
	{
		for (int i = 0; i < group->nvalues; i++)
		{
			if (group->values[i].form == IMGCAT_FORM_INTERVAL)
				append_interval(compiler, imgcat_next_alternative(alternatives),
								expression, group->label, &group->values[i]);
		}
		return;
	}
	intervals = imgcat_merged_intervals(group, compiler->now, &count);
	if (count == 0)
		return;
	low = ends_parameter(compiler, group->label, intervals, count, false);
	high = ends_parameter(compiler, group->label, intervals, count, true);
	appendStringInfo(imgcat_next_alternative(alternatives),
					 "%s <= $%d[width_bucket(%s, $%d)]",
					 expression, high, expression, low);
}

/*
 * The members of an enum whose lower-case names match the value's regular
 * expression.  None at all is an error, as for any modified value.
 */
static uint32
regex_members(const ImgcatSearchGroup *group, const ImgcatSearchValue *value)
{
	const ImgcatSearchEnum *names = group->label->names;
	uint32		members = 0;
	regex_t		regex;
	int			i;

	/* the names are ASCII, and so is their order */
	imgcat_compile_regex(&regex, value->match.str, C_COLLATION_OID,
						 group->spelling, value->raw);
	for (i = 0; i < names->count; i++)
	{
		char	   *name = asc_tolower(names->names[i],
									   strlen(names->names[i]));
		int			length = strlen(name);
		pg_wchar   *wide = palloc((length + 1) * sizeof(pg_wchar));
		int			wide_length = pg_mb2wchar_with_len(name, wide, length);
		bool		matches;

		matches = pg_regexec(&regex, wide, wide_length, 0, NULL, 0, NULL,
							 0) == REG_OKAY;
		if (matches != value->match.negated)
			members |= UINT32_C(1) << i;
	}
	pg_regfree(&regex);
	if (members == 0)
		imgcat_refuse_search("no such enum value", group->spelling, value->raw,
							 "The documentation of the label lists its values.");
	return members;
}

/*
 * The members of an enum that the values of a group name.
 */
uint32
imgcat_enum_members(const ImgcatSearchGroup *group)
{
	uint32		members = 0;

	for (int i = 0; i < group->nvalues; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (group->values[i].form == IMGCAT_FORM_ENUM)
			members |= group->values[i].members;
		else if (group->values[i].form == IMGCAT_FORM_ENUM_REGEX)
			members |= regex_members(group, &group->values[i]);
	}
	return members;
}

/*
 * Append the condition of all enum values of a group: one set of numbers.
 */
static void
add_members(ImgcatSearchCompiler *compiler, ImgcatAlternatives *alternatives,
			const char *expression, const ImgcatSearchGroup *group)
{
	uint32		members;
	Datum		numbers[32];
	int			count = 0;
	int			i;

	for (i = 0; i < group->nvalues; i++)
	{
		if (group->values[i].form == IMGCAT_FORM_ENUM_REGEX)
			imgcat_count_regex(compiler);
	}
	members = imgcat_enum_members(group);
	for (i = 0; i < group->label->names->count; i++)
	{
		if (members >> i & 1)
			numbers[count++] = Int16GetDatum(i);
	}
	if (count == 1)
		appendStringInfo(imgcat_next_alternative(alternatives), "%s = $%d",
						 expression,
						 imgcat_statement_parameter(compiler->statement,
													INT2OID, numbers[0]));
	else if (count > 1)
	{
		ArrayType  *array = construct_array(numbers, count, INT2OID,
											sizeof(int16), true,
											TYPALIGN_SHORT);

		appendStringInfo(imgcat_next_alternative(alternatives), "%s = ANY ($%d)",
						 expression,
						 imgcat_statement_parameter(compiler->statement,
													INT2ARRAYOID,
													PointerGetDatum(array)));
	}
}

/*
 * Append what a group says of null and of booleans, each once.
 */
static void
add_constants(ImgcatAlternatives *alternatives, const char *expression,
			  bool nullable, const ImgcatSearchGroup *group)
{
	bool		null = false;
	bool		not_null = false;
	bool		boolean[2] = {false, false};

	for (int i = 0; i < group->nvalues; i++)
	{
		const ImgcatSearchValue *value = &group->values[i];

		null |= value->form == IMGCAT_FORM_NULL;
		not_null |= value->form == IMGCAT_FORM_NOT_NULL;
		if (value->form == IMGCAT_FORM_BOOL)
			boolean[value->boolean] = true;
	}
	if (null && nullable)
		appendStringInfo(imgcat_next_alternative(alternatives), "%s IS NULL",
						 expression);
	if (not_null && nullable)
		appendStringInfo(imgcat_next_alternative(alternatives), "%s IS NOT NULL",
						 expression);
	alternatives->always |= not_null && !nullable;
	if (boolean[true])
		appendStringInfoString(imgcat_next_alternative(alternatives), expression);
	if (boolean[false])
		appendStringInfo(imgcat_next_alternative(alternatives), "NOT %s", expression);
}

/*
 * The condition of a group on an expression: one of its values holds.  "true"
 * and "false" when that needs no look at the row.  A map has no expression.
 */
const char *
imgcat_compile_group(ImgcatSearchCompiler *compiler,
					 const ImgcatSearchGroup *group,
					 const char *expression)
{
	const ImgcatSearchColumn *column = imgcat_search_column(group->label);
	ImgcatAlternatives alternatives = {0};

	initStringInfo(&alternatives.str);
	switch (group->label->type)
	{
		case IMGCAT_SEARCH_STRING:
			imgcat_add_texts(compiler, &alternatives, expression, column, group);
			break;
		case IMGCAT_SEARCH_ARRAY:
			imgcat_add_element_texts(compiler, &alternatives, expression, group);
			break;
		case IMGCAT_SEARCH_MAP:
			imgcat_add_map(compiler, &alternatives, group);
			break;
		case IMGCAT_SEARCH_ENUM:
			add_members(compiler, &alternatives, expression, group);
			break;
		case IMGCAT_SEARCH_NUMBER:
		case IMGCAT_SEARCH_INTEGER:
		case IMGCAT_SEARCH_TIME:
			add_intervals(compiler, &alternatives, expression, group);
			break;
		case IMGCAT_SEARCH_BOOL:
		case IMGCAT_SEARCH_SORT_ONLY:
			break;
	}
	add_constants(&alternatives, expression,
				  column != NULL && column->nullable, group);
	return imgcat_finish_alternatives(&alternatives);
}
