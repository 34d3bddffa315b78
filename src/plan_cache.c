/*-------------------------------------------------------------------------
 *
 * plan_cache.c
 *		Plans kept for the session, one for each statement text.
 *
 * The model is ri_triggers.c.  A request of a shape seen before finds its
 * statement prepared; the number of shapes that clients can think of is
 * unbounded, so the cache is not, and drops the plan used longest ago.
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

/*
 * The key is a digest of text and options; the text is compared too, so two
 * statements of one digest only take each other's place.
 */
typedef struct PlanEntry
{
	uint64		digest;			/* hash key, must be first */
	char	   *sql;
	SPIPlanPtr	plan;
	dlist_node	by_use;			/* head: used last */
} PlanEntry;

static HTAB *plans = NULL;
static dlist_head plans_by_use = DLIST_STATIC_INIT(plans_by_use);

/*
 * Forget an entry and its plan.
 *
 * A plan that is being executed further up the stack must not be freed: it is
 * among the last used ones, and the cache holds more than any nesting of our
 * statements, so the entry evicted for being oldest is never such a one.
 */
static void
forget_plan(PlanEntry *entry)
{
	dlist_delete(&entry->by_use);
	SPI_freeplan(entry->plan);
	pfree(entry->sql);
	hash_search(plans, &entry->digest, HASH_REMOVE, NULL);
}

/*
 * A kept plan for sql, prepared now unless it is known.
 *
 * The caller is connected to SPI, and runs as the owner of the extension;
 * cursor_options are those of SPI_prepare_cursor: they tell whether the plan
 * is to be generic or custom.
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

	if (plans == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(uint64);
		control.entrysize = sizeof(PlanEntry);
		plans = hash_create("image_catalog plans", IMGCAT_PLAN_CACHE_SIZE,
							&control, HASH_ELEM | HASH_BLOBS);
	}

	entry = hash_search(plans, &digest, HASH_FIND, NULL);
	if (entry != NULL)
	{
		if (strcmp(entry->sql, sql) == 0)
		{
			dlist_move_head(&plans_by_use, &entry->by_use);
			return entry->plan;
		}
		forget_plan(entry);
	}

	/* everything that can fail comes before the entry exists */
	plan = SPI_prepare_cursor(sql, nargs, unconstify(Oid *, argtypes),
							  cursor_options);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", sql,
			 SPI_result_code_string(SPI_result));
	sql_copy = MemoryContextStrdup(TopMemoryContext, sql);
	if (hash_get_num_entries(plans) >= IMGCAT_PLAN_CACHE_SIZE)
		forget_plan(dlist_tail_element(PlanEntry, by_use, &plans_by_use));
	entry = hash_search(plans, &digest, HASH_ENTER, &found);
	entry->sql = sql_copy;
	SPI_keepplan(plan);
	entry->plan = plan;
	dlist_push_head(&plans_by_use, &entry->by_use);
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
