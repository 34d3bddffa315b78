/*-------------------------------------------------------------------------
 *
 * test_finding_name.c
 *		Ids of vulnerabilities in texts.
 *
 * test/unit/test_finding_name.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/finding_name.h"
#include "tap.h"

/* A text and the id of a kind in it; NULL where it has none. */
static const struct
{
	ImgcatFindingId kind;
	const char *text;
	const char *id;
}			cases[] = {
	{IMGCAT_ID_CVE, "CVE-2024-1", "CVE-2024-1"},
	{IMGCAT_ID_CVE, "https://nvd.nist.gov/vuln/detail/CVE-2021-44228?x", "CVE-2021-44228"},
	{IMGCAT_ID_CVE, "UBUNTU-CVE-2024-12345", "CVE-2024-12345"},
	{IMGCAT_ID_CVE, "CVE-2024-1 CVE-2024-2", "CVE-2024-1"},
	{IMGCAT_ID_CVE, "CVE-CVE-2024-2", "CVE-2024-2"},
	{IMGCAT_ID_CVE, "CVE-2024", NULL},
	{IMGCAT_ID_CVE, "CVE-2024-", NULL},
	{IMGCAT_ID_CVE, "CVE-20x4-1", NULL},
	{IMGCAT_ID_CVE, "cve-2024-1", NULL},
	{IMGCAT_ID_CVE, "CVE-2024:1", NULL},
	{IMGCAT_ID_CVE, "", NULL},
	{IMGCAT_ID_GHSA, "see GHSA-6vm3-jj99-7229.", "GHSA-6vm3-jj99-7229"},
	{IMGCAT_ID_GHSA, "GHSA-6vm3-jj99-722", NULL},
	{IMGCAT_ID_GHSA, "GHSA-6vm3-jj99_7229", NULL},
	{IMGCAT_ID_OTHER, "RHSA-2024:1234", "RHSA-2024:1234"},
	{IMGCAT_ID_OTHER, "PYSEC-2024-56", "PYSEC-2024-56"},
	{IMGCAT_ID_OTHER, "xDSA-2024-56", "DSA-2024-56"},
	{IMGCAT_ID_OTHER, "ALAS2-2024-1", NULL},
	{IMGCAT_ID_OTHER, "-2024-1", NULL},
	{IMGCAT_ID_OTHER, "DSA-24-1", NULL},
	{IMGCAT_ID_NONE, "CVE-2024-1", NULL},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char	   *text = exact_copy(cases[i].text, strlen(cases[i].text));
		const char *at = NULL;
		size_t		length = imgcat_find_finding_id(text, strlen(cases[i].text),
													cases[i].kind, &at);

		ok(cases[i].id == NULL ? length == 0 :
		   length == strlen(cases[i].id) &&
		   memcmp(at, cases[i].id, length) == 0,
		   "%d in \"%s\"", (int) cases[i].kind, cases[i].text);
		free(text);
	}
	return done_testing();
}
