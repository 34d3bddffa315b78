/*-------------------------------------------------------------------------
 *
 * test_time_filter.c
 *		imgcat_time_filter_parse(): every form of a time, every boundary.
 *
 * test/unit/test_time_filter.c
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>

#include "query/time_filter.h"
#include "tap.h"

/*
 * Microseconds of a time in UTC, counted day by day: slow, and nothing like
 * the arithmetic under test.  Years from 1990 on only.
 */
static int64_t
at(int year, int month, int day, int hour, int minute, int second,
   int microsecond)
{
	static const int days_of_month[] =
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t		days = -3652;	/* 1990-01-01 */
	int			y;
	int			m;

	for (y = 1990; y < year; y++)
		days += (y % 4 == 0 && y != 2100) ? 366 : 365;
	for (m = 1; m < month; m++)
		days += days_of_month[m - 1] +
			(m == 2 && year % 4 == 0 && year != 2100 ? 1 : 0);
	days += day - 1;
	return ((days * 24 + hour) * 60 + minute) * INT64_C(60000000) +
		second * INT64_C(1000000) + microsecond;
}

#define DAY_2018		{2018, 10, 28, 0, 0, 0, 0}
#define TEN_2018		{2018, 10, 28, 10, 0, 0, 0}

/* What is read: the operator, the time in UTC, whether with a fraction. */
static const struct
{
	const char *str;
	ImgcatComparison op;
	int			utc[7];
	bool		has_fraction;
}			good[] = {

	/* operators */
	{"eq:2018-10-28T10:00:00Z", IMGCAT_EQ, TEN_2018, false},
	{"neq:2018-10-28T10:00:00Z", IMGCAT_NEQ, TEN_2018, false},
	{"lt:2018-10-28T10:00:00Z", IMGCAT_LT, TEN_2018, false},
	{"lte:2018-10-28T10:00:00Z", IMGCAT_LTE, TEN_2018, false},
	{"gt:2018-10-28T10:00:00Z", IMGCAT_GT, TEN_2018, false},
	{"gte:2018-10-28T10:00:00Z", IMGCAT_GTE, TEN_2018, false},
	/* none: the whole is the time, colons and all */
	{"2018-10-28T10:00:00Z", IMGCAT_EQ, TEN_2018, false},
	{"2018-10-28 10:00:00", IMGCAT_EQ, TEN_2018, false},
	{"2018-10-28T10:00", IMGCAT_EQ, TEN_2018, false},
	{"2018", IMGCAT_EQ, {2018, 1, 1, 0, 0, 0, 0}, false},
	/* dates */
	{"gt:2018", IMGCAT_GT, {2018, 1, 1, 0, 0, 0, 0}, false},
	{"gt:2018-10", IMGCAT_GT, {2018, 10, 1, 0, 0, 0, 0}, false},
	{"gt:2018-1", IMGCAT_GT, {2018, 1, 1, 0, 0, 0, 0}, false},
	{"gt:2018-01", IMGCAT_GT, {2018, 1, 1, 0, 0, 0, 0}, false},
	{"gt:2018-12", IMGCAT_GT, {2018, 12, 1, 0, 0, 0, 0}, false},
	{"gt:2018-10-28", IMGCAT_GT, DAY_2018, false},
	{"gt:20181028", IMGCAT_GT, DAY_2018, false},
	{"gt:2018-1-2", IMGCAT_GT, {2018, 1, 2, 0, 0, 0, 0}, false},
	{"gt:2018-01-2", IMGCAT_GT, {2018, 1, 2, 0, 0, 0, 0}, false},
	{"gt:2018-1-31", IMGCAT_GT, {2018, 1, 31, 0, 0, 0, 0}, false},
	{"gt:2018-04-30", IMGCAT_GT, {2018, 4, 30, 0, 0, 0, 0}, false},
	{"gt:2020-02-29", IMGCAT_GT, {2020, 2, 29, 0, 0, 0, 0}, false},
	{"gt:2000-02-29", IMGCAT_GT, {2000, 2, 29, 0, 0, 0, 0}, false},
	{"gt:2000-03-01", IMGCAT_GT, {2000, 3, 1, 0, 0, 0, 0}, false},
	{"gt:1999-12-31T23:59:59Z", IMGCAT_GT, {1999, 12, 31, 23, 59, 59, 0}, false},
	{"gt:2000-01-01T00:00:00Z", IMGCAT_GT, {2000, 1, 1, 0, 0, 0, 0}, false},
	{"gt:2101-03-01", IMGCAT_GT, {2101, 3, 1, 0, 0, 0, 0}, false},
	/* times of day */
	{"gt:2018-10-28T10", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28 10", IMGCAT_GT, TEN_2018, false},
	{"gt:20181028T10", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-1-2T10", IMGCAT_GT, {2018, 1, 2, 10, 0, 0, 0}, false},
	{"gt:2018-10-28T10:01", IMGCAT_GT, {2018, 10, 28, 10, 1, 0, 0}, false},
	{"gt:2018-10-28T1001", IMGCAT_GT, {2018, 10, 28, 10, 1, 0, 0}, false},
	{"gt:2018-10-28T10:01:02", IMGCAT_GT, {2018, 10, 28, 10, 1, 2, 0}, false},
	{"gt:2018-10-28T10:01:2", IMGCAT_GT, {2018, 10, 28, 10, 1, 2, 0}, false},
	{"gt:2018-10-28T100102", IMGCAT_GT, {2018, 10, 28, 10, 1, 2, 0}, false},
	{"gt:20181028T100102Z", IMGCAT_GT, {2018, 10, 28, 10, 1, 2, 0}, false},
	{"gt:20181028 100102Z", IMGCAT_GT, {2018, 10, 28, 10, 1, 2, 0}, false},
	{"gt:20181028T10:01:02Z", IMGCAT_GT, {2018, 10, 28, 10, 1, 2, 0}, false},
	{"gt:2018-10-28T00:00:00Z", IMGCAT_GT, DAY_2018, false},
	{"gt:2018-10-28T23:59:59Z", IMGCAT_GT, {2018, 10, 28, 23, 59, 59, 0}, false},
	/* fractions */
	{"gt:2018-10-28T10:00:00.5Z", IMGCAT_GT, {2018, 10, 28, 10, 0, 0, 500000}, true},
	{"gt:2018-10-28T10:00:02,5Z", IMGCAT_GT, {2018, 10, 28, 10, 0, 2, 500000}, true},
	{"gt:2018-10-28T10:00:2,5Z", IMGCAT_GT, {2018, 10, 28, 10, 0, 2, 500000}, true},
	{"gt:2018-10-28T100002.25", IMGCAT_GT, {2018, 10, 28, 10, 0, 2, 250000}, true},
	{"gt:2018-10-28T10:00:00.0Z", IMGCAT_GT, TEN_2018, true},
	{"gt:2018-10-28T10:00:00.000001Z", IMGCAT_GT, {2018, 10, 28, 10, 0, 0, 1}, true},
	{"gt:2018-10-28T10:00:00.123456Z", IMGCAT_GT, {2018, 10, 28, 10, 0, 0, 123456}, true},
	{"gt:2018-10-28T10:00:00.1234569Z", IMGCAT_GT, {2018, 10, 28, 10, 0, 0, 123456}, true},
	{"gt:2018-10-28T10:00:00.0000009Z", IMGCAT_GT, TEN_2018, true},
	{"gt:2018-10-28T10:00:00.99999999999999999999999999999Z", IMGCAT_GT,
	{2018, 10, 28, 10, 0, 0, 999999}, true},
	/* zones */
	{"gt:2018-10-28T12:00:00+02:00", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T12:00:00+0200", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T12:00:00+02", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T04:30:00-05:30", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T10:00:00-00:00", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T10:00:00+00:00", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T12+02", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T10Z", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T12:00+02:00", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T1200+0200", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28 12:00:00+02:00", IMGCAT_GT, TEN_2018, false},
	{"2018-10-28T12:00:00+02:00", IMGCAT_EQ, TEN_2018, false},
	{"gt:2018-10-28T12:00:00.5+02:00", IMGCAT_GT, {2018, 10, 28, 10, 0, 0, 500000}, true},
	{"gt:2018-10-29T09:59:00+23:59", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-27T10:01:00-23:59", IMGCAT_GT, TEN_2018, false},
	{"gt:2018-10-28T11:39:00+00:99", IMGCAT_GT, TEN_2018, false},
	{"gt:2019-01-01T00:30:00+01:00", IMGCAT_GT, {2018, 12, 31, 23, 30, 0, 0}, false},
	{"gt:2020-02-28T23:30:00-01:00", IMGCAT_GT, {2020, 2, 29, 0, 30, 0, 0}, false},
};

/* What is refused, why, and where reading stopped. */
static const struct
{
	const char *str;
	ImgcatTimeFilterResult result;
	size_t		position;
}			bad[] = {

	/* nothing, or no time */
	{"", IMGCAT_TIME_BAD_TIME, 0},
	{"gt:", IMGCAT_TIME_BAD_TIME, 3},
	{":", IMGCAT_TIME_BAD_TIME, 0},
	{"gt", IMGCAT_TIME_BAD_TIME, 0},
	{"yesterday", IMGCAT_TIME_BAD_TIME, 0},
	{"lt:yesterday", IMGCAT_TIME_BAD_TIME, 3},
	{"now", IMGCAT_TIME_BAD_TIME, 0},
	{"gt:infinity", IMGCAT_TIME_BAD_TIME, 3},
	{"gt:gt:2018", IMGCAT_TIME_BAD_TIME, 3},
	{"12:00", IMGCAT_TIME_BAD_TIME, 2},
	{"10:00:00Z", IMGCAT_TIME_BAD_TIME, 2},
	/* unknown operators, told only when the time is good */
	{"around:2018-10-28T10:00:00Z", IMGCAT_TIME_BAD_OPERATOR, 0},
	{"in:2018-10-28T10:00:00Z", IMGCAT_TIME_BAD_OPERATOR, 0},
	{"GT:2018-10-28T10:00:00Z", IMGCAT_TIME_BAD_OPERATOR, 0},
	{"Gt:2018", IMGCAT_TIME_BAD_OPERATOR, 0},
	{"gte :2018", IMGCAT_TIME_BAD_OPERATOR, 0},
	{" gt:2018", IMGCAT_TIME_BAD_OPERATOR, 0},
	{"gtee:2018", IMGCAT_TIME_BAD_OPERATOR, 0},
	{"g:2018", IMGCAT_TIME_BAD_OPERATOR, 0},
	{":2018-10-28T10:00:00Z", IMGCAT_TIME_BAD_OPERATOR, 0},
	{"2018-10-28T10:2018", IMGCAT_TIME_BAD_OPERATOR, 0},
	{"foo:yesterday", IMGCAT_TIME_BAD_TIME, 0},
	{"in:2018,2019", IMGCAT_TIME_BAD_TIME, 0},
	/* years */
	{"gt:0000", IMGCAT_TIME_BAD_TIME, 3},
	{"gt:0000-01-01T00:00:00Z", IMGCAT_TIME_BAD_TIME, 3},
	{"gt:201", IMGCAT_TIME_BAD_TIME, 6},
	{"gt:20180", IMGCAT_TIME_BAD_TIME, 8},
	{"gt:+2018", IMGCAT_TIME_BAD_TIME, 3},
	{"gt:-2018", IMGCAT_TIME_BAD_TIME, 3},
	{"gt:2018T10:00:00Z", IMGCAT_TIME_BAD_TIME, 7},
	{"gt:2018Z", IMGCAT_TIME_BAD_TIME, 7},
	{"gt:2018-", IMGCAT_TIME_BAD_TIME, 8},
	/* months */
	{"gt:201810", IMGCAT_TIME_BAD_TIME, 9},
	{"gt:2018-0", IMGCAT_TIME_BAD_TIME, 8},
	{"gt:2018-00", IMGCAT_TIME_BAD_TIME, 8},
	{"gt:2018-13", IMGCAT_TIME_BAD_TIME, 8},
	{"gt:2018-13-40T00:00:00Z", IMGCAT_TIME_BAD_TIME, 8},
	{"gt:20180028", IMGCAT_TIME_BAD_TIME, 7},
	{"gt:20181328", IMGCAT_TIME_BAD_TIME, 7},
	{"gt:2018-10T10:00:00Z", IMGCAT_TIME_BAD_TIME, 10},
	{"gt:2018-10Z", IMGCAT_TIME_BAD_TIME, 10},
	{"gt:2018-10-", IMGCAT_TIME_BAD_TIME, 11},
	{"gt:2018-1028", IMGCAT_TIME_BAD_TIME, 10},
	{"gt:201810-28", IMGCAT_TIME_BAD_TIME, 9},
	/* days */
	{"gt:2018-10-0", IMGCAT_TIME_BAD_TIME, 11},
	{"gt:2018-10-00", IMGCAT_TIME_BAD_TIME, 11},
	{"gt:2018-10-32", IMGCAT_TIME_BAD_TIME, 11},
	{"gt:2018-04-31", IMGCAT_TIME_BAD_TIME, 11},
	{"gt:2018-02-29", IMGCAT_TIME_BAD_TIME, 11},
	{"gt:2020-02-30", IMGCAT_TIME_BAD_TIME, 11},
	{"gt:1900-02-29", IMGCAT_TIME_BAD_TIME, 11},
	{"gt:2100-02-29", IMGCAT_TIME_BAD_TIME, 11},
	{"gt:20180229", IMGCAT_TIME_BAD_TIME, 9},
	{"gt:2018-10-280", IMGCAT_TIME_BAD_TIME, 13},
	{"gt:2018-10-28Z", IMGCAT_TIME_BAD_TIME, 13},
	{"gt:2018-10-28+02:00", IMGCAT_TIME_BAD_TIME, 13},
	{"gt:2018/10/28", IMGCAT_TIME_BAD_TIME, 7},
	{"gt:28.10.2018", IMGCAT_TIME_BAD_TIME, 5},
	{"gt:2018-W43-7", IMGCAT_TIME_BAD_TIME, 8},
	{"gt:2018-301", IMGCAT_TIME_BAD_TIME, 8},
	{"gt:2018301", IMGCAT_TIME_BAD_TIME, 7},
	/* times of day */
	{"gt:2018-10-28T", IMGCAT_TIME_BAD_TIME, 14},
	{"gt:2018-10-28 ", IMGCAT_TIME_BAD_TIME, 14},
	{"gt:2018-10-28t10:00:00Z", IMGCAT_TIME_BAD_TIME, 13},
	{"gt:2018-10-28  10:00:00", IMGCAT_TIME_BAD_TIME, 14},
	{"gt:2018-10-28T10:00:00z", IMGCAT_TIME_BAD_TIME, 22},
	{"gt: 2018-10-28T10:00:00Z", IMGCAT_TIME_BAD_TIME, 3},
	{"gt:2018-10-28T10:00:00Z ", IMGCAT_TIME_BAD_TIME, 23},
	{"2018-10-28T10:00:00Z\n", IMGCAT_TIME_BAD_TIME, 20},
	{"gt:2018-10-28T10:00:00 Z", IMGCAT_TIME_BAD_TIME, 22},
	{"gt:2018-10-28T24:00:00Z", IMGCAT_TIME_BAD_TIME, 14},
	{"gt:2018-10-28T1", IMGCAT_TIME_BAD_TIME, 15},
	{"gt:2018-10-28T1:00", IMGCAT_TIME_BAD_TIME, 15},
	{"gt:2018-10-28T10:", IMGCAT_TIME_BAD_TIME, 17},
	{"gt:2018-10-28T10:6", IMGCAT_TIME_BAD_TIME, 18},
	{"gt:2018-10-28T10:60:00Z", IMGCAT_TIME_BAD_TIME, 17},
	{"2018-10-28T10:60:00Z", IMGCAT_TIME_BAD_TIME, 14},
	{"gt:2018-10-28T1060", IMGCAT_TIME_BAD_TIME, 16},
	{"gt:2018-10-28T100", IMGCAT_TIME_BAD_TIME, 17},
	{"gt:2018-10-28T10:00:", IMGCAT_TIME_BAD_TIME, 20},
	{"gt:2018-10-28T10:00:60Z", IMGCAT_TIME_BAD_TIME, 20},
	{"gt:2018-10-28T100060Z", IMGCAT_TIME_BAD_TIME, 18},
	{"gt:2018-10-28T10001Z", IMGCAT_TIME_BAD_TIME, 19},
	{"gt:2018-10-28T10:0001", IMGCAT_TIME_BAD_TIME, 19},
	{"gt:2018-10-28T1000:01", IMGCAT_TIME_BAD_TIME, 18},
	{"gt:2018-10-28T10:00:001Z", IMGCAT_TIME_BAD_TIME, 22},
	/* fractions */
	{"gt:2018-10-28T10:00:00.", IMGCAT_TIME_BAD_TIME, 23},
	{"gt:2018-10-28T10:00:00.Z", IMGCAT_TIME_BAD_TIME, 23},
	{"gt:2018-10-28T10:00:00.5.5Z", IMGCAT_TIME_BAD_TIME, 24},
	{"gt:2018-10-28T10:00.5Z", IMGCAT_TIME_BAD_TIME, 19},
	{"gt:2018-10-28T10.5Z", IMGCAT_TIME_BAD_TIME, 16},
	/* zones; a blank here is a plus that was not encoded */
	{"gt:2018-10-28T12:00:00 02:00", IMGCAT_TIME_BAD_TIME, 22},
	{"gt:2018-10-28T12:00:00+", IMGCAT_TIME_BAD_TIME, 23},
	{"gt:2018-10-28T12:00:00+2", IMGCAT_TIME_BAD_TIME, 24},
	{"gt:2018-10-28T12:00:00+02:", IMGCAT_TIME_BAD_TIME, 26},
	{"gt:2018-10-28T12:00:00+02:0", IMGCAT_TIME_BAD_TIME, 27},
	{"gt:2018-10-28T12:00:00+020", IMGCAT_TIME_BAD_TIME, 26},
	{"gt:2018-10-28T12:00:00+02:000", IMGCAT_TIME_BAD_TIME, 28},
	{"gt:2018-10-28T12:00:00+24:00", IMGCAT_TIME_BAD_TIME, 23},
	{"gt:2018-10-28T12:00:00-24", IMGCAT_TIME_BAD_TIME, 23},
	{"gt:2018-10-28T12:00:00+23:60", IMGCAT_TIME_BAD_TIME, 26},
	{"gt:2018-10-28T12:00:00Z+02:00", IMGCAT_TIME_BAD_TIME, 23},
	{"gt:2018-10-28T12:00:00UTC", IMGCAT_TIME_BAD_TIME, 22},
	{"gt:2018-10-28T12:00:00 CET", IMGCAT_TIME_BAD_TIME, 22},
	/* the calendar's ends */
	{"gt:0001-01-01T00:00:00+00:01", IMGCAT_TIME_OUT_OF_RANGE, 28},
	{"lt:0001-01-01T00:00:00+12:00", IMGCAT_TIME_OUT_OF_RANGE, 28},
	{"0001-01-01T23:58:59.999999+23:59", IMGCAT_TIME_OUT_OF_RANGE, 32},
	{"gt:9999-12-31T23:59:59-00:01", IMGCAT_TIME_OUT_OF_RANGE, 28},
	{"gt:9999-12-31T23:59:00-00:01", IMGCAT_TIME_OUT_OF_RANGE, 28},
	{"foo:9999-12-31T23:59:59-00:01", IMGCAT_TIME_OUT_OF_RANGE, 29},
};

/* Times at the ends that are still inside. */
static const struct
{
	const char *str;
	int64_t		microseconds;
}			ends[] = {
	{"0001", IMGCAT_TIME_MIN},
	{"0001-01-01T00:00:00Z", IMGCAT_TIME_MIN},
	{"0001-01-01T23:59:00+23:59", IMGCAT_TIME_MIN},
	{"0001-01-01T00:00:00.000001Z", IMGCAT_TIME_MIN + 1},
	{"9999-12-31T23:59:59.999999Z", IMGCAT_TIME_MAX},
	{"9999-12-31T00:00:59.999999-23:59", IMGCAT_TIME_MAX},
	{"9999-12-31T23:59:59Z", IMGCAT_TIME_MAX - 999999},
	{"1970-01-01T00:00:00Z", INT64_C(-946684800000000)},
	{"1900-03-01", INT64_C(-3150576000000000)},
	{"1600-02-29", INT64_C(-12617683200000000)},
};

/*
 * Length of a month, said in other words than the parser's.
 */
static int
last_day(int year, int month)
{
	if (month == 2)
		return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/*
 * Walk the whole calendar: each day is one day after the day before, and a
 * day that the month does not have is refused.
 */
static int
count_wrong_days(void)
{
	int64_t		expected = IMGCAT_TIME_MIN;
	int			nwrong = 0;
	int			year;
	int			month;
	int			day;

	for (year = 1; year <= 9999; year++)
	{
		for (month = 1; month <= 12; month++)
		{
			for (day = 1; day <= 32; day++)
			{
				char		str[40];
				ImgcatTimeFilter filter;
				size_t		position;
				ImgcatTimeFilterResult result;

				snprintf(str, sizeof(str), "%04d-%02d-%02d",
						 year, month, day);
				result = imgcat_time_filter_parse(str, strlen(str), &filter,
												  &position);
				if (day > last_day(year, month))
				{
					if (result != IMGCAT_TIME_BAD_TIME)
						nwrong++;
					continue;
				}
				if (result != IMGCAT_TIME_OK ||
					filter.microseconds != expected)
					nwrong++;
				expected += INT64_C(86400000000);
			}
		}
	}
	return nwrong;
}

int
main(void)
{
	size_t		i;

	for (i = 0; i < lengthof_array(good); i++)
	{
		size_t		length = strlen(good[i].str);
		char	   *copy = exact_copy(good[i].str, length);
		const int  *utc = good[i].utc;
		ImgcatTimeFilter filter = {IMGCAT_EQ, -1, false};
		size_t		position = 0;
		ImgcatTimeFilterResult result;

		result = imgcat_time_filter_parse(copy, length, &filter, &position);
		ok(result == IMGCAT_TIME_OK && filter.op == good[i].op &&
		   filter.microseconds == at(utc[0], utc[1], utc[2], utc[3],
									 utc[4], utc[5], utc[6]) &&
		   filter.has_fraction == good[i].has_fraction,
		   "\"%s\": %d %s %" PRId64 " %d", good[i].str, result,
		   imgcat_comparison_name(filter.op), filter.microseconds,
		   filter.has_fraction);
		free(copy);
	}

	for (i = 0; i < lengthof_array(bad); i++)
	{
		size_t		length = strlen(bad[i].str);
		char	   *copy = exact_copy(bad[i].str, length);
		ImgcatTimeFilter filter = {IMGCAT_GTE, 42, true};
		size_t		position = 999;
		ImgcatTimeFilterResult result;

		result = imgcat_time_filter_parse(copy, length, &filter, &position);
		ok(result == bad[i].result && position == bad[i].position &&
		   filter.op == IMGCAT_GTE && filter.microseconds == 42,
		   "\"%s\": refused, %d at %zu", bad[i].str, result, position);
		free(copy);
	}

	for (i = 0; i < lengthof_array(ends); i++)
	{
		ImgcatTimeFilter filter = {IMGCAT_EQ, 0, false};
		size_t		position;
		ImgcatTimeFilterResult result;

		result = imgcat_time_filter_parse(ends[i].str, strlen(ends[i].str),
										  &filter, &position);
		ok(result == IMGCAT_TIME_OK &&
		   filter.microseconds == ends[i].microseconds,
		   "\"%s\": %d %" PRId64, ends[i].str, result, filter.microseconds);
	}

	ok(count_wrong_days() == 0, "every day of 9999 years");
	return done_testing();
}
