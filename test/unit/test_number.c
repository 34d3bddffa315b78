/*-------------------------------------------------------------------------
 *
 * test_number.c
 *		imgcat_parse_integer(): what Python's int() takes, and what not.
 *
 * test/unit/test_number.c
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>

#include "query/number.h"
#include "tap.h"

static const struct
{
	const char *str;
	bool		integer;
	int64_t		value;
	bool		out_of_range;
}			cases[] = {
	{"0", true, 0, false},
	{"25", true, 25, false},
	{"+25", true, 25, false},
	{"-1", true, -1, false},
	{"-0", true, 0, false},
	{"+0", true, 0, false},
	{"007", true, 7, false},
	{"0_0", true, 0, false},
	{"1_0", true, 10, false},
	{"1_000_000", true, 1000000, false},
	{" 2 ", true, 2, false},
	{"\t\n\v\f\r 2\t\n\v\f\r ", true, 2, false},
	{" -1_0 ", true, -10, false},
	{"9223372036854775806", true, INT64_MAX - 1, false},
	{"9223372036854775807", true, INT64_MAX, false},
	{"+9223372036854775807", true, INT64_MAX, false},
	{"9_223372036854775807", true, INT64_MAX, false},
	{"9223372036854775808", true, INT64_MAX, true},
	{"9223372036854775810", true, INT64_MAX, true},
	{"18446744073709551616", true, INT64_MAX, true},
	{"100000000000000000000000000000000", true, INT64_MAX, true},
	{"-9223372036854775807", true, -INT64_MAX, false},
	{"-9223372036854775808", true, INT64_MIN, false},
	{"-9223372036854775809", true, INT64_MIN, true},
	{"-9223372036854775810", true, INT64_MIN, true},
	{"-18446744073709551616", true, INT64_MIN, true},
	{"00000000000000000000000000000009223372036854775807", true, INT64_MAX, false},
	{"", false, 0, false},
	{" ", false, 0, false},
	{"+", false, 0, false},
	{"-", false, 0, false},
	{"+-1", false, 0, false},
	{"--1", false, 0, false},
	{"+ 1", false, 0, false},
	{"_1", false, 0, false},
	{"1_", false, 0, false},
	{"1__0", false, 0, false},
	{"+_1", false, 0, false},
	{"_", false, 0, false},
	{"1 0", false, 0, false},
	{"1.5", false, 0, false},
	{"1.0", false, 0, false},
	{"1e3", false, 0, false},
	{"0x10", false, 0, false},
	{"ten", false, 0, false},
	{"10a", false, 0, false},
	{"1,000", false, 0, false},
	{"/", false, 0, false},
	{":", false, 0, false},
	{"100000000000000000000000000000000x", false, 0, false},
	{"\xD9\xA1", false, 0, false},
};

int
main(void)
{
	size_t		i;
	int64_t		value;
	bool		out_of_range;

	for (i = 0; i < lengthof_array(cases); i++)
	{
		size_t		length = strlen(cases[i].str);
		char	   *copy = exact_copy(cases[i].str, length);
		bool		integer;

		value = 99;
		out_of_range = true;
		integer = imgcat_parse_integer(copy, length, &value, &out_of_range);
		ok(integer == cases[i].integer && value == cases[i].value &&
		   out_of_range == cases[i].out_of_range,
		   "\"%s\": %d %" PRId64 " %d", cases[i].str,
		   integer, value, out_of_range);
		free(copy);
	}

	ok(!imgcat_parse_integer("1\0002", 3, &value, &out_of_range),
	   "a NUL inside");
	ok(imgcat_parse_integer("12345", 2, &value, &out_of_range) && value == 12,
	   "reads no more than the length");
	return done_testing();
}
