/*-------------------------------------------------------------------------
 *
 * json_patch_build.h
 *		Making a JSON Patch: a list of operations, written as one jsonb.
 *
 * src/json/json_patch_build.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSON_PATCH_BUILD_H
#define IMGCAT_JSON_PATCH_BUILD_H

#include "json/json_patch.h"
#include "lib/stringinfo.h"

/* An operation on its way into a patch. */
typedef struct ImgcatJsonPatchItem
{
	ImgcatJsonPatchOp op;
	int			path_length;
	int			from_length;
	const char *path;
	const char *from;			/* move only */
	JsonbValue	value;			/* add, replace; remove: what is removed */
	bool		is_member;		/* of an object, not an element of an array */
	bool		is_stable;		/* path is right wherever in the patch it
								 * stands */
} ImgcatJsonPatchItem;

typedef struct ImgcatJsonPatchBuilder
{
	ImgcatJsonPatchItem *items;
	int			count;
	int			room;
	Size		size;			/* of the patch in jsonb, at most */
} ImgcatJsonPatchBuilder;

extern void imgcat_json_append_token(StringInfo pointer, const char *name,
									 uint32 length);
extern void imgcat_json_append_index(StringInfo pointer, uint32 index);

extern void imgcat_json_patch_builder_init(ImgcatJsonPatchBuilder *builder);
extern Size imgcat_json_patch_item_size(const ImgcatJsonPatchItem *item);
extern ImgcatJsonPatchItem *imgcat_json_patch_push(ImgcatJsonPatchBuilder *builder,
												   ImgcatJsonPatchOp op,
												   const char *path,
												   int path_length,
												   const JsonbValue *value);
extern void imgcat_json_patch_truncate(ImgcatJsonPatchBuilder *builder,
									   int count);
extern Jsonb *imgcat_json_patch_build(const ImgcatJsonPatchBuilder *builder,
									  bool backwards);

#endif							/* IMGCAT_JSON_PATCH_BUILD_H */
