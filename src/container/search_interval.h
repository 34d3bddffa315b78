/*-------------------------------------------------------------------------
 *
 * search_interval.h
 *		Numbers and times of a container search as intervals of integers.
 *
 * src/container/search_interval.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SEARCH_INTERVAL_H
#define IMGCAT_SEARCH_INTERVAL_H

#include "datatype/timestamp.h"
#include "query/container_search.h"

/*
 * A closed interval.  Its ends are the integers, the microseconds of the
 * times, or keys that sort as the numbers do, each number having its own.
 */
typedef struct ImgcatInterval
{
	int64		low;
	int64		high;
} ImgcatInterval;

extern int64 imgcat_number_key(double number);
extern double imgcat_key_number(int64 key);
extern TimestampTz imgcat_bound_time(const ImgcatSearchBound *bound,
									 TimestampTz now);
extern double imgcat_bound_number(const ImgcatSearchBound *bound);
extern ImgcatInterval *imgcat_merged_intervals(const ImgcatSearchGroup *group,
											   TimestampTz now, int *count);

#endif							/* IMGCAT_SEARCH_INTERVAL_H */
