/*-------------------------------------------------------------------------
 *
 * json_patch_invert.c
 *		The patch that undoes a patch.
 *
 * Each operation is performed, and before it is, its opposite is noted with
 * the value that will be lost.  The opposites in the order last to first are
 * the inverse.
 *
 * src/json/json_patch_invert.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/json_patch_apply.h"
#include "json/json_patch_build.h"
#include "miscadmin.h"

/*
 * Note op at path with the value of node as it is now; later operations leave
 * the noted value alone.
 */
static void
note_value(ImgcatJsonPatchBuilder *inverse, ImgcatJsonPatchOp op,
		   const ImgcatJsonPointer *path, const ImgcatJsonNode *node)
{
	ImgcatJsonNode copy = *node;

	imgcat_json_node_freeze(&copy);
	imgcat_json_patch_push(inverse, op, path->str, path->length, &copy.value);
}

/*
 * Where an element that add puts into an array ends up: path, with the number
 * in the place of "-".
 */
static char *
element_path(const ImgcatJsonPointer *path, uint32 count, int *length)
{
	const ImgcatJsonToken *last = &path->tokens[path->ntokens - 1];
	char	   *str;

	if (last->index != IMGCAT_JSON_INDEX_END)
	{
		*length = path->length;
		return pnstrdup(path->str, path->length);
	}
	str = psprintf("%.*s%u", path->length - 1, path->str, count);
	*length = (int) strlen(str);
	return str;
}

/*
 * Note the opposite of putting a value at path, from what is there now.
 * Returns whether nothing is lost: then the opposite is to take the value
 * away again.  If path leads nowhere nothing is noted: the operation itself
 * will complain.
 */
static bool
note_put(ImgcatJsonPatchBuilder *inverse, ImgcatJsonPatchRun *run,
		 const ImgcatJsonPointer *path)
{
	int			last = path->ntokens - 1;
	ImgcatJsonNode node;

	if (path->ntokens == 0)
	{
		note_value(inverse, IMGCAT_JSON_PATCH_REPLACE, path, &run->root);
		return false;
	}
	if (imgcat_json_node_resolve(&run->root, path->tokens, last,
								 &node) < last)
		return false;
	if (imgcat_json_node_is_object(&node))
	{
		if (imgcat_json_node_child(&node, &path->tokens[last], &node))
		{
			note_value(inverse, IMGCAT_JSON_PATCH_REPLACE, path, &node);
			return false;
		}
		imgcat_json_patch_push(inverse, IMGCAT_JSON_PATCH_REMOVE,
							   path->str, path->length, NULL);
	}
	else if (imgcat_json_node_is_array(&node))
	{
		uint32		count = node.branch ? node.branch->count
		: JsonContainerSize(node.value.val.binary.data);
		int			length;
		char	   *str = element_path(path, count, &length);

		imgcat_json_patch_push(inverse, IMGCAT_JSON_PATCH_REMOVE,
							   str, length, NULL);
	}
	else
		return false;
	return true;
}

/*
 * Is the pointer in text that of something inside of what prefix names?
 */
static bool
starts_with(const ImgcatJsonPointer *pointer, const char *prefix, int length)
{
	return pointer->length > length && pointer->str[length] == '/' &&
		memcmp(pointer->str, prefix, length) == 0;
}

/*
 * Perform a move, and note its opposite.
 *
 * It is a move back if nothing was overwritten.  Else the old value must
 * return before the moved one does: both pointers are those of the document
 * from which the moved value is missing.
 *
 * An element taken from inside of another one and put in front of that cannot
 * be moved back, because the pointers look as if it were moved into itself,
 * which RFC 6902 forbids: it is removed and added.
 */
static void
invert_move(ImgcatJsonPatchBuilder *inverse, ImgcatJsonPatchRun *run,
			const ImgcatJsonPatchOperation *operation, int number)
{
	ImgcatJsonNode *node;
	int			before = inverse->count;

	node = imgcat_json_patch_take(run, operation, number, &operation->from,
								  true);
	note_value(inverse, IMGCAT_JSON_PATCH_ADD, &operation->from, node);
	if (note_put(inverse, run, &operation->path) &&
		!starts_with(&operation->from, inverse->items[before + 1].path,
					 inverse->items[before + 1].path_length))
	{
		ImgcatJsonPatchItem *item = &inverse->items[before + 1];
		char	   *from = pnstrdup(item->path, item->path_length);
		int			from_length = item->path_length;

		imgcat_json_patch_truncate(inverse, before);
		item = imgcat_json_patch_push(inverse, IMGCAT_JSON_PATCH_MOVE,
									  operation->from.str,
									  operation->from.length, NULL);
		item->from = from;
		item->from_length = from_length;
		inverse->size += from_length;
	}
	imgcat_json_patch_put(run, operation, number, node);
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_invert);
/*
 * json_patch_invert(document jsonb, patch json_patch) returns json_patch: the
 * patch that makes document again of what patch makes of it.
 */
Datum
imgcat_json_patch_invert(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	Jsonb	   *patch_datum = PG_GETARG_JSON_PATCH_P(1);
	ImgcatJsonPatch *patch;
	ImgcatJsonPatchBuilder inverse;
	ImgcatJsonPatchRun run;
	int			i;

	imgcat_json_patch_check_size(patch_datum);
	patch = imgcat_json_patch_parse(patch_datum, NULL);
	imgcat_json_patch_builder_init(&inverse);
	imgcat_json_patch_begin(&run, document);
	for (i = 0; i < patch->noperations; i++)
	{
		ImgcatJsonPatchOperation *operation = &patch->operations[i];
		ImgcatJsonNode target;

		CHECK_FOR_INTERRUPTS();
		switch (operation->op)
		{
			case IMGCAT_JSON_PATCH_ADD:
			case IMGCAT_JSON_PATCH_COPY:
				note_put(&inverse, &run, &operation->path);
				break;
			case IMGCAT_JSON_PATCH_REMOVE:
			case IMGCAT_JSON_PATCH_REPLACE:
				imgcat_json_patch_look(&run, operation, i, &operation->path,
									   &target);
				note_value(&inverse,
						   operation->op == IMGCAT_JSON_PATCH_REMOVE
						   ? IMGCAT_JSON_PATCH_ADD : IMGCAT_JSON_PATCH_REPLACE,
						   &operation->path, &target);
				break;
			case IMGCAT_JSON_PATCH_MOVE:
				if (imgcat_json_pointer_same(&operation->from,
											 &operation->path))
					break;
				invert_move(&inverse, &run, operation, i);
				continue;
			case IMGCAT_JSON_PATCH_TEST:
				break;
		}
		imgcat_json_patch_operate(&run, patch, i);
	}
	PG_RETURN_JSON_PATCH_P(imgcat_json_patch_build(&inverse, true));
}
