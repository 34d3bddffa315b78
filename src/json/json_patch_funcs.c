/*-------------------------------------------------------------------------
 *
 * json_patch_funcs.c
 *		JSON Patch in SQL: apply, compose, and the aggregate that replays a
 *		history.
 *
 * src/json/json_patch_funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/json_patch_apply.h"
#include "json/jsonb_writer.h"
#include "utils/memutils.h"

/* What json_patch_apply keeps between calls: the patch that it parsed last. */
typedef struct PatchCache
{
	MemoryContext context;
	Jsonb	   *patch;			/* its bytes; NULL: nothing kept yet */
	ImgcatJsonPatch *parsed;
} PatchCache;

/*
 * The operations of the patch in argument argno, kept in fn_extra while the
 * argument stays the same.
 *
 * A "stable" argument may change all the same: PL/pgSQL evaluates an
 * expression again and again with other parameters.  So the bytes are
 * compared, which is much less work than to parse them.
 */
static ImgcatJsonPatch *
parse_argument(FunctionCallInfo fcinfo, int argno)
{
	Jsonb	   *patch = PG_GETARG_JSON_PATCH_P(argno);
	PatchCache *cache = fcinfo->flinfo->fn_extra;
	MemoryContext caller;

	imgcat_json_patch_check_size(patch);
	if (cache == NULL)
	{
		if (!get_fn_expr_arg_stable(fcinfo->flinfo, argno))
			return imgcat_json_patch_parse(patch, NULL);
		cache = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt,
								   sizeof(PatchCache));
		cache->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt,
											   "JSON Patch",
											   ALLOCSET_SMALL_SIZES);
		cache->patch = NULL;
		fcinfo->flinfo->fn_extra = cache;
	}
	if (cache->patch && VARSIZE(cache->patch) == VARSIZE(patch) &&
		memcmp(cache->patch, patch, VARSIZE(patch)) == 0)
		return cache->parsed;

	cache->patch = NULL;
	MemoryContextReset(cache->context);
	caller = MemoryContextSwitchTo(cache->context);
	patch = memcpy(palloc(VARSIZE(patch)), patch, VARSIZE(patch));
	cache->parsed = imgcat_json_patch_parse(patch, NULL);
	MemoryContextSwitchTo(caller);
	cache->patch = patch;
	return cache->parsed;
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_apply);
/*
 * json_patch_apply(document jsonb, patch json_patch) returns jsonb: RFC 6902.
 */
Datum
imgcat_json_patch_apply(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	ImgcatJsonPatch *patch = parse_argument(fcinfo, 1);

	PG_RETURN_JSONB_P(imgcat_json_patch_apply_parsed(document, patch));
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_compose);
/*
 * json_patch || json_patch: the patch that does the one, then the other.
 */
Datum
imgcat_json_patch_compose(PG_FUNCTION_ARGS)
{
	Jsonb	   *first = PG_GETARG_JSON_PATCH_P(0);
	Jsonb	   *second = PG_GETARG_JSON_PATCH_P(1);
	uint32		first_count = JsonContainerSize(&first->root);
	uint32		second_count = JsonContainerSize(&second->root);
	Size		room = VARHDRSZ + IMGCAT_JSONB_CONTAINER_ROOM +
	imgcat_jsonb_run_room(&first->root, 0, first_count) +
	imgcat_jsonb_run_room(&second->root, 0, second_count);
	Jsonb	   *result;
	ImgcatJsonbWriter writer;

	result = palloc(room);
	imgcat_jsonb_writer_begin(&writer, (char *) &result->root, JB_FARRAY,
							  first_count + second_count);
	imgcat_jsonb_put_run(&writer, &first->root, 0, first_count);
	imgcat_jsonb_put_run(&writer, &second->root, 0, second_count);
	SET_VARSIZE(result, VARHDRSZ + imgcat_jsonb_writer_end(&writer));
	PG_RETURN_JSON_PATCH_P(result);
}
