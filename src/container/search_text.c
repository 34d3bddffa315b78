/*-------------------------------------------------------------------------
 *
 * search_text.c
 *		Texts of a container search, and labels of images, compiled to SQL.
 *
 * A few values are a disjunction, each as the planner likes it best.  Many
 * travel as arrays: what a search costs to plan does not grow with them, and
 * neither does the number of its subqueries.
 *
 * src/container/search_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "container/search_value.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/memutils.h"

/* an array with more elements is hidden from the planner's estimates */
#define MAX_ESTIMATED	100

/* the server keeps as many compiled regular expressions */
#define MAX_REGEXES	32

/* a binary search among fewer texts is as fast as hash tables */
#define MIN_HASHED	40

/* texts of more lengths are not looked for by their length */
#define MAX_LENGTHS	4

/* the labels of the image row i */
#define LABELS_FROM \
	"FROM image_catalog.container_image_labels m WHERE m.image_key = i.image_key"

/* Add a text parameter; its number. */
static int
text_parameter(ImgcatSearchCompiler *compiler, const char *str)
{
	return imgcat_statement_parameter(compiler->statement, TEXTOID,
									  CStringGetTextDatum(str));
}

/* An array of texts as a parameter; its number. */
static int
texts_parameter(ImgcatSearchCompiler *compiler, Datum *texts, int count)
{
	ArrayType  *array = construct_array(texts, count, TEXTOID, -1, false,
										TYPALIGN_INT);

	return imgcat_statement_parameter(compiler->statement, TEXTARRAYOID,
									  PointerGetDatum(array));
}

/* An array of booleans as a parameter; its number. */
static int
bools_parameter(ImgcatSearchCompiler *compiler, Datum *bools, int count)
{
	ArrayType  *array = construct_array(bools, count, BOOLOID, sizeof(bool),
										true, TYPALIGN_CHAR);

	return imgcat_statement_parameter(compiler->statement, BOOLARRAYOID,
									  PointerGetDatum(array));
}

/* The text in lower case, as lower() of the column gives it. */
static Datum
lower_text(const char *str, const ImgcatSearchColumn *column)
{
	Oid			collation = column != NULL && column->bytewise ?
	C_COLLATION_OID : DEFAULT_COLLATION_OID;

	return CStringGetTextDatum(str_tolower(str, strlen(str), collation));
}

/*
 * Count a regular expression; too many are an error, for each row would
 * compile them anew.
 */
void
imgcat_count_regex(ImgcatSearchCompiler *compiler)
{
	if (++compiler->nregexes > MAX_REGEXES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("invalid search query: too many regular expressions"),
				 errhint("A query has at most %d; join them by \"|\".",
						 MAX_REGEXES)));
}

/*
 * Compile a regular expression, for its errors or to match with; the caller
 * frees it with pg_regfree().  A pattern that is none is the client's error.
 */
void
imgcat_compile_regex(regex_t *regex, const char *pattern, Oid collation,
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
		imgcat_refuse_search(psprintf("invalid regular expression: %s", problem),
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
	imgcat_compile_regex(&regex, pattern, C_COLLATION_OID, label, raw);
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
append_match(ImgcatSearchCompiler *compiler,
			 StringInfo out, const char *expression,
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
							 match->str[0] == '%' || match->str[0] == '_' ?
							 "%s %sILIKE $%d" :
							 "lower(%s) %sLIKE lower($%d)", expression,
							 match->negated ? "NOT " : "",
							 text_parameter(compiler,
											psprintf("%s%%", match->str)));
			break;
		case IMGCAT_MATCH_EXACT:
			if (column != NULL && column->lower_index && !match->negated)
			{
				int			parameter = text_parameter(compiler, match->str);

				appendStringInfo(out, "(%s = $%d AND lower(%s) = lower($%d))",
								 expression, parameter, expression, parameter);
			}
			else
				appendStringInfo(out, "%s %s $%d", expression,
								 match->negated ? "<>" : "=",
								 text_parameter(compiler, match->str));
			break;
		case IMGCAT_MATCH_REGEX:
			imgcat_count_regex(compiler);
			check_regex(match->str, label, raw);
			appendStringInfo(out, "%s %s $%d", expression,
							 match->negated ? "!~*" : "~*",
							 text_parameter(compiler, match->str));
			break;
	}
}

/*
 * How many values of a group are compared so?
 */
static int
count_texts(const ImgcatSearchGroup *group, ImgcatTextMatchKind kind,
			bool negated)
{
	int			count = 0;

	for (int i = 0; i < group->nvalues; i++)
	{
		const ImgcatSearchValue *value = &group->values[i];

		if (value->form == IMGCAT_FORM_TEXT && value->match.kind == kind &&
			value->match.negated == negated)
			count++;
	}
	return count;
}

/* Does the text of a row come from a subquery? */
static bool
has_subquery(const char *expression)
{
	return strstr(expression, "(SELECT ") != NULL;
}

/*
 * What does it cost to compare one more text of a kind by itself?  The index
 * on the lower case of a column finds what a text begins with, not what it
 * does not begin with.
 */
static ImgcatValueCost
text_cost(const char *expression, const ImgcatSearchColumn *column,
		  bool negated)
{
	if (has_subquery(expression))
		return IMGCAT_VALUE_SUBQUERY;
	return column != NULL && column->lower_index && !negated ?
		IMGCAT_VALUE_INDEXED : IMGCAT_VALUE_PLAIN;
}

/* By bytes. */
static int
compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *) left, *(const char *const *) right);
}

/*
 * Append, for each length that texts have, that so many characters of the
 * expression, in lower case, are one of them: a hash table finds that.  False,
 * and nothing is appended, when there are too many lengths.
 */
static bool
append_beginnings_by_length(ImgcatSearchCompiler *compiler,
							StringInfo out, const char *expression,
							const Datum *texts, int ntexts)
{
	int			lengths[MAX_LENGTHS];
	int			nlengths = 0;
	Datum	   *members = palloc(ntexts * sizeof(Datum));
	int		   *length = palloc(ntexts * sizeof(int));

	for (int i = 0; i < ntexts; i++)
	{
		int			n = 0;

		length[i] = pg_mbstrlen(TextDatumGetCString(texts[i]));
		while (n < nlengths && lengths[n] != length[i])
			n++;
		if (n == MAX_LENGTHS)
			return false;
		if (n == nlengths)
			lengths[nlengths++] = length[i];
	}
	for (int n = 0; n < nlengths; n++)
	{
		int			count = 0;

		for (int i = 0; i < ntexts; i++)
		{
			if (length[i] == lengths[n])
				members[count++] = texts[i];
		}
		appendStringInfo(out, "%sleft(lower(%s), $%d) COLLATE \"C\" = ANY ($%d)",
						 n == 0 ? "(" : " OR ", expression,
						 imgcat_statement_parameter(compiler->statement, INT4OID,
													Int32GetDatum(lengths[n])),
						 texts_parameter(compiler, members, count));
	}
	appendStringInfoChar(out, ')');
	return true;
}

/*
 * Append that the expression begins with one of count texts, in lower case.
 *
 * Where no text begins with another, only the last one that does not come
 * after the expression can be its beginning, and a binary search finds that.
 */
static void
append_beginnings(ImgcatSearchCompiler *compiler,
				  StringInfo out, const char *expression,
				  const char **beginnings, int count)
{
	Datum	   *texts = palloc(count * sizeof(Datum));
	const char *last = NULL;
	int			ntexts = 0;
	int			parameter;

	qsort(beginnings, count, sizeof(char *), compare_texts);
	for (int i = 0; i < count; i++)
	{
		if (last != NULL && strncmp(beginnings[i], last, strlen(last)) == 0)
			continue;
		last = beginnings[i];
		texts[ntexts++] = CStringGetTextDatum(last);
	}
	if (ntexts >= MIN_HASHED && !has_subquery(expression) &&
		append_beginnings_by_length(compiler, out, expression, texts, ntexts))
		return;
	parameter = texts_parameter(compiler, texts, ntexts);
	if (has_subquery(expression))
		appendStringInfo(out, "(SELECT starts_with(v.text, $%d[width_bucket(v.text COLLATE \"C\", $%d)])"
						 " FROM (SELECT lower(%s) OFFSET 0) AS v (text))",
						 parameter, parameter, expression);
	else
		appendStringInfo(out, "starts_with(lower(%s), $%d[width_bucket(lower(%s) COLLATE \"C\", $%d)])",
						 expression, parameter, expression, parameter);
}

/*
 * Append all prefixes of a group as arrays: plain ones, and patterns.  The
 * patterns come from a subquery: the planner would try each on its statistics.
 */
static void
add_prefix_array(ImgcatSearchCompiler *compiler,
				 ImgcatAlternatives *alternatives,
				 const char *expression, const ImgcatSearchColumn *column,
				 const ImgcatSearchGroup *group, bool negated)
{
	const char **beginnings = palloc(group->nvalues * sizeof(char *));
	Datum	   *patterns = palloc(group->nvalues * sizeof(Datum));
	int			nbeginnings = 0;
	int			npatterns = 0;

	for (int i = 0; i < group->nvalues; i++)
	{
		const ImgcatTextMatch *match = &group->values[i].match;

		CHECK_FOR_INTERRUPTS();
		if (group->values[i].form != IMGCAT_FORM_TEXT ||
			match->kind != IMGCAT_MATCH_PREFIX || match->negated != negated)
			continue;
		if (!negated && strpbrk(match->str, "%_\\") == NULL)
			beginnings[nbeginnings++] =
				TextDatumGetCString(lower_text(match->str, column));
		else
			patterns[npatterns++] = lower_text(psprintf("%s%%", match->str),
											   column);
	}
	if (nbeginnings > 0)
		append_beginnings(compiler, imgcat_next_alternative(alternatives),
						  expression, beginnings, nbeginnings);
	if (npatterns > 0)
		appendStringInfo(imgcat_next_alternative(alternatives),
						 "lower(%s) %sLIKE ANY ((SELECT $%d)::text[])",
						 expression, negated ? "NOT " : "",
						 texts_parameter(compiler, patterns, npatterns));
}

/*
 * Append all equalities of a group as one array.  On a column with an index on
 * its lower case it says them once more in lower case.
 */
static void
add_equality_array(ImgcatSearchCompiler *compiler,
				   StringInfo out, const char *expression,
				   const ImgcatSearchColumn *column,
				   const ImgcatSearchGroup *group, bool negated)
{
	Datum	   *texts = palloc(group->nvalues * sizeof(Datum));
	Datum	   *folded = palloc(group->nvalues * sizeof(Datum));
	int			count = 0;
	int			parameter;

	for (int i = 0; i < group->nvalues; i++)
	{
		const ImgcatTextMatch *match = &group->values[i].match;

		CHECK_FOR_INTERRUPTS();
		if (group->values[i].form != IMGCAT_FORM_TEXT ||
			match->kind != IMGCAT_MATCH_EXACT || match->negated != negated)
			continue;
		texts[count] = CStringGetTextDatum(match->str);
		folded[count++] = lower_text(match->str, column);
	}
	parameter = texts_parameter(compiler, texts, count);
	if (negated)
		appendStringInfo(out, "%s <> ANY ($%d)", expression, parameter);
	else if (column != NULL && column->lower_index)
		appendStringInfo(out, count > MAX_ESTIMATED ?
						 "(%s = ANY ($%d) AND lower(%s) = ANY ((SELECT $%d)::text[]))" :
						 "(%s = ANY ($%d) AND lower(%s) = ANY ($%d))",
						 expression, parameter, expression,
						 texts_parameter(compiler, folded, count));
	else
		appendStringInfo(out, "%s = ANY ($%d)", expression, parameter);
}

/*
 * Append the texts of a group.  Two equalities are a set already, for lists of
 * names are common.
 */
void
imgcat_add_texts(ImgcatSearchCompiler *compiler,
				 ImgcatAlternatives *alternatives,
				 const char *expression, const ImgcatSearchColumn *column,
				 const ImgcatSearchGroup *group)
{
	bool		as_array[IMGCAT_MATCH_REGEX + 1][2] = {{false}};

	for (int kind = IMGCAT_MATCH_PREFIX; kind <= IMGCAT_MATCH_EXACT; kind++)
	{
		for (int negated = 0; negated < 2; negated++)
		{
			int			count = count_texts(group, kind, negated);

			as_array[kind][negated] =
				kind == IMGCAT_MATCH_EXACT && !negated ? count > 1 :
				imgcat_travel_as_array(compiler, count,
									   text_cost(expression, column, negated));
			if (!as_array[kind][negated])
				continue;
			if (kind == IMGCAT_MATCH_PREFIX)
				add_prefix_array(compiler, alternatives, expression, column,
								 group, negated);
			else
				add_equality_array(compiler, imgcat_next_alternative(alternatives),
								   expression, column, group, negated);
		}
	}
	for (int i = 0; i < group->nvalues; i++)
	{
		const ImgcatSearchValue *value = &group->values[i];

		CHECK_FOR_INTERRUPTS();
		if (value->form == IMGCAT_FORM_TEXT &&
			!as_array[value->match.kind][value->match.negated])
			append_match(compiler, imgcat_next_alternative(alternatives), expression,
						 column, &value->match, group->spelling, value->raw);
	}
}

/*
 * Append the texts of a group on the elements of an array.
 */
void
imgcat_add_element_texts(ImgcatSearchCompiler *compiler,
						 ImgcatAlternatives *alternatives,
						 const char *expression, const ImgcatSearchGroup *group)
{
	ImgcatAlternatives elements = {0};

	initStringInfo(&elements.str);
	imgcat_add_texts(compiler, &elements, "e.element", NULL, group);
	if (elements.count > 0)
		appendStringInfo(imgcat_next_alternative(alternatives),
						 "EXISTS (SELECT FROM unnest(%s) AS e (element) WHERE %s)",
						 expression, imgcat_finish_alternatives(&elements));
}

/* Does the value look for an entry by key and value, few or many? */
static bool
is_plain_entry(const ImgcatSearchValue *value)
{
	return value->map_form == IMGCAT_MAP_MATCH &&
		value->key.kind != IMGCAT_MATCH_REGEX &&
		value->match.kind != IMGCAT_MATCH_REGEX;
}

/*
 * Append that the entry m is one of many, each a key and a value.
 */
static void
add_entry_arrays(ImgcatSearchCompiler *compiler,
				 ImgcatAlternatives *alternatives,
				 const ImgcatSearchGroup *group)
{
	Datum	   *texts[2];
	Datum	   *exact[2];
	Datum	   *negated = palloc(group->nvalues * sizeof(Datum));
	int			parameters[5];
	int			count = 0;

	for (int half = 0; half < 2; half++)
	{
		texts[half] = palloc(group->nvalues * sizeof(Datum));
		exact[half] = palloc(group->nvalues * sizeof(Datum));
	}
	for (int i = 0; i < group->nvalues; i++)
	{
		const ImgcatSearchValue *value = &group->values[i];

		CHECK_FOR_INTERRUPTS();
		if (!is_plain_entry(value))
			continue;
		for (int half = 0; half < 2; half++)
		{
			const ImgcatTextMatch *match = half == 0 ? &value->key :
			&value->match;

			exact[half][count] = BoolGetDatum(match->kind ==
											  IMGCAT_MATCH_EXACT);
			texts[half][count] = match->kind == IMGCAT_MATCH_EXACT ?
				CStringGetTextDatum(match->str) :
				lower_text(match->kind == IMGCAT_MATCH_NONE ? "%" :
						   psprintf("%s%%", match->str), NULL);
		}
		negated[count++] = BoolGetDatum(value->match.negated);
	}
	for (int half = 0; half < 2; half++)
	{
		parameters[2 * half] = bools_parameter(compiler, exact[half], count);
		parameters[2 * half + 1] = texts_parameter(compiler, texts[half],
												   count);
	}
	parameters[4] = bools_parameter(compiler, negated, count);
	appendStringInfo(imgcat_next_alternative(alternatives),
					 "EXISTS (SELECT FROM (SELECT lower(m.label_key), lower(m.label_value) OFFSET 0) AS lo (key, value), unnest($%d, $%d, $%d, $%d, $%d) AS p (key_exact, key, value_exact, value, negated)"
					 " WHERE CASE WHEN p.key_exact THEN m.label_key = p.key ELSE lo.key LIKE p.key END"
					 " AND CASE WHEN p.value_exact THEN m.label_value = p.value ELSE lo.value LIKE p.value END <> p.negated)",
					 parameters[0], parameters[1], parameters[2],
					 parameters[3], parameters[4]);
}

/*
 * The keys, each once, of the values that ask for a key alone, as an array
 * parameter; its number, 0 for none.  *count gets how many there are.
 */
static int
keys_parameter(ImgcatSearchCompiler *compiler, const ImgcatSearchGroup *group,
			   ImgcatMapForm form, int *count)
{
	const char **keys = palloc(group->nvalues * sizeof(char *));
	Datum	   *texts = palloc(group->nvalues * sizeof(Datum));
	int			nkeys = 0;

	*count = 0;
	for (int i = 0; i < group->nvalues; i++)
	{
		if (group->values[i].map_form == form)
			keys[nkeys++] = group->values[i].key.str;
	}
	if (nkeys == 0)
		return 0;
	qsort(keys, nkeys, sizeof(char *), compare_texts);
	for (int i = 0; i < nkeys; i++)
	{
		if (i == 0 || strcmp(keys[i - 1], keys[i]) != 0)
			texts[(*count)++] = CStringGetTextDatum(keys[i]);
	}
	if (*count == 1)
		return imgcat_statement_parameter(compiler->statement, TEXTOID,
										  texts[0]);
	return texts_parameter(compiler, texts, *count);
}

/*
 * Append the condition that some entry of the labels meets some value.
 */
static void
add_entries(ImgcatSearchCompiler *compiler, ImgcatAlternatives *alternatives,
			const ImgcatSearchGroup *group)
{
	ImgcatAlternatives entries = {0};
	int			nplain = 0;
	int			nkeys;
	int			keys;
	bool		as_arrays;

	initStringInfo(&entries.str);
	keys = keys_parameter(compiler, group, IMGCAT_MAP_HAS_KEY, &nkeys);
	if (nkeys > 0)
		appendStringInfo(imgcat_next_alternative(&entries),
						 nkeys == 1 ? "m.label_key = $%d" :
						 "m.label_key = ANY ($%d)", keys);
	for (int i = 0; i < group->nvalues; i++)
	{
		nplain += is_plain_entry(&group->values[i]);
		entries.always |= group->values[i].map_form == IMGCAT_MAP_HAS_ENTRY;
	}
	as_arrays = imgcat_travel_as_array(compiler, nplain,
									   IMGCAT_VALUE_PLAIN);
	if (as_arrays)
		add_entry_arrays(compiler, &entries, group);
	for (int i = 0; i < group->nvalues; i++)
	{
		const ImgcatSearchValue *value = &group->values[i];
		StringInfo	out;

		if (value->map_form != IMGCAT_MAP_MATCH ||
			(as_arrays && is_plain_entry(value)))
			continue;
		out = imgcat_next_alternative(&entries);
		append_match(compiler, out, "m.label_key", NULL, &value->key,
					 group->spelling, value->raw);
		appendStringInfoString(out, " AND ");
		append_match(compiler, out, "m.label_value", NULL, &value->match,
					 group->spelling, value->raw);
	}
	if (entries.always)
		appendStringInfoString(imgcat_next_alternative(alternatives),
							   "EXISTS (SELECT " LABELS_FROM ")");
	else if (entries.count > 0)
		appendStringInfo(imgcat_next_alternative(alternatives),
						 "EXISTS (SELECT " LABELS_FROM " AND %s)",
						 imgcat_finish_alternatives(&entries));
}

/*
 * Append the conditions on the labels of the image (a map): that it has an
 * entry, that it lacks a key.
 */
void
imgcat_add_map(ImgcatSearchCompiler *compiler,
			   ImgcatAlternatives *alternatives,
			   const ImgcatSearchGroup *group)
{
	int			nlacking;
	int			lacking;

	for (int i = 0; i < group->nvalues; i++)
	{
		if (group->values[i].map_form == IMGCAT_MAP_ANY)
		{
			alternatives->always = true;
			return;
		}
	}
	add_entries(compiler, alternatives, group);
	lacking = keys_parameter(compiler, group, IMGCAT_MAP_LACKS_KEY, &nlacking);
	if (nlacking == 1)
		appendStringInfo(imgcat_next_alternative(alternatives),
						 "NOT EXISTS (SELECT " LABELS_FROM " AND m.label_key = $%d)",
						 lacking);
	else if (nlacking > 1)
		appendStringInfo(imgcat_next_alternative(alternatives),
						 "(SELECT count(*) " LABELS_FROM " AND m.label_key = ANY ($%d)) < %d",
						 lacking, nlacking);
}
