-- which orders have indexes: set_listing_orders
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.indexes() RETURNS TABLE (indexed text) LANGUAGE sql AS $$
    SELECT tablename || ': ' || string_agg(substring(indexname FROM '^(?:images_owner|images_visibility|image_shares|images)_(.*)_idx$'), ' ' ORDER BY indexname)
      FROM pg_indexes WHERE schemaname = 'image_catalog' AND tablename IN ('images', 'image_shares')
       AND indexname !~ '_pkey$' GROUP BY tablename ORDER BY 1
$$;
CREATE FUNCTION pg_temp.names(sort text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(name, ' ') FROM image_catalog.list_images('{"visibility": "public"}', sort)
$$;
CREATE FUNCTION pg_temp.scan(sort text) RETURNS text LANGUAGE sql AS $$
    SELECT substring(line FROM '^[^;]*') FROM image_catalog.explain_list_images('{"visibility": "public"}', sort) line LIMIT 1
$$;
INSERT INTO image_catalog.images (id, name, visibility, status, size, created_at, updated_at)
SELECT md5('lo' || g)::uuid, 'lo-' || g * 7 % 5, 'public', CASE WHEN g % 2 = 0 THEN 'active' ELSE 'queued' END, g * 3 % 5,
       '2024-01-01'::timestamptz + g * interval '1 minute', '2024-01-02'::timestamptz + g * 3 % 7 * interval '1 minute'
  FROM generate_series(1, 8) g;

-- only an administrator chooses, and only of sort keys
SET image_catalog.project_id = 'lo';
SELECT image_catalog.set_listing_orders('{name}');
SELECT image_catalog.listing_orders();
SELECT image_catalog.listing_index_statements('{name}');
RESET image_catalog.project_id;
SET image_catalog.is_admin = on;
SELECT image_catalog.set_listing_orders('{name,owner}');
SELECT image_catalog.set_listing_orders('{name,null}');
SELECT image_catalog.set_listing_orders('{{name},{Size}}');
SELECT image_catalog.listing_orders();

-- each order as it is with an index of its own
CREATE TEMP TABLE answers AS
SELECT sort, pg_temp.names(sort) AS names, pg_temp.scan(sort) AS scan
  FROM unnest('{created_at:asc,updated_at:desc,id:asc,name:asc,size:desc,status:asc,disk_format:desc,
    container_format:asc,"name:asc,size:desc","created_at:asc,id:desc","status:asc,name:desc"}'::text[]) sort;
SELECT DISTINCT scan FROM answers;
SELECT image_catalog.set_listing_orders('{name,size,name}');
SELECT image_catalog.listing_orders();
SELECT * FROM pg_temp.indexes();
SELECT image_catalog.check();
SELECT sort, pg_temp.scan(sort) FROM answers;
SELECT sort FROM answers WHERE names IS DISTINCT FROM pg_temp.names(sort);

-- none but the least; the same again makes good what was dropped
SELECT image_catalog.set_listing_orders('{}');
SELECT image_catalog.listing_orders();
SELECT * FROM pg_temp.indexes();
SELECT sort FROM answers WHERE names IS DISTINCT FROM pg_temp.names(sort);
DROP INDEX image_catalog.images_owner_created_at_idx;
CREATE INDEX images_visibility_id_idx ON image_catalog.images (visibility, id);
SELECT image_catalog.check();
SELECT image_catalog.set_listing_orders(image_catalog.listing_orders());
SELECT image_catalog.check();

-- beside writers: the statements, then the choice, which finds all done
SELECT count(*) AS statements, count(*) FILTER (WHERE statement LIKE 'CREATE INDEX CONCURRENTLY %') AS made
  FROM image_catalog.listing_index_statements('{disk_format}') statement;
SELECT statement FROM image_catalog.listing_index_statements('{id}') statement \gexec
SELECT statement FROM image_catalog.listing_index_statements('{id}') statement;
CREATE TEMP TABLE made AS SELECT oid FROM pg_class WHERE relname = 'images_owner_id_idx';
SELECT image_catalog.set_listing_orders('{id}');
SELECT count(*) AS kept FROM made JOIN pg_class USING (oid);

-- an index that cannot be used is made anew
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'image_catalog.images_owner_id_idx'::regclass;
SELECT image_catalog.check();
SELECT statement FROM image_catalog.listing_index_statements('{id}') statement;
SELECT image_catalog.set_listing_orders('{id}');
SELECT image_catalog.check();

-- what a restore does with the rows
BEGIN;
DELETE FROM image_catalog.listing_orders;
SELECT image_catalog.listing_orders();
INSERT INTO image_catalog.listing_orders VALUES ('created_at'), ('size');
SELECT * FROM pg_temp.indexes();
SELECT image_catalog.check();
ROLLBACK;

SELECT image_catalog.set_listing_orders('{container_format,disk_format,status,size,name,id,updated_at}');
SELECT image_catalog.listing_orders();
SELECT image_catalog.check();
RESET image_catalog.is_admin;
DELETE FROM image_catalog.images WHERE name LIKE 'lo-%';
