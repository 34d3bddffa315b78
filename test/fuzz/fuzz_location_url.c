/*-------------------------------------------------------------------------
 *
 * fuzz_location_url.c
 *		Any URL is taken apart within its bounds, and what is shown of it holds
 *		no user information and no query.
 *
 * test/fuzz/fuzz_location_url.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/location_url.h"

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	ImgcatLocationUrl parts;
	const char *url = (const char *) data;
	ImgcatLocationUrlResult result = imgcat_location_url_read(&parts, url, size);

	CHECK(imgcat_location_url_problem(result) != NULL);
	if (result != IMGCAT_LOCATION_OK)
		return 0;
	CHECK(parts.scheme_length > 0 && parts.scheme_length + 3 == parts.user_begin);
	CHECK(parts.user_begin <= parts.user_end);
	CHECK(parts.user_end <= parts.query_begin && parts.query_begin <= size);
	CHECK(memchr(url, '@', parts.user_begin) == NULL);
	CHECK(memchr(url + parts.user_end, '@', parts.query_begin - parts.user_end) == NULL);
	CHECK(memchr(url, '?', parts.query_begin) == NULL);
	CHECK(parts.query_begin == size || url[parts.query_begin] == '?' ||
		  url[parts.query_begin] == '#');
	return 0;
}
