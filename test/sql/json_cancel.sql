-- A function that is at work on a large document can be cancelled.  Each of
-- these would take a second or more; none is timed, each must be stopped.
SET search_path = image_catalog, public;

CREATE TEMP TABLE large AS
    SELECT (SELECT jsonb_build_object('a', jsonb_agg('[]'::jsonb))
              FROM generate_series(1, 100000)) AS lists,
           (SELECT jsonb_agg(o || jsonb_build_object('zzzzzzzz', i))
              FROM generate_series(1, 1200) i) AS records,
           (SELECT jsonb_agg(o || jsonb_build_object('zzzzzzzz', -i))
              FROM generate_series(1, 1200) i) AS other_records,
           (SELECT jsonb_agg(jsonb_build_object('op', 'move', 'from', f, 'path', t))::json_patch
              FROM generate_series(1, 5000), (VALUES ('/a', '/b'), ('/b', '/a')) v(f, t)) AS moves
      FROM (SELECT jsonb_object_agg('k' || k, k) AS o FROM generate_series(1, 500) k) r;

\set VERBOSITY terse
SET statement_timeout = '50ms';
SELECT json_patch_apply(lists, moves) IS NULL FROM large;
SELECT json_patch_invert(lists, moves) IS NULL FROM large;
SELECT json_patch_diff(records, other_records) IS NULL FROM large;
RESET statement_timeout;
DROP TABLE large;
