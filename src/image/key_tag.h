/*-------------------------------------------------------------------------
 *
 * key_tag.h
 *		Tags of the IMS dialect: a key and a value in one tag.
 *
 * src/image/key_tag.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_KEY_TAG_H
#define IMGCAT_KEY_TAG_H

#include "compat.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* Points into the tag that it was split from. */
typedef struct ImgcatKeyTag
{
	const char *key;
	int			key_length;
	const char *value;
	int			value_length;
} ImgcatKeyTag;

extern void imgcat_key_tag_split(ImgcatKeyTag *key_tag, const text *tag);
extern text *imgcat_key_tag_text(const ImgcatKeyTag *key_tag);
extern void imgcat_key_tag_check(const ImgcatKeyTag *key_tag);
extern void imgcat_key_tag_json(StringInfo out, const ImgcatKeyTag *key_tag);
extern bool imgcat_key_tag_same(const char *a, int a_length,
								const char *b, int b_length);
extern JsonbContainer *imgcat_request_array(JsonbContainer *request,
											const char *name);
extern bool imgcat_request_string(JsonbContainer *request, const char *name,
								  int max_length, const char **string,
								  int *length);
pg_noreturn extern void imgcat_bad_tag_request(const char *problem);

#endif							/* IMGCAT_KEY_TAG_H */
