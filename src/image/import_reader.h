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
#include "image/value.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

/* The rows, in the form that the statements of import_images.c read. */
typedef struct ImgcatImport
{
	Tuplestorestate *documents; /* the columns of the row type image, then
								 * deleted_at, has_members, has_locations,
								 * missing (a bit for each column that the
								 * document does not name: it holds the
								 * default of a new image), document (its
								 * number) */
	TupleDesc	documents_desc;
	Tuplestorestate *members;	/* image_id, member_id, status, created_at,
								 * updated_at, deleted_at; null: not named */
	TupleDesc	members_desc;
	Tuplestorestate *locations; /* image_id, number, url, metadata,
								 * created_at; null: not named */
	TupleDesc	locations_desc;
	int64		ndocuments;
	int64		nmembers;
	int64		nlocations;
	bool		any_has_members;
	bool		any_has_locations;
} ImgcatImport;

extern void imgcat_import_read(ImgcatImport *import, Jsonb *documents);

/* import_parts.c */
extern void imgcat_import_make_part_stores(ImgcatImport *import);
extern void imgcat_import_members(ImgcatImport *import, Datum image_id,
								  JsonbContainer *members,
								  const ImgcatPlace *place);
extern void imgcat_import_locations(ImgcatImport *import, Datum image_id,
									const JsonbValue *locations,
									const ImgcatPlace *place);
extern void imgcat_import_time(const char *name, const JsonbValue *value,
							   const ImgcatPlace *place, Datum *time,
							   bool *is_null);
pg_noreturn extern void imgcat_import_error(const ImgcatPlace *place,
											const char *problem);

#endif							/* IMGCAT_IMPORT_READER_H */
