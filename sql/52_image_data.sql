/* sql/52_image_data.sql: the bytes of disk images */

/*
 * A piece of the data of an image, at most 256 kB, begins at position.  It is
 * not compressed: images mostly are, or hold compressed files, and a part of
 * what is not compressed is read without the rest.  src/data/chunks.h has the
 * limit, and how it was chosen.
 */
CREATE TABLE image_catalog.image_data (
    image_id uuid NOT NULL,
    position bigint NOT NULL CONSTRAINT image_data_position_check
        CHECK (position OPERATOR(pg_catalog.>=) 0),
    data bytea NOT NULL CONSTRAINT image_data_data_check
        CHECK (pg_catalog.octet_length(data) OPERATOR(pg_catalog.>=) 1
               AND pg_catalog.octet_length(data) OPERATOR(pg_catalog.<=) 262144),
    CONSTRAINT image_data_pkey PRIMARY KEY (image_id, position),
    CONSTRAINT image_data_image_id_fkey FOREIGN KEY (image_id)
        REFERENCES image_catalog.images (id) ON DELETE CASCADE
);
ALTER TABLE image_catalog.image_data ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE image_catalog.image_data IS 'bytes of disk images, in pieces that follow each other; written by upload_image_data and append_image_data, read through download_image_data';
COMMENT ON COLUMN image_catalog.image_data.position IS 'where in the image the piece begins';

/* Uploads that are not finished.  What is there of one that died, a sweep takes. */
CREATE TABLE image_catalog.image_uploads (
    image_id uuid NOT NULL,
    size bigint NOT NULL DEFAULT 0 CONSTRAINT image_uploads_size_check
        CHECK (size OPERATOR(pg_catalog.>=) 0),
    started_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT image_uploads_pkey PRIMARY KEY (image_id),
    CONSTRAINT image_uploads_image_id_fkey FOREIGN KEY (image_id)
        REFERENCES image_catalog.images (id) ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.image_uploads IS 'images in status saving or uploading whose data comes in pieces';
COMMENT ON COLUMN image_catalog.image_uploads.size IS 'bytes that have come: where the next piece begins';
COMMENT ON COLUMN image_catalog.image_uploads.updated_at IS 'when the last piece came';

SELECT pg_catalog.pg_extension_config_dump('image_catalog.image_data', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.image_uploads', '');

CREATE FUNCTION image_catalog.may_download_image(image_id uuid) RETURNS boolean
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_may_download_image';
COMMENT ON FUNCTION image_catalog.may_download_image(uuid) IS
    'may the caller read the data of the image, and is it whole?';

ALTER TABLE image_catalog.image_data ENABLE ROW LEVEL SECURITY;
CREATE POLICY image_data_select ON image_catalog.image_data FOR SELECT
    USING (image_catalog.may_download_image(image_id));
COMMENT ON POLICY image_data_select ON image_catalog.image_data IS
    'what the caller may download';

ALTER TABLE image_catalog.image_uploads ENABLE ROW LEVEL SECURITY;
CREATE POLICY image_uploads_select ON image_catalog.image_uploads FOR SELECT
    USING ((SELECT image_catalog.may_read_images())
           AND ((SELECT image_catalog.is_catalog_admin())
                OR image_catalog.is_image_owner(image_id)));
COMMENT ON POLICY image_uploads_select ON image_catalog.image_uploads IS
    'the owner of an image sees its upload';

/*
 * Whoever changes the status, a function of ours, an import or a DBA: an image
 * that is deleted, or waits for data again, has none, and one that has become
 * anything else while its data was coming does not have half of it.
 *
 * A subscriber gets the deletions from the publisher, so it does not fire there.
 */
CREATE FUNCTION image_catalog.drop_image_data() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    DELETE FROM image_catalog.image_uploads WHERE image_id = NEW.id;
    IF FOUND OR NEW.status IN ('queued', 'deleted') THEN
        DELETE FROM image_catalog.image_data WHERE image_id = NEW.id;
    END IF;
    IF NEW.status IN ('queued', 'deleted') THEN
        DELETE FROM image_catalog.image_locations WHERE image_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.drop_image_data() IS
    'trigger: remove the data and the locations of an image that is deleted or queued again, and the data of one whose upload does not go on';
REVOKE EXECUTE ON FUNCTION image_catalog.drop_image_data() FROM PUBLIC;

CREATE TRIGGER images_drop_data AFTER UPDATE ON image_catalog.images
    FOR EACH ROW
    WHEN (OLD.status OPERATOR(pg_catalog.<>) NEW.status
          AND (NEW.status OPERATOR(pg_catalog.=) ANY (ARRAY['queued', 'deleted'])
               OR OLD.status OPERATOR(pg_catalog.=) ANY (ARRAY['saving', 'uploading', 'importing'])
                  AND NEW.status OPERATOR(pg_catalog.<>) ALL (ARRAY['saving', 'uploading', 'importing'])))
    EXECUTE FUNCTION image_catalog.drop_image_data();
COMMENT ON TRIGGER images_drop_data ON image_catalog.images IS
    'data goes with its image';

CREATE FUNCTION image_catalog.upload_image_data(image_id uuid, data bytea) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_upload_image_data';
COMMENT ON FUNCTION image_catalog.upload_image_data(uuid, bytea) IS
    'stores the data of a queued image, which becomes active, and answers its document; errors: 22023 no disk_format or container_format, 42501 not allowed, PT404 no image, PT409 not queued, PT413 too large, PT415 of another format than disk_format, or unsafe (OpenStack Image v2, PUT /v2/images/{id}/file)';

CREATE FUNCTION image_catalog.append_image_data(image_id uuid, data bytea, "offset" bigint DEFAULT NULL) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_append_image_data';
COMMENT ON FUNCTION image_catalog.append_image_data(uuid, bytea, bigint) IS
    'adds a piece to the data of an image, the first to one that is queued, which is saving then; answers {"status", "size"}, the bytes that have come; offset: where the piece must begin; errors as upload_image_data, PT409 also if it would begin elsewhere';

CREATE FUNCTION image_catalog.finish_image_data(image_id uuid) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_finish_image_data';
COMMENT ON FUNCTION image_catalog.finish_image_data(uuid) IS
    'makes an image active whose data has come by append_image_data, and answers its document; errors: 42501 not allowed, PT404 no image, PT409 no upload, PT415 of another format than disk_format, or unsafe';

CREATE FUNCTION image_catalog.stage_image_data(image_id uuid, data bytea) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_stage_image_data';
COMMENT ON FUNCTION image_catalog.stage_image_data(uuid, bytea) IS
    'stores data for a queued image, which is uploading until import_image_data, and answers its document; errors as upload_image_data (OpenStack Image v2, PUT /v2/images/{id}/stage)';

CREATE FUNCTION image_catalog.import_image_data(image_id uuid, request jsonb) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_import_image_data';
COMMENT ON FUNCTION image_catalog.import_image_data(uuid, jsonb) IS
    'makes an image active whose data was staged, and answers its document; request: {"method": {"name": "glance-direct"}}; errors: 22023 bad request or another method, 42501 not allowed, PT404 no image, PT409 nothing staged, no disk_format or container_format, or a store named, PT415 as finish_image_data (OpenStack Image v2, POST /v2/images/{id}/import)';

CREATE FUNCTION image_catalog.abort_image_data(image_id uuid) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_abort_image_data';
COMMENT ON FUNCTION image_catalog.abort_image_data(uuid) IS
    'ends an upload that is not finished: the image is queued again, without data, and its document is the answer; nothing happens when it is queued already; errors: 42501 not allowed, PT404 no image, PT409 another status';

CREATE FUNCTION image_catalog.sweep_image_uploads(older_than interval DEFAULT '1 day', "limit" integer DEFAULT NULL) RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_sweep_image_uploads';
COMMENT ON FUNCTION image_catalog.sweep_image_uploads(interval, integer) IS
    'aborts uploads that no piece has come to for so long, at most limit of them, and answers how many; administrators only; errors: 22023 negative limit, 42501 not allowed';

CREATE FUNCTION image_catalog.activate_image(
        image_id uuid, size bigint, checksum text DEFAULT NULL, os_hash_algo text DEFAULT NULL,
        os_hash_value text DEFAULT NULL, virtual_size bigint DEFAULT NULL)
    RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_activate_image';
COMMENT ON FUNCTION image_catalog.activate_image(uuid, bigint, text, text, text, bigint) IS
    'makes a queued image active whose data a service keeps elsewhere, with what is known of the data, and answers its document; errors: 22023 bad size or digest, no disk_format or container_format, 42501 not allowed, PT404 no image, PT409 another status, or an upload is under way';

CREATE FUNCTION image_catalog.download_image_data(image_id uuid, "offset" bigint DEFAULT 0, length bigint DEFAULT NULL) RETURNS bytea
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_download_image_data';
COMMENT ON FUNCTION image_catalog.download_image_data(uuid, bigint, bigint) IS
    'data of an image from offset on, at most length bytes of it (null: all that there is); null while it has none; errors: 22023 negative offset or length, 42501 not allowed, or deactivated, 54000 more than a value can hold, PT404 no image, or its data is kept elsewhere, PT416 offset behind the end (OpenStack Image v2, GET /v2/images/{id}/file)';

CREATE FUNCTION image_catalog.verify_image_data(image_id uuid) RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_verify_image_data';
COMMENT ON FUNCTION image_catalog.verify_image_data(uuid) IS
    'reads the data of an image again, and answers {"valid", "differs", "size", "checksum", "os_hash_algo", "os_hash_value"}: what it is, and which of these the record says otherwise; errors as download_image_data, PT409 no data';

/* A digest of rows in the order in which they come: image_digest('sha256', data ORDER BY position). */
CREATE FUNCTION image_catalog.image_digest_transition(state internal, algo text, data bytea) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_digest_transition';
COMMENT ON FUNCTION image_catalog.image_digest_transition(internal, text, bytea) IS 'aggregate support';
CREATE FUNCTION image_catalog.image_digest_final(state internal) RETURNS text
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_digest_final';
COMMENT ON FUNCTION image_catalog.image_digest_final(internal) IS 'aggregate support';
CREATE AGGREGATE image_catalog.image_digest(algo text, data bytea) (
    SFUNC = image_catalog.image_digest_transition,
    STYPE = internal,
    SSPACE = 512,
    FINALFUNC = image_catalog.image_digest_final,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE image_catalog.image_digest(text, bytea) IS
    'digest in hexadecimal of all the bytes in the order of the rows: md5, sha1, sha224, sha256, sha384, sha512, sha3-224, sha3-256, sha3-384, sha3-512, blake2s, blake2b; null of no rows; errors: 0A000 the cryptographic library does not offer it, 22023 unknown';
