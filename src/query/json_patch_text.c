/*-------------------------------------------------------------------------
 *
 * json_patch_text.c
 *		What a JSON Patch loses on the way to jsonb: members written twice.
 *
 * RFC 6902 wants exactly one "op" and one "path" in an operation; jsonb keeps
 * the last of several and forgets the others.  So the text is looked over for
 * them: a walk along the outer array and the members of each operation, which
 * steps over values without looking inside.
 *
 * The text need not be correct JSON: whoever parses it finds that out.  Here
 * it ends the walk.
 *
 * src/query/json_patch_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/json_patch_text.h"

#include <string.h>

typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

static const char *const member_names[] = {"op", "path", "from", "value"};

#define MEMBER_COUNT (sizeof(member_names) / sizeof(member_names[0]))

/*
 * Step over white space; returns the character there, NUL at the end.
 */
static char
peek(Cursor *cursor)
{
	while (cursor->at < cursor->end &&
		   (*cursor->at == ' ' || *cursor->at == '\t' ||
			*cursor->at == '\n' || *cursor->at == '\r'))
		cursor->at++;
	return cursor->at < cursor->end ? *cursor->at : '\0';
}

/*
 * Step over c, if it comes next.
 */
static bool
accept(Cursor *cursor, char c)
{
	if (peek(cursor) != c || cursor->at >= cursor->end)
		return false;
	cursor->at++;
	return true;
}

/*
 * Step over a string; the cursor stands on its opening quote.  False when it
 * does not end.
 */
static bool
skip_string(Cursor *cursor)
{
	cursor->at++;
	while (cursor->at < cursor->end)
	{
		char		c = *cursor->at++;

		if (c == '"')
			return true;
		if (c == '\\')
		{
			if (cursor->at >= cursor->end)
				return false;
			cursor->at++;
		}
	}
	return false;
}

/*
 * Step over a value of any kind: up to the comma or bracket that follows it.
 */
static bool
skip_value(Cursor *cursor)
{
	size_t		depth = 0;

	while (cursor->at < cursor->end)
	{
		switch (*cursor->at)
		{
			case '"':
				if (!skip_string(cursor))
					return false;
				continue;
			case '[':
			case '{':
				depth++;
				break;
			case ']':
			case '}':
				if (depth == 0)
					return true;
				depth--;
				break;
			case ',':
				if (depth == 0)
					return true;
				break;
			default:
				break;
		}
		cursor->at++;
	}
	return false;
}

/*
 * Value of four hexadecimal digits, -1 when they are none.
 */
static int
hex4(const char *digits)
{
	int			value = 0;
	int			i;

	for (i = 0; i < 4; i++)
	{
		char		c = digits[i];

		if (c >= '0' && c <= '9')
			value = value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + (c - 'A' + 10);
		else
			return -1;
	}
	return value;
}

/*
 * Is the string between the quotes this name, perhaps spelled with \u escapes?
 */
static bool
string_is(const char *at, const char *end, const char *name)
{
	while (at < end && *name != '\0')
	{
		if (*at == '\\')
		{
			if (end - at < 6 || at[1] != 'u' || hex4(at + 2) != *name)
				return false;
			at += 6;
		}
		else if (*at++ != *name)
			return false;
		name++;
	}
	return at == end && *name == '\0';
}

/*
 * Look over one operation; the cursor stands behind its opening brace, and
 * afterwards behind the closing one.  False ends the walk: a duplicate was
 * found (duplicate->member set) or this is no JSON.
 */
static bool
scan_operation(Cursor *cursor, const char *str,
			   ImgcatJsonPatchDuplicate *duplicate)
{
	unsigned	seen = 0;

	if (accept(cursor, '}'))
		return true;
	do
	{
		const char *key;
		const char *key_end;
		size_t		i;

		if (peek(cursor) != '"')
			return false;
		key = cursor->at + 1;
		if (!skip_string(cursor))
			return false;
		key_end = cursor->at - 1;

		for (i = 0; i < MEMBER_COUNT; i++)
		{
			if (!string_is(key, key_end, member_names[i]))
				continue;
			if (seen & (1u << i))
			{
				duplicate->member = member_names[i];
				duplicate->position = (size_t) (key - 1 - str);
				return false;
			}
			seen |= 1u << i;
		}

		if (!accept(cursor, ':') || !skip_value(cursor))
			return false;
	} while (accept(cursor, ','));
	return accept(cursor, '}');
}

/*
 * Does an operation of the patch have op, path, from or value twice?  If so,
 * duplicate says where.
 */
bool
imgcat_json_patch_text_duplicate(const char *str, size_t length,
								 ImgcatJsonPatchDuplicate *duplicate)
{
	Cursor		cursor;

	cursor.at = str;
	cursor.end = str + length;
	duplicate->operation = 0;
	duplicate->member = NULL;
	duplicate->position = 0;

	if (!accept(&cursor, '['))
		return false;
	do
	{
		if (accept(&cursor, '{'))
		{
			if (!scan_operation(&cursor, str, duplicate))
				return duplicate->member != NULL;
		}
		else if (!skip_value(&cursor))
			return false;
		duplicate->operation++;
	} while (accept(&cursor, ','));
	return false;
}
