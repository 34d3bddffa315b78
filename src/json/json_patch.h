/*-------------------------------------------------------------------------
 *
 * json_patch.h
 *		JSON Patch (RFC 6902): the operations of a patch, and applying them.
 *
 * A datum of type json_patch is a jsonb that has been checked to be a patch:
 * the bytes are the same, so a cast to jsonb costs nothing.  Whoever works
 * with a patch in C gets its operations from imgcat_json_patch_parse().
 *
 * src/json/json_patch.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSON_PATCH_H
#define IMGCAT_JSON_PATCH_H

#include "utils/jsonb.h"

#include "query/json_pointer.h"

/* The patch is not a patch: bad JSON, bad operation, bad pointer. */
#define IMGCAT_ERRCODE_PATCH_MALFORMED	ERRCODE_INVALID_TEXT_REPRESENTATION
/* A pointer of the patch names nothing: no such member, index out of range. */
#define IMGCAT_ERRCODE_PATCH_TARGET		ERRCODE_NO_SQL_JSON_ITEM
/* A test operation found something else. */
#define IMGCAT_ERRCODE_PATCH_TEST		MAKE_SQLSTATE('P','T','4','0','9')
/* A limit (setting image_catalog.json_patch_*) or a limit of jsonb. */
#define IMGCAT_ERRCODE_PATCH_LIMIT		ERRCODE_PROGRAM_LIMIT_EXCEEDED

/* Names in all pointers of a patch; bounds the memory that parsing takes. */
#define IMGCAT_JSON_PATCH_TOKENS_MAX	1000000

typedef enum ImgcatJsonPatchOp
{
	IMGCAT_JSON_PATCH_ADD,
	IMGCAT_JSON_PATCH_REMOVE,
	IMGCAT_JSON_PATCH_REPLACE,
	IMGCAT_JSON_PATCH_MOVE,
	IMGCAT_JSON_PATCH_COPY,
	IMGCAT_JSON_PATCH_TEST
} ImgcatJsonPatchOp;

/* A JSON Pointer and its tokens; no tokens: the whole document. */
typedef struct ImgcatJsonPointer
{
	const char *str;			/* as written, not NUL-terminated */
	int			length;
	int			ntokens;
	ImgcatJsonToken *tokens;	/* escapes undone */
} ImgcatJsonPointer;

typedef struct ImgcatJsonPatchOperation
{
	ImgcatJsonPatchOp op;
	ImgcatJsonPointer path;
	ImgcatJsonPointer from;		/* move and copy only */
	JsonbValue	value;			/* add, replace and test only: a scalar, or
								 * jbvBinary for an object or array */
} ImgcatJsonPatchOperation;

typedef struct ImgcatJsonPatch
{
	int			noperations;
	ImgcatJsonPatchOperation *operations;
} ImgcatJsonPatch;

#define DatumGetJsonPatchP(X)		DatumGetJsonbP(X)
#define JsonPatchPGetDatum(X)		JsonbPGetDatum(X)
#define PG_GETARG_JSON_PATCH_P(n)	DatumGetJsonPatchP(PG_GETARG_DATUM(n))
#define PG_RETURN_JSON_PATCH_P(x)	PG_RETURN_POINTER(x)

/* limits (settings) */
extern char *imgcat_json_shorten(const char *string, int length);
extern int	imgcat_json_patch_operations_max;
extern int	imgcat_json_patch_depth_max;
extern int	imgcat_json_patch_result_max;	/* kB */
extern int	imgcat_json_patch_copy_max; /* kB */

extern void imgcat_json_define_settings(void);

extern ImgcatJsonPatch *imgcat_json_patch_parse(Jsonb *patch,
												struct Node *escontext);
extern bool imgcat_json_patch_check(Jsonb *patch, struct Node *escontext);
extern void imgcat_json_patch_check_size(const Jsonb *patch);
extern Jsonb *imgcat_json_patch_apply_parsed(Jsonb *document,
											 const ImgcatJsonPatch *patch);
extern const char *imgcat_json_patch_op_name(ImgcatJsonPatchOp op);
extern void imgcat_json_pointer_init(ImgcatJsonPointer *pointer,
									 const char *str, int length,
									 ImgcatJsonPointerStatus *status,
									 size_t *error_at);
extern const char *imgcat_json_pointer_problem(ImgcatJsonPointerStatus status);

#endif							/* IMGCAT_JSON_PATCH_H */
