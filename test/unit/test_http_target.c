/*-------------------------------------------------------------------------
 *
 * test_http_target.c
 *		Paths and URLs, segment by segment.
 *
 * test/unit/test_http_target.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/http_target.h"
#include "tap.h"

/*
 * A target, and what is read of it: <segment> each, then ?query; "!" where it
 * is malformed, "%" where it is badly encoded.
 */
static const struct
{
	const char *target;
	const char *read;
}			cases[] = {
	{"/", "?"},
	{"/v2", "<v2>?"},
	{"/v2/", "<v2><>?"},
	{"//", "<><>?"},
	{"//v2//images", "<><v2><><images>?"},
	{"/v2/images", "<v2><images>?"},
	{"/v2/images?limit=2&a=%41?b", "<v2><images>?limit=2&a=%41?b"},
	{"/v2/images?", "<v2><images>?"},
	{"/?a=/b/c", "?a=/b/c"},
	{"/v2/images#top", "<v2><images>?"},
	{"/v2/images?a=1#top?b", "<v2><images>?a=1"},
	{"/a%20b/c+d", "<a b><c+d>?"},
	{"/%C3%A9", "<\xC3\xA9>?"},
	{"/\xC3\xA9", "<\xC3\xA9>?"},
	{"/a%2Fb", "<a/b>?"},
	{"/a%3Fb", "<a?b>?"},
	{"/100%", "<100%>?"},
	{"/%zz%4", "<%zz%4>?"},
	{"/sha256:ab", "<sha256:ab>?"},
	{"/../v2/./images", "<..><v2><.><images>?"},
	{"http://host/v2/images?a=b", "<v2><images>?a=b"},
	{"HTTPS://user@host:8443/v2", "<v2>?"},
	{"http://host", "?"},
	{"http://host/", "?"},
	{"http://host?a=b", "?a=b"},
	{"http:///v2", "<v2>?"},
	{"http://", "?"},
	{"", "!"},
	{"*", "!"},
	{"v2/images", "!"},
	{"?a=b", "!"},
	{"#", "!"},
	{"http:/host/v2", "!"},
	{"://host/v2", "!"},
	{"ht", "!"},
	{"/%FF", "%"},
	{"/a%00b", "%"},
	{"/%C3/%A9", "%"},
	{"/\xED\xA0\x80", "%"},
	{"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16",
	"<1><2><3><4><5><6><7><8><9><10><11><12><13><14><15><16>?"},
	{"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17?q",
	"<1><2><3><4><5><6><7><8><9><10><11><12><13><14><15><16>+?q"},
};

/*
 * Write what is read of a target.
 */
static void
describe(const char *str, char *out)
{
	ImgcatHttpTarget target;
	size_t		length = strlen(str);
	char	   *copy = exact_copy(str, length + 1);

	switch (imgcat_http_target_read(&target, copy, length))
	{
		case IMGCAT_TARGET_MALFORMED:
			strcpy(out, "!");
			break;
		case IMGCAT_TARGET_BAD_ENCODING:
			strcpy(out, "%");
			break;
		case IMGCAT_TARGET_OK:
			for (int i = 0; i < target.nsegments; i++)
				out += sprintf(out, "<%s>", target.segments[i]);
			out += sprintf(out, "%s?%.*s", target.too_long ? "+" : "",
						   (int) target.query_length, target.query);
	}
	free(copy);
}

int
main(void)
{
	for (size_t i = 0; i < lengthof_array(cases); i++)
	{
		char		read[1024];

		describe(cases[i].target, read);
		if (!ok(strcmp(read, cases[i].read) == 0, "%s", cases[i].target))
			printf("# got %s\n", read);
	}
	return done_testing();
}
