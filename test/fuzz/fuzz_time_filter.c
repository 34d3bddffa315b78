/*-------------------------------------------------------------------------
 *
 * fuzz_time_filter.c
 *		Any time is refused with a place, or is the same time when printed in
 *		another form and read again.
 *
 * test/fuzz/fuzz_time_filter.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/time_filter.h"

/*
 * Print microseconds as a time.  Counts years and months down: slow, and
 * unlike the parser.
 */
static void
print_time(int64_t microseconds, char *out, size_t out_size)
{
	static const int month_days[] =
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t		left = microseconds - IMGCAT_TIME_MIN;
	int			days = (int) (left / INT64_C(86400000000));
	int			seconds = (int) (left / 1000000 % 86400);
	int			year = 1;
	int			month = 0;

	for (;; year++)
	{
		int			length = 365 + (year % 4 == 0 &&
									(year % 100 != 0 || year % 400 == 0));

		if (days < length)
			break;
		days -= length;
	}
	for (;; month++)
	{
		int			length = month_days[month] +
		(month == 1 && year % 4 == 0 &&
		 (year % 100 != 0 || year % 400 == 0));

		if (days < length)
			break;
		days -= length;
	}
	snprintf(out, out_size, "%04d%02d%02d %02d%02d%02d,%06d", year, month + 1,
			 days + 1, seconds / 3600, seconds / 60 % 60, seconds % 60,
			 (int) (left % 1000000));
}

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	char	   *str = malloc(size + 1);
	ImgcatTimeFilter filter;
	size_t		position = SIZE_MAX;
	ImgcatTimeFilterResult result;

	CHECK(str != NULL);
	memcpy(str, data, size);
	str = realloc(str, size > 0 ? size : 1);
	result = imgcat_time_filter_parse(str, size, &filter, &position);
	free(str);
	if (result != IMGCAT_TIME_OK)
		CHECK(position <= size);
	else
	{
		ImgcatTimeFilter again;
		char		time[64];
		char		printed[80];
		int			length;

		CHECK(filter.microseconds >= IMGCAT_TIME_MIN);
		CHECK(filter.microseconds <= IMGCAT_TIME_MAX);
		CHECK(filter.has_fraction || filter.microseconds % 1000000 == 0);
		print_time(filter.microseconds, time, sizeof(time));
		length = snprintf(printed, sizeof(printed), "%s:%s",
						  imgcat_comparison_name(filter.op), time);
		CHECK(imgcat_time_filter_parse(printed, length, &again, &position) ==
			  IMGCAT_TIME_OK);
		CHECK(again.op == filter.op);
		CHECK(again.microseconds == filter.microseconds);
		CHECK(again.has_fraction);
	}
	return 0;
}
