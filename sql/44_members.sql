/* sql/44_members.sql: projects that disk images are shared with */

CREATE FUNCTION image_catalog.add_image_member(image_id uuid, member_id text) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_add_image_member';
COMMENT ON FUNCTION image_catalog.add_image_member(uuid, text) IS
    'offers a shared image to a project, and answers the member, pending; errors: 22023 bad project, 42501 not allowed or not a shared image, 23505 a member already, PT404 no image, PT413 too many members (OpenStack Image v2, POST /v2/images/{id}/members)';

CREATE FUNCTION image_catalog.get_image_member(image_id uuid, member_id text) RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_get_image_member';
COMMENT ON FUNCTION image_catalog.get_image_member(uuid, text) IS
    'one member of an image, for its owner and for the member itself; PT404 for all others (OpenStack Image v2, GET /v2/images/{id}/members/{member})';

CREATE FUNCTION image_catalog.update_image_member(image_id uuid, member_id text, status text) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_update_image_member';
COMMENT ON FUNCTION image_catalog.update_image_member(uuid, text, text) IS
    'answers the offer of an image for the caller''s project: accepted, rejected or pending; errors: 22023 bad status, 42501 not a member or not a shared image, PT404 no image or member (OpenStack Image v2, PUT /v2/images/{id}/members/{member})';

CREATE FUNCTION image_catalog.list_image_members(image_id uuid) RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_list_image_members';
COMMENT ON FUNCTION image_catalog.list_image_members(uuid) IS
    'the members of an image, oldest first; a member sees itself alone; errors: 42501 not a shared image or no member of it, PT404 no image (OpenStack Image v2, GET /v2/images/{id}/members)';

CREATE FUNCTION image_catalog.delete_image_member(image_id uuid, member_id text) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_delete_image_member';
COMMENT ON FUNCTION image_catalog.delete_image_member(uuid, text) IS
    'takes the offer of an image back; errors: 42501 not allowed or not a shared image, PT404 no image or member (OpenStack Image v2, DELETE /v2/images/{id}/members/{member})';
