--
-- http_request(): the tables of OpenStack Image v2, by status
--
-- Callers: A owns the images, B is a stranger, M a member, RDR reads for A,
-- ADM administers.

CREATE FUNCTION pg_temp.caller(name text) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('image_catalog.project_id',
                      CASE name WHEN 'RDR' THEN 'A' ELSE name END, false),
           set_config('image_catalog.roles',
                      CASE name WHEN 'ADM' THEN 'admin' WHEN 'RDR' THEN 'reader' ELSE 'reader,member' END, false)
$$;
-- ask as a caller; a target of "7/file" is that of image 7
CREATE FUNCTION pg_temp.ask(caller text, method text, target text, body text DEFAULT NULL,
                            headers jsonb DEFAULT '{"Accept": "application/json"}',
                            OUT status int, OUT fields jsonb, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.caller(caller);
    target := regexp_replace(target, '^(\d+)', '/v2/images/477b0000-0000-4000-8000-00000000000\1');
    SELECT r.status, r.response_headers - 'x-openstack-request-id', convert_from(r.response_body, 'UTF8')
      INTO status, fields, answer
      FROM image_catalog.http_request(method, target, headers, convert_to(body, 'UTF8')) r;
END
$$;
CREATE FUNCTION pg_temp.ask_patch(caller text, target text, body text, version text DEFAULT '2.1', OUT status int, OUT answer text)
    LANGUAGE sql AS $$
    SELECT status, answer FROM pg_temp.ask(caller, 'PATCH', target, body,
        jsonb_build_object('Accept', 'application/json', 'Content-Type', format('application/openstack-images-v%s-json-patch', version)))
$$;
SELECT image_catalog.import_images(jsonb_agg(jsonb_build_object(
           'id', format('477b0000-0000-4000-8000-00000000000%s', n), 'name', name, 'owner', 'A', 'visibility', visibility,
           'status', status, 'protected', n = 6, 'disk_format', 'raw', 'container_format', 'bare',
           'members', CASE WHEN n = 3 THEN '{"M": "pending"}'::jsonb ELSE '{}' END)))
  FROM (VALUES (1, 'private', 'private', 'active'), (2, 'public', 'public', 'active'), (3, 'shared', 'shared', 'queued'),
               (4, 'community', 'community', 'active'), (5, 'deactivated', 'private', 'deactivated'),
               (6, 'protected', 'private', 'active'), (7, 'saving', 'private', 'saving'), (8, 'deleted', 'public', 'deleted'),
               (9, 'importing', 'private', 'importing')) AS i (n, name, visibility, status);

-- 7.1 create
SELECT n, caller, left(body, 40) AS body, status, expected
  FROM (VALUES (1, 'A', '{}', 201), (3, 'A', '{"name": "x", "foo": "bar"}', 201), (5, 'A', '{"x', 400), (5, 'A', '"s"', 400),
               (5, 'A', '123', 400), (5, 'A', 'true', 400), (5, 'A', '', 400), (5, 'A', '  ', 400), (5, 'A', '[]', 400),
               (7, 'A', '{"name": null}', 201), (7, 'A', '{"name": ""}', 201), (7, 'A', '{"name": 5}', 400),
               (9, 'A', '{"disk_format": null}', 201), (11, 'A', '{"min_disk": 2147483648}', 400),
               (11, 'A', '{"min_disk": 2147483647}', 201), (13, 'A', '{"visibility": "public"}', 403),
               (13, 'ADM', '{"visibility": "public"}', 201), (15, 'A', '{"visibility": "x"}', 400),
               (15, 'A', '{"visibility": null}', 400), (17, 'A', '{"owner": "B"}', 403), (17, 'ADM', '{"owner": "B"}', 201),
               (19, 'A', '{"id": "x"}', 400), (21, 'A', '{"id": "477b0000-0000-4000-8000-000000000001"}', 409),
               (21, 'B', '{"id": "477b0000-0000-4000-8000-000000000001"}', 409),
               (21, 'B', '{"id": "477b0000-0000-4000-8000-000000000008"}', 409),
               (23, 'A', '{"tags": ["' || repeat('t', 256) || '"]}', 400), (23, 'A', '{"tags": "a"}', 400),
               (23, 'A', '{"tags": null}', 400), (23, 'A', '{"tags": [1]}', 400),
               (25, 'A', '{"foo": "' || repeat('x', 100000) || '"}', 201), (27, 'A', '{"status": "active"}', 403),
               (27, 'A', '{"status": "zzz"}', 400), (29, 'A', '{"self": "x"}', 403), (29, 'A', '{"stores": "x"}', 403),
               (31, 'A', '{"locations": []}', 403), (33, 'A', '{"is_public": "True"}', 201), (33, 'A', '{"is_public": true}', 400),
               (35, 'A', '{"name": 5, "self": "x"}', 403), (35, 'A', '{"name": 5, "status": "active"}', 400),
               (0, 'RDR', '{}', 403), (0, 'A', '{"a": "\u0000"}', 400), (0, 'A', '{"name": "\ud83d\ude00"}', 201)) AS t (n, caller, body, expected),
       pg_temp.ask(caller, 'POST', '/v2/images', body);
-- its headers; the type of the body is not looked at
SELECT status, regexp_replace((fields - 'ETag')::text, '[0-9a-f-]{36}', '<id>') AS fields, answer::jsonb->>'name' AS name
  FROM (VALUES ('{"Host": "images.example.org", "Content-Type": "text/plain"}'), ('{"Host": "images.example.org:9292", "X-Forwarded-Proto": "https"}'),
               ('{"Host": "a/b\r\nSet-Cookie: c"}'), ('{}')) AS t (headers),
       pg_temp.ask('A', 'POST', '/v2/images', '{"name": "é"}', headers::jsonb);

-- 37, 143, 151, 199: quotas
SET image_catalog.tag_quota = 2;
SET image_catalog.property_quota = 1;
SELECT method, target, body, status, expected
  FROM (VALUES ('POST', '/v2/images', '{"tags": ["a", "b", "b"]}', 413), ('POST', '/v2/images', '{"p": "1", "q": "1"}', 413),
               ('PATCH', '3', '[{"op": "replace", "path": "/tags", "value": ["a", "b", "c"]}]', 413), ('PATCH', '3', '[{"op": "add", "path": "/p", "value": "1"}, {"op": "add", "path": "/q", "value": "1"}]', 413),
               ('PATCH', '3', '[{"op": "replace", "path": "/tags", "value": ["a", "b"]}]', 200), ('PUT', '3/tags/c', NULL, 413), ('PUT', '3/tags/a', NULL, 204), ('PATCH', '3', '[{"op": "replace", "path": "/tags", "value": []}]', 200)) AS t (method, target, body, expected),
       pg_temp.ask('A', method, target, body, '{"Content-Type": "application/openstack-images-v2.1-json-patch"}');
RESET image_catalog.tag_quota;
RESET image_catalog.property_quota;

-- 7.2 show, delete, actions
SELECT n, caller, method, target, status, expected
  FROM (VALUES (41, 'B', 'GET', '2', NULL, 200), (41, 'B', 'GET', '4', NULL, 200), (0, 'B', 'GET', '1', NULL, 404), (0, 'M', 'GET', '3', NULL, 200),
               (43, 'A', 'GET', '/v2/images/477b0000-0000-4000-8000-00000000000f', NULL, 404),
               (43, 'A', 'GET', '/v2/images/477b0000-0000-4000-8000-0000000000001', NULL, 404), (43, 'ADM', 'GET', '8', NULL, 404),
               (45, 'A', 'GET', '1', '{}', 400), (0, 'A', 'GET', '/v2/images/', NULL, 404), (0, 'A', 'GET', '1/', NULL, 404),
               (0, 'A', 'DELETE', '/v2/images/', NULL, 404), (47, 'B', 'DELETE', '1', NULL, 404), (47, 'B', 'DELETE', '2', NULL, 403),
               (49, 'A', 'DELETE', '6', NULL, 403), (49, 'ADM', 'DELETE', '6', NULL, 403), (51, 'A', 'POST', '1/actions/deactivate', NULL, 204),
               (51, 'A', 'POST', '1/actions/deactivate', NULL, 204), (53, 'A', 'POST', '3/actions/deactivate', NULL, 403),
               (53, 'A', 'POST', '3/actions/reactivate', NULL, 403), (55, 'A', 'POST', '1/actions/deactivate', '{}', 400),
               (0, 'A', 'POST', '1/actions/reactivate', NULL, 204), (0, 'A', 'POST', '1/actions/other', NULL, 404),
               (57, 'A', 'PUT', '1', '{}', 405), (0, 'A', 'DELETE', '9', NULL, 204), (0, 'A', 'DELETE', '9', NULL, 404),
               (0, 'RDR', 'DELETE', '1', NULL, 403)) AS t (n, caller, method, target, body, expected),
       pg_temp.ask(caller, method, target, body);

-- 7.3 list
SELECT n, caller, query, status, expected
  FROM (VALUES (59, 'A', 'limit=0', 200), (65, 'A', 'marker=unknown', 400), (65, 'A', 'marker=', 400), (69, 'A', 'sort_dir=foo', 400),
               (69, 'A', 'sort_dir=ASC', 400), (69, 'A', 'sort_dir=', 400), (73, 'A', 'sort_key=name&sort_dir=asc&sort_dir=desc', 400),
               (75, 'A', 'sort=name:asc,size:desc', 200), (77, 'A', 'sort=', 400), (77, 'A', 'sort=name,', 400), (77, 'A', 'sort=name:up', 400),
               (85, 'A', 'name=x:y', 400), (89, 'A', 'status=foo', 400), (95, 'A', 'nosuch=1', 200), (101, 'A', 'os_hidden=1', 400),
               (103, 'A', 'member_status=foo', 400), (107, 'A', 'created_at=gt:2020-01-01T00:00:00%2B01:00', 200), (109, 'A', 'name=%FF', 400),
               (117, 'RDR', '', 200), (0, 'A', 'changes-since=1', 400)) AS t (n, caller, query, expected),
       pg_temp.ask(caller, 'GET', '/v2/images?' || query);
-- links lead on
SELECT page.status, follow.status AS followed, follow.answer::jsonb->>'first' AS first, page.answer::jsonb->'images'->0->>'id' <> follow.answer::jsonb->'images'->0->>'id' AS moved_on
  FROM pg_temp.ask('A', 'GET', '/v2/images?limit=1&sort=name:asc') AS page,
       pg_temp.ask('A', 'GET', page.answer::jsonb->>'next') AS follow;
-- a body of a list is ignored
SELECT status FROM pg_temp.ask('A', 'GET', '/v2/images', 'x');

-- 7.4 patch
SELECT n, caller, target, left(body, 60) AS body, status, expected
  FROM (VALUES (123, 'A', '3', '{}', 400), (123, 'A', '3', '"s"', 400), (123, 'A', '3', NULL, 400), (123, 'A', '3', '[', 400), (123, 'A', '3', '[1]', 400),
               (125, 'A', '3', '[{"op": "replace", "path": "/name", "value": "n"}]', 200), (0, 'A', '3', '[]', 200),
               (131, 'A', '3', '[{"op": "remove", "path": "/name"}]', 403), (133, 'A', '3', '[{"op": "add", "path": "/foo", "value": 5}]', 400),
               (135, 'A', '3', '[{"op": "add", "path": "/os_glance_x", "value": "5"}]', 403),
               (137, 'A', '/v2/images/477b0000-0000-4000-8000-00000000000f', '[{"op": "replace", "path": "/name", "value": "x"}]', 404),
               (0, 'A', '/v2/images/477b0000-0000-4000-8000-00000000000f', '[{"op": "test", "path": "/name", "value": "x"}]', 400),
               (139, 'A', '3', '[{"op": "add", "path": "/a~0b~1c", "value": "y"}]', 200), (141, 'A', '3', '[{"op": "add", "path": "/x/y", "value": "y"}]', 400),
               (145, 'A', '2', '[{"op": "replace", "path": "/visibility", "value": "private"}]', 200),
               (0, 'A', '2', '[{"op": "replace", "path": "/visibility", "value": "public"}]', 403),
               (147, 'A', '3', '[{"op": "replace", "path": "/disk_format", "value": "raw"}]', 200),
               (147, 'A', '1', '[{"op": "replace", "path": "/disk_format", "value": "raw"}]', 403),
               (147, 'A', '7', '[{"op": "replace", "path": "/disk_format", "value": "raw"}]', 403),
               (147, 'A', '5', '[{"op": "replace", "path": "/disk_format", "value": "raw"}]', 403),
               (149, 'A', '3', '[{"op": "add", "path": "/keep", "value": "x"}, {"op": "replace", "path": "/nope", "value": "y"}]', 409),
               (153, 'B', '1', '[{"op": "add", "path": "/b", "value": "x"}]', 404), (153, 'B', '4', '[{"op": "add", "path": "/b", "value": "x"}]', 403),
               (153, 'M', '3', '[{"op": "add", "path": "/b", "value": "x"}]', 403), (155, 'A', '5', '[{"op": "add", "path": "/b", "value": "x"}]', 200),
               (157, 'A', '3', '[{"op": "add", "path": "/locations/-", "value": {"url": "http://x/", "metadata": {}}}]', 403)) AS t (n, caller, target, body, expected),
       pg_temp.ask_patch(caller, target, body);
SELECT n, body, status, expected
  FROM (VALUES (127, '[{"add": "/a~0b~1c", "value": "y"}]', 409), (127, '[{"add": "/name", "value": "y"}]', 409), (0, '[{"add": "/new", "value": "y"}]', 200),
               (129, '[{"op": "add", "path": "/b", "value": "y"}]', 400), (129, '[{"add": "/b", "remove": "/c", "value": "y"}]', 400), (129, '[{}]', 400)) AS t (n, body, expected),
       pg_temp.ask_patch('A', '3', body, '2.0');
-- the form of the patch is in its type alone; a patch that failed left nothing
SELECT type, status, fields->>'Accept-Patch' AS accept_patch
  FROM (VALUES ('application/openstack-images-v2.1-json-patch; charset=utf-8'), ('application/json-patch+json'), ('application/json'), ('Application/openstack-images-v2.1-json-patch')) AS t (type),
       pg_temp.ask('A', 'PATCH', '3', '[]', jsonb_build_object('Content-Type', type));
SELECT status, fields->>'Accept-Patch' AS accept_patch FROM pg_temp.ask('A', 'PATCH', '3', '[]');
SELECT answer::jsonb->>'name' AS name, answer::jsonb->>'a~b/c' AS "a~b/c", answer::jsonb->>'keep' AS keep FROM pg_temp.ask('A', 'GET', '3');

-- 7.6 members and tags
SELECT n, caller, method, left(target, 30) AS target, body, status, expected
  FROM (VALUES (181, 'A', 'POST', '3/members', '{"member": "N"}', 200), (0, 'A', 'POST', '3/members', '{"member": "N"}', 409),
               (183, 'A', 'POST', '3/members', '{}', 400), (183, 'A', 'POST', '3/members', '{"member": ""}', 400), (183, 'A', 'POST', '3/members', '[]', 400),
               (0, 'A', 'POST', '3/members', '{"member": 5}', 400), (0, 'A', 'POST', '3/members', '{"member": ["x"]}', 400), (0, 'A', 'POST', '3/members', NULL, 400),
               (185, 'B', 'POST', '3/members', '{"member": "C"}', 404), (185, 'M', 'POST', '3/members', '{"member": "C"}', 403),
               (187, 'M', 'PUT', '3/members/M', '{"status": "accepted"}', 200), (187, 'A', 'PUT', '3/members/M', '{"status": "accepted"}', 403),
               (187, 'B', 'PUT', '3/members/M', '{"status": "accepted"}', 404), (187, 'ADM', 'PUT', '3/members/M', '{"status": "accepted"}', 200),
               (0, 'M', 'PUT', '3/members/M', '{"status": "maybe"}', 400), (0, 'M', 'PUT', '3/members/M', '{}', 400), (0, 'M', 'PUT', '3/members/N', '{"status": "accepted"}', 404),
               (0, 'A', 'GET', '3/members', NULL, 200), (0, 'A', 'GET', '3/members/M', NULL, 200), (0, 'N', 'GET', '3/members/M', NULL, 404),
               (0, 'A', 'GET', '3/members', '{}', 400), (191, 'A', 'GET', '1/members', NULL, 403), (0, 'A', 'GET', '1/members/M', NULL, 404),
               (193, 'M', 'DELETE', '3/members/M', NULL, 403), (193, 'A', 'DELETE', '3/members/M', NULL, 204), (193, 'A', 'DELETE', '3/members/M', NULL, 404),
               (195, 'A', 'POST', '3/members', '{"member": "M", "status": "accepted"}', 200),
               (197, 'A', 'PUT', '3/tags/x', NULL, 204), (197, 'A', 'PUT', '3/tags/x', NULL, 204), (0, 'A', 'PUT', '3/tags/%C3%A9%20%2B', NULL, 204),
               (0, 'A', 'PUT', '3/tags/' || repeat('t', 256), NULL, 400), (201, 'A', 'DELETE', '3/tags/x', NULL, 204), (201, 'A', 'DELETE', '3/tags/x', NULL, 404),
               (203, 'A', 'PUT', '3/tags/x', 'x', 400), (0, 'A', 'GET', '3/tags', NULL, 404), (0, 'A', 'PUT', '3/tags/', NULL, 404), (0, 'A', 'PUT', '3/tags/a%2Fb', NULL, 404),
               (0, 'A', 'PUT', '3/tags/%FF', NULL, 400)) AS t (n, caller, method, target, body, expected),
       pg_temp.ask(caller, method, target, body);
SELECT answer::jsonb->'tags' AS tags FROM pg_temp.ask('A', 'GET', '3');
SELECT jsonb_path_query_array(answer::jsonb, '$.members[*].member_id') AS members FROM pg_temp.ask('A', 'GET', '3/members');
SELECT fields, answer FROM pg_temp.ask('A', 'PUT', '3/tags/y');

-- 7.7 the rest
SELECT n, target, status, fields->>'Content-Type' AS type, left(answer, 70) AS answer
  FROM (VALUES (205, '/v2/schemas/image'), (205, '/v2/schemas/images'), (205, '/v2/schemas/member'), (205, '/v2/schemas/members'), (0, '/v2/schemas/none'),
               (0, '/v2/schemas/metadefs/namespace'), (207, '/v2/info/import'), (207, '/v2/info/stores'), (207, '/v2/info/usage'), (0, '3/tasks'), (0, '/v2/tasks'),
               (0, '1/file'), (0, '1/locations')) AS t (n, target),
       pg_temp.ask('A', 'GET', target);
-- clients read the schemas of what is not here, too
SELECT name, status, answer::jsonb->>'name' AS schema, (SELECT count(*) FROM jsonb_object_keys(answer::jsonb->'properties')) AS members,
       answer::jsonb->'properties'->(answer::jsonb->>'name')->'items'->>'name' AS of
  FROM unnest('{namespace,namespaces,resource_type,resource_types,object,objects,property,properties,tag,tags}'::text[]) AS name, pg_temp.ask('A', 'GET', '/v2/schemas/metadefs/' || name);
SELECT status FROM pg_temp.ask('A', 'GET', '/v2/schemas/metadefs/none');
SELECT (answer::jsonb->'properties'->'images'->'items') = (SELECT answer::jsonb FROM pg_temp.ask('A', 'GET', '/v2/schemas/image')) AS items_are_images
  FROM pg_temp.ask('A', 'GET', '/v2/schemas/images');
RESET image_catalog.project_id;
RESET image_catalog.roles;
DELETE FROM image_catalog.images;
