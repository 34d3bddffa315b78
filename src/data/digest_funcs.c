/*-------------------------------------------------------------------------
 *
 * digest_funcs.c
 *		image_digest(): a digest of the bytes in many rows.
 *
 * src/data/digest_funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "data/digest.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(imgcat_image_digest_transition);
/*
 * image_digest_transition(state internal, algo text, data bytea) returns
 * internal: a row without data adds nothing.
 */
Datum
imgcat_image_digest_transition(PG_FUNCTION_ARGS)
{
	ImgcatDigest *digest;
	MemoryContext aggregate_context;

	if (!AggCheckCallContext(fcinfo, &aggregate_context))
		elog(ERROR, "image_digest_transition called outside an aggregate");
	if (PG_ARGISNULL(0))
	{
		const ImgcatDigestAlgorithm *algorithm;
		MemoryContext old;

		if (PG_ARGISNULL(1))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"%s\" must not be null", "algo")));
		algorithm = imgcat_digest_algorithm_require(text_to_cstring(PG_GETARG_TEXT_PP(1)));
		old = MemoryContextSwitchTo(aggregate_context);
		digest = imgcat_digest_begin(algorithm);
		MemoryContextSwitchTo(old);
	}
	else
		digest = (ImgcatDigest *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(2))
	{
		bytea	   *data = PG_GETARG_BYTEA_PP(2);

		imgcat_digest_add(digest, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
		PG_FREE_IF_COPY(data, 2);
	}
	PG_RETURN_POINTER(digest);
}

PG_FUNCTION_INFO_V1(imgcat_image_digest_final);
/*
 * image_digest_final(state internal) returns text
 */
Datum
imgcat_image_digest_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(imgcat_digest_hex((ImgcatDigest *) PG_GETARG_POINTER(0))));
}
