--
-- Formats of image data: what a record says against what the bytes are
--
SET search_path = image_catalog, pg_catalog;
SET image_catalog.project_id = 'A';
CREATE FUNCTION pg_temp.id() RETURNS uuid RETURN 'da7c0000-0000-4000-8000-000000000001'::uuid;
-- bytes of a header: hexadecimal digits by their places, in an image of so many bytes
CREATE FUNCTION pg_temp.bytes(parts jsonb, size int DEFAULT 40000) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    data bytea := decode(repeat('00', size), 'hex');
    place text;
    digits text;
BEGIN
    FOR place, digits IN SELECT * FROM jsonb_each_text(parts) LOOP
        data := overlay(data PLACING decode(digits, 'hex') FROM place::int + 1);
    END LOOP;
    RETURN data;
END
$$;
CREATE TEMP TABLE sample (no serial, name text, data bytea);
INSERT INTO sample (name, data) VALUES
    ('zeros', pg_temp.bytes('{}')),
    ('nothing', ''),
    ('gpt', pg_temp.bytes('{"450": "ee", "510": "55aa", "512": "4546492050415254"}')),
    ('qcow2', pg_temp.bytes('{"0": "514649fb00000003", "24": "0000000280000000"}')),
    ('iso', pg_temp.bytes('{"32768": "014344303031", "32848": "b4", "32897": "08"}')),
    ('vhd, fixed', pg_temp.bytes('{"39488": "636f6e6563746978", "39536": "0000000000200000", "39548": "00000002"}')),
    ('ploop', pg_temp.bytes('{"0": "576974686f75744672656553706163650000", "36": "00080000"}')),
    ('qcow2, backing file', pg_temp.bytes('{"0": "514649fb00000003", "8": "0000000000000200", "24": "0000000280000000"}')),
    ('qcow2 and iso', pg_temp.bytes('{"0": "514649fb00000003", "24": "0000000280000000", "32768": "014344303031"}'));
-- upload and undo it: virtual_size, or the error
CREATE FUNCTION pg_temp.try(disk_format text, container_format text, data bytea, pieces int DEFAULT 1, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    step int := greatest(1, octet_length(data) / pieces);
BEGIN
    PERFORM create_image(json_build_object('id', pg_temp.id(), 'disk_format', disk_format, 'container_format', container_format)::jsonb);
    IF pieces = 1 THEN
        SELECT coalesce(d ->> 'virtual_size', 'null') INTO answer FROM upload_image_data(pg_temp.id(), data) d;
    ELSE
        FOR begins IN 0..octet_length(data) - 1 BY step LOOP
            PERFORM append_image_data(pg_temp.id(), substr(data, begins + 1, step), begins);
        END LOOP;
        SELECT coalesce(d ->> 'virtual_size', 'null') INTO answer FROM finish_image_data(pg_temp.id()) d;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = answer;
EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
    answer := SQLERRM;
WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    answer := SQLSTATE || ' ' || SQLERRM || ': ' || detail;
END
$$;

-- what each is taken for, whatever the record says
SELECT name, disk_format, pg_temp.try(disk_format, 'bare', data)
  FROM sample, unnest('{raw,qcow2,iso,vhd,ploop,ami,zvhd2}'::text[]) WITH ORDINALITY f(disk_format, fno)
 WHERE CASE WHEN disk_format = 'zvhd2' THEN name = 'zeros' ELSE true END ORDER BY no, fno;
-- in pieces it is the same
SELECT name, pg_temp.try('raw', 'bare', data, 777) = pg_temp.try('raw', 'bare', data) AS raw, pg_temp.try('iso', 'bare', data, 3) = pg_temp.try('iso', 'bare', data) AS iso
  FROM sample WHERE name <> 'nothing' ORDER BY no;
-- of what is in a container nobody looks
SELECT name, pg_temp.try('qcow2', 'ovf', data) FROM sample ORDER BY no;
-- the setting lets another format in, but nothing unsafe
SET image_catalog.require_image_format_match = off;
SELECT name, pg_temp.try('qcow2', 'bare', data) FROM sample ORDER BY no;
RESET image_catalog.require_image_format_match;
-- the check comes before the image is active, staged or not; what is refused can be ended
SELECT create_image(json_build_object('id', pg_temp.id(), 'disk_format', 'qcow2', 'container_format', 'bare')::jsonb) IS NOT NULL;
SELECT append_image_data(pg_temp.id(), 'no qcow2');
SELECT finish_image_data(pg_temp.id());
SELECT get_image(pg_temp.id()) ->> 'status' AS status, abort_image_data(pg_temp.id()) ->> 'status' AS aborted;
SELECT stage_image_data(pg_temp.id(), 'no qcow2') ->> 'status' AS status;
SELECT status, split_part(convert_from(response_body, 'UTF8'), E'\n', 3) AS answer
  FROM http_request('POST', '/v2/images/' || pg_temp.id() || '/import', '{}', '{"method": {"name": "glance-direct"}}');
SELECT abort_image_data(pg_temp.id()) ->> 'status' AS status;
SELECT status FROM http_request('PUT', '/v2/images/' || pg_temp.id() || '/file', '{"Content-Type": "application/octet-stream"}', 'no qcow2');
SELECT get_image(pg_temp.id()) ->> 'status' AS status, (SELECT count(*) FROM image_data) AS rows;
RESET image_catalog.project_id;
DELETE FROM images WHERE id = pg_temp.id();
