/*-------------------------------------------------------------------------
 *
 * list_statement.h
 *		One SQL statement for a list request.
 *
 * src/listing/list_statement.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_STATEMENT_H
#define IMGCAT_LIST_STATEMENT_H

#include "context.h"
#include "executor/spi.h"
#include "listing/list_request.h"

/* The sort keys of the marker's row, in the order of the request's sort. */
typedef struct ImgcatMarker
{
	Datum		values[IMGCAT_SORT_KEYS_MAX + 2];
} ImgcatMarker;

/* A statement and its parameters. */
typedef struct ImgcatStatement
{
	StringInfoData sql;
	int			nparameters;
	int			max_parameters;
	Oid		   *types;
	Datum	   *values;
	bool		generic;		/* no parameter changes the best plan */
} ImgcatStatement;

extern void imgcat_statement_begin(ImgcatStatement *statement);
extern int	imgcat_statement_parameter(ImgcatStatement *statement, Oid type,
									   Datum value);
extern void imgcat_statement_execute(ImgcatStatement *statement,
									 uint64 max_rows, DestReceiver *receiver);

extern void imgcat_list_statement(ImgcatStatement *statement,
								  const ImgcatListRequest *request,
								  const ImgcatCaller *caller,
								  const ImgcatMarker *marker, int64 rows);
extern void imgcat_count_statement(ImgcatStatement *statement,
								   const ImgcatListRequest *request,
								   const ImgcatCaller *caller);
extern bool imgcat_find_marker(const ImgcatListRequest *request,
							   const ImgcatCaller *caller,
							   ImgcatMarker *marker);

#endif							/* IMGCAT_LIST_STATEMENT_H */
