/* sql/31_deletion.sql: what a deletion leaves behind, and a restoration takes back */

/*
 * The one place of these rules, whoever writes the table: delete_image, an
 * import, a DBA.
 *
 * A deleted image keeps the status and the updated_at that it had in listings:
 * a marker that names it finds its place by them, however often it is deleted
 * or changed afterwards.  An image that comes back has neither.
 *
 * A membership is in force while its deleted_at is that of its image: null
 * while the image lives.  So a deletion ends those in force, but not twice
 * those that were taken back before, and an image that comes back has the
 * members that it had.
 *
 * A subscriber gets the rows as the publisher made them, and a restore as they
 * were dumped, so neither trigger fires there; the check of the table
 * (images_before_deletion_check) holds everywhere.
 */
CREATE FUNCTION image_catalog.note_deletion() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF NEW.status <> 'deleted' THEN
        NEW.deleted_at := NULL;
        NEW.status_before_deletion := NULL;
        NEW.updated_at_before_deletion := NULL;
    ELSIF OLD.status <> 'deleted' THEN
        NEW.deleted_at := coalesce(NEW.deleted_at, clock_timestamp());
        NEW.status_before_deletion := OLD.status;
        NEW.updated_at_before_deletion := OLD.updated_at;
    ELSE
        NEW.deleted_at := coalesce(NEW.deleted_at, OLD.deleted_at);
        NEW.status_before_deletion := OLD.status_before_deletion;
        NEW.updated_at_before_deletion := OLD.updated_at_before_deletion;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION image_catalog.note_deletion() IS
    'trigger: keep the sort keys that an image had before its deletion, or forget them when it comes back';

/* A membership that had ended at the very time of the image's deletion would be
 * taken for one in force; it ended before. */
CREATE FUNCTION image_catalog.delete_members_with_image() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_TABLE_SCHEMA <> 'image_catalog' THEN
        RAISE object_not_in_prerequisite_state
            USING MESSAGE = 'schema image_catalog is not that of the extension image_catalog',
                  HINT = 'Give the extension''s schema its name back.';
    END IF;
    UPDATE image_catalog.image_members m
       SET deleted_at = CASE WHEN m.deleted_at IS NOT DISTINCT FROM OLD.deleted_at THEN NEW.deleted_at
                             ELSE m.deleted_at - interval '1 microsecond' END
     WHERE m.image_id = NEW.id
       AND (m.deleted_at IS NOT DISTINCT FROM OLD.deleted_at OR m.deleted_at = NEW.deleted_at);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION image_catalog.delete_members_with_image() IS
    'trigger: end the memberships in force with their image, or bring them back with it';

CREATE TRIGGER images_note_deletion BEFORE UPDATE ON image_catalog.images
    FOR EACH ROW
    WHEN (OLD.status OPERATOR(pg_catalog.=) 'deleted' OR NEW.status OPERATOR(pg_catalog.=) 'deleted')
    EXECUTE FUNCTION image_catalog.note_deletion();
COMMENT ON TRIGGER images_note_deletion ON image_catalog.images IS
    'keeps the sort keys that an image had before its deletion';
CREATE TRIGGER images_delete_members AFTER UPDATE ON image_catalog.images
    FOR EACH ROW
    WHEN (OLD.deleted_at IS DISTINCT FROM NEW.deleted_at)
    EXECUTE FUNCTION image_catalog.delete_members_with_image();
COMMENT ON TRIGGER images_delete_members ON image_catalog.images IS
    'memberships end, and come back, with their image';

REVOKE EXECUTE ON FUNCTION image_catalog.note_deletion(), image_catalog.delete_members_with_image() FROM PUBLIC;
