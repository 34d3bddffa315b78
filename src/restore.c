/*-------------------------------------------------------------------------
 *
 * restore.c
 *		begin_restore() and finish_restore(): the rows of a dump first, then
 *		indexes, foreign keys, triggers, and what is derived.
 *
 * What is taken away is noted, by its own definition, in restore_steps: a row
 * for each command that makes it again, in stages.  Both functions are for the
 * owner of the tables, and each is one transaction.
 *
 * src/restore.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "rebuild.h"

/* the tables of the extension, as c */
#define TABLES \
	"pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass" \
	" AND d.objid = c.oid AND d.refclassid = 'pg_extension'::regclass" \
	" AND d.deptype = 'e'" \
	" JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'image_catalog'" \
	" AND c.relkind = 'r'"

/* the tables that a dump has rows of */
static const char dumped_sql[] =
"SELECT c.oid::regclass::text FROM " TABLES
" WHERE c.oid = ANY (e.extconfig) ORDER BY 1";

/* Indexes but those of keys, with what was set of their columns. */
static const char note_indexes_sql[] =
"INSERT INTO image_catalog.restore_steps"
" SELECT 1, row_number() OVER (ORDER BY c.relname, i.indexrelid::regclass::text, s.number), s.command"
" FROM " TABLES
" JOIN pg_index i ON i.indrelid = c.oid AND NOT i.indisunique,"
" LATERAL (SELECT 0 AS number, pg_get_indexdef(i.indexrelid) AS command"
"  UNION ALL SELECT a.attnum, format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s',"
"   i.indexrelid::regclass, a.attnum, a.attstattarget)"
"  FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0"
"  UNION ALL SELECT 10000, format('COMMENT ON INDEX %s IS %L', i.indexrelid::regclass, m)"
"  FROM obj_description(i.indexrelid, 'pg_class') m WHERE m IS NOT NULL) s";

static const char drop_indexes_sql[] =
"SELECT format('DROP INDEX %s', i.indexrelid::regclass)"
" FROM " TABLES
" JOIN pg_index i ON i.indrelid = c.oid AND NOT i.indisunique";

static const char note_foreign_keys_sql[] =
"INSERT INTO image_catalog.restore_steps"
" SELECT 2, row_number() OVER (ORDER BY c.relname, k.conname, s.number), s.command"
" FROM " TABLES
" JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f',"
" LATERAL (SELECT 0 AS number, format('ALTER TABLE %s ADD CONSTRAINT %I %s',"
"   c.oid::regclass, k.conname, pg_get_constraintdef(k.oid)) AS command"
"  UNION ALL SELECT 1, format('COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname, c.oid::regclass, m)"
"  FROM obj_description(k.oid, 'pg_constraint') m WHERE m IS NOT NULL) s";

static const char drop_foreign_keys_sql[] =
"SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', c.oid::regclass, k.conname)"
" FROM " TABLES
" JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'";

static const char note_triggers_sql[] =
"INSERT INTO image_catalog.restore_steps"
" SELECT 3, row_number() OVER (ORDER BY c.relname, t.tgname),"
"  format('ALTER TABLE %s ENABLE %s TRIGGER %I', c.oid::regclass,"
"   CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, t.tgname)"
" FROM " TABLES
" JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'";

static const char disable_triggers_sql[] =
"SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', c.oid::regclass, t.tgname)"
" FROM " TABLES
" JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'";

/* Indexes of orders that are not served need not be made first. */
static const char forget_unserved_sql[] =
"DELETE FROM image_catalog.restore_steps s USING image_catalog.listing_indexes l"
" WHERE s.stage = 1 AND s.command ~ ('\\m' || l.name || '\\M')"
" AND NOT l.orders <@ ARRAY(SELECT sort_key FROM image_catalog.listing_orders)"
" AND EXISTS (SELECT FROM image_catalog.listing_orders)";

/*
 * Tables whose trigger, named for that, makes indexes or triggers of their rows:
 * these rows come last, those of a table by one INSERT.
 */
static const char making_tables_sql[] =
"SELECT c.relname FROM " TABLES
" JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = c.relname || '_make'"
" WHERE c.oid = ANY (e.extconfig) ORDER BY 1";

/*
 * Run a statement that answers no rows.
 */
static void
execute(const char *statement)
{
	if (SPI_execute(statement, false, 0) < 0)
		elog(ERROR, "could not execute: %s", statement);
}

/*
 * Run the commands that a query answers, in its order.
 */
static void
execute_answers(const char *query)
{
	SPITupleTable *commands;
	uint64		count;

	execute(query);
	commands = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		execute(SPI_getvalue(commands->vals[i], commands->tupdesc, 1));
	}
	SPI_freetuptable(commands);
}

/*
 * Has a restore begun?
 */
static bool
restore_has_begun(void)
{
	execute("SELECT FROM image_catalog.restore_steps LIMIT 1");
	return SPI_processed > 0;
}

/*
 * Lock the tables that a dump has rows of, and refuse to go on if one has any.
 */
static void
require_empty_tables(void)
{
	SPITupleTable *tables;
	uint64		count;

	execute(dumped_sql);
	tables = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
	{
		const char *table = SPI_getvalue(tables->vals[i], tables->tupdesc, 1);

		execute(psprintf("LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", table));
		execute(psprintf("SELECT FROM %s LIMIT 1", table));
		if (SPI_processed > 0)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the catalogue is not empty"),
					 errdetail("There are rows in %s.", table),
					 errhint("Begin a restore right after CREATE EXTENSION, before the rows of the dump.")));
	}
}

/*
 * Take the rows that make something out of their tables, and note how they come
 * back.
 */
static void
postpone_making_rows(void)
{
	SPITupleTable *tables;
	uint64		count;

	execute(making_tables_sql);
	tables = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
	{
		const char *table = SPI_getvalue(tables->vals[i], tables->tupdesc, 1);

		execute(psprintf("INSERT INTO image_catalog.restore_steps"
						 " SELECT 4, %d, format('INSERT INTO image_catalog.%s SELECT *"
						 " FROM jsonb_populate_recordset(NULL::image_catalog.%s, %%L)', rows)"
						 " FROM (SELECT jsonb_agg(t) AS rows FROM image_catalog.%s t) r"
						 " WHERE rows IS NOT NULL",
						 (int) i, table, table, table));
		execute(psprintf("DELETE FROM image_catalog.%s", table));
	}
}

/*
 * begin_restore() returns void
 */
IMGCAT_FUNCTION(imgcat_begin_restore, 0)
{
	(void) fcinfo;				/* no arguments */
	SPI_connect();
	if (restore_has_begun())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a restore has begun already"),
				 errhint("Copy the rows, then call finish_restore().")));
	require_empty_tables();
	execute(note_indexes_sql);
	execute(note_foreign_keys_sql);
	execute(note_triggers_sql);
	execute_answers(drop_indexes_sql);
	execute_answers(drop_foreign_keys_sql);
	execute_answers(disable_triggers_sql);
	SPI_finish();
	PG_RETURN_VOID();
}

/*
 * finish_restore() returns void
 */
IMGCAT_FUNCTION(imgcat_finish_restore, 0)
{
	(void) fcinfo;				/* no arguments */
	SPI_connect();
	if (!restore_has_begun())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no restore has begun"),
				 errhint("Call begin_restore() before the rows are copied.")));
	execute(forget_unserved_sql);
	postpone_making_rows();
	execute_answers("SELECT command FROM image_catalog.restore_steps"
					" WHERE stage < 4 ORDER BY stage, number");
	imgcat_rebuild_derived_tables();
	execute_answers("SELECT command FROM image_catalog.restore_steps"
					" WHERE stage = 4 ORDER BY number");
	execute("DELETE FROM image_catalog.restore_steps");
	SPI_finish();
	PG_RETURN_VOID();
}
