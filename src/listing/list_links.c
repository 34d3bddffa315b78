/*-------------------------------------------------------------------------
 *
 * list_links.c
 *		The links first and next of a page.
 *
 * A link repeats the request's parameters in their order, repeated and
 * unknown ones too, but for the marker: next ends with a new one.
 *
 * src/listing/list_links.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "listing/list_links.h"
#include "mb/pg_wchar.h"
#include "query/query_string.h"

/*
 * Append text in form encoding, which leaves nothing that JSON must escape.
 * A URL is UTF-8, whatever the encoding of the database.
 */
static void
append_encoded(StringInfo out, const char *str, size_t length)
{
	char	   *utf8 = pg_server_to_any(str, length, PG_UTF8);
	size_t		room;

	if (utf8 != str)
	{
		str = utf8;
		length = strlen(utf8);
	}
	room = 3 * length + 1;
	enlargeStringInfo(out, room);
	out->len += imgcat_url_encode(out->data + out->len, room, str, length);
	out->data[out->len] = '\0';
}

/*
 * Append path?parameters as a JSON string, under the prefix of links; with a marker it is the link to
 * the page after the marker, without one to the first page.
 */
void
imgcat_append_page_link(StringInfo out, const char *path,
						const ImgcatListRequest *request, const char *marker)
{
	char		separator = '?';

	appendStringInfo(out, "\"%s%s", imgcat_http_prefix, path);
	for (int i = 0; i < request->nparameters; i++)
	{
		const ImgcatListParameter *parameter = &request->parameters[i];

		if (strcmp(parameter->name, "marker") == 0)
			continue;
		appendStringInfoChar(out, separator);
		append_encoded(out, parameter->name, parameter->name_length);
		appendStringInfoChar(out, '=');
		append_encoded(out, parameter->value, parameter->value_length);
		separator = '&';
	}
	if (marker != NULL)
		appendStringInfo(out, "%cmarker=%s", separator, marker);
	appendStringInfoChar(out, '"');
}
