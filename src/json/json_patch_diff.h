/*-------------------------------------------------------------------------
 *
 * json_patch_diff.h
 *		The JSON Patch between two documents.
 *
 * src/json/json_patch_diff.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSON_PATCH_DIFF_H
#define IMGCAT_JSON_PATCH_DIFF_H

#include "json/json_patch_build.h"

/* A diff on its way. */
typedef struct ImgcatJsonDiff
{
	ImgcatJsonPatchBuilder patch;
	StringInfoData path;		/* pointer of what is being compared */
	int			depth;			/* its number of tokens */
	int64		work;			/* what array comparison may still cost */

	/* compares two values that stand at an index of the array at the path */
	void		(*element) (struct ImgcatJsonDiff *diff, uint32 index,
							const JsonbValue *source,
							const JsonbValue *target);
} ImgcatJsonDiff;

/* A value that may be moved: what is removed here and added there. */
typedef struct ImgcatJsonDiffKey
{
	uint32		hash;
	int			number;			/* of an item or element; -1: taken */
} ImgcatJsonDiffKey;

/* json_array_diff.c */
extern bool imgcat_json_diff_settle(ImgcatJsonDiff *diff, int mark,
									Size size_before,
									const JsonbValue *target);
extern int	imgcat_json_diff_compare_keys(const void *a, const void *b);
extern void imgcat_json_diff_arrays(ImgcatJsonDiff *diff,
									const JsonbValue *source,
									const JsonbValue *target);

/* json_array_match.c */
extern bool imgcat_json_array_match(ImgcatJsonDiff *diff,
									const JsonbValue *source, int nsource,
									const JsonbValue *target, int ntarget,
									int *match);

#endif							/* IMGCAT_JSON_PATCH_DIFF_H */
