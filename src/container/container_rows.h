/*-------------------------------------------------------------------------
 *
 * container_rows.h
 *		Rows of the container-image tables, made from documents.
 *
 * src/container/container_rows.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_ROWS_H
#define IMGCAT_CONTAINER_ROWS_H

#include "container/container_document.h"
#include "named_rows.h"

typedef enum ImgcatContainerTable
{
	IMGCAT_TABLE_IMAGES,
	IMGCAT_TABLE_NAMES,
	IMGCAT_TABLE_LABELS,
	IMGCAT_TABLE_LAYERS,
	IMGCAT_TABLE_COMPONENTS,
	IMGCAT_TABLE_FINDINGS
} ImgcatContainerTable;

#define IMGCAT_CONTAINER_TABLES		(IMGCAT_TABLE_FINDINGS + 1)

/* Rows on their way into a table. */
typedef struct ImgcatRowSet
{
	const char *table;			/* name in schema image_catalog */
	char	   *columns;		/* names, separated by commas */
	ImgcatNamedRows rows;
} ImgcatRowSet;

extern ImgcatRowSet *imgcat_make_row_set(ImgcatContainerTable table);
extern void imgcat_add_image_row(ImgcatRowSet *set, int64 image_key,
								 const ImgcatMessage *document, Jsonb *stored,
								 const ImgcatMessage *gone);
extern void imgcat_add_metadata_rows(ImgcatRowSet *names, ImgcatRowSet *labels,
									 ImgcatRowSet *layers, int64 image_key,
									 const ImgcatMessage *document);
extern void imgcat_add_scan_rows(ImgcatRowSet *components,
								 ImgcatRowSet *findings, int64 image_key,
								 const ImgcatMessage *document);

#endif							/* IMGCAT_CONTAINER_ROWS_H */
