--
-- import_images() over images that exist: times, partial documents, deletion
-- and restoration, and what the IMS dialect prints
--
SET search_path = image_catalog, pg_catalog;
DELETE FROM images;
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('19907701-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION pg_temp.import(n int, document jsonb, merge boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    why text;
    cure text;
BEGIN
    RETURN image_catalog.import_images(jsonb_build_array(document || jsonb_build_object('id', pg_temp.id(n))), merge);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL, cure = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, SQLERRM, why, cure);
END
$$;
CREATE TEMP VIEW times AS
    SELECT right(id::text, 2) AS n, status, created_at AT TIME ZONE 'UTC' AS created, updated_at AT TIME ZONE 'UTC' AS updated,
           deleted_at AT TIME ZONE 'UTC' AS deleted
      FROM images ORDER BY id;

-- a document is whole when it names what the image has; properties apart, which are all of its own
SELECT pg_temp.import(1, '{"name": "one", "owner": "p1", "status": "active", "visibility": "private", "created_at": "2024-01-01", "updated_at": "2024-01-02",
    "disk_format": "raw", "container_format": "bare", "min_ram": 5, "tags": ["t"], "p": "1", "q": "2"}');
SELECT pg_temp.import(1, '{"status": "active", "size": 1234}');
SELECT pg_temp.import(1, document) FROM (VALUES
    ('{"name": "one", "status": "active", "visibility": "private", "disk_format": "raw", "container_format": "bare", "min_ram": 5, "tags": ["t"]}'::jsonb),
    ('{"name": "one", "owner": "p1", "visibility": "private", "disk_format": "raw", "container_format": "bare", "min_ram": 5}')) v (document);
-- several documents: the first that falls short is named, and nothing is imported
SELECT import_images(jsonb_build_array('{}'::jsonb, jsonb_build_object('id', pg_temp.id(2)), jsonb_build_object('id', pg_temp.id(1)),
    jsonb_build_object('id', pg_temp.id(1 - 1))));
SELECT count(*) FROM images;
-- one that an earlier document of the transaction made exists, too
BEGIN;
SELECT pg_temp.import(2, '{"name": "two"}');
SELECT pg_temp.import(2, '{"owner": "p2"}');
ROLLBACK;
SELECT pg_temp.import(1, '{"name": "uno", "owner": null, "status": "active", "visibility": "private", "disk_format": null, "container_format": "bare", "min_ram": 5,
    "tags": [], "p": "3"}');
SELECT get_image(pg_temp.id(1));

-- merge: what is not named stays, the owner above all; null is a value, and a new image has the usual defaults
SELECT pg_temp.import(1, '{"owner": "p1"}', true), pg_temp.import(1, '{"size": 1234, "q": null, "tags": ["u"]}', true), pg_temp.import(2, '{"name": "two"}', true);
SELECT get_image(pg_temp.id(1));
SELECT pg_temp.import(1, '{"name": null, "p": "4", "visibility": "public"}', true), pg_temp.import(1, '{}', true), pg_temp.import(2, '{"min_disk": -1}', true);
SELECT name, status, visibility, owner, size, min_ram, tags, properties FROM images ORDER BY id;
SELECT import_images('[]', NULL), import_images(NULL, true);

-- times that a document does not name stay, of the image as of its members; none is changed before it is created
SELECT * FROM pg_temp.times WHERE n = '01';
SELECT pg_temp.import(1, '{"created_at": "2023-01-01"}', true);
SELECT * FROM pg_temp.times WHERE n = '01';
SELECT pg_temp.import(1, '{"created_at": "2025-01-01"}', true);
SELECT * FROM pg_temp.times WHERE n = '01';
SELECT pg_temp.import(1, '{"created_at": "2025-01-01", "updated_at": "2024-06-06"}', true), pg_temp.import(1, '{}', true);
SELECT * FROM pg_temp.times WHERE n = '01';
SELECT pg_temp.import(1, '{"visibility": "shared", "members": {"m": "accepted", "n": "pending"}}', true);
UPDATE image_members SET created_at = '2024-01-01Z', updated_at = '2024-01-02Z';
SELECT pg_temp.import(1, '{"members": {"m": "accepted", "n": "rejected"}}', true);
SELECT member_id, status, created_at AT TIME ZONE 'UTC' AS created, updated_at > now() - interval '1 hour' AS updated FROM image_members ORDER BY 1;

-- deleted by an import: as of the time named, or now; deleted twice: as of the first time, unless another is named
SELECT pg_temp.import(2, '{"status": "deleted"}', true);
SELECT deleted_at > now() - interval '1 hour' AS just_now, updated_at < deleted_at AS not_updated, status_before_deletion,
       updated_at_before_deletion = updated_at AS kept FROM images WHERE id = pg_temp.id(2);
SELECT pg_temp.import(1, '{"status": "deleted", "updated_at": "2026-01-01"}', true);
SELECT pg_temp.import(1, '{"status": "deleted", "updated_at": "2026-02-02", "name": "again"}', true);
CREATE TEMP VIEW deletion AS
    SELECT status, status_before_deletion, updated_at_before_deletion AT TIME ZONE 'UTC' AS updated_before, deleted_at AT TIME ZONE 'UTC' AS deleted,
           (SELECT string_agg(member_id || CASE WHEN m.deleted_at IS NOT DISTINCT FROM i.deleted_at THEN '' ELSE ' removed' END, ', ' ORDER BY member_id)
              FROM image_members m WHERE m.image_id = i.id) AS members
      FROM images i WHERE id = pg_temp.id(1);
TABLE pg_temp.deletion;
SELECT pg_temp.import(1, '{"deleted_at": "2026-03-03", "status": "deleted"}', true);
TABLE pg_temp.deletion;
-- the time of deletion of an image that is not deleted is nothing
SELECT pg_temp.import(1, '{"deleted_at": "2026-03-03", "status": "saving"}', true);
TABLE pg_temp.deletion;
-- a member removed before stays so, also if both times are the same; one removed by the import ends before the image does
UPDATE image_members SET deleted_at = '2026-04-04Z' WHERE member_id = 'm';
SELECT pg_temp.import(1, '{"deleted_at": "2026-04-04", "status": "deleted"}', true);
TABLE pg_temp.deletion;
SELECT pg_temp.import(1, '{"status": "queued"}', true);
TABLE pg_temp.deletion;
SELECT pg_temp.import(1, '{"status": "deleted", "members": {"o": "accepted"}}', true);
SELECT status, status_before_deletion, deleted > now() AT TIME ZONE 'UTC' - interval '1 hour' AS just_now, members FROM pg_temp.deletion;
SELECT pg_temp.import(1, '{"status": "active"}', true);
TABLE pg_temp.deletion;
SET image_catalog.project_id = 'o';
SELECT id FROM list_images('{"visibility": "shared"}');
SET image_catalog.project_id = '';
-- the same by whoever writes the table; what cannot be is refused
UPDATE images SET status = 'deleted' WHERE id = pg_temp.id(1);
SELECT status_before_deletion, deleted_at > now() - interval '1 hour' AS just_now FROM images WHERE id = pg_temp.id(1);
UPDATE images SET status_before_deletion = 'queued', updated_at_before_deletion = NULL, deleted_at = NULL, name = 'x' WHERE id = pg_temp.id(1);
SELECT status_before_deletion, updated_at_before_deletion IS NOT NULL AS kept, deleted_at IS NOT NULL AS deleted FROM images WHERE id = pg_temp.id(1);
UPDATE images SET status = 'active' WHERE id = pg_temp.id(1);
TABLE pg_temp.deletion;
\set VERBOSITY terse
UPDATE images SET status_before_deletion = 'queued', updated_at_before_deletion = now() WHERE id = pg_temp.id(1);
INSERT INTO images (id, status, deleted_at, status_before_deletion) VALUES (pg_temp.id(3), 'deleted', now(), 'active');
INSERT INTO images (id, status, deleted_at, status_before_deletion, updated_at_before_deletion) VALUES (pg_temp.id(3), 'deleted', now(), 'deleted', now());

\set VERBOSITY default

-- the walk of a list that an image was deleted from and came back to with another status
SELECT pg_temp.import(n, jsonb_build_object('name', name, 'owner', 'p1', 'status', status, 'visibility', 'private', 'created_at', '2024-01-0' || n - 4))
  FROM (VALUES (5, 'one', 'active'), (6, 'two', 'active'), (7, 'three', 'saving')) v (n, name, status);
SELECT delete_image(pg_temp.id(5));
SELECT pg_temp.import(5, '{"name": "one", "owner": "p1", "status": "saving", "visibility": "private", "created_at": "2024-01-01"}');
SET image_catalog.project_id = 'p1';
SELECT page -> 'images' -> 0 ->> 'name' AS first, page -> 'images' -> 1 ->> 'name' AS second, page ->> 'next' AS next
  FROM list_images_page('sort=status:asc&limit=2&visibility=private&marker=' || pg_temp.id(5)) page;
SET image_catalog.project_id = '';

-- what the IMS dialect prints is taken back, and prints the same: one member beside those of the API is no string
SELECT pg_temp.import(8, '{"name": "ims", "owner": "p1", "status": "active", "visibility": "private", "created_at": "2024-01-01", "__imagetype": "private",
    "__isregistered": "true", "__system_support_market": true, "max_ram": "8192", "__image_size": "449261568", "min_disk": 40, "size": 0, "active_at": "2024-01-01T00:00:00Z",
    "__whole_image": "true", "__data_origin": null, "__support_kvm": "true", "tags": ["k=v"]}'),
       pg_temp.import(9, '{"owner": "p1", "visibility": "private", "__system_support_market": "false"}'), pg_temp.import(10, '{"owner": "p1", "__system_support_market": "maybe"}');
SELECT right(id::text, 2) AS n, get_image(id) -> '__system_support_market' AS market, properties -> '__system_support_market' AS stored FROM images WHERE id >= pg_temp.id(8) ORDER BY id;
SELECT right(id::text, 2) AS n FROM list_images('{"__system_support_market": "true", "visibility": "all"}');
SELECT pg_temp.import(9, value, true) FROM (VALUES ('{"__system_support_market": 1}'::jsonb), ('{"__whole_image": true}'), ('{"max_ram": 8192}'), ('{"__system_support_market": []}')) v (value);
-- a client hands it back so, too
SET image_catalog.project_id = 'p1';
SELECT update_image(pg_temp.id(9), '[{"op": "replace", "path": "/__system_support_market", "value": true}]') -> '__system_support_market' AS market;
SELECT update_image(pg_temp.id(9), '[{"op": "replace", "path": "/__system_support_market", "value": "false"}]') -> '__system_support_market' AS market;
SELECT update_image(pg_temp.id(9), '[{"op": "add", "path": "/__whole_image", "value": true}]');
SELECT create_image('{"id": "19907701-0000-4000-8000-000000000011", "__system_support_market": false}') -> '__system_support_market' AS market;
SELECT create_image('{"__system_support_market": 1}');
SELECT count(*) FROM list_images('{"__system_support_market": "false"}');
SET image_catalog.project_id = '';
CREATE TEMP TABLE printed AS SELECT list_cloud_images_page('visibility=all')::jsonb -> 'images' AS images;
SELECT jsonb_array_length(images), import_images(images) FROM printed;
SELECT images = list_cloud_images_page('visibility=all')::jsonb -> 'images' AS printed_the_same FROM printed;
DELETE FROM images;
SELECT import_images(images) FROM printed;
SELECT images = list_cloud_images_page('visibility=all')::jsonb -> 'images' AS printed_the_same FROM printed;
DELETE FROM images;
