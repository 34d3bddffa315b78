/* sql/20_context.sql: who is asking */

CREATE FUNCTION image_catalog.current_project() RETURNS text
    LANGUAGE C STABLE PARALLEL RESTRICTED LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_current_project';
COMMENT ON FUNCTION image_catalog.current_project() IS
    'project on whose behalf the session acts (setting image_catalog.project_id); null when it has none';

CREATE FUNCTION image_catalog.is_catalog_admin() RETURNS boolean
    LANGUAGE C STABLE PARALLEL RESTRICTED LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_is_catalog_admin';
COMMENT ON FUNCTION image_catalog.is_catalog_admin() IS
    'does the caller administer the whole catalogue: setting image_catalog.is_admin, role admin, or a superuser without a project';
