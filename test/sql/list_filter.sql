-- filters on attributes, tags and custom properties
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (
    id, name, status, visibility, owner, protected, os_hidden, disk_format,
    container_format, min_disk, min_ram, size, virtual_size, checksum,
    os_hash_algo, os_hash_value, created_at, tags, properties, deleted_at)
SELECT ('00000000-0000-4000-8000-' || lpad(v.n::text, 12, '0'))::uuid,
       v.name, v.status, 'public', v.owner, v.protected, v.os_hidden,
       v.disk_format, v.container_format, v.min_disk, v.min_ram, v.size,
       v.virtual_size, v.checksum, v.algo, v.hash,
       '2024-01-01Z'::timestamptz - v.n * interval '1 day',
       v.tags::text[], v.properties::jsonb,
       CASE v.status WHEN 'deleted' THEN now() END
  FROM (VALUES
        (1, 'a', 'active', 'p', true, false, 'raw', 'bare', 1, 512, 10, 100,
         'c1', 'sha512', 'h1', '{x86,linux}', '{"os": "linux", "n": "1"}'),
        (2, 'a,b', 'active', 'p', false, false, 'qcow2', 'bare', 2, 0, 20, 200,
         'c2', 'sha512', 'h2', '{x86}', '{"os": "Linux"}'),
        (3, 'x:y', 'queued', 'q', false, false, NULL, NULL, 0, 0, NULL, NULL,
         NULL, NULL, NULL, '{}', '{"os": ""}'),
        (4, '', 'saving', '', false, false, 'iso', 'ovf', 4, 0, 0, NULL,
         NULL, NULL, NULL, '{"", "t 1"}', '{"limit": "3", "": "empty name"}'),
        (5, NULL, 'deactivated', NULL, false, false, 'raw', 'bare', 0, 2147483647,
         9223372036854775807, NULL, NULL, NULL, NULL, '{in:x86}',
         '{"os": null, "is_public": "True", "a=b": "c", "#x86": "y"}'),
        (6, 'a"b', 'active', 'p', false, true, 'raw', 'bare', 0, 0, 30, NULL,
         NULL, NULL, NULL, '{hidden}', '{}'),
        (7, 'killed', 'killed', 'p', false, false, 'raw', 'bare', 0, 0, 1, NULL,
         NULL, NULL, NULL, '{}', '{}'),
        (8, 'deleted', 'deleted', 'p', false, false, 'raw', 'bare', 0, 0, 1, NULL,
         NULL, NULL, NULL, '{}', '{}'),
        (9, 'pending', 'pending_delete', 'p', false, false, 'raw', 'bare', 0, 0, 1,
         NULL, NULL, NULL, NULL, '{a=b}', '{"trait:CUSTOM_HCI_122E": "required"}'),
        (10, U&'\00DCml \2713 \+01F600', 'importing', 'p', false, false, 'raw',
         'bare', 0, 0, 1, NULL, NULL, NULL, NULL, '{"\u0022"}', '{"a": "b\\"}'))
       v (n, name, status, owner, protected, os_hidden, disk_format,
          container_format, min_disk, min_ram, size, virtual_size, checksum,
          algo, hash, tags, properties);
SET image_catalog.project_id = 'p';

-- the numbers of the images of a page
CREATE FUNCTION pg_temp.page(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(
        (SELECT string_agg(ltrim(right(image ->> 'id', 12), '0'), ' ')
           FROM json_array_elements(
               image_catalog.list_images_page(query) -> 'images') image),
        '-');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;

-- deleted and killed images are never listed, hidden ones when asked for
SELECT query, pg_temp.page(query)
  FROM (VALUES (''), ('status=deleted'), ('status=killed'), ('status=in:deleted,active'),
               ('deleted=true'), ('deleted=false'), ('deleted=x'),
               ('os_hidden=true'), ('os_hidden=True'), ('os_hidden=TRUE'),
               ('os_hidden=false'), ('os_hidden=False'), ('os_hidden='),
               ('os_hidden=1'), ('os_hidden=yes'), ('os_hidden=true%20'),
               ('os_hidden=true&os_hidden=false'),
               ('os_hidden=x&os_hidden=true'), ('os_hidden=true&status=deleted')) v (query);

-- name, id, status and the formats take eq: and in:
SELECT query, pg_temp.page(query)
  FROM (VALUES ('name=a'), ('name=A'), ('name=%61'), ('name='), ('name=eq:a'), ('name=eq:'),
               ('name=x:y'), ('name=eq:x:y'), ('name=in:x:y'), ('name=:x'),
               ('name=neq:a'), ('name=IN:a'), ('name=EQ:a'), ('name=in%3Aa'),
               ('name=in:a,b'), ('name=in:%22a,b%22'), ('name=in:%22a,b%22,a,x:y'),
               ('name=in:'), ('name=in:,'), ('name=in:a,'), ('name=in:a,,x:y'),
               ('name=in:%22%22'), ('name=in:%20a'), ('name=in:a,a,a'),
               ('name=in:%22a'), ('name=in:a%22b'), ('name=in:%22a%22b'),
               ('name=in:a%22'), ('name=in:%22a%22,%22'), ('name=in:%22'),
               ('name=in:%22a\%22b%22'), ('name=a%22b&os_hidden=true'),
               ('name=%C3%9Cml+%E2%9C%93+%F0%9F%98%80'),
               ('name=in:%C3%9Cml+%E2%9C%93+%F0%9F%98%80,a'),
               ('name=a&name=x'), ('name=x&name=a'), ('name=b:c&name=a'),
               ('status=active'), ('status=Active'), ('status=foo'), ('status='),
               ('status=in:queued,saving,foo'), ('status=eq:queued'), ('status=ne:active'),
               ('status=pending_delete'),
               ('id=00000000-0000-4000-8000-000000000001'),
               ('id=in:00000000-0000-4000-8000-000000000001,zzz,00000000-0000-4000-8000-000000000009'),
               ('id=zzz'), ('id='), ('id=in:'), ('id=a:b'),
               ('id={00000000-0000-4000-8000-000000000001}'),
               ('id=00000000000040008000000000000001'),
               ('disk_format=raw'), ('disk_format=in:qcow2,iso'), ('disk_format='),
               ('disk_format=foo'), ('disk_format=neq:raw'),
               ('container_format=ovf'), ('container_format=in:ovf,%22bare%22'),
               ('container_format=x:')) v (query);

-- plain equality; a missing value equals nothing
SELECT query, pg_temp.page(query)
  FROM (VALUES ('owner=p'), ('owner=q'), ('owner=zz'), ('owner='), ('owner=in:p,q'),
               ('owner=q&owner=p'),
               ('checksum=c1'), ('checksum=eq:c1'), ('checksum='), ('os_hash_algo=sha512'),
               ('os_hash_value=h2'), ('os_hash_value=H2'),
               ('protected=true'), ('protected=false'), ('protected=True'),
               ('protected=1'), ('protected='), ('protected=false&protected=true'),
               ('size=10'), ('size=%2010'), ('size=0'), ('size=abc'), ('size='),
               ('size=1.0'), ('size=gt:1'), ('size=9223372036854775807'),
               ('size=9223372036854775808'), ('size=-9223372036854775809'),
               ('virtual_size=100'), ('min_disk=0'), ('min_disk=2'), ('min_disk=2147483648'),
               ('min_disk=-1'), ('min_disk=abc'), ('min_ram=512'), ('min_ram='),
               ('min_ram=2147483647')) v (query);

-- bounds are inclusive, and no bound holds for a missing value
SELECT query, pg_temp.page(query)
  FROM (VALUES ('size_min=10'), ('size_min=11'), ('size_max=10'), ('size_max=9'),
               ('size_min=10&size_max=20'), ('size_min=20&size_max=10'),
               ('size_min=-5'), ('size_min=%2010%20'), ('size_min=99999999999999999999'),
               ('size_max=99999999999999999999'), ('size_max=-99999999999999999999'),
               ('size_min=5&size_min=15'),
               ('min_ram_min=0'), ('min_ram_min=1'), ('min_ram_max=511'),
               ('min_disk_max=1'), ('min_disk_min=2'), ('virtual_size_min=1'),
               ('virtual_size_max=100'),
               ('size_min='), ('size_min=1.5'), ('size_min=abc'), ('size_max=1e3'),
               ('foo_min=3'), ('name_min=3'), ('owner_max=3'), ('created_at_min=1'),
               ('protected_max=1'), ('_min=1'), ('id_max=1'), ('_max=')) v (query);

-- tags: all of them, exactly, blanks around them aside
SELECT query, pg_temp.page(query)
  FROM (VALUES ('tag=x86'), ('tag=X86'), ('tag=x8'), ('tag=x86&tag=linux'), ('tag=x86&tag=x86'),
               ('tag=x86&tag=nope'), ('tag=%20x86%20'), ('tag=t+1'), ('tag='), ('tag=%20'),
               ('tag=in:x86'), ('tag=in:x86,linux'), ('tag=a=b'), ('tag=a%3Db'), ('tag=a.b'),
               ('tag=%22'), ('tag=%23x86'), ('tags=x86')) v (query);

-- custom properties, exactly; an unknown name is no error
SELECT query, pg_temp.page(query)
  FROM (VALUES ('os=linux'), ('os=Linux'), ('os='), ('os=in:linux,Linux'), ('os=eq:linux'),
               ('os=x&os=linux'), ('os=linux&n=1'), ('os=Linux&n=1'), ('OS=linux'),
               ('nosuch=1'), ('nosuch='), ('nosuch'), ('is_public=True'), ('a=b%5C'), ('a%3Db=c'),
               ('a=b=c'), ('%23x86=y'), ('=empty+name'),
               ('trait:CUSTOM_HCI_122E=required'), ('trait%3ACUSTOM_HCI_122E=required'),
               ('trait:CUSTOM_HCI_122E=forbidden'),
               ('limit=9&limit=3'), ('self=x'), ('file=x'), ('schema=x'), ('stores=x'),
               ('direct_url=x'), ('metadata=x'), ('keys=x'),
               ('locations=x'), ('members=x'), ('properties=x'), ('deleted_at=x'),
               ('changes-since=2024-01-01T00:00:00Z'), ('changes-since=')) v (query);

-- a long value is found, too, and told from another one
UPDATE image_catalog.images
   SET properties = jsonb_build_object('long', repeat('x', 5000)), tags = ARRAY[repeat('y', 255)]
 WHERE name = 'a';
SELECT pg_temp.page('long=' || repeat('x', 5000)), pg_temp.page('long=' || repeat('x', 4999)),
       pg_temp.page('tag=' || repeat('y', 255)), pg_temp.page('tag=' || repeat('y', 254));

-- the errors say what is wrong, and what to do
DO $$
DECLARE
    query text;
    detail text;
    hint text;
BEGIN
    FOREACH query IN ARRAY ARRAY[
        'limit=ten', 'limit=-1', 'marker=x', 'name=x:y', 'name=in:%22a', 'protected=1',
        'os_hidden=maybe', 'visibility=none', 'member_status=foo', 'size=abc', 'foo_min=3',
        'created_at=lt:yesterday', 'created_at=around:2024-01-01', 'created_at=gt:9999-12-31T23:00:00-02:00',
        'sort=owner', 'sort=name:up', 'sort=name&sort_key=id', 'sort_dir=asc&sort_dir=asc',
        'changes-since=2024', 'members=x', 'name=%FF']
    LOOP
        BEGIN
            PERFORM image_catalog.list_images_page(query);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            RAISE INFO USING MESSAGE = query || E'\n  ' || SQLSTATE || ' ' || SQLERRM
                || E'\n  ' || detail || E'\n  ' || hint;
        END;
    END LOOP;
END;
$$;

DELETE FROM image_catalog.images;

CREATE FUNCTION pg_temp.why(filter jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    RETURN image_catalog.count_images(filter);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || hint;
END;
$$;
-- what no image can have is refused, in a list of values too, and what could be is told
SELECT filter, pg_temp.why(filter) FROM (VALUES ('{"status": "actve"}'::jsonb), ('{"status": "in:active,actve"}'),
    ('{"status": "eq:"}'), ('{"disk_format": "QCOW2"}'), ('{"container_format": "in:bare,box"}'), ('{"disk_format": "zvhd"}')) v(filter);
