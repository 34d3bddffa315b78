/*-------------------------------------------------------------------------
 *
 * container_access.c
 *		Who may read and who may write container images.
 *
 * Container images belong to the catalogue, not to a project, so there are
 * two rights for all of them.  A database role gets them by GRANT on the
 * table container_images; a request, whose database role serves everybody,
 * by the roles that it names in image_catalog.roles; an administrator of the
 * catalogue has both.  The right to write includes the right to read.
 *
 * src/container/container_access.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_access.h"
#include "context.h"
#include "entry.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

/*
 * Has the calling role all of these privileges on the table container_images?
 *
 * A superuser has every privilege; one that acts for a project has asked to
 * be held to that project's rights, so privileges say nothing there.
 */
static bool
granted_on_table(AclMode privileges)
{
	Oid			user = imgcat_calling_role();
	Oid			table;

	if (superuser_arg(user))
		return false;
	table = get_relname_relid("container_images", imgcat_extension_schema());
	if (!OidIsValid(table))
		return false;
	return pg_class_aclmask(table, user, privileges,
							ACLMASK_ALL) == privileges;
}

/*
 * May the caller write container images?
 */
bool
imgcat_may_write_containers(void)
{
	return imgcat_caller().is_admin ||
		imgcat_caller_has_role("container_image_writer") ||
		granted_on_table(ACL_INSERT | ACL_UPDATE | ACL_DELETE);
}

/*
 * May the caller read container images?
 */
bool
imgcat_may_read_containers(void)
{
	return imgcat_may_write_containers() ||
		imgcat_caller_has_role("container_image_reader") ||
		granted_on_table(ACL_SELECT);
}

/*
 * Refuse a caller who may not read container images.
 */
void
imgcat_require_container_read(void)
{
	if (!imgcat_may_read_containers())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("not authorized to read container images"),
				 errhint("Grant SELECT on image_catalog.container_images to the role, or name container_image_reader in image_catalog.roles.")));
}

/*
 * Refuse a caller who may not write container images.
 */
void
imgcat_require_container_write(void)
{
	if (!imgcat_may_write_containers())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("not authorized to write container images"),
				 errhint("Grant INSERT, UPDATE and DELETE on image_catalog.container_images to the role, or name container_image_writer in image_catalog.roles.")));
}

PG_FUNCTION_INFO_V1(imgcat_may_read_container_images);
/*
 * may_read_container_images() returns boolean
 */
Datum
imgcat_may_read_container_images(PG_FUNCTION_ARGS)
{
	(void) fcinfo;				/* no arguments */
	PG_RETURN_BOOL(imgcat_may_read_containers());
}

PG_FUNCTION_INFO_V1(imgcat_may_write_container_images);
/*
 * may_write_container_images() returns boolean
 */
Datum
imgcat_may_write_container_images(PG_FUNCTION_ARGS)
{
	(void) fcinfo;				/* no arguments */
	PG_RETURN_BOOL(imgcat_may_write_containers());
}
