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

#include "container/search_value.h"
#include "context.h"
#include "fmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

/*
 * Refuse a search for a value; never returns.
 */
void
imgcat_refuse_search(const char *problem, const char *label,
					 const char *value, const char *hint)
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

/* The conditions on aggregates over a child table, or over the image itself. */
typedef struct Aggregates
{
	const char *conditions;		/* on the columns of d */
	const char *columns;		/* "count(f.cve) AS k1, ..." */
} Aggregates;

/*
 * Compile a group that is about an aggregate.  Those over one table make one
 * subquery.
 */
static void
compile_aggregate(ImgcatSearchCompiler *compiler,
				  const ImgcatSearchGroup *group, int number,
				  Aggregates *tables)
{
	const ImgcatDerivedLabel *derived = imgcat_derived_label(group->label);
	const ImgcatSearchLabel *base = imgcat_search_label(derived->base,
														strlen(derived->base));
	Aggregates *table = &tables[base->table];
	const char *condition = imgcat_compile_group(compiler, group,
												 psprintf("d.k%d", number));

	table->conditions = conjoin(table->conditions, condition);
	table->columns = psprintf("%s%s%s(%s) AS k%d",
							  table->columns != NULL ? table->columns : "",
							  table->columns != NULL ? ", " : "",
							  derived->function,
							  imgcat_search_column(base)->expression, number);
}

/*
 * The condition on an image that its aggregates over a table must meet.
 */
static const char *
aggregate_condition(const Aggregates *aggregates, ImgcatSearchTable table)
{
	const ImgcatSearchFrom *from = imgcat_search_from(table);

	if (strcmp(aggregates->conditions, "false") == 0)
		return "false";
	if (from == NULL)			/* of one row, which is there */
		return psprintf("(SELECT %s FROM (SELECT %s FROM (SELECT i.digest) AS i (digest)) AS d)",
						aggregates->conditions, aggregates->columns);
	return psprintf("(SELECT %s FROM (SELECT %s FROM %s %s WHERE %s.image_key = i.image_key) AS d)",
					aggregates->conditions, aggregates->columns,
					from->name, from->alias, from->alias);
}

/*
 * Compile the groups of a query that was read.
 */
static void
compile_query(ImgcatSearchCompiler *compiler, ImgcatCompiledSearch *search)
{
	const ImgcatSearchQuery *query = &search->query;
	Aggregates	aggregates[IMGCAT_SEARCH_TABLES] = {{0}};
	const char *where = "true";
	int			table;
	int			i;

	for (i = 0; i < query->ngroups; i++)
	{
		const ImgcatSearchGroup *group = &query->groups[i];
		const ImgcatSearchColumn *column;
		const char *condition;

		table = group->label->table;
		if (table == IMGCAT_SEARCH_UNREACHABLE)
			continue;
		if (table == IMGCAT_SEARCH_DERIVED)
		{
			compile_aggregate(compiler, group, i + 1, aggregates);
			continue;
		}
		column = imgcat_search_column(group->label);
		condition = imgcat_compile_group(compiler, group, column != NULL ?
										 column->expression : NULL);
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
		if (aggregates[table].conditions != NULL)
			where = conjoin(where,
							aggregate_condition(&aggregates[table], table));
	}
	/* known labels that images do not have: nothing has them */
	if (query->ngroups > 0 && query->nreachable == 0)
		where = "false";
	search->where = where;
}

/*
 * Compile text[0 .. length), a search query, to a condition; its values
 * become parameters of the statement.  A value that its label cannot take is
 * an error of class 22, a query that is too large one of class 54.
 */
void
imgcat_compile_search(const char *str, size_t length,
					  ImgcatStatement *statement,
					  ImgcatCompiledSearch *search)
{
	ImgcatSearchCompiler compiler = {statement, imgcat_search_now(), 0, 0};
	ImgcatSearchError error;

	memset(search, 0, sizeof(*search));
	if (!imgcat_parse_container_search(str, length, palloc, &search->query,
									   &error))
	{
		if (error.too_large)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("invalid search query: %s", error.message),
					 errhint("%s", error.hint)));
		imgcat_refuse_search(error.message != NULL ? error.message :
							 "out of memory",
							 error.label, error.value, error.hint);
	}
	/* which plan is best depends on the values */
	statement->generic = false;
	compile_query(&compiler, search);
}
