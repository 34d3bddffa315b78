/*-------------------------------------------------------------------------
 *
 * package.c
 *		What package a package URL, or a component of a scan, speaks of.
 *
 * src/scan/package.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "query/package_ecosystem.h"
#include "scan/package.h"

/*
 * A qualifier of a package URL, or NULL.
 */
static char *
qualifier(const ImgcatPackageUrl *purl, const char *key)
{
	for (int i = 0; i < purl->nqualifiers; i++)
	{
		ImgcatPurlPart part = purl->qualifiers[i].key;

		if (part.length == strlen(key) && memcmp(part.at, key, part.length) == 0)
			return pnstrdup(purl->qualifiers[i].value.at,
							purl->qualifiers[i].value.length);
	}
	return NULL;
}

/*
 * The name of a package in the form in which its ecosystem compares it.
 */
static char *
normalised_name(const char *ecosystem, char *name)
{
	size_t		length = imgcat_package_name_normalise(ecosystem,
													   strlen(ecosystem),
													   name, strlen(name));

	name[length] = '\0';
	return name;
}

/*
 * Take the source package from the qualifier upstream: "name", "name@version",
 * or the file name of a source rpm.
 */
static void
read_upstream(char *upstream, ImgcatPackage *package)
{
	size_t		length = strlen(upstream);
	char	   *at = strrchr(upstream, '@');

	if (length > 8 && strcmp(upstream + length - 8, ".src.rpm") == 0)
	{
		char	   *release;
		char	   *version;

		upstream[length - 8] = '\0';
		release = strrchr(upstream, '-');
		if (release == NULL)
			return;
		*release = '\0';
		version = strrchr(upstream, '-');
		*release = '-';
		if (version == NULL)
			return;
		*version = '\0';
		package->source_name = upstream;
		/* a source rpm's name has no epoch: that of the package is its own */
		return;
	}
	if (at != NULL)
	{
		*at = '\0';
		package->source_version = at + 1;
	}
	if (upstream[0] != '\0')
		package->source_name = upstream;
}

/*
 * The package of a package URL; system is the ecosystem of the distribution,
 * or "".  False where advisories do not speak of such.
 */
bool
imgcat_package_of_purl(const ImgcatPackageUrl *purl, const char *system,
					   ImgcatPackage *package)
{
	char		ecosystem[IMGCAT_ECOSYSTEM_MAX];
	size_t		length = imgcat_ecosystem_of_purl(purl, system, strlen(system),
												  ecosystem);
	char	   *name = pnstrdup(purl->name.at, purl->name.length);
	char	   *version = pnstrdup(purl->version.at, purl->version.length);
	char	   *text;
	bool		is_system;

	package->ecosystem = pnstrdup(ecosystem, length);
	is_system = imgcat_ecosystem_is_system(ecosystem, length);
	if (!is_system && purl->namespace.length > 0)
		name = psprintf("%.*s%s%s", (int) purl->namespace.length,
						purl->namespace.at,
						strcmp(package->ecosystem, "maven") == 0 ? ":" : "/",
						name);
	text = is_system ? qualifier(purl, "epoch") : NULL;

	if (text !=NULL && strchr(version, ':') == NULL)
		version = psprintf("%s:%s", text, version);
	package->name = normalised_name(package->ecosystem, name);
	package->version = version;
	package->source_name = package->name;
	package->source_version = version;
	text = qualifier(purl, "arch");
	package->architecture = text !=NULL ? text : "";
	text = qualifier(purl, "rpmmod");
	package->module = text !=NULL ? text : "";
	text = is_system ? qualifier(purl, "upstream") : NULL;

	if (text !=NULL)
		read_upstream(text, package);
	return length > 0;
}

/*
 * The package of a name and a version in an ecosystem.
 */
void
imgcat_package_of_name(const char *ecosystem, const char *name,
					   const char *version, ImgcatPackage *package)
{
	package->ecosystem = ecosystem;
	package->name = normalised_name(ecosystem, pstrdup(name));
	package->version = version;
	package->source_name = package->name;
	package->source_version = version;
	package->architecture = package->module = "";
}

/*
 * The ecosystem of an operating system as scans write it; "" of an unknown one.
 */
char *
imgcat_system_ecosystem(const char *text, int length)
{
	char		ecosystem[IMGCAT_ECOSYSTEM_MAX];

	if (length == strlen("unknown") && memcmp(text, "unknown", length) == 0)
		return pstrdup("");
	return pnstrdup(ecosystem, imgcat_ecosystem_of_system(text, length,
														  ecosystem));
}

/*
 * The package of a component; system is the ecosystem of its scan's operating
 * system.  Its ecosystem is "" where advisories do not speak of such.
 */
void
imgcat_package_of_component(const ImgcatMessage *component, const char *system,
							ImgcatPackage *package)
{
	/* by the numbers of the enum source; those of OS are the system's */
	static const char *const ecosystems[] = {
		NULL, "pypi", "maven", "gem", "npm", "nuget", "", "golang"
	};
	int			source = imgcat_field_enum(component, COMPONENT_SOURCE);
	const char *ecosystem;
	const char *name;
	const char *text;
	int			length;

	ecosystem = source >= 0 && source < (int) lengthof(ecosystems) ?
		ecosystems[source] : "";
	if (ecosystem == NULL)
		ecosystem = system;
	text = imgcat_field_text(component, COMPONENT_NAME, &length);

	name = pnstrdup(text, length);
	text = imgcat_field_text(component, COMPONENT_VERSION, &length);

	imgcat_package_of_name(ecosystem, name, pnstrdup(text, length), package);
	text = imgcat_field_text(component, COMPONENT_ARCHITECTURE, &length);

	package->architecture = pnstrdup(text, length);
}
