-- scans go by indexes from the packages of their images, and loads from what is new
-- in them, also where the tables have just been filled and the planner knows nothing
BEGIN;
SET LOCAL client_min_messages = warning;
-- whatever earlier tests and autovacuum have let it know
DELETE FROM pg_statistic USING pg_class c WHERE starelid = c.oid AND c.relnamespace = 'image_catalog'::regnamespace;
UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE relnamespace = 'image_catalog'::regnamespace AND relkind = 'r';
-- how many pages a statement reads
CREATE FUNCTION pages(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || statement INTO plan;
    RETURN (plan #>> '{0,Plan,Shared Hit Blocks}')::bigint + (plan #>> '{0,Plan,Shared Read Blocks}')::bigint;
END
$$;
CREATE FUNCTION sbom(image text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT image_catalog.import_sbom(rpad('cost@sha256:' || image, 76, '0'), '{"bomFormat": "CycloneDX", "components": [
        {"purl": "pkg:npm/cost-1@1"}, {"purl": "pkg:npm/cost-2@1"}]}')::jsonb -> 'packages'
$$;
SELECT image_catalog.import_vulnerabilities('osv:cost', '[]')::jsonb -> 'documents';
INSERT INTO image_catalog.packages (package_hash, ecosystem, name, version, source_name, source_version, architecture, module, is_matched)
    SELECT decode(md5(n::text), 'hex'), 'npm', 'cost-' || n, '0', 'cost-' || n, '0', '', '', true FROM generate_series(1, 20000) AS n;
INSERT INTO image_catalog.advisories (load_key, is_current, source, advisory_id, document_hash, name, severity, summary, link, advisory_name, advisory_link)
    SELECT 0, true, 'osv:cost', 'CVE-2024-' || n, '', 'CVE-2024-' || n, 0, repeat('x', 100), '', '', '' FROM generate_series(1, 20000) AS n;
INSERT INTO image_catalog.advisory_ranges (advisory_key, range_index, ecosystem, name, by_source, module, upper_included, fixed_by)
    SELECT advisory_key, 0, 'npm', 'cost-' || split_part(name, '-', 3), false, '', false, '' FROM image_catalog.advisories WHERE source = 'osv:cost';
INSERT INTO image_catalog.package_findings (package_key, advisory_key, fixed_by)
    SELECT p.package_key, a.advisory_key, '' FROM image_catalog.packages p JOIN image_catalog.advisories a
        ON a.name = 'CVE-2024-' || split_part(p.name, '-', 2) WHERE a.source = 'osv:cost';
-- one advisory that hits them all
INSERT INTO image_catalog.advisories (load_key, is_current, source, advisory_id, document_hash, name, severity, summary, link, advisory_name, advisory_link)
    VALUES (0, true, 'osv:cost', 'CVE-2024-0', '', 'CVE-2024-0', 0, '', '', '', '');
INSERT INTO image_catalog.advisory_ranges (advisory_key, range_index, ecosystem, name, by_source, module, upper_included, fixed_by)
    SELECT advisory_key, 0, 'npm', 'cost-1', false, '', false, '' FROM image_catalog.advisories WHERE advisory_id = 'CVE-2024-0';
INSERT INTO image_catalog.package_findings (package_key, advisory_key, fixed_by)
    SELECT p.package_key, a.advisory_key, '' FROM image_catalog.packages p, image_catalog.advisories a WHERE p.name LIKE 'cost-%' AND a.advisory_id = 'CVE-2024-0';
SELECT sbom('aa'), sbom('bb');
SELECT pages($$SELECT sbom('cc')$$) < 450 AS import_sbom, pages(format('SELECT image_catalog.scan_image(%L, true)', rpad('sha256:aa', 71, '0'))) < 450 AS scan_image;
-- an advisory goes to the packages of its name
SELECT pages($$SELECT image_catalog.import_vulnerabilities('osv:cost-2', '{"id": "CVE-2024-50000", "affected": [{"package": {"ecosystem": "npm", "name": "cost-2"}, "versions": ["1"]}]}')$$) < 300 AS import_vulnerabilities,
       pages($$SELECT image_catalog.import_vulnerabilities('osv:cost-2', '[]')$$) < 300 AS removed;
-- these images alone, whatever other tests have left
UPDATE image_catalog.container_scans s SET due_at = CASE WHEN i.digest LIKE 'sha256:__00%' THEN now() END FROM image_catalog.container_images i WHERE i.image_key = s.image_key;
SELECT pages('SELECT image_catalog.rescan_container_images()') < 700 AS rescan_container_images;
SELECT count(*), count(DISTINCT cve) FROM image_catalog.container_findings JOIN image_catalog.container_images USING (image_key) WHERE digest LIKE 'sha256:__00%' AND cve LIKE 'CVE-2024-%';
ROLLBACK;
