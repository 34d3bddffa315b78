/*
 * bench/buffers.sql: buffers touched by one page, for every kind of request
 *
 *		psql [-v topics='^sort'] -f bench/buffers.sql
 *
 * Each request is explained three times in a warm session, so that neither
 * the server's catalogue nor the planning of a kept plan is counted; the last
 * counts.  Buffers are shared hit + read, which repeat exactly.  Prints a
 * Markdown table, then the requests beyond their bound.  The figures stay in
 * the table bench.result.  topics is a regular expression that chooses among
 * the topics of bench/requests.sql.
 */
\set ON_ERROR_STOP on
\set QUIET on
\ir requests.sql
\if :{?topics}
DELETE FROM bench.request WHERE topic !~ :'topics';
\endif
SET statement_timeout = '20s';
SET jit = off;

CREATE TABLE bench.result (
	topic text, variant text, caller text, depth text,
	buffers bigint, rows int, milliseconds float8,
	PRIMARY KEY (topic, variant, caller, depth));

-- the project of the settings is the caller's; literals, as a client sends them
CREATE FUNCTION bench.call_of(r bench.request, marker uuid) RETURNS text
	LANGUAGE SQL
	RETURN format('SELECT * FROM image_catalog.list_images(%L, sort => %L, marker => %L)',
				  r.filter, r.sort, marker);

CREATE PROCEDURE bench.measure(r_topic text, r_variant text, r_caller text, r_depth text)
	LANGUAGE plpgsql AS $$
DECLARE
	c bench.caller;
	r bench.request;
	call text;
	explained json;
BEGIN
	SELECT * INTO STRICT c FROM bench.caller WHERE name = r_caller;
	SELECT * INTO STRICT r FROM bench.request WHERE topic = r_topic AND variant = r_variant;
	call := bench.call_of(r, (SELECT id FROM bench.marker m WHERE m.caller = r_caller AND m.depth = r_depth));
	PERFORM set_config('image_catalog.project_id', c.project_id, false),
			set_config('image_catalog.is_admin', c.is_admin::text, false);
	FOR i IN 1..3 LOOP
		EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ' || call INTO explained;
	END LOOP;
	explained := explained -> 0;
	INSERT INTO bench.result VALUES (r_topic, r_variant, r_caller, r_depth,
		(explained -> 'Plan' ->> 'Shared Hit Blocks')::bigint
		+ (explained -> 'Plan' ->> 'Shared Read Blocks')::bigint,
		(explained -> 'Plan' ->> 'Actual Rows')::int,
		(explained ->> 'Execution Time')::float8);
END
$$;

-- one statement a request, so that one that never ends stops nothing else
\set ON_ERROR_STOP off
SELECT format('CALL bench.measure(%L, %L, %L, %L)', r.topic, r.variant, c.name, m.depth)
  FROM bench.request r CROSS JOIN bench.caller c JOIN bench.marker m ON m.caller = c.name
 WHERE m.depth <> 'deleted' OR r.topic IN ('default order', 'visibility=')
 ORDER BY c.place, r.place, r.topic, r.variant, m.depth \gexec
\set ON_ERROR_STOP on
RESET statement_timeout;

\pset format unaligned
\pset tuples_only on
\echo
\echo '| request | variants | bound | large | medium | one image | administrator | |'
\echo '| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |'
CREATE VIEW bench.by_caller AS
	SELECT r.place, r.topic, r.bound, c.name AS caller, count(DISTINCT r.variant) AS variants,
		   max(x.buffers) AS worst, bool_or(x.buffers IS NULL) AS unfinished
	  FROM bench.request r CROSS JOIN bench.caller c
	  JOIN bench.marker m ON m.caller = c.name
			AND (m.depth <> 'deleted' OR r.topic IN ('default order', 'visibility='))
	  LEFT JOIN bench.result x USING (topic, variant, caller, depth)
	 GROUP BY 1, 2, 3, 4;
SELECT format('| %s | %s | %s | %s | %s | %s | %s | %s |', topic, max(variants), bound,
			  max(shown) FILTER (WHERE caller = 'large'),
			  max(shown) FILTER (WHERE caller = 'medium'),
			  max(shown) FILTER (WHERE caller = 'one image'),
			  max(shown) FILTER (WHERE caller = 'administrator'),
			  CASE WHEN bool_and(NOT unfinished AND worst <= bound) THEN 'kept' ELSE '**missed**' END)
  FROM (SELECT *, CASE WHEN unfinished THEN 'over 20 s' ELSE worst::text END AS shown
		  FROM bench.by_caller) s
 GROUP BY place, topic, bound ORDER BY place, topic;
\echo
\echo 'Beyond the bound, the three worst of each kind (depth of the page in brackets):'
\echo
SELECT format('- %s, `%s`: %s%s', topic, variant, figures,
			  CASE WHEN rank = 3 AND others > 3 THEN format('; and %s more like it', others - 3) END)
  FROM (
	SELECT place, topic, variant,
		   string_agg(format('%s %s (%s)', caller, coalesce(buffers::text, 'over 20 s'), depth), ', '
					  ORDER BY buffers DESC NULLS FIRST) AS figures,
		   row_number() OVER (PARTITION BY topic ORDER BY max(buffers) DESC NULLS FIRST, variant) AS rank,
		   count(*) OVER (PARTITION BY topic) AS others
	  FROM bench.request r CROSS JOIN LATERAL (SELECT name AS caller FROM bench.caller) c
	  JOIN bench.marker m USING (caller)
	  LEFT JOIN bench.result x USING (topic, variant, caller, depth)
	 WHERE (depth <> 'deleted' OR topic IN ('default order', 'visibility='))
	   AND (buffers IS NULL OR buffers > bound)
	 GROUP BY place, topic, variant) s
 WHERE rank <= 3 ORDER BY place, topic, rank;
