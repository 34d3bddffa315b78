/*-------------------------------------------------------------------------
 *
 * test_version.c
 *		The version orderings: their rules, and that they are orders.
 *
 * test/unit/test_version.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>

#include "query/version.h"
#include "tap.h"

static const struct
{
	const char *ecosystem;
	const char *a;
	char		order;
	const char *b;
}			cases[] = {

	/* dpkg: parts, epochs, '~', letters and the rest, revisions */
	{"dpkg", "1.0", '=', "1.0"},
	{"dpkg", "1.0", '=', "0:1.0"},
	{"dpkg", "1.0", '=', "1.00"},
	{"dpkg", "1.0", '=', " 1.0 "},
	{"dpkg", "1.0", '=', "1.0-0"},
	{"dpkg", "1.9", '<', "1.10"},
	{"dpkg", "9", '<', "1:0"},
	{"dpkg", "10:1", '>', "9:1"},
	{"dpkg", "+1:1", '=', "1:1"},
	{"dpkg", "-0:1", '=', "1"},
	{"dpkg", "-1:1", '<', "1"},
	{"dpkg", "1.0~rc1", '<', "1.0"},
	{"dpkg", "1.0~~", '<', "1.0~"},
	{"dpkg", "1.0", '<', "1.0a"},
	{"dpkg", "1.0a", '<', "1.0+"},
	{"dpkg", "1.0Z", '<', "1.0a"},
	{"dpkg", "1.0-1", '<', "1.0-1+deb12u1"},
	{"dpkg", "1.0-1~bpo12+1", '<', "1.0-1"},
	{"dpkg", "1-2-1", '>', "1-1-9"},
	{"dpkg", "1-a-1", '<', "1-a-2"},
	{"dpkg", "99999999999999999999999", '<', "100000000000000000000000"},
	{"dpkg", "", '=', "0"},
	{"dpkg", "x:1", '<', "x:2"},
	{"dpkg", "1:", '>', "2"},
	{"dpkg", ":1", '>', "9"},
	{"dpkg", "1\xC3\xA4", '>', "1z"},

	/* rpm: separators, '~' and '^', letters before digits, releases */
	{"rpm", "1.0", '=', "1_0"},
	{"rpm", "1.0", '=', "1..0."},
	{"rpm", "a+", '=', "a_"},
	{"rpm", "10.0001", '=', "10.1"},
	{"rpm", "1.0~rc1", '<', "1.0"},
	{"rpm", "1.0~rc1^git1", '>', "1.0~rc1"},
	{"rpm", "1.0^", '>', "1.0"},
	{"rpm", "1.0^git1", '<', "1.01"},
	{"rpm", "1.0^20160101", '<', "1.0.1"},
	{"rpm", "1.0^git1~pre", '<', "1.0^git1"},
	{"rpm", "2.0.1a", '>', "2.0.1"},
	{"rpm", "5.5p2", '<', "5.6p1"},
	{"rpm", "10xyz", '<', "10.1xyz"},
	{"rpm", "6.0", '<', "6.0.rc1"},
	{"rpm", "xyz.4", '<', "8"},
	{"rpm", "A", '<', "a"},
	{"rpm", "1:1-1", '>', "0:99-99"},
	{"rpm", "1:1-1", '>', "99-99"},
	{"rpm", "1-1", '<', "1-2"},
	{"rpm", "1-1.el8_9", '<', "1-1.el8_10"},
	{"rpm", "1-1b.fc17", '<', "1-1.fc17"},
	{"rpm", "1-1g.fc17", '>', "1-1.fc17"},
	{"rpm", "1-1.aarch64", '>', "1-1"},
	{"rpm", "1", '<', "1-"},
	{"rpm", "1-~", '>', "1"},
	{"rpm", "", '<', "0"},
	{"rpm", ":1", '=', "1"},
	{"rpm", "a:1", '=', "a.1"},

	/* apk: suffixes, letters, fractions, hashes, revisions */
	{"apk", "1.2", '<', "1.10"},
	{"apk", "1.02", '<', "1.1"},
	{"apk", "1.010", '>', "1.01"},
	{"apk", "1.1", '>', "1.09"},
	{"apk", "01", '=', "1"},
	{"apk", "1.2", '<', "1.2a"},
	{"apk", "1.2a", '<', "1.2b"},
	{"apk", "1.2a", '<', "1.2.1"},
	{"apk", "1.2_alpha", '<', "1.2_beta"},
	{"apk", "1.2_beta9", '<', "1.2_pre"},
	{"apk", "1.2_pre", '<', "1.2_rc1"},
	{"apk", "1.2_rc", '<', "1.2_rc1"},
	{"apk", "1.2_rc9", '<', "1.2"},
	{"apk", "1.2", '<', "1.2_cvs"},
	{"apk", "1.2_cvs", '<', "1.2_svn"},
	{"apk", "1.2_svn", '<', "1.2_git"},
	{"apk", "1.2_git", '<', "1.2_hg"},
	{"apk", "1.2_hg", '<', "1.2_p"},
	{"apk", "1.2_p1", '<', "1.2_p1_p1"},
	{"apk", "1.2_p9", '<', "1.2_p10"},
	{"apk", "1.2_p1_alpha", '<', "1.2_p1"},
	{"apk", "1.2_p", '<', "1.2.0"},
	{"apk", "1.2-r0", '>', "1.2"},
	{"apk", "1.2-r9", '<', "1.2-r10"},
	{"apk", "1.2-r1", '<', "1.2_git"},
	{"apk", "1.2~abc-r1", '<', "1.2~abd-r0"},
	{"apk", "1.2~abc", '>', "1.2-r1"},
	/* what stops being a version: before the end, after pre-releases */
	{"apk", "1.2x1", '<', "1.2x"},
	{"apk", "1.2_foo", '<', "1.2"},
	{"apk", "1.2_foo", '>', "1.2_rc"},
	{"apk", "1.2_foo", '=', "1.2!"},
	{"apk", "1.2-", '<', "1.2-r0"},
	{"apk", "1.2.", '=', "1.2-q"},
	{"apk", "", '<', "0"},
	{"apk", "", '=', "a"},

	/* semver */
	{"semver", "1.2.3", '=', "v1.2.3"},
	{"semver", "1.2.3", '=', "=1.2.3"},
	{"semver", "1.2.3", '=', "1.2.3+build.7"},
	{"semver", "1", '=', "1.0.0"},
	{"semver", "1.2.3", '<', "1.2.3.1"},
	{"semver", "1.2.3", '<', "1.2.10"},
	{"semver", "1.2.3-alpha", '<', "1.2.3"},
	{"semver", "1.2.3-alpha", '<', "1.2.3-alpha.1"},
	{"semver", "1.2.3-alpha.1", '<', "1.2.3-alpha.beta"},
	{"semver", "1.2.3-alpha.9", '<', "1.2.3-alpha.10"},
	{"semver", "1.2.3-alpha10", '<', "1.2.3-alpha9"},
	{"semver", "1.2.3-9", '<', "1.2.3--"},
	{"semver", "1.2.3-B", '<', "1.2.3-a"},
	{"semver", "1.2.3-rc.1+a", '=', "1.2.3-rc.1+b"},
	{"semver", "1.2.3-0", '>', "1.2.2"},
	{"semver", "999999999999999999999.0.0", '>', "99999999999999999999.9.9"},
	/* no versions: before all versions, bytewise */
	{"semver", "", '<', "0.0.0-0"},
	{"semver", "1.2.", '<', "0.0.0-0"},
	{"semver", "1.x", '<', "0"},
	{"semver", "1.2.3-", '<', "1.2.3-0"},
	{"semver", "1.2.3-a..b", '<', "0"},
	{"semver", "1.2.3+", '<', "0"},
	{"semver", "latest", '<', "main"},
	{"semver", "1.2.3-\xC3\xA4", '<', "0"},

	/* go */
	{"go", "v1.2.3", '=', "1.2.3"},
	{"go", "v2.0.0+incompatible", '=', "v2.0.0"},
	{"go", "v0.0.0-20191109021931-daa7c04131f5", '<',
	"v0.0.0-20200109021931-000000000000"},
	{"go", "v0.0.0-20191109021931-daa7c04131f5", '<', "v0.0.1"},
	{"go", "v1.2.4-0.20191109021931-daa7c04131f5", '>', "v1.2.3"},
	{"go", "v1.2.4-0.20191109021931-daa7c04131f5", '<', "v1.2.4-rc.1"},
	{"go", "v1.2.4-rc.1.0.20191109021931-daa7c04131f5", '>', "v1.2.4-rc.1"},
	{"go", "go1.21rc2", '=', "1.21.0-rc.2"},
	{"go", "go1.21rc2", '<', "go1.21rc10"},
	{"go", "go1.21beta1", '<', "go1.21rc1"},
	{"go", "1.21rc2", '<', "go1.21"},
	{"go", "go1.21.0", '=', "go1.21"},
	{"go", "1.19.0-0", '<', "go1.19beta1"},
	{"go", "go1.21rc", '<', "0"},
	{"go", "go1.21rc2x", '<', "0"},
	{"go", "V1.2.3", '<', "v0.0.0-0"},
	{"go", "(devel)", '<', "v0.0.0"},
	{"go", "", '<', "v0"},

	/* pep440: spellings, phases, local versions */
	{"pep440", "1.0", '=', "1"},
	{"pep440", "1.0", '=', "V1.0.0"},
	{"pep440", "1.0", '<', "1!0"},
	{"pep440", "1.0a1", '=', "1.0-alpha.1"},
	{"pep440", "1.0a", '=', "1.0a0"},
	{"pep440", "1.0RC1", '=', "1.0c1"},
	{"pep440", "1.0pre1", '=', "1.0.preview_1"},
	{"pep440", "1.0-1", '=', "1.0.post1"},
	{"pep440", "1.0r1", '=', "1.0-rev1"},
	{"pep440", "1.0.", '<', "0"},
	{"pep440", "1.0.dev1", '<', "1.0a1.dev1"},
	{"pep440", "1.0a1.dev1", '<', "1.0a1"},
	{"pep440", "1.0a9", '<', "1.0a10"},
	{"pep440", "1.0a2", '<', "1.0b1"},
	{"pep440", "1.0b2", '<', "1.0rc1"},
	{"pep440", "1.0rc1", '<', "1.0rc1.post1"},
	{"pep440", "1.0rc1", '<', "1.0"},
	{"pep440", "1.0", '<', "1.0.post1.dev1"},
	{"pep440", "1.0.post1.dev1", '<', "1.0.post1"},
	{"pep440", "1.0.post1.dev1", '>', "1.0+local"},
	{"pep440", "1.0", '<', "1.0+a"},
	{"pep440", "1.0+a", '<', "1.0+1"},
	{"pep440", "1.0+1.a", '=', "1.0+1-A"},
	{"pep440", "1.0+1", '<', "1.0+1.a"},
	{"pep440", "1.0+9", '<', "1.0+10"},
	{"pep440", "1.0a--1", '=', "1.0a0.post1"},
	/* no versions */
	{"pep440", "", '<', "0.dev0"},
	{"pep440", "1.0+", '<', "0"},
	{"pep440", "1.0+a..b", '<', "0"},
	{"pep440", "1.0+a.", '<', "0"},
	{"pep440", "1.0x", '<', "0"},
	{"pep440", "!1", '<', "0"},
	{"pep440", "1.0-", '<', "1.0."},

	/* maven: lists, qualifiers, what does not count */
	{"maven", "1", '=', "1.0.0"},
	{"maven", "1", '=', "1-ga"},
	{"maven", "1", '=', "1.0.Final"},
	{"maven", "1", '=', "1.RELEASE"},
	{"maven", "1", '=', "1-0"},
	{"maven", "1-alpha1", '=', "1a1"},
	{"maven", "1-a", '>', "1-b1"},
	{"maven", "1-alpha", '<', "1-beta"},
	{"maven", "1-beta", '<', "1-milestone"},
	{"maven", "1-m9", '<', "1-m10"},
	{"maven", "1-m9", '<', "1-RC1"},
	{"maven", "1-rc1", '=', "1-cr1"},
	{"maven", "1-rc", '<', "1-SNAPSHOT"},
	{"maven", "1-SNAPSHOT", '<', "1"},
	{"maven", "1-alpha-SNAPSHOT", '<', "1-alpha"},
	{"maven", "1", '<', "1-sp"},
	{"maven", "1-sp", '<', "1-abc"},
	{"maven", "1-abc", '<', "1-xyz"},
	{"maven", "1-xyz", '<', "1-1"},
	{"maven", "1-1", '<', "1.1"},
	{"maven", "1.foo", '=', "1-foo"},
	{"maven", "31.1-jre", '>', "31.1-android"},
	{"maven", "2.0.1", '>', "2.0.1-rc1"},
	{"maven", "2.0.1", '<', "2.0.1.1"},
	{"maven", "2.0", '<', "2.0.1"},
	{"maven", "1.0.0.Final-redhat-1", '>', "1.0.0.Final"},
	{"maven", "99999999999999999999", '<', "100000000000000000000"},
	/* where Maven's own order goes in circles */
	{"maven", "1-alpha", '<', "1"},
	{"maven", "1", '<', "1.sp.1"},
	{"maven", "1-alpha", '<', "1.sp.1"},
	{"maven", "1.0.alpha.1", '<', "1"},
	{"maven", "1.0.alpha.1", '<', "1-foo"},
	{"maven", "", '=', "0"},
	{"maven", "", '>', "alpha"},
	{"maven", "..", '=', "--"},

	/* gem */
	{"gem", "1.0", '=', "1"},
	{"gem", "1.0.a", '=', "1.a"},
	{"gem", "1.a.0", '=', "1.a"},
	{"gem", "1.a.0.1", '>', "1.a"},
	{"gem", "1.a.0.b", '<', "1.a"},
	{"gem", "1.2", '<', "1.10"},
	{"gem", "1.0.a2", '<', "1.0"},
	{"gem", "1.0.a2", '<', "1.0.a10"},
	{"gem", "1.0.a", '<', "1.0.b"},
	{"gem", "1.0.B", '<', "1.0.a"},
	{"gem", "1.0-1", '<', "1.0"},
	{"gem", "1.0-1", '=', "1.0.pre.1"},
	{"gem", "1.0.1.a", '>', "1.0"},
	{"gem", "5.x", '<', "5.0.0"},
	{"gem", "", '=', "0"},
	{"gem", "1_0", '=', "1.0"},
	{"gem", "a", '<', "0"},
	{"gem", "00000000000000000000001", '=', "1"},
};

static const struct
{
	const char *ecosystem;
	ImgcatVersionCompare compare;
}			names[] = {
	{"dpkg", imgcat_version_compare_dpkg},
	{"deb", imgcat_version_compare_dpkg},
	{"Debian:12", imgcat_version_compare_dpkg},
	{"Ubuntu:22.04:LTS", imgcat_version_compare_dpkg},
	{"RPM", imgcat_version_compare_rpm},
	{"Red Hat:enterprise_linux:9::baseos", imgcat_version_compare_rpm},
	{"Rocky Linux:9", imgcat_version_compare_rpm},
	{"Alpine:v3.19", imgcat_version_compare_apk},
	{"apk", imgcat_version_compare_apk},
	{"npm", imgcat_version_compare_semver},
	{"crates.io", imgcat_version_compare_semver},
	{"cargo", imgcat_version_compare_semver},
	{"PyPI", imgcat_version_compare_pep440},
	{"Maven", imgcat_version_compare_maven},
	{"RubyGems", imgcat_version_compare_gem},
	{"Go", imgcat_version_compare_go},
	{"golang", imgcat_version_compare_go},
	{"", NULL},
	{":", NULL},
	{"deb ", NULL},
	{"debi", NULL},
	{"debiann", NULL},
	{"NuGet", NULL},
	{"Packagist", NULL},
};

static const char *const orderings[] = {
	"dpkg", "rpm", "apk", "semver", "pep440", "maven", "gem", "go"
};

/* Compare copies of exactly their lengths. */
static int
compare(ImgcatVersionCompare ordering, const char *a, const char *b)
{
	size_t		a_length = strlen(a);
	size_t		b_length = strlen(b);
	char	   *a_copy = exact_copy(a, a_length);
	char	   *b_copy = exact_copy(b, b_length);
	int			order = ordering(a_copy, a_length, b_copy, b_length);

	free(a_copy);
	free(b_copy);
	return order;
}

static char
sign(int order)
{
	return order < 0 ? '<' : order > 0 ? '>' : '=';
}

/* A short text of what versions are made of, not always a version. */
static void
random_version(char *version, uint32_t *seed)
{
	static const char *const pieces[] = {
		"0", "1", "2", "10", "00", "01", ".", ".", "-", "_", "~", "^", "+",
		":", "!", "a", "b", "rc", "alpha", "sp", "foo", "final", "ga", "pre",
		"post", "dev", "_rc", "_p", "-r", "v", "x", " "
	};
	int			count;

	*seed = *seed * 1664525 + 1013904223;
	count = (*seed >> 16) % 7;
	*version = '\0';
	while (count-- > 0)
	{
		*seed = *seed * 1664525 + 1013904223;
		strcat(version, pieces[(*seed >> 16) % lengthof_array(pieces)]);
	}
}

/*
 * Any three texts are in order: what is not after a second, which is not after
 * a third, is not after the third; equal texts compare alike with any other.
 */
static void
test_order(const char *name)
{
	ImgcatVersionCompare ordering = imgcat_version_ordering(name, strlen(name));
	uint32_t	seed = 1;
	int			round;
	char		v[3][64];

	for (round = 0; round < 40000; round++)
	{
		int			ab;
		int			bc;
		int			ac;

		random_version(v[0], &seed);
		random_version(v[1], &seed);
		random_version(v[2], &seed);
		ab = compare(ordering, v[0], v[1]);
		bc = compare(ordering, v[1], v[2]);
		ac = compare(ordering, v[0], v[2]);
		if (compare(ordering, v[0], v[0]) != 0 ||
			compare(ordering, v[1], v[0]) != -ab ||
			(ab <= 0 && bc <= 0 && ac != (ab < 0 ? ab : bc)) ||
			(ab >= 0 && bc >= 0 && ac != (ab > 0 ? ab : bc)))
			break;
	}
	ok(round == 40000, "%s is an order%s%s%s%s%s", name,
	   round == 40000 ? "" : ", but not of: ",
	   round == 40000 ? "" : v[0], round == 40000 ? "" : ", ",
	   round == 40000 ? "" : v[1], round == 40000 ? "" : v[2]);
}

int
main(void)
{
	size_t		i;

	for (i = 0; i < lengthof_array(cases); i++)
	{
		ImgcatVersionCompare ordering;
		char		there;
		char		back;

		ordering = imgcat_version_ordering(cases[i].ecosystem,
										   strlen(cases[i].ecosystem));
		there = sign(compare(ordering, cases[i].a, cases[i].b));
		back = sign(-compare(ordering, cases[i].b, cases[i].a));
		ok(there == cases[i].order && back == there, "%s: \"%s\" %c \"%s\"",
		   cases[i].ecosystem, cases[i].a, there, cases[i].b);
	}
	for (i = 0; i < lengthof_array(names); i++)
		ok(imgcat_version_ordering(names[i].ecosystem,
								   strlen(names[i].ecosystem)) ==
		   names[i].compare, "ordering of \"%s\"", names[i].ecosystem);
	for (i = 0; i < lengthof_array(orderings); i++)
		test_order(orderings[i]);
	return done_testing();
}
