/* sql/42_tags.sql: tags of disk images */

CREATE FUNCTION image_catalog.add_image_tag(image_id uuid, tag text) RETURNS void
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_add_image_tag';
COMMENT ON FUNCTION image_catalog.add_image_tag(uuid, text) IS
    'tags an image, of at most 255 characters a tag; one that is there already is no error; errors: 22023 too long, 42501 not allowed, PT404 no image, PT413 too many (OpenStack Image v2, PUT /v2/images/{id}/tags/{tag})';

CREATE FUNCTION image_catalog.delete_image_tag(image_id uuid, tag text) RETURNS void
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_delete_image_tag';
COMMENT ON FUNCTION image_catalog.delete_image_tag(uuid, text) IS
    'takes a tag off an image; errors: 42501 not allowed, PT404 no image or no such tag (OpenStack Image v2, DELETE /v2/images/{id}/tags/{tag})';
