-- the search index: what it holds, and lists that go through it
DELETE FROM image_catalog.images;

-- a facet alone, with its owner, and with a visibility other than private;
-- the owner, the visibility, and six time buckets
SELECT v.visibility, v.owner,
       cardinality(image_catalog.image_search(v.facets, v.visibility, v.owner, '2024-05-01Z'))
  FROM (VALUES ('{}'::text[], 'private', NULL), ('{}', 'private', 'p'), ('{#a}', 'private', NULL),
               ('{#a}', 'private', 'p'), ('{#a}', 'public', 'p'), ('{#a,#b}', 'shared', 'p'))
       v (facets, visibility, owner);
-- neighbours in time share the buckets that are wide enough
SELECT count(*)
  FROM unnest(image_catalog.image_search('{}', 'public', NULL, '2024-05-01 10:00Z')) a
  JOIN unnest(image_catalog.image_search('{}', 'public', NULL, '2024-05-01 16:00Z')) b ON a = b;
-- before the year 2000, too
SELECT count(*)
  FROM unnest(image_catalog.image_search('{}', 'public', NULL, '1999-12-31 23:59Z')) a
  JOIN unnest(image_catalog.image_search('{}', 'public', NULL, '2000-01-01 00:00Z')) b ON a = b;
SELECT image_catalog.image_search('{#a}', NULL, 'p', '2024-05-01Z') IS NULL AS no_visibility;

-- two facets of one owner with the same element: neither is found for the other
CREATE TEMP TABLE pair AS
    WITH element AS (
        SELECT n, e FROM generate_series(1, 20000) n,
               unnest(image_catalog.image_search(ARRAY['#t' || n], 'private', 'p', '2024-05-01Z')) e)
    SELECT min(n) AS one, max(n) AS other FROM element
     GROUP BY e HAVING count(*) = 2 ORDER BY 1, 2 LIMIT 1;
SELECT count(*) FROM pair;
INSERT INTO image_catalog.images (id, status, visibility, owner, tags)
    SELECT '00000000-0000-4000-8000-00000000000a'::uuid, 'active', 'private', 'p', ARRAY['t' || one] FROM pair
    UNION ALL
    SELECT '00000000-0000-4000-8000-00000000000b'::uuid, 'active', 'private', 'p', ARRAY['t' || other] FROM pair;
SET image_catalog.project_id = 'p';
SELECT l.id FROM pair, image_catalog.list_images(jsonb_build_object('tag', 't' || one)) l;
SELECT l.id FROM pair, image_catalog.list_images(jsonb_build_object('tag', 't' || other)) l;
SELECT l.id FROM pair, image_catalog.list_images(jsonb_build_object('tag', jsonb_build_array('t' || one, 't' || other))) l;
SELECT image_catalog.count_images(jsonb_build_object('tag', 't' || one)) FROM pair;

-- a row that was changed in its place is found, as it is now
UPDATE image_catalog.images SET min_disk = 7 WHERE id::text LIKE '%a';
SELECT l.id, l.min_disk FROM pair, image_catalog.list_images(jsonb_build_object('tag', 't' || one)) l;

-- more images of one minute than a window may hold, and of one microsecond
INSERT INTO image_catalog.images (id, status, visibility, owner, tags, created_at)
    SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'active', 'private', 'p',
           '{many}', '2024-05-01Z'::timestamptz + (n % 3) * interval '1 second'
      FROM generate_series(1, 5000) n;
SELECT count(*), min(created_at) = max(created_at) AS one_second, min(id::text), max(id::text)
  FROM image_catalog.list_images('{"tag": "many"}', "limit" => 100);
SELECT count(*), min(id::text), max(id::text)
  FROM image_catalog.list_images('{"tag": "many"}', "limit" => 100,
                                 marker => '00000000-0000-4000-8000-000000000002');
-- by another order there are no windows
SELECT count(*), min(id::text), max(id::text)
  FROM image_catalog.list_images('{"tag": "many"}', sort => 'id:asc', "limit" => 100);

-- without the index the same is listed
BEGIN;
DROP INDEX image_catalog.images_search_idx;
SELECT count(*), min(created_at) = max(created_at) AS one_second, min(id::text), max(id::text)
  FROM image_catalog.list_images('{"tag": "many"}', "limit" => 100);
ROLLBACK;

-- pages of images with facets against a plain SELECT, when times lie far apart
-- and the table is in no order
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (id, status, visibility, owner, tags, properties, created_at)
    SELECT md5(n::text)::uuid, 'active', CASE n % 3 WHEN 0 THEN 'public' ELSE 'private' END,
           CASE n % 2 WHEN 0 THEN 'p' ELSE 'q' END,
           CASE WHEN n % 5 = 0 THEN '{five,all}'::text[] ELSE '{all}' END,
           jsonb_build_object('seven', (n % 7)::text),
           CASE WHEN n % 50 = 0 THEN '0044-03-15 BC'::timestamptz WHEN n % 49 = 0 THEN '9999-12-31Z'
                ELSE '2020-01-01Z'::timestamptz + hashint4(n) * interval '1 second' / 50 END
      FROM generate_series(1, 3000) n;
CREATE FUNCTION pg_temp.walk(filter jsonb, sort text, "limit" int) RETURNS uuid[]
    LANGUAGE plpgsql AS $$
DECLARE
    found uuid[] := '{}';
    page uuid[];
BEGIN
    LOOP
        page := ARRAY(SELECT id FROM image_catalog.list_images(filter, sort => sort, "limit" => walk."limit",
                                                               marker => found[cardinality(found)]));
        EXIT WHEN page = '{}';
        found := found || page;
    END LOOP;
    RETURN found;
END
$$;
SELECT filter, direction, cardinality(walked), walked = ARRAY(
           SELECT id FROM image_catalog.images
            WHERE (visibility = 'public' OR owner = 'p')
              AND tags @> ARRAY(SELECT jsonb_array_elements_text(filter -> 'tag'))
              AND (filter ->> 'seven' IS NULL OR properties ->> 'seven' = filter ->> 'seven')
            ORDER BY CASE direction WHEN 'desc' THEN created_at END DESC,
                     CASE direction WHEN 'desc' THEN id END DESC, created_at, id) AS as_selected
  FROM (VALUES ('{"tag": ["all"]}'::jsonb), ('{"tag": ["five"]}'), ('{"tag": ["five"], "seven": "3"}'),
               ('{"tag": ["all", "five"], "seven": "9"}')) f (filter)
 CROSS JOIN (VALUES ('asc'), ('desc')) d (direction)
 CROSS JOIN LATERAL pg_temp.walk(filter, 'created_at:' || direction || ',id:' || direction, 40) walked;

DELETE FROM image_catalog.images;
RESET image_catalog.project_id;
