/*-------------------------------------------------------------------------
 *
 * policy_funcs.c
 *		What the row-level security policies of images and image_members ask.
 *
 * They read the tables as their owner, so that the policy of one table does
 * not ask that of the other.
 *
 * src/image/policy_funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "entry.h"
#include "image/image_fetch.h"
#include "image/policy.h"
#include "utils/uuid.h"

/*
 * is_image_member(image_id uuid) returns boolean
 *
 * While an image is not shared its memberships wait (docs/members.md), and its
 * members must not learn from them that it is there.
 */
IMGCAT_FUNCTION(imgcat_is_image_member, 1)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageRow row;

	PG_RETURN_BOOL(caller.project_id != NULL &&
				   imgcat_membership_exists(PG_GETARG_UUID_P(0),
											caller.project_id, NULL) &&
				   imgcat_image_fetch(PG_GETARG_UUID_P(0), &row) &&
				   imgcat_row_text_is(&row, IMGCAT_COL_VISIBILITY, "shared"));
}

/*
 * is_image_owner(image_id uuid) returns boolean
 */
IMGCAT_FUNCTION(imgcat_is_image_owner, 1)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageRow row;

	PG_RETURN_BOOL(caller.project_id != NULL &&
				   imgcat_image_fetch(PG_GETARG_UUID_P(0), &row) &&
				   imgcat_row_text_is(&row, IMGCAT_COL_OWNER,
									  caller.project_id));
}
