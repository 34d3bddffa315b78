/*-------------------------------------------------------------------------
 *
 * container_check.c
 *		The rows of container images against their documents: part of check().
 *
 * The rows are made again by the very functions that an import makes them by,
 * and compared with what is stored, a batch of images at a time.
 *
 * src/container/container_check.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "check.h"
#include "container/container_rows.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* most documents that are held at a time: some are megabytes */
#define BATCH_DOCUMENTS 32

/*
 * The columns of a set for a comparison, in which texts differ by their bytes.
 */
static char *
compared_columns(const ImgcatRowSet *set)
{
	StringInfoData columns;

	initStringInfo(&columns);
	for (int i = 0; i < set->rows.descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(set->rows.descriptor, i);
		bool text = column->atttypid == TEXTOID ||
		column->atttypid == TEXTARRAYOID;

		appendStringInfo(&columns, "%s%s%s", i > 0 ? ", " : "",
						 NameStr(column->attname), text ? " COLLATE \"C\"" : "");
	}
	return columns.data;
}

/*
 * Add a line for each image of the keys whose rows are not those of the set,
 * while there is room for a line of this table; returns how many there were.
 */
static int
compare_rows(ReturnSetInfo *result, ImgcatRowSet *set, Datum keys, int told)
{
	static const Oid types[] = {INT8ARRAYOID};
	char	   *columns = compared_columns(set);
	char	   *stored = psprintf("SELECT %s FROM image_catalog.%s"
								  " WHERE image_key = ANY ($1)", columns,
								  set->table);
	char	   *made = psprintf("SELECT %s FROM made", columns);
	int			differences;

	imgcat_execute_with_rows(
							 psprintf("SELECT digest FROM image_catalog.container_images"
									  " WHERE image_key IN (SELECT image_key FROM"
									  " ((%s EXCEPT ALL %s) UNION ALL (%s EXCEPT ALL %s)) d)"
									  " ORDER BY image_key",
									  stored, made, made, stored),
							 "made", &set->rows, 1, types, &keys, true,
							 SPI_OK_SELECT);
	differences = (int) SPI_processed;
	for (int row = 0; row < differences && told + row <= IMGCAT_CHECK_LINES; row++)
		imgcat_check_line(result,
						  told + row == IMGCAT_CHECK_LINES ?
						  psprintf("%s: more than %d differ", set->table,
								   IMGCAT_CHECK_LINES) :
						  psprintf("%s: rows of %s differ from its document",
								   set->table,
								   SPI_getvalue(SPI_tuptable->vals[row],
												SPI_tuptable->tupdesc, 1)));
	SPI_freetuptable(SPI_tuptable);
	tuplestore_end(set->rows.rows);
	return differences;
}

/*
 * Make the rows of a batch of images anew and compare them.  The batch is what
 * SPI fetched last: key, document, and the CVEs that it has lost, which nothing
 * else tells; told counts the differences of each table.
 */
static void
check_batch(ReturnSetInfo *result, int *told)
{
	SPITupleTable *batch = SPI_tuptable;
	int			count = (int) SPI_processed;
	ImgcatRowSet *sets[IMGCAT_CONTAINER_TABLES];
	Datum	   *keys = palloc(sizeof(Datum) * count);
	Datum		key_array;

	for (int table = 0; table < IMGCAT_CONTAINER_TABLES; table++)
		sets[table] = imgcat_make_row_set(table);
	for (int row = 0; row < count; row++)
	{
		bool		isnull;
		Jsonb	   *stored =
		DatumGetJsonbP(SPI_getbinval(batch->vals[row], batch->tupdesc, 2,
									 &isnull));
		ImgcatMessage *document = imgcat_load_document(stored, false);
		ImgcatMessage *gone = NULL;
		Datum		stored_gone;
		int64		key;

		CHECK_FOR_INTERRUPTS();
		stored_gone = SPI_getbinval(batch->vals[row], batch->tupdesc, 3, &isnull);
		if (!isnull)
			gone = imgcat_load_document(DatumGetJsonbP(stored_gone), false);
		keys[row] = SPI_getbinval(batch->vals[row], batch->tupdesc, 1, &isnull);
		key = DatumGetInt64(keys[row]);
		imgcat_add_image_row(sets[IMGCAT_TABLE_IMAGES], key, document, stored,
							 gone);
		imgcat_add_metadata_rows(sets[IMGCAT_TABLE_NAMES],
								 sets[IMGCAT_TABLE_LABELS],
								 sets[IMGCAT_TABLE_LAYERS], key, document);
		imgcat_add_scan_rows(sets[IMGCAT_TABLE_COMPONENTS],
							 sets[IMGCAT_TABLE_FINDINGS], key, document);
	}
	key_array = PointerGetDatum(construct_array(keys, count, INT8OID,
												sizeof(int64), FLOAT8PASSBYVAL,
												TYPALIGN_DOUBLE));
	for (int table = 0; table < IMGCAT_CONTAINER_TABLES; table++)
		told[table] += compare_rows(result, sets[table], key_array, told[table]);
	SPI_freetuptable(batch);
}

/*
 * Add a line for each container image and table whose rows are not what the
 * image's document says.  SPI is connected.
 */
void
imgcat_check_container_rows(ReturnSetInfo *result)
{
	MemoryContext batch_context =
	AllocSetContextCreate(CurrentMemoryContext, "check of container images",
						  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(batch_context);
	int			told[IMGCAT_CONTAINER_TABLES] = {0};
	Portal		portal =
	SPI_cursor_open_with_args(NULL,
							  "SELECT image_key, document, gone_findings"
							  " FROM image_catalog.container_images",
							  0, NULL, NULL, NULL, true,
							  CURSOR_OPT_NO_SCROLL);

	for (;;)
	{
		SPI_cursor_fetch(portal, true, BATCH_DOCUMENTS);
		if (SPI_processed == 0)
			break;
		check_batch(result, told);
		MemoryContextReset(batch_context);
	}
	SPI_cursor_close(portal);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(batch_context);
}
