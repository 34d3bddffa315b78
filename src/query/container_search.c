/*-------------------------------------------------------------------------
 *
 * container_search.c
 *		The search language of container images: text to pairs to groups.
 *
 * src/query/container_search.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "container_search.h"
#include "container_value.h"

/* What the steps of the parser share. */
typedef struct Parser
{
	ImgcatAlloc alloc;
	ImgcatSearchQuery *query;
	ImgcatSearchError *error;
	int			group_room;		/* allocated length of query->groups */
	int			dropped_room;	/* allocated length of query->dropped */
	int			nvalues;		/* values so far, over all groups */
} Parser;

/* Refuse the query as a whole. */
static bool
refuse(Parser *parser, const char *message, const char *hint)
{
	parser->error->message = message;
	parser->error->hint = hint;
	return false;
}

/* Refuse a query that is beyond a limit. */
static bool
refuse_size(Parser *parser, const char *message, const char *hint)
{
	parser->error->too_large = true;
	return refuse(parser, message, hint);
}

/*
 * Room for one more element: the array, moved when it was full.  NULL when
 * there is no memory.
 */
static void *
grow(Parser *parser, void *array, int length, int *room, size_t element)
{
	void	   *larger;
	int			more;

	if (length < *room)
		return array;
	more = *room == 0 ? 8 : *room * 2;
	larger = parser->alloc((size_t) more * element);
	if (larger == NULL)
		return NULL;
	if (length > 0)
		memcpy(larger, array, (size_t) length * element);
	*room = more;
	return larger;
}

/* Note a pair that does not count. */
static bool
drop(Parser *parser, ImgcatSearchDropReason reason, ImgcatSlice str)
{
	ImgcatSearchQuery *query = parser->query;
	ImgcatSearchDropped *dropped;

	dropped = grow(parser, query->dropped, query->ndropped,
				   &parser->dropped_room, sizeof(ImgcatSearchDropped));
	if (dropped == NULL)
		return refuse(parser, NULL, NULL);
	query->dropped = dropped;
	dropped[query->ndropped].reason = reason;
	dropped[query->ndropped].str = imgcat_slice_copy(str, parser->alloc);
	if (dropped[query->ndropped].str == NULL)
		return refuse(parser, NULL, NULL);
	query->ndropped++;
	return true;
}

/*
 * Split the values at the commas outside quotes; empty values count.
 */
static bool
split_values(Parser *parser, ImgcatSlice str, ImgcatSearchGroup *group)
{
	int			room = 0;
	size_t		start = 0;
	size_t		i;
	bool		quoted = false;

	group->nraw = 0;
	group->raw = NULL;
	for (i = 0; i <= str.length; i++)
	{
		ImgcatSlice item;
		const char **raw;

		if (i < str.length)
		{
			if (str.at[i] == '"')
				quoted = !quoted;
			if (quoted || str.at[i] != ',')
				continue;
		}
		item.at = str.at + start;
		item.length = i - start;
		start = i + 1;
		raw = grow(parser, group->raw, group->nraw, &room, sizeof(char *));
		if (raw == NULL)
			return refuse(parser, NULL, NULL);
		group->raw = raw;
		raw[group->nraw] = imgcat_slice_copy(item, parser->alloc);
		if (raw[group->nraw] == NULL)
			return refuse(parser, NULL, NULL);
		group->nraw++;
		if (++parser->nvalues > IMGCAT_SEARCH_MAX_VALUES)
			return refuse_size(parser, "too many values in the query",
							   "Ask in several queries of at most 10000 values.");
	}
	return true;
}

/*
 * The group of that very spelling, or a new one at the end; NULL after a
 * refusal.
 */
static ImgcatSearchGroup *
group_of(Parser *parser, ImgcatSlice spelling)
{
	ImgcatSearchQuery *query = parser->query;
	ImgcatSearchGroup *group;
	int			i;

	for (i = 0; i < query->ngroups; i++)
	{
		group = &query->groups[i];
		if (strlen(group->spelling) == spelling.length &&
			memcmp(group->spelling, spelling.at, spelling.length) == 0)
			return drop(parser, IMGCAT_DROPPED_REPLACED, spelling) ? group : NULL;
	}
	if (query->ngroups == IMGCAT_SEARCH_MAX_GROUPS)
	{
		refuse_size(parser, "too many conditions in the query",
					"A query has at most 50 labels.");
		return NULL;
	}
	group = grow(parser, query->groups, query->ngroups, &parser->group_room,
				 sizeof(ImgcatSearchGroup));
	if (group != NULL)
	{
		query->groups = group;
		group = &query->groups[query->ngroups];
		memset(group, 0, sizeof(*group));
		group->spelling = imgcat_slice_copy(spelling, parser->alloc);
	}
	if (group == NULL || group->spelling == NULL)
	{
		refuse(parser, NULL, NULL);
		return NULL;
	}
	query->ngroups++;
	return group;
}

/*
 * Take one pair into the query.  A later pair of the same spelling replaces
 * the earlier one.
 */
static bool
add_pair(Parser *parser, ImgcatSlice pair)
{
	const ImgcatSearchLabel *known;
	const char *colon;
	ImgcatSlice label;
	ImgcatSlice values;
	ImgcatSearchGroup *group;

	pair = imgcat_slice_trim(pair);
	if (pair.length == 0)
		return true;
	colon = memchr(pair.at, ':', pair.length);
	if (colon == NULL)
		return drop(parser, IMGCAT_DROPPED_NO_PAIR, pair);
	label.at = pair.at;
	label.length = (size_t) (colon - pair.at);
	label = imgcat_slice_trim(label);
	values.at = colon + 1;
	values.length = pair.length - (size_t) (colon - pair.at) - 1;
	values = imgcat_slice_trim(values);
	if (values.length == 0)
		return drop(parser, IMGCAT_DROPPED_NO_VALUE, label);
	known = imgcat_search_label(label.at, label.length);
	if (known == NULL)
		return drop(parser, IMGCAT_DROPPED_UNKNOWN, label);
	group = group_of(parser, label);
	if (group == NULL)
		return false;
	group->label = known;
	return split_values(parser, values, group);
}

/*
 * Cut the text into pairs.  Only a colon tells that a new pair has begun, at
 * the last plus sign before it; other plus signs belong to values.  Nothing
 * counts inside quotes, and an open quote protects the rest of the text.
 */
static bool
split_pairs(Parser *parser, ImgcatSlice str)
{
	size_t		start = 0;
	size_t		plus = 0;		/* 0: none, for one there does not separate */
	size_t		i;
	bool		quoted = false;
	ImgcatSlice pair;

	for (i = 0; i < str.length; i++)
	{
		if (str.at[i] == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (str.at[i] == '+')
			plus = i;
		else if (str.at[i] == ':' && plus > 0 && plus >= start)
		{
			pair.at = str.at + start;
			pair.length = plus - start;
			if (!add_pair(parser, pair))
				return false;
			start = plus + 1;
		}
	}
	pair.at = str.at + start;
	pair.length = str.length - start;
	return add_pair(parser, pair);
}

static int
compare_spelling(const void *a, const void *b)
{
	return strcmp(((const ImgcatSearchGroup *) a)->spelling,
				  ((const ImgcatSearchGroup *) b)->spelling);
}

/*
 * Read the values of a group as its label's type.
 */
static bool
read_values(Parser *parser, ImgcatSearchGroup *group)
{
	int			i;

	group->values = parser->alloc((size_t) group->nraw *
								  sizeof(ImgcatSearchValue));
	if (group->values == NULL)
		return refuse(parser, NULL, NULL);
	for (i = 0; i < group->nraw; i++)
	{
		if (!imgcat_read_search_value(group->label, group->raw[i],
									  parser->alloc, &group->values[i],
									  parser->error))
		{
			parser->error->label = group->spelling;
			parser->error->value = group->raw[i];
			return false;
		}
	}
	group->nvalues = group->nraw;
	return true;
}

/*
 * Parse text[0 .. length) as a search query.
 *
 * Everything in *query and *error is the allocator's memory, constants, or
 * (on an error) empty; the text may go.  False when a value does not suit its
 * label, or the query is beyond the limits; *error then says why.
 */
bool
imgcat_parse_container_search(const char *str, size_t length,
							  ImgcatAlloc alloc, ImgcatSearchQuery *query,
							  ImgcatSearchError *error)
{
	Parser		parser = {alloc, query, error, 0, 0, 0};
	ImgcatSlice whole = {str, length};
	int			i;

	memset(query, 0, sizeof(*query));
	memset(error, 0, sizeof(*error));
	if (length > IMGCAT_SEARCH_MAX_LENGTH)
		return refuse_size(&parser, "query is too long",
						   "A query has at most one megabyte.");
	if (length > 0 && memchr(str, '\0', length) != NULL)
		return refuse(&parser, "query contains a null byte", NULL);
	query->blank = imgcat_slice_trim(whole).length == 0;
	if (!split_pairs(&parser, whole))
		return false;
	if (query->ngroups > 0)
		qsort(query->groups, (size_t) query->ngroups,
			  sizeof(ImgcatSearchGroup), compare_spelling);
	for (i = 0; i < query->ngroups; i++)
	{
		if (query->groups[i].label->table == IMGCAT_SEARCH_UNREACHABLE)
			continue;
		query->nreachable++;
		if (!read_values(&parser, &query->groups[i]))
			return false;
	}
	return true;
}
