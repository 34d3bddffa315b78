/* sql/76_packages.sql: the packages of container images (docs/scanning.md) */

-- A distinct package is stored once, in however many images it is: advisories
-- are matched against packages, and reach images through them.
CREATE SEQUENCE image_catalog.packages_package_key_seq AS bigint;
COMMENT ON SEQUENCE image_catalog.packages_package_key_seq IS
    'gives packages.package_key';

CREATE TABLE image_catalog.packages (
    package_key bigint NOT NULL
        DEFAULT pg_catalog.nextval('image_catalog.packages_package_key_seq'),
    package_hash bytea NOT NULL,
    ecosystem text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    source_name text COLLATE "C" NOT NULL,
    source_version text COLLATE "C" NOT NULL,
    architecture text COLLATE "C" NOT NULL,
    module text COLLATE "C" NOT NULL,
    is_matched boolean NOT NULL,
    CONSTRAINT packages_pkey PRIMARY KEY (package_key),
    CONSTRAINT packages_package_hash_key UNIQUE (package_hash)
);
COMMENT ON TABLE image_catalog.packages IS
    'distinct packages of container images';
COMMENT ON COLUMN image_catalog.packages.package_hash IS
    'SHA-256 of the columns after it, to module, each with a NUL: names may be longer than an index of all of them takes';
COMMENT ON COLUMN image_catalog.packages.ecosystem IS
    'type of the package URL (npm, pypi, golang, ...), or distribution and release (debian:12, rhel:9)';
COMMENT ON COLUMN image_catalog.packages.name IS 'in the form in which the ecosystem compares names';
COMMENT ON COLUMN image_catalog.packages.source_name IS
    'of the package that it was built from: its own name where none is known';
COMMENT ON COLUMN image_catalog.packages.module IS 'stream of a modular rpm, or empty';
COMMENT ON COLUMN image_catalog.packages.is_matched IS
    'package_findings tell all that is known of it';
-- which packages does an advisory speak of?
CREATE INDEX packages_name_idx
    ON image_catalog.packages (ecosystem, name);
CREATE INDEX packages_source_name_idx
    ON image_catalog.packages (ecosystem, source_name);
CREATE INDEX packages_unmatched_idx
    ON image_catalog.packages (package_key) WHERE NOT is_matched;

CREATE TABLE image_catalog.container_packages (
    image_key bigint NOT NULL,
    component_index integer NOT NULL,
    package_key bigint NOT NULL,
    CONSTRAINT container_packages_pkey PRIMARY KEY (image_key, component_index),
    CONSTRAINT container_packages_image_key_fkey FOREIGN KEY (image_key)
        REFERENCES image_catalog.container_images ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.container_packages IS
    'which package a component of a container image is; components that advisories do not speak of are none';
COMMENT ON COLUMN image_catalog.container_packages.component_index IS
    'place in scan.components, from 0';
-- which images have a package?
CREATE INDEX container_packages_package_key_idx
    ON image_catalog.container_packages (package_key, image_key);

SELECT pg_catalog.pg_extension_config_dump('image_catalog.packages_package_key_seq', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.packages', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.container_packages', '');

SELECT image_catalog.protect_container_table('packages');
SELECT image_catalog.protect_container_table('container_packages');
DROP FUNCTION image_catalog.protect_container_table(text);

CREATE FUNCTION image_catalog.import_sbom(image_name text, sbom jsonb) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_import_sbom';
COMMENT ON FUNCTION image_catalog.import_sbom(text, jsonb) IS
    'stores the packages that an SBOM (CycloneDX, SPDX 2 or Syft JSON) lists as the scan of an image: {"id","name","components","packages","refused":[{"place","problem"}]}; 22023 for a wrong name, for what is no SBOM, and where neither the name nor the SBOM nor a stored image of the name tells the digest';
