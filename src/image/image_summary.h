/*-------------------------------------------------------------------------
 *
 * image_summary.h
 *		What a listing filters images on, packed into eight bytes.
 *
 * src/image/image_summary.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMAGE_SUMMARY_H
#define IMGCAT_IMAGE_SUMMARY_H

#include "datatype/timestamp.h"
#include "image/image_row.h"

/*
 * The parts of a summary: a number of bits each, from the lowest on.  Enum
 * values and flags are exact.  A hash tells only that two values differ, a
 * class only that one is larger.  The layout
 * stands in the tables and in their indexes: to change it is to write both
 * anew.
 */
typedef enum ImgcatSummaryPart
{
	IMGCAT_SUMMARY_STATUS,
	IMGCAT_SUMMARY_DISK_FORMAT,
	IMGCAT_SUMMARY_CONTAINER_FORMAT,
	IMGCAT_SUMMARY_PROTECTED,
	IMGCAT_SUMMARY_NO_SIZE,
	IMGCAT_SUMMARY_NO_NAME,
	IMGCAT_SUMMARY_UPDATED_AT,	/* hash */
	IMGCAT_SUMMARY_SIZE,		/* hash; a missing size as zero */
	IMGCAT_SUMMARY_NAME,		/* hash; a missing name as the empty one */
	IMGCAT_SUMMARY_MIN_RAM,		/* class */
	IMGCAT_SUMMARY_MIN_DISK,	/* class */
	IMGCAT_SUMMARY_UNREGISTERED /* property __isregistered is "false" */
} ImgcatSummaryPart;

/* the code of a missing value, and of one that attribute.c does not know */
#define IMGCAT_SUMMARY_NO_VALUE 0
#define IMGCAT_SUMMARY_UNKNOWN_VALUE 31

extern uint32 imgcat_summary_part(uint64 summary, ImgcatSummaryPart part);
extern uint64 imgcat_summary_with_part(uint64 summary, ImgcatSummaryPart part,
									   uint32 value);
extern uint32 imgcat_summary_enum_code(ImgcatSummaryPart part, const char *value,
									   size_t length);
extern const char *imgcat_summary_enum_value(ImgcatSummaryPart part, uint32 code);
extern uint32 imgcat_summary_number_hash(ImgcatSummaryPart part, int64 number);
extern uint32 imgcat_summary_class(ImgcatSummaryPart part, int64 number);
extern uint32 imgcat_summary_name_hash(const char *name, size_t length);

#endif							/* IMGCAT_IMAGE_SUMMARY_H */
