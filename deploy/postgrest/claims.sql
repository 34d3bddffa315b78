-- deploy/postgrest/claims.sql
--
-- Who is asking, from the claims of a verified token: the function that
-- PostgREST calls before each request (db-pre-request), and the table that says
-- which claims mean what.  Run as superuser after roles.sql; it may run again,
-- and keeps what the table says.
--
-- Claims decide, and nothing else of a request.  PostgREST verifies the token and
-- sets request.jwt.claims; the roles of requests may set nothing themselves.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;

BEGIN;

CREATE SCHEMA IF NOT EXISTS image_claims;
COMMENT ON SCHEMA image_claims IS 'who is asking, from the claims of a token; not exposed';
REVOKE ALL ON SCHEMA image_claims FROM PUBLIC;
GRANT USAGE ON SCHEMA image_claims TO image_claims, image_anonymous, image_web;

CREATE TABLE IF NOT EXISTS image_claims.mapping (
    id boolean NOT NULL DEFAULT true CONSTRAINT mapping_pkey PRIMARY KEY
        CONSTRAINT mapping_one_row CHECK (id),
    project_claim text[] NOT NULL DEFAULT '{project_id}',
    user_claim text[] NOT NULL DEFAULT '{sub}',
    roles_claim text[] NOT NULL DEFAULT '{roles}',
    default_roles text[] NOT NULL DEFAULT '{reader,member}',
    admin_roles text[] NOT NULL DEFAULT '{admin}',
    anonymous_roles text[] NOT NULL DEFAULT '{reader}'
);
COMMENT ON TABLE image_claims.mapping IS
    'which claims of a token say who is asking; one row. A claim is given by its path: {realm_access,roles} is the member roles of the claim realm_access';
COMMENT ON COLUMN image_claims.mapping.project_claim IS 'claim that names the project';
COMMENT ON COLUMN image_claims.mapping.user_claim IS 'claim that names the user';
COMMENT ON COLUMN image_claims.mapping.roles_claim IS
    'claim that has the roles: an array of texts, or one text with commas or blanks between them';
COMMENT ON COLUMN image_claims.mapping.default_roles IS
    'roles of a token that has no such claim, as those of Keystone';
COMMENT ON COLUMN image_claims.mapping.admin_roles IS
    'roles that administer the whole catalogue; whoever has another one named admin does not';
COMMENT ON COLUMN image_claims.mapping.anonymous_roles IS
    'roles of a request without a token; reader reads public images, none reads nothing';
INSERT INTO image_claims.mapping DEFAULT VALUES ON CONFLICT DO NOTHING;
GRANT SELECT ON image_claims.mapping TO image_claims;

/* Keystone's JWS tokens name project and user; roles they have none. */
CREATE OR REPLACE PROCEDURE image_claims.map_keystone_tokens()
    LANGUAGE sql
    BEGIN ATOMIC
        UPDATE image_claims.mapping
           SET project_claim = '{openstack_project_id}', user_claim = '{sub}',
               roles_claim = '{roles}', default_roles = '{reader,member}';
    END;
COMMENT ON PROCEDURE image_claims.map_keystone_tokens() IS
    'makes the mapping that of the JWS tokens of Keystone; who may change the table may call it';

/* A claim that is one text.  Anything else in its place is no token of ours. */
CREATE OR REPLACE FUNCTION image_claims.text_of_claim(claims jsonb, path text[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    claim jsonb := claims #> path;
BEGIN
    IF claim IS NULL OR jsonb_typeof(claim) = 'null' THEN
        RETURN '';
    END IF;
    IF jsonb_typeof(claim) NOT IN ('string', 'number') OR length(claim #>> '{}') > 255 THEN
        RAISE EXCEPTION 'claim "%" of the token is not a text of at most 255 characters',
                        array_to_string(path, '.')
            USING ERRCODE = 'PT401';
    END IF;
    RETURN claim #>> '{}';
END
$$;
COMMENT ON FUNCTION image_claims.text_of_claim(jsonb, text[]) IS
    'a claim as text, empty where there is none; PT401 for an array, an object or a boolean';

/* A role with a comma in it would be two. */
CREATE OR REPLACE FUNCTION image_claims.roles_of_claim(claims jsonb, path text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
        SELECT CASE jsonb_typeof(claims #> path)
               WHEN 'array' THEN
                   ARRAY(SELECT role #>> '{}'
                           FROM jsonb_array_elements(claims #> path) role
                          WHERE jsonb_typeof(role) = 'string' AND strpos(role #>> '{}', ',') = 0)
               WHEN 'string' THEN
                   string_to_array(translate(claims #>> path, ' ', ','), ',')
               WHEN 'null' THEN NULL
               ELSE CASE WHEN claims #> path IS NOT NULL THEN '{}'::text[] END
               END;
    END;
COMMENT ON FUNCTION image_claims.roles_of_claim(jsonb, text[]) IS
    'the roles that a claim has; null where there is no such claim';

CREATE OR REPLACE FUNCTION image_claims.pre_request() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    claims jsonb := coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb;
    map image_claims.mapping;
    -- PostgREST adds the claim role where a token has none
    anonymous boolean := claims - 'role' = '{}';
    roles text[];
    is_admin boolean;
BEGIN
    -- loads the library: until then anybody could set what is set here
    PERFORM image_catalog.current_project();
    SELECT * INTO STRICT map FROM image_claims.mapping;
    roles := CASE WHEN anonymous THEN map.anonymous_roles
             ELSE coalesce(image_claims.roles_of_claim(claims, map.roles_claim),
                           map.default_roles) END;
    is_admin := NOT anonymous
                AND EXISTS (SELECT FROM unnest(roles) role, unnest(map.admin_roles) admin_role
                             WHERE lower(btrim(role)) = lower(admin_role));
    roles := ARRAY(SELECT role FROM unnest(roles) role WHERE lower(btrim(role)) <> 'admin');

    -- all, each time and for this transaction: nothing of another request stays
    PERFORM set_config('image_catalog.project_id',
                       image_claims.text_of_claim(claims, map.project_claim), true),
            set_config('image_catalog.user_id',
                       image_claims.text_of_claim(claims, map.user_claim), true),
            set_config('image_catalog.roles', array_to_string(roles, ','), true),
            set_config('image_catalog.is_admin', is_admin::text, true),
            set_config('image_catalog.http_errors', 'on', true);

    -- PostgreSQL's own words for a view that cannot be written would be a 500
    IF current_setting('request.method', true) IN ('POST', 'PUT', 'PATCH', 'DELETE')
       AND coalesce(current_setting('request.path', true), '') !~ '^/rpc/' THEN
        RAISE SQLSTATE 'PGRST'
            USING MESSAGE = json_build_object(
                      'code', 'PT405', 'message', 'resources are read, and written by functions',
                      'details', NULL, 'hint', 'Call create_image, update_image, delete_image and others under /rpc.'),
                  DETAIL = json_build_object(
                      'status', 405, 'headers', json_build_object('Allow', 'GET, HEAD, OPTIONS'));
    END IF;
END
$$;
COMMENT ON FUNCTION image_claims.pre_request() IS
    'says, for the transaction, who is asking: project, user, roles and administrator by the claims of the verified token; PT401 for claims that cannot be';
ALTER FUNCTION image_claims.pre_request() OWNER TO image_claims;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA image_claims FROM PUBLIC;
REVOKE EXECUTE ON ALL PROCEDURES IN SCHEMA image_claims FROM PUBLIC;
GRANT EXECUTE ON FUNCTION image_claims.pre_request() TO image_anonymous, image_web;
GRANT EXECUTE ON FUNCTION image_claims.text_of_claim(jsonb, text[]),
    image_claims.roles_of_claim(jsonb, text[]) TO image_claims;

COMMIT;
