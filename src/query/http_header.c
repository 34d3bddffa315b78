/*-------------------------------------------------------------------------
 *
 * http_header.c
 *		Values of HTTP request headers: media types and entity tags.
 *
 * src/query/http_header.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>
#include <strings.h>

#include "query/http_header.h"

#define QUALITY_MAX 1000

/* A part of a header's value. */
typedef struct Part
{
	const char *str;
	size_t		length;
} Part;

/*
 * Past the blanks and tabs at *at.
 */
static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/*
 * The part of *at before a delimiter or the end, without blanks around it;
 * *at moves to the delimiter.
 */
static Part
next_part(const char **at, const char *delimiters)
{
	Part		part;

	part.str = skip_blanks(*at);
	*at = part.str + strcspn(part.str, delimiters);
	part.length = *at - part.str;
	while (part.length > 0 && (part.str[part.length - 1] == ' ' ||
							   part.str[part.length - 1] == '\t'))
		part.length--;
	return part;
}

/*
 * Is this Content-Type the media type?  See http_header.h.
 */
bool
imgcat_media_type_is(const char *content_type, const char *type)
{
	Part		essence = next_part(&content_type, ";");

	return essence.length == strlen(type) &&
		memcmp(essence.str, type, essence.length) == 0;
}

/*
 * The weight "0.8" in thousandths: 0 or 1, and up to three decimals.  0 of
 * what is no weight.
 */
static int
read_weight(Part part)
{
	int			weight;
	int			unit = 100;

	if (part.length == 0 || (part.str[0] != '0' && part.str[0] != '1'))
		return 0;
	weight = (part.str[0] - '0') * QUALITY_MAX;
	if (part.length == 1)
		return weight;
	if (part.str[1] != '.' || part.length > 5)
		return 0;
	for (size_t i = 2; i < part.length; i++)
	{
		if (part.str[i] < '0' || part.str[i] > '9')
			return 0;
		weight += (part.str[i] - '0') * unit;
		unit /= 10;
	}
	return weight > QUALITY_MAX ? 0 : weight;
}

/*
 * How closely does a range of an Accept cover the type: 0 not at all, 1 by
 * "*", 2 by "type/" and a star, 3 by its name.
 */
static int
range_closeness(Part range, const char *type)
{
	size_t		main_length = strcspn(type, "/") + 1;

	if (range.length == 3 && memcmp(range.str, "*/*", 3) == 0)
		return 1;
	if (range.length == main_length + 1 && range.str[main_length] == '*' &&
		strncasecmp(range.str, type, main_length) == 0)
		return 2;
	if (range.length == strlen(type) &&
		strncasecmp(range.str, type, range.length) == 0)
		return 3;
	return 0;
}

/*
 * How much the client wants the type; see http_header.h.
 */
int
imgcat_accept_quality(const char *accept, const char *type)
{
	int			closest = 0;
	int			quality = 0;

	while (*accept != '\0')
	{
		Part		range = next_part(&accept, ",;");
		int			weight = QUALITY_MAX;
		int			closeness = range_closeness(range, type);

		while (*accept == ';')
		{
			Part		parameter;

			accept++;
			parameter = next_part(&accept, ",;");
			if (parameter.length >= 2 && parameter.str[1] == '=' &&
				(parameter.str[0] == 'q' || parameter.str[0] == 'Q'))
			{
				Part		value = {parameter.str + 2, parameter.length - 2};

				weight = read_weight(value);
			}
		}
		if (closeness > closest ||
			(closeness == closest && closeness > 0 && weight > quality))
		{
			closest = closeness;
			quality = weight;
		}
		if (*accept == ',')
			accept++;
	}
	return quality;
}

/*
 * Is the entity tag in the list?  See http_header.h.
 */
bool
imgcat_etag_listed(const char *list, const char *etag, bool weak)
{
	size_t		etag_length = strlen(etag);

	list = skip_blanks(list);
	if (list[0] == '*' && *skip_blanks(list + 1) == '\0')
		return true;
	for (;;)
	{
		bool		is_weak;
		size_t		length;

		list += strspn(list, " \t,");
		is_weak = strncmp(list, "W/", 2) == 0;
		if (is_weak)
			list += 2;
		if (*list != '"')
			return false;
		length = 1 + strcspn(list + 1, "\"");
		if (list[length] != '"')
			return false;
		length++;
		if (length == etag_length && memcmp(list, etag, length) == 0 &&
			(weak || !is_weak))
			return true;
		list = skip_blanks(list + length);
		if (*list != ',')
			return false;
	}
}
