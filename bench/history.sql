/*
 * bench/history.sql: what recording the history of images costs
 *
 *		createdb history && psql -d history -f bench/history.sql
 *
 * The same calls with history off and on, in turns: processor time of the
 * session (so Linux is needed), and bytes of WAL.  Prints a Markdown table; the
 * last printed is in bench/results/history.md.
 */
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS image_catalog;
SET jit = off;
SET synchronous_commit = off;
SET image_catalog.is_admin = on;

CREATE TEMP TABLE document AS
SELECT n, jsonb_build_object(
		'id', gen_random_uuid(), 'name', 'image ' || n, 'owner', 'p' || n % 100,
		'status', 'active', 'visibility', CASE WHEN n % 10 = 0 THEN 'public' ELSE 'private' END,
		'disk_format', 'qcow2', 'container_format', 'bare', 'min_disk', 20, 'min_ram', 512,
		'size', n * 1000, 'checksum', md5(n::text), 'os_hash_algo', 'sha512',
		'os_hash_value', repeat(md5(n::text), 4), 'tags', jsonb_build_array('t' || n % 50, 'x86'),
		'os_distro', 'ubuntu', 'os_version', (n % 10)::text, 'architecture', 'x86_64',
		'hw_disk_bus', 'virtio') AS document
  FROM generate_series(1, 10000) n;
CREATE TEMP TABLE result (no int, what text, history boolean, used float8, wal numeric, rows int);

-- processor time of this session so far, in microseconds
CREATE FUNCTION pg_temp.used() RETURNS float8 LANGUAGE SQL VOLATILE AS $$
	SELECT (f[13]::float8 + f[14]::float8) * 1e4
	  FROM regexp_split_to_array(substring(pg_read_file('/proc/' || pg_backend_pid() || '/stat') FROM '\)(.*)'), ' ') f
$$;

CREATE PROCEDURE pg_temp.turn(history boolean) LANGUAGE plpgsql AS $$
DECLARE
	documents jsonb := (SELECT jsonb_agg(document) FROM document);
	ids uuid[] := (SELECT array_agg((document ->> 'id')::uuid) FROM document);
	since float8;
	at pg_lsn;
	answer json;
BEGIN
	PERFORM image_catalog.record_image_history(false);
	TRUNCATE image_catalog.images CASCADE;
	TRUNCATE image_catalog.image_changes;
	PERFORM image_catalog.record_image_history(history);
	COMMIT;

	at := pg_current_wal_insert_lsn();
	since := pg_temp.used();
	PERFORM image_catalog.import_images(documents);
	COMMIT;
	INSERT INTO result VALUES (1, 'import_images, new', history, pg_temp.used() - since, pg_current_wal_insert_lsn() - at, 10000);

	at := pg_current_wal_insert_lsn();
	since := pg_temp.used();
	PERFORM image_catalog.import_images((SELECT jsonb_agg(jsonb_set(d, '{name}', '"again"')) FROM jsonb_array_elements(documents) d));
	COMMIT;
	INSERT INTO result VALUES (2, 'import_images, changed', history, pg_temp.used() - since, pg_current_wal_insert_lsn() - at, 10000);

	at := pg_current_wal_insert_lsn();
	since := pg_temp.used();
	FOR i IN 1 .. 3000 LOOP
		answer := image_catalog.update_image(ids[i],
			('[{"op": "add", "path": "/color", "value": "b' || i || '"}]')::image_catalog.json_patch);
		COMMIT;
	END LOOP;
	INSERT INTO result VALUES (3, 'update_image, a property', history, pg_temp.used() - since, pg_current_wal_insert_lsn() - at, 3000);

	at := pg_current_wal_insert_lsn();
	since := pg_temp.used();
	FOR i IN 1 .. 3000 LOOP
		answer := image_catalog.create_image((documents -> i) - 'id' - 'checksum' - 'size' - 'status' - 'os_hash_algo' - 'os_hash_value');
		COMMIT;
	END LOOP;
	INSERT INTO result VALUES (4, 'create_image', history, pg_temp.used() - since, pg_current_wal_insert_lsn() - at, 3000);
END
$$;
CALL pg_temp.turn(false);
DELETE FROM result;
CALL pg_temp.turn(false);
CALL pg_temp.turn(true);
CALL pg_temp.turn(false);
CALL pg_temp.turn(true);
SELECT image_catalog.record_image_history(false) \gset

\pset format unaligned
\pset tuples_only on
SELECT '| call | off, µs | on, µs | ratio | WAL off, bytes | WAL on, bytes |' UNION ALL SELECT '| --- | --- | --- | --- | --- | --- |';
SELECT format('| %s | %s | %s | %s | %s | %s |', what, round(u_off::numeric, 1), round(u_on::numeric, 1), round((u_on / u_off)::numeric, 2), round(w_off), round(w_on))
  FROM (SELECT no, what, sum(used) FILTER (WHERE NOT history) / sum(rows) FILTER (WHERE NOT history) AS u_off,
			   sum(used) FILTER (WHERE history) / sum(rows) FILTER (WHERE history) AS u_on,
			   sum(wal) FILTER (WHERE NOT history) / sum(rows) FILTER (WHERE NOT history) AS w_off,
			   sum(wal) FILTER (WHERE history) / sum(rows) FILTER (WHERE history) AS w_on
		  FROM result GROUP BY no, what) r ORDER BY no;
