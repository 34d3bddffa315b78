/*-------------------------------------------------------------------------
 *
 * json_indent.c
 *		JSON for people: a member a line, two blanks for each level.
 *
 * src/query/json_indent.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/json_indent.h"

/* What is written; what does not fit is counted only. */
typedef struct Output
{
	char	   *out;
	size_t		size;
	size_t		length;
} Output;

/*
 * Write a byte.
 */
static void
put(Output *output, char c)
{
	if (output->length < output->size)
		output->out[output->length] = c;
	output->length++;
}

/*
 * Begin a line of that level.
 */
static void
put_line(Output *output, size_t level)
{
	put(output, '\n');
	for (size_t i = 0; i < 2 * level; i++)
		put(output, ' ');
}

/*
 * Past the white space of JSON at text[at].
 */
static size_t
skip_space(const char *str, size_t at, size_t length)
{
	while (at < length && memchr(" \t\n\r", str[at], 4) != NULL)
		at++;
	return at;
}

/*
 * Write the string that begins at text[at]; where it ends.
 */
static size_t
put_string(Output *output, const char *str, size_t at, size_t length)
{
	put(output, str[at++]);
	while (at < length)
	{
		char		c = str[at++];

		put(output, c);
		if (c == '"')
			break;
		if (c == '\\' && at < length)
			put(output, str[at++]);
	}
	return at;
}

/*
 * Indent a document; see json_indent.h.
 */
size_t
imgcat_json_indent(char *out, size_t out_size, const char *str, size_t length)
{
	Output		output = {out, out_size, 0};
	size_t		level = 0;
	size_t		at = 0;

	while ((at = skip_space(str, at, length)) < length)
	{
		char		c = str[at];

		switch (c)
		{
			case '"':
				at = put_string(&output, str, at, length);
				continue;
			case '{':
			case '[':
				put(&output, c);
				at = skip_space(str, at + 1, length);
				if (at < length && (str[at] == '}' || str[at] == ']'))
					put(&output, str[at++]);
				else
					put_line(&output, ++level);
				continue;
			case '}':
			case ']':
				if (level > 0)
					level--;
				put_line(&output, level);
				put(&output, c);
				break;
			case ',':
				put(&output, c);
				put_line(&output, level);
				break;
			case ':':
				put(&output, c);
				put(&output, ' ');
				break;
			default:
				put(&output, c);
		}
		at++;
	}
	return output.length;
}
