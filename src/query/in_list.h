/*-------------------------------------------------------------------------
 *
 * in_list.h
 *		What a client writes to filter by text: "value", "eq:value", or
 *		"in:value,value" with quotes around a value that holds a comma.
 *
 * src/query/in_list.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IN_LIST_H
#define IMGCAT_IN_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ImgcatTextOperator
{
	IMGCAT_TEXT_EQ,
	IMGCAT_TEXT_IN,
	IMGCAT_TEXT_UNKNOWN
} ImgcatTextOperator;

/*
 * Split "[op:]value" at the first colon.  *value is a slice of the text: what
 * follows the colon, or everything when there is none.  Of an unknown
 * operator *value is the whole text: its name stands before the first colon,
 * and a caller that forgives it compares with the text as it is.
 */
extern ImgcatTextOperator imgcat_text_operator_parse(const char *str,
													 size_t length,
													 const char **value,
													 size_t *value_length);

/* What of the list after "in:" is still to be read. */
typedef struct ImgcatInList
{
	const char *at;
	const char *end;
	bool		done;
} ImgcatInList;

typedef enum ImgcatInListResult
{
	IMGCAT_IN_ITEM,
	IMGCAT_IN_END,
	IMGCAT_IN_MALFORMED
} ImgcatInListResult;

/* Start reading text[0 .. length), the value after "in:". */
extern void imgcat_in_list_init(ImgcatInList *list,
								const char *str, size_t length);

/*
 * The next item, a slice of the text without its quotes.  Items are not
 * copied, so a backslash stays.  On IMGCAT_IN_MALFORMED *item points to the
 * quote that is at fault (length 0), and the list is at its end.
 */
extern ImgcatInListResult imgcat_in_list_next(ImgcatInList *list,
											  const char **item,
											  size_t *length);

#endif							/* IMGCAT_IN_LIST_H */
