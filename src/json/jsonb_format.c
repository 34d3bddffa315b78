/*-------------------------------------------------------------------------
 *
 * jsonb_format.c
 *		Reading jsonb in place: entries, members, elements.
 *
 * src/json/jsonb_format.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/jsonb_format.h"
#include "miscadmin.h"

/* Bytes that are copied or compared between two looks at whether to stop. */
#define BYTES_AT_ONCE ((Size) 8 * 1024 * 1024)

/*
 * Copy bytes, as many as there may be: a quarter of a gigabyte into fresh
 * memory takes long enough to be cancelled.
 */
void
imgcat_jsonb_copy_bytes(char *to, const void *from, Size length)
{
	const char *at = from;

	while (length > BYTES_AT_ONCE)
	{
		memcpy(to, at, BYTES_AT_ONCE);
		to += BYTES_AT_ONCE;
		at += BYTES_AT_ONCE;
		length -= BYTES_AT_ONCE;
		CHECK_FOR_INTERRUPTS();
	}
	memcpy(to, at, length);
}

/*
 * Are the bytes the same?
 */
bool
imgcat_jsonb_same_bytes(const void *a, const void *b, Size length)
{
	const char *x = a;
	const char *y = b;

	while (length > BYTES_AT_ONCE)
	{
		if (memcmp(x, y, BYTES_AT_ONCE) != 0)
			return false;
		x += BYTES_AT_ONCE;
		y += BYTES_AT_ONCE;
		length -= BYTES_AT_ONCE;
		CHECK_FOR_INTERRUPTS();
	}
	return memcmp(x, y, length) == 0;
}

/*
 * Read one entry, whose data (padding included) start at offset start of the
 * data area.  value points into the container.
 */
void
imgcat_jsonb_read_entry(const JsonbContainer *container, uint32 index,
						uint32 start, JsonbValue *value)
{
	JEntry		entry = container->children[index];
	char	   *data = imgcat_jsonb_data(container);
	uint32		end = imgcat_jsonb_entry_end(entry, start);

	if (JBE_ISSTRING(entry))
	{
		value->type = jbvString;
		value->val.string.val = data + start;
		value->val.string.len = end - start;
	}
	else if (JBE_ISNUMERIC(entry))
	{
		value->type = jbvNumeric;
		value->val.numeric = (Numeric) (data + INTALIGN(start));
	}
	else if (JBE_ISCONTAINER(entry))
	{
		value->type = jbvBinary;
		value->val.binary.data = (JsonbContainer *) (data + INTALIGN(start));
		value->val.binary.len = end - INTALIGN(start);
	}
	else if (JBE_ISNULL(entry))
		value->type = jbvNull;
	else
	{
		value->type = jbvBool;
		value->val.boolean = JBE_ISBOOL_TRUE(entry);
	}
}

/*
 * Order of keys in an object: by length, then by bytes.
 */
int
imgcat_jsonb_compare_keys(const char *a, uint32 a_length,
						  const char *b, uint32 b_length)
{
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return memcmp(a, b, a_length);
}

/*
 * Find a key among the members low to high - 1 of an object.  Returns whether
 * it is there; position is its place among the keys, or the place where it
 * would have to be inserted.
 *
 * Halving needs the offset of each probe, which costs up to JB_OFFSET_STRIDE
 * steps to find; so the last stretch is walked, offset by offset.
 */
bool
imgcat_jsonb_find_key(const JsonbContainer *object, uint32 low, uint32 high,
					  const char *key, uint32 length, uint32 *position)
{
	const char *data = imgcat_jsonb_data(object);
	uint32		start;

	while (high - low > JB_OFFSET_STRIDE)
	{
		uint32		middle = low + (high - low) / 2;
		uint32		middle_start = getJsonbOffset(object, middle);
		uint32		end = imgcat_jsonb_entry_end(object->children[middle],
												 middle_start);

		if (imgcat_jsonb_compare_keys(data + middle_start, end - middle_start,
									  key, length) < 0)
			low = middle + 1;
		else
			high = middle + 1;
	}

	start = getJsonbOffset(object, low);
	while (low < high)
	{
		uint32		end = imgcat_jsonb_entry_end(object->children[low], start);
		int			order = imgcat_jsonb_compare_keys(data + start,
													  end - start,
													  key, length);

		if (order >= 0)
		{
			*position = low;
			return order == 0;
		}
		start = end;
		low++;
	}
	*position = low;
	return false;
}

/*
 * The value of the member at position of an object.
 */
void
imgcat_jsonb_member(const JsonbContainer *object, uint32 position,
					JsonbValue *value)
{
	uint32		index = JsonContainerSize(object) + position;

	imgcat_jsonb_read_entry(object, index, getJsonbOffset(object, index),
							value);
}

/*
 * The key of the member at position of an object.
 */
void
imgcat_jsonb_key(const JsonbContainer *object, uint32 position,
				 const char **key, uint32 *length)
{
	uint32		start = getJsonbOffset(object, position);

	*key = imgcat_jsonb_data(object) + start;
	*length = imgcat_jsonb_entry_end(object->children[position], start) - start;
}

/*
 * The element at index of an array.
 */
void
imgcat_jsonb_element(const JsonbContainer *array, uint32 index,
					 JsonbValue *value)
{
	imgcat_jsonb_read_entry(array, index, getJsonbOffset(array, index), value);
}

/*
 * The document as a value: a scalar, or jbvBinary for an object or array.
 */
void
imgcat_jsonb_root(Jsonb *document, JsonbValue *value)
{
	if (JB_ROOT_IS_SCALAR(document))
		imgcat_jsonb_element(&document->root, 0, value);
	else
	{
		value->type = jbvBinary;
		value->val.binary.data = &document->root;
		value->val.binary.len = VARSIZE(document) - VARHDRSZ;
	}
}

/*
 * Stand before the first member of an object.
 */
void
imgcat_jsonb_members_init(ImgcatJsonbMembers *cursor,
						  const JsonbContainer *object)
{
	cursor->object = object;
	cursor->count = JsonContainerSize(object);
	cursor->position = 0;
	cursor->key_start = 0;
	cursor->value_start = getJsonbOffset(object, cursor->count);
	cursor->key = NULL;
	cursor->key_length = 0;
}

/*
 * Step to the next member.  False when there is none: then key is NULL.
 */
bool
imgcat_jsonb_members_next(ImgcatJsonbMembers *cursor)
{
	const JEntry *entries = cursor->object->children;
	uint32		value_index = cursor->count + cursor->position;
	uint32		key_end;

	CHECK_FOR_INTERRUPTS();
	if (cursor->position == cursor->count)
	{
		cursor->key = NULL;
		return false;
	}
	key_end = imgcat_jsonb_entry_end(entries[cursor->position],
									 cursor->key_start);
	cursor->key = imgcat_jsonb_data(cursor->object) + cursor->key_start;
	cursor->key_length = key_end - cursor->key_start;
	imgcat_jsonb_read_entry(cursor->object, value_index, cursor->value_start,
							&cursor->value);
	cursor->key_start = key_end;
	cursor->value_start = imgcat_jsonb_entry_end(entries[value_index],
												 cursor->value_start);
	cursor->position++;
	return true;
}
