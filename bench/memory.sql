/*
 * bench/memory.sql: what a session holds on to, and what a page of 1,000 needs
 *
 *		psql -At -v calls=100000 -f bench/memory.sql
 *
 * Fifty shapes of request, called in turns; then ten times as many shapes as
 * the plan cache holds.  A session's memory is the sum over its contexts;
 * the peak of one call is the growth of the process's peak of virtual memory,
 * which holds whatever was freed before the call ended.
 */
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SET jit = off;

CREATE FUNCTION pg_temp.held() RETURNS bigint LANGUAGE SQL
	RETURN (SELECT sum(total_bytes) FROM pg_backend_memory_contexts);
CREATE FUNCTION pg_temp.peak() RETURNS bigint LANGUAGE SQL
	RETURN substring(pg_read_file('/proc/self/status') FROM 'VmPeak:\s*(\d+)')::bigint * 1024;

CREATE TEMP TABLE shape AS
	SELECT row_number() OVER () - 1 AS n, query
	  FROM (
		SELECT format('sort=%s:%s%s', key, dir, filter) AS query
		  FROM unnest(ARRAY['created_at', 'name', 'size', 'status', 'id']) key,
			   unnest(ARRAY['asc', 'desc']) dir,
			   unnest(ARRAY['', '&name=golden', '&status=active', '&visibility=public', '&tag=base']) filter) s;

CREATE PROCEDURE pg_temp.call(times int) LANGUAGE plpgsql AS $$
DECLARE
	queries text[] := ARRAY(SELECT query FROM shape ORDER BY n);
BEGIN
	FOR i IN 0 .. times - 1 LOOP
		PERFORM image_catalog.list_images_page(queries[1 + i % 50] || '&limit=1');
	END LOOP;
END
$$;

CREATE TEMP TABLE held (at int, bytes bigint);
SELECT 'CALL pg_temp.call(500)' \gexec
INSERT INTO held VALUES (500, pg_temp.held());
CALL pg_temp.call(:calls / 10);
INSERT INTO held VALUES (:calls / 10, pg_temp.held());
CALL pg_temp.call(:calls);
INSERT INTO held VALUES (:calls, pg_temp.held());
SELECT '| calls of 50 shapes | memory of the session |';
SELECT '| ---: | ---: |';
SELECT format('| %s | %s kB |', at, bytes / 1024) FROM held ORDER BY at;

-- a thousand shapes: the cache evicts
DO $$
BEGIN
	FOR i IN 0 .. 999 LOOP
		PERFORM image_catalog.list_images_page('limit=1&sort=created_at:asc&'
			|| concat_ws('&', CASE WHEN i % 2 = 0 THEN 'protected=true' END,
							  CASE WHEN i / 2 % 2 = 0 THEN 'size_min=1' END,
							  CASE WHEN i / 4 % 2 = 0 THEN 'status=active' END,
							  CASE WHEN i / 8 % 2 = 0 THEN 'disk_format=raw' END,
							  CASE WHEN i / 16 % 2 = 0 THEN 'container_format=bare' END,
							  CASE WHEN i / 32 % 2 = 0 THEN 'min_ram=0' END,
							  CASE WHEN i / 64 % 2 = 0 THEN 'name=golden' END,
							  CASE WHEN i / 128 % 2 = 0 THEN 'visibility=public' END,
							  CASE WHEN i / 256 % 2 = 0 THEN 'size_max=1000' END,
							  CASE WHEN i / 512 % 2 = 0 THEN 'owner=x' END));
	END LOOP;
END
$$;
SELECT format('| 1,000 of as many shapes more | %s kB |', pg_temp.held() / 1024);

\connect -
CREATE FUNCTION pg_temp.peak() RETURNS bigint LANGUAGE SQL
	RETURN substring(pg_read_file('/proc/self/status') FROM 'VmPeak:\s*(\d+)')::bigint * 1024;
SELECT length(image_catalog.list_images_page('limit=25')::text) AS ignored,
	   length(image_catalog.list_images_page('limit=25&marker='
			|| substring(right(image_catalog.list_images_page('limit=25')::text, 90) FROM 'marker=([-0-9a-f]{36})'))::text) AS ignored \gset
SELECT pg_temp.peak() AS before \gset
SELECT length(image_catalog.list_images_page('limit=1000')::text) AS bytes \gset
SELECT '';
SELECT format('A page of 1,000 images has %s kB; at its peak the call took %s kB beyond those of a page of 25 (bound: 4,096 kB): %s.',
			  :bytes / 1024, grown / 1024, CASE WHEN grown <= 4194304 THEN 'kept' ELSE '**missed**' END)
  FROM (SELECT pg_temp.peak() - :before AS grown) s;
