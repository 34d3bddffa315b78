/*
 * bench/requests.sql: whom and what the buffer measurements ask
 *
 * Fills the schema bench: callers, markers at several depths, and requests
 * with their bounds.  Works on a catalogue made by bench/generate.sql; run by
 * bench/buffers.sql.
 */
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;

CREATE TABLE bench.caller (
	name text PRIMARY KEY, place int, project_id text, is_admin boolean);
INSERT INTO bench.caller VALUES
	('large', 1, md5('project 1'), false),
	('medium', 2, md5('project 100'), false),
	('one image', 3, md5('project 950'), false),
	('administrator', 4, '', true);

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

-- bound: most buffers that a page of 25 may touch
CREATE TABLE bench.request (
	topic text, place int, variant text, bound int, filter jsonb, sort text,
	PRIMARY KEY (topic, variant));

INSERT INTO bench.request
	SELECT 'default order', 1, 'no filter', 120, jsonb '{}', NULL::text
 UNION ALL
	SELECT 'visibility=', 2, v, 120, jsonb_build_object('visibility', v), NULL
	  FROM unnest(ARRAY['public', 'private', 'shared', 'community', 'all']) v
 UNION ALL
	SELECT 'member_status=', 2, v, 120, jsonb_build_object('member_status', v), NULL
	  FROM unnest(ARRAY['pending', 'rejected', 'all']) v;

-- existing values of each frequency
SELECT name AS some_name FROM image_catalog.images
 WHERE visibility = 'public' AND name LIKE 'ubuntu%' AND status = 'active'
 ORDER BY id LIMIT 1 \gset
SELECT id AS public_id FROM image_catalog.images
 WHERE visibility = 'public' AND status = 'active' ORDER BY id LIMIT 1 \gset
SELECT id AS private_id FROM image_catalog.images
 WHERE visibility = 'private' AND owner = md5('project 3') ORDER BY id LIMIT 1 \gset
SELECT max(substr(properties ->> 'serial', 4)::bigint) AS serial FROM image_catalog.images
 WHERE visibility = 'public' AND status = 'active' AND properties ? 'serial' \gset

INSERT INTO bench.request
	SELECT f.topic, 3, f.value, 200, jsonb_build_object(rtrim(f.topic, '='), f.value), NULL
	  FROM (VALUES
			('owner=', md5('project 1')), ('owner=', md5('project 100')),
			('owner=', md5('project 950')), ('owner=', 'nobody'),
			('status=', 'active'), ('status=', 'queued'), ('status=', 'saving'),
			('status=', 'pending_delete'), ('status=', 'killed'),
			('status=', 'in:queued,saving'),
			('name=', :'some_name'), ('name=', 'golden'), ('name=', 'absent'),
			('name=', 'in:golden,absent'),
			('id=', :'public_id'), ('id=', :'private_id'),
			('id=', 'in:' || :'public_id' || ',' || :'private_id'),
			('disk_format=', 'qcow2'), ('disk_format=', 'vmdk'),
			('disk_format=', 'ploop'), ('disk_format=', 'ami'),
			('disk_format=', 'in:ploop,ami'),
			('container_format=', 'bare'), ('container_format=', 'ovf'),
			('container_format=', 'docker'),
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
			('updated_at range', '{"updated_at": "gt:2026-10-30T00:00:00Z"}'),
			('updated_at range', '{"updated_at": "gt:2030-01-01T00:00:00Z"}'),
			('updated_at range', '{"updated_at": ["gte:2024-05-01T00:00:00Z", "lt:2024-05-02T00:00:00Z"]}'),
			('created_at and updated_at range', '{"created_at": "lt:2022-01-01T00:00:00Z", "updated_at": "gt:2026-01-01T00:00:00Z"}'),
			('size_min, size_max', '{"size_min": "1000000000"}'),
			('size_min, size_max', '{"size_min": "26000000000"}'),
			('size_min, size_max', '{"size_min": "900000000000"}'),
			('size_min, size_max', '{"size_max": "1000000000"}'),
			('size_min, size_max', '{"size_max": "9500000"}'),
			('size_min, size_max', '{"size_max": "1"}'),
			('size_min, size_max', '{"size_min": "500000000", "size_max": "502000000"}')) f (topic, filter);

INSERT INTO bench.request
	SELECT 'sort by one key', 5, key || ':' || dir, 250, jsonb '{}', key || ':' || dir
	  FROM unnest(ARRAY['name', 'status', 'container_format', 'disk_format', 'size',
						'id', 'created_at', 'updated_at']) key,
		   unnest(ARRAY['asc', 'desc']) dir
 UNION ALL
	SELECT 'sort by two keys, ' || CASE WHEN a_dir = b_dir THEN 'one direction' ELSE 'mixed' END,
		   6, format('%s:%s,%s:%s', a, a_dir, b, b_dir), 250, '{}',
		   format('%s:%s,%s:%s', a, a_dir, b, b_dir)
	  FROM (VALUES ('name', 'created_at'), ('name', 'size'), ('size', 'name'),
				   ('updated_at', 'name'), ('created_at', 'name'), ('status', 'created_at'),
				   ('disk_format', 'size'), ('container_format', 'status')) k (a, b),
		   (VALUES ('asc', 'asc'), ('asc', 'desc')) d (a_dir, b_dir);

INSERT INTO bench.request
	SELECT f.topic, 7, f.filter, f.bound, f.filter::jsonb, NULL
	  FROM (VALUES
			('one facet, common', 400, '{"os_type": "windows"}'),
			('one facet, common', 400, '{"tag": "base"}'),
			('one facet, common', 400, '{"architecture": "aarch64"}'),
			('one facet, middling', 400, '{"pipeline": "p007"}'),
			('one facet, middling', 400, '{"tag": "team-007"}'),
			('one facet, middling', 400, '{"tag": "city-3"}'),
			('one facet, rare', 400, '{"fleet": "fleet-3"}'),
			('one facet, rare', 400, format('{"serial": "sn-%s"}', :'serial')),
			('one facet, absent', 400, '{"os_type": "plan9"}'),
			('one facet, absent', 400, '{"tag": "absent"}'),
			('one facet, only old', 1000, '{"legacy_boot": "yes"}'),
			('two facets', 1000, '{"os_type": "windows", "tag": "base"}'),
			('two facets', 1000, '{"os_type": "windows", "pipeline": "p007"}'),
			('two facets', 1000, '{"tag": ["base", "team-007"]}'),
			('two facets', 1000, '{"pipeline": "p007", "tag": "team-007"}'),
			('two facets', 1000, '{"fleet": "fleet-3", "os_type": "linux"}'),
			('two facets', 1000, '{"os_type": "windows", "tag": "absent"}'),
			('two facets, only old', 1000, '{"legacy_boot": "yes", "os_type": "windows"}'),
			('two facets, only old', 1000, '{"legacy_boot": "yes", "tag": "base"}'),
			('two facets, only old', 1000, '{"legacy_boot": "yes", "pipeline": "p007"}'),
			('two facets, only old', 1000, '{"legacy_boot": "yes", "architecture": "aarch64"}'),
			('three facets', 1000, '{"os_type": "windows", "tag": "base", "architecture": "aarch64"}'),
			('three facets', 1000, '{"os_type": "windows", "hw_disk_bus": "ide", "os_distro": "debian"}'),
			('three facets', 1000, '{"os_type": "windows", "tag": "base", "pipeline": "p007"}'),
			('three facets', 1000, '{"os_distro": "debian", "tag": ["city-3", "team-007"]}'),
			('three facets, only old', 1000, '{"legacy_boot": "yes", "os_type": "windows", "tag": "base"}'),
			('three facets, only old', 1000, '{"legacy_boot": "yes", "tag": "city-3", "architecture": "aarch64"}'),
			('three facets, only old', 1000, '{"legacy_boot": "yes", "os_distro": "debian", "hw_disk_bus": "ide"}')
			) f (topic, bound, filter);
