-- deploy/roles.sql
--
-- The roles of a small installation, to copy and cut down:
--
--   psql -d DATABASE -v project=PROJECT -f deploy/roles.sql
--
--   image_dba      administers the whole catalogue without being superuser
--   image_app      trusted application: names the project of each transaction
--   image_tenant   pinned to one project (-v project=...)
--   image_report   reads the tables in SQL, under row-level security
--
-- Run as superuser.  It may run again; passwords are set elsewhere.

\set ON_ERROR_STOP on
\if :{?project} \else \set project demo \endif

BEGIN;

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['image_dba', 'image_app', 'image_tenant', 'image_report']) name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- a value pinned to a role is set at its login, and the role cannot change it
ALTER ROLE image_dba SET image_catalog.is_admin = on;
ALTER ROLE image_tenant SET image_catalog.project_id = :'project';
ALTER ROLE image_report SET image_catalog.project_id = :'project';
ALTER ROLE image_report SET image_catalog.roles = 'reader';

-- the application decides who is asking; with image_catalog.roles, too, it could
-- tell readers from members, and administer the catalogue by the role admin
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.user_id TO image_app;

-- functions are everybody's; tables only by grant
GRANT SELECT ON image_catalog.images, image_catalog.image_members TO image_report;

COMMIT;
