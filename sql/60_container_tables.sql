/* sql/60_container_tables.sql: where container images live */

-- A container image is a digest.  Its StorageImage document is kept whole, for
-- printing; what people ask about lies beside it in typed columns and in
-- child tables, one row a layer, component, finding, name and label.
--
-- Collation: names, digests and CVE ids are ASCII by their grammar and sort
-- bytewise ("C"); free text keeps the database's collation, so that
-- case-insensitive search folds case as the database does.
-- Scores are double precision holding the shortest decimal text of the
-- document's float32 values: 9.8 is 9.8.

CREATE SEQUENCE image_catalog.container_images_image_key_seq AS bigint;
COMMENT ON SEQUENCE image_catalog.container_images_image_key_seq IS
    'gives container_images.image_key';

CREATE TABLE image_catalog.container_images (
    image_key bigint NOT NULL
        DEFAULT pg_catalog.nextval('image_catalog.container_images_image_key_seq'),
    digest text COLLATE "C" NOT NULL,
    image_uuid uuid NOT NULL,
    name_registry text COLLATE "C" NOT NULL DEFAULT '',
    name_remote text COLLATE "C" NOT NULL DEFAULT '',
    name_tag text COLLATE "C" NOT NULL DEFAULT '',
    name_full text COLLATE "C" NOT NULL DEFAULT '',
    created_at timestamptz,
    created_at_nanos smallint NOT NULL DEFAULT 0,
    image_user text NOT NULL DEFAULT '',
    command text[],
    entrypoint text[],
    volumes text[],
    scan_time timestamptz,
    operating_system text NOT NULL DEFAULT '',
    signature_fetched_at timestamptz,
    component_count integer NOT NULL DEFAULT 0,
    cve_count integer NOT NULL DEFAULT 0,
    fixable_cve_count integer NOT NULL DEFAULT 0,
    unknown_cve_count integer NOT NULL DEFAULT 0,
    fixable_unknown_cve_count integer NOT NULL DEFAULT 0,
    low_cve_count integer NOT NULL DEFAULT 0,
    fixable_low_cve_count integer NOT NULL DEFAULT 0,
    moderate_cve_count integer NOT NULL DEFAULT 0,
    fixable_moderate_cve_count integer NOT NULL DEFAULT 0,
    important_cve_count integer NOT NULL DEFAULT 0,
    fixable_important_cve_count integer NOT NULL DEFAULT 0,
    critical_cve_count integer NOT NULL DEFAULT 0,
    fixable_critical_cve_count integer NOT NULL DEFAULT 0,
    counters_present smallint NOT NULL DEFAULT 0,
    top_cvss double precision NOT NULL DEFAULT 0,
    risk_score double precision NOT NULL DEFAULT 0,
    last_updated timestamptz NOT NULL DEFAULT pg_catalog.now(),
    last_updated_nanos smallint NOT NULL DEFAULT 0,
    document jsonb NOT NULL,
    gone_findings jsonb,
    CONSTRAINT container_images_pkey PRIMARY KEY (image_key),
    CONSTRAINT container_images_digest_key UNIQUE (digest),
    CONSTRAINT container_images_digest_check
        CHECK (digest OPERATOR(pg_catalog.<>) '')
);
COMMENT ON TABLE image_catalog.container_images IS
    'container images: one row a digest; the StorageImage document whole, and in columns what the search language asks about';
COMMENT ON COLUMN image_catalog.container_images.image_key IS 'short key of the child tables; never shown';
COMMENT ON COLUMN image_catalog.container_images.digest IS 'id of the image: sha256:<64 hex>';
COMMENT ON COLUMN image_catalog.container_images.image_uuid IS 'UUIDv5 of primary name and digest (search label Image ID)';
COMMENT ON COLUMN image_catalog.container_images.name_full IS 'primary name, whole; all names lie in container_image_names';
COMMENT ON COLUMN image_catalog.container_images.created_at IS 'metadata.v1.created, cut to microseconds';
COMMENT ON COLUMN image_catalog.container_images.created_at_nanos IS 'the three digits that were cut from created_at';
COMMENT ON COLUMN image_catalog.container_images.last_updated_nanos IS 'the three digits that were cut from last_updated';
COMMENT ON COLUMN image_catalog.container_images.command IS 'metadata.v1.command; null when absent or empty';
COMMENT ON COLUMN image_catalog.container_images.entrypoint IS 'metadata.v1.entrypoint; null when absent or empty';
COMMENT ON COLUMN image_catalog.container_images.volumes IS 'metadata.v1.volumes; null when absent or empty';
COMMENT ON COLUMN image_catalog.container_images.counters_present IS
    'which counters the document shows: 1 components, 2 cves, 4 fixableCves, 8 topCvss; an absent counter is 0 in its column';
COMMENT ON COLUMN image_catalog.container_images.unknown_cve_count IS
    'distinct CVE ids by the severity of their first finding; this and the next nine columns';
COMMENT ON COLUMN image_catalog.container_images.document IS
    'the StorageImage document in canonical form: what is absent has its default';
COMMENT ON COLUMN image_catalog.container_images.gone_findings IS
    'a document with the CVEs of other scans that the stored one has not, and when they were seen first: a scan that has them again keeps that; null: none';

-- the default order of every listing
CREATE INDEX container_images_last_updated_idx
    ON image_catalog.container_images (last_updated, digest);
CREATE INDEX container_images_risk_score_idx
    ON image_catalog.container_images (risk_score, digest);
CREATE INDEX container_images_created_at_idx
    ON image_catalog.container_images (created_at, digest);
CREATE INDEX container_images_scan_time_idx
    ON image_catalog.container_images (scan_time, digest);
CREATE INDEX container_images_name_idx
    ON image_catalog.container_images (name_registry, name_remote, name_tag, digest);
CREATE INDEX container_images_image_uuid_idx
    ON image_catalog.container_images (image_uuid);
-- case-insensitive prefix: lower(name) LIKE 'prefix%'; the collation is "C",
-- so the plain operator class serves, and the planner can use its statistics
CREATE INDEX container_images_name_full_lower_idx
    ON image_catalog.container_images (pg_catalog.lower(name_full));
CREATE INDEX container_images_name_remote_lower_idx
    ON image_catalog.container_images (pg_catalog.lower(name_remote));
CREATE INDEX container_images_name_tag_lower_idx
    ON image_catalog.container_images (pg_catalog.lower(name_tag));

CREATE TABLE image_catalog.container_image_names (
    image_key bigint NOT NULL,
    name_index integer NOT NULL,
    name_registry text COLLATE "C" NOT NULL,
    name_remote text COLLATE "C" NOT NULL,
    name_tag text COLLATE "C" NOT NULL,
    name_full text COLLATE "C" NOT NULL,
    CONSTRAINT container_image_names_pkey PRIMARY KEY (image_key, name_index),
    CONSTRAINT container_image_names_image_key_fkey FOREIGN KEY (image_key)
        REFERENCES image_catalog.container_images ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.container_image_names IS
    'every name a container image is known by, in the order of the document''s names, without duplicates';
CREATE INDEX container_image_names_name_full_idx
    ON image_catalog.container_image_names (name_full);

CREATE TABLE image_catalog.container_image_labels (
    image_key bigint NOT NULL,
    label_key text NOT NULL,
    label_value text NOT NULL,
    CONSTRAINT container_image_labels_pkey PRIMARY KEY (image_key, label_key),
    CONSTRAINT container_image_labels_image_key_fkey FOREIGN KEY (image_key)
        REFERENCES image_catalog.container_images ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.container_image_labels IS
    'labels of a container image (metadata.v1.labels)';
-- not of the values: they may be longer than an index takes
CREATE INDEX container_image_labels_key_lower_idx
    ON image_catalog.container_image_labels (pg_catalog.lower(label_key) text_pattern_ops);
CREATE INDEX container_image_labels_key_idx
    ON image_catalog.container_image_labels (label_key);

CREATE TABLE image_catalog.container_image_layers (
    image_key bigint NOT NULL,
    layer_index integer NOT NULL,
    instruction text NOT NULL,
    value text NOT NULL,
    is_empty boolean NOT NULL,
    CONSTRAINT container_image_layers_pkey PRIMARY KEY (image_key, layer_index),
    CONSTRAINT container_image_layers_image_key_fkey FOREIGN KEY (image_key)
        REFERENCES image_catalog.container_images ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.container_image_layers IS
    'build steps of a container image, oldest first (metadata.v1.layers)';

CREATE TABLE image_catalog.container_components (
    image_key bigint NOT NULL,
    component_index integer NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    source smallint NOT NULL,
    location text NOT NULL,
    top_cvss double precision NOT NULL,
    risk_score double precision NOT NULL,
    layer_index integer,
    layer_type smallint NOT NULL,
    operating_system text NOT NULL,
    CONSTRAINT container_components_pkey PRIMARY KEY (image_key, component_index),
    CONSTRAINT container_components_image_key_fkey FOREIGN KEY (image_key)
        REFERENCES image_catalog.container_images ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.container_components IS
    'packages found in a container image (scan.components)';
COMMENT ON COLUMN image_catalog.container_components.component_index IS 'place in scan.components, from 0';
COMMENT ON COLUMN image_catalog.container_components.source IS
    '0 OS, 1 PYTHON, 2 JAVA, 3 RUBY, 4 NODEJS, 5 DOTNETCORERUNTIME, 6 INFRASTRUCTURE, 7 GO';
COMMENT ON COLUMN image_catalog.container_components.layer_type IS
    '0 APPLICATION, 1 BASE_IMAGE (its layer belongs to a known base image)';
CREATE INDEX container_components_name_lower_idx
    ON image_catalog.container_components (pg_catalog.lower(name) text_pattern_ops, image_key);
-- with 100 samples the planner takes every prefix for one row in ten thousand;
-- names of packages are in one of hundreds
ALTER INDEX image_catalog.container_components_name_lower_idx
    ALTER COLUMN 1 SET STATISTICS 1000;

CREATE TABLE image_catalog.container_findings (
    image_key bigint NOT NULL,
    component_index integer NOT NULL,
    finding_index integer NOT NULL,
    severity smallint NOT NULL,
    document_state smallint NOT NULL,
    is_fixable boolean NOT NULL,
    cisa_kev boolean NOT NULL,
    cvss double precision NOT NULL,
    nvd_cvss double precision NOT NULL,
    impact_score double precision NOT NULL,
    epss_probability double precision NOT NULL,
    published_at timestamptz,
    first_system_occurrence timestamptz,
    first_image_occurrence timestamptz,
    fix_available_at timestamptz,
    cve text COLLATE "C" NOT NULL,
    fixed_by text NOT NULL,
    advisory_name text NOT NULL,
    advisory_link text NOT NULL,
    CONSTRAINT container_findings_pkey PRIMARY KEY (image_key, component_index, finding_index),
    CONSTRAINT container_findings_image_key_fkey FOREIGN KEY (image_key)
        REFERENCES image_catalog.container_images ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.container_findings IS
    'vulnerabilities found in a component of a container image (scan.components[].vulns[])';
COMMENT ON COLUMN image_catalog.container_findings.finding_index IS 'place in vulns of its component, from 0';
COMMENT ON COLUMN image_catalog.container_findings.severity IS
    '0 UNKNOWN, 1 LOW, 2 MODERATE, 3 IMPORTANT, 4 CRITICAL (_VULNERABILITY_SEVERITY)';
COMMENT ON COLUMN image_catalog.container_findings.document_state IS
    'state in the imported document: 0 OBSERVED, 1 DEFERRED, 2 FALSE_POSITIVE; decided_finding_state() tells what it is by the rules';
COMMENT ON COLUMN image_catalog.container_findings.is_fixable IS 'fixed_by is not empty';
-- case-insensitive prefix of a CVE id, and from it to the images
CREATE INDEX container_findings_cve_lower_idx
    ON image_catalog.container_findings (pg_catalog.lower(cve), image_key);
-- has this image a finding of that severity, fixable?
CREATE INDEX container_findings_severity_idx
    ON image_catalog.container_findings (image_key, severity, is_fixable);
-- Rules are not written into the findings: whoever reads a finding asks them
-- (decided_finding_state()).  So an import and a rule never wait for each other,
-- and whatever either of them does not see yet, the next reader does.
CREATE TABLE image_catalog.container_finding_rules (
    cve text COLLATE "C" NOT NULL,
    cve_lower text COLLATE "C" NOT NULL
        GENERATED ALWAYS AS (pg_catalog.lower(cve)) STORED,
    scope text COLLATE "C" NOT NULL,
    name_pattern text COLLATE "C",
    precedence integer NOT NULL,
    state smallint NOT NULL,
    comment text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    created_by text NOT NULL DEFAULT '',
    CONSTRAINT container_finding_rules_pkey PRIMARY KEY (cve_lower, scope),
    CONSTRAINT container_finding_rules_state_check
        CHECK (state OPERATOR(pg_catalog.>=) 0 AND state OPERATOR(pg_catalog.<=) 2)
);
COMMENT ON TABLE image_catalog.container_finding_rules IS
    'states that a DBA gave to a CVE in a scope: all images (*), a name pattern, a name, a digest; the narrowest scope decides, also for later scans';
COMMENT ON COLUMN image_catalog.container_finding_rules.cve IS 'as written';
COMMENT ON COLUMN image_catalog.container_finding_rules.cve_lower IS 'as the search compares CVEs: without case';
COMMENT ON COLUMN image_catalog.container_finding_rules.scope IS
    '* for all images, a full name with * in it, a full name, or a digest';
COMMENT ON COLUMN image_catalog.container_finding_rules.name_pattern IS
    'LIKE pattern for the names of images; null where scope is a digest';
COMMENT ON COLUMN image_catalog.container_finding_rules.precedence IS
    'the rule of highest precedence decides: of patterns the one with most literal characters, before them names, before these digests; of equals the one written last';
COMMENT ON COLUMN image_catalog.container_finding_rules.state IS '0 OBSERVED, 1 DEFERRED, 2 FALSE_POSITIVE';

CREATE TABLE image_catalog.container_watched_images (
    name text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT container_watched_images_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE image_catalog.container_watched_images IS
    'names of container images to scan again and again, normalised';

CREATE FUNCTION image_catalog.is_signature_key(pem text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_is_signature_key';
COMMENT ON FUNCTION image_catalog.is_signature_key(text) IS
    'can the text be read as one public key or one certificate in the form of PEM? true, or an error that says why not (22023)';

CREATE TABLE image_catalog.container_signature_verifiers (
    verifier_id text COLLATE "C" NOT NULL,
    verifier_name text NOT NULL,
    key_pem text CONSTRAINT container_signature_verifiers_key_pem_check
        CHECK (image_catalog.is_signature_key(key_pem)),
    CONSTRAINT container_signature_verifiers_pkey PRIMARY KEY (verifier_id)
);
COMMENT ON TABLE image_catalog.container_signature_verifiers IS
    'signature integrations: the verifierName that belongs to a verifierId when a document is printed, and the key by which it verifies';
COMMENT ON COLUMN image_catalog.container_signature_verifiers.key_pem IS
    'public key, or certificate of it, in PEM, for verify_container_signatures; null: its results come with imported documents';

-- Derived: triggers on container_images and container_components keep it, a
-- restore fills it by firing them, so it is not dumped.  A score may have
-- several rows, its number of subjects is their sum: writers only ever add
-- rows, and so never wait for each other here.
CREATE TABLE image_catalog.container_risk_scores (
    subject "char" NOT NULL,
    score double precision NOT NULL,
    subjects bigint NOT NULL
);
COMMENT ON TABLE image_catalog.container_risk_scores IS
    'distinct risk scores, from which ranks (priority) are counted; derived, filled by triggers';
COMMENT ON COLUMN image_catalog.container_risk_scores.subject IS 'i images, c components';
COMMENT ON COLUMN image_catalog.container_risk_scores.subjects IS
    'how many images or components have the score, summed over the rows of the score';
CREATE INDEX container_risk_scores_idx
    ON image_catalog.container_risk_scores (subject, score) INCLUDE (subjects);
-- rows of a score may be alike, so none has a key; without an identity a
-- publication of this table would refuse its changes, and so every import
ALTER TABLE image_catalog.container_risk_scores REPLICA IDENTITY FULL;

SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_images_image_key_seq', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_images', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_image_names', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_image_labels', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_image_layers', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_components', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_findings', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_finding_rules', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_watched_images', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_signature_verifiers', '');

-- Reading and writing are two rights, for the catalogue as a whole; who has
-- them is decided in one place (src/container/container_access.c).
CREATE FUNCTION image_catalog.may_read_container_images() RETURNS boolean
    LANGUAGE C STABLE PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_may_read_container_images';
COMMENT ON FUNCTION image_catalog.may_read_container_images() IS
    'may the caller read container images: SELECT granted on image_catalog.container_images, role container_image_reader or container_image_writer in image_catalog.roles, or a catalogue administrator';

CREATE FUNCTION image_catalog.may_write_container_images() RETURNS boolean
    LANGUAGE C STABLE PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_may_write_container_images';
COMMENT ON FUNCTION image_catalog.may_write_container_images() IS
    'may the caller write container images: INSERT, UPDATE and DELETE granted on image_catalog.container_images, role container_image_writer in image_catalog.roles, or a catalogue administrator';

-- The tables of container images have the same two policies; 76_packages.sql
-- has the last of them, and drops this.
CREATE FUNCTION image_catalog.protect_container_table(name text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    EXECUTE format('ALTER TABLE image_catalog.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY container_image_read ON image_catalog.%I FOR SELECT'
                   ' USING ((SELECT image_catalog.may_read_container_images()))', name);
    EXECUTE format('COMMENT ON POLICY container_image_read ON image_catalog.%I'
                   ' IS ''readers see every row''', name);
    EXECUTE format('CREATE POLICY container_image_write ON image_catalog.%I'
                   ' USING ((SELECT image_catalog.may_write_container_images()))', name);
    EXECUTE format('COMMENT ON POLICY container_image_write ON image_catalog.%I'
                   ' IS ''writers see and change every row''', name);
END
$$;
SELECT image_catalog.protect_container_table('container_images');
SELECT image_catalog.protect_container_table('container_image_names');
SELECT image_catalog.protect_container_table('container_image_labels');
SELECT image_catalog.protect_container_table('container_image_layers');
SELECT image_catalog.protect_container_table('container_components');
SELECT image_catalog.protect_container_table('container_findings');
SELECT image_catalog.protect_container_table('container_finding_rules');
SELECT image_catalog.protect_container_table('container_watched_images');
SELECT image_catalog.protect_container_table('container_signature_verifiers');
SELECT image_catalog.protect_container_table('container_risk_scores');

-- Ranks (priority) are right whoever writes: statement triggers count scores.
CREATE FUNCTION image_catalog.count_container_risk_scores() RETURNS trigger
    LANGUAGE C VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_count_risk_scores';
COMMENT ON FUNCTION image_catalog.count_container_risk_scores() IS
    'trigger: keeps container_risk_scores; its argument is the subject';
REVOKE EXECUTE ON FUNCTION image_catalog.count_container_risk_scores() FROM PUBLIC;

CREATE TRIGGER count_risk_scores_insert AFTER INSERT ON image_catalog.container_images
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.count_container_risk_scores('i');
COMMENT ON TRIGGER count_risk_scores_insert ON image_catalog.container_images IS 'keeps container_risk_scores';
CREATE TRIGGER count_risk_scores_update AFTER UPDATE ON image_catalog.container_images
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.count_container_risk_scores('i');
COMMENT ON TRIGGER count_risk_scores_update ON image_catalog.container_images IS 'keeps container_risk_scores';
CREATE TRIGGER count_risk_scores_delete AFTER DELETE ON image_catalog.container_images
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.count_container_risk_scores('i');
COMMENT ON TRIGGER count_risk_scores_delete ON image_catalog.container_images IS 'keeps container_risk_scores';
CREATE TRIGGER count_risk_scores_truncate AFTER TRUNCATE ON image_catalog.container_images
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.count_container_risk_scores('i');
COMMENT ON TRIGGER count_risk_scores_truncate ON image_catalog.container_images IS 'keeps container_risk_scores';
CREATE TRIGGER count_risk_scores_insert AFTER INSERT ON image_catalog.container_components
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.count_container_risk_scores('c');
COMMENT ON TRIGGER count_risk_scores_insert ON image_catalog.container_components IS 'keeps container_risk_scores';
CREATE TRIGGER count_risk_scores_update AFTER UPDATE ON image_catalog.container_components
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.count_container_risk_scores('c');
COMMENT ON TRIGGER count_risk_scores_update ON image_catalog.container_components IS 'keeps container_risk_scores';
CREATE TRIGGER count_risk_scores_delete AFTER DELETE ON image_catalog.container_components
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.count_container_risk_scores('c');
COMMENT ON TRIGGER count_risk_scores_delete ON image_catalog.container_components IS 'keeps container_risk_scores';
CREATE TRIGGER count_risk_scores_truncate AFTER TRUNCATE ON image_catalog.container_components
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.count_container_risk_scores('c');
COMMENT ON TRIGGER count_risk_scores_truncate ON image_catalog.container_components IS 'keeps container_risk_scores';

CREATE FUNCTION image_catalog.rebuild_container_risk_scores() RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_rebuild_container_risk_scores';
COMMENT ON FUNCTION image_catalog.rebuild_container_risk_scores() IS
    'counts the distinct risk scores anew, for the owner of the tables: after a restore that fired no triggers';
REVOKE EXECUTE ON FUNCTION image_catalog.rebuild_container_risk_scores() FROM PUBLIC;
