/*-------------------------------------------------------------------------
 *
 * advisory.c
 *		What the readers of formats of advisories share.
 *
 * src/scan/advisory.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "compat.h"
#include "container/container_scalar.h"
#include "entry.h"
#include "json_writer.h"
#include "query/finding_name.h"
#include "query/package_ecosystem.h"
#include "scan/advisory.h"
#include "scan/package.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/*
 * Note that something was not taken, by a JSON pointer to it.
 */
void
imgcat_refuse(ImgcatLoad *load, const char *place, const char *problem)
{
	appendStringInfoString(&load->refused, load->nrefused++ > 0 ? "," : "");
	appendStringInfoString(&load->refused, "{\"place\":");
	imgcat_json_string(&load->refused, place, strlen(place));
	appendStringInfoString(&load->refused, ",\"problem\":");
	imgcat_json_string(&load->refused, problem, strlen(problem));
	appendStringInfoString(&load->refused, "}");
}

/*
 * A time of RFC 3339; false of NULL and of what is none.  The year 1 stands for
 * none in some data.
 */
bool
imgcat_read_time(const char *text, TimestampTz *time)
{
	int			nanos;

	return text !=NULL && strncmp(text, "0001-", 5) != 0 &&
				imgcat_parse_timestamp(text, strlen(text), time, &nanos);
}

/*
 * Take a CVSS vector; false of NULL and of what is none.
 */
bool
imgcat_take_vector(ImgcatAdvisory *advisory, const char *vector)
{
	ImgcatCvss	cvss;
	size_t		error_at;
	const char *missing;

	if (vector == NULL ||
		imgcat_cvss_parse(vector, strlen(vector), &cvss, &error_at,
						  &missing) != IMGCAT_CVSS_OK)
		return false;
	if (cvss.version == IMGCAT_CVSS_2)
		advisory->cvss_v2 = vector;
	else if (cvss.version == IMGCAT_CVSS_4_0)
		advisory->cvss_v4 = vector;
	else
		advisory->cvss_v3 = vector;
	return true;
}

/*
 * The severity that a word means, 0 of NULL and of an unknown one.
 */
int
imgcat_severity_number(const char *word)
{
	static const struct
	{
		const char *word;
		int			severity;
	}			words[] = {
		{"negligible", SEVERITY_LOW}, {"none", SEVERITY_LOW},
		{"low", SEVERITY_LOW}, {"medium", SEVERITY_MODERATE},
		{"moderate", SEVERITY_MODERATE}, {"high", SEVERITY_IMPORTANT},
		{"important", SEVERITY_IMPORTANT}, {"critical", SEVERITY_CRITICAL}
	};

	for (int i = 0; word != NULL && i < (int) lengthof(words); i++)
		if (pg_strcasecmp(word, words[i].word) == 0)
			return words[i].severity;
	return SEVERITY_UNKNOWN;
}

/*
 * What a finding of an advisory is called: the first CVE among its id, its
 * aliases and its links; else the first GHSA; else what looks like an id; else
 * the id.  aliases and links are texts that hold them, or NULL.
 */
char *
imgcat_finding_name(const char *id, const char *aliases, const char *links)
{
	const char *texts[] = {id, aliases, links};

	for (ImgcatFindingId kind = IMGCAT_ID_CVE; kind < IMGCAT_ID_NONE; kind++)
	{
		for (int i = 0; i < (int) lengthof(texts); i++)
		{
			const char *at;
			size_t		length = texts[i] == NULL ? 0 :
			imgcat_find_finding_id(texts[i], strlen(texts[i]), kind, &at);

			if (length > 0)
				return pnstrdup(at, length);
		}
	}
	return pstrdup(id);
}

/*
 * Add a range without bounds to an advisory; the caller sets the rest.
 */
ImgcatAdvisoryRange *
imgcat_add_range(ImgcatAdvisory *advisory, const char *ecosystem,
				 const char *name)
{
	ImgcatAdvisoryRange *range;
	char	   *normal = pstrdup(name);

	if (advisory->nranges == advisory->ranges_room)
	{
		advisory->ranges_room = Max(advisory->ranges_room * 2, 8);
		advisory->ranges = advisory->ranges == NULL ?
			palloc(sizeof(ImgcatAdvisoryRange) * advisory->ranges_room) :
			repalloc(advisory->ranges,
					 sizeof(ImgcatAdvisoryRange) * advisory->ranges_room);
	}
	range = &advisory->ranges[advisory->nranges++];
	memset(range, 0, sizeof(ImgcatAdvisoryRange));
	range->ecosystem = ecosystem;
	normal[imgcat_package_name_normalise(ecosystem, strlen(ecosystem), normal,
										 strlen(normal))] = '\0';
	range->name = normal;
	return range;
}

/*
 * Put a text, or NULL, into a row, and into what is hashed.
 */
static void
put_text(const char *text, StringInfo hashed, Datum *value, bool *isnull)
{
	*isnull = text == NULL;

	if (text == NULL)
		appendStringInfoChar(hashed, '\1');
	else
	{
		*value = CStringGetTextDatum(text);
		appendStringInfoString(hashed, text);
	}
	appendStringInfoChar(hashed, '\0');
}

/*
 * The versions of a range as an array.
 */
static Datum
versions_datum(const ImgcatAdvisoryRange *range)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(range->nversions, 1));

	for (int i = 0; i < range->nversions; i++)
		elements[i] = CStringGetTextDatum(range->versions[i]);
	return PointerGetDatum(construct_array(elements, range->nversions, TEXTOID,
										   -1, false, TYPALIGN_INT));
}

/*
 * Add the row of a range to a load.
 */
static void
add_range_row(ImgcatLoad *load, int64 advisory_key, int index,
			  const ImgcatAdvisoryRange *range, StringInfo hashed)
{
	Datum		values[11];
	bool		nulls[11] = {0};

	values[0] = Int64GetDatum(advisory_key);
	values[1] = Int32GetDatum(index);
	put_text(range->ecosystem, hashed, &values[2], &nulls[2]);
	put_text(range->name, hashed, &values[3], &nulls[3]);
	values[4] = BoolGetDatum(range->by_source);
	put_text(range->module == NULL ? "" : range->module, hashed, &values[5],
			 &nulls[5]);
	put_text(range->lower, hashed, &values[6], &nulls[6]);
	put_text(range->upper, hashed, &values[7], &nulls[7]);
	values[8] = BoolGetDatum(range->upper_included);
	nulls[9] = range->versions == NULL;
	if (!nulls[9])
		values[9] = versions_datum(range);
	put_text(range->fixed_by == NULL ? "" : range->fixed_by, hashed,
			 &values[10], &nulls[10]);

	appendStringInfo(hashed, "%d %d %d", range->by_source,
					 range->upper_included, range->nversions);
	for (int i = 0; i < range->nversions; i++)
	{
		appendStringInfoChar(hashed, '\0');
		appendStringInfoString(hashed, range->versions[i]);
	}
	imgcat_add_named_row(&load->ranges, values, nulls);
}

/*
 * The SHA-256 of what was put together.
 */
static Datum
hash_datum(StringInfo hashed)
{
	bytea	   *hash = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	SET_VARSIZE(hash, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	if (context == NULL || pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) hashed->data,
							 hashed->len) < 0 ||
		pg_cryptohash_final(context, (uint8 *) VARDATA(hash),
							PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute a hash");
	pg_cryptohash_free(context);
	return PointerGetDatum(hash);
}

/*
 * Add an advisory, which stands at a place, to a load; one whose id or name is
 * too long for an index is refused.  Ranges whose names no package can have are
 * left out.
 */
void
imgcat_add_advisory(ImgcatLoad *load, ImgcatAdvisory *advisory,
					const char *place)
{
	const char *name = advisory->name != NULL ? advisory->name :
	imgcat_finding_name(advisory->id, NULL, NULL);
	Oid			sequence = get_relname_relid("advisories_advisory_key_seq",
											 imgcat_extension_schema());
	int64		key = nextval_internal(sequence, false);
	StringInfoData hashed;
	Datum		values[14];
	bool		nulls[14] = {0};

	if (strlen(advisory->id) > IMGCAT_INDEXED_BYTES ||
		strlen(name) > IMGCAT_INDEXED_BYTES)
	{
		imgcat_refuse(load, place, "an id this long is not stored");
		return;
	}
	initStringInfo(&hashed);
	values[0] = Int64GetDatum(key);
	put_text(advisory->id, &hashed, &values[1], &nulls[1]);
	put_text(name, &hashed, &values[3], &nulls[3]);
	values[4] = Int16GetDatum(advisory->severity);
	put_text(advisory->cvss_v2, &hashed, &values[5], &nulls[5]);
	put_text(advisory->cvss_v3, &hashed, &values[6], &nulls[6]);
	put_text(advisory->cvss_v4, &hashed, &values[7], &nulls[7]);
	put_text(advisory->summary == NULL ? "" : advisory->summary, &hashed,
			 &values[8], &nulls[8]);
	put_text(advisory->link == NULL ? "" : advisory->link, &hashed,
			 &values[9], &nulls[9]);
	put_text(advisory->advisory_name == NULL ? "" : advisory->advisory_name,
			 &hashed, &values[10], &nulls[10]);
	put_text(advisory->advisory_link == NULL ? "" : advisory->advisory_link,
			 &hashed, &values[11], &nulls[11]);
	nulls[12] = !advisory->has_published;
	values[12] = TimestampTzGetDatum(advisory->published);
	nulls[13] = !advisory->has_modified;
	values[13] = TimestampTzGetDatum(advisory->modified);
	appendStringInfo(&hashed, "%d " INT64_FORMAT " " INT64_FORMAT,
					 advisory->severity,
					 advisory->has_published ? advisory->published : 0,
					 advisory->has_modified ? advisory->modified : 0);

	for (int i = 0; i < advisory->nranges; i++)
	{
		const ImgcatAdvisoryRange *range = &advisory->ranges[i];

		if (range->ecosystem[0] != '\0' && range->name[0] != '\0' &&
			strlen(range->name) <= IMGCAT_PACKAGE_NAME_MAX)
			add_range_row(load, key, i, range, &hashed);
	}
	values[2] = hash_datum(&hashed);
	imgcat_add_named_row(&load->advisories, values, nulls);
}
