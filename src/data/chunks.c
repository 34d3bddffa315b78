/*-------------------------------------------------------------------------
 *
 * chunks.c
 *		The bytes of an image, as rows of image_data.
 *
 * All functions are called while connected to SPI.
 *
 * src/data/chunks.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "data/chunks.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/portal.h"
#include "utils/uuid.h"

/* rows that a cursor fetches at a time: their values are fetched one by one */
#define FETCH_ROWS 64

/* The piece $3 from position $2 on, in rows of $4 bytes, the last one $5. */
static const char append_sql[] =
"INSERT INTO image_catalog.image_data (image_id, position, data) "
"SELECT $1, $2 + n * $4::bigint, pg_catalog.substr($3, n * $4 + 1, $4) "
"FROM pg_catalog.generate_series(0, $5) n";

static const char read_sql[] =
"SELECT d.position, d.data FROM image_catalog.image_data d "
"WHERE d.image_id = $1 ORDER BY d.position";

/* The rows that hold bytes $2 up to, and without, $3. */
static const char copy_sql[] =
"SELECT d.position, d.data FROM image_catalog.image_data d "
"WHERE d.image_id = $1 AND d.position > $2 - $4 AND d.position < $3 "
"ORDER BY d.position";

/*
 * Store a piece that begins at position, where the stored bytes end.
 */
void
imgcat_chunks_append(const pg_uuid_t *id, int64 position, bytea *data)
{
	static const Oid types[] = {UUIDOID, INT8OID, BYTEAOID, INT4OID, INT4OID};
	int			length = VARSIZE_ANY_EXHDR(data);
	Datum		args[5];

	if (length == 0)
		return;
	args[0] = UUIDPGetDatum(id);
	args[1] = Int64GetDatum(position);
	args[2] = PointerGetDatum(data);
	args[3] = Int32GetDatum(IMGCAT_CHUNK_SIZE);
	args[4] = Int32GetDatum((length - 1) / IMGCAT_CHUNK_SIZE);
	if (SPI_execute_plan(imgcat_plan(append_sql, 5, types), args, NULL,
						 false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not store the data of an image");
}

/*
 * The rows do not follow each other: somebody wrote the table.
 */
pg_noreturn static void
report_gap(const pg_uuid_t *id, int64 position)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("data of image %s is not whole", imgcat_uuid_string(id)),
			 errdetail("The byte at %lld is missing, or there twice.",
					   (long long) position)));
}

/*
 * Position and value of a row; the value is not fetched yet.
 */
static Datum
chunk_of(HeapTuple tuple, TupleDesc tupdesc, int64 *position)
{
	bool		is_null;

	*position = DatumGetInt64(SPI_getbinval(tuple, tupdesc, 1, &is_null));
	return SPI_getbinval(tuple, tupdesc, 2, &is_null);
}

/*
 * Give all bytes to a reader; returns how many there are.  One row is in
 * memory at a time.  read_only: by the snapshot of the calling statement.
 */
int64
imgcat_chunks_read(const pg_uuid_t *id, bool read_only,
				   ImgcatChunkReader reader, void *state)
{
	static const Oid types[] = {UUIDOID};
	Datum		args[1];
	Portal		portal;
	int64		total = 0;

	args[0] = UUIDPGetDatum(id);
	portal = SPI_cursor_open(NULL, imgcat_plan(read_sql, 1, types), args, NULL,
							 read_only);
	do
	{
		SPI_cursor_fetch(portal, true, FETCH_ROWS);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			int64		position;
			Datum		value = chunk_of(SPI_tuptable->vals[i],
										 SPI_tuptable->tupdesc, &position);
			bytea	   *data = DatumGetByteaPP(value);

			CHECK_FOR_INTERRUPTS();
			if (position != total)
				report_gap(id, Min(position, total));
			reader(state, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
			total += VARSIZE_ANY_EXHDR(data);
			if ((Pointer) data != DatumGetPointer(value))
				pfree(data);
		}
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_cursor_close(portal);
	return total;
}

/*
 * Copy length bytes from position on, by the snapshot of the calling
 * statement; returns how many there are, which is all or none.  Of a row that
 * begins before or ends behind them, only what is needed is read.
 */
size_t
imgcat_chunks_copy(const pg_uuid_t *id, int64 position, char *bytes,
				   size_t length)
{
	static const Oid types[] = {UUIDOID, INT8OID, INT8OID, INT8OID};
	Datum		args[4];
	size_t		copied = 0;

	args[0] = UUIDPGetDatum(id);
	args[1] = Int64GetDatum(position);
	args[2] = Int64GetDatum(position + (int64) length);
	args[3] = Int64GetDatum(IMGCAT_CHUNK_SIZE);
	if (SPI_execute_plan(imgcat_plan(copy_sql, 4, types), args, NULL,
						 true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the data of an image");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int64		begin;
		Datum		value = chunk_of(SPI_tuptable->vals[i],
									 SPI_tuptable->tupdesc, &begin);
		int64		skipped = position + (int64) copied - begin;
		bytea	   *data;

		CHECK_FOR_INTERRUPTS();
		if (skipped < 0)
			report_gap(id, position + (int64) copied);
		data = DatumGetByteaPSlice(value, (int32) skipped,
								   (int32) Min(length - copied,
											   IMGCAT_CHUNK_SIZE));
		memcpy(bytes + copied, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
		copied += VARSIZE_ANY_EXHDR(data);
		pfree(data);
	}
	SPI_freetuptable(SPI_tuptable);
	if (copied > 0 && copied < length)
		report_gap(id, position + (int64) copied);
	return copied;
}
