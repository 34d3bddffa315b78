/*
 * bench/container/export.sql: memory of an export
 *
 *		psql [-v images=100000] [-v findings=20] -f bench/container/export.sql
 *
 * Exports a catalogue by a cursor, row by row, and by a query in FROM, and
 * prints what the backend holds meanwhile: anonymous resident memory (what the
 * kernel counts) and the sum of the memory contexts (what the server counts).
 * Only rows that an export reads are made.  For a superuser on Linux.
 */
\set ON_ERROR_STOP on
\set QUIET on
\if :{?images}
\else
\set images 100000
\endif
\if :{?findings}
\else
\set findings 20
\endif
SET client_min_messages = warning;
\ir documents.sql
TRUNCATE image_catalog.container_images CASCADE;
INSERT INTO image_catalog.container_images (digest, image_uuid, name_full, risk_score, last_updated, document)
SELECT 'sha256:' || encode(sha256(n::text::bytea), 'hex'), md5(n::text)::uuid, 'quay.io/a/b:' || n, n % 1000 / 100.0,
	   timestamptz '2024-01-01Z' + n * interval '1 minute',
	   d || jsonb_build_object('id', 'sha256:' || encode(sha256(n::text::bytea), 'hex'))
  FROM generate_series(1, :images) AS n
  JOIN (SELECT k, bench.container_document(k, :findings) AS d FROM generate_series(0, 99) k) t ON k = n % 100;
VACUUM ANALYZE image_catalog.container_images;
-- a fresh backend, which has not made documents
\connect -

-- kilobytes of anonymous memory now, the most so far, and in contexts
CREATE FUNCTION pg_temp.memory(OUT anonymous int, OUT contexts int) LANGUAGE SQL AS $$
	SELECT substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\s+(\d+)')::int,
		   (SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts)::int
$$;
CREATE TEMP TABLE samples (place serial, what text, anonymous int, contexts int);
-- warm the caches of plans and catalogues
SELECT count(d) FROM (SELECT image_catalog.export_container_images() AS d LIMIT 100) s \g /dev/null
INSERT INTO samples (what, anonymous, contexts) SELECT 'before', * FROM pg_temp.memory();

SELECT clock_timestamp() AS start \gset
BEGIN;
DECLARE export CURSOR FOR SELECT length(image_catalog.export_container_images()::text) AS bytes;
SELECT format('MOVE FORWARD %s FROM export; INSERT INTO samples (what, anonymous, contexts) SELECT %L, * FROM pg_temp.memory()',
			  :images / 10, 'cursor, ' || tenth * 10 || ' %')
  FROM generate_series(1, 10) tenth \gexec
COMMIT;
SELECT extract(epoch FROM clock_timestamp() - :'start') AS seconds \gset
INSERT INTO samples (what, anonymous, contexts) SELECT 'after', * FROM pg_temp.memory();
SELECT count(*) AS images, pg_size_pretty(sum(length(d::text))) AS printed FROM image_catalog.export_container_images() d;
INSERT INTO samples (what, anonymous, contexts) SELECT 'after a query in FROM', * FROM pg_temp.memory();
SELECT what, anonymous AS "anonymous kB", contexts AS "contexts kB" FROM samples ORDER BY place;
SELECT round(:seconds::numeric, 1) AS "seconds by cursor", round(:images / :seconds::numeric) AS "images/s",
	   pg_size_pretty(max(anonymous) * 1024::bigint) AS "most anonymous memory" FROM samples;
