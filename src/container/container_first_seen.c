/*-------------------------------------------------------------------------
 *
 * container_first_seen.c
 *		When the CVEs of an image were seen first.
 *
 * A CVE keeps its earliest times over all scans of an image, in whatever order
 * they come and whether or not those in between have it.  An image has one
 * scan; the times of the CVEs that it has lost lie beside it, as a document
 * with a scan of one component that has nothing but these CVEs and their times
 * (container_images.gone_findings).
 *
 * src/container/container_first_seen.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_first_seen.h"
#include "container/container_schema.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

/*
 * Order of two times of messages, either of which may be NULL; absent comes
 * first.
 */
int
imgcat_compare_times(const ImgcatMessage *left, const ImgcatMessage *right, int field)
{
	TimestampTz left_time = DT_NOBEGIN;
	TimestampTz right_time = DT_NOBEGIN;
	int			left_nanos = 0;
	int			right_nanos = 0;

	(void) imgcat_field_timestamp(left, field, &left_time, &left_nanos);
	(void) imgcat_field_timestamp(right, field, &right_time, &right_nanos);
	if (left_time != right_time)
		return left_time < right_time ? -1 : 1;
	return left_nanos - right_nanos;
}

/* The earliest times at which a CVE was seen. */
typedef struct FirstSeen
{
	const char *cve;
	int			cve_length;
	const ImgcatMessage *in_image;	/* whose first occurrence in the image, */
	const ImgcatMessage *in_system; /* in the system, these are */
	bool		is_here;		/* does the scan that stays have the CVE? */
} FirstSeen;

/*
 * By CVE id.
 */
static int
compare_cves(const void *left, const void *right)
{
	const FirstSeen *a = left;
	const FirstSeen *b = right;
	int			order = memcmp(a->cve, b->cve,
							   Min(a->cve_length, b->cve_length));

	return order != 0 ? order : a->cve_length - b->cve_length;
}

/*
 * Has left an earlier time than right, or the only one?
 */
static bool
is_earlier(const ImgcatMessage *left, const ImgcatMessage *right, int field)
{
	return imgcat_field_is_set(left, field) &&
		(!imgcat_field_is_set(right, field) ||
		 imgcat_compare_times(left, right, field) < 0);
}

/*
 * How many findings a scan has.
 */
static int
count_findings(const ImgcatMessage *scan)
{
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);
	int			nfindings = 0;

	for (int c = 0; c < ncomponents; c++)
		nfindings += imgcat_field_count(imgcat_field_item_message(scan,
																  SCAN_COMPONENTS,
																  c),
										COMPONENT_VULNS);
	return nfindings;
}

/*
 * Append the findings of a scan to the seen ones; returns how many they are
 * then.
 */
static int
append_findings(FirstSeen *seen, int count, const ImgcatMessage *scan)
{
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);

	for (int c = 0; c < ncomponents; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);
		int			nvulns = imgcat_field_count(component, COMPONENT_VULNS);

		for (int v = 0; v < nvulns; v++)
		{
			FirstSeen  *entry = &seen[count++];

			entry->in_image = entry->in_system =
				imgcat_field_item_message(component, COMPONENT_VULNS, v);
			entry->cve = imgcat_field_text(entry->in_image, VULN_CVE,
										   &entry->cve_length);
			entry->is_here = false;
		}
	}
	return count;
}

/*
 * When scans saw each of their CVEs first: sorted by CVE, each once; *count
 * gets their number.
 */
static FirstSeen *
collect_first_seen(const ImgcatMessage *const *scans, int nscans, int *count)
{
	int64		room = 1;
	int			nfindings = 0;
	int			last = 0;
	FirstSeen  *seen;

	for (int i = 0; i < nscans; i++)
		room += count_findings(scans[i]);
	seen = palloc_extended(sizeof(FirstSeen) * room, MCXT_ALLOC_HUGE);
	for (int i = 0; i < nscans; i++)
		nfindings = append_findings(seen, nfindings, scans[i]);
	qsort(seen, nfindings, sizeof(FirstSeen), compare_cves);

	/* a CVE may lie in many findings */
	for (int i = 1; i < nfindings; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (compare_cves(&seen[last], &seen[i]) != 0)
		{
			seen[++last] = seen[i];
			continue;
		}
		if (is_earlier(seen[i].in_image, seen[last].in_image,
					   VULN_FIRST_IMAGE_OCCURRENCE))
			seen[last].in_image = seen[i].in_image;
		if (is_earlier(seen[i].in_system, seen[last].in_system,
					   VULN_FIRST_SYSTEM_OCCURRENCE))
			seen[last].in_system = seen[i].in_system;
	}
	*count = nfindings > 0 ? last + 1 : 0;
	return seen;
}

/*
 * Take over an earlier time, or the only one.
 */
static void
keep_earlier(ImgcatMessage *vuln, const ImgcatMessage *other, int field)
{
	if (is_earlier(other, vuln, field))
		vuln->fields[field] = other->fields[field];
}

/*
 * Give the findings of the scan the times at which their CVEs were seen first,
 * and note in seen which CVEs it has.
 */
static void
keep_times(ImgcatMessage *scan, FirstSeen *seen, int count)
{
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);

	for (int c = 0; c < ncomponents; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);
		int			nvulns = imgcat_field_count(component, COMPONENT_VULNS);

		for (int v = 0; v < nvulns; v++)
		{
			ImgcatMessage *vuln =
			imgcat_field_item_message(component, COMPONENT_VULNS, v);
			FirstSeen	key;
			FirstSeen  *found;

			CHECK_FOR_INTERRUPTS();
			key.cve = imgcat_field_text(vuln, VULN_CVE, &key.cve_length);
			found = bsearch(&key, seen, count, sizeof(FirstSeen),
							compare_cves);
			if (found == NULL)
				continue;
			found->is_here = true;
			keep_earlier(vuln, found->in_image, VULN_FIRST_IMAGE_OCCURRENCE);
			keep_earlier(vuln, found->in_system, VULN_FIRST_SYSTEM_OCCURRENCE);
		}
	}
}

/*
 * Is the CVE gone, and has it a time to be kept?
 */
static bool
is_gone(const FirstSeen *seen)
{
	return !seen->is_here &&
		(imgcat_field_is_set(seen->in_image, VULN_FIRST_IMAGE_OCCURRENCE) ||
		 imgcat_field_is_set(seen->in_system, VULN_FIRST_SYSTEM_OCCURRENCE));
}

/*
 * The document that tells of the CVEs that are gone, NULL if none is.
 */
static ImgcatMessage *
make_gone(const FirstSeen *seen, int count)
{
	ImgcatMessage *document;
	ImgcatMessage *scan;
	ImgcatMessage **vulns;
	int			ngone = 0;

	for (int i = 0; i < count; i++)
		ngone += is_gone(&seen[i]);
	if (ngone == 0)
		return NULL;

	document = imgcat_make_message(&imgcat_storage_image_type);
	scan = imgcat_make_message(document->type->fields[IMAGE_SCAN].message);
	imgcat_set_message(document, IMAGE_SCAN, scan);
	vulns = imgcat_make_list(imgcat_make_list(scan, SCAN_COMPONENTS, 1)[0],
							 COMPONENT_VULNS, ngone);
	for (int i = 0; i < count; i++)
	{
		if (!is_gone(&seen[i]))
			continue;
		(*vulns)->fields[VULN_CVE] = seen[i].in_image->fields[VULN_CVE];
		keep_earlier(*vulns, seen[i].in_image, VULN_FIRST_IMAGE_OCCURRENCE);
		keep_earlier(*vulns, seen[i].in_system, VULN_FIRST_SYSTEM_OCCURRENCE);
		vulns++;
	}
	return document;
}

/*
 * Let the findings of a scan keep the times at which other scans of the image
 * saw their CVEs first.  Returned is a document that tells of the CVEs which
 * the others have and the scan has not, with their times; NULL: of none.
 */
ImgcatMessage *
imgcat_keep_first_seen(ImgcatMessage *scan, const ImgcatMessage *const *others,
					   int nothers)
{
	int			count;
	FirstSeen  *seen = collect_first_seen(others, nothers, &count);
	ImgcatMessage *gone;

	keep_times(scan, seen, count);
	gone = make_gone(seen, count);
	pfree(seen);
	return gone;
}
