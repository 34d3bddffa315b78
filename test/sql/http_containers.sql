--
-- http_request(): container images (R: the rows of the specification's table)
--
\getenv folder PG_ABS_SRCDIR
\set file :folder '/data/container_fixture.json'
\set fixture `cat :'file'`
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.container_watched_images;
SET image_catalog.clock = '2025-06-24 12:00:00Z';
SELECT image_catalog.import_container_images(:'fixture');
CREATE FUNCTION pg_temp.ask(method text, target text, body text DEFAULT NULL, OUT status int, OUT fields jsonb, OUT answer text) LANGUAGE sql AS $$
    SELECT status, response_headers - 'x-openstack-request-id', convert_from(response_body, 'UTF8')
      FROM image_catalog.http_request(method, target, '{"Accept": "text/html"}', convert_to(body, 'UTF8'))
$$;

-- counts; a raw plus is a blank
SELECT r, target, status, answer
  FROM (VALUES ('R1', '/v1/imagescount'), ('R3', '/v1/imagescount?query=Policy:x'), ('R5', '/v1/imagescount?pagination.limit=1'), ('R7', '/v1/imagescount?query=CVE:x+Fixable:true'),
               ('', '/v1/imagescount?query=CVE:CVE-2023-32681%2BFixable:true'), ('', '/v1/imagescount?query=Image:nginx&unknown=1'), ('', '/v1/imagescount?query='),
               ('', '/v1/imagescount?pagination.limit=abc'), ('', '/v1/imagescount?pagination.sort_option.reversed=1'), ('', '/v1/imagescount?pagination.sortOption.reversed=maybe'),
               ('', '/v1/imagescount?query=a&query=b'), ('', '/v1/imagescount?query=CVSS:x'), ('', '/v1/imagescount?query=%FF'), ('', '/v1/imagescount?pagination.limit=2147483648')) AS t (r, target),
       pg_temp.ask('GET', target);
-- lists
SELECT target, status, CASE status WHEN 200 THEN jsonb_path_query_array(answer::jsonb, '$.images[*].id')::text ELSE answer END AS answer, answer::jsonb->>'next' AS next
  FROM (VALUES ('/v1/images'), ('/v1/images?pagination.limit=2'), ('/v1/images?pagination.offset=9'), ('/v1/images?pagination.limit=-1'), ('/v1/images?pagination.sortOption.field=Image'),
               ('/v1/images?pagination.sortOption.field=nosuch'), ('/v1/images?pagination.sortOptions.field=Image'), ('/v1/images?query=Image Tag:1.25'), ('/v1/images?pagination.sortOption.aggregateBy.aggrFunc=count')) AS t (target),
       pg_temp.ask('GET', target);
-- one image
SELECT r, target, status, CASE status WHEN 200 THEN format('%s cves %s summaries %s', answer::jsonb->>'id', answer::jsonb->>'cves', jsonb_path_query_array(answer::jsonb, '$.scan.components[*].vulns[*].summary ? (@ != "")')) ELSE answer END AS answer
  FROM (VALUES ('', '/v1/images/sha256:aaaa'), ('', '/v1/images/aaaa'), ('', '/v1/images/sha256%3Aaaaa'), ('R9', '/v1/images/aaaa?includeSnoozed=true'), ('', '/v1/images/aaaa?include_snoozed=T&strip_description=1'),
               ('', '/v1/images/aaaa?includeSnoozed=yes'), ('', '/v1/images/aaaa?includeSnoozed=1&include_snoozed=1'), ('R11', '/v1/images/sha256:AAAA'), ('R13', '/v1/images/scan'), ('', '/v1/images/'),
               ('', '/v1/images/%22%3Cb%3E'), ('', '/v1/images/cache/invalidate')) AS t (r, target),
       pg_temp.ask('GET', target);
-- for people
SELECT target, answer FROM (VALUES ('/v1/watchedimages?pretty'), ('/v1/watchedimages?a=b&pretty=true'), ('/v1/watchedimages?prettyx'), ('/v1/imagescount?%70retty')) AS t (target), pg_temp.ask('GET', target);
SELECT convert_from(response_body, 'UTF8') FROM image_catalog.http_request('GET', '/v1/imagescount', '{"Accept": "application/json+pretty"}');
SELECT answer::jsonb = (SELECT answer::jsonb FROM pg_temp.ask('GET', '/v1/images/aaaa')) AS same FROM pg_temp.ask('GET', '/v1/images/aaaa?pretty');

-- exports: a line for each image; an error is a line, too
SELECT r, target, status, fields, answer = '' AS empty, (SELECT string_agg(jsonb_path_query_first(line::jsonb, '$.result.image.id')#>>'{}', ' ' ORDER BY n) FROM string_to_table(rtrim(answer, E'\n'), E'\n') WITH ORDINALITY AS l (line, n) WHERE line <> '') AS ids
  FROM (VALUES ('R21', '/v1/export/images?query=CVE:-'), ('', '/v1/export/images'), ('R23', '/v1/export/images?query=Image:zzz'), ('', '/v1/export/images?timeout=60&query=Image:zzz')) AS t (r, target),
       pg_temp.ask('GET', target);
SELECT target, status, answer
  FROM (VALUES ('/v1/export/images?query=CVSS:x'), ('/v1/export/images?timeout=-1'), ('/v1/export/images?timeout=x')) AS t (target), pg_temp.ask('GET', target);
SELECT jsonb_array_length(jsonb_path_query_array(answer::jsonb, '$.result.image.scan.components[*].vulns[*]')) AS "R25: findings", answer LIKE '%"summary":"%' AS summaries FROM pg_temp.ask('GET', '/v1/export/images?query=Image SHA:sha256:aaaa');
-- scans
SELECT r, body, status, CASE status WHEN 200 THEN answer::jsonb->>'id' ELSE answer END AS answer
  FROM (VALUES ('R27', '{"imageName":"NGINX"}'), ('R29', '{"image_name":"nginx:1.25","extra":1}'), ('', '{"imageName":"nginx:1.25","includeSnoozed":true}'), ('', '{}'), ('', NULL), ('', ''), ('', '[]'), ('', '"x"'), ('', '{'),
               ('', '{"imageName":5}'), ('', '{"imageName":"nginx:1.25","force":"yes"}'), ('', '{"imageName":"nginx:1.25","force":true}'), ('', '{"imageName":null}'), ('', '{"imageName":"nginx:1.25","cluster":"c"}')) AS t (r, body),
       pg_temp.ask('POST', '/v1/images/scan', body);

-- the watch list
SELECT r, method, target, body, status, answer
  FROM (VALUES ('R31', 'POST', '/v1/watchedimages', '{"name":"nginx@sha256:' || repeat('a', 64) || '"}'), ('', 'POST', '/v1/watchedimages', NULL), ('R33', 'POST', '/v1/watchedimages', '{"name":"nginx:1.25"}'),
               ('', 'POST', '/v1/watchedimages', '{"name":"nginx:1.25"}'), ('', 'GET', '/v1/watchedimages', NULL), ('R35', 'DELETE', '/v1/watchedimages?name=nginx:1.25', NULL), ('R37', 'DELETE', '/v1/watchedimages', NULL),
               ('', 'GET', '/v1/watchedimages', NULL), ('', 'DELETE', '/v1/watchedimages?name=docker.io/library/nginx:1.25', NULL), ('', 'GET', '/v1/watchedimages', NULL), ('', 'POST', '/v1/watchedimages', '{"name":["x"]}')) AS t (r, method, target, body),
       pg_temp.ask(method, target, body);

-- deletions; what would select more than was meant is refused (R17)
SELECT r, target, status, answer
  FROM (VALUES ('R15', '/v1/images?confirm=true'), ('', '/v1/images?query=Image:nginx&confirm=true'), ('R17', '/v1/images?query.query=Imge:foo&confirm=true'), ('', '/v1/images?query.query=&confirm=false'), ('', '/v1/images?query.query='),
               ('', '/v1/images?query.query=&confirm=maybe'), ('R19', '/v1/images?query.pagination.limit=1&confirm=true'), ('', '/v1/images?query.pagination.sort_option.field=Image&query.pagination.limit=1&confirm=1'), ('', '/v1/images?query.pagination.limit=x')) AS t (r, target),
       pg_temp.ask('DELETE', target);
SELECT answer FROM pg_temp.ask('GET', '/v1/imagescount');

-- a method that a path has not, and a path that is none
SELECT method, target, status, fields->>'Allow' AS allow, answer
  FROM (VALUES ('PUT', '/v1/images/x'), ('POST', '/v1/imagescount'), ('GET', '/v1/nope'), ('GET', '/v1'), ('GET', '/v1/'), ('HEAD', '/v1/images')) AS t (method, target), pg_temp.ask(method, target);
-- who may not read, or not write (R39 is in http_protocol)
SET image_catalog.project_id = 'A';
SELECT method, target, status, answer
  FROM (VALUES ('GET', '/v1/images'), ('GET', '/v1/images/aaaa'), ('DELETE', '/v1/images?query.query='), ('GET', '/v1/export/images'), ('POST', '/v1/watchedimages')) AS t (method, target), pg_temp.ask(method, target);
RESET image_catalog.project_id;
DELETE FROM image_catalog.container_images;
RESET image_catalog.clock;
