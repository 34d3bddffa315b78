-- Index entries of versions that the snapshot does not see stand between those
-- of versions that it sees, often with the same keys: no image is left out for
-- them, and none is listed twice.
CREATE PROCEDURE pg_temp.fill(status text) LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE image_catalog.images CASCADE;
    INSERT INTO image_catalog.images (id, name, status, visibility, size, min_ram, created_at, updated_at)
    SELECT md5('version ' || n)::uuid, 'a', status, 'public', n, 1,
           '2024-01-01Z'::timestamptz + n * interval '1 hour', '2025-01-01Z'::timestamptz + n * interval '1 hour'
      FROM generate_series(1, 600) n;
    ANALYZE image_catalog.images;
END
$$;
SET image_catalog.is_admin = on;
SET client_min_messages = warning;  -- what TRUNCATE cascades to

-- a list against a plain query, and whether it begins by reading in order
CREATE FUNCTION pg_temp.listed(wanted text, rows int)
RETURNS TABLE (in_order_first boolean, listed bigint, twice bigint, wrong bigint)
LANGUAGE plpgsql AS $$
DECLARE
    filter jsonb := jsonb_build_object('status', wanted);
    sort text := 'updated_at:asc,created_at:asc,id:asc';
    expected uuid[] := ARRAY(SELECT id FROM image_catalog.images WHERE status = wanted AND NOT os_hidden
                              ORDER BY updated_at, created_at, id LIMIT rows);
    got uuid[] := ARRAY(SELECT id FROM image_catalog.list_images(filter, sort, rows));
BEGIN
    RETURN QUERY SELECT
        (SELECT bool_or(line ~ 'first in order') FROM image_catalog.explain_list_images(filter, sort, rows) line),
        count(id), count(id) - count(DISTINCT id),
        (SELECT count(*) FROM unnest(expected, got) x (e, g) WHERE e IS DISTINCT FROM g)
      FROM unnest(got) id;
END
$$;

-- Sorting is given up for reading in order, and this for sorting, which had kept
-- less than was handed out meanwhile.
CALL pg_temp.fill('active');
BEGIN;
UPDATE image_catalog.images SET status = 'queued' WHERE size <= 400;
UPDATE image_catalog.images SET min_ram = 2 WHERE size <= 400;
UPDATE image_catalog.images SET min_ram = 4 WHERE size <= 400;
UPDATE image_catalog.images SET status = 'active' WHERE size < 396 AND size <> 100;
SELECT * FROM pg_temp.listed('queued', 5);
ROLLBACK;

-- Reading in order is given up for sorting, but not between two versions of an
-- image.
CALL pg_temp.fill('queued');
BEGIN;
UPDATE image_catalog.images SET min_ram = 2 WHERE size < 590;
UPDATE image_catalog.images SET os_hidden = true WHERE size < 590;
UPDATE image_catalog.images SET status = 'active' WHERE size >= 590;
UPDATE image_catalog.images SET status = 'queued' WHERE size >= 590;
SELECT * FROM pg_temp.listed('queued', 5);
ROLLBACK;

-- Filter first, then sort: of the versions of one image more than sorting keeps.
CALL pg_temp.fill('queued');
BEGIN;
UPDATE image_catalog.images SET status = 'importing' WHERE size IN (10, 20);
ANALYZE image_catalog.images;
DO $$
BEGIN
    FOR n IN 1 .. 300 LOOP
        UPDATE image_catalog.images SET name = 'v' || 1000 + n WHERE size IN (10, 20);
    END LOOP;
END
$$;
SELECT * FROM pg_temp.listed('importing', 5);
ROLLBACK;
TRUNCATE image_catalog.images CASCADE;
