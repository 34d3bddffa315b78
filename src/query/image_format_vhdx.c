/*-------------------------------------------------------------------------
 *
 * image_format_vhdx.c
 *		The parts of a VHDX: two headers, two tables of regions, the metadata
 *		and what of it is asked.
 *
 * Headers and tables come twice, and software reads the copy whose checksum is
 * right.  Rather than judge checksums we want both copies to say the same.
 *
 * src/query/image_format_vhdx.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/image_format_part.h"

/* Where parts lie, and what is where in them. */
#define VHDX_HEADER				(64 * 1024)
#define VHDX_SECOND_HEADER		(128 * 1024)
#define VHDX_REGIONS			(192 * 1024)
#define VHDX_SECOND_REGIONS		(256 * 1024)
#define VHDX_LOG				48
#define VHDX_LOG_LENGTH			16
#define VHDX_REGION_COUNT		8
#define VHDX_FIRST_REGION		16
#define VHDX_ITEM_COUNT			10
#define VHDX_FIRST_ITEM			32
#define VHDX_ENTRY				32	/* bytes of an entry of either table */
#define VHDX_ENTRY_OFFSET		16
#define VHDX_HAS_PARENT			0x02

static const unsigned char metadata_region[16] = {
	0x06, 0xA2, 0x7C, 0x8B, 0x90, 0x47, 0x9A, 0x4B,
	0xB8, 0xFE, 0x57, 0x5F, 0x05, 0x0F, 0x88, 0x6E
};
static const unsigned char virtual_size_item[16] = {
	0x24, 0x42, 0xA5, 0x2F, 0x1B, 0xCD, 0x76, 0x48,
	0xB2, 0x11, 0x5D, 0xBE, 0xD8, 0x3B, 0xF4, 0xB8
};
static const unsigned char parameters_item[16] = {
	0x37, 0x67, 0xA1, 0xCA, 0x36, 0xFA, 0x43, 0x4D,
	0xB3, 0xB6, 0x33, 0xF0, 0xAA, 0x44, 0xE7, 0x6B
};

/*
 * The offset in the entry of that name, of a table of so many entries in the
 * window, so many bytes each; 0 if there is none, or more than one: who takes
 * the first and who takes the last would not see the same.
 */
static uint64_t
find_entry(const unsigned char *table, size_t first, uint64_t count,
		   const unsigned char *name, int offset_bytes)
{
	uint64_t	found = 0;
	int			nfound = 0;

	for (uint64_t i = 0; i < count; i++)
	{
		const unsigned char *entry;

		if (first + (i + 1) * VHDX_ENTRY > IMGCAT_FORMAT_WINDOW)
			break;
		entry = table + first + i * VHDX_ENTRY;
		if (memcmp(entry, name, 16) != 0)
			continue;
		found = imgcat_format_little(entry + VHDX_ENTRY_OFFSET, offset_bytes);
		nfound++;
	}
	return nfound == 1 ? found : 0;
}

/*
 * Look at no more parts: there are none that software would find.
 */
static void
lacks_metadata(ImgcatFormatInspector *inspector)
{
	imgcat_format_endanger(inspector, "it has no metadata");
	inspector->step = IMGCAT_STEP_DONE;
}

/*
 * A header in the window must not name a log: what opens the image writes the
 * log's blocks to wherever they say, the metadata included.
 */
static void
read_header(ImgcatFormatInspector *inspector)
{
	static const unsigned char no_log[VHDX_LOG_LENGTH];

	if (memcmp(inspector->window, "head", 4) == 0 &&
		memcmp(inspector->window + VHDX_LOG, no_log, VHDX_LOG_LENGTH) != 0)
		imgcat_format_endanger(inspector, "it was not closed: its log has changes");
}

/*
 * Find the metadata by a table of regions in the window.
 */
static void
read_regions(ImgcatFormatInspector *inspector)
{
	const unsigned char *table = inspector->window;
	bool		is_first = inspector->step == IMGCAT_STEP_VHDX_REGIONS;
	uint64_t	metadata = 0;

	if (memcmp(table, "regi", 4) == 0)
		metadata = find_entry(table, VHDX_FIRST_REGION,
							  imgcat_format_little(table + VHDX_REGION_COUNT, 4),
							  metadata_region, 8);
	else if (!is_first)
		metadata = inspector->metadata; /* nobody reads such a table */
	if (metadata == 0)
		lacks_metadata(inspector);
	else if (is_first)
	{
		inspector->metadata = metadata;
		imgcat_format_want(inspector, IMGCAT_STEP_VHDX_SECOND_REGIONS,
						   VHDX_SECOND_REGIONS, IMGCAT_FORMAT_WINDOW);
	}
	else
	{
		if (metadata != inspector->metadata)
			imgcat_format_endanger(inspector, "its tables of regions differ");
		imgcat_format_want(inspector, IMGCAT_STEP_VHDX_METADATA,
						   inspector->metadata, IMGCAT_FORMAT_WINDOW);
	}
}

/*
 * Look for the next item.
 */
static void
want_item(ImgcatFormatInspector *inspector)
{
	if (inspector->item == 2)
		inspector->step = IMGCAT_STEP_DONE;
	else
		imgcat_format_want(inspector, IMGCAT_STEP_VHDX_ITEM,
						   inspector->items[inspector->item].offset, 8);
}

/*
 * Find the virtual size and the parameters by the table of metadata in the
 * window.  Their offsets count from that table.
 */
static void
read_metadata(ImgcatFormatInspector *inspector)
{
	const unsigned char *table = inspector->window;
	uint64_t	count = imgcat_format_little(table + VHDX_ITEM_COUNT, 2);
	ImgcatVhdxItem size = {0, true};
	ImgcatVhdxItem parameters = {0, false};
	bool		size_first;

	if (memcmp(table, "metadata", 8) == 0)
	{
		size.offset = find_entry(table, VHDX_FIRST_ITEM, count,
								 virtual_size_item, 4);
		parameters.offset = find_entry(table, VHDX_FIRST_ITEM, count,
									   parameters_item, 4);
	}
	if (size.offset == 0 || parameters.offset == 0)
	{
		lacks_metadata(inspector);
		return;
	}
	size.offset += inspector->window_begin;
	parameters.offset += inspector->window_begin;
	size_first = size.offset < parameters.offset;
	inspector->items[0] = size_first ? size : parameters;
	inspector->items[1] = size_first ? parameters : size;
	inspector->item = 0;
	want_item(inspector);
}

/*
 * Read an item in the window.
 */
static void
read_item(ImgcatFormatInspector *inspector)
{
	if (inspector->items[inspector->item].is_size)
		imgcat_format_set_size(inspector,
							   imgcat_format_little(inspector->window, 8), 1);
	else if (imgcat_format_little(inspector->window + 4, 4) & VHDX_HAS_PARENT)
		imgcat_format_endanger(inspector, "it depends on another image");
	inspector->item++;
	want_item(inspector);
}

/*
 * Begin with the parts: see image_format_part.h.
 */
void
imgcat_vhdx_begin(ImgcatFormatInspector *inspector)
{
	imgcat_format_want(inspector, IMGCAT_STEP_VHDX_HEADER, VHDX_HEADER,
					   VHDX_LOG + VHDX_LOG_LENGTH);
}

/*
 * Read the part in the window: see image_format_part.h.
 */
void
imgcat_vhdx_read(ImgcatFormatInspector *inspector)
{
	switch (inspector->step)
	{
		case IMGCAT_STEP_VHDX_HEADER:
			read_header(inspector);
			imgcat_format_want(inspector, IMGCAT_STEP_VHDX_SECOND_HEADER,
							   VHDX_SECOND_HEADER, VHDX_LOG + VHDX_LOG_LENGTH);
			break;
		case IMGCAT_STEP_VHDX_SECOND_HEADER:
			read_header(inspector);
			imgcat_format_want(inspector, IMGCAT_STEP_VHDX_REGIONS,
							   VHDX_REGIONS, IMGCAT_FORMAT_WINDOW);
			break;
		case IMGCAT_STEP_VHDX_REGIONS:
		case IMGCAT_STEP_VHDX_SECOND_REGIONS:
			read_regions(inspector);
			break;
		case IMGCAT_STEP_VHDX_METADATA:
			read_metadata(inspector);
			break;
		case IMGCAT_STEP_VHDX_ITEM:
			read_item(inspector);
			break;
		case IMGCAT_STEP_HEAD:
		case IMGCAT_STEP_VMDK_DESCRIPTOR:
		case IMGCAT_STEP_DONE:
			break;
	}
}
