/*-------------------------------------------------------------------------
 *
 * tags.c
 *		The set of tags of an image: add_image_tag(), delete_image_tag().
 *
 * src/image/tags.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "entry.h"
#include "fmgr.h"
#include "image/errors.h"
#include "image/quota.h"
#include "image/tags.h"
#include "image/update_image.h"
#include "image/value.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

/*
 * Check a tag that is to be added.  A document may list the empty tag, but no
 * request can name it to take it off again.
 */
static void
check_tag(const text *tag)
{
	if (VARSIZE_ANY_EXHDR(tag) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("tag is empty"),
				 imgcat_errdetail(IMS_BAD_TAG,
								  "A tag of 1 to %d characters is expected.",
								  IMGCAT_TAG_MAX)));
	if (pg_mbstrlen_with_len(VARDATA_ANY(tag),
							 VARSIZE_ANY_EXHDR(tag)) > IMGCAT_TAG_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("tag is too long"),
				 imgcat_errdetail(IMS_BAD_TAG,
								  "A tag must not be longer than %d characters.",
								  IMGCAT_TAG_MAX)));
}

/*
 * Read the tags of a row; room is how many may be added.
 */
void
imgcat_tags_read(ImgcatTagSet *set, const ImgcatImageRow *row, int room)
{
	Datum	   *elements;
	bool	   *nulls;

	deconstruct_array(DatumGetArrayTypeP(row->values[IMGCAT_COL_TAGS]),
					  TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &set->ntags);
	set->tags = palloc(sizeof(text *) * (set->ntags + room));
	for (int i = 0; i < set->ntags; i++)
		set->tags[i] = DatumGetTextPP(elements[i]);
}

/*
 * Where the tag stands in the set, -1: nowhere.
 */
int
imgcat_tags_find(const ImgcatTagSet *set, const text *tag)
{
	for (int i = 0; i < set->ntags; i++)
		if (VARSIZE_ANY_EXHDR(set->tags[i]) == VARSIZE_ANY_EXHDR(tag) &&
			memcmp(VARDATA_ANY(set->tags[i]), VARDATA_ANY(tag),
				   VARSIZE_ANY_EXHDR(tag)) == 0)
			return i;
	return -1;
}

/*
 * Add a tag, which is not in the set.
 */
void
imgcat_tags_add(ImgcatTagSet *set, text *tag)
{
	set->tags[set->ntags++] = tag;
}

/*
 * Remove the tag at position.
 */
void
imgcat_tags_remove(ImgcatTagSet *set, int position)
{
	set->tags[position] = set->tags[--set->ntags];
}

/*
 * Put the set into a row.
 */
void
imgcat_tags_store(const ImgcatTagSet *set, ImgcatImageRow *row)
{
	row->values[IMGCAT_COL_TAGS] = imgcat_tags_datum(set->tags, set->ntags);
}

/*
 * add_image_tag(image_id uuid, tag text)
 *
 * A tag that is there already is no error.
 */
IMGCAT_FUNCTION(imgcat_add_image_tag, 2)
{
	text	   *tag = PG_GETARG_TEXT_PP(1);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	ImgcatImageRow old;
	ImgcatTagSet set;

	check_tag(tag);
	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	old = image.row;
	imgcat_tags_read(&set, &image.row, 1);
	if (imgcat_tags_find(&set, tag) < 0)
	{
		imgcat_check_tag_quota(set.ntags + 1);
		imgcat_tags_add(&set, tag);
		imgcat_tags_store(&set, &image.row);
	}
	imgcat_image_write(&image.row, &old);
	imgcat_spi_finish();
	PG_RETURN_VOID();
}

/*
 * delete_image_tag(image_id uuid, tag text)
 */
IMGCAT_FUNCTION(imgcat_delete_image_tag, 2)
{
	text	   *tag = PG_GETARG_TEXT_PP(1);
	ImgcatCaller caller = imgcat_caller();
	ImgcatImageAccess image;
	ImgcatImageRow old;
	ImgcatTagSet set;
	int			position;

	imgcat_spi_connect();
	imgcat_image_modify(&image, PG_GETARG_UUID_P(0), &caller);
	old = image.row;
	imgcat_tags_read(&set, &image.row, 0);
	position = imgcat_tags_find(&set, tag);
	if (position < 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_NOT_FOUND),
				 errmsg("tag not found"),
				 imgcat_errdetail(IMS_BAD_TAG, "The image has no such tag.")));
	imgcat_tags_remove(&set, position);
	imgcat_tags_store(&set, &image.row);
	imgcat_image_write(&image.row, &old);
	imgcat_spi_finish();
	PG_RETURN_VOID();
}
