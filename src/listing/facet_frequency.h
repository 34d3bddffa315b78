/*-------------------------------------------------------------------------
 *
 * facet_frequency.h
 *		How common a facet is, by the planner's statistics.
 *
 * src/listing/facet_frequency.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_FACET_FREQUENCY_H
#define IMGCAT_FACET_FREQUENCY_H

extern double imgcat_facet_frequencies(const Datum *facets, int nfacets,
									   double *frequencies);

#endif							/* IMGCAT_FACET_FREQUENCY_H */
