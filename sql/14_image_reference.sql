/* sql/14_image_reference.sql: names of container images (docs/container_search.md) */

CREATE TYPE image_catalog.image_reference;

CREATE FUNCTION image_catalog.image_reference_in(cstring)
    RETURNS image_catalog.image_reference
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_in';
COMMENT ON FUNCTION image_catalog.image_reference_in(cstring) IS
    'input of image_reference: [registry/]path[:tag][@digest], a digest, or 64 hexadecimal digits; normalises (docker.io, library/, latest); SQLSTATE 22P02 names the cause';

CREATE FUNCTION image_catalog.image_reference_out(image_catalog.image_reference)
    RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_out';
COMMENT ON FUNCTION image_catalog.image_reference_out(image_catalog.image_reference) IS
    'output of image_reference: the full name';

CREATE FUNCTION image_catalog.image_reference_recv(internal)
    RETURNS image_catalog.image_reference
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_recv';
COMMENT ON FUNCTION image_catalog.image_reference_recv(internal) IS
    'binary input of image_reference: text, normalised like any other input';

CREATE FUNCTION image_catalog.image_reference_send(image_catalog.image_reference)
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_send';
COMMENT ON FUNCTION image_catalog.image_reference_send(image_catalog.image_reference) IS
    'binary output of image_reference: the full name as text';

CREATE TYPE image_catalog.image_reference (
    INPUT = image_catalog.image_reference_in,
    OUTPUT = image_catalog.image_reference_out,
    RECEIVE = image_catalog.image_reference_recv,
    SEND = image_catalog.image_reference_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE image_catalog.image_reference IS
    'name of a container image, normalised as the distribution project does: registry/remote[:tag][@digest], or a digest alone; sorts bytewise by registry, remote, tag, digest';

-- stored as text is: what takes text takes the full name
CREATE CAST (image_catalog.image_reference AS text) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE FUNCTION image_catalog.image_reference_registry(image_catalog.image_reference)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_registry';
COMMENT ON FUNCTION image_catalog.image_reference_registry(image_catalog.image_reference) IS
    'registry of a container image name, port included; empty when the name is a digest alone';

CREATE FUNCTION image_catalog.image_reference_remote(image_catalog.image_reference)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_remote';
COMMENT ON FUNCTION image_catalog.image_reference_remote(image_catalog.image_reference) IS
    'path of a container image name within its registry; empty when the name is a digest alone';

CREATE FUNCTION image_catalog.image_reference_tag(image_catalog.image_reference)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_tag';
COMMENT ON FUNCTION image_catalog.image_reference_tag(image_catalog.image_reference) IS
    'tag of a container image name; empty when the name has a digest and no tag';

CREATE FUNCTION image_catalog.image_reference_digest(image_catalog.image_reference)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_digest';
COMMENT ON FUNCTION image_catalog.image_reference_digest(image_catalog.image_reference) IS
    'digest of a container image name, algorithm included; empty when it has none';

CREATE FUNCTION image_catalog.image_reference_full_name(image_catalog.image_reference)
    RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_full_name';
COMMENT ON FUNCTION image_catalog.image_reference_full_name(image_catalog.image_reference) IS
    'full name of a container image: registry/remote[:tag][@digest], or the digest alone';

CREATE FUNCTION image_catalog.image_reference_lt(image_catalog.image_reference, image_catalog.image_reference)
    RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_lt';
COMMENT ON FUNCTION image_catalog.image_reference_lt(image_catalog.image_reference, image_catalog.image_reference) IS
    'implementation of < operator';

CREATE FUNCTION image_catalog.image_reference_le(image_catalog.image_reference, image_catalog.image_reference)
    RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_le';
COMMENT ON FUNCTION image_catalog.image_reference_le(image_catalog.image_reference, image_catalog.image_reference) IS
    'implementation of <= operator';

CREATE FUNCTION image_catalog.image_reference_eq(image_catalog.image_reference, image_catalog.image_reference)
    RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_eq';
COMMENT ON FUNCTION image_catalog.image_reference_eq(image_catalog.image_reference, image_catalog.image_reference) IS
    'implementation of = operator';

CREATE FUNCTION image_catalog.image_reference_ne(image_catalog.image_reference, image_catalog.image_reference)
    RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_ne';
COMMENT ON FUNCTION image_catalog.image_reference_ne(image_catalog.image_reference, image_catalog.image_reference) IS
    'implementation of <> operator';

CREATE FUNCTION image_catalog.image_reference_ge(image_catalog.image_reference, image_catalog.image_reference)
    RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_ge';
COMMENT ON FUNCTION image_catalog.image_reference_ge(image_catalog.image_reference, image_catalog.image_reference) IS
    'implementation of >= operator';

CREATE FUNCTION image_catalog.image_reference_gt(image_catalog.image_reference, image_catalog.image_reference)
    RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_gt';
COMMENT ON FUNCTION image_catalog.image_reference_gt(image_catalog.image_reference, image_catalog.image_reference) IS
    'implementation of > operator';

CREATE OPERATOR image_catalog.< (
    FUNCTION = image_catalog.image_reference_lt,
    LEFTARG = image_catalog.image_reference, RIGHTARG = image_catalog.image_reference,
    COMMUTATOR = OPERATOR(image_catalog.>), NEGATOR = OPERATOR(image_catalog.>=),
    RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR image_catalog.< (image_catalog.image_reference, image_catalog.image_reference) IS
    'container image name is less than: by registry, remote, tag, digest, bytewise';

CREATE OPERATOR image_catalog.<= (
    FUNCTION = image_catalog.image_reference_le,
    LEFTARG = image_catalog.image_reference, RIGHTARG = image_catalog.image_reference,
    COMMUTATOR = OPERATOR(image_catalog.>=), NEGATOR = OPERATOR(image_catalog.>),
    RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR image_catalog.<= (image_catalog.image_reference, image_catalog.image_reference) IS
    'container image name is less than or equal to: by registry, remote, tag, digest, bytewise';

CREATE OPERATOR image_catalog.= (
    FUNCTION = image_catalog.image_reference_eq,
    LEFTARG = image_catalog.image_reference, RIGHTARG = image_catalog.image_reference,
    COMMUTATOR = OPERATOR(image_catalog.=), NEGATOR = OPERATOR(image_catalog.<>),
    RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR image_catalog.= (image_catalog.image_reference, image_catalog.image_reference) IS
    'container image name is equal to: by registry, remote, tag, digest, bytewise';

CREATE OPERATOR image_catalog.<> (
    FUNCTION = image_catalog.image_reference_ne,
    LEFTARG = image_catalog.image_reference, RIGHTARG = image_catalog.image_reference,
    COMMUTATOR = OPERATOR(image_catalog.<>), NEGATOR = OPERATOR(image_catalog.=),
    RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR image_catalog.<> (image_catalog.image_reference, image_catalog.image_reference) IS
    'container image name is not equal to: by registry, remote, tag, digest, bytewise';

CREATE OPERATOR image_catalog.>= (
    FUNCTION = image_catalog.image_reference_ge,
    LEFTARG = image_catalog.image_reference, RIGHTARG = image_catalog.image_reference,
    COMMUTATOR = OPERATOR(image_catalog.<=), NEGATOR = OPERATOR(image_catalog.<),
    RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR image_catalog.>= (image_catalog.image_reference, image_catalog.image_reference) IS
    'container image name is greater than or equal to: by registry, remote, tag, digest, bytewise';

CREATE OPERATOR image_catalog.> (
    FUNCTION = image_catalog.image_reference_gt,
    LEFTARG = image_catalog.image_reference, RIGHTARG = image_catalog.image_reference,
    COMMUTATOR = OPERATOR(image_catalog.<), NEGATOR = OPERATOR(image_catalog.<=),
    RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR image_catalog.> (image_catalog.image_reference, image_catalog.image_reference) IS
    'container image name is greater than: by registry, remote, tag, digest, bytewise';

CREATE FUNCTION image_catalog.image_reference_cmp(image_catalog.image_reference, image_catalog.image_reference)
    RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_cmp';
COMMENT ON FUNCTION image_catalog.image_reference_cmp(image_catalog.image_reference, image_catalog.image_reference) IS
    'less-equal-greater of two container image names';

CREATE FUNCTION image_catalog.image_reference_hash(image_catalog.image_reference)
    RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_hash';
COMMENT ON FUNCTION image_catalog.image_reference_hash(image_catalog.image_reference) IS
    'hash of a container image name';

CREATE FUNCTION image_catalog.image_reference_hash_extended(image_catalog.image_reference, bigint)
    RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
    AS 'MODULE_PATHNAME', 'imgcat_image_reference_hash_extended';
COMMENT ON FUNCTION image_catalog.image_reference_hash_extended(image_catalog.image_reference, bigint) IS
    '64-bit hash of a container image name';

CREATE OPERATOR CLASS image_catalog.image_reference_ops
    DEFAULT FOR TYPE image_catalog.image_reference USING btree AS
    OPERATOR 1 image_catalog.<, OPERATOR 2 image_catalog.<=, OPERATOR 3 image_catalog.=,
    OPERATOR 4 image_catalog.>=, OPERATOR 5 image_catalog.>,
    FUNCTION 1 image_catalog.image_reference_cmp(image_catalog.image_reference, image_catalog.image_reference),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS image_catalog.image_reference_ops USING btree IS
    'container image names by registry, remote, tag, digest';

CREATE OPERATOR CLASS image_catalog.image_reference_ops
    DEFAULT FOR TYPE image_catalog.image_reference USING hash AS
    OPERATOR 1 image_catalog.=,
    FUNCTION 1 image_catalog.image_reference_hash(image_catalog.image_reference),
    FUNCTION 2 image_catalog.image_reference_hash_extended(image_catalog.image_reference, bigint);
COMMENT ON OPERATOR CLASS image_catalog.image_reference_ops USING hash IS
    'container image names';
