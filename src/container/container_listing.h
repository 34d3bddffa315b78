/*-------------------------------------------------------------------------
 *
 * container_listing.h
 *		Which container images, in which order, which part of them.
 *
 * src/container/container_listing.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_LISTING_H
#define IMGCAT_CONTAINER_LISTING_H

#include "container/search_sql.h"

/* most images on a page */
#define IMGCAT_CONTAINER_PAGE_MAX	1000

/* a label sorts by at most this many columns */
#define IMGCAT_CONTAINER_SORT_KEYS	3

/* aggregateBy.aggrFunc; the numbers are those of the API */
typedef enum ImgcatAggregate
{
	IMGCAT_AGGREGATE_UNSET,
	IMGCAT_AGGREGATE_COUNT,
	IMGCAT_AGGREGATE_MIN,
	IMGCAT_AGGREGATE_MAX
} ImgcatAggregate;

/* sortOption: what the caller asked for. */
typedef struct ImgcatContainerSort
{
	bool		present;		/* some part of the sort option was given */
	const char *field;			/* a label, or NULL */
	bool		reversed;
	ImgcatAggregate aggregate;
	bool		distinct;
} ImgcatContainerSort;

/*
 * The place after which a page starts: the image that ended the page before,
 * and its sort keys then, so that it keeps its place when the image is gone
 * or has moved.
 */
typedef struct ImgcatContainerMarker
{
	const char *digest;			/* NULL: none, the first page */
	int			nkeys;			/* 0: the keys that the image has now */
	const char *keys[IMGCAT_CONTAINER_SORT_KEYS];	/* text; NULL is null */
} ImgcatContainerMarker;

/* One column of the order. */
typedef struct ImgcatContainerSortKey
{
	const char *expression;		/* on i, or on the aggregate row s */
	Oid			type;
	bool		nullable;
} ImgcatContainerSortKey;

/* A listing, compiled as far as its search and its order. */
typedef struct ImgcatContainerListing
{
	ImgcatCompiledSearch search;
	const char *from;			/* container_images i, and what it needs */
	const char *where;			/* the search, and what the order demands */
	int			nkeys;
	ImgcatContainerSortKey keys[IMGCAT_CONTAINER_SORT_KEYS];
	bool		descending;		/* all keys; the digest ends them, ascending */
	bool		aggregated;		/* keys are computed of child rows */
} ImgcatContainerListing;

extern ImgcatAggregate imgcat_aggregate_from_text(const char *str);
extern void imgcat_container_listing(ImgcatContainerListing *listing,
									 const char *query, size_t length,
									 const ImgcatContainerSort *sort,
									 ImgcatStatement *statement);
extern void imgcat_container_listing_statement(ImgcatStatement *statement,
											   const char *columns,
											   const ImgcatContainerListing *listing,
											   const ImgcatContainerMarker *marker,
											   int64 limit, int64 offset);
extern const char *imgcat_container_key_columns(const ImgcatContainerListing *listing);

#endif							/* IMGCAT_CONTAINER_LISTING_H */
