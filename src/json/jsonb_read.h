/*-------------------------------------------------------------------------
 *
 * jsonb_read.h
 *		Members of jsonb objects, by name and by what is expected there.
 *
 * For documents of others, of which a member that is absent, null or of
 * another type is as good as not there.  object may be NULL: nothing is there.
 *
 * src/json/jsonb_read.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSONB_READ_H
#define IMGCAT_JSONB_READ_H

#include "utils/jsonb.h"

/* Elements of an array, or members of an object, one after the other. */
typedef struct ImgcatJsonbWalk
{
	JsonbIterator *iterator;	/* NULL: none */
	int			index;			/* of the element that was read last */
	JsonbValue	key;			/* of the member that was read last */
	JsonbValue	value;
} ImgcatJsonbWalk;

extern bool imgcat_read_member(JsonbContainer *object, const char *name,
							   JsonbValue *value);
extern char *imgcat_read_text(JsonbContainer *object, const char *name);
extern JsonbContainer *imgcat_read_object(JsonbContainer *object,
										  const char *name);
extern JsonbContainer *imgcat_read_array(JsonbContainer *object,
										 const char *name);
extern char *imgcat_read_string(const JsonbValue *value);
extern JsonbContainer *imgcat_read_as_object(const JsonbValue *value);
extern Jsonb *imgcat_read_copy(JsonbContainer *container);

/* The JSON pointer to a member of what is at a place, itself one. */
extern char *imgcat_member_place(const char *place, const char *name);

/* container may be NULL. */
extern void imgcat_read_begin(ImgcatJsonbWalk *walk, JsonbContainer *container);
extern bool imgcat_read_next(ImgcatJsonbWalk *walk);

#endif							/* IMGCAT_JSONB_READ_H */
