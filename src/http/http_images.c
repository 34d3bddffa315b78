/*-------------------------------------------------------------------------
 *
 * http_images.c
 *		Handlers of OpenStack Image v2, and those that several APIs share.
 *
 * src/http/http_images.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "fmgr.h"
#include "http/http.h"
#include "image/etag.h"
#include "image/image_fetch.h"
#include "query/http_header.h"
#include "query/uuid.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#define PATCH_V21 "application/openstack-images-v2.1-json-patch"
#define PATCH_V20 "application/openstack-images-v2.0-json-patch"

/*
 * Run the route's function without an argument; its result is the body.
 */
void
imgcat_http_run(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	answer->body =
		imgcat_http_call_json(request->route->function, 0, NULL, NULL);
}

/*
 * Run the route's function on the query of the URL.
 */
void
imgcat_http_run_query(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {TEXTOID};
	Datum		args[1];

	args[0] = CStringGetTextDatum(request->query);
	answer->body =
		imgcat_http_call_json(request->route->function, 1, types, args);
}

/*
 * Run the route's function on the image in the path.
 */
void
imgcat_http_run_image(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID};
	pg_uuid_t	id;
	Datum		args[1];

	imgcat_http_image_id(request, 0, &id);
	args[0] = UUIDPGetDatum(&id);
	answer->body =
		imgcat_http_call_json(request->route->function, 1, types, args);
}

/*
 * Run the route's function on the image in the path, and the word behind it.
 */
void
imgcat_http_run_image_word(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID, TEXTOID};
	pg_uuid_t	id;
	Datum		args[2];

	imgcat_http_image_id(request, 0, &id);
	args[0] = UUIDPGetDatum(&id);
	args[1] = imgcat_http_text_parameter(request, 1);
	answer->body =
		imgcat_http_call_json(request->route->function, 2, types, args);
}

/*
 * Set the header ETag to that of the document in the answer's body, which is
 * of the row that the active snapshot sees.  Returns it.
 */
static const char *
set_etag(ImgcatHttpAnswer *answer, const pg_uuid_t *id)
{
	ImgcatImageRow row;
	const char *etag;

	if (!imgcat_image_fetch(id, &row))
		elog(ERROR, "an image is gone that was just printed");
	etag = imgcat_document_etag(VARDATA_ANY(answer->body),
								VARSIZE_ANY_EXHDR(answer->body),
								DatumGetTimestampTz(row.values[IMGCAT_COL_UPDATED_AT]));
	imgcat_http_set_field(answer, "ETag", etag);
	return etag;
}

/*
 * The same after the request has changed the image.
 */
static void
set_new_etag(ImgcatHttpAnswer *answer, const pg_uuid_t *id)
{
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	set_etag(answer, id);
	PopActiveSnapshot();
}

/*
 * POST /v2/images
 */
void
imgcat_http_create_image(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {JSONBOID};
	Datum		args[1];
	char	   *id_text;
	pg_uuid_t	id;

	args[0] = JsonbPGetDatum(imgcat_http_json_body(request));
	answer->body = imgcat_http_call_json(request->route->function, 1, types,
										 args);
	id_text = TextDatumGetCString(DirectFunctionCall2(json_object_field_text,
													  PointerGetDatum(answer->body),
													  CStringGetTextDatum("id")));
	if (!imgcat_parse_uuid(id_text, strlen(id_text), id.data))
		elog(ERROR, "a new image has no identifier");
	set_new_etag(answer, &id);
	imgcat_http_set_field(answer, "Location",
						  psprintf("%s/v2/images/%s", imgcat_http_base(request),
								   id_text));
	imgcat_http_set_field(answer, "OpenStack-image-import-methods",
						  "glance-direct");
}

/*
 * GET /v2/images/{image_id}: without a body if the client has this document.
 */
void
imgcat_http_get_image(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	const char *known = imgcat_http_field(request, "If-None-Match");
	pg_uuid_t	id;

	imgcat_http_run_image(request, answer);
	imgcat_http_image_id(request, 0, &id);
	if (imgcat_etag_listed(known != NULL ? known : "", set_etag(answer, &id),
						   true))
	{
		answer->status = 304;
		answer->body = NULL;
	}
}

/*
 * The value of If-Match as an argument of a function, null if it did not come.
 */
static Datum
if_match_argument(const ImgcatHttpRequest *request, bool *is_null)
{
	const char *if_match = imgcat_http_field(request, "If-Match");

	*is_null = if_match == NULL;
	return if_match == NULL ? (Datum) 0 : CStringGetTextDatum(if_match);
}

/*
 * Run a function that patches the image in the path.
 */
static void
run_patch(const ImgcatHttpRequest *request, ImgcatHttpAnswer *answer,
		  const char *function, Oid patch_type)
{
	Oid			types[3] = {UUIDOID, patch_type, TEXTOID};
	bool		nulls[3] = {false};
	pg_uuid_t	id;
	Datum		args[3];

	args[1] = JsonbPGetDatum(imgcat_http_json_body(request));
	imgcat_http_image_id(request, 0, &id);
	args[0] = UUIDPGetDatum(&id);
	args[2] = if_match_argument(request, &nulls[2]);
	answer->body = DatumGetTextPP(imgcat_http_call(function, 3, types, args,
												   nulls));
	set_new_etag(answer, &id);
}

/*
 * PATCH /v2/images/{image_id}: the Content-Type tells the form of the patch.
 */
void
imgcat_http_patch_image(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	const char *type = imgcat_http_field(request, "Content-Type");

	if (type != NULL && imgcat_media_type_is(type, PATCH_V21))
		run_patch(request, answer, "update_image", imgcat_http_patch_type());
	else if (type != NULL && imgcat_media_type_is(type, PATCH_V20))
		run_patch(request, answer, "update_image_legacy", JSONBOID);
	else
	{
		imgcat_http_set_field(answer, "Accept-Patch", PATCH_V20 ", " PATCH_V21);
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_HTTP(415)),
				 errmsg("the body is of an unsupported media type"),
				 errhint("Send a patch as %s or %s.", PATCH_V21, PATCH_V20)));
	}
}

/*
 * PATCH /v2/cloudimages/{image_id}, whose clients send any type.
 */
void
imgcat_http_patch_cloud_image(ImgcatHttpRequest *request,
							  ImgcatHttpAnswer *answer)
{
	run_patch(request, answer, request->route->function,
			  imgcat_http_patch_type());
}

/*
 * DELETE /v2/images/{image_id}
 */
void
imgcat_http_delete_image(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID, TEXTOID};
	bool		nulls[2] = {false};
	pg_uuid_t	id;
	Datum		args[2];

	(void) answer;
	imgcat_http_image_id(request, 0, &id);
	args[0] = UUIDPGetDatum(&id);
	args[1] = if_match_argument(request, &nulls[1]);
	imgcat_http_call(request->route->function, 2, types, args, nulls);
}

/*
 * A member of the body that must be there.
 */
static Datum
required_member(Jsonb *body, const char *name)
{
	text	   *value = imgcat_http_member(body, name, NULL);

	if (value == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the body has no member \"%s\"", name)));
	return PointerGetDatum(value);
}

/*
 * POST /v2/images/{image_id}/members
 */
void
imgcat_http_add_member(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID, TEXTOID};
	pg_uuid_t	id;
	Datum		args[2];

	args[1] = required_member(imgcat_http_json_body(request), "member");
	imgcat_http_image_id(request, 0, &id);
	args[0] = UUIDPGetDatum(&id);
	answer->body =
		imgcat_http_call_json(request->route->function, 2, types, args);
}

/*
 * PUT /v2/images/{image_id}/members/{member_id}
 */
void
imgcat_http_update_member(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID, TEXTOID, TEXTOID};
	pg_uuid_t	id;
	Datum		args[3];

	args[2] = required_member(imgcat_http_json_body(request), "status");
	imgcat_http_image_id(request, 0, &id);
	args[0] = UUIDPGetDatum(&id);
	args[1] = imgcat_http_text_parameter(request, 1);
	answer->body =
		imgcat_http_call_json(request->route->function, 3, types, args);
}

/*
 * GET /v2/schemas/{name}
 */
void
imgcat_http_schema(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {TEXTOID};
	Datum		args[1];

	args[0] = imgcat_http_text_parameter(request, 0);
	answer->body =
		imgcat_http_call_json(request->route->function, 1, types, args);
}

/*
 * GET /v2/images/{image_id}/tasks: whoever sees the image learns that there
 * are none.
 */
void
imgcat_http_image_tasks(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	imgcat_http_run_image(request, answer);
	answer->body = cstring_to_text("{\"tasks\": []}");
}
