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
extern void imgcat_json_patch_operate(ImgcatJsonPatchRun *run,
									  const ImgcatJsonPatch *patch,
									  int number);
extern void imgcat_json_patch_perform(ImgcatJsonPatchRun *run,
									  const ImgcatJsonPatch *patch);

/* the steps of an operation, for who wants to see what each of them meets */
extern bool imgcat_json_pointer_same(const ImgcatJsonPointer *a,
									 const ImgcatJsonPointer *b);
extern void imgcat_json_patch_look(ImgcatJsonPatchRun *run,
								   const ImgcatJsonPatchOperation *operation,
								   int number,
								   const ImgcatJsonPointer *pointer,
								   ImgcatJsonNode *target);
extern ImgcatJsonNode *imgcat_json_patch_take(ImgcatJsonPatchRun *run,
											  const ImgcatJsonPatchOperation *operation,
											  int number,
											  const ImgcatJsonPointer *pointer,
											  bool keep);
extern void imgcat_json_patch_put(ImgcatJsonPatchRun *run,
								  const ImgcatJsonPatchOperation *operation,
								  int number, ImgcatJsonNode *node);

#endif							/* IMGCAT_JSON_PATCH_APPLY_H */
