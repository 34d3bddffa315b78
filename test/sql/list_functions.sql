-- list_images, count_images and image_json: the arguments, and what they take
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (id, name, visibility, owner, status, size, created_at, updated_at, tags, properties)
SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'image ' || n,
       'public', 'p', 'active', n * 100, '2024-01-01Z'::timestamptz + n * interval '1 day',
       '2024-02-01Z', CASE WHEN n < 4 THEN '{even,odd}'::text[] ELSE '{even}' END,
       jsonb_build_object('n', n::text)
  FROM generate_series(1, 5) n;
SET image_catalog.project_id = 'p';
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- the row type, and its document
SELECT * FROM image_catalog.list_images("limit" => 1) \gx
SELECT image_catalog.image_json(i)
  FROM image_catalog.list_images("limit" => 1) i;
SELECT (SELECT image_catalog.image_json(i)::jsonb FROM image_catalog.list_images("limit" => 1) i)
       = image_catalog.list_images_page('limit=1')::jsonb -> 'images' -> 0 AS same;

-- limit, sort and marker
SELECT name FROM image_catalog.list_images(sort => 'size:asc', "limit" => 2);
SELECT name FROM image_catalog.list_images(sort => 'size:asc', "limit" => 2,
                                           marker => '00000000-0000-4000-8000-000000000002');
SELECT count(*) FROM image_catalog.list_images("limit" => 0);
SELECT count(*) FROM image_catalog.list_images("limit" => 2147483647);
SELECT * FROM image_catalog.list_images("limit" => -1);
SELECT name FROM image_catalog.list_images(NULL, NULL, NULL, NULL);

-- filter: strings, arrays of strings; numbers and booleans as they print
SELECT string_agg(name, ', ') FROM image_catalog.list_images('{"name": "image 2"}');
SELECT string_agg(name, ', ') FROM image_catalog.list_images('{"name": "in:image 2,image 3"}');
SELECT string_agg(name, ', ') FROM image_catalog.list_images('{"tag": ["even", "odd"]}');
SELECT string_agg(name, ', ') FROM image_catalog.list_images('{"tag": []}');
SELECT string_agg(name, ', ') FROM image_catalog.list_images('{"created_at": ["gt:2024-01-02", "lt:2024-01-05"]}');
SELECT string_agg(name, ', ') FROM image_catalog.list_images('{"size_min": 200, "size_max": 300}');
SELECT string_agg(name, ', ') FROM image_catalog.list_images('{"protected": false, "limit": 2}');
SELECT string_agg(name, ', ') FROM image_catalog.list_images('{"n": "3", "tag": "odd"}');
SELECT string_agg(name, ', ') FROM image_catalog.list_images('{"size_min": 200.5}');
SELECT image_catalog.list_images('{"name": null}');
SELECT image_catalog.list_images('{"name": {"eq": "x"}}');
SELECT image_catalog.list_images('{"name": ["x", null]}');
SELECT image_catalog.list_images('{"name": ["x", ["y"]]}');
SELECT image_catalog.list_images('[]');
SELECT image_catalog.list_images('"name"');
SELECT image_catalog.list_images('{"limit": "1"}', "limit" => 2);

-- counts
SELECT image_catalog.count_images(), image_catalog.count_images('{}'), image_catalog.count_images(NULL),
       image_catalog.count_images('{"tag": "odd"}'), image_catalog.count_images('{"name": "nosuch"}'),
       image_catalog.count_images('{"limit": "1", "sort": "name"}');
SELECT image_catalog.count_images('{"size": "x"}');
SELECT image_catalog.count_images('{"sort": "x"}');

-- in a select list, in a join, twice at once, and stopped early
SELECT (image_catalog.list_images(sort => 'name:asc', "limit" => 2)).name;
SELECT n, i.name
  FROM generate_series(1, 2) n, image_catalog.list_images(jsonb_build_object('n', n::text)) i;
SELECT a.name, b.name
  FROM image_catalog.list_images(sort => 'name:asc', "limit" => 1) a,
       image_catalog.list_images(sort => 'name:desc', "limit" => 1) b;
SELECT name FROM image_catalog.list_images(sort => 'name:asc') LIMIT 1;
BEGIN READ ONLY;
DECLARE c CURSOR FOR SELECT name FROM image_catalog.list_images(sort => 'name:asc');
FETCH 2 FROM c;
SELECT count(*) FROM image_catalog.list_images();
FETCH 1 FROM c;
COMMIT;

-- NULL is no query
SELECT image_catalog.list_images_page(NULL);
SELECT image_catalog.list_cloud_images_page(NULL);

-- a statement sees what the transaction did before it
BEGIN;
UPDATE image_catalog.images SET name = 'renamed' WHERE name = 'image 5';
SELECT name FROM image_catalog.list_images("limit" => 1);
ROLLBACK;

-- a property that the caller may not read is not shown, though it is found
BEGIN;
INSERT INTO image_catalog.property_protections (position, pattern, read_roles)
VALUES (1, '^secret', '{auditor}'), (2, '', '{@}');
UPDATE image_catalog.images SET properties = properties || '{"secret_key": "x"}' WHERE name = 'image 5';
SELECT name, properties FROM image_catalog.list_images('{"n": "5"}');
SELECT image ->> 'n' AS n, image ->> 'secret_key' AS secret_key
  FROM json_array_elements(image_catalog.list_images_page('n=5') -> 'images') image;
SELECT image ->> 'n' AS n, image ->> 'secret_key' AS secret_key
  FROM json_array_elements(image_catalog.list_cloud_images_page('n=5') -> 'images') image;
SET LOCAL image_catalog.roles = 'reader, Auditor';
SELECT name, properties FROM image_catalog.list_images('{"secret_key": "x"}');
ROLLBACK;
SELECT name, properties FROM image_catalog.list_images("limit" => 1);

RESET image_catalog.project_id;
DELETE FROM image_catalog.images;
