/*-------------------------------------------------------------------------
 *
 * quota.c
 *		How many tags, properties and members an image may have.
 *
 * src/image/quota.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "image/errors.h"
#include "image/ims_rules.h"
#include "image/quota.h"

/* what image_catalog.member_quota means in the IMS dialect unless set */
#define MEMBER_QUOTA_DEFAULT		128
#define IMS_MEMBER_QUOTA_DEFAULT	256
#define IMS_WHOLE_IMAGE_MEMBERS		10

/*
 * An image with count things is one with too many.
 */
static void
check_quota(const char *things, int count, int quota, const char *ims_code)
{
	if (quota < 0 || count <= quota)
		return;
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_QUOTA),
			 errmsg("too many %s for an image", things),
			 imgcat_errdetail(ims_code,
							  "The image would have %d %s; at most %d are allowed.",
							  count, things, quota)));
}

/*
 * ntags counts repeated tags of the request, as the API does.
 */
void
imgcat_check_tag_quota(int ntags)
{
	check_quota("tags", ntags, imgcat_tag_quota, IMS_TAG_QUOTA);
}

void
imgcat_check_property_quota(int nproperties)
{
	check_quota("properties", nproperties, imgcat_property_quota,
				IMS_BAD_VALUE);
}

/*
 * An image with these properties is about to have nmembers members.
 */
void
imgcat_check_member_quota(int nmembers, Jsonb *properties)
{
	int			quota = imgcat_member_quota;

	if (imgcat_dialect == IMGCAT_DIALECT_IMS)
	{
		if (quota == MEMBER_QUOTA_DEFAULT)
			quota = IMS_MEMBER_QUOTA_DEFAULT;
		if (imgcat_jsonb_string_is(properties, "__whole_image", "true") &&
			(quota < 0 || quota > IMS_WHOLE_IMAGE_MEMBERS))
			quota = IMS_WHOLE_IMAGE_MEMBERS;
	}
	check_quota("members", nmembers, quota, IMS_SHARE_QUOTA);
}

/*
 * The properties that count: the service's own do not.
 */
int
imgcat_counted_properties(Jsonb *properties)
{
	JsonbIterator *iterator = JsonbIteratorInit(&properties->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			count = 0;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_KEY &&
			(value.val.string.len < 9 ||
			 strncmp(value.val.string.val, "os_glance", 9) != 0))
			count++;
	return count;
}
