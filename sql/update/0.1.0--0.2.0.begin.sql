/* image_catalog 0.1.0 -> 0.2.0: what was there aside, all parts as new, rows back */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION image_catalog UPDATE" to load this file. \quit

SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL image_catalog.project_id = '';

/* What is made anew belongs to whom it belonged to, whoever updates. */
DO $$
DECLARE
    owner name := (SELECT r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
                    WHERE c.oid = 'image_catalog.images'::regclass AND r.rolsuper);
BEGIN
    IF owner IS NOT NULL THEN
        EXECUTE format('SET LOCAL ROLE %I', owner);
    END IF;
END
$$;

/*
 * The schema of 0.1.0 goes with all that hangs on it.  What the release did not
 * bring would go, too, so that is refused; property and trigram indexes are
 * made again.
 */
DO $$
DECLARE
    extension oid := (SELECT oid FROM pg_extension WHERE extname = 'image_catalog');
    namespace oid := 'image_catalog'::regnamespace;
    strangers text;
    number int;
BEGIN
    LOCK TABLE image_catalog.images, image_catalog.image_members, image_catalog.offers,
        image_catalog.indexed_properties, image_catalog.property_protections,
        image_catalog.container_images, image_catalog.container_image_names,
        image_catalog.container_image_labels, image_catalog.container_image_layers,
        image_catalog.container_components, image_catalog.container_findings,
        image_catalog.container_finding_rules, image_catalog.container_watched_images,
        image_catalog.container_signature_verifiers, image_catalog.container_risk_scores
        IN ACCESS EXCLUSIVE MODE;

    WITH RECURSIVE member AS (
        SELECT classid, objid FROM pg_depend
         WHERE refclassid = 'pg_extension'::regclass AND refobjid = extension AND deptype = 'e'
    ), made AS (
        SELECT classid, objid FROM member
        UNION ALL
        SELECT 'pg_class'::regclass, i.indexrelid
          FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE c.relnamespace = namespace
           AND (c.relname ~ '^images_(visibility|owner)_property_[0-9a-f]+_idx$'
                OR c.relname = ANY (string_to_array(
            'container_images_name_full_trgm_idx container_images_name_remote_trgm_idx container_components_name_trgm_idx '
            'images_visibility_created_at_idx images_owner_created_at_idx images_visibility_updated_at_idx images_owner_updated_at_idx '
            'images_visibility_id_idx images_owner_id_idx images_visibility_name_idx images_owner_name_idx images_visibility_status_idx '
            'images_owner_status_idx images_visibility_container_format_idx images_visibility_size_idx images_owner_size_idx '
            'images_visibility_disk_format_idx images_owner_disk_format_idx images_search_idx images_owner_container_format_idx '
            'images_visibility_status_size_idx images_owner_status_size_idx images_visibility_formats_idx images_owner_formats_idx '
            'images_visibility_hidden_idx images_owner_hidden_idx images_visibility_protected_idx images_owner_protected_idx '
            'images_visibility_empty_idx images_owner_empty_idx images_visibility_backdated_idx images_owner_backdated_idx '
            'images_id_hash_idx images_statistics_idx offers_updated_at_idx offers_id_idx offers_name_idx offers_status_idx '
            'offers_size_idx offers_created_at_idx offers_disk_format_idx offers_container_format_idx offers_owner_idx '
            'offers_protected_idx offers_hidden_idx offers_backdated_idx container_images_last_updated_idx '
            'container_images_risk_score_idx container_images_created_at_idx container_images_scan_time_idx '
            'container_images_name_idx container_images_image_uuid_idx container_images_name_full_lower_idx '
            'container_images_name_remote_lower_idx container_images_name_tag_lower_idx container_images_digest_lower_idx '
            'container_images_created_at_desc_idx container_images_scan_time_desc_idx container_image_names_name_full_idx '
            'container_image_labels_key_lower_idx container_image_labels_key_idx container_components_name_lower_idx '
            'container_findings_cve_lower_idx container_findings_severity_idx container_findings_rule_state_idx '
            'container_risk_scores_idx', ' ')))
        UNION ALL
        SELECT 'pg_constraint'::regclass, oid FROM pg_constraint
         WHERE connamespace = namespace
           AND (contypid <> 0
                OR contype = 'n'
                OR conname = ANY (string_to_array(
            'property_protections_pattern_check property_protections_pkey images_name_check images_owner_check images_min_disk_check '
            'images_min_ram_check images_deleted_check images_pkey image_members_member_id_check image_members_pkey '
            'image_members_image_id_fkey offers_pkey indexed_properties_name_check indexed_properties_pkey '
            'container_images_digest_check container_images_pkey container_images_digest_key container_image_names_pkey '
            'container_image_names_image_key_fkey container_image_labels_pkey container_image_labels_image_key_fkey '
            'container_image_layers_pkey container_image_layers_image_key_fkey container_components_pkey '
            'container_components_image_key_fkey container_findings_pkey container_findings_image_key_fkey '
            'container_finding_rules_state_check container_finding_rules_pkey container_watched_images_pkey '
            'container_signature_verifiers_pkey', ' ')))
        UNION ALL
        SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger t
         WHERE tgname = ANY (string_to_array(
            'images_offer_changed images_withdraw_removed images_truncated image_members_offer image_members_truncated '
            'offers_skip_replicated indexed_properties_make property_protections_changed count_risk_scores_insert '
            'count_risk_scores_update count_risk_scores_delete count_risk_scores_truncate', ' '))
           AND (SELECT relnamespace FROM pg_class WHERE oid = t.tgrelid) = namespace
        UNION ALL
        SELECT 'pg_policy'::regclass, p.oid FROM pg_policy p
         WHERE polname IN ('images_select', 'image_members_select', 'container_image_read', 'container_image_write')
           AND (SELECT relnamespace FROM pg_class WHERE oid = p.polrelid) = namespace
        UNION ALL
        SELECT 'pg_attrdef'::regclass, a.oid FROM pg_attrdef a
         WHERE (SELECT relnamespace FROM pg_class WHERE oid = a.adrelid) = namespace
    ), own AS (
        SELECT classid, objid FROM made
        UNION
        SELECT d.classid, d.objid
          FROM own JOIN pg_depend d ON d.refclassid = own.classid AND d.refobjid = own.objid
         WHERE d.deptype = 'i' OR d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass)
            OR own.classid = 'pg_class'::regclass AND d.classid = 'pg_class'::regclass
               AND (SELECT relnamespace = 'pg_toast'::regnamespace FROM pg_class WHERE oid = own.objid)
    ), reached AS (
        SELECT 'pg_namespace'::regclass::oid AS classid, namespace AS objid, 0 AS objsubid
        UNION
        SELECT d.classid, d.objid, d.objsubid
          FROM reached JOIN pg_depend d ON d.refclassid = reached.classid AND d.refobjid = reached.objid
                                       AND reached.objsubid IN (0, d.refobjsubid)
         WHERE NOT (d.classid = 'pg_extension'::regclass AND d.objid = extension)
    ), stranger AS (
        SELECT DISTINCT pg_describe_object(r.classid, r.objid, r.objsubid) AS description
          FROM reached r
         WHERE (r.classid, r.objid) NOT IN (SELECT classid, objid FROM own)
           AND (r.classid, r.objid) <> ('pg_namespace'::regclass, namespace)
           AND NOT EXISTS (SELECT FROM pg_depend i
                           WHERE i.classid = r.classid AND i.objid = r.objid AND i.deptype = 'i'
                             AND r.classid <> 'pg_rewrite'::regclass)
        UNION ALL
        SELECT format('column %I of table %s', a.attname, a.attrelid::regclass)
          FROM pg_attribute a
          JOIN (VALUES ('images', 25), ('image_members', 6), ('offers', 14), ('indexed_properties', 1),
                       ('property_protections', 6), ('container_images', 35), ('container_image_names', 6),
                       ('container_image_labels', 3), ('container_image_layers', 5), ('container_components', 11),
                       ('container_findings', 20), ('container_finding_rules', 8), ('container_watched_images', 2),
                       ('container_signature_verifiers', 2), ('container_risk_scores', 3)) t (name, columns)
            ON a.attrelid = format('image_catalog.%I', t.name)::regclass AND a.attnum > t.columns
         WHERE NOT a.attisdropped
    )
    SELECT string_agg(description, E'\n' ORDER BY description COLLATE "C") FILTER (WHERE place <= 50), count(*)
      INTO strangers, number
      FROM (SELECT description, row_number() OVER (ORDER BY description COLLATE "C") AS place FROM stranger) s;
    IF number > 0 THEN
        RAISE dependent_objects_still_exist
            USING MESSAGE = 'cannot update extension image_catalog because other objects depend on it',
                  DETAIL = strangers || CASE WHEN number > 50 THEN format(E'\nand %s more', number - 50) ELSE '' END,
                  HINT = 'Keep their definitions, drop them, update, and make them again.';
    END IF;
END
$$;

/*
 * Privileges that were given or taken after CREATE EXTENSION.  They are asked
 * for while the objects are the extension's: then it is known what they had.
 */
CREATE TABLE image_catalog.privileges AS
WITH object AS (
    SELECT 'pg_class'::regclass AS classid, oid AS objid, 0 AS objsubid,
           CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
           relname AS name, NULL AS signature, NULL::name AS attribute,
           relacl AS acl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner) AS usual
      FROM pg_class WHERE relnamespace = 'image_catalog'::regnamespace AND relkind IN ('r', 'v', 'S')
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, a.attnum, 'TABLE', c.relname, NULL, a.attname,
           a.attacl, acldefault('c', c.relowner)
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE relnamespace = 'image_catalog'::regnamespace AND relkind IN ('r', 'v') AND a.attacl IS NOT NULL
    UNION ALL
    SELECT 'pg_proc'::regclass, oid, 0, 'ROUTINE', proname, oid::regprocedure::text, NULL,
           proacl, acldefault('f', proowner)
      FROM pg_proc WHERE pronamespace = 'image_catalog'::regnamespace
    UNION ALL
    SELECT 'pg_type'::regclass, oid, 0, 'TYPE', typname, NULL, NULL, typacl, acldefault('T', typowner)
      FROM pg_type WHERE typnamespace = 'image_catalog'::regnamespace AND typacl IS NOT NULL
    UNION ALL
    SELECT 'pg_namespace'::regclass, oid, 0, 'SCHEMA', nspname, NULL, NULL, nspacl, acldefault('n', nspowner)
      FROM pg_namespace WHERE nspname = 'image_catalog'
), item AS (
    SELECT o.kind, o.name, o.signature, o.attribute, a.origin,
           CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END AS grantee,
           x.privilege_type AS privilege, x.is_grantable AS grantable
      FROM object o
      LEFT JOIN pg_init_privs p
        ON p.classoid = o.classid AND p.objoid = o.objid AND p.objsubid = o.objsubid,
           LATERAL (VALUES ('now', coalesce(o.acl, o.usual)),
                           ('first', coalesce(p.initprivs, o.usual))) a (origin, acl),
           LATERAL aclexplode(a.acl) x
)
SELECT kind, name, signature, attribute, grantee, privilege,
       bool_or(grantable) FILTER (WHERE origin = 'now') AS grantable,
       bool_or(origin = 'now') AS given
  FROM item
 GROUP BY kind, name, signature, attribute, grantee, privilege
HAVING bool_or(origin = 'now') <> bool_or(origin = 'first')
    OR bool_or(grantable) FILTER (WHERE origin = 'now') > bool_or(grantable) FILTER (WHERE origin = 'first');

/* What was set of the tables' storage, and of what is stored beside them. */
CREATE TABLE image_catalog.storage AS
SELECT c.relname AS name, o.options
  FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid,
       LATERAL (SELECT c.reloptions || ARRAY(SELECT 'toast.' || x FROM unnest(t.reloptions) x) AS options) o
 WHERE c.relnamespace = 'image_catalog'::regnamespace AND c.relkind = 'r' AND o.options <> '{}';

/*
 * The schema gets another name, and nothing in it is the extension's any more.
 * An extension of 0.1.0 was in its schema, which the control file had made; now
 * the schema is a part of the extension, so that one must not be in the other.
 */
DO $$
DECLARE
    extension oid := (SELECT oid FROM pg_extension WHERE extname = 'image_catalog');
    member record;
BEGIN
    FOR member IN
        SELECT i.type, i.identity
          FROM pg_depend d, LATERAL pg_identify_object(d.classid, d.objid, 0) i
         WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = extension AND d.deptype = 'e'
    LOOP
        EXECUTE format('ALTER EXTENSION image_catalog DROP %s %s', member.type, member.identity);
    END LOOP;
    UPDATE pg_extension SET extnamespace = 'pg_catalog'::regnamespace WHERE oid = extension;
    DELETE FROM pg_depend
     WHERE classid = 'pg_extension'::regclass AND objid = extension
       AND refclassid = 'pg_namespace'::regclass;
    ALTER SCHEMA image_catalog RENAME TO image_catalog_0_1_0;
END
$$;
