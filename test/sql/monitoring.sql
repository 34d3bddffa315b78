-- numbers for those who run a catalogue: catalog_estimates and its kin
SET client_min_messages = warning;
BEGIN;
TRUNCATE image_catalog.images, image_catalog.container_images, image_catalog.container_finding_rules, image_catalog.container_watched_images CASCADE;
INSERT INTO image_catalog.images (id, owner, status, visibility, size, deleted_at)
SELECT gen_random_uuid(), 'monitored ' || n % 4, CASE n % 10 WHEN 0 THEN 'deleted' WHEN 1 THEN 'queued' ELSE 'active' END,
       CASE n % 5 WHEN 0 THEN 'public' ELSE 'shared' END, CASE WHEN n % 10 > 1 THEN 10 END,
       CASE n % 10 WHEN 0 THEN now() - n * interval '1 day' END
  FROM generate_series(1, 200) n;
INSERT INTO image_catalog.image_members (image_id, member_id, status, deleted_at)
SELECT id, m, CASE m WHEN 'a' THEN 'accepted' ELSE 'pending' END, CASE m WHEN 'c' THEN now() END
  FROM image_catalog.images, unnest('{a,b,c}'::text[]) m WHERE status = 'active' AND visibility = 'shared';
UPDATE image_catalog.images SET status = 'saving' WHERE id = (SELECT id FROM image_catalog.images WHERE status = 'queued' ORDER BY id LIMIT 1);
INSERT INTO image_catalog.image_uploads (image_id, size) SELECT id, 77 FROM image_catalog.images WHERE status = 'saving';
SELECT image_catalog.import_container_images((SELECT jsonb_agg(jsonb_build_object(
    'id', 'sha256:' || repeat(to_hex(n % 16), 63) || to_hex(n / 16),
    'name', jsonb_build_object('fullName', 'quay.io/monitored:' || n),
    'scan', jsonb_build_object('scanTime', to_char(now() - n * interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'components', jsonb_build_array(jsonb_build_object('name', 'c', 'version', '1', 'vulns',
        jsonb_build_array(jsonb_build_object('cve', 'CVE-' || n % 4, 'severity', (ARRAY['LOW', 'CRITICAL', 'MODERATE', 'LOW'])[1 + n % 4] || '_VULNERABILITY_SEVERITY')))))))
    FROM generate_series(1, 40) n)) AS imported;
SELECT image_catalog.defer_finding('cve-1'), image_catalog.mark_finding_false_positive('CVE-2', 'quay.io/monitored:2');
INSERT INTO image_catalog.container_watched_images (name) VALUES ('quay.io/a/b:1');
ANALYZE image_catalog.images, image_catalog.image_members, image_catalog.container_images, image_catalog.container_findings;

-- the sample of ANALYZE is all of these few rows, so estimates are the numbers
SELECT * FROM image_catalog.catalog_estimates ORDER BY subject COLLATE "C", attribute COLLATE "C" NULLS FIRST, value COLLATE "C";
SELECT * FROM image_catalog.catalog_pending ORDER BY subject COLLATE "C", value COLLATE "C";
SELECT * FROM image_catalog.catalog_counts() ORDER BY subject COLLATE "C", value COLLATE "C";
SELECT relation, rows, table_bytes > 0 AS has_bytes, index_bytes > 0 AS has_indexes FROM image_catalog.catalog_sizes WHERE relation IN ('images', 'container_findings') ORDER BY 1;
SELECT count(*) = (SELECT count(*) FROM pg_class WHERE relnamespace = 'image_catalog'::regnamespace AND relkind = 'r') AS all_tables FROM image_catalog.catalog_sizes;

-- what waits is found by indexes
PREPARE pending AS SELECT count(*) FROM image_catalog.images i WHERE i.deleted_at < now() - '30 days'::interval;
SET LOCAL enable_seqscan = off;
EXPLAIN (COSTS OFF) EXECUTE pending;

-- a command that reports itself stays what it is, whatever its triggers import;
-- a plain COPY of images is none of ours (test/specs/progress.spec has what is)
CREATE TEMP TABLE fed (id uuid);
CREATE FUNCTION pg_temp.feed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM image_catalog.import_images(jsonb_build_array(jsonb_build_object('id', NEW.id, 'name', 'monitored')));
    RAISE WARNING 'progress of %', (SELECT relid::regclass FROM pg_stat_progress_copy WHERE pid = pg_backend_pid());
    RETURN NEW;
END $$;
CREATE TRIGGER feed BEFORE INSERT ON fed FOR EACH ROW EXECUTE FUNCTION pg_temp.feed();
COPY fed FROM stdin;
30a17000-0000-4000-8000-0000000000ff
\.
SELECT count(*) FROM image_catalog.catalog_progress WHERE pid = pg_backend_pid();

-- for administrators
SET LOCAL image_catalog.project_id = 'monitored 1';
SAVEPOINT s;
SELECT * FROM image_catalog.catalog_estimates;
ROLLBACK TO s;
SELECT * FROM image_catalog.catalog_pending;
ROLLBACK TO s;
SELECT * FROM image_catalog.catalog_progress;
ROLLBACK TO s;
SELECT * FROM image_catalog.catalog_sizes;
ROLLBACK TO s;
SELECT * FROM image_catalog.catalog_counts();
ROLLBACK;
