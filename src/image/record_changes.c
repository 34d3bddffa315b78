/*-------------------------------------------------------------------------
 *
 * record_changes.c
 *		The recording side of image history: what changed, and who did it.
 *
 * While history is on, statement-level triggers on images and image_members
 * (sql/54_image_history.sql) come here with their transition tables.  One
 * statement writes the changes of all rows, however many there are.
 *
 * A change is a JSON Patch of the document that get_image shows, links left
 * out: whole members of it are added, removed and replaced, so it can be given
 * to update_image, and nothing of one member stands in the operation of another
 * that a reader may see when he may not see the first.
 *
 * src/image/record_changes.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/async.h"
#include "commands/trigger.h"
#include "compat.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/image_row.h"
#include "json/json_patch.h"
#include "json/jsonb_compare.h"
#include "json/jsonb_format.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "query/json_pointer.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/* $1 to $5: when, project, user, role, request */
#define NUM_ARGS 5

#define INSERT_CHANGES \
	"INSERT INTO image_catalog.image_changes (recording, xid, at, project_id, " \
	"user_id, role, request_id, image_id, operation, member_id, patch, inverse, " \
	"owner, visibility) " \
	"SELECT (SELECT r.recording FROM image_catalog.image_recording r), " \
	"pg_current_xact_id(), $1, $2, $3, $4, $5, "

/* rows of a transition table, with their documents computed once */
#define DOCUMENTS(table_) \
	"(SELECT i.id, i.status, i.owner, i.visibility, " \
	"image_catalog.image_json(ROW(" IMGCAT_IMAGE_COLUMNS ")::image_catalog.image)" \
	"::jsonb - '{self,file,schema}'::text[] AS document " \
	"FROM " table_ " i OFFSET 0)"

static const char created_sql[] =
INSERT_CHANGES "n.id, 'create', NULL, "
"image_catalog.image_change_patch(NULL, n.document), NULL, n.owner, n.visibility "
"FROM " DOCUMENTS("new_images") " n ORDER BY n.id";

/*
 * An identifier that a DBA changed makes one image of two.  What nobody is
 * shown of an image is no change.
 */
static const char updated_sql[] =
INSERT_CHANGES "c.id, c.operation, NULL, c.patch, c.inverse, c.owner, c.visibility "
"FROM (SELECT COALESCE(n.id, o.id) AS id, n.owner, n.visibility, "
"CASE WHEN o.id IS NULL THEN 'create' WHEN n.id IS NULL THEN 'purge' "
"WHEN o.status = n.status THEN 'update' WHEN n.status = 'deleted' THEN 'delete' "
"WHEN o.status = 'deleted' THEN 'restore' ELSE 'update' END AS operation, "
"CASE WHEN n.id IS NOT NULL THEN "
"image_catalog.image_change_patch(o.document, n.document) END AS patch, "
"CASE WHEN n.id IS NOT NULL THEN "
"image_catalog.image_change_patch(n.document, o.document) END AS inverse "
"FROM " DOCUMENTS("old_images") " o FULL JOIN " DOCUMENTS("new_images") " n "
"ON n.id = o.id OFFSET 0) c "
"WHERE c.operation <> 'update' OR c.patch::jsonb <> '[]' ORDER BY c.id";

/* A purge ends the history of its images, too: their ids are free again. */
static const char forget_sql[] =
"DELETE FROM image_catalog.image_changes c USING old_images o "
"WHERE c.image_id = o.id";
static const char purged_sql[] =
INSERT_CHANGES "o.id, 'purge', NULL, NULL, NULL, NULL, NULL "
"FROM old_images o ORDER BY o.id";
static const char truncated_sql[] =
"DELETE FROM image_catalog.image_changes";

/*
 * A membership is in force while it has no deleted_at.  Those that go with
 * their image in a purge are not told of.
 */
#define MEMBERSHIPS(table_) \
	"(SELECT m.image_id, m.member_id, m.status FROM " table_ " m " \
	"WHERE m.deleted_at IS NULL)"
#define MEMBER_PATCH(from_, to_) \
	"jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('op', " \
	"CASE WHEN " from_ ".status IS NULL THEN 'add' " \
	"WHEN " to_ ".status IS NULL THEN 'remove' ELSE 'replace' END, " \
	"'path', '/members/' || image_catalog.json_pointer_escape(" \
	"COALESCE(o.member_id, n.member_id)), 'value', " to_ ".status)))" \
	"::image_catalog.json_patch"
#define MEMBER_CHANGES(old_, new_) \
	INSERT_CHANGES "i.id, " \
	"CASE WHEN o.status IS NULL THEN 'add_member' " \
	"WHEN n.status IS NULL THEN 'delete_member' ELSE 'update_member' END, " \
	"COALESCE(o.member_id, n.member_id), " \
	MEMBER_PATCH("o", "n") ", " MEMBER_PATCH("n", "o") ", i.owner, i.visibility " \
	"FROM " old_ " o FULL JOIN " new_ " n " \
	"ON n.image_id = o.image_id AND n.member_id = o.member_id " \
	"JOIN image_catalog.images i ON i.id = COALESCE(o.image_id, n.image_id) " \
	"WHERE o.status IS DISTINCT FROM n.status " \
	"ORDER BY i.id, COALESCE(o.member_id, n.member_id)"
#define NO_MEMBERSHIPS \
	"(SELECT m.image_id, m.member_id, m.status " \
	"FROM image_catalog.image_members m WHERE false)"

static const char members_added_sql[] =
MEMBER_CHANGES(NO_MEMBERSHIPS, MEMBERSHIPS("new_members"));
static const char members_updated_sql[] =
MEMBER_CHANGES(MEMBERSHIPS("old_members"), MEMBERSHIPS("new_members"));
static const char members_removed_sql[] =
MEMBER_CHANGES(MEMBERSHIPS("old_members"), NO_MEMBERSHIPS);

/*
 * A text argument, null if there is no string.
 */
static void
set_text(Datum *arg, char *null, const char *string)
{
	*null = string == NULL ? 'n' : ' ';
	*arg = string == NULL ? (Datum) 0 : CStringGetTextDatum(string);
}

/*
 * Run one of the statements; answers how many rows it wrote.
 */
static uint64
run(const char *sql, Datum *args, const char *nulls)
{
	static const Oid types[NUM_ARGS] = {TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	int			result = SPI_execute_plan(imgcat_plan(sql, NUM_ARGS, types),
										  args, nulls, false, 0);

	if (result != SPI_OK_INSERT && result != SPI_OK_DELETE)
		elog(ERROR, "could not record changes of images: %s",
			 SPI_result_code_string(result));
	return SPI_processed;
}

/*
 * The statement for what fired the trigger; *first is to run before it.
 */
static const char *
statement_for(const TriggerData *trigger, bool members, const char **first)
{
	*first = NULL;
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		return members ? members_added_sql : created_sql;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return members ? members_updated_sql : updated_sql;
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		return truncated_sql;
	if (members)
		return members_removed_sql;
	*first = forget_sql;
	return purged_sql;
}

/*
 * record_image_changes() returns trigger
 *
 * Entered like a function of the API, which notes whose statement this is, and
 * writes as the owner of the tables: whoever may change an image may not write
 * its history.
 */
IMGCAT_FUNCTION(imgcat_record_image_changes, 0)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const ImgcatCaller caller = imgcat_caller();
	const char *first;
	const char *sql;
	Datum		args[NUM_ARGS];
	char		nulls[NUM_ARGS] = {' '};
	uint64		changes;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) ||
		RelationGetNamespace(trigger->tg_relation) != imgcat_extension_schema())
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("record_image_changes() was not called by a trigger that records history")));

	/* after the rows were locked: of two changes of an image the later time */
	args[0] = TimestampTzGetDatum(GetCurrentTimestamp());
	set_text(&args[1], &nulls[1], caller.project_id);
	set_text(&args[2], &nulls[2], caller.user_id);
	set_text(&args[3], &nulls[3], GetUserNameFromId(imgcat_calling_role(), true));
	set_text(&args[4], &nulls[4], imgcat_http_request_id);

	sql = statement_for(trigger,
						strcmp(RelationGetRelationName(trigger->tg_relation),
							   "image_members") == 0, &first);
	imgcat_spi_connect();
	if (SPI_register_trigger_data(trigger) != SPI_OK_TD_REGISTER)
		elog(ERROR, "could not read the rows that a statement changed");
	if (first != NULL)
		run(first, args, nulls);
	changes = run(sql, args, nulls);
	imgcat_spi_finish();

	if (changes > 0)
		Async_Notify("image_catalog", "");
	return PointerGetDatum(NULL);
}

/*
 * Push a string as a key or a value.
 */
static void
push_string(JsonbInState *state, JsonbIteratorToken token,
			const char *string, size_t length)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, string);
	value.val.string.len = length;
	pushJsonbValue(state, token, &value);
}

/*
 * Push an operation; a null value: none.
 */
static void
push_operation(JsonbInState *state, const char *op, const char *path,
			   size_t path_length, JsonbValue *value)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_string(state, WJB_KEY, "op", 2);
	push_string(state, WJB_VALUE, op, strlen(op));
	push_string(state, WJB_KEY, "path", 4);
	push_string(state, WJB_VALUE, path, path_length);
	if (value != NULL)
	{
		push_string(state, WJB_KEY, "value", 5);
		pushJsonbValue(state, WJB_VALUE, value);
	}
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * The same on the member of that name.
 */
static void
push_member_operation(JsonbInState *state, const char *op,
					  const char *name, uint32 length, JsonbValue *value)
{
	char	   *path = palloc(1 + imgcat_json_pointer_escape(name, length, NULL));

	path[0] = '/';
	push_operation(state, op, path,
				   1 + imgcat_json_pointer_escape(name, length, path + 1),
				   value);
}

/*
 * The patch that puts a whole document where there was none.
 */
static Jsonb *
creation(Jsonb *document)
{
	JsonbInState state = {0};
	JsonbValue	value;

	imgcat_jsonb_root(document, &value);
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	push_operation(&state, "add", "", 0, &value);
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(state.result);
}

/*
 * The patch that makes after of before: both objects, whose members jsonb keeps
 * in one order.
 */
static Jsonb *
change(Jsonb *before, Jsonb *after)
{
	JsonbInState state = {0};
	ImgcatJsonbMembers old;
	ImgcatJsonbMembers new;
	bool		has_old;
	bool		has_new;

	imgcat_jsonb_members_init(&old, &before->root);
	imgcat_jsonb_members_init(&new, &after->root);
	has_old = imgcat_jsonb_members_next(&old);
	has_new = imgcat_jsonb_members_next(&new);
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	while (has_old || has_new)
	{
		int			order = !has_old ? 1 : !has_new ? -1 :
		imgcat_jsonb_compare_keys(old.key, old.key_length, new.key, new.key_length);

		if (order < 0)
			push_member_operation(&state, "remove", old.key, old.key_length, NULL);
		else if (order > 0)
			push_member_operation(&state, "add", new.key, new.key_length, &new.value);
		else if (!imgcat_jsonb_equal(&old.value, &new.value))
			push_member_operation(&state, "replace", new.key, new.key_length, &new.value);
		if (order <= 0)
			has_old = imgcat_jsonb_members_next(&old);
		if (order >= 0)
			has_new = imgcat_jsonb_members_next(&new);
	}
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(state.result);
}

PG_FUNCTION_INFO_V1(imgcat_image_change_patch);
/*
 * image_change_patch(before jsonb, after jsonb) returns json_patch: null for
 * what no patch makes, a document where there is none any more.
 */
Datum
imgcat_image_change_patch(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
		PG_RETURN_JSON_PATCH_P(creation(PG_GETARG_JSONB_P(1)));
	PG_RETURN_JSON_PATCH_P(change(PG_GETARG_JSONB_P(0), PG_GETARG_JSONB_P(1)));
}
