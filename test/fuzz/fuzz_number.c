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
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	char	   *str = malloc(size + 1);
	char	   *digits = str;
	int64_t		value = -1;
	bool		out_of_range = true;
	size_t		i;

	CHECK(str != NULL);
	memcpy(str, data, size);
	str = realloc(str, size > 0 ? size : 1);
	(void) imgcat_utf8_valid(str, size);
	if (imgcat_parse_integer(str, size, &value, &out_of_range))
	{
		long long	expected;

		str = realloc(str, size + 1);
		CHECK(str != NULL);
		digits = str;
		for (i = 0; i < size; i++)
		{
			CHECK(strchr(" \t\n\v\f\r+-_0123456789", str[i]) != NULL);
			if (str[i] != '_')
				*digits++ = str[i];
		}
		*digits = '\0';
		errno = 0;
		expected = strtoll(str, NULL, 10);
		CHECK(value == expected);
		CHECK(out_of_range == (errno == ERANGE));
	}
	else
		CHECK(value == 0 && !out_of_range);
	free(str);
	return 0;
}
