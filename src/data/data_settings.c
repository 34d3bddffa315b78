/*-------------------------------------------------------------------------
 *
 * data_settings.c
 *		Settings of image data, and its quotas.
 *
 * src/data/data_settings.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "catalog/pg_type.h"
#include "compat.h"
#include "data/data_settings.h"
#include "data/locations.h"
#include "executor/spi.h"
#include "image/errors.h"
#include "image/project_quota.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/guc.h"

/* a double holds every whole number of bytes up to this */
#define MAX_BYTES 9007199254740992.0

/* sizes in bytes, which an int setting has no room for */
static double image_size_cap = 1073741824.0;
static double user_storage_quota = 0.0;

static char *os_hash_algo = NULL;
bool		imgcat_require_image_format_match = true;

/* src/data/locations.h */
bool		imgcat_show_image_direct_url = false;
bool		imgcat_show_multiple_locations = false;
int			imgcat_location_quota = 10;

/*
 * Check hook: only algorithms that nobody has broken.
 */
static bool
check_os_hash_algo(char **value, void **extra, GucSource source)
{
	const ImgcatDigestAlgorithm *algorithm = imgcat_digest_algorithm(*value);

	(void) extra;
	(void) source;
	if (algorithm != NULL && algorithm->may_be_setting)
		return true;
	GUC_check_errdetail("It must be sha256, sha384, sha512, sha3-256, sha3-384, sha3-512 or blake2b.");
	return false;
}

/*
 * Define the settings.  Called once, from _PG_init.
 */
void
imgcat_data_define_settings(void)
{
	DefineCustomRealVariable("image_catalog.image_size_cap",
							 "Most bytes of data that an image may have here; -1 means no limit.",
							 NULL,
							 &image_size_cap, 1073741824.0, -1, MAX_BYTES,
							 PGC_SUSET, GUC_UNIT_BYTE | IMGCAT_GUC_FLAGS,
							 NULL, NULL, NULL);
	DefineCustomRealVariable("image_catalog.user_storage_quota",
							 "Most bytes of data of all images of an owner; 0 and less mean no limit.",
							 NULL,
							 &user_storage_quota, 0, -1, MAX_BYTES,
							 PGC_SUSET, GUC_UNIT_BYTE | IMGCAT_GUC_FLAGS,
							 NULL, NULL, NULL);
	DefineCustomStringVariable("image_catalog.os_hash_algo",
							   "Algorithm of os_hash_value of new data.",
							   NULL,
							   &os_hash_algo, "sha512", PGC_SUSET,
							   IMGCAT_GUC_FLAGS, check_os_hash_algo, NULL, NULL);
	DefineCustomBoolVariable("image_catalog.require_image_format_match",
							 "The data of an image must have the format that its record says.",
							 "Unsafe data is refused whatever this says.",
							 &imgcat_require_image_format_match, true,
							 PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomBoolVariable("image_catalog.show_image_direct_url",
							 "Documents of images show the first location of their data.",
							 NULL,
							 &imgcat_show_image_direct_url, false,
							 PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomBoolVariable("image_catalog.show_multiple_locations",
							 "Documents of images show the locations of their data, and patches change them.",
							 NULL,
							 &imgcat_show_multiple_locations, false,
							 PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomIntVariable("image_catalog.location_quota",
							"Most locations of an image; -1 means no limit.",
							NULL,
							&imgcat_location_quota, 10, -1, INT_MAX,
							PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
}

/*
 * The algorithm of os_hash_value.
 */
const ImgcatDigestAlgorithm *
imgcat_os_hash_algorithm(void)
{
	return imgcat_digest_algorithm(os_hash_algo);
}

/*
 * Bytes that the images of a project, NULL: of no owner, have here or
 * elsewhere, once for each location, and those that have come of uploads under
 * way.  The caller is connected to SPI.
 */
int64
imgcat_storage_of(const char *project)
{
	static const Oid types[] = {TEXTOID};
	static const char sql[] =
	"SELECT COALESCE(pg_catalog.sum(COALESCE(u.size, i.size * GREATEST(1, "
	"(SELECT pg_catalog.count(*) FROM image_catalog.image_locations l "
	"WHERE l.image_id = i.id)))), 0)::bigint FROM image_catalog.images i "
	"LEFT JOIN image_catalog.image_uploads u ON u.image_id = i.id "
	"WHERE (i.owner = $1 OR i.owner IS NULL AND $1 IS NULL) "
	"AND i.status NOT IN ('killed', 'deleted', 'pending_delete')";
	Datum		args[1];

	args[0] = project == NULL ? (Datum) 0 : CStringGetTextDatum(project);
	return imgcat_count_for_quota(imgcat_plan(sql, 1, types), args,
								  project == NULL ? "n" : " ");
}

/*
 * Most bytes that the images of a project may have; less than zero: any
 * number.  The caller is connected to SPI.
 */
double
imgcat_storage_quota_of(const char *project)
{
	return imgcat_project_quota(IMGCAT_QUOTA_STORAGE, project,
								user_storage_quota > 0 ? user_storage_quota : -1);
}

/*
 * Refuse to add bytes to the images of this one's owner if that is more than
 * it may have.  The caller is connected to SPI and holds the lock of the image.
 */
void
imgcat_check_storage_quota(const ImgcatImageRow *row, int64 added)
{
	const char *owner = row->nulls[IMGCAT_COL_OWNER] ? NULL
	: TextDatumGetCString(row->values[IMGCAT_COL_OWNER]);
	double		quota;
	double		total;

	if (added == 0)
		return;
	quota = imgcat_storage_quota_of(owner);
	if (quota < 0)
		return;
	imgcat_lock_project_quota(owner);
	total = (double) imgcat_storage_of(owner) + added;
	if (total > quota)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_QUOTA),
				 errmsg("too much image data of one owner"),
				 imgcat_errdetail(IMS_BAD_SIZE,
								  "The owner's images would have %.0f bytes; at most %.0f are allowed.",
								  total, quota)));
}

/*
 * The same for bytes that are stored here, where so many of the image are
 * already: it may not have too many either.
 */
void
imgcat_check_data_quota(const ImgcatImageRow *row, int64 stored, int64 added)
{
	if (image_size_cap >= 0 && (double) stored + added > image_size_cap)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_QUOTA),
				 errmsg("image data is too large"),
				 imgcat_errdetail(IMS_BAD_SIZE,
								  "The image would have %lld bytes; at most %.0f are allowed.",
								  (long long) (stored + added),
								  image_size_cap)));
	imgcat_check_storage_quota(row, added);
}
