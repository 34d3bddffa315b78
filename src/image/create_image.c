/*-------------------------------------------------------------------------
 *
 * create_image.c
 *		create_image(): a new image from a document.
 *
 * The checks run in the order of the API; the first that fails decides the
 * answer.
 *
 * src/image/create_image.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "data/locations.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/document.h"
#include "image/errors.h"
#include "image/ims_rules.h"
#include "image/policy.h"
#include "image/project_quota.h"
#include "image/protection.h"
#include "image/quota.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* columns of the statement, in the order of its parameters */
static const ImgcatImageColumn insert_columns[] = {
	IMGCAT_COL_ID, IMGCAT_COL_NAME, IMGCAT_COL_VISIBILITY,
	IMGCAT_COL_PROTECTED, IMGCAT_COL_OS_HIDDEN, IMGCAT_COL_OWNER,
	IMGCAT_COL_DISK_FORMAT, IMGCAT_COL_CONTAINER_FORMAT,
	IMGCAT_COL_MIN_DISK, IMGCAT_COL_MIN_RAM, IMGCAT_COL_CREATED_AT,
	IMGCAT_COL_TAGS, IMGCAT_COL_PROPERTIES
};

#define NUM_INSERT_COLUMNS lengthof(insert_columns)

static const Oid insert_types[NUM_INSERT_COLUMNS] = {
	UUIDOID, TEXTOID, TEXTOID, BOOLOID, BOOLOID, TEXTOID, TEXTOID, TEXTOID,
	INT4OID, INT4OID, TIMESTAMPTZOID, TEXTARRAYOID, JSONBOID
};

#define INSERT_SQL \
	"INSERT INTO image_catalog.images (id, name, visibility, protected, " \
	"os_hidden, owner, disk_format, container_format, min_disk, min_ram, " \
	"created_at, updated_at, tags, properties) " \
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13)"

static const char insert_sql[] = INSERT_SQL;

/* for an identifier that the client chose: it may be taken */
static const char insert_chosen_sql[] =
INSERT_SQL " ON CONFLICT (id) DO NOTHING";

static const ImgcatPlace nowhere = {0};

#define SERVICE_ONLY "Only the service sets it."


/*
 * A name that no client may set.
 */
pg_noreturn static void
refuse_name(const char *name, int name_length, const char *why,
			const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("attribute \"%.*s\" is %s", name_length, name, why),
			 imgcat_errdetail(IMS_FORBIDDEN, "%s", detail)));
}

/*
 * Check the type of each value: that is all the schema of the API asks.
 */
static void
check_types(const ImgcatDocument *document)
{
	for (int column = 0; column < IMGCAT_NUM_COLS; column++)
		if (document->attributes[column] != NULL)
			imgcat_attribute_check_type(document->attributes[column],
										&document->values[column], &nowhere);
	if (document->has_locations)
		imgcat_attribute_check_type(imgcat_attribute_find("locations", 9),
									&document->locations, &nowhere);
	for (int i = 0; i < document->nproperties; i++)
		imgcat_property_check_type(document->names[i].val.string.val,
								   document->names[i].val.string.len,
								   &document->property_values[i], &nowhere);
}

/*
 * Check the names of the properties: their length, and whether they are kept
 * for the service.
 */
static void
check_property_names(const ImgcatDocument *document)
{
	for (int i = 0; i < document->nproperties; i++)
		imgcat_property_check_name(document->names[i].val.string.val,
								   document->names[i].val.string.len, &nowhere);
	for (int i = 0; i < document->nproperties; i++)
	{
		const char *name = document->names[i].val.string.val;
		int			length = document->names[i].val.string.len;

		if (imgcat_property_name_is_reserved(name, length))
			refuse_name(name, length, "reserved", SERVICE_ONLY);
	}
}

/*
 * The string that the document gives a column, or otherwise.  An empty owner
 * is no owner.
 */
static const char *
given_string(const ImgcatDocument *document, ImgcatImageColumn column,
			 const char *otherwise)
{
	const JsonbValue *value = &document->values[column];

	if (document->attributes[column] == NULL)
		return otherwise;
	if (value->type != jbvString ||
		(column == IMGCAT_COL_OWNER && value->val.string.len == 0))
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/*
 * Check what the caller may create, and with which properties.
 */
static void
check_permission(const ImgcatDocument *document, const ImgcatCaller *caller)
{
	const char *visibility = given_string(document, IMGCAT_COL_VISIBILITY,
										  "shared");
	const char *owner = given_string(document, IMGCAT_COL_OWNER,
									 caller->project_id);

	imgcat_policy_check_create(caller, owner, visibility);

	if (imgcat_dialect == IMGCAT_DIALECT_IMS && !caller->is_admin &&
		document->attributes[IMGCAT_COL_VISIBILITY] != NULL &&
		strcmp(visibility, "private") != 0)
		imgcat_value_error(&nowhere, "visibility", 10, IMS_BAD_VALUE,
						   "of a new image must be private");
	imgcat_check_image_quota(owner);

	for (int i = 0; i < document->nproperties; i++)
	{
		const char *name = document->names[i].val.string.val;
		int			length = document->names[i].val.string.len;

		if (!imgcat_property_allowed(IMGCAT_PROPERTY_CREATE, name, length))
			refuse_name(name, length, "reserved",
						"The caller has no role that may create a property of that name.");
	}
}

/*
 * Refuse what only the service writes.
 */
static void
check_read_only(const ImgcatDocument *document)
{
	for (int column = 0; column < IMGCAT_NUM_COLS; column++)
	{
		const ImgcatAttribute *attribute = document->attributes[column];

		if (attribute != NULL &&
			(attribute->flags & IMGCAT_ATTR_READ_ONLY) &&
			!(attribute->flags & IMGCAT_ATTR_CREATE_ONLY))
			refuse_name(attribute->name, strlen(attribute->name), "read-only",
						SERVICE_ONLY);
	}
	if (document->has_locations)
		refuse_name("locations", 9, "reserved", SERVICE_ONLY);
}

/*
 * Check the limits that come last: signs, then the number of properties.
 */
static void
check_limits(const ImgcatDocument *document)
{
	for (int column = 0; column < IMGCAT_NUM_COLS; column++)
		if (document->attributes[column] != NULL)
			imgcat_attribute_check_sign(document->attributes[column],
										&document->values[column], &nowhere);
	imgcat_check_property_quota(document->nproperties);
}

/*
 * What the IMS dialect asks in addition.
 */
static void
check_ims_values(ImgcatDocument *document, const ImgcatCaller *caller)
{
	JsonbValue *imagetype = imgcat_document_property(document, IMS_IMAGETYPE);

	for (int column = 0; column < IMGCAT_NUM_COLS; column++)
		if (document->attributes[column] != NULL)
			imgcat_ims_check_attribute(document->attributes[column],
									   &document->values[column], &nowhere);
	for (int i = 0; i < document->nproperties; i++)
		imgcat_ims_check_property(document->names[i].val.string.val,
								  document->names[i].val.string.len,
								  &document->property_values[i], &nowhere);
	if (imagetype != NULL && !caller->is_admin &&
		(imagetype->val.string.len != 7 ||
		 memcmp(imagetype->val.string.val, "private", 7) != 0))
		imgcat_value_error(&nowhere, IMS_IMAGETYPE, strlen(IMS_IMAGETYPE),
						   IMS_BAD_IMAGE_TYPE, "of a new image must be private");
}

/*
 * Set a column that the document does not name.
 */
static void
set_default(ImgcatImageRow *row, const ImgcatDocument *document,
			ImgcatImageColumn column, Datum value)
{
	if (document->attributes[column] != NULL)
		return;
	row->values[column] = value;
	row->nulls[column] = false;
}

/*
 * The row of the new image.
 */
static void
build_row(ImgcatImageRow *row, const ImgcatDocument *document,
		  const ImgcatCaller *caller)
{
	bool		ims = (imgcat_dialect == IMGCAT_DIALECT_IMS);
	Datum		now = TimestampTzGetDatum(GetCurrentTimestamp());

	imgcat_document_to_row(document, &nowhere, row);
	if (document->attributes[IMGCAT_COL_ID] == NULL)
		set_default(row, document, IMGCAT_COL_ID,
					UUIDPGetDatum(imgcat_uuid_random()));
	set_default(row, document, IMGCAT_COL_STATUS, CStringGetTextDatum("queued"));
	set_default(row, document, IMGCAT_COL_VISIBILITY,
				CStringGetTextDatum(ims ? "private" : "shared"));
	set_default(row, document, IMGCAT_COL_PROTECTED, BoolGetDatum(false));
	set_default(row, document, IMGCAT_COL_OS_HIDDEN, BoolGetDatum(false));
	if (caller->project_id != NULL)
		set_default(row, document, IMGCAT_COL_OWNER,
					CStringGetTextDatum(caller->project_id));
	if (ims)
	{
		set_default(row, document, IMGCAT_COL_DISK_FORMAT,
					CStringGetTextDatum("zvhd2"));
		set_default(row, document, IMGCAT_COL_CONTAINER_FORMAT,
					CStringGetTextDatum("bare"));
	}
	set_default(row, document, IMGCAT_COL_MIN_DISK, Int32GetDatum(0));
	set_default(row, document, IMGCAT_COL_MIN_RAM, Int32GetDatum(0));
	set_default(row, document, IMGCAT_COL_CREATED_AT, now);
	set_default(row, document, IMGCAT_COL_UPDATED_AT, now);
	set_default(row, document, IMGCAT_COL_TAGS, imgcat_tags_datum(NULL, 0));
	row->values[IMGCAT_COL_PROPERTIES] =
		JsonbPGetDatum(imgcat_document_properties(document));
	row->nulls[IMGCAT_COL_PROPERTIES] = false;
}

/*
 * Store the row.
 */
static void
insert_row(const ImgcatImageRow *row, bool id_is_chosen)
{
	Datum		args[NUM_INSERT_COLUMNS];
	char		nulls[NUM_INSERT_COLUMNS];
	SPIPlanPtr	plan;

	for (int i = 0; i < (int) NUM_INSERT_COLUMNS; i++)
	{
		args[i] = row->values[insert_columns[i]];
		nulls[i] = row->nulls[insert_columns[i]] ? 'n' : ' ';
	}

	imgcat_spi_connect();
	plan = imgcat_plan(id_is_chosen ? insert_chosen_sql : insert_sql,
					   NUM_INSERT_COLUMNS, insert_types);
	if (SPI_execute_plan(plan, args, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not insert an image");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("image identifier is already in use"),
				 imgcat_errdetail(IMS_CONFLICT,
								  "An image with identifier %s exists or existed.",
								  imgcat_uuid_string(DatumGetUUIDP(row->values[IMGCAT_COL_ID])))));
	imgcat_spi_finish();
}

/*
 * create_image(attributes jsonb) returns json
 */
IMGCAT_FUNCTION(imgcat_create_image, 1)
{
	Jsonb	   *attributes = PG_GETARG_JSONB_P(0);
	ImgcatCaller caller = imgcat_caller();
	ImgcatDocument document;
	ImgcatImageRow row;
	StringInfoData out;
	bool		ims = (imgcat_dialect == IMGCAT_DIALECT_IMS);

	if (!JB_ROOT_IS_OBJECT(attributes))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("image document is not an object"),
				 imgcat_errdetail(IMS_BAD_FORMAT,
								  "A JSON object of attributes is expected.")));
	imgcat_document_init(&document);
	imgcat_document_split(&document, &attributes->root);

	if (document.link != NULL)
		refuse_name(document.link->name, strlen(document.link->name),
					"read-only", SERVICE_ONLY);
	check_types(&document);
	check_property_names(&document);
	check_permission(&document, &caller);
	if (document.attributes[IMGCAT_COL_TAGS] != NULL)
		imgcat_check_tag_quota(imgcat_tags_count(&document.values[IMGCAT_COL_TAGS]));
	check_read_only(&document);
	if (ims)
		check_ims_values(&document, &caller);
	check_limits(&document);
	if (ims)
		imgcat_ims_complete_document(&document);

	build_row(&row, &document, &caller);
	if (ims)
	{
		Jsonb	   *properties = DatumGetJsonbP(row.values[IMGCAT_COL_PROPERTIES]);

		imgcat_ims_check_properties(properties);
		if (document.attributes[IMGCAT_COL_MIN_DISK] != NULL)
			imgcat_ims_check_min_disk(DatumGetInt32(row.values[IMGCAT_COL_MIN_DISK]),
									  properties);
	}
	insert_row(&row, document.attributes[IMGCAT_COL_ID] != NULL);

	initStringInfo(&out);
	imgcat_image_row_hide_protected(&row);
	imgcat_image_document(&out, &row);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
