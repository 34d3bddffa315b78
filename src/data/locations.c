/*-------------------------------------------------------------------------
 *
 * locations.c
 *		Where the data of an image lies: rows of image_locations.
 *
 * A location is what somebody says: the server does not look.  The functions
 * are called while connected to SPI, by whoever holds the lock of the image.
 *
 * src/data/locations.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "data/data_settings.h"
#include "data/digest.h"
#include "data/locations.h"
#include "data/upload.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/attribute.h"
#include "image/errors.h"
#include "image/policy.h"
#include "image/status.h"
#include "image/update_image.h"
#include "mb/pg_wchar.h"
#include "plan_cache.h"
#include "query/location_url.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/*
 * A location cannot be one.
 */
pg_noreturn static void
refuse_location(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid location of image data"),
			 imgcat_errdetail(IMS_BAD_VALUE, "%s", detail)));
}

/*
 * Run a statement on the locations of an image, $1, and maybe a text, $2.
 */
static void
run(const char *sql, const ImgcatImageRow *row, text *argument)
{
	static const Oid types[] = {UUIDOID, TEXTOID};
	Datum		args[2];

	args[0] = row->values[IMGCAT_COL_ID];
	args[1] = PointerGetDatum(argument);
	if (SPI_execute_plan(imgcat_plan(sql, argument != NULL ? 2 : 1, types),
						 args, NULL, false, 0) < 0)
		elog(ERROR, "could not change the locations of an image");
}

/*
 * The number that a statement, as run() has them, answers.
 */
static int64
count(const char *sql, const ImgcatImageRow *row, text *argument)
{
	bool		is_null;

	run(sql, row, argument);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 1, &is_null));
}

/*
 * To whom a scheme is allowed, by its row, or as it is without one.
 */
static const char *
scheme_allowed_to(const char *scheme)
{
	static const Oid types[] = {TEXTOID};
	static const char sql[] =
	"SELECT s.allowed_to FROM image_catalog.image_location_schemes s "
	"WHERE s.scheme = $1";
	Datum		args[1];

	args[0] = CStringGetTextDatum(scheme);
	if (SPI_execute_plan(imgcat_plan(sql, 1, types), args, NULL, false,
						 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the schemes of locations");
	if (SPI_processed > 0)
		return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0 ?
		"everybody" : "nobody";
}

/*
 * Check a URL that the caller says data lies at.
 */
static void
check_url(const ImgcatCaller *caller, const text *url)
{
	int			max_length = imgcat_attribute_find("locations", 9)->max_length;
	const char *str = VARDATA_ANY(url);
	size_t		length = VARSIZE_ANY_EXHDR(url);
	ImgcatLocationUrl parts;
	ImgcatLocationUrlResult result;
	char	   *scheme;
	const char *allowed_to;

	if (pg_mbstrlen_with_len(str, (int) length) > max_length)
		refuse_location(psprintf("The URL has more than %d characters.",
								 max_length));
	result = imgcat_location_url_read(&parts, str, length);
	if (result != IMGCAT_LOCATION_OK)
		refuse_location(imgcat_location_url_problem(result));
	scheme = pnstrdup(str, parts.scheme_length);
	for (char *at = scheme; *at != '\0'; at++)
		*at = pg_ascii_tolower((unsigned char) *at);
	allowed_to = scheme_allowed_to(scheme);
	if (strcmp(allowed_to, "nobody") == 0)
		refuse_location(psprintf("The scheme \"%s\" is not allowed.", scheme));
	if (strcmp(allowed_to, "administrators") == 0 && !caller->is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for a location of this scheme"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator adds a location of scheme \"%s\".",
								  scheme)));
}

/*
 * A member of validation data that must be a string of such a length, NULL if
 * it is not there.
 */
static const char *
validation_text(JsonbContainer *object, const char *name, int shortest,
				int longest)
{
	JsonbValue *value = getKeyJsonValueFromContainer(object, name,
													 strlen(name), NULL);

	if (value == NULL)
		return NULL;
	if (value->type != jbvString)
		refuse_location(psprintf("Member \"%s\" of its validation data must be a string.",
								 name));
	if (value->val.string.len < shortest || value->val.string.len > longest)
		refuse_location(psprintf(shortest == longest ?
								 "Member \"%s\" of its validation data must have %d characters." :
								 "Member \"%s\" of its validation data must have at most %d characters.",
								 name, longest));
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/*
 * Read validation data, which may be NULL.  The SQLSTATE is that of a digest
 * of another form than its algorithm makes: a location that is written as an
 * object hears of a conflict, as in the Image API.
 */
static void
read_validation(Jsonb *validation_data, ImgcatDataFacts *facts, int sqlstate)
{
	static const char *const names[] = {"size", "checksum", "os_hash_algo", "os_hash_value"};
	JsonbContainer *object;
	JsonbValue *size;
	uint32		known = 0;

	*facts = imgcat_no_data;
	if (validation_data == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(validation_data))
		refuse_location("Its validation data must be an object.");
	object = &validation_data->root;
	for (int i = 0; i < (int) lengthof(names); i++)
		if (getKeyJsonValueFromContainer(object, names[i], strlen(names[i]),
										 NULL) != NULL)
			known++;
	if (known < JsonContainerSize(object))
		refuse_location("Its validation data has a member that is not size, checksum, os_hash_algo or os_hash_value.");
	size = getKeyJsonValueFromContainer(object, "size", 4, NULL);
	if (size != NULL)
	{
		if (size->type != jbvNumeric)
			refuse_location("Member \"size\" of its validation data must be a number.");
		facts->size = DatumGetInt64(DirectFunctionCall1(numeric_int8,
														NumericGetDatum(size->val.numeric)));
		if (facts->size < 0)
			refuse_location("Member \"size\" of its validation data must not be negative.");
	}
	facts->checksum = validation_text(object, "checksum", 32, 32);
	facts->os_hash_algo = validation_text(object, "os_hash_algo", 0, 64);
	facts->os_hash_value = validation_text(object, "os_hash_value", 0, 128);
	imgcat_data_facts_check(facts, sqlstate);
}

/*
 * Does the record say otherwise, or nothing, where the validation data has a
 * value?
 */
static bool
contradicts(const ImgcatImageRow *row, ImgcatImageColumn column,
			const char *value)
{
	return value != NULL && !imgcat_row_text_is(row, column, value);
}

/*
 * Validation data of one more location must be what the record says: a digest
 * of the data that is in use does not change.
 */
static void
check_no_contradiction(const ImgcatImageRow *row, const ImgcatDataFacts *facts)
{
	if ((facts->size >= 0 &&
		 (row->nulls[IMGCAT_COL_SIZE] ||
		  DatumGetInt64(row->values[IMGCAT_COL_SIZE]) != facts->size)) ||
		contradicts(row, IMGCAT_COL_CHECKSUM, facts->checksum) ||
		contradicts(row, IMGCAT_COL_OS_HASH_ALGO, facts->os_hash_algo) ||
		contradicts(row, IMGCAT_COL_OS_HASH_VALUE, facts->os_hash_value))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CONFLICT),
				 errmsg("validation data contradicts the image"),
				 imgcat_errdetail(IMS_CONFLICT,
								  "The image is active, and says otherwise, or nothing, of its size or digests.")));
}

/*
 * Locations change while the image is queued or active.
 */
static void
check_status(const ImgcatImageRow *row, bool also_queued)
{
	if (imgcat_row_text_is(row, IMGCAT_COL_STATUS, "active") ||
		(also_queued && imgcat_row_text_is(row, IMGCAT_COL_STATUS, "queued")))
		return;
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_CONFLICT),
			 errmsg("locations of the image cannot change now"),
			 imgcat_errdetail(IMS_UNAVAILABLE, "Its status is %s.",
							  TextDatumGetCString(row->values[IMGCAT_COL_STATUS]))));
}

/*
 * Refuse one more location than an image may have.
 */
static void
check_quota(const ImgcatImageRow *row)
{
	int64		nlocations = 1 +
	count("SELECT pg_catalog.count(*) FROM image_catalog.image_locations l "
		  "WHERE l.image_id = $1", row, NULL);

	if (imgcat_location_quota >= 0 && nlocations > imgcat_location_quota)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_QUOTA),
				 errmsg("too many locations for an image"),
				 imgcat_errdetail(IMS_BAD_VALUE,
								  "The image would have %lld locations; at most %d are allowed.",
								  (long long) nlocations,
								  imgcat_location_quota)));
}

/*
 * Store a location.
 */
static void
insert_location(const ImgcatImageRow *row, text *url, Jsonb *metadata)
{
	static const Oid types[] = {UUIDOID, TEXTOID, JSONBOID};
	static const char sql[] =
	"INSERT INTO image_catalog.image_locations "
	"(image_id, number, url, metadata) "
	"SELECT $1, COALESCE(pg_catalog.max(l.number), 0) + 1, $2, $3 "
	"FROM image_catalog.image_locations l WHERE l.image_id = $1";
	Datum		args[3];

	args[0] = row->values[IMGCAT_COL_ID];
	args[1] = PointerGetDatum(url);
	args[2] = JsonbPGetDatum(metadata);
	if (SPI_execute_plan(imgcat_plan(sql, 3, types), args, NULL, false,
						 0) != SPI_OK_INSERT)
		elog(ERROR, "could not store a location");
}

/*
 * Note the time of a change of the locations of an active image.
 */
static void
touch(ImgcatImageRow *row)
{
	ImgcatImageRow old = *row;

	imgcat_image_write(row, &old);
}

/*
 * Add a location.  A queued image becomes active, with what validation_data,
 * which may be NULL, says of the data.  The SQLSTATE is that of a digest of
 * another form than its algorithm makes.
 */
void
imgcat_location_add(ImgcatImageRow *row, const ImgcatCaller *caller, text *url,
					Jsonb *metadata, Jsonb *validation_data, int sqlstate)
{
	bool		is_first = imgcat_row_text_is(row, IMGCAT_COL_STATUS, "queued");
	ImgcatDataFacts facts;

	check_status(row, true);
	if (!JB_ROOT_IS_OBJECT(metadata))
		refuse_location("Its metadata must be an object.");
	read_validation(validation_data, &facts, sqlstate);
	check_url(caller, url);
	if (is_first)
		imgcat_status_require(row, "active");
	else
		check_no_contradiction(row, &facts);
	if (count("SELECT pg_catalog.count(*) FROM image_catalog.image_locations l "
			  "WHERE l.image_id = $1 AND l.url = $2", row, url) > 0)
		refuse_location("The image has a location of this URL.");
	check_quota(row);
	imgcat_check_storage_quota(row, !is_first && !row->nulls[IMGCAT_COL_SIZE] ?
							   DatumGetInt64(row->values[IMGCAT_COL_SIZE]) :
							   Max(facts.size, 0));
	insert_location(row, url, metadata);
	if (is_first)
		imgcat_status_enter(row, "active", &facts);
	else
		touch(row);
}

/*
 * The member of a location, as a value of its own; NULL if it has none.
 */
static Jsonb *
location_member(JsonbContainer *location, const char *name)
{
	JsonbValue *value = getKeyJsonValueFromContainer(location, name,
													 strlen(name), NULL);

	return value == NULL || value->type == jbvNull ? NULL :
		JsonbValueToJsonb(value);
}

/*
 * The URL of a location.
 */
static text *
location_url(JsonbContainer *location)
{
	JsonbValue *url = getKeyJsonValueFromContainer(location, "url", 3, NULL);

	if (url == NULL || url->type != jbvString)
		refuse_location("It must have a url, which is a string.");
	return cstring_to_text_with_len(url->val.string.val, url->val.string.len);
}

/*
 * The metadata of a location.
 */
static Jsonb *
location_metadata(JsonbContainer *location)
{
	Jsonb	   *metadata = location_member(location, "metadata");

	if (metadata == NULL)
		refuse_location("It must have metadata.");
	return metadata;
}

/*
 * Add a location that is written as an object.
 */
void
imgcat_location_add_object(ImgcatImageRow *row, const ImgcatCaller *caller,
						   JsonbContainer *location)
{
	if (!JsonContainerIsObject(location))
		refuse_location("It must be an object.");
	imgcat_location_add(row, caller, location_url(location),
						location_metadata(location),
						location_member(location, "validation_data"),
						IMGCAT_ERRCODE_CONFLICT);
}

/*
 * Give a location of the image other metadata; false if it has none of that
 * URL.
 */
static bool
replace_metadata(const ImgcatImageRow *row, text *url, Jsonb *metadata)
{
	static const Oid types[] = {UUIDOID, TEXTOID, JSONBOID};
	static const char sql[] =
	"UPDATE image_catalog.image_locations SET metadata = $3 "
	"WHERE image_id = $1 AND url = $2";
	Datum		args[3];

	if (!JB_ROOT_IS_OBJECT(metadata))
		refuse_location("Its metadata must be an object.");
	args[0] = row->values[IMGCAT_COL_ID];
	args[1] = PointerGetDatum(url);
	args[2] = JsonbPGetDatum(metadata);
	if (SPI_execute_plan(imgcat_plan(sql, 3, types), args, NULL, false,
						 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not change a location");
	return SPI_processed > 0;
}

/*
 * Put locations in place of those of the image.  Only their metadata may be
 * other, unless the image has none.
 */
void
imgcat_locations_replace(ImgcatImageRow *row, const ImgcatCaller *caller,
						 JsonbContainer *locations)
{
	int64		nold;
	uint32		nlocations;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	location;

	if (!JsonContainerIsArray(locations) || JsonContainerIsScalar(locations))
		refuse_location("The locations must be an array.");
	nlocations = JsonContainerSize(locations);
	if (nlocations == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("an image cannot lose its locations"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "The array of locations is empty.")));
	check_status(row, true);
	nold = count("SELECT pg_catalog.count(*) FROM image_catalog.image_locations l "
				 "WHERE l.image_id = $1", row, NULL);
	if (nold > 0 && nold != nlocations)
		refuse_location("The image has locations of other URLs.");

	iterator = JsonbIteratorInit(locations);
	while ((token = JsonbIteratorNext(&iterator, &location, true)) != WJB_DONE)
	{
		JsonbContainer *object = location.val.binary.data;
		ImgcatDataFacts facts;

		if (token != WJB_ELEM)
			continue;
		if (location.type != jbvBinary || !JsonContainerIsObject(object))
			refuse_location("It must be an object.");
		if (nold == 0)
		{
			imgcat_location_add_object(row, caller, object);
			continue;
		}
		read_validation(location_member(object, "validation_data"), &facts,
						IMGCAT_ERRCODE_CONFLICT);
		check_no_contradiction(row, &facts);
		if (!replace_metadata(row, location_url(object),
							  location_metadata(object)))
			refuse_location("The image has locations of other URLs.");
	}
	if (nold > 0)
		touch(row);
}

/*
 * Only an administrator forgets a location, and not the last one.
 */
static void
check_deletion(const ImgcatImageRow *row, const ImgcatCaller *caller)
{
	if (!caller->is_admin)
		imgcat_image_forbidden("Only an administrator deletes a location.");
	check_status(row, false);
}

/*
 * Take away the locations that a statement, as run() has them, deletes: one.
 */
static void
delete_by(ImgcatImageRow *row, const char *sql, text *argument)
{
	run(sql, row, argument);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_NOT_FOUND),
				 errmsg("location not found"),
				 imgcat_errdetail(IMS_BAD_VALUE,
								  "The image has no such location.")));
	if (count("SELECT pg_catalog.count(*) FROM image_catalog.image_locations l "
			  "WHERE l.image_id = $1", row, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("an image cannot lose its locations"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "It is the last one.")));
	touch(row);
}

/*
 * Take away the location of that URL.
 */
void
imgcat_location_delete(ImgcatImageRow *row, const ImgcatCaller *caller,
					   text *url)
{
	check_deletion(row, caller);
	delete_by(row, "DELETE FROM image_catalog.image_locations "
			  "WHERE image_id = $1 AND url = $2", url);
}

/*
 * Refuse what is no index of a location in a patch.
 */
void
imgcat_location_index_check(const char *index, size_t length)
{
	if (length == 1 && index[0] == '-')
		return;
	for (size_t i = 0; i < length; i++)
		if (index[i] < '0' || index[i] > '9' || length > 9)
			refuse_location("Its index must be a number, or \"-\".");
}

/*
 * Take away the location at an index, as a patch has it: digits, or "-" for
 * the last one.
 */
void
imgcat_location_delete_at(ImgcatImageRow *row, const ImgcatCaller *caller,
						  const char *index, size_t length)
{
	bool		is_last = length == 1 && index[0] == '-';

	imgcat_location_index_check(index, length);
	check_deletion(row, caller);
	delete_by(row, is_last ?
			  "DELETE FROM image_catalog.image_locations WHERE image_id = $1 "
			  "AND number = (SELECT pg_catalog.max(l.number) "
			  "FROM image_catalog.image_locations l WHERE l.image_id = $1)" :
			  "DELETE FROM image_catalog.image_locations WHERE image_id = $1 "
			  "AND number = (SELECT l.number "
			  "FROM image_catalog.image_locations l WHERE l.image_id = $1 "
			  "ORDER BY l.number LIMIT 1 OFFSET $2::text::bigint)",
			  is_last ? NULL : cstring_to_text_with_len(index, length));
}
