/* sql/33_listing_orders.sql: which orders lists find ready in an index */

/*
 * The indexes that lists read, as they were made above, so that one that is
 * dropped can be made again.  An index is wanted while all of its orders are
 * served; of none, always.
 */
CREATE TABLE image_catalog.listing_indexes (
    name text COLLATE "C" NOT NULL CONSTRAINT listing_indexes_pkey PRIMARY KEY,
    orders text[] NOT NULL,
    definition text NOT NULL
);
COMMENT ON TABLE image_catalog.listing_indexes IS
    'indexes of images and image_shares that set_listing_orders makes and drops; rows are the extension''s own';
COMMENT ON COLUMN image_catalog.listing_indexes.orders IS
    'sort keys that must be served for the index to be wanted';
ALTER TABLE image_catalog.listing_indexes ENABLE ROW LEVEL SECURITY;

/* with this path the server qualifies every name of a definition */
CREATE FUNCTION image_catalog.note_listing_indexes() RETURNS void
    LANGUAGE SQL
    SET search_path = pg_catalog, pg_temp
    AS $$
INSERT INTO image_catalog.listing_indexes (name, orders, definition)
SELECT c.relname,
       CASE WHEN key = 'status_size' THEN ARRAY['status', 'size']
            WHEN key IN ('updated_at', 'id', 'name', 'size', 'status', 'disk_format', 'container_format')
            THEN ARRAY[key] ELSE '{}' END,
       pg_get_indexdef(c.oid)
  FROM pg_index x
       JOIN pg_class c ON c.oid = x.indexrelid,
       regexp_replace(c.relname, '^(images_visibility|images_owner|image_shares)_(.*)_idx$', '\2') key
 WHERE x.indrelid IN ('image_catalog.images'::regclass, 'image_catalog.image_shares'::regclass)
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid)
$$;
SELECT image_catalog.note_listing_indexes();
CREATE TRIGGER listing_indexes_skip_replicated BEFORE INSERT OR UPDATE OR DELETE ON image_catalog.listing_indexes
    FOR EACH ROW EXECUTE FUNCTION image_catalog.skip_replicated_row();
COMMENT ON TRIGGER listing_indexes_skip_replicated ON image_catalog.listing_indexes IS
    'leaves out rows that a subscription brings, which are here already';
ALTER TABLE image_catalog.listing_indexes ENABLE REPLICA TRIGGER listing_indexes_skip_replicated;
DROP FUNCTION image_catalog.note_listing_indexes();

CREATE TABLE image_catalog.listing_orders (
    sort_key text COLLATE "C" NOT NULL CONSTRAINT listing_orders_pkey PRIMARY KEY
        CONSTRAINT listing_orders_sort_key_check
        CHECK (sort_key OPERATOR(pg_catalog.=) ANY (ARRAY[
            'created_at', 'updated_at', 'id', 'name', 'size', 'status', 'disk_format', 'container_format']))
);
COMMENT ON TABLE image_catalog.listing_orders IS
    'sort keys that have indexes (set_listing_orders), created_at among them; no row: all have';
ALTER TABLE image_catalog.listing_orders ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('image_catalog.listing_orders', '');

CREATE FUNCTION image_catalog.listing_orders() RETURNS text[]
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_listing_orders';
COMMENT ON FUNCTION image_catalog.listing_orders() IS
    'sort keys that lists find ready in an index (set_listing_orders); administrators only, else 42501';

/*
 * The statements, in order, that make the indexes those that the orders ask
 * for: drops what is not wanted or cannot be used, and makes what is missing.
 */
CREATE FUNCTION image_catalog.listing_index_changes(served text[], beside_writers boolean) RETURNS SETOF text
    LANGUAGE SQL STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
WITH found AS (
    SELECT l.name, l.definition, l.orders <@ served AS wanted,
           x.indexrelid IS NOT NULL AS exists, coalesce(x.indisvalid AND x.indisready, false) AS usable
      FROM image_catalog.listing_indexes l
           LEFT JOIN (pg_class c JOIN pg_index x ON x.indexrelid = c.oid)
               ON c.relname = l.name AND c.relnamespace = 'image_catalog'::regnamespace),
changes (step, name, statement) AS (
    SELECT 1, name, format('DROP INDEX %simage_catalog.%I', CASE WHEN beside_writers THEN 'CONCURRENTLY ' END, name)
      FROM found WHERE exists AND NOT (wanted AND usable)
    UNION ALL
    SELECT 2, name, regexp_replace(definition, '^CREATE INDEX ', CASE WHEN beside_writers THEN '\&CONCURRENTLY ' ELSE '\&' END)
      FROM found WHERE wanted AND NOT usable)
SELECT statement FROM changes ORDER BY step, name
$$;
COMMENT ON FUNCTION image_catalog.listing_index_changes(text[], boolean) IS
    'statements that make the indexes of lists those that these orders ask for';

CREATE FUNCTION image_catalog.listing_index_statements(orders text[]) RETURNS SETOF text
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_listing_index_statements';
COMMENT ON FUNCTION image_catalog.listing_index_statements(text[]) IS
    'statements for psql''s \gexec that make and drop indexes as set_listing_orders would, without locking writers out (CONCURRENTLY); administrators only, else 42501; 22023 for what is not a sort key';

CREATE FUNCTION image_catalog.set_listing_orders(orders text[]) RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_set_listing_orders';
COMMENT ON FUNCTION image_catalog.set_listing_orders(text[]) IS
    'says by which sort keys lists find their images ready in an index, created_at always among them; by others they are sorted; makes and drops indexes, and locks out writers of images meanwhile (docs/performance.md); administrators only, else 42501; 22023 for what is not a sort key';

/* What a restore loads comes here; served: no row stands for all. */
CREATE FUNCTION image_catalog.make_listing_indexes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    served text[];
    statement text;
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    served := ARRAY(SELECT sort_key FROM image_catalog.listing_orders);
    IF served = '{}' THEN
        served := ARRAY(SELECT DISTINCT unnest(orders) FROM image_catalog.listing_indexes);
    END IF;
    FOR statement IN SELECT image_catalog.listing_index_changes(served, false) LOOP
        EXECUTE statement;
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.make_listing_indexes() IS
    'trigger: make the indexes of the orders that are served, and drop the others';

REVOKE EXECUTE ON FUNCTION image_catalog.make_listing_indexes(),
    image_catalog.listing_index_changes(text[], boolean) FROM PUBLIC;

CREATE TRIGGER listing_orders_make AFTER INSERT OR UPDATE OR DELETE ON image_catalog.listing_orders
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.make_listing_indexes();
COMMENT ON TRIGGER listing_orders_make ON image_catalog.listing_orders IS
    'makes the indexes of the orders that are served, also when a dump is restored';
