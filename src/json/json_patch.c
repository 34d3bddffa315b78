/*-------------------------------------------------------------------------
 *
 * json_patch.c
 *		JSON Patch: reading the operations from jsonb, and the settings that
 *		bound them.
 *
 * src/json/json_patch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "compat.h"
#include "context.h"
#include "json/json_patch.h"
#include "json/jsonb_format.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/guc.h"

/* most of a pointer, a name or a value that a message shows, in bytes */
#define SHOWN_MAX 200

int			imgcat_json_patch_operations_max = 10000;
int			imgcat_json_patch_depth_max = 1000;
int			imgcat_json_patch_result_max = 256 * 1024;
int			imgcat_json_patch_copy_max = 64 * 1024;

/* in the order of ImgcatJsonPatchOp */
static const struct
{
	const char *name;
	bool		has_from;
	bool		has_value;
}			op_table[] =

{
	{"add", false, true},
	{"remove", false, false},
	{"replace", false, true},
	{"move", true, false},
	{"copy", true, false},
	{"test", false, true}
};

/* The members of an operation that the standard knows. */
typedef struct OperationMembers
{
	JsonbValue	op;
	JsonbValue	path;
	JsonbValue	from;
	JsonbValue	value;
	bool		has_op;
	bool		has_path;
	bool		has_from;
	bool		has_value;
} OperationMembers;

/*
 * At most SHOWN_MAX bytes of a text, with dots where something was cut off.
 */
char *
imgcat_json_shorten(const char *string, int length)
{
	int			shown;

	if (length <= SHOWN_MAX)
		return pnstrdup(string, length);
	shown = pg_mbcliplen(string, length, SHOWN_MAX);
	return psprintf("%.*s...", shown, string);
}

/*
 * Define the settings image_catalog.json_patch_*.  Called once, from _PG_init.
 */
void
imgcat_json_define_settings(void)
{
	DefineCustomIntVariable("image_catalog.json_patch_operations_max",
							"Most operations of a JSON Patch.",
							NULL,
							&imgcat_json_patch_operations_max,
							10000, 0, INT_MAX,
							PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomIntVariable("image_catalog.json_patch_depth_max",
							"Deepest nesting that a JSON Patch may reach or create.",
							NULL,
							&imgcat_json_patch_depth_max,
							1000, 1, 100000,
							PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomIntVariable("image_catalog.json_patch_result_max",
							"Largest document that a JSON Patch may make.",
							NULL,
							&imgcat_json_patch_result_max,
							256 * 1024, 1, 256 * 1024,
							PGC_SUSET, GUC_UNIT_KB | IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomIntVariable("image_catalog.json_patch_copy_max",
							"Most that the copy operations of a JSON Patch may copy, in sum.",
							NULL,
							&imgcat_json_patch_copy_max,
							64 * 1024, 0, 1024 * 1024,
							PGC_SUSET, GUC_UNIT_KB | IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
}

/*
 * Name of an operation, as a patch spells it.
 */
const char *
imgcat_json_patch_op_name(ImgcatJsonPatchOp op)
{
	return op_table[op].name;
}

/*
 * What is wrong with a pointer, as a half sentence.
 */
const char *
imgcat_json_pointer_problem(ImgcatJsonPointerStatus status)
{
	switch (status)
	{
		case IMGCAT_JSON_POINTER_NO_SLASH:
			return "must be empty or start with a slash";
		case IMGCAT_JSON_POINTER_BAD_ESCAPE:
			return "has a tilde that is not followed by 0 or 1";
		case IMGCAT_JSON_POINTER_TOO_LONG:
			return "has more names than any document is deep";
		case IMGCAT_JSON_POINTER_OK:
			break;
	}
	return "is correct";
}

/*
 * Split a pointer into tokens, in the current memory context.  The text must
 * live as long as the pointer: tokens point into it.
 */
void
imgcat_json_pointer_init(ImgcatJsonPointer *pointer, const char *str,
						 int length, ImgcatJsonPointerStatus *status,
						 size_t *error_at)
{
	size_t		ntokens = imgcat_json_pointer_token_count(str, length);
	bool		escaped = length > 0 && memchr(str, '~', length) != NULL;
	char	   *memory = NULL;

	pointer->str = str;
	pointer->length = length;
	if (ntokens > IMGCAT_JSON_POINTER_TOKENS_MAX)
	{
		/* a token takes many times the room of the slash that it may be */
		*status = IMGCAT_JSON_POINTER_TOO_LONG;
		*error_at = 0;
		return;
	}
	if (ntokens > 0)
		memory = palloc(ntokens * sizeof(ImgcatJsonToken) +
						(escaped ? length : 0));
	pointer->ntokens = (int) ntokens;
	pointer->tokens = (ImgcatJsonToken *) memory;
	*status = imgcat_json_pointer_parse(str, length, pointer->tokens,
										escaped ? memory + ntokens * sizeof(ImgcatJsonToken) : NULL,
										error_at);
}

/*
 * Collect the known members of an operation.  Unknown ones are ignored, as
 * RFC 6902 (section 4) demands.
 */
static void
read_members(const JsonbContainer *object, OperationMembers *members)
{
	uint32		count = JsonContainerSize(object);
	const char *data = imgcat_jsonb_data(object);
	uint32		key_start = 0;
	uint32		value_start = getJsonbOffset(object, count);
	uint32		i;

	members->has_op = members->has_path = false;
	members->has_from = members->has_value = false;

	for (i = 0; i < count; i++)
	{
		const char *key = data + key_start;
		uint32		key_end = imgcat_jsonb_entry_end(object->children[i],
													 key_start);
		uint32		length = key_end - key_start;
		JsonbValue *member = NULL;

		if (length == 2 && memcmp(key, "op", 2) == 0)
		{
			member = &members->op;
			members->has_op = true;
		}
		else if (length == 4 && memcmp(key, "path", 4) == 0)
		{
			member = &members->path;
			members->has_path = true;
		}
		else if (length == 4 && memcmp(key, "from", 4) == 0)
		{
			member = &members->from;
			members->has_from = true;
		}
		else if (length == 5 && memcmp(key, "value", 5) == 0)
		{
			member = &members->value;
			members->has_value = true;
		}
		if (member)
			imgcat_jsonb_read_entry(object, count + i, value_start, member);
		key_start = key_end;
		value_start = imgcat_jsonb_entry_end(object->children[count + i],
											 value_start);
	}
}

/*
 * The operation as a message shows it, as far as it is known: path is NULL
 * while that is what is being read.
 */
static char *
describe(ImgcatJsonPatchOp op, const ImgcatJsonPointer *path)
{
	if (path == NULL)
		return pstrdup(op_table[op].name);
	return psprintf("%s \"%s\"", op_table[op].name,
					imgcat_json_shorten(path->str, path->length));
}

/*
 * Read the member path or from of an operation into pointer.  False when it
 * is missing or no pointer; then the error is saved.
 */
static bool
read_pointer(int number, ImgcatJsonPatchOp op, const ImgcatJsonPointer *path,
			 const char *name, bool present, const JsonbValue *member,
			 ImgcatJsonPointer *pointer, struct Node *escontext)
{
	ImgcatJsonPointerStatus status;
	size_t		error_at;

	if (!present)
		ereturn(escontext, false,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Patch"),
				 errdetail("Operation %d (%s) has no member \"%s\".",
						   number, describe(op, path), name)));
	if (member->type != jbvString)
		ereturn(escontext, false,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Patch"),
				 errdetail("Operation %d (%s): member \"%s\" is not a string.",
						   number, describe(op, path), name)));

	imgcat_json_pointer_init(pointer, member->val.string.val,
							 member->val.string.len, &status, &error_at);
	if (status != IMGCAT_JSON_POINTER_OK)
		ereturn(escontext, false,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Patch"),
				 errdetail("Operation %d (%s): \"%s\" is not a JSON Pointer: it %s (byte %d).",
						   number, describe(op, path),
						   imgcat_json_shorten(pointer->str, pointer->length),
						   imgcat_json_pointer_problem(status),
						   (int) error_at),
				 errhint("A JSON Pointer is empty, or a slash before each name; in names, ~ is written ~0 and / is written ~1.")));
	return true;
}

/*
 * Which operation does the member op name?  False when none; then the error
 * is saved.
 */
static bool
read_op(int operation, const OperationMembers *members,
		ImgcatJsonPatchOp *op, struct Node *escontext)
{
	const JsonbValue *name = &members->op;
	int			i;

	if (!members->has_op)
		ereturn(escontext, false,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Patch"),
				 errdetail("Operation %d has no member \"op\".", operation)));
	if (name->type != jbvString)
		ereturn(escontext, false,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Patch"),
				 errdetail("Operation %d: member \"op\" is not a string.",
						   operation)));
	for (i = 0; i < (int) lengthof(op_table); i++)
	{
		if ((size_t) name->val.string.len == strlen(op_table[i].name) &&
			memcmp(name->val.string.val, op_table[i].name,
				   name->val.string.len) == 0)
		{
			*op = (ImgcatJsonPatchOp) i;
			return true;
		}
	}
	ereturn(escontext, false,
			(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
			 errmsg("malformed JSON Patch"),
			 errdetail("Operation %d: there is no operation \"%s\".",
					   operation,
					   imgcat_json_shorten(name->val.string.val,
										   name->val.string.len)),
			 errhint("The operations are add, remove, replace, move, copy and test.")));
}

/*
 * Does pointer lead to something inside of what outer names?
 */
static bool
is_inside(const ImgcatJsonPointer *pointer, const ImgcatJsonPointer *outer)
{
	int			i;

	if (pointer->ntokens <= outer->ntokens)
		return false;
	for (i = 0; i < outer->ntokens; i++)
	{
		if (pointer->tokens[i].length != outer->tokens[i].length ||
			memcmp(pointer->tokens[i].str, outer->tokens[i].str,
				   outer->tokens[i].length) != 0)
			return false;
	}
	return true;
}

/*
 * Read one operation.  False when it is malformed; then the error is saved.
 */
static bool
read_operation(int number, const JsonbValue *element,
			   ImgcatJsonPatchOperation *operation, struct Node *escontext)
{
	OperationMembers members;

	if (element->type != jbvBinary ||
		!JsonContainerIsObject(element->val.binary.data))
		ereturn(escontext, false,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Patch"),
				 errdetail("Operation %d is not an object.", number)));

	read_members(element->val.binary.data, &members);
	if (!read_op(number, &members, &operation->op, escontext) ||
		!read_pointer(number, operation->op, NULL, "path", members.has_path,
					  &members.path, &operation->path, escontext))
		return false;

	if (op_table[operation->op].has_from)
	{
		if (!read_pointer(number, operation->op, &operation->path, "from",
						  members.has_from, &members.from,
						  &operation->from, escontext))
			return false;
		if (operation->op == IMGCAT_JSON_PATCH_MOVE &&
			is_inside(&operation->path, &operation->from))
			ereturn(escontext, false,
					(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
					 errmsg("malformed JSON Patch"),
					 errdetail("Operation %d (move \"%s\" to \"%s\") would move a value into itself.",
							   number,
							   imgcat_json_shorten(operation->from.str,
												   operation->from.length),
							   imgcat_json_shorten(operation->path.str,
												   operation->path.length))));
	}
	else
		memset(&operation->from, 0, sizeof(operation->from));

	if (!op_table[operation->op].has_value)
		operation->value.type = jbvNull;
	else if (members.has_value)
		operation->value = members.value;
	else
		ereturn(escontext, false,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Patch"),
				 errdetail("Operation %d (%s) has no member \"value\".",
						   number,
						   describe(operation->op, &operation->path))));
	return true;
}

/*
 * Read the operations of a patch: into result, if there is one, else only to
 * check them.  False when the patch is malformed; then the error is saved.
 */
static bool
read_operations(Jsonb *patch, ImgcatJsonPatch *result,
				struct Node *escontext)
{
	const JsonbContainer *array = &patch->root;
	ImgcatJsonPatchOperation scratch;
	uint32		start = 0;
	uint32		count;
	Size		room = 0;
	int64		ntokens = 0;
	uint32		i;

	if (!JsonContainerIsArray(array) || JsonContainerIsScalar(array))
		ereturn(escontext, false,
				(errcode(IMGCAT_ERRCODE_PATCH_MALFORMED),
				 errmsg("malformed JSON Patch"),
				 errdetail("A JSON Patch is an array of operations.")));

	count = JsonContainerSize(array);
	if (result)
	{
		result->noperations = 0;
		room = Min(count, 1000) + 1;
		result->operations = palloc(room * sizeof(ImgcatJsonPatchOperation));
	}

	for (i = 0; i < count; i++)
	{
		ImgcatJsonPatchOperation *operation = &scratch;
		JsonbValue	element;

		CHECK_FOR_INTERRUPTS();
		if (result)
		{
			if (i == room)
			{
				/* grown as they are read: long rubbish stays cheap */
				room *= 2;
				result->operations =
					repalloc_huge(result->operations,
								  room * sizeof(ImgcatJsonPatchOperation));
			}
			operation = &result->operations[i];
		}
		imgcat_jsonb_read_entry(array, i, start, &element);
		if (!read_operation((int) i, &element, operation, escontext))
			return false;
		start = imgcat_jsonb_entry_end(array->children[i], start);

		if (result)
			result->noperations++;
		else
		{
			if (operation->path.tokens)
				pfree(operation->path.tokens);
			if (operation->from.tokens)
				pfree(operation->from.tokens);
		}
		ntokens += operation->path.ntokens + operation->from.ntokens;
		if (ntokens > IMGCAT_JSON_PATCH_TOKENS_MAX)
			ereturn(escontext, false,
					(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
					 errmsg("JSON Patch exceeds a limit"),
					 errdetail("The pointers of a patch can have %d names in all.",
							   IMGCAT_JSON_PATCH_TOKENS_MAX)));
	}
	return true;
}

/*
 * The operations of a patch, in the current memory context; they point into
 * the patch, which must live as long.
 *
 * A jsonb that is no patch is an error, saved in escontext if there is one:
 * then the result is NULL.
 */
ImgcatJsonPatch *
imgcat_json_patch_parse(Jsonb *patch, struct Node *escontext)
{
	ImgcatJsonPatch *result = palloc(sizeof(ImgcatJsonPatch));

	return read_operations(patch, result, escontext) ? result : NULL;
}

/*
 * Is the jsonb a JSON Patch?  If not, that is an error, saved in escontext if
 * there is one.
 */
bool
imgcat_json_patch_check(Jsonb *patch, struct Node *escontext)
{
	return read_operations(patch, NULL, escontext);
}

/*
 * Refuse a patch of more operations than the setting allows; better before it
 * is parsed.
 */
void
imgcat_json_patch_check_size(const Jsonb *patch)
{
	uint32		count = JsonContainerSize(&patch->root);

	imgcat_check_settings();
	if (count > (uint32) imgcat_json_patch_operations_max)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_PATCH_LIMIT),
				 errmsg("JSON Patch exceeds a limit"),
				 errdetail("The patch has %u operations; the limit is %d.",
						   count, imgcat_json_patch_operations_max),
				 errhint("The limit is the setting image_catalog.json_patch_operations_max.")));
}
