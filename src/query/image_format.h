/*-------------------------------------------------------------------------
 *
 * image_format.h
 *		What format the bytes of a disk image have.
 *
 * src/query/image_format.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMAGE_FORMAT_H
#define IMGCAT_IMAGE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ImgcatFormat
{
	IMGCAT_FORMAT_RAW,			/* none of the others */
	IMGCAT_FORMAT_GPT,			/* a raw disk with a partition table */
	IMGCAT_FORMAT_ISO,
	IMGCAT_FORMAT_LUKS,
	IMGCAT_FORMAT_PLOOP,
	IMGCAT_FORMAT_QCOW2,		/* qcow of version 1, too, which is unsafe */
	IMGCAT_FORMAT_QED,
	IMGCAT_FORMAT_VDI,
	IMGCAT_FORMAT_VHD,
	IMGCAT_FORMAT_VHDX,
	IMGCAT_FORMAT_VMDK
} ImgcatFormat;

/* Bytes from the beginning that tell most formats: an ISO's first sector. */
#define IMGCAT_FORMAT_HEAD 34816

/* Bytes at the end: the footers of a VHD and of a VMDK. */
#define IMGCAT_FORMAT_TAIL 1536

/* Most bytes of a part that lies elsewhere. */
#define IMGCAT_FORMAT_WINDOW 65536

/* What is looked for, in this order. */
typedef enum ImgcatFormatStep
{
	IMGCAT_STEP_HEAD,
	IMGCAT_STEP_VMDK_DESCRIPTOR,
	IMGCAT_STEP_VHDX_HEADER,
	IMGCAT_STEP_VHDX_SECOND_HEADER,
	IMGCAT_STEP_VHDX_REGIONS,
	IMGCAT_STEP_VHDX_SECOND_REGIONS,
	IMGCAT_STEP_VHDX_METADATA,
	IMGCAT_STEP_VHDX_ITEM,
	IMGCAT_STEP_DONE
} ImgcatFormatStep;

/* A value among the metadata of a VHDX. */
typedef struct ImgcatVhdxItem
{
	uint64_t	offset;			/* in the file; 0: there is none */
	bool		is_size;		/* the virtual size, else flags */
} ImgcatVhdxItem;

/*
 * Looks at bytes as they go by, and keeps some.  Initialise it by
 * imgcat_format_begin.
 */
typedef struct ImgcatFormatInspector
{
	uint64_t	position;		/* bytes seen */
	unsigned char head[IMGCAT_FORMAT_HEAD];
	unsigned char tail[IMGCAT_FORMAT_TAIL];

	/* what is looked for behind the head */
	ImgcatFormatStep step;
	unsigned char window[IMGCAT_FORMAT_WINDOW];
	uint64_t	window_begin;
	size_t		window_length;	/* bytes wanted */
	size_t		window_filled;
	uint64_t	metadata;		/* of a VHDX: where its table lies */
	ImgcatVhdxItem items[2];
	int			item;

	/* what is known so far */
	ImgcatFormat format;
	int64_t		virtual_size;	/* -1: unknown */
	const char *danger;			/* why it is unsafe; NULL: it is not */
} ImgcatFormatInspector;

extern void imgcat_format_begin(ImgcatFormatInspector *inspector);
extern void imgcat_format_add(ImgcatFormatInspector *inspector,
							  const void *bytes, size_t length);

/*
 * The bytes have ended: format, virtual_size and danger are known then.
 */
extern void imgcat_format_end(ImgcatFormatInspector *inspector);

/* The name of a format, as records have it in disk_format. */
extern const char *imgcat_format_name(ImgcatFormat format);

#endif							/* IMGCAT_IMAGE_FORMAT_H */
