/*-------------------------------------------------------------------------
 *
 * change_row.c
 *		A change out of the history of images: who sees it, and its JSON.
 *
 * src/image/change_row.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "compat.h"
#include "executor/spi.h"
#include "image/attribute.h"
#include "image/change_row.h"
#include "image/errors.h"
#include "image/protection.h"
#include "index_lookup.h"
#include "json/jsonb_read.h"
#include "json_writer.h"
#include "query/json_pointer.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"

/* the columns of IMGCAT_CHANGE_COLUMNS */
enum
{
	COL_NUMBER = 1,
	COL_IMAGE_ID,
	COL_AT,
	COL_OPERATION,
	COL_MEMBER_ID,
	COL_PATCH,
	COL_INVERSE,
	COL_PROJECT_ID,
	COL_USER_ID,
	COL_ROLE,
	COL_REQUEST_ID,
	COL_IS_OWNER
};

/*
 * Is history recorded here?  The triggers tell, and not the row that had them
 * made: a subscriber has the row, and the changes, of its publisher.
 */
bool
imgcat_is_recording(void)
{
	Relation	images = imgcat_table_open("images");
	bool		found = false;

	if (images->trigdesc != NULL)
		for (int i = 0; i < images->trigdesc->numtriggers && !found; i++)
			found = strcmp(images->trigdesc->triggers[i].tgname,
						   "images_record_update") == 0;
	table_close(images, NoLock);
	return found;
}

/*
 * Refuse to read a history that is not recorded.
 */
void
imgcat_require_recording(void)
{
	if (!imgcat_is_recording())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("history of images is not recorded"),
				 errhint("An administrator of the catalogue begins it by record_image_history(true).")));
}

/*
 * The first arguments of a statement that reads changes.
 */
void
imgcat_change_args(const ImgcatCaller *caller, Datum *args, char *nulls)
{
	args[0] = BoolGetDatum(caller->is_admin);
	nulls[0] = ' ';
	args[1] = caller->project_id ? CStringGetTextDatum(caller->project_id) : 0;
	nulls[1] = caller->project_id ? ' ' : 'n';
}

/*
 * The number of the change.
 */
int64
imgcat_change_number(HeapTuple tuple, TupleDesc tupdesc)
{
	bool		is_null;

	return DatumGetInt64(SPI_getbinval(tuple, tupdesc, COL_NUMBER, &is_null));
}

/*
 * May the caller know of a member of the document?
 */
static bool
may_read_member(const char *name, size_t length)
{
	return imgcat_attribute_find(name, length) != NULL ||
		imgcat_property_allowed(IMGCAT_PROPERTY_READ, name, length);
}

/*
 * Push what the caller may read of a whole document.
 */
static void
push_readable(JsonbInState *state, JsonbContainer *document)
{
	ImgcatJsonbWalk walk;

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	imgcat_read_begin(&walk, document);
	while (imgcat_read_next(&walk))
		if (may_read_member(walk.key.val.string.val, walk.key.val.string.len))
		{
			pushJsonbValue(state, WJB_KEY, &walk.key);
			pushJsonbValue(state, WJB_VALUE, &walk.value);
		}
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * Push an operation of a patch on an image, if the caller may read what it
 * changes.  It is on a whole member, or on the whole document.
 */
static void
push_readable_operation(JsonbInState *state, JsonbValue *operation)
{
	JsonbContainer *object = imgcat_read_as_object(operation);
	ImgcatJsonbWalk walk;
	JsonbValue	path;
	ImgcatJsonToken token;
	char	   *decoded;
	size_t		error_at;
	bool		whole;

	if (!imgcat_read_member(object, "path", &path) || path.type != jbvString)
		elog(ERROR, "operation of a change without a path");
	whole = path.val.string.len == 0;
	decoded = palloc(path.val.string.len + 1);
	if (!whole &&
		(imgcat_json_pointer_token_count(path.val.string.val,
										 path.val.string.len) != 1 ||
		 imgcat_json_pointer_parse(path.val.string.val, path.val.string.len,
								   &token, decoded, &error_at) != IMGCAT_JSON_POINTER_OK))
		elog(ERROR, "operation of a change on a part of a member");
	if (!whole && !may_read_member(token.str, token.length))
		return;

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	imgcat_read_begin(&walk, object);
	while (imgcat_read_next(&walk))
	{
		pushJsonbValue(state, WJB_KEY, &walk.key);
		if (whole && imgcat_read_as_object(&walk.value) != NULL)
			push_readable(state, imgcat_read_as_object(&walk.value));
		else
			pushJsonbValue(state, WJB_VALUE, &walk.value);
	}
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * What the caller may read of a patch on an image.
 */
static Jsonb *
readable_patch(Jsonb *patch)
{
	JsonbInState state = {0};
	ImgcatJsonbWalk walk;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	imgcat_read_begin(&walk, &patch->root);
	while (imgcat_read_next(&walk))
		push_readable_operation(&state, &walk.value);
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(state.result);
}

/*
 * Does the patch change the member that a path names?
 */
static bool
changes_member(Jsonb *patch, const char *member)
{
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, &patch->root);
	while (imgcat_read_next(&walk))
	{
		char	   *path = imgcat_read_text(imgcat_read_as_object(&walk.value), "path");

		if (path != NULL && strcmp(path, member) == 0)
			return true;
	}
	return false;
}

/*
 * Append `, "name": ` and a text, or null.
 */
static void
append_text(StringInfo out, const char *name, HeapTuple tuple,
			TupleDesc tupdesc, int column, bool shown)
{
	bool		is_null;
	Datum		value = SPI_getbinval(tuple, tupdesc, column, &is_null);

	appendStringInfo(out, ", \"%s\": ", name);
	if (is_null || !shown)
		appendStringInfoString(out, "null");
	else
		imgcat_json_text(out, value);
}

/*
 * The same for a patch.
 */
static void
append_patch(StringInfo out, const char *name, Jsonb *patch, bool of_image)
{
	appendStringInfo(out, ", \"%s\": ", name);
	if (patch == NULL)
	{
		appendStringInfoString(out, "null");
		return;
	}
	if (of_image)
		patch = readable_patch(patch);
	(void) JsonbToCString(out, &patch->root, VARSIZE(patch));
}

/*
 * A patch of the row, or NULL.
 */
static Jsonb *
get_patch(HeapTuple tuple, TupleDesc tupdesc, int column)
{
	bool		is_null;
	Datum		value = SPI_getbinval(tuple, tupdesc, column, &is_null);

	return is_null ? NULL : DatumGetJsonbP(value);
}

/*
 * Append a time with its microseconds: image_at() takes it back.
 */
static void
append_time(StringInfo out, TimestampTz time)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (timestamp2tm(time, NULL, &tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "time of a change is out of range");
	appendStringInfo(out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%06dZ\"",
					 tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min,
					 tm.tm_sec, fsec);
}

/*
 * Append a change, a tuple of IMGCAT_CHANGE_COLUMNS that the caller may see;
 * position may be NULL.
 *
 * Who made it is for the owner and administrators, the database role for
 * administrators.  Where the image was somebody else's before, or perhaps not
 * visible to the caller, there is no patch: it would tell what was not the
 * caller's to see.
 */
void
imgcat_change_json(StringInfo out, HeapTuple tuple, TupleDesc tupdesc,
				   const ImgcatChangePosition *position)
{
	bool		is_admin = imgcat_caller().is_admin;
	bool		is_null;
	bool		is_owner = DatumGetBool(SPI_getbinval(tuple, tupdesc, COL_IS_OWNER, &is_null));
	bool		of_image;
	Jsonb	   *patch = get_patch(tuple, tupdesc, COL_PATCH);
	Jsonb	   *inverse = get_patch(tuple, tupdesc, COL_INVERSE);

	(void) SPI_getbinval(tuple, tupdesc, COL_MEMBER_ID, &of_image);
	if (of_image && !is_admin && patch != NULL && inverse != NULL &&
		(changes_member(patch, "/owner") ||
		 (!is_owner && changes_member(patch, "/visibility"))))
		patch = inverse = NULL;

	appendStringInfoChar(out, '{');
	if (position != NULL)
	{
		char text[	IMGCAT_CHANGE_POSITION_SIZE];

		imgcat_change_position_print(text, position);
		appendStringInfo(out, "\"position\": \"%s\", ", text);
	}
	appendStringInfoString(out, "\"image_id\": ");
	imgcat_json_uuid(out, DatumGetUUIDP(SPI_getbinval(tuple, tupdesc, COL_IMAGE_ID, &is_null)));
	appendStringInfoString(out, ", \"at\": ");
	append_time(out, DatumGetTimestampTz(SPI_getbinval(tuple, tupdesc, COL_AT, &is_null)));
	append_text(out, "operation", tuple, tupdesc, COL_OPERATION, true);
	append_text(out, "member_id", tuple, tupdesc, COL_MEMBER_ID, true);
	append_patch(out, "patch", patch, of_image);
	append_patch(out, "inverse", inverse, of_image);
	append_text(out, "project_id", tuple, tupdesc, COL_PROJECT_ID, is_owner);
	append_text(out, "user_id", tuple, tupdesc, COL_USER_ID, is_owner);
	append_text(out, "role", tuple, tupdesc, COL_ROLE, is_admin);
	append_text(out, "request_id", tuple, tupdesc, COL_REQUEST_ID, is_owner);
	appendStringInfoChar(out, '}');
}

/*
 * Put a row of one json into the answer.
 */
void
imgcat_put_json(Tuplestorestate *store, TupleDesc tupdesc, StringInfo json)
{
	Datum		value = PointerGetDatum(cstring_to_text_with_len(json->data, json->len));
	bool		is_null = false;

	tuplestore_putvalues(store, tupdesc, &value, &is_null);
}
