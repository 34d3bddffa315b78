/*-------------------------------------------------------------------------
 *
 * json_patch_build.c
 *		Making a JSON Patch: a list of operations, written as one jsonb.
 *
 * src/json/json_patch_build.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "context.h"
#include "json/json_patch_build.h"
#include "json/jsonb_writer.h"
#include "miscadmin.h"

/*
 * Lengthen a pointer by the name of a member.
 */
void
imgcat_json_append_token(StringInfo pointer, const char *name, uint32 length)
{
	size_t		room = imgcat_json_pointer_escape(name, length, NULL);

	enlargeStringInfo(pointer, (int) room + 1);
	pointer->data[pointer->len++] = '/';
	imgcat_json_pointer_escape(name, length, pointer->data + pointer->len);
	pointer->len += (int) room;
	pointer->data[pointer->len] = '\0';
}

/*
 * Lengthen a pointer by the number of an element.
 */
void
imgcat_json_append_index(StringInfo pointer, uint32 index)
{
	appendStringInfo(pointer, "/%u", index);
}

/*
 * Start with no operations.
 */
void
imgcat_json_patch_builder_init(ImgcatJsonPatchBuilder *builder)
{
	imgcat_check_settings();
	builder->count = 0;
	builder->room = 16;
	builder->items = palloc(builder->room * sizeof(ImgcatJsonPatchItem));
	builder->size = 0;
}

/*
 * Is the value a member of the operation as it is written?
 */
static bool
has_value(const ImgcatJsonPatchItem *item)
{
	return item->op == IMGCAT_JSON_PATCH_ADD ||
		item->op == IMGCAT_JSON_PATCH_REPLACE;
}

/*
 * Room that an operation takes in the patch, at most.
 */
Size
imgcat_json_patch_item_size(const ImgcatJsonPatchItem *item)
{
	Size		size = IMGCAT_JSONB_CONTAINER_ROOM + sizeof(JEntry) +
	4 * sizeof(JEntry) + strlen("oppath") +
	strlen(imgcat_json_patch_op_name(item->op)) + item->path_length;

	if (has_value(item))
		size += sizeof(JEntry) + strlen("value") +
			imgcat_jsonb_value_room(&item->value);
	if (item->op == IMGCAT_JSON_PATCH_MOVE)
		size += 2 * sizeof(JEntry) + strlen("from") + item->from_length;
	return size;
}

/*
 * Add an operation at the end.  path is copied; value is not, nor what it
 * points to.  An operation move gets its from from the caller, who must add
 * what that takes to builder->size.
 */
ImgcatJsonPatchItem *
imgcat_json_patch_push(ImgcatJsonPatchBuilder *builder, ImgcatJsonPatchOp op,
					   const char *path, int path_length,
					   const JsonbValue *value)
{
	ImgcatJsonPatchItem *item;
	char	   *copy;

	if (builder->count == builder->room)
	{
		builder->room *= 2;
		builder->items = repalloc_huge(builder->items, builder->room *
									   sizeof(ImgcatJsonPatchItem));
	}
	item = &builder->items[builder->count++];
	copy = palloc(path_length + 1);
	memcpy(copy, path, path_length);
	item->op = op;
	item->path = copy;
	item->path_length = path_length;
	item->from = NULL;
	item->from_length = 0;
	if (value)
		item->value = *value;
	else
		item->value.type = jbvNull;
	item->is_member = false;
	item->is_stable = true;
	builder->size += imgcat_json_patch_item_size(item);
	if (builder->size > (Size) imgcat_json_patch_result_max * 1024)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
				 errmsg("JSON document is too large"),
				 errdetail("The patch takes more than %d kB.",
						   imgcat_json_patch_result_max),
				 errhint("The limit is the setting image_catalog.json_patch_result_max.")));
	return item;
}

/*
 * Forget all operations from number count on.
 */
void
imgcat_json_patch_truncate(ImgcatJsonPatchBuilder *builder, int count)
{
	while (builder->count > count)
	{
		ImgcatJsonPatchItem *item = &builder->items[--builder->count];

		builder->size -= imgcat_json_patch_item_size(item);
		pfree(unconstify(char *, item->path));
	}
}

/*
 * Write one operation as an object, keys in the order of jsonb.
 */
static uint32
write_item(const ImgcatJsonPatchItem *item, char *at)
{
	const char *op = imgcat_json_patch_op_name(item->op);
	bool		with_from = (item->op == IMGCAT_JSON_PATCH_MOVE);
	bool		with_value = has_value(item);
	ImgcatJsonbWriter writer;

	imgcat_jsonb_writer_begin(&writer, at, JB_FOBJECT,
							  2 + with_from + with_value);
	imgcat_jsonb_put_string(&writer, "op", 2);
	if (with_from)
		imgcat_jsonb_put_string(&writer, "from", 4);
	imgcat_jsonb_put_string(&writer, "path", 4);
	if (with_value)
		imgcat_jsonb_put_string(&writer, "value", 5);

	imgcat_jsonb_put_string(&writer, op, strlen(op));
	if (with_from)
		imgcat_jsonb_put_string(&writer, item->from, item->from_length);
	imgcat_jsonb_put_string(&writer, item->path, item->path_length);
	if (with_value)
		imgcat_jsonb_put_value(&writer, &item->value);
	return imgcat_jsonb_writer_end(&writer);
}

/*
 * The patch as a new datum; backwards begins with the last operation.
 */
Jsonb *
imgcat_json_patch_build(const ImgcatJsonPatchBuilder *builder, bool backwards)
{
	Jsonb	   *patch = palloc(VARHDRSZ + IMGCAT_JSONB_CONTAINER_ROOM +
							   builder->size);
	ImgcatJsonbWriter writer;
	int			i;

	imgcat_jsonb_writer_begin(&writer, (char *) &patch->root, JB_FARRAY,
							  builder->count);
	for (i = 0; i < builder->count; i++)
	{
		int			number = backwards ? builder->count - 1 - i : i;
		char	   *at = imgcat_jsonb_put_container_begin(&writer);

		CHECK_FOR_INTERRUPTS();
		imgcat_jsonb_put_container_end(&writer,
									   write_item(&builder->items[number],
												  at));
	}
	SET_VARSIZE(patch, VARHDRSZ + imgcat_jsonb_writer_end(&writer));
	Assert(VARSIZE(patch) <= VARHDRSZ + IMGCAT_JSONB_CONTAINER_ROOM +
		   builder->size);
	return patch;
}
