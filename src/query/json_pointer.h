/*-------------------------------------------------------------------------
 *
 * json_pointer.h
 *		JSON Pointer (RFC 6901): text to tokens, token to text.
 *
 * Pure C: no server needed, no memory allocated.
 *
 * src/query/json_pointer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_QUERY_JSON_POINTER_H
#define IMGCAT_QUERY_JSON_POINTER_H

#include <stddef.h>
#include <stdint.h>

/* What a token means when it meets an array; anything >= 0 is the index. */
#define IMGCAT_JSON_INDEX_NONE	(-1)	/* not an array index: "a", "01", "" */
#define IMGCAT_JSON_INDEX_END	(-2)	/* "-": past the last element */

/*
 * Indexes above this one are not told apart: no array is that long, so the
 * answer is "out of range" for each.
 */
#define IMGCAT_JSON_INDEX_MAX	INT32_MAX

/* Most tokens of a pointer that a caller should make room for. */
#define IMGCAT_JSON_POINTER_TOKENS_MAX	100000

/* One reference token, its escapes undone. */
typedef struct ImgcatJsonToken
{
	const char *str;			/* not NUL-terminated */
	uint32_t	length;
	int32_t		index;			/* IMGCAT_JSON_INDEX_* or the array index */
} ImgcatJsonToken;

typedef enum ImgcatJsonPointerStatus
{
	IMGCAT_JSON_POINTER_OK,
	IMGCAT_JSON_POINTER_NO_SLASH,	/* not empty and does not start with / */
	IMGCAT_JSON_POINTER_BAD_ESCAPE, /* ~ without 0 or 1 after it */
	IMGCAT_JSON_POINTER_TOO_LONG	/* more tokens than the caller has room
									 * for */
} ImgcatJsonPointerStatus;

extern size_t imgcat_json_pointer_token_count(const char *str, size_t length);
extern ImgcatJsonPointerStatus imgcat_json_pointer_parse(const char *str,
														 size_t length,
														 ImgcatJsonToken *tokens,
														 char *decoded,
														 size_t *error_at);
extern size_t imgcat_json_pointer_escape(const char *token, size_t length,
										 char *escaped);

#endif							/* IMGCAT_QUERY_JSON_POINTER_H */
