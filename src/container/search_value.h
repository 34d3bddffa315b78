/*-------------------------------------------------------------------------
 *
 * search_value.h
 *		The values of one label of a container search, compiled to SQL.
 *
 * src/container/search_value.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SEARCH_VALUE_H
#define IMGCAT_SEARCH_VALUE_H

#include "container/search_sql.h"

/* What the steps of a compilation share. */
typedef struct ImgcatSearchCompiler
{
	ImgcatStatement *statement;
	TimestampTz now;			/* one instant for the whole search */
	int			nregexes;		/* so far */
	int			napart;			/* values that do not travel as arrays */
} ImgcatSearchCompiler;

extern const char *imgcat_compile_group(ImgcatSearchCompiler *compiler,
										const ImgcatSearchGroup *group,
										const char *expression);
extern void imgcat_refuse_search(const char *problem, const char *label,
								 const char *value, const char *hint) pg_attribute_noreturn();

#endif							/* IMGCAT_SEARCH_VALUE_H */
