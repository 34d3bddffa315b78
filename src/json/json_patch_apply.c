/*-------------------------------------------------------------------------
 *
 * json_patch_apply.c
 *		The patch engine: one document, any number of operations, one result.
 *
 * The operations work on a tree that is opened along their pointers; jsonb is
 * written once, by the caller, after the last of them.  An operation that
 * fails raises an error which names it, so a patch is all or nothing.
 *
 * src/json/json_patch_apply.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/json_patch_apply.h"
#include "json/json_patch_error.h"
#include "json/jsonb_writer.h"
#include "miscadmin.h"

/*
 * Start on a document.  It must live as long as run.
 */
void
imgcat_json_patch_begin(ImgcatJsonPatchRun *run, Jsonb *document)
{
	imgcat_json_tree_init(&run->root, document);
	run->changed = false;
	run->copied = 0;
}

/*
 * The node that the first ntokens tokens of pointer lead to, all branches on
 * the way opened and the node isolated, so that it may be changed.
 */
static ImgcatJsonNode *
walk(ImgcatJsonPatchRun *run, const ImgcatJsonPatchOperation *operation,
	 int number, const ImgcatJsonPointer *pointer, int ntokens)
{
	ImgcatJsonNode *node = &run->root;
	int			i;

	for (i = 0; i < ntokens; i++)
	{
		ImgcatJsonBranch *branch;
		ImgcatJsonPlace place;

		if (node->branch == NULL && node->value.type != jbvBinary)
			imgcat_json_patch_missing(operation, number, pointer, i, node);
		branch = imgcat_json_node_open(node);
		if (!imgcat_json_branch_find(branch, &pointer->tokens[i], &place))
			imgcat_json_patch_missing(operation, number, pointer, i, node);
		node = imgcat_json_branch_isolate(branch, &place);
	}
	return node;
}

/*
 * The branch that holds what a pointer of at least one token names, opened.
 */
static ImgcatJsonBranch *
open_parent(ImgcatJsonPatchRun *run,
			const ImgcatJsonPatchOperation *operation, int number,
			const ImgcatJsonPointer *pointer, ImgcatJsonNode **parent)
{
	int			last = pointer->ntokens - 1;

	*parent = walk(run, operation, number, pointer, last);
	if ((*parent)->branch == NULL && (*parent)->value.type != jbvBinary)
		imgcat_json_patch_missing(operation, number, pointer, last, *parent);
	return imgcat_json_node_open(*parent);
}

/*
 * Put node where the path of the operation says, as add does: into an array
 * before the element named, into an object under the name, over what was
 * there.
 */
void
imgcat_json_patch_put(ImgcatJsonPatchRun *run,
					  const ImgcatJsonPatchOperation *operation, int number,
					  ImgcatJsonNode *node)
{
	const ImgcatJsonPointer *path = &operation->path;
	const ImgcatJsonToken *last;
	ImgcatJsonNode *parent;
	ImgcatJsonBranch *branch;
	ImgcatJsonPlace place;

	if (imgcat_json_node_is_deeper(node, imgcat_json_patch_depth_max -
								   path->ntokens))
		imgcat_json_patch_too_deep(operation, number);

	if (path->ntokens == 0)
	{
		run->root = *node;
		return;
	}

	branch = open_parent(run, operation, number, path, &parent);
	last = &path->tokens[path->ntokens - 1];
	if (branch->is_object)
	{
		if (imgcat_json_branch_find_key(branch, last->str, last->length,
										&place))
		{
			ImgcatJsonNode *old = imgcat_json_branch_isolate(branch, &place);

			old->value = node->value;
			old->branch = node->branch;
			return;
		}
		node->key = last->str;
		node->key_length = last->length;
	}
	else
	{
		uint32		index = last->index == IMGCAT_JSON_INDEX_END
		? branch->count : (uint32) last->index;

		if (last->index == IMGCAT_JSON_INDEX_NONE || index > branch->count)
			imgcat_json_patch_missing(operation, number, path,
									  path->ntokens - 1, parent);
		imgcat_json_branch_find_index(branch, index, &place);
	}
	if (branch->count >= IMGCAT_JSONB_COUNT_MAX)
		imgcat_json_patch_too_large(operation, number);
	imgcat_json_branch_insert(branch, &place, node);
}

/*
 * Make a node of a value and add it.
 */
static void
add_value(ImgcatJsonPatchRun *run, const ImgcatJsonPatchOperation *operation,
		  int number, const JsonbValue *value)
{
	ImgcatJsonNode *node = palloc(sizeof(ImgcatJsonNode));

	node->key = NULL;
	node->key_length = 0;
	imgcat_json_node_set(node, value);
	imgcat_json_patch_put(run, operation, number, node);
}

/*
 * Take the node that pointer names out of the document.  With keep it is
 * returned, else not even read.
 */
ImgcatJsonNode *
imgcat_json_patch_take(ImgcatJsonPatchRun *run,
					   const ImgcatJsonPatchOperation *operation, int number,
					   const ImgcatJsonPointer *pointer, bool keep)
{
	ImgcatJsonNode *parent;
	ImgcatJsonNode *node = NULL;
	ImgcatJsonBranch *branch;
	ImgcatJsonPlace place;

	if (pointer->ntokens == 0)
		imgcat_json_patch_no_root(operation, number);
	branch = open_parent(run, operation, number, pointer, &parent);
	if (!imgcat_json_branch_find(branch,
								 &pointer->tokens[pointer->ntokens - 1],
								 &place))
		imgcat_json_patch_missing(operation, number, pointer,
								  pointer->ntokens - 1, parent);
	if (keep)
	{
		node = palloc(sizeof(ImgcatJsonNode));
		imgcat_json_branch_peek(branch, &place, node);
	}
	imgcat_json_branch_delete(branch, &place);
	return node;
}

/*
 * Operation replace: the value of what is there already.
 */
static void
replace_value(ImgcatJsonPatchRun *run,
			  const ImgcatJsonPatchOperation *operation, int number)
{
	ImgcatJsonNode *node = walk(run, operation, number, &operation->path,
								operation->path.ntokens);

	imgcat_json_node_set(node, &operation->value);
	if (imgcat_json_node_is_deeper(node, imgcat_json_patch_depth_max -
								   operation->path.ntokens))
		imgcat_json_patch_too_deep(operation, number);
}

/*
 * Look at what pointer names; it must be there.
 */
void
imgcat_json_patch_look(ImgcatJsonPatchRun *run,
					   const ImgcatJsonPatchOperation *operation, int number,
					   const ImgcatJsonPointer *pointer,
					   ImgcatJsonNode *target)
{
	int			found = imgcat_json_node_resolve(&run->root, pointer->tokens,
												 pointer->ntokens, target);

	if (found < pointer->ntokens)
		imgcat_json_patch_missing(operation, number, pointer, found, target);
}

/*
 * Do two pointers name the same place?
 */
bool
imgcat_json_pointer_same(const ImgcatJsonPointer *a,
						 const ImgcatJsonPointer *b)
{
	return a->length == b->length && memcmp(a->str, b->str, a->length) == 0;
}

/*
 * Operation copy.  The limit on what all copies of a patch may take, in sum,
 * is checked before anything is copied: each may double the document.
 */
static void
copy_value(ImgcatJsonPatchRun *run,
		   const ImgcatJsonPatchOperation *operation, int number)
{
	ImgcatJsonNode source;

	imgcat_json_patch_look(run, operation, number, &operation->from, &source);
	run->copied += imgcat_json_node_room(&source);
	if (run->copied > (Size) imgcat_json_patch_copy_max * 1024)
		imgcat_json_patch_too_much_copied(operation, number);
	imgcat_json_node_freeze(&source);
	add_value(run, operation, number, &source.value);
}

/*
 * Perform operation number of the patch.
 */
void
imgcat_json_patch_operate(ImgcatJsonPatchRun *run,
						  const ImgcatJsonPatch *patch, int number)
{
	const ImgcatJsonPatchOperation *operation = &patch->operations[number];
	ImgcatJsonNode target;

	switch (operation->op)
	{
		case IMGCAT_JSON_PATCH_ADD:
			add_value(run, operation, number, &operation->value);
			break;
		case IMGCAT_JSON_PATCH_REMOVE:
			imgcat_json_patch_take(run, operation, number, &operation->path,
								   false);
			break;
		case IMGCAT_JSON_PATCH_REPLACE:
			replace_value(run, operation, number);
			break;
		case IMGCAT_JSON_PATCH_MOVE:
			if (imgcat_json_pointer_same(&operation->from, &operation->path))
				imgcat_json_patch_look(run, operation, number,
									   &operation->from, &target);
			else
				imgcat_json_patch_put(run, operation, number,
									  imgcat_json_patch_take(run, operation,
															 number,
															 &operation->from,
															 true));
			break;
		case IMGCAT_JSON_PATCH_COPY:
			copy_value(run, operation, number);
			break;
		case IMGCAT_JSON_PATCH_TEST:
			imgcat_json_patch_look(run, operation, number, &operation->path,
								   &target);
			if (!imgcat_json_node_equal(&target, &operation->value))
				imgcat_json_patch_test_failed(operation, number, &target);
			return;
	}
	run->changed = true;
}

/*
 * Perform all operations of a patch.
 */
void
imgcat_json_patch_perform(ImgcatJsonPatchRun *run,
						  const ImgcatJsonPatch *patch)
{
	int			i;

	for (i = 0; i < patch->noperations; i++)
	{
		CHECK_FOR_INTERRUPTS();
		imgcat_json_patch_operate(run, patch, i);
	}
}

/*
 * Apply a parsed patch to a document.  The result is new, in the current
 * memory context, or the document itself when nothing was changed.
 */
Jsonb *
imgcat_json_patch_apply_parsed(Jsonb *document, const ImgcatJsonPatch *patch)
{
	ImgcatJsonPatchRun run;

	imgcat_json_patch_begin(&run, document);
	imgcat_json_patch_perform(&run, patch);
	return run.changed ? imgcat_json_tree_write(&run.root) : document;
}
