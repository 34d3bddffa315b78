/*-------------------------------------------------------------------------
 *
 * test_utf8.c
 *		imgcat_utf8_valid(): every boundary of every sequence length.
 *
 * test/unit/test_utf8.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>

#include "query/utf8.h"
#include "tap.h"

/* Bytes with their length: some hold a NUL. */
#define BYTES(literal) literal, sizeof(literal) - 1

static const struct
{
	const char *str;
	size_t		length;
	bool		valid;
	const char *what;
}			cases[] = {
	{BYTES(""), true, "nothing"},
	{BYTES("a"), true, "ASCII"},
	{BYTES("\x7F"), true, "U+007F"},
	{BYTES("\0"), false, "NUL"},
	{BYTES("a\0b"), false, "NUL inside"},
	{BYTES("\x80"), false, "continuation alone"},
	{BYTES("\xBF"), false, "last continuation alone"},
	{BYTES("\xC0\x80"), false, "overlong NUL"},
	{BYTES("\xC1\xBF"), false, "overlong U+007F"},
	{BYTES("\xC2\x80"), true, "U+0080"},
	{BYTES("\xDF\xBF"), true, "U+07FF"},
	{BYTES("\xC2"), false, "cut off after 1 of 2"},
	{BYTES("\xC2\x7F"), false, "second byte too low"},
	{BYTES("\xC2\xC0"), false, "second byte too high"},
	{BYTES("\xE0\x9F\xBF"), false, "overlong U+07FF"},
	{BYTES("\xE0\xA0\x80"), true, "U+0800"},
	{BYTES("\xED\x9F\xBF"), true, "U+D7FF"},
	{BYTES("\xED\xA0\x80"), false, "surrogate U+D800"},
	{BYTES("\xED\xBF\xBF"), false, "surrogate U+DFFF"},
	{BYTES("\xEE\x80\x80"), true, "U+E000"},
	{BYTES("\xEF\xBF\xBD"), true, "U+FFFD"},
	{BYTES("\xEF\xBF\xBF"), true, "U+FFFF"},
	{BYTES("\xE2\x9C"), false, "cut off after 2 of 3"},
	{BYTES("\xE2"), false, "cut off after 1 of 3"},
	{BYTES("\xE2\x9C\x7F"), false, "third byte too low"},
	{BYTES("\xE2\x9C\xC0"), false, "third byte too high"},
	{BYTES("\xF0\x8F\xBF\xBF"), false, "overlong U+FFFF"},
	{BYTES("\xF0\x90\x80\x80"), true, "U+10000"},
	{BYTES("\xF3\xBF\xBF\xBF"), true, "U+FFFFF"},
	{BYTES("\xF4\x8F\xBF\xBF"), true, "U+10FFFF"},
	{BYTES("\xF4\x90\x80\x80"), false, "U+110000"},
	{BYTES("\xF5\x80\x80\x80"), false, "lead F5"},
	{BYTES("\xF8\x88\x80\x80\x80"), false, "five bytes"},
	{BYTES("\xFE"), false, "FE"},
	{BYTES("\xFF"), false, "FF"},
	{BYTES("\xF0\x9F\x98"), false, "cut off after 3 of 4"},
	{BYTES("\xF0\x9F\x98\x80"), true, "U+1F600"},
	{BYTES("a\xC3\xA9\xE2\x9C\x93\xF0\x9F\x98\x80z"), true, "all lengths"},
	{BYTES("a\xC3\xA9\xE2\x9C\x93\xF0\x9F\x98z"), false, "bad at the end"},
};

/*
 * Encode a code point, valid or not, the plain way.  Returns the length.
 */
static size_t
encode(uint32_t code, char *out)
{
	if (code < 0x80)
	{
		out[0] = (char) code;
		return 1;
	}
	if (code < 0x800)
	{
		out[0] = (char) (0xC0 | code >> 6);
		out[1] = (char) (0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000)
	{
		out[0] = (char) (0xE0 | code >> 12);
		out[1] = (char) (0x80 | (code >> 6 & 0x3F));
		out[2] = (char) (0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | code >> 18);
	out[1] = (char) (0x80 | (code >> 12 & 0x3F));
	out[2] = (char) (0x80 | (code >> 6 & 0x3F));
	out[3] = (char) (0x80 | (code & 0x3F));
	return 4;
}

int
main(void)
{
	size_t		i;
	uint32_t	code;
	uint32_t	nwrong = 0;

	for (i = 0; i < lengthof_array(cases); i++)
	{
		char	   *copy = exact_copy(cases[i].str, cases[i].length);

		ok(imgcat_utf8_valid(copy, cases[i].length) == cases[i].valid,
		   "%s: %s", cases[i].what, cases[i].valid ? "valid" : "invalid");
		free(copy);
	}

	for (code = 0; code < 0x1FFFFF; code++)
	{
		char		bytes[4];
		size_t		length = encode(code, bytes);
		bool		valid = code > 0 && code <= 0x10FFFF &&
		(code < 0xD800 || code > 0xDFFF);

		if (imgcat_utf8_valid(bytes, length) != valid)
			nwrong++;
	}
	ok(nwrong == 0, "every code point up to U+1FFFFF: %u wrong", nwrong);
	return done_testing();
}
