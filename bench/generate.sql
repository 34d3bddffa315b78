/*
 * bench/generate.sql: fill an empty catalogue with made-up images
 *
 *		psql -v images=1000000 [-v part=rows] [-v shuffled=1] -f bench/generate.sql
 *
 * images is 10000 (default), 200000, 1000000 or 10000000; any multiple of
 * 10000 will do.  With part=rows the indexes are left to bench/load, which
 * makes several at a time; the table index_definition holds them.  With
 * shuffled=1 the table is in the order of the identifiers.  Everything follows from the number of the row by hashing, so
 * two runs of one size give the same catalogue, byte for byte.
 *
 *	projects	1,000, the md5 of 'project 1' ... 'project 1000'.  The sizes of
 *				the first 900 fall as 1 / rank: the first owns 10 % of all
 *				images, the hundredth 0.15 %; the last hundred own one each.
 *				Three more: 1001 owns half of the hidden images, 1002 one image
 *				in a hundred, nearly all of which IMS hides from it, and with
 *				1003 a fifth of the shared images are shared
 *	visibility	5 % public, 1 % community, 5 % shared, the others private
 *	members		one to three of a shared image, half of them accepted
 *	status		92 % active; 0.5 % deleted, 0.2 % killed
 *	hidden		1 %, protected 1 %
 *	created_at	five years, in the order of insertion; of every 256 images 32
 *				were created in the same microsecond
 *	name		2 % null, 1 % empty, 0.5 % 'golden', others shared by some ten
 *	properties	five to eight:
 *				os_type			windows 30 %, linux 70 %
 *				architecture	x86_64 85 %, aarch64 15 %
 *				os_distro		twelve values
 *				pipeline		p000 ... p999, 0.1 % each
 *				fleet			20 images of each value, at every size
 *				serial			half the images have one, each its own
 *				hw_disk_bus		60 % have one of four
 *				legacy_boot		yes for 30 % of the oldest tenth; no other
 *								image has it
 *				era				3 for all images of one time, 3 %
 *	tags		base 30 %; prod 10 %; lts 30 % of the images of linux, none of
 *				windows; team-000 ... team-999, 0.1 % each; one of 200 cities
 *				for half of the images
 */
\set ON_ERROR_STOP on
\set QUIET on
\if :{?images}
\else
\set images 10000
\endif

BEGIN;
SET LOCAL maintenance_work_mem = '1GB';
SET LOCAL synchronous_commit = off;
SET LOCAL client_min_messages = warning;
SET LOCAL work_mem = '64MB';

DO $$
BEGIN
	IF EXISTS (SELECT FROM image_catalog.images) THEN
		RAISE EXCEPTION 'the catalogue is not empty'
			USING HINT = 'Generate into a new database.';
	END IF;
END
$$;

-- a number in [0, 1) from a row and a question asked of it
CREATE FUNCTION pg_temp.random_of(row_number bigint, question int) RETURNS float8
	LANGUAGE SQL IMMUTABLE PARALLEL SAFE
	RETURN (hashint8extended(row_number, question) & 4503599627370495) / 4503599627370496.0::float8;

CREATE FUNCTION pg_temp.project(rank int) RETURNS text
	LANGUAGE SQL IMMUTABLE PARALLEL SAFE
	RETURN md5('project ' || rank);

CREATE FUNCTION pg_temp.member_of(image bigint, which int) RETURNS text
	LANGUAGE SQL IMMUTABLE PARALLEL SAFE
	RETURN pg_temp.project(floor(901 ^ pg_temp.random_of(image, 40 + which))::int);

-- secondary indexes are built once, over the whole
CREATE TABLE index_definition AS
	SELECT indexrelid::regclass::text AS index, pg_get_indexdef(indexrelid) AS definition
	  FROM pg_index i
	 WHERE indrelid IN ('image_catalog.images'::regclass,
						'image_catalog.image_members'::regclass,
						'image_catalog.image_shares'::regclass)
	   AND NOT indisunique
	   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
SELECT format('DROP INDEX %s', index) FROM index_definition \gexec

INSERT INTO image_catalog.images
	(id, name, status, visibility, protected, os_hidden, owner, disk_format,
	 container_format, min_disk, min_ram, size, virtual_size, checksum,
	 os_hash_algo, os_hash_value, created_at, updated_at, tags, properties,
	 deleted_at)
SELECT md5('image ' || n)::uuid,
	   CASE WHEN r_name < 0.02 THEN NULL
			WHEN r_name < 0.03 THEN ''
			WHEN r_name < 0.035 THEN 'golden'
			ELSE distro || '-' || name_group % 40 || '-build-' || name_group
	   END,
	   status,
	   CASE WHEN n % (:images / 100) = 7 THEN 'private'
			WHEN r_visibility < 0.05 THEN 'public'
			WHEN r_visibility < 0.06 THEN 'community'
			WHEN r_visibility < 0.11 THEN 'shared'
			ELSE 'private'
	   END,
	   pg_temp.random_of(n, 3) < 0.01,
	   pg_temp.random_of(n, 4) < 0.01 AND n % (:images / 100) <> 7,
	   CASE WHEN n % (:images / 100) = 7
			THEN pg_temp.project((901 + n / (:images / 100))::int)
			WHEN pg_temp.random_of(n, 4) < 0.005 THEN pg_temp.project(1001)
			WHEN pg_temp.random_of(n, 31) < 0.01 THEN pg_temp.project(1002)
			ELSE pg_temp.project(floor(901 ^ pg_temp.random_of(n, 5))::int)
	   END,
	   CASE WHEN r_format < 0.6 THEN 'qcow2' WHEN r_format < 0.8 THEN 'raw'
			WHEN r_format < 0.9 THEN 'iso' WHEN r_format < 0.96 THEN 'vmdk'
			WHEN r_format < 0.98 THEN 'vhd' WHEN r_format < 0.981 THEN 'ploop'
			WHEN r_format < 0.99 THEN 'vdi'
	   END,
	   CASE WHEN r_format < 0.96 THEN 'bare' WHEN r_format < 0.99 THEN 'ovf' END,
	   floor(pg_temp.random_of(n, 6) * 5)::int * 20,
	   floor(pg_temp.random_of(n, 7) * 5)::int * 1024,
	   size,
	   CASE WHEN size IS NOT NULL THEN (size / 1073741824 + 1) * 1073741824 END,
	   CASE WHEN size IS NOT NULL THEN md5('data ' || n) END,
	   CASE WHEN size IS NOT NULL THEN 'sha512' END,
	   CASE WHEN size IS NOT NULL
			THEN md5('a' || n) || md5('b' || n) || md5('c' || n) || md5('d' || n) END,
	   created_at,
	   updated_at,
	   ARRAY(SELECT tag COLLATE "C"
			   FROM (VALUES (CASE WHEN r_tag < 0.3 THEN 'base' END),
							(CASE WHEN pg_temp.random_of(n, 17) < 0.1 THEN 'prod' END),
							(CASE WHEN r_os >= 0.3 AND pg_temp.random_of(n, 18) < 0.3
								  THEN 'lts' END),
							('team-' || lpad(floor(pg_temp.random_of(n, 8) * 1000)::text, 3, '0')),
							(CASE WHEN pg_temp.random_of(n, 9) < 0.5
								  THEN 'city-' || floor(r_tag * 200) END)) t (tag)
			  WHERE tag IS NOT NULL ORDER BY 1),
	   jsonb_build_object(
			'os_type', CASE WHEN r_os < 0.3 THEN 'windows' ELSE 'linux' END,
			'architecture', CASE WHEN pg_temp.random_of(n, 11) < 0.85 THEN 'x86_64' ELSE 'aarch64' END,
			'os_distro', distro,
			'pipeline', 'p' || lpad(floor(pg_temp.random_of(n, 12) * 1000)::text, 3, '0'),
			'fleet', 'fleet-' || n % (:images / 20))
	   || CASE WHEN pg_temp.random_of(n, 13) < 0.5
			   THEN jsonb_build_object('serial', 'sn-' || n) ELSE '{}' END
	   || CASE WHEN pg_temp.random_of(n, 14) < 0.6
			   THEN jsonb_build_object('hw_disk_bus',
						(ARRAY['virtio', 'scsi', 'sata', 'ide'])
							[1 + floor(pg_temp.random_of(n, 15) * 4)::int]) ELSE '{}' END
	   || CASE WHEN n < :images / 10 AND pg_temp.random_of(n, 16) < 0.3
			   THEN jsonb '{"legacy_boot": "yes"}' ELSE '{}' END
	   || CASE WHEN n >= :images / 100 * 31 AND n < :images / 100 * 34
			   THEN jsonb '{"era": "3"}' ELSE '{}' END
	   || CASE WHEN pg_temp.random_of(n, 31) < 0.0095
			   THEN jsonb '{"__isregistered": "false"}' ELSE '{}' END,
	   CASE WHEN status = 'deleted' THEN updated_at END
  FROM (
	SELECT *,
		   CASE WHEN status NOT IN ('queued', 'saving', 'importing', 'uploading')
				THEN floor(exp(16 + 8 * r_size))::bigint / 1048576 * 1048576 + 1048576
		   END AS size,
		   (ARRAY['ubuntu', 'debian', 'centos', 'rocky', 'alma', 'fedora', 'suse',
				  'rhel', 'arch', 'freebsd', 'windows', 'cirros'])
				[1 + name_group % 12] AS distro,
		   -- a third are changed later, at any time until now
		   created_at + CASE WHEN r_updated < 0.667 THEN r_updated * interval '10 minutes'
							 ELSE (timestamptz '2026-11-01Z' - created_at) * (r_updated - 0.667) * 3
						END AS updated_at
	  FROM (
		SELECT n,
			   timestamptz '2021-11-01Z' + interval '1826 days'
			   * ((n - CASE WHEN n / 32 % 8 = 0 THEN n % 32 ELSE 0 END)::float8 / :images) AS created_at,
			   CASE WHEN n % (:images / 100) = 7 THEN 'active'
					WHEN r_status < 0.92 THEN 'active' WHEN r_status < 0.96 THEN 'queued'
					WHEN r_status < 0.975 THEN 'deactivated' WHEN r_status < 0.98 THEN 'saving'
					WHEN r_status < 0.99 THEN 'importing' WHEN r_status < 0.992 THEN 'uploading'
					WHEN r_status < 0.997 THEN 'deleted' WHEN r_status < 0.999 THEN 'killed'
					ELSE 'pending_delete'
			   END AS status,
			   pg_temp.random_of(n, 10) AS r_os,
			   pg_temp.random_of(n, 21) AS r_name,
			   floor(pg_temp.random_of(n, 21) * :images / 10)::int AS name_group,
			   pg_temp.random_of(n, 23) AS r_visibility,
			   pg_temp.random_of(n, 24) AS r_format,
			   pg_temp.random_of(n, 25) AS r_tag,
			   pg_temp.random_of(n, 26) AS r_size,
			   pg_temp.random_of(n, 27) AS r_updated
		  FROM (SELECT n, pg_temp.random_of(n, 2) AS r_status
				  FROM generate_series(0, :images - 1::bigint) n) numbers
		OFFSET 0) rows
	OFFSET 0) images;

-- members: one to three of each shared image, none of them the owner
INSERT INTO image_catalog.image_members
	(image_id, member_id, status, created_at, updated_at)
SELECT id, member_id,
	   CASE WHEN r_status < 0.5 THEN 'accepted' WHEN r_status < 0.8 THEN 'pending'
			ELSE 'rejected' END,
	   created_at + interval '1 hour', created_at + interval '1 hour'
  FROM (
	SELECT DISTINCT ON (i.created_at, i.id, member_id)
		   i.id, i.created_at, pg_temp.member_of(hash, which) AS member_id,
		   pg_temp.random_of(hash, 50 + which) AS r_status
	  FROM (SELECT id, owner, created_at, uuid_hash_extended(id, 1) AS hash
			  FROM image_catalog.images
			 WHERE visibility = 'shared' AND status <> 'deleted') i
	 CROSS JOIN generate_series(1, 3) which
	 WHERE which <= 1 + floor(3 * pg_temp.random_of(hash, 60))
	   AND pg_temp.member_of(hash, which) <> i.owner
	 ORDER BY i.created_at, i.id, member_id, which) m
 UNION ALL
SELECT id, pg_temp.project(1003), 'accepted',
	   created_at + interval '1 hour', created_at + interval '1 hour'
  FROM image_catalog.images
 WHERE visibility = 'shared' AND status <> 'deleted'
   AND uuid_hash_extended(id, 2) % 5 = 0;

\if :{?part}
COMMIT;
\quit
\endif
SELECT definition FROM index_definition ORDER BY index \gexec
DROP TABLE index_definition;
COMMIT;

-- rows in no order, as after a restore in parallel, or from another catalogue
\if :{?shuffled}
CLUSTER image_catalog.images USING images_pkey;
\endif

-- statistics, visibility map and hint bits, as autovacuum would leave them
VACUUM (ANALYZE) image_catalog.images;
VACUUM (ANALYZE) image_catalog.image_members;
VACUUM (ANALYZE) image_catalog.image_shares;
