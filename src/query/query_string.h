/*-------------------------------------------------------------------------
 *
 * query_string.h
 *		The query part of a URL, pair by pair, and the encoding of its values.
 *
 * src/query/query_string.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_QUERY_STRING_H
#define IMGCAT_QUERY_STRING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What of a query is still to be read.  The text is the caller's and is
 * decoded in place.
 */
typedef struct ImgcatQueryString
{
	char	   *at;
	char	   *end;
} ImgcatQueryString;

/*
 * One pair, decoded.  Both strings lie in the caller's text and end with a
 * NUL; neither is ever NULL.
 */
typedef struct ImgcatQueryParameter
{
	char	   *name;
	size_t		name_length;
	char	   *value;
	size_t		value_length;
} ImgcatQueryParameter;

typedef enum ImgcatQueryResult
{
	IMGCAT_QUERY_PARAMETER,
	IMGCAT_QUERY_END,
	IMGCAT_QUERY_BAD_ENCODING	/* not UTF-8, or a NUL, after decoding */
} ImgcatQueryResult;

/*
 * Start reading text[0 .. length), without the leading '?'.  The caller must
 * own the bytes up to and including text[length], where a NUL is written.
 */
extern void imgcat_query_string_init(ImgcatQueryString *query,
									 char *str, size_t length);

/*
 * The next pair.  On IMGCAT_QUERY_BAD_ENCODING the parameter holds the pair as
 * decoded, which is not fit to be shown; reading may go on.
 */
extern ImgcatQueryResult imgcat_query_string_next(ImgcatQueryString *query,
												  ImgcatQueryParameter *parameter);

/*
 * Decode text[0 .. length) in place, end it with a NUL, return its new length.
 * The caller must own text[length].  A '+' is a blank in a query, and itself
 * in a path.
 */
extern size_t imgcat_url_decode(char *str, size_t length,
								bool plus_is_blank);

/*
 * Encode text as a name or value of a query (form encoding: a blank becomes
 * '+').  Writes at most out_size bytes, no NUL, never a part of an escape, and
 * returns the length that the whole needs; out may be NULL when out_size is 0.
 */
extern size_t imgcat_url_encode(char *out, size_t out_size,
								const char *str, size_t length);

#endif							/* IMGCAT_QUERY_STRING_H */
