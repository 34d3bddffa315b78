-- jsonb written by json_patch_apply is what the server itself would have
-- written, byte for byte: *= compares the binary images, and the text form
-- read back is the server's own work.  All lengths around the stretches of
-- 32 entries, all places, all alignments.
SET search_path = image_catalog, public;

CREATE FUNCTION pg_temp.as_server_writes(document jsonb) RETURNS boolean AS $$
    SELECT ours OPERATOR(pg_catalog.*=) servers
      FROM (SELECT document) ours, (SELECT document::text::jsonb) servers;
$$ LANGUAGE sql;

-- values of every kind; strings of 0 to 3 bytes beyond a multiple of 4
CREATE TEMP TABLE sample (n int, value jsonb);
INSERT INTO sample VALUES
    (0, '""'), (1, '"a"'), (2, '"ab"'), (3, '"abc"'), (4, '1'), (5, '1.50'),
    (6, 'true'), (7, 'null'), (8, '[]'), (9, '{}'), (10, '["a", 1, [2]]'),
    (11, '{"k": "v", "n": 12345.678}'), (12, '"abcde"');

CREATE TEMP TABLE base (kind text, size int, document jsonb);
INSERT INTO base
    SELECT 'array', size,
           (SELECT COALESCE(jsonb_agg(value ORDER BY i), '[]')
              FROM generate_series(1, size) i JOIN sample ON n = i * 7 % 13)
      FROM generate_series(0, 70) size;
INSERT INTO base
    SELECT 'object', size,
           (SELECT COALESCE(jsonb_object_agg(repeat('k', i % 5) || i, value), '{}')
              FROM generate_series(1, size) i JOIN sample ON n = i * 5 % 13)
      FROM generate_series(0, 70) size;

-- add in front of each element, for each kind of value
SELECT count(*), bool_and(pg_temp.as_server_writes(result)) AS identical
  FROM base, sample, generate_series(0, size) place,
       json_patch_apply(document, jsonb_build_array(jsonb_build_object(
           'op', 'add', 'path', '/' || place, 'value', value))::json_patch) result
 WHERE kind = 'array' AND size % 3 = 0;

-- remove each
SELECT count(*), bool_and(pg_temp.as_server_writes(result)) AS identical
  FROM base, generate_series(0, size - 1) place,
       json_patch_apply(document, jsonb_build_array(jsonb_build_object(
           'op', 'remove', 'path', '/' || place))::json_patch) result
 WHERE kind = 'array';
SELECT count(*), bool_and(pg_temp.as_server_writes(result)) AS identical,
       bool_and(result = document - key) AS right
  FROM base, jsonb_object_keys(document) key,
       json_patch_apply(document, jsonb_build_array(jsonb_build_object(
           'op', 'remove', 'path', '/' || key))::json_patch) result
 WHERE kind = 'object';

-- add or replace in an object
SELECT count(*), bool_and(pg_temp.as_server_writes(result)) AS identical,
       bool_and(result = jsonb_set(document, ARRAY[key], value)) AS right
  FROM base, sample, unnest(ARRAY['', 'k1', 'kk2', 'zzz', 'kkkk34', '35', 'a long name']) key,
       json_patch_apply(document, jsonb_build_array(jsonb_build_object(
           'op', 'add', 'path', '/' || key, 'value', value))::json_patch) result
 WHERE kind = 'object';

-- several changes at once, nested: every part of a split run is right
SELECT count(*), bool_and(pg_temp.as_server_writes(result)) AS identical
  FROM base b, sample, generate_series(0, size / 4) k,
       json_patch_apply(jsonb_build_object('x', document, 'yy', value), jsonb_build_array(
           jsonb_build_object('op', 'add', 'path', '/x/' || k, 'value', value),
           jsonb_build_object('op', 'copy', 'from', '/x', 'path', '/x/' || k),
           jsonb_build_object('op', 'remove', 'path', '/x/' || 2 * k),
           jsonb_build_object('op', 'move', 'from', '/yy', 'path', '/x/' || 3 * k),
           jsonb_build_object('op', 'move', 'from', '/x/' || k, 'path', '/zzz'))::json_patch) result
 WHERE kind = 'array' AND size > 0;

-- scalars at the root
SELECT value, pg_temp.as_server_writes(json_patch_apply('[]', jsonb_build_array(
           jsonb_build_object('op', 'add', 'path', '', 'value', value))::json_patch)) AS add,
       pg_temp.as_server_writes(json_pointer_get(jsonb_build_array(value), '/0')) AS get
  FROM sample ORDER BY n;

-- composed patches
SELECT bool_and(pg_temp.as_server_writes((p || q)::jsonb)) AS identical
  FROM (SELECT jsonb_agg(jsonb_build_object('op', 'add', 'path', '/' || n, 'value', value))::json_patch AS p,
               n % 7 AS g FROM sample, generate_series(1, 7) GROUP BY n % 7) a,
       (SELECT jsonb_agg(jsonb_build_object('op', 'remove', 'path', '/' || i))::json_patch AS q
          FROM generate_series(1, 40) i GROUP BY i / 9) b;

DROP TABLE base, sample;
