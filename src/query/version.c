/*-------------------------------------------------------------------------
 *
 * version.c
 *		The version orderings by the names of the ecosystems that use them.
 *
 * src/query/version.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/version.h"
#include "query/version_text.h"

/*
 * Names in lower case.  An ecosystem with an ordering of its own (NuGet,
 * Packagist, CRAN, ...) is left out rather than given the nearest one.
 */
static const struct
{
	const char *name;
	ImgcatVersionCompare compare;
}			orderings[] = {
	{"dpkg", imgcat_version_compare_dpkg},
	{"rpm", imgcat_version_compare_rpm},
	{"apk", imgcat_version_compare_apk},
	{"semver", imgcat_version_compare_semver},
	{"pep440", imgcat_version_compare_pep440},
	{"maven", imgcat_version_compare_maven},
	{"gem", imgcat_version_compare_gem},
	{"go", imgcat_version_compare_go},

	/* package URL types */
	{"deb", imgcat_version_compare_dpkg},
	{"npm", imgcat_version_compare_semver},
	{"cargo", imgcat_version_compare_semver},
	{"hex", imgcat_version_compare_semver},
	{"pub", imgcat_version_compare_semver},
	{"swift", imgcat_version_compare_semver},
	{"pypi", imgcat_version_compare_pep440},
	{"golang", imgcat_version_compare_go},

	/* OSV ecosystems that are not named above */
	{"debian", imgcat_version_compare_dpkg},
	{"ubuntu", imgcat_version_compare_dpkg},
	{"echo", imgcat_version_compare_dpkg},
	{"almalinux", imgcat_version_compare_rpm},
	{"azure linux", imgcat_version_compare_rpm},
	{"mageia", imgcat_version_compare_rpm},
	{"openeuler", imgcat_version_compare_rpm},
	{"opensuse", imgcat_version_compare_rpm},
	{"photon os", imgcat_version_compare_rpm},
	{"red hat", imgcat_version_compare_rpm},
	{"rocky linux", imgcat_version_compare_rpm},
	{"suse", imgcat_version_compare_rpm},
	{"alpine", imgcat_version_compare_apk},
	{"alpaquita", imgcat_version_compare_apk},
	{"bellsoft hardened containers", imgcat_version_compare_apk},
	{"chainguard", imgcat_version_compare_apk},
	{"minimos", imgcat_version_compare_apk},
	{"wolfi", imgcat_version_compare_apk},
	{"crates.io", imgcat_version_compare_semver},
	{"swifturl", imgcat_version_compare_semver},
	{"rubygems", imgcat_version_compare_gem},

	/* distributions by their ids that are not named above */
	{"rhel", imgcat_version_compare_rpm},
	{"rocky", imgcat_version_compare_rpm},
	{"ol", imgcat_version_compare_rpm},
	{"fedora", imgcat_version_compare_rpm},
	{"amzn", imgcat_version_compare_rpm},
	{"sles", imgcat_version_compare_rpm},
	{"opensuse-leap", imgcat_version_compare_rpm},
	{"opensuse-tumbleweed", imgcat_version_compare_rpm},
	{"photon", imgcat_version_compare_rpm},
	{"azurelinux", imgcat_version_compare_rpm},
	{"mariner", imgcat_version_compare_rpm},
};

/*
 * Is the text this name, which is in lower case?
 */
static bool
is_name(ImgcatVersionText str, const char *name)
{
	size_t		i;

	for (i = 0; i < str.length && name[i] != '\0'; i++)
		if (imgcat_version_lower(str.at[i]) != name[i])
			return false;
	return i == str.length && name[i] == '\0';
}

/*
 * The ordering of an ecosystem; see version.h.
 */
ImgcatVersionCompare
imgcat_version_ordering(const char *ecosystem, size_t length)
{
	ImgcatVersionText name = {ecosystem, 0};
	size_t		i;

	while (name.length < length && ecosystem[name.length] != ':')
		name.length++;
	for (i = 0; i < sizeof(orderings) / sizeof(orderings[0]); i++)
		if (is_name(name, orderings[i].name))
			return orderings[i].compare;
	return NULL;
}
