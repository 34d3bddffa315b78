/*-------------------------------------------------------------------------
 *
 * sbom.c
 *		What the readers of SBOM formats hand over, collected.
 *
 * src/scan/sbom.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "json_writer.h"
#include "query/image_reference.h"
#include "query/package_ecosystem.h"
#include "scan/sbom.h"

/* Numbers of the enum of sources in a StorageImage. */
enum
{
	SOURCE_OS, SOURCE_PYTHON, SOURCE_JAVA, SOURCE_RUBY, SOURCE_NODEJS,
	SOURCE_DOTNET, SOURCE_INFRASTRUCTURE, SOURCE_GO
};

/*
 * Begin to collect.
 */
void
imgcat_sbom_begin(ImgcatSbom *sbom)
{
	memset(sbom, 0, sizeof(ImgcatSbom));
	sbom->system = sbom->ecosystem = "";
	initStringInfo(&sbom->refused);
}

/*
 * Note that something was not taken, by a JSON pointer to it.
 */
void
imgcat_sbom_refuse(ImgcatSbom *sbom, const char *place, const char *problem)
{
	appendStringInfoString(&sbom->refused, sbom->nrefused++ > 0 ? "," : "");
	appendStringInfoString(&sbom->refused, "{\"place\":");
	imgcat_json_string(&sbom->refused, place, strlen(place));
	appendStringInfoString(&sbom->refused, ",\"problem\":");
	imgcat_json_string(&sbom->refused, problem, strlen(problem));
	appendStringInfoString(&sbom->refused, "}");
}

/*
 * Note the distribution of the image; the first that has an id counts.
 */
void
imgcat_sbom_set_system(ImgcatSbom *sbom, const char *id, const char *version)
{
	if (sbom->system[0] != '\0' || id == NULL || id[0] == '\0')
		return;
	sbom->system = psprintf("%s:%s", id, version == NULL ? "" : version);
	sbom->ecosystem = imgcat_system_ecosystem(sbom->system,
											  strlen(sbom->system));
}

/*
 * Note the digest of the image, which a text may be, or may have as the
 * version of a package URL.  The first one counts.
 */
void
imgcat_sbom_set_digest(ImgcatSbom *sbom, const char *text)
{
	ImgcatImageReference reference;
	ImgcatPackageUrl purl;
	size_t		error_at;
	size_t		length;

	if (sbom->digest != NULL || text == NULL)
		return;
	length = strlen(text);
	if (imgcat_package_url_parse(text, length,
								 palloc(Min(length,
											IMGCAT_PURL_LENGTH_MAX) + 1),
								 &purl, &error_at) == IMGCAT_PURL_OK)
	{
		text = pnstrdup(purl.version.at, purl.version.length);

		length = purl.version.length;
	}
	if (imgcat_image_reference_parse(text, length, &reference) ==
		IMGCAT_REFERENCE_OK && reference.path.length == 0 &&
		!reference.bare_hex)
		sbom->digest = pnstrdup(text, length);
}

/*
 * The source, by its number, under which components of an ecosystem are shown.
 */
static int
source_of_ecosystem(const char *ecosystem)
{
	static const struct
	{
		const char *ecosystem;
		int			source;
	}			sources[] = {
		{"pypi", SOURCE_PYTHON}, {"maven", SOURCE_JAVA}, {"gem", SOURCE_RUBY},
		{"npm", SOURCE_NODEJS}, {"nuget", SOURCE_DOTNET},
		{"golang", SOURCE_GO}
	};

	for (int i = 0; i < (int) lengthof(sources); i++)
		if (strcmp(sources[i].ecosystem, ecosystem) == 0)
			return sources[i].source;
	return imgcat_ecosystem_is_system(ecosystem, strlen(ecosystem)) ?
		SOURCE_OS : SOURCE_INFRASTRUCTURE;
}

/*
 * Complete a component from its package URL; false when that is none, which is
 * then noted.
 */
static bool
read_purl(ImgcatSbom *sbom, ImgcatSbomComponent *component, const char *place)
{
	ImgcatSbomItem *item = &component->item;
	size_t		length = strlen(item->purl);
	ImgcatPackageUrl purl;
	ImgcatPurlError error;
	size_t		error_at;

	error = imgcat_package_url_parse(item->purl, length,
									 palloc(Min(length,
												IMGCAT_PURL_LENGTH_MAX) + 1),
									 &purl, &error_at);
	if (error != IMGCAT_PURL_OK)
	{
		imgcat_sbom_refuse(sbom, psprintf("%s/purl", place),
						   imgcat_package_url_message(error));
		return false;
	}
	(void) imgcat_package_of_purl(&purl, sbom->ecosystem, &component->package);
	component->source = source_of_ecosystem(component->package.ecosystem);
	/* Maven's names are nothing without their group */
	if (item->name == NULL || component->source == SOURCE_JAVA)
		item->name = component->package.name;
	if (item->version == NULL)
		item->version = component->package.version;
	return true;
}

/*
 * Add a component.  What has neither a name nor a package URL, or a name that is
 * too long for an index, is noted as refused; what has no package URL is a component, but no package.
 */
void
imgcat_sbom_add(ImgcatSbom *sbom, const ImgcatSbomItem *item, const char *place)
{
	ImgcatSbomComponent *component;
	ImgcatPackage *package;

	if (item->purl == NULL && (item->name == NULL || item->name[0] == '\0'))
	{
		imgcat_sbom_refuse(sbom, place, "a component needs a purl or a name");
		return;
	}
	if (sbom->count == sbom->room)
	{
		sbom->room = Max(sbom->room * 2, 64);
		sbom->components = sbom->components == NULL ?
			palloc(sizeof(ImgcatSbomComponent) * sbom->room) :
			repalloc_huge(sbom->components,
						  sizeof(ImgcatSbomComponent) * sbom->room);
	}
	component = &sbom->components[sbom->count];
	component->item = *item;
	component->source = SOURCE_INFRASTRUCTURE;
	package = &component->package;
	package->ecosystem = package->name = package->version = "";
	package->source_name = package->source_version = "";
	package->architecture = package->module = "";
	if (item->purl != NULL && !read_purl(sbom, component, place))
		return;
	if (strlen(component->item.name) > IMGCAT_INDEXED_BYTES)
	{
		imgcat_sbom_refuse(sbom, place, "a name this long is not stored");
		return;
	}
	if (item->purl == NULL && item->ecosystem != NULL && item->version != NULL)
	{
		imgcat_package_of_name(item->ecosystem, item->name, item->version,
							   package);
		component->source = source_of_ecosystem(item->ecosystem);
	}

	/* the package URL knows best, but few tell the source package in it */
	if (item->source_name != NULL && item->source_name[0] != '\0' &&
		strcmp(package->source_name, package->name) == 0)
	{
		package->source_name = item->source_name;
		if (item->source_version != NULL && item->source_version[0] != '\0')
			package->source_version = item->source_version;
	}
	if (package->architecture[0] == '\0' && item->architecture != NULL)
		package->architecture = item->architecture;
	if (package->module[0] == '\0' && item->module != NULL)
		package->module = item->module;
	sbom->count++;
}
