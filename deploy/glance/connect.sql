-- deploy/glance/connect.sql: what the migration keeps in the catalogue's
-- database, and the tables of Glance as foreign tables.
--
-- All of it lies in the schema glance_migration; "migrate finish" drops it.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS glance_migration;
COMMENT ON SCHEMA glance_migration IS 'migration of a Glance database into the image catalogue (deploy/glance)';

CREATE TABLE IF NOT EXISTS glance_migration.source (
    only_row boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    dialect text NOT NULL,
    place text NOT NULL,
    with_locations boolean NOT NULL
);
COMMENT ON COLUMN glance_migration.source.place IS 'host, port and database';

CREATE TABLE IF NOT EXISTS glance_migration.runs (
    run integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    since timestamp,
    latest timestamp,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_batch_at timestamptz,
    finished_at timestamptz,
    images bigint NOT NULL DEFAULT 0,
    copied bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    vanished bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN glance_migration.runs.since IS 'images changed from that time on, by the source''s clock; null: all';
COMMENT ON COLUMN glance_migration.runs.latest IS 'latest change that the source had when the run began';
COMMENT ON COLUMN glance_migration.runs.images IS 'how many were to be copied when the run began';
COMMENT ON COLUMN glance_migration.runs.vanished IS 'images that the source has no more, and are deleted now';

CREATE TABLE IF NOT EXISTS glance_migration.queue (
    image_id uuid PRIMARY KEY,
    source_id text NOT NULL
);
COMMENT ON TABLE glance_migration.queue IS 'what the run has still to copy';

CREATE TABLE IF NOT EXISTS glance_migration.copied (
    image_id uuid PRIMARY KEY
);
COMMENT ON TABLE glance_migration.copied IS 'images that came from the source';

CREATE TABLE IF NOT EXISTS glance_migration.refused (
    source_id text PRIMARY KEY,
    problem text NOT NULL
);
COMMENT ON TABLE glance_migration.refused IS 'images that could not be copied, and why';

CREATE OR REPLACE VIEW glance_migration.progress AS
    SELECT r.run, CASE WHEN r.since IS NULL THEN 'all' ELSE 'changed' END AS kind,
           CASE WHEN r.finished_at IS NULL THEN 'unfinished' ELSE 'finished' END AS state,
           r.images, r.copied, r.refused, r.vanished,
           r.images - r.copied - r.refused AS remaining, r.started_at,
           coalesce(r.finished_at, r.last_batch_at) - r.started_at AS duration
      FROM glance_migration.runs r;

-- A part of a URL, its %XX decoded.
CREATE OR REPLACE FUNCTION glance_migration.decoded(part text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT
    RETURN (SELECT convert_from(string_agg(CASE WHEN piece[1] ~ '^%[0-9A-Fa-f]{2}$' THEN decode(substr(piece[1], 2), 'hex')
                                                ELSE convert_to(piece[1], 'UTF8') END, '' ORDER BY n), 'UTF8')
              FROM regexp_matches(part, '%[0-9A-Fa-f]{2}|.', 'g') WITH ORDINALITY AS pieces (piece, n));

-- The parts of a connection URL, as SQLAlchemy and libpq write it.
CREATE OR REPLACE FUNCTION glance_migration.url_parts(url text,
        OUT dialect text, OUT username text, OUT password text, OUT host text, OUT port text, OUT dbname text, OUT options jsonb)
    LANGUAGE plpgsql IMMUTABLE
    AS $$
DECLARE
    part text[] := regexp_match(url, '^([a-z]+)(?:\+[a-z0-9_]+)?://(?:([^:@/]*)(?::([^@]*))?@)?(\[[^]/]*\]|[^:/?@]*)(?::(\d+))?/([^?]+)(?:\?(.*))?$');
BEGIN
    dialect := CASE WHEN part[1] IN ('postgresql', 'postgres') THEN 'postgresql' WHEN part[1] IN ('mysql', 'mariadb') THEN 'mysql' END;
    IF dialect IS NULL THEN
        RAISE 'the source is no URL of a database'
            USING HINT = 'postgresql://USER:PASSWORD@HOST:PORT/DATABASE or mysql://USER:PASSWORD@HOST:PORT/DATABASE; of user and password, all but letters and digits is written %XX.';
    END IF;
    username := glance_migration.decoded(part[2]);
    password := glance_migration.decoded(part[3]);
    options := (SELECT coalesce(jsonb_object_agg(split_part(o, '=', 1), glance_migration.decoded(substr(o, strpos(o, '=') + 1))), '{}')
                  FROM regexp_split_to_table(part[7], '&') o WHERE strpos(o, '=') > 1);
    host := coalesce(nullif(glance_migration.decoded(btrim(part[4], '[]')), ''), options ->> 'host', 'localhost');
    port := coalesce(part[5], options ->> 'port', CASE dialect WHEN 'mysql' THEN '3306' ELSE '5432' END);
    dbname := glance_migration.decoded(part[6]);
    options := options - 'host' - 'port' - 'charset';
END
$$;

-- What CREATE SERVER and its like have in OPTIONS.
CREATE OR REPLACE FUNCTION glance_migration.option_list(options jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT coalesce('OPTIONS (' || string_agg(format('%I %L', key, value), ', ' ORDER BY key) || ')', '')
              FROM jsonb_each_text(options) WHERE value IS NOT NULL);

-- Make the foreign tables.  Sessions of the source are read-only by its own
-- word, and those of MySQL see one snapshot as long as they last.
CREATE OR REPLACE FUNCTION glance_migration.connect(url text, with_locations boolean) RETURNS text
    LANGUAGE plpgsql
    AS $$
DECLARE
    part record;
    wrapper text;
    place text;
    known text := (SELECT s.place FROM glance_migration.source s);
    name text;
    columns text;
BEGIN
    SELECT * INTO part FROM glance_migration.url_parts(url);
    wrapper := CASE part.dialect WHEN 'mysql' THEN 'mysql_fdw' ELSE 'postgres_fdw' END;
    place := format('%s:%s/%s', part.host, part.port, part.dbname);
    IF known <> place AND EXISTS (SELECT FROM glance_migration.copied) THEN
        RAISE 'images of another source were copied: %', known
            USING HINT = 'End that migration by "migrate finish" first.';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_available_extensions e WHERE e.name = wrapper) THEN
        RAISE 'extension "%" is not installed', wrapper
            USING HINT = 'It is in a package of its own: postgresql-15-mysql-fdw, or as your distribution names it.';
    END IF;
    EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA glance_migration', wrapper);
    DROP SERVER IF EXISTS glance_migration CASCADE;
    EXECUTE format('CREATE SERVER glance_migration FOREIGN DATA WRAPPER %I %s', wrapper, glance_migration.option_list(
        part.options || jsonb_build_object('host', part.host, 'port', part.port, 'fetch_size', '10000') ||
        CASE part.dialect WHEN 'mysql' THEN '{"init_command": "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"}'::jsonb
             ELSE jsonb_build_object('dbname', part.dbname, 'updatable', 'false', 'options', '-c default_transaction_read_only=on',
                                     'application_name', 'glance_migration') END));
    EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER glance_migration %s', glance_migration.option_list(
        jsonb_build_object(CASE part.dialect WHEN 'mysql' THEN 'username' ELSE 'user' END, part.username, 'password', part.password)));
    FOR name, columns IN SELECT * FROM (VALUES
            ('images', 'id text NOT NULL, name text, size bigint, virtual_size bigint, status text, visibility text, disk_format text, '
                       'container_format text, checksum text, os_hash_algo text, os_hash_value text, owner text, min_disk integer, '
                       'min_ram integer, protected boolean, os_hidden boolean'),
            ('image_properties', 'id integer, image_id text, name text, value text'),
            ('image_tags', 'id integer, image_id text, value text'),
            ('image_members', 'id integer, image_id text, member text, status text'),
            ('image_locations', 'id integer, image_id text, value text, meta_data text, status text')) v (name, columns)
    LOOP
        EXECUTE format('CREATE FOREIGN TABLE glance_migration.%I (%s, created_at timestamp, updated_at timestamp, '
                       'deleted_at timestamp, deleted boolean) SERVER glance_migration %s', name, columns,
                       glance_migration.option_list(CASE part.dialect
                           WHEN 'mysql' THEN jsonb_build_object('dbname', part.dbname, 'table_name', name)
                           ELSE jsonb_build_object('schema_name', 'public', 'table_name', name) END));
    END LOOP;
    INSERT INTO glance_migration.source (dialect, place, with_locations) VALUES (part.dialect, place, connect.with_locations)
        ON CONFLICT (only_row) DO UPDATE SET dialect = excluded.dialect, place = excluded.place, with_locations = excluded.with_locations;
    RETURN place;
END
$$;
