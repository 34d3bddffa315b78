/*-------------------------------------------------------------------------
 *
 * value.c
 *		Values of attributes and properties: what JSON may say, and its Datum.
 *
 * A value is looked at twice, because the API does: its type and its words
 * before anything else about the request (imgcat_attribute_check_type), its
 * range when it is about to be stored (imgcat_attribute_datum).
 *
 * src/image/value.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "compat.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/image_row.h"
#include "image/ims_rules.h"
#include "image/value.h"
#include "mb/pg_wchar.h"
#include "query/time_filter.h"
#include "query/uuid.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/*
 * "Operation 3: " or nothing.
 */
static const char *
place_prefix(const ImgcatPlace *place)
{
	if (place->noun == NULL)
		return "";
	return psprintf("%c%s %d: ", pg_toupper((unsigned char) place->noun[0]),
					place->noun + 1, place->index);
}

/*
 * The value of attribute or property "name" will not do.  requirement says
 * what would, as in "must be an integer".
 */
void
imgcat_value_error(const ImgcatPlace *place, const char *name, int name_length,
				   const char *ims_code, const char *requirement)
{
	int			shown = pg_mbcliplen(name, name_length, 64);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for \"%.*s\"", shown, name),
			 imgcat_errdetail(ims_code, "%sThe value %s.",
							  place_prefix(place), requirement)));
}

/*
 * imgcat_value_error for a base attribute.
 */
pg_noreturn static void
attribute_error(const ImgcatPlace *place, const ImgcatAttribute *attribute,
				const char *requirement)
{
	const char *ims_code = IMS_BAD_VALUE;

	if (attribute->column == IMGCAT_COL_NAME)
		ims_code = IMS_BAD_NAME;
	else if (attribute->type == IMGCAT_ATTR_INT4)
		ims_code = IMS_BAD_SIZE;
	else if (attribute->type == IMGCAT_ATTR_TAGS)
		ims_code = IMS_BAD_TAG;
	else if (attribute->column == IMGCAT_COL_DISK_FORMAT ||
			 attribute->column == IMGCAT_COL_CONTAINER_FORMAT)
		ims_code = IMS_BAD_FORMAT_NAME;
	imgcat_value_error(place, attribute->name, strlen(attribute->name),
					   ims_code, requirement);
}

/*
 * Is the string longer than limit characters?
 */
static bool
longer_than(const char *string, int length, int limit)
{
	return length > limit && pg_mbstrlen_with_len(string, length) > limit;
}

/*
 * Read a JSON number that has no fraction, as 1, 1.0 or 1e1 have none; false
 * if it has.  One that does not fit comes out as the nearest bound, and
 * *fits is false.
 */
static bool
read_integer(Numeric number, int64 *result, bool *fits)
{
	char	   *printed = DatumGetCString(DirectFunctionCall1(numeric_out,
															  NumericGetDatum(number)));
	char	   *at = printed;
	bool		negative = (*at == '-');
	int64		value = 0;

	*fits = true;
	if (negative)
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
	{
		if (*fits &&
			(pg_mul_s64_overflow(value, 10, &value) ||
			 pg_sub_s64_overflow(value, *at - '0', &value)))
			*fits = false;
	}
	if (*at == '.')
		at += 1 + strspn(at + 1, "0");
	if (*at != '\0')
		return false;

	if (!negative && value == PG_INT64_MIN)
		*fits = false;
	if (*fits)
		*result = negative ? value : -value;
	else
		*result = negative ? PG_INT64_MIN : PG_INT64_MAX;
	pfree(printed);
	return true;
}

/*
 * Read a time, complete and without an operator; false if it is none.
 */
static bool
read_time(const char *string, int length, TimestampTz *result)
{
	ImgcatTimeFilter filter;
	size_t		error_position;

	if (length == 0 || !isdigit((unsigned char) string[0]) ||
		imgcat_time_filter_parse(string, length, &filter,
								 &error_position) != IMGCAT_TIME_OK)
		return false;
	*result = filter.microseconds;
	return true;
}

/*
 * Check a string against the length and the words of the attribute.
 */
static void
check_string(const ImgcatAttribute *attribute, const JsonbValue *value,
			 const ImgcatPlace *place)
{
	if (attribute->max_length > 0 &&
		longer_than(value->val.string.val, value->val.string.len,
					attribute->max_length))
		attribute_error(place, attribute,
						psprintf("must not be longer than %d characters",
								 attribute->max_length));

	if (!imgcat_attribute_allows(attribute, value->val.string.val,
								 value->val.string.len, place->any_dialect))
	{
		StringInfoData words;

		initStringInfo(&words);
		for (int i = 0; attribute->values[i] != NULL; i++)
			if (imgcat_attribute_offers(attribute, attribute->values[i],
										place->any_dialect))
				appendStringInfo(&words, "%s%s", i > 0 ? ", " : "",
								 attribute->values[i]);
		attribute_error(place, attribute,
						psprintf("must be one of %s", words.data));
	}
}

/*
 * Check that the value is an array of strings of bounded length.
 */
static void
check_tags(const ImgcatAttribute *attribute, const JsonbValue *value,
		   const ImgcatPlace *place)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	tag;

	if (value->type != jbvBinary ||
		!JsonContainerIsArray(value->val.binary.data))
		attribute_error(place, attribute, "must be an array of strings");

	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &tag, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (tag.type != jbvString)
			attribute_error(place, attribute, "must be an array of strings");
		if (longer_than(tag.val.string.val, tag.val.string.len,
						attribute->max_length))
			attribute_error(place, attribute,
							psprintf("must not hold a tag longer than %d characters",
									 attribute->max_length));
	}
}

/*
 * Is the value an object that has a member "url", a string of bounded length,
 * and a member "metadata", an object?
 */
static bool
is_location(const ImgcatAttribute *attribute, const JsonbValue *value)
{
	JsonbValue	url;
	JsonbValue	metadata;

	return value->type == jbvBinary &&
		JsonContainerIsObject(value->val.binary.data) &&
		getKeyJsonValueFromContainer(value->val.binary.data, "url", 3, &url) &&
		url.type == jbvString &&
		!longer_than(url.val.string.val, url.val.string.len,
					 attribute->max_length) &&
		getKeyJsonValueFromContainer(value->val.binary.data, "metadata", 8,
									 &metadata) &&
		metadata.type == jbvBinary &&
		JsonContainerIsObject(metadata.val.binary.data);
}

/*
 * Check that the value is an array of locations, or one location: what a patch
 * appends.
 */
static void
check_locations(const ImgcatAttribute *attribute, const JsonbValue *value,
				const ImgcatPlace *place)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	location;

	if (is_location(attribute, value))
		return;
	if (value->type != jbvBinary ||
		!JsonContainerIsArray(value->val.binary.data))
		attribute_error(place, attribute, "must be an array of locations");

	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &location, true)) != WJB_DONE)
		if (token == WJB_ELEM && !is_location(attribute, &location))
			attribute_error(place, attribute,
							"must have a url and metadata in each location");
}

/*
 * Check the type and the words of a value, not the range of a number.
 */
void
imgcat_attribute_check_type(const ImgcatAttribute *attribute,
							const JsonbValue *value, const ImgcatPlace *place)
{
	int64		integer;
	bool		fits;
	TimestampTz time;
	pg_uuid_t	uuid;

	if (value->type == jbvNull)
	{
		if (attribute->flags & IMGCAT_ATTR_NULLABLE)
			return;
		attribute_error(place, attribute, "must not be null");
	}

	switch (attribute->type)
	{
		case IMGCAT_ATTR_TEXT:
		case IMGCAT_ATTR_LINK:
			if (value->type != jbvString)
				attribute_error(place, attribute,
								attribute->flags & IMGCAT_ATTR_NULLABLE ?
								"must be a string or null" :
								"must be a string");
			check_string(attribute, value, place);
			break;
		case IMGCAT_ATTR_BOOL:
			if (value->type != jbvBool)
				attribute_error(place, attribute, "must be a boolean");
			break;
		case IMGCAT_ATTR_INT4:
		case IMGCAT_ATTR_INT8:
			if (value->type != jbvNumeric ||
				!read_integer(value->val.numeric, &integer, &fits))
				attribute_error(place, attribute, "must be an integer");
			break;
		case IMGCAT_ATTR_TIME:
			if (value->type != jbvString ||
				!read_time(value->val.string.val, value->val.string.len, &time))
				attribute_error(place, attribute,
								"must be a time, as in 2018-10-28T10:00:00Z");
			break;
		case IMGCAT_ATTR_UUID:
			if (value->type != jbvString ||
				!imgcat_parse_uuid(value->val.string.val,
								   value->val.string.len, uuid.data))
				attribute_error(place, attribute,
								"must be a UUID of 8-4-4-4-12 hexadecimal digits");
			break;
		case IMGCAT_ATTR_TAGS:
			check_tags(attribute, value, place);
			break;
		case IMGCAT_ATTR_LOCATIONS:
			check_locations(attribute, value, place);
			break;
	}
}

/*
 * An integer must not be negative.  The value has passed
 * imgcat_attribute_check_type; only integers are looked at.
 */
void
imgcat_attribute_check_sign(const ImgcatAttribute *attribute,
							const JsonbValue *value, const ImgcatPlace *place)
{
	int64		integer = 0;
	bool		fits;

	if (value->type != jbvNumeric)
		return;
	read_integer(value->val.numeric, &integer, &fits);
	if (integer < 0)
		attribute_error(place, attribute, "must not be negative");
}

/*
 * The Datum of an integer, its range checked.
 */
static Datum
integer_datum(const ImgcatAttribute *attribute, const JsonbValue *value,
			  const ImgcatPlace *place)
{
	int64		limit = (attribute->type == IMGCAT_ATTR_INT4) ?
	INT_MAX : PG_INT64_MAX;
	int64		integer = 0;
	bool		fits;

	imgcat_attribute_check_sign(attribute, value, place);
	read_integer(value->val.numeric, &integer, &fits);
	if (!fits || integer > limit)
		attribute_error(place, attribute,
						psprintf("must not be greater than " INT64_FORMAT,
								 limit));
	return (attribute->type == IMGCAT_ATTR_INT4) ?
		Int32GetDatum((int32) integer) : Int64GetDatum(integer);
}

/*
 * qsort comparator of text *: bytewise, shorter first.
 */
static int
compare_tags(const void *a, const void *b)
{
	text	   *left = *(text *const *) a;
	text	   *right = *(text *const *) b;
	int			left_length = VARSIZE_ANY_EXHDR(left);
	int			right_length = VARSIZE_ANY_EXHDR(right);
	int			result = memcmp(VARDATA_ANY(left), VARDATA_ANY(right),
								Min(left_length, right_length));

	return result != 0 ? result :
		(left_length > right_length) - (left_length < right_length);
}

/*
 * The text[] of a set of tags, sorted bytewise, each once.  The array that
 * holds them is sorted in place.
 */
Datum
imgcat_tags_datum(text **tags, int ntags)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(ntags, 1));
	int			nelements = 0;

	qsort(tags, ntags, sizeof(text *), compare_tags);
	for (int i = 0; i < ntags; i++)
		if (i == 0 || compare_tags(&tags[i - 1], &tags[i]) != 0)
			elements[nelements++] = PointerGetDatum(tags[i]);
	return PointerGetDatum(construct_array(elements, nelements, TEXTOID, -1,
										   false, TYPALIGN_INT));
}

/*
 * How many tags the value lists, repeated ones counted.  The value has passed
 * imgcat_attribute_check_type.
 */
int
imgcat_tags_count(const JsonbValue *value)
{
	return JsonContainerSize(value->val.binary.data);
}

/*
 * The text[] of an array of tags.
 */
static Datum
tags_datum(const JsonbValue *value)
{
	JsonbIterator *iterator = JsonbIteratorInit(value->val.binary.data);
	JsonbIteratorToken token;
	JsonbValue	tag;
	text	  **tags = palloc(sizeof(text *) * Max(imgcat_tags_count(value), 1));
	int			ntags = 0;

	while ((token = JsonbIteratorNext(&iterator, &tag, true)) != WJB_DONE)
		if (token == WJB_ELEM)
			tags[ntags++] = cstring_to_text_with_len(tag.val.string.val,
													 tag.val.string.len);
	return imgcat_tags_datum(tags, ntags);
}

/*
 * The Datum of a value that has passed imgcat_attribute_check_type, for the
 * attribute's column.  Checks ranges.  An empty owner is no owner.
 */
Datum
imgcat_attribute_datum(const ImgcatAttribute *attribute,
					   const JsonbValue *value, const ImgcatPlace *place,
					   bool *is_null)
{
	TimestampTz time = 0;
	pg_uuid_t  *uuid;

	*is_null = (value->type == jbvNull);
	if (*is_null)
		return (Datum) 0;

	switch (attribute->type)
	{
		case IMGCAT_ATTR_TEXT:
			*is_null = (attribute->column == IMGCAT_COL_OWNER &&
						value->val.string.len == 0);
			return PointerGetDatum(cstring_to_text_with_len(value->val.string.val,
															value->val.string.len));
		case IMGCAT_ATTR_BOOL:
			return BoolGetDatum(value->val.boolean);
		case IMGCAT_ATTR_INT4:
		case IMGCAT_ATTR_INT8:
			return integer_datum(attribute, value, place);
		case IMGCAT_ATTR_TIME:
			read_time(value->val.string.val, value->val.string.len, &time);
			return TimestampTzGetDatum(time);
		case IMGCAT_ATTR_UUID:
			uuid = palloc(sizeof(pg_uuid_t));
			imgcat_parse_uuid(value->val.string.val, value->val.string.len,
							  uuid->data);
			return UUIDPGetDatum(uuid);
		case IMGCAT_ATTR_TAGS:
			return tags_datum(value);
		case IMGCAT_ATTR_LINK:
		case IMGCAT_ATTR_LOCATIONS:
			break;
	}
	elog(ERROR, "attribute \"%s\" has no column", attribute->name);
}

/*
 * A random identifier, version 4.
 */
pg_uuid_t *
imgcat_uuid_random(void)
{
	pg_uuid_t  *id = palloc(sizeof(pg_uuid_t));

	if (!pg_strong_random(id->data, UUID_LEN))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	id->data[6] = (id->data[6] & 0x0f) | 0x40;
	id->data[8] = (id->data[8] & 0x3f) | 0x80;
	return id;
}

/*
 * A custom property must be a string.  What IMS prints bare may come back so,
 * and becomes one.
 */
void
imgcat_property_check_type(const char *name, int name_length,
						   JsonbValue *value, const ImgcatPlace *place)
{
	if (value->type != jbvString &&
		!imgcat_ims_take_bare(name, name_length, value))
		imgcat_value_error(place, name, name_length, IMS_BAD_VALUE,
						   "of a custom property must be a string");
}

/*
 * The name of a custom property must not be too long.
 */
void
imgcat_property_check_name(const char *name, int name_length,
						   const ImgcatPlace *place)
{
	if (longer_than(name, name_length, IMGCAT_PROPERTY_NAME_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("property name is too long"),
				 imgcat_errdetail(IMS_BAD_VALUE,
								  "%sThe name of a custom property must not be longer than %d characters.",
								  place_prefix(place),
								  IMGCAT_PROPERTY_NAME_MAX)));
}

/*
 * Is the name one that no client may use for a property?
 */
bool
imgcat_property_name_is_reserved(const char *name, int name_length)
{
	static const char *const reserved[] = {"location", "deleted", "deleted_at"};

	if (name_length >= 9 && strncmp(name, "os_glance", 9) == 0)
		return true;
	for (int i = 0; i < (int) lengthof(reserved); i++)
		if (strlen(reserved[i]) == (size_t) name_length &&
			memcmp(reserved[i], name, name_length) == 0)
			return true;
	return false;
}
