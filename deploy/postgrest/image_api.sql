-- deploy/postgrest/image_api.sql
--
-- The schema image_api, the only one that PostgREST shows (docs/postgrest.md).
-- Run as superuser after roles.sql, and again after an upgrade of the extension:
-- the schema is dropped and made anew, so it holds nothing of others.
--
-- It is no part of the extension, because of its owner.  The view images reads
-- the foreign table of the list, which gives whoever asks what it may list and
-- nothing else.  The others read the tables with the rights of image_api, which
-- neither owns them nor is a superuser: so row-level security, which asks who is
-- calling, guards every row before any filter of the client sees it, and the
-- planner still takes the views apart and reads indexes in the order asked.  A
-- security_barrier view would be as safe, and sort all that the caller may list
-- for every page.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;

BEGIN;

DROP SCHEMA IF EXISTS image_api CASCADE;
CREATE SCHEMA image_api AUTHORIZATION image_api;

GRANT SELECT ON image_catalog.listed_images, image_catalog.images, image_catalog.image_members, image_catalog.image_shares,
    image_catalog.container_images, image_catalog.container_image_names,
    image_catalog.container_components, image_catalog.container_findings,
    image_catalog.container_finding_rules, image_catalog.container_watched_images
    TO image_api;

SET LOCAL ROLE image_api;

COMMENT ON SCHEMA image_api IS
$$Image catalogue

Disk images and container images. Read images, image_members, container_images and findings as resources; write, and search by tags and properties, through the functions under /rpc. A token says who is asking.$$;

/* Images: what list_images() lists without a filter. */
CREATE VIEW image_api.images AS
SELECT id, name, status, visibility, protected, os_hidden, owner, disk_format,
       container_format, min_disk, min_ram, size, virtual_size, checksum,
       os_hash_algo, os_hash_value, created_at, updated_at, tags, properties
  FROM image_catalog.listed_images;
COMMENT ON VIEW image_api.images IS
$$Disk images

What the caller lists: public images, its project's own, and those shared with it that it accepted; an administrator all but community images. Hidden and deleted images are left out. A page in the order of id, name, status, size, disk_format, container_format, created_at or updated_at reads little more than itself, and filters on columns, tags and properties are found by indexes.$$;
COMMENT ON COLUMN image_api.images.id IS 'identifier; never used again';
COMMENT ON COLUMN image_api.images.name IS 'name, which others may have too; null: none';
COMMENT ON COLUMN image_api.images.status IS 'queued, saving, active, uploading, importing, pending_delete or deactivated';
COMMENT ON COLUMN image_api.images.visibility IS 'public, community, shared or private';
COMMENT ON COLUMN image_api.images.protected IS 'cannot be deleted';
COMMENT ON COLUMN image_api.images.os_hidden IS 'left out of lists: always false here';
COMMENT ON COLUMN image_api.images.owner IS 'project that owns the image; null: none';
COMMENT ON COLUMN image_api.images.disk_format IS 'qcow2, raw, iso, vmdk, vhd, vhdx, vdi, ploop, ami, ari, aki, zvhd or zvhd2; null until it is known';
COMMENT ON COLUMN image_api.images.container_format IS 'bare, ovf, ova, docker, compressed, ami, ari or aki; null until it is known';
COMMENT ON COLUMN image_api.images.min_disk IS 'least disk to boot from it, in GB';
COMMENT ON COLUMN image_api.images.min_ram IS 'least memory to boot it, in MB';
COMMENT ON COLUMN image_api.images.size IS 'bytes of data; null until there is data';
COMMENT ON COLUMN image_api.images.virtual_size IS 'bytes of the disk that the data describe';
COMMENT ON COLUMN image_api.images.checksum IS 'MD5 of the data';
COMMENT ON COLUMN image_api.images.os_hash_algo IS 'algorithm of os_hash_value';
COMMENT ON COLUMN image_api.images.os_hash_value IS 'digest of the data';
COMMENT ON COLUMN image_api.images.created_at IS 'when the image was created';
COMMENT ON COLUMN image_api.images.updated_at IS 'when it was last changed';
COMMENT ON COLUMN image_api.images.tags IS 'tags, sorted, without duplicates';
COMMENT ON COLUMN image_api.images.properties IS 'custom properties that the caller may read: an object of strings';

/*
 * Members: an owner reads those of its images, a member itself.  Row-level
 * security says so; the branches find the rows, hidden images apart because
 * they have indexes of their own.
 */
CREATE VIEW image_api.image_members AS
SELECT m.image_id, m.member_id, m.status::text AS status, m.created_at, m.updated_at
  FROM (SELECT id FROM image_catalog.images
         WHERE owner = (SELECT image_catalog.current_project()) AND visibility = 'shared'
           AND NOT os_hidden AND status <> 'deleted' AND status <> 'killed'
        UNION ALL
        SELECT id FROM image_catalog.images
         WHERE owner = (SELECT image_catalog.current_project()) AND visibility = 'shared'
           AND os_hidden AND status <> 'deleted' AND status <> 'killed') i
       JOIN image_catalog.image_members m ON m.image_id = i.id
 WHERE m.deleted_at IS NULL AND NOT image_catalog.is_catalog_admin()
UNION ALL
SELECT m.image_id, m.member_id, m.status::text, m.created_at, m.updated_at
  FROM (SELECT image_id, member_id FROM image_catalog.image_shares
         WHERE member_id = (SELECT image_catalog.current_project()) AND NOT os_hidden
           AND answer = ANY (ARRAY['pending', 'accepted', 'rejected'])
        UNION ALL
        SELECT image_id, member_id FROM image_catalog.image_shares
         WHERE member_id = (SELECT image_catalog.current_project()) AND os_hidden
           AND answer = ANY (ARRAY['pending', 'accepted', 'rejected'])) s
       JOIN image_catalog.image_members m
            ON m.image_id = s.image_id AND m.member_id = s.member_id
 WHERE m.deleted_at IS NULL AND NOT image_catalog.is_catalog_admin()
UNION ALL
SELECT m.image_id, m.member_id, m.status::text, m.created_at, m.updated_at
  FROM image_catalog.images i
       JOIN image_catalog.image_members m ON m.image_id = i.id
 WHERE i.visibility = 'shared' AND i.status <> 'deleted' AND i.status <> 'killed'
   AND m.deleted_at IS NULL AND image_catalog.is_catalog_admin();
COMMENT ON VIEW image_api.image_members IS
$$Projects that images are shared with

An owner reads the members of its shared images, a member what is shared with itself.$$;
COMMENT ON COLUMN image_api.image_members.image_id IS 'the image';
COMMENT ON COLUMN image_api.image_members.member_id IS 'project that the image is shared with';
COMMENT ON COLUMN image_api.image_members.status IS 'what the member answered: pending, accepted or rejected';
COMMENT ON COLUMN image_api.image_members.created_at IS 'when the image was first offered';
COMMENT ON COLUMN image_api.image_members.updated_at IS 'when the offer or the answer last changed';

/* Container images, for those who may read them. */
CREATE VIEW image_api.container_images AS
SELECT i.digest AS id, i.name_full AS name, i.name_registry AS registry,
       i.name_remote AS repository, i.name_tag AS tag, i.created_at, i.scan_time,
       i.operating_system, i.component_count, i.cve_count, i.fixable_cve_count,
       i.critical_cve_count, i.important_cve_count, i.moderate_cve_count,
       i.low_cve_count, i.unknown_cve_count, i.top_cvss, i.risk_score, i.last_updated,
       w.name IS NOT NULL AS is_watched
  FROM image_catalog.container_images i
       LEFT JOIN image_catalog.container_watched_images w ON w.name = i.name_full;
COMMENT ON VIEW image_api.container_images IS
$$Container images

One for each digest, to those who may read container images; to others none.$$;
COMMENT ON COLUMN image_api.container_images.id IS 'digest: sha256:...';
COMMENT ON COLUMN image_api.container_images.name IS 'primary name, whole: registry/repository:tag';
COMMENT ON COLUMN image_api.container_images.registry IS 'registry of the name';
COMMENT ON COLUMN image_api.container_images.repository IS 'repository of the name';
COMMENT ON COLUMN image_api.container_images.tag IS 'tag of the name';
COMMENT ON COLUMN image_api.container_images.created_at IS 'when the image was built; null: not known';
COMMENT ON COLUMN image_api.container_images.scan_time IS 'when it was last scanned; null: never';
COMMENT ON COLUMN image_api.container_images.operating_system IS 'operating system that the scan found';
COMMENT ON COLUMN image_api.container_images.component_count IS 'packages found in it';
COMMENT ON COLUMN image_api.container_images.cve_count IS 'vulnerabilities found in it';
COMMENT ON COLUMN image_api.container_images.fixable_cve_count IS 'those for which there is a fix';
COMMENT ON COLUMN image_api.container_images.critical_cve_count IS 'vulnerabilities of severity critical';
COMMENT ON COLUMN image_api.container_images.important_cve_count IS 'vulnerabilities of severity important';
COMMENT ON COLUMN image_api.container_images.moderate_cve_count IS 'vulnerabilities of severity moderate';
COMMENT ON COLUMN image_api.container_images.low_cve_count IS 'vulnerabilities of severity low';
COMMENT ON COLUMN image_api.container_images.unknown_cve_count IS 'vulnerabilities of unknown severity';
COMMENT ON COLUMN image_api.container_images.top_cvss IS 'highest CVSS score of a finding';
COMMENT ON COLUMN image_api.container_images.risk_score IS 'risk; higher is worse';
COMMENT ON COLUMN image_api.container_images.last_updated IS 'when the image was last imported or scanned';
COMMENT ON COLUMN image_api.container_images.is_watched IS 'is its name watched?';

/*
 * The rules of findings are no client's to read, and the function that decides
 * by them reads them as its caller.
 */
CREATE FUNCTION image_api.decided_state(bigint, text, text, smallint) RETURNS smallint
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    RETURN image_catalog.decided_finding_state($1, $2, $3, $4);
COMMENT ON FUNCTION image_api.decided_state(bigint, text, text, smallint) IS
    'decided_finding_state() for the view findings';

CREATE VIEW image_api.findings AS
SELECT i.digest AS image_id, i.name_full AS image_name, c.name AS component,
       c.version AS component_version, f.cve,
       CASE f.severity WHEN 4 THEN 'CRITICAL' WHEN 3 THEN 'IMPORTANT' WHEN 2 THEN 'MODERATE'
                       WHEN 1 THEN 'LOW' ELSE 'UNKNOWN' END AS severity,
       f.severity AS severity_level, f.cvss, f.nvd_cvss, f.impact_score, f.epss_probability,
       f.cisa_kev, f.is_fixable, f.fixed_by,
       CASE image_api.decided_state(f.image_key, i.digest, f.cve, f.document_state)
            WHEN 1 THEN 'DEFERRED' WHEN 2 THEN 'FALSE_POSITIVE' ELSE 'OBSERVED' END AS state,
       f.published_at, f.first_image_occurrence, f.fix_available_at,
       f.advisory_name, f.advisory_link
  FROM image_catalog.container_findings f
       JOIN image_catalog.container_images i ON i.image_key = f.image_key
       JOIN image_catalog.container_components c
            ON c.image_key = f.image_key AND c.component_index = f.component_index;
COMMENT ON VIEW image_api.findings IS
$$Vulnerabilities found in container images

One for each component of an image and CVE. Filter by image_id, or embed them in container_images: an index leads there. To find images by a CVE, call list_container_images.$$;
COMMENT ON COLUMN image_api.findings.image_id IS 'digest of the image';
COMMENT ON COLUMN image_api.findings.image_name IS 'primary name of the image';
COMMENT ON COLUMN image_api.findings.component IS 'package that has the vulnerability';
COMMENT ON COLUMN image_api.findings.component_version IS 'version of the package';
COMMENT ON COLUMN image_api.findings.cve IS 'identifier of the vulnerability';
COMMENT ON COLUMN image_api.findings.severity IS 'CRITICAL, IMPORTANT, MODERATE, LOW or UNKNOWN';
COMMENT ON COLUMN image_api.findings.severity_level IS 'the same as a number, from 4, critical, to 0, unknown';
COMMENT ON COLUMN image_api.findings.cvss IS 'CVSS score of the source that was preferred';
COMMENT ON COLUMN image_api.findings.nvd_cvss IS 'CVSS score of the NVD';
COMMENT ON COLUMN image_api.findings.impact_score IS 'impact part of the CVSS score';
COMMENT ON COLUMN image_api.findings.epss_probability IS 'probability of exploitation, by EPSS';
COMMENT ON COLUMN image_api.findings.cisa_kev IS 'is it known to be exploited (CISA KEV)?';
COMMENT ON COLUMN image_api.findings.is_fixable IS 'is there a fix?';
COMMENT ON COLUMN image_api.findings.fixed_by IS 'version that fixes it; empty: none';
COMMENT ON COLUMN image_api.findings.state IS 'OBSERVED, DEFERRED or FALSE_POSITIVE, as the rules for findings decide';
COMMENT ON COLUMN image_api.findings.published_at IS 'when the vulnerability was published';
COMMENT ON COLUMN image_api.findings.first_image_occurrence IS 'when it was first found in the image';
COMMENT ON COLUMN image_api.findings.fix_available_at IS 'when the fix came out';
COMMENT ON COLUMN image_api.findings.advisory_name IS 'advisory that speaks of it';
COMMENT ON COLUMN image_api.findings.advisory_link IS 'where the advisory is';

/*
 * Relationships, for embedding.  PostgREST finds none between views that are
 * unions; these it reads as such, by the type of the argument.
 */
CREATE FUNCTION image_api.image_members(image_api.images) RETURNS SETOF image_api.image_members
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
    BEGIN ATOMIC
        SELECT m.* FROM image_api.image_members m WHERE m.image_id = $1.id;
    END;
COMMENT ON FUNCTION image_api.image_members(image_api.images) IS 'members of an image';
CREATE FUNCTION image_api.images(image_api.image_members) RETURNS SETOF image_api.images
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT i.* FROM image_api.images i WHERE i.id = $1.image_id;
    END;
COMMENT ON FUNCTION image_api.images(image_api.image_members) IS 'image of a member';
CREATE FUNCTION image_api.findings(image_api.container_images) RETURNS SETOF image_api.findings
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
    BEGIN ATOMIC
        SELECT f.* FROM image_api.findings f WHERE f.image_id = $1.id;
    END;
COMMENT ON FUNCTION image_api.findings(image_api.container_images) IS 'findings of a container image';
CREATE FUNCTION image_api.container_images(image_api.findings) RETURNS SETOF image_api.container_images
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT i.* FROM image_api.container_images i WHERE i.id = $1.image_id;
    END;
COMMENT ON FUNCTION image_api.container_images(image_api.findings) IS 'container image of a finding';

/*
 * Functions.  Those of the extension, with arguments whose names mean nothing
 * to PostgREST in a query string.
 */
CREATE FUNCTION image_api.http(bytea) RETURNS image_catalog."*/*"
    LANGUAGE sql VOLATILE
    RETURN image_catalog.http($1);
COMMENT ON FUNCTION image_api.http(bytea) IS
    'The original URLs of OpenStack, IMS and ACS: a proxy leads their requests here';

/*
 * PostgREST 12 makes a JSON string of each argument in a query string; later
 * versions pass the text, which is the document itself.
 */
\set document 'CASE WHEN jsonb_typeof(filter) = \'string\' THEN (filter #>> \'{}\')::jsonb ELSE filter END'
CREATE FUNCTION image_api.list_images(
        filter jsonb DEFAULT '{}', sort text DEFAULT NULL,
        page_size integer DEFAULT NULL, marker uuid DEFAULT NULL)
    RETURNS SETOF image_api.images
    LANGUAGE sql STABLE ROWS 25
    BEGIN ATOMIC
        SELECT l.id, l.name, l.status, l.visibility, l.protected, l.os_hidden, l.owner,
               l.disk_format, l.container_format, l.min_disk, l.min_ram, l.size,
               l.virtual_size, l.checksum, l.os_hash_algo, l.os_hash_value,
               l.created_at, l.updated_at, l.tags, l.properties
          FROM image_catalog.list_images(:document, sort, page_size, marker) l;
    END;
COMMENT ON FUNCTION image_api.list_images(jsonb, text, integer, uuid) IS
$$A page of images, found by indexes

filter maps query parameters of OpenStack Image v2 (name, tag, status, visibility, owner, size_min, created_at, any property ...) to a text or an array of texts; sort is key:dir,...; page_size 25, at most 1000; marker is the last image of the page before.$$;

CREATE FUNCTION image_api.count_images(filter jsonb DEFAULT '{}') RETURNS bigint
    LANGUAGE sql STABLE
    RETURN image_catalog.count_images(:document);
COMMENT ON FUNCTION image_api.count_images(jsonb) IS 'How many images all pages of list_images have';

CREATE FUNCTION image_api.get_image(image_id uuid) RETURNS json
    LANGUAGE sql STABLE
    RETURN image_catalog.get_image(image_id);
COMMENT ON FUNCTION image_api.get_image(uuid) IS 'An image as OpenStack prints it; 404 when the caller may not see it';

CREATE FUNCTION image_api.image_etag(image_id uuid) RETURNS text
    LANGUAGE sql STABLE
    RETURN image_catalog.image_etag(image_id);
COMMENT ON FUNCTION image_api.image_etag(uuid) IS 'Entity tag of an image, for if_match: every change makes another';

CREATE FUNCTION image_api.create_image(attributes jsonb) RETURNS json
    LANGUAGE sql VOLATILE
    RETURN image_catalog.create_image(attributes);
COMMENT ON FUNCTION image_api.create_image(jsonb) IS 'Creates an image of attributes and custom properties, and answers it';

CREATE FUNCTION image_api.update_image(image_id uuid, patch jsonb, if_match text DEFAULT NULL) RETURNS json
    LANGUAGE sql VOLATILE
    RETURN image_catalog.update_image(image_id, patch::image_catalog.json_patch, if_match);
COMMENT ON FUNCTION image_api.update_image(uuid, jsonb, text) IS 'Changes an image by a JSON Patch of add, replace and remove, all or nothing; 412 when image_etag is not if_match';

CREATE FUNCTION image_api.delete_image(image_id uuid, if_match text DEFAULT NULL) RETURNS void
    LANGUAGE sql VOLATILE
    RETURN image_catalog.delete_image(image_id, if_match);
COMMENT ON FUNCTION image_api.delete_image(uuid, text) IS 'Deletes an image; 412 when image_etag is not if_match';

CREATE FUNCTION image_api.deactivate_image(image_id uuid) RETURNS void
    LANGUAGE sql VOLATILE
    RETURN image_catalog.deactivate_image(image_id);
COMMENT ON FUNCTION image_api.deactivate_image(uuid) IS 'Takes an active image out of use';

CREATE FUNCTION image_api.reactivate_image(image_id uuid) RETURNS void
    LANGUAGE sql VOLATILE
    RETURN image_catalog.reactivate_image(image_id);
COMMENT ON FUNCTION image_api.reactivate_image(uuid) IS 'Takes a deactivated image back into use';

CREATE FUNCTION image_api.add_image_tag(image_id uuid, tag text) RETURNS void
    LANGUAGE sql VOLATILE
    RETURN image_catalog.add_image_tag(image_id, tag);
COMMENT ON FUNCTION image_api.add_image_tag(uuid, text) IS 'Gives an image a tag';

CREATE FUNCTION image_api.delete_image_tag(image_id uuid, tag text) RETURNS void
    LANGUAGE sql VOLATILE
    RETURN image_catalog.delete_image_tag(image_id, tag);
COMMENT ON FUNCTION image_api.delete_image_tag(uuid, text) IS 'Takes a tag off an image; 404 when it has none such';

CREATE FUNCTION image_api.add_image_member(image_id uuid, member_id text) RETURNS json
    LANGUAGE sql VOLATILE
    RETURN image_catalog.add_image_member(image_id, member_id);
COMMENT ON FUNCTION image_api.add_image_member(uuid, text) IS 'Offers a shared image to a project';

CREATE FUNCTION image_api.update_image_member(image_id uuid, member_id text, status text) RETURNS json
    LANGUAGE sql VOLATILE
    RETURN image_catalog.update_image_member(image_id, member_id, status);
COMMENT ON FUNCTION image_api.update_image_member(uuid, text, text) IS 'Answers the offer of an image: accepted, rejected or pending';

CREATE FUNCTION image_api.delete_image_member(image_id uuid, member_id text) RETURNS void
    LANGUAGE sql VOLATILE
    RETURN image_catalog.delete_image_member(image_id, member_id);
COMMENT ON FUNCTION image_api.delete_image_member(uuid, text) IS 'Takes the offer of an image back';

CREATE FUNCTION image_api.image_schema(name text) RETURNS json
    LANGUAGE sql STABLE
    RETURN image_catalog.image_schema(name);
COMMENT ON FUNCTION image_api.image_schema(text) IS 'JSON schema of image, images, member or members';

CREATE FUNCTION image_api.get_container_image(id text, include_snoozed boolean DEFAULT false, strip_description boolean DEFAULT false) RETURNS json
    LANGUAGE sql STABLE
    RETURN image_catalog.get_container_image(id, include_snoozed, strip_description);
COMMENT ON FUNCTION image_api.get_container_image(text, boolean, boolean) IS 'A container image by its digest, whole, as ACS prints it';

CREATE FUNCTION image_api.count_container_images(search text DEFAULT '') RETURNS bigint
    LANGUAGE sql STABLE
    RETURN image_catalog.count_container_images(search);
COMMENT ON FUNCTION image_api.count_container_images(text) IS 'How many container images a search finds';

CREATE FUNCTION image_api.watch_image(name text) RETURNS json
    LANGUAGE sql VOLATILE
    RETURN image_catalog.watch_image(name);
COMMENT ON FUNCTION image_api.watch_image(text) IS 'Watches a container image by its name';

CREATE FUNCTION image_api.unwatch_image(name text) RETURNS json
    LANGUAGE sql VOLATILE
    RETURN image_catalog.unwatch_image(name);
COMMENT ON FUNCTION image_api.unwatch_image(text) IS 'Watches it no longer';

CREATE FUNCTION image_api.watched_images() RETURNS json
    LANGUAGE sql STABLE
    RETURN image_catalog.watched_images();
COMMENT ON FUNCTION image_api.watched_images() IS 'Names of container images that are watched';

CREATE FUNCTION image_api.list_container_images(
        search text DEFAULT '', page_size integer DEFAULT 0, skip integer DEFAULT 0,
        sort_field text DEFAULT NULL, reversed boolean DEFAULT false)
    RETURNS SETOF json
    LANGUAGE sql STABLE ROWS 100
    BEGIN ATOMIC
        SELECT image_catalog.list_container_images(search, page_size, skip, sort_field, reversed);
    END;
COMMENT ON FUNCTION image_api.list_container_images(text, integer, integer, text, boolean) IS
$$Container images by a search, as ACS lists them

search is a query of its search language, as in CVE:CVE-2024-3094+Image:quay.io; page_size rows, 1000 at most and unless told, behind the first skip; sort_field is a label of the search.$$;

RESET ROLE;
GRANT USAGE ON SCHEMA image_api TO image_anonymous, image_web;
GRANT SELECT ON ALL TABLES IN SCHEMA image_api TO image_anonymous, image_web;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA image_api FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA image_api TO image_anonymous, image_web, image_api;

COMMIT;

-- a running PostgREST reads the schema anew
NOTIFY pgrst, 'reload schema';
