/*-------------------------------------------------------------------------
 *
 * purge_packages.c
 *		purge_packages: forget the packages that no image has any more; and the
 *		lock under which packages, scans and loads know of each other.
 *
 * Images come and go without a look at what else has their packages.  So that
 * an import does not refer to a package that is gone just then, a purge locks
 * the table of packages as finishing a load does (container_access.h).  What
 * it may purge it looks up before, and waits for nobody once it has the lock.
 *
 * src/scan/purge_packages.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "compat.h"
#include "container/container_access.h"
#include "entry.h"
#include "executor/spi.h"
#include "scan/advisory.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"

/*
 * At most $1 packages (null: all) that no image has.
 */
static const char unused_sql[] =
"SELECT p.package_key FROM image_catalog.packages AS p"
" WHERE NOT EXISTS (SELECT FROM image_catalog.container_packages AS k"
"                   WHERE k.package_key = p.package_key)"
" ORDER BY p.package_key LIMIT $1";

/*
 * Findings tell when an advisory was found first; so that this outlives those
 * of the packages $1, note it in the advisory.  A load that has its row locked
 * may wait for the packages: we do not wait for it.
 */
static const char keep_first_found_sql[] =
"WITH found AS (SELECT f.advisory_key, pg_catalog.min(f.found_at) AS found_at"
"  FROM image_catalog.package_findings AS f"
"  WHERE f.package_key = ANY ($1) GROUP BY f.advisory_key),"
" locked AS MATERIALIZED (SELECT a.advisory_key, n.found_at"
"  FROM found AS n JOIN image_catalog.advisories AS a"
"   ON a.advisory_key = n.advisory_key"
"  WHERE a.first_found_at IS NULL OR a.first_found_at > n.found_at"
"  FOR UPDATE OF a SKIP LOCKED)"
" UPDATE image_catalog.advisories AS a SET first_found_at = n.found_at"
" FROM locked AS n WHERE a.advisory_key = n.advisory_key";

/*
 * Delete those of the packages $1 that still no image has, and whose findings
 * nothing else needs.
 */
static const char purge_sql[] =
"DELETE FROM image_catalog.packages AS p"
" WHERE p.package_key = ANY ($1)"
"  AND NOT EXISTS (SELECT FROM image_catalog.container_packages AS k"
"                  WHERE k.package_key = p.package_key)"
"  AND NOT EXISTS (SELECT FROM image_catalog.package_findings AS f"
"                  JOIN image_catalog.advisories AS a"
"                   ON a.advisory_key = f.advisory_key"
"                  WHERE f.package_key = p.package_key"
"                   AND (a.first_found_at IS NULL"
"                        OR a.first_found_at > f.found_at))";

/*
 * Purge some of the packages that are not used; SPI is connected.
 */
static int64
purge_packages(Datum limit, bool has_limit)
{
	Oid			limit_type[1] = {INT4OID};
	Oid			keys_type[1] = {INT8ARRAYOID};
	Datum		keys[1];

	if (SPI_execute_with_args(unused_sql, 1, limit_type, &limit,
							  has_limit ? " " : "n", false,
							  0) != SPI_OK_SELECT)
		elog(ERROR, "could not read packages");
	if (SPI_processed == 0)
		return 0;
	keys[0] = imgcat_result_keys(SPI_processed);
	if (SPI_execute("LOCK TABLE image_catalog.packages"
					" IN SHARE ROW EXCLUSIVE MODE", false,
					0) != SPI_OK_UTILITY ||
		SPI_execute_with_args(keep_first_found_sql, 1, keys_type, keys, NULL,
							  false, 0) != SPI_OK_UPDATE ||
		SPI_execute_with_args(purge_sql, 1, keys_type, keys, NULL, false,
							  0) != SPI_OK_DELETE)
		elog(ERROR, "could not purge packages");
	return (int64) SPI_processed;
}

/*
 * purge_packages("limit" integer) returns bigint
 */
IMGCAT_FUNCTION(imgcat_purge_packages, 0)
{
	bool		has_limit = !PG_ARGISNULL(0);
	int64		purged;

	imgcat_require_container_write();
	if (has_limit && PG_GETARG_INT32(0) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE),
				 errmsg("number of packages to purge must not be negative")));
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot purge packages in a transaction that keeps its snapshot"),
				 errdetail("It might not see the newest images."),
				 errhint("Use READ COMMITTED.")));
	SPI_connect();
	purged = purge_packages(has_limit ? PG_GETARG_DATUM(0) : (Datum) 0,
							has_limit);
	SPI_finish();
	PG_RETURN_INT64(purged);
}

/*
 * Trigger before whoever writes container_scans, be it by deleting an image:
 * share the table of packages, so that nobody holds a scan that a load which
 * is being finished waits for.
 */
PG_FUNCTION_INFO_V1(imgcat_share_packages);

Datum
imgcat_share_packages(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("share_packages() was not called as a trigger")));
	LockRelationOid(get_relname_relid("packages", imgcat_extension_schema()),
					RowExclusiveLock);
	return PointerGetDatum(NULL);
}
