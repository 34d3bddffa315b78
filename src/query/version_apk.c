/*-------------------------------------------------------------------------
 *
 * version_apk.c
 *		Versions of Alpine packages:
 *		number{.number}[letter]{_suffix[number]}[~hash][-rnumber]
 *
 * Tokens compare one by one.  After the first, a number that has a leading
 * zero, or is compared with such a one, compares as text.  Suffixes are
 * alpha < beta < pre < rc < cvs < svn < git < hg < p.  Where the kinds of two
 * tokens differ, the order is that of ApkToken: a version is after its
 * pre-releases and before its patches.
 *
 * A text stops being a version at the first token that does not belong there.
 * It is then before what has the same tokens and ends or goes on, pre-releases
 * apart, and equal to what stops being a version at the same place.
 *
 * src/query/version_apk.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/version.h"
#include "query/version_text.h"

/* Kinds of tokens, in their order where they differ. */
typedef enum ApkToken
{
	APK_BEFORE,					/* _alpha, _beta, _pre, _rc */
	APK_MALFORMED,
	APK_END,
	APK_REVISION,
	APK_HASH,
	APK_SUFFIX_NUMBER,
	APK_AFTER,					/* _cvs, _svn, _git, _hg, _p */
	APK_LETTER,
	APK_NUMBER,
	APK_FIRST_NUMBER
} ApkToken;

typedef struct ApkReader
{
	ImgcatVersionText rest;
	bool		started;
	ApkToken	token;			/* the last one read */
	ImgcatVersionText value;	/* its digits, letter, hash */
	int			suffix;			/* the place of a suffix in suffixes[] */
} ApkReader;

static const struct
{
	const char *name;
	ApkToken	token;
}			suffixes[] = {
	{"alpha", APK_BEFORE},
	{"beta", APK_BEFORE},
	{"pre", APK_BEFORE},
	{"rc", APK_BEFORE},
	{"cvs", APK_AFTER},
	{"svn", APK_AFTER},
	{"git", APK_AFTER},
	{"hg", APK_AFTER},
	{"p", APK_AFTER},
};

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Read digits; a token without any is malformed. */
static void
read_digits(ApkReader *reader, ApkToken token)
{
	reader->value = imgcat_version_take_digits(&reader->rest);
	reader->token = reader->value.length > 0 ? token : APK_MALFORMED;
}

/*
 * Read the name of a suffix, the '_' before it being read.
 */
static void
read_suffix(ApkReader *reader)
{
	size_t		length = 0;
	size_t		i;

	while (length < reader->rest.length && is_lower(reader->rest.at[length]))
		length++;
	reader->token = APK_MALFORMED;
	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
	{
		if (strlen(suffixes[i].name) == length &&
			memcmp(suffixes[i].name, reader->rest.at, length) == 0)
		{
			reader->token = suffixes[i].token;
			reader->suffix = (int) i;
		}
	}
	imgcat_version_skip(&reader->rest, length);
}

/*
 * Read the hash of a commit, the '~' before it being read.
 */
static void
read_hash(ApkReader *reader)
{
	size_t		length = 0;

	while (length < reader->rest.length &&
		   (imgcat_version_is_digit(reader->rest.at[length]) ||
			(reader->rest.at[length] >= 'a' && reader->rest.at[length] <= 'f')))
		length++;
	reader->value.at = reader->rest.at;
	reader->value.length = length;
	reader->token = length > 0 ? APK_HASH : APK_MALFORMED;
	imgcat_version_skip(&reader->rest, length);
}

/*
 * Read the next token.  What may follow is told by the token before it.
 */
static void
next_token(ApkReader *reader)
{
	ApkToken	before = reader->token;
	bool		after_number;
	bool		after_suffix;
	char		c;

	if (!reader->started)
	{
		reader->started = true;
		read_digits(reader, APK_FIRST_NUMBER);
		return;
	}
	reader->token = APK_MALFORMED;
	if (reader->rest.length == 0)
	{
		reader->token = APK_END;
		return;
	}
	after_number = before == APK_FIRST_NUMBER || before == APK_NUMBER;
	after_suffix = before == APK_BEFORE || before == APK_AFTER;
	c = *reader->rest.at;
	if (is_lower(c) && after_number)
	{
		reader->value.at = reader->rest.at;
		reader->value.length = 1;
		reader->token = APK_LETTER;
		imgcat_version_skip(&reader->rest, 1);
	}
	else if (c == '.' && after_number)
	{
		imgcat_version_skip(&reader->rest, 1);
		read_digits(reader, APK_NUMBER);
	}
	else if (imgcat_version_is_digit(c) && after_suffix)
		read_digits(reader, APK_SUFFIX_NUMBER);
	else if (c == '_' && before != APK_HASH && before != APK_REVISION)
	{
		imgcat_version_skip(&reader->rest, 1);
		read_suffix(reader);
	}
	else if (c == '~' && before != APK_HASH && before != APK_REVISION)
	{
		imgcat_version_skip(&reader->rest, 1);
		read_hash(reader);
	}
	else if (c == '-' && before != APK_REVISION &&
			 reader->rest.length > 1 && reader->rest.at[1] == 'r')
	{
		imgcat_version_skip(&reader->rest, 2);
		read_digits(reader, APK_REVISION);
	}
}

/*
 * Compare two tokens of the same kind.
 */
static int
compare_values(const ApkReader *a, const ApkReader *b)
{
	switch (a->token)
	{
		case APK_BEFORE:
		case APK_AFTER:
			return a->suffix < b->suffix ? -1 : a->suffix > b->suffix;
		case APK_NUMBER:
			if (*a->value.at == '0' || *b->value.at == '0')
				return imgcat_version_compare_bytes(a->value, b->value);
			return imgcat_version_compare_digits(a->value, b->value);
		case APK_FIRST_NUMBER:
		case APK_SUFFIX_NUMBER:
		case APK_REVISION:
			return imgcat_version_compare_digits(a->value, b->value);
		default:
			return imgcat_version_compare_bytes(a->value, b->value);
	}
}

/*
 * Compare versions of Alpine packages; see version.h.
 */
int
imgcat_version_compare_apk(const char *a, size_t a_length,
						   const char *b, size_t b_length)
{
	ApkReader	left = {imgcat_version_text(a, a_length), false, APK_END, {"", 0}, 0};
	ApkReader	right = {imgcat_version_text(b, b_length), false, APK_END, {"", 0}, 0};
	int			order;

	for (;;)
	{
		next_token(&left);
		next_token(&right);
		if (left.token != right.token)
			return left.token < right.token ? -1 : 1;
		if (left.token == APK_END || left.token == APK_MALFORMED)
			return 0;
		order = compare_values(&left, &right);
		if (order != 0)
			return order;
	}
}
