/* sql/12_time_filter.sql: filters by time (docs/time_filter.md) */

CREATE TYPE image_catalog.time_filter;

CREATE FUNCTION image_catalog.time_filter_in(cstring) RETURNS image_catalog.time_filter
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_in';
COMMENT ON FUNCTION image_catalog.time_filter_in(cstring) IS
    'input of time_filter: [operator:]time; SQLSTATE 22007 when it is not';

CREATE FUNCTION image_catalog.time_filter_out(image_catalog.time_filter) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_out';
COMMENT ON FUNCTION image_catalog.time_filter_out(image_catalog.time_filter) IS
    'output of time_filter: operator:time in UTC';

CREATE FUNCTION image_catalog.time_filter_recv(internal) RETURNS image_catalog.time_filter
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_recv';
COMMENT ON FUNCTION image_catalog.time_filter_recv(internal) IS
    'binary input of time_filter: a byte, 0 to 5 for eq, neq, lt, lte, gt, gte, then a timestamptz';

CREATE FUNCTION image_catalog.time_filter_send(image_catalog.time_filter) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_send';
COMMENT ON FUNCTION image_catalog.time_filter_send(image_catalog.time_filter) IS
    'binary output of time_filter: a byte, 0 to 5 for eq, neq, lt, lte, gt, gte, then a timestamptz';

CREATE TYPE image_catalog.time_filter (
    INPUT = image_catalog.time_filter_in,
    OUTPUT = image_catalog.time_filter_out,
    RECEIVE = image_catalog.time_filter_recv,
    SEND = image_catalog.time_filter_send,
    INTERNALLENGTH = 12,
    ALIGNMENT = double,
    STORAGE = plain
);
COMMENT ON TYPE image_catalog.time_filter IS
    'comparison with a point in time, written [operator:]time: gt:2018-10-28T10:00:00Z (OpenStack Image API v2, created_at and updated_at); operators eq, neq, lt, lte, gt, gte, without one eq; times in ISO 8601, without a zone UTC';

/* timestamptz @@ time_filter, and its negator */

CREATE FUNCTION image_catalog.time_matches_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_matches_support';
COMMENT ON FUNCTION image_catalog.time_matches_support(internal) IS
    'planner support of time_matches: with a constant filter it is the plain comparison';

CREATE FUNCTION image_catalog.time_matches_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_matches_sel';
COMMENT ON FUNCTION image_catalog.time_matches_sel(internal, oid, internal, integer) IS
    'restriction selectivity of @@ for filters that are no constants';

CREATE FUNCTION image_catalog.time_matches("time" timestamptz, filter image_catalog.time_filter) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT image_catalog.time_matches_support
    AS 'MODULE_PATHNAME', 'imgcat_time_matches';
COMMENT ON FUNCTION image_catalog.time_matches(timestamptz, image_catalog.time_filter) IS
    'implementation of @@: does the time match the filter, to the microsecond';

CREATE FUNCTION image_catalog.time_not_matches_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_not_matches_support';
COMMENT ON FUNCTION image_catalog.time_not_matches_support(internal) IS
    'planner support of time_not_matches: with a constant filter it is the plain comparison';

CREATE FUNCTION image_catalog.time_not_matches_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_not_matches_sel';
COMMENT ON FUNCTION image_catalog.time_not_matches_sel(internal, oid, internal, integer) IS
    'restriction selectivity of !@@ for filters that are no constants';

CREATE FUNCTION image_catalog.time_not_matches("time" timestamptz, filter image_catalog.time_filter) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    SUPPORT image_catalog.time_not_matches_support
    AS 'MODULE_PATHNAME', 'imgcat_time_not_matches';
COMMENT ON FUNCTION image_catalog.time_not_matches(timestamptz, image_catalog.time_filter) IS
    'implementation of !@@: does the time not match the filter, to the microsecond';

CREATE OPERATOR image_catalog.@@ (
    LEFTARG = timestamptz,
    RIGHTARG = image_catalog.time_filter,
    FUNCTION = image_catalog.time_matches,
    NEGATOR = OPERATOR(image_catalog.!@@),
    RESTRICT = image_catalog.time_matches_sel,
    JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR image_catalog.@@ (timestamptz, image_catalog.time_filter) IS
    'the time matches the filter; with a constant filter planned as the plain comparison';

CREATE OPERATOR image_catalog.!@@ (
    LEFTARG = timestamptz,
    RIGHTARG = image_catalog.time_filter,
    FUNCTION = image_catalog.time_not_matches,
    NEGATOR = OPERATOR(image_catalog.@@),
    RESTRICT = image_catalog.time_not_matches_sel,
    JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR image_catalog.!@@ (timestamptz, image_catalog.time_filter) IS
    'the time does not match the filter; with a constant filter planned as the plain comparison';

/* equality and order of filters themselves: DISTINCT, GROUP BY, unique indexes */

CREATE FUNCTION image_catalog.time_filter_eq(image_catalog.time_filter, image_catalog.time_filter) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_eq';
COMMENT ON FUNCTION image_catalog.time_filter_eq(image_catalog.time_filter, image_catalog.time_filter) IS
    'implementation of = of filters';

CREATE FUNCTION image_catalog.time_filter_ne(image_catalog.time_filter, image_catalog.time_filter) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_ne';
COMMENT ON FUNCTION image_catalog.time_filter_ne(image_catalog.time_filter, image_catalog.time_filter) IS
    'implementation of <> of filters';

CREATE FUNCTION image_catalog.time_filter_lt(image_catalog.time_filter, image_catalog.time_filter) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_lt';
COMMENT ON FUNCTION image_catalog.time_filter_lt(image_catalog.time_filter, image_catalog.time_filter) IS
    'implementation of < of filters';

CREATE FUNCTION image_catalog.time_filter_le(image_catalog.time_filter, image_catalog.time_filter) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_le';
COMMENT ON FUNCTION image_catalog.time_filter_le(image_catalog.time_filter, image_catalog.time_filter) IS
    'implementation of <= of filters';

CREATE FUNCTION image_catalog.time_filter_gt(image_catalog.time_filter, image_catalog.time_filter) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_gt';
COMMENT ON FUNCTION image_catalog.time_filter_gt(image_catalog.time_filter, image_catalog.time_filter) IS
    'implementation of > of filters';

CREATE FUNCTION image_catalog.time_filter_ge(image_catalog.time_filter, image_catalog.time_filter) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_ge';
COMMENT ON FUNCTION image_catalog.time_filter_ge(image_catalog.time_filter, image_catalog.time_filter) IS
    'implementation of >= of filters';

CREATE FUNCTION image_catalog.time_filter_cmp(image_catalog.time_filter, image_catalog.time_filter) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_cmp';
COMMENT ON FUNCTION image_catalog.time_filter_cmp(image_catalog.time_filter, image_catalog.time_filter) IS
    'btree comparison of filters: less than, equal to, greater than 0';

CREATE FUNCTION image_catalog.time_filter_hash(image_catalog.time_filter) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_hash';
COMMENT ON FUNCTION image_catalog.time_filter_hash(image_catalog.time_filter) IS
    'hash of a filter';

CREATE FUNCTION image_catalog.time_filter_hash_extended(image_catalog.time_filter, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_time_filter_hash_extended';
COMMENT ON FUNCTION image_catalog.time_filter_hash_extended(image_catalog.time_filter, bigint) IS
    'hash of a filter, with a seed';

CREATE OPERATOR image_catalog.= (
    LEFTARG = image_catalog.time_filter,
    RIGHTARG = image_catalog.time_filter,
    FUNCTION = image_catalog.time_filter_eq,
    COMMUTATOR = OPERATOR(image_catalog.=),
    NEGATOR = OPERATOR(image_catalog.<>),
    RESTRICT = pg_catalog.eqsel,
    JOIN = pg_catalog.eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR image_catalog.= (image_catalog.time_filter, image_catalog.time_filter) IS
    'equal: filters are ordered by time, then by operator';

CREATE OPERATOR image_catalog.<> (
    LEFTARG = image_catalog.time_filter,
    RIGHTARG = image_catalog.time_filter,
    FUNCTION = image_catalog.time_filter_ne,
    COMMUTATOR = OPERATOR(image_catalog.<>),
    NEGATOR = OPERATOR(image_catalog.=),
    RESTRICT = pg_catalog.neqsel,
    JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR image_catalog.<> (image_catalog.time_filter, image_catalog.time_filter) IS
    'not equal: filters are ordered by time, then by operator';

CREATE OPERATOR image_catalog.< (
    LEFTARG = image_catalog.time_filter,
    RIGHTARG = image_catalog.time_filter,
    FUNCTION = image_catalog.time_filter_lt,
    COMMUTATOR = OPERATOR(image_catalog.>),
    NEGATOR = OPERATOR(image_catalog.>=),
    RESTRICT = pg_catalog.scalarltsel,
    JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR image_catalog.< (image_catalog.time_filter, image_catalog.time_filter) IS
    'before: filters are ordered by time, then by operator';

CREATE OPERATOR image_catalog.<= (
    LEFTARG = image_catalog.time_filter,
    RIGHTARG = image_catalog.time_filter,
    FUNCTION = image_catalog.time_filter_le,
    COMMUTATOR = OPERATOR(image_catalog.>=),
    NEGATOR = OPERATOR(image_catalog.>),
    RESTRICT = pg_catalog.scalarlesel,
    JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR image_catalog.<= (image_catalog.time_filter, image_catalog.time_filter) IS
    'before or equal: filters are ordered by time, then by operator';

CREATE OPERATOR image_catalog.> (
    LEFTARG = image_catalog.time_filter,
    RIGHTARG = image_catalog.time_filter,
    FUNCTION = image_catalog.time_filter_gt,
    COMMUTATOR = OPERATOR(image_catalog.<),
    NEGATOR = OPERATOR(image_catalog.<=),
    RESTRICT = pg_catalog.scalargtsel,
    JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR image_catalog.> (image_catalog.time_filter, image_catalog.time_filter) IS
    'after: filters are ordered by time, then by operator';

CREATE OPERATOR image_catalog.>= (
    LEFTARG = image_catalog.time_filter,
    RIGHTARG = image_catalog.time_filter,
    FUNCTION = image_catalog.time_filter_ge,
    COMMUTATOR = OPERATOR(image_catalog.<=),
    NEGATOR = OPERATOR(image_catalog.<),
    RESTRICT = pg_catalog.scalargesel,
    JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR image_catalog.>= (image_catalog.time_filter, image_catalog.time_filter) IS
    'after or equal: filters are ordered by time, then by operator';

CREATE OPERATOR FAMILY image_catalog.time_filter_ops USING btree;
COMMENT ON OPERATOR FAMILY image_catalog.time_filter_ops USING btree IS
    'order of filters: by time, then by operator';

CREATE OPERATOR CLASS image_catalog.time_filter_ops
    DEFAULT FOR TYPE image_catalog.time_filter USING btree FAMILY image_catalog.time_filter_ops AS
    OPERATOR 1 image_catalog.<,
    OPERATOR 2 image_catalog.<=,
    OPERATOR 3 image_catalog.=,
    OPERATOR 4 image_catalog.>=,
    OPERATOR 5 image_catalog.>,
    FUNCTION 1 image_catalog.time_filter_cmp(image_catalog.time_filter, image_catalog.time_filter);
COMMENT ON OPERATOR CLASS image_catalog.time_filter_ops USING btree IS
    'order of filters: by time, then by operator';

CREATE OPERATOR FAMILY image_catalog.time_filter_ops USING hash;
COMMENT ON OPERATOR FAMILY image_catalog.time_filter_ops USING hash IS
    'equality of filters';

CREATE OPERATOR CLASS image_catalog.time_filter_ops
    DEFAULT FOR TYPE image_catalog.time_filter USING hash FAMILY image_catalog.time_filter_ops AS
    OPERATOR 1 image_catalog.=,
    FUNCTION 1 image_catalog.time_filter_hash(image_catalog.time_filter),
    FUNCTION 2 image_catalog.time_filter_hash_extended(image_catalog.time_filter, bigint);
COMMENT ON OPERATOR CLASS image_catalog.time_filter_ops USING hash IS
    'equality of filters';
