/*-------------------------------------------------------------------------
 *
 * import_parts.c
 *		Members and locations of documents to import, as rows.
 *
 * A member is what it answered, or an object of that and its times.  One that
 * has a deleted_at of its own is a member no more: an offer that is made again
 * keeps the time of the first.
 *
 * Locations are taken with every scheme: an import says where data lies, and
 * the rule of image_location_schemes is for what somebody adds.
 *
 * src/image/import_parts.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "image/errors.h"
#include "image/import_reader.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "query/location_url.h"
#include "utils/builtins.h"

/* longest identifier of a project, in characters */
#define IMGCAT_MEMBER_MAX 255

#define NUM_MEMBER_COLS 6
#define NUM_LOCATION_COLS 5

/*
 * A document cannot be imported.
 */
void
imgcat_import_error(const ImgcatPlace *place, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid image document"),
			 imgcat_errdetail(IMS_BAD_FORMAT, "Document %d: %s",
							  place->index, problem)));
}

/*
 * Make the empty stores and their descriptors.
 */
void
imgcat_import_make_part_stores(ImgcatImport *import)
{
	import->members_desc = CreateTemplateTupleDesc(NUM_MEMBER_COLS);
	TupleDescInitEntry(import->members_desc, 1, "image_id", UUIDOID, -1, 0);
	TupleDescInitEntry(import->members_desc, 2, "member_id", TEXTOID, -1, 0);
	TupleDescInitEntry(import->members_desc, 3, "status", TEXTOID, -1, 0);
	TupleDescInitEntry(import->members_desc, 4, "created_at", TIMESTAMPTZOID, -1, 0);
	TupleDescInitEntry(import->members_desc, 5, "updated_at", TIMESTAMPTZOID, -1, 0);
	TupleDescInitEntry(import->members_desc, 6, "deleted_at", TIMESTAMPTZOID, -1, 0);
	TupleDescFinalize(import->members_desc);
	import->members = tuplestore_begin_heap(true, false, work_mem);
	import->locations_desc = CreateTemplateTupleDesc(NUM_LOCATION_COLS);
	TupleDescInitEntry(import->locations_desc, 1, "image_id", UUIDOID, -1, 0);
	TupleDescInitEntry(import->locations_desc, 2, "number", INT4OID, -1, 0);
	TupleDescInitEntry(import->locations_desc, 3, "url", TEXTOID, -1, 0);
	TupleDescInitEntry(import->locations_desc, 4, "metadata", JSONBOID, -1, 0);
	TupleDescInitEntry(import->locations_desc, 5, "created_at", TIMESTAMPTZOID, -1, 0);
	TupleDescFinalize(import->locations_desc);
	import->locations = tuplestore_begin_heap(true, false, work_mem);
}

/*
 * A time that is no attribute of the API, but written as one; a JSON null is
 * none.
 */
void
imgcat_import_time(const char *name, const JsonbValue *value,
				   const ImgcatPlace *place, Datum *time, bool *is_null)
{
	ImgcatAttribute attribute = {
		name, -1, IMGCAT_ATTR_TIME, 0, 0, NULL, IMGCAT_FILTER_NONE, NULL
	};

	*time = (Datum) 0;
	*is_null = (value->type == jbvNull);
	if (*is_null)
		return;
	imgcat_attribute_check_type(&attribute, value, place);
	*time = imgcat_attribute_datum(&attribute, value, place, is_null);
}

/*
 * A time that a member or a location may have.
 */
static void
part_time(JsonbContainer *part, const char *name, const ImgcatPlace *place,
		  Datum *time, bool *is_null)
{
	JsonbValue *value = getKeyJsonValueFromContainer(part, name, strlen(name),
													 NULL);

	*is_null = true;
	if (value != NULL)
		imgcat_import_time(name, value, place, time, is_null);
}

/*
 * The status of a member.
 */
static Datum
member_status(const JsonbValue *value, const ImgcatPlace *place)
{
	static const char *const statuses[] = {"pending", "accepted", "rejected"};

	for (int i = 0; i < (int) lengthof(statuses); i++)
		if (value != NULL && value->type == jbvString &&
			strlen(statuses[i]) == (size_t) value->val.string.len &&
			memcmp(statuses[i], value->val.string.val,
				   value->val.string.len) == 0)
			return CStringGetTextDatum(statuses[i]);
	imgcat_import_error(place,
						"The status of a member must be pending, accepted or rejected.");
}

/*
 * What a document says of a member: its status, or an object that has it.
 */
static void
read_member(const JsonbValue *value, const ImgcatPlace *place, Datum *values,
			bool *nulls)
{
	JsonbContainer *member;

	nulls[3] = nulls[4] = nulls[5] = true;
	if (value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data))
	{
		values[2] = member_status(value, place);
		return;
	}
	member = value->val.binary.data;
	values[2] = member_status(getKeyJsonValueFromContainer(member, "status",
														   6, NULL), place);
	part_time(member, "created_at", place, &values[3], &nulls[3]);
	part_time(member, "updated_at", place, &values[4], &nulls[4]);
	part_time(member, "deleted_at", place, &values[5], &nulls[5]);
}

/*
 * Store the members of a document.
 */
void
imgcat_import_members(ImgcatImport *import, Datum image_id,
					  JsonbContainer *members, const ImgcatPlace *place)
{
	JsonbIterator *iterator = JsonbIteratorInit(members);
	JsonbIteratorToken token;
	JsonbValue	value;
	Datum		values[NUM_MEMBER_COLS] = {0};
	bool		nulls[NUM_MEMBER_COLS] = {0};

	import->any_has_members = true;
	values[0] = image_id;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			if (value.val.string.len == 0 ||
				pg_mbstrlen_with_len(value.val.string.val,
									 value.val.string.len) > IMGCAT_MEMBER_MAX)
				imgcat_import_error(place,
									"A member must be a project of 1 to 255 characters.");
			values[1] = PointerGetDatum(cstring_to_text_with_len(value.val.string.val,
																 value.val.string.len));
		}
		if (token != WJB_VALUE)
			continue;
		read_member(&value, place, values, nulls);
		tuplestore_putvalues(import->members, import->members_desc, values,
							 nulls);
		import->nmembers++;
	}
}

/*
 * Store a location of a document, which has passed the check of the attribute.
 */
static void
store_location(ImgcatImport *import, JsonbContainer *location,
			   const ImgcatPlace *place, Datum *values, bool *nulls)
{
	JsonbValue *url = getKeyJsonValueFromContainer(location, "url", 3, NULL);
	JsonbValue *metadata = getKeyJsonValueFromContainer(location, "metadata",
														8, NULL);
	ImgcatLocationUrl parts;
	ImgcatLocationUrlResult result;

	result = imgcat_location_url_read(&parts, url->val.string.val,
									  url->val.string.len);
	if (result != IMGCAT_LOCATION_OK)
		imgcat_import_error(place, psprintf("The URL of a location is none: %s",
											imgcat_location_url_problem(result)));
	values[2] = PointerGetDatum(cstring_to_text_with_len(url->val.string.val,
														 url->val.string.len));
	values[3] = JsonbPGetDatum(JsonbValueToJsonb(metadata));
	part_time(location, "created_at", place, &values[4], &nulls[4]);
	tuplestore_putvalues(import->locations, import->locations_desc, values,
						 nulls);
	import->nlocations++;
}

/*
 * Store the locations of a document.
 */
void
imgcat_import_locations(ImgcatImport *import, Datum image_id,
						const JsonbValue *locations, const ImgcatPlace *place)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	location;
	Datum		values[NUM_LOCATION_COLS] = {0};
	bool		nulls[NUM_LOCATION_COLS] = {0};
	int32		number = 0;

	import->any_has_locations = true;
	if (locations->type != jbvBinary ||
		!JsonContainerIsArray(locations->val.binary.data))
		imgcat_import_error(place, "Locations must be an array.");
	imgcat_attribute_check_type(imgcat_attribute_find("locations", 9),
								locations, place);
	values[0] = image_id;
	iterator = JsonbIteratorInit(locations->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &location, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		values[1] = Int32GetDatum(++number);
		store_location(import, location.val.binary.data, place, values, nulls);
	}
}
