--
-- http(): a request as PostgREST runs it, one transaction each
--
SELECT image_catalog.http('');
SET image_catalog.project_id = 'A';

-- its own method and path
BEGIN;
SELECT set_config('request.method', 'GET', true), set_config('request.path', '/v2/info/usage', true), set_config('request.headers', '{"accept": "application/json", "x-openstack-request-id": "a"}', true) \g /dev/null
SELECT pg_typeof(image_catalog.http(NULL)), convert_from(image_catalog.http(''), 'UTF8') AS answer;
SELECT current_setting('response.status') AS status, current_setting('response.headers') AS headers;
COMMIT;
-- nothing stays for the next request of the connection
SELECT current_setting('response.status', true) AS status, current_setting('response.headers', true) AS headers;

-- the method and target that a proxy had, and the body
BEGIN;
SELECT set_config('request.method', 'POST', true), set_config('request.path', '/rpc/http', true),
       set_config('request.headers', '{"x-original-method": "PATCH", "x-original-uri": "/v2/images/x?a=b", "x-openstack-request-id": "a\"b"}', true) \g /dev/null
SELECT convert_from(image_catalog.http('[]'), 'UTF8') AS answer;
SELECT current_setting('response.status') AS status, jsonb_path_query_array(current_setting('response.headers')::jsonb, '$[*].keyvalue().key') AS names FROM (SELECT) AS t;
COMMIT;
BEGIN;
SELECT set_config('request.method', 'POST', true), set_config('request.headers', '{"x-original-uri": "/v2/images", "x-forwarded-proto": "https", "host": "h"}', true) \g /dev/null
SELECT convert_from(image_catalog.http('{"id": "477f0000-0000-4000-8000-000000000001"}'), 'UTF8')::jsonb->>'id' AS id;
SELECT current_setting('response.status') AS status, (SELECT h->>'Location' FROM jsonb_array_elements(current_setting('response.headers')::jsonb) AS h WHERE h ? 'Location') AS location;
COMMIT;
-- the type of the body that a proxy had: of a patch it counts
BEGIN;
SELECT set_config('request.method', 'POST', true),
       set_config('request.headers', '{"x-original-uri": "/v2/images/477f0000-0000-4000-8000-000000000001", "x-original-method": "PATCH", "content-type": "application/octet-stream", "x-original-content-type": "application/openstack-images-v2.1-json-patch"}', true) \g /dev/null
SELECT convert_from(image_catalog.http('[{"op": "add", "path": "/name", "value": "n"}]'), 'UTF8')::jsonb->>'name' AS name;
SELECT set_config('request.headers', '{"x-original-uri": "/v2/images/477f0000-0000-4000-8000-000000000001", "x-original-method": "PATCH", "content-type": "application/openstack-images-v2.1-json-patch"}', true) \g /dev/null
SELECT image_catalog.http('[]') \g /dev/null
SELECT current_setting('response.status') AS status;
COMMIT;
-- a query that PostgREST hands on, an answer without a body, a request that fails and changes nothing
BEGIN;
SELECT set_config('request.method', 'GET', true), set_config('request.path', '/v2/images', true), set_config('request.query', 'limit=x', true) \g /dev/null
SELECT convert_from(image_catalog.http(NULL), 'UTF8') AS answer;
SELECT current_setting('response.status') AS status;
SELECT set_config('request.method', 'DELETE', true), set_config('request.path', '/v2/images/477f0000-0000-4000-8000-000000000001', true), set_config('request.query', '', true) \g /dev/null
SELECT image_catalog.http(NULL) = '' AS empty;
SELECT current_setting('response.status') AS status;
ROLLBACK;
SELECT status FROM image_catalog.http_request('GET', '/v2/images/477f0000-0000-4000-8000-000000000001');
RESET image_catalog.project_id;
DELETE FROM image_catalog.images;
