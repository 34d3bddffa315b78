-- deploy/roles.sql
--
-- The roles of a small installation, to copy and cut down:
--
--   psql -d DATABASE -v project=PROJECT -f deploy/roles.sql
--
--   image_dba      administers the whole catalogue without being superuser
--   image_app      trusted application: names the project of each transaction
--   image_gateway  the HTTP gateway: names project, user and roles of each request
--   image_tenant   one project's role (-v project=...)
--   image_report   reads the tables in SQL, under row-level security
--
-- Run as superuser.  It may run again; passwords are set elsewhere.

\set ON_ERROR_STOP on
\if :{?project} \else \set project demo \endif

BEGIN;

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['image_dba', 'image_app', 'image_gateway', 'image_tenant', 'image_report']) name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- what these roles are, whatever their sessions set
SELECT FROM (SELECT image_catalog.grant_catalog_admin('image_dba'),
                    image_catalog.grant_project('image_tenant', :'project'),
                    image_catalog.grant_project('image_report', :'project', '{reader}')) granted
\g /dev/null

-- the application decides who is asking; with image_catalog.roles, too, it could
-- tell readers from members, and administer the catalogue by the role admin
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.user_id TO image_app;

-- the gateway speaks for whoever Keystone says, administrators included
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.user_id, image_catalog.roles,
    image_catalog.http_data_piece TO image_gateway;

-- functions are everybody's; tables only by grant, without the properties, of
-- which some may be protected
GRANT SELECT (id, name, status, visibility, protected, os_hidden, owner, disk_format, container_format,
              min_disk, min_ram, size, virtual_size, checksum, created_at, updated_at, tags)
    ON image_catalog.images TO image_report;
GRANT SELECT ON image_catalog.image_members TO image_report;

COMMIT;
