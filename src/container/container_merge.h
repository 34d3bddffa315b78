/*-------------------------------------------------------------------------
 *
 * container_merge.h
 *		An imported document made complete, and merged with the stored one.
 *
 * src/container/container_merge.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_MERGE_H
#define IMGCAT_CONTAINER_MERGE_H

#include "container/container_document.h"

extern const char *imgcat_document_digest(const ImgcatMessage *document);
extern void imgcat_prepare_document(ImgcatMessage *document);
extern ImgcatMessage *imgcat_merge_document(ImgcatMessage *document,
											ImgcatMessage *gone,
											const ImgcatMessage *stored,
											ImgcatMessage *stored_gone);
extern void imgcat_finish_document(ImgcatMessage *document, TimestampTz now,
								   double unchanged_risk);

extern void imgcat_drop_note(ImgcatMessage *document, int note);
extern void imgcat_set_time(ImgcatMessage *message, int field,
							TimestampTz timestamp);

#endif							/* IMGCAT_CONTAINER_MERGE_H */
