-- get_container_image and export_container_images
\getenv folder PG_ABS_SRCDIR
\set file :folder '/data/container_fixture.json'
\set fixture `cat :'file'`
DELETE FROM image_catalog.container_images;
SET image_catalog.clock = '2025-06-24 12:00:00Z';
SELECT image_catalog.import_container_images(:'fixture');

-- every member is there, in the order of the API; members of a oneof only when set
SELECT image_catalog.get_container_image('sha256:cccc');
SELECT image_catalog.get_container_image('sha256:dddd');

-- the id: with or without algorithm, or the Image ID in its forms; nothing else is normalised
SELECT id, image_catalog.get_container_image(id)->>'id'
  FROM unnest('{sha256:aaaa,aaaa,782576a0-a9d4-5e96-bf5b-e9fc4d7a900a,782576a0a9d45e96bf5be9fc4d7a900a,
                urn:uuid:782576A0-a9d4-5e96-bf5b-e9fc4d7a900a,"{782576a0-a9d4-5e96-bf5b-e9fc4d7a900a}"}'::text[]) id;
SELECT image_catalog.get_container_image('sha256:AAAA');
SELECT image_catalog.get_container_image('sha512:aaaa');
SELECT image_catalog.get_container_image('scan');
SELECT image_catalog.get_container_image('{782576a0-a9d4-5e96-bf5b-e9fc4d7a900a');
SELECT image_catalog.get_container_image('');
\echo :SQLSTATE
SELECT image_catalog.get_container_image(NULL);
SELECT image_catalog.get_container_image('00');
\echo :SQLSTATE

-- snoozed findings go, and cves with them; nothing else is counted anew
CREATE FUNCTION pg_temp.found(d json) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s; cves %s fixable %s top %s; components %s', jsonb_path_query_array(d::jsonb, '$.scan.components[*].vulns[*].cve'),
                  d->'cves', d->'fixableCves', d->'topCvss', jsonb_path_query_array(d::jsonb, '$.scan.components[*].topCvss'))
$$;
SELECT id, snoozed, pg_temp.found(image_catalog.get_container_image(id, snoozed))
  FROM unnest('{aaaa,bbbb,cccc,dddd}'::text[]) id, unnest('{f,t}'::bool[]) snoozed;
SELECT image_catalog.import_container_images('{"id": "sha256:eeee", "lastUpdated": "2025-07-01T00:00:00Z", "riskScore": 2.5, "scan": {"components": [{"vulns": [
    {"cve": "a", "suppressed": true, "cvss": 5}, {"cve": "b", "cvss": 4}, {"cve": "b", "state": "FALSE_POSITIVE"}]}]}}');
SELECT snoozed, pg_temp.found(image_catalog.get_container_image('eeee', include_snoozed => snoozed))
  FROM unnest('{f,t}'::bool[]) snoozed;

-- descriptions go if asked, and nothing else
SELECT jsonb_path_query_array(image_catalog.get_container_image('aaaa', true, true)::jsonb, '$.scan.components[*].vulns[*].summary');
SELECT image_catalog.get_container_image('aaaa', true, true)::jsonb =
       regexp_replace(image_catalog.get_container_image('aaaa', true)::text, '"summary":"[^"]*"', '"summary":""', 'g')::jsonb AS same;

-- where a scanner found it is internal
SELECT image_catalog.import_container_images('{"id": "sha256:ffff", "scan": {"components": [{"vulns": [{"cve": "a", "datasource": "debian"}]}]}}');
SELECT image_catalog.get_container_image('ffff')->'scan'->'components'->0->'vulns'->0->'datasource';
SELECT image_catalog.delete_container_images('Image Sha:sha256:ffff', true);

-- the rank is dense, over all images and over all components
SELECT id, image_catalog.get_container_image(id)->>'priority' AS priority,
       jsonb_path_query_array(image_catalog.get_container_image(id)::jsonb, '$.scan.components[*].priority') AS components
  FROM unnest('{aaaa,bbbb,cccc,dddd,eeee}'::text[]) id;

-- verifiers of signatures are named at the time of asking
INSERT INTO image_catalog.container_signature_verifiers VALUES ('v1', 'signers of corp');
SELECT image_catalog.import_container_images('{"id": "sha256:ffff", "signatureVerificationData": {"results":
    [{"verifierId": "v1"}, {"verifierId": "v2", "verifierName": ""}, {"verifierId": "", "status": "VERIFIED"}]}}');
SELECT jsonb_path_query_array(image_catalog.get_container_image('ffff')::jsonb, '$.signatureVerificationData.results[*].verifierName');
DELETE FROM image_catalog.container_signature_verifiers;
SELECT image_catalog.delete_container_images('Image Sha:sha256:ffff', true);

-- export: oldest update first, with snoozed findings and descriptions
SELECT d->>'id' AS id, d->>'cves' AS cves FROM image_catalog.export_container_images() d;
SELECT d->>'id' FROM image_catalog.export_container_images('CVE:-') d;
SELECT count(d) FROM image_catalog.export_container_images(NULL, NULL) d;
SELECT d->>'id' FROM image_catalog.export_container_images('Image:zzz') d;
SELECT d->>'id' FROM image_catalog.export_container_images('Policy:x') d;
SELECT count(*) FROM image_catalog.export_container_images('CVE:CVE-2023-38545') d
 WHERE d::jsonb = image_catalog.get_container_image('aaaa', true)::jsonb;
-- in the select list it goes row by row, and may be left early
SELECT image_catalog.export_container_images()->>'id' AS id LIMIT 2;
SELECT count(*) FROM pg_cursors;
-- a value that its label cannot take; a deadline
SELECT image_catalog.export_container_images('Image CVE Count:!3');
SELECT image_catalog.export_container_images('', -1);
\echo :SQLSTATE
-- a deadline also ends a search that finds nothing, and is gone with the export
SELECT count(*) FROM image_catalog.export_container_images('', 1000);
CREATE FUNCTION pg_temp.slow() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(d) FROM (SELECT image_catalog.export_container_images('', 1) AS d, pg_sleep(0.7)) s
$$;
SELECT pg_temp.slow();
\echo :SQLSTATE
SHOW statement_timeout;
DO $$ BEGIN
    PERFORM count(*) FROM image_catalog.export_container_images('', 1);
    PERFORM pg_sleep(1.2);
END $$;

DELETE FROM image_catalog.container_images;
RESET image_catalog.clock;
