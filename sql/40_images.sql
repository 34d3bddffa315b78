/* sql/40_images.sql: functions on the record of a disk image */

CREATE FUNCTION image_catalog.image_json(image image_catalog.image) RETURNS json
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_json';
COMMENT ON FUNCTION image_catalog.image_json(image_catalog.image) IS
    'API document of an image: custom properties at the top level, all base attributes, times in UTC cut to seconds';

CREATE FUNCTION image_catalog.create_image(attributes jsonb) RETURNS json
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_create_image';
COMMENT ON FUNCTION image_catalog.create_image(jsonb) IS
    'creates an image from its attributes and custom properties, and answers its document; errors: 22xxx bad value, 42501 not allowed, 23505 identifier in use, PT413 too many tags or properties (OpenStack Image v2, POST /v2/images)';

CREATE FUNCTION image_catalog.get_image(image_id uuid) RETURNS json
    LANGUAGE C STABLE STRICT PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_get_image';
COMMENT ON FUNCTION image_catalog.get_image(uuid) IS
    'document of an image that the caller may see; PT404 when there is none (OpenStack Image v2, GET /v2/images/{id})';
