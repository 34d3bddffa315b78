/*-------------------------------------------------------------------------
 *
 * row_stream.h
 *		The rows of a statement, one at a time, across the calls of a
 *		set-returning function.
 *
 * src/row_stream.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ROW_STREAM_H
#define IMGCAT_ROW_STREAM_H

#include "access/htup.h"
#include "executor/spi.h"

typedef struct ImgcatRowStream ImgcatRowStream;

extern ImgcatRowStream *imgcat_open_row_stream(SPIPlanPtr plan, int nargs,
											   const Oid *types,
											   const Datum *values,
											   MemoryContext context);
extern HeapTuple imgcat_next_row(ImgcatRowStream *stream,
								 TupleDesc *descriptor);
extern void imgcat_close_row_stream(ImgcatRowStream *stream);

#endif							/* IMGCAT_ROW_STREAM_H */
