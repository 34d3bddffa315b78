/*-------------------------------------------------------------------------
 *
 * test_cvss.c
 *		CVSS vectors: FIRST's published examples, and what is no vector.
 *
 * test/unit/test_cvss.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/cvss.h"
#include "tap.h"

static const struct
{
	const char *vector;
	int			score;
	const char *severity;
}			scores[] = {

	/* version 2: the specification's three, and the ends */
	{"AV:N/AC:L/Au:N/C:N/I:N/A:C", 78, "HIGH"},
	{"AV:N/AC:L/Au:N/C:C/I:C/A:C", 100, "HIGH"},
	{"AV:L/AC:H/Au:N/C:C/I:C/A:C", 62, "MEDIUM"},
	{"AV:N/AC:L/Au:N/C:N/I:N/A:N", 0, "LOW"},
	{"AV:N/AC:L/Au:N/C:P/I:P/A:P", 75, "HIGH"},
	{"AV:L/AC:H/Au:M/C:N/I:N/A:P", 8, "LOW"},
	{"AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H",
	78, "HIGH"},
	{"A:C/I:C/C:C/Au:N/AC:H/AV:L/RC:ND", 62, "MEDIUM"},

	/* version 3 */
	{"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61, "MEDIUM"},
	{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64, "MEDIUM"},
	{"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 31, "LOW"},
	{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 99, "CRITICAL"},
	{"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 42, "MEDIUM"},
	{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 88, "HIGH"},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 75, "HIGH"},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, "CRITICAL"},
	{"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 68, "MEDIUM"},
	{"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 68, "MEDIUM"},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100, "CRITICAL"},
	{"CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L", 16, "LOW"},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", 0, "NONE"},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:U/RL:O/RC:U/MAV:P/MC:N",
	75, "HIGH"},
	{"CVSS:3.1/A:N/I:N/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 75, "HIGH"},

	/* version 4: the specification's example and FIRST's others */
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N",
	51, "MEDIUM"},
	{"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
	73, "HIGH"},
	{"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
	77, "HIGH"},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
	87, "HIGH"},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
	100, "CRITICAL"},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N",
	0, "NONE"},
	/* each of the steps between two macro vectors */
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:N/SC:L/SI:L/SA:L",
	88, "HIGH"},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:H/SI:H/SA:L",
	99, "CRITICAL"},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:H/VI:H/VA:H/SC:H/SI:N/SA:N",
	92, "CRITICAL"},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:L/SC:H/SI:N/SA:N",
	99, "CRITICAL"},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:H/SI:N/SA:N",
	99, "CRITICAL"},
	{"CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
	86, "HIGH"},
	/* exactly between two scores */
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:L/VA:N/SC:H/SI:H/SA:H",
	86, "HIGH"},
	/* metrics that are no base metrics change nothing */
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N"
	"/E:U/CR:L/MAV:P/MSI:S/S:P/AU:Y/R:I/V:C/RE:H/U:Amber", 51, "MEDIUM"},
};

static const struct
{
	const char *vector;
	ImgcatCvssError error;
	size_t		at;
	const char *missing;
}			errors[] = {
	{"", IMGCAT_CVSS_MISSING, 0, "AV"},
	{"CVSS:", IMGCAT_CVSS_BAD_VERSION, 0, NULL},
	{"CVSS:3.1", IMGCAT_CVSS_BAD_VERSION, 0, NULL},
	{"CVSS:3.2/AV:N", IMGCAT_CVSS_BAD_VERSION, 0, NULL},
	{"cvss:3.1/AV:N", IMGCAT_CVSS_BAD_METRIC, 0, NULL},
	{"CVSS:3.1/", IMGCAT_CVSS_MISSING, 9, "AV"},
	{"CVSS:3.1/AV", IMGCAT_CVSS_BAD_METRIC, 9, NULL},
	{"CVSS:3.1/av:N", IMGCAT_CVSS_BAD_METRIC, 9, NULL},
	{"CVSS:3.1/:N", IMGCAT_CVSS_BAD_METRIC, 9, NULL},
	{"CVSS:3.1/AV:", IMGCAT_CVSS_BAD_VALUE, 12, NULL},
	{"CVSS:3.1/AV:X", IMGCAT_CVSS_BAD_VALUE, 12, NULL},
	{"CVSS:3.1/AV:N A", IMGCAT_CVSS_BAD_VALUE, 12, NULL},
	{"CVSS:3.1/AV:N//AC:L", IMGCAT_CVSS_BAD_METRIC, 14, NULL},
	{"CVSS:3.1/AV:N/AV:N", IMGCAT_CVSS_REPEATED, 14, NULL},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/", IMGCAT_CVSS_BAD_METRIC,
	45, NULL},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/E:U", IMGCAT_CVSS_MISSING,
	44, "A"},
	{"CVSS:3.1/AV:N/AC:L/Au:N", IMGCAT_CVSS_BAD_METRIC, 19, NULL},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:R", IMGCAT_CVSS_BAD_VALUE, 32, NULL},
	{"AV:N/AC:L/Au:N/C:P/I:P", IMGCAT_CVSS_MISSING, 22, "A"},
	{"AV:N/AC:L/Au:N/C:P/I:P/A:H", IMGCAT_CVSS_BAD_VALUE, 25, NULL},
	{"(AV:N/AC:L/Au:N/C:P/I:P/A:P)", IMGCAT_CVSS_BAD_METRIC, 0, NULL},
	{"7.5", IMGCAT_CVSS_BAD_METRIC, 0, NULL},
};

/* Impact and exploitability, as the NVD publishes them. */
static const struct
{
	const char *vector;
	int			impact;
	int			exploitability;
}			parts[] = {
	{"AV:N/AC:L/Au:N/C:P/I:P/A:P", 64, 100},
	{"AV:N/AC:M/Au:N/C:C/I:C/A:C", 100, 86},
	{"AV:L/AC:L/Au:N/C:N/I:N/A:P", 29, 39},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 59, 39},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 60, 39},
	{"CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 59, 18},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 27, 28},
	{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", 0, 39},
	{"CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N", 0, 0},
};

int
main(void)
{
	ImgcatCvss	cvss;
	size_t		at;
	size_t		i;
	const char *missing;

	for (i = 0; i < lengthof_array(scores); i++)
	{
		size_t		length = strlen(scores[i].vector);
		char	   *copy = exact_copy(scores[i].vector, length);

		if (ok(imgcat_cvss_parse(copy, length, &cvss, &at, &missing) ==
			   IMGCAT_CVSS_OK, "%s", scores[i].vector))
		{
			int			score = imgcat_cvss_base_score(&cvss);

			ok(score == scores[i].score, "score %d", score);
			ok(strcmp(imgcat_cvss_severity(&cvss), scores[i].severity) == 0,
			   "severity %s", imgcat_cvss_severity(&cvss));
		}
		free(copy);
	}
	for (i = 0; i < lengthof_array(parts); i++)
	{
		int			impact;
		int			exploitability;

		(void) imgcat_cvss_parse(parts[i].vector, strlen(parts[i].vector),
								 &cvss, &at, &missing);
		imgcat_cvss_subscores(&cvss, &impact, &exploitability);
		ok(impact == parts[i].impact &&
		   exploitability == parts[i].exploitability,
		   "impact %d, exploitability %d of %s", impact, exploitability,
		   parts[i].vector);
	}
	for (i = 0; i < lengthof_array(errors); i++)
	{
		size_t		length = strlen(errors[i].vector);
		char	   *copy = exact_copy(errors[i].vector, length);
		ImgcatCvssError error;

		error = imgcat_cvss_parse(copy, length, &cvss, &at, &missing);
		ok(error == errors[i].error && at == errors[i].at &&
		   (missing == NULL) == (errors[i].missing == NULL) &&
		   (missing == NULL || strcmp(missing, errors[i].missing) == 0),
		   "\"%s\": error %d at %zu, %s", errors[i].vector, error, at,
		   missing ? missing : "nothing missing");
		free(copy);
	}
	return done_testing();
}
