/* sql/94_restore.sql: rows of a dump first, then what is made of them (docs/upgrade.md) */

/*
 * A dump makes the extension, with every index, foreign key and trigger, and
 * then copies rows into its tables.  Between begin_restore() and
 * finish_restore() there are none of these, so rows may come in any order, from
 * several sessions, and indexes are built of them at the end.
 */
CREATE TABLE image_catalog.restore_steps (
    stage integer NOT NULL,
    number bigint NOT NULL,
    command text NOT NULL,
    CONSTRAINT restore_steps_pkey PRIMARY KEY (stage, number)
);
COMMENT ON TABLE image_catalog.restore_steps IS
    'what finish_restore() makes again, in this order; empty but for restores';
ALTER TABLE image_catalog.restore_steps ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION image_catalog.begin_restore() RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_begin_restore';
COMMENT ON FUNCTION image_catalog.begin_restore() IS
    'before the rows of a dump are copied into an empty catalogue: takes away its indexes, foreign keys and triggers until finish_restore(); for the owner of the tables; errors: 55000 there are rows, or a restore has begun';

CREATE FUNCTION image_catalog.finish_restore() RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_finish_restore';
COMMENT ON FUNCTION image_catalog.finish_restore() IS
    'after the rows: makes indexes, foreign keys and triggers again, and all that is derived; for the owner of the tables; errors: 23503 a row refers to one that is not there, 55000 no restore has begun';

REVOKE EXECUTE ON FUNCTION image_catalog.begin_restore(), image_catalog.finish_restore() FROM PUBLIC;
