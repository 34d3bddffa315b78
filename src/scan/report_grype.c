/*-------------------------------------------------------------------------
 *
 * report_grype.c
 *		Reports of Grype, in its JSON.
 *
 * A match is a vulnerability in an artifact; packages without one are not in
 * the report.  What Grype itself left out, ignoredMatches, is not taken: what is
 * deferred, the catalogue's rules say.
 *
 * src/scan/report_grype.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_scalar.h"
#include "scan/advisory.h"
#include "scan/report.h"

/*
 * The first element of an array of objects, or NULL; *place gets its place.
 */
static JsonbContainer *
first_object(JsonbContainer *object, const char *name, char **place)
{
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_report_array(object, name, *place));
	*place = psprintf("%s/%s/0", *place, name);
	return imgcat_read_next(&walk) ? imgcat_report_item(&walk, *place) : NULL;
}

/*
 * The licences of an artifact in one text, or NULL; each is a string, or an
 * object with its value.
 */
static char *
read_licenses(JsonbContainer *artifact, const char *place)
{
	StringInfoData joined;
	ImgcatJsonbWalk walk;

	initStringInfo(&joined);
	imgcat_read_begin(&walk, imgcat_report_array(artifact, "licenses", place));
	while (imgcat_read_next(&walk))
	{
		char	   *license = imgcat_read_string(&walk.value);

		if (license == NULL)
			license = imgcat_read_text(imgcat_read_as_object(&walk.value),
									   "value");
		if (license != NULL)
			appendStringInfo(&joined, "%s%s", joined.len > 0 ? ", " : "",
							 license);
	}
	return joined.len > 0 ? joined.data : NULL;
}

/*
 * The ecosystem of an artifact that has no package URL, by its type; NULL of
 * another one.
 */
static const char *
artifact_ecosystem(const char *type, const char *system)
{
	static const char *const types[][2] = {
		{"npm", "npm"}, {"python", "pypi"}, {"gem", "gem"},
		{"go-module", "golang"}, {"dotnet", "nuget"}, {"rust-crate", "cargo"},
		{"php-composer", "composer"}
	};

	if (type == NULL)
		return NULL;
	if (strcmp(type, "deb") == 0 || strcmp(type, "rpm") == 0 ||
		strcmp(type, "apk") == 0)
		return system[0] == '\0' ? NULL : system;
	for (int i = 0; i < (int) lengthof(types); i++)
		if (strcmp(type, types[i][0]) == 0)
			return types[i][1];
	return NULL;
}

/*
 * The component that an artifact is; added where it was not met before.
 */
static int
find_component(ImgcatReport *report, JsonbContainer *artifact, char *place)
{
	char	   *id = imgcat_report_text(artifact, "id", place);
	char	   *type = imgcat_report_text(artifact, "type", place);
	char	   *at = place;
	JsonbContainer *location = first_object(artifact, "locations", &at);
	JsonbContainer *metadata = imgcat_report_object(artifact, "metadata",
													place);
	JsonbContainer *upstream;
	ImgcatSbomItem item = {0};
	const char *key[5];
	int		   *number;
	bool		found;

	item.purl = imgcat_report_text(artifact, "purl", place);
	item.ecosystem = artifact_ecosystem(type, report->sbom.ecosystem);
	item.name = imgcat_report_name(artifact, "name", place);
	item.version = imgcat_report_text(artifact, "version", place);
	item.location = imgcat_report_text(location, "path", at);
	key[0] = id != NULL ? "id" : "name";
	key[1] = id != NULL ? id : item.name;
	key[2] = id != NULL || item.version == NULL ? "" : item.version;
	key[3] = id != NULL || type == NULL ? "" : type;
	key[4] = id != NULL || item.location == NULL ? "" : item.location;
	number = imgcat_text_map_enter(report->components, key, lengthof(key),
								   &found);
	if (found)
		return *number;
	at = place;
	upstream = first_object(artifact, "upstreams", &at);
	item.source_name = imgcat_report_text(upstream, "name", at);
	item.source_version = imgcat_report_text(upstream, "version", at);
	/* of each type of artifact they are others: what is no text is none */
	item.module = imgcat_read_text(metadata, "modularityLabel");
	item.architecture = imgcat_read_text(metadata, "architecture");
	item.license = read_licenses(artifact, place);
	*number = imgcat_report_add_component(report, &item,
										  psprintf("%s/purl", place));
	return *number;
}

/*
 * Is it the NVD that says so?
 */
static bool
is_nvd(const char *source)
{
	return source != NULL && strncmp(source, "nvd", 3) == 0;
}

/*
 * Read the scores that a vulnerability lists, each to whose it is.
 */
static void
read_scores(ImgcatReport *report, JsonbContainer *vulnerability,
			const char *place, ImgcatReportScores *own,
			ImgcatReportScores *nvd)
{
	char	   *space = imgcat_report_text(vulnerability, "namespace", place);
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_report_array(vulnerability, "cvss", place));
	while (imgcat_read_next(&walk))
	{
		char	   *at = psprintf("%s/cvss/%d", place, walk.index);
		JsonbContainer *score = imgcat_report_item(&walk, at);
		JsonbContainer *metrics = imgcat_report_object(score, "metrics", at);
		char	   *source = imgcat_report_text(score, "source", at);

		imgcat_report_take_vector(report,
								  is_nvd(source != NULL ? source : space) ?
								  nvd : own,
								  imgcat_report_text(score, "vector", at),
								  imgcat_report_score(metrics, "baseScore",
													  psprintf("%s/metrics", at)),
								  psprintf("%s/vector", at));
	}
}

/*
 * Read what the vulnerabilities that are related to a match say of it: the ids
 * that it has elsewhere, scores of the NVD, and a text where it has none.
 */
static char *
read_related(ImgcatReport *report, JsonbContainer *match, const char *place,
			 ImgcatReportScores *nvd, char **summary)
{
	ImgcatReportScores others = {0};
	StringInfoData ids;
	ImgcatJsonbWalk walk;

	initStringInfo(&ids);
	imgcat_read_begin(&walk, imgcat_report_array(match,
												 "relatedVulnerabilities",
												 place));
	while (imgcat_read_next(&walk))
	{
		char	   *at = psprintf("%s/relatedVulnerabilities/%d", place,
								  walk.index);
		JsonbContainer *related = imgcat_report_item(&walk, at);
		char	   *id = imgcat_report_text(related, "id", at);

		if (id != NULL)
			appendStringInfo(&ids, " %s", id);
		if (*summary == NULL)
			*summary = imgcat_report_text(related, "description", at);
		read_scores(report, related, at, &others, nvd);
	}
	return ids.data;
}

/*
 * The version that fixes a vulnerability, "" where none does.
 */
static const char *
read_fix(JsonbContainer *vulnerability, JsonbContainer *artifact,
		 const char *place, const char *ecosystem)
{
	JsonbContainer *fix = imgcat_report_object(vulnerability, "fix", place);
	char	   *installed = imgcat_read_text(artifact, "version");
	ImgcatReportNames versions = {0};

	imgcat_report_add_names(&versions, fix, "versions",
							psprintf("%s/fix", place));
	return imgcat_report_fix(ecosystem, installed == NULL ? "" : installed,
							 versions.names, versions.count);
}

/*
 * Read what is known of the exploitation of a vulnerability.
 */
static void
read_exploitation(JsonbContainer *vulnerability, char *place, ImgcatHit *hit)
{
	JsonbContainer *exploited = imgcat_report_array(vulnerability,
													"knownExploited", place);
	JsonbContainer *epss = first_object(vulnerability, "epss", &place);

	hit->cisa_kev = exploited != NULL && JsonContainerSize(exploited) > 0;
	if (epss == NULL)
		return;
	hit->has_epss = true;
	hit->epss_probability = imgcat_report_number(epss, "epss", place);
	hit->epss_percentile = imgcat_report_number(epss, "percentile", place);
	if (hit->epss_probability < 0 || hit->epss_probability > 1 ||
		hit->epss_percentile < 0 || hit->epss_percentile > 1)
		imgcat_report_error(place, "epss and percentile are between 0 and 1");
}

/*
 * Add a match.
 */
static void
read_match(ImgcatReport *report, JsonbContainer *match, char *place)
{
	JsonbContainer *vulnerability = imgcat_report_object(match,
														 "vulnerability",
														 place);
	JsonbContainer *artifact = imgcat_report_object(match, "artifact", place);
	char	   *at = psprintf("%s/vulnerability", place);
	char	   *advisory_at = at;
	ImgcatReportScores own = {0};
	ImgcatReportScores nvd = {0};
	JsonbContainer *advisory;
	char	   *id;
	char	   *str;
	char	   *summary;
	char	   *related;
	ImgcatHit  *hit;

	if (vulnerability == NULL || artifact == NULL)
		imgcat_report_error(place, "a match needs vulnerability and artifact");
	id = imgcat_report_name(vulnerability, "id", at);
	summary = imgcat_report_text(vulnerability, "description", at);
	read_scores(report, vulnerability, at, &own, &nvd);
	related = read_related(report, match, place, &nvd, &summary);
	hit = imgcat_report_add_finding(report,
									find_component(report, artifact,
												   psprintf("%s/artifact", place)),
									imgcat_finding_name(id, related, NULL),
									at);
	hit->advisory_id = id;
	hit->summary = summary != NULL ? summary : "";
	hit->severity =
		imgcat_report_severity(imgcat_report_text(vulnerability, "severity",
												  at),
							   psprintf("%s/severity", at));
	str = imgcat_report_text(vulnerability, "namespace", at);
	if (str != NULL)
		hit->source = str;
	str = imgcat_report_text(vulnerability, "dataSource", at);
	if (str == NULL)
	{
		ImgcatReportNames urls = {0};

		imgcat_report_add_names(&urls, vulnerability, "urls", at);
		if (urls.count > 0)
			hit->link = urls.names[0];
	}
	else
		hit->link = str;
	advisory = first_object(vulnerability, "advisories", &advisory_at);
	str = imgcat_report_text(advisory, "id", advisory_at);
	if (str != NULL)
		hit->advisory_name = str;
	str = imgcat_report_text(advisory, "link", advisory_at);
	if (str != NULL)
		hit->advisory_link = str;
	hit->fixed_by = read_fix(vulnerability, artifact, at, hit->ecosystem);
	read_exploitation(vulnerability, at, hit);
	imgcat_report_set_scores(hit, &own, &nvd);
}

/*
 * Read what a report says of the image; the target of what is no image may be a
 * mere string.
 */
static void
read_source(JsonbContainer *document, ImgcatReport *report)
{
	JsonbContainer *target =
	imgcat_read_object(imgcat_report_object(document, "source", ""), "target");
	const char *place = "/source/target";

	report->input = imgcat_report_text(target, "userInput", place);
	imgcat_report_add_names(&report->tags, target, "tags", place);
	imgcat_report_add_names(&report->digests, target, "repoDigests", place);
	report->manifest = imgcat_report_text(target, "manifestDigest", place);
	report->image_id = imgcat_report_text(target, "imageID", place);
}

/*
 * Read a report of Grype.
 */
void
imgcat_read_grype(JsonbContainer *document, ImgcatReport *report)
{
	JsonbContainer *descriptor = imgcat_report_object(document, "descriptor",
													  "");
	JsonbContainer *distro = imgcat_report_object(document, "distro", "");
	char	   *version = imgcat_report_text(descriptor, "version",
											 "/descriptor");
	ImgcatJsonbWalk walk;

	report->scanner = "grype";
	report->sbom.tool = version == NULL ? pstrdup("grype") :
		psprintf("grype %s", version);
	report->has_time = imgcat_report_time(descriptor, "timestamp",
										  "/descriptor", &report->time);
	imgcat_sbom_set_system(&report->sbom,
						   imgcat_report_text(distro, "name", "/distro"),
						   imgcat_report_text(distro, "version", "/distro"));
	read_source(document, report);
	imgcat_read_begin(&walk, imgcat_report_array(document, "matches", ""));
	while (imgcat_read_next(&walk))
	{
		char	   *place = psprintf("/matches/%d", walk.index);

		read_match(report, imgcat_report_item(&walk, place), place);
	}
}
