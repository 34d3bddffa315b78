/*-------------------------------------------------------------------------
 *
 * report_trivy.c
 *		Reports of Trivy, in JSON of its schema 2.
 *
 * Each result has packages, unless they were not asked for, and
 * vulnerabilities, which name the package that they are in.  What Trivy itself
 * left out by its own rules, ExperimentalModifiedFindings, is not taken: what is
 * deferred, the catalogue's rules say.
 *
 * src/scan/report_trivy.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "query/package_ecosystem.h"
#include "scan/advisory.h"
#include "scan/report.h"

/* A result that is read. */
typedef struct TrivyResult
{
	ImgcatReport *report;
	const char *number;			/* of the result, as a text */
	const char *ecosystem;		/* of packages without a package URL, or NULL */
	const char *target;			/* where they are that do not tell, or NULL */
} TrivyResult;

/*
 * The ecosystem of a result's packages, by its type; NULL of an unknown one.
 */
static const char *
result_ecosystem(const char *class, const char *type, const char *system)
{
	static const char *const types[][2] = {
		{"bundler", "gem"}, {"gemspec", "gem"}, {"cargo", "cargo"},
		{"rustbinary", "cargo"}, {"composer", "composer"},
		{"composer-vendor", "composer"}, {"npm", "npm"}, {"yarn", "npm"},
		{"pnpm", "npm"}, {"bun", "npm"}, {"node-pkg", "npm"},
		{"nuget", "nuget"}, {"dotnet-core", "nuget"}, {"pip", "pypi"},
		{"pipenv", "pypi"}, {"poetry", "pypi"}, {"uv", "pypi"},
		{"python-pkg", "pypi"}, {"jar", "maven"}, {"pom", "maven"},
		{"gradle", "maven"}, {"sbt", "maven"}, {"gobinary", "golang"},
		{"gomod", "golang"}, {"hex", "hex"}, {"pub", "pub"},
		{"swift", "swift"}
	};

	if (class != NULL && strcmp(class, "os-pkgs") == 0)
		return system[0] == '\0' ? NULL : system;
	for (int i = 0; type != NULL && i < (int) lengthof(types); i++)
		if (strcmp(type, types[i][0]) == 0)
			return types[i][1];
	return NULL;
}

/*
 * A version out of its parts, as distributions write it; NULL where it has
 * none.
 */
static char *
read_version(JsonbContainer *package, const char *prefix, const char *place)
{
	double		epoch =
	imgcat_report_number(package, psprintf("%sEpoch", prefix), place);
	char	   *version =
	imgcat_report_text(package, psprintf("%sVersion", prefix), place);
	char	   *release =
	imgcat_report_text(package, psprintf("%sRelease", prefix), place);

	if (version == NULL)
		return NULL;
	if (release != NULL)
		version = psprintf("%s-%s", version, release);
	return epoch > 0 ? psprintf("%.0f:%s", epoch, version) : version;
}

/*
 * Note the place of a component under all that a vulnerability may call its
 * package by, of several of a name the first; or, where component is -1, look
 * for it.  Returns the place, -1 where there is none.
 */
static int
know_component(const TrivyResult *result, JsonbContainer *identifier,
			   const char *id, const char *name, const char *version,
			   const char *path, const char *place, int component)
{
	const char *keys[3][5] = {
		{result->number, "UID",
			imgcat_report_text(identifier, "UID",
							   imgcat_member_place(place, "PkgIdentifier")),
		"", ""},
		{result->number, "ID", id, path == NULL ? "" : path, ""},
		{result->number, "name", name, version == NULL ? "" : version,
		path == NULL ? "" : path}
	};

	for (int i = 0; i < (int) lengthof(keys); i++)
	{
		bool		found;
		int		   *number;

		if (keys[i][2] == NULL)
			continue;
		number = imgcat_text_map_find(result->report->components, keys[i],
									  lengthof(keys[i]));
		if (component < 0 && number != NULL)
			return *number;
		if (component < 0 || number != NULL)
			continue;
		number = imgcat_text_map_enter(result->report->components, keys[i],
									   lengthof(keys[i]), &found);
		*number = component;
	}
	return component;
}

/*
 * Add a package.
 */
static void
read_package(const TrivyResult *result, JsonbContainer *package,
			 const char *place)
{
	JsonbContainer *identifier = imgcat_report_object(package, "Identifier",
													  place);
	char	   *path = imgcat_report_text(package, "FilePath", place);
	ImgcatSbomItem item = {0};
	int			component;

	item.purl = imgcat_report_text(identifier, "PURL",
								   imgcat_member_place(place, "Identifier"));
	item.ecosystem = result->ecosystem;
	item.name = imgcat_report_name(package, "Name", place);
	item.version = read_version(package, "", place);
	item.source_name = imgcat_report_text(package, "SrcName", place);
	item.source_version = read_version(package, "Src", place);
	item.module = imgcat_report_text(package, "Modularitylabel", place);
	item.architecture = imgcat_report_text(package, "Arch", place);
	item.license = imgcat_report_joined(package, "Licenses", place);
	item.location = path != NULL ? path : result->target;
	component = imgcat_report_add_component(result->report, &item,
											psprintf("%s/Identifier/PURL",
													 place));
	(void) know_component(result, identifier,
						  imgcat_report_text(package, "ID", place), item.name,
						  item.version, path, place, component);
}

/*
 * The component that a vulnerability is in; added where the report does not
 * list it.
 */
static int
find_component(const TrivyResult *result, JsonbContainer *vulnerability,
			   const char *place)
{
	JsonbContainer *identifier = imgcat_report_object(vulnerability,
													  "PkgIdentifier", place);
	char	   *id = imgcat_report_text(vulnerability, "PkgID", place);
	char	   *path = imgcat_report_text(vulnerability, "PkgPath", place);
	ImgcatSbomItem item = {0};
	int			component;

	item.name = imgcat_report_name(vulnerability, "PkgName", place);
	item.version = imgcat_report_text(vulnerability, "InstalledVersion",
									  place);
	component = know_component(result, identifier, id, item.name,
							   item.version, path, place, -1);
	if (component >= 0)
		return component;
	item.purl = imgcat_report_text(identifier, "PURL",
								   imgcat_member_place(place,
													   "PkgIdentifier"));
	item.ecosystem = result->ecosystem;
	item.location = path != NULL ? path : result->target;
	component = imgcat_report_add_component(result->report, &item,
											psprintf("%s/PkgIdentifier/PURL",
													 place));
	return know_component(result, identifier, id, item.name, item.version,
						  path, place, component);
}

/*
 * Read the scores that a scorer gives; false where there are none.
 */
static bool
read_scores(ImgcatReport *report, JsonbContainer *scorers, const char *name,
			const char *place, ImgcatReportScores *scores)
{
	static const char *const members[][2] = {
		{"V3Vector", "V3Score"}, {"V40Vector", "V40Score"},
		{"V2Vector", "V2Score"}
	};
	JsonbContainer *entry = imgcat_report_object(scorers, name, place);

	memset(scores, 0, sizeof(ImgcatReportScores));
	place = imgcat_member_place(place, name);
	for (int i = 0; entry != NULL && i < (int) lengthof(members); i++)
	{
		char	   *vector = imgcat_report_text(entry, members[i][0], place);
		double		score = imgcat_report_score(entry, members[i][1], place);

		if (vector != NULL || score != 0)
			imgcat_report_take_vector(report, scores, vector, score,
									  imgcat_member_place(place,
														  members[i][0]));
	}
	return scores->v2 != NULL || scores->v3 != NULL || scores->v4 != NULL ||
		scores->v3_score > 0;
}

/*
 * Give a finding its scores: those of the NVD, and those of whose severity it
 * is, if that is not the NVD's, or of the source of the data; where none of them
 * has scores, those of the first other one.
 */
static void
set_scores(ImgcatReport *report, JsonbContainer *vulnerability,
		   const char *place, ImgcatHit *hit)
{
	JsonbContainer *scorers = imgcat_report_object(vulnerability, "CVSS",
												   place);
	const char *preferred[] = {
		imgcat_report_text(vulnerability, "SeveritySource", place),
		hit->source
	};
	const char *cvss = imgcat_member_place(place, "CVSS");
	ImgcatReportScores own = {0};
	ImgcatReportScores nvd;
	bool		has_nvd = read_scores(report, scorers, "nvd", cvss, &nvd);
	bool		of_nvd = has_nvd && preferred[0] != NULL &&
	strcmp(preferred[0], "nvd") == 0;
	ImgcatJsonbWalk walk;

	for (int i = 0; hit->scorer == NULL && !of_nvd &&
		 i < (int) lengthof(preferred); i++)
		if (preferred[i] != NULL && strcmp(preferred[i], "nvd") != 0 &&
			read_scores(report, scorers, preferred[i], cvss, &own))
			hit->scorer = preferred[i];
	imgcat_read_begin(&walk, scorers);
	while (hit->scorer == NULL && !has_nvd && imgcat_read_next(&walk))
	{
		char	   *name = imgcat_read_string(&walk.key);

		if (read_scores(report, scorers, name, cvss, &own))
			hit->scorer = name;
	}
	imgcat_report_set_scores(hit, &own, &nvd);
}

/*
 * The first string of an array, or NULL.
 */
static const char *
first_text(JsonbContainer *object, const char *name, const char *place)
{
	ImgcatReportNames names = {0};

	imgcat_report_add_names(&names, object, name, place);
	return names.count == 0 ? NULL : names.names[0];
}

/*
 * The version that fixes a vulnerability, of those that a text names with
 * commas between; "" where none does.
 */
static const char *
read_fix(JsonbContainer *vulnerability, const char *place,
		 const char *ecosystem)
{
	char	   *fixed = imgcat_report_text(vulnerability, "FixedVersion",
										   place);
	char	   *installed = imgcat_report_text(vulnerability,
											   "InstalledVersion", place);
	const char **versions;
	int			count = 0;

	if (fixed == NULL)
		return "";
	versions = palloc(sizeof(char *) * (strlen(fixed) / 2 + 1));
	while (fixed[0] != '\0')
	{
		size_t		length = strcspn(fixed, ", ");

		if (length > 0)
			versions[count++] = pnstrdup(fixed, length);
		fixed += length + (fixed[length] != '\0');
	}
	return imgcat_report_fix(ecosystem, installed == NULL ? "" : installed,
							 versions, count);
}

/*
 * Add a vulnerability.
 */
static void
read_vulnerability(const TrivyResult *result, JsonbContainer *vulnerability,
				   const char *place)
{
	char	   *id = imgcat_report_name(vulnerability, "VulnerabilityID",
										place);
	int			component = find_component(result, vulnerability, place);
	ImgcatHit  *hit = imgcat_report_add_finding(result->report, component,
												imgcat_finding_name(id, NULL,
																	NULL),
												place);
	JsonbContainer *source = imgcat_report_object(vulnerability, "DataSource",
												  place);
	const char *str;

	hit->advisory_id = id;
	hit->severity =
		imgcat_report_severity(imgcat_report_text(vulnerability, "Severity",
												  place),
							   imgcat_member_place(place, "Severity"));
	str = imgcat_report_text(source, "ID",
							 imgcat_member_place(place, "DataSource"));
	if (str != NULL)
		hit->source = str;
	str = imgcat_report_text(vulnerability, "Description", place);
	if (str == NULL)
		str = imgcat_report_text(vulnerability, "Title", place);
	if (str != NULL)
		hit->summary = str;
	str = imgcat_report_text(vulnerability, "PrimaryURL", place);
	if (str == NULL)
		str = first_text(vulnerability, "References", place);
	if (str != NULL)
		hit->link = str;
	str = first_text(vulnerability, "VendorIDs", place);
	if (str != NULL)
		hit->advisory_name = str;
	hit->fixed_by = read_fix(vulnerability, place, hit->ecosystem);
	hit->has_published = imgcat_report_time(vulnerability, "PublishedDate",
											place, &hit->published);
	hit->has_modified = imgcat_report_time(vulnerability, "LastModifiedDate",
										   place, &hit->modified);
	set_scores(result->report, vulnerability, place, hit);
}

/*
 * Read the packages and vulnerabilities of a result.
 */
static void
read_result(ImgcatReport *report, JsonbContainer *object, int number,
			const char *place)
{
	char	   *class = imgcat_report_text(object, "Class", place);
	TrivyResult result = {report, psprintf("%d", number), NULL, NULL};
	ImgcatJsonbWalk walk;

	result.ecosystem = result_ecosystem(class,
										imgcat_report_text(object, "Type",
														   place),
										report->sbom.ecosystem);
	/* of packages of the system it names the image */
	if (class != NULL && strcmp(class, "lang-pkgs") == 0)
		result.target = imgcat_report_text(object, "Target", place);

	imgcat_read_begin(&walk, imgcat_report_array(object, "Packages", place));
	while (imgcat_read_next(&walk))
	{
		char	   *at = psprintf("%s/Packages/%d", place, walk.index);

		read_package(&result, imgcat_report_item(&walk, at), at);
	}
	imgcat_read_begin(&walk, imgcat_report_array(object, "Vulnerabilities",
												 place));
	while (imgcat_read_next(&walk))
	{
		char	   *at = psprintf("%s/Vulnerabilities/%d", place, walk.index);

		read_vulnerability(&result, imgcat_report_item(&walk, at), at);
	}
}

/*
 * Read a report of Trivy.
 */
void
imgcat_read_trivy(JsonbContainer *document, ImgcatReport *report)
{
	JsonbContainer *metadata = imgcat_report_object(document, "Metadata", "");
	JsonbContainer *system = imgcat_report_object(metadata, "OS", "/Metadata");
	char	   *version =
	imgcat_report_text(imgcat_report_object(document, "Trivy", ""), "Version",
					   "/Trivy");
	char	   *family = imgcat_report_text(system, "Family", "/Metadata/OS");
	ImgcatJsonbWalk walk;

	report->scanner = "trivy";
	report->sbom.tool = version == NULL ? pstrdup("trivy") :
		psprintf("trivy %s", version);
	report->has_time = imgcat_report_time(document, "CreatedAt", "",
										  &report->time);
	report->input = imgcat_report_text(document, "ArtifactName", "");
	if (family != NULL && strcmp(family, "none") != 0)
		imgcat_sbom_set_system(&report->sbom, family,
							   imgcat_report_text(system, "Name",
												  "/Metadata/OS"));
	imgcat_report_add_names(&report->tags, metadata, "RepoTags", "/Metadata");
	imgcat_report_add_names(&report->digests, metadata, "RepoDigests",
							"/Metadata");
	report->image_id = imgcat_report_text(metadata, "ImageID", "/Metadata");
	imgcat_read_begin(&walk, imgcat_report_array(document, "Results", ""));
	while (imgcat_read_next(&walk))
	{
		char	   *place = psprintf("/Results/%d", walk.index);

		read_result(report, imgcat_report_item(&walk, place), walk.index,
					place);
	}
}
