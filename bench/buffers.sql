/*
 * bench/buffers.sql: buffers touched by one page, for every kind of request
 *
 *		psql [-v topics='^sort'] [-v turn=0] [-v worst=3] -f bench/buffers.sql
 *
 * Each request is called once before, so that neither the server's catalogue
 * nor the making of a kept plan is counted.  Buffers are shared hit + read,
 * which repeat exactly.  Prints a Markdown table, then the requests beyond
 * their bound.  The figures stay in the table bench.result.
 *
 * topics is a regular expression that chooses among the topics of
 * bench/requests.sql.  With turn, 0 to 3, a quarter of the calls is made of
 * topics with very many variants: of each variant every caller at one depth,
 * and every depth for one caller; the four turns make all.
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

\if :{?worst}
\else
\set worst 3
\endif
\if :{?turn}
\else
\set turn -1
\endif

-- what is called, in an order that keeps calls of one statement together
CREATE TABLE bench.call AS
	SELECT c.place * 1000 + dense_rank() OVER (ORDER BY r.place, r.topic) AS place,
		   r.topic, r.variant, c.name AS caller, m.depth, r.bound, c.project_id, c.is_admin, r.dialect,
		   -- the project of the settings is the caller's; literals, as a client sends them
		   format('SELECT * FROM image_catalog.list_images(%L, sort => %L, "limit" => %L, marker => %L)',
				  r.filter, r.sort, r.rows, m.id) AS command
	  FROM (SELECT *, count(*) OVER (PARTITION BY topic) AS variants,
				   row_number() OVER (PARTITION BY topic ORDER BY variant) AS number
			  FROM bench.request) r
	 CROSS JOIN bench.caller c JOIN bench.marker m ON m.caller = c.name
	 WHERE :turn < 0 OR r.variants < 100
		OR (r.number + c.place
			+ array_position(ARRAY['first', '50 %', '99 %', 'deleted'], m.depth)) % 4 = :turn;

ALTER TABLE bench.call ADD PRIMARY KEY (topic, variant, caller, depth);
ANALYZE bench.call;

CREATE PROCEDURE bench.measure(r_topic text, r_variant text, r_caller text)
	LANGUAGE plpgsql AS $$
DECLARE
	c bench.call;
	had_marker boolean;
	explained json;
BEGIN
	FOR c IN SELECT * FROM bench.call
			  WHERE topic = r_topic AND variant = r_variant AND caller = r_caller
			  ORDER BY depth = 'first', depth LOOP
		PERFORM set_config('image_catalog.project_id', c.project_id, false),
				set_config('image_catalog.is_admin', c.is_admin::text, false),
				set_config('image_catalog.dialect', c.dialect, false);
		-- markers make one statement, the first page another
		IF had_marker IS DISTINCT FROM (c.depth <> 'first') THEN
			EXECUTE c.command;
			had_marker := c.depth <> 'first';
		END IF;
		EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ' || c.command INTO explained;
		explained := explained -> 0;
		INSERT INTO bench.result VALUES (r_topic, r_variant, r_caller, c.depth,
			(explained -> 'Plan' ->> 'Shared Hit Blocks')::bigint
			+ (explained -> 'Plan' ->> 'Shared Read Blocks')::bigint,
			(explained -> 'Plan' ->> 'Actual Rows')::numeric::int,
			(explained ->> 'Execution Time')::float8);
		COMMIT;
	END LOOP;
END
$$;

\set ON_ERROR_STOP off
-- one statement for the depths of a request, so that one that never ends stops
-- nothing else
SELECT format('CALL bench.measure(%L, %L, %L)', topic, variant, caller)
  FROM bench.call GROUP BY place, topic, variant, caller ORDER BY place, variant \gexec
\set ON_ERROR_STOP on
RESET statement_timeout;

\pset format unaligned
\pset tuples_only on
\echo
\echo '| request | variants | bound | large | medium | one image | administrator | hidden images | unregistered | many shares | |'
\echo '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |'
CREATE VIEW bench.by_caller AS
	SELECT r.place, topic, c.bound, caller, count(DISTINCT variant) AS variants,
		   max(x.buffers) AS worst, bool_or(x.buffers IS NULL) AS unfinished
	  FROM bench.call c JOIN bench.request r USING (topic, variant)
	  LEFT JOIN bench.result x USING (topic, variant, caller, depth)
	 GROUP BY 1, 2, 3, 4;
SELECT format('| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |', topic, max(variants), bound,
			  max(shown) FILTER (WHERE caller = 'large'),
			  max(shown) FILTER (WHERE caller = 'medium'),
			  max(shown) FILTER (WHERE caller = 'one image'),
			  max(shown) FILTER (WHERE caller = 'administrator'),
			  max(shown) FILTER (WHERE caller = 'hidden images'),
			  max(shown) FILTER (WHERE caller = 'unregistered'),
			  max(shown) FILTER (WHERE caller = 'many shares'),
			  CASE WHEN bool_and(NOT unfinished AND worst <= bound) THEN 'kept' ELSE '**missed**' END)
  FROM (SELECT *, CASE WHEN unfinished THEN 'over 20 s' ELSE worst::text END AS shown
		  FROM bench.by_caller) s
 GROUP BY place, topic, bound ORDER BY place, topic;
\echo
\echo 'Beyond the bound, the worst of each kind (depth of the page in brackets):'
\echo
SELECT format('- %s, `%s`: %s%s', topic, variant, figures,
			  CASE WHEN rank = :worst AND others > :worst THEN format('; and %s more like it', others - :worst) END)
  FROM (
	SELECT topic, variant,
		   string_agg(format('%s %s (%s)', caller, coalesce(buffers::text, 'over 20 s'), depth), ', '
					  ORDER BY buffers DESC NULLS FIRST) AS figures,
		   row_number() OVER (PARTITION BY topic ORDER BY max(buffers) DESC NULLS FIRST, variant) AS rank,
		   count(*) OVER (PARTITION BY topic) AS others
	  FROM bench.call LEFT JOIN bench.result x USING (topic, variant, caller, depth)
	 WHERE buffers IS NULL OR buffers > bound
	 GROUP BY topic, variant) s
  JOIN (SELECT DISTINCT topic, place FROM bench.request) r USING (topic)
 WHERE rank <= :worst ORDER BY place, topic, rank;
