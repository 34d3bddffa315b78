/* sql/80_http.sql: the HTTP API (docs/http.md) */

CREATE FUNCTION image_catalog.http_request(
        method text, target text, headers jsonb DEFAULT '{}',
        body bytea DEFAULT NULL,
        OUT status integer, OUT response_headers jsonb,
        OUT response_body bytea)
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_http_request';
COMMENT ON FUNCTION image_catalog.http_request(text, text, jsonb, bytea) IS
    'the answer of the HTTP API to a request: OpenStack Image v2, its IMS extension and the container images of Red Hat ACS; target is a path with its query, or a whole URL; an error is an answer, and what the request changed is undone; 22004 for a null method, target or headers';

-- PostgREST takes what a function answers in this type as it is
CREATE DOMAIN image_catalog."*/*" AS bytea;
COMMENT ON DOMAIN image_catalog."*/*" IS
    'body of an HTTP answer, of any media type (PostgREST 12 and later)';

CREATE FUNCTION image_catalog.http(bytea) RETURNS image_catalog."*/*"
    LANGUAGE C VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'imgcat_http';
COMMENT ON FUNCTION image_catalog.http(bytea) IS
    'http_request for PostgREST: the argument is the body; method, path, query and headers are in the parameters request.*, or in the headers X-Original-Method, X-Original-URI and X-Original-Content-Type where a proxy leads the original URLs here; status and headers of the answer go to the parameters response.*';
