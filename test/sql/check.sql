-- check(): every derived thing broken by hand, as a superuser can, and told
SET search_path = image_catalog, public;
\getenv folder PG_ABS_SRCDIR
\set file :folder '/data/container_fixture.json'
\set fixture `cat :'file'`
DELETE FROM images;
DELETE FROM container_images;
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('c8ec0000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
SELECT import_images(jsonb_agg(jsonb_build_object('id', pg_temp.id(n), 'name', 'image ' || n, 'owner', 'p1', 'status', 'active',
    'visibility', 'shared', 'disk_format', 'raw', 'container_format', 'bare', 'tags', jsonb_build_array('t'), 'p', 'v',
    'members', '{"p2": "accepted", "p3": "pending"}'::jsonb)))
  FROM generate_series(1, 3) n;
SELECT import_container_images(:'fixture');
SELECT import_sbom('quay.io/a/b@sha256:' || repeat('5', 64), '{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "library", "name": "left-pad", "version": "1.3.0", "purl": "pkg:npm/left-pad@1.3.0"}]}')->>'packages';
SELECT create_image(jsonb_build_object('id', pg_temp.id(4), 'disk_format', 'raw', 'container_format', 'bare'))->>'status',
       upload_image_data(pg_temp.id(4), 'abcdef')->>'size';
SELECT create_image(jsonb_build_object('id', pg_temp.id(5), 'disk_format', 'raw', 'container_format', 'bare'))->>'status',
       append_image_data(pg_temp.id(5), 'abc')->>'size';
SELECT defer_finding('CVE-2024-0001') >= 0;
SELECT index_image_property('p');

-- nothing differs
SELECT image_catalog.check();

-- generated columns: a function that once answered something else
BEGIN;
CREATE OR REPLACE FUNCTION image_facets(tags text[], properties jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT tags';
CREATE OR REPLACE FUNCTION image_summary(status text, disk_format text, container_format text, protected boolean,
        size bigint, updated_at timestamptz, name text, properties jsonb, min_ram integer, min_disk integer)
    RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 0::bigint';
UPDATE images SET min_ram = 1 WHERE id = pg_temp.id(2);
CREATE OR REPLACE FUNCTION image_facets(tags text[], properties jsonb) RETURNS text[] LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS '$libdir/image_catalog', 'imgcat_image_facets';
CREATE OR REPLACE FUNCTION image_summary(status text, disk_format text, container_format text, protected boolean,
        size bigint, updated_at timestamptz, name text, properties jsonb, min_ram integer, min_disk integer)
    RETURNS bigint LANGUAGE C IMMUTABLE PARALLEL SAFE AS '$libdir/image_catalog', 'imgcat_image_summary';
SELECT image_catalog.check();
ROLLBACK;
-- the index entries of what was rolled back, which say what is not so, mislead
-- the lists of later tests until they are gone
REINDEX TABLE images;

-- tables kept by triggers, which did not fire
BEGIN;
ALTER TABLE images DISABLE TRIGGER USER;
ALTER TABLE image_members DISABLE TRIGGER USER;
ALTER TABLE container_images DISABLE TRIGGER USER;
UPDATE images SET status = 'deleted', deleted_at = now() WHERE id = pg_temp.id(1);
UPDATE images SET name = 'another' WHERE id = pg_temp.id(2);
UPDATE image_members SET status = 'rejected' WHERE image_id = pg_temp.id(3) AND member_id = 'p2';
INSERT INTO image_members (image_id, member_id) VALUES (pg_temp.id(3), 'p4');
SELECT image_catalog.check() ORDER BY 1;
ROLLBACK;
-- (a restore with --disable-triggers leaves these for ordinary sessions only)
BEGIN;
ALTER TABLE images ENABLE TRIGGER images_share_changed;
SELECT image_catalog.check();
SELECT rebuild_image_shares();
SELECT image_catalog.check();
ROLLBACK;

-- sizes of data
BEGIN;
UPDATE image_data SET data = 'abc' WHERE image_id = pg_temp.id(4);
UPDATE image_data SET position = 1 WHERE image_id = pg_temp.id(5);
SELECT image_catalog.check();
DELETE FROM image_data;
SELECT image_catalog.check();
ROLLBACK;

-- ranks
BEGIN;
UPDATE container_risk_scores SET subjects = subjects + 1 WHERE subject = 'i' AND score = 3.2::float4::text::float8;
DELETE FROM container_risk_scores WHERE subject = 'c';
SELECT regexp_replace(image_catalog.check(), '\d+ components have the score [\d.]+, 0 are', 'N components have the score S, 0 are') AS line, count(*) > 0 AS found
  GROUP BY line;
SELECT rebuild_container_risk_scores();
SELECT image_catalog.check();
ROLLBACK;

-- rows of container images: each column of each table
BEGIN;
CREATE FUNCTION pg_temp.untold() RETURNS TABLE (told bigint, untold text) LANGUAGE plpgsql AS $$
DECLARE
    c record;
    n bigint;
BEGIN
    told := 0;
    FOR c IN SELECT attrelid::regclass AS t, attname, atttypid::regtype AS type FROM pg_attribute
              WHERE attrelid IN ('container_images'::regclass, 'container_image_names'::regclass, 'container_image_labels'::regclass,
                                 'container_image_layers'::regclass, 'container_components'::regclass, 'container_findings'::regclass)
                AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('image_key', 'document', 'gone_findings') ORDER BY 1, attnum LOOP
        BEGIN
            EXECUTE format('UPDATE %s SET %I = %s WHERE ctid = (SELECT max(ctid) FROM %1$s)', c.t, c.attname,
                CASE c.type::text WHEN 'text' THEN format('%I || ''x''', c.attname) WHEN 'boolean' THEN format('NOT %I', c.attname)
                     WHEN 'text[]' THEN '''{x}''' WHEN 'uuid' THEN 'gen_random_uuid()' WHEN 'timestamp with time zone' THEN '''1999-01-01'''
                     ELSE format('COALESCE(%I, 0) + 1', c.attname) END);
            SELECT count(*) INTO n FROM image_catalog.check() line WHERE line LIKE c.t || ': rows of%';
            IF n = 1 THEN told := told + 1; ELSE untold := concat_ws(' ', untold, c.t || '.' || c.attname); END IF;
            RAISE SQLSTATE 'ZZ000';
        EXCEPTION WHEN SQLSTATE 'ZZ000' THEN NULL;
        END;
    END LOOP;
    RETURN NEXT;
END
$$;
SELECT * FROM pg_temp.untold();
DELETE FROM container_findings;
SELECT line FROM image_catalog.check() line WHERE line LIKE 'container_findings%';
ROLLBACK;

-- packages
BEGIN;
UPDATE packages SET version = version || '1' WHERE name = 'left-pad';
SELECT regexp_replace(image_catalog.check(), 'package \d+', 'package N');
DELETE FROM packages WHERE name = 'left-pad';
SELECT image_catalog.check();
ROLLBACK;

-- indexes and triggers
BEGIN;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'images_owner_size_idx'::regclass;
SELECT format('DROP INDEX %I', property_index_name('owner', 'p')) \gexec
ALTER TABLE container_components DISABLE TRIGGER count_risk_scores_insert;
ALTER TABLE role_identities ENABLE TRIGGER ALL;
ALTER TABLE property_protections ENABLE TRIGGER ALL;
ALTER TABLE image_shares ENABLE TRIGGER ALL;
SELECT replace(image_catalog.check(), property_index_name('owner', 'p')::text, '(property p)');
ROLLBACK;

-- no more than a hundred lines of a kind
BEGIN;
SELECT import_images(jsonb_agg(jsonb_build_object('owner', 'p1', 'visibility', 'shared', 'members', '{"p2": "accepted"}'::jsonb)))
  FROM generate_series(1, 200) n;
DELETE FROM image_shares;
SELECT count(*), max(line) FILTER (WHERE line ~ 'more') FROM image_catalog.check() line;
ROLLBACK;

-- an image that keeps when a CVE was seen that its last scan lacks
BEGIN;
SELECT import_container_images('{"id": "sha256:gone", "scan": {"scanTime": "2025-01-01T00:00:00Z", "components": [{"name": "a", "version": "1",
    "vulns": [{"cve": "CVE-1", "firstImageOccurrence": "2024-01-01T00:00:00Z", "firstSystemOccurrence": "2024-01-01T00:00:00Z"}]}]}}');
SELECT import_container_images('{"id": "sha256:gone", "scan": {"scanTime": "2025-02-01T00:00:00Z", "components": [{"name": "a", "version": "1"}]}}');
SELECT gone_findings IS NOT NULL AS keeps FROM container_images WHERE digest = 'sha256:gone';
SELECT image_catalog.check();
ROLLBACK;

-- administrators only
SET image_catalog.project_id = 'p1';
SELECT image_catalog.check();
RESET image_catalog.project_id;
SELECT drop_finding_rule('CVE-2024-0001') >= 0, unindex_image_property('p');
DELETE FROM images;
DELETE FROM container_images;
