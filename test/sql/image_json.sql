--
-- image_json(): the document of a row, whatever the row holds
--
SET search_path = image_catalog, pg_catalog;
SET timezone = 'UTC';
CREATE FUNCTION pg_temp.document(name text, at timestamptz, tags text[], properties jsonb) RETURNS json
    RETURN image_catalog.image_json(ROW('00000000-0000-4000-8000-00000000ABCD', name, 'active', 'public', true, false, NULL, 'raw', 'bare',
        2147483647, 0, 9223372036854775807, -1, 'c', NULL, '', at, at, tags, properties)::image_catalog.image);

SELECT pg_temp.document('n', '2018-10-28 10:00:00.999999+00', '{b,a}', '{"p": "1"}');
-- all attributes missing
SELECT image_json(ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::image);
SELECT image_json(NULL);

-- strings: what must be escaped, and what stays
SELECT pg_temp.document(E'"\\\b\f\n\r\t\x01\x1f\x7f/é💿', now(), NULL, NULL) ->> 'name' = E'"\\\b\f\n\r\t\x01\x1f\x7f/é💿' AS read_back,
       substring(pg_temp.document(E'"\\\b\f\n\r\t\x01\x1f/é💿', now(), NULL, NULL)::text FROM '"name": .*?, "disk') AS written;
SELECT count(*) AS characters, bool_and(pg_temp.document(chr(n), now(), ARRAY[chr(n)], jsonb_build_object(chr(n), chr(n)))::jsonb
                                        @> jsonb_build_object('name', chr(n), 'tags', jsonb_build_array(chr(n)), chr(n), chr(n))) AS read_back
  FROM generate_series(1, 1000) n;

-- times: UTC, cut to seconds, in any year
SELECT t AS time, pg_temp.document(NULL, t, NULL, NULL) ->> 'created_at' AS shown
  FROM unnest(ARRAY['2000-01-01 00:00:00+00', '1999-12-31 23:59:59.999999+00', '1970-01-01 00:00:00+00', '1969-12-31 23:59:59.5+00', '2024-02-29 23:59:59.9+00',
                    '2018-10-28 01:30:00+02', '0001-01-01 00:00:00+00', '9999-12-31 23:59:59.999999+00', '10000-01-01 00:00:00+00', '0001-12-31 23:59:59+00 BC', '4713-01-01 00:00:00+00 BC',
                    'infinity', '-infinity']::timestamptz[]) t;
SELECT bool_and(pg_temp.document(NULL, t, NULL, NULL) ->> 'created_at' = to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) AS as_the_server_prints, count(*)
  FROM generate_series('1899-12-31 00:00:00+00'::timestamptz, '2105-01-01', '13 days 07:31:13.7') t;

-- tags and properties: nulls, and what no function of ours stores
SELECT pg_temp.document(NULL, now(), t, NULL) -> 'tags' AS tags
  FROM (VALUES ('{}'::text[]), (NULL), ('{a,NULL,b}'), ('{"",""}'), ('{{a,b},{c,d}}')) x(t);
SELECT p AS properties, left(pg_temp.document(NULL, now(), NULL, p)::text, 60) AS document
  FROM (VALUES ('{}'::jsonb), (NULL), ('{"a": null}'), ('{"a": 1, "b": true, "c": [1, {"d": null}], "e": {}}'), ('[]'), ('"s"'), ('[{"a": "b"}]')) x(p);
-- internal properties never show
SELECT left(pg_temp.document(NULL, now(), NULL, '{"os_glance_stage_host": "h", "os_glance_hash_op_host": "h", "os_glance_import_task": "t", "zzz": "z"}')::text, 60);
