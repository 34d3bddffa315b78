/*-------------------------------------------------------------------------
 *
 * version_gem.c
 *		Versions of Ruby gems, as Gem::Version compares them.
 *
 * A version is its runs of digits and runs of letters; '-' stands for the
 * letters "pre", everything else only separates.  Zeros before the first
 * letters, or at the end, do not count.  Segments compare one by one, letters
 * before numbers, letters bytewise; a segment that is not there is zero.
 *
 * No text is malformed: what Gem::Version refuses is read the same way.
 *
 * src/query/version_gem.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/version.h"
#include "query/version_text.h"

typedef struct GemReader
{
	ImgcatVersionText rest;
	bool		letters_seen;	/* zeros count from there on */
	size_t		zeros;			/* read, and to be given out before... */
	bool		has_segment;	/* this segment */
	ImgcatVersionText segment;
} GemReader;

/*
 * Cut the next segment off the front; no segment at the end.
 */
static bool
cut_segment(ImgcatVersionText *rest, ImgcatVersionText *segment)
{
	static const ImgcatVersionText pre = {"pre", 3};

	for (; rest->length > 0; imgcat_version_skip(rest, 1))
	{
		*segment = imgcat_version_take_digits(rest);
		if (segment->length == 0)
			*segment = imgcat_version_take_letters(rest);
		if (segment->length > 0)
			return true;
		if (*rest->at == '-')
		{
			imgcat_version_skip(rest, 1);
			*segment = pre;
			return true;
		}
	}
	return false;
}

static bool
is_number(ImgcatVersionText segment)
{
	return segment.length == 0 || imgcat_version_is_digit(*segment.at);
}

/*
 * The next segment that counts; an empty one, which is zero, past the end.
 */
static ImgcatVersionText
next_segment(GemReader *reader)
{
	static const ImgcatVersionText zero = {"", 0};

	while (!reader->has_segment && cut_segment(&reader->rest, &reader->segment))
	{
		if (!is_number(reader->segment))
		{
			if (!reader->letters_seen)
				reader->zeros = 0;
			reader->letters_seen = true;
			reader->has_segment = true;
		}
		else if (imgcat_version_is_zero(reader->segment))
			reader->zeros++;
		else
			reader->has_segment = true;
	}
	if (reader->zeros > 0)
	{
		reader->zeros--;
		return zero;
	}
	if (!reader->has_segment)
		return zero;
	reader->has_segment = false;
	return reader->segment;
}

/* Is there nothing left but zeros? */
static bool
at_end(const GemReader *reader)
{
	return !reader->has_segment && reader->rest.length == 0;
}

/*
 * Compare versions of gems; see version.h.
 */
int
imgcat_version_compare_gem(const char *a, size_t a_length,
						   const char *b, size_t b_length)
{
	GemReader	left = {imgcat_version_text(a, a_length), false, 0, false, {"", 0}};
	GemReader	right = {imgcat_version_text(b, b_length), false, 0, false, {"", 0}};

	do
	{
		ImgcatVersionText x = next_segment(&left);
		ImgcatVersionText y = next_segment(&right);
		int			order;

		if (is_number(x) != is_number(y))
			return is_number(x) ? 1 : -1;
		order = is_number(x) ? imgcat_version_compare_digits(x, y) :
			imgcat_version_compare_bytes(x, y);
		if (order != 0)
			return order;
	} while (!at_end(&left) || !at_end(&right));
	return 0;
}
