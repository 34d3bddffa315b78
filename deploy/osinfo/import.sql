-- deploy/osinfo/import.sql
--
-- Reads CSV records (path, XML) of the osinfo database from standard input,
-- maps each <media> and <image> element to one image and imports them all.
-- Run by import.sh.  psql variables: owner, visibility.
--
--   name              name of the variant, else of the system; architecture
--   disk_format       iso for media; the format of a disk image
--   container_format  bare; docker where the disk is wrapped in a container
--   size              size of the volume on a medium, where known
--   min_ram, min_disk the system's stated minimum, in MB and GB, rounded up
--   tags              installer, live or cloud; netinst
--   created_at        release date; systems that never had one (rolling,
--                     unknown) sort oldest, at 1970-01-01
--   properties        architecture, os_distro, os_version, os_family, os_codename,
--                     os_vendor, os_variant, os_release_status, os_eol_date,
--                     os_admin_user, cloud_init, source_url, volume_id, osinfo_id

\if :{?owner} \else \set owner osinfo \endif
\if :{?visibility} \else \set visibility public \endif

BEGIN;

CREATE TEMP TABLE osinfo_file (path text, document xml) ON COMMIT DROP;
\copy osinfo_file FROM pstdin (FORMAT csv)

CREATE TEMP TABLE osinfo_image ON COMMIT DROP AS
WITH system AS (
    SELECT x.*
      FROM osinfo_file f,
           xmltable('/libosinfo/os' PASSING f.document COLUMNS
                id text PATH '@id',
                name text PATH 'name[not(@xml:lang)][1]',
                version text PATH 'version[1]',
                vendor text PATH 'vendor[not(@xml:lang)][1]',
                family text PATH 'family[1]',
                distro text PATH 'distro[1]',
                codename text PATH 'codename[not(@xml:lang)][1]',
                release_date date PATH 'release-date[1]',
                eol_date date PATH 'eol-date[1]',
                release_status text PATH 'release-status[1]',
                admin_user text PATH 'cloud-image-username[1]',
                element xml PATH '.') x
),
-- what a system says of its variants and of the resources that it needs
variant AS (
    SELECT s.id AS system, x.id, x.name
      FROM system s,
           xmltable('/os/variant' PASSING s.element COLUMNS
                id text PATH '@id',
                name text PATH 'name[not(@xml:lang)][1]') x
),
minimum AS (
    SELECT s.id AS system, x.arch,
           ceil(max(x.ram) / 1048576)::integer AS ram_mb,
           ceil(max(x.storage) / 1073741824)::integer AS disk_gb
      FROM system s,
           xmltable('/os/resources/minimum' PASSING s.element COLUMNS
                arch text PATH '../@arch',
                ram numeric PATH 'ram[1]',
                storage numeric PATH 'storage[1]') x
     GROUP BY s.id, x.arch
),
element AS (
    SELECT s.id AS system, x.*,
           -- several variants of one element, and elements alike in all but
           -- their address
           coalesce((xpath('/*/variant[1]/@id', x.element))[1]::text, '') AS first_variant,
           array_to_string(xpath('/*/variant/@id', x.element)::text[], ',') AS variants
      FROM system s,
           xmltable('/os/*[self::media or self::image]' PASSING s.element COLUMNS
                position FOR ORDINALITY,
                kind text PATH 'name()',
                arch text PATH '@arch',
                format text PATH '@format',
                live boolean PATH '@live' DEFAULT false,
                cloud_init text PATH '@cloud-init',
                url text PATH 'url[1]',
                volume_id text PATH 'iso/volume-id[1]',
                volume_size bigint PATH 'iso/volume-size[1]',
                element xml PATH '.') x
)
SELECT md5(concat_ws('|', e.system, e.kind, e.arch, e.format, e.live, e.variants,
                     row_number() OVER (PARTITION BY e.system, e.kind, e.arch,
                                                     e.format, e.live, e.variants
                                        ORDER BY e.position)))::uuid AS id,
       coalesce(v.name, s.name) || ' ' || e.arch AS name,
       CASE WHEN e.kind = 'media' THEN 'iso'
            WHEN e.format = 'containerdisk' THEN 'qcow2'
            ELSE e.format END AS disk_format,
       CASE WHEN e.format = 'containerdisk' THEN 'docker' ELSE 'bare' END AS container_format,
       coalesce(own.ram_mb, every.ram_mb, 0) AS min_ram,
       coalesce(own.disk_gb, every.disk_gb, 0) AS min_disk,
       e.volume_size AS size,
       array_remove(ARRAY[
           CASE WHEN e.kind = 'image' THEN 'cloud'
                WHEN e.live THEN 'live'
                ELSE 'installer' END,
           CASE WHEN e.variants LIKE '%netinst%' THEN 'netinst' END], NULL) AS tags,
       to_char(coalesce(s.release_date, '1970-01-01'),
               'YYYY-MM-DD"T00:00:00Z"') AS created_at,
       jsonb_strip_nulls(jsonb_build_object(
           'architecture', e.arch,
           'os_distro', lower(s.distro),
           'os_version', s.version,
           'os_family', s.family,
           'os_codename', s.codename,
           'os_vendor', s.vendor,
           'os_variant', nullif(e.variants, ''),
           'os_release_status', s.release_status,
           'os_eol_date', s.eol_date::text,
           'os_admin_user', s.admin_user,
           'cloud_init', e.cloud_init,
           'source_url', e.url,
           'volume_id', e.volume_id,
           'osinfo_id', s.id)) AS properties
  FROM element e
  JOIN system s ON s.id = e.system
  LEFT JOIN variant v ON v.system = e.system AND v.id = e.first_variant
  LEFT JOIN minimum own ON own.system = e.system AND own.arch = e.arch
  LEFT JOIN minimum every ON every.system = e.system AND every.arch = 'all';

SELECT image_catalog.import_images(jsonb_agg(
           i.properties || jsonb_build_object(
               'id', i.id,
               'name', i.name,
               'owner', :'owner',
               'status', 'active',
               'visibility', :'visibility',
               'disk_format', i.disk_format,
               'container_format', i.container_format,
               'size', i.size,
               'min_ram', i.min_ram,
               'min_disk', i.min_disk,
               'tags', i.tags,
               'created_at', i.created_at,
               'updated_at', i.created_at)
           ORDER BY i.created_at, i.id),
           -- again: what an operator set besides stays
           merge => true) AS images_imported
  FROM osinfo_image i;

COMMIT;
