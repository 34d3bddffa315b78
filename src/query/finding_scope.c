/*-------------------------------------------------------------------------
 *
 * finding_scope.c
 *		The images that a decision on a finding is about: what people write,
 *		normalised.
 *
 * src/query/finding_scope.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "finding_scope.h"

/*
 * Is the text an algorithm, ":" and something?  The rest then is the digest
 * that it stands in front of.
 */
static bool
begins_like_digest(const char *str, size_t length, size_t *algorithm_length)
{
	static const char *const algorithms[] = {"sha256:", "sha384:", "sha512:"};
	size_t		i;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
	{
		*algorithm_length = strlen(algorithms[i]);
		if (length > *algorithm_length &&
			memcmp(str, algorithms[i], *algorithm_length) == 0)
			return true;
	}
	return false;
}

/*
 * Is the text a digest?  An image's id need not be one that could be pulled,
 * so the number of digits is free.
 */
static bool
is_digest(const char *str, size_t length)
{
	size_t		i;

	if (!begins_like_digest(str, length, &i))
		return false;
	for (; i < length; i++)
	{
		char		c = str[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') &&
			!(c >= 'A' && c <= 'F'))
			return false;
	}
	return true;
}

/*
 * Does the pattern say what its registry is?  It does if it begins with "*",
 * which stands for any, or if no "*" comes before what tells a registry from
 * the start of a path.
 */
static bool
tells_registry(const char *str, size_t length)
{
	const char *slash = memchr(str, '/', length);
	size_t		first = slash != NULL ? (size_t) (slash - str) : length;

	if (str[0] == '*')
		return true;
	if (slash == NULL)
	{
		/* no registry, then; what is after ":" is the tag */
		const char *colon = memchr(str, ':', length);

		return memchr(str, '*', colon != NULL ? (size_t) (colon - str) :
					  length) == NULL;
	}
	return memchr(str, '*', first) == NULL ||
		memchr(str, '.', first) != NULL || memchr(str, ':', first) != NULL;
}

/*
 * Append text to the buffer; where it then ends.
 */
static char *
append(char *end, const char *str, size_t length)
{
	memcpy(end, str, length);
	return end + length;
}

/*
 * A pattern.  It is read as the name that it is with a letter in place of each
 * "*": what no such name can match is refused.
 */
static ImgcatScopeError
parse_pattern(const char *str, size_t length, char *buffer,
			  ImgcatFindingScope *scope)
{
	ImgcatImageReference reference;
	size_t		first_star = (const char *) memchr(str, '*', length) - str;
	size_t		path;
	char	   *end = buffer;
	size_t		i;

	scope->kind = IMGCAT_SCOPE_PATTERN;
	if (memchr(str, '/', length) == NULL &&
		begins_like_digest(str, length, &i))
		return IMGCAT_SCOPE_DIGEST_PATTERN;
	for (i = 0; i < length; i++)
		buffer[i] = str[i] == '*' ? 'x' : str[i];
	scope->reference_error = imgcat_image_reference_parse(buffer, length,
														  &reference);
	if (scope->reference_error != IMGCAT_REFERENCE_OK ||
		reference.path.length == 0)
		return IMGCAT_SCOPE_BAD_NAME;
	if (!tells_registry(str, length))
		return IMGCAT_SCOPE_NO_REGISTRY;

	path = (size_t) (reference.path.at - buffer);
	if (first_star < path || str[0] == '*')
		path = 0;
	else
	{
		/* a registry of the text stands where it is in the buffer */
		if (reference.registry.at == buffer)
			end += reference.registry.length;
		else
			end = append(end, reference.registry.at,
						 reference.registry.length);
		end = append(end, "/", 1);
		/* a "*" in the path may stand for more than one component */
		if (reference.official &&
			first_star >= path + reference.path.length)
			end = append(end, "library/", strlen("library/"));
	}
	end = append(end, str + path, length - path);
	scope->length = (size_t) (end - buffer);
	return IMGCAT_SCOPE_OK;
}

/*
 * A name, or the digest of one.
 */
static ImgcatScopeError
parse_name(const char *str, size_t length, char *buffer,
		   ImgcatFindingScope *scope)
{
	ImgcatImageReference reference;
	ImgcatImageReference digest;

	scope->kind = IMGCAT_SCOPE_NAME;
	scope->reference_error = imgcat_image_reference_parse(str, length,
														  &reference);
	if (scope->reference_error != IMGCAT_REFERENCE_OK)
		return IMGCAT_SCOPE_BAD_NAME;
	if (reference.digest.length > 0)
	{
		memset(&digest, 0, sizeof(digest));
		digest.bare_hex = reference.bare_hex;
		digest.digest = reference.digest;
		reference = digest;
		scope->kind = IMGCAT_SCOPE_DIGEST;
	}
	scope->length = imgcat_image_reference_write(&reference, buffer);
	return IMGCAT_SCOPE_OK;
}

/*
 * Parse a scope; see the header.
 */
ImgcatScopeError
imgcat_finding_scope_parse(const char *str, size_t length, char *buffer,
						   ImgcatFindingScope *scope)
{
	memset(scope, 0, sizeof(*scope));
	if (length == 1 && str[0] == '*')
	{
		scope->kind = IMGCAT_SCOPE_PATTERN;
		scope->length = 1;
		buffer[0] = '*';
		return IMGCAT_SCOPE_OK;
	}
	if (length > 0 && memchr(str, '*', length) != NULL)
		return parse_pattern(str, length, buffer, scope);
	if (is_digest(str, length))
	{
		scope->kind = IMGCAT_SCOPE_DIGEST;
		scope->length = length;
		memcpy(buffer, str, length);
		return IMGCAT_SCOPE_OK;
	}
	return parse_name(str, length, buffer, scope);
}
