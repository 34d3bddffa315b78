/*-------------------------------------------------------------------------
 *
 * http_header.h
 *		Values of HTTP request headers: media types and entity tags.
 *
 * src/query/http_header.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_HTTP_HEADER_H
#define IMGCAT_HTTP_HEADER_H

#include <stdbool.h>

/*
 * Is this Content-Type the given media type, whatever its parameters?  The
 * comparison is case-sensitive, as in the reference service.
 */
extern bool imgcat_media_type_is(const char *content_type, const char *type);

/*
 * How much a client that sends this Accept wants the media type: 0 not at all,
 * 1000 most.  The most specific range that covers it counts; a range with a
 * malformed weight counts as unwanted.
 */
extern int	imgcat_accept_quality(const char *accept, const char *type);

/*
 * Does the list of If-Match or If-None-Match hold the entity tag, which is
 * written with its quotes?  "*" holds every one.  A weak tag (W/"...") is
 * the same as a strong one only where weak is true.  Reading stops at what is
 * no entity tag.
 */
extern bool imgcat_etag_listed(const char *list, const char *etag, bool weak);

#endif							/* IMGCAT_HTTP_HEADER_H */
