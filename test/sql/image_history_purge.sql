-- old changes out of the history: purge_image_history
SET client_min_messages = warning;
SET image_catalog.is_admin = on;
CREATE FUNCTION pg_temp.changes(after text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(c ->> 'operation', ' ', (c ->> 'patch')::jsonb #>> '{0,value}'), ', ' ORDER BY n)
      FROM image_catalog.image_changes(after) WITH ORDINALITY f (c, n) WHERE c ->> 'operation' = 'update'
$$;
-- until no transaction is running that the feed has to wait for
CREATE PROCEDURE pg_temp.settle() LANGUAGE plpgsql AS $$
BEGIN
    WHILE EXISTS (SELECT FROM image_catalog.image_changes WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())) LOOP
        PERFORM pg_sleep(0.01);
    END LOOP;
END $$;

-- off, there may be what was recorded before
SELECT image_catalog.purge_image_history('0');
SELECT image_catalog.record_image_history(true);
SELECT image_catalog.create_image('{"id": "4157b000-0000-4000-8000-000000000001", "name": "one"}') ->> 'name' AS name;
SELECT image_catalog.update_image('4157b000-0000-4000-8000-000000000001', jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '/name', 'value', 'n' || g))::image_catalog.json_patch) ->> 'name' AS name
  FROM generate_series(2, 3) g;
SELECT image_catalog.image_changes_end() AS middle \gset
SELECT image_catalog.update_image('4157b000-0000-4000-8000-000000000001', '[{"op": "replace", "path": "/name", "value": "n4"}]') ->> 'name' AS name;
SELECT image_catalog.update_image('4157b000-0000-4000-8000-000000000001', '[{"op": "replace", "path": "/name", "value": "n5"}]') ->> 'name' AS name;
CALL pg_temp.settle();
SELECT image_catalog.image_changes_end() AS end \gset
SELECT c ->> 'position' AS third FROM image_catalog.image_changes(NULL, 3) c OFFSET 2 \gset
SELECT c ->> 'position' AS last FROM image_catalog.image_changes() c OFFSET 4 \gset

-- it was long ago; the first three a day before the others
UPDATE image_catalog.image_recording SET since = since - interval '50 days';
UPDATE image_catalog.image_changes SET at = at - CASE WHEN number < (SELECT max(number) - 1 FROM image_catalog.image_changes) THEN interval '41 days' ELSE interval '40 days' END;
SELECT at AS third_at FROM image_catalog.image_changes ORDER BY number OFFSET 2 LIMIT 1 \gset

-- who may, and of what age
SET image_catalog.project_id = 'acme';
RESET image_catalog.is_admin;
SELECT image_catalog.purge_image_history('1 day');
RESET image_catalog.project_id;
SET image_catalog.is_admin = on;
SELECT image_catalog.purge_image_history('-1 day');
SELECT image_catalog.purge_image_history('1 day', -1);
CALL image_catalog.purge_image_history_in_batches('1 day', 0);
BEGIN;
CALL image_catalog.purge_image_history_in_batches('1 day');
ROLLBACK;
SELECT image_catalog.purge_image_history('42 days'), image_catalog.purge_image_history('40 days 12 hours', 0);
SELECT pg_temp.changes(NULL);

-- the oldest first; positions before them are refused, others go on
SELECT image_catalog.purge_image_history('40 days 12 hours', 2);
SELECT count(*) AS changes FROM image_catalog.image_history('4157b000-0000-4000-8000-000000000001');
SELECT pg_temp.changes(NULL);
SELECT pg_temp.changes(:'third');
SELECT pg_temp.changes(:'middle');
CALL image_catalog.purge_image_history_in_batches('40 days 12 hours', 1);
SELECT pg_temp.changes(NULL);
SELECT pg_temp.changes(:'third');
SELECT pg_temp.changes(:'last');
SELECT pg_temp.changes(:'end');

-- what it was since the last that went
SELECT image_catalog.image_at('4157b000-0000-4000-8000-000000000001', :'third_at') ->> 'name' AS name;
SELECT image_catalog.image_at('4157b000-0000-4000-8000-000000000001', now()) ->> 'name' AS name;
\set VERBOSITY terse
SELECT image_catalog.image_at('4157b000-0000-4000-8000-000000000001', :'third_at'::timestamptz - interval '1 second') ->> 'name' AS name;
\set VERBOSITY default
SELECT since = :'third_at' AS since_the_last FROM image_catalog.image_recording;

-- all
CALL image_catalog.purge_image_history_in_batches('1 day');
SELECT pg_temp.changes(:'middle');
SELECT pg_temp.changes(:'last');
SELECT pg_temp.changes(:'end');
SELECT image_catalog.image_history('4157b000-0000-4000-8000-000000000001');
SELECT image_catalog.update_image('4157b000-0000-4000-8000-000000000001', '[{"op": "replace", "path": "/name", "value": "n6"}]') ->> 'name' AS name;
CALL pg_temp.settle();
SELECT pg_temp.changes(:'last'), pg_temp.changes(:'end'), pg_temp.changes(NULL);
SELECT image_catalog.record_image_history(false);
DELETE FROM image_catalog.images WHERE id = '4157b000-0000-4000-8000-000000000001';
