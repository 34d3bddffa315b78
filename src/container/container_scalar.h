/*-------------------------------------------------------------------------
 *
 * container_scalar.h
 *		Scalars of a StorageImage document: checked, and in canonical form.
 *
 * src/container/container_scalar.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_SCALAR_H
#define IMGCAT_CONTAINER_SCALAR_H

#include "compat.h"
#include "container/container_schema.h"
#include "datatype/timestamp.h"
#include "utils/jsonb.h"

/* Where in the document a reader is, innermost first, for messages. */
typedef struct ImgcatDocumentPath
{
	const struct ImgcatDocumentPath *parent;
	const char *name;			/* of a member, or NULL for an array element */
	int			name_length;
	int			index;			/* of an array element */
} ImgcatDocumentPath;

pg_noreturn extern void imgcat_document_error(const ImgcatDocumentPath *path,
											  const char *problem);
extern void imgcat_check_scalar(JsonbValue *value,
								const ImgcatFieldType *field,
								const ImgcatDocumentPath *path);
extern bool imgcat_parse_timestamp(const char *str, int length,
								   TimestampTz *timestamp, int *nanos);
extern int	imgcat_enum_number(const ImgcatEnumType *type, const char *name,
							   int length);
extern void imgcat_float_value(JsonbValue *value, double number);
extern char *imgcat_number_text(const JsonbValue *value);
extern double imgcat_value_float(const JsonbValue *value);

#endif							/* IMGCAT_CONTAINER_SCALAR_H */
