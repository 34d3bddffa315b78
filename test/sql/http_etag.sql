--
-- Entity tags of images, and changes that depend on them
--
SELECT image_catalog.import_images('[{"id": "477e0000-0000-4000-8000-000000000001", "owner": "A", "visibility": "public", "updated_at": "2024-01-01T00:00:00Z"},
                                     {"id": "477e0000-0000-4000-8000-000000000002", "owner": "A", "visibility": "private", "updated_at": "2024-01-01T00:00:00Z"}]');
SET image_catalog.project_id = 'A';
CREATE FUNCTION pg_temp.ask(method text, target text, headers jsonb DEFAULT '{}', body text DEFAULT NULL, OUT status int, OUT fields jsonb, OUT answer text) LANGUAGE sql AS $$
    SELECT status, response_headers - 'x-openstack-request-id', convert_from(response_body, 'UTF8')
      FROM image_catalog.http_request(method, regexp_replace(target, '^(\d)', '/v2/images/477e0000-0000-4000-8000-00000000000\1'),
               '{"Accept": "application/json", "Content-Type": "application/openstack-images-v2.1-json-patch"}' || headers, convert_to(body, 'UTF8'))
$$;
CREATE FUNCTION pg_temp.etag() RETURNS text RETURN image_catalog.image_etag('477e0000-0000-4000-8000-000000000001');

-- GET, PATCH and POST show what image_etag() does; a list and a deletion have none
SELECT fields->>'ETag' = pg_temp.etag() AS same, fields->>'ETag' ~ '^"[0-9a-f]{32}"$' AS form FROM pg_temp.ask('GET', '1');
SELECT fields->>'ETag' AS etag FROM pg_temp.ask('PATCH', '1', '{}', '[{"op": "add", "path": "/a", "value": "1"}]') \gset
SELECT :'etag' = pg_temp.etag() AS same;
SELECT fields->>'ETag' AS etag, answer::jsonb->>'id' AS id FROM pg_temp.ask('POST', '/v2/images', '{}', '{}') \gset
SELECT :'etag' = image_catalog.image_etag(:'id') AS same;
SELECT fields ? 'ETag' AS etag FROM pg_temp.ask('GET', '/v2/images');

-- every change changes it, in one second and one transaction, back to the same document too
CREATE TEMP TABLE seen (step int GENERATED ALWAYS AS IDENTITY, etag text);
BEGIN;
INSERT INTO seen (etag) VALUES (pg_temp.etag());
SELECT status FROM pg_temp.ask('PATCH', '1', '{}', '[{"op": "replace", "path": "/a", "value": "2"}]');
INSERT INTO seen (etag) VALUES (pg_temp.etag());
SELECT status FROM pg_temp.ask('PATCH', '1', '{}', '[{"op": "replace", "path": "/a", "value": "1"}]');
INSERT INTO seen (etag) VALUES (pg_temp.etag());
SELECT image_catalog.add_image_tag('477e0000-0000-4000-8000-000000000001', 't');
INSERT INTO seen (etag) VALUES (pg_temp.etag());
SELECT image_catalog.delete_image_tag('477e0000-0000-4000-8000-000000000001', 't');
INSERT INTO seen (etag) VALUES (pg_temp.etag());
-- a change of the table itself that leaves the time alone
UPDATE image_catalog.images SET min_ram = 1 WHERE id = '477e0000-0000-4000-8000-000000000001';
INSERT INTO seen (etag) VALUES (pg_temp.etag());
COMMIT;
SELECT count(*) AS steps, count(DISTINCT etag) AS etags FROM seen;
-- what changes nothing does not change it
SELECT status, fields->>'ETag' = (SELECT etag FROM seen ORDER BY step DESC LIMIT 1) AS same FROM pg_temp.ask('PATCH', '1', '{}', '[]');
SELECT pg_temp.etag() = (SELECT etag FROM seen ORDER BY step DESC LIMIT 1) AS same;

-- If-None-Match
SELECT known, status, answer = '' AS empty, fields ? 'ETag' AS etag, fields ? 'Content-Type' AS type
  FROM (VALUES (pg_temp.etag()), ('W/' || pg_temp.etag()), ('"x", ' || pg_temp.etag()), ('*'), ('"x"'), (''), (btrim(pg_temp.etag(), '"'))) AS t (etag),
       regexp_replace(etag, '[0-9a-f]{32}', '<etag>') AS known, pg_temp.ask('GET', '1', jsonb_build_object('If-None-Match', etag));
SELECT status FROM pg_temp.ask('GET', '/v2/images/477e0000-0000-4000-8000-00000000000f', '{"If-None-Match": "*"}');

-- If-Match: not for whom may not change it, nor on what is not there
SELECT expected, status, answer::jsonb->>'message' AS message
  FROM (VALUES ('"x"'), ('W/' || pg_temp.etag()), (''), ('*'), (pg_temp.etag())) AS t (etag),
       regexp_replace(etag, '[0-9a-f]{32}', '<etag>') AS expected, pg_temp.ask('PATCH', '1', jsonb_build_object('If-Match', etag), '[{"op": "add", "path": "/b", "value": "1"}]');
SELECT method, target, status FROM (VALUES ('PATCH', '/v2/images/477e0000-0000-4000-8000-00000000000f'), ('DELETE', '/v2/images/477e0000-0000-4000-8000-00000000000f'), ('DELETE', '1'), ('PATCH', '1')) AS t (method, target),
       pg_temp.ask(method, target, '{"If-Match": "\"x\""}', CASE method WHEN 'PATCH' THEN '[]' END);
SELECT status FROM pg_temp.ask('PATCH', '1', '{"If-Match": "\"x\"", "Content-Type": "application/openstack-images-v2.0-json-patch"}', '[{"add": "/c", "value": "1"}]');
SELECT status FROM pg_temp.ask('PATCH', '/v2/cloudimages/477e0000-0000-4000-8000-000000000001', '{"If-Match": "\"x\""}', '[{"op": "replace", "path": "/name", "value": "x"}]');
SELECT answer::jsonb->>'b' AS b, answer::jsonb->>'c' AS c FROM pg_temp.ask('GET', '1');
SET image_catalog.project_id = 'B';
SELECT status FROM pg_temp.ask('PATCH', '1', '{"If-Match": "\"x\""}', '[{"op": "add", "path": "/b", "value": "1"}]');
SELECT status FROM pg_temp.ask('PATCH', '2', '{"If-Match": "\"x\""}', '[{"op": "add", "path": "/b", "value": "1"}]');
SELECT image_catalog.image_etag('477e0000-0000-4000-8000-000000000002');
SET image_catalog.project_id = 'A';

-- in SQL
SELECT image_catalog.update_image('477e0000-0000-4000-8000-000000000001', '[]', if_match => '"x"');
\echo :SQLSTATE
SELECT image_catalog.update_image('477e0000-0000-4000-8000-000000000001', '[{"op": "add", "path": "/d", "value": "1"}]', pg_temp.etag())->>'d' AS d;
SELECT image_catalog.update_image('477e0000-0000-4000-8000-000000000001', '[{"op": "add", "path": "/d", "value": "2"}]', NULL)->>'d' AS d;
SELECT image_catalog.delete_image('477e0000-0000-4000-8000-000000000001', '"x"');
SELECT image_catalog.image_etag(NULL);
\echo :SQLSTATE

-- who may not read a property gets a tag of what it sees, and may change that
INSERT INTO image_catalog.property_protections VALUES (1, '^secret', '{admin}', '{admin}', '{admin}', '{admin}'), (2, '.*', '{@}', '{@}', '{@}', '{@}');
SET image_catalog.roles = 'admin';
SELECT status FROM pg_temp.ask('PATCH', '1', '{}', '[{"op": "add", "path": "/secret", "value": "s"}]');
CREATE TEMP TABLE of_admin AS SELECT pg_temp.etag();
SET image_catalog.roles = 'reader,member';
SELECT etag <> pg_temp.etag() AS another FROM of_admin;
SELECT fields->>'ETag' = pg_temp.etag() AS same, answer::jsonb ? 'secret' AS secret FROM pg_temp.ask('GET', '1');
SELECT status FROM pg_temp.ask('PATCH', '1', jsonb_build_object('If-Match', pg_temp.etag()), '[{"op": "add", "path": "/e", "value": "1"}]');
DELETE FROM image_catalog.property_protections;
SELECT status FROM pg_temp.ask('DELETE', '1', jsonb_build_object('If-Match', pg_temp.etag()));
RESET image_catalog.roles;
RESET image_catalog.project_id;
DELETE FROM image_catalog.images;
