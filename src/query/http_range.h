/*-------------------------------------------------------------------------
 *
 * http_range.h
 *		The part of a resource that an HTTP request asks for.
 *
 * src/query/http_range.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_HTTP_RANGE_H
#define IMGCAT_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum ImgcatRangeResult
{
	IMGCAT_RANGE_OK,
	IMGCAT_RANGE_MALFORMED,
	IMGCAT_RANGE_SEVERAL		/* more than one part */
} ImgcatRangeResult;

/* Bytes first to last, both included. */
typedef struct ImgcatHttpRange
{
	int64_t		first;			/* -1: the last so many bytes, as last says */
	int64_t		last;			/* -1: to the end */
	bool		is_clamped;		/* last may lie behind the end */
} ImgcatHttpRange;

/*
 * Read the value of Range: "bytes=3-10", "bytes=3-", "bytes=-8".  A number that
 * does not fit counts as the largest.
 */
extern ImgcatRangeResult imgcat_http_range_read(ImgcatHttpRange *range,
												const char *value);

/*
 * Read the value of Content-Range, which clients of old send in a request:
 * "bytes 3-10/26" or "bytes 3-10" followed by a slash and a star.
 */
extern ImgcatRangeResult imgcat_http_content_range_read(ImgcatHttpRange *range,
														const char *value);

/*
 * Which bytes of a resource of size bytes these are; false if it has none of
 * them.  A suffix longer than the resource, or of no bytes, is all of it.
 */
extern bool imgcat_http_range_resolve(const ImgcatHttpRange *range,
									  int64_t size, int64_t *offset,
									  int64_t *length);

#endif							/* IMGCAT_HTTP_RANGE_H */
