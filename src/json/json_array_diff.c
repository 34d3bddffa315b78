/*-------------------------------------------------------------------------
 *
 * json_array_diff.c
 *		The JSON Patch between two arrays.
 *
 * Equal elements at both ends are passed over; between them a longest common
 * subsequence tells what is kept.  Of the rest, an element that is gone here
 * and new there is moved; what is left over between the same kept neighbours
 * is paired and compared inside; the others are removed and added.
 *
 * src/json/json_array_diff.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json/json_patch_diff.h"
#include "json/jsonb_compare.h"
#include "json/jsonb_format.h"
#include "json/jsonb_writer.h"
#include "miscadmin.h"

/*
 * How many times the room of one replace several operations may take, before
 * that one is better.  Not 1: single changes tell a reader more, and meet
 * other people's changes less often.
 */
#define SETTLE_FACTOR	3

/*
 * Longest arrays (without equal ends) whose elements are matched; it takes
 * some 40 bytes for each of them.
 */
#define MATCHED_MAX (1 << 20)

/* Most elements that are looked through for moves. */
#define MOVED_MAX 1000

/* An element smaller than this moves only where that saves an operation. */
#define MOVED_BYTES 16

/* What becomes of a source element, or where a target element comes from. */
typedef enum Fate
{
	FATE_NONE,					/* removed; added */
	FATE_KEPT,					/* equal, in its place among the kept */
	FATE_PAIRED,				/* compared inside */
	FATE_MOVED
} Fate;

typedef struct Element
{
	Fate		fate;
	int			partner;		/* of the other array, unless FATE_NONE */
} Element;

/* A source element that waits in front of the cursor for its move. */
typedef struct Waiting
{
	int			number;
	int			finished;		/* target elements finished before it */
} Waiting;

/* The part of two arrays that is compared. */
typedef struct ArrayDiff
{
	ImgcatJsonDiff *diff;
	const JsonbValue *whole;	/* the whole target array */
	uint32		base;			/* index of the first element compared */
	JsonbValue *source;
	int			nsource;
	JsonbValue *target;
	int			ntarget;
	Element    *old;			/* fates of the source elements */
	Element    *new;			/* of the target elements */
	int			nmoved;
	Waiting    *waiting;		/* in their order in the array */
	int			nwaiting;
	int		   *taken;			/* source elements moved from behind the
								 * cursor */
	int			ntaken;
	bool		shifted;		/* has any element changed its index? */
	int			mark;			/* operations before */
	Size		size_before;
} ArrayDiff;

/*
 * If the operations from number mark on take far more room than to replace
 * the whole value at the current path, do that.  Returns whether it was done.
 */
bool
imgcat_json_diff_settle(ImgcatJsonDiff *diff, int mark, Size size_before,
						const JsonbValue *target)
{
	ImgcatJsonPatchItem whole;

	if (diff->patch.count - mark < 2)
		return false;
	whole.op = IMGCAT_JSON_PATCH_REPLACE;
	whole.path_length = diff->path.len;
	whole.value = *target;
	if (diff->patch.size - size_before <=
		SETTLE_FACTOR * imgcat_json_patch_item_size(&whole))
		return false;
	imgcat_json_patch_truncate(&diff->patch, mark);
	imgcat_json_patch_push(&diff->patch, IMGCAT_JSON_PATCH_REPLACE,
						   diff->path.data, diff->path.len, target);
	return true;
}

/*
 * Order of candidates for a move: by hash, then as they came.
 */
int
imgcat_json_diff_compare_keys(const void *a, const void *b)
{
	const ImgcatJsonDiffKey *x = a;
	const ImgcatJsonDiffKey *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->number - y->number;
}

/*
 * Number of equal elements at the start of two arrays, at most limit; the
 * offsets behind them are returned, too.
 */
static uint32
common_start(const JsonbContainer *source, const JsonbContainer *target,
			 uint32 limit, uint32 *source_at, uint32 *target_at)
{
	uint32		i;

	*source_at = *target_at = 0;
	for (i = 0; i < limit; i++)
	{
		JsonbValue	a;
		JsonbValue	b;

		CHECK_FOR_INTERRUPTS();
		imgcat_jsonb_read_entry(source, i, *source_at, &a);
		imgcat_jsonb_read_entry(target, i, *target_at, &b);
		if (!imgcat_jsonb_equal(&a, &b))
			break;
		*source_at = imgcat_jsonb_entry_end(source->children[i], *source_at);
		*target_at = imgcat_jsonb_entry_end(target->children[i], *target_at);
	}
	return i;
}

/*
 * Number of equal elements at the end of two arrays, at most limit.
 */
static uint32
common_end(const JsonbContainer *source, const JsonbContainer *target,
		   uint32 limit)
{
	uint32		nsource = JsonContainerSize(source);
	uint32		ntarget = JsonContainerSize(target);
	uint32		i;

	for (i = 0; i < limit; i++)
	{
		JsonbValue	a;
		JsonbValue	b;

		CHECK_FOR_INTERRUPTS();
		imgcat_jsonb_element(source, nsource - 1 - i, &a);
		imgcat_jsonb_element(target, ntarget - 1 - i, &b);
		if (!imgcat_jsonb_equal(&a, &b))
			break;
	}
	return i;
}

/*
 * Read count elements of an array from the one at first, whose data start at
 * offset start.
 */
static JsonbValue *
read_elements(const JsonbContainer *array, uint32 first, uint32 start,
			  int count)
{
	JsonbValue *elements = palloc_extended((Size) Max(count, 1) *
										   sizeof(JsonbValue),
										   MCXT_ALLOC_HUGE);
	int			i;

	for (i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		imgcat_jsonb_read_entry(array, first + i, start, &elements[i]);
		start = imgcat_jsonb_entry_end(array->children[first + i], start);
	}
	return elements;
}

/*
 * Give two elements the same fate.
 */
static void
join(ArrayDiff *array, int source, int target, Fate fate)
{
	array->old[source].fate = array->new[target].fate = fate;
	array->old[source].partner = target;
	array->new[target].partner = source;
}

/*
 * Mark what is kept: a longest common subsequence.
 */
static void
find_kept(ArrayDiff *array)
{
	int		   *match = palloc_extended((Size) Max(array->nsource, 1) *
										sizeof(int), MCXT_ALLOC_HUGE);
	int			i;

	if (imgcat_json_array_match(array->diff, array->source, array->nsource,
								array->target, array->ntarget, match))
	{
		for (i = 0; i < array->nsource; i++)
		{
			if (match[i] >= 0)
				join(array, i, match[i], FATE_KEPT);
		}
	}
	pfree(match);
}

/*
 * Has the gap between kept elements in which element number stands more
 * elements than the same gap of the other array, which has nothers in all?
 * Then not all of them can be paired, and to move one saves an operation.
 */
static bool
is_spare(const Element *elements, int count, int number, int nothers)
{
	int			first = number;
	int			last = number;
	int			gap;

	while (first > 0 && elements[first - 1].fate != FATE_KEPT)
		first--;
	while (last + 1 < count && elements[last + 1].fate != FATE_KEPT)
		last++;
	gap = last - first + 1;
	if (first > 0 && last + 1 < count)
		return gap > elements[last + 1].partner - elements[first - 1].partner - 1;
	if (first > 0)
		return gap > nothers - elements[first - 1].partner - 1;
	if (last + 1 < count)
		return gap > elements[last + 1].partner;
	return gap > nothers;
}

/*
 * Mark what is moved: elements that are gone in one place and new in another.
 */
static void
find_moved(ArrayDiff *array)
{
	ImgcatJsonDiffKey *gone;
	int			ngone = 0;
	int			nnew = 0;
	int			i;

	for (i = 0; i < array->nsource; i++)
		ngone += (array->old[i].fate == FATE_NONE);
	for (i = 0; i < array->ntarget; i++)
		nnew += (array->new[i].fate == FATE_NONE);
	if (ngone == 0 || nnew == 0 || ngone > MOVED_MAX || nnew > MOVED_MAX)
		return;

	gone = palloc(ngone * sizeof(ImgcatJsonDiffKey));
	ngone = 0;
	for (i = 0; i < array->nsource; i++)
	{
		if (array->old[i].fate != FATE_NONE)
			continue;
		gone[ngone].hash = imgcat_jsonb_hash(&array->source[i]);
		gone[ngone++].number = i;
	}
	qsort(gone, ngone, sizeof(ImgcatJsonDiffKey),
		  imgcat_json_diff_compare_keys);

	for (i = 0; i < array->ntarget; i++)
	{
		uint32		hash;
		int			k;

		CHECK_FOR_INTERRUPTS();
		if (array->new[i].fate != FATE_NONE)
			continue;
		hash = imgcat_jsonb_hash(&array->target[i]);
		for (k = 0; k < ngone && gone[k].hash < hash; k++)
			;
		for (; k < ngone && gone[k].hash == hash; k++)
		{
			int			number = gone[k].number;

			if (number < 0 ||
				!imgcat_jsonb_equal(&array->source[number], &array->target[i]))
				continue;
			if (imgcat_jsonb_value_room(&array->target[i]) <
				sizeof(JEntry) + MOVED_BYTES &&
				!(is_spare(array->old, array->nsource, number,
						   array->ntarget) &&
				  is_spare(array->new, array->ntarget, i, array->nsource)))
				continue;
			join(array, number, i, FATE_MOVED);
			array->nmoved++;
			gone[k].number = -1;
			break;
		}
	}
	pfree(gone);
}

/*
 * Pair what is left over between the same kept neighbours, in order.
 */
static void
find_paired(ArrayDiff *array)
{
	int			i = 0;
	int			j = 0;

	while (i < array->nsource && j < array->ntarget)
	{
		Fate		old = array->old[i].fate;
		Fate		new = array->new[j].fate;

		CHECK_FOR_INTERRUPTS();
		if (old == FATE_MOVED)
			i++;
		else if (new == FATE_MOVED)
			j++;
		else if (old == FATE_KEPT && new == FATE_KEPT)
			i++, j++;
		else if (old == FATE_KEPT)
			j++;
		else if (new == FATE_KEPT)
			i++;
		else
			join(array, i++, j++, FATE_PAIRED);
	}
}

/*
 * Add an operation on the element at index.
 */
static ImgcatJsonPatchItem *
push_element(ArrayDiff *array, ImgcatJsonPatchOp op, uint32 index,
			 const JsonbValue *value)
{
	ImgcatJsonDiff *diff = array->diff;
	int			length = diff->path.len;
	ImgcatJsonPatchItem *item;

	imgcat_json_append_index(&diff->path, index);
	item = imgcat_json_patch_push(&diff->patch, op, diff->path.data,
								  diff->path.len, value);
	diff->path.len = length;
	diff->path.data[length] = '\0';
	array->shifted = true;
	return item;
}

/*
 * Move an element; both indexes are those of the array at that moment, to
 * being counted without the element.
 */
static void
push_move(ArrayDiff *array, uint32 from, uint32 to)
{
	ImgcatJsonDiff *diff = array->diff;
	ImgcatJsonPatchItem *item;

	if (from == to)
		return;
	item = push_element(array, IMGCAT_JSON_PATCH_MOVE, to, NULL);
	item->from = psprintf("%s/%u", diff->path.data, from);
	item->from_length = (int) strlen(item->from);
	diff->patch.size += item->from_length;
}

/*
 * Where source element number stands now, if source elements from next on are
 * still untouched behind the cursor at index.
 */
static uint32
index_behind_cursor(const ArrayDiff *array, int number, int next, uint32 index)
{
	int			i;

	index += number - next;
	for (i = 0; i < array->ntaken; i++)
	{
		if (array->taken[i] >= next && array->taken[i] < number)
			index--;
	}
	return index;
}

/*
 * Move source element number to where target element finished belongs: from
 * among those that wait, or from behind the cursor.
 */
static void
move_to_cursor(ArrayDiff *array, int number, int next, int finished)
{
	uint32		cursor = array->base + finished + array->nwaiting;
	int			i;

	if (number >= next)
	{
		push_move(array, index_behind_cursor(array, number, next, cursor),
				  cursor);
		array->taken[array->ntaken++] = number;
		return;
	}
	for (i = 0; array->waiting[i].number != number; i++)
		;
	push_move(array, array->base + array->waiting[i].finished + i, cursor - 1);
	array->nwaiting--;
	memmove(&array->waiting[i], &array->waiting[i + 1],
			(array->nwaiting - i) * sizeof(Waiting));
}

/*
 * Pass over the source elements from next on that have no place here: remove
 * them, or let them wait for their move.  Returns the next kept or paired one.
 */
static int
pass_over(ArrayDiff *array, int next, int finished)
{
	for (; next < array->nsource; next++)
	{
		const Element *element = &array->old[next];

		CHECK_FOR_INTERRUPTS();
		if (element->fate == FATE_NONE)
			push_element(array, IMGCAT_JSON_PATCH_REMOVE,
						 array->base + finished + array->nwaiting, NULL);
		else if (element->fate != FATE_MOVED)
			break;
		else if (element->partner >= finished)
		{
			Waiting    *waiting = &array->waiting[array->nwaiting++];

			waiting->number = next;
			waiting->finished = finished;
		}
		/* else it was moved away already */
	}
	return next;
}

/*
 * Write the operations, target element by target element.  At any moment the
 * array is: finished target elements, with those that wait for their move
 * among them; the cursor; untouched source elements, without those already
 * moved.  Returns false when the patch has become larger than the array, and
 * replaced it.
 */
static bool
write_operations(ArrayDiff *array)
{
	ImgcatJsonDiff *diff = array->diff;
	int			next = 0;
	int			k;

	array->waiting = palloc((array->nmoved + 1) * sizeof(Waiting));
	array->taken = palloc((array->nmoved + 1) * sizeof(int));
	for (k = 0; k <= array->ntarget; k++)
	{
		const Element *element = &array->new[k];
		uint32		cursor;

		CHECK_FOR_INTERRUPTS();
		if (imgcat_json_diff_settle(diff, array->mark, array->size_before,
									array->whole))
			return false;
		next = pass_over(array, next, k);
		if (k == array->ntarget)
			break;
		cursor = array->base + k + array->nwaiting;
		switch (element->fate)
		{
			case FATE_NONE:
				push_element(array, IMGCAT_JSON_PATCH_ADD, cursor,
							 &array->target[k]);
				break;
			case FATE_KEPT:
				next++;
				break;
			case FATE_PAIRED:
				diff->element(diff, cursor, &array->source[next],
							  &array->target[k]);
				next++;
				break;
			case FATE_MOVED:
				move_to_cursor(array, element->partner, next, k);
				break;
		}
	}
	return !imgcat_json_diff_settle(diff, array->mark, array->size_before,
									array->whole);
}

/*
 * Compare two arrays at the current path.
 */
void
imgcat_json_diff_arrays(ImgcatJsonDiff *diff, const JsonbValue *source,
						const JsonbValue *target)
{
	const JsonbContainer *old = source->val.binary.data;
	const JsonbContainer *new = target->val.binary.data;
	uint32		nold = JsonContainerSize(old);
	uint32		nnew = JsonContainerSize(new);
	uint32		nstart;
	uint32		nend;
	uint32		old_at;
	uint32		new_at;
	ArrayDiff	array;
	int			i;

	nstart = common_start(old, new, Min(nold, nnew), &old_at, &new_at);
	nend = common_end(old, new, Min(nold, nnew) - nstart);

	memset(&array, 0, sizeof(array));
	array.diff = diff;
	array.whole = target;
	array.base = nstart;
	array.nsource = (int) (nold - nstart - nend);
	array.ntarget = (int) (nnew - nstart - nend);
	array.mark = diff->patch.count;
	array.size_before = diff->patch.size;
	if (array.nsource == 0 && array.ntarget == 0)
		return;
	if (array.nsource > MATCHED_MAX || array.ntarget > MATCHED_MAX)
	{
		imgcat_json_patch_push(&diff->patch, IMGCAT_JSON_PATCH_REPLACE,
							   diff->path.data, diff->path.len, target);
		return;
	}

	array.source = read_elements(old, nstart, old_at, array.nsource);
	array.target = read_elements(new, nstart, new_at, array.ntarget);
	array.old = palloc0((Size) (array.nsource + 1) * sizeof(Element));
	array.new = palloc0((Size) (array.ntarget + 1) * sizeof(Element));
	if (array.nsource > 0 && array.ntarget > 0)
	{
		if (array.nsource > 1 || array.ntarget > 1)
		{
			find_kept(&array);
			find_moved(&array);
		}
		find_paired(&array);
	}
	if (write_operations(&array) && array.shifted)
	{
		/* paths through this array depend on when they are followed */
		for (i = array.mark; i < diff->patch.count; i++)
			diff->patch.items[i].is_stable = false;
	}
	pfree(array.source);
	pfree(array.target);
	pfree(array.old);
	pfree(array.new);
}
