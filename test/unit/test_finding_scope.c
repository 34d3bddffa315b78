/*-------------------------------------------------------------------------
 *
 * test_finding_scope.c
 *		Scopes of decisions on findings: digests, names and patterns.
 *
 * test/unit/test_finding_scope.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/finding_scope.h"
#include "tap.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A scope, its kind and normal form; NULL and the error of a wrong one. */
static const struct
{
	const char *str;
	ImgcatScopeKind kind;
	const char *normal;
	ImgcatScopeError error;
}			scopes[] = {
	{"*", IMGCAT_SCOPE_PATTERN, "*", 0},
	/* digests */
	{"sha256:a2", IMGCAT_SCOPE_DIGEST, "sha256:a2", 0},
	{"sha512:A2", IMGCAT_SCOPE_DIGEST, "sha512:A2", 0},
	{"sha384:0", IMGCAT_SCOPE_DIGEST, "sha384:0", 0},
	{"sha256:" HEX64, IMGCAT_SCOPE_DIGEST, "sha256:" HEX64, 0},
	{HEX64, IMGCAT_SCOPE_DIGEST, "sha256:" HEX64, 0},
	{"nginx@sha256:" HEX64, IMGCAT_SCOPE_DIGEST, "sha256:" HEX64, 0},
	{"nginx:1@sha256:" HEX64, IMGCAT_SCOPE_DIGEST, "sha256:" HEX64, 0},
	/* names that only begin like one */
	{"shadow:1.2", IMGCAT_SCOPE_NAME, "docker.io/library/shadow:1.2", 0},
	{"sha:1", IMGCAT_SCOPE_NAME, "docker.io/library/sha:1", 0},
	{"sha1:ab", IMGCAT_SCOPE_NAME, "docker.io/library/sha1:ab", 0},
	{"sha256:1.2", IMGCAT_SCOPE_NAME, "docker.io/library/sha256:1.2", 0},
	{"sha256", IMGCAT_SCOPE_NAME, "docker.io/library/sha256:latest", 0},
	{"sha256sum:ab", IMGCAT_SCOPE_NAME, "docker.io/library/sha256sum:ab", 0},
	{"sha256/x:ab", IMGCAT_SCOPE_NAME, "docker.io/sha256/x:ab", 0},
	/* names */
	{"nginx", IMGCAT_SCOPE_NAME, "docker.io/library/nginx:latest", 0},
	{"quay.io/a/b:1", IMGCAT_SCOPE_NAME, "quay.io/a/b:1", 0},
	{"", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	{"NGINX", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	{"sha256:", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	{"nginx@sha256:ab", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	/* patterns: what goes without saying in a name does so here */
	{"nginx:*", IMGCAT_SCOPE_PATTERN, "docker.io/library/nginx:*", 0},
	{"nginx:1.*", IMGCAT_SCOPE_PATTERN, "docker.io/library/nginx:1.*", 0},
	{"nginx:*-alpine", IMGCAT_SCOPE_PATTERN, "docker.io/library/nginx:*-alpine", 0},
	{"docker.io/nginx:*", IMGCAT_SCOPE_PATTERN, "docker.io/library/nginx:*", 0},
	{"index.docker.io/nginx:*", IMGCAT_SCOPE_PATTERN, "docker.io/library/nginx:*", 0},
	{"library/nginx:*", IMGCAT_SCOPE_PATTERN, "docker.io/library/nginx:*", 0},
	{"shop/*", IMGCAT_SCOPE_PATTERN, "docker.io/shop/*", 0},
	{"shop/cart*:1", IMGCAT_SCOPE_PATTERN, "docker.io/shop/cart*:1", 0},
	{"localhost/*", IMGCAT_SCOPE_PATTERN, "localhost/*", 0},
	{"localhost:5000/*", IMGCAT_SCOPE_PATTERN, "localhost:5000/*", 0},
	{"quay.io/shop/*", IMGCAT_SCOPE_PATTERN, "quay.io/shop/*", 0},
	{"quay.io/*/cart:1", IMGCAT_SCOPE_PATTERN, "quay.io/*/cart:1", 0},
	/* a pattern has no tag unless it is written */
	{"quay.io/shop/cart*", IMGCAT_SCOPE_PATTERN, "quay.io/shop/cart*", 0},
	/* several components may be in a "*" */
	{"docker.io/*", IMGCAT_SCOPE_PATTERN, "docker.io/*", 0},
	{"index.docker.io/*", IMGCAT_SCOPE_PATTERN, "docker.io/*", 0},
	{"docker.io/ng*", IMGCAT_SCOPE_PATTERN, "docker.io/ng*", 0},
	/* any registry, or some */
	{"*nginx*", IMGCAT_SCOPE_PATTERN, "*nginx*", 0},
	{"*:latest", IMGCAT_SCOPE_PATTERN, "*:latest", 0},
	{"*/cart:1", IMGCAT_SCOPE_PATTERN, "*/cart:1", 0},
	{"**", IMGCAT_SCOPE_PATTERN, "**", 0},
	{"*.example.com/x:*", IMGCAT_SCOPE_PATTERN, "*.example.com/x:*", 0},
	{"reg*.example.com/x:*", IMGCAT_SCOPE_PATTERN, "reg*.example.com/x:*", 0},
	{"*@sha256:" HEX64, IMGCAT_SCOPE_PATTERN, "*@sha256:" HEX64, 0},
	{"nginx*", 0, NULL, IMGCAT_SCOPE_NO_REGISTRY},
	{"quay.io*", 0, NULL, IMGCAT_SCOPE_NO_REGISTRY},
	{"ng*x:1", 0, NULL, IMGCAT_SCOPE_NO_REGISTRY},
	{"qu*/shop:1", 0, NULL, IMGCAT_SCOPE_NO_REGISTRY},
	/* what no name matches */
	{"NGINX:*", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	{"quay.io/Shop/*", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	{"quay.io/x/y%*", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	{" nginx:*", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	{"quay.io/shop/* ", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	{"quay.io//*", 0, NULL, IMGCAT_SCOPE_BAD_NAME},
	{"sha256:*", 0, NULL, IMGCAT_SCOPE_DIGEST_PATTERN},
	{"sha256:ab*", 0, NULL, IMGCAT_SCOPE_DIGEST_PATTERN},
};

int
main(void)
{
	size_t		i;

	for (i = 0; i < lengthof_array(scopes); i++)
	{
		size_t		length = strlen(scopes[i].str);
		char	   *str = exact_copy(scopes[i].str, length);
		char	   *buffer = malloc(length + IMGCAT_REFERENCE_GROWTH);
		ImgcatFindingScope scope;
		ImgcatScopeError error;

		error = imgcat_finding_scope_parse(str, length, buffer, &scope);
		if (scopes[i].normal == NULL)
			ok(error == scopes[i].error, "\"%s\" is refused", scopes[i].str);
		else
			ok(error == IMGCAT_SCOPE_OK && scope.kind == scopes[i].kind &&
			   scope.length == strlen(scopes[i].normal) &&
			   memcmp(buffer, scopes[i].normal, scope.length) == 0,
			   "\"%s\" is \"%s\"", scopes[i].str, scopes[i].normal);
		free(buffer);
		free(str);
	}
	return done_testing();
}
