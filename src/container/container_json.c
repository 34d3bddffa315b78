/*-------------------------------------------------------------------------
 *
 * container_json.c
 *		JSON text of the documents that container-image functions return.
 *
 * Written member by member from the row, in the order of the API's schema: a
 * 64-bit integer is a string, an unset oneof member is left out, everything
 * else is always there.
 *
 * src/container/container_json.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_json.h"
#include "json_writer.h"
#include "utils/timestamp.h"

/*
 * Append a point in time as a JSON string: RFC 3339 in UTC with 0, 3, 6 or 9
 * digits of fraction.  nanos, 0..999, is what the timestamp cannot hold.
 */
void
imgcat_json_timestamp(StringInfo out, TimestampTz timestamp, int nanos)
{
	struct pg_tm tm;
	fsec_t		micros;

	if (timestamp2tm(timestamp, NULL, &tm, &micros, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	appendStringInfo(out, "\"%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year,
					 tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (nanos != 0)
		appendStringInfo(out, ".%06d%03d", (int) micros, nanos);
	else if (micros % 1000 != 0)
		appendStringInfo(out, ".%06d", (int) micros);
	else if (micros != 0)
		appendStringInfo(out, ".%03d", (int) micros / 1000);
	appendStringInfoString(out, "Z\"");
}

/*
 * Append a StorageListImage.
 */
void
imgcat_write_list_image(StringInfo out, const ImgcatListImage *image)
{
	appendStringInfoString(out, "{\"id\":");
	imgcat_json_string(out, image->digest, strlen(image->digest));
	appendStringInfoString(out, ",\"name\":");
	imgcat_json_string(out, image->name_full, strlen(image->name_full));
	if (image->counters_present & IMGCAT_COUNTER_COMPONENTS)
		appendStringInfo(out, ",\"components\":%d", image->component_count);
	if (image->counters_present & IMGCAT_COUNTER_CVES)
		appendStringInfo(out, ",\"cves\":%d", image->cve_count);
	if (image->counters_present & IMGCAT_COUNTER_FIXABLE_CVES)
		appendStringInfo(out, ",\"fixableCves\":%d", image->fixable_cve_count);
	appendStringInfoString(out, ",\"created\":");
	if (image->has_created_at)
		imgcat_json_timestamp(out, image->created_at,
							  image->created_at_nanos);
	else
		appendStringInfoString(out, "null");
	appendStringInfoString(out, ",\"lastUpdated\":");
	imgcat_json_timestamp(out, image->last_updated,
						  image->last_updated_nanos);
	appendStringInfo(out, ",\"priority\":\"" INT64_FORMAT "\"}",
					 image->priority);
}
