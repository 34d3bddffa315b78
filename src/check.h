/*-------------------------------------------------------------------------
 *
 * check.h
 *		What is derived, compared with what it is derived from.
 *
 * src/check.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CHECK_H
#define IMGCAT_CHECK_H

#include "nodes/execnodes.h"

/* most differences that are told of one kind */
#define IMGCAT_CHECK_LINES 100

extern void imgcat_check_line(ReturnSetInfo *result, const char *line);
extern void imgcat_check_container_rows(ReturnSetInfo *result);

#endif							/* IMGCAT_CHECK_H */
