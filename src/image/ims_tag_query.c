/*-------------------------------------------------------------------------
 *
 * ims_tag_query.c
 *		ims_query_images(): the images of a project by their tags, with count.
 *
 * The count needs every image of the project, so each is read once, by a
 * cursor, and matched here; the tags of the request never become SQL.
 *
 * src/image/ims_tag_query.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/ims_rules.h"
#include "image/key_tag.h"
#include "image/tags.h"
#include "json_writer.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "query/uuid.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#define LIMIT_DEFAULT	10
#define LIMIT_MAX		1000
#define KEY_MAX			127
#define VALUE_MAX		255
#define FETCH_ROWS		500

static const char images_sql[] =
"SELECT " IMGCAT_IMAGE_COLUMNS " FROM image_catalog.images i "
"WHERE " IMGCAT_IMS_OWN_LISTED " "
"ORDER BY i.created_at DESC, i.id DESC";

/* A list of wanted tags, and what it asks of an image. */
typedef struct TagCondition
{
	const char *name;			/* member of the request */
	bool		any;			/* one of them is enough */
	bool		negated;		/* and the image must not be so */
	JsonbContainer *tags;		/* NULL: no such condition */
} TagCondition;

typedef struct TagQuery
{
	bool		count_only;
	bool		without_any_tag;
	int64		limit;
	int64		offset;
	const char *name;			/* part of the image's name, "": it has none;
								 * NULL: any */
	int			name_length;
	bool		has_id;
	pg_uuid_t  *id;				/* of the image; NULL: no image's */
	TagCondition conditions[4];
} TagQuery;

/*
 * Read an integer that may be written as a string.
 */
static int64
request_integer(JsonbContainer *request, const char *name, int64 otherwise,
				int64 least, int64 most)
{
	JsonbValue	value;
	int64		number = least - 1;
	const char *digits = "";

	if (getKeyJsonValueFromContainer(request, name, strlen(name),
									 &value) == NULL ||
		value.type == jbvNull)
		return otherwise;
	if (value.type == jbvNumeric)
		digits = numeric_normalize(value.val.numeric);	/* 2.0 is "2" */
	else if (value.type == jbvString)
		digits = pnstrdup(value.val.string.val, value.val.string.len);
	if (*digits != '\0' && strlen(digits) <= 10 &&
		strspn(digits, "0123456789") == strlen(digits))
		number = strtoll(digits, NULL, 10);
	if (number < least || number > most)
		imgcat_bad_tag_request(psprintf("The member \"%s\" must be an integer from " INT64_FORMAT " to " INT64_FORMAT ".",
										name, least, most));
	return number;
}

/*
 * Check a list of {"key": string, "values": [string, ...]}.
 */
static void
check_wanted_tags(JsonbContainer *tags)
{
	JsonbIterator *iterator = JsonbIteratorInit(tags);
	JsonbIteratorToken token;
	JsonbValue	wanted;

	while ((token = JsonbIteratorNext(&iterator, &wanted, true)) != WJB_DONE)
	{
		JsonbContainer *values;
		const char *key;
		int			key_length;

		if (token != WJB_ELEM)
			continue;
		if (wanted.type != jbvBinary ||
			!JsonContainerIsObject(wanted.val.binary.data) ||
			!imgcat_request_string(wanted.val.binary.data, "key", KEY_MAX,
								   &key, &key_length) ||
			key_length == 0)
			imgcat_bad_tag_request("Each tag must be an object with a key.");
		values = imgcat_request_array(wanted.val.binary.data, "values");
		for (uint32 i = 0; values != NULL && i < JsonContainerSize(values); i++)
		{
			JsonbValue *value = getIthJsonbValueFromContainer(values, i);

			if (value->type != jbvString ||
				pg_mbstrlen_with_len(value->val.string.val,
									 value->val.string.len) > VALUE_MAX)
				imgcat_bad_tag_request("The values of a tag must be strings of at most 255 characters.");
		}
	}
}

/*
 * Read what the images are to match besides tags: name and identifier.
 */
static void
read_matches(TagQuery *query, JsonbContainer *request)
{
	static const char repeated[] = "A key of a match must stand there once.";
	JsonbContainer *matches = imgcat_request_array(request, "matches");

	for (uint32 i = 0; matches != NULL && i < JsonContainerSize(matches); i++)
	{
		JsonbValue *match = getIthJsonbValueFromContainer(matches, i);
		const char *key;
		int			key_length;
		const char *value;
		int			value_length;

		if (match->type != jbvBinary ||
			!JsonContainerIsObject(match->val.binary.data) ||
			!imgcat_request_string(match->val.binary.data, "key", KEY_MAX,
								   &key, &key_length) ||
			!imgcat_request_string(match->val.binary.data, "value", VALUE_MAX,
								   &value, &value_length))
			imgcat_bad_tag_request("A match must have a key and a value.");
		if (imgcat_key_tag_same(key, key_length, "resource_name", 13))
		{
			if (query->name != NULL)
				imgcat_bad_tag_request(repeated);
			query->name = value;
			query->name_length = value_length;
		}
		else if (imgcat_key_tag_same(key, key_length, "resource_id", 11))
		{
			pg_uuid_t  *id = palloc(sizeof(pg_uuid_t));

			if (query->has_id)
				imgcat_bad_tag_request(repeated);
			query->has_id = true;
			if (imgcat_read_uuid(value, value_length, id->data))
				query->id = id;
		}
		else
			imgcat_bad_tag_request("The key of a match must be resource_name or resource_id.");
	}
}

/*
 * Read the request.
 */
static void
read_query(TagQuery *query, Jsonb *body)
{
	static const TagCondition conditions[] = {
		{"tags", false, false, NULL},
		{"tags_any", true, false, NULL},
		{"not_tags", false, true, NULL},
		{"not_tags_any", true, true, NULL},
	};
	JsonbContainer *request = &body->root;
	const char *action;
	int			length;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(body))
		imgcat_bad_tag_request("The request must be an object.");
	memset(query, 0, sizeof(*query));
	if (!imgcat_request_string(request, "action", VALUE_MAX, &action, &length))
		imgcat_bad_tag_request("The action must be filter or count.");
	query->count_only = imgcat_key_tag_same(action, length, "count", 5);
	if (!query->count_only && !imgcat_key_tag_same(action, length, "filter", 6))
		imgcat_bad_tag_request("The action must be filter or count.");

	query->limit = request_integer(request, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX);
	query->offset = request_integer(request, "offset", 0, 0, INT_MAX);
	if (getKeyJsonValueFromContainer(request, "without_any_tag", 15, &value))
	{
		if (value.type != jbvBool)
			imgcat_bad_tag_request("The member \"without_any_tag\" must be a boolean.");
		query->without_any_tag = value.val.boolean;
	}
	memcpy(query->conditions, conditions, sizeof(conditions));
	for (int i = 0; i < (int) lengthof(conditions); i++)
	{
		query->conditions[i].tags = imgcat_request_array(request,
														 conditions[i].name);
		if (query->conditions[i].tags != NULL)
			check_wanted_tags(query->conditions[i].tags);
	}
	read_matches(query, request);
}

/*
 * Does the image have a wanted tag: its key with one of its values, or with
 * any when none is given?
 */
static bool
has_tag(const ImgcatTagSet *set, JsonbContainer *wanted)
{
	JsonbContainer *values = imgcat_request_array(wanted, "values");
	const char *key = NULL;
	int			key_length = 0;

	imgcat_request_string(wanted, "key", KEY_MAX, &key, &key_length);
	for (int i = 0; i < set->ntags; i++)
	{
		ImgcatKeyTag tag;

		imgcat_key_tag_split(&tag, set->tags[i]);
		if (!imgcat_key_tag_same(tag.key, tag.key_length, key, key_length))
			continue;
		if (values == NULL || JsonContainerSize(values) == 0)
			return true;
		for (uint32 v = 0; v < JsonContainerSize(values); v++)
		{
			JsonbValue *value = getIthJsonbValueFromContainer(values, v);

			if (imgcat_key_tag_same(tag.value, tag.value_length,
									value->val.string.val,
									value->val.string.len))
				return true;
		}
	}
	return false;
}

/*
 * Does the image meet a condition on its tags?
 */
static bool
meets(const ImgcatTagSet *set, const TagCondition *condition)
{
	uint32		count;
	uint32		found = 0;
	bool		matched;

	if (condition->tags == NULL || JsonContainerSize(condition->tags) == 0)
		return true;
	count = JsonContainerSize(condition->tags);
	for (uint32 i = 0; i < count; i++)
		if (has_tag(set, getIthJsonbValueFromContainer(condition->tags,
													   i)->val.binary.data))
			found++;
	matched = condition->any ? found > 0 : found == count;
	return matched != condition->negated;
}

/*
 * Has the image this name?  A value that is not empty is found anywhere in it,
 * the empty one only where there is no name.
 */
static bool
name_matches(const TagQuery *query, const ImgcatImageRow *row)
{
	text	   *name;

	if (row->nulls[IMGCAT_COL_NAME])
		return query->name_length == 0;
	name = DatumGetTextPP(row->values[IMGCAT_COL_NAME]);
	if (query->name_length == 0)
		return VARSIZE_ANY_EXHDR(name) == 0;
	return memmem(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name),
				  query->name, query->name_length) != NULL;
}

/*
 * Is the image among the wanted ones?
 */
static bool
is_wanted(const TagQuery *query, const ImgcatImageRow *row,
		  const ImgcatTagSet *set)
{
	if (query->name != NULL && !name_matches(query, row))
		return false;
	if (query->has_id &&
		(query->id == NULL ||
		 memcmp(query->id, DatumGetUUIDP(row->values[IMGCAT_COL_ID]),
				UUID_LEN) != 0))
		return false;
	if (query->without_any_tag)
		return set->ntags == 0;
	for (int i = 0; i < (int) lengthof(query->conditions); i++)
		if (!meets(set, &query->conditions[i]))
			return false;
	return true;
}

/*
 * Append an image of the answer.
 */
static void
append_resource(StringInfo out, const ImgcatImageRow *row,
				const ImgcatTagSet *set)
{
	appendStringInfoString(out, "{\"resource_id\": ");
	imgcat_json_uuid(out, DatumGetUUIDP(row->values[IMGCAT_COL_ID]));
	appendStringInfoString(out, ", \"resource_name\": ");
	if (row->nulls[IMGCAT_COL_NAME])
		appendStringInfoString(out, "null");
	else
		imgcat_json_text(out, row->values[IMGCAT_COL_NAME]);
	appendStringInfoString(out, ", \"resource_detail\": {\"status\": ");
	imgcat_json_text(out, row->values[IMGCAT_COL_STATUS]);
	appendStringInfoString(out, "}, \"tags\": [");
	for (int i = 0; i < set->ntags; i++)
	{
		ImgcatKeyTag tag;

		imgcat_key_tag_split(&tag, set->tags[i]);
		if (i > 0)
			appendStringInfoString(out, ", ");
		imgcat_key_tag_json(out, &tag);
	}
	appendStringInfoString(out, "]}");
}

/*
 * Walk the images of the project, append those of the page, and answer how
 * many match.
 */
static int64
walk_images(const TagQuery *query, const ImgcatCaller *caller, StringInfo out)
{
	static const Oid argtypes[] = {TEXTOID, TEXTOID};
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext,
													  "tagged image",
													  ALLOCSET_DEFAULT_SIZES);
	text	   *unlisted = imgcat_ims_unlisted_facet(caller);
	char		nulls[2] = {' ', unlisted == NULL ? 'n' : ' '};
	Portal		portal;
	Datum		args[2];
	int64		total = 0;

	args[0] = CStringGetTextDatum(caller->project_id);
	args[1] = PointerGetDatum(unlisted);
	portal = SPI_cursor_open(NULL, imgcat_plan(images_sql, 2, argtypes), args,
							 nulls, true);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, FETCH_ROWS);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			MemoryContext old_context = MemoryContextSwitchTo(row_context);
			ImgcatImageRow row;
			ImgcatTagSet set;

			CHECK_FOR_INTERRUPTS();
			imgcat_image_row_read(&row, SPI_tuptable->vals[i],
								  SPI_tuptable->tupdesc);
			imgcat_tags_read(&set, &row, 0);
			if (is_wanted(query, &row, &set))
			{
				if (!query->count_only && total >= query->offset &&
					total - query->offset < query->limit)
				{
					if (total > query->offset)
						appendStringInfoString(out, ", ");
					append_resource(out, &row, &set);
				}
				total++;
			}
			MemoryContextSwitchTo(old_context);
			MemoryContextReset(row_context);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	return total;
}

/*
 * ims_query_images(request jsonb) returns json
 */
IMGCAT_FUNCTION(imgcat_ims_query_images, 1)
{
	ImgcatCaller caller = imgcat_caller();
	TagQuery	query;
	StringInfoData out;
	int64		total = 0;

	read_query(&query, PG_GETARG_JSONB_P(0));
	if (!caller.is_reader)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to list images"),
				 errdetail("%s: The caller must have role reader.",
						   IMS_FORBIDDEN)));

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	if (!query.count_only)
		appendStringInfoString(&out, "\"resources\": [");
	if (caller.project_id != NULL)
	{
		imgcat_spi_connect();
		total = walk_images(&query, &caller, &out);
		imgcat_spi_finish();
	}
	if (!query.count_only)
		appendStringInfoString(&out, "], ");
	appendStringInfo(&out, "\"total_count\": " INT64_FORMAT "}", total);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
