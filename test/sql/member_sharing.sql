--
-- members: offers, answers, and who may see and do what
--
SET search_path = image_catalog, pg_catalog;

CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('3e3be000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
SELECT import_images('[
 {"id": "3e3be000-0000-4000-8000-000000000001", "owner": "A"},
 {"id": "3e3be000-0000-4000-8000-000000000002", "owner": "A", "visibility": "private"},
 {"id": "3e3be000-0000-4000-8000-000000000003", "owner": "A", "visibility": "public"},
 {"id": "3e3be000-0000-4000-8000-000000000004", "owner": "A", "visibility": "community"},
 {"id": "3e3be000-0000-4000-8000-000000000005"}]');

-- run a statement as a project; the answer without times, or the error
CREATE FUNCTION pg_temp.try(project text, call text, VARIADIC args text[], OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    PERFORM set_config('image_catalog.project_id', project, true);
    PERFORM set_config('image_catalog.is_admin', CASE project WHEN 'ADM' THEN 'on' ELSE 'off' END, true);
    EXECUTE format('SELECT image_catalog.%I(%s)', call,
                   (SELECT string_agg(quote_nullable(a), ', ' ORDER BY n) FROM unnest(args) WITH ORDINALITY x(a, n)))
       INTO answer;
    answer := regexp_replace(answer, '"(created|updated)_at": "[^"]*", ', '', 'g');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    answer := concat_ws(' ', SQLSTATE, SQLERRM, '|', why);
END
$$;
CREATE FUNCTION pg_temp.code(project text, call text, VARIADIC args text[]) RETURNS text
    RETURN (SELECT CASE WHEN t ~ '^[0-9A-Z]{5} ' THEN left(t, 5) ELSE 'ok' END
              FROM pg_temp.try(project, call, VARIADIC args) t);

-- an offer is pending; a second one conflicts
SELECT pg_temp.try('A', 'add_image_member', pg_temp.id(1)::text, 'M');
SELECT pg_temp.try('A', 'add_image_member', pg_temp.id(1)::text, 'M');
-- who may offer
SELECT p AS project, pg_temp.try(p, 'add_image_member', pg_temp.id(1)::text, 'N') FROM unnest('{B,M,ADM}'::text[]) p;
-- which images can be offered
SELECT n, pg_temp.try('A', 'add_image_member', pg_temp.id(n)::text, 'M') FROM generate_series(2, 6) n;
-- a project is a string of 1 to 255 characters
SELECT left(m, 3) AS member, pg_temp.code('A', 'add_image_member', pg_temp.id(1)::text, m)
  FROM (VALUES (''), (NULL), (repeat('é', 255)), (repeat('é', 256))) x(m);
-- the request is looked at before the image
SELECT pg_temp.code('B', 'add_image_member', pg_temp.id(1)::text, '') AS add,
       pg_temp.code('B', 'update_image_member', pg_temp.id(1)::text, 'M', 'x') AS update,
       pg_temp.code('B', 'update_image_member', pg_temp.id(1)::text, 'M', NULL) AS update_null;

-- answers: the project for itself, an administrator for all, the owner for none
SELECT p AS project, pg_temp.try(p, 'update_image_member', pg_temp.id(1)::text, 'M', 'accepted')
  FROM unnest('{M,A,B,N,ADM}'::text[]) WITH ORDINALITY x(p, no) ORDER BY no;
-- the owner may be a member, too, and answers for itself
SELECT pg_temp.code('A', 'add_image_member', pg_temp.id(1)::text, 'A') AS offered,
       pg_temp.code('A', 'update_image_member', pg_temp.id(1)::text, 'A', 'accepted') AS for_itself,
       pg_temp.code('A', 'update_image_member', pg_temp.id(1)::text, 'M', 'accepted') AS for_another;
SELECT pg_temp.code('M', 'update_image_member', pg_temp.id(1)::text, 'N', 'accepted') AS another_member,
       pg_temp.code('M', 'update_image_member', pg_temp.id(1)::text, 'nobody', 'accepted') AS no_member,
       pg_temp.code('ADM', 'update_image_member', pg_temp.id(1)::text, 'nobody', 'accepted') AS not_even_an_administrator;
SELECT s AS status, pg_temp.code('M', 'update_image_member', pg_temp.id(1)::text, 'M', s)
  FROM unnest('{rejected,pending,accepted,Accepted,"",all}'::text[]) s;
SELECT pg_temp.code('M', 'update_image_member', pg_temp.id(3)::text, 'M', 'accepted') AS public_image,
       pg_temp.code('M', 'update_image_member', pg_temp.id(2)::text, 'M', 'accepted') AS private_image,
       pg_temp.code('M', 'update_image_member', pg_temp.id(5)::text, 'M', 'accepted') AS not_a_member;
SET image_catalog.roles = 'reader';
SELECT pg_temp.code('M', 'update_image_member', pg_temp.id(1)::text, 'M', 'accepted') AS reader_answers,
       pg_temp.code('A', 'add_image_member', pg_temp.id(1)::text, 'X') AS reader_offers,
       pg_temp.code('A', 'delete_image_member', pg_temp.id(1)::text, 'M') AS reader_takes_back,
       pg_temp.code('A', 'list_image_members', pg_temp.id(1)::text) AS reader_lists;
SET image_catalog.roles = 'member';
SELECT pg_temp.code('A', 'list_image_members', pg_temp.id(1)::text) AS member_lists,
       pg_temp.code('A', 'get_image_member', pg_temp.id(1)::text, 'M') AS member_gets;
RESET image_catalog.roles;

-- reading: the owner sees all, oldest first; a member sees itself; others nothing
SELECT p AS project, m ->> 'member_id' AS member, m ->> 'status' AS status
  FROM unnest('{A,ADM,M,N}'::text[]) p,
       jsonb_array_elements(pg_temp.try(p, 'list_image_members', pg_temp.id(1)::text)::jsonb -> 'members') WITH ORDINALITY x(m, no)
 WHERE m ->> 'member_id' !~ 'é' ORDER BY p, no;
SELECT pg_temp.try('A', 'list_image_members', pg_temp.id(5)::text) AS of_none,
       pg_temp.try('ADM', 'list_image_members', pg_temp.id(5)::text) AS administrator;
SELECT n, pg_temp.try('A', 'list_image_members', pg_temp.id(n)::text), pg_temp.code('B', 'list_image_members', pg_temp.id(n)::text) AS a_stranger
  FROM generate_series(2, 6) n;
SELECT pg_temp.try('A', 'get_image_member', pg_temp.id(1)::text, 'M');
SELECT p AS project, pg_temp.code(p, 'get_image_member', pg_temp.id(1)::text, 'M') AS m, pg_temp.code(p, 'get_image_member', pg_temp.id(1)::text, 'nobody') AS nobody,
       pg_temp.code(p, 'get_image_member', pg_temp.id(2)::text, 'M') AS private, pg_temp.code(p, 'get_image_member', pg_temp.id(3)::text, 'M') AS public
  FROM unnest('{A,M,N,B,ADM}'::text[]) p;

-- membership shows the image, whatever the answer, and gives no more
SELECT s AS status, pg_temp.code('M', 'update_image_member', pg_temp.id(1)::text, 'M', s) AS answered, pg_temp.code('M', 'get_image', pg_temp.id(1)::text) AS shown,
       pg_temp.code('M', 'delete_image', pg_temp.id(1)::text) AS deleted
  FROM unnest('{pending,rejected,accepted}'::text[]) s;
-- visibility: while it is not shared the members wait
SELECT pg_temp.code('A', 'update_image', pg_temp.id(1)::text, '[{"op": "replace", "path": "/visibility", "value": "private"}]');
SELECT pg_temp.code('M', 'get_image', pg_temp.id(1)::text) AS shown, pg_temp.code('M', 'update_image_member', pg_temp.id(1)::text, 'M', 'accepted') AS answered;
SELECT pg_temp.code('A', 'update_image', pg_temp.id(1)::text, '[{"op": "replace", "path": "/visibility", "value": "shared"}]');
SELECT pg_temp.code('M', 'get_image', pg_temp.id(1)::text) AS shown, pg_temp.try('M', 'get_image_member', pg_temp.id(1)::text, 'M')::jsonb ->> 'status' AS status;

-- taking an offer back
SELECT pg_temp.code('M', 'delete_image_member', pg_temp.id(1)::text, 'M') AS the_member,
       pg_temp.code('B', 'delete_image_member', pg_temp.id(1)::text, 'M') AS a_stranger,
       pg_temp.code('A', 'delete_image_member', pg_temp.id(1)::text, 'nobody') AS no_member,
       pg_temp.code('A', 'delete_image_member', pg_temp.id(2)::text, 'M') AS private_image;
SELECT pg_temp.code('A', 'delete_image_member', pg_temp.id(1)::text, 'M') AS first, pg_temp.code('A', 'delete_image_member', pg_temp.id(1)::text, 'M') AS second;
SELECT pg_temp.code('M', 'get_image', pg_temp.id(1)::text) AS shown;
-- a new offer is pending again, and keeps the time of the first
UPDATE image_members SET created_at = '2020-01-01' WHERE image_id = pg_temp.id(1) AND member_id = 'M';
SELECT pg_temp.try('A', 'add_image_member', pg_temp.id(1)::text, 'M');
SELECT created_at AT TIME ZONE 'UTC' AS created, updated_at > created_at AS moved, deleted_at FROM image_members WHERE image_id = pg_temp.id(1) AND member_id = 'M';

-- none of this touches the image
SELECT updated_at = created_at AS unchanged FROM images WHERE id = pg_temp.id(5);
SELECT pg_temp.code('ADM', 'add_image_member', pg_temp.id(5)::text, 'M'), pg_temp.code('M', 'update_image_member', pg_temp.id(5)::text, 'M', 'rejected'),
       pg_temp.code('ADM', 'delete_image_member', pg_temp.id(5)::text, 'M');
SELECT updated_at = created_at AS unchanged FROM images WHERE id = pg_temp.id(5);

-- quota: checked before the conflict; members that were removed do not count
SET image_catalog.member_quota = 2;
SELECT m, pg_temp.try('ADM', 'add_image_member', pg_temp.id(5)::text, m)
  FROM unnest('{p,q,r,q}'::text[]) WITH ORDINALITY x(m, n) ORDER BY n;
SELECT pg_temp.code('ADM', 'delete_image_member', pg_temp.id(5)::text, 'p') AS removed, pg_temp.code('ADM', 'add_image_member', pg_temp.id(5)::text, 'r') AS added;
RESET image_catalog.member_quota;

-- deleted and unknown images have none
SELECT pg_temp.code('A', 'delete_image', pg_temp.id(1)::text);
SELECT c AS call, pg_temp.code('A', c, VARIADIC ARRAY[pg_temp.id(n)::text] || CASE c WHEN 'list_image_members' THEN '{}' WHEN 'update_image_member' THEN '{M,accepted}'::text[] ELSE '{M}' END)
  FROM unnest('{add_image_member,update_image_member,get_image_member,list_image_members,delete_image_member}'::text[]) WITH ORDINALITY x(c, no), unnest('{1,99}'::int[]) n ORDER BY n, no;

DELETE FROM images WHERE id::text LIKE '3e3be000-%';
