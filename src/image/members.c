/*-------------------------------------------------------------------------
 *
 * members.c
 *		Members: the projects that an image is shared with.
 *
 * The owner offers an image to a project and may take it back; the project
 * answers.  Both work on one row, which stays when the offer is taken back, so
 * that a new offer keeps the time of the first.
 *
 * In the IMS dialect a private image becomes shared by its first member, and
 * private again without its last.
 *
 * src/image/members.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/ims_rules.h"
#include "image/policy.h"
#include "image/quota.h"
#include "json_writer.h"
#include "mb/pg_wchar.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#define MEMBER_ID_MAX 255		/* characters */

static const char *const member_statuses[] = {"pending", "accepted", "rejected"};

/* what the statements take; each the first few */
static const Oid member_types[] = {UUIDOID, TEXTOID, TIMESTAMPTZOID, TEXTOID};

/* $2: but this one; null: all */
static const char count_sql[] =
"SELECT pg_catalog.count(*) FROM image_catalog.image_members m "
"WHERE m.image_id = $1 AND m.deleted_at IS NULL "
"AND ($2 IS NULL OR m.member_id <> $2)";

/* A project that was a member before gets its old row back. */
static const char offer_sql[] =
"INSERT INTO image_catalog.image_members AS m "
"(image_id, member_id, created_at, updated_at) "
"VALUES ($1, $2, $3, $3) "
"ON CONFLICT (image_id, member_id) DO UPDATE "
"SET status = 'pending', updated_at = excluded.updated_at, deleted_at = NULL "
"WHERE m.deleted_at IS NOT NULL "
"RETURNING m.member_id, m.status, m.created_at, m.updated_at";

static const char answer_sql[] =
"UPDATE image_catalog.image_members m SET status = $4, updated_at = $3 "
"WHERE m.image_id = $1 AND m.member_id = $2 AND m.deleted_at IS NULL "
"RETURNING m.member_id, m.status, m.created_at, m.updated_at";

static const char remove_sql[] =
"UPDATE image_catalog.image_members m SET deleted_at = $3, updated_at = $3 "
"WHERE m.image_id = $1 AND m.member_id = $2 AND m.deleted_at IS NULL "
"RETURNING m.member_id, m.status, m.created_at, m.updated_at";

/* $2: one member only; null: all */
static const char read_sql[] =
"SELECT m.member_id, m.status, m.created_at, m.updated_at "
"FROM image_catalog.image_members m "
"WHERE m.image_id = $1 AND ($2 IS NULL OR m.member_id = $2) "
"AND m.deleted_at IS NULL ORDER BY m.created_at, m.member_id";

/* the word is both the visibility and the type of IMS */
static const char flip_sql[] =
"UPDATE image_catalog.images SET visibility = $2, properties = properties || "
"pg_catalog.jsonb_build_object('__imagetype', $2) WHERE id = $1";

/*
 * Run a statement on members of an image.
 */
static void
run_on_members(const char *sql, int nargs, const Oid *types, Datum *args,
			   const char *nulls, bool read_only)
{
	int			result = SPI_execute_plan(imgcat_plan(sql, nargs, types),
										  args, nulls, read_only, 0);

	if (result < 0)
		elog(ERROR, "could not access members: %s",
			 SPI_result_code_string(result));
}

/*
 * Append the document of the member in the row-th row that SPI returned.
 */
static void
append_member(StringInfo out, const pg_uuid_t *image_id, uint64 row)
{
	HeapTuple	tuple = SPI_tuptable->vals[row];
	TupleDesc	tupdesc = SPI_tuptable->tupdesc;
	bool		is_null;

	appendStringInfoString(out, "{\"member_id\": ");
	imgcat_json_text(out, SPI_getbinval(tuple, tupdesc, 1, &is_null));
	appendStringInfoString(out, ", \"image_id\": ");
	imgcat_json_uuid(out, image_id);
	appendStringInfoString(out, ", \"status\": ");
	imgcat_json_text(out, SPI_getbinval(tuple, tupdesc, 2, &is_null));
	appendStringInfoString(out, ", \"created_at\": ");
	imgcat_json_time(out, DatumGetTimestampTz(SPI_getbinval(tuple, tupdesc, 3,
															&is_null)));
	appendStringInfoString(out, ", \"updated_at\": ");
	imgcat_json_time(out, DatumGetTimestampTz(SPI_getbinval(tuple, tupdesc, 4,
															&is_null)));
	appendStringInfo(out, ", \"schema\": \"%s/v2/schemas/member\"}",
					 imgcat_http_prefix);
}

/*
 * The image has no such member, or none that the caller may know of.
 */
pg_noreturn static void
member_not_found(void)
{
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_NOT_FOUND),
			 errmsg("image member not found"),
			 imgcat_errdetail(IMS_NO_IMAGE,
							  "The image is not shared with that project.")));
}

/*
 * Only shared images have members.
 */
static void
check_is_shared(const ImgcatImageAccess *image)
{
	if (!imgcat_row_text_is(&image->row, IMGCAT_COL_VISIBILITY, "shared"))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only shared images have members"),
				 imgcat_errdetail(IMS_PUBLIC_NOT_SHARED,
								  "The visibility of the image is not shared."),
				 errhint("Set its visibility to shared first.")));
}

/*
 * Check the project that an image is to be shared with.
 */
static void
check_member_id(FunctionCallInfo fcinfo, int argument)
{
	text	   *member_id = PG_GETARG_TEXT_PP(argument);
	int			length = pg_mbstrlen_with_len(VARDATA_ANY(member_id),
											  VARSIZE_ANY_EXHDR(member_id));

	if (length == 0 || length > MEMBER_ID_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid member"),
				 imgcat_errdetail(IMS_BAD_VALUE,
								  "A project of 1 to %d characters is expected.",
								  MEMBER_ID_MAX)));
}

/*
 * How many members the image has, but for one (NULL: all).
 */
static int64
count_members(const pg_uuid_t *id, text *except)
{
	Datum		args[2];
	bool		is_null;

	args[0] = UUIDPGetDatum(id);
	args[1] = PointerGetDatum(except);
	run_on_members(count_sql, 2, member_types, args, except ? "  " : " n",
				   false);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 1, &is_null));
}

/*
 * IMS: make an image shared or private, type and all.
 */
static void
flip_visibility(const pg_uuid_t *id, const char *word)
{
	static const Oid types[] = {UUIDOID, TEXTOID};
	Datum		args[2];

	args[0] = UUIDPGetDatum(id);
	args[1] = CStringGetTextDatum(word);
	run_on_members(flip_sql, 2, types, args, NULL, false);
}

/*
 * IMS: check that the image may be shared with the project, and make a private
 * one shared.
 */
static void
share_as_ims(ImgcatImageAccess *image, const pg_uuid_t *id, text *member_id)
{
	Jsonb	   *properties =
	DatumGetJsonbP(image->row.values[IMGCAT_COL_PROPERTIES]);

	if (imgcat_row_text_is(&image->row, IMGCAT_COL_OWNER,
						   text_to_cstring(member_id)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid member"),
				 imgcat_errdetail(IMS_SHARE_WITH_SELF,
								  "An image cannot be shared with its owner.")));
	if (imgcat_row_text_is(&image->row, IMGCAT_COL_VISIBILITY, "private"))
		flip_visibility(id, "shared");
	else
	{
		check_is_shared(image);
		if (!imgcat_jsonb_string_is(properties, IMS_IMAGETYPE, "shared"))
			flip_visibility(id, "shared");
	}
}

/*
 * add_image_member(image_id uuid, member_id text) returns json
 */
IMGCAT_FUNCTION(imgcat_add_image_member, 2)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	StringInfoData out;
	pg_uuid_t  *id;
	Datum		args[3];

	check_member_id(fcinfo, 1);
	id = PG_GETARG_UUID_P(0);

	initStringInfo(&out);
	imgcat_spi_connect();
	imgcat_image_modify(&image, id, &caller);
	if (imgcat_dialect != IMGCAT_DIALECT_IMS)
		check_is_shared(&image);
	imgcat_check_member_quota(count_members(id, NULL) + 1,
							  DatumGetJsonbP(image.row.values[IMGCAT_COL_PROPERTIES]));
	if (imgcat_dialect == IMGCAT_DIALECT_IMS)
		share_as_ims(&image, id, PG_GETARG_TEXT_PP(1));

	args[0] = UUIDPGetDatum(id);
	args[1] = PG_GETARG_DATUM(1);
	args[2] = TimestampTzGetDatum(GetCurrentTimestamp());
	run_on_members(offer_sql, 3, member_types, args, NULL, false);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("image member already exists"),
				 imgcat_errdetail(IMS_CONFLICT,
								  "The image is shared with that project already.")));
	append_member(&out, id, 0);
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * Check the answer of a member.
 */
static void
check_member_status(FunctionCallInfo fcinfo, int argument)
{
	char	   *status = text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(member_statuses); i++)
		if (strcmp(status, member_statuses[i]) == 0)
			return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid member status"),
			 imgcat_errdetail(IMS_BAD_VALUE,
							  "It must be pending, accepted or rejected.")));
}

/*
 * update_image_member(image_id uuid, member_id text, status text) returns json
 *
 * The project answers for itself; its owner cannot answer for it.
 */
IMGCAT_FUNCTION(imgcat_update_image_member, 3)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	StringInfoData out;
	pg_uuid_t  *id;
	Datum		args[4];
	bool		has_offer;

	check_member_status(fcinfo, 2);
	id = PG_GETARG_UUID_P(0);

	initStringInfo(&out);
	imgcat_spi_connect();
	has_offer = imgcat_image_answer(&image, id, &caller);
	check_is_shared(&image);
	if (!caller.is_admin)
	{
		bool		for_itself = caller.project_id != NULL &&
		strcmp(text_to_cstring(PG_GETARG_TEXT_PP(1)), caller.project_id) == 0;

		if (!caller.is_member || !image.is_image_member ||
			(image.is_own && !for_itself))
			imgcat_image_forbidden("Only the member itself, in role member, or an administrator may answer an offer.");
		if (!for_itself)
			member_not_found();
	}
	/* an offer of a moment ago came after this call */
	if (!has_offer)
		member_not_found();

	args[0] = UUIDPGetDatum(id);
	args[1] = PG_GETARG_DATUM(1);
	args[2] = TimestampTzGetDatum(GetCurrentTimestamp());
	args[3] = PG_GETARG_DATUM(2);
	run_on_members(answer_sql, 4, member_types, args, NULL, false);
	if (SPI_processed == 0)
		member_not_found();
	append_member(&out, id, 0);
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * delete_image_member(image_id uuid, member_id text)
 */
IMGCAT_FUNCTION(imgcat_delete_image_member, 2)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	Datum		args[3];

	imgcat_spi_connect();
	imgcat_image_modify(&image, id, &caller);
	check_is_shared(&image);
	/* the image first, as always; an error later takes it back */
	if (imgcat_dialect == IMGCAT_DIALECT_IMS &&
		count_members(id, PG_GETARG_TEXT_PP(1)) == 0)
		flip_visibility(id, "private");
	args[0] = UUIDPGetDatum(id);
	args[1] = PG_GETARG_DATUM(1);
	args[2] = TimestampTzGetDatum(GetCurrentTimestamp());
	run_on_members(remove_sql, 3, member_types, args, NULL, false);
	if (SPI_processed == 0)
		member_not_found();
	imgcat_spi_finish();
	PG_RETURN_VOID();
}

/*
 * Read the members of an image that the caller may see, member_id only or all
 * (NULL).  A project that is a member itself sees itself alone.  False if the
 * caller may see none.
 */
static bool
read_members(const ImgcatImageAccess *image, const pg_uuid_t *id,
			 const ImgcatCaller *caller, text *member_id)
{
	Datum		args[2];

	if (!caller->is_admin && !image->is_own)
	{
		if (!image->is_image_member)
			return false;
		if (member_id == NULL)
			member_id = cstring_to_text(caller->project_id);
		else if (strcmp(text_to_cstring(member_id), caller->project_id) != 0)
			return false;
	}
	args[0] = UUIDPGetDatum(id);
	args[1] = PointerGetDatum(member_id);
	run_on_members(read_sql, 2, member_types, args,
				   member_id == NULL ? " n" : "  ", true);
	return true;
}

/*
 * get_image_member(image_id uuid, member_id text) returns json
 *
 * Whatever stands between the caller and the member, it is "not found".
 */
IMGCAT_FUNCTION(imgcat_get_image_member, 2)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	StringInfoData out;

	initStringInfo(&out);
	imgcat_spi_connect();
	imgcat_image_show(&image, id, &caller);
	if (!imgcat_row_text_is(&image.row, IMGCAT_COL_VISIBILITY, "shared") ||
		!read_members(&image, id, &caller, PG_GETARG_TEXT_PP(1)) ||
		SPI_processed == 0)
		member_not_found();
	append_member(&out, id, 0);
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * list_image_members(image_id uuid) returns json
 */
IMGCAT_FUNCTION(imgcat_list_image_members, 1)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	StringInfoData out;

	initStringInfo(&out);
	imgcat_spi_connect();
	imgcat_image_show(&image, id, &caller);
	check_is_shared(&image);
	if (!read_members(&image, id, &caller, NULL))
		imgcat_image_forbidden("Only its owner's project, its members and administrators may see its members.");

	appendStringInfoString(&out, "{\"members\": [");
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		if (row > 0)
			appendStringInfoString(&out, ", ");
		append_member(&out, id, row);
	}
	appendStringInfo(&out, "], \"schema\": \"%s/v2/schemas/members\"}",
					 imgcat_http_prefix);
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
