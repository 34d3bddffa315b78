/*-------------------------------------------------------------------------
 *
 * advisory.h
 *		Advisories as readers of formats hand them over, and the load that they
 *		go into.
 *
 * src/scan/advisory.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ADVISORY_H
#define IMGCAT_ADVISORY_H

#include "datatype/timestamp.h"
#include "json/jsonb_read.h"
#include "lib/stringinfo.h"
#include "named_rows.h"
#include "query/cvss.h"

/* Versions of a package that an advisory is about; see advisory_ranges. */
typedef struct ImgcatAdvisoryRange
{
	const char *ecosystem;
	const char *name;			/* normalised when it is added */
	bool		by_source;
	const char *module;			/* or NULL */
	const char *lower;			/* or NULL */
	const char *upper;			/* or NULL */
	bool		upper_included;
	const char *fixed_by;		/* or NULL */
	int			nversions;		/* with versions there are no bounds */
	const char **versions;		/* or NULL */
} ImgcatAdvisoryRange;

/* What a reader does not know is NULL, 0, or absent by its has_ flag. */
typedef struct ImgcatAdvisory
{
	const char *id;
	const char *name;			/* of findings; taken from id where NULL */
	int			severity;		/* number of the enum, 0 unknown */
	const char *cvss_v2;		/* vectors that are right */
	const char *cvss_v3;
	const char *cvss_v4;
	const char *summary;
	const char *link;
	const char *advisory_name;	/* of a vendor, with its link */
	const char *advisory_link;
	bool		has_published;
	bool		has_modified;
	TimestampTz published;
	TimestampTz modified;
	int			nranges;
	int			ranges_room;
	ImgcatAdvisoryRange *ranges;
} ImgcatAdvisory;

/* A batch of documents on its way into a load. */
typedef struct ImgcatLoad
{
	int64		key;
	const char *source;
	ImgcatNamedRows advisories;
	ImgcatNamedRows ranges;
	ImgcatNamedRows details;
	int			nrefused;
	StringInfoData refused;		/* members of a JSON array */
} ImgcatLoad;

/*
 * Reads a document.  What it cannot read it refuses, by the place in the
 * argument, a JSON pointer, and goes on.
 */
typedef void (*ImgcatDocumentReader) (ImgcatLoad *load,
									  JsonbContainer *document,
									  const char *place);

/* For readers. */
extern void imgcat_refuse(ImgcatLoad *load, const char *place,
						  const char *problem);
extern ImgcatAdvisoryRange *imgcat_add_range(ImgcatAdvisory *advisory,
											 const char *ecosystem,
											 const char *name);
extern void imgcat_add_advisory(ImgcatLoad *load, ImgcatAdvisory *advisory,
								const char *place);
extern bool imgcat_take_vector(ImgcatAdvisory *advisory, const char *vector);
extern int	imgcat_severity_number(const char *word);
extern char *imgcat_finding_name(const char *id, const char *aliases,
								 const char *links);
extern bool imgcat_read_time(const char *text, TimestampTz *time);

extern void imgcat_read_osv(ImgcatLoad *load, JsonbContainer *document,
							const char *place);

extern void imgcat_read_debian(ImgcatLoad *load, JsonbContainer *document,
							   const char *place);
extern void imgcat_read_alpine(ImgcatLoad *load, JsonbContainer *document,
							   const char *place);
extern void imgcat_read_csaf(ImgcatLoad *load, JsonbContainer *document,
							 const char *place);
extern void imgcat_read_epss(ImgcatLoad *load, JsonbContainer *document,
							 const char *place);
extern void imgcat_read_kev(ImgcatLoad *load, JsonbContainer *document,
							const char *place);
extern void imgcat_read_nvd(ImgcatLoad *load, JsonbContainer *document,
							const char *place);

/*
 * Joined to the tables of a FROM clause, the rows of a table that a condition
 * finds by an index, for each row before it: for a batch, which is small, of what
 * lies in large tables.  The planner may not choose to read those whole: it would
 * where they were filled just now and are not analyzed yet, for each batch.
 */
#define IMGCAT_BY_INDEX(columns, table, condition) \
	" CROSS JOIN LATERAL (SELECT " columns \
	"  FROM image_catalog." table " WHERE " condition " OFFSET 0)"

/*
 * The last condition and the end of a SELECT of what hits what, the rows of
 * package_findings.  Its FROM clause has packages p, each with the version that
 * counts, and ranges r of advisories.
 */
#define IMGCAT_MATCHES \
	" (r.module = '' OR r.module = p.module)" \
	"  AND image_catalog.version_affected(r.ecosystem, p.version," \
	"       r.lower_version, r.upper_version, r.upper_included, r.versions)" \
	" GROUP BY p.package_key, r.advisory_key"

extern void imgcat_match_packages(Datum package_keys);
extern Datum imgcat_result_keys(uint64 count);

#endif							/* IMGCAT_ADVISORY_H */
