/*-------------------------------------------------------------------------
 *
 * json_patch_diff.c
 *		The JSON Patch between two documents: values, objects, moves.
 *
 * Both documents are walked side by side; where bytes are equal nothing is
 * looked at twice.  A container whose operations would take far more room than
 * the container itself is replaced instead, so the size of a patch is bounded
 * by that of its target.
 *
 * Values point into the documents; nothing of them is copied before the patch
 * is written.
 *
 * src/json/json_patch_diff.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/json_patch_diff.h"
#include "json/jsonb_compare.h"
#include "json/jsonb_format.h"
#include "miscadmin.h"

/*
 * What comparing arrays may cost in one diff, in compared elements.  Beyond
 * it the patch gets longer, not wrong.
 */
#define WORK_MAX	INT64CONST(20000000)

static void diff_values(ImgcatJsonDiff *diff, const JsonbValue *source,
						const JsonbValue *target);

/*
 * Add an operation at the current path.
 */
static ImgcatJsonPatchItem *
push(ImgcatJsonDiff *diff, ImgcatJsonPatchOp op, const JsonbValue *value)
{
	return imgcat_json_patch_push(&diff->patch, op, diff->path.data,
								  diff->path.len, value);
}

/*
 * Cut the current path to a length it had before.
 */
static void
cut_path(ImgcatJsonDiff *diff, int length)
{
	diff->path.len = length;
	diff->path.data[length] = '\0';
}

/*
 * Take the first removed value that equals value.  Returns the number of its
 * item, -1 when there is none.
 */
static int
take_removed(const ImgcatJsonPatchBuilder *patch, ImgcatJsonDiffKey *removed,
			 int nremoved, const JsonbValue *value)
{
	uint32		hash = imgcat_jsonb_hash(value);
	int			low = 0;
	int			high = nremoved;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (removed[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < nremoved && removed[low].hash == hash; low++)
	{
		int			number = removed[low].number;

		if (number >= 0 &&
			imgcat_jsonb_equal(&patch->items[number].value, value))
		{
			removed[low].number = -1;
			return number;
		}
	}
	return -1;
}

/*
 * Among the operations from number mark on, make a move of each remove of a
 * member and add of a member of equal value.
 *
 * Only paths that are right at any point of the patch are considered: those
 * which lead through no array whose elements were shifted.  Then it does not
 * matter that the value is removed later than it was.
 */
static void
find_moves(ImgcatJsonPatchBuilder *patch, int mark)
{
	ImgcatJsonDiffKey *removed;
	int			nremoved = 0;
	int			nadded = 0;
	int			kept = mark;
	int			i;

	for (i = mark; i < patch->count; i++)
	{
		const ImgcatJsonPatchItem *item = &patch->items[i];

		if (item->is_member && item->is_stable)
		{
			nremoved += (item->op == IMGCAT_JSON_PATCH_REMOVE);
			nadded += (item->op == IMGCAT_JSON_PATCH_ADD);
		}
	}
	if (nremoved == 0 || nadded == 0)
		return;

	removed = palloc_extended(nremoved * sizeof(ImgcatJsonDiffKey),
							  MCXT_ALLOC_HUGE);
	nremoved = 0;
	for (i = mark; i < patch->count; i++)
	{
		const ImgcatJsonPatchItem *item = &patch->items[i];

		CHECK_FOR_INTERRUPTS();
		if (item->is_member && item->is_stable &&
			item->op == IMGCAT_JSON_PATCH_REMOVE)
		{
			removed[nremoved].hash = imgcat_jsonb_hash(&item->value);
			removed[nremoved++].number = i;
		}
	}
	qsort(removed, nremoved, sizeof(ImgcatJsonDiffKey),
		  imgcat_json_diff_compare_keys);

	for (i = mark; i < patch->count; i++)
	{
		ImgcatJsonPatchItem *item = &patch->items[i];
		ImgcatJsonPatchItem *from;
		int			number;

		CHECK_FOR_INTERRUPTS();
		if (!item->is_member || !item->is_stable ||
			item->op != IMGCAT_JSON_PATCH_ADD)
			continue;
		number = take_removed(patch, removed, nremoved, &item->value);
		if (number < 0)
			continue;
		from = &patch->items[number];
		patch->size -= imgcat_json_patch_item_size(item) +
			imgcat_json_patch_item_size(from);
		item->op = IMGCAT_JSON_PATCH_MOVE;
		item->from = from->path;
		item->from_length = from->path_length;
		from->path = NULL;		/* the remove is dropped below */
		patch->size += imgcat_json_patch_item_size(item);
	}
	pfree(removed);

	for (i = mark; i < patch->count; i++)
	{
		if (patch->items[i].path)
			patch->items[kept++] = patch->items[i];
	}
	patch->count = kept;
}

/*
 * Compare two objects, member by member in the order of jsonb.
 */
static void
diff_objects(ImgcatJsonDiff *diff, const JsonbValue *source,
			 const JsonbValue *target)
{
	int			mark = diff->patch.count;
	Size		size_before = diff->patch.size;
	int			length = diff->path.len;
	ImgcatJsonbMembers old;
	ImgcatJsonbMembers new;

	imgcat_jsonb_members_init(&old, source->val.binary.data);
	imgcat_jsonb_members_init(&new, target->val.binary.data);
	imgcat_jsonb_members_next(&old);
	imgcat_jsonb_members_next(&new);
	while (old.key || new.key)
	{
		int			order = !old.key ? 1 : !new.key ? -1
		: imgcat_jsonb_compare_keys(old.key, old.key_length,
									new.key, new.key_length);

		if (order < 0)
		{
			imgcat_json_append_token(&diff->path, old.key, old.key_length);
			push(diff, IMGCAT_JSON_PATCH_REMOVE,
				 &old.value)->is_member = true;
		}
		else
		{
			imgcat_json_append_token(&diff->path, new.key, new.key_length);
			if (order > 0)
				push(diff, IMGCAT_JSON_PATCH_ADD,
					 &new.value)->is_member = true;
			else
			{
				diff->depth++;
				diff_values(diff, &old.value, &new.value);
				diff->depth--;
			}
		}
		cut_path(diff, length);
		if (order <= 0)
			imgcat_jsonb_members_next(&old);
		if (order >= 0)
			imgcat_jsonb_members_next(&new);
	}
	find_moves(&diff->patch, mark);
	imgcat_json_diff_settle(diff, mark, size_before, target);
}

/*
 * Compare two values at the current path.
 */
static void
diff_values(ImgcatJsonDiff *diff, const JsonbValue *source,
			const JsonbValue *target)
{
	const JsonbContainer *old = source->val.binary.data;
	const JsonbContainer *new = target->val.binary.data;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (source->type == jbvBinary && target->type == jbvBinary &&
		JsonContainerIsObject(old) == JsonContainerIsObject(new))
	{
		if (source->val.binary.len == target->val.binary.len &&
			imgcat_jsonb_same_bytes(old, new, source->val.binary.len))
			return;
		if (diff->depth < imgcat_json_patch_depth_max)
		{
			if (JsonContainerIsObject(old))
				diff_objects(diff, source, target);
			else
				imgcat_json_diff_arrays(diff, source, target);
			return;
		}
	}
	if (!imgcat_jsonb_equal(source, target))
		push(diff, IMGCAT_JSON_PATCH_REPLACE, target);
}

/*
 * Compare two values that stand at index of the array at the current path.
 */
static void
diff_element(ImgcatJsonDiff *diff, uint32 index,
			 const JsonbValue *source, const JsonbValue *target)
{
	int			length = diff->path.len;

	imgcat_json_append_index(&diff->path, index);
	diff->depth++;
	diff_values(diff, source, target);
	diff->depth--;
	cut_path(diff, length);
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_diff);
/*
 * json_patch_diff(source jsonb, target jsonb) returns json_patch: a small
 * patch that makes target of source.
 */
Datum
imgcat_json_patch_diff(PG_FUNCTION_ARGS)
{
	ImgcatJsonDiff diff;
	JsonbValue	source;
	JsonbValue	target;

	imgcat_jsonb_root(PG_GETARG_JSONB_P(0), &source);
	imgcat_jsonb_root(PG_GETARG_JSONB_P(1), &target);
	imgcat_json_patch_builder_init(&diff.patch);
	initStringInfo(&diff.path);
	diff.depth = 0;
	diff.work = WORK_MAX;
	diff.element = diff_element;

	diff_values(&diff, &source, &target);
	if (diff.patch.count > imgcat_json_patch_operations_max)
	{
		/* json_patch_apply would refuse it */
		imgcat_json_patch_truncate(&diff.patch, 0);
		push(&diff, IMGCAT_JSON_PATCH_REPLACE, &target);
	}
	PG_RETURN_JSON_PATCH_P(imgcat_json_patch_build(&diff.patch, false));
}
