/* sql/20_context.sql: who is asking */

CREATE FUNCTION image_catalog.list_images_support(request internal) RETURNS internal
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_list_images_support';
COMMENT ON FUNCTION image_catalog.list_images_support(internal) IS
    'planner support: the rows of a page of list_images';

CREATE FUNCTION image_catalog.current_project() RETURNS text
    LANGUAGE C STABLE PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_current_project';
COMMENT ON FUNCTION image_catalog.current_project() IS
    'project that the caller acts for (grant_project, or the setting image_catalog.project_id where it counts); null when it has none';

CREATE FUNCTION image_catalog.may_read_images() RETURNS boolean
    LANGUAGE C STABLE PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_may_read_images';
COMMENT ON FUNCTION image_catalog.may_read_images() IS
    'may the caller read disk images that it sees: role reader in its project, or an administrator of the catalogue';

CREATE FUNCTION image_catalog.is_catalog_admin() RETURNS boolean
    LANGUAGE C STABLE PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_is_catalog_admin';
COMMENT ON FUNCTION image_catalog.is_catalog_admin() IS
    'does the caller administer the whole catalogue: by grant_catalog_admin, role admin, the setting image_catalog.is_admin where it counts, or as a superuser without a project';
