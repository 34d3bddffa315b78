/*-------------------------------------------------------------------------
 *
 * import_reader.h
 *		Documents to import, taken apart into rows.
 *
 * src/image/import_reader.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMPORT_READER_H
#define IMGCAT_IMPORT_READER_H

#include "access/tupdesc.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

/* The rows, in the form that the statements of import_images.c read. */
typedef struct ImgcatImport
{
	Tuplestorestate *documents; /* the columns of the row type image, then
								 * deleted_at, has_members, missing (a bit for
								 * each column that the document does not
								 * name: it holds the default of a new image),
								 * document (its number) */
	TupleDesc	documents_desc;
	Tuplestorestate *members;	/* image_id, member_id, status */
	TupleDesc	members_desc;
	int64		ndocuments;
	int64		nmembers;
	bool		any_has_members;
} ImgcatImport;

extern void imgcat_import_read(ImgcatImport *import, Jsonb *documents);

#endif							/* IMGCAT_IMPORT_READER_H */
