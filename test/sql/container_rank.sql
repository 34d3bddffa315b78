-- ranks: dense, right whoever writes, and without a writer waiting for another
DELETE FROM image_catalog.container_images;
CREATE FUNCTION pg_temp.score(id text, score float8) RETURNS bigint LANGUAGE sql AS $$
    SELECT image_catalog.import_container_images(jsonb_build_object('id', 'sha256:' || id, 'riskScore', score))
$$;
CREATE FUNCTION pg_temp.ranks() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s=%s', right(digest, 1), image_catalog.get_container_image(digest)->>'priority'), ' ' ORDER BY digest)
      FROM image_catalog.container_images
$$;
-- what the ranks are counted from must agree with the tables
CREATE FUNCTION pg_temp.wrong() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM
        (SELECT 'i'::"char" AS subject, risk_score AS score, count(*) AS n FROM image_catalog.container_images GROUP BY risk_score
         UNION ALL SELECT 'c', risk_score, count(*) FROM image_catalog.container_components GROUP BY risk_score) AS t
    FULL JOIN (SELECT subject, score, sum(subjects) AS n FROM image_catalog.container_risk_scores GROUP BY subject, score) AS s
        USING (subject, score)
    WHERE t.n IS DISTINCT FROM s.n
$$;
SELECT pg_temp.score('a', 1);
SELECT pg_temp.ranks();
SELECT pg_temp.score('b', 1);
SELECT pg_temp.ranks();
SELECT pg_temp.score('c', 2);
SELECT pg_temp.ranks();
SELECT pg_temp.score('d', 1.5);
SELECT pg_temp.ranks(), pg_temp.wrong();
-- deleted images leave the ranks
SELECT image_catalog.delete_container_images('Image Sha:sha256:c', true);
SELECT pg_temp.ranks(), pg_temp.wrong();
-- a hand at the table is seen, too
UPDATE image_catalog.container_images SET risk_score = 9 WHERE digest = 'sha256:b';
SELECT pg_temp.ranks(), pg_temp.wrong();
BEGIN;
DELETE FROM image_catalog.container_images WHERE digest = 'sha256:b';
SELECT pg_temp.ranks(), pg_temp.wrong();
ROLLBACK;
SELECT pg_temp.ranks(), pg_temp.wrong();
SELECT image_catalog.import_container_images('[{"id": "sha256:e", "riskScore": 0, "scan": {"components": [{"riskScore": 2}, {"riskScore": 1}, {"riskScore": 2}, {}]}}]');
SELECT jsonb_path_query_array(image_catalog.get_container_image('e')::jsonb, '$.scan.components[*].priority'), pg_temp.ranks(), pg_temp.wrong();
-- the list says the same
SELECT string_agg(right(d->>'id', 1) || '=' || (d->>'priority'), ' ') FROM image_catalog.list_container_images(sort_field => 'Image Sha') d;
-- counted anew, after triggers were off
SET session_replication_role = replica;
UPDATE image_catalog.container_images SET risk_score = 7 WHERE digest = 'sha256:a';
RESET session_replication_role;
SELECT pg_temp.wrong() > 0 AS wrong;
SELECT image_catalog.rebuild_container_risk_scores();
-- not by what a transaction saw some time ago
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT image_catalog.rebuild_container_risk_scores();
ROLLBACK;
SELECT pg_temp.ranks(), pg_temp.wrong();
SET client_min_messages = warning;
TRUNCATE image_catalog.container_images CASCADE;
SELECT count(*) FROM image_catalog.container_risk_scores;
