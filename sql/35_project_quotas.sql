/* sql/35_project_quotas.sql: how much a project may have */

/*
 * Of a project without a row, and for what a row leaves null, the settings
 * say: image_catalog.image_quota and image_catalog.user_storage_quota.
 */
CREATE TABLE image_catalog.project_quotas (
    project_id text COLLATE "C" NOT NULL CONSTRAINT project_quotas_pkey PRIMARY KEY,
    images integer CONSTRAINT project_quotas_images_check
        CHECK (images OPERATOR(pg_catalog.>=) (-1)),
    storage bigint CONSTRAINT project_quotas_storage_check
        CHECK (storage OPERATOR(pg_catalog.>=) (-1))
);
COMMENT ON TABLE image_catalog.project_quotas IS 'quotas of single projects (set_project_quota); null: as the settings say; -1: no limit';
COMMENT ON COLUMN image_catalog.project_quotas.images IS 'most images that a project may have when it creates one';
COMMENT ON COLUMN image_catalog.project_quotas.storage IS 'most bytes of data of all its images';
ALTER TABLE image_catalog.project_quotas ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('image_catalog.project_quotas', '');

CREATE FUNCTION image_catalog.set_project_quota(project_id text, images int DEFAULT NULL, storage bigint DEFAULT NULL)
    RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_set_project_quota';
COMMENT ON FUNCTION image_catalog.set_project_quota(text, int, bigint) IS
    'says how many images, and how many bytes of data, a project may have; null: as image_catalog.image_quota and image_catalog.user_storage_quota say; -1: no limit; administrators only; errors: 22023 less than -1, 42501 not allowed';

CREATE FUNCTION image_catalog.project_quota(project_id text,
        OUT images bigint, OUT image_quota bigint, OUT storage bigint, OUT storage_quota bigint)
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_project_quota_of';
COMMENT ON FUNCTION image_catalog.project_quota(text) IS
    'images and bytes of data that a project has, and how many it may have (null: any number); counts all of its images; administrators, and the caller''s own project; errors: 42501 not allowed';
