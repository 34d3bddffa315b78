/* sql/64_container_get.sql: container images as documents */

CREATE FUNCTION image_catalog.get_container_image(
        id text, include_snoozed boolean DEFAULT false,
        strip_description boolean DEFAULT false)
    RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_get_container_image';
COMMENT ON FUNCTION image_catalog.get_container_image(text, boolean, boolean) IS
    'the StorageImage document of a digest (sha256: may be left out) or Image ID, without snoozed findings unless asked for, without descriptions if asked; PT404 for an unknown image, 22023 for an empty id, 42501 without the right to read';

CREATE FUNCTION image_catalog.export_container_images(
        query text DEFAULT '', timeout_seconds integer DEFAULT 0,
        envelope boolean DEFAULT false)
    RETURNS SETOF json
    LANGUAGE C STABLE PARALLEL SAFE ROWS 1000
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_export_container_images';
COMMENT ON FUNCTION image_catalog.export_container_images(text, integer, boolean) IS
    'the StorageImage documents of all images that a query of the search language finds, oldest lastUpdated first, snoozed findings included; envelope: each as {"result": {"image": ...}}, as a line of Central''s export is; memory does not grow with their number; 57014 when timeout_seconds pass (0: no deadline), 22023 for a value that its label cannot take';
