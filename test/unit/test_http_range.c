/*-------------------------------------------------------------------------
 *
 * test_http_range.c
 *		Parts of a resource that requests ask for.
 *
 * test/unit/test_http_range.c
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <string.h>

#include "query/http_range.h"
#include "tap.h"

typedef struct RangeCase
{
	const char *value;
	int64_t		size;
	const char *expected;		/* "offset+length", "416" or "400" */
}			RangeCase;

static const RangeCase range_cases[] = {
	{"bytes=3-10", 26, "3+8"},
	{"bytes=0-0", 26, "0+1"},
	{"bytes=25-25", 26, "25+1"},
	{"bytes=10-", 26, "10+16"},
	{"bytes=0-", 26, "0+26"},
	{"bytes=-8", 26, "18+8"},
	{"bytes=-26", 26, "0+26"},
	{"bytes=-27", 26, "0+26"},
	{"bytes=-0", 26, "0+26"},
	{"bytes=20-99", 26, "20+6"},
	{"bytes=0-99999999999999999999", 26, "0+26"},
	{"BYTES=1-2", 26, "1+2"},
	{" bytes = 1-2 ", 26, "1+2"},
	{"bytes=26-", 26, "416"},
	{"bytes=26-30", 26, "416"},
	{"bytes=99999999999999999999-", 26, "416"},
	{"bytes=10-5", 26, "416"},
	{"bytes=10-", 10, "416"},
	{"bytes=0-", 0, "416"},
	{"bytes=-1", 0, "416"},
	{"bytes=-", 26, "416"},
	{"bytes=", 26, "416"},
	{"bytes", 26, "416"},
	{"", 26, "416"},
	{"abc", 26, "416"},
	{"foo=0-4", 26, "416"},
	{"bytes=a-b", 26, "416"},
	{"bytes=1", 26, "416"},
	{"bytes=1-2x", 26, "416"},
	{"bytes=1-2-3", 26, "416"},
	{"bytes=+1-2", 26, "416"},
	{"bytes=--1", 26, "416"},
	{"bytes=1 -2", 26, "416"},
	{"bytes=0-1,3-4", 26, "400"},
	{"bytes=0-1, -2", 26, "400"},
};

static const RangeCase content_range_cases[] = {
	{"bytes 3-3/15", 26, "3+1"},
	{"bytes 3-10/*", 26, "3+8"},
	{"Bytes  3-10/26 ", 26, "3+8"},
	{"bytes 3-25/15", 26, "3+23"},
	{"bytes 3-26/26", 26, "416"},
	{"bytes 3-16/15", 15, "416"},
	{"bytes 15-15/15", 15, "416"},
	{"bytes 10-5/15", 26, "416"},
	{"bytes 3-/15", 26, "416"},
	{"bytes -3/15", 26, "416"},
	{"bytes 3-4", 26, "416"},
	{"bytes 3-4/", 26, "416"},
	{"bytes 3-4/x", 26, "416"},
	{"bytes 3-4/**", 26, "416"},
	{"bytes=3-4/26", 26, "416"},
	{"bytes3-4/26", 26, "416"},
	{"bytes */26", 26, "416"},
	{"items 3-4/26", 26, "416"},
	{"", 26, "416"},
};

static void
check(const RangeCase * test, ImgcatRangeResult (*read) (ImgcatHttpRange *, const char *))
{
	ImgcatHttpRange range;
	int64_t		offset;
	int64_t		length;
	char		found[64];

	switch (read(&range, test->value))
	{
		case IMGCAT_RANGE_SEVERAL:
			strcpy(found, "400");
			break;
		case IMGCAT_RANGE_MALFORMED:
			strcpy(found, "416");
			break;
		default:
			if (imgcat_http_range_resolve(&range, test->size, &offset, &length))
				snprintf(found, sizeof(found), "%" PRId64 "+%" PRId64, offset, length);
			else
				strcpy(found, "416");
	}
	ok(strcmp(found, test->expected) == 0, "%s of %" PRId64 " is %s: %s", test->value,
	   test->size, test->expected, found);
}

int
main(void)
{
	for (size_t i = 0; i < lengthof_array(range_cases); i++)
		check(&range_cases[i], imgcat_http_range_read);
	for (size_t i = 0; i < lengthof_array(content_range_cases); i++)
		check(&content_range_cases[i], imgcat_http_content_range_read);
	return done_testing();
}
