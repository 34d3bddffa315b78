/*-------------------------------------------------------------------------
 *
 * finding_name.c
 *		Ids of vulnerabilities in the texts of advisories.
 *
 * src/query/finding_name.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdbool.h>
#include <string.h>

#include "query/finding_name.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_word(char c)
{
	return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z');
}

/*
 * The length of what stands at a text: four digits, one of the separators, and
 * digits.  0 of anything else.
 */
static size_t
match_year_and_number(const char *text, size_t length, const char *separators)
{
	size_t		at;

	if (length < 6 || memchr(separators, text[4], strlen(separators)) == NULL)
		return 0;
	for (at = 0; at < 4; at++)
		if (!is_digit(text[at]))
			return 0;
	for (at = 5; at < length && is_digit(text[at]); at++)
		;
	return at > 5 ? at : 0;
}

/*
 * The length of an id "CVE-2024-1234" that a text begins with, or 0.
 */
static size_t
match_cve(const char *text, size_t length)
{
	size_t		rest;

	if (length < 4 || memcmp(text, "CVE-", 4) != 0)
		return 0;
	rest = match_year_and_number(text +4, length - 4, "-");
	return rest > 0 ? rest + 4 : 0;
}

/*
 * The length of an id "GHSA-xxxx-xxxx-xxxx" that a text begins with, or 0.
 */
static size_t
match_ghsa(const char *text, size_t length)
{
	static const char shape[] = "GHSA-xxxx-xxxx-xxxx";

	if (length < sizeof(shape) - 1)
		return 0;
	for (size_t i = 0; shape[i] != '\0'; i++)
		if (shape[i] == 'x' ? !is_word(text[i]) : text[i] != shape[i])
			return 0;
	return sizeof(shape) - 1;
}

/*
 * The length of an id "RHSA-2024:1234" that a text begins with, or 0: upper
 * case, a year and a number.
 */
static size_t
match_other(const char *text, size_t length)
{
	size_t		word;
	size_t		rest;

	for (word = 0; word < length && is_upper(text[word]); word++)
		;
	if (word == 0 || word == length || text[word] != '-')
		return 0;
	rest = match_year_and_number(text +word + 1, length - word - 1, "-:");
	return rest > 0 ? word + 1 + rest : 0;
}

/*
 * See finding_name.h.
 */
size_t
imgcat_find_finding_id(const char *text, size_t length, ImgcatFindingId kind,
					   const char **at)
{
	for (size_t i = 0; i < length; i++)
	{
		size_t		found = 0;

		/* a word that is no id has none in its middle; its run is read once */
		if (i > 0 && is_upper(text[i - 1]) && kind == IMGCAT_ID_OTHER)
			continue;
		if (kind == IMGCAT_ID_CVE)
			found = match_cve(text +i, length - i);
		else if (kind == IMGCAT_ID_GHSA)
			found = match_ghsa(text +i, length - i);
		else if (kind == IMGCAT_ID_OTHER)
			found = match_other(text +i, length - i);
		if (found > 0)
		{
			*at = text +i;

			return found;
		}
	}
	return 0;
}
