-- who sees what: every kind of image, every kind of caller, every visibility
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (id, name, visibility, owner, status, created_at)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       name, visibility, owner, 'active', '2024-01-01Z'::timestamptz - n * interval '1 day'
  FROM (VALUES
        (1, 'pub-a', 'public', 'a'), (2, 'pub-b', 'public', 'b'), (3, 'pub-0', 'public', NULL),
        (4, 'com-a', 'community', 'a'), (5, 'com-b', 'community', 'b'), (6, 'com-0', 'community', NULL),
        (7, 'priv-a', 'private', 'a'), (8, 'priv-b', 'private', 'b'), (9, 'priv-0', 'private', NULL),
        (10, 'sh-a', 'shared', 'a'), (11, 'sh-b', 'shared', 'b'), (12, 'sh-0', 'shared', NULL),
        (13, 'sh-b-pending', 'shared', 'b'), (14, 'sh-b-accepted', 'shared', 'b'),
        (15, 'sh-b-rejected', 'shared', 'b'), (16, 'sh-0-accepted', 'shared', NULL),
        (17, 'sh-a-self', 'shared', 'a'), (18, 'priv-b-accepted', 'private', 'b'),
        (19, 'sh-b-removed', 'shared', 'b'), (20, 'sh-b-other', 'shared', 'b'))
       v (n, name, visibility, owner);
INSERT INTO image_catalog.image_members (image_id, member_id, status, deleted_at)
SELECT i.id, m.member_id, m.status, m.deleted_at
  FROM (VALUES
        ('sh-b-pending', 'a', 'pending', NULL::timestamptz), ('sh-b-accepted', 'a', 'accepted', NULL),
        ('sh-b-rejected', 'a', 'rejected', NULL), ('sh-0-accepted', 'a', 'accepted', NULL),
        ('sh-a-self', 'a', 'accepted', NULL), ('sh-a', 'b', 'accepted', NULL),
        ('priv-b-accepted', 'a', 'accepted', NULL), ('sh-b-removed', 'a', 'accepted', now()),
        ('sh-b-other', 'c', 'accepted', NULL), ('sh-b-accepted', 'c', 'pending', NULL))
       m (name, member_id, status, deleted_at)
  JOIN image_catalog.images i USING (name);
CREATE ROLE regress_imgcat_tenant;

CREATE FUNCTION pg_temp.page(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(
        (SELECT string_agg(image ->> 'name', ' ')
           FROM json_array_elements(
               image_catalog.list_images_page(query) -> 'images') image),
        '-');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;
-- the matrix of one caller, whom the settings describe; the table's owner
-- gives the role its queries
CREATE TABLE regress_imgcat_queries (n int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO regress_imgcat_queries (query)
SELECT concat_ws('&', 'visibility=' || visibility, 'member_status=' || status)
  FROM unnest(ARRAY[NULL, 'public', 'community', 'private', 'shared', 'all']) WITH ORDINALITY v (visibility, o),
       unnest(ARRAY[NULL, 'pending', 'accepted', 'rejected', 'all']) WITH ORDINALITY s (status, p)
 ORDER BY o, p;
GRANT SELECT ON regress_imgcat_queries TO regress_imgcat_tenant;

-- project a: owner of some, member of others
SET image_catalog.project_id = 'a';
SELECT query, pg_temp.page(query) FROM regress_imgcat_queries ORDER BY n;

-- project c: a member that has not answered, and one that accepted
SET image_catalog.project_id = 'c';
SELECT query, pg_temp.page(query) FROM regress_imgcat_queries ORDER BY n;

-- project d: a stranger
SET image_catalog.project_id = 'd';
SELECT query, pg_temp.page(query) FROM regress_imgcat_queries WHERE query !~ 'member' ORDER BY n;

-- no project: public and community images only
SET image_catalog.project_id = '';
SET ROLE regress_imgcat_tenant;
SELECT query, pg_temp.page(query) FROM regress_imgcat_queries ORDER BY n;
RESET ROLE;

-- administrators see everything, but foreign community images by default;
-- member_status does not concern them
SET image_catalog.is_admin = on;
SET image_catalog.project_id = 'a';
SELECT query, pg_temp.page(query) FROM regress_imgcat_queries WHERE query !~ 'rejected|accepted|all$' ORDER BY n;
SET image_catalog.project_id = '';
SELECT pg_temp.page(''), pg_temp.page('visibility=community');
RESET image_catalog.is_admin;
SET image_catalog.roles = 'Admin';
SET image_catalog.project_id = 'd';
SELECT pg_temp.page('visibility=private');
-- a superuser without a project administers
RESET image_catalog.roles;
SET image_catalog.project_id = '';
SELECT pg_temp.page('visibility=private');

-- roles: reader lists, member alone does not
SET image_catalog.project_id = 'a';
SET image_catalog.roles = 'reader';
SELECT pg_temp.page('visibility=private');
SET image_catalog.roles = ' READER , other';
SELECT pg_temp.page('visibility=private');
SET image_catalog.roles = 'member';
SELECT image_catalog.list_images_page();
SELECT image_catalog.list_cloud_images_page();
SELECT * FROM image_catalog.list_images();
SELECT image_catalog.count_images();
SET image_catalog.roles = 'readers';
SELECT pg_temp.page('');
SET image_catalog.roles = '';
SELECT pg_temp.page('');
RESET image_catalog.roles;

-- an owner filter narrows, and never widens
SELECT query, pg_temp.page(query)
  FROM (VALUES ('owner=a'), ('owner=b'), ('owner=c'), ('owner='),
               ('owner=b&visibility=all'), ('owner=a&visibility=community'),
               ('owner=b&visibility=private'), ('owner=b&visibility=shared'),
               ('owner=a&visibility=shared&member_status=all'),
               ('owner=b&visibility=shared&member_status=all')) v (query);

-- what is refused; of a repeated visibility the last counts, of a repeated
-- member_status the first
SELECT query, pg_temp.page(query)
  FROM (VALUES ('visibility='), ('visibility=Public'), ('visibility=bogus'),
               ('visibility=in:public,private'), ('visibility=all%20'),
               ('member_status='), ('member_status=Accepted'), ('member_status=foo'),
               ('member_status=in:accepted,pending'),
               ('visibility=x&visibility=private'), ('visibility=private&visibility=community'),
               ('visibility=shared&member_status=rejected&member_status=all')) v (query);

-- counts are those of the lists
SELECT visibility, member_status,
       image_catalog.count_images(filter) AS counted,
       (SELECT count(*) FROM image_catalog.list_images(filter)) AS listed
  FROM unnest(ARRAY['public', 'community', 'private', 'shared', 'all']) visibility,
       unnest(ARRAY['accepted', 'all']) member_status,
       jsonb_build_object('visibility', visibility, 'member_status', member_status) filter;

RESET image_catalog.project_id;
DROP TABLE regress_imgcat_queries;
DROP ROLE regress_imgcat_tenant;
DELETE FROM image_catalog.images;
