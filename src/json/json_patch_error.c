/*-------------------------------------------------------------------------
 *
 * json_patch_error.c
 *		What went wrong with an operation, and which one it was.
 *
 * Operations are counted from zero, as a JSON Pointer into the patch would.
 * Pointers and values may be long: messages show their beginning.
 *
 * src/json/json_patch_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/json_patch_error.h"
#include "json/jsonb_format.h"

/* a value up to this size is worth printing, to show its beginning */
#define PRINTED_MAX 4096

/*
 * The operation as a message shows it: add "/a", move "/a" to "/b".
 */
static char *
describe_operation(const ImgcatJsonPatchOperation *operation)
{
	const char *name = imgcat_json_patch_op_name(operation->op);
	char	   *path = imgcat_json_shorten(operation->path.str, operation->path.length);

	if (operation->op != IMGCAT_JSON_PATCH_MOVE &&
		operation->op != IMGCAT_JSON_PATCH_COPY)
		return psprintf("%s \"%s\"", name, path);
	return psprintf("%s \"%s\" to \"%s\"", name,
					imgcat_json_shorten(operation->from.str, operation->from.length),
					path);
}

/*
 * The first ntokens tokens of a pointer, as written.
 */
static char *
pointer_prefix(const ImgcatJsonPointer *pointer, int ntokens)
{
	int			length = 0;

	while (length < pointer->length)
	{
		if (pointer->str[length] == '/' && ntokens-- == 0)
			break;
		length++;
	}
	return imgcat_json_shorten(pointer->str, length);
}

/*
 * Kind of a scalar, with its article.
 */
static const char *
scalar_kind(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		default:
			return "a boolean";
	}
}

/*
 * A node in JSON, or what kind of thing it is when that would be long.
 */
static char *
describe_node(const ImgcatJsonNode *node)
{
	Jsonb	   *document;
	char	   *json;

	if (imgcat_json_node_room(node) > PRINTED_MAX)
	{
		uint32		count;

		if (node->branch)
			count = node->branch->count;
		else if (node->value.type == jbvBinary)
			count = JsonContainerSize(node->value.val.binary.data);
		else
			return psprintf("a long %s", node->value.type == jbvString
							? "string" : "number");
		return imgcat_json_node_is_object(node)
			? psprintf("an object of %u members", count)
			: psprintf("an array of length %u", count);
	}
	document = imgcat_json_tree_write(node);
	json = JsonbToCString(NULL, &document->root, VARSIZE(document));
	return imgcat_json_shorten(json, (int) strlen(json));
}

/*
 * Token number token of pointer leads nowhere from node.
 */
void
imgcat_json_patch_missing(const ImgcatJsonPatchOperation *operation,
						  int number, const ImgcatJsonPointer *pointer,
						  int token, const ImgcatJsonNode *node)
{
	const ImgcatJsonToken *name = &pointer->tokens[token];
	char	   *what = describe_operation(operation);
	char	   *where = pointer_prefix(pointer, token);
	char	   *shown = imgcat_json_shorten(name->str, name->length);
	bool		is_array = imgcat_json_node_is_array(node);
	char	   *why;

	if (imgcat_json_node_is_object(node))
		why = psprintf("the object at \"%s\" has no member \"%s\"",
					   where, shown);
	else if (!is_array)
		why = psprintf("there is %s at \"%s\", which has no member \"%s\"",
					   scalar_kind(&node->value), where, shown);
	else if (name->index == IMGCAT_JSON_INDEX_NONE)
		why = psprintf("there is an array at \"%s\", and \"%s\" is no index",
					   where, shown);
	else if (name->index == IMGCAT_JSON_INDEX_END)
		why = psprintf("there is nothing at the end of the array at \"%s\"",
					   where);
	else
		why = psprintf("index %s is out of range: the array at \"%s\" has length %u",
					   shown, where, node->branch ? node->branch->count
					   : JsonContainerSize(node->value.val.binary.data));

	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_PATCH_TARGET),
			 errmsg("JSON Patch target not found"),
			 errdetail("Operation %d (%s): %s.", number, what, why),
			 is_array ? errhint("Indexes count from 0, without leading zeros; \"-\" is the place behind the last element, where only add, move and copy can put something.") : 0));
}

/*
 * The operation would leave no document.
 */
void
imgcat_json_patch_no_root(const ImgcatJsonPatchOperation *operation,
						  int number)
{
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_PATCH_TARGET),
			 errmsg("JSON Patch target not found"),
			 errdetail("Operation %d (%s): the whole document cannot be removed.",
					   number, describe_operation(operation)),
			 errhint("To empty the document, replace \"\" by null, {} or [].")));
}

/*
 * A test found something else than it expected.
 */
void
imgcat_json_patch_test_failed(const ImgcatJsonPatchOperation *operation,
							  int number, const ImgcatJsonNode *found)
{
	ImgcatJsonNode expected = {0};

	expected.value = operation->value;
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_PATCH_TEST),
			 errmsg("JSON Patch test failed"),
			 errdetail("Operation %d (%s): expected %s, found %s.", number,
					   describe_operation(operation),
					   describe_node(&expected), describe_node(found))));
}

/*
 * The operation would nest the document too deeply.
 */
void
imgcat_json_patch_too_deep(const ImgcatJsonPatchOperation *operation,
						   int number)
{
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
			 errmsg("JSON Patch exceeds a limit"),
			 errdetail("Operation %d (%s): the document would be nested more than %d levels deep.",
					   number, describe_operation(operation),
					   imgcat_json_patch_depth_max),
			 errhint("The limit is the setting image_catalog.json_patch_depth_max.")));
}

/*
 * The operation would make an object or array of more entries than jsonb has
 * room for.
 */
void
imgcat_json_patch_too_large(const ImgcatJsonPatchOperation *operation,
							int number)
{
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
			 errmsg("JSON document is too large"),
			 errdetail("Operation %d (%s): an object or array of jsonb can hold %zu entries.",
					   number, describe_operation(operation),
					   (size_t) IMGCAT_JSONB_COUNT_MAX)));
}

/*
 * The operations copy of a patch would copy too much.
 */
void
imgcat_json_patch_too_much_copied(const ImgcatJsonPatchOperation *operation,
								  int number)
{
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
			 errmsg("JSON Patch exceeds a limit"),
			 errdetail("Operation %d (%s): the patch would copy more than %d kB.",
					   number, describe_operation(operation),
					   imgcat_json_patch_copy_max),
			 errhint("The limit is the setting image_catalog.json_patch_copy_max.")));
}
