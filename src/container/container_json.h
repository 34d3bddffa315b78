/*-------------------------------------------------------------------------
 *
 * container_json.h
 *		JSON text of the documents that container-image functions return.
 *
 * src/container/container_json.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_JSON_H
#define IMGCAT_CONTAINER_JSON_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

/* Which counters a document shows (container_images.counters_present). */
#define IMGCAT_COUNTER_COMPONENTS	1
#define IMGCAT_COUNTER_CVES			2
#define IMGCAT_COUNTER_FIXABLE_CVES	4
#define IMGCAT_COUNTER_TOP_CVSS		8

/* A StorageListImage, as its row in container_images holds it. */
typedef struct ImgcatListImage
{
	const char *digest;
	const char *name_full;
	int			counters_present;	/* IMGCAT_COUNTER_ bits */
	int32		component_count;
	int32		cve_count;
	int32		fixable_cve_count;
	bool		has_created_at;
	TimestampTz created_at;
	int			created_at_nanos;	/* 0..999, below the microsecond */
	TimestampTz last_updated;
	int			last_updated_nanos;
	int64		priority;		/* rank of the risk score, from 1 */
} ImgcatListImage;

extern void imgcat_write_list_image(StringInfo out,
									const ImgcatListImage *image);
extern void imgcat_json_timestamp(StringInfo out, TimestampTz timestamp,
								  int nanos);

#endif							/* IMGCAT_CONTAINER_JSON_H */
