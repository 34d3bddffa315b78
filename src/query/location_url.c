/*-------------------------------------------------------------------------
 *
 * location_url.c
 *		URLs that say where the data of an image lies.
 *
 * They may hold credentials: a user with a password in front of the host, a
 * signature in the query.  So it must be plain where those are, whatever
 * software reads the URL: an @ elsewhere has to be written %40.
 *
 * src/query/location_url.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/location_url.h"

/*
 * May the byte stand in a URL?  Bytes beyond ASCII may: of those is all text
 * that is not English.
 */
static bool
is_url_byte(unsigned char byte)
{
	return byte > ' ' && byte != 0x7f && strchr("\"<>\\^`{|}", byte) == NULL;
}

/*
 * Length of the scheme, 0 if there is none.
 */
static size_t
scheme_of(const char *url, size_t length)
{
	size_t		at = 0;

	while (at < length &&
		   ((url[at] >= 'a' && url[at] <= 'z') ||
			(url[at] >= 'A' && url[at] <= 'Z') ||
			(at > 0 && ((url[at] >= '0' && url[at] <= '9') ||
						url[at] == '+' || url[at] == '-' || url[at] == '.'))))
		at++;
	return length - at >= 3 && memcmp(url + at, "://", 3) == 0 ? at : 0;
}

/*
 * Take a URL apart: see location_url.h.
 */
ImgcatLocationUrlResult
imgcat_location_url_read(ImgcatLocationUrl *parts, const char *url,
						 size_t length)
{
	size_t		authority_end;

	parts->scheme_length = scheme_of(url, length);
	if (parts->scheme_length == 0)
		return IMGCAT_LOCATION_NO_SCHEME;
	parts->user_begin = parts->user_end = parts->scheme_length + 3;
	if (parts->user_begin == length)
		return IMGCAT_LOCATION_EMPTY;
	for (size_t i = 0; i < length; i++)
		if (url[i] == '\0' || !is_url_byte((unsigned char) url[i]))
			return IMGCAT_LOCATION_BAD_BYTE;

	authority_end = parts->user_begin;
	while (authority_end < length && strchr("/?#", url[authority_end]) == NULL)
		authority_end++;
	parts->query_begin = authority_end;
	while (parts->query_begin < length &&
		   strchr("?#", url[parts->query_begin]) == NULL)
		parts->query_begin++;
	for (size_t i = parts->user_begin; i < parts->query_begin; i++)
	{
		if (url[i] != '@')
			continue;
		if (i >= authority_end || parts->user_end > parts->user_begin)
			return IMGCAT_LOCATION_BAD_AT;
		parts->user_end = i + 1;
	}
	return IMGCAT_LOCATION_OK;
}

/*
 * What is wrong with a URL.
 */
const char *
imgcat_location_url_problem(ImgcatLocationUrlResult result)
{
	switch (result)
	{
		case IMGCAT_LOCATION_NO_SCHEME:
			return "It does not begin with a scheme and \"://\".";
		case IMGCAT_LOCATION_EMPTY:
			return "Nothing follows its scheme.";
		case IMGCAT_LOCATION_BAD_BYTE:
			return "It holds a character that must be encoded.";
		case IMGCAT_LOCATION_BAD_AT:
			return "An @ that does not end user information must be written %40.";
		case IMGCAT_LOCATION_OK:
			break;
	}
	return "";
}
