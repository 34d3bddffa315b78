/*-------------------------------------------------------------------------
 *
 * scan_images.c
 *		Container images scanned: their packages matched, findings written.
 *
 * The findings of packages are there already (package_findings); a scan puts
 * them into the documents of the images and imports these again, so that
 * counters, risk scores, first occurrences and states by rules come about as
 * they do with any import.
 *
 * src/scan/scan_images.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "container/container_import.h"
#include "container/container_merge.h"
#include "container/search_sql.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "query/package_ecosystem.h"
#include "scan/advisory.h"
#include "scan/scan_images.h"
#include "scan/vulnerability.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* An image that is scanned. */
typedef struct ScannedImage
{
	int64		key;
	ImgcatMessage *document;
	int			note;			/* SCAN_NOTE_... that apply, as bits */
} ScannedImage;

/*
 * Run a query whose parameter is an array of keys.
 */
static void
select_by_keys(const char *query, Datum keys)
{
	Oid			types[1] = {INT8ARRAYOID};

	if (SPI_execute_with_args(query, 1, types, &keys, NULL, false, 0) < 0)
		elog(ERROR, "could not scan images: %s", query);
}

/*
 * A text column of a row that was read; NULL of null.
 */
static char *
text_column(uint64 row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

/*
 * A column of a row that was read; false of null.
 */
static bool
read_column(uint64 row, int column, Datum *value)
{
	bool		isnull;

	*value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
						   column, &isnull);
	return !isnull;
}

/*
 * By key.
 */
static int
compare_keys(const void *left, const void *right)
{
	const ScannedImage *a = left;
	const ScannedImage *b = right;

	return a->key < b->key ? -1 : a->key > b->key;
}

/*
 * The image that the first column of a row names.
 */
static ScannedImage *
find_image(ScannedImage *images, int count, uint64 row)
{
	ScannedImage key;
	ScannedImage *image;
	Datum		value;

	(void) read_column(row, 1, &value);
	key.key = DatumGetInt64(value);
	image = bsearch(&key, images, count, sizeof(ScannedImage), compare_keys);
	if (image == NULL)
		elog(ERROR, "unexpected key of a scanned image");
	return image;
}

/*
 * Lock images and read their documents; sorted by key, those without a scan
 * left out.
 */
static ScannedImage *
lock_images(Datum keys, int *count)
{
	ScannedImage *images;

	select_by_keys("SELECT image_key, document"
				   " FROM image_catalog.container_images"
				   " WHERE image_key = ANY ($1)"
				   " ORDER BY digest FOR UPDATE", keys);
	images = palloc_extended(sizeof(ScannedImage) * Max(SPI_processed, 1),
							 MCXT_ALLOC_HUGE);
	*count = 0;
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		ScannedImage *image = &images[*count];
		Datum		value;

		(void) read_column(row, 2, &value);
		image->document = imgcat_load_document(DatumGetJsonbPCopy(value),
											   false);
		(void) read_column(row, 1, &value);
		image->key = DatumGetInt64(value);
		image->note = 0;
		*count += imgcat_field_is_set(image->document, IMAGE_SCAN);
	}
	qsort(images, *count, sizeof(ScannedImage), compare_keys);
	return images;
}

/*
 * The keys of images as an array.
 */
static Datum
image_keys(const ScannedImage *images, int count)
{
	Datum	   *keys = palloc(sizeof(Datum) * Max(count, 1));

	for (int i = 0; i < count; i++)
		keys[i] = Int64GetDatum(images[i].key);
	return PointerGetDatum(construct_array(keys, count, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * The packages of images, an array of their keys: a FROM clause.
 */
#define PACKAGES_OF_IMAGES \
	" FROM pg_catalog.unnest($1) AS i (image_key)" \
	IMGCAT_BY_INDEX("component_index, package_key", "container_packages", \
					"image_key = i.image_key") " AS k" \
	IMGCAT_BY_INDEX("ecosystem, is_matched", "packages", \
					"package_key = k.package_key") " AS p"

/*
 * Match the packages of images that nobody has matched yet: those that came in
 * a transaction with a snapshot from before.  In such a one they stay so.
 */
static void
match_rest(Datum keys)
{
	if (IsolationUsesXactSnapshot())
		return;
	select_by_keys("SELECT DISTINCT k.package_key" PACKAGES_OF_IMAGES
				   " WHERE NOT p.is_matched", keys);
	if (SPI_processed > 0)
	{
		Datum		packages = imgcat_result_keys(SPI_processed);

		imgcat_match_packages(packages);
		select_by_keys("WITH locked AS (SELECT package_key"
					   "  FROM image_catalog.packages"
					   "  WHERE package_key = ANY ($1) AND NOT is_matched"
					   "  ORDER BY package_key FOR UPDATE)"
					   " UPDATE image_catalog.packages AS p"
					   " SET is_matched = true FROM locked AS l"
					   " WHERE p.package_key = l.package_key", packages);
	}
}

/* Columns of what read_hits() selects, from the third on those of a hit. */
#define HIT_COLUMNS \
	"i.image_key, k.component_index, p.ecosystem, a.source, a.advisory_id," \
	" a.name, a.severity, a.cvss_v2, a.cvss_v3, a.cvss_v4," \
	" COALESCE(NULLIF(a.summary, ''), d.summary, ''), a.link," \
	" a.advisory_name, a.advisory_link, f.fixed_by," \
	" COALESCE(a.published_at, d.published_at)," \
	" COALESCE(a.modified_at, d.modified_at)," \
	" LEAST(a.first_found_at, (SELECT pg_catalog.min(o.found_at)" \
	"  FROM image_catalog.package_findings AS o" \
	"  WHERE o.advisory_key = a.advisory_key))," \
	" d.epss_probability, d.epss_percentile, d.cisa_kev, d.cvss_v2, d.cvss_v3," \
	" d.cvss_v4"

/*
 * A hit out of a row of read_hits().
 */
static ImgcatHit
read_hit(uint64 row)
{
	ImgcatHit	hit = {0};
	Datum		value;

	hit.ecosystem = text_column(row, 3);
	hit.source = text_column(row, 4);
	hit.advisory_id = text_column(row, 5);
	hit.name = text_column(row, 6);
	(void) read_column(row, 7, &value);
	hit.severity = DatumGetInt16(value);
	hit.cvss_v2 = text_column(row, 8);
	hit.cvss_v3 = text_column(row, 9);
	hit.cvss_v4 = text_column(row, 10);
	hit.summary = text_column(row, 11);
	hit.link = text_column(row, 12);
	hit.advisory_name = text_column(row, 13);
	hit.advisory_link = text_column(row, 14);
	hit.fixed_by = text_column(row, 15);
	hit.has_published = read_column(row, 16, &value);
	hit.published = DatumGetTimestampTz(value);
	hit.has_modified = read_column(row, 17, &value);
	hit.modified = DatumGetTimestampTz(value);
	if (read_column(row, 18, &value))
		hit.first_found = DatumGetTimestampTz(value);
	hit.has_epss = read_column(row, 19, &value);
	if (hit.has_epss)
		hit.epss_probability = DatumGetFloat8(value);
	if (read_column(row, 20, &value))
		hit.epss_percentile = DatumGetFloat8(value);
	if (read_column(row, 21, &value))
		hit.cisa_kev = DatumGetBool(value);
	hit.nvd_v2 = text_column(row, 22);
	hit.nvd_v3 = text_column(row, 23);
	hit.nvd_v4 = text_column(row, 24);
	return hit;
}

/*
 * Give a component the findings of hits, and the version that fixes all of them
 * that can be fixed.
 */
static void
fill_component(ImgcatMessage *component, const ImgcatHit *hits, int count,
			   TimestampTz now)
{
	ImgcatMessage **vulns = imgcat_make_list(component, COMPONENT_VULNS, count);
	const char *fixed_by = "";

	for (int i = 0; i < count; i++)
	{
		imgcat_fill_vulnerability(vulns[i], &hits[i], now);
		fixed_by = imgcat_later_version(hits[i].ecosystem, fixed_by,
										hits[i].fixed_by);
	}
	imgcat_set_text(component, COMPONENT_FIXED_BY, fixed_by, strlen(fixed_by));
}

/*
 * Put what hits the packages of images into their documents; the same name
 * twice in a component is one finding.
 */
static void
fill_findings(ScannedImage *images, int count, Datum keys, TimestampTz now)
{
	ImgcatHit  *hits;
	int			nhits = 0;

	select_by_keys("SELECT " HIT_COLUMNS PACKAGES_OF_IMAGES
				   IMGCAT_BY_INDEX("advisory_key, fixed_by",
								   "package_findings",
								   "package_key = k.package_key") " AS f"
				   IMGCAT_BY_INDEX("*", "advisories",
								   "advisory_key = f.advisory_key") " AS a"
				   " LEFT JOIN LATERAL (SELECT"
				   "   pg_catalog.max(v.epss_probability) AS epss_probability,"
				   "   pg_catalog.max(v.epss_percentile) AS epss_percentile,"
				   "   pg_catalog.bool_or(v.cisa_kev IS NOT NULL) AS cisa_kev,"
				   "   pg_catalog.max(v.cvss_v2) AS cvss_v2,"
				   "   pg_catalog.max(v.cvss_v3) AS cvss_v3,"
				   "   pg_catalog.max(v.cvss_v4) AS cvss_v4,"
				   "   pg_catalog.max(v.summary) AS summary,"
				   "   pg_catalog.min(v.published_at) AS published_at,"
				   "   pg_catalog.max(v.modified_at) AS modified_at"
				   "  FROM image_catalog.vulnerability_details AS v"
				   "  JOIN image_catalog.vulnerability_loads AS l"
				   "   ON l.load_key = v.load_key"
				   "  WHERE v.cve = a.name AND l.finished_at IS NOT NULL) AS d"
				   "  ON true"
				   " ORDER BY i.image_key, k.component_index, a.name,"
				   "  a.source, a.advisory_id", keys);
	hits = palloc_extended(sizeof(ImgcatHit) * Max(SPI_processed, 1),
						   MCXT_ALLOC_HUGE);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		ImgcatHit	hit = read_hit(row);
		ScannedImage *image = find_image(images, count, row);
		ImgcatMessage *scan = imgcat_field_message(image->document, IMAGE_SCAN);
		Datum		component;
		Datum		next_component = (Datum) 0;
		bool		last = row + 1 == SPI_processed;

		CHECK_FOR_INTERRUPTS();
		if (nhits > 0 && strcmp(hits[nhits - 1].name, hit.name) == 0)
			imgcat_merge_hits(&hits[nhits - 1], &hit);
		else
			hits[nhits++] = hit;

		(void) read_column(row, 2, &component);
		if (!last)
		{
			(void) read_column(row + 1, 2, &next_component);
			last = DatumGetInt32(component) != DatumGetInt32(next_component) ||
				find_image(images, count, row + 1) != image;
		}
		if (!last)
			continue;
		if (DatumGetInt32(component) < imgcat_field_count(scan, SCAN_COMPONENTS))
			fill_component(imgcat_field_item_message(scan, SCAN_COMPONENTS,
													 DatumGetInt32(component)),
						   hits, nhits, now);
		nhits = 0;
	}
}

/*
 * Find which images have packages of ecosystems that no advisory speaks of.
 */
static void
note_missing_data(ScannedImage *images, int count, Datum keys)
{
	select_by_keys("SELECT e.image_key, e.ecosystem"
				   " FROM (SELECT DISTINCT i.image_key, p.ecosystem"
				   PACKAGES_OF_IMAGES ") AS e"
				   " LEFT JOIN LATERAL (SELECT true AS is_known"
				   "  FROM image_catalog.advisory_ranges AS r"
				   "  JOIN image_catalog.advisories AS a"
				   "   ON a.advisory_key = r.advisory_key"
				   "  WHERE r.ecosystem = e.ecosystem AND a.is_current"
				   "  LIMIT 1) AS r ON true"
				   " WHERE r.is_known IS NULL", keys);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		const char *ecosystem = text_column(row, 2);

		find_image(images, count, row)->note |=
			imgcat_ecosystem_is_system(ecosystem, strlen(ecosystem)) ?
			1 << SCAN_NOTE_OS_CVES_UNAVAILABLE :
			1 << SCAN_NOTE_LANGUAGE_CVES_UNAVAILABLE;
	}
	for (int i = 0; i < count; i++)
	{
		int			length;
		const char *system =
		imgcat_field_text(imgcat_field_message(images[i].document,
											   IMAGE_SCAN),
						  SCAN_OPERATING_SYSTEM, &length);

		if (imgcat_system_ecosystem(system, length)[0] == '\0')
			images[i].note |= 1 << SCAN_NOTE_OS_UNAVAILABLE;
		if (images[i].note != 0)
			images[i].note |= 1 << SCAN_NOTE_PARTIAL_SCAN_DATA;
	}
}

/*
 * Take out of a document what the scan before said.
 */
static void
clear_scan(ImgcatMessage *document)
{
	ImgcatMessage *scan = imgcat_field_message(document, IMAGE_SCAN);
	int			ncomponents = imgcat_field_count(scan, SCAN_COMPONENTS);
	static const int of_component[] = {
		COMPONENT_VULNS, COMPONENT_TOP_CVSS, COMPONENT_RISK_SCORE,
		COMPONENT_FIXED_BY
	};

	for (int c = 0; c < ncomponents; c++)
	{
		ImgcatMessage *component =
		imgcat_field_item_message(scan, SCAN_COMPONENTS, c);

		for (int i = 0; i < (int) lengthof(of_component); i++)
			component->fields[of_component[i]].kind = IMGCAT_VALUE_ABSENT;
	}
	scan->fields[SCAN_HASH].kind = IMGCAT_VALUE_ABSENT;
	document->fields[IMAGE_TOP_CVSS].kind = IMGCAT_VALUE_ABSENT;
	document->fields[IMAGE_RISK_SCORE].kind = IMGCAT_VALUE_ABSENT;
	document->fields[IMAGE_LAST_UPDATED].kind = IMGCAT_VALUE_ABSENT;
}

/*
 * Say in a document when and by whom it was scanned.
 */
static void
finish_scan(ScannedImage *image, TimestampTz now)
{
	ImgcatMessage *scan = imgcat_field_message(image->document, IMAGE_SCAN);
	ImgcatMessage *data_source =
	imgcat_make_message(scan->type->fields[SCAN_DATA_SOURCE].message);
	const ImgcatEnumType *notes = scan->type->fields[SCAN_NOTES].names;
	const char *texts[SCAN_NOTES_COUNT];
	int			count = 0;
	TimestampTz before;
	int			nanos;

	for (int note = 0; note < SCAN_NOTES_COUNT; note++)
		if (image->note & (1 << note))
			texts[count++] = notes->names[note];
	imgcat_set_text_list(scan, SCAN_NOTES, texts, count);
	imgcat_set_text(data_source, DATA_SOURCE_NAME, "image_catalog", 13);
	imgcat_set_message(scan, SCAN_DATA_SOURCE, data_source);
	/* an older scan would not be taken, whatever the clock said before */
	if (imgcat_field_timestamp(scan, SCAN_TIME, &before, &nanos))
		now = Max(now, before + (nanos > 0));
	imgcat_set_time(scan, SCAN_TIME, now);
}

/*
 * Add a name to those of a document.
 */
void
imgcat_add_image_name(ImgcatMessage *document, const char *full_name)
{
	ImgcatMessage *name =
	imgcat_make_message(document->type->fields[IMAGE_NAME].message);
	int			count = imgcat_field_count(document, IMAGE_NAMES);
	ImgcatValue *names = palloc0(sizeof(ImgcatValue) * (count + 1));

	imgcat_set_text(name, NAME_FULL, full_name, strlen(full_name));
	for (int i = 0; i < count; i++)
		names[i] = *imgcat_field_item(document, IMAGE_NAMES, i);
	names[count].kind = IMGCAT_VALUE_MESSAGE;
	names[count].u.message = name;
	document->fields[IMAGE_NAMES].kind = IMGCAT_VALUE_LIST;
	document->fields[IMAGE_NAMES].u.list.count = count + 1;
	document->fields[IMAGE_NAMES].u.list.items = names;
}

/*
 * See scan_images.h.
 */
int64
imgcat_scan_images(Datum keys, const char *full_name)
{
	TimestampTz now = imgcat_search_now();
	ScannedImage *images;
	ImgcatMessage **documents;
	int			count;

	images = lock_images(keys, &count);
	if (count == 0)
		return 0;
	keys = image_keys(images, count);
	/* a load that is finished now would miss that these images are due */
	select_by_keys("LOCK TABLE image_catalog.packages IN ROW EXCLUSIVE MODE",
				   keys);
	match_rest(keys);
	for (int i = 0; i < count; i++)
		clear_scan(images[i].document);
	fill_findings(images, count, keys, now);
	note_missing_data(images, count, keys);
	documents = palloc(sizeof(ImgcatMessage *) * count);
	for (int i = 0; i < count; i++)
	{
		finish_scan(&images[i], now);
		if (full_name != NULL)
			imgcat_add_image_name(images[i].document, full_name);
		documents[i] = images[i].document;
	}
	imgcat_import_stored(documents, count);
	select_by_keys("INSERT INTO image_catalog.container_scans AS s"
				   "  (image_key, scanned_at)"
				   " SELECT k.image_key, pg_catalog.now()"
				   " FROM pg_catalog.unnest($1) AS k (image_key)"
				   " ON CONFLICT (image_key) DO UPDATE"
				   " SET scanned_at = excluded.scanned_at, due_at = NULL", keys);
	return count;
}

/*
 * See scan_images.h.
 */
bool
imgcat_scan_digest(const char *digest, const char *full_name)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1];

	values[0] = CStringGetTextDatum(digest);
	if (SPI_execute_with_args("SELECT image_key"
							  " FROM image_catalog.container_images"
							  " WHERE digest = $1", 1, types, values, NULL,
							  false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read container images");
	return SPI_processed > 0 &&
		imgcat_scan_images(imgcat_result_keys(SPI_processed), full_name) > 0;
}

/*
 * Are there any advisories to match with?  SPI is connected.
 */
bool
imgcat_has_advisories(void)
{
	if (SPI_execute("SELECT FROM image_catalog.vulnerability_loads"
					" WHERE finished_at IS NOT NULL LIMIT 1",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read loads");
	return SPI_processed > 0;
}
