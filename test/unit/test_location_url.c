/*-------------------------------------------------------------------------
 *
 * test_location_url.c
 *		URLs of image data, and where they may hold secrets.
 *
 * test/unit/test_location_url.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/location_url.h"
#include "tap.h"

static const struct
{
	const char *url;
	const char *expected;		/* scheme, and the URL without secrets; or
								 * NULL */
	ImgcatLocationUrlResult result;
}			cases[] = {
	{"https://example.org/image.qcow2", "https https://example.org/image.qcow2", IMGCAT_LOCATION_OK},
	{"http://h", "http http://h", IMGCAT_LOCATION_OK},
	{"HTTP://u:p@h:80/x", "HTTP HTTP://h:80/x", IMGCAT_LOCATION_OK},
	{"https://u@h/", "https https://h/", IMGCAT_LOCATION_OK},
	{"https://@h/", "https https://h/", IMGCAT_LOCATION_OK},
	{"https://u%40d:p@h/a%40b", "https https://h/a%40b", IMGCAT_LOCATION_OK},
	{"https://h/x?sig=a@b&t=1", "https https://h/x", IMGCAT_LOCATION_OK},
	{"https://h/x#frag", "https https://h/x", IMGCAT_LOCATION_OK},
	{"https://h?sig=1", "https https://h", IMGCAT_LOCATION_OK},
	{"https://u:p@h?s", "https https://h", IMGCAT_LOCATION_OK},
	{"swift+https://tenant%3Auser:key@auth/v1/c/o", "swift+https swift+https://auth/v1/c/o", IMGCAT_LOCATION_OK},
	{"rbd://fsid/pool/image/snap", "rbd rbd://fsid/pool/image/snap", IMGCAT_LOCATION_OK},
	{"file:///etc/passwd", "file file:///etc/passwd", IMGCAT_LOCATION_OK},
	{"https://h/\xc3\xa9", "https https://h/\xc3\xa9", IMGCAT_LOCATION_OK},
	{"", NULL, IMGCAT_LOCATION_NO_SCHEME},
	{"https:", NULL, IMGCAT_LOCATION_NO_SCHEME},
	{"https:/h", NULL, IMGCAT_LOCATION_NO_SCHEME},
	{"://h", NULL, IMGCAT_LOCATION_NO_SCHEME},
	{"1http://h", NULL, IMGCAT_LOCATION_NO_SCHEME},
	{" https://h", NULL, IMGCAT_LOCATION_NO_SCHEME},
	{"ht tp://h", NULL, IMGCAT_LOCATION_NO_SCHEME},
	{"https://", NULL, IMGCAT_LOCATION_EMPTY},
	{"https://h/a b", NULL, IMGCAT_LOCATION_BAD_BYTE},
	{"https://h/\n", NULL, IMGCAT_LOCATION_BAD_BYTE},
	{"https://h/\x7f", NULL, IMGCAT_LOCATION_BAD_BYTE},
	{"https://h\\@other/", NULL, IMGCAT_LOCATION_BAD_BYTE},
	{"https://h/\"", NULL, IMGCAT_LOCATION_BAD_BYTE},
	{"https://h/<x>", NULL, IMGCAT_LOCATION_BAD_BYTE},
	{"https://u:p/q@h/x", NULL, IMGCAT_LOCATION_BAD_AT},
	{"https://h/a@b", NULL, IMGCAT_LOCATION_BAD_AT},
	{"https://u:p@q@h/", NULL, IMGCAT_LOCATION_BAD_AT},
};

int
main(void)
{
	for (size_t i = 0; i < lengthof_array(cases); i++)
	{
		size_t		length = strlen(cases[i].url);
		char	   *url = exact_copy(cases[i].url, length);
		ImgcatLocationUrl parts;
		char		found[256] = "";

		ok(imgcat_location_url_read(&parts, url, length) == cases[i].result,
		   "result of %s", cases[i].url);
		if (cases[i].expected != NULL)
		{
			snprintf(found, sizeof(found), "%.*s %.*s%.*s",
					 (int) parts.scheme_length, url,
					 (int) parts.user_begin, url,
					 (int) (parts.query_begin - parts.user_end),
					 url + parts.user_end);
			ok(strcmp(found, cases[i].expected) == 0, "%s is %s: %s",
			   cases[i].url, cases[i].expected, found);
		}
		else
			ok(imgcat_location_url_problem(cases[i].result)[0] != '\0',
			   "%s has a problem", cases[i].url);
		free(url);
	}
	{
		static const char nul[] = "https://h/\0x";
		ImgcatLocationUrl parts;

		ok(imgcat_location_url_read(&parts, nul, sizeof(nul) - 1) == IMGCAT_LOCATION_BAD_BYTE,
		   "a zero byte");
	}
	return done_testing();
}
