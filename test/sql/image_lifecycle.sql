--
-- get_image(), delete_image(), deactivate_image(), reactivate_image():
-- who may, in which status, and what is left
--
SET search_path = image_catalog, pg_catalog;

-- one image of each kind, all of project A or of nobody; shared with M
SELECT import_images('[
 {"id": "11fec1c0-0000-4000-8000-000000000001", "name": "private", "owner": "A", "visibility": "private"},
 {"id": "11fec1c0-0000-4000-8000-000000000002", "name": "public", "owner": "A", "visibility": "public"},
 {"id": "11fec1c0-0000-4000-8000-000000000003", "name": "community", "owner": "A", "visibility": "community"},
 {"id": "11fec1c0-0000-4000-8000-000000000004", "name": "shared", "owner": "A", "members": {"M": "rejected"}},
 {"id": "11fec1c0-0000-4000-8000-000000000005", "name": "private of none", "visibility": "private"},
 {"id": "11fec1c0-0000-4000-8000-000000000006", "name": "shared of none"},
 {"id": "11fec1c0-0000-4000-8000-000000000007", "name": "private, once shared", "owner": "A", "visibility": "private", "members": {"M": "accepted"}},
 {"id": "11fec1c0-0000-4000-8000-000000000008", "name": "deleted", "owner": "A", "visibility": "public", "status": "deleted"}]');

CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('11fec1c0-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
-- act on image n and answer its SQLSTATE, or ok
CREATE FUNCTION pg_temp.try(action text, n int, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT image_catalog.%I($1)', action) USING pg_temp.id(n);
    answer := 'ok';
EXCEPTION WHEN OTHERS THEN
    answer := SQLSTATE;
END
$$;
-- the same for one caller, undone afterwards
CREATE FUNCTION pg_temp.try_as(project text, roles text, action text, n int, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('image_catalog.project_id', project, true),
            set_config('image_catalog.roles', roles, true);
    answer := pg_temp.try(action, n);
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = answer;
EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
    answer := SQLERRM;
END
$$;
CREATE TEMP VIEW caller AS
    SELECT * FROM (VALUES (1, 'A', 'reader,member'), (2, 'A', 'reader'), (3, 'A', 'member'), (4, 'A', ''),
                          (5, 'B', 'reader,member'), (6, 'M', 'reader,member'), (7, 'M', 'member'), (8, 'ADM', 'admin'),
                          (9, 'ADM', 'READER , Admin')) c(no, project, roles);

-- show, by caller and image; number 8 is deleted, number 9 unknown
SELECT project, roles, string_agg(pg_temp.try_as(project, roles, 'get_image', n), ' ' ORDER BY n) AS "1 to 9"
  FROM pg_temp.caller, generate_series(1, 9) n GROUP BY no, project, roles ORDER BY no;
-- delete
SELECT project, roles, string_agg(pg_temp.try_as(project, roles, 'delete_image', n), ' ' ORDER BY n) AS "1 to 9"
  FROM pg_temp.caller, generate_series(1, 9) n GROUP BY no, project, roles ORDER BY no;
-- deactivate: the images are queued, so nobody gets through
SELECT project, roles, string_agg(pg_temp.try_as(project, roles, 'deactivate_image', n), ' ' ORDER BY n) AS "1 to 9"
  FROM pg_temp.caller, generate_series(1, 9) n GROUP BY no, project, roles ORDER BY no;
-- nobody's project
SET image_catalog.project_id = '';
CREATE ROLE image_lifecycle_nobody;
SET ROLE image_lifecycle_nobody;
SELECT string_agg((SELECT pg_temp.try('get_image', n)), ' ' ORDER BY n) AS "1 to 9" FROM generate_series(1, 9) n;
RESET ROLE;
DROP ROLE image_lifecycle_nobody;

-- forbidden and not found, in words
SET image_catalog.project_id = 'B';
SELECT delete_image(pg_temp.id(1));
SELECT delete_image(pg_temp.id(2));
SELECT get_image(pg_temp.id(9));
SELECT get_image(NULL), delete_image(NULL), deactivate_image(NULL), reactivate_image(NULL);

-- a protected image stays, whoever asks
SET image_catalog.project_id = 'A';
SELECT update_image(pg_temp.id(2), '[{"op": "replace", "path": "/protected", "value": true}]')::jsonb -> 'protected' AS protected;
SELECT delete_image(pg_temp.id(2));
SELECT project, roles, pg_temp.try_as(project, roles, 'delete_image', 2) FROM pg_temp.caller ORDER BY no;
SELECT update_image(pg_temp.id(2), '[{"op": "replace", "path": "/protected", "value": false}]')::jsonb -> 'protected' AS protected;
SELECT pg_temp.try('delete_image', 2) AS first, pg_temp.try('delete_image', 2) AS second;

-- what deletion leaves: the row, and the members with their answer
SELECT status, deleted_at = updated_at AS at_once, updated_at > created_at AS updated FROM images WHERE id = pg_temp.id(2);
SELECT pg_temp.try('delete_image', 4);
SELECT m.member_id, m.status, m.deleted_at = i.deleted_at AS with_the_image
  FROM image_members m JOIN images i ON i.id = m.image_id WHERE i.id = pg_temp.id(4);
SET image_catalog.is_admin = on;
SELECT pg_temp.try('get_image', 2) AS even_for_an_administrator;
RESET image_catalog.is_admin;

-- every status: what each action makes of it, and whether updated_at moved
CREATE FUNCTION pg_temp.after(status text, action text, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('image_catalog.is_admin', 'on', true);
    PERFORM image_catalog.import_images(jsonb_build_array(jsonb_build_object(
        'id', pg_temp.id(20), 'owner', 'A', 'status', status, 'updated_at', '2020-01-01T00:00:00Z')));
    PERFORM set_config('image_catalog.is_admin', 'off', true);
    answer := pg_temp.try(action, 20);
    SELECT answer || ' ' || i.status || CASE WHEN i.updated_at > '2020-01-01T00:00:00Z' THEN ' moved' ELSE '' END
      INTO answer FROM image_catalog.images i WHERE i.id = pg_temp.id(20);
END
$$;
SELECT s AS status, pg_temp.after(s, 'deactivate_image') AS deactivate, pg_temp.after(s, 'reactivate_image') AS reactivate,
       pg_temp.after(s, 'delete_image') AS delete
  FROM unnest('{queued,saving,active,killed,uploading,importing,pending_delete,deactivated,deleted}'::text[]) s;
SELECT pg_temp.after('queued', 'get_image');
SELECT deactivate_image(pg_temp.id(20));

-- while deactivated, all else goes on
SELECT pg_temp.after('active', 'deactivate_image');
SELECT update_image(pg_temp.id(20), '[{"op": "add", "path": "/name", "value": "n"}]')::jsonb ->> 'name' AS name;
SELECT add_image_tag(pg_temp.id(20), 't');
SELECT add_image_member(pg_temp.id(20), 'M')::jsonb ->> 'status' AS member;
SELECT get_image(pg_temp.id(20))::jsonb @> '{"name": "n", "tags": ["t"], "status": "deactivated"}' AS shown;

DELETE FROM images WHERE id::text LIKE '11fec1c0-%';

-- two images whose ids have one hash are told apart, with or without their index
SELECT uuid_hash('ff89844a-5c84-ab3f-300f-089a96f34895') = uuid_hash('fe78cb6c-5a11-b6e9-326a-8729e9a61b34') AS one_hash;
INSERT INTO image_catalog.images (id, name, visibility) VALUES ('ff89844a-5c84-ab3f-300f-089a96f34895', 'one', 'public');
SELECT image_catalog.get_image('fe78cb6c-5a11-b6e9-326a-8729e9a61b34');
INSERT INTO image_catalog.images (id, name, visibility) VALUES ('fe78cb6c-5a11-b6e9-326a-8729e9a61b34', 'other', 'public');
SELECT image_catalog.get_image('ff89844a-5c84-ab3f-300f-089a96f34895') ->> 'name' AS one,
       image_catalog.get_image('fe78cb6c-5a11-b6e9-326a-8729e9a61b34') ->> 'name' AS other;
BEGIN;
DROP INDEX image_catalog.images_id_hash_idx;
SELECT image_catalog.get_image('ff89844a-5c84-ab3f-300f-089a96f34895') ->> 'name' AS one,
       image_catalog.get_image('fe78cb6c-5a11-b6e9-326a-8729e9a61b34') ->> 'name' AS other;
ROLLBACK;
BEGIN;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'image_catalog.images_id_hash_idx'::regclass;
SELECT image_catalog.get_image('ff89844a-5c84-ab3f-300f-089a96f34895') ->> 'name' AS one;
ROLLBACK;
DELETE FROM image_catalog.images WHERE name IN ('one', 'other');
