/* sql/32_listing_tables.sql: what the listing walks beside the images themselves */

CREATE FUNCTION image_catalog.image_postings(visibility text, owner text, facets text[])
    RETURNS bigint[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_postings';
COMMENT ON FUNCTION image_catalog.image_postings(text, text, text[]) IS
    'numbers of the posting lists that an image is on by itself';

CREATE FUNCTION image_catalog.member_postings(member_id text, status text, facets text[])
    RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_member_postings';
COMMENT ON FUNCTION image_catalog.member_postings(text, text, text[]) IS
    'numbers of the posting lists that a membership puts its image on';

CREATE FUNCTION image_catalog.facets_signature(facets text[])
    RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_facets_signature';
COMMENT ON FUNCTION image_catalog.facets_signature(text[]) IS
    'two bits of 64 for each facet: an image that has a facet has its bits';

/*
 * Kept by the triggers below and rebuilt by them when a dump is restored, so
 * it is not dumped itself.  Only images that a listing shows by default are
 * on lists: neither hidden nor deleted nor killed.
 */
CREATE TABLE image_catalog.postings (
    posting bigint NOT NULL,
    created_at timestamptz NOT NULL,
    image_id uuid NOT NULL,
    signature bigint NOT NULL,
    CONSTRAINT postings_pkey PRIMARY KEY (posting, created_at, image_id) INCLUDE (signature)
);
COMMENT ON TABLE image_catalog.postings IS 'for each scope and facet its images in the order of creation; derived, filled by triggers';
COMMENT ON COLUMN image_catalog.postings.posting IS 'number of the list: hash of scope and facet';
COMMENT ON COLUMN image_catalog.postings.signature IS 'bits of all facets of the image';
ALTER TABLE image_catalog.postings ENABLE ROW LEVEL SECURITY;

/*
 * The images that are shared with a member, with what they are sorted and
 * filtered by: the shared arm of a listing walks or sorts these narrow rows
 * and fetches the images of its page only.  Kept by the triggers below, like
 * the postings.
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
    CONSTRAINT offers_pkey PRIMARY KEY (member_id, answer, created_at, image_id)
        INCLUDE (updated_at, size, name, status, disk_format, container_format)
);
COMMENT ON TABLE image_catalog.offers IS 'for each member and answer the images shared with it, in the order of creation; a missing value stands as the empty string or zero; derived, filled by triggers';
COMMENT ON COLUMN image_catalog.offers.answer IS 'status of the membership';
CREATE INDEX offers_image_id_idx ON image_catalog.offers (image_id);
ALTER TABLE image_catalog.offers ENABLE ROW LEVEL SECURITY;

/* Is the image on posting lists at all? */
CREATE FUNCTION image_catalog.is_posted(os_hidden boolean, status text) RETURNS boolean
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
    RETURN NOT os_hidden AND status OPERATOR(pg_catalog.<>) 'deleted' AND status OPERATOR(pg_catalog.<>) 'killed';
COMMENT ON FUNCTION image_catalog.is_posted(boolean, text) IS
    'is an image of this state on posting lists: neither hidden, deleted nor killed?';

CREATE FUNCTION image_catalog.post_new_images() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    INSERT INTO image_catalog.postings (posting, created_at, image_id, signature)
    SELECT p.posting, n.created_at, n.id, image_catalog.facets_signature(n.facets)
    FROM new_images n,
         LATERAL unnest(image_catalog.image_postings(n.visibility, n.owner, n.facets)) p (posting)
    WHERE image_catalog.is_posted(n.os_hidden, n.status)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.post_new_images() IS 'trigger: put new images on their posting lists';

/*
 * A change moves the image from its old lists to its new ones, and with it
 * its memberships.  The image's row is locked by the change itself, and
 * whoever changes a membership locks it, too: neither misses the other.
 */
CREATE FUNCTION image_catalog.post_changed_image() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF image_catalog.is_posted(OLD.os_hidden, OLD.status) THEN
        DELETE FROM image_catalog.postings
        WHERE posting = ANY (image_catalog.image_postings(OLD.visibility, OLD.owner, OLD.facets)
                             || ARRAY(SELECT p FROM image_catalog.image_members m,
                                          unnest(image_catalog.member_postings(m.member_id, m.status, OLD.facets)) p
                                      WHERE m.image_id = OLD.id AND OLD.visibility = 'shared'))
          AND created_at = OLD.created_at AND image_id = OLD.id;
    END IF;
    IF image_catalog.is_posted(NEW.os_hidden, NEW.status) THEN
        INSERT INTO image_catalog.postings (posting, created_at, image_id, signature)
        SELECT p, NEW.created_at, NEW.id, image_catalog.facets_signature(NEW.facets)
        FROM unnest(image_catalog.image_postings(NEW.visibility, NEW.owner, NEW.facets)
                    || ARRAY(SELECT p FROM image_catalog.image_members m,
                                 unnest(image_catalog.member_postings(m.member_id, m.status, NEW.facets)) p
                             WHERE m.image_id = NEW.id AND NEW.visibility = 'shared'
                               AND m.deleted_at IS NULL)) p
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.post_changed_image() IS 'trigger: move a changed image, and its memberships, to its new posting lists';

CREATE FUNCTION image_catalog.offer_changed_image() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    DELETE FROM image_catalog.offers WHERE image_id = OLD.id;
    IF NEW.visibility = 'shared' AND image_catalog.is_posted(NEW.os_hidden, NEW.status) THEN
        INSERT INTO image_catalog.offers
        SELECT m.member_id, m.status, NEW.created_at, NEW.id, NEW.updated_at,
               COALESCE(NEW.size, 0), NEW.owner, COALESCE(NEW.name, ''), NEW.status,
               COALESCE(NEW.disk_format, ''), COALESCE(NEW.container_format, '')
        FROM image_catalog.image_members m
        WHERE m.image_id = NEW.id AND m.deleted_at IS NULL
          AND m.member_id IS DISTINCT FROM NEW.owner;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.offer_changed_image() IS 'trigger: write a shared image''s offers anew when it changes';

CREATE FUNCTION image_catalog.unpost_removed_images() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    DELETE FROM image_catalog.postings f
    USING old_images o,
          LATERAL unnest(image_catalog.image_postings(o.visibility, o.owner, o.facets)) p (posting)
    WHERE f.posting = p.posting AND f.created_at = o.created_at AND f.image_id = o.id;
    DELETE FROM image_catalog.offers f USING old_images o WHERE f.image_id = o.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.unpost_removed_images() IS 'trigger: take purged images off their posting lists';

CREATE FUNCTION image_catalog.post_member() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    shared image_catalog.images;
BEGIN
    /* the lock keeps the facets as they are until the membership is seen */
    SELECT * INTO shared FROM image_catalog.images i
    WHERE i.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.image_id ELSE NEW.image_id END
    FOR SHARE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM image_catalog.postings
        WHERE posting = ANY (image_catalog.member_postings(OLD.member_id, OLD.status, shared.facets))
          AND created_at = shared.created_at AND image_id = OLD.image_id;
        DELETE FROM image_catalog.offers
        WHERE image_id = OLD.image_id AND member_id = OLD.member_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL AND shared.visibility = 'shared'
       AND image_catalog.is_posted(shared.os_hidden, shared.status) THEN
        INSERT INTO image_catalog.postings (posting, created_at, image_id, signature)
        SELECT p, shared.created_at, shared.id, image_catalog.facets_signature(shared.facets)
        FROM unnest(image_catalog.member_postings(NEW.member_id, NEW.status, shared.facets)) p
        ON CONFLICT DO NOTHING;
        IF NEW.member_id IS DISTINCT FROM shared.owner THEN
            INSERT INTO image_catalog.offers
            VALUES (NEW.member_id, NEW.status, shared.created_at, shared.id, shared.updated_at,
                    COALESCE(shared.size, 0), shared.owner, COALESCE(shared.name, ''), shared.status,
                    COALESCE(shared.disk_format, ''), COALESCE(shared.container_format, ''))
            ON CONFLICT DO NOTHING;
        END IF;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.post_member() IS 'trigger: put an image on the posting lists and among the offers of a member, or take it off';

/* for the triggers and the listing only, which run as definer */
REVOKE EXECUTE ON FUNCTION image_catalog.image_postings(text, text, text[]),
    image_catalog.member_postings(text, text, text[]), image_catalog.facets_signature(text[]),
    image_catalog.is_posted(boolean, text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION image_catalog.post_new_images(), image_catalog.post_changed_image(),
    image_catalog.offer_changed_image(), image_catalog.unpost_removed_images(), image_catalog.post_member() FROM PUBLIC;

CREATE TRIGGER images_post_new AFTER INSERT ON image_catalog.images
    REFERENCING NEW TABLE AS new_images
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.post_new_images();
CREATE TRIGGER images_post_changed AFTER UPDATE ON image_catalog.images
    FOR EACH ROW
    WHEN (OLD.facets IS DISTINCT FROM NEW.facets
          OR OLD.visibility IS DISTINCT FROM NEW.visibility
          OR OLD.owner IS DISTINCT FROM NEW.owner
          OR OLD.os_hidden IS DISTINCT FROM NEW.os_hidden
          OR OLD.created_at IS DISTINCT FROM NEW.created_at
          OR image_catalog.is_posted(OLD.os_hidden, OLD.status)
             IS DISTINCT FROM image_catalog.is_posted(NEW.os_hidden, NEW.status))
    EXECUTE FUNCTION image_catalog.post_changed_image();
CREATE TRIGGER images_offer_changed AFTER UPDATE ON image_catalog.images
    FOR EACH ROW
    WHEN (OLD.visibility OPERATOR(pg_catalog.=) 'shared' OR NEW.visibility OPERATOR(pg_catalog.=) 'shared')
    EXECUTE FUNCTION image_catalog.offer_changed_image();
CREATE TRIGGER images_unpost_removed AFTER DELETE ON image_catalog.images
    REFERENCING OLD TABLE AS old_images
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.unpost_removed_images();
CREATE TRIGGER image_members_post AFTER INSERT OR UPDATE OR DELETE ON image_catalog.image_members
    FOR EACH ROW EXECUTE FUNCTION image_catalog.post_member();

/*
 * A purged image takes its members along while it is still there: what they
 * put on posting lists follows from its facets.
 */
CREATE FUNCTION image_catalog.remove_members_first() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    DELETE FROM image_catalog.image_members WHERE image_id = OLD.id;
    RETURN OLD;
END
$$;
COMMENT ON FUNCTION image_catalog.remove_members_first() IS 'trigger: purge the members of an image before the image';
REVOKE EXECUTE ON FUNCTION image_catalog.remove_members_first() FROM PUBLIC;

CREATE TRIGGER images_remove_members BEFORE DELETE ON image_catalog.images
    FOR EACH ROW EXECUTE FUNCTION image_catalog.remove_members_first();

/*
 * Everything anew: where rows came without their triggers, as by a restore
 * with --disable-triggers or a subscription.
 */
CREATE FUNCTION image_catalog.rebuild_listing_tables() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    LOCK TABLE image_catalog.images, image_catalog.image_members IN SHARE ROW EXCLUSIVE MODE;
    TRUNCATE image_catalog.postings, image_catalog.offers;
    INSERT INTO image_catalog.postings (posting, created_at, image_id, signature)
    SELECT p.posting, i.created_at, i.id, image_catalog.facets_signature(i.facets)
    FROM image_catalog.images i,
         LATERAL unnest(image_catalog.image_postings(i.visibility, i.owner, i.facets)) p (posting)
    WHERE image_catalog.is_posted(i.os_hidden, i.status)
    ON CONFLICT DO NOTHING;
    INSERT INTO image_catalog.postings (posting, created_at, image_id, signature)
    SELECT p.posting, i.created_at, i.id, image_catalog.facets_signature(i.facets)
    FROM image_catalog.image_members m
         JOIN image_catalog.images i ON i.id = m.image_id,
         LATERAL unnest(image_catalog.member_postings(m.member_id, m.status, i.facets)) p (posting)
    WHERE m.deleted_at IS NULL AND i.visibility = 'shared'
      AND image_catalog.is_posted(i.os_hidden, i.status)
    ON CONFLICT DO NOTHING;
    INSERT INTO image_catalog.offers (member_id, answer, created_at, image_id, updated_at, size,
                                      owner, name, status, disk_format, container_format)
    SELECT m.member_id, m.status, i.created_at, i.id, i.updated_at, COALESCE(i.size, 0), i.owner,
           COALESCE(i.name, ''), i.status, COALESCE(i.disk_format, ''), COALESCE(i.container_format, '')
    FROM image_catalog.image_members m
         JOIN image_catalog.images i ON i.id = m.image_id
    WHERE m.deleted_at IS NULL AND i.visibility = 'shared'
      AND m.member_id IS DISTINCT FROM i.owner
      AND image_catalog.is_posted(i.os_hidden, i.status);
END
$$;
COMMENT ON FUNCTION image_catalog.rebuild_listing_tables() IS
    'writes postings and offers anew from images and members; needed only where rows came without triggers';

CREATE FUNCTION image_catalog.rebuild_after_truncate() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM image_catalog.rebuild_listing_tables();
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.rebuild_after_truncate() IS 'trigger: postings and offers follow a TRUNCATE';
REVOKE EXECUTE ON FUNCTION image_catalog.rebuild_listing_tables(),
    image_catalog.rebuild_after_truncate() FROM PUBLIC;

CREATE TRIGGER images_truncated AFTER TRUNCATE ON image_catalog.images
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.rebuild_after_truncate();
CREATE TRIGGER image_members_truncated AFTER TRUNCATE ON image_catalog.image_members
    FOR EACH STATEMENT EXECUTE FUNCTION image_catalog.rebuild_after_truncate();

COMMENT ON TRIGGER images_post_new ON image_catalog.images IS
    'puts new images on their posting lists';
COMMENT ON TRIGGER images_post_changed ON image_catalog.images IS
    'moves a changed image to its new posting lists';
COMMENT ON TRIGGER images_offer_changed ON image_catalog.images IS
    'writes the offers of a shared image anew';
COMMENT ON TRIGGER images_unpost_removed ON image_catalog.images IS
    'takes purged images off their posting lists';
COMMENT ON TRIGGER images_remove_members ON image_catalog.images IS
    'purges the members of an image before the image';
COMMENT ON TRIGGER images_truncated ON image_catalog.images IS
    'postings and offers follow a TRUNCATE';
COMMENT ON TRIGGER image_members_post ON image_catalog.image_members IS
    'puts a shared image among the offers and on the posting lists of its member';
COMMENT ON TRIGGER image_members_truncated ON image_catalog.image_members IS
    'postings and offers follow a TRUNCATE';

-- what the triggers are made of
REVOKE EXECUTE ON FUNCTION image_catalog.image_postings(text, text, text[]),
    image_catalog.member_postings(text, text, text[]),
    image_catalog.facets_signature(text[]),
    image_catalog.is_posted(boolean, text) FROM PUBLIC;
