-- delete, watch, scan
\getenv folder PG_ABS_SRCDIR
\set file :folder '/data/container_fixture.json'
\set fixture `cat :'file'`
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.container_watched_images;
SET image_catalog.clock = '2025-06-24 12:00:00Z';
SELECT image_catalog.import_container_images(:'fixture');
CREATE FUNCTION pg_temp.left_over() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(digest, ' ' ORDER BY digest) FROM image_catalog.container_images
$$;

-- only a confirmed deletion deletes
SELECT image_catalog.delete_container_images('Image Registry:docker.io');
SELECT image_catalog.delete_container_images('');
SELECT pg_temp.left_over();

-- what a search would ignore, or what finds everything, is refused, confirmed or not
SELECT image_catalog.delete_container_images('Imge:foo', true);
\echo :SQLSTATE
SELECT image_catalog.delete_container_images('Imge:foo');
SELECT image_catalog.delete_container_images('Imge:foo+Image Tag:3', true);
SELECT image_catalog.delete_container_images('Image:', true);
SELECT image_catalog.delete_container_images('nginx', true);
SELECT image_catalog.delete_container_images('Image Tag:3 CVE', true, 1);
SELECT image_catalog.delete_container_images('Image:*', true);
SELECT image_catalog.delete_container_images('Image:,', true);
SELECT image_catalog.delete_container_images('Image:%+Image Label:*', true);
SELECT image_catalog.delete_container_images('Image:r/.*', true);
SELECT image_catalog.delete_container_images(NULL, true);
\echo :SQLSTATE
SELECT image_catalog.delete_container_images('CVSS:x', true);

-- a label that images do not have is ignored by a search beside one that they have
SELECT image_catalog.delete_container_images('Namespace:payments+Image Tag:1.25', true);
\echo :SQLSTATE
SELECT image_catalog.delete_container_images('Image Tag:1.25+Namespace:payments');
SELECT image_catalog.delete_container_images('CVE:CVE-2023-32681+cve snoozed:true', true);
-- of two pairs of a label the earlier is ignored; two spellings are as good as that
SELECT image_catalog.delete_container_images('Image:docker.io/library/nginx+Image:docker.io', true);
\echo :SQLSTATE
SELECT image_catalog.delete_container_images('Image:docker.io/library/nginx+image:docker.io', true);
SELECT image_catalog.delete_container_images(' IMAGE :docker.io/library/nginx+Image:docker.io');
SELECT image_catalog.delete_container_images('Image Label:app=web+CVE:CVE-1+Image Label:*', true);
SELECT image_catalog.delete_container_images('Policy:x+Policy:y', true);
-- a value suffices, so a negated one among others finds nearly everything
SELECT image_catalog.delete_container_images('Image Tag:!1.25,!3.18', true);
\echo :SQLSTATE
SELECT image_catalog.delete_container_images('Image Tag:1.25,!1.25', true);
SELECT image_catalog.delete_container_images('Image Label:!app=,app=', true);
SELECT image_catalog.delete_container_images('Severity:!LOW,!CRITICAL', true);
-- none of these can but find every image
CREATE FUNCTION pg_temp.delete_all(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN image_catalog.delete_container_images(query, true);
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN sqlerrm;
END
$$;
SELECT query, pg_temp.delete_all(query) FROM unnest(ARRAY[
    'Image Risk Score:*', 'Image Risk Score:>=0', 'Image Risk Score:>-1', 'Image Risk Score:<1e300',
    'Image Risk Score:<5,>4', 'Image Risk Score:<=5,5-7,>=7', 'Image Top CVSS:<=10', 'Image Top CVSS:>=0',
    'Image CVE Count:>=0', 'Fixable Critical CVE Count:>=0', 'Image Component Count:>-1', 'Image CVE Count:0,>0',
    'Image CVE Count:<3000000000', 'Last Updated:*', 'Last Updated:<=01/01/9999,>01/01/2020', 'Last Updated:>=01/01/0001',
    'CVE Count:>=0', 'Component Count:>-1', 'Image Count:1', 'Image Count:>0',
    'Image Created Time:-,*', 'Image Scan Time:*,-', 'Image Command:-,*', 'Image Command:-,%', 'Image Volumes:-,r/^',
    'CVE:-,*', 'Component:-,%', 'CVSS:-,>=0', 'Severity:-,>=UNKNOWN', 'Severity:-,r/.', 'Fixable:-,true,false', 'Fixable:true,-,0',
    'CVE:-,*+Severity:-,*', 'Image:%%', 'Image Tag:"",_', 'Image Tag:"",%_', 'Image:r/^', 'Image:r/$', 'Image:r/^.*$', 'Image:r/x?',
    'Image:r/(a|)', 'Image:r/[^a]*', 'Image Sha:_', 'Image Sha:r/.', 'Image Sha:%:', 'Image ID:________-', 'Image ID:r/[[:xdigit:]]',
    'Image Label:*', 'Image Label:app=web,*', 'Image User:*+Image OS:%+Image Risk Score:>=0'
    ]) AS query;
SELECT pg_temp.left_over();
-- the same without the last value, or with one that can be lacking
SELECT query, image_catalog.delete_container_images(query)->>'dryRun' AS "dryRun" FROM unnest(ARRAY[
    'Image Risk Score:>0', 'Image Risk Score:<5,>5', 'Image Top CVSS:<10', 'Image CVE Count:>0', 'Last Updated:>01/01/2020',
    'Image Created Time:*', 'Image Created Time:-', 'Image Command:*', 'Image Command:%', 'CVE:*', 'CVE:-', 'CVSS:>=0', 'CVSS Max:>=0',
    'Severity:>=UNKNOWN', 'Severity:-,>=LOW', 'Fixable:true,false', 'Fixable:-,true', 'CVE:*+Severity:-,*', 'Image Tag:_', 'Image Tag:""',
    'Image:r/.', 'Image Tag:r/^$', 'Image Tag:r/^[^/]*$', 'Image Tag:!1.25', 'Image Tag:!r/^1', 'Image Sha:sha256', 'Image Sha:r/a', 'Image ID:0',
    'Image Label:=', 'Image Label:app=', 'Image Label:!app=', 'Image Label:app=!web', 'Image:*+Image Tag:1.25', 'Image User:*+CVE:-'
    ]) AS query;
SELECT pg_temp.left_over();
-- a known label that images do not have finds nothing
SELECT image_catalog.delete_container_images('Policy:x', true);

-- limit, offset and sort are those of the list; a limit of 0 is none
SELECT image_catalog.delete_container_images('', true, 1);
SELECT pg_temp.left_over();
SELECT image_catalog.delete_container_images('', false, 5000, 1, 'Image Risk Score', true);
SELECT image_catalog.delete_container_images('', true, 1, 0, 'Image Risk Score', true);
SELECT pg_temp.left_over();
SELECT image_catalog.delete_container_images('CVE:CVE-2023-32681', true);
SELECT pg_temp.left_over();
SELECT count(*) FROM image_catalog.container_findings;
SELECT image_catalog.delete_container_images(' ', true);
SELECT pg_temp.left_over();
SELECT (SELECT count(*) FROM image_catalog.container_components) + (SELECT count(*) FROM image_catalog.container_image_layers)
     + (SELECT count(*) FROM image_catalog.container_image_names) + (SELECT count(*) FROM image_catalog.container_image_labels) AS rows;

-- watch: what the user does wrong is an answer
SELECT image_catalog.import_container_images(:'fixture');
SELECT image_catalog.import_container_images('{"id": "sha256:eeee", "scan": {}, "name": {"fullName": "docker.io/library/wordpress:latest"}}');
SELECT image_catalog.watch_image(NULL);
SELECT image_catalog.watch_image('');
SELECT image_catalog.watch_image('NGINX');
SELECT image_catalog.watch_image('nginx@sha256:' || repeat('a', 64));
SELECT image_catalog.watch_image(repeat('a', 64));
SELECT image_catalog.watch_image('quay.io/not/there:1');
-- never scanned
SELECT image_catalog.watch_image('localhost:5000/team/tool');
SELECT image_catalog.watch_image('wordpress');
SELECT image_catalog.watch_image('wordpress');
SELECT image_catalog.watch_image('alpine:3.18');
SELECT image_catalog.watched_images();
-- unwatch compares exactly
SELECT image_catalog.unwatch_image('wordpress');
SELECT image_catalog.unwatch_image('');
SELECT image_catalog.unwatch_image(NULL);
SELECT image_catalog.watched_images();
SELECT image_catalog.unwatch_image('docker.io/library/wordpress:latest');
-- deleting images leaves the list
SELECT image_catalog.delete_container_images('Image Tag:3.18', true);
SELECT image_catalog.watched_images();
SELECT image_catalog.unwatch_image('docker.io/library/alpine:3.18');
SELECT image_catalog.watched_images();

-- scan: a stored scan is used again
SELECT d->>'id' AS id, d->>'lastUpdated' AS updated, d->>'cves' AS cves, d->>'riskScore' AS risk, d->>'priority' AS priority
  FROM image_catalog.scan_image('nginx:1.25') d;
SELECT d->>'cves' AS cves, d#>>'{scan,components,0,vulns,0,summary}' AS summary
  FROM image_catalog.scan_image('docker.io/library/nginx:1.25', include_snoozed => true) d;
SELECT last_updated = '2025-06-24 12:00:00Z' AS now, risk_score FROM image_catalog.container_images WHERE digest = 'sha256:aaaa';
-- by digest, under a name that is new
SELECT image_catalog.import_container_images(jsonb_build_object('id', 'sha256:' || repeat('b', 64), 'scan', '{}'::jsonb,
    'name', '{"fullName": "quay.io/a/b:1"}'::jsonb));
SELECT jsonb_path_query_array(image_catalog.scan_image('quay.io/a/c:2@sha256:' || repeat('b', 64))::jsonb, '$.names[*].fullName');
SELECT image_catalog.scan_image(repeat('b', 64))->>'id' AS id;
-- a name that moved on: the image updated last
SELECT image_catalog.import_container_images('{"id": "sha256:eee0", "lastUpdated": "2025-06-25T00:00:00Z", "scan": {}, "name": {"fullName": "docker.io/library/wordpress:latest"}}');
SELECT image_catalog.scan_image('wordpress')->>'id' AS id;
-- nothing to scan with
SELECT image_catalog.scan_image('nginx:1.25', true);
\echo :SQLSTATE
SELECT image_catalog.scan_image('localhost:5000/team/tool:latest');
\echo :SQLSTATE
SELECT image_catalog.scan_image('unknown');
SELECT image_catalog.scan_image('sha256:' || repeat('a', 64));
\echo :SQLSTATE
-- names that are none
SELECT image_catalog.scan_image('');
SELECT image_catalog.scan_image(NULL);
SELECT image_catalog.scan_image('NGINX');
\echo :SQLSTATE
SELECT image_catalog.invalidate_scan_and_registry_caches();

DELETE FROM image_catalog.container_images;
RESET image_catalog.clock;

-- trigram indexes need an extension that is not required, and the tables' owner
SELECT image_catalog.create_container_trigram_indexes();
\echo :SQLSTATE
