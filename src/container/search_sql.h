/*-------------------------------------------------------------------------
 *
 * search_sql.h
 *		A container search compiled to a condition on container_images.
 *
 * src/container/search_sql.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SEARCH_SQL_H
#define IMGCAT_SEARCH_SQL_H

#include "datatype/timestamp.h"
#include "query/container_search.h"
#include "statement.h"

/*
 * A compiled search.  The texts name the image row i and the parameters that
 * were added to the statement; they hold nothing that a client wrote.
 */
typedef struct ImgcatCompiledSearch
{
	ImgcatSearchQuery query;	/* blank and dropped[] are for who deletes */
	const char *where;			/* condition on i; "true" of everything */
	/* condition on a row of the child table, NULL where there is none */
	const char *rows[IMGCAT_SEARCH_TABLES];
	/* images without rows in the child table match, too ("CVE:-") */
	bool		without_rows[IMGCAT_SEARCH_TABLES];
} ImgcatCompiledSearch;

/* Where the values of a label lie. */
typedef struct ImgcatSearchColumn
{
	const char *label;
	const char *expression;		/* on the alias of the label's table */
	bool		nullable;
	bool		lower_index;	/* there is an index on lower(expression) */
	bool		bytewise;		/* collation "C" */
} ImgcatSearchColumn;

/* A child table: one row a layer, component or finding of an image. */
typedef struct ImgcatSearchFrom
{
	const char *name;			/* qualified */
	const char *alias;			/* its image_key is that of i */
} ImgcatSearchFrom;

/* An aggregate that has a label of its own, such as "CVSS Max". */
typedef struct ImgcatDerivedLabel
{
	const char *label;
	const char *function;		/* count, min, max */
	const char *base;			/* the label it is derived from */
} ImgcatDerivedLabel;

extern void imgcat_compile_search(const char *str, size_t length,
								  ImgcatStatement *statement,
								  ImgcatCompiledSearch *search);
extern void imgcat_narrow_search(ImgcatCompiledSearch *search,
								 ImgcatStatement *statement);
extern const ImgcatSearchColumn *imgcat_search_column(const ImgcatSearchLabel *label);
extern const ImgcatSearchFrom *imgcat_search_from(ImgcatSearchTable table);
extern const ImgcatDerivedLabel *imgcat_derived_label(const ImgcatSearchLabel *label);
extern TimestampTz imgcat_search_now(void);
extern uint32 imgcat_enum_members(const ImgcatSearchGroup *group);
extern bool imgcat_search_is_total(const ImgcatSearchQuery *query);

#endif							/* IMGCAT_SEARCH_SQL_H */
