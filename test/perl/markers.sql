-- Random imports, deletions and restorations, and after each of them a page
-- behind a random marker, deleted images included: what list_images_page and
-- plain queries answer.  Called by test/t/127_marker_differential.pl.
--
-- What a deleted image was is remembered by this program, not read from the
-- columns that are under test.

CREATE SCHEMA markers;

-- the place of each image, and whose it is to know: as it was last listed; of
-- one that came deleted, as it is
CREATE TABLE markers.place (
    id uuid PRIMARY KEY, alive boolean, status text COLLATE "C", updated_at timestamptz,
    members text[]);

CREATE FUNCTION markers.pick(words text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT words[1 + floor(random() * array_length(words, 1))::int]
$$;

CREATE FUNCTION markers.id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('3a4e4000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid
$$;

CREATE FUNCTION markers.a_time() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT '2024-01-01Z'::timestamptz + floor(random() * 6) * interval '1 second'
$$;

-- A random document of image n: whole, or some of it.
CREATE FUNCTION markers.document(n int, part float) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}') || jsonb_build_object('id', markers.id(n))
      FROM jsonb_each(jsonb_build_object(
               'name', markers.pick(ARRAY['', 'a', 'b']),
               'status', markers.pick('{active,active,saving,queued,deleted,deleted}'),
               'visibility', markers.pick('{public,shared,shared,private}'),
               'owner', markers.pick('{a,b}'), 'size', floor(random() * 3),
               'protected', false, 'os_hidden', false, 'disk_format', 'raw', 'container_format', 'bare',
               'min_disk', 0, 'min_ram', 0, 'virtual_size', NULL, 'checksum', NULL, 'os_hash_algo', NULL, 'os_hash_value', NULL,
               'tags', '[]'::jsonb,
               'created_at', markers.a_time(), 'updated_at', markers.a_time(), 'deleted_at', markers.a_time(),
               'members', (SELECT coalesce(jsonb_object_agg(m, markers.pick('{pending,accepted,rejected}')), '{}')
                             FROM unnest('{a,b,c}'::text[]) m WHERE random() < 0.5))) d
     WHERE random() < CASE WHEN key ~ '_at|members' THEN 0.5 ELSE part END
$$;

-- Note what image n is now, if it is alive; else that it is not any more.
CREATE PROCEDURE markers.note(n int, named jsonb) LANGUAGE plpgsql AS $$
DECLARE
    now image_catalog.images;
BEGIN
    SELECT * INTO now FROM image_catalog.images WHERE id = markers.id(n);
    INSERT INTO markers.place AS p
    VALUES (now.id, now.status <> 'deleted', now.status, now.updated_at,
            ARRAY(SELECT jsonb_object_keys(coalesce(named, '{}')) k ORDER BY k))
    ON CONFLICT (id) DO UPDATE SET
        alive = excluded.alive,
        status = CASE WHEN excluded.alive OR p.status = 'deleted' THEN excluded.status ELSE p.status END,
        updated_at = CASE WHEN excluded.alive OR p.status = 'deleted' THEN excluded.updated_at ELSE p.updated_at END,
        members = CASE WHEN named IS NULL THEN p.members ELSE excluded.members END;
END;
$$;

-- One random change of some images.  Returns what was done.
CREATE FUNCTION markers.change() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    n int := floor(random() * 12);
    m int := (n + 1) % 12;
    kind text := markers.pick('{import,import,merge,merge,delete,delete,delete,restore,patch,offer,withdraw,touch}');
    document jsonb;
    other jsonb;
    image image_catalog.images;
    project text;
    state text;
BEGIN
    SELECT * INTO image FROM image_catalog.images WHERE id = markers.id(n);
    project := markers.pick('{a,b,c}');
    PERFORM set_config('image_catalog.is_admin', 'on', true);
    CASE kind
    WHEN 'import', 'merge' THEN
        document := markers.document(n, CASE kind WHEN 'import' THEN 1 ELSE 0.4 END);
        other := markers.document(m, CASE kind WHEN 'import' THEN 1 ELSE 0.4 END);
        PERFORM image_catalog.import_images(jsonb_build_array(document, other), kind = 'merge');
        CALL markers.note(n, document -> 'members');
        CALL markers.note(m, other -> 'members');
    WHEN 'delete' THEN
        IF image.status <> 'deleted' THEN
            PERFORM image_catalog.delete_image(image.id);
            CALL markers.note(n, NULL);
        END IF;
    WHEN 'restore' THEN
        IF image.status = 'deleted' THEN
            document := jsonb_build_object('id', image.id, 'status', markers.pick('{active,saving}'));
            PERFORM image_catalog.import_images(jsonb_build_array(document), true);
            CALL markers.note(n, NULL);
        END IF;
    WHEN 'touch' THEN           -- as whoever owns the table may
        IF image.id IS NOT NULL THEN
            UPDATE image_catalog.images SET status = markers.pick('{deleted,deleted,active}'), name = 'c', updated_at = markers.a_time()
             WHERE id = image.id;
            CALL markers.note(n, NULL);
        END IF;
    ELSE
        BEGIN
            IF image.id IS NULL THEN
                NULL;
            ELSIF kind = 'patch' THEN
                PERFORM image_catalog.update_image(image.id, '[{"op": "replace", "path": "/name", "value": "b"}]');
                CALL markers.note(n, NULL);
            ELSIF kind = 'offer' THEN
                PERFORM image_catalog.add_image_member(image.id, project);
                UPDATE markers.place SET members = ARRAY(SELECT k FROM unnest(members || project) k ORDER BY k) WHERE id = image.id;
            ELSE
                PERFORM image_catalog.delete_image_member(image.id, project);
                UPDATE markers.place SET members = array_remove(members, project) WHERE id = image.id;
            END IF;
        EXCEPTION WHEN SQLSTATE 'PT404' OR insufficient_privilege OR unique_violation THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE;
        END;
    END CASE;
    RETURN concat_ws(' ', kind, n, document, other, state);
END;
$$;

-- Whose memberships differ from those noted, while images are deleted and not.
CREATE FUNCTION markers.wrong_members() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(format('%s has members %s instead of %s', p.id, actual, members), '; ')
      FROM markers.place p JOIN image_catalog.images i USING (id), LATERAL (
           SELECT ARRAY(SELECT member_id FROM image_catalog.image_members m
                         WHERE m.image_id = p.id AND m.deleted_at IS NOT DISTINCT FROM i.deleted_at
                         ORDER BY member_id) AS actual) a
     WHERE actual <> members COLLATE "C"
$$;

-- One round: a change, and a page behind a random image.  Returns what
-- differs, or null.
CREATE FUNCTION markers.round() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    done text := markers.change();
    wrong text := markers.wrong_members();
    marker uuid := markers.id(floor(random() * 12)::int);
    project text := markers.pick('{a,b,c,d}');
    admin boolean := random() < 0.3;
    page_limit int := 1 + floor(random() * 6);
    keys text[] := ARRAY[markers.pick('{status,status,updated_at,updated_at,name,size,created_at}')];
    query text;
    ordering text;
    expected text[];
    got text[];
    walked text[] := '{}';
    page jsonb;
BEGIN
    IF wrong IS NOT NULL THEN
        RETURN done || ': ' || wrong;
    END IF;
    IF random() < 0.6 THEN
        keys := keys || (markers.pick('{status,updated_at,name}') || '');
        IF keys[2] = keys[1] THEN
            keys := keys[1:1];
        END IF;
    END IF;
    SELECT string_agg(k || ':' || d, ',' ORDER BY o),
           string_agg(k || ' ' || d, ', ' ORDER BY o) ||
               CASE WHEN cardinality(keys) = 1 THEN format(', created_at %1$s, id %1$s', min(d)) ELSE ', created_at desc, id desc' END
      INTO query, ordering
      FROM unnest(keys) WITH ORDINALITY u (k, o), LATERAL (SELECT markers.pick('{asc,desc}') AS d WHERE o > 0) dir;
    PERFORM set_config('image_catalog.is_admin', admin::text, true),
            set_config('image_catalog.project_id', project, true);

    -- the images that the caller lists, and the marker if it may know of it
    EXECUTE format($query$
WITH seen AS (
    SELECT i.id, coalesce(i.name, '') COLLATE "C" AS name, coalesce(i.size, 0) AS size, i.created_at, p.status, p.updated_at, p.alive,
           %1$L OR visibility = 'public' OR owner = %2$L OR visibility = 'shared' AND (owner IS NULL OR %2$L = ANY (p.members)) AS known,
           %1$L OR visibility = 'public' OR owner = %2$L OR visibility = 'shared' AND EXISTS (
               SELECT FROM image_catalog.image_members m
                WHERE m.image_id = i.id AND m.member_id = %2$L AND m.status = 'accepted' AND %2$L = ANY (p.members)) AS listed
      FROM image_catalog.images i JOIN markers.place p USING (id)),
ranked AS (
    SELECT *, row_number() OVER (ORDER BY %3$s) AS place FROM seen WHERE alive AND listed OR id = %4$L AND known)
SELECT CASE WHEN EXISTS (SELECT FROM ranked WHERE id = %4$L AND known)
            THEN array_agg(id::text ORDER BY place) FILTER (WHERE alive AND listed AND place > (SELECT place FROM ranked WHERE id = %4$L))
            ELSE '{unknown}' END
  FROM ranked$query$, admin, project, ordering, marker) INTO expected;

    -- walked to the end; images are few, so a walk of many pages has none
    query := format('visibility=all&limit=%s&sort=%s&marker=%s', page_limit, query, marker);
    FOR pages IN 1 .. 20 LOOP
        BEGIN
            page := image_catalog.list_images_page(query);
        EXCEPTION WHEN invalid_parameter_value THEN
            walked := walked || '{unknown}'::text[];
            EXIT;
        END;
        walked := walked || ARRAY(SELECT image ->> 'id' FROM jsonb_array_elements(page -> 'images') WITH ORDINALITY e (image, o) ORDER BY o);
        EXIT WHEN page ->> 'next' IS NULL;
        query := regexp_replace(page ->> 'next', '^/v2/images\?', '');
    END LOOP;
    IF walked <> coalesce(expected, '{}') THEN
        RETURN format('%s; project %s, admin %s: %s: %s instead of %s; %s; %s', done, project, admin, query, walked, expected, (SELECT i FROM image_catalog.images i WHERE id = marker), (SELECT p FROM markers.place p WHERE id = marker));
    END IF;
    RETURN NULL;
END;
$$;
