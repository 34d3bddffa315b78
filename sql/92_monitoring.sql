/* sql/92_monitoring.sql: what is in the catalogue, for those who run it */

/*
 * The functions look at everything, for administrators; the views are for
 * monitors that read relations.  Whoever is granted SELECT on one must be an
 * administrator, too.
 */
CREATE FUNCTION image_catalog.catalog_estimates(
        OUT subject text, OUT attribute text, OUT value text, OUT estimate bigint)
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_catalog_estimates';
COMMENT ON FUNCTION image_catalog.catalog_estimates() IS
    'how many images, members, container images and findings there are about, by status, visibility, owner, answer, severity, age of scan: out of the statistics of the last ANALYZE, without a look at the data; of values that are rare, none; administrators only, else 42501';

CREATE FUNCTION image_catalog.catalog_pending(
        OUT subject text, OUT value text, OUT count bigint, OUT bytes numeric)
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_catalog_pending';
COMMENT ON FUNCTION image_catalog.catalog_pending() IS
    'what waits for somebody, counted: deleted images by age, which a purge of that age removes, uploads under way, rules for findings and the findings of their CVEs, watched images; reads these and no more; administrators only, else 42501';

CREATE FUNCTION image_catalog.catalog_progress(
        OUT work text, OUT pid integer, OUT started_at timestamptz,
        OUT done bigint, OUT bytes_read bigint, OUT bytes_total bigint)
    RETURNS SETOF record
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_catalog_progress';
COMMENT ON FUNCTION image_catalog.catalog_progress() IS
    'long work under way in any session: imports and scans with images written and bytes of documents read so far, loads of vulnerability data with the documents that are committed; administrators only, else 42501';

CREATE FUNCTION image_catalog.catalog_sizes(
        OUT relation text, OUT rows bigint, OUT table_bytes bigint, OUT index_bytes bigint)
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_catalog_sizes';
COMMENT ON FUNCTION image_catalog.catalog_sizes() IS
    'bytes on disk of each table, its large values included, and of its indexes; rows is the planner''s estimate; administrators only, else 42501';

CREATE FUNCTION image_catalog.catalog_counts(
        OUT subject text, OUT value text, OUT count bigint, OUT bytes numeric)
    RETURNS SETOF record
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_catalog_counts';
COMMENT ON FUNCTION image_catalog.catalog_counts() IS
    'exact numbers where catalog_estimates has estimates: images by status and visibility with the bytes of their data, members by answer, container images by worst severity and age of scan, findings by severity; reads all of it; administrators only, else 42501';

CREATE VIEW image_catalog.catalog_estimates WITH (security_invoker = true) AS
    SELECT * FROM image_catalog.catalog_estimates();
COMMENT ON VIEW image_catalog.catalog_estimates IS 'catalog_estimates(), for monitors';
CREATE VIEW image_catalog.catalog_pending WITH (security_invoker = true) AS
    SELECT * FROM image_catalog.catalog_pending();
COMMENT ON VIEW image_catalog.catalog_pending IS 'catalog_pending(), for monitors';
CREATE VIEW image_catalog.catalog_progress WITH (security_invoker = true) AS
    SELECT * FROM image_catalog.catalog_progress();
COMMENT ON VIEW image_catalog.catalog_progress IS 'catalog_progress(), for monitors';
CREATE VIEW image_catalog.catalog_sizes WITH (security_invoker = true) AS
    SELECT * FROM image_catalog.catalog_sizes();
COMMENT ON VIEW image_catalog.catalog_sizes IS 'catalog_sizes(), for monitors';
