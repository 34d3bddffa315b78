/*-------------------------------------------------------------------------
 *
 * image_history.c
 *		The history of one image, and what it was at a time.
 *
 * src/image/image_history.c
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
#include "funcapi.h"
#include "image/change_row.h"
#include "image/document.h"
#include "image/errors.h"
#include "image/ims_rules.h"
#include "image/policy.h"
#include "image/protection.h"
#include "json/json_patch.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

static const char history_sql[] =
"SELECT " IMGCAT_CHANGE_COLUMNS " FROM " IMGCAT_CHANGES " "
"WHERE c.image_id = $3 AND " IMGCAT_MAY_SEE_CHANGE " ORDER BY c.number";

/* The image, deleted ones included, and whether it is shared with the caller. */
static const char image_sql[] =
"SELECT image_catalog.image_json(ROW(" IMGCAT_IMAGE_COLUMNS ")::image_catalog.image)"
"::jsonb - '{self,file,schema}'::text[], "
"EXISTS (SELECT FROM image_catalog.image_members m "
"WHERE m.image_id = i.id AND m.member_id = $2 "
"AND m.deleted_at IS NOT DISTINCT FROM i.deleted_at) "
"FROM image_catalog.images i WHERE i.id = $3 AND ($1 OR " IMGCAT_SEES("i") ")";

/* What has to be undone, the last first. */
static const char inverses_sql[] =
"SELECT c.inverse FROM image_catalog.image_changes c "
"WHERE c.image_id = $1 AND c.at > $2 AND c.member_id IS NULL "
"ORDER BY c.number DESC";

static const char since_sql[] =
"SELECT r.since FROM image_catalog.image_recording r";

/*
 * Run a statement on an image for the caller.
 */
static void
select_for_caller(const char *sql, const ImgcatCaller *caller, Datum id)
{
	static const Oid types[] = {BOOLOID, TEXTOID, UUIDOID};
	Datum		args[3];
	char		nulls[] = "   ";

	imgcat_change_args(caller, args, nulls);
	args[2] = id;
	if (SPI_execute_plan(imgcat_plan(sql, 3, types), args, nulls, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the history of an image");
}

/*
 * image_history(image_id uuid) returns setof json
 */
IMGCAT_FUNCTION(imgcat_image_history, 1)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ImgcatCaller caller = imgcat_caller();
	StringInfoData json;

	imgcat_require_recording();
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	initStringInfo(&json);
	imgcat_spi_connect();
	select_for_caller(history_sql, &caller, PG_GETARG_DATUM(0));
	if (!caller.is_reader)
		imgcat_image_not_found(PG_GETARG_UUID_P(0));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		CHECK_FOR_INTERRUPTS();
		resetStringInfo(&json);
		imgcat_change_json(&json, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, NULL);
		imgcat_put_json(rsinfo->setResult, rsinfo->setDesc, &json);
	}
	if (SPI_processed == 0)
	{
		select_for_caller(image_sql, &caller, PG_GETARG_DATUM(0));
		if (SPI_processed == 0)
			imgcat_image_not_found(PG_GETARG_UUID_P(0));
	}
	imgcat_spi_finish();
	return (Datum) 0;
}

/*
 * Refuse a time before history began.
 */
static void
check_recorded_since(TimestampTz at)
{
	bool		is_null;
	TimestampTz since;

	if (SPI_execute_plan(imgcat_plan(since_sql, 0, NULL), NULL, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read since when history is recorded");
	if (SPI_processed == 0)
		return;
	since = DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											  1, &is_null));
	if (at < since)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("history of images does not reach back that far"),
				 errdetail("It is recorded since %s.", timestamptz_to_str(since))));
}

/*
 * What the document of an image was at a time; NULL: there was no image.
 */
static Jsonb *
undo(Jsonb *document, Datum id, Datum at)
{
	static const Oid types[] = {UUIDOID, TIMESTAMPTZOID};
	Datum		args[] = {id, at};

	if (SPI_execute_plan(imgcat_plan(inverses_sql, 2, types), args, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the history of an image");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		is_null;
		Datum		inverse = SPI_getbinval(SPI_tuptable->vals[i],
											SPI_tuptable->tupdesc, 1, &is_null);

		CHECK_FOR_INTERRUPTS();
		if (is_null)
			return NULL;
		document = imgcat_json_patch_apply_parsed(document,
												  imgcat_json_patch_parse(DatumGetJsonbP(inverse), NULL));
	}
	return document;
}

/*
 * The row of an image of this document.
 */
static void
document_to_row(Jsonb *json, ImgcatImageRow *row)
{
	ImgcatPlace place = {"document", 0, true};
	ImgcatDocument document;

	imgcat_document_init(&document);
	imgcat_document_split(&document, &json->root);
	for (int i = 0; i < document.nproperties; i++)
		(void) imgcat_ims_take_bare(document.names[i].val.string.val,
									document.names[i].val.string.len,
									&document.property_values[i]);
	imgcat_document_to_row(&document, &place, row);
	row->values[IMGCAT_COL_PROPERTIES] = JsonbPGetDatum(imgcat_document_properties(&document));
	row->nulls[IMGCAT_COL_PROPERTIES] = false;
}

/*
 * image_at(image_id uuid, at timestamptz) returns json
 *
 * The caller must see the image now, too: what has been made private is, with
 * all that it was.
 */
IMGCAT_FUNCTION(imgcat_image_at, 2)
{
	Datum		id = PG_GETARG_DATUM(0);
	Datum		at = PG_GETARG_DATUM(1);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	Jsonb	   *document;
	bool		is_null;
	StringInfoData out;

	imgcat_require_recording();
	initStringInfo(&out);
	imgcat_spi_connect();
	select_for_caller(image_sql, &caller, id);
	if (SPI_processed == 0 || !caller.is_reader)
		imgcat_image_not_found(DatumGetUUIDP(id));
	document = DatumGetJsonbP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											1, &is_null));
	image.is_image_member =
		DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
								   2, &is_null));
	check_recorded_since(DatumGetTimestampTz(at));

	document = undo(document, id, at);
	if (document == NULL)
		imgcat_image_not_found(DatumGetUUIDP(id));
	document_to_row(document, &image.row);
	image.is_own = caller.project_id != NULL &&
		imgcat_row_text_is(&image.row, IMGCAT_COL_OWNER, caller.project_id);
	if (imgcat_row_text_is(&image.row, IMGCAT_COL_STATUS, "deleted") ||
		!imgcat_policy_may_show(&caller, &image))
		imgcat_image_not_found(DatumGetUUIDP(id));
	imgcat_image_row_hide_protected(&image.row);
	imgcat_image_row_json(&out, &image.row);
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * Run a statement whose triggers do the work.
 */
static void
change_recording(const char *sql)
{
	if (SPI_execute(sql, false, 0) < 0)
		elog(ERROR, "could not change whether history is recorded");
}

/*
 * record_image_history(enabled boolean) returns void
 *
 * One at a time.  What was recorded before an end says nothing of what happened
 * since, so a new recording begins with nothing.
 */
IMGCAT_FUNCTION(imgcat_record_image_history, 1)
{
	bool		enabled = PG_GETARG_BOOL(0);

	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to record the history of images"),
				 errdetail("Only a catalogue administrator may.")));
	imgcat_spi_connect();
	change_recording("LOCK TABLE image_catalog.image_recording IN SHARE ROW EXCLUSIVE MODE");
	if (!enabled)
		change_recording("DELETE FROM image_catalog.image_recording");
	else if (!imgcat_is_recording())
	{
		change_recording("DELETE FROM image_catalog.image_recording");
		change_recording("TRUNCATE image_catalog.image_changes");
		change_recording("INSERT INTO image_catalog.image_recording (recording) VALUES (0)");
	}
	imgcat_spi_finish();
	PG_RETURN_VOID();
}
