/*
 * bench/lower_bound.sql: the buffers that a page of the large project, in the default
 * order, cannot do without, and those that it touches; a line of Markdown for
 * each depth.  Needs pageinspect, callers and markers (bench/requests.sql), and
 * the project in the settings.  Used by bench/measure.
 */
\set ON_ERROR_STOP on
SET jit = off;

-- levels of a B-tree: what a path from its root to a leaf touches
CREATE FUNCTION pg_temp.levels(index text) RETURNS bigint LANGUAGE SQL
	RETURN (SELECT fastlevel + 1 FROM public.bt_metap('image_catalog.' || index));

CREATE FUNCTION pg_temp.touched(marker uuid) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	explained json;
BEGIN
	FOR i IN 1 .. 2 LOOP
		EXECUTE format('EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)
						SELECT image_catalog.list_images_page(%L)', coalesce('marker=' || marker, '')) INTO explained;
	END LOOP;
	RETURN (explained -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint
		 + (explained -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END
$$;

WITH page AS (
	SELECT m.depth, count(DISTINCT (i.ctid::text::point)[0]) AS blocks,
		   -- the marker's own row, found by its identifier
		   CASE WHEN m.id IS NULL THEN 0 ELSE 1 + pg_temp.levels('images_pkey') END AS marked,
		   -- public; own private, shared, community; shares, and each image offered
		   pg_temp.levels('images_visibility_created_at_idx')
		   + 3 * pg_temp.levels('images_owner_created_at_idx')
		   + pg_temp.levels('image_shares_created_at_idx')
		   + count(*) FILTER (WHERE i.visibility = 'shared' AND i.owner <> image_catalog.current_project())
			 * pg_temp.levels('images_pkey') AS paths,
		   pg_temp.touched(m.id) AS touched
	  FROM bench.marker m
	 CROSS JOIN LATERAL image_catalog.list_images(marker => m.id, "limit" => 26) l
	  JOIN image_catalog.images i ON i.id = l.id
	 WHERE m.caller = 'large'
	 GROUP BY m.depth, m.id)
SELECT format('| %s | %s | %s | %s | %s | %s |', depth, blocks, paths + marked,
			  blocks + paths + marked, touched,
			  round(touched::numeric / (blocks + paths + marked), 2))
  FROM page ORDER BY depth = 'first' DESC, depth;
