/*-------------------------------------------------------------------------
 *
 * statement.h
 *		A SQL statement and its parameters, built piece by piece.
 *
 * src/statement.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_STATEMENT_H
#define IMGCAT_STATEMENT_H

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "tcop/dest.h"

/*
 * The text is made of literals of this program only; what a client wrote is a
 * parameter.  Requests of one shape give one text, which is prepared once.
 */
typedef struct ImgcatStatement
{
	StringInfoData sql;
	int			nparameters;
	int			max_parameters;
	Oid		   *types;
	Datum	   *values;
	bool		generic;		/* no parameter changes the best plan */
	bool		parallel;		/* workers may help: all rows are read */
} ImgcatStatement;

extern void imgcat_statement_begin(ImgcatStatement *statement);
extern int	imgcat_statement_parameter(ImgcatStatement *statement, Oid type,
									   Datum value);
extern void imgcat_statement_execute(ImgcatStatement *statement,
									 uint64 max_rows, DestReceiver *receiver);

#endif							/* IMGCAT_STATEMENT_H */
