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
 * The text is made of the words in this file only; whatever a client wrote
 * travels as a parameter.  Requests of one shape give one text.
 *
 * src/listing/list_statement.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "image/image_row.h"
#include "listing/list_statement.h"
#include "plan_cache.h"
#include "query/uuid.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* the predicate of the partial indexes, word for word */
#define LIVE "i.status <> 'deleted' AND i.status <> 'killed'"

/* A union arm: one visibility, of everybody, of the caller, or by membership. */
typedef enum ArmKind
{
	ARM_EVERYBODY,
	ARM_OWN,
	ARM_MEMBER
} ArmKind;

typedef struct Arm
{
	ArmKind		kind;
	const char *visibility;
	const char *member_status;	/* of ARM_MEMBER */
} Arm;

#define MAX_ARMS 8

/* How a column sorts: a missing value as the empty string, or as zero. */
typedef struct SortExpression
{
	int			column;
	Oid			type;
	const char *expression;
} SortExpression;

static const SortExpression sort_expressions[] = {
	{IMGCAT_COL_NAME, TEXTOID, "COALESCE(i.name, '')"},
	{IMGCAT_COL_STATUS, TEXTOID, "i.status"},
	{IMGCAT_COL_CONTAINER_FORMAT, TEXTOID, "COALESCE(i.container_format, '')"},
	{IMGCAT_COL_DISK_FORMAT, TEXTOID, "COALESCE(i.disk_format, '')"},
	{IMGCAT_COL_SIZE, INT8OID, "COALESCE(i.size, 0)"},
	{IMGCAT_COL_ID, UUIDOID, "i.id"},
	{IMGCAT_COL_CREATED_AT, TIMESTAMPTZOID, "i.created_at"},
	{IMGCAT_COL_UPDATED_AT, TIMESTAMPTZOID, "i.updated_at"},
};

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
 * An empty statement.
 */
void
imgcat_statement_begin(ImgcatStatement *statement)
{
	initStringInfo(&statement->sql);
	statement->nparameters = 0;
	statement->max_parameters = 16;
	statement->types = palloc(sizeof(Oid) * statement->max_parameters);
	statement->values = palloc(sizeof(Datum) * statement->max_parameters);
	statement->generic = true;
}

/*
 * Add a parameter, and return its number, from 1.
 */
int
imgcat_statement_parameter(ImgcatStatement *statement, Oid type, Datum value)
{
	if (statement->nparameters == statement->max_parameters)
	{
		statement->max_parameters *= 2;
		statement->types = repalloc(statement->types,
									sizeof(Oid) * statement->max_parameters);
		statement->values = repalloc(statement->values,
									 sizeof(Datum) * statement->max_parameters);
	}
	statement->types[statement->nparameters] = type;
	statement->values[statement->nparameters] = value;
	return ++statement->nparameters;
}

/*
 * Run the statement for at most max_rows rows (0: all), into the receiver.
 * The caller is connected to SPI.  Execution stops at max_rows, so the work
 * behind later rows is not done.
 */
void
imgcat_statement_execute(ImgcatStatement *statement, uint64 max_rows,
						 DestReceiver *receiver)
{
	SPIPlanPtr	plan;
	SPIExecuteOptions options = {0};
	ParamListInfo parameters = makeParamList(statement->nparameters);
	int			result;

	for (int i = 0; i < statement->nparameters; i++)
	{
		ParamExternData *parameter = &parameters->params[i];

		parameter->value = statement->values[i];
		parameter->isnull = false;
		parameter->pflags = PARAM_FLAG_CONST;
		parameter->ptype = statement->types[i];
	}
	plan = imgcat_plan_with_options(statement->sql.data, statement->nparameters,
									statement->types,
									statement->generic
									? CURSOR_OPT_GENERIC_PLAN
									: CURSOR_OPT_CUSTOM_PLAN);
	options.params = parameters;
	options.read_only = true;
	options.tcount = max_rows;
	options.dest = receiver;
	result = SPI_execute_plan_extended(plan, &options);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not run a listing: %s",
			 SPI_result_code_string(result));
}

/*
 * How a column sorts.
 */
static const SortExpression *
sort_expression(int key)
{
	int			column = imgcat_sort_attribute(key)->column;

	for (int i = 0; i < (int) lengthof(sort_expressions); i++)
		if (sort_expressions[i].column == column)
			return &sort_expressions[i];
	elog(ERROR, "column %d has no sort expression", column);
}

/*
 * Number of sort keys that matter: nothing ties after the id.
 */
static int
sort_length(const ImgcatSortSpec *sort)
{
	for (int i = 0; i < sort->nkeys; i++)
		if (sort_expression(sort->keys[i].attribute)->column == IMGCAT_COL_ID)
			return i + 1;
	return sort->nkeys;
}

/*
 * Is the sort (created_at, id)?  A membership keeps these two, so its index
 * walks in that order.
 */
static bool
sorts_by_creation(const ImgcatSortSpec *sort)
{
	return sort_length(sort) == 2 &&
		sort_expression(sort->keys[0].attribute)->column == IMGCAT_COL_CREATED_AT &&
		sort_expression(sort->keys[1].attribute)->column == IMGCAT_COL_ID;
}

/*
 * The expression of a sort key within an arm.
 */
static const char *
arm_sort_expression(const Arm *arm, const ImgcatSortSpec *sort, int at)
{
	if (arm->kind == ARM_MEMBER && sorts_by_creation(sort))
		return at == 0 ? "m.image_created_at" : "m.image_id";
	return sort_expression(sort->keys[at].attribute)->expression;
}

/*
 * The arms of what the caller may list, with this request's visibility.
 */
static int
list_arms(const ImgcatListRequest *request, const ImgcatCaller *caller,
		  Arm *arms)
{
	ImgcatVisibilityFilter wanted = request->visibility;
	bool		everything = (wanted == IMGCAT_VISIBLE_DEFAULT ||
							  wanted == IMGCAT_VISIBLE_ALL);
	bool		has_project = (caller->project_id != NULL);

	/* an owner filter on somebody else empties the caller's own arms */
	bool		own_possible = has_project &&
		(request->owner == NULL ||
		 strcmp(request->owner, caller->project_id) == 0);
	int			narms = 0;

#define ADD_ARM(kind_, visibility_, status_) \
	(arms[narms].kind = (kind_), \
	 arms[narms].visibility = (visibility_), \
	 arms[narms].member_status = (status_), \
	 narms++)

	if (everything || wanted == IMGCAT_VISIBLE_PUBLIC)
		ADD_ARM(ARM_EVERYBODY, "public", NULL);

	if (wanted == IMGCAT_VISIBLE_ALL || wanted == IMGCAT_VISIBLE_COMMUNITY)
		ADD_ARM(ARM_EVERYBODY, "community", NULL);
	else if (everything && own_possible)
		ADD_ARM(ARM_OWN, "community", NULL);

	if (everything || wanted == IMGCAT_VISIBLE_PRIVATE)
	{
		if (caller->is_admin)
			ADD_ARM(ARM_EVERYBODY, "private", NULL);
		else if (own_possible)
			ADD_ARM(ARM_OWN, "private", NULL);
	}

	if (everything || wanted == IMGCAT_VISIBLE_SHARED)
	{
		/* in IMS, asking for a member status asks for memberships only */
		bool		members_only = request->dialect == IMGCAT_DIALECT_IMS &&
			request->member_status_given && wanted == IMGCAT_VISIBLE_SHARED;

		if (caller->is_admin)
			ADD_ARM(ARM_EVERYBODY, "shared", NULL);
		else
		{
			if (own_possible && !members_only)
				ADD_ARM(ARM_OWN, "shared", NULL);
			if (has_project && request->member_status != NULL)
				ADD_ARM(ARM_MEMBER, "shared", request->member_status);
			else if (has_project)
			{
				/* one arm for each status: each walks its index in order */
				ADD_ARM(ARM_MEMBER, "shared", "pending");
				ADD_ARM(ARM_MEMBER, "shared", "accepted");
				ADD_ARM(ARM_MEMBER, "shared", "rejected");
			}
		}
	}
#undef ADD_ARM
	Assert(narms <= MAX_ARMS);
	return narms;
}

/*
 * A time comparison; by second, the column is compared as it is shown, cut to
 * whole seconds, and so that an index on it still serves.
 */
static void
append_time_condition(ImgcatStatement *statement,
					  const ImgcatCondition *condition, StringInfo where)
{
	const char *column = column_names[condition->column];
	TimestampTz time = DatumGetTimestampTz(condition->value);
	int			at;
	int			next;

	at = imgcat_statement_parameter(statement, TIMESTAMPTZOID,
									TimestampTzGetDatum(time));
	if (!condition->by_second)
	{
		appendStringInfo(where, " AND %s %s $%d", column,
						 comparison_operators[condition->op], at);
		return;
	}

	next = imgcat_statement_parameter(statement, TIMESTAMPTZOID,
									  TimestampTzGetDatum(time + USECS_PER_SEC));
	switch (condition->op)
	{
		case IMGCAT_EQ:
			appendStringInfo(where, " AND %s >= $%d AND %s < $%d",
							 column, at, column, next);
			break;
		case IMGCAT_NEQ:
			appendStringInfo(where, " AND (%s < $%d OR %s >= $%d)",
							 column, at, column, next);
			break;
		case IMGCAT_LT:
			appendStringInfo(where, " AND %s < $%d", column, at);
			break;
		case IMGCAT_LTE:
			appendStringInfo(where, " AND %s < $%d", column, next);
			break;
		case IMGCAT_GT:
			appendStringInfo(where, " AND %s >= $%d", column, next);
			break;
		case IMGCAT_GTE:
			appendStringInfo(where, " AND %s >= $%d", column, at);
			break;
	}
}

/*
 * Facets that must all be there go into one containment, for one scan of
 * their index.
 */
static void
append_facet_conditions(ImgcatStatement *statement,
						const ImgcatListRequest *request, StringInfo where)
{
	Datum	   *facets = palloc(sizeof(Datum) * (request->nconditions + 1));
	int			nfacets = 0;

	for (int i = 0; i < request->nconditions; i++)
		if (request->conditions[i].kind == IMGCAT_COND_FACET)
			facets[nfacets++] = request->conditions[i].value;
	if (nfacets == 0)
		return;
	appendStringInfo(where, " AND i.facets @> $%d",
					 imgcat_statement_parameter(statement, TEXTARRAYOID,
												PointerGetDatum(construct_array(facets, nfacets, TEXTOID, -1,
																				false, TYPALIGN_INT))));
}

/*
 * How a column stands in the indexes: by its sort expression if it has one.
 */
static const char *
indexed_expression(int column)
{
	for (int i = 0; i < (int) lengthof(sort_expressions); i++)
		if (sort_expressions[i].column == column)
			return sort_expressions[i].expression;
	return column_names[column];
}

/*
 * A text equality.  The indexes hold a missing value as the empty string, and
 * only a comparison with that must tell the two apart.
 */
static void
append_text_condition(ImgcatStatement *statement,
					  const ImgcatCondition *condition, StringInfo where)
{
	appendStringInfo(where, " AND %s = $%d",
					 indexed_expression(condition->column),
					 imgcat_statement_parameter(statement, TEXTOID,
												condition->value));
	if (VARSIZE_ANY_EXHDR(DatumGetPointer(condition->value)) == 0)
		appendStringInfo(where, " AND %s IS NOT NULL",
						 column_names[condition->column]);
}

/*
 * A number comparison.  A missing number compares with nothing.
 */
static void
append_number_condition(ImgcatStatement *statement,
						const ImgcatCondition *condition, StringInfo where)
{
	appendStringInfo(where, " AND %s %s $%d AND %s IS NOT NULL",
					 indexed_expression(condition->column),
					 comparison_operators[condition->op],
					 imgcat_statement_parameter(statement, INT8OID,
												condition->value),
					 column_names[condition->column]);
}

/*
 * Is one plan the best for all values of this request's shape?  So it is
 * where the order walks an index of the scope, with at most one equality,
 * which its own index serves.  Ranges and combinations depend on how common
 * the values are.
 */
static bool
is_generic(const ImgcatListRequest *request)
{
	int			nequalities = 0;

	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];

		switch (condition->kind)
		{
			case IMGCAT_COND_NEVER:
			case IMGCAT_COND_NOT_FACET:
				break;
			case IMGCAT_COND_TEXT:
			case IMGCAT_COND_UUID_IN:
			case IMGCAT_COND_BOOL:
				nequalities++;
				break;
			case IMGCAT_COND_TIME:
				if (condition->column != IMGCAT_COL_CREATED_AT ||
					condition->op == IMGCAT_NEQ ||
					!sorts_by_creation(&request->sort))
					return false;
				break;
			default:
				return false;
		}
	}
	return nequalities <= 1;
}

/*
 * All conditions of the request, for every arm alike.
 */
static void
append_conditions(ImgcatStatement *statement, const ImgcatListRequest *request,
				  StringInfo where)
{
	statement->generic = is_generic(request);
	append_facet_conditions(statement, request, where);
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
				append_text_condition(statement, condition, where);
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
			case IMGCAT_COND_TIME:
				append_time_condition(statement, condition, where);
				break;
			case IMGCAT_COND_FACET:
				break;			/* done above */
			case IMGCAT_COND_ANY_FACET:
				appendStringInfo(where, " AND i.facets && $%d",
								 imgcat_statement_parameter(statement, TEXTARRAYOID,
															condition->value));
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

/*
 * Rows after the marker in the order of the sort.
 *
 * In one direction this is a row comparison, one index condition.  In mixed
 * directions it is the same written out; the leading bound, implied by the
 * rest, is what an index can use.
 */
static void
append_keyset(const Arm *arm, const ImgcatSortSpec *sort,
			  const int *marker_parameters, StringInfo where)
{
	int			nkeys = sort_length(sort);
	bool		mixed = false;

	for (int i = 1; i < nkeys; i++)
		if (sort->keys[i].descending != sort->keys[0].descending)
			mixed = true;

	if (!mixed)
	{
		appendStringInfoString(where, " AND (");
		for (int i = 0; i < nkeys; i++)
			appendStringInfo(where, "%s%s", i > 0 ? ", " : "",
							 arm_sort_expression(arm, sort, i));
		appendStringInfo(where, ") %s (",
						 sort->keys[0].descending ? "<" : ">");
		for (int i = 0; i < nkeys; i++)
			appendStringInfo(where, "%s$%d", i > 0 ? ", " : "",
							 marker_parameters[i]);
		appendStringInfoChar(where, ')');
		return;
	}

	appendStringInfo(where, " AND %s %s $%d",
					 arm_sort_expression(arm, sort, 0),
					 sort->keys[0].descending ? "<=" : ">=",
					 marker_parameters[0]);
	for (int i = 0; i < nkeys; i++)
	{
		const char *expression = arm_sort_expression(arm, sort, i);

		appendStringInfo(where, "%s%s %s $%d",
						 i == 0 ? " AND (" : "(",
						 expression,
						 sort->keys[i].descending ? "<" : ">",
						 marker_parameters[i]);
		if (i < nkeys - 1)
			appendStringInfo(where, " OR (%s = $%d AND ",
							 expression, marker_parameters[i]);
	}
	for (int i = 0; i < nkeys; i++)
		appendStringInfoString(where, i < nkeys - 1 ? "))" : ")");
}

/*
 * FROM and WHERE of an arm: its scope, and what keeps rows off any listing.
 */
static void
append_arm_scope(ImgcatStatement *statement, const ImgcatListRequest *request,
				 const Arm *arm, int project_parameter)
{
	StringInfo	sql = &statement->sql;

	if (arm->kind == ARM_MEMBER)
		appendStringInfo(sql,
						 " FROM image_catalog.image_members m"
						 " JOIN image_catalog.images i ON i.id = m.image_id"
						 " WHERE m.member_id = $%d AND m.status = '%s'"
						 " AND m.deleted_at IS NULL"
						 " AND (i.owner <> $%d OR i.owner IS NULL) AND",
						 project_parameter, arm->member_status,
						 project_parameter);
	else if (arm->kind == ARM_OWN)
		appendStringInfo(sql,
						 " FROM image_catalog.images i WHERE i.owner = $%d AND",
						 project_parameter);
	else
		appendStringInfoString(sql, " FROM image_catalog.images i WHERE");

	appendStringInfo(sql, " i.visibility = '%s' AND %s", arm->visibility,
					 request->hidden ? "i.os_hidden" : "NOT i.os_hidden");
	if (!request->dead)
		appendStringInfoString(sql, " AND " LIVE);
}

/*
 * The order of the sort, over the columns s1, s2 ... of alias.
 */
static void
append_order(ImgcatStatement *statement, const ImgcatSortSpec *sort,
			 const Arm *arm)
{
	int			nkeys = sort_length(sort);

	appendStringInfoString(&statement->sql, " ORDER BY ");
	for (int i = 0; i < nkeys; i++)
	{
		if (i > 0)
			appendStringInfoString(&statement->sql, ", ");
		if (arm != NULL)
			appendStringInfoString(&statement->sql,
								   arm_sort_expression(arm, sort, i));
		else
			appendStringInfo(&statement->sql, "i.s%d", i + 1);
		if (sort->keys[i].descending)
			appendStringInfoString(&statement->sql, " DESC");
	}
}

/*
 * The number of rows that the planner is told.  It knows few limits, so that
 * few texts are prepared; execution stops at the real one.
 */
static int64
planned_rows(int64 rows)
{
	return rows <= 32 ? 32 : rows <= 256 ? 256 : 1001 > rows ? 1001 : rows;
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
	Arm			arms[MAX_ARMS];
	int			narms = list_arms(request, caller, arms);
	int			nkeys = sort_length(&request->sort);
	int			project_parameter = 0;
	int			marker_parameters[IMGCAT_SORT_KEYS_MAX + 2];
	StringInfoData where;
	StringInfo	sql;

	imgcat_statement_begin(statement);
	sql = &statement->sql;
	for (int i = 0; i < narms && project_parameter == 0; i++)
		if (arms[i].kind != ARM_EVERYBODY)
			project_parameter =
				imgcat_statement_parameter(statement, TEXTOID,
										   CStringGetTextDatum(caller->project_id));
	if (marker != NULL)
		for (int i = 0; i < nkeys; i++)
			marker_parameters[i] =
				imgcat_statement_parameter(statement,
										   sort_expression(request->sort.keys[i].attribute)->type,
										   marker->values[i]);
	initStringInfo(&where);
	append_conditions(statement, request, &where);

	if (narms == 0)
	{
		appendStringInfo(sql, "SELECT " IMGCAT_IMAGE_COLUMNS
						 " FROM image_catalog.images i WHERE false%s",
						 where.data);
		return;
	}

	if (narms > 1)
		appendStringInfoString(sql, "SELECT " IMGCAT_IMAGE_COLUMNS " FROM (");
	for (int a = 0; a < narms; a++)
	{
		if (a > 0)
			appendStringInfoString(sql, " UNION ALL ");
		appendStringInfo(sql, "%sSELECT " IMGCAT_IMAGE_COLUMNS,
						 narms > 1 ? "(" : "");
		if (narms > 1)
			for (int i = 0; i < nkeys; i++)
				appendStringInfo(sql, ", %s AS s%d",
								 arm_sort_expression(&arms[a], &request->sort, i),
								 i + 1);
		append_arm_scope(statement, request, &arms[a], project_parameter);
		appendStringInfoString(sql, where.data);
		if (marker != NULL)
			append_keyset(&arms[a], &request->sort, marker_parameters, sql);
		append_order(statement, &request->sort, &arms[a]);
		appendStringInfo(sql, " LIMIT " INT64_FORMAT "%s", planned_rows(rows),
						 narms > 1 ? ")" : "");
	}
	if (narms > 1)
	{
		appendStringInfoString(sql, ") i");
		append_order(statement, &request->sort, NULL);
		appendStringInfo(sql, " LIMIT " INT64_FORMAT, planned_rows(rows));
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
	Arm			arms[MAX_ARMS];
	int			narms = list_arms(request, caller, arms);
	int			project_parameter = 0;
	StringInfoData where;
	StringInfo	sql;

	imgcat_statement_begin(statement);
	statement->generic = false;
	sql = &statement->sql;
	for (int i = 0; i < narms && project_parameter == 0; i++)
		if (arms[i].kind != ARM_EVERYBODY)
			project_parameter =
				imgcat_statement_parameter(statement, TEXTOID,
										   CStringGetTextDatum(caller->project_id));
	initStringInfo(&where);
	append_conditions(statement, request, &where);

	appendStringInfoString(sql, "SELECT count(*) FROM (");
	if (narms == 0)
		appendStringInfo(sql, "SELECT 1 FROM image_catalog.images i WHERE false%s",
						 where.data);
	for (int a = 0; a < narms; a++)
	{
		appendStringInfo(sql, "%sSELECT 1", a > 0 ? " UNION ALL " : "");
		append_arm_scope(statement, request, &arms[a], project_parameter);
		appendStringInfoString(sql, where.data);
	}
	appendStringInfoString(sql, ") i");
}

/*
 * A sort key of the marker's row.  Deletion changes two of the keys; where
 * deleted images are not listed, one keeps the place that it had before.
 */
static const char *
marker_expression(const ImgcatListRequest *request, int at)
{
	const SortExpression *expression =
	sort_expression(request->sort.keys[at].attribute);

	if (request->dead)
		return expression->expression;
	if (expression->column == IMGCAT_COL_STATUS)
		return "COALESCE(i.status_before_deletion, i.status)";
	if (expression->column == IMGCAT_COL_UPDATED_AT)
		return "COALESCE(i.updated_at_before_deletion, i.updated_at)";
	return expression->expression;
}

/*
 * Find the marker's place: its row's sort keys.  False: there is no such
 * image, or the caller may not see it, which are told apart to nobody.
 *
 * A deleted image keeps its place for whoever could see it, so its memberships
 * count although they are marked deleted, too.  The caller is connected to
 * SPI; the values are copied to the caller's context before.
 */
bool
imgcat_find_marker(const ImgcatListRequest *request, const ImgcatCaller *caller,
				   ImgcatMarker *marker)
{
	ImgcatStatement statement;
	pg_uuid_t	id;
	int			nkeys = sort_length(&request->sort);
	int			id_parameter;
	SPIPlanPtr	plan;
	HeapTuple	tuple;
	TupleDesc	tupdesc;

	if (!imgcat_parse_uuid(request->marker, strlen(request->marker), id.data))
		return false;

	imgcat_statement_begin(&statement);
	id_parameter = imgcat_statement_parameter(&statement, UUIDOID,
											  UUIDPGetDatum(&id));
	appendStringInfoString(&statement.sql, "SELECT ");
	for (int i = 0; i < nkeys; i++)
		appendStringInfo(&statement.sql, "%s%s", i > 0 ? ", " : "",
						 marker_expression(request, i));
	appendStringInfo(&statement.sql,
					 " FROM image_catalog.images i WHERE i.id = $%d",
					 id_parameter);
	if (!caller->is_admin)
	{
		appendStringInfoString(&statement.sql,
							   " AND (i.visibility IN ('public', 'community')"
							   " OR (i.visibility = 'shared' AND i.owner IS NULL)");
		if (caller->project_id != NULL)
		{
			int			project_parameter =
			imgcat_statement_parameter(&statement, TEXTOID,
									   CStringGetTextDatum(caller->project_id));

			appendStringInfo(&statement.sql,
							 " OR i.owner = $%d OR (i.visibility = 'shared'"
							 " AND EXISTS (SELECT FROM image_catalog.image_members m"
							 " WHERE m.image_id = i.id AND m.member_id = $%d"
							 " AND (m.deleted_at IS NULL OR m.deleted_at = i.deleted_at)))",
							 project_parameter, project_parameter);
		}
		appendStringInfoChar(&statement.sql, ')');
	}

	plan = imgcat_plan_with_options(statement.sql.data, statement.nparameters,
									statement.types, CURSOR_OPT_GENERIC_PLAN);
	if (SPI_execute_plan(plan, statement.values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look up a marker");
	if (SPI_processed == 0)
		return false;

	tuple = SPI_tuptable->vals[0];
	tupdesc = SPI_tuptable->tupdesc;
	for (int i = 0; i < nkeys; i++)
	{
		bool		isnull;

		/* the tuple table lives until SPI_finish, as long as the statement */
		marker->values[i] = SPI_getbinval(tuple, tupdesc, i + 1, &isnull);
		Assert(!isnull);
	}
	return true;
}
