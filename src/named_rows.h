/*-------------------------------------------------------------------------
 *
 * named_rows.h
 *		Rows that a statement reads like a table.
 *
 * src/named_rows.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_NAMED_ROWS_H
#define IMGCAT_NAMED_ROWS_H

#include "access/tupdesc.h"
#include "utils/tuplestore.h"

/* A column of such rows. */
typedef struct ImgcatNamedColumn
{
	const char *name;
	Oid			type;
} ImgcatNamedColumn;

typedef struct ImgcatNamedRows
{
	TupleDesc	descriptor;
	Tuplestorestate *rows;
	int64		count;
} ImgcatNamedRows;

extern void imgcat_begin_named_rows(ImgcatNamedRows *rows,
									const ImgcatNamedColumn *columns,
									int ncolumns);
extern void imgcat_add_named_row(ImgcatNamedRows *rows, const Datum *values,
								 const bool *nulls);

/*
 * Run a statement that reads the rows under this name, and its parameters; it
 * must end as expected, an SPI_OK code.  SPI is connected.
 */
extern void imgcat_execute_with_rows(const char *statement, const char *name,
									 const ImgcatNamedRows *rows,
									 int nparameters, const Oid *types,
									 Datum *values, bool read_only,
									 int expected);

#endif							/* IMGCAT_NAMED_ROWS_H */
