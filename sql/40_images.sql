/* sql/40_images.sql: functions on the record of a disk image */

CREATE FUNCTION image_catalog.image_json(image image_catalog.image) RETURNS json
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_json';
COMMENT ON FUNCTION image_catalog.image_json(image_catalog.image) IS
    'API document of an image: custom properties at the top level, all base attributes, times in UTC cut to seconds';

CREATE FUNCTION image_catalog.create_image(attributes jsonb) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_create_image';
COMMENT ON FUNCTION image_catalog.create_image(jsonb) IS
    'creates an image from its attributes and custom properties, and answers its document; errors: 22xxx bad value, 42501 not allowed, 23505 identifier in use, PT413 too many tags or properties (OpenStack Image v2, POST /v2/images)';

CREATE FUNCTION image_catalog.get_image(image_id uuid) RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_get_image';
COMMENT ON FUNCTION image_catalog.get_image(uuid) IS
    'document of an image that the caller may see; PT404 when there is none (OpenStack Image v2, GET /v2/images/{id})';

CREATE FUNCTION image_catalog.image_etag(image_id uuid) RETURNS text
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_image_etag';
COMMENT ON FUNCTION image_catalog.image_etag(uuid) IS
    'entity tag of an image: another one after each change of what the caller sees of it; given to update_image or delete_image as if_match, it keeps the change from an image that has changed meanwhile; PT404 no image';

CREATE FUNCTION image_catalog.update_image(image_id uuid, patch image_catalog.json_patch, if_match text DEFAULT NULL) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_update_image';
COMMENT ON FUNCTION image_catalog.update_image(uuid, image_catalog.json_patch, text) IS
    'applies add, replace and remove of single members to an image, all or nothing, and answers its document; errors: 22xxx bad patch or value, 42501 read-only, reserved or not allowed, PT404 no image, PT409 no such property, PT412 image_etag not in if_match, PT413 too many tags or properties (OpenStack Image v2, PATCH /v2/images/{id}, v2.1)';

CREATE FUNCTION image_catalog.update_image_legacy(image_id uuid, patch jsonb, if_match text DEFAULT NULL) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_update_image_legacy';
COMMENT ON FUNCTION image_catalog.update_image_legacy(uuid, jsonb, text) IS
    'update_image for the older form of a patch, {"replace": "/name", "value": "x"}, where add of what exists is a conflict (OpenStack Image v2, PATCH /v2/images/{id}, v2.0)';

CREATE FUNCTION image_catalog.update_cloud_image(image_id uuid, patch image_catalog.json_patch, if_match text DEFAULT NULL) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_update_cloud_image';
COMMENT ON FUNCTION image_catalog.update_cloud_image(uuid, image_catalog.json_patch, text) IS
    'update_image under the rules of the IMS extension: active images only, and only the attributes that it lists (PATCH /v2/cloudimages/{id})';

CREATE FUNCTION image_catalog.delete_image(image_id uuid, if_match text DEFAULT NULL) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_delete_image';
COMMENT ON FUNCTION image_catalog.delete_image(uuid, text) IS
    'deletes an image, in any status; its identifier stays used up; errors: 42501 protected or not allowed, PT404 no image, PT412 image_etag not in if_match (OpenStack Image v2, DELETE /v2/images/{id})';

CREATE FUNCTION image_catalog.deactivate_image(image_id uuid) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_deactivate_image';
COMMENT ON FUNCTION image_catalog.deactivate_image(uuid) IS
    'takes an active image out of use; nothing happens when it is deactivated already; errors: 42501 another status or not allowed, PT404 no image (OpenStack Image v2, POST /v2/images/{id}/actions/deactivate)';

CREATE FUNCTION image_catalog.reactivate_image(image_id uuid) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_reactivate_image';
COMMENT ON FUNCTION image_catalog.reactivate_image(uuid) IS
    'takes a deactivated image back into use; nothing happens when it is active already; errors: 42501 another status or not allowed, PT404 no image (OpenStack Image v2, POST /v2/images/{id}/actions/reactivate)';
