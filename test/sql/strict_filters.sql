--
-- filters that nothing can answer to: a notice, or an error (strict_filters)
--
\set VERBOSITY default
SET client_min_messages = notice;
SELECT image_catalog.import_images('[
 {"id": "57717c70-0000-4000-8000-000000000001", "name": "own", "owner": "p1", "status": "active", "visibility": "private", "created_at": "2024-01-01", "tags": ["t"], "os_distro": "debian", "state": "x", "cost": "1"},
 {"id": "57717c70-0000-4000-8000-000000000002", "name": "hidden", "owner": "p1", "status": "active", "visibility": "private", "created_at": "2024-01-02", "os_hidden": true, "on_hidden": "1"},
 {"id": "57717c70-0000-4000-8000-000000000003", "name": "offered", "owner": "p2", "status": "active", "visibility": "shared", "created_at": "2024-01-03", "members": {"p1": "pending"}, "on_offered": "1"},
 {"id": "57717c70-0000-4000-8000-000000000004", "name": "community", "owner": "p2", "status": "active", "visibility": "community", "created_at": "2024-01-04", "on_community": "1"},
 {"id": "57717c70-0000-4000-8000-000000000005", "name": "foreign", "owner": "p2", "status": "active", "visibility": "private", "created_at": "2024-01-05", "on_foreign": "1", "sise": "1"},
 {"id": "57717c70-0000-4000-8000-000000000006", "name": "deleted", "owner": "p1", "status": "deleted", "visibility": "private", "created_at": "2024-01-06", "on_deleted": "1"}]');
SET image_catalog.project_id = 'p1';
CREATE FUNCTION pg_temp.try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    detail text;
    hint text;
BEGIN
    EXECUTE 'SELECT image_catalog.' || call INTO answer;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, SQLERRM, '|', detail, hint);
END
$$;
CREATE TABLE pg_temp.filters (n serial, filter jsonb);
INSERT INTO pg_temp.filters (filter) VALUES
    ('{"Name": "own"}'), ('{"tags": "t"}'), ('{"offset": "1"}'), ('{"page_size": 5}'), ('{"sort_by": "name"}'), ('{"statu": "active"}'), ('{"OWNER": "p1"}'),
    ('{"limits": 1}'), ('{"size-min": 1}'), ('{"visibilty": "all"}'), ('{"name": "own", "statu": "active", "taq": "t"}'), ('{"limit": ["1", "2"]}'),
    -- no parameter is near, but a property
    ('{"os_distor": "debian"}'), ('{"nothing_like_it": "1"}'), ('{"": "1"}'),
    -- somebody else's, and one near to it; gone
    ('{"sise": "1"}'), ('{"on_foreign": "1"}'), ('{"on_foreigm": "1"}'), ('{"on_deleted": "1"}');

-- off: who asks in SQL for rows or a number is told of a near miss, and answered
SHOW image_catalog.strict_filters;
SELECT filter, pg_temp.try(format('count_images(%L)', filter)) FROM pg_temp.filters ORDER BY n;
SELECT name FROM image_catalog.list_images('{"Name": "own"}');
SELECT name FROM image_catalog.list_images('{"Name": "own"}', "limit" => 0);
-- pages and HTTP are silent
SELECT json_array_length(image_catalog.list_images_page('Name=own') -> 'images'), json_array_length(image_catalog.list_cloud_images_page('Name=own') -> 'images');
SELECT status FROM image_catalog.http_request('GET', '/v2/images?Name=own');

-- on: whatever the function, nothing but an error
SET image_catalog.strict_filters = on;
SELECT filter, pg_temp.try(format('count_images(%L)', filter)) FROM pg_temp.filters ORDER BY n;
SELECT c AS call, pg_temp.try(c) FROM unnest('{"list_images(''{\"Name\": \"own\"}'')", "list_images(''{\"Name\": \"own\"}'', \"limit\" => 0)",
    "list_images_page(''Name=own'')", "list_cloud_images_page(''Name=own'')", "list_images_page(''limit=2&limit=3'')"}'::text[]) c;
SELECT status, convert_from(response_body, 'UTF8') ~ 'unknown parameter' AS told FROM image_catalog.http_request('GET', '/v2/images?Name=own');
RESET image_catalog.strict_filters;

-- valid requests: not a word in either mode, found or not
CREATE TABLE pg_temp.valid (filter jsonb);
INSERT INTO pg_temp.valid VALUES
    ('{}'), ('{"name": "none"}'), ('{"tag": "none"}'), ('{"tag": ""}'), ('{"state": "x"}'), ('{"state": "none"}'), ('{"cost": "2"}'), ('{"os_distro": "none"}'),
    ('{"on_hidden": "1"}'), ('{"on_hidden": "1", "os_hidden": true}'), ('{"on_offered": "1"}'), ('{"on_offered": "1", "member_status": "all"}'), ('{"on_community": "2"}'),
    ('{"size_min": "1", "min_disk_max": "0", "protected": "true", "created_at": "lt:2000-01-01"}'), ('{"deleted": "true", "name": "none"}');
SELECT filter, image_catalog.count_images(filter) FROM pg_temp.valid;
SET image_catalog.strict_filters = on;
SELECT filter, image_catalog.count_images(filter) FROM pg_temp.valid;
SELECT image_catalog.list_images_page('limit=1&marker=57717c70-0000-4000-8000-000000000001&sort_key=name&sort_dir=desc&member_status=all&visibility=all') -> 'images' -> 0 ->> 'name' AS name;
SELECT image_catalog.list_images_page('limit=0&os_distro=none') -> 'images' AS images;
-- an administrator is told of all images
SET image_catalog.is_admin = on;
SELECT pg_temp.try('count_images(''{"on_foreign": "2"}'')'), pg_temp.try('count_images(''{"on_foreigm": "2"}'')'), pg_temp.try('count_images(''{"on_deleted": "2"}'')');
RESET image_catalog.is_admin;
-- what IMS does not list counts for nobody but an administrator, and its own parameters are known
SET image_catalog.dialect = 'ims';
SELECT c AS call, pg_temp.try(c) FROM unnest('{"list_images_page(''__imagetype=gold&flavor_id=x&enterprise_project_id=0'')", "list_images_page(''architecture=arm'')", "list_images_page(''enterprise_project_id=7'')", "list_images_page(''Name=own'')"}'::text[]) c;
RESET image_catalog.dialect;

-- what the caller may not read is not there
RESET image_catalog.project_id;
INSERT INTO image_catalog.property_protections (position, pattern, create_roles, read_roles, update_roles, delete_roles) VALUES
    (10, '^cost$', '{billing}', '{billing}', '{billing}', '{billing}'), (20, '.*', '{@}', '{@}', '{@}', '{@}');
SET image_catalog.project_id = 'p1';
SELECT pg_temp.try('count_images(''{"cost": "1"}'')') AS unread, pg_temp.try('count_images(''{"costs": "1"}'')') AS near_it, pg_temp.try('count_images(''{"state": "none"}'')') AS read;
RESET image_catalog.project_id;
DELETE FROM image_catalog.property_protections;

-- container images: what a search ignores
RESET image_catalog.strict_filters;
SELECT image_catalog.import_container_images('[{"id": "sha256:57a1", "name": {"fullName": "docker.io/library/nginx:1"}, "scan": {"components": [{"name": "c", "vulns": [{"cve": "CVE-1"}]}]}}]');
CREATE TABLE pg_temp.queries (n serial, query text);
INSERT INTO pg_temp.queries (query) VALUES ('Severety:CRITICAL'), ('CVE:CVE-1+image tags:1'), ('Nonsense Label:x'), ('nginx'), ('Image:'), ('CVE:CVE-2+CVE:CVE-1');
SELECT query, image_catalog.count_container_images(query) FROM pg_temp.queries ORDER BY n;
SELECT i ->> 'id' AS id FROM image_catalog.list_container_images('Severety:CRITICAL') i;
SELECT count(*) FROM image_catalog.export_container_images('Severety:CRITICAL');
SELECT json_array_length(image_catalog.list_container_images_page('query=Severety:CRITICAL') -> 'images');
SELECT t, status FROM unnest('{/v1/imagescount?query=Severety:CRITICAL,/v1/images?query=Severety:CRITICAL,/v1/export/images?query=Severety:CRITICAL}'::text[]) t, image_catalog.http_request('GET', t);
-- a deletion refuses it in either mode
SELECT m, pg_temp.try(format('delete_container_images(%L)', 'Severety:CRITICAL')) FROM (VALUES ('off'), ('on')) v(m), set_config('image_catalog.strict_filters', m, false) s;
SELECT query, pg_temp.try(format('count_container_images(%L)', query)) FROM pg_temp.queries ORDER BY n;
SELECT c AS call, pg_temp.try(c) FROM unnest('{"list_container_images(''Severety:CRITICAL'')", "export_container_images(''Severety:CRITICAL'')", "list_container_images_page(''query=Severety:CRITICAL'')"}'::text[]) c;
SELECT t, status FROM unnest('{/v1/imagescount?query=Severety:CRITICAL,/v1/images?query=Severety:CRITICAL}'::text[]) t, image_catalog.http_request('GET', t);
-- valid searches
SELECT q, image_catalog.count_container_images(q) FROM unnest('{"", "  ", CVE:CVE-1, "image:docker.io+CVE:*", "Deployment:x", "CVE:CVE-1+Namespace:x"}'::text[]) q;
SELECT json_array_length(image_catalog.list_container_images_page('pagination.limit=1&other=x') -> 'images');

-- anybody may set it
CREATE ROLE regress_strict;
SET ROLE regress_strict;
SET image_catalog.strict_filters = off;
SELECT name FROM image_catalog.list_images('{"Name": "own"}');
RESET ROLE;
DROP ROLE regress_strict;
RESET image_catalog.strict_filters;
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.images WHERE id::text LIKE '57717c70-%';
