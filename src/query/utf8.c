/*-------------------------------------------------------------------------
 *
 * utf8.c
 *		Is this text UTF-8 that a PostgreSQL text value can hold?
 *
 * The server's own check is of no use here: these files know no server.
 *
 * src/query/utf8.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/utf8.h"

/*
 * Length of the well-formed sequence that starts at text, 0 if there is none.
 * At least one byte must be left.
 *
 * The second byte decides what is overlong, a surrogate or above U+10FFFF;
 * see table 3-7 of the Unicode Standard.
 */
static size_t
sequence_length(const unsigned char *str, size_t left)
{
	unsigned char lead = str[0];
	unsigned char second_min = 0x80;
	unsigned char second_max = 0xBF;
	size_t		length;
	size_t		i;

	if (lead < 0x80)
		return lead != 0 ? 1 : 0;
	if (lead >= 0xC2 && lead <= 0xDF)
		length = 2;
	else if (lead >= 0xE0 && lead <= 0xEF)
		length = 3;
	else if (lead >= 0xF0 && lead <= 0xF4)
		length = 4;
	else
		return 0;

	if (lead == 0xE0)
		second_min = 0xA0;
	else if (lead == 0xED)
		second_max = 0x9F;
	else if (lead == 0xF0)
		second_min = 0x90;
	else if (lead == 0xF4)
		second_max = 0x8F;

	if (left < length || str[1] < second_min || str[1] > second_max)
		return 0;
	for (i = 2; i < length; i++)
	{
		if ((str[i] & 0xC0) != 0x80)
			return 0;
	}
	return length;
}

/*
 * Is text[0 .. length) strict UTF-8 without a NUL?
 */
bool
imgcat_utf8_valid(const char *str, size_t length)
{
	const unsigned char *at = (const unsigned char *) str;

	while (length > 0)
	{
		size_t		sequence = sequence_length(at, length);

		if (sequence == 0)
			return false;
		at += sequence;
		length -= sequence;
	}
	return true;
}
