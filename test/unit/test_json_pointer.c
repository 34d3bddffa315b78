/*-------------------------------------------------------------------------
 *
 * test_json_pointer.c
 *		JSON Pointer: splitting, unescaping, array indexes, escaping.
 *
 * test/unit/test_json_pointer.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/json_pointer.h"
#include "tap.h"

#define NONE	IMGCAT_JSON_INDEX_NONE
#define END		IMGCAT_JSON_INDEX_END
#define MAX		IMGCAT_JSON_INDEX_MAX
#define MANY	8

typedef struct Case
{
	const char *pointer;
	ImgcatJsonPointerStatus status;
	size_t		error_at;
	size_t		ntokens;
	const char *tokens[MANY];
	int32_t		indexes[MANY];
}			Case;

static const Case cases[] = {
	{"", IMGCAT_JSON_POINTER_OK, 0, 0, {NULL}, {0}},
	{"/", IMGCAT_JSON_POINTER_OK, 0, 1, {""}, {NONE}},
	{"//", IMGCAT_JSON_POINTER_OK, 0, 2, {"", ""}, {NONE, NONE}},
	{"/foo/0", IMGCAT_JSON_POINTER_OK, 0, 2, {"foo", "0"}, {NONE, 0}},
	{"/a~1b/m~0n", IMGCAT_JSON_POINTER_OK, 0, 2, {"a/b", "m~n"}, {NONE, NONE}},
	{"/~01/~10/~0~1", IMGCAT_JSON_POINTER_OK, 0, 3, {"~1", "/0", "~/"}, {NONE, NONE, NONE}},
	{"/x/~1/y/~0", IMGCAT_JSON_POINTER_OK, 0, 4, {"x", "/", "y", "~"}, {NONE, NONE, NONE, NONE}},
	{"/-/10/01/-1/+1", IMGCAT_JSON_POINTER_OK, 0, 5, {"-", "10", "01", "-1", "+1"}, {END, 10, NONE, NONE, NONE}},
	{"/1e0/ 1/1 /00/0", IMGCAT_JSON_POINTER_OK, 0, 5, {"1e0", " 1", "1 ", "00", "0"}, {NONE, NONE, NONE, NONE, 0}},
	{"/2147483646/2147483647/2147483648", IMGCAT_JSON_POINTER_OK, 0, 3,
	{"2147483646", "2147483647", "2147483648"}, {2147483646, MAX, MAX}},
	{"/4294967296/18446744073709551617/99999999999999999999999999", IMGCAT_JSON_POINTER_OK, 0, 3,
	{"4294967296", "18446744073709551617", "99999999999999999999999999"}, {MAX, MAX, MAX}},
	{"foo", IMGCAT_JSON_POINTER_NO_SLASH, 0, 0, {NULL}, {0}},
	{"~0", IMGCAT_JSON_POINTER_NO_SLASH, 0, 0, {NULL}, {0}},
	{"#/a", IMGCAT_JSON_POINTER_NO_SLASH, 0, 1, {NULL}, {0}},
	{"/~", IMGCAT_JSON_POINTER_BAD_ESCAPE, 1, 1, {NULL}, {0}},
	{"/ab~2", IMGCAT_JSON_POINTER_BAD_ESCAPE, 3, 1, {NULL}, {0}},
	{"/a/~/b", IMGCAT_JSON_POINTER_BAD_ESCAPE, 3, 3, {NULL}, {0}},
	{"/~0~", IMGCAT_JSON_POINTER_BAD_ESCAPE, 3, 1, {NULL}, {0}},
};

static void
test_parse(const Case * test)
{
	size_t		length = strlen(test->pointer);
	char	   *str = exact_copy(test->pointer, length);
	char	   *decoded = exact_copy(test->pointer, length);
	size_t		count = imgcat_json_pointer_token_count(str, length);
	ImgcatJsonToken *tokens = malloc((count + 1) * sizeof(ImgcatJsonToken));
	size_t		error_at = 0;
	ImgcatJsonPointerStatus status;
	size_t		i;

	ok(count == test->ntokens, "\"%s\" has %zu tokens", test->pointer,
	   test->ntokens);
	status = imgcat_json_pointer_parse(str, length, tokens, decoded,
									   &error_at);
	ok(status == test->status, "\"%s\": status %d", test->pointer,
	   (int) test->status);
	if (status != IMGCAT_JSON_POINTER_OK)
		ok(error_at == test->error_at, "\"%s\": error at byte %zu",
		   test->pointer, test->error_at);
	else
	{
		for (i = 0; i < count; i++)
			ok(tokens[i].length == strlen(test->tokens[i]) &&
			   memcmp(tokens[i].str, test->tokens[i], tokens[i].length) == 0 &&
			   tokens[i].index == test->indexes[i],
			   "\"%s\": token %zu is \"%s\", index %d", test->pointer, i,
			   test->tokens[i], (int) test->indexes[i]);
	}
	free(tokens);
	free(decoded);
	free(str);
}

static void
test_escape(const char *name, const char *escaped)
{
	size_t		length = imgcat_json_pointer_escape(name, strlen(name), NULL);
	char	   *out = malloc(length + 1);

	ok(length == strlen(escaped), "\"%s\" escaped has length %zu", name,
	   strlen(escaped));
	ok(imgcat_json_pointer_escape(name, strlen(name), out) == length &&
	   memcmp(out, escaped, length) == 0, "\"%s\" escaped is \"%s\"", name,
	   escaped);
	free(out);
}

int
main(void)
{
	size_t		i;

	for (i = 0; i < lengthof_array(cases); i++)
		test_parse(&cases[i]);
	test_escape("", "");
	test_escape("abc", "abc");
	test_escape("/", "~1");
	test_escape("~", "~0");
	test_escape("a/b~c~1", "a~1b~0c~01");
	return done_testing();
}
