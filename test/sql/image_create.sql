--
-- create_image(): what a new image may say, in the order of the API's checks
--
SET search_path = image_catalog, pg_catalog;
SET image_catalog.project_id = 'A';

-- the answer without what differs from run to run, or the error
CREATE FUNCTION pg_temp.try(attributes jsonb, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    answer := image_catalog.create_image(attributes)::jsonb
        - ARRAY['id', 'self', 'file', 'schema', 'created_at', 'updated_at'];
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    answer := concat_ws(' ', SQLSTATE, SQLERRM, '|', why);
END
$$;
-- the same as sqlstate or "created"
CREATE FUNCTION pg_temp.outcome(attributes jsonb) RETURNS text
    RETURN (SELECT CASE WHEN t LIKE '{%' THEN 'created' ELSE left(t, 5) END
              FROM pg_temp.try(attributes) t);

-- the whole record and its defaults
SELECT pg_temp.try('{}');
SELECT d ->> 'created_at' = d ->> 'updated_at' AS never_changed,
       d ->> 'self' = '/v2/images/' || (d ->> 'id') AS self,
       d ->> 'file' = '/v2/images/' || (d ->> 'id') || '/file' AS file,
       d ->> 'schema' AS schema,
       d ->> 'id' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' AS random_id
  FROM (SELECT create_image('{}')::jsonb) x(d);
-- a stored row is what the answer says
SELECT create_image('{"name": "é\"\\\n\u0001", "foo": "", "": "empty name", "tags": ["b", "a"]}')::jsonb AS created \gset
SELECT get_image((:'created'::jsonb ->> 'id')::uuid)::jsonb = :'created' AS same,
       :'created'::jsonb -> 'name' AS name, :'created'::jsonb -> '' AS empty_name;

-- custom properties stand at the top level
SELECT pg_temp.try('{"name": "x", "foo": "bar", "is_public": "True", "properties": "p", "members": "m", "metadata": "d"}');

-- the document is an object
SELECT v, pg_temp.outcome(v) FROM (VALUES ('"s"'::jsonb), ('123'), ('true'), ('null'), ('[]'), ('[{}]')) x(v);

-- name, formats
SELECT v, pg_temp.outcome(v) FROM (VALUES
    ('{"name": null}'::jsonb), ('{"name": ""}'), ('{"name": 5}'), ('{"name": ["x"]}'), ('{"name": {}}'), ('{"name": true}'),
    ('{"disk_format": null}'), ('{"disk_format": "qcow2"}'), ('{"disk_format": "QCOW2"}'), ('{"disk_format": ""}'),
    ('{"disk_format": "zvhd2"}'), ('{"container_format": null}'), ('{"container_format": "bare"}'),
    ('{"container_format": "zip"}'), ('{"container_format": 1}')) x(v);
SELECT pg_temp.outcome(jsonb_build_object('name', repeat('é', 255))) AS characters_255,
       pg_temp.outcome(jsonb_build_object('name', repeat('é', 256))) AS characters_256,
       pg_temp.outcome(jsonb_build_object('name', U&'\+01F4BF')) AS above_ffff;

-- numbers: integers in any spelling, 0 to 2147483647
SELECT v, pg_temp.outcome(jsonb_build_object('min_disk', v)) AS min_disk,
       pg_temp.outcome(jsonb_build_object('min_ram', v)) AS min_ram
  FROM (VALUES ('0'::jsonb), ('1'), ('1.0'), ('1e1'), ('2147483647'), ('2147483648'), ('9223372036854775808'),
               ('1e100'), ('-1'), ('-0'), ('-1e100'), ('1.5'), ('1e-1'), ('"1"'), ('true'), ('null'), ('[1]')) x(v);
SELECT pg_temp.try('{"min_disk": 1e1, "min_ram": 512.00}')::jsonb @> '{"min_disk": 10, "min_ram": 512}' AS stored;

-- booleans are JSON booleans
SELECT v, pg_temp.outcome(jsonb_build_object('protected', v)) AS protected,
       pg_temp.outcome(jsonb_build_object('os_hidden', v)) AS os_hidden
  FROM (VALUES ('true'::jsonb), ('false'), ('"true"'), ('1'), ('null')) x(v);

-- visibility, and who may publicize
SELECT v, pg_temp.outcome(jsonb_build_object('visibility', v))
  FROM (VALUES ('"private"'::jsonb), ('"shared"'), ('"community"'), ('"public"'), ('"x"'), ('"Public"'), ('null'), ('1')) x(v);

-- owner: for a tenant itself only
SELECT v, pg_temp.outcome(jsonb_build_object('owner', v))
  FROM (VALUES ('"A"'::jsonb), ('"B"'), ('"a"'), ('""'), ('null'), ('1')) x(v);

-- identifiers
SELECT v, pg_temp.outcome(jsonb_build_object('id', v))
  FROM (VALUES ('"c4ea7e00-0000-4000-8000-000000000001"'::jsonb), ('"c4ea7e00-0000-4000-8000-000000000001"'),
               ('"C4EA7E00-0000-4000-8000-000000000001"'), ('"C4EA7E00-0000-4000-8000-00000000000A"'), ('"x"'), ('""'), ('null'),
               ('"{c4ea7e00-0000-4000-8000-000000000002}"'), ('"c4ea7e00000040008000000000000003"'),
               ('"c4ea7e00-0000-4000-8000-00000000000g"')) x(v);
SELECT id FROM images WHERE id::text LIKE 'c4ea7e00-%' ORDER BY id;
SELECT pg_temp.try('{"id": "c4ea7e00-0000-4000-8000-000000000001"}');
SET image_catalog.project_id = 'B';
SELECT pg_temp.outcome('{"id": "c4ea7e00-0000-4000-8000-000000000001"}') AS of_another_project;
SET image_catalog.project_id = 'A';
SELECT delete_image('c4ea7e00-0000-4000-8000-000000000001');
SELECT pg_temp.outcome('{"id": "c4ea7e00-0000-4000-8000-000000000001"}') AS of_a_deleted_image;

-- tags: a set of strings
SELECT v, pg_temp.try(jsonb_build_object('tags', v))::jsonb -> 'tags' AS tags
  FROM (VALUES ('[]'::jsonb), ('["b", "a", "b"]'), ('[""]'), ('["B", "a", "é", "Z"]')) x(v);
SELECT v, pg_temp.outcome(jsonb_build_object('tags', v))
  FROM (VALUES ('"a"'::jsonb), ('null'), ('[1]'), ('[null]'), ('[["a"]]'), ('{}'), ('{"a": "b"}')) x(v);
SELECT pg_temp.outcome(jsonb_build_object('tags', ARRAY[repeat('é', 255)])) AS characters_255,
       pg_temp.outcome(jsonb_build_object('tags', ARRAY[repeat('é', 256)])) AS characters_256;

-- custom properties are strings, of any length; their names have 255 characters
SELECT v, pg_temp.outcome(jsonb_build_object('is_public', v))
  FROM (VALUES ('"True"'::jsonb), ('true'), ('1'), ('null'), ('{}'), ('[]'), ('""')) x(v);
SELECT pg_temp.outcome(jsonb_build_object('foo', repeat('x', 100000))) AS long_value,
       pg_temp.outcome(jsonb_build_object(repeat('é', 255), 'x')) AS name_255,
       pg_temp.outcome(jsonb_build_object(repeat('é', 256), 'x')) AS name_256;

-- what no client sets
SELECT name, pg_temp.outcome(jsonb_build_object(name, value)) AS "right type", pg_temp.outcome(jsonb_build_object(name, 5.5)) AS "wrong type"
  FROM (VALUES ('status', '"active"'::jsonb), ('size', '5'), ('virtual_size', 'null'), ('checksum', '"x"'), ('os_hash_algo', '"sha512"'),
               ('os_hash_value', '"x"'), ('created_at', '"2018-10-28T10:00:00Z"'), ('updated_at', '"2018-10-28T10:00:00Z"'),
               ('locations', '[]'), ('direct_url', '"x"'), ('self', '"x"'), ('file', '"x"'), ('schema', '"x"'), ('stores', '"x"'),
               ('location', '"x"'), ('deleted', '"x"'), ('deleted_at', '"x"'), ('os_glance', '"x"'), ('os_glancefoo', '"x"'),
               ('os_glance_import_task', '"x"')) x(name, value);
SELECT pg_temp.outcome('{"status": "zzz"}') AS unknown_status, pg_temp.outcome('{"OS_GLANCE": "x"}') AS other_case;

-- which failure wins
SELECT v, pg_temp.try(v) FROM (VALUES
    ('{"name": 5, "self": "x"}'::jsonb),
    ('{"name": 5, "status": "active"}'),
    ('{"os_glance_x": "x", "name": 5}'),
    ('{"os_glance_x": "x", "visibility": "public"}'),
    ('{"visibility": "public", "status": "active"}'),
    ('{"owner": "B", "min_disk": -1}'),
    ('{"status": "active", "min_disk": -1}')) x(v);
SET image_catalog.tag_quota = 2;
SET image_catalog.property_quota = 2;
SELECT v, pg_temp.try(v) FROM (VALUES
    ('{"tags": ["a", "b"]}'::jsonb),
    ('{"tags": ["a", "b", "b"]}'),
    ('{"tags": ["a", "b", "c"], "status": "active"}'),
    ('{"tags": ["a", "b", "c"], "visibility": "public"}'),
    ('{"p": "1", "q": "2"}'),
    ('{"p": "1", "q": "2", "r": "3"}'),
    ('{"p": "1", "q": "2", "r": "3", "status": "active"}'),
    ('{"p": "1", "q": "2", "r": "3", "min_disk": -1}'),
    ('{"p": "1", "q": "2", "r": "3", "tags": ["a", "b", "c"]}')) x(v);
SET image_catalog.tag_quota = -1;
SET image_catalog.property_quota = -1;
SELECT pg_temp.outcome(jsonb_build_object('tags', array_agg(n::text)) || jsonb_object_agg('p' || n, 'x')) AS without_quota
  FROM generate_series(1, 200) n;
RESET image_catalog.tag_quota;
RESET image_catalog.property_quota;
SELECT pg_temp.outcome(jsonb_build_object('tags', array_agg(n::text))) AS tags,
       pg_temp.outcome(jsonb_object_agg('p' || n, 'x')) AS properties
  FROM generate_series(1, 129) n;

-- roles
SET image_catalog.roles = 'reader';
SELECT pg_temp.try('{}') AS a_reader;
SET image_catalog.roles = '';
SELECT pg_temp.outcome('{}') AS without_role;
SET image_catalog.roles = 'member';
SELECT pg_temp.outcome('{}') AS a_member;
RESET image_catalog.roles;
SET image_catalog.is_admin = on;
SELECT pg_temp.try('{"owner": "B", "visibility": "public"}') AS an_administrator;
SELECT pg_temp.try('{"owner": null}')::jsonb -> 'owner' AS no_owner, pg_temp.try('{"owner": ""}')::jsonb -> 'owner' AS empty_owner;
SELECT pg_temp.outcome('{"status": "active"}') AS read_only_for_all;
RESET image_catalog.is_admin;

-- who has no project creates nothing, unless it administers
SET image_catalog.project_id = '';
SELECT pg_temp.try('{}')::jsonb -> 'owner' AS superuser;
CREATE ROLE image_create_nobody;
SET ROLE image_create_nobody;
DO $$
BEGIN
    PERFORM image_catalog.create_image('{}');
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE '%', SQLERRM;
END
$$;
RESET ROLE;
DROP ROLE image_create_nobody;

-- a null argument is no image
SELECT create_image(NULL);

-- an error says what would do: the form of an identifier, the words of an enum, here and in a patch, a tag's action, a schema
SELECT create_image('{"id": "19907701000040008000000000000001"}');
SELECT create_image('{"visibility": "publik"}');
SELECT create_image('{"disk_format": "qcow"}');
SELECT create_image('{"container_format": "Bare"}');
SELECT update_image(gen_random_uuid(), '[{"op": "add", "path": "/visibility", "value": "Public"}]');
SELECT update_image(gen_random_uuid(), '[{"op": "test", "path": "/visibility", "value": "public"}]');
SELECT update_image_member(gen_random_uuid(), 'm', 'yes');
SELECT ims_change_image_tags(gen_random_uuid(), 'add', '[]');
SELECT image_schema('imaje');

-- a failed creation leaves nothing behind
SET image_catalog.project_id = 'image_create_atomic';
SELECT pg_temp.outcome('{"min_disk": -1}');
SELECT count(*) FROM images WHERE owner = 'image_create_atomic';

DELETE FROM images WHERE owner IS NULL OR owner IN ('A', 'B');
