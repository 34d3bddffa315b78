--
-- Locations of image data: which URLs, who may, what they make of the image,
-- and what is shown of them to whom
--
SET search_path = image_catalog, pg_catalog;
SET image_catalog.project_id = 'A';
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('da7d0000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION pg_temp.show(document json) RETURNS text
    RETURN concat_ws(' ', document ->> 'status', document ->> 'size', document ->> 'checksum', document ->> 'os_hash_algo', left(document ->> 'os_hash_value', 8));
-- run a statement as a caller, and undo it: ok, or the error
CREATE FUNCTION pg_temp.try_as(project text, roles text, statement text, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    PERFORM set_config('image_catalog.project_id', project, true), set_config('image_catalog.roles', roles, true);
    BEGIN
        EXECUTE statement INTO answer;
        RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = 'ok';
    EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
        answer := 'ok';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
        answer := concat_ws(': ', SQLSTATE, SQLERRM, nullif(detail, ''));
    END;
    PERFORM set_config('image_catalog.project_id', 'A', true), set_config('image_catalog.roles', 'reader,member', true);
END
$$;
SELECT create_image(json_build_object('id', pg_temp.id(n), 'disk_format', 'qcow2', 'container_format', CASE WHEN n < 9 THEN 'bare' END, 'visibility', CASE n WHEN 8 THEN 'community' ELSE 'shared' END)::jsonb) IS NOT NULL
  FROM generate_series(1, 9) n;

-- a queued image becomes active, with what is known of the data
SELECT pg_temp.show(add_image_location(pg_temp.id(1), 'https://example.org/a'));
SELECT pg_temp.show(add_image_location(pg_temp.id(2), 'https://example.org/b', '{"zone": "x"}', json_build_object('size', 7, 'checksum', md5('x'), 'os_hash_algo', 'sha256', 'os_hash_value', encode(sha256('x'), 'hex'))::jsonb));
SELECT pg_temp.show(add_image_location(pg_temp.id(3), 'http://example.org/c', '{}', '{"size": 0}'));
-- the server fetches nothing
SELECT download_image_data(pg_temp.id(2));
SELECT download_image_data(pg_temp.id(1));
SELECT verify_image_data(pg_temp.id(2));
SELECT upload_image_data(pg_temp.id(1), 'x');
-- another one of an active image must not contradict it
SELECT left(validation, 40) AS validation, pg_temp.try_as('A', 'member', format('SELECT image_catalog.add_image_location(%L, ''https://mirror.example.org/b'', ''{}'', %L)', pg_temp.id(2), validation))
  FROM (VALUES (NULL), ('{}'), ('{"size": 7}'), ('{"size": 8}'), (format('{"checksum": "%s"}', md5('x'))), (format('{"checksum": "%s"}', md5('y'))),
               (format('{"os_hash_algo": "sha256", "os_hash_value": "%s"}', encode(sha256('x'), 'hex'))), (format('{"os_hash_algo": "sha512", "os_hash_value": "%s"}', encode(sha512('x'), 'hex')))) v(validation);
SELECT pg_temp.try_as('A', 'member', format('SELECT image_catalog.add_image_location(%L, ''https://mirror.example.org/a'', ''{}'', ''{"size": 7}'')', pg_temp.id(1))) AS unknown_before;

-- URLs, metadata, validation data
INSERT INTO image_location_schemes VALUES ('rbd', 'administrators'), ('swift+https', 'everybody');
SELECT left(url, 40) AS url, pg_temp.try_as('A', 'member', format('SELECT image_catalog.add_image_location(%L, %L)', pg_temp.id(4), url)) AS member, pg_temp.try_as('', 'admin', format('SELECT image_catalog.add_image_location(%L, %L)', pg_temp.id(4), url)) AS administrator
  FROM unnest('{HTTPS://h,https://u:p@h/x?sig=1,swift+https://u:k@auth/c/o,rbd://fsid/pool/image/snap,file:///etc/passwd,ftp://h/x,filesystem://x,h/x,https://,https://h/a b,https://h/a@b}'::text[] || ('https://h/' || repeat('x', 245)) || ('https://h/' || repeat('x', 246))) url;
UPDATE image_location_schemes SET allowed_to = 'nobody' WHERE scheme = 'rbd';
INSERT INTO image_location_schemes VALUES ('http', 'nobody');
SELECT url, pg_temp.try_as('', 'admin', format('SELECT image_catalog.add_image_location(%L, %L)', pg_temp.id(4), url)) FROM unnest('{http://h/x,https://h/x,rbd://x}'::text[]) url;
INSERT INTO image_location_schemes VALUES ('file', 'administrators');
INSERT INTO image_location_schemes VALUES ('FTP', 'administrators');
DELETE FROM image_location_schemes WHERE scheme = 'http';
SELECT metadata, validation, pg_temp.try_as('A', 'member', format('SELECT image_catalog.add_image_location(%L, ''https://h/x'', %L, %L)', pg_temp.id(4), metadata, validation))
  FROM (VALUES ('[]', NULL), ('"x"', NULL), (NULL, NULL), ('{}', '[]'), ('{}', '{"size": "7"}'), ('{}', '{"size": -1}'), ('{}', '{"size": 1e30}'), ('{}', '{"checksum": "x"}'), ('{}', '{"os_hash_algo": "sha512"}'),
               ('{}', '{"os_hash_algo": "crc32", "os_hash_value": "00"}'), ('{}', '{"os_hash_algo": "sha256", "os_hash_value": "ab"}'), ('{}', '{"virtual_size": 7}'), ('{}', '{"checksum": null}')) t(metadata, validation);
SELECT pg_temp.try_as('A', 'member', format('SELECT image_catalog.add_image_location(%L, ''https://h/x'')', pg_temp.id(9))) AS no_formats,
       pg_temp.try_as('A', 'member', format('SELECT image_catalog.add_image_location(%L, ''https://example.org/a'')', pg_temp.id(1))) AS again;

-- who may
SELECT statement, project, roles, left(pg_temp.try_as(project, roles, format(call, pg_temp.id(8))), 5) AS community, left(pg_temp.try_as(project, roles, format(call, pg_temp.id(7))), 5) AS shared
  FROM (VALUES (1, 'add', 'SELECT image_catalog.add_image_location(%L, ''https://h/y'')'), (2, 'list', 'SELECT image_catalog.list_image_locations(%L)'),
               (3, 'replace', 'SELECT image_catalog.replace_image_locations(%L, ''[{"url": "https://h/y", "metadata": {}}]'')'), (4, 'delete', 'SELECT image_catalog.delete_image_location(%L, ''https://h/y'')')) s(sno, statement, call),
       (VALUES (1, 'A', 'reader,member'), (2, 'A', 'reader'), (3, 'B', 'reader,member'), (4, '', 'admin')) c(cno, project, roles) ORDER BY sno, cno;

-- list, replace, delete
SELECT pg_temp.show(add_image_location(pg_temp.id(2), 'https://u:p@mirror.example.org/b?sig=1', '{"zone": "y"}'));
SET image_catalog.project_id = '';
SELECT list_image_locations(pg_temp.id(2)), list_image_locations(pg_temp.id(4)) AS none;
SELECT pg_temp.try_as('', 'admin', format('SELECT image_catalog.replace_image_locations(%L, %L)', pg_temp.id(2), locations)), locations
  FROM unnest('{[],"{}","[1]","[{\"url\": \"https://example.org/b\"}]","[{\"url\": 1, \"metadata\": {}}]","[{\"url\": \"https://example.org/b\", \"metadata\": {}}]","[{\"url\": \"https://example.org/b\", \"metadata\": {}}, {\"url\": \"https://other/b\", \"metadata\": {}}]",
                "[{\"url\": \"https://example.org/b\", \"metadata\": []}, {\"url\": \"https://u:p@mirror.example.org/b?sig=1\", \"metadata\": {}}]"}'::text[]) locations;
SELECT pg_temp.show(replace_image_locations(pg_temp.id(2), '[{"url": "https://u:p@mirror.example.org/b?sig=1", "metadata": {}}, {"url": "https://example.org/b", "metadata": {"zone": "z"}, "validation_data": {"size": 7}}]'));
SELECT list_image_locations(pg_temp.id(2));
SELECT pg_temp.show(replace_image_locations(pg_temp.id(5), '[{"url": "https://h/1", "metadata": {}, "validation_data": {"size": 3}}, {"url": "https://h/2", "metadata": {}}]'));
SELECT delete_image_location(pg_temp.id(2), 'https://nowhere/');
SELECT delete_image_location(pg_temp.id(2), 'https://example.org/b');
SELECT delete_image_location(pg_temp.id(2), 'https://u:p@mirror.example.org/b?sig=1');
SELECT delete_image_location(pg_temp.id(4), 'https://h/x');
SELECT list_image_locations(pg_temp.id(2));

-- how many, and how much: the size counts for each location
SET image_catalog.project_id = 'A';
SET image_catalog.location_quota = 2;
SELECT add_image_location(pg_temp.id(5), 'https://h/3');
RESET image_catalog.location_quota;
SET image_catalog.user_storage_quota = 16;
SELECT add_image_location(pg_temp.id(5), 'https://h/3') IS NOT NULL AS sixteen;
SELECT add_image_location(pg_temp.id(5), 'https://h/4') IS NOT NULL;
SELECT activate_image(pg_temp.id(6), 1);
RESET image_catalog.user_storage_quota;

-- not while it is out of use; gone when the image is
SELECT deactivate_image(pg_temp.id(5));
SELECT add_image_location(pg_temp.id(5), 'https://h/4');
SELECT delete_image(pg_temp.id(5));
SELECT count(*) FROM image_locations WHERE image_id = pg_temp.id(5);

-- documents show them by two settings; credentials to administrators only, and nothing of an image out of use
SET image_catalog.project_id = '';
SELECT add_image_location(pg_temp.id(2), 'https://u:p@second.example.org/b?sig=1', '{"zone": "y"}') IS NOT NULL;
CREATE FUNCTION pg_temp.locations(document json) RETURNS jsonb
    RETURN jsonb_strip_nulls(jsonb_build_object('locations', document -> 'locations', 'direct_url', document -> 'direct_url'));
CREATE TEMP VIEW documents AS SELECT pg_temp.locations(get_image(pg_temp.id(2))) AS get, pg_temp.locations((list_images_page('id=in:' || pg_temp.id(2)) -> 'images' -> 0)) AS list, pg_temp.locations(get_image(pg_temp.id(4))) AS none;
SELECT * FROM pg_temp.documents;
SET image_catalog.show_multiple_locations = on;
SELECT * FROM pg_temp.documents;
SET image_catalog.project_id = 'A';
SELECT * FROM pg_temp.documents;
SET image_catalog.show_image_direct_url = on;
SELECT * FROM pg_temp.documents;
SET image_catalog.show_multiple_locations = off;
SELECT * FROM pg_temp.documents;
SELECT deactivate_image(pg_temp.id(2));
SET image_catalog.show_multiple_locations = on;
SELECT * FROM pg_temp.documents;
SELECT reactivate_image(pg_temp.id(2));
-- a caller cannot have the locations of an image shown by making up its row
SELECT pg_temp.locations(image_json(jsonb_populate_record(NULL::image, jsonb_build_object('id', pg_temp.id(2), 'tags', '{}', 'properties', '{}'::jsonb)))) AS made_up;
-- what a change answers is what is there afterwards, and its entity tag is that of what is shown
SELECT pg_temp.locations(add_image_location(pg_temp.id(4), 'https://h/4'));
SELECT pg_temp.locations(update_image(pg_temp.id(4), '[{"op": "add", "path": "/name", "value": "x"}]', image_etag(pg_temp.id(4))));

-- by patch
SET image_catalog.show_image_direct_url = off;
CREATE FUNCTION pg_temp.patch(n int, patch jsonb, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    answer := jsonb_path_query_array(update_image(pg_temp.id(n), patch::json_patch)::jsonb, '$.locations[*].url');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    answer := concat_ws(': ', SQLSTATE, SQLERRM, detail);
END
$$;
SELECT patch, pg_temp.patch(4, patch)
  FROM unnest('{"[{\"op\": \"add\", \"path\": \"/locations/-\", \"value\": {\"url\": \"https://h/5\", \"metadata\": {}}}]","[{\"op\": \"add\", \"path\": \"/locations/0\", \"value\": {\"url\": \"https://h/6\", \"metadata\": {}}}]",
                "[{\"op\": \"add\", \"path\": \"/locations/x\", \"value\": {\"url\": \"https://h/7\", \"metadata\": {}}}]","[{\"op\": \"add\", \"path\": \"/locations/-\", \"value\": []}]",
                "[{\"op\": \"add\", \"path\": \"/locations/-\", \"value\": {\"url\": \"file:///x\", \"metadata\": {}}}]","[{\"op\": \"replace\", \"path\": \"/locations\", \"value\": []}]",
                "[{\"op\": \"replace\", \"path\": \"/locations\", \"value\": [{\"url\": \"https://h/5\", \"metadata\": {}}]}]","[{\"op\": \"remove\", \"path\": \"/locations/0\"}]"}'::jsonb[]) patch;
SET image_catalog.roles = 'admin';
SELECT patch, pg_temp.patch(4, patch)
  FROM unnest('{"[{\"op\": \"remove\", \"path\": \"/locations/x\"}]","[{\"op\": \"remove\", \"path\": \"/locations/9\"}]","[{\"op\": \"remove\", \"path\": \"/locations/1\"}]","[{\"op\": \"remove\", \"path\": \"/locations/-\"}]","[{\"op\": \"remove\", \"path\": \"/locations/-\"}]"}'::jsonb[]) patch;
RESET image_catalog.roles;
-- a digest that its algorithm does not make is a conflict in a patch, one that the schema refuses is bad
SELECT validation, pg_temp.patch(9, jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/locations/-', 'value',
           jsonb_build_object('url', 'https://h/9', 'metadata', '{}'::jsonb, 'validation_data', validation))))
  FROM (VALUES (jsonb_build_object('checksum', repeat('x', 32))), ('{"checksum": "x"}'), ('{"os_hash_algo": "sha256", "os_hash_value": "ab"}'),
               ('{"os_hash_algo": "sha256"}')) v (validation);
-- a queued image becomes active in the midst of a patch
SELECT pg_temp.patch(9, '[{"op": "add", "path": "/locations/-", "value": {"url": "https://h/9", "metadata": {}}}]');
SELECT pg_temp.patch(9, '[{"op": "add", "path": "/container_format", "value": "bare"}, {"op": "add", "path": "/locations/-", "value": {"url": "https://h/9", "metadata": {}, "validation_data": {"size": 9}}}, {"op": "add", "path": "/name", "value": "nine"}]');
SELECT pg_temp.show(get_image(pg_temp.id(9))), get_image(pg_temp.id(9)) ->> 'name' AS name;
SET image_catalog.show_multiple_locations = off;
SELECT pg_temp.patch(4, '[{"op": "add", "path": "/locations/-", "value": {"url": "https://h/7", "metadata": {}}}]');
-- the schema has what documents have
CREATE TEMP VIEW schema AS SELECT array_agg(key ORDER BY key) AS shown FROM jsonb_object_keys(image_schema('image')::jsonb -> 'properties') key WHERE key IN ('locations', 'direct_url');
SELECT * FROM pg_temp.schema;
SET image_catalog.show_image_direct_url = on;
SELECT * FROM pg_temp.schema;
SET image_catalog.show_multiple_locations = on;
SELECT * FROM pg_temp.schema;
RESET image_catalog.show_image_direct_url;
RESET image_catalog.show_multiple_locations;

-- over HTTP
CREATE FUNCTION pg_temp.ask(project text, method text, n int, body text, OUT status int, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('image_catalog.project_id', project, false);
    SELECT r.status, left(coalesce(nullif(split_part(convert_from(r.response_body, 'UTF8'), E'\n', 3), ''), convert_from(r.response_body, 'UTF8')), 120)
      INTO status, answer FROM http_request(method, '/v2/images/' || pg_temp.id(n) || '/locations', '{}', convert_to(body, 'UTF8')) r;
END
$$;
SELECT t.project, t.method, t.n, left(t.body, 60) AS body, status, answer
  FROM (VALUES ('A', 'POST', 6, '{"url": "https://h/6", "validation_data": {"os_hash_algo": "sha512", "os_hash_value": "' || encode(sha512('x'), 'hex') || '"}}'), ('A', 'POST', 6, '{"url": "https://h/7"}'), ('A', 'POST', 7, '{}'), ('A', 'POST', 7, ''),
               ('A', 'POST', 7, '{"url": "https://h/6", "validation_data": {"os_hash_algo": "sha512"}}'), ('A', 'POST', 7, '{"url": "https://h/6", "validation_data": 1}'), ('A', 'POST', 7, '{"url": "ftp://h/6"}'), ('A', 'POST', 99, '{"url": "https://h/6"}'),
               ('B', 'POST', 7, '{"url": "https://h/6"}'), ('B', 'POST', 8, '{"url": "https://h/6"}'), ('A', 'GET', 6, NULL), ('B', 'GET', 6, NULL), ('', 'GET', 6, NULL), ('', 'GET', 7, NULL), ('', 'GET', 7, 'x')) t(project, method, n, body),
       pg_temp.ask(project, method, n, body);
SET image_catalog.project_id = '';
SELECT pg_temp.show(get_image(pg_temp.id(6))), pg_temp.show(get_image(pg_temp.id(7)));
DELETE FROM images WHERE id::text LIKE 'da7d%';
SELECT count(*) FROM image_locations;
DELETE FROM image_location_schemes;
RESET image_catalog.project_id;
