/* sql/46_import.sql: bulk import of disk images */

CREATE FUNCTION image_catalog.import_images(images jsonb, merge boolean DEFAULT false) RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_import_images';
COMMENT ON FUNCTION image_catalog.import_images(jsonb, boolean) IS
    'creates or replaces images from an array of whole API documents, read-only attributes, "locations" and "members": {project: status, or an object of it and times} included, and answers how many; merge: a document may be partial, and images keep what it does not name; administrators only; all or nothing; errors: 22023 with the index of the document and the attribute, or those left out that the image has, 42501 not allowed';
