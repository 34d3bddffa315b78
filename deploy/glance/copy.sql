-- deploy/glance/copy.sql: from the foreign tables into the catalogue.
--
-- Times of Glance are UTC without saying so: type timestamp here.

\set ON_ERROR_STOP on

-- As the API writes it; stable, so that it goes into the statements that call it.
CREATE OR REPLACE FUNCTION glance_migration.as_time(at timestamp) RETURNS text
    LANGUAGE sql STABLE STRICT
    RETURN to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

CREATE OR REPLACE FUNCTION glance_migration.is_uuid(id text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN id ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

-- The metadata of a location; null if it is none.
CREATE OR REPLACE FUNCTION glance_migration.metadata(written text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    AS $$
DECLARE
    metadata jsonb;
BEGIN
    metadata := coalesce(nullif(written, ''), '{}');
    RETURN CASE jsonb_typeof(metadata) WHEN 'object' THEN metadata WHEN 'null' THEN '{}' END;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;

-- The end of a copy or report that met a time such as MySQL's 0000-00-00: its
-- row cannot be read at all, so it has no name.
CREATE OR REPLACE FUNCTION glance_migration.no_time(message text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE 'the source has a time that is none: %', message
        USING HINT = 'Set it right there: created_at, updated_at and deleted_at of the five tables are times, or null.';
END
$$;

-- The images of those identifiers as documents that import_images takes; a
-- problem is why one cannot be taken.
--
-- Whatever has the mark deleted is not there for Glance's API, also where the
-- status says pending_delete.  Of a deleted image nothing but the time of that
-- and its members count: all else stays as it was copied before.
--
-- Members: Glance makes the row of one that was removed alive again when it is
-- added anew; older releases wrote another row.  Those live come first.
--
-- Identifiers stand in the statements as constants, so that both wrappers send
-- them; nothing else is left to the wrappers.  MySQL compares them without regard
-- to letters' case, its foreign keys too.
CREATE OR REPLACE FUNCTION glance_migration.documents(ids text[])
    RETURNS TABLE (image_id uuid, source_id text, changed timestamp, is_deleted boolean, document jsonb, problem text)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY EXECUTE format($sql$
        WITH i AS MATERIALIZED (SELECT * FROM glance_migration.images WHERE id = ANY (%1$L::text[])),
        all_properties AS MATERIALIZED (SELECT * FROM glance_migration.image_properties WHERE image_id = ANY (%1$L::text[])),
        all_tags AS MATERIALIZED (SELECT * FROM glance_migration.image_tags WHERE image_id = ANY (%1$L::text[])),
        all_members AS MATERIALIZED (SELECT * FROM glance_migration.image_members WHERE image_id = ANY (%1$L::text[])),
        all_locations AS MATERIALIZED (SELECT * FROM glance_migration.image_locations WHERE image_id = ANY (%1$L::text[])),
        p AS (SELECT %3$s(image_id) AS image_id, jsonb_object_agg(name, value) AS properties FROM all_properties WHERE NOT deleted GROUP BY 1),
        t AS (SELECT %3$s(image_id) AS image_id, jsonb_agg(DISTINCT value) AS tags FROM all_tags WHERE NOT deleted GROUP BY 1),
        m AS (SELECT i.id AS image_id, jsonb_object_agg(member, jsonb_build_object('status', latest.status,
                     'created_at', glance_migration.as_time(latest.created_at),
                     'updated_at', glance_migration.as_time(coalesce(latest.updated_at, latest.created_at)),
                     'deleted_at', glance_migration.as_time(
                         CASE WHEN latest.deleted THEN coalesce(latest.deleted_at, latest.updated_at, latest.created_at)
                              WHEN i.deleted OR i.status = 'deleted' THEN coalesce(i.deleted_at, i.updated_at, i.created_at) END))) AS members
                FROM (SELECT DISTINCT ON (%3$s(image_id), member) * FROM all_members
                       ORDER BY %3$s(image_id), member, deleted, deleted_at DESC NULLS LAST, id DESC) latest
                JOIN i ON %3$s(i.id) = %3$s(latest.image_id) GROUP BY 1),
        l AS (SELECT %3$s(image_id) AS image_id, bool_and(value ~ '^[A-Za-z][A-Za-z0-9+.-]*://') AS are_urls, bool_or(metadata IS NULL) AS bad_metadata,
                     jsonb_agg(jsonb_build_object('url', value, 'metadata', metadata,
                                                  'created_at', glance_migration.as_time(created_at)) ORDER BY id) AS locations
                FROM (SELECT *, CASE WHEN meta_data IN ('', '{}') THEN '{}' ELSE glance_migration.metadata(meta_data) END AS metadata
                        FROM all_locations WHERE NOT deleted AND status = 'active' AND %2$L OFFSET 0) live GROUP BY 1),
        taken AS (
            SELECT i.id, greatest(i.created_at, i.updated_at, i.deleted_at) AS changed, i.deleted OR i.status = 'deleted' AS gone,
                   coalesce(p.properties, '{}') AS properties, are_urls, bad_metadata,
                   jsonb_build_object('id', lower(i.id), 'name', i.name, 'visibility', i.visibility, 'protected', i.protected,
                       'os_hidden', i.os_hidden, 'owner', nullif(i.owner, ''), 'disk_format', i.disk_format, 'container_format', i.container_format,
                       'min_disk', i.min_disk, 'min_ram', i.min_ram, 'size', i.size, 'virtual_size', i.virtual_size,
                       'checksum', i.checksum, 'os_hash_algo', i.os_hash_algo, 'os_hash_value', i.os_hash_value,
                       'created_at', glance_migration.as_time(i.created_at),
                       'updated_at', glance_migration.as_time(coalesce(i.updated_at, i.created_at)),
                       'members', coalesce(m.members, '{}')) AS always,
                   jsonb_build_object('status', 'deleted',
                       'deleted_at', glance_migration.as_time(coalesce(i.deleted_at, i.updated_at, i.created_at))) AS when_deleted,
                   jsonb_build_object('status', i.status, 'tags', coalesce(t.tags, '[]')) ||
                       CASE WHEN %2$L THEN jsonb_build_object('locations', coalesce(l.locations, '[]')) ELSE '{}' END AS when_alive
              FROM i LEFT JOIN p ON p.image_id = %3$s(i.id) LEFT JOIN t ON t.image_id = %3$s(i.id)
                     LEFT JOIN m ON m.image_id = i.id LEFT JOIN l ON l.image_id = %3$s(i.id))
        SELECT lower(id)::uuid, id, changed, gone, CASE WHEN gone THEN always || when_deleted ELSE properties || always || when_alive END,
               CASE WHEN gone THEN NULL
                    WHEN properties ?| '{members,deleted,deleted_at,location,locations,self,file,schema,direct_url,stores}'
                    THEN 'a property has the name of an attribute'
                    WHEN NOT are_urls THEN 'a location is encrypted, or no URL'
                    WHEN bad_metadata THEN 'the metadata of a location is no JSON object' END
          FROM taken ORDER BY 1
    $sql$, ids, (SELECT s.with_locations FROM glance_migration.source s),
    (SELECT CASE s.dialect WHEN 'mysql' THEN 'lower' ELSE '' END FROM glance_migration.source s));
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
    PERFORM glance_migration.no_time(SQLERRM);
END
$$;

CREATE OR REPLACE FUNCTION glance_migration.refuse(id text, why text) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE NOTICE 'refused %: %', id, why;
    INSERT INTO glance_migration.refused (source_id, problem) VALUES (id, why)
        ON CONFLICT (source_id) DO UPDATE SET problem = excluded.problem;
    RETURN 1;
END
$$;

-- Import documents, all deleted or none; answers how many were refused.  Where
-- one of them will not do, both halves are tried, down to the one.
CREATE OR REPLACE FUNCTION glance_migration.import(documents jsonb, are_deleted boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    n integer := jsonb_array_length(documents);
    why text;
    detail text;
BEGIN
    IF n > 0 THEN
        PERFORM image_catalog.import_images(documents, merge => are_deleted);
    END IF;
    RETURN 0;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
    IF n = 1 THEN
        GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
        RETURN glance_migration.refuse(documents #>> '{0,id}', concat_ws(': ', why, regexp_replace(detail, '^Document 0: ', '')));
    END IF;
    RETURN (SELECT sum(glance_migration.import(half, are_deleted))
              FROM (SELECT jsonb_agg(d ORDER BY o) FROM jsonb_array_elements(documents) WITH ORDINALITY e (d, o)
                     GROUP BY o <= n / 2) halves (half));
END
$$;

-- Copy the images of those identifiers; answers how many were refused.  An
-- image that was changed in the catalogue after its last change at the source
-- is left alone, unless it is to be overwritten; it or a member of it.  A member
-- that the source does not know is the catalogue's own if it is later than all
-- that runs before this one saw.
CREATE OR REPLACE FUNCTION glance_migration.copy_images(ids text[], overwrite boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    refused bigint;
    latest timestamptz := (SELECT max(r.latest) AT TIME ZONE 'UTC' FROM glance_migration.runs r WHERE r.finished_at IS NOT NULL);
BEGIN
    INSERT INTO pg_temp.batch SELECT * FROM glance_migration.documents(ids);
    IF NOT overwrite THEN
        UPDATE pg_temp.batch b SET problem = 'it was changed in the catalogue later than in Glance'
          FROM image_catalog.images i
         WHERE i.id = b.image_id
           AND (greatest(i.updated_at, CASE WHEN NOT b.is_deleted THEN i.deleted_at END) > b.changed AT TIME ZONE 'UTC'
                OR EXISTS (SELECT FROM image_catalog.image_members m, LATERAL (SELECT b.document -> 'members' -> m.member_id) g (member)
                            WHERE m.image_id = i.id
                              AND CASE WHEN g.member IS NULL THEN m.deleted_at IS NULL AND m.updated_at > latest
                                       ELSE greatest(m.updated_at, m.deleted_at)
                                            > greatest((g.member ->> 'updated_at')::timestamptz, (g.member ->> 'deleted_at')::timestamptz) END));
    END IF;
    DELETE FROM glance_migration.refused WHERE source_id = ANY (ids);
    refused := (SELECT coalesce(sum(glance_migration.refuse(b.source_id, b.problem)), 0)
                  FROM pg_temp.batch b WHERE b.problem IS NOT NULL);
    refused := refused + (SELECT coalesce(sum(glance_migration.import(d.documents, d.is_deleted)), 0)
                            FROM (SELECT b.is_deleted, jsonb_agg(b.document ORDER BY b.image_id) AS documents
                                    FROM pg_temp.batch b WHERE b.problem IS NULL GROUP BY 1) d);
    INSERT INTO glance_migration.copied (image_id)
    SELECT b.image_id FROM pg_temp.batch b
     WHERE b.problem IS NULL AND NOT EXISTS (SELECT FROM glance_migration.refused r WHERE lower(r.source_id) = b.image_id::text)
        ON CONFLICT DO NOTHING;
    RETURN refused;
END
$$;

-- Delete the images that the source has no more: rows that were deleted there
-- and purged, or removed by hand.  Answers how many.
CREATE OR REPLACE FUNCTION glance_migration.delete_vanished(allow_many boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    documents jsonb;
    ndocuments bigint;
    ncopied bigint := (SELECT count(*) FROM glance_migration.copied);
BEGIN
    WITH present AS MATERIALIZED (SELECT id FROM glance_migration.images)
    SELECT jsonb_agg(jsonb_build_object('id', i.id, 'status', 'deleted', 'deleted_at', glance_migration.as_time(now() AT TIME ZONE 'UTC'))), count(*)
      INTO documents, ndocuments
      FROM glance_migration.copied c JOIN image_catalog.images i ON i.id = c.image_id
     WHERE i.status <> 'deleted' AND NOT EXISTS (SELECT FROM present p WHERE lower(p.id) = c.image_id::text);
    IF ndocuments > greatest(100, ncopied / 20) AND NOT allow_many THEN
        RAISE 'the source lacks % of % images that came from it', ndocuments, ncopied
            USING HINT = 'If they were removed on purpose, let them be deleted by --allow-vanished.';
    END IF;
    RETURN CASE WHEN ndocuments > 0 THEN image_catalog.import_images(documents, merge => true) ELSE 0 END;
END
$$;

-- Note what a new run has to copy: all images, or those that have changed since
-- the last run, they or what belongs to them.  The clocks of several Glance
-- servers differ, and a change has its time before it is committed: so a run
-- begins the overlap before the latest change that the run before it saw; one
-- that saw none says nothing of the source's clock.  What was refused is tried
-- again.
CREATE OR REPLACE FUNCTION glance_migration.begin_run(everything boolean, overlap interval) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    since timestamp := CASE WHEN NOT everything THEN (SELECT max(r.latest) - overlap FROM glance_migration.runs r WHERE r.finished_at IS NOT NULL) END;
    this_run integer;
    twice record;
BEGIN
    EXECUTE (SELECT string_agg(format('INSERT INTO pg_temp.changes SELECT %1$I, max(greatest(created_at, updated_at, deleted_at)) FROM '
                                      '(SELECT %1$I, created_at, updated_at, deleted_at FROM glance_migration.%2$I %3$s OFFSET 0) t GROUP BY 1',
                                      id, name, CASE WHEN since IS NOT NULL THEN
                                      format('WHERE created_at >= %1$L::timestamp OR updated_at >= %1$L::timestamp OR deleted_at >= %1$L::timestamp', since) END), ';')
               FROM (VALUES ('id', 'images'), ('image_id', 'image_properties'), ('image_id', 'image_tags'),
                            ('image_id', 'image_members'), ('image_id', 'image_locations')) t (id, name)
              WHERE name = 'images' OR since IS NOT NULL);
    EXECUTE (SELECT format('INSERT INTO pg_temp.changes SELECT id, NULL FROM glance_migration.images WHERE id = ANY (%L::text[])',
                           coalesce(array_agg(r.source_id), '{}')) FROM glance_migration.refused r);
    DELETE FROM glance_migration.refused;
    DELETE FROM glance_migration.queue;
    INSERT INTO glance_migration.runs (since, latest)
    VALUES (since, (SELECT least(max(c.at), now() AT TIME ZONE 'UTC') FROM pg_temp.changes c HAVING max(c.at) IS NOT NULL))
    RETURNING run INTO this_run;
    DELETE FROM pg_temp.changes c WHERE NOT glance_migration.is_uuid(c.source_id)
        AND glance_migration.refuse(c.source_id, 'its identifier is no UUID') > 0;
    FOR twice IN SELECT max(c.source_id) AS id FROM pg_temp.changes c WHERE (SELECT s.dialect FROM glance_migration.source s) <> 'mysql' GROUP BY lower(c.source_id) HAVING count(DISTINCT c.source_id) > 1 LOOP
        PERFORM glance_migration.refuse(twice.id, 'its identifier differs from another''s by letters'' case only');
        DELETE FROM pg_temp.changes c WHERE c.source_id = twice.id;
    END LOOP;
    INSERT INTO glance_migration.queue (image_id, source_id) SELECT DISTINCT ON (1) lower(c.source_id)::uuid, c.source_id FROM pg_temp.changes c;
    UPDATE glance_migration.runs r SET images = (SELECT count(*) FROM glance_migration.queue) WHERE r.run = this_run;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
    PERFORM glance_migration.no_time(SQLERRM);
END
$$;

-- Copy what the unfinished run has left, a transaction for each batch, and end
-- it.  A procedure that commits has no SET clause; its caller sets search_path.
CREATE OR REPLACE PROCEDURE glance_migration.go_on(batch_size integer, overwrite boolean, allow_vanished boolean)
    LANGUAGE plpgsql
    AS $$
DECLARE
    r glance_migration.runs;
    ids text[];
    nrefused bigint;
BEGIN
    LOOP
        SELECT * INTO r FROM glance_migration.runs u WHERE u.finished_at IS NULL ORDER BY u.run DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        WITH gone AS (DELETE FROM glance_migration.queue q
                       WHERE q.image_id IN (SELECT n.image_id FROM glance_migration.queue n ORDER BY n.image_id LIMIT batch_size)
                       RETURNING q.source_id)
        SELECT array_agg(g.source_id) INTO ids FROM gone g;
        EXIT WHEN ids IS NULL;
        nrefused := glance_migration.copy_images(ids, overwrite);
        UPDATE glance_migration.runs u
           SET copied = u.copied + cardinality(ids) - nrefused, refused = u.refused + nrefused, last_batch_at = clock_timestamp()
         WHERE u.run = r.run RETURNING * INTO r;
        COMMIT;
        RAISE NOTICE 'run %: % of % images, % refused, % a second', r.run, r.copied + r.refused, r.images, r.refused,
            round((r.copied / greatest(extract(epoch FROM r.last_batch_at - r.started_at), 0.001))::numeric);
    END LOOP;
    UPDATE glance_migration.runs u SET finished_at = clock_timestamp(), vanished = glance_migration.delete_vanished(allow_vanished)
     WHERE u.run = r.run RETURNING * INTO r;
    COMMIT;
    IF r.run IS NOT NULL THEN
        RAISE NOTICE 'run % is finished: % images copied, % refused, % vanished', r.run, r.copied, r.refused, r.vanished;
    END IF;
END
$$;

-- Go on with an unfinished run, then copy what has changed since, or all.
CREATE OR REPLACE PROCEDURE glance_migration.copy(everything boolean, overlap interval, batch_size integer, overwrite boolean, allow_vanished boolean)
    LANGUAGE plpgsql
    AS $$
DECLARE
    encrypted text;
BEGIN
    IF NOT pg_try_advisory_lock(hashtext('glance_migration'), 0) THEN
        RAISE 'another copy is running';
    END IF;
    CREATE TEMP TABLE batch (image_id uuid, source_id text, changed timestamp, is_deleted boolean, document jsonb, problem text)
        ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE changes (source_id text, at timestamp) ON COMMIT DELETE ROWS;
    IF (SELECT s.with_locations FROM glance_migration.source s) THEN
        SELECT l.image_id INTO encrypted FROM glance_migration.image_locations l
         WHERE l.value NOT LIKE '%://%' AND l.status = 'active' AND NOT l.deleted LIMIT 1;
        IF FOUND THEN
            RAISE 'locations are encrypted (metadata_encryption_key), image % for one', encrypted
                USING HINT = 'Decrypt them in Glance first, or leave all locations out by --without-locations.';
        END IF;
    END IF;
    IF everything THEN
        UPDATE glance_migration.runs u SET finished_at = clock_timestamp(), latest = NULL WHERE u.finished_at IS NULL;
    ELSE
        CALL glance_migration.go_on(batch_size, overwrite, allow_vanished);
    END IF;
    PERFORM glance_migration.begin_run(everything, overlap);
    COMMIT;
    CALL glance_migration.go_on(batch_size, overwrite, allow_vanished);
END
$$;
