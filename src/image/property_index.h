/*-------------------------------------------------------------------------
 *
 * property_index.h
 *		Ordered indexes of properties that are asked often.
 *
 * src/image/property_index.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_PROPERTY_INDEX_H
#define IMGCAT_PROPERTY_INDEX_H

extern const char *imgcat_property_index_suffix(const char *name);

#endif							/* IMGCAT_PROPERTY_INDEX_H */
