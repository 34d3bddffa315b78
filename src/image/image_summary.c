/*-------------------------------------------------------------------------
 *
 * image_summary.c
 *		What a listing filters images on, packed into eight bytes.
 *
 * Every ordered index holds the summary of its images, so that a scan passes
 * images that the request does not want without looking at the table
 * (listing/branch_scan.c).  As columns of their own the same values would
 * double the size of the indexes.
 *
 * src/image/image_summary.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "compat.h"
#include "fmgr.h"
#include "image/attribute.h"
#include "image/image_summary.h"
#include "image/ims_rules.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

/* Where a part lies, and whose enum values it codes. */
typedef struct SummaryField
{
	int			shift;
	int			bits;
	int			column;			/* of an enum, else -1 */
} SummaryField;

static const SummaryField fields[] = {
	[IMGCAT_SUMMARY_STATUS] = {0, 5, IMGCAT_COL_STATUS},
	[IMGCAT_SUMMARY_DISK_FORMAT] = {5, 5, IMGCAT_COL_DISK_FORMAT},
	[IMGCAT_SUMMARY_CONTAINER_FORMAT] = {10, 5, IMGCAT_COL_CONTAINER_FORMAT},
	[IMGCAT_SUMMARY_PROTECTED] = {15, 1, -1},
	[IMGCAT_SUMMARY_NO_SIZE] = {16, 1, -1},
	[IMGCAT_SUMMARY_NO_NAME] = {17, 1, -1},
	[IMGCAT_SUMMARY_UPDATED_AT] = {18, 10, -1},
	[IMGCAT_SUMMARY_SIZE] = {28, 12, -1},
	[IMGCAT_SUMMARY_NAME] = {40, 15, -1},
	[IMGCAT_SUMMARY_MIN_RAM] = {55, 4, -1},
	[IMGCAT_SUMMARY_MIN_DISK] = {59, 4, -1},
	[IMGCAT_SUMMARY_UNREGISTERED] = {63, 1, -1},
};

/*
 * The values of a part, in the order of their codes from 1 on: that of
 * attribute.c, where a new value goes to the end.
 */
static const char *const *
values_of(ImgcatSummaryPart part)
{
	static const char *const *values[IMGCAT_SUMMARY_PROTECTED];

	Assert(part < IMGCAT_SUMMARY_PROTECTED);
	for (int i = 0; values[part] == NULL && i < imgcat_num_attributes; i++)
		if (imgcat_attributes[i].column == fields[part].column)
			values[part] = imgcat_attributes[i].values;
	return values[part];
}

/*
 * One part of a summary.
 */
uint32
imgcat_summary_part(uint64 summary, ImgcatSummaryPart part)
{
	return (summary >> fields[part].shift) &
		((UINT64CONST(1) << fields[part].bits) - 1);
}

/*
 * The summary with another value of one part.
 */
uint64
imgcat_summary_with_part(uint64 summary, ImgcatSummaryPart part, uint32 value)
{
	uint64		mask = (UINT64CONST(1) << fields[part].bits) - 1;

	Assert(value <= mask);
	return (summary & ~(mask << fields[part].shift)) |
		((uint64) value << fields[part].shift);
}

/*
 * The code of a value; the empty one stands for none.
 */
uint32
imgcat_summary_enum_code(ImgcatSummaryPart part, const char *value, size_t length)
{
	const char *const *values = values_of(part);

	if (length == 0)
		return IMGCAT_SUMMARY_NO_VALUE;
	for (int i = 0; values[i] != NULL; i++)
		if (strlen(values[i]) == length && memcmp(values[i], value, length) == 0)
			return i + 1;
	return IMGCAT_SUMMARY_UNKNOWN_VALUE;
}

/*
 * The value of a code, the empty one for none; NULL: not known.
 */
const char *
imgcat_summary_enum_value(ImgcatSummaryPart part, uint32 code)
{
	const char *const *values = values_of(part);

	if (code == IMGCAT_SUMMARY_NO_VALUE)
		return "";
	for (uint32 i = 0; values[i] != NULL; i++)
		if (i + 1 == code)
			return values[i];
	return NULL;
}

/*
 * The part that stands for a number.
 */
uint32
imgcat_summary_number_hash(ImgcatSummaryPart part, int64 number)
{
	uint32		hash = hash_bytes((const unsigned char *) &number, sizeof(number));

	return hash & ((UINT64CONST(1) << fields[part].bits) - 1);
}

/*
 * The class of a number that is no less than zero: zero by itself, and powers
 * of two, from 64 MB of memory and from 1 GB of disk on.
 */
uint32
imgcat_summary_class(ImgcatSummaryPart part, int64 number)
{
	int			first = part == IMGCAT_SUMMARY_MIN_RAM ? 6 : 0;

	if (number <= 0)
		return 0;
	return Min(Max(pg_leftmost_one_pos64(number) - first + 1, 1), 15);
}

/*
 * The part that stands for a name.
 */
uint32
imgcat_summary_name_hash(const char *name, size_t length)
{
	return hash_bytes((const unsigned char *) name, length) &
		((UINT64CONST(1) << fields[IMGCAT_SUMMARY_NAME].bits) - 1);
}

/*
 * The code of a value that may be null.
 */
static uint32
enum_argument(FunctionCallInfo fcinfo, int argument, ImgcatSummaryPart part)
{
	text	   *value;

	if (PG_ARGISNULL(argument))
		return IMGCAT_SUMMARY_NO_VALUE;
	value = PG_GETARG_TEXT_PP(argument);
	return imgcat_summary_enum_code(part, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

/*
 * Is property __isregistered the text "false"?  IMS does not list such images
 * to tenants.
 */
static bool
is_unregistered(Jsonb *properties)
{
	return JB_ROOT_IS_OBJECT(properties) &&
		imgcat_jsonb_string_is(properties, IMS_REGISTERED, "false");
}

PG_FUNCTION_INFO_V1(imgcat_image_summary);
/*
 * image_summary(status text, disk_format text, container_format text,
 * protected boolean, size bigint, updated_at timestamptz, name text,
 * properties jsonb, min_ram integer, min_disk integer) returns bigint
 */
Datum
imgcat_image_summary(PG_FUNCTION_ARGS)
{
	uint64		summary = 0;
	int64		size = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT64(4);
	TimestampTz updated_at = PG_ARGISNULL(5) ? 0 : PG_GETARG_TIMESTAMPTZ(5);
	text	   *name = PG_ARGISNULL(6) ? NULL : PG_GETARG_TEXT_PP(6);

#define SET_PART(part, value) \
	(summary = imgcat_summary_with_part(summary, (part), (value)))

	SET_PART(IMGCAT_SUMMARY_STATUS,
			 enum_argument(fcinfo, 0, IMGCAT_SUMMARY_STATUS));
	SET_PART(IMGCAT_SUMMARY_DISK_FORMAT,
			 enum_argument(fcinfo, 1, IMGCAT_SUMMARY_DISK_FORMAT));
	SET_PART(IMGCAT_SUMMARY_CONTAINER_FORMAT,
			 enum_argument(fcinfo, 2, IMGCAT_SUMMARY_CONTAINER_FORMAT));
	SET_PART(IMGCAT_SUMMARY_PROTECTED, !PG_ARGISNULL(3) && PG_GETARG_BOOL(3));
	SET_PART(IMGCAT_SUMMARY_NO_SIZE, PG_ARGISNULL(4));
	SET_PART(IMGCAT_SUMMARY_NO_NAME, name == NULL);
	SET_PART(IMGCAT_SUMMARY_UPDATED_AT,
			 imgcat_summary_number_hash(IMGCAT_SUMMARY_UPDATED_AT, updated_at));
	SET_PART(IMGCAT_SUMMARY_SIZE,
			 imgcat_summary_number_hash(IMGCAT_SUMMARY_SIZE, size));
	SET_PART(IMGCAT_SUMMARY_MIN_RAM,
			 imgcat_summary_class(IMGCAT_SUMMARY_MIN_RAM,
								  PG_ARGISNULL(8) ? 0 : PG_GETARG_INT32(8)));
	SET_PART(IMGCAT_SUMMARY_MIN_DISK,
			 imgcat_summary_class(IMGCAT_SUMMARY_MIN_DISK,
								  PG_ARGISNULL(9) ? 0 : PG_GETARG_INT32(9)));
	SET_PART(IMGCAT_SUMMARY_UNREGISTERED,
			 !PG_ARGISNULL(7) && is_unregistered(PG_GETARG_JSONB_P(7)));
	SET_PART(IMGCAT_SUMMARY_NAME,
			 name == NULL ? imgcat_summary_name_hash("", 0)
			 : imgcat_summary_name_hash(VARDATA_ANY(name),
										VARSIZE_ANY_EXHDR(name)));
#undef SET_PART
	PG_RETURN_INT64((int64) summary);
}

PG_FUNCTION_INFO_V1(imgcat_summary_lacks);
/*
 * summary_lacks(summary bigint, attribute text) returns boolean
 */
Datum
imgcat_summary_lacks(PG_FUNCTION_ARGS)
{
	uint64		summary = (uint64) PG_GETARG_INT64(0);
	char	   *attribute = text_to_cstring(PG_GETARG_TEXT_PP(1));
	ImgcatSummaryPart part;

	if (strcmp(attribute, "name") == 0)
		part = IMGCAT_SUMMARY_NO_NAME;
	else if (strcmp(attribute, "size") == 0)
		part = IMGCAT_SUMMARY_NO_SIZE;
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a summary does not tell whether \"%s\" is missing",
						attribute)));
	PG_RETURN_BOOL(imgcat_summary_part(summary, part) != 0);
}
