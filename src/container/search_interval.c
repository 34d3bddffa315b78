/*-------------------------------------------------------------------------
 *
 * search_interval.c
 *		Numbers and times of a container search as intervals of integers.
 *
 * Any open end of an interval is the closed end one step further in, and two
 * intervals one step apart are one: so the values of a label, however many,
 * become the fewest closed intervals that hold the same.
 *
 * src/container/search_interval.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "container/search_interval.h"
#include "fmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

/*
 * An integer for a number: in the same order, neighbours for neighbours.
 */
int64
imgcat_number_key(double number)
{
	int64		bits;

	number += 0.0;				/* there is but one zero */
	memcpy(&bits, &number, sizeof(bits));
	return bits >= 0 ? bits : PG_INT64_MIN - bits;
}

/*
 * The number of a key.
 */
double
imgcat_key_number(int64 key)
{
	int64		bits = key >= 0 ? key : PG_INT64_MIN - key;
	double		number;

	memcpy(&number, &bits, sizeof(number));
	return number;
}

/*
 * The instant of a bound.  An age that leaves the calendar of the server
 * stands for its end.
 */
TimestampTz
imgcat_bound_time(const ImgcatSearchBound *bound, TimestampTz now)
{
	const int64 epoch = (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) *
	USECS_PER_DAY;
	int64		instant;

	if (bound->relative ?
		pg_sub_s64_overflow(now, bound->micros, &instant) :
		pg_sub_s64_overflow(bound->micros, epoch, &instant))
		return (bound->relative == (bound->micros > 0)) ?
			DT_NOBEGIN : DT_NOEND;
	if (instant < MIN_TIMESTAMP)
		return DT_NOBEGIN;
	if (instant >= END_TIMESTAMP)
		return DT_NOEND;
	return instant;
}

/*
 * The number of a bound.
 */
double
imgcat_bound_number(const ImgcatSearchBound *bound)
{
	return DatumGetFloat8(DirectFunctionCall1(float8in,
											  CStringGetDatum(bound->number)));
}

/* The key of a bound of that label. */
static int64
bound_key(const ImgcatSearchLabel *label, const ImgcatSearchBound *bound,
		  TimestampTz now)
{
	switch (label->type)
	{
		case IMGCAT_SEARCH_INTEGER:
			return bound->integer;
		case IMGCAT_SEARCH_NUMBER:
			return imgcat_number_key(imgcat_bound_number(bound));
		default:
			return imgcat_bound_time(bound, now);
	}
}

/*
 * The closed interval of a value; false when it is empty.
 */
static bool
closed_interval(const ImgcatSearchLabel *label,
				const ImgcatSearchValue *value, TimestampTz now,
				ImgcatInterval *interval)
{
	interval->low = PG_INT64_MIN;
	interval->high = PG_INT64_MAX;
	if (value->low.present)
	{
		interval->low = bound_key(label, &value->low, now);
		if (!value->low.inclusive &&
			pg_add_s64_overflow(interval->low, 1, &interval->low))
			return false;
	}
	if (value->high.present)
	{
		interval->high = bound_key(label, &value->high, now);
		if (!value->high.inclusive &&
			pg_sub_s64_overflow(interval->high, 1, &interval->high))
			return false;
	}
	return interval->low <= interval->high;
}

/* By their low ends. */
static int
compare_intervals(const void *left, const void *right)
{
	const ImgcatInterval *a = left;
	const ImgcatInterval *b = right;

	return a->low < b->low ? -1 : a->low > b->low;
}

/*
 * The intervals of a group's values, sorted, with gaps between them; *count
 * gets their number.
 */
ImgcatInterval *
imgcat_merged_intervals(const ImgcatSearchGroup *group, TimestampTz now,
						int *count)
{
	ImgcatInterval *intervals = palloc(group->nvalues *
									   sizeof(ImgcatInterval));
	int			n = 0;
	int			last = 0;

	for (int i = 0; i < group->nvalues; i++)
	{
		if (group->values[i].form == IMGCAT_FORM_INTERVAL &&
			closed_interval(group->label, &group->values[i], now,
							&intervals[n]))
			n++;
	}
	qsort(intervals, n, sizeof(ImgcatInterval), compare_intervals);
	for (int i = 1; i < n; i++)
	{
		if (intervals[last].high == PG_INT64_MAX ||
			intervals[i].low <= intervals[last].high + 1)
			intervals[last].high = Max(intervals[last].high,
									   intervals[i].high);
		else
			intervals[++last] = intervals[i];
	}
	*count = n > 0 ? last + 1 : 0;
	return intervals;
}
