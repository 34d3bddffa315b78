/* sql/32_offers.sql: what the listing walks of the images shared with a member */

/*
 * The images that are shared with a member, with what they are sorted and
 * filtered by: the shared arm of a listing walks or sorts these narrow rows
 * and fetches the images of its page only.  Kept by the triggers below, and
 * rebuilt by them when a dump is restored, so it is not dumped itself.  Deleted
 * and killed images are not offered.
 */
CREATE TABLE image_catalog.offers (
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
    CONSTRAINT offers_pkey PRIMARY KEY (image_id, member_id)
);
COMMENT ON TABLE image_catalog.offers IS 'for each member and answer the images shared with it; a missing value stands as the empty string or zero; derived, filled by triggers';
COMMENT ON COLUMN image_catalog.offers.summary IS 'the image''s own, which tells a missing value';
COMMENT ON COLUMN image_catalog.offers.answer IS 'status of the membership';

/* an order to walk for each sort key, as the images have */
CREATE INDEX offers_created_at_idx ON image_catalog.offers
    (member_id, answer, created_at, image_id) INCLUDE (updated_at, size, summary) WHERE NOT os_hidden;
CREATE INDEX offers_updated_at_idx ON image_catalog.offers
    (member_id, answer, updated_at, created_at, image_id) INCLUDE (summary) WHERE NOT os_hidden;
CREATE INDEX offers_id_idx ON image_catalog.offers
    (member_id, answer, image_id) INCLUDE (summary) WHERE NOT os_hidden;
CREATE INDEX offers_name_idx ON image_catalog.offers
    (member_id, answer, name, created_at, image_id) INCLUDE (summary) WHERE NOT os_hidden;
CREATE INDEX offers_status_idx ON image_catalog.offers
    (member_id, answer, status, created_at, image_id) INCLUDE (summary) WHERE NOT os_hidden;
CREATE INDEX offers_size_idx ON image_catalog.offers
    (member_id, answer, size, created_at, image_id) INCLUDE (summary) WHERE NOT os_hidden;
CREATE INDEX offers_disk_format_idx ON image_catalog.offers
    (member_id, answer, disk_format, created_at, image_id) INCLUDE (summary) WHERE NOT os_hidden;
CREATE INDEX offers_container_format_idx ON image_catalog.offers
    (member_id, answer, container_format, created_at, image_id) INCLUDE (summary) WHERE NOT os_hidden;
CREATE INDEX offers_owner_idx ON image_catalog.offers
    (member_id, answer, owner, created_at, image_id) INCLUDE (summary) WHERE NOT os_hidden;
CREATE INDEX offers_protected_idx ON image_catalog.offers
    (member_id, answer, created_at, image_id) WHERE protected AND NOT os_hidden;
CREATE INDEX offers_hidden_idx ON image_catalog.offers
    (member_id, answer, created_at, image_id) WHERE os_hidden;
CREATE INDEX offers_backdated_idx ON image_catalog.offers
    (member_id, answer, created_at, image_id) INCLUDE (updated_at, size, summary)
    WHERE updated_at OPERATOR(pg_catalog.<) created_at AND NOT os_hidden;
ALTER TABLE image_catalog.offers ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION image_catalog.is_alive(status text) RETURNS boolean
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
    RETURN status OPERATOR(pg_catalog.<>) 'deleted' AND status OPERATOR(pg_catalog.<>) 'killed';
COMMENT ON FUNCTION image_catalog.is_alive(text) IS
    'is an image of this status neither deleted nor killed?';

CREATE FUNCTION image_catalog.check_members_seen(image_id uuid) RETURNS void
    LANGUAGE C VOLATILE STRICT
    AS 'MODULE_PATHNAME', 'imgcat_check_members_seen';
COMMENT ON FUNCTION image_catalog.check_members_seen(uuid) IS
    'refuses, with 40001, to go on in a transaction whose snapshot is older than a membership of the image; under READ COMMITTED none is';

/*
 * The image's row is locked by the change itself, and whoever changes a
 * membership locks it, too: neither misses the other.
 */
CREATE FUNCTION image_catalog.offer_changed_image() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM image_catalog.check_members_seen(NEW.id);
    DELETE FROM image_catalog.offers WHERE image_id = OLD.id;
    IF NEW.visibility = 'shared' AND image_catalog.is_alive(NEW.status) THEN
        INSERT INTO image_catalog.offers
        SELECT m.member_id, m.status, NEW.created_at, NEW.id, NEW.updated_at,
               COALESCE(NEW.size, 0), NEW.owner, COALESCE(NEW.name, ''), NEW.status,
               COALESCE(NEW.disk_format, ''), COALESCE(NEW.container_format, ''),
               NEW.protected, NEW.os_hidden, NEW.summary
        FROM image_catalog.image_members m
        WHERE m.image_id = NEW.id AND m.deleted_at IS NULL
          AND m.member_id IS DISTINCT FROM NEW.owner;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.offer_changed_image() IS 'trigger: write a shared image''s offers anew when it changes';

CREATE FUNCTION image_catalog.withdraw_removed_images() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    DELETE FROM image_catalog.offers f USING old_images o WHERE f.image_id = o.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.withdraw_removed_images() IS 'trigger: withdraw the offers of purged images';

CREATE FUNCTION image_catalog.offer_to_member() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    shared image_catalog.images;
BEGIN
    /* the lock keeps the image as it is until the membership is seen */
    SELECT * INTO shared FROM image_catalog.images i
    WHERE i.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.image_id ELSE NEW.image_id END
    FOR SHARE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM image_catalog.offers
        WHERE image_id = OLD.image_id AND member_id = OLD.member_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL AND shared.visibility = 'shared'
       AND image_catalog.is_alive(shared.status)
       AND NEW.member_id IS DISTINCT FROM shared.owner THEN
        INSERT INTO image_catalog.offers
        VALUES (NEW.member_id, NEW.status, shared.created_at, shared.id, shared.updated_at,
                COALESCE(shared.size, 0), shared.owner, COALESCE(shared.name, ''), shared.status,
                COALESCE(shared.disk_format, ''), COALESCE(shared.container_format, ''),
                shared.protected, shared.os_hidden, shared.summary)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.offer_to_member() IS 'trigger: put an image among the offers of a member, or take it off';

CREATE TRIGGER images_offer_changed AFTER UPDATE ON image_catalog.images
    FOR EACH ROW
    WHEN (OLD.visibility OPERATOR(pg_catalog.=) 'shared' OR NEW.visibility OPERATOR(pg_catalog.=) 'shared')
    EXECUTE FUNCTION image_catalog.offer_changed_image();
COMMENT ON TRIGGER images_offer_changed ON image_catalog.images IS
    'writes the offers of a shared image anew';
CREATE TRIGGER images_withdraw_removed AFTER DELETE ON image_catalog.images
    REFERENCING OLD TABLE AS old_images
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.withdraw_removed_images();
COMMENT ON TRIGGER images_withdraw_removed ON image_catalog.images IS
    'withdraws the offers of purged images';
CREATE TRIGGER image_members_offer AFTER INSERT OR UPDATE OR DELETE ON image_catalog.image_members
    FOR EACH ROW EXECUTE FUNCTION image_catalog.offer_to_member();
COMMENT ON TRIGGER image_members_offer ON image_catalog.image_members IS
    'puts a shared image among the offers of its member';

/*
 * Everything anew: where rows came without their triggers, as by a restore
 * with --disable-triggers or a subscription.
 */
CREATE FUNCTION image_catalog.rebuild_offers() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    LOCK TABLE image_catalog.images, image_catalog.image_members IN SHARE ROW EXCLUSIVE MODE;
    TRUNCATE image_catalog.offers;
    INSERT INTO image_catalog.offers (member_id, answer, created_at, image_id, updated_at, size,
                                      owner, name, status, disk_format, container_format,
                                      protected, os_hidden, summary)
    SELECT m.member_id, m.status, i.created_at, i.id, i.updated_at, COALESCE(i.size, 0), i.owner,
           COALESCE(i.name, ''), i.status, COALESCE(i.disk_format, ''), COALESCE(i.container_format, ''),
           i.protected, i.os_hidden, i.summary
    FROM image_catalog.image_members m
         JOIN image_catalog.images i ON i.id = m.image_id
    WHERE m.deleted_at IS NULL AND i.visibility = 'shared'
      AND m.member_id IS DISTINCT FROM i.owner
      AND image_catalog.is_alive(i.status);
END
$$;
COMMENT ON FUNCTION image_catalog.rebuild_offers() IS
    'writes the offers anew from images and members; needed only where rows came without triggers';

CREATE FUNCTION image_catalog.rebuild_after_truncate() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM image_catalog.rebuild_offers();
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.rebuild_after_truncate() IS 'trigger: offers follow a TRUNCATE';

CREATE TRIGGER images_truncated AFTER TRUNCATE ON image_catalog.images
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.rebuild_after_truncate();
COMMENT ON TRIGGER images_truncated ON image_catalog.images IS
    'offers follow a TRUNCATE';
CREATE TRIGGER image_members_truncated AFTER TRUNCATE ON image_catalog.image_members
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.rebuild_after_truncate();
COMMENT ON TRIGGER image_members_truncated ON image_catalog.image_members IS
    'offers follow a TRUNCATE';

REVOKE EXECUTE ON FUNCTION image_catalog.offer_changed_image(), image_catalog.withdraw_removed_images(),
    image_catalog.offer_to_member(), image_catalog.rebuild_offers(),
    image_catalog.rebuild_after_truncate(), image_catalog.is_alive(text),
    image_catalog.check_members_seen(uuid) FROM PUBLIC;
