-- limit, the links first and next, and what becomes of the parameters in them
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (id, name, visibility, status, created_at, tags)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       'i' || n, 'public', 'active', '2024-01-01Z'::timestamptz + n * interval '1 day',
       ARRAY['red', 'round']
  FROM generate_series(1, 30) n;
SET image_catalog.project_id = 'p';

-- number of images, and whether there is more; or the error
CREATE FUNCTION pg_temp.page(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    page json;
BEGIN
    page := image_catalog.list_images_page(query);
    RETURN json_array_length(page -> 'images')
           || CASE WHEN page ->> 'next' IS NULL THEN '' ELSE ' +next' END;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;
SELECT query, pg_temp.page(query)
  FROM (VALUES (''), ('limit=0'), ('limit=1'), ('limit=29'), ('limit=30'),
               ('limit=31'), ('limit=1000'), ('limit=1001'),
               ('limit=99999999999999999999999'),
               ('limit=%20+2%20'), ('limit=%2B2'), ('limit=1_0'),
               ('limit=02'), ('limit=-0'),
               ('limit='), ('limit'), ('limit=-1'), ('limit=1.5'),
               ('limit=ten'), ('limit=1__0'), ('limit=_1'), ('limit=0x10'),
               ('limit=1e1'), ('limit=-99999999999999999999999'),
               ('limit=%D9%A3'),
               -- the first is the limit, another one a custom property
               ('limit=2&limit=3'), ('limit=2&limit=x'), ('limit=x&limit=2')) v (query);

-- the page sizes are settings
SET image_catalog.page_limit_default = 3;
SET image_catalog.page_limit_max = 5;
SELECT query, pg_temp.page(query)
  FROM (VALUES (''), ('limit=4'), ('limit=6')) v (query);
-- a list of rows, which has no link to the next page, tells that it was cut
SELECT count(*) FROM image_catalog.list_images("limit" => 6);
SELECT count(*) FROM image_catalog.list_images('{"limit": "2147483647"}');
SELECT count(*) FROM image_catalog.list_images("limit" => 5);
SELECT count(*) FROM image_catalog.list_images();
SELECT count(*) FROM image_catalog.list_images('{"name": "no such"}', "limit" => 6);
SELECT convert_from(response_body, 'UTF8')::jsonb ? 'next' AS silent FROM image_catalog.http_request('GET', '/v2/images?limit=6');
RESET image_catalog.page_limit_default;
RESET image_catalog.page_limit_max;

-- the envelope
SELECT json_object_keys(image_catalog.list_images_page('limit=1'));
SELECT json_object_keys(image_catalog.list_images_page('limit=0'));
SELECT image_catalog.list_images_page() ->> 'schema' AS schema;
SELECT image_catalog.list_images_page() ->> 'first' AS first,
       image_catalog.list_images_page() ->> 'next' AS next;

-- a link repeats the request: order, repeated, unknown and empty parameters;
-- the marker is left out of first, and the last parameter of next
CREATE FUNCTION pg_temp.links(query text) RETURNS TABLE (first text, next text)
LANGUAGE sql AS $$
    SELECT page ->> 'first', page ->> 'next'
      FROM image_catalog.list_images_page(query) page
$$;
SELECT links.*
  FROM (VALUES (1, 'tag=red&limit=1&tag=round'),
               (2, 'limit=1&sort_key=name&sort_key=size&sort_dir=asc&sort_dir=desc'),
               (3, 'marker=00000000-0000-4000-8000-000000000002&limit=1'),
               (4, 'limit=1&marker=00000000-0000-4000-8000-000000000003&sort=name'),
               (5, 'created_at=gt:2018-10-28T10:00:00%2B02:00&limit=1'),
               (6, 'limit=1&name=in:%22i1%22,i2'),
               (7, 'limit=1&tag=%20red+'),
               (8, '/v2/images?limit=1'),
               (9, '&&limit=1&'),
               (10, 'limit=1&visibility=all&os_hidden=False&'),
               (11, 'limit=1&deleted=')) v (n, query),
       LATERAL pg_temp.links(query) ORDER BY n;

-- a link handed back walks the list; a link of something else is refused
WITH RECURSIVE walk(n, page) AS (
    SELECT 1, image_catalog.list_images_page('limit=3&sort=name:asc')::jsonb
    UNION ALL
    SELECT n + 1, image_catalog.list_images_page('https://host/prefix' || (page ->> 'next'))::jsonb FROM walk WHERE page ? 'next')
SELECT count(*) AS pages, sum(jsonb_array_length(page -> 'images')) = image_catalog.count_images() AS all_images FROM walk;
SELECT json_array_length(image_catalog.list_cloud_images_page('/v2/cloudimages?limit=2') -> 'images');
SELECT link, pg_temp.page(link) FROM (VALUES ('?limit=1'), ('/'), ('/limit=1'), ('/v1/images?limit=1'), ('/v2/cloudimages?limit=1'),
    ('/v2/images/00000000-0000-4000-8000-000000000002/members?limit=1'), ('https://host/?limit=1')) v(link);
SELECT image_catalog.list_cloud_images_page('/v2/images?limit=1');

-- they are there on an empty page, too, and keep whatever was sent
SELECT first
  FROM (VALUES (1, 'foo'), (2, 'foo='), (3, '=bar'), (4, 'foo=bar=baz'), (5, 'a%26b=c%3Dd%25'),
               (6, 'name=%C3%9Cml+%E2%9C%93'), (7, 'x=%F0%9F%98%80'), (8, 'x=-._~'), (9, 'x=%41%7e'),
               (10, 'x=%'), (11, 'x=%4'), (12, 'x=%zz'), (13, 'x=%22%5C%0A%3C'),
               (14, 'trait%3ACUSTOM_HCI_122E=required')) v (n, query),
       LATERAL pg_temp.links(query) ORDER BY n;

-- what is no text is refused
SELECT query, pg_temp.page(query)
  FROM (VALUES ('name=%FF'), ('name=%C3'), ('name=%C0%80'), ('name=%ED%A0%80'),
               ('name=%F4%90%80%80'), ('name=%00'), ('%FF=x'), ('%00'),
               ('limit=1&x=a%00b')) v (query);
SELECT pg_temp.page(repeat('x=1&', 501));
SELECT pg_temp.page('name=in:' || repeat(',', 1024 * 1024)), pg_temp.page('name=in:' || repeat(',', 1024 * 1024 - 4)),
       pg_temp.page(repeat('n', 1024 * 1024 + 1) || '=x');
SELECT image_catalog.count_images(jsonb_build_object('name', repeat('x', 1024 * 1024 + 1)));

DELETE FROM image_catalog.images;
