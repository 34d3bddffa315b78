/* image_catalog 0.1.0 -> 0.2.0: the rows of 0.1.0 into the tables, and what it was told */

/*
 * Rows first, then indexes and what is derived.  An image that came deleted has
 * nothing from before its deletion, and a membership ends with its image.
 */
SELECT image_catalog.begin_restore();

INSERT INTO image_catalog.images
    (id, name, status, visibility, protected, os_hidden, owner, disk_format, container_format,
     min_disk, min_ram, size, virtual_size, checksum, os_hash_algo, os_hash_value, created_at, updated_at,
     tags, properties, deleted_at, status_before_deletion, updated_at_before_deletion)
SELECT id, name, status::text, visibility::text, protected, os_hidden, owner, disk_format::text, container_format::text,
       min_disk, min_ram, size, virtual_size, checksum, os_hash_algo, os_hash_value, created_at, updated_at,
       tags, properties, deleted_at,
       CASE WHEN kept THEN status_before_deletion::text END, CASE WHEN kept THEN updated_at_before_deletion END
  FROM image_catalog_0_1_0.images,
       LATERAL (SELECT status = 'deleted' AND status_before_deletion <> 'deleted'
                       AND updated_at_before_deletion IS NOT NULL AS kept) k;

INSERT INTO image_catalog.image_members (image_id, member_id, status, created_at, updated_at, deleted_at)
SELECT m.image_id, m.member_id, m.status::text, m.created_at, m.updated_at, coalesce(m.deleted_at, i.deleted_at)
  FROM image_catalog_0_1_0.image_members m JOIN image_catalog_0_1_0.images i ON i.id = m.image_id;

INSERT INTO image_catalog.indexed_properties SELECT * FROM image_catalog_0_1_0.indexed_properties;
INSERT INTO image_catalog.property_protections SELECT * FROM image_catalog_0_1_0.property_protections;
INSERT INTO image_catalog.container_watched_images SELECT * FROM image_catalog_0_1_0.container_watched_images;
INSERT INTO image_catalog.container_signature_verifiers (verifier_id, verifier_name)
SELECT verifier_id, verifier_name FROM image_catalog_0_1_0.container_signature_verifiers;

/* of rules for a CVE in several spellings, the one written last */
INSERT INTO image_catalog.container_finding_rules
    (cve, scope, name_pattern, precedence, state, comment, created_at, created_by)
SELECT DISTINCT ON (lower(cve), scope)
       cve, scope, name_pattern, precedence, state, comment, created_at, created_by
  FROM image_catalog_0_1_0.container_finding_rules
 ORDER BY lower(cve), scope, created_at DESC, cve;

SELECT image_catalog.finish_restore();

/*
 * Container images are imported anew, which makes all rows that stand beside
 * their documents, and their packages.  A stored document lacks scores of zero,
 * which an import would compute: they are written out.
 */
DO $$
DECLARE
    batch jsonb;
BEGIN
    FOR batch IN
        SELECT jsonb_agg(document ORDER BY digest)
          FROM (SELECT i.digest,
                       CASE WHEN c.components IS NULL THEN i.document
                            ELSE jsonb_set(i.document, '{scan,components}', c.components) END
                       || jsonb_build_object('riskScore', i.risk_score) AS document,
                       (row_number() OVER w - 1) / 64 AS documents,
                       (sum(pg_column_size(i.document)) OVER w) / 4000000 AS bytes
                  FROM image_catalog_0_1_0.container_images i,
                       LATERAL (SELECT jsonb_agg(e.component || jsonb_build_object('riskScore', k.risk_score)
                                                 ORDER BY e.number) AS components
                                  FROM jsonb_array_elements(i.document #> '{scan,components}')
                                       WITH ORDINALITY e (component, number)
                                  JOIN image_catalog_0_1_0.container_components k
                                    ON k.image_key = i.image_key AND k.component_index = e.number - 1) c
                WINDOW w AS (ORDER BY i.digest)) d
         GROUP BY documents, bytes ORDER BY documents, bytes
    LOOP
        PERFORM image_catalog.import_container_images(batch);
    END LOOP;
    IF to_regclass('image_catalog_0_1_0.container_images_name_full_trgm_idx') IS NOT NULL THEN
        PERFORM image_catalog.create_container_trigram_indexes();
    END IF;
END
$$;

/*
 * Privileges of what still has its name.  Given here, they would count as the
 * extension's own, which pg_dump leaves out; so what is the extension's own is
 * put back to what it was before.
 */
CREATE TABLE image_catalog_0_1_0.init_privs AS SELECT * FROM pg_init_privs;
CREATE TABLE image_catalog_0_1_0.shdepend AS
SELECT * FROM pg_shdepend WHERE deptype = 'i' AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database());

DO $$
DECLARE
    saved record;
    target text;
    lost text[] := '{}';
BEGIN
    FOR saved IN SELECT * FROM image_catalog_0_1_0.privileges
                  ORDER BY kind, name, signature, attribute, grantee, privilege
    LOOP
        target := NULL;
        IF saved.kind = 'SCHEMA' THEN
            target := 'image_catalog';
        ELSIF saved.kind = 'ROUTINE' THEN
            /* the same one, or else all of the name: they have more arguments now */
            SELECT string_agg(p.oid::regprocedure::text, ', ') INTO target
              FROM pg_proc p
             WHERE p.pronamespace = 'image_catalog'::regnamespace AND p.proname = saved.name
               AND (p.oid = to_regprocedure(saved.signature) OR to_regprocedure(saved.signature) IS NULL);
        ELSIF saved.kind = 'TYPE' THEN
            target := to_regtype(format('image_catalog.%I', saved.name))::text;
        ELSIF saved.attribute IS NULL
              OR EXISTS (SELECT FROM pg_attribute
                          WHERE attrelid = to_regclass(format('image_catalog.%I', saved.name))
                            AND attname = saved.attribute) THEN
            target := to_regclass(format('image_catalog.%I', saved.name))::text;
        END IF;
        IF target IS NULL THEN
            lost := lost || format('%s of %s%s', saved.privilege, coalesce(saved.signature, saved.name),
                                   CASE WHEN saved.attribute IS NULL THEN '' ELSE '.' || saved.attribute END);
        ELSE
            EXECUTE format(CASE WHEN saved.given THEN 'GRANT %s%s ON %s %s TO %s%s'
                                ELSE 'REVOKE %s%s ON %s %s FROM %s' END,
                           saved.privilege,
                           CASE WHEN saved.attribute IS NULL THEN '' ELSE format(' (%I)', saved.attribute) END,
                           saved.kind, target, saved.grantee,
                           CASE WHEN saved.grantable THEN ' WITH GRANT OPTION' ELSE '' END);
        END IF;
    END LOOP;
    IF lost <> '{}' THEN
        RAISE WARNING USING
            MESSAGE = 'privileges of objects that are not there any more are gone',
            DETAIL = array_to_string(ARRAY(SELECT DISTINCT unnest(lost) ORDER BY 1), E'\n');
    END IF;

    DELETE FROM pg_init_privs p
     WHERE NOT EXISTS (SELECT FROM image_catalog_0_1_0.init_privs s
                        WHERE (s.classoid, s.objoid, s.objsubid) = (p.classoid, p.objoid, p.objsubid)
                          AND s.initprivs::text = p.initprivs::text);
    INSERT INTO pg_init_privs
    SELECT s.* FROM image_catalog_0_1_0.init_privs s
     WHERE NOT EXISTS (SELECT FROM pg_init_privs p
                        WHERE (s.classoid, s.objoid, s.objsubid) = (p.classoid, p.objoid, p.objsubid));
    DELETE FROM pg_shdepend p
     WHERE p.deptype = 'i'
       AND p.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND NOT EXISTS (SELECT FROM image_catalog_0_1_0.shdepend s
                        WHERE (s.classid, s.objid, s.objsubid, s.refclassid, s.refobjid)
                            = (p.classid, p.objid, p.objsubid, p.refclassid, p.refobjid));

    FOR saved IN SELECT * FROM image_catalog_0_1_0.storage
                  WHERE to_regclass(format('image_catalog.%I', name)) IS NOT NULL
    LOOP
        EXECUTE format('ALTER TABLE image_catalog.%I SET (%s)', saved.name, array_to_string(saved.options, ', '));
    END LOOP;
END
$$;

DROP SCHEMA image_catalog_0_1_0 CASCADE;

/*
 * In 0.1.0 settings said who a role is, when somebody pinned them to it.  They
 * count no more for a role that may not set them: nobody is more than before,
 * and an administrator says it by a function.
 */
DO $$
DECLARE
    grants text;
BEGIN
    WITH pinned AS (
        SELECT s.setrole::regrole::text AS role,
               max(substr(c, 26)) FILTER (WHERE c LIKE 'image\_catalog.project\_id=%') AS project_id,
               max(substr(c, 21)) FILTER (WHERE c LIKE 'image\_catalog.roles=%') AS roles,
               bool_or(c ~* '^image_catalog\.is_admin=(on|t(r(ue?)?)?|y(es?)?|1)$') AS is_admin
          FROM pg_db_role_setting s, unnest(s.setconfig) c
         WHERE s.setrole <> 0 AND c LIKE 'image\_catalog.%'
           AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
           AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = s.setrole)
           AND NOT has_parameter_privilege(s.setrole, split_part(c, '=', 1), 'SET')
         GROUP BY s.setrole
    )
    SELECT string_agg(CASE WHEN is_admin THEN format('SELECT image_catalog.grant_catalog_admin(%L);', role)
                           WHEN roles IS NULL THEN format('SELECT image_catalog.grant_project(%L, %L);', role, project_id)
                           ELSE format('SELECT image_catalog.grant_project(%L, %L, %L);', role, project_id,
                                       string_to_array(replace(roles, ' ', ''), ','))
                      END, E'\n' ORDER BY role)
      INTO grants
      FROM pinned WHERE project_id <> '' OR is_admin;
    IF grants IS NOT NULL THEN
        RAISE WARNING USING
            MESSAGE = 'settings of roles do not say any more who they are',
            DETAIL = 'Until they are told so, these roles see what everybody may see.',
            HINT = grants;
    END IF;
END
$$;

/* statistics of the new tables */
ANALYZE image_catalog.images, image_catalog.image_members, image_catalog.image_shares,
    image_catalog.container_images, image_catalog.container_image_names, image_catalog.container_image_labels,
    image_catalog.container_image_layers, image_catalog.container_components, image_catalog.container_findings,
    image_catalog.container_packages, image_catalog.packages;
