/*
 * bench/container/generate.sql: fill an empty catalogue with made-up container
 * images
 *
 *		psql -v images=100000 -v findings=200 -f bench/container/generate.sql
 *
 * images is 10000 (default), findings is per image (200, a multiple of 20).
 * Everything follows from numbers by hashing: two runs of one size give the
 * same catalogue.  Needs a superuser and a database of its own: rows are
 * written without indexes and triggers, which are made up for afterwards.  The
 * rows of an image stand together, as an import writes them.
 *
 *	components	20 per image, of 2,000 names; one in 1,000 images has 'rarelib'
 *	CVE ids		30,000, their frequency falls with the square of the number;
 *				CVE-1999-0001 is in 20 images, whatever their number
 *	severity	critical 5 %, important 20 %, moderate 45 %, low 30 %
 *	fixable		40 %; state: deferred 2 %
 *	names		four registries, 1,000 repositories, a tag each
 *	rank		every image has its own risk score, nearly
 */
\set ON_ERROR_STOP on
\set QUIET on
\if :{?images}
\else
\set images 10000
\endif
\if :{?findings}
\else
\set findings 200
\endif

DO $$
BEGIN
	IF EXISTS (SELECT FROM image_catalog.container_images) THEN
		RAISE EXCEPTION 'the catalogue is not empty'
			USING HINT = 'Generate into a new database.';
	END IF;
END
$$;

SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '1GB';
UPDATE pg_catalog.pg_index SET indisready = false, indisvalid = false
 WHERE indrelid IN ('image_catalog.container_findings'::regclass,
					'image_catalog.container_components'::regclass,
					'image_catalog.container_images'::regclass);

-- a number in [0, 1) from a row and a question asked of it
CREATE FUNCTION pg_temp.random_of(row_number bigint, question int) RETURNS float8
	LANGUAGE SQL IMMUTABLE PARALLEL SAFE
	RETURN (hashint8extended(row_number, question) & 4503599627370495) / 4503599627370496.0::float8;

INSERT INTO image_catalog.container_images (
	image_key, digest, image_uuid, name_registry, name_remote, name_tag,
	name_full, created_at, command, scan_time, operating_system,
	component_count, cve_count, fixable_cve_count, counters_present,
	top_cvss, risk_score, last_updated, document)
SELECT n, 'sha256:' || md5(n::text) || md5(n || 'x'), md5(n::text)::uuid,
	   registry, remote, 'v' || n, format('%s/%s:v%s', registry, remote, n),
	   CASE WHEN n % 50 > 0 THEN '2024-01-01Z'::timestamptz + n % 700 * interval '1 day' END,
	   ARRAY['/bin/sh'], '2025-06-01Z'::timestamptz + n % 86400 * interval '1 second',
	   (ARRAY['debian:12', 'rhel:9.4', 'alpine:v3.18', 'ubuntu:24.04'])[1 + n % 4],
	   20, :findings, :findings * 4 / 10, 15, 9.8,
	   round((pg_temp.random_of(n, 1) * 10)::numeric, 6),
	   '2025-01-01Z'::timestamptz + pg_temp.random_of(n, 2) * interval '180 days',
	   '{}'
  FROM (SELECT n,
			   (ARRAY['docker.io', 'quay.io', 'registry.corp:5000', 'ghcr.io'])[1 + n % 4],
			   'team-' || n % 40 || '/app-' || n % 1000
		  FROM generate_series(1, :images) n) i (n, registry, remote);

INSERT INTO image_catalog.container_image_names
SELECT image_key, 0, name_registry, name_remote, name_tag, name_full
  FROM image_catalog.container_images;

INSERT INTO image_catalog.container_components
SELECT n, c,
	   CASE WHEN c = 0 AND n % 1000 = 0 THEN 'rarelib'
			ELSE 'lib' || floor(pg_temp.random_of(n * 20 + c, 3) * 2000) END,
	   '1.' || c || '.' || n % 10, (c % 8)::smallint, '', 9.8,
	   round(pg_temp.random_of(n * 20 + c, 4)::numeric, 2), c, 0::smallint, 'debian:12'
  FROM generate_series(1, :images) n, LATERAL generate_series(n - n, 19) c;

INSERT INTO image_catalog.container_findings
SELECT n, f % 20, f / 20,
	   CASE WHEN chance < 0.05 THEN 4 WHEN chance < 0.25 THEN 3
			WHEN chance < 0.7 THEN 2 ELSE 1 END,
	   state, fixable, false, round((chance * 10)::numeric, 1), 0, 0,
	   round(chance::numeric, 3), '2024-01-01Z', NULL, NULL, NULL,
	   CASE WHEN f = 7 AND n % (:images / 20) = 0 THEN 'CVE-1999-0001'
			ELSE 'CVE-202' || rank::int / 10000 || '-' || lpad((rank::int % 10000)::text, 4, '0') END,
	   CASE WHEN fixable THEN '2.0' ELSE '' END, '', ''
  FROM generate_series(1, :images) n,
	   LATERAL generate_series(n - n, :findings - 1) f,
	   LATERAL (SELECT pg_temp.random_of(n::bigint * :findings + f, 5),
					   pg_temp.random_of(n::bigint * :findings + f, 6) ^ 2 * 30000,
					   pg_temp.random_of(n::bigint * :findings + f, 7) < 0.4,
					   (pg_temp.random_of(n::bigint * :findings + f, 8) < 0.02)::int::smallint)
			   r (chance, rank, fixable, state);

INSERT INTO image_catalog.container_risk_scores (subject, score, subjects)
SELECT 'i', risk_score, count(*) FROM image_catalog.container_images GROUP BY risk_score
UNION ALL
SELECT 'c', risk_score, count(*) FROM image_catalog.container_components GROUP BY risk_score;

UPDATE pg_catalog.pg_index SET indisready = true, indisvalid = true
 WHERE indrelid IN ('image_catalog.container_findings'::regclass,
					'image_catalog.container_components'::regclass,
					'image_catalog.container_images'::regclass);
REINDEX TABLE image_catalog.container_images;
REINDEX TABLE image_catalog.container_components;
REINDEX TABLE image_catalog.container_findings;
SET session_replication_role = origin;
VACUUM ANALYZE image_catalog.container_images, image_catalog.container_image_names,
	image_catalog.container_components, image_catalog.container_findings,
	image_catalog.container_risk_scores;
