/*-------------------------------------------------------------------------
 *
 * json_pointer.c
 *		JSON Pointer (RFC 6901): text to tokens, token to text.
 *
 * src/query/json_pointer.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/json_pointer.h"

#include <string.h>

/*
 * Number of tokens of the pointer text: what imgcat_json_pointer_parse needs
 * room for.  Zero for the empty pointer, which is the whole document.
 */
size_t
imgcat_json_pointer_token_count(const char *str, size_t length)
{
	size_t		count = 0;
	size_t		i;

	for (i = 0; i < length; i++)
		count += (str[i] == '/');
	return count;
}

/*
 * What a token means to an array: RFC 6901 allows "0" and digits that do not
 * start with 0, nothing else.  There is one such function so that every
 * operation agrees about it.
 */
static int32_t
array_index(const char *str, size_t length)
{
	int64_t		index = 0;
	size_t		i;

	if (length == 1 && str[0] == '-')
		return IMGCAT_JSON_INDEX_END;
	if (length == 0 || (length > 1 && str[0] == '0'))
		return IMGCAT_JSON_INDEX_NONE;
	for (i = 0; i < length; i++)
	{
		if (str[i] < '0' || str[i] > '9')
			return IMGCAT_JSON_INDEX_NONE;
		if (index < IMGCAT_JSON_INDEX_MAX)
			index = index * 10 + (str[i] - '0');
	}
	return index < IMGCAT_JSON_INDEX_MAX
		? (int32_t) index : IMGCAT_JSON_INDEX_MAX;
}

/*
 * Split a pointer into tokens and undo the escapes.
 *
 * tokens has room for imgcat_json_pointer_token_count() entries, decoded for
 * length bytes; tokens without an escape point into text, the others into
 * decoded.  On failure error_at is the byte offset of the offending character.
 */
ImgcatJsonPointerStatus
imgcat_json_pointer_parse(const char *str, size_t length,
						  ImgcatJsonToken *tokens, char *decoded,
						  size_t *error_at)
{
	size_t		at = 0;

	if (length > 0 && str[0] != '/')
	{
		*error_at = 0;
		return IMGCAT_JSON_POINTER_NO_SLASH;
	}

	while (at < length)
	{
		size_t		start = ++at;	/* after the slash */
		size_t		written = 0;
		int			escaped = 0;

		while (at < length && str[at] != '/')
		{
			if (str[at] == '~')
			{
				if (at + 1 >= length ||
					(str[at + 1] != '0' && str[at + 1] != '1'))
				{
					*error_at = at;
					return IMGCAT_JSON_POINTER_BAD_ESCAPE;
				}
				if (!escaped)
				{
					escaped = 1;
					written = at - start;
					memcpy(decoded, str + start, written);
				}
				decoded[written++] = (str[at + 1] == '0') ? '~' : '/';
				at += 2;
				continue;
			}
			if (escaped)
				decoded[written++] = str[at];
			at++;
		}

		tokens->str = escaped ? decoded : str + start;
		tokens->length = (uint32_t) (escaped ? written : at - start);
		tokens->index = array_index(tokens->str, tokens->length);
		tokens++;
		decoded += escaped ? written : 0;
	}
	return IMGCAT_JSON_POINTER_OK;
}

/*
 * Write a token as a pointer spells it: ~ as ~0, / as ~1.  Returns the length
 * written; escaped may be NULL to learn the length only.
 */
size_t
imgcat_json_pointer_escape(const char *token, size_t length, char *escaped)
{
	size_t		written = 0;
	size_t		i;

	for (i = 0; i < length; i++)
	{
		if (token[i] == '~' || token[i] == '/')
		{
			if (escaped)
			{
				escaped[written] = '~';
				escaped[written + 1] = (token[i] == '~') ? '0' : '1';
			}
			written += 2;
		}
		else
		{
			if (escaped)
				escaped[written] = token[i];
			written++;
		}
	}
	return written;
}
