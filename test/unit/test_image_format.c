/*-------------------------------------------------------------------------
 *
 * test_image_format.c
 *		Formats of disk images, and images that are unsafe.
 *
 * With the name of a file as argument it prints the file's format, virtual
 * size and danger: test/run.d/image_formats asks so about files of qemu-img.
 *
 * test/unit/test_image_format.c
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <string.h>

#include "query/image_format.h"
#include "tap.h"

#define SIZE 400000

static unsigned char image[4 * 1024 * 1024];
static size_t image_size;
static ImgcatFormatInspector inspector;

static void
put_big(size_t at, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		image[at + i] = (unsigned char) (value >> (8 * (bytes - 1 - i)));
}

static void
put_little(size_t at, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		image[at + i] = (unsigned char) (value >> (8 * i));
}

static void
put_text(size_t at, const char *str)
{
	memcpy(image + at, str, strlen(str));
}

/*
 * Inspect the image in pieces of so many bytes; "format size danger".
 */
static const char *
inspect(size_t piece)
{
	static char found[256];

	imgcat_format_begin(&inspector);
	for (size_t at = 0; at < image_size; at += piece)
	{
		size_t		length = image_size - at < piece ? image_size - at : piece;
		char	   *copy = exact_copy((const char *) image + at, length);

		imgcat_format_add(&inspector, copy, length);
		free(copy);
	}
	imgcat_format_end(&inspector);
	snprintf(found, sizeof(found), "%s %" PRId64 "%s%s",
			 imgcat_format_name(inspector.format), inspector.virtual_size,
			 inspector.danger != NULL ? " " : "",
			 inspector.danger != NULL ? inspector.danger : "");
	return found;
}

/*
 * The image is this, however it comes; the next one begins with zeros.
 */
static void
expect(const char *name, const char *expected)
{
	static const size_t pieces[] = {4 * 1024 * 1024, 65536, 34816, 4099, 512, 61};

	for (size_t i = 0; i < lengthof_array(pieces); i++)
	{
		const char *found = inspect(pieces[i]);

		if (strcmp(found, expected) != 0 || i == lengthof_array(pieces) - 1)
		{
			ok(strcmp(found, expected) == 0, "%s is %s: %s, in pieces of %zu", name,
			   expected, found, pieces[i]);
			break;
		}
	}
	memset(image, 0, sizeof(image));
	image_size = SIZE;
}

/*
 * A whole header of each format, to spoil.
 */
static void
make_qcow2(uint32_t version)
{
	put_text(0, "QFI\xfb");
	put_big(4, version, 4);
	put_big(20, 16, 4);
	put_big(24, 10737418240, 8);
	put_big(100, 104, 4);
}

static void
make_vmdk(const char *descriptor)
{
	put_text(0, "KDMV");
	put_little(4, 1, 4);
	put_little(12, 2048, 8);
	put_little(20, 128, 8);
	put_little(28, 1, 8);
	put_little(36, 20, 8);
	put_little(56, 21, 8);
	put_text(512, descriptor);
}

static void
make_vdi(void)
{
	put_text(0, "<<< Oracle VM VirtualBox Disk Image >>>\n");
	put_little(0x40, 0xbeda107f, 4);
	put_little(0x44, 0x10001, 4);
	put_little(0x4c, 1, 4);
	put_little(0x170, 1048576, 8);
	put_little(0x188, 0x1234567890, 8);
}

static void
make_vhd(size_t at, uint32_t type)
{
	put_text(at, "conectix");
	put_big(at + 48, 2097152, 8);
	put_big(at + 60, type, 4);
}

static void
make_iso(void)
{
	image[0x8000] = 1;
	put_text(0x8001, "CD001");
	put_little(0x8050, 180, 4);
	put_little(0x8080, 2048, 2);
}

static void
make_gpt(void)
{
	image[446 + 4] = 0xEE;
	put_text(510, "\x55\xAA");
	put_text(512, "EFI PART");
}

static void
put_guid(size_t at, const char *hex)
{
	for (int i = 0; i < 16; i++)
	{
		unsigned int byte;

		sscanf(hex + 2 * i, "%2x", &byte);
		image[at + i] = (unsigned char) byte;
	}
}

static void
make_vhdx(size_t metadata, uint32_t parameters, uint32_t size)
{
	image_size = 3 * 1024 * 1024;
	put_text(0, "vhdxfile");
	put_text(192 * 1024, "regi");
	put_little(192 * 1024 + 8, 2, 4);
	put_guid(192 * 1024 + 16, "6677c22d23f600429d64115e9bfd4a08");
	put_guid(192 * 1024 + 48, "06a27c8b90479a4bb8fe575f050f886e");
	put_little(192 * 1024 + 64, metadata, 8);
	memcpy(image + 256 * 1024, image + 192 * 1024, 64 * 1024);
	put_text(64 * 1024, "head");
	put_text(128 * 1024, "head");
	put_text(metadata, "metadata");
	put_little(metadata + 10, 2, 2);
	put_guid(metadata + 32, "3767a1ca36fa434db3b633f0aa44e76b");
	put_little(metadata + 32 + 16, parameters, 4);
	put_guid(metadata + 64, "2442a52f1bcd7648b2115dbed83bf4b8");
	put_little(metadata + 64 + 16, size, 4);
	put_little(metadata + parameters, 8 * 1024 * 1024, 4);
	put_little(metadata + size, 5368709120, 8);
}

#define SPARSE \
	"# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n" \
	"createType=\"monolithicSparse\"\n\n# Extent description\n" \
	"RW 2048 SPARSE \"disk.vmdk\"\n\n# The Disk Data Base\nddb.adapterType = \"ide\"\n"

static void
test_formats(void)
{
	expect("zeros", "raw 400000");
	image_size = 0;
	expect("nothing", "raw 0");
	image_size = 3;
	put_text(0, "QFI");
	expect("half a magic", "raw 3");
	make_qcow2(2);
	expect("qcow2 of version 2", "qcow2 10737418240");
	make_qcow2(3);
	put_big(72, 0x1b, 8);
	expect("qcow2 of version 3 with all known features", "qcow2 10737418240");
	put_text(0, "QED");
	put_little(48, 4096, 8);
	expect("QED", "qed 4096");
	make_vmdk(SPARSE);
	expect("VMDK, monolithicSparse", "vmdk 1048576");
	make_vmdk("CREATETYPE = streamOptimized\r\nParentCid=FFFFFFFF\r\n rw 2048 SPARSE \"a.vmdk\"\r\n");
	expect("VMDK, streamOptimized", "vmdk 1048576");
	make_vmdk(SPARSE);
	put_little(56, UINT64_MAX, 8);
	memcpy(image + SIZE - 1024, image, 512);
	expect("VMDK with a footer", "vmdk 1048576");
	make_vdi();
	expect("VDI", "vdi 1048576");
	make_vhd(0, 3);
	make_vhd(SIZE - 512, 3);
	expect("VHD, dynamic", "vhd 2097152");
	make_vhd(SIZE - 512, 2);
	expect("VHD, fixed", "vhd 2097152");
	make_vhd(SIZE - 512, 2);
	make_gpt();
	expect("VHD, fixed, with partitions", "vhd 2097152");
	image_size = 512;
	make_vhd(0, 2);
	expect("VHD of a footer alone", "vhd 2097152");
	make_iso();
	expect("ISO", "iso 368640");
	make_iso();
	make_gpt();
	expect("ISO for disks", "iso 368640");
	make_gpt();
	expect("GPT", "gpt 400000");
	make_gpt();
	memset(image + 512, 0, 8);
	put_text(4096, "EFI PART");
	expect("GPT of large sectors", "gpt 400000");
	make_gpt();
	image[446 + 4] = 0x83;
	expect("partitions without GPT", "raw 400000");
	put_text(0, "LUKS\xba\xbe");
	put_big(6, 1, 2);
	put_big(104, 8, 4);
	expect("LUKS", "luks 395904");
	put_text(0, "LUKS\xba\xbe");
	put_big(6, 2, 2);
	expect("LUKS of version 2", "luks -1");
	put_text(0, "WithoutFreeSpace");
	put_little(36, 2048, 4);
	put_little(40, 0xffffffff, 4);
	expect("ploop", "ploop 1048576");
	put_text(0, "WithouFreSpacExt");
	put_little(36, 2048, 8);
	expect("ploop, extended", "ploop 1048576");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	expect("VHDX", "vhdx 5368709120");
	make_vhdx(1024 * 1024, 65544, 65536);
	expect("VHDX, items in another order", "vhdx 5368709120");
}

static void
test_dangers(void)
{
	make_qcow2(2);
	put_big(8, 512, 8);
	expect("qcow2 with a backing file", "qcow2 10737418240 it has a backing file");
	make_qcow2(3);
	put_big(8, UINT64_C(1) << 63, 8);
	expect("qcow2 with a backing file far away", "qcow2 10737418240 it has a backing file");
	make_qcow2(1);
	expect("qcow of version 1", "qcow2 10737418240 it is of an unknown version of qcow");
	make_qcow2(4);
	expect("qcow of version 4", "qcow2 10737418240 it is of an unknown version of qcow");
	make_qcow2(3);
	put_big(72, 4, 8);
	expect("qcow2 with a data file", "qcow2 10737418240 it has an external data file");
	make_qcow2(3);
	put_big(72, UINT64_C(1) << 5, 8);
	expect("qcow2 with feature 5", "qcow2 10737418240 it has unknown features");
	make_qcow2(3);
	put_big(72, UINT64_C(1) << 63, 8);
	expect("qcow2 with feature 63", "qcow2 10737418240 it has unknown features");
	make_qcow2(3);
	put_big(24, UINT64_MAX, 8);
	expect("qcow2 of a size that no number holds", "qcow2 -1 its virtual size is too large");
	make_qcow2(3);
	image_size = 40;
	expect("half a header", "qcow2 -1 its header is not whole");
	make_qcow2(3);
	image_size = 100;
	expect("a header of version 2 that says 3", "qcow2 10737418240 its header is not whole");
	put_text(0, "QED");
	put_little(16, 1, 8);
	expect("QED with a backing file", "qed 0 it has a backing file");
	put_text(0, "QED");
	put_little(16, 8, 8);
	expect("QED with unknown features", "qed 0 it has unknown features");
	make_vdi();
	put_little(0x4c, 4, 4);
	expect("VDI, differencing", "vdi 1048576 it depends on another image");
	make_vdi();
	image[0x1c7] = 1;
	expect("VDI with a parent", "vdi 1048576 it depends on another image");
	make_vdi();
	put_little(0x44, 1, 4);
	put_little(0x48, 4, 4);
	expect("VDI, differencing, of the layout before 1.1", "vdi 1048576 it is of an unknown version of VDI");
	make_vhd(0, 4);
	expect("VHD, differencing", "vhd 2097152 it depends on another image");
	make_vhd(SIZE - 512, 4);
	expect("VHD, differencing by its footer", "vhd 2097152 it depends on another image");
	make_vhd(0, 3);
	make_vhd(SIZE - 512, 4);
	expect("VHD, differencing by its footer only", "vhd 2097152 its header and its footer differ");
	make_vhd(0, 3);
	expect("VHD without its footer", "vhd 2097152 its header and its footer differ");
	make_vhd(0, 3);
	make_vhd(SIZE - 512, 3);
	put_big(SIZE - 512 + 48, 4096, 8);
	expect("VHD of two sizes", "vhd 2097152 its header and its footer differ");
	make_vhd(0, 3);
	make_vhd(SIZE - 512, 3);
	put_big(SIZE - 512 + 16, 1024, 8);
	expect("VHD with two next headers", "vhd 2097152 its header and its footer differ");
	make_vhd(0, 9);
	expect("VHD of another type", "vhd 2097152 it is of an unknown type of VHD");
	put_text(0, "LUKS\xba\xbe");
	put_big(6, 1, 2);
	put_big(104, 4096, 4);
	expect("LUKS without its payload", "luks -1 its payload is missing");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	image[2 * 1024 * 1024 + 65536 + 4] = 2;
	expect("VHDX with a parent", "vhdx 5368709120 it depends on another image");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	image_size = 300000;
	expect("VHDX that ends early", "vhdx -1 it ends before its header does");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_text(64 * 1024 + 48, "x");
	expect("VHDX with a log", "vhdx 5368709120 it was not closed: its log has changes");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_text(128 * 1024 + 63, "x");
	expect("VHDX with a log in its second header", "vhdx 5368709120 it was not closed: its log has changes");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_little(256 * 1024 + 64, 1024 * 1024, 8);
	expect("VHDX with two tables of regions", "vhdx 5368709120 its tables of regions differ");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_text(256 * 1024, "rege");
	expect("VHDX with one table of regions", "vhdx 5368709120");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_guid(192 * 1024 + 16, "06a27c8b90479a4bb8fe575f050f886e");
	expect("VHDX with the metadata twice", "vhdx -1 it has no metadata");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_little(2 * 1024 * 1024 + 10, 3, 2);
	put_guid(2 * 1024 * 1024 + 96, "3767a1ca36fa434db3b633f0aa44e76b");
	put_little(2 * 1024 * 1024 + 96 + 16, 65552, 4);
	expect("VHDX with its parameters twice", "vhdx -1 it has no metadata");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_text(192 * 1024, "rege");
	expect("VHDX without regions", "vhdx -1 it has no metadata");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_little(192 * 1024 + 8, UINT32_MAX, 4);
	put_little(192 * 1024 + 48, 0, 8);
	expect("VHDX with too many regions", "vhdx -1 it has no metadata");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_little(192 * 1024 + 64, 65536, 8);
	put_little(256 * 1024 + 64, 65536, 8);
	expect("VHDX with metadata before its table", "vhdx -1 its parts are not in their order");
	make_vhdx(2 * 1024 * 1024, 65536, 65544);
	put_little(192 * 1024 + 64, UINT64_MAX - 10, 8);
	put_little(256 * 1024 + 64, UINT64_MAX - 10, 8);
	expect("VHDX with metadata at the end of numbers", "vhdx -1 it ends before its header does");
	make_vhdx(2 * 1024 * 1024, 100, 65544);
	expect("VHDX with an item in its table", "vhdx -1 its parts are not in their order");
	make_vhdx(2 * 1024 * 1024, 65536, 65540);
	expect("VHDX with items in each other", "vhdx -1 its parts are not in their order");
}

static void
test_vmdk_dangers(void)
{
	static const struct
	{
		const char *name;
		const char *descriptor;
		const char *danger;
	}			cases[] =
	{
		{"VMDK, flat", "createType=\"monolithicFlat\"\nRW 2048 FLAT \"/etc/passwd\" 0\n", "its data lies in other files"},
		{"VMDK, sparse in name", "createType=\"monolithicSparse\"\nRW 2048 FLAT \"disk-flat.vmdk\" 0\n", "its data lies in other files"},
		{"VMDK, another folder", "createType=\"monolithicSparse\"\nRW 2048 SPARSE \"../other.vmdk\"\n", "its data lies in other files"},
		{"VMDK, another drive", "createType=\"monolithicSparse\"\nRW 2048 SPARSE \"C:\\\\other.vmdk\"\n", "its data lies in other files"},
		{"VMDK, zero extent", "createType=\"monolithicSparse\"\nRW 2048 ZERO\n", "its data lies in other files"},
		{"VMDK, two extents", SPARSE "RW 2048 SPARSE \"second.vmdk\"\n", "its descriptor does not describe it"},
		{"VMDK, second extent flat", SPARSE "RDONLY 1 FLAT \"/etc/shadow\" 0\n", "its data lies in other files"},
		{"VMDK, no extent", "createType=\"monolithicSparse\"\n", "its descriptor does not describe it"},
		{"VMDK, no type", "RW 2048 SPARSE \"disk.vmdk\"\n", "its descriptor does not describe it"},
		{"VMDK, parent", "parentCID=12345678\n" SPARSE, "it depends on another image"},
		{"VMDK, parent in a comment", SPARSE "#parentFileNameHint=\"/base.vmdk\"\n", "it depends on another image"},
		{"VMDK, parent by name", "parentFileNameHint=\"/base.vmdk\"\n" SPARSE, "it depends on another image"},
		{"VMDK, empty descriptor", "", "its descriptor does not describe it"},
		{"VMDK, physical disk", "createType=\"fullDevice\"\nRW 2048 FLAT \"/dev/sda\" 0\n", "its data lies in other files"},
	};
	char		expected[128];

	for (size_t i = 0; i < lengthof_array(cases); i++)
	{
		make_vmdk(cases[i].descriptor);
		snprintf(expected, sizeof(expected), "vmdk 1048576 %s", cases[i].danger);
		expect(cases[i].name, expected);
	}
	put_text(0, SPARSE);
	expect("VMDK, descriptor alone", "vmdk -1 its data lies in other files");
	put_text(0, "\r\n# a comment\n  \nversion=3\n");
	expect("VMDK, descriptor alone behind comments", "vmdk -1 its data lies in other files");
	put_text(0, "#!/bin/sh\necho version=1\n");
	expect("a script", "raw 400000");
	put_text(0, "COWD");
	expect("VMDK of ESX", "vmdk -1 it has no descriptor");
	make_vmdk(SPARSE);
	put_little(28, 0, 8);
	expect("VMDK without a descriptor", "vmdk 1048576 it has no descriptor");
	make_vmdk(SPARSE);
	put_little(36, 129, 8);
	expect("VMDK with a large descriptor", "vmdk 1048576 its descriptor is too large");
	make_vmdk(SPARSE);
	put_little(28, UINT64_MAX, 8);
	expect("VMDK with a descriptor at the end of numbers", "vmdk 1048576 its descriptor is not behind its header");
	make_vmdk("parentFileNameHint=\"/base.vmdk\"\n");
	put_little(28, 200, 8);
	put_text(200 * 512, SPARSE);
	expect("VMDK with a second descriptor", "vmdk 1048576 its descriptor is not behind its header");
	make_vmdk(SPARSE);
	put_little(36, 1, 8);
	put_text(20 * 512, "parentFileNameHint=\"/base.vmdk\"\n");
	expect("VMDK with a parent behind its descriptor", "vmdk 1048576 it depends on another image");
	make_vmdk(SPARSE);
	put_text(21 * 512, "parentFileNameHint");
	expect("VMDK with such data", "vmdk 1048576");
	make_vmdk(SPARSE);
	put_little(36, 100, 8);
	image_size = 40000;
	expect("VMDK that ends in its descriptor", "vmdk 1048576 it ends before its header does");
	make_vmdk(SPARSE);
	put_little(12, 0, 8);
	expect("VMDK without a capacity", "vmdk 0 its data lies in other files");
	make_vmdk(SPARSE);
	put_little(56, UINT64_MAX, 8);
	memcpy(image + SIZE - 1024, image, 512);
	put_little(SIZE - 1024 + 28, 100, 8);
	expect("VMDK with another descriptor in its footer", "vmdk 1048576 its header and its footer differ");
	make_vmdk(SPARSE);
	put_little(56, UINT64_MAX, 8);
	expect("VMDK without its footer", "vmdk 1048576 its header and its footer differ");
}

static void
test_two_formats(void)
{
	make_qcow2(3);
	make_iso();
	expect("qcow2 and ISO", "qcow2 10737418240 it looks like two formats");
	make_qcow2(3);
	make_vhd(SIZE - 512, 2);
	expect("qcow2 with the footer of a VHD", "vhd 2097152 it looks like two formats");
	make_vdi();
	memset(image, 0, 64);
	put_text(0, "# x\nversion=1\n");
	expect("VDI that is a descriptor of VMDK", "vmdk -1 it looks like two formats");
	make_vmdk(SPARSE);
	make_gpt();
	put_text(512, SPARSE);
	put_text(4096, "EFI PART");
	expect("VMDK with partitions", "vmdk 1048576 it looks like two formats");
	put_text(0, "LUKS\xba\xbe");
	make_iso();
	expect("LUKS and ISO", "luks -1 it looks like two formats");
}

/*
 * Inspect a file, and print what it is.
 */
static int
print_file(const char *name)
{
	static char buffer[1 << 20];
	FILE	   *file = fopen(name, "rb");
	size_t		length;

	if (file == NULL)
	{
		perror(name);
		return 1;
	}
	imgcat_format_begin(&inspector);
	while ((length = fread(buffer, 1, sizeof(buffer), file)) > 0)
		imgcat_format_add(&inspector, buffer, length);
	fclose(file);
	imgcat_format_end(&inspector);
	printf("%s %" PRId64 " %s\n", imgcat_format_name(inspector.format),
		   inspector.virtual_size,
		   inspector.danger != NULL ? inspector.danger : "safe");
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2)
		return print_file(argv[1]);
	image_size = SIZE;
	test_formats();
	test_dangers();
	test_vmdk_dangers();
	test_two_formats();
	return done_testing();
}
