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

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "container/container_rank.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/*
 * Load the distinct scores of subject.  See container_rank.h for what the
 * caller guarantees.
 */
ImgcatRanks *
imgcat_load_ranks(ImgcatRankSubject subject)
{
	Oid			types[1] = {CHAROID};
	Datum		values[1];
	MemoryContext caller = CurrentMemoryContext;
	ImgcatRanks *ranks;

	values[0] = CharGetDatum((char) subject);
	if (SPI_execute_with_args("SELECT score"
							  " FROM image_catalog.container_risk_scores"
							  " WHERE subject OPERATOR(pg_catalog.=) $1"
							  " GROUP BY score"
							  " HAVING pg_catalog.sum(subjects)"
							  " OPERATOR(pg_catalog.>) 0"
							  " ORDER BY score DESC",
							  1, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container_risk_scores");

	/* SPI has left us in a context of its own */
	MemoryContextSwitchTo(caller);
	ranks = palloc(sizeof(ImgcatRanks));
	ranks->count = SPI_processed;
	ranks->scores = palloc_extended(Max(ranks->count, 1) * sizeof(double),
									MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < ranks->count; i++)
	{
		bool		isnull;

		ranks->scores[i] =
			DatumGetFloat8(SPI_getbinval(SPI_tuptable->vals[i],
										 SPI_tuptable->tupdesc, 1, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
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
						 ")"
						 " INSERT INTO image_catalog.container_risk_scores"
						 "   (subject, score, subjects)"
						 " SELECT $1, score, pg_catalog.sum(subjects)"
						 " FROM (SELECT score, subjects FROM folded"
						 "   UNION ALL SELECT score, change FROM changes) AS a"
						 " GROUP BY score"
						 " HAVING pg_catalog.sum(subjects) <> 0",
						 scores);
	if (SPI_execute_with_args(statement, 1, types, values, NULL,
							  false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not write container_risk_scores");
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
	}
	SPI_finish();
	PG_RETURN_POINTER(NULL);
}
