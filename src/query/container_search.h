/*-------------------------------------------------------------------------
 *
 * container_search.h
 *		The search language of container images, parsed to C structs.
 *
 *		query = pair *( "+" pair )		pair = label ":" values
 *		values = value *( "," value )
 *
 * A query never fails for its syntax: what is no pair, and what names an
 * unknown label, is dropped (and told in dropped[], so that a caller who
 * deletes can refuse), as is a pair whose label comes again.  A value that its
 * label cannot take is an error.
 *
 * Pure C without a server: memory comes from the caller's allocator and is
 * never freed here; the structs point into it, not into the query text.
 *
 * src/query/container_search.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_SEARCH_H
#define IMGCAT_CONTAINER_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* most values and most conditions in one query, and longest text in bytes */
#define IMGCAT_SEARCH_MAX_VALUES	10000
#define IMGCAT_SEARCH_MAX_GROUPS	50
#define IMGCAT_SEARCH_MAX_LENGTH	(1024 * 1024)

/* Gives size bytes, or NULL (reported as an error); palloc will do. */
typedef void *(*ImgcatAlloc) (size_t size);

/* Where a label's values lie.  All conditions on one table hold on one row. */
typedef enum ImgcatSearchTable
{
	IMGCAT_SEARCH_UNREACHABLE,	/* a known label that images do not have */
	IMGCAT_SEARCH_IMAGE,
	IMGCAT_SEARCH_LAYER,
	IMGCAT_SEARCH_COMPONENT,
	IMGCAT_SEARCH_FINDING,
	IMGCAT_SEARCH_DERIVED		/* an aggregate over a child table */
} ImgcatSearchTable;

#define IMGCAT_SEARCH_TABLES	(IMGCAT_SEARCH_DERIVED + 1)

/* What a label's values are, which decides how a value is read. */
typedef enum ImgcatSearchType
{
	IMGCAT_SEARCH_STRING,
	IMGCAT_SEARCH_ARRAY,		/* of strings: some element must do */
	IMGCAT_SEARCH_NUMBER,
	IMGCAT_SEARCH_INTEGER,
	IMGCAT_SEARCH_BOOL,
	IMGCAT_SEARCH_TIME,
	IMGCAT_SEARCH_MAP,			/* string to string */
	IMGCAT_SEARCH_ENUM,
	IMGCAT_SEARCH_SORT_ONLY		/* a rank: no filter */
} ImgcatSearchType;

/* The names of an enum; the number of a name is its place. */
typedef struct ImgcatSearchEnum
{
	int			count;
	const char *const *names;
} ImgcatSearchEnum;

/* One label of the language: immutable, one object a label. */
typedef struct ImgcatSearchLabel
{
	const char *name;			/* spelt as documented; case does not count */
	ImgcatSearchTable table;
	ImgcatSearchType type;
	const ImgcatSearchEnum *names;	/* of an enum, else NULL */
} ImgcatSearchLabel;

/* How a text is compared: v (prefix, case-blind), "v" (equal), r/v (regex). */
typedef enum ImgcatTextMatchKind
{
	IMGCAT_MATCH_NONE,			/* no condition (half of a map value) */
	IMGCAT_MATCH_PREFIX,		/* % _ and \ keep their meaning of LIKE */
	IMGCAT_MATCH_EXACT,
	IMGCAT_MATCH_REGEX			/* case-blind, unanchored */
} ImgcatTextMatchKind;

typedef struct ImgcatTextMatch
{
	ImgcatTextMatchKind kind;
	bool		negated;		/* !v, !"v", !r/v */
	const char *str;			/* NUL-terminated */
} ImgcatTextMatch;

/* One end of an interval. */
typedef struct ImgcatSearchBound
{
	bool		present;
	bool		inclusive;
	bool		relative;		/* time: micros is an age, to be taken from
								 * now */
	int64_t		micros;			/* time: microseconds since 1970, or an age */
	int64_t		integer;		/* integer: the value, or the nearest int64 */
	const char *number;			/* number: decimal text, two decimals at most */
} ImgcatSearchBound;

/* What a map must have. */
typedef enum ImgcatMapForm
{
	IMGCAT_MAP_ANY,				/* *: nothing, every row will do */
	IMGCAT_MAP_HAS_ENTRY,		/* =: some entry */
	IMGCAT_MAP_HAS_KEY,			/* k=: this very key (key.text) */
	IMGCAT_MAP_LACKS_KEY,		/* !k=: not this very key (key.text) */
	IMGCAT_MAP_MATCH			/* k, =v, k=v: one entry matching key and
								 * value */
} ImgcatMapForm;

typedef enum ImgcatSearchForm
{
	IMGCAT_FORM_NULL,			/* - */
	IMGCAT_FORM_NOT_NULL,		/* * */
	IMGCAT_FORM_TEXT,			/* string, array: match */
	IMGCAT_FORM_INTERVAL,		/* number, integer, time: low, high */
	IMGCAT_FORM_BOOL,			/* boolean */
	IMGCAT_FORM_ENUM,			/* members: bit i is enum number i; 0 = never */
	IMGCAT_FORM_ENUM_REGEX,		/* match against the lower-case names */
	IMGCAT_FORM_MAP				/* map_form, key, match (of the value) */
} ImgcatSearchForm;

/* One value of a label, read as the label's type. */
typedef struct ImgcatSearchValue
{
	ImgcatSearchForm form;
	ImgcatTextMatch match;
	ImgcatSearchBound low;		/* equality is low = high, both inclusive */
	ImgcatSearchBound high;
	bool		boolean;
	uint32_t	members;
	ImgcatMapForm map_form;
	ImgcatTextMatch key;
	const char *raw;			/* as typed, for messages */
} ImgcatSearchValue;

/* A label with its values: one of them must hold. */
typedef struct ImgcatSearchGroup
{
	const ImgcatSearchLabel *label;
	const char *spelling;		/* the label as typed */
	int			nvalues;
	ImgcatSearchValue *values;	/* not read (NULL) for an unreachable label */
	int			nraw;
	const char **raw;			/* the values as typed */
} ImgcatSearchGroup;

/* A pair that does not count. */
typedef enum ImgcatSearchDropReason
{
	IMGCAT_DROPPED_NO_PAIR,		/* no colon */
	IMGCAT_DROPPED_NO_VALUE,	/* nothing after the colon */
	IMGCAT_DROPPED_UNKNOWN,		/* unknown label */
	IMGCAT_DROPPED_REPLACED		/* a later pair has the same label */
} ImgcatSearchDropReason;

typedef struct ImgcatSearchDropped
{
	ImgcatSearchDropReason reason;
	const char *str;			/* the label, or the whole pair without colon */
} ImgcatSearchDropped;

/* A parsed query: every group must hold. */
typedef struct ImgcatSearchQuery
{
	bool		blank;			/* the text was empty or white space */
	int			ngroups;		/* 0: everything matches */
	ImgcatSearchGroup *groups;	/* in byte order of spelling */
	int			nreachable;		/* groups with a reachable label; when 0 of
								 * ngroups > 0, nothing matches */
	int			ndropped;
	ImgcatSearchDropped *dropped;
} ImgcatSearchQuery;

/* Why a query was refused; the strings live in the allocator's memory. */
typedef struct ImgcatSearchError
{
	const char *message;		/* short, stable, lower-case; NULL: no memory */
	const char *label;			/* as typed, or NULL */
	const char *value;			/* as typed, or NULL */
	const char *hint;			/* a full sentence, or NULL */
	bool		too_large;		/* the query is beyond a limit */
} ImgcatSearchError;

extern bool imgcat_parse_container_search(const char *str, size_t length,
										  ImgcatAlloc alloc,
										  ImgcatSearchQuery *query,
										  ImgcatSearchError *error);
extern const ImgcatSearchLabel *imgcat_search_label(const char *name,
													size_t length);
extern const ImgcatSearchLabel *imgcat_search_label_at(int place);

#endif							/* IMGCAT_CONTAINER_SEARCH_H */
