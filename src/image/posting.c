/*-------------------------------------------------------------------------
 *
 * posting.c
 *		Postings: the ordered lists of images that have a facet.
 *
 * A facet that one image in a thousand has is too rare for walking the
 * catalogue in order, and too common for fetching all its images and sorting
 * them.  So for each scope and facet there is a list of images in the order
 * of their creation, all lists in one table (sql/32_listing_tables.sql).  A list is
 * known by a number, the hash of scope and facet; two lists of one number are
 * walked together, and the images' own facets tell their rows apart.
 *
 * Each entry carries a signature of all facets of its image, two bits of 64
 * for each: a request for several facets walks the shortest list and looks at
 * an image only if the signature has the bits of the others.
 *
 * The hash is the one that hash-partitioned tables rest on, so it keeps its
 * values across major versions.
 *
 * src/image/posting.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "image/posting.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

/*
 * The number of a list.  word is the visibility, of a member list the answer;
 * project the owner or the member, NULL for everybody.
 */
int64
imgcat_posting(ImgcatPostingScope scope, const char *word,
			   const char *project, const text *facet)
{
	StringInfoData key;
	int64		posting;

	initStringInfo(&key);
	appendStringInfoChar(&key, (char) scope);
	appendStringInfoString(&key, word);
	appendStringInfoChar(&key, '\0');
	appendStringInfoString(&key, project != NULL ? project : "");
	appendStringInfoChar(&key, '\0');
	appendBinaryStringInfo(&key, VARDATA_ANY(facet), VARSIZE_ANY_EXHDR(facet));
	posting = (int64) hash_bytes_extended((unsigned char *) key.data, key.len, 0);
	pfree(key.data);
	return posting;
}

/*
 * The two bits of a facet in a signature.
 */
int64
imgcat_facet_signature(const text *facet)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) VARDATA_ANY(facet),
										   VARSIZE_ANY_EXHDR(facet), 1);

	return (int64) ((UINT64CONST(1) << (hash & 63)) |
					(UINT64CONST(1) << ((hash >> 6) & 63)));
}

/*
 * The facets of an image, out of its array.
 */
static int
facets_of_array(ArrayType *array, Datum **facets)
{
	bool	   *nulls;
	int			nfacets;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT,
					  facets, &nulls, &nfacets);
	return nfacets;				/* a generated column, never with nulls */
}

/*
 * An array of list numbers.
 */
static Datum
posting_array(Datum *postings, int npostings)
{
	return PointerGetDatum(construct_array(postings, npostings, INT8OID,
										   sizeof(int64), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(imgcat_image_postings);
/*
 * image_postings(visibility text, owner text, facets text[]) returns bigint[]:
 * the lists that an image is on by itself.  The owner may be null.
 */
Datum
imgcat_image_postings(PG_FUNCTION_ARGS)
{
	char	   *visibility;
	char	   *owner = NULL;
	Datum	   *facets;
	int			nfacets;
	Datum	   *postings;
	int			npostings = 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	visibility = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (!PG_ARGISNULL(1))
		owner = text_to_cstring(PG_GETARG_TEXT_PP(1));
	nfacets = facets_of_array(PG_GETARG_ARRAYTYPE_P(2), &facets);

	postings = palloc(sizeof(Datum) * (2 * nfacets + 1));
	for (int i = 0; i < nfacets; i++)
	{
		text	   *facet = DatumGetTextPP(facets[i]);

		postings[npostings++] =
			Int64GetDatum(imgcat_posting(IMGCAT_POSTING_EVERYBODY, visibility,
										 NULL, facet));
		if (owner != NULL)
			postings[npostings++] =
				Int64GetDatum(imgcat_posting(IMGCAT_POSTING_OWNER, visibility,
											 owner, facet));
	}
	return posting_array(postings, npostings);
}

PG_FUNCTION_INFO_V1(imgcat_member_postings);
/*
 * member_postings(member_id text, status text, facets text[]) returns bigint[]:
 * the lists that a membership puts its image on.
 */
Datum
imgcat_member_postings(PG_FUNCTION_ARGS)
{
	char	   *member_id = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *status = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Datum	   *facets;
	int			nfacets = facets_of_array(PG_GETARG_ARRAYTYPE_P(2), &facets);
	Datum	   *postings = palloc(sizeof(Datum) * (nfacets + 1));

	for (int i = 0; i < nfacets; i++)
		postings[i] = Int64GetDatum(imgcat_posting(IMGCAT_POSTING_MEMBER, status,
												   member_id,
												   DatumGetTextPP(facets[i])));
	return posting_array(postings, nfacets);
}

PG_FUNCTION_INFO_V1(imgcat_facets_signature);
/*
 * facets_signature(facets text[]) returns bigint: the bits of all facets.
 */
Datum
imgcat_facets_signature(PG_FUNCTION_ARGS)
{
	Datum	   *facets;
	int			nfacets = facets_of_array(PG_GETARG_ARRAYTYPE_P(0), &facets);
	int64		signature = 0;

	for (int i = 0; i < nfacets; i++)
		signature |= imgcat_facet_signature(DatumGetTextPP(facets[i]));
	PG_RETURN_INT64(signature);
}
