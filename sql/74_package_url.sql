/* sql/74_package_url.sql: package URLs (docs/scanning.md) */

CREATE FUNCTION image_catalog.package_url_parts(
        purl text,
        OUT type text, OUT namespace text, OUT name text, OUT version text,
        OUT qualifiers jsonb, OUT subpath text, OUT canonical text)
    RETURNS record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_package_url_parts';
COMMENT ON FUNCTION image_catalog.package_url_parts(text) IS
    'parts of a package URL (pkg:type/namespace/name@version?qualifiers#subpath), decoded and normalised, null where absent, and its canonical form; SQLSTATE 22023 when it is none';
