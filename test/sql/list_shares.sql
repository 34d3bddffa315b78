-- shares follow every change of images and members: after each they are what rebuilding makes of the catalogue
DELETE FROM image_catalog.images;
CREATE FUNCTION pg_temp.is_kept() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    kept text;
    rebuilt text;
    contents CONSTANT text := $sql$
        SELECT string_agg(o::text, ' ' ORDER BY o::text COLLATE "C") FROM image_catalog.image_shares o$sql$;
BEGIN
    EXECUTE contents INTO kept;
    PERFORM image_catalog.rebuild_image_shares();
    EXECUTE contents INTO rebuilt;
    RETURN kept IS NOT DISTINCT FROM rebuilt;
END;
$$;
INSERT INTO image_catalog.images (id, name, visibility, owner, status, created_at, tags, properties)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'image ' || n,
       (ARRAY['public', 'community', 'shared', 'shared', 'private'])[1 + n % 5],
       (ARRAY['a', 'b', NULL])[1 + n % 3], (ARRAY['active', 'killed', 'queued'])[1 + n % 7 % 3],
       '2024-01-01Z'::timestamptz + n * interval '1 hour',
       CASE WHEN n % 2 = 0 THEN '{x,y}' ELSE '{x}' END::text[], jsonb_build_object('p', n::text)
  FROM generate_series(1, 40) n;
SELECT pg_temp.is_kept();
INSERT INTO image_catalog.image_members (image_id, member_id, status, deleted_at)
SELECT id, member, (ARRAY['pending', 'accepted', 'rejected'])[1 + substr(id::text, 25)::int % 3],
       CASE WHEN name ~ '7$' THEN now() END
  FROM image_catalog.images, unnest(ARRAY['a', 'c']) member;
SELECT pg_temp.is_kept();
SELECT count(*) > 10 AS offers FROM image_catalog.image_shares;
-- what a share does not hold, its summary tells
BEGIN;
UPDATE image_catalog.images SET name = CASE WHEN name ~ '2' THEN '' END, size = 0 WHERE name ~ '[23]$';
SELECT count(*) FILTER (WHERE i.name IS NULL) > 0 AS without_name, count(*) FILTER (WHERE i.size IS NULL) > 0 AS without_size,
       count(*) FILTER (WHERE s.name = '' AND i.name = '' AND s.size = 0 AND i.size = 0) > 0 AS with_empty,
       bool_and(image_catalog.summary_lacks(s.summary, 'name') = (i.name IS NULL)
                AND image_catalog.summary_lacks(s.summary, 'size') = (i.size IS NULL)) AS told
  FROM image_catalog.image_shares s JOIN image_catalog.images i ON i.id = s.image_id;
ROLLBACK;
SELECT image_catalog.summary_lacks(0, 'checksum');

-- images change
UPDATE image_catalog.images SET tags = '{x,z}' WHERE name ~ '1';
SELECT pg_temp.is_kept();
UPDATE image_catalog.images SET properties = '{"p": "1", "q": "2"}', name = 'renamed', size = 5 WHERE name ~ '2';
SELECT pg_temp.is_kept();
UPDATE image_catalog.images SET visibility = 'shared' WHERE visibility = 'public';
SELECT pg_temp.is_kept();
UPDATE image_catalog.images SET visibility = 'private' WHERE visibility = 'shared' AND owner = 'a';
SELECT pg_temp.is_kept();
UPDATE image_catalog.images SET owner = 'c' WHERE owner = 'b';
SELECT pg_temp.is_kept();
UPDATE image_catalog.images SET os_hidden = NOT os_hidden WHERE name ~ '3';
SELECT pg_temp.is_kept();
UPDATE image_catalog.images SET status = 'active' WHERE status = 'killed';
SELECT pg_temp.is_kept();
UPDATE image_catalog.images SET created_at = created_at - interval '1 year', updated_at = now() WHERE name ~ '4';
SELECT pg_temp.is_kept();

-- members change
UPDATE image_catalog.image_members SET status = 'accepted' WHERE member_id = 'a';
SELECT pg_temp.is_kept();
UPDATE image_catalog.image_members SET deleted_at = CASE WHEN deleted_at IS NULL THEN now() END WHERE member_id = 'c';
SELECT pg_temp.is_kept();
DELETE FROM image_catalog.image_members WHERE status = 'rejected';
SELECT pg_temp.is_kept();

-- the functions of the catalogue
SELECT image_catalog.delete_image(id)
  FROM image_catalog.images WHERE visibility = 'shared' ORDER BY id LIMIT 1;
SELECT pg_temp.is_kept();
SELECT image_catalog.update_image(id, '[{"op": "replace", "path": "/visibility", "value": "shared"},
                                        {"op": "add", "path": "/new", "value": "1"}]') IS NOT NULL AS updated
  FROM image_catalog.images WHERE visibility = 'private' ORDER BY id LIMIT 1;
SELECT pg_temp.is_kept();
SELECT image_catalog.add_image_member(id, 'new') IS NOT NULL AS added,
       image_catalog.add_image_tag(id, 'new')
  FROM image_catalog.images WHERE visibility = 'shared' AND status = 'active' ORDER BY id DESC LIMIT 1;
SELECT pg_temp.is_kept();

-- images go, and come again with the same identifiers
DELETE FROM image_catalog.images WHERE name ~ '5';
SELECT pg_temp.is_kept();
TRUNCATE image_catalog.image_members, image_catalog.image_recording;
SELECT pg_temp.is_kept();
BEGIN;
SET LOCAL client_min_messages = warning;
TRUNCATE image_catalog.images CASCADE;
COMMIT;
SELECT pg_temp.is_kept();
INSERT INTO image_catalog.images (id, visibility, status, created_at, tags)
VALUES ('00000000-0000-4000-8000-000000000001', 'public', 'active', '2024-01-01Z', '{x,w}');
SELECT pg_temp.is_kept();

-- names as long as they may be, of letters that do not compress
CREATE FUNCTION pg_temp.long_name() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(chr(65536 + (random() * 60000)::int), '') FROM generate_series(1, 255)
$$;
INSERT INTO image_catalog.images (id, visibility, name, owner)
VALUES ('00000000-0000-4000-8000-000000000002', 'shared', pg_temp.long_name(), pg_temp.long_name());
SELECT image_catalog.add_image_member('00000000-0000-4000-8000-000000000002', pg_temp.long_name()) IS NOT NULL AS added;
SELECT pg_temp.is_kept();

-- nobody else may write them anew
CREATE ROLE regress_imgcat_tenant;
SET ROLE regress_imgcat_tenant;
SELECT image_catalog.rebuild_image_shares();
RESET ROLE;
DROP ROLE regress_imgcat_tenant;

DELETE FROM image_catalog.images;
SELECT pg_temp.is_kept();
