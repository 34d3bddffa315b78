/*-------------------------------------------------------------------------
 *
 * test_list_link.c
 *		A list's query, bare or in a whole link.
 *
 * test/unit/test_list_link.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/list_link.h"

#include <string.h>

#include "tap.h"

#define PATH "/v2/images"

typedef struct LinkCase
{
	const char *str;
	const char *query;			/* NULL: refused */
}			LinkCase;

static const LinkCase cases[] = {
	{"", ""},
	{"limit=1", "limit=1"},
	{"name=a/b?c#d", "name=a/b?c#d"},
	{"name=http://x/v2/images?limit=1", "name=http://x/v2/images?limit=1"},
	{"http=1", "http=1"},
	{"/v2/images", ""},
	{"/v2/images?", ""},
	{"/v2/images?limit=1&marker=x", "limit=1&marker=x"},
	{"/v2/images?a=?b", "a=?b"},
	{"/v2/images?limit=1#top", "limit=1"},
	{"/catalog/v2/images?limit=1", "limit=1"},
	{"http://host:9292/v2/images?limit=1", "limit=1"},
	{"HTTPS://host/a/b/v2/images?limit=1", "limit=1"},
	{"https://host/v2/images", ""},
	{"?limit=1", NULL},
	{"?", NULL},
	{"/", NULL},
	{"/limit=1", NULL},
	{"/v1/images?limit=1", NULL},
	{"/v2/images/", NULL},
	{"/v2/images/x/members?limit=1", NULL},
	{"/v2/imagesx?limit=1", NULL},
	{"/xv2/images?limit=1", NULL},
	{"/other?to=/v2/images?limit=1", NULL},
	{"/other#/v2/images?limit=1", NULL},
	{"http://v2/images?limit=1", NULL},
	{"http://host", NULL},
	{"http://host?limit=1", NULL},
	{"https://", NULL},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const		LinkCase *c = &cases[i];
		const char *query;
		size_t		length;
		bool		good = imgcat_list_link_query(c->str, strlen(c->str), PATH,
												  &query, &length);

		ok(c->query == NULL ? !good
		   : good && length == strlen(c->query) &&
		   memcmp(query, c->query, length) == 0, "\"%s\"", c->str);
	}
	return done_testing();
}
