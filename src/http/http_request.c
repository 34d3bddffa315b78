/*-------------------------------------------------------------------------
 *
 * http_request.c
 *		http_request(): the HTTP API, without HTTP; http(): behind PostgREST.
 *
 * The handler of a request runs in a subtransaction, as a block of PL/pgSQL
 * with an exception clause does: an error becomes an answer, and what the
 * request had changed by then is undone.
 *
 * src/http/http_request.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "container/container_access.h"
#include "context.h"
#include "entry.h"
#include "fmgr.h"
#include "funcapi.h"
#include "http/http.h"
#include "image/errors.h"
#include "json_writer.h"
#include "mb/pg_wchar.h"
#include "query/http_header.h"
#include "query/json_indent.h"
#include "query/query_string.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#define REQUEST_ID_MAX 64

/*
 * The identifier of the answer: the client's, if it can stand in a header and
 * in a log, or a new one.
 */
static char *
make_request_id(const char *given)
{
	Datum		uuid;

	if (given != NULL && given[0] != '\0')
	{
		size_t		length = strlen(given);

		if (length <= REQUEST_ID_MAX &&
			strspn(given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789-._~:+/=") == length)
			return psprintf(
							"%s%s", strncmp(given, "req-", 4) == 0 ? "" : "req-", given);
	}
	uuid = DirectFunctionCall1(gen_random_uuid, (Datum) 0);
	return psprintf("req-%s", imgcat_uuid_string(DatumGetUUIDP(uuid)));
}

/*
 * Does the path begin with the path of the prefix under which we are reached?
 * How many segments that takes.
 */
static int
prefix_segments(const ImgcatHttpTarget *target)
{
	ImgcatHttpTarget prefix;
	char	   *str;

	if (imgcat_http_prefix[0] == '\0')
		return 0;
	str = pstrdup(imgcat_http_prefix);
	if (imgcat_http_target_read(&prefix, str, strlen(str)) !=
		IMGCAT_TARGET_OK ||
		prefix.nsegments > target->nsegments)
		return 0;
	for (int i = 0; i < prefix.nsegments; i++)
		if (strcmp(prefix.segments[i], target->segments[i]) != 0)
			return 0;
	return prefix.nsegments;
}

/*
 * Is it a name of version 2 of the image API, as a segment of a path or behind
 * "application/vnd.openstack.images-" in an Accept?
 */
static bool
is_v2(const char *name, size_t length)
{
	static const char *const versions[] = {"v2", "v2.0", "v2.1", "v2.2",
		"v2.3", "v2.4", "v2.5", "v2.6",
	"v2.7", "v2.9", "v2.15", "v2.17"};

	for (int i = 0; i < (int) lengthof(versions); i++)
		if (strlen(versions[i]) == length &&
			memcmp(versions[i], name, length) == 0)
			return true;
	return false;
}

/*
 * Bring the first segment of the path to the version that it stands for, and
 * say whose errors the client expects.  A client may name the version in its
 * Accept instead.
 */
static void
settle_version(ImgcatHttpRequest *request)
{
	static const char media_type[] = "application/vnd.openstack.images-";
	const char *first = request->nsegments > 0 ? request->segments[0] : "";
	const char *accept = imgcat_http_field(request, "Accept");

	if (is_v2(first, strlen(first)))
		request->segments[0] = "v2";
	else if (strcmp(first, "v1") == 0)
		request->api = IMGCAT_API_CONTAINER;
	else if (strcmp(first, "versions") != 0 && request->nsegments > 0 &&
			 accept != NULL &&
			 strncmp(accept, media_type, sizeof(media_type) - 1) == 0)
	{
		const char *version = accept + sizeof(media_type) - 1;
		char	  **segments;

		if (!is_v2(version, strcspn(version, " \t,;")))
			return;
		segments = palloc(sizeof(char *) * (request->nsegments + 1));
		segments[0] = "v2";
		memcpy(segments + 1, request->segments,
			   sizeof(char *) * request->nsegments);
		request->segments = segments;
		request->nsegments++;
	}
}

/*
 * Read the target.  False if it is none; the answer says so then.
 */
static bool
read_target(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer, text *given)
{
	ImgcatHttpTarget target;
	ImgcatTargetResult result;
	char	   *url = text_to_cstring(given);
	int			skipped;

	/* a URL is UTF-8, whatever the encoding of the database */
	url = pg_server_to_any(url, strlen(url), PG_UTF8);
	result = imgcat_http_target_read(&target, url, strlen(url));

	/* the segments before a bad one tell whose errors the client expects */
	skipped = prefix_segments(&target);
	request->nsegments = target.nsegments - skipped;
	request->segments = palloc(sizeof(char *) * IMGCAT_TARGET_SEGMENTS_MAX);
	for (int i = 0; i < request->nsegments; i++)
	{
		char	   *segment = target.segments[skipped + i];

		request->segments[i] = pg_any_to_server(segment, strlen(segment),
												PG_UTF8);
	}
	settle_version(request);

	switch (result)
	{
		case IMGCAT_TARGET_MALFORMED:
			imgcat_http_answer_status(request, answer, 400,
									  "The target of the request is neither a path nor a URL.");
			return false;
		case IMGCAT_TARGET_BAD_ENCODING:
			imgcat_http_answer_status(request, answer, 400,
									  "The path of the request is not valid UTF-8.");
			return false;
		case IMGCAT_TARGET_OK:
			break;
	}
	if (target.too_long)
	{
		imgcat_http_answer_status(request, answer, 404,
								  "There is no such resource.");
		return false;
	}
	request->query = pg_any_to_server(target.query, target.query_length,
									  PG_UTF8);
	return true;
}

/*
 * Refuse a caller of whom nothing is known.
 */
static void
require_identity(const ImgcatHttpRequest *request)
{
	ImgcatCaller caller = imgcat_caller();

	if (caller.is_admin || caller.project_id != NULL || caller.user_id != NULL)
		return;
	if ((request->route->api == IMGCAT_API_CONTAINER ||
		 request->route->api == IMGCAT_API_EXPORT) &&
		imgcat_may_read_containers())
		return;
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_HTTP(401)), errmsg("credentials not found"),
			 errhint("The request must come from a user or a project.")));
}

/*
 * Does the client want JSON for people?  It says so by a parameter "pretty",
 * whatever its value, or in its Accept.
 */
static bool
wants_indents(const ImgcatHttpRequest *request)
{
	const char *accept = imgcat_http_field(request, "Accept");
	char	   *query = pstrdup(request->query);
	ImgcatQueryString pairs;
	ImgcatQueryParameter pair;

	if (accept != NULL &&
		imgcat_media_type_is(accept, "application/json+pretty"))
		return true;
	imgcat_query_string_init(&pairs, query, strlen(query));
	while (imgcat_query_string_next(&pairs, &pair) != IMGCAT_QUERY_END)
		if (strcmp(pair.name, "pretty") == 0)
			return true;
	return false;
}

/*
 * The same document with lines and indents.
 */
static text *
indent_document(const text *document)
{
	const char *json = VARDATA_ANY(document);
	size_t		length = VARSIZE_ANY_EXHDR(document);
	size_t		needed = imgcat_json_indent(NULL, 0, json, length);
	text	   *indented;

	if (!AllocSizeIsValid(needed + VARHDRSZ))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the document is too large to indent")));
	indented = palloc(needed + VARHDRSZ);
	SET_VARSIZE(indented, needed + VARHDRSZ);
	imgcat_json_indent(VARDATA(indented), needed, json, length);
	return indented;
}

/*
 * Answer a request of a known path and method.
 */
static void
handle(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	const ImgcatHttpRoute *route = request->route;

	if (strncmp(route->path, "/v2/", 4) == 0 ||
		strncmp(route->path, "/v1/", 4) == 0)
		require_identity(request);
	if (route->body == IMGCAT_BODY_NONE && request->body_length > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a body is not expected")));
	if (route->handle == NULL)
		ereport(ERROR, (errcode(IMGCAT_ERRCODE_NOT_FOUND),
						errmsg("resource not found"),
						errdetail("This service does not offer %s %s.",
								  route->method, route->path)));
	answer->status = route->status;
	route->handle(request, answer);
	if (route->api == IMGCAT_API_CONTAINER && answer->body != NULL &&
		wants_indents(request))
		answer->body = indent_document(answer->body);
}

/*
 * Answer a request whose path, or whose method, is not ours.
 */
static void
answer_no_route(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer,
				ImgcatRouteResult result, const char *allow)
{
	const char *first = request->nsegments > 0 ? request->segments[0] : "";
	bool		of_container = request->api == IMGCAT_API_CONTAINER ||
	request->api == IMGCAT_API_EXPORT;

	if (result == IMGCAT_ROUTE_NO_METHOD)
	{
		imgcat_http_set_field(answer, "Allow", allow);
		if (of_container)
			imgcat_http_answer_status(request, answer, 501,
									  "Method Not Allowed");
		else
			imgcat_http_answer_status(
									  request, answer, 405,
									  psprintf("The methods of this resource are %s.", allow));
	}
	else if (strcmp(first, "v2") != 0 && !of_container)
	{
		/* no version that we know: here are those that we do */
		imgcat_http_versions(request, answer);
		answer->status = 300;
	}
	else if (!imgcat_http_method_is_known(request->method))
		imgcat_http_answer_status(request, answer, 501,
								  "The method is not implemented.");
	else
		imgcat_http_answer_status(request, answer, 404,
								  of_container ? "Not Found"
								  : "There is no such resource.");
}

/*
 * Answer a request; what it changes is undone if it fails.  The caller's
 * memory context must be one that outlives the answer.
 */
static void
answer_request(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer,
			   text *target)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	bool		nested = imgcat_answering_http;
	const char *outer_id = imgcat_http_request_id;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	imgcat_answering_http = true;
	imgcat_http_request_id = request->id;
	PG_TRY();
	{
		char	   *allow = NULL;
		ImgcatRouteResult found;

		/* see what earlier requests of this very statement changed */
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
		if (read_target(request, answer, target))
		{
			found = imgcat_http_find_route(request, &allow);
			if (found == IMGCAT_ROUTE_FOUND)
				handle(request, answer);
			else
				answer_no_route(request, answer, found, allow);
		}
		imgcat_answering_http = nested;
		imgcat_http_request_id = outer_id;
		PopActiveSnapshot();
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		imgcat_answering_http = nested;
		imgcat_http_request_id = outer_id;
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED &&
			request->deadline != 0 &&
			GetCurrentTimestamp() >= request->deadline)
			imgcat_http_answer_status(request, answer, 504,
									  "context deadline exceeded");
		else if (imgcat_http_error_propagates(error))
			ReThrowError(error);
		else
			imgcat_http_answer_error(request, answer, error);
	}
	PG_END_TRY();
}

/*
 * All headers of the answer; how many they are.
 */
static int
list_fields(const ImgcatHttpRequest *request, const ImgcatHttpAnswer *answer,
			ImgcatHttpField fields[IMGCAT_HTTP_ANSWER_FIELDS_MAX + 2])
{
	int			nfields = answer->nfields;

	memcpy(fields, answer->fields, sizeof(answer->fields));
	fields[nfields].name = "x-openstack-request-id";
	fields[nfields++].value = request->id;
	if (answer->body != NULL)
	{
		fields[nfields].name = "Content-Type";
		fields[nfields++].value = answer->type;
	}
	return nfields;
}

/*
 * The headers of the answer, as an object.
 */
static Jsonb *
answer_fields(const ImgcatHttpRequest *request, const ImgcatHttpAnswer *answer)
{
	ImgcatHttpField fields[IMGCAT_HTTP_ANSWER_FIELDS_MAX + 2];
	int			nfields = list_fields(request, answer, fields);
	JsonbInState state = {0};

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < nfields; i++)
	{
		JsonbValue	value;

		value.type = jbvString;
		value.val.string.val = unconstify(char *, fields[i].name);
		value.val.string.len = strlen(fields[i].name);
		pushJsonbValue(&state, WJB_KEY, &value);
		value.val.string.val = unconstify(char *, fields[i].value);
		value.val.string.len = strlen(fields[i].value);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(state.result);
}

/*
 * The body of the answer as bytes: text as UTF-8, whatever the encoding of the
 * database.
 */
static bytea *
answer_bytes(const ImgcatHttpAnswer *answer)
{
	char	   *bytes;
	char	   *str;

	if (answer->body == NULL)
		return (bytea *) cstring_to_text_with_len("", 0);
	if (answer->is_bytes || GetDatabaseEncoding() == PG_UTF8)
		return (bytea *) answer->body;
	str = text_to_cstring(answer->body);
	bytes = pg_server_to_any(str, strlen(str), PG_UTF8);
	return (bytea *) cstring_to_text(bytes);
}

/*
 * Give the request its body.
 */
static void
set_body(ImgcatHttpRequest *request, const bytea *body)
{
	request->body = VARDATA_ANY(body);
	request->body_length = VARSIZE_ANY_EXHDR(body);
	request->bytes = body;
}

/*
 * An argument that must be there is not.
 */
static void
require_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be null", name)));
}

/*
 * Take a request whose method, headers and body are known, and answer it.
 */
static void
run_request(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer,
			text *target)
{
	const char *id = imgcat_http_field(request, "X-OpenStack-Request-ID");

	request->id = make_request_id(id);
	answer->type = "application/json";
	if (id != NULL && strlen(id) > REQUEST_ID_MAX)
		imgcat_http_answer_status(request, answer, 431,
								  "The request identifier is longer than 64 characters.");
	else
		answer_request(request, answer, target);
	if (strcmp(request->method, "HEAD") == 0)
		answer->body = NULL;
}

/*
 * The form of the row that http_request answers with, as its OUT arguments
 * declare it; made once, for looking those up costs more than some requests.
 */
static TupleDesc
answer_tupdesc(void)
{
	static TupleDesc tupdesc = NULL;

	if (tupdesc == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
		TupleDesc	made = CreateTemplateTupleDesc(3);

		TupleDescInitEntry(made, 1, "status", INT4OID, -1, 0);
		TupleDescInitEntry(made, 2, "response_headers", JSONBOID, -1, 0);
		TupleDescInitEntry(made, 3, "response_body", BYTEAOID, -1, 0);
		TupleDescFinalize(made);
		tupdesc = BlessTupleDesc(made);
		MemoryContextSwitchTo(old);
	}
	return tupdesc;
}

PG_FUNCTION_INFO_V1(imgcat_http_request);
/*
 * http_request(method text, target text, headers jsonb, body bytea,
 * OUT status int, OUT response_headers jsonb, OUT response_body bytea)
 */
Datum
imgcat_http_request(PG_FUNCTION_ARGS)
{
	ImgcatHttpRequest request = {0};
	ImgcatHttpAnswer answer = {0};
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	require_argument(fcinfo, 0, "method");
	require_argument(fcinfo, 1, "target");
	require_argument(fcinfo, 2, "headers");

	request.method = text_to_cstring(PG_GETARG_TEXT_PP(0));
	imgcat_http_read_fields(&request, PG_GETARG_JSONB_P(2));
	if (!PG_ARGISNULL(3))
		set_body(&request, PG_GETARG_BYTEA_PP(3));
	run_request(&request, &answer, PG_GETARG_TEXT_PP(1));

	values[0] = Int32GetDatum(answer.status);
	values[1] = JsonbPGetDatum(answer_fields(&request, &answer));
	values[2] = PointerGetDatum(answer_bytes(&answer));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(answer_tupdesc(), values,
													  nulls)));
}

/*
 * Set a parameter for the rest of the transaction.
 */
static void
set_local(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_LOCAL, true, 0, false);
}

/*
 * What PostgREST says of the request that it runs us for, NULL if nothing.
 */
static const char *
postgrest_setting(const char *name)
{
	const char *value = GetConfigOption(name, true, false);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

/*
 * The target of PostgREST's request: what a proxy says that it was before it
 * led to us, or else PostgREST's own path and query.
 */
static const char *
postgrest_target(const ImgcatHttpRequest *request)
{
	const char *original = imgcat_http_field(request, "X-Original-URI");
	const char *path = postgrest_setting("request.path");
	const char *query = postgrest_setting("request.query");

	if (original != NULL)
		return original;
	if (path == NULL)
		return "/";
	return query == NULL ? path : psprintf("%s?%s", path, query);
}

/*
 * Tell PostgREST the status and the headers of the answer.  It wants an array
 * with an object for each header.
 */
static void
tell_postgrest(const ImgcatHttpRequest *request,
			   const ImgcatHttpAnswer *answer)
{
	ImgcatHttpField fields[IMGCAT_HTTP_ANSWER_FIELDS_MAX + 2];
	int			nfields = list_fields(request, answer, fields);
	StringInfoData headers;

	initStringInfo(&headers);
	for (int i = 0; i < nfields; i++)
	{
		appendStringInfoString(&headers, i > 0 ? ", {" : "[{");
		imgcat_json_string(&headers, fields[i].name, strlen(fields[i].name));
		appendStringInfoString(&headers, ": ");
		imgcat_json_string(&headers, fields[i].value, strlen(fields[i].value));
		appendStringInfoChar(&headers, '}');
	}
	appendStringInfoChar(&headers, ']');
	set_local("response.status", psprintf("%d", answer->status));
	set_local("response.headers", headers.data);
}

/*
 * Where a proxy led the request to us, its Content-Type is the one that the
 * proxy names beside: PostgREST takes a body for http() only as
 * application/octet-stream.
 */
static void
restore_content_type(ImgcatHttpRequest *request)
{
	if (imgcat_http_field(request, "X-Original-URI") == NULL)
		return;
	for (int i = 0; i < request->nfields; i++)
	{
		ImgcatHttpField *field = &request->fields[i];

		if (pg_strcasecmp(field->name, "Content-Type") == 0)
			field->name = "";
		else if (pg_strcasecmp(field->name, "X-Original-Content-Type") == 0)
			field->name = "Content-Type";
	}
}

PG_FUNCTION_INFO_V1(imgcat_http);
/*
 * http(bytea) returns a domain over bytea: http_request() for PostgREST.
 */
Datum
imgcat_http(PG_FUNCTION_ARGS)
{
	ImgcatHttpRequest request = {0};
	ImgcatHttpAnswer answer = {0};
	const char *headers = postgrest_setting("request.headers");
	const char *method = postgrest_setting("request.method");
	const char *original;

	if (method == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("there is no HTTP request"),
				 errdetail("The parameter request.method is not set, as PostgREST does."),
				 errhint("In SQL, call image_catalog.http_request().")));
	imgcat_http_read_fields(&request,
							DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
															   CStringGetDatum(headers != NULL ? headers : "{}"))));
	restore_content_type(&request);
	original = imgcat_http_field(&request, "X-Original-Method");
	request.method = original != NULL ? original : pstrdup(method);
	if (!PG_ARGISNULL(0))
		set_body(&request, PG_GETARG_BYTEA_PP(0));
	run_request(&request, &answer,
				cstring_to_text(postgrest_target(&request)));
	tell_postgrest(&request, &answer);
	PG_RETURN_BYTEA_P(answer_bytes(&answer));
}
