/*-------------------------------------------------------------------------
 *
 * ims_list_tags.c
 *		list_cloud_image_tags(): the tags of the images of a list of IMS.
 *
 * src/image/ims_list_tags.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "entry.h"
#include "executor/spi.h"
#include "image/errors.h"
#include "json_writer.h"
#include "listing/list_plan.h"
#include "utils/builtins.h"

/*
 * Take the parameter "page" out of a request, and answer the page: 1, the
 * first, unless given.
 */
static int64
take_page_number(ImgcatListRequest *request)
{
	int64		page = 1;
	int			kept = 0;

	for (int i = 0; i < request->nparameters; i++)
	{
		const ImgcatListParameter *parameter = &request->parameters[i];

		if (strcmp(parameter->name, "page") != 0)
		{
			request->parameters[kept++] = *parameter;
			continue;
		}
		page = 0;
		if (parameter->value_length <= 9 && parameter->value_length > 0 &&
			strspn(parameter->value, "0123456789") == parameter->value_length)
			page = atoi(parameter->value);
		if (page < 1)
			imgcat_bad_value(request, parameter, IMS_BAD_VALUE, "Pages are counted from 1.");
	}
	request->nparameters = kept;
	return page;
}

/*
 * list_cloud_image_tags(query text) returns json: the tags of the images that
 * a list of IMS has, as they are stored.  An order, and a marker, of the images
 * tells nothing here.
 */
IMGCAT_FUNCTION(imgcat_list_cloud_image_tags, 1)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatListRequest request;
	ImgcatStatement statement;
	StringInfoData json;
	int64		page;
	int64		limit;

	imgcat_begin_query(&request, IMGCAT_DIALECT_IMS, &caller, PG_GETARG_TEXT_PP(0),
					   "/v1/cloudimages/tags");
	page = take_page_number(&request);
	imgcat_list_request_finish(&request, &caller);
	limit = request.limit;
	if (limit < 0 && page > 1)
		limit = IMGCAT_CLOUD_PAGE_LIMIT;
	limit = Min(limit, imgcat_page_limit_max);

	initStringInfo(&json);
	appendStringInfoString(&json, "{\"tags\": [");
	imgcat_spi_connect();
	imgcat_tags_statement(&statement, &request, &caller, limit,
						  (page - 1) * Max(limit, 0));
	imgcat_statement_execute(&statement, 0, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		is_null;

		if (i > 0)
			appendStringInfoString(&json, ", ");
		imgcat_json_text(&json, SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
											  1, &is_null));
	}
	if (SPI_processed == 0)
		imgcat_tell_unknown(&request, &caller, false);
	imgcat_spi_finish();
	appendStringInfoString(&json, "]}");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(json.data, json.len));
}
