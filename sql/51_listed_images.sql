/* sql/51_listed_images.sql: the list of disk images as a table */

/*
 * A foreign table, because only so may a list answer the filters, the order and
 * the limit of a statement (src/foreign).  No right to the server is granted:
 * nobody needs another table of it.
 */
CREATE FUNCTION image_catalog.listed_images_handler() RETURNS fdw_handler
    LANGUAGE C VOLATILE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_listed_images_handler';
COMMENT ON FUNCTION image_catalog.listed_images_handler() IS
    'how the server plans and runs a scan of listed_images';

CREATE FUNCTION image_catalog.listed_images_validator(options text[], catalog oid) RETURNS void
    LANGUAGE C VOLATILE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_listed_images_validator';
COMMENT ON FUNCTION image_catalog.listed_images_validator(text[], oid) IS
    'refuses options: listed_images takes none';

REVOKE EXECUTE ON FUNCTION image_catalog.listed_images_handler(),
    image_catalog.listed_images_validator(text[], oid) FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER image_catalog_list
    HANDLER image_catalog.listed_images_handler
    VALIDATOR image_catalog.listed_images_validator;
COMMENT ON FOREIGN DATA WRAPPER image_catalog_list IS
    'reads the list of disk images as a table: image_catalog.listed_images';

CREATE SERVER image_catalog_list FOREIGN DATA WRAPPER image_catalog_list;
COMMENT ON SERVER image_catalog_list IS
    'this database: the list of disk images for whoever reads it';

CREATE FOREIGN TABLE image_catalog.listed_images (
    id uuid NOT NULL,
    name text COLLATE "C",
    status text COLLATE "C" NOT NULL,
    visibility text COLLATE "C" NOT NULL,
    protected boolean NOT NULL,
    os_hidden boolean NOT NULL,
    owner text COLLATE "C",
    disk_format text COLLATE "C",
    container_format text COLLATE "C",
    min_disk integer NOT NULL,
    min_ram integer NOT NULL,
    size bigint,
    virtual_size bigint,
    checksum text COLLATE "C",
    os_hash_algo text COLLATE "C",
    os_hash_value text COLLATE "C",
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    tags text[] NOT NULL,
    properties jsonb NOT NULL
) SERVER image_catalog_list;
COMMENT ON FOREIGN TABLE image_catalog.listed_images IS
    'disk images that the caller lists, as list_images() without a filter has them: filters, orders, limits and counts are answered by the indexes of lists';
COMMENT ON COLUMN image_catalog.listed_images.id IS 'identifier; never used again';
COMMENT ON COLUMN image_catalog.listed_images.name IS 'name, which others may have too; null: none';
COMMENT ON COLUMN image_catalog.listed_images.status IS 'queued, saving, active, uploading, importing, pending_delete or deactivated';
COMMENT ON COLUMN image_catalog.listed_images.visibility IS 'public, community, shared or private';
COMMENT ON COLUMN image_catalog.listed_images.protected IS 'cannot be deleted';
COMMENT ON COLUMN image_catalog.listed_images.os_hidden IS 'left out of lists: always false here';
COMMENT ON COLUMN image_catalog.listed_images.owner IS 'project that owns the image; null: none';
COMMENT ON COLUMN image_catalog.listed_images.disk_format IS 'format of the data; null until it is known';
COMMENT ON COLUMN image_catalog.listed_images.container_format IS 'container around the data; null until it is known';
COMMENT ON COLUMN image_catalog.listed_images.min_disk IS 'least disk to boot from it, in GB';
COMMENT ON COLUMN image_catalog.listed_images.min_ram IS 'least memory to boot it, in MB';
COMMENT ON COLUMN image_catalog.listed_images.size IS 'bytes of data; null until there is data';
COMMENT ON COLUMN image_catalog.listed_images.virtual_size IS 'bytes of the disk that the data describe';
COMMENT ON COLUMN image_catalog.listed_images.checksum IS 'MD5 of the data';
COMMENT ON COLUMN image_catalog.listed_images.os_hash_algo IS 'algorithm of os_hash_value';
COMMENT ON COLUMN image_catalog.listed_images.os_hash_value IS 'digest of the data';
COMMENT ON COLUMN image_catalog.listed_images.created_at IS 'when the image was created';
COMMENT ON COLUMN image_catalog.listed_images.updated_at IS 'when it was last changed';
COMMENT ON COLUMN image_catalog.listed_images.tags IS 'tags, sorted, without duplicates';
COMMENT ON COLUMN image_catalog.listed_images.properties IS 'custom properties that the caller may read: an object of strings';
GRANT SELECT ON image_catalog.listed_images TO PUBLIC;
