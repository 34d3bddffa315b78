/*-------------------------------------------------------------------------
 *
 * import_images.c
 *		import_images(): bulk upsert of whole documents.
 *
 * The documents become rows of two ephemeral relations, as the transition
 * tables of a trigger are; a handful of statements, however many documents
 * there are, takes them into the catalogue.  Rows are written in the order of
 * their identifiers, so two imports of the same images wait for each other and
 * do not deadlock.
 *
 * src/image/import_images.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "context.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/import_reader.h"
#include "utils/builtins.h"
#include "utils/queryenvironment.h"
#include "utils/timestamp.h"

/*
 * $1 is the time of the import.  A document without created_at leaves that of
 * an image that exists; without updated_at it counts as never changed.
 */
static const char upsert_sql[] =
"INSERT INTO image_catalog.images AS i (id, name, status, visibility, "
"protected, os_hidden, owner, disk_format, container_format, min_disk, "
"min_ram, size, virtual_size, checksum, os_hash_algo, os_hash_value, "
"created_at, updated_at, tags, properties, deleted_at) "
"SELECT d.id, d.name, d.status, d.visibility, d.protected, d.os_hidden, "
"d.owner, d.disk_format, d.container_format, d.min_disk, d.min_ram, d.size, "
"d.virtual_size, d.checksum, d.os_hash_algo, d.os_hash_value, "
"COALESCE(d.created_at, "
"(SELECT o.created_at FROM image_catalog.images o WHERE o.id = d.id), $1), "
"COALESCE(d.updated_at, d.created_at, $1), d.tags, d.properties, "
"CASE WHEN d.status = 'deleted' "
"THEN COALESCE(d.deleted_at, d.updated_at, d.created_at, $1) END "
"FROM documents d ORDER BY d.id "
"ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
"status = excluded.status, visibility = excluded.visibility, "
"protected = excluded.protected, os_hidden = excluded.os_hidden, "
"owner = excluded.owner, disk_format = excluded.disk_format, "
"container_format = excluded.container_format, "
"min_disk = excluded.min_disk, min_ram = excluded.min_ram, "
"size = excluded.size, virtual_size = excluded.virtual_size, "
"checksum = excluded.checksum, os_hash_algo = excluded.os_hash_algo, "
"os_hash_value = excluded.os_hash_value, created_at = excluded.created_at, "
"updated_at = excluded.updated_at, tags = excluded.tags, "
"properties = excluded.properties, deleted_at = excluded.deleted_at";

/* Members that a document names; those of a deleted image end with it. */
static const char members_sql[] =
"INSERT INTO image_catalog.image_members AS m (image_id, member_id, status, "
"created_at, updated_at, deleted_at) "
"SELECT n.image_id, n.member_id, n.status, $1, $1, i.deleted_at "
"FROM members n JOIN image_catalog.images i ON i.id = n.image_id "
"ORDER BY n.image_id, n.member_id "
"ON CONFLICT (image_id, member_id) DO UPDATE SET status = excluded.status, "
"updated_at = excluded.updated_at, deleted_at = excluded.deleted_at";

/* Members that a document, which names members, does not name. */
static const char removed_members_sql[] =
"UPDATE image_catalog.image_members m SET deleted_at = $1, updated_at = $1 "
"FROM documents d WHERE m.image_id = d.id AND d.has_members "
"AND m.deleted_at IS NULL AND NOT EXISTS (SELECT FROM members n "
"WHERE n.image_id = m.image_id AND n.member_id = m.member_id)";

/* Members of images that are deleted by the import. */
static const char kept_members_sql[] =
"UPDATE image_catalog.image_members m SET deleted_at = i.deleted_at "
"FROM documents d JOIN image_catalog.images i ON i.id = d.id "
"WHERE m.image_id = d.id AND m.deleted_at IS NULL "
"AND i.deleted_at IS NOT NULL";

/*
 * Make a store known to statements under a name.
 */
static void
register_store(const char *name, Tuplestorestate *store, TupleDesc tupdesc,
			   int64 count)
{
	EphemeralNamedRelation relation = palloc0(sizeof(EphemeralNamedRelationData));

	relation->md.name = pstrdup(name);
	relation->md.reliddesc = InvalidOid;
	relation->md.tupdesc = tupdesc;
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	relation->md.enrtuples = count;
	relation->reldata = store;
	if (SPI_register_relation(relation) != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register the imported images");
}

/*
 * Run one of the statements.  They are planned each time: an import knows how
 * many rows it has, and that decides the plan.
 */
static void
run(const char *sql, TimestampTz now)
{
	Oid			types[1] = {TIMESTAMPTZOID};
	Datum		args[1];
	int			result;

	args[0] = TimestampTzGetDatum(now);
	result = SPI_execute_with_args(sql, 1, types, args, NULL, false, 0);
	if (result < 0)
		elog(ERROR, "could not import images: %s",
			 SPI_result_code_string(result));
}

PG_FUNCTION_INFO_V1(imgcat_import_images);
/*
 * import_images(images jsonb) returns bigint
 */
Datum
imgcat_import_images(PG_FUNCTION_ARGS)
{
	Jsonb	   *documents = PG_GETARG_JSONB_P(0);
	TimestampTz now = GetCurrentTimestamp();
	ImgcatImport import;

	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to import images"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator imports images.")));

	imgcat_import_read(&import, documents);
	imgcat_spi_connect();
	register_store("documents", import.documents, import.documents_desc,
				   import.ndocuments);
	register_store("members", import.members, import.members_desc,
				   import.nmembers);
	run(upsert_sql, now);
	if (import.any_has_members)
	{
		run(removed_members_sql, now);
		run(members_sql, now);
	}
	run(kept_members_sql, now);
	imgcat_spi_finish();
	tuplestore_end(import.documents);
	tuplestore_end(import.members);
	PG_RETURN_INT64(import.ndocuments);
}
