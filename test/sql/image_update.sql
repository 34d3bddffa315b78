--
-- update_image(): the image profile of JSON Patch
--
SET search_path = image_catalog, pg_catalog;
SET image_catalog.project_id = 'A';

CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('bd47e000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
-- what the patch changed in the document of image n, or the error
CREATE FUNCTION pg_temp.try(n int, patch jsonb, legacy boolean DEFAULT false, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    before jsonb;
    after jsonb;
    why text;
BEGIN
    SELECT to_jsonb(i) INTO before FROM image_catalog.images i WHERE id = pg_temp.id(n);
    IF legacy THEN
        PERFORM image_catalog.update_image_legacy(pg_temp.id(n), patch);
    ELSE
        PERFORM image_catalog.update_image(pg_temp.id(n), patch::image_catalog.json_patch);
    END IF;
    SELECT to_jsonb(i) INTO after FROM image_catalog.images i WHERE id = pg_temp.id(n);
    SELECT coalesce(string_agg(CASE WHEN key = 'updated_at' THEN 'moved' ELSE key || '=' || value END, ' ' ORDER BY key DESC), 'unchanged')
      INTO answer FROM jsonb_each(after) a WHERE value IS DISTINCT FROM before -> key AND key NOT IN ('facets', 'summary');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    answer := concat_ws(' ', SQLSTATE, SQLERRM, '|', left(why, 120));
END
$$;
CREATE FUNCTION pg_temp.code(n int, patch jsonb, legacy boolean DEFAULT false) RETURNS text
    RETURN (SELECT CASE WHEN t ~ '^[0-9A-Z]{5} ' THEN left(t, 5) ELSE 'ok' END
              FROM pg_temp.try(n, patch, legacy) t);

SELECT create_image('{"id": "bd47e000-0000-4000-8000-000000000001", "name": "x", "keep": "1", "tags": ["a"], "visibility": "private"}') IS NOT NULL;

-- base attributes: add and replace set, remove is forbidden
SELECT p, pg_temp.try(1, jsonb_build_array(p)) FROM (VALUES
    ('{"op": "replace", "path": "/name", "value": "n"}'::jsonb),
    ('{"op": "replace", "path": "/name", "value": "n"}'),
    ('{"op": "add", "path": "/name", "value": null}'),
    ('{"op": "remove", "path": "/name"}'),
    ('{"op": "add", "path": "/min_disk", "value": 5.0}'),
    ('{"op": "replace", "path": "/protected", "value": true}'),
    ('{"op": "replace", "path": "/os_hidden", "value": true}'),
    ('{"op": "replace", "path": "/tags", "value": ["x", "b", "x"]}'),
    ('{"op": "remove", "path": "/tags"}'),
    ('{"op": "replace", "path": "/disk_format", "value": "qcow2"}'),
    ('{"op": "add", "path": "/container_format", "value": "bare"}'),
    ('{"op": "replace", "path": "/visibility", "value": "community"}'),
    ('{"op": "replace", "path": "/visibility", "value": "public"}'),
    ('{"op": "replace", "path": "/owner", "value": "A"}'),
    ('{"op": "add", "path": "/owner", "value": "B"}'),
    ('{"op": "add", "path": "/owner", "value": null}'),
    ('{"op": "remove", "path": "/owner"}')) x(p);
-- custom properties
SELECT p, pg_temp.try(1, jsonb_build_array(p)) FROM (VALUES
    ('{"op": "add", "path": "/p", "value": "v1"}'::jsonb),
    ('{"op": "add", "path": "/p", "value": "v2"}'),
    ('{"op": "replace", "path": "/p", "value": ""}'),
    ('{"op": "remove", "path": "/p", "value": null}'),
    ('{"op": "remove", "path": "/p"}'),
    ('{"op": "replace", "path": "/p", "value": "v"}'),
    ('{"op": "add", "path": "/trait:CUSTOM_HCI_0A7F6A35E650420CB30200A8359861D9", "value": "required"}'),
    ('{"op": "remove", "path": "/trait:CUSTOM_HCI_0A7F6A35E650420CB30200A8359861D9"}'),
    ('{"op": "add", "path": "/image_id", "value": "attribute names of other APIs"}'),
    ('{"op": "remove", "path": "/image_id"}')) x(p);
-- the operations of one patch see each other
SELECT pg_temp.try(1, '[{"op": "add", "path": "/q", "value": "1"}, {"op": "replace", "path": "/q", "value": "2"}, {"op": "remove", "path": "/q"}]');
SELECT pg_temp.try(1, '[{"op": "add", "path": "/q", "value": "1"}, {"op": "remove", "path": "/q"}, {"op": "replace", "path": "/q", "value": "2"}]');
SELECT pg_temp.try(1, '[{"op": "remove", "path": "/keep"}, {"op": "add", "path": "/keep", "value": "again"}]');
-- all or nothing
SELECT pg_temp.try(1, '[{"op": "add", "path": "/keep", "value": "2"}, {"op": "replace", "path": "/nope", "value": "y"}]');
SELECT pg_temp.try(1, '[{"op": "replace", "path": "/name", "value": "m"}, {"op": "replace", "path": "/min_ram", "value": -1}]');
SELECT name, properties FROM images WHERE id = pg_temp.id(1);
-- an empty patch does nothing
SELECT pg_temp.try(1, '[]'), pg_temp.try(1, '[]', true);

-- paths
SELECT path, pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', path, 'value', 'v')))
  FROM (VALUES ('/a'), ('//a'), ('/ sp '), ('/'), ('/ '), (E'/\ttab\n'), ('/a~0b~1c'), ('/a.b:c'), ('/é'), ('/-'), ('/0'),
               (''), ('a'), ('///a'), ('//'), ('/ /'), ('/a/'), ('/a//b'), ('/a/ /b'), ('/a/b'), ('//a/b'), ('/~2'), ('/a~'),
               ('/tags/-'), ('/tags/0'), ('/keep/0'), ('/name/x')) x(path);
SELECT jsonb_object_keys(properties) COLLATE "C" AS name FROM images WHERE id = pg_temp.id(1) ORDER BY 1;
SELECT pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/' || repeat('é', 255), 'value', 'v'))) AS name_255,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/' || repeat('é', 256), 'value', 'v'))) AS name_256,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'remove', 'path', '/' || repeat('é', 256)))) AS remove_256;
UPDATE images SET properties = '{"keep": "1"}' WHERE id = pg_temp.id(1);

-- operations
SELECT o, pg_temp.try(1, jsonb_build_array(o)) FROM (VALUES
    ('{"op": "test", "path": "/name", "value": null}'::jsonb),
    ('{"op": "move", "from": "/keep", "path": "/kept"}'),
    ('{"op": "copy", "from": "/keep", "path": "/kept"}'),
    ('{"op": "add", "path": "/a", "value": "v", "zzz": 1}')) x(o);
SELECT o, pg_temp.code(1, o) FROM (VALUES
    ('[1]'::jsonb), ('[[]]'), ('["add"]'), ('{}'), ('"s"'), ('5'), ('null'), ('[{}]'),
    ('[{"op": null, "path": "/a", "value": "v"}]'), ('[{"op": "ADD", "path": "/a", "value": "v"}]'),
    ('[{"path": "/a", "value": "v"}]'), ('[{"op": "add", "value": "v"}]'), ('[{"op": "add", "path": 3, "value": "v"}]'),
    ('[{"op": "add", "path": "/a"}]'), ('[{"op": "replace", "path": "/name"}]'), ('[{"add": "/a", "value": "v"}]')) x(o);

-- values
SELECT v, pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/p', 'value', v))) AS property,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/name', 'value', v))) AS name,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/min_ram', 'value', v))) AS min_ram,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/protected', 'value', v))) AS protected,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/visibility', 'value', v))) AS visibility,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/disk_format', 'value', v))) AS disk_format,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/tags', 'value', v))) AS tags
  FROM (VALUES ('"private"'::jsonb), ('"raw"'), ('""'), ('5'), ('-1'), ('2147483648'), ('1.5'), ('true'), ('null'), ('["a"]'), ('[1]'), ('{}')) x(v);

-- read-only and reserved names, in each operation; the kind of failure decides, not its place
SELECT name, pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/' || name, 'value', 'x'))) AS add,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '/' || name, 'value', 5))) AS replace,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'remove', 'path', '/' || name))) AS remove,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '/' || name || '/0', 'value', 5))) AS deeper,
       pg_temp.code(1, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '/' || name))) AS valueless
  FROM unnest('{id,status,checksum,size,virtual_size,os_hash_algo,os_hash_value,created_at,updated_at,direct_url,self,file,schema,stores,location,deleted,deleted_at,os_glance,os_glance_x}'::text[]) name;
-- a read-only name is refused before the image is looked for, a bad value too
SELECT pg_temp.code(99, '[{"op": "replace", "path": "/id", "value": "x"}]') AS read_only,
       pg_temp.code(99, '[{"op": "replace", "path": "/name", "value": 5}]') AS bad_value,
       pg_temp.code(99, '[{"op": "replace", "path": "/name", "value": "x"}]') AS good,
       pg_temp.code(99, '[{"op": "replace", "path": "/min_ram", "value": -1}]') AS out_of_range,
       pg_temp.code(99, '[{"op": "remove", "path": "/name"}]') AS base_attribute,
       pg_temp.code(99, '[{"op": "replace", "path": "/disk_format", "value": "x"}]') AS bad_word,
       pg_temp.code(99, '[]') AS empty;
-- locations do not show, so they cannot change
SELECT o, pg_temp.code(1, jsonb_build_array(o)) FROM (VALUES
    ('{"op": "add", "path": "/locations/-", "value": {"url": "http://x/y", "metadata": {}}}'::jsonb),
    ('{"op": "add", "path": "/locations/0", "value": {"url": "http://x/y", "metadata": {}}}'),
    ('{"op": "add", "path": "/locations/-", "value": {"url": "http://x/y"}}'),
    ('{"op": "add", "path": "/locations/-", "value": 5}'),
    ('{"op": "add", "path": "/locations", "value": []}'),
    ('{"op": "replace", "path": "/locations", "value": []}'),
    ('{"op": "replace", "path": "/locations", "value": [5]}'),
    ('{"op": "replace", "path": "/locations/0", "value": []}'),
    ('{"op": "remove", "path": "/locations/0"}'),
    ('{"op": "remove", "path": "/locations"}')) x(o);

-- the older form
SELECT o, pg_temp.try(1, jsonb_build_array(o), true) FROM (VALUES
    ('{"replace": "/name", "value": "legacy"}'::jsonb),
    ('{"add": "/foo", "value": "bar"}'),
    ('{"add": "/foo", "value": "bar"}'),
    ('{"add": "/name", "value": "bar"}'),
    ('{"add": "/tags", "value": ["bar"]}'),
    ('{"replace": "/foo", "value": "baz", "op": "ignored"}'),
    ('{"remove": "/foo"}'),
    ('{"remove": "/foo"}'),
    ('{"remove": "/name"}'),
    ('{"op": "add", "path": "/b", "value": "x"}'),
    ('{"add": "/b", "replace": "/c", "value": "x"}'),
    ('{"add": 5, "value": "x"}'),
    ('{"replace": "/id", "value": "x"}'),
    ('{}')) x(o);
SELECT pg_temp.code(1, '{}', true) AS object, pg_temp.code(1, '"s"', true) AS string, pg_temp.code(1, '[1]', true) AS number;

-- formats change only before there is data; all else in every status
SET image_catalog.is_admin = on;
SELECT import_images(jsonb_agg(jsonb_build_object('id', pg_temp.id(n::int + 10), 'owner', 'A', 'status', s)))
  FROM unnest('{queued,saving,active,killed,uploading,importing,pending_delete,deactivated}'::text[]) WITH ORDINALITY x(s, n);
RESET image_catalog.is_admin;
SELECT s AS status, pg_temp.code(n::int + 10, '[{"op": "replace", "path": "/disk_format", "value": "raw"}]') AS disk_format,
       pg_temp.code(n::int + 10, '[{"op": "add", "path": "/container_format", "value": null}]') AS container_format,
       pg_temp.code(n::int + 10, '[{"op": "replace", "path": "/name", "value": "x"}]') AS name
  FROM unnest('{queued,saving,active,killed,uploading,importing,pending_delete,deactivated}'::text[]) WITH ORDINALITY x(s, n);

-- quotas look at the result, and let an image be that has too much already
SET image_catalog.property_quota = 2;
SET image_catalog.tag_quota = 2;
SELECT pg_temp.try(11, '[{"op": "add", "path": "/p", "value": "1"}, {"op": "add", "path": "/q", "value": "1"}]');
SELECT pg_temp.try(11, '[{"op": "add", "path": "/r", "value": "1"}]');
SELECT pg_temp.try(11, '[{"op": "add", "path": "/r", "value": "1"}, {"op": "remove", "path": "/p"}]');
SELECT pg_temp.try(11, '[{"op": "replace", "path": "/tags", "value": ["a", "a", "a"]}]');
SELECT pg_temp.try(11, '[{"op": "replace", "path": "/tags", "value": ["a", "b", "c"]}, {"op": "replace", "path": "/tags", "value": ["a"]}]');
SET image_catalog.property_quota = 1;
SELECT pg_temp.try(11, '[{"op": "replace", "path": "/q", "value": "2"}]');
SELECT pg_temp.try(11, '[{"op": "add", "path": "/s", "value": "1"}]');
RESET image_catalog.property_quota;
RESET image_catalog.tag_quota;

-- who may
SELECT update_image(pg_temp.id(1), '[{"op": "replace", "path": "/visibility", "value": "private"}]')::jsonb ->> 'visibility' AS visibility;
SET image_catalog.roles = 'reader';
SELECT pg_temp.try(1, '[{"op": "replace", "path": "/name", "value": "x"}]') AS a_reader, pg_temp.try(1, '[]') AS empty;
RESET image_catalog.roles;
SET image_catalog.project_id = 'B';
SELECT pg_temp.code(1, '[{"op": "replace", "path": "/name", "value": "x"}]') AS private, pg_temp.code(1, '[]') AS empty;
SET image_catalog.is_admin = on;
SELECT pg_temp.try(1, '[{"op": "replace", "path": "/visibility", "value": "public"}, {"op": "replace", "path": "/owner", "value": "C"}]') AS an_administrator;
SELECT pg_temp.try(1, '[{"op": "replace", "path": "/owner", "value": ""}]') AS no_owner;
SELECT pg_temp.try(1, '[{"op": "replace", "path": "/owner", "value": "A"}]') AS owner;
RESET image_catalog.is_admin;
SELECT pg_temp.try(1, '[{"op": "replace", "path": "/name", "value": "x"}]') AS public, pg_temp.try(1, '[]') AS empty;
SET image_catalog.project_id = 'A';
SELECT pg_temp.try(1, '[{"op": "replace", "path": "/visibility", "value": "public"}]') AS public_again,
       pg_temp.try(1, '[{"op": "replace", "path": "/visibility", "value": "private"}]') AS leaving_public;
SELECT pg_temp.code(1, '[{"op": "replace", "path": "/name", "value": "shared"}, {"op": "replace", "path": "/visibility", "value": "shared"}]');
SELECT add_image_member(pg_temp.id(1), 'B') IS NOT NULL;
SET image_catalog.project_id = 'B';
SELECT pg_temp.code(1, '[{"op": "replace", "path": "/name", "value": "x"}]') AS shared, pg_temp.code(1, '[]') AS empty;

-- an update touches no index where no indexed value changes; updated_at is one
CREATE FUNCTION pg_temp.heap_only(command text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    images CONSTANT oid := 'image_catalog.images'::regclass;
    before CONSTANT bigint := pg_stat_get_xact_tuples_hot_updated(images);
BEGIN
    EXECUTE 'UPDATE image_catalog.images SET ' || command || ' WHERE id = pg_temp.id(1)';
    RETURN pg_stat_get_xact_tuples_hot_updated(images) > before;
END
$$;
SELECT pg_temp.heap_only($$virtual_size = 1, checksum = md5('x')$$) AS not_indexed,
       pg_temp.heap_only($$name = 'other'$$) AS name,
       pg_temp.heap_only($$updated_at = now()$$) AS updated_at;
SELECT reloptions FROM pg_class WHERE oid = 'image_catalog.images'::regclass;

DELETE FROM images WHERE id::text LIKE 'bd47e000-%';
