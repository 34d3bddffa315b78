/*-------------------------------------------------------------------------
 *
 * http_ims.c
 *		Handlers of the IMS extension: tags of key and value.
 *
 * src/http/http_ims.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "context.h"
#include "fmgr.h"
#include "http/http.h"
#include "utils/builtins.h"

/*
 * The path names a project, which must be the caller's.
 */
static void
check_project(const ImgcatHttpRequest *request)
{
	ImgcatCaller caller = imgcat_caller();

	if (!caller.is_admin &&
		(caller.project_id == NULL ||
		 strcmp(caller.project_id, request->parameters[0]) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for project"),
				 errdetail("The project in the path is not the caller's.")));
}

/*
 * The object that is the member of a body.
 */
static Jsonb *
object_member(Jsonb *body, const char *name)
{
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(body) ||
		getKeyJsonValueFromContainer(&body->root, name, strlen(name), &value) ==
		NULL ||
		value.type != jbvBinary ||
		!JsonContainerIsObject(value.val.binary.data))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the body has no object \"%s\"", name)));
	return JsonbValueToJsonb(&value);
}

/*
 * GET /v2/{project_id}/images/tags
 */
void
imgcat_http_ims_project_tags(ImgcatHttpRequest *request,
							 ImgcatHttpAnswer *answer)
{
	check_project(request);
	imgcat_http_run(request, answer);
}

/*
 * GET /v2/{project_id}/images/{image_id}/tags
 */
void
imgcat_http_ims_image_tags(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID};
	pg_uuid_t	id;
	Datum		args[1];

	check_project(request);
	imgcat_http_image_id(request, 1, &id);
	args[0] = UUIDPGetDatum(&id);
	answer->body =
		imgcat_http_call_json(request->route->function, 1, types, args);
}

/*
 * Set a tag; either part may be NULL, which is the empty text.
 */
static void
set_tag(const ImgcatHttpRequest *request, const pg_uuid_t *id, text *key,
		text *value)
{
	static const Oid types[] = {UUIDOID, TEXTOID, TEXTOID};
	Datum		args[3];

	args[0] = UUIDPGetDatum(id);
	args[1] = PointerGetDatum(key != NULL ? key : cstring_to_text(""));
	args[2] = PointerGetDatum(value != NULL ? value : cstring_to_text(""));
	imgcat_http_call(request->route->function, 3, types, args, NULL);
}

/*
 * POST /v2/{project_id}/images/{image_id}/tags
 */
void
imgcat_http_ims_add_tag(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	Jsonb	   *tag = object_member(imgcat_http_json_body(request), "tag");
	pg_uuid_t	id;

	(void) answer;
	check_project(request);
	imgcat_http_image_id(request, 1, &id);
	set_tag(request, &id, imgcat_http_member(tag, "key", NULL),
			imgcat_http_member(tag, "value", NULL));
}

/*
 * POST /v2/{project_id}/images/{image_id}/tags/action
 */
void
imgcat_http_ims_change_tags(ImgcatHttpRequest *request,
							ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID, TEXTOID, JSONBOID};
	Jsonb	   *body = imgcat_http_json_body(request);
	text	   *action = imgcat_http_member(body, "action", NULL);
	JsonbValue	tags;
	pg_uuid_t	id;
	Datum		args[3];

	(void) answer;
	check_project(request);
	if (action == NULL ||
		getKeyJsonValueFromContainer(&body->root, "tags", 4, &tags) == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the body has no member \"%s\"",
							   action == NULL ? "action" : "tags")));
	imgcat_http_image_id(request, 1, &id);
	args[0] = UUIDPGetDatum(&id);
	args[1] = PointerGetDatum(action);
	args[2] = JsonbPGetDatum(JsonbValueToJsonb(&tags));
	imgcat_http_call(request->route->function, 3, types, args, NULL);
}

/*
 * DELETE /v2/{project_id}/images/{image_id}/tags/{key}
 */
void
imgcat_http_ims_delete_tag(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID, TEXTOID};
	pg_uuid_t	id;
	Datum		args[2];

	(void) answer;
	check_project(request);
	imgcat_http_image_id(request, 1, &id);
	args[0] = UUIDPGetDatum(&id);
	args[1] = imgcat_http_text_parameter(request, 2);
	imgcat_http_call(request->route->function, 2, types, args, NULL);
}

/*
 * POST /v2/{project_id}/images/resource_instances/action
 */
void
imgcat_http_ims_query(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {JSONBOID};
	Datum		args[1];

	check_project(request);
	args[0] = JsonbPGetDatum(imgcat_http_json_body(request));
	answer->body =
		imgcat_http_call_json(request->route->function, 1, types, args);
}

/*
 * PUT /v1/cloudimages/tags: the image stands in the body; the tag is an
 * object, or one text "key.value".
 */
void
imgcat_http_ims_set_tag(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	Jsonb	   *body = imgcat_http_json_body(request);
	text	   *image_id = imgcat_http_member(body, "image_id", NULL);
	text	   *tag = imgcat_http_member(body, "tag", NULL);
	pg_uuid_t	id;

	(void) answer;
	if (image_id == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the body has no member \"%s\"", "image_id")));
	request->parameters[0] = text_to_cstring(image_id);
	imgcat_http_image_id(request, 0, &id);
	if (tag != NULL)
	{
		char	   *key = text_to_cstring(tag);
		char	   *value = strchr(key, '.');

		if (value != NULL)
			*value++ = '\0';
		set_tag(request, &id, cstring_to_text(key),
				value != NULL ? cstring_to_text(value) : NULL);
	}
	else
	{
		Jsonb	   *image_tag = object_member(body, "image_tag");

		set_tag(request, &id, imgcat_http_member(image_tag, "key", NULL),
				imgcat_http_member(image_tag, "value", NULL));
	}
}
