/*-------------------------------------------------------------------------
 *
 * fuzz_json_patch_text.c
 *		What is called a member written twice is the beginning of a string in
 *		the text, and a text cut off before it has none.
 *
 * test/fuzz/fuzz_json_patch_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/json_patch_text.h"

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	const char *str = (const char *) data;
	ImgcatJsonPatchDuplicate duplicate;
	ImgcatJsonPatchDuplicate before;

	if (!imgcat_json_patch_text_duplicate(str, size, &duplicate))
	{
		CHECK(duplicate.member == NULL);
		return 0;
	}
	CHECK(duplicate.member != NULL);
	CHECK(duplicate.position < size && str[duplicate.position] == '"');
	CHECK(!imgcat_json_patch_text_duplicate(str, duplicate.position,
											&before));
	return 0;
}
