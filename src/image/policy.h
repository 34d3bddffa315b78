/*-------------------------------------------------------------------------
 *
 * policy.h
 *		Who may do what to a disk image.
 *
 * src/image/policy.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_POLICY_H
#define IMGCAT_POLICY_H

#include "context.h"
#include "image/image_row.h"
#include "utils/uuid.h"

/* An image, and how the caller stands to it. */
typedef struct ImgcatImageAccess
{
	ImgcatImageRow row;
	bool		is_own;			/* owned by the caller's project */
	bool		is_image_member;	/* shared with the caller's project */
} ImgcatImageAccess;

extern bool imgcat_policy_may_show(const ImgcatCaller *caller,
								   const ImgcatImageAccess *image);
extern void imgcat_policy_check_create(const ImgcatCaller *caller,
									   const char *owner,
									   const char *visibility);
extern void imgcat_policy_check_visibility(const ImgcatCaller *caller,
										   const char *visibility);

extern void imgcat_image_show(ImgcatImageAccess *image, const pg_uuid_t *id,
							  const ImgcatCaller *caller);
extern void imgcat_image_show_latest(ImgcatImageAccess *image,
									 const pg_uuid_t *id,
									 const ImgcatCaller *caller);
extern void imgcat_image_modify(ImgcatImageAccess *image, const pg_uuid_t *id,
								const ImgcatCaller *caller);

extern bool imgcat_row_text_is(const ImgcatImageRow *row,
							   ImgcatImageColumn column, const char *word);

#endif							/* IMGCAT_POLICY_H */
