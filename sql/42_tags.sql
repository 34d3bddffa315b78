/* sql/42_tags.sql: tags of disk images */

CREATE FUNCTION image_catalog.add_image_tag(image_id uuid, tag text) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_add_image_tag';
COMMENT ON FUNCTION image_catalog.add_image_tag(uuid, text) IS
    'tags an image, of 1 to 255 characters a tag; one that is there already is no error; errors: 22023 empty or too long, 42501 not allowed, PT404 no image, PT413 too many (OpenStack Image v2, PUT /v2/images/{id}/tags/{tag})';

CREATE FUNCTION image_catalog.delete_image_tag(image_id uuid, tag text) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_delete_image_tag';
COMMENT ON FUNCTION image_catalog.delete_image_tag(uuid, text) IS
    'takes a tag off an image; errors: 42501 not allowed, PT404 no image or no such tag (OpenStack Image v2, DELETE /v2/images/{id}/tags/{tag})';

/* Tags of key and value, as IMS has them: "key=value" in the set of tags. */
CREATE FUNCTION image_catalog.ims_set_image_tag(image_id uuid, key text, value text DEFAULT '') RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_ims_set_image_tag';
COMMENT ON FUNCTION image_catalog.ims_set_image_tag(uuid, text, text) IS
    'gives an image the tag key=value in place of other values of the key; key of 1 to 36, value of at most 43 characters, at most 10 tags; errors: 22023 bad or too many, 42501 not allowed, PT404 no image (IMS, POST .../images/{id}/tags)';

CREATE FUNCTION image_catalog.ims_delete_image_tag(image_id uuid, key text) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_ims_delete_image_tag';
COMMENT ON FUNCTION image_catalog.ims_delete_image_tag(uuid, text) IS
    'takes the tag of a key off an image; errors: 42501 not allowed, PT404 no image or no such key (IMS, DELETE .../images/{id}/tags/{key})';

CREATE FUNCTION image_catalog.ims_change_image_tags(image_id uuid, action text, tags jsonb) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_ims_change_image_tags';
COMMENT ON FUNCTION image_catalog.ims_change_image_tags(uuid, text, jsonb) IS
    'action create sets, action delete removes each of an array of {"key", "value"}; removing what is not there is no error; errors as ims_set_image_tag (IMS, POST .../images/{id}/tags/action)';

CREATE FUNCTION image_catalog.ims_image_tags(image_id uuid) RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_ims_image_tags';
COMMENT ON FUNCTION image_catalog.ims_image_tags(uuid) IS
    'tags of an image as keys and values; a word without = or . is a key without a value; PT404 no image (IMS, GET .../images/{id}/tags)';

CREATE FUNCTION image_catalog.ims_project_tags() RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_ims_project_tags';
COMMENT ON FUNCTION image_catalog.ims_project_tags() IS
    'all tags of the images of the caller''s project, each key with its values (IMS, GET .../images/tags)';

CREATE FUNCTION image_catalog.ims_query_images(request jsonb) RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_ims_query_images';
COMMENT ON FUNCTION image_catalog.ims_query_images(jsonb) IS
    'images of the caller''s project by tag: action filter (a page of limit rows, 10 unless given, at most 1000, from offset) or count, of tags, tags_any, not_tags, not_tags_any, without_any_tag and matches (resource_name: a part of the name, empty: no name; resource_id); newest first; errors: 22023 bad request, 42501 not a reader (IMS, POST .../images/resource_instances/action)';
