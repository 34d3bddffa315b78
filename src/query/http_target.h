/*-------------------------------------------------------------------------
 *
 * http_target.h
 *		The target of an HTTP request: segments of a path, and a query.
 *
 * src/query/http_target.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_HTTP_TARGET_H
#define IMGCAT_HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * More segments than any route of ours has, with a prefix in front; of a longer
 * path the first ones are read.
 */
#define IMGCAT_TARGET_SEGMENTS_MAX	16

typedef enum ImgcatTargetResult
{
	IMGCAT_TARGET_OK,
	IMGCAT_TARGET_MALFORMED,	/* neither a path nor a URL */
	IMGCAT_TARGET_BAD_ENCODING	/* a segment is not UTF-8, or has a NUL */
} ImgcatTargetResult;

/*
 * A target, read.  All strings lie in the text that was read.
 */
typedef struct ImgcatHttpTarget
{
	/* decoded, NUL-terminated; "/" has none, "/a/" has "a" and "" */
	int			nsegments;
	char	   *segments[IMGCAT_TARGET_SEGMENTS_MAX];
	bool		too_long;		/* there are more segments than that */

	/* what follows the '?', as it came; "" if nothing does */
	char	   *query;
	size_t		query_length;
} ImgcatHttpTarget;

/*
 * Read text[0 .. length): a path that starts with a slash, or a whole URL,
 * whose scheme and host are skipped; a fragment is dropped.  The caller must
 * own the bytes up to and including text[length]; they are decoded in place.
 *
 * A segment that holds an encoded slash holds a slash afterwards.
 */
extern ImgcatTargetResult imgcat_http_target_read(ImgcatHttpTarget *target,
												  char *str, size_t length);

#endif							/* IMGCAT_HTTP_TARGET_H */
