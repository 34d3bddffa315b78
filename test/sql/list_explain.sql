-- explain_list_images: which scan, which indexes; numbers are not compared
SET search_path = image_catalog, public;
SET image_catalog.is_admin = on;
SELECT import_images(jsonb_agg(jsonb_build_object(
           'id', '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), 'name', 'n' || n % 7,
           'owner', 'p' || n % 3, 'status', 'active', 'visibility', (ARRAY['public', 'private', 'shared'])[1 + n % 3],
           'size', n, 'os_hidden', n % 10 = 0, 'created_at', '2024-01-01T00:00:00Z', 'os_type', 'linux')))
  FROM generate_series(1, 30) n;
CREATE FUNCTION pg_temp.explain(filter jsonb, sort text DEFAULT NULL, rows int DEFAULT NULL,
                                marker uuid DEFAULT NULL, "analyze" boolean DEFAULT false)
    RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC
    SELECT regexp_replace(regexp_replace(line, '[0-9]+', 'N', 'g'), 'hit=N read=N|first|then', '-', 'g')
      FROM explain_list_images(filter, sort, rows, marker, "analyze") line;
END;

-- the administrator's own list, and with a project the list of that
SELECT * FROM pg_temp.explain('{}');
SET image_catalog.project_id = 'p1';
SELECT * FROM pg_temp.explain('{}', 'name:asc', 5, '00000000-0000-4000-8000-000000000003');
-- keys that a filter fixes are none to sort by; two keys; an in: list
SELECT * FROM pg_temp.explain('{"status": "active", "visibility": "public"}', 'status:asc,size:desc,name:asc');
SELECT * FROM pg_temp.explain('{"name": "in:n1,n2", "visibility": "private"}');
-- hidden images have one index for all orders
SELECT * FROM pg_temp.explain('{"os_hidden": "true", "visibility": "public"}', 'id:asc,size:asc');
-- ranges of one column meet, of times as of numbers; a value named twice is one
SELECT * FROM pg_temp.explain('{"created_at": ["gt:2023-01-01T00:00:00Z", "lte:2024-01-01T00:00:00Z"], "size_min": 2, "size_max": 8, "visibility": "public"}');
SELECT line FROM explain_list_images('{"created_at": ["gt:2023-01-01T00:00:00Z", "lt:2024-01-01T00:00:00Z", "lte:2024-06-01T00:00:00Z"], "visibility": "public"}') line WHERE line LIKE '%Filter%';
SELECT * FROM pg_temp.explain('{"created_at": ["gt:2024-01-01T00:00:00Z", "lt:2024-01-01T00:00:01Z"], "visibility": "public"}');
SELECT * FROM pg_temp.explain('{"size_min": 5, "size_max": 3, "visibility": "public"}');
SELECT * FROM pg_temp.explain('{"name": "in:n1,n1", "visibility": "public"}', 'name:asc');
-- what no index leads to; what can match nothing
SELECT * FROM pg_temp.explain('{"id": "00000000-0000-4000-8000-000000000003", "visibility": "public"}');
SELECT * FROM pg_temp.explain('{"name": "in:"}');
SELECT * FROM pg_temp.explain('{"visibility": "public", "os_type": "linux"}', 'name:asc', 3, NULL, true);
-- a query string asks for one row more, to tell of the next page
SELECT substring(line from 'rows wanted \d+') AS page
  FROM explain_list_images_page('limit=3') line WHERE line LIKE '%wanted%';
SELECT substring(line from 'listed: \d+') AS listed
  FROM explain_list_images_page('limit=3&sort=size:asc', true) line WHERE line LIKE '%listed%';
-- an index that is gone is done without
BEGIN;
DROP INDEX images_visibility_name_idx;
SELECT * FROM pg_temp.explain('{"visibility": "public"}', 'name:asc');
SELECT array_agg(name) FROM list_images('{"visibility": "public"}', 'name:asc', 3);
ROLLBACK;
-- so is one of its name that has other columns
BEGIN;
DROP INDEX images_visibility_name_idx;
CREATE INDEX images_visibility_name_idx ON images (visibility, created_at, id) INCLUDE (summary)
 WHERE NOT os_hidden AND status <> 'deleted' AND status <> 'killed';
SELECT * FROM pg_temp.explain('{"visibility": "public", "name": "n1"}');
SELECT array_agg(name) FROM list_images('{"visibility": "public"}', 'name:asc', 3);
ROLLBACK;
BEGIN;
DROP INDEX images_visibility_created_at_idx, image_shares_created_at_idx;
CREATE INDEX images_visibility_created_at_idx ON images (created_at, visibility, id)
 WHERE NOT os_hidden AND status <> 'deleted' AND status <> 'killed';
CREATE INDEX image_shares_created_at_idx ON image_shares (member_id, answer);
SELECT count(*) FROM list_images('{"visibility": "public", "os_type": "linux"}');
SELECT count(*) FROM list_images('{"os_type": "linux"}', "limit" => 100);
DROP INDEX images_search_idx;
CREATE INDEX images_search_idx ON images (visibility);
SELECT count(*) FROM list_images('{"visibility": "public", "os_type": "linux"}');
ROLLBACK;
-- nobody else
RESET image_catalog.is_admin;
SELECT * FROM explain_list_images();
SELECT * FROM explain_list_images_page();
SELECT * FROM explain_list_images_page(NULL);
