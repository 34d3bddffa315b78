-- What bounds a patch: settings, and the limits of jsonb itself.
SET search_path = image_catalog, public;

-- a limit is an error of its own class, with the setting named
\set VERBOSITY sqlstate
SET image_catalog.json_patch_operations_max = 2;
SELECT json_patch_apply('{}', '[{"op":"test","path":"","value":{}},{"op":"test","path":"","value":{}}]');
SELECT json_patch_apply('{}', '[{"op":"test","path":"","value":{}},{"op":"test","path":"","value":{}},{"op":"test","path":"","value":{}}]');
\set VERBOSITY default
SELECT json_patch_apply('{}', '[{"op":"test","path":"","value":{}},{"op":"test","path":"","value":{}},{"op":"test","path":"","value":{}}]');
SELECT json_patch_invert('{}', '[{"op":"test","path":"","value":{}},{"op":"test","path":"","value":{}},{"op":"test","path":"","value":{}}]');
RESET image_catalog.json_patch_operations_max;

-- depth: of the pointer, of the value, of what is moved or copied
SET image_catalog.json_patch_depth_max = 3;
SELECT json_patch_apply('{"a":{"b":{}}}', '[{"op":"add","path":"/a/b/c","value":1}]');
SELECT json_patch_apply('{"a":{"b":{}}}', '[{"op":"add","path":"/a/b","value":[1]}]');
SELECT json_patch_apply('{"a":{"b":{}}}', '[{"op":"add","path":"/a/b/c","value":{}}]');
SELECT json_patch_apply('{"a":{"b":{}}}', '[{"op":"replace","path":"/a/b","value":[[1]]}]');
SELECT json_patch_apply('{"a":{"b":{"c":{}}}}', '[{"op":"add","path":"/a/b/c/d","value":1}]');
SELECT json_patch_apply('{"a":[[1]]}', '[{"op":"copy","from":"/a","path":"/b"}]');
SELECT json_patch_apply('{"a":[[1]]}', '[{"op":"copy","from":"/a","path":"/a/0"}]');
SELECT json_patch_apply('{"a":[[1]],"b":[[]]}', '[{"op":"add","path":"/a/-","value":2},{"op":"move","from":"/a","path":"/b/0"}]');
SELECT json_patch_apply('{"a":[[[]]]}', '[{"op":"add","path":"/b","value":2}]') AS "deeper, untouched";
SELECT json_merge_patch('{}', '{"a":{"b":{"c":1}}}');
SELECT json_merge_patch('{}', '{"a":{"b":{"c":[]}}}');
RESET image_catalog.json_patch_depth_max;
SELECT json_patch_apply('{}', jsonb_build_array(jsonb_build_object(
    'op', 'add', 'path', '/a', 'value', (repeat('[', 1001) || repeat(']', 1001))::jsonb))::json_patch);
SELECT json_patch_apply('{}', jsonb_build_array(jsonb_build_object(
    'op', 'add', 'path', repeat('/a', 2000), 'value', 1))::json_patch);

-- a patch that doubles what it copied before is stopped at once
SELECT json_patch_apply('{"a": ["0123456789"]}', jsonb_agg(
    jsonb_build_object('op', 'copy', 'from', '/a', 'path', '/a/-'))::json_patch)
  FROM generate_series(1, 30);
SELECT json_patch_apply('["0123456789"]', jsonb_agg(
    jsonb_build_object('op', 'copy', 'from', '', 'path', '/-'))::json_patch)
  FROM generate_series(1, 30);
SET image_catalog.json_patch_copy_max = '1kB';
SELECT length(json_patch_apply('{"a": ["0123456789"]}', jsonb_agg(
    jsonb_build_object('op', 'copy', 'from', '/a/0', 'path', '/a/-'))::json_patch)::text)
  FROM generate_series(1, 60);
SELECT json_patch_apply('{"a": ["0123456789"]}', jsonb_agg(
    jsonb_build_object('op', 'copy', 'from', '/a/0', 'path', '/a/-'))::json_patch)
  FROM generate_series(1, 80);
RESET image_catalog.json_patch_copy_max;

-- size of the result
SET image_catalog.json_patch_result_max = '4kB';
SELECT length(json_patch_apply('{}', jsonb_build_array(jsonb_build_object(
    'op', 'add', 'path', '/a', 'value', repeat('x', 4000)))::json_patch)::text);
SELECT json_patch_apply('{}', jsonb_build_array(jsonb_build_object(
    'op', 'add', 'path', '/a', 'value', repeat('x', 4100)))::json_patch);
SELECT json_merge_patch('{}', jsonb_build_object('a', repeat('x', 4100)));
SELECT json_patch_diff('{}', jsonb_build_object('a', repeat('x', 4100)));
SELECT json_patch_invert(jsonb_build_object('a', repeat('x', 4100)), '[{"op":"remove","path":"/a"}]');
SELECT json_patch_replay('{}', p) FROM (SELECT jsonb_build_array(jsonb_build_object(
    'op', 'add', 'path', '/' || i, 'value', repeat('x', 1000)))::json_patch AS p
    FROM generate_series(1, 5) i) v;
RESET image_catalog.json_patch_result_max;
-- a copy takes no memory before the result is written: 300 MB of result are
-- refused without them
SET image_catalog.json_patch_copy_max = '1GB';
SELECT json_patch_apply(jsonb_build_array(repeat('x', 10000000)), jsonb_agg(
    jsonb_build_object('op', 'copy', 'from', '/0', 'path', '/-'))::json_patch)
  FROM generate_series(1, 30);
RESET image_catalog.json_patch_copy_max;

-- long pointers and names are shortened in messages
SELECT json_patch_apply('{}', jsonb_build_array(jsonb_build_object(
    'op', 'remove', 'path', '/' || repeat('long', 1000)))::json_patch);
SELECT jsonb_build_array(jsonb_build_object('op', repeat('x', 1000), 'path', ''))::json_patch;

-- the settings protect the server: not for everybody to raise
CREATE ROLE regress_json_user;
SET ROLE regress_json_user;
SET image_catalog.json_patch_copy_max = '1GB';
RESET ROLE;
DROP ROLE regress_json_user;

-- pointers of very many names
SELECT json_pointer_get('{}', repeat('/', 100000)) IS NULL AS nothing_there;
SELECT json_pointer_get('{}', repeat('/', 100001));
SELECT jsonb_agg(jsonb_build_object('op', 'remove', 'path', repeat('/', 100000)))::json_patch
  FROM generate_series(1, 11);
