/*-------------------------------------------------------------------------
 *
 * package_url.c
 *		Package URLs: pkg:type/namespace/name@version?qualifiers#subpath
 *
 * By the package-url specification.  What it recommends to put up with is put
 * up with: slashes around the parts, upper case in the scheme, the type and the
 * keys of qualifiers, characters that ought to be encoded.
 *
 * src/query/package_url.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdbool.h>
#include <string.h>

#include "query/package_url.h"
#include "query/utf8.h"

/* What a type makes of its parts. */
enum
{
	LOWER_NAMESPACE = 1 << 0,
	LOWER_NAME = 1 << 1,
	LOWER_VERSION = 1 << 2,
	UPPER_NAMESPACE = 1 << 3,
	DASH_NAME = 1 << 4,			/* '_' in a name is '-' */
	NEEDS_NAMESPACE = 1 << 5,
	NO_NAMESPACE = 1 << 6,
	NO_COLONS = 1 << 7,			/* no "::" in a name */
	NEEDS_UUID = 1 << 8,		/* a qualifier */
	DATABRICKS = 1 << 9			/* lower-case names if kept there */
};

static const struct
{
	const char *type;
	int			rules;
}			types[] = {
	{"alpm", LOWER_NAMESPACE | LOWER_NAME},
	{"apk", LOWER_NAMESPACE | LOWER_NAME},
	{"bitbucket", LOWER_NAMESPACE | LOWER_NAME},
	{"brew", LOWER_NAMESPACE | LOWER_NAME},
	{"composer", LOWER_NAMESPACE | LOWER_NAME},
	{"cpan", UPPER_NAMESPACE | NO_COLONS},
	{"deb", LOWER_NAMESPACE | LOWER_NAME},
	{"git", LOWER_NAMESPACE | LOWER_NAME},
	{"github", LOWER_NAMESPACE | LOWER_NAME},
	{"golang", LOWER_NAMESPACE | LOWER_NAME},
	{"hex", LOWER_NAMESPACE | LOWER_NAME},
	{"huggingface", LOWER_VERSION},
	{"julia", NEEDS_UUID},
	{"mlflow", DATABRICKS},
	{"npm", LOWER_NAMESPACE | LOWER_NAME},
	{"oci", LOWER_NAME | NO_NAMESPACE},
	{"otp", LOWER_NAME | NO_NAMESPACE},
	{"pub", LOWER_NAME},
	{"pypi", LOWER_NAME | DASH_NAME},
	{"rpm", LOWER_NAMESPACE},
	{"swift", NEEDS_NAMESPACE},
	{"vcpkg", NO_NAMESPACE},
	{"vscode-extension", LOWER_NAMESPACE | LOWER_NAME | NEEDS_NAMESPACE},
};

/* Where decoding stands. */
typedef struct PurlParser
{
	const char *str;			/* all of it, for places */
	char	   *out;			/* the free rest of the buffer */
	size_t		error_at;
} PurlParser;

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static char
to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* The value of a hexadecimal digit; -1 when it is none. */
static int
hex_value(char c)
{
	c = to_lower(c);
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * The last such character in [from, end), or NULL.
 */
static const char *
find_last(const char *from, const char *end, char c)
{
	while (end > from)
		if (*--end == c)
			return end;
	return NULL;
}

/* The first such character in [from, end), or the end. */
static const char *
find_or_end(const char *from, const char *end, char c)
{
	const char *found = end > from ? memchr(from, c, end - from) : NULL;

	return found ? found : end;
}

/* Note where the error is. */
static ImgcatPurlError
fail(PurlParser *parser, const char *at, ImgcatPurlError error)
{
	parser->error_at = at - parser->str;
	return error;
}

/*
 * Decode [from, end) behind what is in the buffer.  With segment, an encoded
 * slash is an error.
 */
static ImgcatPurlError
decode(PurlParser *parser, const char *from, const char *end, bool segment)
{
	char	   *begin = parser->out;
	const char *at;

	for (at = from; at < end; at++)
	{
		char		c = *at;

		if (c == '%')
		{
			int			high = at + 1 < end ? hex_value(at[1]) : -1;
			int			low = at + 2 < end ? hex_value(at[2]) : -1;

			if (high < 0 || low < 0)
				return fail(parser, at, IMGCAT_PURL_BAD_ENCODING);
			c = (char) (high * 16 + low);
			at += 2;
			if (segment && c == '/')
				return fail(parser, at - 2, IMGCAT_PURL_BAD_SEGMENT);
		}
		if (c == '\0')
			return fail(parser, from, IMGCAT_PURL_BAD_TEXT);
		*parser->out++ = c;
	}
	if (!imgcat_utf8_valid(begin, parser->out - begin))
		return fail(parser, from, IMGCAT_PURL_BAD_TEXT);
	return IMGCAT_PURL_OK;
}

/* What was written since begin, as a part. */
static ImgcatPurlPart
written(PurlParser *parser, const char *begin)
{
	ImgcatPurlPart part = {begin, parser->out - begin};

	return part;
}

/*
 * Decode one part as a whole.
 */
static ImgcatPurlError
read_part(PurlParser *parser, const char *from, const char *end,
		  ImgcatPurlPart *part)
{
	char	   *begin = parser->out;
	ImgcatPurlError error = decode(parser, from, end, false);

	*part = written(parser, begin);
	return error;
}

/*
 * Decode the segments of a path, empty ones left out; those of a subpath
 * without "." and "..", too.
 */
static ImgcatPurlError
read_segments(PurlParser *parser, const char *from, const char *end,
			  bool subpath, ImgcatPurlPart *part)
{
	char	   *begin = parser->out;

	while (from < end)
	{
		const char *slash = find_or_end(from, end, '/');
		char	   *separator = parser->out;
		char	   *segment;
		ImgcatPurlError error;

		if (separator > begin)
			*parser->out++ = '/';
		segment = parser->out;
		error = decode(parser, from, slash, true);
		if (error != IMGCAT_PURL_OK)
			return error;
		if (parser->out == segment ||
			(subpath && segment[0] == '.' &&
			 (parser->out - segment == 1 ||
			  (parser->out - segment == 2 && segment[1] == '.'))))
			parser->out = separator;
		from = slash < end ? slash + 1 : end;
	}
	*part = written(parser, begin);
	return IMGCAT_PURL_OK;
}

/*
 * Write [from, end) in lower case: a name of letters, digits and the others
 * given, a letter first.  False when it is no such name.
 */
static bool
read_word(PurlParser *parser, const char *from, const char *end,
		  const char *others, ImgcatPurlPart *part)
{
	char	   *begin = parser->out;

	for (; from < end; from++)
	{
		char		c = to_lower(*from);

		if (!is_lower(c) &&
			(parser->out == begin || c == '\0' ||
			 (!is_digit(c) && strchr(others, c) == NULL)))
			return false;
		*parser->out++ = c;
	}
	*part = written(parser, begin);
	return part->length > 0;
}

/* Compare two parts bytewise. */
static int
compare_parts(ImgcatPurlPart a, ImgcatPurlPart b)
{
	size_t		shorter = a.length < b.length ? a.length : b.length;
	int			order = shorter > 0 ? memcmp(a.at, b.at, shorter) : 0;

	if (order != 0)
		return order;
	return a.length < b.length ? -1 : a.length > b.length;
}

/*
 * Read key=value&..., sorted by key.  An empty value is as good as no
 * qualifier.
 */
static ImgcatPurlError
read_qualifiers(PurlParser *parser, const char *from, const char *end,
				ImgcatPackageUrl *purl)
{
	while (from < end)
	{
		const char *next = find_or_end(from, end, '&');
		const char *equals = find_or_end(from, next, '=');
		ImgcatPurlPart key;
		ImgcatPurlPart value;
		ImgcatPurlError error;
		int			place;

		if (from == next)
		{
			from++;				/* nothing between two '&' */
			continue;
		}
		if (equals == next ||
			!read_word(parser, from, equals, ".-_", &key))
			return fail(parser, from, IMGCAT_PURL_BAD_QUALIFIER);
		error = read_part(parser, equals + 1, next, &value);
		if (error != IMGCAT_PURL_OK)
			return error;
		if (value.length > 0)
		{
			if (purl->nqualifiers == IMGCAT_PURL_QUALIFIERS_MAX)
				return fail(parser, from, IMGCAT_PURL_TOO_MANY);
			for (place = purl->nqualifiers; place > 0; place--)
			{
				int			order;

				order = compare_parts(key, purl->qualifiers[place - 1].key);
				if (order == 0)
					return fail(parser, from, IMGCAT_PURL_REPEATED);
				if (order > 0)
					break;
				purl->qualifiers[place] = purl->qualifiers[place - 1];
			}
			purl->qualifiers[place].key = key;
			purl->qualifiers[place].value = value;
			purl->nqualifiers++;
		}
		from = next < end ? next + 1 : end;
	}
	return IMGCAT_PURL_OK;
}

/* Change the letter case of a part in the buffer. */
static void
fold(ImgcatPurlPart part, bool upper)
{
	char	   *at = (char *) part.at;
	size_t		i;

	for (i = 0; i < part.length; i++)
		at[i] = upper && is_lower(at[i]) ? at[i] - ('a' - 'A') :
			upper ? at[i] : to_lower(at[i]);
}

/* Is there this text in the part? */
static bool
contains(ImgcatPurlPart part, const char *str)
{
	size_t		length = strlen(str);
	size_t		i;

	for (i = 0; i + length <= part.length; i++)
		if (memcmp(part.at + i, str, length) == 0)
			return true;
	return false;
}

/*
 * The value of a qualifier; empty when it is not there.
 */
static ImgcatPurlPart
find_qualifier(const ImgcatPackageUrl *purl, const char *key)
{
	ImgcatPurlPart wanted = {key, strlen(key)};
	ImgcatPurlPart none = {"", 0};
	int			i;

	for (i = 0; i < purl->nqualifiers; i++)
		if (compare_parts(purl->qualifiers[i].key, wanted) == 0)
			return purl->qualifiers[i].value;
	return none;
}

/*
 * Normalise the parts by the rules of the type, and check what it wants.
 */
static ImgcatPurlError
apply_type(ImgcatPackageUrl *purl)
{
	int			rules = 0;
	size_t		i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i].type) == purl->type.length &&
			memcmp(types[i].type, purl->type.at, purl->type.length) == 0)
			rules = types[i].rules;
	if (rules & (LOWER_NAMESPACE | UPPER_NAMESPACE))
		fold(purl->namespace, (rules & UPPER_NAMESPACE) != 0);
	if (rules & LOWER_NAME ||
		(rules & DATABRICKS &&
		 contains(find_qualifier(purl, "repository_url"), "azuredatabricks")))
		fold(purl->name, false);
	if (rules & LOWER_VERSION)
		fold(purl->version, false);
	if (rules & DASH_NAME)
		for (i = 0; i < purl->name.length; i++)
			if (purl->name.at[i] == '_')
				((char *) purl->name.at)[i] = '-';
	if ((rules & NEEDS_NAMESPACE && purl->namespace.length == 0) ||
		(rules & NO_NAMESPACE && purl->namespace.length > 0))
		return IMGCAT_PURL_NAMESPACE;
	if (rules & NEEDS_UUID && find_qualifier(purl, "uuid").length == 0)
		return IMGCAT_PURL_NO_UUID;
	if (rules & NO_COLONS && contains(purl->name, "::"))
		return IMGCAT_PURL_BAD_NAME;
	return IMGCAT_PURL_OK;
}

/*
 * Read namespace/name@version, [from, end) without slashes around.
 */
static ImgcatPurlError
read_path(PurlParser *parser, const char *from, const char *end,
		  ImgcatPackageUrl *purl)
{
	const char *slash = find_last(from, end, '/');
	const char *name = slash ? slash + 1 : from;
	const char *version = find_last(name, end, '@');
	ImgcatPurlError error;

	if (version != NULL)
	{
		error = read_part(parser, version + 1, end, &purl->version);
		if (error != IMGCAT_PURL_OK)
			return error;
		end = version;
	}
	error = read_part(parser, name, end, &purl->name);
	if (error != IMGCAT_PURL_OK)
		return error;
	if (purl->name.length == 0)
		return fail(parser, name, IMGCAT_PURL_NO_NAME);
	if (slash != NULL)
		error = read_segments(parser, from, slash, false, &purl->namespace);
	if (error != IMGCAT_PURL_OK)
		return error;
	error = apply_type(purl);
	return error == IMGCAT_PURL_OK ? error : fail(parser, from, error);
}

/*
 * Read all of it, the parser set up.
 */
static ImgcatPurlError
read_purl(PurlParser *parser, const char *end, ImgcatPackageUrl *purl)
{
	const char *at = parser->str;
	const char *mark;
	ImgcatPurlError error;

	if (end - at < 4 || to_lower(at[0]) != 'p' || to_lower(at[1]) != 'k' ||
		to_lower(at[2]) != 'g' || at[3] != ':')
		return fail(parser, at, IMGCAT_PURL_NO_SCHEME);
	at += 4;
	mark = find_last(at, end, '#');
	if (mark != NULL)
	{
		error = read_segments(parser, mark + 1, end, true, &purl->subpath);
		if (error != IMGCAT_PURL_OK)
			return error;
		end = mark;
	}
	mark = find_last(at, end, '?');
	if (mark != NULL)
	{
		error = read_qualifiers(parser, mark + 1, end, purl);
		if (error != IMGCAT_PURL_OK)
			return error;
		end = mark;
	}
	while (at < end && *at == '/')
		at++;
	while (end > at && end[-1] == '/')
		end--;
	mark = find_or_end(at, end, '/');
	if (!read_word(parser, at, mark, ".-", &purl->type))
		return fail(parser, at, IMGCAT_PURL_BAD_TYPE);
	if (mark == end)
		return fail(parser, end, IMGCAT_PURL_NO_NAME);
	return read_path(parser, mark + 1, end, purl);
}

/*
 * Take a package URL apart; see package_url.h.
 */
ImgcatPurlError
imgcat_package_url_parse(const char *str, size_t length, char *buffer,
						 ImgcatPackageUrl *purl, size_t *error_at)
{
	PurlParser	parser = {str, buffer, 0};
	ImgcatPurlError error;

	memset(purl, 0, sizeof(*purl));
	*error_at = 0;
	if (length > IMGCAT_PURL_LENGTH_MAX)
		return IMGCAT_PURL_TOO_LONG;
	error = read_purl(&parser, str + length, purl);
	*error_at = parser.error_at;
	return error;
}

/*
 * Why a text is no package URL; see package_url.h.
 */
const char *
imgcat_package_url_message(ImgcatPurlError error)
{
	switch (error)
	{
		case IMGCAT_PURL_TOO_LONG:
			return "It is longer than 65536 bytes.";
		case IMGCAT_PURL_NO_SCHEME:
			return "It does not begin with \"pkg:\".";
		case IMGCAT_PURL_BAD_TYPE:
			return "The type is missing, or is not of letters, digits, dots and dashes with a letter first.";
		case IMGCAT_PURL_NO_NAME:
			return "The name is missing.";
		case IMGCAT_PURL_BAD_ENCODING:
			return "A percent sign is not followed by two hexadecimal digits.";
		case IMGCAT_PURL_BAD_TEXT:
			return "What is encoded is not UTF-8, or is a null character.";
		case IMGCAT_PURL_BAD_SEGMENT:
			return "A segment has a slash in it, encoded.";
		case IMGCAT_PURL_BAD_QUALIFIER:
			return "A qualifier is not key=value with a key of letters, digits, dots, dashes and underscores.";
		case IMGCAT_PURL_REPEATED:
			return "A qualifier is there for the second time.";
		case IMGCAT_PURL_TOO_MANY:
			return "There are too many qualifiers.";
		case IMGCAT_PURL_NAMESPACE:
			return "The type has to have a namespace and there is none, or may not have one.";
		case IMGCAT_PURL_NO_UUID:
			return "The type has to have the qualifier \"uuid\".";
		case IMGCAT_PURL_BAD_NAME:
			return "The type has no such names.";
		case IMGCAT_PURL_OK:
			break;
	}
	return "";
}

/*
 * Write a part encoded; with slashes, those stay as they are.
 */
static char *
encode(char *out, ImgcatPurlPart part, bool slashes)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t		i;

	for (i = 0; i < part.length; i++)
	{
		unsigned char c = part.at[i];

		if (is_digit(c) || is_lower(to_lower(c)) || c == '.' || c == '-' ||
			c == '_' || c == '~' || c == ':' || (c == '/' && slashes))
			*out++ = (char) c;
		else
		{
			*out++ = '%';
			*out++ = hex[c >> 4];
			*out++ = hex[c & 15];
		}
	}
	return out;
}

/*
 * Write the canonical form; see package_url.h.
 */
size_t
imgcat_package_url_write(const ImgcatPackageUrl *purl, char *out)
{
	char	   *begin = out;
	int			i;

	memcpy(out, "pkg:", 4);
	out = encode(out + 4, purl->type, false);
	*out++ = '/';
	if (purl->namespace.length > 0)
	{
		out = encode(out, purl->namespace, true);
		*out++ = '/';
	}
	out = encode(out, purl->name, false);
	if (purl->version.length > 0)
	{
		*out++ = '@';
		out = encode(out, purl->version, false);
	}
	for (i = 0; i < purl->nqualifiers; i++)
	{
		*out++ = i == 0 ? '?' : '&';
		out = encode(out, purl->qualifiers[i].key, false);
		*out++ = '=';
		out = encode(out, purl->qualifiers[i].value, false);
	}
	if (purl->subpath.length > 0)
	{
		*out++ = '#';
		out = encode(out, purl->subpath, true);
	}
	return out - begin;
}
