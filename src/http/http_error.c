/*-------------------------------------------------------------------------
 *
 * http_error.c
 *		Errors as answers: status, and a body in the form that the client reads.
 *
 * One table says which SQLSTATE is which status; docs/http.md prints it.
 * Whatever is not in it is a fault of ours: the client gets 500 and the
 * identifier of the request, under which the server's log has the rest.
 *
 * src/http/http_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "http/http.h"
#include "json_writer.h"
#include "lib/stringinfo.h"
#include "query/http_header.h"
#include "utils/builtins.h"

/*
 * A SQLSTATE begins with code; the first line that fits counts.  PT4nn and
 * PT5nn, which are the status itself, need no line.
 */
static const struct
{
	const char *code;
	int			status;
	bool		retry;			/* the same request may succeed in a second */
}			error_statuses[] = {
	{"0A", 501, false},			/* feature not supported */
	{"22", 400, false},			/* data exception */
	{"23502", 400, false},		/* not null */
	{"23514", 400, false},		/* check */
	{"23", 409, false},			/* unique, foreign key, exclusion */
	{"25006", 503, true},		/* read-only transaction: a replica */
	{"40", 409, true},			/* serialization failure, deadlock */
	{"42501", 403, false},		/* insufficient privilege */
	{"53", 503, true},			/* insufficient resources */
	{"54", 413, false},			/* program limit exceeded */
	{"55P03", 409, true},		/* lock not available */
	{"55", 409, false},			/* object not in prerequisite state */
	{"P0001", 400, false},		/* raised by a trigger of the operator's */
};

/* what HTTP calls a status, and gRPC */
static const struct
{
	int			status;
	const char *title;
	int			grpc_code;
}			statuses[] = {
	{400, "Bad Request", 3},
	{401, "Unauthorized", 16},
	{403, "Forbidden", 7},
	{404, "Not Found", 5},
	{405, "Method Not Allowed", 12},
	{409, "Conflict", 10},
	{412, "Precondition Failed", 9},
	{413, "Request Entity Too Large", 8},
	{415, "Unsupported Media Type", 3},
	{416, "Requested Range Not Satisfiable", 11},
	{431, "Request Header Fields Too Large", 3},
	{500, "Internal Server Error", 13},
	{501, "Not Implemented", 12},
	{503, "Service Unavailable", 14},
	{504, "Gateway Timeout", 4},
};

/*
 * What a status is called; one that only PTnnn makes is called nothing.
 */
static const char *
status_title(int status)
{
	for (int i = 0; i < (int) lengthof(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].title;
	return "Error";
}

/*
 * The gRPC code of a status.
 */
static int
status_grpc_code(int status)
{
	for (int i = 0; i < (int) lengthof(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].grpc_code;
	return status < 500 ? 3 : 13;
}

/*
 * The status of an error with that SQLSTATE, and whether to try again.
 */
static int
error_status(int sqlerrcode, bool *retry)
{
	const char *code = unpack_sql_state(sqlerrcode);

	*retry = false;
	if (code[0] == 'P' && code[1] == 'T' &&
		(code[2] == '4' || code[2] == '5') &&
		strspn(code + 2, "0123456789") == 3)
		return atoi(code + 2);
	for (int i = 0; i < (int) lengthof(error_statuses); i++)
	{
		if (strncmp(code, error_statuses[i].code,
					strlen(error_statuses[i].code)) != 0)
			continue;
		*retry = error_statuses[i].retry;
		return error_statuses[i].status;
	}
	return 500;
}

/*
 * Is it no answer to a client, but the end of what the server was doing?  A
 * cancelled query, a shutdown, a terminated session: class 57.
 */
bool
imgcat_http_error_propagates(const ErrorData *error)
{
	return strncmp(unpack_sql_state(error->sqlerrcode), "57", 2) == 0;
}

/*
 * The SQLSTATE by which PostgREST answers an error with our status for it.
 * What it maps to the same or a similar status itself keeps its code, which
 * tells more; the classes here it takes for faults of the server.
 */
int
imgcat_http_sqlstate(int sqlerrcode)
{
	static const char *const classes[] = {"40", "54", "55"};
	const char *code = unpack_sql_state(sqlerrcode);
	bool		retry;

	for (int i = 0; i < (int) lengthof(classes); i++)
		if (strncmp(code, classes[i], 2) == 0)
			return IMGCAT_ERRCODE_HTTP(error_status(sqlerrcode, &retry));
	return sqlerrcode;
}

/*
 * The text for people: what went wrong, why, and, if wanted, the cure.
 */
static char *
error_message(const ErrorData *error, bool with_hint)
{
	StringInfoData str;

	/* the detail of a violated constraint speaks of tables and columns */
	if (error->constraint_name != NULL)
		return pstrdup("the request conflicts with what is stored");
	initStringInfo(&str);
	appendStringInfoString(&str, error->message);
	if (error->detail != NULL)
		appendStringInfo(&str, ": %s", error->detail);
	if (error->hint != NULL && with_hint)
		appendStringInfo(&str, "%s %s", error->detail != NULL ? "" : ":",
						 error->hint);
	return str.data;
}

/*
 * Append text with what HTML gives a meaning escaped.
 */
static void
append_html(StringInfo out, const char *str)
{
	for (; *str != '\0'; str++)
	{
		switch (*str)
		{
			case '&':
				appendStringInfoString(out, "&amp;");
				break;
			case '<':
				appendStringInfoString(out, "&lt;");
				break;
			case '>':
				appendStringInfoString(out, "&gt;");
				break;
			case '"':
				appendStringInfoString(out, "&quot;");
				break;
			case '\'':
				appendStringInfoString(out, "&#x27;");
				break;
			default:
				appendStringInfoChar(out, *str);
		}
	}
}

/*
 * The body that clients of OpenStack read, in the form that they accept.
 */
static void
write_image_error(StringInfo out, ImgcatHttpAnswer *answer, const char *accept,
				  const char *title, const char *message)
{
	int			html = imgcat_accept_quality(accept, "text/html");
	int			json = imgcat_accept_quality(accept, "application/json");

	if (json > html)
	{
		char	   *html_message = psprintf("%s<br /><br />\n\n\n", message);

		answer->type = "application/json";
		appendStringInfoString(out, "{\"message\": ");
		imgcat_json_string(out, html_message, strlen(html_message));
		appendStringInfo(out, ", \"code\": \"%d %s\", \"title\": \"%s\"}",
						 answer->status, title, title);
	}
	else if (html > 0)
	{
		answer->type = "text/html; charset=UTF-8";
		appendStringInfo(out,
						 "<html>\n <head>\n  <title>%d %s</title>\n </head>\n"
						 " <body>\n  <h1>%d %s</h1>\n  ",
						 answer->status, title, answer->status, title);
		append_html(out, message);
		appendStringInfoString(out, "<br /><br />\n\n\n </body>\n</html>");
	}
	else
	{
		answer->type = "text/plain; charset=UTF-8";
		appendStringInfo(out, "%d %s\n\n%s\n", answer->status, title, message);
	}
}

/*
 * The body of IMS.  A message that our functions made in the IMS dialect has
 * the code in it; else the status tells a general one.
 */
static void
write_ims_error(StringInfo out, ImgcatHttpAnswer *answer, const char *message)
{
	static const struct
	{
		int			status;
		const char *code;
	}			codes[] = {
		{401, "IMG.0002"}, {403, "IMG.0026"}, {404, "IMG.0144"},
		{409, "IMG.0035"}, {413, "IMG.0116"},
	};
	char	   *str = pstrdup(message);
	char	   *found = strstr(str, ": IMG.");
	char		code[] = "IMG.0001";

	for (int i = 0; i < (int) lengthof(codes); i++)
		if (codes[i].status == answer->status)
			strlcpy(code, codes[i].code, sizeof(code));
	if (found != NULL && strspn(found + 6, "0123456789") == 4 &&
		found[10] == ':')
	{
		/* the code has a member of its own */
		memcpy(code, found + 2, 8);
		memmove(found, found + 10, strlen(found + 10) + 1);
	}

	answer->type = "application/json";
	appendStringInfoString(out, "{\"error\": {\"message\": ");
	imgcat_json_string(out, str, strlen(str));
	appendStringInfo(out, ", \"code\": \"%s\"}}", code);
}

/*
 * The body of gRPC's HTTP gateway, which Red Hat ACS adds a member to.
 */
static void
write_grpc_error(StringInfo out, ImgcatHttpAnswer *answer, const char *message,
				 int grpc_code, bool stream)
{
	answer->type = "application/json";
	appendStringInfo(out,
					 "%s{\"code\":%d,\"message\":", stream ? "{\"error\":" : "",
					 grpc_code);
	imgcat_json_string(out, message, strlen(message));
	appendStringInfoString(out, ",\"details\":[]");
	if (!stream)
	{
		appendStringInfoString(out, ",\"error\":");
		imgcat_json_string(out, message, strlen(message));
	}
	appendStringInfoString(out, stream ? "}}\n" : "}");
}

/*
 * Make the answer one of that status, with a message for people.
 */
void
imgcat_http_answer_status(const ImgcatHttpRequest *request,
						  ImgcatHttpAnswer *answer, int status,
						  const char *message)
{
	const char *accept = imgcat_http_field(request, "Accept");
	StringInfoData body;

	initStringInfo(&body);
	answer->status = status;
	if (status == 401)
		imgcat_http_set_field(answer, "WWW-Authenticate", "Bearer");
	if (request->api == IMGCAT_API_CONTAINER ||
		request->api == IMGCAT_API_EXPORT)
		write_grpc_error(&body, answer, message, status_grpc_code(status),
						 request->api == IMGCAT_API_EXPORT);
	else if (request->api == IMGCAT_API_IMS ||
			 imgcat_dialect == IMGCAT_DIALECT_IMS)
		write_ims_error(&body, answer, message);
	else
		write_image_error(&body, answer, accept != NULL ? accept : "",
						  status_title(status), message);
	answer->body = cstring_to_text_with_len(body.data, body.len);
}

/*
 * Write down what a client is not told.
 */
static void
log_failure(const ImgcatHttpRequest *request, const ErrorData *error)
{
	ereport(
			LOG_SERVER_ONLY,
			(errcode(error->sqlerrcode),
			 errmsg("HTTP request %s failed: %s", request->id, error->message),
			 error->detail != NULL ? errdetail_internal("%s", error->detail) : 0,
			 error->context != NULL ? errcontext("%s", error->context) : 0));
}

/*
 * Make the answer that of an error.
 */
void
imgcat_http_answer_error(const ImgcatHttpRequest *request,
						 ImgcatHttpAnswer *answer, const ErrorData *error)
{
	bool		retry;
	int			status = error_status(error->sqlerrcode, &retry);
	bool		of_container = request->api == IMGCAT_API_CONTAINER ||
	request->api == IMGCAT_API_EXPORT;

	if (retry)
		imgcat_http_set_field(answer, "Retry-After", "1");
	if (status == 500)
	{
		log_failure(request, error);
		imgcat_http_answer_status(
								  request, answer, status,
								  psprintf("The server failed to answer request %s.", request->id));
	}
	else
		imgcat_http_answer_status(request, answer, status,
								  error_message(error, !of_container));
}
