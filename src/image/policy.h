/*-------------------------------------------------------------------------
 *
 * policy.h
 *		Who may do what to a disk image.
 *
 * The order of locks.  Whatever writes images, or what belongs to them, takes
 * its locks in this order, so no two calls wait for each other:
 *
 * 1. the row of the image, of several images by id: FOR NO KEY UPDATE to change
 *	  or delete it, and to change its tags or members (imgcat_image_modify,
 *	  import_images); FOR SHARE to answer an offer of it, which several members
 *	  may do at a time (imgcat_image_answer);
 * 2. rows of image_members;
 * 3. rows of image_shares, which the triggers of both tables write;
 * 4. the owner's storage, where that has a quota (src/data/data_quota.c);
 * 5. rows of image_uploads, image_data and image_locations.
 *
 * An answer needs no less than FOR SHARE.  It moves the member's offer, and the
 * offer holds what listings sort by, so every change of a shared image writes
 * it, too: the two cannot be open at a time, whatever the image's row is locked
 * by.  A transaction that answers holds up the owner until it ends.
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
	bool		is_image_member;	/* shared with the caller's project; may
									 * be false of its own image */
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
extern void imgcat_image_download(ImgcatImageAccess *image,
								  const pg_uuid_t *id,
								  const ImgcatCaller *caller);
extern bool imgcat_policy_may_download(const ImgcatCaller *caller,
									   const ImgcatImageAccess *image);
extern bool imgcat_image_find(ImgcatImageAccess *image, const pg_uuid_t *id,
							  const ImgcatCaller *caller);
extern bool imgcat_image_find_marker(ImgcatImageAccess *image, const pg_uuid_t *id,
									 const ImgcatCaller *caller, bool lists_deleted);
extern void imgcat_image_modify(ImgcatImageAccess *image, const pg_uuid_t *id,
								const ImgcatCaller *caller);
extern bool imgcat_image_answer(ImgcatImageAccess *image, const pg_uuid_t *id,
								const ImgcatCaller *caller);

extern bool imgcat_row_text_is(const ImgcatImageRow *row,
							   ImgcatImageColumn column, const char *word);

#endif							/* IMGCAT_POLICY_H */
