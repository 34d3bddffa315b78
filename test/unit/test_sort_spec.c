/*-------------------------------------------------------------------------
 *
 * test_sort_spec.c
 *		imgcat_sort_spec_parse(): both spellings, and the tie-breakers.
 *
 * test/unit/test_sort_spec.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/sort_spec.h"
#include "tap.h"

static const char *const names[] = {
	"name", "status", "container_format", "disk_format", "size", "id",
	"created_at", "updated_at", NULL
};

#define ID_INDEX			5
#define CREATED_AT_INDEX	6

#define MAX_VALUES			(IMGCAT_SORT_KEYS_MAX + 2)

/*
 * A request (sort, or lists of sort_key and sort_dir, NULL where absent) and
 * the order that it means, or why it is refused.
 */
static const struct
{
	const char *sort;
	const char *keys[4];
	const char *directions[4];
	ImgcatSortResult result;
	const char *expected;		/* order, or the slice at fault */
}			cases[] = {

	/* neither */
	{NULL, {0}, {0}, IMGCAT_SORT_OK, "-created_at -id"},
	/* sort_key and sort_dir */
	{NULL, {0}, {"asc"}, IMGCAT_SORT_OK, "+created_at +id"},
	{NULL, {0}, {"desc"}, IMGCAT_SORT_OK, "-created_at -id"},
	{NULL, {"name"}, {0}, IMGCAT_SORT_OK, "-name -created_at -id"},
	{NULL, {"name"}, {"asc"}, IMGCAT_SORT_OK, "+name +created_at +id"},
	{NULL, {"name"}, {"desc"}, IMGCAT_SORT_OK, "-name -created_at -id"},
	{NULL, {"name", "size"}, {0}, IMGCAT_SORT_OK, "-name -size -created_at -id"},
	{NULL, {"name", "status"}, {"asc"}, IMGCAT_SORT_OK, "+name +status +created_at +id"},
	{NULL, {"name", "status"}, {"asc", "asc"}, IMGCAT_SORT_OK, "+name +status -created_at -id"},
	{NULL, {"name", "status"}, {"asc", "desc"}, IMGCAT_SORT_OK, "+name -status -created_at -id"},
	{NULL, {"name", "status", "size"}, {"desc", "asc", "desc"}, IMGCAT_SORT_OK,
	"-name +status -size -created_at -id"},
	{NULL, {"id"}, {"asc"}, IMGCAT_SORT_OK, "+id +created_at"},
	{NULL, {"created_at"}, {"asc"}, IMGCAT_SORT_OK, "+created_at +id"},
	{NULL, {"create_at"}, {"asc"}, IMGCAT_SORT_OK, "+created_at +id"},
	{NULL, {"id", "created_at"}, {"asc"}, IMGCAT_SORT_OK, "+id +created_at"},
	{NULL, {"updated_at"}, {"asc"}, IMGCAT_SORT_OK, "+updated_at +created_at +id"},
	{NULL, {"container_format", "disk_format"}, {0}, IMGCAT_SORT_OK,
	"-container_format -disk_format -created_at -id"},
	{NULL, {" name\t"}, {" asc "}, IMGCAT_SORT_OK, "+name +created_at +id"},
	{NULL, {"status "}, {0}, IMGCAT_SORT_OK, "-status -created_at -id"},
	{NULL, {"name", "name"}, {"asc"}, IMGCAT_SORT_OK, "+name +created_at +id"},
	{NULL, {"name", "name"}, {"asc", "desc"}, IMGCAT_SORT_OK, "+name -created_at -id"},
	{NULL, {"created_at", "create_at"}, {"asc", "desc"}, IMGCAT_SORT_OK, "+created_at -id"},
	{NULL, {"owner"}, {0}, IMGCAT_SORT_BAD_KEY, "owner"},
	{NULL, {""}, {0}, IMGCAT_SORT_BAD_KEY, ""},
	{NULL, {" "}, {0}, IMGCAT_SORT_BAD_KEY, ""},
	{NULL, {"name,size"}, {0}, IMGCAT_SORT_BAD_KEY, "name,size"},
	{NULL, {"name:asc"}, {0}, IMGCAT_SORT_BAD_KEY, "name:asc"},
	{NULL, {"Name"}, {0}, IMGCAT_SORT_BAD_KEY, "Name"},
	{NULL, {"nam"}, {0}, IMGCAT_SORT_BAD_KEY, "nam"},
	{NULL, {"names"}, {0}, IMGCAT_SORT_BAD_KEY, "names"},
	{NULL, {"name", " visibility "}, {0}, IMGCAT_SORT_BAD_KEY, "visibility"},
	{NULL, {0}, {"foo"}, IMGCAT_SORT_BAD_DIRECTION, "foo"},
	{NULL, {0}, {"ASC"}, IMGCAT_SORT_BAD_DIRECTION, "ASC"},
	{NULL, {0}, {""}, IMGCAT_SORT_BAD_DIRECTION, ""},
	{NULL, {0}, {"ascending"}, IMGCAT_SORT_BAD_DIRECTION, "ascending"},
	{NULL, {"name"}, {"asc,desc"}, IMGCAT_SORT_BAD_DIRECTION, "asc,desc"},
	{NULL, {"owner"}, {"foo"}, IMGCAT_SORT_BAD_KEY, "owner"},
	{NULL, {"name"}, {"asc", "foo"}, IMGCAT_SORT_BAD_DIRECTION, "foo"},
	{NULL, {"name"}, {"asc", "desc"}, IMGCAT_SORT_DIRECTION_COUNT, NULL},
	{NULL, {0}, {"asc", "desc"}, IMGCAT_SORT_DIRECTION_COUNT, NULL},
	{NULL, {"name", "size", "id"}, {"asc", "desc"}, IMGCAT_SORT_DIRECTION_COUNT, NULL},
	/* sort */
	{"name", {0}, {0}, IMGCAT_SORT_OK, "-name -created_at -id"},
	{"name:asc", {0}, {0}, IMGCAT_SORT_OK, "+name +created_at +id"},
	{"name:desc", {0}, {0}, IMGCAT_SORT_OK, "-name -created_at -id"},
	{"name:", {0}, {0}, IMGCAT_SORT_OK, "-name -created_at -id"},
	{"name: ,size", {0}, {0}, IMGCAT_SORT_OK, "-name -size -created_at -id"},
	{"name:asc,status:asc", {0}, {0}, IMGCAT_SORT_OK, "+name +status -created_at -id"},
	{"name:asc,size:desc", {0}, {0}, IMGCAT_SORT_OK, "+name -size -created_at -id"},
	{"name:asc,created_at:desc", {0}, {0}, IMGCAT_SORT_OK, "+name -created_at -id"},
	{"name:asc,size", {0}, {0}, IMGCAT_SORT_OK, "+name -size -created_at -id"},
	{" name : asc , size : desc ", {0}, {0}, IMGCAT_SORT_OK, "+name -size -created_at -id"},
	{"create_at:asc", {0}, {0}, IMGCAT_SORT_OK, "+created_at +id"},
	{"id:asc", {0}, {0}, IMGCAT_SORT_OK, "+id +created_at"},
	{"id:asc,created_at:asc,name:asc", {0}, {0}, IMGCAT_SORT_OK, "+id +created_at +name"},
	{"name:asc,name:desc", {0}, {0}, IMGCAT_SORT_OK, "+name -created_at -id"},
	{"name:desc,size:asc,name:asc", {0}, {0}, IMGCAT_SORT_OK, "-name +size -created_at -id"},
	{"", {0}, {0}, IMGCAT_SORT_BAD_KEY, ""},
	{" ", {0}, {0}, IMGCAT_SORT_BAD_KEY, ""},
	{",", {0}, {0}, IMGCAT_SORT_BAD_KEY, ""},
	{"name,", {0}, {0}, IMGCAT_SORT_BAD_KEY, ""},
	{",name", {0}, {0}, IMGCAT_SORT_BAD_KEY, ""},
	{":asc", {0}, {0}, IMGCAT_SORT_BAD_KEY, ""},
	{"foo", {0}, {0}, IMGCAT_SORT_BAD_KEY, "foo"},
	{"owner:asc", {0}, {0}, IMGCAT_SORT_BAD_KEY, "owner"},
	{"name:up", {0}, {0}, IMGCAT_SORT_BAD_DIRECTION, "up"},
	{"name:ASC", {0}, {0}, IMGCAT_SORT_BAD_DIRECTION, "ASC"},
	{"name:asc:desc", {0}, {0}, IMGCAT_SORT_BAD_DIRECTION, "asc:desc"},
	{"name::asc", {0}, {0}, IMGCAT_SORT_BAD_DIRECTION, ":asc"},
	{"foo:up", {0}, {0}, IMGCAT_SORT_BAD_KEY, "foo"},
	/* both */
	{"name:asc", {"size"}, {0}, IMGCAT_SORT_MIXED_SYNTAX, NULL},
	{"name:asc", {0}, {"asc"}, IMGCAT_SORT_MIXED_SYNTAX, NULL},
	{"foo", {"foo"}, {"foo"}, IMGCAT_SORT_MIXED_SYNTAX, NULL},
};

/*
 * Number of values in a NULL-terminated list.
 */
static int
count_values(const char *const *values)
{
	int			n = 0;

	while (values[n] != NULL)
		n++;
	return n;
}

/*
 * Print an order as "+name -created_at -id".
 */
static void
print_spec(const ImgcatSortSpec *spec, char *out)
{
	int			i;

	*out = '\0';
	for (i = 0; i < spec->nkeys; i++)
		out += sprintf(out, "%s%c%s", i > 0 ? " " : "",
					   spec->keys[i].descending ? '-' : '+',
					   names[spec->keys[i].attribute]);
}

/*
 * Parse a request of n times the key name, by either spelling.
 */
static ImgcatSortResult
parse_many(bool new_syntax, int n, ImgcatSortSpec *spec)
{
	ImgcatSortRequest request = {0};
	const char *values[MAX_VALUES];
	char		sort[MAX_VALUES * 5 + 1] = "";
	const char *error_at;
	size_t		error_length;
	int			i;

	for (i = 0; i < n; i++)
	{
		values[i] = "name";
		sprintf(sort + strlen(sort), "%sname", i > 0 ? "," : "");
	}
	request.has_sort = new_syntax;
	request.sort = sort;
	request.sort_length = strlen(sort);
	request.nkeys = new_syntax ? 0 : n;
	request.keys = values;
	return imgcat_sort_spec_parse(&request, names, CREATED_AT_INDEX, ID_INDEX,
								  spec, &error_at, &error_length);
}

int
main(void)
{
	ImgcatSortSpec spec;
	size_t		i;

	for (i = 0; i < lengthof_array(cases); i++)
	{
		ImgcatSortRequest request = {0};
		ImgcatSortResult result;
		const char *error_at = names[0];
		size_t		error_length = 99;
		const char *sort = cases[i].sort;
		size_t		sort_length = sort ? strlen(sort) : 0;
		char	   *copy = sort ? exact_copy(sort, sort_length) : NULL;
		char		printed[256] = "";
		bool		good;

		request.has_sort = sort != NULL;
		request.sort = copy;
		request.sort_length = sort_length;
		request.nkeys = count_values(cases[i].keys);
		request.keys = cases[i].keys;
		request.ndirections = count_values(cases[i].directions);
		request.directions = cases[i].directions;
		spec.nkeys = -1;
		result = imgcat_sort_spec_parse(&request, names, CREATED_AT_INDEX,
										ID_INDEX, &spec,
										&error_at, &error_length);
		if (result == IMGCAT_SORT_OK)
			print_spec(&spec, printed);
		else if (error_at != NULL)
			snprintf(printed, sizeof(printed), "%.*s",
					 (int) error_length, error_at);
		good = result == cases[i].result &&
			strcmp(printed, cases[i].expected ? cases[i].expected : "") == 0 &&
			(result == IMGCAT_SORT_OK || spec.nkeys == -1) &&
			(error_at != NULL) == (result == IMGCAT_SORT_BAD_KEY ||
								   result == IMGCAT_SORT_BAD_DIRECTION);
		ok(good, "sort=%s sort_key=%s,%s sort_dir=%s,%s: %d %s",
		   sort ? sort : "-",
		   request.nkeys > 0 ? cases[i].keys[0] : "-",
		   request.nkeys > 1 ? cases[i].keys[1] : "-",
		   request.ndirections > 0 ? cases[i].directions[0] : "-",
		   request.ndirections > 1 ? cases[i].directions[1] : "-",
		   result, printed);
		free(copy);
	}

	ok(parse_many(true, IMGCAT_SORT_KEYS_MAX, &spec) == IMGCAT_SORT_OK &&
	   spec.nkeys == 3, "sort with as many keys as are allowed");
	ok(parse_many(true, IMGCAT_SORT_KEYS_MAX + 1, &spec) ==
	   IMGCAT_SORT_TOO_MANY, "sort with one key more");
	ok(parse_many(false, IMGCAT_SORT_KEYS_MAX, &spec) == IMGCAT_SORT_OK &&
	   spec.nkeys == 3, "as many times sort_key as is allowed");
	ok(parse_many(false, IMGCAT_SORT_KEYS_MAX + 1, &spec) ==
	   IMGCAT_SORT_TOO_MANY, "sort_key once more");
	return done_testing();
}
