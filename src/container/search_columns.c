/*-------------------------------------------------------------------------
 *
 * search_columns.c
 *		Where the labels of the container search language lie.
 *
 * This is the whitelist: every name that a search can bring into a statement
 * stands here.
 *
 * src/container/search_columns.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_rules.h"
#include "container/search_sql.h"

#define NULLABLE true
#define NOT_NULL false
#define LOWER_INDEX true
#define NO_INDEX false
#define BYTEWISE true
#define NATIVE false

/* the ids of components and findings, as the product writes them */
#define COMPONENT_ID \
	"c.name || '#' || c.component_index || '#' || i.digest"
#define FINDING_ID \
	"f.cve || '#' || f.finding_index || '#' || " \
	"(SELECT c.name FROM image_catalog.container_components c " \
	"WHERE c.image_key = f.image_key " \
	"AND c.component_index = f.component_index) " \
	"|| '#' || f.component_index || '#' || i.digest"

static const ImgcatSearchColumn columns[] = {
	{"Image Sha", "i.digest", NOT_NULL, LOWER_INDEX, BYTEWISE},
	{"Image ID", "i.image_uuid::text", NOT_NULL, NO_INDEX, NATIVE},
	{"Image Registry", "i.name_registry", NOT_NULL, NO_INDEX, BYTEWISE},
	{"Image Remote", "i.name_remote", NOT_NULL, LOWER_INDEX, BYTEWISE},
	{"Image Tag", "i.name_tag", NOT_NULL, LOWER_INDEX, BYTEWISE},
	{"Image", "i.name_full", NOT_NULL, LOWER_INDEX, BYTEWISE},
	{"Image Created Time", "i.created_at", NULLABLE, NO_INDEX, NATIVE},
	{"Image User", "i.image_user", NOT_NULL, NO_INDEX, NATIVE},
	{"Image Command", "i.command", NULLABLE, NO_INDEX, NATIVE},
	{"Image Entrypoint", "i.entrypoint", NULLABLE, NO_INDEX, NATIVE},
	{"Image Volumes", "i.volumes", NULLABLE, NO_INDEX, NATIVE},
	{"Image Scan Time", "i.scan_time", NULLABLE, NO_INDEX, NATIVE},
	{"Image OS", "i.operating_system", NOT_NULL, NO_INDEX, NATIVE},
	{"Image Signature Fetched Time", "i.signature_fetched_at", NULLABLE, NO_INDEX, NATIVE},
	{"Image CVE Count", "i.cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Fixable CVE Count", "i.fixable_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Image Component Count", "i.component_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Unknown CVE Count", "i.unknown_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Fixable Unknown CVE Count", "i.fixable_unknown_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Low CVE Count", "i.low_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Fixable Low CVE Count", "i.fixable_low_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Moderate CVE Count", "i.moderate_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Fixable Moderate CVE Count", "i.fixable_moderate_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Important CVE Count", "i.important_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Fixable Important CVE Count", "i.fixable_important_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Critical CVE Count", "i.critical_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Fixable Critical CVE Count", "i.fixable_critical_cve_count", NOT_NULL, NO_INDEX, NATIVE},
	{"Image Top CVSS", "i.top_cvss", NOT_NULL, NO_INDEX, NATIVE},
	{"Image Risk Score", "i.risk_score", NOT_NULL, NO_INDEX, NATIVE},
	{"Last Updated", "i.last_updated", NOT_NULL, NO_INDEX, NATIVE},

	{"Dockerfile Instruction Keyword", "l.instruction", NOT_NULL, NO_INDEX, NATIVE},
	{"Dockerfile Instruction Value", "l.value", NOT_NULL, NO_INDEX, NATIVE},

	{"Component", "c.name", NOT_NULL, LOWER_INDEX, NATIVE},
	{"Component Version", "c.version", NOT_NULL, NO_INDEX, NATIVE},
	{"Component Source", "c.source", NOT_NULL, NO_INDEX, NATIVE},
	{"Component Location", "c.location", NOT_NULL, NO_INDEX, NATIVE},
	{"Component Top CVSS", "c.top_cvss", NOT_NULL, NO_INDEX, NATIVE},
	{"Component Risk Score", "c.risk_score", NOT_NULL, NO_INDEX, NATIVE},
	{"Component ID", "(" COMPONENT_ID ")", NOT_NULL, NO_INDEX, NATIVE},
	{"Component Layer Type", "c.layer_type", NOT_NULL, NO_INDEX, NATIVE},
	{"Operating System", "c.operating_system", NOT_NULL, NO_INDEX, NATIVE},

	{"CVE", "f.cve", NOT_NULL, LOWER_INDEX, BYTEWISE},
	{"CVE ID", "(" FINDING_ID ")", NOT_NULL, NO_INDEX, NATIVE},
	{"CVSS", "f.cvss", NOT_NULL, NO_INDEX, NATIVE},
	{"NVD CVSS", "f.nvd_cvss", NOT_NULL, NO_INDEX, NATIVE},
	{"Impact Score", "f.impact_score", NOT_NULL, NO_INDEX, NATIVE},
	{"Severity", "f.severity", NOT_NULL, NO_INDEX, NATIVE},
	{"Vulnerability State", IMGCAT_FINDING_STATE, NOT_NULL, NO_INDEX, NATIVE},
	{"Fixable", "f.is_fixable", NOT_NULL, NO_INDEX, NATIVE},
	{"CISA KEV", "f.cisa_kev", NOT_NULL, NO_INDEX, NATIVE},
	{"Fixed By", "f.fixed_by", NOT_NULL, NO_INDEX, NATIVE},
	{"CVE Published On", "f.published_at", NULLABLE, NO_INDEX, NATIVE},
	{"CVE Created Time", "f.first_system_occurrence", NULLABLE, NO_INDEX, NATIVE},
	{"First Image Occurrence Timestamp", "f.first_image_occurrence", NULLABLE, NO_INDEX, NATIVE},
	{"CVE Fix Available Timestamp", "f.fix_available_at", NULLABLE, NO_INDEX, NATIVE},
	{"EPSS Probability", "f.epss_probability", NOT_NULL, NO_INDEX, NATIVE},
	{"Advisory Name", "f.advisory_name", NOT_NULL, NO_INDEX, NATIVE},
	{"Advisory Link", "f.advisory_link", NOT_NULL, NO_INDEX, NATIVE},
};

static const ImgcatDerivedLabel derived_labels[] = {
	{"CVE Count", "count", "CVE"},
	{"Component Count", "count", "Component"},
	{"Image Count", "count", "Image Sha"},
	{"CVSS Max", "max", "CVSS"},
	{"Severity Max", "max", "Severity"},
	{"EPSS Probability Max", "max", "EPSS Probability"},
	{"Impact Score Max", "max", "Impact Score"},
	{"NVD CVSS Max", "max", "NVD CVSS"},
	{"Vulnerability State Max", "max", "Vulnerability State"},
	{"Component Top CVSS Max", "max", "Component Top CVSS"},
	{"Component Risk Priority Score Max", "max", "Component Risk Score"},
	{"CVE Created Time Min", "min", "CVE Created Time"},
	{"First Image Occurrence Timestamp Min", "min", "First Image Occurrence Timestamp"},
	{"CVE Published On Min", "min", "CVE Published On"},
};

/*
 * The column of a label, NULL when the label has none (maps, derived ones,
 * ranks, labels that images do not have).
 */
const ImgcatSearchColumn *
imgcat_search_column(const ImgcatSearchLabel *label)
{
	int			i;

	for (i = 0; i < (int) lengthof(columns); i++)
	{
		if (strcmp(columns[i].label, label->name) == 0)
			return &columns[i];
	}
	return NULL;
}

/*
 * How a derived label is computed, NULL of any other label.
 */
const ImgcatDerivedLabel *
imgcat_derived_label(const ImgcatSearchLabel *label)
{
	int			i;

	for (i = 0; i < (int) lengthof(derived_labels); i++)
	{
		if (strcmp(derived_labels[i].label, label->name) == 0)
			return &derived_labels[i];
	}
	return NULL;
}

/*
 * The child table, NULL of the image row itself and of what is no table.
 */
const ImgcatSearchFrom *
imgcat_search_from(ImgcatSearchTable table)
{
	static const ImgcatSearchFrom layers = {
		"image_catalog.container_image_layers", "l"
	};
	static const ImgcatSearchFrom components = {
		"image_catalog.container_components", "c"
	};
	static const ImgcatSearchFrom findings = {
		"image_catalog.container_findings", "f"
	};

	switch (table)
	{
		case IMGCAT_SEARCH_LAYER:
			return &layers;
		case IMGCAT_SEARCH_COMPONENT:
			return &components;
		case IMGCAT_SEARCH_FINDING:
			return &findings;
		default:
			return NULL;
	}
}
