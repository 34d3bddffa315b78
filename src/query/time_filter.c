/*-------------------------------------------------------------------------
 *
 * time_filter.c
 *		What a client writes to filter by time: "gt:2018-10-28T10:00:00Z".
 *
 * Times are a part of ISO 8601.  A date is YYYY, YYYY-M, YYYY-M-D or YYYYMMDD;
 * missing parts are 1.  A date with a day may be followed by 'T' or one blank
 * and HH, HH:MM, HHMM, HH:MM:S or HHMMSS; seconds by a fraction; all of these
 * by a zone: Z, +HH, +HHMM or +HH:MM.  Without a zone it is UTC.  Upper case
 * only, no blanks around, no hour 24, no second 60.
 *
 * src/query/time_filter.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/time_filter.h"

#define SECOND			INT64_C(1000000)
#define MINUTE			(60 * SECOND)
#define HOUR			(60 * MINUTE)
#define DAY				(24 * HOUR)

/* days from 0001-01-01 to 2000-01-01 */
#define EPOCH_DAYS		730119

/* names of operators, by ImgcatComparison */
static const char *const comparison_names[IMGCAT_NCOMPARISONS] = {
	"eq", "neq", "lt", "lte", "gt", "gte"
};

/* Where reading is, and what there is to read. */
typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

/* A time as written, before it is brought to UTC. */
typedef struct WrittenTime
{
	int			year;
	int			month;
	int			day;
	int			hour;
	int			minute;
	int			second;
	int			microsecond;
	bool		has_fraction;
	int			offset;			/* minutes east of UTC */
} WrittenTime;

/*
 * Step over the byte c if it is the next one.
 */
static bool
accept_char(Cursor *cursor, char c)
{
	if (cursor->at == cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

/*
 * Is the next byte a decimal digit?
 */
static bool
at_digit(const Cursor *cursor)
{
	return cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
}

/*
 * Read a number of min_digits to max_digits digits that lies in low .. high.
 * On failure the cursor stays at the first digit that is missing, or, where
 * only the range is at fault, at the start of the number.
 */
static bool
read_number(Cursor *cursor, int min_digits, int max_digits,
			int low, int high, int *number)
{
	const char *start = cursor->at;
	int			ndigits = 0;
	int			value = 0;

	while (ndigits < max_digits && at_digit(cursor))
	{
		value = value * 10 + (*cursor->at - '0');
		cursor->at++;
		ndigits++;
	}
	if (ndigits < min_digits)
		return false;
	if (value < low || value > high)
	{
		cursor->at = start;
		return false;
	}
	*number = value;
	return true;
}

/*
 * Is year a leap year of the Gregorian calendar?
 */
static bool
is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/*
 * How many days has the month?
 */
static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/*
 * Read a date.  Sets *complete when it has a day, so that a time of day may
 * follow.
 */
static bool
read_date(Cursor *cursor, WrittenTime *time, bool *complete)
{
	*complete = false;
	time->month = time->day = 1;
	if (!read_number(cursor, 4, 4, 1, 9999, &time->year))
		return false;
	if (cursor->at == cursor->end)
		return true;

	if (accept_char(cursor, '-'))
	{
		if (!read_number(cursor, 1, 2, 1, 12, &time->month))
			return false;
		if (!accept_char(cursor, '-'))
			return true;
		if (!read_number(cursor, 1, 2,
						 1, days_in_month(time->year, time->month),
						 &time->day))
			return false;
	}
	else
	{
		if (!read_number(cursor, 2, 2, 1, 12, &time->month) ||
			!read_number(cursor, 2, 2,
						 1, days_in_month(time->year, time->month),
						 &time->day))
			return false;
	}
	*complete = true;
	return true;
}

/*
 * Read the fraction after the seconds, if there is one.  What is finer than a
 * microsecond is cut off.
 */
static bool
read_fraction(Cursor *cursor, WrittenTime *time)
{
	int			unit = 100000;

	if (!accept_char(cursor, '.') && !accept_char(cursor, ','))
		return true;
	if (!at_digit(cursor))
		return false;
	time->has_fraction = true;
	for (; at_digit(cursor); cursor->at++)
	{
		time->microsecond += (*cursor->at - '0') * unit;
		unit /= 10;
	}
	return true;
}

/*
 * Read a time of day: hours, then minutes and seconds, with colons between
 * all of them or none.
 */
static bool
read_clock(Cursor *cursor, WrittenTime *time)
{
	if (!read_number(cursor, 2, 2, 0, 23, &time->hour))
		return false;

	if (accept_char(cursor, ':'))
	{
		if (!read_number(cursor, 2, 2, 0, 59, &time->minute))
			return false;
		if (!accept_char(cursor, ':'))
			return true;
		if (!read_number(cursor, 1, 2, 0, 59, &time->second))
			return false;
	}
	else
	{
		if (!at_digit(cursor))
			return true;
		if (!read_number(cursor, 2, 2, 0, 59, &time->minute))
			return false;
		if (!at_digit(cursor))
			return true;
		if (!read_number(cursor, 2, 2, 0, 59, &time->second))
			return false;
	}
	return read_fraction(cursor, time);
}

/*
 * Read a zone, if there is one.  The offset must be less than a day; how it
 * is split into hours and minutes does not matter.
 */
static bool
read_zone(Cursor *cursor, WrittenTime *time)
{
	bool		west;
	int			hours;
	int			minutes = 0;

	if (accept_char(cursor, 'Z'))
		return true;
	west = accept_char(cursor, '-');
	if (!west && !accept_char(cursor, '+'))
		return true;

	if (!read_number(cursor, 2, 2, 0, 23, &hours))
		return false;
	if (accept_char(cursor, ':') || at_digit(cursor))
	{
		if (!read_number(cursor, 2, 2, 0, 24 * 60 - 1 - hours * 60, &minutes))
			return false;
	}
	time->offset = hours * 60 + minutes;
	if (west)
		time->offset = -time->offset;
	return true;
}

/*
 * Days from 0001-01-01 to a date of the Gregorian calendar.
 */
static int
days_since_year_one(int year, int month, int day)
{
	int			years = year - 1;
	int			days = years * 365 + years / 4 - years / 100 + years / 400;
	int			m;

	for (m = 1; m < month; m++)
		days += days_in_month(year, m);
	return days + day - 1;
}

/*
 * Read text[0 .. length), all of it, as a time.  *stop is where reading ended,
 * in bytes, whatever the result.
 */
static ImgcatTimeFilterResult
parse_time(const char *str, size_t length,
		   int64_t *microseconds, bool *has_fraction, size_t *stop)
{
	Cursor		cursor;
	WrittenTime time = {0};
	bool		complete;
	bool		good;

	cursor.at = str;
	cursor.end = str + length;

	good = read_date(&cursor, &time, &complete);
	if (good && complete &&
		(accept_char(&cursor, 'T') || accept_char(&cursor, ' ')))
		good = read_clock(&cursor, &time) && read_zone(&cursor, &time);
	*stop = cursor.at - str;
	if (!good || cursor.at != cursor.end)
		return IMGCAT_TIME_BAD_TIME;

	*has_fraction = time.has_fraction;
	*microseconds = (days_since_year_one(time.year, time.month, time.day) -
					 EPOCH_DAYS) * DAY +
		time.hour * HOUR + (time.minute - time.offset) * MINUTE +
		time.second * SECOND + time.microsecond;
	if (*microseconds < IMGCAT_TIME_MIN || *microseconds > IMGCAT_TIME_MAX)
		return IMGCAT_TIME_OUT_OF_RANGE;
	return IMGCAT_TIME_OK;
}

/*
 * Look an operator up by name.
 */
static bool
find_comparison(const char *name, size_t length, ImgcatComparison *op)
{
	int			i;

	for (i = 0; i < IMGCAT_NCOMPARISONS; i++)
	{
		if (strlen(comparison_names[i]) == length &&
			memcmp(comparison_names[i], name, length) == 0)
		{
			*op = (ImgcatComparison) i;
			return true;
		}
	}
	return false;
}

/*
 * Read "[op:]time"; see time_filter.h.
 *
 * A time holds colons, too.  So the whole is tried as a time first, and only
 * then is what stands before the first colon taken for an operator.  A bad
 * time is told before a bad operator.
 */
ImgcatTimeFilterResult
imgcat_time_filter_parse(const char *str, size_t length,
						 ImgcatTimeFilter *filter, size_t *error_position)
{
	ImgcatTimeFilter parsed = {0};
	ImgcatTimeFilterResult result;
	const char *colon;
	bool		known;
	size_t		after_colon;
	size_t		stop;

	parsed.op = IMGCAT_EQ;
	result = parse_time(str, length, &parsed.microseconds,
						&parsed.has_fraction, error_position);
	colon = length > 0 ? memchr(str, ':', length) : NULL;
	if (result == IMGCAT_TIME_BAD_TIME && colon != NULL)
	{
		after_colon = colon + 1 - str;
		known = find_comparison(str, colon - str, &parsed.op);
		result = parse_time(colon + 1, length - after_colon,
							&parsed.microseconds, &parsed.has_fraction, &stop);

		/*
		 * Where neither the operator nor the time can be read, the text was
		 * most likely meant as a bare time: keep the place found above.
		 */
		if (known || result != IMGCAT_TIME_BAD_TIME)
			*error_position = after_colon + stop;
		if (result == IMGCAT_TIME_OK && !known)
		{
			*error_position = 0;
			result = IMGCAT_TIME_BAD_OPERATOR;
		}
	}
	if (result == IMGCAT_TIME_OK)
		*filter = parsed;
	return result;
}

/*
 * Name of an operator; see time_filter.h.
 */
const char *
imgcat_comparison_name(ImgcatComparison op)
{
	return comparison_names[op];
}
