/*-------------------------------------------------------------------------
 *
 * list_sql.c
 *		A list request as SQL: its order and keyset, and its conditions.
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
#include "listing/list_sql.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* How a column sorts: a missing value as the empty string, or as zero. */
typedef struct SortExpression
{
	int			column;
	Oid			type;
	const char *expression;
} SortExpression;

static const SortExpression sort_expressions[] = {
	{IMGCAT_COL_NAME, TEXTOID, "COALESCE(i.name, '')"},
	/* as text: the indexes of enums hold it so */
	{IMGCAT_COL_STATUS, TEXTOID, "i.status::text"},
	{IMGCAT_COL_CONTAINER_FORMAT, TEXTOID, "COALESCE(i.container_format, '')"},
	{IMGCAT_COL_DISK_FORMAT, TEXTOID, "COALESCE(i.disk_format, '')"},
	{IMGCAT_COL_SIZE, INT8OID, "COALESCE(i.size, 0)"},
	{IMGCAT_COL_ID, UUIDOID, "i.id"},
	{IMGCAT_COL_CREATED_AT, TIMESTAMPTZOID, "i.created_at"},
	{IMGCAT_COL_UPDATED_AT, TIMESTAMPTZOID, "i.updated_at"},
};

/*
 * How a column sorts.
 */
static const SortExpression *
sort_expression(const ImgcatSortSpec *sort, int at)
{
	int			column = imgcat_sort_attribute(sort->keys[at].attribute)->column;

	for (int i = 0; i < (int) lengthof(sort_expressions); i++)
		if (sort_expressions[i].column == column)
			return &sort_expressions[i];
	elog(ERROR, "column %d has no sort expression", column);
}

/*
 * How a column stands in the indexes: by its sort expression if it has one.
 */
const char *
imgcat_indexed_expression(int column, const char *otherwise)
{
	for (int i = 0; i < (int) lengthof(sort_expressions); i++)
		if (sort_expressions[i].column == column)
			return sort_expressions[i].expression;
	return otherwise;
}

/*
 * Number of sort keys that matter: nothing ties after the id.
 */
int
imgcat_sort_length(const ImgcatSortSpec *sort)
{
	for (int i = 0; i < sort->nkeys; i++)
		if (sort_expression(sort, i)->column == IMGCAT_COL_ID)
			return i + 1;
	return sort->nkeys;
}

/*
 * Is the sort (created_at, id)?
 */
bool
imgcat_sorts_by_creation(const ImgcatSortSpec *sort)
{
	return imgcat_sort_length(sort) == 2 &&
		sort_expression(sort, 0)->column == IMGCAT_COL_CREATED_AT &&
		sort_expression(sort, 1)->column == IMGCAT_COL_ID;
}

/*
 * The type of a sort key, and so of the marker's parameter.
 */
Oid
imgcat_sort_type(const ImgcatSortSpec *sort, int at)
{
	return sort_expression(sort, at)->type;
}

/*
 * The expression of a sort key.
 */
void
imgcat_append_sort_expression(StringInfo sql, const ImgcatSortSpec *sort, int at)
{
	appendStringInfoString(sql, sort_expression(sort, at)->expression);
}

/*
 * The sort as a keyset; parameters are those of the marker's row, or NULL.
 */
int
imgcat_sort_keyset(const ImgcatSortSpec *sort, const int *parameters,
				   ImgcatKeysetKey *keys)
{
	int			nkeys = imgcat_sort_length(sort);

	for (int i = 0; i < nkeys; i++)
	{
		keys[i].expression = sort_expression(sort, i)->expression;
		keys[i].descending = sort->keys[i].descending;
		keys[i].nullable = false;
		keys[i].parameter = parameters != NULL ? parameters[i] : 0;
	}
	return nkeys;
}

static const char *const column_names[IMGCAT_NUM_COLS] = {
	[IMGCAT_COL_ID] = "i.id",
	[IMGCAT_COL_NAME] = "i.name",
	[IMGCAT_COL_STATUS] = "i.status",
	[IMGCAT_COL_VISIBILITY] = "i.visibility",
	[IMGCAT_COL_PROTECTED] = "i.protected",
	[IMGCAT_COL_OS_HIDDEN] = "i.os_hidden",
	[IMGCAT_COL_OWNER] = "i.owner",
	[IMGCAT_COL_DISK_FORMAT] = "i.disk_format",
	[IMGCAT_COL_CONTAINER_FORMAT] = "i.container_format",
	[IMGCAT_COL_MIN_DISK] = "i.min_disk",
	[IMGCAT_COL_MIN_RAM] = "i.min_ram",
	[IMGCAT_COL_SIZE] = "i.size",
	[IMGCAT_COL_VIRTUAL_SIZE] = "i.virtual_size",
	[IMGCAT_COL_CHECKSUM] = "i.checksum",
	[IMGCAT_COL_OS_HASH_ALGO] = "i.os_hash_algo",
	[IMGCAT_COL_OS_HASH_VALUE] = "i.os_hash_value",
	[IMGCAT_COL_CREATED_AT] = "i.created_at",
	[IMGCAT_COL_UPDATED_AT] = "i.updated_at",
};

static const char *const comparison_operators[] = {
	[IMGCAT_EQ] = "=",
	[IMGCAT_NEQ] = "<>",
	[IMGCAT_LT] = "<",
	[IMGCAT_LTE] = "<=",
	[IMGCAT_GT] = ">",
	[IMGCAT_GTE] = ">=",
};

/*
 * A range of times: from low on, and before high.
 */
void
imgcat_append_time_range(ImgcatStatement *statement, const char *column,
						 TimestampTz low, TimestampTz high, StringInfo where)
{
	if (low != PG_INT64_MIN)
		appendStringInfo(where, " AND %s >= $%d", column,
						 imgcat_statement_parameter(statement, TIMESTAMPTZOID,
													TimestampTzGetDatum(low)));
	if (high != PG_INT64_MAX)
		appendStringInfo(where, " AND %s < $%d", column,
						 imgcat_statement_parameter(statement, TIMESTAMPTZOID,
													TimestampTzGetDatum(high)));
}

/*
 * What is not in a range of times.
 */
static void
append_time_outside(ImgcatStatement *statement,
					const ImgcatCondition *condition, StringInfo where)
{
	const char *column = column_names[condition->column];

	appendStringInfo(where, " AND (%s < $%d OR %s >= $%d)", column,
					 imgcat_statement_parameter(statement, TIMESTAMPTZOID,
												TimestampTzGetDatum(condition->low)),
					 column,
					 imgcat_statement_parameter(statement, TIMESTAMPTZOID,
												TimestampTzGetDatum(condition->high)));
}

/*
 * GIN keys of facets.
 */
static Datum
facet_keys(const Datum *facets, int nfacets)
{
	Datum	   *keys = palloc(sizeof(Datum) * Max(nfacets, 1));

	for (int i = 0; i < nfacets; i++)
		keys[i] = Int64GetDatum(imgcat_gin_key_of_facet(DatumGetTextPP(facets[i])));
	return PointerGetDatum(construct_array(keys, nfacets, INT8OID, 8,
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * A comparison (@> or &&) of an image's facets with others.
 *
 * By the index, their GIN keys are compared, which other facets may share; so
 * the facets themselves are compared, too, in a way that the planner does not
 * take for one more restriction.
 */
static void
append_facet_comparison(ImgcatStatement *statement, const char *comparison,
						const Datum *facets, int nfacets,
						ImgcatFacetSource source, StringInfo where)
{
	int			parameter =
	imgcat_statement_parameter(statement, TEXTARRAYOID,
							   PointerGetDatum(construct_array((Datum *) facets, nfacets, TEXTOID,
															   -1, false, TYPALIGN_INT)));

	if (source == IMGCAT_FACETS_OF_ROW)
		appendStringInfo(where, " AND i.facets %s $%d", comparison, parameter);
	else
		appendStringInfo(where, " AND COALESCE(i.facets %s $%d, false)"
						 " AND " IMGCAT_SEARCH " %s $%d",
						 comparison, parameter, comparison,
						 imgcat_statement_parameter(statement, INT8ARRAYOID,
													facet_keys(facets, nfacets)));
}

/*
 * Facets that must all be there go into one containment, for one scan of
 * their index.
 */
static void
append_facet_conditions(ImgcatStatement *statement,
						const ImgcatListRequest *request,
						ImgcatFacetSource source, StringInfo where)
{
	Datum	   *facets = palloc(sizeof(Datum) * (request->nconditions + 1));
	int			nfacets = 0;

	for (int i = 0; i < request->nconditions; i++)
		if (request->conditions[i].kind == IMGCAT_COND_FACET)
			facets[nfacets++] = request->conditions[i].value;
	if (nfacets > 0)
		append_facet_comparison(statement, "@>", facets, nfacets, source, where);
}

/*
 * Facets of which one must be there.
 */
static void
append_any_facet(ImgcatStatement *statement, Datum array,
				 ImgcatFacetSource source, StringInfo where)
{
	Datum	   *facets;
	bool	   *nulls;
	int			nfacets;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false,
					  TYPALIGN_INT, &facets, &nulls, &nfacets);
	append_facet_comparison(statement, "&&", facets, nfacets, source, where);
}

/*
 * A text equality.  The indexes hold a missing value as the empty string, and
 * only a comparison with that must tell the two apart.
 */
static void
append_text_condition(ImgcatStatement *statement, int column, Datum value,
					  StringInfo where)
{
	appendStringInfo(where, " AND %s = $%d",
					 imgcat_indexed_expression(column, column_names[column]),
					 imgcat_statement_parameter(statement, TEXTOID, value));
	if (VARSIZE_ANY_EXHDR(DatumGetPointer(value)) == 0)
		appendStringInfo(where, " AND %s IS NOT NULL", column_names[column]);
}

/*
 * A number comparison.  A missing number compares with nothing.
 */
static void
append_number_condition(ImgcatStatement *statement,
						const ImgcatCondition *condition, StringInfo where)
{
	appendStringInfo(where, " AND %s %s $%d AND %s IS NOT NULL",
					 imgcat_indexed_expression(condition->column,
											   column_names[condition->column]),
					 comparison_operators[condition->op],
					 imgcat_statement_parameter(statement, INT8OID,
												condition->value),
					 column_names[condition->column]);
}

/*
 * The images that have any of some GIN keys.
 */
void
imgcat_append_keys(ImgcatStatement *statement, const int64 *keys, int nkeys,
				   StringInfo where)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(nkeys, 1));

	for (int i = 0; i < nkeys; i++)
		values[i] = Int64GetDatum(keys[i]);
	appendStringInfo(where, " AND " IMGCAT_SEARCH " && $%d",
					 imgcat_statement_parameter(statement, INT8ARRAYOID,
												PointerGetDatum(construct_array(values, nkeys, INT8OID, 8,
																				FLOAT8PASSBYVAL, TYPALIGN_DOUBLE))));
}

/*
 * What keeps images off any listing: the predicate of the partial indexes,
 * word for word.
 */
void
imgcat_append_listable(StringInfo sql, const ImgcatListRequest *request)
{
	appendStringInfoString(sql, request->hidden ? "i.os_hidden" : "NOT i.os_hidden");
	if (!request->deleted)
		appendStringInfoString(sql, " AND i.status <> 'deleted' AND i.status <> 'killed'");
}

/*
 * The conditions of the request on image i, each behind an AND; all but the
 * range of created_at.
 */
void
imgcat_append_conditions(ImgcatStatement *statement,
						 const ImgcatListRequest *request,
						 ImgcatFacetSource source, StringInfo where)
{
	append_facet_conditions(statement, request, source, where);
	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];
		const char *column = condition->column >= 0
		? column_names[condition->column] : NULL;

		switch (condition->kind)
		{
			case IMGCAT_COND_NEVER:
				appendStringInfoString(where, " AND false");
				break;
			case IMGCAT_COND_TEXT:
				append_text_condition(statement, condition->column,
									  condition->value, where);
				break;
			case IMGCAT_COND_TEXT_IN:
				appendStringInfo(where, " AND %s = ANY ($%d)", column,
								 imgcat_statement_parameter(statement, TEXTARRAYOID,
															condition->value));
				break;
			case IMGCAT_COND_UUID_IN:
				appendStringInfo(where, " AND %s = ANY ($%d)", column,
								 imgcat_statement_parameter(statement, UUIDARRAYOID,
															condition->value));
				break;
			case IMGCAT_COND_BOOL:
				appendStringInfo(where, " AND %s%s",
								 DatumGetBool(condition->value) ? "" : "NOT ",
								 column);
				break;
			case IMGCAT_COND_NUMBER:
				append_number_condition(statement, condition, where);
				break;
			case IMGCAT_COND_TIME_RANGE:
				imgcat_append_time_range(statement, column, condition->low,
										 condition->high, where);
				break;
			case IMGCAT_COND_TIME_OUTSIDE:
				append_time_outside(statement, condition, where);
				break;
			case IMGCAT_COND_FACET:
				break;			/* done above */
			case IMGCAT_COND_ANY_FACET:
				append_any_facet(statement, condition->value, source, where);
				break;
			case IMGCAT_COND_NOT_FACET:
				appendStringInfo(where, " AND NOT i.facets @> ARRAY[$%d]",
								 imgcat_statement_parameter(statement, TEXTOID,
															condition->value));
				break;
			case IMGCAT_COND_DEFAULT_ENTERPRISE:
				appendStringInfoString(where,
									   " AND COALESCE(i.properties ->> 'enterprise_project_id', '')"
									   " IN ('', '0')");
				break;
		}
	}
}
