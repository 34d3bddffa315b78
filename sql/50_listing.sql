/* sql/50_listing.sql: pages, filters and counts of disk images */

CREATE FUNCTION image_catalog.list_images(
        filter jsonb DEFAULT '{}', sort text DEFAULT NULL,
        "limit" integer DEFAULT NULL, marker uuid DEFAULT NULL)
    RETURNS SETOF image_catalog.image
    LANGUAGE C STABLE PARALLEL SAFE SUPPORT image_catalog.list_images_support ROWS 25
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_list_images';
COMMENT ON FUNCTION image_catalog.list_images(jsonb, text, integer, uuid) IS
    'one page of the images that the caller may list: filter maps query parameters to a string or an array of strings, sort is key:dir,..., limit is rows (25, at most 1000), marker is the last image of the page before; errors 22xxx for what cannot be read (OpenStack Image v2, GET /v2/images)';

CREATE FUNCTION image_catalog.list_images_page(query text DEFAULT '')
    RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_list_images_page';
COMMENT ON FUNCTION image_catalog.list_images_page(text) IS
    'one page as the answer of GET /v2/images?query: images, first, next if there is more, schema';

CREATE FUNCTION image_catalog.list_cloud_images_page(query text DEFAULT '')
    RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_list_cloud_images_page';
COMMENT ON FUNCTION image_catalog.list_cloud_images_page(text) IS
    'one page as the answer of GET /v2/cloudimages?query of IMS: images only, 500 unless limit says otherwise';

CREATE FUNCTION image_catalog.list_cloud_image_tags(query text DEFAULT '')
    RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_list_cloud_image_tags';
COMMENT ON FUNCTION image_catalog.list_cloud_image_tags(text) IS
    'the tags, as they are stored, of the images that list_cloud_images_page lists with the same filters, each once and sorted: all, or limit of them, on the page of that number (IMS, GET /v1/cloudimages/tags)';

CREATE FUNCTION image_catalog.count_images(filter jsonb DEFAULT '{}')
    RETURNS bigint
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_count_images';
COMMENT ON FUNCTION image_catalog.count_images(jsonb) IS
    'number of images that list_images with this filter would list on all its pages';

CREATE FUNCTION image_catalog.explain_list_images(
        filter jsonb DEFAULT '{}', sort text DEFAULT NULL,
        "limit" integer DEFAULT NULL, marker uuid DEFAULT NULL,
        "analyze" boolean DEFAULT false)
    RETURNS SETOF text
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_explain_list_images';
COMMENT ON FUNCTION image_catalog.explain_list_images(jsonb, text, integer, uuid, boolean) IS
    'how list_images finds the page: scan, indexes, bounds, filters and estimates, and with analyze what making it took; for catalogue administrators (42501), of their project''s list if they have a project';

CREATE FUNCTION image_catalog.explain_list_images_page(query text DEFAULT '', "analyze" boolean DEFAULT false)
    RETURNS SETOF text
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_explain_list_images_page';
COMMENT ON FUNCTION image_catalog.explain_list_images_page(text, boolean) IS
    'the same of list_images_page';
