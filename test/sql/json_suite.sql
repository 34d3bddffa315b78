-- The public JSON Patch test suite (json-patch/json-patch-tests), every case
-- that is not disabled; the files are in test/data/json-patch-tests.
\getenv folder PG_ABS_SRCDIR
\set file :folder /data/json-patch-tests/spec_tests.json
\set spec_tests `cat :'file'`
\set file :folder /data/json-patch-tests/tests.json
\set tests `cat :'file'`

SET search_path = image_catalog, public;

-- as json, not jsonb: one case has a member "op" twice
CREATE TEMP TABLE suite AS
    SELECT source, number, test
      FROM (VALUES (1, 'spec_tests', :'spec_tests'::json),
                   (2, 'tests', :'tests'::json)) f(ord, source, content),
           json_array_elements(content) WITH ORDINALITY c(test, number)
     ORDER BY ord, number;

-- What a case comes to: 'ok', or how it differs.  A case that must fail must
-- do so with one of the three SQLSTATEs and name the operation.
CREATE FUNCTION pg_temp.outcome(test json, OUT verdict text, OUT state text,
                                OUT detail text) AS $$
DECLARE
    result jsonb;
BEGIN
    result := json_patch_apply((test->'doc')::jsonb,
                               (test->>'patch')::json_patch);
    verdict := CASE
        WHEN test->>'error' IS NOT NULL THEN 'succeeded: ' || result::text
        WHEN test->'expected' IS NULL THEN 'ok'
        WHEN result = (test->'expected')::jsonb THEN 'ok'
        ELSE 'got ' || result::text
    END;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
                            detail = PG_EXCEPTION_DETAIL;
    verdict := CASE
        WHEN test->>'error' IS NULL THEN 'failed: ' || SQLERRM
        WHEN state NOT IN ('22P02', '22035', 'PT409') THEN 'state ' || state
        WHEN detail !~ '^Operation \d' THEN 'no operation'
        ELSE 'ok'
    END;
END
$$ LANGUAGE plpgsql;

CREATE TEMP TABLE outcome AS
    SELECT s.*, COALESCE((s.test->>'disabled')::boolean, false) AS disabled, o.*
      FROM suite s, pg_temp.outcome(s.test) o;

SELECT disabled, verdict = 'ok' AS ok, count(*)
  FROM outcome GROUP BY 1, 2 ORDER BY 1, 2;

-- anything that is not as the suite wants it
SELECT source, number, disabled, test->>'comment' AS comment, verdict, detail
  FROM outcome WHERE verdict <> 'ok' ORDER BY source, number;

-- the errors, as a user sees them
SELECT source, number, state, detail
  FROM outcome WHERE test->>'error' IS NOT NULL ORDER BY source, number;

DROP TABLE outcome, suite;
