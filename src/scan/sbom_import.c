/*-------------------------------------------------------------------------
 *
 * sbom_import.c
 *		import_sbom: the packages that an SBOM lists, as the scan of an image.
 *
 * src/scan/sbom_import.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "container/container_access.h"
#include "container/container_import.h"
#include "container/container_json.h"
#include "container/container_scan.h"
#include "container/search_sql.h"
#include "entry.h"
#include "executor/spi.h"
#include "image/errors.h"
#include "json_writer.h"
#include "scan/sbom.h"
#include "scan/scan_images.h"
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
 * Read a document of whatever format it says it is.
 */
static void
read_sbom(Jsonb *document, ImgcatSbom *sbom)
{
	JsonbContainer *root = &document->root;
	char	   *format = imgcat_read_text(root, "bomFormat");

	memset(sbom, 0, sizeof(ImgcatSbom));
	sbom->system = sbom->ecosystem = "";
	initStringInfo(&sbom->refused);
	if (format != NULL && strcmp(format, "CycloneDX") == 0)
		imgcat_read_cyclonedx(root, sbom);
	else if (imgcat_read_text(root, "spdxVersion") != NULL &&
			 strncmp(imgcat_read_text(root, "spdxVersion"), "SPDX-2.", 7) == 0)
		imgcat_read_spdx(root, sbom);
	else if (imgcat_read_array(root, "artifacts") != NULL &&
			 imgcat_read_object(root, "descriptor") != NULL)
		imgcat_read_syft(root, sbom);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid SBOM"),
				 errdetail("The document is neither CycloneDX (bomFormat) nor SPDX 2 (spdxVersion) nor Syft's (artifacts and descriptor)."),
				 errhint("Make it as JSON in one of these formats.")));
}

/*
 * Is it a source package?
 */
static bool
is_source(const ImgcatPackage *package)
{
	return strcmp(package->architecture, "source") == 0 ||
		strcmp(package->architecture, "src") == 0;
}

/*
 * By ecosystem and name of the source package.
 */
static int
compare_sources(const void *left, const void *right)
{
	const ImgcatPackage *a = left;
	const ImgcatPackage *b = right;
	int			order = strcmp(a->ecosystem, b->ecosystem);

	return order != 0 ? order : strcmp(a->source_name, b->source_name);
}

/*
 * Leave out source packages of which a binary package is there.
 */
static void
drop_source_packages(ImgcatSbom *sbom)
{
	ImgcatPackage *binary;
	int			nbinary = 0;
	int			kept = 0;

	binary = palloc_extended(sizeof(ImgcatPackage) * Max(sbom->count, 1),
							 MCXT_ALLOC_HUGE);
	for (int i = 0; i < sbom->count; i++)
		if (!is_source(&sbom->components[i].package))
			binary[nbinary++] = sbom->components[i].package;
	if (nbinary == sbom->count)
		return;
	qsort(binary, nbinary, sizeof(ImgcatPackage), compare_sources);
	for (int i = 0; i < sbom->count; i++)
	{
		const ImgcatPackage *package = &sbom->components[i].package;

		if (!is_source(package) ||
			bsearch(package, binary, nbinary, sizeof(ImgcatPackage),
					compare_sources) == NULL)
			sbom->components[kept++] = sbom->components[i];
	}
	sbom->count = kept;
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
 * The document of the image that an SBOM speaks of.
 */
static ImgcatMessage *
make_document(const ImgcatKnownImage *image, const ImgcatSbom *sbom)
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
				 errdetail("Neither the name nor the SBOM tells it, and no image of this name is stored."),
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
	if (SPI_execute_with_args("SELECT FROM image_catalog.container_images"
							  " WHERE digest = $1 AND scan_time > $2",
							  2, types, values, NULL, false,
							  0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container images");
	if (SPI_processed > 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CONFLICT),
				 errmsg("image %s has a newer scan", digest),
				 errdetail("The time of its scan is in the future.")));
}

/*
 * import_sbom(image_name text, sbom jsonb) returns json
 */
IMGCAT_FUNCTION(imgcat_import_sbom, 2)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Jsonb	   *document = PG_GETARG_JSONB_P(1);
	ImgcatKnownImage image;
	ImgcatMessage *made;
	ImgcatPackage *packages;
	ImgcatSbom	sbom;
	int			npackages = 0;
	int			length;
	const char *digest;
	StringInfoData answer;

	imgcat_require_container_write();
	SPI_connect();
	imgcat_know_image(name, &image);
	MemoryContextSwitchTo(caller);
	initStringInfo(&answer);
	read_sbom(document, &sbom);
	drop_source_packages(&sbom);
	made = make_document(&image, &sbom);
	packages = palloc_extended(sizeof(ImgcatPackage) * Max(sbom.count, 1),
							   MCXT_ALLOC_HUGE);
	for (int i = 0; i < sbom.count; i++)
	{
		packages[i] = sbom.components[i].package;
		npackages += packages[i].ecosystem[0] != '\0';
	}
	imgcat_import_documents(imgcat_store_document(made),
							IMGCAT_PACKAGES_GIVEN, packages);

	digest = imgcat_field_text(made, IMAGE_ID, &length);
	digest = pnstrdup(digest, length);
	require_taken(digest, made);
	(void) imgcat_scan_digest(digest, NULL);
	appendStringInfoString(&answer, "{\"id\":");
	imgcat_json_string(&answer, digest, strlen(digest));
	appendStringInfoString(&answer, ",\"name\":");
	imgcat_json_string(&answer, image.full_name, strlen(image.full_name));
	appendStringInfo(&answer, ",\"components\":%d,\"packages\":%d,\"refused\":[%s]}",
					 sbom.count, npackages, sbom.refused.data);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(answer.data, answer.len));
}
