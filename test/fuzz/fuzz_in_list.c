/*-------------------------------------------------------------------------
 *
 * fuzz_in_list.c
 *		Any list ends, and its items are slices of it, in order.
 *
 * test/fuzz/fuzz_in_list.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/in_list.h"

/*
 * Walk a list of exactly the memory that it has.
 */
static void
check_list(const char *str, size_t size)
{
	ImgcatInList list;
	ImgcatInListResult result;
	const char *item;
	const char *last = str;
	size_t		length;
	size_t		nitems = 0;

	imgcat_in_list_init(&list, str, size);
	while ((result = imgcat_in_list_next(&list, &item, &length)) ==
		   IMGCAT_IN_ITEM)
	{
		CHECK(item >= last && item + length <= str + size);
		last = item + length;
		CHECK(++nitems <= size);
	}
	if (result == IMGCAT_IN_MALFORMED)
		CHECK(item >= last && item < str + size && *item == '"');
	else if (size > 0 && memchr(str, '"', size) == NULL)
	{
		size_t		ncommas = 0;
		size_t		i;

		/* without quotes an item ends at each comma, and at the end */
		for (i = 0; i < size; i++)
			ncommas += str[i] == ',';
		CHECK(nitems == ncommas + (str[size - 1] != ','));
	}
	CHECK(imgcat_in_list_next(&list, &item, &length) == IMGCAT_IN_END);
}

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	char	   *str = malloc(size > 0 ? size : 1);
	const char *value;
	size_t		length;
	ImgcatTextOperator op;

	CHECK(str != NULL);
	memcpy(str, data, size);
	op = imgcat_text_operator_parse(str, size, &value, &length);
	CHECK(value >= str && value + length == str + size);
	CHECK((op == IMGCAT_TEXT_UNKNOWN) ==
		  (value == str && memchr(str, ':', size) != NULL));
	check_list(str, size);
	free(str);
	return 0;
}
