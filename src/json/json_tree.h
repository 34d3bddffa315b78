/*-------------------------------------------------------------------------
 *
 * json_tree.h
 *		A JSON document that is opened only where it is touched.
 *
 * A node is a value of the document.  It begins as a JsonbValue that points
 * into the jsonb it came from.  To change what is inside an object or array,
 * its node is opened: it becomes a branch, a sequence of parts.  A part is
 * either a run of members or elements of the original bytes, or one node of
 * its own.  Opening costs nothing but one run; each change splits a run.
 * Writing the document copies the runs as bytes.
 *
 * All of it lives in the memory context that was current when it was made;
 * the original bytes must live as long.
 *
 * src/json/json_tree.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSON_TREE_H
#define IMGCAT_JSON_TREE_H

#include "utils/jsonb.h"

#include "query/json_pointer.h"

typedef struct ImgcatJsonNode
{
	JsonbValue	value;			/* while not opened: scalar or jbvBinary */
	struct ImgcatJsonBranch *branch;	/* once opened, else NULL */
	const char *key;			/* in an object: the member's name */
	uint32		key_length;
} ImgcatJsonNode;

typedef struct ImgcatJsonPart
{
	ImgcatJsonNode *node;		/* one member or element; NULL: a run */
	uint32		first;			/* run: the first one, in the base */
	uint32		count;			/* run: how many; node: 1 */
} ImgcatJsonPart;

#define IMGCAT_JSON_FEW_PARTS	4

typedef struct ImgcatJsonBranch
{
	const JsonbContainer *base; /* what the runs refer to */
	bool		is_object;
	uint32		count;			/* members or elements */
	int			nparts;
	int			room;
	ImgcatJsonPart *parts;		/* object: in the order of the keys */
	ImgcatJsonPart few[IMGCAT_JSON_FEW_PARTS];
} ImgcatJsonBranch;

/* A member or element of a branch, or the gap in front of it. */
typedef struct ImgcatJsonPlace
{
	int			part;
	uint32		within;			/* in a run: how many come before */
} ImgcatJsonPlace;

/* json_tree.c: structure */
extern void imgcat_json_tree_init(ImgcatJsonNode *root, Jsonb *document);
extern bool imgcat_json_node_is_object(const ImgcatJsonNode *node);
extern bool imgcat_json_node_is_array(const ImgcatJsonNode *node);
extern void imgcat_json_node_set(ImgcatJsonNode *node, const JsonbValue *value);
extern ImgcatJsonBranch *imgcat_json_node_open(ImgcatJsonNode *node);
extern ImgcatJsonBranch *imgcat_json_node_make_object(ImgcatJsonNode *node);
extern bool imgcat_json_node_child(const ImgcatJsonNode *node,
								   const ImgcatJsonToken *token,
								   ImgcatJsonNode *child);
extern int	imgcat_json_node_resolve(const ImgcatJsonNode *node,
									 const ImgcatJsonToken *tokens,
									 int ntokens, ImgcatJsonNode *target);
extern bool imgcat_json_branch_find(const ImgcatJsonBranch *branch,
									const ImgcatJsonToken *token,
									ImgcatJsonPlace *place);
extern bool imgcat_json_branch_find_key(const ImgcatJsonBranch *branch,
										const char *key, uint32 length,
										ImgcatJsonPlace *place);
extern void imgcat_json_branch_find_index(const ImgcatJsonBranch *branch,
										  uint32 index, ImgcatJsonPlace *place);
extern void imgcat_json_branch_peek(const ImgcatJsonBranch *branch,
									const ImgcatJsonPlace *place,
									ImgcatJsonNode *copy);
extern ImgcatJsonNode *imgcat_json_branch_isolate(ImgcatJsonBranch *branch,
												  ImgcatJsonPlace *place);
extern void imgcat_json_branch_insert(ImgcatJsonBranch *branch,
									  const ImgcatJsonPlace *place,
									  ImgcatJsonNode *node);
extern void imgcat_json_branch_delete(ImgcatJsonBranch *branch,
									  const ImgcatJsonPlace *place);

/* json_tree_write.c: measuring, comparing, writing */
extern Size imgcat_json_node_room(const ImgcatJsonNode *node);
extern bool imgcat_json_node_is_deeper(const ImgcatJsonNode *node, int depth);
extern bool imgcat_json_node_equal(const ImgcatJsonNode *node,
								   const JsonbValue *value);
extern void imgcat_json_node_freeze(ImgcatJsonNode *node);
extern Jsonb *imgcat_json_tree_write(const ImgcatJsonNode *root);

#endif							/* IMGCAT_JSON_TREE_H */
