/*-------------------------------------------------------------------------
 *
 * fuzz_sort_spec.c
 *		Any order asked for is refused, or total and without repetition.
 *
 * test/fuzz/fuzz_sort_spec.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdbool.h>

#include "fuzz.h"
#include "query/sort_spec.h"

#define MAX_VALUES		(IMGCAT_SORT_KEYS_MAX + 4)

static const char *const names[] = {
	"name", "status", "container_format", "disk_format", "size", "id",
	"created_at", "updated_at", NULL
};

/*
 * An order holds each attribute once, and created_at and id are in it.
 */
static void
check_spec(const ImgcatSortSpec *spec)
{
	bool		seen[8] = {false};
	int			i;

	CHECK(spec->nkeys <= 8);
	for (i = 0; i < spec->nkeys; i++)
	{
		CHECK(spec->keys[i].attribute >= 0 && spec->keys[i].attribute < 8);
		CHECK(!seen[spec->keys[i].attribute]);
		seen[spec->keys[i].attribute] = true;
	}
	CHECK(seen[5] && seen[6]);
}

/*
 * Parse, and check what comes out.
 */
static void
check_request(const ImgcatSortRequest *request)
{
	ImgcatSortSpec spec;
	ImgcatSortResult result;
	const char *error_at;
	size_t		error_length;

	result = imgcat_sort_spec_parse(request, names, 6, 5, &spec,
									&error_at, &error_length);
	if (result == IMGCAT_SORT_OK)
		check_spec(&spec);
	CHECK((error_at != NULL) == (result == IMGCAT_SORT_BAD_KEY ||
								 result == IMGCAT_SORT_BAD_DIRECTION));
	if (error_at != NULL && request->has_sort)
		CHECK(error_at >= request->sort && error_at + error_length <=
			  request->sort + request->sort_length);
}

/*
 * The input is read twice: as the value of sort, and as lines, each a
 * sort_key, or after a '=' a sort_dir.
 */
int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	ImgcatSortRequest request = {0};
	const char *keys[MAX_VALUES];
	const char *directions[MAX_VALUES];
	char	   *str = malloc(size > 0 ? size : 1);
	char	   *lines = malloc(size + 1);
	char	   *line;

	CHECK(str != NULL && lines != NULL);
	memcpy(str, data, size);
	request.has_sort = true;
	request.sort = str;
	request.sort_length = size;
	check_request(&request);
	free(str);

	memcpy(lines, data, size);
	lines[size] = '\0';
	request.has_sort = false;
	request.keys = keys;
	request.directions = directions;
	for (line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n"))
	{
		if (*line == '=' && request.ndirections < MAX_VALUES)
			directions[request.ndirections++] = line + 1;
		else if (*line != '=' && request.nkeys < MAX_VALUES)
			keys[request.nkeys++] = line;
	}
	check_request(&request);
	free(lines);
	return 0;
}
