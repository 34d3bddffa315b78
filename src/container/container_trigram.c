/*-------------------------------------------------------------------------
 *
 * container_trigram.c
 *		Trigram indexes on names, where the extension pg_trgm is installed.
 *
 * The extension does not require pg_trgm: CREATE EXTENSION stays one word, and
 * who searches by regular expression asks for the indexes.
 *
 * src/container/container_trigram.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"

/* Indexes that the search language's regular expressions can use. */
static const struct
{
	const char *index;
	const char *table;
	const char *column;
}			indexes[] = {
	{"container_images_name_full_trgm_idx", "container_images", "name_full"},
	{"container_images_name_remote_trgm_idx", "container_images",
	"name_remote"},
	{"container_components_name_trgm_idx", "container_components", "name"},
};

PG_FUNCTION_INFO_V1(imgcat_create_container_trigram_indexes);
/*
 * create_container_trigram_indexes() returns void.  Runs as its caller, who
 * must own the tables.
 */
Datum
imgcat_create_container_trigram_indexes(PG_FUNCTION_ARGS)
{
	char	   *schema;

	(void) fcinfo;				/* no arguments */
	(void) imgcat_extension_schema();	/* statements below name it */
	SPI_connect();
	if (SPI_execute("SELECT n.nspname FROM pg_catalog.pg_extension AS e"
					" JOIN pg_catalog.pg_namespace AS n"
					"  ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
					" WHERE e.extname OPERATOR(pg_catalog.=) 'pg_trgm'",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read pg_extension");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"pg_trgm\" is not installed"),
				 errhint("CREATE EXTENSION pg_trgm first; it comes with PostgreSQL.")));
	schema = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

	for (int i = 0; i < (int) lengthof(indexes); i++)
	{
		char	   *statement =
		psprintf("CREATE INDEX IF NOT EXISTS %s ON image_catalog.%s"
				 " USING gin (%s %s.gin_trgm_ops)",
				 indexes[i].index, indexes[i].table, indexes[i].column,
				 quote_identifier(schema));

		if (SPI_execute(statement, false, 0) != SPI_OK_UTILITY)
			elog(ERROR, "could not create index %s", indexes[i].index);
	}
	SPI_finish();
	PG_RETURN_VOID();
}
