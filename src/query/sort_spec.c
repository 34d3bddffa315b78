/*-------------------------------------------------------------------------
 *
 * sort_spec.c
 *		The order that a client asks for: sort=, or sort_key= and sort_dir=.
 *
 * src/query/sort_spec.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/blank.h"
#include "query/sort_spec.h"

/* What both spellings fill, and what both need for it. */
typedef struct SortParser
{
	const char *const *names;
	int			created_at_index;
	ImgcatSortSpec *spec;
	const char **error_at;
	size_t	   *error_length;
} SortParser;

/*
 * Is the slice this word?
 */
static bool
slice_is(const char *str, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(str, word, length) == 0;
}

/*
 * Tell the caller which slice is at fault.
 */
static ImgcatSortResult
fault(SortParser *parser, ImgcatSortResult result,
	  const char *str, size_t length)
{
	*parser->error_at = str;
	*parser->error_length = length;
	return result;
}

/*
 * Which attribute does the slice name?  The documents of one service print
 * create_at, and clients were written to them.
 */
static ImgcatSortResult
parse_key(SortParser *parser, const char *str, size_t length, int *attribute)
{
	int			i;

	imgcat_strip_blanks(&str, &length);
	for (i = 0; parser->names[i] != NULL; i++)
	{
		if (slice_is(str, length, parser->names[i]))
		{
			*attribute = i;
			return IMGCAT_SORT_OK;
		}
	}
	if (slice_is(str, length, "create_at"))
	{
		*attribute = parser->created_at_index;
		return IMGCAT_SORT_OK;
	}
	return fault(parser, IMGCAT_SORT_BAD_KEY, str, length);
}

/*
 * Which direction does the slice name?
 */
static ImgcatSortResult
parse_direction(SortParser *parser, const char *str, size_t length,
				bool *descending)
{
	imgcat_strip_blanks(&str, &length);
	*descending = slice_is(str, length, "desc");
	if (*descending || slice_is(str, length, "asc"))
		return IMGCAT_SORT_OK;
	return fault(parser, IMGCAT_SORT_BAD_DIRECTION, str, length);
}

/*
 * Add a key, unless it is there already: rows equal in it stay equal.  The
 * caller sees to it that there is room.
 */
static void
add_key(ImgcatSortSpec *spec, int attribute, bool descending)
{
	int			i;

	for (i = 0; i < spec->nkeys; i++)
	{
		if (spec->keys[i].attribute == attribute)
			return;
	}
	spec->keys[spec->nkeys].attribute = attribute;
	spec->keys[spec->nkeys].descending = descending;
	spec->nkeys++;
}

/*
 * Parse "key[:dir][,key[:dir]...]".  Sets *tie_descending to the direction of
 * the tie-breakers: that of a single key, otherwise descending.
 */
static ImgcatSortResult
parse_sort(SortParser *parser, const char *str, size_t length,
		   bool *tie_descending)
{
	const char *end;
	int			nkeys = 0;

	imgcat_strip_blanks(&str, &length);
	end = str + length;
	for (;;)
	{
		const char *comma = memchr(str, ',', end - str);
		const char *item_end = comma ? comma : end;
		const char *colon = memchr(str, ':', item_end - str);
		const char *key_end = colon ? colon : item_end;
		const char *direction = colon ? colon + 1 : item_end;
		size_t		direction_length = item_end - direction;
		ImgcatSortResult result;
		int			attribute;
		bool		descending = true;

		if (nkeys++ == IMGCAT_SORT_KEYS_MAX)
			return IMGCAT_SORT_TOO_MANY;
		result = parse_key(parser, str, key_end - str, &attribute);
		if (result != IMGCAT_SORT_OK)
			return result;
		imgcat_strip_blanks(&direction, &direction_length);
		if (direction_length > 0)
			result = parse_direction(parser, direction, direction_length,
									 &descending);
		if (result != IMGCAT_SORT_OK)
			return result;
		add_key(parser->spec, attribute, descending);
		*tie_descending = nkeys == 1 ? descending : true;
		if (comma == NULL)
			return IMGCAT_SORT_OK;
		str = comma + 1;
	}
}

/*
 * Resolve sort_key= and sort_dir=.  No direction means descending, one counts
 * for every key, several go one to a key.  Sets *tie_descending as
 * parse_sort() does; here a single direction counts, whatever the number of
 * keys.
 */
static ImgcatSortResult
parse_keys(SortParser *parser, const ImgcatSortRequest *request,
		   bool *tie_descending)
{
	int			attributes[IMGCAT_SORT_KEYS_MAX];
	bool		descending[IMGCAT_SORT_KEYS_MAX];
	int			i;

	if (request->nkeys > IMGCAT_SORT_KEYS_MAX ||
		request->ndirections > IMGCAT_SORT_KEYS_MAX)
		return IMGCAT_SORT_TOO_MANY;

	for (i = 0; i < request->nkeys; i++)
	{
		const char *key = request->keys[i];
		ImgcatSortResult result;

		result = parse_key(parser, key, strlen(key), &attributes[i]);
		if (result != IMGCAT_SORT_OK)
			return result;
	}
	for (i = 0; i < request->ndirections; i++)
	{
		const char *direction = request->directions[i];
		ImgcatSortResult result;

		result = parse_direction(parser, direction, strlen(direction),
								 &descending[i]);
		if (result != IMGCAT_SORT_OK)
			return result;
	}
	if (request->ndirections > 1 && request->ndirections != request->nkeys)
		return IMGCAT_SORT_DIRECTION_COUNT;

	*tie_descending = request->ndirections == 1 ? descending[0] : true;
	for (i = 0; i < request->nkeys; i++)
		add_key(parser->spec, attributes[i],
				request->ndirections > 1 ? descending[i] : *tie_descending);
	return IMGCAT_SORT_OK;
}

/*
 * Resolve the sort parameters of a request; see sort_spec.h.
 *
 * Without any key the order is created_at and id, which is what the
 * tie-breakers alone make.
 */
ImgcatSortResult
imgcat_sort_spec_parse(const ImgcatSortRequest *request,
					   const char *const *names,
					   int created_at_index, int id_index,
					   ImgcatSortSpec *spec,
					   const char **error_at, size_t *error_length)
{
	ImgcatSortSpec result_spec = {0};
	SortParser	parser;
	ImgcatSortResult result;
	bool		tie_descending = true;

	*error_at = NULL;
	*error_length = 0;
	if (request->has_sort && (request->nkeys > 0 || request->ndirections > 0))
		return IMGCAT_SORT_MIXED_SYNTAX;

	parser.names = names;
	parser.created_at_index = created_at_index;
	parser.spec = &result_spec;
	parser.error_at = error_at;
	parser.error_length = error_length;
	if (request->has_sort)
		result = parse_sort(&parser, request->sort, request->sort_length,
							&tie_descending);
	else
		result = parse_keys(&parser, request, &tie_descending);
	if (result != IMGCAT_SORT_OK)
		return result;

	add_key(&result_spec, created_at_index, tie_descending);
	add_key(&result_spec, id_index, tie_descending);
	*spec = result_spec;
	return IMGCAT_SORT_OK;
}
