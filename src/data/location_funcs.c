/*-------------------------------------------------------------------------
 *
 * location_funcs.c
 *		The functions of SQL on locations of images.
 *
 * src/data/location_funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "data/locations.h"
#include "data/upload.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/policy.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/*
 * add_image_location(image_id uuid, url text, metadata jsonb,
 * validation_data jsonb) returns json
 */
IMGCAT_FUNCTION(imgcat_add_image_location, 3)
{
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	Datum		document;

	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	imgcat_location_add(&image.row, &caller, PG_GETARG_TEXT_PP(1),
						PG_GETARG_JSONB_P(2),
						PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3),
						ERRCODE_INVALID_PARAMETER_VALUE);
	document = imgcat_image_answer_json(context, &image.row);
	imgcat_spi_finish();
	PG_RETURN_DATUM(document);
}

/*
 * replace_image_locations(image_id uuid, locations jsonb) returns json
 */
IMGCAT_FUNCTION(imgcat_replace_image_locations, 2)
{
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	Datum		document;

	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	imgcat_locations_replace(&image.row, &caller, &PG_GETARG_JSONB_P(1)->root);
	document = imgcat_image_answer_json(context, &image.row);
	imgcat_spi_finish();
	PG_RETURN_DATUM(document);
}

/*
 * delete_image_location(image_id uuid, url text) returns void
 */
IMGCAT_FUNCTION(imgcat_delete_image_location, 2)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;

	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	imgcat_location_delete(&image.row, &caller, PG_GETARG_TEXT_PP(1));
	imgcat_spi_finish();
	PG_RETURN_VOID();
}

/*
 * list_image_locations(image_id uuid) returns json
 */
IMGCAT_FUNCTION(imgcat_list_image_locations, 1)
{
	static const Oid types[] = {UUIDOID};
	static const char sql[] =
	"SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object("
	"'url', l.url, 'metadata', l.metadata) ORDER BY l.number), '[]')::text "
	"FROM image_catalog.image_locations l WHERE l.image_id = $1";
	MemoryContext context = CurrentMemoryContext;
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	Datum		args[1];
	Datum		locations;
	bool		is_null;

	args[0] = PG_GETARG_DATUM(0);
	imgcat_image_show(&image, PG_GETARG_UUID_P(0), &caller);
	if (!caller.is_admin)
		imgcat_image_forbidden("Only an administrator is told where data lies.");
	imgcat_spi_connect();
	if (SPI_execute_plan(imgcat_plan(sql, 1, types), args, NULL, true,
						 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the locations of an image");
	locations = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
							  &is_null);
	MemoryContextSwitchTo(context);
	locations = PointerGetDatum(PG_DETOAST_DATUM_COPY(locations));
	imgcat_spi_finish();
	PG_RETURN_DATUM(locations);
}
