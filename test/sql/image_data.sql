--
-- Data of an image: whole, in pieces, elsewhere; who may send and read it, in
-- which status, how much, and what is left of it
--
SET search_path = image_catalog, pg_catalog;
SET image_catalog.project_id = 'A';

CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('da7a0000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
-- what a client sees of the record
CREATE FUNCTION pg_temp.show(document json) RETURNS text
    RETURN concat_ws(' ', document ->> 'status', document ->> 'size', document ->> 'checksum',
                     document ->> 'os_hash_algo', left(document ->> 'os_hash_value', 8));
-- run a statement, and answer its first value, or its error; undone afterwards
CREATE FUNCTION pg_temp.try(statement text, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement INTO answer;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = coalesce(answer, 'null');
EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
    answer := SQLERRM;
WHEN OTHERS THEN
    answer := SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.try_as(project text, roles text, statement text, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('image_catalog.project_id', project, true),
            set_config('image_catalog.roles', roles, true);
    answer := pg_temp.try(statement);
    PERFORM set_config('image_catalog.project_id', 'A', true),
            set_config('image_catalog.roles', 'reader,member', true);
END
$$;
-- n bytes that are not all alike
CREATE FUNCTION pg_temp.bytes(n int) RETURNS bytea
    RETURN substr(convert_to(repeat('0123456789abcdefghijklmnopqrstuvwxyz-', n / 37 + 1), 'UTF8'), 1, n);

SELECT create_image(json_build_object('id', pg_temp.id(n), 'name', n::text, 'disk_format', 'raw', 'container_format', 'ovf')::jsonb) IS NOT NULL
  FROM generate_series(1, 5) n;

-- whole
SELECT pg_temp.show(upload_image_data(pg_temp.id(1), 'ZZZZZ'));
SELECT download_image_data(pg_temp.id(1)), download_image_data(pg_temp.id(1), 1, 3),
       download_image_data(pg_temp.id(1), 3, 100), download_image_data(pg_temp.id(1), 5),
       download_image_data(pg_temp.id(1), 0, 0), download_image_data(pg_temp.id(1), NULL, NULL);
SELECT download_image_data(pg_temp.id(1), 6);
SELECT download_image_data(pg_temp.id(1), -1);
SELECT download_image_data(pg_temp.id(1), 0, -1);
SELECT verify_image_data(pg_temp.id(1)) ->> 'valid';
SELECT upload_image_data(pg_temp.id(1), 'again');
SELECT pg_temp.show(upload_image_data(pg_temp.id(2), ''));
SELECT download_image_data(pg_temp.id(2)), verify_image_data(pg_temp.id(2)) ->> 'valid' AS valid;

-- in pieces, none of which ends where a row does
SELECT append_image_data(pg_temp.id(3), pg_temp.bytes(300000));
SELECT pg_temp.show(get_image(pg_temp.id(3))), download_image_data(pg_temp.id(3)) IS NULL AS nothing;
SELECT append_image_data(pg_temp.id(3), '');
SELECT append_image_data(pg_temp.id(3), substr(pg_temp.bytes(600000), 300001, 262144), 300000);
SELECT append_image_data(pg_temp.id(3), 'late', 300000);
SELECT append_image_data(pg_temp.id(3), 'x', -1);
SELECT append_image_data(pg_temp.id(3), substr(pg_temp.bytes(600000), 562145));
SELECT position, octet_length(data), pg_column_size(data) FROM image_data WHERE image_id = pg_temp.id(3) ORDER BY position;
SELECT upload_image_data(pg_temp.id(3), 'whole');
SELECT pg_temp.show(finish_image_data(pg_temp.id(3)));
SELECT md5(pg_temp.bytes(600000)), left(encode(sha512(pg_temp.bytes(600000)), 'hex'), 8);
SELECT download_image_data(pg_temp.id(3)) = pg_temp.bytes(600000) AS same,
       (SELECT bool_and(download_image_data(pg_temp.id(3), begins, ends - begins) = substr(pg_temp.bytes(600000), begins + 1, ends - begins))
          FROM unnest('{0,1,262143,262144,262145,299999,300000,300001,562143,562144,562145,599999}'::int[]) begins,
               unnest('{1,262144,262145,300000,300001,562144,562145,600000}'::int[]) ends WHERE begins <= ends) AS parts;
SELECT image_digest('md5', data ORDER BY position) = md5(pg_temp.bytes(600000)) AS aggregate FROM image_data WHERE image_id = pg_temp.id(3);
SELECT finish_image_data(pg_temp.id(3));
SELECT count(*) FROM image_uploads;

-- an upload that ends, and begins again
SELECT append_image_data(pg_temp.id(4), 'half');
SELECT pg_temp.show(abort_image_data(pg_temp.id(4))), pg_temp.show(abort_image_data(pg_temp.id(4)));
SELECT count(*) FROM image_data WHERE image_id = pg_temp.id(4);
SELECT finish_image_data(pg_temp.id(4));
SELECT abort_image_data(pg_temp.id(1));
SELECT append_image_data(pg_temp.id(4), 'half', 4);
SELECT append_image_data(pg_temp.id(4), 'new', 0);
-- a sweep takes what nobody goes on with; only administrators sweep
SELECT sweep_image_uploads();
SET image_catalog.project_id = '';
SELECT sweep_image_uploads(), sweep_image_uploads('-1 minute', 0);
SELECT sweep_image_uploads('-1 minute', -1);
SELECT sweep_image_uploads(NULL);
SELECT sweep_image_uploads('-1 minute'), sweep_image_uploads('-1 minute');
SELECT pg_temp.show(get_image(pg_temp.id(4))), (SELECT count(*) FROM image_data WHERE image_id = pg_temp.id(4)) AS rows;

-- an import that says otherwise ends an upload, too
SET image_catalog.project_id = 'A';
SELECT append_image_data(pg_temp.id(4), 'half');
SET image_catalog.project_id = '';
SELECT import_images(jsonb_build_array(jsonb_build_object('id', pg_temp.id(4), 'status', 'active', 'size', 4)), merge => true);
SELECT (SELECT count(*) FROM image_data WHERE image_id = pg_temp.id(4)) AS rows, (SELECT count(*) FROM image_uploads) AS uploads;
SELECT import_images(jsonb_build_array(jsonb_build_object('id', pg_temp.id(4), 'status', 'queued', 'size', NULL)), merge => true);
SET image_catalog.project_id = 'A';

-- elsewhere: a service says what it keeps, and nothing else of the record changes
SELECT pg_temp.try(format('SELECT image_catalog.activate_image(%L, 5, %s)', pg_temp.id(4), arguments)), arguments
  FROM (VALUES ('''no md5'''), ('NULL, ''sha512'''), ('NULL, NULL, ''00'''), ('NULL, ''crc32'', ''00'''), ('NULL, ''sha256'', ''00'''),
               ('NULL, NULL, NULL, -1')) a(arguments);
SELECT pg_temp.try(format('SELECT image_catalog.activate_image(%L, %s)', pg_temp.id(4), size)) FROM (VALUES ('-1'), ('NULL')) s(size);
CREATE TEMP TABLE before AS SELECT get_image(pg_temp.id(4))::jsonb AS document;
SELECT jsonb_object_agg(key, value ORDER BY key)
  FROM jsonb_each(activate_image(pg_temp.id(4), 7, md5('x'), 'sha256', encode(sha256('x'), 'hex'), 9)::jsonb) a
 WHERE key <> 'updated_at' AND value IS DISTINCT FROM (SELECT document -> a.key FROM before);
SELECT activate_image(pg_temp.id(4), 7);
SELECT download_image_data(pg_temp.id(4));
SELECT verify_image_data(pg_temp.id(4));
SELECT append_image_data(pg_temp.id(5), 'half');
SELECT activate_image(pg_temp.id(5), 7);
SELECT abort_image_data(pg_temp.id(5)) IS NOT NULL;
SELECT deactivate_image(pg_temp.id(4));
SELECT activate_image(pg_temp.id(4), 7);

-- without formats there is no data
SELECT create_image(json_build_object('id', pg_temp.id(6), 'disk_format', 'raw')::jsonb) IS NOT NULL;
SELECT upload_image_data(pg_temp.id(6), 'x');
SELECT pg_temp.try(format(statement, pg_temp.id(6))), statement
  FROM (VALUES ('SELECT image_catalog.append_image_data(%L, ''x'')'), ('SELECT image_catalog.activate_image(%L, 1)')) s(statement);
SELECT pg_temp.show(get_image(pg_temp.id(6)));

-- who may; image 7 private of A, 8 public, 9 community, 10 shared with M, 11 unknown
SET image_catalog.project_id = '';
SELECT import_images(jsonb_build_array(jsonb_build_object('id', pg_temp.id(10), 'owner', 'A', 'members', '{"M": "pending"}'::jsonb, 'disk_format', 'raw', 'container_format', 'bare'))
    || (SELECT jsonb_agg(jsonb_build_object('id', pg_temp.id(no), 'owner', 'A', 'visibility', visibility, 'disk_format', 'raw', 'container_format', 'bare'))
          FROM (VALUES (7, 'private'), (8, 'public'), (9, 'community')) v(no, visibility)));
SELECT statement, project, roles, string_agg(CASE WHEN answer ~ '^[0-9A-Z]{5}$' THEN answer ELSE 'ok' END, ' ' ORDER BY n) AS "7 to 11"
  FROM (VALUES (1, 'upload', 'SELECT image_catalog.upload_image_data(%L, ''x'')'),
               (2, 'append', 'SELECT image_catalog.append_image_data(%L, ''x'')'),
               (3, 'activate', 'SELECT image_catalog.activate_image(%L, 0)'),
               (4, 'abort', 'SELECT image_catalog.abort_image_data(%L)')) s(sno, statement, call),
       (VALUES (1, 'A', 'reader,member'), (2, 'A', 'reader'), (3, 'A', 'member'), (4, 'B', 'reader,member'), (5, 'M', 'reader,member'), (6, 'ADM', 'admin')) c(cno, project, roles),
       generate_series(7, 11) n, pg_temp.try_as(project, roles, format(call, pg_temp.id(n))) answer
 GROUP BY sno, statement, cno, project, roles ORDER BY sno, cno;
SELECT count(*) FROM generate_series(7, 10) n, upload_image_data(pg_temp.id(n), 'data');
CREATE TEMP VIEW caller AS
    SELECT * FROM (VALUES (1, 'A', 'reader,member'), (2, 'A', 'reader'), (3, 'A', 'member'), (4, 'B', 'reader,member'), (5, 'B', 'member'),
                          (6, 'M', 'reader,member'), (7, 'M', 'reader'), (8, 'ADM', 'admin'), (9, '', 'reader,member')) c(no, project, roles);
CREATE ROLE image_data_client;
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.roles TO image_data_client;
GRANT SELECT ON image_data, image_uploads, pg_temp.caller TO image_data_client;
SET ROLE image_data_client;
SELECT project, roles, string_agg(pg_temp.try_as(project, roles, format('SELECT image_catalog.download_image_data(%L)', pg_temp.id(n))), ' ' ORDER BY n) AS "7 to 11"
  FROM pg_temp.caller, generate_series(7, 11) n GROUP BY no, project, roles ORDER BY no;
-- the table says the same to those who may read it
SELECT project, roles, pg_temp.try_as(project, roles,
       $$SELECT string_agg(substr(image_id::text, 35), ' ' ORDER BY image_id) FROM image_catalog.image_data WHERE image_id >= 'da7a0000-0000-4000-8000-000000000007'$$) AS data
  FROM pg_temp.caller ORDER BY no;
RESET ROLE;
-- out of use: for administrators only
SELECT deactivate_image(pg_temp.id(n)) FROM generate_series(7, 10) n;
SET ROLE image_data_client;
SELECT project, roles, string_agg(pg_temp.try_as(project, roles, format('SELECT image_catalog.download_image_data(%L)', pg_temp.id(n))), ' ' ORDER BY n) AS "7 to 11",
       pg_temp.try_as(project, roles, $$SELECT count(*) FROM image_catalog.image_data WHERE image_id >= 'da7a0000-0000-4000-8000-000000000007'$$) AS rows
  FROM pg_temp.caller, generate_series(7, 11) n GROUP BY no, project, roles ORDER BY no;
-- nobody writes past the functions
INSERT INTO image_data VALUES (pg_temp.id(7), 4, 'x');
RESET ROLE;
SET image_catalog.project_id = 'A';
SELECT reactivate_image(pg_temp.id(7));
SELECT pg_temp.show(get_image(pg_temp.id(7))), convert_from(download_image_data(pg_temp.id(7)), 'UTF8');

-- how much: of one image, and of an owner's, in all statuses that count
SET image_catalog.image_size_cap = '100B';
SHOW image_catalog.image_size_cap;
SELECT left(pg_temp.try(format('SELECT image_catalog.upload_image_data(%L, image_catalog.download_image_data(%L, 0, %s))', pg_temp.id(5), pg_temp.id(3), n)), 20), n
  FROM (VALUES (99), (100), (101)) v(n);
SELECT append_image_data(pg_temp.id(5), pg_temp.bytes(60));
SELECT append_image_data(pg_temp.id(5), pg_temp.bytes(41));
SELECT append_image_data(pg_temp.id(5), pg_temp.bytes(40));
SELECT abort_image_data(pg_temp.id(5)) IS NOT NULL;
SET image_catalog.image_size_cap = -1;
-- A has 5 + 600000 + 7 + 4 * 4 bytes
SET image_catalog.user_storage_quota = 600128;
SELECT append_image_data(pg_temp.id(5), pg_temp.bytes(60));
SELECT append_image_data(pg_temp.id(5), pg_temp.bytes(41));
SELECT append_image_data(pg_temp.id(5), pg_temp.bytes(40));
SELECT create_image(json_build_object('id', pg_temp.id(12), 'disk_format', 'raw', 'container_format', 'bare')::jsonb) IS NOT NULL;
SELECT upload_image_data(pg_temp.id(12), 'x');
SELECT delete_image(pg_temp.id(1));
SELECT pg_temp.show(upload_image_data(pg_temp.id(12), 'xxxxx'));
RESET image_catalog.user_storage_quota;
RESET image_catalog.image_size_cap;

-- algorithms of os_hash_value
SELECT abort_image_data(pg_temp.id(5)) IS NOT NULL;
CREATE FUNCTION pg_temp.upload_with(algo text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('image_catalog.os_hash_algo', algo, true);
    RETURN pg_temp.try(format('SELECT concat_ws('' '', d ->> ''os_hash_algo'', d ->> ''os_hash_value'') FROM image_catalog.upload_image_data(%L, ''abc'') d', pg_temp.id(5)));
END
$$;
SELECT pg_temp.upload_with(algo) FROM unnest('{sha256,sha384,sha512,sha3-256,sha3-384,sha3-512,blake2b}'::text[]) algo;
SET image_catalog.os_hash_algo = 'md5';
SET image_catalog.os_hash_algo = '';
SELECT algo, image_digest(algo, 'abc') FROM unnest('{md5,sha1,sha224,sha3-224,blake2s}'::text[]) algo GROUP BY algo ORDER BY algo;
SELECT image_digest('crc32', 'abc');
SELECT image_digest(NULL, 'abc');
SELECT image_digest('md5', data) FROM image_data WHERE false;
SELECT image_digest('md5', data ORDER BY n) = md5('abcdef') FROM (VALUES (1, 'abc'::bytea), (2, NULL), (3, 'def')) d(n, data);
-- as a window, and shared: each row has the digest of what came so far
SELECT image_digest('md5', data) OVER (ORDER BY data) = md5(string_agg(data, '') OVER (ORDER BY data)) AS same FROM unnest('{a,b,c}'::bytea[]) data;

-- what the record says, and what the bytes are
SET image_catalog.project_id = '';
SELECT import_images(jsonb_build_array(jsonb_build_object('id', pg_temp.id(12), 'checksum', md5('other'), 'size', 6)), merge => true);
SELECT verify_image_data(pg_temp.id(12))::jsonb - 'os_hash_value' AS verify_image_data;
SET image_catalog.project_id = 'A';
-- somebody took a row away
DELETE FROM image_data WHERE image_id = pg_temp.id(3) AND position = 262144;
SELECT download_image_data(pg_temp.id(3));
SELECT verify_image_data(pg_temp.id(3));
SELECT octet_length(download_image_data(pg_temp.id(3), 300000));

-- gone with the image, however it goes
SELECT delete_image(pg_temp.id(3));
SET image_catalog.project_id = '';
SELECT import_images(jsonb_build_array(jsonb_build_object('id', pg_temp.id(7), 'status', 'deleted')), merge => true);
UPDATE images SET status = 'deleted' WHERE id = pg_temp.id(8);
DELETE FROM images WHERE id = pg_temp.id(9);
SELECT image_id, position, data FROM image_data WHERE image_id::text LIKE 'da7a0000-0000-4000-8000-%' ORDER BY image_id, position;

-- a digest is freed, whatever ends it: ten thousand times in the middle
CREATE FUNCTION pg_temp.raise_in_digest(n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..n LOOP
        BEGIN
            PERFORM image_catalog.image_digest('sha512', CASE WHEN x < 3 THEN 'x'::bytea ELSE (1 / (x - 3))::text::bytea END)
               FROM generate_series(1, 5) x;
            RAISE 'no error';
        EXCEPTION WHEN division_by_zero THEN
        END;
    END LOOP;
END
$$;
CREATE FUNCTION pg_temp.memory_kb() RETURNS int
    RETURN (regexp_match(pg_read_file('/proc/self/status'), 'VmRSS:\s+(\d+) kB'))[1]::int;
SELECT pg_temp.raise_in_digest(1000);
SELECT pg_temp.memory_kb() AS before \gset
SELECT pg_temp.raise_in_digest(10000);
SELECT pg_temp.memory_kb() - :before < 1024 AS no_growth;

DELETE FROM images WHERE id::text LIKE 'da7a0000-0000-4000-8000-%';
SELECT count(*) FROM image_data WHERE image_id::text LIKE 'da7a0000-0000-4000-8000-%';
REVOKE SET ON PARAMETER image_catalog.project_id, image_catalog.roles FROM image_data_client;
REVOKE ALL ON image_data, image_uploads, pg_temp.caller FROM image_data_client;
DROP ROLE image_data_client;
