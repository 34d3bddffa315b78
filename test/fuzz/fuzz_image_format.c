/*-------------------------------------------------------------------------
 *
 * fuzz_image_format.c
 *		Any bytes have a format, the same in whatever pieces they come.
 *
 * The input is cut, and its parts are put where formats have theirs: few have
 * all of it in their first kilobytes.
 *
 * test/fuzz/fuzz_image_format.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/image_format.h"

/* places that headers lie at, or that they name */
static const size_t places[] = {
	0, 0x40, 512, 4096, 0x8000, 192 * 1024, 1024 * 1024
};

#define NUM_PLACES (sizeof(places) / sizeof(places[0]))

static uint8_t zeros[4096];

/*
 * Add zeros up to a position.
 */
static void
add_zeros(ImgcatFormatInspector *inspector, size_t until)
{
	while (inspector->position < until)
	{
		size_t		length = until - (size_t) inspector->position;

		if (length > sizeof(zeros))
			length = sizeof(zeros);
		imgcat_format_add(inspector, zeros, length);
	}
}

/*
 * Inspect chunks of the data, each at its place, in pieces of so many bytes.
 */
static void
inspect(ImgcatFormatInspector *inspector, const uint8_t * data, size_t size,
		size_t piece)
{
	imgcat_format_begin(inspector);
	for (size_t place = 0; place < NUM_PLACES && size > 0; place++)
	{
		size_t		length = place == NUM_PLACES - 1 ? size : size / 2;
		size_t		room = place == NUM_PLACES - 1 ? length :
		places[place + 1] - places[place];

		add_zeros(inspector, places[place]);
		if (length > room)
			length = room;
		for (size_t at = 0; at < length; at += piece)
			imgcat_format_add(inspector, data + at,
							  length - at < piece ? length - at : piece);
		data += length;
		size -= length;
	}
	imgcat_format_end(inspector);
}

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	static ImgcatFormatInspector whole;
	static ImgcatFormatInspector pieces;

	if (size == 0)
		return 0;
	inspect(&whole, data + 1, size - 1, SIZE_MAX);
	inspect(&pieces, data + 1, size - 1, 1 + data[0]);
	CHECK(whole.format == pieces.format);
	CHECK(whole.virtual_size == pieces.virtual_size);
	CHECK(whole.danger == pieces.danger);
	CHECK(whole.virtual_size >= -1);
	CHECK(imgcat_format_name(whole.format) != NULL);
	return 0;
}
