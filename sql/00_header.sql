/* image_catalog: install script, joined from the numbered parts of sql/ */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION image_catalog" to load this file. \quit

/*
 * Made here, and not by the control file, which would take a schema that is
 * there: whoever owned it could put his own objects in the place of ours.
 */
CREATE SCHEMA image_catalog;
COMMENT ON SCHEMA image_catalog IS
    'image catalogue: disk images and container images, their listing, patching and sharing';

-- PUBLIC may call functions; tables, views and types of the script say for
-- themselves who may use them.
GRANT USAGE ON SCHEMA image_catalog TO PUBLIC;

CREATE FUNCTION image_catalog.image_catalog_version() RETURNS text
    LANGUAGE C STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_version';
COMMENT ON FUNCTION image_catalog.image_catalog_version() IS
    'version of the library that runs; extversion in pg_extension is that of the SQL objects, and ALTER EXTENSION image_catalog UPDATE makes them one';
