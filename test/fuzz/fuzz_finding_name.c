/*-------------------------------------------------------------------------
 *
 * fuzz_finding_name.c
 *		What is found in a text is a part of it, and found in itself.
 *
 * test/fuzz/fuzz_finding_name.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/finding_name.h"

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	const char *text = (const char *) data;

	for (ImgcatFindingId kind = IMGCAT_ID_CVE; kind < IMGCAT_ID_NONE; kind++)
	{
		const char *at;
		const char *again;
		size_t		length = imgcat_find_finding_id(text, size, kind, &at);

		if (length == 0)
			continue;
		CHECK(at >= text &&at + length <= text +size);
		CHECK(imgcat_find_finding_id(at, length, kind, &again) == length);
		CHECK(again == at);
	}
	return 0;
}
