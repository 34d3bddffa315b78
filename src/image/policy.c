/*-------------------------------------------------------------------------
 *
 * policy.c
 *		Who may do what to a disk image.
 *
 * Roles: a reader reads, a member changes what its project owns, an
 * administrator does everything everywhere.  When a caller may not do a thing,
 * it hears "forbidden" if it sees the image, else "not found": existence is
 * not told.
 *
 * src/image/policy.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "image/errors.h"
#include "image/image_fetch.h"
#include "image/policy.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

/* The image, and whether it is shared with project $2. */
static const char load_sql[] =
"SELECT " IMGCAT_IMAGE_COLUMNS ", "
"CASE WHEN i.visibility = 'shared' THEN EXISTS ("
"SELECT FROM image_catalog.image_members m "
"WHERE m.image_id = i.id AND m.member_id = $2 AND m.deleted_at IS NULL) "
"ELSE false END "
"FROM image_catalog.images i WHERE i.id = $1 AND i.status <> 'deleted'";

/*
 * The image, locked, if the caller may change it: an administrator ($2) or the
 * owner ($3).  Nobody gets to hold up another project by locking its rows.
 */
static const char lock_sql[] =
"SELECT " IMGCAT_IMAGE_COLUMNS " FROM image_catalog.images i "
"WHERE i.id = $1 AND i.status <> 'deleted' AND ($2 OR i.owner = $3) "
"FOR NO KEY UPDATE";

/*
 * Keeps a shared image as it is, if the caller may answer for a project: it is
 * an administrator ($2) or a member ($3).
 */
static const char share_lock_sql[] =
"SELECT " IMGCAT_IMAGE_COLUMNS " FROM image_catalog.images i "
"WHERE i.id = $1 AND i.status <> 'deleted' AND i.visibility = 'shared' "
"AND ($2 OR EXISTS (SELECT FROM image_catalog.image_members m "
"WHERE m.image_id = i.id AND m.member_id = $3 AND m.deleted_at IS NULL)) "
"FOR SHARE OF i";

/*
 * Does a text column of the row hold this word?
 */
bool
imgcat_row_text_is(const ImgcatImageRow *row, ImgcatImageColumn column,
				   const char *word)
{
	text	   *value;

	if (row->nulls[column])
		return false;
	value = DatumGetTextPP(row->values[column]);
	return VARSIZE_ANY_EXHDR(value) == strlen(word) &&
		memcmp(VARDATA_ANY(value), word, strlen(word)) == 0;
}

/*
 * Is the row owned by the caller's project?
 */
static bool
is_own(const ImgcatCaller *caller, const ImgcatImageRow *row)
{
	return caller->project_id != NULL &&
		imgcat_row_text_is(row, IMGCAT_COL_OWNER, caller->project_id);
}

/*
 * Is the image one for the caller's project, as far as its roles go?
 */
static bool
is_for_project(const ImgcatImageAccess *image)
{
	if (image->is_own ||
		imgcat_row_text_is(&image->row, IMGCAT_COL_VISIBILITY, "public") ||
		imgcat_row_text_is(&image->row, IMGCAT_COL_VISIBILITY, "community"))
		return true;
	return imgcat_row_text_is(&image->row, IMGCAT_COL_VISIBILITY, "shared") &&
		(image->is_image_member || image->row.nulls[IMGCAT_COL_OWNER]);
}

/*
 * May the caller see the image when it names it?  (A listing shows less.)
 */
bool
imgcat_policy_may_show(const ImgcatCaller *caller,
					   const ImgcatImageAccess *image)
{
	return caller->is_admin ||
		(caller->is_reader && is_for_project(image));
}

/*
 * May the caller read the data of the image?  Of one that is out of use only
 * an administrator may.
 */
bool
imgcat_policy_may_download(const ImgcatCaller *caller,
						   const ImgcatImageAccess *image)
{
	return caller->is_admin ||
		(caller->is_member && is_for_project(image) &&
		 !imgcat_row_text_is(&image->row, IMGCAT_COL_STATUS, "deactivated"));
}

/*
 * May the caller create an image of this owner (NULL: none) and visibility?
 */
void
imgcat_policy_check_create(const ImgcatCaller *caller, const char *owner,
						   const char *visibility)
{
	if (caller->is_admin)
		return;
	if (!caller->is_member || caller->project_id == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to create an image"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "The caller must have role member in a project.")));
	imgcat_policy_check_visibility(caller, visibility);
	if (owner == NULL || strcmp(owner, caller->project_id) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to create an image of another owner"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator creates images that another project, or none, owns.")));
}

/*
 * May the caller, who may change the image, make it visible like this?
 */
void
imgcat_policy_check_visibility(const ImgcatCaller *caller,
							   const char *visibility)
{
	if (!caller->is_admin && strcmp(visibility, "public") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to publicize an image"),
				 imgcat_errdetail(IMS_FORBIDDEN,
								  "Only an administrator makes an image public.")));
}

/*
 * Run a statement that finds one image at most, and take its row apart.  The
 * row lives in the memory of the SPI connection.
 */
static bool
fetch_row(ImgcatImageAccess *image, const char *sql, int nargs,
		  const Oid *argtypes, Datum *args, const char *nulls)
{
	SPIPlanPtr	plan = imgcat_plan(sql, nargs, argtypes);
	int			result;

	result = SPI_execute_plan(plan, args, nulls, false, 1);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not read an image: %s",
			 SPI_result_code_string(result));
	if (SPI_processed == 0)
		return false;
	imgcat_image_row_read(&image->row, SPI_tuptable->vals[0],
						  SPI_tuptable->tupdesc);
	return true;
}

/*
 * Read the newest committed state of an image, whoever may see it; false if
 * there is none.
 */
static bool
load_latest(ImgcatImageAccess *image, const pg_uuid_t *id,
			const ImgcatCaller *caller)
{
	static const Oid argtypes[] = {UUIDOID, TEXTOID};
	Datum		args[2];
	bool		is_null;

	args[0] = UUIDPGetDatum(id);
	args[1] = caller->project_id ? CStringGetTextDatum(caller->project_id) : 0;
	if (!fetch_row(image, load_sql, 2, argtypes, args,
				   caller->project_id ? "  " : " n"))
		return false;
	image->is_own = is_own(caller, &image->row);
	image->is_image_member =
		DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
								   IMGCAT_NUM_COLS + 1, &is_null));
	return true;
}

/*
 * Set how the caller stands to the image of the row; deleted_at: see
 * imgcat_membership_exists.
 */
static void
set_standing(ImgcatImageAccess *image, const pg_uuid_t *id,
			 const ImgcatCaller *caller, const NullableDatum *deleted_at)
{
	image->is_own = is_own(caller, &image->row);
	image->is_image_member = caller->project_id != NULL && !image->is_own &&
		imgcat_row_text_is(&image->row, IMGCAT_COL_VISIBILITY, "shared") &&
		imgcat_membership_exists(id, caller->project_id, deleted_at);
}

/*
 * Read an image, whoever may see it; false if there is none.  Writes nothing,
 * so it works in a standby.  The row lives in the current context.
 */
bool
imgcat_image_find(ImgcatImageAccess *image, const pg_uuid_t *id,
				  const ImgcatCaller *caller)
{
	if (!imgcat_image_fetch(id, &image->row))
		return false;
	set_standing(image, id, caller, NULL);
	return true;
}

/*
 * The same for an image that the caller may see; "not found" if it may not.
 */
void
imgcat_image_show(ImgcatImageAccess *image, const pg_uuid_t *id,
				  const ImgcatCaller *caller)
{
	if (!imgcat_image_find(image, id, caller) ||
		!imgcat_policy_may_show(caller, image))
		imgcat_image_not_found(id);
}

/*
 * The same for an image whose data the caller may read; "not found" or
 * "forbidden" if it may not.
 */
void
imgcat_image_download(ImgcatImageAccess *image, const pg_uuid_t *id,
					  const ImgcatCaller *caller)
{
	if (!imgcat_image_find(image, id, caller))
		imgcat_image_not_found(id);
	if (imgcat_policy_may_download(caller, image))
		return;
	if (caller->is_member && is_for_project(image))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("image is deactivated"),
				 imgcat_errdetail(IMS_UNAVAILABLE,
								  "Only an administrator reads its data until it is active again.")));
	if (!imgcat_policy_may_show(caller, image))
		imgcat_image_not_found(id);
	imgcat_image_forbidden("Only role member reads the data of an image.");
}

/*
 * The same, by the newest committed state: for functions that go on to write.
 */
void
imgcat_image_show_latest(ImgcatImageAccess *image, const pg_uuid_t *id,
						 const ImgcatCaller *caller)
{
	if (!load_latest(image, id, caller) ||
		!imgcat_policy_may_show(caller, image))
		imgcat_image_not_found(id);
}

/*
 * Run one of the statements that lock an image, which take its id, whether the
 * caller is an administrator, and its project.
 */
static bool
lock_image(ImgcatImageAccess *image, const char *sql, const pg_uuid_t *id,
		   const ImgcatCaller *caller)
{
	static const Oid argtypes[] = {UUIDOID, BOOLOID, TEXTOID};
	Datum		args[3];

	args[0] = UUIDPGetDatum(id);
	args[1] = BoolGetDatum(caller->is_admin);
	args[2] = caller->project_id ? CStringGetTextDatum(caller->project_id) : 0;
	return fetch_row(image, sql, 3, argtypes, args,
					 caller->project_id ? "   " : "  n");
}

/*
 * Read and lock an image that the caller may change, in its newest version;
 * "not found" or "forbidden" if it may not.
 */
void
imgcat_image_modify(ImgcatImageAccess *image, const pg_uuid_t *id,
					const ImgcatCaller *caller)
{
	if (caller->is_member && lock_image(image, lock_sql, id, caller))
	{
		image->is_own = is_own(caller, &image->row);
		image->is_image_member = false;
		return;
	}

	imgcat_image_show_latest(image, id, caller);
	imgcat_image_forbidden("Only its owner's project, in role member, or an administrator may change it.");
}

/*
 * Read a shared image whose offer the caller may answer, and keep it from
 * being changed: no answer is given to an image that is private or deleted
 * meanwhile.  Several members may do so at a time.  "Not found" if the caller
 * may not see it; false if it sees the image and there is nothing to answer.
 *
 * What the caller knows of the image is read after the lock, in a snapshot that
 * holds whatever the lock had to wait for.
 */
bool
imgcat_image_answer(ImgcatImageAccess *image, const pg_uuid_t *id,
					const ImgcatCaller *caller)
{
	bool		locked = caller->is_member &&
	lock_image(image, share_lock_sql, id, caller);

	imgcat_image_show_latest(image, id, caller);
	return locked;
}

/*
 * Read an image that the caller may see, or could see before it was deleted, to
 * be the marker of a list: of one without deleted images with what it was sorted
 * by before the deletion.  False if there is none.
 */
bool
imgcat_image_find_marker(ImgcatImageAccess *image, const pg_uuid_t *id,
						 const ImgcatCaller *caller, bool lists_deleted)
{
	NullableDatum deleted_at;

	if (!imgcat_image_fetch_any(id, &image->row, !lists_deleted, &deleted_at))
		return false;
	set_standing(image, id, caller, &deleted_at);
	return imgcat_policy_may_show(caller, image);
}
