-- reports of Trivy and Grype are scans of their own
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.packages;
DELETE FROM image_catalog.advisories;
DELETE FROM image_catalog.vulnerability_loads;
SET timezone = 'UTC';
SET image_catalog.clock = '2026-02-03 04:05:06Z';
\set digest sha256:00000000000000000000000000000000000000000000000000000000000000
\getenv abs_srcdir PG_ABS_SRCDIR
\set trivy_file :abs_srcdir '/data/trivy_report.json'
\set grype_file :abs_srcdir '/data/grype_report.json'
CREATE TEMP TABLE report AS SELECT 'trivy' AS scanner, pg_read_file(:'trivy_file')::jsonb AS report
    UNION ALL SELECT 'grype', pg_read_file(:'grype_file')::jsonb;
CREATE TEMP VIEW components AS
    SELECT right(i.digest, 2) AS image, c.o - 1 AS n, c.value ->> 'name' AS name, c.value ->> 'version' AS version, c.value ->> 'source' AS source,
           c.value ->> 'location' AS location, c.value ->> 'fixedBy' AS fixed_by, c.value #>> '{license,name}' AS license,
           p.ecosystem, p.name AS package, nullif(concat_ws(' ', nullif(p.source_name, p.name), nullif(p.source_version, p.version)), '') AS src, p.architecture AS arch
      FROM image_catalog.container_images i, jsonb_array_elements(i.document #> '{scan,components}') WITH ORDINALITY AS c (value, o)
      LEFT JOIN LATERAL (SELECT p.* FROM image_catalog.container_packages k JOIN image_catalog.packages p USING (package_key)
                          WHERE k.image_key = i.image_key AND k.component_index = c.o - 1) AS p ON true
     ORDER BY i.digest, c.o;
CREATE TEMP VIEW findings AS
    SELECT right(i.digest, 2) AS image, c.value ->> 'name' AS component, v.value AS finding
      FROM image_catalog.container_images i, jsonb_array_elements(i.document #> '{scan,components}') WITH ORDINALITY AS c (value, o),
           jsonb_array_elements(c.value -> 'vulns') WITH ORDINALITY AS v (value, o)
     ORDER BY i.digest, c.o, v.o;

-- what they say of the image, its packages and their findings; names and digests are the reports'
SELECT image_catalog.import_scan_report(NULL, report) FROM report WHERE scanner = 'trivy';
SELECT image_catalog.import_scan_report(NULL, report) FROM report WHERE scanner = 'grype';
SELECT right(digest, 2) AS image, name_full, scan_time, operating_system, document #>> '{scan,scannerVersion}' AS tool,
       document #>> '{scan,dataSource,name}' AS scanner, document #> '{scan,notes}' AS notes,
       component_count AS components, cve_count AS cves, fixable_cve_count AS fixable, top_cvss, critical_cve_count AS critical, important_cve_count AS important
  FROM image_catalog.container_images ORDER BY digest;
SELECT image, n, name, version, source, location, fixed_by, license FROM components;
SELECT image, n, ecosystem, package, src, arch FROM components;
SELECT image, component, finding ->> 'cve' AS cve, finding ->> 'severity' AS severity, finding ->> 'fixedBy' AS fixed_by, finding ->> 'link' AS link,
       finding ->> 'datasource' AS datasource, finding ->> 'origin' AS origin, finding -> 'advisory' AS advisory FROM findings;
SELECT image, finding ->> 'cve' AS cve, finding ->> 'cvss' AS cvss, finding ->> 'nvdCvss' AS nvd, finding ->> 'scoreVersion' AS version,
       finding #>> '{cvssV3,vector}' AS v3, finding #>> '{cvssV3,score}' AS v3_score,
       jsonb_path_query_array(finding, '$.cvssMetrics[*].source') AS metrics FROM findings;
SELECT image, finding ->> 'cve' AS cve, finding ->> 'summary' AS summary, finding ->> 'publishedOn' AS published, finding ->> 'lastModified' AS modified,
       finding ->> 'firstImageOccurrence' AS first_in_image, finding ->> 'firstSystemOccurrence' AS first_in_system,
       finding #>> '{epss,epssProbability}' AS epss, finding ->> 'cisaKev' AS kev FROM findings;
-- searches, ranks and rules know them
SELECT image_catalog.count_container_images('CVE:CVE-2024-0002'), image_catalog.count_container_images('EPSS Probability:>0.4+CISA KEV:true'),
       image_catalog.count_container_images('Component:lodash+CVSS:>9'), image_catalog.count_container_images('Fixable:true');
SELECT right(image_catalog.list_container_images('', sort_field => 'Image Risk Priority') ->> 'id', 2) AS image;
SELECT image_catalog.defer_finding('CVE-2024-0001');
SELECT jsonb_path_query_array(image_catalog.get_container_image(:'digest' || 'd3')::jsonb, '$.scan.components[*].vulns[*].cve') AS shown;
SELECT image_catalog.drop_finding_rule('CVE-2024-0001');
SELECT * FROM image_catalog.check();

-- again: nothing changes; an older report than what is stored is refused
CREATE TEMP TABLE before AS SELECT digest, document FROM image_catalog.container_images;
SELECT image_catalog.import_scan_report(NULL, report)::jsonb - 'id' - 'name' AS again FROM report WHERE scanner = 'trivy';
SELECT count(*) AS changed FROM image_catalog.container_images i JOIN before b USING (digest) WHERE i.document - 'lastUpdated' <> b.document - 'lastUpdated';
SELECT image_catalog.import_scan_report(NULL, report || '{"CreatedAt": "2026-01-09T00:00:00Z"}') FROM report WHERE scanner = 'trivy';
\echo :SQLSTATE
-- a newer one takes its place; first occurrences stay, also of what was gone meanwhile
SELECT image_catalog.import_scan_report(NULL, report || '{"CreatedAt": "2026-01-20T00:00:00Z", "Results": []}')::jsonb - 'id' - 'name' AS empty FROM report WHERE scanner = 'trivy';
SELECT count(*) FROM findings WHERE image = 'd1';
SELECT image_catalog.import_scan_report(NULL, report || '{"CreatedAt": "2026-01-21T00:00:00Z"}')::jsonb -> 'findings' AS findings FROM report WHERE scanner = 'trivy';
SELECT DISTINCT finding ->> 'firstImageOccurrence' AS first_in_image FROM findings WHERE image = 'd1';

-- a rescan leaves the findings of a report alone, whatever data come; who forces a scan gets one of the report's packages
SELECT image_catalog.import_vulnerabilities('osv:n', '[{"id": "CVE-2024-1000", "affected": [{"package": {"ecosystem": "npm", "name": "lodash"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]},
    {"id": "CVE-2024-1001", "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}]')::jsonb - 'source';
SELECT image_catalog.import_vulnerabilities('kev', '{"vulnerabilities": [{"cveID": "CVE-2024-0002"}]}')::jsonb -> 'documents' AS documents;
SELECT image_catalog.rescan_container_images();
SELECT image_catalog.scan_image('registry.example.org/shop/cart:1.4')::jsonb -> 'cves' AS stored;
SELECT finding ->> 'cve' AS cve FROM findings WHERE image = 'd1';
SELECT image_catalog.scan_image('registry.example.org/shop/cart:1.4', true)::jsonb -> 'cves' AS scanned;
SELECT component, finding ->> 'cve' AS cve FROM findings WHERE image = 'd1';
SELECT document #>> '{scan,dataSource,name}' AS scanner, document #> '{scan,notes}' AS notes FROM image_catalog.container_images WHERE digest = :'digest' || 'd1';
-- from then on new data reach it, until the next report
SELECT image_catalog.import_vulnerabilities('osv:n', '[]')::jsonb -> 'images' AS images, image_catalog.rescan_container_images() AS scanned;
SELECT count(*) FROM findings WHERE image = 'd1';
SELECT image_catalog.import_scan_report(NULL, report)::jsonb -> 'findings' AS findings FROM report WHERE scanner = 'trivy';
\echo :SQLSTATE
SELECT image_catalog.import_scan_report(NULL, report || '{"CreatedAt": "2026-03-01T00:00:00Z"}')::jsonb -> 'findings' AS findings FROM report WHERE scanner = 'trivy';
SELECT count(*) FROM findings WHERE image = 'd1';
SELECT count(*) FROM image_catalog.container_scans;

-- which image: a digest in the name, the repository of the name, the manifest, the stored image of the name
CREATE FUNCTION pg_temp.image(name text, report jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer jsonb;
BEGIN
    answer := image_catalog.import_scan_report(name, report);
    RETURN right(answer ->> 'id', 2) || ' ' || (answer ->> 'name');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT n, name, m, pg_temp.image(name, '{"SchemaVersion": 2}' || m) AS image
  FROM (VALUES (1, 'a:1', '{}'::jsonb), (2, NULL, '{}'), (3, 'a:1@' || :'digest' || 'e1', '{}'), (4, 'a:1', '{}'), (5, :'digest' || 'e2', '{}'), (6, '0000000000000000000000000000000000000000000000000000000000000000', '{}'),
               (7, 'other/cart:1', jsonb_build_object('Metadata', jsonb_build_object('RepoDigests', jsonb_build_array('b@' || :'digest' || 'e3', 'other/cart@' || :'digest' || 'e4')))),
               (8, 'neither:1', jsonb_build_object('Metadata', jsonb_build_object('RepoDigests', jsonb_build_array('b@' || :'digest' || 'e3', 'other/cart@' || :'digest' || 'e4')))),
               (9, 'b@' || :'digest' || 'e4', jsonb_build_object('Metadata', jsonb_build_object('RepoDigests', jsonb_build_array('b@' || :'digest' || 'e3', 'other/cart@' || :'digest' || 'e4')))),
               (10, 'b@' || :'digest' || 'e9', jsonb_build_object('Metadata', jsonb_build_object('RepoDigests', jsonb_build_array('b@' || :'digest' || 'e3', 'other/cart@' || :'digest' || 'e4')))),
               (11, 'b@' || :'digest' || 'e9', jsonb_build_object('Metadata', jsonb_build_object('ImageID', :'digest' || 'e9', 'RepoDigests', jsonb_build_array('b@' || :'digest' || 'e3')))),
               (12, NULL, jsonb_build_object('ArtifactName', 'image.tar', 'Metadata', jsonb_build_object('RepoDigests', jsonb_build_array('x y', 'b@' || :'digest' || 'e3')))),
               (13, NULL, jsonb_build_object('ArtifactName', 'c:1@' || :'digest' || 'e5')),
               (14, NULL, jsonb_build_object('ArtifactName', 'image.tar')),
               (15, NULL, jsonb_build_object('ArtifactName', 'image.tar', 'Metadata', jsonb_build_object('RepoTags', '["d:1", "e:1"]'::jsonb))),
               (16, 'A:1', '{}'), (17, '', '{}')) AS given (n, name, m) ORDER BY n;
SELECT pg_temp.image(NULL, jsonb_build_object('matches', '[]'::jsonb, 'source', jsonb_build_object('target', jsonb_build_object('manifestDigest', :'digest' || 'e6')))),
       pg_temp.image('f:1', jsonb_build_object('matches', '[]'::jsonb, 'source', jsonb_build_object('target', jsonb_build_object('manifestDigest', :'digest' || 'e6')))),
       pg_temp.image('f:1@' || :'digest' || 'e7', jsonb_build_object('matches', '[]'::jsonb, 'source', jsonb_build_object('target', jsonb_build_object('manifestDigest', :'digest' || 'e6')))),
       pg_temp.image('g:1', jsonb_build_object('matches', '[]'::jsonb, 'source', jsonb_build_object('type', 'directory', 'target', '/src')));
-- a report without a time is of now, and one of an unknown system says so
SELECT right(digest, 2) AS image, scan_time, document #> '{scan,notes}' AS notes FROM image_catalog.container_images WHERE digest = :'digest' || 'e6';

-- what is malformed is an error with its place, and nothing changes
DELETE FROM image_catalog.container_images;
CREATE FUNCTION pg_temp.problem(report jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    answer jsonb;
BEGIN
    answer := image_catalog.import_scan_report(NULL, report);
    DELETE FROM image_catalog.container_images;
    RETURN answer - 'id' - 'name';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || SQLERRM || ': ' || detail;
END
$$;
SELECT r, pg_temp.problem(r::jsonb) AS problem FROM unnest(ARRAY['{}', '[]', '7', '{"SchemaVersion": 1}', '{"SchemaVersion": "2"}', '{"matches": {}}', '{"bomFormat": "CycloneDX"}']) AS r;
SELECT path, value, pg_temp.problem(jsonb_set(report, path, value::jsonb)) AS problem
  FROM report, (VALUES ('{CreatedAt}'::text[], '"yesterday"'), ('{CreatedAt}', '7'), ('{Metadata}', '[]'), ('{Metadata,RepoTags}', '[7]'), ('{Metadata,OS}', '"debian"'), ('{Results}', '{}'), ('{Results,0}', '7'),
       ('{Results,0,Packages,1}', '[]'), ('{Results,0,Packages,1,Name}', '""'), ('{Results,0,Packages,1,Epoch}', '"1"'), ('{Results,0,Packages,1,Licenses}', '"MIT"'),
       ('{Results,0,Packages,1,Identifier,PURL}', '"bash"'), ('{Results,0,Vulnerabilities}', '"none"'), ('{Results,0,Vulnerabilities,0}', 'null'),
       ('{Results,0,Vulnerabilities,0,VulnerabilityID}', 'null'), ('{Results,0,Vulnerabilities,0,PkgName}', '[]'), ('{Results,0,Vulnerabilities,0,Severity}', '"AWFUL"'), ('{Results,0,Vulnerabilities,0,Severity}', '9'),
       ('{Results,0,Vulnerabilities,0,CVSS}', '[]'), ('{Results,0,Vulnerabilities,0,CVSS,nvd,V3Score}', '11'), ('{Results,0,Vulnerabilities,0,CVSS,nvd,V3Score}', '"7"'),
       ('{Results,0,Vulnerabilities,0,CVSS,nvd,V3Vector}', '"CVSS:3.1/AV:X"'), ('{Results,0,Vulnerabilities,0,CVSS}', '{"a/b~": {"V3Score": -1}}'),
       ('{Results,0,Vulnerabilities,0,PublishedDate}', '"soon"'), ('{Results,0,Vulnerabilities,0,VendorIDs}', '{}'), ('{Results,0,Vulnerabilities,0,DataSource}', '"debian"')) AS change (path, value)
 WHERE scanner = 'trivy';
SELECT path, pg_temp.problem(jsonb_set(report, path, to_jsonb(repeat('x', 1601)))) AS problem
  FROM report, (VALUES ('{Results,0,Vulnerabilities,0,VulnerabilityID}'::text[]), ('{Results,0,Packages,1,Name}'), ('{Results,0,Vulnerabilities,0,PkgName}')) AS change (path)
 WHERE scanner = 'trivy';
SELECT path, value, pg_temp.problem(jsonb_set(report, path, value::jsonb)) AS problem
  FROM report, (VALUES ('{descriptor}'::text[], '7'), ('{descriptor,timestamp}', '"x"'), ('{descriptor,timestamp}', '""'), ('{distro}', '[]'), ('{source}', '7'), ('{source,target,tags}', '"a"'), ('{matches}', '7'), ('{matches,0}', '7'),
       ('{matches,0,vulnerability}', 'null'), ('{matches,0,artifact}', 'null'), ('{matches,0,vulnerability,id}', '""'), ('{matches,0,vulnerability,severity}', '"Awful"'), ('{matches,0,vulnerability,severity}', '""'),
       ('{matches,0,vulnerability,cvss}', '[7]'), ('{matches,1,vulnerability,cvss,0,metrics}', '[]'), ('{matches,1,vulnerability,cvss,0,metrics,baseScore}', '10.1'), ('{matches,0,vulnerability,epss,0,epss}', '2'),
       ('{matches,0,vulnerability,fix}', '[]'), ('{matches,0,vulnerability,fix,versions}', '[1]'), ('{matches,0,relatedVulnerabilities}', '{}'), ('{matches,0,artifact,name}', '7'), ('{matches,0,artifact,purl}', '"pkg:apk/"'),
       ('{matches,0,artifact,locations}', '["/"]'), ('{matches,0,artifact,upstreams}', '[7]')) AS change (path, value)
 WHERE scanner = 'grype';
SELECT pg_temp.problem(jsonb_set(report, '{matches,0,artifact,purl}', to_jsonb('pkg:maven/' || repeat('x', 1600) || '/y@1'))) AS problem FROM report WHERE scanner = 'grype';
SELECT count(*) AS images FROM image_catalog.container_images;

SELECT image_catalog.import_scan_report('a:1', NULL);
\echo :SQLSTATE
CREATE ROLE report_reader;
GRANT USAGE ON SCHEMA image_catalog TO report_reader;
GRANT SELECT ON image_catalog.container_images TO report_reader;
SET ROLE report_reader;
SELECT image_catalog.import_scan_report('a:1', '{"matches": []}');
\echo :SQLSTATE
RESET ROLE;
DROP OWNED BY report_reader;
DROP ROLE report_reader;
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.packages;
DELETE FROM image_catalog.advisories;
DELETE FROM image_catalog.vulnerability_loads;
