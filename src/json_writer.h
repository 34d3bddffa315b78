/*-------------------------------------------------------------------------
 *
 * json_writer.h
 *		Appending JSON scalars to a StringInfo.
 *
 * src/json_writer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSON_WRITER_H
#define IMGCAT_JSON_WRITER_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "utils/uuid.h"

extern void imgcat_json_string(StringInfo out, const char *string,
							   size_t length);
extern void imgcat_json_text(StringInfo out, Datum text_value);
extern void imgcat_json_int(StringInfo out, int64 value);
extern void imgcat_json_time(StringInfo out, TimestampTz value);
extern void imgcat_json_uuid(StringInfo out, const pg_uuid_t *value);
extern void imgcat_append_uuid(StringInfo out, const pg_uuid_t *value);

#endif							/* IMGCAT_JSON_WRITER_H */
