/*-------------------------------------------------------------------------
 *
 * compat.h
 *		Every difference between the server versions that we build against.
 *
 * The code is written for the newest server; what PostgreSQL 15 lacks is
 * filled in here.  Soft errors (16) become hard ones before 16: a caller that
 * asks SOFT_ERROR_OCCURRED always hears "no", because ereturn() has thrown.
 *
 * src/compat.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_COMPAT_H
#define IMGCAT_COMPAT_H

#include "fmgr.h"
#include "utils/guc.h"

#if PG_VERSION_NUM < 150000
#error "image_catalog needs PostgreSQL 15 or later"
#endif

/* stands in front of a declaration; before 18 an attribute stood behind it */
#if PG_VERSION_NUM < 180000
#define pg_noreturn __attribute__((noreturn))
#endif

/* a statement; 19 asks for it where a comment was enough */
#if PG_VERSION_NUM < 190000
#define pg_fallthrough __attribute__((fallthrough))
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#include "nodes/miscnodes.h"
#define IMGCAT_SOFT_ERRORS(name) ErrorSaveContext name = {.type = T_ErrorSaveContext}
#else
#define IMGCAT_SOFT_ERRORS(name) int name = 0
#define SOFT_ERROR_OCCURRED(escontext) ((void) (escontext), false)
#define errsave(context, ...) \
	do { (void) (context); ereport(ERROR, __VA_ARGS__); } while (0)
#define ereturn(context, dummy_value, ...) \
	do { (void) (context); ereport(ERROR, __VA_ARGS__); return dummy_value; } while (0)
#define DirectInputFunctionCallSafe(func, str, typioparam, typmod, escontext, result) \
	((void) (escontext), \
	 *(result) = DirectFunctionCall3(func, CStringGetDatum(str), \
									 ObjectIdGetDatum(typioparam), \
									 Int32GetDatum(typmod)), \
	 true)
#endif

/* a right to a function; its users include utils/acl.h and catalog/pg_proc.h */
#if PG_VERSION_NUM >= 160000
#define imgcat_function_aclcheck(function, user, mode) \
	object_aclcheck(ProcedureRelationId, function, user, mode)
#else
#define imgcat_function_aclcheck(function, user, mode) \
	pg_proc_aclcheck(function, user, mode)
#endif

/* the array of all settings; its users include utils/guc_tables.h */
#if PG_VERSION_NUM >= 160000
#define imgcat_guc_variables(count) get_guc_variables(count)
#else
#define imgcat_guc_variables(count) \
	(*(count) = GetNumConfigOptions(), get_guc_variables())
#endif

/*
 * Our settings become ours when the library is loaded, which may be within a
 * parallel operation: then, too, the values of their placeholders are to stay.
 * Older minor releases lack the flag; there they are lost.
 */
#ifdef GUC_ALLOW_IN_PARALLEL
#define IMGCAT_GUC_FLAGS GUC_ALLOW_IN_PARALLEL
#else
#define IMGCAT_GUC_FLAGS 0
#endif

/* since 18 a bitmap's iterator hands out rows by a call (bitmap_iterator.h) */
#if PG_VERSION_NUM >= 180000
#define IMGCAT_PRIVATE_BITMAP_ITERATOR
#endif

/* reading a bitmap of rows; its users include nodes/tidbitmap.h and genam.h */
#if PG_VERSION_NUM >= 180000
#define imgcat_index_beginscan_bitmap(index, snapshot, nkeys) \
	index_beginscan_bitmap(index, snapshot, NULL, nkeys)
#else
#define imgcat_index_beginscan_bitmap(index, snapshot, nkeys) \
	index_beginscan_bitmap(index, snapshot, nkeys)
#endif

/*
 * 18 counts index searches in an argument; scans of 19 take flags, of which we
 * want none.  Users include access/tableam.h and, for an index, genam.h.
 */
#if PG_VERSION_NUM >= 190000
#define imgcat_index_beginscan(table, index, snapshot, nkeys, norderbys) \
	index_beginscan(table, index, snapshot, NULL, nkeys, norderbys, SO_NONE)
#elif PG_VERSION_NUM >= 180000
#define imgcat_index_beginscan(table, index, snapshot, nkeys, norderbys) \
	index_beginscan(table, index, snapshot, NULL, nkeys, norderbys)
#else
#define imgcat_index_beginscan(table, index, snapshot, nkeys, norderbys) \
	index_beginscan(table, index, snapshot, nkeys, norderbys)
#endif
#if PG_VERSION_NUM >= 190000
#define imgcat_table_beginscan(table, snapshot, nkeys, keys) \
	table_beginscan(table, snapshot, nkeys, keys, SO_NONE)
#define imgcat_table_index_fetch_begin(table) \
	table_index_fetch_begin(table, SO_NONE)
#else
#define imgcat_table_beginscan(table, snapshot, nkeys, keys) \
	table_beginscan(table, snapshot, nkeys, keys)
#define imgcat_table_index_fetch_begin(table) table_index_fetch_begin(table)
#endif

/* Runs the executor for so many rows, perhaps not for the last time. */
#if PG_VERSION_NUM >= 180000
#define imgcat_executor_run(query, direction, count) \
	ExecutorRun(query, direction, count)
#else
#define imgcat_executor_run(query, direction, count) \
	ExecutorRun(query, direction, count, false)
#endif

/*
 * Paths of a foreign table: 17 takes clauses that a pushed join restricts, 18
 * a number of disabled nodes; neither is ours.  Users include
 * optimizer/pathnode.h.
 */
#if PG_VERSION_NUM >= 180000
#define imgcat_foreign_scan_path(root, rel, rows, startup, total, pathkeys, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, 0, startup, total, pathkeys, \
							outer, NULL, NIL, private)
#define imgcat_foreign_upper_path(root, rel, target, rows, startup, total, private) \
	create_foreign_upper_path(root, rel, target, rows, 0, startup, total, NIL, \
							  NULL, NIL, private)
#elif PG_VERSION_NUM >= 170000
#define imgcat_foreign_scan_path(root, rel, rows, startup, total, pathkeys, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, pathkeys, \
							outer, NULL, NIL, private)
#define imgcat_foreign_upper_path(root, rel, target, rows, startup, total, private) \
	create_foreign_upper_path(root, rel, target, rows, startup, total, NIL, \
							  NULL, NIL, private)
#else
#define imgcat_foreign_scan_path(root, rel, rows, startup, total, pathkeys, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, pathkeys, \
							outer, NULL, private)
#define imgcat_foreign_upper_path(root, rel, target, rows, startup, total, private) \
	create_foreign_upper_path(root, rel, target, rows, startup, total, NIL, \
							  NULL, private)
#endif

/* the direction of a key of an order; its users include nodes/pathnodes.h */
#if PG_VERSION_NUM >= 180000
#define imgcat_pathkey_is_descending(pathkey) ((pathkey)->pk_cmptype == COMPARE_GT)
#else
#define imgcat_pathkey_is_descending(pathkey) \
	((pathkey)->pk_strategy == BTGreaterStrategyNumber)
#endif

/* since 19 a row's descriptor is finished before use: who makes one does it */
#if PG_VERSION_NUM < 190000
#define TupleDescFinalize(tupdesc) ((void) (tupdesc))
#endif

/* what builds a jsonb holds its value since 19, and pushing returns nothing */
#if PG_VERSION_NUM < 190000
#include "utils/jsonb.h"
typedef struct JsonbInState
{
	JsonbValue *result;
	JsonbParseState *parseState;
} JsonbInState;
#define pushJsonbValue(state, token, value) \
	((void) ((state)->result = pushJsonbValue(&(state)->parseState, token, value)))
#endif

/* lines of EXPLAIN */
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#else
#include "commands/explain.h"
#endif

#endif							/* IMGCAT_COMPAT_H */
