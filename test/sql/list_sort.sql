-- sort, sort_key and sort_dir: keys, directions, ties, missing values
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (
    id, name, visibility, status, size, disk_format, container_format,
    created_at, updated_at)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       name, 'public', status, size, disk_format, container_format,
       ('2024-01-0' || created || 'Z')::timestamptz,
       ('2024-02-0' || updated || 'Z')::timestamptz
  FROM (VALUES
        (1, 'b', 'active', 30, 'raw', 'bare', 1, 9),
        (2, 'b', 'queued', NULL, NULL, NULL, 2, 8),
        (3, 'B', 'active', 10, 'qcow2', 'ovf', 3, 7),
        (4, NULL, 'saving', 0, 'iso', 'bare', 3, 6),
        (5, '', 'active', NULL, 'iso', 'bare', 4, 5),
        (6, U&'\00E4', 'queued', 20, 'raw', NULL, 5, 4),
        (7, 'z', 'active', 10, NULL, 'bare', 3, 3),
        (8, U&'\+01F600', 'active', 10, 'raw', 'docker', 6, 2))
       v (n, name, status, size, disk_format, container_format, created, updated);
SET image_catalog.project_id = 'p';

-- the last digits of the ids of a page
CREATE FUNCTION pg_temp.page(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT string_agg(right(image ->> 'id', 1), ' ')
              FROM json_array_elements(
                  image_catalog.list_images_page(query) -> 'images') image);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;

-- every key; a missing value is the empty string, or zero
SELECT query, pg_temp.page(query)
  FROM (VALUES (''),
               ('sort=name:asc'), ('sort=name:desc'),
               ('sort=status:asc'), ('sort=status:desc'),
               ('sort=container_format:asc'), ('sort=container_format:desc'),
               ('sort=disk_format:asc'), ('sort=disk_format:desc'),
               ('sort=size:asc'), ('sort=size:desc'),
               ('sort=id:asc'), ('sort=id:desc'),
               ('sort=created_at:asc'), ('sort=created_at:desc'),
               ('sort=updated_at:asc'), ('sort=updated_at:desc')) v (query);

-- directions: none is desc, one is for all, several are one for each
SELECT query, pg_temp.page(query)
  FROM (VALUES ('sort_dir=asc'), ('sort_dir=desc'),
               ('sort_key=size'), ('sort_key=size&sort_dir=asc'),
               ('sort_dir=asc&sort_key=size'),
               ('sort_key=size&sort_key=name'),
               ('sort_key=size&sort_key=name&sort_dir=asc'),
               ('sort_key=size&sort_key=name&sort_dir=asc&sort_dir=desc'),
               ('sort_key=size&sort_key=name&sort_dir=desc&sort_dir=asc'),
               ('sort_key=size&sort_key=size&sort_dir=asc&sort_dir=desc'),
               ('sort=size'), ('sort=size:'), ('sort=size,name'),
               ('sort=size:asc,name'), ('sort=size:asc,name:asc'),
               ('sort=size:asc,name:desc'), ('sort=size:desc,name:asc'),
               ('sort=size:asc,size:desc')) v (query);

-- ties go by created_at and id: in the one direction there is, else descending
SELECT query, pg_temp.page(query)
  FROM (VALUES ('sort=status:asc'),
               ('sort_key=status&sort_dir=asc'),
               ('sort=status:asc,container_format:asc'),
               ('sort_key=status&sort_key=container_format&sort_dir=asc'),
               ('sort_key=status&sort_key=container_format&sort_dir=asc&sort_dir=asc'),
               ('sort=status:asc,created_at:asc'),
               ('sort=created_at:asc,status:asc'),
               ('sort=created_at:asc,id:desc'),
               ('sort=status:asc,id:asc')) v (query);

-- blanks around keys and directions, and the spelling of one document
SELECT query, pg_temp.page(query)
  FROM (VALUES ('sort=+size+:+asc+,+name+:+desc+'), ('sort_key=size%20&sort_dir=+asc'),
               ('sort_key=%09size%0A'), ('sort=create_at:asc'),
               ('sort_key=create_at&sort_dir=asc')) v (query);

-- what is refused
SELECT query, pg_temp.page(query)
  FROM (VALUES ('sort='), ('sort=,'), ('sort=name,'), ('sort=,name'),
               ('sort=owner'), ('sort=visibility'), ('sort=min_disk'), ('sort=Name'),
               ('sort=name:up'), ('sort=name:ASC'), ('sort=name:asc:desc'),
               ('sort=:asc'), ('sort=name;drop'),
               ('sort_key='), ('sort_key=name,size'), ('sort_key=name:asc'),
               ('sort_dir='), ('sort_dir=ASC'), ('sort_dir=up'),
               ('sort_key=name&sort_dir='),
               ('sort_key=name&sort_dir=asc&sort_dir=desc'),
               ('sort_key=name&sort_key=size&sort_key=id&sort_dir=asc&sort_dir=desc'),
               ('sort_dir=asc&sort_dir=desc'), ('sort_dir=asc&sort_dir=asc'),
               ('sort=name&sort_key=size'), ('sort=name&sort_dir=asc')) v (query);

-- the first sort counts, another one is a custom property
SELECT query, pg_temp.page(query)
  FROM (VALUES ('sort=size:asc&sort=name'), ('sort=x&sort=name')) v (query);
UPDATE image_catalog.images SET properties = '{"sort": "weird"}' WHERE name = 'z';
SELECT pg_temp.page('sort=name&sort=weird');

-- as arguments
SELECT right(id::text, 1) AS id, name, size
  FROM image_catalog.list_images(sort => 'size:asc,name:desc');
SELECT right(id::text, 1) AS id, name, size
  FROM image_catalog.list_images('{"sort_key": ["size", "name"], "sort_dir": ["asc", "desc"]}');
SELECT image_catalog.list_images('{"sort": "name"}', 'size');

DELETE FROM image_catalog.images;
