/*
 * bench/write_amplification.sql: what each index of images costs those who write
 *
 *		psql -f bench/write_amplification.sql
 *
 * Inserts 1,000 images, and again without each index, in transactions that are
 * rolled back: the difference in buffers touched and in write-ahead log is the
 * index's write amplification.  Indexes that serve one sort key by visibility
 * and by owner count together.  Prints a Markdown table.
 */
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SET jit = off;

-- rows in a temporary table touch no shared buffers
CREATE TEMP TABLE source AS
	SELECT * FROM image_catalog.images WHERE status = 'active' ORDER BY id LIMIT 1000;
CREATE TEMP TABLE amplification (indexes text PRIMARY KEY, bytes bigint, buffers bigint, wal bigint);

-- insert images like those that there are; answers buffers and log
CREATE FUNCTION pg_temp.insert_images(OUT buffers bigint, OUT wal bigint) LANGUAGE plpgsql AS $$
DECLARE
	explained json;
	columns text := (SELECT string_agg(quote_ident(attname), ', ')
					   FROM pg_attribute WHERE attrelid = 'image_catalog.images'::regclass
						AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
						AND attname NOT IN ('id', 'created_at', 'updated_at'));
BEGIN
	EXECUTE format('EXPLAIN (ANALYZE, BUFFERS, WAL, TIMING OFF, FORMAT JSON)
		INSERT INTO image_catalog.images (id, created_at, updated_at, %1$s)
		SELECT md5(id::text)::uuid, now(), now(), %1$s
		  FROM source', columns) INTO explained;
	explained := explained -> 0 -> 'Plan';
	buffers := (explained ->> 'Shared Hit Blocks')::bigint + (explained ->> 'Shared Read Blocks')::bigint;
	wal := (explained ->> 'WAL Bytes')::bigint;
END
$$;

CREATE PROCEDURE pg_temp.measure() LANGUAGE plpgsql AS $$
DECLARE
	every record;
	g record;
	without record;
BEGIN
	-- once before, so that pages are in the log since the checkpoint
	FOR i IN 1 .. 2 LOOP
		SELECT * INTO every FROM pg_temp.insert_images();
		ROLLBACK;
	END LOOP;
	FOR g IN
		SELECT regexp_replace(c.relname, '^images_(visibility|owner)_', 'images_*_') AS indexes,
			   string_agg('image_catalog.' || c.relname, ', ') AS names,
			   sum(pg_relation_size(c.oid)) AS bytes
		  FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
		 WHERE x.indrelid = 'image_catalog.images'::regclass
		   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = x.indexrelid)
		 GROUP BY 1
	LOOP
		EXECUTE 'DROP INDEX ' || g.names;
		SELECT * INTO without FROM pg_temp.insert_images();
		ROLLBACK;
		-- with all of them right after: what was inserted before left its room
		SELECT * INTO every FROM pg_temp.insert_images();
		ROLLBACK;
		INSERT INTO amplification VALUES (g.indexes, g.bytes, every.buffers - without.buffers, every.wal - without.wal);
		COMMIT;
	END LOOP;
	INSERT INTO amplification VALUES ('all', pg_indexes_size('image_catalog.images'), every.buffers, every.wal);
END
$$;
CALL pg_temp.measure();

\pset format unaligned
\pset tuples_only on
SELECT '| indexes | MB | buffers an insert | bytes of log an insert |' UNION ALL SELECT '| --- | ---: | ---: | ---: |';
SELECT format('| %s | %s | %s | %s |', indexes, round(bytes / 1048576.0), round(buffers / 1000.0, 1), wal / 1000)
  FROM amplification ORDER BY bytes DESC;

-- what was rolled back is in the way of whoever measures next
VACUUM image_catalog.images;
