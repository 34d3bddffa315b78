/*-------------------------------------------------------------------------
 *
 * version_pep440.c
 *		Versions of Python packages: PEP 440, in all its spellings.
 *
 * [epoch!]release[pre][post][dev][+local], with or without a "v" before it,
 * letter case apart.  The order of one release is
 * 1.dev1 < 1a1.dev1 < 1a1 < 1rc1 < 1 < 1+local < 1.post1.dev1 < 1.post1.
 *
 * A text that is no version is before every version; those are among
 * themselves bytewise.
 *
 * src/query/version_pep440.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/version.h"
#include "query/version_text.h"

/* Where a version stands among those of the same release. */
typedef enum PepPhase
{
	PEP_DEV,					/* no pre-release nor post-release, but dev */
	PEP_ALPHA,
	PEP_BETA,
	PEP_CANDIDATE,
	PEP_FINAL					/* and post-releases */
} PepPhase;

typedef struct PepVersion
{
	ImgcatVersionText epoch;
	ImgcatVersionText release;
	PepPhase	phase;
	ImgcatVersionText pre;		/* number of the pre-release */
	bool		has_post;
	ImgcatVersionText post;
	bool		has_dev;
	ImgcatVersionText dev;
	bool		has_local;
	ImgcatVersionText local;
} PepVersion;

/* Words for a part; longer ones before those that they begin with. */
typedef struct PepWord
{
	const char *word;
	PepPhase	phase;
} PepWord;

static const PepWord pre_words[] = {
	{"alpha", PEP_ALPHA}, {"a", PEP_ALPHA},
	{"beta", PEP_BETA}, {"b", PEP_BETA},
	{"preview", PEP_CANDIDATE}, {"pre", PEP_CANDIDATE},
	{"rc", PEP_CANDIDATE}, {"c", PEP_CANDIDATE},
	{NULL, PEP_FINAL}
};
static const PepWord post_words[] = {
	{"post", PEP_FINAL}, {"rev", PEP_FINAL}, {"r", PEP_FINAL},
	{NULL, PEP_FINAL}
};
static const PepWord dev_words[] = {
	{"dev", PEP_FINAL},
	{NULL, PEP_FINAL}
};

static bool
is_separator(ImgcatVersionText str)
{
	return str.length > 0 &&
		(*str.at == '-' || *str.at == '_' || *str.at == '.');
}

/*
 * Cut a part off the front: [separator]word[separator][number].  Returns the
 * word, or NULL with nothing cut off when the text does not begin so.
 */
static const PepWord *
take_part(ImgcatVersionText *str, const PepWord *words,
		  ImgcatVersionText *number)
{
	ImgcatVersionText rest = *str;

	if (is_separator(rest))
		imgcat_version_skip(&rest, 1);
	for (; words->word != NULL; words++)
	{
		ImgcatVersionText word = {words->word, strlen(words->word)};
		ImgcatVersionText begin = rest;

		if (begin.length < word.length)
			continue;
		begin.length = word.length;
		if (imgcat_version_compare_folded(begin, word) != 0)
			continue;
		imgcat_version_skip(&rest, word.length);
		if (is_separator(rest))
			imgcat_version_skip(&rest, 1);
		*number = imgcat_version_take_digits(&rest);
		*str = rest;
		return words;
	}
	return NULL;
}

/*
 * Cut a post-release off the front: in words, or as "-number".
 */
static bool
take_post(ImgcatVersionText *str, ImgcatVersionText *number)
{
	ImgcatVersionText rest = *str;

	if (imgcat_version_starts(rest, '-'))
	{
		imgcat_version_skip(&rest, 1);
		*number = imgcat_version_take_digits(&rest);
		if (number->length > 0)
		{
			*str = rest;
			return true;
		}
	}
	return take_part(str, post_words, number) != NULL;
}

/*
 * Cut a segment of letters and digits off a local version, and the separator
 * after it.
 */
static ImgcatVersionText
take_local_segment(ImgcatVersionText *local)
{
	ImgcatVersionText segment = {local->at, 0};

	while (segment.length < local->length &&
		   (imgcat_version_is_digit(segment.at[segment.length]) ||
			imgcat_version_is_letter(segment.at[segment.length])))
		segment.length++;
	imgcat_version_skip(local, segment.length);
	if (is_separator(*local))
		imgcat_version_skip(local, 1);
	return segment;
}

/*
 * Is this a local version: segments of letters and digits, separated once?
 */
static bool
is_local(ImgcatVersionText local)
{
	ImgcatVersionText last = local;

	if (local.length == 0)
		return false;
	imgcat_version_skip(&last, last.length - 1);
	if (is_separator(last))
		return false;
	while (local.length > 0)
		if (take_local_segment(&local).length == 0)
			return false;
	return true;
}

/*
 * Cut number{.number} off the front.
 */
static ImgcatVersionText
take_release(ImgcatVersionText *str)
{
	ImgcatVersionText release = *str;

	(void) imgcat_version_take_digits(str);
	while (str->length > 1 && *str->at == '.' &&
		   imgcat_version_is_digit(str->at[1]))
	{
		imgcat_version_skip(str, 1);
		(void) imgcat_version_take_digits(str);
	}
	release.length = str->at - release.at;
	return release;
}

/*
 * Take a version apart; false when it is none.
 */
static bool
parse(ImgcatVersionText str, PepVersion *version)
{
	const PepWord *word;
	ImgcatVersionText rest;

	memset(version, 0, sizeof(*version));
	if (imgcat_version_starts(str, 'v') || imgcat_version_starts(str, 'V'))
		imgcat_version_skip(&str, 1);
	rest = str;
	version->epoch = imgcat_version_take_digits(&rest);
	if (version->epoch.length > 0 && imgcat_version_starts(rest, '!'))
	{
		imgcat_version_skip(&rest, 1);
		str = rest;
	}
	else
		version->epoch.length = 0;
	version->release = take_release(&str);
	if (version->release.length == 0)
		return false;
	word = take_part(&str, pre_words, &version->pre);
	version->has_post = take_post(&str, &version->post);
	version->has_dev = take_part(&str, dev_words, &version->dev) != NULL;
	if (word != NULL)
		version->phase = word->phase;
	else if (version->has_dev && !version->has_post)
		version->phase = PEP_DEV;
	else
		version->phase = PEP_FINAL;
	if (imgcat_version_starts(str, '+'))
	{
		imgcat_version_skip(&str, 1);
		version->has_local = true;
		version->local = str;
		return is_local(str);
	}
	return str.length == 0;
}

/*
 * Compare releases number by number; one that is not there is zero.
 */
static int
compare_releases(ImgcatVersionText a, ImgcatVersionText b)
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
 * Compare local versions segment by segment, letters before numbers.
 */
static int
compare_locals(ImgcatVersionText a, ImgcatVersionText b)
{
	while (a.length > 0 && b.length > 0)
	{
		ImgcatVersionText x = take_local_segment(&a);
		ImgcatVersionText y = take_local_segment(&b);
		ImgcatVersionText rest = x;
		bool		x_is_number;
		bool		y_is_number;
		int			order;

		(void) imgcat_version_take_digits(&rest);
		x_is_number = rest.length == 0;
		rest = y;
		(void) imgcat_version_take_digits(&rest);
		y_is_number = rest.length == 0;
		if (x_is_number != y_is_number)
			return x_is_number ? 1 : -1;
		order = x_is_number ? imgcat_version_compare_digits(x, y) :
			imgcat_version_compare_folded(x, y);
		if (order != 0)
			return order;
	}
	return imgcat_version_order(a.length > 0, b.length > 0);
}

/*
 * Compare versions of Python packages; see version.h.
 */
int
imgcat_version_compare_pep440(const char *a, size_t a_length,
							  const char *b, size_t b_length)
{
	ImgcatVersionText a_text = imgcat_version_text(a, a_length);
	ImgcatVersionText b_text = imgcat_version_text(b, b_length);
	PepVersion	left;
	PepVersion	right;
	bool		a_valid = parse(a_text, &left);
	bool		b_valid = parse(b_text, &right);
	int			order;

	if (!a_valid || !b_valid)
		return imgcat_version_compare_malformed(a_text, a_valid,
												b_text, b_valid);
	order = imgcat_version_compare_digits(left.epoch, right.epoch);
	if (order == 0)
		order = compare_releases(left.release, right.release);
	if (order == 0 && left.phase != right.phase)
		order = left.phase < right.phase ? -1 : 1;
	if (order == 0)
		order = imgcat_version_compare_digits(left.pre, right.pre);
	if (order == 0)
		order = imgcat_version_order(left.has_post, right.has_post);
	if (order == 0)
		order = imgcat_version_compare_digits(left.post, right.post);
	if (order == 0)
		order = imgcat_version_order(right.has_dev, left.has_dev);
	if (order == 0)
		order = imgcat_version_compare_digits(left.dev, right.dev);
	if (order == 0)
		order = imgcat_version_order(left.has_local, right.has_local);
	if (order == 0)
		order = compare_locals(left.local, right.local);
	return order;
}
