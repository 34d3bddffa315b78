/*-------------------------------------------------------------------------
 *
 * keyset.h
 *		Keyset pagination: the order of a list, and what comes behind a row of
 *		it, as SQL.
 *
 * src/keyset.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_KEYSET_H
#define IMGCAT_KEYSET_H

#include "lib/stringinfo.h"

/* One key of an order.  The last one ties with nothing. */
typedef struct ImgcatKeysetKey
{
	const char *expression;
	bool		descending;
	bool		nullable;		/* nulls come last, whatever the direction */
	int			parameter;		/* the row's value; 0: null */
} ImgcatKeysetKey;

extern void imgcat_append_keyset_order(StringInfo sql,
									   const ImgcatKeysetKey *keys, int nkeys);
extern void imgcat_append_keyset_after(StringInfo sql,
									   const ImgcatKeysetKey *keys, int nkeys);

#endif							/* IMGCAT_KEYSET_H */
