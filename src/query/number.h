/*-------------------------------------------------------------------------
 *
 * number.h
 *		Integers as clients of the image API write them.
 *
 * src/query/number.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_NUMBER_H
#define IMGCAT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read an integer by the rules of Python's int(): decimal digits, blanks
 * around, one leading sign, single underscores between digits.
 *
 * Returns false when the text is no integer; *value and *out_of_range are
 * then zero and false.  An integer that does not fit returns true with
 * *out_of_range set and *value at the nearest bound, so that a caller that
 * clamps need not ask.
 */
extern bool imgcat_parse_integer(const char *str, size_t length,
								 int64_t *value, bool *out_of_range);

#endif							/* IMGCAT_NUMBER_H */
