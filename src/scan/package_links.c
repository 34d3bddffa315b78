/*-------------------------------------------------------------------------
 *
 * package_links.c
 *		The packages of imported images into the tables.
 *
 * They are collected while the images are written and go into the tables at
 * the end of an import, new packages in the order of their keys: imports that
 * bring the same new packages at the same time wait, and never deadlock.
 *
 * src/scan/package_links.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "compat.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "scan/advisory.h"
#include "scan/package.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* Columns of a row; those of a package are as in ImgcatPackage. */
enum
{
	LINK_IMAGE_KEY, LINK_COMPONENT_INDEX, LINK_PACKAGE_HASH, LINK_ECOSYSTEM,
	LINK_NAME, LINK_VERSION, LINK_SOURCE_NAME, LINK_SOURCE_VERSION,
	LINK_ARCHITECTURE, LINK_MODULE, LINK_COLUMNS
};

static const ImgcatNamedColumn link_columns[LINK_COLUMNS] = {
	[LINK_IMAGE_KEY] = {"image_key", INT8OID},
	[LINK_COMPONENT_INDEX] = {"component_index", INT4OID},
	[LINK_PACKAGE_HASH] = {"package_hash", BYTEAOID},
	[LINK_ECOSYSTEM] = {"ecosystem", TEXTOID},
	[LINK_NAME] = {"name", TEXTOID},
	[LINK_VERSION] = {"version", TEXTOID},
	[LINK_SOURCE_NAME] = {"source_name", TEXTOID},
	[LINK_SOURCE_VERSION] = {"source_version", TEXTOID},
	[LINK_ARCHITECTURE] = {"architecture", TEXTOID},
	[LINK_MODULE] = {"module", TEXTOID}
};

/*
 * Begin to collect, in the current memory context.
 */
ImgcatPackageLinks *
imgcat_begin_package_links(void)
{
	ImgcatPackageLinks *links = palloc0(sizeof(ImgcatPackageLinks));

	links->context = CurrentMemoryContext;
	imgcat_begin_named_rows(&links->rows, link_columns, LINK_COLUMNS);
	links->images_room = 64;
	links->image_keys = palloc(sizeof(int64) * links->images_room);
	return links;
}

/*
 * What distinguishes a package, in 32 bytes: the hash of its texts, each with
 * its NUL.
 */
static Datum
package_hash(const ImgcatPackage *package)
{
	const char *texts[] = {
		package->ecosystem, package->name, package->version,
		package->source_name, package->source_version, package->architecture,
		package->module
	};
	bytea	   *hash = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	bool		done = context != NULL && pg_cryptohash_init(context) >= 0;

	for (int i = 0; done && i < (int) lengthof(texts); i++)
		done = pg_cryptohash_update(context, (const uint8 *) texts[i],
									strlen(texts[i]) + 1) >= 0;
	SET_VARSIZE(hash, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	if (!done || pg_cryptohash_final(context, (uint8 *) VARDATA(hash),
									 PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute a hash");
	pg_cryptohash_free(context);
	return PointerGetDatum(hash);
}

/*
 * Add a package of an image, unless advisories cannot speak of it.
 */
static void
add_link(ImgcatPackageLinks *links, int64 image_key, int component_index,
		 const ImgcatPackage *package)
{
	Datum		values[LINK_COLUMNS];
	bool		nulls[LINK_COLUMNS] = {0};

	if (package->ecosystem[0] == '\0' || package->name[0] == '\0' ||
		package->version[0] == '\0' ||
		strlen(package->name) > IMGCAT_PACKAGE_NAME_MAX ||
		strlen(package->source_name) > IMGCAT_PACKAGE_NAME_MAX)
		return;
	values[LINK_IMAGE_KEY] = Int64GetDatum(image_key);
	values[LINK_COMPONENT_INDEX] = Int32GetDatum(component_index);
	values[LINK_PACKAGE_HASH] = package_hash(package);
	values[LINK_ECOSYSTEM] = CStringGetTextDatum(package->ecosystem);
	values[LINK_NAME] = CStringGetTextDatum(package->name);
	values[LINK_VERSION] = CStringGetTextDatum(package->version);
	values[LINK_SOURCE_NAME] = CStringGetTextDatum(package->source_name);
	values[LINK_SOURCE_VERSION] = CStringGetTextDatum(package->source_version);
	values[LINK_ARCHITECTURE] = CStringGetTextDatum(package->architecture);
	values[LINK_MODULE] = CStringGetTextDatum(package->module);
	imgcat_add_named_row(&links->rows, values, nulls);
}

/*
 * Add the packages of an image whose scan (NULL: it has none) is written anew:
 * one a component, taken from packages, or from the components themselves where
 * that is NULL.
 */
void
imgcat_add_package_links(ImgcatPackageLinks *links, int64 image_key,
						 const ImgcatMessage *scan,
						 const ImgcatPackage *packages)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "packages of an image",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(links->context);
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);
	const char *system;
	int			length;

	if (links->nimages == links->images_room)
	{
		links->images_room *= 2;
		links->image_keys = repalloc_huge(links->image_keys,
										  sizeof(int64) * links->images_room);
	}
	links->image_keys[links->nimages++] = image_key;

	MemoryContextSwitchTo(scratch);
	system = imgcat_field_text(scan, SCAN_OPERATING_SYSTEM, &length);
	system = imgcat_system_ecosystem(system, length);
	for (int i = 0; i < ncomponents; i++)
	{
		ImgcatPackage package;

		CHECK_FOR_INTERRUPTS();
		if (packages != NULL)
			package = packages[i];
		else
			imgcat_package_of_component(imgcat_field_item_message(scan,
																  SCAN_COMPONENTS,
																  i),
										system, &package);
		add_link(links, image_key, i, &package);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
}

/*
 * Run a statement that reads the collected rows under the name "imported" and
 * the keys of the images as $1, and as $2 whether new packages are matched
 * right away.
 */
static void
execute_links(ImgcatPackageLinks *links, const char *statement, int expected)
{
	Oid			types[2] = {INT8ARRAYOID, BOOLOID};
	Datum	   *keys = palloc_extended(sizeof(Datum) * links->nimages,
									   MCXT_ALLOC_HUGE);
	Datum		values[2];

	for (int i = 0; i < links->nimages; i++)
		keys[i] = Int64GetDatum(links->image_keys[i]);
	values[0] = PointerGetDatum(construct_array(keys, links->nimages, INT8OID,
												sizeof(int64), FLOAT8PASSBYVAL,
												TYPALIGN_DOUBLE));
	values[1] = BoolGetDatum(!IsolationUsesXactSnapshot());
	imgcat_execute_with_rows(statement, "imported", &links->rows, 2, types, values, false,
							 expected);
}

/*
 * Write what was collected, and free it.  The images' rows are locked.
 */
void
imgcat_finish_package_links(ImgcatPackageLinks *links)
{
	if (links->nimages > 0)
	{
		SPI_connect();

		/*
		 * It locks the table even where every package is known: a load of
		 * advisories that is finished meanwhile waits, or was before us, and
		 * then the next statement sees it, unless the snapshot is an old one.
		 */
		execute_links(links,
					  "INSERT INTO image_catalog.packages (package_hash,"
					  "  ecosystem, name, version, source_name,"
					  "  source_version, architecture, module, is_matched)"
					  " SELECT DISTINCT ON (n.package_hash) n.package_hash,"
					  "  n.ecosystem, n.name, n.version, n.source_name,"
					  "  n.source_version, n.architecture, n.module, $2"
					  " FROM imported AS n"
					  " WHERE NOT EXISTS (SELECT FROM image_catalog.packages AS p"
					  "                   WHERE p.package_hash = n.package_hash)"
					  " ORDER BY n.package_hash"
					  " ON CONFLICT DO NOTHING RETURNING package_key",
					  SPI_OK_INSERT_RETURNING);
		if (SPI_processed > 0 && !IsolationUsesXactSnapshot())
			imgcat_match_packages(imgcat_result_keys(SPI_processed));
		execute_links(links,
					  "DELETE FROM image_catalog.container_packages"
					  " WHERE image_key = ANY ($1)", SPI_OK_DELETE);
		/* findings of these scans are what their documents say */
		execute_links(links,
					  "DELETE FROM image_catalog.container_scans"
					  " WHERE image_key = ANY ($1)", SPI_OK_DELETE);
		execute_links(links,
					  "INSERT INTO image_catalog.container_packages"
					  "  (image_key, component_index, package_key)"
					  " SELECT n.image_key, n.component_index, p.package_key"
					  " FROM imported AS n"
					  " JOIN image_catalog.packages AS p"
					  "  ON p.package_hash = n.package_hash", SPI_OK_INSERT);
		SPI_finish();
	}
	tuplestore_end(links->rows.rows);
}
