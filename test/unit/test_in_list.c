/*-------------------------------------------------------------------------
 *
 * test_in_list.c
 *		Text filters: the operator, and the items of a list.
 *
 * test/unit/test_in_list.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/in_list.h"
#include "tap.h"

/* A filter, its operator, and the offset at which its value starts. */
static const struct
{
	const char *str;
	ImgcatTextOperator op;
	size_t		value;
}			operators[] = {
	{"", IMGCAT_TEXT_EQ, 0},
	{"x", IMGCAT_TEXT_EQ, 0},
	{"in", IMGCAT_TEXT_EQ, 0},
	{"eq:", IMGCAT_TEXT_EQ, 3},
	{"eq:x", IMGCAT_TEXT_EQ, 3},
	{"eq:x:y", IMGCAT_TEXT_EQ, 3},
	{"eq:in:x", IMGCAT_TEXT_EQ, 3},
	{"eq::", IMGCAT_TEXT_EQ, 3},
	{"in:", IMGCAT_TEXT_IN, 3},
	{"in:a,b", IMGCAT_TEXT_IN, 3},
	{"in:a:b", IMGCAT_TEXT_IN, 3},
	{"in:in:", IMGCAT_TEXT_IN, 3},
	{"x:y", IMGCAT_TEXT_UNKNOWN, 0},
	{":", IMGCAT_TEXT_UNKNOWN, 0},
	{":x", IMGCAT_TEXT_UNKNOWN, 0},
	{"neq:x", IMGCAT_TEXT_UNKNOWN, 0},
	{"IN:x", IMGCAT_TEXT_UNKNOWN, 0},
	{"EQ:x", IMGCAT_TEXT_UNKNOWN, 0},
	{"In:x", IMGCAT_TEXT_UNKNOWN, 0},
	{" in:x", IMGCAT_TEXT_UNKNOWN, 0},
	{"in :x", IMGCAT_TEXT_UNKNOWN, 0},
	{"gt:x", IMGCAT_TEXT_UNKNOWN, 0},
	{"i:x", IMGCAT_TEXT_UNKNOWN, 0},
	{"iin:x", IMGCAT_TEXT_UNKNOWN, 0},
};

/*
 * A list, and its items as one string: [item] each, and where the list is
 * malformed a '!' with the offset of the quote at fault.
 */
static const struct
{
	const char *str;
	const char *items;
}			lists[] = {
	{"", ""},
	{"a", "[a]"},
	{"a,b", "[a][b]"},
	{"a,b,", "[a][b]"},
	{",", "[]"},
	{",,", "[][]"},
	{",a", "[][a]"},
	{"a,,b", "[a][][b]"},
	{"a,,", "[a][]"},
	{" a , b ", "[ a ][ b ]"},
	{"a:b", "[a:b]"},
	{"\"\"", "[]"},
	{"\"\",", "[]"},
	{"\"\",\"\"", "[][]"},
	{",\"\"", "[][]"},
	{"\"a\"", "[a]"},
	{"\"a,b\",c", "[a,b][c]"},
	{"c,\"a,b\"", "[c][a,b]"},
	{"\"glass, darkly\",share me", "[glass, darkly][share me]"},
	{"\",\"", "[,]"},
	{"\"a\",\"b\",\"c\",", "[a][b][c]"},
	/* a backslash keeps a quote from closing, and stays */
	{"\"a\\\"b\"", "[a\\\"b]"},
	{"\"a\\\"\"", "[a\\\"]"},
	{"\"\\\"\"", "[\\\"]"},
	{"\"a\\\\\"", "[a\\\\]"},
	{"\"a\\\\\",b", "[a\\\\][b]"},
	{"\"a\\,b\"", "[a\\,b]"},
	{"\"a\\b\"", "[a\\b]"},
	{"a\\b", "[a\\b]"},
	{"a\\,b", "[a\\][b]"},
	{"\\", "[\\]"},
	{"a\\\"b", "[a\\\"b]"},
	{"\\\"", "[\\\"]"},
	{"\\\"a,b", "[\\\"a][b]"},
	/* malformed */
	{"\"", "!0"},
	{"\"a", "!0"},
	{"\"a,b", "!0"},
	{"a,\"", "[a]!2"},
	{"a,\"b,c", "[a]!2"},
	{"a\"", "!1"},
	{"a\"b", "!1"},
	{"a\"b\"", "!1"},
	{"\"a\"b", "!2"},
	{"\"a\" ,b", "!2"},
	{"\"a\"\"b\"", "!2"},
	{"\"\"\"", "!1"},
	{" \"a\"", "!1"},
	{"x, \"a\"", "[x]!3"},
	{"\"a\\\"", "!0"},
	{"\"\\", "!0"},
	{"\"a\\\\\"b\"", "!4"},
	{"b,a\\b\"", "[b]!5"},
};

/*
 * Read a list and print its items to out.  Returns false when the list does
 * not stay at its end.
 */
static bool
read_items(const char *str, size_t length, char *out)
{
	ImgcatInList list;
	ImgcatInListResult result;
	const char *item;
	size_t		item_length;

	imgcat_in_list_init(&list, str, length);
	*out = '\0';
	while ((result = imgcat_in_list_next(&list, &item, &item_length)) ==
		   IMGCAT_IN_ITEM)
		out += sprintf(out, "[%.*s]", (int) item_length, item);
	if (result == IMGCAT_IN_MALFORMED)
	{
		sprintf(out, "!%d", (int) (item - str));
		if (item_length != 0 || item >= str + length || *item != '"')
			return false;
	}
	return imgcat_in_list_next(&list, &item, &item_length) == IMGCAT_IN_END;
}

int
main(void)
{
	size_t		i;

	for (i = 0; i < lengthof_array(operators); i++)
	{
		size_t		length = strlen(operators[i].str);
		char	   *copy = exact_copy(operators[i].str, length);
		const char *value;
		size_t		value_length;
		ImgcatTextOperator op;

		op = imgcat_text_operator_parse(copy, length, &value, &value_length);
		ok(op == operators[i].op && value == copy + operators[i].value &&
		   value_length == length - operators[i].value,
		   "operator of \"%s\": %d", operators[i].str, op);
		free(copy);
	}
	for (i = 0; i < lengthof_array(lists); i++)
	{
		size_t		length = strlen(lists[i].str);
		char	   *copy = exact_copy(lists[i].str, length);
		char		items[256];
		bool		ended = read_items(copy, length, items);

		ok(ended && strcmp(items, lists[i].items) == 0,
		   "list \"%s\": %s", lists[i].str, items);
		free(copy);
	}
	return done_testing();
}
