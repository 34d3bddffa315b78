/* sql/48_schemas.sql: JSON schemas */

CREATE FUNCTION image_catalog.image_schema(name text) RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_schema';
COMMENT ON FUNCTION image_catalog.image_schema(text) IS
    'JSON schema named image, images, member or members, as the setting image_catalog.dialect has it; PT404 for another name (OpenStack Image v2, GET /v2/schemas/{name})';
