-- SBOMs and StorageImage documents become packages of images
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.packages;
SET image_catalog.clock = '2026-02-03 04:05:06Z';
\set digest sha256:00000000000000000000000000000000000000000000000000000000000000
CREATE TEMP VIEW packages_of AS
    SELECT right(i.digest, 2) AS image, k.component_index AS c, p.ecosystem, p.name, p.version,
           nullif(p.source_name, p.name) AS source_name, nullif(p.source_version, p.version) AS source_version,
           p.architecture AS arch, p.module
      FROM image_catalog.container_packages k
      JOIN image_catalog.container_images i USING (image_key)
      JOIN image_catalog.packages p USING (package_key)
     ORDER BY 1, 2;

-- CycloneDX: components inside others, source packages of either spelling,
-- what is no package, and what cannot be read
SELECT image_catalog.import_sbom('shop/cart:1@' || :'digest' || 'a1', '{
  "bomFormat": "CycloneDX", "specVersion": "1.6",
  "metadata": {"tools": {"components": [{"type": "application", "name": "syft", "version": "1.2"}]}},
  "components": [
    {"type": "operating-system", "name": "debian", "version": "12"},
    {"type": "library", "name": "libssl3", "version": "3.0.11-1~deb12u2",
     "purl": "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&upstream=openssl&distro=debian-12",
     "licenses": [{"license": {"id": "Apache-2.0"}}, {"expression": "MIT"}],
     "properties": [{"name": "syft:location:0:path", "value": "/var/lib/dpkg/status"}]},
    {"type": "library", "name": "curl", "version": "7.88.1-10+b1",
     "purl": "pkg:deb/debian/curl@7.88.1-10+b1?arch=amd64&upstream=curl%407.88.1-10"},
    {"type": "library", "name": "openssl", "version": "3.0.11-1~deb12u2",
     "purl": "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=source"},
    {"type": "library", "name": "zlib", "version": "1", "purl": "pkg:deb/debian/zlib@1?arch=source"},
    {"type": "application", "name": "package-lock.json", "components": [
      {"type": "library", "group": "@babel", "name": "core", "version": "7.0.0", "purl": "pkg:npm/%40babel/core@7.0.0",
       "evidence": {"occurrences": [{"location": "/app/package-lock.json"}]}}]},
    {"type": "library", "group": "org.yaml", "name": "snakeyaml", "version": "1.30", "purl": "pkg:maven/org.yaml/snakeyaml@1.30"},
    {"type": "library", "name": "Flask_Login", "version": "0.6", "purl": "pkg:pypi/Flask_Login@0.6"},
    {"type": "library", "name": "vendored", "version": "1"},
    {"type": "file", "name": "/etc/passwd"},
    {"type": "library", "name": "broken", "purl": "pkg:npm/"},
    {"type": "library"},
    7
  ]}');
SELECT * FROM packages_of;
SELECT jsonb_pretty(d -> 'scan' #- '{components}') AS scan, d -> 'name' ->> 'fullName' AS name
  FROM (SELECT image_catalog.get_container_image(:'digest' || 'a1')::jsonb AS d) AS got;
SELECT c ->> 'name' AS name, c ->> 'version' AS version, c ->> 'source' AS source, c ->> 'location' AS location,
       c -> 'license' ->> 'name' AS license, c ->> 'architecture' AS arch
  FROM jsonb_array_elements((SELECT image_catalog.get_container_image(:'digest' || 'a1')::jsonb #> '{scan,components}')) AS c;

-- rpm: epochs, source rpms, modules; Trivy's properties; the digest out of the
-- document, as a package URL or as it is
SELECT image_catalog.import_sbom('shop/ubi:9', jsonb_build_object('bomFormat', 'CycloneDX', 'specVersion', '1.4',
  'metadata', '{"tools": [{"vendor": "x", "name": "tool"}],
    "component": {"type": "container", "purl": "pkg:oci/ubi@sha256%3A000000000000000000000000000000000000000000000000000000000000000b?tag=9"}}'::jsonb,
  'components', '[
    {"type": "operating-system", "name": "redhat", "version": "9.2"},
    {"type": "library", "name": "openssl-libs", "version": "1:3.0.7-1.el9",
     "purl": "pkg:rpm/redhat/openssl-libs@3.0.7-1.el9?arch=x86_64&epoch=1&upstream=openssl-3.0.7-1.el9.src.rpm"},
    {"type": "library", "name": "nodejs", "version": "18.1-1", "purl": "pkg:rpm/redhat/nodejs@18.1-1?arch=x86_64",
     "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "nodejs-src"},
                    {"name": "aquasecurity:trivy:SrcVersion", "value": "18.0"},
                    {"name": "aquasecurity:trivy:SrcRelease", "value": "2"},
                    {"name": "aquasecurity:trivy:SrcEpoch", "value": "1"},
                    {"name": "aquasecurity:trivy:Modularitylabel", "value": "nodejs:18"}]}]'::jsonb));
-- SPDX as Trivy and as Syft write it
SELECT image_catalog.import_sbom('shop/spdx:1', '{
  "spdxVersion": "SPDX-2.3", "creationInfo": {"creators": ["Organization: o", "Tool: trivy-0.5"]},
  "packages": [
    {"name": "img", "SPDXID": "SPDXRef-1", "primaryPackagePurpose": "CONTAINER",
     "versionInfo": "sha256:000000000000000000000000000000000000000000000000000000000000000c"},
    {"name": "musl", "versionInfo": "1.2.4-r1", "licenseConcluded": "NOASSERTION", "licenseDeclared": "MIT",
     "sourceInfo": "built package from: musl-src 1.2.4-r0",
     "externalRefs": [{"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a"},
                      {"referenceType": "purl", "referenceLocator": "pkg:apk/alpine/musl@1.2.4-r1?arch=x86_64"}]},
    {"name": "alpine", "versionInfo": "3.18.4", "primaryPackagePurpose": "OPERATING-SYSTEM"},
    {"name": "rack", "versionInfo": "2.0", "licenseConcluded": "BSD",
     "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:gem/rack@2.0"}]},
    {"name": "manifest file", "primaryPackagePurpose": "FILE"},
    null]}');
-- Syft
SELECT image_catalog.import_sbom('shop/syft:1', '{
  "artifacts": [
    {"name": "golang.org/x/net", "version": "v0.1.0", "type": "go-module", "purl": "pkg:golang/golang.org/x/net@v0.1.0",
     "locations": [{"path": "/bin/app", "layerID": "sha256:1"}], "licenses": []},
    {"name": "libc6", "version": "2.35-0ubuntu3", "type": "deb", "purl": "pkg:deb/ubuntu/libc6@2.35-0ubuntu3?distro=ubuntu-22.04",
     "metadata": {"source": "glibc", "sourceVersion": "2.35", "architecture": "amd64"}, "licenses": ["GPL", {"value": "LGPL"}]},
    {"name": "unknown", "version": "1", "purl": ""}],
  "distro": {"id": "ubuntu", "versionID": "22.04"},
  "source": {"type": "image", "metadata": {"manifestDigest": "sha256:000000000000000000000000000000000000000000000000000000000000000d"}},
  "descriptor": {"name": "syft", "version": "0.9"}}');
SELECT * FROM packages_of WHERE image <> 'a1';
SELECT right(digest, 2) AS image, operating_system, document #>> '{scan,scannerVersion}' AS tool, component_count
  FROM image_catalog.container_images ORDER BY 1;

-- again: the digest is that of the image that has the name
SELECT image_catalog.import_sbom('shop/syft:1', '{"bomFormat": "CycloneDX", "components": [
    {"type": "library", "name": "rack", "version": "2.0", "purl": "pkg:gem/rack@2.0"}]}')::jsonb - 'name';
SELECT * FROM packages_of WHERE name = 'rack';
SELECT count(*) AS racks FROM image_catalog.packages WHERE name = 'rack';

-- StorageImage documents: packages by the source of a component and the system
SELECT image_catalog.import_container_images(format('[
  {"id": "%1$se1", "scan": {"scanTime": "2026-01-01T00:00:00Z", "operatingSystem": "rhel:9", "components": [
    {"name": "bash", "version": "5.1-1", "source": "OS", "architecture": "x86_64"},
    {"name": "Django", "version": "4.2", "source": "PYTHON"},
    {"name": "anything", "version": "1", "source": "INFRASTRUCTURE"},
    {"name": "no-version", "source": "NODEJS"},
    {"name": "rack", "version": "2.0", "source": "RUBY"}]}},
  {"id": "%1$se2", "scan": {"scanTime": "2026-01-01T00:00:00Z", "operatingSystem": "unknown", "components": [
    {"name": "bash", "version": "5.1-1", "source": "OS"}]}},
  {"id": "%1$se3"}]', :'digest')::jsonb);
SELECT * FROM packages_of WHERE image LIKE 'e%';
-- an older scan changes nothing, a newer one everything, the same one nothing
SELECT image_catalog.import_container_images(format('{"id": "%se1", "scan": {"scanTime": "2025-01-01T00:00:00Z",
    "components": [{"name": "old", "version": "1", "source": "NODEJS"}]}}', :'digest')::jsonb);
SELECT count(*) FROM packages_of WHERE image = 'e1';
SELECT image_catalog.import_container_images(format('{"id": "%se1", "scan": {"scanTime": "2027-01-01T00:00:00Z",
    "components": [{"name": "new", "version": "1", "source": "NODEJS"}]}}', :'digest')::jsonb);
SELECT * FROM packages_of WHERE image = 'e1';
-- now the stored scan is newer than an SBOM can be
SELECT image_catalog.import_sbom(:'digest' || 'e1', '{"bomFormat": "CycloneDX", "components": [
    {"type": "library", "name": "rack", "version": "2.0", "purl": "pkg:gem/rack@2.0"}]}')::jsonb - 'name';
SELECT * FROM packages_of WHERE image = 'e1';
-- packages of an SBOM outlive that its image is exported and imported again
SELECT image_catalog.import_container_images(json_agg(e)::jsonb) FROM image_catalog.export_container_images('') AS e;
SELECT image, count(*), count(source_name) AS with_source FROM packages_of GROUP BY 1 ORDER BY 1;

-- Central's envelope, alone and among others
SELECT image_catalog.import_container_images(format('{"result": {"image": {"id": "%se4", "notPullable": true}}}', :'digest')::jsonb);
SELECT image_catalog.import_container_images(format('[{"result": {"image": {"id": "%1$se5"}}}, {"id": "%1$se6"}, {"result": {}}]', :'digest')::jsonb);
SELECT image_catalog.import_container_images(format('[{"result": {"image": {"id": "%1$se5"}}}, {"id": "%1$se6"}]', :'digest')::jsonb);
SELECT right(digest, 2) AS image FROM image_catalog.container_images WHERE digest >= :'digest' || 'e4' ORDER BY 1;

-- what is no SBOM, and whose image nobody knows
SELECT image_catalog.import_sbom('a:1', '{}');
\echo :SQLSTATE
SELECT image_catalog.import_sbom('a:1', '[]');
SELECT image_catalog.import_sbom('a:1', '7');
SELECT image_catalog.import_sbom('A:1', '{"bomFormat": "CycloneDX"}');
SELECT image_catalog.import_sbom('', '{"bomFormat": "CycloneDX"}');
SELECT image_catalog.import_sbom('a:1', '{"bomFormat": "CycloneDX"}');
\echo :SQLSTATE
SELECT image_catalog.import_sbom(NULL, '{}');
\echo :SQLSTATE
-- members of wrong types are as good as absent
SELECT image_catalog.import_sbom('a:1@' || :'digest' || 'f1', '{"bomFormat": "CycloneDX", "metadata": 7, "components": {"a": 1}}')::jsonb - 'name';
SELECT image_catalog.import_sbom('a:1@' || :'digest' || 'f1', '{"bomFormat": "CycloneDX", "metadata": {"tools": "x", "component": []},
    "components": [{"type": 1, "name": [], "purl": {}, "properties": [1, {"name": 2}], "licenses": {"a": 1}}]}')::jsonb - 'name';
SELECT image_catalog.import_sbom('a:1@' || :'digest' || 'f1', '{"spdxVersion": "SPDX-2.3", "packages": [{"externalRefs": [1]}], "creationInfo": {"creators": [1]}}')::jsonb - 'name';
SELECT image_catalog.import_sbom('a:1@' || :'digest' || 'f1', '{"descriptor": {}, "artifacts": [1, {"locations": [1], "licenses": [1]}]}')::jsonb - 'name';
-- a name longer than an index takes is no package
SELECT image_catalog.import_sbom('a:1@' || :'digest' || 'f2', jsonb_build_object('bomFormat', 'CycloneDX', 'components', jsonb_build_array(
    jsonb_build_object('name', 'x', 'version', '1', 'purl', 'pkg:npm/' || repeat('x', 1601) || '@1'),
    jsonb_build_object('name', 'y', 'version', '1', 'purl', 'pkg:npm/' || repeat('y', 1600) || '@1'))))::jsonb - 'name';
SELECT left(name, 5) AS name, length(name), image, c FROM packages_of WHERE image = 'f2';
-- nor a component, whose name has an index, too: it is refused
SELECT image_catalog.import_sbom('a:1@' || :'digest' || 'f2', document)::jsonb - 'name'
  FROM (VALUES (jsonb_build_object('bomFormat', 'CycloneDX', 'components', jsonb_build_array(jsonb_build_object('name', repeat('x', 1601)), jsonb_build_object('purl', 'pkg:npm/' || repeat('x', 1601) || '@1'), '{"purl": "pkg:npm/y@1"}'::jsonb))),
               (jsonb_build_object('descriptor', '{}'::jsonb, 'artifacts', jsonb_build_array(jsonb_build_object('name', repeat('x', 1601), 'version', '1', 'type', 'npm'), '{"name": "y", "version": "1", "type": "npm", "purl": "pkg:npm/y@1"}'::jsonb)))) AS given (document);

-- the two rights on container images
CREATE ROLE sbom_reader;
CREATE ROLE sbom_tenant;
GRANT USAGE ON SCHEMA image_catalog TO sbom_reader, sbom_tenant;
GRANT SELECT ON ALL TABLES IN SCHEMA image_catalog TO sbom_reader, sbom_tenant;
REVOKE SELECT ON image_catalog.container_images FROM sbom_tenant;
SET ROLE sbom_reader;
SELECT count(*) > 0 AS reads FROM image_catalog.packages;
SELECT image_catalog.import_sbom('a:1', '{"bomFormat": "CycloneDX"}');
\echo :SQLSTATE
SET ROLE sbom_tenant;
SELECT count(*) FROM image_catalog.packages;
SELECT count(*) FROM image_catalog.container_packages;
RESET ROLE;
DROP OWNED BY sbom_reader, sbom_tenant;
DROP ROLE sbom_reader, sbom_tenant;

-- links go with their image
DELETE FROM image_catalog.container_images;
SELECT count(*) FROM image_catalog.container_packages;
DELETE FROM image_catalog.packages;
