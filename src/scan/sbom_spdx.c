/*-------------------------------------------------------------------------
 *
 * sbom_spdx.c
 *		SPDX documents of versions 2.2 and 2.3, as JSON.
 *
 * src/scan/sbom_spdx.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "scan/sbom.h"

/*
 * The package URL of a package, or NULL.
 */
static char *
read_purl(JsonbContainer *package)
{
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_read_array(package, "externalRefs"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *reference = imgcat_read_as_object(&walk.value);
		char	   *type = imgcat_read_text(reference, "referenceType");

		if (type != NULL && strcmp(type, "purl") == 0)
			return imgcat_read_text(reference, "referenceLocator");
	}
	return NULL;
}

/*
 * A licence that says something, or NULL.
 */
static char *
read_license(JsonbContainer *package)
{
	static const char *const members[] = {
		"licenseConcluded", "licenseDeclared"
	};

	for (int i = 0; i < (int) lengthof(members); i++)
	{
		char	   *license = imgcat_read_text(package, members[i]);

		if (license != NULL && strcmp(license, "NOASSERTION") != 0 &&
			strcmp(license, "NONE") != 0)
			return license;
	}
	return NULL;
}

/*
 * The source package out of a sourceInfo of "built package from: name version".
 */
static void
read_source(JsonbContainer *package, ImgcatSbomItem *item)
{
	static const char built_from[] = "built package from: ";
	char	   *info = imgcat_read_text(package, "sourceInfo");
	char	   *blank;

	if (info == NULL ||
		strncmp(info, built_from, sizeof(built_from) - 1) != 0)
		return;
	info += sizeof(built_from) - 1;
	item->source_name = info;
	blank = strchr(info, ' ');
	if (blank != NULL)
	{
		*blank = '\0';
		item->source_version = blank + 1;
	}
}

/*
 * What a package is there for; a package that is the image or its system is no
 * component.  Tools that leave out the purpose of an image give it the URL of
 * one.
 */
static bool
is_component(JsonbContainer *package, const char *purl, ImgcatSbom *sbom)
{
	char	   *purpose = imgcat_read_text(package, "primaryPackagePurpose");

	if (purpose != NULL && strcmp(purpose, "OPERATING-SYSTEM") == 0)
	{
		imgcat_sbom_set_system(sbom, imgcat_read_text(package, "name"),
							   imgcat_read_text(package, "versionInfo"));
		return false;
	}
	if ((purpose != NULL && strcmp(purpose, "CONTAINER") == 0) ||
		(purl != NULL && strncmp(purl, "pkg:oci/", 8) == 0))
	{
		imgcat_sbom_set_digest(sbom, purl);
		imgcat_sbom_set_digest(sbom, imgcat_read_text(package, "versionInfo"));
		return false;
	}
	return purl != NULL ||
		(purpose != NULL && strcmp(purpose, "LIBRARY") == 0);
}

/*
 * Read an SPDX document: its image and system first, on which the ecosystems
 * of packages depend.
 */
void
imgcat_read_spdx(JsonbContainer *document, ImgcatSbom *sbom)
{
	JsonbContainer *packages = imgcat_read_array(document, "packages");
	JsonbContainer *creation = imgcat_read_object(document, "creationInfo");
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_read_array(creation, "creators"));
	while (sbom->tool == NULL && imgcat_read_next(&walk))
	{
		char	   *creator = imgcat_read_string(&walk.value);

		if (creator != NULL && strncmp(creator, "Tool: ", 6) == 0)
			sbom->tool = creator + 6;
	}

	imgcat_read_begin(&walk, packages);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *package = imgcat_read_as_object(&walk.value);

		(void) is_component(package, read_purl(package), sbom);
	}

	imgcat_read_begin(&walk, packages);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *package = imgcat_read_as_object(&walk.value);
		char	   *place = psprintf("/packages/%d", walk.index);
		ImgcatSbomItem item = {0};

		if (package == NULL)
		{
			imgcat_sbom_refuse(sbom, place, "a package is an object");
			continue;
		}
		item.purl = read_purl(package);
		if (!is_component(package, item.purl, sbom))
			continue;
		item.name = imgcat_read_text(package, "name");
		item.version = imgcat_read_text(package, "versionInfo");
		item.license = read_license(package);
		read_source(package, &item);
		imgcat_sbom_add(sbom, &item, place);
	}
}
