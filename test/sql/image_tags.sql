--
-- add_image_tag(), delete_image_tag()
--
SET search_path = image_catalog, pg_catalog;
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('7a650000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
SELECT import_images('[
 {"id": "7a650000-0000-4000-8000-000000000001", "owner": "A", "visibility": "public", "updated_at": "2020-01-01T00:00:00Z"},
 {"id": "7a650000-0000-4000-8000-000000000002", "owner": "A", "visibility": "private"}]');
SET image_catalog.project_id = 'A';

-- idempotent; the set is sorted bytewise; each call moves updated_at
CREATE FUNCTION pg_temp.state(OUT tags text[], OUT moved boolean) LANGUAGE SQL AS $$
    UPDATE image_catalog.images i SET updated_at = '2020-01-01T00:00:00Z' FROM image_catalog.images o
     WHERE i.id = pg_temp.id(1) AND o.id = i.id RETURNING i.tags, o.updated_at > '2020-01-01T00:00:00Z'
$$;
SELECT add_image_tag(pg_temp.id(1), 'x');
SELECT * FROM pg_temp.state();
SELECT add_image_tag(pg_temp.id(1), 'x');
SELECT * FROM pg_temp.state();
SELECT add_image_tag(pg_temp.id(1), t) FROM unnest(ARRAY['é', 'X', 'a=b', 'a b', 'a/b']) t;
SELECT * FROM pg_temp.state();
-- the empty tag, which no request could take off again; a document may have it
SELECT add_image_tag(pg_temp.id(1), '');
SELECT update_image(pg_temp.id(1), '[{"op": "replace", "path": "/tags", "value": ["é", "X", "a=b", "", "a b", "a/b", "x"]}]')::jsonb -> 'tags' AS tags;
SELECT * FROM pg_temp.state();
SELECT delete_image_tag(pg_temp.id(1), 'X');
SELECT * FROM pg_temp.state();
SELECT delete_image_tag(pg_temp.id(1), 'X');
SELECT * FROM pg_temp.state();
SELECT delete_image_tag(pg_temp.id(1), '');
SELECT * FROM pg_temp.state();

-- length, in characters
SELECT add_image_tag(pg_temp.id(1), repeat('é', 255));
SELECT add_image_tag(pg_temp.id(1), repeat('é', 256));
SELECT add_image_tag(pg_temp.id(9), repeat('x', 256));
-- quota: a tag that is there already is no new one
SET image_catalog.tag_quota = 5;
SELECT cardinality(tags) FROM images WHERE id = pg_temp.id(1);
SELECT add_image_tag(pg_temp.id(1), 'x');
SELECT add_image_tag(pg_temp.id(1), 'new');
SELECT cardinality(tags) FROM images WHERE id = pg_temp.id(1);
RESET image_catalog.tag_quota;
-- who may
SET image_catalog.project_id = 'B';
SELECT add_image_tag(pg_temp.id(1), 'b');
SELECT delete_image_tag(pg_temp.id(1), 'x');
SELECT add_image_tag(pg_temp.id(2), 'b');
SELECT delete_image_tag(pg_temp.id(2), 'x');
SELECT add_image_tag(pg_temp.id(9), 'b');
SET image_catalog.project_id = 'A';
SET image_catalog.roles = 'reader';
SELECT add_image_tag(pg_temp.id(1), 'b');
RESET image_catalog.roles;
-- what tags are is what listings find
SELECT add_image_tag(pg_temp.id(2), 'found');
SELECT count(*) FROM list_images('{"tag": "found"}');
SELECT delete_image_tag(pg_temp.id(2), 'found');
SELECT count(*) FROM list_images('{"tag": "found"}');

DELETE FROM images WHERE id::text LIKE '7a650000-%';
