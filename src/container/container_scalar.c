/*-------------------------------------------------------------------------
 *
 * container_scalar.c
 *		Scalars of a StorageImage document: checked, and in canonical form.
 *
 * What may be written in several ways (an enum by name or number, a 64-bit
 * integer as string or number, a time in any zone) is read in all of them and
 * kept in the one that the API prints.
 *
 * src/container/container_scalar.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "container/container_json.h"
#include "container/container_scalar.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/*
 * Append the path from the document's root.
 */
static void
append_path(StringInfo out, const ImgcatDocumentPath *path)
{
	if (path->parent != NULL)
		append_path(out, path->parent);
	if (path->name == NULL)
		appendStringInfo(out, "[%d]", path->index);
	else
		appendStringInfo(out, "%s%.*s", out->len > 0 ? "." : "",
						 path->name_length, path->name);
}

/*
 * Refuse a document for what stands at path.
 */
void
imgcat_document_error(const ImgcatDocumentPath *path, const char *problem)
{
	StringInfoData at;

	initStringInfo(&at);
	if (path != NULL)
		append_path(&at, path);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid container image document"),
			 at.len > 0 ? errdetail("At %s: %s.", at.data, problem)
			 : errdetail("%s.", problem)));
}

/*
 * Number of that many decimal digits at text, or -1.
 */
static int
read_digits(const char *str, int count)
{
	int			number = 0;

	for (int i = 0; i < count; i++)
	{
		if (str[i] < '0' || str[i] > '9')
			return -1;
		number = number * 10 + (str[i] - '0');
	}
	return number;
}

/*
 * Read an RFC 3339 time with up to nine digits of fraction.  *nanos gets what
 * lies below the microsecond, 0..999.
 */
bool
imgcat_parse_timestamp(const char *str, int length,
					   TimestampTz *timestamp, int *nanos)
{
	int			year;
	int			month;
	int			day;
	int			hour;
	int			minute;
	int			second;
	int			fraction = 0;
	int			zone = 0;
	int			at = 19;

	if (length < 20 || str[4] != '-' || str[7] != '-' ||
		(str[10] != 'T' && str[10] != 't') ||
		str[13] != ':' || str[16] != ':')
		return false;
	year = read_digits(str, 4);
	month = read_digits(str + 5, 2);
	day = read_digits(str + 8, 2);
	hour = read_digits(str + 11, 2);
	minute = read_digits(str + 14, 2);
	second = read_digits(str + 17, 2);
	if (year < 1 || month < 1 || month > 12 ||
		day < 1 || day > day_tab[isleap(year)][month - 1] ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
		second < 0 || second > 59)
		return false;

	if (str[at] == '.')
	{
		int			unit = 100000000;

		for (at++; at < length && str[at] >= '0' && str[at] <= '9'; at++)
		{
			if (unit == 0)
				return false;
			fraction += (str[at] - '0') * unit;
			unit /= 10;
		}
		if (unit == 100000000)
			return false;
	}

	if (length - at == 1 && (str[at] == 'Z' || str[at] == 'z'))
		zone = 0;
	else if (length - at == 6 && (str[at] == '+' || str[at] == '-') &&
			 str[at + 3] == ':')
	{
		int			hours = read_digits(str + at + 1, 2);
		int			minutes = read_digits(str + at + 4, 2);

		if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
			return false;
		zone = (hours * 60 + minutes) * (str[at] == '-' ? -60 : 60);
	}
	else
		return false;

	*timestamp = (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) *
		USECS_PER_DAY +
		((int64) (hour * 60 + minute) * 60 + second - zone) * USECS_PER_SEC +
		fraction / 1000;
	*nanos = fraction % 1000;

	/* the zone must not move it out of the years that can be printed */
	return *timestamp >= (date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE) *
		USECS_PER_DAY &&
		*timestamp < (date2j(10000, 1, 1) - POSTGRES_EPOCH_JDATE) *
		USECS_PER_DAY;
}

/*
 * Number of an enum's name, or -1.
 */
int
imgcat_enum_number(const ImgcatEnumType *type, const char *name, int length)
{
	for (int i = 0; i < type->count; i++)
	{
		if (strncmp(type->names[i], name, length) == 0 &&
			type->names[i][length] == '\0')
			return i;
	}
	return -1;
}

/*
 * Make value the shortest decimal number that reads back as the float32
 * nearest to number.
 */
void
imgcat_float_value(JsonbValue *value, double number)
{
	char		digits[FLOAT_SHORTEST_DECIMAL_LEN];

	float_to_shortest_decimal_buf((float4) number, digits);
	value->type = jbvNumeric;
	value->val.numeric =
		DatumGetNumeric(DirectFunctionCall3(numeric_in,
											CStringGetDatum(digits),
											ObjectIdGetDatum(InvalidOid),
											Int32GetDatum(-1)));
}

/*
 * The number of a canonical float value.
 */
double
imgcat_value_float(const JsonbValue *value)
{
	Datum		number = NumericGetDatum(value->val.numeric);

	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  number));
}

/*
 * The decimal digits of a number, NUL-terminated.
 */
char *
imgcat_number_text(const JsonbValue *value)
{
	Datum		number = NumericGetDatum(value->val.numeric);

	return DatumGetCString(DirectFunctionCall1(numeric_out, number));
}

/*
 * Is text a number as JSON writes it?  strtod() and its like take blanks, a
 * plus sign and hexadecimal digits, too.
 */
static bool
is_json_number(const char *str)
{
	static const char digits[] = "0123456789";
	size_t		length;

	if (*str == '-')
		str++;
	length = strspn(str, digits);
	if (length == 0 || (length > 1 && str[0] == '0'))
		return false;
	str += length;
	if (*str == '.')
	{
		length = strspn(++str, digits);
		if (length == 0)
			return false;
		str += length;
	}
	if (*str == 'e' || *str == 'E')
	{
		str++;
		if (*str == '+' || *str == '-')
			str++;
		length = strspn(str, digits);
		if (length == 0)
			return false;
		str += length;
	}
	return *str == '\0';
}

/*
 * Text of a number, or of a string that is to hold one; NUL-terminated.
 */
static char *
number_text(const JsonbValue *value, const ImgcatDocumentPath *path)
{
	if (value->type == jbvNumeric)
		return imgcat_number_text(value);
	if (value->type == jbvString)
	{
		char	   *str = pnstrdup(value->val.string.val,
								   value->val.string.len);

		if (is_json_number(str))
			return str;
	}
	imgcat_document_error(path, "a number is expected");
}

/*
 * Canonical float: the shortest decimal of the nearest float32.
 */
static void
check_float(JsonbValue *value, const ImgcatDocumentPath *path)
{
	char	   *str = number_text(value, path);
	int			length = strlen(str);
	float		number;

	/*
	 * Up to six digits always survive the way through a float32, so the usual
	 * score is canonical as it stands.
	 */
	if (value->type == jbvNumeric && length <= 7 &&
		(str[length - 1] != '0' || strchr(str, '.') == NULL))
		return;

	/* what rounds to the largest float32 is one, though it may be larger */
	number = strtof(str, NULL);
	if (!isfinite(number))
		imgcat_document_error(path, "a finite number is expected");
	imgcat_float_value(value, number);
}

/*
 * Canonical integer between the bounds: a number, or a string of digits where
 * as_string is set.
 */
static void
check_integer(JsonbValue *value, bool is_signed, bool as_string,
			  const ImgcatDocumentPath *path)
{
	char	   *str = number_text(value, path);
	char	   *point = strchr(str, '.');
	char	   *end;

	/* 1.0 is an integer, too */
	if (point != NULL && strspn(point + 1, "0") == strlen(point + 1))
		*point = '\0';

	errno = 0;
	if (is_signed)
	{
		int64		number = strtoi64(str, &end, 10);

		if (end == str || *end != '\0' || errno != 0 ||
			(!as_string && (number < PG_INT32_MIN || number > PG_INT32_MAX)))
			imgcat_document_error(path, as_string ?
								  "an integer of 64 bits is expected" :
								  "an integer of 32 bits is expected");
		str = psprintf(INT64_FORMAT, number);
	}
	else
	{
		uint64		number = strtou64(str, &end, 10);

		if (end == str || *end != '\0' || errno != 0 || str[0] == '-')
			imgcat_document_error(path, "an unsigned integer of 64 bits is expected");
		str = psprintf(UINT64_FORMAT, number);
	}

	if (as_string)
	{
		value->type = jbvString;
		value->val.string.val = str;
		value->val.string.len = strlen(str);
	}
	else
	{
		value->type = jbvNumeric;
		value->val.numeric = int64_to_numeric(strtoi64(str, NULL, 10));
	}
}

/*
 * Canonical time: UTC.
 */
static void
check_timestamp(JsonbValue *value, const ImgcatDocumentPath *path)
{
	TimestampTz timestamp;
	int			nanos;
	StringInfoData printed;

	if (value->type != jbvString ||
		!imgcat_parse_timestamp(value->val.string.val, value->val.string.len,
								&timestamp, &nanos))
		imgcat_document_error(path, "a time of RFC 3339 is expected");
	initStringInfo(&printed);
	imgcat_json_timestamp(&printed, timestamp, nanos);
	/* without the quotes */
	value->val.string.val = printed.data + 1;
	value->val.string.len = printed.len - 2;
}

/*
 * Canonical enum: its name.
 */
static void
check_enum(JsonbValue *value, const ImgcatEnumType *names,
		   const ImgcatDocumentPath *path)
{
	int			number = -1;

	if (value->type == jbvString)
		number = imgcat_enum_number(names, value->val.string.val,
									value->val.string.len);
	else if (value->type == jbvNumeric)
	{
		check_integer(value, true, false, path);
		number = DatumGetInt32(DirectFunctionCall1(numeric_int4,
												   NumericGetDatum(value->val.numeric)));
	}
	if (number < 0 || number >= names->count)
		imgcat_document_error(path, "an enum name is expected, and this is none");
	value->type = jbvString;
	value->val.string.val = unconstify(char *, names->names[number]);
	value->val.string.len = strlen(names->names[number]);
}

/*
 * Canonical bytes: base64 with the standard alphabet and padding.  Padding may
 * be left out, but not be wrong.
 */
static void
check_bytes(JsonbValue *value, const ImgcatDocumentPath *path)
{
	int			length;
	char	   *str;

	if (value->type != jbvString)
		imgcat_document_error(path, "base64 text is expected");
	length = value->val.string.len;
	while (length > 0 && value->val.string.val[length - 1] == '=')
		length--;
	if (length % 4 == 1 ||
		(length < value->val.string.len &&
		 (value->val.string.len % 4 != 0 ||
		  value->val.string.len - length > 2)))
		imgcat_document_error(path, "base64 text is expected");
	str = palloc(length + 3);
	for (int i = 0; i < length; i++)
	{
		char		c = value->val.string.val[i];

		if (c == '-')
			c = '+';
		else if (c == '_')
			c = '/';
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			  (c >= '0' && c <= '9') || c == '+' || c == '/'))
			imgcat_document_error(path, "base64 text is expected");
		str[i] = c;
	}
	while (length % 4 != 0)
		str[length++] = '=';
	value->val.string.val = str;
	value->val.string.len = length;
}

/*
 * A map of strings: an object whose values are strings.
 */
static void
check_string_map(const JsonbValue *value, const ImgcatDocumentPath *path)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	item;

	if (value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data))
		imgcat_document_error(path, "an object of strings is expected");
	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token == WJB_VALUE && item.type != jbvString)
			imgcat_document_error(path, "an object of strings is expected");
		if (token == WJB_KEY && item.val.string.len > IMGCAT_INDEXED_BYTES)
			imgcat_document_error(path, psprintf("a key of at most %d bytes is expected",
												 IMGCAT_INDEXED_BYTES));
	}
}

/*
 * A string, no longer than the indexes that hold it take.
 */
static void
check_string(const JsonbValue *value, int flags,
			 const ImgcatDocumentPath *path)
{
	int			most = (flags & IMGCAT_FIELD_PART) ? IMGCAT_PART_BYTES :
	(flags & IMGCAT_FIELD_INDEXED) ? IMGCAT_INDEXED_BYTES : PG_INT32_MAX;

	if (value->type != jbvString)
		imgcat_document_error(path, "a string is expected");
	if (value->val.string.len > most)
		imgcat_document_error(path, psprintf("a string of at most %d bytes is expected",
											 most));
}

/*
 * Check a value of field's kind, which is no message, and bring it into its
 * canonical form.  What it points to may belong to the document that it was
 * read from.
 */
void
imgcat_check_scalar(JsonbValue *value, const ImgcatFieldType *field,
					const ImgcatDocumentPath *path)
{
	switch (field->kind)
	{
		case IMGCAT_FIELD_STRING:
			check_string(value, field->flags, path);
			break;
		case IMGCAT_FIELD_BYTES:
			check_bytes(value, path);
			break;
		case IMGCAT_FIELD_BOOL:
			if (value->type != jbvBool)
				imgcat_document_error(path, "true or false is expected");
			break;
		case IMGCAT_FIELD_INT32:
			check_integer(value, true, false, path);
			break;
		case IMGCAT_FIELD_INT64:
			check_integer(value, true, true, path);
			break;
		case IMGCAT_FIELD_UINT64:
			check_integer(value, false, true, path);
			break;
		case IMGCAT_FIELD_FLOAT:
			check_float(value, path);
			break;
		case IMGCAT_FIELD_TIMESTAMP:
			check_timestamp(value, path);
			break;
		case IMGCAT_FIELD_ENUM:
			check_enum(value, field->names, path);
			break;
		case IMGCAT_FIELD_STRING_MAP:
			check_string_map(value, path);
			break;
		case IMGCAT_FIELD_MESSAGE:
		case IMGCAT_FIELD_ANY:
			break;
	}
}
