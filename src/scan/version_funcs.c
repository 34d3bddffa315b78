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
#include "scan/vulnerability.h"
#include "utils/array.h"
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

/*
 * Is the version one of the array?  compare may be NULL: equal texts are.
 */
static bool
is_listed(ImgcatVersionCompare compare, const text *version, ArrayType *versions)
{
	ArrayIterator iterator = array_create_iterator(versions, 0, NULL);
	Datum		element;
	bool		isnull;
	bool		found = false;

	while (!found && array_iterate(iterator, &element, &isnull))
	{
		text	   *listed;

		if (isnull)
			continue;
		listed = DatumGetTextPP(element);
		found = VARSIZE_ANY_EXHDR(listed) == VARSIZE_ANY_EXHDR(version) &&
			memcmp(VARDATA_ANY(listed), VARDATA_ANY(version),
				   VARSIZE_ANY_EXHDR(version)) == 0;
		if (!found && compare != NULL)
			found = compare(VARDATA_ANY(version), VARSIZE_ANY_EXHDR(version),
							VARDATA_ANY(listed),
							VARSIZE_ANY_EXHDR(listed)) == 0;
	}
	array_free_iterator(iterator);
	return found;
}

PG_FUNCTION_INFO_V1(imgcat_version_affected);
/*
 * version_affected(ecosystem text, version text, lower_version text,
 * upper_version text, upper_included boolean, versions text[]): NULL where
 * ecosystem or version is.
 */
Datum
imgcat_version_affected(PG_FUNCTION_ARGS)
{
	text	   *ecosystem;
	text	   *version;
	ImgcatVersionCompare compare;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	ecosystem = PG_GETARG_TEXT_PP(0);
	version = PG_GETARG_TEXT_PP(1);
	compare = imgcat_version_ordering(VARDATA_ANY(ecosystem),
									  VARSIZE_ANY_EXHDR(ecosystem));
	if (!PG_ARGISNULL(5))
		PG_RETURN_BOOL(is_listed(compare, version, PG_GETARG_ARRAYTYPE_P(5)));

	/* without an ordering, only that there are no bounds can be told */
	if (compare == NULL)
		PG_RETURN_BOOL(PG_ARGISNULL(2) && PG_ARGISNULL(3));
	if (!PG_ARGISNULL(2))
	{
		text	   *lower = PG_GETARG_TEXT_PP(2);

		if (compare(VARDATA_ANY(version), VARSIZE_ANY_EXHDR(version),
					VARDATA_ANY(lower), VARSIZE_ANY_EXHDR(lower)) < 0)
			PG_RETURN_BOOL(false);
	}
	if (!PG_ARGISNULL(3))
	{
		text	   *upper = PG_GETARG_TEXT_PP(3);
		int			order = compare(VARDATA_ANY(version),
									VARSIZE_ANY_EXHDR(version),
									VARDATA_ANY(upper),
									VARSIZE_ANY_EXHDR(upper));

		if (order > 0 || (order == 0 &&
						  (PG_ARGISNULL(4) || !PG_GETARG_BOOL(4))))
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
}

PG_FUNCTION_INFO_V1(imgcat_later_version_sql);
/*
 * later_version(latest text, ecosystem text, version text): of the aggregate
 * latest_version.
 */
Datum
imgcat_later_version_sql(PG_FUNCTION_ARGS)
{
	const char *latest = PG_ARGISNULL(0) ? "" :
	text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *ecosystem = PG_ARGISNULL(1) ? "" :
	text_to_cstring(PG_GETARG_TEXT_PP(1));
	const char *version = PG_ARGISNULL(2) ? "" :
	text_to_cstring(PG_GETARG_TEXT_PP(2));

	PG_RETURN_TEXT_P(cstring_to_text(imgcat_later_version(ecosystem, latest,
														  version)));
}
