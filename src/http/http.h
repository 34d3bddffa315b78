/*-------------------------------------------------------------------------
 *
 * http.h
 *		The HTTP API: what a request is, what an answer is, who makes which.
 *
 * A request goes through http_request.c: its target is read, a route found
 * (http_routes.c holds the table), the route's handler run in a subtransaction,
 * and an error turned into an answer (http_error.c).  A handler takes what it
 * needs from the request, calls the function of the SQL API that does the
 * work, and puts its result in the answer; it decides nothing itself.
 *
 * src/http/http.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_HTTP_H
#define IMGCAT_HTTP_H

#include "datatype/timestamp.h"
#include "query/http_target.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/* Whose rules for errors hold. */
typedef enum ImgcatHttpApi
{
	IMGCAT_API_IMAGE,			/* OpenStack Image v2 */
	IMGCAT_API_IMS,				/* its IMS extension */
	IMGCAT_API_CONTAINER,		/* container images: errors as gRPC has them */
	IMGCAT_API_EXPORT			/* the same, in a stream */
} ImgcatHttpApi;

/* What a request may have for a body. */
typedef enum ImgcatHttpBody
{
	IMGCAT_BODY_NONE,			/* one is an error */
	IMGCAT_BODY_IGNORED,
	IMGCAT_BODY_JSON,			/* it must be there, whatever its type */
	IMGCAT_BODY_JSON_OR_EMPTY,	/* nothing is {} */
	IMGCAT_BODY_PATCH,			/* JSON, of a type that names a form of patch */
	IMGCAT_BODY_DATA			/* bytes of an image, of one type */
} ImgcatHttpBody;

typedef struct ImgcatHttpRequest ImgcatHttpRequest;
typedef struct ImgcatHttpAnswer ImgcatHttpAnswer;

typedef void (*ImgcatHttpHandler) (ImgcatHttpRequest *request,
								   ImgcatHttpAnswer *answer);

/* A line of the routing table. */
typedef struct ImgcatHttpRoute
{
	const char *method;
	const char *path;			/* a segment {name} takes any text */
	ImgcatHttpHandler handle;	/* NULL: not offered, 404 */
	const char *function;		/* of the SQL API, NULL if none does the work */
	int			status;			/* of success */
	ImgcatHttpBody body;
	ImgcatHttpApi api;
} ImgcatHttpRoute;

/* parts {name} of a path */
#define IMGCAT_HTTP_PARAMETERS_MAX 3

typedef struct ImgcatHttpField
{
	const char *name;
	const char *value;
} ImgcatHttpField;

/* A request.  All strings are in the encoding of the database. */
struct ImgcatHttpRequest
{
	const char *method;
	int			nfields;
	ImgcatHttpField *fields;	/* the headers */
	const char *body;			/* UTF-8, if it is text at all */
	size_t		body_length;
	const bytea *bytes;			/* the same as a value; NULL: no body */
	const char *id;				/* x-openstack-request-id of the answer */

	const char *query;			/* behind the '?', still encoded */
	int			nsegments;		/* of the path, without any prefix */
	char	  **segments;
	ImgcatHttpApi api;			/* known before the route is */
	const ImgcatHttpRoute *route;
	int			nparameters;	/* of the path, in their order */
	const char *parameters[IMGCAT_HTTP_PARAMETERS_MAX];
	TimestampTz deadline;		/* of an export; 0: none */
};

#define IMGCAT_HTTP_ANSWER_FIELDS_MAX 8

/*
 * An answer.  Headers that a handler sets before it fails are those of the
 * error, too.
 */
struct ImgcatHttpAnswer
{
	int			status;
	const char *type;			/* Content-Type of the body */
	text	   *body;			/* NULL: empty */
	bool		is_bytes;		/* the body is not text */
	int			nfields;
	ImgcatHttpField fields[IMGCAT_HTTP_ANSWER_FIELDS_MAX];
};

/* http_routes.c */
typedef enum ImgcatRouteResult
{
	IMGCAT_ROUTE_FOUND,
	IMGCAT_ROUTE_NO_PATH,
	IMGCAT_ROUTE_NO_METHOD
} ImgcatRouteResult;

extern ImgcatRouteResult imgcat_http_find_route(ImgcatHttpRequest *request,
												char **allow);
extern bool imgcat_http_method_is_known(const char *method);

/* http_message.c */
extern void imgcat_http_read_fields(ImgcatHttpRequest *request, Jsonb *headers);
extern const char *imgcat_http_field(const ImgcatHttpRequest *request,
									 const char *name);
extern Jsonb *imgcat_http_json_body(const ImgcatHttpRequest *request);
extern text *imgcat_http_member(Jsonb *object, const char *name,
								const char *other_name);
extern bool imgcat_http_bool_member(Jsonb *object, const char *name,
									const char *other_name);
extern void imgcat_http_image_id(const ImgcatHttpRequest *request,
								 int parameter, pg_uuid_t *id);
extern Datum imgcat_http_text_parameter(const ImgcatHttpRequest *request,
										int parameter);
extern void imgcat_http_set_field(ImgcatHttpAnswer *answer, const char *name,
								  const char *value);
extern const char *imgcat_http_base(const ImgcatHttpRequest *request);

/* http_call.c */
extern Oid	imgcat_http_patch_type(void);
extern Datum imgcat_http_call(const char *function, int nargs, const Oid *types,
							  const Datum *args, const bool *nulls);
extern text *imgcat_http_call_json(const char *function, int nargs,
								   const Oid *types, const Datum *args);

/* http_error.c */
extern int	imgcat_http_sqlstate(int sqlerrcode);
extern bool imgcat_http_error_propagates(const ErrorData *error);
extern void imgcat_http_answer_error(const ImgcatHttpRequest *request,
									 ImgcatHttpAnswer *answer,
									 const ErrorData *error);
extern void imgcat_http_answer_status(const ImgcatHttpRequest *request,
									  ImgcatHttpAnswer *answer, int status,
									  const char *message);

#define IMGCAT_ERRCODE_HTTP(status)                                            \
	MAKE_SQLSTATE('P', 'T', '0' + (status) / 100, '0' + (status) / 10 % 10,    \
				  '0' + (status) % 10)

/*
 * handlers: http_images.c, http_data.c, http_ims.c, http_containers.c, http_discovery.c,
 * http_schemas.c
 */
extern void imgcat_http_run(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_run_query(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_run_image(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_run_image_word(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_create_image(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_get_image(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_patch_image(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_patch_cloud_image(ImgcatHttpRequest *,
										  ImgcatHttpAnswer *);
extern void imgcat_http_delete_image(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_add_member(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_update_member(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_get_data(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_put_data(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_import_data(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_add_location(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_schema(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_metadef_schema(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_image_tasks(ImgcatHttpRequest *, ImgcatHttpAnswer *);

extern void imgcat_http_versions(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_to_v2(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_import_info(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_usage_info(ImgcatHttpRequest *, ImgcatHttpAnswer *);

extern void imgcat_http_ims_project_tags(ImgcatHttpRequest *,
										 ImgcatHttpAnswer *);
extern void imgcat_http_ims_image_tags(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_ims_add_tag(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_ims_change_tags(ImgcatHttpRequest *,
										ImgcatHttpAnswer *);
extern void imgcat_http_ims_delete_tag(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_ims_query(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_ims_set_tag(ImgcatHttpRequest *, ImgcatHttpAnswer *);

extern void imgcat_http_count_containers(ImgcatHttpRequest *,
										 ImgcatHttpAnswer *);
extern void imgcat_http_get_container(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_delete_containers(ImgcatHttpRequest *,
										  ImgcatHttpAnswer *);
extern void imgcat_http_export_containers(ImgcatHttpRequest *,
										  ImgcatHttpAnswer *);
extern void imgcat_http_scan_container(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_watch(ImgcatHttpRequest *, ImgcatHttpAnswer *);
extern void imgcat_http_unwatch(ImgcatHttpRequest *, ImgcatHttpAnswer *);

#endif							/* IMGCAT_HTTP_H */
