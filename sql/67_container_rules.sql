/* sql/67_container_rules.sql: states that a DBA gives to findings */

-- The one place that decides the state of a finding.
CREATE FUNCTION image_catalog.decided_finding_state(
        image_key bigint, digest text, cve text, document_state smallint)
    RETURNS smallint
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT COALESCE(
            (SELECT r.state
             FROM image_catalog.container_finding_rules AS r
             WHERE r.cve = decided_finding_state.cve COLLATE "C"
               AND (r.scope = decided_finding_state.digest COLLATE "C"
                    OR r.scope = '*'
                    OR EXISTS (
                        SELECT FROM image_catalog.container_image_names AS n
                        WHERE n.image_key = decided_finding_state.image_key
                          AND n.name_full LIKE r.name_pattern))
             ORDER BY r.precedence DESC, r.created_at DESC, r.scope
             LIMIT 1),
            document_state);
    END;
COMMENT ON FUNCTION image_catalog.decided_finding_state(bigint, text, text, smallint) IS
    'state of a finding: of the narrowest rule that speaks of its CVE and image, else the state of the document';
REVOKE EXECUTE ON FUNCTION image_catalog.decided_finding_state(bigint, text, text, smallint) FROM PUBLIC;

CREATE FUNCTION image_catalog.apply_finding_rules_to_images(image_keys bigint[]) RETURNS bigint
    LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
    BEGIN ATOMIC
        WITH decided AS MATERIALIZED (
            SELECT f.image_key, f.component_index, f.finding_index,
                image_catalog.decided_finding_state(
                    f.image_key, i.digest, f.cve, f.document_state) AS state
            FROM image_catalog.container_findings AS f
            JOIN image_catalog.container_images AS i ON i.image_key = f.image_key
            WHERE f.image_key = ANY (image_keys)
              AND f.cve IN (SELECT r.cve FROM image_catalog.container_finding_rules AS r)
        ), changed AS (
            UPDATE image_catalog.container_findings AS f
            SET state = d.state
            FROM decided AS d
            WHERE f.image_key = d.image_key
              AND f.component_index = d.component_index
              AND f.finding_index = d.finding_index
              AND f.state <> d.state
            RETURNING 1
        )
        SELECT count(*) FROM changed;
    END;
COMMENT ON FUNCTION image_catalog.apply_finding_rules_to_images(bigint[]) IS
    'gives the findings of these images the states that the rules decide; returns how many changed';
REVOKE EXECUTE ON FUNCTION image_catalog.apply_finding_rules_to_images(bigint[]) FROM PUBLIC;

CREATE FUNCTION image_catalog.apply_finding_rules_to_cve(cve text) RETURNS bigint
    LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
    BEGIN ATOMIC
        WITH decided AS MATERIALIZED (
            SELECT f.image_key, f.component_index, f.finding_index,
                image_catalog.decided_finding_state(
                    f.image_key, i.digest, f.cve, f.document_state) AS state
            FROM image_catalog.container_findings AS f
            JOIN image_catalog.container_images AS i ON i.image_key = f.image_key
            WHERE f.cve = apply_finding_rules_to_cve.cve COLLATE "C"
              -- for the index on lower(cve)
              AND lower(f.cve) = lower(apply_finding_rules_to_cve.cve COLLATE "C")
        ), changed AS (
            UPDATE image_catalog.container_findings AS f
            SET state = d.state
            FROM decided AS d
            WHERE f.image_key = d.image_key
              AND f.component_index = d.component_index
              AND f.finding_index = d.finding_index
              AND f.state <> d.state
            RETURNING 1
        )
        SELECT count(*) FROM changed;
    END;
COMMENT ON FUNCTION image_catalog.apply_finding_rules_to_cve(text) IS
    'gives the findings of a CVE the states that the rules decide; returns how many changed';
REVOKE EXECUTE ON FUNCTION image_catalog.apply_finding_rules_to_cve(text) FROM PUBLIC;

CREATE FUNCTION image_catalog.defer_finding(
        cve text, scope text DEFAULT '*', comment text DEFAULT '')
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_defer_finding';
COMMENT ON FUNCTION image_catalog.defer_finding(text, text, text) IS
    'defers a CVE (state DEFERRED) in a scope: * for all images, a name with * in it, a name, or a digest; narrower scopes win, later scans included; returns how many findings changed their state';

CREATE FUNCTION image_catalog.mark_finding_false_positive(
        cve text, scope text DEFAULT '*', comment text DEFAULT '')
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_mark_finding_false_positive';
COMMENT ON FUNCTION image_catalog.mark_finding_false_positive(text, text, text) IS
    'marks a CVE as a false positive in a scope, as defer_finding defers it';

CREATE FUNCTION image_catalog.observe_finding(
        cve text, scope text DEFAULT '*', comment text DEFAULT '')
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_observe_finding';
COMMENT ON FUNCTION image_catalog.observe_finding(text, text, text) IS
    'observes a CVE again (state OBSERVED) in a scope, against wider rules and against the state of imported documents';

CREATE FUNCTION image_catalog.drop_finding_rule(cve text, scope text DEFAULT '*')
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_drop_finding_rule';
COMMENT ON FUNCTION image_catalog.drop_finding_rule(text, text) IS
    'forgets the rule for a CVE in this very scope; wider rules and imported states decide again';
