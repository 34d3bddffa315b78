/*-------------------------------------------------------------------------
 *
 * json_patch_io.c
 *		The type json_patch: input, output, casts.
 *
 * src/json/json_patch_io.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/json_patch.h"
#include "libpq/pqformat.h"
#include "query/json_patch_text.h"
#include "utils/builtins.h"

/* version of the binary form: text after one byte, as for jsonb */
#define JSON_PATCH_BINARY_VERSION 1

/*
 * Text to patch; text is NUL-terminated.  NULL after a soft error.
 */
static Jsonb *
patch_from_text(char *str, struct Node *escontext)
{
	ImgcatJsonPatchDuplicate duplicate;
	Datum		value;

	if (!DirectInputFunctionCallSafe(jsonb_in, str, InvalidOid, -1,
									 escontext, &value))
		return NULL;
	if (imgcat_json_patch_text_duplicate(str, strlen(str), &duplicate))
		ereturn(escontext, NULL,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Patch"),
				 errdetail("Operation %zu has the member \"%s\" twice (byte %zu).",
						   duplicate.operation, duplicate.member,
						   duplicate.position)));
	if (!imgcat_json_patch_check(DatumGetJsonbP(value), escontext))
		return NULL;
	return DatumGetJsonbP(value);
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_in);
/*
 * json_patch_in(cstring): a JSON Patch in JSON.
 */
Datum
imgcat_json_patch_in(PG_FUNCTION_ARGS)
{
	Jsonb	   *patch = patch_from_text(PG_GETARG_CSTRING(0),
										fcinfo->context);

	if (patch == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSON_PATCH_P(patch);
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_out);
/*
 * json_patch_out(json_patch): the JSON of the patch, as jsonb prints it.
 */
Datum
imgcat_json_patch_out(PG_FUNCTION_ARGS)
{
	Jsonb	   *patch = PG_GETARG_JSON_PATCH_P(0);

	PG_RETURN_CSTRING(JsonbToCString(NULL, &patch->root, VARSIZE(patch)));
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_recv);
/*
 * json_patch_recv(internal): a version byte, then JSON in the client's
 * encoding.
 */
Datum
imgcat_json_patch_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgint(message, 1);
	char	   *str;
	int			length;

	if (version != JSON_PATCH_BINARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported json_patch version number %d", version)));
	str = pq_getmsgtext(message, message->len - message->cursor, &length);
	PG_RETURN_JSON_PATCH_P(patch_from_text(str, NULL));
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_send);
/*
 * json_patch_send(json_patch): what json_patch_recv reads.
 */
Datum
imgcat_json_patch_send(PG_FUNCTION_ARGS)
{
	Jsonb	   *patch = PG_GETARG_JSON_PATCH_P(0);
	StringInfoData message;
	StringInfo	str = makeStringInfo();

	(void) JsonbToCString(str, &patch->root, VARSIZE(patch));
	pq_begintypsend(&message);
	pq_sendint8(&message, JSON_PATCH_BINARY_VERSION);
	pq_sendtext(&message, str->data, str->len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(imgcat_jsonb_to_json_patch);
/*
 * Cast jsonb to json_patch: checks that it is one.  Members written twice in
 * the text that the jsonb was made of are not seen any more.
 */
Datum
imgcat_jsonb_to_json_patch(PG_FUNCTION_ARGS)
{
	Jsonb	   *patch = PG_GETARG_JSONB_P(0);

	(void) imgcat_json_patch_check(patch, NULL);
	PG_RETURN_JSON_PATCH_P(patch);
}

PG_FUNCTION_INFO_V1(imgcat_json_to_json_patch);
/*
 * Cast json to json_patch: as from text.
 */
Datum
imgcat_json_to_json_patch(PG_FUNCTION_ARGS)
{
	char	   *json = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_JSON_PATCH_P(patch_from_text(json, NULL));
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_to_json);
/*
 * Cast json_patch to json: what lets to_json(), row_to_json() and the like
 * nest a patch as JSON instead of quoting it.
 */
Datum
imgcat_json_patch_to_json(PG_FUNCTION_ARGS)
{
	Jsonb	   *patch = PG_GETARG_JSON_PATCH_P(0);
	StringInfo	str = makeStringInfo();

	(void) JsonbToCString(str, &patch->root, VARSIZE(patch));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(str->data, str->len));
}
