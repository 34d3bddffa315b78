/* sql/54_image_history.sql: who changed which image, when and how */

/*
 * A change of an image, or of one membership of it.  number is drawn while the
 * rows of the images are locked, so that of two changes of an image the later
 * has the greater; of those of different images it says nothing of which was
 * committed first.  image_changes() puts them in an order that readers can
 * follow by recording and xid.
 */
CREATE SEQUENCE image_catalog.image_changes_number_seq;
COMMENT ON SEQUENCE image_catalog.image_changes_number_seq IS 'numbers of image_changes';

CREATE TABLE image_catalog.image_changes (
    number bigint NOT NULL
        DEFAULT pg_catalog.nextval('image_catalog.image_changes_number_seq'),
    recording bigint NOT NULL,
    xid xid8 NOT NULL,
    image_id uuid NOT NULL,
    at timestamptz NOT NULL,
    operation text COLLATE "C" NOT NULL CONSTRAINT image_changes_operation_check
        CHECK (operation OPERATOR(pg_catalog.=) ANY (ARRAY[
            'create', 'update', 'delete', 'restore', 'purge',
            'add_member', 'update_member', 'delete_member'])),
    member_id text COLLATE "C",
    patch image_catalog.json_patch,
    inverse image_catalog.json_patch,
    project_id text COLLATE "C",
    user_id text COLLATE "C",
    role text COLLATE "C",
    request_id text COLLATE "C",
    owner text COLLATE "C",
    visibility text COLLATE "C",
    CONSTRAINT image_changes_pkey PRIMARY KEY (number)
);
ALTER SEQUENCE image_catalog.image_changes_number_seq OWNED BY image_catalog.image_changes.number;
COMMENT ON TABLE image_catalog.image_changes IS
    'history of images: one row a change, written by triggers while record_image_history is on, read through image_history, image_changes and image_at';
COMMENT ON COLUMN image_catalog.image_changes.recording IS 'that of image_recording when it was written';
COMMENT ON COLUMN image_catalog.image_changes.xid IS 'transaction that made the change';
COMMENT ON COLUMN image_catalog.image_changes.at IS 'end of the statement that made the change';
COMMENT ON COLUMN image_catalog.image_changes.member_id IS 'of whose membership the change is; null: of the image';
COMMENT ON COLUMN image_catalog.image_changes.patch IS 'what was done to the document of the image; null of a purge';
COMMENT ON COLUMN image_catalog.image_changes.inverse IS 'what undoes it; null where there was no image before';
COMMENT ON COLUMN image_catalog.image_changes.project_id IS 'project of who made the change';
COMMENT ON COLUMN image_catalog.image_changes.user_id IS 'user that image_catalog.user_id named';
COMMENT ON COLUMN image_catalog.image_changes.role IS 'database role that called';
COMMENT ON COLUMN image_catalog.image_changes.request_id IS 'identifier of the HTTP request';
COMMENT ON COLUMN image_catalog.image_changes.owner IS 'of the image after the change';
COMMENT ON COLUMN image_catalog.image_changes.visibility IS 'of the image after the change';

CREATE INDEX image_changes_image_idx ON image_catalog.image_changes (image_id, number);
CREATE INDEX image_changes_xid_idx ON image_catalog.image_changes (recording, xid, number);

/*
 * One row while history is on, else none: its trigger makes the triggers that
 * record.  A dump has the row and not those triggers, so restoring it goes on
 * recording.  It is to come last then, or the restored images would be recorded
 * as new ones: pg_dump puts a table behind those that its foreign keys name, so
 * it has one to the last of the recorded tables, of columns that stay null.
 *
 * Transaction ids of another cluster mean nothing here, so a restore begins a
 * recording of its own; number of microseconds, so that it is a later one.
 */
CREATE TABLE image_catalog.image_recording (
    recording bigint NOT NULL CONSTRAINT image_recording_pkey PRIMARY KEY,
    since timestamptz NOT NULL,
    only_row boolean NOT NULL DEFAULT true
        CONSTRAINT image_recording_only_row_key UNIQUE
        CONSTRAINT image_recording_only_row_check CHECK (only_row),
    removed_recording bigint,
    removed_xid xid8,
    removed_number bigint,
    image_id uuid,
    member_id text COLLATE "C",
    CONSTRAINT image_recording_null_check CHECK (image_id IS NULL AND member_id IS NULL),
    CONSTRAINT image_recording_member_fkey FOREIGN KEY (image_id, member_id)
        REFERENCES image_catalog.image_members (image_id, member_id)
);
COMMENT ON TABLE image_catalog.image_recording IS 'a row while the history of images is recorded (record_image_history)';
COMMENT ON COLUMN image_catalog.image_recording.recording IS 'number of the recording; a restored catalogue begins another';
COMMENT ON COLUMN image_catalog.image_recording.since IS 'earliest time that image_at knows';
COMMENT ON COLUMN image_catalog.image_recording.removed_recording IS 'last recording that purge_image_history has removed changes of; null: of none';
COMMENT ON COLUMN image_catalog.image_recording.removed_xid IS 'last transaction of which it has';
COMMENT ON COLUMN image_catalog.image_recording.removed_number IS 'greatest number that it has removed';
COMMENT ON COLUMN image_catalog.image_recording.image_id IS 'null; its foreign key has a restore load members first';
COMMENT ON COLUMN image_catalog.image_recording.member_id IS 'null; see image_id';

SELECT pg_catalog.pg_extension_config_dump('image_catalog.image_changes_number_seq', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.image_changes', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.image_recording', '');

ALTER TABLE image_catalog.image_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY image_changes_select ON image_catalog.image_changes FOR SELECT
    USING ((SELECT image_catalog.is_catalog_admin()));
COMMENT ON POLICY image_changes_select ON image_catalog.image_changes IS
    'administrators see the history as it is stored; others by image_history, image_changes and image_at';
ALTER TABLE image_catalog.image_recording ENABLE ROW LEVEL SECURITY;
CREATE POLICY image_recording_select ON image_catalog.image_recording FOR SELECT
    USING ((SELECT image_catalog.is_catalog_admin()));
COMMENT ON POLICY image_recording_select ON image_catalog.image_recording IS
    'administrators see whether history is recorded';

CREATE FUNCTION image_catalog.image_change_patch(before jsonb, after jsonb)
    RETURNS image_catalog.json_patch
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_change_patch';
COMMENT ON FUNCTION image_catalog.image_change_patch(jsonb, jsonb) IS
    'the patch that makes one document of an image of another by whole members; a null document is no image';

CREATE FUNCTION image_catalog.record_image_changes() RETURNS trigger
    LANGUAGE C
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_record_image_changes';
COMMENT ON FUNCTION image_catalog.record_image_changes() IS
    'trigger: write what a statement changed to the history, and notify channel image_catalog';

/*
 * The lock first: whoever writes images has ended then, or waits, and history
 * is whole from since on.
 */
CREATE FUNCTION image_catalog.begin_image_recording() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    LOCK TABLE image_catalog.images, image_catalog.image_members IN SHARE ROW EXCLUSIVE MODE;
    NEW.since := coalesce(NEW.since, clock_timestamp());
    NEW.recording := greatest(coalesce(NEW.recording, 0) + 1,
                              (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION image_catalog.begin_image_recording() IS
    'trigger: number a recording of history, and keep writers away until it has begun';

CREATE FUNCTION image_catalog.make_recording_triggers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    recorded record;
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    FOR recorded IN SELECT * FROM (VALUES
            ('images', 'insert', 'REFERENCING NEW TABLE AS new_images'),
            ('images', 'update', 'REFERENCING OLD TABLE AS old_images NEW TABLE AS new_images'),
            ('images', 'delete', 'REFERENCING OLD TABLE AS old_images'),
            ('images', 'truncate', ''),
            ('image_members', 'insert', 'REFERENCING NEW TABLE AS new_members'),
            ('image_members', 'update', 'REFERENCING OLD TABLE AS old_members NEW TABLE AS new_members'),
            ('image_members', 'delete', 'REFERENCING OLD TABLE AS old_members')) v (name, event, tables)
    LOOP
        IF TG_OP = 'DELETE' THEN
            EXECUTE format('DROP TRIGGER IF EXISTS %I ON image_catalog.%I',
                           recorded.name || '_record_' || recorded.event, recorded.name);
        ELSIF NOT EXISTS (SELECT FROM pg_trigger
                           WHERE tgrelid = format('image_catalog.%I', recorded.name)::regclass
                             AND tgname = recorded.name || '_record_' || recorded.event) THEN
            EXECUTE format('CREATE TRIGGER %I AFTER %s ON image_catalog.%I %s '
                           'FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.record_image_changes()',
                           recorded.name || '_record_' || recorded.event,
                           recorded.event, recorded.name, recorded.tables);
            EXECUTE format('COMMENT ON TRIGGER %I ON image_catalog.%I IS %L',
                           recorded.name || '_record_' || recorded.event, recorded.name,
                           'writes changes to the history, while that is on');
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.make_recording_triggers() IS
    'trigger: make the triggers that record history, or drop them';

/* A TRUNCATE of images with CASCADE comes here by the foreign key. */
CREATE FUNCTION image_catalog.go_on_recording() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    INSERT INTO image_catalog.image_recording (recording)
    SELECT 0 WHERE EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'image_catalog.images'::regclass
                                                    AND tgname = 'images_record_update');
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.go_on_recording() IS
    'trigger: begin a recording in place of one that was truncated';

REVOKE EXECUTE ON FUNCTION image_catalog.image_change_patch(jsonb, jsonb), image_catalog.record_image_changes(),
    image_catalog.begin_image_recording(), image_catalog.make_recording_triggers(),
    image_catalog.go_on_recording() FROM PUBLIC;

CREATE TRIGGER image_recording_begin BEFORE INSERT ON image_catalog.image_recording
    FOR EACH ROW EXECUTE FUNCTION image_catalog.begin_image_recording();
COMMENT ON TRIGGER image_recording_begin ON image_catalog.image_recording IS
    'numbers the recording';
CREATE TRIGGER image_recording_make AFTER INSERT OR DELETE ON image_catalog.image_recording
    FOR EACH ROW EXECUTE FUNCTION image_catalog.make_recording_triggers();
COMMENT ON TRIGGER image_recording_make ON image_catalog.image_recording IS
    'makes the triggers that record, also when a dump is restored';

CREATE TRIGGER image_recording_truncated AFTER TRUNCATE ON image_catalog.image_recording
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.go_on_recording();
COMMENT ON TRIGGER image_recording_truncated ON image_catalog.image_recording IS
    'a TRUNCATE of images does not end the recording';

CREATE FUNCTION image_catalog.record_image_history(enabled boolean) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_record_image_history';
COMMENT ON FUNCTION image_catalog.record_image_history(boolean) IS
    'begins to record the history of images, or ends it; history that was recorded before an end is removed by the next beginning; waits for who writes images; administrators only, else 42501';

CREATE FUNCTION image_catalog.image_history(image_id uuid) RETURNS SETOF json
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_image_history';
COMMENT ON FUNCTION image_catalog.image_history(uuid) IS
    'changes of an image that the caller sees, the oldest first; errors: 55000 history is not recorded, PT404 no image';

CREATE FUNCTION image_catalog.image_at(image_id uuid, at timestamptz) RETURNS json
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_image_at';
COMMENT ON FUNCTION image_catalog.image_at(uuid, timestamptz) IS
    'document of an image as get_image answered it at that time; errors: 22023 before history was recorded, 55000 history is not recorded, PT404 no image, then or now';

CREATE FUNCTION image_catalog.image_changes(after text DEFAULT NULL, "limit" int DEFAULT 1000) RETURNS SETOF json
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_image_changes';
COMMENT ON FUNCTION image_catalog.image_changes(text, int) IS
    'changes that the caller sees behind a position (null: from the first), at most "limit", in an order in which none comes later before a position that was given; errors: 22023 bad position, 2201W negative limit, 42501 not allowed, 55000 history is not recorded';

CREATE FUNCTION image_catalog.image_changes_end() RETURNS text
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_image_changes_end';
COMMENT ON FUNCTION image_catalog.image_changes_end() IS
    'position behind all changes that image_changes shows now; errors: 42501 not allowed, 55000 history is not recorded';

CREATE FUNCTION image_catalog.purge_image_history(older_than interval, "limit" int DEFAULT NULL) RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_purge_image_history';
COMMENT ON FUNCTION image_catalog.purge_image_history(interval, int) IS
    'removes changes of images that were made longer ago than that, of the "limit" oldest (null: of all), and answers how many; image_at reaches back no further then, and image_changes refuses positions before them; administrators only; errors: 22023 negative age, 2201W negative limit, 42501 not allowed';

/* A procedure that commits must not have a SET clause, so every name is
 * qualified; it has no rights of its own. */
CREATE PROCEDURE image_catalog.purge_image_history_in_batches(
        older_than interval, batch_size int DEFAULT 10000, INOUT purged bigint DEFAULT 0)
    LANGUAGE plpgsql
    AS $$
DECLARE
    batch bigint;
BEGIN
    IF batch_size IS NULL OR batch_size OPERATOR(pg_catalog.<) 1 THEN
        RAISE EXCEPTION 'size of a batch must be positive' USING ERRCODE := '22023';
    END IF;
    purged := 0;
    LOOP
        /* a renamed schema may have another in its place, with its own code */
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                         JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
                        WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
                          AND d.objid OPERATOR(pg_catalog.=) pg_catalog.to_regnamespace('image_catalog')
                          AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
                          AND d.deptype OPERATOR(pg_catalog.=) 'e'
                          AND e.extname OPERATOR(pg_catalog.=) 'image_catalog') THEN
            RAISE object_not_in_prerequisite_state
                USING MESSAGE := 'schema image_catalog is not that of the extension image_catalog',
                      HINT := 'Give the extension''s schema its name back.';
        END IF;
        batch := image_catalog.purge_image_history(older_than, batch_size);
        purged := purged OPERATOR(pg_catalog.+) batch;
        COMMIT;
        EXIT WHEN batch OPERATOR(pg_catalog.<) batch_size;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE image_catalog.purge_image_history_in_batches(interval, int, bigint) IS
    'purge_image_history(older_than, batch_size) until nothing is left, each batch in its own transaction; purged: how many';
