/*-------------------------------------------------------------------------
 *
 * version_maven.c
 *		Versions of Maven artifacts, in the order of Maven's
 *		ComparableVersion made transitive.
 *
 * A version is numbers and qualifiers, letter case apart.  A '-', a change
 * between digits and letters, and a qualifier after anything begin a list
 * within the list before it.  Zeros and the qualifiers ga, final and release
 * do not count at the end of a list.  What follows compares symbol by symbol:
 * a pre-release (alpha < beta < milestone < rc < snapshot), a list that begins
 * with one, the end, another qualifier (sp, then the others bytewise), another
 * list, a number.
 *
 * Maven's own order has cycles, of which this has none: there 1-alpha is
 * before 1, 1 before 1.sp.1, and 1.sp.1 before 1-alpha, because a qualifier
 * with a dot at both sides begins no list.  Here it does, and
 * final between numbers is a zero.  No text is malformed.
 *
 * src/query/version_maven.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/version.h"
#include "query/version_text.h"

/* Places of qualifiers that have a meaning. */
typedef enum MavenQualifier
{
	MAVEN_ALPHA,
	MAVEN_BETA,
	MAVEN_MILESTONE,
	MAVEN_CANDIDATE,
	MAVEN_SNAPSHOT,
	MAVEN_RELEASE,
	MAVEN_SERVICE_PACK,
	MAVEN_OTHER
} MavenQualifier;

static const struct
{
	const char *name;
	MavenQualifier qualifier;
}			qualifiers[] = {
	{"alpha", MAVEN_ALPHA},
	{"beta", MAVEN_BETA},
	{"milestone", MAVEN_MILESTONE},
	{"rc", MAVEN_CANDIDATE},
	{"cr", MAVEN_CANDIDATE},
	{"snapshot", MAVEN_SNAPSHOT},
	{"ga", MAVEN_RELEASE},
	{"final", MAVEN_RELEASE},
	{"release", MAVEN_RELEASE},
	{"sp", MAVEN_SERVICE_PACK},
};

/* Kinds of symbols, in their order. */
typedef enum MavenKind
{
	MAVEN_PRE_QUALIFIER,
	MAVEN_PRE_LIST,
	MAVEN_END,
	MAVEN_QUALIFIER,
	MAVEN_LIST,
	MAVEN_NUMBER
} MavenKind;

typedef struct MavenSymbol
{
	MavenKind	kind;
	MavenQualifier qualifier;	/* of a qualifier */
	ImgcatVersionText str;		/* of a number or another qualifier */
} MavenSymbol;

typedef struct MavenReader
{
	ImgcatVersionText rest;
	bool		in_list;		/* something stands in the list already */
	bool		list_pending;	/* the text read last ended a list */
	size_t		lists;			/* to be given out before the item: lists, */
	size_t		zeros;			/* then zeros, */
	bool		has_item;		/* then this item */
	MavenSymbol item;
} MavenReader;

/*
 * What a qualifier means; a single letter before a digit is a word of its own.
 */
static MavenQualifier
classify(ImgcatVersionText str, bool before_digit)
{
	size_t		i;

	if (before_digit && str.length == 1)
	{
		switch (imgcat_version_lower(*str.at))
		{
			case 'a':
				return MAVEN_ALPHA;
			case 'b':
				return MAVEN_BETA;
			case 'm':
				return MAVEN_MILESTONE;
		}
	}
	for (i = 0; i < sizeof(qualifiers) / sizeof(qualifiers[0]); i++)
	{
		ImgcatVersionText name;

		name.at = qualifiers[i].name;
		name.length = strlen(name.at);
		if (imgcat_version_compare_folded(str, name) == 0)
			return qualifiers[i].qualifier;
	}
	return MAVEN_OTHER;
}

/* Begin a list: what came before it and does not count is dropped. */
static void
begin_list(MavenReader *reader)
{
	reader->lists++;
	reader->zeros = 0;
	reader->in_list = false;
}

/*
 * Read a number, the digits being at the front.
 */
static void
read_number(MavenReader *reader)
{
	ImgcatVersionText digits = imgcat_version_take_digits(&reader->rest);

	reader->in_list = true;
	if (imgcat_version_is_zero(digits))
		reader->zeros++;
	else
	{
		reader->item.kind = MAVEN_NUMBER;
		reader->item.str = digits;
		reader->has_item = true;
	}
}

/*
 * Read a qualifier: what is neither '.', nor '-', nor a digit.
 */
static void
read_qualifier(MavenReader *reader)
{
	ImgcatVersionText str = {reader->rest.at, 0};
	bool		before_digit;
	bool		before_separator;
	MavenQualifier qualifier;

	while (str.length < reader->rest.length &&
		   str.at[str.length] != '.' && str.at[str.length] != '-' &&
		   !imgcat_version_is_digit(str.at[str.length]))
		str.length++;
	imgcat_version_skip(&reader->rest, str.length);
	before_digit = reader->rest.length > 0 &&
		imgcat_version_is_digit(*reader->rest.at);
	before_separator = reader->rest.length > 0 && !before_digit;
	qualifier = classify(str, before_digit);

	if (qualifier == MAVEN_RELEASE)
	{
		if (reader->in_list && !before_separator)
			begin_list(reader);
		reader->zeros++;
		reader->in_list = true;
		return;
	}
	if (reader->in_list)
		begin_list(reader);
	reader->in_list = true;
	reader->item.kind = qualifier < MAVEN_RELEASE ? MAVEN_PRE_QUALIFIER :
		MAVEN_QUALIFIER;
	reader->item.qualifier = qualifier;
	reader->item.str = str;
	reader->has_item = true;
}

/*
 * Read up to the next item that counts, if there is one, counting the lists
 * begun before it and the zeros between the last of them and it.
 */
static void
read_item(MavenReader *reader)
{
	reader->lists = 0;
	reader->zeros = 0;
	while (!reader->has_item && (reader->list_pending || reader->rest.length > 0))
	{
		if (reader->list_pending)
		{
			reader->list_pending = false;
			begin_list(reader);
			continue;
		}
		if (imgcat_version_is_digit(*reader->rest.at))
			read_number(reader);
		else if (*reader->rest.at != '.' && *reader->rest.at != '-')
			read_qualifier(reader);
		else
		{
			/* nothing between two separators is zero */
			reader->zeros++;
			reader->in_list = true;
		}
		if (reader->rest.length == 0)
			break;
		/* what follows: a separator, or the other kind of characters */
		reader->list_pending = *reader->rest.at != '.';
		if (*reader->rest.at == '.' || *reader->rest.at == '-')
			imgcat_version_skip(&reader->rest, 1);
	}
}

/*
 * The next symbol.
 */
static MavenSymbol
next_symbol(MavenReader *reader)
{
	MavenSymbol symbol = {MAVEN_END, MAVEN_RELEASE, {"", 0}};

	if (!reader->has_item)
		read_item(reader);
	if (!reader->has_item)
		return symbol;
	if (reader->lists > 0)
	{
		reader->lists--;
		symbol.kind = reader->item.kind == MAVEN_PRE_QUALIFIER ?
			MAVEN_PRE_LIST : MAVEN_LIST;
		return symbol;
	}
	if (reader->zeros > 0)
	{
		reader->zeros--;
		symbol.kind = MAVEN_NUMBER;
		return symbol;
	}
	reader->has_item = false;
	return reader->item;
}

/*
 * Compare versions of Maven artifacts; see version.h.
 */
int
imgcat_version_compare_maven(const char *a, size_t a_length,
							 const char *b, size_t b_length)
{
	MavenReader left;
	MavenReader right;

	memset(&left, 0, sizeof(left));
	memset(&right, 0, sizeof(right));
	left.rest = imgcat_version_text(a, a_length);
	right.rest = imgcat_version_text(b, b_length);
	/* a qualifier at the front begins a list as well */
	left.in_list = right.in_list = true;
	for (;;)
	{
		MavenSymbol x = next_symbol(&left);
		MavenSymbol y = next_symbol(&right);
		int			order = 0;

		if (x.kind != y.kind)
			return x.kind < y.kind ? -1 : 1;
		if (x.kind == MAVEN_END)
			return 0;
		if (x.kind == MAVEN_NUMBER)
			order = imgcat_version_compare_digits(x.str, y.str);
		else if (x.kind == MAVEN_QUALIFIER || x.kind == MAVEN_PRE_QUALIFIER)
		{
			if (x.qualifier != y.qualifier)
				return x.qualifier < y.qualifier ? -1 : 1;
			if (x.qualifier == MAVEN_OTHER)
				order = imgcat_version_compare_folded(x.str, y.str);
		}
		if (order != 0)
			return order;
	}
}
