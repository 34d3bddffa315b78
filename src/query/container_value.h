/*-------------------------------------------------------------------------
 *
 * container_value.h
 *		One value of the container search language, read as its label's type.
 *
 * Internal to the parser: callers use container_search.h.
 *
 * src/query/container_value.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_VALUE_H
#define IMGCAT_CONTAINER_VALUE_H

#include "container_search.h"

/* A part of a text. */
typedef struct ImgcatSlice
{
	const char *at;
	size_t		length;
} ImgcatSlice;

/* A comparison in front of a number, an enum name or a time. */
typedef enum ImgcatSign
{
	IMGCAT_SIGN_NONE,
	IMGCAT_SIGN_LT,
	IMGCAT_SIGN_LE,
	IMGCAT_SIGN_GT,
	IMGCAT_SIGN_GE,
	IMGCAT_SIGN_EQ,				/* = */
	IMGCAT_SIGN_SAME			/* == */
} ImgcatSign;

/* What the readers of a value share. */
typedef struct ImgcatValueReader
{
	ImgcatAlloc alloc;
	ImgcatSearchValue *value;
	ImgcatSearchError *error;
} ImgcatValueReader;

/* container_slice.c */
extern ImgcatSlice imgcat_slice_trim(ImgcatSlice str);
extern ImgcatSlice imgcat_slice_from(ImgcatSlice str, size_t offset);
extern char *imgcat_slice_copy(ImgcatSlice str, ImgcatAlloc alloc);
extern ImgcatSign imgcat_read_comparison(ImgcatSlice *str);
extern void imgcat_set_interval(ImgcatSearchValue *value,
								ImgcatSign comparison,
								ImgcatSearchBound bound);
extern bool imgcat_refuse_value(ImgcatValueReader *reader,
								const char *message, const char *hint);

/* container_time.c, container_value.c */
extern bool imgcat_read_time_value(ImgcatValueReader *reader,
								   ImgcatSlice str);
extern bool imgcat_read_search_value(const ImgcatSearchLabel *label,
									 const char *raw, ImgcatAlloc alloc,
									 ImgcatSearchValue *value,
									 ImgcatSearchError *error);

#endif							/* IMGCAT_CONTAINER_VALUE_H */
