--
-- import_images(): whole documents, in bulk, all or nothing
--
SET search_path = image_catalog, pg_catalog;
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('19907700-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION pg_temp.try(images jsonb, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    answer := image_catalog.import_images(images);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    answer := concat_ws(' ', SQLSTATE, SQLERRM, '|', left(why, 150));
END
$$;
CREATE TEMP VIEW imported AS
    SELECT right(id::text, 2) AS n, name, status, visibility, protected, os_hidden, owner, disk_format, container_format, min_disk, min_ram, size,
           virtual_size, checksum, os_hash_algo, os_hash_value, created_at AT TIME ZONE 'UTC' AS created, updated_at AT TIME ZONE 'UTC' AS updated,
           tags, properties, deleted_at AT TIME ZONE 'UTC' AS deleted
      FROM images WHERE id::text LIKE '19907700-%' ORDER BY id;
\x on
-- every attribute; output-only links and deleted are ignored; null properties stay
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000001", "name": "n", "status": "active", "visibility": "public", "protected": true,
    "os_hidden": true, "owner": "A", "disk_format": "zvhd2", "container_format": "bare", "min_disk": 1, "min_ram": 2, "size": 9000000000,
    "virtual_size": 10, "checksum": "c", "os_hash_algo": "sha512", "os_hash_value": "h", "created_at": "2018-10-28T10:00:00Z",
    "updated_at": "2018-10-28T12:00:00.5+01:00", "tags": ["b", "a", "b"], "self": "x", "file": "x", "schema": "x", "direct_url": "x", "stores": "x",
    "locations": [], "deleted": false, "deleted_at": null, "p": "1", "q": null, "os_glance_import_task": "t"}]');
SELECT * FROM pg_temp.imported;
SELECT get_image(pg_temp.id(1));
-- and none
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000002"}]');
SELECT n, name, status, visibility, protected, os_hidden, owner, min_disk, min_ram, size, created = updated AS never_changed,
       created > now() AT TIME ZONE 'UTC' - interval '1 hour' AS now, tags, properties, deleted FROM pg_temp.imported WHERE n = '02';
\x off
-- an image that exists is replaced by a whole document: what that says is null becomes null, properties that it does not name are gone
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000001", "name": null, "status": "queued", "visibility": "shared", "protected": false,
    "os_hidden": false, "owner": "B", "disk_format": null, "container_format": null, "min_disk": 0, "min_ram": 0, "size": null,
    "virtual_size": null, "checksum": null, "os_hash_algo": null, "os_hash_value": null, "updated_at": "2019-01-01T00:00:00Z", "tags": []}]');
SELECT name, status, owner, size, created, updated, tags, properties FROM pg_temp.imported WHERE n = '01';
SELECT import_images('[]'), import_images(NULL);
-- without an identifier, a new one
SELECT import_images('[{"owner": "image_import"}, {"owner": "image_import", "name": ""}]');
SELECT count(DISTINCT id) FROM images WHERE owner = 'image_import';

-- deleted images
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000003", "status": "deleted", "updated_at": "2020-02-02T00:00:00Z"},
                       {"id": "19907700-0000-4000-8000-000000000004", "status": "deleted", "updated_at": "2020-02-02T00:00:00Z", "deleted_at": "2020-02-01T00:00:00Z"},
                       {"id": "19907700-0000-4000-8000-000000000005", "status": "killed", "updated_at": "2020-02-02T00:00:00Z", "deleted_at": "2020-02-01T00:00:00Z"}]');
SELECT n, status, updated, deleted FROM pg_temp.imported WHERE n IN ('03', '04', '05');

-- members: a set when given, untouched when not
CREATE FUNCTION pg_temp.members() RETURNS text RETURN (
    SELECT string_agg(member_id || ' ' || status || CASE WHEN deleted_at IS NULL THEN '' ELSE ' removed' END, ', ' ORDER BY member_id)
      FROM image_catalog.image_members WHERE image_id = pg_temp.id(6));
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000006", "created_at": "2020-01-01T00:00:00Z", "members": {"m": "accepted", "n": "pending", "o": "rejected"}}]');
SELECT pg_temp.members();
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000006", "name": "changed"}]');
SELECT pg_temp.members();
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000006", "members": {"n": "accepted", "p": "pending"}}]', merge => true);
SELECT pg_temp.members();
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000006", "members": {"m": "pending"}, "created_at": "2021-01-01T00:00:00Z"}]', merge => true);
SELECT pg_temp.members();
SELECT bool_and(o.created_at = i.created_at) AS listed_in_order FROM image_shares o JOIN images i ON i.id = o.image_id WHERE i.id = pg_temp.id(6);
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000006", "status": "deleted"}]', merge => true);
SELECT pg_temp.members();
SELECT bool_or(m.deleted_at = i.deleted_at) AS with_the_image FROM image_members m JOIN images i ON i.id = m.image_id WHERE i.id = pg_temp.id(6);
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000006", "status": "queued", "members": {}}, {"id": "19907700-0000-4000-8000-000000000007", "members": {"m": "accepted"}}]', merge => true);
SELECT pg_temp.members();

-- members with their times: each stays as it is unless named; with a time of its end a member is one no more
CREATE TEMP VIEW memberships AS
    SELECT right(image_id::text, 1) AS n, member_id, status, created_at AT TIME ZONE 'UTC' AS created, updated_at AT TIME ZONE 'UTC' AS updated,
           deleted_at AT TIME ZONE 'UTC' AS ended
      FROM image_members WHERE image_id IN (pg_temp.id(8), pg_temp.id(9)) ORDER BY image_id, member_id;
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000008", "owner": "o", "members": {
        "a": {"status": "accepted", "created_at": "2020-01-01", "updated_at": "2020-01-02"}, "b": {"status": "pending", "created_at": "2020-01-01"},
        "c": {"status": "rejected", "created_at": "2020-01-01", "updated_at": "2020-01-02", "deleted_at": "2020-01-03"}}},
    {"id": "19907700-0000-4000-8000-000000000009", "status": "deleted", "deleted_at": "2020-02-01", "members": {
        "a": {"status": "accepted", "created_at": "2020-01-01", "deleted_at": "2020-02-01"},
        "b": {"status": "accepted", "created_at": "2020-01-01", "updated_at": "2020-01-02", "deleted_at": "2020-01-03"}}}]');
TABLE pg_temp.memberships;
SELECT list_image_members(pg_temp.id(8))::jsonb -> 'members' -> 1 ->> 'member_id' AS second, jsonb_array_length(list_image_members(pg_temp.id(8))::jsonb -> 'members') AS members;
BEGIN;
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000008", "members": {"a": "accepted", "b": {"status": "pending", "updated_at": "2020-01-05"}}},
    {"id": "19907700-0000-4000-8000-000000000009", "status": "queued"}]', merge => true);
TABLE pg_temp.memberships;
-- an offer that is made again keeps the time of the first
SELECT add_image_member(pg_temp.id(8), 'c')::jsonb ->> 'created_at' AS created;
ROLLBACK;

-- locations: of every scheme, a set when given and untouched when not, in the order named; none without data
CREATE TEMP VIEW places AS
    SELECT right(image_id::text, 1) AS n, url, metadata, created_at AT TIME ZONE 'UTC' AS created
      FROM image_locations WHERE image_id IN (pg_temp.id(8), pg_temp.id(9)) ORDER BY image_id, number;
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000008", "status": "active", "locations": [
        {"url": "rbd://fsid/pool/image/snap", "metadata": {"store": "ceph"}, "created_at": "2020-01-01"},
        {"url": "file:///srv/images/8", "metadata": {}, "created_at": "2020-01-02"},
        {"url": "rbd://fsid/pool/image/snap", "metadata": {}}]},
    {"id": "19907700-0000-4000-8000-000000000009", "locations": [{"url": "https://example.org/9", "metadata": {}}]}]', merge => true);
TABLE pg_temp.places;
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000008", "size": 5}]', merge => true);
SELECT count(*) FROM pg_temp.places;
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000008", "locations": [
        {"url": "file:///srv/images/8", "metadata": {"store": "file"}, "created_at": "2020-01-02"}, {"url": "https://example.org/8", "metadata": {}, "created_at": "2020-01-03"},
        {"url": "rbd://fsid/pool/image/snap", "metadata": {"store": "ceph"}, "created_at": "2020-01-01"}]}]', merge => true);
TABLE pg_temp.places;
SELECT import_images('[{"id": "19907700-0000-4000-8000-000000000008", "status": "deleted", "locations": [{"url": "https://example.org/8", "metadata": {}}]}]', merge => true);
SELECT count(*) FROM pg_temp.places;

-- what a listing sees of it
SET image_catalog.project_id = 'm';
SELECT id FROM list_images('{"visibility": "shared"}') WHERE id::text LIKE '19907700-%';
SET image_catalog.project_id = '';

-- errors name the document and the attribute
SELECT d, pg_temp.try(jsonb_build_array('{}'::jsonb, d)) FROM (VALUES
    ('5'::jsonb), ('"x"'), ('[]'), ('{"id": "x"}'), ('{"id": null}'), ('{"name": 5}'), ('{"status": "x"}'), ('{"visibility": null}'), ('{"protected": "true"}'),
    ('{"owner": 1}'), ('{"disk_format": "x"}'), ('{"min_disk": -1}'), ('{"min_ram": 2147483648}'), ('{"size": -1}'), ('{"size": 1.5}'),
    ('{"size": 9223372036854775808}'), ('{"size": 9223372036854775807}'), ('{"checksum": "123456789012345678901234567890123"}'), ('{"created_at": "yesterday"}'),
    ('{"created_at": "gt:2020-01-01"}'), ('{"updated_at": 5}'), ('{"tags": "x"}'), ('{"tags": [1]}'), ('{"locations": [{"url": "u", "metadata": {}}]}'),
    ('{"locations": [{"url": "file:///x"}]}'), ('{"locations": [{"url": "file:///x", "metadata": {}, "created_at": 5}]}'), ('{"locations": [5]}'),
    ('{"locations": {"url": "file:///x", "metadata": {}}}'), ('{"locations": null}'),
    ('{"members": {"m": {}}}'), ('{"members": {"m": {"status": "x"}}}'), ('{"members": {"m": {"status": "accepted", "deleted_at": "x"}}}'),
    ('{"locations": 5}'), ('{"location": "x"}'), ('{"p": 5}'), ('{"p": {}}'), ('{"p": null}'), ('{"members": {"m": "x"}}'), ('{"members": {"m": null}}'),
    ('{"members": {"": "accepted"}}'), ('{"members": "a property"}'), ('{"members": 5}'), ('{"status": "deleted", "deleted_at": "x"}')) x(d);
SELECT pg_temp.try('{}'), pg_temp.try('5'), pg_temp.try('null');
SELECT pg_temp.try('[{"id": "19907700-0000-4000-8000-00000000000a"}, {"name": "x"}, {"id": "19907700-0000-4000-8000-00000000000A"}]');
SELECT pg_temp.try(jsonb_build_array(jsonb_build_object(repeat('é', 255), 'x'))) AS name_255, pg_temp.try(jsonb_build_array(jsonb_build_object(repeat('é', 256), 'x'))) AS name_256;
-- quotas are for clients
SELECT pg_temp.try(jsonb_build_array(jsonb_object_agg('p' || n, 'x') || jsonb_build_object('tags', array_agg(n::text)))) FROM generate_series(1, 200) n;
-- all or nothing
SELECT pg_temp.try('[{"id": "19907700-0000-4000-8000-00000000000b"}, {"name": 5}]');
SELECT count(*) FROM images WHERE id = '19907700-0000-4000-8000-00000000000b';

-- who may
SET image_catalog.project_id = 'A';
SELECT pg_temp.try('[]') AS tenant;
SET image_catalog.roles = 'admin';
SELECT pg_temp.try('[]') AS administrator;
RESET image_catalog.roles;
CREATE ROLE image_import_nobody;
SET image_catalog.project_id = '';
SET ROLE image_import_nobody;
SELECT import_images('[]');
RESET ROLE;
DROP ROLE image_import_nobody;

DELETE FROM images WHERE id::text LIKE '19907700-%' OR owner IS NULL OR owner = 'image_import';
