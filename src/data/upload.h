/*-------------------------------------------------------------------------
 *
 * upload.h
 *		Data comes: what functions that take it, and that end it, share.
 *
 * src/data/upload.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_UPLOAD_H
#define IMGCAT_UPLOAD_H

#include "image/image_row.h"
#include "image/policy.h"
#include "image/status.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/* a record that knows nothing of data */
extern const ImgcatDataFacts imgcat_no_data;

extern void imgcat_data_facts_check(const ImgcatDataFacts *facts,
									int sqlstate);
extern void imgcat_data_examine(const ImgcatImageRow *row,
								ImgcatDataFacts *facts);
extern void imgcat_data_reexamine(const ImgcatImageRow *row,
								  ImgcatDataFacts *facts);
extern void imgcat_import_request_check(Jsonb *request);
extern bool imgcat_upload_size(const pg_uuid_t *id, int64 *size);
extern Datum imgcat_image_answer_json(MemoryContext context,
									  ImgcatImageRow *row);

#endif							/* IMGCAT_UPLOAD_H */
