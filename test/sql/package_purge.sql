-- packages that no image has any more
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.packages;
DELETE FROM image_catalog.advisories;
DELETE FROM image_catalog.vulnerability_loads;
\set digest sha256:00000000000000000000000000000000000000000000000000000000000000
CREATE FUNCTION pg_temp.sbom(image text, VARIADIC purls text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT image_catalog.import_sbom(image, jsonb_build_object('bomFormat', 'CycloneDX', 'components',
        (SELECT jsonb_agg(jsonb_build_object('purl', p)) FROM unnest(purls) AS p)))::jsonb -> 'packages'
$$;
SELECT image_catalog.purge_packages();
SELECT pg_temp.sbom(:'digest' || 'a1', 'pkg:npm/a@1', 'pkg:npm/b@1'), pg_temp.sbom(:'digest' || 'a2', 'pkg:npm/b@1', 'pkg:npm/c@1');
SELECT image_catalog.import_vulnerabilities('osv:n', '{"id": "CVE-2024-0001", "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1"]},
    {"package": {"ecosystem": "npm", "name": "b"}, "versions": ["1"]}]}')::jsonb -> 'packages' AS packages;
UPDATE image_catalog.package_findings SET found_at = CASE name WHEN 'a' THEN '2020-01-01Z'::timestamptz ELSE '2021-01-01Z' END
  FROM image_catalog.packages p WHERE p.package_key = package_findings.package_key;
-- all are used
SELECT image_catalog.purge_packages();
-- a scan with other packages, and an image that goes
SELECT pg_temp.sbom(:'digest' || 'a1', 'pkg:npm/d@1');
SELECT image_catalog.purge_packages("limit" => 0), image_catalog.purge_packages();
SELECT p.name, f.found_at = '2021-01-01Z' AS found FROM image_catalog.packages p LEFT JOIN image_catalog.package_findings f USING (package_key) ORDER BY 1;
SELECT first_found_at = '2020-01-01Z' AS first_found FROM image_catalog.advisories;
DELETE FROM image_catalog.container_images WHERE digest = :'digest' || 'a2';
SELECT image_catalog.purge_packages(1), image_catalog.purge_packages(1), image_catalog.purge_packages(1);
SELECT name FROM image_catalog.packages;
-- what was found first with a package that is gone stays so
SELECT pg_temp.sbom(:'digest' || 'a3', 'pkg:npm/a@1');
SELECT cve, first_system_occurrence = '2020-01-01Z' AS kept, first_image_occurrence > '2020-01-01Z' AS new FROM image_catalog.container_findings;
SELECT * FROM image_catalog.check();

SELECT image_catalog.purge_packages(-1);
\echo :SQLSTATE
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT image_catalog.purge_packages();
\echo :SQLSTATE
ROLLBACK;
CREATE ROLE purge_reader;
GRANT USAGE ON SCHEMA image_catalog TO purge_reader;
GRANT SELECT ON image_catalog.container_images TO purge_reader;
SET ROLE purge_reader;
SELECT image_catalog.purge_packages();
\echo :SQLSTATE
RESET ROLE;
DROP OWNED BY purge_reader;
DROP ROLE purge_reader;
-- the lock that orders scans is taken by a trigger only
SELECT image_catalog.share_packages();
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.packages;
DELETE FROM image_catalog.advisories;
DELETE FROM image_catalog.vulnerability_loads;
