-- ---------------------------------------------------------------------------
-- The newest images, as the API answers GET /v2/images?limit=5
-- ---------------------------------------------------------------------------

SELECT image_catalog.list_images_page('limit=5') AS page \gset

SELECT image->>'name' AS name, image->>'os_distro' AS os_distro,
       image->>'disk_format' AS disk_format, image->>'created_at' AS created_at
  FROM json_array_elements(:'page'::json -> 'images') AS image;

SELECT :'page'::json ->> 'next' AS next \gset
\echo :next

-- ---------------------------------------------------------------------------
-- The next page: the same query with the marker, as its link says
-- ---------------------------------------------------------------------------

SELECT image->>'name' AS name, image->>'os_distro' AS os_distro,
       image->>'disk_format' AS disk_format, image->>'created_at' AS created_at
  FROM json_array_elements(
           image_catalog.list_images_page(split_part(:'next', '?', 2))
           -> 'images') AS image;

-- ---------------------------------------------------------------------------
-- A filter on a custom property and a time: what came out for ARM since 2022
-- ---------------------------------------------------------------------------

SELECT image->>'name' AS name, image->>'tags' AS tags,
       image->>'created_at' AS created_at
  FROM json_array_elements(
           image_catalog.list_images_page(
               'architecture=aarch64&created_at=gt:2022-01-01T00:00:00Z&limit=8')
           -> 'images') AS image;

-- ---------------------------------------------------------------------------
-- Rows instead of JSON, filtered by properties and tags, sorted by two keys
-- ---------------------------------------------------------------------------

SELECT name, disk_format, min_ram, tags, properties->>'os_codename' AS codename
  FROM image_catalog.list_images(
           '{"os_distro": "debian", "architecture": "x86_64", "tag": "cloud"}',
           sort => 'disk_format:asc,name:desc',
           "limit" => 8);

-- ---------------------------------------------------------------------------
-- A JSON Patch: one image before, the patch, and what it changed
-- ---------------------------------------------------------------------------

SELECT id, image_catalog.image_json(image) AS before
  FROM image_catalog.list_images('{"os_distro": "debian", "tag": "cloud"}',
                                 'created_at:desc,name:asc', 1) AS image \gset

SELECT jsonb_pretty(:'before') \g (format=unaligned tuples_only=on)

BEGIN;

SELECT image_catalog.update_image(:'id', '[
    {"op": "replace", "path": "/name",        "value": "debian-11-golden"},
    {"op": "replace", "path": "/tags",        "value": ["cloud", "golden"]},
    {"op": "add",     "path": "/hw_disk_bus", "value": "virtio"},
    {"op": "remove",  "path": "/os_codename"}
]') AS after \gset

SELECT key, before.value AS before, after.value AS after
  FROM jsonb_each(:'before') AS before
  FULL JOIN jsonb_each(:'after') AS after USING (key)
 WHERE before.value IS DISTINCT FROM after.value;

ROLLBACK;

-- ---------------------------------------------------------------------------
-- A walk through everything, each page by the link of the page before
-- ---------------------------------------------------------------------------

WITH RECURSIVE walk AS (
    SELECT image_catalog.list_images_page('limit=100') AS page
    UNION ALL
    SELECT image_catalog.list_images_page(split_part(page->>'next', '?', 2))
      FROM walk
     WHERE page->>'next' IS NOT NULL
)
SELECT count(*) AS pages, sum(json_array_length(page->'images')) AS images,
       round(count(*) / extract(epoch FROM clock_timestamp() - now())) AS pages_per_second
  FROM walk;

-- ---------------------------------------------------------------------------
-- Counts, without reading a page
-- ---------------------------------------------------------------------------

SELECT image_catalog.count_images() AS all_images,
       image_catalog.count_images('{"tag": "cloud"}') AS cloud,
       image_catalog.count_images('{"tag": "cloud", "os_distro": "debian"}') AS debian_cloud;

-- ---------------------------------------------------------------------------
-- A container image by its SBOM, and what some advisories say of its packages
-- ---------------------------------------------------------------------------

\set sbom `cat "$DEMO_DIR/demo.cdx.json"`
\set advisories `cat "$DEMO_DIR/demo-osv.json"`

BEGIN;

SELECT image_catalog.import_sbom('registry.example.org/shop/cart:1.4', :'sbom')
       ->> 'packages' AS packages;

SELECT image_catalog.import_vulnerabilities('osv:demo', :'advisories') AS load;

SELECT image_catalog.rescan_container_images() AS scanned;

SELECT component->>'name' AS component, component->>'version' AS version,
       finding->>'cve' AS cve, split_part(finding->>'severity', '_', 1) AS severity,
       finding->>'cvss' AS cvss, finding->>'fixedBy' AS fixed_by
  FROM json_array_elements(
           image_catalog.scan_image('registry.example.org/shop/cart:1.4')
           #> '{scan,components}') AS component,
       json_array_elements(component -> 'vulns') AS finding;

-- ---------------------------------------------------------------------------
-- The advisory of this morning: only the images that it hits are scanned anew
-- ---------------------------------------------------------------------------

SELECT image_catalog.import_vulnerabilities('osv:today',
           '{"id": "GHSA-jfh8-c2jp-5v3q", "aliases": ["CVE-2021-44228"],
             "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}],
             "affected": [{"package": {"ecosystem": "Maven", "name": "org.apache.logging.log4j:log4j-core"},
                           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.13.0"}, {"fixed": "2.15.0"}]}]}]}')
       AS load;

SELECT image_catalog.rescan_container_images() AS scanned;

SELECT image->>'name' AS name, image->>'cves' AS cves, image->>'fixableCves' AS fixable
  FROM image_catalog.list_container_images('CVE:CVE-2021-44228+Fixable:true') AS image;

ROLLBACK;
