/* sql/40_images.sql: functions on the record of a disk image */

CREATE FUNCTION image_catalog.image_json(image image_catalog.image) RETURNS json
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_json';
COMMENT ON FUNCTION image_catalog.image_json(image_catalog.image) IS
    'API document of an image: custom properties at the top level, all base attributes, times in UTC cut to seconds';
