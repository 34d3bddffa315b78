-- who changed an image, when and how: image_history, image_changes, image_at
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid LANGUAGE sql AS
    $$ SELECT ('4157a000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
CREATE FUNCTION pg_temp.be(project text, is_admin bool DEFAULT false, roles text DEFAULT 'reader,member') RETURNS void
LANGUAGE sql AS $$
    SELECT set_config('image_catalog.project_id', project, false), set_config('image_catalog.is_admin', is_admin::text, false),
           set_config('image_catalog.user_id', CASE WHEN project <> '' THEN 'user of ' || project ELSE '' END, false),
           set_config('image_catalog.roles', roles, false)
$$;
-- what is shown of a change, without what every run has otherwise
CREATE FUNCTION pg_temp.told(change json) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', right(change ->> 'image_id', 1), change ->> 'operation', change ->> 'member_id', '|',
                     coalesce((SELECT string_agg(concat(o ->> 'op', ' ', o ->> 'path', CASE WHEN o ->> 'path' = '' THEN ' ' || (SELECT string_agg(k, ' ' ORDER BY k) FROM jsonb_object_keys(o -> 'value') k WHERE k ~ '^(name|owner|secret|kernel)') ELSE coalesce('=' || (o ->> 'value'), '') END), ', ' ORDER BY n)
                        FROM jsonb_array_elements((change ->> 'patch')::jsonb) WITH ORDINALITY o (o, n) WHERE o ->> 'path' <> '/updated_at'), 'null'), '|',
                     coalesce((SELECT string_agg(concat(o ->> 'op', ' ', o ->> 'path', '=' || (o ->> 'value')), ', ' ORDER BY n)
                        FROM jsonb_array_elements((change ->> 'inverse')::jsonb) WITH ORDINALITY o (o, n) WHERE o ->> 'path' <> '/updated_at'), 'null'), '|',
                     change ->> 'project_id', change ->> 'user_id', CASE WHEN change ->> 'role' = session_user THEN 'me' ELSE change ->> 'role' END, change ->> 'request_id')
$$;
-- until no transaction is running that the feed has to wait for
CREATE PROCEDURE pg_temp.settle() LANGUAGE plpgsql AS $$
BEGIN
    WHILE EXISTS (SELECT FROM image_catalog.image_changes WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())) LOOP
        PERFORM pg_sleep(0.01);
    END LOOP;
END $$;

-- off, nothing is recorded or read
SELECT pg_temp.be('', true);
SELECT image_catalog.image_history(pg_temp.id(1));
SELECT image_catalog.image_at(pg_temp.id(1), now());
SELECT image_catalog.image_changes();
SELECT image_catalog.image_changes_end();
SELECT count(*) AS recording_triggers FROM pg_trigger WHERE tgrelid IN ('image_catalog.images'::regclass, 'image_catalog.image_members'::regclass) AND tgname ~ '_record_';
SELECT pg_temp.be('acme');
SELECT image_catalog.record_image_history(true);
SELECT pg_temp.be('', true);
SELECT image_catalog.import_images(jsonb_build_array(jsonb_build_object('id', pg_temp.id(1), 'name', 'older', 'owner', 'acme', 'status', 'active', 'visibility', 'private')));
SELECT image_catalog.record_image_history(true);
SELECT image_catalog.record_image_history(true);
SELECT count(*) AS recordings, count(*) FILTER (WHERE since <= clock_timestamp()) AS begun FROM image_catalog.image_recording;
SELECT count(*) AS recording_triggers FROM pg_trigger WHERE tgrelid IN ('image_catalog.images'::regclass, 'image_catalog.image_members'::regclass) AND tgname ~ '_record_';

-- every kind of change
SELECT pg_temp.be('acme');
SELECT image_catalog.create_image(jsonb_build_object('id', pg_temp.id(2), 'name', 'two', 'secret', 's', 'kernel', 'k', 'visibility', 'shared')) ->> 'name' AS created;
SELECT image_catalog.update_image(pg_temp.id(2), '[{"op": "replace", "path": "/name", "value": "two again"}, {"op": "add", "path": "/a~1b", "value": "1"}, {"op": "replace", "path": "/secret", "value": "t"}]') ->> 'name' AS updated;
SELECT image_catalog.add_image_tag(pg_temp.id(2), 'x');
SELECT image_catalog.add_image_member(pg_temp.id(2), 'globex') ->> 'status' AS offered;
SELECT image_catalog.add_image_member(pg_temp.id(2), 'initech') ->> 'status' AS offered;
SELECT pg_temp.be('globex');
SELECT image_catalog.update_image_member(pg_temp.id(2), 'globex', 'accepted') ->> 'status' AS answered;
SELECT pg_temp.be('acme');
SELECT image_catalog.delete_image_member(pg_temp.id(2), 'initech');
SELECT image_catalog.update_image(pg_temp.id(1), '[{"op": "replace", "path": "/name", "value": "renamed"}]') ->> 'name' AS updated;
-- nothing changed is no change
UPDATE image_catalog.images SET name = name WHERE id = pg_temp.id(1);
SELECT status, response_headers ->> 'x-openstack-request-id' AS id
  FROM image_catalog.http_request('PUT', '/v2/images/' || pg_temp.id(1) || '/tags/http', '{"X-OpenStack-Request-ID": "req-4157"}');
SELECT image_catalog.delete_image(pg_temp.id(2));
SELECT pg_temp.be('', true);
SELECT image_catalog.import_images(jsonb_build_array(
    jsonb_build_object('id', pg_temp.id(2), 'status', 'active'),
    jsonb_build_object('id', pg_temp.id(3), 'name', 'three', 'owner', 'globex', 'status', 'active', 'visibility', 'public', 'size', 5),
    jsonb_build_object('id', pg_temp.id(4), 'name', 'four', 'owner', 'acme', 'status', 'deleted', 'visibility', 'public')), true);
SELECT pg_temp.told(c) FROM image_catalog.image_history(pg_temp.id(1)) c;
SELECT pg_temp.told(c) FROM image_catalog.image_history(pg_temp.id(2)) c;
CALL pg_temp.settle();
SELECT pg_temp.told(c) FROM image_catalog.image_changes() WITH ORDINALITY f (c, n) ORDER BY n;

-- by position: the same, each once, however it is cut
CREATE FUNCTION pg_temp.walk(step int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    after text;
    change json;
    told text := '';
    found_any boolean;
BEGIN
    LOOP
        found_any := false;
        FOR change IN SELECT c FROM image_catalog.image_changes(after, step) WITH ORDINALITY f (c, n) ORDER BY n LOOP
            found_any := true;
            told := told || pg_temp.told(change);
            after := change ->> 'position';
        END LOOP;
        EXIT WHEN NOT found_any;
    END LOOP;
    RETURN md5(told);
END $$;
SELECT count(DISTINCT pg_temp.walk(step)) AS walks FROM unnest('{1,2,3,5,1000}'::int[]) step;
SELECT count(*) AS behind_the_end FROM image_catalog.image_changes(image_catalog.image_changes_end());
SELECT count(*) AS none FROM image_catalog.image_changes(NULL, 0);
SELECT count(*) > 10 AS all_of_them FROM image_catalog.image_changes(NULL, NULL);

-- who sees what of it: a stranger, a member, one who was offered it once, no reader
SELECT pg_temp.be('stranger');
SELECT pg_temp.told(c) FROM image_catalog.image_changes() c;
SELECT image_catalog.image_history(pg_temp.id(2));
SELECT image_catalog.image_at(pg_temp.id(2), clock_timestamp());
SELECT pg_temp.be('globex');
SELECT pg_temp.told(c) FROM image_catalog.image_changes() WITH ORDINALITY f (c, n) ORDER BY n;
SELECT pg_temp.be('initech');
SELECT pg_temp.told(c) FROM image_catalog.image_changes() c;
SELECT image_catalog.image_history(pg_temp.id(2)) IS NULL AS told_of_itself_alone;
SELECT pg_temp.be('acme');
SELECT count(*) AS owner_sees FROM image_catalog.image_changes() c WHERE c ->> 'image_id' = pg_temp.id(2)::text;
SELECT pg_temp.be('acme', false, 'member');
SELECT image_catalog.image_changes();
SELECT image_catalog.image_changes_end();
SELECT image_catalog.image_history(pg_temp.id(2));
SELECT image_catalog.image_at(pg_temp.id(2), clock_timestamp());

-- a protected property is in no patch, document or inverse
INSERT INTO image_catalog.property_protections (position, pattern, create_roles, read_roles, update_roles, delete_roles)
VALUES (1, '^secret', '{admin}', '{admin}', '{admin}', '{admin}'), (2, '.*', '{@}', '{@}', '{@}', '{@}');
SELECT pg_temp.be('acme');
SELECT pg_temp.told(c) FROM image_catalog.image_history(pg_temp.id(2)) WITH ORDINALITY f (c, n) ORDER BY n LIMIT 2;
SELECT count(*) AS secrets FROM image_catalog.image_history(pg_temp.id(2)) c WHERE c::text LIKE '%secret%';
SELECT image_catalog.image_at(pg_temp.id(2), (c ->> 'at')::timestamptz) ->> 'secret' IS NULL AS hidden FROM image_catalog.image_history(pg_temp.id(2)) c LIMIT 1;
SELECT pg_temp.be('acme', true);
SELECT count(*) AS secrets FROM image_catalog.image_history(pg_temp.id(2)) c WHERE c::text LIKE '%secret%';
DELETE FROM image_catalog.property_protections;

-- what was private before it was published, and before it was given away
SELECT pg_temp.be('acme');
SELECT image_catalog.update_image(pg_temp.id(1), '[{"op": "add", "path": "/kernel", "value": "private"}]') ->> 'kernel' AS private;
SELECT image_catalog.update_image(pg_temp.id(1), '[{"op": "replace", "path": "/visibility", "value": "community"}, {"op": "remove", "path": "/kernel"}]') ->> 'visibility' AS visibility;
SELECT pg_temp.told(c) AS of_owner FROM image_catalog.image_history(pg_temp.id(1)) WITH ORDINALITY f (c, n) ORDER BY n DESC LIMIT 1;
SELECT pg_temp.be('stranger');
SELECT pg_temp.told(c) AS of_stranger FROM image_catalog.image_history(pg_temp.id(1)) c;
SELECT image_catalog.image_at(pg_temp.id(1), max(at)) FROM image_catalog.image_changes WHERE image_id = pg_temp.id(1) AND visibility = 'private';
SELECT pg_temp.be('', true);
SELECT image_catalog.update_image(pg_temp.id(1), '[{"op": "replace", "path": "/owner", "value": "globex"}]') ->> 'owner' AS owner;
SELECT pg_temp.be('globex');
SELECT pg_temp.told(c) AS of_new_owner FROM image_catalog.image_history(pg_temp.id(1)) c;

-- at every recorded moment the image is what the changes up to it made of it
SELECT pg_temp.be('', true);
CREATE TEMP TABLE documents AS
SELECT c.image_id, c.number, c.at, c.operation,
       image_catalog.json_patch_replay('{}'::jsonb, c.patch) OVER (PARTITION BY c.image_id ORDER BY c.number) AS document
  FROM image_catalog.image_changes c WHERE c.member_id IS NULL AND c.image_id IN (pg_temp.id(2), pg_temp.id(3), pg_temp.id(4));
SELECT count(*) AS moments, count(*) FILTER (WHERE image_catalog.image_at(image_id, at)::jsonb - '{self,file,schema}'::text[] = document) AS the_same
  FROM documents WHERE document ->> 'status' <> 'deleted';
SELECT image_catalog.image_at(image_id, at - interval '1 microsecond') FROM documents WHERE operation = 'create' AND image_id = pg_temp.id(2);
SELECT image_catalog.image_at(image_id, at) FROM documents WHERE document ->> 'status' = 'deleted' AND image_id = pg_temp.id(2);
SELECT image_catalog.image_at(pg_temp.id(3), clock_timestamp())::text = image_catalog.get_image(pg_temp.id(3))::text AS now_as_get_image;
SELECT image_catalog.image_at(pg_temp.id(1), since)::jsonb ->> 'name' AS before_any FROM image_catalog.image_recording;
\set VERBOSITY terse
SELECT image_catalog.image_at(pg_temp.id(1), '2001-01-01');
SELECT image_catalog.image_at(pg_temp.id(1), '-infinity');
SELECT image_catalog.image_at(pg_temp.id(3), 'infinity') ->> 'name' AS name;
SELECT image_catalog.image_at(pg_temp.id(9), clock_timestamp());
SELECT image_catalog.image_history(pg_temp.id(9));

-- positions and limits that are none
SELECT image_catalog.image_changes('');
SELECT image_catalog.image_changes('1-2-3');
SELECT image_catalog.image_changes('ffffffffffffffff-0-0-0');
SELECT image_catalog.image_changes('0-0-0-ffffffffffffffff');
SELECT image_catalog.image_changes(NULL, -1);
SELECT image_catalog.image_changes('1-0-ffffffffffffffff-0') IS NULL AS of_an_older_recording LIMIT 1;
\set VERBOSITY default

-- a purge takes the history along, and tells administrators; the id is free
SELECT image_catalog.delete_image(pg_temp.id(2));
SELECT image_catalog.purge_deleted_images('0') AS purged;
SELECT pg_temp.told(c) FROM image_catalog.image_history(pg_temp.id(2)) c;
SELECT image_catalog.image_at(pg_temp.id(2), clock_timestamp());
SELECT pg_temp.be('stranger');
SELECT image_catalog.create_image(jsonb_build_object('id', pg_temp.id(2), 'name', 'of another')) ->> 'owner' AS owner;
SELECT pg_temp.told(c) FROM image_catalog.image_history(pg_temp.id(2)) c;

-- by plain statements, too: what a DBA writes, whole tables at once
SELECT pg_temp.be('', true);
UPDATE image_catalog.images SET name = 'all' WHERE id::text LIKE '4157a000%' AND status <> 'deleted';
UPDATE image_catalog.images SET id = pg_temp.id(5) WHERE id = pg_temp.id(2);
SELECT pg_temp.told(c) FROM image_catalog.image_history(pg_temp.id(5)) c;
SELECT pg_temp.told(c) FROM image_catalog.image_history(pg_temp.id(2)) WITH ORDINALITY f (c, n) ORDER BY n DESC LIMIT 1;
DELETE FROM image_catalog.images WHERE id::text LIKE '4157a000%';
SELECT operation, count(*), count(patch) AS patches FROM image_catalog.image_changes WHERE image_id::text LIKE '4157a000%' GROUP BY 1 ORDER BY 1;

-- nothing of a transaction that is taken back, and its notices say nothing
LISTEN image_catalog;
BEGIN;
SELECT image_catalog.create_image(jsonb_build_object('id', pg_temp.id(6))) ->> 'status' AS status;
ROLLBACK;
SELECT count(*) AS changes FROM image_catalog.image_changes WHERE image_id = pg_temp.id(6);
UNLISTEN image_catalog;

-- who may write history: nobody
CREATE ROLE regress_history;
GRANT SELECT, INSERT, UPDATE, DELETE ON image_catalog.images, image_catalog.image_changes TO regress_history;
SELECT image_catalog.grant_project('regress_history', 'acme');
SET ROLE regress_history;
SELECT count(*) AS seen FROM image_catalog.image_changes;
INSERT INTO image_catalog.image_changes (recording, xid, image_id, at, operation) VALUES (1, '1', pg_temp.id(1), now(), 'create');
SELECT image_catalog.create_image(jsonb_build_object('id', pg_temp.id(7))) ->> 'owner' AS owner;
RESET ROLE;
SELECT project_id, user_id, role FROM image_catalog.image_changes WHERE image_id = pg_temp.id(7);
SELECT image_catalog.revoke_project('regress_history');
DROP OWNED BY regress_history;
DROP ROLE regress_history;
DELETE FROM image_catalog.images WHERE id::text LIKE '4157a000%';

-- emptied tables have no history, and get one again
BEGIN;
TRUNCATE image_catalog.images CASCADE;
SELECT count(*) AS changes FROM image_catalog.image_changes;
SELECT image_catalog.create_image('{"name": "after"}') ->> 'name' AS name;
SELECT operation FROM image_catalog.image_changes;
ROLLBACK;

-- off again; the next recording begins with nothing
SELECT image_catalog.record_image_history(false);
SELECT image_catalog.record_image_history(false);
SELECT count(*) AS recording_triggers FROM pg_trigger WHERE tgrelid IN ('image_catalog.images'::regclass, 'image_catalog.image_members'::regclass) AND tgname ~ '_record_';
SELECT image_catalog.image_changes();
SELECT count(*) > 0 AS kept FROM image_catalog.image_changes;
SELECT image_catalog.record_image_history(true);
SELECT count(*) AS changes FROM image_catalog.image_changes;
SELECT image_catalog.record_image_history(false);
