/*-------------------------------------------------------------------------
 *
 * fuzz_http.c
 *		Any target is read within its bounds, any header has an answer, and any
 *		document can be indented.
 *
 * test/fuzz/fuzz_http.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/http_header.h"
#include "query/http_range.h"
#include "query/http_target.h"
#include "query/json_indent.h"
#include "query/utf8.h"

/*
 * The segments lie one behind the other in the text, each valid UTF-8.
 */
static void
check_target(const uint8_t * data, size_t size)
{
	char	   *str = malloc(size + 1);
	ImgcatHttpTarget target;

	CHECK(str != NULL);
	memcpy(str, data, size);
	if (imgcat_http_target_read(&target, str, size) == IMGCAT_TARGET_OK)
	{
		char	   *at = str;

		CHECK(target.nsegments <= IMGCAT_TARGET_SEGMENTS_MAX);
		for (int i = 0; i < target.nsegments; i++)
		{
			size_t		length = strlen(target.segments[i]);

			CHECK(target.segments[i] >= at);
			at = target.segments[i] + length;
			CHECK(at <= str + size);
			CHECK(imgcat_utf8_valid(target.segments[i], length));
		}
		CHECK(target.query + target.query_length <= str + size);
		CHECK(memchr(target.query, '#', target.query_length) == NULL);
	}
	free(str);
}

/*
 * A quality is one; a tag that is listed strongly is listed weakly, and a tag
 * put in front of a list is in it.
 */
static void
check_header(const uint8_t * data, size_t size)
{
	char	   *value = malloc(size + 1);
	char	   *longer = malloc(size + 8);
	int			quality;

	CHECK(value != NULL && longer != NULL);
	memcpy(value, data, size);
	value[size] = '\0';
	quality = imgcat_accept_quality(value, "application/json");
	CHECK(quality >= 0 && quality <= 1000);
	imgcat_media_type_is(value, "application/json");
	if (imgcat_etag_listed(value, "\"t\"", false))
		CHECK(imgcat_etag_listed(value, "\"t\"", true));
	sprintf(longer, "\"t\", %s", value);
	CHECK(imgcat_etag_listed(longer, "\"t\"", false));
	free(longer);
	free(value);
}

/*
 * A part that a resource has lies within it.
 */
static void
check_range(const uint8_t * data, size_t size)
{
	char	   *value = malloc(size + 1);
	ImgcatHttpRange range;
	int64_t		offset;
	int64_t		length;

	CHECK(value != NULL);
	memcpy(value, data, size);
	value[size] = '\0';
	for (int form = 0; form < 2; form++)
		if ((form == 0 ? imgcat_http_range_read(&range, value) :
			 imgcat_http_content_range_read(&range, value)) == IMGCAT_RANGE_OK)
			for (int64_t total = 0; total < 64; total += 9)
				if (imgcat_http_range_resolve(&range, total, &offset, &length))
					CHECK(offset >= 0 && length > 0 && length <= total - offset);
	free(value);
}

/*
 * Whatever is indented, JSON or not, is written to the byte that it needs, and
 * no further than there is room.
 */
static void
check_indent(const uint8_t * data, size_t size)
{
	const char *str = (const char *) data;
	size_t		needed = imgcat_json_indent(NULL, 0, str, size);
	char	   *once;
	char	   *half;

	/* depth times members: keep it small */
	if (size > 512)
		return;
	once = malloc(needed + 1);
	half = malloc(needed / 2 + 1);
	CHECK(once != NULL && half != NULL);
	CHECK(imgcat_json_indent(once, needed, str, size) == needed);
	CHECK(imgcat_json_indent(half, needed / 2, str, size) == needed);
	CHECK(memcmp(once, half, needed / 2) == 0);
	free(half);
	free(once);
}

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	check_target(data, size);
	check_header(data, size);
	check_range(data, size);
	check_indent(data, size);
	return 0;
}
