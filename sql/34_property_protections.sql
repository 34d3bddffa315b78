/* sql/34_property_protections.sql: which roles may touch which properties */

CREATE TABLE image_catalog.property_protections (
    position integer NOT NULL,
    pattern text NOT NULL CONSTRAINT property_protections_pattern_check
        CHECK ('' OPERATOR(pg_catalog.~) pattern IS NOT NULL),
    create_roles text[] NOT NULL DEFAULT '{!}',
    read_roles text[] NOT NULL DEFAULT '{!}',
    update_roles text[] NOT NULL DEFAULT '{!}',
    delete_roles text[] NOT NULL DEFAULT '{!}',
    CONSTRAINT property_protections_pkey PRIMARY KEY (position)
);
COMMENT ON TABLE image_catalog.property_protections IS
    'property protections: the first rule, by position, whose pattern is found in the name of a custom property decides which roles may create, read, update and delete it; a name that no rule matches is denied to all; no rules at all: nothing is protected';
COMMENT ON COLUMN image_catalog.property_protections.pattern IS 'regular expression, searched for in the name';
COMMENT ON COLUMN image_catalog.property_protections.create_roles IS 'roles that may create it; @ is everybody, ! nobody';
COMMENT ON COLUMN image_catalog.property_protections.read_roles IS 'roles that may read it; to others it does not exist';
COMMENT ON COLUMN image_catalog.property_protections.update_roles IS 'roles that may replace it';
COMMENT ON COLUMN image_catalog.property_protections.delete_roles IS 'roles that may remove it';

ALTER TABLE image_catalog.property_protections ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('image_catalog.property_protections', '');

/* Sessions keep the rules; this tells them of a change. */
CREATE FUNCTION image_catalog.property_protections_changed() RETURNS trigger
    LANGUAGE C
    AS 'MODULE_PATHNAME', 'imgcat_relation_changed';
COMMENT ON FUNCTION image_catalog.property_protections_changed() IS
    'trigger: every session reads the property protections again';
REVOKE EXECUTE ON FUNCTION image_catalog.property_protections_changed() FROM PUBLIC;

CREATE TRIGGER property_protections_changed
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON image_catalog.property_protections
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.property_protections_changed();
ALTER TABLE image_catalog.property_protections
    ENABLE ALWAYS TRIGGER property_protections_changed;
COMMENT ON TRIGGER property_protections_changed ON image_catalog.property_protections IS
    'sessions keep the rules until they change';

CREATE FUNCTION image_catalog.readable_properties(properties jsonb) RETURNS jsonb
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_readable_properties';
COMMENT ON FUNCTION image_catalog.readable_properties(jsonb) IS
    'what the caller may read of the properties of an image, by property_protections: for views';
