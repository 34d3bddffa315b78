-- deploy/glance/print_report.sql: the report, in one snapshot of both sides.

BEGIN ISOLATION LEVEL REPEATABLE READ;
CALL glance_migration.compare_documents(:batch);
CALL glance_migration.compare_lists();
SELECT EXISTS (SELECT FROM pg_temp.different) OR EXISTS (SELECT FROM pg_temp.lists WHERE NOT same)
           OR EXISTS (SELECT FROM pg_temp.counts GROUP BY what HAVING sum(glance) IS DISTINCT FROM sum(catalogue)) AS differs \gset
\pset format aligned
\pset tuples_only off
\pset footer off
SELECT what, sum(glance) AS "Glance", sum(catalogue) AS "catalogue",
       CASE WHEN sum(glance) IS DISTINCT FROM sum(catalogue) THEN 'differs' ELSE '' END AS " "
  FROM pg_temp.counts GROUP BY 1 ORDER BY 1;
SELECT count(*) AS projects, count(*) FILTER (WHERE same) AS "same list", count(*) FILTER (WHERE NOT same) AS "other list",
       coalesce(sum(glance), 0) AS "images in all lists" FROM pg_temp.lists;
\pset tuples_only on
\pset format unaligned
\pset fieldsep ' '
SELECT 'list of ' || project || ': Glance ' || glance || ', catalogue ' || catalogue || ', missing ' || missing || ', not Glance''s ' || extra
  FROM pg_temp.lists WHERE NOT same ORDER BY project LIMIT 100;
SELECT 'image ' || image_id || ': ' || names FROM pg_temp.different ORDER BY image_id LIMIT 100;
SELECT count(*) || ' images of the catalogue are not from Glance; they are left out above.'
  FROM image_catalog.images i WHERE i.status <> 'deleted' AND NOT EXISTS (SELECT FROM glance_migration.copied c WHERE c.image_id = i.id) HAVING count(*) > 0;
SELECT CASE WHEN :'differs' THEN 'The catalogue differs from Glance: ' || (SELECT count(*) FROM pg_temp.different) || ' images, '
                                || (SELECT count(*) FROM pg_temp.lists WHERE NOT same) || ' lists.'
            ELSE 'The catalogue answers as Glance does.' END;
COMMIT;
