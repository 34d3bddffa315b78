/*-------------------------------------------------------------------------
 *
 * image_patch.c
 *		The image profile of JSON Patch: which operations a client may write.
 *
 * A patch of an image is an array of add, replace and remove, each of one
 * member of the document.  Everything that can be said about the patch without
 * the image is said here, operation by operation, and in each operation in the
 * order of the API; a patch may so be bad, or forbidden, though its image does
 * not exist.
 *
 * src/image/image_patch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "context.h"
#include "image/errors.h"
#include "image/image_patch.h"
#include "image/image_row.h"
#include "image/ims_rules.h"
#include "image/value.h"
#include "utils/numeric.h"

/* The operation at hand, for the functions that check it. */
typedef struct PatchReader
{
	ImgcatPatchForm form;
	bool		ims;			/* the rules of IMS apply */
	bool		is_admin;
	ImgcatPlace place;
} PatchReader;

static const ImgcatJsonPatchOp allowed_ops[] = {
	IMGCAT_JSON_PATCH_ADD, IMGCAT_JSON_PATCH_REMOVE, IMGCAT_JSON_PATCH_REPLACE
};

/*
 * The operation is not one of a patch.
 */
pg_noreturn static void
malformed(const PatchReader *reader, const char *problem)
{
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
			 errmsg("malformed image patch"),
			 imgcat_errdetail(IMS_BAD_FORMAT, "Operation %d: %s",
							  reader->place.index, problem)));
}

/*
 * The operation is one that this client may not do.
 */
pg_noreturn static void
forbidden(const PatchReader *reader, const ImgcatImageChange *change,
		  const char *why, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("attribute \"%.*s\" is %s",
					change->name_length, change->name, why),
			 imgcat_errdetail(IMS_FORBIDDEN,
							  "Operation %d: %s", reader->place.index, detail)));
}

/*
 * The member of that name, or NULL.
 */
static JsonbValue *
member(JsonbContainer *object, const char *name, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object, name, strlen(name), value);
}

/*
 * Read the operation and its path, in the form of v2.1.
 */
static void
read_op_v21(const PatchReader *reader, JsonbContainer *object,
			ImgcatImageChange *change, JsonbValue *path)
{
	JsonbValue	op;

	if (member(object, "op", &op) == NULL || op.type != jbvString)
		malformed(reader, "There is no member \"op\", or it is not a string.");
	for (int i = 0;; i++)
	{
		const char *name;

		if (i == (int) lengthof(allowed_ops))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("operation is not allowed in an image patch"),
					 imgcat_errdetail(IMS_BAD_FORMAT,
									  "Operation %d: The member \"op\" must be add, remove or replace.",
									  reader->place.index)));
		name = imgcat_json_patch_op_name(allowed_ops[i]);
		if (strlen(name) == (size_t) op.val.string.len &&
			memcmp(name, op.val.string.val, op.val.string.len) == 0)
		{
			change->op = allowed_ops[i];
			break;
		}
	}
	if (member(object, "path", path) == NULL)
		malformed(reader, "There is no member \"path\".");
}

/*
 * Read the operation and its path, in the form of v2.0.
 */
static void
read_op_v20(const PatchReader *reader, JsonbContainer *object,
			ImgcatImageChange *change, JsonbValue *path)
{
	int			found = 0;

	for (int i = 0; i < (int) lengthof(allowed_ops); i++)
	{
		JsonbValue	value;

		if (member(object, imgcat_json_patch_op_name(allowed_ops[i]),
				   &value) == NULL)
			continue;
		change->op = allowed_ops[i];
		*path = value;
		found++;
	}
	if (found != 1)
		malformed(reader, "There must be exactly one of the members add, remove and replace.");
}

/*
 * Is there nothing but white space?
 */
static bool
is_blank(const ImgcatJsonToken *token)
{
	for (uint32 i = 0; i < token->length; i++)
		if (strchr(" \t\n\v\f\r", token->str[i]) == NULL)
			return false;
	return true;
}

/*
 * The token without the white space at its ends.
 */
static void
trim(const ImgcatJsonToken *token, ImgcatImageChange *change)
{
	const char *start = token->str;
	const char *end = token->str + token->length;

	while (start < end && strchr(" \t\n\v\f\r", *start) != NULL)
		start++;
	while (end > start && strchr(" \t\n\v\f\r", end[-1]) != NULL)
		end--;
	change->name = start;
	change->name_length = end - start;
}

/*
 * Read the path: one token, and one more for locations.  The API is lenient
 * with a second slash in front and with blanks around a name, and knows a
 * property whose name is empty.
 */
static void
read_path(const PatchReader *reader, const JsonbValue *path,
		  ImgcatImageChange *change)
{
	ImgcatJsonPointer pointer;
	ImgcatJsonPointerStatus status;
	size_t		error_at;
	int			first = 0;
	int			depth;
	int			wanted = 1;

	if (path->type != jbvString)
		malformed(reader, "The path must be a string.");
	imgcat_json_pointer_init(&pointer, path->val.string.val,
							 path->val.string.len, &status, &error_at);
	if (status != IMGCAT_JSON_POINTER_OK)
		malformed(reader, psprintf("The path \"%.*s\" %s.", pointer.length,
								   pointer.str,
								   imgcat_json_pointer_problem(status)));
	if (pointer.ntokens == 0)
		malformed(reader, "The path must start with a slash.");

	if (pointer.ntokens > 1 && pointer.tokens[0].length == 0)
		first = 1;
	depth = pointer.ntokens - first;
	if (pointer.ntokens > 1 && pointer.tokens[pointer.ntokens - 1].length == 0)
		malformed(reader, "The path must not end in a slash.");
	for (int i = first; depth > 1 && i < pointer.ntokens; i++)
		if (is_blank(&pointer.tokens[i]))
			malformed(reader, "The path must not have empty segments.");

	trim(&pointer.tokens[first], change);
	change->attribute = imgcat_attribute_find(change->name,
											  change->name_length);
	if (change->attribute != NULL &&
		change->attribute->type == IMGCAT_ATTR_LOCATIONS &&
		change->op != IMGCAT_JSON_PATCH_REPLACE)
		wanted = 2;
	if (wanted == 2 && depth == 2)
	{
		change->index = pointer.tokens[first + 1].str;
		change->index_length = pointer.tokens[first + 1].length;
	}
	if (depth != wanted)
		malformed(reader, psprintf("The path \"%.*s\" does not name a member of an image.",
								   pointer.length, pointer.str));
}

/*
 * Refuse names that are not for clients.
 */
static void
check_name(const PatchReader *reader, const ImgcatImageChange *change)
{
	if (change->attribute != NULL &&
		(change->attribute->flags & IMGCAT_ATTR_READ_ONLY))
		forbidden(reader, change, "read-only", "Only the service changes it.");
	if (change->attribute == NULL &&
		imgcat_property_name_is_reserved(change->name, change->name_length))
		forbidden(reader, change, "reserved", "Only the service changes it.");

	if (reader->is_admin)
		return;
	if (reader->form == IMGCAT_PATCH_CLOUD
		? !imgcat_ims_may_patch_cloud(change->attribute, change->name,
									  change->name_length)
		: (reader->ims &&
		   !imgcat_ims_may_patch(change->attribute, change->name,
								 change->name_length)))
		forbidden(reader, change, "read-only",
				  "In this dialect only an administrator changes it.");
}

/*
 * In IMS, numbers may come as strings of digits.
 */
static void
number_of_string(JsonbValue *value)
{
	int64		number = 0;

	if (value->type != jbvString || value->val.string.len < 1 ||
		value->val.string.len > 10)
		return;
	for (int i = 0; i < value->val.string.len; i++)
	{
		if (value->val.string.val[i] < '0' || value->val.string.val[i] > '9')
			return;
		number = number * 10 + (value->val.string.val[i] - '0');
	}
	value->type = jbvNumeric;
	value->val.numeric = int64_to_numeric(number);
}

/*
 * Check the type of the value of an add or a replace.
 */
static void
check_value(const PatchReader *reader, ImgcatImageChange *change)
{
	const ImgcatAttribute *attribute = change->attribute;

	if (attribute == NULL)
	{
		imgcat_property_check_type(change->name, change->name_length,
								   &change->value, &reader->place);
		imgcat_property_check_name(change->name, change->name_length,
								   &reader->place);
		if (reader->ims)
			imgcat_ims_check_property(change->name, change->name_length,
									  &change->value, &reader->place);
		return;
	}

	if (reader->ims && attribute->type == IMGCAT_ATTR_INT4)
		number_of_string(&change->value);
	imgcat_attribute_check_type(attribute, &change->value, &reader->place);
	if (reader->ims)
		imgcat_ims_check_attribute(attribute, &change->value, &reader->place);
}

/*
 * Read one operation.
 */
static void
read_change(const PatchReader *reader, const JsonbValue *operation,
			ImgcatImageChange *change)
{
	JsonbContainer *object;
	JsonbValue	path;

	if (operation->type != jbvBinary ||
		!JsonContainerIsObject(operation->val.binary.data))
		malformed(reader, "An operation must be an object.");
	object = operation->val.binary.data;

	if (reader->form == IMGCAT_PATCH_V20)
		read_op_v20(reader, object, change, &path);
	else
		read_op_v21(reader, object, change, &path);
	read_path(reader, &path, change);
	if (change->op != IMGCAT_JSON_PATCH_REMOVE &&
		member(object, "value", &change->value) == NULL)
		malformed(reader, "There is no member \"value\".");
	check_name(reader, change);
	if (change->op != IMGCAT_JSON_PATCH_REMOVE)
		check_value(reader, change);
}

/*
 * Read a patch of an image.  The changes point into the patch.
 */
ImgcatImageChange *
imgcat_image_patch_read(Jsonb *patch, ImgcatPatchForm form, int *nchanges)
{
	PatchReader reader = {0};
	ImgcatImageChange *changes;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	operation;

	if (!JB_ROOT_IS_ARRAY(patch) || JB_ROOT_IS_SCALAR(patch))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed image patch"),
				 imgcat_errdetail(IMS_BAD_FORMAT,
								  "A patch must be an array of operations.")));
	if (JB_ROOT_COUNT(patch) > (uint32) imgcat_json_patch_operations_max)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
				 errmsg("image patch has too many operations"),
				 imgcat_errdetail(IMS_BAD_FORMAT,
								  "It has %u; at most %d are allowed.",
								  JB_ROOT_COUNT(patch),
								  imgcat_json_patch_operations_max)));

	reader.form = form;
	reader.ims = (form == IMGCAT_PATCH_CLOUD ||
				  imgcat_dialect == IMGCAT_DIALECT_IMS);
	reader.is_admin = imgcat_caller().is_admin;
	reader.place.noun = "operation";

	changes = palloc0(sizeof(ImgcatImageChange) *
					  Max(JB_ROOT_COUNT(patch), 1));
	*nchanges = 0;
	iterator = JsonbIteratorInit(&patch->root);
	while ((token = JsonbIteratorNext(&iterator, &operation, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		reader.place.index = *nchanges;
		read_change(&reader, &operation, &changes[(*nchanges)++]);
	}
	return changes;
}
