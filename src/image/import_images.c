/*-------------------------------------------------------------------------
 *
 * import_images.c
 *		import_images(): bulk upsert of whole or partial documents.
 *
 * The documents become rows of ephemeral relations, as the transition tables
 * of a trigger are; a handful of statements, however many documents there are,
 * takes them into the catalogue.
 *
 * The first statement creates the images that are new and locks those that are
 * there, all in the order of their identifiers: two imports of the same images
 * wait for each other and do not deadlock.  What a document leaves out is
 * decided afterwards, by the locked rows, so nothing that another transaction
 * did meanwhile is lost.
 *
 * src/image/import_images.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/image_row.h"
#include "image/import_reader.h"
#include "miscadmin.h"
#include "progress.h"
#include "utils/builtins.h"
#include "utils/queryenvironment.h"
#include "utils/timestamp.h"

/*
 * $1 is the time of the import.  An image that is there is locked, and stays
 * as it is for now; the condition comes after the lock.
 */
static const char create_sql[] =
"INSERT INTO image_catalog.images AS i (id, name, status, visibility, "
"protected, os_hidden, owner, disk_format, container_format, min_disk, "
"min_ram, size, virtual_size, checksum, os_hash_algo, os_hash_value, "
"created_at, updated_at, tags, properties, deleted_at) "
"SELECT d.id, d.name, d.status, d.visibility, d.protected, d.os_hidden, "
"d.owner, d.disk_format, d.container_format, d.min_disk, d.min_ram, d.size, "
"d.virtual_size, d.checksum, d.os_hash_algo, d.os_hash_value, "
"COALESCE(d.created_at, $1), COALESCE(d.updated_at, d.created_at, $1), "
"d.tags, d.properties, CASE WHEN d.status = 'deleted' "
"THEN COALESCE(d.deleted_at, d.updated_at, d.created_at, $1) END "
"FROM documents d ORDER BY d.id "
"ON CONFLICT (id) DO UPDATE SET name = i.name WHERE false RETURNING id";

/* The documents of images that were there. */
#define EXISTING_DOCUMENTS \
	"i.id = d.id AND NOT EXISTS (SELECT FROM created c WHERE c.id = d.id)"

/*
 * The columns that an image keeps where the document does not name them.  The
 * times, and properties, have rules of their own.
 */
static const struct
{
	ImgcatImageColumn column;
	const char *name;
}			kept_columns[] =

{
	{IMGCAT_COL_NAME, "name"},
	{IMGCAT_COL_STATUS, "status"},
	{IMGCAT_COL_VISIBILITY, "visibility"},
	{IMGCAT_COL_PROTECTED, "protected"},
	{IMGCAT_COL_OS_HIDDEN, "os_hidden"},
	{IMGCAT_COL_OWNER, "owner"},
	{IMGCAT_COL_DISK_FORMAT, "disk_format"},
	{IMGCAT_COL_CONTAINER_FORMAT, "container_format"},
	{IMGCAT_COL_MIN_DISK, "min_disk"},
	{IMGCAT_COL_MIN_RAM, "min_ram"},
	{IMGCAT_COL_SIZE, "size"},
	{IMGCAT_COL_VIRTUAL_SIZE, "virtual_size"},
	{IMGCAT_COL_CHECKSUM, "checksum"},
	{IMGCAT_COL_OS_HASH_ALGO, "os_hash_algo"},
	{IMGCAT_COL_OS_HASH_VALUE, "os_hash_value"},
	{IMGCAT_COL_TAGS, "tags"},
};

/*
 * Members that a document names.  A membership lasts as long as its image,
 * unless the document says that it ended; one that is what the document says
 * is left alone, times and all.  A kept snapshot may see two images of one id,
 * one purged meanwhile and the one that we created: no member twice, so that the
 * foreign key's check tells it, as a failure to serialize.
 */
static const char members_sql[] =
"INSERT INTO image_catalog.image_members AS m (image_id, member_id, status, "
"created_at, updated_at, deleted_at) "
"SELECT DISTINCT ON (n.image_id, n.member_id) n.image_id, n.member_id, n.status, "
"COALESCE(n.created_at, o.created_at, $1), "
"COALESCE(n.updated_at, CASE WHEN o.image_id IS NULL THEN n.created_at "
"WHEN o.status = n.status AND o.deleted_at IS NOT DISTINCT FROM "
"COALESCE(n.deleted_at, i.deleted_at) THEN o.updated_at END, $1), "
"COALESCE(n.deleted_at, i.deleted_at) "
"FROM members n JOIN image_catalog.images i ON i.id = n.image_id "
"LEFT JOIN image_catalog.image_members o "
"ON o.image_id = n.image_id AND o.member_id = n.member_id "
"ORDER BY n.image_id, n.member_id "
"ON CONFLICT (image_id, member_id) DO UPDATE SET status = excluded.status, "
"created_at = excluded.created_at, updated_at = excluded.updated_at, "
"deleted_at = excluded.deleted_at "
"WHERE (m.status, m.created_at, m.updated_at, m.deleted_at) "
"IS DISTINCT FROM (excluded.status, excluded.created_at, "
"excluded.updated_at, excluded.deleted_at)";

/*
 * Members that a document, which names members, does not name.  They end
 * before the image does.
 */
static const char removed_members_sql[] =
"UPDATE image_catalog.image_members m SET updated_at = $1, "
"deleted_at = CASE WHEN i.deleted_at = $1 "
"THEN $1 - interval '1 microsecond' ELSE $1 END "
"FROM documents d JOIN image_catalog.images i ON i.id = d.id "
"WHERE m.image_id = d.id AND d.has_members "
"AND m.deleted_at IS NOT DISTINCT FROM i.deleted_at "
"AND NOT EXISTS (SELECT FROM members n "
"WHERE n.image_id = m.image_id AND n.member_id = m.member_id)";

/*
 * Locations that a document, which names locations, does not name at that
 * place; then those that are not there.  An image without data has none.
 */
static const char removed_locations_sql[] =
"DELETE FROM image_catalog.image_locations l USING documents d "
"WHERE l.image_id = d.id AND d.has_locations "
"AND NOT EXISTS (SELECT FROM locations n WHERE n.image_id = l.image_id "
"AND n.number = l.number AND n.url = l.url)";
static const char locations_sql[] =
"INSERT INTO image_catalog.image_locations AS l (image_id, number, url, "
"metadata, created_at) "
"SELECT DISTINCT ON (n.image_id, n.url) n.image_id, n.number, n.url, "
"n.metadata, COALESCE(n.created_at, o.created_at, $1) "
"FROM locations n JOIN image_catalog.images i ON i.id = n.image_id "
"LEFT JOIN image_catalog.image_locations o "
"ON o.image_id = n.image_id AND o.url = n.url "
"WHERE i.status <> 'queued' AND i.status <> 'deleted' "
"ORDER BY n.image_id, n.url, n.number "
"ON CONFLICT (image_id, url) DO UPDATE SET metadata = excluded.metadata, "
"created_at = excluded.created_at "
"WHERE (l.metadata, l.created_at) IS DISTINCT FROM "
"(excluded.metadata, excluded.created_at)";

/*
 * The statement that takes documents into the images that were there.  $2:
 * properties that a document does not name stay.
 *
 * An image that is deleted again keeps the time of its deletion, and none
 * counts as changed before it was created.
 */
static char *
replace_sql(void)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "UPDATE image_catalog.images i SET ");
	for (int i = 0; i < (int) lengthof(kept_columns); i++)
		appendStringInfo(&sql, "%s = CASE WHEN d.missing & %d = 0 "
						 "THEN d.%s ELSE i.%s END, ", kept_columns[i].name,
						 1 << kept_columns[i].column, kept_columns[i].name,
						 kept_columns[i].name);
	appendStringInfo(&sql,
					 "created_at = COALESCE(d.created_at, i.created_at), "
					 "updated_at = COALESCE(d.updated_at, "
					 "GREATEST(i.updated_at, d.created_at)), "
					 "properties = CASE WHEN $2 THEN i.properties || d.properties "
					 "ELSE d.properties END, "
					 "deleted_at = CASE WHEN CASE WHEN d.missing & %d = 0 "
					 "THEN d.status ELSE i.status END = 'deleted' "
					 "THEN COALESCE(d.deleted_at, i.deleted_at, d.updated_at, $1) END "
					 "FROM documents d WHERE " EXISTING_DOCUMENTS,
					 1 << IMGCAT_COL_STATUS);
	return sql.data;
}

/*
 * The statement that finds the first document that leaves out attributes which
 * its image has, and names them.
 */
static char *
left_out_sql(void)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT l.document, l.id, l.names FROM ("
						   "SELECT d.document, d.id, pg_catalog.concat_ws(', '");
	for (int i = 0; i < (int) lengthof(kept_columns); i++)
		appendStringInfo(&sql, ", CASE WHEN d.missing & %d <> 0 "
						 "AND i.%s IS DISTINCT FROM d.%s THEN '\"%s\"' END",
						 1 << kept_columns[i].column, kept_columns[i].name,
						 kept_columns[i].name, kept_columns[i].name);
	appendStringInfoString(&sql, ") AS names FROM documents d, "
						   "image_catalog.images i WHERE d.missing <> 0 AND "
						   EXISTING_DOCUMENTS ") l WHERE l.names <> '' "
						   "ORDER BY l.document LIMIT 1");
	return sql.data;
}

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
run(const char *sql, TimestampTz now, bool merge)
{
	Oid			types[2] = {TIMESTAMPTZOID, BOOLOID};
	Datum		args[2];
	int			result;

	args[0] = TimestampTzGetDatum(now);
	args[1] = BoolGetDatum(merge);
	result = SPI_execute_with_args(sql, 2, types, args, NULL, false, 0);
	if (result < 0)
		elog(ERROR, "could not import images: %s",
			 SPI_result_code_string(result));
}

/*
 * Make the identifiers that the last statement returned known as "created";
 * answers how many they are.  The store is to outlive the connection to SPI.
 */
static int64
register_created(Tuplestorestate *store)
{
	TupleDesc	tupdesc = CreateTemplateTupleDesc(1);
	uint64		ncreated = SPI_processed;

	TupleDescInitEntry(tupdesc, 1, "id", UUIDOID, -1, 0);
	TupleDescFinalize(tupdesc);
	for (uint64 i = 0; i < ncreated; i++)
	{
		bool		is_null;
		Datum		id = SPI_getbinval(SPI_tuptable->vals[i],
									   SPI_tuptable->tupdesc, 1, &is_null);

		tuplestore_putvalues(store, tupdesc, &id, &is_null);
	}
	SPI_freetuptable(SPI_tuptable);
	register_store("created", store, tupdesc, ncreated);
	return (int64) ncreated;
}

/*
 * Refuse documents that would empty what they do not name.
 */
static void
check_nothing_left_out(TimestampTz now)
{
	HeapTuple	tuple;
	TupleDesc	tupdesc;
	bool		is_null;

	run(left_out_sql(), now, false);
	if (SPI_processed == 0)
		return;
	tuple = SPI_tuptable->vals[0];
	tupdesc = SPI_tuptable->tupdesc;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("image document is not whole"),
			 imgcat_errdetail(IMS_BAD_FORMAT,
							  "Document %d: Image %s exists, and the document does not name what it has: %s.",
							  DatumGetInt32(SPI_getbinval(tuple, tupdesc, 1, &is_null)),
							  imgcat_uuid_string(DatumGetUUIDP(SPI_getbinval(tuple, tupdesc, 2, &is_null))),
							  SPI_getvalue(tuple, tupdesc, 3)),
			 errhint("Name them, or keep them by import_images(images, merge => true).")));
}

/*
 * import_images(images jsonb, merge boolean) returns bigint
 */
IMGCAT_FUNCTION(imgcat_import_images, 2)
{
	Jsonb	   *documents = PG_GETARG_JSONB_P(0);
	bool		merge = PG_GETARG_BOOL(1);
	TimestampTz now = GetCurrentTimestamp();
	ImgcatImport import;
	Tuplestorestate *created;
	int64		ncreated;
	bool		reported;

	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to import images"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator imports images.")));

	reported = imgcat_progress_begin("images", VARSIZE(documents));
	imgcat_import_read(&import, documents);
	imgcat_progress_update(reported, 0, VARSIZE(documents));
	created = tuplestore_begin_heap(true, false, work_mem);
	imgcat_spi_connect();
	register_store("documents", import.documents, import.documents_desc,
				   import.ndocuments);
	register_store("members", import.members, import.members_desc,
				   import.nmembers);
	register_store("locations", import.locations, import.locations_desc,
				   import.nlocations);
	run(create_sql, now, merge);
	ncreated = register_created(created);
	imgcat_progress_update(reported, ncreated, VARSIZE(documents));
	if (ncreated < import.ndocuments)
	{
		if (!merge)
			check_nothing_left_out(now);
		run(replace_sql(), now, merge);
		imgcat_progress_update(reported, import.ndocuments, VARSIZE(documents));
	}
	if (import.any_has_members)
	{
		run(removed_members_sql, now, merge);
		run(members_sql, now, merge);
	}
	if (import.any_has_locations)
	{
		run(removed_locations_sql, now, merge);
		run(locations_sql, now, merge);
	}
	imgcat_spi_finish();
	tuplestore_end(created);
	tuplestore_end(import.documents);
	tuplestore_end(import.members);
	tuplestore_end(import.locations);
	imgcat_progress_end(reported);
	PG_RETURN_INT64(import.ndocuments);
}
