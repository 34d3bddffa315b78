-- pages found entry by entry in the indexes of orders are what a plain query makes of the table
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (id, name, status, visibility, owner, protected, os_hidden, size,
                                  disk_format, container_format, created_at, updated_at)
SELECT md5('order ' || n)::uuid,
       CASE WHEN n % 3 = 0 THEN 'many' WHEN n % 17 = 0 THEN NULL WHEN n % 19 = 0 THEN '' ELSE 'name ' || n % 41 END,
       CASE WHEN n % 11 < 8 THEN 'active' ELSE (ARRAY['queued', 'importing', 'deactivated'])[n % 11 - 7] END,
       (ARRAY['private', 'public', 'private', 'shared', 'community'])[1 + n % 5],
       (ARRAY['a', 'b'])[1 + n % 2], n % 50 = 0, n % 97 = 0,
       CASE WHEN n % 11 IN (8, 9) THEN NULL WHEN n % 23 = 0 THEN 0 ELSE (n * 7919 % 5) * 1000000 END,
       (ARRAY[NULL, 'qcow2', 'qcow2', 'raw', 'iso', 'vmdk'])[1 + n / 2 % 6],
       CASE WHEN n / 2 % 6 = 0 THEN NULL WHEN n % 31 = 0 THEN 'ovf' ELSE 'bare' END,
       '2024-01-01Z'::timestamptz + n / 5 * interval '1 hour',
       '2024-01-01Z'::timestamptz + (n * 7 % 900) * interval '20 minutes'
  FROM generate_series(1, 500) n;
ANALYZE image_catalog.images;
-- a third of them were changed before they were created
SELECT count(*) > 50 AS backdated FROM image_catalog.images WHERE updated_at < created_at;

-- Walks the pages of a list, and looks at single ones between; returns what
-- differs from the plain query.
CREATE FUNCTION pg_temp.differences(project text, filter jsonb, predicate text, sorts text[], page int DEFAULT 60)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    sort text;
    key text;
    order_by text;
    ties text;
    expected uuid[];
    got uuid[];
    part uuid[];
BEGIN
    PERFORM set_config('image_catalog.project_id', project, true),
            set_config('image_catalog.is_admin', (project = '')::text, true);
    FOREACH sort IN ARRAY sorts LOOP
        order_by := NULL;
        ties := NULL;
        FOREACH key IN ARRAY string_to_array(sort, ',') LOOP
            ties := CASE WHEN ties IS NULL THEN split_part(key, ':', 2) ELSE 'desc' END;
            order_by := concat_ws(', ', order_by,
                CASE split_part(key, ':', 1)
                    WHEN 'size' THEN 'coalesce(size, 0)'
                    WHEN 'name' THEN 'coalesce(name, '''')'
                    WHEN 'disk_format' THEN 'coalesce(disk_format, '''')'
                    WHEN 'container_format' THEN 'coalesce(container_format, '''')'
                    ELSE split_part(key, ':', 1) END || ' ' || split_part(key, ':', 2));
        END LOOP;
        EXECUTE format('SELECT coalesce(array_agg(id ORDER BY %s, created_at %s, id %s), ''{}'') FROM image_catalog.images
                         WHERE NOT os_hidden AND status NOT IN (''deleted'', ''killed'')
                           AND (%L = '''' OR owner = %L OR visibility IN (''public'', ''community'')) AND (%s)',
                       order_by, ties, ties, project, project, predicate) INTO expected;
        got := '{}';
        LOOP
            SELECT array_agg(id ORDER BY o) INTO part
              FROM image_catalog.list_images(filter || '{"visibility": "all"}', sort, page, got[cardinality(got)])
                   WITH ORDINALITY i (id, a, b, c, d, e, f, g, h, j, k, l, m, n, p, q, r, s, t, u, o);
            EXIT WHEN part IS NULL;
            got := got || part;
        END LOOP;
        IF got IS DISTINCT FROM expected THEN
            RETURN NEXT format('%s: %s of %s images', sort, cardinality(got), cardinality(expected));
        END IF;
        FOR i IN 1 .. cardinality(expected) - 2 BY greatest(cardinality(expected) / 5, 1) LOOP
            IF expected[i + 1 : i + 2] IS DISTINCT FROM
               ARRAY(SELECT id FROM image_catalog.list_images(filter || '{"visibility": "all"}', sort, 2, expected[i])) THEN
                RETURN NEXT format('%s: two behind image %s', sort, i);
            END IF;
        END LOOP;
    END LOOP;
END;
$$;
CREATE TEMP TABLE sorts AS
SELECT array_agg(a || ':' || x) FILTER (WHERE a = b AND x = y) AS one,
       array_agg(format('%s:%s,%s:%s', a, x, b, y)) FILTER (WHERE a <> b) AS two
  FROM unnest('{name,status,container_format,disk_format,size,id,created_at,updated_at}'::text[]) a,
       unnest('{name,status,container_format,disk_format,size,id,created_at,updated_at}'::text[]) b,
       unnest('{asc,desc}'::text[]) x, unnest('{asc,desc}'::text[]) y;

-- every pair of keys, for an administrator and for a project
SELECT difference FROM sorts, pg_temp.differences('', '{}', 'true', two) difference;
SELECT difference FROM sorts, pg_temp.differences('a', '{}', 'true', two, 100) difference;

-- filters and ranges in every order of one key
SELECT f.filter, difference
  FROM (VALUES
        ('{"size_max": 1000000}', 'size <= 1000000'),
        ('{"size_min": 4000000}', 'size >= 4000000'),
        ('{"size": 0}', 'size = 0'),
        ('{"size_max": -1}', 'size <= -1'),
        ('{"updated_at": "lt:2024-01-02T00:00:00Z"}', 'updated_at < ''2024-01-02Z'''),
        ('{"updated_at": ["gte:2024-01-02T00:00:00Z", "lt:2024-01-03T00:00:00Z"]}',
         'updated_at >= ''2024-01-02Z'' AND updated_at < ''2024-01-03Z'''),
        ('{"updated_at": "gt:2024-01-05T00:00:00Z", "created_at": "lt:2024-01-02T00:00:00Z"}',
         'updated_at > ''2024-01-05Z'' AND created_at < ''2024-01-02Z'''),
        ('{"name": "many"}', 'name = ''many'''), ('{"name": ""}', 'name = '''''),
        ('{"name": "in:many,many,name 4"}', 'name IN (''many'', ''name 4'')'),
        ('{"status": "queued"}', 'status = ''queued'''), ('{"status": "active"}', 'status = ''active'''),
        ('{"status": "pending_delete"}', 'false'),
        ('{"disk_format": "ploop"}', 'false'),
        ('{"disk_format": "in:iso,raw", "container_format": "bare"}',
         'disk_format IN (''iso'', ''raw'') AND container_format = ''bare'''),
        ('{"disk_format": "iso", "container_format": "ovf"}', 'disk_format = ''iso'' AND container_format = ''ovf'''),
        ('{"disk_format": "qcow2", "container_format": "bare"}',
         'disk_format = ''qcow2'' AND container_format = ''bare'''),
        ('{"status": "queued", "size_max": 0}', 'status = ''queued'' AND size <= 0'),
        ('{"status": "active", "size": 0}', 'status = ''active'' AND size = 0'),
        ('{"protected": true, "status": "active"}', 'protected AND status = ''active'''),
        ('{"status": "active", "size": 1000000}', 'status = ''active'' AND size = 1000000'),
        ('{"owner": "b", "size_min": 3000000}', 'owner = ''b'' AND size >= 3000000')) f (filter, predicate),
       sorts, unnest('{"",a}'::text[]) project,
       pg_temp.differences(project, f.filter::jsonb, f.predicate, one, 40) difference;
-- and some of two
SELECT f.filter, difference
  FROM (VALUES
        ('{"status": "active"}', 'status = ''active'''), ('{"name": "many"}', 'name = ''many'''),
        ('{"size_max": 2000000}', 'size <= 2000000'),
        ('{"updated_at": "lt:2024-01-03T00:00:00Z"}', 'updated_at < ''2024-01-03Z''')) f (filter, predicate),
       sorts, pg_temp.differences('', f.filter::jsonb, f.predicate, two, 200) difference;

-- entries of rows that are gone, or were never committed
BEGIN;
UPDATE image_catalog.images SET name = 'never', updated_at = '2030-01-01Z', size = 77;
DELETE FROM image_catalog.images WHERE owner = 'b';
ROLLBACK;
UPDATE image_catalog.images SET name = 'renamed', size = 5, status = 'queued' WHERE created_at < '2024-01-02Z';
UPDATE image_catalog.images SET name = 'again', updated_at = updated_at + interval '1 day', disk_format = 'iso'
 WHERE created_at < '2024-01-02Z' AND owner = 'a';
DELETE FROM image_catalog.images WHERE created_at > '2024-01-04Z';
UPDATE image_catalog.images SET status = 'killed' WHERE updated_at > '2024-01-11Z';
SELECT difference FROM sorts, pg_temp.differences('', '{}', 'true', one || two) difference;
SELECT difference FROM sorts, pg_temp.differences('a', '{"size_max": 5}', 'size <= 5', one || two) difference;

-- rows that were changed without touching an index
VACUUM image_catalog.images;
BEGIN;
UPDATE image_catalog.images SET checksum = 'x' WHERE name <> 'many';
UPDATE image_catalog.images SET checksum = 'y' WHERE owner = 'a';
SELECT pg_stat_get_xact_tuples_hot_updated('image_catalog.images'::regclass) > 10 AS hot;
COMMIT;
SELECT difference FROM sorts, pg_temp.differences('', '{}', 'true', one || two) difference;
SELECT difference FROM sorts, pg_temp.differences('a', '{"size_max": 5}', 'size <= 5', one) difference;

-- a cursor sees what was there when it was opened
BEGIN;
SET LOCAL image_catalog.is_admin = on;
DECLARE of_before CURSOR FOR SELECT name, count(*) FROM
    image_catalog.list_images('{"visibility": "all"}', 'name:asc,size:desc', 1000) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3;
UPDATE image_catalog.images SET name = 'later' WHERE name = 'again';
DELETE FROM image_catalog.images WHERE name = 'many';
FETCH ALL FROM of_before;
SELECT name, count(*) FROM image_catalog.list_images('{"visibility": "all"}', 'name:asc,size:desc', 1000) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3;
ROLLBACK;

-- without one of the indexes, or with one whose making failed, it takes longer
BEGIN;
ALTER INDEX image_catalog.images_visibility_name_idx RENAME TO elsewhere;
SELECT difference FROM pg_temp.differences('', '{}', 'true', '{"name:asc,size:desc","status:asc,name:desc"}') difference;
ROLLBACK;
BEGIN;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'image_catalog.images_visibility_size_idx'::regclass;
SELECT difference FROM pg_temp.differences('', '{"size_max": 5}', 'size <= 5', '{"name:asc,size:desc","created_at:desc"}') difference;
ROLLBACK;

DELETE FROM image_catalog.images;
