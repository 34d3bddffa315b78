/*-------------------------------------------------------------------------
 *
 * http_discovery.c
 *		Handlers that say what this service offers.
 *
 * src/http/http_discovery.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "http/http.h"
#include "json_writer.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

/*
 * GET / and GET /versions.  No version needs a cache or several stores.
 */
void
imgcat_http_versions(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const struct
	{
		const char *id;
		const char *status;
	}			versions[] = {
		{"v2.15", "SUPPORTED"}, {"v2.9", "SUPPORTED"}, {"v2.17", "CURRENT"},
		{"v2.7", "SUPPORTED"}, {"v2.6", "SUPPORTED"}, {"v2.5", "SUPPORTED"},
		{"v2.4", "SUPPORTED"}, {"v2.3", "SUPPORTED"}, {"v2.2", "SUPPORTED"},
		{"v2.1", "SUPPORTED"}, {"v2.0", "SUPPORTED"},
	};
	char	   *href = psprintf("%s/v2/", imgcat_http_base(request));
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "{\"versions\": [");
	for (int i = 0; i < (int) lengthof(versions); i++)
	{
		appendStringInfo(&out,
						 "%s{\"id\": \"%s\", \"status\": \"%s\", "
						 "\"links\": [{\"rel\": \"self\", \"href\": ",
						 i > 0 ? ", " : "", versions[i].id, versions[i].status);
		imgcat_json_string(&out, href, strlen(href));
		appendStringInfoString(&out, "}]}");
	}
	appendStringInfoString(&out, "]}");
	answer->body = cstring_to_text_with_len(out.data, out.len);
}

/*
 * GET /v2: the way to it, or what there is, as IMS says.
 */
void
imgcat_http_to_v2(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	if (imgcat_dialect == IMGCAT_DIALECT_IMS)
	{
		imgcat_http_versions(request, answer);
		answer->status = 300;
	}
	else
		imgcat_http_set_field(answer, "Location",
							  psprintf("%s/v2/", imgcat_http_base(request)));
}

/*
 * GET /v2/info/import
 */
void
imgcat_http_import_info(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	(void) request;
	answer->body = cstring_to_text(
								   "{\"import-methods\": {\"description\": \"Import methods available.\", "
								   "\"type\": \"array\", \"value\": [\"glance-direct\"]}}");
}

/*
 * GET /v2/info/usage
 */
void
imgcat_http_usage_info(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	(void) request;
	answer->body = cstring_to_text("{\"usage\": {}}");
}
