/*-------------------------------------------------------------------------
 *
 * plan_cache.c
 *		Plans kept for the session, one for each statement text.
 *
 * The model is ri_triggers.c.  A request of a shape seen before finds its
 * statement prepared; the number of shapes that clients can think of is
 * unbounded, and so is the size of one, so the cache is bounded in number and
 * in bytes, and drops the plans used longest ago.
 *
 * Never one that runs: code within a statement of ours (a trigger) may call
 * functions of ours, and make more shapes than are kept.  So a plan is pinned
 * for the function of the API that asked for it, from there to the function's
 * end (entry.c), whatever end that is.  Pins form a stack as the functions do.
 *
 * Statements name their objects with their schema, so a plan stays right
 * across changes of search_path; the plan cache of the server itself plans
 * again when a table or an index changes.
 *
 * src/plan_cache.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "executor/spi.h"
#include "lib/ilist.h"
#include "plan_cache.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

/*
 * The key is a digest of text and options; the text is compared too, so two
 * statements of one digest only take each other's place.
 */
typedef struct PlanEntry
{
	uint64		digest;			/* hash key, must be first */
	char	   *sql;
	SPIPlanPtr	plan;
	Size		size;			/* bytes, as measured last */
	int			pinned_from;	/* depth of the innermost function that uses
								 * it; 0: none */
	dlist_node	by_use;			/* head: used last */
} PlanEntry;

/* A function that uses a plan, and the one outside it that does. */
typedef struct Pin
{
	PlanEntry  *entry;
	int			pinned_from;	/* of the entry, before */
} Pin;

static HTAB *plans = NULL;
static dlist_head plans_by_use = DLIST_STATIC_INIT(plans_by_use);
static Size plans_size = 0;

static Pin *pins = NULL;
static int	npins = 0;
static int	pins_room = 0;

/* how many functions of the API run, one within the other */
static int	depth = 0;

/*
 * Forget an entry and its plan, which is not pinned.
 */
static void
forget_plan(PlanEntry *entry)
{
	Assert(entry->pinned_from == 0);
	dlist_delete(&entry->by_use);
	plans_size -= entry->size;
	SPI_freeplan(entry->plan);
	pfree(entry->sql);
	hash_search(plans, &entry->digest, HASH_REMOVE, NULL);
}

/*
 * Forget the plans used longest ago until those that are left are few and
 * small enough.
 */
static void
make_room(int count_max, Size size_max)
{
	dlist_node *node = dlist_is_empty(&plans_by_use) ? NULL :
	dlist_tail_node(&plans_by_use);

	while (node != NULL &&
		   (hash_get_num_entries(plans) > count_max || plans_size > size_max))
	{
		PlanEntry  *entry = dlist_container(PlanEntry, by_use, node);

		node = dlist_has_prev(&plans_by_use, node) ?
			dlist_prev_node(&plans_by_use, node) : NULL;
		if (entry->pinned_from == 0)
			forget_plan(entry);
	}
}

/*
 * Bytes that a plan takes: its text, its tree and, if there is one, its
 * generic plan.
 */
static Size
plan_size(SPIPlanPtr plan)
{
	Size		size = 0;
	ListCell   *cell;

	foreach(cell, SPI_plan_get_plan_sources(plan))
	{
		CachedPlanSource *source = lfirst(cell);

		size += MemoryContextMemAllocated(source->context, true);
		if (source->gplan != NULL)
			size += MemoryContextMemAllocated(source->gplan->context, true);
	}
	return size;
}

/*
 * Pin an entry for the function that runs.
 */
static void
pin(PlanEntry *entry)
{
	if (entry->pinned_from == depth)
		return;
	if (npins == pins_room)
	{
		int			room = Max(16, pins_room * 2);

		pins = pins == NULL ?
			MemoryContextAlloc(TopMemoryContext, room * sizeof(Pin)) :
			repalloc(pins, room * sizeof(Pin));
		pins_room = room;
	}
	pins[npins].entry = entry;
	pins[npins].pinned_from = entry->pinned_from;
	npins++;
	entry->pinned_from = depth;
}

/*
 * A function of the API begins.  The answer is for imgcat_plans_leave().
 */
int
imgcat_plans_enter(void)
{
	depth++;
	return npins;
}

/*
 * It ends: unpin what it used.  After an error plans are left for the next
 * function to forget.
 */
void
imgcat_plans_leave(int mark, bool failed)
{
	while (npins > mark)
	{
		PlanEntry  *entry = pins[--npins].entry;

		entry->pinned_from = pins[npins].pinned_from;
		if (!failed)
		{
			/* it may have got a generic plan meanwhile */
			Size		size = plan_size(entry->plan);

			plans_size += size - entry->size;
			entry->size = size;
		}
	}
	depth--;
	if (!failed && plans_size > IMGCAT_PLAN_CACHE_BYTES)
		make_room(IMGCAT_PLAN_CACHE_SIZE, IMGCAT_PLAN_CACHE_BYTES);
}

/*
 * Prepare a statement.
 */
static SPIPlanPtr
prepare(const char *sql, int nargs, const Oid *argtypes, int cursor_options)
{
	SPIPlanPtr	plan = SPI_prepare_cursor(sql, nargs, unconstify(Oid *, argtypes),
										  cursor_options);

	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", sql,
			 SPI_result_code_string(SPI_result));
	return plan;
}

/*
 * A kept plan for sql, prepared now unless it is known.
 *
 * The caller is connected to SPI, and a function of the API (entry.h): the
 * plan is there until its end.  Elsewhere the plan is not kept, and is there
 * until the connection to SPI ends.  cursor_options are those of
 * SPI_prepare_cursor: they tell whether the plan is to be generic or custom.
 */
SPIPlanPtr
imgcat_plan_with_options(const char *sql, int nargs, const Oid *argtypes,
						 int cursor_options)
{
	uint64		digest = hash_bytes_extended((const unsigned char *) sql,
											 strlen(sql), cursor_options);
	PlanEntry  *entry;
	SPIPlanPtr	plan;
	char	   *sql_copy;
	bool		found;

	if (depth == 0)
		return prepare(sql, nargs, argtypes, cursor_options);

	if (plans == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(uint64);
		control.entrysize = sizeof(PlanEntry);
		plans = hash_create("image_catalog plans", IMGCAT_PLAN_CACHE_SIZE,
							&control, HASH_ELEM | HASH_BLOBS);
	}

	entry = hash_search(plans, &digest, HASH_FIND, NULL);
	if (entry != NULL && strcmp(entry->sql, sql) == 0)
	{
		pin(entry);
		dlist_move_head(&plans_by_use, &entry->by_use);
		return entry->plan;
	}

	/* everything that can fail comes before the entry exists */
	plan = prepare(sql, nargs, argtypes, cursor_options);
	if (entry != NULL && entry->pinned_from != 0)
		return plan;			/* another text of this digest runs */
	sql_copy = MemoryContextStrdup(TopMemoryContext, sql);
	if (entry != NULL)
		forget_plan(entry);
	make_room(IMGCAT_PLAN_CACHE_SIZE - 1, IMGCAT_PLAN_CACHE_BYTES);
	entry = hash_search(plans, &digest, HASH_ENTER, &found);
	entry->sql = sql_copy;
	SPI_keepplan(plan);
	entry->plan = plan;
	entry->size = plan_size(plan);
	plans_size += entry->size;
	entry->pinned_from = 0;
	dlist_push_head(&plans_by_use, &entry->by_use);
	pin(entry);
	return plan;
}

/*
 * The same, leaving generic or custom to the server.
 */
SPIPlanPtr
imgcat_plan(const char *sql, int nargs, const Oid *argtypes)
{
	return imgcat_plan_with_options(sql, nargs, argtypes, 0);
}
