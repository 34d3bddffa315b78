/*-------------------------------------------------------------------------
 *
 * container_scan.c
 *		scan_image: a stored scan used again, or its packages matched anew.
 *
 * src/container/container_scan.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "container/container_access.h"
#include "container/container_document.h"
#include "container/container_get.h"
#include "container/container_import.h"
#include "container/container_scan.h"
#include "container/image_reference_type.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "scan/scan_images.h"
#include "utils/builtins.h"

/* There are no vulnerability data to scan with. */
#define IMGCAT_ERRCODE_NO_SCANNER	MAKE_SQLSTATE('P', 'T', '5', '0', '1')

/*
 * Find the stored image of a digest, or of a name: the one updated last that
 * has a scan, if any has.  SPI is connected.
 */
static ImgcatMessage *
find_document(const ImgcatKnownImage *image)
{
	const ImgcatReferencePart *digest = &image->reference.digest;
	const char *statement;
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	Datum		document;
	bool		isnull;

	if (digest->length > 0)
	{
		values[0] = CStringGetTextDatum(psprintf("%s%.*s",
												 image->reference.bare_hex ?
												 "sha256:" : "",
												 (int) digest->length,
												 digest->at));
		statement = "SELECT document FROM image_catalog.container_images"
			" WHERE digest = $1";
	}
	else
	{
		values[0] = CStringGetTextDatum(image->full_name);
		statement = "SELECT i.document"
			" FROM image_catalog.container_image_names AS n"
			" JOIN image_catalog.container_images AS i"
			"  ON i.image_key = n.image_key"
			" WHERE n.name_full = $1"
			" ORDER BY i.document ? 'scan' DESC, i.last_updated DESC, i.digest"
			" LIMIT 1";
	}
	if (SPI_execute_with_args(statement, 1, types, values, NULL,
							  false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container images");
	if (SPI_processed == 0)
		return NULL;
	document = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
							 &isnull);
	return imgcat_load_document(DatumGetJsonbP(document), false);
}

/*
 * Read the name of an image, and find what is known of it.  SPI is connected.
 */
void
imgcat_know_image(const char *name, ImgcatKnownImage *image)
{
	char	   *problem;

	if (name[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("image name must be specified: invalid arguments")));
	problem = imgcat_image_reference_problem(name, &image->reference);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("error parsing image name '%s': %s: invalid arguments",
						name, problem)));

	image->digest_only = image->reference.path.length == 0;
	image->full_name = palloc(strlen(name) + IMGCAT_REFERENCE_GROWTH + 1);
	image->full_name[imgcat_image_reference_write(&image->reference,
												  image->full_name)] = '\0';
	image->document = find_document(image);
}

/*
 * Images are not pulled, so what is not stored cannot be had.  The codes tell
 * what is missing: the image (404), its scan and so its packages (409), or
 * vulnerability data (501) for who wants a fresh scan of what is there.
 */
static void
refuse_scan(const ImgcatKnownImage *image)
{
	bool		known = image->document != NULL;
	bool		has_scan = known &&
	imgcat_field_is_set(image->document, IMAGE_SCAN);
	bool		has_metadata = known &&
	imgcat_field_is_set(image->document, IMAGE_METADATA);

	if (image->digest_only && !known)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_NOT_FOUND),
				 errmsg("image enrichment error: error getting metadata for image: %s error: no registry is indicated for image",
						image->full_name),
				 errhint("Give the name of the image, with its registry.")));
	ereport(ERROR,
			(errcode(!known ? IMGCAT_ERRCODE_NOT_FOUND :
					 has_scan ? IMGCAT_ERRCODE_NO_SCANNER :
					 IMGCAT_ERRCODE_CONFLICT),
			 errmsg("scan could not be completed for image %s (%s): please check that an applicable registry and scanner is integrated",
					image->full_name, has_metadata ? "MISSING_SCAN_DATA" :
					"MISSING_METADATA, MISSING_SCAN_DATA"),
			 has_scan ? errdetail("The image has a stored scan, and a fresh one (force) needs vulnerability data.") : 0,
			 has_scan ? errhint("Load some by import_vulnerabilities(); without force the stored scan is used.") :
			 errhint("Import a document with a scan by import_container_images(), or an SBOM by import_sbom().")));
}

/*
 * Store a known image as scanned now: its risk score is computed anew, and
 * the name that was asked for is one of its names.
 */
static void
store_scanned(ImgcatKnownImage *image)
{
	ImgcatMessage *document = image->document;

	if (!image->digest_only)
		imgcat_add_image_name(document, image->full_name);
	document->fields[IMAGE_LAST_UPDATED].kind = IMGCAT_VALUE_ABSENT;
	document->fields[IMAGE_RISK_SCORE].kind = IMGCAT_VALUE_ABSENT;
	imgcat_import_stored(&document, 1);
}

/*
 * scan_image(image_name text, force boolean, include_snoozed boolean) returns
 * json
 */
IMGCAT_FUNCTION(imgcat_scan_image, 1)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool		force = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);
	bool		include_snoozed = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	ImgcatKnownImage image;
	text	   *digest;
	const char *id;
	int			id_length;

	imgcat_require_container_write();
	SPI_connect();
	imgcat_know_image(name, &image);
	if (image.document == NULL ||
		!imgcat_field_is_set(image.document, IMAGE_SCAN) ||
		(force && !imgcat_has_advisories()))
		refuse_scan(&image);
	id = imgcat_field_text(image.document, IMAGE_ID, &id_length);
	if (!force)
		store_scanned(&image);
	else if (!imgcat_scan_digest(pnstrdup(id, id_length),
								 image.digest_only ? NULL : image.full_name))
	{
		/* somebody else deleted it meanwhile */
		image.document = NULL;
		refuse_scan(&image);
	}
	MemoryContextSwitchTo(caller);
	digest = cstring_to_text_with_len(id, id_length);
	SPI_finish();

	PG_RETURN_TEXT_P(cstring_to_text(imgcat_print_written_image(PointerGetDatum(digest),
																include_snoozed)));
}

/*
 * invalidate_scan_and_registry_caches() returns json: {}.  There is no cache of
 * registries to empty; stored images are not touched.
 */
IMGCAT_FUNCTION(imgcat_invalidate_container_caches, 0)
{
	(void) fcinfo;				/* no arguments */
	imgcat_require_container_write();
	PG_RETURN_TEXT_P(cstring_to_text("{}"));
}
