/*-------------------------------------------------------------------------
 *
 * jsonb_read.c
 *		Members of jsonb objects, by name and by what is expected there.
 *
 * src/json/jsonb_read.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/jsonb_read.h"
#include "miscadmin.h"
#include "query/json_pointer.h"

/*
 * Read a member; false where there is none, or null.
 */
bool
imgcat_read_member(JsonbContainer *object, const char *name,
				   JsonbValue *value)
{
	return object != NULL && JsonContainerIsObject(object) &&
		getKeyJsonValueFromContainer(object, name, strlen(name),
									 value) != NULL &&
		value->type != jbvNull;
}

/*
 * A string as a C string in the current memory context; NULL of what is none.
 */
char *
imgcat_read_string(const JsonbValue *value)
{
	return value->type != jbvString ? NULL :
		pnstrdup(value->val.string.val, value->val.string.len);
}

/*
 * The object that a value is; NULL of what is none.
 */
JsonbContainer *
imgcat_read_as_object(const JsonbValue *value)
{
	return value->type == jbvBinary &&
		JsonContainerIsObject(value->val.binary.data) ?
		value->val.binary.data : NULL;
}

/*
 * A member that is a string, as imgcat_read_string.
 */
char *
imgcat_read_text(JsonbContainer *object, const char *name)
{
	JsonbValue	value;

	return imgcat_read_member(object, name, &value) ?
		imgcat_read_string(&value) : NULL;
}

/*
 * A member that is an object, or NULL.
 */
JsonbContainer *
imgcat_read_object(JsonbContainer *object, const char *name)
{
	JsonbValue	value;

	return imgcat_read_member(object, name, &value) ?
		imgcat_read_as_object(&value) : NULL;
}

/*
 * A member that is an array, or NULL.
 */
JsonbContainer *
imgcat_read_array(JsonbContainer *object, const char *name)
{
	JsonbValue	value;

	return imgcat_read_member(object, name, &value) &&
		value.type == jbvBinary &&
		JsonContainerIsArray(value.val.binary.data) &&
		!JsonContainerIsScalar(value.val.binary.data) ?
		value.val.binary.data : NULL;
}

/*
 * Begin to read the elements of an array or the members of an object.
 */
void
imgcat_read_begin(ImgcatJsonbWalk *walk, JsonbContainer *container)
{
	walk->iterator = container == NULL ? NULL : JsonbIteratorInit(container);
	walk->index = -1;
}

/*
 * Read the next one; false after the last.
 */
bool
imgcat_read_next(ImgcatJsonbWalk *walk)
{
	JsonbIteratorToken token;
	JsonbValue	item;

	CHECK_FOR_INTERRUPTS();
	while (walk->iterator != NULL &&
		   (token = JsonbIteratorNext(&walk->iterator, &item,
									  true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			walk->key = item;
		if (token != WJB_ELEM && token != WJB_VALUE)
			continue;
		walk->value = item;
		walk->index++;
		return true;
	}
	return false;
}

/*
 * An object or array that is part of another document as one of its own.
 */
Jsonb *
imgcat_read_copy(JsonbContainer *container)
{
	JsonbInState state = {0};
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbIteratorToken token;
	JsonbValue	item;

	while ((token = JsonbIteratorNext(&iterator, &item, false)) != WJB_DONE)
		pushJsonbValue(&state, token, token < WJB_BEGIN_ARRAY ? &item : NULL);
	return JsonbValueToJsonb(state.result);
}

/*
 * See jsonb_read.h.
 */
char *
imgcat_member_place(const char *place, const char *name)
{
	size_t		length = strlen(name);

	/* a character of a name may become two */
	char	   *escaped = palloc(2 * length + 1);

	escaped[imgcat_json_pointer_escape(name, length, escaped)] = '\0';
	return psprintf("%s/%s", place, escaped);
}
