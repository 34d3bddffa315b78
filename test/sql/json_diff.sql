-- json_patch_diff, json_patch_invert, json_patch_replay.
SET search_path = image_catalog, public;

-- a diff, and what applying it comes to
CREATE FUNCTION pg_temp.diff(source jsonb, target jsonb, OUT diff json_patch, OUT ok boolean) AS $$
    SELECT d, json_patch_apply(source, d) = target
       AND json_patch_apply(target, json_patch_invert(source, d)) = source
      FROM json_patch_diff(source, target) d;
$$ LANGUAGE sql;

-- objects: members removed, added, replaced, compared inside; order is nothing
SELECT * FROM pg_temp.diff('{"a":1,"b":{"c":[1,2],"d":"x"},"e":null}', '{"b":{"d":"y","c":[1,2]},"e":[],"f":{"g":true}}');
SELECT * FROM pg_temp.diff('{"b":2,"a":1}', '{"a":1,"b":2}');
SELECT * FROM pg_temp.diff('{"a":1.0,"b":[10]}', '{"a":1,"b":[1e1]}');
SELECT * FROM pg_temp.diff('{"a/b":1,"m~n":1,"":1}', '{"a/b":2,"m~n":2,"":2}');
-- roots
SELECT * FROM pg_temp.diff('1', '2');
SELECT * FROM pg_temp.diff('{}', '[]');
SELECT * FROM pg_temp.diff('null', '{"a":1}');
SELECT * FROM pg_temp.diff('[]', '[]');

-- a renamed member, and one that changed its object, are moved
SELECT * FROM pg_temp.diff('{"name":"x","size":[1,2]}', '{"title":"x","size":[1,2]}');
SELECT * FROM pg_temp.diff('{"a":{"k":{"v":1}},"b":{}}', '{"a":{},"b":{"k":{"v":1.0}}}');
SELECT * FROM pg_temp.diff('{"list":[{"a":{"k":{"v":1}},"b":{}}]}', '{"list":[{"a":{},"b":{"k":{"v":1}}}]}');
-- not where array elements shift at the same time, but right all the same
SELECT * FROM pg_temp.diff('[{"id":0,"x":"yyyyyyyyyyyyyy"},{"id":1,"k":{"v":1}},{"id":2}]', '[{"id":1},{"id":2,"k":{"v":1}}]');

SELECT * FROM pg_temp.diff('{"l":[{"id":2},"K1","x","K2",{"id":1,"k":{"v":"w"}}]}', '{"l":[{"id":2,"k":{"v":"w"}},"K1","K2",{"id":1}]}');
SELECT * FROM pg_temp.diff('{"a":true,"b":false}', '{"a":false,"b":true}');

-- arrays: longest common subsequence
SELECT * FROM pg_temp.diff('[1,2,3,4,5]', '[1,2,4,5]');
SELECT * FROM pg_temp.diff('[1,2,4,5]', '[1,2,3,4,5]');
SELECT * FROM pg_temp.diff('[1,2,3]', '[0,1,2,3,4]');
SELECT * FROM pg_temp.diff('["a","b","c","d","e","f"]', '["b","c","x","e","f","g"]');
SELECT * FROM pg_temp.diff('[1,1,1]', '[1,1]');
SELECT * FROM pg_temp.diff('[]', '[1,2]');
SELECT * FROM pg_temp.diff('[1,2]', '[]');
-- an element that changed is compared inside
SELECT * FROM pg_temp.diff('[{"id":1,"v":"a"},{"id":2,"v":"b"},{"id":3,"v":"c"}]', '[{"id":0,"v":"new"},{"id":1,"v":"a"},{"id":2,"v":"B"},{"id":3,"v":"c"}]');
-- an element that only changed its place is moved
SELECT * FROM pg_temp.diff('[1,2,3,4,5]', '[5,1,2,3,4]');
SELECT * FROM pg_temp.diff('[1,2,3,4,5]', '[2,3,4,5,1]');
SELECT * FROM pg_temp.diff('["a long string to be moved","b","c",{"d":"e"}]', '[{"d":"e"},"c","b","a long string to be moved"]');
SELECT d.* FROM (SELECT jsonb_agg(i ORDER BY i) AS a,
                        jsonb_agg(i ORDER BY CASE i WHEN 20 THEN 2.5 WHEN 10 THEN 25.5 ELSE i END) AS b
                   FROM generate_series(1, 30) i) v, pg_temp.diff(a, b) d;

-- a container is replaced where that is far shorter
SELECT * FROM pg_temp.diff('{"a":[1,2,3,4,5,6]}', '{"a":[7,8,9]}');
SELECT * FROM pg_temp.diff('{"o":{"a":1,"b":2,"c":3}}', '{"o":{"d":4,"e":5,"f":6}}');

-- all pairs of small arrays: what comes out is right and never long
SELECT count(*) AS pairs, bool_and(d.ok) AS ok,
       max(jsonb_array_length(d.diff)) AS longest
  FROM (SELECT a FROM unnest(ARRAY['[]', '["x"]', '["xxxxxxxxxxxxxxxx"]', '["x","y"]',
            '["y","x"]', '["x","x","y"]', '["y","xxxxxxxxxxxxxxxx"]',
            '["xxxxxxxxxxxxxxxx","y","zzzzzzzzzzzzzzzz"]',
            '["zzzzzzzzzzzzzzzz","y","xxxxxxxxxxxxxxxx"]', '[["x"],["y"]]',
            '[["y"],["x"],"x"]', '[{"a":"x"},["x"],"y","y"]']::jsonb[]) a) s,
       (SELECT a FROM unnest(ARRAY['[]', '["x"]', '["xxxxxxxxxxxxxxxx"]', '["x","y"]',
            '["y","x"]', '["x","x","y"]', '["y","xxxxxxxxxxxxxxxx"]',
            '["xxxxxxxxxxxxxxxx","y","zzzzzzzzzzzzzzzz"]',
            '["zzzzzzzzzzzzzzzz","y","xxxxxxxxxxxxxxxx"]', '[["x"],["y"]]',
            '[["y"],["x"],"x"]', '[{"a":"x"},["x"],"y","y"]']::jsonb[]) a) t,
       pg_temp.diff(s.a, t.a) d;

-- long arrays, few differences: few operations
SELECT jsonb_array_length(diff), ok
  FROM (SELECT jsonb_agg(jsonb_build_object('id', i, 'name', 'n' || i) ORDER BY i) AS a,
               jsonb_agg(jsonb_build_object('id', i, 'name', CASE WHEN i % 1000 = 7 THEN 'new' ELSE 'n' || i END)
                         ORDER BY CASE i WHEN 4000 THEN 1.5 ELSE i END)
                   FILTER (WHERE i <> 2000 AND i <> 3000) AS b
          FROM generate_series(1, 5000) i) v, pg_temp.diff(a, b);
-- more differences than are looked for: longer, still right
SELECT jsonb_array_length(diff) > 0 AS some, ok
  FROM (SELECT jsonb_agg(i) AS a, jsonb_agg(i * 3 % 4001) AS b
          FROM generate_series(1, 4000) i) v, pg_temp.diff(a, b);
-- more operations than json_patch_apply takes
SET image_catalog.json_patch_operations_max = 3;
SELECT * FROM pg_temp.diff('{"a":[1,2,3,4],"x":"a string so long that replacing all is no gain at first"}',
                           '{"a":[0,1,3],"x":"a string so long that replacing all is no gain at first","b":1,"c":2}');
RESET image_catalog.json_patch_operations_max;
SELECT json_patch_diff(NULL, '{}') IS NULL AS null_in;

-- invert: what each operation takes away comes back
SELECT op->>'op' AS op, inverse,
       json_patch_apply(json_patch_apply(document, patch), inverse) = document AS ok
  FROM (SELECT jsonb '{"a": {"b": [1, 2]}, "c": "x"}' AS document) d,
       jsonb_array_elements('[
    {"op": "add", "path": "/a/b/1", "value": {"n": null}},
    {"op": "add", "path": "/a/b/-", "value": 3},
    {"op": "add", "path": "/c", "value": true},
    {"op": "add", "path": "/new", "value": true},
    {"op": "add", "path": "", "value": 7},
    {"op": "remove", "path": "/a/b/0"},
    {"op": "remove", "path": "/a"},
    {"op": "replace", "path": "/a/b", "value": {}},
    {"op": "replace", "path": "", "value": [0]},
    {"op": "move", "from": "/a/b/0", "path": "/a/b/1"},
    {"op": "move", "from": "/a/b", "path": "/new"},
    {"op": "move", "from": "/a/b", "path": "/c"},
    {"op": "move", "from": "/a/b", "path": "/a"},
    {"op": "move", "from": "/a/b/1", "path": "/a/b/-"},
    {"op": "move", "from": "/a", "path": ""},
    {"op": "move", "from": "/c", "path": "/c"},
    {"op": "copy", "from": "/a/b", "path": "/a/b/0"},
    {"op": "copy", "from": "/c", "path": "/a"},
    {"op": "test", "path": "/a/b", "value": [1, 2]}]') op,
       LATERAL (SELECT jsonb_build_array(op)::json_patch) p(patch),
       json_patch_invert(document, patch) inverse;
-- an element taken out of its neighbour cannot move back into it
SELECT json_patch_invert('[{"a": 1}]', '[{"op":"move","from":"/0/a","path":"/0"}]');
-- the old value returns before the moved one shifts its place
SELECT inverse, json_patch_apply(json_patch_apply(document, patch), inverse)
  FROM (SELECT jsonb '["v", "w", {"x": "old"}]' AS document,
               json_patch '[{"op":"move","from":"/0","path":"/1/x"}]' AS patch) v,
       json_patch_invert(document, patch) inverse;
-- it fails as the patch does
SELECT json_patch_invert('{}', '[{"op":"add","path":"/a","value":1},{"op":"remove","path":"/b"}]');
SELECT json_patch_invert('{}', '[{"op":"test","path":"","value":1}]');
SELECT json_patch_invert('{}', '[{"op":"remove","path":""}]');
SELECT json_patch_invert('{"a":1}', '[{"op":"move","from":"/a","path":"/b/c"}]');

-- replay: history in order, one document
CREATE TEMP TABLE history (version int, patch json_patch);
INSERT INTO history VALUES
    (3, '[{"op":"add","path":"/tags/-","value":"b"},{"op":"test","path":"/tags/0","value":"a"}]'),
    (1, '[{"op":"add","path":"/name","value":"cirros"}]'),
    (2, '[{"op":"add","path":"/tags","value":["a"]}]'),
    (4, NULL),
    (5, '[{"op":"move","from":"/name","path":"/title"}]');
SELECT json_patch_replay('{}', patch ORDER BY version) FROM history;
SELECT version, json_patch_replay('{}', patch) OVER (ORDER BY version) FROM history ORDER BY version;
SELECT json_patch_replay('{"v":1}', patch) FROM history WHERE false;
SELECT json_patch_replay('{"v":1}', patch) FROM history WHERE version = 4;
SELECT json_patch_replay(NULL, patch) FROM history;
-- the document of the first row counts, and no patch is left out: null, as json_patch_apply(null, patch)
SELECT json_patch_replay(CASE WHEN version > 1 THEN '{}'::jsonb END, patch ORDER BY version) IS NULL AS null_first,
       json_patch_replay(CASE WHEN version = 1 THEN '{}'::jsonb END, patch ORDER BY version) =
       json_patch_replay('{}', patch ORDER BY version) AS null_later,
       json_patch_replay(CASE WHEN version = 1 THEN 'null'::jsonb END, '[{"op": "add", "path": "", "value": 1}]' ORDER BY version) AS json_null FROM history;
SELECT version, json_patch_replay(CASE WHEN version > 1 THEN '{}'::jsonb END, patch) OVER (ORDER BY version) FROM history ORDER BY version;
INSERT INTO history VALUES (6, '[{"op":"remove","path":"/name"}]');
SELECT json_patch_replay('{}', patch ORDER BY version) FROM history;
DROP TABLE history;
-- many patches, each forgotten once it is applied
SELECT json_patch_replay('{"n": 0, "log": []}', jsonb_build_array(
           jsonb_build_object('op', 'replace', 'path', '/n', 'value', i),
           jsonb_build_object('op', 'replace', 'path', '/log', 'value', repeat('x', 1000)))::json_patch
           ORDER BY i) ->> 'n' AS n
  FROM generate_series(1, 20000) i;
