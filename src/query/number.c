/*-------------------------------------------------------------------------
 *
 * number.c
 *		Integers as clients of the image API write them.
 *
 * The reference service reads them with Python's int(), so that " +1_000 " is
 * a number there; clients that rely on it must find it here.
 *
 * src/query/number.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/blank.h"
#include "query/number.h"

/*
 * Are the bytes decimal digits with single underscores between them?
 */
static bool
is_digits(const char *str, size_t length)
{
	bool		after_digit = false;
	size_t		i;

	for (i = 0; i < length; i++)
	{
		if (str[i] >= '0' && str[i] <= '9')
			after_digit = true;
		else if (str[i] == '_' && after_digit)
			after_digit = false;
		else
			return false;
	}
	return after_digit;
}

/*
 * Read an integer; see number.h.
 */
bool
imgcat_parse_integer(const char *str, size_t length,
					 int64_t *value, bool *out_of_range)
{
	bool		negative = false;
	int64_t		result = 0;
	size_t		i;

	*value = 0;
	*out_of_range = false;

	imgcat_strip_blanks(&str, &length);
	if (length > 0 && (*str == '+' || *str == '-'))
	{
		negative = (*str == '-');
		str++;
		length--;
	}
	if (!is_digits(str, length))
		return false;

	/* count downwards: the negative range is the larger one */
	for (i = 0; i < length; i++)
	{
		int			digit;

		if (str[i] == '_')
			continue;
		digit = str[i] - '0';
		if (result < (INT64_MIN + digit) / 10)
		{
			*value = negative ? INT64_MIN : INT64_MAX;
			*out_of_range = true;
			return true;
		}
		result = result * 10 - digit;
	}
	if (!negative && result == INT64_MIN)
	{
		*value = INT64_MAX;
		*out_of_range = true;
	}
	else
		*value = negative ? result : -result;
	return true;
}
