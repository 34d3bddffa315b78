--
-- http_request(): the data of images
--
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('da7b0000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
-- ask as a caller; a target of "7/file" is that of image 7
CREATE FUNCTION pg_temp.ask(caller text, method text, target text, body text DEFAULT NULL, headers jsonb DEFAULT '{}',
                            OUT status int, OUT fields jsonb, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('image_catalog.project_id', CASE caller WHEN 'RDR' THEN 'A' ELSE caller END, false),
            set_config('image_catalog.roles', CASE caller WHEN 'ADM' THEN 'admin' WHEN 'RDR' THEN 'reader' ELSE 'reader,member' END, false);
    target := regexp_replace(target, '^(\d+)', '/v2/images/da7b0000-0000-4000-8000-' || lpad(coalesce(substring(target, '^\d+'), ''), 12, '0'));
    SELECT r.status, r.response_headers - 'x-openstack-request-id', encode(r.response_body, 'escape')
      INTO status, fields, answer
      FROM image_catalog.http_request(method, target, '{"Accept": "text/plain"}' || headers, convert_to(body, 'UTF8')) r;
END
$$;
-- the same with data
CREATE FUNCTION pg_temp.put(caller text, target text, body text, headers jsonb DEFAULT '{}',
                            OUT status int, OUT fields jsonb, OUT answer text)
    LANGUAGE sql AS $$ SELECT * FROM pg_temp.ask(caller, 'PUT', target, body, '{"Content-Type": "application/octet-stream"}' || headers) $$;
SELECT image_catalog.import_images(jsonb_agg(jsonb_build_object('id', pg_temp.id(n), 'owner', 'A', 'visibility', visibility, 'status', status,
           'disk_format', 'raw', 'container_format', container_format, 'members', CASE WHEN n = 3 THEN '{"M": "pending"}'::jsonb ELSE '{}' END)))
  FROM (VALUES (1, 'private', 'queued', 'bare'), (2, 'public', 'queued', 'bare'), (3, 'shared', 'queued', 'bare'), (4, 'community', 'queued', 'bare'),
               (5, 'private', 'active', 'bare'), (6, 'private', 'queued', NULL), (7, 'private', 'saving', 'bare'), (8, 'private', 'queued', 'bare'),
               (9, 'private', 'queued', 'bare'), (20, 'private', 'queued', 'bare')) i (n, visibility, status, container_format);

-- what a client has uploaded it reads back
SELECT * FROM pg_temp.ask('A', 'GET', '1/file');
SELECT * FROM pg_temp.put('A', '1/file', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
SELECT * FROM pg_temp.ask('A', 'GET', '1/file');
SELECT answer::jsonb->'status' AS status, answer::jsonb->'size' AS size, answer::jsonb->'checksum' AS checksum, left(answer::jsonb->>'os_hash_value', 16) AS os_hash FROM pg_temp.ask('A', 'GET', '1');

-- refused, the first rule that is broken deciding; nothing has changed afterwards
SELECT caller, target, headers, status, left(split_part(answer, E'\n\n', 2), 100) AS answer
  FROM (VALUES ('A', '8/file', '{"Content-Type": "text/plain"}'), ('A', '99/file', '{"Content-Type": ""}'), ('A', '8/stage', '{"Content-Type": "application/json"}'),
               ('A', '99/file', '{"x-openstack-image-size": "x"}'), ('A', '8/file', '{"x-openstack-image-size": "-1"}'), ('A', '8/file', '{"x-openstack-image-size": ""}'),
               ('A', '8/file', '{"x-openstack-image-size": "9999999999999999999"}'),
               ('A', '99/file', '{}'), ('B', '8/file', '{}'), ('B', '2/file', '{}'), ('RDR', '8/file', '{}'), ('M', '3/file', '{}'),
               ('A', '5/file', '{}'), ('A', '7/file', '{}'), ('A', '1/file', '{"x-openstack-image-size": "1"}'), ('A', '6/file', '{}'),
               ('A', '8/file', '{"x-openstack-image-size": "4"}')) t(caller, target, headers), pg_temp.put(caller, target, 'ZZZZZ', headers::jsonb);
SELECT answer::jsonb->'status' AS status, answer::jsonb->'size' AS size FROM pg_temp.ask('A', 'GET', '8');
SELECT status FROM pg_temp.put('A', '8/file', 'ZZZZZ', '{"Content-Type": "application/octet-stream; x=y", "x-openstack-image-size": "5"}');
SELECT status FROM pg_temp.put('A', '9/file', NULL);
SELECT status, fields, answer FROM pg_temp.ask('A', 'GET', '9/file');

-- parts of it
SELECT headers, status, fields->>'Content-Range' AS range, fields->>'Content-MD5' AS md5, CASE WHEN status < 300 THEN answer ELSE left(split_part(answer, E'\n\n', 2), 90) END AS answer
  FROM unnest('{"{\"Range\": \"bytes=3-10\"}","{\"Range\": \"bytes=20-\"}","{\"Range\": \"bytes=-3\"}","{\"Range\": \"bytes=24-99\"}","{\"Range\": \"bytes=-99\"}",
                "{\"Range\": \"bytes=26-\"}","{\"Range\": \"bytes=10-5\"}","{\"Range\": \"abc\"}","{\"Range\": \"foo=0-4\"}","{\"Range\": \"\"}","{\"Range\": \"bytes=0-1,3-4\"}",
                "{\"Content-Range\": \"bytes 3-3/26\"}","{\"Content-Range\": \"bytes 3-26/26\"}","{\"Range\": \"bytes=0-0\", \"Content-Range\": \"bytes 3-3/26\"}"}'::jsonb[]) headers,
       pg_temp.ask('A', 'GET', '1/file', NULL, headers);
-- of nothing there is no part, and no body is expected
SELECT t.*, status, fields FROM (VALUES ('9/file', NULL, 'bytes=0-'), ('9/file', NULL, 'bytes=-1'), ('2/file', NULL, 'bytes=0-'), ('2/file', NULL, 'nonsense'), ('1/file', 'x', '')) t(target, body, range),
       pg_temp.ask('A', 'GET', target, body, jsonb_build_object('Range', range));

-- no more than a gateway wants at once, which learns how much there is
SET image_catalog.http_data_piece = 8;
SELECT headers, status, fields - 'Content-MD5' AS fields, answer
  FROM unnest('{"{}","{\"Range\": \"bytes=3-\"}","{\"Range\": \"bytes=3-10\"}","{\"Range\": \"bytes=-9\"}","{\"Range\": \"bytes=26-\"}"}'::jsonb[]) headers,
       pg_temp.ask('A', 'GET', '1/file', NULL, headers);
RESET image_catalog.http_data_piece;

-- in pieces
SELECT data, headers, status, fields, left(split_part(answer, E'\n\n', 2), 110) AS answer
  FROM (VALUES ('abc', '{"Upload-Complete": "?0"}'), ('def', '{"Upload-Complete": "?0", "Upload-Offset": "3"}'), ('def', '{"Upload-Complete": "?0", "Upload-Offset": "3"}'),
               ('x', '{"Upload-Offset": "-1"}'), ('x', '{"Upload-Offset": "6", "Upload-Complete": "yes"}'), ('x', '{}'),
               ('ghi', '{"Upload-Offset": "6", "Upload-Complete": "?1", "x-openstack-image-size": "8"}'),
               ('ghi', '{"Upload-Offset": "6", "x-openstack-image-size": "9"}'), ('jkl', '{"Upload-Offset": "9"}')) t(data, headers), pg_temp.put('A', '20/file', data, headers::jsonb);
SELECT status, answer FROM pg_temp.ask('A', 'GET', '20/file');
SELECT status, answer FROM pg_temp.put('A', '8/stage', 'x', '{"Upload-Offset": "0"}');

-- who may read; image 5 is active, without a word about data
SELECT status FROM generate_series(2, 4) n, pg_temp.put('A', n || '/file', 'data');
SELECT caller, string_agg(status::text, ' ' ORDER BY n) AS "1 to 5" FROM unnest('{A,RDR,B,M,ADM}'::text[]) WITH ORDINALITY c(caller, no), generate_series(1, 5) n,
       pg_temp.ask(caller, 'GET', n || '/file') GROUP BY no, caller ORDER BY no;
SELECT status FROM pg_temp.ask('A', 'POST', '2/actions/deactivate');
SELECT caller, status FROM unnest('{A,B,ADM}'::text[]) caller, pg_temp.ask(caller, 'GET', '2/file');
SELECT status FROM pg_temp.ask('ADM', 'DELETE', '2');
SELECT status FROM pg_temp.ask('ADM', 'GET', '2/file');

-- staged, then imported
SELECT answer::jsonb->'import-methods'->'value' AS methods FROM pg_temp.ask('A', 'GET', '/v2/info/import');
SELECT fields->>'OpenStack-image-import-methods' AS methods, status
  FROM pg_temp.ask('A', 'POST', '/v2/images', jsonb_build_object('id', pg_temp.id(10), 'disk_format', 'raw', 'container_format', 'bare')::text);
SELECT status, answer FROM pg_temp.put('A', '10/stage', 'staged');
SELECT answer::jsonb->'status' AS status, answer::jsonb->'size' AS size FROM pg_temp.ask('A', 'GET', '10');
SELECT method, target, status FROM (VALUES ('PUT', '10/stage'), ('PUT', '10/file'), ('PUT', '1/stage'), ('GET', '10/file')) t(method, target),
       pg_temp.ask('A', method, target, CASE method WHEN 'PUT' THEN 'again' END, '{"Content-Type": "application/octet-stream"}');
SELECT body, status, left(split_part(answer, E'\n\n', 2), 100) AS answer
  FROM unnest('{NULL,"x","[]","{}","{\"method\": 1}","{\"method\": {}}","{\"method\": {\"name\": 1}}","{\"method\": {\"name\": \"web-download\", \"uri\": \"http://example.org/\"}}","{\"method\": {\"name\": \"copy-image\"}}",
                "{\"method\": {\"name\": \"glance-direct\"}, \"all_stores\": 1}","{\"method\": {\"name\": \"glance-direct\"}, \"all_stores_must_succeed\": \"x\"}","{\"method\": {\"name\": \"glance-direct\"}, \"stores\": 1}",
                "{\"method\": {\"name\": \"glance-direct\"}, \"stores\": [], \"all_stores\": true}","{\"method\": {\"name\": \"glance-direct\"}, \"stores\": [\"ceph\"]}"}'::text[]) body, pg_temp.ask('A', 'POST', '10/import', body);
SELECT caller, target, status FROM (VALUES ('A', '99/import'), ('A', '1/import'), ('A', '7/import'), ('A', '6/import'), ('B', '10/import'), ('RDR', '10/import')) t(caller, target),
       pg_temp.ask(caller, 'POST', target, '{"method": {"name": "glance-direct"}}');
SELECT status, fields, answer FROM pg_temp.ask('A', 'POST', '10/import', '{"method": {"name": "glance-direct"}, "stores": [], "all_stores": false, "all_stores_must_succeed": true}');
SELECT answer::jsonb->'status' AS status, answer::jsonb->'checksum' AS checksum FROM pg_temp.ask('A', 'GET', '10');
SELECT status, answer FROM pg_temp.ask('A', 'GET', '10/file');
-- formats may come between the two
SELECT status FROM pg_temp.put('A', '6/stage', 'x');
SELECT status, split_part(answer, E'\n\n', 2) FROM pg_temp.ask('A', 'POST', '6/import', '{"method": {"name": "glance-direct"}}');
-- staged data that nobody wants
SELECT image_catalog.append_image_data(pg_temp.id(6), 'more');
SELECT image_catalog.finish_image_data(pg_temp.id(6));
SELECT image_catalog.abort_image_data(pg_temp.id(6)) ->> 'status' AS status;
SELECT count(*) AS uploads FROM image_catalog.image_uploads;

-- too much
SET image_catalog.image_size_cap = 100;
SELECT pg_temp.id(11) IS NOT NULL FROM pg_temp.ask('A', 'POST', '/v2/images', jsonb_build_object('id', pg_temp.id(11), 'disk_format', 'raw', 'container_format', 'bare')::text);
SELECT n, status FROM (VALUES (101), (99)) v(n), pg_temp.put('A', '11/file', repeat('x', n));
RESET image_catalog.image_size_cap;

-- bytes are bytes, whatever the encoding: no character
SELECT status FROM pg_temp.ask('A', 'POST', '/v2/images', jsonb_build_object('id', pg_temp.id(12), 'disk_format', 'raw', 'container_format', 'bare')::text);
SELECT status FROM image_catalog.http_request('PUT', '/v2/images/' || pg_temp.id(12) || '/file', '{"content-type": "application/octet-stream"}', '\x00ff80c328');
SELECT response_body FROM image_catalog.http_request('GET', '/v2/images/' || pg_temp.id(12) || '/file');
RESET image_catalog.project_id;
RESET image_catalog.roles;
DELETE FROM image_catalog.images WHERE id::text LIKE 'da7b%';
