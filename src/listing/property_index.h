/*-------------------------------------------------------------------------
 *
 * property_index.h
 *		Ordered indexes of properties that are asked often.
 *
 * src/listing/property_index.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_PROPERTY_INDEX_H
#define IMGCAT_PROPERTY_INDEX_H

extern bool imgcat_property_is_indexed(const char *name);

#endif							/* IMGCAT_PROPERTY_INDEX_H */
