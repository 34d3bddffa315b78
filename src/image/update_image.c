/*-------------------------------------------------------------------------
 *
 * update_image.c
 *		update_image(): a patch applied to an image, all or nothing.
 *
 * The row is locked before it is patched, and the patch is applied to the
 * locked version: of two concurrent patches the second sees the first.
 *
 * src/image/update_image.c
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
#include "image/errors.h"
#include "image/etag.h"
#include "image/image_patch.h"
#include "image/ims_rules.h"
#include "image/policy.h"
#include "image/protection.h"
#include "image/quota.h"
#include "image/update_image.h"
#include "image/value.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* An image while its patch is applied. */
typedef struct PatchedImage
{
	ImgcatImageAccess image;	/* the row as it will be */
	ImgcatImageRow old;			/* the row as it was */
	Jsonb	   *old_properties;
	ImgcatCaller caller;
	ImgcatPlace place;			/* the operation at hand */
	int			ntags;			/* length of the last list of tags, or -1 */
	bool		ims;

	/* the operations on properties, for the engine */
	ImgcatJsonPatch property_patch;
} PatchedImage;

/* the columns that a patch may change */
static const struct
{
	ImgcatImageColumn column;
	Oid			type;
	const char *name;
}			patchable_columns[] =

{
	{IMGCAT_COL_NAME, TEXTOID, "name"},
	{IMGCAT_COL_VISIBILITY, TEXTOID, "visibility"},
	{IMGCAT_COL_PROTECTED, BOOLOID, "protected"},
	{IMGCAT_COL_OS_HIDDEN, BOOLOID, "os_hidden"},
	{IMGCAT_COL_OWNER, TEXTOID, "owner"},
	{IMGCAT_COL_DISK_FORMAT, TEXTOID, "disk_format"},
	{IMGCAT_COL_CONTAINER_FORMAT, TEXTOID, "container_format"},
	{IMGCAT_COL_MIN_DISK, INT4OID, "min_disk"},
	{IMGCAT_COL_MIN_RAM, INT4OID, "min_ram"},
	{IMGCAT_COL_TAGS, TEXTARRAYOID, "tags"},
	{IMGCAT_COL_PROPERTIES, JSONBOID, "properties"},
};

#define NUM_PATCHABLE_COLUMNS lengthof(patchable_columns)

/*
 * The operation cannot be done to this image; code tells the class.
 */
pg_noreturn static void
refuse(const PatchedImage *patched, int code, const char *message,
	   const ImgcatImageChange *change, const char *reason)
{
	ereport(ERROR,
			(errcode(code),
			 errmsg("%s", message),
			 imgcat_errdetail(code == ERRCODE_INSUFFICIENT_PRIVILEGE ?
							  IMS_FORBIDDEN : IMS_CONFLICT,
							  "Operation %d (%s \"%.*s\"): %s",
							  patched->place.index,
							  imgcat_json_patch_op_name(change->op),
							  change->name_length, change->name, reason)));
}

/*
 * Does the image, as patched so far, have this property?
 */
static bool
has_property(const PatchedImage *patched, const char *name, int length)
{
	JsonbValue	value;

	for (int i = patched->property_patch.noperations - 1; i >= 0; i--)
	{
		const ImgcatJsonPatchOperation *done =
		&patched->property_patch.operations[i];

		if (done->path.tokens[0].length == (uint32) length &&
			memcmp(done->path.tokens[0].str, name, length) == 0)
			return done->op != IMGCAT_JSON_PATCH_REMOVE;
	}
	return getKeyJsonValueFromContainer(&patched->old_properties->root, name,
										length, &value) != NULL;
}

/*
 * Note the change of a property for the engine.
 */
static void
note_property_change(PatchedImage *patched, const ImgcatImageChange *change)
{
	ImgcatJsonPatchOperation *operation =
	&patched->property_patch.operations[patched->property_patch.noperations++];
	ImgcatJsonToken *token = palloc(sizeof(ImgcatJsonToken));

	token->str = change->name;
	token->length = change->name_length;
	token->index = IMGCAT_JSON_INDEX_NONE;
	memset(operation, 0, sizeof(*operation));
	operation->op = change->op;
	operation->path.str = change->name;
	operation->path.length = change->name_length;
	operation->path.ntokens = 1;
	operation->path.tokens = token;
	operation->value = change->value;
}

/*
 * Change a custom property.  One that the caller may not read looks missing,
 * but cannot be put in place of.
 */
static void
change_property(PatchedImage *patched, const ImgcatImageChange *change,
				ImgcatPatchForm form)
{
	const char *name = change->name;
	int			length = change->name_length;
	bool		exists = has_property(patched, name, length);
	bool		shown = exists &&
	imgcat_property_allowed(IMGCAT_PROPERTY_READ, name, length);
	ImgcatPropertyAction action;

	if (change->op == IMGCAT_JSON_PATCH_ADD)
	{
		if (form == IMGCAT_PATCH_V20 && shown)
			refuse(patched, IMGCAT_ERRCODE_CONFLICT, "property already exists",
				   change, "The image has a property of that name.");
		action = exists ? IMGCAT_PROPERTY_UPDATE : IMGCAT_PROPERTY_CREATE;
		if (exists && !shown)
			refuse(patched, ERRCODE_INSUFFICIENT_PRIVILEGE,
				   "property is reserved", change,
				   "The caller has no role that may write it.");
	}
	else
	{
		if (!shown)
			refuse(patched, IMGCAT_ERRCODE_CONFLICT, "property does not exist",
				   change, "The image has no property of that name.");
		action = (change->op == IMGCAT_JSON_PATCH_REPLACE) ?
			IMGCAT_PROPERTY_UPDATE : IMGCAT_PROPERTY_DELETE;
	}
	if (!imgcat_property_allowed(action, name, length))
		refuse(patched, ERRCODE_INSUFFICIENT_PRIVILEGE, "property is reserved",
			   change, "The caller has no role that may write it.");
	note_property_change(patched, change);
}

/*
 * May this attribute change now, and by this caller?
 */
static void
check_attribute_change(PatchedImage *patched, const ImgcatImageChange *change,
					   ImgcatPatchForm form)
{
	const ImgcatAttribute *attribute = change->attribute;
	const ImgcatImageRow *row = &patched->image.row;

	if (change->op == IMGCAT_JSON_PATCH_REMOVE)
		refuse(patched, ERRCODE_INSUFFICIENT_PRIVILEGE,
			   "attribute cannot be removed", change,
			   "Base attributes are replaced, not removed.");
	if (attribute->column == IMGCAT_COL_VISIBILITY)
		imgcat_policy_check_visibility(&patched->caller,
									   pnstrdup(change->value.val.string.val,
												change->value.val.string.len));
	if (attribute->column == IMGCAT_COL_OWNER && !patched->caller.is_admin)
		refuse(patched, ERRCODE_INSUFFICIENT_PRIVILEGE,
			   "permission denied to change the owner of an image", change,
			   "Only an administrator may give an image away.");
	if (change->op == IMGCAT_JSON_PATCH_ADD && form == IMGCAT_PATCH_V20)
		refuse(patched, IMGCAT_ERRCODE_CONFLICT, "attribute already exists",
			   change, "Every image has it.");
	if ((attribute->column == IMGCAT_COL_DISK_FORMAT ||
		 attribute->column == IMGCAT_COL_CONTAINER_FORMAT) &&
		!imgcat_row_text_is(row, IMGCAT_COL_STATUS, "queued") &&
		!imgcat_row_text_is(row, IMGCAT_COL_STATUS, "importing"))
		refuse(patched, ERRCODE_INSUFFICIENT_PRIVILEGE,
			   "format of an image with data cannot change", change,
			   "The image must be queued or importing.");
}

/*
 * Change the locations, if patches do that here.  Where a new one is put does
 * not matter: they are in the order in which they came.
 */
static void
change_locations(PatchedImage *patched, const ImgcatImageChange *change)
{
	ImgcatImageRow *row = &patched->image.row;

	if (!imgcat_show_multiple_locations)
		refuse(patched, ERRCODE_INSUFFICIENT_PRIVILEGE,
			   "locations are not visible", change,
			   "A patch does not change locations here.");
	if (change->op == IMGCAT_JSON_PATCH_REMOVE)
		imgcat_location_delete_at(row, &patched->caller, change->index,
								  change->index_length);
	else if (change->op == IMGCAT_JSON_PATCH_REPLACE)
		imgcat_locations_replace(row, &patched->caller,
								 change->value.val.binary.data);
	else
	{
		imgcat_location_index_check(change->index, change->index_length);
		imgcat_location_add_object(row, &patched->caller,
								   change->value.val.binary.data);
	}
}

/*
 * Apply one operation.
 */
static void
apply_change(PatchedImage *patched, const ImgcatImageChange *change,
			 ImgcatPatchForm form)
{
	const ImgcatAttribute *attribute = change->attribute;
	ImgcatImageRow *row = &patched->image.row;

	if (attribute == NULL)
	{
		change_property(patched, change, form);
		return;
	}
	if (attribute->type == IMGCAT_ATTR_LOCATIONS)
	{
		change_locations(patched, change);
		return;
	}
	check_attribute_change(patched, change, form);
	row->values[attribute->column] =
		imgcat_attribute_datum(attribute, &change->value, &patched->place,
							   &row->nulls[attribute->column]);
	if (attribute->type == IMGCAT_ATTR_TAGS)
		patched->ntags = imgcat_tags_count(&change->value);
}

/*
 * Has the patch given the image a property that it did not have?  properties
 * are those that it has now.
 */
static bool
introduces_property(const PatchedImage *patched, Jsonb *properties)
{
	for (int i = 0; i < patched->property_patch.noperations; i++)
	{
		const ImgcatJsonToken *token =
		&patched->property_patch.operations[i].path.tokens[0];
		JsonbValue	value;

		if (getKeyJsonValueFromContainer(&properties->root, token->str,
										 token->length, &value) != NULL &&
			getKeyJsonValueFromContainer(&patched->old_properties->root,
										 token->str, token->length,
										 &value) == NULL)
			return true;
	}
	return false;
}

/*
 * The rules of IMS on the image as a whole, where the patch touched it.
 */
static void
check_ims_image(const PatchedImage *patched, Jsonb *properties)
{
	for (int i = 0; i < patched->property_patch.noperations; i++)
	{
		const ImgcatJsonPatchOperation *done =
		&patched->property_patch.operations[i];

		if (done->op != IMGCAT_JSON_PATCH_REMOVE &&
			imgcat_ims_is_exclusive(done->path.tokens[0].str,
									done->path.tokens[0].length))
		{
			imgcat_ims_check_properties(properties);
			break;
		}
	}
	if (patched->image.row.values[IMGCAT_COL_MIN_DISK] !=
		patched->old.values[IMGCAT_COL_MIN_DISK])
		imgcat_ims_check_min_disk(DatumGetInt32(patched->image.row.values[IMGCAT_COL_MIN_DISK]),
								  properties);
}

/*
 * Run the collected operations on the properties, and check the whole.
 */
static void
finish_patch(PatchedImage *patched)
{
	Jsonb	   *properties = patched->old_properties;

	if (patched->property_patch.noperations > 0)
	{
		properties = imgcat_json_patch_apply_parsed(properties,
													&patched->property_patch);
		patched->image.row.values[IMGCAT_COL_PROPERTIES] =
			JsonbPGetDatum(properties);
		if (introduces_property(patched, properties))
			imgcat_check_property_quota(imgcat_counted_properties(properties));
	}
	if (patched->ntags >= 0)
		imgcat_check_tag_quota(patched->ntags);
	if (patched->ims)
		check_ims_image(patched, properties);
}

/*
 * Do the two rows differ in this column?
 */
static bool
column_differs(const ImgcatImageRow *a, const ImgcatImageRow *b, int which)
{
	ImgcatImageColumn column = patchable_columns[which].column;
	Oid			type = patchable_columns[which].type;

	if (a->nulls[column] || b->nulls[column])
		return a->nulls[column] != b->nulls[column];
	if (type == BOOLOID || type == INT4OID)
		return a->values[column] != b->values[column];
	if (a->values[column] == b->values[column])
		return false;
	if (type == JSONBOID)
		return compareJsonbContainers(&DatumGetJsonbP(a->values[column])->root,
									  &DatumGetJsonbP(b->values[column])->root) != 0;
	/* texts and arrays of texts: equal means the same bytes */
	return !datum_image_eq(a->values[column], b->values[column], false, -1);
}

/*
 * Write the columns in which row differs from old, and updated_at.  A column
 * that keeps its value is not named, so that its indexes are left alone.  The
 * caller is connected to SPI and holds the lock of the row.
 */
void
imgcat_image_write(ImgcatImageRow *row, const ImgcatImageRow *old)
{
	StringInfoData sql;
	Oid			types[NUM_PATCHABLE_COLUMNS + 2] = {UUIDOID, TIMESTAMPTZOID};
	Datum		args[NUM_PATCHABLE_COLUMNS + 2];
	char		nulls[NUM_PATCHABLE_COLUMNS + 2];
	int			nargs = 2;

	row->values[IMGCAT_COL_UPDATED_AT] =
		TimestampTzGetDatum(GetCurrentTimestamp());
	args[0] = row->values[IMGCAT_COL_ID];
	args[1] = row->values[IMGCAT_COL_UPDATED_AT];
	nulls[0] = nulls[1] = ' ';

	initStringInfo(&sql);
	appendStringInfoString(&sql, "UPDATE image_catalog.images SET updated_at = $2");
	for (int i = 0; i < (int) NUM_PATCHABLE_COLUMNS; i++)
	{
		ImgcatImageColumn column = patchable_columns[i].column;

		if (!column_differs(row, old, i))
			continue;
		types[nargs] = patchable_columns[i].type;
		args[nargs] = row->values[column];
		nulls[nargs] = row->nulls[column] ? 'n' : ' ';
		nargs++;
		appendStringInfo(&sql, ", %s = $%d", patchable_columns[i].name, nargs);
	}
	appendStringInfoString(&sql, " WHERE id = $1");

	if (SPI_execute_plan(imgcat_plan(sql.data, nargs, types), args, nulls,
						 false, 0) != SPI_OK_UPDATE || SPI_processed != 1)
		elog(ERROR, "could not update an image");
}

/*
 * Patch an image and append its new document to out.  if_match lists the
 * entity tags that the image may have (etag.c), NULL: any.
 */
void
imgcat_image_patch(StringInfo out, const pg_uuid_t *id, Jsonb *patch,
				   ImgcatPatchForm form, const char *if_match)
{
	PatchedImage patched = {0};
	ImgcatImageChange *changes;
	int			nchanges;

	changes = imgcat_image_patch_read(patch, form, &nchanges);
	patched.caller = imgcat_caller();
	patched.place.noun = "operation";
	patched.ntags = -1;
	patched.ims = (form == IMGCAT_PATCH_CLOUD ||
				   imgcat_dialect == IMGCAT_DIALECT_IMS);

	imgcat_spi_connect();
	if (nchanges == 0)
	{
		imgcat_image_show_latest(&patched.image, id, &patched.caller);
		imgcat_check_etag(&patched.image.row, if_match);
	}
	else
	{
		imgcat_image_modify(&patched.image, id, &patched.caller);
		imgcat_check_etag(&patched.image.row, if_match);
		if (form == IMGCAT_PATCH_CLOUD &&
			!imgcat_row_text_is(&patched.image.row, IMGCAT_COL_STATUS, "active"))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("image is not active"),
					 imgcat_errdetail(IMS_UNAVAILABLE,
									  "Only an active image can be changed here.")));

		patched.old = patched.image.row;
		patched.old_properties =
			DatumGetJsonbP(patched.old.values[IMGCAT_COL_PROPERTIES]);
		patched.property_patch.operations =
			palloc(sizeof(ImgcatJsonPatchOperation) * nchanges);
		for (int i = 0; i < nchanges; i++)
		{
			CHECK_FOR_INTERRUPTS();
			patched.place.index = i;
			apply_change(&patched, &changes[i], form);
		}
		finish_patch(&patched);
		imgcat_image_write(&patched.image.row, &patched.old);
	}
	imgcat_image_row_hide_protected(&patched.image.row);
	imgcat_changed_image_document(out, &patched.image.row);
	imgcat_spi_finish();
}

/*
 * The three SQL functions differ in the form of the patch only.
 */
static Datum
update_image(FunctionCallInfo fcinfo, ImgcatPatchForm form)
{
	StringInfoData out;

	initStringInfo(&out);
	imgcat_image_patch(&out, PG_GETARG_UUID_P(0), PG_GETARG_JSONB_P(1), form,
					   PG_ARGISNULL(2) ? NULL :
					   text_to_cstring(PG_GETARG_TEXT_PP(2)));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * update_image(image_id uuid, patch json_patch, if_match text) returns json
 */
IMGCAT_FUNCTION(imgcat_update_image, 2)
{
	return update_image(fcinfo, IMGCAT_PATCH_V21);
}

/*
 * update_image_legacy(image_id uuid, patch jsonb, if_match text) returns json
 */
IMGCAT_FUNCTION(imgcat_update_image_legacy, 2)
{
	return update_image(fcinfo, IMGCAT_PATCH_V20);
}

/*
 * update_cloud_image(image_id uuid, patch json_patch, if_match text)
 * returns json
 */
IMGCAT_FUNCTION(imgcat_update_cloud_image, 2)
{
	return update_image(fcinfo, IMGCAT_PATCH_CLOUD);
}
