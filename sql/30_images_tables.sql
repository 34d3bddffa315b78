/* sql/30_images_tables.sql: types and tables of the disk images */

/*
 * Domains over text, not enums: text compares leakproof, so row-level security
 * may push it into an index, and bytewise, as the API sorts.
 */
CREATE DOMAIN image_catalog.image_status AS text COLLATE "C"
    CONSTRAINT image_status_check CHECK (VALUE OPERATOR(pg_catalog.=) ANY (ARRAY[
        'queued', 'saving', 'active', 'killed', 'deleted', 'uploading',
        'importing', 'pending_delete', 'deactivated']));
COMMENT ON DOMAIN image_catalog.image_status IS 'status of a disk image';

CREATE DOMAIN image_catalog.image_visibility AS text COLLATE "C"
    CONSTRAINT image_visibility_check CHECK (VALUE OPERATOR(pg_catalog.=) ANY (ARRAY[
        'public', 'community', 'shared', 'private']));
COMMENT ON DOMAIN image_catalog.image_visibility IS 'who may see a disk image';

CREATE DOMAIN image_catalog.member_status AS text COLLATE "C"
    CONSTRAINT member_status_check CHECK (VALUE OPERATOR(pg_catalog.=) ANY (ARRAY[
        'pending', 'accepted', 'rejected']));
COMMENT ON DOMAIN image_catalog.member_status IS 'what a member answered to the offer of an image';

CREATE DOMAIN image_catalog.disk_format AS text COLLATE "C"
    CONSTRAINT disk_format_check CHECK (VALUE OPERATOR(pg_catalog.=) ANY (ARRAY[
        'ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi',
        'iso', 'ploop', 'zvhd', 'zvhd2']));
COMMENT ON DOMAIN image_catalog.disk_format IS 'format of the data of a disk image; zvhd and zvhd2 are of the IMS dialect';

CREATE DOMAIN image_catalog.container_format AS text COLLATE "C"
    CONSTRAINT container_format_check CHECK (VALUE OPERATOR(pg_catalog.=) ANY (ARRAY[
        'ami', 'ari', 'aki', 'bare', 'ovf', 'ova', 'docker', 'compressed']));
COMMENT ON DOMAIN image_catalog.container_format IS 'container that holds the data of a disk image and its metadata';

/*
 * The record that a caller sees.  src/image/image_row.h numbers these columns;
 * the two must agree.
 */
CREATE TYPE image_catalog.image AS (
    id uuid,
    name text COLLATE "C",
    status image_catalog.image_status,
    visibility image_catalog.image_visibility,
    protected boolean,
    os_hidden boolean,
    owner text COLLATE "C",
    disk_format image_catalog.disk_format,
    container_format image_catalog.container_format,
    min_disk integer,
    min_ram integer,
    size bigint,
    virtual_size bigint,
    checksum text COLLATE "C",
    os_hash_algo text COLLATE "C",
    os_hash_value text COLLATE "C",
    created_at timestamptz,
    updated_at timestamptz,
    tags text[],
    properties jsonb
);
COMMENT ON TYPE image_catalog.image IS 'a disk image as a caller sees it: a row of list_images';

CREATE FUNCTION image_catalog.image_facets(tags text[], properties jsonb) RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_facets';
COMMENT ON FUNCTION image_catalog.image_facets(text[], jsonb) IS
    'the searchable facets of an image: #tag for each tag, name=value for each property (= and \ in names and a leading # escaped by \), a digest for long ones';

CREATE FUNCTION image_catalog.image_search(facets text[], visibility text, owner text, created_at timestamptz)
    RETURNS bigint[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'imgcat_image_search';
COMMENT ON FUNCTION image_catalog.image_search(text[], text, text, timestamptz) IS
    'GIN keys of an image for the search index: hashes of its facets, alone and with its owner and visibility, and the time buckets that it was created in';

CREATE FUNCTION image_catalog.image_summary(
        status text, disk_format text, container_format text, protected boolean,
        size bigint, updated_at timestamptz, name text, properties jsonb,
        min_ram integer, min_disk integer)
    RETURNS bigint
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_summary';
COMMENT ON FUNCTION image_catalog.image_summary(text, text, text, boolean, bigint, timestamptz, text, jsonb, integer, integer) IS
    'what listings filter on, in eight bytes: codes of enum values, flags and hashes; every ordered index holds it';

/*
 * A deleted image stays as a row with status deleted: its id cannot be used
 * again, and a marker that names it still finds its place.
 */
CREATE TABLE image_catalog.images (
    id uuid NOT NULL,
    name text COLLATE "C" CONSTRAINT images_name_check
        CHECK (pg_catalog.char_length(name) OPERATOR(pg_catalog.<=) 255),
    status image_catalog.image_status NOT NULL DEFAULT 'queued',
    visibility image_catalog.image_visibility NOT NULL DEFAULT 'shared',
    protected boolean NOT NULL DEFAULT false,
    os_hidden boolean NOT NULL DEFAULT false,
    owner text COLLATE "C" CONSTRAINT images_owner_check
        CHECK (pg_catalog.char_length(owner) OPERATOR(pg_catalog.<=) 255),
    disk_format image_catalog.disk_format,
    container_format image_catalog.container_format,
    min_disk integer NOT NULL DEFAULT 0 CONSTRAINT images_min_disk_check
        CHECK (min_disk OPERATOR(pg_catalog.>=) 0),
    min_ram integer NOT NULL DEFAULT 0 CONSTRAINT images_min_ram_check
        CHECK (min_ram OPERATOR(pg_catalog.>=) 0),
    size bigint,
    virtual_size bigint,
    checksum text COLLATE "C",
    os_hash_algo text COLLATE "C",
    os_hash_value text COLLATE "C",
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    tags text[] NOT NULL DEFAULT '{}',
    properties jsonb NOT NULL DEFAULT '{}',
    facets text[] NOT NULL GENERATED ALWAYS AS
        (image_catalog.image_facets(tags, properties)) STORED,
    deleted_at timestamptz,
    status_before_deletion image_catalog.image_status,
    updated_at_before_deletion timestamptz,
    summary bigint NOT NULL GENERATED ALWAYS AS
        (image_catalog.image_summary(status, disk_format, container_format, protected, size, updated_at, name, properties, min_ram, min_disk)) STORED,
    CONSTRAINT images_pkey PRIMARY KEY (id),
    CONSTRAINT images_deleted_check
        CHECK ((status OPERATOR(pg_catalog.=) 'deleted') OPERATOR(pg_catalog.=) (deleted_at IS NOT NULL)),
    CONSTRAINT images_before_deletion_check
        CHECK ((status_before_deletion IS NULL) OPERATOR(pg_catalog.=) (updated_at_before_deletion IS NULL)
               AND (status_before_deletion IS NULL
                    OR status OPERATOR(pg_catalog.=) 'deleted'
                       AND status_before_deletion OPERATOR(pg_catalog.<>) 'deleted'))
)
/*
 * Room on each page for a new version of an image: where no indexed value
 * changes, no index is touched.  It makes the table 13 % larger, and 97 % of
 * the first such updates of scattered images find room (5 % room: 67 %).
 */
WITH (fillfactor = 90);
COMMENT ON TABLE image_catalog.images IS 'disk images, deleted ones included; read it through list_images and get_image, or by SELECT under row-level security';
COMMENT ON COLUMN image_catalog.images.owner IS 'project that owns the image; null: none';
COMMENT ON COLUMN image_catalog.images.min_disk IS 'least disk to boot from it, in GB';
COMMENT ON COLUMN image_catalog.images.min_ram IS 'least memory to boot it, in MB';
COMMENT ON COLUMN image_catalog.images.size IS 'bytes of data; null until there is data';
COMMENT ON COLUMN image_catalog.images.tags IS 'sorted bytewise, without duplicates';
COMMENT ON COLUMN image_catalog.images.properties IS 'custom properties: an object of strings (or null)';
COMMENT ON COLUMN image_catalog.images.facets IS 'generated: what filters on tags and properties search';
COMMENT ON COLUMN image_catalog.images.summary IS 'generated: what indexes hold so that listings need not look at images they do not want';
COMMENT ON COLUMN image_catalog.images.status_before_deletion IS 'status that a deleted image had, null if it came deleted: a marker that names it keeps its place in a list sorted by status';
COMMENT ON COLUMN image_catalog.images.updated_at_before_deletion IS 'updated_at that a deleted image had, null if it came deleted: a marker that names it keeps its place in a list sorted by updated_at';

/*
 * The indexes start with the scope, so that each UNION ALL branch of a list
 * reads its own images in order: all of one visibility, or one owner's of one
 * visibility.  There is a pair for each sort key; the same pair serves the
 * filter on that key.  A missing value sorts as the empty string or zero.
 *
 * All hold the summary, so that a scan leaves out what the request does not
 * want without a look at the table.  Those of keys that many images share hold
 * the other keys, too: the images of one name, one size or one enum value are
 * sorted by another key before any is fetched.  Of the commonest enum values
 * that would never pay: their images are found in the order of the other key.
 *
 * The predicate and the expressions stand word for word in every statement of a
 * list (src/listing/list_sql.c), too; src/listing/index_scan.c knows the
 * columns by their names and types.
 */
CREATE FUNCTION image_catalog.create_list_index(images regclass, index_name name, columns text, included text, condition text DEFAULT 'NOT os_hidden')
    RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    /* IF NOT EXISTS: a DBA may have made that of a property before, concurrently */
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %s (%s)%s'
                   ' WHERE %s AND status <> ''deleted'' AND status <> ''killed''',
                   index_name, images, columns, ' INCLUDE (' || included || ')', condition);
END
$$;
COMMENT ON FUNCTION image_catalog.create_list_index(regclass, name, text, text, text) IS
    'make an index of the images that lists show; for the owner of the tables';
REVOKE EXECUTE ON FUNCTION image_catalog.create_list_index(regclass, name, text, text, text) FROM PUBLIC;

CREATE FUNCTION image_catalog.index_images_by_scope(name text, columns text, included text, condition text DEFAULT 'NOT os_hidden')
    RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
    AS $$
SELECT image_catalog.create_list_index('image_catalog.images', 'images_' || scope || '_' || name || '_idx',
                                       scope_columns || ', ' || columns, included, condition)
  FROM (VALUES ('visibility', 'visibility'), ('owner', 'owner, visibility')) AS scopes (scope, scope_columns);
$$;
SELECT image_catalog.index_images_by_scope('created_at', 'created_at, id', 'updated_at, size, summary');
SELECT image_catalog.index_images_by_scope('updated_at', 'updated_at, created_at, id', 'summary');
SELECT image_catalog.index_images_by_scope('id', 'id', 'summary');
SELECT image_catalog.index_images_by_scope('name', 'COALESCE(name, ''''), created_at, id', 'updated_at, size, summary');
SELECT image_catalog.index_images_by_scope('size', 'COALESCE(size, 0), created_at, id', 'updated_at, name, summary');
SELECT image_catalog.index_images_by_scope(key,
    pg_catalog.format('%1$s, created_at, id, (CASE WHEN %2$s THEN updated_at END), (CASE WHEN %2$s THEN size END), (CASE WHEN %2$s THEN name END)',
           expression, uncommon), 'summary')
FROM (VALUES
    ('status', 'status', 'status <> ''active'''),
    ('disk_format', 'COALESCE(disk_format, '''')',
     'COALESCE(disk_format, '''') <> ''qcow2'' AND COALESCE(disk_format, '''') <> ''raw'''),
    -- a container format has few disk formats: the index of both tells whether there is one
    ('container_format', 'COALESCE(container_format, ''''), COALESCE(disk_format, '''')',
     'COALESCE(container_format, '''') <> ''bare''')) AS keys (key, expression, uncommon);

/*
 * An image without data has no size: status and size go together always or
 * never, and neither order leads to the images that have both.  This holds all
 * combinations but the commonest, in which both orders are dense.
 */
SELECT image_catalog.index_images_by_scope('status_size', 'status, COALESCE(size, 0), created_at, id',
    'updated_at, name, summary', '(status <> ''active'' OR COALESCE(size, 0) = 0) AND NOT os_hidden');

/*
 * Exceptions.  Hidden images, which are few, in one index for all orders: they
 * are filtered and sorted by what it holds.  A missing size stands among the
 * sizes as zero, and is in no range: a range from zero on takes the images whose
 * size is zero, mostly none, from here.
 */
SELECT image_catalog.index_images_by_scope('exceptions', 'os_hidden, created_at, id', 'updated_at, size, name, summary',
    '(os_hidden OR size = 0)');
DROP FUNCTION image_catalog.index_images_by_scope(text, text, text, text);

/*
 * An image is not changed before it is created, so a range of updated_at bounds
 * created_at, but for images imported with such times, mostly none.
 */
SELECT image_catalog.create_list_index('image_catalog.images', 'images_backdated_idx', 'created_at, id', NULL,
    'updated_at < created_at AND NOT os_hidden');

/*
 * An image by its id: a page of a hash index instead of three of the primary
 * key, for each shared image on a page and for every image shown or patched.
 * It is smaller than the primary key, and create_image is as fast with it.
 */
CREATE INDEX images_id_hash_idx ON image_catalog.images USING hash (id);

/*
 * Facets, whose the image is and when it was created, intersected by one
 * index (src/image/gin_key.c).  No list of pending entries: every
 * search would read all of it.
 */
CREATE INDEX images_search_idx ON image_catalog.images
    USING gin (image_catalog.image_search(facets, visibility, owner, created_at))
    WITH (fastupdate = off);

CREATE TABLE image_catalog.image_members (
    image_id uuid NOT NULL,
    member_id text COLLATE "C" NOT NULL CONSTRAINT image_members_member_id_check
        CHECK (pg_catalog.char_length(member_id) OPERATOR(pg_catalog.<=) 255),
    status image_catalog.member_status NOT NULL DEFAULT 'pending',
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    deleted_at timestamptz,
    CONSTRAINT image_members_pkey PRIMARY KEY (image_id, member_id),
    CONSTRAINT image_members_image_id_fkey FOREIGN KEY (image_id)
        REFERENCES image_catalog.images (id) ON DELETE CASCADE
);
COMMENT ON TABLE image_catalog.image_members IS 'projects that an image is shared with; a removed member stays as a row with deleted_at, so that a new offer keeps its first created_at';
COMMENT ON COLUMN image_catalog.image_members.deleted_at IS 'end of the membership: that of the image, if it lasted as long';

SELECT pg_catalog.pg_extension_config_dump('image_catalog.images', '');
SELECT pg_catalog.pg_extension_config_dump('image_catalog.image_members', '');

/*
 * May the caller see the image at all (show, not list)?  Administrators all;
 * others public and community images, their own, those without an owner that
 * are shared, and those shared with them, whatever they answered.  No deleted
 * image is seen by anybody.
 *
 * The two tables' policies must not ask each other under row-level security,
 * hence the functions, which read the tables as their owner.
 */
CREATE FUNCTION image_catalog.is_image_member(image_id uuid) RETURNS boolean
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_is_image_member';
COMMENT ON FUNCTION image_catalog.is_image_member(uuid) IS
    'is the image shared with the caller''s project, whatever its answer?';

CREATE FUNCTION image_catalog.is_image_owner(image_id uuid) RETURNS boolean
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_is_image_owner';
COMMENT ON FUNCTION image_catalog.is_image_owner(uuid) IS
    'does the caller''s project own the image?';

ALTER TABLE image_catalog.images ENABLE ROW LEVEL SECURITY;
CREATE POLICY images_select ON image_catalog.images FOR SELECT
    USING (status OPERATOR(pg_catalog.<>) 'deleted'
           AND (SELECT image_catalog.may_read_images())
           AND (visibility OPERATOR(pg_catalog.=) 'public'
                OR visibility OPERATOR(pg_catalog.=) 'community'
                OR owner OPERATOR(pg_catalog.=) (SELECT image_catalog.current_project())
                OR (SELECT image_catalog.is_catalog_admin())
                OR (visibility OPERATOR(pg_catalog.=) 'shared'
                    AND (owner IS NULL OR image_catalog.is_image_member(id)))));
COMMENT ON POLICY images_select ON image_catalog.images IS
    'what the caller may show; who lists sees less (docs/listing.md)';

ALTER TABLE image_catalog.image_members ENABLE ROW LEVEL SECURITY;
CREATE POLICY image_members_select ON image_catalog.image_members FOR SELECT
    USING (deleted_at IS NULL
           AND (SELECT image_catalog.may_read_images())
           AND (member_id OPERATOR(pg_catalog.=) (SELECT image_catalog.current_project())
                AND image_catalog.is_image_member(image_id)
                OR (SELECT image_catalog.is_catalog_admin())
                OR image_catalog.is_image_owner(image_id)));
COMMENT ON POLICY image_members_select ON image_catalog.image_members IS
    'the owner of an image sees all its members, a member of a shared image sees itself';
