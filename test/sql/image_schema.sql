--
-- image_schema(), and the one table of attributes against the catalogue
--
SET search_path = image_catalog, pg_catalog;
SELECT n AS name, image_schema(n) ->> 'name' AS says FROM unnest('{image,images,member,members}'::text[]) n;
SELECT image_schema('metadefs/namespace');
SELECT image_schema('Image');

-- the base attributes
SELECT key AS attribute, value ->> 'type' AS type, value ->> 'maxLength' AS max_length, value ->> 'readOnly' AS read_only,
       value #>> '{items,type}' AS items, value ->> 'enum' AS words, value ? 'description' AS described
  FROM jsonb_each(image_schema('image')::jsonb -> 'properties') ORDER BY key;
SELECT image_schema('image')::jsonb - 'properties';
SELECT image_schema('member')::jsonb;
-- the pages hold the same images and members
SELECT image_schema('images')::jsonb #> '{properties,images,items}' = image_schema('image')::jsonb AS same,
       image_schema('images')::jsonb #- '{properties,images,items}' AS rest;
SELECT image_schema('members')::jsonb #> '{properties,members,items}' = image_schema('member')::jsonb AS same,
       image_schema('members')::jsonb #- '{properties,members,items}' AS rest;

-- the words that an attribute allows are those of its domain
SET image_catalog.dialect = 'ims';
SELECT d AS attribute, s.words IS NOT DISTINCT FROM t.words AS agree, s.words
  FROM unnest('{status,visibility,disk_format,container_format}'::text[]) d,
       LATERAL (SELECT array_agg(w ORDER BY w COLLATE "C") AS words
                  FROM jsonb_array_elements_text(image_schema('image')::jsonb #> ARRAY['properties', d, 'enum']) w WHERE w IS NOT NULL) s,
       LATERAL (SELECT array_agg(m[1] ORDER BY m[1] COLLATE "C") AS words
                  FROM pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z0-9_]+)''', 'g') m
                 WHERE c.contypid = ('image_catalog.' || CASE d WHEN 'status' THEN 'image_status' WHEN 'visibility' THEN 'image_visibility' ELSE d END)::regtype) t;
RESET image_catalog.dialect;
SELECT w AS of_ims_only FROM unnest('{zvhd,zvhd2,vhd}'::text[]) w
 WHERE NOT image_schema('image')::jsonb #> '{properties,disk_format,enum}' ? w;
-- every stored attribute is a column of the table and of the row type, in one order
SELECT array_agg(a.attname ORDER BY a.attnum) = (SELECT array_agg(b.attname ORDER BY b.attnum) FROM pg_attribute b
                                                  WHERE b.attrelid = 'images'::regclass AND b.attnum BETWEEN 1 AND 20) AS same_columns
  FROM pg_attribute a WHERE a.attrelid = 'image'::regclass;
SELECT k AS printed_but_not_in_the_schema FROM jsonb_object_keys(image_json(ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::image)::jsonb) k
 WHERE NOT image_schema('image')::jsonb -> 'properties' ? k;
