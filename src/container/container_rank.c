/*-------------------------------------------------------------------------
 *
 * container_rank.c
 *		The rank (priority) of a risk score among all images or components.
 *
 * The rank is dense: 1 + the number of distinct scores above.  Distinct scores
 * are kept in container_risk_scores by statement triggers: a statement adds
 * one row a score with the change of its number of subjects, then folds the
 * rows of those scores that nobody else is folding.  No writer waits here.
 *
 * src/container/container_rank.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "container/container_rank.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "plan_cache.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* The scores of a subject, kept for the session until they change. */
typedef struct RankCache
{
	bool		valid;
	MemoryContext context;
	ImgcatRanks ranks;
} RankCache;

static RankCache caches[2];		/* images, components */
static Oid	score_table = InvalidOid;

/*
 * The kept scores are out of date: somebody's trigger said so.
 */
static void
forget_ranks(Datum argument, Oid relation)
{
	(void) argument;
	if (relation == InvalidOid || relation == score_table)
	{
		caches[0].valid = false;
		caches[1].valid = false;
	}
}

/*
 * Read the distinct scores of subject, by the active snapshot, into context.
 * SPI is connected.
 */
static void
read_ranks(ImgcatRankSubject subject, MemoryContext context,
		   ImgcatRanks *ranks)
{
	static const Oid types[1] = {CHAROID};
	Datum		values[1];
	int64		sum = 0;

	values[0] = CharGetDatum((char) subject);
	if (SPI_execute_plan(imgcat_plan("SELECT score, subjects"
									 " FROM image_catalog.container_risk_scores"
									 " WHERE subject OPERATOR(pg_catalog.=) $1"
									 " ORDER BY score DESC", 1, types),
						 values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container_risk_scores");

	ranks->count = 0;
	ranks->scores = MemoryContextAllocHuge(context,
										   Max(SPI_processed, 1) *
										   sizeof(double));
	/* the rows of a score stand together; it counts if their sum is positive */
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		bool		isnull;
		double		score =
		DatumGetFloat8(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));

		if (i > 0 && score != ranks->scores[ranks->count])
		{
			if (sum > 0)
				ranks->count++;
			sum = 0;
		}
		ranks->scores[ranks->count] = score;
		sum += DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 2,
										   &isnull));
	}
	if (sum > 0)
		ranks->count++;
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Bring the kept scores of subject up to date.  SPI is connected.
 */
static void
refresh_cache(RankCache *cache, ImgcatRankSubject subject)
{
	if (!OidIsValid(score_table))
		CacheRegisterRelcacheCallback(forget_ranks, (Datum) 0);
	score_table = get_relname_relid("container_risk_scores",
									imgcat_extension_schema());
	if (cache->context == NULL)
		cache->context = AllocSetContextCreate(TopMemoryContext,
											   "ranks of container images",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(cache->context);

	/* a change that commits from here on makes the cache invalid again */
	cache->valid = true;
	PG_TRY();
	{
		PushActiveSnapshot(GetLatestSnapshot());
		read_ranks(subject, cache->context, &cache->ranks);
		PopActiveSnapshot();
	}
	PG_CATCH();
	{
		cache->valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * The distinct scores of subject, to be used before anything else is run that
 * could ask for them again.  SPI is connected.
 *
 * They are read once and kept, as reading them costs more than a page does.
 * A transaction that sees the past, and a parallel query, which must not take
 * a newer snapshot, read them for themselves.
 */
const ImgcatRanks *
imgcat_borrow_ranks(ImgcatRankSubject subject)
{
	MemoryContext caller = CurrentMemoryContext;
	RankCache  *cache = &caches[subject == IMGCAT_RANK_IMAGES ? 0 : 1];
	ImgcatRanks *ranks = &cache->ranks;

	if (IsolationUsesXactSnapshot() || IsInParallelMode())
	{
		ranks = palloc(sizeof(ImgcatRanks));
		read_ranks(subject, caller, ranks);
	}
	else
	{
		/* hear of what others have committed */
		AcceptInvalidationMessages();
		if (!cache->valid)
			refresh_cache(cache, subject);
	}
	/* SPI leaves us in a context of its own */
	MemoryContextSwitchTo(caller);
	return ranks;
}

/*
 * A copy of them, in the caller's memory context.
 */
ImgcatRanks *
imgcat_load_ranks(ImgcatRankSubject subject)
{
	const ImgcatRanks *kept = imgcat_borrow_ranks(subject);
	ImgcatRanks *ranks = palloc(sizeof(ImgcatRanks));
	Size		size = kept->count * sizeof(double);

	ranks->count = kept->count;
	ranks->scores = MemoryContextAllocHuge(CurrentMemoryContext,
										   Max(size, sizeof(double)));
	memcpy(ranks->scores, kept->scores, size);
	return ranks;
}

/*
 * Rank of score: 1 + the number of scores above it.
 */
int64
imgcat_rank(const ImgcatRanks *ranks, double score)
{
	int64		low = 0;
	int64		high = ranks->count;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;

		if (ranks->scores[middle] > score)
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1;
}

/*
 * Let all sessions that keep ranks hear, at commit, that scores have changed.
 */
static void
announce_change(void)
{
	CacheInvalidateRelcacheByRelid(get_relname_relid("container_risk_scores",
													 imgcat_extension_schema()));
}

/*
 * Add the change of the scores' numbers of subjects that a statement made.
 * scores is a query over its transition tables giving score and change.
 */
static void
add_score_changes(char subject, const char *scores)
{
	Oid			types[1] = {CHAROID};
	Datum		values[1];
	char	   *statement;

	values[0] = CharGetDatum(subject);
	/* folding first: it must not see the rows added below */
	statement = psprintf("WITH changes AS ("
						 "  SELECT score, pg_catalog.sum(change)::bigint AS change"
						 "  FROM (%s) AS c GROUP BY score"
						 "), folded AS ("
						 "  DELETE FROM image_catalog.container_risk_scores"
						 "  WHERE ctid = ANY (ARRAY("
						 "    SELECT s.ctid"
						 "    FROM image_catalog.container_risk_scores AS s"
						 "    WHERE s.subject = $1 AND s.score IN"
						 "      (SELECT score FROM changes WHERE change <> 0)"
						 "    FOR UPDATE SKIP LOCKED))"
						 "  RETURNING score, subjects"
						 "), added AS ("
						 "  INSERT INTO image_catalog.container_risk_scores"
						 "    (subject, score, subjects)"
						 "  SELECT $1, score, pg_catalog.sum(subjects)"
						 "  FROM (SELECT score, subjects FROM folded"
						 "    UNION ALL SELECT score, change FROM changes) AS a"
						 "  GROUP BY score"
						 "  HAVING pg_catalog.sum(subjects) <> 0"
						 ")"
						 " SELECT FROM changes WHERE change <> 0 LIMIT 1",
						 scores);
	if (SPI_execute_with_args(statement, 1, types, values, NULL,
							  false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not write container_risk_scores");
	if (SPI_processed > 0)
		announce_change();
	pfree(statement);
}

PG_FUNCTION_INFO_V1(imgcat_count_risk_scores);
/*
 * Statement trigger AFTER INSERT, UPDATE, DELETE or TRUNCATE on a table with a
 * column risk_score; its argument is the subject, its transition tables are
 * called new_rows and old_rows.
 */
Datum
imgcat_count_risk_scores(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	char		subject;

	if (!CALLED_AS_TRIGGER(fcinfo) || trigger->tg_trigger->tgnargs != 1)
		elog(ERROR, "imgcat_count_risk_scores is a trigger with an argument");
	subject = trigger->tg_trigger->tgargs[0][0];
	(void) imgcat_extension_schema();	/* statements below name it */

	SPI_connect();
	SPI_register_trigger_data(trigger);
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		add_score_changes(subject, "SELECT risk_score AS score, 1 AS change"
						  " FROM new_rows");
	else if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		add_score_changes(subject, "SELECT risk_score AS score, -1 AS change"
						  " FROM old_rows");
	else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		add_score_changes(subject, "SELECT risk_score AS score, 1 AS change"
						  " FROM new_rows UNION ALL"
						  " SELECT risk_score, -1 FROM old_rows");
	else
	{
		Oid			types[1] = {CHAROID};
		Datum		values[1];

		values[0] = CharGetDatum(subject);
		SPI_execute_with_args("DELETE FROM image_catalog.container_risk_scores"
							  " WHERE subject OPERATOR(pg_catalog.=) $1",
							  1, types, values, NULL, false, 0);
		announce_change();
	}
	SPI_finish();
	PG_RETURN_POINTER(NULL);
}
