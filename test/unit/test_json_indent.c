/*-------------------------------------------------------------------------
 *
 * test_json_indent.c
 *		Documents, and what they look like with lines and indents.
 *
 * test/unit/test_json_indent.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/json_indent.h"
#include "tap.h"

static const struct
{
	const char *str;
	const char *indented;
}			cases[] = {
	{"", ""},
	{"  ", ""},
	{"1", "1"},
	{"\"a,b:{}\"", "\"a,b:{}\""},
	{"{}", "{}"},
	{"[ \n]", "[]"},
	{"{\"a\":1}", "{\n  \"a\": 1\n}"},
	{"{\"a\" : 1 , \"b\":[]}", "{\n  \"a\": 1,\n  \"b\": []\n}"},
	{"[1,[2,{\"a\":{}}]]", "[\n  1,\n  [\n    2,\n    {\n      \"a\": {}\n    }\n  ]\n]"},
	{"[\"\\\"\", \"\\\\\", \"]\"]", "[\n  \"\\\"\",\n  \"\\\\\",\n  \"]\"\n]"},
	{"{\"\xC3\xA9\":null}", "{\n  \"\xC3\xA9\": null\n}"},
	/* not JSON: still within bounds */
	{"]", "\n]"},
	{"{", "{\n  "},
	{"\"abc", "\"abc"},
	{"\"abc\\", "\"abc\\"},
};

int
main(void)
{
	for (size_t i = 0; i < lengthof_array(cases); i++)
	{
		size_t		length = strlen(cases[i].str);
		char	   *str = exact_copy(cases[i].str, length);
		size_t		expected = strlen(cases[i].indented);
		char		out[256];
		size_t		needed = imgcat_json_indent(NULL, 0, str, length);

		if (ok(needed == expected, "length of %s", cases[i].str))
		{
			imgcat_json_indent(out, needed, str, length);
			ok(memcmp(out, cases[i].indented, needed) == 0, "%s",
			   cases[i].str);
		}
		free(str);
	}
	return done_testing();
}
