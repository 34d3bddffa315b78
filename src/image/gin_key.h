/*-------------------------------------------------------------------------
 *
 * gin_key.h
 *		What the search index holds of an image.
 *
 * src/image/gin_key.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_GIN_KEY_H
#define IMGCAT_GIN_KEY_H

#include "datatype/timestamp.h"

/*
 * Times lie in buckets of 2^32 microseconds (72 minutes), which lie eight by
 * eight in buckets of the next level; the last is of 4.5 years.
 */
#define IMGCAT_BUCKET_LEVELS	6
#define IMGCAT_BUCKET_SHIFT		32
#define IMGCAT_BUCKET_FANOUT	3	/* bits */

extern int64 imgcat_bucket_of_time(TimestampTz time);
extern TimestampTz imgcat_bucket_start(int64 bucket);
extern int64 imgcat_bucket_parent(int64 bucket, int levels);

extern int64 imgcat_gin_key_of_facet(const text *facet);
extern int64 imgcat_gin_key_of_visibility(const char *visibility);
extern int64 imgcat_gin_key_of_owner(const char *owner);
extern int64 imgcat_gin_key_of_scoped_facet(int64 scope, int64 facet);
extern int64 imgcat_gin_key_of_bucket(int level, int64 bucket);

#endif							/* IMGCAT_GIN_KEY_H */
