-- The search language of container images, on four images:
--   A docker.io/library/nginx:1.25   B quay.io/org/app:v2_1
--   C docker.io/library/alpine:3.18 (no findings)
--   D localhost:5000/team/tool:latest (never scanned)
\getenv folder PG_ABS_SRCDIR
\set file :folder /data/container_fixture.json
\set fixture `cat :'file'`
SET image_catalog.clock = '2025-06-24 12:00:00Z';
SELECT image_catalog.import_container_images(:'fixture'::jsonb);

-- the images that a query finds, oldest update first; or the error
CREATE FUNCTION pg_temp.found(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    images text;
    counted bigint;
    detail text;
BEGIN
    SELECT string_agg(upper(substr(image ->> 'id', 8, 1)), ',' ORDER BY n)
      INTO images
      FROM image_catalog.list_container_images(query)
           WITH ORDINALITY l (image, n);
    counted := image_catalog.count_container_images(query);
    IF counted <> coalesce(length(replace(images, ',', '')), 0) THEN
        RETURN 'counted ' || counted || ', listed ' || images;
    END IF;
    RETURN coalesce(images, 'none');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;

CREATE TEMP TABLE cases (number serial, query text, expected text);
INSERT INTO cases (query, expected) VALUES
    ('', 'D,C,B,A'),
    ('  ', 'D,C,B,A'),
    -- strings: prefix, regular expression, equality, negation, wildcards
    ('Image:nginx', 'none'),
    ('Image:docker.io/library/nginx', 'A'),
    ('Image:r/NGINX:1\.2', 'A'),
    ('Image:DOCKER.IO', 'C,A'),
    ('Image:"docker.io/library/nginx"', 'none'),
    ('Image:"docker.io/library/nginx:1.25"', 'A'),
    ('Image:"Docker.io/library/nginx:1.25"', 'none'),
    ('Image:!docker.io', 'D,B'),
    ('Image:!r/docker', 'D,B'),
    ('Image:!"docker.io/library/nginx:1.25"', 'D,C,B'),
    ('Image:%nginx', 'A'),
    ('Image:docker.io/library/_____:', 'A'),
    ('Image:docker.io/library/\nginx', 'A'),
    ('Image:docker.io/library/\%', 'none'),
    ('Image:docker.io\', 'none'),
    ('Image:quay.io,localhost', 'D,B'),
    ('Image:"quay.io/org/app:v2_1","localhost:5000/team/tool:latest"', 'D,B'),
    ('Image:!"quay.io/org/app:v2_1",!"localhost:5000/team/tool:latest"', 'D,C,B,A'),
    ('Image:,', 'D,C,B,A'),
    ('Image Tag:3_18', 'C'),
    ('Image Tag:"3.18",latest', 'D,C'),
    ('Image Registry:docker.io+Image Tag:3', 'C'),
    ('Image Registry:docker.io+Image Registry:quay.io', 'B'),
    ('Image Registry:docker.io+image registry:quay.io', 'none'),
    ('Image Registry:docker.io+image registry:r/d', 'C,A'),
    ('Image Remote:library/', 'C,A'),
    ('Image Sha:sha256:aaaa', 'A'),
    ('Image Sha:SHA256:AA', 'A'),
    ('Image User:""', 'C,B'),
    ('Image User:1001', 'D'),
    ('Image OS:*', 'D,C,B,A'),
    ('Image OS:-', 'none'),
    ('Image OS:""', 'D'),
    ('Image OS:debian:12', 'A'),
    ('Image OS:debian:12,alpine', 'C,A'),
    ('Image:\d', 'C,A'),
    ('Image:r/\D', 'D,C,B,A'),
    -- as written: \d is not \D
    ('Image Tag:r/^\D+$', 'D'),
    ('Image Tag:r/^\d', 'C,A'),
    ('Image Tag:!r/^\D+$', 'C,B,A'),
    ('CVE:r/^\D+-\d+-\d+$', 'B,A'),
    ('Image Label:r/^\S+$=r/^\D+$', 'B,A'),
    ('Image Command:r/^\W', 'C,A'),
    ('Severity:r/^\D+$', 'B,A'),
    ('Severity:r/\d', '22023 invalid search query: no such enum value'),
    -- dropped pairs, unreachable labels
    ('Bogus Field:foo+Image Tag:3', 'C'),
    ('Bogus Field:foo', 'D,C,B,A'),
    ('nonsense', 'D,C,B,A'),
    ('Image:', 'D,C,B,A'),
    ('Policy:foo+Image Tag:3', 'C'),
    ('Policy:foo', 'none'),
    ('Policy:!!foo', 'none'),
    ('CVE Snoozed:true', 'none'),
    ('Deployment:-', 'none'),
    -- times
    ('Image Scan Time:*', 'C,B,A'),
    ('Image Scan Time:-', 'D'),
    ('Image Scan Time:>=10d', 'C'),
    ('Image Scan Time:>10d', 'C,B'),
    ('Image Scan Time:<10d', 'B,A'),
    ('Image Scan Time:<=10d', 'A'),
    ('Image Scan Time:5d-20d', 'B'),
    ('Image Scan Time:-1d-11d', 'B,A'),
    ('Image Scan Time:06/14/2025', 'B'),
    ('Image Scan Time:<06/14/2025', 'C'),
    ('Image Scan Time:>= 06/14/2025 12:00 PM', 'B,A'),
    ('Image Scan Time:=06/14/2025 12:00:00 PM', 'B'),
    ('Image Scan Time:10d', 'B'),
    ('Image Scan Time:==10', 'B'),
    ('Image Scan Time:=10d', '22023 invalid search query: invalid time'),
    ('Image Scan Time:3h', '22023 invalid search query: invalid time'),
    ('Image Scan Time:!10d', '22023 invalid search query: a time takes no modifier'),
    ('Image Scan Time:20d-5d', '22023 invalid search query: invalid time range'),
    ('Image Scan Time:<2000000000d', 'C,B,A'),
    ('Image Scan Time:>-2000000000d', 'C,B,A'),
    ('Image Scan Time:>12/31/9999', 'none'),
    ('Image Scan Time:>01/01/0000', 'C,B,A'),
    ('Image Scan Time:tr/-1-2', '22023 invalid search query: invalid time range'),
    ('Image Scan Time:tr/0-9223372036854775807', 'C,B,A'),
    ('Image Created Time:tr/1704067200000-1735689600000', 'A'),
    ('Image Created Time:-', 'D'),
    ('Last Updated:>30d,<1d', 'D,C,A'),
    -- numbers
    ('Image CVE Count:0', 'D,C'),
    ('Image CVE Count:>=2', 'B,A'),
    ('Image CVE Count:1-3', 'B'),
    ('Image CVE Count:3-0', '22023 invalid search query: invalid range'),
    ('Image CVE Count:!3', '22023 invalid search query: a number takes no modifier'),
    ('Image CVE Count:2.5', '22023 invalid search query: fraction for an integer'),
    ('Image CVE Count:<1e30', 'D,C,B,A'),
    ('Image CVE Count:>-1e30', 'D,C,B,A'),
    ('Image CVE Count:abc', '22023 invalid search query: invalid number'),
    ('Image CVE Count:*', 'D,C,B,A'),
    ('Critical CVE Count:1+Fixable Critical CVE Count:0', 'B'),
    ('Image Top CVSS:>=9.8', 'B,A'),
    ('Image Risk Score:2-3', 'B'),
    ('Image Component Count:2', 'B,A'),
    ('EPSS Probability:>0.119', 'A'),
    ('CVSS:7-8', 'A'),
    ('CVSS:6.1,5.3', 'B,A'),
    ('CVSS:1e999', '22023 invalid search query: invalid number'),
    -- arrays
    ('Image Command:"app.py"', 'B'),
    ('Image Command:APP', 'B'),
    ('Image Command:!nginx', 'C,B,A'),
    ('Image Command:r/^-', 'A'),
    ('Image Command:-', 'D'),
    ('Image Command:*', 'C,B,A'),
    ('Image Volumes:-', 'D,C,B'),
    ('Image Volumes:-,/var', 'D,C,B,A'),
    ('Image Volumes:!x', 'A'),
    -- maps
    ('Image Label:app=', 'B,A'),
    ('Image Label:ap=', 'none'),
    ('Image Label:!app=', 'D,C'),
    ('Image Label:app=web', 'A'),
    ('Image Label:AP=WE', 'A'),
    ('Image Label:=api', 'B'),
    ('Image Label:=', 'B,A'),
    ('Image Label:app=!web', 'B'),
    ('Image Label:=!web', 'B,A'),
    ('Image Label:r/^a=r/p', 'B'),
    ('Image Label:main', 'A'),
    ('Image Label:"main"', 'none'),
    ('Image Label:"maintainer"="NGINX Docker"', 'A'),
    ('Image Label:app=web,app=api', 'B,A'),
    ('Image Label:*', 'D,C,B,A'),
    ('Image Label:-', 'none'),
    ('Image Label:!app', '22023 invalid search query: unsupported map condition'),
    ('Image Label:!app=x', '22023 invalid search query: unsupported map condition'),
    ('Image Label:r/(=x', '22023 invalid search query: invalid regular expression: parentheses () not balanced'),
    -- child tables: the same row of one table, any rows of two
    ('Component:openssl', 'B,A'),
    ('Component:openssl+Component Version:3', 'A'),
    ('Component:curl+CVE:CVE-2023-5678', 'A'),
    ('Component:-', 'D'),
    ('Component:*', 'C,B,A'),
    ('Component:-,musl', 'D,C'),
    ('Component:-+Component Version:3', 'none'),
    ('Component:-+Component Version:-', 'D'),
    ('Component:!openssl', 'C,B,A'),
    ('Component:curl+Component Source:PYTHON', 'none'),
    ('Component Source:!OS', 'B'),
    ('Component Source:P', 'B'),
    ('Component Version:r/^1\.', 'C,B'),
    ('Component ID:openssl#0', 'A'),
    ('Component ID:"openssl#1#sha256:bbbb"', 'B'),
    ('Operating System:alpine', 'C'),
    ('Component Layer Type:APPLICATION', 'C,B,A'),
    ('Component Layer Type:BASE', 'none'),
    ('CVE:cve-2024', 'B,A'),
    ('CVE:CVE-2024-0001+Fixable:false', 'B'),
    ('CVE:!CVE-2024', 'B,A'),
    ('CVE:*', 'B,A'),
    ('CVE:-', 'D,C'),
    ('CVE:-,CVE-2023-32681', 'D,C,B'),
    ('CVE:CVE-2023-38545,CVE-2023-32681', 'B,A'),
    ('CVE:CVE-2023-38545,', 'B,A'),
    ('CVE:"CVE-2023-38545","CVE-2023-5678"', 'A'),
    ('CVE:"cve-2023-38545","cve-2023-5678"', 'none'),
    ('CVE:a, CVE-2024', 'none'),
    ('CVE ID:"CVE-2023-38545#0#curl#1#sha256:aaaa"', 'A'),
    ('CVE:CVE-2024-0001+CVE ID:r/requests', 'none'),
    ('Fixable:tr', 'B,A'),
    ('Fixable:true,false', 'B,A'),
    ('Fixable:false+Severity:CRIT', 'B'),
    ('Fixable:!true', '22023 invalid search query: a boolean takes no modifier'),
    ('Fixable:maybe', '22023 invalid search query: invalid boolean'),
    ('Severity:critical_vulnerability_severity', 'B,A'),
    ('Severity:"CRITICAL_VULNERABILITY_SEVERITY"', 'B,A'),
    ('Severity:<IMPORTANT', 'B,A'),
    ('Severity:r/^(crit|imp)', 'B,A'),
    ('Severity:r/IMP', 'A'),
    ('Severity:nonesuch', 'none'),
    ('Severity:!nonesuch', 'B,A'),
    ('Severity:!r/.*', '22023 invalid search query: no such enum value'),
    ('Severity:"CRIT"', '22023 invalid search query: no such enum value'),
    ('Severity:r/(', '22023 invalid search query: invalid regular expression: parentheses () not balanced'),
    ('Vulnerability State:DEFERRED,FALSE', 'B,A'),
    ('CVSS:>7+Fixable:false', 'B'),
    ('Fixed By:""', 'B,A'),
    ('Fixed By:2', 'B'),
    ('CVE Published On:-', 'D,C,B,A'),
    ('CVE Published On:*', 'none'),
    ('Dockerfile Instruction Keyword:RUN+Dockerfile Instruction Value:pip', 'B'),
    ('Dockerfile Instruction Keyword:COPY+Dockerfile Instruction Value:pip', 'none'),
    ('Dockerfile Instruction Keyword:-', 'D,C'),
    -- aggregates as filters
    ('CVE Count:3', 'A'),
    ('CVE Count:0', 'D,C'),
    ('CVSS Max:>9', 'B,A'),
    ('Severity Max:CRIT', 'B,A'),
    ('Component Count:>=1', 'C,B,A'),
    ('Image Count:1', 'D,C,B,A'),
    ('CVE Count:*', '22023 invalid search query: a derived label has no null test'),
    ('Image Risk Priority:1', '22023 invalid search query: label is for sorting only'),
    -- what must not be an internal error
    ('Image:!!x', '22023 invalid search query: unsupported modifier "!!"'),
    ('Image:r/[', '22023 invalid search query: invalid regular expression: brackets [] not balanced'),
    ('Image:r/a{1001}', '22023 invalid search query: invalid regular expression: invalid repetition count(s)'),
    ('Image:''; DROP TABLE image_catalog.container_images; --', 'none');

-- cases that go wrong; none is to be shown
SELECT query, pg_temp.found(query) AS found, expected
  FROM cases
 WHERE pg_temp.found(query) IS DISTINCT FROM expected
 ORDER BY number;
SELECT count(*) AS cases FROM cases;

-- an error names the label and the value, and helps
\set VERBOSITY terse
SELECT image_catalog.count_container_images('Image Tag:a,r/[');
\set VERBOSITY default
SELECT image_catalog.count_container_images('CVE:x+CVSS:>high');
SELECT image_catalog.count_container_images('Severity:!r/.*');

-- limits
CREATE FUNCTION pg_temp.count_or_error(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN image_catalog.count_container_images(query);
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate || ' ' || sqlerrm;
END
$$;
SELECT pg_temp.count_or_error('Image:r/x' || repeat(',r/x', 30) || '+Severity:r/x' || '|.');
SELECT pg_temp.count_or_error('Image:r/x' || repeat(',r/x', 31) || '+Severity:r/x' || '|.');
SELECT pg_temp.count_or_error('Image:x' || repeat(',x', 9999));
SELECT pg_temp.count_or_error('Image:x' || repeat(',x', 10000));
SELECT pg_temp.count_or_error('Image:' || repeat('x', 1024 * 1024));
-- a label in 51 spellings
SELECT n, pg_temp.count_or_error(string_agg('Image' || CASE WHEN i & 1 = 0 THEN ' r' ELSE ' R' END || CASE WHEN i & 2 = 0 THEN 'e' ELSE 'E' END || CASE WHEN i & 4 = 0 THEN 'g' ELSE 'G' END
           || CASE WHEN i & 8 = 0 THEN 'i' ELSE 'I' END || CASE WHEN i & 16 = 0 THEN 's' ELSE 'S' END || CASE WHEN i & 32 = 0 THEN 't' ELSE 'T' END
           || CASE WHEN i & 64 = 0 THEN 'r' ELSE 'R' END || 'y:%', '+'))
  FROM (VALUES (50), (51)) v (n), generate_series(1, n) i GROUP BY n ORDER BY n;

-- many values (test/security/021_bounds.pl: what they cost)
CREATE FUNCTION pg_temp.count_many(label text, value text, n int) RETURNS bigint LANGUAGE sql AS $$
    SELECT image_catalog.count_container_images(label || ':' || string_agg(replace(value, '#', i::text), ','))
      FROM generate_series(1, n) i
$$;
SELECT label, value, pg_temp.count_many(label, value, 5000) FROM (VALUES
    ('Image Label', 'k#'), ('Image Label', 'k#=v'), ('Image Label', 'k#='), ('Image Label', '!k#='), ('Image Label', '"k#"=!"v#"'), ('Image Label', '=v#'),
    ('Image', 'x#'), ('Image', '"x#"'), ('Image', '!x#'), ('Image', '!"x#"'), ('Image', '%#x'), ('Image Tag', '1.2#'), ('Image Sha', 'sha256:a#'),
    ('Image ID', 'x#'), ('Image Command', 'x#'), ('Image Command', '"x#"'), ('Image Command', '!x#'), ('Image User', '!"x#"'),
    ('Component', 'x#'), ('Component', '"x#"'), ('Component', '!x#'), ('Component ID', 'x#'), ('CVE', 'CVE-#'), ('CVE', '"CVE-#"'), ('CVE ID', 'x#'),
    ('CVSS', '#'), ('CVSS', '<0.#'), ('CVSS', '>#'), ('Image CVE Count', '#'), ('Image CVE Count', '>#'), ('Last Updated', '#d'), ('Last Updated', 'tr/#-1#'),
    ('CVE Count', '#'), ('CVSS Max', '>#'), ('Severity Max', 'LOW'), ('Severity', 'LOW'), ('Fixable', 'true'), ('Image Created Time', '-'), ('Image Created Time', '*'),
    ('Dockerfile Instruction Value', 'x#'), ('First Image Occurrence Timestamp Min', '>#')
  ) v (label, value);
SELECT image_catalog.count_container_images(repeat('CVE:x,', 10001));

-- an index finds the beginnings of names, however many: few rows are read of many
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO image_catalog.container_findings
SELECT f.image_key, f.component_index, f.finding_index + n, f.severity, f.document_state, f.is_fixable, f.cisa_kev, f.cvss, f.nvd_cvss, f.impact_score, f.epss_probability,
       f.first_system_occurrence, f.first_image_occurrence, f.published_at, f.fix_available_at, 'many-' || n, f.fixed_by, f.advisory_name, f.advisory_link
  FROM (SELECT * FROM image_catalog.container_findings ORDER BY image_key, component_index, finding_index LIMIT 1) f, generate_series(1000, 20999) n;
ANALYZE image_catalog.container_findings;
CREATE FUNCTION pg_temp.findings_read() RETURNS bigint LANGUAGE sql AS
    $$ SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_all_tables WHERE relid = 'image_catalog.container_findings'::regclass $$;
CREATE FUNCTION pg_temp.few_read(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before bigint := pg_temp.findings_read();
    found bigint := image_catalog.count_container_images(query);
    read bigint := pg_temp.findings_read() - before;
BEGIN
    RETURN concat(found, CASE WHEN read > 5000 THEN ' of ' || read || ' rows' END);
END
$$;
SELECT value, n, pg_temp.few_read((SELECT 'CVE:' || string_agg(value || i, ',') FROM generate_series(1, n) i))
  FROM (VALUES ('none-'), ('MANY-100')) v (value), (VALUES (1), (20), (21), (100), (1000)) c (n) ORDER BY 1, 2;
-- beginnings of few lengths and of many, in characters
UPDATE image_catalog.container_findings SET fixed_by = 'äö-' || cve WHERE cve LIKE 'many-100%';
SELECT p, image_catalog.count_container_images('Fixed By:' || p || (SELECT string_agg(',zz' || i || repeat('z', i % m), '') FROM generate_series(100, 150) i))
  FROM (VALUES ('äö-m'), ('äö-MANY-1'), ('äö-n'), ('ö-'), ('äö-many-1001x')) v (p), (VALUES (1), (9)) c (m) ORDER BY p COLLATE "C", m;
ROLLBACK;

-- without the setting ages count from now
RESET image_catalog.clock;
SELECT image_catalog.count_container_images('Last Updated:>1d');
SET image_catalog.clock = 'noon';
SELECT image_catalog.count_container_images('Last Updated:>1d');
RESET image_catalog.clock;

-- findings of several images: fixable, state, component and finding apart
DELETE FROM image_catalog.container_images;
CREATE FUNCTION pg_temp.finding(cve text, fixable boolean, state text)
    RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('cve', cve, 'state', state)
        || CASE WHEN fixable THEN '{"fixedBy": "1.1"}'::jsonb ELSE '{}' END
$$;
CREATE FUNCTION pg_temp.component(name text, VARIADIC findings jsonb[])
    RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('name', name, 'version', '1', 'vulns', to_jsonb(findings))
$$;
SELECT image_catalog.import_container_images(jsonb_agg(jsonb_build_object(
           'id', 'sha256:' || n,
           'name', jsonb_build_object('fullName', 'docker.io/library/i:' || n),
           'lastUpdated', '2025-01-0' || n || 'T00:00:00Z',
           'scan', jsonb_build_object('components', components))))
  FROM (VALUES
    (1, jsonb_build_array(
        pg_temp.component('comp-1', pg_temp.finding('cve-1', true, 'OBSERVED'),
                          pg_temp.finding('cve-2', true, 'OBSERVED')))),
    (2, jsonb_build_array(
        pg_temp.component('comp-1', pg_temp.finding('cve-1', false, 'OBSERVED'),
                          pg_temp.finding('cve-2', true, 'DEFERRED')))),
    (3, jsonb_build_array(
        pg_temp.component('comp-2', pg_temp.finding('cve-1', false, 'OBSERVED'),
                          pg_temp.finding('cve-2', false, 'OBSERVED')))),
    (4, jsonb_build_array(
        pg_temp.component('comp-1', pg_temp.finding('cve-1', true, 'DEFERRED'),
                          pg_temp.finding('cve-2', true, 'DEFERRED')),
        pg_temp.component('comp-2', pg_temp.finding('cve-1', false, 'DEFERRED'),
                          pg_temp.finding('cve-2', false, 'DEFERRED')))))
    AS images (n, components);
SELECT query, pg_temp.found(query)
  FROM (VALUES
    (1, 'Fixable:true'),
    (2, 'Fixable:true+CVE:"cve-1"'),
    (3, 'Fixable:false'),
    (4, 'Fixable:false+CVE:"cve-2"'),
    (5, 'Fixable:true+Vulnerability State:"DEFERRED"'),
    (6, 'Fixable:true+CVE:"cve-1"+Vulnerability State:"DEFERRED"'),
    (7, 'Fixable:true+CVE:"cve-1"+Component:"comp-1"'),
    (8, 'Fixable:true+CVE:"cve-1"+Component:"comp-1"+Vulnerability State:"DEFERRED"'),
    (9, 'Fixable:true+CVE:"cve-1"+Vulnerability State:"OBSERVED"'),
    (10, 'Fixable:true+CVE:"cve-1"+Component:"comp-2"')) t (n, query)
 ORDER BY n;

DELETE FROM image_catalog.container_images;
