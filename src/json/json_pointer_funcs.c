/*-------------------------------------------------------------------------
 *
 * json_pointer_funcs.c
 *		JSON Pointer (RFC 6901) in SQL.
 *
 * src/json/json_pointer_funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/json_patch.h"
#include "json/json_tree.h"
#include "json/jsonb_writer.h"
#include "utils/builtins.h"

/*
 * Follow the pointer in pointer_text from the root of a document.  Returns
 * whether it led somewhere; target is where.
 */
static bool
find_target(Jsonb *document, text *pointer_text, ImgcatJsonNode *target)
{
	ImgcatJsonPointer pointer;
	ImgcatJsonPointerStatus status;
	ImgcatJsonNode root;
	size_t		error_at;

	imgcat_json_pointer_init(&pointer, VARDATA_ANY(pointer_text),
							 VARSIZE_ANY_EXHDR(pointer_text),
							 &status, &error_at);
	if (status != IMGCAT_JSON_POINTER_OK)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Pointer"),
				 errdetail("The pointer %s (byte %d).",
						   imgcat_json_pointer_problem(status),
						   (int) error_at),
				 errhint("In names, ~ is written ~0 and / is written ~1, as json_pointer_escape() does.")));
	imgcat_json_tree_init(&root, document);
	return imgcat_json_node_resolve(&root, pointer.tokens, pointer.ntokens,
									target) == pointer.ntokens;
}

PG_FUNCTION_INFO_V1(imgcat_json_pointer_get);
/*
 * json_pointer_get(document jsonb, pointer text) returns jsonb: what the
 * pointer names, SQL null when it names nothing.
 */
Datum
imgcat_json_pointer_get(PG_FUNCTION_ARGS)
{
	ImgcatJsonNode target;

	if (!find_target(PG_GETARG_JSONB_P(0), PG_GETARG_TEXT_PP(1), &target))
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(imgcat_jsonb_from_value(&target.value));
}

PG_FUNCTION_INFO_V1(imgcat_json_pointer_exists);
/*
 * json_pointer_exists(document jsonb, pointer text) returns boolean
 */
Datum
imgcat_json_pointer_exists(PG_FUNCTION_ARGS)
{
	ImgcatJsonNode target;

	PG_RETURN_BOOL(find_target(PG_GETARG_JSONB_P(0), PG_GETARG_TEXT_PP(1),
							   &target));
}

PG_FUNCTION_INFO_V1(imgcat_json_pointer_escape_token);
/*
 * json_pointer_escape(token text) returns text: a name as a pointer spells
 * it, without the slash in front.
 */
Datum
imgcat_json_pointer_escape_token(PG_FUNCTION_ARGS)
{
	text	   *token = PG_GETARG_TEXT_PP(0);
	size_t		length = VARSIZE_ANY_EXHDR(token);
	size_t		room = imgcat_json_pointer_escape(VARDATA_ANY(token), length,
												  NULL);
	text	   *result = palloc(VARHDRSZ + room);

	imgcat_json_pointer_escape(VARDATA_ANY(token), length, VARDATA(result));
	SET_VARSIZE(result, VARHDRSZ + room);
	PG_RETURN_TEXT_P(result);
}
