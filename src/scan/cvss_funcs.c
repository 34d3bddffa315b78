/*-------------------------------------------------------------------------
 *
 * cvss_funcs.c
 *		CVSS scores in SQL.
 *
 * src/scan/cvss_funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "query/cvss.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/*
 * Why a vector is none, with its place in characters.
 */
static int
vector_errdetail(ImgcatCvssError error, const char *vector, int at,
				 const char *missing)
{
	int			place = pg_mbstrlen_with_len(vector, at) + 1;

	switch (error)
	{
		case IMGCAT_CVSS_BAD_VERSION:
			return errdetail("The vector begins with \"CVSS:\", but not with a version.");
		case IMGCAT_CVSS_BAD_METRIC:
			return errdetail("There is no metric of this version at character %d.", place);
		case IMGCAT_CVSS_BAD_VALUE:
			return errdetail("The metric has no such value as at character %d.", place);
		case IMGCAT_CVSS_REPEATED:
			return errdetail("The metric at character %d is there for the second time.", place);
		case IMGCAT_CVSS_MISSING:
			return errdetail("The base metric \"%s\" is missing.", missing);
		case IMGCAT_CVSS_OK:
			break;
	}
	return 0;
}

/*
 * Read a vector; an error when it is none.
 */
static void
read_vector(const text *vector, ImgcatCvss *cvss)
{
	ImgcatCvssError error;
	size_t		at;
	const char *missing;

	error = imgcat_cvss_parse(VARDATA_ANY(vector), VARSIZE_ANY_EXHDR(vector),
							  cvss, &at, &missing);
	if (error != IMGCAT_CVSS_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid CVSS vector"),
				 vector_errdetail(error, VARDATA_ANY(vector), (int) at, missing),
				 errhint("Write metrics as in AV:N/AC:L/Au:N/C:P/I:P/A:P, after CVSS:3.0/, CVSS:3.1/ or CVSS:4.0/ unless of version 2.")));
}

PG_FUNCTION_INFO_V1(imgcat_cvss_base_score_sql);
/*
 * cvss_base_score(vector text): 0.0 to 10.0.
 */
Datum
imgcat_cvss_base_score_sql(PG_FUNCTION_ARGS)
{
	ImgcatCvss	cvss;

	read_vector(PG_GETARG_TEXT_PP(0), &cvss);
	PG_RETURN_NUMERIC(int64_div_fast_to_numeric(imgcat_cvss_base_score(&cvss), 1));
}

PG_FUNCTION_INFO_V1(imgcat_cvss_severity_sql);
/*
 * cvss_severity(vector text): NONE, LOW, MEDIUM, HIGH or CRITICAL.
 */
Datum
imgcat_cvss_severity_sql(PG_FUNCTION_ARGS)
{
	ImgcatCvss	cvss;

	read_vector(PG_GETARG_TEXT_PP(0), &cvss);
	PG_RETURN_TEXT_P(cstring_to_text(imgcat_cvss_severity(&cvss)));
}
