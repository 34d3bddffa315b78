/*-------------------------------------------------------------------------
 *
 * container_rows.c
 *		Rows of the container-image tables, made from documents.
 *
 * What the search language asks about leaves the document for typed columns
 * here.  The columns of a table are listed once; a row is put together in the
 * same order.
 *
 * src/container/container_rows.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha1.h"
#include "common/sha2.h"
#include "container/container_counters.h"
#include "container/container_rows.h"
#include "container/container_scalar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

static const ImgcatNamedColumn image_columns[] = {
	{"image_key", INT8OID}, {"digest", TEXTOID}, {"image_uuid", UUIDOID},
	{"name_registry", TEXTOID}, {"name_remote", TEXTOID},
	{"name_tag", TEXTOID}, {"name_full", TEXTOID},
	{"created_at", TIMESTAMPTZOID}, {"created_at_nanos", INT2OID},
	{"image_user", TEXTOID}, {"command", TEXTARRAYOID},
	{"entrypoint", TEXTARRAYOID}, {"volumes", TEXTARRAYOID},
	{"scan_time", TIMESTAMPTZOID}, {"operating_system", TEXTOID},
	{"signature_fetched_at", TIMESTAMPTZOID},
	{"component_count", INT4OID}, {"cve_count", INT4OID},
	{"fixable_cve_count", INT4OID}, {"unknown_cve_count", INT4OID},
	{"fixable_unknown_cve_count", INT4OID}, {"low_cve_count", INT4OID},
	{"fixable_low_cve_count", INT4OID}, {"moderate_cve_count", INT4OID},
	{"fixable_moderate_cve_count", INT4OID},
	{"important_cve_count", INT4OID},
	{"fixable_important_cve_count", INT4OID},
	{"critical_cve_count", INT4OID}, {"fixable_critical_cve_count", INT4OID},
	{"counters_present", INT2OID}, {"top_cvss", FLOAT8OID},
	{"risk_score", FLOAT8OID}, {"last_updated", TIMESTAMPTZOID},
	{"last_updated_nanos", INT2OID}, {"document", JSONBOID},
	{"gone_findings", JSONBOID}
};

static const ImgcatNamedColumn name_columns[] = {
	{"image_key", INT8OID}, {"name_index", INT4OID},
	{"name_registry", TEXTOID}, {"name_remote", TEXTOID},
	{"name_tag", TEXTOID}, {"name_full", TEXTOID}
};

static const ImgcatNamedColumn label_columns[] = {
	{"image_key", INT8OID}, {"label_key", TEXTOID}, {"label_value", TEXTOID}
};

static const ImgcatNamedColumn layer_columns[] = {
	{"image_key", INT8OID}, {"layer_index", INT4OID},
	{"instruction", TEXTOID}, {"value", TEXTOID}, {"is_empty", BOOLOID}
};

static const ImgcatNamedColumn component_columns[] = {
	{"image_key", INT8OID}, {"component_index", INT4OID}, {"name", TEXTOID},
	{"version", TEXTOID}, {"source", INT2OID}, {"location", TEXTOID},
	{"top_cvss", FLOAT8OID}, {"risk_score", FLOAT8OID},
	{"layer_index", INT4OID}, {"layer_type", INT2OID},
	{"operating_system", TEXTOID}
};

static const ImgcatNamedColumn finding_columns[] = {
	{"image_key", INT8OID}, {"component_index", INT4OID},
	{"finding_index", INT4OID}, {"severity", INT2OID},
	{"document_state", INT2OID}, {"is_fixable", BOOLOID},
	{"cisa_kev", BOOLOID}, {"cvss", FLOAT8OID}, {"nvd_cvss", FLOAT8OID},
	{"impact_score", FLOAT8OID}, {"epss_probability", FLOAT8OID},
	{"published_at", TIMESTAMPTZOID},
	{"first_system_occurrence", TIMESTAMPTZOID},
	{"first_image_occurrence", TIMESTAMPTZOID},
	{"fix_available_at", TIMESTAMPTZOID}, {"cve", TEXTOID},
	{"fixed_by", TEXTOID}, {"advisory_name", TEXTOID},
	{"advisory_link", TEXTOID}
};

static const struct
{
	const char *name;
	int			ncolumns;
	const ImgcatNamedColumn *columns;
}			tables[IMGCAT_CONTAINER_TABLES] = {

	[IMGCAT_TABLE_IMAGES] =
	{"container_images", lengthof(image_columns), image_columns},
	[IMGCAT_TABLE_NAMES] =
	{"container_image_names", lengthof(name_columns), name_columns},
	[IMGCAT_TABLE_LABELS] =
	{"container_image_labels", lengthof(label_columns), label_columns},
	[IMGCAT_TABLE_LAYERS] =
	{"container_image_layers", lengthof(layer_columns), layer_columns},
	[IMGCAT_TABLE_COMPONENTS] =
	{"container_components", lengthof(component_columns), component_columns},
	[IMGCAT_TABLE_FINDINGS] =
	{"container_findings", lengthof(finding_columns), finding_columns},
};

#define MAX_COLUMNS	lengthof(image_columns)

/* A row while it is put together. */
typedef struct Row
{
	int			ncolumns;
	Datum		values[MAX_COLUMNS];
	bool		nulls[MAX_COLUMNS];
} Row;

/*
 * An empty set of rows for a table, in the current memory context.
 */
ImgcatRowSet *
imgcat_make_row_set(ImgcatContainerTable table)
{
	ImgcatRowSet *set = palloc(sizeof(ImgcatRowSet));
	int			ncolumns = tables[table].ncolumns;
	StringInfoData columns;

	initStringInfo(&columns);
	set->table = tables[table].name;
	for (int i = 0; i < ncolumns; i++)
		appendStringInfo(&columns, "%s%s", i > 0 ? ", " : "",
						 tables[table].columns[i].name);
	set->columns = columns.data;
	imgcat_begin_named_rows(&set->rows, tables[table].columns, ncolumns);
	return set;
}

/*
 * Add a finished row to its set.
 */
static void
add_row(ImgcatRowSet *set, Row *row)
{
	Assert(row->ncolumns == set->rows.descriptor->natts);
	imgcat_add_named_row(&set->rows, row->values, row->nulls);
}

/* The following put the next column of a row. */

static void
put_datum(Row *row, Datum value)
{
	row->values[row->ncolumns] = value;
	row->nulls[row->ncolumns++] = false;
}

static void
put_null(Row *row)
{
	row->values[row->ncolumns] = (Datum) 0;
	row->nulls[row->ncolumns++] = true;
}

static void
put_text(Row *row, const ImgcatMessage *message, int field)
{
	int			length;
	const char *str = imgcat_field_text(message, field, &length);

	put_datum(row, PointerGetDatum(cstring_to_text_with_len(str, length)));
}

static void
put_float(Row *row, double number)
{
	put_datum(row, Float8GetDatum(number));
}

static void
put_string(Row *row, const JsonbValue *string)
{
	put_datum(row,
			  PointerGetDatum(cstring_to_text_with_len(string->val.string.val,
													   string->val.string.len)));
}

/*
 * A time, and after it what lies below its microsecond, if with_nanos.
 */
static void
put_time(Row *row, const ImgcatMessage *message, int field, bool with_nanos)
{
	TimestampTz timestamp;
	int			nanos = 0;

	if (imgcat_field_timestamp(message, field, &timestamp, &nanos))
		put_datum(row, TimestampTzGetDatum(timestamp));
	else
		put_null(row);
	if (with_nanos)
		put_datum(row, Int16GetDatum(nanos));
}

/*
 * A list of strings; an empty one is null, as the search language sees it.
 */
static void
put_text_array(Row *row, const ImgcatMessage *message, int field)
{
	int			count = imgcat_field_count(message, field);
	Datum	   *elements;

	if (count == 0)
	{
		put_null(row);
		return;
	}
	elements = palloc(sizeof(Datum) * count);
	for (int i = 0; i < count; i++)
	{
		JsonbValue *item = &imgcat_field_item(message, field, i)->u.scalar;

		elements[i] =
			PointerGetDatum(cstring_to_text_with_len(item->val.string.val,
													 item->val.string.len));
	}
	put_datum(row, PointerGetDatum(construct_array(elements, count, TEXTOID,
												   -1, false, TYPALIGN_INT)));
}

/*
 * Digest of two texts, one after the other.
 */
static void
hash_texts(pg_cryptohash_type type, const void *first, size_t first_length,
		   const void *second, size_t second_length,
		   uint8 *result, size_t result_length)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(type);

	if (context == NULL || pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, first, first_length) < 0 ||
		pg_cryptohash_update(context, second, second_length) < 0 ||
		pg_cryptohash_final(context, result, result_length) < 0)
		elog(ERROR, "could not compute a hash");
	pg_cryptohash_free(context);
}

/*
 * The UUIDv5 of a name and a digest: its namespace is the start of the SHA-256
 * of the name, its name the digest.
 */
static pg_uuid_t *
image_uuid(const ImgcatMessage *document)
{
	pg_uuid_t  *uuid = palloc(sizeof(pg_uuid_t));
	uint8		namespace[PG_SHA256_DIGEST_LENGTH];
	uint8		hash[SHA1_DIGEST_LENGTH];
	int			name_length;
	int			digest_length;
	const char *name =
	imgcat_field_text(imgcat_field_message(document, IMAGE_NAME), NAME_FULL,
					  &name_length);
	const char *digest = imgcat_field_text(document, IMAGE_ID,
										   &digest_length);

	hash_texts(PG_SHA256, name, name_length, "", 0,
			   namespace, sizeof(namespace));
	hash_texts(PG_SHA1, namespace, UUID_LEN, digest, digest_length,
			   hash, sizeof(hash));
	memcpy(uuid->data, hash, UUID_LEN);
	uuid->data[6] = (uuid->data[6] & 0x0f) | 0x50;
	uuid->data[8] = (uuid->data[8] & 0x3f) | 0x80;
	return uuid;
}

/*
 * Add the row of an image; stored is its document as it is to be stored, gone
 * tells of the CVEs that it has lost, or is NULL.
 */
void
imgcat_add_image_row(ImgcatRowSet *set, int64 image_key,
					 const ImgcatMessage *document, Jsonb *stored,
					 const ImgcatMessage *gone)
{
	ImgcatMessage *name = imgcat_field_message(document, IMAGE_NAME);
	ImgcatMessage *v1 =
	imgcat_field_message(imgcat_field_message(document, IMAGE_METADATA),
						 METADATA_V1);
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	ImgcatCounters counters;
	Row			row;

	row.ncolumns = 0;
	imgcat_count_findings(scan, &counters);
	put_datum(&row, Int64GetDatum(image_key));
	put_text(&row, document, IMAGE_ID);
	put_datum(&row, UUIDPGetDatum(image_uuid(document)));
	put_text(&row, name, NAME_REGISTRY);
	put_text(&row, name, NAME_REMOTE);
	put_text(&row, name, NAME_TAG);
	put_text(&row, name, NAME_FULL);
	put_time(&row, v1, V1_CREATED, true);
	put_text(&row, v1, V1_USER);
	put_text_array(&row, v1, V1_COMMAND);
	put_text_array(&row, v1, V1_ENTRYPOINT);
	put_text_array(&row, v1, V1_VOLUMES);
	put_time(&row, scan, SCAN_TIME, false);
	put_text(&row, scan, SCAN_OPERATING_SYSTEM);
	put_time(&row, imgcat_field_message(document, IMAGE_SIGNATURE),
			 SIGNATURE_FETCHED, false);
	put_datum(&row, Int32GetDatum(imgcat_field_int(document,
												   IMAGE_COMPONENTS)));
	put_datum(&row, Int32GetDatum(imgcat_field_int(document, IMAGE_CVES)));
	put_datum(&row, Int32GetDatum(imgcat_field_int(document,
												   IMAGE_FIXABLE_CVES)));
	for (int severity = 0; severity < SEVERITIES; severity++)
	{
		put_datum(&row, Int32GetDatum(counters.by_severity[severity]));
		put_datum(&row, Int32GetDatum(counters.fixable_by_severity[severity]));
	}
	put_datum(&row, Int16GetDatum(imgcat_counters_present(document)));
	put_float(&row, imgcat_field_float(document, IMAGE_TOP_CVSS));
	put_float(&row, imgcat_field_float(document, IMAGE_RISK_SCORE));
	put_time(&row, document, IMAGE_LAST_UPDATED, true);
	put_datum(&row, JsonbPGetDatum(stored));
	if (gone != NULL)
		put_datum(&row, JsonbPGetDatum(imgcat_store_document(gone)));
	else
		put_null(&row);
	add_row(set, &row);
}

/*
 * Add the rows of an image's names.
 */
static void
add_name_rows(ImgcatRowSet *set, int64 image_key,
			  const ImgcatMessage *document)
{
	int			count = imgcat_field_count(document, IMAGE_NAMES);
	Row			row;

	for (int i = 0; i < count; i++)
	{
		ImgcatMessage *name = imgcat_field_item_message(document, IMAGE_NAMES,
														i);

		row.ncolumns = 0;
		put_datum(&row, Int64GetDatum(image_key));
		put_datum(&row, Int32GetDatum(i));
		put_text(&row, name, NAME_REGISTRY);
		put_text(&row, name, NAME_REMOTE);
		put_text(&row, name, NAME_TAG);
		put_text(&row, name, NAME_FULL);
		add_row(set, &row);
	}
}

/*
 * Add the rows of an image's labels.
 */
static void
add_label_rows(ImgcatRowSet *set, int64 image_key, const ImgcatMessage *v1)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	item;
	Row			row;

	if (v1 == NULL || v1->fields[V1_LABELS].kind != IMGCAT_VALUE_SCALAR)
		return;
	iterator =
		JsonbIteratorInit(v1->fields[V1_LABELS].u.scalar.val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			row.ncolumns = 0;
			put_datum(&row, Int64GetDatum(image_key));
		}
		if (token == WJB_KEY || token == WJB_VALUE)
			put_string(&row, &item);
		if (token == WJB_VALUE)
			add_row(set, &row);
	}
}

/*
 * Add the rows of an image's build steps.
 */
static void
add_layer_rows(ImgcatRowSet *set, int64 image_key, const ImgcatMessage *v1)
{
	int			count = imgcat_field_count(v1, V1_LAYERS);
	Row			row;

	for (int i = 0; i < count; i++)
	{
		ImgcatMessage *layer = imgcat_field_item_message(v1, V1_LAYERS, i);

		row.ncolumns = 0;
		put_datum(&row, Int64GetDatum(image_key));
		put_datum(&row, Int32GetDatum(i));
		put_text(&row, layer, LAYER_INSTRUCTION);
		put_text(&row, layer, LAYER_VALUE);
		put_datum(&row, BoolGetDatum(imgcat_field_bool(layer, LAYER_EMPTY)));
		add_row(set, &row);
	}
}

/*
 * Add the rows of an image's names, labels and build steps.
 */
void
imgcat_add_metadata_rows(ImgcatRowSet *names, ImgcatRowSet *labels,
						 ImgcatRowSet *layers, int64 image_key,
						 const ImgcatMessage *document)
{
	ImgcatMessage *v1 =
	imgcat_field_message(imgcat_field_message(document, IMAGE_METADATA),
						 METADATA_V1);

	add_name_rows(names, image_key, document);
	add_label_rows(labels, image_key, v1);
	add_layer_rows(layers, image_key, v1);
}

/*
 * Highest layer index that belongs to a known base image; -1: none does.
 */
static int
base_image_max_layer(const ImgcatMessage *document)
{
	int			count = imgcat_field_count(document, IMAGE_BASE_IMAGE_INFO);
	int			max = -1;

	for (int i = 0; i < count; i++)
	{
		ImgcatMessage *base =
		imgcat_field_item_message(document, IMAGE_BASE_IMAGE_INFO, i);

		max = Max(max, imgcat_field_int(base, BASE_IMAGE_MAX_LAYER_INDEX));
	}
	return max;
}

/*
 * NVD's score of a finding: nvdCvss, else that of NVD's metric.
 */
static double
nvd_cvss(const ImgcatMessage *vuln)
{
	double		score = imgcat_field_float(vuln, VULN_NVD_CVSS);
	int			count = imgcat_field_count(vuln, VULN_CVSS_METRICS);

	for (int i = 0; i < count && score == 0; i++)
	{
		ImgcatMessage *metric = imgcat_field_item_message(vuln,
														  VULN_CVSS_METRICS,
														  i);
		ImgcatMessage *v3 = imgcat_field_message(metric, METRIC_CVSS_V3);

		if (imgcat_field_enum(metric, METRIC_SOURCE) != METRIC_SOURCE_NVD)
			continue;
		score = v3 != NULL ? imgcat_field_float(v3, CVSS_V3_SCORE) :
			imgcat_field_float(imgcat_field_message(metric, METRIC_CVSS_V2),
							   CVSS_V2_SCORE);
	}
	return score;
}

/*
 * Impact score of a finding: of CVSS v3, else of v2.
 */
static double
impact_score(const ImgcatMessage *vuln)
{
	ImgcatMessage *v3 = imgcat_field_message(vuln, VULN_CVSS_V3);

	if (v3 != NULL)
		return imgcat_field_float(v3, CVSS_V3_IMPACT_SCORE);
	return imgcat_field_float(imgcat_field_message(vuln, VULN_CVSS_V2),
							  CVSS_V2_IMPACT_SCORE);
}

/*
 * Add the row of a finding.
 */
static void
add_finding_row(ImgcatRowSet *set, int64 image_key, int component_index,
				int finding_index, const ImgcatMessage *vuln)
{
	ImgcatMessage *advisory = imgcat_field_message(vuln, VULN_ADVISORY);
	int			fixed_by_length;
	Row			row;

	row.ncolumns = 0;
	(void) imgcat_field_text(vuln, VULN_FIXED_BY, &fixed_by_length);
	put_datum(&row, Int64GetDatum(image_key));
	put_datum(&row, Int32GetDatum(component_index));
	put_datum(&row, Int32GetDatum(finding_index));
	put_datum(&row, Int16GetDatum(imgcat_field_enum(vuln, VULN_SEVERITY)));
	put_datum(&row, Int16GetDatum(imgcat_field_enum(vuln, VULN_STATE)));
	put_datum(&row, BoolGetDatum(fixed_by_length > 0));
	put_datum(&row, BoolGetDatum(imgcat_field_bool(vuln, VULN_CISA_KEV)));
	put_float(&row, imgcat_field_float(vuln, VULN_CVSS));
	put_float(&row, nvd_cvss(vuln));
	put_float(&row, impact_score(vuln));
	put_float(&row, imgcat_field_float(imgcat_field_message(vuln, VULN_EPSS),
									   EPSS_PROBABILITY));
	put_time(&row, vuln, VULN_PUBLISHED_ON, false);
	put_time(&row, vuln, VULN_FIRST_SYSTEM_OCCURRENCE, false);
	put_time(&row, vuln, VULN_FIRST_IMAGE_OCCURRENCE, false);
	put_time(&row, vuln, VULN_FIX_AVAILABLE, false);
	put_text(&row, vuln, VULN_CVE);
	put_text(&row, vuln, VULN_FIXED_BY);
	put_text(&row, advisory, ADVISORY_NAME);
	put_text(&row, advisory, ADVISORY_LINK);
	add_row(set, &row);
}

/*
 * Add the rows of an image's components and findings.
 */
void
imgcat_add_scan_rows(ImgcatRowSet *components, ImgcatRowSet *findings,
					 int64 image_key, const ImgcatMessage *document)
{
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);
	int			base_layer = base_image_max_layer(document);
	Row			row;

	for (int c = 0; c < ncomponents; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);
		int			nvulns = imgcat_field_count(component, COMPONENT_VULNS);
		bool		has_layer = imgcat_field_is_set(component,
													COMPONENT_LAYER_INDEX);
		int			layer = imgcat_field_int(component, COMPONENT_LAYER_INDEX);

		CHECK_FOR_INTERRUPTS();
		row.ncolumns = 0;
		put_datum(&row, Int64GetDatum(image_key));
		put_datum(&row, Int32GetDatum(c));
		put_text(&row, component, COMPONENT_NAME);
		put_text(&row, component, COMPONENT_VERSION);
		put_datum(&row, Int16GetDatum(imgcat_field_enum(component,
														COMPONENT_SOURCE)));
		put_text(&row, component, COMPONENT_LOCATION);
		put_float(&row, imgcat_field_float(component, COMPONENT_TOP_CVSS));
		put_float(&row, imgcat_field_float(component, COMPONENT_RISK_SCORE));
		if (has_layer)
			put_datum(&row, Int32GetDatum(layer));
		else
			put_null(&row);
		/* neither is an index where nothing is known */
		put_datum(&row, Int16GetDatum(has_layer && layer >= 0 &&
									  layer <= base_layer));
		put_text(&row, scan, SCAN_OPERATING_SYSTEM);
		add_row(components, &row);

		for (int v = 0; v < nvulns; v++)
			add_finding_row(findings, image_key, c, v,
							imgcat_field_item_message(component,
													  COMPONENT_VULNS, v));
	}
}
