/*-------------------------------------------------------------------------
 *
 * jsonb_writer.c
 *		Writing one jsonb container, entry by entry or run by run.
 *
 * src/json/jsonb_writer.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/json_patch.h"
#include "json/jsonb_writer.h"
#include "miscadmin.h"

/* Entries that are copied between two looks at whether to stop. */
#define RUN_CHUNK (1 << 20)

/*
 * Room that a value takes as an entry, at most.
 */
Size
imgcat_jsonb_value_room(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return sizeof(JEntry) + value->val.string.len;
		case jbvNumeric:
			return sizeof(JEntry) + INTALIGN(1) +
				VARSIZE_ANY(value->val.numeric);
		case jbvBinary:
			return sizeof(JEntry) + INTALIGN(1) + value->val.binary.len;
		default:
			return sizeof(JEntry);
	}
}

/*
 * Room that count entries of base take, at most, wherever they go: only the
 * padding of the first aligned one can grow.
 */
Size
imgcat_jsonb_run_room(const JsonbContainer *base, uint32 first, uint32 count)
{
	return (Size) count * sizeof(JEntry) + INTALIGN(1) +
		getJsonbOffset(base, first + count) - getJsonbOffset(base, first);
}

/*
 * Begin a container at an aligned address: flags is JB_FOBJECT or JB_FARRAY,
 * count the number of members or elements.
 */
void
imgcat_jsonb_writer_begin(ImgcatJsonbWriter *writer, char *at,
						  uint32 flags, uint32 count)
{
	writer->container = (JsonbContainer *) at;
	writer->container->header = flags | count;
	writer->data = imgcat_jsonb_data(writer->container);
	writer->index = 0;
	writer->offset = 0;
}

/*
 * The container is complete; returns its length.
 */
uint32
imgcat_jsonb_writer_end(ImgcatJsonbWriter *writer)
{
	Assert(writer->index == imgcat_jsonb_entry_count(writer->container));
	if (writer->offset > IMGCAT_JSONB_SIZE_MAX)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
				 errmsg("JSON document is too large"),
				 errdetail("An object or array of jsonb can hold %u bytes.",
						   IMGCAT_JSONB_SIZE_MAX)));
	return (uint32) (writer->data - (char *) writer->container) +
		writer->offset;
}

/*
 * Note the entry whose data, length bytes with the padding, were just put at
 * the end.
 */
static inline void
put_entry(ImgcatJsonbWriter *writer, JEntry type, uint32 length)
{
	writer->offset += length;
	writer->container->children[writer->index] =
		(writer->index % JB_OFFSET_STRIDE) == 0
		? type | JENTRY_HAS_OFF | writer->offset
		: type | length;
	writer->index++;
}

/*
 * Pad the data to a multiple of four; returns the number of bytes added,
 * which are not counted yet.
 */
static inline uint32
put_padding(ImgcatJsonbWriter *writer)
{
	uint32		padding = INTALIGN(writer->offset) - writer->offset;

	memset(writer->data + writer->offset, 0, padding);
	return padding;
}

/*
 * Append a string: a key or a value.
 */
void
imgcat_jsonb_put_string(ImgcatJsonbWriter *writer, const char *string,
						uint32 length)
{
	memcpy(writer->data + writer->offset, string, length);
	put_entry(writer, JENTRY_ISSTRING, length);
}

/*
 * Append a value: a scalar or jbvBinary.
 */
void
imgcat_jsonb_put_value(ImgcatJsonbWriter *writer, const JsonbValue *value)
{
	uint32		padding;
	uint32		length;

	switch (value->type)
	{
		case jbvNull:
			put_entry(writer, JENTRY_ISNULL, 0);
			break;
		case jbvBool:
			put_entry(writer, value->val.boolean
					  ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE, 0);
			break;
		case jbvString:
			imgcat_jsonb_put_string(writer, value->val.string.val,
									value->val.string.len);
			break;
		case jbvNumeric:
			padding = put_padding(writer);
			length = VARSIZE_ANY(value->val.numeric);
			memcpy(writer->data + writer->offset + padding,
				   value->val.numeric, length);
			put_entry(writer, JENTRY_ISNUMERIC, padding + length);
			break;
		case jbvBinary:
			padding = put_padding(writer);
			length = value->val.binary.len;
			imgcat_jsonb_copy_bytes(writer->data + writer->offset + padding,
									value->val.binary.data, length);
			put_entry(writer, JENTRY_ISCONTAINER, padding + length);
			break;
		default:
			elog(ERROR, "unexpected jsonb value type %d", (int) value->type);
	}
}

/*
 * Append the container that the caller is going to write, with a writer of
 * its own, at the address returned.
 */
char *
imgcat_jsonb_put_container_begin(ImgcatJsonbWriter *writer)
{
	return writer->data + writer->offset + put_padding(writer);
}

/*
 * The container that was begun is complete and has this length.
 */
void
imgcat_jsonb_put_container_end(ImgcatJsonbWriter *writer, uint32 length)
{
	put_entry(writer, JENTRY_ISCONTAINER,
			  INTALIGN(writer->offset) - writer->offset + length);
}

/*
 * Append at most RUN_CHUNK entries whose data keep their alignment: their
 * data move as one block, the entries change only where they hold an offset.
 */
static void
put_chunk(ImgcatJsonbWriter *writer, const JsonbContainer *base,
		  uint32 first, uint32 count, uint32 start)
{
	const JEntry *from = &base->children[first];
	JEntry	   *to = &writer->container->children[writer->index];
	uint32		index = writer->index;
	uint32		shift = writer->offset - start;
	uint32		end = start;
	uint32		i;

	if (index % JB_OFFSET_STRIDE == first % JB_OFFSET_STRIDE)
	{
		/* offsets stay where they are: add the shift to each */
		memcpy(to, from, count * sizeof(JEntry));
		i = (JB_OFFSET_STRIDE - first % JB_OFFSET_STRIDE) % JB_OFFSET_STRIDE;
		for (; i < count; i += JB_OFFSET_STRIDE)
			to[i] = (from[i] & ~JENTRY_OFFLENMASK) |
				(JBE_OFFLENFLD(from[i]) + shift);
		end = getJsonbOffset(base, first + count);
	}
	else
	{
		for (i = 0; i < count; i++, index++)
		{
			JEntry		type = from[i] & JENTRY_TYPEMASK;
			uint32		previous = end;

			end = imgcat_jsonb_entry_end(from[i], previous);
			to[i] = (index % JB_OFFSET_STRIDE) == 0
				? type | JENTRY_HAS_OFF | (end + shift)
				: type | (end - previous);
		}
	}
	imgcat_jsonb_copy_bytes(writer->data + writer->offset,
							imgcat_jsonb_data(base) + start, end - start);
	writer->index += count;
	writer->offset += end - start;
}

/*
 * Append entries whose data keep their alignment.  A long run goes chunk by
 * chunk, so that it can be cancelled.
 */
static void
put_congruent_run(ImgcatJsonbWriter *writer, const JsonbContainer *base,
				  uint32 first, uint32 count, uint32 start)
{
	while (count > RUN_CHUNK)
	{
		uint32		before = writer->offset;

		put_chunk(writer, base, first, RUN_CHUNK, start);
		start += writer->offset - before;
		first += RUN_CHUNK;
		count -= RUN_CHUNK;
		CHECK_FOR_INTERRUPTS();
	}
	put_chunk(writer, base, first, count, start);
}

/*
 * Append count entries of base, from the one at first.
 *
 * Where the data end up at another remainder of four than before, the entries
 * up to the first aligned one are put without their old padding; behind that
 * one the remainders agree.
 */
void
imgcat_jsonb_put_run(ImgcatJsonbWriter *writer, const JsonbContainer *base,
					 uint32 first, uint32 count)
{
	uint32		start;

	if (count == 0)
		return;
	start = getJsonbOffset(base, first);
	if ((start - writer->offset) % ALIGNOF_INT != 0)
	{
		uint32		last = first + count;
		uint32		i = first;
		JsonbValue	value;

		while (i < last && !imgcat_jsonb_entry_is_aligned(base->children[i]))
			i++;
		put_congruent_run(writer, base, first, i - first, start);
		if (i == last)
			return;
		start = getJsonbOffset(base, i);
		imgcat_jsonb_read_entry(base, i, start, &value);
		imgcat_jsonb_put_value(writer, &value);
		start = imgcat_jsonb_entry_end(base->children[i], start);
		first = i + 1;
		count = last - first;
	}
	put_congruent_run(writer, base, first, count, start);
}

/*
 * A jsonb datum of a value, in the current memory context.
 */
Jsonb *
imgcat_jsonb_from_value(const JsonbValue *value)
{
	Size		room = VARHDRSZ + IMGCAT_JSONB_CONTAINER_ROOM +
	imgcat_jsonb_value_room(value);
	Jsonb	   *result = palloc(room);
	uint32		length;

	if (value->type == jbvBinary)
	{
		length = value->val.binary.len;
		imgcat_jsonb_copy_bytes((char *) &result->root,
								value->val.binary.data, length);
	}
	else
	{
		ImgcatJsonbWriter writer;

		imgcat_jsonb_writer_begin(&writer, (char *) &result->root,
								  JB_FARRAY | JB_FSCALAR, 1);
		imgcat_jsonb_put_value(&writer, value);
		length = imgcat_jsonb_writer_end(&writer);
	}
	SET_VARSIZE(result, VARHDRSZ + length);
	return result;
}
