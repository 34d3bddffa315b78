/*-------------------------------------------------------------------------
 *
 * container_risk.c
 *		Risk scores of images and of their components.
 *
 * The score is the product of the factors that apply, each from 1 up; where
 * none applies it does not change, and is 0 at first.
 *
 * src/container/container_risk.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_counters.h"
#include "utils/timestamp.h"

/* Packages that help an attacker who got in; in byte order. */
static const char *const attack_tools[] = {
	"apk", "apt", "bash", "curl", "dnf", "netcat", "nmap", "rpm", "sh",
	"tcsh", "telnet", "wget", "yum"
};

/* Text that is not NUL-terminated. */
typedef struct Span
{
	const char *str;
	int			length;
} Span;

/*
 * By bytes.
 */
static int
compare_spans(const void *left, const void *right)
{
	const Span *a = left;
	const Span *b = right;
	int			order = memcmp(a->str, b->str, Min(a->length, b->length));

	return order != 0 ? order : a->length - b->length;
}

/*
 * Add the square of each finding's weight to *sum; false if no finding of the
 * component has a known severity.
 */
static bool
add_vulnerabilities(const ImgcatMessage *component, double *sum)
{
	static const double weight_v3[SEVERITIES] = {0, 2.0, 5.5, 8.0, 9.5};
	static const double weight_v2[SEVERITIES] = {0, 2.0, 5.5, 8.5, 0};
	int			nvulns = imgcat_field_count(component, COMPONENT_VULNS);
	bool		any = false;

	for (int v = 0; v < nvulns; v++)
	{
		ImgcatMessage *vuln =
		imgcat_field_item_message(component, COMPONENT_VULNS, v);
		int			severity = imgcat_field_enum(vuln, VULN_SEVERITY);
		double		weight;

		if (severity == SEVERITY_UNKNOWN)
			continue;
		weight = imgcat_field_enum(vuln, VULN_SCORE_VERSION) ==
			SCORE_VERSION_V3 ? weight_v3[severity] : weight_v2[severity];
		*sum += weight * weight / 10;
		any = true;
	}
	return any;
}

/*
 * Factor of a sum of squared weights.
 */
static double
vulnerability_factor(double sum)
{
	return sum > 100 ? 4 : 1 + 3 * sum / 100;
}

/*
 * Risk score of a component: of its findings alone.
 */
double
imgcat_component_risk(const ImgcatMessage *component)
{
	double		sum = 0;

	return add_vulnerabilities(component, &sum) ? vulnerability_factor(sum) : 0;
}

/*
 * Number of attack tools among the names of a scan's components.
 */
static int
count_attack_tools(const ImgcatMessage *scan)
{
	int			count = 0;

	for (int t = 0; t < (int) lengthof(attack_tools); t++)
	{
		int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);

		for (int c = 0; c < ncomponents; c++)
		{
			int			length;
			const char *name =
			imgcat_field_text(imgcat_field_item_message(scan, SCAN_COMPONENTS,
														c),
							  COMPONENT_NAME, &length);

			if ((int) strlen(attack_tools[t]) == length &&
				memcmp(attack_tools[t], name, length) == 0)
			{
				count++;
				break;
			}
		}
	}
	return count;
}

/*
 * Number of distinct name:version among a scan's components.
 */
static int
count_components(const ImgcatMessage *scan)
{
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);
	Span	   *spans = palloc(sizeof(Span) * Max(ncomponents, 1));
	int			distinct = 0;

	for (int c = 0; c < ncomponents; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);
		int			name_length;
		int			version_length;
		const char *name = imgcat_field_text(component, COMPONENT_NAME,
											 &name_length);
		const char *version = imgcat_field_text(component, COMPONENT_VERSION,
												&version_length);

		spans[c].str = psprintf("%.*s:%.*s", name_length, name,
								version_length, version);
		spans[c].length = name_length + 1 + version_length;
	}
	qsort(spans, ncomponents, sizeof(Span), compare_spans);
	for (int c = 0; c < ncomponents; c++)
	{
		if (c == 0 || compare_spans(&spans[c - 1], &spans[c]) != 0)
			distinct++;
	}
	return distinct;
}

/*
 * Risk score of an image whose age counts up to now; unchanged if no factor
 * applies.
 */
double
imgcat_image_risk(const ImgcatMessage *document, TimestampTz now,
				  double unchanged)
{
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	ImgcatMessage *metadata = imgcat_field_message(document, IMAGE_METADATA);
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);
	double		score = 1;
	double		sum = 0;
	bool		applies = false;
	bool		known_severity = false;
	int			count;
	TimestampTz created;
	int			nanos;

	for (int c = 0; c < ncomponents; c++)
		known_severity |=
			add_vulnerabilities(imgcat_field_item_message(scan,
														  SCAN_COMPONENTS, c),
								&sum);
	if (known_severity)
	{
		score *= vulnerability_factor(sum);
		applies = true;
	}

	count = count_attack_tools(scan);
	if (count > 0)
	{
		score *= Min(1.5, 1 + count / 20.0);
		applies = true;
	}

	count = count_components(scan);
	if (count >= 10)
	{
		score *= Min(1.5, 1 + (count - 10) / 20.0);
		applies = true;
	}

	if (imgcat_field_timestamp(imgcat_field_message(metadata, METADATA_V1),
							   V1_CREATED, &created, &nanos))
	{
		int64		days = (now - created) / USECS_PER_DAY;

		if (days >= 90)
		{
			score *= Min(1.5, 1 + 0.5 * (days - 90) / 180);
			applies = true;
		}
	}
	return applies ? score : unchanged;
}
