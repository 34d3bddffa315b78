/*
 * bench/records.sql: what the functions on one image cost
 *
 *		createdb records && psql -d records -f bench/records.sql
 *
 * Each function is held against the plain statement that writes or reads the
 * same row: INSERT, UPDATE, row_to_json by primary key, COPY.  The two take
 * turns, and what counts is the processor time of the session (so Linux is
 * needed): what else the machine does falls out.  Prints a Markdown table; the
 * last printed is bench/records.txt.
 */
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS image_catalog;
SET jit = off;
SET image_catalog.project_id = 'p1';

CREATE TEMP TABLE document AS
SELECT n, jsonb_build_object(
		'id', gen_random_uuid(), 'name', 'image ' || n, 'owner', 'p' || n % 100,
		'status', 'active', 'visibility', CASE WHEN n % 10 = 0 THEN 'public' ELSE 'private' END,
		'disk_format', 'qcow2', 'container_format', 'bare', 'min_disk', 20, 'min_ram', 512,
		'size', n * 1000, 'checksum', md5(n::text), 'os_hash_algo', 'sha512',
		'os_hash_value', repeat(md5(n::text), 4), 'tags', ARRAY['t' || n % 50, 'x86'],
		'os_distro', 'ubuntu', 'os_version', (n % 10)::text, 'architecture', 'x86_64',
		'hw_disk_bus', 'virtio', 'created_at', '2024-01-01T00:00:00Z',
		'updated_at', '2024-01-01T00:00:00Z') AS document
  FROM generate_series(1, 10000) n;

CREATE TEMP TABLE result (no int PRIMARY KEY, what text, plain float8, ours float8, rows int);
-- processor time of this session so far, in microseconds
CREATE FUNCTION pg_temp.used() RETURNS float8 LANGUAGE SQL VOLATILE AS $$
	SELECT (f[13]::float8 + f[14]::float8) * 1e4
	  FROM regexp_split_to_array(substring(pg_read_file('/proc/' || pg_backend_pid() || '/stat') FROM '\)(.*)'), ' ') f
$$;
CREATE PROCEDURE pg_temp.note(no int, what text, is_plain boolean, since float8, rows int)
	LANGUAGE SQL AS $$
	INSERT INTO result AS r VALUES (no, what,
		CASE WHEN is_plain THEN pg_temp.used() - since ELSE 0 END,
		CASE WHEN is_plain THEN 0 ELSE pg_temp.used() - since END, CASE WHEN is_plain THEN rows ELSE 0 END)
	ON CONFLICT ON CONSTRAINT result_pkey DO UPDATE
		SET plain = r.plain + excluded.plain, ours = r.ours + excluded.ours, rows = r.rows + excluded.rows
$$;

SET image_catalog.is_admin = on;
SELECT image_catalog.import_images((SELECT jsonb_agg(document) FROM document)) AS imported \gset
SET image_catalog.is_admin = off;
VACUUM ANALYZE image_catalog.images;

-- one image at a time, of a project's own hundred
DO $$
DECLARE
	since float8;
	ids uuid[];
	answer json;
	own int;
BEGIN
	SELECT array_agg(id) INTO ids FROM image_catalog.images WHERE owner = 'p1';
	own := cardinality(ids);
	FOR turn IN 1 .. 10 LOOP
		since := pg_temp.used();
		FOR i IN 1 .. 2000 LOOP
			SELECT row_to_json(x) INTO answer FROM image_catalog.images x WHERE id = ids[1 + i % own];
			IF i % 50 = 0 THEN COMMIT; END IF;
		END LOOP;
		CALL pg_temp.note(1, 'get_image / SELECT row_to_json', true, since, 2000);
		since := pg_temp.used();
		FOR i IN 1 .. 2000 LOOP
			answer := image_catalog.get_image(ids[1 + i % own]);
			IF i % 50 = 0 THEN COMMIT; END IF;
		END LOOP;
		CALL pg_temp.note(1, 'get_image / SELECT row_to_json', false, since, 2000);

		since := pg_temp.used();
		FOR i IN 1 .. 300 LOOP
			INSERT INTO image_catalog.images (id, name, owner, disk_format, container_format, min_disk, tags, properties)
			VALUES (gen_random_uuid(), 'new', 'p1', 'raw', 'bare', 5, '{a,b}',
					'{"os_distro": "ubuntu", "architecture": "x86_64", "hw_disk_bus": "virtio"}');
			IF i % 50 = 0 THEN COMMIT; END IF;
		END LOOP;
		CALL pg_temp.note(2, 'create_image / INSERT', true, since, 300);
		since := pg_temp.used();
		FOR i IN 1 .. 300 LOOP
			answer := image_catalog.create_image('{"name": "new", "disk_format": "raw", "container_format": "bare",
				"min_disk": 5, "tags": ["a", "b"], "os_distro": "ubuntu", "architecture": "x86_64", "hw_disk_bus": "virtio"}');
			IF i % 50 = 0 THEN COMMIT; END IF;
		END LOOP;
		CALL pg_temp.note(2, 'create_image / INSERT', false, since, 300);

		since := pg_temp.used();
		FOR i IN 1 .. 300 LOOP
			UPDATE image_catalog.images SET name = 'a' || turn || i, updated_at = clock_timestamp() WHERE id = ids[1 + i % own];
			IF i % 50 = 0 THEN COMMIT; END IF;
		END LOOP;
		CALL pg_temp.note(3, 'update_image, an attribute / UPDATE', true, since, 300);
		since := pg_temp.used();
		FOR i IN 1 .. 300 LOOP
			answer := image_catalog.update_image(ids[1 + i % own],
				('[{"op": "replace", "path": "/name", "value": "b' || turn || i || '"}]')::image_catalog.json_patch);
			IF i % 50 = 0 THEN COMMIT; END IF;
		END LOOP;
		CALL pg_temp.note(3, 'update_image, an attribute / UPDATE', false, since, 300);

		since := pg_temp.used();
		FOR i IN 1 .. 300 LOOP
			UPDATE image_catalog.images SET properties = properties || jsonb_build_object('color', 'a' || turn || i),
				updated_at = clock_timestamp() WHERE id = ids[1 + i % own];
			IF i % 50 = 0 THEN COMMIT; END IF;
		END LOOP;
		CALL pg_temp.note(4, 'update_image, a property / UPDATE', true, since, 300);
		since := pg_temp.used();
		FOR i IN 1 .. 300 LOOP
			answer := image_catalog.update_image(ids[1 + i % own],
				('[{"op": "add", "path": "/color", "value": "b' || turn || i || '"}]')::image_catalog.json_patch);
			IF i % 50 = 0 THEN COMMIT; END IF;
		END LOOP;
		CALL pg_temp.note(4, 'update_image, a property / UPDATE', false, since, 300);
	END LOOP;
END
$$;

-- ten thousand images at once, into an empty table
\set columns 'id, name, status, visibility, protected, os_hidden, owner, disk_format, container_format, min_disk, min_ram, size, virtual_size, checksum, os_hash_algo, os_hash_value, created_at, updated_at, tags, properties, deleted_at'
SET image_catalog.is_admin = on;
CREATE TEMP TABLE copied AS SELECT :columns FROM image_catalog.images i
 WHERE EXISTS (SELECT FROM document d WHERE (d.document ->> 'id')::uuid = i.id);
SELECT format('%s/records.%s.copy', current_setting('data_directory'), pg_backend_pid()) AS file \gset
COPY (SELECT :columns FROM copied ORDER BY id) TO :'file';
CREATE PROCEDURE pg_temp.bulk(file text, columns text) LANGUAGE plpgsql AS $$
DECLARE
	since float8;
	documents jsonb := (SELECT jsonb_agg(document) FROM document);
BEGIN
	FOR turn IN 1 .. 3 LOOP
		TRUNCATE image_catalog.images CASCADE;
		since := pg_temp.used();
		EXECUTE format('COPY image_catalog.images (%s) FROM %L', columns, file);
		CALL pg_temp.note(5, 'import_images / COPY', true, since, 10000);
		TRUNCATE image_catalog.images CASCADE;
		since := pg_temp.used();
		PERFORM image_catalog.import_images(documents);
		CALL pg_temp.note(5, 'import_images / COPY', false, since, 10000);
	END LOOP;
END
$$;
CALL pg_temp.bulk(:'file', :'columns');
SELECT format('rm -f %s', :'file') AS remove \gset
COPY (SELECT) TO PROGRAM :'remove';

\pset format unaligned
\pset tuples_only on
SELECT '| function / statement | function, µs a row | statement, µs a row | ratio |' UNION ALL SELECT '| --- | --- | --- | --- |';
SELECT format('| %s | %s | %s | %s |', what, round((ours / rows)::numeric, 1), round((plain / rows)::numeric, 1), round((ours / plain)::numeric, 2))
  FROM result ORDER BY no;
