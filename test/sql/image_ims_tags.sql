--
-- tags of key and value: set, batch, delete by key, show, query with count
--
SET search_path = image_catalog, pg_catalog;
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('135d7a00-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
SELECT import_images('[
 {"id": "135d7a00-0000-4000-8000-000000000001", "name": "one", "owner": "A", "visibility": "private", "created_at": "2020-01-01T00:00:00Z", "tags": ["env=prod", "size=big"]},
 {"id": "135d7a00-0000-4000-8000-000000000002", "name": "two", "owner": "A", "visibility": "private", "created_at": "2020-01-02T00:00:00Z", "tags": ["env.test", "word"]},
 {"id": "135d7a00-0000-4000-8000-000000000003", "name": "three", "owner": "A", "visibility": "private", "created_at": "2020-01-03T00:00:00Z", "tags": ["a=b=c", "x.y.z", "k="]},
 {"id": "135d7a00-0000-4000-8000-000000000004", "name": "four", "owner": "A", "visibility": "private", "created_at": "2020-01-04T00:00:00Z"},
 {"id": "135d7a00-0000-4000-8000-000000000005", "name": "one", "owner": "A", "status": "deleted", "tags": ["env=prod"]},
 {"id": "135d7a00-0000-4000-8000-000000000006", "name": "one", "owner": "B", "visibility": "public", "tags": ["env=prod"]}]');
SET image_catalog.project_id = 'A';
CREATE FUNCTION pg_temp.tags(n int) RETURNS text[] RETURN (SELECT tags FROM image_catalog.images WHERE id = pg_temp.id(n));

-- a key has one value; the older spelling is replaced, too
SELECT ims_set_image_tag(pg_temp.id(1), 'env', 'test'), ims_set_image_tag(pg_temp.id(2), 'env', 'prod'), ims_set_image_tag(pg_temp.id(2), 'word');
SELECT pg_temp.tags(1), pg_temp.tags(2);
SELECT ims_set_image_tag(pg_temp.id(1), 'env', 'test');
SELECT pg_temp.tags(1);
-- keys and values
CREATE FUNCTION pg_temp.try(call text, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    EXECUTE 'SELECT image_catalog.' || call INTO answer;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    answer := concat_ws(' ', SQLSTATE, SQLERRM, '|', why);
END
$$;
SELECT left(k, 5) AS key, left(v, 5) AS value, pg_temp.try(format('ims_set_image_tag(pg_temp.id(4), %L, %L)', k, v))
  FROM (VALUES ('', 'v'), (repeat('é', 36), ''), (repeat('é', 37), ''), ('k-_1', repeat('v', 43)), ('k', repeat('v', 44)), ('a.b', ''), ('a=b', ''), ('a b', ''),
               ('k', 'a.b'), ('k', 'a=b'), ('k', 'a b'), ('中', '文')) x(k, v);
SELECT pg_temp.tags(4);
-- no more than ten, of whatever kind; more that are there may stay
SELECT n, pg_temp.try(format('ims_set_image_tag(pg_temp.id(4), %L, %L)', 'n' || n, n)) FROM generate_series(1, 7) n;
SELECT pg_temp.try('ims_set_image_tag(pg_temp.id(4), ''n1'', ''other'')') AS replaced;
SELECT add_image_tag(pg_temp.id(4), 'native');
SELECT pg_temp.try('ims_set_image_tag(pg_temp.id(4), ''n1'', ''again'')') AS replaced, pg_temp.try('ims_set_image_tag(pg_temp.id(4), ''more'', '''')') AS added;

-- by key
SELECT ims_delete_image_tag(pg_temp.id(4), 'n1');
SELECT ims_delete_image_tag(pg_temp.id(4), 'n1');
SELECT ims_delete_image_tag(pg_temp.id(3), 'x');
SELECT pg_temp.tags(3);

-- batches
SELECT ims_change_image_tags(pg_temp.id(4), 'delete', '[{"key": "n2"}, {"key": "n3", "value": "3"}, {"key": "n4", "value": "other"}, {"key": "none"}, {"key": "native", "value": ""}]');
SELECT pg_temp.tags(4);
SELECT ims_change_image_tags(pg_temp.id(4), 'create', '[{"key": "n5", "value": "five"}, {"key": "new"}, {"key": "n5", "value": "v"}]');
SELECT pg_temp.tags(4);
SELECT b, pg_temp.try(format('ims_change_image_tags(pg_temp.id(4), %L, %L)', a, b)) FROM (VALUES
    ('Create', '[]'), ('update', '[]'), ('create', '{}'), ('create', '[5]'), ('create', '[{}]'), ('create', '[{"key": 5}]'), ('create', '[{"key": "a b"}]'),
    ('create', '[{"key": "a", "value": "a b"}]'), ('delete', '[{"key": "a b", "value": "any thing"}]'), ('create', '[]')) x(a, b);
SELECT pg_temp.try(format('ims_change_image_tags(pg_temp.id(4), ''delete'', %L)', jsonb_build_array(jsonb_build_object('key', repeat('k', n), 'value', repeat('v', 2 * n))))) FROM unnest('{127,128}'::int[]) n;
SELECT pg_temp.try(format('ims_change_image_tags(pg_temp.id(4), ''create'', %L)', (SELECT jsonb_agg(jsonb_build_object('key', 'm' || n)) FROM generate_series(1, 10) n))) AS too_many;
SELECT cardinality(pg_temp.tags(4)) AS unchanged;

-- showing
SELECT ims_image_tags(pg_temp.id(3)), ims_image_tags(pg_temp.id(2));
SELECT ims_project_tags();

-- who may
SET image_catalog.project_id = 'B';
SELECT pg_temp.try('ims_set_image_tag(pg_temp.id(1), ''a'')') AS private, pg_temp.try('ims_image_tags(pg_temp.id(1))') AS shown, ims_project_tags() AS own;
SET image_catalog.project_id = 'A';
SELECT pg_temp.try('ims_set_image_tag(pg_temp.id(6), ''a'')') AS public, pg_temp.try('ims_image_tags(pg_temp.id(6))') AS shown;

-- queries: newest first, own images only, deleted ones not
CREATE FUNCTION pg_temp.query(request jsonb) RETURNS text RETURN (
    SELECT (SELECT coalesce(string_agg(r ->> 'resource_name', ' ' ORDER BY no), '-') FROM jsonb_array_elements(a -> 'resources') WITH ORDINALITY x(r, no)) || ' of ' || (a ->> 'total_count')
      FROM (SELECT image_catalog.ims_query_images('{"action": "filter"}' || request)::jsonb) y(a));
SELECT ims_query_images('{"action": "filter", "limit": 1, "offset": "1"}');
SELECT ims_query_images('{"action": "count"}');
SELECT r AS request, pg_temp.query(r) FROM (VALUES
    ('{}'::jsonb),
    ('{"limit": 2}'), ('{"limit": "2", "offset": "3"}'), ('{"offset": 9}'),
    ('{"tags": [{"key": "env", "values": ["prod"]}]}'),
    ('{"tags": [{"key": "env", "values": ["prod", "test"]}]}'),
    ('{"tags": [{"key": "env", "values": []}]}'), ('{"tags": [{"key": "env"}]}'),
    ('{"tags": [{"key": "env"}, {"key": "size"}]}'),
    ('{"tags_any": [{"key": "env", "values": ["prod"]}, {"key": "size"}]}'),
    ('{"not_tags": [{"key": "env"}, {"key": "size"}]}'),
    ('{"not_tags_any": [{"key": "env"}, {"key": "k"}]}'),
    ('{"tags": [{"key": "env"}], "not_tags": [{"key": "env", "values": ["test"]}]}'),
    ('{"tags": [{"key": "a", "values": ["b=c"]}]}'), ('{"tags": [{"key": "word", "values": [""]}]}'),
    ('{"tags": []}'), ('{"tags": null}'),
    ('{"without_any_tag": true}'), ('{"without_any_tag": false}'),
    ('{"matches": [{"key": "resource_name", "value": "one"}]}'), ('{"matches": [{"key": "resource_name", "value": "On"}]}')) x(r);
SELECT delete_image_tag(pg_temp.id(4), t) FROM unnest(pg_temp.tags(4)) t;
SELECT pg_temp.query('{"without_any_tag": true}');
SELECT r AS request, pg_temp.try(format('ims_query_images(%L)', r)) FROM (VALUES
    ('[]'), ('{}'), ('{"action": "Filter"}'), ('{"action": "filter", "limit": 0}'), ('{"action": "filter", "limit": 1001}'), ('{"action": "filter", "limit": "x"}'),
    ('{"action": "filter", "limit": 1e10}'), ('{"action": "filter", "offset": -1}'), ('{"action": "filter", "tags": {}}'), ('{"action": "filter", "tags": [5]}'),
    ('{"action": "filter", "tags": [{"key": "a", "values": "b"}]}'), ('{"action": "filter", "tags": [{"key": "a", "values": [1]}]}'), ('{"action": "filter", "tags": [{"key": ""}]}'),
    ('{"action": "filter", "matches": [{"key": "owner", "value": "x"}]}'), ('{"action": "filter", "without_any_tag": "true"}')) x(r);
SET image_catalog.roles = 'member';
SELECT pg_temp.try('ims_query_images(''{"action": "count"}'')') AS not_a_reader, ims_project_tags();
RESET image_catalog.roles;
SET image_catalog.project_id = '';
SELECT ims_query_images('{"action": "filter"}') AS without_project;

DELETE FROM images WHERE id::text LIKE '135d7a00-%';

-- matches: a part of the name, the empty name, the identifier; no more keys
SET image_catalog.roles = 'reader,member';
RESET image_catalog.project_id;
SELECT import_images('[
 {"id": "135d7a00-0000-4000-8000-000000000011", "name": "web-100%", "owner": "M", "status": "active", "created_at": "2021-01-01T00:00:00Z", "tags": ["a=b"]},
 {"id": "135d7a00-0000-4000-8000-000000000012", "name": "my web", "owner": "M", "status": "queued", "created_at": "2021-01-02T00:00:00Z"},
 {"id": "135d7a00-0000-4000-8000-000000000013", "name": "", "owner": "M", "status": "active", "created_at": "2021-01-03T00:00:00Z"},
 {"id": "135d7a00-0000-4000-8000-000000000014", "owner": "M", "status": "active", "created_at": "2021-01-04T00:00:00Z"},
 {"id": "135d7a00-0000-4000-8000-000000000015", "name": "web hidden", "owner": "M", "status": "active", "created_at": "2021-01-05T00:00:00Z", "tags": ["secret=s"], "__isregistered": "false"},
 {"id": "135d7a00-0000-4000-8000-000000000016", "name": "registered", "owner": "M", "status": "active", "created_at": "2021-01-06T00:00:00Z", "__isregistered": "true"}]');
SET image_catalog.project_id = 'M';
SELECT m AS matches, (SELECT string_agg(right(r ->> 'resource_id', 2) || ' ' || (r -> 'resource_detail' ->> 'status'), ', ')
    FROM jsonb_array_elements(ims_query_images(jsonb_build_object('action', 'filter', 'matches', m::jsonb))::jsonb -> 'resources') r) AS found
  FROM (VALUES ('[{"key": "resource_name", "value": "web"}]'), ('[{"key": "resource_name", "value": "%"}]'),
               ('[{"key": "resource_name", "value": "WEB"}]'), ('[{"key": "resource_name", "value": ""}]'),
               ('[{"key": "resource_id", "value": "135d7a00-0000-4000-8000-000000000012"}]'),
               ('[{"key": "resource_id", "value": "135D7A00-0000-4000-8000-000000000012"}]'),
               ('[{"key": "resource_id", "value": "135d7a00000040008000000000000012"}]'),
               ('[{"key": "resource_id", "value": "{135d7a00-0000-4000-8000-000000000012}"}]'),
               ('[{"key": "resource_id", "value": "135d-7a00-0000-4000-8000-0000-0000-0012"}]'),
               ('[{"key": "resource_id", "value": " 135d7a00-0000-4000-8000-000000000012"}]'),
               ('[{"key": "resource_id", "value": "135d7a00"}]'), ('[{"key": "resource_id", "value": ""}]'),
               ('[{"key": "resource_id", "value": "135d7a00-0000-4000-8000-000000000015"}]'),
               ('[{"key": "resource_name", "value": "web"}, {"key": "resource_id", "value": "135d7a00-0000-4000-8000-000000000011"}]')) v(m);
SELECT ims_query_images('{"action": "filter", "limit": 2.0}');
-- what is not registered is its administrator's alone; what is hidden, or gone,
-- nobody's who does not ask for it: as in the list
RESET image_catalog.project_id;
SELECT import_images('[
 {"id": "135d7a00-0000-4000-8000-000000000017", "name": "old", "owner": "M", "status": "active", "created_at": "2021-01-07T00:00:00Z", "tags": ["old=h"], "os_hidden": true},
 {"id": "135d7a00-0000-4000-8000-000000000018", "name": "killed", "owner": "M", "status": "killed", "created_at": "2021-01-08T00:00:00Z", "tags": ["old=k"]},
 {"id": "135d7a00-0000-4000-8000-000000000019", "name": "deleted", "owner": "M", "status": "deleted", "created_at": "2021-01-09T00:00:00Z", "tags": ["old=d"]}]');
SET image_catalog.project_id = 'M';
SET image_catalog.dialect = 'ims';
SELECT ims_query_images('{"action": "count"}'), count_images('{"owner": "M"}') AS listed, ims_project_tags(), count_images('{"owner": "M", "os_hidden": true}') AS hidden;
SET image_catalog.is_admin = on;
SELECT ims_query_images('{"action": "count"}'), count_images('{"owner": "M"}') AS listed, ims_project_tags();
RESET image_catalog.is_admin;
RESET image_catalog.dialect;
SELECT r AS request, pg_temp.try(format('ims_query_images(%L)', r)) FROM (VALUES
    ('{"action": "filter", "limit": 1.5}'), ('{"action": "filter", "limit": "1.5"}'), ('{"action": "filter", "limit": " 1"}'),
    ('{"action": "count", "offset": 2147483647}'), ('{"action": "count", "offset": 2147483648}'),
    ('{"action": "filter", "offset": 0.5}'), ('{"action": "filter", "offset": -1}'), ('{"action": "filter", "limit": ""}'),
    ('{"action": "filter", "matches": [{"key": "resource_detail", "value": "x"}]}'),
    ('{"action": "filter", "matches": [{"key": "resource_name"}]}'),
    ('{"action": "filter", "matches": [{"key": "resource_name", "value": ""}, {"key": "resource_name", "value": "web"}]}'),
    ('{"action": "filter", "matches": [{"key": "resource_id", "value": ""}, {"key": "resource_name", "value": "web"}, {"key": "resource_id", "value": "135d7a00-0000-4000-8000-000000000012"}]}')) v(r);
-- lengths count characters, not bytes
SELECT n, pg_temp.try(format('ims_query_images(%L)', jsonb_build_object('action', 'count', 'tags',
    jsonb_build_array(jsonb_build_object('key', 'k', 'values', jsonb_build_array(repeat(c, n)))))))
  FROM (VALUES (255, 'x'), (256, 'x'), (255, '€'), (256, '€')) v(n, c);
RESET ROLE;
DELETE FROM images WHERE id::text LIKE '135d7a00-%';
