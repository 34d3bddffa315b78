--
-- time_filter: the type, timestamptz @@ time_filter, and what the planner
-- makes of it
--
CREATE SCHEMA time_filter_test;
SET search_path = time_filter_test, image_catalog;
\set VERBOSITY default

--
-- input and normal form
--
SELECT literal, literal::time_filter AS normal_form
  FROM (VALUES
    -- operators
    ('eq:2018-10-28T10:00:00Z'), ('neq:2018-10-28T10:00:00Z'),
    ('lt:2018-10-28T10:00:00Z'), ('lte:2018-10-28T10:00:00Z'),
    ('gt:2018-10-28T10:00:00Z'), ('gte:2018-10-28T10:00:00Z'),
    ('2018-10-28T10:00:00Z'), ('2018-10-28 10:00:00'),
    -- dates
    ('2018'), ('gt:2018'), ('gt:2018-1'), ('gt:2018-12'), ('gt:2018-1-2'),
    ('gt:20181028'), ('gt:2020-02-29'), ('gt:2000-2-29'),
    -- times of day
    ('gt:2018-10-28T00'), ('gt:2018-10-28 23'), ('gt:2018-10-28T23:59'),
    ('gt:2018-10-28T2359'), ('gt:2018-10-28T23:59:59'),
    ('gt:2018-10-28T23:59:5'), ('gt:20181028T235959Z'),
    -- fractions
    ('gt:2018-10-28T10:00:00.5Z'), ('gt:2018-10-28T10:00:00,25Z'),
    ('gt:2018-10-28T10:00:00.000Z'), ('gt:2018-10-28T10:00:00.100200Z'),
    ('gt:2018-10-28T10:00:00.000001Z'), ('gt:2018-10-28T10:00:00.0000019Z'),
    -- zones
    ('gt:2018-10-28T12:00:00+02:00'), ('gt:2018-10-28T12+02'),
    ('gt:2018-10-28T0430-0530'), ('gt:2018-10-29T09:59:00+23:59'),
    -- ends of the calendar, in UTC
    ('gt:0001'), ('gt:0001-01-01T01:00:00+01:00'),
    ('lt:9999-12-31T23:59:59.999999Z'), ('lt:9999-12-31T22:59:59-01:00'),
    -- around the epoch of the server and the one of Unix
    ('gt:1999-12-31T23:59:59.999999Z'), ('gt:2000-01-01T00:00:00.000001Z'),
    ('gt:1969-12-31T23:59:59Z')
  ) AS _(literal);

-- neither the zone nor the date style of the session matters
SET TimeZone = 'Asia/Kathmandu';
SET DateStyle = 'SQL, DMY';
SELECT '2018-10-28'::time_filter, '2018-10-28T10:00:00+05:45'::time_filter;
RESET TimeZone;
RESET DateStyle;

-- the normal form is read as the same filter
SELECT count(*) AS filters, count(*) FILTER (
         WHERE filter::text::time_filter OPERATOR(image_catalog.=) filter) AS same
  FROM unnest('{eq,neq,lt,lte,gt,gte}'::text[]) AS op,
       generate_series('1996-02-27'::timestamptz, '2004-03-02',
                       '17 days 3 hours 1.23456 seconds') AS t,
       CAST(op || ':' || to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
            AS time_filter) AS filter;

--
-- refused
--
SELECT 'around:2018-10-28T10:00:00Z'::time_filter;
SELECT 'lt:yesterday'::time_filter;
SELECT 'gt:2018-10-28T10'::time_filter, 'gt:2018-10-28T1'::time_filter;
SELECT 'lt:0001-01-01T00:00:00+12:00'::time_filter;

CREATE FUNCTION refusal(literal text, OUT code text, OUT detail text) LANGUAGE plpgsql AS $$
DECLARE
    message text;
BEGIN
    PERFORM literal::image_catalog.time_filter;
    code := 'accepted';
EXCEPTION WHEN invalid_datetime_format THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE,
                            message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    IF message <> format('invalid input syntax for type time_filter: "%s"', literal) THEN
        detail := 'unexpected message: ' || message;
    END IF;
END
$$;

SELECT literal, (refusal(literal)).*
  FROM (VALUES
    (''), (' '), (':'), ('gt:'), ('gt'), ('now'), ('gt:infinity'),
    ('GT:2018-10-28T10:00:00Z'), ('in:2018-10-28T10:00:00Z'), (':2018'),
    (' gt:2018'), ('gt :2018'), ('gt: 2018'), ('gt:2018 '), ('é:2018'), ('gt:2018é'),
    ('gt:0000'), ('gt:201'), ('gt:20180'), ('gt:201810'), ('gt:2018-00'),
    ('gt:2018-13-40T00:00:00Z'), ('gt:2018-02-29'), ('gt:1900-02-29'),
    ('gt:2018-04-31'), ('gt:2018-W43-7'), ('gt:2018-301'),
    ('gt:2018-10T10:00:00Z'), ('gt:2018-10-28Z'), ('gt:2018-10-28t10:00:00Z'),
    ('gt:2018-10-28T10:00:00z'), ('gt:2018-10-28T24:00:00Z'),
    ('gt:2018-10-28T10:60:00Z'), ('gt:2018-10-28T10:00:60Z'),
    ('gt:2018-10-28T10:00:00.Z'), ('gt:2018-10-28T10:00.5Z'),
    ('gt:2018-10-28T10:00:00 02:00'), ('gt:2018-10-28T10:00:00+24:00'),
    ('gt:2018-10-28T10:00:00+2'), ('gt:2018-10-28T10:00:00+02:0'),
    ('gt:0001-01-01T00:59:59+01:00'), ('gt:9999-12-31T23:00:00-01:00')
  ) AS _(literal);

--
-- binary form
--
SELECT time_filter_send('gte:2000-01-01T00:00:01Z');
CREATE TEMP TABLE received (filter time_filter);
\copy received FROM PROGRAM 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\011\005\000\000\000\000\000\017\102\100\377\377"' (FORMAT binary)
-- 6 is no operator
\copy received FROM PROGRAM 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\011\006\000\000\000\000\000\017\102\100\377\377"' (FORMAT binary)
-- infinity is no time of the calendar
\copy received FROM PROGRAM 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\011\004\177\377\377\377\377\377\377\377\377\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\011\004\200\000\000\000\000\000\000\000\377\377"' (FORMAT binary)
-- cut off, and too long
\copy received FROM PROGRAM 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\010\004\000\000\000\000\000\017\102\377\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\012\377\015\012\000\000\000\000\000\000\000\000\000\000\001\000\000\000\012\004\000\000\000\000\000\017\102\100\000\377\377"' (FORMAT binary)
SELECT * FROM received;

--
-- the operator: exact, to the microsecond
--
SELECT filter,
       string_agg((t @@ filter)::text, ' ' ORDER BY t) AS "before, at, after",
       string_agg((t !@@ filter)::text, ' ' ORDER BY t) AS negated
  FROM unnest('{eq,neq,lt,lte,gt,gte}'::text[]) WITH ORDINALITY AS op(op, n),
       CAST(op || ':2018-10-28T10:00:00.5Z' AS time_filter) AS filter,
       unnest('{2018-10-28 10:00:00.499999Z,2018-10-28 10:00:00.5Z,2018-10-28 10:00:00.500001Z}'::timestamptz[]) AS t
 GROUP BY n, filter ORDER BY n;
SELECT timestamptz 'infinity' @@ 'gt:9999' AS "infinity is later",
       timestamptz '-infinity' @@ 'lt:0001' AS "-infinity is earlier",
       timestamptz '-infinity' @@ 'gt:0001' AS "and not later",
       null::timestamptz @@ 'gt:2018' AS "no time",
       now() @@ null::time_filter AS "no filter",
       now() !@@ null::time_filter AS "no filter, negated";
-- a date, and a timestamp in the session's zone, convert as anywhere
SELECT date '2018-10-28' @@ 'gt:2018-10-28T06:59:59Z' AS date,
       timestamp '2018-10-28 03:00:00' @@ 'eq:2018-10-28T10:00:00Z' AS timestamp;

--
-- the planner: a constant filter is the plain comparison
--
CREATE TABLE events (id int, created_at timestamptz NOT NULL, note text);
INSERT INTO events
SELECT i, '2018-01-01T00:00:00Z'::timestamptz + i * interval '1 hour', repeat('x', 200)
  FROM generate_series(1, 10000) AS i;
INSERT INTO events SELECT i, '2018-10-28T10:00:00Z', 'many at once' FROM generate_series(1, 100) AS i;
CREATE INDEX events_created_at ON events (created_at);
ANALYZE events;

EXPLAIN (COSTS OFF) SELECT * FROM events WHERE created_at @@ 'eq:2018-10-28T10:00:00Z';
EXPLAIN (COSTS OFF) SELECT * FROM events WHERE created_at @@ 'neq:2018-10-28T10:00:00Z';
EXPLAIN (COSTS OFF) SELECT * FROM events WHERE created_at @@ 'lt:2018-01-03T00:00:00Z';
EXPLAIN (COSTS OFF) SELECT * FROM events WHERE created_at @@ 'lte:2018-01-03T00:00:00Z';
EXPLAIN (COSTS OFF) SELECT * FROM events WHERE created_at @@ 'gt:2019-02-20T00:00:00Z';
EXPLAIN (COSTS OFF) SELECT * FROM events WHERE created_at @@ 'gte:2019-02-20T00:00:00Z';
EXPLAIN (COSTS OFF)
SELECT * FROM events
 WHERE created_at @@ 'gte:2018-10-28T10:00:00Z' AND created_at @@ 'lt:2018-10-28T12:00:00Z';
-- negated, in both ways
EXPLAIN (COSTS OFF) SELECT * FROM events WHERE NOT created_at @@ 'gt:2018-01-03T00:00:00Z';
EXPLAIN (COSTS OFF) SELECT * FROM events WHERE created_at !@@ 'gt:2018-01-03T00:00:00Z';
EXPLAIN (COSTS OFF) SELECT * FROM events WHERE created_at !@@ 'neq:2018-10-28T11:00:00Z';
-- both sides constant, and a filter that is null: nothing is scanned
CREATE FUNCTION plan(condition text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) SELECT * FROM time_filter_test.events WHERE ' || condition INTO plan;
    RETURN plan -> 0 -> 'Plan';
END
$$;
SELECT plan(condition) ->> 'Node Type' AS node, plan(condition) ->> 'One-Time Filter' AS "one-time filter"
  FROM (VALUES ($$timestamptz '2018-01-01Z' @@ 'gt:2019'$$), ('created_at @@ null::time_filter')) AS _(condition);
-- the order of the index is kept, and read backwards
EXPLAIN (COSTS OFF)
SELECT * FROM events WHERE created_at @@ 'lt:2018-06-01' ORDER BY created_at DESC LIMIT 5;

-- same rows and same estimate as the plain comparison, for every operator
CREATE FUNCTION estimate(condition text) RETURNS bigint
    RETURN CAST(plan(condition) ->> 'Plan Rows' AS bigint);
CREATE FUNCTION matching(condition text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    rows bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM time_filter_test.events WHERE ' || condition INTO rows;
    RETURN rows;
END
$$;
SELECT op, t, matching(filter) AS rows,
       matching(filter) = matching(plain) AS "same rows",
       estimate(filter) = estimate(plain) AS "same estimate",
       estimate(negated) = estimate(format('NOT (%s)', plain)) AS "same, negated",
       estimate(unfolded) = estimate(plain) AS "same, stable filter",
       estimate(unfolded_negated) = estimate(format('NOT (%s)', plain)) AS "same, both"
  FROM (VALUES ('eq', '='), ('neq', '<>'), ('lt', '<'), ('lte', '<='), ('gt', '>'), ('gte', '>=')) AS ops(op, sql),
       (VALUES ('2018-10-28T10:00:00Z'), ('2018-01-11T12:30:00Z'), ('2001-01-01T00:00:00Z')) AS times(t),
       format('created_at @@ %L', op || ':' || t) AS filter,
       format('created_at !@@ %L', op || ':' || t) AS negated,
       format('created_at @@ (%L || left(now()::text, 0))::time_filter', op || ':' || t) AS unfolded,
       format('created_at !@@ (%L || left(now()::text, 0))::time_filter', op || ':' || t) AS unfolded_negated,
       format('created_at %s %L', sql, t) AS plain
 ORDER BY op, t;

-- a prepared statement: its custom plan knows the filter, its generic plan
-- does not, and is right all the same
PREPARE since(time_filter) AS SELECT id FROM events WHERE created_at @@ $1;
SET plan_cache_mode = force_custom_plan;
EXPLAIN (COSTS OFF) EXECUTE since('gt:2019-02-20T00:00:00Z');
EXECUTE since('gt:2019-02-21T14:00:00Z');
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE since('gt:2019-02-20T00:00:00Z');
EXECUTE since('gt:2019-02-21T14:00:00Z');
EXECUTE since('eq:2018-10-28T11:00:00Z');
EXECUTE since(null);
RESET plan_cache_mode;
-- a client's text parameter
PREPARE since_text(text) AS SELECT id FROM events WHERE created_at @@ $1::time_filter;
EXPLAIN (COSTS OFF) EXECUTE since_text('gt:2019-02-20T00:00:00Z');
EXECUTE since_text('gt:2019-02-21 14');
EXECUTE since_text('gt:soon');
-- an unknown filter is estimated as a comparison with an unknown value
PREPARE unknown_filter(time_filter) AS SELECT id FROM events WHERE created_at @@ $1;
PREPARE unknown_time(timestamptz) AS SELECT id FROM events WHERE created_at > $1;
SET plan_cache_mode = force_generic_plan;
CREATE FUNCTION plan_rows(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END
$$;
SELECT plan_rows($$EXECUTE unknown_filter('gt:2018')$$) =
       plan_rows($$EXECUTE unknown_time('2018-01-01')$$) AS "same estimate";
RESET plan_cache_mode;
DEALLOCATE ALL;

-- partial indexes and partitions understand it, too
CREATE INDEX events_recent ON events (id) WHERE created_at @@ 'gte:2019-02-01T00:00:00Z';
EXPLAIN (COSTS OFF)
SELECT created_at FROM events WHERE id = 9000 AND created_at >= '2019-02-10T00:00:00Z';
DROP INDEX events_recent;
CREATE TABLE parts (created_at timestamptz) PARTITION BY RANGE (created_at);
CREATE TABLE parts_2018 PARTITION OF parts FOR VALUES FROM ('2018-01-01Z') TO ('2019-01-01Z');
CREATE TABLE parts_2019 PARTITION OF parts FOR VALUES FROM ('2019-01-01Z') TO ('2020-01-01Z');
EXPLAIN (COSTS OFF) SELECT * FROM parts WHERE created_at @@ 'lt:2018-06-01';
-- what is stored keeps the operator
ALTER TABLE parts ADD CONSTRAINT era CHECK (created_at @@ 'gte:2018' AND created_at !@@ '2019');
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'parts'::regclass;
INSERT INTO parts_2018 VALUES ('2018-01-01Z');
INSERT INTO parts_2018 SELECT '2017-12-31 23:59:59Z';
DROP TABLE parts;

--
-- under row-level security the index serves all the same
--
CREATE ROLE regress_time_filter;
GRANT USAGE ON SCHEMA time_filter_test TO regress_time_filter;
GRANT SELECT ON events TO regress_time_filter;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE POLICY even_only ON events USING (mod(id, 2) = 0);
SET ROLE regress_time_filter;
EXPLAIN (COSTS OFF) SELECT count(*) FROM events WHERE created_at @@ 'gt:2019-02-20T00:00:00Z';
SELECT count(*) FROM events WHERE created_at @@ 'gt:2019-02-20T00:00:00Z';
RESET ROLE;
ALTER TABLE events DISABLE ROW LEVEL SECURITY;
DROP POLICY even_only ON events;

--
-- filters in a column
--
CREATE TABLE saved (id int, filter time_filter UNIQUE);
INSERT INTO saved VALUES
    (1, 'gt:2019-02-20T00:00:00Z'), (2, 'lt:2018-01-02'), (3, '2018-10-28T10:00:00Z'),
    (4, 'gt:2019-02-20'), (5, null)
    ON CONFLICT DO NOTHING;
INSERT INTO saved VALUES (6, 'gt:2019-02-20T01:00:00+01:00');
INSERT INTO saved VALUES (7, 'gte:2019-02-20');
SELECT s.id, s.filter, count(e.id)
  FROM saved s LEFT JOIN events e ON e.created_at @@ s.filter
 GROUP BY s.id, s.filter ORDER BY s.filter, s.id;
SELECT id FROM saved WHERE timestamptz '2019-02-20 00:00:00Z' !@@ filter ORDER BY id;
EXPLAIN (COSTS OFF)
SELECT s.id, e.id FROM saved s JOIN events e ON e.created_at @@ s.filter WHERE s.id = 1;
-- sorted, grouped and joined, by order and by hash
SELECT DISTINCT filter FROM (SELECT filter FROM saved UNION ALL SELECT filter FROM saved) AS twice ORDER BY filter;
SET enable_hashjoin = off;
SET enable_nestloop = off;
SELECT count(*) FROM saved AS l JOIN saved AS r USING (filter);
SET enable_hashjoin = on;
SET enable_mergejoin = off;
SELECT count(*) FROM saved AS l JOIN saved AS r USING (filter);
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_nestloop;
SELECT l < r AS lt, l <= r AS le, l = r AS eq, l <> r AS ne, l >= r AS ge, l > r AS gt
  FROM (VALUES ('gt:2018'::time_filter, 'gt:2019'::time_filter),
               ('gt:2018', 'eq:2018'), ('gt:2018', 'gt:2018-01-01T00:00:00Z')) AS _(l, r);
SELECT time_filter_hash('gt:2018') = time_filter_hash('gt:2018-01-01T00:00:00.0Z') AS same,
       time_filter_hash('gt:2018') = time_filter_hash('gte:2018') AS other,
       time_filter_hash_extended('gt:2018', 0) = time_filter_hash_extended('gt:2018', 1) AS other_seed;
SELECT amname, amvalidate(c.oid)
  FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
 WHERE opcintype = 'time_filter'::regtype ORDER BY amname;

SET client_min_messages = warning;
DROP SCHEMA time_filter_test CASCADE;
DROP ROLE regress_time_filter;
