/* sql/78_advisories.sql: vulnerability data, and which packages they hit (docs/scanning.md) */

-- A load is all documents of a source.  They come in batches that commit as
-- they like; until the load is finished nothing of it counts, and then it
-- replaces the load before.  A document that is the same as before is not
-- written again, so the work of finishing follows what is new.
CREATE SEQUENCE image_catalog.vulnerability_loads_load_key_seq AS bigint;
COMMENT ON SEQUENCE image_catalog.vulnerability_loads_load_key_seq IS
    'gives vulnerability_loads.load_key';

CREATE TABLE image_catalog.vulnerability_loads (
    load_key bigint NOT NULL
        DEFAULT pg_catalog.nextval('image_catalog.vulnerability_loads_load_key_seq'),
    source text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    finished_at timestamptz,
    documents bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    CONSTRAINT vulnerability_loads_pkey PRIMARY KEY (load_key)
);
COMMENT ON TABLE image_catalog.vulnerability_loads IS
    'loads of vulnerability data: of each source the one that counts, and the one that is not finished yet';
COMMENT ON COLUMN image_catalog.vulnerability_loads.source IS
    'format of the documents, and after a colon which ones: osv:PyPI';
COMMENT ON COLUMN image_catalog.vulnerability_loads.finished_at IS 'null: nothing of it counts yet';
CREATE UNIQUE INDEX vulnerability_loads_source_idx
    ON image_catalog.vulnerability_loads (source, (finished_at IS NULL));

CREATE SEQUENCE image_catalog.advisories_advisory_key_seq AS bigint;
COMMENT ON SEQUENCE image_catalog.advisories_advisory_key_seq IS
    'gives advisories.advisory_key';

CREATE TABLE image_catalog.advisories (
    advisory_key bigint NOT NULL
        DEFAULT pg_catalog.nextval('image_catalog.advisories_advisory_key_seq'),
    load_key bigint NOT NULL,
    is_current boolean NOT NULL DEFAULT false,
    source text COLLATE "C" NOT NULL,
    advisory_id text COLLATE "C" NOT NULL,
    document_hash bytea NOT NULL,
    name text COLLATE "C" NOT NULL,
    severity smallint NOT NULL,
    cvss_v2 text,
    cvss_v3 text,
    cvss_v4 text,
    summary text NOT NULL,
    link text NOT NULL,
    advisory_name text NOT NULL,
    advisory_link text NOT NULL,
    published_at timestamptz,
    modified_at timestamptz,
    first_found_at timestamptz,
    CONSTRAINT advisories_pkey PRIMARY KEY (advisory_key)
);
COMMENT ON TABLE image_catalog.advisories IS
    'what sources say of a vulnerability; which packages it is about lies in advisory_ranges';
COMMENT ON COLUMN image_catalog.advisories.load_key IS 'the last load that brought it';
COMMENT ON COLUMN image_catalog.advisories.is_current IS 'it counts: the load that brought it first is finished';
COMMENT ON COLUMN image_catalog.advisories.document_hash IS 'SHA-256 of what is known of it: the same again is not written again';
COMMENT ON COLUMN image_catalog.advisories.name IS 'what a finding is called: a CVE where one is known, else GHSA, else by shape, else advisory_id';
COMMENT ON COLUMN image_catalog.advisories.severity IS
    '0 UNKNOWN, 1 LOW, 2 MODERATE, 3 IMPORTANT, 4 CRITICAL';
COMMENT ON COLUMN image_catalog.advisories.advisory_name IS 'of the vendor, shown beside the finding, or empty';
COMMENT ON COLUMN image_catalog.advisories.first_found_at IS
    'when an older text of it was found first; null: package_findings alone tell';
CREATE UNIQUE INDEX advisories_advisory_id_idx
    ON image_catalog.advisories (source, advisory_id, is_current);
CREATE INDEX advisories_load_key_idx
    ON image_catalog.advisories (load_key);

CREATE TABLE image_catalog.advisory_ranges (
    advisory_key bigint NOT NULL,
    range_index integer NOT NULL,
    ecosystem text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    by_source boolean NOT NULL,
    module text COLLATE "C" NOT NULL,
    lower_version text COLLATE "C",
    upper_version text COLLATE "C",
    upper_included boolean NOT NULL,
    versions text[] COLLATE "C",
    fixed_by text COLLATE "C" NOT NULL,
    CONSTRAINT advisory_ranges_pkey PRIMARY KEY (advisory_key, range_index),
    CONSTRAINT advisory_ranges_advisory_key_fkey FOREIGN KEY (advisory_key)
        REFERENCES image_catalog.advisories ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.advisory_ranges IS
    'versions of packages that an advisory is about';
COMMENT ON COLUMN image_catalog.advisory_ranges.by_source IS 'name and versions are those of source packages';
COMMENT ON COLUMN image_catalog.advisory_ranges.module IS 'only of packages of this module, or empty: of any';
COMMENT ON COLUMN image_catalog.advisory_ranges.lower_version IS 'first version that is affected; null: all before';
COMMENT ON COLUMN image_catalog.advisory_ranges.upper_version IS
    'first that is not affected any more, or the last that is (upper_included); null: all after';
COMMENT ON COLUMN image_catalog.advisory_ranges.versions IS
    'the versions themselves, instead of bounds, where not null';
COMMENT ON COLUMN image_catalog.advisory_ranges.fixed_by IS 'version to update to, or empty';
-- which advisories speak of a package?
CREATE INDEX advisory_ranges_name_idx
    ON image_catalog.advisory_ranges (ecosystem, name);

CREATE TABLE image_catalog.vulnerability_details (
    load_key bigint NOT NULL,
    cve text COLLATE "C" NOT NULL,
    epss_probability double precision,
    epss_percentile double precision,
    cisa_kev jsonb,
    cvss_v2 text,
    cvss_v3 text,
    cvss_v4 text,
    summary text,
    published_at timestamptz,
    modified_at timestamptz,
    CONSTRAINT vulnerability_details_pkey PRIMARY KEY (cve, load_key),
    CONSTRAINT vulnerability_details_load_key_fkey FOREIGN KEY (load_key)
        REFERENCES image_catalog.vulnerability_loads ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.vulnerability_details IS
    'what is known of a CVE, whatever package it is in: EPSS, CISA''s list of exploited ones, scores and texts of the NVD';
COMMENT ON COLUMN image_catalog.vulnerability_details.cisa_kev IS 'entry of the list of known exploited vulnerabilities';

CREATE TABLE image_catalog.package_findings (
    package_key bigint NOT NULL,
    advisory_key bigint NOT NULL,
    fixed_by text COLLATE "C" NOT NULL,
    found_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT package_findings_pkey PRIMARY KEY (package_key, advisory_key),
    CONSTRAINT package_findings_package_key_fkey FOREIGN KEY (package_key)
        REFERENCES image_catalog.packages ON DELETE CASCADE,
    CONSTRAINT package_findings_advisory_key_fkey FOREIGN KEY (advisory_key)
        REFERENCES image_catalog.advisories ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.package_findings IS
    'which advisories hit which packages: matched once, in however many images a package is';
COMMENT ON COLUMN image_catalog.package_findings.fixed_by IS 'version to update to, or empty';
-- which packages does an advisory hit, and since when does it hit any?
CREATE INDEX package_findings_advisory_key_idx
    ON image_catalog.package_findings (advisory_key, found_at);

CREATE TABLE image_catalog.container_scans (
    image_key bigint NOT NULL,
    scanned_at timestamptz NOT NULL,
    due_at timestamptz,
    CONSTRAINT container_scans_pkey PRIMARY KEY (image_key),
    CONSTRAINT container_scans_image_key_fkey FOREIGN KEY (image_key)
        REFERENCES image_catalog.container_images ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.container_scans IS
    'container images whose findings are made here, not by the scanner of an imported document';
COMMENT ON COLUMN image_catalog.container_scans.due_at IS
    'since when a package of the image is hit by other advisories than its findings say; null: by none';
CREATE INDEX container_scans_due_at_idx
    ON image_catalog.container_scans (due_at, image_key) WHERE due_at IS NOT NULL;

-- A load that is finished writes them in any order, and who deletes an image in
-- another: so the one waits for the other before, at the packages.
CREATE FUNCTION image_catalog.share_packages() RETURNS trigger
    LANGUAGE C VOLATILE
    AS 'MODULE_PATHNAME', 'imgcat_share_packages';
COMMENT ON FUNCTION image_catalog.share_packages() IS
    'trigger: locks the table of packages as who adds packages does, before what a finished load waits for';
REVOKE EXECUTE ON FUNCTION image_catalog.share_packages() FROM PUBLIC;
CREATE TRIGGER share_packages BEFORE INSERT OR UPDATE OR DELETE ON image_catalog.container_scans
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.share_packages();
COMMENT ON TRIGGER share_packages ON image_catalog.container_scans IS
    'waits for a load that is being finished';

SELECT pg_catalog.pg_extension_config_dump('image_catalog.vulnerability_loads_load_key_seq', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.advisories_advisory_key_seq', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.vulnerability_loads', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.advisories', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.advisory_ranges', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.vulnerability_details', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.package_findings', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_scans', '');

ALTER TABLE image_catalog.vulnerability_loads ENABLE ROW LEVEL SECURITY;
ALTER TABLE image_catalog.advisories ENABLE ROW LEVEL SECURITY;
ALTER TABLE image_catalog.advisory_ranges ENABLE ROW LEVEL SECURITY;
ALTER TABLE image_catalog.vulnerability_details ENABLE ROW LEVEL SECURITY;
ALTER TABLE image_catalog.package_findings ENABLE ROW LEVEL SECURITY;
ALTER TABLE image_catalog.container_scans ENABLE ROW LEVEL SECURITY;

CREATE POLICY container_image_read ON image_catalog.vulnerability_loads FOR SELECT
    USING ((SELECT image_catalog.may_read_container_images()));
COMMENT ON POLICY container_image_read ON image_catalog.vulnerability_loads IS
    'readers see every row';
CREATE POLICY container_image_write ON image_catalog.vulnerability_loads
    USING ((SELECT image_catalog.may_write_container_images()));
COMMENT ON POLICY container_image_write ON image_catalog.vulnerability_loads IS
    'writers see and change every row';
CREATE POLICY container_image_read ON image_catalog.advisories FOR SELECT
    USING ((SELECT image_catalog.may_read_container_images()));
COMMENT ON POLICY container_image_read ON image_catalog.advisories IS
    'readers see every row';
CREATE POLICY container_image_write ON image_catalog.advisories
    USING ((SELECT image_catalog.may_write_container_images()));
COMMENT ON POLICY container_image_write ON image_catalog.advisories IS
    'writers see and change every row';
CREATE POLICY container_image_read ON image_catalog.advisory_ranges FOR SELECT
    USING ((SELECT image_catalog.may_read_container_images()));
COMMENT ON POLICY container_image_read ON image_catalog.advisory_ranges IS
    'readers see every row';
CREATE POLICY container_image_write ON image_catalog.advisory_ranges
    USING ((SELECT image_catalog.may_write_container_images()));
COMMENT ON POLICY container_image_write ON image_catalog.advisory_ranges IS
    'writers see and change every row';
CREATE POLICY container_image_read ON image_catalog.vulnerability_details FOR SELECT
    USING ((SELECT image_catalog.may_read_container_images()));
COMMENT ON POLICY container_image_read ON image_catalog.vulnerability_details IS
    'readers see every row';
CREATE POLICY container_image_write ON image_catalog.vulnerability_details
    USING ((SELECT image_catalog.may_write_container_images()));
COMMENT ON POLICY container_image_write ON image_catalog.vulnerability_details IS
    'writers see and change every row';
CREATE POLICY container_image_read ON image_catalog.package_findings FOR SELECT
    USING ((SELECT image_catalog.may_read_container_images()));
COMMENT ON POLICY container_image_read ON image_catalog.package_findings IS
    'readers see every row';
CREATE POLICY container_image_write ON image_catalog.package_findings
    USING ((SELECT image_catalog.may_write_container_images()));
COMMENT ON POLICY container_image_write ON image_catalog.package_findings IS
    'writers see and change every row';
CREATE POLICY container_image_read ON image_catalog.container_scans FOR SELECT
    USING ((SELECT image_catalog.may_read_container_images()));
COMMENT ON POLICY container_image_read ON image_catalog.container_scans IS
    'readers see every row';
CREATE POLICY container_image_write ON image_catalog.container_scans
    USING ((SELECT image_catalog.may_write_container_images()));
COMMENT ON POLICY container_image_write ON image_catalog.container_scans IS
    'writers see and change every row';

CREATE FUNCTION image_catalog.version_affected(
        ecosystem text, version text, lower_version text, upper_version text,
        upper_included boolean DEFAULT false, versions text[] DEFAULT NULL)
    RETURNS boolean
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_version_affected';
COMMENT ON FUNCTION image_catalog.version_affected(text, text, text, text, boolean, text[]) IS
    'is a version one of versions, or where that is null, from lower_version (null: the first) to before upper_version (or with it, if upper_included; null: no end), as the ecosystem orders them? where its ordering is not known, equal texts and no bounds at all';

-- Where several ranges of an advisory hit a version, the last of the fixes is the
-- one that clears it of all of them.
CREATE FUNCTION image_catalog.later_version(latest text, ecosystem text, version text)
    RETURNS text
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_later_version_sql';
COMMENT ON FUNCTION image_catalog.later_version(text, text, text) IS
    'the later of two versions of an ecosystem; null and empty ones are before all others';
REVOKE EXECUTE ON FUNCTION image_catalog.later_version(text, text, text) FROM PUBLIC;

CREATE AGGREGATE image_catalog.latest_version(ecosystem text, version text) (
    SFUNC = image_catalog.later_version,
    STYPE = text,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE image_catalog.latest_version(text, text) IS
    'the latest of versions of an ecosystem, empty where none is given';
REVOKE EXECUTE ON FUNCTION image_catalog.latest_version(text, text) FROM PUBLIC;

CREATE FUNCTION image_catalog.begin_vulnerability_load(source text) RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_begin_vulnerability_load';
COMMENT ON FUNCTION image_catalog.begin_vulnerability_load(text) IS
    'begins a load of a source, osv:PyPI and the like, and forgets what another one of it did not finish; 22023 for a format that is not known';

CREATE FUNCTION image_catalog.import_vulnerabilities(
        source text, documents jsonb, load bigint DEFAULT NULL)
    RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_import_vulnerabilities';
COMMENT ON FUNCTION image_catalog.import_vulnerabilities(text, jsonb, bigint) IS
    'takes documents of a source, an array or one, into a load that was begun: {"documents","advisories","refused":[{"place","problem"}]}; without load they are a whole load, begun and finished; 22023 for a format that is not known, PT404 for a load that is not there';

CREATE FUNCTION image_catalog.finish_vulnerability_load(load bigint) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_finish_vulnerability_load';
COMMENT ON FUNCTION image_catalog.finish_vulnerability_load(bigint) IS
    'lets a load count and the one before it of its source vanish, and matches what is new with all packages: {"source","documents","refused","new","removed","packages","images"}, the last two hit; PT404 for a load that is not there, 25000 in a transaction that keeps its snapshot';

CREATE FUNCTION image_catalog.rescan_container_images(
        since timestamptz DEFAULT NULL, "limit" integer DEFAULT NULL)
    RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_rescan_container_images';
COMMENT ON FUNCTION image_catalog.rescan_container_images(timestamptz, integer) IS
    'scans images anew that a finished load hit (at or after since; null: whenever), at most limit of them, watched ones first, and returns their number; images that others write just now are left for later; 22023 for a negative limit';

CREATE FUNCTION image_catalog.purge_packages("limit" integer DEFAULT NULL) RETURNS bigint
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_purge_packages';
COMMENT ON FUNCTION image_catalog.purge_packages(integer) IS
    'removes the packages that no image has any more, with their findings, at most "limit" (null: all), and answers how many; those of advisories that a load is writing are left for the next time; imports and scans wait meanwhile; errors: 2201W negative limit, 25000 in a transaction that keeps its snapshot, 42501 not allowed';

CREATE FUNCTION image_catalog.import_scan_report(image_name text, report jsonb) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_import_scan_report';
COMMENT ON FUNCTION image_catalog.import_scan_report(text, jsonb) IS
    'stores a report of Trivy or Grype (JSON) as the scan of an image, packages and findings: {"id","name","components","packages","findings","refused":[{"place","problem"}]}; image_name may be null where the report tells it; 22023 for a wrong name, for what is no report, with the place of what is malformed, for a digest that is not the report''s, and where nobody tells the name or digest; PT409 where the stored scan is newer';
