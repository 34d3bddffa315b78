-- created_at and updated_at: operators, forms of a time, and how it compares
DELETE FROM image_catalog.images;
INSERT INTO image_catalog.images (id, name, visibility, status, created_at, updated_at)
SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, n::text, 'public', 'active',
       created::timestamptz, updated::timestamptz
  FROM (VALUES
        (1, '0001-01-01 00:00:00Z', '2024-03-01 00:00:00Z'),
        (2, '2023-12-31 23:59:59.999999Z', '2024-03-01 00:00:00Z'),
        (3, '2024-01-01 00:00:00Z', '2024-03-02 00:00:00Z'),
        (4, '2024-01-01 00:00:00.5Z', '2024-03-02 00:00:00Z'),
        (5, '2024-01-01 00:00:01Z', '2024-03-03 00:00:00Z'),
        (6, '2024-02-29 10:20:30.123456Z', '2024-03-03 00:00:00Z'),
        (7, '9999-12-31 23:59:59Z', '2024-03-04 00:00:00Z'))
       v (n, created, updated);
SET image_catalog.project_id = 'p';

-- the images of a page, oldest first
CREATE FUNCTION pg_temp.page(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(
        (SELECT string_agg(image ->> 'name', ' ')
           FROM json_array_elements(
               image_catalog.list_images_page('sort=created_at:asc&' || query) -> 'images') image),
        '-');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;

-- times are shown cut to seconds
SELECT image ->> 'name' AS name, image ->> 'created_at' AS created_at
  FROM json_array_elements(image_catalog.list_images_page('sort=created_at:asc') -> 'images') image;

-- and compare so with a time without a fraction
SELECT query, pg_temp.page('created_at=' || query)
  FROM (VALUES ('eq:2024-01-01T00:00:00Z'), ('2024-01-01T00:00:00Z'),
               ('neq:2024-01-01T00:00:00Z'),
               ('lt:2024-01-01T00:00:00Z'), ('lte:2024-01-01T00:00:00Z'),
               ('gt:2024-01-01T00:00:00Z'), ('gte:2024-01-01T00:00:00Z'),
               ('eq:2023-12-31T23:59:59Z'), ('lte:2023-12-31T23:59:59Z'),
               ('gt:2023-12-31T23:59:59Z'),
               ('eq:9999-12-31T23:59:59Z'), ('gt:9999-12-31T23:59:59Z'),
               ('lte:9999-12-31T23:59:59Z'), ('eq:0001-01-01T00:00:00Z')) v (query);

-- exactly with one that has a fraction
SELECT query, pg_temp.page('created_at=' || query)
  FROM (VALUES ('eq:2024-01-01T00:00:00.0Z'), ('eq:2024-01-01T00:00:00.5Z'),
               ('gt:2024-01-01T00:00:00.0Z'), ('gt:2024-01-01T00:00:00.5Z'),
               ('gte:2024-01-01T00:00:00.5Z'), ('lt:2024-01-01T00:00:00.5Z'),
               ('neq:2024-01-01T00:00:00.5Z'),
               ('eq:2024-02-29T10:20:30.123456Z'), ('eq:2024-02-29T10:20:30,1234569Z'),
               ('eq:2024-02-29T10:20:30.123Z')) v (query);

-- forms: every one of these is the instant of image 3 and 4
SELECT query, pg_temp.page('created_at=' || query)
  FROM (VALUES ('2024'), ('2024-01'), ('2024-1'), ('2024-01-01'), ('2024-1-1'), ('20240101'),
               ('2024-01-01T00'), ('2024-01-01T00:00'), ('2024-01-01T0000'),
               ('2024-01-01T00:00:00'), ('2024-01-01T00:00:0'), ('2024-01-01T000000'),
               ('2024-01-01%2000:00:00'), ('2024-01-01+00:00:00'), ('20240101T000000Z'),
               ('2024-01-01T00:00:00%2B00:00'), ('2024-01-01T02:00:00%2B02:00'),
               ('2024-01-01T02:00:00%2B0200'), ('2024-01-01T02:00:00%2B02'),
               ('2023-12-31T19:30:00-04:30'), ('2024-01-01T02%2B02'),
               ('eq:2024'), ('eq:2024-01-01 00:00:00'), ('eq%3A2024-01-01T00%3A00%3A00Z')) v (query);

-- no forms; a plus sign that is not encoded is a blank
SELECT query, pg_temp.page('created_at=' || query)
  FROM (VALUES (''), ('eq:'), ('gt:'), (':'), ('yesterday'), ('lt:yesterday'), ('12:00'),
               ('24'), ('202401'), ('2024-13'), ('2024-02-30'), ('2023-02-29'), ('2024-01-01T'),
               ('2024-01-01T24:00:00Z'), ('2024-01-01T00:60:00Z'), ('2024-01-01T00:00:60Z'),
               ('2024-01-01t00:00:00Z'), ('2024-01-01T00:00:00z'), ('2024-W01'), ('2024-001x'),
               ('%202024-01-01'), ('2024-01-01%20'), ('2024-01-01T00:00:00+02:00'),
               ('2024-01-01T00:00:00%2B24:00'), ('2024-01Z'), ('2024-01-01Z'),
               ('0000-01-01'), ('0001-01-01T00:00:00%2B12:00'), ('9999-12-31T23:59:59-01:00'),
               ('2024-01-01T00:00:00.Z'), ('2024-01-01T00:00.5Z'),
               ('in:2024-01-01T00:00:00Z'), ('foo:2024-01-01T00:00:00Z'), ('GT:2024-01-01T00:00:00Z'),
               ('ne:2024-01-01'), (':2024-01-01'), ('gt:lt:2024-01-01'), ('gt: 2024-01-01'),
               ('foo:bar')) v (query);

-- repeated, all count
SELECT query, pg_temp.page(query)
  FROM (VALUES ('created_at=gt:2023-12-31T23:59:59Z&created_at=lt:2024-02-01'),
               ('created_at=lt:2024-02-01&created_at=gt:2024&created_at=neq:2024-01-01T00:00:01Z'),
               ('created_at=2024&created_at=2025'),
               ('created_at=x&created_at=2024'),
               ('updated_at=gte:2024-03-02&updated_at=lt:2024-03-03'),
               ('updated_at=2024-03-02T00:00:00Z&created_at=gt:2024-01-01T00:00:00.0Z'),
               ('updated_at=neq:2024-03-02&updated_at=neq:2024-03-03')) v (query);
SELECT name FROM image_catalog.list_images(
    '{"created_at": ["gte:2024-01-01T00:00:00Z", "lt:2024-01-01T00:00:01Z"]}');

DELETE FROM image_catalog.images;
