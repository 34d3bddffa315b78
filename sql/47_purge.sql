/* sql/47_purge.sql: deleted images out of the table */

/* what a purge reads; it is empty in a catalogue where nothing was deleted */
CREATE INDEX images_deleted_at_idx ON image_catalog.images (deleted_at, id)
    WHERE deleted_at IS NOT NULL;

CREATE FUNCTION image_catalog.purge_deleted_images(older_than interval, "limit" int DEFAULT NULL) RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_purge_deleted_images';
COMMENT ON FUNCTION image_catalog.purge_deleted_images(interval, int) IS
    'removes for good the images, and their members, that were deleted longer ago than that, the oldest first, at most "limit" (null: all), and answers how many; rows that somebody has locked are left for the next time; a marker that names a purged image is refused afterwards, and its identifier is free; administrators only; errors: 22023 negative age, 2201W negative limit, 42501 not allowed';

/* A procedure that commits must not have a SET clause, so every name is
 * qualified; it has no rights of its own. */
CREATE PROCEDURE image_catalog.purge_deleted_images_in_batches(
        older_than interval, batch_size int DEFAULT 1000, INOUT purged bigint DEFAULT 0)
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
        batch := image_catalog.purge_deleted_images(older_than, batch_size);
        purged := purged OPERATOR(pg_catalog.+) batch;
        COMMIT;
        EXIT WHEN batch OPERATOR(pg_catalog.<) batch_size;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE image_catalog.purge_deleted_images_in_batches(interval, int, bigint) IS
    'purge_deleted_images(older_than, batch_size) until nothing is left, each batch in its own transaction; purged: how many';
