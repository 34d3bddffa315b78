/*-------------------------------------------------------------------------
 *
 * ims_tags.c
 *		Tags of key and value: the calls of IMS that change or show those of
 *		one image, or show those of a project.
 *
 * src/image/ims_tags.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

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
#include "image/update_image.h"
#include "json_writer.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

#define TAGS_MAX				10	/* tags of an image, of whatever kind */
#define DELETED_KEY_MAX			127 /* limits of a deletion: only lengths */
#define DELETED_VALUE_MAX		255

/* Each tag of the project's images, once. */
static const char project_tags_sql[] =
"SELECT DISTINCT t.tag COLLATE \"C\" FROM image_catalog.images i, "
"LATERAL pg_catalog.unnest(i.tags) t(tag) "
"WHERE " IMGCAT_IMS_OWN_LISTED " ORDER BY 1";

/* An image, locked, while its tags change. */
typedef struct TaggedImage
{
	ImgcatImageAccess image;
	ImgcatImageRow old;
	ImgcatTagSet set;
} TaggedImage;

/*
 * Lock an image whose tags are to change, by up to room more.
 */
static void
begin_change(TaggedImage *tagged, const pg_uuid_t *id, int room)
{
	ImgcatCaller caller = imgcat_caller();

	imgcat_spi_connect();
	imgcat_image_modify(&tagged->image, id, &caller);
	tagged->old = tagged->image.row;
	imgcat_tags_read(&tagged->set, &tagged->image.row, room);
}

/*
 * Store the changed tags.
 */
static void
end_change(TaggedImage *tagged)
{
	imgcat_tags_store(&tagged->set, &tagged->image.row);
	imgcat_image_write(&tagged->image.row, &tagged->old);
	imgcat_spi_finish();
}

/*
 * Remove the tags of a key, with that value or, when it is NULL, with any.
 * How many there were is the answer.
 */
static int
remove_key(ImgcatTagSet *set, const ImgcatKeyTag *wanted)
{
	int			removed = 0;

	for (int i = set->ntags - 1; i >= 0; i--)
	{
		ImgcatKeyTag key_tag;

		imgcat_key_tag_split(&key_tag, set->tags[i]);
		if (!imgcat_key_tag_same(key_tag.key, key_tag.key_length,
								 wanted->key, wanted->key_length) ||
			(wanted->value != NULL &&
			 !imgcat_key_tag_same(key_tag.value, key_tag.value_length,
								  wanted->value, wanted->value_length)))
			continue;
		imgcat_tags_remove(set, i);
		removed++;
	}
	return removed;
}

/*
 * Give the set a tag; another value of its key goes.
 */
static void
set_key(ImgcatTagSet *set, const ImgcatKeyTag *key_tag)
{
	ImgcatKeyTag any_value = *key_tag;

	any_value.value = NULL;
	remove_key(set, &any_value);
	imgcat_tags_add(set, imgcat_key_tag_text(key_tag));
}

/*
 * An image must not end up with too many tags; one that had them before may
 * keep as many.
 */
static void
check_count(const ImgcatTagSet *set, int before)
{
	if (set->ntags > TAGS_MAX && set->ntags > before)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("too many tags for an image"),
				 errdetail("%s: The image would have %d tags; at most %d are allowed.",
						   IMS_TAG_QUOTA, set->ntags, TAGS_MAX)));
}

/*
 * A key, or a key and a value, that came as text arguments.
 */
static void
key_tag_of_texts(ImgcatKeyTag *key_tag, const text *key, const text *value)
{
	key_tag->key = VARDATA_ANY(key);
	key_tag->key_length = VARSIZE_ANY_EXHDR(key);
	key_tag->value = value ? VARDATA_ANY(value) : NULL;
	key_tag->value_length = value ? VARSIZE_ANY_EXHDR(value) : 0;
}

/*
 * ims_set_image_tag(image_id uuid, key text, value text)
 */
IMGCAT_FUNCTION(imgcat_ims_set_image_tag, 3)
{
	TaggedImage tagged;
	ImgcatKeyTag key_tag;
	int			before;

	key_tag_of_texts(&key_tag, PG_GETARG_TEXT_PP(1), PG_GETARG_TEXT_PP(2));
	imgcat_key_tag_check(&key_tag);
	begin_change(&tagged, PG_GETARG_UUID_P(0), 1);
	before = tagged.set.ntags;
	set_key(&tagged.set, &key_tag);
	check_count(&tagged.set, before);
	end_change(&tagged);
	PG_RETURN_VOID();
}

/*
 * ims_delete_image_tag(image_id uuid, key text)
 */
IMGCAT_FUNCTION(imgcat_ims_delete_image_tag, 2)
{
	TaggedImage tagged;
	ImgcatKeyTag key_tag;

	key_tag_of_texts(&key_tag, PG_GETARG_TEXT_PP(1), NULL);
	begin_change(&tagged, PG_GETARG_UUID_P(0), 0);
	if (remove_key(&tagged.set, &key_tag) == 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_NOT_FOUND),
				 errmsg("tag not found"),
				 errdetail("%s: The image has no tag of that key.",
						   IMS_BAD_TAG)));
	end_change(&tagged);
	PG_RETURN_VOID();
}

/*
 * Read the tags of a batch.  When they are to be deleted, an empty value
 * stands for any.
 */
static ImgcatKeyTag *
read_batch(Jsonb *tags, bool deleting, int *count)
{
	ImgcatKeyTag *key_tags;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	element;

	if (!JB_ROOT_IS_ARRAY(tags) || JB_ROOT_IS_SCALAR(tags))
		imgcat_bad_tag_request("The tags must be an array.");
	key_tags = palloc(sizeof(ImgcatKeyTag) * Max(JB_ROOT_COUNT(tags), 1));
	*count = 0;
	iterator = JsonbIteratorInit(&tags->root);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		ImgcatKeyTag *key_tag = &key_tags[*count];

		if (token != WJB_ELEM)
			continue;
		if (element.type != jbvBinary ||
			!JsonContainerIsObject(element.val.binary.data) ||
			!imgcat_request_string(element.val.binary.data, "key",
								   DELETED_KEY_MAX, &key_tag->key,
								   &key_tag->key_length))
			imgcat_bad_tag_request("Each tag must be an object with a key.");
		if (!imgcat_request_string(element.val.binary.data, "value",
								   DELETED_VALUE_MAX, &key_tag->value,
								   &key_tag->value_length))
		{
			key_tag->value = "";
			key_tag->value_length = 0;
		}
		if (!deleting)
			imgcat_key_tag_check(key_tag);
		else if (key_tag->value_length == 0)
			key_tag->value = NULL;
		(*count)++;
	}
	return key_tags;
}

/*
 * ims_change_image_tags(image_id uuid, action text, tags jsonb)
 *
 * Deleting a tag that is not there is no error.
 */
IMGCAT_FUNCTION(imgcat_ims_change_image_tags, 3)
{
	char	   *action = text_to_cstring(PG_GETARG_TEXT_PP(1));
	bool		deleting = (strcmp(action, "delete") == 0);
	TaggedImage tagged;
	ImgcatKeyTag *key_tags;
	int			count;
	int			before;

	if (!deleting && strcmp(action, "create") != 0)
		imgcat_bad_tag_request("The action must be create or delete.");
	key_tags = read_batch(PG_GETARG_JSONB_P(2), deleting, &count);

	begin_change(&tagged, PG_GETARG_UUID_P(0), count);
	before = tagged.set.ntags;
	for (int i = 0; i < count; i++)
	{
		if (deleting)
			remove_key(&tagged.set, &key_tags[i]);
		else
			set_key(&tagged.set, &key_tags[i]);
	}
	check_count(&tagged.set, before);
	end_change(&tagged);
	PG_RETURN_VOID();
}

/*
 * ims_image_tags(image_id uuid) returns json
 */
IMGCAT_FUNCTION(imgcat_ims_image_tags, 1)
{
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	ImgcatTagSet set;
	StringInfoData out;

	initStringInfo(&out);
	imgcat_spi_connect();
	imgcat_image_show(&image, PG_GETARG_UUID_P(0), &caller);
	imgcat_tags_read(&set, &image.row, 0);
	appendStringInfoString(&out, "{\"tags\": [");
	for (int i = 0; i < set.ntags; i++)
	{
		ImgcatKeyTag key_tag;

		imgcat_key_tag_split(&key_tag, set.tags[i]);
		if (i > 0)
			appendStringInfoString(&out, ", ");
		imgcat_key_tag_json(&out, &key_tag);
	}
	appendStringInfoString(&out, "]}");
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * qsort comparator: by key, then by value.
 */
static int
compare_key_tags(const void *a, const void *b)
{
	const ImgcatKeyTag *left = a;
	const ImgcatKeyTag *right = b;
	int			result = memcmp(left->key, right->key,
								Min(left->key_length, right->key_length));

	if (result == 0)
		result = left->key_length - right->key_length;
	if (result == 0)
		result = memcmp(left->value, right->value,
						Min(left->value_length, right->value_length));
	return result != 0 ? result : left->value_length - right->value_length;
}

/*
 * Append the sorted tags, one object a key.
 */
static void
append_grouped(StringInfo out, const ImgcatKeyTag *tags, int ntags)
{
	appendStringInfoString(out, "{\"tags\": [");
	for (int i = 0; i < ntags; i++)
	{
		const ImgcatKeyTag *tag = &tags[i];
		bool		same_key = i > 0 &&
		imgcat_key_tag_same(tag->key, tag->key_length,
							tag[-1].key, tag[-1].key_length);

		if (same_key && compare_key_tags(tag, tag - 1) == 0)
			continue;
		if (same_key)
			appendStringInfoString(out, ", ");
		else
		{
			appendStringInfoString(out, i > 0 ? "]}, {\"key\": " : "{\"key\": ");
			imgcat_json_string(out, tag->key, tag->key_length);
			appendStringInfoString(out, ", \"values\": [");
		}
		imgcat_json_string(out, tag->value, tag->value_length);
	}
	appendStringInfoString(out, ntags > 0 ? "]}]}" : "]}");
}

/*
 * ims_project_tags() returns json
 */
IMGCAT_FUNCTION(imgcat_ims_project_tags, 0)
{
	static const Oid argtypes[] = {TEXTOID, TEXTOID};
	ImgcatCaller caller = imgcat_caller();
	StringInfoData out;
	ImgcatKeyTag *tags;
	text	   *unlisted = imgcat_ims_unlisted_facet(&caller);
	char		nulls[2] = {' ', unlisted == NULL ? 'n' : ' '};
	Datum		args[2];
	int			ntags;

	(void) fcinfo;
	initStringInfo(&out);
	imgcat_spi_connect();
	args[0] = CStringGetTextDatum(caller.project_id ? caller.project_id : "");
	args[1] = PointerGetDatum(unlisted);
	if (SPI_execute_plan(imgcat_plan(project_tags_sql, 2, argtypes), args,
						 nulls, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read tags");
	ntags = (caller.is_reader && caller.project_id) ? (int) SPI_processed : 0;
	tags = palloc(sizeof(ImgcatKeyTag) * Max(ntags, 1));
	for (int i = 0; i < ntags; i++)
	{
		bool		is_null;
		Datum		tag = SPI_getbinval(SPI_tuptable->vals[i],
										SPI_tuptable->tupdesc, 1, &is_null);

		imgcat_key_tag_split(&tags[i], DatumGetTextPP(tag));
	}
	qsort(tags, ntags, sizeof(ImgcatKeyTag), compare_key_tags);
	append_grouped(&out, tags, ntags);
	imgcat_spi_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
