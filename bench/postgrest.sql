/*
 * bench/postgrest.sql: buffers touched by a page of the views of image_api
 *
 *		psql -f bench/postgrest.sql
 *
 * In a catalogue made by bench/generate.sql, with the scripts of
 * deploy/postgrest/ run.  The plan is the one for any value, as the roles of
 * requests have it.  Prints a Markdown table for docs/postgrest.md: shared hit +
 * read, which repeat exactly, and for a first page the milliseconds to make its
 * plan and to run it.
 */
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset footer off
SET jit = off;
SET plan_cache_mode = force_generic_plan;
SET search_path = image_api, pg_catalog;

CREATE TEMP TABLE caller (place int, name text, project_id text, is_admin text);
INSERT INTO caller VALUES
	(1, 'no token', '', 'off'), (2, 'one image', md5('project 950'), 'off'),
	(3, 'large', md5('project 1'), 'off'), (4, 'many shares', md5('project 1003'), 'off'),
	(5, 'administrator', '', 'on');
CREATE TEMP TABLE request (place serial, name text, statement text);
INSERT INTO request (name, statement)
	SELECT 'order=' || o[1], format('SELECT * FROM image_api.images ORDER BY %s LIMIT $1 OFFSET $2', o[2])
	  FROM (VALUES (ARRAY['created_at.desc', 'created_at DESC']), (ARRAY['created_at.asc', 'created_at']),
				   (ARRAY['updated_at.desc', 'updated_at DESC']), (ARRAY['id', 'id']),
				   (ARRAY['status.desc,created_at.desc', 'status DESC, created_at DESC']),
				   (ARRAY['name', 'name']), (ARRAY['name.desc', 'name DESC']),
				   (ARRAY['size', 'size']), (ARRAY['size.desc', 'size DESC']),
				   (ARRAY['disk_format', 'disk_format']), (ARRAY['disk_format.desc', 'disk_format DESC'])) orders (o)
	 UNION ALL
	SELECT f[1], format('SELECT * FROM image_api.images WHERE %s ORDER BY created_at DESC LIMIT $1 OFFSET $2', f[2])
	  FROM (VALUES (ARRAY['status=eq.active', 'status = ''active''']),
				   (ARRAY['created_at=lt. the middle', 'created_at < ''2024-06-01''']),
				   (ARRAY['tags=cs.{prod}, every tenth image', 'tags @> ''{prod}''']),
				   (ARRAY['name=eq.golden, every 200th image', 'name = ''golden'''])) filters (f)
	 UNION ALL
	SELECT 'with image_members embedded', 'SELECT i.id, m.m FROM image_api.images i LEFT JOIN LATERAL (SELECT json_agg(x) FROM image_api.image_members(i) x) m (m) ON true ORDER BY created_at DESC LIMIT $1 OFFSET $2'
	 UNION ALL
	SELECT 'Prefer: count=exact' || f[1], format('WITH page AS (SELECT * FROM image_api.images WHERE %1$s ORDER BY created_at DESC LIMIT $1 OFFSET $2), total AS (SELECT 1 FROM image_api.images WHERE %1$s) SELECT (SELECT count(*) FROM total), count(page) FROM page', f[2])
	  FROM (VALUES (ARRAY['', 'true']), (ARRAY[', tags=cs.{prod}', 'tags @> ''{prod}''']),
				   (ARRAY[', name=eq.golden', 'name = ''golden'''])) counts (f)
	 UNION ALL
	SELECT 'rpc/count_images', 'SELECT image_api.count_images() LIMIT $1 OFFSET $2'
	 UNION ALL
	SELECT 'rpc/list_images', 'SELECT * FROM image_api.list_images(page_size => $1) OFFSET $2';
CREATE TEMP TABLE result (request int, caller int, buffers bigint, plan float8, run float8);
GRANT ALL ON ALL TABLES IN SCHEMA pg_temp TO image_web;

CREATE PROCEDURE pg_temp.measure() LANGUAGE plpgsql AS $$
DECLARE
	r record;
	explained json;
	first json;
BEGIN
	FOR r IN SELECT c.place AS caller, q.place AS request, q.statement, c.project_id, c.is_admin
			   FROM request q, caller c ORDER BY 1, 2 LOOP
		PERFORM set_config('image_catalog.project_id', r.project_id, true),
				set_config('image_catalog.is_admin', r.is_admin, true),
				set_config('role', 'image_web', true);
		EXECUTE 'PREPARE p (int, int) AS ' || r.statement;
		EXECUTE 'EXPLAIN (SUMMARY, FORMAT JSON) EXECUTE p (25, 0)' INTO first;
		FOR i IN 1 .. 3 LOOP
			EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE p (25, 0)' INTO explained;
			INSERT INTO result VALUES (r.request, r.caller,
				(explained -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint
				+ (explained -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint,
				(first -> 0 ->> 'Planning Time')::float8, (explained -> 0 ->> 'Execution Time')::float8);
		END LOOP;
		EXECUTE 'DEALLOCATE p';
		COMMIT;
	END LOOP;
END
$$;
CALL pg_temp.measure();

\echo '| request | no token | one image | large | many shares | administrator |'
\echo '| --- | ---: | ---: | ---: | ---: | ---: |'
SELECT format('| `%s` | %s |', q.name, string_agg(b.buffers, ' | ' ORDER BY c.place))
  FROM request q, caller c,
	   LATERAL (SELECT to_char(min(buffers), 'FM999,999') FROM result
				 WHERE request = q.place AND caller = c.place) b (buffers)
 GROUP BY q.place, q.name ORDER BY q.place;
\echo
SELECT format('%s: a plan takes %s ms, the page %s ms', q.name, round(min(plan)::numeric, 1), round(min(run)::numeric, 2))
  FROM result r JOIN request q ON q.place = r.request WHERE q.place = 1 OR q.name ~ 'count'
 GROUP BY q.place, q.name ORDER BY q.place;
