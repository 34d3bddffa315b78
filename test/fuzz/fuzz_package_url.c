/*-------------------------------------------------------------------------
 *
 * fuzz_package_url.c
 *		Any text is refused with a cause and a place within it, or has a
 *		canonical form of the same parts that is its own canonical form.
 *
 * test/fuzz/fuzz_package_url.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/package_url.h"
#include "query/utf8.h"

static void
check_same(ImgcatPurlPart a, ImgcatPurlPart b)
{
	CHECK(a.length == b.length);
	if (a.length > 0)
		CHECK(memcmp(a.at, b.at, a.length) == 0);
	CHECK(a.length == 0 || imgcat_utf8_valid(a.at, a.length));
}

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	ImgcatPackageUrl purl;
	ImgcatPackageUrl again;
	ImgcatPurlError error;
	size_t		at;
	size_t		length;
	int			i;
	char	   *buffer = malloc(size > 0 ? size : 1);
	char	   *canonical;
	char	   *second;

	error = imgcat_package_url_parse((const char *) data, size, buffer, &purl,
									 &at);
	CHECK(at <= size);
	if (error != IMGCAT_PURL_OK)
	{
		CHECK(imgcat_package_url_message(error)[0] != '\0');
		free(buffer);
		return 0;
	}
	canonical = malloc(size * 3 + 8);
	length = imgcat_package_url_write(&purl, canonical);
	CHECK(length <= size * 3 + 8);
	second = malloc(length * 4 + 8);
	CHECK(imgcat_package_url_parse(canonical, length, second, &again, &at) ==
		  IMGCAT_PURL_OK);
	check_same(purl.type, again.type);
	check_same(purl.namespace, again.namespace);
	check_same(purl.name, again.name);
	check_same(purl.version, again.version);
	check_same(purl.subpath, again.subpath);
	CHECK(purl.nqualifiers == again.nqualifiers);
	for (i = 0; i < purl.nqualifiers; i++)
	{
		check_same(purl.qualifiers[i].key, again.qualifiers[i].key);
		check_same(purl.qualifiers[i].value, again.qualifiers[i].value);
	}
	/* the parts lie in the first length bytes */
	CHECK(imgcat_package_url_write(&again, second + length) == length);
	CHECK(memcmp(second + length, canonical, length) == 0);
	free(second);
	free(canonical);
	free(buffer);
	return 0;
}
