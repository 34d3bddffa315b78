/*-------------------------------------------------------------------------
 *
 * container_time.c
 *		Times in the container search language.
 *
 *		tr/<ms>-<ms>		epoch milliseconds, the first included
 *		06/24/2025			a day; with a comparison, its first instant
 *		06/24/2025 1:05 PM	an instant, seconds optional; all are UTC
 *		1d-10d				between two ages, both excluded
 *		>30d				older than 30 days: an age compares inverted
 *
 * The present is not known here: an age stays an age in the result.
 *
 * src/query/container_time.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "container_value.h"

#define MICROS_PER_SECOND	INT64_C(1000000)
#define SECONDS_PER_DAY		INT64_C(86400)
#define MICROS_PER_DAY		(SECONDS_PER_DAY * MICROS_PER_SECOND)

static const char time_hint[] = "Write a date such as 06/24/2025, a time such as 06/24/2025 1:05 PM, an age such as 30d, or a range of ages such as 1d-10d.";

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Read a signed integer, the whole text, between the bounds.
 */
static bool
read_integer(ImgcatSlice str, int64_t least, int64_t most, int64_t *number)
{
	bool		minus;
	uint64_t	value = 0;
	uint64_t	limit;
	size_t		i = 0;

	minus = str.length > 0 && str.at[0] == '-';
	if (str.length > 0 && (str.at[0] == '-' || str.at[0] == '+'))
		i = 1;
	if (i == str.length)
		return false;
	limit = minus ? (uint64_t) -(least + 1) + 1 : (uint64_t) most;
	for (; i < str.length; i++)
	{
		uint64_t	digit;

		if (!is_digit(str.at[i]))
			return false;
		digit = (uint64_t) (str.at[i] - '0');
		if (value > (limit - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = minus ? -(int64_t) (value / 2) - (int64_t) (value - value / 2) :
		(int64_t) value;
	return true;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t
days_since_1970(int year, int month, int day)
{
	int64_t		y = month > 2 ? year : year - 1;
	int64_t		era = (y >= 0 ? y : y - 399) / 400;
	int64_t		year_of_era = y - era * 400;
	int64_t		day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t		day_of_era = year_of_era * 365 + year_of_era / 4 -
	year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return (month == 2 && leap) ? 29 : days[month - 1];
}

/*
 * Take count digits off the text; false when they are not there.
 */
static bool
take_digits(ImgcatSlice *str, int count, int *number)
{
	int			i;

	*number = 0;
	if (str->length < (size_t) count)
		return false;
	for (i = 0; i < count; i++)
	{
		if (!is_digit(str->at[i]))
			return false;
		*number = *number * 10 + (str->at[i] - '0');
	}
	str->at += count;
	str->length -= (size_t) count;
	return true;
}

/* Take one given byte off the text; false when it is not there. */
static bool
take_byte(ImgcatSlice *str, char c)
{
	if (str->length == 0 || str->at[0] != c)
		return false;
	str->at++;
	str->length--;
	return true;
}

/* Take one blank or more off the text; false when there is none. */
static bool
take_blanks(ImgcatSlice *str)
{
	if (!take_byte(str, ' '))
		return false;
	while (take_byte(str, ' '))
		;
	return true;
}

/*
 * Take "h:mm[:ss[.fraction]] AM|PM" off the text, as microseconds of the day.
 */
static bool
take_clock(ImgcatSlice *str, int64_t *micros)
{
	int			hour;
	int			minute;
	int			second = 0;
	int64_t		fraction = 0;

	if (!take_digits(str, 2, &hour) && !take_digits(str, 1, &hour))
		return false;
	if (!take_byte(str, ':') || !take_digits(str, 2, &minute))
		return false;
	if (take_byte(str, ':'))
	{
		if (!take_digits(str, 2, &second))
			return false;
		if (take_byte(str, '.'))
		{
			int64_t		unit = MICROS_PER_SECOND / 10;
			int			digit;

			if (!take_digits(str, 1, &digit))
				return false;
			do
			{
				fraction += digit * unit;
				unit /= 10;
			} while (take_digits(str, 1, &digit));
		}
	}
	if (!take_blanks(str) || hour > 12 || minute > 59 || second > 59)
		return false;
	if (take_byte(str, 'P'))
		hour = hour < 12 ? hour + 12 : 12;
	else if (take_byte(str, 'A'))
		hour = hour % 12;
	else
		return false;
	if (!take_byte(str, 'M'))
		return false;
	*micros = ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND +
		fraction;
	return true;
}

/*
 * Is the text an abbreviation of a time zone?  Three capitals, or four and
 * five that end in T; GMT with an offset; and the few irregular ones.
 */
static bool
is_zone(ImgcatSlice str)
{
	size_t		capitals = 0;
	size_t		i;

	if (str.length == 4 && (memcmp(str.at, "ChST", 4) == 0 ||
							memcmp(str.at, "MeST", 4) == 0 ||
							memcmp(str.at, "WITA", 4) == 0))
		return true;
	while (capitals < str.length && str.at[capitals] >= 'A' &&
		   str.at[capitals] <= 'Z')
		capitals++;
	if (capitals == 3 && memcmp(str.at, "GMT", 3) == 0 &&
		str.length >= 5 && str.length <= 6 &&
		(str.at[3] == '+' || str.at[3] == '-'))
	{
		for (i = 4; i < str.length; i++)
		{
			if (!is_digit(str.at[i]))
				return false;
		}
		return true;
	}
	if (capitals != str.length)
		return false;
	return capitals == 3 ||
		((capitals == 4 || capitals == 5) && str.at[capitals - 1] == 'T');
}

/*
 * Read "MM/DD/YYYY [h:mm[:ss] AM|PM] [zone]", as microseconds since 1970.
 */
static bool
read_date(ImgcatSlice str, int64_t *micros)
{
	int			month;
	int			day;
	int			year;
	int64_t		clock = 0;

	if (!take_digits(&str, 2, &month) || !take_byte(&str, '/') ||
		!take_digits(&str, 2, &day) || !take_byte(&str, '/') ||
		!take_digits(&str, 4, &year))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	if (str.length > 0)
	{
		ImgcatSlice rest;

		if (!take_blanks(&str))
			return false;
		rest = str;
		if (take_clock(&rest, &clock))
		{
			str = rest;
			if (str.length > 0 && (!take_blanks(&str) || !is_zone(str)))
				return false;
		}
		else if (!is_zone(str))
			return false;
	}
	*micros = days_since_1970(year, month, day) * MICROS_PER_DAY + clock;
	return true;
}

/*
 * Read an age in days: 10, 10d, -1d (a day ahead).
 */
static bool
read_age(ImgcatSlice str, int64_t *days)
{
	if (str.length > 0 && str.at[str.length - 1] == 'd')
		str.length--;
	return read_integer(str, INT32_MIN, INT32_MAX, days);
}

/*
 * An age in microseconds.  What lies beyond the server's calendar is as good
 * as its end, and would not fit.
 */
static int64_t
age_micros(int64_t days)
{
	const int64_t most = 100000000;

	days = days > most ? most : days < -most ? -most : days;
	return days * MICROS_PER_DAY;
}

/*
 * Set one end of the value's interval.
 */
static void
set_bound(ImgcatSearchBound *bound, bool inclusive, bool relative,
		  int64_t micros)
{
	bound->present = true;
	bound->inclusive = inclusive;
	bound->relative = relative;
	bound->micros = micros;
}

/*
 * Read what follows "tr/": two instants in milliseconds.  The value keeps
 * microseconds, and instants beyond their reach are as good as the last.
 */
static bool
read_milliseconds(ImgcatValueReader *reader, ImgcatSlice str)
{
	const char *hyphen = memchr(str.at, '-', str.length);
	const int64_t most = INT64_MAX / 1000;
	ImgcatSlice from = str;
	ImgcatSlice to = str;
	int64_t		from_ms;
	int64_t		to_ms;

	if (hyphen != NULL)
	{
		from.length = (size_t) (hyphen - str.at);
		to.at = hyphen + 1;
		to.length = str.length - from.length - 1;
	}
	if (hyphen == NULL ||
		!read_integer(from, INT64_MIN, INT64_MAX, &from_ms) ||
		!read_integer(to, INT64_MIN, INT64_MAX, &to_ms))
		return imgcat_refuse_value(reader, "invalid time range",
								   "Write two times in milliseconds since 1970, as in tr/1704067200000-1735689600000.");
	from_ms = from_ms > most ? most : from_ms < -most ? -most : from_ms;
	to_ms = to_ms > most ? most : to_ms < -most ? -most : to_ms;
	set_bound(&reader->value->low, true, false, from_ms * 1000);
	set_bound(&reader->value->high, false, false, to_ms * 1000);
	return true;
}

/*
 * The comparison of instants that a comparison of ages means: what is more
 * days old comes earlier.
 */
static ImgcatSign
inverted(ImgcatSign comparison)
{
	switch (comparison)
	{
		case IMGCAT_SIGN_LT:
			return IMGCAT_SIGN_GE;
		case IMGCAT_SIGN_LE:
			return IMGCAT_SIGN_GT;
		case IMGCAT_SIGN_GT:
			return IMGCAT_SIGN_LE;
		case IMGCAT_SIGN_GE:
			return IMGCAT_SIGN_LT;
		default:
			return comparison;
	}
}

/*
 * Read a time value; it bears no modifiers.
 */
bool
imgcat_read_time_value(ImgcatValueReader *reader, ImgcatSlice str)
{
	ImgcatSearchValue *value = reader->value;
	ImgcatSearchBound bound;
	ImgcatSign	comparison;
	int64_t		age;
	size_t		i;

	value->form = IMGCAT_FORM_INTERVAL;
	if (str.length >= 3 && memcmp(str.at, "tr/", 3) == 0)
	{
		str.at += 3;
		str.length -= 3;
		return read_milliseconds(reader, str);
	}
	memset(&bound, 0, sizeof(bound));
	comparison = imgcat_read_comparison(&str);
	if (read_date(str, &bound.micros))
	{
		if (comparison == IMGCAT_SIGN_SAME)
			return imgcat_refuse_value(reader, "invalid time",
									   "Write a single \"=\" before a date.");
		if (comparison == IMGCAT_SIGN_NONE)
		{
			set_bound(&value->low, true, false, bound.micros);
			set_bound(&value->high, false, false,
					  bound.micros + MICROS_PER_DAY);
		}
		else
			imgcat_set_interval(value, comparison, bound);
		return true;
	}
	for (i = 1; i < str.length; i++)
	{
		ImgcatSlice recent = {str.at, i};
		ImgcatSlice old = {str.at + i + 1, str.length - i - 1};
		int64_t		recent_age;
		int64_t		old_age;

		/* a hyphen at the start is a sign; the next one divides */
		if (str.at[i] != '-')
			continue;
		if (!read_age(recent, &recent_age) || !read_age(old, &old_age))
			break;
		if (recent_age >= old_age)
			return imgcat_refuse_value(reader, "invalid time range",
									   "The first age of a range must be less than the second.");
		set_bound(&value->low, false, true, age_micros(old_age));
		set_bound(&value->high, false, true, age_micros(recent_age));
		return true;
	}
	if (!read_age(str, &age))
		return imgcat_refuse_value(reader, "invalid time", time_hint);
	if (comparison == IMGCAT_SIGN_EQ)
		return imgcat_refuse_value(reader, "invalid time",
								   "Leave the \"=\" before an age out.");
	bound.relative = true;
	bound.micros = age_micros(age);
	imgcat_set_interval(value, inverted(comparison), bound);
	return true;
}
