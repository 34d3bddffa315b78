-- deploy/glance/report.sql: is the catalogue what Glance is?

\set ON_ERROR_STOP on

-- What the catalogue has of a document: its image as documents() has one.
-- Memberships that ended are compared where Glance has them still.
CREATE OR REPLACE FUNCTION glance_migration.catalogue_document(document jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT i.properties || jsonb_build_object('id', i.id, 'name', i.name, 'status', i.status, 'visibility', i.visibility,
                   'protected', i.protected, 'os_hidden', i.os_hidden, 'owner', i.owner, 'disk_format', i.disk_format,
                   'container_format', i.container_format, 'min_disk', i.min_disk, 'min_ram', i.min_ram, 'size', i.size,
                   'virtual_size', i.virtual_size, 'checksum', i.checksum, 'os_hash_algo', i.os_hash_algo,
                   'os_hash_value', i.os_hash_value, 'tags', i.tags,
                   'created_at', glance_migration.as_time(i.created_at AT TIME ZONE 'UTC'),
                   'updated_at', glance_migration.as_time(i.updated_at AT TIME ZONE 'UTC'),
                   'members', (SELECT coalesce(jsonb_object_agg(m.member_id, jsonb_build_object('status', m.status,
                                          'created_at', glance_migration.as_time(m.created_at AT TIME ZONE 'UTC'),
                                          'updated_at', glance_migration.as_time(m.updated_at AT TIME ZONE 'UTC'),
                                          'deleted_at', glance_migration.as_time(m.deleted_at AT TIME ZONE 'UTC'))), '{}')
                                 FROM image_catalog.image_members m
                                WHERE m.image_id = i.id AND (m.deleted_at IS NULL OR document -> 'members' ? m.member_id))) ||
               CASE WHEN i.status = 'deleted' THEN jsonb_build_object('deleted_at', glance_migration.as_time(i.deleted_at AT TIME ZONE 'UTC'))
                    ELSE '{}' END ||
               CASE WHEN document ? 'locations' THEN jsonb_build_object('locations',
                        (SELECT coalesce(jsonb_agg(jsonb_build_object('url', l.url, 'metadata', l.metadata,
                                    'created_at', glance_migration.as_time(l.created_at AT TIME ZONE 'UTC')) ORDER BY l.number), '[]')
                           FROM image_catalog.image_locations l WHERE l.image_id = i.id)) ELSE '{}' END
          FROM image_catalog.images i WHERE i.id = (document ->> 'id')::uuid;
    END;

-- The names of what differs.  Of a deleted image only what its document names
-- counts.
CREATE OR REPLACE FUNCTION glance_migration.difference(glance jsonb, catalogue jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN catalogue IS NULL THEN 'image' ELSE
        (SELECT string_agg(key, ', ' ORDER BY key)
           FROM (SELECT jsonb_object_keys(glance) UNION SELECT jsonb_object_keys(catalogue) WHERE glance ->> 'status' <> 'deleted') k (key)
          WHERE CASE WHEN key = 'tags' THEN (SELECT jsonb_agg(t ORDER BY t) FROM jsonb_array_elements(glance -> key) t)
                                            IS DISTINCT FROM (SELECT jsonb_agg(t ORDER BY t) FROM jsonb_array_elements(catalogue -> key) t)
                     ELSE glance -> key IS DISTINCT FROM catalogue -> key END) END;

-- The documents of both sides, a batch at a time, into temporary tables.
CREATE OR REPLACE PROCEDURE glance_migration.compare_documents(batch_size integer)
    LANGUAGE plpgsql
    AS $$
DECLARE
    ids text[];
    done bigint := 0;
BEGIN
    CREATE TEMP TABLE ids AS SELECT id, glance_migration.is_uuid(id) AS is_uuid FROM glance_migration.images;
    CREATE INDEX ON pg_temp.ids (id);
    CREATE TEMP TABLE counts (what text, glance bigint, catalogue bigint);
    CREATE TEMP TABLE different (image_id text, names text);
    CREATE TEMP TABLE listed (image_id uuid, owner text, visibility text, created_at timestamp);
    CREATE TEMP TABLE shared (member_id text, image_id uuid);
    CREATE TEMP TABLE pair (source_id text, is_deleted boolean, g jsonb, c jsonb, problem text);
    LOOP
        ids := ARRAY(SELECT i.id FROM pg_temp.ids i WHERE i.is_uuid AND i.id > coalesce(ids[cardinality(ids)], '') ORDER BY i.id LIMIT batch_size);
        EXIT WHEN ids = '{}';
        DELETE FROM pg_temp.pair;
        INSERT INTO pg_temp.pair
        SELECT d.source_id, d.is_deleted, d.document, glance_migration.catalogue_document(d.document), d.problem FROM glance_migration.documents(ids) d;
        INSERT INTO pg_temp.counts
        SELECT 'images, ' || side.status, count(*) FILTER (WHERE side.is_glance), count(*) FILTER (WHERE NOT side.is_glance)
          FROM pg_temp.pair p, LATERAL (VALUES (p.g ->> 'status', true), (p.c ->> 'status', false)) side (status, is_glance)
         WHERE side.status IS NOT NULL GROUP BY 1
        UNION ALL
        SELECT v.what, sum(v.glance), sum(v.catalogue) FROM (
            SELECT (SELECT count(*) FROM jsonb_object_keys(p.g - base.keys) k) AS g_keys,
                   (SELECT count(*) FROM jsonb_object_keys(p.c - base.keys) k) AS c_keys, p.*
              FROM pg_temp.pair p, (VALUES ('{id,name,status,visibility,protected,os_hidden,owner,disk_format,container_format,min_disk,'
                   'min_ram,size,virtual_size,checksum,os_hash_algo,os_hash_value,created_at,updated_at,tags,members,locations}'::text[])) base (keys)
             WHERE NOT p.is_deleted) p, LATERAL (VALUES
            ('properties', p.g_keys, p.c_keys),
            ('tags', jsonb_array_length(p.g -> 'tags'), jsonb_array_length(p.c -> 'tags')),
            ('locations', jsonb_array_length(p.g -> 'locations'), jsonb_array_length(p.c -> 'locations')),
            ('bytes', (p.g ->> 'size')::bigint, (p.c ->> 'size')::bigint)) v (what, glance, catalogue) GROUP BY 1
        UNION ALL
        SELECT 'members, ' || CASE WHEN side.member ->> 'deleted_at' IS NULL THEN side.member ->> 'status' ELSE 'removed' END,
               count(*) FILTER (WHERE side.is_glance), count(*) FILTER (WHERE NOT side.is_glance)
          FROM pg_temp.pair p, LATERAL (SELECT value, true FROM jsonb_each(p.g -> 'members')
                                        UNION ALL SELECT value, false FROM jsonb_each(p.c -> 'members')) side (member, is_glance) GROUP BY 1;
        INSERT INTO pg_temp.different
        SELECT d.source_id, coalesce('refused: ' || coalesce(r.problem, d.problem), d.names)
          FROM (SELECT p.source_id, p.problem, glance_migration.difference(p.g, p.c) AS names FROM pg_temp.pair p OFFSET 0) d
          LEFT JOIN glance_migration.refused r ON r.source_id = d.source_id
         WHERE d.names IS NOT NULL OR d.problem IS NOT NULL;
        INSERT INTO pg_temp.listed
        SELECT (p.g ->> 'id')::uuid, p.g ->> 'owner', p.g ->> 'visibility', (p.g ->> 'created_at')::timestamp FROM pg_temp.pair p
         WHERE p.g ->> 'status' NOT IN ('deleted', 'killed') AND p.g ->> 'os_hidden' = 'false';
        INSERT INTO pg_temp.shared
        SELECT m.key, (p.g ->> 'id')::uuid FROM pg_temp.pair p, jsonb_each(p.g -> 'members') m
         WHERE p.g ->> 'visibility' = 'shared' AND m.value ->> 'status' = 'accepted' AND m.value ->> 'deleted_at' IS NULL;
        done := done + cardinality(ids);
        RAISE NOTICE 'compared % images', done;
    END LOOP;
    INSERT INTO pg_temp.different
    SELECT q.id, coalesce('refused: ' || r.problem, 'its identifier is no UUID')
      FROM pg_temp.ids q LEFT JOIN glance_migration.refused r ON r.source_id = q.id WHERE NOT q.is_uuid;
    INSERT INTO pg_temp.counts
    SELECT 'images that Glance has no more', 0, count(*) FROM glance_migration.copied c JOIN image_catalog.images i ON i.id = c.image_id
     WHERE i.status <> 'deleted' AND NOT EXISTS (SELECT FROM pg_temp.ids g WHERE lower(g.id) = c.image_id::text) HAVING count(*) > 0;
END
$$;

-- The list of a project as Glance answers it: what is public, what it owns, and
-- what is shared with it and accepted; the newest first.
CREATE OR REPLACE FUNCTION glance_migration.glance_list(project text) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN ARRAY(SELECT l.image_id FROM pg_temp.listed l
                  WHERE l.visibility = 'public' OR l.owner = project
                     OR l.visibility = 'shared' AND l.image_id IN (SELECT s.image_id FROM pg_temp.shared s WHERE s.member_id = project)
                  ORDER BY l.created_at DESC, l.image_id DESC);
END
$$;

-- The list of a project as the catalogue answers it, without the images that
-- are not from Glance.
CREATE OR REPLACE FUNCTION glance_migration.catalogue_list(project text) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    page uuid[];
    list uuid[] := '{}';
BEGIN
    PERFORM set_config('image_catalog.project_id', project, true);
    LOOP
        page := ARRAY(SELECT l.id FROM image_catalog.list_images('{}', NULL, 1000, page[cardinality(page)]) WITH ORDINALITY l ORDER BY l.ordinality);
        list := list || page;
        EXIT WHEN cardinality(page) = 0;
    END LOOP;
    PERFORM set_config('image_catalog.project_id', '', true);
    RETURN ARRAY(SELECT l.id FROM unnest(list) WITH ORDINALITY l (id, o) JOIN glance_migration.copied c ON c.image_id = l.id ORDER BY l.o);
END
$$;

CREATE OR REPLACE PROCEDURE glance_migration.compare_lists()
    LANGUAGE plpgsql
    AS $$
DECLARE
    project text;
    g uuid[];
    c uuid[];
    done bigint := 0;
BEGIN
    CREATE TEMP TABLE lists (project text, glance integer, catalogue integer, missing integer, extra integer, same boolean);
    FOR project IN SELECT l.owner FROM pg_temp.listed l WHERE l.owner IS NOT NULL UNION SELECT s.member_id FROM pg_temp.shared s
                   UNION SELECT i.owner FROM image_catalog.images i JOIN glance_migration.copied d ON d.image_id = i.id WHERE i.owner IS NOT NULL
                   UNION SELECT m.member_id FROM image_catalog.image_members m JOIN glance_migration.copied d ON d.image_id = m.image_id ORDER BY 1 LOOP
        CONTINUE WHEN project = '';    -- nobody
        g := glance_migration.glance_list(project);
        c := glance_migration.catalogue_list(project);
        INSERT INTO pg_temp.lists VALUES (project, cardinality(g), cardinality(c),
            (SELECT count(*) FROM (SELECT unnest(g) EXCEPT SELECT unnest(c)) m), (SELECT count(*) FROM (SELECT unnest(c) EXCEPT SELECT unnest(g)) x), g = c);
        done := done + 1;
        IF done % 100 = 0 THEN
            RAISE NOTICE 'compared the lists of % projects', done;
        END IF;
    END LOOP;
END
$$;
