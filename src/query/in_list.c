/*-------------------------------------------------------------------------
 *
 * in_list.c
 *		What a client writes to filter by text: "value", "eq:value", or
 *		"in:value,value" with quotes around a value that holds a comma.
 *
 * src/query/in_list.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/in_list.h"

/*
 * Split "[op:]value"; see in_list.h.
 */
ImgcatTextOperator
imgcat_text_operator_parse(const char *str, size_t length,
						   const char **value, size_t *value_length)
{
	const char *colon = length > 0 ? memchr(str, ':', length) : NULL;

	*value = str;
	*value_length = length;
	if (colon == NULL)
		return IMGCAT_TEXT_EQ;
	if (colon - str != 2)
		return IMGCAT_TEXT_UNKNOWN;
	if (memcmp(str, "eq", 2) != 0 && memcmp(str, "in", 2) != 0)
		return IMGCAT_TEXT_UNKNOWN;

	*value = colon + 1;
	*value_length = length - 3;
	return *str == 'e' ? IMGCAT_TEXT_EQ : IMGCAT_TEXT_IN;
}

/*
 * Start reading a list; see in_list.h.  An empty text holds no item.
 */
void
imgcat_in_list_init(ImgcatInList *list, const char *str, size_t length)
{
	list->at = str;
	list->end = str + length;
	list->done = (length == 0);
}

/*
 * End the list with the quote at fault.
 */
static ImgcatInListResult
malformed(ImgcatInList *list, const char *quote,
		  const char **item, size_t *length)
{
	list->at = list->end;
	list->done = true;
	*item = quote;
	*length = 0;
	return IMGCAT_IN_MALFORMED;
}

/*
 * Where the quoted item ends that begins at text, that is the closing quote,
 * or NULL.  A backslash keeps the next byte from closing it.
 */
static const char *
closing_quote(const char *str, const char *end)
{
	while (str < end && *str != '"')
		str += (*str == '\\' && end - str > 1) ? 2 : 1;
	return str < end ? str : NULL;
}

/*
 * The next item; see in_list.h.
 *
 * A comma ends an item, so that one at the very end adds none: "a," holds one
 * item, "," one empty item, "a,," two.
 */
ImgcatInListResult
imgcat_in_list_next(ImgcatInList *list, const char **item, size_t *length)
{
	const char *start = list->at;
	const char *at = start;

	*item = list->end;
	*length = 0;
	if (list->done)
		return IMGCAT_IN_END;

	if (*start == '"')
	{
		at = closing_quote(start + 1, list->end);
		if (at == NULL)
			return malformed(list, start, item, length);
		*item = start + 1;
		*length = at - *item;
		at++;
		if (at < list->end && *at != ',')
			return malformed(list, at - 1, item, length);
	}
	else
	{
		/* a quote inside must have a backslash right before it */
		for (; at < list->end && *at != ','; at++)
		{
			if (*at == '"' && at[-1] != '\\')
				return malformed(list, at, item, length);
		}
		*item = start;
		*length = at - start;
	}

	list->at = at < list->end ? at + 1 : at;
	list->done = (list->at == list->end);
	return IMGCAT_IN_ITEM;
}
