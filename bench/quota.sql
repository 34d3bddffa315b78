/*
 * bench/quota.sql: what a quota of images costs a creation
 *
 *		createdb quota && psql -d quota -f bench/quota.sql
 *
 * create_image in projects of so many images, without a quota and with one that
 * has room for a few more: milliseconds and buffers of the median call of 101.
 * Prints a Markdown table.
 */
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS image_catalog;
SET jit = off;
SET synchronous_commit = off;
SET image_catalog.is_admin = on;
SELECT image_catalog.set_listing_orders('{}') \g /dev/null

CREATE TEMP TABLE result (images int, quota bool, ms numeric, buffers int);
CREATE PROCEDURE pg_temp.measure(n int) LANGUAGE plpgsql AS $$
DECLARE
	explained json;
BEGIN
	FOR i IN 1 .. 202 LOOP
		PERFORM set_config('image_catalog.image_quota', CASE WHEN i % 2 = 0 THEN (n + 1000)::text ELSE '-1' END, false);
		EXECUTE format('EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) '
			'SELECT image_catalog.create_image(''{"name": "x", "owner": "p%s"}'')', n) INTO explained;
		INSERT INTO result VALUES (n, i % 2 = 0, (explained -> 0 ->> 'Execution Time')::numeric,
			(explained -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::int + (explained -> 0 -> 'Plan' ->> 'Shared Read Blocks')::int);
		COMMIT;
	END LOOP;
END
$$;
INSERT INTO image_catalog.images (id, name, owner, visibility, created_at)
SELECT gen_random_uuid(), 'image ' || g, 'p' || n, 'private', now() - g * interval '1 minute'
  FROM unnest('{10,100,1000,10000,100000}'::int[]) n, generate_series(1, n) g;
VACUUM ANALYZE image_catalog.images;
CALL pg_temp.measure(10);
DELETE FROM result;
CALL pg_temp.measure(10);
CALL pg_temp.measure(100);
CALL pg_temp.measure(1000);
CALL pg_temp.measure(10000);
CALL pg_temp.measure(100000);

\pset format unaligned
\pset tuples_only on
SELECT '| images of the project | without, ms | with, ms | without, buffers | with, buffers |' UNION ALL SELECT '| ---: | ---: | ---: | ---: | ---: |';
SELECT format('| %s | %s | %s | %s | %s |', images,
	   round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE NOT quota)::numeric, 2),
	   round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE quota)::numeric, 2),
	   percentile_cont(0.5) WITHIN GROUP (ORDER BY buffers) FILTER (WHERE NOT quota),
	   percentile_cont(0.5) WITHIN GROUP (ORDER BY buffers) FILTER (WHERE quota))
  FROM result GROUP BY images ORDER BY images;
