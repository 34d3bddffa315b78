/*-------------------------------------------------------------------------
 *
 * rebuild.c
 *		Derived tables written anew, for the owner of the tables: where rows
 *		came without their triggers.
 *
 * In C, not in a procedural language, so that the schema that the statements
 * name is known to be the extension's (entry.c).
 *
 * src/rebuild.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "rebuild.h"

/*
 * A restore with --disable-triggers leaves the triggers enabled for ordinary
 * sessions only.  The lock keeps images and members as they are, and comes
 * first, in the order of all writers; TRUNCATE and what it deletes follow.
 */
static const char *const image_shares_sql[] = {
	"LOCK TABLE image_catalog.images, image_catalog.image_members"
	" IN SHARE ROW EXCLUSIVE MODE",
	"ALTER TABLE image_catalog.images"
	" ENABLE ALWAYS TRIGGER images_share_changed,"
	" ENABLE ALWAYS TRIGGER images_remove_shares,"
	" ENABLE ALWAYS TRIGGER images_truncated",
	"ALTER TABLE image_catalog.image_members"
	" ENABLE ALWAYS TRIGGER image_members_share,"
	" ENABLE ALWAYS TRIGGER image_members_truncated",
	"TRUNCATE image_catalog.image_shares",
	"INSERT INTO image_catalog.image_shares"
	" SELECT * FROM image_catalog.expected_image_shares",
	NULL
};

/*
 * TRUNCATE waits for writers, so that the statement after it sees all that
 * they counted, and makes sessions forget the ranks that they keep.
 */
static const char *const risk_scores_sql[] = {
	"TRUNCATE image_catalog.container_risk_scores",
	"INSERT INTO image_catalog.container_risk_scores (subject, score, subjects)"
	" SELECT 'i', i.risk_score, pg_catalog.count(*)"
	" FROM image_catalog.container_images AS i GROUP BY i.risk_score"
	" UNION ALL"
	" SELECT 'c', c.risk_score, pg_catalog.count(*)"
	" FROM image_catalog.container_components AS c GROUP BY c.risk_score",
	NULL
};

/*
 * Run the statements, each with a snapshot of its own.
 */
static void
rebuild(const char *const *statements)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot rebuild a derived table in a transaction that keeps its snapshot"),
				 errdetail("It might not see the newest rows."),
				 errhint("Use READ COMMITTED.")));
	SPI_connect();
	for (; *statements != NULL; statements++)
		if (SPI_execute(*statements, false, 0) < 0)
			elog(ERROR, "could not rebuild a derived table");
	SPI_finish();
}

/*
 * All of them; the caller runs as the owner of the tables.
 */
void
imgcat_rebuild_derived_tables(void)
{
	rebuild(image_shares_sql);
	rebuild(risk_scores_sql);
}

/*
 * rebuild_image_shares() returns void
 */
IMGCAT_FUNCTION(imgcat_rebuild_image_shares, 0)
{
	(void) fcinfo;				/* no arguments */
	rebuild(image_shares_sql);
	PG_RETURN_VOID();
}

/*
 * rebuild_container_risk_scores() returns void
 */
IMGCAT_FUNCTION(imgcat_rebuild_container_risk_scores, 0)
{
	(void) fcinfo;				/* no arguments */
	rebuild(risk_scores_sql);
	PG_RETURN_VOID();
}
