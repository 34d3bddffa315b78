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

/*
 * Most plans that a session keeps, and most bytes of them; those used longest
 * ago make room.  A plan larger than the bytes is not kept.
 */
#define IMGCAT_PLAN_CACHE_SIZE 128
#define IMGCAT_PLAN_CACHE_BYTES ((Size) 16 * 1024 * 1024)

extern int	imgcat_plans_enter(void);
extern void imgcat_plans_leave(int mark, bool failed);

extern SPIPlanPtr imgcat_plan(const char *sql, int nargs, const Oid *argtypes);
extern SPIPlanPtr imgcat_plan_with_options(const char *sql, int nargs,
										   const Oid *argtypes,
										   int cursor_options);

#endif							/* IMGCAT_PLAN_CACHE_H */
