--
-- http_request(): the IMS extension
--
CREATE FUNCTION pg_temp.ask(method text, target text, body text DEFAULT NULL, OUT status int, OUT answer text) LANGUAGE sql AS $$
    SELECT status, convert_from(response_body, 'UTF8')
      FROM image_catalog.http_request(method, regexp_replace(target, '^(/v[12].*)#(\d)', '\1477d0000-0000-4000-8000-00000000000\2'), '{"Content-Type": "application/json"}', convert_to(body, 'UTF8'))
$$;
SELECT image_catalog.import_images('[
 {"id": "477d0000-0000-4000-8000-000000000001", "name": "ubuntu", "owner": "P", "status": "active", "visibility": "private", "__imagetype": "private", "disk_format": "zvhd2", "container_format": "bare"},
 {"id": "477d0000-0000-4000-8000-000000000002", "name": "debian", "owner": "P", "status": "queued", "visibility": "private", "__imagetype": "private"},
 {"id": "477d0000-0000-4000-8000-000000000003", "name": "foreign", "owner": "Q", "status": "active", "visibility": "private", "__imagetype": "private"}]');
SET image_catalog.project_id = 'P';

-- tags of key and value; a caller names its own project alone
SELECT method, target, body, status, answer
  FROM (VALUES ('POST', '/v2/P/images/#1/tags', '{"tag": {"key": "os", "value": "linux"}}'), ('GET', '/v2/P/images/#1/tags', NULL),
               ('POST', '/v2/P/images/#1/tags/action', '{"action": "create", "tags": [{"key": "tier", "value": "a"}, {"key": "b"}]}'),
               ('POST', '/v2/P/images/#1/tags/action', '{"action": "delete", "tags": [{"key": "b"}]}'),
               ('GET', '/v2/P/images/tags', NULL), ('DELETE', '/v2/P/images/#1/tags/os', NULL), ('DELETE', '/v2/P/images/#1/tags/os', NULL),
               ('PUT', '/v1/cloudimages/tags', '{"image_id": "477d0000-0000-4000-8000-000000000001", "tag": "k.v.w"}'),
               ('PUT', '/v1/cloudimages/tags', '{"image_id": "477d0000-0000-4000-8000-000000000001", "tag": "word"}'),
               ('PUT', '/v1/cloudimages/tags', '{"image_id": "477d0000-0000-4000-8000-000000000001", "image_tag": {"key": "kk", "value": "vv"}}'),
               ('GET', '/v2/P/images/#1/tags', NULL),
               ('POST', '/v2/P/images/resource_instances/action', '{"action": "count", "tags": [{"key": "kk", "values": ["vv"]}]}'),
               -- wrong ones
               ('GET', '/v2/Q/images/tags', NULL), ('GET', '/v2/Q/images/#3/tags', NULL), ('GET', '/v2/P/images/#3/tags', NULL), ('GET', '/v2/P/images/x/tags', NULL),
               ('POST', '/v2/Q/images/resource_instances/action', '{"action": "count"}'), ('POST', '/v2/P/images/resource_instances/action', '{"action": "x"}'),
               ('POST', '/v2/P/images/resource_instances/action', '[]'), ('POST', '/v2/P/images/resource_instances/action', NULL),
               ('POST', '/v2/P/images/#1/tags', '{"tag": "x"}'), ('POST', '/v2/P/images/#1/tags', '{}'), ('POST', '/v2/P/images/#1/tags', '[]'), ('POST', '/v2/P/images/#1/tags', '{"tag": {"key": 5}}'),
               ('POST', '/v2/P/images/#1/tags', '{"tag": {"value": "x"}}'), ('POST', '/v2/P/images/#1/tags/action', '{"action": "create"}'), ('POST', '/v2/P/images/#1/tags/action', '{"tags": []}'),
               ('POST', '/v2/P/images/#1/tags/action', '{"action": "create", "tags": {}}'), ('POST', '/v2/P/images/#1/tags/action', '{"action": "Create", "tags": []}'),
               ('PUT', '/v1/cloudimages/tags', '{}'), ('PUT', '/v1/cloudimages/tags', '{"image_id": "x", "tag": "a"}'), ('PUT', '/v1/cloudimages/tags', '{"image_id": "477d0000-0000-4000-8000-000000000001"}'),
               ('PUT', '/v2/P/images/#1/tags', '{}'), ('POST', '/v1/cloudimages/tags', NULL)) AS t (method, target, body),
       pg_temp.ask(method, target, body);

-- the tags of a list, by its filters: of what the caller lists, each once
RESET image_catalog.project_id;
SELECT image_catalog.import_images('[
 {"id": "477d0000-0000-4000-8000-000000000004", "name": "shared", "owner": "Q", "status": "active", "visibility": "shared", "__imagetype": "shared", "members": {"P": "accepted"}, "tags": ["kk=vv", "of.Q"]},
 {"id": "477d0000-0000-4000-8000-000000000005", "name": "waiting", "owner": "Q", "status": "active", "visibility": "shared", "__imagetype": "shared", "members": {"P": "pending"}, "tags": ["waiting"]},
 {"id": "477d0000-0000-4000-8000-000000000006", "name": "public", "owner": "Q", "status": "active", "visibility": "public", "__imagetype": "gold", "tags": ["zz=1", "\u00e9"]},
 {"id": "477d0000-0000-4000-8000-000000000007", "name": "secret", "owner": "Q", "status": "active", "visibility": "private", "__imagetype": "private", "tags": ["secret"]}]');
SET image_catalog.project_id = 'P';
SELECT query, status, answer
  FROM unnest('{"",?__imagetype=private,?visibility=shared,?visibility=shared&member_status=pending,?owner=Q,?owner=Q&visibility=private,?id=477d0000-0000-4000-8000-000000000006,?tag=kk=vv,?name=nothing,?status=killed,?limit=2,?limit=2&page=2,?limit=2&page=9,?page=2,?limit=0,?sort_key=name&sort_dir=asc&limit=1}'::text[]) AS query,
       pg_temp.ask('GET', '/v1/cloudimages/tags' || query);
SELECT query, status, answer
  FROM unnest('{page=0,page=x,page=-1,page=,page=1.5,limit=-1,__imagetype=x,created_at=x,tag=%FF}'::text[]) AS query,
       pg_temp.ask('GET', '/v1/cloudimages/tags?' || query);
-- a filter that nothing can answer to is refused where the list refuses it
SET image_catalog.strict_filters = on;
SELECT status, answer FROM pg_temp.ask('GET', '/v1/cloudimages/tags?nmae=x');
RESET image_catalog.strict_filters;
DELETE FROM image_catalog.images WHERE owner = 'Q' AND name <> 'foreign';

-- what a cloud has around IMS is not here, and jobs neither
SELECT method, target, status, answer
  FROM (VALUES ('POST', '/v2/cloudimages/action'), ('POST', '/v2.1/cloudimages/action'), ('PUT', '/v1/cloudimages/#1/upload'), ('POST', '/v1/cloudimages/members'),
               ('GET', '/v1/cloudimages/quota'), ('GET', '/v1/P/jobs/1'), ('GET', '/v1/cloudimages/job/1'), ('POST', '/v1/P/jobs/1'), ('PATCH', '/v1/cloudimages/members')) AS t (method, target),
       pg_temp.ask(method, target);

-- the list has no links; a patch may come as plain JSON, and is for active images
SELECT status, jsonb_object_keys(answer::jsonb) AS member, jsonb_path_query_array(answer::jsonb, '$.images[*].name') AS names FROM pg_temp.ask('GET', '/v2/cloudimages?name=ubuntu');
SELECT target, body, status, coalesce(answer::jsonb->>'name', answer) AS answer
  FROM (VALUES ('/v2/cloudimages/#1', '[{"op": "replace", "path": "/name", "value": "ubuntu 24"}]'), ('/v2/cloudimages/#2', '[{"op": "replace", "path": "/name", "value": "x"}]'),
               ('/v2/cloudimages/#1', '[{"op": "replace", "path": "/visibility", "value": "shared"}]'), ('/v2/cloudimages/#3', '[{"op": "replace", "path": "/name", "value": "x"}]'),
               ('/v2/cloudimages/#1', '{}'), ('/v2/cloudimages/#1', NULL)) AS t (target, body), pg_temp.ask('PATCH', target, body);
SELECT query, status, answer FROM unnest('{__imagetype=x,marker=x,min_disk=x,limit=-1}'::text[]) AS query, pg_temp.ask('GET', '/v2/cloudimages?' || query);
SELECT status, answer FROM pg_temp.ask('POST', '/v2/cloudimages', '{}');

-- in the IMS dialect /v2/images answers as IMS does, too
SET image_catalog.dialect = 'ims';
SELECT target, status, answer FROM unnest('{/v2/images?__imagetype=x,/v2/images/x,/v2/images/#3,/v2/nope}'::text[]) AS target, pg_temp.ask('GET', target);
SELECT status, answer FROM pg_temp.ask('POST', '/v2/images', '{"__os_version": 5}');
-- and a version is answered with those that there are
SELECT target, status, jsonb_array_length(answer::jsonb->'versions') AS versions FROM unnest('{/,/v2,/v2.1,/v1.1}'::text[]) AS target, pg_temp.ask('GET', target);
RESET image_catalog.dialect;
RESET image_catalog.project_id;
DELETE FROM image_catalog.images;
