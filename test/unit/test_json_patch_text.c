/*-------------------------------------------------------------------------
 *
 * test_json_patch_text.c
 *		Members written twice in the text of a JSON Patch.
 *
 * test/unit/test_json_patch_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/json_patch_text.h"
#include "tap.h"

/*
 * The text has the member twice in the operation, the second at position;
 * member NULL: it has none twice.
 */
static void
check(const char *json, const char *member, size_t operation, size_t position)
{
	size_t		length = strlen(json);
	char	   *str = exact_copy(json, length);
	ImgcatJsonPatchDuplicate duplicate;
	bool		found = imgcat_json_patch_text_duplicate(str, length,
														 &duplicate);

	if (member == NULL)
		ok(!found, "%s: nothing twice", json);
	else
		ok(found && strcmp(duplicate.member, member) == 0 &&
		   duplicate.operation == operation && duplicate.position == position,
		   "%s: %s twice in operation %zu, byte %zu", json, member, operation,
		   position);
	free(str);
}

int
main(void)
{
	/* fine */
	check("[]", NULL, 0, 0);
	check(" [ { } , {\"op\":\"add\"} ] ", NULL, 0, 0);
	check("[{\"op\":\"add\",\"path\":\"\",\"value\":{\"op\":1,\"op\":2}}]", NULL, 0, 0);
	check("[{\"op\":\"a\"},{\"op\":\"a\"}]", NULL, 0, 0);
	check("[{\"x\":1,\"x\":2,\"opp\":1,\"o\":1,\"\":1,\"op\":1}]", NULL, 0, 0);
	check("[{\"a\":\"\\\"op\\\"\",\"op\":\"]},{\"}]", NULL, 0, 0);
	check("[1,\"op\",[{\"op\":1,\"op\":1}],null,{\"op\":1}]", NULL, 0, 0);

	/* twice */
	check("[{\"op\":1,\"op\":2}]", "op", 0, 9);
	check("[{\"op\":1},{\"from\":1,\"value\":[1,{\"a\":\"}\"}],\"from\":2}]", "from", 1, 42);
	check("[5, {\"path\" : 1 ,\n\"path\":2}]", "path", 1, 18);
	check("[{\"value\":{},\"op\":1,\"value\":[]}]", "value", 0, 20);
	check("[{\"\\u006fp\":1,\"op\":1}]", "op", 0, 14);
	check("[{\"op\":1,\"o\\u0070\":1}]", "op", 0, 9);
	check("[{\"op\":1,\"\\u006F\\u0070\":1}]", "op", 0, 9);

	/* not JSON, or no patch: somebody else complains */
	check("", NULL, 0, 0);
	check("{\"op\":1,\"op\":1}", NULL, 0, 0);
	check("[", NULL, 0, 0);
	check("[{", NULL, 0, 0);
	check("[{\"op", NULL, 0, 0);
	check("[{\"op\\", NULL, 0, 0);
	check("[{\"op\\\"", NULL, 0, 0);
	check("[{\"op\"", NULL, 0, 0);
	check("[{\"op\":", NULL, 0, 0);
	check("[{\"op\":1", NULL, 0, 0);
	check("[{\"op\":1,", NULL, 0, 0);
	check("[{\"op\":\"", NULL, 0, 0);
	check("[{\"op\":[[[", NULL, 0, 0);
	check("[{\"op\":1,\"\\u00\":2}]", NULL, 0, 0);
	check("[{\"op\":1,\"\\u00zz\":2,\"\\n\":3}]", NULL, 0, 0);
	check("[{\"op\":1,op:2}]", NULL, 0, 0);
	check("[{\"op\":1}}", NULL, 0, 0);
	return done_testing();
}
