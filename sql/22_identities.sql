/* sql/22_identities.sql: what database roles are to the catalogue */

/*
 * A role is kept by its oid, so it may be renamed; a dump has its name.  A row
 * of a role that was dropped is not dumped, and the next grant removes it.
 */
CREATE TABLE image_catalog.role_identities (
    role regrole NOT NULL CONSTRAINT role_identities_pkey PRIMARY KEY,
    identity text COLLATE "C" NOT NULL CONSTRAINT role_identities_identity_check
        CHECK (identity OPERATOR(pg_catalog.=) ANY (ARRAY['project', 'administrator', 'delegate'])),
    project_id text COLLATE "C" CONSTRAINT role_identities_project_id_check
        CHECK (pg_catalog.char_length(project_id) OPERATOR(pg_catalog.>=) 1
               AND pg_catalog.char_length(project_id) OPERATOR(pg_catalog.<=) 255),
    roles text[] CONSTRAINT role_identities_roles_check
        CHECK (pg_catalog.array_position(roles, NULL) IS NULL
               AND pg_catalog.strpos(pg_catalog.array_to_string(roles, ''), ',') OPERATOR(pg_catalog.=) 0),
    granted_by text NOT NULL DEFAULT CURRENT_USER,
    granted_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT role_identities_project_check
        CHECK ((identity OPERATOR(pg_catalog.=) 'project') OPERATOR(pg_catalog.=) (project_id IS NOT NULL)
               AND (identity OPERATOR(pg_catalog.=) 'project') OPERATOR(pg_catalog.=) (roles IS NOT NULL))
);
COMMENT ON TABLE image_catalog.role_identities IS
    'what database roles are to the catalogue, whatever settings say; written by grant_project, grant_catalog_admin, grant_delegate and revoke_project, read through the view callers';
COMMENT ON COLUMN image_catalog.role_identities.identity IS
    'project: acts for project_id in these roles; administrator: administers the catalogue; delegate: is what the settings image_catalog.* say, which others make for it';
COMMENT ON COLUMN image_catalog.role_identities.roles IS
    'reader, member, admin, container_image_reader, container_image_writer, and names that property_protections uses';
SELECT pg_catalog.pg_extension_config_dump('image_catalog.role_identities',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = role)');

ALTER TABLE image_catalog.role_identities ENABLE ROW LEVEL SECURITY;
CREATE POLICY role_identities_select ON image_catalog.role_identities FOR SELECT
    USING ((SELECT image_catalog.is_catalog_admin()));
COMMENT ON POLICY role_identities_select ON image_catalog.role_identities IS
    'administrators see who is what';

/* Sessions keep what they read; this tells them of a change. */
CREATE FUNCTION image_catalog.role_identities_changed() RETURNS trigger
    LANGUAGE C
    AS 'MODULE_PATHNAME', 'imgcat_relation_changed';
COMMENT ON FUNCTION image_catalog.role_identities_changed() IS
    'trigger: every session reads the identities again';
REVOKE EXECUTE ON FUNCTION image_catalog.role_identities_changed() FROM PUBLIC;

CREATE TRIGGER role_identities_changed
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON image_catalog.role_identities
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.role_identities_changed();
ALTER TABLE image_catalog.role_identities
    ENABLE ALWAYS TRIGGER role_identities_changed;
COMMENT ON TRIGGER role_identities_changed ON image_catalog.role_identities IS
    'sessions keep the identities until they change';

CREATE FUNCTION image_catalog.grant_project(
        role regrole, project_id text, roles text[] DEFAULT '{reader,member}')
    RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_grant_project';
COMMENT ON FUNCTION image_catalog.grant_project(regrole, text, text[]) IS
    'makes a database role one that acts for a project in these roles, whatever settings say, in place of what it was; administrators only; errors: 22023 bad project or roles, 42501 not allowed, 42704 no such role';

CREATE FUNCTION image_catalog.grant_catalog_admin(role regrole) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_grant_catalog_admin';
COMMENT ON FUNCTION image_catalog.grant_catalog_admin(regrole) IS
    'makes a database role an administrator of the catalogue, in place of what it was; administrators only; errors as grant_project';

CREATE FUNCTION image_catalog.grant_delegate(role regrole) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_grant_delegate';
COMMENT ON FUNCTION image_catalog.grant_delegate(regrole) IS
    'makes a database role one that is what the settings image_catalog.* say though it may not set them: a role of web requests, for which a definer function sets them; administrators only; errors as grant_project';

CREATE FUNCTION image_catalog.revoke_project(role regrole) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_revoke_project';
COMMENT ON FUNCTION image_catalog.revoke_project(regrole) IS
    'takes back what any of the grant functions made of a database role, of one that was dropped, too; nothing happens when it is nothing; administrators only';

CREATE VIEW image_catalog.callers WITH (security_invoker = true) AS
    SELECT i.role, i.identity, i.project_id, i.roles, i.granted_by, i.granted_at
      FROM image_catalog.role_identities i
    UNION ALL
    SELECT a.grantee::pg_catalog.regrole, 'settings: '
           OPERATOR(pg_catalog.||) pg_catalog.string_agg(
               pg_catalog.substr(p.parname, 15), ', ' ORDER BY p.parname COLLATE "C"),
           NULL, NULL, NULL, NULL
      FROM pg_catalog.pg_parameter_acl p,
           LATERAL pg_catalog.aclexplode(p.paracl) a
     WHERE a.privilege_type OPERATOR(pg_catalog.=) 'SET'
       AND p.parname OPERATOR(pg_catalog.=) ANY (ARRAY[
           'image_catalog.project_id', 'image_catalog.user_id',
           'image_catalog.roles', 'image_catalog.is_admin'])
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles r
                        WHERE r.oid OPERATOR(pg_catalog.=) a.grantee AND r.rolsuper)
     GROUP BY a.grantee;
COMMENT ON VIEW image_catalog.callers IS
    'who is what: roles with an identity, and roles with SET on the settings that say who is asking (- is PUBLIC); superusers are not listed';
