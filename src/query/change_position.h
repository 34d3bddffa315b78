/*-------------------------------------------------------------------------
 *
 * change_position.h
 *		A place in the feed of changes, as readers keep it.
 *
 * src/query/change_position.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CHANGE_POSITION_H
#define IMGCAT_CHANGE_POSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The reader has had all changes of earlier recordings, of this recording all
 * of transactions before window_begin, and of those from window_begin to before
 * window_end the changes up to number.  All zero: nothing.
 */
typedef struct ImgcatChangePosition
{
	uint64_t	recording;
	uint64_t	window_begin;	/* transaction ids */
	uint64_t	window_end;
	uint64_t	number;
} ImgcatChangePosition;

/* bytes that a position as text takes at most, with the zero byte */
#define IMGCAT_CHANGE_POSITION_SIZE (4 * 16 + 3 + 1)

extern bool imgcat_change_position_parse(const char *str, size_t length,
										 ImgcatChangePosition *position);
extern void imgcat_change_position_print(char *str,
										 const ImgcatChangePosition *position);

#endif							/* IMGCAT_CHANGE_POSITION_H */
