/*-------------------------------------------------------------------------
 *
 * key_tag.c
 *		Tags of the IMS dialect: a key and a value in one tag.
 *
 * Such a tag is written "key=value"; older ones are "key.value", and a word
 * alone is a key without a value.
 *
 * src/image/key_tag.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "image/errors.h"
#include "image/key_tag.h"
#include "json_writer.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#define KEY_MAX		36			/* characters */
#define VALUE_MAX	43

/*
 * Something about a request for tags is wrong.  These calls are of IMS in
 * either dialect, so the code is always there.
 */
void
imgcat_bad_tag_request(const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid tag"),
			 errdetail("%s: %s", IMS_BAD_TAG, problem)));
}

/*
 * Split a tag at its first "=", or else at its first ".".
 */
void
imgcat_key_tag_split(ImgcatKeyTag *key_tag, const text *tag)
{
	const char *start = VARDATA_ANY(tag);
	int			length = VARSIZE_ANY_EXHDR(tag);
	const char *separator = memchr(start, '=', length);

	if (separator == NULL)
		separator = memchr(start, '.', length);
	if (separator == NULL)
		separator = start + length;
	key_tag->key = start;
	key_tag->key_length = separator - start;
	key_tag->value = Min(separator + 1, start + length);
	key_tag->value_length = start + length - key_tag->value;
}

/*
 * The tag of a key and a value.
 */
text *
imgcat_key_tag_text(const ImgcatKeyTag *key_tag)
{
	StringInfoData tag;

	initStringInfo(&tag);
	appendBinaryStringInfo(&tag, key_tag->key, key_tag->key_length);
	appendStringInfoChar(&tag, '=');
	appendBinaryStringInfo(&tag, key_tag->value, key_tag->value_length);
	return cstring_to_text_with_len(tag.data, tag.len);
}

/*
 * Does the string hold letters, digits and the extra characters only?  What is
 * not ASCII counts as letters.
 */
static bool
is_word(const char *string, int length, const char *extra)
{
	for (int i = 0; i < length; i++)
		if (!IS_HIGHBIT_SET(string[i]) &&
			!isalnum((unsigned char) string[i]) &&
			strchr(extra, string[i]) == NULL)
			return false;
	return true;
}

/*
 * Check a tag that is to be written.
 */
void
imgcat_key_tag_check(const ImgcatKeyTag *key_tag)
{
	if (key_tag->key_length == 0 ||
		pg_mbstrlen_with_len(key_tag->key, key_tag->key_length) > KEY_MAX ||
		!is_word(key_tag->key, key_tag->key_length, "_-"))
		imgcat_bad_tag_request("A key must be 1 to 36 letters, digits, _ and -.");
	if (pg_mbstrlen_with_len(key_tag->value, key_tag->value_length) > VALUE_MAX ||
		!is_word(key_tag->value, key_tag->value_length, "_-."))
		imgcat_bad_tag_request("A value must be at most 43 letters, digits, _, - and dots.");
}

/*
 * Append the tag as an object of key and value.
 */
void
imgcat_key_tag_json(StringInfo out, const ImgcatKeyTag *key_tag)
{
	appendStringInfoString(out, "{\"key\": ");
	imgcat_json_string(out, key_tag->key, key_tag->key_length);
	appendStringInfoString(out, ", \"value\": ");
	imgcat_json_string(out, key_tag->value, key_tag->value_length);
	appendStringInfoChar(out, '}');
}

/*
 * Are the two strings the same?
 */
bool
imgcat_key_tag_same(const char *a, int a_length, const char *b, int b_length)
{
	return a_length == b_length && memcmp(a, b, a_length) == 0;
}

/*
 * The array that a request has under name; NULL if it has nothing there.
 */
JsonbContainer *
imgcat_request_array(JsonbContainer *request, const char *name)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(request, name, strlen(name),
									 &value) == NULL ||
		value.type == jbvNull)
		return NULL;
	if (value.type != jbvBinary ||
		!JsonContainerIsArray(value.val.binary.data))
		imgcat_bad_tag_request(psprintf("The member \"%s\" must be an array.",
										name));
	return value.val.binary.data;
}

/*
 * The string, of at most max_length characters, that a request has under name;
 * false if it has nothing there.
 */
bool
imgcat_request_string(JsonbContainer *request, const char *name,
					  int max_length, const char **string, int *length)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(request, name, strlen(name),
									 &value) == NULL ||
		value.type == jbvNull)
		return false;
	if (value.type != jbvString ||
		pg_mbstrlen_with_len(value.val.string.val,
							 value.val.string.len) > max_length)
		imgcat_bad_tag_request(psprintf("The member \"%s\" must be a string of at most %d characters.",
										name, max_length));
	*string = value.val.string.val;
	*length = value.val.string.len;
	return true;
}
