/* sql/67_container_rules.sql: states that a DBA gives to findings */

-- The one place that decides the state of a finding, whoever asks for it.
CREATE FUNCTION image_catalog.decided_finding_state(
        image_key bigint, digest text, cve text, document_state smallint)
    RETURNS smallint
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT COALESCE(
            (SELECT r.state
             FROM image_catalog.container_finding_rules AS r
             WHERE r.cve_lower = lower(decided_finding_state.cve COLLATE "C")
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
    'state of a finding: of the narrowest rule that speaks of its CVE and image, else the state of the document; reads what its caller may read';

CREATE FUNCTION image_catalog.defer_finding(
        cve text, scope text DEFAULT '*', comment text DEFAULT '')
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_defer_finding';
COMMENT ON FUNCTION image_catalog.defer_finding(text, text, text) IS
    'defers a CVE (state DEFERRED), in whatever case it is written, in a scope: * for all images, a name with * in it, a name, or a digest; narrower scopes win, later scans included; returns how many findings changed their state';

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
    'forgets the rule for a CVE in this very scope; wider rules and imported states decide again; returns how many findings changed their state, PT404 if there is no such rule';

CREATE FUNCTION image_catalog.finding_rules(
        OUT cve text, OUT scope text, OUT state text, OUT comment text,
        OUT created_at timestamptz, OUT created_by text)
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_finding_rules';
COMMENT ON FUNCTION image_catalog.finding_rules() IS
    'what was decided of findings, for which images, when and by whom; by CVE, and of each the rule that comes first';
