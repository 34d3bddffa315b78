-- bench/json.sql: what JSON Patch costs, in one run, against the alternatives.
-- Run by bench/json; needs a database with image_catalog and, for the
-- comparison with Python, plpython3u and the module jsonpatch.
--
-- Each figure is the least of several rounds; all expressions of a round run
-- in the same loop of the executor, on a document that lies in memory, not in
-- TOAST.  CASE keeps the planner from computing the call once and for all.

SET search_path = public, image_catalog;
SET jit = off;
\pset footer off

CREATE SCHEMA bench;

CREATE TABLE bench.setting (name text PRIMARY KEY, value float8);
INSERT INTO bench.setting VALUES ('budget', :budget);

-- Microseconds a call of expression takes; d is the document, i counts.
CREATE FUNCTION bench.time(expression text, document jsonb, extra anyelement)
    RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    statement text := format(
        'SELECT count(%s) FROM generate_series(1, $3) i, LATERAL (SELECT CASE WHEN i > 0 THEN $1 END AS d OFFSET 0) x',
        expression);
    n int := 1;
    start timestamptz;
    took float8;
    total float8 := 0;
    best float8;
    budget float8 := (SELECT value FROM bench.setting WHERE name = 'budget');
BEGIN
    LOOP                        -- how many calls take some milliseconds?
        took := 1e9;
        FOR try IN 1..3 LOOP
            start := clock_timestamp();
            EXECUTE statement USING document, extra, n;
            took := least(took, extract(epoch FROM clock_timestamp() - start));
            EXIT WHEN took > 0.1;
        END LOOP;
        EXIT WHEN took > 0.003;
        n := n * CASE WHEN took < 0.0005 THEN 8 ELSE 2 END;
    END LOOP;
    best := took / n;
    -- short rounds, many of them: the least is one that nobody disturbed
    FOR round IN 1..300 LOOP
        EXIT WHEN total > budget AND round > 5;
        start := clock_timestamp();
        EXECUTE statement USING document, extra, n;
        took := extract(epoch FROM clock_timestamp() - start);
        total := total + took;
        best := least(best, took / n);
    END LOOP;
    RETURN best * 1e6;
END
$$;

-- ---------------------------------------------------------------- documents

CREATE FUNCTION bench.record(n int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'id', md5(n::text)::uuid, 'name', 'Debian 12 generic cloud image ' || n,
        'size', 2147483648 + n, 'min_disk', 10, 'min_ram', 512,
        'status', 'active', 'visibility', 'public', 'protected', false,
        'disk_format', 'qcow2', 'container_format', 'bare',
        'created_at', '2026-01-02T03:04:05Z', 'updated_at', '2026-02-03T04:05:06Z',
        'checksum', md5('c' || n), 'os_hash_algo', 'sha512',
        'os_hash_value', md5('a' || n) || md5('b' || n) || md5('c' || n) || md5('d' || n),
        'owner', md5('o' || n % 10), 'tags', '["debian", "cloud", "lts"]'::jsonb,
        'os_distro', 'debian', 'os_version', '12', 'architecture', 'x86_64',
        'hw_disk_bus', 'virtio', 'hw_vif_model', 'virtio', 'hw_qemu_guest_agent', 'yes',
        'os_type', 'linux', 'os_hidden', false)
$$;

-- a document with members at the top, a deep path and a long array
CREATE FUNCTION bench.document(records int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT bench.record(0) ||
           (SELECT jsonb_object_agg('p' || i, 'value of property ' || i)
              FROM generate_series(0, 99) i) ||
           jsonb_build_object(
               'deep', '{"a": {"b": {"c": {"d": {"e": {"f": 1, "g": [1, 2, 3]}}}}}}'::jsonb,
               'list', (SELECT jsonb_agg(bench.record(i)) FROM generate_series(1, records) i))
$$;

CREATE TABLE bench.document (n int, size text, document jsonb);
INSERT INTO bench.document VALUES
    (1, 'record', bench.record(0)),
    (2, '10 KB', bench.document(5)),
    (3, '1 MB', bench.document(1350)),
    (4, '16 MB', bench.document(22000));
CREATE FUNCTION bench.get(which text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT document || '{}' FROM bench.document WHERE size = which
$$;
SELECT size, pg_column_size(document || '{}') AS bytes,
       (SELECT count(*) FROM jsonb_object_keys(document)) AS members
  FROM bench.document ORDER BY n;

-- ------------------------------------------------------------- alternatives

-- A patch function in PL/pgSQL as one would write it: correct where documents
-- and patches are.
CREATE FUNCTION bench.plpgsql_patch(document jsonb, patch jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    operation jsonb;
    path text[];
    source text[];
    value jsonb;
BEGIN
    FOR operation IN SELECT e FROM jsonb_array_elements(patch) e LOOP
        SELECT array_agg(replace(replace(t, '~1', '/'), '~0', '~') ORDER BY n)
          INTO path
          FROM unnest((string_to_array(operation->>'path', '/'))[2:]) WITH ORDINALITY u(t, n);
        IF operation ? 'from' THEN
            SELECT array_agg(replace(replace(t, '~1', '/'), '~0', '~') ORDER BY n)
              INTO source
              FROM unnest((string_to_array(operation->>'from', '/'))[2:]) WITH ORDINALITY u(t, n);
            value := document #> source;
        ELSE
            value := operation->'value';
        END IF;
        CASE operation->>'op'
            WHEN 'add', 'copy', 'move' THEN
                IF operation->>'op' = 'move' THEN
                    document := document #- source;
                END IF;
                IF jsonb_typeof(document #> path[:cardinality(path) - 1]) = 'array' THEN
                    document := jsonb_insert(document, path, value);
                ELSE
                    document := jsonb_set(document, path, value);
                END IF;
            WHEN 'replace' THEN
                IF document #> path IS NULL THEN
                    RAISE EXCEPTION 'nothing at %', operation->>'path';
                END IF;
                document := jsonb_set(document, path, value);
            WHEN 'remove' THEN
                IF document #> path IS NULL THEN
                    RAISE EXCEPTION 'nothing at %', operation->>'path';
                END IF;
                document := document #- path;
            WHEN 'test' THEN
                IF document #> path IS DISTINCT FROM value THEN
                    RAISE EXCEPTION 'test failed at %', operation->>'path';
                END IF;
        END CASE;
    END LOOP;
    RETURN document;
END
$$;

\if :python
CREATE FUNCTION bench.python_patch(document jsonb, patch jsonb) RETURNS jsonb
    LANGUAGE plpython3u IMMUTABLE AS $$
import json, jsonpatch
return json.dumps(jsonpatch.apply_patch(json.loads(document), json.loads(patch), in_place=True))
$$;
\endif

-- --------------------------------------------------- patches, and jsonb_set

-- n paths of a kind: at the top, deep, or in the long array
CREATE FUNCTION bench.paths(size text, kind text, n int) RETURNS SETOF text[]
    LANGUAGE sql AS $$
    SELECT CASE kind
        WHEN 'top' THEN ARRAY[CASE WHEN size = 'record'
            THEN (ARRAY['name', 'status', 'os_version', 'owner', 'checksum', 'os_type',
                        'architecture', 'visibility', 'disk_format', 'os_distro'])[1 + i % 10]
            ELSE 'p' || i % 100 END]
        WHEN 'deep' THEN CASE WHEN size = 'record'
            THEN ARRAY['tags', (i % 3)::text]
            WHEN i % 2 = 0 THEN ARRAY['deep', 'a', 'b', 'c', 'd', 'e', 'f']
            ELSE ARRAY['deep', 'a', 'b', 'c', 'd', 'e', 'g', (i % 3)::text] END
        WHEN 'array' THEN CASE WHEN size = 'record'
            THEN ARRAY['tags', (i % 3)::text]
            ELSE ARRAY['list', (i * 13 % CASE size WHEN '10 KB' THEN 5 WHEN '1 MB' THEN 1350 ELSE 22000 END)::text,
                       CASE i % 3 WHEN 0 THEN 'name' WHEN 1 THEN 'os_version' ELSE 'owner' END] END
        END
      FROM generate_series(0, n - 1) i
$$;

CREATE FUNCTION bench.patch(size text, kind text, n int, salt int = 0) RETURNS json_patch
    LANGUAGE sql AS $$
    SELECT jsonb_agg(jsonb_build_object('op', 'replace',
               'path', '/' || array_to_string(path, '/'),
               'value', 'new value ' || o + salt) ORDER BY o)::json_patch
      FROM bench.paths(size, kind, n) WITH ORDINALITY p(path, o)
$$;

-- the same as nested calls of jsonb_set
CREATE FUNCTION bench.nested(size text, kind text, n int) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    expression text := 'd';
    path text[];
    o int := 0;
BEGIN
    FOR path IN SELECT * FROM bench.paths(size, kind, n) LOOP
        o := o + 1;
        expression := format('jsonb_set(%s, %L, %L)', expression, path,
                             to_jsonb('new value ' || o));
    END LOOP;
    RETURN expression;
END
$$;

-- they do the same
SELECT bool_and(ours = theirs) AS same_results
  FROM unnest(ARRAY['record', '10 KB']) size, unnest(ARRAY['top', 'deep', 'array']) kind,
       LATERAL (SELECT json_patch_apply(bench.get(size), bench.patch(size, kind, 10)) AS ours,
                       bench.plpgsql_patch(bench.get(size), bench.patch(size, kind, 10)) AS theirs) r;

\echo
\echo One replace, ten and a hundred, against as many nested jsonb_set.
\echo Times in microseconds; constant: the patch stands in the statement; varying: another one each call.
\echo lower bound: copying as many bytes once (text concatenation).
CREATE TABLE bench.result AS
    SELECT d.n, d.size, kind, ops, NULL::float8 AS lower_bound, NULL::float8 AS constant,
           NULL::float8 AS varying, NULL::float8 AS jsonb_set
      FROM bench.document d, unnest(ARRAY['top', 'deep', 'array']) kind,
           unnest(ARRAY[1, 10, 100]) ops
     WHERE NOT (d.size = 'record' AND (ops = 100 OR kind = 'array'));
DO $$
DECLARE
    r bench.result;
    document jsonb;
BEGIN
    FOR r IN SELECT * FROM bench.result ORDER BY n, kind DESC, ops LOOP
        document := bench.get(r.size);
        UPDATE bench.result SET
            lower_bound = bench.time('$2 || substr(i::text, 1, 1)', '{}', repeat('x', pg_column_size(document))),
            constant = bench.time(format('json_patch_apply(d, %L)', bench.patch(r.size, r.kind, r.ops)), document, 0),
            varying = bench.time('json_patch_apply(d, $2[1 + i % 8])', document,
                (SELECT array_agg(bench.patch(r.size, r.kind, r.ops, i)) FROM generate_series(1, 8) i)),
            jsonb_set = CASE WHEN r.ops <= 10 OR r.n <= 2
                THEN bench.time(bench.nested(r.size, r.kind, r.ops), document, 0) END
         WHERE size = r.size AND kind = r.kind AND ops = r.ops;
    END LOOP;
END
$$;
SELECT size, kind, ops, round(lower_bound::numeric, 2) AS lower_bound,
       round(constant::numeric, 2) AS constant, round(varying::numeric, 2) AS varying,
       round(jsonb_set::numeric, 2) AS jsonb_set,
       round((constant / lower_bound)::numeric, 2) AS "constant/lower bound",
       round((constant / jsonb_set)::numeric, 3) AS "constant/jsonb_set",
       round((varying / jsonb_set)::numeric, 3) AS "varying/jsonb_set"
  FROM bench.result ORDER BY n, kind DESC, ops;

\echo
\echo Other operations, constant patch, in microseconds.
SELECT size, op,
       round(bench.time(format('json_patch_apply(d, %L)', patch), bench.get(size), 0)::numeric, 2) AS time
  FROM (VALUES ('record'), ('1 MB')) s(size),
       (VALUES ('add member', '[{"op":"add","path":"/new","value":"x"}]'),
               ('remove member', '[{"op":"remove","path":"/name"}]'),
               ('add to array', '[{"op":"add","path":"/tags/0","value":"x"}]'),
               ('move', '[{"op":"move","from":"/name","path":"/title"}]'),
               ('copy', '[{"op":"copy","from":"/tags","path":"/labels"}]'),
               ('test', '[{"op":"test","path":"/os_version","value":"12"}]')) o(op, patch);

\echo
\echo Against other patch functions, on the small record; ratio: theirs to ours.
CREATE TABLE bench.other AS
    SELECT ops, bench.time(format('json_patch_apply(d, %L)', p), bench.get('record'), 0) AS ours,
           bench.time('json_patch_apply(d, $2[1 + i % 8])', bench.get('record'), a) AS varying,
           bench.time('bench.plpgsql_patch(d, $2[1 + i % 8])', bench.get('record'), a) AS plpgsql
\if :python
           , bench.time('bench.python_patch(d, $2[1 + i % 8])', bench.get('record'), a) AS python
\else
           , NULL::float8 AS python
\endif
      FROM unnest(ARRAY[1, 10]) ops,
           LATERAL (SELECT bench.patch('record', 'top', ops) AS p,
                           (SELECT array_agg(bench.patch('record', 'top', ops, i)) FROM generate_series(1, 8) i) AS a) x;
SELECT ops, round(ours::numeric, 2) AS constant, round(varying::numeric, 2) AS varying,
       round(plpgsql::numeric, 2) AS plpgsql, round(python::numeric, 2) AS python,
       round((plpgsql / varying)::numeric, 1) AS "plpgsql/varying",
       round((python / varying)::numeric, 1) AS "python/varying"
  FROM bench.other ORDER BY ops;

\echo
\echo Diff of two 1 MB documents with ten differences, in microseconds.  equal: two equal
\echo copies compared with =, all of them; unequal: the two with =, which stops at the first.
CREATE TABLE bench.pair AS
    SELECT kind, source, json_patch_apply(source, patch) AS target, source || '{}' AS copy
      FROM (SELECT 'changed values' AS kind, bench.patch('1 MB', 'array', 10) AS patch
            UNION ALL SELECT 'changed array', (SELECT jsonb_agg(CASE WHEN i % 2 = 0
                THEN jsonb_build_object('op', 'remove', 'path', '/list/' || i * 100)
                ELSE jsonb_build_object('op', 'add', 'path', '/list/' || i * 100, 'value', i) END)::json_patch
                FROM generate_series(1, 10) i)) k,
           LATERAL (SELECT bench.get('1 MB') AS source) d;
SELECT kind, jsonb_array_length(json_patch_diff(source, target)) AS operations,
       round(diff::numeric, 1) AS diff, round(equal::numeric, 1) AS equal,
       round(unequal::numeric, 1) AS unequal, round((diff / equal)::numeric, 2) AS "diff/equal"
  FROM bench.pair,
       LATERAL (SELECT bench.time('json_patch_diff(d, $2)', source || '{}', target || '{}') AS diff,
                       bench.time('CASE WHEN d = $2 THEN 1 END', source || '{}', copy || '{}') AS equal,
                       bench.time('CASE WHEN d = $2 THEN 1 END', source || '{}', target || '{}') AS unequal) t;

\echo
\echo Memory of one call, measured in the memory contexts: bytes more than before it, over the bytes of the document.
CREATE FUNCTION bench.context_bytes(v int) RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts WHERE v > 0';
CREATE FUNCTION bench.memory(document jsonb, patch json_patch, OUT bytes bigint)
    LANGUAGE plpgsql AS $$
BEGIN
    -- computed one after the other in one memory context, which is not reset
    -- in between; measuring takes memory, too, always the same
    SELECT (d - c) - (b - a) + 0 * length(x) INTO bytes
      FROM (SELECT bench.context_bytes(v) AS a,
                   bench.context_bytes(v) AS b,
                   bench.context_bytes(v) AS c,
                   CASE WHEN json_patch_apply(CASE WHEN v > 0 THEN document END, patch) IS NOT NULL THEN 'x' END AS x,
                   bench.context_bytes(v) AS d
              FROM generate_series(1, 1) v OFFSET 0) m;
END
$$;
SELECT size, kind, ops, pg_column_size(document) AS document, bytes,
       round(1 + bytes::numeric / pg_column_size(document), 2) AS "(document + bytes)/document"
  FROM (SELECT n, size, document || '{}' AS document FROM bench.document WHERE size <> 'record') d,
       unnest(ARRAY['top', 'array']) kind, unnest(ARRAY[1, 10, 100]) ops,
       LATERAL bench.memory(document, bench.patch(size, kind, ops))
 ORDER BY n, kind DESC, ops;

\echo
\echo Memory of the session over a million calls: bytes in its memory contexts.
CREATE FUNCTION bench.session_memory() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts';
DO $$
DECLARE
    document jsonb := bench.get('record');
    patches json_patch[] := (SELECT array_agg(bench.patch('record', 'top', 3, i)) FROM generate_series(1, 8) i);
    memory bigint[];
BEGIN
    FOR i IN 1..1000000 LOOP
        document := json_patch_apply(document, patches[1 + i % 8]);
        IF i IN (1000, 500000, 1000000) THEN
            memory := memory || bench.session_memory();
        END IF;
    END LOOP;
    RAISE NOTICE 'after 1000 calls %, 500000 calls %, 1000000 calls %', memory[1], memory[2], memory[3];
END
$$;

SET client_min_messages = warning;
DROP SCHEMA bench CASCADE;
