/*-------------------------------------------------------------------------
 *
 * location_json.c
 *		The document of an image, with its locations where settings want them.
 *
 * They are read by their index, row by row of a page: who has them shown pays
 * for it, and nobody else.
 *
 * src/data/location_json.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "compat.h"
#include "context.h"
#include "data/locations.h"
#include "image/image_fetch.h"
#include "image/policy.h"
#include "json_writer.h"
#include "query/location_url.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"

/*
 * Append a URL, without what may be a secret in it if it is not for an
 * administrator.
 */
static void
append_url(StringInfo out, const text *url, bool whole)
{
	const char *str = VARDATA_ANY(url);
	size_t		length = VARSIZE_ANY_EXHDR(url);
	ImgcatLocationUrl parts;
	StringInfoData shown;

	initStringInfo(&shown);
	if (whole)
		appendBinaryStringInfo(&shown, str, (int) length);
	else if (imgcat_location_url_read(&parts, str, length) == IMGCAT_LOCATION_OK)
	{
		appendBinaryStringInfo(&shown, str, (int) parts.user_begin);
		appendBinaryStringInfo(&shown, str + parts.user_end,
							   (int) (parts.query_begin - parts.user_end));
	}
	imgcat_json_string(out, shown.data, shown.len);
	pfree(shown.data);
}

/*
 * Append the members locations and direct_url, as settings have it.  Of an
 * image that is out of use only an administrator hears where its data lies.
 */
static void
append_locations(StringInfo out, const ImgcatImageRow *row)
{
	bool		is_admin = imgcat_caller().is_admin;
	List	   *locations = NIL;
	ListCell   *cell;
	const char *separator = "";

	if (is_admin || !imgcat_row_text_is(row, IMGCAT_COL_STATUS, "deactivated"))
		locations = imgcat_locations_fetch(DatumGetUUIDP(row->values[IMGCAT_COL_ID]));
	if (imgcat_show_multiple_locations)
	{
		appendStringInfoString(out, ", \"locations\": [");
		foreach(cell, locations)
		{
			ImgcatLocation *location = lfirst(cell);

			appendStringInfo(out, "%s{\"url\": ", separator);
			append_url(out, location->url, is_admin);
			appendStringInfoString(out, ", \"metadata\": ");
			JsonbToCString(out, &location->metadata->root,
						   VARSIZE(location->metadata));
			appendStringInfoChar(out, '}');
			separator = ", ";
		}
		appendStringInfoChar(out, ']');
	}
	if (imgcat_show_image_direct_url && locations != NIL)
	{
		appendStringInfoString(out, ", \"direct_url\": ");
		append_url(out, ((ImgcatLocation *) linitial(locations))->url, is_admin);
	}
}

/*
 * Append the document of an image as the active snapshot has it.
 */
void
imgcat_image_document(StringInfo out, const ImgcatImageRow *row)
{
	imgcat_image_row_json(out, row);
	if (!imgcat_show_multiple_locations && !imgcat_show_image_direct_url)
		return;
	out->data[--out->len] = '\0';	/* the brace */
	append_locations(out, row);
	appendStringInfoChar(out, '}');
}

/*
 * The same after the running command has changed the image.
 */
void
imgcat_changed_image_document(StringInfo out, const ImgcatImageRow *row)
{
	if (!imgcat_show_multiple_locations && !imgcat_show_image_direct_url)
	{
		imgcat_image_row_json(out, row);
		return;
	}
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	imgcat_image_document(out, row);
	PopActiveSnapshot();
}
