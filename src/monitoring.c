/*-------------------------------------------------------------------------
 *
 * monitoring.c
 *		What is in the catalogue, for those who run it.
 *
 * Three kinds of answers, by their price: estimates out of the planner's
 * statistics, which read none of the data; exact numbers of what waits for
 * somebody, which read that and no more; and exact numbers of everything.
 *
 * src/monitoring.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "image/errors.h"
#include "plan_cache.h"
#include "utils/tuplestore.h"

/* names of the codes that container_findings has */
#define SEVERITY(code_) \
	"(ARRAY['UNKNOWN', 'LOW', 'MODERATE', 'IMPORTANT', 'CRITICAL'])[1 + " code_ "]"
#define FINDING_STATE(code_) \
	"(ARRAY['OBSERVED', 'DEFERRED', 'FALSE_POSITIVE'])[1 + " code_ "]"

/* named as written, whatever IntervalStyle says */
#define AGES \
	"(SELECT t AS name, t::interval AS age FROM " \
	"unnest(ARRAY['0 days', '1 day', '7 days', '30 days', '90 days', '365 days']) t) a"

/*
 * ANALYZE keeps the commonest values of a column and their frequencies, and
 * bounds between which the others are evenly spread.
 */
static const char estimates_sql[] =
"WITH statistics AS ("
" SELECT s.tablename::text AS tablename, s.attname::text AS attname, s.null_frac,"
"  s.most_common_vals::text::text[] AS vals, s.most_common_freqs AS freqs,"
"  s.histogram_bounds::text::text[] AS bounds, greatest(c.reltuples, 0)::float8 AS tuples"
" FROM pg_stats s JOIN pg_class c ON c.relname = s.tablename"
"  AND c.relnamespace = 'image_catalog'::regnamespace"
" WHERE s.schemaname = 'image_catalog' AND NOT s.inherited)"
"SELECT c.relname::text AS subject, NULL::text AS attribute, NULL::text AS value,"
" greatest(c.reltuples, 0)::bigint AS estimate"
" FROM pg_class c WHERE c.relnamespace = 'image_catalog'::regnamespace"
"  AND c.relname IN ('images', 'image_members', 'container_images',"
"   'container_components', 'container_findings') "
"UNION ALL "
"SELECT s.tablename, s.attname,"
" CASE WHEN s.attname = 'severity' THEN " SEVERITY("v.value::int")
" ELSE v.value END, round(v.freq * s.tuples)::bigint"
" FROM statistics s, unnest(s.vals, s.freqs) v (value, freq)"
" WHERE (s.tablename, s.attname) IN (('images', 'status'), ('images', 'visibility'),"
"  ('images', 'owner'), ('images', 'disk_format'), ('images', 'container_format'),"
"  ('images', 'os_hidden'), ('images', 'protected'), ('image_members', 'status'),"
"  ('container_images', 'operating_system'), ('container_findings', 'severity'),"
"  ('container_findings', 'is_fixable')) "
"UNION ALL "
"SELECT s.tablename, s.attname, NULL, round(s.null_frac * s.tuples)::bigint"
" FROM statistics s WHERE s.null_frac > 0"
"  AND (s.tablename, s.attname) IN (('images', 'owner'), ('images', 'size'),"
"   ('container_images', 'scan_time')) "
"UNION ALL "
"SELECT s.tablename, s.attname, '> 0', round(s.tuples * (1 - s.null_frac"
"  - COALESCE((SELECT sum(v.freq) FROM unnest(s.vals, s.freqs) v (value, freq)"
"   WHERE v.value = '0'), 0)))::bigint"
" FROM statistics s WHERE s.tablename = 'container_images'"
"  AND s.attname IN ('critical_cve_count', 'important_cve_count',"
"   'moderate_cve_count', 'low_cve_count', 'fixable_cve_count') "
"UNION ALL "
"SELECT s.tablename, s.attname, 'older than ' || a.name,"
" round(s.tuples * (COALESCE((SELECT sum(v.freq) FROM unnest(s.vals, s.freqs) v (value, freq)"
"   WHERE v.value::timestamptz < now() - a.age), 0)"
"  + (1 - s.null_frac - COALESCE((SELECT sum(f) FROM unnest(s.freqs) f), 0))"
"  * COALESCE((SELECT count(*) FILTER (WHERE b::timestamptz < now() - a.age)::float8"
"   / nullif(count(*), 0) FROM unnest(s.bounds) b), 0)))::bigint"
" FROM statistics s, " AGES
" WHERE (s.tablename, s.attname) IN (('container_images', 'scan_time'), ('images', 'created_at'))";

/* The indexes of deleted images, of uploads and of CVEs find all of it. */
static const char pending_sql[] =
"SELECT 'deleted images' AS subject, 'older than ' || a.name AS value, d.images AS count,"
" NULL::numeric AS bytes FROM " AGES ", LATERAL ("
" SELECT count(*) AS images FROM image_catalog.images i"
" WHERE i.deleted_at < now() - a.age) d "
"UNION ALL "
"SELECT 'uploads', s.status, count(i.id), COALESCE(sum(u.size), 0)"
" FROM unnest(ARRAY['saving', 'uploading', 'importing']) s (status)"
" LEFT JOIN (image_catalog.image_uploads u"
"  JOIN image_catalog.images i ON i.id = u.image_id) ON i.status = s.status"
" GROUP BY s.status "
"UNION ALL "
"SELECT 'finding rules', " FINDING_STATE("s.state") ", count(r.cve), NULL"
" FROM generate_series(0, 2) s (state)"
" LEFT JOIN image_catalog.container_finding_rules r ON r.state = s.state"
" GROUP BY s.state "
"UNION ALL "
"SELECT 'findings with rules', " FINDING_STATE("s.state") ", count(f.image_key), NULL"
" FROM generate_series(0, 2) s (state)"
" LEFT JOIN (SELECT DISTINCT r.state, r.cve_lower"
"  FROM image_catalog.container_finding_rules r) r ON r.state = s.state"
" LEFT JOIN image_catalog.container_findings f ON lower(f.cve) = r.cve_lower"
" GROUP BY s.state "
"UNION ALL "
"SELECT 'watched images', NULL, count(*), NULL FROM image_catalog.container_watched_images";

/*
 * What sessions are at (progress.c), and loads of vulnerability data, which
 * take many transactions: of these, what is committed.
 */
static const char progress_sql[] =
"SELECT CASE c.relname WHEN 'images' THEN 'import of images'"
" WHEN 'container_images' THEN 'import of container images'"
" ELSE 'scan of container images' END AS work, p.pid, a.query_start AS started_at,"
" p.tuples_processed AS done, nullif(p.bytes_processed, 0) AS bytes_read,"
" nullif(p.bytes_total, 0) AS bytes_total"
" FROM pg_stat_progress_copy p JOIN pg_class c ON c.oid = p.relid"
" JOIN pg_stat_activity a ON a.pid = p.pid"
" WHERE p.type = 'CALLBACK' AND p.datid = (SELECT d.oid FROM pg_database d"
"  WHERE d.datname = current_database())"
" AND c.relnamespace = 'image_catalog'::regnamespace "
"UNION ALL "
"SELECT 'load of vulnerabilities: ' || l.source, NULL, l.started_at, l.documents, NULL, NULL"
" FROM image_catalog.vulnerability_loads l WHERE l.finished_at IS NULL";

static const char sizes_sql[] =
"SELECT c.relname::text AS relation, greatest(c.reltuples, 0)::bigint AS rows,"
" pg_table_size(c.oid) AS table_bytes, pg_indexes_size(c.oid) AS index_bytes"
" FROM pg_class c WHERE c.relkind = 'r'"
"  AND c.relnamespace = 'image_catalog'::regnamespace";

static const char counts_sql[] =
"SELECT 'images' AS subject, i.status || ' ' || i.visibility AS value, count(*) AS count,"
" COALESCE(sum(i.size), 0) AS bytes"
" FROM image_catalog.images i GROUP BY i.status, i.visibility "
"UNION ALL "
"SELECT 'image_members', m.status, count(*), NULL"
" FROM image_catalog.image_members m WHERE m.deleted_at IS NULL GROUP BY m.status "
"UNION ALL "
"SELECT 'container_images', CASE WHEN c.critical_cve_count > 0 THEN 'CRITICAL'"
"  WHEN c.important_cve_count > 0 THEN 'IMPORTANT'"
"  WHEN c.moderate_cve_count > 0 THEN 'MODERATE'"
"  WHEN c.low_cve_count > 0 THEN 'LOW' WHEN c.cve_count > 0 THEN 'UNKNOWN'"
"  ELSE 'none' END, count(*), NULL"
" FROM image_catalog.container_images c GROUP BY 2 "
"UNION ALL "
"SELECT 'container_images', 'scan older than ' || a.name, c.images, NULL"
" FROM " AGES ", LATERAL (SELECT count(*) AS images FROM image_catalog.container_images c"
"  WHERE c.scan_time < now() - a.age) c "
"UNION ALL "
"SELECT 'container_findings', " SEVERITY("f.severity") ", count(*), NULL"
" FROM image_catalog.container_findings f GROUP BY f.severity";

/*
 * Answer a set-returning function with the rows of a statement, whose columns
 * are those of its result; for administrators alone.
 */
static Datum
answer_rows(FunctionCallInfo fcinfo, const char *sql)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to look at the whole catalogue"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator of the catalogue may.")));
	InitMaterializedSRF(fcinfo, 0);
	imgcat_spi_connect();
	if (SPI_execute_plan(imgcat_plan(sql, 0, NULL), NULL, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look at the catalogue");
	if (SPI_tuptable->tupdesc->natts != rsinfo->setDesc->natts)
		elog(ERROR, "columns of the catalogue's numbers differ");
	for (uint64 row = 0; row < SPI_processed; row++)
		tuplestore_puttuple(rsinfo->setResult, SPI_tuptable->vals[row]);
	imgcat_spi_finish();
	return (Datum) 0;
}

/*
 * catalog_estimates(OUT subject text, OUT attribute text, OUT value text,
 * OUT estimate bigint)
 */
IMGCAT_FUNCTION(imgcat_catalog_estimates, 0)
{
	return answer_rows(fcinfo, estimates_sql);
}

/*
 * catalog_pending(OUT subject text, OUT value text, OUT count bigint,
 * OUT bytes numeric)
 */
IMGCAT_FUNCTION(imgcat_catalog_pending, 0)
{
	return answer_rows(fcinfo, pending_sql);
}

/*
 * catalog_progress(OUT work text, OUT pid int, OUT started_at timestamptz,
 * OUT done bigint, OUT bytes_read bigint, OUT bytes_total bigint)
 */
IMGCAT_FUNCTION(imgcat_catalog_progress, 0)
{
	return answer_rows(fcinfo, progress_sql);
}

/*
 * catalog_sizes(OUT relation text, OUT rows bigint, OUT table_bytes bigint,
 * OUT index_bytes bigint)
 */
IMGCAT_FUNCTION(imgcat_catalog_sizes, 0)
{
	return answer_rows(fcinfo, sizes_sql);
}

/*
 * catalog_counts(OUT subject text, OUT value text, OUT count bigint,
 * OUT bytes numeric)
 */
IMGCAT_FUNCTION(imgcat_catalog_counts, 0)
{
	return answer_rows(fcinfo, counts_sql);
}
