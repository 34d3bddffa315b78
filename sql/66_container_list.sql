/* sql/66_container_list.sql: pages and counts of container images (docs/container_search.md) */

-- what the search asks for beyond the tables' own indexes: a digest by its
-- beginning, and times descending with the images that have none at the end
CREATE INDEX container_images_digest_lower_idx
    ON image_catalog.container_images (pg_catalog.lower(digest));
CREATE INDEX container_images_created_at_desc_idx
    ON image_catalog.container_images (created_at DESC NULLS LAST, digest);
CREATE INDEX container_images_scan_time_desc_idx
    ON image_catalog.container_images (scan_time DESC NULLS LAST, digest);

CREATE FUNCTION image_catalog.count_container_images(query text DEFAULT '')
    RETURNS bigint
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_count_container_images';
COMMENT ON FUNCTION image_catalog.count_container_images(text) IS
    'number of container images that a search query (docs/container_search.md) finds, all of them when it is empty; SQLSTATE 22023 for a value that its label cannot take (Red Hat ACS, GET /v1/imagescount)';

CREATE FUNCTION image_catalog.list_container_images(
        query text DEFAULT '', "limit" integer DEFAULT 0,
        "offset" integer DEFAULT 0, sort_field text DEFAULT NULL,
        reversed boolean DEFAULT false, aggregate text DEFAULT 'UNSET',
        distinct_values boolean DEFAULT false)
    RETURNS SETOF json
    LANGUAGE C STABLE PARALLEL SAFE ROWS 100
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_list_container_images';
COMMENT ON FUNCTION image_catalog.list_container_images(text, integer, integer, text, boolean, text, boolean) IS
    'StorageListImage documents of the container images that a search query finds: limit rows (0 means 1000, the most; negative: all) after offset, sorted by a label (last update, oldest first), nulls last, ties by id ascending; aggregate is UNSET, COUNT, MIN or MAX over the rows of a label that an image has several of, distinct_values for COUNT; errors 22xxx (Red Hat ACS, GET /v1/images)';

CREATE FUNCTION image_catalog.list_container_images_page(query text DEFAULT '')
    RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_list_container_images_page';
COMMENT ON FUNCTION image_catalog.list_container_images_page(text) IS
    'the answer of GET /v1/images?query: images, and next, the link to the page after it, when there is more; parameters query, pagination.limit, pagination.offset, pagination.sortOption..., pagination.marker (id of the last image of the page before)';
