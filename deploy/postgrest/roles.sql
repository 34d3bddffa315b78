-- deploy/postgrest/roles.sql
--
-- The roles of an installation with PostgREST, all of the cluster:
--
--   image_authenticator  what PostgREST logs in as; is nobody itself
--   image_anonymous      requests without a token
--   image_web            requests whose token names the role
--   image_api            owns the schema image_api, under row-level security
--   image_claims         owns the function that reads the claims of a token, and
--                        may set who is asking
--
-- Run as superuser, in the catalogue's database, before the other scripts of
-- this folder.  It may run again.  The password of image_authenticator is set
-- elsewhere.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;

BEGIN;

SELECT format('CREATE ROLE %I %s', name, options)
  FROM (VALUES ('image_authenticator', 'LOGIN NOINHERIT'), ('image_anonymous', ''),
               ('image_web', ''), ('image_api', ''), ('image_claims', '')) role (name, options)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

GRANT image_anonymous, image_web TO image_authenticator;

-- The two roles of requests are who the settings say; they may not set them.
SELECT FROM (SELECT image_catalog.grant_delegate('image_anonymous'),
                    image_catalog.grant_delegate('image_web')) granted
\g /dev/null
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.user_id, image_catalog.roles,
    image_catalog.is_admin TO image_claims;

-- Every request is a prepared statement.  To plan one takes ten times as long as
-- to run it, and the plan for any value is the right one: the limit is a
-- parameter, too, so rows are read in the order asked (docs/postgrest.md).
ALTER ROLE image_anonymous SET plan_cache_mode = force_generic_plan;
ALTER ROLE image_web SET plan_cache_mode = force_generic_plan;
ALTER ROLE image_anonymous SET statement_timeout = '10s';
ALTER ROLE image_web SET statement_timeout = '30s';

COMMIT;
