/*-------------------------------------------------------------------------
 *
 * list_link.c
 *		The query of a list, given bare or as a whole link of that list.
 *
 * The links "next" and "first" of a page may be handed back as they are, also
 * after a proxy has put a host and a prefix in front of them.
 *
 * src/query/list_link.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/list_link.h"

#include <string.h>
#include <strings.h>

/*
 * Length of the scheme and host that the text starts with; 0 if it does not.
 */
static size_t
origin_length(const char *str, size_t length)
{
	static const char *const schemes[] = {"http://", "https://"};
	int			i;

	for (i = 0; i < 2; i++)
	{
		size_t		at = strlen(schemes[i]);

		if (length < at || strncasecmp(str, schemes[i], at) != 0)
			continue;
		while (at < length && strchr("/?#", str[at]) == NULL)
			at++;
		return at;
	}
	return 0;
}

/*
 * See list_link.h.
 */
bool
imgcat_list_link_query(const char *str, size_t length, const char *path,
					   const char **query, size_t *query_length)
{
	size_t		origin = origin_length(str, length);
	const char *end = str + length;
	const char *at = str + origin;
	const char *fragment;
	const char *question;

	if (length > 0 && *str == '?')
		return false;
	if (origin == 0 && (length == 0 || *str != '/'))
	{
		*query = str;
		*query_length = length;
		return true;
	}

	fragment = memchr(at, '#', end - at);
	if (fragment != NULL)
		end = fragment;
	question = memchr(at, '?', end - at);
	if (question == NULL)
		question = end;
	if ((size_t) (question - at) < strlen(path) ||
		memcmp(question - strlen(path), path, strlen(path)) != 0)
		return false;
	*query = question < end ? question + 1 : end;
	*query_length = end - *query;
	return true;
}
