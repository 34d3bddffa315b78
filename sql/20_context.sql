/* sql/20_context.sql: who is asking */

/*
 * Functions that read the caller's settings name one of these, so that the
 * library is loaded when they are planned (src/plan_support.c).
 */
CREATE FUNCTION image_catalog.plan_support(request internal) RETURNS internal
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_plan_support';
COMMENT ON FUNCTION image_catalog.plan_support(internal) IS
    'planner support: loads the library before a plan runs';

CREATE FUNCTION image_catalog.list_images_support(request internal) RETURNS internal
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_list_images_support';
COMMENT ON FUNCTION image_catalog.list_images_support(internal) IS
    'planner support: the rows of a page of list_images';

CREATE FUNCTION image_catalog.current_project() RETURNS text
    LANGUAGE C STABLE PARALLEL RESTRICTED SUPPORT image_catalog.plan_support LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_current_project';
COMMENT ON FUNCTION image_catalog.current_project() IS
    'project on whose behalf the session acts (setting image_catalog.project_id); null when it has none';

CREATE FUNCTION image_catalog.is_catalog_admin() RETURNS boolean
    LANGUAGE C STABLE PARALLEL RESTRICTED SUPPORT image_catalog.plan_support LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_is_catalog_admin';
COMMENT ON FUNCTION image_catalog.is_catalog_admin() IS
    'does the caller administer the whole catalogue: setting image_catalog.is_admin, role admin, or a superuser without a project';
