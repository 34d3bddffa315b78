/*-------------------------------------------------------------------------
 *
 * etag.c
 *		The entity tag of an image, by which a client tells whether it changed.
 *
 * It is a hash of the document that the caller is shown, and of the time of
 * the last change, to the microsecond: the document shows seconds, and a
 * change that is taken back within one would not be seen.  So nothing need be
 * stored, whatever changes a row changes its tag, and one who may not read a
 * property cannot tell its value from the tag by trying some.
 *
 * src/image/etag.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "context.h"
#include "data/locations.h"
#include "entry.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/etag.h"
#include "image/policy.h"
#include "image/protection.h"
#include "lib/stringinfo.h"
#include "query/http_header.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/*
 * The tag, with its quotes, of a document as get_image() prints it.
 */
char *
imgcat_document_etag(const char *document, size_t length,
					 TimestampTz updated_at)
{
	const unsigned char *bytes = (const unsigned char *) document;
	uint64		seed = (uint64) updated_at;

	return psprintf("\"%016llx%016llx\"",
					(unsigned long long) hash_bytes_extended(bytes, (int) length, seed),
					(unsigned long long) hash_bytes_extended(bytes, (int) length, ~seed));
}

/*
 * The tag of a row, as the caller would be shown it.
 */
static char *
row_etag(const ImgcatImageRow *row)
{
	ImgcatImageRow shown = *row;
	StringInfoData document;

	initStringInfo(&document);
	imgcat_image_row_hide_protected(&shown);
	imgcat_image_document(&document, &shown);
	return imgcat_document_etag(document.data, document.len,
								DatumGetTimestampTz(row->values[IMGCAT_COL_UPDATED_AT]));
}

/*
 * Refuse to change an image that is not, or no longer, what the caller thinks:
 * its tag is not in the list if_match, which is NULL where anything will do.
 * The row must be locked.
 */
void
imgcat_check_etag(const ImgcatImageRow *row, const char *if_match)
{
	if (if_match != NULL &&
		!imgcat_etag_listed(if_match, row_etag(row), false))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CHANGED),
				 errmsg("image has changed"),
				 imgcat_errdetail(IMS_CONFLICT,
								  "Its entity tag is not among those expected."),
				 errhint("Read the image again, and repeat the change on what it is now.")));
}

/*
 * image_etag(image_id uuid) returns text
 */
IMGCAT_FUNCTION(imgcat_image_etag, 1)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	MemoryContext context = CurrentMemoryContext;
	char	   *etag;

	imgcat_spi_connect();
	imgcat_image_show(&image, id, &caller);
	etag = MemoryContextStrdup(context, row_etag(&image.row));
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text(etag));
}
