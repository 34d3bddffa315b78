/*-------------------------------------------------------------------------
 *
 * query_string.c
 *		The query part of a URL, pair by pair, and the encoding of its values.
 *
 * A pair is decoded where it stands: decoding never lengthens it, and the
 * '=' and '&' around it make room for the terminating NULs.
 *
 * src/query/query_string.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/query_string.h"
#include "query/utf8.h"

/*
 * Value of a hexadecimal digit, -1 if it is none.
 */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Decode a part of a URL; see query_string.h.
 *
 * A '%' without two hexadecimal digits stands for itself, as in the reference
 * service and in browsers.
 */
size_t
imgcat_url_decode(char *str, size_t length, bool plus_is_blank)
{
	size_t		from = 0;
	size_t		to = 0;

	while (from < length)
	{
		if (str[from] == '%' && length - from > 2 &&
			hex_value(str[from + 1]) >= 0 && hex_value(str[from + 2]) >= 0)
		{
			str[to++] = (char) (hex_value(str[from + 1]) << 4 |
								hex_value(str[from + 2]));
			from += 3;
		}
		else
		{
			str[to++] = plus_is_blank && str[from] == '+' ? ' ' : str[from];
			from++;
		}
	}
	str[to] = '\0';
	return to;
}

/*
 * Start reading; see query_string.h.
 */
void
imgcat_query_string_init(ImgcatQueryString *query, char *str, size_t length)
{
	query->at = str;
	query->end = str + length;
}

/*
 * The next pair; see query_string.h.  Empty pairs ("a=1&&b=2") are skipped; a
 * pair without '=' has an empty value.
 */
ImgcatQueryResult
imgcat_query_string_next(ImgcatQueryString *query,
						 ImgcatQueryParameter *parameter)
{
	char	   *pair;
	char	   *pair_end;
	char	   *equals;

	while (query->at < query->end && *query->at == '&')
		query->at++;
	if (query->at == query->end)
		return IMGCAT_QUERY_END;

	pair = query->at;
	pair_end = memchr(pair, '&', query->end - pair);
	if (pair_end != NULL)
		query->at = pair_end + 1;
	else
		query->at = pair_end = query->end;

	equals = memchr(pair, '=', pair_end - pair);
	parameter->name = pair;
	if (equals != NULL)
	{
		parameter->value = equals + 1;
		parameter->value_length = imgcat_url_decode(equals + 1,
													pair_end - equals - 1, true);
		parameter->name_length = imgcat_url_decode(pair, equals - pair, true);
	}
	else
	{
		parameter->name_length = imgcat_url_decode(pair, pair_end - pair, true);
		parameter->value = pair + parameter->name_length;
		parameter->value_length = 0;
	}

	if (!imgcat_utf8_valid(parameter->name, parameter->name_length) ||
		!imgcat_utf8_valid(parameter->value, parameter->value_length))
		return IMGCAT_QUERY_BAD_ENCODING;
	return IMGCAT_QUERY_PARAMETER;
}

/*
 * Does the byte stand for itself in a query (RFC 3986, unreserved)?
 */
static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9') ||
		c == '-' || c == '.' || c == '_' || c == '~';
}

/*
 * Encode a name or value of a query; see query_string.h.
 */
size_t
imgcat_url_encode(char *out, size_t out_size, const char *str, size_t length)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t		needed = 0;
	size_t		written = 0;
	size_t		i;

	for (i = 0; i < length; i++)
	{
		unsigned char c = (unsigned char) str[i];
		bool		escaped = !is_unreserved(str[i]) && c != ' ';
		size_t		width = escaped ? 3 : 1;

		/* once something did not fit, nothing may follow */
		if (written == needed && width <= out_size - written)
		{
			if (escaped)
			{
				out[written++] = '%';
				out[written++] = hex[c >> 4];
				out[written++] = hex[c & 0x0F];
			}
			else
				out[written++] = c == ' ' ? '+' : (char) c;
		}
		needed += width;
	}
	return needed;
}
