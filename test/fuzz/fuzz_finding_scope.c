/*-------------------------------------------------------------------------
 *
 * fuzz_finding_scope.c
 *		Any scope is refused, or has a normal form that is its own.
 *
 * test/fuzz/fuzz_finding_scope.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/finding_scope.h"

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	const char *str = (const char *) data;
	char	   *first = malloc(size + IMGCAT_REFERENCE_GROWTH);
	char	   *second;
	ImgcatFindingScope scope;
	ImgcatFindingScope again;
	ImgcatScopeError error;

	error = imgcat_finding_scope_parse(str, size, first, &scope);
	if (error != IMGCAT_SCOPE_OK)
	{
		CHECK((error == IMGCAT_SCOPE_BAD_NAME) >=
			  (scope.reference_error != IMGCAT_REFERENCE_OK));
		free(first);
		return 0;
	}
	CHECK(scope.length > 0 && scope.length <= size + IMGCAT_REFERENCE_GROWTH);
	CHECK((scope.kind == IMGCAT_SCOPE_PATTERN) ==
		  (memchr(str, '*', size) != NULL));
	/* a pattern gets a beginning, and loses at most "index." */
	if (scope.kind == IMGCAT_SCOPE_PATTERN)
		CHECK(scope.length + strlen("index.") >= size);

	second = malloc(scope.length + IMGCAT_REFERENCE_GROWTH);
	CHECK(imgcat_finding_scope_parse(first, scope.length, second, &again) ==
		  IMGCAT_SCOPE_OK);
	CHECK(again.kind == scope.kind && again.length == scope.length);
	CHECK(memcmp(first, second, scope.length) == 0);
	free(second);
	free(first);
	return 0;
}
