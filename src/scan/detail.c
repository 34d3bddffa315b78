/*-------------------------------------------------------------------------
 *
 * detail.c
 *		What is known of a CVE, whatever package it is in: EPSS, CISA's list of
 *		known exploited vulnerabilities, the NVD.
 *
 * src/scan/detail.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "container/container_scalar.h"
#include "query/cvss.h"
#include "scan/advisory.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* A detail; what a reader does not know is NULL, or absent by its has_ flag. */
typedef struct Detail
{
	const char *cve;
	bool		has_epss;
	double		epss_probability;
	double		epss_percentile;
	Jsonb	   *cisa_kev;
	const char *cvss_v2;
	const char *cvss_v3;
	const char *cvss_v4;
	const char *summary;
	bool		has_published;
	bool		has_modified;
	TimestampTz published;
	TimestampTz modified;
} Detail;

/*
 * Add a detail, which stands at a place, to a load.
 */
static void
add_detail(ImgcatLoad *load, const Detail *detail, const char *place)
{
	const char *texts[] = {
		detail->cvss_v2, detail->cvss_v3, detail->cvss_v4, detail->summary
	};
	Datum		values[10];
	bool		nulls[10] = {0};

	if (strlen(detail->cve) > IMGCAT_INDEXED_BYTES)
	{
		imgcat_refuse(load, place, "an id this long is not stored");
		return;
	}
	values[0] = CStringGetTextDatum(detail->cve);
	nulls[1] = nulls[2] = !detail->has_epss;
	values[1] = Float8GetDatum(detail->epss_probability);
	values[2] = Float8GetDatum(detail->epss_percentile);
	nulls[3] = detail->cisa_kev == NULL;
	if (!nulls[3])
		values[3] = JsonbPGetDatum(detail->cisa_kev);
	for (int i = 0; i < (int) lengthof(texts); i++)
	{
		nulls[4 + i] = texts[i] == NULL;
		if (texts[i] != NULL)
			values[4 + i] = CStringGetTextDatum(texts[i]);
	}
	nulls[8] = !detail->has_published;
	values[8] = TimestampTzGetDatum(detail->published);
	nulls[9] = !detail->has_modified;
	values[9] = TimestampTzGetDatum(detail->modified);
	imgcat_add_named_row(&load->details, values, nulls);
}

/*
 * A number between 0 and 1, or a string of one; false of anything else.
 */
static bool
read_probability(JsonbContainer *object, const char *name, double *number)
{
	JsonbValue	value;
	char	   *text;
	char	   *end;

	if (!imgcat_read_member(object, name, &value))
		return false;
	if (value.type == jbvNumeric)
		*number = imgcat_value_float(&value);
	else
	{
		text = imgcat_read_string(&value);

		if (text == NULL || text[0] == '\0')
			return false;
		*number = strtod(text, &end);
		if (*end != '\0')
			return false;
	}
	return *number >= 0 && *number <= 1;
}

/*
 * Read an entry of EPSS: {"cve", "epss", "percentile"}, as a row of the CSV file
 * has it or as the API answers in data.
 */
static void
read_epss_entry(ImgcatLoad *load, JsonbContainer *entry, const char *place)
{
	Detail		detail = {0};

	detail.cve = imgcat_read_text(entry, "cve");
	detail.has_epss = true;
	if (detail.cve == NULL ||
		!read_probability(entry, "epss", &detail.epss_probability) ||
		!read_probability(entry, "percentile", &detail.epss_percentile))
		imgcat_refuse(load, place,
					  "an entry needs cve, epss and percentile, both between 0 and 1");
	else
		add_detail(load, &detail, place);
}

/*
 * Read each element of a list by a reader of entries.
 */
static void
read_list(ImgcatLoad *load, JsonbContainer *list, const char *place,
		  ImgcatDocumentReader read)
{
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, list);
	while (imgcat_read_next(&walk))
		read(load, imgcat_read_as_object(&walk.value),
			 psprintf("%s/%d", place, walk.index));
}

/*
 * Read an entry of EPSS, or an answer of its API.
 */
void
imgcat_read_epss(ImgcatLoad *load, JsonbContainer *document,
				 const char *place)
{
	JsonbContainer *data = imgcat_read_array(document, "data");

	if (data != NULL)
		read_list(load, data, psprintf("%s/data", place), read_epss_entry);
	else
		read_epss_entry(load, document, place);
}

/*
 * Read an entry of the list of known exploited vulnerabilities.
 */
static void
read_kev_entry(ImgcatLoad *load, JsonbContainer *entry, const char *place)
{
	Detail		detail = {0};

	detail.cve = imgcat_read_text(entry, "cveID");
	if (detail.cve == NULL)
	{
		imgcat_refuse(load, place, "an entry needs a cveID");
		return;
	}
	detail.cisa_kev = imgcat_read_copy(entry);
	add_detail(load, &detail, place);
}

/*
 * Read CISA's list of known exploited vulnerabilities.
 */
void
imgcat_read_kev(ImgcatLoad *load, JsonbContainer *document, const char *place)
{
	JsonbContainer *list = imgcat_read_array(document, "vulnerabilities");

	if (list == NULL)
		imgcat_refuse(load, place, "the list needs vulnerabilities");
	else
		read_list(load, list, psprintf("%s/vulnerabilities", place),
				  read_kev_entry);
}

/*
 * The vector of the first metric of a list, the primary one before others.  What
 * is none of the list's version is passed by.
 */
static const char *
read_nvd_vector(JsonbContainer *metrics, const char *name,
				ImgcatCvssVersion version)
{
	const char *vector = NULL;
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_read_array(metrics, name));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *metric = imgcat_read_as_object(&walk.value);
		char	   *type = imgcat_read_text(metric, "type");
		char	   *given = imgcat_read_text(imgcat_read_object(metric,
																"cvssData"),
											 "vectorString");
		ImgcatCvss	cvss;
		size_t		error_at;
		const char *missing;

		if (given != NULL &&
			imgcat_cvss_parse(given, strlen(given), &cvss, &error_at,
							  &missing) == IMGCAT_CVSS_OK &&
			cvss.version == version &&
			(vector == NULL || (type != NULL && strcmp(type, "Primary") == 0)))
			vector = given;
	}
	return vector;
}

/*
 * A time of the NVD, which is in UTC and does not say so.
 */
static bool
read_nvd_time(JsonbContainer *cve, const char *name, TimestampTz *time)
{
	char	   *text = imgcat_read_text(cve, name);

	if (text == NULL)
		return false;
	return imgcat_read_time(text, time) ||
		imgcat_read_time(psprintf("%sZ", text), time);
}

/*
 * Read an entry of the NVD: {"cve": ...}.
 */
static void
read_nvd_entry(ImgcatLoad *load, JsonbContainer *entry, const char *place)
{
	JsonbContainer *cve = imgcat_read_object(entry, "cve");
	JsonbContainer *metrics = imgcat_read_object(cve, "metrics");
	Detail		detail = {0};
	ImgcatJsonbWalk walk;

	detail.cve = imgcat_read_text(cve, "id");
	if (detail.cve == NULL)
	{
		imgcat_refuse(load, place, "an entry needs cve with an id");
		return;
	}
	detail.cvss_v4 = read_nvd_vector(metrics, "cvssMetricV40",
									 IMGCAT_CVSS_4_0);
	detail.cvss_v3 = read_nvd_vector(metrics, "cvssMetricV31",
									 IMGCAT_CVSS_3_1);
	if (detail.cvss_v3 == NULL)
		detail.cvss_v3 = read_nvd_vector(metrics, "cvssMetricV30",
										 IMGCAT_CVSS_3_0);
	detail.cvss_v2 = read_nvd_vector(metrics, "cvssMetricV2", IMGCAT_CVSS_2);
	imgcat_read_begin(&walk, imgcat_read_array(cve, "descriptions"));
	while (detail.summary == NULL && imgcat_read_next(&walk))
	{
		JsonbContainer *description = imgcat_read_as_object(&walk.value);
		char	   *language = imgcat_read_text(description, "lang");

		if (language != NULL && strcmp(language, "en") == 0)
			detail.summary = imgcat_read_text(description, "value");
	}
	detail.has_published = read_nvd_time(cve, "published", &detail.published);
	detail.has_modified = read_nvd_time(cve, "lastModified", &detail.modified);
	add_detail(load, &detail, place);
}

/*
 * Read CVEs of the NVD, version 2.0: an answer of its API, or one entry of it.
 */
void
imgcat_read_nvd(ImgcatLoad *load, JsonbContainer *document, const char *place)
{
	JsonbContainer *list = imgcat_read_array(document, "vulnerabilities");

	if (list != NULL)
		read_list(load, list, psprintf("%s/vulnerabilities", place),
				  read_nvd_entry);
	else
		read_nvd_entry(load, document, place);
}
