--
-- purge_deleted_images: what was deleted long ago goes for good
--
SET search_path = image_catalog, pg_catalog;
SELECT import_images((SELECT jsonb_agg(jsonb_build_object(
        'id', format('90c6e000-0000-4000-8000-%s', lpad(i::text, 12, '0')), 'owner', 'P', 'visibility', 'shared',
        'name', 'image ' || i, 'status', CASE WHEN i <= 6 THEN 'deleted' ELSE 'active' END, 'created_at', '2020-01-01',
        'updated_at', '2020-01-02', 'deleted_at', CASE WHEN i <= 6 THEN now() - make_interval(days => 10 * i) END,
        'members', jsonb_build_object('M', 'accepted')))
    FROM generate_series(1, 8) i));
CREATE FUNCTION pg_temp.left_over() RETURNS text RETURN (
    SELECT (SELECT string_agg(right(id::text, 1), '' ORDER BY id) FROM image_catalog.images WHERE id::text LIKE '90c6e%')
           || ' members of ' || (SELECT string_agg(right(image_id::text, 1), '' ORDER BY image_id) FROM image_catalog.image_members));

-- the oldest first, no more than asked, none younger than asked
SELECT purge_deleted_images('35 days', 1), pg_temp.left_over();
SELECT purge_deleted_images('35 days', 0), pg_temp.left_over();
SELECT purge_deleted_images('35 days'), pg_temp.left_over();
SELECT purge_deleted_images('35 days'), pg_temp.left_over();

-- a purged image is as one that never was: its id is free, its marker refused
SET image_catalog.project_id = 'P';
SELECT json_array_length(list_images_page('sort=id:asc&marker=90c6e000-0000-4000-8000-000000000003')->'images');
SELECT list_images_page('sort=id:asc&marker=90c6e000-0000-4000-8000-000000000004');
SELECT create_image('{"id": "90c6e000-0000-4000-8000-000000000003"}');
SELECT create_image('{"id": "90c6e000-0000-4000-8000-000000000004"}')->>'status';
RESET image_catalog.project_id;

-- refused: what cannot be meant, and whoever does not administer
SELECT purge_deleted_images('-1 day');
SELECT purge_deleted_images('1 day', -1);
CREATE ROLE regress_purge;
GRANT USAGE ON SCHEMA image_catalog TO regress_purge;
SELECT grant_project('regress_purge', 'P');
SET ROLE regress_purge;
SELECT purge_deleted_images('1 day');
CALL purge_deleted_images_in_batches('1 day');
RESET ROLE;
SELECT revoke_project('regress_purge');
REVOKE ALL ON SCHEMA image_catalog FROM regress_purge;
DROP ROLE regress_purge;
SELECT pg_temp.left_over();

-- in batches, each a transaction of its own
CALL purge_deleted_images_in_batches('0', 0);
BEGIN;
CALL purge_deleted_images_in_batches('0', 1);
ROLLBACK;
CALL purge_deleted_images_in_batches('0', 2);
SELECT pg_temp.left_over();
DELETE FROM images WHERE id::text LIKE '90c6e%';

-- the version of the library is that of the installed script
SELECT image_catalog_version() = extversion AS same FROM pg_extension WHERE extname = 'image_catalog';
