/*-------------------------------------------------------------------------
 *
 * container_value.c
 *		One value of the container search language, read as its label's type.
 *
 * A value is first stripped of its modifiers (! negation, r/ regular
 * expression, "..." equality); then its type decides.  Times have a file of
 * their own, container_time.c.
 *
 * src/query/container_value.c
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container_value.h"

/* A value without its modifiers. */
typedef struct Modified
{
	bool		at_least_one;	/* !! */
	bool		negated;		/* ! */
	bool		regex;			/* r/ */
	bool		exact;			/* "..." */
	ImgcatSlice str;
} Modified;

static const char not_a_number[] = "Write a number such as 7 or 9.8, a comparison such as >=7, or a range such as 5-8.";
static const char no_at_least_one[] = "Write a single \"!\" to negate the value, or quote a text that starts with \"!!\".";

/* The first length bytes of the text. */
static ImgcatSlice
slice_upto(ImgcatSlice str, size_t length)
{
	ImgcatSlice start = {str.at, length};

	return start;
}

static bool
slice_is(ImgcatSlice str, const char *word)
{
	return str.length == strlen(word) &&
		memcmp(str.at, word, str.length) == 0;
}

static char
lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char) (c - 'A' + 'a') : c;
}

/* Is text, without regard to case, a prefix of word? */
static bool
is_prefix_of(ImgcatSlice str, const char *word)
{
	size_t		i;

	for (i = 0; i < str.length; i++)
	{
		if (word[i] == '\0' || lower(str.at[i]) != lower(word[i]))
			return false;
	}
	return true;
}

/* Out of memory: an error without a message. */
static bool
no_memory(ImgcatValueReader *reader)
{
	return imgcat_refuse_value(reader, NULL, NULL);
}

/*
 * Strip the modifiers.  A modifier counts only when more text follows it, so
 * that a lone "!" or "r/" is plain text; regex and equality end the scan.
 */
static Modified
read_modifiers(ImgcatSlice str)
{
	Modified	result;

	memset(&result, 0, sizeof(result));
	for (;;)
	{
		bool		no_negation = !result.negated && !result.at_least_one;

		if (no_negation && str.length > 2 &&
			memcmp(str.at, "!!", 2) == 0)
		{
			result.at_least_one = true;
			str = imgcat_slice_from(str, 2);
		}
		else if (no_negation && str.length > 1 && str.at[0] == '!')
		{
			result.negated = true;
			str = imgcat_slice_from(str, 1);
		}
		else if (str.length > 2 && memcmp(str.at, "r/", 2) == 0)
		{
			result.regex = true;
			str = imgcat_slice_from(str, 2);
			break;
		}
		else if (str.length >= 2 && str.at[0] == '"' &&
				 str.at[str.length - 1] == '"')
		{
			result.exact = true;
			str = slice_upto(imgcat_slice_from(str, 1), str.length - 2);
			break;
		}
		else
			break;
	}
	result.str = str;
	return result;
}

static bool
has_modifier(const Modified *modified)
{
	return modified->at_least_one || modified->negated || modified->regex ||
		modified->exact;
}

/*
 * Read a condition on a string: v, !v, "v", !"v", r/v, !r/v.
 */
static bool
read_text_match(ImgcatValueReader *reader, ImgcatSlice str,
				ImgcatTextMatch *match)
{
	Modified	modified = read_modifiers(str);
	char	   *copy;

	if (modified.at_least_one)
		return imgcat_refuse_value(reader, "unsupported modifier \"!!\"",
								   no_at_least_one);
	copy = imgcat_slice_copy(modified.str, reader->alloc);
	if (copy == NULL)
		return no_memory(reader);
	/* as written: in lower case, \D would be \d */
	match->kind = modified.regex ? IMGCAT_MATCH_REGEX :
		modified.exact ? IMGCAT_MATCH_EXACT : IMGCAT_MATCH_PREFIX;
	match->negated = modified.negated;
	match->str = copy;
	return true;
}

static bool
read_string(ImgcatValueReader *reader, ImgcatSlice str)
{
	reader->value->form = IMGCAT_FORM_TEXT;
	return read_text_match(reader, str, &reader->value->match);
}

/*
 * Read what a boolean may be called: 1, t, true, 0, f, false, and any
 * beginning of the two words in any case.
 */
static bool
read_bool(ImgcatValueReader *reader, ImgcatSlice str)
{
	Modified	modified = read_modifiers(str);

	if (has_modifier(&modified))
		return imgcat_refuse_value(reader, "a boolean takes no modifier",
								   "Write true or false.");
	reader->value->form = IMGCAT_FORM_BOOL;
	if (slice_is(str, "1") || (str.length > 0 && is_prefix_of(str, "true")))
		reader->value->boolean = true;
	else if (slice_is(str, "0") ||
			 (str.length > 0 && is_prefix_of(str, "false")))
		reader->value->boolean = false;
	else
		return imgcat_refuse_value(reader, "invalid boolean",
								   "Write true or false.");
	return true;
}

/*
 * Read a decimal number: sign, digits with a point among them, exponent.
 * Infinities, NaN and what overflows a double are none.
 */
static bool
read_double(ImgcatSlice str, ImgcatAlloc alloc, double *number)
{
	size_t		i = 0;
	size_t		digits = 0;
	char	   *copy;

	if (i < str.length && (str.at[i] == '+' || str.at[i] == '-'))
		i++;
	for (; i < str.length && str.at[i] >= '0' && str.at[i] <= '9'; i++)
		digits++;
	if (i < str.length && str.at[i] == '.')
		i++;
	for (; i < str.length && str.at[i] >= '0' && str.at[i] <= '9'; i++)
		digits++;
	if (digits == 0)
		return false;
	if (i < str.length && (str.at[i] == 'e' || str.at[i] == 'E'))
	{
		size_t		exponent_digits = 0;

		i++;
		if (i < str.length && (str.at[i] == '+' || str.at[i] == '-'))
			i++;
		for (; i < str.length && str.at[i] >= '0' && str.at[i] <= '9'; i++)
			exponent_digits++;
		if (exponent_digits == 0)
			return false;
	}
	if (i != str.length)
		return false;
	copy = imgcat_slice_copy(str, alloc);
	if (copy == NULL)
		return false;
	*number = strtod(copy, NULL);
	return isfinite(*number);
}

/*
 * Make a bound of the number, rounded to two decimals; of an integer label
 * nothing may be left behind the point.
 */
static bool
number_bound(ImgcatValueReader *reader, const ImgcatSearchLabel *label,
			 double number, ImgcatSearchBound *bound)
{
	/* the largest double has 309 digits before the point */
	char		str[400];
	ImgcatSlice rounded;

	memset(bound, 0, sizeof(*bound));
	rounded.at = str;
	rounded.length = (size_t) snprintf(str, sizeof(str), "%.2f", number);
	while (rounded.length > 0 && str[rounded.length - 1] == '0')
		rounded.length--;
	if (rounded.length > 0 && str[rounded.length - 1] == '.')
		rounded.length--;
	if (slice_is(rounded, "-0"))
		rounded = imgcat_slice_from(rounded, 1);
	bound->number = imgcat_slice_copy(rounded, reader->alloc);
	if (bound->number == NULL)
		return no_memory(reader);
	if (label->type == IMGCAT_SEARCH_INTEGER)
	{
		if (strchr(bound->number, '.') != NULL)
			return imgcat_refuse_value(reader, "fraction for an integer",
									   "Write a whole number.");
		/* beyond any counter the nearest bound answers the same */
		errno = 0;
		bound->integer = strtoll(bound->number, NULL, 10);
	}
	return true;
}

/*
 * Read a number: 7, >=7, or the open range 5-8.
 */
static bool
read_number(ImgcatValueReader *reader, const ImgcatSearchLabel *label,
			ImgcatSlice str)
{
	Modified	modified = read_modifiers(str);
	ImgcatSign	comparison;
	ImgcatSearchBound bound;
	double		number;
	size_t		i;

	if (has_modifier(&modified))
		return imgcat_refuse_value(reader, "a number takes no modifier",
								   not_a_number);
	comparison = imgcat_read_comparison(&str);
	for (i = 1; comparison == IMGCAT_SIGN_NONE && i < str.length; i++)
	{
		double		upper;

		/* a hyphen at the start is a sign */
		if (str.at[i] != '-')
			continue;
		if (!read_double(slice_upto(str, i), reader->alloc, &number) ||
			!read_double(imgcat_slice_from(str, i + 1), reader->alloc, &upper))
			return imgcat_refuse_value(reader, "invalid range", not_a_number);
		if (number >= upper)
			return imgcat_refuse_value(reader, "invalid range",
									   "The first number of a range must be less than the second.");
		if (!number_bound(reader, label, number, &reader->value->low) ||
			!number_bound(reader, label, upper, &reader->value->high))
			return false;
		reader->value->form = IMGCAT_FORM_INTERVAL;
		reader->value->low.present = reader->value->high.present = true;
		return true;
	}
	if (!read_double(str, reader->alloc, &number))
		return imgcat_refuse_value(reader, "invalid number", not_a_number);
	if (!number_bound(reader, label, number, &bound))
		return false;
	imgcat_set_interval(reader->value, comparison, bound);
	return true;
}

/* Does number compare so with other? */
static bool
compares(int number, ImgcatSign comparison, int other)
{
	switch (comparison)
	{
		case IMGCAT_SIGN_LT:
			return number < other;
		case IMGCAT_SIGN_LE:
			return number <= other;
		case IMGCAT_SIGN_GT:
			return number > other;
		case IMGCAT_SIGN_GE:
			return number >= other;
		default:
			return number == other;
	}
}

/*
 * The members that a value without modifiers names: those whose names start
 * with the text, and those that compare so with one of them.
 */
static uint32_t
compared_members(const ImgcatSearchEnum *names, ImgcatSlice str)
{
	ImgcatSign	comparison = imgcat_read_comparison(&str);
	uint32_t	members = 0;
	int			named;
	int			member;

	for (named = 0; named < names->count; named++)
	{
		if (!is_prefix_of(str, names->names[named]))
			continue;
		for (member = 0; member < names->count; member++)
		{
			if (compares(member, comparison, named))
				members |= UINT32_C(1) << member;
		}
	}
	return members;
}

/*
 * Read an enum value.  Names compare without regard to case.  A regular
 * expression is left to whoever has an engine for it.
 */
static bool
read_enum(ImgcatValueReader *reader, const ImgcatSearchEnum *names,
		  ImgcatSlice str)
{
	Modified	modified = read_modifiers(str);
	uint32_t	members = 0;
	int			i;

	reader->value->form = IMGCAT_FORM_ENUM;
	if (!has_modifier(&modified))
	{
		reader->value->members = compared_members(names, str);
		return true;
	}
	if (!read_text_match(reader, str, &reader->value->match))
		return false;
	if (modified.regex)
	{
		reader->value->form = IMGCAT_FORM_ENUM_REGEX;
		return true;
	}
	for (i = 0; i < names->count; i++)
	{
		bool		named = is_prefix_of(modified.str, names->names[i]) &&
		(!modified.exact ||
		 modified.str.length == strlen(names->names[i]));

		if (named != modified.negated)
			members |= UINT32_C(1) << i;
	}
	if (members == 0)
		return imgcat_refuse_value(reader, "no such enum value",
								   "The documentation of the label lists its values.");
	reader->value->members = members;
	return true;
}

/*
 * Read a condition on a map, cut at the first "=".  A key that stands alone
 * before it is literal; a negated key can only be asked to be missing.
 */
static bool
read_map(ImgcatValueReader *reader, ImgcatSlice str)
{
	ImgcatSearchValue *value = reader->value;
	const char *equals = memchr(str.at, '=', str.length);
	ImgcatSlice key = str;
	ImgcatSlice item = imgcat_slice_from(str, str.length);
	bool		negated;

	value->form = IMGCAT_FORM_MAP;
	value->map_form = IMGCAT_MAP_MATCH;
	if (slice_is(str, "*"))
	{
		value->map_form = IMGCAT_MAP_ANY;
		return true;
	}
	if (equals != NULL)
	{
		key = slice_upto(str, (size_t) (equals - str.at));
		item = imgcat_slice_from(str, key.length + 1);
	}
	negated = key.length > 0 && key.at[0] == '!' &&
		(key.length > 1 || equals != NULL);
	if (negated)
		key = imgcat_slice_from(key, 1);
	if (negated && (equals == NULL || item.length > 0 || key.length == 0))
		return imgcat_refuse_value(reader, "unsupported map condition",
								   "A negated key stands alone, as in \"!key=\"; negate the value instead, as in \"key=!value\".");
	if (equals != NULL && item.length == 0)
	{
		value->map_form = key.length == 0 ? IMGCAT_MAP_HAS_ENTRY :
			negated ? IMGCAT_MAP_LACKS_KEY : IMGCAT_MAP_HAS_KEY;
		value->key.kind = IMGCAT_MATCH_EXACT;
		value->key.str = imgcat_slice_copy(key, reader->alloc);
		return value->key.str != NULL || no_memory(reader);
	}
	if ((key.length > 0 || equals == NULL) &&
		!read_text_match(reader, key, &value->key))
		return false;
	return item.length == 0 || read_text_match(reader, item, &value->match);
}

/*
 * Read one value as the type of its label.  On false error->message and
 * ->hint say why; a message of NULL says that there is no memory.
 */
bool
imgcat_read_search_value(const ImgcatSearchLabel *label, const char *raw,
						 ImgcatAlloc alloc, ImgcatSearchValue *value,
						 ImgcatSearchError *error)
{
	ImgcatValueReader reader = {alloc, value, error};
	ImgcatSlice str = {raw, strlen(raw)};

	memset(value, 0, sizeof(*value));
	value->raw = raw;
	if (label->type == IMGCAT_SEARCH_SORT_ONLY)
		return imgcat_refuse_value(&reader, "label is for sorting only",
								   "Filter by the risk score instead.");
	if (label->type != IMGCAT_SEARCH_MAP &&
		(slice_is(str, "*") || slice_is(str, "-")))
	{
		if (label->table == IMGCAT_SEARCH_DERIVED)
			return imgcat_refuse_value(&reader, "a derived label has no null test",
									   "Test the label that it is derived from.");
		value->form = slice_is(str, "*") ? IMGCAT_FORM_NOT_NULL :
			IMGCAT_FORM_NULL;
		return true;
	}
	switch (label->type)
	{
		case IMGCAT_SEARCH_STRING:
		case IMGCAT_SEARCH_ARRAY:
			return read_string(&reader, str);
		case IMGCAT_SEARCH_NUMBER:
		case IMGCAT_SEARCH_INTEGER:
			return read_number(&reader, label, str);
		case IMGCAT_SEARCH_BOOL:
			return read_bool(&reader, str);
		case IMGCAT_SEARCH_TIME:
			{
				Modified	modified = read_modifiers(str);

				if (has_modifier(&modified))
					return imgcat_refuse_value(&reader, "a time takes no modifier",
											   "Write a date such as 06/24/2025, or an age such as 30d.");
				return imgcat_read_time_value(&reader, str);
			}
		case IMGCAT_SEARCH_MAP:
			return read_map(&reader, str);
		case IMGCAT_SEARCH_ENUM:
			return read_enum(&reader, label->names, str);
		case IMGCAT_SEARCH_SORT_ONLY:
			break;
	}
	return imgcat_refuse_value(&reader, "label is for sorting only", NULL);
}
