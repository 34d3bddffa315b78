-- from advisories that hit packages to findings of images
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.container_watched_images;
DELETE FROM image_catalog.packages;
DELETE FROM image_catalog.advisories;
DELETE FROM image_catalog.vulnerability_loads;
\set digest sha256:00000000000000000000000000000000000000000000000000000000000000
SET timezone = 'UTC';
SET image_catalog.clock = '2026-02-03 04:05:06Z';
CREATE TEMP VIEW findings AS
    SELECT right(i.digest, 2) AS image, c.name || '@' || c.version AS component, v.value AS finding, c.image_key, f.cve
      FROM image_catalog.container_images i
      JOIN image_catalog.container_components c USING (image_key)
      JOIN image_catalog.container_findings f USING (image_key, component_index),
           LATERAL (SELECT i.document #> ARRAY['scan', 'components', c.component_index::text, 'vulns', f.finding_index::text]) AS v (value)
     ORDER BY i.digest, c.component_index, f.finding_index;
-- a document of a package hit in all its versions, and what else it says
CREATE FUNCTION pg_temp.doc(id text, package text, more jsonb DEFAULT '{}', ecosystem text DEFAULT 'npm', fixed text DEFAULT '9') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('id', id, 'affected', jsonb_build_array(jsonb_build_object(
        'package', jsonb_build_object('ecosystem', ecosystem, 'name', package),
        'ranges', jsonb_build_array(jsonb_build_object('type', 'ECOSYSTEM', 'events',
            '[{"introduced": "0"}]'::jsonb || CASE WHEN fixed = '' THEN '[]' ELSE jsonb_build_array(jsonb_build_object('fixed', fixed)) END))))) || more
$$;
CREATE FUNCTION pg_temp.sbom(image text, VARIADIC purls text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT image_catalog.import_sbom(image, jsonb_build_object('bomFormat', 'CycloneDX', 'components',
        (SELECT jsonb_agg(jsonb_build_object('type', 'library', 'purl', p)) FROM unnest(purls) AS p)))::jsonb - 'name' - 'id'
$$;

-- what a finding is called
SELECT pg_temp.sbom('names@' || :'digest' || 'a1', 'pkg:npm/n@1');
SELECT image_catalog.import_vulnerabilities('osv:n', jsonb_build_array(
    pg_temp.doc('GHSA-aaaa-bbbb-0001', 'n', '{"aliases": ["CVE-2024-0001", "CVE-2024-0002"]}'),
    pg_temp.doc('CVE-2024-0003', 'n', '{"aliases": ["CVE-2024-0004"]}'),
    pg_temp.doc('GHSA-aaaa-bbbb-0005', 'n', '{"references": [{"type": "WEB", "url": "https://example.org/CVE-2024-0005"}]}'),
    pg_temp.doc('PYSEC-2024-6', 'n', '{"aliases": ["GHSA-aaaa-bbbb-0006"]}'),
    pg_temp.doc('x PYSEC-2024-7', 'n'),
    pg_temp.doc('MAL-8', 'n'),
    pg_temp.doc('UBUNTU-CVE-2024-9', 'n'),
    pg_temp.doc('DSA-1', 'n', '{"upstream": ["CVE-2024-0010"]}')))::jsonb - 'source';
SELECT image_catalog.rescan_container_images();
SELECT finding ->> 'cve' AS cve FROM findings;

-- severity and scores: the vector's (the last that is listed), the source's word, NVD's
SELECT pg_temp.sbom('scores@' || :'digest' || 'a2', 'pkg:npm/s@1');
SELECT image_catalog.import_vulnerabilities('osv:s', jsonb_build_array(
    pg_temp.doc('CVE-2024-0001', 's', '{"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}]}'),
    pg_temp.doc('CVE-2024-0002', 's', '{"severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:P/I:P/A:P"}]}'),
    pg_temp.doc('CVE-2024-0003', 's', '{"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}, {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N"}]}'),
    pg_temp.doc('CVE-2024-0004', 's', '{"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N"}]}'),
    pg_temp.doc('CVE-2024-0005', 's', '{"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/nonsense"}], "database_specific": {"severity": "HIGH"}}'),
    pg_temp.doc('CVE-2024-0006', 's', '{"database_specific": {"severity": "MODERATE"}}'),
    pg_temp.doc('CVE-2024-0007', 's', '{"database_specific": {"severity": "negligible"}}'),
    pg_temp.doc('CVE-2024-0008', 's', '{"severity": [{"type": "Ubuntu", "score": "critical"}]}'),
    pg_temp.doc('CVE-2024-0009', 's', '{"severity": [{"type": "CVSS_V3", "score": "CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N"}]}'),
    pg_temp.doc('CVE-2024-0010', 's')))::jsonb - 'source';
SELECT image_catalog.rescan_container_images();
SELECT cve, finding ->> 'severity' AS severity, finding ->> 'cvss' AS cvss, finding ->> 'scoreVersion' AS version,
       finding #>> '{cvssV3,score}' AS v3, finding #>> '{cvssV2,score}' AS v2, jsonb_array_length(finding -> 'cvssMetrics') AS metrics
  FROM findings WHERE image = 'a2';
SELECT jsonb_pretty(finding -> 'cvssV3') AS v3 FROM findings WHERE image = 'a2' AND cve = 'CVE-2024-0001';
SELECT jsonb_pretty(finding -> 'cvssMetrics') AS v2 FROM findings WHERE image = 'a2' AND cve = 'CVE-2024-0002';
SELECT image_catalog.get_container_image(:'digest' || 'a2')::jsonb -> 'topCvss' AS top;

-- texts, links, dates
SELECT pg_temp.sbom('texts@' || :'digest' || 'a3', 'pkg:npm/t@1');
SELECT image_catalog.import_vulnerabilities('osv:t', jsonb_build_array(
    pg_temp.doc('GHSA-aaaa-bbbb-0001', 't', '{"summary": "short", "details": "long", "published": "2024-01-02T03:04:05Z", "modified": "2024-05-06T07:08:09.5Z",
        "aliases": ["CVE-2024-0001"], "references": [{"type": "WEB", "url": "https://example.org/1"}, {"type": "WEB", "url": "https://example.org/2"}]}'),
    pg_temp.doc('CVE-2024-0002', 't', '{"summary": "short", "details": "", "published": "never", "modified": "0001-01-01T00:00:00Z"}'),
    pg_temp.doc('CVE-2024-0003', 't', '{"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}], "references": [{"url": "https://example.org/3"}]}')))::jsonb - 'source';
SELECT image_catalog.rescan_container_images();
SELECT cve, finding ->> 'summary' AS summary, finding ->> 'link' AS link, finding ->> 'publishedOn' AS published, finding ->> 'lastModified' AS modified,
       finding ->> 'datasource' AS datasource, finding ->> 'origin' AS origin
  FROM findings WHERE image = 'a3';

-- two advisories of one name are one finding: the later fix, the scores of who has more of them,
-- then of the higher severity; a name twice in two components are two
SELECT pg_temp.sbom('merge@' || :'digest' || 'a4', 'pkg:npm/m@1', 'pkg:npm/m@2', 'pkg:npm/k@1');
SELECT image_catalog.import_vulnerabilities('osv:m', jsonb_build_array(
    pg_temp.doc('GHSA-aaaa-bbbb-0001', 'm', '{"aliases": ["CVE-2024-0001"], "details": "first"}', fixed => '1.5'),
    pg_temp.doc('GHSA-aaaa-bbbb-0002', 'm', '{"aliases": ["CVE-2024-0001"], "details": "second", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}]}', fixed => '1.10'),
    pg_temp.doc('GHSA-aaaa-bbbb-0003', 'm', '{"aliases": ["CVE-2024-0001"], "details": "third"}', fixed => ''),
    pg_temp.doc('GHSA-aaaa-bbbb-0004', 'k', '{"aliases": ["CVE-2024-0002"], "details": "low", "database_specific": {"severity": "LOW"}}', fixed => ''),
    pg_temp.doc('GHSA-aaaa-bbbb-0005', 'k', '{"aliases": ["CVE-2024-0002"], "database_specific": {"severity": "HIGH"}}', fixed => '3'),
    pg_temp.doc('GHSA-aaaa-bbbb-0006', 'k', '{"aliases": ["CVE-2024-0003"]}', fixed => '20')))::jsonb - 'source';
SELECT image_catalog.rescan_container_images();
SELECT component, cve, finding ->> 'summary' AS summary, finding ->> 'severity' AS severity, finding ->> 'fixedBy' AS fixed_by FROM findings WHERE image = 'a4';
-- what fixes all of a component
SELECT c ->> 'name' AS name, c ->> 'version' AS version, c ->> 'fixedBy' AS fixed_by
  FROM jsonb_array_elements((SELECT document #> '{scan,components}' FROM image_catalog.container_images WHERE digest = :'digest' || 'a4')) AS c;
SELECT component_count, cve_count, fixable_cve_count, critical_cve_count, important_cve_count FROM image_catalog.container_images WHERE digest = :'digest' || 'a4';
SELECT right(image_catalog.list_container_images('Component:k+CVE:CVE-2024-0002+Fixable:true') ->> 'id', 2) AS found;

-- first occurrences: of the system when the advisory was found first, of the image for good
SELECT i.digest IS NOT NULL AS found, f.first_system_occurrence < now() + interval '1 second' AS system, f.first_image_occurrence
  FROM image_catalog.container_findings f JOIN image_catalog.container_images i USING (image_key) WHERE f.cve = 'CVE-2024-0003' AND i.digest = :'digest' || 'a4';
UPDATE image_catalog.package_findings SET found_at = '2020-01-01Z' FROM image_catalog.packages p
 WHERE p.package_key = package_findings.package_key AND p.name = 'k';
SET image_catalog.clock = '2026-03-03 04:05:06Z';
SELECT image_catalog.import_vulnerabilities('osv:m', jsonb_build_array(
    pg_temp.doc('GHSA-aaaa-bbbb-0006', 'k', '{"aliases": ["CVE-2024-0003"], "details": "changed"}', fixed => '20'),
    pg_temp.doc('GHSA-aaaa-bbbb-0007', 'k', '{"aliases": ["CVE-2024-0007"]}', fixed => '20')))::jsonb - 'source';
SELECT image_catalog.rescan_container_images();
SELECT f.cve, f.first_system_occurrence = '2020-01-01Z' AS old, f.first_image_occurrence, f.is_fixable
  FROM image_catalog.container_findings f JOIN image_catalog.container_images i USING (image_key) WHERE i.digest = :'digest' || 'a4';
SELECT scan_time FROM image_catalog.container_images WHERE digest = :'digest' || 'a4';

-- states that rules give, and snoozed findings
SELECT image_catalog.mark_finding_false_positive('CVE-2024-0007') IS NOT NULL AS marked;
SELECT jsonb_path_query_array(image_catalog.scan_image(:'digest' || 'a4', true)::jsonb, '$.scan.components[*].vulns[*].cve') AS shown;
SELECT jsonb_path_query_array(image_catalog.scan_image(:'digest' || 'a4', true, true)::jsonb, '$.scan.components[*].vulns[*].state') AS states;
SELECT image_catalog.drop_finding_rule('CVE-2024-0007') IS NOT NULL AS dropped;

-- what data there are not
SELECT image_catalog.import_sbom('notes@' || :'digest' || 'a5', '{"bomFormat": "CycloneDX", "components": [
    {"type": "operating-system", "name": "debian", "version": "12"}, {"type": "library", "purl": "pkg:deb/debian/a@1"}, {"type": "library", "purl": "pkg:npm/n@1"}]}')::jsonb -> 'packages' AS packages;
SELECT image_catalog.import_sbom('notes@' || :'digest' || 'a6', '{"bomFormat": "CycloneDX", "components": [
    {"type": "operating-system", "name": "debian", "version": "12"}, {"type": "library", "purl": "pkg:gem/n@1"}]}')::jsonb -> 'packages' AS packages;
SELECT right(digest, 2) AS image, document #> '{scan,notes}' AS notes, document #>> '{scan,dataSource,name}' AS data_source FROM image_catalog.container_images WHERE digest >= :'digest' || 'a4' ORDER BY 1;

-- an image that is imported is its scanner's until it is scanned here
SELECT image_catalog.import_container_images(format('{"id": "%sb1", "name": {"fullName": "foreign:1"}, "scan": {"scanTime": "2027-01-01T00:00:00Z", "scannerVersion": "other", "hash": "7",
    "components": [{"name": "m", "version": "1", "source": "NODEJS", "fixedBy": "7", "riskScore": 5, "topCvss": 9, "vulns": [{"cve": "CVE-1", "cvss": 9}]}, {"name": "none", "version": "1", "source": "NODEJS", "topCvss": 3}]},
    "topCvss": 9, "cves": 1}', :'digest')::jsonb);
SELECT image_catalog.import_vulnerabilities('osv:m', jsonb_build_array(pg_temp.doc('CVE-2024-0001', 'm')))::jsonb - 'source';
SELECT image_catalog.rescan_container_images();
SELECT cve FROM findings WHERE image = 'b1';
SELECT image_catalog.scan_image('foreign:1')::jsonb #>> '{scan,components,0,vulns,0,cve}' AS stored;
SELECT jsonb_pretty(image_catalog.scan_image('foreign:1@' || :'digest' || 'b1', true)::jsonb #- '{scan,components,0,vulns,0}') AS scanned;
-- once it is, new data reach it
SELECT image_catalog.import_vulnerabilities('osv:m', jsonb_build_array(pg_temp.doc('CVE-2024-0002', 'm')))::jsonb - 'source';
SELECT image_catalog.rescan_container_images();
SELECT cve FROM findings WHERE image = 'b1';
-- and another scan of the other scanner takes it back
SELECT image_catalog.import_container_images(format('{"id": "%sb1", "scan": {"scanTime": "2028-01-01T00:00:00Z", "components": [{"name": "m", "version": "1", "source": "NODEJS"}]}}', :'digest')::jsonb);
SELECT image_catalog.import_vulnerabilities('osv:m', '[]')::jsonb - 'source';
SELECT image_catalog.rescan_container_images();
SELECT count(*) FROM findings WHERE image = 'b1';

-- images that are due: watched ones first, as many as are asked for, since when they are
SELECT image_catalog.watch_image('w:1') ->> 'errorType' AS watched, pg_temp.sbom('w:1@' || :'digest' || 'c3', 'pkg:npm/w@1');
INSERT INTO image_catalog.container_watched_images SELECT name_full FROM image_catalog.container_images WHERE digest = :'digest' || 'c3';
SELECT pg_temp.sbom('w:' || n || '@' || :'digest' || 'c' || n, 'pkg:npm/w@1') FROM generate_series(1, 4) AS n WHERE n <> 3;
SELECT image_catalog.import_vulnerabilities('osv:w', pg_temp.doc('CVE-2024-0001', 'w'))::jsonb - 'source';
CREATE TEMP VIEW due AS SELECT right(digest, 2) AS image FROM image_catalog.container_scans JOIN image_catalog.container_images USING (image_key) WHERE due_at IS NOT NULL ORDER BY 1;
SELECT image_catalog.rescan_container_images(now() + interval '1 hour');
SELECT image_catalog.rescan_container_images("limit" => 0);
SELECT * FROM due;
SELECT image_catalog.rescan_container_images("limit" => 1);
SELECT * FROM due;
SELECT image_catalog.rescan_container_images("limit" => 2);
SELECT count(*) FROM due;
SELECT image_catalog.rescan_container_images(now() - interval '1 hour');
SELECT count(*) FROM due;
SELECT image_catalog.rescan_container_images("limit" => -1);
\echo :SQLSTATE
SELECT count(*) FROM findings WHERE image LIKE 'c%';
-- documents that are too large for one round
SELECT count(image_catalog.import_sbom('w:large@' || :'digest' || '7' || image, jsonb_build_object('bomFormat', 'CycloneDX', 'components',
    (SELECT jsonb_agg(jsonb_build_object('purl', 'pkg:npm/w@1', 'licenses', jsonb_build_array(jsonb_build_object('license', jsonb_build_object('name',
        (SELECT string_agg(md5(format('%s %s %s', image, c, n)), '') FROM generate_series(1, 500) AS n)))))) FROM generate_series(1, 100) AS c))))
  FROM generate_series(1, 3) AS image;
SELECT min(pg_column_size(document)) > 512 * 1024 AS large FROM image_catalog.container_images WHERE digest LIKE :'digest' || '7%';
SELECT image_catalog.import_vulnerabilities('osv:w', pg_temp.doc('CVE-2024-0002', 'w'))::jsonb -> 'images' AS images;
SELECT image_catalog.rescan_container_images();
SELECT image, cve, count(*) FROM findings WHERE image LIKE '7%' GROUP BY 1, 2 ORDER BY 1;

-- nothing to scan with, nothing to scan
DELETE FROM image_catalog.advisories;
DELETE FROM image_catalog.vulnerability_loads;
SELECT image_catalog.scan_image('foreign:1@' || :'digest' || 'b1', true);
\echo :SQLSTATE
SELECT count(*) FROM image_catalog.package_findings;
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.container_watched_images;
DELETE FROM image_catalog.packages;
