/*-------------------------------------------------------------------------
 *
 * image_row.c
 *		The row of a disk image: its columns, and its JSON document.
 *
 * src/image/image_row.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "image/image_row.h"
#include "image/ims_rules.h"
#include "json_writer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/uuid.h"

/* columns that a statement may select behind those of the image */
#define MAX_TRAILING_COLUMNS 16

/*
 * Take apart a tuple whose first columns are IMGCAT_IMAGE_COLUMNS.
 */
void
imgcat_image_row_read(ImgcatImageRow *row, HeapTuple tuple, TupleDesc tupdesc)
{
	Datum		values[IMGCAT_NUM_COLS + MAX_TRAILING_COLUMNS];
	bool		nulls[IMGCAT_NUM_COLS + MAX_TRAILING_COLUMNS];

	if (tupdesc->natts < IMGCAT_NUM_COLS || tupdesc->natts > (int) lengthof(values))
		elog(ERROR, "tuple of %d columns is no image", tupdesc->natts);

	heap_deform_tuple(tuple, tupdesc, values, nulls);
	memcpy(row->values, values, sizeof(row->values));
	memcpy(row->nulls, nulls, sizeof(row->nulls));
}

/*
 * The name of a property that is internal to the service, never shown; NULL: there
 * are no more.
 */
const char *
imgcat_internal_property(int at)
{
	static const char *const names[] = {
		"os_glance_stage_host", "os_glance_hash_op_host", NULL
	};

	return names[at];
}

/*
 * Is the property internal to the service?
 */
bool
imgcat_property_is_internal(const char *name, size_t length)
{
	const char *internal;

	/* every property is asked about, and hardly any begins like them */
	if (length < strlen("os_glance_") || memcmp(name, "os_glance_", strlen("os_glance_")) != 0)
		return false;
	for (int i = 0; (internal = imgcat_internal_property(i)) != NULL; i++)
		if (length == strlen(internal) && memcmp(name, internal, length) == 0)
			return true;
	return false;
}

/*
 * Append the custom properties as members, each followed by a comma.  A null
 * value shows as the empty string.
 */
static void
append_properties(StringInfo out, Datum properties_value)
{
	Jsonb	   *properties = DatumGetJsonbP(properties_value);
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	name = {0};
	JsonbValue	value;
	bool		hidden = false;

	if (!JB_ROOT_IS_OBJECT(properties) || JB_ROOT_COUNT(properties) == 0)
		return;

	iterator = JsonbIteratorInit(&properties->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			name = value;
			hidden = imgcat_property_is_internal(name.val.string.val,
												 name.val.string.len);
			if (hidden)
				continue;
			imgcat_json_string(out, name.val.string.val, name.val.string.len);
			appendStringInfoString(out, ": ");
		}
		else if (token == WJB_VALUE && !hidden)
		{
			if (value.type == jbvString)
			{
				if (!imgcat_ims_append_bare(out, name.val.string.val,
											name.val.string.len, &value))
					imgcat_json_string(out, value.val.string.val,
									   value.val.string.len);
			}
			else if (value.type == jbvNull)
				appendStringInfoString(out, "\"\"");
			else
			{
				/* no function of ours stores this, but a table takes it */
				Jsonb	   *nested = JsonbValueToJsonb(&value);

				JsonbToCString(out, &nested->root, VARSIZE(nested));
			}
			appendStringInfoString(out, ", ");
		}
	}
}

/*
 * Append the tags as an array.
 */
static void
append_tags(StringInfo out, Datum tags_value)
{
	ArrayType  *tags = DatumGetArrayTypeP(tags_value);
	ArrayIterator iterator;
	Datum		tag;
	bool		is_null;
	bool		first = true;

	appendStringInfoChar(out, '[');
	if (ArrayGetNItems(ARR_NDIM(tags), ARR_DIMS(tags)) > 0)
	{
		iterator = array_create_iterator(tags, 0, NULL);
		while (array_iterate(iterator, &tag, &is_null))
		{
			if (is_null)
				continue;
			if (!first)
				appendStringInfoString(out, ", ");
			imgcat_json_text(out, tag);
			first = false;
		}
		array_free_iterator(iterator);
	}
	appendStringInfoChar(out, ']');
}

/*
 * Append `"name": value` of one column, the type of the column being plain
 * from its number.
 */
static void
append_column(StringInfo out, const char *name, const ImgcatImageRow *row,
			  ImgcatImageColumn column)
{
	Datum		value = row->values[column];

	appendStringInfoChar(out, '"');
	appendStringInfoString(out, name);
	appendStringInfoString(out, "\": ");

	if (row->nulls[column])
	{
		appendStringInfoString(out, "null");
		return;
	}

	switch (column)
	{
		case IMGCAT_COL_ID:
			imgcat_json_uuid(out, DatumGetUUIDP(value));
			break;
		case IMGCAT_COL_PROTECTED:
		case IMGCAT_COL_OS_HIDDEN:
			appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
			break;
		case IMGCAT_COL_MIN_DISK:
		case IMGCAT_COL_MIN_RAM:
			imgcat_json_int(out, DatumGetInt32(value));
			break;
		case IMGCAT_COL_SIZE:
		case IMGCAT_COL_VIRTUAL_SIZE:
			imgcat_json_int(out, DatumGetInt64(value));
			break;
		case IMGCAT_COL_CREATED_AT:
		case IMGCAT_COL_UPDATED_AT:
			imgcat_json_time(out, DatumGetTimestampTz(value));
			break;
		case IMGCAT_COL_TAGS:
			append_tags(out, value);
			break;
		default:
			imgcat_json_text(out, value);
	}
}

/*
 * Append `, "name": "/v2/images/<id><suffix>"`, under the prefix of links.
 */
static void
append_link(StringInfo out, const char *name, const ImgcatImageRow *row,
			const char *suffix)
{
	appendStringInfo(out, ", \"%s\": \"%s/v2/images/", name, imgcat_http_prefix);
	if (!row->nulls[IMGCAT_COL_ID])
		imgcat_append_uuid(out, DatumGetUUIDP(row->values[IMGCAT_COL_ID]));
	appendStringInfoString(out, suffix);
	appendStringInfoChar(out, '"');
}

/*
 * Append the API document of an image: custom properties first, then all base
 * attributes, null where unset.
 */
void
imgcat_image_row_json(StringInfo out, const ImgcatImageRow *row)
{
	static const struct
	{
		const char *name;
		ImgcatImageColumn column;
	}			members[] =
	{
		{"name", IMGCAT_COL_NAME},
		{"disk_format", IMGCAT_COL_DISK_FORMAT},
		{"container_format", IMGCAT_COL_CONTAINER_FORMAT},
		{"visibility", IMGCAT_COL_VISIBILITY},
		{"size", IMGCAT_COL_SIZE},
		{"virtual_size", IMGCAT_COL_VIRTUAL_SIZE},
		{"status", IMGCAT_COL_STATUS},
		{"checksum", IMGCAT_COL_CHECKSUM},
		{"protected", IMGCAT_COL_PROTECTED},
		{"min_ram", IMGCAT_COL_MIN_RAM},
		{"min_disk", IMGCAT_COL_MIN_DISK},
		{"owner", IMGCAT_COL_OWNER},
		{"os_hidden", IMGCAT_COL_OS_HIDDEN},
		{"os_hash_algo", IMGCAT_COL_OS_HASH_ALGO},
		{"os_hash_value", IMGCAT_COL_OS_HASH_VALUE},
		{"id", IMGCAT_COL_ID},
		{"created_at", IMGCAT_COL_CREATED_AT},
		{"updated_at", IMGCAT_COL_UPDATED_AT},
		{"tags", IMGCAT_COL_TAGS},
	};

	enlargeStringInfo(out, 1024);
	appendStringInfoChar(out, '{');
	if (!row->nulls[IMGCAT_COL_PROPERTIES])
		append_properties(out, row->values[IMGCAT_COL_PROPERTIES]);
	for (int i = 0; i < (int) lengthof(members); i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		append_column(out, members[i].name, row, members[i].column);
	}
	append_link(out, "self", row, "");
	append_link(out, "file", row, "/file");
	appendStringInfo(out, ", \"schema\": \"%s/v2/schemas/image\"}",
					 imgcat_http_prefix);
}

PG_FUNCTION_INFO_V1(imgcat_image_json);
/*
 * image_json(image) returns json
 */
Datum
imgcat_image_json(PG_FUNCTION_ARGS)
{
	HeapTupleHeader record = PG_GETARG_HEAPTUPLEHEADER(0);
	HeapTupleData tuple;
	TupleDesc	tupdesc;
	ImgcatImageRow row;
	StringInfoData out;

	tupdesc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(record),
									 HeapTupleHeaderGetTypMod(record));
	tuple.t_len = HeapTupleHeaderGetDatumLength(record);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = record;
	imgcat_image_row_read(&row, &tuple, tupdesc);
	ReleaseTupleDesc(tupdesc);

	initStringInfo(&out);
	imgcat_image_row_json(&out, &row);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
