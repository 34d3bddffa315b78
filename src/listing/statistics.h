/*-------------------------------------------------------------------------
 *
 * statistics.h
 *		What the planner's statistics tell of images.
 *
 * src/listing/statistics.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_STATISTICS_H
#define IMGCAT_STATISTICS_H

#include "access/htup.h"
#include "datatype/timestamp.h"
#include "listing/branch_scan.h"
#include "listing/list_request.h"
#include "utils/lsyscache.h"

/* What ANALYZE knows of the keys of the search index. */
typedef struct ImgcatKeyStatistics
{
	HeapTuple	tuple;
	AttStatsSlot slot;
	bool		found;
	double		least;			/* frequency of what it did not keep */
} ImgcatKeyStatistics;

extern double imgcat_estimate_branch(const ImgcatBranch *branch);
extern double imgcat_estimate_filter(const ImgcatTable *table,
									 const ImgcatEntryFilter *filter);
extern double imgcat_estimate_column(const ImgcatTable *table,
									 const char *column, Datum value);
extern double imgcat_estimate_text(const ImgcatTable *table,
								   const ImgcatCondition *condition);
extern double imgcat_estimate_number(const ImgcatTable *table,
									 const ImgcatCondition *condition);
extern double imgcat_number_of_images(void);
extern void imgcat_key_statistics_begin(ImgcatKeyStatistics *statistics);
extern void imgcat_key_statistics_end(ImgcatKeyStatistics *statistics);
extern bool imgcat_key_frequency(const ImgcatKeyStatistics *statistics,
								 int64 key, double *frequency);
extern bool imgcat_scoped_frequency(const ImgcatKeyStatistics *statistics,
									int64 scope, int64 facet,
									double *frequency);
extern bool imgcat_created_at_range(TimestampTz *first, TimestampTz *last);

#endif							/* IMGCAT_STATISTICS_H */
