/*-------------------------------------------------------------------------
 *
 * fuzz_image_reference.c
 *		Any name is refused with a cause, or has a full name that is a name
 *		of the same parts and is its own full name.
 *
 * test/fuzz/fuzz_image_reference.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/image_reference.h"

static int
same(ImgcatReferencePart a, ImgcatReferencePart b)
{
	return a.length == b.length && memcmp(a.at, b.at, a.length) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	const char *name = (const char *) data;
	ImgcatImageReference reference;
	ImgcatImageReference parts;
	ImgcatImageReference again;
	ImgcatReferenceError error;
	char	   *full = malloc(size + IMGCAT_REFERENCE_GROWTH);
	char	   *second;
	size_t		length;

	error = imgcat_image_reference_parse(name, size, &reference);
	if (error != IMGCAT_REFERENCE_OK)
	{
		CHECK(imgcat_image_reference_message(error)[0] != '\0');
		free(full);
		return 0;
	}
	length = imgcat_image_reference_write(&reference, full);
	CHECK(length <= size + IMGCAT_REFERENCE_GROWTH);
	imgcat_image_reference_split(full, length, &parts);
	CHECK(same(parts.tag, reference.tag));
	CHECK(reference.bare_hex || same(parts.digest, reference.digest));
	CHECK((parts.path.length > 0) == (reference.path.length > 0));
	if (parts.path.length > 0)
	{
		CHECK(same(parts.registry, reference.registry));
		CHECK(parts.path.length <= 255);
	}

	/* normalising once more changes nothing */
	CHECK(imgcat_image_reference_parse(full, length, &again) ==
		  IMGCAT_REFERENCE_OK);
	second = malloc(length + IMGCAT_REFERENCE_GROWTH);
	CHECK(imgcat_image_reference_write(&again, second) == length);
	CHECK(memcmp(full, second, length) == 0);
	free(second);
	free(full);
	return 0;
}
