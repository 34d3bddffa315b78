-- Names of container images: parts, errors, order, hashing.
SET search_path = image_catalog, public;

-- a digest of n times the letter a
CREATE FUNCTION pg_temp.digest(algorithm text, n int) RETURNS text
    LANGUAGE sql RETURN algorithm || ':' || repeat('a', n);

-- the parts of a name, long digests cut; or the error
CREATE FUNCTION pg_temp.parts(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r image_reference;
BEGIN
    r := name;
    RETURN concat_ws(' | ', image_reference_digest(r),
        image_reference_registry(r), image_reference_remote(r),
        image_reference_tag(r), image_reference_full_name(r));
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;

SELECT regexp_replace(name, '(a|x){32,}', '...') AS name,
       regexp_replace(pg_temp.parts(name), '(a|x){32,}', '...', 'g') AS parts
  FROM (VALUES
    (1, 'nginx'), (2, 'nginx:1.25'), (3, 'library/nginx:latest'),
    (4, 'docker.io/nginx'), (5, 'quay.io/library/nginx:latest'),
    (6, 'index.docker.io/nginx'),
    (7, 'stackrox.io/main:1.0@' || pg_temp.digest('sha256', 64)),
    (8, 'nginx@' || pg_temp.digest('sha256', 64)),
    (9, 'docker.io/wordpress:latest'), (10, 'user/app'),
    (11, 'quay.io/org/team/app:v1'), (12, 'localhost/app'),
    (13, 'localhost:5000/app'), (14, 'reg.corp:8443/a/b:t'),
    (15, 'MYREG/app'), (16, 'image.with.dots:1'), (17, 'nginx:TAG_1.0-x'),
    (18, pg_temp.digest('sha256', 64)), (19, repeat('a', 64)),
    (20, pg_temp.digest('sha512', 128)), (21, pg_temp.digest('sha384', 96)),
    (22, 'sha256:abcd'), (23, '[fe80::1]:5000/debian'),
    (30, 'NGINX'), (31, 'quay.io/Org/app'), (32, 'nginx:.bad'),
    (33, 'nginx@' || pg_temp.digest('sha256', 40)),
    (34, 'nginx@' || pg_temp.digest('md5', 32)),
    (35, 'nginx@' || pg_temp.digest('sha256', 32) || repeat('A', 32)),
    (36, 'docker///docker'), (37, 'docker-/docker'),
    (38, 'dock_.er/docker'), (39, 'docker/'),
    (40, '[fe80::1%eth0]:5000/debian'), (41, ''), (42, repeat('x', 256)),
    (43, ' nginx'), (44, U&'ngin\00E9'), (45, 'https://quay.io/nginx'))
    AS t (number, name)
 ORDER BY number;

-- an error says how a name is written
DO $$
DECLARE
    hint text;
BEGIN
    PERFORM 'NGINX'::image_reference;
EXCEPTION WHEN invalid_text_representation THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RAISE NOTICE '%', hint;
END;
$$;

-- order is by registry, remote, tag, digest, bytewise: not by the full name
SELECT name::image_reference AS name
  FROM (VALUES ('a.b/x:2'), ('a.b/x:10'), ('a.b/x-y:1'), ('a.b:80/x:1'),
               ('a.b/x@' || pg_temp.digest('sha256', 64)),
               (pg_temp.digest('sha256', 64)), ('B.b/x:1'), ('nginx'),
               ('a.b/x/y:1')) t (name)
 ORDER BY 1;
SELECT 'nginx'::image_reference = 'docker.io/library/nginx:latest' AS eq,
       'nginx'::image_reference <> 'nginx:1' AS ne,
       'nginx:1'::image_reference < 'nginx:2' AS lt,
       'nginx:2'::image_reference <= 'nginx:2' AS le,
       'nginx:2'::image_reference >= 'nginx:10' AS ge,
       'nginx:2'::image_reference > 'nginx:2' AS gt;

-- indexes, joins and grouping by both classes
CREATE TEMP TABLE names (name image_reference);
INSERT INTO names
SELECT ('r' || n % 7 || '.io/p' || n % 11 || ':' || n % 13)::image_reference
  FROM generate_series(1, 1000) n;
CREATE INDEX names_btree ON names (name);
CREATE INDEX names_hash ON names USING hash (name);
SELECT count(*), count(DISTINCT name) FROM names;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM names WHERE name < 'r1.io/p1' ORDER BY name;
SELECT count(*) FROM names WHERE name = 'r1.io/p1:1';
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
RESET enable_bitmapscan;
DROP INDEX names_btree;
EXPLAIN (COSTS OFF) SELECT * FROM names WHERE name = 'r1.io/p1:1';
SELECT count(*) FROM names WHERE name = 'r1.io/p1:1';
RESET enable_seqscan;
RESET enable_indexscan;
RESET enable_indexonlyscan;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT count(*) FROM names a JOIN names b USING (name);
RESET enable_mergejoin;
RESET enable_nestloop;
SELECT bool_and(image_reference_hash(name)
                = image_reference_hash_extended(name, 0)::bit(32)::int) AS hashes_agree
  FROM names;

-- text and back
SELECT 'nginx'::image_reference::text, 'quay.io/a/b'::text::image_reference,
       convert_from(image_reference_send('nginx'), 'UTF8') AS sent;
DROP TABLE names;
