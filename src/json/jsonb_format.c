/*-------------------------------------------------------------------------
 *
 * jsonb_format.c
 *		Reading jsonb in place: entries, members, elements, equality.
 *
 * src/json/jsonb_format.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "json/jsonb_format.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

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
 * Do two containers hold the same?  Equal bytes are the common case of yes;
 * other bytes may still be equal numbers of different scale.
 */
static bool
equal_containers(const JsonbContainer *a, uint32 a_length,
				 const JsonbContainer *b, uint32 b_length)
{
	if (a->header != b->header)
		return false;
	if (a_length == b_length && memcmp(a, b, a_length) == 0)
		return true;
	return imgcat_jsonb_equal_runs(a, 0, b, 0, imgcat_jsonb_entry_count(a));
}

/*
 * Equality of RFC 6902 (section 4.6): numbers by value, strings by code
 * points, arrays in order, objects in any order.
 */
bool
imgcat_jsonb_equal(const JsonbValue *a, const JsonbValue *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type)
	{
		case jbvNull:
			return true;
		case jbvBool:
			return a->val.boolean == b->val.boolean;
		case jbvString:
			return a->val.string.len == b->val.string.len &&
				memcmp(a->val.string.val, b->val.string.val,
					   a->val.string.len) == 0;
		case jbvNumeric:
			if (VARSIZE_ANY(a->val.numeric) == VARSIZE_ANY(b->val.numeric) &&
				memcmp(a->val.numeric, b->val.numeric,
					   VARSIZE_ANY(a->val.numeric)) == 0)
				return true;
			return DatumGetBool(DirectFunctionCall2(numeric_eq,
													NumericGetDatum(a->val.numeric),
													NumericGetDatum(b->val.numeric)));
		case jbvBinary:
			return equal_containers(a->val.binary.data, a->val.binary.len,
									b->val.binary.data, b->val.binary.len);
		default:
			elog(ERROR, "unexpected jsonb value type %d", (int) a->type);
			return false;
	}
}

/*
 * Are count entries of a, from a_first on, equal to those of b from b_first?
 */
bool
imgcat_jsonb_equal_runs(const JsonbContainer *a, uint32 a_first,
						const JsonbContainer *b, uint32 b_first, uint32 count)
{
	uint32		a_start = getJsonbOffset(a, a_first);
	uint32		b_start = getJsonbOffset(b, b_first);
	uint32		i;

	check_stack_depth();
	for (i = 0; i < count; i++)
	{
		JsonbValue	a_value;
		JsonbValue	b_value;

		CHECK_FOR_INTERRUPTS();
		imgcat_jsonb_read_entry(a, a_first + i, a_start, &a_value);
		imgcat_jsonb_read_entry(b, b_first + i, b_start, &b_value);
		if (!imgcat_jsonb_equal(&a_value, &b_value))
			return false;
		a_start = imgcat_jsonb_entry_end(a->children[a_first + i], a_start);
		b_start = imgcat_jsonb_entry_end(b->children[b_first + i], b_start);
	}
	return true;
}

/*
 * Is any of count entries, from first on, nested deeper than depth levels?
 */
bool
imgcat_jsonb_run_is_deeper(const JsonbContainer *container,
						   uint32 first, uint32 count, int depth)
{
	uint32		start = getJsonbOffset(container, first);
	uint32		i;

	check_stack_depth();
	for (i = first; i < first + count; i++)
	{
		JEntry		entry = container->children[i];

		if (JBE_ISCONTAINER(entry))
		{
			JsonbValue	child;

			CHECK_FOR_INTERRUPTS();
			imgcat_jsonb_read_entry(container, i, start, &child);
			if (imgcat_jsonb_is_deeper(&child, depth))
				return true;
		}
		start = imgcat_jsonb_entry_end(entry, start);
	}
	return depth < 0 && count > 0;
}

/*
 * Is the value nested deeper than depth levels?  A scalar has depth 0, an
 * empty array 1.
 *
 * A level takes a header and an entry, so small values need no look inside.
 */
bool
imgcat_jsonb_is_deeper(const JsonbValue *value, int depth)
{
	const JsonbContainer *container;

	if (value->type != jbvBinary)
		return depth < 0;
	if (depth < 1)
		return true;
	if ((value->val.binary.len + sizeof(JEntry)) /
		(offsetof(JsonbContainer, children) + sizeof(JEntry)) <= (Size) depth)
		return false;
	container = value->val.binary.data;
	return imgcat_jsonb_run_is_deeper(container, 0,
									  imgcat_jsonb_entry_count(container),
									  depth - 1);
}
