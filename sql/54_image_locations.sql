/* sql/54_image_locations.sql: where the data of disk images lies */

CREATE TABLE image_catalog.image_locations (
    image_id uuid NOT NULL,
    number integer NOT NULL,
    url text COLLATE "C" NOT NULL CONSTRAINT image_locations_url_check
        CHECK (pg_catalog.char_length(url) OPERATOR(pg_catalog.<=) 255),
    metadata jsonb NOT NULL DEFAULT '{}' CONSTRAINT image_locations_metadata_check
        CHECK (pg_catalog.jsonb_typeof(metadata) OPERATOR(pg_catalog.=) 'object'),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT image_locations_pkey PRIMARY KEY (image_id, number),
    CONSTRAINT image_locations_url_key UNIQUE (image_id, url),
    CONSTRAINT image_locations_image_id_fkey FOREIGN KEY (image_id)
        REFERENCES image_catalog.images (id) ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.image_locations IS 'URLs of data that is kept elsewhere; the server never fetches one; written by add_image_location, read through list_image_locations';
COMMENT ON COLUMN image_catalog.image_locations.number IS 'order in which the locations came';
COMMENT ON COLUMN image_catalog.image_locations.url IS 'may hold credentials: shown whole to administrators only';

/*
 * http and https are for everybody unless a row says otherwise; of others it
 * must.  Files of the machine that opens an image are never its data.
 */
CREATE TABLE image_catalog.image_location_schemes (
    scheme text COLLATE "C" NOT NULL
        CONSTRAINT image_location_schemes_scheme_check
            CHECK (scheme OPERATOR(pg_catalog.=) pg_catalog.lower(scheme)
                   AND scheme OPERATOR(pg_catalog.<>) ALL (ARRAY['file', 'filesystem', 'swift+config'])),
    allowed_to text COLLATE "C" NOT NULL DEFAULT 'administrators'
        CONSTRAINT image_location_schemes_allowed_to_check
            CHECK (allowed_to OPERATOR(pg_catalog.=) ANY (ARRAY['nobody', 'administrators', 'everybody'])),
    CONSTRAINT image_location_schemes_pkey PRIMARY KEY (scheme)
);
COMMENT ON TABLE image_catalog.image_location_schemes IS 'schemes of URLs that new locations may have; http and https are allowed to everybody unless there is a row for them, no other one is';
COMMENT ON COLUMN image_catalog.image_location_schemes.allowed_to IS 'everybody: whoever may change the image; administrators: only they, since such a URL may lead to what is another''s in the same store';

SELECT pg_catalog.pg_extension_config_dump('image_catalog.image_locations', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.image_location_schemes', '');

ALTER TABLE image_catalog.image_locations ENABLE ROW LEVEL SECURITY;
CREATE POLICY image_locations_select ON image_catalog.image_locations FOR SELECT
    USING ((SELECT image_catalog.is_catalog_admin()));
COMMENT ON POLICY image_locations_select ON image_catalog.image_locations IS
    'a URL may hold credentials';
ALTER TABLE image_catalog.image_location_schemes ENABLE ROW LEVEL SECURITY;
CREATE POLICY image_location_schemes_select ON image_catalog.image_location_schemes FOR SELECT
    USING (true);
COMMENT ON POLICY image_location_schemes_select ON image_catalog.image_location_schemes IS
    'no secret';

CREATE FUNCTION image_catalog.add_image_location(
        image_id uuid, url text, metadata jsonb DEFAULT '{}', validation_data jsonb DEFAULT NULL)
    RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_add_image_location';
COMMENT ON FUNCTION image_catalog.add_image_location(uuid, text, jsonb, jsonb) IS
    'notes where data of an image lies, and answers its document; one that was queued becomes active, with what validation_data says: {"size", "checksum", "os_hash_algo", "os_hash_value"}, of which each may be missing; errors: 22023 bad URL, scheme, metadata or validation data, the same URL again, no disk_format or container_format, 42501 not allowed, PT404 no image, PT409 neither queued nor active, or validation data that contradicts the record, PT413 too many, or too much data of the owner (OpenStack Image v2, POST /v2/images/{id}/locations)';

CREATE FUNCTION image_catalog.list_image_locations(image_id uuid) RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_list_image_locations';
COMMENT ON FUNCTION image_catalog.list_image_locations(uuid) IS
    'where the data of an image lies: [{"url", "metadata"}]; administrators only; errors: 42501 not allowed, PT404 no image (OpenStack Image v2, GET /v2/images/{id}/locations)';

CREATE FUNCTION image_catalog.delete_image_location(image_id uuid, url text) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_delete_image_location';
COMMENT ON FUNCTION image_catalog.delete_image_location(uuid, text) IS
    'forgets a location of an image, but not the last one; the data there stays; administrators only; errors: 42501 not allowed, or the last, PT404 no image or no such location, PT409 not active';

CREATE FUNCTION image_catalog.replace_image_locations(image_id uuid, locations jsonb) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_replace_image_locations';
COMMENT ON FUNCTION image_catalog.replace_image_locations(uuid, jsonb) IS
    'gives the locations of an image other metadata, or an image without any its first ones: an array of {"url", "metadata", "validation_data"}; answers the document; errors as add_image_location, 22023 also when the URLs are others than those there are, 42501 an empty array';
