/*-------------------------------------------------------------------------
 *
 * test_package_ecosystem.c
 *		One name for the origin of packages, whoever writes it.
 *
 * test/unit/test_package_ecosystem.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/package_ecosystem.h"
#include "query/version.h"
#include "tap.h"

/* What writes a name: a system, an OSV document, or a package URL. */
typedef enum Writer
{
	SYSTEM, OSV, PURL
}			Writer;

static const struct
{
	Writer		writer;
	const char *text;
	const char *ecosystem;
}			names[] = {
	{SYSTEM, "debian:12", "debian:12"},
	{SYSTEM, "debian-12.4", "debian:12"},
	{SYSTEM, "Debian:bookworm", "debian:12"},
	{SYSTEM, "debian:sid", "debian:sid"},
	{SYSTEM, "debian", "debian"},
	{SYSTEM, "ubuntu:22.04.3", "ubuntu:22.04"},
	{SYSTEM, "ubuntu-jammy", "ubuntu:22.04"},
	{SYSTEM, "alpine:v3.18", "alpine:3.18"},
	{SYSTEM, "alpine-3.18.4", "alpine:3.18"},
	{SYSTEM, "alpine:edge", "alpine:edge"},
	{SYSTEM, "rhel:9.2", "rhel:9"},
	{SYSTEM, "redhat-9", "rhel:9"},
	{SYSTEM, "centos:8", "rhel:8"},
	{SYSTEM, "wolfi:20230201", "wolfi"},
	{SYSTEM, "opensuse-leap-15.5", "opensuse-leap:15.5"},
	{SYSTEM, "sles:15.5", "sles:15.5"},
	{SYSTEM, "other-1.2.3", "other:1.2.3"},
	{SYSTEM, "", ""},

	{OSV, "Debian:12", "debian:12"},
	{OSV, "Debian", "debian"},
	{OSV, "Ubuntu:22.04:LTS", "ubuntu:22.04"},
	{OSV, "Ubuntu:23.10", "ubuntu:23.10"},
	{OSV, "Ubuntu:Pro:16.04:LTS", "ubuntu:pro:16.04:lts"},
	{OSV, "Alpine:v3.18", "alpine:3.18"},
	{OSV, "Rocky Linux:9", "rocky:9"},
	{OSV, "AlmaLinux:8", "almalinux:8"},
	{OSV, "Red Hat:enterprise_linux:9::appstream", "rhel:9"},
	{OSV, "Red Hat:enterprise_linux:9.2::baseos", "rhel:9"},
	{OSV, "Red Hat:rhel_eus:9.0::crb", "red hat:rhel_eus:9.0::crb"},
	{OSV, "openSUSE:Leap 15.5", "opensuse-leap:15.5"},
	{OSV, "openSUSE:Tumbleweed", "opensuse-tumbleweed"},
	{OSV, "SUSE:Linux Enterprise Server 15 SP5", "sles:15.5"},
	{OSV, "SUSE:Linux Enterprise Server 15", "sles:15"},
	{OSV, "SUSE:Linux Enterprise Server 15 SP5-LTSS", "suse:linux enterprise server 15 sp5-ltss"},
	{OSV, "SUSE:Linux Enterprise Module for Basesystem 15 SP5", "suse:linux enterprise module for basesystem 15 sp5"},
	{OSV, "Photon OS:4.0", "photon:4.0"},
	{OSV, "Azure Linux:3", "azurelinux:3"},
	{OSV, "openEuler:22.03-LTS", "openeuler:22.03-lts"},
	{OSV, "Wolfi", "wolfi"},
	{OSV, "Go", "golang"},
	{OSV, "npm", "npm"},
	{OSV, "PyPI", "pypi"},
	{OSV, "Maven", "maven"},
	{OSV, "RubyGems", "gem"},
	{OSV, "crates.io", "cargo"},
	{OSV, "Packagist", "composer"},
	{OSV, "NuGet", "nuget"},
	{OSV, "", ""},

	/* those without a distribution are in an image of debian:11 */
	{PURL, "pkg:deb/debian/curl@1?distro=debian-12", "debian:12"},
	{PURL, "pkg:deb/debian/curl@1?distro=bookworm", "debian:12"},
	{PURL, "pkg:deb/debian/curl@1", "debian:11"},
	{PURL, "pkg:deb/ubuntu/curl@1?distro=ubuntu-22.04", "ubuntu:22.04"},
	{PURL, "pkg:rpm/redhat/bash@5?distro=rhel-9.2", "rhel:9"},
	{PURL, "pkg:rpm/opensuse/bash@5?distro=opensuse-leap-15.5", "opensuse-leap:15.5"},
	{PURL, "pkg:apk/alpine/musl@1?distro=3.18.4", "alpine:3.18"},
	{PURL, "pkg:apk/wolfi/musl@1?distro=wolfi-20230201", "wolfi"},
	{PURL, "pkg:npm/lodash@4", "npm"},
	{PURL, "pkg:golang/golang.org/x/net@v0.1.0", "golang"},
};

/* Names of packages, and in which form they are compared. */
static const struct
{
	const char *ecosystem;
	const char *name;
	const char *normal;
}			packages[] = {
	{"pypi", "Foo._-Bar", "foo-bar"},
	{"pypi", "a__b", "a-b"},
	{"golang", "github.com/Masterminds/goutils", "github.com/masterminds/goutils"},
	{"npm", "JSONStream", "jsonstream"},
	{"maven", "org.Example:A_b", "org.Example:A_b"},
	{"debian:12", "libX11-6", "libX11-6"},
	{"gem", "RedCloth", "RedCloth"},
};

/*
 * The ecosystem that a text of a writer has.
 */
static size_t
ecosystem_of(Writer writer, const char *text, char *out)
{
	char		buffer[256];
	ImgcatPackageUrl purl;
	size_t		error_at;

	if (writer == SYSTEM)
		return imgcat_ecosystem_of_system(text, strlen(text), out);
	if (writer == OSV)
		return imgcat_ecosystem_of_osv(text, strlen(text), out);
	if (imgcat_package_url_parse(text, strlen(text), buffer, &purl,
								 &error_at) != IMGCAT_PURL_OK)
		return 0;
	return imgcat_ecosystem_of_purl(&purl, "debian:11", 9, out);
}

int
main(void)
{
	char		out[IMGCAT_ECOSYSTEM_MAX];
	char		name[64];
	char		longest[IMGCAT_ECOSYSTEM_MAX + 1];
	size_t		length;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		length = ecosystem_of(names[i].writer, names[i].text, out);
		ok(length == strlen(names[i].ecosystem) &&
		   memcmp(out, names[i].ecosystem, length) == 0,
		   "\"%s\" is \"%.*s\"", names[i].text, (int) length, out);
	}
	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
	{
		strcpy(name, packages[i].name);
		length = imgcat_package_name_normalise(packages[i].ecosystem,
											   strlen(packages[i].ecosystem),
											   name, strlen(name));
		ok(length == strlen(packages[i].normal) &&
		   memcmp(name, packages[i].normal, length) == 0,
		   "%s: \"%s\" is \"%.*s\"", packages[i].ecosystem, packages[i].name,
		   (int) length, name);
	}

	/* every distribution of a document has an ordering */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].writer == PURL)
			ok(imgcat_version_ordering(names[i].ecosystem,
									   strlen(names[i].ecosystem)) != NULL,
			   "%s has an ordering", names[i].ecosystem);

	memset(longest, 'x', sizeof(longest));
	ok(imgcat_ecosystem_of_system(longest, sizeof(longest), out) == 0,
	   "a text without room is none");
	ok(imgcat_ecosystem_of_osv(longest, IMGCAT_ECOSYSTEM_MAX, out) ==
	   IMGCAT_ECOSYSTEM_MAX, "the longest one is");
	ok(imgcat_ecosystem_is_system("debian:12", 9) &&
	   imgcat_ecosystem_is_system("wolfi", 5) &&
	   !imgcat_ecosystem_is_system("npm", 3), "systems and languages");
	return done_testing();
}
