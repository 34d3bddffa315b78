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

#include "compat.h"
#include "container/search_sql.h"
#include "regex/regex.h"

/* What the steps of a compilation share. */
typedef struct ImgcatSearchCompiler
{
	ImgcatStatement *statement;
	TimestampTz now;			/* one instant for the whole search */
	int			nregexes;		/* so far */
	int			napart;			/* values that do not travel as arrays */
} ImgcatSearchCompiler;

/* A disjunction that is being written. */
typedef struct ImgcatAlternatives
{
	StringInfoData str;
	int			count;
	bool		always;			/* some alternative holds of every row */
} ImgcatAlternatives;

/* What it costs to compare one more value by itself. */
typedef enum ImgcatValueCost
{
	IMGCAT_VALUE_INDEXED,		/* an index finds the rows */
	IMGCAT_VALUE_PLAIN,			/* each row is compared */
	IMGCAT_VALUE_SUBQUERY		/* each row runs a subquery for its text */
} ImgcatValueCost;

extern const char *imgcat_compile_group(ImgcatSearchCompiler *compiler,
										const ImgcatSearchGroup *group,
										const char *expression);
extern StringInfo imgcat_next_alternative(ImgcatAlternatives *alternatives);
extern const char *imgcat_finish_alternatives(const ImgcatAlternatives *alternatives);
extern bool imgcat_travel_as_array(ImgcatSearchCompiler *compiler, int count,
								   ImgcatValueCost cost);
extern void imgcat_count_regex(ImgcatSearchCompiler *compiler);
extern void imgcat_compile_regex(regex_t *regex, const char *pattern,
								 Oid collation, const char *label,
								 const char *raw);
extern void imgcat_add_texts(ImgcatSearchCompiler *compiler,
							 ImgcatAlternatives *alternatives,
							 const char *expression,
							 const ImgcatSearchColumn *column,
							 const ImgcatSearchGroup *group);
extern void imgcat_add_element_texts(ImgcatSearchCompiler *compiler,
									 ImgcatAlternatives *alternatives,
									 const char *expression,
									 const ImgcatSearchGroup *group);
extern void imgcat_add_map(ImgcatSearchCompiler *compiler,
						   ImgcatAlternatives *alternatives,
						   const ImgcatSearchGroup *group);
pg_noreturn extern void imgcat_refuse_search(const char *problem,
											 const char *label,
											 const char *value,
											 const char *hint);

#endif							/* IMGCAT_SEARCH_VALUE_H */
