/*-------------------------------------------------------------------------
 *
 * gin_key.c
 *		What the search index holds of an image.
 *
 * An index of facets alone finds the images that have them, of everybody and
 * of all times; a page of one project wants the newest few.  So one inverted
 * index holds, as numbers of 64 bits:
 *
 *		each facet					who lists everything asks for these
 *		each facet with the owner	the owner's images that have it
 *		each facet with the visibility, unless that is private
 *		the owner, the visibility	how much of the catalogue they are
 *		time buckets			that the image was created in
 *
 * What a project lists of the images with a facet is then a union of a few
 * short lists, and several facets together are the intersection of such
 * unions; neither reads what other projects have.  The time buckets are
 * nested, so that any range is the union of a few of them (listing/search_scan.c).
 *
 * All but the time buckets are hashes: a long text costs no more than a short
 * one, and a pair no more than a facet.  Two texts may share a hash, so who
 * finds an image by the index compares its facets, too.  The hashes are
 * negative and the time buckets are not, which keeps these together.
 *
 * src/image/gin_key.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "compat.h"
#include "fmgr.h"
#include "image/gin_key.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* what is hashed: equal texts of two kinds are two keys */
#define SEED_FACET			1
#define SEED_VISIBILITY		2
#define SEED_OWNER			3

/*
 * Pairs of a facet and a scope are many, and most are rare.  An index entry
 * costs some thirty bytes, another image in it one or two; so pairs share a
 * limited number of keys.  Of ten million images a rare pair finds some
 * five others with it, and a fifth of the entries are saved.
 */
#define PAIR_BITS			24

/* bit where the level stands in the key of a time bucket; below, its number */
#define BUCKET_LEVEL_SHIFT	56
#define BUCKET_NUMBER_MASK	((INT64CONST(1) << BUCKET_LEVEL_SHIFT) - 1)

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
 * The GIN key that a hash stands for: negative.
 */
static int64
key_of_hash(uint64 hash)
{
	return (int64) (hash | (UINT64CONST(1) << 63));
}

/*
 * The GIN key of a text of some kind.
 */
static int64
key_of_text(const char *data, int length, uint64 seed)
{
	return key_of_hash(hash_bytes_extended((const unsigned char *) data,
										   length, seed));
}

/*
 * The GIN key of a facet.
 */
int64
imgcat_gin_key_of_facet(const text *facet)
{
	return key_of_text(VARDATA_ANY(facet), VARSIZE_ANY_EXHDR(facet),
					   SEED_FACET);
}

/*
 * The GIN key of a visibility.
 */
int64
imgcat_gin_key_of_visibility(const char *visibility)
{
	return key_of_text(visibility, strlen(visibility), SEED_VISIBILITY);
}

/*
 * The GIN key of an owner.
 */
int64
imgcat_gin_key_of_owner(const char *owner)
{
	return key_of_text(owner, strlen(owner), SEED_OWNER);
}

/*
 * The GIN key of a facet together with an owner or a visibility; both are
 * keys themselves.
 */
int64
imgcat_gin_key_of_scoped_facet(int64 scope, int64 facet)
{
	uint64		hash = hash_combine64((uint64) scope, (uint64) facet);

	return key_of_hash(hash >> (64 - PAIR_BITS));
}

/*
 * The GIN key of a bucket of a level, 0 the lowest.
 */
int64
imgcat_gin_key_of_bucket(int level, int64 bucket)
{
	return ((int64) level << BUCKET_LEVEL_SHIFT) | (bucket & BUCKET_NUMBER_MASK);
}

PG_FUNCTION_INFO_V1(imgcat_image_search);
/*
 * image_search(facets text[], visibility text, owner text,
 *				created_at timestamptz) returns bigint[]
 *
 * All GIN keys of an image.  Only the owner may be null.
 */
Datum
imgcat_image_search(PG_FUNCTION_ARGS)
{
	char	   *visibility;
	int64		scopes[2];
	int			nscopes = 0;
	int64		bucket;
	Datum	   *facets;
	bool	   *nulls;
	int			nfacets;
	Datum	   *keys;
	int			nkeys = 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false,
					  TYPALIGN_INT, &facets, &nulls, &nfacets);
	keys = palloc(sizeof(Datum) *
				  (nfacets * 3 + 2 + IMGCAT_BUCKET_LEVELS));

	/* whoever lists private images by visibility lists nearly all */
	visibility = text_to_cstring(PG_GETARG_TEXT_PP(1));
	keys[nkeys++] =
		Int64GetDatum(imgcat_gin_key_of_visibility(visibility));
	if (strcmp(visibility, "private") != 0)
		scopes[nscopes++] = imgcat_gin_key_of_visibility(visibility);
	if (!PG_ARGISNULL(2))
	{
		char	   *owner = text_to_cstring(PG_GETARG_TEXT_PP(2));

		scopes[nscopes++] = imgcat_gin_key_of_owner(owner);
		keys[nkeys++] = Int64GetDatum(imgcat_gin_key_of_owner(owner));
	}

	for (int i = 0; i < nfacets; i++)
	{
		int64		facet;

		if (nulls[i])
			continue;
		facet = imgcat_gin_key_of_facet(DatumGetTextPP(facets[i]));
		keys[nkeys++] = Int64GetDatum(facet);
		for (int j = 0; j < nscopes; j++)
			keys[nkeys++] =
				Int64GetDatum(imgcat_gin_key_of_scoped_facet(scopes[j], facet));
	}

	bucket = imgcat_bucket_of_time(PG_GETARG_TIMESTAMPTZ(3));
	for (int level = 0; level < IMGCAT_BUCKET_LEVELS; level++)
		keys[nkeys++] =
			Int64GetDatum(imgcat_gin_key_of_bucket(level,
												   imgcat_bucket_parent(bucket, level)));

	PG_RETURN_ARRAYTYPE_P(construct_array(keys, nkeys, INT8OID, 8,
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
