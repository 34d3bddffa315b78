/*-------------------------------------------------------------------------
 *
 * json_writer.c
 *		Appending JSON scalars to a StringInfo.
 *
 * A page of images is some fifty scalars a row, so these go round the
 * server's output functions, which would make a C string of each first.
 *
 * src/json_writer.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "json_writer.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

static const char hex[] = "0123456789abcdef";

/*
 * Append a JSON string, quotes included.  The bytes are valid in the database
 * encoding; whatever needs no escape is copied in runs.
 */
void
imgcat_json_string(StringInfo out, const char *string, size_t length)
{
	size_t		start = 0;
	size_t		at;

	appendStringInfoChar(out, '"');
	for (at = 0; at < length; at++)
	{
		unsigned char byte = string[at];
		char		escape[6] = "\\u00";
		int			escape_length = 2;

		if (byte >= 0x20 && byte != '"' && byte != '\\')
			continue;

		switch (byte)
		{
			case '"':
			case '\\':
				escape[1] = byte;
				break;
			case '\b':
				escape[1] = 'b';
				break;
			case '\f':
				escape[1] = 'f';
				break;
			case '\n':
				escape[1] = 'n';
				break;
			case '\r':
				escape[1] = 'r';
				break;
			case '\t':
				escape[1] = 't';
				break;
			default:
				escape[4] = hex[byte >> 4];
				escape[5] = hex[byte & 15];
				escape_length = 6;
		}
		appendBinaryStringInfo(out, string + start, at - start);
		appendBinaryStringInfo(out, escape, escape_length);
		start = at + 1;
	}
	appendBinaryStringInfo(out, string + start, length - start);
	appendStringInfoChar(out, '"');
}

/*
 * Append a text value as a JSON string.
 */
void
imgcat_json_text(StringInfo out, Datum text_value)
{
	text	   *value = DatumGetTextPP(text_value);

	imgcat_json_string(out, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

/*
 * Append an integer.
 */
void
imgcat_json_int(StringInfo out, int64 value)
{
	char		digits[MAXINT8LEN + 1];

	appendBinaryStringInfo(out, digits, pg_lltoa(value, digits));
}

/*
 * Append a time as the API prints it: UTC, whole seconds, the rest cut off.
 */
void
imgcat_json_time(StringInfo out, TimestampTz value)
{
	char		printed[] = "\"0000-00-00T00:00:00Z\"";
	int64		days;
	int64		seconds;
	int			year;
	int			month;
	int			day;

	if (TIMESTAMP_NOT_FINITE(value))
	{
		appendStringInfoString(out, TIMESTAMP_IS_NOBEGIN(value) ?
							   "\"-infinity\"" : "\"infinity\"");
		return;
	}

	/* division that rounds down, also before 2000 */
	days = value / USECS_PER_DAY;
	if (value % USECS_PER_DAY < 0)
		days--;
	seconds = (value - days * USECS_PER_DAY) / USECS_PER_SEC;
	j2date((int) (days + POSTGRES_EPOCH_JDATE), &year, &month, &day);

	if (year < 0 || year > 9999)
	{
		appendStringInfo(out, "\"%d-%02d-%02dT%02d:%02d:%02dZ\"",
						 year, month, day,
						 (int) (seconds / SECS_PER_HOUR),
						 (int) (seconds / SECS_PER_MINUTE % MINS_PER_HOUR),
						 (int) (seconds % SECS_PER_MINUTE));
		return;
	}

#define PUT_TWO_DIGITS(at_, number_) \
	(printed[at_] = '0' + (number_) / 10, printed[(at_) + 1] = '0' + (number_) % 10)
	PUT_TWO_DIGITS(1, year / 100);
	PUT_TWO_DIGITS(3, year % 100);
	PUT_TWO_DIGITS(6, month);
	PUT_TWO_DIGITS(9, day);
	PUT_TWO_DIGITS(12, seconds / SECS_PER_HOUR);
	PUT_TWO_DIGITS(15, seconds / SECS_PER_MINUTE % MINS_PER_HOUR);
	PUT_TWO_DIGITS(18, seconds % SECS_PER_MINUTE);
#undef PUT_TWO_DIGITS
	appendBinaryStringInfo(out, printed, sizeof(printed) - 1);
}

/*
 * Append the text of a UUID, without quotes.
 */
void
imgcat_append_uuid(StringInfo out, const pg_uuid_t *value)
{
	char		printed[36];
	int			at = 0;

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			printed[at++] = '-';
		printed[at++] = hex[value->data[i] >> 4];
		printed[at++] = hex[value->data[i] & 15];
	}
	appendBinaryStringInfo(out, printed, sizeof(printed));
}

/*
 * Append a UUID as a JSON string.
 */
void
imgcat_json_uuid(StringInfo out, const pg_uuid_t *value)
{
	appendStringInfoChar(out, '"');
	imgcat_append_uuid(out, value);
	appendStringInfoChar(out, '"');
}
