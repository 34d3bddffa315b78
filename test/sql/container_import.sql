-- import_container_images: what a document becomes, and what a second one adds
\getenv folder PG_ABS_SRCDIR
\set file :folder '/data/container_fixture.json'
\set fixture `cat :'file'`
\set file :folder '/data/container_image_full.json'
\set full `cat :'file'`
\set file :folder '/data/container_image_newer.json'
\set newer `cat :'file'`
DELETE FROM image_catalog.container_images;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET image_catalog.clock = '2025-06-24 12:00:00Z';

-- a document as the API prints it comes back, nothing lost
SELECT image_catalog.import_container_images(jsonb_build_array(:'full'::jsonb, :'newer'::jsonb));
SELECT image_catalog.get_container_image(:'full'::jsonb ->> 'id')::jsonb = :'full'::jsonb AS same,
       image_catalog.get_container_image(:'newer'::jsonb ->> 'id')::jsonb = :'newer'::jsonb AS same_newer;
SELECT digest = :'newer'::jsonb ->> 'id' AS newer, severity, cvss, nvd_cvss, impact_score, cisa_kev, published_at,
       first_system_occurrence, first_image_occurrence, fix_available_at, advisory_name, advisory_link
  FROM image_catalog.container_findings JOIN image_catalog.container_images USING (image_key) ORDER BY 1 \gx
SELECT digest = :'newer'::jsonb ->> 'id' AS newer, layer_index, layer_type, location, created_at, created_at_nanos,
       signature_fetched_at, image_user, entrypoint
  FROM image_catalog.container_components JOIN image_catalog.container_images USING (image_key) ORDER BY 1 \gx
-- importing it once more changes nothing
CREATE TEMP TABLE before AS SELECT * FROM image_catalog.container_findings;
SELECT image_catalog.import_container_images(:'full');
SELECT image_catalog.get_container_image(:'full'::jsonb ->> 'id')::jsonb = :'full'::jsonb AS same;
SELECT count(*) FROM (TABLE before EXCEPT ALL TABLE image_catalog.container_findings) d;
DROP TABLE before;
DELETE FROM image_catalog.container_images;

-- the fixture: what lies in columns
SELECT image_catalog.import_container_images(:'fixture');
SELECT digest, name_registry, name_remote, name_tag, created_at, image_user, command,
       volumes, scan_time, operating_system, last_updated
  FROM image_catalog.container_images ORDER BY last_updated \gx
SELECT digest, component_count AS components, cve_count AS cves, fixable_cve_count AS fixable,
       counters_present AS present, top_cvss, risk_score
  FROM image_catalog.container_images ORDER BY digest;
SELECT digest, component_index AS index, name, version, source, c.top_cvss, c.risk_score, c.operating_system
  FROM image_catalog.container_components c JOIN image_catalog.container_images USING (image_key)
 ORDER BY digest, component_index;
SELECT digest, component_index AS component, finding_index AS index, cve, severity, document_state AS state, is_fixable, cvss,
       epss_probability AS epss, fixed_by
  FROM image_catalog.container_findings JOIN image_catalog.container_images USING (image_key)
 ORDER BY digest, component_index, finding_index;
SELECT digest, layer_index AS index, instruction, value
  FROM image_catalog.container_image_layers JOIN image_catalog.container_images USING (image_key)
 ORDER BY digest, layer_index;
SELECT digest, label_key, label_value
  FROM image_catalog.container_image_labels JOIN image_catalog.container_images USING (image_key)
 ORDER BY digest, label_key;
DELETE FROM image_catalog.container_images;

-- Image ID: UUIDv5 of name and digest
SELECT image_catalog.import_container_images('{"id": "adea4f68096fded167603ba6663ed615a80e090da68eb3c9e2508c15c8368401",
    "name": {"fullName": "docker.io/library/nginx:latest"}}');
SELECT digest, image_uuid, name_registry, name_remote, name_tag FROM image_catalog.container_images;
DELETE FROM image_catalog.container_images;

-- a note that something is missing goes with the merge that brings it
CREATE FUNCTION pg_temp.notes_after(first jsonb, second jsonb) RETURNS json LANGUAGE sql AS $$
    DELETE FROM image_catalog.container_images;
    SELECT image_catalog.import_container_images('{"id": "sha256:00"}' || first);
    SELECT image_catalog.import_container_images('{"id": "sha256:00"}' || second);
    SELECT image_catalog.get_container_image('00') -> 'notes'
$$;
SELECT pg_temp.notes_after('{"scan": {"scanTime": "2025-01-01T00:00:00Z"}}', '{"notes": ["MISSING_SCAN_DATA"]}') AS scan,
       pg_temp.notes_after('{"metadata": {"v1": {"user": "u"}}}', '{"notes": ["MISSING_SCAN_DATA", "MISSING_METADATA"]}') AS metadata,
       pg_temp.notes_after('{"scan": {}, "metadata": {}}', '{"notes": ["MISSING_SIGNATURE", "MISSING_SCAN_DATA", "MISSING_METADATA"]}') AS signature,
       pg_temp.notes_after('{"notes": ["MISSING_SCAN_DATA"]}', '{"scan": {}}') AS given,
       pg_temp.notes_after('{"notes": ["MISSING_SCAN_DATA"]}', '{"notes": ["MISSING_SCAN_DATA"]}') AS still;
-- within one import, too
DELETE FROM image_catalog.container_images;
SELECT image_catalog.import_container_images('[{"id": "sha256:00", "scan": {}}, {"id": "sha256:00", "notes": ["MISSING_SCAN_DATA", "MISSING_METADATA"]}]');
SELECT image_catalog.get_container_image('00') -> 'notes';

-- counters: a CVE counts once, under the severity that was met first
CREATE FUNCTION pg_temp.counted(components jsonb) RETURNS text LANGUAGE sql AS $$
    DELETE FROM image_catalog.container_images;
    SELECT image_catalog.import_container_images(
        jsonb_build_object('id', 'sha256:00', 'scan', jsonb_build_object('components', components)));
    SELECT format('%s %s %s %s; severities %s', component_count, cve_count, fixable_cve_count, top_cvss,
        ARRAY[critical_cve_count, fixable_critical_cve_count, important_cve_count, fixable_important_cve_count,
              moderate_cve_count, fixable_moderate_cve_count, low_cve_count, fixable_low_cve_count,
              unknown_cve_count, fixable_unknown_cve_count])
        || (SELECT format('; %s %s %s %s', d->'components', d->'cves', d->'fixableCves', d->'topCvss')
            FROM image_catalog.get_container_image('00') AS d)
      FROM image_catalog.container_images
$$;
SELECT pg_temp.counted('[{"name": "c1", "vulns": [{"cve": "cve-1", "severity": "CRITICAL_VULNERABILITY_SEVERITY", "fixedBy": "2"}]},
                         {"name": "c2", "vulns": [{"cve": "cve-1", "severity": "CRITICAL_VULNERABILITY_SEVERITY"}]}]');
SELECT pg_temp.counted('[{"name": "c1", "vulns": [{"cve": "cve-1", "severity": "CRITICAL_VULNERABILITY_SEVERITY", "fixedBy": "2"}]},
                         {"name": "c2", "vulns": [{"cve": "cve-2", "fixedBy": "2"}]}]');
SELECT pg_temp.counted('[{"vulns": [{"cve": "a", "severity": "CRITICAL_VULNERABILITY_SEVERITY"}]},
                         {"vulns": [{"cve": "b", "severity": "IMPORTANT_VULNERABILITY_SEVERITY"}]},
                         {"vulns": [{"cve": "c", "severity": "MODERATE_VULNERABILITY_SEVERITY"}]},
                         {"vulns": [{"cve": "d", "severity": "LOW_VULNERABILITY_SEVERITY"}]},
                         {"vulns": [{"cve": "e", "severity": 0}]}]');
-- the first occurrence decides; the fix may come with a later one; states do not matter
SELECT pg_temp.counted('[{"vulns": [{"cve": "a", "severity": "LOW_VULNERABILITY_SEVERITY", "cvss": 1.5, "state": "DEFERRED"},
                                    {"cve": "a", "severity": "CRITICAL_VULNERABILITY_SEVERITY", "cvss": 9.1, "fixedBy": "1"}]}]');
-- an empty fixedBy is no fix; no findings, no topCvss; no scan, no counters
SELECT pg_temp.counted('[{"vulns": [{"cve": "a", "fixedBy": ""}]}]');
SELECT pg_temp.counted('[{"name": "c"}]');
SELECT pg_temp.counted('[]');
DELETE FROM image_catalog.container_images;
SELECT image_catalog.import_container_images('[{"id": "sha256:00"}]');
SELECT d->'components', d->'cves', d->'fixableCves', d->'topCvss', d->'scan'
  FROM image_catalog.get_container_image('00') d;
-- counters are derived, whatever the document says; others show what it shows
SELECT image_catalog.import_container_images('[{"id": "sha256:00", "cves": 7, "components": 9,
    "scan": {"components": [{"vulns": [{"cve": "a", "cvss": 5}]}]}},
    {"id": "sha256:01", "cves": 0, "components": 0, "fixableCves": 0, "topCvss": 0}]');
SELECT d->'components', d->'cves', d->'fixableCves', d->'topCvss',
       d#>'{scan,components,0,topCvss}'
  FROM unnest('{00,01}'::text[]) id, image_catalog.get_container_image(id) d;

-- risk: the product of the factors that apply
CREATE FUNCTION pg_temp.risk(document jsonb) RETURNS text LANGUAGE sql AS $$
    DELETE FROM image_catalog.container_images;
    SELECT image_catalog.import_container_images('{"id": "sha256:00"}' || document);
    SELECT format('%s, components %s', d->>'riskScore',
                  jsonb_path_query_array(d::jsonb, '$.scan.components[0 to 1].riskScore'))
      FROM image_catalog.get_container_image('00') d
$$;
CREATE FUNCTION pg_temp.vulns(VARIADIC severities text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('scan', jsonb_build_object('components', jsonb_build_array(jsonb_build_object('name', 'c', 'vulns',
        jsonb_agg(jsonb_build_object('cve', n::text, 'severity', split_part(s, '/', 1) || '_VULNERABILITY_SEVERITY',
                                     'scoreVersion', split_part(s, '/', 2)))))))
      FROM unnest(severities) WITH ORDINALITY AS u(s, n)
$$;
SELECT pg_temp.risk(pg_temp.vulns('IMPORTANT/V2', 'LOW/V2'));
SELECT pg_temp.risk(pg_temp.vulns('LOW/V3', 'CRITICAL/V3', 'CRITICAL/V3'));
SELECT pg_temp.risk(pg_temp.vulns('MODERATE/V3'));
SELECT pg_temp.risk(pg_temp.vulns('CRITICAL/V2'));
SELECT pg_temp.risk(pg_temp.vulns('UNKNOWN/V3'));
SELECT pg_temp.risk(pg_temp.vulns(VARIADIC array_fill('CRITICAL/V3'::text, '{20}')));
SELECT pg_temp.risk('{"scan": {"components": [{"name": "bash", "version": "1"}, {"name": "bash", "version": "2"}, {"name": "curl"}]}}');
SELECT pg_temp.risk(jsonb_build_object('scan', jsonb_build_object('components',
           (SELECT jsonb_agg(jsonb_build_object('name', 'c' || n % 12)) FROM generate_series(1, 30) n))));
SELECT pg_temp.risk(jsonb_build_object('scan', jsonb_build_object('components',
           (SELECT jsonb_agg(jsonb_build_object('name', 'c' || n)) FROM generate_series(1, 9) n))));
SELECT pg_temp.risk(jsonb_build_object('scan', jsonb_build_object('components',
           (SELECT jsonb_agg(jsonb_build_object('name', 'c' || n)) FROM generate_series(1, 10) n))));
SELECT pg_temp.risk(jsonb_build_object('scan', jsonb_build_object('components',
           (SELECT jsonb_agg(jsonb_build_object('name', n))
              FROM unnest('{apk,apt,bash,curl,dnf,netcat,nmap,rpm,sh,tcsh,telnet,wget,yum}'::text[]) n))));
SELECT pg_temp.risk('{"metadata": {"v1": {"created": "2025-03-26T12:00:00Z"}}}');
SELECT pg_temp.risk('{"metadata": {"v1": {"created": "2025-03-26T12:00:01Z"}}}');
SELECT pg_temp.risk('{"metadata": {"v1": {"created": "2024-12-26T12:00:00Z"}}}');
SELECT pg_temp.risk('{"metadata": {"v1": {"created": "2004-12-26T12:00:00Z"}}}');
SELECT pg_temp.risk(pg_temp.vulns('MODERATE/V3') || '{"riskScore": 0}');
SELECT pg_temp.risk(pg_temp.vulns('MODERATE/V3') || '{"riskScore": 2.25}');

-- where no factor applies, the score does not change
SELECT image_catalog.import_container_images('{"id": "sha256:00", "scan": {}}');
SELECT image_catalog.get_container_image('00')->>'riskScore' AS risk;

-- names: the primary name belongs to them, and none comes twice
DELETE FROM image_catalog.container_images;
SELECT image_catalog.import_container_images('[
    {"id": "sha256:00", "name": {"registry": "quay.io", "remote": "a/b", "tag": "1"},
     "names": [{"fullName": "quay.io/a/c:2"}, {"fullName": "quay.io/a/c:2"}]},
    {"id": "sha256:00", "name": {"fullName": "quay.io/a/d:3"}, "lastUpdated": "2025-01-01T00:00:00.5Z"},
    {"id": "sha256:00", "lastUpdated": "2025-01-02T01:00:00+02:00"}]');
SELECT d->>'name' AS name, jsonb_path_query_array(d::jsonb, '$.names[*].fullName') AS names, d->>'lastUpdated' AS updated
  FROM image_catalog.get_container_image('00') d;
SELECT name_index, name_registry, name_remote, name_tag, name_full FROM image_catalog.container_image_names ORDER BY 1;
SELECT count(*) FROM image_catalog.container_images;
SELECT id, image_catalog.import_container_images(jsonb_build_object('id', id, 'name', jsonb_build_object('fullName', name)))
  FROM (VALUES ('sha256:11', 'nginx'), ('sha256:12', 'localhost:5000/app:2'), ('sha256:13', 'Not A Name'),
               ('sha256:14', 'sha256:' || repeat('a', 64)), ('sha256:15', 'quay.io/a/b@sha256:' || repeat('a', 64))) v(id, name);
SELECT digest, name_registry, name_remote, name_tag, name_full FROM image_catalog.container_images
 WHERE digest LIKE 'sha256:1%' ORDER BY 1;

-- the newer scan stays, with its counters and its risk; on equal times the later one
CREATE FUNCTION pg_temp.scanned(at text, cve text, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT image_catalog.import_container_images(jsonb_build_object('id', 'sha256:00', 'lastUpdated', '2025-01-01T00:00:00Z',
        'scan', jsonb_build_object('scanTime', at, 'components', jsonb_build_array(jsonb_build_object('name', 'c',
            'vulns', jsonb_build_array(jsonb_build_object('cve', cve, 'severity', 'LOW_VULNERABILITY_SEVERITY')))))) || more);
    SELECT format('%s: %s found by %s, risk %s, user %s, %s rows', d#>>'{scan,scanTime}', d#>>'{scan,components,0,vulns,0,cve}',
                  d->'cves', d->>'riskScore', d#>>'{metadata,v1,user}',
                  (SELECT string_agg(f.cve, ',') FROM image_catalog.container_findings f))
      FROM image_catalog.get_container_image('00') d
$$;
DELETE FROM image_catalog.container_images;
SELECT pg_temp.scanned('2025-02-02T00:00:00Z', 'a');
SELECT pg_temp.scanned('2025-02-01T00:00:00Z', 'b', '{"riskScore": 3}');
SELECT pg_temp.scanned('2025-02-02T00:00:00Z', 'c');
SELECT pg_temp.scanned('2025-02-02T00:00:00.000000001Z', 'd', '{"riskScore": 3}');
SELECT pg_temp.scanned('2025-02-02T00:00:00Z', 'e');
SELECT pg_temp.scanned(NULL, 'f', '{"metadata": {"v1": {"created": "2025-01-02T00:00:00Z", "user": "new"}}}');
SELECT pg_temp.scanned(NULL, 'g', '{"metadata": {"v1": {"created": "2025-01-01T00:00:00Z", "user": "old"}}}');
SELECT pg_temp.scanned(NULL, 'g', '{"metadata": {"v1": {"created": "2025-01-02T00:00:00Z", "user": "newer"}}}');
SELECT pg_temp.scanned(NULL, 'h', '{"scan": null, "metadata": null}');

-- a score of 0 is a score
DELETE FROM image_catalog.container_images;
SELECT pg_temp.scanned('2025-02-02T00:00:00Z', 'a', '{"riskScore": 0}');
SELECT pg_temp.scanned('2025-02-01T00:00:00Z', 'b');

-- scores and layers that come from elsewhere in the document
SELECT image_catalog.import_container_images('{"id": "sha256:0b", "baseImageInfo": [{"maxLayerIndex": 1}, {"maxLayerIndex": 3}],
    "scan": {"components": [{"name": "base", "layerIndex": 3, "vulns": [
        {"cve": "a", "cvssV2": {"impactScore": 6.4}, "advisory": {"name": "RHSA-1", "link": "https://example.org/1"}, "cisaKev": true,
         "cvssMetrics": [{"source": "SOURCE_RED_HAT", "cvssv3": {"score": 9}}, {"source": "SOURCE_NVD", "cvssv2": {"score": 7.5}}]},
        {"cve": "b", "cvssV2": {"impactScore": 6.4}, "cvssV3": {"impactScore": 3.6}, "nvdCvss": 5,
         "cvssMetrics": [{"source": "SOURCE_NVD", "cvssv3": {"score": 8.1}}]}]},
        {"name": "own", "layerIndex": 4}, {"name": "unknown"}, {"name": "negative", "layerIndex": -1}]}}');
-- nothing is of a base image where none is known
SELECT image_catalog.import_container_images('[{"id": "sha256:0c", "scan": {"components": [{"name": "none", "layerIndex": -1}, {"name": "none", "layerIndex": 0}]}},
    {"id": "sha256:0d", "baseImageInfo": [{"maxLayerIndex": -1}], "scan": {"components": [{"name": "not known", "layerIndex": -1}, {"name": "not known"}]}}]');
SELECT cve, nvd_cvss, impact_score, cisa_kev, advisory_name, advisory_link
  FROM image_catalog.container_findings JOIN image_catalog.container_images USING (image_key) WHERE digest = 'sha256:0b' ORDER BY 1;
SELECT name, layer_index, layer_type
  FROM image_catalog.container_components JOIN image_catalog.container_images USING (image_key) ORDER BY digest, component_index;

-- the time at which a CVE was seen first stays
DELETE FROM image_catalog.container_images;
SELECT image_catalog.import_container_images(jsonb_build_object('id', 'sha256:00', 'scan', jsonb_build_object('components',
    jsonb_build_array(jsonb_build_object('vulns', jsonb_build_array(jsonb_build_object('cve', 'a', 'firstImageOccurrence', t)))))))
  FROM unnest('{2025-02-01T00:00:00Z,2025-03-01T00:00:00Z,2025-01-01T00:00:00Z,NULL}'::text[]) t;
SELECT d#>>'{scan,components,0,vulns,0,firstImageOccurrence}' FROM image_catalog.get_container_image('00') d;
SELECT first_image_occurrence FROM image_catalog.container_findings;

-- whatever the order in which scans come: three at random, in all orders, alone and in one call
CREATE FUNCTION pg_temp.first_times(documents jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    document jsonb;
    found text;
BEGIN
    FOR document IN SELECT d FROM jsonb_array_elements(documents) d LOOP
        PERFORM image_catalog.import_container_images(document);
    END LOOP;
    SELECT d->>'scan' INTO found FROM image_catalog.get_container_image('00') d;
    DELETE FROM image_catalog.container_images;
    PERFORM image_catalog.import_container_images(documents);
    IF found IS DISTINCT FROM (SELECT d->>'scan' FROM image_catalog.get_container_image('00') d) THEN
        RETURN 'one call differs';
    END IF;
    IF EXISTS (SELECT FROM image_catalog.container_findings f,
                   LATERAL (SELECT found::json #> ARRAY['components', component_index::text, 'vulns', finding_index::text]) d (v)
                WHERE first_image_occurrence IS DISTINCT FROM (v->>'firstImageOccurrence')::timestamptz
                   OR first_system_occurrence IS DISTINCT FROM (v->>'firstSystemOccurrence')::timestamptz) THEN
        RETURN 'rows differ';
    END IF;
    DELETE FROM image_catalog.container_images;
    RETURN found;
END
$$;
DELETE FROM image_catalog.container_images;
SELECT setseed(0.5);
CREATE TEMP TABLE scans AS
SELECT round, n, jsonb_build_object('id', 'sha256:00', 'scan', jsonb_build_object(
           'scanTime', format('2025-0%s-01T00:00:00Z', n), 'components', jsonb_build_array(jsonb_build_object('name', 'x', 'vulns',
           (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('cve', 'CVE-' || cve % 4,
                'firstImageOccurrence', CASE WHEN random() < 0.8 THEN format('2024-01-%sT00:00:00.00000000%sZ', 10 + (random() * 9)::int, (random() * 9)::int) END,
                'firstSystemOccurrence', CASE WHEN random() < 0.8 THEN format('2023-01-%sT00:00:00Z', 10 + (random() * 9)::int) END)))
              FROM generate_series(1, 6 + n * 0 + round * 0) cve WHERE random() < 0.6))))) AS document
  FROM generate_series(1, 20) round, generate_series(1, 3) n;
SELECT count(*) AS rounds, min(results) AS fewest, max(results) AS most, bool_or(found LIKE '%differ%') AS differ
  FROM (SELECT count(DISTINCT found) AS results, max(found) AS found
          FROM (SELECT a.round, pg_temp.first_times(jsonb_build_array(a.document, b.document, c.document)) AS found
                  FROM scans a JOIN scans b USING (round) JOIN scans c USING (round)
                 WHERE a.n <> b.n AND a.n <> c.n AND b.n <> c.n) o
         GROUP BY round) r;
DROP TABLE scans;
-- also where scans in between have not the CVE: the times stay beside the image, and go with it
SELECT image_catalog.import_container_images(jsonb_build_object('id', 'sha256:00', 'scan', jsonb_build_object('scanTime', t, 'components',
    CASE WHEN v IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object('name', 'x', 'vulns', v::jsonb)) END)))
  FROM (VALUES ('2025-01-01T00:00:00Z', '[{"cve": "A", "firstImageOccurrence": "2025-01-01T00:00:00.000000001Z", "firstSystemOccurrence": "2024-01-01T00:00:00Z"}, {"cve": "B"}]'),
               ('2025-02-01T00:00:00Z', '[{"cve": "C", "firstImageOccurrence": "2025-02-01T00:00:00Z"}]'),
               ('2025-03-01T00:00:00Z', NULL)) s(t, v);
SELECT jsonb_pretty(gone_findings) FROM image_catalog.container_images WHERE digest = 'sha256:00';
-- an older scan that comes late and knows better
SELECT image_catalog.import_container_images('{"id": "sha256:00", "scan": {"scanTime": "2025-01-02T00:00:00Z", "components": [{"vulns": [{"cve": "C", "firstImageOccurrence": "2025-01-02T00:00:00Z"}]}]}}');
SELECT image_catalog.import_container_images('{"id": "sha256:00", "name": {"fullName": "quay.io/no/scan:1"}}');
SELECT image_catalog.import_container_images('{"id": "sha256:00", "scan": {"scanTime": "2025-04-01T00:00:00Z", "components": [{"vulns": [
    {"cve": "A", "firstImageOccurrence": "2025-04-01T00:00:00Z"}, {"cve": "A"}, {"cve": "B", "firstImageOccurrence": "2025-04-01T00:00:00Z"}, {"cve": "C"}, {"cve": "D"}]}]}}');
SELECT v ->> 'cve' AS cve, v ->> 'firstImageOccurrence' AS image, v ->> 'firstSystemOccurrence' AS system
  FROM image_catalog.get_container_image('00') d, json_array_elements(d #> '{scan,components,0,vulns}') v;
SELECT cve, first_image_occurrence, first_system_occurrence FROM image_catalog.container_findings ORDER BY finding_index;
SELECT gone_findings FROM image_catalog.container_images WHERE digest = 'sha256:00';
DELETE FROM image_catalog.container_images;
SELECT image_catalog.import_container_images('{"id": "sha256:00", "scan": {"components": [{"vulns": [{"cve": "A", "firstImageOccurrence": "2025-05-01T00:00:00Z"}]}]}}');
SELECT first_image_occurrence FROM image_catalog.container_findings;
SELECT image_catalog.import_container_images('{"id": "sha256:00"}');

-- several ways to write a thing, one to print it
SELECT image_catalog.import_container_images('{"id": "sha256:01", "not_pullable": true, "priority": 7,
    "notes": ["MISSING_SIGNATURE", 0], "risk_score": "1.50",
    "signature": {"signatures": [{"cosign": {"raw_signature": "_-A"}}]},
    "scan": {"hash": 18446744073709551615, "components": [{"source": 7, "layerIndex": 2.0,
        "vulns": [{"cve": "a", "severity": 4, "score_version": "V3", "cvss": 9.80000019, "future": {"a": [1]},
                   "publishedOn": "2024-02-29T23:00:00.120-01:30"}]}]}}');
SELECT jsonb_pretty(d::jsonb - '{metadata,lastUpdated,name,names}'::text[]) FROM image_catalog.get_container_image('01') d;

-- texts longer than an index takes
SELECT image_catalog.import_container_images(jsonb_build_object('id', 'sha256:02',
    'metadata', jsonb_build_object('v1', jsonb_build_object('labels', jsonb_build_object('description', long),
        'user', long, 'layers', jsonb_build_array(jsonb_build_object('value', long)))),
    'scan', jsonb_build_object('components', jsonb_build_array(jsonb_build_object('version', long, 'location', long,
        'vulns', jsonb_build_array(jsonb_build_object('cve', 'a', 'summary', long, 'fixedBy', long)))))))
  FROM (SELECT string_agg(md5(n::text), '') AS long FROM generate_series(1, 1000) n) s;
DELETE FROM image_catalog.container_images WHERE digest = 'sha256:02';

-- but what an index holds has an end: with the place in the document
CREATE FUNCTION pg_temp.import(document jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    PERFORM image_catalog.import_container_images(document);
    RETURN 'imported';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat(sqlstate, ' ', sqlerrm, ': ', detail);
END
$$;
CREATE FUNCTION pg_temp.noise(n int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(md5(i::text), '') FROM generate_series(1, n) i
$$;
SELECT pg_temp.import(d) FROM (VALUES (1, jsonb_build_object('id', pg_temp.noise(100))),
    (2, jsonb_build_object('metadata', jsonb_build_object('v1', jsonb_build_object('digest', pg_temp.noise(100))))),
    (3, jsonb_build_object('metadata', jsonb_build_object('v2', jsonb_build_object('digest', pg_temp.noise(100))))),
    (4, jsonb_build_object('id', '02', 'name', jsonb_build_object('registry', pg_temp.noise(100)))),
    (5, jsonb_build_object('id', '02', 'name', jsonb_build_object('remote', pg_temp.noise(100)))),
    (6, jsonb_build_object('id', '02', 'name', jsonb_build_object('tag', pg_temp.noise(100)))),
    (7, jsonb_build_object('id', '02', 'name', jsonb_build_object('fullName', pg_temp.noise(100)))),
    (8, jsonb_build_object('id', '02', 'names', jsonb_build_array('{}'::jsonb, jsonb_build_object('fullName', pg_temp.noise(100))))),
    (9, jsonb_build_object('id', '02', 'metadata', jsonb_build_object('v1', jsonb_build_object('labels', jsonb_build_object('a', 'b', pg_temp.noise(100), 'c'))))),
    (10, jsonb_build_object('id', '02', 'scan', jsonb_build_object('components', jsonb_build_array('{}'::jsonb, jsonb_build_object('name', pg_temp.noise(100)))))),
    (11, jsonb_build_object('id', '02', 'scan', jsonb_build_object('components', jsonb_build_array(jsonb_build_object('vulns',
        jsonb_build_array(jsonb_build_object('cve', 'a'), jsonb_build_object('cve', pg_temp.noise(100)))))))),
    -- the longest that go, of letters that are longer in lower case
    (12, jsonb_build_object('id', substr(pg_temp.noise(13), 1, 400), 'name', jsonb_build_object('registry', substr(pg_temp.noise(13), 1, 400),
        'remote', substr(pg_temp.noise(14), 40, 400), 'tag', substr(pg_temp.noise(15), 70, 400)))),
    (13, jsonb_build_object('id', '03', 'name', jsonb_build_object('fullName', substr(pg_temp.noise(50), 1, 1300) || '.io/' || substr(pg_temp.noise(50), 1200, 250)))),
    (14, jsonb_build_object('id', '04', 'names', jsonb_build_array(jsonb_build_object('fullName', substr(pg_temp.noise(50), 1, 1600))),
        'metadata', jsonb_build_object('v1', jsonb_build_object('labels', jsonb_build_object(substr(pg_temp.noise(50), 1, 1600), pg_temp.noise(500)))),
        'scan', jsonb_build_object('components', jsonb_build_array(jsonb_build_object('name', substr(translate(pg_temp.noise(50), '0123456789abcdef', repeat(U&'\023A\023E', 8)), 1, 800), 'vulns',
            jsonb_build_array(jsonb_build_object('cve', substr(translate(pg_temp.noise(50), '0123456789', repeat(U&'\023A', 10)), 1, 900))))))))
  ) v (n, d) ORDER BY n;
DELETE FROM image_catalog.container_images WHERE digest <> 'sha256:01';

-- numbers are those of JSON, in strings, too
SELECT pg_temp.import('{"id": "sha256:02", "riskScore": 3.4028234e38}');
SELECT image_catalog.import_container_images(jsonb_build_object('id', 'sha256:03', 'riskScore', d->'riskScore')), d->'riskScore'
  FROM image_catalog.get_container_image('02') d;
SELECT d->'riskScore' FROM image_catalog.get_container_image('03') d;
SELECT member, value, pg_temp.import(jsonb_build_object('id', 'sha256:02', 'scan', jsonb_build_object('hash', CASE WHEN member = 'hash' THEN value END,
           'components', jsonb_build_array(jsonb_build_object('layerIndex', CASE WHEN member = 'layerIndex' THEN value END))),
           'riskScore', CASE WHEN member = 'riskScore' THEN value END))
  FROM unnest('{hash,layerIndex,riskScore}'::text[]) member,
       unnest(ARRAY['"0x10"', '" 1"', '"1 "', '"\t1"', '"+1"', '""', '"1."', '".5"', '"01"', '"inf"', '"nan"', '"1e"', '"-0"', '"2.0"', '"1"']::jsonb[]) value;
SELECT value, pg_temp.import(jsonb_build_object('id', 'sha256:02', 'riskScore', value))
  FROM unnest('{3.4028235e38,-3.4028235e38,3.4028236e38,1e39,1e-50,"1e38","-1.5E-3"}'::jsonb[]) value;
SELECT value, pg_temp.import(jsonb_build_object('id', 'sha256:02', 'notes', jsonb_build_array(value)))
  FROM unnest('{3,3.0,4,-1,0.5,"3",1e20}'::jsonb[]) value;
SELECT value, pg_temp.import(jsonb_build_object('id', 'sha256:02', 'signature', jsonb_build_object('signatures', jsonb_build_array(jsonb_build_object('cosign',
           jsonb_build_object('certPem', value))))))
  FROM unnest('{"","QQ","QQ==","QUI","QUI=","QQ=","QQ===","=","====","QUJD=","QUJDRA===="}'::text[]) value;
SELECT value, pg_temp.import(jsonb_build_object('id', 'sha256:02', 'lastUpdated', value))
  FROM unnest('{"2025-01-01T00:00:00Z"," 2025-01-01T00:00:00Z","2025-01-01T00:00:00Z ","2025-01-01T00:00:0xZ","2025-1-01T00:00:00Z","2025-01-01T00:00:00+1:00","+025-01-01T00:00:00Z","2025-01-01T 0:00:00Z","2025-01-01T00:00:00.Z","2025-01-01 00:00:00Z"}'::text[]) value;
DELETE FROM image_catalog.container_images WHERE digest <> 'sha256:01';

-- documents that are none
SELECT image_catalog.import_container_images('1');
SELECT image_catalog.import_container_images('[1]');
SELECT image_catalog.import_container_images('[{}]');
SELECT image_catalog.import_container_images('[{"id": "sha256:02"}, {"id": 1}]');
SELECT image_catalog.import_container_images('{"id": "a", "name": "nginx"}');
SELECT image_catalog.import_container_images('{"id": "a", "names": {}}');
SELECT image_catalog.import_container_images('{"id": "a", "names": [null]}');
SELECT image_catalog.import_container_images('{"id": "a", "lastUpdated": "yesterday"}');
SELECT image_catalog.import_container_images('{"id": "a", "lastUpdated": "2025-02-29T00:00:00Z"}');
SELECT image_catalog.import_container_images('{"id": "a", "lastUpdated": "0001-01-01T00:00:00+00:01"}');
SELECT image_catalog.import_container_images('{"id": "a", "lastUpdated": "9999-12-31T23:59:59-00:01"}');
SELECT image_catalog.import_container_images('{"id": "a", "notPullable": 1}');
SELECT image_catalog.import_container_images('{"id": "a", "riskScore": "1e999"}');
SELECT image_catalog.import_container_images('{"id": "a", "scan": {"hash": -1}}');
SELECT image_catalog.import_container_images('{"id": "a", "scan": {"components": [{}, {"layerIndex": 1.5}]}}');
SELECT image_catalog.import_container_images('{"id": "a", "scan": {"components": [{"vulns": [{"cve": "x"}, {"severity": "HIGH"}]}]}}');
SELECT image_catalog.import_container_images('{"id": "a", "metadata": {"v1": {"labels": {"a": 1}}}}');
SELECT image_catalog.import_container_images('{"id": "a", "signature": {"signatures": [{"cosign": {"certPem": "a?"}}]}}');
SELECT count(*) FROM image_catalog.container_images;

DELETE FROM image_catalog.container_images;
RESET image_catalog.clock;
