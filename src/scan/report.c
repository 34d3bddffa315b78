/*-------------------------------------------------------------------------
 *
 * report.c
 *		What the readers of formats of reports share.
 *
 * src/scan/report.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_scalar.h"
#include "query/version.h"
#include "scan/advisory.h"
#include "scan/report.h"

/*
 * A report is not what its format says; place is a JSON pointer.
 */
void
imgcat_report_error(const char *place, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid scan report"),
			 place[0] != '\0' ? errdetail("At %s: %s.", place, problem) :
			 errdetail("%s.", problem)));
}

/*
 * A member that is a string.
 */
char *
imgcat_report_text(JsonbContainer *object, const char *name,
				   const char *place)
{
	JsonbValue	value;

	if (!imgcat_read_member(object, name, &value))
		return NULL;
	if (value.type != jbvString)
		imgcat_report_error(imgcat_member_place(place, name),
							"a string is expected");
	return value.val.string.len == 0 ? NULL : imgcat_read_string(&value);
}

/*
 * A member that is a string which an index takes, and must be there.
 */
char *
imgcat_report_name(JsonbContainer *object, const char *name,
				   const char *place)
{
	char	   *str = imgcat_report_text(object, name, place);

	if (str == NULL)
		imgcat_report_error(place, psprintf("%s is missing", name));
	if (strlen(str) > IMGCAT_INDEXED_BYTES)
		imgcat_report_error(imgcat_member_place(place, name),
							"a name this long is not stored");
	return str;
}

/*
 * A member that is a number.
 */
double
imgcat_report_number(JsonbContainer *object, const char *name,
					 const char *place)
{
	JsonbValue	value;

	if (!imgcat_read_member(object, name, &value))
		return 0;
	if (value.type != jbvNumeric)
		imgcat_report_error(imgcat_member_place(place, name),
							"a number is expected");
	return imgcat_value_float(&value);
}

/*
 * A member that is a score.
 */
double
imgcat_report_score(JsonbContainer *object, const char *name,
					const char *place)
{
	double		score = imgcat_report_number(object, name, place);

	if (score < 0 || score > 10)
		imgcat_report_error(imgcat_member_place(place, name),
							"a score is between 0 and 10");
	return score;
}

/*
 * A member that is an object.
 */
JsonbContainer *
imgcat_report_object(JsonbContainer *object, const char *name,
					 const char *place)
{
	JsonbValue	value;
	JsonbContainer *member;

	if (!imgcat_read_member(object, name, &value))
		return NULL;
	member = imgcat_read_as_object(&value);
	if (member == NULL)
		imgcat_report_error(imgcat_member_place(place, name),
							"an object is expected");
	return member;
}

/*
 * A member that is an array.
 */
JsonbContainer *
imgcat_report_array(JsonbContainer *object, const char *name,
					const char *place)
{
	JsonbContainer *member = imgcat_read_array(object, name);
	JsonbValue	value;

	if (member == NULL && imgcat_read_member(object, name, &value))
		imgcat_report_error(imgcat_member_place(place, name),
							"an array is expected");
	return member;
}

/*
 * The element of an array that was read last, an object at this place.
 */
JsonbContainer *
imgcat_report_item(const ImgcatJsonbWalk *walk, const char *place)
{
	JsonbContainer *item = imgcat_read_as_object(&walk->value);

	if (item == NULL)
		imgcat_report_error(place, "an object is expected");
	return item;
}

/*
 * The strings of an array in one text, or NULL.
 */
char *
imgcat_report_joined(JsonbContainer *object, const char *name,
					 const char *place)
{
	ImgcatReportNames names = {0};
	StringInfoData joined;

	imgcat_report_add_names(&names, object, name, place);
	if (names.count == 0)
		return NULL;
	initStringInfo(&joined);
	for (int i = 0; i < names.count; i++)
		appendStringInfo(&joined, "%s%s", i > 0 ? ", " : "", names.names[i]);
	return joined.data;
}

/*
 * A member that is a time; false where there is none, which the year 1 means,
 * too.
 */
bool
imgcat_report_time(JsonbContainer *object, const char *name,
				   const char *place, TimestampTz *time)
{
	char	   *str = imgcat_report_text(object, name, place);

	if (str == NULL || strncmp(str, "0001-", 5) == 0)
		return false;
	if (!imgcat_read_time(str, time))
		imgcat_report_error(imgcat_member_place(place, name),
							"a time (RFC 3339) is expected");
	return true;
}

/*
 * Add the strings of an array; empty ones are none.
 */
void
imgcat_report_add_names(ImgcatReportNames *names, JsonbContainer *object,
						const char *name, const char *place)
{
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_report_array(object, name, place));
	while (imgcat_read_next(&walk))
	{
		char	   *str = imgcat_read_string(&walk.value);

		if (str == NULL)
			imgcat_report_error(psprintf("%s/%d",
										 imgcat_member_place(place, name),
										 walk.index),
								"a string is expected");
		if (str[0] == '\0')
			continue;
		if (names->count == names->room)
		{
			names->room = Max(names->room * 2, 8);
			names->names = names->names == NULL ?
				palloc(sizeof(char *) * names->room) :
				repalloc(names->names, sizeof(char *) * names->room);
		}
		names->names[names->count++] = str;
	}
}

/*
 * Add a component; returns its place in the SBOM.  It has a name.  A package URL,
 * which is at a place, that is none is noted, and the component does without:
 * its findings are not lost.
 */
int
imgcat_report_add_component(ImgcatReport *report, ImgcatSbomItem *item,
							const char *place)
{
	ImgcatPackageUrl purl;
	ImgcatPurlError error;
	size_t		length = item->purl == NULL ? 0 : strlen(item->purl);
	size_t		error_at;
	int			index;

	if (item->purl != NULL)
	{
		error = imgcat_package_url_parse(item->purl, length,
										 palloc(Min(length,
													IMGCAT_PURL_LENGTH_MAX) + 1),
										 &purl, &error_at);
		if (error != IMGCAT_PURL_OK)
		{
			imgcat_sbom_refuse(&report->sbom, place,
							   imgcat_package_url_message(error));
			item->purl = NULL;
		}
	}
	index = report->sbom.count;
	imgcat_sbom_add(&report->sbom, item, place);
	if (index == report->sbom.count)
		imgcat_report_error(place, "a name this long is not stored");
	return index;
}

/*
 * The severity that a word means; NULL is unknown.
 */
int
imgcat_report_severity(const char *word, const char *place)
{
	int			severity = imgcat_severity_number(word);

	if (severity == SEVERITY_UNKNOWN && word != NULL &&
		pg_strcasecmp(word, "unknown") != 0)
		imgcat_report_error(place,
							"a severity is Unknown, Negligible, Low, Medium, High or Critical");
	return severity;
}

/*
 * Take a vector and the score given with it.  Of several for a version the
 * first counts; a vector that is none is noted, and its score counts alone.
 */
void
imgcat_report_take_vector(ImgcatReport *report, ImgcatReportScores *scores,
						  const char *vector, double score, const char *place)
{
	ImgcatAdvisory taken = {0};

	if (vector != NULL && !imgcat_take_vector(&taken, vector))
		imgcat_sbom_refuse(&report->sbom, place, "this is no CVSS vector");
	if (taken.cvss_v2 != NULL && scores->v2 == NULL)
	{
		scores->v2 = vector;
		scores->v2_score = score;
	}
	else if (taken.cvss_v4 != NULL && scores->v4 == NULL)
	{
		scores->v4 = vector;
		scores->v4_score = score;
	}
	else if (taken.cvss_v3 != NULL && scores->v3 == NULL)
	{
		scores->v3 = vector;
		scores->v3_score = score;
	}
	else if (scores->v2 == NULL && scores->v3 == NULL && scores->v4 == NULL)
		scores->v3_score = Max(scores->v3_score, score);
}

/*
 * Give a finding the scores of its source and those of the NVD.
 */
void
imgcat_report_set_scores(ImgcatHit *hit, const ImgcatReportScores *own,
						 const ImgcatReportScores *nvd)
{
	hit->cvss_v2 = own->v2;
	hit->cvss_v3 = own->v3;
	hit->cvss_v4 = own->v4;
	hit->score = own->v3 != NULL || own->v3_score > 0 ? own->v3_score :
		own->v2 != NULL ? own->v2_score : own->v4_score;
	hit->nvd_v2 = nvd->v2;
	hit->nvd_v3 = nvd->v3;
	hit->nvd_v4 = nvd->v4;
	hit->nvd_score = nvd->v3 != NULL || nvd->v3_score > 0 ? nvd->v3_score :
		nvd->v2 != NULL ? nvd->v2_score : nvd->v4_score;
}

/*
 * Of the versions that fix a vulnerability, in branches of a package, the first
 * that is later than the installed one; where none is, or nobody knows, the
 * first that is named.
 */
const char *
imgcat_report_fix(const char *ecosystem, const char *installed,
				  const char *const *versions, int count)
{
	ImgcatVersionCompare compare = imgcat_version_ordering(ecosystem,
														   strlen(ecosystem));
	const char *fix = NULL;

	for (int i = 0; compare != NULL && i < count; i++)
	{
		size_t		length = strlen(versions[i]);

		if (compare(versions[i], length, installed, strlen(installed)) > 0 &&
			(fix == NULL ||
			 compare(versions[i], length, fix, strlen(fix)) < 0))
			fix = versions[i];
	}
	return fix != NULL ? fix : count > 0 ? versions[0] : "";
}

/*
 * Add a finding of a component, for the caller to fill.
 */
ImgcatHit *
imgcat_report_add_finding(ImgcatReport *report, int component,
						  const char *name, const char *place)
{
	ImgcatReportFinding *finding;

	if (strlen(name) > IMGCAT_INDEXED_BYTES)
		imgcat_report_error(place, "a name this long is not stored");
	if (report->nfindings == report->findings_room)
	{
		report->findings_room = Max(report->findings_room * 2, 64);
		report->findings = report->findings == NULL ?
			palloc(sizeof(ImgcatReportFinding) * report->findings_room) :
			repalloc_huge(report->findings, sizeof(ImgcatReportFinding) *
						  report->findings_room);
	}
	finding = &report->findings[report->nfindings];
	memset(finding, 0, sizeof(ImgcatReportFinding));
	finding->component = component;
	finding->order = report->nfindings++;
	finding->hit.ecosystem =
		report->sbom.components[component].package.ecosystem;
	finding->hit.name = name;
	finding->hit.source = report->scanner;
	finding->hit.summary = finding->hit.link = finding->hit.fixed_by = "";
	finding->hit.advisory_name = finding->hit.advisory_link = "";
	finding->hit.keeps_link = true;
	return &finding->hit;
}
