/*-------------------------------------------------------------------------
 *
 * list_explain.h
 *		A plan of a list as text.
 *
 * src/listing/list_explain.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_EXPLAIN_H
#define IMGCAT_LIST_EXPLAIN_H

#include "listing/list_plan.h"
#include "utils/tuplestore.h"

extern void imgcat_explain_list(ImgcatListPlan *plan, bool analyze,
								Tuplestorestate *tuplestore,
								TupleDesc tupdesc);

#endif							/* IMGCAT_LIST_EXPLAIN_H */
