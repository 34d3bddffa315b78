/* sql/10_json.sql: JSON Pointer, Patch, Diff, Merge on jsonb (docs/json.md) */

CREATE TYPE image_catalog.json_patch;

CREATE FUNCTION image_catalog.json_patch_in(cstring)
    RETURNS image_catalog.json_patch
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_in';
COMMENT ON FUNCTION image_catalog.json_patch_in(cstring) IS
    'input of json_patch: JSON text of a JSON Patch; op, path, from or value written twice in an operation is an error';

CREATE FUNCTION image_catalog.json_patch_out(image_catalog.json_patch)
    RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_out';
COMMENT ON FUNCTION image_catalog.json_patch_out(image_catalog.json_patch) IS
    'output of json_patch';

CREATE FUNCTION image_catalog.json_patch_recv(internal)
    RETURNS image_catalog.json_patch
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_recv';
COMMENT ON FUNCTION image_catalog.json_patch_recv(internal) IS
    'binary input of json_patch: version byte 1, then JSON text';

CREATE FUNCTION image_catalog.json_patch_send(image_catalog.json_patch)
    RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_send';
COMMENT ON FUNCTION image_catalog.json_patch_send(image_catalog.json_patch) IS
    'binary output of json_patch: version byte 1, then JSON text';

CREATE TYPE image_catalog.json_patch (
    INPUT = image_catalog.json_patch_in,
    OUTPUT = image_catalog.json_patch_out,
    RECEIVE = image_catalog.json_patch_recv,
    SEND = image_catalog.json_patch_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE image_catalog.json_patch IS
    'JSON Patch (RFC 6902): a sequence of operations on a JSON document, checked when it is made; stored as jsonb';

-- a json_patch is a jsonb: operators, comparison and indexes of jsonb serve it
CREATE CAST (image_catalog.json_patch AS jsonb) WITHOUT FUNCTION AS IMPLICIT;

CREATE FUNCTION image_catalog.json_patch(jsonb)
    RETURNS image_catalog.json_patch
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_jsonb_to_json_patch';
COMMENT ON FUNCTION image_catalog.json_patch(jsonb) IS
    'checks that a jsonb is a JSON Patch; SQLSTATE 22P02 when it is not';
CREATE CAST (jsonb AS image_catalog.json_patch)
    WITH FUNCTION image_catalog.json_patch(jsonb) AS ASSIGNMENT;

CREATE FUNCTION image_catalog.json_patch(json)
    RETURNS image_catalog.json_patch
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_to_json_patch';
COMMENT ON FUNCTION image_catalog.json_patch(json) IS
    'checks that a json is a JSON Patch; unlike jsonb it still shows when op, path, from or value stands twice in an operation';
CREATE CAST (json AS image_catalog.json_patch)
    WITH FUNCTION image_catalog.json_patch(json) AS ASSIGNMENT;

CREATE FUNCTION image_catalog.json_patch_to_json(image_catalog.json_patch)
    RETURNS json
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_to_json';
COMMENT ON FUNCTION image_catalog.json_patch_to_json(image_catalog.json_patch) IS
    'the patch as JSON text; with this cast to_json() and row_to_json() nest a patch instead of quoting it';
CREATE CAST (image_catalog.json_patch AS json)
    WITH FUNCTION image_catalog.json_patch_to_json(image_catalog.json_patch) AS ASSIGNMENT;

CREATE FUNCTION image_catalog.json_patch_apply(
    document jsonb, patch image_catalog.json_patch) RETURNS jsonb
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_apply';
COMMENT ON FUNCTION image_catalog.json_patch_apply(jsonb, image_catalog.json_patch) IS
    'applies a JSON Patch (RFC 6902), all of it or nothing; SQLSTATE 22P02 malformed patch, 22035 target missing or index out of range, PT409 test failed, 54000 a limit (settings image_catalog.json_patch_*)';

CREATE FUNCTION image_catalog.json_patch_compose(
    first image_catalog.json_patch, second image_catalog.json_patch)
    RETURNS image_catalog.json_patch
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_compose';
COMMENT ON FUNCTION image_catalog.json_patch_compose(image_catalog.json_patch, image_catalog.json_patch) IS
    'the patch that does the first, then the second; operator || of two patches, whatever search_path is';

CREATE OPERATOR image_catalog.|| (
    LEFTARG = image_catalog.json_patch,
    RIGHTARG = image_catalog.json_patch,
    FUNCTION = image_catalog.json_patch_compose
);
COMMENT ON OPERATOR image_catalog.|| (image_catalog.json_patch, image_catalog.json_patch) IS
    'composition: the patch that does the first, then the second';

CREATE FUNCTION image_catalog.json_pointer_get(document jsonb, pointer text)
    RETURNS jsonb
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_pointer_get';
COMMENT ON FUNCTION image_catalog.json_pointer_get(jsonb, text) IS
    'what a JSON Pointer (RFC 6901) names; null when it names nothing; SQLSTATE 22P02 when it is malformed';

CREATE FUNCTION image_catalog.json_pointer_exists(document jsonb, pointer text)
    RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_pointer_exists';
COMMENT ON FUNCTION image_catalog.json_pointer_exists(jsonb, text) IS
    'does a JSON Pointer (RFC 6901) name something; SQLSTATE 22P02 when it is malformed';

CREATE FUNCTION image_catalog.json_pointer_escape(token text) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_pointer_escape_token';
COMMENT ON FUNCTION image_catalog.json_pointer_escape(text) IS
    'a name as a JSON Pointer spells it: ~ as ~0, / as ~1; put a slash before it';

CREATE FUNCTION image_catalog.json_patch_diff(source jsonb, target jsonb)
    RETURNS image_catalog.json_patch
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_diff';
COMMENT ON FUNCTION image_catalog.json_patch_diff(jsonb, jsonb) IS
    'a small JSON Patch that makes target of source: longest common subsequence for arrays, moves where a value only changes its place';

CREATE FUNCTION image_catalog.json_patch_invert(
    document jsonb, patch image_catalog.json_patch)
    RETURNS image_catalog.json_patch
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_invert';
COMMENT ON FUNCTION image_catalog.json_patch_invert(jsonb, image_catalog.json_patch) IS
    'the JSON Patch that makes document again of what patch makes of it; errors as json_patch_apply';

CREATE FUNCTION image_catalog.json_patch_replay_step(
    state internal, document jsonb, patch image_catalog.json_patch)
    RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_replay_step';
COMMENT ON FUNCTION image_catalog.json_patch_replay_step(internal, jsonb, image_catalog.json_patch) IS
    'state function of aggregate json_patch_replay';

CREATE FUNCTION image_catalog.json_patch_replay_result(state internal)
    RETURNS jsonb
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_patch_replay_result';
COMMENT ON FUNCTION image_catalog.json_patch_replay_result(internal) IS
    'final function of aggregate json_patch_replay';

CREATE AGGREGATE image_catalog.json_patch_replay(
    document jsonb, patch image_catalog.json_patch) (
    SFUNC = image_catalog.json_patch_replay_step,
    STYPE = internal,
    FINALFUNC = image_catalog.json_patch_replay_result,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE image_catalog.json_patch_replay(jsonb, image_catalog.json_patch) IS
    'applies patches one after the other to document, that of the first row: json_patch_replay(document, patch ORDER BY version); null where that is null; null patches are skipped; as a window function it shows every version';

CREATE FUNCTION image_catalog.json_merge_patch(target jsonb, patch jsonb)
    RETURNS jsonb
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_merge_patch';
COMMENT ON FUNCTION image_catalog.json_merge_patch(jsonb, jsonb) IS
    'applies a JSON Merge Patch (RFC 7396): members are set, those that are null in the patch removed';

CREATE FUNCTION image_catalog.json_merge_diff(source jsonb, target jsonb)
    RETURNS jsonb
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_json_merge_diff';
COMMENT ON FUNCTION image_catalog.json_merge_diff(jsonb, jsonb) IS
    'the JSON Merge Patch (RFC 7396) that makes target of source; SQLSTATE 22023 when none can, because a new member of target is null';
