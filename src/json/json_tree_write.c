/*-------------------------------------------------------------------------
 *
 * json_tree_write.c
 *		A JSON document that is opened only where it is touched: measuring,
 *		comparing and writing it.
 *
 * Recursion goes along opened branches only; their depth is that of the
 * pointers which opened them.
 *
 * src/json/json_tree_write.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "context.h"
#include "json/json_patch.h"
#include "json/json_tree.h"
#include "json/jsonb_compare.h"
#include "json/jsonb_writer.h"
#include "miscadmin.h"

/*
 * Room that a node takes as an entry of a container, at most.
 */
Size
imgcat_json_node_room(const ImgcatJsonNode *node)
{
	const ImgcatJsonBranch *branch = node->branch;
	Size		room = IMGCAT_JSONB_CONTAINER_ROOM;
	int			i;

	if (branch == NULL)
		return imgcat_jsonb_value_room(&node->value);

	check_stack_depth();
	for (i = 0; i < branch->nparts; i++)
	{
		const ImgcatJsonPart *part = &branch->parts[i];

		CHECK_FOR_INTERRUPTS();
		if (part->node == NULL)
		{
			room += imgcat_jsonb_run_room(branch->base, part->first,
										  part->count);
			if (branch->is_object)
				room += imgcat_jsonb_run_room(branch->base,
											  JsonContainerSize(branch->base) +
											  part->first, part->count);
		}
		else
		{
			room += imgcat_json_node_room(part->node);
			if (branch->is_object)
				room += sizeof(JEntry) + part->node->key_length;
		}
	}
	return room;
}

/*
 * Is the node nested deeper than depth levels?  A scalar has depth 0.
 */
bool
imgcat_json_node_is_deeper(const ImgcatJsonNode *node, int depth)
{
	const ImgcatJsonBranch *branch = node->branch;
	int			i;

	if (branch == NULL)
		return imgcat_jsonb_is_deeper(&node->value, depth);
	if (depth < 1)
		return true;

	check_stack_depth();
	for (i = 0; i < branch->nparts; i++)
	{
		const ImgcatJsonPart *part = &branch->parts[i];
		uint32		values = branch->is_object
		? JsonContainerSize(branch->base) : 0;

		CHECK_FOR_INTERRUPTS();
		if (part->node
			? imgcat_json_node_is_deeper(part->node, depth - 1)
			: imgcat_jsonb_run_is_deeper(branch->base, values + part->first,
										 part->count, depth - 1))
			return true;
	}
	return false;
}

/*
 * Do the keys of a branch equal those of an object of as many members?
 */
static bool
equal_keys(const ImgcatJsonBranch *branch, const JsonbContainer *object)
{
	uint32		position = 0;
	int			i;

	for (i = 0; i < branch->nparts; i++)
	{
		const ImgcatJsonPart *part = &branch->parts[i];

		if (part->node)
		{
			const char *key;
			uint32		length;

			imgcat_jsonb_key(object, position, &key, &length);
			if (imgcat_jsonb_compare_keys(part->node->key,
										  part->node->key_length,
										  key, length) != 0)
				return false;
		}
		else if (!imgcat_jsonb_equal_runs(branch->base, part->first,
										  object, position, part->count))
			return false;
		position += part->count;
	}
	return true;
}

/*
 * Does a node equal a value (RFC 6902, section 4.6)?  Opened branches are
 * compared as they are.
 */
bool
imgcat_json_node_equal(const ImgcatJsonNode *node, const JsonbValue *value)
{
	const ImgcatJsonBranch *branch = node->branch;
	const JsonbContainer *other;
	uint32		base_values;
	uint32		index;
	int			i;

	if (branch == NULL)
		return imgcat_jsonb_equal(&node->value, value);
	if (value->type != jbvBinary)
		return false;
	other = value->val.binary.data;
	if (branch->count != JsonContainerSize(other) ||
		branch->is_object != JsonContainerIsObject(other))
		return false;
	if (branch->is_object && !equal_keys(branch, other))
		return false;

	check_stack_depth();
	base_values = branch->is_object ? JsonContainerSize(branch->base) : 0;
	index = branch->is_object ? branch->count : 0;
	for (i = 0; i < branch->nparts; i++)
	{
		const ImgcatJsonPart *part = &branch->parts[i];

		CHECK_FOR_INTERRUPTS();
		if (part->node)
		{
			JsonbValue	other_value;

			imgcat_jsonb_read_entry(other, index,
									getJsonbOffset(other, index),
									&other_value);
			if (!imgcat_json_node_equal(part->node, &other_value))
				return false;
		}
		else if (!imgcat_jsonb_equal_runs(branch->base,
										  base_values + part->first,
										  other, index, part->count))
			return false;
		index += part->count;
	}
	return true;
}

/*
 * Write a branch at an aligned address with enough room; returns its length.
 */
static uint32
write_branch(const ImgcatJsonBranch *branch, char *at)
{
	ImgcatJsonbWriter writer;
	uint32		base_values = 0;
	int			i;

	check_stack_depth();
	imgcat_jsonb_writer_begin(&writer, at,
							  branch->is_object ? JB_FOBJECT : JB_FARRAY,
							  branch->count);
	if (branch->is_object)
	{
		for (i = 0; i < branch->nparts; i++)
		{
			const ImgcatJsonPart *part = &branch->parts[i];

			if (part->node)
				imgcat_jsonb_put_string(&writer, part->node->key,
										part->node->key_length);
			else
				imgcat_jsonb_put_run(&writer, branch->base, part->first,
									 part->count);
		}
		base_values = JsonContainerSize(branch->base);
	}
	for (i = 0; i < branch->nparts; i++)
	{
		const ImgcatJsonPart *part = &branch->parts[i];

		CHECK_FOR_INTERRUPTS();
		if (part->node == NULL)
			imgcat_jsonb_put_run(&writer, branch->base,
								 base_values + part->first, part->count);
		else if (part->node->branch == NULL)
			imgcat_jsonb_put_value(&writer, &part->node->value);
		else
		{
			char	   *inner = imgcat_jsonb_put_container_begin(&writer);

			imgcat_jsonb_put_container_end(&writer,
										   write_branch(part->node->branch,
														inner));
		}
	}
	return imgcat_jsonb_writer_end(&writer);
}

/*
 * Room for a node as a document of its own, checked against the limit.
 */
static Size
checked_room(const ImgcatJsonNode *node)
{
	Size		room = VARHDRSZ + imgcat_json_node_room(node);

	imgcat_check_settings();
	if (room > (Size) imgcat_json_patch_result_max * 1024)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
				 errmsg("JSON document is too large"),
				 errdetail("The result takes %zu kB; the limit is %d kB.",
						   (room + 1023) / 1024, imgcat_json_patch_result_max),
				 errhint("The limit is the setting image_catalog.json_patch_result_max.")));
	return room;
}

/*
 * Write an opened node and close it: it becomes a value again, whose bytes
 * are new.
 */
void
imgcat_json_node_freeze(ImgcatJsonNode *node)
{
	char	   *bytes;
	Size		room;

	if (node->branch == NULL)
		return;
	room = checked_room(node);
	bytes = palloc(room);
	node->value.type = jbvBinary;
	node->value.val.binary.len = write_branch(node->branch, bytes);
	Assert((Size) node->value.val.binary.len <= room);
	node->value.val.binary.data = (JsonbContainer *) bytes;
	node->branch = NULL;
}

/*
 * The document as a new jsonb datum.
 */
Jsonb *
imgcat_json_tree_write(const ImgcatJsonNode *root)
{
	Size		room = checked_room(root);
	Jsonb	   *result;

	if (root->branch == NULL)
		return imgcat_jsonb_from_value(&root->value);
	result = palloc(room);
	SET_VARSIZE(result, VARHDRSZ + write_branch(root->branch,
												(char *) &result->root));
	Assert(VARSIZE(result) <= room);
	return result;
}
