/*-------------------------------------------------------------------------
 *
 * container_slice.c
 *		What the readers of one value of the container search language share:
 *		parts of texts, comparisons, intervals, refusals.
 *
 * src/query/container_slice.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "container_value.h"

/*
 * Bytes of the white space that starts the text, 0 when none does.  White
 * space is that of Unicode, in UTF-8.
 */
static size_t
leading_space(ImgcatSlice str)
{
	const unsigned char *b = (const unsigned char *) str.at;

	if (str.length >= 1 && (b[0] == ' ' || (b[0] >= '\t' && b[0] <= '\r')))
		return 1;
	if (str.length >= 2 && b[0] == 0xC2 && (b[1] == 0x85 || b[1] == 0xA0))
		return 2;
	if (str.length >= 3 &&
		((b[0] == 0xE1 && b[1] == 0x9A && b[2] == 0x80) ||
		 (b[0] == 0xE2 && b[1] == 0x80 &&
		  ((b[2] >= 0x80 && b[2] <= 0x8A) || b[2] == 0xA8 ||
		   b[2] == 0xA9 || b[2] == 0xAF)) ||
		 (b[0] == 0xE2 && b[1] == 0x81 && b[2] == 0x9F) ||
		 (b[0] == 0xE3 && b[1] == 0x80 && b[2] == 0x80)))
		return 3;
	return 0;
}

/*
 * The text without white space at either end.
 */
ImgcatSlice
imgcat_slice_trim(ImgcatSlice str)
{
	size_t		width;

	while ((width = leading_space(str)) > 0)
	{
		str.at += width;
		str.length -= width;
	}
	for (;;)
	{
		size_t		back;

		/* a white space character is 1 to 3 bytes long */
		for (back = 1; back <= 3 && back <= str.length; back++)
		{
			ImgcatSlice tail = {str.at + str.length - back, back};

			if (leading_space(tail) == back)
				break;
		}
		if (back > 3 || back > str.length)
			return str;
		str.length -= back;
	}
}

/*
 * The text as a string of its own; NULL when there is no memory.
 */
char *
imgcat_slice_copy(ImgcatSlice str, ImgcatAlloc alloc)
{
	char	   *copy = alloc(str.length + 1);

	if (copy == NULL)
		return NULL;
	if (str.length > 0)
		memcpy(copy, str.at, str.length);
	copy[str.length] = '\0';
	return copy;
}

/* The part of the text from byte offset on; offset must lie within it. */
ImgcatSlice
imgcat_slice_from(ImgcatSlice str, size_t offset)
{
	ImgcatSlice rest = {str.at + offset, str.length - offset};

	return rest;
}

/*
 * Say why the value is refused; false, so that a reader can return it.
 */
bool
imgcat_refuse_value(ImgcatValueReader *reader, const char *message,
					const char *hint)
{
	reader->error->message = message;
	reader->error->hint = hint;
	return false;
}

/*
 * Take a comparison and the blanks around what follows it off the text.
 * Without a comparison the text stays as it is, blanks included.
 */
ImgcatSign
imgcat_read_comparison(ImgcatSlice *str)
{
	static const struct
	{
		const char *sign;
		ImgcatSign	comparison;
	}			signs[] = {
		{"<=", IMGCAT_SIGN_LE}, {">=", IMGCAT_SIGN_GE},
		{"==", IMGCAT_SIGN_SAME}, {"<", IMGCAT_SIGN_LT},
		{">", IMGCAT_SIGN_GT}, {"=", IMGCAT_SIGN_EQ}
	};
	size_t		i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
	{
		size_t		length = strlen(signs[i].sign);

		if (str->length >= length &&
			memcmp(str->at, signs[i].sign, length) == 0)
		{
			*str = imgcat_slice_trim(imgcat_slice_from(*str, length));
			return signs[i].comparison;
		}
	}
	return IMGCAT_SIGN_NONE;
}

/*
 * Make the value the interval that compares so with the bound.
 */
void
imgcat_set_interval(ImgcatSearchValue *value, ImgcatSign comparison,
					ImgcatSearchBound bound)
{
	value->form = IMGCAT_FORM_INTERVAL;
	bound.present = true;
	bound.inclusive = comparison != IMGCAT_SIGN_LT &&
		comparison != IMGCAT_SIGN_GT;
	if (comparison != IMGCAT_SIGN_LT && comparison != IMGCAT_SIGN_LE)
		value->low = bound;
	if (comparison != IMGCAT_SIGN_GT && comparison != IMGCAT_SIGN_GE)
		value->high = bound;
}
