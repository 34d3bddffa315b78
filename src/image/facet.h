/*-------------------------------------------------------------------------
 *
 * facet.h
 *		Facets: the searchable text form of a tag or a property.
 *
 * src/image/facet.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_FACET_H
#define IMGCAT_FACET_H

/* longest facet kept as it is, in bytes; a longer one becomes its digest */
#define IMGCAT_FACET_MAX 200

extern text *imgcat_facet_of_tag(const char *tag, size_t length);
extern text *imgcat_facet_of_property(const char *name, size_t name_length,
									  const char *value, size_t value_length);

#endif							/* IMGCAT_FACET_H */
