-- Container images listed: order, limits, markers, the URL's parameters.
-- The images A, B, C (no findings) and D (never scanned) of container_search.
\getenv folder PG_ABS_SRCDIR
\set file :folder /data/container_fixture.json
\set fixture `cat :'file'`
SET image_catalog.clock = '2025-06-24 12:00:00Z';
SELECT image_catalog.import_container_images(:'fixture'::jsonb);

-- the images of a list, in its order; or the error
CREATE FUNCTION pg_temp.listed(sort_field text DEFAULT NULL,
        reversed boolean DEFAULT false, aggregate text DEFAULT 'UNSET',
        distinct_values boolean DEFAULT false, query text DEFAULT '',
        "limit" int DEFAULT 0, "offset" int DEFAULT 0)
    RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT string_agg(upper(substr(image ->> 'id', 8, 1)), ',' ORDER BY n)
              FROM image_catalog.list_container_images(query, "limit",
                       "offset", sort_field, reversed, aggregate,
                       distinct_values) WITH ORDINALITY l (image, n));
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;

-- the documents
SELECT * FROM image_catalog.list_container_images();

-- every label that an image sorts by, both ways; images without rows in the
-- label's table are left out, nulls are last
SELECT label, pg_temp.listed(label) AS ascending,
       pg_temp.listed(label, true) AS descending
  FROM unnest(ARRAY['_id', 'Image Sha', 'Image ID', 'Image Registry',
       'Image Remote', 'Image Tag', 'Image', 'image', 'Image Created Time',
       'Image User', 'Image Command', 'Image Entrypoint', 'Image Volumes',
       'Image Label', 'Image Scan Time', 'Image OS',
       'Image Signature Fetched Time', 'Image CVE Count', 'Fixable CVE Count',
       'Image Component Count', 'Critical CVE Count',
       'Fixable Moderate CVE Count', 'Image Top CVSS', 'Image Risk Score',
       'Image Risk Priority', 'image risk priority', 'Last Updated',
       'LAST UPDATED', 'Dockerfile Instruction Keyword',
       'Dockerfile Instruction Value', 'Component', 'component',
       'Component Version', 'Component Source', 'Component Location',
       'Component Top CVSS', 'Component Risk Score', 'Component Risk Priority',
       'Component ID', 'Operating System', 'Component Layer Type', 'CVE',
       'CVE ID', 'CVSS', 'NVD CVSS', 'Impact Score', 'Severity',
       'Vulnerability State', 'Fixable', 'Fixed By', 'CVE Published On',
       'EPSS Probability', 'Advisory Name', 'CISA KEV', 'CVE Count',
       'Component Count', 'Image Count', 'CVSS Max', 'Severity Max',
       'EPSS Probability Max', 'CVE Published On Min',
       'Critical Severity Count'])
       WITH ORDINALITY l (label, n)
 ORDER BY n;

-- aggregates
SELECT pg_temp.listed('CVE', true, 'COUNT', true) AS cves,
       pg_temp.listed('CVE', true, '1', true) AS by_number,
       pg_temp.listed('Component', false, 'COUNT') AS components,
       pg_temp.listed('CVSS', true, 'MIN') AS least_cvss,
       pg_temp.listed('EPSS Probability', false, 'MAX') AS most_epss,
       pg_temp.listed('Image Created Time', false, 'MAX') AS of_one_row,
       pg_temp.listed('Image Created Time', false, 'COUNT') AS none_or_one;
-- the rows that the search found are those that count
SELECT pg_temp.listed('CVSS', true, query => 'CVE:CVE-2023') AS found,
       pg_temp.listed('CVE', true, 'COUNT', query => 'Fixable:false') AS counted,
       pg_temp.listed('CVE', query => 'Component:musl') AS left_out,
       pg_temp.listed('CVE', query => 'CVE:-') AS kept,
       pg_temp.listed('CVE', true, query => 'CVE:-,CVE-2023-3') AS kept_last;

-- what does not sort
SELECT pg_temp.listed('x') AS unknown,
       pg_temp.listed('Policy') AS unreachable,
       pg_temp.listed('') AS empty,
       pg_temp.listed(NULL, true) AS no_field,
       pg_temp.listed('CVE', aggregate => 'SUM') AS sum,
       pg_temp.listed('CVE', aggregate => 'count') AS lower_case,
       pg_temp.listed('CVE', distinct_values => true) AS distinct_alone,
       pg_temp.listed('CVSS Max', aggregate => 'MAX') AS derived
\gx

-- limit and offset
SELECT pg_temp.listed("limit" => 2) AS two, pg_temp.listed("limit" => -1) AS all_,
       pg_temp.listed("limit" => 5000) AS many,
       pg_temp.listed("limit" => 2, "offset" => 1) AS second,
       pg_temp.listed("offset" => 4) AS past_the_end,
       pg_temp.listed("offset" => -3) AS negative;

-- pages: the answer of GET /v1/images
CREATE FUNCTION pg_temp.page(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer json := image_catalog.list_container_images_page(query);
BEGIN
    RETURN concat((SELECT string_agg(upper(substr(image ->> 'id', 8, 1)), ',' ORDER BY n)
              FROM json_array_elements(answer -> 'images')
                   WITH ORDINALITY l (image, n)),
              ' ' || (answer ->> 'next'));
END;
$$;
CREATE FUNCTION pg_temp.answer(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN pg_temp.page(query);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;
SELECT image_catalog.list_container_images_page('query=Image%20Tag:3');
SELECT query, pg_temp.answer(query)
  FROM (VALUES
    (1, ''),
    (2, 'query=CVE:CVE-2024'),
    (3, 'query=CVE:CVE-2024-0001%2BFixable:false'),
    (4, 'query=CVE:x+Fixable:true'),
    (5, 'pagination.limit=2'),
    (6, 'pagination.limit=2&pagination.offset=1'),
    (7, 'pagination.limit=2&pagination.marker=sha256:cccc'),
    (8, 'pagination.limit=1&query=Image+OS:*&bogus=1&pagination.bogus=%26'),
    (9, 'pagination.sortOption.field=Image&pagination.limit=3'),
    (10, 'pagination.sort_option.field=CVSS&pagination.sort_option.aggregate_by.aggr_func=MAX&pagination.sort_option.reversed=T'),
    (11, 'pagination.sortOption.field=CVE&pagination.sortOption.aggregateBy.aggrFunc=COUNT&pagination.sortOption.aggregateBy.distinct=true&pagination.limit=1'),
    (12, 'pagination.sortOption.reversed=true'),
    (13, 'pagination.sortOption.field=x'),
    (14, 'pagination.limit=abc'),
    (15, 'pagination.limit='),
    (16, 'pagination.limit=2147483648'),
    (17, 'pagination.limit=-1'),
    (18, 'pagination.limit=5000'),
    (19, 'pagination.limit=1&pagination.limit=1'),
    (20, 'query=a&query=b'),
    (21, 'pagination.sortOption.aggregateBy.aggrFunc=SUM'),
    (22, 'pagination.sortOption.field=CVE&pagination.sortOption.reversed=yes'),
    (23, 'pagination.sortOptions.field=CVE'),
    (24, 'pagination.marker=sha256:eeee'),
    (25, 'pagination.marker=sha256:cccc&pagination.markerKey=x'),
    (26, 'pagination.marker=sha256:cccc&pagination.markerKey=.x'),
    (27, 'pagination.marker=sha256:cccc&pagination.markerKey=-'),
    (28, 'pagination.marker=sha256:cccc&pagination.markerKey=.2025-01-01&pagination.markerKey=.1'),
    (29, 'query=%ff'),
    (30, 'query=CVSS:x')) t (n, query)
 ORDER BY n;

-- following next gives what the list gives, one by one, for any order
CREATE FUNCTION pg_temp.walk(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer json;
    seen text := '';
BEGIN
    FOR round IN 1..10 LOOP
        answer := image_catalog.list_container_images_page(query);
        seen := seen || (SELECT coalesce(string_agg(upper(substr(image ->> 'id', 8, 1)), ''), '')
                           FROM json_array_elements(answer -> 'images') image);
        EXIT WHEN answer ->> 'next' IS NULL;
        query := split_part(answer ->> 'next', '?', 2);
        seen := seen || ',';
    END LOOP;
    RETURN seen;
END;
$$;
SET TimeZone = 'Asia/Kolkata';
SET DateStyle = 'SQL, DMY';
SELECT label || CASE WHEN reversed THEN ' reversed' ELSE '' END AS sort,
       pg_temp.walk('pagination.limit=1&pagination.sortOption.field='
           || replace(label, ' ', '+')
           || CASE WHEN reversed THEN '&pagination.sortOption.reversed=true'
              ELSE '' END)
           IS NOT DISTINCT FROM pg_temp.listed(label, reversed) AS same
  FROM unnest(ARRAY['Last Updated', 'Image', 'Image Created Time',
       'Image Scan Time', 'Image Signature Fetched Time', 'Image Command',
       'Image Label', 'Image Risk Score', 'Image Risk Priority', 'Image OS',
       'Component', 'Severity', 'Fixable', 'CVE Published On', 'CVE Count'])
       WITH ORDINALITY l (label, n), unnest(ARRAY[false, true]) reversed
 ORDER BY n, reversed;
SELECT pg_temp.walk('pagination.limit=1&pagination.sortOption.field=CVE&query=CVE:-,CVE-2023-3') AS with_nulls,
       pg_temp.walk('pagination.limit=3&pagination.offset=1') AS offset_once;
RESET TimeZone;
RESET DateStyle;

-- a marker keeps its place when its image moves, and when it is gone
SELECT image_catalog.list_container_images_page('pagination.limit=2') ->> 'next' AS next \gset
UPDATE image_catalog.container_images SET last_updated = '2026-01-01Z'
 WHERE digest = 'sha256:cccc';
SELECT pg_temp.page(split_part(:'next', '?', 2));
DELETE FROM image_catalog.container_images WHERE digest = 'sha256:cccc';
SELECT pg_temp.page(split_part(:'next', '?', 2));

-- who may not read does not list
CREATE ROLE regress_container_nobody;
SET ROLE regress_container_nobody;
SELECT image_catalog.count_container_images();
SELECT image_catalog.list_container_images();
SELECT image_catalog.list_container_images_page();
RESET ROLE;
DROP ROLE regress_container_nobody;
-- a link handed back walks the list; a link of something else is refused
WITH RECURSIVE walk(n, page) AS (
    SELECT 1, image_catalog.list_container_images_page('/v1/images?pagination.limit=1')::jsonb
    UNION ALL
    SELECT n + 1, image_catalog.list_container_images_page(page ->> 'next')::jsonb FROM walk WHERE page ? 'next')
SELECT count(*) = image_catalog.count_container_images() AS a_page_an_image,
       count(DISTINCT page -> 'images' -> 0 ->> 'id') = count(*) AS each_once FROM walk;
SELECT image_catalog.list_container_images_page('/v2/images?pagination.limit=1');
SELECT image_catalog.list_container_images_page('?pagination.limit=1');
DELETE FROM image_catalog.container_images;
