/*
 * bench/container/import.sql: how fast documents come in
 *
 *		psql [-v images=1000] [-v findings=200] -f bench/container/import.sql
 *
 * Documents of 100 packages each are made first, then imported 100 a call:
 * new ones; the same again (nothing to rewrite); and with a newer scan
 * (everything to rewrite).  Prints images and findings a second of processor
 * time, which other work on the machine does not stretch, and beside them
 * INSERT ... SELECT of the same findings into a copy of the table with its
 * indexes, as a measure of the machine.  For a superuser on Linux.
 */
\set ON_ERROR_STOP on
\set QUIET on
\if :{?images}
\else
\set images 1000
\endif
\if :{?findings}
\else
\set findings 200
\endif
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
\ir documents.sql
TRUNCATE image_catalog.container_images CASCADE;
CREATE TEMP TABLE batches AS
	SELECT n / 100 AS batch, jsonb_agg(bench.container_document(n, :findings)) AS documents
	  FROM generate_series(0, :images - 1) AS n GROUP BY 1;
CREATE FUNCTION pg_temp.processor() RETURNS numeric LANGUAGE SQL AS $$
	SELECT (split_part(stat, ' ', 14)::numeric + split_part(stat, ' ', 15)::numeric) / 100
	  FROM pg_read_file('/proc/self/stat') AS stat
$$;
CREATE TEMP TABLE figures (place serial, what text, seconds numeric);

SELECT pg_temp.processor() AS start \gset
SELECT count(image_catalog.import_container_images(documents)) FROM batches \g /dev/null
INSERT INTO figures (what, seconds) VALUES ('new images', pg_temp.processor() - :start);
SELECT pg_temp.processor() AS start \gset
SELECT count(image_catalog.import_container_images(documents)) FROM batches \g /dev/null
INSERT INTO figures (what, seconds) VALUES ('the same again', pg_temp.processor() - :start);
UPDATE batches SET documents = (SELECT jsonb_agg(jsonb_set(d, '{scan,scanTime}', '"2025-02-01T00:00:00Z"') || '{"riskScore": 2}')
	FROM jsonb_array_elements(documents) d);
UPDATE batches SET documents = replace(documents::text, '"1.0.', '"1.1.')::jsonb;
SELECT pg_temp.processor() AS start \gset
SELECT count(image_catalog.import_container_images(documents)) FROM batches \g /dev/null
INSERT INTO figures (what, seconds) VALUES ('a newer scan', pg_temp.processor() - :start);
CREATE TABLE bench.findings (LIKE image_catalog.container_findings INCLUDING ALL);
SELECT pg_temp.processor() AS start \gset
INSERT INTO bench.findings SELECT * FROM image_catalog.container_findings;
INSERT INTO figures (what, seconds) VALUES ('INSERT ... SELECT of the findings alone', pg_temp.processor() - :start);
DROP TABLE bench.findings;

SELECT what, round(seconds, 2) AS "processor s", round(:images / seconds) AS "images/s",
	   round((SELECT count(*) FROM image_catalog.container_findings) / seconds) AS "findings/s"
  FROM figures ORDER BY place;
SELECT pg_size_pretty((SELECT avg(pg_column_size(document)) FROM image_catalog.container_images)::bigint) AS "document, stored",
	   pg_size_pretty((SELECT avg(length(d::text)) FROM image_catalog.export_container_images() d)::bigint) AS "document, printed",
	   pg_size_pretty(pg_total_relation_size('image_catalog.container_findings') / :images) AS "findings with indexes";
