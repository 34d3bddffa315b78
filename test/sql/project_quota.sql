-- how many images and how much data a project may have
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.create(name text, more jsonb = '{}') RETURNS text LANGUAGE sql AS $$
    SELECT image_catalog.create_image(jsonb_build_object('name', name, 'disk_format', 'raw', 'container_format', 'ovf') || more) ->> 'name'
$$;

-- off: nothing is counted, and nothing is read
SET image_catalog.project_id = 'quota-1';
SELECT pg_temp.create('q1');
SELECT image_catalog.project_quota('quota-1');

-- by the setting, hidden images and those that others may not see too
SET image_catalog.image_quota = 3;
SELECT pg_temp.create('q2', '{"os_hidden": true}');
SELECT pg_temp.create('q3', '{"id": "9d07a000-0000-4000-8000-000000000003", "visibility": "private"}');
SELECT pg_temp.create('q4');
SELECT image_catalog.project_quota('quota-1');
-- in one statement, too
SET image_catalog.project_id = 'quota-2';
SELECT pg_temp.create('q' || g) FROM generate_series(1, 4) g;
SELECT pg_temp.create('q' || g) FROM generate_series(1, 3) g;
SELECT pg_temp.create('q4');
-- of a request with more that is wrong the quota is told
SELECT pg_temp.create('q4', '{"checksum": "x"}');
SELECT pg_temp.create('q4', '{"name": 1}');
-- over HTTP, and in the dialect of IMS
SELECT status, convert_from(response_body, 'UTF8') LIKE '%too many images of one project%' AS told
  FROM image_catalog.http_request('POST', '/v2/images', '{"content-type": "application/json"}', '{"name": "q4"}');
SET image_catalog.dialect = 'ims';
SELECT image_catalog.create_image('{"name": "q4"}');
RESET image_catalog.dialect;

-- a deleted image makes room, and a project of its own quota has that
SET image_catalog.project_id = 'quota-1';
SELECT image_catalog.delete_image('9d07a000-0000-4000-8000-000000000003');
SELECT pg_temp.create('q4');
SELECT image_catalog.set_project_quota('quota-1', 100);
SELECT image_catalog.project_quota('quota-2');
SET image_catalog.is_admin = on;
SELECT image_catalog.set_project_quota('quota-1', images => -2);
SELECT image_catalog.set_project_quota('quota-1', storage => -2);
SELECT image_catalog.set_project_quota('quota-1', images => 4);
SELECT image_catalog.set_project_quota('quota-2', images => -1, storage => 10);
RESET image_catalog.is_admin;
SELECT pg_temp.create('q5');
SELECT pg_temp.create('q6');
SET image_catalog.project_id = 'quota-2';
SELECT pg_temp.create('q4', '{"id": "9d07a000-0000-4000-8000-000000000024"}');
SELECT image_catalog.upload_image_data('9d07a000-0000-4000-8000-000000000024', '12345678901');
SELECT image_catalog.upload_image_data('9d07a000-0000-4000-8000-000000000024', '1234567890') ->> 'size' AS size;
SELECT image_catalog.project_quota('quota-2');

-- an administrator imports and gives away beyond it, but creates no more
SET image_catalog.is_admin = on;
SELECT image_catalog.import_images('[{"name": "q7", "owner": "quota-1", "status": "active"}]');
SELECT image_catalog.update_image('9d07a000-0000-4000-8000-000000000024', '[{"op": "replace", "path": "/owner", "value": "quota-1"}]') ->> 'owner' AS owner;
SELECT pg_temp.create('q8', '{"owner": "quota-1"}');
SELECT image_catalog.project_quota('quota-1');

-- back to the setting, and to none
SELECT image_catalog.set_project_quota('quota-1');
SELECT image_catalog.set_project_quota('quota-2');
SELECT count(*) FROM image_catalog.project_quotas;
RESET image_catalog.is_admin;
SET image_catalog.project_id = 'quota-2';
SELECT pg_temp.create('q9');
SET image_catalog.image_quota = 0;
SELECT pg_temp.create('q10');
RESET image_catalog.image_quota;
SELECT pg_temp.create('q10');
RESET image_catalog.project_id;
DELETE FROM image_catalog.images WHERE owner LIKE 'quota-%';
