/*-------------------------------------------------------------------------
 *
 * http_range.c
 *		The part of a resource that an HTTP request asks for.
 *
 * src/query/http_range.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>
#include <strings.h>

#include "query/http_range.h"

/*
 * Past the blanks and tabs.
 */
static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/*
 * Read a number at *at, which moves behind it; -1 if there is no digit.
 */
static int64_t
read_number(const char **at)
{
	int64_t		value = 0;
	const char *begin = *at;

	for (; **at >= '0' && **at <= '9'; (*at)++)
	{
		int			digit = **at - '0';

		if (value > (INT64_MAX - digit) / 10)
			value = INT64_MAX;
		else
			value = value * 10 + digit;
	}
	return *at == begin ? -1 : value;
}

/*
 * Past the unit "bytes", in any case, and blanks; NULL if it is another one.
 */
static const char *
skip_unit(const char *value)
{
	value = skip_blanks(value);
	return strncasecmp(value, "bytes", 5) == 0 ? value + 5 : NULL;
}

/*
 * Read the value of Range: see http_range.h.
 */
ImgcatRangeResult
imgcat_http_range_read(ImgcatHttpRange *range, const char *value)
{
	const char *at = skip_unit(value);

	if (at == NULL || *(at = skip_blanks(at)) != '=')
		return IMGCAT_RANGE_MALFORMED;
	at = skip_blanks(at + 1);
	if (strchr(at, ',') != NULL)
		return IMGCAT_RANGE_SEVERAL;
	range->is_clamped = true;
	range->first = read_number(&at);
	if (*at++ != '-')
		return IMGCAT_RANGE_MALFORMED;
	range->last = read_number(&at);
	if (*skip_blanks(at) != '\0' || (range->first < 0 && range->last < 0) ||
		(range->first >= 0 && range->last >= 0 && range->first > range->last))
		return IMGCAT_RANGE_MALFORMED;
	return IMGCAT_RANGE_OK;
}

/*
 * Read the value of a Content-Range: see http_range.h.
 */
ImgcatRangeResult
imgcat_http_content_range_read(ImgcatHttpRange *range, const char *value)
{
	const char *at = skip_unit(value);

	if (at == NULL || (*at != ' ' && *at != '\t'))
		return IMGCAT_RANGE_MALFORMED;
	at = skip_blanks(at);
	range->is_clamped = false;
	range->first = read_number(&at);
	if (*at++ != '-')
		return IMGCAT_RANGE_MALFORMED;
	range->last = read_number(&at);
	if (range->first < 0 || range->last < range->first || *at++ != '/')
		return IMGCAT_RANGE_MALFORMED;
	if (*at == '*')
		at++;
	else if (read_number(&at) < 0)
		return IMGCAT_RANGE_MALFORMED;
	return *skip_blanks(at) == '\0' ? IMGCAT_RANGE_OK : IMGCAT_RANGE_MALFORMED;
}

/*
 * Which bytes of a resource these are: see http_range.h.
 */
bool
imgcat_http_range_resolve(const ImgcatHttpRange *range, int64_t size,
						  int64_t *offset, int64_t *length)
{
	if (range->first < 0)
	{
		bool		whole = range->last == 0 || range->last > size;

		*length = whole ? size : range->last;
		*offset = size - *length;
		return size > 0;
	}
	if (range->first >= size || (range->last >= size && !range->is_clamped))
		return false;
	*offset = range->first;
	if (range->last < 0 || range->last >= size)
		*length = size - range->first;
	else
		*length = range->last - range->first + 1;
	return true;
}
