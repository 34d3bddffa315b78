/*-------------------------------------------------------------------------
 *
 * project_quota.c
 *		How many images and how much data a project may have.
 *
 * Nothing keeps count.  Whoever is about to add to what a project has counts
 * it, one at a time until the transaction ends, under a lock that no other
 * work waits for.  Images are counted in an index, and no further than the
 * quota, so a creation costs what the quota allows and not what there is; a
 * counter would be a row that every creation and deletion of a project writes.
 *
 * src/image/project_quota.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "compat.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "image/errors.h"
#include "image/project_quota.h"
#include "index_lookup.h"
#include "plan_cache.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

static int	image_quota = -1;

/*
 * Hidden images are in another index.  Killed ones count as little as deleted
 * ones: neither is on any list.  In order, so that nobody thinks of reading all
 * images for those of one project.
 */
static const char count_sql[] =
"SELECT (SELECT count(*) FROM (SELECT FROM image_catalog.images"
" WHERE owner = $1 AND NOT os_hidden AND status <> 'deleted' AND status <> 'killed'"
" ORDER BY visibility, created_at, id LIMIT $2) shown)"
" + (SELECT count(*) FROM (SELECT FROM image_catalog.images"
" WHERE owner = $1 AND os_hidden AND status <> 'deleted' AND status <> 'killed'"
" ORDER BY visibility, os_hidden, created_at, id LIMIT $2) hidden)";

/*
 * Define the settings.  Called once, from _PG_init.
 */
void
imgcat_project_quota_define_settings(void)
{
	DefineCustomIntVariable("image_catalog.image_quota",
							"Most images that a project may have when one is created; -1 means no limit.",
							"set_project_quota() says it of single projects.",
							&image_quota, -1, -1, INT_MAX,
							PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
}

/*
 * Has a project a quota of its own, or had one?  Else the table has no page
 * that had to be looked at.
 */
static bool
some_project_has_quota(void)
{
	Relation	table = imgcat_table_open("project_quotas");
	BlockNumber pages = RelationGetNumberOfBlocks(table);

	table_close(table, NoLock);
	return pages > 0;
}

/*
 * The quota of a project, NULL: of what has no owner; else the setting.  The
 * caller is connected to SPI.
 */
double
imgcat_project_quota(ImgcatProjectQuota quota, const char *project, double setting)
{
	static const Oid types[] = {TEXTOID};
	static const char sql[] =
	"SELECT images::bigint, storage FROM image_catalog.project_quotas "
	"WHERE project_id = $1";
	Datum		name;
	Datum		value;
	bool		is_null;

	if (project == NULL || !some_project_has_quota())
		return setting;
	name = CStringGetTextDatum(project);
	if (SPI_execute_plan(imgcat_plan(sql, 1, types), &name, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the quota of a project");
	if (SPI_processed == 0)
		return setting;
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
						  quota == IMGCAT_QUOTA_IMAGES ? 1 : 2, &is_null);
	return is_null ? setting : (double) DatumGetInt64(value);
}

/*
 * Let one at a time add to what a project has, until its transaction ends: two
 * together might go beyond the quota.
 */
void
imgcat_lock_project_quota(const char *project)
{
	Relation	table = imgcat_table_open("project_quotas");
	const char *name = project != NULL ? project : "";

	LockDatabaseObject(RelationGetRelid(table),
					   hash_bytes((const unsigned char *) name, (int) strlen(name)),
					   0, ExclusiveLock);
	table_close(table, NoLock);
}

/*
 * Run a statement that answers one number, on what is committed now: a
 * transaction that keeps its first snapshot would miss what others have added
 * before it got the lock.
 */
int64
imgcat_count_for_quota(SPIPlanPtr plan, Datum *args, const char *nulls)
{
	Snapshot	newest = RegisterSnapshot(GetLatestSnapshot());
	int			result = SPI_execute_snapshot(plan, args, nulls, newest,
											  InvalidSnapshot, false, false, 1);
	bool		is_null;

	UnregisterSnapshot(newest);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not count what a project has");
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 1, &is_null));
}

/*
 * Images of a project, counted as far as limit for those that are hidden and
 * for the others.
 */
static int64
count_images(const char *project, int64 limit)
{
	static const Oid types[] = {TEXTOID, INT8OID};
	Datum		args[2];

	args[0] = CStringGetTextDatum(project);
	args[1] = Int64GetDatum(limit);
	return imgcat_count_for_quota(imgcat_plan(count_sql, 2, types), args, NULL);
}

/*
 * Refuse to create an image that is one too many for its project.  Images that
 * nobody owns are of no project.
 */
void
imgcat_check_image_quota(const char *project)
{
	double		quota;

	if (project == NULL || (image_quota < 0 && !some_project_has_quota()))
		return;
	imgcat_spi_connect();
	quota = imgcat_project_quota(IMGCAT_QUOTA_IMAGES, project, image_quota);
	if (quota >= 0)
	{
		imgcat_lock_project_quota(project);
		if (count_images(project, (int64) quota) >= quota)
			ereport(ERROR,
					(errcode(IMGCAT_ERRCODE_QUOTA),
					 errmsg("too many images of one project"),
					 imgcat_errdetail(IMS_FORBIDDEN,
									  "The project has %.0f images or more; at most %.0f are allowed.",
									  quota, quota)));
	}
	imgcat_spi_finish();
}

/*
 * set_project_quota(project_id text, images int, storage bigint) returns void
 */
IMGCAT_FUNCTION(imgcat_set_project_quota, 1)
{
	static const Oid types[] = {TEXTOID, INT4OID, INT8OID};
	static const char delete_sql[] =
	"DELETE FROM image_catalog.project_quotas WHERE project_id = $1 "
	"AND $2 IS NULL AND $3 IS NULL";
	static const char insert_sql[] =
	"INSERT INTO image_catalog.project_quotas AS q (project_id, images, storage) "
	"SELECT $1, $2, $3 WHERE $2 IS NOT NULL OR $3 IS NOT NULL "
	"ON CONFLICT (project_id) DO UPDATE "
	"SET images = EXCLUDED.images, storage = EXCLUDED.storage";
	Datum		args[3];
	char		nulls[] = {' ', PG_ARGISNULL(1) ? 'n' : ' ', PG_ARGISNULL(2) ? 'n' : ' '};

	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to set the quota of a project"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator of the catalogue may.")));
	for (int i = 0; i < 3; i++)
		args[i] = PG_ARGISNULL(i) ? (Datum) 0 : PG_GETARG_DATUM(i);
	if ((nulls[1] == ' ' && DatumGetInt32(args[1]) < -1) ||
		(nulls[2] == ' ' && DatumGetInt64(args[2]) < -1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("quota of a project must be -1 or more"),
				 errhint("-1 means no limit, and null what the setting says.")));
	imgcat_spi_connect();
	if (SPI_execute_plan(imgcat_plan(delete_sql, 3, types), args, nulls, false, 0) != SPI_OK_DELETE ||
		SPI_execute_plan(imgcat_plan(insert_sql, 3, types), args, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not set the quota of a project");
	imgcat_spi_finish();
	PG_RETURN_VOID();
}

/*
 * project_quota(project_id text, OUT images bigint, OUT image_quota bigint,
 * OUT storage bigint, OUT storage_quota bigint)
 */
IMGCAT_FUNCTION(imgcat_project_quota_of, 1)
{
	const char *project = text_to_cstring(PG_GETARG_TEXT_PP(0));
	ImgcatCaller caller = imgcat_caller();
	TupleDesc	tupdesc;
	Datum		values[4];
	bool		nulls[4] = {false};
	double		quota;

	if (!caller.is_admin &&
		(caller.project_id == NULL || strcmp(caller.project_id, project) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to see the quota of a project"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "It is another project than the caller's.")));
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	imgcat_spi_connect();
	values[0] = Int64GetDatum(count_images(project, PG_INT64_MAX));
	quota = imgcat_project_quota(IMGCAT_QUOTA_IMAGES, project, image_quota);
	values[1] = Int64GetDatum((int64) quota);
	nulls[1] = quota < 0;
	values[2] = Int64GetDatum(imgcat_storage_of(project));
	quota = imgcat_storage_quota_of(project);
	values[3] = Int64GetDatum((int64) quota);
	nulls[3] = quota < 0;
	imgcat_spi_finish();
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls)));
}
