/* sql/68_container_actions.sql: what changes container images, beside imports */

CREATE FUNCTION image_catalog.delete_container_images(
        query text, confirm boolean DEFAULT false, "limit" integer DEFAULT 0,
        "offset" integer DEFAULT 0, sort_field text DEFAULT NULL,
        reversed boolean DEFAULT false, aggregate text DEFAULT 'UNSET',
        distinct_values boolean DEFAULT false)
    RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_delete_container_images';
COMMENT ON FUNCTION image_catalog.delete_container_images(text, boolean, integer, integer, text, boolean, text, boolean) IS
    'deletes the images that a query of the search language finds, or only counts them unless confirm is true: {"numDeleted","dryRun"}; limit (0: none), offset and sort as list_container_images; 22023 for a query of which something would be ignored, or that selects every image and is not empty';

CREATE FUNCTION image_catalog.watch_image(name text) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_watch_image';
COMMENT ON FUNCTION image_catalog.watch_image(text) IS
    'puts an image name of the catalogue on the watch list: {"normalizedName","errorType","errorMessage"}; a wrong name is an answer with INVALID_IMAGE_NAME, a name without a stored scan one with NO_VALID_INTEGRATION';

CREATE FUNCTION image_catalog.unwatch_image(name text) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_unwatch_image';
COMMENT ON FUNCTION image_catalog.unwatch_image(text) IS
    'takes a normalised name off the watch list: {}, whether it was on it or not; the name is not normalised here';

CREATE FUNCTION image_catalog.watched_images() RETURNS json
    LANGUAGE C STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_watched_images';
COMMENT ON FUNCTION image_catalog.watched_images() IS
    'the watch list: {"watchedImages":[{"name"}]}, by name';

CREATE FUNCTION image_catalog.scan_image(
        image_name text, force boolean DEFAULT false,
        include_snoozed boolean DEFAULT false)
    RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_scan_image';
COMMENT ON FUNCTION image_catalog.scan_image(text, boolean, boolean) IS
    'the StorageImage document of a name or digest whose scan is stored, its risk computed anew and lastUpdated set; 22023 for a wrong name, PT404 where no image is known under it, PT409 where it has no scan, PT501 where force is true and there are no vulnerability data; with force its packages are matched anew, and that takes the place of the stored scan';

CREATE FUNCTION image_catalog.verify_container_signatures(image_id text) RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_verify_container_signatures';
COMMENT ON FUNCTION image_catalog.verify_container_signatures(text) IS
    'verifies the cosign signatures of an image, by digest, with the key of each verifier in container_signature_verifiers, stores what they say in signatureVerificationData, and answers the document; PT404 where there is no such image';

CREATE FUNCTION image_catalog.invalidate_scan_and_registry_caches() RETURNS json
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_invalidate_container_caches';
COMMENT ON FUNCTION image_catalog.invalidate_scan_and_registry_caches() IS
    'forgets cached metadata of registries: {}; nothing is cached yet, and stored images stay as they are';

-- Searches by regular expression and by a pattern in the middle of a name.
CREATE FUNCTION image_catalog.create_container_trigram_indexes() RETURNS void
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'imgcat_create_container_trigram_indexes';
COMMENT ON FUNCTION image_catalog.create_container_trigram_indexes() IS
    'creates trigram indexes for regular expressions on names of images and components; for their owner, once the extension pg_trgm is installed, and again after a restore';
REVOKE EXECUTE ON FUNCTION image_catalog.create_container_trigram_indexes() FROM PUBLIC;
