-- properties with an ordered index of their own: index_image_property
SET client_min_messages = warning;
SET timezone = 'UTC';
INSERT INTO image_catalog.images (id, name, visibility, owner, created_at, properties)
SELECT md5('pi' || g)::uuid, 'pi-' || g, (ARRAY['public', 'private', 'shared'])[1 + g % 3],
       'pi-' || g % 2, '2024-01-01'::timestamptz + g * interval '1 minute',
       jsonb_build_object('pi quality''s', CASE WHEN g % 5 = 0 THEN 'good' ELSE 'fair' END, 'pi other', 'x')
  FROM generate_series(1, 3000) g;
ANALYZE image_catalog.images;

-- the names of its indexes a property gets by itself
SELECT image_catalog.property_index_name('owner', 'os_distro');
CREATE FUNCTION pg_temp.page(filter jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(name, ' ') FROM image_catalog.list_images(filter, "limit" => 6)
$$;
SET image_catalog.project_id = 'pi-1';
SELECT pg_temp.page('{"pi quality''s": "good"}') AS before, image_catalog.count_images('{"pi quality''s": "good"}');

-- only an administrator may
SELECT image_catalog.index_image_property('pi quality''s');
SELECT image_catalog.unindex_image_property('pi quality''s');
SET image_catalog.is_admin = on;
SELECT image_catalog.index_image_property('__platform');
SELECT image_catalog.index_image_property('pi quality''s');
SELECT image_catalog.index_image_property('pi quality''s');
RESET image_catalog.is_admin;
SELECT count(*) AS indexes FROM pg_indexes WHERE schemaname = 'image_catalog' AND indexname LIKE '%\_property\_%'
   AND tablename = 'images';

-- the same answers, now by the index: it is scanned
SELECT pg_temp.page('{"pi quality''s": "good"}') AS after, image_catalog.count_images('{"pi quality''s": "good"}');
SELECT pg_temp.page('{"pi quality''s": "good", "pi other": "x", "protected": "false"}') AS with_others;
SELECT pg_temp.page('{"pi quality''s": ""}') AS empty, pg_temp.page('{"pi quality''s": "bad"}') AS none;
SELECT pg_stat_force_next_flush();
SELECT indexrelname, idx_scan > 0 AS scanned FROM pg_stat_user_indexes
 WHERE schemaname = 'image_catalog' AND relname = 'images' AND indexrelname LIKE '%\_property\_%' ORDER BY 1;

-- a null value shows as the empty string, and is found as such
UPDATE image_catalog.images SET properties = '{"pi quality''s": null}' WHERE name = 'pi-1';
SELECT pg_temp.page('{"pi quality''s": ""}') AS of_null;

SET image_catalog.is_admin = on;
SELECT image_catalog.unindex_image_property('pi quality''s');
RESET image_catalog.is_admin;
SELECT count(*) AS indexes FROM pg_indexes WHERE schemaname = 'image_catalog' AND indexname LIKE '%\_property\_%'
   AND tablename = 'images';
SELECT pg_temp.page('{"pi quality''s": "good"}') AS afterwards;
RESET image_catalog.project_id;
DELETE FROM image_catalog.images WHERE name LIKE 'pi-%';
