/*
 * bench/requests.sql: whom and what the buffer measurements ask
 *
 * Fills the schema bench: callers, markers at several depths, and requests
 * with their bounds.  A bound is for a page of 25; one of 100 may touch four
 * times as much, one of a single image no more than one of 25.  Works on a
 * catalogue made by bench/generate.sql; run by bench/buffers.sql.
 */
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;

-- markers take long to find, and are kept
SELECT to_regclass('bench.marker') IS NULL AS is_new \gset
\if :is_new
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;

CREATE TABLE bench.caller (
	name text PRIMARY KEY, place int, project_id text, is_admin boolean);
INSERT INTO bench.caller VALUES
	('large', 1, md5('project 1'), false),
	('medium', 2, md5('project 100'), false),
	('one image', 3, md5('project 950'), false),
	('administrator', 4, '', true),
	('hidden images', 5, md5('project 1001'), false),
	('unregistered', 6, md5('project 1002'), false),
	('many shares', 7, md5('project 1003'), false);

/*
 * What each caller lists by default, written as plainly as possible, to find
 * markers in the middle and near the end.
 */
CREATE TABLE bench.marker (caller text, depth text, id uuid, PRIMARY KEY (caller, depth));

CREATE PROCEDURE bench.find_markers() LANGUAGE plpgsql AS $$
DECLARE
	c bench.caller;
	total bigint;
BEGIN
	FOR c IN SELECT * FROM bench.caller LOOP
		CREATE TEMP TABLE visible ON COMMIT DROP AS
			SELECT id, created_at FROM image_catalog.images i
			 WHERE status NOT IN ('deleted', 'killed') AND NOT os_hidden
			   AND (visibility = 'public' OR owner = c.project_id
					OR c.is_admin AND visibility <> 'community'
					OR visibility = 'shared' AND EXISTS (
						SELECT FROM image_catalog.image_members m
						 WHERE m.image_id = i.id AND m.member_id = c.project_id
						   AND m.status = 'accepted' AND m.deleted_at IS NULL));
		SELECT count(*) INTO total FROM visible;
		INSERT INTO bench.marker VALUES (c.name, 'first', NULL);
		INSERT INTO bench.marker
			SELECT c.name, '50 %', id FROM visible
			 ORDER BY created_at DESC, id DESC OFFSET total / 2 LIMIT 1;
		INSERT INTO bench.marker
			SELECT c.name, '99 %', id FROM visible
			 ORDER BY created_at DESC, id DESC OFFSET total * 99 / 100 LIMIT 1;
		DROP TABLE visible;

		-- a deleted image that the caller could see, nearest to the middle
		INSERT INTO bench.marker
			SELECT c.name, 'deleted', id FROM image_catalog.images
			 WHERE status = 'deleted'
			   AND (c.is_admin OR visibility = 'public' OR owner = c.project_id)
			   AND created_at <= (SELECT created_at FROM image_catalog.images
								   WHERE id = (SELECT id FROM bench.marker
											   WHERE caller = c.name AND depth = '50 %'))
			 ORDER BY created_at DESC LIMIT 1;
	END LOOP;
END
$$;
CALL bench.find_markers();
\else
DROP TABLE IF EXISTS bench.request, bench.result, bench.call CASCADE;
DROP PROCEDURE IF EXISTS bench.measure(text, text, text);
\endif

-- bound: most buffers that the page may touch; rows: images on the page
CREATE TABLE bench.request (
	topic text, place int, variant text, bound int, filter jsonb, sort text,
	rows int NOT NULL DEFAULT 25, dialect text NOT NULL DEFAULT 'openstack',
	PRIMARY KEY (topic, variant));

INSERT INTO bench.request
	SELECT 'default order', 1, 'no filter', 120, jsonb '{}', NULL::text
 UNION ALL
	SELECT 'visibility=', 2, v, 120, jsonb_build_object('visibility', v), NULL
	  FROM unnest(ARRAY['public', 'private', 'shared', 'community', 'all']) v
 UNION ALL
	SELECT 'member_status=', 2, v, 120, jsonb_build_object('member_status', v), NULL
	  FROM unnest(ARRAY['pending', 'rejected', 'all']) v
 UNION ALL
	SELECT 'member_status=', 2, 'shared, ' || v, 120,
		   jsonb_build_object('visibility', 'shared', 'member_status', v), NULL
	  FROM unnest(ARRAY['accepted', 'pending', 'rejected', 'all']) v;

-- existing values of each frequency
SELECT name AS some_name FROM image_catalog.images
 WHERE visibility = 'public' AND name LIKE 'ubuntu%' AND status = 'active'
 ORDER BY id LIMIT 1 \gset
SELECT id AS public_id FROM image_catalog.images
 WHERE visibility = 'public' AND status = 'active' ORDER BY id LIMIT 1 \gset
SELECT id AS private_id FROM image_catalog.images
 WHERE visibility = 'private' AND owner = md5('project 3') ORDER BY id LIMIT 1 \gset
SELECT id AS own_id FROM image_catalog.images
 WHERE visibility = 'private' AND owner = md5('project 1') ORDER BY id LIMIT 1 \gset
SELECT image_id AS shared_id FROM image_catalog.image_members
 WHERE member_id = md5('project 1') AND status = 'accepted' ORDER BY image_id LIMIT 1 \gset
SELECT max(substr(properties ->> 'serial', 4)::bigint) AS serial FROM image_catalog.images
 WHERE visibility = 'public' AND status = 'active' AND properties ? 'serial' \gset

INSERT INTO bench.request
	SELECT f.topic, 3, f.value, 200, jsonb_build_object(rtrim(f.topic, '='), f.value), NULL
	  FROM (VALUES
			('owner=', md5('project 1')), ('owner=', md5('project 2')),
			('owner=', md5('project 100')), ('owner=', md5('project 950')),
			('owner=', 'nobody'),
			('status=', 'active'), ('status=', 'queued'), ('status=', 'saving'),
			('status=', 'pending_delete'), ('status=', 'deactivated'),
			('status=', 'killed'), ('status=', 'deleted'),
			('status=', 'in:queued,saving'), ('status=', 'in:active,queued'),
			('name=', :'some_name'), ('name=', 'golden'), ('name=', ''),
			('name=', 'absent'), ('name=', 'in:golden,absent'),
			('id=', :'public_id'), ('id=', :'private_id'), ('id=', :'own_id'),
			('id=', :'shared_id'), ('id=', '00000000-0000-0000-0000-000000000000'),
			('id=', 'in:' || :'public_id' || ',' || :'private_id'),
			('disk_format=', 'qcow2'), ('disk_format=', 'vmdk'),
			('disk_format=', 'ploop'), ('disk_format=', 'ami'),
			('disk_format=', 'in:ploop,ami'), ('disk_format=', 'in:qcow2,raw'),
			('container_format=', 'bare'), ('container_format=', 'ovf'),
			('container_format=', 'docker'), ('container_format=', 'in:ovf,docker'),
			('protected=', 'true'), ('protected=', 'false'),
			('os_hidden=', 'true'), ('os_hidden=', 'false')) f (topic, value);

INSERT INTO bench.request
	SELECT f.topic, 4, f.filter, 200, f.filter::jsonb, NULL
	  FROM (VALUES
			('created_at range', '{"created_at": "lt:2024-05-01T00:00:00Z"}'),
			('created_at range', '{"created_at": "gt:2024-05-01T00:00:00Z"}'),
			('created_at range', '{"created_at": "lt:2021-11-03T00:00:00Z"}'),
			('created_at range', '{"created_at": "gt:2026-10-30T00:00:00Z"}'),
			('created_at range', '{"created_at": "gt:2030-01-01T00:00:00Z"}'),
			('created_at range', '{"created_at": ["gte:2024-05-01T00:00:00Z", "lt:2024-05-02T00:00:00Z"]}'),
			('created_at range', '{"created_at": "neq:2024-05-01T00:00:00Z"}'),
			('updated_at range', '{"updated_at": "lt:2024-05-01T00:00:00Z"}'),
			('updated_at range', '{"updated_at": "gt:2024-05-01T00:00:00Z"}'),
			('updated_at range', '{"updated_at": "lt:2021-11-03T00:00:00Z"}'),
			('updated_at range', '{"updated_at": "gt:2026-01-01T00:00:00Z"}'),
			('updated_at range', '{"updated_at": "gt:2026-10-30T00:00:00Z"}'),
			('updated_at range', '{"updated_at": "gt:2030-01-01T00:00:00Z"}'),
			('updated_at range', '{"updated_at": ["gte:2024-05-01T00:00:00Z", "lt:2024-05-02T00:00:00Z"]}'),
			('updated_at range', '{"updated_at": ["gte:2022-05-01T00:00:00Z", "lt:2022-09-01T00:00:00Z"]}'),
			('updated_at range', '{"updated_at": "neq:2024-05-01T00:00:00Z"}'),
			('created_at and updated_at range', '{"created_at": "lt:2022-01-01T00:00:00Z", "updated_at": "gt:2026-01-01T00:00:00Z"}'),
			('created_at and updated_at range', '{"created_at": "gt:2026-01-01T00:00:00Z", "updated_at": "lt:2026-02-01T00:00:00Z"}'),
			('size_min, size_max', '{"size_min": "1000000000"}'),
			('size_min, size_max', '{"size_min": "26000000000"}'),
			('size_min, size_max', '{"size_min": "900000000000"}'),
			('size_min, size_max', '{"size_max": "1000000000"}'),
			('size_min, size_max', '{"size_max": "9500000"}'),
			('size_min, size_max', '{"size_max": "1"}'),
			('size_min, size_max', '{"size_min": "500000000", "size_max": "502000000"}'),
			('size_min, size_max', '{"size_min": "500000000", "size_max": "550000000"}'),
			('size and updated_at range', '{"size_min": "26000000000", "updated_at": "lt:2024-05-01T00:00:00Z"}'),
			('size and updated_at range', '{"size_max": "9500000", "updated_at": "gt:2026-01-01T00:00:00Z"}')) f (topic, filter);

-- the same ranges from the oldest image on
INSERT INTO bench.request
	SELECT topic || ', oldest first', place, variant, bound, filter, 'created_at:asc'
	  FROM bench.request
	 WHERE topic IN ('created_at range', 'updated_at range', 'size_min, size_max');

INSERT INTO bench.request
	SELECT 'sort by one key', 5, key || ':' || dir, 250, jsonb '{}', key || ':' || dir
	  FROM unnest(ARRAY['name', 'status', 'container_format', 'disk_format', 'size',
						'id', 'created_at', 'updated_at']) key,
		   unnest(ARRAY['asc', 'desc']) dir;

-- every pair of keys, in every pair of directions
INSERT INTO bench.request
	SELECT 'sort by two keys, ' || CASE WHEN a_dir = b_dir THEN 'one direction' ELSE 'mixed' END,
		   6, sort, 250, '{}', sort
	  FROM (SELECT a_dir, b_dir, format('%s:%s,%s:%s', a, a_dir, b, b_dir) AS sort
			  FROM unnest(ARRAY['name', 'status', 'container_format', 'disk_format', 'size',
								'id', 'created_at', 'updated_at']) a,
				   unnest(ARRAY['name', 'status', 'container_format', 'disk_format', 'size',
								'id', 'created_at', 'updated_at']) b,
				   unnest(ARRAY['asc', 'desc']) a_dir, unnest(ARRAY['asc', 'desc']) b_dir
			 WHERE a <> b) pairs;

/*
 * Frequencies: os_type, architecture, base and lts common, prod a tenth,
 * pipeline, team and city middling, fleet twenty images, serial one.  In time:
 * legacy_boot in the oldest tenth only, era at one time in the past.  No
 * image of windows is lts, no city beyond 59 is base.
 */
INSERT INTO bench.request
	SELECT f.topic, 7, f.filter, f.bound, f.filter::jsonb, NULL
	  FROM (VALUES
			('one facet, common', 400, '{"os_type": "windows"}'),
			('one facet, common', 400, '{"os_type": "linux"}'),
			('one facet, common', 400, '{"tag": "base"}'),
			('one facet, common', 400, '{"architecture": "aarch64"}'),
			('one facet, common', 400, '{"tag": "prod"}'),
			('one facet, middling', 400, '{"pipeline": "p007"}'),
			('one facet, middling', 400, '{"tag": "team-007"}'),
			('one facet, middling', 400, '{"tag": "city-3"}'),
			('one facet, rare', 400, '{"fleet": "fleet-3"}'),
			('one facet, rare', 400, format('{"serial": "sn-%s"}', :'serial')),
			('one facet, absent', 400, '{"os_type": "plan9"}'),
			('one facet, absent', 400, '{"tag": "absent"}'),
			('one facet, only old', 400, '{"legacy_boot": "yes"}'),
			('one facet, only old', 400, '{"era": "3"}'),
			('two facets', 1000, '{"os_type": "windows", "tag": "base"}'),
			('two facets', 1000, '{"os_type": "windows", "tag": "prod"}'),
			('two facets', 1000, '{"os_type": "windows", "pipeline": "p007"}'),
			('two facets', 1000, '{"tag": ["base", "team-007"]}'),
			('two facets', 1000, '{"tag": ["prod", "city-3"]}'),
			('two facets', 1000, '{"pipeline": "p007", "tag": "team-007"}'),
			('two facets', 1000, '{"pipeline": "p007", "tag": "city-3"}'),
			('two facets', 1000, '{"fleet": "fleet-3", "os_type": "linux"}'),
			('two facets', 1000, '{"os_type": "windows", "tag": "absent"}'),
			('two facets', 1000, '{"os_type": "windows", "tag": "lts"}'),
			('two facets', 1000, '{"tag": ["base", "city-100"]}'),
			('two facets, only old', 1000, '{"legacy_boot": "yes", "os_type": "windows"}'),
			('two facets, only old', 1000, '{"legacy_boot": "yes", "tag": "base"}'),
			('two facets, only old', 1000, '{"legacy_boot": "yes", "pipeline": "p007"}'),
			('two facets, only old', 1000, '{"legacy_boot": "yes", "architecture": "aarch64"}'),
			('two facets, only old', 1000, '{"era": "3", "os_type": "windows"}'),
			('two facets, only old', 1000, '{"era": "3", "tag": "prod"}'),
			('two facets, only old', 1000, '{"era": "3", "tag": "city-3"}'),
			('two facets, only old', 1000, '{"era": "3", "legacy_boot": "yes"}'),
			('three facets', 1000, '{"os_type": "windows", "tag": "base", "architecture": "aarch64"}'),
			('three facets', 1000, '{"os_type": "windows", "hw_disk_bus": "ide", "os_distro": "debian"}'),
			('three facets', 1000, '{"os_type": "windows", "tag": "base", "pipeline": "p007"}'),
			('three facets', 1000, '{"os_type": "windows", "tag": ["prod", "team-007"]}'),
			('three facets', 1000, '{"os_distro": "debian", "tag": ["city-3", "team-007"]}'),
			('three facets', 1000, '{"os_type": "windows", "architecture": "aarch64", "tag": "lts"}'),
			('three facets', 1000, '{"tag": ["base", "prod", "city-100"]}'),
			('three facets, only old', 1000, '{"legacy_boot": "yes", "os_type": "windows", "tag": "base"}'),
			('three facets, only old', 1000, '{"legacy_boot": "yes", "tag": "city-3", "architecture": "aarch64"}'),
			('three facets, only old', 1000, '{"legacy_boot": "yes", "os_distro": "debian", "hw_disk_bus": "ide"}'),
			('three facets, only old', 1000, '{"era": "3", "os_type": "windows", "tag": "prod"}'),
			('three facets, only old', 1000, '{"era": "3", "os_distro": "debian", "pipeline": "p007"}'),
			('three facets, only old', 1000, '{"era": "3", "os_type": "windows", "tag": "lts"}')
			) f (topic, bound, filter);

-- facets from the oldest image on; on pages of one image and of a hundred
INSERT INTO bench.request
	SELECT f.topic || ', oldest first', 8, variant, bound, filter, 'created_at:asc'
	  FROM bench.request f
	 WHERE topic ~ 'facet' AND sort IS NULL
 UNION ALL
	SELECT topic || ', oldest first', 8, variant, bound, filter, 'created_at:asc'
	  FROM bench.request WHERE topic IN ('default order', 'visibility=');

INSERT INTO bench.request
	SELECT 'page of ' || r.rows || ', ' || topic, 9, variant, bound * CASE r.rows WHEN 100 THEN 4 ELSE 1 END,
		   filter, sort, r.rows
	  FROM bench.request f, unnest(ARRAY[1, 100]) r (rows)
	 WHERE topic IN ('default order', 'visibility=', 'one facet, common', 'one facet, middling',
					 'one facet, only old', 'two facets', 'sort by one key');

/*
 * A filter and another key's order: no line of its own in the list of bounds,
 * so it is held to that of a sort.
 */
INSERT INTO bench.request
	SELECT 'filter and sort', 10, filter || ', ' || sort, 250, filter::jsonb, sort
	  FROM unnest(ARRAY['{"status": "active"}', '{"status": "queued"}', '{"status": "saving"}',
						'{"disk_format": "qcow2"}', '{"disk_format": "ploop"}',
						'{"name": "golden"}', '{"protected": "true"}',
						'{"visibility": "public"}', '{"visibility": "shared"}']) filter,
		   unnest(ARRAY['name:asc', 'size:desc', 'updated_at:desc', 'status:asc', 'id:asc']) sort;

/*
 * What the list of bounds has no line for is held to that of its neighbours:
 * hidden images in every order; conditions that no index entry shows; the
 * orders of another key with a facet, and with lists of values.
 */
INSERT INTO bench.request
	SELECT 'hidden images, ' || topic, 11, variant, bound, filter || '{"os_hidden": "true"}', sort
	  FROM bench.request
	 WHERE topic IN ('sort by one key', 'sort by two keys, mixed',
					 'sort by two keys, one direction', 'one facet, common',
					 'one facet, middling', 'one facet, rare', 'size_min, size_max')
 UNION ALL
	SELECT 'hidden images, filter and sort', 11, variant, bound, filter || '{"os_hidden": "true", "visibility": "all"}', sort
	  FROM bench.request WHERE topic = 'filter and sort' AND NOT filter ? 'visibility';

INSERT INTO bench.request
	SELECT 'min_ram and min_disk', 12, filter || coalesce(', ' || sort, ''), 250, filter::jsonb, sort
	  FROM unnest(ARRAY['{"min_ram": "2048"}', '{"min_ram_max": "2048"}', '{"min_ram_min": "4096"}',
						'{"min_disk": "20"}', '{"min_disk_max": "40"}',
						'{"min_ram_max": "2048", "min_disk_max": "40"}']) filter,
		   unnest(ARRAY[NULL, 'name:asc', 'size:desc']) sort
 UNION ALL
	SELECT 'in: and neq: in another order', 12, filter || ', ' || sort, 250, filter::jsonb, sort
	  FROM unnest(ARRAY['{"status": "in:queued,saving"}', '{"status": "in:active,queued"}',
						'{"name": "in:golden,absent"}', '{"disk_format": "in:ploop,ami"}',
						'{"disk_format": "in:qcow2,raw"}', '{"container_format": "in:ovf,docker"}',
						'{"updated_at": "neq:2024-05-01T00:00:00Z"}',
						'{"created_at": "neq:2024-05-01T00:00:00Z"}']) filter,
		   unnest(ARRAY['name:asc', 'size:desc', 'updated_at:desc', 'id:asc']) sort;

INSERT INTO bench.request
	SELECT f.topic || ', sort by another key', 13, f.variant || ', ' || key || ':' || dir, f.bound, f.filter,
		   key || ':' || dir
	  FROM bench.request f,
		   unnest(ARRAY['name', 'status', 'disk_format', 'size', 'id', 'updated_at']) key,
		   unnest(ARRAY['asc', 'desc']) dir
	 WHERE f.topic IN ('one facet, common', 'one facet, middling', 'one facet, rare',
					   'one facet, absent', 'one facet, only old', 'two facets')
	   -- of a few values: docs/performance.md, What is not bounded
	   AND NOT (f.topic ~ 'only old' AND key IN ('status', 'disk_format', 'updated_at'));

/*
 * In another order k images with the facet are found by their rows, k pages, or
 * by the index of the order, 25 / k of all its entries, some 78 to a page: the
 * less of both is no more than the root of their product.
 */
UPDATE bench.request
   SET bound = greatest(bound, 50 + sqrt(25 / 78.0 * (SELECT reltuples FROM pg_class
													   WHERE oid = 'image_catalog.images'::regclass)))
 WHERE topic = 'one facet, middling, sort by another key';

INSERT INTO bench.request
	SELECT 'IMS, ' || topic, 14, variant, bound, filter, sort, 25, 'ims'
	  FROM bench.request
	 WHERE topic IN ('default order', 'visibility=', 'name=', 'status=', 'sort by one key',
					 'sort by two keys, mixed', 'one facet, common', 'one facet, middling')
	   -- what IMS refuses, and deleted images, which are in no ordered index
	   AND variant NOT LIKE '%aarch64%' AND variant NOT IN ('deleted', 'killed');
