/*-------------------------------------------------------------------------
 *
 * version_go.c
 *		Versions of Go modules and of the Go toolchain.
 *
 * Module versions are semantic versions with a "v" before them, which may be
 * left out here.  A pseudo-version (v0.0.0-20191109021931-daa7c04131f5) is a
 * pre-release; "+incompatible" is a build and does not count.  A toolchain
 * (go1.21rc2, "go" optional) is the semantic version 1.21.0-rc.2.
 *
 * A text that is no version is before every version; those are among
 * themselves bytewise.
 *
 * src/query/version_go.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/version.h"
#include "query/version_semver.h"

/*
 * Take a toolchain apart: number{.number}letters number.
 */
static bool
parse_toolchain(ImgcatVersionText str, ImgcatSemver *version)
{
	ImgcatVersionText rest = str;

	while (rest.length > 0 && !imgcat_version_is_letter(*rest.at))
		imgcat_version_skip(&rest, 1);
	str.length -= rest.length;
	if (rest.length == 0 || !imgcat_semver_parse(str, version) ||
		version->core.length != str.length)
		return false;
	version->pre = rest;
	version->glued = true;
	(void) imgcat_version_take_letters(&rest);
	return imgcat_version_take_digits(&rest).length > 0 && rest.length == 0;
}

/*
 * Take a version apart; false when it is none.
 */
static bool
parse(ImgcatVersionText str, ImgcatSemver *version)
{
	if (imgcat_version_starts(str, 'v'))
		imgcat_version_skip(&str, 1);
	else if (str.length > 1 && str.at[0] == 'g' && str.at[1] == 'o')
		imgcat_version_skip(&str, 2);
	return imgcat_semver_parse(str, version) || parse_toolchain(str, version);
}

/*
 * Compare Go versions; see version.h.
 */
int
imgcat_version_compare_go(const char *a, size_t a_length,
						  const char *b, size_t b_length)
{
	ImgcatVersionText a_text = imgcat_version_text(a, a_length);
	ImgcatVersionText b_text = imgcat_version_text(b, b_length);
	ImgcatSemver left;
	ImgcatSemver right;
	bool		a_valid = parse(a_text, &left);
	bool		b_valid = parse(b_text, &right);

	if (!a_valid || !b_valid)
		return imgcat_version_compare_malformed(a_text, a_valid,
												b_text, b_valid);
	return imgcat_semver_compare(&left, &right);
}
