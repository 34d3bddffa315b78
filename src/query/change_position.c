/*-------------------------------------------------------------------------
 *
 * change_position.c
 *		A place in the feed of changes, as readers keep it.
 *
 * As text it is four hexadecimal numbers with dashes between, lower case and
 * without leading zeros: one spelling for one position.
 *
 * src/query/change_position.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/change_position.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * Read a number of 1 to 16 digits up to end, and move *at behind it.
 */
static bool
parse_number(const char **at, const char *end, uint64_t *number)
{
	const char *start = *at;
	uint64_t	value = 0;

	for (; *at < end && **at != '-'; (*at)++)
	{
		char		c = **at;
		int			digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (c >= 'a' && c <= 'f')
			digit = c - 'a' + 10;
		else
			return false;
		if (*at - start == 16)
			return false;
		value = value << 4 | (uint64_t) digit;
	}
	*number = value;
	return *at > start && (*start != '0' || *at - start == 1);
}

/*
 * Read a position; false if it is none.  str need not end in a zero byte.
 */
bool
imgcat_change_position_parse(const char *str, size_t length,
							 ImgcatChangePosition *position)
{
	const char *end = str + length;
	uint64_t	numbers[4];

	for (int i = 0; i < 4; i++)
	{
		if (i > 0 && (str == end || *str++ != '-'))
			return false;
		if (!parse_number(&str, end, &numbers[i]))
			return false;
	}
	position->recording = numbers[0];
	position->window_begin = numbers[1];
	position->window_end = numbers[2];
	position->number = numbers[3];
	return str == end && position->window_begin <= position->window_end;
}

/*
 * Write a position into IMGCAT_CHANGE_POSITION_SIZE bytes.
 */
void
imgcat_change_position_print(char *str, const ImgcatChangePosition *position)
{
	snprintf(str, IMGCAT_CHANGE_POSITION_SIZE,
			 "%" PRIx64 "-%" PRIx64 "-%" PRIx64 "-%" PRIx64,
			 position->recording, position->window_begin,
			 position->window_end, position->number);
}
