/*-------------------------------------------------------------------------
 *
 * container_document.c
 *		A StorageImage document in memory, its members by number.
 *
 * A document is read once into messages whose fields have numbers, checked on
 * the way in; counters, risk and merging then work on C structs.  Members
 * that no field describes (a newer API's) are kept as they are.  Stored again,
 * what has its default is left out.
 *
 * src/container/container_document.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "container/container_document.h"
#include "container/container_scalar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

static ImgcatMessage *load_message(JsonbContainer *container,
								   const ImgcatMessageType *type,
								   const ImgcatDocumentPath *path, bool check);

/*
 * An empty message.
 */
ImgcatMessage *
imgcat_make_message(const ImgcatMessageType *type)
{
	ImgcatMessage *message =
	palloc0(offsetof(ImgcatMessage, fields) +
			sizeof(ImgcatValue) * type->count);

	message->type = type;
	return message;
}

/*
 * Make a repeated message of a message count empty ones; returns them.
 */
ImgcatMessage **
imgcat_make_list(ImgcatMessage *message, int field, int count)
{
	ImgcatValue *list = &message->fields[field];
	ImgcatMessage **made = palloc_extended(sizeof(ImgcatMessage *) *
										   Max(count, 1), MCXT_ALLOC_HUGE);

	list->kind = IMGCAT_VALUE_LIST;
	list->u.list.count = count;
	list->u.list.items = palloc_extended(sizeof(ImgcatValue) * Max(count, 1),
										 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < count; i++)
	{
		made[i] = imgcat_make_message(message->type->fields[field].message);
		list->u.list.items[i].kind = IMGCAT_VALUE_MESSAGE;
		list->u.list.items[i].u.message = made[i];
	}
	return made;
}

/*
 * Number of the field called name, or -1.  snake_case is understood, too.
 */
static int
find_field(const ImgcatMessageType *type, const char *name, int length)
{
	char		camel[64];
	int			camel_length = 0;

	for (int i = 0; i < type->count; i++)
	{
		if (type->fields[i].name_length == length &&
			memcmp(type->fields[i].name, name, length) == 0)
			return i;
	}

	if (length >= (int) sizeof(camel) || memchr(name, '_', length) == NULL)
		return -1;
	for (int i = 0; i < length; i++)
	{
		if (name[i] == '_' && i + 1 < length)
			camel[camel_length++] = pg_ascii_toupper(name[++i]);
		else
			camel[camel_length++] = name[i];
	}
	for (int i = 0; i < type->count; i++)
	{
		if (type->fields[i].name_length == camel_length &&
			memcmp(type->fields[i].name, camel, camel_length) == 0)
			return i;
	}
	return -1;
}

/*
 * Read a value that is not null and no list.
 */
static void
load_single(ImgcatValue *value, JsonbValue *json, const ImgcatFieldType *field,
			const ImgcatDocumentPath *path, bool check)
{
	if (field->kind == IMGCAT_FIELD_MESSAGE)
	{
		if (json->type != jbvBinary ||
			!JsonContainerIsObject(json->val.binary.data))
			imgcat_document_error(path, "an object is expected");
		value->kind = IMGCAT_VALUE_MESSAGE;
		value->u.message = load_message(json->val.binary.data, field->message,
										path, check);
		return;
	}
	value->kind = IMGCAT_VALUE_SCALAR;
	value->u.scalar = *json;
	if (check)
		imgcat_check_scalar(&value->u.scalar, field, path);
}

/*
 * Read an array.
 */
static void
load_list(ImgcatValue *value, JsonbValue *json, const ImgcatFieldType *field,
		  const ImgcatDocumentPath *path, bool check)
{
	ImgcatDocumentPath here = {path, NULL, 0, 0};
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	item;

	if (json->type != jbvBinary ||
		!JsonContainerIsArray(json->val.binary.data) ||
		JsonContainerIsScalar(json->val.binary.data))
		imgcat_document_error(path, "an array is expected");

	value->kind = IMGCAT_VALUE_LIST;
	value->u.list.count = JsonContainerSize(json->val.binary.data);
	value->u.list.items = palloc0(sizeof(ImgcatValue) *
								  Max(value->u.list.count, 1));
	iterator = JsonbIteratorInit(json->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (item.type == jbvNull)
			imgcat_document_error(&here, "null is no element");
		load_single(&value->u.list.items[here.index], &item, field, &here,
					check);
		here.index++;
	}
}

/*
 * Read a member of a message.
 */
static void
load_field(ImgcatMessage *message, int number, JsonbValue *json,
		   const ImgcatDocumentPath *path, bool check)
{
	const ImgcatFieldType *field = &message->type->fields[number];
	ImgcatValue *value = &message->fields[number];

	if (json->type == jbvNull)
	{
		/* null means the default, which an absent member means, too */
		value->kind = (field->flags & IMGCAT_FIELD_NEWER) ?
			IMGCAT_VALUE_NULL : IMGCAT_VALUE_ABSENT;
	}
	else if (field->flags & IMGCAT_FIELD_REPEATED)
		load_list(value, json, field, path, check);
	else
		load_single(value, json, field, path, check);
}

/*
 * Read an object.
 */
static ImgcatMessage *
load_message(JsonbContainer *container, const ImgcatMessageType *type,
			 const ImgcatDocumentPath *path, bool check)
{
	ImgcatMessage *message = imgcat_make_message(type);
	ImgcatDocumentPath here = {path, NULL, 0, 0};
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbIteratorToken token;
	JsonbValue	item;
	JsonbValue	key;

	CHECK_FOR_INTERRUPTS();

	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		int			number;

		if (token == WJB_KEY)
		{
			key = item;
			continue;
		}
		if (token != WJB_VALUE)
			continue;

		here.name = key.val.string.val;
		here.name_length = key.val.string.len;
		number = find_field(type, here.name, here.name_length);
		if (number >= 0)
		{
			load_field(message, number, &item, &here, check);
			continue;
		}
		if (message->unknown == NULL)
			message->unknown = palloc(sizeof(JsonbPair) *
									  JsonContainerSize(container));
		message->unknown[message->nunknown].key = key;
		message->unknown[message->nunknown].value = item;
		message->nunknown++;
	}
	return message;
}

/*
 * Read a StorageImage document; a stored one needs no check.  The result
 * points into document.
 */
ImgcatMessage *
imgcat_load_document(Jsonb *document, bool check)
{
	if (!JB_ROOT_IS_OBJECT(document))
		imgcat_document_error(NULL, "a document is an object");
	return load_message(&document->root, &imgcat_storage_image_type, NULL,
						check);
}

/*
 * Read and check the StorageImage document that is element number index of an
 * array.
 */
ImgcatMessage *
imgcat_load_document_value(JsonbValue *document, int index)
{
	ImgcatDocumentPath path = {NULL, NULL, 0, index};

	if (document->type != jbvBinary ||
		!JsonContainerIsObject(document->val.binary.data))
		imgcat_document_error(&path, "a document is an object");
	return load_message(document->val.binary.data, &imgcat_storage_image_type,
						&path, true);
}

/*
 * The number of a numeric scalar, worked out once.
 */
static double
value_number(const ImgcatValue *value)
{
	ImgcatValue *cache = unconstify(ImgcatValue *, value);

	if (!value->has_number)
	{
		cache->number = imgcat_value_float(&value->u.scalar);
		cache->has_number = true;
	}
	return value->number;
}

/*
 * Has value the default of field, which is printed for an absent member?
 */
bool
imgcat_value_is_default(const ImgcatValue *value, const ImgcatFieldType *field)
{
	const JsonbValue *scalar = &value->u.scalar;

	switch (value->kind)
	{
		case IMGCAT_VALUE_ABSENT:
			return true;
		case IMGCAT_VALUE_LIST:
			return value->u.list.count == 0;
		case IMGCAT_VALUE_NULL:
		case IMGCAT_VALUE_MESSAGE:
			return false;
		case IMGCAT_VALUE_SCALAR:
			break;
	}

	switch (field->kind)
	{
		case IMGCAT_FIELD_STRING:
		case IMGCAT_FIELD_BYTES:
			return scalar->val.string.len == 0;
		case IMGCAT_FIELD_BOOL:
			return !scalar->val.boolean;
		case IMGCAT_FIELD_INT64:
		case IMGCAT_FIELD_UINT64:
			return scalar->val.string.len == 1 &&
				scalar->val.string.val[0] == '0';
		case IMGCAT_FIELD_INT32:
		case IMGCAT_FIELD_FLOAT:
			return value_number(value) == 0;
		case IMGCAT_FIELD_ENUM:
			return imgcat_enum_number(field->names, scalar->val.string.val,
									  scalar->val.string.len) == 0;
		case IMGCAT_FIELD_STRING_MAP:
			return JsonContainerSize(scalar->val.binary.data) == 0;
		default:
			return false;
	}
}

/*
 * Push a message as an object, without what has its default; an optional
 * member says something by being there.
 */
static void
store_message(JsonbInState *state, const ImgcatMessage *message)
{
	JsonbValue	key;

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	key.type = jbvString;
	for (int i = 0; i < message->type->count; i++)
	{
		const ImgcatFieldType *field = &message->type->fields[i];
		const ImgcatValue *value = &message->fields[i];
		JsonbValue	null = {.type = jbvNull};

		if (value->kind == IMGCAT_VALUE_ABSENT ||
			(!(field->flags & IMGCAT_FIELD_OPTIONAL) &&
			 imgcat_value_is_default(value, field)))
			continue;

		key.val.string.val = unconstify(char *, field->name);
		key.val.string.len = field->name_length;
		pushJsonbValue(state, WJB_KEY, &key);
		if (value->kind == IMGCAT_VALUE_NULL)
			pushJsonbValue(state, WJB_VALUE, &null);
		else if (value->kind == IMGCAT_VALUE_MESSAGE)
			store_message(state, value->u.message);
		else if (value->kind == IMGCAT_VALUE_SCALAR)
			pushJsonbValue(state, WJB_VALUE,
						   unconstify(JsonbValue *, &value->u.scalar));
		else
		{
			pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
			for (int item = 0; item < value->u.list.count; item++)
			{
				ImgcatValue *element = &value->u.list.items[item];

				if (element->kind == IMGCAT_VALUE_MESSAGE)
					store_message(state, element->u.message);
				else
					pushJsonbValue(state, WJB_ELEM, &element->u.scalar);
			}
			pushJsonbValue(state, WJB_END_ARRAY, NULL);
		}
	}
	for (int i = 0; i < message->nunknown; i++)
	{
		pushJsonbValue(state, WJB_KEY, &message->unknown[i].key);
		pushJsonbValue(state, WJB_VALUE, &message->unknown[i].value);
	}
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * The document as it is stored.
 */
Jsonb *
imgcat_store_document(const ImgcatMessage *document)
{
	JsonbInState state = {0};

	store_message(&state, document);
	return JsonbValueToJsonb(state.result);
}

/*
 * Is the field there, as a value?
 */
bool
imgcat_field_is_set(const ImgcatMessage *message, int field)
{
	return message != NULL &&
		message->fields[field].kind != IMGCAT_VALUE_ABSENT &&
		message->fields[field].kind != IMGCAT_VALUE_NULL;
}

/*
 * The message in a field, or NULL.
 */
ImgcatMessage *
imgcat_field_message(const ImgcatMessage *message, int field)
{
	if (message == NULL || message->fields[field].kind != IMGCAT_VALUE_MESSAGE)
		return NULL;
	return message->fields[field].u.message;
}

/*
 * Number of elements of a list.
 */
int
imgcat_field_count(const ImgcatMessage *message, int field)
{
	if (message == NULL || message->fields[field].kind != IMGCAT_VALUE_LIST)
		return 0;
	return message->fields[field].u.list.count;
}

/*
 * An element of a list; index is less than its count.
 */
ImgcatValue *
imgcat_field_item(const ImgcatMessage *message, int field, int index)
{
	return &message->fields[field].u.list.items[index];
}

/*
 * The same, of a list of messages.
 */
ImgcatMessage *
imgcat_field_item_message(const ImgcatMessage *message, int field, int index)
{
	return imgcat_field_item(message, field, index)->u.message;
}

/*
 * Text of a string, empty when absent; not NUL-terminated.
 */
const char *
imgcat_field_text(const ImgcatMessage *message, int field, int *length)
{
	const JsonbValue *scalar;

	*length = 0;
	if (message == NULL || message->fields[field].kind != IMGCAT_VALUE_SCALAR)
		return "";
	scalar = &message->fields[field].u.scalar;
	if (scalar->type != jbvString)
		return "";
	*length = scalar->val.string.len;
	return scalar->val.string.val;
}

/*
 * A float, 0 when absent.
 */
double
imgcat_field_float(const ImgcatMessage *message, int field)
{
	if (message == NULL || message->fields[field].kind != IMGCAT_VALUE_SCALAR)
		return 0;
	return value_number(&message->fields[field]);
}

/*
 * A 32-bit integer, 0 when absent.
 */
int32
imgcat_field_int(const ImgcatMessage *message, int field)
{
	return (int32) imgcat_field_float(message, field);
}

/*
 * A boolean, false when absent.
 */
bool
imgcat_field_bool(const ImgcatMessage *message, int field)
{
	return message != NULL &&
		message->fields[field].kind == IMGCAT_VALUE_SCALAR &&
		message->fields[field].u.scalar.val.boolean;
}

/*
 * Number of an enum's name, 0 when absent.
 */
int
imgcat_field_enum(const ImgcatMessage *message, int field)
{
	int			length;
	const char *name = imgcat_field_text(message, field, &length);

	if (length == 0)
		return 0;
	return Max(imgcat_enum_number(message->type->fields[field].names,
								  name, length), 0);
}

/*
 * A time; false when absent.
 */
bool
imgcat_field_timestamp(const ImgcatMessage *message, int field,
					   TimestampTz *timestamp, int *nanos)
{
	int			length;
	const char *str = imgcat_field_text(message, field, &length);

	return length > 0 &&
		imgcat_parse_timestamp(str, length, timestamp, nanos);
}

/*
 * Set a field to a string, which is not copied.
 */
void
imgcat_set_text(ImgcatMessage *message, int field, const char *str, int length)
{
	ImgcatValue *value = &message->fields[field];

	value->kind = IMGCAT_VALUE_SCALAR;
	value->u.scalar.type = jbvString;
	value->u.scalar.val.string.val = unconstify(char *, str);
	value->u.scalar.val.string.len = length;
}

/*
 * Set a field to a float32.
 */
void
imgcat_set_float(ImgcatMessage *message, int field, double number)
{
	message->fields[field].kind = IMGCAT_VALUE_SCALAR;
	message->fields[field].has_number = false;
	imgcat_float_value(&message->fields[field].u.scalar, number);
}

/*
 * Set a field to an integer.
 */
void
imgcat_set_int(ImgcatMessage *message, int field, int32 number)
{
	ImgcatValue *value = &message->fields[field];

	value->kind = IMGCAT_VALUE_SCALAR;
	value->has_number = false;
	value->u.scalar.type = jbvNumeric;
	value->u.scalar.val.numeric = int64_to_numeric(number);
}

/*
 * Set a boolean field.
 */
void
imgcat_set_bool(ImgcatMessage *message, int field, bool boolean)
{
	ImgcatValue *value = &message->fields[field];

	value->kind = IMGCAT_VALUE_SCALAR;
	value->u.scalar.type = jbvBool;
	value->u.scalar.val.boolean = boolean;
}

/*
 * Set a repeated field of strings, or of names of an enum.
 */
void
imgcat_set_text_list(ImgcatMessage *message, int field,
					 const char *const *texts, int count)
{
	ImgcatValue *list = &message->fields[field];

	list->kind = IMGCAT_VALUE_LIST;
	list->u.list.count = count;
	list->u.list.items = palloc0(sizeof(ImgcatValue) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		ImgcatValue *item = &list->u.list.items[i];

		item->kind = IMGCAT_VALUE_SCALAR;
		item->u.scalar.type = jbvString;
		item->u.scalar.val.string.val = unconstify(char *, texts[i]);
		item->u.scalar.val.string.len = strlen(texts[i]);
	}
}

/*
 * Set a field to a message; NULL makes it absent.
 */
void
imgcat_set_message(ImgcatMessage *message, int field, ImgcatMessage *value)
{
	message->fields[field].kind = value == NULL ? IMGCAT_VALUE_ABSENT :
		IMGCAT_VALUE_MESSAGE;
	message->fields[field].u.message = value;
}
