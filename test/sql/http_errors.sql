--
-- http_request(): errors are answers, and undo what the request changed
--
SET image_catalog.project_id = 'A';
CREATE FUNCTION pg_temp.ask(method text, target text, body text DEFAULT NULL, OUT status int, OUT fields jsonb, OUT answer text) LANGUAGE sql AS $$
    SELECT status, response_headers - 'x-openstack-request-id', convert_from(response_body, 'UTF8')
      FROM image_catalog.http_request(method, target, '{"Accept": "application/json", "X-OpenStack-Request-ID": "test", "Content-Type": "application/openstack-images-v2.1-json-patch"}', convert_to(body, 'UTF8'))
$$;

-- requests of one statement see each other, and a failed one leaves nothing
SELECT string_agg(status::text, ' ' ORDER BY n) AS statuses
  FROM (VALUES (1, 'POST', '/v2/images', '{"id": "477c0000-0000-4000-8000-000000000001", "a": "1"}'), (2, 'GET', '/v2/images/477c0000-0000-4000-8000-000000000001', NULL),
               (3, 'POST', '/v2/images', '{"id": "477c0000-0000-4000-8000-000000000001"}'), (4, 'DELETE', '/v2/images/477c0000-0000-4000-8000-000000000001', NULL),
               (5, 'GET', '/v2/images/477c0000-0000-4000-8000-000000000001', NULL)) AS t (n, method, target, body), pg_temp.ask(method, target, body);
SELECT status FROM pg_temp.ask('POST', '/v2/images', '{"id": "477c0000-0000-4000-8000-000000000002", "a": "1"}');

-- each SQLSTATE its status: a trigger fails after the row is written
CREATE FUNCTION pg_temp.fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = current_setting('test.code'), MESSAGE = 'told', DETAIL = 'Detail.', HINT = 'Hint.';
END
$$;
CREATE TRIGGER fail AFTER UPDATE ON image_catalog.images FOR EACH ROW EXECUTE FUNCTION pg_temp.fail();
CREATE FUNCTION pg_temp.fail_with(code text, OUT status int, OUT fields jsonb, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('test.code', code, false);
    SELECT * FROM pg_temp.ask('PATCH', '/v2/images/477c0000-0000-4000-8000-000000000002', '[{"op": "add", "path": "/a", "value": "2"}]') INTO status, fields, answer;
END
$$;
SELECT code, status, fields->>'Retry-After' AS retry, answer::jsonb->>'title' AS title, answer LIKE '%told: Detail. Hint.%' AS told
  FROM unnest('{22023,22P02,23502,23514,23503,23505,23P01,25006,40001,40P01,42501,42601,42P01,0A000,53100,53300,54000,54001,55000,55006,55P03,58030,P0001,P0002,P0003,XX000,XX001,
                PT400,PT401,PT403,PT404,PT409,PT412,PT413,PT415,PT418,PT500,PT503,PT599,PT200,PT999,PTxyz,ZZZZZ}'::text[]) AS code, pg_temp.fail_with(code);
SELECT fields->>'WWW-Authenticate' AS www_authenticate FROM pg_temp.fail_with('PT401');
-- of a failure of ours the client learns the request's identifier alone
SELECT status, answer FROM pg_temp.fail_with('XX000');
-- the end of what the server was doing is no answer
\set VERBOSITY terse
SELECT pg_temp.fail_with('57014');
SELECT pg_temp.fail_with('57P01');
SELECT pg_temp.fail_with('57P05');
DROP TRIGGER fail ON image_catalog.images;
SELECT answer::jsonb->>'a' AS a FROM pg_temp.ask('GET', '/v2/images/477c0000-0000-4000-8000-000000000002');

-- a constraint's own words speak of tables
CREATE UNIQUE INDEX one_name ON image_catalog.images (name) WHERE name = 'one';
SELECT status FROM pg_temp.ask('POST', '/v2/images', '{"name": "one"}');
SELECT status, answer FROM pg_temp.ask('PATCH', '/v2/images/477c0000-0000-4000-8000-000000000002', '[{"op": "add", "path": "/name", "value": "one"}]');
SELECT status, answer FROM pg_temp.ask('POST', '/v2/images', '{"name": "one"}');
DROP INDEX image_catalog.one_name;

-- cancelled in the midst of a request
CREATE FUNCTION pg_temp.sleep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
CREATE TRIGGER sleep AFTER UPDATE ON image_catalog.images FOR EACH ROW EXECUTE FUNCTION pg_temp.sleep();
SET statement_timeout = 50;
SELECT pg_temp.ask('DELETE', '/v2/images/477c0000-0000-4000-8000-000000000002');
RESET statement_timeout;
DROP TRIGGER sleep ON image_catalog.images;

-- in a read-only transaction reads are answered, and changes refused
BEGIN TRANSACTION READ ONLY;
SELECT status FROM pg_temp.ask('GET', '/v2/images/477c0000-0000-4000-8000-000000000002');
SELECT status, fields->>'Retry-After' AS retry FROM pg_temp.ask('DELETE', '/v2/images/477c0000-0000-4000-8000-000000000002');
SELECT status FROM pg_temp.ask('GET', '/v2/images/477c0000-0000-4000-8000-000000000002');
COMMIT;

-- what is revoked in SQL is not to be had over HTTP
CREATE ROLE http_web;
GRANT USAGE ON SCHEMA image_catalog TO http_web;
RESET image_catalog.project_id;
SELECT image_catalog.grant_project('http_web', 'A');
GRANT EXECUTE ON FUNCTION pg_temp.ask TO http_web;
REVOKE EXECUTE ON FUNCTION image_catalog.delete_image FROM PUBLIC;
SET ROLE http_web;
SELECT status, answer FROM pg_temp.ask('DELETE', '/v2/images/477c0000-0000-4000-8000-000000000002');
SELECT status FROM pg_temp.ask('GET', '/v2/images/477c0000-0000-4000-8000-000000000002');
RESET ROLE;
GRANT EXECUTE ON FUNCTION image_catalog.delete_image TO PUBLIC;
SELECT status FROM pg_temp.ask('DELETE', '/v2/images/477c0000-0000-4000-8000-000000000002');
REVOKE USAGE ON SCHEMA image_catalog FROM http_web;
REVOKE EXECUTE ON FUNCTION pg_temp.ask FROM http_web;
SELECT image_catalog.revoke_project('http_web');
DROP ROLE http_web;
SET image_catalog.project_id = 'A';
DELETE FROM image_catalog.images;
