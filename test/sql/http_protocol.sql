--
-- http_request(): what HTTP itself asks for, whatever the resource
--
SET image_catalog.project_id = 'A';
CREATE FUNCTION pg_temp.ask(method text, target text, headers jsonb DEFAULT '{"Accept": "application/json"}', body text DEFAULT NULL,
                            OUT status int, OUT fields jsonb, OUT answer text) LANGUAGE sql AS $$
    SELECT status, response_headers - 'x-openstack-request-id', convert_from(response_body, 'UTF8')
      FROM image_catalog.http_request(method, target, headers, convert_to(body, 'UTF8'))
$$;

-- discovery: versions, under the name that the client used for us
SELECT target, headers, status, fields->>'Location' AS location, answer::jsonb->'versions'->2 AS current, jsonb_array_length(answer::jsonb->'versions') AS versions
  FROM (VALUES ('/', '{}'), ('/versions', '{}'), ('/versions', '{"host": "h:1"}'), ('/v3/images', '{"HOST": "h", "X-Forwarded-Proto": "https"}'), ('/images', '{}'), ('http://x.org/foo/', '{}')) AS t (target, headers),
       pg_temp.ask('GET', target, headers::jsonb);
SELECT status, fields, answer FROM pg_temp.ask('GET', '/v2', '{"Host": "h"}');
-- names of version 2, in the path or in an Accept
SELECT target, accept, status, left(answer, 15) AS answer
  FROM (VALUES ('/v2.0/images', ''), ('/v2.7/images', ''), ('/v2.9/images', ''), ('/v2.15/images', ''), ('/v2.17/images', ''), ('/v2.8/images', ''), ('/v2.16/images', ''), ('/V2/images', ''),
               ('/images', 'application/vnd.openstack.images-v2.1'), ('/images', 'application/vnd.openstack.images-v2, */*'), ('/images', 'application/vnd.openstack.images-v3'),
               ('/images/', 'application/vnd.openstack.images-v2'), ('/v2/images', 'application/vnd.openstack.images-v2')) AS t (target, accept),
       pg_temp.ask('GET', target, jsonb_build_object('Accept', accept));

-- targets
SELECT target, status FROM unnest('{"",*,v2/images,/v2,/v2/,//v2/images,/v2//images,/v2/images/,/v2/images?,/v2/images#x,http://h/v2/images?limit=1,https://u@h:8443/v2/images,
                                    ftp://h,/v2/nope,/v2/images/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q,/v1/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q,/v2/%FF,/v1/%FF,/v2/a%00b,/%76%32/images,/v2/images/../images}'::text[]) AS target,
       pg_temp.ask('GET', target);

-- whose error it is shows in the segments before the bad one
SELECT target, status, answer FROM unnest('{/v1/%FF,/v2/%FF,/v1/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q}'::text[]) AS target, pg_temp.ask('GET', target);

-- methods: what a path takes is in Allow
SELECT method, target, status, fields->>'Allow' AS allow, answer = '' AS empty
  FROM (VALUES ('HEAD', '/v2/images'), ('OPTIONS', '/v2/images'), ('FOO', '/v2/images'), ('get', '/v2/images'), ('', '/v2/images'), ('HEAD', '/v2/nope'), ('FOO', '/v2/nope'), ('OPTIONS', '*'),
               ('PUT', '/v2/images/x'), ('HEAD', '/v2/images/x/file'), ('GET', '/v2/images/x/stage'), ('GET', '/v2/images/x/import'), ('GET', '/v2/images/x/actions/deactivate'),
               ('PUT', '/v2/images/x/locations'), ('GET', '/v2/images/x/tags/y'), ('PUT', '/v2/images/x/members'), ('POST', '/v2/images/x/members/y'), ('POST', '/v2/schemas/image'),
               ('POST', '/v2/info/import'), ('GET', '/v2/stores/s/i'), ('PUT', '/v2/tasks'), ('POST', '/v2/tasks/t'), ('POST', '/v2/cloudimages'), ('POST', '/'), ('DELETE', '/versions'),
               ('PUT', '/v1/images'), ('FOO', '/v1/images'), ('FOO', '/v1/nope')) AS t (method, target),
       pg_temp.ask(method, target);

-- an error's body is of the type that the client wants most
SELECT accept, fields->>'Content-Type' AS type, status, answer
  FROM (VALUES ('application/json'), ('text/html'), ('*/*'), ('text/*, application/json;q=0.9'), ('application/json, */*;q=0.5'), ('text/plain'), ('')) AS t (accept),
       pg_temp.ask('GET', '/v2/images?limit=<x>', jsonb_build_object('Accept', accept));
SELECT fields->>'Content-Type' AS type FROM pg_temp.ask('GET', '/v2/nope', '{}');
-- one header may come several times
SELECT fields->>'Content-Type' AS type FROM pg_temp.ask('GET', '/v2/nope', '{"accept": ["text/plain", "application/json"]}');

-- the identifier of a request: the client's, or a new one
SELECT given, status, regexp_replace(response_headers->>'x-openstack-request-id', '^req-[0-9a-f]{8}-.{27}$', '<new>') AS id
  FROM (VALUES ('"abc"'), ('"req-abc"'), ('""'), ('"a b"'), ('"a\r\nX: y"'), ('"é"'), (to_jsonb(repeat('x', 64))), (to_jsonb(repeat('x', 65)))) AS t (given),
       image_catalog.http_request('GET', '/v2/info/usage', jsonb_build_object('X-OpenStack-Request-ID', given::jsonb));
SELECT status, response_body = '' AS empty FROM image_catalog.http_request('HEAD', '/', jsonb_build_object('X-OpenStack-Request-ID', repeat('x', 65)));
SELECT count(DISTINCT response_headers->>'x-openstack-request-id') FROM generate_series(1, 3), image_catalog.http_request('GET', '/v2/info/usage');

-- a prefix is in front of links, and may be in front of targets
SET image_catalog.http_prefix = '/cloud/image';
SELECT target, status FROM unnest('{/cloud/image/v2/images,/v2/images,/cloud/v2/images,/cloud/image,/cloud/image/versions}'::text[]) AS target, pg_temp.ask('GET', target);
SELECT fields->>'Location' AS location FROM pg_temp.ask('GET', '/v2', '{"Host": "h"}');
-- every link has it, and leads on
SELECT regexp_replace(fields->>'Location', '[0-9a-f-]{36}$', '<id>') AS location, answer::jsonb->>'self' AS self FROM pg_temp.ask('POST', '/v2/images', '{"Host": "h"}', '{"id": "477a0000-0000-4000-8000-000000000001"}');
SELECT status FROM pg_temp.ask('POST', '/v2/images', '{}', '{"id": "477a0000-0000-4000-8000-000000000002"}');
SELECT page.answer::jsonb->>'first' AS first, page.answer::jsonb->>'next' AS next, page.answer::jsonb->>'schema' AS schema, follow.status AS follow,
       l.key, l.value, linked.status
  FROM pg_temp.ask('GET', '/v2/images?limit=1') AS page, pg_temp.ask('GET', page.answer::jsonb->>'next') AS follow,
       jsonb_each_text(page.answer::jsonb->'images'->0) AS l, pg_temp.ask('GET', l.value) AS linked WHERE l.key IN ('self', 'file', 'schema') ORDER BY l.key;
SELECT answer::jsonb->>'schema' AS schema FROM pg_temp.ask('POST', '/v2/images/477a0000-0000-4000-8000-000000000001/members', '{}', '{"member": "B"}');
SELECT answer::jsonb->>'schema' AS schema FROM pg_temp.ask('GET', '/v2/images/477a0000-0000-4000-8000-000000000001/members');
SET image_catalog.roles = 'reader,container_image_writer';
SELECT image_catalog.import_container_images('[{"id": "sha256:477a1", "name": {"fullName": "a"}}, {"id": "sha256:477a2", "name": {"fullName": "b"}}]');
SELECT answer::jsonb->>'next' LIKE '/cloud/image/v1/images?%' AS next FROM pg_temp.ask('GET', '/v1/images?pagination.limit=1');
SELECT answer FROM pg_temp.ask('DELETE', '/v1/images?query.query=&confirm=true');
RESET image_catalog.roles;
SET image_catalog.http_prefix = 'https://example.org/image';
SELECT status, fields->>'Location' AS location FROM pg_temp.ask('GET', '/image/v2', '{"Host": "h"}');
SET image_catalog.http_prefix = 'image';
SET image_catalog.http_prefix = '/image/';
SET image_catalog.http_prefix = '/image"';
SET image_catalog.http_prefix = '/image?x';
RESET image_catalog.http_prefix;

-- what http_request itself is given wrong is an error of its caller
SELECT image_catalog.http_request(NULL, '/');
\echo :SQLSTATE
SELECT image_catalog.http_request('GET', NULL);
\echo :SQLSTATE
SELECT image_catalog.http_request('GET', '/', NULL);
\echo :SQLSTATE
SELECT image_catalog.http_request('GET', '/', '[]');
SELECT image_catalog.http_request('GET', '/', '{"a": 1}');
SELECT image_catalog.http_request('GET', '/', '{"a": {}}');
SELECT image_catalog.http_request('GET', '/', '{"a": [1]}');
\echo :SQLSTATE

-- who is unknown learns the versions, no more
CREATE ROLE http_nobody;
GRANT USAGE ON SCHEMA image_catalog TO http_nobody;
RESET image_catalog.project_id;
SET ROLE http_nobody;
SELECT target, status, response_headers->>'WWW-Authenticate' AS www_authenticate, convert_from(response_body, 'UTF8') AS answer
  FROM unnest('{/v2/images,/v2/images/x,/v2/schemas/image,/v2/cloudimages,/v1/images,/v1/export/images}'::text[]) AS target,
       image_catalog.http_request('GET', target, '{"Accept": "application/json"}');
SELECT target, status FROM unnest('{/,/versions,/v2,/v2/nope}'::text[]) AS target, image_catalog.http_request('GET', target);
RESET ROLE;
-- the right to read container images makes a caller known to their API
GRANT SELECT ON image_catalog.container_images TO http_nobody;
SET ROLE http_nobody;
SELECT target, status FROM unnest('{/v2/images,/v1/imagescount,/v1/export/images}'::text[]) AS target, image_catalog.http_request('GET', target);
SELECT status, convert_from(response_body, 'UTF8') FROM image_catalog.http_request('DELETE', '/v1/images?query.query=&confirm=true');
RESET ROLE;
REVOKE SELECT ON image_catalog.container_images FROM http_nobody;
REVOKE USAGE ON SCHEMA image_catalog FROM http_nobody;
DROP ROLE http_nobody;
DELETE FROM image_catalog.images;
