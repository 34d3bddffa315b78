/*-------------------------------------------------------------------------
 *
 * blank.h
 *		The blanks that a client may leave around a value.
 *
 * src/query/blank.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_BLANK_H
#define IMGCAT_BLANK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * ASCII white space.  Not isspace(), which asks the locale.
 */
static inline bool
imgcat_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * Cut the blanks off both ends of the slice (*text, *length).
 */
static inline void
imgcat_strip_blanks(const char **str, size_t *length)
{
	while (*length > 0 && imgcat_is_blank(**str))
	{
		(*str)++;
		(*length)--;
	}
	while (*length > 0 && imgcat_is_blank((*str)[*length - 1]))
		(*length)--;
}

#endif							/* IMGCAT_BLANK_H */
