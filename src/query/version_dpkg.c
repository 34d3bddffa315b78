/*-------------------------------------------------------------------------
 *
 * version_dpkg.c
 *		Versions of Debian packages: [epoch:]upstream[-revision].
 *
 * The parts compare in turn, the epoch as a number, the others in runs that
 * are no digits and runs of digits by turns.  In a run that is no digits '~'
 * is before the end, the end before letters, letters before everything else.
 *
 * No text is malformed: what is before the first colon and no number is no
 * epoch but the beginning of the upstream version.  A number may have a sign, as
 * dpkg reads it by strtol(), if it is not negative.
 *
 * src/query/version_dpkg.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/version.h"
#include "query/version_text.h"

typedef struct DpkgVersion
{
	ImgcatVersionText epoch;
	ImgcatVersionText upstream;
	ImgcatVersionText revision;
} DpkgVersion;

/*
 * Take a version apart.
 */
static DpkgVersion
split(const char *str, size_t length)
{
	DpkgVersion version;
	ImgcatVersionText rest = imgcat_version_text(str, length);
	bool		negative = imgcat_version_starts(rest, '-');
	size_t		dash;

	version.upstream = rest;
	if (negative || imgcat_version_starts(rest, '+'))
		imgcat_version_skip(&rest, 1);
	version.epoch = imgcat_version_take_digits(&rest);
	if (version.epoch.length > 0 && imgcat_version_starts(rest, ':') &&
		(!negative || imgcat_version_is_zero(version.epoch)))
	{
		imgcat_version_skip(&rest, 1);
		version.upstream = rest;
	}
	else
		version.epoch.length = 0;

	version.revision.at = "";
	version.revision.length = 0;
	for (dash = version.upstream.length; dash > 0; dash--)
	{
		if (version.upstream.at[dash - 1] == '-')
		{
			version.revision = version.upstream;
			imgcat_version_skip(&version.revision, dash);
			version.upstream.length = dash - 1;
			break;
		}
	}
	return version;
}

/*
 * The place of the text's first character in a run that is no digits, where
 * digits are as good as the end.
 */
static int
weight(ImgcatVersionText str)
{
	if (str.length == 0 || imgcat_version_is_digit(*str.at))
		return 0;
	if (*str.at == '~')
		return -1;
	if (imgcat_version_is_letter(*str.at))
		return (unsigned char) *str.at;
	return (unsigned char) *str.at + 256;
}

/*
 * Compare an upstream version or a revision.
 */
static int
compare_part(ImgcatVersionText a, ImgcatVersionText b)
{
	while (a.length > 0 || b.length > 0)
	{
		int			left = weight(a);
		int			right = weight(b);
		int			order;

		if (left != right)
			return left < right ? -1 : 1;
		if (left != 0)
		{
			imgcat_version_skip(&a, 1);
			imgcat_version_skip(&b, 1);
			continue;
		}
		order = imgcat_version_compare_digits(imgcat_version_take_digits(&a),
											  imgcat_version_take_digits(&b));
		if (order != 0)
			return order;
	}
	return 0;
}

/*
 * Compare versions of Debian packages; see version.h.
 */
int
imgcat_version_compare_dpkg(const char *a, size_t a_length,
							const char *b, size_t b_length)
{
	DpkgVersion left = split(a, a_length);
	DpkgVersion right = split(b, b_length);
	int			order;

	order = imgcat_version_compare_digits(left.epoch, right.epoch);
	if (order == 0)
		order = compare_part(left.upstream, right.upstream);
	if (order == 0)
		order = compare_part(left.revision, right.revision);
	return order;
}
