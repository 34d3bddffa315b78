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

#include "access/htup.h"
#include "datatype/timestamp.h"
#include "utils/lsyscache.h"

/* What ANALYZE knows of the elements of the search index. */
typedef struct ImgcatElementStatistics
{
	HeapTuple	tuple;
	AttStatsSlot slot;
	bool		found;
	double		least;			/* frequency of what it did not keep */
} ImgcatElementStatistics;

extern double imgcat_number_of_images(void);
extern void imgcat_element_statistics_begin(ImgcatElementStatistics *statistics);
extern void imgcat_element_statistics_end(ImgcatElementStatistics *statistics);
extern bool imgcat_element_frequency(const ImgcatElementStatistics *statistics,
									 int64 element, double *frequency);
extern bool imgcat_scoped_frequency(const ImgcatElementStatistics *statistics,
									int64 scope, int64 facet,
									double *frequency);
extern bool imgcat_created_at_range(TimestampTz *first, TimestampTz *last);

#endif							/* IMGCAT_ELEMENT_FREQUENCY_H */
