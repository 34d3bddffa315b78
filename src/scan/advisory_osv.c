/*-------------------------------------------------------------------------
 *
 * advisory_osv.c
 *		Advisories in the Open Source Vulnerability format.
 *
 * A package is affected if it is one of the versions listed, or lies in one of
 * the ranges.  A range is a list of events, which are made into intervals here:
 * sorted as the ecosystem sorts versions, from where the vulnerability comes in
 * to where it is fixed or seen last.  Ranges of commits say nothing of versions.
 *
 * src/scan/advisory_osv.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "query/package_ecosystem.h"
#include "query/version.h"
#include "scan/advisory.h"

typedef enum OsvEventKind
{
	OSV_INTRODUCED, OSV_FIXED, OSV_LAST_AFFECTED, OSV_LIMIT
} OsvEventKind;

typedef struct OsvEvent
{
	OsvEventKind kind;
	const char *version;		/* NULL: before all versions */
	int			order;			/* in the document */
} OsvEvent;

/*
 * By version, and those of one version as they stand.  Without an ordering
 * (argument NULL) all of them do.
 */
static int
compare_events(const void *left, const void *right, void *argument)
{
	const OsvEvent *a = left;
	const OsvEvent *b = right;
	ImgcatVersionCompare *compare = argument;
	int			order = 0;

	if (a->version == NULL || b->version == NULL)
		order = (a->version != NULL) - (b->version != NULL);
	else if (*compare != NULL)
		order = (*compare) (a->version, strlen(a->version), b->version,
							strlen(b->version));
	return order != 0 ? order : a->order - b->order;
}

/*
 * Read the events of a range, sorted; returns their number, -1 where one is
 * none.
 */
static int
read_events(JsonbContainer *range, ImgcatVersionCompare compare,
			OsvEvent **events)
{
	static const char *const names[] = {
		"introduced", "fixed", "last_affected", "limit"
	};
	JsonbContainer *array = imgcat_read_array(range, "events");
	int			count = 0;
	ImgcatJsonbWalk walk;

	if (array == NULL || JsonContainerSize(array) == 0)
		return -1;
	*events = palloc(sizeof(OsvEvent) * JsonContainerSize(array));
	imgcat_read_begin(&walk, array);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *object = imgcat_read_as_object(&walk.value);
		OsvEvent   *event = &(*events)[count];

		event->version = NULL;
		for (int i = 0; i < (int) lengthof(names) && event->version == NULL; i++)
		{
			event->kind = (OsvEventKind) i;
			event->version = imgcat_read_text(object, names[i]);
		}
		if (event->version == NULL)
			return -1;
		event->order = count++;
		if (event->kind == OSV_INTRODUCED && strcmp(event->version, "0") == 0)
			event->version = NULL;
	}
	qsort_arg(*events, count, sizeof(OsvEvent), compare_events, &compare);
	return count;
}

/*
 * Is a version before another one, or the same?  Without an ordering it is not.
 */
static bool
is_up_to(ImgcatVersionCompare compare, const char *a, const char *b)
{
	return compare != NULL && compare(a, strlen(a), b, strlen(b)) <= 0;
}

/*
 * Add the intervals that sorted events make.
 */
static void
add_intervals(ImgcatAdvisory *advisory, const char *ecosystem,
			  const char *name, const OsvEvent *events, int count,
			  ImgcatVersionCompare compare)
{
	ImgcatAdvisoryRange *open = NULL;
	const char *limit = NULL;
	bool		no_limit = false;

	/* to be before any limit suffices: the last one counts, "*" is none */
	for (int i = 0; i < count && !no_limit; i++)
	{
		if (events[i].kind != OSV_LIMIT)
			continue;
		limit = events[i].version;
		no_limit = strcmp(limit, "*") == 0;
	}
	for (int i = 0; i < count; i++)
	{
		if (events[i].kind == OSV_INTRODUCED && open == NULL)
		{
			open = imgcat_add_range(advisory, ecosystem, name);
			open->lower = events[i].version;
			if (!no_limit)
				open->upper = limit;	/* until an event says otherwise */
		}
		else if ((events[i].kind == OSV_FIXED ||
				  events[i].kind == OSV_LAST_AFFECTED) && open != NULL)
		{
			if (open->upper == NULL ||
				!is_up_to(compare, limit, events[i].version))
			{
				open->upper = events[i].version;
				open->upper_included = events[i].kind == OSV_LAST_AFFECTED;
			}
			if (events[i].kind == OSV_FIXED)
				open->fixed_by = events[i].version;
			open = NULL;
		}
	}
}

/*
 * Add the versions that are listed.
 */
static void
add_versions(ImgcatAdvisory *advisory, const char *ecosystem,
			 const char *name, JsonbContainer *versions)
{
	ImgcatAdvisoryRange *range;
	ImgcatJsonbWalk walk;

	if (versions == NULL || JsonContainerSize(versions) == 0)
		return;
	range = imgcat_add_range(advisory, ecosystem, name);
	range->versions = palloc(sizeof(char *) * JsonContainerSize(versions));
	imgcat_read_begin(&walk, versions);
	while (imgcat_read_next(&walk))
	{
		char	   *version = imgcat_read_string(&walk.value);

		if (version != NULL)
			range->versions[range->nversions++] = version;
	}
}

/*
 * Read one of the packages that a document is about.  Returns why it cannot be
 * read, or NULL.
 */
static const char *
read_affected(JsonbContainer *affected, ImgcatAdvisory *advisory)
{
	JsonbContainer *package = imgcat_read_object(affected, "package");
	char	   *name = imgcat_read_text(package, "name");
	char	   *text = imgcat_read_text(package, "ecosystem");
	char		buffer[IMGCAT_ECOSYSTEM_MAX];
	char	   *ecosystem;
	int			first = advisory->nranges;
	ImgcatVersionCompare compare;
	ImgcatJsonbWalk walk;

	/* of commits alone */
	if (package == NULL && imgcat_read_array(affected, "ranges") != NULL)
		return NULL;
	if (name == NULL || text == NULL)
		return "a package needs an ecosystem and a name";
	ecosystem = pnstrdup(buffer, imgcat_ecosystem_of_osv(text, strlen(text),
														 buffer));
	compare = imgcat_version_ordering(ecosystem, strlen(ecosystem));
	imgcat_read_begin(&walk, imgcat_read_array(affected, "ranges"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *range = imgcat_read_as_object(&walk.value);
		char	   *type = imgcat_read_text(range, "type");
		OsvEvent   *events = NULL;
		int			count;

		if (type == NULL)
			return "a range needs a type";
		if (strcmp(type, "GIT") == 0)
			continue;
		if (strcmp(type, "SEMVER") != 0 && strcmp(type, "ECOSYSTEM") != 0)
			return "the type of a range is SEMVER, ECOSYSTEM or GIT";
		count = read_events(range, compare, &events);
		if (count < 0)
			return "a range needs events: introduced, fixed, last_affected or limit";
		add_intervals(advisory, ecosystem, name, events, count, compare);
	}
	add_versions(advisory, ecosystem, name,
				 imgcat_read_array(affected, "versions"));

	/* data of these distributions are about source packages */
	for (int i = first; i < advisory->nranges; i++)
		advisory->ranges[i].by_source =
			compare == imgcat_version_compare_dpkg ||
			compare == imgcat_version_compare_apk;
	return NULL;
}

/*
 * Take the vectors of a list of severities, and the severity of the last one.
 */
static void
read_severities(JsonbContainer *severities, ImgcatAdvisory *advisory)
{
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, severities);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *severity = imgcat_read_as_object(&walk.value);
		char	   *type = imgcat_read_text(severity, "type");
		char	   *score = imgcat_read_text(severity, "score");
		ImgcatCvss	cvss;
		size_t		error_at;
		const char *missing;

		if (imgcat_take_vector(advisory, score))
		{
			(void) imgcat_cvss_parse(score, strlen(score), &cvss, &error_at,
									 &missing);
			advisory->severity =
				imgcat_severity_number(imgcat_cvss_severity(&cvss));
		}
		else if (type != NULL && strcmp(type, "Ubuntu") == 0)
			advisory->severity = imgcat_severity_number(score);
	}
}

/*
 * All texts of a list, or of a member of its objects, with blanks between.
 */
static char *
join_texts(JsonbContainer *list, const char *member)
{
	StringInfoData joined;
	ImgcatJsonbWalk walk;

	initStringInfo(&joined);
	imgcat_read_begin(&walk, list);
	while (imgcat_read_next(&walk))
	{
		char	   *text = member == NULL ? imgcat_read_string(&walk.value) :
		imgcat_read_text(imgcat_read_as_object(&walk.value), member);

		if (text !=NULL)
			appendStringInfo(&joined, "%s%s", joined.len > 0 ? " " : "", text);
	}
	return joined.data;
}

/*
 * Read what a document says of the vulnerability itself.
 */
static void
read_vulnerability(JsonbContainer *document, ImgcatAdvisory *advisory)
{
	JsonbContainer *references = imgcat_read_array(document, "references");
	char	   *links = join_texts(references, "url");
	char	   *upstream = join_texts(imgcat_read_array(document, "upstream"),
									  NULL);
	char	   *aliases = join_texts(imgcat_read_array(document, "aliases"),
									 NULL);

	advisory->name = imgcat_finding_name(advisory->id,
										 psprintf("%s %s", aliases, upstream),
										 links);
	advisory->summary = imgcat_read_text(document, "details");
	if (advisory->summary == NULL || advisory->summary[0] == '\0')
		advisory->summary = imgcat_read_text(document, "summary");
	advisory->link = pnstrdup(links, strcspn(links, " "));
	read_severities(imgcat_read_array(document, "severity"), advisory);
	if (advisory->severity == 0)
		advisory->severity =
			imgcat_severity_number(imgcat_read_text(imgcat_read_object(document,
																	   "database_specific"),
													"severity"));
	advisory->has_published =
		imgcat_read_time(imgcat_read_text(document, "published"),
						 &advisory->published);
	advisory->has_modified =
		imgcat_read_time(imgcat_read_text(document, "modified"),
						 &advisory->modified);
}

/*
 * Read an OSV document.  One that was withdrawn says nothing any more.
 */
void
imgcat_read_osv(ImgcatLoad *load, JsonbContainer *document, const char *place)
{
	ImgcatAdvisory advisory = {0};
	const char *problem = NULL;
	ImgcatJsonbWalk walk;

	advisory.id = imgcat_read_text(document, "id");
	if (advisory.id == NULL || advisory.id[0] == '\0')
	{
		imgcat_refuse(load, place, "an OSV document needs an id");
		return;
	}
	if (imgcat_read_text(document, "withdrawn") != NULL)
		return;
	read_vulnerability(document, &advisory);
	imgcat_read_begin(&walk, imgcat_read_array(document, "affected"));
	while (problem == NULL && imgcat_read_next(&walk))
	{
		JsonbContainer *affected = imgcat_read_as_object(&walk.value);

		problem = affected == NULL ? "an object is expected" :
			read_affected(affected, &advisory);
		if (problem != NULL)
			imgcat_refuse(load, psprintf("%s/affected/%d", place, walk.index),
						  problem);
		else if (advisory.cvss_v2 == NULL && advisory.cvss_v3 == NULL &&
				 advisory.cvss_v4 == NULL)
			read_severities(imgcat_read_array(affected, "severity"), &advisory);
	}
	if (problem == NULL)
		imgcat_add_advisory(load, &advisory, place);
}
