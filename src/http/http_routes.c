/*-------------------------------------------------------------------------
 *
 * http_routes.c
 *		Which path and method is whose.
 *
 * The whole API stands in one table.  What other services of its kind have
 * and this one has not is there, too, with no handler, so that the answer is
 * 404 and Allow is right.
 *
 * src/http/http_routes.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "http/http.h"
#include "lib/stringinfo.h"

#define IMAGE "/v2/images/{image_id}"
#define PROJECT "/v2/{project_id}/images"

/* *INDENT-OFF* */
/* clang-format off */
static const ImgcatHttpRoute routes[] = {
	/* discovery: no identity is needed */
	{"GET", "/", imgcat_http_versions, NULL, 300, IMGCAT_BODY_IGNORED, IMGCAT_API_IMAGE},
	{"GET", "/versions", imgcat_http_versions, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMAGE},
	{"GET", "/v2", imgcat_http_to_v2, NULL, 302, IMGCAT_BODY_IGNORED, IMGCAT_API_IMAGE},

	/* OpenStack Image v2 */
	{"GET", "/v2/images", imgcat_http_run_query, "list_images_page", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMAGE},
	{"POST", "/v2/images", imgcat_http_create_image, "create_image", 201, IMGCAT_BODY_JSON, IMGCAT_API_IMAGE},
	{"GET", IMAGE, imgcat_http_get_image, "get_image", 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"PATCH", IMAGE, imgcat_http_patch_image, "update_image", 200, IMGCAT_BODY_PATCH, IMGCAT_API_IMAGE},
	{"DELETE", IMAGE, imgcat_http_delete_image, "delete_image", 204, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"POST", IMAGE "/actions/deactivate", imgcat_http_run_image, "deactivate_image", 204, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"POST", IMAGE "/actions/reactivate", imgcat_http_run_image, "reactivate_image", 204, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"GET", IMAGE "/members", imgcat_http_run_image, "list_image_members", 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"POST", IMAGE "/members", imgcat_http_add_member, "add_image_member", 200, IMGCAT_BODY_JSON, IMGCAT_API_IMAGE},
	{"GET", IMAGE "/members/{member_id}", imgcat_http_run_image_word, "get_image_member", 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"PUT", IMAGE "/members/{member_id}", imgcat_http_update_member, "update_image_member", 200, IMGCAT_BODY_JSON, IMGCAT_API_IMAGE},
	{"DELETE", IMAGE "/members/{member_id}", imgcat_http_run_image_word, "delete_image_member", 204, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"PUT", IMAGE "/tags/{tag}", imgcat_http_run_image_word, "add_image_tag", 204, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"DELETE", IMAGE "/tags/{tag}", imgcat_http_run_image_word, "delete_image_tag", 204, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"GET", IMAGE "/tasks", imgcat_http_image_tasks, "get_image", 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"GET", IMAGE "/file", imgcat_http_get_data, "download_image_data", 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"PUT", IMAGE "/file", imgcat_http_put_data, "upload_image_data", 204, IMGCAT_BODY_DATA, IMGCAT_API_IMAGE},
	{"PUT", IMAGE "/stage", imgcat_http_put_data, "stage_image_data", 204, IMGCAT_BODY_DATA, IMGCAT_API_IMAGE},
	{"POST", IMAGE "/import", imgcat_http_import_data, "import_image_data", 202, IMGCAT_BODY_JSON, IMGCAT_API_IMAGE},
	{"GET", IMAGE "/locations", imgcat_http_run_image, "list_image_locations", 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"POST", IMAGE "/locations", imgcat_http_add_location, "add_image_location", 202, IMGCAT_BODY_JSON, IMGCAT_API_IMAGE},
	{"DELETE", "/v2/stores/{store}/{image_id}", NULL, NULL, 204, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"GET", "/v2/schemas/{name}", imgcat_http_schema, "image_schema", 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"GET", "/v2/schemas/metadefs/{name}", imgcat_http_metadef_schema, NULL, 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"GET", "/v2/info/import", imgcat_http_import_info, NULL, 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"GET", "/v2/info/usage", imgcat_http_usage_info, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMAGE},
	{"GET", "/v2/info/stores", NULL, NULL, 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"GET", "/v2/info/stores/detail", NULL, NULL, 200, IMGCAT_BODY_NONE, IMGCAT_API_IMAGE},
	{"GET", "/v2/tasks", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMAGE},
	{"POST", "/v2/tasks", NULL, NULL, 201, IMGCAT_BODY_IGNORED, IMGCAT_API_IMAGE},
	{"GET", "/v2/tasks/{task_id}", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMAGE},

	/* the IMS extension */
	{"GET", "/v2/cloudimages", imgcat_http_run_query, "list_cloud_images_page", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"PATCH", "/v2/cloudimages/{image_id}", imgcat_http_patch_cloud_image, "update_cloud_image", 200, IMGCAT_BODY_JSON, IMGCAT_API_IMS},
	{"GET", PROJECT "/tags", imgcat_http_ims_project_tags, "ims_project_tags", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"GET", PROJECT "/{image_id}/tags", imgcat_http_ims_image_tags, "ims_image_tags", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", PROJECT "/{image_id}/tags", imgcat_http_ims_add_tag, "ims_set_image_tag", 204, IMGCAT_BODY_JSON, IMGCAT_API_IMS},
	{"POST", PROJECT "/{image_id}/tags/action", imgcat_http_ims_change_tags, "ims_change_image_tags", 204, IMGCAT_BODY_JSON, IMGCAT_API_IMS},
	{"DELETE", PROJECT "/{image_id}/tags/{key}", imgcat_http_ims_delete_tag, "ims_delete_image_tag", 204, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", PROJECT "/resource_instances/action", imgcat_http_ims_query, "ims_query_images", 200, IMGCAT_BODY_JSON, IMGCAT_API_IMS},
	{"GET", "/v1/cloudimages/tags", imgcat_http_run_query, "list_cloud_image_tags", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"PUT", "/v1/cloudimages/tags", imgcat_http_ims_set_tag, "ims_set_image_tag", 204, IMGCAT_BODY_JSON, IMGCAT_API_IMS},

	/*
	 * not offered: most needs the cloud around IMS, its servers, object store
	 * and jobs
	 */
	{"GET", "/v1/cloudimages/fuzzy", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"GET", "/v1/cloudimages/os_version", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"GET", "/v1/cloudimages/quota", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", "/v2/cloudimages/action", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", "/v2/cloudimages/quickimport/action", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", "/v1/cloudimages/dataimages/action", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", "/v1/cloudimages/wholeimages/action", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"PUT", "/v1/cloudimages/{image_id}/upload", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", "/v1/cloudimages/{image_id}/file", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", "/v1/cloudimages/{image_id}/copy", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", "/v1/cloudimages/{image_id}/cross_region_copy", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"POST", "/v1/cloudimages/members", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"PUT", "/v1/cloudimages/members", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"DELETE", "/v1/cloudimages/members", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"GET", "/v1/cloudimages/job/{job_id}", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},
	{"GET", "/v1/{project_id}/jobs/{job_id}", NULL, NULL, 200, IMGCAT_BODY_IGNORED, IMGCAT_API_IMS},

	/* container images */
	{"GET", "/v1/imagescount", imgcat_http_count_containers, "count_container_images", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_CONTAINER},
	{"GET", "/v1/images", imgcat_http_run_query, "list_container_images_page", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_CONTAINER},
	{"DELETE", "/v1/images", imgcat_http_delete_containers, "delete_container_images", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_CONTAINER},
	{"GET", "/v1/images/cache/invalidate", imgcat_http_run, "invalidate_scan_and_registry_caches", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_CONTAINER},
	{"POST", "/v1/images/scan", imgcat_http_scan_container, "scan_image", 200, IMGCAT_BODY_JSON_OR_EMPTY, IMGCAT_API_CONTAINER},
	{"GET", "/v1/images/{id}", imgcat_http_get_container, "get_container_image", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_CONTAINER},
	{"GET", "/v1/export/images", imgcat_http_export_containers, "export_container_images", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_EXPORT},
	{"GET", "/v1/watchedimages", imgcat_http_run, "watched_images", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_CONTAINER},
	{"POST", "/v1/watchedimages", imgcat_http_watch, "watch_image", 200, IMGCAT_BODY_JSON_OR_EMPTY, IMGCAT_API_CONTAINER},
	{"DELETE", "/v1/watchedimages", imgcat_http_unwatch, "unwatch_image", 200, IMGCAT_BODY_IGNORED, IMGCAT_API_CONTAINER},
};

/* clang-format on */
/* *INDENT-ON* */

/*
 * Does the path of the request have the form of this route's?  Its parameters
 * are noted then.  A parameter is not empty, and has no slash: encoded or not,
 * a slash divides.
 */
static bool
path_matches(ImgcatHttpRequest *request, const char *path)
{
	int			segment = 0;

	request->nparameters = 0;
	if (path[1] == '\0')
		return request->nsegments == 0;
	for (const char *at = path; *at == '/'; segment++)
	{
		const char *name = at + 1;
		const char *given;
		size_t		length = strcspn(name, "/");

		if (segment == request->nsegments)
			return false;
		given = request->segments[segment];
		if (name[0] == '{')
		{
			if (given[0] == '\0' || strchr(given, '/') != NULL)
				return false;
			request->parameters[request->nparameters++] = given;
		}
		else if (strncmp(given, name, length) != 0 || given[length] != '\0')
			return false;
		at = name + length;
	}
	return segment == request->nsegments;
}

/*
 * Find the route of a request.  Where its path is known, and its method is not
 * one of the path's, allow is a list of those that are.
 */
ImgcatRouteResult
imgcat_http_find_route(ImgcatHttpRequest *request, char **allow)
{
	StringInfoData methods;

	methods.data = NULL;
	for (int i = 0; i < (int) lengthof(routes); i++)
	{
		if (!path_matches(request, routes[i].path))
			continue;
		request->api = routes[i].api;
		if (strcmp(request->method, routes[i].method) == 0)
		{
			request->route = &routes[i];
			return IMGCAT_ROUTE_FOUND;
		}
		if (methods.data == NULL)
			initStringInfo(&methods);
		else
			appendStringInfoString(&methods, ", ");
		appendStringInfoString(&methods, routes[i].method);
	}
	*allow = methods.data;
	return methods.data == NULL ? IMGCAT_ROUTE_NO_PATH : IMGCAT_ROUTE_NO_METHOD;
}

/*
 * Is it a method of HTTP, whether any path takes it or not?
 */
bool
imgcat_http_method_is_known(const char *method)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "PUT",
	"PATCH", "DELETE", "OPTIONS"};

	for (int i = 0; i < (int) lengthof(methods); i++)
		if (strcmp(method, methods[i]) == 0)
			return true;
	return false;
}
