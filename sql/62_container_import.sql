/* sql/62_container_import.sql: documents of container images into the catalogue */

CREATE FUNCTION image_catalog.import_container_images(images jsonb) RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_import_container_images';
COMMENT ON FUNCTION image_catalog.import_container_images(jsonb) IS
    'inserts or merges StorageImage documents (an array, or one document) by digest and returns their number: names add up, the newer scan and the newer metadata stay, counters are derived, riskScore and lastUpdated where absent; 22023 for a document that is none, 42501 without the right to write';

