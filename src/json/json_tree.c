/*-------------------------------------------------------------------------
 *
 * json_tree.c
 *		A JSON document that is opened only where it is touched: structure.
 *
 * src/json/json_tree.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/json_tree.h"
#include "json/jsonb_format.h"

/* what an object without a base is opened on */
static const JsonbContainer empty_object = {JB_FOBJECT};

/*
 * Make root the node of a whole document.
 */
void
imgcat_json_tree_init(ImgcatJsonNode *root, Jsonb *document)
{
	imgcat_jsonb_root(document, &root->value);
	root->branch = NULL;
	root->key = NULL;
	root->key_length = 0;
}

/*
 * Is the node an object?
 */
bool
imgcat_json_node_is_object(const ImgcatJsonNode *node)
{
	return node->branch ? node->branch->is_object
		: (node->value.type == jbvBinary &&
		   JsonContainerIsObject(node->value.val.binary.data));
}

/*
 * Is the node an array?
 */
bool
imgcat_json_node_is_array(const ImgcatJsonNode *node)
{
	return node->branch ? !node->branch->is_object
		: (node->value.type == jbvBinary &&
		   JsonContainerIsArray(node->value.val.binary.data));
}

/*
 * Give the node a value, whatever it was before.
 */
void
imgcat_json_node_set(ImgcatJsonNode *node, const JsonbValue *value)
{
	node->value = *value;
	node->branch = NULL;
}

/*
 * A branch of one run: all of base.
 */
static ImgcatJsonBranch *
make_branch(const JsonbContainer *base)
{
	ImgcatJsonBranch *branch = palloc(sizeof(ImgcatJsonBranch));

	branch->base = base;
	branch->is_object = JsonContainerIsObject(base);
	branch->count = JsonContainerSize(base);
	branch->parts = branch->few;
	branch->room = IMGCAT_JSON_FEW_PARTS;
	branch->nparts = branch->count > 0 ? 1 : 0;
	branch->few[0].node = NULL;
	branch->few[0].first = 0;
	branch->few[0].count = branch->count;
	return branch;
}

/*
 * Open a node, which must be an object or array, so that it can be changed.
 */
ImgcatJsonBranch *
imgcat_json_node_open(ImgcatJsonNode *node)
{
	if (node->branch == NULL)
	{
		Assert(node->value.type == jbvBinary);
		node->branch = make_branch(node->value.val.binary.data);
	}
	return node->branch;
}

/*
 * Make the node an empty object, opened.
 */
ImgcatJsonBranch *
imgcat_json_node_make_object(ImgcatJsonNode *node)
{
	node->branch = make_branch(&empty_object);
	return node->branch;
}

/*
 * How the key of the first member of a part compares to a key.
 */
static int
compare_first_key(const ImgcatJsonBranch *branch, const ImgcatJsonPart *part,
				  const char *key, uint32 length)
{
	const char *first;
	uint32		first_length;

	if (part->node)
		return imgcat_jsonb_compare_keys(part->node->key,
										 part->node->key_length, key, length);
	imgcat_jsonb_key(branch->base, part->first, &first, &first_length);
	return imgcat_jsonb_compare_keys(first, first_length, key, length);
}

/*
 * Find a member of an object.  Returns whether it is there; if not, place is
 * where it would have to be inserted.
 */
bool
imgcat_json_branch_find_key(const ImgcatJsonBranch *branch, const char *key,
							uint32 length, ImgcatJsonPlace *place)
{
	int			low = 0;
	int			high = branch->nparts;
	const ImgcatJsonPart *part;
	uint32		position;
	bool		found;

	/* the last part that does not begin behind the key, if any */
	while (high - low > 1)
	{
		int			middle = low + (high - low) / 2;

		if (compare_first_key(branch, &branch->parts[middle],
							  key, length) <= 0)
			low = middle;
		else
			high = middle;
	}

	place->part = low;
	place->within = 0;
	if (low >= branch->nparts)
		return false;

	part = &branch->parts[low];
	if (part->node)
	{
		int			order = compare_first_key(branch, part, key, length);

		if (order < 0)
			place->within = 1;
		return order == 0;
	}
	found = imgcat_jsonb_find_key(branch->base, part->first,
								  part->first + part->count,
								  key, length, &position);
	place->within = position - part->first;
	return found;
}

/*
 * Find the element at index, which is at most branch->count: the place behind
 * the last element is one, too.
 */
void
imgcat_json_branch_find_index(const ImgcatJsonBranch *branch, uint32 index,
							  ImgcatJsonPlace *place)
{
	int			i;

	if (index == branch->count)
	{
		place->part = branch->nparts;
		place->within = 0;
		return;
	}
	for (i = 0; index >= branch->parts[i].count; i++)
		index -= branch->parts[i].count;
	place->part = i;
	place->within = index;
}

/*
 * Find the member or element that a token of a JSON Pointer names.
 */
bool
imgcat_json_branch_find(const ImgcatJsonBranch *branch,
						const ImgcatJsonToken *token, ImgcatJsonPlace *place)
{
	if (branch->is_object)
		return imgcat_json_branch_find_key(branch, token->str,
										   token->length, place);
	if (token->index < 0 || (uint32) token->index >= branch->count)
		return false;
	imgcat_json_branch_find_index(branch, token->index, place);
	return true;
}

/*
 * Look at the member or element of a node that a token names, without opening
 * anything.  False when there is none.  child may be node itself.
 */
bool
imgcat_json_node_child(const ImgcatJsonNode *node,
					   const ImgcatJsonToken *token, ImgcatJsonNode *child)
{
	const JsonbContainer *container;
	uint32		position;

	if (node->branch)
	{
		ImgcatJsonPlace place;

		if (!imgcat_json_branch_find(node->branch, token, &place))
			return false;
		imgcat_json_branch_peek(node->branch, &place, child);
		return true;
	}
	if (node->value.type != jbvBinary)
		return false;

	container = node->value.val.binary.data;
	if (JsonContainerIsObject(container))
	{
		if (!imgcat_jsonb_find_key(container, 0, JsonContainerSize(container),
								   token->str, token->length, &position))
			return false;
		imgcat_jsonb_member(container, position, &child->value);
	}
	else
	{
		if (token->index < 0 ||
			(uint32) token->index >= JsonContainerSize(container))
			return false;
		imgcat_jsonb_element(container, token->index, &child->value);
	}
	child->branch = NULL;
	return true;
}

/*
 * Follow tokens from a node.  Returns how many of them led somewhere; target
 * is where that was, good for reading.
 */
int
imgcat_json_node_resolve(const ImgcatJsonNode *node,
						 const ImgcatJsonToken *tokens, int ntokens,
						 ImgcatJsonNode *target)
{
	int			i;

	*target = *node;
	for (i = 0; i < ntokens; i++)
	{
		if (!imgcat_json_node_child(target, &tokens[i], target))
			break;
	}
	return i;
}

/*
 * Look at the member or element at place without changing the branch: copy
 * becomes a node of it, good for reading.
 */
void
imgcat_json_branch_peek(const ImgcatJsonBranch *branch,
						const ImgcatJsonPlace *place, ImgcatJsonNode *copy)
{
	const ImgcatJsonPart *part = &branch->parts[place->part];

	if (part->node)
	{
		*copy = *part->node;
		return;
	}
	copy->branch = NULL;
	if (branch->is_object)
	{
		imgcat_jsonb_member(branch->base, part->first + place->within,
							&copy->value);
		imgcat_jsonb_key(branch->base, part->first + place->within,
						 &copy->key, &copy->key_length);
	}
	else
	{
		imgcat_jsonb_element(branch->base, part->first + place->within,
							 &copy->value);
		copy->key = NULL;
		copy->key_length = 0;
	}
}

/*
 * Make room for n parts at position at.
 */
static void
open_gap(ImgcatJsonBranch *branch, int at, int n)
{
	if (branch->nparts + n > branch->room)
	{
		int			room = Max(branch->room * 2, branch->nparts + n);

		if (branch->parts == branch->few)
		{
			branch->parts = palloc(room * sizeof(ImgcatJsonPart));
			memcpy(branch->parts, branch->few, sizeof(branch->few));
		}
		else
			branch->parts = repalloc_huge(branch->parts,
										  room * sizeof(ImgcatJsonPart));
		branch->room = room;
	}
	memmove(branch->parts + at + n, branch->parts + at,
			(branch->nparts - at) * sizeof(ImgcatJsonPart));
	branch->nparts += n;
}

/*
 * Make the member or element at place a node of its own; place is corrected.
 */
ImgcatJsonNode *
imgcat_json_branch_isolate(ImgcatJsonBranch *branch, ImgcatJsonPlace *place)
{
	ImgcatJsonPart run = branch->parts[place->part];
	ImgcatJsonPart *part;
	ImgcatJsonNode *node;
	uint32		before = place->within;
	uint32		after = run.count - before - 1;

	if (run.node)
		return run.node;

	node = palloc(sizeof(ImgcatJsonNode));
	imgcat_json_branch_peek(branch, place, node);

	open_gap(branch, place->part, (before > 0) + (after > 0));
	part = &branch->parts[place->part];
	if (before > 0)
	{
		part->node = NULL;
		part->first = run.first;
		part->count = before;
		part++;
		place->part++;
	}
	place->within = 0;
	part->node = node;
	part->first = 0;
	part->count = 1;
	if (after > 0)
	{
		part++;
		part->node = NULL;
		part->first = run.first + before + 1;
		part->count = after;
	}
	return node;
}

/*
 * Insert a node in front of place.
 */
void
imgcat_json_branch_insert(ImgcatJsonBranch *branch,
						  const ImgcatJsonPlace *place, ImgcatJsonNode *node)
{
	int			at = place->part;
	ImgcatJsonPart *part;

	if (place->within == 0)
		open_gap(branch, at, 1);
	else if (place->within == branch->parts[at].count)
		open_gap(branch, ++at, 1);
	else
	{
		ImgcatJsonPart run = branch->parts[at];

		open_gap(branch, at, 2);
		branch->parts[at].count = place->within;
		at++;
		branch->parts[at + 1].node = NULL;
		branch->parts[at + 1].first = run.first + place->within;
		branch->parts[at + 1].count = run.count - place->within;
	}
	part = &branch->parts[at];
	part->node = node;
	part->first = 0;
	part->count = 1;
	branch->count++;
}

/*
 * Delete the member or element at place.
 */
void
imgcat_json_branch_delete(ImgcatJsonBranch *branch,
						  const ImgcatJsonPlace *place)
{
	ImgcatJsonPart *part = &branch->parts[place->part];
	uint32		before = place->within;
	uint32		after = part->count - before - 1;

	branch->count--;
	if (before == 0 && after == 0)
	{
		branch->nparts--;
		memmove(part, part + 1,
				(branch->nparts - place->part) * sizeof(ImgcatJsonPart));
	}
	else if (before == 0)
	{
		part->first++;
		part->count--;
	}
	else if (after == 0)
		part->count--;
	else
	{
		ImgcatJsonPart run = *part;

		open_gap(branch, place->part, 1);
		part = &branch->parts[place->part];
		part[0].count = before;
		part[1].node = NULL;
		part[1].first = run.first + before + 1;
		part[1].count = after;
	}
}
