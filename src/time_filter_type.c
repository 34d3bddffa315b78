/*-------------------------------------------------------------------------
 *
 * time_filter_type.c
 *		The type time_filter, timestamptz @@ time_filter, and what the planner
 *		has to know of it.
 *
 * The operator is a notation for the six comparisons.  Its support function
 * turns it into the comparison as soon as the filter is a constant, so that
 * indexes, partitions and estimates are those of the comparison; and because
 * comparisons of timestamptz are leakproof, an index serves under row-level
 * security, too.  What is left for the operator's own function and estimator
 * are filters that come from a column or a parameter.
 *
 * src/time_filter_type.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "compat.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/plancat.h"
#include "query/time_filter.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/*
 * A filter on disk: 12 bytes, as the type is declared; the struct may be
 * padded to 16, which nobody reads.
 */
typedef struct TimeFilter
{
	TimestampTz time;
	int32		op;				/* an ImgcatComparison */
} TimeFilter;

#define TIME_FILTER_SIZE	(offsetof(TimeFilter, op) + sizeof(int32))

StaticAssertDecl(TIME_FILTER_SIZE == 12,
				 "time_filter is declared with INTERNALLENGTH = 12");

#define DatumGetTimeFilterP(datum)	((TimeFilter *) DatumGetPointer(datum))
#define PG_GETARG_TIME_FILTER_P(n)	DatumGetTimeFilterP(PG_GETARG_DATUM(n))

/*
 * A filter, in the current memory context.
 */
static TimeFilter *
make_time_filter(TimestampTz time, ImgcatComparison op)
{
	TimeFilter *filter = palloc0(sizeof(TimeFilter));

	filter->time = time;
	filter->op = op;
	return filter;
}

/*
 * Say why a literal is refused: one primary message, and a detail for each
 * cause.  position is where reading stopped; all before it is plain ASCII, so
 * that cutting there never splits a character.
 */
static int
errdetail_time_filter(ImgcatTimeFilterResult result,
					  const char *literal, size_t position)
{
	switch (result)
	{
		case IMGCAT_TIME_BAD_OPERATOR:
			return errdetail("\"%.*s\" is not an operator.",
							 (int) strcspn(literal, ":"), literal);
		case IMGCAT_TIME_OUT_OF_RANGE:
			return errdetail("In UTC the year is outside 1 to 9999.");
		default:
			if (literal[position] == '\0')
				return errdetail("The time is not complete.");
			return errdetail("The time is not valid from \"%s\" on.",
							 literal + position);
	}
}

PG_FUNCTION_INFO_V1(imgcat_time_filter_in);
/*
 * time_filter_in(cstring) returns time_filter
 */
Datum
imgcat_time_filter_in(PG_FUNCTION_ARGS)
{
	char	   *literal = PG_GETARG_CSTRING(0);
	ImgcatTimeFilter parsed;
	ImgcatTimeFilterResult result;
	size_t		position;

	result = imgcat_time_filter_parse(literal, strlen(literal), &parsed,
									  &position);
	if (result != IMGCAT_TIME_OK)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("invalid input syntax for type %s: \"%s\"",
						"time_filter", literal),
				 errdetail_time_filter(result, literal, position),
				 errhint("Write a time as in \"2018-10-28T10:00:00Z\", or an operator before it as in \"gt:2018-10-28T10:00:00Z\"; operators are eq, neq, lt, lte, gt and gte.")));

	PG_RETURN_POINTER(make_time_filter(parsed.microseconds, parsed.op));
}

PG_FUNCTION_INFO_V1(imgcat_time_filter_out);
/*
 * time_filter_out(time_filter) returns cstring: the normal form, in UTC, the
 * operator always there, the fraction of a second only when it is not zero
 */
Datum
imgcat_time_filter_out(PG_FUNCTION_ARGS)
{
	TimeFilter *filter = PG_GETARG_TIME_FILTER_P(0);
	struct pg_tm tm;
	fsec_t		fsec;
	StringInfoData out;

	if (timestamp2tm(filter->time, NULL, &tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "time_filter is corrupt");

	initStringInfo(&out);
	appendStringInfo(&out, "%s:%04d-%02d-%02dT%02d:%02d:%02d",
					 imgcat_comparison_name(filter->op),
					 tm.tm_year, tm.tm_mon, tm.tm_mday,
					 tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (fsec != 0)
	{
		appendStringInfo(&out, ".%06d", fsec);
		while (out.data[out.len - 1] == '0')
			out.data[--out.len] = '\0';
	}
	appendStringInfoChar(&out, 'Z');
	PG_RETURN_CSTRING(out.data);
}

PG_FUNCTION_INFO_V1(imgcat_time_filter_recv);
/*
 * time_filter_recv(internal) returns time_filter: a byte, the operator in the
 * order eq, neq, lt, lte, gt, gte, then the time as timestamptz sends it
 */
Datum
imgcat_time_filter_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			op = pq_getmsgbyte(message);
	TimestampTz time = pq_getmsgint64(message);

	if (op >= IMGCAT_NCOMPARISONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", "time_filter"),
				 errdetail("%d is not the number of an operator.", op)));
	if (time < IMGCAT_TIME_MIN || time > IMGCAT_TIME_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", "time_filter"),
				 errdetail("In UTC the year is outside 1 to 9999.")));

	PG_RETURN_POINTER(make_time_filter(time, op));
}

PG_FUNCTION_INFO_V1(imgcat_time_filter_send);
/*
 * time_filter_send(time_filter) returns bytea: what time_filter_recv() reads
 */
Datum
imgcat_time_filter_send(PG_FUNCTION_ARGS)
{
	TimeFilter *filter = PG_GETARG_TIME_FILTER_P(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, filter->op);
	pq_sendint64(&out, filter->time);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * Does the time stand to the filter's time as its operator says?
 */
static bool
time_matches(TimestampTz time, const TimeFilter *filter)
{
	switch ((ImgcatComparison) filter->op)
	{
		case IMGCAT_EQ:
			return time == filter->time;
		case IMGCAT_NEQ:
			return time != filter->time;
		case IMGCAT_LT:
			return time < filter->time;
		case IMGCAT_LTE:
			return time <= filter->time;
		case IMGCAT_GT:
			return time > filter->time;
		case IMGCAT_GTE:
			return time >= filter->time;
	}
	return false;				/* no error: the function is leakproof */
}

PG_FUNCTION_INFO_V1(imgcat_time_matches);
/*
 * time_matches(timestamptz, time_filter) returns boolean, the operator @@
 */
Datum
imgcat_time_matches(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(time_matches(PG_GETARG_TIMESTAMPTZ(0),
								PG_GETARG_TIME_FILTER_P(1)));
}

PG_FUNCTION_INFO_V1(imgcat_time_not_matches);
/*
 * time_not_matches(timestamptz, time_filter) returns boolean, the operator !@@
 */
Datum
imgcat_time_not_matches(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!time_matches(PG_GETARG_TIMESTAMPTZ(0),
								 PG_GETARG_TIME_FILTER_P(1)));
}

/*
 * Operator of timestamptz that compares as op says, or as its opposite.
 */
static Oid
comparison_operator(ImgcatComparison op, bool negated)
{
	static const StrategyNumber strategies[IMGCAT_NCOMPARISONS] = {
		[IMGCAT_EQ] = BTEqualStrategyNumber,
		[IMGCAT_NEQ] = BTEqualStrategyNumber,
		[IMGCAT_LT] = BTLessStrategyNumber,
		[IMGCAT_LTE] = BTLessEqualStrategyNumber,
		[IMGCAT_GT] = BTGreaterStrategyNumber,
		[IMGCAT_GTE] = BTGreaterEqualStrategyNumber
	};
	TypeCacheEntry *entry = lookup_type_cache(TIMESTAMPTZOID,
											  TYPECACHE_BTREE_OPFAMILY);
	Oid			result;

	result = get_opfamily_member(entry->btree_opf, TIMESTAMPTZOID,
								 TIMESTAMPTZOID, strategies[op]);
	if (OidIsValid(result) && (op == IMGCAT_NEQ) != negated)
		result = get_negator(result);
	if (!OidIsValid(result))
		elog(ERROR, "timestamptz has no comparison %s",
			 imgcat_comparison_name(op));
	return result;
}

/*
 * A filter that is a constant: the operator and the right side of the plain
 * comparison.
 */
static Const *
comparison_constant(const Const *filter, bool negated, Oid *operator)
{
	TimeFilter *value = DatumGetTimeFilterP(filter->constvalue);

	*operator = comparison_operator(value->op, negated);
	return makeConst(TIMESTAMPTZOID, -1, InvalidOid, sizeof(TimestampTz),
					 TimestampTzGetDatum(value->time), false,
					 FLOAT8PASSBYVAL);
}

/*
 * Turn a call whose filter is a constant into the plain comparison.  Other
 * requests and other calls are left to the planner's defaults.
 */
static Node *
simplify_match(Node *request, bool negated)
{
	FuncExpr   *call;
	Const	   *filter;
	Const	   *time;
	Expr	   *comparison;
	Oid			operator;

	if (!IsA(request, SupportRequestSimplify))
		return NULL;
	call = ((SupportRequestSimplify *) request)->fcall;
	if (list_length(call->args) != 2 || !IsA(lsecond(call->args), Const))
		return NULL;
	filter = lsecond_node(Const, call->args);
	if (filter->constisnull)
		return NULL;

	time = comparison_constant(filter, negated, &operator);
	comparison = make_opclause(operator, BOOLOID, false,
							   linitial(call->args), (Expr *) time,
							   InvalidOid, InvalidOid);
	set_opfuncid((OpExpr *) comparison);
	return (Node *) comparison;
}

PG_FUNCTION_INFO_V1(imgcat_time_matches_support);
/*
 * time_matches_support(internal) returns internal: planner support of @@
 */
Datum
imgcat_time_matches_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(simplify_match((Node *) PG_GETARG_POINTER(0), false));
}

PG_FUNCTION_INFO_V1(imgcat_time_not_matches_support);
/*
 * time_not_matches_support(internal) returns internal: planner support of !@@
 */
Datum
imgcat_time_not_matches_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(simplify_match((Node *) PG_GETARG_POINTER(0), true));
}

/*
 * Estimate how many rows match.  Here come only filters that were no constant
 * when the call could be simplified; one that can be told for the estimate (a
 * stable expression) is estimated as the plain comparison is, any other as a
 * comparison with an unknown value is.
 */
static Selectivity
match_selectivity(FunctionCallInfo fcinfo, bool negated)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	List	   *args = (List *) PG_GETARG_POINTER(2);
	int			var_relid = PG_GETARG_INT32(3);
	Node	   *filter;
	Const	   *time;
	Oid			operator;

	if (list_length(args) != 2)
		return DEFAULT_INEQ_SEL;
	filter = estimate_expression_value(root, lsecond(args));
	if (!IsA(filter, Const))
		return DEFAULT_INEQ_SEL;
	if (((Const *) filter)->constisnull)
		return 0.0;
	time = comparison_constant((Const *) filter, negated, &operator);
	return restriction_selectivity(root, operator,
								   list_make2(linitial(args), time),
								   InvalidOid, var_relid);
}

PG_FUNCTION_INFO_V1(imgcat_time_matches_sel);
/*
 * time_matches_sel(internal, oid, internal, integer) returns float8
 */
Datum
imgcat_time_matches_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(match_selectivity(fcinfo, false));
}

PG_FUNCTION_INFO_V1(imgcat_time_not_matches_sel);
/*
 * time_not_matches_sel(internal, oid, internal, integer) returns float8
 */
Datum
imgcat_time_not_matches_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(match_selectivity(fcinfo, true));
}

/*
 * Order of filters: by time, then by operator.  It means nothing but lets
 * filters be sorted, grouped and kept unique.
 */
static int
compare_filters(const TimeFilter *left, const TimeFilter *right)
{
	if (left->time != right->time)
		return left->time < right->time ? -1 : 1;
	return (left->op > right->op) - (left->op < right->op);
}

PG_FUNCTION_INFO_V1(imgcat_time_filter_cmp);
/*
 * time_filter_cmp(time_filter, time_filter) returns integer
 */
Datum
imgcat_time_filter_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_filters(PG_GETARG_TIME_FILTER_P(0),
									PG_GETARG_TIME_FILTER_P(1)));
}

/*
 * One SQL function a comparison of filters.
 */
#define TIME_FILTER_COMPARISON(name, comparison) \
PG_FUNCTION_INFO_V1(imgcat_time_filter_##name); \
Datum \
imgcat_time_filter_##name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare_filters(PG_GETARG_TIME_FILTER_P(0), \
								   PG_GETARG_TIME_FILTER_P(1)) comparison 0); \
} \
extern Datum imgcat_time_filter_##name(PG_FUNCTION_ARGS)

TIME_FILTER_COMPARISON(eq, ==);
TIME_FILTER_COMPARISON(ne, !=);
TIME_FILTER_COMPARISON(lt, <);
TIME_FILTER_COMPARISON(le, <=);
TIME_FILTER_COMPARISON(gt, >);
TIME_FILTER_COMPARISON(ge, >=);

PG_FUNCTION_INFO_V1(imgcat_time_filter_hash);
/*
 * time_filter_hash(time_filter) returns integer
 */
Datum
imgcat_time_filter_hash(PG_FUNCTION_ARGS)
{
	return hash_any((unsigned char *) PG_GETARG_TIME_FILTER_P(0),
					TIME_FILTER_SIZE);
}

PG_FUNCTION_INFO_V1(imgcat_time_filter_hash_extended);
/*
 * time_filter_hash_extended(time_filter, bigint) returns bigint
 */
Datum
imgcat_time_filter_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((unsigned char *) PG_GETARG_TIME_FILTER_P(0),
							 TIME_FILTER_SIZE, PG_GETARG_INT64(1));
}
