/*-------------------------------------------------------------------------
 *
 * test_change_position.c
 *		Positions in the feed of changes: one spelling each.
 *
 * test/unit/test_change_position.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/change_position.h"

#include <string.h>

#include "tap.h"

static const char *const malformed[] = {
	"", "-", "---", "1", "1-2-3", "1-2-3-", "-1-2-3", "1-2-3-4-", "1-2-3-4-5",
	"1--2-3", "01-2-3-4", "1-2-3-00", "A-2-b-4", "1-2-3-g", " 1-2-3-4",
	"1-2-3-4 ", "1-3-2-4", "10000000000000000-0-0-0", "+1-2-3-4", "0x1-2-3-4",
};

int
main(void)
{
	static const ImgcatChangePosition positions[] = {
		{0, 0, 0, 0},
		{1, 2, 3, 4},
		{0x62b1f0c9a3d41, 0x2f1, 0x2f1, 0xabcdef},
		{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
	};
	ImgcatChangePosition read;

	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
		ok(!imgcat_change_position_parse(malformed[i], strlen(malformed[i]),
										 &read),
		   "\"%s\" is no position", malformed[i]);
	for (size_t i = 0; i < sizeof(positions) / sizeof(positions[0]); i++)
	{
		char		str[IMGCAT_CHANGE_POSITION_SIZE];

		imgcat_change_position_print(str, &positions[i]);
		ok(imgcat_change_position_parse(str, strlen(str), &read) &&
		   memcmp(&read, &positions[i], sizeof(read)) == 0,
		   "\"%s\" is read as it was written", str);
	}
	ok(imgcat_change_position_parse("1-2-3-4x", 7, &read) && read.number == 4,
	   "what is behind the end is not read");
	return done_testing();
}
