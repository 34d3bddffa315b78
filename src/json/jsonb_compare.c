/*-------------------------------------------------------------------------
 *
 * jsonb_compare.c
 *		Properties of jsonb values in place: equality, hash, depth.
 *
 * src/json/jsonb_compare.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "compat.h"
#include "json/jsonb_compare.h"
#include "json/jsonb_format.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

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
	if (a_length == b_length && imgcat_jsonb_same_bytes(a, b, a_length))
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

		CHECK_FOR_INTERRUPTS();
		if (JBE_ISCONTAINER(entry))
		{
			JsonbValue	child;

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

/*
 * A hash that equal values share, whatever the scale of their numbers.  Not
 * for storing: it may change with the server's version.
 */
uint32
imgcat_jsonb_hash(const JsonbValue *value)
{
	const JsonbContainer *container;
	uint32		count;
	uint32		start = 0;
	uint32		hash;
	uint32		i;

	switch (value->type)
	{
		case jbvNull:
			return 1;
		case jbvBool:
			return value->val.boolean ? 2 : 3;
		case jbvString:
			return hash_bytes((const unsigned char *) value->val.string.val,
							  value->val.string.len);
		case jbvNumeric:
			return DatumGetUInt32(DirectFunctionCall1(hash_numeric,
													  NumericGetDatum(value->val.numeric)));
		case jbvBinary:
			break;
		default:
			elog(ERROR, "unexpected jsonb value type %d", (int) value->type);
	}

	check_stack_depth();
	container = value->val.binary.data;
	count = imgcat_jsonb_entry_count(container);
	hash = hash_bytes_uint32(container->header);
	for (i = 0; i < count; i++)
	{
		JsonbValue	child;

		CHECK_FOR_INTERRUPTS();
		imgcat_jsonb_read_entry(container, i, start, &child);
		hash = hash_combine(hash, imgcat_jsonb_hash(&child));
		start = imgcat_jsonb_entry_end(container->children[i], start);
	}
	return hash;
}
