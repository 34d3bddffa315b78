/*-------------------------------------------------------------------------
 *
 * quota.h
 *		How many tags, properties and members an image may have.
 *
 * src/image/quota.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_QUOTA_H
#define IMGCAT_QUOTA_H

#include "utils/jsonb.h"

extern void imgcat_check_tag_quota(int ntags);
extern void imgcat_check_property_quota(int nproperties);
extern void imgcat_check_member_quota(int nmembers, Jsonb *properties);
extern int	imgcat_counted_properties(Jsonb *properties);

#endif							/* IMGCAT_QUOTA_H */
