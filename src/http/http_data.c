/*-------------------------------------------------------------------------
 *
 * http_data.c
 *		Handlers of the data of images.
 *
 * src/http/http_data.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "fmgr.h"
#include "http/http.h"
#include "image/errors.h"
#include "image/image_fetch.h"
#include "image/policy.h"
#include "query/http_header.h"
#include "query/http_range.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

#define OCTETS "application/octet-stream"

/*
 * Read the range that the client asks for; false if it asks for none.
 */
static bool
read_range(const ImgcatHttpRequest *request, ImgcatHttpRange *range)
{
	const char *value = imgcat_http_field(request, "Range");
	const char *content_value = imgcat_http_field(request, "Content-Range");
	ImgcatRangeResult result;

	if (value == NULL && content_value == NULL)
		return false;
	result = value != NULL ? imgcat_http_range_read(range, value) :
		imgcat_http_content_range_read(range, content_value);
	switch (result)
	{
		case IMGCAT_RANGE_SEVERAL:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the request asks for more than one range")));
			break;
		case IMGCAT_RANGE_MALFORMED:
			ereport(ERROR,
					(errcode(IMGCAT_ERRCODE_HTTP(416)),
					 errmsg("the range of the request is malformed"),
					 errhint("Ask for bytes=FIRST-LAST, bytes=FIRST- or bytes=-LENGTH.")));
			break;
		case IMGCAT_RANGE_OK:
			break;
	}
	return true;
}

/*
 * Read a part of the data of an image; 0: it has none.
 */
static Datum
download(const ImgcatHttpRequest *request, const pg_uuid_t *id, int64 offset,
		 int64 length)
{
	static const Oid types[] = {UUIDOID, INT8OID, INT8OID};
	Datum		args[3];

	args[0] = UUIDPGetDatum(id);
	args[1] = Int64GetDatum(offset);
	args[2] = Int64GetDatum(length);
	return imgcat_http_call(request->route->function, 3, types, args, NULL);
}

/*
 * GET /v2/images/{image_id}/file
 *
 * Nothing is read to learn whether the caller may, and whether there is data:
 * what is wrong with the range it hears afterwards.
 */
void
imgcat_http_get_data(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	ImgcatImageRow row;
	ImgcatHttpRange range;
	pg_uuid_t	id;
	int64		size;
	int64		offset = 0;
	int64		length;
	int64		piece;
	bool		is_part;

	imgcat_http_image_id(request, 0, &id);
	if (download(request, &id, 0, 0) == (Datum) 0)
	{
		answer->status = 204;
		return;
	}
	if (!imgcat_image_fetch(&id, &row))
		elog(ERROR, "an image is gone that was just read");
	size = length = DatumGetInt64(row.values[IMGCAT_COL_SIZE]);
	is_part = read_range(request, &range);
	if (is_part && !imgcat_http_range_resolve(&range, size, &offset, &length))
	{
		imgcat_http_set_field(answer, "Content-Range",
							  psprintf("bytes */%lld", (long long) size));
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_HTTP(416)),
				 errmsg("the image data does not have the range of the request"),
				 errdetail("The image has %lld bytes.", (long long) size)));
	}
	piece = length;
	if (imgcat_http_data_piece > 0 && piece > imgcat_http_data_piece)
	{
		/* the gateway that wants a piece sends the others after it */
		piece = imgcat_http_data_piece;
		imgcat_http_set_field(answer, "Content-Length",
							  psprintf("%lld", (long long) length));
	}
	answer->body = DatumGetByteaPP(download(request, &id, offset, piece));
	if (is_part)
	{
		answer->status = 206;
		imgcat_http_set_field(answer, "Content-Range",
							  psprintf("bytes %lld-%lld/%lld",
									   (long long) offset,
									   (long long) (offset + length - 1),
									   (long long) size));
	}
	if (!row.nulls[IMGCAT_COL_CHECKSUM])
		imgcat_http_set_field(answer, "Content-MD5",
							  TextDatumGetCString(row.values[IMGCAT_COL_CHECKSUM]));
	answer->type = OCTETS;
	answer->is_bytes = true;
}

/*
 * The number of bytes that a header says, -1 if it did not come.
 */
static int64
bytes_field(const ImgcatHttpRequest *request, const char *name)
{
	const char *value = imgcat_http_field(request, name);

	if (value == NULL)
		return -1;
	if (value[0] == '\0' || strlen(value) > 18 ||
		strspn(value, "0123456789") != strlen(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("header %s is not a number of bytes", name)));
	return strtoll(value, NULL, 10);
}

/*
 * Refuse data of another size than the client said, if it said one.
 */
static void
check_declared_size(int64 declared, int64 size)
{
	if (declared >= 0 && declared != size)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the data has another size than declared"),
				 errdetail("x-openstack-image-size is %lld; %lld bytes have come.",
						   (long long) declared, (long long) size)));
}

/*
 * Is the body a piece of the data, by the headers Upload-Offset and
 * Upload-Complete?  Then offset is where it begins, and complete whether it is
 * the last.
 */
static bool
read_piece(const ImgcatHttpRequest *request, int64 *offset, bool *complete)
{
	const char *value = imgcat_http_field(request, "Upload-Complete");

	*offset = bytes_field(request, "Upload-Offset");
	*complete = value == NULL || strcmp(value, "?1") == 0;
	if (!*complete && strcmp(value, "?0") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("header %s is neither ?0 nor ?1", "Upload-Complete")));
	if (*offset < 0 && value == NULL)
		return false;
	*offset = Max(*offset, 0);
	return true;
}

/*
 * Add the body to the data of an image; the last piece makes it active.
 */
static void
put_piece(const ImgcatHttpRequest *request, ImgcatHttpAnswer *answer,
		  const pg_uuid_t *id, Datum data, int64 offset, bool complete)
{
	static const Oid types[] = {UUIDOID, BYTEAOID, INT8OID};
	Datum		args[3];

	args[0] = UUIDPGetDatum(id);
	args[1] = data;
	args[2] = Int64GetDatum(offset);
	imgcat_http_call("append_image_data", 3, types, args, NULL);
	if (complete)
		imgcat_http_call("finish_image_data", 1, types, args, NULL);
	else
	{
		imgcat_http_set_field(answer, "Upload-Complete", "?0");
		imgcat_http_set_field(answer, "Upload-Offset",
							  psprintf("%lld", (long long) (offset + request->body_length)));
	}
}

/*
 * PUT /v2/images/{image_id}/file, and .../stage: the body is the data, or,
 * of a file, a piece of it.
 */
void
imgcat_http_put_data(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID, BYTEAOID};
	const char *type = imgcat_http_field(request, "Content-Type");
	bool		is_piece;
	bool		complete;
	int64		declared;
	int64		offset;
	pg_uuid_t	id;
	Datum		args[2];

	if (type == NULL || !imgcat_media_type_is(type, OCTETS))
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_HTTP(415)),
				 errmsg("the body is of an unsupported media type"),
				 errhint("Send the data as %s.", OCTETS)));
	declared = bytes_field(request, "x-openstack-image-size");
	is_piece = read_piece(request, &offset, &complete);
	imgcat_http_image_id(request, 0, &id);
	args[0] = UUIDPGetDatum(&id);
	args[1] = PointerGetDatum(request->bytes != NULL ? request->bytes :
							  (bytea *) cstring_to_text_with_len("", 0));
	if (!is_piece)
	{
		imgcat_http_call(request->route->function, 2, types, args, NULL);
		offset = 0;
	}
	else if (strcmp(request->route->function, "upload_image_data") == 0)
		put_piece(request, answer, &id, args[1], offset, complete);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("data is staged whole")));
	if (complete)
		check_declared_size(declared, offset + (int64) request->body_length);
}

/*
 * POST /v2/images/{image_id}/import
 */
void
imgcat_http_import_data(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID, JSONBOID};
	pg_uuid_t	id;
	Datum		args[2];

	(void) answer;
	args[1] = JsonbPGetDatum(imgcat_http_json_body(request));
	imgcat_http_image_id(request, 0, &id);
	args[0] = UUIDPGetDatum(&id);
	imgcat_http_call(request->route->function, 2, types, args, NULL);
}

/*
 * POST /v2/images/{image_id}/locations: the first one of an image.  The
 * function adds others, too; that was wrong here is said after everything else
 * that is.
 */
void
imgcat_http_add_location(ImgcatHttpRequest *request, ImgcatHttpAnswer *answer)
{
	static const Oid types[] = {UUIDOID, TEXTOID, JSONBOID, JSONBOID};
	Jsonb	   *body = imgcat_http_json_body(request);
	text	   *url = imgcat_http_member(body, "url", NULL);
	JsonbValue *validation_data =
	getKeyJsonValueFromContainer(&body->root, "validation_data", 15, NULL);
	bool		nulls[4] = {false};
	ImgcatImageRow before;
	bool		was_queued;
	pg_uuid_t	id;
	Datum		args[4];

	(void) answer;
	if (url == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the body has no member \"%s\"", "url")));
	imgcat_http_image_id(request, 0, &id);
	was_queued = imgcat_image_fetch(&id, &before) &&
		imgcat_row_text_is(&before, IMGCAT_COL_STATUS, "queued");
	args[0] = UUIDPGetDatum(&id);
	args[1] = PointerGetDatum(url);
	args[2] = DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
	nulls[3] = validation_data == NULL || validation_data->type == jbvNull;
	args[3] = nulls[3] ? (Datum) 0 :
		JsonbPGetDatum(JsonbValueToJsonb(validation_data));
	imgcat_http_call(request->route->function, 4, types, args, nulls);
	if (!was_queued)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CONFLICT),
				 errmsg("image is not queued"),
				 imgcat_errdetail(IMS_UNAVAILABLE,
								  "Only the first location is added like this.")));
}
