/*-------------------------------------------------------------------------
 *
 * image_format.c
 *		What format the bytes of a disk image have.
 *
 * The bytes go by once, in pieces of any size.  Kept are the first ones, the
 * last ones, and a part that the header says is elsewhere; how much that is
 * does not depend on what the bytes say.
 *
 * An image is unsafe if software that opens it may be led to another file or
 * device, or if it looks like two formats: who takes it for one, and who takes
 * it for the other, would not see the same.
 *
 * src/query/image_format.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/image_format.h"
#include "query/image_format_part.h"
#include "query/vmdk_descriptor.h"

#define SECTOR 512

/* Where headers have what. */
#define QCOW_BACKING_FILE		8
#define QCOW_SIZE				24
#define QCOW_INCOMPATIBLE		72
#define QCOW_HEADER_V3			104
#define QCOW_EXTERNAL_DATA		UINT64_C(0x04)
#define QCOW_KNOWN_INCOMPATIBLE UINT64_C(0x1f)
#define QED_FEATURES			16
#define QED_SIZE				48
#define QED_HEADER				64
#define QED_BACKING_FILE		UINT64_C(0x01)
#define QED_KNOWN_FEATURES		UINT64_C(0x07)
#define VDI_SIGNATURE			0x40
#define VDI_VERSION				0x44
#define VDI_KNOWN_VERSION		UINT64_C(0x00010001)
#define VDI_TYPE				0x4C
#define VDI_SIZE				0x170
#define VDI_LINKS				0x1A8
#define VDI_HEADER				0x1C8
#define VHD_DATA				16	/* offset of the next header */
#define VHD_SIZE				48
#define VHD_TYPE				60
#define VHD_DIFFERENCING		4
#define VMDK_CAPACITY			12
#define VMDK_DESCRIPTOR			28
#define VMDK_DESCRIPTOR_SIZE	36
#define VMDK_DIRECTORY			56
#define VMDK_HEADER				64
#define VMDK_PARENT				SECTOR	/* where QEMU looks for a parent */
#define VMDK_PARENT_LENGTH		(20 * SECTOR)
#define VMDK_AT_END				UINT64_MAX
#define ISO_DESCRIPTOR			0x8000
#define ISO_BLOCKS				80
#define ISO_BLOCK_SIZE			128
#define LUKS_PAYLOAD			104
#define LUKS_HEADER				208
#define PLOOP_SECTORS			36
#define PLOOP_HEADER			64

static const char *const names[] = {
	"raw", "gpt", "iso", "luks", "ploop", "qcow2", "qed", "vdi", "vhd", "vhdx",
	"vmdk"
};

/*
 * How many bytes of the head there are.
 */
static size_t
head_length(const ImgcatFormatInspector *inspector)
{
	return inspector->position < IMGCAT_FORMAT_HEAD ?
		(size_t) inspector->position : IMGCAT_FORMAT_HEAD;
}

/*
 * Does the head have these bytes there?
 */
static bool
head_has(const ImgcatFormatInspector *inspector, size_t offset,
		 const char *bytes, size_t length)
{
	return offset + length <= head_length(inspector) &&
		memcmp(inspector->head + offset, bytes, length) == 0;
}

/*
 * Note the first reason why the image is unsafe.
 */
void
imgcat_format_endanger(ImgcatFormatInspector *inspector, const char *danger)
{
	if (inspector->danger == NULL)
		inspector->danger = danger;
}

/*
 * Is the header of that length there?  An image that ends before is unsafe:
 * nobody can say what is made of it.
 */
static bool
has_header(ImgcatFormatInspector *inspector, size_t length)
{
	if (head_length(inspector) >= length)
		return true;
	imgcat_format_endanger(inspector, "its header is not whole");
	return false;
}

/*
 * Note the virtual size: a number of units of so many bytes.
 */
void
imgcat_format_set_size(ImgcatFormatInspector *inspector, uint64_t units, uint64_t unit)
{
	if (unit > 0 && units > (uint64_t) INT64_MAX / unit)
		imgcat_format_endanger(inspector, "its virtual size is too large");
	else
		inspector->virtual_size = (int64_t) (units * unit);
}

/*
 * Look for a part that lies elsewhere.  What of it has gone by already must be
 * in the head.
 */
void
imgcat_format_want(ImgcatFormatInspector *inspector, ImgcatFormatStep step,
				   uint64_t begin, size_t length)
{
	inspector->step = step;
	inspector->window_begin = begin;
	inspector->window_length = length;
	inspector->window_filled = 0;
	if (begin >= inspector->position)
		return;
	if (begin >= IMGCAT_FORMAT_HEAD ||
		(inspector->position > IMGCAT_FORMAT_HEAD &&
		 begin + length > IMGCAT_FORMAT_HEAD))
	{
		imgcat_format_endanger(inspector, "its parts are not in their order");
		inspector->step = IMGCAT_STEP_DONE;
		return;
	}
	inspector->window_filled = head_length(inspector) - (size_t) begin;
	if (inspector->window_filled > length)
		inspector->window_filled = length;
	memcpy(inspector->window, inspector->head + begin,
		   inspector->window_filled);
}

/*
 * qcow2, by its header.
 */
static void
read_qcow2(ImgcatFormatInspector *inspector)
{
	const unsigned char *head = inspector->head;
	uint64_t	version;
	uint64_t	incompatible;

	if (!has_header(inspector, QCOW_INCOMPATIBLE))
		return;
	version = imgcat_format_big(head + 4, 4);
	imgcat_format_set_size(inspector, imgcat_format_big(head + QCOW_SIZE, 8), 1);
	if (version != 2 && version != 3)
		imgcat_format_endanger(inspector, "it is of an unknown version of qcow");
	if (imgcat_format_big(head + QCOW_BACKING_FILE, 8) != 0)
		imgcat_format_endanger(inspector, "it has a backing file");
	if (version < 3 || !has_header(inspector, QCOW_HEADER_V3))
		return;
	incompatible = imgcat_format_big(head + QCOW_INCOMPATIBLE, 8);
	if (incompatible & QCOW_EXTERNAL_DATA)
		imgcat_format_endanger(inspector, "it has an external data file");
	if (incompatible & ~QCOW_KNOWN_INCOMPATIBLE)
		imgcat_format_endanger(inspector, "it has unknown features");
}

/*
 * QED, by its header.
 */
static void
read_qed(ImgcatFormatInspector *inspector)
{
	uint64_t	features;

	if (!has_header(inspector, QED_HEADER))
		return;
	features = imgcat_format_little(inspector->head + QED_FEATURES, 8);
	imgcat_format_set_size(inspector, imgcat_format_little(inspector->head + QED_SIZE, 8), 1);
	if (features & QED_BACKING_FILE)
		imgcat_format_endanger(inspector, "it has a backing file");
	if (features & ~QED_KNOWN_FEATURES)
		imgcat_format_endanger(inspector, "it has unknown features");
}

/*
 * VDI, by its header.
 */
static void
read_vdi(ImgcatFormatInspector *inspector)
{
	uint64_t	type;

	if (!has_header(inspector, VDI_HEADER))
		return;
	type = imgcat_format_little(inspector->head + VDI_TYPE, 4);
	imgcat_format_set_size(inspector, imgcat_format_little(inspector->head + VDI_SIZE, 8), 1);
	if (imgcat_format_little(inspector->head + VDI_VERSION, 4) != VDI_KNOWN_VERSION)
		imgcat_format_endanger(inspector, "it is of an unknown version of VDI");
	if (type != 1 && type != 2)
		imgcat_format_endanger(inspector, "it depends on another image");
	for (int i = VDI_LINKS; i < VDI_HEADER; i++)
		if (inspector->head[i] != 0)
			imgcat_format_endanger(inspector, "it depends on another image");
}

/*
 * VHD, by its footer or the copy of it at the beginning.
 */
static void
read_vhd(ImgcatFormatInspector *inspector, const unsigned char *footer)
{
	uint64_t	type = imgcat_format_big(footer + VHD_TYPE, 4);

	imgcat_format_set_size(inspector, imgcat_format_big(footer + VHD_SIZE, 8), 1);
	if (type == VHD_DIFFERENCING)
		imgcat_format_endanger(inspector, "it depends on another image");
	else if (type != 2 && type != 3)
		imgcat_format_endanger(inspector, "it is of an unknown type of VHD");
}

/*
 * A VHD that begins with a copy of its footer must end with one that says the
 * same: some software reads the first, some the last.
 */
static void
check_vhd_footer(ImgcatFormatInspector *inspector, const unsigned char *footer)
{
	const unsigned char *head = inspector->head;

	if (memcmp(footer, "conectix", 8) != 0 ||
		memcmp(footer + VHD_DATA, head + VHD_DATA, 8) != 0 ||
		memcmp(footer + VHD_SIZE, head + VHD_SIZE, VHD_TYPE + 4 - VHD_SIZE) != 0)
		imgcat_format_endanger(inspector, "its header and its footer differ");
}

/*
 * ISO 9660, by its first volume descriptor.
 */
static void
read_iso(ImgcatFormatInspector *inspector)
{
	const unsigned char *descriptor = inspector->head + ISO_DESCRIPTOR;

	if (!has_header(inspector, IMGCAT_FORMAT_HEAD))
		return;
	imgcat_format_set_size(inspector, imgcat_format_little(descriptor + ISO_BLOCKS, 4),
						   imgcat_format_little(descriptor + ISO_BLOCK_SIZE, 2));
}

/*
 * A VMDK whose directory is at the end has a header there, too, which counts
 * for more than the first.  They must say the same.
 */
static void
check_vmdk_footer(ImgcatFormatInspector *inspector)
{
	const unsigned char *head = inspector->head;
	const unsigned char *footer = inspector->tail + SECTOR;

	if (inspector->format != IMGCAT_FORMAT_VMDK ||
		head_length(inspector) < VMDK_HEADER ||
		!head_has(inspector, 0, "KDMV", 4) ||
		imgcat_format_little(head + VMDK_DIRECTORY, 8) != VMDK_AT_END)
		return;
	if (inspector->position < IMGCAT_FORMAT_TAIL ||
		memcmp(footer, head, VMDK_CAPACITY) != 0 ||
		memcmp(footer + VMDK_CAPACITY, head + VMDK_CAPACITY, 8) != 0 ||
		memcmp(footer + VMDK_DESCRIPTOR, head + VMDK_DESCRIPTOR, 16) != 0)
		imgcat_format_endanger(inspector, "its header and its footer differ");
}

/*
 * LUKS: what is not the header is the payload, of the first version at least.
 */
static void
read_luks(ImgcatFormatInspector *inspector)
{
	uint64_t	payload;

	if (!has_header(inspector, LUKS_HEADER) ||
		imgcat_format_big(inspector->head + 6, 2) != 1)
		return;
	payload = imgcat_format_big(inspector->head + LUKS_PAYLOAD, 4) * SECTOR;
	if (payload <= inspector->position)
		imgcat_format_set_size(inspector, inspector->position - payload, 1);
	else
		imgcat_format_endanger(inspector, "its payload is missing");
}

/*
 * ploop, by its header, of which there are two versions.
 */
static void
read_ploop(ImgcatFormatInspector *inspector)
{
	bool		extended = head_has(inspector, 0, "WithouFreSpacExt", 16);

	if (has_header(inspector, PLOOP_HEADER))
		imgcat_format_set_size(inspector,
							   imgcat_format_little(inspector->head + PLOOP_SECTORS, extended ? 8 : 4),
							   SECTOR);
}

/*
 * VMDK, by the header of a sparse extent, which says where the descriptor is.
 * QEMU looks for a parent behind the header whatever it says, and takes one
 * that stands in a comment or behind the descriptor's end, too.
 */
static void
read_vmdk(ImgcatFormatInspector *inspector)
{
	const unsigned char *head = inspector->head;
	uint64_t	offset;
	uint64_t	length;
	size_t		parent_length;

	if (!has_header(inspector, VMDK_HEADER))
		return;
	imgcat_format_set_size(inspector, imgcat_format_little(head + VMDK_CAPACITY, 8), SECTOR);
	if (inspector->virtual_size == 0)
		imgcat_format_endanger(inspector, "its data lies in other files");
	offset = imgcat_format_little(head + VMDK_DESCRIPTOR, 8);
	length = imgcat_format_little(head + VMDK_DESCRIPTOR_SIZE, 8);
	if (offset == 0 || length == 0)
		imgcat_format_endanger(inspector, "it has no descriptor");
	else if (length > IMGCAT_FORMAT_WINDOW / SECTOR)
		imgcat_format_endanger(inspector, "its descriptor is too large");
	else if (offset != 1)
		imgcat_format_endanger(inspector, "its descriptor is not behind its header");
	else
		imgcat_format_want(inspector, IMGCAT_STEP_VMDK_DESCRIPTOR, SECTOR,
						   (size_t) length * SECTOR);
	if (head_length(inspector) <= VMDK_PARENT)
		return;
	parent_length = head_length(inspector) - VMDK_PARENT;
	if (parent_length > VMDK_PARENT_LENGTH)
		parent_length = VMDK_PARENT_LENGTH;
	if (imgcat_vmdk_names_parent((const char *) head + VMDK_PARENT,
								 parent_length))
		imgcat_format_endanger(inspector, "it depends on another image");
}

/*
 * Read the descriptor of a VMDK, which is in the window.
 */
static void
read_descriptor(ImgcatFormatInspector *inspector)
{
	const char *danger = imgcat_vmdk_descriptor_danger((const char *) inspector->window,
													   inspector->window_length);

	if (danger != NULL)
		imgcat_format_endanger(inspector, danger);
	inspector->step = IMGCAT_STEP_DONE;
}

/*
 * The part that was looked for is in the window.
 */
static void
read_window(ImgcatFormatInspector *inspector)
{
	if (inspector->step == IMGCAT_STEP_VMDK_DESCRIPTOR)
		read_descriptor(inspector);
	else
		imgcat_vhdx_read(inspector);
}

/*
 * Is a part looked for?
 */
static bool
is_looking(const ImgcatFormatInspector *inspector)
{
	return inspector->step != IMGCAT_STEP_HEAD &&
		inspector->step != IMGCAT_STEP_DONE;
}

/*
 * Has the head a partition table of GPT, with sectors of either size?
 */
static bool
is_gpt(const ImgcatFormatInspector *inspector)
{
	if (!head_has(inspector, 510, "\x55\xAA", 2))
		return false;
	for (int i = 0; i < 4; i++)
		if (inspector->head[446 + 16 * i + 4] == 0xEE)
			return head_has(inspector, 512, "EFI PART", 8) ||
				head_has(inspector, 4096, "EFI PART", 8);
	return false;
}

/*
 * Note a format that the bytes have.  A second one makes them unsafe, unless
 * the first is one that its content may look like.
 */
static void
note_format(ImgcatFormatInspector *inspector, ImgcatFormat format,
			bool may_hold_first)
{
	if (inspector->format != IMGCAT_FORMAT_RAW && !may_hold_first)
		imgcat_format_endanger(inspector, "it looks like two formats");
	inspector->format = format;
	inspector->virtual_size = -1;
}

/*
 * The head is there, or the image has ended before: tell the format by it.
 *
 * An ISO for disks, too, begins with a partition table.
 */
static void
read_head(ImgcatFormatInspector *inspector)
{
	static const struct
	{
		const char *magic;
		size_t		length;
		size_t		offset;
		ImgcatFormat format;
		void		(*read) (ImgcatFormatInspector *);
	}			magics[] =
	{
		{"QFI\xfb", 4, 0, IMGCAT_FORMAT_QCOW2, read_qcow2},
		{"QED\0", 4, 0, IMGCAT_FORMAT_QED, read_qed},
		{"KDMV", 4, 0, IMGCAT_FORMAT_VMDK, read_vmdk},
		{"COWD", 4, 0, IMGCAT_FORMAT_VMDK, NULL},
		{"LUKS\xba\xbe", 6, 0, IMGCAT_FORMAT_LUKS, NULL},
		{"WithoutFreeSpace", 16, 0, IMGCAT_FORMAT_PLOOP, read_ploop},
		{"WithouFreSpacExt", 16, 0, IMGCAT_FORMAT_PLOOP, read_ploop},
		{"vhdxfile", 8, 0, IMGCAT_FORMAT_VHDX, NULL},
		{"\x7f\x10\xda\xbe", 4, VDI_SIGNATURE, IMGCAT_FORMAT_VDI, read_vdi},
	};

	inspector->step = IMGCAT_STEP_DONE;
	if (is_gpt(inspector))
		inspector->format = IMGCAT_FORMAT_GPT;
	if (head_has(inspector, ISO_DESCRIPTOR + 1, "CD001", 5))
	{
		note_format(inspector, IMGCAT_FORMAT_ISO, true);
		read_iso(inspector);
	}
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
	{
		if (!head_has(inspector, magics[i].offset, magics[i].magic,
					  magics[i].length))
			continue;
		note_format(inspector, magics[i].format, false);
		if (magics[i].read != NULL)
			magics[i].read(inspector);
	}
	if (head_has(inspector, 0, "COWD", 4))
		imgcat_format_endanger(inspector, "it has no descriptor");
	if (head_has(inspector, 0, "vhdxfile", 8))
		imgcat_vhdx_begin(inspector);
	if (head_has(inspector, 0, "conectix", 8) && has_header(inspector, SECTOR))
	{
		note_format(inspector, IMGCAT_FORMAT_VHD, false);
		read_vhd(inspector, inspector->head);
	}
	if (imgcat_vmdk_is_descriptor((const char *) inspector->head,
								  head_length(inspector)))
	{
		note_format(inspector, IMGCAT_FORMAT_VMDK, false);
		imgcat_format_endanger(inspector, "its data lies in other files");
	}
	while (is_looking(inspector) &&
		   inspector->window_filled == inspector->window_length)
		read_window(inspector);
}

/*
 * Keep the last bytes.
 */
static void
keep_tail(ImgcatFormatInspector *inspector, const unsigned char *bytes,
		  size_t length)
{
	if (length >= IMGCAT_FORMAT_TAIL)
	{
		memcpy(inspector->tail, bytes + length - IMGCAT_FORMAT_TAIL,
			   IMGCAT_FORMAT_TAIL);
		return;
	}
	memmove(inspector->tail, inspector->tail + length,
			IMGCAT_FORMAT_TAIL - length);
	memcpy(inspector->tail + IMGCAT_FORMAT_TAIL - length, bytes, length);
}

/*
 * Begin with no bytes.
 */
void
imgcat_format_begin(ImgcatFormatInspector *inspector)
{
	memset(inspector, 0, sizeof(*inspector));
	inspector->virtual_size = -1;
}

/*
 * Take up to length bytes, as many as belong together; returns how many.
 */
static size_t
take(ImgcatFormatInspector *inspector, const unsigned char *bytes,
	 size_t length)
{
	uint64_t	before;

	if (inspector->step == IMGCAT_STEP_HEAD)
	{
		size_t		room = IMGCAT_FORMAT_HEAD - (size_t) inspector->position;

		if (length > room)
			length = room;
		memcpy(inspector->head + inspector->position, bytes, length);
		inspector->position += length;
		if (inspector->position == IMGCAT_FORMAT_HEAD)
			read_head(inspector);
		return length;
	}
	if (!is_looking(inspector))
	{
		inspector->position += length;
		return length;
	}
	before = inspector->window_begin + inspector->window_filled;
	if (before > inspector->position)
	{
		/* not there yet */
		if (length > before - inspector->position)
			length = (size_t) (before - inspector->position);
		inspector->position += length;
		return length;
	}
	if (length > inspector->window_length - inspector->window_filled)
		length = inspector->window_length - inspector->window_filled;
	memcpy(inspector->window + inspector->window_filled, bytes, length);
	inspector->window_filled += length;
	inspector->position += length;
	while (is_looking(inspector) &&
		   inspector->window_filled == inspector->window_length)
		read_window(inspector);
	return length;
}

/*
 * Look at the next bytes.
 */
void
imgcat_format_add(ImgcatFormatInspector *inspector, const void *bytes,
				  size_t length)
{
	const unsigned char *at = bytes;

	keep_tail(inspector, at, length);
	while (length > 0)
	{
		size_t		taken = take(inspector, at, length);

		at += taken;
		length -= taken;
	}
}

/*
 * The bytes have ended: see image_format.h.
 *
 * A VHD of fixed size is a disk with a footer, so it may be a disk with
 * partitions or an ISO; one that begins with a header of its own has been
 * told by that.
 */
void
imgcat_format_end(ImgcatFormatInspector *inspector)
{
	const unsigned char *footer = inspector->tail + IMGCAT_FORMAT_TAIL - SECTOR;

	if (inspector->step == IMGCAT_STEP_HEAD)
		read_head(inspector);
	if (is_looking(inspector))
		imgcat_format_endanger(inspector, "it ends before its header does");
	if (inspector->position >= SECTOR &&
		head_has(inspector, 0, "conectix", 8))
		check_vhd_footer(inspector, footer);
	else if (inspector->position >= SECTOR &&
			 memcmp(footer, "conectix", 8) == 0)
	{
		note_format(inspector, IMGCAT_FORMAT_VHD,
					inspector->format == IMGCAT_FORMAT_GPT ||
					inspector->format == IMGCAT_FORMAT_ISO);
		read_vhd(inspector, footer);
	}
	check_vmdk_footer(inspector);
	if (inspector->format == IMGCAT_FORMAT_LUKS)
		read_luks(inspector);
	if (inspector->format == IMGCAT_FORMAT_RAW ||
		inspector->format == IMGCAT_FORMAT_GPT)
		inspector->virtual_size = inspector->position <= INT64_MAX ?
			(int64_t) inspector->position : -1;
}

/*
 * The name of a format.
 */
const char *
imgcat_format_name(ImgcatFormat format)
{
	return names[format];
}
