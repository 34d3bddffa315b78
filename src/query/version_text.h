/*-------------------------------------------------------------------------
 *
 * version_text.h
 *		What the version orderings share: slices of a text, runs of digits.
 *
 * ASCII only, whatever the locale says.
 *
 * src/query/version_text.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_VERSION_TEXT_H
#define IMGCAT_VERSION_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "query/blank.h"

/* A slice of a version. */
typedef struct ImgcatVersionText
{
	const char *at;
	size_t		length;
} ImgcatVersionText;

static inline bool
imgcat_version_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
imgcat_version_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline char
imgcat_version_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* The whole text, blanks around it cut off. */
static inline ImgcatVersionText
imgcat_version_text(const char *at, size_t length)
{
	ImgcatVersionText str;

	imgcat_strip_blanks(&at, &length);
	str.at = at;
	str.length = length;
	return str;
}

/* Cut count bytes off the front; the caller knows that they are there. */
static inline void
imgcat_version_skip(ImgcatVersionText *str, size_t count)
{
	str->at += count;
	str->length -= count;
}

/* Does the text begin with this character? */
static inline bool
imgcat_version_starts(ImgcatVersionText str, char c)
{
	return str.length > 0 && *str.at == c;
}

/* Compare two numbers. */
static inline int
imgcat_version_order(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

/* Cut the digits, or the letters, off the front, and return them. */
extern ImgcatVersionText imgcat_version_take_digits(ImgcatVersionText *str);
extern ImgcatVersionText imgcat_version_take_letters(ImgcatVersionText *str);

/* Compare two runs of digits as numbers of any size; no digits are zero. */
extern int	imgcat_version_compare_digits(ImgcatVersionText a,
										  ImgcatVersionText b);

/* Are there only zeros? */
extern bool imgcat_version_is_zero(ImgcatVersionText digits);

/* Compare bytewise, a text before what it is the beginning of. */
extern int	imgcat_version_compare_bytes(ImgcatVersionText a,
										 ImgcatVersionText b);

/* The same, letter case apart. */
extern int	imgcat_version_compare_folded(ImgcatVersionText a,
										  ImgcatVersionText b);

/*
 * Order two texts of which at least one is no version of its ecosystem: such
 * a text is before every version, and those are among themselves bytewise.
 */
extern int	imgcat_version_compare_malformed(ImgcatVersionText a, bool a_valid,
											 ImgcatVersionText b, bool b_valid);

#endif							/* IMGCAT_VERSION_TEXT_H */
