-- A random catalogue, random requests, and each of them answered twice: by
-- list_images, and by a plain SELECT under row-level security with the same
-- predicate written out.  Called by test/t/110_list_differential.pl.

CREATE SCHEMA differential;
CREATE ROLE reader;
GRANT SELECT ON image_catalog.images, image_catalog.image_members TO reader;
-- a missing grant would be an error, not a difference
GRANT USAGE ON SCHEMA image_catalog TO reader;
-- its settings count only so
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.is_admin,
    image_catalog.roles, image_catalog.dialect TO reader;

CREATE FUNCTION differential.pick(words text[]) RETURNS text
LANGUAGE sql VOLATILE AS $$
    SELECT words[1 + floor(random() * array_length(words, 1))::int]
$$;

-- The values of the catalogue come from small sets, so that filters match,
-- keys tie, and some values are missing.  The images were created over the
-- spread of time, most of them late; a few were changed before that.
CREATE PROCEDURE differential.fill(rows int, spread interval) LANGUAGE plpgsql AS $$
DECLARE
    pick_status text[] := '{active,active,active,active,queued,saving,deactivated,killed,deleted,pending_delete}';
BEGIN
    DELETE FROM image_catalog.images;
    INSERT INTO image_catalog.images (
        id, name, status, visibility, owner, protected, os_hidden, disk_format,
        container_format, min_disk, min_ram, size, virtual_size, checksum,
        created_at, updated_at, tags, properties, deleted_at)
    SELECT gen_random_uuid(),
           differential.pick(ARRAY[NULL, '', 'a', 'A', 'b', 'a,b', 'a"b', 'x:y', U&'\00E4', U&'\+01F600']),
           status, differential.pick('{public,community,shared,shared,private,private}'),
           differential.pick(ARRAY[NULL, '', 'a', 'a', 'b', 'b', 'c']),
           random() < 0.3, random() < 0.15,
           differential.pick(ARRAY[NULL, 'raw', 'qcow2', 'iso']), differential.pick(ARRAY[NULL, 'bare', 'ovf']),
           floor(random() * 3)::int, floor(random() * 3)::int * 512,
           CASE WHEN random() < 0.8 THEN floor(random() * 4)::int * 10 END,
           CASE WHEN random() < 0.3 THEN floor(random() * 4)::int * 10 END,
           differential.pick(ARRAY[NULL, 'c1', 'c2']),
           created,
           CASE WHEN random() < 0.5 THEN '2024-02-01Z'::timestamptz + floor(random() * 8) * interval '0.25 second'
                WHEN random() < 0.9 THEN created + random() ^ 3 * spread
                ELSE created - random() * spread END,
           ARRAY(SELECT t FROM unnest('{k=v,k.v,k,t,u}'::text[]) t
                  WHERE random() < CASE t WHEN 't' THEN 0.8 WHEN 'u' THEN 0.02 ELSE 0.3 END AND n > 0 ORDER BY t),
           (SELECT coalesce(jsonb_object_agg(k, v), '{}')
              FROM unnest('{p,q,__isregistered,__platform,enterprise_project_id}'::text[]) k,
                   LATERAL (SELECT CASE k WHEN '__isregistered' THEN differential.pick('{true,false}')
                                          WHEN '__platform' THEN differential.pick('{Red Hat,RedHat,SUSE}')
                                          WHEN 'enterprise_project_id' THEN differential.pick('{0,1,""}')
                                          ELSE differential.pick(ARRAY['', '1', '2', NULL]) END AS v) value
             WHERE random() < 0.4 AND n > 0),
           CASE status WHEN 'deleted' THEN now() END
      FROM (SELECT n, differential.pick(pick_status) AS status,
                   CASE WHEN spread < '5 seconds' OR random() < 0.1
                        THEN '2024-01-01Z'::timestamptz + floor(random() * 8) * interval '0.5 second'
                        ELSE date_trunc('second', '2024-01-01Z'::timestamptz - random() ^ 3 * spread) END AS created
              FROM generate_series(1, rows) n) s;
    INSERT INTO image_catalog.image_members (image_id, member_id, status, deleted_at)
    SELECT id, member, differential.pick('{pending,accepted,rejected}'),
           CASE WHEN random() < 0.15 OR i.status = 'deleted' THEN now() END
      FROM image_catalog.images i, unnest('{a,b,c}'::text[]) member
     WHERE random() < 0.4;
END;
$$;

-- One condition: what the request says, and what it means.
CREATE FUNCTION differential.condition(ims boolean, OUT name text, OUT value text, OUT predicate text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    kind text := differential.pick('{name,name in,status,status in,owner,protected,disk_format,container_format,container_format in,
size,size_min,size_max,size_max,updated of one,updated of one,updated of one,updated of one,virtual_size_max,min_disk,min_ram_min,checksum,tag,tag,tag,tag,property,property,property,
property,created_at,updated_at,time fraction,time of one,time of one,id,platform,enterprise}');
    op text := differential.pick('{eq,neq,lt,lte,gt,gte}');
    sign text := CASE op WHEN 'eq' THEN '=' WHEN 'neq' THEN '<>' WHEN 'lt' THEN '<' WHEN 'lte' THEN '<='
                         WHEN 'gt' THEN '>' ELSE '>=' END;
    word text;
    words text[];
    number int := floor(random() * 4)::int * 10;
BEGIN
    CASE kind
    WHEN 'name' THEN
        word := differential.pick(ARRAY['', 'a', 'A', 'b', 'a,b', 'a"b', 'x:y', U&'\00E4', 'none']);
        SELECT 'name', 'eq:' || word, format('name = %L', word) INTO name, value, predicate;
    WHEN 'name in' THEN
        words := ARRAY['a,b', differential.pick('{a,A,none}'), differential.pick(ARRAY['', 'x:y'])];
        SELECT 'name', 'in:"a,b",' || words[2] || ',"' || words[3] || '"', format('name = ANY (%L)', words)
          INTO name, value, predicate;
    WHEN 'status' THEN
        word := differential.pick('{active,queued,deactivated,importing}');
        SELECT 'status', word, format('status = %L', word) INTO name, value, predicate;
    WHEN 'status in' THEN
        SELECT 'status', 'in:active,saving,killed', 'status IN (''active'', ''saving'', ''killed'')'
          INTO name, value, predicate;
    WHEN 'owner' THEN
        word := differential.pick(ARRAY['a', 'b', 'c', '', 'none']);
        SELECT 'owner', word, format('owner = %L', word) INTO name, value, predicate;
    WHEN 'protected' THEN
        word := differential.pick('{true,false}');
        SELECT 'protected', word, format('protected = %L', word) INTO name, value, predicate;
    WHEN 'disk_format' THEN
        word := differential.pick(ARRAY['raw', 'qcow2', 'ploop']);
        SELECT 'disk_format', word, format('disk_format::text = %L', word) INTO name, value, predicate;
    WHEN 'container_format' THEN
        word := differential.pick(ARRAY['bare', 'ovf', 'docker']);
        SELECT 'container_format', word, format('container_format::text = %L', word) INTO name, value, predicate;
    WHEN 'container_format in' THEN
        SELECT 'container_format', 'in:bare,ovf', 'container_format IN (''bare'', ''ovf'')'
          INTO name, value, predicate;
    WHEN 'size' THEN
        SELECT 'size', number::text, format('size = %s', number) INTO name, value, predicate;
    WHEN 'size_min' THEN
        SELECT 'size_min', number::text, format('size >= %s', number) INTO name, value, predicate;
    WHEN 'size_max' THEN
        SELECT 'size_max', number::text, format('size <= %s', number) INTO name, value, predicate;
    WHEN 'virtual_size_max' THEN
        SELECT 'virtual_size_max', number::text, format('virtual_size <= %s', number) INTO name, value, predicate;
    WHEN 'min_disk' THEN
        SELECT 'min_disk', (number / 10)::text, format('min_disk = %s', number / 10) INTO name, value, predicate;
    WHEN 'min_ram_min' THEN
        SELECT 'min_ram_min', (number * 50)::text, format('min_ram >= %s', number * 50) INTO name, value, predicate;
    WHEN 'checksum' THEN
        word := differential.pick('{c1,c2,c3}');
        SELECT 'checksum', word, format('checksum = %L', word) INTO name, value, predicate;
    WHEN 'tag' THEN
        word := differential.pick('{k=v,k.v,k,t,u,none}');
        SELECT 'tag', word,
               CASE WHEN ims AND word = 'k=v' THEN '''k=v'' = ANY (tags) OR ''k.v'' = ANY (tags)'
                    ELSE format('%L = ANY (tags)', word) END
          INTO name, value, predicate;
    WHEN 'property' THEN
        word := differential.pick('{p,q,none}');
        words := ARRAY[differential.pick(ARRAY['', '1', '2', '3'])];
        SELECT word, words[1], format('properties ? %L AND coalesce(properties ->> %L, '''') = %L', word, word, words[1])
          INTO name, value, predicate;
    WHEN 'created_at' THEN
        word := '2024-01-01T00:00:0' || floor(random() * 5) || 'Z';
        SELECT 'created_at', op || ':' || word, format('date_trunc(''second'', created_at) %s %L', sign, word)
          INTO name, value, predicate;
    WHEN 'updated_at' THEN
        word := '2024-02-01T00:00:0' || floor(random() * 3) || 'Z';
        SELECT 'updated_at', op || ':' || word, format('date_trunc(''second'', updated_at) %s %L', sign, word)
          INTO name, value, predicate;
    WHEN 'time fraction' THEN
        word := '2024-01-01T00:00:0' || floor(random() * 5) || '.5Z';
        SELECT 'created_at', op || ':' || word, format('created_at %s %L', sign, word)
          INTO name, value, predicate;
    WHEN 'time of one' THEN
        SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') INTO word
          FROM image_catalog.images ORDER BY random() LIMIT 1;
        word := coalesce(word, '2024-01-01');
        SELECT 'created_at', op || ':' || word, format('date_trunc(''second'', created_at) %s %L', sign, word)
          INTO name, value, predicate;
    WHEN 'updated of one' THEN
        SELECT to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') INTO word
          FROM image_catalog.images ORDER BY random() LIMIT 1;
        word := coalesce(word, '2024-01-01');
        SELECT 'updated_at', op || ':' || word, format('date_trunc(''second'', updated_at) %s %L', sign, word)
          INTO name, value, predicate;
    WHEN 'id' THEN
        SELECT 'id', 'in:' || string_agg(i.id::text, ','), format('id::text = ANY (%L)', array_agg(i.id::text))
          INTO name, value, predicate
          FROM (SELECT id FROM image_catalog.images ORDER BY random() LIMIT 5) i;
        IF value IS NULL THEN
            name := 'none'; value := '1'; predicate := 'false';
        END IF;
    WHEN 'platform' THEN
        word := differential.pick('{Red Hat,redhat,suse,none}');
        SELECT '__platform', word,
               format('lower(replace(properties ->> ''__platform'', '' '', '''')) = %L', lower(replace(word, ' ', '')))
          INTO name, value, predicate;
    WHEN 'enterprise' THEN
        word := differential.pick('{0,1,all_granted_eps}');
        SELECT 'enterprise_project_id', word,
               CASE WHEN ims AND word = 'all_granted_eps' THEN 'true'
                    WHEN ims AND word = '0'
                    THEN 'coalesce(properties ->> ''enterprise_project_id'', '''') IN (''0'', '''')'
                    ELSE format('properties ->> ''enterprise_project_id'' = %L', word) END
          INTO name, value, predicate;
    END CASE;
END;
$$;

-- A random order: what the request says, and the ORDER BY that it means.
CREATE FUNCTION differential.sort(OUT sort text, OUT order_by text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    keys int := differential.pick('{0,0,0,1,1,2,2,2,3}')::int;
    key text;
    direction text;
    expression text;
    ties text := 'desc';
BEGIN
    FOR i IN 1 .. keys LOOP
        key := differential.pick('{name,status,container_format,disk_format,size,id,created_at,updated_at}');
        direction := differential.pick('{asc,desc}');
        expression := CASE WHEN key IN ('name', 'container_format', 'disk_format')
                           THEN format('coalesce(%s, '''') COLLATE "C"', key)
                           WHEN key = 'size' THEN 'coalesce(size, 0)' ELSE key END;
        sort := concat_ws(',', sort, key || ':' || direction);
        order_by := concat_ws(', ', order_by, expression || ' ' || direction);
    END LOOP;
    IF keys = 1 THEN
        ties := direction;
    END IF;
    order_by := concat_ws(', ', order_by, 'created_at ' || ties, 'id ' || ties);
END;
$$;

-- One round.  Returns what differs, or null.
CREATE FUNCTION differential.round() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    columns CONSTANT text := 'id, name, status, visibility, protected, os_hidden, owner, disk_format, container_format,
min_disk, min_ram, size, virtual_size, checksum, os_hash_algo, os_hash_value, created_at, updated_at, tags, properties';
    project text := differential.pick(ARRAY[NULL, 'a', 'a', 'b', 'c', 'd']);
    admin boolean := random() < 0.2;
    ims boolean := random() < 0.4;
    visibility text := differential.pick(ARRAY[NULL, NULL, 'public', 'community', 'shared', 'private', 'all']);
    member_status text := differential.pick(ARRAY[NULL, NULL, 'pending', 'accepted', 'rejected', 'all']);
    hidden boolean := random() < 0.15;
    filter jsonb := '{}';
    predicate text := 'true';
    killed boolean := false;
    condition record;
    ordering record;
    page_limit int := floor(random() * random() * 70 + (random() < 0.05)::int * 500)::int;
    marker uuid;
    naive text;
    expected text[];
    expected_count bigint;
    got text[];
    got_count bigint;
BEGIN
    PERFORM set_config('image_catalog.project_id', coalesce(project, ''), true),
            set_config('image_catalog.is_admin', admin::text, true),
            set_config('image_catalog.dialect', CASE WHEN ims THEN 'ims' ELSE 'openstack' END, true);

    FOR i IN 1 .. floor(random() * 4)::int LOOP
        condition := differential.condition(ims);
        IF filter ? condition.name AND condition.name NOT IN ('tag', 'created_at', 'updated_at') THEN
            CONTINUE;           -- of these the last would count
        END IF;
        filter := filter || jsonb_build_object(condition.name,
            CASE WHEN filter ? condition.name THEN filter -> condition.name ELSE '[]' END
            || jsonb_build_array(condition.value));
        predicate := predicate || ' AND (' || condition.predicate || ')';
        killed := killed OR ims AND condition.name = 'status' AND condition.value ~ 'killed';
    END LOOP;

    -- what keeps images off a listing
    predicate := predicate || ' AND ' || CASE WHEN hidden THEN 'os_hidden' ELSE 'NOT os_hidden' END;
    IF hidden THEN
        filter := filter || '{"os_hidden": "true"}';
    END IF;
    IF NOT killed THEN
        predicate := predicate || ' AND status <> ''killed''';
    END IF;
    IF ims AND NOT admin THEN
        predicate := predicate || ' AND coalesce(properties ->> ''__isregistered'', ''true'') <> ''false''';
    END IF;

    -- who lists what
    IF visibility IS NOT NULL THEN
        filter := filter || jsonb_build_object('visibility', visibility);
    END IF;
    IF member_status IS NOT NULL THEN
        filter := filter || jsonb_build_object('member_status', member_status);
    END IF;
    IF NOT admin THEN
        predicate := predicate || format(' AND (visibility IN (''public'', ''community'') OR %s visibility = ''shared''
AND EXISTS (SELECT FROM image_catalog.image_members m WHERE m.image_id = i.id AND m.member_id = %L AND (%L = ''all'' OR m.status = %L)))',
            CASE WHEN ims AND visibility = 'shared' AND member_status IS NOT NULL THEN format('owner IS DISTINCT FROM %L AND', project)
                 WHEN project IS NULL THEN '' ELSE format('owner = %L OR', project) END,
            project, coalesce(member_status, 'accepted'), coalesce(member_status, 'accepted'));
    END IF;
    IF visibility IS NULL THEN
        predicate := predicate || format(' AND (visibility <> ''community'' OR owner = %L)', project);
    ELSIF visibility <> 'all' THEN
        predicate := predicate || format(' AND visibility = %L', visibility);
    END IF;

    ordering := differential.sort();

    PERFORM set_config('role', 'reader', true);
    IF random() < 0.5 THEN
        SELECT id INTO marker FROM image_catalog.images ORDER BY random() LIMIT 1;
    END IF;
    naive := format('SELECT %s FROM image_catalog.images i WHERE %s', columns, predicate);
    EXECUTE format('SELECT count(*) FROM (%s) i', naive) INTO expected_count;
    -- the marker's row among the others tells its place
    EXECUTE format('
WITH listing AS (
    SELECT *, row_number() OVER (ORDER BY %s, is_marker) AS place
      FROM (SELECT *, false AS is_marker FROM (%s) i
            UNION ALL
            SELECT %s, true FROM image_catalog.images i WHERE id = %L) i)
SELECT array_agg(ROW(%s)::text ORDER BY place)
  FROM (SELECT * FROM listing
         WHERE NOT is_marker AND id IS DISTINCT FROM %L
           AND place > coalesce((SELECT place FROM listing WHERE is_marker), 0)
         ORDER BY place LIMIT %s) page',
        ordering.order_by, naive, columns, marker, columns, marker, page_limit)
    INTO expected;
    SELECT array_agg(i::text ORDER BY o) INTO got
      FROM image_catalog.list_images(filter, ordering.sort, page_limit, marker)
           WITH ORDINALITY i (id, name, status, visibility, protected, os_hidden, owner, disk_format, container_format,
                              min_disk, min_ram, size, virtual_size, checksum, os_hash_algo, os_hash_value,
                              created_at, updated_at, tags, properties, o),
           LATERAL (SELECT ROW(i.id, i.name, i.status, i.visibility, i.protected, i.os_hidden, i.owner,
                               i.disk_format, i.container_format, i.min_disk, i.min_ram, i.size, i.virtual_size,
                               i.checksum, i.os_hash_algo, i.os_hash_value, i.created_at, i.updated_at, i.tags,
                               i.properties)) r (i);
    got_count := image_catalog.count_images(filter);
    PERFORM set_config('role', 'none', true);

    IF got IS DISTINCT FROM expected OR got_count <> expected_count THEN
        RETURN format('project %s, admin %s, ims %s, filter %s, sort %s, limit %s, marker %s'
                      || E'\nexpected %s: %s\ngot %s: %s\nnaive: %s',
                      project, admin, ims, filter, ordering.sort, page_limit, marker,
                      expected_count, expected, got_count, got, naive);
    END IF;
    RETURN NULL;
END;
$$;
