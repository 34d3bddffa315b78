/*-------------------------------------------------------------------------
 *
 * fuzz_json_pointer.c
 *		A JSON Pointer that is accepted is the one its tokens spell.
 *
 * test/fuzz/fuzz_json_pointer.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/json_pointer.h"

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	const char *str = (const char *) data;
	size_t		count = imgcat_json_pointer_token_count(str, size);
	ImgcatJsonToken *tokens = malloc((count + 1) * sizeof(ImgcatJsonToken));
	char	   *decoded = malloc(size + 1);
	char	   *again = malloc(size + 1);
	size_t		length = 0;
	size_t		error_at = 0;
	size_t		i;

	CHECK(tokens && decoded && again);
	if (imgcat_json_pointer_parse(str, size, tokens, decoded,
								  &error_at) != IMGCAT_JSON_POINTER_OK)
		CHECK(error_at < size);
	else
	{
		for (i = 0; i < count; i++)
		{
			size_t		room = imgcat_json_pointer_escape(tokens[i].str,
														  tokens[i].length,
														  NULL);

			CHECK(length + 1 + room <= size);
			again[length++] = '/';
			CHECK(imgcat_json_pointer_escape(tokens[i].str, tokens[i].length,
											 again + length) == room);
			length += room;
			CHECK(tokens[i].index >= IMGCAT_JSON_INDEX_END);
		}
		CHECK(length == size);
		CHECK(memcmp(again, str, size) == 0);
	}
	free(again);
	free(decoded);
	free(tokens);
	return 0;
}
