/*-------------------------------------------------------------------------
 *
 * search_element.c
 *		What the search index holds of an image beside its facets.
 *
 * An index of facets alone finds the images that have them, of everybody and
 * of all times; a page of one project wants the newest few.  So the same
 * inverted index holds, as further elements, whose an image is and when it
 * was created, and intersects them:
 *
 *		\vVISIBILITY		images of a visibility
 *		\oOWNER				images of an owner
 *		\tLEVEL:BUCKET		images created in a stretch of time
 *
 * The stretches are nested, so that any range of time is the union of a few
 * of them (list_window.c).  No facet begins like these (facet.c).  An image
 * costs eight entries more, most of them short: neighbours in time are
 * neighbours in the table, too, and their row numbers compress to a byte.
 *
 * src/image/search_element.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "image/search_element.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/*
 * number / 2^bits, rounded down; a shift of a negative number is the
 * compiler's choice.
 */
static int64
shift_down(int64 number, int bits)
{
	return number >= 0 ? number >> bits : -((-(number + 1)) >> bits) - 1;
}

/*
 * The bucket of the lowest level that a time lies in.
 */
int64
imgcat_bucket_of_time(TimestampTz time)
{
	return shift_down(time, IMGCAT_BUCKET_SHIFT);
}

/*
 * The first microsecond of a bucket of the lowest level.
 */
TimestampTz
imgcat_bucket_start(int64 bucket)
{
	return bucket * (INT64CONST(1) << IMGCAT_BUCKET_SHIFT);
}

/*
 * The bucket some levels up that a bucket lies in.
 */
int64
imgcat_bucket_parent(int64 bucket, int levels)
{
	return shift_down(bucket, levels * IMGCAT_BUCKET_FANOUT);
}

/*
 * The element of a visibility.
 */
text *
imgcat_element_of_visibility(const char *visibility)
{
	return cstring_to_text(psprintf("\\v%s", visibility));
}

/*
 * The element of an owner.
 */
text *
imgcat_element_of_owner(const char *owner)
{
	return cstring_to_text(psprintf("\\o%s", owner));
}

/*
 * The element of a bucket of a level, 0 the lowest.
 */
text *
imgcat_element_of_bucket(int level, int64 bucket)
{
	return cstring_to_text(psprintf("\\t%d:" INT64_FORMAT, level, bucket));
}

PG_FUNCTION_INFO_V1(imgcat_image_search);
/*
 * image_search(facets text[], visibility text, owner text,
 *				created_at timestamptz) returns text[]
 *
 * All elements of an image.  Only the owner may be null.
 */
Datum
imgcat_image_search(PG_FUNCTION_ARGS)
{
	char	   *visibility;
	int64		bucket;
	Datum	   *facets;
	bool	   *nulls;
	int			nfacets;
	Datum	   *elements;
	int			nelements = 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false,
					  TYPALIGN_INT, &facets, &nulls, &nfacets);
	visibility = text_to_cstring(PG_GETARG_TEXT_PP(1));
	bucket = imgcat_bucket_of_time(PG_GETARG_TIMESTAMPTZ(3));

	elements = palloc(sizeof(Datum) * (nfacets + 2 + IMGCAT_BUCKET_LEVELS));
	for (int i = 0; i < nfacets; i++)
		if (!nulls[i])
			elements[nelements++] = facets[i];
	elements[nelements++] =
		PointerGetDatum(imgcat_element_of_visibility(visibility));
	if (!PG_ARGISNULL(2))
		elements[nelements++] =
			PointerGetDatum(imgcat_element_of_owner(text_to_cstring(PG_GETARG_TEXT_PP(2))));
	for (int level = 0; level < IMGCAT_BUCKET_LEVELS; level++)
		elements[nelements++] =
			PointerGetDatum(imgcat_element_of_bucket(level,
													 imgcat_bucket_parent(bucket, level)));

	PG_RETURN_ARRAYTYPE_P(construct_array(elements, nelements, TEXTOID, -1,
										  false, TYPALIGN_INT));
}
