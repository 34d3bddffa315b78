/*-------------------------------------------------------------------------
 *
 * advisory_distribution.c
 *		Advisories of Debian's security tracker and of Alpine's secdb.
 *
 * Both say of source packages which version fixes a vulnerability: "0" where
 * the package never had it.
 *
 * src/scan/advisory_distribution.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_schema.h"
#include "query/package_ecosystem.h"
#include "scan/advisory.h"

/*
 * The ecosystem of a release of a distribution.
 */
static char *
release_ecosystem(const char *id, const char *release)
{
	char		ecosystem[IMGCAT_ECOSYSTEM_MAX];

	return pnstrdup(ecosystem,
					imgcat_ecosystem_of_distribution(id, strlen(id), release,
													 strlen(release),
													 ecosystem));
}

/*
 * The severity that an urgency of Debian means.
 */
static int
urgency_severity(const char *urgency)
{
	static const struct
	{
		const char *urgency;
		int			severity;
	}			urgencies[] = {
		{"unimportant", SEVERITY_LOW}, {"low", SEVERITY_MODERATE},
		{"medium", SEVERITY_IMPORTANT}, {"high", SEVERITY_CRITICAL}
	};

	for (int i = 0; urgency != NULL && i < (int) lengthof(urgencies); i++)
		if (strcmp(urgency, urgencies[i].urgency) == 0)
			return urgencies[i].severity;
	return SEVERITY_UNKNOWN;
}

/*
 * Add what Debian says of a vulnerability in a package, of releases in which it
 * has this severity.
 */
static void
add_debian(ImgcatLoad *load, JsonbContainer *issue, const char *package,
		   const char *name, int severity, const char *place)
{
	ImgcatAdvisory advisory = {0};
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_read_object(issue, "releases"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *release = imgcat_read_as_object(&walk.value);
		char	   *status = imgcat_read_text(release, "status");
		char	   *fixed = imgcat_read_text(release, "fixed_version");
		ImgcatAdvisoryRange *range;

		if (status == NULL ||
			urgency_severity(imgcat_read_text(release, "urgency")) != severity)
			continue;
		if (strcmp(status, "resolved") != 0)
			fixed = NULL;
		else if (fixed == NULL || strcmp(fixed, "0") == 0)
			continue;
		range = imgcat_add_range(&advisory,
								 release_ecosystem("debian",
												   imgcat_read_string(&walk.key)),
								 package);
		range->by_source = true;
		range->upper = range->fixed_by = fixed;
	}
	if (advisory.nranges == 0)
		return;
	advisory.id = psprintf("%s/%s/%d", package, name, severity);
	advisory.name = imgcat_finding_name(name, NULL, NULL);
	advisory.severity = severity;
	advisory.summary = imgcat_read_text(issue, "description");
	advisory.link = psprintf("https://security-tracker.debian.org/tracker/%s",
							 name);
	imgcat_add_advisory(load, &advisory, place);
}

/*
 * Read a document of Debian's tracker: packages by name, in each
 * vulnerabilities by name, in each releases by codename.
 */
void
imgcat_read_debian(ImgcatLoad *load, JsonbContainer *document,
				   const char *place)
{
	ImgcatJsonbWalk packages;
	ImgcatJsonbWalk issues;

	imgcat_read_begin(&packages, document);
	while (imgcat_read_next(&packages))
	{
		char	   *package = imgcat_read_string(&packages.key);
		JsonbContainer *members = imgcat_read_as_object(&packages.value);
		const char *package_place = imgcat_member_place(place, package);

		if (members == NULL)
		{
			imgcat_refuse(load, package_place,
						  "a package is an object of vulnerabilities");
			continue;
		}
		imgcat_read_begin(&issues, members);
		while (imgcat_read_next(&issues))
		{
			char	   *name = imgcat_read_string(&issues.key);
			JsonbContainer *issue = imgcat_read_as_object(&issues.value);
			const char *at = imgcat_member_place(package_place, name);

			if (imgcat_read_object(issue, "releases") == NULL)
			{
				imgcat_refuse(load, at, "a vulnerability needs releases");
				continue;
			}
			for (int i = SEVERITY_UNKNOWN; i < SEVERITIES; i++)
				add_debian(load, issue, package, name, i, at);
		}
	}
}

/*
 * Add what Alpine says a version of a package fixes: "CVE-2024-1", or several
 * ids of one vulnerability with blanks between.
 */
static void
add_alpine(ImgcatLoad *load, const char *repository, const char *ecosystem,
		   const char *package, const char *fixed, const char *ids,
		   const char *place)
{
	ImgcatAdvisory advisory = {0};
	ImgcatAdvisoryRange *range;

	range = imgcat_add_range(&advisory, ecosystem, package);
	range->by_source = true;
	range->upper = range->fixed_by = fixed;
	/* a vulnerability that came back is there once for each fix */
	advisory.id = psprintf("%s/%s/%s/%s/%s", ecosystem, repository, package,
						   ids, fixed);
	advisory.name = imgcat_finding_name(ids, NULL, NULL);
	advisory.link = psprintf("https://security.alpinelinux.org/vuln/%s",
							 advisory.name);
	imgcat_add_advisory(load, &advisory, place);
}

/*
 * Read the fixes of a package; false where they are none.
 */
static bool
read_secfixes(ImgcatLoad *load, JsonbContainer *package,
			  const char *repository, const char *ecosystem,
			  const char *place)
{
	char	   *name = imgcat_read_text(package, "name");
	JsonbContainer *secfixes = imgcat_read_object(package, "secfixes");
	ImgcatJsonbWalk fixes;
	ImgcatJsonbWalk ids;

	if (name == NULL || secfixes == NULL)
		return false;
	imgcat_read_begin(&fixes, secfixes);
	while (imgcat_read_next(&fixes))
	{
		char	   *fixed = imgcat_read_string(&fixes.key);

		if (strcmp(fixed, "0") == 0 || fixes.value.type != jbvBinary)
			continue;
		imgcat_read_begin(&ids, fixes.value.val.binary.data);
		while (imgcat_read_next(&ids))
		{
			char	   *text = imgcat_read_string(&ids.value);

			if (text !=NULL && text[0] != '\0')
				add_alpine(load, repository, ecosystem, name, fixed, text,
						   place);
		}
	}
	return true;
}

/*
 * Read a document of a secdb.  One without a version (distroversion) is of the
 * distribution that the source names: alpine:wolfi.
 */
void
imgcat_read_alpine(ImgcatLoad *load, JsonbContainer *document,
				   const char *place)
{
	char	   *release = imgcat_read_text(document, "distroversion");
	char	   *repository = imgcat_read_text(document, "reponame");
	JsonbContainer *packages = imgcat_read_array(document, "packages");
	const char *ecosystem;
	ImgcatJsonbWalk walk;

	if (release != NULL && release[0] != '\0')
		ecosystem = release_ecosystem("alpine", release);
	else
		ecosystem = strchr(load->source, ':') == NULL ? "" :
			release_ecosystem(strchr(load->source, ':') + 1, "");
	if (packages == NULL || ecosystem[0] == '\0')
	{
		imgcat_refuse(load, place, "a secdb needs distroversion and packages");
		return;
	}
	imgcat_read_begin(&walk, packages);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *package =
		imgcat_read_object(imgcat_read_as_object(&walk.value), "pkg");
		const char *at = psprintf("%s/packages/%d", place, walk.index);

		if (!read_secfixes(load, package, repository == NULL ? "" : repository,
						   ecosystem, at))
			imgcat_refuse(load, at,
						  "a package needs pkg with name and secfixes");
	}
}
