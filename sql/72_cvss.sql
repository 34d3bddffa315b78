/* sql/72_cvss.sql: scores from CVSS vectors (docs/scanning.md) */

CREATE FUNCTION image_catalog.cvss_base_score(vector text)
    RETURNS numeric
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_cvss_base_score_sql';
COMMENT ON FUNCTION image_catalog.cvss_base_score(text) IS
    'base score, 0.0 to 10.0, of a CVSS vector of version 2.0, 3.0, 3.1 or 4.0; SQLSTATE 22023 when it is none';

CREATE FUNCTION image_catalog.cvss_severity(vector text)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_cvss_severity_sql';
COMMENT ON FUNCTION image_catalog.cvss_severity(text) IS
    'severity of the base score of a CVSS vector: NONE, LOW, MEDIUM, HIGH or CRITICAL; LOW, MEDIUM or HIGH in version 2; SQLSTATE 22023 when it is none';
