/* sql/90_check.sql: is what is derived as it has to be? */

CREATE FUNCTION image_catalog.check() RETURNS SETOF text
    LANGUAGE C STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_check';
COMMENT ON FUNCTION image_catalog.check() IS
    'compares everything that is derived (facets, summaries, shares, sizes of data, rows and counters of container images, ranks, packages, indexes of properties, triggers) with what it is derived from, and answers a line for each difference, at most 100 of a kind; none: all is well; reads every table, writes none; administrators only, else 42501';
