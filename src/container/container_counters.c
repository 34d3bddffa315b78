/*-------------------------------------------------------------------------
 *
 * container_counters.c
 *		Counters that are derived whenever a scan is written.
 *
 * src/container/container_counters.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_counters.h"
#include "container/container_json.h"

/* One occurrence of a CVE. */
typedef struct Occurrence
{
	const char *cve;
	int			cve_length;
	int			order;			/* of meeting it in the scan */
	int			severity;
	bool		fixable;
} Occurrence;

/*
 * By CVE id, then in the order of the scan.
 */
static int
compare_occurrences(const void *left, const void *right)
{
	const Occurrence *a = left;
	const Occurrence *b = right;
	int			order = memcmp(a->cve, b->cve,
							   Min(a->cve_length, b->cve_length));

	if (order != 0)
		return order;
	if (a->cve_length != b->cve_length)
		return a->cve_length < b->cve_length ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/*
 * All occurrences of CVEs in a scan; *count gets their number.
 */
static Occurrence *
collect_occurrences(const ImgcatMessage *scan, int *count,
					ImgcatCounters *counters)
{
	int			total = 0;
	Occurrence *occurrences;

	for (int c = 0; c < counters->components; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);

		total += imgcat_field_count(component, COMPONENT_VULNS);
	}
	occurrences = palloc(sizeof(Occurrence) * Max(total, 1));
	*count = 0;
	for (int c = 0; c < counters->components; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);
		int			nvulns = imgcat_field_count(component, COMPONENT_VULNS);

		for (int v = 0; v < nvulns; v++)
		{
			ImgcatMessage *vuln =
			imgcat_field_item_message(component, COMPONENT_VULNS, v);
			Occurrence *occurrence = &occurrences[*count];
			int			fixed_by_length;

			occurrence->cve = imgcat_field_text(vuln, VULN_CVE,
												&occurrence->cve_length);
			occurrence->order = (*count)++;
			occurrence->severity = imgcat_field_enum(vuln, VULN_SEVERITY);
			(void) imgcat_field_text(vuln, VULN_FIXED_BY, &fixed_by_length);
			occurrence->fixable = fixed_by_length > 0;
			if (imgcat_field_is_set(vuln, VULN_FIXED_BY))
				counters->has_fixed_by = true;
		}
		counters->top_cvss = Max(counters->top_cvss,
								 imgcat_component_top_cvss(component));
	}
	return occurrences;
}

/*
 * Highest cvss of a component's findings; 0 without findings.
 */
double
imgcat_component_top_cvss(const ImgcatMessage *component)
{
	int			nvulns = imgcat_field_count(component, COMPONENT_VULNS);
	double		top = 0;

	for (int v = 0; v < nvulns; v++)
		top = Max(top, imgcat_field_float(imgcat_field_item_message(component,
																	COMPONENT_VULNS,
																	v),
										  VULN_CVSS));
	return top;
}

/*
 * Count what a scan (NULL: nothing) found.  A CVE counts once, under the
 * severity of its first occurrence; it is fixable if any occurrence is.
 */
void
imgcat_count_findings(const ImgcatMessage *scan, ImgcatCounters *counters)
{
	Occurrence *occurrences;
	int			count;
	int			next;

	memset(counters, 0, sizeof(ImgcatCounters));
	counters->components = imgcat_field_count(scan, SCAN_COMPONENTS);
	occurrences = collect_occurrences(scan, &count, counters);
	qsort(occurrences, count, sizeof(Occurrence), compare_occurrences);

	for (int first = 0; first < count; first = next)
	{
		Occurrence *cve = &occurrences[first];
		bool		fixable = cve->fixable;

		for (next = first + 1; next < count; next++)
		{
			Occurrence *other = &occurrences[next];

			if (other->cve_length != cve->cve_length ||
				memcmp(other->cve, cve->cve, cve->cve_length) != 0)
				break;
			fixable |= other->fixable;
		}
		counters->cves++;
		counters->by_severity[cve->severity]++;
		if (fixable)
		{
			counters->fixable_cves++;
			counters->fixable_by_severity[cve->severity]++;
		}
	}
	pfree(occurrences);
}

/*
 * Which counters does the document show?
 */
int
imgcat_counters_present(const ImgcatMessage *document)
{
	return (imgcat_field_is_set(document, IMAGE_COMPONENTS) ?
			IMGCAT_COUNTER_COMPONENTS : 0) |
		(imgcat_field_is_set(document, IMAGE_CVES) ?
		 IMGCAT_COUNTER_CVES : 0) |
		(imgcat_field_is_set(document, IMAGE_FIXABLE_CVES) ?
		 IMGCAT_COUNTER_FIXABLE_CVES : 0) |
		(imgcat_field_is_set(document, IMAGE_TOP_CVSS) ?
		 IMGCAT_COUNTER_TOP_CVSS : 0);
}

/*
 * Set the counters of a document, and topCvss of its components, from its
 * scan; a document without scan keeps what it has.
 *
 * topCvss is shown where there is a finding.  A document that leaves out
 * fixableCves beside other counters does so as old servers do, which show it
 * only where there is no finding or one that carries fixedBy.
 */
void
imgcat_derive_counters(ImgcatMessage *document)
{
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	int			present = imgcat_counters_present(document);
	ImgcatCounters counters;

	if (scan == NULL)
		return;
	imgcat_count_findings(scan, &counters);
	for (int c = 0; c < counters.components; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);

		if (imgcat_field_count(component, COMPONENT_VULNS) > 0)
			imgcat_set_float(component, COMPONENT_TOP_CVSS,
							 imgcat_component_top_cvss(component));
	}

	imgcat_set_int(document, IMAGE_COMPONENTS, counters.components);
	imgcat_set_int(document, IMAGE_CVES, counters.cves);
	if (present == 0 || (present & IMGCAT_COUNTER_FIXABLE_CVES) ||
		counters.cves == 0 || counters.has_fixed_by)
		imgcat_set_int(document, IMAGE_FIXABLE_CVES, counters.fixable_cves);
	if ((present & IMGCAT_COUNTER_TOP_CVSS) || counters.cves > 0)
		imgcat_set_float(document, IMAGE_TOP_CVSS, counters.top_cvss);
}
