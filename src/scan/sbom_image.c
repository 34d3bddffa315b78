/*-------------------------------------------------------------------------
 *
 * sbom_image.c
 *		What an SBOM, or a report of another scanner, lists, as the scan of an
 *		image.
 *
 * src/scan/sbom_image.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "container/container_import.h"
#include "container/container_json.h"
#include "container/search_sql.h"
#include "executor/spi.h"
#include "image/errors.h"
#include "scan/sbom.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/*
 * Set a text field, unless the text is NULL or empty.
 */
static void
set_text(ImgcatMessage *message, int field, const char *text)
{
	if (text !=NULL && text[0] != '\0')
		imgcat_set_text(message, field, text, strlen(text));
}

/*
 * The scan that an SBOM stands for; without findings.
 */
static ImgcatMessage *
make_scan(const ImgcatSbom *sbom)
{
	ImgcatMessage *scan =
	imgcat_make_message(imgcat_storage_image_type.fields[IMAGE_SCAN].message);
	ImgcatMessage **components =
	imgcat_make_list(scan, SCAN_COMPONENTS, sbom->count);
	StringInfoData time;

	initStringInfo(&time);
	imgcat_json_timestamp(&time, imgcat_search_now(), 0);
	imgcat_set_text(scan, SCAN_TIME, time.data + 1, time.len - 2);
	set_text(scan, SCAN_SCANNER_VERSION, sbom->tool);
	set_text(scan, SCAN_OPERATING_SYSTEM,
			 sbom->system[0] != '\0' ? sbom->system : "unknown");
	for (int i = 0; i < sbom->count; i++)
	{
		const ImgcatSbomComponent *from = &sbom->components[i];
		ImgcatMessage *to = components[i];
		const ImgcatFieldType *source = &to->type->fields[COMPONENT_SOURCE];

		set_text(to, COMPONENT_NAME, from->item.name);
		set_text(to, COMPONENT_VERSION, from->item.version);
		set_text(to, COMPONENT_SOURCE, source->names->names[from->source]);
		set_text(to, COMPONENT_LOCATION, from->item.location);
		set_text(to, COMPONENT_ARCHITECTURE, from->package.architecture);
		if (from->item.license != NULL)
		{
			ImgcatMessage *license =
			imgcat_make_message(to->type->fields[COMPONENT_LICENSE].message);

			set_text(license, LICENSE_NAME, from->item.license);
			imgcat_set_message(to, COMPONENT_LICENSE, license);
		}
	}
	return scan;
}

/*
 * The document of the image that an SBOM, or a report, speaks of: its scan is
 * what the SBOM lists, and is of now.
 */
ImgcatMessage *
imgcat_sbom_document(const ImgcatKnownImage *image, const ImgcatSbom *sbom)
{
	ImgcatMessage *document = imgcat_make_message(&imgcat_storage_image_type);
	int			length;
	const char *digest = NULL;

	if (image->reference.digest.length > 0)
		digest = psprintf("%s%.*s",
						  image->reference.bare_hex ? "sha256:" : "",
						  (int) image->reference.digest.length,
						  image->reference.digest.at);
	if (digest == NULL)
		digest = sbom->digest;
	if (digest == NULL && image->document != NULL)
	{
		digest = imgcat_field_text(image->document, IMAGE_ID, &length);
		digest = pnstrdup(digest, length);
	}
	if (digest == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("digest of image %s is not known", image->full_name),
				 errdetail("Neither the name nor the document tells it, and no image of this name is stored."),
				 errhint("Give the name with its digest, as in %s@sha256:...",
						 image->full_name)));

	set_text(document, IMAGE_ID, digest);
	if (!image->digest_only)
	{
		ImgcatMessage *name =
		imgcat_make_message(document->type->fields[IMAGE_NAME].message);

		set_text(name, NAME_FULL, image->full_name);
		imgcat_set_message(document, IMAGE_NAME, name);
	}
	imgcat_set_message(document, IMAGE_SCAN, make_scan(sbom));
	return document;
}

/*
 * See to it that the scan of a document that was imported is that which is
 * stored: a newer one stays where it is.
 */
static void
require_taken(const char *digest, const ImgcatMessage *document)
{
	Oid			types[2] = {TEXTOID, TIMESTAMPTZOID};
	Datum		values[2];
	TimestampTz time = 0;
	int			nanos;

	(void) imgcat_field_timestamp(imgcat_field_message(document, IMAGE_SCAN),
								  SCAN_TIME, &time, &nanos);
	values[0] = CStringGetTextDatum(digest);
	values[1] = TimestampTzGetDatum(time);
	if (SPI_execute_with_args("SELECT scan_time"
							  " FROM image_catalog.container_images"
							  " WHERE digest = $1 AND scan_time > $2",
							  2, types, values, NULL, false,
							  0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container images");
	if (SPI_processed > 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CONFLICT),
				 errmsg("image %s has a newer scan", digest),
				 errdetail("The stored scan is of %s.",
						   SPI_getvalue(SPI_tuptable->vals[0],
										SPI_tuptable->tupdesc, 1))));
}

/*
 * Import the document of an image, whose components are those of the SBOM with
 * their packages; returns the digest, and the number of packages.  The caller
 * may write container images, and SPI is connected.
 */
char *
imgcat_sbom_import(ImgcatMessage *document, const ImgcatSbom *sbom,
				   int *npackages)
{
	ImgcatPackage *packages =
	palloc_extended(sizeof(ImgcatPackage) * Max(sbom->count, 1),
					MCXT_ALLOC_HUGE);
	const char *text;
	char	   *digest;
	int			length;

	*npackages = 0;
	for (int i = 0; i < sbom->count; i++)
	{
		packages[i] = sbom->components[i].package;
		*npackages += packages[i].ecosystem[0] != '\0';
	}
	imgcat_import_documents(imgcat_store_document(document),
							IMGCAT_PACKAGES_GIVEN, packages);
	text = imgcat_field_text(document, IMAGE_ID, &length);

	digest = pnstrdup(text, length);
	require_taken(digest, document);
	return digest;
}
