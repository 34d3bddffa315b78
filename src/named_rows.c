/*-------------------------------------------------------------------------
 *
 * named_rows.c
 *		Rows that a statement reads like a table.
 *
 * src/named_rows.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "named_rows.h"

/*
 * Begin rows with these columns, in the current memory context.  Texts sort as
 * C sorts them: what is locked in their order is locked in one order.
 */
void
imgcat_begin_named_rows(ImgcatNamedRows *rows,
						const ImgcatNamedColumn *columns, int ncolumns)
{
	rows->descriptor = CreateTemplateTupleDesc(ncolumns);
	for (int i = 0; i < ncolumns; i++)
	{
		TupleDescInitEntry(rows->descriptor, i + 1, columns[i].name,
						   columns[i].type, -1, 0);
		if (columns[i].type == TEXTOID)
			TupleDescInitEntryCollation(rows->descriptor, i + 1,
										C_COLLATION_OID);
	}
	TupleDescFinalize(rows->descriptor);
	rows->rows = tuplestore_begin_heap(false, false, work_mem);
	rows->count = 0;
}

/*
 * Add a row.
 */
void
imgcat_add_named_row(ImgcatNamedRows *rows, const Datum *values,
					 const bool *nulls)
{
	tuplestore_putvalues(rows->rows, rows->descriptor,
						 unconstify(Datum *, values),
						 unconstify(bool *, nulls));
	rows->count++;
}

/*
 * See named_rows.h.
 */
void
imgcat_execute_with_rows(const char *statement, const char *name,
						 const ImgcatNamedRows *rows, int nparameters,
						 const Oid *types, Datum *values, bool read_only,
						 int expected)
{
	EphemeralNamedRelationData relation;

	memset(&relation, 0, sizeof(relation));
	relation.md.name = unconstify(char *, name);
	relation.md.reliddesc = InvalidOid;
	relation.md.tupdesc = rows->descriptor;
	relation.md.enrtype = ENR_NAMED_TUPLESTORE;
	relation.md.enrtuples = rows->count;
	relation.reldata = rows->rows;
	if (SPI_register_relation(&relation) != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register rows for a statement");
	if (SPI_execute_with_args(statement, nparameters,
							  unconstify(Oid *, types), values, NULL,
							  read_only, 0) != expected)
		elog(ERROR, "could not run a statement with rows: %s", statement);
	SPI_unregister_relation(name);
}
