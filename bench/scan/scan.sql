/*
 * bench/scan/scan.sql: vulnerability data in, packages matched, images scanned
 *
 *		psql [-v images=1000] [-v packages=200] [-v sample=200] -f bench/scan/scan.sql
 *
 * Images have packages as uneven as real ones are: a few in nearly every image,
 * most in few.  There are 3 distinct packages for 200 in images, ten versions of a
 * name, and 8 advisories of a name or a little more: of 100000 images of 200
 * packages 300000, 30000 and 250000.  Prints the processor time of each step, which
 * other work on the machine stretches least, and what the clock says; beside them that of hand-written SQL
 * over plain tables whose comparator is PL/pgSQL, and of matching image by image.
 *
 * The rows of images and of their packages are written by plain INSERTs: not what
 * is measured, and so a large catalogue is there in minutes.  Only the images whose
 * findings are written, and so measured, have documents with components: the first
 * sample ones of those that the advisory of this morning hits.  What is measured
 * with a sample is marked with the number of its images.  Nothing is analyzed after
 * the advisories came in, as it is when a load is finished right away.
 *
 * For a superuser on Linux, in a database with the extension and without images.
 */
\set ON_ERROR_STOP on
\set QUIET on
\if :{?images}
\else
\set images 1000
\endif
\if :{?packages}
\else
\set packages 200
\endif
\if :{?sample}
\else
\set sample 200
\endif
SET client_min_messages = warning;
SET jit = off;
-- all of the work in the process whose time is taken
SET max_parallel_workers_per_gather = 0;
SELECT setseed(0.5) \g /dev/null
SELECT greatest(:images::bigint * :packages * 3 / 200, 1000) AS distinct_packages,
       ceil(greatest(:images::bigint * :packages * 3 / 200, 1000) * 5 / 6.0) AS advisories \gset

CREATE SCHEMA bench;
CREATE TABLE bench.result (place serial, step text, seconds numeric, wall numeric, amount bigint, sample bigint);
CREATE FUNCTION bench.processor() RETURNS numeric LANGUAGE sql AS $$
    SELECT (split_part(stat, ' ', 14)::numeric + split_part(stat, ' ', 15)::numeric) / 100
      FROM pg_read_file('/proc/self/stat') AS stat
$$;
-- runs a statement, several times where it is a short one, and notes what it took
-- for an amount; of which it does a sample, where that is not null
CREATE FUNCTION bench.measure(step text, statement text, amount bigint, times integer DEFAULT 1, sample bigint DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    started numeric := bench.processor();
    started_at timestamptz := clock_timestamp();
BEGIN
    FOR i IN 1 .. times LOOP
        EXECUTE statement;
    END LOOP;
    INSERT INTO bench.result (step, seconds, wall, amount, sample)
    SELECT step, (bench.processor() - started) * share, extract(epoch FROM clock_timestamp() - started_at) * share, amount, sample
      FROM (SELECT coalesce(amount / sample::numeric, 1) / times AS share) AS s;
END
$$;

-- a package number n: a tenth of them as names, in ten versions
CREATE FUNCTION bench.version(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('%s.%s.%s', n % 10, n * 7 % 13, n * 3 % 17)
$$;
CREATE FUNCTION bench.purl(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('pkg:npm/package-%s@%s', n / 10, bench.version(n))
$$;
-- the document of an image, without components
CREATE FUNCTION bench.image(i bigint, at text, components jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('id', format('sha256:%s%s', md5(i::text), md5('x' || i)),
        'name', jsonb_build_object('registry', 'registry.example.org', 'remote', 'bench/image-' || i, 'tag', '1', 'fullName', format('registry.example.org/bench/image-%s:1', i)),
        'scan', jsonb_strip_nulls(jsonb_build_object('scanTime', at, 'operatingSystem', 'unknown', 'components', components)))
$$;

-- the hash as import_sbom computes it: of the columns after it, each with a NUL
INSERT INTO image_catalog.packages (package_key, package_hash, ecosystem, name, version, source_name, source_version, architecture, module, is_matched)
    SELECT n + 1, sha256('\x6e706d00'::bytea || t.name || '\x00' || t.version || '\x00' || t.name || '\x00' || t.version || '\x000000'), 'npm', p.name, p.version, p.name, p.version, '', '', true
      FROM generate_series(0, :distinct_packages - 1) AS n,
           LATERAL (SELECT format('package-%s', n / 10) AS name, bench.version(n) AS version) AS p,
           LATERAL (SELECT convert_to(p.name, 'UTF8') AS name, convert_to(p.version, 'UTF8') AS version) AS t;
INSERT INTO image_catalog.container_images (image_key, digest, image_uuid, name_registry, name_remote, name_tag, name_full, scan_time, operating_system, document)
    SELECT i, d ->> 'id', md5(i::text)::uuid, 'registry.example.org', d #>> '{name,remote}', '1', d #>> '{name,fullName}', '2024-01-01', 'unknown', d
      FROM generate_series(1, :images) AS i, bench.image(i, '2024-01-01T00:00:00Z', NULL) AS d;
INSERT INTO image_catalog.container_scans (image_key, scanned_at)
    SELECT i, now() FROM generate_series(1, :images) AS i;
-- foreign keys are not what is measured, either
SET session_replication_role = replica;
INSERT INTO image_catalog.container_packages (image_key, component_index, package_key)
    SELECT i, row_number() OVER (PARTITION BY i) - 1, n + 1
      FROM generate_series(1, :images) AS i,
           LATERAL (SELECT DISTINCT floor(power(random(), 4) * :distinct_packages)::bigint + 0 * i AS n FROM generate_series(1, :packages)) AS p;
RESET session_replication_role;
SELECT setval('image_catalog.container_images_image_key_seq', :images), setval('image_catalog.packages_package_key_seq', :distinct_packages) \g /dev/null
VACUUM ANALYZE image_catalog.packages, image_catalog.container_packages, image_catalog.container_images, image_catalog.container_scans;

-- a package that one image in a hundred has: its advisory is that of this morning
SELECT k.package_key, p.name, p.version, count(*) AS has_it FROM image_catalog.container_packages k JOIN image_catalog.packages p USING (package_key)
 GROUP BY 1, 2, 3 ORDER BY abs(count(*) - greatest(:images / 100, 1)), 1 LIMIT 1 \gset
SELECT least(:sample, :has_it) AS sample \gset
CREATE TABLE bench.sample AS SELECT image_key FROM image_catalog.container_packages WHERE package_key = :package_key ORDER BY 1 LIMIT :sample;
SELECT count(image_catalog.import_container_images(bench.image(image_key, '2024-01-02T00:00:00Z',
        (SELECT jsonb_agg(jsonb_build_object('name', p.name, 'version', p.version, 'source', 'NODEJS') ORDER BY k.component_index)
           FROM image_catalog.container_packages k JOIN image_catalog.packages p USING (package_key) WHERE k.image_key = s.image_key))))
  FROM bench.sample s \g /dev/null
INSERT INTO image_catalog.container_scans (image_key, scanned_at) SELECT image_key, now() FROM bench.sample;
SELECT bench.measure('SBOMs in', $$SELECT count(image_catalog.import_sbom(format('registry.example.org/bench/sbom-%1$s:1@sha256:%2$s%2$s', i, md5(i::text)), jsonb_build_object('bomFormat', 'CycloneDX', 'components',
    (SELECT jsonb_agg(jsonb_build_object('type', 'library', 'purl', bench.purl(package_key - 1))) FROM image_catalog.container_packages WHERE image_key = i))))
    FROM (SELECT image_key AS i FROM bench.sample LIMIT 50) s$$, :images, 1, least(:sample, 50)) \g /dev/null
DELETE FROM image_catalog.container_images WHERE image_key > :images;

CREATE TABLE bench.document AS
    SELECT n, jsonb_build_object('id', format('GHSA-%s-aaaa-bbbb', lpad(n::text, 8, '0')), 'aliases', jsonb_build_array(format('CVE-2024-%s', 1000 + n)),
               'details', repeat('what is wrong and why, ', 20),
               'severity', '[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]'::jsonb,
               'references', '[{"type": "WEB", "url": "https://example.org/advisory"}]'::jsonb,
               'affected', jsonb_build_array(jsonb_build_object('package', jsonb_build_object('ecosystem', 'npm',
                       'name', 'package-' || n % (:distinct_packages / 10)),
                   'ranges', jsonb_build_array(jsonb_build_object('type', 'SEMVER', 'events', jsonb_build_array(
                       jsonb_build_object('introduced', '0'), jsonb_build_object('fixed', format('%s.%s.0', CASE WHEN n % 3 = 0 THEN n % 5 ELSE 0 END, n % 11)))))))) AS document
      FROM generate_series(1, :advisories) AS n;
CREATE TABLE bench.batch AS SELECT jsonb_agg(document) AS documents FROM bench.document GROUP BY n / 500;
SELECT image_catalog.begin_vulnerability_load('osv:bench') AS load \gset
SELECT bench.measure('OSV documents in', format($$SELECT count(image_catalog.import_vulnerabilities('osv:bench', documents, %s)) FROM bench.batch$$, :load), :advisories) \g /dev/null
SELECT bench.measure('all packages matched (load finished)', format('SELECT image_catalog.finish_vulnerability_load(%s)', :load), :distinct_packages) \g /dev/null
SELECT image_catalog.begin_vulnerability_load('osv:bench') AS load \gset
SELECT bench.measure('the same documents in again', format($$SELECT count(image_catalog.import_vulnerabilities('osv:bench', documents, %s)) FROM bench.batch$$, :load), :advisories) \g /dev/null
SELECT bench.measure('and that load finished', format('SELECT image_catalog.finish_vulnerability_load(%s)', :load), :distinct_packages) \g /dev/null

-- findings of the first images written, as of all
UPDATE image_catalog.container_scans SET due_at = NULL WHERE image_key NOT IN (SELECT image_key FROM bench.sample);
SELECT bench.measure('findings of all images written', 'SELECT image_catalog.rescan_container_images()', :images, 1, :sample) \g /dev/null
VACUUM ANALYZE image_catalog.container_findings, image_catalog.container_components, image_catalog.container_images, image_catalog.container_scans;

-- the advisory of this morning
SELECT bench.measure('one advisory in and matched', format(
    $$SELECT image_catalog.import_vulnerabilities('osv:today', '{"id": "CVE-2025-1", "affected": [{"package": {"ecosystem": "npm", "name": "%s"}, "versions": ["%s"]}]}')$$, :'name', :'version'), 1) \g /dev/null
SELECT count(*) AS due FROM image_catalog.container_scans WHERE due_at IS NOT NULL \gset
SELECT bench.measure('its findings written', format('SELECT image_catalog.rescan_container_images("limit" => %s)', :sample), :due, 1, :sample) \g /dev/null
-- to write findings alone: the same documents imported with scans that differ
CREATE TABLE bench.written AS SELECT jsonb_agg(jsonb_set(jsonb_set(document, '{scan,scanTime}', '"2999-01-01T00:00:00Z"'),
        '{scan,components,0,vulns}', '[{"cve": "CVE-2025-2"}]')) AS documents
  FROM image_catalog.container_images WHERE image_key IN (SELECT image_key FROM bench.sample);
BEGIN;
SELECT bench.measure('as many documents imported', 'SELECT image_catalog.import_container_images(documents) FROM bench.written', :due, 1, :sample) \g /dev/null
SELECT * FROM bench.result WHERE step = 'as many documents imported' \gset imported_
ROLLBACK;
INSERT INTO bench.result (step, seconds, wall, amount, sample) VALUES ('as many documents imported', :imported_seconds, :imported_wall, :due, :sample);

-- a single image of 400 packages
SELECT count(image_catalog.import_sbom('registry.example.org/bench/one@sha256:' || repeat('f', 64), jsonb_build_object('bomFormat', 'CycloneDX', 'components',
    (SELECT jsonb_agg(jsonb_build_object('type', 'library', 'purl', bench.purl(n * 7))) FROM generate_series(1, 400) n)))) \g /dev/null
SELECT bench.measure('an image of 400 packages scanned', $$SELECT image_catalog.scan_image('sha256:' || repeat('f', 64), true)$$, 1, 20) \g /dev/null
SELECT bench.measure('its stored scan used again', $$SELECT image_catalog.scan_image('sha256:' || repeat('f', 64))$$, 1, 20) \g /dev/null

-- plain tables, and the comparator that people write
CREATE TABLE bench.package AS SELECT package_key AS id, name, version FROM image_catalog.packages;
CREATE TABLE bench.image_package AS SELECT k.image_key AS image, p.name, p.version
  FROM bench.sample s JOIN image_catalog.container_packages k USING (image_key) JOIN image_catalog.packages p USING (package_key);
CREATE TABLE bench.advisory AS SELECT advisory_key AS id, name, upper_version AS fixed FROM image_catalog.advisory_ranges WHERE upper_version IS NOT NULL;
CREATE INDEX ON bench.package (name);
CREATE INDEX ON bench.image_package (name);
CREATE INDEX ON bench.advisory (name);
ANALYZE bench.package, bench.image_package, bench.advisory;
-- Semantic Versioning: numbers, then pre-releases by their identifiers
CREATE FUNCTION bench.before(a text, b text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    x text[] := regexp_match(a, '^v?([0-9.]+)(?:-([^+]*))?');
    y text[] := regexp_match(b, '^v?([0-9.]+)(?:-([^+]*))?');
    m text[] := string_to_array(x[1], '.');
    n text[] := string_to_array(y[1], '.');
BEGIN
    FOR i IN 1 .. greatest(cardinality(m), cardinality(n)) LOOP
        IF coalesce(m[i], '0')::numeric <> coalesce(n[i], '0')::numeric THEN
            RETURN coalesce(m[i], '0')::numeric < coalesce(n[i], '0')::numeric;
        END IF;
    END LOOP;
    IF x[2] IS NULL OR y[2] IS NULL THEN
        RETURN x[2] IS NOT NULL AND y[2] IS NULL;
    END IF;
    m := string_to_array(x[2], '.');
    n := string_to_array(y[2], '.');
    FOR i IN 1 .. least(cardinality(m), cardinality(n)) LOOP
        CONTINUE WHEN m[i] = n[i];
        IF m[i] ~ '^[0-9]+$' AND n[i] ~ '^[0-9]+$' THEN
            RETURN m[i]::numeric < n[i]::numeric;
        END IF;
        RETURN m[i] ~ '^[0-9]+$' OR (n[i] !~ '^[0-9]+$' AND m[i] COLLATE "C" < n[i] COLLATE "C");
    END LOOP;
    RETURN cardinality(m) < cardinality(n);
END
$$;
SELECT bench.measure('by hand: distinct packages matched', 'CREATE TABLE bench.hit AS SELECT p.id AS package, a.id AS advisory, a.fixed FROM bench.package p JOIN bench.advisory a USING (name) WHERE bench.before(p.version, a.fixed)',
    :distinct_packages) \g /dev/null
SELECT bench.measure('by hand: packages of all images matched', 'CREATE TABLE bench.image_hit AS SELECT p.image, p.name, p.version, a.id AS advisory, a.fixed FROM bench.image_package p JOIN bench.advisory a USING (name) WHERE bench.before(p.version, a.fixed)',
    :images, 1, :sample) \g /dev/null
-- image by image, with our comparator: each matches its packages, and keeps what hits it
CREATE TABLE bench.finding (image_key bigint, package_key bigint, advisory_key bigint, fixed_by text, PRIMARY KEY (image_key, package_key, advisory_key));
CREATE FUNCTION bench.match_image(key bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO bench.finding
    SELECT key, k.package_key, r.advisory_key, image_catalog.latest_version(p.ecosystem, r.fixed_by)
      FROM image_catalog.container_packages k JOIN image_catalog.packages p USING (package_key)
      JOIN image_catalog.advisory_ranges r ON r.ecosystem = p.ecosystem AND r.name = p.name
     WHERE k.image_key = key AND image_catalog.version_affected(p.ecosystem, p.version, r.lower_version, r.upper_version, r.upper_included, r.versions)
     GROUP BY 1, 2, 3
$$;
ANALYZE image_catalog.advisory_ranges;
SELECT bench.measure('image by image: packages of all images matched', 'SELECT count(bench.match_image(image_key)) FROM bench.sample', :images, 1, :sample) \g /dev/null

\pset footer off
SELECT step, round(seconds, 3) AS "processor s", round(wall, 3) AS "wall s", amount, sample, round(amount / nullif(seconds, 0)) AS "a second" FROM bench.result ORDER BY place;
SELECT (SELECT count(*) FROM image_catalog.packages) AS packages, (SELECT count(*) FROM image_catalog.container_packages) AS of_images,
       (SELECT count(*) FROM image_catalog.advisories) AS advisories, (SELECT count(*) FROM image_catalog.package_findings) AS hits,
       round((SELECT count(*)::numeric FROM image_catalog.container_findings) / (:sample + 1)) AS findings_an_image,
       pg_size_pretty(pg_table_size('image_catalog.container_packages') + pg_indexes_size('image_catalog.container_packages')) AS links;
SELECT i.seconds / m.seconds AS "image by image, times all packages matched", (o.seconds + f.seconds) / w.seconds AS "an advisory, times its documents imported"
  FROM bench.result i, bench.result m, bench.result o, bench.result f, bench.result w
 WHERE i.step LIKE 'image by%' AND m.step LIKE 'all packages%' AND o.step LIKE 'one advisory%' AND f.step LIKE 'its findings%' AND w.step LIKE 'as many%';
DROP SCHEMA bench CASCADE;
