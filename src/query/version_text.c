/*-------------------------------------------------------------------------
 *
 * version_text.c
 *		What the version orderings share: slices of a text, runs of digits.
 *
 * src/query/version_text.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/version_text.h"

/*
 * Cut the first length bytes off the text, and return them.
 */
static ImgcatVersionText
take(ImgcatVersionText *str, size_t length)
{
	ImgcatVersionText taken = {str->at, length};

	imgcat_version_skip(str, length);
	return taken;
}

/*
 * Cut the digits off the front; see version_text.h.
 */
ImgcatVersionText
imgcat_version_take_digits(ImgcatVersionText *str)
{
	size_t		length = 0;

	while (length < str->length && imgcat_version_is_digit(str->at[length]))
		length++;
	return take(str, length);
}

/*
 * Cut the letters off the front; see version_text.h.
 */
ImgcatVersionText
imgcat_version_take_letters(ImgcatVersionText *str)
{
	size_t		length = 0;

	while (length < str->length && imgcat_version_is_letter(str->at[length]))
		length++;
	return take(str, length);
}

/* Cut the leading zeros off. */
static void
strip_zeros(ImgcatVersionText *digits)
{
	while (imgcat_version_starts(*digits, '0'))
		imgcat_version_skip(digits, 1);
}

/*
 * Are there only zeros?  See version_text.h.
 */
bool
imgcat_version_is_zero(ImgcatVersionText digits)
{
	strip_zeros(&digits);
	return digits.length == 0;
}

/*
 * Compare numbers of any size; see version_text.h.
 */
int
imgcat_version_compare_digits(ImgcatVersionText a, ImgcatVersionText b)
{
	strip_zeros(&a);
	strip_zeros(&b);
	if (a.length != b.length)
		return imgcat_version_order(a.length, b.length);
	return imgcat_version_compare_bytes(a, b);
}

/*
 * Compare bytewise; see version_text.h.
 */
int
imgcat_version_compare_bytes(ImgcatVersionText a, ImgcatVersionText b)
{
	size_t		shorter = a.length < b.length ? a.length : b.length;
	int			order = shorter > 0 ? memcmp(a.at, b.at, shorter) : 0;

	if (order != 0)
		return order < 0 ? -1 : 1;
	return imgcat_version_order(a.length, b.length);
}

/*
 * Compare bytewise, letter case apart; see version_text.h.
 */
int
imgcat_version_compare_folded(ImgcatVersionText a, ImgcatVersionText b)
{
	size_t		i;

	for (i = 0; i < a.length && i < b.length; i++)
	{
		unsigned char x = imgcat_version_lower(a.at[i]);
		unsigned char y = imgcat_version_lower(b.at[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return imgcat_version_order(a.length, b.length);
}

/*
 * Order texts that are no versions; see version_text.h.
 */
int
imgcat_version_compare_malformed(ImgcatVersionText a, bool a_valid,
								 ImgcatVersionText b, bool b_valid)
{
	if (a_valid != b_valid)
		return a_valid ? 1 : -1;
	return imgcat_version_compare_bytes(a, b);
}
