/*-------------------------------------------------------------------------
 *
 * container_watch.c
 *		The list of watched image names.
 *
 * src/container/container_watch.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "container/container_access.h"
#include "container/image_reference_type.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "json_writer.h"
#include "utils/builtins.h"

/* What became of a request to watch a name. */
typedef struct WatchResult
{
	const char *normalized_name;	/* empty unless watched */
	const char *error_type;
	const char *error_message;
} WatchResult;

/*
 * A refusal to watch.
 */
static WatchResult
watch_error(const char *type, const char *message)
{
	WatchResult result = {"", type, message};

	return result;
}

/*
 * Does the catalogue hold a scan under this name?  SPI is connected.
 */
static bool
has_scan(const char *name)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1];

	values[0] = CStringGetTextDatum(name);
	if (SPI_execute_with_args("SELECT FROM image_catalog.container_image_names AS n"
							  " JOIN image_catalog.container_images AS i"
							  "  ON i.image_key = n.image_key"
							  " WHERE n.name_full = $1"
							  "  AND i.document ? 'scan'"
							  " LIMIT 1",
							  1, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container images");
	return SPI_processed > 0;
}

/*
 * Put a name on the list.  What a user may do wrong is part of the answer and
 * no error, as the API has it.  SPI is connected.
 */
static WatchResult
watch(const char *name)
{
	WatchResult result = {NULL, "NO_ERROR", ""};
	ImgcatImageReference reference;
	char	   *problem;
	char	   *full;
	Oid			types[1] = {TEXTOID};
	Datum		values[1];

	if (name[0] == '\0')
		return watch_error("INVALID_IMAGE_NAME", "no image name specified");
	problem = imgcat_image_reference_problem(name, &reference);
	if (problem != NULL)
		return watch_error("INVALID_IMAGE_NAME",
						   psprintf("failed to parse name: error parsing image name '%s': %s",
									name, problem));
	if (reference.digest.length > 0)
		return watch_error("INVALID_IMAGE_NAME",
						   psprintf("name %s contains a digest, but watch does not handle images with digests",
									name));

	full = palloc(strlen(name) + IMGCAT_REFERENCE_GROWTH + 1);
	full[imgcat_image_reference_write(&reference, full)] = '\0';
	if (!has_scan(full))
		return watch_error("NO_VALID_INTEGRATION",
						   "scan could not be completed, due to no applicable registry/scanner integration");

	values[0] = CStringGetTextDatum(full);
	if (SPI_execute_with_args("INSERT INTO image_catalog.container_watched_images"
							  " (name) VALUES ($1) ON CONFLICT (name) DO NOTHING",
							  1, types, values, NULL,
							  false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not insert into container_watched_images");
	result.normalized_name = full;
	return result;
}

/*
 * watch_image(name text) returns json
 */
IMGCAT_FUNCTION(imgcat_watch_image, 1)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	MemoryContext caller = CurrentMemoryContext;
	WatchResult result;
	StringInfoData out;
	text	   *answer;

	imgcat_require_container_write();
	SPI_connect();
	result = watch(name);
	initStringInfo(&out);
	appendStringInfoString(&out, "{\"normalizedName\":");
	imgcat_json_string(&out, result.normalized_name,
					   strlen(result.normalized_name));
	appendStringInfo(&out, ",\"errorType\":\"%s\",\"errorMessage\":",
					 result.error_type);
	imgcat_json_string(&out, result.error_message,
					   strlen(result.error_message));
	appendStringInfoChar(&out, '}');
	MemoryContextSwitchTo(caller);
	answer = cstring_to_text(out.data);
	SPI_finish();
	PG_RETURN_TEXT_P(answer);
}

/*
 * unwatch_image(name text) returns json: {}, whether it was watched or not.
 * The name is compared as it is with the normalised ones.
 */
IMGCAT_FUNCTION(imgcat_unwatch_image, 1)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1];

	imgcat_require_container_write();
	values[0] = PG_GETARG_DATUM(0);
	SPI_connect();
	if (SPI_execute_with_args("DELETE FROM image_catalog.container_watched_images"
							  " WHERE name = $1",
							  1, types, values, NULL,
							  false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not delete from container_watched_images");
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text("{}"));
}

/*
 * watched_images() returns json
 */
IMGCAT_FUNCTION(imgcat_watched_images, 0)
{
	MemoryContext caller = CurrentMemoryContext;
	StringInfoData out;
	text	   *answer;

	(void) fcinfo;				/* no arguments */
	imgcat_require_container_read();
	SPI_connect();
	if (SPI_execute("SELECT name FROM image_catalog.container_watched_images"
					" ORDER BY name", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container_watched_images");
	initStringInfo(&out);
	appendStringInfoString(&out, "{\"watchedImages\":[");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		appendStringInfoString(&out, i > 0 ? ",{\"name\":" : "{\"name\":");
		imgcat_json_text(&out, SPI_getbinval(SPI_tuptable->vals[i],
											 SPI_tuptable->tupdesc, 1,
											 &isnull));
		appendStringInfoChar(&out, '}');
	}
	appendStringInfoString(&out, "]}");
	MemoryContextSwitchTo(caller);
	answer = cstring_to_text(out.data);
	SPI_finish();
	PG_RETURN_TEXT_P(answer);
}
