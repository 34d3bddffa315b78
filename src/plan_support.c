/*-------------------------------------------------------------------------
 *
 * plan_support.c
 *		What the planner asks about our functions.
 *
 * src/plan_support.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "fmgr.h"
#include "nodes/nodeFuncs.h"
#include "nodes/primnodes.h"
#include "nodes/supportnodes.h"

/* position of "limit" among the arguments of list_images */
#define LIMIT_ARGUMENT 2

PG_FUNCTION_INFO_V1(imgcat_list_images_support);
/*
 * list_images_support(request internal) returns internal: the rows of a page,
 * if its limit is known.
 */
Datum
imgcat_list_images_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	SupportRequestRows *rows;
	List	   *arguments;
	Const	   *limit;

	if (!IsA(request, SupportRequestRows))
		PG_RETURN_POINTER(NULL);
	rows = (SupportRequestRows *) request;
	if (!is_funcclause(rows->node))
		PG_RETURN_POINTER(NULL);
	arguments = ((FuncExpr *) rows->node)->args;
	if (list_length(arguments) <= LIMIT_ARGUMENT ||
		!IsA(list_nth(arguments, LIMIT_ARGUMENT), Const))
		PG_RETURN_POINTER(NULL);

	limit = list_nth_node(Const, arguments, LIMIT_ARGUMENT);
	rows->rows = limit->constisnull ? imgcat_page_limit_default
		: DatumGetInt32(limit->constvalue);
	rows->rows = Min(Max(rows->rows, 1), imgcat_page_limit_max);
	PG_RETURN_POINTER(rows);
}
