/*-------------------------------------------------------------------------
 *
 * search_total.c
 *		Does a container search find every image, whatever images there are?
 *
 * Who deletes by a search must name something that an image can lack.  A
 * condition is total when it holds of every image that can be imported; the
 * ranges that scores have by their definition count, too.  A regular
 * expression, and a pattern, is total when it matches a few texts that have
 * nothing in common: that is true of each that matches all texts, and of
 * none that anybody would mean.
 *
 * Values that are negated are not looked at: they name what they leave out.
 *
 * src/container/search_total.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>

#include "catalog/pg_collation.h"
#include "container/search_interval.h"
#include "container/search_sql.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* the beginning and the end of what RFC 3339 can write */
#define FIRST_DAY	((date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY)
#define LAST_DAY	((date2j(10000, 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY - 1)

/* Texts of a label that have nothing in common. */
static const char *const any_texts[] = {
	"",
	"\177",
	"\177 !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\n\t",
	NULL
};

/* a digest has a colon */
static const char *const digests[] = {
	"\177:", ":\177", "sha256:0123456789abcdef", NULL
};

/* version 5, and the variant of RFC 4122 */
static const char *const uuids[] = {
	"00000000-0000-5000-8000-000000000000",
	"ffffffff-ffff-5fff-bfff-ffffffffffff",
	"12346789-abcd-5eaf-9cde-2146789abcde",
	NULL
};

/*
 * Does the text meet a condition, which is not negated?
 */
static bool
text_matches(const ImgcatTextMatch *match, const char *str)
{
	Datum		subject = CStringGetTextDatum(str);

	switch (match->kind)
	{
		case IMGCAT_MATCH_NONE:
			return true;
		case IMGCAT_MATCH_PREFIX:
			return DatumGetBool(DirectFunctionCall2Coll(texticlike,
														C_COLLATION_OID,
														subject,
														CStringGetTextDatum(psprintf("%s%%", match->str))));
		case IMGCAT_MATCH_EXACT:
			return strcmp(match->str, str) == 0;
		case IMGCAT_MATCH_REGEX:
			return DatumGetBool(DirectFunctionCall2Coll(texticregexeq,
														C_COLLATION_OID,
														subject,
														CStringGetTextDatum(match->str)));
	}
	return false;
}

/*
 * Has every text a value that it meets?
 */
static bool
covers_texts(const ImgcatSearchGroup *group)
{
	const char *const *str = any_texts;

	if (strcmp(group->label->name, "Image Sha") == 0)
		str = digests;
	else if (strcmp(group->label->name, "Image ID") == 0)
		str = uuids;
	for (; *str != NULL; str++)
	{
		bool		met = false;

		for (int i = 0; i < group->nvalues && !met; i++)
		{
			CHECK_FOR_INTERRUPTS();
			met = group->values[i].form == IMGCAT_FORM_TEXT &&
				!group->values[i].match.negated &&
				text_matches(&group->values[i].match, *str);
		}
		if (!met)
			return false;
	}
	return true;
}

/*
 * Do the values, together, cover all numbers or times that the label can have?
 */
static bool
covers_range(const ImgcatSearchGroup *group, TimestampTz now)
{
	const char *name = group->label->name;
	ImgcatInterval range;
	int			count;
	ImgcatInterval *intervals = imgcat_merged_intervals(group, now, &count);

	if (group->label->type == IMGCAT_SEARCH_TIME)
	{
		range.low = FIRST_DAY;
		range.high = LAST_DAY;
	}
	else if (group->label->type == IMGCAT_SEARCH_INTEGER)
	{
		/* an image counts one image */
		range.low = strcmp(name, "Image Count") == 0 ? 1 : 0;
		range.high = range.low == 1 ? 1 : PG_INT32_MAX;
	}
	else
	{
		range.low = imgcat_number_key(0);
		range.high = imgcat_number_key(strstr(name, "CVSS") != NULL ? 10 :
									   strstr(name, "EPSS") != NULL ? 1 :
									   FLT_MAX);
	}
	for (int i = 0; i < count; i++)
	{
		if (intervals[i].low <= range.low && intervals[i].high >= range.high)
			return true;
	}
	return false;
}

/*
 * Do the values, together, cover all members of an enum, or both booleans?
 */
static bool
covers_members(const ImgcatSearchGroup *group)
{
	bool		seen[2] = {false, false};

	if (group->label->type == IMGCAT_SEARCH_ENUM)
		return imgcat_enum_members(group) ==
			(UINT32_C(1) << group->label->names->count) - 1;
	for (int i = 0; i < group->nvalues; i++)
	{
		if (group->values[i].form == IMGCAT_FORM_BOOL)
			seen[group->values[i].boolean] = true;
	}
	return seen[false] && seen[true];
}

/*
 * Does the condition hold of every image?  A label of a child table, and one
 * that can be null, needs a value for that, too.
 */
static bool
is_total(const ImgcatSearchGroup *group, TimestampTz now)
{
	const ImgcatSearchLabel *label = group->label;
	const ImgcatSearchColumn *column = imgcat_search_column(label);
	bool		found_without = imgcat_search_from(label->table) == NULL &&
	(column == NULL || !column->nullable);
	bool		found_with = false;

	if (label->type == IMGCAT_SEARCH_MAP)
	{
		for (int i = 0; i < group->nvalues; i++)
		{
			if (group->values[i].map_form == IMGCAT_MAP_ANY)
				return true;
		}
		return false;
	}
	/* the greatest and the least of nothing are null, which nothing asks for */
	if (label->table == IMGCAT_SEARCH_DERIVED &&
		strcmp(imgcat_derived_label(label)->function, "count") != 0)
		return false;
	for (int i = 0; i < group->nvalues; i++)
	{
		found_without |= group->values[i].form == IMGCAT_FORM_NULL;
		found_with |= group->values[i].form == IMGCAT_FORM_NOT_NULL;
	}
	if (!found_without || found_with)
		return found_without;
	switch (label->type)
	{
		case IMGCAT_SEARCH_STRING:
		case IMGCAT_SEARCH_ARRAY:
			return covers_texts(group);
		case IMGCAT_SEARCH_NUMBER:
		case IMGCAT_SEARCH_INTEGER:
		case IMGCAT_SEARCH_TIME:
			return covers_range(group, now);
		default:
			return covers_members(group);
	}
}

/*
 * Do all conditions of a query that has been compiled hold of every image?
 */
bool
imgcat_search_is_total(const ImgcatSearchQuery *query)
{
	TimestampTz now = imgcat_search_now();

	if (query->ngroups > 0 && query->nreachable == 0)
		return false;
	for (int i = 0; i < query->ngroups; i++)
	{
		const ImgcatSearchGroup *group = &query->groups[i];

		if (group->label->table != IMGCAT_SEARCH_UNREACHABLE &&
			!is_total(group, now))
			return false;
	}
	return true;
}
