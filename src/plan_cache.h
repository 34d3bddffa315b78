/*-------------------------------------------------------------------------
 *
 * plan_cache.h
 *		Plans kept for the session, one for each statement text.
 *
 * src/plan_cache.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_PLAN_CACHE_H
#define IMGCAT_PLAN_CACHE_H

#include "executor/spi.h"

/* most plans that a session keeps; the one used longest ago makes room */
#define IMGCAT_PLAN_CACHE_SIZE 128

extern SPIPlanPtr imgcat_plan(const char *sql, int nargs, const Oid *argtypes);
extern SPIPlanPtr imgcat_plan_with_options(const char *sql, int nargs,
										   const Oid *argtypes,
										   int cursor_options);

#endif							/* IMGCAT_PLAN_CACHE_H */
