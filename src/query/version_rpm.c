/*-------------------------------------------------------------------------
 *
 * version_rpm.c
 *		Versions of RPM packages: [epoch:]version[-release].
 *
 * The parts compare in turn, the epoch as a number, the others in segments:
 * '~', then the end, then '^', then a run of letters, then a run of digits.
 * Every other character only separates segments.  A release that is not there
 * is before any other.
 *
 * No text is malformed: what is before the first colon and no number is no
 * epoch but the beginning of the version.
 *
 * src/query/version_rpm.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/version.h"
#include "query/version_text.h"

typedef struct RpmVersion
{
	ImgcatVersionText epoch;
	ImgcatVersionText version;
	bool		has_release;
	ImgcatVersionText release;
} RpmVersion;

/* Kinds of segments, in their order. */
typedef enum RpmSegment
{
	RPM_TILDE,
	RPM_END,
	RPM_CARET,
	RPM_LETTERS,
	RPM_DIGITS
} RpmSegment;

/*
 * Take a version apart.
 */
static RpmVersion
split(const char *str, size_t length)
{
	RpmVersion	version;
	ImgcatVersionText rest = imgcat_version_text(str, length);
	size_t		dash;

	version.version = rest;
	version.epoch = imgcat_version_take_digits(&rest);
	if (imgcat_version_starts(rest, ':'))
	{
		imgcat_version_skip(&rest, 1);
		version.version = rest;
	}
	else
		version.epoch.length = 0;

	version.has_release = false;
	version.release.at = "";
	version.release.length = 0;
	for (dash = version.version.length; dash > 0; dash--)
	{
		if (version.version.at[dash - 1] == '-')
		{
			version.has_release = true;
			version.release = version.version;
			imgcat_version_skip(&version.release, dash);
			version.version.length = dash - 1;
			break;
		}
	}
	return version;
}

/*
 * Cut the next segment off the front, separators before it included.
 */
static RpmSegment
next_segment(ImgcatVersionText *str, ImgcatVersionText *segment)
{
	for (; str->length > 0; imgcat_version_skip(str, 1))
	{
		char		c = *str->at;

		if (imgcat_version_is_digit(c))
		{
			*segment = imgcat_version_take_digits(str);
			return RPM_DIGITS;
		}
		if (imgcat_version_is_letter(c))
		{
			*segment = imgcat_version_take_letters(str);
			return RPM_LETTERS;
		}
		if (c == '~' || c == '^')
		{
			imgcat_version_skip(str, 1);
			return c == '~' ? RPM_TILDE : RPM_CARET;
		}
	}
	return RPM_END;
}

/*
 * Compare a version or a release.
 */
static int
compare_part(ImgcatVersionText a, ImgcatVersionText b)
{
	for (;;)
	{
		ImgcatVersionText left;
		ImgcatVersionText right;
		RpmSegment	kind = next_segment(&a, &left);
		RpmSegment	other = next_segment(&b, &right);
		int			order = 0;

		if (kind != other)
			return kind < other ? -1 : 1;
		if (kind == RPM_END)
			return 0;
		if (kind == RPM_DIGITS)
			order = imgcat_version_compare_digits(left, right);
		else if (kind == RPM_LETTERS)
			order = imgcat_version_compare_bytes(left, right);
		if (order != 0)
			return order;
	}
}

/*
 * Compare versions of RPM packages; see version.h.
 */
int
imgcat_version_compare_rpm(const char *a, size_t a_length,
						   const char *b, size_t b_length)
{
	RpmVersion	left = split(a, a_length);
	RpmVersion	right = split(b, b_length);
	int			order;

	order = imgcat_version_compare_digits(left.epoch, right.epoch);
	if (order == 0)
		order = compare_part(left.version, right.version);
	if (order == 0)
		order = imgcat_version_order(left.has_release, right.has_release);
	if (order == 0)
		order = compare_part(left.release, right.release);
	return order;
}
