/*-------------------------------------------------------------------------
 *
 * sbom_syft.c
 *		Documents in Syft's own JSON format.
 *
 * src/scan/sbom_syft.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "scan/sbom.h"

/*
 * The licences of an artifact in one text, or NULL; each is an object, or in
 * old versions a string.
 */
static char *
read_licenses(JsonbContainer *artifact)
{
	StringInfoData text;
	ImgcatJsonbWalk walk;

	initStringInfo(&text);
	imgcat_read_begin(&walk, imgcat_read_array(artifact, "licenses"));
	while (imgcat_read_next(&walk))
	{
		char	   *name = imgcat_read_string(&walk.value);

		if (name == NULL)
			name = imgcat_read_text(imgcat_read_as_object(&walk.value),
									"value");
		if (name != NULL)
			appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", name);
	}
	return text.len > 0 ? text.data : NULL;
}

/*
 * Where an artifact was found first, or NULL.
 */
static char *
read_location(JsonbContainer *artifact)
{
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_read_array(artifact, "locations"));
	if (!imgcat_read_next(&walk))
		return NULL;
	return imgcat_read_text(imgcat_read_as_object(&walk.value), "path");
}

/*
 * Read a document of Syft.
 */
void
imgcat_read_syft(JsonbContainer *document, ImgcatSbom *sbom)
{
	JsonbContainer *source = imgcat_read_object(document, "source");
	JsonbContainer *target = imgcat_read_object(source, "metadata");
	JsonbContainer *distro = imgcat_read_object(document, "distro");
	JsonbContainer *descriptor = imgcat_read_object(document, "descriptor");
	char	   *tool = imgcat_read_text(descriptor, "name");
	char	   *tool_version = imgcat_read_text(descriptor, "version");
	ImgcatJsonbWalk walk;

	if (target == NULL)
		target = imgcat_read_object(source, "target");
	sbom->tool = tool == NULL || tool_version == NULL ? tool :
		psprintf("%s %s", tool, tool_version);
	imgcat_sbom_set_digest(sbom, imgcat_read_text(target, "manifestDigest"));
	imgcat_sbom_set_system(sbom, imgcat_read_text(distro, "id"),
						   imgcat_read_text(distro, "versionID"));

	imgcat_read_begin(&walk, imgcat_read_array(document, "artifacts"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *artifact = imgcat_read_as_object(&walk.value);
		JsonbContainer *metadata = imgcat_read_object(artifact, "metadata");
		char	   *place = psprintf("/artifacts/%d", walk.index);
		ImgcatSbomItem item = {0};

		if (artifact == NULL)
		{
			imgcat_sbom_refuse(sbom, place, "an artifact is an object");
			continue;
		}
		item.purl = imgcat_read_text(artifact, "purl");
		if (item.purl != NULL && item.purl[0] == '\0')
			item.purl = NULL;
		item.name = imgcat_read_text(artifact, "name");
		item.version = imgcat_read_text(artifact, "version");
		item.source_name = imgcat_read_text(metadata, "source");
		item.source_version = imgcat_read_text(metadata, "sourceVersion");
		item.module = imgcat_read_text(metadata, "modularityLabel");
		item.architecture = imgcat_read_text(metadata, "architecture");
		item.license = read_licenses(artifact);
		item.location = read_location(artifact);
		imgcat_sbom_add(sbom, &item, place);
	}
}
