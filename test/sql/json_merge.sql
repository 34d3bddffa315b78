-- JSON Merge Patch (RFC 7396).
SET search_path = image_catalog, public;

-- the test cases of RFC 7396, appendix A
CREATE TEMP TABLE rfc (n int, original jsonb, patch jsonb, result jsonb);
INSERT INTO rfc VALUES
    (1, '{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
    (2, '{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
    (3, '{"a":"b"}', '{"a":null}', '{}'),
    (4, '{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
    (5, '{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
    (6, '{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'),
    (7, '{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
    (8, '{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
    (9, '["a","b"]', '["c","d"]', '["c","d"]'),
    (10, '{"a":"b"}', '["c"]', '["c"]'),
    (11, '{"a":"foo"}', 'null', 'null'),
    (12, '{"a":"foo"}', '"bar"', '"bar"'),
    (13, '{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
    (14, '[1,2]', '{"a":"b","c":null}', '{"a":"b"}'),
    (15, '{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}');
SELECT count(*) AS cases, bool_and(json_merge_patch(original, patch) = result) AS right FROM rfc;
SELECT n, json_merge_patch(original, patch), result FROM rfc
 WHERE json_merge_patch(original, patch) IS DISTINCT FROM result;

-- the example of section 3
SELECT json_merge_patch(
    '{"title": "Goodbye!", "author": {"givenName": "John", "familyName": "Doe"},
      "tags": ["example", "sample"], "content": "This will be unchanged"}',
    '{"title": "Hello!", "phoneNumber": "+01-123-456-7890",
      "author": {"familyName": null}, "tags": ["example"]}');
SELECT json_merge_patch(NULL, '{}') IS NULL AND json_merge_patch('{}', NULL) IS NULL AS null_in;
SELECT json_merge_patch('{"a":1.000}', '{"b":2.50, "c":[null]}');

-- the merge patch between two documents leads from one to the other
SELECT n, json_merge_diff(original, result),
       json_merge_patch(original, json_merge_diff(original, result)) = result AS ok
  FROM rfc ORDER BY n;
SELECT json_merge_diff('{"a":{"x":1,"y":{"z":[1]}},"b":2,"keep":null}',
                       '{"a":{"x":1.0,"y":{"z":[null]},"n":{}},"keep":null,"c":{"d":{"e":1}}}');
SELECT json_merge_diff('{"a":1}', '{"a":1.0}'), json_merge_diff('[1]', '[2]'), json_merge_diff('1', '{"a":{}}');
-- unless a new member is null
SELECT json_merge_diff('{"a":1}', '{"a":null}');
SELECT json_merge_diff('{"a":{"b/c":1}}', '{"a":{"b/c":{"d":[1],"e":null}}}');
SELECT json_merge_diff('[]', '{"a":{"b":null}}');
DROP TABLE rfc;
SELECT json_merge_patch('{"a":1}', '{"a":{"b":null,"c":{"d":null,"e":[null]}},"f":{"g":null}}');
