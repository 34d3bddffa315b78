/*-------------------------------------------------------------------------
 *
 * http_containers.c
 *		Handlers of the container image API of Red Hat ACS.
 *
 * Their parameters may be spelt in camelCase or snake_case, in the query as in
 * a body, and unknown ones are ignored.
 *
 * src/http/http_containers.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "container/container_request.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "http/http.h"
#include "image/errors.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/portal.h"
#include "utils/timestamp.h"

/*
 * Read the query of the URL, whose parameters of a search bear the prefix.
 */
static void
read_query(const ImgcatHttpRequest *request, ImgcatContainerRequest *query,
		   const char *prefix)
{
	imgcat_read_container_request(query, request->query, strlen(request->query),
								  prefix);
}

/*
 * GET /v1/imagescount: a page asked for is checked, and not looked at.
 */
void
imgcat_http_count_containers(ImgcatHttpRequest *request,
							 ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {TEXTOID};
	ImgcatContainerRequest query;
	Datum		args[1];
	Datum		count;

	read_query(request, &query, "");
	args[0] = CStringGetTextDatum(query.query);
	count = imgcat_http_call(request->route->function, 1, types, args, NULL);
	answer->body = cstring_to_text(
								   psprintf("{\"count\":" INT64_FORMAT "}", DatumGetInt64(count)));
}

/*
 * GET /v1/images/{id}
 */
void
imgcat_http_get_container(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {TEXTOID, BOOLOID, BOOLOID};
	ImgcatContainerRequest query;
	Datum		args[3];

	read_query(request, &query, "");
	args[0] = imgcat_http_text_parameter(request, 0);
	args[1] =
		BoolGetDatum(imgcat_container_bool_parameter(&query, "includeSnoozed"));
	args[2] = BoolGetDatum(
						   imgcat_container_bool_parameter(&query, "stripDescription"));
	answer->body =
		imgcat_http_call_json(request->route->function, 3, types, args);
}

/*
 * DELETE /v1/images: an empty query means all images, none at all nothing.
 */
void
imgcat_http_delete_containers(ImgcatHttpRequest *request,
							  ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {TEXTOID, BOOLOID, INT4OID, INT4OID,
	TEXTOID, BOOLOID, TEXTOID, BOOLOID};
	ImgcatContainerRequest query;
	Datum		args[8];
	bool		nulls[8] = {false};

	read_query(request, &query, "query.");
	if (!query.scoped)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a scoping query is required")));
	args[0] = CStringGetTextDatum(query.query);
	args[1] = BoolGetDatum(imgcat_container_bool_parameter(&query, "confirm"));
	args[2] = Int32GetDatum(query.limit);
	args[3] = Int32GetDatum(query.offset);
	nulls[4] = query.sort.field == NULL;
	args[4] = nulls[4] ? (Datum) 0 : CStringGetTextDatum(query.sort.field);
	args[5] = BoolGetDatum(query.sort.reversed);
	args[6] = CStringGetTextDatum(psprintf("%d", (int) query.sort.aggregate));
	args[7] = BoolGetDatum(query.sort.distinct);
	answer->body = DatumGetTextPP(
								  imgcat_http_call(request->route->function, 8, types, args, nulls));
}

/*
 * GET /v1/export/images: one line of JSON for each image.
 */
void
imgcat_http_export_containers(ImgcatHttpRequest *request,
							  ImgcatHttpAnswer *answer)
{
	Oid			types[] = {TEXTOID, INT4OID};
	ImgcatContainerRequest query;
	StringInfoData out;
	Datum		args[2];
	int32		seconds;
	Portal		portal;

	read_query(request, &query, "");
	seconds = imgcat_container_integer_parameter(&query, "timeout");
	if (seconds != 0)
		request->deadline = TimestampTzPlusMilliseconds(
														GetCurrentTimestamp(), seconds * INT64CONST(1000));
	args[0] = CStringGetTextDatum(query.query);
	args[1] = Int32GetDatum(seconds);

	initStringInfo(&out);
	imgcat_spi_connect();
	portal = SPI_cursor_open_with_args(
									   NULL,
									   "SELECT line FROM image_catalog.export_container_images($1, $2, true)"
									   " AS line",
									   2, types, args, NULL, true, 0);
	for (;;)
	{
		char	   *line;

		SPI_cursor_fetch(portal, true, 1);
		if (SPI_processed == 0)
			break;
		line = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		appendStringInfoString(&out, line);
		appendStringInfoChar(&out, '\n');
		pfree(line);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	imgcat_spi_finish();
	if (out.len > 0)
		answer->body = cstring_to_text_with_len(out.data, out.len);
}

/*
 * POST /v1/images/scan
 */
void
imgcat_http_scan_container(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {TEXTOID, BOOLOID, BOOLOID};
	Jsonb	   *body = imgcat_http_json_body(request);
	text	   *name = imgcat_http_member(body, "imageName", "image_name");
	text	   *cluster = imgcat_http_member(body, "cluster", NULL);
	Datum		args[3];

	args[0] = PointerGetDatum(name != NULL ? name : cstring_to_text(""));
	args[1] = BoolGetDatum(imgcat_http_bool_member(body, "force", NULL));
	args[2] = BoolGetDatum(
						   imgcat_http_bool_member(body, "includeSnoozed", "include_snoozed"));
	if (cluster != NULL && VARSIZE_ANY_EXHDR(cluster) > 0)
		ereport(ERROR, (errcode(IMGCAT_ERRCODE_NOT_FOUND),
						errmsg("cluster \"%s\" not found, ensure cluster "
							   "exists and have access",
							   text_to_cstring(cluster))));
	answer->body =
		imgcat_http_call_json(request->route->function, 3, types, args);
}

/*
 * Run the route's function on a name.
 */
static void
run_name(const ImgcatHttpRequest *request, ImgcatHttpAnswer *answer, text *name)
{
	static const Oid types[] = {TEXTOID};
	Datum		args[1];

	args[0] = PointerGetDatum(name);
	answer->body =
		imgcat_http_call_json(request->route->function, 1, types, args);
}

/*
 * POST /v1/watchedimages
 */
void
imgcat_http_watch(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	text	   *name =
	imgcat_http_member(imgcat_http_json_body(request), "name", NULL);

	run_name(request, answer, name != NULL ? name : cstring_to_text(""));
}

/*
 * DELETE /v1/watchedimages
 */
void
imgcat_http_unwatch(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	ImgcatContainerRequest query;

	read_query(request, &query, "");
	run_name(request, answer,
			 cstring_to_text(imgcat_container_text_parameter(&query, "name")));
}
