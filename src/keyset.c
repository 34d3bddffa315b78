/*-------------------------------------------------------------------------
 *
 * keyset.c
 *		Keyset pagination: the order of a list, and what comes behind a row of
 *		it, as SQL.
 *
 * Both families of images page by it.  Expressions are of this program; the
 * values of the row are parameters of the statement.
 *
 * src/keyset.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keyset.h"

/*
 * ORDER BY of the keys.
 */
void
imgcat_append_keyset_order(StringInfo sql, const ImgcatKeysetKey *keys, int nkeys)
{
	appendStringInfoString(sql, " ORDER BY ");
	for (int i = 0; i < nkeys; i++)
		appendStringInfo(sql, "%s%s%s%s", i > 0 ? ", " : "", keys[i].expression,
						 keys[i].descending ? " DESC" : "",
						 keys[i].descending && keys[i].nullable ? " NULLS LAST" : "");
}

/*
 * Some keys compared with the row's values, as one row.
 */
static void
append_row_comparison(StringInfo sql, const ImgcatKeysetKey *keys, int nkeys,
					  const char *operator)
{
	appendStringInfoChar(sql, '(');
	for (int i = 0; i < nkeys; i++)
		appendStringInfo(sql, "%s%s", i > 0 ? ", " : "", keys[i].expression);
	appendStringInfo(sql, ") %s (", operator);
	for (int i = 0; i < nkeys; i++)
		appendStringInfo(sql, "%s$%d", i > 0 ? ", " : "", keys[i].parameter);
	appendStringInfoChar(sql, ')');
}

/*
 * What comes behind the row where keys can be null, key by key.
 */
static void
append_after_nullable(StringInfo sql, const ImgcatKeysetKey *keys, int nkeys)
{
	for (int i = 0; i < nkeys; i++)
	{
		const ImgcatKeysetKey *key = &keys[i];

		appendStringInfoChar(sql, '(');
		if (key->parameter == 0)
		{
			/* only nulls are not before a null */
			appendStringInfo(sql, "%s IS NULL", key->expression);
			if (i < nkeys - 1)
				appendStringInfoString(sql, " AND ");
			continue;
		}
		appendStringInfo(sql, "%s %s $%d", key->expression,
						 key->descending ? "<" : ">", key->parameter);
		if (key->nullable)
			appendStringInfo(sql, " OR %s IS NULL", key->expression);
		if (i < nkeys - 1)
			appendStringInfo(sql, " OR %s = $%d AND ", key->expression, key->parameter);
	}
	for (int i = 0; i < nkeys; i++)
		appendStringInfoChar(sql, ')');
}

/*
 * The condition that a row comes behind the row of the parameters.
 *
 * Keys of one direction are a row comparison, which is one index condition.
 * Where the direction changes, the row comparison of the keys before is the
 * bound that an index can use, and what ties there is compared by the rest.
 */
void
imgcat_append_keyset_after(StringInfo sql, const ImgcatKeysetKey *keys, int nkeys)
{
	int			run = 1;
	bool		descending = keys[0].descending;

	for (int i = 0; i < nkeys; i++)
		if (keys[i].nullable)
		{
			append_after_nullable(sql, keys, nkeys);
			return;
		}
	while (run < nkeys && keys[run].descending == descending)
		run++;
	if (run == nkeys)
	{
		append_row_comparison(sql, keys, nkeys, descending ? "<" : ">");
		return;
	}
	appendStringInfoChar(sql, '(');
	append_row_comparison(sql, keys, run, descending ? "<=" : ">=");
	appendStringInfoString(sql, " AND (");
	append_row_comparison(sql, keys, run, descending ? "<" : ">");
	appendStringInfoString(sql, " OR ");
	imgcat_append_keyset_after(sql, keys + run, nkeys - run);
	appendStringInfoString(sql, "))");
}
