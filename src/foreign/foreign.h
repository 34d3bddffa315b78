/*-------------------------------------------------------------------------
 *
 * foreign.h
 *		The foreign table listed_images: what its planning tells its scan.
 *
 * src/foreign/foreign.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_FOREIGN_H
#define IMGCAT_FOREIGN_H

#include "foreign/fdwapi.h"
#include "listing/index_scan.h"
#include "nodes/pathnodes.h"
#include "request/list_request.h"

/* What a clause that the list answers asks of a column. */
typedef enum ImgcatQualKind
{
	IMGCAT_QUAL_LESS,			/* column < value */
	IMGCAT_QUAL_LESS_EQUAL,
	IMGCAT_QUAL_EQUAL,
	IMGCAT_QUAL_GREATER_EQUAL,
	IMGCAT_QUAL_GREATER,
	IMGCAT_QUAL_ANY,			/* column = ANY (values) */
	IMGCAT_QUAL_TRUE,			/* column */
	IMGCAT_QUAL_FALSE,			/* NOT column */
	IMGCAT_QUAL_NULL,			/* column IS NULL */
	IMGCAT_QUAL_NOT_NULL,		/* column IS NOT NULL */
	IMGCAT_QUAL_CONTAINS,		/* column @> values, of tags */
	IMGCAT_QUAL_OVERLAPS,		/* column && values, of tags */
	IMGCAT_QUAL_PROPERTY,		/* column ->> name = value */
	IMGCAT_QUAL_PROPERTY_ANY	/* column ->> name = ANY (values) */
} ImgcatQualKind;

/*
 * Such a clause.  The value, and before it the name of a property, are
 * expressions without a column of the table; they have their values when the
 * scan begins.
 */
typedef struct ImgcatQual
{
	ImgcatQualKind kind;
	int			column;			/* ImgcatImageColumn */
	Oid			type;			/* of the value, or of its elements */
	Expr	   *name;
	Expr	   *value;			/* NULL: none */
} ImgcatQual;

extern bool imgcat_match_qual(PlannerInfo *root, Expr *clause, Index relid,
							  ImgcatQual *qual);
extern double imgcat_qual_selectivity(const ImgcatQual *qual);
extern int	imgcat_match_order(PlannerInfo *root, RelOptInfo *rel,
							   List *pathkeys, List **keys, bool *nulls_first);
extern bool imgcat_column_is_nullable(int column);

/*
 * fdw_private of a plan: lists of integers.  Of a qual: kind, column and type;
 * their expressions stand in fdw_exprs, one behind another.  Of a key: column
 * and whether it is descending.  The last: columns that the statement reads.
 */
enum ImgcatForeignPrivate
{
	IMGCAT_PRIVATE_QUALS,
	IMGCAT_PRIVATE_KEYS,
	IMGCAT_PRIVATE_FLAGS,
	IMGCAT_PRIVATE_COLUMNS
};

enum ImgcatForeignFlag
{
	IMGCAT_FLAG_NULLS_FIRST,	/* of the first key */
	IMGCAT_FLAG_COUNT,			/* the number of images is wanted */
	IMGCAT_FLAG_FIRST_ROWS		/* rows wanted at first */
};

extern List *imgcat_flat_quals(List *quals, List **expressions);
extern List *imgcat_unflat_quals(List *flat, List *expressions);

/* rows of the first page, where no limit is known: a page of 25, and whether
 * there are more; each page is larger, up to the last number */
#define IMGCAT_FIRST_ROWS 26
#define IMGCAT_PAGE_GROWTH 4
#define IMGCAT_PAGE_ROWS_MAX 1000

/* The value of a qual, when the scan begins. */
typedef struct ImgcatQualValue
{
	Datum		name;
	Datum		value;
	bool		is_null;		/* one of the two */
} ImgcatQualValue;

/*
 * The images of a list in the order of PostgreSQL, where nulls come first or
 * last, are those of some lists, one behind another: where missing values stand
 * as the empty string or as zero, they are told from others so.
 */
typedef enum ImgcatZone
{
	IMGCAT_ZONE_ALL,			/* the first key has no nulls */
	IMGCAT_ZONE_MISSING,		/* the first key is null */
	IMGCAT_ZONE_PRESENT,		/* it is not */
	IMGCAT_ZONE_NEGATIVE,		/* it is less than zero */
	IMGCAT_ZONE_EMPTY,			/* it is the empty string, or zero */
	IMGCAT_ZONE_REST			/* it is greater */
} ImgcatZone;

#define IMGCAT_ZONES_MAX 4

extern void imgcat_foreign_request(ImgcatListRequest *request,
								   const ImgcatCaller *caller, List *quals,
								   const ImgcatQualValue *values);
extern void imgcat_set_order(ImgcatListRequest *request, List *keys);
extern int	imgcat_order_zones(const ImgcatListRequest *request,
							   bool nulls_first, ImgcatZone *zones);
extern bool imgcat_zone_request(ImgcatListRequest *zone_request,
								const ImgcatListRequest *request,
								ImgcatZone zone, ImgcatEntry *after);

extern const char *imgcat_foreign_column(int column);
extern void imgcat_foreign_scanning(FdwRoutine *routine);

#endif							/* IMGCAT_FOREIGN_H */
