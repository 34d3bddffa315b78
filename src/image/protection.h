/*-------------------------------------------------------------------------
 *
 * protection.h
 *		Property protections: which roles may touch which properties.
 *
 * src/image/protection.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_PROTECTION_H
#define IMGCAT_PROTECTION_H

#include "image/image_row.h"
#include "utils/jsonb.h"

/* in the order of the columns of property_protections */
typedef enum ImgcatPropertyAction
{
	IMGCAT_PROPERTY_CREATE,
	IMGCAT_PROPERTY_READ,
	IMGCAT_PROPERTY_UPDATE,
	IMGCAT_PROPERTY_DELETE,
	IMGCAT_NUM_PROPERTY_ACTIONS
} ImgcatPropertyAction;

extern bool imgcat_property_allowed(ImgcatPropertyAction action,
									const char *name, size_t length);
extern Jsonb *imgcat_properties_readable(Jsonb *properties);
extern Jsonb *imgcat_properties_shown(Jsonb *properties);
extern void imgcat_image_row_hide_protected(ImgcatImageRow *row);

#endif							/* IMGCAT_PROTECTION_H */
