-- the IMS dialect, on /v2/images by setting and on /v2/cloudimages always
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (id, name, status, visibility, owner, created_at, tags, properties, deleted_at)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       name, status, visibility, owner, '2024-01-01Z'::timestamptz - n * interval '1 day',
       tags::text[], properties::jsonb, CASE status WHEN 'deleted' THEN now() END
  FROM (VALUES
        (1, 'gold', 'active', 'public', 'p', '{}',
         '{"__imagetype": "gold", "__isregistered": "true", "__platform": "RedHat", "architecture": "x86", "__os_bit": "64"}'),
        (2, 'market', 'active', 'public', 'p', '{}',
         '{"__imagetype": "market", "__isregistered": "true", "__platform": "Oracle Linux", "architecture": "arm", "__os_bit": "32"}'),
        (3, 'mine', 'active', 'private', 'a', '{key=value,old.dot}',
         '{"__imagetype": "private", "__isregistered": "true", "enterprise_project_id": "0", "__support_kvm": "true"}'),
        (4, 'eps', 'active', 'private', 'a', '{bare,empty=,"dotted."}',
         '{"__imagetype": "private", "enterprise_project_id": "7b5f6c1e-8c1a-4a53-9e2f-1d4f6f2d9c10"}'),
        (5, 'unregistered', 'active', 'private', 'a', '{}',
         '{"__imagetype": "private", "__isregistered": "false", "enterprise_project_id": ""}'),
        (6, 'killed', 'killed', 'private', 'a', '{}', '{"__imagetype": "private"}'),
        (7, 'deleted', 'deleted', 'private', 'a', '{}', '{"__imagetype": "private"}'),
        (8, 'foreign deleted', 'deleted', 'private', 'b', '{}', '{}'),
        (9, 'public deleted', 'deleted', 'public', 'b', '{}', '{}'),
        (10, 'shared by me', 'active', 'shared', 'a', '{}', '{"__imagetype": "shared"}'),
        (11, 'shared accepted', 'active', 'shared', 'b', '{}', '{"__imagetype": "shared"}'),
        (12, 'shared pending', 'active', 'shared', 'b', '{}', '{"__imagetype": "shared"}'),
        (13, 'a:b', 'active', 'public', 'p', '{}', '{"__platform": null}'))
       v (n, name, status, visibility, owner, tags, properties);
INSERT INTO image_catalog.image_members (image_id, member_id, status)
SELECT id, m.member, m.status
  FROM (VALUES ('shared by me', 'b', 'accepted'), ('shared accepted', 'a', 'accepted'),
               ('shared pending', 'a', 'pending')) m (name, member, status)
  JOIN image_catalog.images USING (name);
CREATE FUNCTION pg_temp.page(query text, openstack boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    PERFORM set_config('image_catalog.dialect', CASE WHEN openstack THEN 'openstack' ELSE 'ims' END, true);
    RETURN coalesce(
        (SELECT string_agg(ltrim(right(image ->> 'id', 12), '0'), ' ')
           FROM json_array_elements(
               image_catalog.list_images_page(query) -> 'images') image),
        '-');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || coalesce(substring(detail FROM '^IMG\.\d{4}'), '');
END;
$$;
CREATE FUNCTION pg_temp.cloud_page(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    RETURN coalesce(
        (SELECT string_agg(ltrim(right(image ->> 'id', 12), '0'), ' ')
           FROM json_array_elements(
               image_catalog.list_cloud_images_page(query) -> 'images') image),
        '-');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || coalesce(substring(detail FROM '^IMG\.\d{4}'), '');
END;
$$;
SET image_catalog.project_id = 'a';

-- what the dialects make of the same query
SELECT query, pg_temp.page(query) AS ims, pg_temp.cloud_page(query) AS cloud, pg_temp.page(query, true) AS openstack
  FROM (VALUES (''),
        -- registered
        ('__isregistered=true'), ('__isregistered=false'), ('__isregistered=TRUE'),
        -- type
        ('__imagetype=gold'), ('__imagetype=market'), ('__imagetype=private'), ('__imagetype=shared'),
        ('__imagetype=golden'), ('__imagetype='), ('__imagetype=Gold'),
        -- platform, in any spelling
        ('__platform=RedHat'), ('__platform=Red%20Hat'), ('__platform=red+hat'),
        ('__platform=OracleLinux'), ('__platform=ORACLE%20LINUX'), ('__platform=Windows'), ('__platform='),
        -- architecture, flavor
        ('architecture=x86'), ('architecture=arm'), ('architecture=mips'), ('architecture='),
        ('flavor_id=s3.large.2'), ('__os_bit=64'), ('__os_bit=064'),
        -- enterprise project
        ('enterprise_project_id=0'), ('enterprise_project_id=all_granted_eps'),
        ('enterprise_project_id=7b5f6c1e-8c1a-4a53-9e2f-1d4f6f2d9c10'), ('enterprise_project_id='),
        ('enterprise_project_id=1'),
        -- deleted and killed, when named
        ('status=deleted'), ('status=killed'), ('status=eq:killed'), ('status=in:deleted,killed,active'),
        ('status=active'), ('status=Deleted'), ('deleted=true'),
        -- a name with a colon
        ('name=a:b'), ('name=eq:a:b'), ('name=in:a:b'), ('name=neq:gold'), ('status=x:y'), ('id=x:y'),
        ('disk_format=x:y'), ('container_format=neq:bare'),
        -- tags
        ('tag=key=value'), ('tag=key%3Dvalue'), ('tag=key'), ('tag=key.value'), ('tag=old=dot'), ('tag=old.dot'),
        ('tag=bare='), ('tag=empty='), ('tag=dotted='), ('tag=bare'), ('tag=key=value&tag=old=dot'),
        ('tag=key=value&tag=bare'), ('tag==')) v (query);

-- membership: a status given explicitly asks for memberships only
SELECT query, pg_temp.page(query) AS ims, pg_temp.page(query, true) AS openstack
  FROM (VALUES ('visibility=shared'), ('visibility=shared&member_status=accepted'),
               ('visibility=shared&member_status=pending'), ('visibility=shared&member_status=rejected'),
               ('visibility=shared&member_status=all'),
               ('member_status=pending'), ('member_status=all'), ('owner=a'),
               ('owner=a&visibility=shared'), ('owner=a&visibility=shared&member_status=accepted')) v (query);

-- administrators see unregistered images, and everybody's deleted ones
SET image_catalog.is_admin = on;
SELECT query, pg_temp.page(query)
  FROM (VALUES ('__isregistered=false'), ('__imagetype=private'), ('status=deleted'),
               ('visibility=shared&member_status=pending')) v (query);
RESET image_catalog.is_admin;

-- codes of errors
SELECT left(query, 45) AS query, pg_temp.page(query)
  FROM (VALUES ('limit=x'), ('limit=-1'), ('marker=x'), ('min_disk=x'), ('min_ram=x'), ('min_disk_min=x'),
               ('size=x'), ('size_min=x'), ('foo_max=1'), ('protected=1'), ('os_hidden=x'), ('visibility=x'),
               ('member_status=x'), ('created_at=x'), ('created_at=in:2024'), ('created_at=0001-01-01T00:00:00-23:00'),
               ('created_at=9999-12-31T23:59:59-01:00'), ('sort=x'), ('sort=name:x'), ('sort=name&sort_dir=asc'),
               ('sort_dir=asc&sort_dir=asc'), ('sort_key=name' || repeat('&sort_key=name', 16)),
               ('name=in:%22'), ('name=%FF'), ('changes-since=x'), ('members=x'),
               (repeat('x=1&', 501))) v (query);
SELECT image_catalog.list_cloud_images_page('__imagetype=golden');

-- sort keys as clients of this dialect send them
SELECT query, pg_temp.page('visibility=private&' || query)
  FROM (VALUES ('sort_key=status%20&sort_dir=asc'), ('sort_key=create_at&sort_dir=asc'),
               ('sort_key=create_at')) v (query);
SET image_catalog.dialect = 'ims';
SELECT image_catalog.list_images_page('sort_key=create_at&limit=1') ->> 'next' AS next;

-- extension attributes are strings, base attributes have their JSON types
UPDATE image_catalog.images
   SET properties = '{"__os_bit": "64", "__support_kvm": "true", "max_ram": "8192", "__image_size": "449261568"}',
       size = 0, min_disk = 40, min_ram = 1024, protected = true, tags = '{a=b}',
       updated_at = '2024-02-01Z'
 WHERE name = 'gold';
SELECT jsonb_pretty(image_catalog.list_images_page('name=gold')::jsonb - 'schema');

-- /v2/cloudimages: images only; 500 unless limit says otherwise
SELECT json_object_keys(image_catalog.list_cloud_images_page('limit=1'));
INSERT INTO image_catalog.images (id, visibility, created_at)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'public', now()
  FROM generate_series(1001, 2100) n;
SELECT query, json_array_length(image_catalog.list_cloud_images_page(query) -> 'images')
  FROM (VALUES (''), ('limit=1'), ('limit=501'), ('limit=2000'),
               ('sort=id:asc&marker=00000000-0000-4000-8000-000000002000'), ('limit=0')) v (query);
SELECT json_array_length(image_catalog.list_images_page() -> 'images');

RESET image_catalog.dialect;
RESET image_catalog.project_id;
DELETE FROM image_catalog.images;
