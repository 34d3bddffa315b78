/* reads a<TAB>b; prints -1, 0, 1, or ? where dpkg refuses one of them */
#define LIBDPKG_VOLATILE_API
#include <dpkg/dpkg.h>
#include <dpkg/dpkg-db.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What dpkg --compare-versions parses: it warns of characters that do not belong
 * in a version, and goes on.
 */
static int
is_version(struct dpkg_version *version, const char *text)
{
	struct dpkg_error error = DPKG_ERROR_INIT;
	int			refused;

	refused = parseversion(version, text, &error) < 0 &&
		error.type != DPKG_MSG_WARN;
	dpkg_error_destroy(&error);
	return !refused;
}

int
main(void)
{
	char	   *line = NULL;
	size_t		room = 0;

	while (getline(&line, &room, stdin) > 0)
	{
		char	   *a = strtok(line, "\t\n");
		char	   *b = strtok(NULL, "\n");
		struct dpkg_version left;
		struct dpkg_version right;
		int			order;

		if (a == NULL || b == NULL || !is_version(&left, a) ||
			!is_version(&right, b))
		{
			puts("?");
			continue;
		}
		order = dpkg_version_compare(&left, &right);
		printf("%d\n", (order > 0) - (order < 0));
	}
	free(line);
	return 0;
}
