-- how much a page reads: what explain_list_images counts
SET search_path = image_catalog, public;
SET image_catalog.is_admin = on;
-- of 20 images one is of another container, with a disk format that no other has;
-- half of a third are offered to m
INSERT INTO images (id, name, status, visibility, owner, disk_format, container_format, size, tags, created_at, updated_at)
SELECT md5(n::text)::uuid, 'n' || n, 'active', CASE WHEN n % 3 = 0 THEN 'shared' ELSE 'public' END, 'o',
       CASE WHEN n % 20 = 0 THEN 'vhd' WHEN n % 20 < 15 THEN 'qcow2' ELSE 'iso' END,
       CASE WHEN n % 20 = 0 THEN 'ovf' ELSE 'bare' END,
       n, CASE WHEN n % 19 = 0 THEN '{middling}'::text[] ELSE '{}' END, t, t
  FROM generate_series(1, 12000) n, LATERAL (SELECT timestamptz '2024-01-01Z' + n * interval '1 hour') u (t);
INSERT INTO image_members (image_id, member_id, status)
SELECT id, 'm', 'accepted' FROM images WHERE size % 6 = 0;
ANALYZE images;
ANALYZE image_shares;
CREATE FUNCTION pg_temp.count_of(pattern text, filter jsonb, sort text, rows int) RETURNS int
    LANGUAGE sql BEGIN ATOMIC
    SELECT sum(m[1]::int) FROM explain_list_images(filter, sort, rows, NULL, true) line, regexp_matches(line, pattern, 'g') m;
END;

-- the disk formats of a container are few: the index of both passes over those that
-- it has not
SELECT s AS sort, pg_temp.count_of('Entries read: (\d+)', '{"visibility": "public"}', s, 25) < 2000 AS few
  FROM unnest(ARRAY['container_format:desc,disk_format:asc', 'container_format:desc,disk_format:desc',
                    'disk_format:asc,container_format:desc', 'disk_format:desc,container_format:desc']) s;
SELECT f AS filter, pg_temp.count_of('Entries read: (\d+)', f, 'created_at:desc', 25) < 100 AS few
  FROM unnest(ARRAY['{"visibility": "public", "container_format": "ovf", "disk_format": "iso"}',
                    '{"visibility": "public", "container_format": "ovf", "disk_format": "vhd"}',
                    '{"visibility": "public", "container_format": "bare"}']::jsonb[]) f;

-- shares are told by the identifiers of the images that have the facet, not
-- looked up one by one
SET image_catalog.project_id = 'm';
SELECT pg_temp.count_of('(?:hit|read)=(\d+)', '{"tag": "middling"}', 'size:asc', 150) < 600 AS few;

-- a page that a window fills looks for no other: the newest images of it are offered
-- to others
SET client_min_messages = warning;
TRUNCATE images CASCADE;
INSERT INTO images (id, name, status, visibility, owner, size, tags, created_at, updated_at)
SELECT md5(n::text)::uuid, 'n' || n, 'active', CASE WHEN n > 990 OR n = 1 THEN 'shared' ELSE 'public' END, 'o', n, '{x}', t, t
  FROM generate_series(1, 1000) n, LATERAL (SELECT timestamptz '2024-01-01Z' + n * interval '1 hour') u (t);
INSERT INTO image_members (image_id, member_id, status) VALUES (md5('1')::uuid, 'm', 'accepted');
ANALYZE images;
ANALYZE image_shares;
SELECT pg_temp.count_of('Probes: (\d+)', '{"tag": "x"}', NULL, 2) AS probes;
DELETE FROM images;
