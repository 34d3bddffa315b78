/*-------------------------------------------------------------------------
 *
 * image_reference.c
 *		Names of container images: what people write, normalised.
 *
 * src/query/image_reference.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "image_reference.h"

#define MAX_PATH_LENGTH		255
#define MAX_TAG_LENGTH		128
#define MIN_DIGEST_DIGITS	32
#define SHA256_DIGITS		64

typedef ImgcatReferencePart Part;

static const Part no_part = {"", 0};
static const Part docker_io = {"docker.io", sizeof("docker.io") - 1};
static const Part latest = {"latest", sizeof("latest") - 1};

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alphanumeric(char c)
{
	return is_upper(c) || is_lower(c) || is_digit(c);
}

static bool
is_lower_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool
is_hex(char c)
{
	return is_lower_hex(c) || (c >= 'A' && c <= 'F');
}

static bool
is_word(Part part, const char *word)
{
	return part.length == strlen(word) &&
		memcmp(part.at, word, part.length) == 0;
}

/* The offset of c in the part, or its length when c is not there. */
static size_t
find(Part part, char c)
{
	const char *at = part.length > 0 ? memchr(part.at, c, part.length) : NULL;

	return at != NULL ? (size_t) (at - part.at) : part.length;
}

static bool
contains(Part part, char c)
{
	return find(part, c) < part.length;
}

static bool
has_upper(Part part)
{
	size_t		i;

	for (i = 0; i < part.length; i++)
	{
		if (is_upper(part.at[i]))
			return true;
	}
	return false;
}

static bool
all_lower_hex(Part part)
{
	size_t		i;

	for (i = 0; i < part.length; i++)
	{
		if (!is_lower_hex(part.at[i]))
			return false;
	}
	return true;
}

/* The part from an offset on. */
static Part
part_from(Part part, size_t offset)
{
	Part		rest = {part.at + offset, part.length - offset};

	return rest;
}

/* The first length bytes of the part. */
static Part
part_upto(Part part, size_t length)
{
	Part		start = {part.at, length};

	return start;
}

/* Hexadecimal digits of a digest of the algorithm, 0 of an unknown one. */
static size_t
digest_digits(Part algorithm)
{
	if (is_word(algorithm, "sha256"))
		return SHA256_DIGITS;
	if (is_word(algorithm, "sha384"))
		return 96;
	if (is_word(algorithm, "sha512"))
		return 128;
	return 0;
}

/*
 * Check a digest strictly: a known algorithm, the length that it gives, and
 * lower-case digits.
 */
static ImgcatReferenceError
check_digest(Part digest)
{
	size_t		colon = find(digest, ':');
	Part		algorithm = part_upto(digest, colon);
	Part		digits;
	size_t		expected;

	if (colon == 0 || colon + 1 >= digest.length)
		return IMGCAT_REFERENCE_DIGEST_FORMAT;
	digits = part_from(digest, colon + 1);
	expected = digest_digits(algorithm);
	if (expected == 0)
		return has_upper(algorithm) ? IMGCAT_REFERENCE_DIGEST_FORMAT :
			IMGCAT_REFERENCE_DIGEST_ALGORITHM;
	if (digits.length != expected)
		return IMGCAT_REFERENCE_DIGEST_LENGTH;
	return all_lower_hex(digits) ? IMGCAT_REFERENCE_OK :
		IMGCAT_REFERENCE_DIGEST_FORMAT;
}

/* Is the part a label of a host name: letters, digits, inner hyphens? */
static bool
is_host_label(Part label)
{
	size_t		i;

	if (label.length == 0 || !is_alphanumeric(label.at[0]) ||
		!is_alphanumeric(label.at[label.length - 1]))
		return false;
	for (i = 0; i < label.length; i++)
	{
		if (!is_alphanumeric(label.at[i]) && label.at[i] != '-')
			return false;
	}
	return true;
}

/*
 * Is the part a registry: a host name or an IPv6 address in brackets, and
 * perhaps a port?
 */
static bool
is_registry(Part registry)
{
	size_t		end;
	size_t		i;

	if (registry.length > 0 && registry.at[0] == '[')
	{
		end = find(registry, ']');
		if (end == registry.length || end == 1)
			return false;
		for (i = 1; i < end; i++)
		{
			if (!is_hex(registry.at[i]) && registry.at[i] != ':')
				return false;
		}
		registry = part_from(registry, end + 1);
		if (registry.length > 0 && registry.at[0] != ':')
			return false;
	}
	else
	{
		Part		host = part_upto(registry, find(registry, ':'));

		registry = part_from(registry, host.length);
		for (;;)
		{
			size_t		dot = find(host, '.');

			if (!is_host_label(part_upto(host, dot)))
				return false;
			if (dot == host.length)
				break;
			host = part_from(host, dot + 1);
		}
	}
	if (registry.length == 0)
		return true;
	if (registry.length == 1)
		return false;
	for (i = 1; i < registry.length; i++)
	{
		if (!is_digit(registry.at[i]))
			return false;
	}
	return true;
}

/* Can the byte be a letter of a path, when case does not count or does? */
static bool
is_path_letter(char c, bool fold_case)
{
	return is_lower(c) || is_digit(c) || (fold_case && is_upper(c));
}

/*
 * Length of the path that the part starts with: components of letters and
 * digits, joined by ".", "_", "__" or hyphens; 0 when it starts with none.
 * It ends before the first byte that cannot go on, so that a bad separator
 * is left for the caller to stumble over.
 */
static size_t
path_length(Part part, bool fold_case)
{
	size_t		i = 0;
	size_t		good = 0;

	for (;;)
	{
		size_t		start = i;
		size_t		separator;

		while (i < part.length && is_path_letter(part.at[i], fold_case))
			i++;
		if (i == start)
			return good;
		good = i;
		separator = i;
		if (i < part.length && (part.at[i] == '/' || part.at[i] == '.'))
			i++;
		else if (i < part.length && part.at[i] == '_')
		{
			while (i < part.length && part.at[i] == '_')
				i++;
			if (i - separator > 2)
				return good;
		}
		else
		{
			while (i < part.length && part.at[i] == '-')
				i++;
			if (i == separator)
				return good;
		}
	}
}

/* Is the part a tag? */
static bool
is_tag(Part tag)
{
	size_t		i;

	if (tag.length == 0 || tag.length > MAX_TAG_LENGTH)
		return false;
	for (i = 0; i < tag.length; i++)
	{
		char		c = tag.at[i];

		if (!is_alphanumeric(c) && c != '_' &&
			(i == 0 || (c != '.' && c != '-')))
			return false;
	}
	return true;
}

/*
 * Does the part look like a digest: algorithm, colon, hexadecimal digits?
 * Whether it is one, check_digest tells.
 */
static bool
looks_like_digest(Part digest)
{
	size_t		colon = find(digest, ':');
	bool		start = true;	/* of a component of the algorithm */
	size_t		i;

	for (i = 0; i < colon; i++)
	{
		char		c = digest.at[i];

		if (start ? !(is_upper(c) || is_lower(c)) : !is_alphanumeric(c))
		{
			if (start || strchr("-_+.", c) == NULL)
				return false;
			start = true;
		}
		else
			start = false;
	}
	if (start || colon == digest.length ||
		digest.length - colon - 1 < MIN_DIGEST_DIGITS)
		return false;
	for (i = colon + 1; i < digest.length; i++)
	{
		if (!is_hex(digest.at[i]))
			return false;
	}
	return true;
}

/*
 * Match path[:tag][@digest] and set the parts.  false when it does not match.
 */
static bool
match_remainder(Part str, bool fold_case, ImgcatImageReference *reference)
{
	size_t		length = path_length(str, fold_case);

	reference->path = part_upto(str, length);
	str = part_from(str, length);
	if (length == 0)
		return false;
	if (str.length > 0 && str.at[0] == ':')
	{
		str = part_from(str, 1);
		reference->tag = part_upto(str, find(str, '@'));
		if (!is_tag(reference->tag))
			return false;
		str = part_from(str, reference->tag.length);
	}
	if (str.length > 0 && str.at[0] == '@')
	{
		reference->digest = part_from(str, 1);
		return looks_like_digest(reference->digest);
	}
	return str.length == 0;
}

/*
 * Part the registry from the rest.  What stands before the first "/" is a
 * registry only if it can be nothing else.
 */
static Part
split_registry(Part str, ImgcatImageReference *reference)
{
	size_t		slash = find(str, '/');
	Part		first = part_upto(str, slash);

	reference->registry = docker_io;
	if (slash < str.length &&
		(is_word(first, "localhost") || contains(first, '.') ||
		 contains(first, ':') || has_upper(first)))
	{
		if (!is_word(first, "index.docker.io"))
			reference->registry = first;
		str = part_from(str, slash + 1);
	}
	reference->official = is_word(reference->registry, "docker.io") &&
		!contains(str, '/');
	return str;
}

/*
 * Parse a name as written; see the header.
 */
ImgcatReferenceError
imgcat_image_reference_parse(const char *str, size_t length,
							 ImgcatImageReference *reference)
{
	Part		whole = {str, length};
	Part		rest;
	Part		path;

	memset(reference, 0, sizeof(*reference));
	reference->registry = reference->path = no_part;
	reference->tag = reference->digest = no_part;
	reference->bare_hex = length == SHA256_DIGITS && all_lower_hex(whole);
	if (reference->bare_hex || check_digest(whole) == IMGCAT_REFERENCE_OK)
	{
		reference->digest = whole;
		return IMGCAT_REFERENCE_OK;
	}
	rest = split_registry(whole, reference);
	path = part_upto(rest, find(rest, ':'));
	if (has_upper(path))
	{
		reference->path = path;
		return IMGCAT_REFERENCE_UPPERCASE;
	}
	if (!is_registry(reference->registry) ||
		!match_remainder(rest, false, reference))
	{
		if (is_registry(reference->registry) &&
			match_remainder(rest, true, reference))
			return IMGCAT_REFERENCE_LOWERCASE;
		return IMGCAT_REFERENCE_INVALID;
	}
	if (reference->path.length +
		(reference->official ? strlen("library/") : 0) > MAX_PATH_LENGTH)
		return IMGCAT_REFERENCE_TOO_LONG;
	if (reference->digest.length > 0)
		return check_digest(reference->digest);
	if (reference->tag.length == 0)
		reference->tag = latest;
	return IMGCAT_REFERENCE_OK;
}

/*
 * The cause as text.
 */
const char *
imgcat_image_reference_message(ImgcatReferenceError error)
{
	switch (error)
	{
		case IMGCAT_REFERENCE_OK:
			return "";
		case IMGCAT_REFERENCE_INVALID:
			return "invalid reference format";
		case IMGCAT_REFERENCE_UPPERCASE:
		case IMGCAT_REFERENCE_LOWERCASE:
			return "repository name must be lowercase";
		case IMGCAT_REFERENCE_TOO_LONG:
			return "repository name must not be more than 255 characters";
		case IMGCAT_REFERENCE_DIGEST_LENGTH:
			return "invalid checksum digest length";
		case IMGCAT_REFERENCE_DIGEST_FORMAT:
			return "invalid checksum digest format";
		case IMGCAT_REFERENCE_DIGEST_ALGORITHM:
			return "unsupported digest algorithm";
	}
	return "invalid reference format";
}

/* Append text to the buffer; where it then ends. */
static char *
append(char *end, const char *str, size_t length)
{
	memcpy(end, str, length);
	return end + length;
}

/*
 * Write the normalised full name; see the header.
 */
size_t
imgcat_image_reference_write(const ImgcatImageReference *reference,
							 char *buffer)
{
	char	   *end = buffer;

	if (reference->path.length > 0)
	{
		end = append(end, reference->registry.at, reference->registry.length);
		end = append(end, "/", 1);
		if (reference->official)
			end = append(end, "library/", strlen("library/"));
		end = append(end, reference->path.at, reference->path.length);
		if (reference->tag.length > 0)
		{
			end = append(end, ":", 1);
			end = append(end, reference->tag.at, reference->tag.length);
		}
		if (reference->digest.length > 0)
			end = append(end, "@", 1);
	}
	if (reference->bare_hex)
		end = append(end, "sha256:", strlen("sha256:"));
	end = append(end, reference->digest.at, reference->digest.length);
	return (size_t) (end - buffer);
}

/*
 * Take a normalised full name apart; see the header.
 */
void
imgcat_image_reference_split(const char *str, size_t length,
							 ImgcatImageReference *reference)
{
	Part		rest = {str, length};
	size_t		slash = find(rest, '/');
	size_t		at;

	memset(reference, 0, sizeof(*reference));
	reference->registry = reference->path = no_part;
	reference->tag = reference->digest = no_part;
	if (slash == rest.length)
	{
		reference->digest = rest;
		return;
	}
	reference->registry = part_upto(rest, slash);
	rest = part_from(rest, slash + 1);
	at = find(rest, '@');
	if (at < rest.length)
		reference->digest = part_from(rest, at + 1);
	rest = part_upto(rest, at);
	reference->path = part_upto(rest, find(rest, ':'));
	if (reference->path.length < rest.length)
		reference->tag = part_from(rest, reference->path.length + 1);
}
