/*-------------------------------------------------------------------------
 *
 * version_semver.c
 *		Semantic Versioning 2.0.0: major.minor.patch[-pre][+build].
 *
 * More is taken than the specification has, as ranges and advisories write it:
 * any number of numbers in the core, leading zeros, a "v" or "=" before it.
 *
 * A text that is no version is before every version; those are among
 * themselves bytewise.
 *
 * src/query/version_semver.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/version.h"
#include "query/version_semver.h"

static bool
is_identifier_character(char c)
{
	return imgcat_version_is_digit(c) || imgcat_version_is_letter(c) ||
		c == '-';
}

/*
 * Cut identifiers with dots between them off the front.  Returns false when
 * one is empty.
 */
static bool
take_identifiers(ImgcatVersionText *str, ImgcatVersionText *identifiers)
{
	bool		after_dot = true;

	*identifiers = *str;
	for (; str->length > 0; imgcat_version_skip(str, 1))
	{
		if (*str->at == '.')
		{
			if (after_dot)
				return false;
			after_dot = true;
		}
		else if (is_identifier_character(*str->at))
			after_dot = false;
		else
			break;
	}
	identifiers->length = str->at - identifiers->at;
	return !after_dot;
}

/*
 * Take a version apart; see version_semver.h.
 */
bool
imgcat_semver_parse(ImgcatVersionText str, ImgcatSemver *version)
{
	ImgcatVersionText build;

	version->core = str;
	version->pre.at = "";
	version->pre.length = 0;
	version->glued = false;
	if (imgcat_version_take_digits(&str).length == 0)
		return false;
	while (imgcat_version_starts(str, '.'))
	{
		imgcat_version_skip(&str, 1);
		if (imgcat_version_take_digits(&str).length == 0)
			return false;
	}
	version->core.length = str.at - version->core.at;
	if (imgcat_version_starts(str, '-'))
	{
		imgcat_version_skip(&str, 1);
		if (!take_identifiers(&str, &version->pre))
			return false;
	}
	if (imgcat_version_starts(str, '+'))
	{
		imgcat_version_skip(&str, 1);
		if (!take_identifiers(&str, &build))
			return false;
	}
	return str.length == 0;
}

/*
 * Compare cores number by number; one that is not there is zero.
 */
static int
compare_cores(ImgcatVersionText a, ImgcatVersionText b)
{
	while (a.length > 0 || b.length > 0)
	{
		ImgcatVersionText x = imgcat_version_take_digits(&a);
		ImgcatVersionText y = imgcat_version_take_digits(&b);
		int			order = imgcat_version_compare_digits(x, y);

		if (order != 0)
			return order;
		if (a.length > 0)
			imgcat_version_skip(&a, 1);
		if (b.length > 0)
			imgcat_version_skip(&b, 1);
	}
	return 0;
}

/*
 * Cut the next identifier off a pre-release, the dot after it included.
 */
static ImgcatVersionText
take_identifier(ImgcatVersionText *pre, bool glued, bool *is_number)
{
	ImgcatVersionText identifier = *pre;
	size_t		digits = imgcat_version_take_digits(pre).length;

	if (glued && digits == 0)
		(void) imgcat_version_take_letters(pre);
	else if (!glued)
		while (pre->length > 0 && *pre->at != '.')
			imgcat_version_skip(pre, 1);
	identifier.length = pre->at - identifier.at;
	*is_number = identifier.length == digits;
	if (pre->length > 0 && !glued)
		imgcat_version_skip(pre, 1);
	return identifier;
}

/*
 * Compare two versions; see version_semver.h.
 */
int
imgcat_semver_compare(const ImgcatSemver *a, const ImgcatSemver *b)
{
	ImgcatVersionText a_pre = a->pre;
	ImgcatVersionText b_pre = b->pre;
	int			order = compare_cores(a->core, b->core);

	if (order != 0)
		return order;
	if (a_pre.length == 0 || b_pre.length == 0)
		return imgcat_version_order(a_pre.length == 0, b_pre.length == 0);
	while (a_pre.length > 0 && b_pre.length > 0)
	{
		bool		x_is_number;
		bool		y_is_number;
		ImgcatVersionText x = take_identifier(&a_pre, a->glued, &x_is_number);
		ImgcatVersionText y = take_identifier(&b_pre, b->glued, &y_is_number);

		if (x_is_number != y_is_number)
			return x_is_number ? -1 : 1;
		order = x_is_number ? imgcat_version_compare_digits(x, y) :
			imgcat_version_compare_bytes(x, y);
		if (order != 0)
			return order;
	}
	return imgcat_version_order(a_pre.length > 0, b_pre.length > 0);
}

/*
 * Compare semantic versions; see version.h.
 */
int
imgcat_version_compare_semver(const char *a, size_t a_length,
							  const char *b, size_t b_length)
{
	ImgcatVersionText texts[2];
	ImgcatSemver versions[2];
	bool		valid[2];
	int			i;

	texts[0] = imgcat_version_text(a, a_length);
	texts[1] = imgcat_version_text(b, b_length);
	for (i = 0; i < 2; i++)
	{
		ImgcatVersionText str = texts[i];

		if (imgcat_version_starts(str, '='))
			imgcat_version_skip(&str, 1);
		if (imgcat_version_starts(str, 'v') || imgcat_version_starts(str, 'V'))
			imgcat_version_skip(&str, 1);
		valid[i] = imgcat_semver_parse(str, &versions[i]);
	}
	if (!valid[0] || !valid[1])
		return imgcat_version_compare_malformed(texts[0], valid[0],
												texts[1], valid[1]);
	return imgcat_semver_compare(&versions[0], &versions[1]);
}
