/*-------------------------------------------------------------------------
 *
 * facet.c
 *		Facets: the searchable text form of a tag or a property.
 *
 * All tags and properties of an image stand in one text[] under one GIN
 * index, because the planner keeps element statistics for arrays and none for
 * jsonb.  The text form is injective, so equal facets mean equal tags or
 * properties and no recheck against the row is needed:
 *
 *		tag			#tag
 *		property	name=value, with \ and = in the name, and # at its
 *					start, behind a backslash
 *
 * A form longer than IMGCAT_FACET_MAX bytes would not fit an index tuple; its
 * SHA-256 takes its place, led by \x, which no short form begins with: there
 * a backslash is followed by \, = or #.
 *
 * src/image/facet.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "compat.h"
#include "fmgr.h"
#include "image/facet.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

/* properties whose values are compared without blanks and case */
#define FOLDED_PROPERTY "__platform"

/*
 * The facet of a finished text form: itself, or its digest when it is long.
 */
static text *
facet_of_form(const char *form, size_t length)
{
	static const char hex[] = "0123456789abcdef";
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	char		printed[2 + 2 * PG_SHA256_DIGEST_LENGTH];
	pg_cryptohash_ctx *hash;
	int			at;

	if (length <= IMGCAT_FACET_MAX)
		return cstring_to_text_with_len(form, length);

	hash = pg_cryptohash_create(PG_SHA256);
	if (hash == NULL ||
		pg_cryptohash_init(hash) < 0 ||
		pg_cryptohash_update(hash, (const uint8 *) form, length) < 0 ||
		pg_cryptohash_final(hash, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute the digest of a facet");
	pg_cryptohash_free(hash);

	printed[0] = '\\';
	printed[1] = 'x';
	for (at = 0; at < PG_SHA256_DIGEST_LENGTH; at++)
	{
		printed[2 + 2 * at] = hex[digest[at] >> 4];
		printed[3 + 2 * at] = hex[digest[at] & 15];
	}
	return cstring_to_text_with_len(printed, sizeof(printed));
}

/*
 * The facet of a tag.
 */
text *
imgcat_facet_of_tag(const char *tag, size_t length)
{
	StringInfoData form;
	text	   *facet;

	initStringInfo(&form);
	appendStringInfoChar(&form, '#');
	appendBinaryStringInfo(&form, tag, length);
	facet = facet_of_form(form.data, form.len);
	pfree(form.data);
	return facet;
}

/*
 * The facet of a property.  The value of __platform is folded: clients spell
 * "RedHat" and "Red Hat", and mean the same.
 */
text *
imgcat_facet_of_property(const char *name, size_t name_length,
						 const char *value, size_t value_length)
{
	StringInfoData form;
	text	   *facet;
	size_t		at;

	initStringInfo(&form);
	for (at = 0; at < name_length; at++)
	{
		if (name[at] == '\\' || name[at] == '=' ||
			(at == 0 && name[at] == '#'))
			appendStringInfoChar(&form, '\\');
		appendStringInfoChar(&form, name[at]);
	}
	appendStringInfoChar(&form, '=');

	if (name_length == strlen(FOLDED_PROPERTY) &&
		memcmp(name, FOLDED_PROPERTY, name_length) == 0)
	{
		for (at = 0; at < value_length; at++)
			if (value[at] != ' ')
				appendStringInfoChar(&form, pg_ascii_tolower(value[at]));
	}
	else
		appendBinaryStringInfo(&form, value, value_length);

	facet = facet_of_form(form.data, form.len);
	pfree(form.data);
	return facet;
}

PG_FUNCTION_INFO_V1(imgcat_image_facets);
/*
 * image_facets(tags text[], properties jsonb) returns text[]
 *
 * A property whose value is null shows as the empty string, and is found as
 * such.
 */
Datum
imgcat_image_facets(PG_FUNCTION_ARGS)
{
	ArrayType  *tags = PG_GETARG_ARRAYTYPE_P(0);
	Jsonb	   *properties = PG_GETARG_JSONB_P(1);
	Datum	   *tag_values;
	bool	   *tag_nulls;
	int			ntags;
	Datum	   *facets;
	int			nfacets = 0;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	JsonbValue	name = {0};

	deconstruct_array(tags, TEXTOID, -1, false, TYPALIGN_INT,
					  &tag_values, &tag_nulls, &ntags);
	facets = palloc(sizeof(Datum) * (ntags + JB_ROOT_COUNT(properties) + 1));

	for (int i = 0; i < ntags; i++)
	{
		text	   *tag;

		if (tag_nulls[i])
			continue;
		tag = DatumGetTextPP(tag_values[i]);
		facets[nfacets++] = PointerGetDatum(imgcat_facet_of_tag(VARDATA_ANY(tag),
																VARSIZE_ANY_EXHDR(tag)));
	}

	iterator = JsonbIteratorInit(&properties->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			name = value;
		else if (token == WJB_VALUE &&
				 (value.type == jbvString || value.type == jbvNull))
		{
			bool		is_string = (value.type == jbvString);

			facets[nfacets++] = PointerGetDatum(
												imgcat_facet_of_property(name.val.string.val,
																		 name.val.string.len,
																		 is_string ? value.val.string.val : "",
																		 is_string ? value.val.string.len : 0));
		}
	}

	PG_RETURN_ARRAYTYPE_P(construct_array(facets, nfacets, TEXTOID, -1, false,
										  TYPALIGN_INT));
}
