/*-------------------------------------------------------------------------
 *
 * fuzz_cvss.c
 *		Any text is refused at a place within it, or has a score and the
 *		severity of that score.
 *
 * test/fuzz/fuzz_cvss.c
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "query/cvss.h"

int
LLVMFuzzerTestOneInput(const uint8_t * data, size_t size)
{
	ImgcatCvss	cvss;
	ImgcatCvssError error;
	size_t		at;
	const char *missing;
	const char *severity;
	int			score;

	error = imgcat_cvss_parse((const char *) data, size, &cvss, &at, &missing);
	CHECK(at <= size);
	CHECK((missing != NULL) == (error == IMGCAT_CVSS_MISSING));
	if (error != IMGCAT_CVSS_OK)
		return 0;
	score = imgcat_cvss_base_score(&cvss);
	severity = imgcat_cvss_severity(&cvss);
	CHECK(score >= 0 && score <= 100);
	if (strcmp(severity, "NONE") == 0)
		CHECK(score == 0 && cvss.version != IMGCAT_CVSS_2);
	else if (strcmp(severity, "LOW") == 0)
		CHECK(score < 40 && (score > 0 || cvss.version == IMGCAT_CVSS_2));
	else if (strcmp(severity, "MEDIUM") == 0)
		CHECK(score >= 40 && score < 70);
	else if (strcmp(severity, "HIGH") == 0)
		CHECK(score >= 70 && (score < 90 || cvss.version == IMGCAT_CVSS_2));
	else
		CHECK(score >= 90 && cvss.version != IMGCAT_CVSS_2);
	return 0;
}
