/*-------------------------------------------------------------------------
 *
 * fuzz_package_ecosystem.c
 *		Any text has an ecosystem that fits, or none.
 *
 * test/fuzz/fuzz_package_ecosystem.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/package_ecosystem.h"

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	const char *text = (const char *) data;
	char	   *out = malloc(IMGCAT_ECOSYSTEM_MAX);
	char	   *name = malloc(size + 1);
	size_t		length;
	size_t		normal;

	length = imgcat_ecosystem_of_osv(text, size, out);
	CHECK(length <= IMGCAT_ECOSYSTEM_MAX);
	length = imgcat_ecosystem_of_system(text, size, out);
	CHECK(length <= IMGCAT_ECOSYSTEM_MAX);
	(void) imgcat_ecosystem_is_system(out, length);

	/* a name of PyPI in normal form stays as it is */
	memcpy(name, text, size);
	normal = imgcat_package_name_normalise("pypi", 4, name, size);
	CHECK(normal <= size);
	CHECK(imgcat_package_name_normalise("pypi", 4, name, normal) == normal);
	free(name);
	free(out);
	return 0;
}
