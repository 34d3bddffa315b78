-- The list as a table: image_catalog.listed_images has what list_images() lists
-- without a filter, whatever filter, order, limit and offset a statement has.

SET client_min_messages = warning;
SET image_catalog.is_admin = on;

-- Images with everything that compares oddly: nulls, empty names, sizes of zero
-- and less, times without end, properties that are null, spelt in two ways, and
-- long; of three owners and nobody, of each visibility, hidden and deleted ones.
INSERT INTO image_catalog.images (id, name, status, visibility, protected, os_hidden, owner,
    disk_format, container_format, min_disk, min_ram, size, virtual_size, checksum,
    created_at, updated_at, tags, properties, deleted_at)
SELECT md5('image ' || n)::uuid,
       (ARRAY[NULL, '', 'a', 'A', 'b', 'B', 'ä', 'a b', 'golden', repeat('é', 255)])[1 + h % 11],
       CASE WHEN n % 41 = 0 THEN 'deleted' WHEN n % 43 = 0 THEN 'killed'
            ELSE (ARRAY['active', 'active', 'active', 'queued', 'saving', 'importing', 'deactivated'])[1 + (h / 11) % 7] END,
       (ARRAY['public', 'public', 'private', 'shared', 'community'])[1 + (h / 77) % 5],
       h % 13 = 0, n % 29 = 0,
       (ARRAY['acme', 'acme', 'globex', NULL])[1 + (h / 385) % 4],
       (ARRAY[NULL, 'qcow2', 'raw', 'iso', 'ami', 'zvhd2'])[1 + (h / 7) % 6],
       (ARRAY[NULL, 'bare', 'bare', 'ovf'])[1 + (h / 19) % 4],
       h % 3, 512 * (h % 4),
       (ARRAY[NULL, NULL, 0, 1, 2, 1000, 1000000000000, -5])[1 + (h / 23) % 8],
       (ARRAY[NULL, 0, 7])[1 + (h / 29) % 3],
       (ARRAY[NULL, md5('x'), md5('y')])[1 + (h / 31) % 3],
       CASE WHEN n = 7 THEN 'infinity' WHEN n = 8 THEN '-infinity'
            ELSE timestamptz '2024-01-01 00:00Z' + (h % 50) * interval '1 day' + (h % 7) * interval '1 microsecond' END,
       CASE WHEN n = 9 THEN 'infinity'
            ELSE timestamptz '2024-02-01 00:00Z' + (h % 40) * interval '1 day' END,
       (ARRAY['{}', '{a}', '{a,b}', '{"a b","x,y"}', '{#a}', '{b}'])[1 + (h / 37) % 6]::text[],
       (ARRAY['{}', '{"os_distro": "debian"}', '{"os_distro": "ubuntu", "x": "1"}', '{"os_distro": null}', '{"os_distro": ""}',
              '{"__platform": "Red Hat"}', '{"__platform": "redhat"}', '{"a=b": "c", "secret": "s"}', '{"a": "b=c"}'])[1 + (h / 41) % 9]::jsonb
       || CASE WHEN h % 5 = 0 THEN jsonb_build_object('long', repeat('v', 300)) ELSE '{}' END,
       CASE WHEN n % 41 = 0 THEN now() END
  FROM (SELECT n, hashint4(n) & 16777215 AS h FROM generate_series(1, 900) n) numbers;
INSERT INTO image_catalog.image_members (image_id, member_id, status)
SELECT id, member, (ARRAY['accepted', 'accepted', 'pending', 'rejected'])[1 + (hashtext(id::text || member) & 3)]
  FROM image_catalog.images, unnest('{acme,globex,other}'::text[]) member
 WHERE visibility = 'shared' AND owner IS DISTINCT FROM member AND status <> 'deleted';
VACUUM ANALYZE image_catalog.images, image_catalog.image_members, image_catalog.image_shares;

-- The same by hand, for the project p; an administrator has all.
CREATE FUNCTION pg_temp.by_hand(p text, admin boolean) RETURNS SETOF image_catalog.image LANGUAGE sql STABLE AS $$
SELECT i.id, i.name, i.status, i.visibility, i.protected, i.os_hidden, i.owner, i.disk_format, i.container_format,
       i.min_disk, i.min_ram, i.size, i.virtual_size, i.checksum, i.os_hash_algo, i.os_hash_value,
       i.created_at, i.updated_at, i.tags, i.properties
  FROM image_catalog.images i
 WHERE NOT i.os_hidden AND i.status NOT IN ('deleted', 'killed')
   AND (i.visibility = 'public' OR i.owner = p
        OR admin AND i.visibility <> 'community'
        OR i.visibility = 'shared' AND EXISTS (SELECT FROM image_catalog.image_members m
            WHERE m.image_id = i.id AND m.member_id = p AND m.status = 'accepted' AND m.deleted_at IS NULL))
$$;
CREATE TEMP TABLE hand (LIKE image_catalog.listed_images);
CREATE TEMP TABLE caller (name text, project_id text, is_admin boolean);
INSERT INTO caller VALUES ('anonymous', NULL, false), ('acme', 'acme', false), ('globex', 'globex', false),
    ('other', 'other', false), ('administrator', 'acme', true), ('administrator of nothing', NULL, true);

-- What a filter may be.  $1 is the value, as a parameter of a kept plan.
CREATE TEMP TABLE filter (number serial, condition text, type text, vals text[]);
INSERT INTO filter (condition, type, vals) VALUES
    ('name = $1', 'text', '{golden,a,"",ä,nothing,NULL}'),
    ('$1 = name', 'text', '{a}'),
    ('name <> $1', 'text', '{a,""}'),
    ('name = ANY ($1)', 'text[]', '{"{a,b}","{}","{\"\",NULL,golden}",NULL,"{NULL}"}'),
    ('name IS NULL AND $1', 'boolean', '{t}'), ('name IS NOT NULL AND $1', 'boolean', '{t}'),
    ('name LIKE $1', 'text', '{a%}'),
    ('name > $1', 'text', '{a}'),
    ('status = $1', 'text', '{active,queued,deleted,nonsense}'),
    ('status <> $1', 'text', '{active}'),
    ('status IN ($1, ''saving'')', 'text', '{queued}'),
    ('visibility = $1', 'text', '{public,private,shared,community,all}'),
    ('visibility = ANY ($1)', 'text[]', '{"{public,shared}","{private,NULL}","{}"}'),
    ('visibility = ''shared'' AND visibility = $1', 'text', '{shared,public}'),
    ('owner = $1', 'text', '{acme,globex,"",nobody}'),
    ('owner = ANY ($1)', 'text[]', '{"{acme,globex}","{globex}"}'),
    ('owner IS NULL AND $1', 'boolean', '{t}'),
    ('disk_format = $1', 'text', '{qcow2,zvhd2,""}'), ('disk_format IS NULL AND $1', 'boolean', '{t}'),
    ('disk_format IS NOT NULL AND $1', 'boolean', '{t}'),
    ('container_format = $1', 'text', '{bare}'), ('container_format IS NULL AND $1', 'boolean', '{t}'),
    ('size = $1', 'bigint', '{0,-5,1000,NULL}'), ('size < $1', 'bigint', '{1,0,-9223372036854775808}'),
    ('size <= $1', 'integer', '{0,2}'), ('size > $1', 'bigint', '{-1,2,9223372036854775807}'),
    ('size >= $1', 'smallint', '{0,1}'), ('$1 < size', 'bigint', '{1}'), ('size IS NULL AND $1', 'boolean', '{t}'),
    ('size IS NOT NULL AND $1', 'boolean', '{t}'), ('size > $1', 'numeric', '{0.5}'),
    ('virtual_size >= $1', 'bigint', '{0,7}'),
    ('min_ram >= $1', 'integer', '{512,0}'), ('min_ram = $1', 'bigint', '{1024}'), ('min_disk < $1', 'integer', '{2}'),
    ('protected = $1', 'boolean', '{t,f,NULL}'), ('protected IS TRUE AND $1', 'boolean', '{t}'), ('NOT protected AND $1', 'boolean', '{t}'),
    ('os_hidden = $1', 'boolean', '{t,f}'), ('os_hidden IS NOT TRUE AND $1', 'boolean', '{t}'),
    ('id = $1', 'uuid', '{8aa1d1bd-4e8f-4e3c-a4ea-7d5d9d9c9c9c,NULL}'),
    ('id = ANY (SELECT md5(''image '' || n)::uuid FROM generate_series(1, $1) n)', 'integer', '{20}'),
    ('id = ANY (ARRAY[md5(''image '' || $1)::uuid, md5(''image 12'')::uuid, NULL])', 'integer', '{11}'),
    ('created_at < $1', 'timestamptz', '{2024-01-20,infinity,-infinity}'), ('created_at <= $1', 'timestamptz', '{"2024-01-20 00:00:00.000003Z",infinity,-infinity}'),
    ('created_at = $1', 'timestamptz', '{"2024-01-20 00:00:00.000003Z",infinity,-infinity}'),
    ('created_at >= $1', 'timestamptz', '{2024-02-01,infinity,-infinity}'), ('created_at > $1', 'timestamptz', '{2024-02-01,infinity,-infinity}'),
    ('created_at > $1', 'date', '{2024-02-01}'),
    ('updated_at < $1', 'timestamptz', '{2024-02-20,infinity}'), ('updated_at >= $1', 'timestamptz', '{2024-02-20,infinity}'),
    ('updated_at = $1', 'timestamptz', '{2024-02-20}'),
    ('tags @> $1', 'text[]', '{"{a}","{a,b}","{\"a b\"}","{}","{#a}","{NULL,a}","{{a},{b}}",NULL}'),
    ('tags && $1', 'text[]', '{"{a,x}","{}","{NULL,b}"}'), ('$1 <@ tags', 'text[]', '{"{a}"}'),
    ('tags <@ $1', 'text[]', '{"{a}"}'), ('tags = $1', 'text[]', '{"{a}"}'),
    ('properties ->> ''os_distro'' = $1', 'text', '{debian,"",none}'),
    ('properties ->> ''os_distro'' = ANY ($1)', 'text[]', '{"{debian,ubuntu}","{\"\",x}","{}"}'),
    ('properties ->> $1 = ''b=c''', 'text', '{a,NULL}'), ('properties ->> $1 = ''c''', 'text', '{a=b,a}'),
    ('properties ->> ''__platform'' = $1', 'text', '{redhat,"Red Hat",REDHAT}'),
    ('properties ->> ''__platform'' = ANY ($1)', 'text[]', '{"{redhat,x}"}'),
    ('properties ->> ''long'' = repeat($1, 300)', 'text', '{v,w}'),
    ('properties ->> ''os_distro'' IS NULL AND $1', 'boolean', '{t}'),
    ('properties @> $1', 'jsonb', '{"{\"x\": \"1\"}"}'),
    ('(name = $1 OR size IS NULL)', 'text', '{a}'),
    ('true OR $1', 'boolean', '{t}');
CREATE TEMP TABLE ordering (number serial, keys text);
INSERT INTO ordering (keys)
SELECT key || direction
  FROM unnest('{id,name,status,size,disk_format,container_format,created_at,updated_at}'::text[]) key,
       unnest('{""," DESC"," NULLS FIRST"," DESC NULLS LAST"}'::text[]) direction;
INSERT INTO ordering (keys) VALUES ('status, created_at DESC'), ('status DESC, updated_at, id DESC'), ('name, size DESC'),
    ('size DESC NULLS LAST, status DESC, updated_at'), ('name DESC, status'), ('created_at, name'), ('disk_format, updated_at DESC'),
    ('id DESC, name'), ('owner, name'), ('min_ram, id'), ('name COLLATE "POSIX"'), ('properties ->> ''os_distro'' COLLATE "C"');

/*
 * Ask for everything twice: the page with its images in their order, where the
 * identifier breaks ties, the page by its keys alone, the count, and all of it by a
 * plan for any value.  Each row that comes out is a difference.
 */
CREATE FUNCTION pg_temp.differences(caller text, rounds int)
    RETURNS TABLE (asked text, expected text, answered text) LANGUAGE plpgsql AS $$
DECLARE
    f record;
    o record;
    value text;
    lim int;
    off int;
    statement text;
    plain text;
BEGIN
    FOR round IN 1 .. rounds LOOP
        SELECT * INTO f FROM filter ORDER BY random() LIMIT 1;
        SELECT * INTO o FROM ordering ORDER BY random() LIMIT 1;
        value := nullif(f.vals[1 + floor(random() * cardinality(f.vals))], 'NULL');
        IF f.condition LIKE 'id = $1' AND value IS NOT NULL THEN
            value := md5('image ' || floor(random() * 900));
        END IF;
        lim := (ARRAY[1, 3, 9, 17, 25, 26, 27, 200, 2000])[1 + floor(random() * 9)];
        off := (ARRAY[0, 0, 3, 60])[1 + floor(random() * 4)];
        SELECT condition INTO statement FROM filter WHERE NOT condition LIKE '%$1%' OR true ORDER BY random() LIMIT 1;
        statement := format('SELECT concat_ws(''|'',
            (SELECT count(*) FROM (SELECT 1 FROM %%1$s WHERE %1$s) c),
            (SELECT string_agg(id::text || coalesce(name, ''-'') || properties || tags::text, '','') FROM (SELECT * FROM %%1$s WHERE %1$s ORDER BY %2$s, id LIMIT %3$s OFFSET %4$s) p),
            (SELECT string_agg(x::text, '','') FROM (SELECT ROW(%5$s) AS x FROM %%1$s WHERE %1$s ORDER BY %2$s LIMIT %3$s OFFSET %4$s) p),
            (SELECT count(*) || coalesce(min(id::text), '''') FROM (SELECT id FROM %%1$s WHERE %1$s ORDER BY %2$s) p))',
            f.condition, o.keys, lim, off, regexp_replace(o.keys, ' (DESC|NULLS FIRST|NULLS LAST|COLLATE "\w+")', '', 'g'));
        EXECUTE format('PREPARE here (%s) AS %s', f.type, format(statement, 'image_catalog.listed_images'));
        EXECUTE format('PREPARE hand (%s) AS %s', f.type, format(statement, 'hand'));
        PERFORM set_config('plan_cache_mode', CASE WHEN random() < 0.5 THEN 'force_generic_plan' ELSE 'force_custom_plan' END, true);
        plain := format('(%L)', value);
        EXECUTE 'EXECUTE hand' || plain INTO expected;
        EXECUTE 'EXECUTE here' || plain INTO answered;
        DEALLOCATE here;
        DEALLOCATE hand;
        IF expected IS DISTINCT FROM answered THEN
            asked := format('%s: %s, $1 = %L ORDER BY %s LIMIT %s OFFSET %s', caller, f.condition, value, o.keys, lim, off);
            expected := left(expected, 200);
            answered := left(answered, 200);
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;

SET image_catalog.is_admin = off;
CREATE PROCEDURE pg_temp.act_as(who text) LANGUAGE plpgsql AS $$
DECLARE
    c record;
BEGIN
    SELECT * INTO c FROM caller WHERE name = who;
    PERFORM set_config('image_catalog.project_id', coalesce(c.project_id, ''), false),
            set_config('image_catalog.is_admin', c.is_admin::text, false);
    TRUNCATE hand;
    INSERT INTO hand SELECT * FROM pg_temp.by_hand(c.project_id, c.is_admin);
    ANALYZE hand;
END
$$;
CREATE ROLE regress_listed;
GRANT SELECT ON hand, filter, ordering TO regress_listed;
SELECT setseed(0.42);
SELECT FROM image_catalog.grant_delegate('regress_listed');
\set rounds 150
CALL pg_temp.act_as('anonymous');
SET ROLE regress_listed;
SELECT * FROM pg_temp.differences('anonymous', :rounds);
RESET ROLE;
CALL pg_temp.act_as('acme');
SET ROLE regress_listed;
SELECT * FROM pg_temp.differences('acme', :rounds);
RESET ROLE;
CALL pg_temp.act_as('globex');
SET ROLE regress_listed;
SELECT * FROM pg_temp.differences('globex', :rounds);
RESET ROLE;
CALL pg_temp.act_as('other');
SELECT * FROM pg_temp.differences('other', :rounds);
CALL pg_temp.act_as('administrator');
SELECT * FROM pg_temp.differences('administrator', :rounds);
CALL pg_temp.act_as('administrator of nothing');
SELECT * FROM pg_temp.differences('administrator of nothing', :rounds);

-- Where a filter fixes the first key, the branches of a list are merged by the
-- others: images that fail the filter do not say where a branch is by that key.
CALL pg_temp.act_as('other');
SELECT filter, n, expected, listed
  FROM (VALUES ('{"status": "active", "created_at": "lt:2024-01-20"}'::jsonb, 'status:asc,id:asc'),
               ('{"size": 0, "created_at": "lt:2024-01-20"}', 'size:asc,id:asc')) lists (filter, sort),
       generate_series(1, 60) n,
       LATERAL (SELECT string_agg(left(id::text, 4), ',' ORDER BY id)
                  FROM (SELECT id FROM hand WHERE created_at < '2024-01-20Z'
                           AND CASE WHEN filter ? 'status' THEN status = 'active' ELSE size = 0 END
                         ORDER BY id LIMIT n) x) h (expected),
       LATERAL (SELECT string_agg(left(id::text, 4), ',' ORDER BY ordinality)
                  FROM image_catalog.list_images(filter, sort, n) WITH ORDINALITY) l (listed)
 WHERE expected IS DISTINCT FROM listed;

-- What a list answers of a statement, the plan says; for any value, too.
CALL pg_temp.act_as('acme');
EXPLAIN (COSTS OFF) SELECT id FROM image_catalog.listed_images ORDER BY name LIMIT 25;
EXPLAIN (COSTS OFF) SELECT id FROM image_catalog.listed_images WHERE status = 'active' AND tags @> '{a}' AND name LIKE 'a%'
    ORDER BY size DESC NULLS LAST, id LIMIT 25;
EXPLAIN (COSTS OFF) SELECT id FROM image_catalog.listed_images ORDER BY updated_at DESC, name LIMIT 25;
EXPLAIN (COSTS OFF) SELECT id FROM image_catalog.listed_images ORDER BY name COLLATE "POSIX" LIMIT 25;
SET plan_cache_mode = force_generic_plan;
PREPARE page (text, text, text, uuid[], bigint, bigint) AS
SELECT id FROM image_catalog.listed_images
 WHERE name = $1 AND properties ->> $2 = $3 AND id = ANY ($4) AND size > $5 AND NOT protected AND disk_format IS NOT NULL
 ORDER BY created_at DESC LIMIT $6;
EXPLAIN (COSTS OFF) EXECUTE page ('a', 'x', '1', '{}', 0, 25);
PREPARE total (text[], timestamptz) AS
SELECT count(*) FROM (SELECT 1 FROM image_catalog.listed_images WHERE tags && $1 AND updated_at <= $2) rows;
EXPLAIN (COSTS OFF) EXECUTE total ('{a}', now());
RESET plan_cache_mode;
DEALLOCATE ALL;
-- a count of some of the rows, or of groups, reads the rows
EXPLAIN (COSTS OFF) SELECT count(*), count(*) * 2 FROM image_catalog.listed_images HAVING count(*) > 1;
EXPLAIN (COSTS OFF) SELECT count(name) FROM image_catalog.listed_images;
EXPLAIN (COSTS OFF) SELECT count(*) FROM image_catalog.listed_images WHERE name LIKE 'a%';
EXPLAIN (COSTS OFF) SELECT count(*) FROM image_catalog.listed_images WHERE current_setting('image_catalog.project_id') = 'globex';
SELECT count(*) FROM image_catalog.listed_images WHERE current_setting('image_catalog.project_id') = 'globex';
SELECT count(*) = (SELECT count(*) FROM hand) AS counted, count(*) * 2 = 2 * image_catalog.count_images() AS twice
  FROM image_catalog.listed_images;
-- images by identifiers that a join gives
EXPLAIN (COSTS OFF) SELECT l.name FROM unnest('{8aa1d1bd-4e8f-4e3c-a4ea-7d5d9d9c9c9c}'::uuid[]) u (id) JOIN image_catalog.listed_images l USING (id);
SELECT count(*), count(l.id) = (SELECT count(*) FROM hand h WHERE h.id IN (SELECT md5('image ' || n)::uuid FROM generate_series(1, 40) n)) AS same
  FROM (SELECT md5('image ' || n)::uuid AS id FROM generate_series(1, 40) n) u LEFT JOIN image_catalog.listed_images l USING (id);
-- a subquery that is asked again with other values
SELECT c.name, (SELECT count(*) FROM image_catalog.listed_images l WHERE l.owner = c.project_id)
               = (SELECT count(*) FROM hand h WHERE h.owner = c.project_id) AS same,
       (SELECT min(id::text) FROM (SELECT id FROM image_catalog.listed_images l WHERE l.owner = c.project_id ORDER BY name LIMIT 30) x)
       IS NOT DISTINCT FROM
       (SELECT min(id::text) FROM (SELECT id FROM image_catalog.listed_images l WHERE l.owner = c.project_id ORDER BY name OFFSET 0 LIMIT 30) x) AS stays
  FROM caller c ORDER BY c.name;

-- In the IMS dialect, too, it is the list.
SET image_catalog.dialect = ims;
SELECT count(*) = image_catalog.count_images() AS same FROM image_catalog.listed_images;
RESET image_catalog.dialect;

-- Nothing is written through it, and another table of it is the same or refused.
INSERT INTO image_catalog.listed_images SELECT * FROM image_catalog.listed_images;
DELETE FROM image_catalog.listed_images;
SELECT pg_relation_is_updatable('image_catalog.listed_images', true);
CREATE FOREIGN TABLE pg_temp.other (id uuid, name text) SERVER image_catalog_list;
SELECT * FROM pg_temp.other;
SELECT format('CREATE FOREIGN TABLE %%s (%s) SERVER image_catalog_list',
              string_agg(format('%I %s%s', attname, atttypid::regtype, CASE WHEN attcollation <> 0 AND atttypid <> 'text[]'::regtype THEN ' COLLATE "C"' END), ', ' ORDER BY attnum)) AS copy
  FROM pg_attribute WHERE attrelid = 'image_catalog.listed_images'::regclass AND attnum > 0 \gset
SELECT format(:'copy', 'pg_temp.same') \gexec
SELECT count(*) = (SELECT count(*) FROM hand) AS same FROM pg_temp.same;
SELECT id = (SELECT id FROM hand ORDER BY size DESC, id LIMIT 1) AS same FROM pg_temp.same ORDER BY size DESC, id LIMIT 1;
ALTER FOREIGN TABLE pg_temp.same DROP COLUMN owner;
SELECT count(*) FROM pg_temp.same;
CREATE FOREIGN TABLE pg_temp.another (id uuid) SERVER image_catalog_list OPTIONS (project 'globex');
ALTER FOREIGN TABLE image_catalog.listed_images OPTIONS (ADD project 'globex');
ALTER SERVER image_catalog_list OPTIONS (ADD host 'x');
SELECT count(*) FROM image_catalog.listed_images WHERE tags @> (SELECT array_agg('t' || n) FROM generate_series(1, 501) n);
SELECT count(*) FROM image_catalog.listed_images WHERE properties ->> 'x' = ANY (SELECT 'v' || n FROM generate_series(1, 501) n);
SELECT count(*) FROM image_catalog.listed_images WHERE properties ->> 'x' = ANY (ARRAY(SELECT 'v' || n FROM generate_series(1, 501) n));
SET ROLE regress_listed;
SELECT format(:'copy', 'pg_temp.mine') \gexec
RESET ROLE;
-- rows may be locked in name only; each is there once
SELECT count(*) = (SELECT count(*) FROM hand) AS same FROM (SELECT id FROM image_catalog.listed_images FOR UPDATE) x;

-- Who may not list, is told so.
SET image_catalog.roles = 'member';
SELECT count(*) FROM image_catalog.listed_images;
SELECT id FROM image_catalog.listed_images LIMIT 1;
EXPLAIN (COSTS OFF) SELECT id FROM image_catalog.listed_images LIMIT 1;
RESET image_catalog.roles;

-- A cursor is that of who fetched first, whoever fetches then and whatever the
-- settings say meanwhile; to the last property.
INSERT INTO image_catalog.property_protections (position, pattern, read_roles) VALUES (1, '^secret$', '{auditor}'), (2, '', '{@}');
CREATE FUNCTION pg_temp.fetched(c refcursor, n int) RETURNS TABLE (id uuid, secret text) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. n LOOP
        FETCH c INTO id, secret;
        EXIT WHEN NOT FOUND;
        RETURN NEXT;
    END LOOP;
END
$$;
BEGIN;
SET LOCAL image_catalog.roles = 'reader,auditor';
CREATE TEMP TABLE expected AS SELECT id, properties ->> 'secret' AS secret FROM image_catalog.listed_images;
DECLARE c CURSOR FOR SELECT id, properties ->> 'secret' FROM image_catalog.listed_images;
CREATE TEMP TABLE got AS SELECT * FROM pg_temp.fetched('c', 10);
SET LOCAL image_catalog.project_id = 'globex';
SET LOCAL image_catalog.roles = 'reader';
SAVEPOINT s;
INSERT INTO got SELECT * FROM pg_temp.fetched('c', 30);
ROLLBACK TO s;
SAVEPOINT s;
SELECT 1 / 0;
ROLLBACK TO s;
INSERT INTO got SELECT * FROM pg_temp.fetched('c', 10000);
RESET image_catalog.project_id;
INSERT INTO got SELECT * FROM expected OFFSET 10 LIMIT 30;
SELECT count(*) > 500 AS many, count(secret) > 10 AS secrets,
       NOT EXISTS ((TABLE got EXCEPT TABLE expected) UNION ALL (TABLE expected EXCEPT TABLE got)) AS same FROM got;
ROLLBACK;
-- what nobody of these roles may read, no filter and no count tells of
SELECT count(*) FROM image_catalog.listed_images WHERE properties ->> 'secret' = 's';
SELECT count(*) FROM image_catalog.listed_images WHERE properties ->> 'secret' IS NOT NULL;
SET image_catalog.roles = 'reader,auditor';
SELECT count(*) > 10 AS some FROM image_catalog.listed_images WHERE properties ->> 'secret' = 's';
RESET image_catalog.roles;
DELETE FROM image_catalog.property_protections;

-- A cursor sees what there was, backward as well; an error ends the statement alone.
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT row_number() OVER () AS n, id FROM image_catalog.listed_images ORDER BY id;
MOVE 100 FROM c;
DELETE FROM image_catalog.images WHERE visibility = 'public';
MOVE BACKWARD 60 FROM c;
FETCH c;
MOVE LAST FROM c;
FETCH RELATIVE 0 FROM c;
ROLLBACK;
SELECT count(*) AS n, (array_agg(id ORDER BY id))[41] FROM hand;
SELECT count(1 / (size - 1)) FROM image_catalog.listed_images;
SELECT count(*) = (SELECT count(*) FROM hand) AS still FROM image_catalog.listed_images;

-- A function in a filter is told of what its caller lists, and of no other row.
CREATE TEMP TABLE told (id uuid);
GRANT ALL ON told TO regress_listed;
CREATE FUNCTION pg_temp.tell(uuid) RETURNS boolean LANGUAGE plpgsql COST 0.000001 AS $$
BEGIN
    INSERT INTO told VALUES ($1);
    RETURN true;
END
$$;
CALL pg_temp.act_as('globex');
SET ROLE regress_listed;
SELECT count(*) > 100 AS some FROM image_catalog.listed_images WHERE pg_temp.tell(id) AND name = 'a' OR pg_temp.tell(id);
SELECT count(*) > 10 AS some FROM image_catalog.listed_images WHERE pg_temp.tell(id) AND name = 'a' AND size IS NULL;
RESET ROLE;
SELECT count(*) > 100 AS some, count(*) FILTER (WHERE id NOT IN (SELECT id FROM hand)) AS others FROM told;

RESET image_catalog.project_id;
RESET image_catalog.is_admin;
DROP OWNED BY regress_listed;
SELECT FROM image_catalog.revoke_project('regress_listed');
DROP ROLE regress_listed;
DELETE FROM image_catalog.images;
