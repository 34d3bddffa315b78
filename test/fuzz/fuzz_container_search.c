/*-------------------------------------------------------------------------
 *
 * fuzz_container_search.c
 *		Any search is refused for a value of it, or its structs hold
 *		together: sorted groups, values of the label's type, sane bounds.
 *
 * test/fuzz/fuzz_container_search.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/container_search.h"

/* all memory of a parse, freed at once */
static void **blocks = NULL;
static size_t nblocks = 0;
static size_t room = 0;

static void *
allocate(size_t size)
{
	if (nblocks == room)
	{
		room = room == 0 ? 1024 : room * 2;
		blocks = realloc(blocks, room * sizeof(void *));
		CHECK(blocks != NULL);
	}
	return blocks[nblocks++] = malloc(size);
}

static void
check_match(const ImgcatTextMatch *match)
{
	CHECK((match->str != NULL) == (match->kind != IMGCAT_MATCH_NONE));
	CHECK(match->kind != IMGCAT_MATCH_REGEX || match->str[0] != '\0');
}

static void
check_bound(const ImgcatSearchBound *bound, ImgcatSearchType type)
{
	if (!bound->present)
		return;
	CHECK((bound->number != NULL) == (type != IMGCAT_SEARCH_TIME));
	CHECK(!bound->relative || type == IMGCAT_SEARCH_TIME);
	if (bound->number != NULL)
	{
		const char *point = strchr(bound->number, '.');

		CHECK(point == NULL || (type == IMGCAT_SEARCH_NUMBER &&
								strlen(point) <= 3));
		CHECK(strspn(bound->number, "-.0123456789") == strlen(bound->number));
	}
}

static void
check_value(const ImgcatSearchLabel *label, const ImgcatSearchValue *value)
{
	CHECK(value->raw != NULL);
	switch (value->form)
	{
		case IMGCAT_FORM_NULL:
		case IMGCAT_FORM_NOT_NULL:
			CHECK(label->type != IMGCAT_SEARCH_MAP);
			CHECK(strlen(value->raw) == 1);
			break;
		case IMGCAT_FORM_TEXT:
			CHECK(label->type == IMGCAT_SEARCH_STRING ||
				  label->type == IMGCAT_SEARCH_ARRAY);
			check_match(&value->match);
			CHECK(value->match.kind != IMGCAT_MATCH_NONE);
			break;
		case IMGCAT_FORM_INTERVAL:
			CHECK(label->type == IMGCAT_SEARCH_NUMBER ||
				  label->type == IMGCAT_SEARCH_INTEGER ||
				  label->type == IMGCAT_SEARCH_TIME);
			CHECK(value->low.present || value->high.present);
			check_bound(&value->low, label->type);
			check_bound(&value->high, label->type);
			break;
		case IMGCAT_FORM_BOOL:
			CHECK(label->type == IMGCAT_SEARCH_BOOL);
			break;
		case IMGCAT_FORM_ENUM:
			CHECK(label->type == IMGCAT_SEARCH_ENUM);
			CHECK((uint64_t) value->members >> label->names->count == 0);
			break;
		case IMGCAT_FORM_ENUM_REGEX:
			CHECK(label->type == IMGCAT_SEARCH_ENUM);
			CHECK(value->match.kind == IMGCAT_MATCH_REGEX);
			check_match(&value->match);
			break;
		case IMGCAT_FORM_MAP:
			CHECK(label->type == IMGCAT_SEARCH_MAP);
			if (value->map_form == IMGCAT_MAP_MATCH)
			{
				check_match(&value->key);
				check_match(&value->match);
				CHECK(!value->key.negated);
				CHECK(value->key.kind != IMGCAT_MATCH_NONE ||
					  value->match.kind != IMGCAT_MATCH_NONE);
			}
			break;
	}
}

static void
check_query(const ImgcatSearchQuery *query)
{
	int			reachable = 0;
	int			i;
	int			j;

	CHECK(!query->blank || (query->ngroups == 0 && query->ndropped == 0));
	for (i = 0; i < query->ngroups; i++)
	{
		const ImgcatSearchGroup *group = &query->groups[i];

		CHECK(group->label != NULL && group->nraw > 0);
		CHECK(imgcat_search_label(group->spelling, strlen(group->spelling)) ==
			  group->label);
		CHECK(i == 0 || strcmp(query->groups[i - 1].spelling,
							   group->spelling) < 0);
		if (group->label->table == IMGCAT_SEARCH_UNREACHABLE)
			continue;
		reachable++;
		CHECK(group->nvalues == group->nraw);
		for (j = 0; j < group->nvalues; j++)
			check_value(group->label, &group->values[j]);
	}
	CHECK(reachable == query->nreachable);
	CHECK(query->ngroups <= IMGCAT_SEARCH_MAX_GROUPS);
	for (i = 0; i < query->ndropped; i++)
		CHECK(query->dropped[i].str != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	ImgcatSearchQuery query;
	ImgcatSearchError error;

	if (imgcat_parse_container_search((const char *) data, size, allocate,
									  &query, &error))
		check_query(&query);
	else
		CHECK(error.message != NULL && error.message[0] != '\0');
	while (nblocks > 0)
		free(blocks[--nblocks]);
	return 0;
}
