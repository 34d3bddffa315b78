-- The type json_patch and json_patch_apply.
SET search_path = image_catalog, public;

-- input: any JSON Patch, unknown members kept and ignored, numbers as written
SELECT '[]'::json_patch;
SELECT ' [ {"value": 1.50, "path": "/a~1b~0c", "op": "add", "note": {"op": 1}} ] '::json_patch;
SELECT '[{"op":"move","path":"/a","from":"/b"},{"op":"remove","path":""}]'::json_patch;

-- not JSON, not an array, not operations
SELECT '[{'::json_patch;
SELECT '{"op":"add","path":"","value":1}'::json_patch;
SELECT '"x"'::json_patch;
SELECT '[[]]'::json_patch;
SELECT '[{"op":"remove","path":"/a"}, 3]'::json_patch;
-- op
SELECT '[{"path":"/a"}]'::json_patch;
SELECT '[{"op":null,"path":"/a"}]'::json_patch;
SELECT '[{"op":"Add","path":"/a","value":1}]'::json_patch;
-- path, from, value
SELECT '[{"op":"remove"}]'::json_patch;
SELECT '[{"op":"remove","path":["a"]}]'::json_patch;
SELECT '[{"op":"remove","path":"a"}]'::json_patch;
SELECT '[{"op":"remove","path":"/a~"}]'::json_patch;
SELECT '[{"op":"remove","path":"/a~2/b"}]'::json_patch;
SELECT '[{"op":"copy","path":"/a"}]'::json_patch;
SELECT '[{"op":"copy","path":"/a","from":"b"}]'::json_patch;
SELECT '[{"op":"test","path":"/a"}]'::json_patch;
SELECT '[{"op":"add","path":"/a","value":null}]'::json_patch;
-- a value cannot be moved into itself, whatever way its name is spelled
SELECT '[{"op":"move","from":"/a","path":"/a/b"}]'::json_patch;
SELECT '[{"op":"move","from":"","path":"/b"}]'::json_patch;
SELECT '[{"op":"move","from":"/a","path":"/ab"},{"op":"move","from":"/a","path":"/a"}]'::json_patch;

-- members written twice: text and json show them, jsonb has forgotten
SELECT '[{"op":"remove","path":"/a"},{"op":"add","path":"/a","value":1,"op":"remove"}]'::json_patch;
SELECT '[{"op":"add","path":"/a","\u0070ath":"/b","value":1}]'::json_patch;
SELECT '[{"op":"add","path":"/a","value":{"op":1,"op":2},"x":1,"x":2}]'::json_patch;
SELECT '[{"op":"remove","path":"/a","path":"/a"}]'::json::json_patch;
SELECT '[{"op":"remove","path":"/a","path":"/a"}]'::text::json_patch;
SELECT '[{"op":"remove","path":"/a","path":"/a"}]'::jsonb::json_patch;

-- a column of patches: from jsonb by assignment, checked; to jsonb for free
CREATE TEMP TABLE history (n int, patch json_patch);
INSERT INTO history VALUES (1, '[{"op":"add","path":"/a","value":1}]'),
                           (2, jsonb '[{"op":"remove","path":"/a"}]'),
                           (3, json '[{"op":"remove","path":"/a"}]');
INSERT INTO history VALUES (4, jsonb '[{"op":"delete","path":"/a"}]');
SELECT n, patch, patch->0->>'op' AS op, jsonb_array_length(patch) FROM history;
SELECT patch, count(*) FROM history GROUP BY patch ORDER BY patch;
SELECT row_to_json(h) FROM history h WHERE n = 1;
SELECT to_jsonb(patch) FROM history WHERE n = 1;
SELECT json_patch_send(patch) = jsonb_send(patch) AS as_jsonb FROM history WHERE n = 1;
DROP TABLE history;

-- one of each
SELECT op->>'op' AS op, json_patch_apply('{"a": {"b": [1, 2]}, "c": "x"}',
                                         jsonb_build_array(op)::json_patch)
  FROM jsonb_array_elements('[
    {"op": "add", "path": "/a/b/1", "value": {"n": null}},
    {"op": "add", "path": "/a/b/-", "value": 3},
    {"op": "add", "path": "/c", "value": true},
    {"op": "add", "path": "", "value": 7},
    {"op": "remove", "path": "/a/b/0"},
    {"op": "remove", "path": "/a"},
    {"op": "replace", "path": "/a/b", "value": {}},
    {"op": "replace", "path": "", "value": [0]},
    {"op": "move", "from": "/a/b/0", "path": "/a/b/1"},
    {"op": "move", "from": "/a/b", "path": "/c"},
    {"op": "move", "from": "/a/b", "path": "/a"},
    {"op": "move", "from": "/a", "path": ""},
    {"op": "copy", "from": "/a/b", "path": "/a/b/0"},
    {"op": "copy", "from": "", "path": "/a/whole"},
    {"op": "test", "path": "/a/b", "value": [1.0, 2e0]}]') op;

-- numbers keep every digit; null is a value
SELECT json_patch_apply('{"a": 1.000, "b": 12345678901234567890.123456789012345678900}',
    '[{"op":"add","path":"/c","value":1e-20},{"op":"copy","from":"/b","path":"/d"},
      {"op":"add","path":"/e","value":null},{"op":"test","path":"/a","value":1}]');

-- operations see what the ones before them did
SELECT json_patch_apply('{}', '[
    {"op":"add","path":"/a","value":{}}, {"op":"add","path":"/a/b","value":[]},
    {"op":"add","path":"/a/b/-","value":1}, {"op":"copy","from":"/a","path":"/c"},
    {"op":"add","path":"/a/b/0","value":0}, {"op":"test","path":"/a/b","value":[0,1]},
    {"op":"test","path":"/c","value":{"b":[1]}}, {"op":"move","from":"/a/b/0","path":"/c/b/-"},
    {"op":"test","path":"","value":{"a":{"b":[1]},"c":{"b":[1,0]}}}]');

-- scalars are documents, too
SELECT json_patch_apply('5', '[{"op":"test","path":"","value":5.0},{"op":"add","path":"","value":"x"}]');
SELECT json_patch_apply('{"a":[null]}', '[{"op":"move","from":"/a/0","path":""}]');

-- names: escapes, the empty name, names that look like indexes
SELECT json_patch_apply('{"": {"": 1}, "a/b": 2, "m~n": 3, "~1": 4, "0": 5, "-": 6}', '[
    {"op":"test","path":"//","value":1}, {"op":"test","path":"/a~1b","value":2},
    {"op":"test","path":"/m~0n","value":3}, {"op":"test","path":"/~01","value":4},
    {"op":"replace","path":"/0","value":50}, {"op":"remove","path":"/-"},
    {"op":"add","path":"/01","value":51}, {"op":"add","path":"/Δ~1","value":"δ"}]');

-- targets that are not there
SELECT json_patch_apply('{"a":[1]}', '[{"op":"test","path":"/a/0","value":1},{"op":"replace","path":"/b","value":1}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"add","path":"/b/c","value":1}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"add","path":"/a/2","value":1}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"add","path":"/a/01","value":1}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"replace","path":"/a/-","value":1}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"remove","path":"/a/99999999999999999999"}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"add","path":"/a/0/x","value":1}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"copy","from":"/b","path":"/a/0"}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"move","from":"/a/1","path":"/b"}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"move","from":"/b","path":"/b"}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"test","path":"/b","value":null}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"remove","path":""}]');
SELECT json_patch_apply('"s"', '[{"op":"replace","path":"/a","value":1}]');

-- tests that fail: what was found, its beginning if it is long
SELECT json_patch_apply('{"a":[1]}', '[{"op":"test","path":"/a","value":{"0":1}}]');
SELECT json_patch_apply('{"a":[1]}', '[{"op":"add","path":"/a/-","value":"2"},{"op":"test","path":"/a","value":[1,2]}]');
SELECT json_patch_apply(jsonb_build_object('a', repeat('é', 300)), '[{"op":"test","path":"/a","value":"é"}]');
SELECT json_patch_apply(jsonb_build_object('a', (SELECT jsonb_agg(i) FROM generate_series(1, 5000) i)), '[{"op":"test","path":"/a","value":[]}]');
SELECT json_patch_apply('{"a":false}', '[{"op":"test","path":"/a","value":0}]');
SELECT json_patch_apply('{"a":false}', '[{"op":"test","path":"/a","value":true}]');
SELECT json_patch_apply('{"a":[{"b":false}]}', '[{"op":"test","path":"/a","value":[{"b":true}]}]');
SELECT json_patch_apply('{"a":[{"b":1.50}]}', '[{"op":"test","path":"/a","value":[{"b":1.51}]}]');
SELECT json_patch_apply('{"a":1}', '[{"op":"test","path":"/a","value":"1"}]');
SELECT json_patch_apply('{"a":1}', '[{"op":"test","path":"","value":{"a":1,"b":2}}]');
SELECT json_patch_apply('{"a":1,"c":2}', '[{"op":"test","path":"","value":{"a":1,"b":2}}]');

-- the three kinds of failure can be told apart
CREATE FUNCTION pg_temp.state(document jsonb, patch text) RETURNS text AS $$
BEGIN
    PERFORM json_patch_apply(document, patch::json_patch);
    RETURN 'ok';
EXCEPTION
    WHEN invalid_text_representation THEN RETURN 'malformed ' || SQLSTATE;
    WHEN no_sql_json_item THEN RETURN 'target ' || SQLSTATE;
    WHEN SQLSTATE 'PT409' THEN RETURN 'test ' || SQLSTATE;
END
$$ LANGUAGE plpgsql;
SELECT pg_temp.state('{}', '[{"op":"test","path":"","value":{}}]'),
       pg_temp.state('{}', '[{"op":"tset","path":"","value":{}}]'),
       pg_temp.state('{}', '[{"op":"test","path":"/a","value":{}}]'),
       pg_temp.state('{}', '[{"op":"test","path":"","value":[]}]');

-- null in, null out; a failed patch is never null
SELECT json_patch_apply(NULL, '[]') IS NULL AND json_patch_apply('{}', NULL) IS NULL AS null_in;

-- the parsed patch is kept between calls, but never longer than it is right
PREPARE apply(jsonb, json_patch) AS SELECT json_patch_apply($1, $2);
EXECUTE apply('{}', '[{"op":"add","path":"/a","value":1}]');
EXECUTE apply('{}', '[{"op":"add","path":"/b","value":1}]');
DEALLOCATE apply;
DO $$
DECLARE
    document jsonb := '{}';
    patch json_patch;
BEGIN
    FOR i IN 1..5 LOOP
        patch := jsonb_build_array(jsonb_build_object(
            'op', 'add', 'path', '/' || i, 'value', chr(64 + i)));
        document := json_patch_apply(document, patch);
    END LOOP;
    RAISE NOTICE '%', document;
END
$$;
SELECT json_patch_apply('{}', p::json_patch)
  FROM (VALUES ('[{"op":"add","path":"/a","value":1}]'),
               ('[{"op":"add","path":"/a","value":2}]')) v(p);

-- composition
SELECT json_patch '[{"op":"add","path":"/a","value":[1.0, "x"]}]' ||
       json_patch '[{"op":"remove","path":"/a/0"},{"op":"remove","path":"/b"}]';
SELECT json_patch '[]' || '[]', '[]' || json_patch '[{"op":"remove","path":"/a"}]';
SELECT json_patch_apply(json_patch_apply('{"b":0}', p), q) = json_patch_apply('{"b":0}', p || q) AS same
  FROM (SELECT json_patch '[{"op":"add","path":"/a","value":[1.0, "x"]}]' AS p,
               json_patch '[{"op":"remove","path":"/a/0"},{"op":"remove","path":"/b"}]' AS q) v;
