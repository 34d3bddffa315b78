/*-------------------------------------------------------------------------
 *
 * search_sql.c
 *		A container search compiled to a condition on container_images.
 *
 * Conditions on one child table hold on one row, so they make one EXISTS;
 * different tables know nothing of each other.  Names come from
 * search_columns.c, values become parameters: the same shape of search gives
 * the same text, and nothing that a client wrote is in it.
 *
 * The statement runs with search_path = pg_catalog (the functions that search
 * set it), so operators need no schema.
 *
 * src/container/search_sql.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "compat.h"
#include "container/search_sql.h"
#include "context.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "regex/regex.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* What the steps of a compilation share. */
typedef struct Compiler
{
	ImgcatStatement *statement;
	TimestampTz now;			/* one instant for the whole search */
} Compiler;

/* A disjunction that is being written. */
typedef struct Alternatives
{
	StringInfoData text;
	int			count;
	bool		always;			/* some alternative holds of every row */
} Alternatives;

/*
 * Refuse a search for a value; never returns.
 */
static void pg_attribute_noreturn()
refuse_value(const char *problem, const char *label, const char *value,
			 const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid search query: %s", problem),
			 label != NULL && value != NULL ?
			 errdetail("The label \"%s\" cannot take the value \"%s\".",
					   label, value) : 0,
			 hint != NULL ? errhint("%s", hint) : 0));
}

/*
 * The instant that ages are counted from: the setting image_catalog.clock, or
 * the start of the transaction.
 */
TimestampTz
imgcat_search_now(void)
{
	if (imgcat_clock == NULL || *imgcat_clock == '\0')
		return GetCurrentTransactionStartTimestamp();
	return DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in,
												   CStringGetDatum(imgcat_clock),
												   ObjectIdGetDatum(InvalidOid),
												   Int32GetDatum(-1)));
}

/* Add a text parameter; its number. */
static int
text_parameter(Compiler *compiler, const char *text)
{
	return imgcat_statement_parameter(compiler->statement, TEXTOID,
									  CStringGetTextDatum(text));
}

/* Start writing one more alternative; append it to the result. */
static StringInfo
next_alternative(Alternatives *alternatives)
{
	if (alternatives->count++ > 0)
		appendStringInfoString(&alternatives->text, " OR ");
	return &alternatives->text;
}

/*
 * Compile a regular expression, for its errors or to match with; the caller
 * frees it with pg_regfree().  A pattern that is none is the client's error.
 */
static void
compile_regex(regex_t *regex, const char *pattern, Oid collation,
			  const char *label, const char *raw)
{
	int			length = strlen(pattern);
	pg_wchar   *wide = palloc((length + 1) * sizeof(pg_wchar));
	int			wide_length = pg_mb2wchar_with_len(pattern, wide, length);
	int			result;

	result = pg_regcomp(regex, wide, wide_length, REG_ADVANCED | REG_ICASE,
						collation);
	pfree(wide);
	if (result != REG_OKAY)
	{
		char		problem[128];

		pg_regerror(result, regex, problem, sizeof(problem));
		CHECK_FOR_INTERRUPTS();
		refuse_value(psprintf("invalid regular expression: %s", problem),
					 label, raw,
					 "Write a regular expression of PostgreSQL after \"r/\".");
	}
}

/*
 * Refuse what is no regular expression, before the statement runs.  Compiling
 * may cost more than a short page, so the one accepted last is remembered.
 */
static void
check_regex(const char *pattern, const char *label, const char *raw)
{
	static char *accepted = NULL;
	char	   *remembered;
	regex_t		regex;

	if (accepted != NULL && strcmp(accepted, pattern) == 0)
		return;
	compile_regex(&regex, pattern, C_COLLATION_OID, label, raw);
	pg_regfree(&regex);
	remembered = MemoryContextStrdup(TopMemoryContext, pattern);
	if (accepted != NULL)
		pfree(accepted);
	accepted = remembered;
}

/*
 * Append a condition on a string expression.
 *
 * A prefix is compared as lower(...) LIKE lower(...), which is what ILIKE
 * does, for the sake of the indexes on lower(...); an equality on such a
 * column says it once more in lower case, for the same sake.  A text that
 * begins with a wildcard has no use for them, but perhaps for a trigram index.
 */
static void
append_match(Compiler *compiler, StringInfo out, const char *expression,
			 const ImgcatSearchColumn *column, const ImgcatTextMatch *match,
			 const char *label, const char *raw)
{
	switch (match->kind)
	{
		case IMGCAT_MATCH_NONE:
			appendStringInfoString(out, "true");
			break;
		case IMGCAT_MATCH_PREFIX:
			appendStringInfo(out,
							 match->text[0] == '%' || match->text[0] == '_' ?
							 "%s %sILIKE $%d" :
							 "lower(%s) %sLIKE lower($%d)", expression,
							 match->negated ? "NOT " : "",
							 text_parameter(compiler,
											psprintf("%s%%", match->text)));
			break;
		case IMGCAT_MATCH_EXACT:
			if (column != NULL && column->lower_index && !match->negated)
			{
				int			parameter = text_parameter(compiler, match->text);

				appendStringInfo(out, "(%s = $%d AND lower(%s) = lower($%d))",
								 expression, parameter, expression, parameter);
			}
			else
				appendStringInfo(out, "%s %s $%d", expression,
								 match->negated ? "<>" : "=",
								 text_parameter(compiler, match->text));
			break;
		case IMGCAT_MATCH_REGEX:
			check_regex(match->text, label, raw);
			appendStringInfo(out, "%s %s $%d", expression,
							 match->negated ? "!~*" : "~*",
							 text_parameter(compiler, match->text));
			break;
	}
}

/*
 * A bound as a parameter; its number.  An age that leaves the calendar of the
 * server stands for its end.
 */
static int
bound_parameter(Compiler *compiler, const ImgcatSearchLabel *label,
				const ImgcatSearchBound *bound)
{
	const int64 epoch = (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) *
		USECS_PER_DAY;
	int64		instant;

	if (label->type == IMGCAT_SEARCH_INTEGER)
		return imgcat_statement_parameter(compiler->statement, INT8OID,
										  Int64GetDatum(bound->integer));
	if (label->type == IMGCAT_SEARCH_NUMBER)
		return imgcat_statement_parameter(compiler->statement, FLOAT8OID,
										  DirectFunctionCall1(float8in,
															  CStringGetDatum(bound->number)));
	if (bound->relative ?
		pg_sub_s64_overflow(compiler->now, bound->micros, &instant) :
		pg_sub_s64_overflow(bound->micros, epoch, &instant))
		instant = (bound->relative == (bound->micros > 0)) ?
			DT_NOBEGIN : DT_NOEND;
	if (instant < MIN_TIMESTAMP)
		instant = DT_NOBEGIN;
	else if (instant >= END_TIMESTAMP)
		instant = DT_NOEND;
	return imgcat_statement_parameter(compiler->statement, TIMESTAMPTZOID,
									  TimestampTzGetDatum(instant));
}

/* Append a condition that the expression lies in the value's interval. */
static void
append_interval(Compiler *compiler, StringInfo out, const char *expression,
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
	compile_regex(&regex, value->match.text, C_COLLATION_OID,
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
		refuse_value("no such enum value", group->spelling, value->raw,
					 "The documentation of the label lists its values.");
	return members;
}

/*
 * Append the condition of all enum values of a group: one set of numbers.
 */
static void
add_members(Compiler *compiler, Alternatives *alternatives,
			const char *expression, const ImgcatSearchGroup *group)
{
	uint32		members = 0;
	Datum		numbers[32];
	int			count = 0;
	int			i;

	for (i = 0; i < group->nvalues; i++)
	{
		if (group->values[i].form == IMGCAT_FORM_ENUM)
			members |= group->values[i].members;
		else if (group->values[i].form == IMGCAT_FORM_ENUM_REGEX)
			members |= regex_members(group, &group->values[i]);
	}
	for (i = 0; i < group->label->names->count; i++)
	{
		if (members >> i & 1)
			numbers[count++] = Int16GetDatum(i);
	}
	if (count == 1)
		appendStringInfo(next_alternative(alternatives), "%s = $%d",
						 expression,
						 imgcat_statement_parameter(compiler->statement,
													INT2OID, numbers[0]));
	else if (count > 1)
	{
		ArrayType  *array = construct_array(numbers, count, INT2OID,
											sizeof(int16), true,
											TYPALIGN_SHORT);

		appendStringInfo(next_alternative(alternatives), "%s = ANY ($%d)",
						 expression,
						 imgcat_statement_parameter(compiler->statement,
													INT2ARRAYOID,
													PointerGetDatum(array)));
	}
}

/*
 * Append a condition on the labels of the image (a map).
 */
static void
add_map(Compiler *compiler, Alternatives *alternatives,
		const ImgcatSearchGroup *group, const ImgcatSearchValue *value)
{
	StringInfo	out;

	if (value->map_form == IMGCAT_MAP_ANY)
	{
		alternatives->always = true;
		return;
	}
	out = next_alternative(alternatives);
	appendStringInfo(out, "%sEXISTS (SELECT FROM image_catalog.container_image_labels m WHERE m.image_key = i.image_key",
					 value->map_form == IMGCAT_MAP_LACKS_KEY ? "NOT " : "");
	if (value->map_form == IMGCAT_MAP_HAS_KEY ||
		value->map_form == IMGCAT_MAP_LACKS_KEY)
		appendStringInfo(out, " AND m.label_key = $%d",
						 text_parameter(compiler, value->key.text));
	if (value->map_form == IMGCAT_MAP_MATCH)
	{
		appendStringInfoString(out, " AND ");
		append_match(compiler, out, "m.label_key", NULL, &value->key,
					 group->spelling, value->raw);
		appendStringInfoString(out, " AND ");
		append_match(compiler, out, "m.label_value", NULL, &value->match,
					 group->spelling, value->raw);
	}
	appendStringInfoChar(out, ')');
}

/*
 * Append one value as an alternative.  Values of an enum are gathered by
 * add_members instead, but for their null tests.
 */
static void
add_value(Compiler *compiler, Alternatives *alternatives,
		  const char *expression, const ImgcatSearchColumn *column,
		  const ImgcatSearchGroup *group, const ImgcatSearchValue *value)
{
	bool		nullable = column != NULL && column->nullable;

	switch (value->form)
	{
		case IMGCAT_FORM_NULL:
			if (nullable)
				appendStringInfo(next_alternative(alternatives), "%s IS NULL",
								 expression);
			break;
		case IMGCAT_FORM_NOT_NULL:
			if (nullable)
				appendStringInfo(next_alternative(alternatives),
								 "%s IS NOT NULL", expression);
			else
				alternatives->always = true;
			break;
		case IMGCAT_FORM_TEXT:
			if (group->label->type == IMGCAT_SEARCH_ARRAY)
			{
				StringInfo	out = next_alternative(alternatives);

				appendStringInfo(out, "EXISTS (SELECT FROM unnest(%s) AS e (element) WHERE ",
								 expression);
				append_match(compiler, out, "e.element", NULL, &value->match,
							 group->spelling, value->raw);
				appendStringInfoChar(out, ')');
			}
			else
				append_match(compiler, next_alternative(alternatives),
							 expression, column, &value->match,
							 group->spelling, value->raw);
			break;
		case IMGCAT_FORM_INTERVAL:
			append_interval(compiler, next_alternative(alternatives),
							expression, group->label, value);
			break;
		case IMGCAT_FORM_BOOL:
			appendStringInfo(next_alternative(alternatives), "%s%s",
							 value->boolean ? "" : "NOT ", expression);
			break;
		case IMGCAT_FORM_ENUM:
		case IMGCAT_FORM_ENUM_REGEX:
			break;
		case IMGCAT_FORM_MAP:
			add_map(compiler, alternatives, group, value);
			break;
	}
}

/*
 * Append the positive equalities of a group as one set, for lists of names
 * may be long.  Only for columns; fewer than two are left to add_value.
 * Returns whether they have been appended.
 */
static bool
add_equalities(Compiler *compiler, Alternatives *alternatives,
			   const ImgcatSearchColumn *column,
			   const ImgcatSearchGroup *group)
{
	Datum	   *texts = palloc(group->nvalues * sizeof(Datum));
	Datum	   *folded = palloc(group->nvalues * sizeof(Datum));
	Oid			collation = column->bytewise ? C_COLLATION_OID :
		DEFAULT_COLLATION_OID;
	int			count = 0;
	int			i;
	int			parameter;

	for (i = 0; i < group->nvalues; i++)
	{
		const ImgcatSearchValue *value = &group->values[i];

		if (value->form != IMGCAT_FORM_TEXT || value->match.negated ||
			value->match.kind != IMGCAT_MATCH_EXACT)
			continue;
		texts[count] = CStringGetTextDatum(value->match.text);
		folded[count] = CStringGetTextDatum(str_tolower(value->match.text,
														strlen(value->match.text),
														collation));
		count++;
	}
	if (count < 2)
		return false;
	parameter = imgcat_statement_parameter(compiler->statement, TEXTARRAYOID,
										   PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT)));
	if (column->lower_index)
		appendStringInfo(next_alternative(alternatives),
						 "(%s = ANY ($%d) AND lower(%s) = ANY ($%d))",
						 column->expression, parameter, column->expression,
						 imgcat_statement_parameter(compiler->statement,
													TEXTARRAYOID,
													PointerGetDatum(construct_array(folded, count, TEXTOID, -1, false, TYPALIGN_INT))));
	else
		appendStringInfo(next_alternative(alternatives), "%s = ANY ($%d)",
						 column->expression, parameter);
	return true;
}

/*
 * The expression of a label that is an aggregate over a child table.
 */
static const char *
derived_expression(const ImgcatSearchLabel *label)
{
	const ImgcatDerivedLabel *derived = imgcat_derived_label(label);
	const ImgcatSearchLabel *base = imgcat_search_label(derived->base,
														strlen(derived->base));
	const ImgcatSearchFrom *from = imgcat_search_from(base->table);

	if (from == NULL)
		return "1";				/* an image counts one image */
	return psprintf("(SELECT %s(%s) FROM %s %s WHERE %s.image_key = i.image_key)",
					derived->function, imgcat_search_column(base)->expression,
					from->name, from->alias, from->alias);
}

/*
 * The condition of a group: one of its values holds.  "true" and "false" when
 * that needs no look at the row.
 */
static const char *
compile_group(Compiler *compiler, const ImgcatSearchGroup *group)
{
	const ImgcatSearchColumn *column = imgcat_search_column(group->label);
	const char *expression = NULL;
	Alternatives alternatives = {0};
	bool		equalities = false;
	int			i;

	if (column != NULL)
		expression = column->expression;
	else if (group->label->table == IMGCAT_SEARCH_DERIVED)
		expression = derived_expression(group->label);
	initStringInfo(&alternatives.text);
	if (group->label->type == IMGCAT_SEARCH_ENUM)
		add_members(compiler, &alternatives, expression, group);
	if (group->label->type == IMGCAT_SEARCH_STRING && group->nvalues > 1)
		equalities = add_equalities(compiler, &alternatives, column, group);
	for (i = 0; i < group->nvalues; i++)
	{
		const ImgcatSearchValue *value = &group->values[i];

		CHECK_FOR_INTERRUPTS();
		if (equalities && value->form == IMGCAT_FORM_TEXT &&
			value->match.kind == IMGCAT_MATCH_EXACT && !value->match.negated)
			continue;
		add_value(compiler, &alternatives, expression, column, group, value);
	}
	if (alternatives.always)
		return "true";
	if (alternatives.count == 0)
		return "false";
	if (alternatives.count == 1)
		return alternatives.text.data;
	return psprintf("(%s)", alternatives.text.data);
}

/* Does a value of the group hold when the image has no row in the table? */
static bool
holds_without_row(const ImgcatSearchGroup *group)
{
	int			i;

	for (i = 0; i < group->nvalues; i++)
	{
		if (group->values[i].form == IMGCAT_FORM_NULL)
			return true;
	}
	return false;
}

/* The conditions, all of which must hold, with one more. */
static const char *
conjoin(const char *conditions, const char *condition)
{
	if (conditions == NULL || strcmp(conditions, "true") == 0)
		return condition;
	if (strcmp(condition, "true") == 0)
		return conditions;
	if (strcmp(conditions, "false") == 0 || strcmp(condition, "false") == 0)
		return "false";
	return psprintf("%s AND %s", conditions, condition);
}

/*
 * The condition that an image has a row of the child table that meets all
 * conditions, or has no row and they hold of nothing.
 */
static const char *
row_condition(ImgcatSearchTable table, const char *conditions,
			  bool without_rows)
{
	const ImgcatSearchFrom *from = imgcat_search_from(table);
	const char *any;
	const char *some;

	any = psprintf("EXISTS (SELECT FROM %s %s WHERE %s.image_key = i.image_key)",
				   from->name, from->alias, from->alias);
	if (strcmp(conditions, "true") == 0)
		some = any;
	else
		some = psprintf("EXISTS (SELECT FROM %s %s WHERE %s.image_key = i.image_key AND %s)",
						from->name, from->alias, from->alias, conditions);
	if (strcmp(conditions, "false") == 0)
		return without_rows ? psprintf("NOT %s", any) : "false";
	return without_rows ? psprintf("(%s OR NOT %s)", some, any) : some;
}

/*
 * Compile the groups of a query that was read.
 */
static void
compile_query(Compiler *compiler, ImgcatCompiledSearch *search)
{
	const ImgcatSearchQuery *query = &search->query;
	const char *where = "true";
	int			table;
	int			i;

	for (i = 0; i < query->ngroups; i++)
	{
		const ImgcatSearchGroup *group = &query->groups[i];
		const char *condition;

		table = group->label->table;
		if (table == IMGCAT_SEARCH_UNREACHABLE)
			continue;
		condition = compile_group(compiler, group);
		if (imgcat_search_from(table) == NULL)
		{
			where = conjoin(where, condition);
			continue;
		}
		search->without_rows[table] = holds_without_row(group) &&
			(search->rows[table] == NULL || search->without_rows[table]);
		search->rows[table] = conjoin(search->rows[table], condition);
	}
	for (table = 0; table < IMGCAT_SEARCH_TABLES; table++)
	{
		if (search->rows[table] != NULL)
			where = conjoin(where,
							row_condition(table, search->rows[table],
										  search->without_rows[table]));
	}
	/* known labels that images do not have: nothing has them */
	if (query->ngroups > 0 && query->nreachable == 0)
		where = "false";
	search->where = where;
}

/*
 * Compile text[0 .. length), a search query, to a condition; its values
 * become parameters of the statement.  A value that its label cannot take is
 * an error of class 22.
 */
void
imgcat_compile_search(const char *text, size_t length,
					  ImgcatStatement *statement,
					  ImgcatCompiledSearch *search)
{
	Compiler	compiler = {statement, imgcat_search_now()};
	ImgcatSearchError error;

	memset(search, 0, sizeof(*search));
	if (!imgcat_parse_container_search(text, length, palloc, &search->query,
									   &error))
		refuse_value(error.message != NULL ? error.message : "out of memory",
					 error.label, error.value, error.hint);
	/* which plan is best depends on the values */
	statement->generic = false;
	compile_query(&compiler, search);
}
