/*-------------------------------------------------------------------------
 *
 * element_frequency.h
 *		How common an element of the search index is, by the planner's
 *		statistics.
 *
 * src/listing/element_frequency.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ELEMENT_FREQUENCY_H
#define IMGCAT_ELEMENT_FREQUENCY_H

#include "datatype/timestamp.h"

extern double imgcat_number_of_images(void);
extern double imgcat_element_frequency(int64 element, bool *known);
extern double imgcat_scoped_frequency(int64 scope, int64 facet, bool *known);
extern bool imgcat_created_at_range(TimestampTz *first, TimestampTz *last);

#endif							/* IMGCAT_ELEMENT_FREQUENCY_H */
