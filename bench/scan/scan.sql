/*
 * bench/scan/scan.sql: vulnerability data in, packages matched, images scanned
 *
 *		psql [-v images=1000] [-v packages=100] -f bench/scan/scan.sql
 *
 * Images have packages as uneven as real ones are: a few in nearly every image,
 * most in one or two.  There are 3 distinct packages for 200 in images, ten
 * versions of a name, and 8 advisories of a name: of 100000 images of 200 packages
 * 300000, 30000 and 240000.  Prints the processor time of each step, which other
 * work on the machine does not stretch, and beside it that of hand-written SQL over
 * plain tables whose comparator is PL/pgSQL, and of matching image by image.  For
 * a superuser on Linux, in a database with the extension and without images.
 */
\set ON_ERROR_STOP on
\set QUIET on
\if :{?images}
\else
\set images 1000
\endif
\if :{?packages}
\else
\set packages 100
\endif
SET client_min_messages = warning;
SET jit = off;
SELECT setseed(0.5) \g /dev/null
-- images times packages, three distinct ones for a hundred
SELECT greatest(:images * :packages * 3 / 200, 1000) AS distinct_packages \gset
SELECT :distinct_packages * 8 / 10 AS advisories \gset

CREATE SCHEMA bench;
CREATE TABLE bench.result (step text, seconds numeric, amount bigint);
CREATE FUNCTION bench.processor() RETURNS numeric LANGUAGE sql AS $$
    SELECT (split_part(stat, ' ', 14)::numeric + split_part(stat, ' ', 15)::numeric) / 100
      FROM pg_read_file('/proc/self/stat') AS stat
$$;
-- runs a statement, several times where it is a short one, and notes what it took
CREATE FUNCTION bench.measure(step text, statement text, amount bigint, times integer DEFAULT 1) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    started numeric := bench.processor();
BEGIN
    FOR i IN 1 .. times LOOP
        EXECUTE statement;
    END LOOP;
    INSERT INTO bench.result VALUES (step, (bench.processor() - started) / times, amount);
END
$$;

-- a package number n: a tenth of them as names, in ten versions
CREATE FUNCTION bench.purl(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('pkg:npm/package-%s@%s.%s.%s', n / 10, n % 10, n * 7 % 13, n * 3 % 17)
$$;
CREATE TABLE bench.sbom AS
    SELECT i AS image, format('registry.example.org/bench/image-%s@sha256:%s', i, md5(i::text) || md5('x' || i)) AS name,
           jsonb_build_object('bomFormat', 'CycloneDX', 'components', jsonb_agg(DISTINCT jsonb_build_object('type', 'library',
               'purl', bench.purl(floor(power(random(), 4) * :distinct_packages)::bigint)))) AS sbom
      FROM generate_series(1, :images) AS i, generate_series(1, :packages) AS p
     GROUP BY i;
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
ANALYZE bench.sbom, bench.document;

SELECT bench.measure('SBOMs in', 'SELECT count(image_catalog.import_sbom(name, sbom)) FROM bench.sbom', :images) \g /dev/null
VACUUM ANALYZE;
SELECT image_catalog.begin_vulnerability_load('osv:bench') AS load \gset
SELECT bench.measure('OSV documents in', format(
    'SELECT count(image_catalog.import_vulnerabilities(''osv:bench'', d, %s)) FROM (SELECT jsonb_agg(document) AS d FROM bench.document GROUP BY n / 500) b', :load), :advisories) \g /dev/null
ANALYZE;
SELECT bench.measure('all packages matched (load finished)', format('SELECT image_catalog.finish_vulnerability_load(%s)', :load), (SELECT count(*) FROM image_catalog.packages)) \g /dev/null
SELECT bench.measure('the same load again', $$SELECT image_catalog.import_vulnerabilities('osv:bench', (SELECT jsonb_agg(document) FROM bench.document))$$, :advisories) \g /dev/null
VACUUM ANALYZE;
SELECT bench.measure('findings of all images written', 'SELECT image_catalog.rescan_container_images()', :images) \g /dev/null
VACUUM ANALYZE;

-- the advisory of this morning: a package that one image in a hundred has
SELECT k.package_key, p.name, p.version FROM image_catalog.container_packages k JOIN image_catalog.packages p USING (package_key)
 GROUP BY 1, 2, 3 ORDER BY abs(count(*) - greatest(:images / 100, 1)), 1 LIMIT 1 \gset
SELECT bench.measure('one advisory in and matched', format(
    $$SELECT image_catalog.import_vulnerabilities('osv:today', '{"id": "CVE-2025-1", "affected": [{"package": {"ecosystem": "npm", "name": "%s"}, "versions": ["%s"]}]}')$$, :'name', :'version'), 1) \g /dev/null
SELECT count(*) AS due FROM image_catalog.container_scans WHERE due_at IS NOT NULL \gset
CREATE TABLE bench.due AS SELECT image_key FROM image_catalog.container_scans WHERE due_at IS NOT NULL;
SELECT bench.measure('its findings written', 'SELECT image_catalog.rescan_container_images()', :due) \g /dev/null
-- to write findings alone: the same documents imported with scans that differ
CREATE TABLE bench.written AS SELECT jsonb_agg(jsonb_set(jsonb_set(document, '{scan,scanTime}', '"2999-01-01T00:00:00Z"'),
        '{scan,components,0,vulns}', '[{"cve": "CVE-2025-2"}]')) AS documents
  FROM image_catalog.container_images WHERE image_key IN (SELECT image_key FROM bench.due);
BEGIN;
SELECT bench.measure('as many documents imported', 'SELECT image_catalog.import_container_images(documents) FROM bench.written', :due) \g /dev/null
SELECT * FROM bench.result WHERE step = 'as many documents imported' \gset imported_
ROLLBACK;
INSERT INTO bench.result VALUES ('as many documents imported', :imported_seconds, :due);

-- a single image of 400 packages
SELECT count(image_catalog.import_sbom('registry.example.org/bench/one@sha256:' || repeat('f', 64), jsonb_build_object('bomFormat', 'CycloneDX', 'components',
    (SELECT jsonb_agg(jsonb_build_object('type', 'library', 'purl', bench.purl(n * 7))) FROM generate_series(1, 400) n)))) \g /dev/null
SELECT bench.measure('an image of 400 packages scanned', $$SELECT image_catalog.scan_image('sha256:' || repeat('f', 64), true)$$, 1, 20) \g /dev/null
SELECT bench.measure('its stored scan used again', $$SELECT image_catalog.scan_image('sha256:' || repeat('f', 64))$$, 1, 20) \g /dev/null

-- plain tables, and the comparator that people write
CREATE TABLE bench.package AS SELECT package_key AS id, name, version FROM image_catalog.packages;
CREATE TABLE bench.advisory AS SELECT advisory_key AS id, name, upper_version AS fixed FROM image_catalog.advisory_ranges WHERE upper_version IS NOT NULL;
CREATE INDEX ON bench.package (name);
CREATE INDEX ON bench.advisory (name);
ANALYZE bench.package, bench.advisory;
CREATE FUNCTION bench.before(a text, b text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    x text[] := string_to_array(split_part(a, '-', 1), '.');
    y text[] := string_to_array(split_part(b, '-', 1), '.');
BEGIN
    FOR i IN 1 .. greatest(cardinality(x), cardinality(y)) LOOP
        IF coalesce(x[i], '0')::int <> coalesce(y[i], '0')::int THEN
            RETURN coalesce(x[i], '0')::int < coalesce(y[i], '0')::int;
        END IF;
    END LOOP;
    RETURN a LIKE '%-%' AND b NOT LIKE '%-%';
END
$$;
SELECT bench.measure('by hand: all packages matched', 'CREATE TABLE bench.hit AS SELECT p.id AS package, a.id AS advisory, a.fixed FROM bench.package p JOIN bench.advisory a USING (name) WHERE bench.before(p.version, a.fixed)',
    (SELECT count(*) FROM bench.package)) \g /dev/null
-- image by image: each matches its packages with our comparator; a hundred of them, for all
CREATE FUNCTION bench.match_image(key bigint) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM image_catalog.container_packages k JOIN image_catalog.packages p USING (package_key)
      JOIN image_catalog.advisory_ranges r ON r.ecosystem = p.ecosystem AND r.name = p.name
     WHERE k.image_key = key AND image_catalog.version_affected(p.ecosystem, p.version, r.lower_version, r.upper_version, r.upper_included, r.versions)
$$;
SELECT bench.measure('image by image: matched', 'SELECT sum(bench.match_image(image_key)) FROM (SELECT image_key FROM image_catalog.container_images ORDER BY image_key LIMIT 100) i', 100) \g /dev/null
UPDATE bench.result SET seconds = seconds * :images / 100, amount = :images WHERE step = 'image by image: matched';

\pset footer off
SELECT step, round(seconds, 3) AS "processor s", amount, round(amount / nullif(seconds, 0)) AS "a second" FROM bench.result;
SELECT (SELECT count(*) FROM image_catalog.packages) AS packages, (SELECT count(*) FROM image_catalog.container_packages) AS of_images,
       (SELECT count(*) FROM image_catalog.package_findings) AS hits, (SELECT count(*) FROM image_catalog.container_findings) AS findings,
       pg_size_pretty(pg_table_size('image_catalog.container_packages') + pg_indexes_size('image_catalog.container_packages')) AS links;
DROP SCHEMA bench CASCADE;
