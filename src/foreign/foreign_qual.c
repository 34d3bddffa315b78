/*-------------------------------------------------------------------------
 *
 * foreign_qual.c
 *		Which clauses and orders of a statement the list answers.
 *
 * Only what means exactly the same to the list is taken: operators of the
 * types' own B-trees, with the collation of the column, or for equality one
 * that is deterministic, too.
 *
 * src/foreign/foreign_qual.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "foreign/foreign.h"
#include "image/image_row.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* jsonb ->> text */
#define JSONB_OBJECT_FIELD_TEXT_OP 3477

/*
 * May the column be null?  Of the columns that the list sorts by.
 */
bool
imgcat_column_is_nullable(int column)
{
	return column == IMGCAT_COL_NAME || column == IMGCAT_COL_SIZE ||
		column == IMGCAT_COL_DISK_FORMAT || column == IMGCAT_COL_CONTAINER_FORMAT;
}

/*
 * The column that the expression is; -1: none of the table's.
 */
static int
column_of(const Node *expression, Index relid)
{
	const Var  *var = (const Var *) expression;

	if (!IsA(expression, Var) || var->varno != (int) relid ||
		var->varlevelsup != 0 || var->varattno < 1)
		return -1;
	return var->varattno - 1;
}

/*
 * Is the expression one value for the whole scan?
 */
static bool
is_value(PlannerInfo *root, Expr *expression, Index relid)
{
	return !bms_is_member(relid, pull_varnos(root, (Node *) expression)) &&
		!contain_volatile_functions((Node *) expression) &&
		!contain_subplans((Node *) expression);
}

/*
 * What a comparison of the column with a value asks, by the B-tree of the
 * column's type.  False: that does not know it.
 */
static bool
match_comparison(ImgcatQual *qual, Oid column_type, Oid operator)
{
	Oid			family = lookup_type_cache(column_type, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	int			strategy;
	Oid			left;
	Oid			right;

	if (!op_in_opfamily(operator, family))
		return false;
	get_op_opfamily_properties(operator, family, false, &strategy, &left, &right);
	if (left != column_type)
		return false;
	qual->type = right;
	qual->kind = IMGCAT_QUAL_LESS + (strategy - BTLessStrategyNumber);
	switch (column_type)
	{
		case INT4OID:
		case INT8OID:
			return right == INT2OID || right == INT4OID || right == INT8OID;
		case TIMESTAMPTZOID:
			return right == TIMESTAMPTZOID;
		case TEXTOID:
		case UUIDOID:
		case BOOLOID:
			return right == column_type && strategy == BTEqualStrategyNumber;
		default:
			return false;
	}
}

/*
 * Does equality under the collation mean equality of bytes?
 */
static bool
is_bytewise(Oid collation)
{
	return !OidIsValid(collation) || get_collation_isdeterministic(collation);
}

/*
 * properties ->> name
 */
static bool
match_property(PlannerInfo *root, Node *expression, Index relid, ImgcatQual *qual)
{
	OpExpr	   *arrow = (OpExpr *) expression;

	if (!IsA(expression, OpExpr) || arrow->opno != JSONB_OBJECT_FIELD_TEXT_OP ||
		column_of(linitial(arrow->args), relid) != IMGCAT_COL_PROPERTIES ||
		!is_value(root, lsecond(arrow->args), relid))
		return false;
	qual->column = IMGCAT_COL_PROPERTIES;
	qual->name = lsecond(arrow->args);
	return true;
}

/*
 * left operator right.
 */
static bool
match_operator(PlannerInfo *root, OpExpr *clause, Index relid, ImgcatQual *qual)
{
	Node	   *left = linitial(clause->args);
	Node	   *right;
	Oid			operator = clause->opno;
	int			column;

	if (list_length(clause->args) != 2 || !is_bytewise(clause->inputcollid))
		return false;
	right = lsecond(clause->args);
	if (is_value(root, (Expr *) left, relid))
	{
		Node	   *swap = left;

		left = right;
		right = swap;
		operator = get_commutator(operator);
	}
	if (!OidIsValid(operator) || !is_value(root, (Expr *) right, relid))
		return false;

	qual->value = (Expr *) right;
	column = column_of(left, relid);
	if (column < 0)
	{
		qual->kind = IMGCAT_QUAL_PROPERTY;
		qual->type = TEXTOID;
		return operator == TextEqualOperator &&
			match_property(root, left, relid, qual);
	}
	qual->column = column;
	if (column == IMGCAT_COL_TAGS)
	{
		qual->kind = operator == OID_ARRAY_CONTAINS_OP
			? IMGCAT_QUAL_CONTAINS : IMGCAT_QUAL_OVERLAPS;
		qual->type = TEXTOID;
		return operator == OID_ARRAY_CONTAINS_OP || operator == OID_ARRAY_OVERLAP_OP;
	}
	return match_comparison(qual, exprType(left), operator);
}

/*
 * left = ANY (array), of texts and of identifiers.
 */
static bool
match_any(PlannerInfo *root, ScalarArrayOpExpr *clause, Index relid, ImgcatQual *qual)
{
	Node	   *left = linitial(clause->args);
	Expr	   *array = lsecond(clause->args);
	int			column = column_of(left, relid);

	if (!clause->useOr || !is_bytewise(clause->inputcollid) ||
		!is_value(root, array, relid))
		return false;
	qual->value = array;
	if (column < 0)
	{
		qual->kind = IMGCAT_QUAL_PROPERTY_ANY;
		qual->type = TEXTOID;
		return clause->opno == TextEqualOperator &&
			match_property(root, left, relid, qual);
	}
	qual->column = column;
	if (!match_comparison(qual, exprType(left), clause->opno))
		return false;
	qual->kind = IMGCAT_QUAL_ANY;
	return qual->type == TEXTOID || qual->type == UUIDOID;
}

/*
 * A column of truth values, which is never null.
 */
static bool
match_truth(Node *expression, Index relid, bool is_true, ImgcatQual *qual)
{
	qual->column = column_of(expression, relid);
	qual->kind = is_true ? IMGCAT_QUAL_TRUE : IMGCAT_QUAL_FALSE;
	return qual->column == IMGCAT_COL_PROTECTED || qual->column == IMGCAT_COL_OS_HIDDEN;
}

/*
 * Does the list answer the clause?  If so, set the qual.
 */
bool
imgcat_match_qual(PlannerInfo *root, Expr *clause, Index relid, ImgcatQual *qual)
{
	memset(qual, 0, sizeof(*qual));
	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return match_operator(root, (OpExpr *) clause, relid, qual);
		case T_ScalarArrayOpExpr:
			return match_any(root, (ScalarArrayOpExpr *) clause, relid, qual);
		case T_Var:
			return match_truth((Node *) clause, relid, true, qual);
		case T_BoolExpr:
			return ((BoolExpr *) clause)->boolop == NOT_EXPR &&
				match_truth(linitial(((BoolExpr *) clause)->args), relid, false, qual);
		case T_BooleanTest:
			{
				BooleanTest *test = (BooleanTest *) clause;
				bool		is_true = test->booltesttype == IS_TRUE ||
				test->booltesttype == IS_NOT_FALSE;

				return (is_true || test->booltesttype == IS_FALSE ||
						test->booltesttype == IS_NOT_TRUE) &&
					match_truth((Node *) test->arg, relid, is_true, qual);
			}
		case T_NullTest:
			{
				NullTest   *test = (NullTest *) clause;

				qual->column = column_of((Node *) test->arg, relid);
				qual->kind = test->nulltesttype == IS_NULL
					? IMGCAT_QUAL_NULL : IMGCAT_QUAL_NOT_NULL;
				return imgcat_column_is_nullable(qual->column);
			}
		default:
			return false;
	}
}

/*
 * What share of the images passes?  By the kind of the qual alone: statistics of
 * values tell of images of other projects, and anybody may read estimates.
 */
double
imgcat_qual_selectivity(const ImgcatQual *qual)
{
	switch (qual->kind)
	{
		case IMGCAT_QUAL_EQUAL:
		case IMGCAT_QUAL_ANY:
			return qual->column == IMGCAT_COL_ID ? 1e-6
				: qual->column == IMGCAT_COL_NAME ? 0.005 : 0.2;
		case IMGCAT_QUAL_CONTAINS:
		case IMGCAT_QUAL_OVERLAPS:
		case IMGCAT_QUAL_PROPERTY:
		case IMGCAT_QUAL_PROPERTY_ANY:
			return 0.05;
		case IMGCAT_QUAL_NULL:
			return 0.1;
		case IMGCAT_QUAL_NOT_NULL:
			return 0.9;
		case IMGCAT_QUAL_TRUE:
			return 0.1;
		case IMGCAT_QUAL_FALSE:
			return 0.9;
		default:
			return 0.33;
	}
}

/*
 * The column that a key of an order is; -1: none that the list sorts by.
 */
static int
column_of_pathkey(const PathKey *pathkey, RelOptInfo *rel)
{
	const EquivalenceClass *class = pathkey->pk_eclass;
	ListCell   *cell;

	if (class->ec_has_volatile)
		return -1;
	foreach(cell, class->ec_members)
	{
		const EquivalenceMember *member = lfirst(cell);
		int			column;
		Oid			type;

		if (member->em_is_const || !bms_equal(member->em_relids, rel->relids))
			continue;
		column = column_of((const Node *) member->em_expr, rel->relid);
		switch (column)
		{
			case IMGCAT_COL_ID:
			case IMGCAT_COL_NAME:
			case IMGCAT_COL_STATUS:
			case IMGCAT_COL_SIZE:
			case IMGCAT_COL_DISK_FORMAT:
			case IMGCAT_COL_CONTAINER_FORMAT:
			case IMGCAT_COL_CREATED_AT:
			case IMGCAT_COL_UPDATED_AT:
				break;
			default:
				continue;
		}
		type = exprType((const Node *) member->em_expr);
		if (pathkey->pk_opfamily ==
			lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf &&
			(type != TEXTOID || class->ec_collation == C_COLLATION_OID))
			return column;
	}
	return -1;
}

/*
 * How many of the keys of an order does the list have?  Sets those keys, as
 * lists of integers.  Behind the identifier nothing ties, so it has all.  Where
 * a missing value stands is settled for the first key only.
 */
int
imgcat_match_order(PlannerInfo *root pg_attribute_unused(), RelOptInfo *rel,
				   List *pathkeys, List **keys, bool *nulls_first)
{
	int			nkeys = 0;
	ListCell   *cell;

	*keys = NIL;
	*nulls_first = false;
	foreach(cell, pathkeys)
	{
		const PathKey *pathkey = lfirst(cell);
		int			column = column_of_pathkey(pathkey, rel);

		if (column < 0 || nkeys == IMGCAT_SORT_KEYS_MAX ||
			(nkeys > 0 && imgcat_column_is_nullable(column)))
			break;
		if (nkeys++ == 0)
			*nulls_first = pathkey->pk_nulls_first;
		*keys = lappend(*keys, list_make2_int(column, imgcat_pathkey_is_descending(pathkey)));
		if (column == IMGCAT_COL_ID)
			return list_length(pathkeys);
	}
	return nkeys;
}

/*
 * The quals as lists of integers; their expressions, one behind another.
 */
List *
imgcat_flat_quals(List *quals, List **expressions)
{
	List	   *flat = NIL;
	ListCell   *cell;

	*expressions = NIL;
	foreach(cell, quals)
	{
		const ImgcatQual *qual = lfirst(cell);

		flat = lappend(flat, list_make3_int(qual->kind, qual->column, (int) qual->type));
		if (qual->name != NULL)
			*expressions = lappend(*expressions, qual->name);
		if (qual->value != NULL)
			*expressions = lappend(*expressions, qual->value);
	}
	return flat;
}

/*
 * The quals that imgcat_flat_quals() took apart; the expressions may have been
 * rewritten since.
 */
List *
imgcat_unflat_quals(List *flat, List *expressions)
{
	List	   *quals = NIL;
	ListCell   *cell;
	int			at = 0;

	foreach(cell, flat)
	{
		List	   *numbers = lfirst(cell);
		ImgcatQual *qual = palloc0(sizeof(ImgcatQual));

		qual->kind = linitial_int(numbers);
		qual->column = lsecond_int(numbers);
		qual->type = (Oid) lthird_int(numbers);
		if (qual->kind == IMGCAT_QUAL_PROPERTY || qual->kind == IMGCAT_QUAL_PROPERTY_ANY)
			qual->name = list_nth(expressions, at++);
		if (OidIsValid(qual->type))
			qual->value = list_nth(expressions, at++);
		quals = lappend(quals, qual);
	}
	return quals;
}
