/* sql/32_image_shares.sql: what lists read of the images shared with a member */

/*
 * The images that are shared with a member, with what they are sorted and
 * filtered by: the branch of shares reads these narrow rows in order
 * and fetches the images of its page only.  Kept by the triggers below, and
 * rebuilt by them when a dump is restored, so it is not dumped itself.  Deleted
 * and killed images are not offered.
 */
CREATE TABLE image_catalog.image_shares (
    member_id text COLLATE "C" NOT NULL,
    answer text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    image_id uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    size bigint NOT NULL,
    owner text COLLATE "C",
    name text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    disk_format text COLLATE "C" NOT NULL,
    container_format text COLLATE "C" NOT NULL,
    protected boolean NOT NULL,
    os_hidden boolean NOT NULL,
    summary bigint NOT NULL,
    CONSTRAINT image_shares_pkey PRIMARY KEY (image_id, member_id)
);
COMMENT ON TABLE image_catalog.image_shares IS 'for each member and answer the images shared with it; a missing value stands as the empty string or zero; derived, filled by triggers';
COMMENT ON COLUMN image_catalog.image_shares.summary IS 'the image''s own, which tells a missing value';
COMMENT ON COLUMN image_catalog.image_shares.answer IS 'status of the membership';

/* an ordered index for each sort key, as the images have */
CREATE INDEX image_shares_created_at_idx ON image_catalog.image_shares
    (member_id, answer, created_at, image_id) INCLUDE (updated_at, size, name, summary) WHERE NOT os_hidden;
CREATE INDEX image_shares_updated_at_idx ON image_catalog.image_shares
    (member_id, answer, updated_at, created_at, image_id) INCLUDE (size, name, summary) WHERE NOT os_hidden;
CREATE INDEX image_shares_id_idx ON image_catalog.image_shares
    (member_id, answer, image_id) INCLUDE (updated_at, size, name, summary) WHERE NOT os_hidden;
CREATE INDEX image_shares_name_idx ON image_catalog.image_shares
    (member_id, answer, name, created_at, image_id) INCLUDE (updated_at, size, summary) WHERE NOT os_hidden;
CREATE INDEX image_shares_status_idx ON image_catalog.image_shares
    (member_id, answer, status, created_at, image_id) INCLUDE (updated_at, size, name, summary) WHERE NOT os_hidden;
CREATE INDEX image_shares_size_idx ON image_catalog.image_shares
    (member_id, answer, size, created_at, image_id) INCLUDE (updated_at, name, summary) WHERE NOT os_hidden;
CREATE INDEX image_shares_disk_format_idx ON image_catalog.image_shares
    (member_id, answer, disk_format, created_at, image_id) INCLUDE (updated_at, size, name, summary) WHERE NOT os_hidden;
CREATE INDEX image_shares_container_format_idx ON image_catalog.image_shares
    (member_id, answer, container_format, disk_format, created_at, image_id) INCLUDE (updated_at, size, name, summary) WHERE NOT os_hidden;
CREATE INDEX image_shares_owner_idx ON image_catalog.image_shares
    (member_id, answer, owner, created_at, image_id) INCLUDE (updated_at, size, summary) WHERE NOT os_hidden;
CREATE INDEX image_shares_hidden_idx ON image_catalog.image_shares
    (member_id, answer, created_at, image_id) INCLUDE (updated_at, size, name, summary) WHERE os_hidden;
CREATE INDEX image_shares_backdated_idx ON image_catalog.image_shares
    (member_id, answer, created_at, image_id) INCLUDE (updated_at, size, name, summary)
    WHERE updated_at OPERATOR(pg_catalog.<) created_at AND NOT os_hidden;

ALTER TABLE image_catalog.image_shares ENABLE ROW LEVEL SECURITY;
CREATE POLICY image_shares_select ON image_catalog.image_shares FOR SELECT
    USING ((SELECT image_catalog.may_read_images())
           AND (member_id OPERATOR(pg_catalog.=) (SELECT image_catalog.current_project())
                OR (SELECT image_catalog.is_catalog_admin())));
COMMENT ON POLICY image_shares_select ON image_catalog.image_shares IS
    'a member sees what is shared with it';

CREATE FUNCTION image_catalog.summary_lacks(summary bigint, attribute text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_summary_lacks';
COMMENT ON FUNCTION image_catalog.summary_lacks(bigint, text) IS
    'has the image of this summary no name, or no size?  A share holds the empty string or zero for them; 22023 for another attribute';

CREATE FUNCTION image_catalog.is_alive(status text) RETURNS boolean
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
    RETURN status OPERATOR(pg_catalog.<>) 'deleted' AND status OPERATOR(pg_catalog.<>) 'killed';
COMMENT ON FUNCTION image_catalog.is_alive(text) IS
    'is an image of this status neither deleted nor killed?';

/*
 * What the shares have to be.  Whatever writes shares reads it here, as the
 * rows are at that time: a trigger's own row may have been changed since by
 * another trigger.
 */
CREATE VIEW image_catalog.expected_image_shares WITH (security_invoker = true) AS
    SELECT m.member_id, m.status::text COLLATE "C" AS answer, i.created_at, i.id AS image_id,
           i.updated_at, COALESCE(i.size, 0) AS size, i.owner, COALESCE(i.name, '') AS name,
           i.status::text COLLATE "C" AS status,
           COALESCE(i.disk_format, '') AS disk_format,
           COALESCE(i.container_format, '') AS container_format, i.protected, i.os_hidden,
           i.summary
    FROM image_catalog.image_members m
         JOIN image_catalog.images i ON i.id OPERATOR(pg_catalog.=) m.image_id
    WHERE m.deleted_at IS NULL AND i.visibility OPERATOR(pg_catalog.=) 'shared'
      AND m.member_id IS DISTINCT FROM i.owner
      AND image_catalog.is_alive(i.status);
COMMENT ON VIEW image_catalog.expected_image_shares IS 'the shares as images and members say they have to be';

CREATE FUNCTION image_catalog.check_image_shares_seen(image_id uuid, member_id text) RETURNS void
    LANGUAGE C VOLATILE
    AS 'MODULE_PATHNAME', 'imgcat_check_image_shares_seen';
COMMENT ON FUNCTION image_catalog.check_image_shares_seen(uuid, text) IS
    'refuses, with 40001, to go on in a transaction whose snapshot is older than a membership or a share of the image, of one member or (null) of any; under READ COMMITTED none is';

/*
 * A listing trusts the shares and does not look at memberships again, so an
 * share must never outlive its membership.  Whoever changes an image holds its
 * row, and whoever changes a membership locks the row of its image, before
 * either reads what it writes shares from: neither misses the other.  A
 * transaction that keeps its first snapshot is refused where that is too old.
 * The triggers fire whatever session_replication_role says.
 */
CREATE FUNCTION image_catalog.share_changed_image() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    PERFORM image_catalog.check_image_shares_seen(OLD.id, NULL);
    DELETE FROM image_catalog.image_shares WHERE image_id = OLD.id;
    INSERT INTO image_catalog.image_shares
    SELECT * FROM image_catalog.expected_image_shares WHERE image_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.share_changed_image() IS 'trigger: write a shared image''s shares anew when it changes';

CREATE FUNCTION image_catalog.remove_shares_of_images() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    PERFORM image_catalog.check_image_shares_seen(o.id, NULL) FROM old_images o;
    DELETE FROM image_catalog.image_shares f USING old_images o WHERE f.image_id = o.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.remove_shares_of_images() IS 'trigger: withdraw the shares of purged images';

CREATE FUNCTION image_catalog.share_with_member() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    /* the image stays as it is until the membership is seen; of two, in one order */
    PERFORM FROM image_catalog.images i
    WHERE i.id IN (OLD.image_id, NEW.image_id)
    ORDER BY i.id FOR SHARE;
    IF TG_OP <> 'INSERT' THEN
        PERFORM image_catalog.check_image_shares_seen(OLD.image_id, OLD.member_id);
        DELETE FROM image_catalog.image_shares
        WHERE image_id = OLD.image_id AND member_id = OLD.member_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF TG_OP = 'INSERT' OR NEW.image_id <> OLD.image_id OR NEW.member_id <> OLD.member_id THEN
            PERFORM image_catalog.check_image_shares_seen(NEW.image_id, NEW.member_id);
            DELETE FROM image_catalog.image_shares
            WHERE image_id = NEW.image_id AND member_id = NEW.member_id;
        END IF;
        INSERT INTO image_catalog.image_shares
        SELECT * FROM image_catalog.expected_image_shares
        WHERE image_id = NEW.image_id AND member_id = NEW.member_id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.share_with_member() IS 'trigger: put an image among the shares of a member, or take it off';

/* a TRUNCATE of images reaches their members, so either leaves none */
CREATE FUNCTION image_catalog.remove_all_shares() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    TRUNCATE image_catalog.image_shares;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.remove_all_shares() IS 'trigger: shares follow a TRUNCATE';

CREATE TRIGGER images_share_changed AFTER UPDATE ON image_catalog.images
    FOR EACH ROW
    WHEN (OLD.visibility OPERATOR(pg_catalog.=) 'shared' OR NEW.visibility OPERATOR(pg_catalog.=) 'shared')
    EXECUTE FUNCTION image_catalog.share_changed_image();
COMMENT ON TRIGGER images_share_changed ON image_catalog.images IS
    'writes the shares of a shared image anew';
CREATE TRIGGER images_remove_shares AFTER DELETE ON image_catalog.images
    REFERENCING OLD TABLE AS old_images
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.remove_shares_of_images();
COMMENT ON TRIGGER images_remove_shares ON image_catalog.images IS
    'withdraws the shares of purged images';
CREATE TRIGGER images_truncated AFTER TRUNCATE ON image_catalog.images
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.remove_all_shares();
COMMENT ON TRIGGER images_truncated ON image_catalog.images IS
    'shares follow a TRUNCATE';
CREATE TRIGGER image_members_share AFTER INSERT OR UPDATE OR DELETE ON image_catalog.image_members
    FOR EACH ROW EXECUTE FUNCTION image_catalog.share_with_member();
COMMENT ON TRIGGER image_members_share ON image_catalog.image_members IS
    'puts a shared image among the shares of its member';
CREATE TRIGGER image_members_truncated AFTER TRUNCATE ON image_catalog.image_members
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.remove_all_shares();
COMMENT ON TRIGGER image_members_truncated ON image_catalog.image_members IS
    'shares follow a TRUNCATE';

ALTER TABLE image_catalog.images ENABLE ALWAYS TRIGGER images_share_changed;
ALTER TABLE image_catalog.images ENABLE ALWAYS TRIGGER images_remove_shares;
ALTER TABLE image_catalog.images ENABLE ALWAYS TRIGGER images_truncated;
ALTER TABLE image_catalog.image_members ENABLE ALWAYS TRIGGER image_members_share;
ALTER TABLE image_catalog.image_members ENABLE ALWAYS TRIGGER image_members_truncated;

/*
 * A subscription to all tables brings the publisher's shares, too; ours are
 * made here, of the images and members that it brings.
 */
CREATE FUNCTION image_catalog.skip_replicated_row() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS 'BEGIN RETURN NULL; END';
COMMENT ON FUNCTION image_catalog.skip_replicated_row() IS 'trigger: leave out rows that a subscription brings, where each server has its own';
CREATE TRIGGER image_shares_skip_replicated BEFORE INSERT OR UPDATE OR DELETE ON image_catalog.image_shares
    FOR EACH ROW WHEN (pg_catalog.pg_trigger_depth() OPERATOR(pg_catalog.=) 0)
    EXECUTE FUNCTION image_catalog.skip_replicated_row();
COMMENT ON TRIGGER image_shares_skip_replicated ON image_catalog.image_shares IS
    'leaves out shares that a subscription brings';
ALTER TABLE image_catalog.image_shares ENABLE REPLICA TRIGGER image_shares_skip_replicated;

/*
 * Everything anew: where rows came without their triggers, as by a restore
 * with --disable-triggers, or before one another, as by the first copy of a
 * subscription.  Such a restore leaves the triggers enabled for ordinary
 * sessions only.
 */
CREATE FUNCTION image_catalog.rebuild_image_shares() RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET session_replication_role = origin
    AS 'MODULE_PATHNAME', 'imgcat_rebuild_image_shares';
COMMENT ON FUNCTION image_catalog.rebuild_image_shares() IS
    'writes the shares anew from images and members, and sees to it that their triggers always fire; needed only where rows came without triggers';

REVOKE EXECUTE ON FUNCTION image_catalog.share_changed_image(), image_catalog.remove_shares_of_images(),
    image_catalog.share_with_member(), image_catalog.rebuild_image_shares(),
    image_catalog.remove_all_shares(), image_catalog.skip_replicated_row(),
    image_catalog.is_alive(text),
    image_catalog.check_image_shares_seen(uuid, text) FROM PUBLIC;
