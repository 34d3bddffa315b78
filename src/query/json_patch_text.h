/*-------------------------------------------------------------------------
 *
 * json_patch_text.h
 *		What a JSON Patch loses on the way to jsonb: members written twice.
 *
 * Pure C: no server needed, no memory allocated.
 *
 * src/query/json_patch_text.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_QUERY_JSON_PATCH_TEXT_H
#define IMGCAT_QUERY_JSON_PATCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Where a member that an operation may have once stands a second time. */
typedef struct ImgcatJsonPatchDuplicate
{
	size_t		operation;		/* counted from zero */
	const char *member;			/* "op", "path", "from" or "value" */
	size_t		position;		/* byte offset of the second one */
} ImgcatJsonPatchDuplicate;

extern bool imgcat_json_patch_text_duplicate(const char *str, size_t length,
											 ImgcatJsonPatchDuplicate *duplicate);

#endif							/* IMGCAT_QUERY_JSON_PATCH_TEXT_H */
