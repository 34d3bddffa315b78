/*-------------------------------------------------------------------------
 *
 * advisory_load.c
 *		Loads of vulnerability data: begun, filled in batches, and finished.
 *
 * A batch leaves alone what is there already: of an advisory that is the same
 * as in the load before, only the number of its load changes.  What is new
 * waits (is_current) until the load is finished.  Then what the load did not
 * bring vanishes, and what is new is matched with all packages, so the work
 * follows what has changed.
 *
 * Whoever adds packages matches them with all advisories that count.  So that
 * neither misses the other, finishing a load locks the table of packages
 * against that.
 *
 * src/scan/advisory_load.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "container/container_access.h"
#include "entry.h"
#include "executor/spi.h"
#include "image/errors.h"
#include "json_writer.h"
#include "scan/advisory.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Most bytes of a source: an index holds it beside an id of an advisory. */
#define SOURCE_BYTES	255

/* Formats of documents: what a source's name begins with. */
static const struct
{
	const char *name;
	ImgcatDocumentReader read;
}			formats[] = {
	{"osv", imgcat_read_osv},
	{"debian", imgcat_read_debian},
	{"alpine", imgcat_read_alpine},
	{"csaf", imgcat_read_csaf},
	{"epss", imgcat_read_epss},
	{"kev", imgcat_read_kev},
	{"nvd", imgcat_read_nvd},
};

static const ImgcatNamedColumn advisory_columns[] = {
	{"advisory_key", INT8OID}, {"advisory_id", TEXTOID},
	{"document_hash", BYTEAOID}, {"name", TEXTOID}, {"severity", INT2OID},
	{"cvss_v2", TEXTOID}, {"cvss_v3", TEXTOID}, {"cvss_v4", TEXTOID},
	{"summary", TEXTOID}, {"link", TEXTOID}, {"advisory_name", TEXTOID},
	{"advisory_link", TEXTOID}, {"published_at", TIMESTAMPTZOID},
	{"modified_at", TIMESTAMPTZOID}
};

static const ImgcatNamedColumn range_columns[] = {
	{"advisory_key", INT8OID}, {"range_index", INT4OID},
	{"ecosystem", TEXTOID}, {"name", TEXTOID}, {"by_source", BOOLOID},
	{"module", TEXTOID}, {"lower_version", TEXTOID},
	{"upper_version", TEXTOID}, {"upper_included", BOOLOID},
	{"versions", TEXTARRAYOID}, {"fixed_by", TEXTOID}
};

static const ImgcatNamedColumn detail_columns[] = {
	{"cve", TEXTOID}, {"epss_probability", FLOAT8OID},
	{"epss_percentile", FLOAT8OID}, {"cisa_kev", JSONBOID},
	{"cvss_v2", TEXTOID}, {"cvss_v3", TEXTOID}, {"cvss_v4", TEXTOID},
	{"summary", TEXTOID}, {"published_at", TIMESTAMPTZOID},
	{"modified_at", TIMESTAMPTZOID}
};

/*
 * The reader of a source's documents.
 */
static ImgcatDocumentReader
find_reader(const char *source)
{
	size_t		length = strcspn(source, ":");

	if (strlen(source) > SOURCE_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the name of a source must not be longer than %d bytes",
						SOURCE_BYTES)));
	for (int i = 0; i < (int) lengthof(formats); i++)
		if (strlen(formats[i].name) == length &&
			memcmp(formats[i].name, source, length) == 0)
			return formats[i].read;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown format of vulnerability data"),
			 errdetail("The source \"%s\" does not begin with the name of a format.",
					   source),
			 errhint("Name the format (osv, debian, alpine, csaf, epss, kev, nvd) and, after a colon, which documents these are, as in osv:PyPI.")));
}

/*
 * Begin a load of a source; what another one of it did not finish is forgotten,
 * also where that was begun just now.  SPI is connected.
 */
static int64
begin_load(const char *source)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	bool		isnull;

	(void) find_reader(source);
	values[0] = CStringGetTextDatum(source);
	if (SPI_execute_with_args("DELETE FROM image_catalog.vulnerability_loads"
							  " WHERE source = $1 AND finished_at IS NULL",
							  1, types, values, NULL, false,
							  0) != SPI_OK_DELETE ||
		SPI_execute_with_args("DELETE FROM image_catalog.advisories"
							  " WHERE source = $1 AND NOT is_current",
							  1, types, values, NULL, false,
							  0) != SPI_OK_DELETE ||
		SPI_execute_with_args("INSERT INTO image_catalog.vulnerability_loads"
							  "  (source) VALUES ($1)"
							  " ON CONFLICT (source, (finished_at IS NULL))"
							  " DO UPDATE SET load_key = excluded.load_key"
							  " RETURNING load_key",
							  1, types, values, NULL, false,
							  0) != SPI_OK_INSERT_RETURNING)
		elog(ERROR, "could not begin a load");
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 1, &isnull));
}

/*
 * Lock a load that is not finished, so that one session at a time works at it;
 * returns its source.  SPI is connected.
 */
static char *
lock_load(int64 key)
{
	Oid			types[1] = {INT8OID};
	Datum		values[1];

	values[0] = Int64GetDatum(key);
	if (SPI_execute_with_args("SELECT source"
							  " FROM image_catalog.vulnerability_loads"
							  " WHERE load_key = $1 AND finished_at IS NULL"
							  " FOR UPDATE",
							  1, types, values, NULL, false,
							  0) != SPI_OK_SELECT)
		elog(ERROR, "could not read loads");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_NOT_FOUND),
				 errmsg("there is no load " INT64_FORMAT " to go on with", key),
				 errdetail("It was finished, or another load of its source was begun."),
				 errhint("Begin one by begin_vulnerability_load().")));
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/*
 * Write the rows of a batch.
 */
static void
write_batch(ImgcatLoad *load)
{
	Oid			types[2] = {INT8OID, TEXTOID};
	Datum		values[2];

	values[0] = Int64GetDatum(load->key);
	values[1] = CStringGetTextDatum(load->source);
	if (load->advisories.count > 0)
	{
		/* of an id that comes again in a load, the last document counts */
		imgcat_execute_with_rows("DELETE FROM image_catalog.advisories AS a"
								 " USING (SELECT DISTINCT advisory_id"
								 "        FROM imported) AS n"
								 IMGCAT_BY_INDEX("advisory_key", "advisories",
												 "source = $2"
												 " AND advisory_id = n.advisory_id"
												 " AND NOT is_current") " AS o"
								 " WHERE a.advisory_key = o.advisory_key"
								 "  AND $1 IS NOT NULL",
								 "imported", &load->advisories, 2, types, values, false,
								 SPI_OK_DELETE);
		imgcat_execute_with_rows("UPDATE image_catalog.advisories AS a"
								 " SET load_key = CASE WHEN"
								 "  a.document_hash = n.document_hash"
								 "  THEN $1 ELSE 0 END"
								 " FROM (SELECT DISTINCT ON (advisory_id) *"
								 "       FROM imported"
								 "       ORDER BY advisory_id, advisory_key DESC) AS n"
								 IMGCAT_BY_INDEX("advisory_key", "advisories",
												 "source = $2"
												 " AND advisory_id = n.advisory_id"
												 " AND is_current") " AS o"
								 " WHERE a.advisory_key = o.advisory_key"
								 "  AND (a.document_hash = n.document_hash"
								 "       OR a.load_key = $1)",
								 "imported", &load->advisories, 2, types, values, false,
								 SPI_OK_UPDATE);
		imgcat_execute_with_rows("INSERT INTO image_catalog.advisories"
								 "  (load_key, source, advisory_key,"
								 "   advisory_id, document_hash, name,"
								 "   severity, cvss_v2, cvss_v3, cvss_v4,"
								 "   summary, link, advisory_name,"
								 "   advisory_link, published_at, modified_at)"
								 " SELECT DISTINCT ON (n.advisory_id) $1, $2, n.*"
								 " FROM imported AS n"
								 " LEFT JOIN LATERAL (SELECT load_key"
								 "  FROM image_catalog.advisories"
								 "  WHERE source = $2"
								 "   AND advisory_id = n.advisory_id"
								 "   AND is_current OFFSET 0) AS a ON true"
								 " WHERE a.load_key IS DISTINCT FROM $1"
								 " ORDER BY n.advisory_id, n.advisory_key DESC",
								 "imported", &load->advisories, 2, types, values, false,
								 SPI_OK_INSERT);
	}
	if (load->ranges.count > 0)
		imgcat_execute_with_rows("INSERT INTO image_catalog.advisory_ranges"
								 "  (advisory_key, range_index, ecosystem,"
								 "   name, by_source, module, lower_version,"
								 "   upper_version, upper_included, versions,"
								 "   fixed_by)"
								 " SELECT n.* FROM imported AS n"
								 " WHERE EXISTS (SELECT"
								 "  FROM image_catalog.advisories AS a"
								 "  WHERE a.advisory_key = n.advisory_key)",
								 "imported", &load->ranges, 0, NULL, NULL, false, SPI_OK_INSERT);
	if (load->details.count > 0)
		imgcat_execute_with_rows("INSERT INTO image_catalog.vulnerability_details"
								 "  (load_key, cve, epss_probability,"
								 "   epss_percentile, cisa_kev, cvss_v2,"
								 "   cvss_v3, cvss_v4, summary,"
								 "   published_at, modified_at)"
								 " SELECT DISTINCT ON (n.cve) $1, n.*"
								 " FROM imported AS n ORDER BY n.cve"
								 " ON CONFLICT DO NOTHING",
								 "imported", &load->details, 1, types, values, false,
								 SPI_OK_INSERT);
}

/*
 * Read a batch of documents, an array or a single one, into a load, whose row is
 * locked.  Returns the number of documents.  SPI is connected.
 */
static int
import_batch(ImgcatLoad *load, Jsonb *documents)
{
	ImgcatDocumentReader read = find_reader(load->source);
	int			count = 0;
	ImgcatJsonbWalk walk;
	Oid			types[3] = {INT8OID, INT8OID, INT8OID};
	Datum		values[3];

	initStringInfo(&load->refused);
	load->nrefused = 0;
	imgcat_begin_named_rows(&load->advisories, advisory_columns,
							lengthof(advisory_columns));
	imgcat_begin_named_rows(&load->ranges, range_columns,
							lengthof(range_columns));
	imgcat_begin_named_rows(&load->details, detail_columns,
							lengthof(detail_columns));
	if (JB_ROOT_IS_OBJECT(documents))
	{
		read(load, &documents->root, "");
		count = 1;
	}
	else if (JB_ROOT_IS_SCALAR(documents))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an array of documents is expected")));
	else
	{
		imgcat_read_begin(&walk, &documents->root);
		while (imgcat_read_next(&walk))
		{
			JsonbContainer *document = imgcat_read_as_object(&walk.value);
			char	   *place = psprintf("/%d", walk.index);

			if (document == NULL)
				imgcat_refuse(load, place, "a document is an object");
			else
				read(load, document, place);
			count++;
		}
	}
	write_batch(load);
	tuplestore_end(load->advisories.rows);
	tuplestore_end(load->ranges.rows);
	tuplestore_end(load->details.rows);

	values[0] = Int64GetDatum(load->key);
	values[1] = Int64GetDatum(count);
	values[2] = Int64GetDatum(load->nrefused);
	if (SPI_execute_with_args("UPDATE image_catalog.vulnerability_loads"
							  " SET documents = documents + $2,"
							  "  refused = refused + $3"
							  " WHERE load_key = $1",
							  3, types, values, NULL, false,
							  0) != SPI_OK_UPDATE)
		elog(ERROR, "could not count documents");
	return count;
}

/*
 * The keys in the first so many rows that the last query returned, its first
 * column, as an array.
 */
Datum
imgcat_result_keys(uint64 count)
{
	Datum	   *keys = palloc_extended(sizeof(Datum) * Max(count, 1),
									   MCXT_ALLOC_HUGE);
	bool		isnull;

	for (uint64 row = 0; row < count; row++)
		keys[row] = SPI_getbinval(SPI_tuptable->vals[row],
								  SPI_tuptable->tupdesc, 1, &isnull);
	return PointerGetDatum(construct_array(keys, (int) count, INT8OID,
										   sizeof(int64), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

/*
 * Match packages, an array of their keys, with the advisories that count.  The
 * table of packages is locked against loads that are finished, and SPI is
 * connected.
 */
void
imgcat_match_packages(Datum package_keys)
{
	Oid			types[1] = {INT8ARRAYOID};
	Datum		values[1];

	values[0] = package_keys;
	if (SPI_execute_with_args("INSERT INTO image_catalog.package_findings"
							  "  (package_key, advisory_key, fixed_by)"
							  " SELECT p.package_key, r.advisory_key,"
							  "  image_catalog.latest_version(r.ecosystem,"
							  "                               r.fixed_by)"
							  " FROM pg_catalog.unnest($1) AS given (package_key)"
							  IMGCAT_BY_INDEX("*", "packages",
											  "package_key = given.package_key")
							  " AS named"
	/* with its own name, or with that of its source */
							  " CROSS JOIN LATERAL (VALUES"
							  "  (named.package_key, named.ecosystem,"
							  "   named.name, named.version, named.module, false),"
							  "  (named.package_key, named.ecosystem,"
							  "   named.source_name, named.source_version,"
							  "   named.module, true))"
							  " AS p (package_key, ecosystem, name, version,"
							  "       module, by_source)"
							  IMGCAT_BY_INDEX("*", "advisory_ranges",
											  "ecosystem = p.ecosystem"
											  " AND name = p.name"
											  " AND by_source = p.by_source")
							  " AS r"
							  " CROSS JOIN LATERAL (SELECT"
							  "  FROM image_catalog.advisories"
							  "  WHERE advisory_key = r.advisory_key"
							  "   AND is_current OFFSET 0) AS a WHERE"
							  IMGCAT_MATCHES
							  " ON CONFLICT DO NOTHING",
							  1, types, values, NULL, false,
							  0) != SPI_OK_INSERT)
		elog(ERROR, "could not match packages");
}

/* What finishing a load has done. */
typedef struct LoadResult
{
	int64		documents;
	int64		refused;
	int64		added;			/* advisories */
	int64		removed;
	int64		packages;		/* that are hit, or are not any more */
	int64		images;			/* that have such */
} LoadResult;

/*
 * Run a statement of finishing a load; its parameters are the load's key and
 * source.  Returns the number of rows.
 */
static int64
finish_step(const char *statement, int64 key, const char *source)
{
	Oid			types[2] = {INT8OID, TEXTOID};
	Datum		values[2];

	values[0] = Int64GetDatum(key);
	values[1] = CStringGetTextDatum(source);
	if (SPI_execute_with_args(statement, 2, types, values, NULL, false,
							  0) < 0)
		elog(ERROR, "could not finish a load: %s", statement);
	return (int64) SPI_processed;
}

/*
 * A column of the row that a statement of finish_step answered.
 */
static int64
step_result(int column)
{
	bool		isnull;

	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, column,
									   &isnull));
}

/*
 * Let a load, whose row is locked, count.  SPI is connected.
 */
static void
finish_load(int64 key, const char *source, LoadResult *result)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot finish a load in a transaction that keeps its snapshot"),
				 errdetail("It might not see the newest packages."),
				 errhint("Use READ COMMITTED.")));
	finish_step("LOCK TABLE image_catalog.packages IN SHARE ROW EXCLUSIVE MODE",
				key, source);

	/*
	 * What follows goes from the advisories of the load by indexes, also
	 * where these are all there are: then it is not much dearer than reading
	 * the tables whole, and with a single one it does not depend on what the
	 * planner knows of tables that were filled just now.  ctid stays what it
	 * is, as all who write these tables wait for the lock.
	 *
	 * A finding of an advisory that changed was found when it was before.
	 */
	finish_step("UPDATE image_catalog.advisories AS a SET first_found_at ="
				"  LEAST(o.first_found_at,"
				"        (SELECT pg_catalog.min(f.found_at)"
				"         FROM image_catalog.package_findings AS f"
				"         WHERE f.advisory_key = o.advisory_key))"
				" FROM image_catalog.advisories AS o"
				" WHERE a.load_key = $1 AND NOT a.is_current"
				"  AND o.source = $2 AND o.advisory_id = a.advisory_id"
				"  AND o.is_current AND o.load_key <> $1", key, source);
	finish_step("WITH removed AS (DELETE FROM image_catalog.package_findings"
				"  WHERE ctid = ANY (ARRAY(SELECT f.ctid"
				"   FROM image_catalog.advisories AS a"
				IMGCAT_BY_INDEX("ctid", "package_findings",
								"advisory_key = a.advisory_key") " AS f"
				"   WHERE a.source = $2 AND a.is_current AND a.load_key <> $1))"
				"  RETURNING package_key),"
				" added AS (INSERT INTO image_catalog.package_findings"
				"   (package_key, advisory_key, fixed_by)"
				"  SELECT p.package_key, r.advisory_key,"
				"   image_catalog.latest_version(r.ecosystem, r.fixed_by)"
				"  FROM image_catalog.advisories AS a"
				IMGCAT_BY_INDEX("*", "advisory_ranges",
								"advisory_key = a.advisory_key") " AS r"
	/* one of the two, by a condition that no row is read for */
				"  CROSS JOIN LATERAL (SELECT package_key, version, module"
				"   FROM image_catalog.packages"
				"   WHERE NOT r.by_source AND ecosystem = r.ecosystem"
				"    AND name = r.name"
				"   UNION ALL SELECT package_key, source_version, module"
				"   FROM image_catalog.packages"
				"   WHERE r.by_source AND ecosystem = r.ecosystem"
				"    AND source_name = r.name OFFSET 0) AS p"
				"  WHERE a.load_key = $1 AND NOT a.is_current AND"
				IMGCAT_MATCHES
				"  RETURNING package_key),"
				" hit AS (SELECT package_key FROM removed"
				"  UNION SELECT package_key FROM added),"
				" images AS (SELECT DISTINCT k.image_key FROM hit"
				IMGCAT_BY_INDEX("image_key", "container_packages",
								"package_key = hit.package_key") " AS k),"
				" due AS (UPDATE image_catalog.container_scans"
				"  SET due_at = pg_catalog.now()"
				"  WHERE ctid = ANY (ARRAY(SELECT s.ctid FROM images AS i"
				IMGCAT_BY_INDEX("ctid", "container_scans",
								"image_key = i.image_key AND due_at IS NULL")
				" AS s)))"
				" SELECT (SELECT pg_catalog.count(*) FROM hit),"
				"  (SELECT pg_catalog.count(*) FROM images)", key, source);
	result->packages = step_result(1);
	result->images = step_result(2);

	/* of what is only known of a CVE, that it is exploited does not wait */
	finish_step("UPDATE image_catalog.container_scans AS s"
				" SET due_at = pg_catalog.now()"
				" FROM (SELECT DISTINCT f.image_key"
				"       FROM image_catalog.vulnerability_details AS d"
				IMGCAT_BY_INDEX("image_key", "container_findings",
								"pg_catalog.lower(cve) = pg_catalog.lower(d.cve)"
								" AND NOT cisa_kev") " AS f"
				"       WHERE d.load_key = $1 AND d.cisa_kev IS NOT NULL"
				"        AND $2 IS NOT NULL) AS i"
				" WHERE s.image_key = i.image_key AND s.due_at IS NULL", key,
				source);

	result->removed =
		finish_step("DELETE FROM image_catalog.advisories"
					" WHERE source = $2 AND is_current AND load_key <> $1",
					key, source);
	result->added =
		finish_step("UPDATE image_catalog.advisories SET is_current = true"
					" WHERE load_key = $1 AND NOT is_current AND source = $2",
					key, source);
	finish_step("DELETE FROM image_catalog.vulnerability_loads"
				" WHERE source = $2 AND load_key <> $1", key, source);
	finish_step("UPDATE image_catalog.vulnerability_loads"
				" SET finished_at = pg_catalog.now()"
				" WHERE load_key = $1 AND source = $2"
				" RETURNING documents, refused", key, source);
	result->documents = step_result(1);
	result->refused = step_result(2);
}

/*
 * Append what finishing a load has done, as members of a JSON object.
 */
static void
append_result(StringInfo out, const char *source, const LoadResult *result)
{
	appendStringInfoString(out, "{\"source\":");
	imgcat_json_string(out, source, strlen(source));
	appendStringInfo(out, ",\"documents\":" INT64_FORMAT ",\"new\":" INT64_FORMAT
					 ",\"removed\":" INT64_FORMAT ",\"packages\":" INT64_FORMAT
					 ",\"images\":" INT64_FORMAT,
					 result->documents, result->added, result->removed,
					 result->packages, result->images);
}

/*
 * begin_vulnerability_load(source text) returns bigint
 */
IMGCAT_FUNCTION(imgcat_begin_vulnerability_load, 1)
{
	int64		key;

	imgcat_require_container_write();
	SPI_connect();
	key = begin_load(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	SPI_finish();
	PG_RETURN_INT64(key);
}

/*
 * import_vulnerabilities(source text, documents jsonb, load bigint) returns json
 */
IMGCAT_FUNCTION(imgcat_import_vulnerabilities, 2)
{
	char	   *source = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool		whole = PG_ARGISNULL(2);
	StringInfoData answer;
	ImgcatLoad	load;
	int			count;

	imgcat_require_container_write();
	initStringInfo(&answer);
	SPI_connect();
	load.source = source;
	load.key = whole ? begin_load(source) : PG_GETARG_INT64(2);
	if (strcmp(lock_load(load.key), source) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("load " INT64_FORMAT " is of another source", load.key)));
	count = import_batch(&load, PG_GETARG_JSONB_P(1));
	if (whole)
	{
		LoadResult	result;

		finish_load(load.key, source, &result);
		append_result(&answer, source, &result);
		appendStringInfo(&answer, ",\"refused\":[%s]}", load.refused.data);
	}
	else
		appendStringInfo(&answer, "{\"documents\":%d,\"advisories\":" INT64_FORMAT
						 ",\"refused\":[%s]}", count,
						 load.advisories.count + load.details.count,
						 load.refused.data);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(answer.data, answer.len));
}

/*
 * finish_vulnerability_load(load bigint) returns json
 */
IMGCAT_FUNCTION(imgcat_finish_vulnerability_load, 1)
{
	StringInfoData answer;
	LoadResult	result;
	char	   *source;

	imgcat_require_container_write();
	initStringInfo(&answer);
	SPI_connect();
	source = lock_load(PG_GETARG_INT64(0));
	finish_load(PG_GETARG_INT64(0), source, &result);
	append_result(&answer, source, &result);
	appendStringInfo(&answer, ",\"refused\":" INT64_FORMAT "}", result.refused);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(answer.data, answer.len));
}
