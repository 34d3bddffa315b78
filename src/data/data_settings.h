/*-------------------------------------------------------------------------
 *
 * data_settings.h
 *		Settings of image data, and its quotas.
 *
 * src/data/data_settings.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_DATA_SETTINGS_H
#define IMGCAT_DATA_SETTINGS_H

#include "data/digest.h"
#include "image/image_row.h"

extern bool imgcat_require_image_format_match;

extern void imgcat_data_define_settings(void);
extern const ImgcatDigestAlgorithm *imgcat_os_hash_algorithm(void);
extern void imgcat_check_storage_quota(const ImgcatImageRow *row, int64 added);
extern void imgcat_check_data_quota(const ImgcatImageRow *row, int64 stored,
									int64 added);

#endif							/* IMGCAT_DATA_SETTINGS_H */
