/*-------------------------------------------------------------------------
 *
 * test_http_header.c
 *		Media types wanted and sent, and lists of entity tags.
 *
 * test/unit/test_http_header.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/http_header.h"
#include "tap.h"

#define JSON "application/json"

static const struct
{
	const char *content_type;
	bool		is_json;
}			type_cases[] = {
	{"application/json", true},
	{" application/json ", true},
	{"application/json;charset=utf-8", true},
	{"application/json ; charset=utf-8; x=y", true},
	{"Application/JSON", false},
	{"application/json-patch+json", false},
	{"application/jso", false},
	{"", false},
	{";", false},
};

static const struct
{
	const char *accept;
	int			json;
	int			html;
}			accept_cases[] = {
	{"", 0, 0},
	{"*/*", 1000, 1000},
	{"application/json", 1000, 0},
	{"APPLICATION/Json", 1000, 0},
	{"application/*", 1000, 0},
	{"application/json;q=0.5, text/html", 500, 1000},
	{"application/json ; q=0.5 , */*;q=0.1", 500, 100},
	{"*/*, application/json;q=0", 0, 1000},
	{"application/*;q=0.2,application/json", 1000, 0},
	{"text/html;level=1;q=0.3", 0, 300},
	{"text/plain", 0, 0},
	{"application/json;q=1.0", 1000, 0},
	{"application/json;q=1.5", 0, 0},
	{"application/json;q=0.12345", 0, 0},
	{"application/json;q=x", 0, 0},
	{"application/json;q=", 0, 0},
	{"application/json;q=0.333", 333, 0},
	{"application/json;q=0.1,application/json;q=0.7", 700, 0},
	{",,;;,application/json,", 1000, 0},
	{"application/jsonx, xapplication/json", 0, 0},
	{"text/html, application/xhtml+xml, */*;q=0.8", 800, 1000},
};

static const struct
{
	const char *list;
	bool		strong;
	bool		weak;
}			etag_cases[] = {
	{"*", true, true},
	{" * ", true, true},
	{"\"abc\"", true, true},
	{"W/\"abc\"", false, true},
	{"\"x\", \"abc\"", true, true},
	{"\"x\",W/\"abc\" , \"y\"", false, true},
	{"\"x\"", false, false},
	{"\"abc", false, false},
	{"abc", false, false},
	{"\"abcd\"", false, false},
	{"\"x\" \"abc\"", false, false},
	{"x, \"abc\"", false, false},
	{"*, \"abc\"", false, false},
	{"w/\"abc\"", false, false},
	{"\"a,b\", \"abc\"", true, true},
	{"\"\"", false, false},
	{"", false, false},
	{",", false, false},
};

int
main(void)
{
	for (size_t i = 0; i < lengthof_array(type_cases); i++)
		ok(imgcat_media_type_is(type_cases[i].content_type, JSON) ==
		   type_cases[i].is_json, "Content-Type: %s",
		   type_cases[i].content_type);
	for (size_t i = 0; i < lengthof_array(accept_cases); i++)
	{
		ok(imgcat_accept_quality(accept_cases[i].accept, JSON) ==
		   accept_cases[i].json, "JSON in Accept: %s", accept_cases[i].accept);
		ok(imgcat_accept_quality(accept_cases[i].accept, "text/html") ==
		   accept_cases[i].html, "HTML in Accept: %s", accept_cases[i].accept);
	}
	for (size_t i = 0; i < lengthof_array(etag_cases); i++)
	{
		ok(imgcat_etag_listed(etag_cases[i].list, "\"abc\"", false) ==
		   etag_cases[i].strong, "If-Match: %s", etag_cases[i].list);
		ok(imgcat_etag_listed(etag_cases[i].list, "\"abc\"", true) ==
		   etag_cases[i].weak, "If-None-Match: %s", etag_cases[i].list);
	}
	return done_testing();
}
