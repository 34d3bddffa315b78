/*-------------------------------------------------------------------------
 *
 * fuzz_version.c
 *		Any three texts, one a line, are in order, whatever the ordering.
 *
 * test/fuzz/fuzz_version.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/version.h"

static const ImgcatVersionCompare orderings[] = {
	imgcat_version_compare_dpkg, imgcat_version_compare_rpm,
	imgcat_version_compare_apk, imgcat_version_compare_semver,
	imgcat_version_compare_pep440, imgcat_version_compare_maven,
	imgcat_version_compare_gem, imgcat_version_compare_go
};

/* Every pair of the three: the same both ways, and no circle. */
static void
check_order(ImgcatVersionCompare compare, char *const str[],
			const size_t length[])
{
	int			ab = compare(str[0], length[0], str[1], length[1]);
	int			bc = compare(str[1], length[1], str[2], length[2]);
	int			ac = compare(str[0], length[0], str[2], length[2]);

	CHECK(ab >= -1 && ab <= 1);
	CHECK(compare(str[0], length[0], str[0], length[0]) == 0);
	CHECK(compare(str[1], length[1], str[0], length[0]) == -ab);
	if (ab <= 0 && bc <= 0)
		CHECK(ac == (ab < 0 ? ab : bc));
	if (ab >= 0 && bc >= 0)
		CHECK(ac == (ab > 0 ? ab : bc));
}

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	char	   *str[3];
	size_t		length[3];
	size_t		i;

	(void) imgcat_version_ordering((const char *) data, size);
	for (i = 0; i < 3; i++)
	{
		const		uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;

		length[i] = end != NULL ? (size_t) (end - data) : size;
		str[i] = malloc(length[i] + 1);
		CHECK(str[i] != NULL);
		if (length[i] > 0)
			memcpy(str[i], data, length[i]);
		str[i] = realloc(str[i], length[i] > 0 ? length[i] : 1);
		data += length[i] + (end != NULL);
		size -= length[i] + (end != NULL);
	}
	for (i = 0; i < sizeof(orderings) / sizeof(orderings[0]); i++)
		check_order(orderings[i], str, length);
	for (i = 0; i < 3; i++)
		free(str[i]);
	return 0;
}
