/*-------------------------------------------------------------------------
 *
 * json_patch_apply.h
 *		The patch engine: one document, any number of operations, one result.
 *
 * src/json/json_patch_apply.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSON_PATCH_APPLY_H
#define IMGCAT_JSON_PATCH_APPLY_H

#include "json/json_patch.h"
#include "json/json_tree.h"

/* A document under a patch. */
typedef struct ImgcatJsonPatchRun
{
	ImgcatJsonNode root;
	bool		changed;		/* by any operation but test */
	Size		copied;			/* bytes, by operations copy */
} ImgcatJsonPatchRun;

extern void imgcat_json_patch_begin(ImgcatJsonPatchRun *run, Jsonb *document);
extern void imgcat_json_patch_check_size(const ImgcatJsonPatch *patch);
extern void imgcat_json_patch_operate(ImgcatJsonPatchRun *run,
									  const ImgcatJsonPatch *patch,
									  int number);
extern void imgcat_json_patch_perform(ImgcatJsonPatchRun *run,
									  const ImgcatJsonPatch *patch);

#endif							/* IMGCAT_JSON_PATCH_APPLY_H */
