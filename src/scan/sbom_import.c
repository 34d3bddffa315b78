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

#include "container/container_access.h"
#include "entry.h"
#include "executor/spi.h"
#include "json_writer.h"
#include "scan/sbom.h"
#include "scan/scan_images.h"
#include "utils/builtins.h"

/*
 * Read a document of whatever format it says it is.
 */
static void
read_sbom(Jsonb *document, ImgcatSbom *sbom)
{
	JsonbContainer *root = &document->root;
	char	   *format = imgcat_read_text(root, "bomFormat");

	imgcat_sbom_begin(sbom);
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
 * import_sbom(image_name text, sbom jsonb) returns json
 */
IMGCAT_FUNCTION(imgcat_import_sbom, 2)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Jsonb	   *document = PG_GETARG_JSONB_P(1);
	ImgcatKnownImage image;
	ImgcatSbom	sbom;
	int			npackages;
	char	   *digest;
	StringInfoData answer;

	imgcat_require_container_write();
	SPI_connect();
	imgcat_know_image(name, &image);
	MemoryContextSwitchTo(caller);
	initStringInfo(&answer);
	read_sbom(document, &sbom);
	drop_source_packages(&sbom);
	digest = imgcat_sbom_import(imgcat_sbom_document(&image, &sbom), &sbom,
								&npackages);
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
