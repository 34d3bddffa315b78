-- who may read and who may write container images
DELETE FROM image_catalog.container_images;
SELECT image_catalog.import_container_images('[{"id": "sha256:00", "name": {"fullName": "quay.io/a/b:1"},
    "scan": {"components": [{"vulns": [{"cve": "a"}]}]}}]');
CREATE ROLE regress_container_plain;
CREATE ROLE regress_container_reader;
CREATE ROLE regress_container_writer;
GRANT SELECT ON image_catalog.container_images TO regress_container_reader;
GRANT INSERT, UPDATE, DELETE ON image_catalog.container_images TO regress_container_writer;

-- one line for each function: what becomes of the call
CREATE FUNCTION pg_temp.attempt(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE 'SELECT count(x) FROM (SELECT ' || call || ' AS x) s' INTO answer;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.attempts() RETURNS TABLE (call text, outcome text) LANGUAGE sql AS $$
    SELECT c, pg_temp.attempt('image_catalog.' || c)
      FROM unnest(ARRAY[
        'count_container_images()', 'list_container_images()', 'list_container_images_page()',
        'get_container_image(''00'')', 'export_container_images()', 'watched_images()', 'finding_rules()',
        'import_container_images(''[]'')', 'delete_container_images(''Image:zzz'')', 'scan_image(''a/b:1'')',
        'verify_container_signatures(''00'')', 'watch_image(''nginx'')', 'unwatch_image(''nginx'')', 'invalidate_scan_and_registry_caches()',
        'defer_finding(''zzz'')', 'drop_finding_rule(''zzz'')']) c
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_temp TO PUBLIC;
SET client_min_messages = warning;

-- nobody in particular: nothing
SET ROLE regress_container_plain;
SELECT * FROM pg_temp.attempts();
SELECT image_catalog.may_read_container_images(), image_catalog.may_write_container_images();
SELECT image_catalog.get_container_image('00');
SELECT image_catalog.import_container_images('[]');
SELECT count(*) FROM image_catalog.container_images;
RESET ROLE;

-- the two grants
SET ROLE regress_container_reader;
SELECT * FROM pg_temp.attempts();
SELECT count(*) FROM image_catalog.container_images;
RESET ROLE;
SET ROLE regress_container_writer;
SELECT * FROM pg_temp.attempts();
RESET ROLE;
DELETE FROM image_catalog.container_finding_rules;

-- a grant reaches the members of a group
GRANT regress_container_reader TO regress_container_plain;
SET ROLE regress_container_plain;
SELECT image_catalog.may_read_container_images(), image_catalog.may_write_container_images();
RESET ROLE;
REVOKE regress_container_reader FROM regress_container_plain;

-- the roles of a request: a role that may not set them, and one that is marked a delegate
SET image_catalog.roles = 'member,container_image_writer';
SET ROLE regress_container_plain;
SELECT image_catalog.may_read_container_images(), image_catalog.may_write_container_images();
RESET ROLE;
SELECT image_catalog.grant_delegate('regress_container_plain');
SET image_catalog.roles = 'member,container_image_reader';
SET ROLE regress_container_plain;
SELECT image_catalog.may_read_container_images(), image_catalog.may_write_container_images();
SELECT image_catalog.count_container_images();
RESET ROLE;
SET image_catalog.roles = 'container_image_writer';
SET ROLE regress_container_plain;
SELECT image_catalog.may_read_container_images(), image_catalog.may_write_container_images();
RESET ROLE;
SET image_catalog.roles = 'reader,member';
SET ROLE regress_container_plain;
SELECT image_catalog.may_read_container_images(), image_catalog.may_write_container_images();
RESET ROLE;
RESET image_catalog.roles;
-- an administrator; a superuser who acts for a project is held to that project's roles
SET image_catalog.is_admin = on;
SET ROLE regress_container_plain;
SELECT image_catalog.may_read_container_images(), image_catalog.may_write_container_images();
RESET ROLE;
RESET image_catalog.is_admin;
SET image_catalog.project_id = 'p';
SELECT image_catalog.may_read_container_images(), image_catalog.may_write_container_images();
SELECT image_catalog.count_container_images();
RESET image_catalog.project_id;

SELECT image_catalog.revoke_project('regress_container_plain');
-- row-level security: a table privilege alone shows no rows of the other tables' rights
GRANT SELECT ON image_catalog.container_findings TO regress_container_plain;
GRANT INSERT ON image_catalog.container_images TO regress_container_reader;
SET ROLE regress_container_plain;
SELECT count(*) FROM image_catalog.container_findings;
RESET ROLE;
GRANT SELECT ON image_catalog.container_images TO regress_container_plain;
SET ROLE regress_container_plain;
SELECT count(*) FROM image_catalog.container_findings;
RESET ROLE;
SET ROLE regress_container_reader;
INSERT INTO image_catalog.container_images (image_key, digest, image_uuid, document)
VALUES (0, 'sha256:01', '00000000-0000-0000-0000-000000000000', '{}');
RESET ROLE;
-- no table of the family is open, or without policy
SELECT c.relname, c.relrowsecurity, count(p.*) AS policies, c.relacl IS NULL OR c.relname IN ('container_images', 'container_findings') AS closed
  FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
 WHERE c.relnamespace = 'image_catalog'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'container%'
 GROUP BY c.oid, c.relname, c.relrowsecurity, c.relacl ORDER BY 1;

REVOKE ALL ON image_catalog.container_images, image_catalog.container_findings
  FROM regress_container_plain, regress_container_reader, regress_container_writer;
DROP OWNED BY regress_container_plain, regress_container_reader, regress_container_writer;
DROP ROLE regress_container_plain, regress_container_reader, regress_container_writer;
DELETE FROM image_catalog.container_images;
