/*-------------------------------------------------------------------------
 *
 * jsonb_writer.h
 *		Writing one jsonb container, entry by entry or run by run.
 *
 * The caller has reserved room for everything (see imgcat_jsonb_value_room and
 * imgcat_jsonb_run_room: upper bounds) and knows the number of entries.
 * For an object all keys are written first, in order, then all values.
 *
 * src/json/jsonb_writer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSONB_WRITER_H
#define IMGCAT_JSONB_WRITER_H

#include "json/jsonb_format.h"

typedef struct ImgcatJsonbWriter
{
	JsonbContainer *container;
	char	   *data;			/* the data area */
	uint32		index;			/* of the next entry */
	uint32		offset;			/* end of the data so far */
} ImgcatJsonbWriter;

/* Most that a container takes before any entry, its own padding included. */
#define IMGCAT_JSONB_CONTAINER_ROOM \
	(offsetof(JsonbContainer, children) + sizeof(JEntry) + INTALIGN(1))

extern Size imgcat_jsonb_value_room(const JsonbValue *value);
extern Size imgcat_jsonb_run_room(const JsonbContainer *base, uint32 first,
								  uint32 count);

extern void imgcat_jsonb_writer_begin(ImgcatJsonbWriter *writer, char *at,
									  uint32 flags, uint32 count);
extern uint32 imgcat_jsonb_writer_end(ImgcatJsonbWriter *writer);
extern void imgcat_jsonb_put_string(ImgcatJsonbWriter *writer,
									const char *string, uint32 length);
extern void imgcat_jsonb_put_value(ImgcatJsonbWriter *writer,
								   const JsonbValue *value);
extern void imgcat_jsonb_put_run(ImgcatJsonbWriter *writer,
								 const JsonbContainer *base, uint32 first,
								 uint32 count);
extern char *imgcat_jsonb_put_container_begin(ImgcatJsonbWriter *writer);
extern void imgcat_jsonb_put_container_end(ImgcatJsonbWriter *writer,
										   uint32 length);
extern Jsonb *imgcat_jsonb_from_value(const JsonbValue *value);

#endif							/* IMGCAT_JSONB_WRITER_H */
