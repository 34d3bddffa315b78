/* sql/34_property_indexes.sql: ordered indexes of properties that are asked often */

CREATE FUNCTION image_catalog.property_index_name(scope text, name text) RETURNS name
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_property_index_name_of';
COMMENT ON FUNCTION image_catalog.property_index_name(text, text) IS
    'name of the index of a property: scope is visibility or owner, the digest of the property''s name follows';

/*
 * A dump has the rows of this table, not the indexes of images: restoring the
 * rows makes the indexes again.
 */
CREATE TABLE image_catalog.indexed_properties (
    name text COLLATE "C" NOT NULL CONSTRAINT indexed_properties_pkey PRIMARY KEY
        CONSTRAINT indexed_properties_name_check
        CHECK (name OPERATOR(pg_catalog.<>) '__platform')
);
COMMENT ON TABLE image_catalog.indexed_properties IS
    'properties with an ordered index of their own (index_image_property)';
ALTER TABLE image_catalog.indexed_properties ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('image_catalog.indexed_properties', '');

CREATE FUNCTION image_catalog.make_property_indexes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    IF TG_OP = 'DELETE' THEN
        EXECUTE format('DROP INDEX IF EXISTS image_catalog.%I, image_catalog.%I',
                       image_catalog.property_index_name('visibility', OLD.name),
                       image_catalog.property_index_name('owner', OLD.name));
        RETURN NULL;
    END IF;
    PERFORM image_catalog.create_list_index('image_catalog.images',
                                            image_catalog.property_index_name(scope, NEW.name),
                                            format('%s, (properties ->> %L), created_at, id', columns, NEW.name),
                                            'summary')
       FROM (VALUES ('visibility', 'visibility'), ('owner', 'owner, visibility')) AS scopes (scope, columns);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.make_property_indexes() IS
    'trigger: make the indexes of a property, or drop them';
REVOKE EXECUTE ON FUNCTION image_catalog.make_property_indexes() FROM PUBLIC;

CREATE TRIGGER indexed_properties_make AFTER INSERT OR DELETE ON image_catalog.indexed_properties
    FOR EACH ROW EXECUTE FUNCTION image_catalog.make_property_indexes();
COMMENT ON TRIGGER indexed_properties_make ON image_catalog.indexed_properties IS
    'makes the indexes of a property, also when a dump is restored';

CREATE FUNCTION image_catalog.index_image_property(name text) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_index_image_property';
COMMENT ON FUNCTION image_catalog.index_image_property(text) IS
    'give a property ordered indexes of its own, which listings that filter on it use from then on; locks out writes to images while they are made (docs/performance.md); administrators only, else 42501';

CREATE FUNCTION image_catalog.unindex_image_property(name text) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_unindex_image_property';
COMMENT ON FUNCTION image_catalog.unindex_image_property(text) IS
    'take back index_image_property; administrators only, else 42501';
