-- lists of a length that a client chooses (test/security/021_bounds.pl: what they cost)
CREATE FUNCTION pg_temp.list(item text, n int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT ('[' || string_agg(replace(item, '#', i::text), ',') || ']')::jsonb FROM generate_series(1, n) i
$$;
CREATE FUNCTION pg_temp.map(n int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg('k' || i, 'v') FROM generate_series(1, n) i
$$;
CREATE TEMP TABLE long_lists (path text[], list jsonb);
INSERT INTO long_lists VALUES
    ('{names}', pg_temp.list('{"fullName": "quay.io/a/b:#"}', 20000)),
    ('{names}', pg_temp.list('{"fullName": "quay.io/a/b:1"}', 5000)),
    ('{metadata,v1,labels}', pg_temp.map(5000)),
    ('{metadata,v1,layers}', pg_temp.list('{"instruction": "RUN", "value": "#"}', 5000)),
    ('{metadata,v1,command}', pg_temp.list('"#"', 5000)),
    ('{scan,components}', pg_temp.list('{"name": "#"}', 5000)),
    ('{scan,components}', pg_temp.list('{"name": "a", "vulns": [{"cve": "CVE-1", "firstImageOccurrence": "2025-01-01T00:00:00Z"}]}', 20000)),
    ('{scan,components}', jsonb_build_array(jsonb_build_object('vulns', pg_temp.list('{"cve": "CVE-#"}', 5000)))),
    ('{scan,components}', jsonb_build_array(jsonb_build_object('vulns', jsonb_build_array(jsonb_build_object(
        'cvssMetrics', pg_temp.list('{"source": "SOURCE_NVD"}', 5000)))))),
    ('{scan,components}', jsonb_build_array(jsonb_build_object('executables', pg_temp.list('{"path": "#"}', 5000)))),
    ('{scan,notes}', pg_temp.list('1', 5000)),
    ('{notes}', pg_temp.list('1', 5000)),
    ('{signature,signatures}', pg_temp.list('{"cosign": {"rawSignature": "AAAA"}}', 5000)),
    ('{baseImageInfo}', pg_temp.list('{"maxLayerIndex": #}', 5000)),
    ('{newer}', pg_temp.list('#', 5000));
-- twice, that it meets itself; returns how many entries of the list are printed
CREATE FUNCTION pg_temp.entries(document jsonb, path text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    list jsonb;
BEGIN
    PERFORM image_catalog.import_container_images(document), image_catalog.import_container_images(document);
    list := image_catalog.get_container_image(document->>'id')::jsonb #> path;
    DELETE FROM image_catalog.container_images WHERE digest <> 'sha256:1';
    RETURN CASE jsonb_typeof(list) WHEN 'array' THEN jsonb_array_length(list)
                                   WHEN 'object' THEN (SELECT count(*) FROM jsonb_object_keys(list)) END;
END
$$;
SELECT path, pg_temp.entries(jsonb_set(jsonb_set('{"metadata": {"v1": {}}, "scan": {}, "signature": {}}', path, list),
           '{scan,scanTime}', '"2025-01-01T00:00:00Z"') || jsonb_build_object('id', 'sha256:' || row_number() OVER ()), path)
  FROM long_lists;
SELECT count(*), count(DISTINCT name_full) FROM image_catalog.container_image_names;
-- the same digest again and again in one call
SELECT image_catalog.import_container_images(pg_temp.list('{"id": "sha256:00", "name": {"fullName": "quay.io/c/d:#"}}', 500));
DELETE FROM image_catalog.container_images;
