/*-------------------------------------------------------------------------
 *
 * package_url_funcs.c
 *		Package URLs in SQL.
 *
 * src/scan/package_url_funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "query/package_url.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

/* Columns of package_url_parts(). */
enum
{
	PURL_TYPE, PURL_NAMESPACE, PURL_NAME, PURL_VERSION, PURL_QUALIFIERS,
	PURL_SUBPATH, PURL_CANONICAL, PURL_NCOLUMNS
};

/* Set a column to a part; null when the part is not there. */
static void
set_part(Datum *values, bool *nulls, int column, ImgcatPurlPart part)
{
	nulls[column] = part.length == 0;
	if (!nulls[column])
		values[column] = PointerGetDatum(cstring_to_text_with_len(part.at, part.length));
}

/* A part as a jsonb string. */
static JsonbValue
part_to_json(ImgcatPurlPart part)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = (char *) part.at;
	value.val.string.len = (int) part.length;
	return value;
}

/*
 * The qualifiers as an object.
 */
static Jsonb *
qualifiers_to_jsonb(const ImgcatPackageUrl *purl)
{
	JsonbInState state = {0};
	int			i;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < purl->nqualifiers; i++)
	{
		JsonbValue	key = part_to_json(purl->qualifiers[i].key);
		JsonbValue	value = part_to_json(purl->qualifiers[i].value);

		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(state.result);
}

PG_FUNCTION_INFO_V1(imgcat_package_url_parts);
/*
 * package_url_parts(purl text): the parts, decoded and normalised, and the
 * canonical form.
 */
Datum
imgcat_package_url_parts(PG_FUNCTION_ARGS)
{
	text	   *given = PG_GETARG_TEXT_PP(0);
	size_t		length = VARSIZE_ANY_EXHDR(given);
	ImgcatPackageUrl purl;
	ImgcatPurlError error;
	size_t		error_at;
	char	   *canonical;
	TupleDesc	descriptor;
	Datum		values[PURL_NCOLUMNS] = {0};
	bool		nulls[PURL_NCOLUMNS] = {0};

	error = imgcat_package_url_parse(VARDATA_ANY(given), length,
									 palloc(Min(length, IMGCAT_PURL_LENGTH_MAX) + 1),
									 &purl, &error_at);
	if (error != IMGCAT_PURL_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid package URL"),
				 error == IMGCAT_PURL_TOO_LONG ?
				 errdetail("%s", imgcat_package_url_message(error)) :
				 errdetail("%s  The place is character %d.",
						   imgcat_package_url_message(error),
						   pg_mbstrlen_with_len(VARDATA_ANY(given), (int) error_at) + 1),
				 errhint("Write pkg:type/namespace/name@version?qualifiers#subpath, as in pkg:deb/debian/curl@7.88.1-10?arch=amd64.")));
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	/* at most three times IMGCAT_PURL_LENGTH_MAX */
	canonical = palloc(length * 3 + 8);
	set_part(values, nulls, PURL_TYPE, purl.type);
	set_part(values, nulls, PURL_NAMESPACE, purl.namespace);
	set_part(values, nulls, PURL_NAME, purl.name);
	set_part(values, nulls, PURL_VERSION, purl.version);
	set_part(values, nulls, PURL_SUBPATH, purl.subpath);
	values[PURL_QUALIFIERS] = JsonbPGetDatum(qualifiers_to_jsonb(&purl));
	values[PURL_CANONICAL] =
		PointerGetDatum(cstring_to_text_with_len(canonical,
												 (int) imgcat_package_url_write(&purl, canonical)));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor),
													  values, nulls)));
}
