/*-------------------------------------------------------------------------
 *
 * listing_orders.c
 *		Which orders lists find ready in an index: set_listing_orders().
 *
 * An ordered index costs every writer, so an administrator says which are
 * worth it.  The answer is in the table listing_orders, whose trigger makes
 * and drops indexes (sql/33_listing_orders.sql).  A list does without an index
 * that is missing (listing/list_plan.c).
 *
 * src/image/listing_orders.c
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
#include "funcapi.h"
#include "image/errors.h"
#include "plan_cache.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
#include "utils/varlena.h"

/* the sort keys; created_at is that of every tie, so it is always served */
static const char *const sort_keys[] = {
	"created_at", "updated_at", "id", "name", "size", "status", "disk_format",
	"container_format"
};

#define NUM_SORT_KEYS ((int) lengthof(sort_keys))

/*
 * Refuse a caller who may not say which indexes there are.
 */
static void
require_admin(void)
{
	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to choose the orders of lists"),
				 errdetail("Only a catalogue administrator may.")));
}

/*
 * The array of those sort keys whose bit is set.
 */
static Datum
sort_key_array(uint32 served)
{
	Datum		keys[NUM_SORT_KEYS];
	int			nkeys = 0;

	for (int i = 0; i < NUM_SORT_KEYS; i++)
		if ((served >> i) & 1)
			keys[nkeys++] = CStringGetTextDatum(sort_keys[i]);
	return PointerGetDatum(construct_array(keys, nkeys, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

/*
 * The sort keys that an argument names, as bits, and created_at.
 */
static uint32
read_sort_keys(ArrayType *array)
{
	Datum	   *keys;
	bool	   *nulls;
	int			nkeys;
	uint32		served = 1;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &keys, &nulls, &nkeys);
	for (int i = 0; i < nkeys; i++)
	{
		const char *key = nulls[i] ? "null" : TextDatumGetCString(keys[i]);
		int			at = 0;

		while (at < NUM_SORT_KEYS && (nulls[i] || strcmp(key, sort_keys[at]) != 0))
			at++;
		if (at == NUM_SORT_KEYS)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" is not a sort key of lists", key),
					 errhint("Sort keys are created_at, updated_at, id, name, size, status, disk_format and container_format.")));
		served |= UINT32_C(1) << at;
	}
	return served;
}

/*
 * listing_orders() returns text[]
 */
IMGCAT_FUNCTION(imgcat_listing_orders, 0)
{
	static const char sql[] = "SELECT sort_key FROM image_catalog.listing_orders";
	uint32		served = 0;

	(void) fcinfo;
	require_admin();
	imgcat_spi_connect();
	if (SPI_execute_plan(imgcat_plan(sql, 0, NULL), NULL, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read listing_orders");
	for (uint64 row = 0; row < SPI_processed; row++)
		for (int i = 0; i < NUM_SORT_KEYS; i++)
			if (strcmp(SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1),
					   sort_keys[i]) == 0)
				served |= UINT32_C(1) << i;
	imgcat_spi_finish();
	PG_RETURN_DATUM(sort_key_array(served == 0 ? PG_UINT32_MAX : served));
}

/*
 * listing_index_statements(orders text[]) returns setof text
 */
IMGCAT_FUNCTION(imgcat_listing_index_statements, 1)
{
	static const Oid types[] = {TEXTARRAYOID};
	static const char sql[] =
	"SELECT image_catalog.listing_index_changes($1, true)";
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		served;

	require_admin();
	served = sort_key_array(read_sort_keys(PG_GETARG_ARRAYTYPE_P(0)));
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	imgcat_spi_connect();
	if (SPI_execute_plan(imgcat_plan(sql, 1, types), &served, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not compare the indexes of lists");
	for (uint64 row = 0; row < SPI_processed; row++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[row]);
	imgcat_spi_finish();
	return (Datum) 0;
}

/*
 * set_listing_orders(orders text[]) returns void
 *
 * One statement, so that the trigger sees the new orders and no others.  A call
 * that changes none makes good what has become of the indexes.
 */
IMGCAT_FUNCTION(imgcat_set_listing_orders, 1)
{
	static const Oid types[] = {TEXTARRAYOID};
	static const char sql[] =
	"WITH gone AS (DELETE FROM image_catalog.listing_orders WHERE sort_key <> ALL ($1)) "
	"INSERT INTO image_catalog.listing_orders (sort_key) "
	"SELECT unnest($1) ON CONFLICT DO NOTHING";
	uint32		served;
	Datum		keys;

	require_admin();
	served = read_sort_keys(PG_GETARG_ARRAYTYPE_P(0));
	if (served == (UINT32_C(1) << NUM_SORT_KEYS) - 1)
		served = 0;				/* no row: all */
	keys = sort_key_array(served);
	imgcat_spi_connect();
	if (SPI_execute_plan(imgcat_plan(sql, 1, types), &keys, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not change listing_orders");
	imgcat_spi_finish();
	PG_RETURN_VOID();
}
