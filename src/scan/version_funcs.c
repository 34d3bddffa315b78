/*-------------------------------------------------------------------------
 *
 * version_funcs.c
 *		Versions of packages in SQL.
 *
 * src/scan/version_funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "query/version.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(imgcat_version_compare);
/*
 * version_compare(ecosystem text, a text, b text): -1, 0 or 1.
 */
Datum
imgcat_version_compare(PG_FUNCTION_ARGS)
{
	text	   *ecosystem = PG_GETARG_TEXT_PP(0);
	text	   *a = PG_GETARG_TEXT_PP(1);
	text	   *b = PG_GETARG_TEXT_PP(2);
	ImgcatVersionCompare compare;

	compare = imgcat_version_ordering(VARDATA_ANY(ecosystem),
									  VARSIZE_ANY_EXHDR(ecosystem));
	if (compare == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown version ordering"),
				 errdetail("There is no ordering for the ecosystem \"%s\".",
						   text_to_cstring(ecosystem)),
				 errhint("The orderings are %s; types of package URLs and ecosystems of OSV documents that use one of them are known too.",
						 IMGCAT_VERSION_ORDERINGS)));
	PG_RETURN_INT32(compare(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a),
							VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b)));
}
