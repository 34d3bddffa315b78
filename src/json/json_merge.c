/*-------------------------------------------------------------------------
 *
 * json_merge.c
 *		JSON Merge Patch (RFC 7396): merging, and the merge patch between two
 *		documents.
 *
 * src/json/json_merge.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "context.h"
#include "json/json_patch.h"
#include "json/json_patch_build.h"
#include "json/json_tree.h"
#include "json/jsonb_compare.h"
#include "json/jsonb_format.h"
#include "json/jsonb_writer.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

/*
 * Is the value an object?
 */
static bool
is_object(const JsonbValue *value)
{
	return value->type == jbvBinary &&
		JsonContainerIsObject(value->val.binary.data);
}

/*
 * Add a member to a branch, at a place found before.
 */
static ImgcatJsonNode *
insert_member(ImgcatJsonBranch *branch, const ImgcatJsonPlace *place,
			  const char *key, uint32 key_length, const JsonbValue *value)
{
	ImgcatJsonNode *node = palloc(sizeof(ImgcatJsonNode));

	node->key = key;
	node->key_length = key_length;
	imgcat_json_node_set(node, value);
	imgcat_json_branch_insert(branch, place, node);
	return node;
}

/*
 * Merge the members of patch into a node, which becomes an object if it is
 * none: MergePatch of RFC 7396, section 2.
 */
static void
merge(ImgcatJsonNode *node, const JsonbContainer *patch)
{
	ImgcatJsonBranch *branch;
	ImgcatJsonbMembers member;

	check_stack_depth();
	branch = imgcat_json_node_is_object(node)
		? imgcat_json_node_open(node) : imgcat_json_node_make_object(node);

	imgcat_jsonb_members_init(&member, patch);
	while (imgcat_jsonb_members_next(&member))
	{
		ImgcatJsonPlace place;
		ImgcatJsonNode *child;
		bool		found = imgcat_json_branch_find_key(branch, member.key,
														member.key_length,
														&place);

		if (member.value.type == jbvNull)
		{
			if (found)
				imgcat_json_branch_delete(branch, &place);
			continue;
		}
		child = found
			? imgcat_json_branch_isolate(branch, &place)
			: insert_member(branch, &place, member.key, member.key_length,
							&member.value);
		if (!is_object(&member.value))
			imgcat_json_node_set(child, &member.value);
		else
			/* a new object, merged with itself, loses its nulls */
			merge(child, member.value.val.binary.data);
	}
}

/*
 * Refuse a value nested deeper than the setting allows.
 */
static void
check_depth(const JsonbValue *value)
{
	imgcat_check_settings();
	if (imgcat_jsonb_is_deeper(value, imgcat_json_patch_depth_max))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
				 errmsg("JSON document is nested too deeply"),
				 errdetail("The limit is %d levels.",
						   imgcat_json_patch_depth_max),
				 errhint("The limit is the setting image_catalog.json_patch_depth_max.")));
}

PG_FUNCTION_INFO_V1(imgcat_json_merge_patch);
/*
 * json_merge_patch(target jsonb, patch jsonb) returns jsonb: RFC 7396.
 */
Datum
imgcat_json_merge_patch(PG_FUNCTION_ARGS)
{
	Jsonb	   *target = PG_GETARG_JSONB_P(0);
	Jsonb	   *patch = PG_GETARG_JSONB_P(1);
	JsonbValue	patch_value;
	ImgcatJsonNode root;

	imgcat_jsonb_root(patch, &patch_value);
	if (!is_object(&patch_value))
		PG_RETURN_JSONB_P(patch);
	check_depth(&patch_value);
	imgcat_json_tree_init(&root, target);
	merge(&root, patch_value.val.binary.data);
	PG_RETURN_JSONB_P(imgcat_json_tree_write(&root));
}

/*
 * Refuse a target member that no merge patch can make: null, which there
 * means to remove.  path is the pointer of the value.  Null elements of
 * arrays are fine.
 */
static void
check_expressible(const JsonbValue *value, StringInfo path)
{
	ImgcatJsonbMembers member;
	int			length = path->len;

	if (value->type == jbvNull)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("target cannot be reached by a merge patch"),
				 errdetail("The member \"%s\" of the target is null, which in a merge patch means to remove it.",
						   imgcat_json_shorten(path->data, path->len)),
				 errhint("Use json_patch_diff(): a JSON Patch can set a member to null.")));
	if (!is_object(value))
		return;

	check_stack_depth();
	imgcat_jsonb_members_init(&member, value->val.binary.data);
	while (imgcat_jsonb_members_next(&member))
	{
		imgcat_json_append_token(path, member.key, member.key_length);
		check_expressible(&member.value, path);
		path->len = length;
		path->data[length] = '\0';
	}
}

/*
 * Make branch, an empty object, the merge patch from source to target, both
 * of them objects; path is their pointer.
 */
static void
merge_diff(ImgcatJsonBranch *branch, const JsonbContainer *source,
		   const JsonbContainer *target, StringInfo path)
{
	static const JsonbValue null_value = {.type = jbvNull};
	ImgcatJsonbMembers old;
	ImgcatJsonbMembers new;
	int			length = path->len;

	check_stack_depth();
	imgcat_jsonb_members_init(&old, source);
	imgcat_jsonb_members_init(&new, target);
	imgcat_jsonb_members_next(&old);
	imgcat_jsonb_members_next(&new);
	while (old.key || new.key)
	{
		ImgcatJsonPlace end = {branch->nparts, 0};
		int			order = !old.key ? 1 : !new.key ? -1
		: imgcat_jsonb_compare_keys(old.key, old.key_length,
									new.key, new.key_length);

		if (order < 0)
			insert_member(branch, &end, old.key, old.key_length, &null_value);
		else
		{
			imgcat_json_append_token(path, new.key, new.key_length);
			if (order == 0 && is_object(&old.value) && is_object(&new.value))
			{
				ImgcatJsonNode child;

				imgcat_json_node_make_object(&child);
				merge_diff(child.branch, old.value.val.binary.data,
						   new.value.val.binary.data, path);
				if (child.branch->count > 0)
					insert_member(branch, &end, new.key, new.key_length,
								  &new.value)->branch = child.branch;
			}
			else if (order > 0 || !imgcat_jsonb_equal(&old.value, &new.value))
			{
				check_expressible(&new.value, path);
				insert_member(branch, &end, new.key, new.key_length,
							  &new.value);
			}
			path->len = length;
			path->data[length] = '\0';
		}
		if (order <= 0)
			imgcat_jsonb_members_next(&old);
		if (order >= 0)
			imgcat_jsonb_members_next(&new);
	}
}

PG_FUNCTION_INFO_V1(imgcat_json_merge_diff);
/*
 * json_merge_diff(source jsonb, target jsonb) returns jsonb: the merge patch
 * that makes target of source.
 */
Datum
imgcat_json_merge_diff(PG_FUNCTION_ARGS)
{
	Jsonb	   *source = PG_GETARG_JSONB_P(0);
	Jsonb	   *target = PG_GETARG_JSONB_P(1);
	JsonbValue	old;
	JsonbValue	new;
	ImgcatJsonNode root;
	StringInfoData path;

	imgcat_jsonb_root(source, &old);
	imgcat_jsonb_root(target, &new);
	if (!is_object(&new))
		PG_RETURN_JSONB_P(target);

	initStringInfo(&path);
	imgcat_json_node_make_object(&root);
	if (is_object(&old))
		merge_diff(root.branch, old.val.binary.data, new.val.binary.data,
				   &path);
	else
	{
		check_expressible(&new, &path);
		PG_RETURN_JSONB_P(target);
	}
	PG_RETURN_JSONB_P(imgcat_json_tree_write(&root));
}
