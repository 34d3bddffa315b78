/*-------------------------------------------------------------------------
 *
 * fuzz_change_position.c
 *		A position that is accepted is written as it was read.
 *
 * test/fuzz/fuzz_change_position.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/change_position.h"

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	ImgcatChangePosition position;
	char		again[IMGCAT_CHANGE_POSITION_SIZE];

	if (!imgcat_change_position_parse((const char *) data, size, &position))
		return 0;
	imgcat_change_position_print(again, &position);
	CHECK(strlen(again) == size && memcmp(again, data, size) == 0);
	return 0;
}
