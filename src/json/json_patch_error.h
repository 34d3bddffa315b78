/*-------------------------------------------------------------------------
 *
 * json_patch_error.h
 *		What went wrong with an operation, and which one it was.
 *
 * src/json/json_patch_error.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSON_PATCH_ERROR_H
#define IMGCAT_JSON_PATCH_ERROR_H

#include "compat.h"
#include "json/json_patch.h"
#include "json/json_tree.h"

pg_noreturn extern void imgcat_json_patch_missing(const ImgcatJsonPatchOperation *operation,
												  int number,
												  const ImgcatJsonPointer *pointer,
												  int token,
												  const ImgcatJsonNode *node);
pg_noreturn extern void imgcat_json_patch_no_root(const ImgcatJsonPatchOperation *operation,
												  int number);
pg_noreturn extern void imgcat_json_patch_test_failed(const ImgcatJsonPatchOperation *operation,
													  int number,
													  const ImgcatJsonNode *found);
pg_noreturn extern void imgcat_json_patch_too_deep(const ImgcatJsonPatchOperation *operation,
												   int number);
pg_noreturn extern void imgcat_json_patch_too_large(const ImgcatJsonPatchOperation *operation,
													int number);
pg_noreturn extern void imgcat_json_patch_too_much_copied(const ImgcatJsonPatchOperation *operation,
														  int number);

#endif							/* IMGCAT_JSON_PATCH_ERROR_H */
