/*-------------------------------------------------------------------------
 *
 * time_filter.h
 *		What a client writes to filter by time: "gt:2018-10-28T10:00:00Z".
 *
 * src/query/time_filter.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_TIME_FILTER_H
#define IMGCAT_TIME_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ImgcatComparison
{
	IMGCAT_EQ,
	IMGCAT_NEQ,
	IMGCAT_LT,
	IMGCAT_LTE,
	IMGCAT_GT,
	IMGCAT_GTE
} ImgcatComparison;

#define IMGCAT_NCOMPARISONS 6

typedef struct ImgcatTimeFilter
{
	ImgcatComparison op;
	int64_t		microseconds;	/* since 2000-01-01 UTC, as timestamptz */
	bool		has_fraction;	/* the client wrote a fraction of a second */
} ImgcatTimeFilter;

typedef enum ImgcatTimeFilterResult
{
	IMGCAT_TIME_OK,
	IMGCAT_TIME_BAD_TIME,		/* the time cannot be read */
	IMGCAT_TIME_BAD_OPERATOR,	/* the time can, the operator is unknown */
	IMGCAT_TIME_OUT_OF_RANGE	/* in UTC the year is not 1 to 9999 */
} ImgcatTimeFilterResult;

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z */
#define IMGCAT_TIME_MIN INT64_C(-63082281600000000)
#define IMGCAT_TIME_MAX INT64_C(252455615999999999)

/*
 * Read "[op:]time".  Unless the result is IMGCAT_TIME_OK, *filter is not set
 * and *error_position is the byte offset, 0 to length, where reading stopped.
 */
extern ImgcatTimeFilterResult imgcat_time_filter_parse(const char *str,
													   size_t length,
													   ImgcatTimeFilter *filter,
													   size_t *error_position);

/* "eq", "neq", "lt", "lte", "gt" or "gte" */
extern const char *imgcat_comparison_name(ImgcatComparison op);

#endif							/* IMGCAT_TIME_FILTER_H */
