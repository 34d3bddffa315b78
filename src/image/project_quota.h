/*-------------------------------------------------------------------------
 *
 * project_quota.h
 *		How many images and how much data a project may have.
 *
 * src/image/project_quota.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_PROJECT_QUOTA_H
#define IMGCAT_PROJECT_QUOTA_H

#include "executor/spi.h"

typedef enum ImgcatProjectQuota
{
	IMGCAT_QUOTA_IMAGES,
	IMGCAT_QUOTA_STORAGE
} ImgcatProjectQuota;

extern void imgcat_project_quota_define_settings(void);
extern double imgcat_project_quota(ImgcatProjectQuota quota, const char *project,
								   double setting);
extern void imgcat_lock_project_quota(const char *project);
extern int64 imgcat_count_for_quota(SPIPlanPtr plan, Datum *args, const char *nulls);
extern void imgcat_check_image_quota(const char *project);

/* data/data_settings.c */
extern double imgcat_storage_quota_of(const char *project);
extern int64 imgcat_storage_of(const char *project);

#endif							/* IMGCAT_PROJECT_QUOTA_H */
