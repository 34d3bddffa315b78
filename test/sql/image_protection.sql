--
-- property_protections: by role and action, per property; off while empty
--
SET search_path = image_catalog, pg_catalog;
SELECT import_images('[{"id": "970fec70-0000-4000-8000-000000000001", "owner": "A", "visibility": "public",
    "x_open": "1", "x_read": "2", "x_hidden": "3", "x_fixed": "4", "x_admin": "5", "other": "6", "os_glance_task": "7", "os_glance_stage_host": "internal"}]');
CREATE FUNCTION pg_temp.shown() RETURNS text RETURN (
    SELECT string_agg(key, ' ' ORDER BY key COLLATE "C")
      FROM jsonb_object_keys(image_catalog.get_image('970fec70-0000-4000-8000-000000000001')::jsonb) key
     WHERE key ~ '^(x_|other|os_glance|new)');
CREATE FUNCTION pg_temp.try(VARIADIC operations text[], OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM image_catalog.update_image('970fec70-0000-4000-8000-000000000001', (
        SELECT jsonb_agg(jsonb_build_object('op', p[1], 'path', '/' || p[2], 'value', 'v'))
          FROM unnest(operations) o, regexp_split_to_array(o, ' ') p)::image_catalog.json_patch);
    answer := 'ok';
EXCEPTION WHEN OTHERS THEN
    answer := SQLSTATE || ' ' || SQLERRM;
END
$$;
SET image_catalog.project_id = 'A';

-- no rules: nothing is protected, but internal properties never show
SELECT pg_temp.shown();

SET image_catalog.project_id = '';
INSERT INTO property_protections (position, pattern, create_roles, read_roles, update_roles, delete_roles) VALUES
    (10, '^x_open$', '{@}', '{@}', '{@}', '{@}'),
    (20, '^x_read$', '{!}', '{Reader, admin}', '{!}', '{!}'),
    (30, '^x_hidden$', '{auditor}', '{auditor}', '{auditor}', '{auditor}'),
    (40, 'fixed', '{member}', '{member}', '{!}', '{!}'),
    (50, '^x_admin', '{admin}', '{admin,member}', '{admin}', '{admin}'),
    (60, '^x_', '{!}', '{!}', '{!}', '{!}'),
    (5, '^new_', '{member}', '{@}', '{member}', '{!}');

-- what each caller reads; a name without a rule is denied to everybody
SELECT pg_temp.shown() AS superuser;
SET image_catalog.project_id = 'A';
SELECT pg_temp.shown() AS owner;
SET image_catalog.roles = 'reader,member,auditor';
SELECT pg_temp.shown() AS auditor;
SET image_catalog.roles = 'reader';
SELECT pg_temp.shown() AS reader;
SET image_catalog.project_id = 'B';
SET image_catalog.roles = 'admin';
SELECT pg_temp.shown() AS administrator;
RESET image_catalog.roles;
SET image_catalog.project_id = 'A';

-- a filter does not tell of what is not read: neither the value nor that there is one
SELECT p, list_images_page(format('%s=%s', p, v))::jsonb @? '$.images[0]' AS listed,
       count_images(jsonb_build_object(p, v)) AS counted,
       (SELECT count(*) FROM list_images(jsonb_build_object(p, v))) AS rows,
       list_cloud_images_page(format('%s=%s', p, v))::jsonb @? '$.images[0]' AS cloud
  FROM (VALUES ('x_open', '1'), ('x_read', '2'), ('x_hidden', '3'), ('x_fixed', '4'), ('other', '6'),
               ('os_glance_task', '7'), ('os_glance_stage_host', 'internal')) v (p, v);
SET image_catalog.roles = 'reader,auditor';
SELECT count_images('{"x_hidden": "3"}') AS auditor;
RESET image_catalog.roles;

-- create, replace, remove
SELECT o, pg_temp.try(o) FROM unnest(ARRAY[
    'add x_open', 'replace x_open', 'replace x_read', 'remove x_read', 'add x_read',
    'replace x_hidden', 'remove x_hidden', 'add x_hidden',
    'replace x_fixed', 'remove x_fixed', 'add x_fixed', 'add fixed_too', 'replace fixed_too',
    'replace x_admin', 'add x_admin_2', 'add x_none', 'replace x_none', 'add unknown', 'replace other',
    'add new_1', 'replace new_1', 'remove new_1']) o;
SELECT pg_temp.try('remove x_open', 'add x_open', 'replace x_open') AS in_one_patch;
-- nothing that the caller cannot read is lost by what it changes
SELECT add_image_tag('970fec70-0000-4000-8000-000000000001', 't');
SELECT properties FROM images WHERE id = '970fec70-0000-4000-8000-000000000001';
-- what the patch answers is what the caller may read
SELECT update_image('970fec70-0000-4000-8000-000000000001', '[{"op": "replace", "path": "/name", "value": "n"}]')::jsonb ?| '{x_hidden,other}' AS leaks;
SELECT update_image('970fec70-0000-4000-8000-000000000001', '[]')::jsonb ?| '{x_hidden,other}' AS leaks;

-- creation
SELECT create_image('{"x_hidden": "1"}');
SELECT create_image('{"unknown": "1"}');
SELECT create_image('{"new_thing": "1", "x_open": "2"}')::jsonb @> '{"new_thing": "1", "x_open": "2"}' AS created;
SELECT create_image('{"fixed": "1", "id": "970fec70-0000-4000-8000-000000000002"}')::jsonb -> 'fixed' AS fixed;
-- a property that its creator may not read
SET image_catalog.project_id = '';
UPDATE property_protections SET read_roles = '{auditor}' WHERE position = 40;
SET image_catalog.project_id = 'A';
SELECT create_image('{"fixed": "1", "id": "970fec70-0000-4000-8000-000000000003"}')::jsonb ? 'fixed' AS shown;

-- what a view shows of properties
SELECT readable_properties('{"fixed": "1", "x_open": "2", "os_glance_x": "3", "os_glance_stage_host": "h", "nothing": "4"}') AS readable, readable_properties(NULL) AS of_null;

-- a change of the rules counts at once, also in the transaction that undoes it
SET image_catalog.project_id = '';
BEGIN;
DELETE FROM property_protections;
SELECT pg_temp.shown() AS without_rules;
ROLLBACK;
SELECT pg_temp.shown() AS with_rules;
TRUNCATE property_protections;
SELECT pg_temp.shown() AS without_rules;
SELECT readable_properties('{"fixed": "1", "os_glance_stage_host": "h", "nothing": "4"}') AS readable;

-- patterns and positions are checked
INSERT INTO property_protections (position, pattern) VALUES (1, '(');
INSERT INTO property_protections (position, pattern) VALUES (1, 'a'), (1, 'b');
-- nobody but the owner of the extension sees or sets the rules
CREATE ROLE image_protection_tenant;
SET ROLE image_protection_tenant;
SELECT * FROM property_protections;
SELECT property_protections_changed();
RESET ROLE;
DROP ROLE image_protection_tenant;

DELETE FROM images WHERE owner = 'A';
