-- JSON Pointer (RFC 6901) on jsonb.
SET search_path = image_catalog, public;

-- the examples of RFC 6901, section 5
SELECT pointer, json_pointer_get('{
      "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
      "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8}', pointer)
  FROM unnest(ARRAY['', '/foo', '/foo/0', '/', '/a~1b', '/c%d', '/e^f',
                    '/g|h', '/i\j', '/k"l', '/ ', '/m~0n']) pointer;

-- nothing there is null, a JSON null is not
SELECT pointer, json_pointer_get(document, pointer),
       json_pointer_exists(document, pointer)
  FROM (SELECT jsonb '{"a": null, "b": [[], {"": {"c": true}}], "0": 1}' AS document) d,
       unnest(ARRAY['/a', '/x', '/a/b', '/b/0', '/b/1//c', '/b/1/', '/b/2',
                    '/b/-', '/b/-1', '/b/00', '/b/ 1', '/b/4294967296',
                    '/b/18446744073709551617', '/0', '/0/0', '/b/0/0']) pointer;
SELECT json_pointer_get('"scalar"', ''), json_pointer_get('"scalar"', '/'),
       json_pointer_get(NULL, '') IS NULL AS null_in;

-- keys that need more than one stretch of 32 to be found
SELECT count(*) FILTER (WHERE json_pointer_get(o, '/' || k) = to_jsonb(k)) AS found,
       count(*) FILTER (WHERE json_pointer_exists(o, '/' || k || 'x')) AS not_there
  FROM (SELECT jsonb_object_agg('k' || i, 'k' || i) AS o,
               array_agg('k' || i) AS keys
          FROM generate_series(1, 1000) i) d, unnest(keys) k;
SELECT bool_and(json_pointer_get(a, '/' || i) = to_jsonb(i)) AS elements
  FROM (SELECT jsonb_agg(i) AS a FROM generate_series(0, 999) i) d,
       generate_series(0, 999) i;

-- not a pointer
SELECT json_pointer_get('{}', 'a');
SELECT json_pointer_get('{}', '/a~');
SELECT json_pointer_exists('{}', '/a~2');
SELECT json_pointer_exists('{}', '#/a');

-- escape: each name becomes one token again
SELECT name, json_pointer_escape(name),
       json_pointer_get(jsonb_build_object(name, 1), '/' || json_pointer_escape(name))
  FROM unnest(ARRAY['a', '', '/', '~', '~1', '~0', 'a/b~c', 'ключ/~']) name;
