/*-------------------------------------------------------------------------
 *
 * http_target.c
 *		The target of an HTTP request: segments of a path, and a query.
 *
 * src/query/http_target.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/http_target.h"
#include "query/query_string.h"
#include "query/utf8.h"

/*
 * Where the path starts: behind scheme and host, if there are any.  NULL if
 * text[0 .. length) is neither a path nor a URL.
 */
static char *
skip_authority(char *str, char *end)
{
	char	   *at = str;

	if (at < end && *at == '/')
		return at;
	while (at < end && ((*at >= 'a' && *at <= 'z') ||
						(*at >= 'A' && *at <= 'Z')))
		at++;
	if (at == str || end - at < 3 || memcmp(at, "://", 3) != 0)
		return NULL;
	for (at += 3; at < end && *at != '/' && *at != '?'; at++)
		;
	return at;
}

/*
 * Read a target; see http_target.h.
 */
ImgcatTargetResult
imgcat_http_target_read(ImgcatHttpTarget *target, char *str, size_t length)
{
	char	   *end = str + length;
	char	   *fragment = memchr(str, '#', length);
	char	   *path;
	char	   *path_end;

	memset(target, 0, sizeof(*target));
	if (fragment != NULL)
		end = fragment;
	*end = '\0';
	target->query = end;

	path = skip_authority(str, end);
	if (path == NULL)
		return IMGCAT_TARGET_MALFORMED;
	path_end = memchr(path, '?', end - path);
	if (path_end != NULL)
	{
		target->query = path_end + 1;
		target->query_length = end - target->query;
	}
	else
		path_end = end;

	/* "/" and a URL without a path have no segment at all */
	if (path_end - path <= 1)
		return IMGCAT_TARGET_OK;
	while (path < path_end)
	{
		char	   *segment = path + 1;
		size_t		decoded;

		path = memchr(segment, '/', path_end - segment);
		if (path == NULL)
			path = path_end;
		if (target->nsegments == IMGCAT_TARGET_SEGMENTS_MAX)
		{
			target->too_long = true;
			break;
		}
		/* the NUL takes the place of the slash or the '?' behind it */
		decoded = imgcat_url_decode(segment, path - segment, false);
		if (!imgcat_utf8_valid(segment, decoded))
			return IMGCAT_TARGET_BAD_ENCODING;
		target->segments[target->nsegments++] = segment;
	}
	return IMGCAT_TARGET_OK;
}
