-- marker: which images are places to go on from, and for whom
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (id, name, visibility, owner, status, os_hidden, size, created_at, deleted_at)
SELECT ('00000000-0000-4000-8000-0000000000a' || n)::uuid, n || '-' || name, visibility, owner,
       status, name = 'hidden', size, '2024-01-01Z'::timestamptz - n * interval '1 day',
       CASE status WHEN 'deleted' THEN now() END
  FROM (VALUES
        (0, 'public', 'public', 'b', 'active', 1), (1, 'own', 'private', 'a', 'active', NULL),
        (2, 'hidden', 'public', 'b', 'active', 2), (3, 'community', 'community', 'b', 'active', 3),
        (4, 'private', 'private', 'b', 'active', 4), (5, 'pending', 'shared', 'b', 'active', 5),
        (6, 'shared', 'shared', 'b', 'active', 6), (7, 'killed', 'public', 'b', 'killed', 7),
        (8, 'public', 'public', 'b', 'active', 8), (9, 'nobody', 'private', NULL, 'active', 9))
       v (n, name, visibility, owner, status, size);
INSERT INTO image_catalog.image_members (image_id, member_id, status)
SELECT id, 'a', 'pending' FROM image_catalog.images WHERE name = '5-pending';
CREATE FUNCTION pg_temp.page(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(
        (SELECT string_agg(image ->> 'name', ' ')
           FROM json_array_elements(
               image_catalog.list_images_page(query) -> 'images') image),
        '-');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;
SET image_catalog.project_id = 'a';

-- whatever the caller may see is a place, listed or not; what it may not see
-- is as good as unknown
SELECT name, pg_temp.page('marker=' || id)
  FROM image_catalog.images ORDER BY name;
SELECT pg_temp.page('marker=00000000-0000-4000-8000-0000000000b0') AS unknown,
       pg_temp.page('marker=00000000-0000-4000-8000-0000000000a4') AS invisible;
SELECT image_catalog.list_images_page('marker=00000000-0000-4000-8000-0000000000b0');
SELECT image_catalog.list_images_page('marker=00000000-0000-4000-8000-0000000000a4');
SELECT query, pg_temp.page(query)
  FROM (VALUES ('marker='), ('marker=x'), ('marker=' || repeat('a', 37)), ('marker=%00'),
               ('marker={00000000-0000-4000-8000-0000000000a0}'),
               ('marker=00000000-0000-4000-8000-0000000000A0'),
               ('marker=%2000000000-0000-4000-8000-0000000000a0'),
               -- the first counts, another one is a custom property
               ('marker=00000000-0000-4000-8000-0000000000a0&marker=x'),
               ('marker=x&marker=00000000-0000-4000-8000-0000000000a0'),
               -- the marker must be right also where nothing is to be listed
               ('limit=0&marker=x'), ('limit=0&marker=00000000-0000-4000-8000-0000000000a0'),
               -- its image need not match the filters
               ('name=8-public&marker=00000000-0000-4000-8000-0000000000a1'),
               ('name=0-public&marker=00000000-0000-4000-8000-0000000000a1')) v (query);

-- the place is that in the order of the request
SELECT query, pg_temp.page(query || '&marker=00000000-0000-4000-8000-0000000000a1')
  FROM (VALUES ('sort=created_at:asc'), ('sort=name:asc'), ('sort=name:desc'), ('sort=size:asc'),
               ('sort=size:desc'), ('sort=size:asc,name:desc'), ('sort=id:desc'),
               ('sort=status:desc,size:asc')) v (query);

-- administrators, a stranger, and a caller without a project
SET image_catalog.is_admin = on;
SELECT pg_temp.page('marker=00000000-0000-4000-8000-0000000000a4');
RESET image_catalog.is_admin;
SET image_catalog.project_id = 'z';
SELECT pg_temp.page('marker=00000000-0000-4000-8000-0000000000a5');
SELECT pg_temp.page('marker=00000000-0000-4000-8000-0000000000a3');
SET image_catalog.project_id = 'a';

-- a deleted image keeps its place for whoever could see it
SET image_catalog.project_id = 'b';
SELECT image_catalog.delete_image(id) FROM image_catalog.images
 WHERE name IN ('0-public', '4-private', '5-pending') ORDER BY name;
SET image_catalog.project_id = 'a';
SELECT image_catalog.delete_image(id) FROM image_catalog.images WHERE name = '1-own';
SELECT name, pg_temp.page('marker=' || id)
  FROM image_catalog.images WHERE status = 'deleted' ORDER BY name;
SET image_catalog.project_id = 'z';
SELECT name, pg_temp.page('marker=' || id)
  FROM image_catalog.images WHERE status = 'deleted' ORDER BY name;

-- also where deletion changed what the list is sorted by
SET image_catalog.project_id = 'b';
UPDATE image_catalog.images SET status = 'active', deleted_at = NULL,
       status_before_deletion = NULL, updated_at_before_deletion = NULL;
UPDATE image_catalog.images SET status = 'queued' WHERE name > '4';
UPDATE image_catalog.images SET updated_at = created_at;
SELECT query, pg_temp.page(query || '&visibility=all&marker=00000000-0000-4000-8000-0000000000a4')
  FROM (VALUES ('sort=status:asc'), ('sort=status:desc'), ('sort=updated_at:asc'),
               ('sort=updated_at:desc')) v (query);
SELECT image_catalog.delete_image('00000000-0000-4000-8000-0000000000a4');
SELECT query, pg_temp.page(query || '&visibility=all&marker=00000000-0000-4000-8000-0000000000a4')
  FROM (VALUES ('sort=status:asc'), ('sort=status:desc'), ('sort=updated_at:asc'),
               ('sort=updated_at:desc')) v (query);
SELECT status, updated_at = deleted_at AS updated, status_before_deletion, updated_at_before_deletion = created_at AS before
  FROM image_catalog.images WHERE name = '4-private';

-- but not for a member that had been removed before
SELECT image_catalog.delete_image('00000000-0000-4000-8000-0000000000a5');
UPDATE image_catalog.image_members SET deleted_at = now() - interval '1 day';
SET image_catalog.project_id = 'a';
SELECT pg_temp.page('marker=00000000-0000-4000-8000-0000000000a5');

-- a marker as an argument
SELECT name FROM image_catalog.list_images(marker => '00000000-0000-4000-8000-0000000000a2');
SELECT name FROM image_catalog.list_images('{"marker": "00000000-0000-4000-8000-0000000000a2"}');
SELECT name FROM image_catalog.list_images(marker => '00000000-0000-4000-8000-0000000000b0');
SELECT image_catalog.list_images('{"marker": "x"}', marker => '00000000-0000-4000-8000-0000000000a2');

RESET image_catalog.project_id;
DELETE FROM image_catalog.images;
