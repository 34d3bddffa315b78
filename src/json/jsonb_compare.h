/*-------------------------------------------------------------------------
 *
 * jsonb_compare.h
 *		Properties of jsonb values in place: equality, hash, depth.
 *
 * src/json/jsonb_compare.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSONB_COMPARE_H
#define IMGCAT_JSONB_COMPARE_H

#include "utils/jsonb.h"

extern bool imgcat_jsonb_equal(const JsonbValue *a, const JsonbValue *b);
extern bool imgcat_jsonb_equal_runs(const JsonbContainer *a, uint32 a_first,
									const JsonbContainer *b, uint32 b_first,
									uint32 count);
extern bool imgcat_jsonb_is_deeper(const JsonbValue *value, int depth);
extern bool imgcat_jsonb_run_is_deeper(const JsonbContainer *container,
									   uint32 first, uint32 count, int depth);
extern uint32 imgcat_jsonb_hash(const JsonbValue *value);

#endif							/* IMGCAT_JSONB_COMPARE_H */
