/*-------------------------------------------------------------------------
 *
 * value.h
 *		Values of attributes and properties: what JSON may say, and its Datum.
 *
 * src/image/value.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_VALUE_H
#define IMGCAT_VALUE_H

#include "compat.h"
#include "image/attribute.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/* Where a value stands in the request, for the messages. */
typedef struct ImgcatPlace
{
	const char *noun;			/* "operation", "document"; NULL: nowhere */
	int			index;			/* from 0 */
	bool		any_dialect;	/* words of every dialect will do */
} ImgcatPlace;

/* Longest name of a property, in characters. */
#define IMGCAT_PROPERTY_NAME_MAX	255

pg_noreturn extern void imgcat_value_error(const ImgcatPlace *place,
										   const char *name, int name_length,
										   const char *ims_code,
										   const char *requirement);

extern void imgcat_attribute_check_type(const ImgcatAttribute *attribute,
										const JsonbValue *value,
										const ImgcatPlace *place);
extern void imgcat_attribute_check_sign(const ImgcatAttribute *attribute,
										const JsonbValue *value,
										const ImgcatPlace *place);
extern Datum imgcat_attribute_datum(const ImgcatAttribute *attribute,
									const JsonbValue *value,
									const ImgcatPlace *place, bool *is_null);
extern void imgcat_property_check_type(const char *name, int name_length,
									   JsonbValue *value,
									   const ImgcatPlace *place);
extern void imgcat_property_check_name(const char *name, int name_length,
									   const ImgcatPlace *place);
extern bool imgcat_property_name_is_reserved(const char *name, int name_length);
extern Datum imgcat_tags_datum(text **tags, int ntags);
extern pg_uuid_t *imgcat_uuid_random(void);
extern int	imgcat_tags_count(const JsonbValue *value);

#endif							/* IMGCAT_VALUE_H */
