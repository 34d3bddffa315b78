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
check_list(const char *text, size_t size)
{
	ImgcatInList list;
	ImgcatInListResult result;
	const char *item;
	const char *last = text;
	size_t		length;
	size_t		nitems = 0;

	imgcat_in_list_init(&list, text, size);
	while ((result = imgcat_in_list_next(&list, &item, &length)) ==
		   IMGCAT_IN_ITEM)
	{
		CHECK(item >= last && item + length <= text + size);
		last = item + length;
		CHECK(++nitems <= size);
	}
	if (result == IMGCAT_IN_MALFORMED)
		CHECK(item >= last && item < text + size && *item == '"');
	else if (size > 0 && memchr(text, '"', size) == NULL)
	{
		size_t		ncommas = 0;
		size_t		i;

		/* without quotes an item ends at each comma, and at the end */
		for (i = 0; i < size; i++)
			ncommas += text[i] == ',';
		CHECK(nitems == ncommas + (text[size - 1] != ','));
	}
	CHECK(imgcat_in_list_next(&list, &item, &length) == IMGCAT_IN_END);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = malloc(size > 0 ? size : 1);
	const char *value;
	size_t		length;
	ImgcatTextOperator op;

	CHECK(text != NULL);
	memcpy(text, data, size);
	op = imgcat_text_operator_parse(text, size, &value, &length);
	CHECK(value >= text && value + length == text + size);
	CHECK((op == IMGCAT_TEXT_UNKNOWN) ==
		  (value == text && memchr(text, ':', size) != NULL));
	check_list(text, size);
	free(text);
	return 0;
}
