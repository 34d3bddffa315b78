/* sql/70_versions.sql: versions of packages (docs/scanning.md) */

CREATE FUNCTION image_catalog.version_compare(ecosystem text, a text, b text)
    RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_version_compare';
COMMENT ON FUNCTION image_catalog.version_compare(text, text, text) IS
    '-1, 0 or 1: is version a before, as good as, or after b?  Ecosystem: dpkg, rpm, apk, semver, pep440, maven, gem, go, or a package URL type or OSV ecosystem of these; SQLSTATE 22023 when unknown';
