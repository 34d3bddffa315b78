/*-------------------------------------------------------------------------
 *
 * uuid.c
 *		A UUID as the API writes it: 8-4-4-4-12 hexadecimal digits, any case.
 *
 * The server's own input takes braces and other groupings, too, which no
 * client of the API may send.
 *
 * src/query/uuid.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/uuid.h"

/*
 * The value of a hexadecimal digit, or -1.
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
 * Read a UUID into 16 bytes; false: it is none, and uuid is undefined.
 */
bool
imgcat_parse_uuid(const char *str, size_t length, unsigned char *uuid)
{
	size_t		at = 0;

	if (length != 36)
		return false;
	for (int byte = 0; byte < 16; byte++)
	{
		int			high;
		int			low;

		if (byte == 4 || byte == 6 || byte == 8 || byte == 10)
		{
			if (str[at++] != '-')
				return false;
		}
		high = hex_value(str[at++]);
		low = hex_value(str[at++]);
		if (high < 0 || low < 0)
			return false;
		uuid[byte] = (unsigned char) (high << 4 | low);
	}
	return true;
}

/*
 * The same in every spelling that PostgreSQL's type takes: in braces, with or
 * without a hyphen after each four digits.
 */
bool
imgcat_read_uuid(const char *str, size_t length, unsigned char *uuid)
{
	const char *at = str;
	const char *end = str + length;

	if (length >= 2 && str[0] == '{')
	{
		if (end[-1] != '}')
			return false;
		at++;
		end--;
	}
	for (int byte = 0; byte < 16; byte++)
	{
		int			high;
		int			low;

		if (byte > 0 && byte % 2 == 0 && at < end && *at == '-')
			at++;
		if (end - at < 2)
			return false;
		high = hex_value(*at++);
		low = hex_value(*at++);
		if (high < 0 || low < 0)
			return false;
		uuid[byte] = (unsigned char) (high << 4 | low);
	}
	return at == end;
}
