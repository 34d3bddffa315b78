/*-------------------------------------------------------------------------
 *
 * fuzz_number.c
 *		Any integer is read as strtoll() reads it.
 *
 * test/fuzz/fuzz_number.c
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdbool.h>

#include "fuzz.h"
#include "query/number.h"
#include "query/utf8.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = malloc(size + 1);
	char	   *digits = text;
	int64_t		value = -1;
	bool		out_of_range = true;
	size_t		i;

	CHECK(text != NULL);
	memcpy(text, data, size);
	text = realloc(text, size > 0 ? size : 1);
	(void) imgcat_utf8_valid(text, size);
	if (imgcat_parse_integer(text, size, &value, &out_of_range))
	{
		long long	expected;

		text = realloc(text, size + 1);
		CHECK(text != NULL);
		digits = text;
		for (i = 0; i < size; i++)
		{
			CHECK(strchr(" \t\n\v\f\r+-_0123456789", text[i]) != NULL);
			if (text[i] != '_')
				*digits++ = text[i];
		}
		*digits = '\0';
		errno = 0;
		expected = strtoll(text, NULL, 10);
		CHECK(value == expected);
		CHECK(out_of_range == (errno == ERANGE));
	}
	else
		CHECK(value == 0 && !out_of_range);
	free(text);
	return 0;
}
