/*-------------------------------------------------------------------------
 *
 * report_import.c
 *		import_scan_report: a report of another scanner, as the scan of an image.
 *
 * src/scan/report_import.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_access.h"
#include "container/container_merge.h"
#include "container/search_sql.h"
#include "entry.h"
#include "executor/spi.h"
#include "json_writer.h"
#include "miscadmin.h"
#include "scan/report.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/*
 * Read a report of whatever scanner it says it is of.
 */
static void
read_report(Jsonb *document, ImgcatReport *report)
{
	JsonbContainer *root = &document->root;
	JsonbValue	value;

	memset(report, 0, sizeof(ImgcatReport));
	imgcat_sbom_begin(&report->sbom);
	report->components = imgcat_make_text_map();
	if (imgcat_read_member(root, "SchemaVersion", &value))
	{
		if (imgcat_report_number(root, "SchemaVersion", "") != 2)
			imgcat_report_error("/SchemaVersion",
								"of Trivy's schemas, the second is read");
		imgcat_read_trivy(root, report);
	}
	else if (imgcat_read_member(root, "matches", &value))
		imgcat_read_grype(root, report);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid scan report"),
				 errdetail("The document is neither Trivy's (SchemaVersion) nor Grype's (matches)."),
				 errhint("Make it as JSON by one of these scanners; an SBOM goes into import_sbom().")));
}

/*
 * By component and name, then as they stand in the report.
 */
static int
compare_findings(const void *left, const void *right)
{
	const ImgcatReportFinding *a = left;
	const ImgcatReportFinding *b = right;
	int			order = a->component != b->component ?
	(a->component < b->component ? -1 : 1) : strcmp(a->hit.name, b->hit.name);

	return order != 0 ? order : a->order - b->order;
}

/*
 * Give a component its findings, which are sorted, and the version that fixes
 * all of them that can be fixed; the same name twice is one finding.
 */
static void
fill_component(ImgcatMessage *component, ImgcatReportFinding *findings,
			   int count, TimestampTz time)
{
	const char *fixed_by = "";
	ImgcatMessage **vulns;
	int			distinct = 1;

	for (int i = 1; i < count; i++)
	{
		ImgcatHit  *last = &findings[distinct - 1].hit;

		if (strcmp(last->name, findings[i].hit.name) == 0)
			imgcat_merge_hits(last, &findings[i].hit);
		else
			findings[distinct++] = findings[i];
	}
	vulns = imgcat_make_list(component, COMPONENT_VULNS, distinct);
	for (int i = 0; i < distinct; i++)
	{
		ImgcatHit  *hit = &findings[i].hit;

		hit->first_found = time;
		imgcat_fill_vulnerability(vulns[i], hit, time);
		fixed_by = imgcat_later_version(hit->ecosystem, fixed_by,
										hit->fixed_by);
	}
	imgcat_set_text(component, COMPONENT_FIXED_BY, fixed_by, strlen(fixed_by));
}

/*
 * Put what a report says into the document of its image, which has the
 * components.
 */
static void
fill_scan(ImgcatMessage *document, ImgcatReport *report)
{
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	ImgcatMessage *data_source =
	imgcat_make_message(scan->type->fields[SCAN_DATA_SOURCE].message);
	TimestampTz time = report->has_time ? report->time : imgcat_search_now();
	int			next;

	imgcat_set_time(scan, SCAN_TIME, time);
	imgcat_set_text(data_source, DATA_SOURCE_NAME, report->scanner,
					strlen(report->scanner));
	imgcat_set_message(scan, SCAN_DATA_SOURCE, data_source);
	if (report->sbom.ecosystem[0] == '\0')
	{
		const ImgcatEnumType *names = scan->type->fields[SCAN_NOTES].names;
		const char *notes[] = {
			names->names[SCAN_NOTE_OS_UNAVAILABLE],
			names->names[SCAN_NOTE_PARTIAL_SCAN_DATA]
		};

		imgcat_set_text_list(scan, SCAN_NOTES, notes, lengthof(notes));
	}
	qsort(report->findings, report->nfindings, sizeof(ImgcatReportFinding),
		  compare_findings);
	for (int first = 0; first < report->nfindings; first = next)
	{
		int			component = report->findings[first].component;

		CHECK_FOR_INTERRUPTS();
		for (next = first + 1; next < report->nfindings &&
			 report->findings[next].component == component; next++)
			;
		fill_component(imgcat_field_item_message(scan, SCAN_COMPONENTS,
												 component),
					   report->findings + first, next - first, time);
	}
}

/*
 * import_scan_report(image_name text, report jsonb) returns json
 */
IMGCAT_FUNCTION(imgcat_import_scan_report, 0)
{
	MemoryContext caller = CurrentMemoryContext;
	ImgcatReport report;
	ImgcatKnownImage image;
	ImgcatMessage *document;
	int			npackages;
	char	   *digest;
	StringInfoData answer;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", "report")));
	imgcat_require_container_write();
	read_report(PG_GETARG_JSONB_P(1), &report);
	initStringInfo(&answer);
	SPI_connect();
	imgcat_know_image(PG_ARGISNULL(0) ?
					  imgcat_report_image_name(&report) :
					  text_to_cstring(PG_GETARG_TEXT_PP(0)), &image);
	MemoryContextSwitchTo(caller);
	imgcat_report_set_digest(&report, &image);
	document = imgcat_sbom_document(&image, &report.sbom);
	fill_scan(document, &report);
	digest = imgcat_sbom_import(document, &report.sbom, &npackages);

	appendStringInfoString(&answer, "{\"id\":");
	imgcat_json_string(&answer, digest, strlen(digest));
	appendStringInfoString(&answer, ",\"name\":");
	imgcat_json_string(&answer, image.full_name, strlen(image.full_name));
	appendStringInfo(&answer, ",\"components\":%d,\"packages\":%d,\"findings\":%d,\"refused\":[%s]}",
					 report.sbom.count, npackages, report.nfindings,
					 report.sbom.refused.data);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(answer.data, answer.len));
}
